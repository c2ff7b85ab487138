//! A person makes their own account, by a link that was given to them: a self sign-up or an invitation.

use protocol::records::AMR_PASSWORD;
use protocol::user::User;
use protocol::writes::Write;
use secrecy::{ExposeSecret, SecretString};
use store::{Stmt, StoreError};

use super::browser_session::{NewSession, Origin, event, new_session};
use super::machine::new_uuid;
use super::users::own_password::known_of;
use crate::app::App;
use crate::passwords::{PasswordError, Passwords};
use crate::strength::{Weakness, find_weakness};

/// Who the person is to be.
#[derive(Debug)]
pub struct Candidate {
    /// Name to sign in with.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Address, and whether it is known to be theirs.
    pub email: Option<(String, bool)>,
    /// Password.
    pub password: SecretString,
    /// Ids of the groups that they belong to from the beginning.
    pub groups: Vec<String>,
}

/// Why no account was made.
#[derive(Debug, thiserror::Error)]
pub enum NotJoined {
    /// The link was used, has expired, was replaced or withdrawn, or the address is somebody's by now.
    #[error("the link does not work any more")]
    LinkInvalid,
    /// Somebody has this user name.
    #[error("the user name is taken")]
    UsernameTaken,
    /// The password can not be set.
    #[error("{0}")]
    Password(#[from] PasswordError),
    /// The password is too easy to guess.
    #[error("the password is too easy to guess")]
    Weak(Weakness),
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Makes the account, uses the link up, and signs the person in; all of it or nothing. `proof`: the statements that use the link
/// up, which hold only while it works; given the id of the account. `by`: what the audit log says.
///
/// # Errors
/// See [`NotJoined`].
pub async fn join(
    app: &App,
    candidate: Candidate,
    proof: impl FnOnce(&str) -> Vec<Stmt>,
    by: &str,
    origin: Origin<'_>,
) -> Result<NewSession, NotJoined> {
    let Candidate {
        username,
        name,
        email,
        password,
        groups,
    } = candidate;
    Passwords::check(&password)?;
    let now = origin.now;
    let verified = email.as_ref().is_some_and(|(_, verified)| *verified);
    let user = User {
        id: app.new_id("user", now),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        username,
        name,
        email: email.map(|(address, _)| address),
        email_verified: verified,
        is_active: true,
        ..User::default()
    };
    if let Some(weakness) = find_weakness(password.expose_secret(), &known_of(&user)) {
        return Err(NotJoined::Weak(weakness));
    }
    let hash = app.passwords.hash(password, &app.entropy).await?;
    let mut statements = proof(&user.id);
    if let Some(address) = user.email.as_deref().filter(|_| verified) {
        statements.extend(app.store.keep_address_free(&user.id, address));
    }
    statements.extend(app.store.create_user(&user, Some(&hash))?);
    statements.extend(app.store.change_user_groups(&user.id, &[], &groups, now));
    let new = new_session(app, &user, &[AMR_PASSWORD], origin);
    let id = Some(user.id.as_str());
    let created = event(app, origin, "user_created", id, id, &[("by", by)]);
    let detail = [("session", new.session.id.as_str()), ("method", AMR_PASSWORD)];
    let entered = event(app, origin, "login", id, id, &detail);
    statements.extend(app.store.statements_of(vec![
        Write::CreateSession(Box::new(new.session.clone())),
        Write::CreateEvent(Box::new(created)),
        Write::CreateEvent(Box::new(entered)),
    ])?);
    match app.commit_changes(statements, Vec::new()).await {
        Ok(()) => Ok(new),
        Err(StoreError::Conflict) => Err(NotJoined::LinkInvalid),
        Err(StoreError::Taken { column: "username" }) => Err(NotJoined::UsernameTaken),
        Err(error) => Err(error.into()),
    }
}
