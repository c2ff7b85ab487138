//! A worker of scripts tries its limits out before it serves, as one of expressions does.

use std::sync::Arc;

use crate::javascript::{Asked, Pieces, Run, Slice, Turns};
use crate::profile::{ScriptFault, ScriptLimits};

/// Limits that are reached at once.
const SMALL: ScriptLimits = ScriptLimits {
    cpu_millis: 5,
    calls: 2,
    result_bytes: 64,
    ..ScriptLimits::LOGIN
};

/// For memory and depth, time must not run out first.
const PATIENT: ScriptLimits = ScriptLimits {
    cpu_millis: 5_000,
    memory_bytes: 2 * 1024 * 1024,
    ..SMALL
};

/// Whether a fault is what a limit must lead to.
type Expected = fn(&ScriptFault) -> bool;

/// One attack for each limit.
const ATTACKS: &[(&str, &str, ScriptLimits, Expected)] = &[
    ("time", "for (;;) { try { for (;;); } catch {} }", SMALL, |fault| {
        matches!(fault, ScriptFault::CpuLimit(5))
    }),
    (
        "time of promises",
        "(function again() { Promise.resolve().then(again); })",
        SMALL,
        |fault| matches!(fault, ScriptFault::CpuLimit(5)),
    ),
    (
        "time of patterns",
        "/^(a+)+$/.test('a'.repeat(40) + 'b')",
        SMALL,
        |fault| matches!(fault, ScriptFault::CpuLimit(5)),
    ),
    (
        "memory",
        "const all = []; for (;;) all.push('x'.repeat(1000) + all.length)",
        PATIENT,
        |fault| matches!(fault, ScriptFault::Memory(_) | ScriptFault::ThrewNull),
    ),
    ("memory of one value", "'x'.repeat(1e8)", PATIENT, |fault| {
        matches!(fault, ScriptFault::Memory(_))
    }),
    (
        "recursion",
        "(function deeper() { return deeper() + 1; })()",
        PATIENT,
        |fault| matches!(fault, ScriptFault::Recursion),
    ),
    (
        "calls to other servers",
        "() => { for (;;) request('https://a.example/') && fetch('https://a.example/') }",
        PATIENT,
        |fault| matches!(fault, ScriptFault::TooManyCalls(2)),
    ),
    (
        "size of the profile",
        "(a, b, c) => c(null, { text: 'x'.repeat(100) })",
        PATIENT,
        |fault| matches!(fault, ScriptFault::ResultTooLarge(64)),
    ),
    (
        "files and other modules",
        "require('fs')",
        PATIENT,
        |fault| matches!(fault, ScriptFault::Thrown { message, .. } if message == "Cannot find module 'fs'"),
    ),
];

/// What every attack is called with.
const INPUTS: &str = r#"{"accessToken":"","context":{},"configuration":{},"options":{}}"#;

/// Runs every attack.
///
/// # Errors
/// The limit that did not hold.
pub(super) fn try_out(pieces: Pieces, turns: &Arc<Turns>) -> Result<(), String> {
    for (limit, source, limits, expected) in ATTACKS {
        let fault = attack(pieces, turns, source, *limits);
        if !fault.as_ref().is_some_and(expected) {
            return Err(format!("the limit on {limit} did not stop a script: {fault:?}"));
        }
    }
    Ok(())
}

fn attack(pieces: Pieces, turns: &Arc<Turns>, source: &str, limits: ScriptLimits) -> Option<ScriptFault> {
    let run = match Run::new(pieces, turns) {
        Ok(run) => run,
        Err(fault) => return Some(fault),
    };
    let mut slice = run.begin(source, INPUTS, limits);
    // Timers are the only thing that an attack may wait for here.
    while let Slice::Waits(asked) = slice {
        let Some(Asked::Sleep(number, _)) = asked.first() else {
            return None;
        };
        slice = run.tick(*number);
    }
    let Slice::Done(trial) = slice else { return None };
    if run.may_be_damaged() {
        run.abandon();
    }
    trial.result.err()
}
