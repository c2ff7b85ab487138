//! Scripts beside one another: whoever computes, waits, holds or sends much takes nothing from the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use script::host::{HttpCall, HttpReply};
use script::{
    Host, HostFuture, NoHost, ProfileRan, ProfileScript, ScriptFault, ScriptLimits, ScriptTrial, ScriptWorkers,
    ScriptWorkersConfig,
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::profile_pool::{FETCHES, Gate, QUICK, one_worker, processes, until, wait_at};
use crate::profile_setting::{PATIENT, Web, block_on, config, fault, inputs, profile_from, trial};

/// How long a busy machine may take for a short run: far below what scripts that do not end may compute here.
const PROMPT: Duration = Duration::from_secs(20);

/// More than a test takes, so that whoever waits for such a script is found out.
const ENDLESS: ScriptLimits = ScriptLimits {
    cpu_millis: 200_000,
    wall_millis: 200_000,
    ..PATIENT
};

fn start(workers: &ScriptWorkers, source: &str, limits: ScriptLimits) -> JoinHandle<Result<ProfileRan, ScriptFault>> {
    let (workers, script) = (workers.clone(), ProfileScript::new(source));
    tokio::spawn(async move { workers.run(&script, &inputs(), limits, &NoHost).await })
}

async fn is_prompt(workers: &ScriptWorkers) {
    for _ in 0..10 {
        let (script, given) = (ProfileScript::new(QUICK), inputs());
        let ran = timeout(PROMPT, workers.run(&script, &given, PATIENT, &NoHost)).await;
        assert_eq!(
            ran.expect("it waits for those that compute").unwrap().profile["id"],
            4711
        );
    }
}

#[test]
fn eight_scripts_that_do_not_end_hold_up_neither_others_nor_their_answers() {
    let workers = one_worker(64);
    let gate = Arc::new(Gate::default());
    block_on(async {
        let waits = wait_at(&gate, &workers, 1).await.remove(0);
        let endless: Vec<_> = (0..8)
            .map(|number| start(&workers, &format!("for (;;) {number};"), ENDLESS))
            .collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        is_prompt(&workers).await;
        gate.open.notify_waiters();
        let answered = timeout(PROMPT, waits)
            .await
            .expect("the answer waits for those that compute");
        assert_eq!(answered.unwrap().unwrap().profile["status"], 200);
        // Those that compute for less meet their limit meanwhile.
        let limits = ScriptLimits {
            cpu_millis: 100,
            ..PATIENT
        };
        let limited = timeout(PROMPT, start(&workers, "for (;;);", limits)).await;
        assert_eq!(limited.unwrap().unwrap(), Err(ScriptFault::CpuLimit(100)));
        assert!(
            !endless.iter().any(JoinHandle::is_finished),
            "they have computed all the time"
        );
        give_up(endless).await;
    });
}

/// Nobody waits for these runs any more.
async fn give_up(runs: Vec<JoinHandle<Result<ProfileRan, ScriptFault>>>) {
    for run in runs {
        run.abort();
        assert!(run.await.is_err_and(|error| error.is_cancelled()));
    }
}

#[test]
fn a_script_that_does_not_end_keeps_no_other_from_running_however_often_it_is_started() {
    let workers = one_worker(128);
    let gate = Arc::new(Gate::default());
    block_on(async {
        let waits = wait_at(&gate, &workers, 1).await.remove(0);
        let endless: Vec<_> = (0..60).map(|_| start(&workers, "for (;;);", ENDLESS)).collect();
        tokio::time::sleep(Duration::from_millis(100)).await;
        is_prompt(&workers).await;
        assert!(
            !endless.iter().any(JoinHandle::is_finished),
            "they have computed all the time"
        );
        // Those that are given up before a thread was found for them do not cost their worker, which would be killed after 5 s.
        give_up(endless).await;
        tokio::time::sleep(Duration::from_secs(7)).await;
        gate.open.notify_waiters();
        assert_eq!(waits.await.unwrap().unwrap().profile["status"], 200);
        assert_eq!(gate.waiting.load(Ordering::SeqCst), 1, "it did not begin anew");
    });
}

#[test]
fn two_hundred_runs_of_one_script_wait_in_one_worker_and_leave_places() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig { workers: 1, ..config() });
    let gate = Arc::new(Gate::default());
    block_on(async {
        let mut runs = wait_at(&gate, &workers, 200).await;
        for _ in 200..256 {
            let (workers, gate) = (workers.clone(), Arc::clone(&gate));
            let script = ProfileScript::new(FETCHES);
            runs.push(tokio::spawn(async move {
                workers.run(&script, &inputs(), PATIENT, &*gate).await
            }));
        }
        until(|| gate.waiting.load(Ordering::SeqCst) == 256).await;
        let (script, given) = (ProfileScript::new(FETCHES), inputs());
        let one_more = workers.run(&script, &given, PATIENT, &*gate).await;
        assert_eq!(one_more, Err(ScriptFault::Busy), "half of the places are for others");
        is_prompt(&workers).await;
        gate.open.notify_waiters();
        for run in runs {
            assert_eq!(run.await.unwrap().unwrap().profile["status"], 200);
        }
    });
}

