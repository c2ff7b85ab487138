//! The worker process: what it takes from itself before it reads anything, and the loop that answers the server.

mod harden;
mod scripts;
mod scripts_trial;
mod trial;

use std::borrow::Cow;
use std::io::{BufReader, BufWriter, Stdin, Stdout, stdin, stdout};
use std::process::ExitCode;

use serde_json::Value;

use crate::engine::{Engine, Port};
use crate::frame::{FrameError, read_frame, write_frame};
use crate::limits::Limits;
use crate::outcome::RunFault;
use crate::profile::wire::VARIABLE;
use crate::wire::{FromWorker, HostCall, ToWorker};

/// The stack of the one thread that compiles and runs. A source of the longest admitted length, all of it one chain of
/// links, needs 4 MiB of it.
const STACK: usize = 32 * 1024 * 1024;

/// Serves the server at the other end of the standard streams until they close. This is the whole program of a worker. A
/// variable of its environment tells whether it is one of expressions or of profile scripts.
#[must_use]
pub fn main() -> ExitCode {
    if std::env::var_os(VARIABLE.0).is_some_and(|kind| kind == VARIABLE.1) {
        return scripts::main();
    }
    let given_up = harden::give_up_privileges();
    let serving = std::thread::Builder::new()
        .name("expressions".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let mut pipe = Pipe::new();
            match given_up.and_then(|()| serve(&mut pipe)) {
                Ok(()) => ExitCode::SUCCESS,
                Err(reason) => {
                    // The server may be gone; then nobody needs the reason.
                    let _ = write_frame(&mut pipe.output, &FromWorker::Refused(reason));
                    ExitCode::FAILURE
                }
            }
        });
    serving
        .ok()
        .and_then(|thread| thread.join().ok())
        .unwrap_or(ExitCode::FAILURE)
}

fn serve(pipe: &mut Pipe) -> Result<(), String> {
    let mut engine = Engine::open().map_err(|error| format!("the memory of the process can not be read: {error}"))?;
    harden::harden(harden::Kind::Expressions)?;
    trial::try_out(&mut engine)?;
    let mut answer = FromWorker::Ready;
    loop {
        match pipe.write(&answer) {
            Ok(()) => {}
            Err(FrameError::TooLarge(_)) => pipe
                .write(&FromWorker::Ran(Err(RunFault::ResultTooLarge(
                    Limits::EXPRESSION.result_bytes,
                ))))
                .map_err(|error| error.to_string())?,
            Err(_) => return Ok(()),
        }
        answer = loop {
            let asked: ToWorker<'static> = match read_frame(&mut pipe.input) {
                Ok(asked) => asked,
                Err(FrameError::Closed) => return Ok(()),
                Err(error) => return Err(error.to_string()),
            };
            match asked {
                ToWorker::Check { kind, source } => break FromWorker::Checked(Engine::check(kind, &source)),
                ToWorker::Reply(_) => return Err("a reply came without a call".to_owned()),
                ToWorker::Run { inputs, mut jobs } => {
                    let Some(last) = jobs.pop() else { continue };
                    let mut run = |pipe: &mut Pipe, job: &crate::wire::WireJob<'_>| {
                        let limits = job.limits.unwrap_or(Limits::EXPRESSION);
                        FromWorker::Ran(engine.run(pipe, &job.program, &job.name, &inputs, limits))
                    };
                    for job in &jobs {
                        let ran = run(pipe, job);
                        if let Err(FrameError::TooLarge(_)) = pipe.write(&ran) {
                            let fault = RunFault::ResultTooLarge(Limits::EXPRESSION.result_bytes);
                            pipe.write(&FromWorker::Ran(Err(fault)))
                                .map_err(|error| error.to_string())?;
                        }
                    }
                    break run(pipe, &last);
                }
            }
        };
    }
}

/// The standard streams, as frames.
struct Pipe {
    input: BufReader<Stdin>,
    output: BufWriter<Stdout>,
}

impl Pipe {
    fn new() -> Self {
        Self {
            input: BufReader::with_capacity(64 * 1024, stdin()),
            output: BufWriter::with_capacity(64 * 1024, stdout()),
        }
    }

    fn write(&mut self, message: &FromWorker) -> Result<(), FrameError> {
        write_frame(&mut self.output, message)
    }
}

impl Port for Pipe {
    fn call(&mut self, call: HostCall) -> Result<Result<Value, String>, RunFault> {
        match self.write(&FromWorker::Call(call)) {
            Ok(()) => {}
            Err(FrameError::TooLarge(size)) => return Err(RunFault::ResultTooLarge(size)),
            Err(_) => return Err(RunFault::WorkerLost),
        }
        match read_frame::<ToWorker<'static>>(&mut self.input) {
            Ok(ToWorker::Reply(reply)) => Ok(reply),
            _ => Err(RunFault::WorkerLost),
        }
    }
}

/// A source as the engine takes it.
pub(crate) fn program(source: &str) -> crate::wire::WireProgram<'_> {
    crate::wire::WireProgram {
        slot: 0,
        source: Some((crate::expression::Kind::Policy, Cow::Borrowed(source))),
    }
}
