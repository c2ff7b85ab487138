//! Tells applications that a browser session has ended (OpenID Connect Back-Channel Logout 1.0, section 2.5).
//!
//! The queue stands in the database: a notice is written with the end of the session, claimed by one node for one attempt,
//! and taken off when the application has answered with 2xx. Any other answer, 400 as well, is tried again: section 2.8 makes
//! an application answer 400 also when the sign-out failed on its own side. After the last attempt the notice is given up. The
//! audit log says of each how it ended. Applications that are switched off hear it too, because it only takes something away.

use std::sync::{Arc, Weak};
use std::time::Duration;

use protocol::client::LogoutMethod;
use protocol::logout_token::mint_logout_token;
use protocol::records::Event;
use protocol::time::{HOUR, MINUTE, SECOND, Time};
use serde_json::json;
use store::parties::Notice;
use store::{StoreError, events};
use tokio::sync::Notify;

use crate::app::{App, AppState};
use crate::clients::{By, ClientEntry};
use crate::outgoing::Limits;
use crate::queue::{self, Queue};

/// Notices that are claimed at once.
const BATCH: i64 = 32;
/// How long an application may take for its answer, and how long the answer may be.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(5),
    bytes: 64 * 1024,
};
/// How long a claim holds: longer than any attempt. A node that stops in the middle leaves the notice to the others then.
const LEASE: i64 = 30 * SECOND;
/// What is waited after each failed attempt; after one more it is given up.
const PAUSES: [i64; 6] = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 6 * HOUR];

/// The queue of what applications are to hear.
struct Notices;

/// Runs until the state is gone. `wake` says that something was queued.
pub async fn run(app: Weak<App>, wake: Arc<Notify>) {
    queue::run(app, Arc::new(Notices), wake).await;
}

/// Makes one attempt for each notice that is due, and waits for them. Answers how many.
///
/// # Errors
/// When the database is unavailable.
pub async fn deliver_due(app: &AppState) -> Result<usize, StoreError> {
    queue::attempt_due(app, &Arc::new(Notices)).await
}

impl Queue for Notices {
    type Claimed = Notice;
    const NAME: &'static str = "notices of sign-outs";
    const MOST_RUNNING: usize = 64;

    async fn claim_due(&self, app: &App) -> Result<Vec<Notice>, StoreError> {
        let now = app.now();
        let mut claimed = Vec::new();
        for notice in app.store.load_due_notices(now, BATCH).await? {
            claimed.extend(app.store.claim_notice(notice, now.plus(LEASE)).await?);
        }
        Ok(claimed)
    }

    async fn attempt(&self, app: &App, notice: Notice) {
        if let Err(error) = try_once(app, &notice).await {
            // The claim runs out, and then the notice is due again.
            tracing::warn!(%error, application = notice.application_id, "a notice of a sign-out was not finished");
        }
    }
}

async fn try_once(app: &App, notice: &Notice) -> Result<(), StoreError> {
    let finished = vec![app.store.finish_notice(notice)];
    let Some(entry) = app.client(By::Id(&notice.application_id)).await? else {
        return app.commit_changes(finished, Vec::new()).await;
    };
    // Front-channel applications were told by the browser, if by anybody.
    let Some(address) = entry.client.application.logout_address(LogoutMethod::Backchannel) else {
        return app.commit_changes(finished, Vec::new()).await;
    };
    let reason = match tell(app, &entry, address, notice).await {
        Ok(()) => {
            app.metrics.sign_outs_told.increment();
            let mut statements = finished;
            statements.push(events::insert(ended(app, notice, "logout_notice_delivered", None)));
            return app.commit_changes(statements, Vec::new()).await;
        }
        Err(reason) => reason,
    };
    app.metrics.sign_outs_failed.increment();
    tracing::warn!(application = notice.application_id, attempt = notice.attempts, %reason, "an application did not take a sign-out");
    let done = usize::try_from(notice.attempts).unwrap_or_default();
    if let Some(pause) = PAUSES.get(done.saturating_sub(1)) {
        let later = app.store.postpone_notice(notice, app.now().plus(*pause), &reason);
        return app.commit_changes(vec![later], Vec::new()).await;
    }
    app.metrics.sign_outs_given_up.increment();
    let mut statements = finished;
    statements.push(events::insert(ended(
        app,
        notice,
        "logout_notice_failed",
        Some(&reason),
    )));
    app.commit_changes(statements, Vec::new()).await
}

/// One call. The answer of `Err` is the reason, for the log and the audit log.
async fn tell(app: &App, entry: &ClientEntry, address: &str, notice: &Notice) -> Result<(), String> {
    let env = app.env(app.now(), &notice.session_id);
    let issuer = notice.issuer.as_deref().unwrap_or(&entry.client.issuer);
    let token = mint_logout_token(&env, &entry.client, issuer, &notice.sub, &notice.sid)
        .map_err(|error| format!("the logout token could not be made: {error}"))?;
    let answer = app
        .outgoing
        .post_form(address, &[("logout_token", &token)], LIMITS)
        .await
        .map_err(|error| error.to_string())?;
    if answer.status.is_success() {
        Ok(())
    } else {
        Err(format!("it answered {}", answer.status.as_u16()))
    }
}

/// What became of a notice, for the audit log.
fn ended(app: &App, notice: &Notice, action: &str, reason: Option<&str>) -> Event {
    let now: Time = app.now();
    let mut detail = json!({
        "user": notice.user_id,
        "session": notice.session_id,
        "attempts": notice.attempts,
    });
    if let Some(reason) = reason {
        detail["reason"] = json!(reason);
    }
    Event {
        id: app.new_id("evt", now),
        action: action.to_owned(),
        actor: Some("system".to_owned()),
        target: Some(notice.application_id.clone()),
        client_address: None,
        detail,
        at: now,
    }
}
