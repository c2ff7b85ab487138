//! Asking a browser for a passkey, as the first factor or as the second, and checking what it answers.
//!
//! A challenge belongs to one browser and one purpose, is good for five minutes, and is spent by its answer, whether that was
//! right or not.

use protocol::factor::{FactorKind, amr_with_passkey};
use protocol::id::SecretHash;
use protocol::records::Session;
use protocol::user::{User, UserType};
use protocol::{decision::decide_access, time::Time};
use serde_json::{Value, json};
use store::factors::StoredFactor;
use store::{Stmt, StoreError};

use super::prove::{Prover, failure};
use super::{Asking, new_challenge, open_text, read_body};
use crate::actions::browser_session::{NewSession, Origin, micros};
use crate::actions::enter::{Entering, enter};
use crate::actions::sign_in::{address_key, load_block};
use crate::app::App;
use crate::passkeys::{Asked, PATIENCE, PasskeyError, Passkeys};

/// A challenge for a first factor.
const FIRST: &str = "passkey_first";
/// A challenge for a second factor.
const SECOND: &str = "passkey_second";

/// Remembers what was asked, and gives what a browser gets: the id of the challenge and the options.
pub(super) async fn ask(
    app: &App,
    kind: &'static str,
    browser: SecretHash,
    user_id: Option<&str>,
    asked: Asked,
    now: Time,
) -> Result<Value, StoreError> {
    let asking = Asking {
        kind,
        browser,
        user_id,
        now,
        patience: micros(PATIENCE),
    };
    let (id, statement) = new_challenge(app, &asking, &asked.state)?;
    app.store.commit_statements(vec![statement], Vec::new()).await?;
    Ok(json!({ "challenge": id, "options": asked.options }))
}

