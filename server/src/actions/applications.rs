//! Applications: making, changing, deleting; `secrets.rs` has the rotation of client secrets. Every change stands in the audit log with the names of
//! the fields, and never with a value.

mod check;
mod federation;
pub mod fields;
pub mod management;
mod redirect_uris;
mod remarks;
pub mod secrets;
mod sector;
pub mod setup;
mod signing;

use protocol::client::{Application, ClientType};
use protocol::id::new_alphanumeric;
use secrecy::SecretString;
use store::applications::StoredApplication;
use store::{Stmt, StoreError};

use self::check::{apply, defaults, derive_slug};
use self::fields::ApplicationFields;
use super::actor::Actor;
use super::changes::{ATTEMPTS, Changes, Expected};
use super::outcome::{ActionError, FieldError};
use crate::app::App;

pub use self::remarks::remarks;
pub(super) use self::sector::check_list;

/// Characters of a client id and of a client secret that we make.
const CLIENT_ID: usize = 40;
const CLIENT_SECRET: usize = 128;

/// An application that was made or changed.
#[derive(Debug)]
pub struct Saved {
    /// The record.
    pub application: Application,
    /// The client secret when this call made it; it is shown this once.
    pub made_secret: Option<SecretString>,
}

/// Finds an application by its id or slug.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn find(app: &App, reference: &str) -> Result<StoredApplication, ActionError> {
    let found = if reference.starts_with("app_") {
        app.store.load_application(reference).await?
    } else {
        app.store.load_application_by_slug(reference).await?
    };
    found.ok_or(ActionError::NotFound)
}

