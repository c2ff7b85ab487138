//! Runs a compiled expression: hands in what it mentions, answers what it asks for, and ends it when a limit is reached.

use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use monty::RunProgress;
use monty_types::{
    ExcType, ExtFunctionResult, MontyException, MontyObject, NameLookupResult, PrintWriter, ResourceLimits,
    ResourceTracker,
};

use super::arguments::{Answer, Arguments, Stop, raise};
use super::compile::{Compiled, FILE, about_name};
use super::convert::{NoJson, from_json, text, to_json};
use super::objects::{Attribute, Objects};
use super::output::Output;
use super::{Engine, Port, now};
use crate::expression::Kind;
use crate::inputs::Inputs;
use crate::limits::Limits;
use crate::outcome::{Exception, LogLine, Ran, RunFault};

/// `SkipObject` stands for an exception of the interpreter that nothing else raises: expressions can not define any.
const SKIP: ExcType = ExcType::KeyboardInterrupt;

/// The function behind `ak_call_policy`.
const CALL: &str = "__call_policy";

/// The state of one job, and of the policies that it calls.
pub(super) struct Run<'r, 'i> {
    pub(super) engine: &'r mut Engine,
    pub(super) port: &'r mut dyn Port,
    pub(super) objects: Objects<'i>,
    pub(super) limits: Limits,
    /// Calls to the host that are left.
    pub(super) calls: usize,
    /// Time of the interpreter that is left.
    pub(super) left: Duration,
    /// Time spent waiting for the host.
    pub(super) waited: Duration,
    /// How many policies are open.
    pub(super) depth: usize,
    pub(super) messages: Vec<String>,
    pub(super) output: Output,
    pub(super) prompt_data: Option<MontyObject>,
}

/// Runs one job.
pub(super) fn run(
    engine: &mut Engine,
    port: &mut dyn Port,
    program: &Rc<Compiled>,
    name: &str,
    inputs: &Inputs,
    limits: Limits,
) -> Result<Ran, RunFault> {
    engine.memory.begin();
    let output = Output::new(engine.memory.clone());
    let mut run = Run {
        engine,
        port,
        objects: Objects::new(inputs, name, program.kind == Kind::Policy),
        limits,
        calls: limits.host_calls,
        left: Duration::from_millis(limits.run_millis),
        waited: Duration::ZERO,
        depth: 0,
        messages: Vec::new(),
        output,
        prompt_data: None,
    };
    let value = match run.execute(program, None) {
        Ok(value) => value,
        Err(Stop::Fault(fault)) => return Err(fault),
        Err(Stop::Raise(exception)) => return Err(run.fault(program, &exception)),
    };
    let most = limits.result_bytes;
    let json = |value: &MontyObject| {
        to_json(value, most).map_err(|error| match error {
            NoJson::Kind(kind) => RunFault::NotJson(kind),
            NoJson::TooLarge => RunFault::ResultTooLarge(most),
        })
    };
    // A policy is its truth; what it returns beside that need not be JSON.
    let truthy = value.is_truthy();
    let value = match json(&value) {
        Err(RunFault::NotJson(_)) if program.kind == Kind::Policy => serde_json::Value::Bool(truthy),
        other => other?,
    };
    Ok(Ran {
        value,
        truthy,
        messages: run.messages,
        prompt_data: run.prompt_data.as_ref().map(json).transpose()?,
        logs: run.output.finish(),
    })
}