#[test]
fn scripts_that_hold_much_while_they_wait_do_not_take_the_memory_of_all() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        arguments: vec!["heavy-scripts".into()],
        ..config()
    });
    let gate = Arc::new(Gate::default());
    block_on(async {
        let light = wait_at(&gate, &workers, 20).await;
        let worker = processes("heavy-scripts");
        let holds = "async () => { const held = new Uint8Array(10 << 20).fill(1); await fetch('https://slow.example/'); return { held: held[9]}; }";
        let (mut kept, mut busy) = (Vec::new(), 0);
        for _ in 0..120 {
            let (workers, gate) = (workers.clone(), Arc::clone(&gate));
            let script = ProfileScript::new(holds);
            let before = gate.waiting.load(Ordering::SeqCst);
            let counts = Arc::clone(&gate);
            let run = tokio::spawn(async move { workers.run(&script, &inputs(), PATIENT, &*gate).await });
            until(|| run.is_finished() || counts.waiting.load(Ordering::SeqCst) > before).await;
            if run.is_finished() {
                assert_eq!(run.await.unwrap(), Err(ScriptFault::Busy));
                busy += 1;
            } else {
                kept.push(run);
            }
        }
        assert!(kept.len() > 10 && busy > 10, "{} are kept, {busy} are not", kept.len());
        is_prompt(&workers).await;
        gate.open.notify_waiters();
        for run in light.into_iter().chain(kept) {
            assert!(run.await.unwrap().is_ok());
        }
        assert_eq!(processes("heavy-scripts"), worker, "it is the same worker");
    });
}

/// A server that answers after a while, and counts how many wait at a time.
#[derive(Default)]
struct Counts {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Host for Counts {
    fn http<'a>(&'a self, _call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        Box::pin(async move {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            Ok(HttpReply {
                status: 200,
                ..HttpReply::default()
            })
        })
    }
}

#[test]
fn a_script_makes_a_few_calls_at_once_and_the_others_after_them() {
    let counts = Counts::default();
    let source = "async () => { const all = await Promise.all(Array.from({ length: 20 }, () => fetch('https://a.example/'))); return { answers: all.length }; }";
    let ran = block_on(one_worker(1).run(&ProfileScript::new(source), &inputs(), PATIENT, &counts));
    assert_eq!(ran.unwrap().profile["answers"], 20);
    assert_eq!(counts.most.load(Ordering::SeqCst), PATIENT.calls_at_once);
}

#[test]
fn a_body_that_is_too_large_does_not_leave_the_worker() {
    let web = Web::text(200, "");
    let source = "(t, c, cb) => request.post({ url: 'https://a.example/', body: 'x'.repeat(1048577) }, (e) => cb(null, { code: e.code, message: e.message }))";
    let told =
        json!({ "code": "EMSGSIZE", "message": "the request was not sent: its body has more than 1048576 bytes" });
    assert_eq!(profile_from(source, &web), told);
    // Smaller, so that the script does not run out of memory before.
    let small = ScriptLimits {
        flight_bytes: 100_000,
        ..PATIENT
    };
    let source = "async () => { try { await fetch('https://a.example/?' + 'x'.repeat(200000)); } catch (e) { return { code: e.code, cause: e.cause.message }; } }";
    let told = json!({ "code": "EMSGSIZE", "cause": "the request was not sent: it has more than 100000 bytes" });
    assert_eq!(trial(source, small, &web).result.map(Value::Object), Ok(told));
    assert_eq!(web.asked(), []);
}

#[test]
fn calls_under_way_have_a_size_together() {
    let web = Web::text(200, "").slow(Duration::from_millis(50));
    let source = "async () => {
        const body = 'x'.repeat(1e6);
        const post = () => new Promise((done) => request.post({ url: 'https://a.example/', body }, (e) => done(e ? e.message : 'sent')));
        const first = await Promise.all([post(), post(), post(), post()]);
        return { first, then: await post() };
    }";
    let refused = "the request was not sent: with those under way it has more than 3145728 bytes";
    assert_eq!(
        profile_from(source, &web),
        json!({ "first": ["sent", "sent", "sent", refused], "then": "sent" })
    );
    assert_eq!(web.asked().len(), 4);
}

