//! What a source publishes of itself: its discovery document and its keys. Read when somebody saves or asks, the keys also when a
//! token names an unknown one. A job looks at the document now and then; a difference is shown, and never taken over by itself.

use protocol::jose::JwkSet;
use protocol::time::{HOUR, Time};
use protocol::upstream::SourceKind;
use protocol::upstream::discovery::{Difference, Discovered, check_discovery_url, parse_discovery};
use store::StoreError;
use store::sources::StoredSource;

use super::fields::SourceFields;
use super::{CHANGED, check, find};
use crate::actions::administrators::Authority;
use crate::actions::changes::{ATTEMPTS, Changes, Expected};
use crate::actions::outcome::{ActionError, FieldError};
use crate::app::App;
use crate::outgoing::Limits;

/// How long after one look a document is looked at again.
const BETWEEN_LOOKS: i64 = 24 * HOUR;

/// Fetches a document as text.
///
/// # Errors
/// Why not, for an administrator.
async fn fetch(app: &App, address: &str) -> Result<String, String> {
    let answer = app.outgoing.get(address, Limits::default()).await;
    let answer = answer.map_err(|error| error.to_string())?;
    if answer.status != http::StatusCode::OK {
        return Err(format!(
            "it was answered with status {}, not 200",
            answer.status.as_u16()
        ));
    }
    String::from_utf8(answer.body.to_vec()).map_err(|_| "it is not text in UTF-8".to_owned())
}

/// Fetches the discovery document of a source.
///
/// # Errors
/// What is wrong with the field, in the words of the management API.
async fn fetch_document(app: &App, address: &str, preset: Option<&str>) -> Result<(Discovered, String), FieldError> {
    const FIELD: &str = "discovery_url";
    check_discovery_url(address).map_err(|completed| {
        let message = format!("This must end in `.well-known/openid-configuration`, for instance `{completed}`.");
        FieldError::invalid(FIELD, message)
    })?;
    let text = fetch(app, address).await.map_err(|reason| {
        FieldError::new(
            FIELD,
            "unreachable",
            format!("The document could not be read: {reason}."),
        )
    })?;
    let discovered = parse_discovery(address, preset, text.as_bytes())
        .map_err(|fault| FieldError::new(FIELD, fault.code(), fault.to_string()))?;
    Ok((discovered, text))
}

/// Whether the discovery document of a source can be read now; a source without one is fine.
///
/// # Errors
/// Why not, for an administrator.
pub(super) async fn check_document(app: &App, stored: &StoredSource) -> Result<(), String> {
    match &stored.source.discovery_url {
        None => Ok(()),
        Some(address) => fetch_document(app, address, stored.source.preset.as_deref())
            .await
            .map(|_| ())
            .map_err(|error| error.message),
    }
}

/// Fills the endpoints that this request does not carry from the discovery document, when the source has one.
pub(super) async fn fill(app: &App, changes: &Changes<SourceFields>, stored: &mut StoredSource) -> Vec<FieldError> {
    let Some(address) = stored.source.discovery_url.clone() else {
        stored.looked = None;
        stored.source.response_iss = false;
        return Vec::new();
    };
    match fetch_document(app, &address, stored.source.preset.as_deref()).await {
        Ok((discovered, text)) => {
            discovered.fill(&mut stored.source, &|field| changes.sets(field));
            stored.looked = Some(text);
            stored.looked_at = Some(app.now());
            // What it names is called later: it has to be allowed like what an administrator writes.
            check::addresses(app, &stored.source)
        }
        Err(error) => vec![error],
    }
}

/// Reads the keys of a source, when they have an address and are new or elsewhere than before.
pub(super) async fn read_keys(app: &App, stored: &mut StoredSource, before: Option<&StoredSource>) -> Vec<FieldError> {
    let source = &stored.source;
    let Some(address) = source.jwks_uri.clone() else {
        stored.keys = None;
        return Vec::new();
    };
    // Where people sign in without ID tokens the keys are for programs alone, and read when the first of them comes.
    if source.kind != SourceKind::Oidc && source.has_button() {
        // Those of another address count no longer.
        if before.is_some_and(|before| before.source.jwks_uri.as_ref() != Some(&address)) {
            stored.keys = None;
            stored.keys_read_at = None;
        }
        return Vec::new();
    }
    let same = |before: &StoredSource| before.source.jwks_uri.as_ref() == Some(&address) && before.keys.is_some();
    if before.is_some_and(same) {
        return Vec::new();
    }
    fetch_into(app, stored).await
}

