//! Queueing mail, in the commit of what it tells of. Without a mail server nothing is queued, and nothing that needs mail is
//! offered.
//!
//! Where it must not be seen whether an account or an address is known, the request only queues what was wished; who gets
//! which mail is decided by whoever takes it off the queue (`crate::mail`), so the answer takes as long for everybody.

pub mod expressions;
pub mod notices;

use askama::Template as _;
use protocol::env::Entropy;
use protocol::time::{DAY, Time};
use protocol::user::User;
use serde::{Deserialize, Serialize};
use store::mails::NewMail;
use store::{Stmt, StoreError};

use crate::app::App;
use crate::pages::Letter;
use crate::texts::Speech;

/// How long a mail without a link is tried.
pub const PATIENCE: i64 = 2 * DAY;

/// The kinds of what waits.
pub mod kinds {
    /// A [`Message`](super::Message).
    pub const MESSAGE: &str = "message";
    /// A [`RecoveryWish`](super::RecoveryWish).
    pub const RECOVERY: &str = "recovery";
    /// A [`VerificationWish`](super::VerificationWish).
    pub const VERIFICATION: &str = "verification";
    /// A [`SignUpWish`](super::SignUpWish).
    pub const SIGN_UP: &str = "sign_up";
}

/// A mail that is ready.
#[derive(Debug, Serialize, Deserialize)]
pub struct Message {
    /// Whom it is for.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its plain text part.
    pub text: String,
    /// Its HTML part.
    pub html: String,
}

/// Somebody forgot their password.
#[derive(Debug, Serialize, Deserialize)]
pub struct RecoveryWish {
    /// User name or address, as it was typed.
    pub name: String,
    /// From which address it was asked.
    pub asked_from: String,
    /// The language of the page.
    pub language: String,
}

/// Somebody wants to add an address to their account.
#[derive(Debug, Serialize, Deserialize)]
pub struct VerificationWish {
    /// The account.
    pub user_id: String,
    /// The address.
    pub address: String,
    /// The value of the link, which stands in the database already.
    pub token: String,
    /// The language of the page.
    pub language: String,
}

/// Somebody wants an account.
#[derive(Debug, Serialize, Deserialize)]
pub struct SignUpWish {
    /// The address.
    pub address: String,
    /// The language of the page.
    pub language: String,
}

/// Whether mail can be sent, and so what needs mail is offered.
#[must_use]
pub const fn is_offered(app: &App) -> bool {
    app.mailer.is_some()
}

/// The texts for somebody: in their own language, or else in that of the page.
#[must_use]
pub fn speech_of<'a>(app: &'a App, user: Option<&User>, language: &str) -> Speech<'a> {
    let own = user.and_then(|user| user.claims.locale.as_deref());
    app.texts.choose(own.into_iter().chain([language]))
}

/// The statement that queues a letter.
///
/// # Errors
/// When it can not be rendered or sealed.
pub fn queue_letter(
    app: &App,
    user_id: Option<&str>,
    to: &str,
    letter: &Letter<'_>,
    now: Time,
    expires_at: Time,
) -> Result<Stmt, StoreError> {
    let message = Message {
        to: to.to_owned(),
        subject: letter.subject.clone(),
        text: letter.text(),
        html: letter
            .render()
            .map_err(|error| StoreError::Internal(error.to_string()))?,
    };
    queue(app, kinds::MESSAGE, user_id, &message, now, expires_at)
}

/// The statement that queues a mail, or what is to become one.
///
/// # Errors
/// When it can not be sealed.
pub fn queue<T: Serialize>(
    app: &App,
    kind: &str,
    user_id: Option<&str>,
    content: &T,
    now: Time,
    expires_at: Time,
) -> Result<Stmt, StoreError> {
    let entropy: &dyn Entropy = &app.entropy;
    let mail = NewMail {
        id: &app.new_id("mail", now),
        kind,
        user_id,
        content,
        now,
        expires_at,
    };
    app.store.queue_mail(&mail, entropy)
}
