//! The command line: subcommands, what they print, and how the program ends.
//!
//! Exit status: 0 success, 1 failure, 2 wrong use. A result goes to the standard output, a failure as one sentence to the standard error
//! stream; with `--json` both are JSON. To add a subcommand: a file in `cli/` with its arguments and `run`, a variant of [`Command`] and
//! its arm in [`dispatch`]. This module and those in `cli/` are the only ones that print.

mod api;
mod application;
mod demo;
mod key;
mod openapi;
mod output;
mod password;
mod serve;
mod source;
mod token;
mod user;
mod worker;

use std::ffi::OsString;
use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Environment};
use output::Output;

/// Sign-in for your applications: an OpenID provider and an OAuth 2 authorization server in one program.
#[derive(Debug, Parser)]
#[command(
    name = "vestibule",
    version,
    arg_required_else_help = true,
    after_help = "Example:\n  vestibule serve --config /etc/vestibule.toml"
)]
struct Arguments {
    /// The configuration file (or the variable VESTIBULE_CONFIG).
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    User(user::User),
    Application(application::Application),
    Source(source::Source),
    Key(key::Key),
    Token(token::Token),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
}

/// Why a command failed, as one sentence.
#[derive(Debug)]
struct Failure {
    message: String,
    /// Whether the command was used wrongly; a mistake in the configuration counts as that.
    wrong_use: bool,
}

impl Failure {
    fn failed(error: impl std::fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            wrong_use: false,
        }
    }

    fn wrong_use(error: impl std::fmt::Display) -> Self {
        Self {
            message: error.to_string(),
            wrong_use: true,
        }
    }
}

/// What a command gets beside its own arguments.
struct Session {
    config: Option<PathBuf>,
    environment: Environment,
    output: Output,
}

impl Session {
    /// Reads the configuration of this call.
    fn load_config(&self) -> Result<Config, Failure> {
        Config::load(self.config.as_deref(), &self.environment).map_err(Failure::wrong_use)
    }
}

/// Runs the program with the arguments and variables of the process.
pub fn main() -> ExitCode {
    run(std::env::args_os(), std::env::vars_os().collect())
}

/// Runs the program with these arguments (the first is its name) and variables.
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Not among the commands of the help: the server starts it, with nothing in its environment.
    if let [_, command] = arguments.as_slice()
        && command == worker::SUBCOMMAND
    {
        return worker::run();
    }
    let json = arguments.iter().any(|argument| argument == "--json");
    let parsed = match Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return output::usage(&error, json),
    };
    let session = Session {
        config: parsed.config,
        environment,
        output: Output::new(parsed.json),
    };
    match dispatch(parsed.command, &session) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            session.output.failure(&failure.message);
            ExitCode::from(if failure.wrong_use { 2 } else { 1 })
        }
    }
}

fn dispatch(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments, session),
        Command::Demo(arguments) => demo::run(&arguments, session),
        Command::User(arguments) => block_on(user::run(&arguments, session)),
        Command::Application(arguments) => block_on(application::run(&arguments, session)),
        Command::Source(arguments) => block_on(source::run(&arguments, session)),
        Command::Key(arguments) => block_on(key::run(&arguments, session)),
        Command::Token(arguments) => block_on(token::run(&arguments, session)),
        Command::OpenApi(arguments) => openapi::run(&arguments, session),
    }
}

/// Runs the work of a command to its end.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)?
        .block_on(work)
}
