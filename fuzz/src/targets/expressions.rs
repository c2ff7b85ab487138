//! Expressions, in a worker process as the server runs them, and the frames between the two.

use std::path::PathBuf;
use std::sync::OnceLock;

use script::frame::{FrameError, read_frame};
use script::{CheckFault, Expression, Inputs, Job, Kind, NoHost, RunFault, Workers, WorkersConfig};
use tokio::runtime::Runtime;

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "return ",
    "request",
    "user",
    ".email",
    ".attributes",
    ".ak_groups.all()",
    "context",
    "['oauth_scopes']",
    "ak_is_group_member(request.user, name='a')",
    "ak_message('x')",
    "for x in ",
    "while True:",
    "if ",
    "else:",
    "def f(n):",
    "lambda x: ",
    "try:",
    "except Exception:",
    "raise ",
    "import os",
    "from x import y",
    "__class__",
    "__import__",
    "eval(",
    "open(",
    "[x for x in y]",
    "{**a}",
    "f'{a!r:>10}'",
    "10**10**10",
    "'a' * 10**9",
    "b'x'",
    "1_0",
    "0x",
    "\\N{DASH}",
    "\n",
    "\n ",
    "\n  ",
    "regex_match('a', '(a*)*b')",
    "regex_replace('a', 'b', 'c')",
    "resolve_dns('a')",
    "requests.get('http://a')",
    "yield",
    "async ",
    "await ",
    "del ",
    "global ",
    "match x:",
    "case _:",
    "@",
    ":=",
    "...",
    "lambda",
    "None",
    "True",
    "'''",
    "\"\"\"",
    "#",
];

/// Frames, one after the other.
pub(crate) fn frames(input: &[u8]) -> Place {
    let mut pipe = input;
    let mut kinds = Vec::new();
    loop {
        let kind = match read_frame::<serde_json::Value>(&mut pipe) {
            Ok(_) if kinds.len() < 16 => 1,
            Ok(_) | Err(FrameError::Closed) => break,
            Err(FrameError::Broken(_)) => 2,
            Err(FrameError::TooLarge(_)) => 3,
            Err(FrameError::Malformed(_)) => 4,
        };
        kinds.push(kind);
        if matches!(kind, 2 | 3) {
            break;
        }
    }
    kinds.dedup();
    place(kinds)
}

static WORKER: OnceLock<PathBuf> = OnceLock::new();

/// Says which program serves as the worker, instead of the running one. Once, before any expression runs.
pub fn use_worker(program: PathBuf) {
    let _ = WORKER.set(program);
}

/// The program whose subcommand `worker` runs expressions.
pub(super) fn worker() -> PathBuf {
    let given = WORKER.get().cloned();
    given.unwrap_or_else(|| std::env::current_exe().expect("a program"))
}

struct Pool {
    runtime: Runtime,
    workers: Workers,
}

fn pool() -> &'static Pool {
    static POOL: OnceLock<Pool> = OnceLock::new();
    POOL.get_or_init(|| {
        let mut config = WorkersConfig::new(worker(), vec!["worker".into()]);
        config.workers = 1;
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.enable_all().build().expect("a runtime");
        let guard = runtime.enter();
        let workers = Workers::new(config);
        drop(guard);
        Pool { runtime, workers }
    })
}

/// An expression, as a mapping and as a policy. The worker outlives it, or says which limit ended it.
pub(crate) fn expressions(input: &[u8]) -> Place {
    let Ok(source) = std::str::from_utf8(input) else {
        return place(0);
    };
    let Pool { runtime, workers } = pool();
    let inputs = Inputs {
        user: Some(script::inputs::UserObject {
            username: "ada".into(),
            email: "ada@example.com".into(),
            groups: Some(Vec::new()),
            all_groups: Some(Vec::new()),
            ..Default::default()
        }),
        ..Inputs::default()
    };
    let reached = [Kind::ScopeMapping, Kind::Policy].map(|kind| {
        let checked = match runtime.block_on(workers.check(kind, source)) {
            Ok(()) => true,
            Err(CheckFault::Syntax(fault)) => {
                assert!(fault.line >= 1 && fault.column >= 1 && !fault.message.is_empty());
                false
            }
            Err(other) => panic!("the check ended with {other:?}"),
        };
        let mut job = Job::new(Expression::new(kind, source), "tried out");
        job.limits.run_millis = 200;
        job.limits.wall_millis = 8_000;
        let ran = runtime.block_on(workers.run(job, &inputs, &NoHost));
        assert!(
            !matches!(ran, Err(RunFault::WorkerLost | RunFault::Unavailable(_))),
            "the worker was lost: {ran:?}"
        );
        assert!(checked || ran.is_err(), "it runs and is no expression");
        let ran = ran.map(|ran| ran.truthy).map_err(|fault| match fault {
            RunFault::Exception(exception) => exception.kind,
            other => format!("{:?}", std::mem::discriminant(&other)),
        });
        (checked, ran)
    });
    place(reached)
}
