//! What a worker takes from itself: privileges that it could gain, files, processes, memory, core files. It is done with the
//! safe calls of the kernel's interface, before anything of an administrator is read.

use std::ffi::OsStr;

use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::set_no_new_privs;

use crate::profile::wire::VARIABLE;

/// What a worker runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Expressions, one at a time.
    Expressions,
    /// Profile scripts, many at once.
    Scripts,
}

/// Writable private memory of the process, in bytes: the stack of 32 MiB, the interpreter's 16 MiB with what stands beside
/// it while values are copied, and the program's own.
const DATA: u64 = 256 * 1024 * 1024;

/// The same for scripts: many runs, few of which need their 16 MiB, beside the stacks of their threads.
const DATA_OF_SCRIPTS: u64 = 896 * 1024 * 1024 + super::scripts::STACKS;

/// Address space, in bytes: an allocator reserves more of it than it uses.
const ADDRESSES: u64 = 4 * 1024 * 1024 * 1024;

/// Variables that tell the allocator how to behave. There are no others, but for the one that tells what is to be run.
const ALLOWED: &str = "MIMALLOC_";

/// Gives up privileges that a program could gain. A thread has this for itself and those that it starts, so the first does
/// it.
///
/// # Errors
/// Why it was not possible.
pub(super) fn give_up_privileges() -> Result<(), String> {
    set_no_new_privs(true).map_err(|error| format!("new privileges could not be given up: {error}"))
}

/// Takes everything away that running expressions or scripts does not need.
///
/// # Errors
/// What could not be taken away. The worker then serves nothing.
pub(super) fn harden(kind: Kind) -> Result<(), String> {
    let data = match kind {
        Kind::Expressions => DATA,
        Kind::Scripts => DATA_OF_SCRIPTS,
    };
    let allowed = |name: &OsStr| name.to_string_lossy().starts_with(ALLOWED) || name == VARIABLE.0;
    if let Some((name, _)) = std::env::vars_os().find(|(name, _)| !allowed(name)) {
        return Err(format!("the variable {} reached a worker", name.display()));
    }
    for (resource, most) in [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
        (Resource::Data, data),
        (Resource::As, ADDRESSES),
    ] {
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit).map_err(|error| format!("the limit {resource:?} could not be set: {error}"))?;
    }
    Ok(())
}
