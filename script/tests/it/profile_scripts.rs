//! The contract of `fetchUserProfile` (B-9.1 to B-9.16, B-9.28), statement by statement.

use script::{Level, ScriptFault, ScriptLimits};
use serde_json::{Value, json};

use crate::profile_setting::{ID_TOKEN, PATIENT, Web, answer, fault, fault_from, profile, profile_from, thrown, trial};

#[test]
fn b_9_1_called_once_with_token_context_and_callback() {
    let source = "let calls = 0;\nfunction fetchUserProfile(a, b, c) {\n  calls += 1;\n  c(null, { a, scope: b.scope, calls, kinds: [typeof a, typeof b, typeof c], count: arguments.length });\n}";
    let expected =
        json!({ "a": "at-1", "scope": "me.read", "calls": 1, "kinds": ["string", "object", "function"], "count": 3 });
    assert_eq!(profile(source), expected);
}

#[test]
fn b_9_2_callback_with_a_profile_or_an_error() {
    assert_eq!(
        profile("(t, c, cb) => cb(null, { user_id: 'u', email: 'e@x.example' })"),
        json!({ "user_id": "u", "email": "e@x.example" })
    );
    assert_eq!(thrown("(t, c, cb) => cb(new Error('no such user'))"), "no such user");
    assert_eq!(thrown("(t, c, cb) => cb('no', { user_id: 1 })"), "no");
    assert_eq!(
        profile("(t, c, cb) => cb(undefined, { user_id: 'u' })"),
        json!({ "user_id": "u" })
    );
    assert_eq!(
        profile("(t, c, cb) => cb('', { user_id: 'u' })"),
        json!({ "user_id": "u" })
    );
}

#[test]
fn b_9_3_an_id_without_a_user_id_is_handed_on() {
    assert_eq!(
        profile("(t, c, cb) => cb(null, { id: 7, login: 'x' })"),
        json!({ "id": 7, "login": "x" })
    );
    assert_eq!(profile("(t, c, cb) => cb(null, {})"), json!({}));
}

#[test]
fn b_9_4_an_id_may_be_a_number_and_have_marks() {
    for id in [
        json!(9_007_199_254_740_991_u64),
        json!(-3),
        json!("a/b|c@d"),
        json!("/users/7"),
    ] {
        assert_eq!(
            profile(&format!("(t, c, cb) => cb(null, {{ user_id: {id} }})"))["user_id"],
            id
        );
    }
    assert_eq!(
        profile("(t, c, cb) => cb(null, { user_id: 1e3, half: 0.25, large: 2 ** 60 })"),
        json!({ "user_id": 1000, "half": 0.25, "large": 1_152_921_504_606_847_000_u64 })
    );
}

#[test]
fn b_9_5_the_whole_answer_of_the_token_endpoint_is_visible() {
    let context = profile("(t, context, cb) => cb(null, { context })")["context"].clone();
    assert_eq!(context, Value::Object(crate::profile_setting::inputs().context));
    assert_eq!(
        profile("(t, { user_id, flags, list }, cb) => cb(null, { user_id, beta: flags.beta, two: list[1] })"),
        json!({ "user_id": 4711, "beta": true, "two": "two" })
    );
}

#[test]
fn b_9_6_the_id_token_is_text() {
    assert_eq!(
        profile("(t, c, cb) => cb(null, { kind: typeof c.id_token, raw: c.id_token })"),
        json!({ "kind": "string", "raw": ID_TOKEN })
    );
    assert_eq!(
        profile("(t, c, cb) => cb(null, { user_id: c.id_token.sub, name: 'x' })"),
        json!({ "name": "x" })
    );
}

#[test]
fn b_9_7_options_stand_in_the_context_without_being_listed() {
    let source = "(t, c, cb) => cb(null, { client: c.options.client_id, secret: c.options.client_secret, listed: Object.keys(c).includes('options') })";
    assert_eq!(profile(source), json!({ "client": "client-1", "listed": false }));
}

