//! Second factors and passkeys: proving one, adding, renaming and removing them.
//!
//! `prove.rs` checks what somebody types or signs, `half.rs` keeps a sign-in that lacks its second factor, `passkey.rs` asks
//! browsers for passkeys, `enrol.rs` adds factors, `manage.rs` changes those that there are.

use protocol::factor::{AMR_MULTIPLE, FactorKind};
use protocol::id::SecretHash;
use protocol::records::Session;
use protocol::time::{MINUTE, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::challenges::Challenge;
use store::factors::StoredFactor;
use store::{Stmt, StoreError};
use zeroize::Zeroizing;

use crate::app::App;
use crate::pages::FactorChange;

pub mod enrol;
pub mod half;
pub mod manage;
pub mod passkey;
pub mod prove;

/// How long after a sign-in a person may change how one gets into the account: a browser that was left open changes nothing.
pub const FRESH: i64 = 10 * MINUTE;
/// More factors than anybody needs.
pub const MOST: usize = 20;

/// Whether an account needs more than a password.
#[must_use]
pub fn are_guarding(factors: &[StoredFactor]) -> bool {
    factors.iter().any(|stored| stored.factor.kind.guards())
}

/// Whether a person has a factor of this kind.
#[must_use]
pub fn has(factors: &[StoredFactor], kind: FactorKind) -> bool {
    factors.iter().any(|stored| stored.factor.kind == kind)
}

/// Whether somebody has proved a short while ago who they are.
#[must_use]
pub const fn is_fresh(session: &Session, now: Time) -> bool {
    now.since(session.auth_time) < FRESH
}

/// Whether this session may change the factors of its person: it is fresh, and where there are factors, one of them was used.
#[must_use]
pub fn may_change(session: &Session, factors: &[StoredFactor], now: Time) -> bool {
    is_fresh(session, now) && (!are_guarding(factors) || session.amr.iter().any(|method| method == AMR_MULTIPLE))
}

/// What becomes of a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    Added,
    Removed,
}

/// What the mail about a change says.
const fn change_of(kind: FactorKind, change: Change) -> FactorChange {
    match (kind, change) {
        (FactorKind::Passkey, Change::Added) => FactorChange::PasskeyAdded,
        (FactorKind::Passkey, Change::Removed) => FactorChange::PasskeyRemoved,
        (FactorKind::Totp, Change::Added) => FactorChange::TotpAdded,
        (FactorKind::Totp, Change::Removed) => FactorChange::TotpRemoved,
        (FactorKind::RecoveryCodes, Change::Added) => FactorChange::RecoveryCodesMade,
        (FactorKind::RecoveryCodes, Change::Removed) => FactorChange::RecoveryCodesRemoved,
    }
}

/// Something to ask a browser.
struct Asking<'a> {
    kind: &'static str,
    browser: SecretHash,
    user_id: Option<&'a str>,
    now: Time,
    /// In microseconds.
    patience: i64,
}

/// The challenge and the statement that remembers it.
fn new_challenge(app: &App, asking: &Asking<'_>, body: &impl Serialize) -> Result<(String, Stmt), StoreError> {
    let challenge = Challenge {
        id: app.new_id("chl", asking.now),
        browser: asking.browser,
        kind: asking.kind,
        user_id: asking.user_id.map(str::to_owned),
        body: Zeroizing::new(serde_json::to_vec(body)?),
        created_at: asking.now,
        expires_at: asking.now.plus(asking.patience),
    };
    let statement = app.store.create_challenge(&challenge, &app.entropy)?;
    Ok((challenge.id, statement))
}

fn read_body<T: DeserializeOwned>(challenge: &Challenge) -> Result<T, StoreError> {
    Ok(serde_json::from_slice(&challenge.body)?)
}

fn open_text(app: &App, stored: &StoredFactor) -> Result<Zeroizing<String>, StoreError> {
    let bytes = app.store.open_factor(stored)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| StoreError::Corrupt("the secret of a factor".to_owned()))?;
    Ok(Zeroizing::new(text.to_owned()))
}
