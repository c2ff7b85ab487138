//! The functions of the worker that the files of JavaScript call. A script that gets hold of them can do what it may do
//! anyway: every limit is kept here or in the server, none in JavaScript.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rquickjs::{Ctx, Exception, Function, Object, Result, TypedArray, Value};

use super::budget::Budget;
use super::outcome::{Outcome, settled};
use super::pieces::Pieces;
use super::{address, bytes, digest, pieces};
use crate::host::HttpCall;
use crate::logs::Logs;
use crate::outcome::Level;
use crate::profile::{ScriptFault, ScriptLimits};

/// What a run shares with its functions.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) budget: Arc<Budget>,
    pub(super) pieces: Pieces,
    state: Mutex<State>,
}

/// What a run has come to.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) limits: ScriptLimits,
    pub(super) outcome: Option<Outcome>,
    pub(super) logs: Logs,
    pub(super) asked: Vec<Asked>,
    calls: usize,
    timers: usize,
    /// The calls that are under way, with their sizes.
    under_way: BTreeMap<u32, usize>,
    /// Whether memory has run out, or may have.
    pub(super) memory_ran_out: bool,
    /// One bit for each file that was loaded.
    loaded: u64,
}

/// What a script waits for, under the number that its answer is to have.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Another server.
    Call(u32, HttpCall),
    /// So many milliseconds.
    Sleep(u32, u64),
}

impl State {
    /// Why a call of this size is not sent, if it is not.
    fn too_large(&self, size: usize) -> Option<String> {
        let most = self.limits.flight_bytes;
        if size > most {
            return Some(format!("the request was not sent: it has more than {most} bytes"));
        }
        let others: usize = self.under_way.values().sum();
        (others.saturating_add(size) > most)
            .then(|| format!("the request was not sent: with those under way it has more than {most} bytes"))
    }

    /// A call has been answered.
    pub(super) fn answered(&mut self, number: u32) {
        self.under_way.remove(&number);
    }
}

impl Shared {
    pub(super) fn new(pieces: Pieces, budget: Arc<Budget>) -> Arc<Self> {
        Arc::new(Self {
            budget,
            pieces,
            state: Mutex::default(),
        })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the run, unless it has ended already. What still computes is interrupted.
    pub(super) fn settle(&self, outcome: Outcome) {
        let mut state = self.state();
        state.memory_ran_out |= matches!(outcome, Err(ScriptFault::Memory(_) | ScriptFault::ThrewNull));
        state.outcome.get_or_insert(outcome);
        self.budget.stop();
    }

    pub(super) fn is_settled(&self) -> bool {
        self.budget.is_stopped() || self.state().outcome.is_some()
    }

    /// Ends the run for a limit; the exception is for the script, which has no time left to catch it.
    fn refuse(&self, ctx: &Ctx<'_>, fault: ScriptFault) -> rquickjs::Error {
        let error = Exception::throw_internal(ctx, "stopped");
        self.settle(Err(fault));
        error
    }
}

/// The object that `core.js` is called with.
pub(super) fn natives<'js>(ctx: &Ctx<'js>, shared: &Arc<Shared>) -> Result<Object<'js>> {
    let natives = Object::new(ctx.clone())?;
    running(ctx, &natives, shared)?;
    helping(ctx, &natives)?;
    Ok(natives)
}

/// What belongs to the run.
fn running<'js>(ctx: &Ctx<'js>, natives: &Object<'js>, shared: &Arc<Shared>) -> Result<()> {
    let run = Arc::clone(shared);
    let settle = move |kind: String, text: String, detail: String| {
        let limits = run.state().limits;
        run.settle(settled(&kind, &text, &detail, &limits));
    };
    natives.set("settle", Function::new(ctx.clone(), settle)?)?;
    let run = Arc::clone(shared);
    let log = move |level: String, text: String| {
        let level = match level.as_str() {
            "debug" => Level::Debug,
            "warning" => Level::Warning,
            "error" => Level::Error,
            _ => Level::Info,
        };
        run.state().logs.add(level, text);
    };
    natives.set("log", Function::new(ctx.clone(), log)?)?;
    let run = Arc::clone(shared);
    let send = move |ctx: Ctx<'js>, number: u32, text: String| -> Result<String> {
        let mut state = run.state();
        let most = state.limits.calls;
        if state.calls >= most {
            drop(state);
            return Err(run.refuse(&ctx, ScriptFault::TooManyCalls(most)));
        }
        state.calls += 1;
        // What is sent leaves the memory of the interpreter, and its limit.
        if let Some(refused) = state.too_large(text.len()) {
            return Ok(refused);
        }
        let call: HttpCall = match serde_json::from_str(&text) {
            Ok(call) => call,
            Err(error) => return Err(Exception::throw_type(&ctx, &format!("this is no request: {error}"))),
        };
        let most = state.limits.call_bytes;
        if call.body.as_ref().is_some_and(|body| body.len() > most) {
            return Ok(format!("the request was not sent: its body has more than {most} bytes"));
        }
        state.under_way.insert(number, text.len());
        state.asked.push(Asked::Call(number, call));
        Ok(String::new())
    };
    natives.set("send", Function::new(ctx.clone(), send)?)?;
    let run = Arc::clone(shared);
    let sleep = move |ctx: Ctx<'js>, number: u32, millis: u32| -> Result<()> {
        let mut state = run.state();
        let most = state.limits.timers;
        if state.timers >= most {
            drop(state);
            return Err(run.refuse(&ctx, ScriptFault::TooManyTimers(most)));
        }
        state.timers += 1;
        state.asked.push(Asked::Sleep(number, millis.into()));
        Ok(())
    };
    natives.set("sleep", Function::new(ctx.clone(), sleep)?)?;
    let run = Arc::clone(shared);
    let piece = move |ctx: Ctx<'js>, name: String| -> Result<Value<'js>> {
        let Some(number) = pieces::number(&name) else {
            return Err(Exception::throw_reference(&ctx, &format!("there is no {name}")));
        };
        // Loading moves the mark from which the depth of calls is measured. Each file does that once, so that the stack of
        // the thread suffices for all of them.
        let bit = 1_u64 << number;
        let mut state = run.state();
        if state.loaded & bit != 0 {
            return Err(Exception::throw_reference(&ctx, &format!("{name} was loaded already")));
        }
        state.loaded |= bit;
        drop(state);
        run.pieces.load(&ctx, &name)
    };
    natives.set("piece", Function::new(ctx.clone(), piece)?)?;
    natives.set(
        "names",
        Function::new(ctx.clone(), |name: String| pieces::names(&name))?,
    )
}

