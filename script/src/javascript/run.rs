//! One run: a runtime of its own, the slices in which it computes, and what it asks for between them.

use std::cell::RefCell;
use std::sync::Arc;

use rquickjs::context::EvalOptions;
use rquickjs::function::IntoArgs;
use rquickjs::{Context, Ctx, Error, Function, Object, Result, Runtime, Value};

pub(crate) use super::natives::Asked;

use super::budget::Budget;
use super::forms::Program;
use super::natives::{Shared, natives};
use super::outcome::{FILE, limit, syntax, thrown};
use super::pieces::{CORE, Pieces};
use super::turns::Turns;
use crate::outcome::SyntaxFault;
use crate::profile::{ScriptFault, ScriptLimits, ScriptTrial};

/// How many promises that failed and that nobody looks at are remembered. The first is reported.
const REJECTED: usize = 64;

/// Promises that failed and that nobody looks at, each followed by its reason.
type Rejected<'js> = RefCell<Vec<Value<'js>>>;

/// A script in the middle of its work.
pub(crate) struct Run {
    context: Context,
    shared: Arc<Shared>,
}

/// What a slice has led to.
#[derive(Debug)]
pub(crate) enum Slice {
    /// The script waits for this, and for what it asked for before.
    Waits(Vec<Asked>),
    /// It has ended.
    Done(ScriptTrial),
    /// It was looked at, and has not run.
    Checked(std::result::Result<(), SyntaxFault>),
}

impl Run {
    /// Makes a runtime and what a script finds in it. Nothing of a script has run yet: a worker does this ahead, so that a run
    /// finds its runtime ready. Each is used for one run.
    ///
    /// # Errors
    /// There is no memory for it.
    pub(crate) fn new(pieces: Pieces, turns: &Arc<Turns>) -> std::result::Result<Self, ScriptFault> {
        let limits = ScriptLimits::LOGIN;
        Self::make(pieces, limits, turns).map_err(|_| ScriptFault::Memory(limits.memory_bytes))
    }

    fn make(pieces: Pieces, limits: ScriptLimits, turns: &Arc<Turns>) -> Result<Self> {
        let budget = Arc::new(Budget::new(limits.cpu_millis, Arc::clone(turns)));
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(limits.memory_bytes);
        runtime.set_max_stack_size(limits.stack_bytes);
        let asked = Arc::clone(&budget);
        runtime.set_interrupt_handler(Some(Box::new(move || asked.is_over())));
        runtime.set_host_promise_rejection_tracker(Some(Box::new(rejected)));
        let run = Self {
            context: Context::full(&runtime)?,
            shared: Shared::new(pieces, budget),
        };
        // Without a beginning everything that this thread has ever computed would count.
        run.shared.budget.begin();
        let furnished = run.context.with(|ctx| run.furnish(&ctx));
        run.shared.budget.end();
        furnished.map(|()| run)
    }

    /// What the run may compute; also the way to stop it.
    pub(crate) fn budget(&self) -> Arc<Budget> {
        Arc::clone(&self.shared.budget)
    }

    /// The first slice: the program of the script, and its function.
    pub(crate) fn begin(&self, source: &str, inputs: &str, limits: ScriptLimits) -> Slice {
        let runtime = self.context.runtime();
        runtime.set_memory_limit(limits.memory_bytes);
        runtime.set_max_stack_size(limits.stack_bytes);
        self.shared.budget.set(limits.cpu_millis);
        self.shared.state().limits = limits;
        self.slice(|ctx| {
            let entry = entry(ctx)?;
            let inputs = ctx.json_parse(inputs)?;
            let settings = inputs
                .as_object()
                .map(|inputs| inputs.get::<_, Value<'_>>("configuration"));
            call(&entry, "configure", (settings.transpose()?,))?;
            let program = Program::to_run(source);
            let Some(value) = self.program(ctx, &program)? else {
                return Ok(());
            };
            call(&entry, "main", (value, source, inputs))
        })
    }

    /// A slice: the answer to a call.
    pub(crate) fn reply(&self, call_number: u32, reply: &str) -> Slice {
        self.shared.state().answered(call_number);
        self.slice(|ctx| call(&entry(ctx)?, "answer", (call_number, ctx.json_parse(reply)?)))
    }

    /// A slice: a timer has run out.
    pub(crate) fn tick(&self, call_number: u32) -> Slice {
        self.slice(|ctx| call(&entry(ctx)?, "answer", (call_number,)))
    }

    /// What the script holds, in bytes. Everything that it holds is gone through for that.
    pub(crate) fn memory(&self) -> usize {
        usize::try_from(self.context.runtime().memory_usage().malloc_size).unwrap_or_default()
    }

    /// Whether memory ran out, or may have: the interpreter may then have lost count of what it holds, and would end the process
    /// when it finds that.
    pub(crate) fn may_be_damaged(&self) -> bool {
        self.shared.state().memory_ran_out
    }

    /// Gives the runtime up without ending it; see [`Run::may_be_damaged`].
    pub(crate) fn abandon(self) {
        std::mem::forget(self.context);
    }

    /// The globals of a script.
    fn furnish<'js>(&self, ctx: &Ctx<'js>) -> Result<()> {
        let core = Function::from_value(self.shared.pieces.load(ctx, CORE)?)?;
        let entry: Object<'js> = core.call((natives(ctx, &self.shared)?,))?;
        let fresh: Rejected<'js> = RefCell::default();
        // Nothing is stored yet, so nothing can be in use.
        let _ = ctx.store_userdata(fresh);
        let _ = ctx.store_userdata(entry);
        Ok(())
    }

