//! The pool: one round trip, workers that end, queues.

use std::time::Duration;

use script::{CheckFault, Expression, Host, HostFuture, Inputs, Job, Limits, NoHost, RunFault, Workers, WorkersConfig};
use serde_json::json;

use crate::setting::{FakeHost, MAPPING, PATIENT, POLICY, block_on, config, inputs};

fn job(source: &str) -> Job {
    Job {
        limits: PATIENT,
        ..Job::new(Expression::new(MAPPING, source), "a mapping")
    }
}

#[test]
fn several_expressions_share_a_request_and_one_failure_stays_alone() {
    let workers = Workers::new(WorkersConfig { workers: 1, ..config() });
    let jobs = [
        job("return {'a': user.email}"),
        job("return 1 / 0"),
        job("return ("),
        job("return {'b': 2}"),
    ];
    for _ in 0..3 {
        let results = block_on(workers.run_all(&jobs, &inputs(), &NoHost));
        assert_eq!(results[0].as_ref().unwrap().value["a"], "Alice.Liddell@Example.com");
        assert!(matches!(&results[1], Err(RunFault::Exception(exception)) if exception.kind == "ZeroDivisionError"));
        assert!(matches!(&results[2], Err(RunFault::Syntax(_))));
        assert_eq!(results[3].as_ref().unwrap().value, json!({ "b": 2 }));
        assert_eq!(results.len(), 4);
    }
    assert!(block_on(workers.run_all(&[], &inputs(), &NoHost)).is_empty());
}

#[test]
fn compiled_expressions_give_way_and_come_back() {
    let workers = Workers::new(WorkersConfig {
        workers: 1,
        compiled: 2,
        ..config()
    });
    for round in 0..2 {
        for n in 0..5 {
            let ran = block_on(workers.run(job(&format!("return {n}")), &Inputs::default(), &NoHost));
            assert_eq!(ran.unwrap().value, json!(n), "round {round}");
        }
    }
    let jobs: Vec<_> = (0..150).map(|n| job(&format!("return {n}"))).collect();
    let results = block_on(workers.run_all(&jobs, &Inputs::default(), &NoHost));
    for (n, result) in results.into_iter().enumerate() {
        assert_eq!(result.unwrap().value, json!(n));
    }
}

/// A host whose answers never come.
struct Never;

impl Host for Never {
    fn reverse_dns<'a>(&'a self, _ip: &'a str) -> HostFuture<'a, String> {
        Box::pin(std::future::pending())
    }
}

#[test]
fn a_wait_that_is_too_long_costs_one_expression_and_one_worker() {
    let workers = Workers::new(WorkersConfig { workers: 1, ..config() });
    let mut slow = job("return reverse_dns('x')");
    slow.limits.wall_millis = 100;
    let jobs = [job("return 1"), slow, job("return 3")];
    let results = block_on(workers.run_all(&jobs, &Inputs::default(), &Never));
    assert_eq!(results[0].as_ref().unwrap().value, json!(1));
    assert_eq!(results[1], Err(RunFault::Timeout(100)));
    assert_eq!(results[2].as_ref().unwrap().value, json!(3));
}

#[test]
fn one_step_that_takes_too_long_is_ended_from_outside() {
    let workers = Workers::new(WorkersConfig { workers: 1, ..config() });
    let mut endless = job("x = 3\nwhile True:\n    x = x * x");
    endless.limits.run_millis = 100;
    endless.limits.wall_millis = 600_000;
    let jobs = [endless, job("return 2")];
    let results = block_on(async {
        let inputs = Inputs::default();
        let running = workers.run_all(&jobs, &inputs, &Never);
        tokio::time::timeout(Duration::from_secs(30), running).await
    });
    let results = results.expect("it is ended");
    assert!(
        matches!(results[0], Err(RunFault::Timeout(100) | RunFault::Memory(_))),
        "{:?}",
        results[0]
    );
    assert_eq!(results[1].as_ref().unwrap().value, json!(2));
}

/// A host that ends the worker which asks it.
struct Killer;

impl Host for Killer {
    fn reverse_dns<'a>(&'a self, _ip: &'a str) -> HostFuture<'a, String> {
        Box::pin(async move {
            for entry in std::fs::read_dir("/proc").unwrap().flatten() {
                let name = entry.file_name();
                let Some(pid) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else {
                    continue;
                };
                let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
                let parent = stat
                    .rsplit(')')
                    .next()
                    .and_then(|rest| rest.split_whitespace().nth(1).map(str::to_owned));
                let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                if parent == Some(std::process::id().to_string()) && arguments.ends_with(b"killed\0") {
                    let pid = rustix::process::Pid::from_raw(pid).unwrap();
                    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
                }
            }
            Ok("nobody hears this".to_owned())
        })
    }
}

