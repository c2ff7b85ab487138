//! A sign-in that lacks its second factor. It is no session and opens nothing: it belongs to one browser, waits for ten minutes,
//! and becomes a session once.

use protocol::decision::decide_access;
use protocol::factor::AMR_PASSWORD;
use protocol::id::SecretHash;
use protocol::records::Session;
use protocol::time::{MINUTE, Time};
use protocol::user::User;
use serde::{Deserialize, Serialize};
use store::StoreError;

use super::prove::{Proof, Prover, Verdict, prove};
use super::{Asking, new_challenge, read_body};
use crate::actions::browser_session::{NewSession, Origin};
use crate::actions::enter::{Entering, enter};
use crate::app::App;
use crate::passkeys::PasskeyError;

const KIND: &str = "half_sign_in";
/// How long it waits.
const PATIENCE: i64 = 10 * MINUTE;

/// Where a person goes on to when they are in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Onward {
    /// To the authorization of this transaction.
    Transaction(String),
    /// To this path of ours.
    Path(String),
}

#[derive(Serialize, Deserialize)]
struct Body {
    onward: Onward,
    typed: String,
}

/// A sign-in that waits for its second factor.
#[derive(Debug)]
pub struct Half {
    /// Names it in addresses. No secret, because it belongs to one browser.
    pub id: String,
    /// Who has proved a password.
    pub user: User,
    /// Where they go on to.
    pub onward: Onward,
    typed: String,
}

/// Remembers that `user` has typed the right password in this browser.
///
/// # Errors
/// When the database is unavailable.
pub async fn begin(
    app: &App,
    user: &User,
    browser: SecretHash,
    onward: Onward,
    typed: &str,
    now: Time,
) -> Result<String, StoreError> {
    let asking = Asking {
        kind: KIND,
        browser,
        user_id: Some(&user.id),
        now,
        patience: PATIENCE,
    };
    let body = Body {
        onward,
        typed: typed.to_owned(),
    };
    let (id, statement) = new_challenge(app, &asking, &body)?;
    app.store.commit_statements(vec![statement], Vec::new()).await?;
    Ok(id)
}

/// The sign-in of an id, when it waits in this browser and its person may still come in. A password that was changed since
/// then ends it.
///
/// # Errors
/// When the database is unavailable.
pub async fn load(app: &App, id: &str, browser: SecretHash, now: Time) -> Result<Option<Half>, StoreError> {
    let Some(challenge) = app.store.load_challenge(id, &browser, KIND, now).await? else {
        return Ok(None);
    };
    let owner = challenge.user_id.as_deref().unwrap_or_default();
    let user = app.store.load_user(owner).await?.map(|found| found.user);
    let Some(user) = user.filter(|user| decide_access(None, Some(user), challenge.created_at).is_ok()) else {
        return Ok(None);
    };
    let body: Body = read_body(&challenge)?;
    Ok(Some(Half {
        id: challenge.id,
        user,
        onward: body.onward,
        typed: body.typed,
    }))
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// The person is in.
    SignedIn {
        /// Their new session.
        new: Box<NewSession>,
        /// Recovery codes that are left after this one, when it was one.
        codes_left: Option<i64>,
    },
    /// The factor was wrong; with the reason when it was a passkey.
    Wrong(Option<PasskeyError>),
    /// There were too many failures; nothing was looked at.
    Blocked {
        /// When attempts are looked at again.
        until: Time,
    },
}

/// Makes a session of it when the second factor is right. `language`: of the page, for mails about it.
///
/// # Errors
/// When the database is unavailable.
pub async fn complete(
    app: &App,
    half: &Half,
    proof: Proof<'_>,
    browser: SecretHash,
    replaces: Option<&Session>,
    origin: Origin<'_>,
    language: &str,
) -> Result<Outcome, StoreError> {
    let before = [AMR_PASSWORD.to_owned()];
    let prover = Prover {
        user: &half.user,
        before: &before,
        browser,
        origin,
        language,
    };
    let mut proven = match prove(app, prover, proof).await? {
        Verdict::Proven(proven) => proven,
        Verdict::Wrong(reason) => return Ok(Outcome::Wrong(reason)),
        Verdict::Blocked { until } => return Ok(Outcome::Blocked { until }),
    };
    proven.statements.push(app.store.take_challenge(&half.id));
    let entering = Entering {
        user: &half.user,
        amr: &proven.amr,
        origin,
        replaces,
        typed: Some(&half.typed),
        language,
        statements: proven.statements,
    };
    match enter(app, entering).await {
        Ok(new) => Ok(Outcome::SignedIn {
            new: Box::new(new),
            codes_left: proven.codes_left,
        }),
        // The same code came twice at once; it is as good as used.
        Err(StoreError::Conflict) => Ok(Outcome::Wrong(None)),
        Err(error) => Err(error),
    }
}