    /// The value of the program. `None` when it is none, or failed, which is settled then.
    fn program<'js>(&self, ctx: &Ctx<'js>, program: &Program) -> Result<Option<Value<'js>>> {
        if program.text.contains('\0') {
            self.shared.settle(Err(ScriptFault::Syntax(zero(program))));
            return Ok(None);
        }
        match ctx.eval_with_options(program.text.as_str(), sloppy()) {
            Ok(value) => Ok(Some(value)),
            Err(Error::Exception) if !self.shared.is_settled() => {
                let value = ctx.catch();
                let (message, stack) = told(&value);
                let fault = syntax(&message, &stack).filter(|_| is_syntax_error(&value));
                self.shared.settle(Err(match fault {
                    Some(fault) => ScriptFault::Syntax(placed(fault, program)),
                    None => self.fault(&value, &message, &stack),
                }));
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Computes until the script waits or has ended.
    fn slice(&self, first: impl for<'js> FnOnce(&Ctx<'js>) -> Result<()>) -> Slice {
        let shared = &self.shared;
        shared.budget.begin();
        let mut goes_on = self.step(|ctx| first(ctx).map(|()| true));
        while goes_on && self.jobs() {
            goes_on = self.step(turn);
        }
        shared.budget.end();
        let mut state = shared.state();
        if shared.budget.is_exceeded() {
            let fault = ScriptFault::CpuLimit(state.limits.cpu_millis);
            state.outcome.get_or_insert(Err(fault));
        }
        match state.outcome.take() {
            Some(result) => Slice::Done(ScriptTrial {
                result,
                logs: state.logs.take(),
            }),
            None => Slice::Waits(std::mem::take(&mut state.asked)),
        }
    }

    /// One call of a function of ours. Whether there is more to do.
    fn step(&self, call: impl for<'js> FnOnce(&Ctx<'js>) -> Result<bool>) -> bool {
        self.context.with(|ctx| match call(&ctx) {
            Ok(more) => more && !self.shared.is_settled(),
            Err(error) => {
                self.failed(&ctx, &error);
                false
            }
        })
    }

    /// What promises have put off. Whether the run goes on.
    fn jobs(&self) -> bool {
        let runtime = self.context.runtime();
        while !self.shared.is_settled() {
            match runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => return true,
                Err(thrown) => thrown.0.with(|ctx| self.failed(&ctx, &Error::Exception)),
            }
        }
        false
    }

    /// An error that none of our functions has caught ends the run.
    fn failed(&self, ctx: &Ctx<'_>, error: &Error) {
        let value = match error {
            Error::Exception => ctx.catch(),
            _ => Value::new_null(ctx.clone()),
        };
        if !self.shared.is_settled() {
            let (message, stack) = told(&value);
            self.shared.settle(Err(self.fault(&value, &message, &stack)));
        }
    }

    /// An exception that no function of ours has caught. Where there is no room for an exception, there is none.
    fn fault(&self, value: &Value<'_>, message: &str, stack: &str) -> ScriptFault {
        if value.is_null() {
            return ScriptFault::ThrewNull;
        }
        limit(message, &self.shared.state().limits).unwrap_or_else(|| thrown(message, stack))
    }

    /// Whether a source is a script: it is read, and does not run.
    pub(crate) fn check(&self, source: &str) -> Slice {
        self.shared.budget.begin();
        let checked = self.read(&Program::to_check(source));
        self.shared.budget.end();
        Slice::Checked(checked)
    }

    fn read(&self, program: &Program) -> std::result::Result<(), SyntaxFault> {
        let refused = |message: &str| SyntaxFault {
            line: 1,
            column: 1,
            message: message.to_owned(),
            suggestion: None,
        };
        if program.text.contains('\0') {
            return Err(zero(program));
        }
        self.context.with(|ctx| {
            let Err(Error::Exception) = ctx.eval_with_options::<Value<'_>, _>(program.text.as_str(), sloppy()) else {
                return Err(refused("it could not be read"));
            };
            let value = ctx.catch();
            if value.as_int() == Some(0) && !self.shared.budget.is_stopped() {
                return Ok(());
            }
            let (message, stack) = told(&value);
            let limits = self.shared.state().limits;
            if value.is_null() || matches!(limit(&message, &limits), Some(ScriptFault::Memory(_))) {
                self.shared.state().memory_ran_out = true;
                return Err(refused("reading it takes too much memory"));
            }
            Err(syntax(&message, &stack).map_or_else(|| refused(&message), |fault| placed(fault, program)))
        })
    }
}