impl Run<'_, '_> {
    /// Runs a program to its end. `context` is that of a caller, or that of the inputs.
    pub(super) fn execute(&mut self, program: &Rc<Compiled>, context: Option<MontyObject>) -> Answer {
        let mut context = context;
        let mut inputs = Vec::with_capacity(program.prelude.inputs.len());
        for name in &program.prelude.inputs {
            inputs.push(self.input(name, &program.words, &mut context));
        }
        let limits = ResourceLimits::default()
            .max_duration(self.left)
            .max_memory(self.limits.memory_bytes)
            .max_recursion_depth(self.limits.recursion);
        let started = program.program.clone().start(
            inputs,
            ResourceTracker::new(limits),
            PrintWriter::Callback(&mut self.output),
        );
        let mut progress = started.map_err(|error| self.ended(error))?;
        loop {
            let next = match progress {
                RunProgress::Complete(value) => return Ok(value),
                RunProgress::FunctionCall(mut call) => {
                    let spent = call.tracker().elapsed();
                    let named = std::mem::take(&mut call.kwargs);
                    let arguments = Arguments::new(call.function_name.clone(), std::mem::take(&mut call.args), named);
                    let answer = if call.function_name == CALL && program.prelude.inputs.contains(&CALL) {
                        self.left = self.left.saturating_sub(spent);
                        let answer = self.call_policy(arguments);
                        call.tracker_mut().set_max_duration(self.left);
                        answer
                    } else if let Some(id) = call.object_id {
                        self.method(id, arguments, program)
                    } else {
                        self.function(arguments, program)
                    };
                    let result = match answer {
                        Ok(value) => ExtFunctionResult::Return(value),
                        Err(Stop::Raise(exception)) => ExtFunctionResult::Error(exception),
                        Err(fault) => return Err(fault),
                    };
                    call.resume(result, PrintWriter::Callback(&mut self.output))
                }
                RunProgress::NameLookup(lookup) => {
                    let result = match lookup.object_id() {
                        None => self.variable(&lookup.name, program),
                        Some(id) => match self.attribute(id, &lookup.name, &program.words) {
                            Ok(Some(value)) => NameLookupResult::Value(value),
                            Ok(None) => NameLookupResult::Undefined,
                            Err(Stop::Raise(exception)) => NameLookupResult::Error(exception),
                            Err(fault) => return Err(fault),
                        },
                    };
                    lookup.resume(result, PrintWriter::Callback(&mut self.output))
                }
                RunProgress::OsCall(call) => {
                    let refused = MontyException::new(
                        ExcType::PermissionError,
                        Some("files and the environment are not available in expressions".to_owned()),
                    );
                    call.resume(refused, PrintWriter::Callback(&mut self.output))
                }
                RunProgress::ResolveFutures(_) => {
                    return raise(ExcType::RuntimeError, "async is not available in expressions");
                }
            };
            progress = next.map_err(|error| self.ended(error))?;
        }
    }

    /// What stands behind a name of the prelude.
    fn input(&mut self, name: &str, words: &HashSet<String>, context: &mut Option<MontyObject>) -> MontyObject {
        // What the caller gives under such a name stands before the object of a provider's mapping.
        let given = self.objects.inputs.variables.get(name).filter(|_| self.shows(name));
        if let ("user" | "provider" | "token", Some(value)) = (name, given) {
            return from_json(value);
        }
        match name {
            "user" => self.objects.request_user(words),
            "request" => self.objects.request(),
            "provider" => self.objects.provider(),
            "token" => self.objects.token(),
            "http_request" => self.objects.http_request(),
            "ak_logger" => self.objects.logger(),
            "geoip" | "asn" => MontyObject::None,
            "ak_is_sso_flow" => {
                let sso = self.objects.inputs.context.values.get("is_sso");
                MontyObject::Bool(sso.is_some_and(|sso| from_json(sso).is_truthy()))
            }
            super::prelude::CONTEXT => context.take().unwrap_or_else(|| self.objects.context(words)),
            "__client_ip" => {
                let ip = self.objects.inputs.client_ip.as_deref();
                text(ip.unwrap_or("255.255.255.255"))
            }
            function => MontyObject::Function {
                name: function.to_owned(),
                docstring: None,
            },
        }
    }

    /// Whether a variable is for this expression: tokens of a source are for the mapping that was written for them, and not for
    /// the policies that it calls, which other people write.
    fn shows(&self, name: &str) -> bool {
        self.depth == 0 || name != "token"
    }

    /// A name that the prelude does not know: a variable of the request.
    fn variable(&self, name: &str, program: &Compiled) -> NameLookupResult {
        let plain = |key: &str| key.replace([':', '.', '-'], "_");
        let mut variables = self.objects.inputs.variables.iter();
        match variables.find(|(key, _)| plain(key) == name && self.shows(name)) {
            Some((_, value)) => NameLookupResult::Value(from_json(value)),
            None => match about_name(program.kind, name) {
                Some(message) => NameLookupResult::Error(MontyException::new(ExcType::NameError, Some(message))),
                None => NameLookupResult::Undefined,
            },
        }
    }

