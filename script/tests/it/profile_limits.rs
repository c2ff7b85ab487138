//! Every limit of a run, and the attacks on them. None of them costs another run.

use std::time::Duration;

use script::{ProfileScript, ScriptFault, ScriptLimits, ScriptWorkers, ScriptWorkersConfig};
use serde_json::json;

use crate::profile_setting::{
    PATIENT, Web, block_on, config, fault, fault_from, inputs, profile, profile_from, thrown, trial, values,
};

fn limited(source: &str, limits: ScriptLimits) -> Result<serde_json::Map<String, serde_json::Value>, ScriptFault> {
    trial(source, limits, &Web::text(200, "{}")).result
}

#[test]
fn computing_ends() {
    let quick = ScriptLimits {
        cpu_millis: 50,
        ..PATIENT
    };
    for source in [
        "for (;;);",
        "() => { for (;;) { try { for (;;); } catch (e) {} finally { continue; } } }",
        "async function f() { for (;;) await null; }",
        "() => { const again = () => { Promise.resolve().then(again); }; again(); }",
        "() => { const again = () => setTimeout(again); again(); }",
        "() => { const again = () => queueMicrotask(again); again(); }",
        "(t, c, cb) => cb(null, { ok: /^(a+)+$/.test('a'.repeat(40) + 'b') })",
        "(t, c, cb) => cb(null, { get never() { for (;;); } })",
        "(t, c, cb) => cb(null, { toJSON() { for (;;); } })",
        "(t, c, cb) => cb({ get message() { for (;;); } })",
        "() => [3, 1, 2].sort(() => { for (;;); })",
        "() => ({ then() { for (;;); } })",
        "function* g() { for (;;) yield 1; }\n() => { for (const x of g()); }",
        "() => JSON.parse('[1]', () => { for (;;); })",
        "() => new Proxy({}, { get() { for (;;); } }).x",
        "() => 'x'.replace(/x/, () => { for (;;); })",
        "() => eval('for (;;);')",
        "() => new Function('for (;;);')()",
    ] {
        assert_eq!(limited(source, quick), Err(ScriptFault::CpuLimit(50)), "{source}");
    }
}

#[test]
fn slices_share_a_budget_and_waiting_does_not_count() {
    let quick = ScriptLimits {
        cpu_millis: 150,
        ..PATIENT
    };
    let waits = "async (t, c) => { for (let i = 0; i < 5; i++) await new Promise((r) => setTimeout(r, 60)); return { ok: 1 }; }";
    assert!(limited(waits, quick).is_ok());
    let computes =
        "async () => { for (;;) { for (let i = 0; i < 3e5; i++); await new Promise((r) => setTimeout(r, 2)); } }";
    assert_eq!(limited(computes, quick), Err(ScriptFault::CpuLimit(150)));
}

#[test]
fn memory_ends() {
    for source in [
        "() => { const a = []; for (;;) a.push('x'.repeat(1000) + a.length); }",
        "() => { let a = 'x'; for (;;) { a += a; a.codePointAt(0); } }",
        "() => { let a = [1]; for (;;) a = a.concat(a); }",
        "() => 'x'.repeat(5e8)",
        "() => new Uint8Array(1e9)",
        "() => new Array(1e8).fill(0)",
        "() => { const a = []; for (;;) { try { for (;;) a.push(new Array(100).fill(a.length)); } catch (e) {} } }",
        "() => { const a = []; for (;;) a.push(Buffer.from('x'.repeat(1e5) + a.length)); }",
        "() => { const a = {}; for (let i = 0; ; i++) a['k' + i] = { i }; }",
        "() => { const again = () => Promise.resolve().then(again); again(); }",
        "() => JSON.parse('[' + '[],'.repeat(1e6) + '1]')",
    ] {
        let result = limited(source, PATIENT);
        assert!(
            matches!(
                result,
                Err(ScriptFault::Memory(_) | ScriptFault::ThrewNull | ScriptFault::CpuLimit(_))
            ),
            "{source}: {result:?}"
        );
    }
    assert_eq!(
        profile("(t, c, cb) => { try { 'x'.repeat(1e9) } catch (e) {} cb(null, { ok: 1 }) }"),
        json!({ "ok": 1 })
    );
}

