//! Signing keys: making, the states next, active, retired, and rotation. Private halves never leave the store.

use protocol::jose::Algorithm;
use protocol::time::Time;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::signing_keys::{KeyRecord, KeyState, StoredKey};
use store::{Stmt, StoreError};
use utoipa::ToSchema;

use super::actor::Actor;
use super::changes::{ATTEMPTS, Absent, Changes, Expected, Fields};
use super::outcome::{ActionError, FieldError};
use crate::app::App;
use crate::keys::{Key, Snapshot, generate};

/// The algorithms that a key can be made for.
pub const ALGORITHMS: [Algorithm; 5] = [
    Algorithm::RS256,
    Algorithm::PS256,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// The longest name, in characters.
const LONGEST_NAME: usize = 200;

/// The fields of a new key.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub struct NewKeyFields {
    /// For administrators. Made from the algorithm when it is not given.
    pub name: Option<String>,
    /// `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub key_use: Option<String>,
    /// `RS256`, `PS256`, `ES256`, `ES384` or `EdDSA`. Required.
    #[schema(example = "ES256", required)]
    pub alg: Option<String>,
    /// `active` (default), or `next`: published, but not signing.
    #[schema(example = "active")]
    pub state: Option<String>,
}

impl Fields for NewKeyFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "kid", "retired_at"];
    const ABSENT: &'static [Absent] = &[
        Absent {
            name: "private_key",
            idle: "null",
        },
        Absent {
            name: "certificate",
            idle: "null",
        },
        Absent {
            name: "public_jwk",
            idle: "null",
        },
    ];
}

/// The fields of a key that change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyFields)]
pub struct KeyFields {
    /// For administrators.
    pub name: Option<String>,
    /// `next` becomes `active` or `retired`, `active` becomes `retired`; there is no way back.
    #[schema(example = "retired")]
    pub state: Option<String>,
}

impl Fields for KeyFields {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "created_at",
        "updated_at",
        "use",
        "alg",
        "kid",
        "retired_at",
        "public_jwk",
    ];
}

/// What is rotated.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyRotation)]
pub struct RotateFields {
    /// `sig`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub key_use: Option<String>,
    /// The algorithm whose active keys get a successor. Required.
    #[schema(example = "RS256", required)]
    pub alg: Option<String>,
}

impl Fields for RotateFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

/// Makes a key.
///
/// # Errors
/// [`ActionError::Invalid`] or the store's.
pub async fn create(app: &App, actor: &Actor, changes: Changes<NewKeyFields>) -> Result<KeyRecord, ActionError> {
    let fields = changes.fields;
    let mut errors: Vec<FieldError> = check_use(fields.key_use.as_deref()).into_iter().collect();
    let alg = check_alg(fields.alg.as_deref())
        .map_err(|error| errors.push(error))
        .ok();
    let state = match fields.state.as_deref() {
        None | Some("active") => KeyState::Active,
        Some("next") => KeyState::Next,
        Some(_) => {
            errors.push(FieldError::invalid("state", "A new key is `active` or `next`."));
            KeyState::Next
        }
    };
    let name = match (fields.name, alg) {
        (Some(name), _) => name,
        (None, Some(alg)) => format!("{alg} key"),
        (None, None) => String::new(),
    };
    if alg.is_some() {
        errors.extend(check_name(&name));
    }
    let Some(alg) = alg.filter(|_| errors.is_empty()) else {
        return Err(ActionError::Invalid(errors));
    };
    let now = app.now();
    let key = make(app, alg, name.trim().to_owned(), state, now).await?;
    let statements = vec![
        app.store.create_key(&key, &app.entropy)?,
        actor.changed(app, now, "key_created", &key.record.id, &["alg", "name", "state"]),
    ];
    commit(app, statements).await?;
    Ok(key.record)
}

/// Changes name or state of a key.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Conflict`] while an
/// application signs with a key that shall retire, or the store's.
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
        errors.extend(check_name(&record.name));
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
        match commit(app, statements).await {
            Err(StoreError::Conflict) => {
                if let Some(error) = expected.on_conflict() {
                    return Err(error);
                }
            }
            other => {
                other?;
                return Ok(record);
            }
        }
    }
    Err(StoreError::Conflict.into())
}

