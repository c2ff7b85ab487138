//! Client secrets: a new one at once, or beside the old one for a while, so that every instance of an application can be
//! given the new one before the old one stops.
//!
//! Two live at most. Both let the application in; HS256 signs with the older one until it retires. Then what it signed is
//! still recognised as a hint for a month, unless the change was made at once.

use protocol::client::{Application, ClientType, SecretFacts};
use protocol::duration::Span;
use protocol::id::new_alphanumeric;
use protocol::time::Time;
use secrecy::SecretString;
use serde::Deserialize;
use store::applications::StoredApplication;
use store::applications::secrets::ClientSecret;
use store::{Stmt, StoreError};
use utoipa::ToSchema;

use super::{CLIENT_SECRET, Saved, commit, find};
use crate::actions::actor::Actor;
use crate::actions::changes::{Changes, Expected, Fields};
use crate::actions::outcome::{ActionError, FieldError};
use crate::app::App;

/// The longest time for which two secrets live, in days.
const LONGEST_OVERLAP: u32 = 400;
/// Applications in one look for secrets that are due.
const BATCH: i64 = 50;

/// How a client secret is replaced.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SecretRotation)]
pub struct RotationFields {
    /// How long the old secret works beside the new one, such as `days=7`; `until_retired`: until a call with
    /// `retire_old`. Null (default): it stops at once.
    #[schema(example = "days=7")]
    pub keep_old_for: Option<String>,
    /// True: makes no new secret, and stops the older of two.
    pub retire_old: Option<bool>,
}

impl Fields for RotationFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

/// What becomes of the old secret.
#[derive(Clone, Copy)]
enum Old {
    /// It stops, and nothing of it is kept.
    Drop,
    /// It works on, until a moment or until somebody says so.
    Keep(Option<Time>),
}

/// Makes a new client secret, or stops the older of two.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Conflict`] for a public
/// application, for a third secret and where there is no older one to stop, or the store's.
pub async fn rotate(
    app: &App,
    actor: &Actor,
    reference: &str,
    expected: &Expected,
    changes: Changes<RotationFields>,
) -> Result<Saved, ActionError> {
    let StoredApplication { application, secrets } = find(app, reference).await?;
    expected.check(application.version)?;
    if application.client_type == ClientType::Public {
        return Err(ActionError::Conflict("A public application has no secret.".to_owned()));
    }
    let now = app.now();
    let fields = changes.fields;
    if fields.retire_old == Some(true) {
        if fields.keep_old_for.is_some() {
            let message = "Either make a new secret or stop the old one.";
            return Err(ActionError::field(FieldError::invalid("keep_old_for", message)));
        }
        let secrets = retire_oldest(secrets, now)?;
        return save(app, actor, expected, application, secrets, None, now).await;
    }
    let old = match fields.keep_old_for.as_deref() {
        None => Old::Drop,
        Some("until_retired") => Old::Keep(None),
        Some(span) => Old::Keep(Some(now.plus(parse_overlap(span)?))),
    };
    let value = SecretString::from(new_alphanumeric(CLIENT_SECRET, &app.entropy));
    let secrets = add(secrets, ClientSecret::new(value.clone(), now), old, now)?;
    save(app, actor, expected, application, secrets, Some(value), now).await
}

fn parse_overlap(text: &str) -> Result<i64, ActionError> {
    let longest = Span::from_secs(LONGEST_OVERLAP * 24 * 60 * 60);
    match text.parse::<Span>() {
        Ok(span) if span > Span::ZERO && span <= longest => Ok(span.as_micros()),
        _ => Err(ActionError::field(FieldError::invalid(
            "keep_old_for",
            "Write a duration such as `days=7`, at most 400 days, or `until_retired`.",
        ))),
    }
}

/// The secrets with `new` behind those that stay.
fn add(secrets: Vec<ClientSecret>, new: ClientSecret, old: Old, now: Time) -> Result<Vec<ClientSecret>, ActionError> {
    let retires_at = match old {
        Old::Drop => return Ok(vec![new]),
        Old::Keep(retires_at) => retires_at,
    };
    let mut kept: Vec<ClientSecret> = secrets.into_iter().filter(|secret| secret.is_remembered(now)).collect();
    let mut live = kept.iter_mut().filter(|secret| secret.lives(now));
    let current = live.next();
    if live.next().is_some() {
        return Err(ActionError::Conflict(
            "Two secrets live already: stop the older one first with `retire_old`, or leave `keep_old_for` out."
                .to_owned(),
        ));
    }
    if let Some(current) = current {
        current.retires_at = retires_at;
    }
    kept.push(new);
    Ok(kept)
}

fn retire_oldest(mut secrets: Vec<ClientSecret>, now: Time) -> Result<Vec<ClientSecret>, ActionError> {
    if secrets.iter().filter(|secret| secret.lives(now)).count() < 2 {
        return Err(ActionError::Conflict(
            "Only one secret lives; it can not be stopped.".to_owned(),
        ));
    }
    secrets.retain(|secret| secret.is_remembered(now));
    if let Some(oldest) = secrets.iter_mut().find(|secret| secret.lives(now)) {
        oldest.retires_at = Some(now);
        oldest.retired = true;
    }
    Ok(secrets)
}

async fn save(
    app: &App,
    actor: &Actor,
    expected: &Expected,
    mut application: Application,
    secrets: Vec<ClientSecret>,
    made_secret: Option<SecretString>,
    now: Time,
) -> Result<Saved, ActionError> {
    let statements = statements(app, actor, &application, &secrets, now)?;
    if !expected.held(commit(app, statements, &application.id).await)? {
        return Err(StoreError::Conflict.into());
    }
    application.version += 1;
    application.updated_at = now;
    application.client_secrets = secrets.iter().map(facts).collect();
    Ok(Saved {
        application,
        made_secret,
    })
}

fn statements(
    app: &App,
    actor: &Actor,
    application: &Application,
    secrets: &[ClientSecret],
    now: Time,
) -> Result<Vec<Stmt>, StoreError> {
    let (id, version) = (&application.id, application.version);
    Ok(vec![
        app.store
            .change_application_secrets(id, version, secrets, now, &app.entropy)?,
        actor.changed(app, now, "application_updated", id, &["client_secret"]),
    ])
}

fn facts(secret: &ClientSecret) -> SecretFacts {
    SecretFacts {
        created_at: secret.created_at,
        retires_at: secret.retires_at,
    }
}

/// What is shown of the secret of an application that has one.
pub(super) fn facts_of_one(secret: Option<&SecretString>, created_at: Time) -> Vec<SecretFacts> {
    let facts = |_| SecretFacts {
        created_at,
        retires_at: None,
    };
    secret.map(facts).into_iter().collect()
}

/// Notes the secrets that have retired by themselves, and forgets those that retired long ago. They stopped at their
/// moment, whenever this runs.
///
/// # Errors
/// When the database is unavailable.
pub async fn retire_due(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    for id in app.store.load_due_secrets(now, BATCH).await? {
        let Some(StoredApplication {
            application,
            mut secrets,
        }) = app.store.load_application(&id).await?
        else {
            continue;
        };
        secrets.retain(|secret| secret.is_remembered(now));
        for secret in secrets.iter_mut().filter(|secret| !secret.lives(now)) {
            secret.retired = true;
        }
        let statements = statements(app, &Actor::system(), &application, &secrets, now)?;
        match app.commit_changes(statements, vec![format!("app:{id}")]).await {
            // Somebody changes the application at this moment; the next look comes soon.
            Ok(()) | Err(StoreError::Conflict) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
