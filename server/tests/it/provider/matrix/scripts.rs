//! Hostile expressions in the server: each ends at its limit with the documented outcome (a policy refuses, a mapping
//! gives nothing, the audit log says why), the server goes on answering, and the workers are there for the next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::support::{application, claims, json, text, token};
use super::ways::{issued, verdict};
use crate::api::support::Api;
use crate::harness::{Answer, Engine, Harness, on_both};

on_both!(
    as_a_policy_it_refuses_and_is_reported,
    as_a_mapping_it_gives_nothing_and_is_reported,
    in_a_trial_it_is_told_and_nothing_else_happens,
    what_no_worker_would_survive_is_refused_at_save,
);

/// No expression takes longer than this until its request is answered, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(30);

/// What grows and what runs on ends at the limit that it reaches first.
const LIMIT: &str = "was stopped";

/// What an expression tries, and a word of the reason that the log gives.
const HOSTILE: [(&str, &str); 32] = [
    // Loops.
    ("while True:\n    pass", LIMIT),
    (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
        LIMIT,
    ),
    ("return sum(i for i in range(10**12))", LIMIT),
    ("return [x for x in range(10**12) if x < 0]", LIMIT),
    ("for i in range(10**9):\n    print('x' * 1000)", LIMIT),
    // Allocation.
    ("a = [0]\nwhile True:\n    a += a", LIMIT),
    ("a = 'x'\nwhile True:\n    a = a + a", LIMIT),
    ("d = {}\nwhile True:\n    d[len(d)] = [len(d)]", LIMIT),
    ("return [0] * 10**9", LIMIT),
    ("return list(range(10**9))", LIMIT),
    ("return {i: str(i) * 100 for i in range(10**9)}", LIMIT),
    // Giant strings.
    ("return \"a\" * 10**10", LIMIT),
    ("return 'a'.ljust(10**10)", LIMIT),
    ("return ('a' * 100000).replace('a', 'b' * 100000)", LIMIT),
    ("return ('x' * 100000).join(['y'] * 100000)", LIMIT),
    // Recursion.
    ("def f(n):\n    return f(n + 1)\nreturn f(0)", LIMIT),
    ("def a():\n    return b()\ndef b():\n    return a()\nreturn a()", LIMIT),
    ("def f(x):\n    return sorted([1, 2], key=f)\nreturn f(1)", LIMIT),
    // Integer towers.
    ("return 10**10**10", LIMIT),
    ("return 9**9**9", LIMIT),
    ("return 2**10**8", LIMIT),
    ("return 1 << 10**10", LIMIT),
    ("x = 3\nwhile True:\n    x = x * x", ""),
    ("return int('9' * 10**6)", ""),
    // Format bombs.
    ("return f'{1:{10**9}}'", ""),
    ("return '{:>1000000000}'.format(1)", ""),
    ("return '{0:{1}}'.format(1, 10**9)", ""),
    // Sorting.
    (
        "return sorted([3, 1, 2] * 1000, key=lambda x: [y for y in range(10**9) if y < 0])",
        LIMIT,
    ),
    ("return sorted(range(10**8))", LIMIT),
    // Patterns.
    ("return regex_match('a', 'a{1000}{1000}{1000}')", ""),
    ("return regex_match('a', '(' * 5000 + ')' * 5000)", ""),
    // The server as a helper.
    (
        "while True:\n    try:\n        ak_user_by(username='alice')\n    except BaseException:\n        pass",
        "",
    ),
];

async fn in_time(harness: &Harness, slug: &str, scope: &str) -> Answer {
    let fields = [("grant_type", "client_credentials"), ("scope", scope)];
    let answer = tokio::time::timeout(PATIENCE, token(harness, slug, &fields)).await;
    answer.unwrap_or_else(|_| panic!("{slug} is not answered"))
}

/// The reason of the newest entry about something that failed.
async fn reason(harness: &Harness, already: usize) -> String {
    let events = harness.events("configuration_error").await;
    assert_eq!(events.len(), already + 1, "{events:?}");
    text(&events[already].detail, "error")
}