#[test]
fn recursion_ends() {
    for source in [
        "function f(t, c, cb) { return f(t, c, cb) + 1; }",
        "() => { let s = []; for (let i = 0; i < 3e4; i++) s = [s]; JSON.stringify(s); }",
        "() => { const f = () => [1, 2].map(f); f(); }",
        "() => eval('('.repeat(1e5))",
        "() => { const f = () => { Promise.reject(1).catch(() => {}); return f() + 1; }; f(); }",
        "() => { const f = () => { Buffer.from('x').toString(); return f() + 1; }; f(); }",
        "() => { const f = () => `${{ toString: f }}`; f(); }",
        "() => { const p = new Proxy({}, { get: (t, k, r) => r[k] }); p.x; }",
        "() => { class A { get a() { return new A().a; } } new A().a; }",
    ] {
        let fault = fault(source);
        assert!(matches!(fault, ScriptFault::Recursion), "{source}: {fault:?}");
    }
    assert_eq!(
        profile("(t, c, cb) => { const f = (n) => n === 0 ? 0 : 1 + f(n - 1); cb(null, { depth: f(500) }); }"),
        json!({ "depth": 500 })
    );
    assert_eq!(
        profile("(t, c, cb) => { const f = () => f() + 1; try { f(); } catch (e) { cb(null, { name: e.name }); } }"),
        json!({ "name": "RangeError" })
    );
}

#[test]
fn pieces_that_are_loaded_deep_down_end_too() {
    let names = [
        "request",
        "axios",
        "lodash",
        "zlib",
        "https",
        "crypto",
        "util",
        "url",
        "querystring",
        "jsonwebtoken",
        "buffer",
        "assert",
        "node-fetch",
    ];
    let source = format!(
        "() => {{ const names = {names:?}; let n = 0; const f = () => {{ if (n % 50 === 0 && names.length) try {{ require(names.pop()); }} catch (e) {{}} n++; return f() + 1; }}; f(); }}"
    );
    let fault = fault(&source);
    assert!(matches!(fault, ScriptFault::Recursion), "{fault:?}");
}

#[test]
fn calls_are_counted() {
    let few = ScriptLimits { calls: 3, ..PATIENT };
    let asking = |count: usize| {
        format!(
            "async () => {{ for (let i = 0; i < {count}; i++) await fetch('https://a.example/'); return {{ ok: 1 }}; }}"
        )
    };
    assert!(limited(&asking(3), few).is_ok());
    assert_eq!(limited(&asking(4), few), Err(ScriptFault::TooManyCalls(3)));
    let caught = "async () => { for (;;) { try { await fetch('https://a.example/'); } catch (e) {} } }";
    assert_eq!(limited(caught, few), Err(ScriptFault::TooManyCalls(3)));
    let at_once = "() => { for (let i = 0; i < 1e4; i++) request('https://a.example/', () => {}); }";
    assert_eq!(
        limited(&at_once.replace("1e4", "1e3"), few),
        Err(ScriptFault::TooManyCalls(3))
    );
    let full = limited(&at_once.replace("1e4", "1e5"), few);
    assert!(
        matches!(full, Err(ScriptFault::Memory(_) | ScriptFault::ThrewNull)),
        "{full:?}"
    );
    let timers = "() => { for (;;) setTimeout(() => {}, 1000); }";
    assert_eq!(limited(timers, PATIENT), Err(ScriptFault::TooManyTimers(200)));
}

#[test]
fn answers_and_bodies_have_a_size() {
    let large = "x".repeat(1024 * 1024 + 1);
    let fits = "x".repeat(1024 * 1024);
    let source = "(t, c, cb) => request.get('https://a.example/', (e, r, b) => cb(e, { size: b && b.length }))";
    assert_eq!(
        profile_from(source, &Web::text(200, &fits)),
        json!({ "size": 1_048_576 })
    );
    let ScriptFault::Thrown { message, .. } = fault_from(source, &Web::text(200, &large)) else {
        panic!("no error")
    };
    assert_eq!(message, "the answer has more than 1048576 bytes");
    let control = "\u{1}".repeat(1024 * 1024);
    assert!(matches!(
        fault_from(source, &Web::text(200, &control)),
        ScriptFault::Thrown { .. }
    ));
    let sends = "(t, c, cb) => request.post({ url: 'https://a.example/', body: 'x'.repeat(1048577) }, (e) => cb(e))";
    assert!(fault(sends).to_string().contains("its body has more than"));
}

#[test]
fn a_call_has_a_time() {
    let quick = ScriptLimits {
        call_millis: 100,
        ..PATIENT
    };
    let slow = || Web::text(200, "").slow(Duration::from_secs(30));
    let source = "(t, c, cb) => request.get('https://a.example/', (e) => cb(null, { code: e.code }))";
    assert_eq!(trial(source, quick, &slow()).result.unwrap()["code"], "ETIMEDOUT");
    let own =
        "(t, c, cb) => request.get({ url: 'https://a.example/', timeout: 50 }, (e) => cb(null, { code: e.code }))";
    assert_eq!(trial(own, PATIENT, &slow()).result.unwrap()["code"], "ETIMEDOUT");
}