/// Deletes a key that is neither active nor used. Tokens that it signed can not be verified any more.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Conflict`] or the store's.
pub async fn delete(app: &App, actor: &Actor, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let record = app.store.load_key_record(id).await?.ok_or(ActionError::NotFound)?;
    expected.check(record.version)?;
    if record.state == KeyState::Active {
        return Err(ActionError::Conflict(
            "This key is active; retire or rotate it first.".to_owned(),
        ));
    }
    refuse_used(app, id).await?;
    let statements = vec![
        app.store.hold_unused_key(id),
        app.store.delete_key(id, record.version),
        actor.changed(app, app.now(), "key_deleted", id, &[]),
    ];
    match commit(app, statements).await {
        Err(StoreError::Conflict) => Err(expected.on_conflict().unwrap_or_else(|| StoreError::Conflict.into())),
        other => Ok(other?),
    }
}

/// Puts a successor in the place of every active key of an algorithm, in every application: the oldest key that is
/// `next`, or a new one. The predecessors are retired and stay published while tokens of theirs may live.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Conflict`] when somebody else rotates at the same moment, or the store's.
pub async fn rotate(app: &App, actor: &Actor, changes: Changes<RotateFields>) -> Result<KeyRecord, ActionError> {
    let fields = changes.fields;
    let mut errors: Vec<FieldError> = check_use(fields.key_use.as_deref()).into_iter().collect();
    let alg = check_alg(fields.alg.as_deref())
        .map_err(|error| errors.push(error))
        .ok();
    let Some(alg) = alg.filter(|_| errors.is_empty()) else {
        return Err(ActionError::Invalid(errors));
    };
    let now = app.now();
    // Not from memory: another node may have changed the keys a moment ago.
    let snapshot = Snapshot::load(&app.store).await?;
    let of_state = |state: KeyState| -> Vec<&Key> {
        snapshot
            .keys
            .iter()
            .filter(|key| key.key.alg() == alg && key.record.state == state)
            .collect()
    };
    let mut statements = Vec::new();
    let successor = match of_state(KeyState::Next).first() {
        Some(next) => {
            let record = KeyRecord {
                state: KeyState::Active,
                updated_at: now,
                version: next.record.version + 1,
                ..next.record.clone()
            };
            statements.push(app.store.update_key(&record, next.record.version));
            record
        }
        None => {
            let key = make(app, alg, format!("{alg} key"), KeyState::Active, now).await?;
            statements.push(app.store.create_key(&key, &app.entropy)?);
            key.record
        }
    };
    let mut predecessors = Vec::new();
    for key in of_state(KeyState::Active) {
        let record = KeyRecord {
            state: KeyState::Retired,
            retired_at: Some(now),
            updated_at: now,
            ..key.record.clone()
        };
        // The key first: whoever takes it for an application at this moment waits for us and is refused then.
        statements.push(app.store.update_key(&record, key.record.version));
        statements.push(app.store.replace_signing_key(&record.id, &successor.id, now));
        predecessors.push(record.id);
    }
    let mut detail = Map::new();
    detail.insert("rotated".to_owned(), Value::from(true));
    detail.insert("alg".to_owned(), Value::from(alg.as_str()));
    detail.insert("predecessors".to_owned(), Value::from(predecessors));
    statements.push(actor.event(app, now, "key_updated", &successor.id, detail));
    match commit(app, statements).await {
        Err(StoreError::Conflict) => Err(ActionError::Conflict(
            "The keys were changed at the same moment; look at them before you try again.".to_owned(),
        )),
        other => {
            other?;
            Ok(successor)
        }
    }
}

/// Making an RSA key takes tens of milliseconds of a core: it is done beside the requests.
async fn make(app: &App, alg: Algorithm, name: String, state: KeyState, now: Time) -> Result<StoredKey, StoreError> {
    let entropy = app.entropy;
    tokio::task::spawn_blocking(move || generate(alg, &name, state, now, &entropy))
        .await
        .map_err(|error| StoreError::Internal(error.to_string()))?
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
            "Applications sign with this key ({used}); rotate it, or give them another."
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

fn check_name(name: &str) -> Option<FieldError> {
    match name.trim().chars().count() {
        0 => Some(FieldError::required("name")),
        1..=LONGEST_NAME => None,
        _ => Some(FieldError::new(
            "name",
            "too_long",
            "A name may have at most 200 characters.",
        )),
    }
}

fn check_use(key_use: Option<&str>) -> Option<FieldError> {
    match key_use {
        None | Some("sig") => None,
        Some("enc") => Some(FieldError::not_supported("use")),
        Some(_) => Some(FieldError::invalid("use", "Use `sig`.")),
    }
}

fn check_alg(alg: Option<&str>) -> Result<Algorithm, FieldError> {
    let alg = alg.ok_or_else(|| FieldError::required("alg"))?;
    ALGORITHMS
        .into_iter()
        .find(|known| known.as_str() == alg)
        .ok_or_else(|| FieldError::invalid("alg", "Use `RS256`, `PS256`, `ES256`, `ES384` or `EdDSA`."))
}