/// Programs of the web are not strict unless they say so.
fn sloppy() -> EvalOptions {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(FILE.to_owned());
    options
}

fn placed(fault: SyntaxFault, program: &Program) -> SyntaxFault {
    let (line, column) = program.position(fault.line, fault.column);
    SyntaxFault { line, column, ..fault }
}

/// The interpreter takes a character of zero for the end.
fn zero(program: &Program) -> SyntaxFault {
    let before = program.text.split('\0').next().unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let fault = SyntaxFault {
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u32::try_from(column).unwrap_or(u32::MAX),
        message: "the character U+0000 is not allowed".to_owned(),
        suggestion: None,
    };
    placed(fault, program)
}

/// One step of what was put off until later. Whether there was one.
fn turn(ctx: &Ctx<'_>) -> Result<bool> {
    entry(ctx)?.get::<_, Function<'_>>("turn")?.call((reasons(ctx),))
}

/// The functions that `core.js` returned.
fn entry<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    ctx.userdata::<Object<'js>>()
        .map(|entry| entry.clone())
        .ok_or(Error::Unknown)
}

fn call<'js>(entry: &Object<'js>, name: &str, arguments: impl IntoArgs<'js>) -> Result<()> {
    entry.get::<_, Function<'js>>(name)?.call(arguments)
}

/// Message and stack of what was thrown.
fn told(value: &Value<'_>) -> (String, String) {
    if let Some(exception) = value.as_exception() {
        return (
            exception.message().unwrap_or_default(),
            exception.stack().unwrap_or_default(),
        );
    }
    let text = value.as_string().and_then(|text| text.to_string().ok());
    (text.unwrap_or_else(|| "unknown error".to_owned()), String::new())
}

fn is_syntax_error(value: &Value<'_>) -> bool {
    let name = value
        .as_object()
        .and_then(|object| object.get::<_, String>("name").ok());
    name.as_deref() == Some("SyntaxError")
}

/// A promise has failed, or somebody looks at one that has. Nothing of the script is called here: that would move the mark
/// from which the depth of calls is measured.
#[expect(clippy::needless_pass_by_value, reason = "the shape that the interpreter calls")]
fn rejected<'js>(ctx: Ctx<'js>, promise: Value<'js>, reason: Value<'js>, handled: bool) {
    let Some(list) = ctx.userdata::<Rejected<'js>>() else {
        return;
    };
    let mut list = list.borrow_mut();
    if handled {
        let place = list.chunks(2).position(|pair| pair.first() == Some(&promise));
        if let Some(at) = place {
            list.drain(at * 2..at * 2 + 2);
        }
    } else if list.len() < REJECTED * 2 {
        list.push(promise);
        list.push(reason);
    }
}

/// The reasons of the promises that have failed and that nobody looks at.
fn reasons<'js>(ctx: &Ctx<'js>) -> Vec<Value<'js>> {
    let Some(list) = ctx.userdata::<Rejected<'js>>() else {
        return Vec::new();
    };
    let list = list.borrow();
    list.chunks(2).filter_map(|pair| pair.get(1).cloned()).collect()
}