#[test]
fn a_profile_has_a_size() {
    let source = "(t, c, cb) => cb(null, { text: 'x'.repeat(300000) })";
    assert_eq!(fault(source), ScriptFault::ResultTooLarge(256 * 1024));
    assert_eq!(
        profile("(t, c, cb) => cb(null, { text: 'x'.repeat(200000) })")["text"]
            .as_str()
            .unwrap()
            .len(),
        200_000
    );
    let logs = trial(
        "(t, c, cb) => { for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000)); cb(null, {}); }",
        PATIENT,
        &Web::text(200, ""),
    )
    .logs;
    assert!(logs.iter().map(|line| line.text.len()).sum::<usize>() < 20_000);
}

#[test]
fn the_helpers_of_the_worker_are_out_of_reach_or_harmless() {
    let found = values(&[
        "Object.getOwnPropertyNames(globalThis).filter((name) => /native|core|host|send|piece/i.test(name))",
        "typeof native",
        "typeof core",
        "this === undefined || typeof this.native",
    ]);
    assert_eq!(found[0], json!([]));
    assert_eq!(found[1..3], [json!("undefined"), json!("undefined")]);
    // A changed prototype sees what ours does, and gains nothing but what a script may do anyway.
    let tricks = "let seen = [];\nconst apply = Function.prototype.apply, call = Function.prototype.call;\nFunction.prototype.apply = function (...a) { seen.push(typeof this); return Reflect.apply(apply, this, a); };\nFunction.prototype.call = function (...a) { seen.push(typeof this); return Reflect.apply(call, this, a); };\nObject.defineProperty(Object.prototype, 'settle', { set(v) { seen.push('settle'); } });\nArray.prototype.shift = function () { seen.push('shift'); return undefined; };\n(t, c, cb) => { setTimeout(() => {}); cb(null, { ok: true }); }";
    assert_eq!(profile(tricks), json!({ "ok": true }));
    let broken = "JSON.stringify = () => 'x'; Map.prototype.get = () => undefined; Reflect.apply = () => {}; Object.assign = null; String = null;\n(t, c, cb) => cb(null, { ok: true })";
    assert_eq!(profile(broken), json!({ "ok": true }));
    assert_eq!(
        thrown("String.prototype.toWellFormed = () => { throw 1; };\n(t, c, cb) => cb('x')"),
        "x"
    );
}

#[test]
fn modules_of_the_language_can_not_be_loaded() {
    assert!(matches!(
        fault("async () => { const fs = await import('fs'); return fs; }"),
        ScriptFault::Thrown { .. }
    ));
    assert!(matches!(
        fault("async () => import('/etc/passwd')"),
        ScriptFault::Thrown { .. }
    ));
    assert_eq!(
        profile("async () => ({ made: eval('1 + 1'), other: new Function('return 3')() })"),
        json!({ "made": 2, "other": 3 })
    );
    assert!(matches!(
        fault("() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"),
        ScriptFault::Thrown { .. }
    ));
}

#[test]
fn one_step_that_does_not_end_costs_its_own_script_alone() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig { workers: 1, ..config() });
    let quick = ScriptLimits {
        cpu_millis: 50,
        ..PATIENT
    };
    let web = Web::text(200, "");
    let stuck = ProfileScript::new("() => Array.prototype.reverse.call({ length: 2 ** 53 - 1 })");
    let waits = ProfileScript::new("async () => new Promise((r) => setTimeout(() => r({ ok: 1 }), 5000))");
    let given = inputs();
    let both = async {
        tokio::join!(
            workers.run(&stuck, &given, quick, &web),
            workers.run(&waits, &given, PATIENT, &web)
        )
    };
    let (first, second) = block_on(both);
    assert_eq!(first, Err(ScriptFault::CpuLimit(50)));
    assert_eq!(second.unwrap().profile["ok"], 1, "it began anew in another worker");
    let next = block_on(workers.run(&ProfileScript::new("async () => ({ ok: 1 })"), &inputs(), PATIENT, &web));
    assert_eq!(next.unwrap().profile["ok"], 1);
}

#[test]
fn a_callback_after_the_end_is_not_heard() {
    let quick = ScriptLimits {
        wall_millis: 100,
        ..PATIENT
    };
    let source = "(t, c, cb) => setTimeout(() => cb(null, { late: true }), 400)";
    assert_eq!(limited(source, quick), Err(ScriptFault::TimeLimit(100)));
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(
        profile("(t, c, cb) => cb(null, { next: true })"),
        json!({ "next": true })
    );
}
