//! Keys that sign tokens, and keys that encrypt them: making and importing, the states next, active, retired. Private
//! halves never leave the store, except that of an encryption pair, once, when it is made here.

pub mod certificate;
pub mod fields;
mod material;
mod pem;
pub mod rotation;
mod schedule;

use protocol::time::Time;
use store::signing_keys::{KeyOrigin, KeyRecord, KeyState, StoredKey};
use store::{Stmt, StoreError};
use zeroize::Zeroizing;

use self::fields::{KeyFields, NewKeyFields};
use self::material::{Material, assemble};
use super::actor::Actor;
use super::changes::{ATTEMPTS, Changes, Expected};
use super::outcome::{ActionError, FieldError};
use crate::app::App;

/// A key that was made.
#[derive(Debug)]
pub struct Made {
    /// The record.
    pub record: KeyRecord,
    /// The private half in PEM, of an encryption pair that was made here; it is shown this once.
    pub private_key: Option<Zeroizing<String>>,
}

/// Makes or imports a key.
///
/// # Errors
/// [`ActionError::Invalid`] or the store's.
pub async fn create(app: &App, actor: &Actor, changes: Changes<NewKeyFields>) -> Result<Made, ActionError> {
    let mut fields = changes.fields;
    let mut errors = Vec::new();
    let state = match fields.state.as_deref() {
        None | Some("active") => KeyState::Active,
        Some("next") => KeyState::Next,
        Some(_) => {
            errors.push(FieldError::invalid("state", "A new key is `active` or `next`."));
            KeyState::Next
        }
    };
    let name = fields.name.take();
    if let Some(name) = &name {
        errors.extend(FieldError::of_name(name));
    }
    if !errors.is_empty() {
        // The others are judged as well, so that a caller learns of all at once.
        if let Err(ActionError::Invalid(more)) = material(fields).await {
            errors.extend(more);
        }
        return Err(ActionError::Invalid(errors));
    }
    let mut named: Vec<&str> = vec!["alg", "name", "state"];
    for (field, given) in [
        ("private_key", fields.private_key.is_some()),
        ("certificate", fields.certificate.is_some()),
        ("public_jwk", fields.public_jwk.is_some()),
    ] {
        named.extend(given.then_some(field));
    }
    let material = material(fields).await?;
    let now = app.now();
    let name = name.map_or_else(
        || format!("{} key", material.purpose.alg()),
        |name| name.trim().to_owned(),
    );
    let key = record(app, material, name, state, now)?;
    let statements = vec![
        app.store.create_key(&key, &app.entropy)?,
        actor.changed(app, now, "key_created", &key.record.id, &named),
    ];
    commit(app, statements).await?;
    Ok(Made::new(key))
}

/// Making an RSA key takes tens of milliseconds of a core: it is done beside the requests.
async fn material(fields: NewKeyFields) -> Result<Material, ActionError> {
    tokio::task::spawn_blocking(move || assemble(&fields))
        .await
        .map_err(|error| StoreError::Internal(error.to_string()))?
}

fn record(app: &App, material: Material, name: String, state: KeyState, now: Time) -> Result<StoredKey, StoreError> {
    let Material {
        purpose,
        origin,
        private,
        jwk,
        certificate,
    } = material;
    let record = KeyRecord {
        id: app.new_id("key", now),
        created_at: now,
        updated_at: now,
        version: 1,
        name,
        key_use: purpose.key_use().to_owned(),
        alg: purpose.alg().to_owned(),
        kid: jwk.kid.clone().unwrap_or_default(),
        state,
        public_jwk: serde_json::to_value(&jwk)?,
        retired_at: None,
        enc: purpose.enc().map(str::to_owned),
        certificate,
        origin,
        activated_at: (state == KeyState::Active).then_some(now),
        successor: None,
    };
    Ok(StoredKey { record, private })
}

impl Made {
    fn new(key: StoredKey) -> Self {
        let StoredKey { record, private } = key;
        let shown = !record.signs() && record.origin == KeyOrigin::Generated;
        let private_key = private
            .filter(|_| shown)
            .map(|private| Zeroizing::new(pem::write("PRIVATE KEY", &private)));
        Self { record, private_key }
    }
}