#[test]
fn b_9_9_the_value_of_an_async_function_is_the_profile() {
    assert_eq!(profile("async () => ({ user_id: 1 })"), json!({ "user_id": 1 }));
    assert_eq!(
        profile("() => Promise.resolve({ user_id: 1 })"),
        json!({ "user_id": 1 })
    );
    assert_eq!(
        profile("async () => { await new Promise((r) => setTimeout(r, 5)); return { user_id: 1 }; }"),
        json!({ "user_id": 1 })
    );
    assert_eq!(thrown("async () => { throw new Error('refused'); }"), "refused");
    assert_eq!(thrown("() => Promise.reject('refused')"), "refused");
    assert_eq!(
        thrown("async (t, c, cb) => { missing.call(); }"),
        "missing is not defined"
    );
    // What belongs to a call under way is no profile.
    let web = Web::json(json!({ "id": 3 }));
    let source =
        "async (t, c, cb) => request.get({ url: 'https://a.example/', json: true }, (e, r, body) => cb(e, body))";
    assert_eq!(profile_from(source, &web), json!({ "id": 3 }));
    assert_eq!(
        fault("async () => 'text'"),
        ScriptFault::NotAnObject("a string".to_owned())
    );
}

#[test]
fn b_9_10_only_the_first_callback_counts() {
    assert_eq!(
        profile("(t, c, cb) => { cb(null, { n: 1 }); cb(null, { n: 2 }); cb('late'); throw new Error('later'); }"),
        json!({ "n": 1 })
    );
    assert_eq!(thrown("(t, c, cb) => { cb('first'); cb(null, { n: 2 }); }"), "first");
    assert_eq!(
        profile("(t, c, cb) => { const p = { n: 1 }; cb(null, p); p.n = 2; }"),
        json!({ "n": 1 })
    );
    assert_eq!(
        profile("async (t, c, cb) => { cb(null, { n: 1 }); return { n: 2 }; }"),
        json!({ "n": 1 })
    );
}

#[test]
fn b_9_10_a_callback_without_a_profile_fails() {
    for call in ["cb()", "cb(null)", "cb(null, null)", "cb(null, undefined)"] {
        assert_eq!(
            fault(&format!("(t, c, cb) => {call}")),
            ScriptFault::NoProfile,
            "{call}"
        );
    }
}

#[test]
fn b_9_10_never_calling_back_fails() {
    for source in [
        "() => {}",
        "async () => {}",
        "() => new Promise(() => {})",
        "(t, c, cb) => { setTimeout(() => {}, 5); }",
        "function f(t, c, cb) { return { user_id: 1 }; }",
    ] {
        assert_eq!(fault(source), ScriptFault::NeverCalledBack, "{source}");
    }
    let quick = ScriptLimits {
        wall_millis: 300,
        ..PATIENT
    };
    let waiting = "() => { setInterval(() => {}, 50); }";
    assert_eq!(
        trial(waiting, quick, &Web::text(200, "")).result,
        Err(ScriptFault::TimeLimit(300))
    );
}

#[test]
fn b_9_11_further_arguments_are_ignored() {
    assert_eq!(
        profile("(t, c, cb) => cb(null, { n: 1 }, { n: 2 }, 'x')"),
        json!({ "n": 1 })
    );
}

#[test]
fn b_9_12_the_message_is_that_of_the_error_or_the_text() {
    assert_eq!(thrown("(t, c, cb) => cb(new TypeError('typed'))"), "typed");
    assert_eq!(thrown("(t, c, cb) => cb('plain')"), "plain");
    assert_eq!(
        thrown("(t, c, cb) => cb({ message: 'like an error' })"),
        "like an error"
    );
    assert_eq!(
        thrown("(t, c, cb) => cb({ error: 'x', code: 7 })"),
        r#"{"error":"x","code":7}"#
    );
    assert_eq!(thrown("(t, c, cb) => cb(42)"), "42");
    assert_eq!(thrown("(t, c, cb) => cb(new Error(''))"), "Error");
    assert_eq!(
        thrown("(t, c, cb) => cb({ get message() { throw 1; } })"),
        "unknown error"
    );
    assert_eq!(thrown("(t, c, cb) => cb(new Error('\\ud800'))"), "\u{fffd}");
    assert_eq!(
        thrown(&format!("(t, c, cb) => cb('{}')", "x".repeat(9_000))).len(),
        2_000
    );
}

