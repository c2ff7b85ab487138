//! Adding factors: an authenticator app, a passkey, recovery codes. Whether the session may is asked by the pages, with
//! [`super::may_change`]; that each is really there is proved before it is stored.

use protocol::factor::{Factor, FactorKind, amr_with_code, amr_with_passkey};
use protocol::id::SecretHash;
use protocol::records::Session;
use protocol::time::{MINUTE, Time};
use protocol::user::User;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::factors::NewSecret;
use store::{Stmt, StoreError};
use zeroize::Zeroizing;

use super::prove::{RECOVERY_LEN, failure, recovery_hash, window};
use super::{Asking, MOST, are_guarding, has, new_challenge, passkey, read_body};
use super::{Change, change_of};
use crate::actions::browser_session::{NewSession, Origin, event};
use crate::actions::enter::{factor_key, step_up};
use crate::actions::mail::notices;
use crate::actions::sign_in::{address_key, load_block};
use crate::app::App;
use crate::passkeys::PasskeyError;
use crate::totp;

const TOTP: &str = "totp_enrolment";
const PASSKEY: &str = "passkey_enrolment";
/// How long a new secret waits for its first code.
const PATIENCE: i64 = 15 * MINUTE;
/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;
/// Letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Who adds a factor.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The person.
    pub user: &'a User,
    /// Their session, which gets the factor added that they prove here.
    pub session: &'a Session,
    /// What challenges of this browser are bound to.
    pub browser: SecretHash,
    /// From where.
    pub origin: Origin<'a>,
    /// The language of the page, for the mail about it.
    pub language: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub enum Added {
    /// The factor is there, the session has proved it, and these are new recovery codes if there were none.
    Yes {
        /// The session with its new cookie.
        new: Box<NewSession>,
        /// To be shown once.
        codes: Option<Vec<SecretString>>,
    },
    /// The code is wrong.
    WrongCode,
    /// The passkey was not taken.
    Passkey(PasskeyError),
    /// What was asked has expired, was answered, or was asked in another browser.
    Gone,
    /// This passkey is somebody's already.
    Taken,
    /// The account has as many factors as it may.
    TooMany,
    /// There were too many failures; nothing was looked at.
    Blocked {
        /// When attempts are looked at again.
        until: Time,
    },
}

#[derive(Serialize, Deserialize)]
struct NewTotp {
    secret: [u8; totp::SECRET_LEN],
}

/// Begins with a new authenticator app; the answer names the secret that waits.
///
/// # Errors
/// When the database is unavailable.
pub async fn begin_totp(app: &App, owner: Owner<'_>) -> Result<String, StoreError> {
    let body = NewTotp {
        secret: totp::new_secret(&app.entropy),
    };
    let asking = Asking {
        kind: TOTP,
        browser: owner.browser,
        user_id: Some(&owner.user.id),
        now: owner.origin.now,
        patience: PATIENCE,
    };
    let (id, statement) = new_challenge(app, &asking, &body)?;
    app.store.commit_statements(vec![statement], Vec::new()).await?;
    Ok(id)
}

/// The secret that waits for its first code, in this browser and for this person.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_totp(app: &App, owner: Owner<'_>, id: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let found = app
        .store
        .load_challenge(id, &owner.browser, TOTP, owner.origin.now)
        .await?;
    match found.filter(|found| found.user_id.as_deref() == Some(owner.user.id.as_str())) {
        Some(found) => {
            let body: NewTotp = read_body(&found)?;
            Ok(Some(Zeroizing::new(body.secret.to_vec())))
        }
        None => Ok(None),
    }
}

/// Adds the authenticator app when its first code is right.
///
/// # Errors
/// When the database is unavailable.
pub async fn confirm_totp(app: &App, owner: Owner<'_>, id: &str, name: &str, code: &str) -> Result<Added, StoreError> {
    let now = owner.origin.now;
    let Some(secret) = load_totp(app, owner, id).await? else {
        return Ok(Added::Gone);
    };
    let (account, address) = (factor_key(&owner.user.id), address_key(owner.origin.client_address));
    if let Some(until) = load_block(app, &account, &address, now).await? {
        return Ok(Added::Blocked { until });
    }
    let code: String = code.chars().filter(|c| !c.is_whitespace()).take(64).collect();
    let Some(step) = totp::step_of(&secret, &code, now) else {
        let mut statements = failure(app, Some(owner.user), owner.origin, "code");
        statements.push(app.store.count_failure(&account, now, window(app, now)));
        app.store.commit_statements(statements, Vec::new()).await?;
        return Ok(Added::WrongCode);
    };
    let new = NewSecret {
        credential: None,
        secret: Some(&secret),
        counter: step,
    };
    let amr = amr_with_code(&owner.session.amr);
    let spent = app.store.take_challenge(id);
    add(app, owner, FactorKind::Totp, name, &new, amr, spent).await
}

/// Asks the browser to make a passkey.
///
/// # Errors
/// The inner one when there can be no passkeys here.
pub async fn ask_passkey(app: &App, owner: Owner<'_>) -> Result<Result<Value, PasskeyError>, StoreError> {
    let kept = passkey::load_kept(app, owner.user).await?;
    match app.passkeys.ask_new(owner.user, &kept) {
        Ok(asked) => {
            let (browser, now) = (owner.browser, owner.origin.now);
            passkey::ask(app, PASSKEY, browser, Some(&owner.user.id), asked, now)
                .await
                .map(Ok)
        }
        Err(error) => Ok(Err(error)),
    }
}

