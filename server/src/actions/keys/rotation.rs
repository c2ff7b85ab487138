//! Rotation: a successor takes the place of a key in every application, on demand or by schedule. The predecessor is retired
//! and stays published while tokens of it may live.

use protocol::jose::{Algorithm, KeyManagement};
use protocol::time::Time;
use serde_json::{Map, Value};
use store::signing_keys::{KeyOrigin, KeyRecord, KeyState, StoredKey};
use store::{Stmt, StoreError};

use super::fields::{NewKeyFields, RotateFields};
use super::material::KNOWN;
use super::schedule::{Due, Schedule};
use super::{Made, commit, material, record};
use crate::actions::actor::Actor;
use crate::actions::changes::Changes;
use crate::actions::outcome::{ActionError, FieldError};
use crate::app::App;
use crate::keys::Snapshot;

/// Steps of the schedule that are taken in one go; what is left waits for the next.
const MOST_STEPS: usize = 50;

/// What a caller asks to be rotated.
struct Wanted {
    key_use: &'static str,
    alg: &'static str,
}

/// Puts a successor in the place of every active key of an algorithm, or of one of them, in every application: the key that
/// waits for it, the oldest key that is `next`, or a new one. The predecessors are retired and stay published while tokens of
/// theirs may live.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Conflict`] when somebody else rotates at the same moment, or the store's.
pub async fn rotate(app: &App, actor: &Actor, changes: Changes<RotateFields>) -> Result<Made, ActionError> {
    let fields = changes.fields;
    let wanted = check(&fields).map_err(ActionError::Invalid)?;
    // Not from memory: another node may have changed the keys a moment ago.
    let snapshot = Snapshot::load(&app.store).await?;
    let records: Vec<&KeyRecord> = records(&snapshot)
        .filter(|key| key.key_use == wanted.key_use && key.alg == wanted.alg)
        .collect();
    let predecessors = predecessors(&records, &wanted, fields.key.as_deref())?;
    let now = app.now();
    let planned = predecessors.iter().find_map(|key| key.successor.as_deref());
    let waiting = || records.iter().filter(|key| key.state == KeyState::Next);
    let next = waiting()
        .find(|key| planned == Some(key.id.as_str()))
        .or_else(|| waiting().find(|key| !is_planned(&records, key)))
        // What encrypts for one application is not given to another.
        .filter(|_| wanted.key_use == "sig");
    let mut statements = Vec::new();
    let made = match next {
        Some(next) => {
            let successor = activated(next, now);
            statements.push(app.store.update_key(&successor, next.version));
            Made {
                record: successor,
                private_key: None,
            }
        }
        None => {
            let enc = predecessors.first().and_then(|key| key.enc.clone());
            let key = make(app, &wanted, enc, KeyState::Active, now).await?;
            statements.push(app.store.create_key(&key, &app.entropy)?);
            Made::new(key)
        }
    };
    statements.extend(replace(app, &predecessors, &made.record.id, now));
    let replaced = predecessors.iter().map(|key| key.id.as_str()).collect();
    statements.push(event(app, actor, &made.record, replaced, now));
    match commit(app, statements).await {
        Err(StoreError::Conflict) => Err(ActionError::Conflict(
            "The keys were changed at the same moment; look at them before you try again.".to_owned(),
        )),
        other => {
            other?;
            Ok(made)
        }
    }
}

fn check(fields: &RotateFields) -> Result<Wanted, Vec<FieldError>> {
    let mut errors = Vec::new();
    let alg = match fields.alg.as_deref() {
        None => {
            errors.push(FieldError::required("alg"));
            None
        }
        Some(alg) => {
            let signs = Algorithm::ASYMMETRIC.into_iter().find(|known| known.as_str() == alg);
            let found = match (signs, alg.parse::<KeyManagement>()) {
                (Some(signs), _) => Some(("sig", signs.as_str())),
                (None, Ok(encrypts)) => Some(("enc", encrypts.as_str())),
                (None, Err(_)) => None,
            };
            if found.is_none() {
                errors.push(FieldError::invalid("alg", KNOWN));
            }
            found
        }
    };
    match (fields.key_use.as_deref(), alg) {
        (None, _) | (Some("sig" | "enc"), None) => {}
        (Some(key_use), Some((of_alg, _))) if key_use == of_alg => {}
        (Some("sig" | "enc"), Some(_)) => {
            errors.push(FieldError::invalid("alg", "This algorithm is not for this `use`."));
        }
        (Some(_), _) => errors.push(FieldError::invalid("use", "Use `sig` or `enc`.")),
    }
    match alg {
        Some((key_use, alg)) if errors.is_empty() => Ok(Wanted { key_use, alg }),
        _ => Err(errors),
    }
}

/// The keys that are replaced: those of the algorithm that are active, or the one that is named.
fn predecessors<'a>(
    records: &[&'a KeyRecord],
    wanted: &Wanted,
    named: Option<&str>,
) -> Result<Vec<&'a KeyRecord>, ActionError> {
    let wrong = |error| Err(ActionError::field(error));
    let active: Vec<&KeyRecord> = records
        .iter()
        .copied()
        .filter(|key| key.state == KeyState::Active)
        .collect();
    if let Some(named) = named {
        return match active.into_iter().find(|key| key.id == named) {
            None => wrong(FieldError::not_found(
                "key",
                "There is no active key of this id and algorithm.",
            )),
            Some(key) if key.origin == KeyOrigin::Public => wrong(FieldError::invalid(
                "key",
                "This key is the application's own: give it the next one by making a key of it.",
            )),
            Some(key) => Ok(vec![key]),
        };
    }
    if wanted.key_use == "sig" {
        return Ok(active);
    }
    let ours: Vec<&KeyRecord> = active
        .into_iter()
        .filter(|key| key.origin != KeyOrigin::Public)
        .collect();
    if ours.len() > 1 {
        return wrong(FieldError::new(
            "key",
            "required",
            "There are several keys of this algorithm, and applications do not share one: name it.",
        ));
    }
    Ok(ours)
}