/// An application whose one policy can be changed, and one whose mappings can.
async fn wiki(harness: &Harness) -> (Api, String, String) {
    let mut api = Api::new(harness).await;
    application(harness, "wiki").await;
    application(harness, "mail").await;
    let policy = json!({"name": "policy", "expression": "return True"});
    let policy = text(&api.post("/policies", &policy).await.created(), "id");
    let binding = json!({"target": "wiki", "policy": policy});
    api.post("/policy-bindings", &binding).await.created();
    let mapping = json!({"name": "mapping", "scope": "own", "expression": "return {'own': 1}"});
    let mapping = text(&api.post("/scope-mappings", &mapping).await.created(), "id");
    api.patch("/applications/mail", &json!({"scope_mappings": ["openid", mapping]}))
        .await
        .found();
    (api, format!("/policies/{policy}"), format!("/scope-mappings/{mapping}"))
}

async fn as_a_policy_it_refuses_and_is_reported(harness: &Harness) {
    let (mut api, policy, _) = wiki(harness).await;
    assert_eq!(in_time(harness, "wiki", "openid").await.status, 200);
    for (number, (source, word)) in HOSTILE.into_iter().enumerate() {
        api.patch(&policy, &json!({"expression": source})).await.found();
        let before = issued(harness).await;
        let answer = in_time(harness, "wiki", "openid").await;
        assert_eq!(verdict(&answer), "400 invalid_grant policy_denied_grant", "{source}");
        assert_eq!(issued(harness).await, before, "{source}");
        let reason = reason(harness, number).await;
        assert!(reason.contains(word), "{source}: {reason}");
        harness.advance(61);
    }
    api.patch(&policy, &json!({"expression": "return True"})).await.found();
    assert_eq!(
        in_time(harness, "wiki", "openid").await.status,
        200,
        "the workers have recovered"
    );
}

async fn as_a_mapping_it_gives_nothing_and_is_reported(harness: &Harness) {
    let (mut api, _, mapping) = wiki(harness).await;
    let own = |answer: &Answer| claims(&text(&json(answer), "access_token"))["own"].clone();
    let results = [
        ("a = []\nfor i in range(1000):\n    a = [a]\nreturn {'own': a}", ""),
        ("a = []\na.append(a)\nreturn {'own': a}", ""),
        ("return {'own': ['a' * 200000, 'b' * 200000]}", ""),
        ("return {'own': 10**30}", ""),
        ("return {'own': float('nan')}", ""),
    ];
    for (number, (source, word)) in HOSTILE.into_iter().chain(results).enumerate() {
        api.patch(&mapping, &json!({"expression": source})).await.found();
        let answer = in_time(harness, "mail", "openid own").await;
        assert_eq!(answer.status, 200, "{source}: {}", answer.body);
        assert_eq!(own(&answer), Value::Null, "{source}");
        let reason = reason(harness, number).await;
        assert!(reason.contains(word), "{source}: {reason}");
        harness.advance(61);
    }
    let fine = json!({"expression": "return {'own': 2}"});
    api.patch(&mapping, &fine).await.found();
    let answer = in_time(harness, "mail", "openid own").await;
    assert_eq!(own(&answer), 2, "the workers have recovered");
}

/// CVE-2026-25227: what is only tried runs in the same sandbox.
async fn in_a_trial_it_is_told_and_nothing_else_happens(harness: &Harness) {
    let (mut api, ..) = wiki(harness).await;
    for (source, word) in HOSTILE {
        for path in ["/policies/test", "/scope-mappings/test"] {
            let body = json!({"expression": source, "application": "wiki"});
            let body = if path == "/policies/test" {
                json!({"expression": source})
            } else {
                body
            };
            let told = tokio::time::timeout(PATIENCE, api.post(path, &body)).await;
            let told = told.expect("it is answered").found();
            let message = told["error"]["message"].as_str().unwrap_or_default();
            assert!(!message.is_empty() && message.contains(word), "{path} {source}: {told}");
        }
    }
    assert!(harness.events("configuration_error").await.is_empty());
}