/// Reads the keys of a source from their address, when it has one, whatever they are for.
async fn fetch_into(app: &App, stored: &mut StoredSource) -> Vec<FieldError> {
    let Some(address) = &stored.source.jwks_uri else {
        stored.keys = None;
        return Vec::new();
    };
    match fetch_keys(app, address).await {
        Ok(text) => {
            stored.keys = Some(text);
            stored.keys_read_at = Some(app.now());
            Vec::new()
        }
        Err(reason) => {
            let message = format!("The keys could not be read: {reason}.");
            vec![FieldError::new("jwks_uri", "unreachable", message)]
        }
    }
}

/// The keys at an address, as text that can be read as keys.
///
/// # Errors
/// Why not, for an administrator.
pub async fn fetch_keys(app: &App, address: &str) -> Result<String, String> {
    let text = fetch(app, address).await?;
    JwkSet::parse(text.as_bytes()).map_err(|error| format!("they can not be read: {error}"))?;
    Ok(text)
}

/// What the source says now and that is not what is stored, as far as somebody has looked.
#[must_use]
pub fn differences(stored: &StoredSource) -> Vec<Difference> {
    let (Some(address), Some(text)) = (&stored.source.discovery_url, &stored.looked) else {
        return Vec::new();
    };
    parse_discovery(address, stored.source.preset.as_deref(), text.as_bytes())
        .map(|discovered| discovered.differences(&stored.source))
        .unwrap_or_default()
}

/// Takes over what the discovery document names now, and reads the keys.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`], [`ActionError::Invalid`], [`ActionError::Forbidden`] or the store's.
pub async fn refresh(
    app: &App,
    by: Authority<'_>,
    reference: &str,
    expected: &Expected,
) -> Result<StoredSource, ActionError> {
    for _ in 0..ATTEMPTS {
        let before = find(app, reference).await?;
        let version = before.source.version;
        expected.check(version)?;
        super::reach::check_source(app, by, &[&before.source]).await?;
        let mut stored = before.clone();
        let mut fields: Vec<&str> = Vec::new();
        if let Some(address) = stored.source.discovery_url.clone() {
            let preset = stored.source.preset.clone();
            let (discovered, text) = fetch_document(app, &address, preset.as_deref())
                .await
                .map_err(ActionError::field)?;
            let differing = discovered.differences(&stored.source);
            fields.extend(differing.iter().map(|difference| difference.member));
            if stored.source.response_iss != discovered.response_iss {
                fields.push("response_iss");
            }
            discovered.take_over(&mut stored.source);
            stored.looked = Some(text);
            stored.looked_at = Some(app.now());
        }
        let mut errors = check::addresses(app, &stored.source);
        errors.extend(check::secret_elsewhere(&stored, &before));
        if errors.is_empty() {
            errors.extend(fetch_into(app, &mut stored).await);
        }
        if !errors.is_empty() {
            return Err(ActionError::Invalid(errors));
        }
        let now = app.now();
        stored.source.updated_at = now;
        // What was read belongs to the source as it was: it must not stand beside addresses that somebody else has set meanwhile.
        let mut statements = if fields.is_empty() {
            vec![app.store.hold_source(&stored.source.id, version)]
        } else {
            vec![
                app.store
                    .update_source(&stored.source, &stored.secrets, version, &app.entropy)?,
                by.actor.changed(app, now, "source_updated", &stored.source.id, &fields),
            ]
        };
        statements.extend(super::kept(app, &stored));
        if expected.held(app.commit_changes(statements, vec![CHANGED.to_owned()]).await)? {
            return find(app, &before.source.id).await;
        }
    }
    Err(StoreError::Conflict.into())
}

/// Looks at the documents of all sources that nobody has looked at for a day. What has changed there is kept for
/// administrators to see; nothing else changes.
///
/// # Errors
/// When the database is unavailable.
pub async fn look(app: &App, now: Time) -> Result<(), StoreError> {
    for stored in app.store.load_sources().await? {
        let Some(address) = &stored.source.discovery_url else {
            continue;
        };
        let rested = stored.looked_at.is_none_or(|at| now.since(at) >= BETWEEN_LOOKS);
        if !rested || !stored.source.enabled {
            continue;
        }
        let statement = match fetch_document(app, address, stored.source.preset.as_deref()).await {
            Ok((_, text)) => app.store.save_source_look(&stored.source.id, Some(&text), now),
            Err(error) => {
                let source = stored.source.key.as_str();
                tracing::warn!(
                    source,
                    reason = error.message,
                    "the discovery document of a source could not be read"
                );
                // Not before tomorrow, and what was seen last stays.
                app.store
                    .save_source_look(&stored.source.id, stored.looked.as_deref(), now)
            }
        };
        app.store.commit_statements(vec![statement], Vec::new()).await?;
    }
    Ok(())
}