/// Does what the schedule says is due, one step after the other. Any number of nodes may do it at the same moment: each step
/// holds only while the key has the version that the step was decided from.
///
/// # Errors
/// When the database is unavailable.
pub async fn follow_schedule(app: &App) -> Result<(), StoreError> {
    let Some(schedule) = schedule(app) else { return Ok(()) };
    for _ in 0..MOST_STEPS {
        let now = app.now();
        let snapshot = app.snapshot();
        let known: Vec<&KeyRecord> = records(&snapshot).collect();
        if schedule.due(&known, now).is_none() {
            return Ok(());
        }
        let fresh = Snapshot::load(&app.store).await?;
        let known: Vec<&KeyRecord> = records(&fresh).collect();
        let statements = match schedule.due(&known, now) {
            Some(due) => steps(app, due, now).await?,
            None => Vec::new(),
        };
        match commit(app, statements).await {
            // Another node was first.
            Err(StoreError::Conflict) => app.reload().await?,
            other => other?,
        }
    }
    Ok(())
}

/// When a key is rotated by itself; none when it is not.
#[must_use]
pub fn rotates_at(app: &App, key: &KeyRecord) -> Option<Time> {
    schedule(app)?.rotates_at(key)
}

fn schedule(app: &App) -> Option<Schedule> {
    let keys = &app.config.keys;
    keys.rotate_every.map(|every| Schedule {
        every,
        ahead: keys.publish_ahead,
    })
}

async fn steps(app: &App, due: Due<'_>, now: Time) -> Result<Vec<Stmt>, StoreError> {
    let actor = Actor::system();
    let named = |key: &KeyRecord, next: &str| {
        let record = KeyRecord {
            successor: Some(next.to_owned()),
            updated_at: now,
            ..key.clone()
        };
        app.store.update_key(&record, key.version)
    };
    Ok(match due {
        Due::Name(key, next) => vec![named(key, &next.id)],
        Due::Make(key) => {
            let alg = key.alg.parse::<Algorithm>();
            let alg = alg.map_err(|_| StoreError::Corrupt("alg of a key".to_owned()))?;
            let wanted = Wanted {
                key_use: "sig",
                alg: alg.as_str(),
            };
            let mut next = make(app, &wanted, None, KeyState::Next, now).await?;
            next.record.name.clone_from(&key.name);
            let mut detail = Map::new();
            detail.insert("follows".to_owned(), Value::from(key.id.as_str()));
            vec![
                named(key, &next.record.id),
                app.store.create_key(&next, &app.entropy)?,
                actor.event(app, now, "key_created", &next.record.id, detail),
            ]
        }
        Due::Switch(key, next) => {
            let mut statements = vec![app.store.update_key(&activated(next, now), next.version)];
            statements.extend(replace(app, &[key], &next.id, now));
            statements.push(event(app, &actor, next, vec![&key.id], now));
            statements
        }
    })
}

fn records(snapshot: &Snapshot) -> impl Iterator<Item = &KeyRecord> {
    let encrypting = snapshot.encrypting.iter().map(|key| &key.record);
    snapshot.keys.iter().map(|key| &key.record).chain(encrypting)
}

/// Whether a key waits to follow another one.
fn is_planned(records: &[&KeyRecord], next: &KeyRecord) -> bool {
    records
        .iter()
        .any(|key| key.state == KeyState::Active && key.successor.as_deref() == Some(next.id.as_str()))
}

fn activated(next: &KeyRecord, now: Time) -> KeyRecord {
    KeyRecord {
        state: KeyState::Active,
        activated_at: Some(now),
        updated_at: now,
        version: next.version + 1,
        ..next.clone()
    }
}

/// Retires keys and puts the successor in their place in every application.
fn replace(app: &App, predecessors: &[&KeyRecord], successor: &str, now: Time) -> Vec<Stmt> {
    let mut statements = Vec::new();
    for key in predecessors {
        let retired = KeyRecord {
            state: KeyState::Retired,
            retired_at: Some(now),
            updated_at: now,
            successor: Some(successor.to_owned()),
            ..(*key).clone()
        };
        // The key first: whoever takes it for an application at this moment waits for us and is refused then.
        statements.push(app.store.update_key(&retired, key.version));
        statements.push(if key.signs() {
            app.store.replace_signing_key(&key.id, successor, now)
        } else {
            app.store.replace_encryption_key(&key.id, Some(successor), now)
        });
    }
    statements
}

async fn make(
    app: &App,
    wanted: &Wanted,
    enc: Option<String>,
    state: KeyState,
    now: Time,
) -> Result<StoredKey, StoreError> {
    let fields = NewKeyFields {
        key_use: Some(wanted.key_use.to_owned()),
        alg: Some(wanted.alg.to_owned()),
        enc,
        ..NewKeyFields::default()
    };
    let material = material(fields).await.map_err(|error| match error {
        ActionError::Store(error) => error,
        other => StoreError::Internal(other.to_string()),
    })?;
    record(app, material, format!("{} key", wanted.alg), state, now)
}

fn event(app: &App, actor: &Actor, successor: &KeyRecord, predecessors: Vec<&str>, now: Time) -> Stmt {
    let mut detail = Map::new();
    detail.insert("rotated".to_owned(), Value::from(true));
    detail.insert("alg".to_owned(), Value::from(successor.alg.as_str()));
    detail.insert("predecessors".to_owned(), Value::from(predecessors));
    actor.event(app, now, "key_updated", &successor.id, detail)
}
