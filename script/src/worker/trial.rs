//! A worker tries its limits out before it serves: one hostile expression for each. A limit that something silently
//! switches off would otherwise be found by an attacker.

use serde_json::Value;

use super::program;
use crate::engine::{Engine, Port};
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{Ran, RunFault};
use crate::wire::HostCall;

/// Limits that are reached at once.
const SMALL: Limits = Limits {
    source_bytes: 4_096,
    run_millis: 2,
    wall_millis: 1_000,
    memory_bytes: 1024 * 1024,
    recursion: 50,
    host_calls: 2,
    result_bytes: 64,
    nested_policies: 2,
};

/// For memory, time must not run out first.
const PATIENT: Limits = Limits {
    run_millis: 2_000,
    ..SMALL
};

/// Whether a result is what a limit must lead to.
type Expected = fn(&Result<Ran, RunFault>) -> bool;

/// One attack for each limit.
const ATTACKS: &[(&str, &str, Limits, Expected)] = &[
    (
        "time",
        "while True:\n try:\n  pass\n except Exception:\n  pass",
        SMALL,
        |result| matches!(result, Err(RunFault::Timeout(_))),
    ),
    (
        "memory",
        "a = []\nwhile True:\n a.append('%d' + str(len(a)))",
        PATIENT,
        |result| matches!(result, Err(RunFault::Memory(_))),
    ),
    ("memory of one value", "return 'a' * 10**9", PATIENT, |result| {
        matches!(result, Err(RunFault::Memory(_)))
    }),
    (
        "recursion",
        "def f(n):\n return f(n + 1)\nreturn f(0)",
        PATIENT,
        |result| matches!(result, Err(RunFault::Recursion(_))),
    ),
    (
        "calls to the server",
        "while True:\n resolve_dns('a')",
        PATIENT,
        |result| matches!(result, Err(RunFault::HostCalls(2))),
    ),
    ("size of the result", "return ['a' * 100]", PATIENT, |result| {
        matches!(result, Err(RunFault::ResultTooLarge(64)))
    }),
    (
        "files",
        "return open('/etc/passwd').read()",
        PATIENT,
        |result| matches!(result, Err(RunFault::Exception(exception)) if exception.kind == "PermissionError"),
    ),
];

/// Runs every attack.
///
/// # Errors
/// The limit that did not hold.
pub(super) fn try_out(engine: &mut Engine) -> Result<(), String> {
    for (limit, source, limits, expected) in ATTACKS {
        let result = engine.run(&mut Nothing, &program(source), "trial", &Inputs::default(), *limits);
        if !expected(&result) {
            return Err(format!("the limit on {limit} did not stop an expression: {result:?}"));
        }
    }
    let long = " ".repeat(SMALL.source_bytes + 1);
    match engine.run(&mut Nothing, &program(&long), "trial", &Inputs::default(), SMALL) {
        Err(RunFault::SourceTooLong(_)) => Ok(()),
        other => Err(format!("the limit on the length of a source did not hold: {other:?}")),
    }
}

/// A host that knows nothing, within the process.
struct Nothing;

impl Port for Nothing {
    fn call(&mut self, _call: HostCall) -> Result<Result<Value, String>, RunFault> {
        Ok(Ok(Value::Array(Vec::new())))
    }
}
