//! Sends what waits in the queue of mail: each by one node, again after a pause when the server can not take it, given up with an
//! audit event when it never will or when its time is over.
//!
//! What was only wished (a recovery, an address, an account) becomes a mail here: see `crate::actions::mail`.

use std::sync::{Arc, Weak};

use protocol::time::{HOUR, MINUTE, SECOND};
use serde_json::Map;
use store::StoreError;
use store::mails::Mail;

use crate::actions::actor::Actor;
use crate::actions::mail::{Message, kinds};
use crate::actions::{addresses, recovery, sign_up};
use crate::app::{App, AppState};
use crate::mailer::{MailError, Mailer, Parcel};
use crate::queue::{self, Queue};

/// Mails that are claimed at once.
const BATCH: i64 = 16;
/// How long a claim holds: longer than any attempt. A node that stops in the middle leaves the mail to the others then.
const LEASE: i64 = 3 * MINUTE;
/// What is waited after each failed attempt; the last one is repeated until the mail is of no use any more.
const PAUSES: [i64; 6] = [10 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR];

/// The queue of mail.
struct Mails;

/// Runs until the state is gone. Without a mail server there is nothing to do.
pub async fn run(app: Weak<App>) {
    let Some(wake) = app.upgrade().and_then(|app| {
        app.mailer.as_ref()?;
        Some(Arc::clone(&app.mails))
    }) else {
        return;
    };
    if let Some(mailer) = app.upgrade().and_then(|app| app.mailer.clone())
        && let Err(reason) = mailer.try_reach().await
    {
        tracing::warn!(%reason, "the mail server can not be reached now; mail waits until it can");
    }
    queue::run(app, Arc::new(Mails), wake).await;
}

/// Makes one attempt for each mail that is due, and waits for them. Answers how many.
///
/// # Errors
/// When the database is unavailable.
pub async fn deliver_due(app: &AppState) -> Result<usize, StoreError> {
    queue::attempt_due(app, &Arc::new(Mails)).await
}

impl Queue for Mails {
    type Claimed = Mail;
    const NAME: &'static str = "mails";
    const MOST_RUNNING: usize = 8;

    async fn claim_due(&self, app: &App) -> Result<Vec<Mail>, StoreError> {
        let now = app.now();
        let mut claimed = Vec::new();
        for mail in app.store.load_due_mails(now, BATCH).await? {
            claimed.extend(app.store.claim_mail(mail, now.plus(LEASE)).await?);
        }
        Ok(claimed)
    }

    async fn attempt(&self, app: &App, mail: Mail) {
        match try_once(app, &mail).await {
            // The claim has run out, and somebody else has it.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error @ (StoreError::Corrupt(_) | StoreError::Internal(_))) => {
                tracing::error!(%error, kind = mail.kind, "a mail can not be read");
                let given_up = give_up(app, &mail, "it can not be read").await;
                given_up.unwrap_or_else(|error| tracing::warn!(%error, "a mail was not given up"));
            }
            // The claim runs out, and then the mail is due again.
            Err(error) => tracing::warn!(%error, kind = mail.kind, "a mail was not finished"),
        }
    }
}

async fn try_once(app: &App, mail: &Mail) -> Result<(), StoreError> {
    if mail.expires_at <= app.now() {
        return give_up(app, mail, "it could not be sent in time").await;
    }
    match mail.kind.as_str() {
        kinds::RECOVERY => recovery::answer(app, mail, &app.store.open_mail(mail)?).await,
        kinds::VERIFICATION => addresses::answer(app, mail, &app.store.open_mail(mail)?).await,
        kinds::SIGN_UP => sign_up::answer(app, mail, &app.store.open_mail(mail)?).await,
        kinds::MESSAGE => {
            let Some(mailer) = &app.mailer else {
                return postpone(app, mail, "no mail server is configured").await;
            };
            send(app, mailer, mail, &app.store.open_mail(mail)?).await
        }
        // Of a newer version.
        _ => postpone(app, mail, "its kind is not known here").await,
    }
}

async fn send(app: &App, mailer: &Mailer, mail: &Mail, message: &Message) -> Result<(), StoreError> {
    let parcel = Parcel {
        id: &mail.id,
        to: &message.to,
        subject: &message.subject,
        text: &message.text,
        html: &message.html,
        date: mail.created_at,
    };
    // Servers like to repeat it.
    let without_address = |reason: String| reason.replace(&message.to, "(the address)");
    match mailer.send(&parcel).await {
        Ok(()) => {
            app.metrics.mails_sent.increment();
            app.commit_changes(vec![app.store.finish_mail(mail)], Vec::new()).await
        }
        Err(MailError::Refused(reason)) => {
            app.metrics.mails_failed.increment();
            give_up(app, mail, &without_address(reason)).await
        }
        Err(MailError::Later(reason)) => {
            let reason = without_address(reason);
            app.metrics.mails_failed.increment();
            tracing::warn!(attempt = mail.attempts, %reason, "the mail server did not take a mail");
            postpone(app, mail, &reason).await
        }
    }
}

async fn postpone(app: &App, mail: &Mail, reason: &str) -> Result<(), StoreError> {
    let done = usize::try_from(mail.attempts).unwrap_or_default();
    let pause = PAUSES
        .get(done.saturating_sub(1))
        .or(PAUSES.last())
        .copied()
        .unwrap_or(HOUR);
    let later = app.store.postpone_mail(mail, app.now().plus(pause), reason);
    app.commit_changes(vec![later], Vec::new()).await
}

/// The address stays out of the audit log: it may be nobody's.
async fn give_up(app: &App, mail: &Mail, reason: &str) -> Result<(), StoreError> {
    app.metrics.mails_given_up.increment();
    let mut detail = Map::new();
    detail.insert("kind".to_owned(), mail.kind.as_str().into());
    detail.insert("attempts".to_owned(), mail.attempts.into());
    detail.insert("reason".to_owned(), reason.into());
    let target = mail.user_id.as_deref().unwrap_or(&mail.id);
    let statements = vec![
        app.store.finish_mail(mail),
        Actor::system().event(app, app.now(), "mail_failed", target, detail),
    ];
    app.commit_changes(statements, Vec::new()).await
}
