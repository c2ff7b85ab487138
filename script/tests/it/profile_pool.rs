//! The pool of script workers: many runs at once, workers that end, places that are given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use script::host::{HttpCall, HttpReply};
use script::{
    Expression, Host, HostFuture, Inputs, Job, Kind, NoHost, ProfileInputs, ProfileRan, ProfileScript, ScriptFault,
    ScriptLimits, ScriptWorkers, ScriptWorkersConfig, Workers,
};
use serde_json::json;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::profile_setting::{PATIENT, Web, block_on, config, inputs};

pub(crate) const FETCHES: &str = "async () => ({ status: (await fetch('https://slow.example/')).status })";
pub(crate) const QUICK: &str = "async (t, c) => ({ id: c.user_id })";

/// A server that answers when it is told to, and counts who waits.
#[derive(Default)]
pub(crate) struct Gate {
    pub(crate) waiting: AtomicUsize,
    pub(crate) open: Notify,
}

impl Host for Gate {
    fn http<'a>(&'a self, _call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        Box::pin(async move {
            let opened = self.open.notified();
            self.waiting.fetch_add(1, Ordering::SeqCst);
            opened.await;
            Ok(HttpReply {
                status: 200,
                ..HttpReply::default()
            })
        })
    }
}

pub(crate) fn one_worker(runs: usize) -> ScriptWorkers {
    ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        runs,
        ..config()
    })
}

/// The processes of this program's workers that were started with this argument.
pub(crate) fn processes(argument: &str) -> Vec<rustix::process::Pid> {
    let me = format!(" {} ", std::process::id());
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        if read("cmdline").ends_with(&format!("{argument}\0")) && read("stat").contains(&me) {
            let pid = entry.file_name().to_string_lossy().parse().unwrap();
            found.push(rustix::process::Pid::from_raw(pid).unwrap());
        }
    }
    found
}

pub(crate) async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Starts scripts, and goes on when each of them waits at the gate.
pub(crate) async fn wait_at(
    gate: &Arc<Gate>,
    workers: &ScriptWorkers,
    count: usize,
) -> Vec<JoinHandle<Result<ProfileRan, ScriptFault>>> {
    let start = |_| {
        let (workers, gate) = (workers.clone(), Arc::clone(gate));
        tokio::spawn(async move {
            workers
                .run(&ProfileScript::new(FETCHES), &inputs(), PATIENT, &*gate)
                .await
        })
    };
    let runs = (0..count).map(start).collect();
    until(|| gate.waiting.load(Ordering::SeqCst) == count).await;
    runs
}

#[test]
fn two_hundred_scripts_wait_at_once() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        arguments: vec!["waiting200".into()],
        ..config()
    });
    let gate = Arc::new(Gate::default());
    block_on(async {
        let runs = wait_at(&gate, &workers, 200).await;
        let cores = std::thread::available_parallelism().unwrap().get();
        assert!(processes("waiting200").len() <= cores);
        // Others go on meanwhile.
        let others = async {
            for _ in 0..20 {
                let ran = workers
                    .run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)
                    .await;
                assert_eq!(ran.unwrap().profile["id"], 4711);
            }
        };
        timeout(Duration::from_secs(5), others).await.unwrap();
        gate.open.notify_waiters();
        for run in runs {
            assert_eq!(run.await.unwrap().unwrap().profile["status"], 200);
        }
    });
}

#[test]
fn beyond_its_number_the_pool_is_busy() {
    let workers = one_worker(3);
    let gate = Arc::new(Gate::default());
    block_on(async {
        let mut runs = wait_at(&gate, &workers, 2).await;
        let another = {
            let (workers, gate) = (workers.clone(), Arc::clone(&gate));
            let script = ProfileScript::new(format!("// another\n{FETCHES}"));
            tokio::spawn(async move { workers.run(&script, &inputs(), PATIENT, &*gate).await })
        };
        until(|| gate.waiting.load(Ordering::SeqCst) == 3).await;
        runs.push(another);
        let refused = workers
            .run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)
            .await;
        assert_eq!(refused, Err(ScriptFault::Busy));
        assert!(ScriptFault::Busy.is_ours());
        gate.open.notify_waiters();
        for run in runs {
            run.await.unwrap().unwrap();
        }
        assert!(
            workers
                .run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)
                .await
                .is_ok()
        );
    });
}