#[test]
fn b_9_13_an_exception_is_a_failure() {
    assert_eq!(
        thrown("function f(t, c, cb) { return undefinedName; }"),
        "undefinedName is not defined"
    );
    assert_eq!(thrown("(t, c, cb) => { throw 'a text'; }"), "a text");
    assert_eq!(fault("(t, c, cb) => { throw null; }"), ScriptFault::ThrewNull);
    assert_eq!(
        thrown("(t, c, cb) => setTimeout(() => { throw new Error('in a timer'); }, 1)"),
        "in a timer"
    );
    assert_eq!(
        thrown("(t, c, cb) => queueMicrotask(() => { throw new Error('in a microtask'); })"),
        "in a microtask"
    );
    assert_eq!(
        thrown("(t, c, cb) => { Promise.resolve().then(() => cb.no.such()); }"),
        "cannot read property 'such' of undefined"
    );
    let line = |source: &str| match fault(source) {
        ScriptFault::Thrown { line, .. } => line,
        other => panic!("{other:?}"),
    };
    assert_eq!(line("function f(t, c, cb) {\n\n  throw new Error('here');\n}"), Some(3));
    assert_eq!(line("\n(t, c, cb) => {\n  cb(new Error('here'));\n}"), Some(3));
    assert_eq!(line("(t, c, cb) => cb('text')"), None);
}

#[test]
fn b_9_13_an_exception_in_the_callback_of_a_call_is_a_failure() {
    let web = Web::text(200, "no json");
    let source = "function f(t, c, cb) {\n  request.get('https://a.example/', (e, r, body) => {\n    cb(null, JSON.parse(body));\n  });\n}";
    assert!(matches!(
        fault_from(source, &web),
        ScriptFault::Thrown { line: Some(3), .. }
    ));
}

#[test]
fn b_9_14_the_time_limit_is_20_seconds() {
    assert_eq!(ScriptLimits::LOGIN.wall_millis, 20_000);
    let quick = ScriptLimits {
        wall_millis: 200,
        ..PATIENT
    };
    let web = Web::text(200, "").slow(std::time::Duration::from_secs(60));
    let source = "(t, c, cb) => request.get('https://a.example/', (e) => cb(e || null, {}))";
    let fault = trial(source, quick, &web).result.unwrap_err();
    assert_eq!(fault, ScriptFault::TimeLimit(200));
    assert!(fault.to_string().contains("timed out"));
}

#[test]
fn b_9_15_a_script_has_51200_characters() {
    let body = "(t, c, cb) => cb(null, { ok: true }) // ";
    let most = 51_200 - body.len();
    assert_eq!(profile(&format!("{body}{}", "ä".repeat(most))), json!({ "ok": true }));
    assert_eq!(
        fault(&format!("{body}{}", "ä".repeat(most + 1))),
        ScriptFault::SourceTooLong(51_200)
    );
}

#[test]
fn b_9_16_every_run_starts_fresh() {
    let source = "(t, c, cb) => { global.count = (global.count || 0) + 1; Array.prototype.mine = 1; cb(null, { count: global.count }); }";
    for _ in 0..3 {
        assert_eq!(profile(source), json!({ "count": 1 }));
    }
    assert_eq!(
        profile("(t, c, cb) => cb(null, { mine: [].mine === undefined })"),
        json!({ "mine": true })
    );
}

#[test]
fn b_9_28_nothing_of_the_machine_is_there() {
    let names = [
        "process",
        "Deno",
        "Bun",
        "WebAssembly",
        "XMLHttpRequest",
        "WebSocket",
        "Worker",
        "std",
        "os",
        "bjson",
        "scriptArgs",
        "print",
        "__dirname",
        "__filename",
        "load",
        "gc",
    ];
    let list = names.map(|name| format!("typeof {name}")).join(",");
    let found = profile(&format!("(t, c, cb) => cb(null, {{ found: [{list}] }})"));
    assert_eq!(found["found"], json!(vec!["undefined"; names.len()]));
    for module in [
        "fs",
        "child_process",
        "net",
        "os",
        "vm",
        "process",
        "dns",
        "worker_threads",
        "node:fs",
    ] {
        assert_eq!(
            thrown(&format!("(t, c, cb) => require('{module}')")),
            format!("Cannot find module '{module}'")
        );
    }
}