/// Asks for whatever passkey for this server the person has.
///
/// # Errors
/// The inner one when there can be no passkeys here.
pub async fn ask_first(app: &App, browser: SecretHash, now: Time) -> Result<Result<Value, PasskeyError>, StoreError> {
    match app.passkeys.ask_any() {
        Ok(asked) => ask(app, FIRST, browser, None, asked, now).await.map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// Asks for one of the passkeys of a user.
///
/// # Errors
/// The inner one when there can be no passkeys here, or the user has none.
pub async fn ask_second(
    app: &App,
    browser: SecretHash,
    user: &User,
    now: Time,
) -> Result<Result<Value, PasskeyError>, StoreError> {
    let kept = load_kept(app, user).await?;
    if kept.is_empty() {
        return Ok(Err(PasskeyError::Unknown));
    }
    match app.passkeys.ask_one_of(&kept) {
        Ok(asked) => ask(app, SECOND, browser, Some(&user.id), asked, now).await.map(Ok),
        Err(error) => Ok(Err(error)),
    }
}

/// What is kept of the passkeys of a user.
pub(super) async fn load_kept(app: &App, user: &User) -> Result<Vec<String>, StoreError> {
    let factors = app.store.load_factors(&user.id).await?;
    factors
        .iter()
        .filter(|stored| stored.factor.kind == FactorKind::Passkey)
        .map(|stored| open_text(app, stored).map(|text| text.as_str().to_owned()))
        .collect()
}

/// The statements that take the answer, and whether the passkey is copied between devices.
type Checked = Result<(Vec<Stmt>, bool), PasskeyError>;

/// Checks the answer to [`ask_second`]; beside it, what spends the challenge.
pub(super) async fn check_second(
    app: &App,
    prover: Prover<'_>,
    challenge: &str,
    answer: &str,
) -> Result<(Checked, Option<Stmt>), StoreError> {
    let now = prover.origin.now;
    let found = app
        .store
        .load_challenge(challenge, &prover.browser, SECOND, now)
        .await?;
    let Some(found) = found.filter(|found| found.user_id.as_deref() == Some(prover.user.id.as_str())) else {
        return Ok((Err(PasskeyError::Challenge), None));
    };
    let state: String = read_body(&found)?;
    let spent = Some(app.store.take_challenge(&found.id));
    let passkey = match load_answering(app, answer).await? {
        Ok(passkey) if passkey.factor.user_id == prover.user.id => passkey,
        Ok(_) => return Ok((Err(PasskeyError::Unknown), spent)),
        Err(error) => return Ok((Err(error), spent)),
    };
    let kept = open_text(app, &passkey)?;
    let signed = match app.passkeys.check_one_of(&state, answer, &kept) {
        Ok(signed) => signed,
        Err(error) => return Ok((Err(error), spent)),
    };
    let take = app.store.take_signature(
        &passkey.factor.id,
        signed.counter,
        signed.state.as_bytes(),
        now,
        &app.entropy,
    )?;
    Ok((Ok((vec![take], signed.synchronised)), spent))
}

async fn load_answering(app: &App, answer: &str) -> Result<Result<StoredFactor, PasskeyError>, StoreError> {
    match Passkeys::credential_of(answer) {
        Ok(credential) => {
            let found = app.store.load_passkey(&credential).await?;
            Ok(found.ok_or(PasskeyError::Unknown))
        }
        Err(error) => Ok(Err(error)),
    }
}

/// The answer to [`ask_first`], and where it comes from.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Id of the challenge.
    pub challenge: &'a str,
    /// The answer of the browser, as JSON.
    pub answer: &'a str,
    /// What challenges of this browser are bound to.
    pub browser: SecretHash,
    /// From where.
    pub origin: Origin<'a>,
    /// The session of this browser that the new one replaces.
    pub replaces: Option<&'a Session>,
    /// The language of the page, for the mail about a browser that is new to the account.
    pub language: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It is the person.
    SignedIn {
        /// Who.
        user: Box<User>,
        /// Their new session.
        new: Box<NewSession>,
    },
    /// The passkey was not taken.
    Wrong(PasskeyError),
    /// There were too many failures from this address; nothing was looked at.
    Blocked {
        /// When attempts are looked at again.
        until: Time,
    },
}

/// Signs a person in by a passkey alone: whoever holds it has unlocked it as well.
///
/// # Errors
/// When the database is unavailable.
pub async fn sign_in(app: &App, attempt: Attempt<'_>) -> Result<Outcome, StoreError> {
    let now = attempt.origin.now;
    let address = address_key(attempt.origin.client_address);
    if let Some(until) = load_block(app, &address, &address, now).await? {
        return Ok(Outcome::Blocked { until });
    }
    let challenge = app
        .store
        .load_challenge(attempt.challenge, &attempt.browser, FIRST, now)
        .await?;
    let Some(challenge) = challenge else {
        return Ok(Outcome::Wrong(PasskeyError::Challenge));
    };
    let state: String = read_body(&challenge)?;
    let spent = app.store.take_challenge(&challenge.id);
    let passkey = match load_answering(app, attempt.answer).await? {
        Ok(passkey) => passkey,
        Err(error) => return refuse(app, None, attempt.origin, error, spent).await,
    };
    let owner = app.store.load_user(&passkey.factor.user_id).await?;
    let Some(user) = owner.map(|owner| owner.user) else {
        return refuse(app, None, attempt.origin, PasskeyError::Unknown, spent).await;
    };
    let kept = open_text(app, &passkey)?;
    let signed = match app.passkeys.check_any(&state, attempt.answer, &kept, &user) {
        Ok(signed) => signed,
        Err(error) => return refuse(app, Some(&user), attempt.origin, error, spent).await,
    };
    // Somebody who gets nothing looks like somebody whom nobody knows.
    if user.kind != UserType::Person || decide_access(None, Some(&user), now).is_err() {
        return refuse(app, Some(&user), attempt.origin, PasskeyError::Unknown, spent).await;
    }
    let take = app.store.take_signature(
        &passkey.factor.id,
        signed.counter,
        signed.state.as_bytes(),
        now,
        &app.entropy,
    )?;
    let entering = Entering {
        user: &user,
        amr: &amr_with_passkey(&[], signed.synchronised),
        origin: attempt.origin,
        replaces: attempt.replaces,
        typed: None,
        language: attempt.language,
        statements: vec![spent, take],
    };
    match enter(app, entering).await {
        Ok(new) => Ok(Outcome::SignedIn {
            user: Box::new(user),
            new: Box::new(new),
        }),
        // The same answer came twice at once, or the passkey was used elsewhere or removed at this moment.
        Err(StoreError::Conflict) => Ok(Outcome::Wrong(PasskeyError::Challenge)),
        Err(error) => Err(error),
    }
}

async fn refuse(
    app: &App,
    user: Option<&User>,
    origin: Origin<'_>,
    error: PasskeyError,
    spent: Stmt,
) -> Result<Outcome, StoreError> {
    let mut statements = failure(app, user, origin, error.code());
    statements.push(spent);
    match app.store.commit_statements(statements, Vec::new()).await {
        Ok(()) | Err(StoreError::Conflict) => Ok(Outcome::Wrong(error)),
        Err(error) => Err(error),
    }
}