/// Changes name or state of a key.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Conflict`] while an
/// application uses a key that shall retire, or the store's.
pub async fn update(
    app: &App,
    actor: &Actor,
    id: &str,
    expected: &Expected,
    changes: Changes<KeyFields>,
) -> Result<KeyRecord, ActionError> {
    for _ in 0..ATTEMPTS {
        let mut record = app.store.load_key_record(id).await?.ok_or(ActionError::NotFound)?;
        expected.check(record.version)?;
        let (version, now) = (record.version, app.now());
        let mut errors = Vec::new();
        if let Some(name) = &changes.fields.name {
            name.trim().clone_into(&mut record.name);
        } else if changes.resets("name") {
            record.name = format!("{} key", record.alg);
        }
        errors.extend(FieldError::of_name(&record.name));
        let before = record.state;
        match changes.fields.state.as_deref().map(|state| decide_state(before, state)) {
            Some(Ok(state)) => record.state = state,
            Some(Err(error)) => errors.push(error),
            None if changes.resets("state") => {
                errors.push(FieldError::invalid("state", "A key always has a state."));
            }
            None => {}
        }
        if !errors.is_empty() {
            return Err(ActionError::Invalid(errors));
        }
        record.updated_at = now;
        record.version = version + 1;
        if record.state == KeyState::Active && before == KeyState::Next {
            record.activated_at = Some(now);
        }
        let retires = record.state == KeyState::Retired && before != KeyState::Retired;
        if retires {
            record.retired_at = Some(now);
            refuse_used(app, id).await?;
        }
        let mut statements = vec![app.store.update_key(&record, version)];
        if retires {
            statements.push(app.store.hold_unused_key(id));
        }
        let mut named = Vec::new();
        if changes.fields.name.is_some() || changes.resets("name") {
            named.push("name");
        }
        if record.state != before {
            named.push("state");
        }
        statements.push(actor.changed(app, now, "key_updated", id, &named));
        if expected.held(commit(app, statements).await)? {
            return Ok(record);
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a key. A signing key must be neither active nor used, and tokens that it signed can not be verified any more. An
/// encryption key may be deleted at any time: applications that have it get their tokens unencrypted from then on.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Conflict`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let record = app.store.load_key_record(id).await?.ok_or(ActionError::NotFound)?;
    expected.check(record.version)?;
    let now = app.now();
    let mut statements = Vec::new();
    if record.signs() {
        if record.state == KeyState::Active {
            return Err(ActionError::Conflict(
                "This key is active; retire or rotate it first.".to_owned(),
            ));
        }
        refuse_used(app, id).await?;
        statements.push(app.store.hold_unused_key(id));
    }
    // The key first: whoever takes it for an application at this moment waits for us and is refused then.
    statements.push(app.store.delete_key(id, record.version));
    if !record.signs() {
        statements.push(app.store.replace_encryption_key(id, None, now));
    }
    statements.push(actor.changed(app, now, "key_deleted", id, &[]));
    if expected.held(commit(app, statements).await)? {
        Ok(())
    } else {
        Err(StoreError::Conflict.into())
    }
}

async fn commit(app: &App, statements: Vec<Stmt>) -> Result<(), StoreError> {
    app.commit_changes(statements, vec!["keys".to_owned()]).await
}

async fn refuse_used(app: &App, id: &str) -> Result<(), ActionError> {
    let used = app.store.count_applications_of_key(id).await?;
    if used == 0 {
        Ok(())
    } else {
        Err(ActionError::Conflict(format!(
            "Applications use this key ({used}); rotate it, or give them another."
        )))
    }
}

fn decide_state(from: KeyState, to: &str) -> Result<KeyState, FieldError> {
    let to = match to {
        "next" => KeyState::Next,
        "active" => KeyState::Active,
        "retired" => KeyState::Retired,
        _ => return Err(FieldError::invalid("state", "Use `next`, `active` or `retired`.")),
    };
    match (from, to) {
        (from, to) if from == to => Ok(to),
        (KeyState::Next, KeyState::Active | KeyState::Retired) | (KeyState::Active, KeyState::Retired) => Ok(to),
        _ => Err(FieldError::invalid(
            "state",
            format!("A key can not go from `{}` to `{}`.", from.as_str(), to.as_str()),
        )),
    }
}