#[test]
fn what_is_no_object_is_no_profile() {
    for (value, kind) in [
        ("'text'", "a string"),
        ("42", "a number"),
        ("true", "a boolean"),
        ("[1]", "an array"),
        ("() => 1", "a function"),
        ("Symbol('x')", "a symbol"),
    ] {
        assert_eq!(
            fault(&format!("(t, c, cb) => cb(null, {value})")),
            ScriptFault::NotAnObject(kind.to_owned()),
            "{value}"
        );
    }
    assert_eq!(
        fault("(t, c, cb) => cb(null, { toJSON: () => 'text' })"),
        ScriptFault::NotAnObject("not written as an object".to_owned())
    );
    assert_eq!(
        fault("(t, c, cb) => cb(null, new Date(0))"),
        ScriptFault::NotAnObject("not written as an object".to_owned())
    );
}

#[test]
fn what_json_can_not_hold_is_left_out_or_refused() {
    assert_eq!(
        profile("(t, c, cb) => cb(null, { a: undefined, b: () => 1, c: NaN, d: new Date(0), e: [undefined] })"),
        json!({ "c": null, "d": "1970-01-01T00:00:00.000Z", "e": [null] })
    );
    for value in [
        "{ get a() { throw new Error('no'); } }",
        "{ toJSON() { throw new Error('no'); } }",
        "{ n: 1n }",
        "(() => { const a = {}; a.a = a; return a; })()",
    ] {
        assert!(
            matches!(
                fault(&format!("(t, c, cb) => cb(null, {value})")),
                ScriptFault::NotJson(_)
            ),
            "{value}"
        );
    }
    let deep = "(t, c, cb) => { let a = {}; for (let i = 0; i < 150; i++) a = { a }; cb(null, a); }";
    assert!(matches!(fault(deep), ScriptFault::NotJson(_)));
    assert_eq!(
        profile("(t, c, cb) => cb(null, { get made() { return 7; }, __proto__: { hidden: 1 } })"),
        json!({ "made": 7 })
    );
    assert_eq!(
        profile("(t, c, cb) => cb(null, { half: 'a\\ud83d', whole: '\\ud83d\\ude00', zero: 'a\\0b' })"),
        json!({ "half": "a\u{fffd}", "whole": "😀", "zero": "a\0b" })
    );
}

#[test]
fn names_of_prototypes_are_plain_members() {
    let web = Web::new(|_| {
        Ok(answer(
            200,
            &serde_json::from_str(r#"{"__proto__":{"admin":true},"id":1}"#).unwrap(),
        ))
    });
    let source = "(t, c, cb) => request.get({ url: 'https://a.example/', json: true }, (e, r, b) => cb(null, { admin: b.admin, plain: ({}).admin, id: b.id }))";
    assert_eq!(profile_from(source, &web), json!({ "id": 1 }));
}

#[test]
fn logs_are_kept_also_of_a_failure() {
    let source = "(t, c, cb) => { console.log('a', { b: [1, 'two'] }); console.warn('%s is %d', 'x', 3); console.error(new Error('bad').message); console.debug(undefined); cb('failed'); }";
    let trial = trial(source, PATIENT, &Web::text(200, ""));
    assert!(trial.result.is_err());
    let lines: Vec<_> = trial.logs.iter().map(|line| (line.level, line.text.as_str())).collect();
    assert_eq!(
        lines,
        [
            (Level::Info, "a { b: [ 1, 'two' ] }"),
            (Level::Warning, "x is 3"),
            (Level::Error, "bad"),
            (Level::Debug, "undefined")
        ]
    );
}
