//! `vestibule worker`: a process that runs expressions of administrators for the server which started it. Nobody types it.

use std::process::ExitCode;

/// The name of the subcommand, which the server gives to its workers.
pub(super) const SUBCOMMAND: &str = "worker";

/// Serves until the server closes the pipe. No argument, variable or file of the program is read before.
pub(super) fn run() -> ExitCode {
    script::worker::main()
}