/// Makes an application.
///
/// # Errors
/// [`ActionError::Invalid`] with every wrong field, or the store's.
pub async fn create(app: &App, actor: &Actor, changes: Changes<ApplicationFields>) -> Result<Saved, ActionError> {
    let wants_slug = changes.fields.slug.is_some();
    for attempt in 0..ATTEMPTS {
        let (mut application, given, mut errors) = new_record(app, &changes);
        errors.extend(federation::apply(app, &changes, &mut application).await?);
        if !wants_slug && attempt > 0 {
            let suffix = match attempt {
                0..4 => (attempt + 1).to_string(),
                _ => new_alphanumeric(6, &app.entropy).to_ascii_lowercase(),
            };
            application.slug = format!("{}-{suffix}", application.slug);
        }
        let secret = given.or_else(|| {
            (application.client_type == ClientType::Confidential)
                .then(|| SecretString::from(new_alphanumeric(CLIENT_SECRET, &app.entropy)))
        });
        errors.extend(check::check(&application, secret.as_ref()));
        if errors.is_empty() && attempt == 0 {
            errors.extend(check_list(app, &application).await);
        }
        if !errors.is_empty() {
            return Err(ActionError::Invalid(errors));
        }
        let secrets: Vec<SecretString> = secret.into_iter().collect();
        let mut statements = hold(app, &application);
        statements.push(app.store.create_application(&application, &secrets, &app.entropy)?);
        let named = changes.names();
        statements.push(actor.changed(
            app,
            application.created_at,
            "application_created",
            &application.id,
            &named,
        ));
        match app
            .commit_changes(statements, vec![format!("app:{}", application.id)])
            .await
        {
            Ok(()) => {
                application.client_secrets = secrets::facts_of_one(secrets.first(), application.created_at);
                return Ok(Saved {
                    application,
                    made_secret: secrets.into_iter().next(),
                });
            }
            Err(StoreError::Taken { column: "slug" }) if !wants_slug => {}
            // The key was rotated at this moment: read the keys anew.
            Err(StoreError::Conflict) => app.reload().await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(StoreError::Conflict.into())
}

/// What is wrong with the fields of a new application, as far as nothing has to be asked for it.
#[must_use]
pub fn mistakes(app: &App, changes: &Changes<ApplicationFields>) -> Vec<FieldError> {
    let (application, given, mut errors) = new_record(app, changes);
    errors.extend(check::check(&application, given.as_ref()));
    errors
}

/// The record of a new application, the secret that was given for it, and what is wrong so far.
fn new_record(app: &App, changes: &Changes<ApplicationFields>) -> (Application, Option<SecretString>, Vec<FieldError>) {
    let now = app.now();
    let fields = &changes.fields;
    let snapshot = app.snapshot();
    let defaults = Application {
        client_id: new_alphanumeric(CLIENT_ID, &app.entropy),
        slug: derive_slug(fields.name.as_deref().unwrap_or_default()),
        ..defaults(fields.client_type.unwrap_or_default(), &snapshot)
    };
    let mut application = Application {
        id: app.new_id("app", now),
        created_at: now,
        updated_at: now,
        ..defaults.clone()
    };
    let mut errors = apply(changes, &mut application, &defaults, &snapshot);
    redirect_uris::begin_lesson(&mut application, changes, now);
    // What is reset in a new record is its default, except the key: null says HS256 where that can be.
    if changes.resets("signing_key") && application.client_type == ClientType::Public {
        application.signing_key.clone_from(&defaults.signing_key);
    }
    let public = application.client_type == ClientType::Public;
    let wrong = wrong_secret(fields, public);
    let given = fields.client_secret.clone().filter(|_| wrong.is_none());
    errors.extend(wrong);
    (application, given, errors)
}

/// Why the secret that is given can not be the application's.
fn wrong_secret(fields: &ApplicationFields, public: bool) -> Option<FieldError> {
    let secret = fields.client_secret.as_ref()?;
    if public {
        return Some(FieldError::invalid(
            "client_secret",
            "A public application has no secret.",
        ));
    }
    check::check_new_secret(secret)
}

/// Changes an application found by its id or slug.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`] or the store's.
pub async fn update(
    app: &App,
    actor: &Actor,
    reference: &str,
    expected: &Expected,
    changes: Changes<ApplicationFields>,
) -> Result<Saved, ActionError> {
    for _ in 0..ATTEMPTS {
        let stored = find(app, reference).await?;
        expected.check(stored.application.version)?;
        if let Some(saved) = try_update(app, actor, stored, expected, &changes).await? {
            return Ok(saved);
        }
        app.reload().await?;
    }
    Err(StoreError::Conflict.into())
}

async fn try_update(
    app: &App,
    actor: &Actor,
    stored: StoredApplication,
    expected: &Expected,
    changes: &Changes<ApplicationFields>,
) -> Result<Option<Saved>, ActionError> {
    let (now, fields, snapshot) = (app.now(), &changes.fields, app.snapshot());
    let StoredApplication {
        mut application,
        secrets,
    } = stored;
    let version = application.version;
    let old_keys = (application.signing_key.clone(), application.encryption_key.clone());
    let was_public = application.client_type == ClientType::Public;
    let client_type = match fields.client_type {
        Some(client_type) => client_type,
        None if changes.resets("client_type") => ClientType::default(),
        None => application.client_type,
    };
    let defaults = Application {
        client_id: new_alphanumeric(CLIENT_ID, &app.entropy),
        slug: derive_slug(fields.name.as_deref().unwrap_or(&application.name)),
        ..defaults(client_type, &snapshot)
    };
    let mut errors = apply(changes, &mut application, &defaults, &snapshot);
    errors.extend(federation::apply(app, changes, &mut application).await?);
    redirect_uris::continue_lesson(&mut application, changes, now);
    if changes.resets("name") {
        application.name = String::new();
    }
    let public = application.client_type == ClientType::Public;
    if public && !was_public && fields.require_pkce.is_none() {
        // What becomes public begins as a public application does: nothing else protects its codes.
        application.require_pkce = defaults.require_pkce;
    }
    // The one that stays: a caller who changes nothing about secrets keeps them all.
    let stored_secret = secrets
        .iter()
        .find(|secret| secret.lives(now))
        .map(|secret| &secret.value);
    // A secret is made when null asks for one, or when the application has none and needs one.
    let makes =
        !public && fields.client_secret.is_none() && (changes.resets("client_secret") || stored_secret.is_none());
    let made = makes.then(|| SecretString::from(new_alphanumeric(CLIENT_SECRET, &app.entropy)));
    let wrong = wrong_secret(fields, public);
    let given = fields.client_secret.as_ref().filter(|_| wrong.is_none());
    errors.extend(wrong);
    let replaced = made.as_ref().or(given);
    errors.extend(check::check(&application, replaced.or(stored_secret)));
    if errors.is_empty() && sector::is_touched(changes) {
        errors.extend(check_list(app, &application).await);
    }
    if !errors.is_empty() {
        return Err(ActionError::Invalid(errors));
    }
    application.updated_at = now;
    application.version = version + 1;
    let mut statements = Vec::new();
    if (&application.signing_key, &application.encryption_key) != (&old_keys.0, &old_keys.1) {
        statements.extend(hold(app, &application));
    }
    statements.push(app.store.update_application(&application, version)?);
    if replaced.is_some() || (public && stored_secret.is_some()) {
        let replacing: Vec<SecretString> = replaced.into_iter().cloned().collect();
        let stmt = app
            .store
            .set_application_secrets(&application.id, version + 1, &replacing, now, &app.entropy)?;
        statements.push(stmt);
        application.version += 1;
        application.client_secrets = secrets::facts_of_one(replacing.first(), now);
    }
    let named = changes.names();
    statements.push(actor.changed(app, now, "application_updated", &application.id, &named));
    let held = expected.held(commit(app, statements, &application.id).await)?;
    Ok(held.then_some(Saved {
        application,
        made_secret: made,
    }))
}

/// Deletes an application. Its tokens die with it.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, actor: &Actor, reference: &str, expected: &Expected) -> Result<(), ActionError> {
    for _ in 0..ATTEMPTS {
        let application = find(app, reference).await?.application;
        expected.check(application.version)?;
        let statements = vec![
            app.store.delete_bindings_of("application", &application.id),
            app.store.delete_application(&application.id, application.version),
            actor.changed(app, app.now(), "application_deleted", &application.id, &[]),
        ];
        if expected.held(commit(app, statements, &application.id).await)? {
            return Ok(());
        }
    }
    Err(StoreError::Conflict.into())
}

async fn commit(app: &App, statements: Vec<Stmt>, id: &str) -> Result<(), StoreError> {
    app.commit_changes(statements, vec![format!("app:{id}")]).await
}

/// Holds the keys until the commit, so that nobody takes them away at the same moment.
fn hold(app: &App, application: &Application) -> Vec<Stmt> {
    application
        .signing_key
        .iter()
        .chain(&application.encryption_key)
        .map(|id| app.store.hold_active_key(id))
        .collect()
}
