//! Proving a second factor: a code of an authenticator app, a recovery code, or a signature of a passkey.
//!
//! Wrong ones count for the account and for the address, like wrong passwords, on whatever page and with whatever kind of
//! factor; at the limit nothing is looked at. What was right is written by whoever asked, together with what it opens, and
//! holds once.

use protocol::factor::{FactorKind, amr_with_code, amr_with_passkey};
use protocol::id::{SecretHash, hash_secret};
use protocol::time::Time;
use protocol::user::User;
use store::factors::StoredFactor;
use store::{Stmt, StoreError, events};

use super::passkey;
use crate::actions::browser_session::{Origin, event, micros};
use crate::actions::enter::factor_key;
use crate::actions::mail::notices;
use crate::actions::sign_in::{address_key, load_block};
use crate::app::App;
use crate::pages::FactorChange;
use crate::passkeys::PasskeyError;
use crate::totp;

/// What came.
#[derive(Clone, Copy, Debug)]
pub enum Proof<'a> {
    /// What was typed.
    Code(&'a str),
    /// What an authenticator signed.
    Passkey {
        /// Id of the challenge.
        challenge: &'a str,
        /// The answer of the browser, as JSON.
        answer: &'a str,
    },
}

/// Who is to prove it.
#[derive(Clone, Copy, Debug)]
pub struct Prover<'a> {
    /// Whose factor it has to be.
    pub user: &'a User,
    /// How they proved who they are until now.
    pub before: &'a [String],
    /// What challenges of this browser are bound to.
    pub browser: SecretHash,
    /// From where.
    pub origin: Origin<'a>,
    /// The language of the page, for the mail about a recovery code that was used.
    pub language: &'a str,
}

/// What is to be written when something was right.
#[derive(Debug)]
pub struct Proven {
    /// They hold once.
    pub statements: Vec<Stmt>,
    /// All methods of the sign-in.
    pub amr: Vec<String>,
    /// Recovery codes that are left after this one, when it was one.
    pub codes_left: Option<i64>,
}

/// What came of it.
#[derive(Debug)]
pub enum Verdict {
    /// It is theirs.
    Proven(Proven),
    /// It is not; with the reason when it was a passkey.
    Wrong(Option<PasskeyError>),
    /// There were too many failures; nothing was looked at.
    Blocked {
        /// When attempts are looked at again.
        until: Time,
    },
}

/// Checks a second factor.
///
/// # Errors
/// When the database is unavailable.
pub async fn prove(app: &App, prover: Prover<'_>, proof: Proof<'_>) -> Result<Verdict, StoreError> {
    let now = prover.origin.now;
    let account = factor_key(&prover.user.id);
    let address = address_key(prover.origin.client_address);
    // Guesses at one account are looked at one after the other, so that each sees the failures before it.
    let _turn = app.sign_in_turns.of(&account).await;
    if let Some(until) = load_block(app, &account, &address, now).await? {
        return Ok(Verdict::Blocked { until });
    }
    let (outcome, spent) = match proof {
        Proof::Code(typed) => {
            let factors = app.store.load_factors(&prover.user.id).await?;
            (check_code(app, prover, &factors, typed).await?.ok_or(None), None)
        }
        Proof::Passkey { challenge, answer } => {
            let (checked, spent) = passkey::check_second(app, prover, challenge, answer).await?;
            let proven = checked.map_err(Some).map(|(statements, synchronised)| Proven {
                statements,
                amr: amr_with_passkey(prover.before, synchronised),
                codes_left: None,
            });
            (proven, spent)
        }
    };
    let reason = match outcome {
        Ok(mut proven) => {
            proven.statements.extend(spent);
            return Ok(Verdict::Proven(proven));
        }
        Err(reason) => reason,
    };
    let code = reason.map_or("code", PasskeyError::code);
    let mut statements = failure(app, Some(prover.user), prover.origin, code);
    statements.push(app.store.count_failure(&account, now, window(app, now)));
    statements.extend(spent);
    match app.store.commit_statements(statements, Vec::new()).await {
        // The same answer came twice at once; the other one has spent the challenge.
        Ok(()) | Err(StoreError::Conflict) => Ok(Verdict::Wrong(reason)),
        Err(error) => Err(error),
    }
}

pub(super) fn window(app: &App, now: Time) -> Time {
    now.plus(micros(app.config.limits.sign_in_window))
}

/// The entry of the audit log, and the count for the address.
pub(super) fn failure(app: &App, user: Option<&User>, origin: Origin<'_>, reason: &str) -> Vec<Stmt> {
    let mut detail = vec![("reason", reason)];
    detail.extend(user.map(|user| ("username", user.username.as_str())));
    let target = user.map(|user| user.id.as_str());
    let entry = event(app, origin, "login_failed", None, target, &detail);
    let address = address_key(origin.client_address);
    vec![
        app.store.count_failure(&address, origin.now, window(app, origin.now)),
        events::insert(entry),
    ]
}

async fn check_code(
    app: &App,
    prover: Prover<'_>,
    factors: &[StoredFactor],
    typed: &str,
) -> Result<Option<Proven>, StoreError> {
    const LONGEST: usize = 64;
    let code: String = typed
        .chars()
        .take(LONGEST)
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect::<String>()
        .to_uppercase();
    let now = prover.origin.now;
    let amr = amr_with_code(prover.before);
    for stored in factors {
        match stored.factor.kind {
            FactorKind::Totp => {
                let secret = app.store.open_factor(stored)?;
                // A code that was used is no better than a wrong one (RFC 6238, section 5.2).
                if let Some(step) = totp::step_of(&secret, &code, now).filter(|step| *step > stored.counter) {
                    return Ok(Some(Proven {
                        statements: vec![app.store.take_step(&stored.factor.id, step, now)],
                        amr,
                        codes_left: None,
                    }));
                }
            }
            FactorKind::RecoveryCodes if code.len() == RECOVERY_LEN => {
                let hash = recovery_hash(&prover.user.id, &code);
                if app.store.load_recovery_code(&stored.factor.id, &hash).await? {
                    let mut statements: Vec<Stmt> = app.store.take_recovery_code(&stored.factor.id, hash, now).into();
                    let what = FactorChange::RecoveryCodeUsed;
                    statements.extend(notices::factors_changed(
                        app,
                        prover.user,
                        what,
                        prover.origin,
                        prover.language,
                    )?);
                    return Ok(Some(Proven {
                        statements,
                        amr,
                        codes_left: stored.factor.codes_left.map(|left| left - 1),
                    }));
                }
            }
            FactorKind::RecoveryCodes | FactorKind::Passkey => {}
        }
    }
    Ok(None)
}

/// Letters and digits of a recovery code: 80 random bits.
pub const RECOVERY_LEN: usize = 16;

/// What is kept of a recovery code.
#[must_use]
pub fn recovery_hash(user_id: &str, code: &str) -> SecretHash {
    hash_secret(&format!("{user_id} {code}"))
}
