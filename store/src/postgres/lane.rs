//! The group commit of PostgreSQL: a lane takes what waits and sends it as one flight, pipelined in one transaction.
//!
//! While one lane waits for its commit, the next one takes what has come meanwhile. When a guard is missed, the flight is rolled back and
//! replayed one batch at a time, each under a savepoint, still with one commit. Success is reported after a commit that the server confirmed.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::sync::{Mutex, broadcast, mpsc, oneshot};

use super::{
    PATIENCE,
    flight::{self, Flown, Ready},
    slot::{Link, Slot},
};
use crate::{db::Invalidation, error::CommitError, statement::Batch};

/// How long a flight may take before its connection is given up.
const FLIGHT: Duration = Duration::from_secs(20);

/// How often a batch is tried that the server asks to try again.
const TRIES: u32 = 5;

/// A batch and where its answer goes.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) batch: Batch,
    pub(super) answer: oneshot::Sender<Result<(), CommitError>>,
}

pub(super) struct Lane {
    pub(super) mine: usize,
    pub(super) slots: Vec<Slot>,
    pub(super) jobs: Arc<Mutex<mpsc::Receiver<Job>>>,
    pub(super) invalidations: broadcast::Sender<Invalidation>,
    pub(super) flight: usize,
}

type Results = Vec<Result<(), CommitError>>;

impl Lane {
    /// Works until the last sender is gone.
    pub(super) async fn run(self) {
        let mut jobs = Vec::with_capacity(self.flight);
        loop {
            self.wait_for_a_turn().await;
            if self.jobs.lock().await.recv_many(&mut jobs, self.flight).await == 0 {
                return;
            }
            // A caller that has gone away before its batch began gets nothing written.
            jobs.retain(|job| !job.answer.is_closed());
            if jobs.is_empty() {
                continue;
            }
            let results = self.apply(&jobs).await;
            for (job, result) in jobs.drain(..).zip(results) {
                if result.is_ok() {
                    // This node need not wait for its own message to come back.
                    for payload in job.batch.notify {
                        let _ = self.invalidations.send(Invalidation::Changed(Arc::from(payload)));
                    }
                }
                let _ = job.answer.send(result);
            }
        }
    }

    /// Leaves the work to other lanes while this one has no connection and another has. When none has, somebody must answer.
    async fn wait_for_a_turn(&self) {
        let Some(slot) = self.slots.get(self.mine) else { return };
        while !slot.is_up() && self.slots.iter().any(Slot::is_up) {
            let _ = slot.get(PATIENCE).await;
        }
    }

    async fn apply(&self, jobs: &[Job]) -> Results {
        let mut reason = "no connection".to_owned();
        // A connection that was lost before its commit was sent has changed nothing, so the flight may go again.
        for _ in 0..2 {
            let Some(slot) = self.slots.get(self.mine) else { break };
            let Some(link) = slot.get(PATIENCE).await else { break };
            match tokio::time::timeout(FLIGHT, apply_on(&link, jobs)).await {
                Ok(Ok(results)) => return results,
                Ok(Err(lost)) => {
                    link.give_up();
                    reason = lost.reason;
                    if lost.committing {
                        break;
                    }
                }
                Err(_) => {
                    link.give_up();
                    "a flight took too long".clone_into(&mut reason);
                    break;
                }
            }
        }
        tracing::warn!(batches = jobs.len(), reason, "a group of writes failed");
        jobs.iter()
            .map(|_| Err(CommitError::unavailable(reason.as_str())))
            .collect()
    }
}

/// The connection was lost.
pub(super) struct Lost {
    pub(super) reason: String,
    /// True when a commit was under way, so that nobody knows how it ended.
    pub(super) committing: bool,
}

/// One result for each job.
async fn apply_on(link: &Link, jobs: &[Job]) -> Result<Results, Lost> {
    let mut results: Results = jobs.iter().map(|_| Ok(())).collect();
    let mut ready = Vec::with_capacity(jobs.len());
    for (position, job) in jobs.iter().enumerate() {
        match Ready::prepare(link, position, &job.batch).await {
            Ok(batch) => ready.push(batch),
            Err(flight::Unprepared::Lost(lost)) => return Err(lost),
            Err(flight::Unprepared::Batch(error)) => results[position] = Err(error),
        }
    }
    let mut again: Vec<&Ready<'_>> = Vec::new();
    if let [alone] = ready.as_slice() {
        again.push(alone);
    } else if !ready.is_empty() && !matches!(flight::together(link, &ready).await?, Flown::Committed) {
        for (batch, flown) in ready.iter().zip(flight::one_by_one(link, &ready).await?) {
            match flown {
                Flown::Committed => {}
                Flown::Missed(error) => results[batch.position] = Err(error),
                Flown::Again => again.push(batch),
            }
        }
    }
    let mut committed = again.len() < ready.len();
    for batch in again {
        // From the first commit on, losing the connection must not send the whole flight again.
        let alone = alone(link, batch).await.map_err(|lost| Lost {
            committing: lost.committing || committed,
            ..lost
        })?;
        committed |= alone.is_ok();
        results[batch.position] = alone;
    }
    Ok(results)
}

async fn alone(link: &Link, batch: &Ready<'_>) -> Result<Result<(), CommitError>, Lost> {
    for tried in 0..TRIES {
        match flight::together(link, std::slice::from_ref(batch)).await? {
            Flown::Committed => return Ok(Ok(())),
            Flown::Missed(error) => return Ok(Err(error)),
            Flown::Again => tokio::time::sleep(Duration::from_millis(2 << tried)).await,
        }
    }
    Ok(Err(CommitError::unavailable(
        "the database asked too often to try again",
    )))
}

/// Sends everything in order and then waits for the answers, which come in the same order.
pub(super) async fn pipeline<T>(sent: Vec<Pin<Box<dyn Future<Output = T> + Send + '_>>>) -> Vec<T> {
    let mut sent: Vec<_> = sent.into_iter().map(futures_util::future::maybe_done).collect();
    std::future::poll_fn(|context| {
        for one in &mut sent {
            // The first poll sends; the answer is taken below.
            let _ = Pin::new(one).poll(context);
        }
        std::task::Poll::Ready(())
    })
    .await;
    let mut answers = Vec::with_capacity(sent.len());
    for mut one in sent {
        Pin::new(&mut one).await;
        answers.extend(Pin::new(&mut one).take_output());
    }
    answers
}
