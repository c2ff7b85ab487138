//! Where notes go that are kept: into a bounded channel, and from there into the database in batches. When the channel is
//! full, or the database away, they are dropped and counted; no request waits for them or fails because of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use protocol::id::new_id;
use protocol::time::Time;
use store::Store;
use store::transactions::Segment;
use tokio::sync::{mpsc, oneshot};

use super::notebook::Notebook;
use crate::actions::browser_session::micros;
use crate::clock::Clock;
use crate::config;
use crate::entropy::SystemEntropy;
use crate::metrics::Metrics;

/// Segments that wait to be written; what comes when they are this many is dropped.
const MOST_WAITING: usize = 2_048;
/// Segments in one commit.
const BATCH: usize = 256;
/// How long the writer waits for more of them. What one sign-in adds within this time becomes one row; a refusal is written at once,
/// because somebody may be looking at its page.
const LINGER: Duration = Duration::from_millis(50);
/// Rows of one batch of the sweep.
const SWEPT: i64 = 100;

#[derive(Debug)]
enum Message {
    Keep(Box<Segment>),
    Settle(oneshot::Sender<()>),
}

/// The way into the database.
#[derive(Debug)]
pub struct Sink {
    sender: mpsc::Sender<Message>,
    clock: Clock,
    metrics: Arc<Metrics>,
    place: AtomicI64,
}

impl Sink {
    /// Starts the task that writes. It ends when the sink is gone and everything is written.
    #[must_use]
    pub fn start(store: Store, clock: Clock, metrics: Arc<Metrics>, bounds: config::Recorder) -> Arc<Self> {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let writer = Writer {
            store,
            clock: clock.clone(),
            metrics: Arc::clone(&metrics),
            bounds,
            since_sweep: 0,
        };
        tokio::spawn(writer.run(receiver));
        Arc::new(Self {
            sender,
            clock,
            metrics,
            place: AtomicI64::new(0),
        })
    }

    /// Takes what is worth keeping in a notebook.
    pub(super) fn take(&self, notebook: &mut Notebook) {
        if !notebook.is_worth_keeping() {
            return;
        }
        let now = Time(self.clock.now_micros());
        let mut segment = notebook.take(now);
        segment.id = new_id("stp", now, &SystemEntropy);
        segment.place = self.next_place(now);
        if self.sender.try_send(Message::Keep(Box::new(segment))).is_err() {
            self.metrics.transactions_dropped.increment();
        }
    }

    /// The time in microseconds, and more than every place before.
    fn next_place(&self, now: Time) -> i64 {
        let next = |last: i64| Some(now.0.max(last.saturating_add(1)));
        let before = self
            .place
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
            .unwrap_or_default();
        now.0.max(before.saturating_add(1))
    }

    /// Waits until what was taken so far is written, or dropped.
    pub async fn settle(&self) {
        let (done, heard) = oneshot::channel();
        if self.sender.send(Message::Settle(done)).await.is_ok() {
            // The task has ended: there is nothing to wait for.
            let _ = heard.await;
        }
    }
}

struct Writer {
    store: Store,
    clock: Clock,
    metrics: Arc<Metrics>,
    bounds: config::Recorder,
    since_sweep: i64,
}

impl Message {
    /// Whether somebody may be waiting for what is written.
    fn is_urgent(&self) -> bool {
        match self {
            Self::Keep(segment) => segment.transaction.code.is_some(),
            Self::Settle(_) => true,
        }
    }
}

/// What each transaction gets of these segments, in the order of its first one.
fn merged(segments: Vec<Segment>) -> Vec<Segment> {
    let mut places: HashMap<String, usize> = HashMap::with_capacity(segments.len());
    let mut merged: Vec<Segment> = Vec::with_capacity(segments.len());
    for segment in segments {
        let place = places
            .get(&segment.transaction.id)
            .and_then(|place| merged.get_mut(*place));
        if let Some(earlier) = place {
            earlier.absorb(segment);
        } else {
            places.insert(segment.transaction.id.clone(), merged.len());
            merged.push(segment);
        }
    }
    merged
}

impl Writer {
    /// Waits for messages, and then a little for more. No message: the sink is gone.
    async fn gather(receiver: &mut mpsc::Receiver<Message>, messages: &mut Vec<Message>) -> usize {
        let mut new = receiver.recv_many(messages, BATCH).await;
        let mut linger = std::pin::pin!(tokio::time::sleep(LINGER));
        while new > 0 && messages.len() < BATCH {
            let start = messages.len() - new;
            if messages.iter().skip(start).any(Message::is_urgent) {
                break;
            }
            let room = BATCH - messages.len();
            tokio::select! {
                more = receiver.recv_many(messages, room) => new = more,
                () = &mut linger => break,
            }
        }
        messages.len()
    }

    async fn run(mut self, mut receiver: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(BATCH);
        while Self::gather(&mut receiver, &mut messages).await > 0 {
            let mut segments = Vec::with_capacity(messages.len());
            let mut waiting = Vec::new();
            for message in messages.drain(..) {
                match message {
                    Message::Keep(segment) => segments.push(*segment),
                    Message::Settle(done) => waiting.push(done),
                }
            }
            self.write(segments).await;
            for done in waiting {
                // Whoever asked has gone away.
                let _ = done.send(());
            }
        }
    }

    async fn write(&mut self, segments: Vec<Segment>) {
        if segments.is_empty() {
            return;
        }
        let count = u64::try_from(segments.len()).unwrap_or_default();
        let received = i64::try_from(segments.len()).unwrap_or_default();
        match self.store.save_segments(&merged(segments)).await {
            Ok(()) => self.metrics.transactions_recorded.add(count),
            Err(error) => {
                tracing::warn!(%error, count, "records of transactions are lost");
                self.metrics.transactions_dropped.add(count);
                return;
            }
        }
        // Between two looks of the sweep a flood must not outgrow the bound by much.
        self.since_sweep += received;
        if self.since_sweep > i64::from(self.bounds.limit / 4).max(SWEPT) {
            self.since_sweep = 0;
            if let Err(error) = sweep(&self.store, Time(self.clock.now_micros()), &self.bounds).await {
                tracing::warn!(%error, "sweeping the records of transactions has to wait");
            }
        }
    }
}

/// Deletes the records that are too old or too many, in small batches.
///
/// # Errors
/// When the database is unavailable.
pub async fn sweep(store: &Store, now: Time, bounds: &config::Recorder) -> Result<(), store::StoreError> {
    let (keep, most) = (micros(bounds.keep), i64::from(bounds.limit));
    while store.sweep_transactions(now, keep, most, SWEPT).await? > 0 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}