#[test]
fn what_a_worker_has_computed_before_does_not_count() {
    let workers = one_worker(8);
    let limits = ScriptLimits {
        cpu_millis: 500,
        ..PATIENT
    };
    let (computes, quick, given) = (ProfileScript::new("for (;;);"), ProfileScript::new(QUICK), inputs());
    block_on(async {
        for _ in 0..12 {
            let run = workers.run(&computes, &given, limits, &NoHost).await;
            assert_eq!(run, Err(ScriptFault::CpuLimit(500)));
        }
        for _ in 0..20 {
            let run = workers.run(&quick, &given, ScriptLimits::LOGIN, &NoHost).await;
            assert_eq!(run.unwrap().profile["id"], 4711);
            assert_eq!(workers.check("(").await.is_err(), workers.check("1").await.is_ok());
        }
    });
}

#[test]
fn a_worker_that_is_killed_costs_nobody_who_has_only_read() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        arguments: vec!["killed-scripts".into()],
        ..config()
    });
    let gate = Arc::new(Gate::default());
    block_on(async {
        let runs = wait_at(&gate, &workers, 5).await;
        let writes = {
            let (workers, gate) = (workers.clone(), Arc::clone(&gate));
            let script = ProfileScript::new("async () => fetch('https://a.example/', { method: 'POST' })");
            tokio::spawn(async move { workers.run(&script, &inputs(), PATIENT, &*gate).await })
        };
        until(|| gate.waiting.load(Ordering::SeqCst) == 6).await;
        for pid in processes("killed-scripts") {
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        }
        // What may have changed something elsewhere is not done twice; the others begin anew.
        assert_eq!(writes.await.unwrap(), Err(ScriptFault::WorkerLost));
        until(|| gate.waiting.load(Ordering::SeqCst) == 11).await;
        gate.open.notify_waiters();
        for run in runs {
            assert_eq!(run.await.unwrap().unwrap().profile["status"], 200);
        }
    });
}

#[test]
fn a_worker_that_says_nothing_any_more_is_replaced() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        arguments: vec!["silent-scripts".into()],
        ..config()
    });
    block_on(async {
        assert!(
            workers
                .run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)
                .await
                .is_ok()
        );
        let silent = processes("silent-scripts");
        assert_eq!(silent.len(), 1);
        rustix::process::kill_process(silent[0], rustix::process::Signal::STOP).unwrap();
        let status = format!("/proc/{}/status", silent[0].as_raw_nonzero());
        until(|| std::fs::read_to_string(&status).unwrap().contains("State:\tT")).await;
        let quick = ScriptLimits {
            wall_millis: 200,
            ..PATIENT
        };
        let late = workers.run(&ProfileScript::new(QUICK), &inputs(), quick, &NoHost).await;
        assert_eq!(late, Err(ScriptFault::TimeLimit(200)));
        until(|| processes("silent-scripts").is_empty()).await;
        assert!(
            workers
                .run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)
                .await
                .is_ok()
        );
    });
}

#[test]
fn a_run_that_is_given_up_leaves_its_place() {
    let workers = one_worker(1);
    let gate = Gate::default();
    block_on(async {
        let (script, given) = (ProfileScript::new(FETCHES), inputs());
        for round in 0..5 {
            let run = workers.run(&script, &given, PATIENT, &gate);
            let given_up = async { until(|| gate.waiting.load(Ordering::SeqCst) == round + 1).await };
            tokio::select! {
                _ = run => panic!("nobody answers"),
                () = given_up => {}
            }
        }
        assert!(
            workers
                .run(&ProfileScript::new(QUICK), &given, PATIENT, &NoHost)
                .await
                .is_ok()
        );
    });
}

