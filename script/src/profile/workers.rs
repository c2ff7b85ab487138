//! The pool of worker processes for profile scripts, seen from the server.
//!
//! A worker carries many runs, each under a number of its own. A new run goes where the fewest are; a worker more is started
//! while every one has something to do and there are fewer than cores. Beyond a number of runs for each worker the pool is
//! busy and says so at once: a login that waits for a place behind others that wait would only fail later. A script gets a
//! place as long as it has fewer than are free (`shares`), so none keeps the others out.

mod member;
mod run;
mod shares;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::wire::{FromWorker, ToWorker, arguments};
use super::{ProfileInputs, ProfileRan, ProfileScript, ScriptFault, ScriptId, ScriptLimits, ScriptTrial};
use crate::host::Host;
use member::{Member, Place};
use shares::{Share, Shares};

/// How long a source is looked at.
const CHECK: Duration = Duration::from_secs(5);

/// How many processes there are at most for each worker: it and those that were retired before it and have not ended.
const MOST_PROCESSES: usize = 3;

/// How the pool starts workers and how much they carry.
#[derive(Clone, Debug)]
pub struct ScriptWorkersConfig {
    /// The program of a worker: our own.
    pub program: PathBuf,
    /// Its arguments: the hidden subcommand.
    pub arguments: Vec<OsString>,
    /// How many workers run at most. They are started when they are needed.
    pub workers: usize,
    /// How many runs one worker carries at most. One script alone gets half of them.
    pub runs: usize,
}

impl ScriptWorkersConfig {
    /// Workers of a program, as many as there are cores.
    #[must_use]
    pub fn new(program: PathBuf, arguments: Vec<OsString>) -> Self {
        Self {
            program,
            arguments,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            runs: 512,
        }
    }
}

/// A pool of worker processes for profile scripts. Cloning shares it.
#[derive(Clone, Debug)]
pub struct ScriptWorkers {
    pool: Arc<Pool>,
}

#[derive(Debug)]
struct Pool {
    config: ScriptWorkersConfig,
    shares: Shares,
    state: Mutex<State>,
    /// Told when a start has come to an end, one way or the other.
    started: Notify,
    runs: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    members: Vec<Arc<Member>>,
    starting: usize,
}

/// What to do for a place.
enum Next {
    Take(Place),
    Start,
    Wait,
    Busy,
}

impl ScriptWorkers {
    /// A pool that starts nothing yet.
    #[must_use]
    pub fn new(config: ScriptWorkersConfig) -> Self {
        let places = config.workers.max(1).saturating_mul(config.runs.max(1));
        Self {
            pool: Arc::new(Pool {
                config,
                shares: Shares::new(places),
                state: Mutex::default(),
                started: Notify::new(),
                runs: AtomicU64::new(1),
            }),
        }
    }

    /// Runs a script and answers its calls through the host's [`Host::http`].
    ///
    /// # Errors
    /// Why it made no profile.
    pub async fn run(
        &self,
        script: &ProfileScript,
        inputs: &ProfileInputs,
        limits: ScriptLimits,
        host: &dyn Host,
    ) -> Result<ProfileRan, ScriptFault> {
        let ScriptTrial { result, logs } = self.try_out(script, inputs, limits, host).await;
        result.map(|profile| ProfileRan { profile, logs })
    }

    /// Runs a script as [`ScriptWorkers::run`] does, and hands over what it logged however it ended: for an administrator who
    /// tries it out.
    pub async fn try_out(
        &self,
        script: &ProfileScript,
        inputs: &ProfileInputs,
        limits: ScriptLimits,
        host: &dyn Host,
    ) -> ScriptTrial {
        if !limits.admits(script.source()) {
            return ScriptTrial::failed(ScriptFault::SourceTooLong(limits.source_chars));
        }
        let Ok(inputs) = arguments(inputs) else {
            return ScriptTrial::failed(ScriptFault::InputsTooLarge);
        };
        let wall = Duration::from_millis(limits.wall_millis);
        let work = async {
            let (trial, may_repeat) = self.attempt(script, &inputs, limits, host).await;
            if may_repeat && matches!(trial.result, Err(ScriptFault::WorkerLost)) {
                // Another script has brought the worker down; this one has changed nothing anywhere, so it begins anew.
                return self.attempt(script, &inputs, limits, host).await.0;
            }
            trial
        };
        match timeout(wall, work).await {
            Ok(trial) => trial,
            // The place was dropped with the work, which cancels the run in its worker.
            Err(_) => ScriptTrial::failed(ScriptFault::TimeLimit(limits.wall_millis)),
        }
    }