/// What computes, and nothing else.
fn helping<'js>(ctx: &Ctx<'js>, natives: &Object<'js>) -> Result<()> {
    type Bytes<'js> = Result<TypedArray<'js, u8>>;
    let encode = |ctx: Ctx<'js>, text: String, encoding: String| -> Bytes<'js> {
        // Copied into the memory of the interpreter, where it counts.
        TypedArray::new_copy(ctx, bytes::encode(&text, &encoding))
    };
    natives.set("encode", Function::new(ctx.clone(), encode)?)?;
    let decode = |binary: String, encoding: String| bytes::decode(bytes::from_binary(&binary), &encoding);
    natives.set("decode", Function::new(ctx.clone(), decode)?)?;
    let unpack = |ctx: Ctx<'js>, binary: String, kind: String| -> Bytes<'js> {
        let plain = bytes::unpack(&bytes::from_binary(&binary), &kind);
        given(ctx, plain.map_err(|error| ("Z_DATA_ERROR", error)))
    };
    natives.set("unpack", Function::new(ctx.clone(), unpack)?)?;
    let pack = |ctx: Ctx<'js>, binary: String, kind: String| -> Bytes<'js> {
        let packed = bytes::pack(&bytes::from_binary(&binary), &kind);
        given(ctx, packed.map_err(|error| ("Z_STREAM_ERROR", error)))
    };
    natives.set("pack", Function::new(ctx.clone(), pack)?)?;
    let digest = |ctx: Ctx<'js>, name: String, data: String| -> Bytes<'js> {
        given(ctx, known(digest::hash(&name, &bytes::from_binary(&data)), &name))
    };
    natives.set("digest", Function::new(ctx.clone(), digest)?)?;
    let hmac = |ctx: Ctx<'js>, name: String, key: String, data: String| -> Bytes<'js> {
        let (key, data) = (bytes::from_binary(&key), bytes::from_binary(&data));
        given(ctx, known(digest::keyed(&name, &key, &data), &name))
    };
    natives.set("hmac", Function::new(ctx.clone(), hmac)?)?;
    let random = |ctx: Ctx<'js>, size: f64| -> Bytes<'js> {
        let bytes =
            digest::random(size).ok_or(("ERR_OUT_OF_RANGE", "The value of \"size\" is out of range".to_owned()));
        given(ctx, bytes)
    };
    natives.set("random", Function::new(ctx.clone(), random)?)?;
    let url = |text: String, base: String| address::parts(&text, &base);
    natives.set("url", Function::new(ctx.clone(), url)?)?;
    let url_with = |address: String, part: String, value: String| address::with(&address, &part, &value);
    natives.set("url_with", Function::new(ctx.clone(), url_with)?)?;
    natives.set(
        "unescape",
        Function::new(ctx.clone(), |text: String| address::unescape(&text))?,
    )
}

fn known(bytes: Option<Vec<u8>>, name: &str) -> std::result::Result<Vec<u8>, (&'static str, String)> {
    bytes.ok_or_else(|| {
        (
            "ERR_OSSL_EVP_UNSUPPORTED",
            format!("Digest method not supported: {name}"),
        )
    })
}

/// Bytes, or an exception with a code.
fn given<'js>(
    ctx: Ctx<'js>,
    bytes: std::result::Result<Vec<u8>, (&'static str, String)>,
) -> Result<TypedArray<'js, u8>> {
    match bytes {
        Ok(bytes) => TypedArray::new_copy(ctx, bytes),
        Err((code, message)) => {
            let exception = Exception::from_message(ctx, &message)?;
            exception.set("code", code)?;
            Err(exception.throw())
        }
    }
}