#[test]
fn a_worker_that_ends_costs_one_expression() {
    let workers = Workers::new(WorkersConfig {
        workers: 1,
        arguments: vec!["killed".into()],
        ..config()
    });
    let jobs = [job("return 1"), job("return reverse_dns('x')"), job("return 3")];
    let results = block_on(workers.run_all(&jobs, &Inputs::default(), &Killer));
    assert_eq!(results[0].as_ref().unwrap().value, json!(1));
    assert_eq!(results[1], Err(RunFault::WorkerLost));
    assert_eq!(results[2].as_ref().unwrap().value, json!(3));
}

#[test]
fn a_request_that_is_given_up_does_not_disturb_the_next() {
    let workers = Workers::new(WorkersConfig { workers: 1, ..config() });
    block_on(async {
        let inputs = Inputs::default();
        let given_up = workers.run(job("return reverse_dns('x')"), &inputs, &Never);
        assert!(
            tokio::time::timeout(Duration::from_millis(300), given_up)
                .await
                .is_err()
        );
        let ran = workers.run(job("return 'next'"), &inputs, &NoHost).await;
        assert_eq!(ran.unwrap().value, json!("next"));
    });
}

#[test]
fn a_full_queue_is_said_at_once() {
    let workers = Workers::new(WorkersConfig {
        workers: 1,
        waiting: 0,
        ..config()
    });
    block_on(async {
        let inputs = Inputs::default();
        let busy = workers.run(job("return reverse_dns('x')"), &inputs, &Never);
        let other = async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            workers.run(job("return 1"), &inputs, &NoHost).await
        };
        tokio::select! {
            _ = busy => panic!("it never ends"),
            result = other => assert_eq!(result, Err(RunFault::Busy)),
        }
    });
}

#[test]
fn a_program_that_is_no_worker_is_said() {
    for program in ["/bin/true", "/nonexistent/program"] {
        let workers = Workers::new(WorkersConfig::new(program.into(), Vec::new()));
        let result = block_on(workers.run(job("return 1"), &Inputs::default(), &NoHost));
        assert!(matches!(result, Err(RunFault::Unavailable(_))), "{program}: {result:?}");
        let checked = block_on(workers.check(POLICY, "return 1"));
        assert!(
            matches!(checked, Err(CheckFault::Run(RunFault::Unavailable(_)))),
            "{checked:?}"
        );
    }
}

#[test]
fn a_worker_has_taken_its_rights_away() {
    let workers = Workers::new(WorkersConfig {
        workers: 1,
        arguments: vec!["inspected".into()],
        ..config()
    });
    block_on(workers.run(job("return 1"), &Inputs::default(), &FakeHost::default())).unwrap();
    let me = std::process::id().to_string();
    let mut seen = 0;
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read_to_string(entry.path().join(name)).unwrap_or_default();
        if !read("cmdline").ends_with("inspected\0") || !read("stat").contains(&format!(" {me} ")) {
            continue;
        }
        seen += 1;
        assert!(read("status").contains("NoNewPrivs:\t1"));
        let limits = read("limits");
        let limit = |name: &str| {
            let line = limits.lines().find(|line| line.starts_with(name)).unwrap();
            line[name.len()..].split_whitespace().next().unwrap().to_owned()
        };
        assert_eq!(limit("Max open files"), "0");
        assert_eq!(limit("Max file size"), "0");
        assert_eq!(limit("Max processes"), "0");
        assert_eq!(limit("Max core file size"), "0");
        assert_eq!(limit("Max data size"), (256 * 1024 * 1024).to_string());
        assert_ne!(limit("Max address space"), "unlimited");
        let environment = read("environ");
        assert!(
            environment
                .split('\0')
                .all(|entry| entry.is_empty() || entry.starts_with("MIMALLOC_")),
            "{environment}"
        );
    }
    assert_eq!(seen, 1);
}

#[test]
fn the_usual_limits_suffice_for_the_usual_expression() {
    let usual = Job::new(
        Expression::new(MAPPING, "return {'groups': [g.name for g in user.ak_groups.all()]}"),
        "groups",
    );
    assert_eq!(usual.limits, Limits::EXPRESSION);
    let workers = Workers::new(config());
    let ran = block_on(workers.run(usual, &inputs(), &NoHost)).unwrap();
    assert_eq!(ran.value, json!({ "groups": ["staff", "app_editors"] }));
}