async fn what_no_worker_would_survive_is_refused_at_save(harness: &Harness) {
    let (mut api, policy, mapping) = wiki(harness).await;
    for source in [
        format!("return user{}", ".a".repeat(20_000)),
        format!("return 1{}", "+1".repeat(20_000)),
        format!("return {}1{}", "(".repeat(20_000), ")".repeat(20_000)),
        format!("return {}{}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("return {}True", "not ".repeat(10_000)),
        format!("return user{}", ".all()".repeat(8_000)),
        "return 'a %s' % ('x' * 10**9)".to_owned(),
        "import os".to_owned(),
        "return 1\0".to_owned(),
    ] {
        for path in [&policy, &mapping] {
            let saved = tokio::time::timeout(PATIENCE, api.patch(path, &json!({"expression": source}))).await;
            let wrong = saved.expect("it is answered").wrong();
            let shown: String = source.chars().take(20).collect();
            assert_eq!(wrong.len(), 1, "{shown}");
            assert!(wrong[0].starts_with("expression:"), "{shown} {wrong:?}");
        }
    }
    let long = format!("return '{}'", "x".repeat(64 * 1024));
    let saved = api.patch(&policy, &json!({"expression": long})).await;
    saved.problem(http::StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(in_time(harness, "wiki", "openid").await.status, 200);
    assert_eq!(in_time(harness, "mail", "own").await.status, 200);
}

/// Expressions that take all they may, at once, and beside them an application that has none.
async fn others_are_answered_meanwhile(engine: Engine) {
    const AT_ONCE: usize = 60;
    const OTHERS: usize = 20;
    let harness = Arc::new(Harness::new(engine).await);
    let (mut api, policy, _) = wiki(&harness).await;
    application(&harness, "plain").await;
    let fields = [("grant_type", "client_credentials")];
    assert_eq!(token(&harness, "plain", &fields).await.status, 200);
    for source in ["while True:\n    pass", "a = [0]\nwhile True:\n    a += a"] {
        api.patch(&policy, &json!({"expression": source})).await.found();
        let ended = Arc::new(AtomicUsize::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let (harness, ended) = (Arc::clone(&harness), Arc::clone(&ended));
            tasks.spawn(async move {
                let answer = in_time(&harness, "wiki", "openid").await;
                ended.fetch_add(1, Ordering::SeqCst);
                verdict(&answer)
            });
        }
        // They have begun.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let begin = harness.clock.reading();
        for _ in 0..OTHERS {
            assert_eq!(token(&harness, "plain", &fields).await.status, 200);
        }
        let (took, running) = (begin.elapsed(), AT_ONCE - ended.load(Ordering::SeqCst));
        let all = harness.clock.reading();
        for came in tasks.join_all().await {
            assert_eq!(came, "400 invalid_grant policy_denied_grant");
        }
        println!(
            "{OTHERS} others in {took:?}, {running} of {AT_ONCE} still running, these took {:?} more",
            all.elapsed()
        );
        if source.contains("pass") {
            assert!(
                running > AT_ONCE / 4,
                "{OTHERS} others waited for expressions that are none of theirs: {took:?}"
            );
        }
        assert!(took < PATIENCE, "{took:?}");
    }
    api.patch(&policy, &json!({"expression": "return True"})).await.found();
    assert_eq!(
        in_time(&harness, "wiki", "openid").await.status,
        200,
        "the workers have recovered"
    );
    Arc::into_inner(harness).expect("every task has ended").end().await;
}

mod at_once {
    use super::Engine;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn others_are_answered_meanwhile_on_sqlite() {
        super::others_are_answered_meanwhile(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn others_are_answered_meanwhile_on_postgres() {
        super::others_are_answered_meanwhile(Engine::Postgres).await;
    }
}
