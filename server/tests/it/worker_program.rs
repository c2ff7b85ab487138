//! The program as its own worker: the hidden subcommand, with the allocator that the program really has.

use std::process::Command;

use script::{Expression, Inputs, Job, Kind, Limits, NoHost, RunFault, Workers, WorkersConfig};

fn job(source: &str) -> Job {
    let expression = Expression::new(Kind::ScopeMapping, source);
    let mut job = Job::new(expression, "tried out");
    job.limits = Limits {
        run_millis: 5_000,
        wall_millis: 60_000,
        ..Limits::EXPRESSION
    };
    job
}

#[tokio::test]
async fn the_program_is_its_own_worker_and_keeps_the_limits() {
    let program = env!("CARGO_BIN_EXE_vestibule");
    let workers = Workers::new(WorkersConfig {
        workers: 1,
        ..WorkersConfig::new(program.into(), vec!["worker".into()])
    });
    let hog = "a = []\nwhile True:\n    a.append(str(len(a)) * 10)";
    let jobs = [
        job("return 1"),
        job(hog),
        job("a = 'x'\nwhile True:\n    a = a + a"),
        job("return 2"),
    ];
    for _ in 0..2 {
        let results = workers.run_all(&jobs, &Inputs::default(), &NoHost).await;
        assert_eq!(results[0].as_ref().unwrap().value, 1);
        let memory = Limits::EXPRESSION.memory_bytes;
        assert_eq!(results[1], Err(RunFault::Memory(memory)));
        assert_eq!(results[2], Err(RunFault::Memory(memory)));
        assert_eq!(results[3].as_ref().unwrap().value, 2);
    }
}

#[test]
fn the_help_does_not_list_the_worker() {
    let output = Command::new(env!("CARGO_BIN_EXE_vestibule"))
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("serve") && !help.contains("worker"), "{help}");
}

#[test]
fn a_worker_that_nobody_speaks_to_ends() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.arg("worker").env_clear().stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.ends_with(b"\"Ready\""), "{output:?}");
}
