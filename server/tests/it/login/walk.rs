//! A random walk over the stages: whatever order requests come in, with whatever is missing from them, a code is given
//! only to someone who has signed in with the password and agreed.

use super::*;
use crate::harness::on_both;

on_both!(only_the_right_path_ends_with_a_code);

/// A small generator, so that a walk can be walked again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What the person has really done, for the request at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Done {
    signed_in: bool,
}

async fn only_the_right_path_ends_with_a_code(harness: &Harness) {
    harness.user("alice").await;
    harness
        .application_with("shop", |shop| shop.consent_mode = protocol::client::ConsentMode::Always)
        .await;
    for seed in 0..12 {
        walk(harness, &mut Dice(seed)).await;
    }
}

async fn walk(harness: &Harness, dice: &mut Dice) {
    let mut client = harness.client();
    let mut done = Done::default();
    let mut pages: Vec<Answer> = Vec::new();
    let mut transaction = String::new();
    let mut codes = 0;
    for step in 0..40 {
        let path = ["/login", "/consent", "/choose-account"][dice.roll(3) as usize];
        let kind = dice.roll(9);
        let answer = match kind {
            0 => {
                let answer = client.get(&authorize("shop", &[])).await;
                transaction = answer.parameter("transaction").unwrap_or_default();
                answer
            }
            1 => client.get(&format!("{path}?transaction={transaction}")).await,
            2 => client.post(path, &[("transaction", &transaction)]).await,
            3 => client.post(path, &[]).await,
            4 => {
                let fields = [
                    ("transaction", transaction.as_str()),
                    ("decision", "allow"),
                    ("account", "present"),
                    ("csrf", ""),
                ];
                client.post(path, &fields).await
            }
            5 => match newest(&pages, "login-form") {
                Some(form) => {
                    let right = dice.roll(3) > 0;
                    let password = if right { PASSWORD } else { "" };
                    let form = form.with("username", "alice").with("password", password);
                    let answer = client.submit(&form).await;
                    done.signed_in |= right && answer.status == 303 && !answer.set_cookies().is_empty();
                    answer
                }
                None => continue,
            },
            6 => match newest(&pages, "consent-form") {
                Some(form) => {
                    let decision = ["allow", "", "another", "Allow"][dice.roll(4) as usize];
                    let answer = client.submit(&form.with("decision", decision)).await;
                    if answer.parameter("code").is_some() {
                        assert!(
                            done.signed_in && decision == "allow",
                            "step {step}: {decision:?} {done:?}"
                        );
                        codes += 1;
                        continue;
                    }
                    answer
                }
                None => continue,
            },
            7 => {
                let page = client.get("/logout").await;
                if dice.roll(4) == 0 && page.has("form#logout-form") {
                    client.submit(&page.form("logout-form")).await;
                    done = Done::default();
                }
                page
            }
            _ => match pages.last().and_then(|page| page.location()) {
                Some(location) if location.starts_with('/') => {
                    let location = location.to_owned();
                    client.get(&location).await
                }
                _ => continue,
            },
        };
        assert!(
            answer.parameter("code").is_none(),
            "step {step}, kind {kind}: a code without agreement"
        );
        assert!(
            answer.status.as_u16() < 500,
            "step {step}, kind {kind}: {}",
            answer.body
        );
        let inside = client.clone().get("/").await.status == 200;
        assert_eq!(inside, done.signed_in, "step {step}, kind {kind}");
        pages.push(answer);
    }
    // However tangled the walk was, the straight way still works, and it adds one code.
    let before = grants(harness).await.len();
    whole_way(harness, &mut client, "shop", "alice").await;
    assert_eq!(grants(harness).await.len(), before + 1);
    assert!(codes <= before);
}

/// The newest form of this kind that was shown.
fn newest(pages: &[Answer], id: &str) -> Option<Form> {
    let page = pages.iter().rev().find(|page| page.has(&format!("form#{id}")))?;
    Some(page.form(id))
}
