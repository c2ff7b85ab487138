//! Policies that call policies.

use script::{Limits, RunFault};
use serde_json::json;

use crate::setting::{FakeHost, MAPPING, POLICY, block_on, inputs, run_with, workers};

fn host(policies: &[(&str, &str)]) -> FakeHost {
    FakeHost {
        policies: policies
            .iter()
            .map(|(name, source)| ((*name).to_owned(), (*source).to_owned()))
            .collect(),
        ..FakeHost::default()
    }
}

#[test]
fn what_a_called_policy_says_comes_back() {
    let host = host(&[("inner", "ak_message('No: ' + context['why'])\nreturn context['n'] > 3")]);
    let source = "r = ak_call_policy('inner', n=2, why='small')\nreturn [r.passing, list(r.messages), r.raw_result, 'n' in request.context]";
    let ran = run_with(MAPPING, source, &inputs(), &host).unwrap();
    assert_eq!(ran.value, json!([false, ["No: small"], false, false]));
    assert!(ran.messages.is_empty(), "the caller decides what is shown");
}

#[test]
fn a_called_policy_sees_the_context_as_it_is_now() {
    let host = host(&[(
        "inner",
        "return request.context['new'] == 1 and 'admin' in context['oauth_scopes'] and context['pending_user'].username == 'bob'",
    )]);
    let source = "request.context['new'] = 1\nreturn ak_call_policy('inner').passing";
    assert!(run_with(POLICY, source, &inputs(), &host).unwrap().truthy);
}

#[test]
fn an_unknown_policy_raises() {
    let host = host(&[]);
    let result = run_with(POLICY, "return ak_call_policy('absent').passing", &inputs(), &host);
    match result {
        Err(RunFault::Exception(exception)) => {
            assert_eq!(
                (exception.kind.as_str(), exception.message.as_str()),
                ("ValueError", "Policy 'absent' not found.")
            );
            assert_eq!(exception.line, Some(1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_called_policy_that_fails_has_not_passed() {
    let host = host(&[("raises", "return request.context['absent']"), ("wrong", "return (")]);
    let ran = run_with(
        MAPPING,
        "r = ak_call_policy('raises')\nreturn [r.passing, list(r.messages)]",
        &inputs(),
        &host,
    );
    assert_eq!(ran.unwrap().value, json!([false, ["KeyError: absent"]]));
    let ran = run_with(POLICY, "return ak_call_policy('wrong').passing", &inputs(), &host);
    assert!(matches!(ran, Err(RunFault::Exception(exception)) if exception.message.contains("not valid")));
}

#[test]
fn the_limits_of_the_caller_hold_for_the_called() {
    let endless = host(&[("inner", "while True:\n    pass")]);
    let limits = Limits {
        run_millis: 50,
        wall_millis: 30_000,
        ..Limits::EXPRESSION
    };
    let mut job = script::Job::new(
        script::Expression::new(
            POLICY,
            "try:\n    return ak_call_policy('inner').passing\nexcept BaseException:\n    return True",
        ),
        "outer",
    );
    job.limits = limits;
    let result = block_on(workers().run(job, &inputs(), &endless));
    assert_eq!(result, Err(RunFault::Timeout(50)));
}

#[test]
fn policies_call_one_another_only_so_deep() {
    let circle = host(&[
        ("a", "return ak_call_policy('b').passing"),
        ("b", "return ak_call_policy('a').passing"),
    ]);
    let ran = run_with(POLICY, "return ak_call_policy('a').passing", &inputs(), &circle).unwrap();
    assert!(!ran.truthy, "the innermost failed, so none passed");
    assert_eq!(
        circle.asked().len(),
        8,
        "as deep as the limit says: {:?}",
        circle.asked()
    );
}

#[test]
fn a_called_policy_does_not_see_the_tokens_of_its_mapping() {
    let host = host(&[("inner", "return token"), ("blank", "return info['sub']")]);
    let mut inputs = inputs();
    inputs
        .variables
        .insert("token".to_owned(), json!({ "access_token": "of a person" }));
    inputs.variables.insert("info".to_owned(), json!({ "sub": "42" }));
    let own = run_with(MAPPING, "return token['access_token']", &inputs, &host).unwrap();
    assert_eq!(own.value, json!("of a person"));
    let called = run_with(
        MAPPING,
        "return str(ak_call_policy('inner').raw_result)",
        &inputs,
        &host,
    )
    .unwrap();
    assert!(!called.value.to_string().contains("of a person"), "{}", called.value);
    let other = run_with(MAPPING, "return ak_call_policy('blank').raw_result", &inputs, &host).unwrap();
    assert_eq!(other.value, json!("42"), "what is no secret it does see");
}