#[test]
fn answers_that_a_script_leaves_unread_have_a_size_together() {
    let limits = ScriptLimits {
        memory_bytes: 4 * 1024 * 1024,
        ..PATIENT
    };
    // It computes with the first answer, and the others come meanwhile.
    let source = "(t, c, cb) => {
        const told = [];
        for (let i = 0; i < 3; i++) request.get('https://a.example/', (e, r, b) => {
            told.push(e ? `${e.code} ${e.message}` : 'read');
            if (i === 0) for (const end = Date.now() + 1500; Date.now() < end;);
            if (told.length === 3) cb(null, { told });
        });
    }";
    let web = Web::text(200, &"x".repeat(1024 * 1024));
    let ScriptTrial { result, .. } = trial(source, limits, &web);
    let told = result.unwrap().remove("told").unwrap();
    let refused = "EMSGSIZE the answers to the script have more than 2097152 bytes";
    assert!(told.as_array().unwrap().contains(&json!(refused)), "{told}");
    assert!(told.as_array().unwrap().contains(&json!("read")), "{told}");
}

#[test]
fn what_is_said_of_a_null_does_not_depend_on_the_words_of_the_script() {
    for source in [
        "(t, c, cb) => { const nothing = null; throw nothing; }",
        "(t, c, cb) => { throw null; }",
        "(t, c, cb) => new Promise((done, reject) => { const err = null; reject(err); })",
        "(t, c, cb) => Promise.reject(null)",
        "throw null;",
    ] {
        assert_eq!(fault(source), ScriptFault::ThrewNull, "{source}");
    }
    // The words that a script could throw null with, in one whose memory runs out.
    let source = "// throw null; reject(null)\n() => { const a = []; for (;;) a.push('x'.repeat(1000) + a.length); }";
    let fault = fault(source);
    assert!(
        matches!(fault, ScriptFault::Memory(_) | ScriptFault::ThrewNull),
        "{fault:?}"
    );
}

#[test]
fn a_worker_goes_on_after_some_scripts_without_memory_and_is_replaced_after_many() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        arguments: vec!["leaking-scripts".into()],
        ..config()
    });
    let source = "() => { const a = []; for (;;) a.push('x'.repeat(1000) + a.length); }";
    block_on(async {
        let mut seen = Vec::new();
        for round in 0..12 {
            let ran = workers
                .run(&ProfileScript::new(source), &inputs(), PATIENT, &NoHost)
                .await;
            assert!(
                matches!(ran, Err(ScriptFault::Memory(_) | ScriptFault::ThrewNull)),
                "{ran:?}"
            );
            is_prompt(&workers).await;
            for pid in processes("leaking-scripts") {
                if !seen.contains(&pid) {
                    seen.push(pid);
                }
            }
            if round < 7 {
                assert_eq!(seen.len(), 1, "round {round}");
            }
        }
        assert_eq!(seen.len(), 2, "the memory of 128 MiB is lost with eight of them");
    });
}

#[test]
fn scripts_that_go_on_after_memory_ran_out_cost_no_worker() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        arguments: vec!["catching-scripts".into()],
        ..config()
    });
    let fills = [
        "const a = []; for (;;) a.push('x'.repeat(1000) + a.length);",
        "const a = {}; for (let i = 0; ; i++) a['k' + i] = { i, f: () => a, get g() { return i; } };",
        "const a = []; for (;;) a.push(class { #p = a; static s = [a]; m() { return super.m; } });",
        "const a = new Map(); for (let i = 0; ; i++) a.set({ i }, new Set([i, `${i}`, Symbol(i)]));",
        "const a = []; for (;;) a.push(Promise.resolve().then(() => a).finally(() => a), (async () => { await a; })());",
        "const a = []; for (;;) a.push(...JSON.parse('[{\"a\":[1,\"x\",{}]}]'), /(?<n>a+)(b)?/dg.exec('aab'), [3, 1, 2].sort());",
        "const a = []; for (;;) a.push(new Proxy({}, { get: () => a }), (function* () { yield* a; })(), new WeakRef({}), new Error('e'));",
        "const a = []; for (;;) a.push(Buffer.from('x' + a.length), new URL('https://a.example/?x=1'), eval('({ x: [1] })'), new Date());",
    ];
    block_on(async {
        let mut seen = Vec::new();
        for step in 0..24 {
            let limits = ScriptLimits {
                memory_bytes: 1_500_000 + step * 4_099,
                ..PATIENT
            };
            for fill in fills {
                let source = format!(
                    "(t, c, cb) => {{ for (let i = 0; i < 3; i++) try {{ {fill} }} catch {{}} cb(null, {{ ok: 1 }}); }}"
                );
                let ran = workers
                    .run(&ProfileScript::new(source), &inputs(), limits, &NoHost)
                    .await;
                assert!(
                    matches!(
                        ran,
                        Ok(_) | Err(ScriptFault::Memory(_) | ScriptFault::ThrewNull | ScriptFault::Thrown { .. })
                    ),
                    "{fill}: {ran:?}"
                );
                for pid in processes("catching-scripts") {
                    if !seen.contains(&pid) {
                        seen.push(pid);
                    }
                }
            }
        }
        assert!(seen.len() < 5, "{} workers", seen.len());
    });
}