    fn attribute(
        &mut self,
        id: monty_types::MontyUuid,
        name: &str,
        words: &HashSet<String>,
    ) -> Result<Option<MontyObject>, Stop> {
        match self.objects.attribute(id, name, words) {
            Attribute::Value(value) => Ok(Some(value)),
            Attribute::Missing => Ok(None),
            Attribute::NeedsGroups(user) => {
                self.load_groups(user)?;
                match self.objects.attribute(id, name, words) {
                    Attribute::Value(value) => Ok(Some(value)),
                    _ => Ok(None),
                }
            }
        }
    }

    /// What an exception that left the interpreter means: a limit, or an exception.
    fn ended(&self, error: MontyException) -> Stop {
        let message = error.message().unwrap_or_default();
        Stop::Fault(match error.exc_type() {
            ExcType::TimeoutError if message.starts_with("time limit exceeded") => {
                RunFault::Timeout(self.limits.run_millis)
            }
            ExcType::MemoryError => RunFault::Memory(self.limits.memory_bytes),
            ExcType::RecursionError => RunFault::Recursion(self.limits.recursion),
            SKIP => RunFault::Skipped,
            _ => return Stop::Raise(error),
        })
    }

    /// An exception in terms of the source of the administrator.
    fn fault(&mut self, program: &Compiled, error: &MontyException) -> RunFault {
        let offset = program.prelude.lines;
        let last = u32::try_from(program.source.lines().count()).unwrap_or(u32::MAX);
        let lines: Vec<_> = error
            .traceback()
            .iter()
            .filter(|frame| frame.filename == FILE && frame.start.line > offset && frame.start.line - offset <= last)
            .map(|frame| (frame.start.line - offset, frame.frame_name.clone()))
            .collect();
        let mut traceback = String::new();
        for (line, function) in lines.iter().rev().take(10).rev() {
            let index = usize::try_from(line.saturating_sub(1)).unwrap_or(usize::MAX);
            let source = program.source.lines().nth(index).unwrap_or_default().trim();
            let source: String = source.chars().take(200).collect();
            let place = function
                .as_deref()
                .filter(|name| !name.starts_with('<'))
                .unwrap_or("the expression");
            traceback.push_str(&format!("line {line}, in {place}: {source}\n"));
        }
        RunFault::Exception(Exception {
            kind: error.exc_type().to_string(),
            message: error.message().unwrap_or_default().chars().take(2_000).collect(),
            line: lines.last().map(|(line, _)| *line),
            traceback: traceback.trim_end().to_owned(),
            logs: self.logs(),
        })
    }

    fn logs(&mut self) -> Vec<LogLine> {
        self.output.take()
    }

    /// `ak_call_policy`: the server names the policy, the worker runs it with the context of the caller and what was
    /// added. A policy that fails has not passed; a limit ends both.
    fn call_policy(&mut self, mut arguments: Arguments) -> Answer {
        let name = arguments.text(0, "name")?;
        let context = arguments.need(1, "context")?;
        let added = arguments.need(2, "kw")?;
        if self.depth >= self.limits.nested_policies {
            return raise(ExcType::RuntimeError, "policies call one another too deeply");
        }
        let Some(program) = self.policy(&name)? else {
            return raise(ExcType::ValueError, format!("Policy '{name}' not found."));
        };
        let mut pairs: Vec<(MontyObject, MontyObject)> = Vec::new();
        for dict in [context, added] {
            if let MontyObject::Dict(dict) = dict {
                for (key, value) in dict {
                    pairs.retain(|(other, _)| *other != key);
                    pairs.push((key, value));
                }
            }
        }
        let (started, waited) = (now(), self.waited);
        let outer = std::mem::take(&mut self.messages);
        self.depth += 1;
        let result = self.execute(&program, Some(MontyObject::dict(pairs)));
        self.depth -= 1;
        let mut messages = std::mem::replace(&mut self.messages, outer);
        let spent = started.elapsed().saturating_sub(self.waited.saturating_sub(waited));
        self.left = self.left.saturating_sub(spent);
        let value = match result {
            Ok(value) => value,
            Err(Stop::Raise(exception)) => {
                messages.push(exception.summary());
                MontyObject::None
            }
            Err(Stop::Fault(RunFault::Skipped)) => MontyObject::None,
            Err(fault) => return Err(fault),
        };
        let attributes = vec![
            (text("passing"), MontyObject::Bool(value.is_truthy())),
            (
                text("messages"),
                MontyObject::Tuple(messages.into_iter().map(text).collect()),
            ),
            (text("raw_result"), value),
        ];
        Ok(self.objects.plain("PolicyResult", attributes))
    }
}