    /// One attempt in one worker, and whether a second one would do no harm.
    async fn attempt(
        &self,
        script: &ProfileScript,
        inputs: &RawValue,
        limits: ScriptLimits,
        host: &dyn Host,
    ) -> (ScriptTrial, bool) {
        let id = script.id();
        let (place, _share) = match self.place(id).await {
            Ok(place) => place,
            Err(fault) => return (ScriptTrial::failed(fault), false),
        };
        let message = ToWorker::Run {
            run: place.run(),
            script: id.number(),
            source: script.source().as_ref().into(),
            inputs: std::borrow::Cow::Borrowed(inputs),
            limits: (limits != ScriptLimits::LOGIN).then_some(limits),
        };
        run::drive(place, &message, limits, host).await
    }

    /// Says whether a source is a script. Nothing of it is run.
    ///
    /// # Errors
    /// [`ScriptFault::Syntax`] with line and column, [`ScriptFault::SourceTooLong`], or why it could not be looked at.
    pub async fn check(&self, source: &str) -> Result<(), ScriptFault> {
        if !ScriptLimits::LOGIN.admits(source) {
            return Err(ScriptFault::SourceTooLong(ScriptLimits::LOGIN.source_chars));
        }
        let id = ProfileScript::new(source).id();
        let (mut place, _share) = self.place(id).await?;
        let message = ToWorker::Check {
            run: place.run(),
            script: id.number(),
            source: source.into(),
        };
        place.send(&message)?;
        match timeout(CHECK, place.next()).await {
            Ok(Some(FromWorker::Checked { checked, .. })) => checked.map_err(ScriptFault::Syntax),
            Ok(_) => Err(ScriptFault::WorkerLost),
            Err(_) => Err(ScriptFault::TimeLimit(
                u64::try_from(CHECK.as_millis()).unwrap_or(u64::MAX),
            )),
        }
    }

    /// A place in a worker, which is started when that is called for.
    async fn place(&self, script: ScriptId) -> Result<(Place, Share), ScriptFault> {
        let share = self.pool.shares.take(script).ok_or(ScriptFault::Busy)?;
        loop {
            let started = self.pool.started.notified();
            match self.next() {
                Next::Take(place) => return Ok((place, share)),
                Next::Busy => return Err(ScriptFault::Busy),
                Next::Wait => started.await,
                Next::Start => {
                    let starting = Starting(&self.pool);
                    let member = Member::start(&self.pool.config).await.map(Arc::new);
                    let place = member.map(|member| {
                        let place = member.place(self.number());
                        self.pool.state().members.push(member);
                        place
                    });
                    drop(starting);
                    return place?.map(|place| (place, share)).ok_or(ScriptFault::Busy);
                }
            }
        }
    }

    fn next(&self) -> Next {
        let mut state = self.pool.state();
        // A worker that takes no new runs is a process until those that it carries have ended.
        state.members.retain(|member| member.serves() || member.load() > 0);
        let most = self.pool.config.workers.max(1);
        let serving = state.members.iter().filter(|member| member.serves()).count();
        let room = serving + state.starting < most && state.members.len() + state.starting < MOST_PROCESSES * most;
        let fewest = state
            .members
            .iter()
            .filter(|member| member.serves() && !member.is_slow())
            .min_by_key(|member| member.load());
        match fewest {
            Some(member) if member.load() == 0 || !room => match member.place(self.number()) {
                Some(place) => Next::Take(place),
                None => Next::Busy,
            },
            _ if room => {
                state.starting += 1;
                Next::Start
            }
            // A worker that is being started will have room, one that does not answer will be gone or come back.
            _ if state.starting > 0 => Next::Wait,
            _ => Next::Busy,
        }
    }

    fn number(&self) -> u64 {
        self.pool.runs.fetch_add(1, Ordering::Relaxed)
    }
}

impl Pool {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and a list of workers has no state that could be half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A start under way; counted down when it has ended or is given up.
struct Starting<'a>(&'a Pool);

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        self.0.state().starting -= 1;
        self.0.started.notify_waiters();
    }
}
