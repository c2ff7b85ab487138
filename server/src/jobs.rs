//! Work that nobody waits for: sweeping what has expired, noting client secrets that have retired, rotating keys when their
//! time has come, and forgetting keys that were retired long ago.

use std::sync::Weak;
use std::time::Duration;

use protocol::time::{DAY, Time};
use store::StoreError;
use store::signing_keys::KeyState;

use crate::actions::applications::secrets;
use crate::actions::keys::rotation::follow_schedule;
use crate::actions::sources::discovery::look;
use crate::actions::{survey, trusted_issuers};
use crate::app::App;
use crate::recorder;
use crate::web::browser::micros;

/// Between two looks for what has expired.
const INTERVAL: Duration = Duration::from_secs(30);
/// Between two batches, so that requests go first.
const BREATH: Duration = Duration::from_millis(2);
/// Rows in one batch of one kind: few, because every commit of a request waits for the batch before it.
const BATCH: i64 = 100;
/// Events that are counted in one commit.
const COUNTED: i64 = 2000;
/// After how many intervals somebody looks again for what needs attention.
const SURVEY: u64 = 20;
/// How long a retired key is published: longer than any ID token that it signed is of use as a hint.
const OVERLAP: i64 = 30 * DAY;

/// Runs until the state is gone.
pub async fn run(app: Weak<App>) {
    for round in 0_u64.. {
        tokio::time::sleep(INTERVAL).await;
        let Some(app) = app.upgrade() else { return };
        if let Err(error) = tidy(&app).await {
            tracing::warn!(%error, "sweeping has to wait");
        }
        if let Err(error) = look(&app, app.now()).await {
            tracing::warn!(%error, "looking at sources has to wait");
        }
        if let Err(error) = follow_schedule(&app).await {
            tracing::warn!(%error, "the rotation of keys has to wait");
        }
        if let Err(error) = count_activity(&app).await {
            tracing::warn!(%error, "counting what happened has to wait");
        }
        if round % SURVEY == 0
            && let Err(error) = Box::pin(survey::look(&app, app.now())).await
        {
            tracing::warn!(%error, "looking for what needs attention has to wait");
        }
    }
}

/// Counts what happened since the last time, in small batches.
///
/// # Errors
/// When the database is unavailable.
pub async fn count_activity(app: &App) -> Result<(), StoreError> {
    while app.store.count_activity(app.now(), COUNTED).await? {
        tokio::time::sleep(BREATH).await;
    }
    Ok(())
}

/// Sweeps everything that has expired now, in small batches.
///
/// # Errors
/// When the database is unavailable.
pub async fn tidy(app: &App) -> Result<(), StoreError> {
    let retention = micros(app.config.events.retention);
    while app.store.sweep(app.now(), retention, BATCH).await? > 0 {
        tokio::time::sleep(BREATH).await;
    }
    recorder::sweep(&app.store, app.now(), &app.config.recorder).await?;
    secrets::retire_due(app).await?;
    trusted_issuers::forget_expired(app).await?;
    let before = app.now().plus(-OVERLAP);
    let snapshot = app.snapshot();
    let stale = |retired_at: Option<Time>| retired_at.is_some_and(|retired_at| retired_at < before);
    if snapshot
        .keys
        .iter()
        .any(|key| key.record.state == KeyState::Retired && stale(key.record.retired_at))
    {
        app.commit_changes(
            vec![app.store.delete_retired_keys(before, app.now())],
            vec!["keys".to_owned()],
        )
        .await?;
    }
    Ok(())
}
