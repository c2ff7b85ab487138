//! The first administrator: made through a link that works once, or from the configuration on an empty database.

use protocol::id::{SecretHash, hash_secret, new_secret};
use protocol::records::AMR_PASSWORD;
use protocol::time::{DAY, Time};
use protocol::user::User;
use protocol::writes::Write;
use secrecy::SecretString;
use store::{Stmt, StoreError, events};

use super::browser_session::{NewSession, Origin, event, new_session};
use super::machine::new_uuid;
use crate::app::App;
use crate::passwords::{PasswordError, Passwords};

/// How long a link works.
const LINK_LIFETIME: i64 = DAY;
/// The name of the administrator that the configuration makes.
pub const BOOTSTRAP_USERNAME: &str = "admin";

/// Who the first administrator is to be.
#[derive(Debug)]
pub struct Candidate {
    /// Name to sign in with.
    pub username: String,
    /// Full name.
    pub name: String,
    /// Address for mail.
    pub email: Option<String>,
    /// Password.
    pub password: SecretString,
}

/// Why no administrator was made.
#[derive(Debug, thiserror::Error)]
pub enum CandidateError {
    /// The link was used, has expired, or there is an administrator already.
    #[error("the link does not work any more")]
    LinkInvalid,
    /// Somebody has this user name.
    #[error("the user name is taken")]
    UsernameTaken,
    /// The password can not be set.
    #[error("{0}")]
    Password(#[from] PasswordError),
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Makes a link for the first administrator; `None` when there is one.
///
/// # Errors
/// When the database is unavailable.
pub async fn ensure_link(app: &App) -> Result<Option<String>, StoreError> {
    if app.store.load_has_admin().await? {
        return Ok(None);
    }
    let (now, token) = (app.now(), new_secret(&app.entropy));
    let statement = app
        .store
        .create_setup_link(hash_secret(&token), now, now.plus(LINK_LIFETIME));
    app.store.commit_statements(vec![statement], Vec::new()).await?;
    Ok(Some(format!("{}setup?token={token}", app.public_url)))
}

/// Whether the link with this value works now.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_link_works(app: &App, token: &str, now: Time) -> Result<bool, StoreError> {
    Ok(app.store.load_setup_link(&hash_secret(token), now).await? && !app.store.load_has_admin().await?)
}

/// Makes the first administrator, uses up every link, and signs the person in; all of it or nothing.
///
/// # Errors
/// See [`CandidateError`].
pub async fn create(
    app: &App,
    token: &str,
    candidate: Candidate,
    origin: Origin<'_>,
) -> Result<NewSession, CandidateError> {
    Passwords::check(&candidate.password)?;
    // Before the hash is computed, so that strangers can not let us compute any.
    if !load_link_works(app, token, origin.now).await? {
        return Err(CandidateError::LinkInvalid);
    }
    let hash = app.passwords.hash(candidate.password, &app.entropy).await?;
    let user = administrator(app, origin.now, candidate.username, candidate.name, candidate.email);
    let new = new_session(app, &user, &[AMR_PASSWORD], origin);
    let link: SecretHash = hash_secret(token);
    let id = Some(user.id.as_str());
    let created = event(app, origin, "user_created", id, id, &[("by", "setup_link")]);
    let detail = [("session", new.session.id.as_str()), ("method", AMR_PASSWORD)];
    let entered = event(app, origin, "login", id, id, &detail);
    let mut statements: Vec<Stmt> = app.store.use_setup_link(link, origin.now).into();
    statements.extend(app.store.create_user(&user, Some(&hash))?);
    statements.extend(app.store.statements_of(vec![
        Write::CreateSession(Box::new(new.session.clone())),
        Write::CreateEvent(Box::new(created)),
        Write::CreateEvent(Box::new(entered)),
    ])?);
    match app.store.commit_statements(statements, Vec::new()).await {
        Ok(()) => Ok(new),
        Err(StoreError::Conflict) => Err(CandidateError::LinkInvalid),
        Err(StoreError::Taken { column: "username" }) => Err(CandidateError::UsernameTaken),
        Err(error) => Err(error.into()),
    }
}

/// Makes the administrator of `bootstrap.admin_password` when that is set and there is no user at all. Answers whether
/// one was made.
///
/// # Errors
/// When the password can not be set, or the database is unavailable.
pub async fn ensure_bootstrap(app: &App) -> Result<bool, CandidateError> {
    let Some(password) = &app.config.bootstrap.admin_password else {
        return Ok(false);
    };
    if app.store.load_has_user().await? {
        return Ok(false);
    }
    let hash = app.passwords.hash(password.clone(), &app.entropy).await?;
    let now = app.now();
    let name = BOOTSTRAP_USERNAME.to_owned();
    let user = administrator(app, now, name, "Administrator".to_owned(), None);
    let mut statements = app.store.create_user(&user, Some(&hash))?;
    statements.push(events::insert(protocol::records::Event {
        id: app.new_id("evt", now),
        action: "user_created".to_owned(),
        actor: Some("system".to_owned()),
        target: Some(user.id.clone()),
        client_address: None,
        detail: serde_json::json!({"by": "bootstrap.admin_password"}),
        at: now,
    }));
    match app.store.commit_statements(statements, Vec::new()).await {
        Ok(()) => Ok(true),
        // Another node was first.
        Err(StoreError::Taken { column: "username" }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn administrator(app: &App, now: Time, username: String, name: String, email: Option<String>) -> User {
    User {
        id: app.new_id("user", now),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        username,
        name,
        email,
        is_active: true,
        is_admin: true,
        ..User::default()
    }
}
