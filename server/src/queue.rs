//! What the queues of the database have in common: several nodes claim what is due, each thing for one attempt, and attempt
//! many at the same moment. What is queued, whom it is for and when it is tried again belong to each queue.

use std::future::Future;
use std::sync::{Arc, Weak};
use std::time::Duration;

use store::StoreError;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::app::{App, AppState};

/// Between two looks into a queue when nobody has said that there is something.
const INTERVAL: Duration = Duration::from_secs(5);

/// A queue that stands in the database.
pub trait Queue: Send + Sync + 'static {
    /// What is claimed for one attempt.
    type Claimed: Send + 'static;
    /// What waits, for the log.
    const NAME: &'static str;
    /// Attempts that run at the same moment.
    const MOST_RUNNING: usize;

    /// Claims some of what is due, and answers it.
    fn claim_due(&self, app: &App) -> impl Future<Output = Result<Vec<Self::Claimed>, StoreError>> + Send;

    /// Makes one attempt and writes what came of it. What is not written is due again when the claim has run out.
    fn attempt(&self, app: &App, claimed: Self::Claimed) -> impl Future<Output = ()> + Send;
}

/// Runs until the state is gone. `wake` says that something was queued.
pub async fn run<Q: Queue>(app: Weak<App>, queue: Arc<Q>, wake: Arc<Notify>) {
    let mut running = JoinSet::new();
    loop {
        let Some(app) = app.upgrade() else { return };
        match queue.claim_due(&app).await {
            Ok(claimed) => {
                let more = !claimed.is_empty();
                for one in claimed {
                    spawn(&mut running, &app, &queue, one);
                }
                while running.try_join_next().is_some() {}
                while running.len() >= Q::MOST_RUNNING {
                    running.join_next().await;
                }
                if more {
                    continue;
                }
            }
            Err(error) => tracing::warn!(%error, "{} have to wait", Q::NAME),
        }
        drop(app);
        tokio::select! {
            () = wake.notified() => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

/// Makes one attempt for what is due and can be claimed at once, and waits for them. Answers how many.
///
/// # Errors
/// When the database is unavailable.
pub async fn attempt_due<Q: Queue>(app: &AppState, queue: &Arc<Q>) -> Result<usize, StoreError> {
    let mut running = JoinSet::new();
    for one in queue.claim_due(app).await? {
        spawn(&mut running, app, queue, one);
    }
    Ok(running.join_all().await.len())
}

fn spawn<Q: Queue>(running: &mut JoinSet<()>, app: &AppState, queue: &Arc<Q>, claimed: Q::Claimed) {
    let (app, queue) = (Arc::clone(app), Arc::clone(queue));
    running.spawn(async move { queue.attempt(&app, claimed).await });
}