#[test]
fn a_script_without_memory_costs_no_other_run() {
    let workers = one_worker(8);
    let gate = Arc::new(Gate::default());
    block_on(async {
        let run = wait_at(&gate, &workers, 1).await.remove(0);
        let script = ProfileScript::new("() => { const a = []; for (;;) a.push('x'.repeat(1000) + a.length); }");
        let out = workers.run(&script, &inputs(), PATIENT, &NoHost).await;
        assert!(
            matches!(out, Err(ScriptFault::Memory(_) | ScriptFault::ThrewNull)),
            "{out:?}"
        );
        assert!(
            workers
                .run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)
                .await
                .is_ok()
        );
        gate.open.notify_waiters();
        assert_eq!(run.await.unwrap().unwrap().profile["status"], 200);
    });
}

#[test]
fn a_program_that_is_no_worker_is_said() {
    for program in ["/bin/true", "/nonexistent/program"] {
        let workers = ScriptWorkers::new(ScriptWorkersConfig::new(program.into(), Vec::new()));
        let result = block_on(workers.run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost));
        assert!(
            matches!(result, Err(ScriptFault::Unavailable(_))),
            "{program}: {result:?}"
        );
        let checked = block_on(workers.check("1"));
        assert!(matches!(checked, Err(ScriptFault::Unavailable(_))), "{checked:?}");
    }
}

#[test]
fn a_worker_of_scripts_has_taken_its_rights_away() {
    let workers = ScriptWorkers::new(ScriptWorkersConfig {
        workers: 1,
        arguments: vec!["inspected-scripts".into()],
        ..config()
    });
    block_on(workers.run(&ProfileScript::new(QUICK), &inputs(), PATIENT, &NoHost)).unwrap();
    let found = processes("inspected-scripts");
    assert_eq!(found.len(), 1);
    let read = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", found[0].as_raw_nonzero())).unwrap();
    assert!(read("status").contains("NoNewPrivs:\t1"));
    let limits = read("limits");
    for (name, most) in [
        ("Max open files", "0"),
        ("Max file size", "0"),
        ("Max processes", "0"),
        ("Max core file size", "0"),
        ("Max data size", "1342177280"),
    ] {
        let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line[name.len()..].split_whitespace().next(), Some(most), "{name}");
    }
    let environment = read("environ");
    let mut names: Vec<_> = environment
        .split_terminator('\0')
        .map(|entry| entry.split('=').next())
        .collect();
    names.sort_unstable();
    assert_eq!(names, [Some("MIMALLOC_ARENA_RESERVE"), Some("VESTIBULE_WORKER")]);
}

#[test]
fn scripts_hold_up_no_expression() {
    let expressions = Workers::new(crate::setting::config());
    let workers = ScriptWorkers::new(config());
    let gate = Arc::new(Gate::default());
    block_on(async {
        wait_at(&gate, &workers, 50).await;
        let job = Job {
            limits: crate::setting::PATIENT,
            ..Job::new(Expression::new(Kind::ScopeMapping, "return {'a': 1}"), "m")
        };
        let ran = expressions.run(job, &Inputs::default(), &NoHost).await.unwrap();
        assert_eq!(ran.value, json!({ "a": 1 }));
    });
}

#[test]
fn inputs_that_are_too_large_are_said() {
    let large = ProfileInputs {
        access_token: "x".repeat(5 * 1024 * 1024),
        ..ProfileInputs::default()
    };
    let result = block_on(one_worker(1).run(&ProfileScript::new(QUICK), &large, PATIENT, &Web::text(200, "")));
    assert_eq!(result, Err(ScriptFault::InputsTooLarge));
}