/// Adds the passkey that the browser has made.
///
/// # Errors
/// When the database is unavailable.
pub async fn add_passkey(
    app: &App,
    owner: Owner<'_>,
    challenge: &str,
    name: &str,
    answer: &str,
) -> Result<Added, StoreError> {
    let found = app
        .store
        .load_challenge(challenge, &owner.browser, PASSKEY, owner.origin.now)
        .await?;
    let Some(found) = found.filter(|found| found.user_id.as_deref() == Some(owner.user.id.as_str())) else {
        return Ok(Added::Gone);
    };
    let state: String = read_body(&found)?;
    let spent = app.store.take_challenge(&found.id);
    let made = match app.passkeys.check_new(&state, answer) {
        Ok(made) => made,
        Err(error) => {
            return match app.store.commit_statements(vec![spent], Vec::new()).await {
                Ok(()) | Err(StoreError::Conflict) => Ok(Added::Passkey(error)),
                Err(error) => Err(error),
            };
        }
    };
    let new = NewSecret {
        credential: Some(made.credential),
        secret: Some(made.state.as_bytes()),
        counter: 0,
    };
    let amr = amr_with_passkey(&owner.session.amr, made.synchronised);
    add(app, owner, FactorKind::Passkey, name, &new, amr, spent).await
}

async fn add(
    app: &App,
    owner: Owner<'_>,
    kind: FactorKind,
    name: &str,
    new: &NewSecret<'_>,
    amr: Vec<String>,
    spent: Stmt,
) -> Result<Added, StoreError> {
    let factors = app.store.load_factors(&owner.user.id).await?;
    if factors.len() >= MOST {
        return Ok(Added::TooMany);
    }
    let factor = new_factor(app, owner, kind, name);
    let mut statements = vec![spent, app.store.create_factor(&factor, new, &app.entropy)?];
    statements.push(added(app, owner, &factor));
    let what = change_of(kind, Change::Added);
    statements.extend(notices::factors_changed(
        app,
        owner.user,
        what,
        owner.origin,
        owner.language,
    )?);
    let mut codes = None;
    if !are_guarding(&factors) && !has(&factors, FactorKind::RecoveryCodes) {
        let (made, more) = new_codes(app, owner)?;
        statements.extend(more);
        codes = Some(made);
    }
    match step_up(app, owner.session, amr, statements, owner.origin).await {
        Ok(new) => Ok(Added::Yes {
            new: Box::new(new),
            codes,
        }),
        Err(StoreError::Conflict) => Ok(Added::Gone),
        Err(StoreError::Taken { .. }) => Ok(Added::Taken),
        Err(error) => Err(error),
    }
}

/// Makes new recovery codes in the place of those that there were.
///
/// # Errors
/// When the database is unavailable.
pub async fn renew_codes(app: &App, owner: Owner<'_>) -> Result<Vec<SecretString>, StoreError> {
    let (codes, mut statements) = new_codes(app, owner)?;
    let what = change_of(FactorKind::RecoveryCodes, Change::Added);
    statements.extend(notices::factors_changed(
        app,
        owner.user,
        what,
        owner.origin,
        owner.language,
    )?);
    app.store.commit_statements(statements, Vec::new()).await?;
    Ok(codes)
}

fn new_codes(app: &App, owner: Owner<'_>) -> Result<(Vec<SecretString>, Vec<Stmt>), StoreError> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| new_code(app)).collect();
    let hashes: Vec<SecretHash> = codes.iter().map(|code| recovery_hash(&owner.user.id, code)).collect();
    let factor = Factor {
        last_used_at: None,
        ..new_factor(app, owner, FactorKind::RecoveryCodes, "")
    };
    let mut statements = app.store.replace_recovery_codes(&factor, &hashes, &app.entropy)?;
    statements.push(added(app, owner, &factor));
    Ok((codes.iter().map(|code| shown(code)).collect(), statements))
}

fn new_code(app: &App) -> String {
    let mut bytes = [0u8; RECOVERY_LEN];
    app.entropy.fill(&mut bytes);
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from);
    bytes.iter().map(letter).collect()
}

/// In groups of four, as people read it.
fn shown(code: &str) -> SecretString {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    SecretString::from(groups.join("-"))
}

fn new_factor(app: &App, owner: Owner<'_>, kind: FactorKind, name: &str) -> Factor {
    let now = owner.origin.now;
    Factor {
        id: app.new_id("fac", now),
        user_id: owner.user.id.clone(),
        kind,
        name: super::manage::clean_name(name),
        created_at: now,
        last_used_at: Some(now),
        codes_left: None,
    }
}

fn added(app: &App, owner: Owner<'_>, factor: &Factor) -> Stmt {
    let detail = [
        ("factor", factor.id.as_str()),
        ("kind", factor.kind.as_str()),
        ("name", factor.name.as_str()),
    ];
    let user = Some(owner.user.id.as_str());
    store::events::insert(event(app, owner.origin, "factor_added", user, user, &detail))
}
