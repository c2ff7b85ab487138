//! The live card: how far the first sign-in of an application has come, and what refused it.

use serde_json::Value;

use crate::dashboard::api::{Answer, Call};
use crate::dashboard::desk::Desk;
use crate::dashboard::reading::{items, segment, text, with_query};
use crate::pages::Frame;
use crate::pages::dashboard::wizard::{LiveState, LiveStep, LiveView, StepState, WhyView};
use crate::web::visit::Halt;

/// Parameters of the page that are no answers of a recipe.
pub(super) const LIVE_PARAMETERS: [&str; 1] = ["kind"];

/// The steps in their order; message `wizard-step-NAME`.
const STEPS: [&str; 3] = ["asked", "signed-in", "redeemed"];
/// The one step of a program.
const MACHINE_STEPS: [&str; 1] = ["token"];

/// Every message of the steps.
pub(super) fn messages() -> impl Iterator<Item = String> {
    STEPS
        .iter()
        .chain(&MACHINE_STEPS)
        .map(|step| format!("wizard-step-{step}"))
}

/// What has happened.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reached {
    /// How many of the steps.
    steps: usize,
    /// Whether the next one was refused.
    refused: bool,
}

/// Reads what is known of the application.
///
/// # Errors
/// For faults of ours.
pub(super) async fn look(desk: &Desk<'_>, frame: &Frame<'_>, application: &Answer) -> Result<LiveView, Halt> {
    let id = application.text("id");
    let machine = items(&application.body, "grant_types")
        .iter()
        .all(|grant| *grant == "client_credentials");
    let newest = newest(desk, "/transactions", id).await?;
    let transaction = match &newest {
        Some(newest) => {
            desk.call(Call::get(&format!("/transactions/{}", segment(text(newest, "id")))))
                .await?
                .body
        }
        None => Value::Null,
    };
    let grant = self::newest(desk, "/grants", id).await?;
    let (names, reached): (&[&str], Reached) = if machine {
        (&MACHINE_STEPS[..], reached_by_program(&transaction, grant.is_some()))
    } else {
        (&STEPS[..], reached(&transaction, grant.as_ref()))
    };
    let steps = names.iter().enumerate().map(|(at, name)| LiveStep {
        name: (*name).to_owned(),
        words: frame.say(&format!("wizard-step-{name}")),
        state: match at {
            at if at < reached.steps => StepState::Done,
            at if at == reached.steps && reached.refused => StepState::Refused,
            _ => StepState::Waiting,
        },
    });
    let state = match () {
        () if reached.refused => LiveState::Refused,
        () if reached.steps == names.len() => LiveState::Done,
        () if reached.steps > 0 => LiveState::Going,
        () => LiveState::Waiting,
    };
    Ok(LiveView {
        steps: steps.collect(),
        state,
        why: reached.refused.then(|| why(frame, &transaction)),
    })
}

/// The longest life of a code that is not taken for that of a token, in seconds.
const CODE: i64 = 600;

/// Whether a grant has tokens: it lives longer than a code does.
fn has_tokens(grant: &Value) -> bool {
    let moment = |member: &str| text(grant, member).parse::<jiff::Timestamp>().ok();
    match (moment("issued_at"), moment("expires_at")) {
        (Some(issued), Some(expires)) => expires.as_second() - issued.as_second() > CODE,
        (issued, None) => issued.is_some(),
        (None, _) => false,
    }
}

/// How far a sign-in has come, from its record; from what was granted when the record is gone.
fn reached(transaction: &Value, grant: Option<&Value>) -> Reached {
    let grant = grant.filter(|_| transaction.is_null());
    let passed = |kind: &str, name: &str| {
        items(transaction, "steps")
            .iter()
            .any(|step| text(step, "kind") == kind && text(step, "name") == name && text(step, "outcome") == "passed")
    };
    let refused = text(transaction, "state") == "refused";
    let at_token = text(transaction, "kind") == "token";
    let steps = if !refused && (passed("answer", "token") || grant.is_some_and(has_tokens)) {
        3
    } else if at_token || grant.is_some() || transaction.get("user").is_some_and(Value::is_string) {
        // Whoever redeems a code was sent here before, and has signed in.
        2
    } else {
        usize::from(!refused && transaction.is_object())
    };
    Reached { steps, refused }
}

/// How far a program has come that signs in by itself.
fn reached_by_program(transaction: &Value, granted: bool) -> Reached {
    let refused = text(transaction, "state") == "refused" && !granted;
    Reached {
        steps: usize::from(granted),
        refused,
    }
}

/// The newest record of the application in a list.
async fn newest(desk: &Desk<'_>, list: &str, application: &str) -> Result<Option<Value>, Halt> {
    let path = with_query(list, [("application", application), ("limit", "1")]);
    let answer = desk.call(Call::get(&path)).await?;
    Ok(items(&answer.body, "items").first().cloned())
}

/// Why it was refused.
fn why(frame: &Frame<'_>, transaction: &Value) -> WhyView {
    let explanation = transaction.get("explanation").unwrap_or(&Value::Null);
    let optional = |member: &str| explanation.get(member).and_then(Value::as_str).map(str::to_owned);
    let code = text(transaction, "code");
    let sentence = frame.find(&format!("refusal-{code}"));
    WhyView {
        code: code.to_owned(),
        sentence: sentence
            .or_else(|| optional("sentence"))
            .unwrap_or_else(|| code.to_owned()),
        given: optional("given"),
        expected: optional("expected"),
        more: format!("/admin/transactions/{}", segment(text(transaction, "id"))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_record_says_how_far_a_sign_in_has_come() {
        let record = |state: &str, kind: &str, user: Value, steps: Value| json!({ "state": state, "kind": kind, "user": user, "steps": steps });
        let redeemed = json!([{ "kind": "answer", "name": "token", "outcome": "passed" }]);
        let user = || json!("user_1");
        let cases = [
            (Value::Null, (0, false)),
            (record("open", "authorization", Value::Null, json!([])), (1, false)),
            (record("open", "authorization", user(), json!([])), (2, false)),
            (record("done", "authorization", user(), json!([])), (2, false)),
            (record("done", "authorization", user(), redeemed.clone()), (3, false)),
            (record("refused", "authorization", Value::Null, json!([])), (0, true)),
            (record("refused", "authorization", user(), redeemed), (2, true)),
            (record("refused", "token", Value::Null, json!([])), (2, true)),
        ];
        for (transaction, (steps, refused)) in cases {
            assert_eq!(reached(&transaction, None), Reached { steps, refused }, "{transaction}");
        }
        let grant = |expires: Value| json!({ "issued_at": "2026-11-21T00:00:00Z", "expires_at": expires });
        let grants = [
            (grant(json!("2026-11-21T00:01:00Z")), 2),
            (grant(json!("2026-11-21T01:00:00Z")), 3),
            (grant(Value::Null), 3),
        ];
        for (grant, steps) in grants {
            let refused = false;
            assert_eq!(
                reached(&Value::Null, Some(&grant)),
                Reached { steps, refused },
                "{grant}"
            );
        }
        let refused = record("refused", "token", Value::Null, json!([]));
        assert_eq!(
            reached_by_program(&refused, false),
            Reached {
                steps: 0,
                refused: true
            }
        );
        assert_eq!(
            reached_by_program(&refused, true),
            Reached {
                steps: 1,
                refused: false
            }
        );
    }
}
