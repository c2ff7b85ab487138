//! The keys of a source: read again when a token names one that is not known, and not more often than once in a while, so
//! that nobody lets us fetch them with made-up tokens.

use std::sync::Arc;

use protocol::jose::JwkSet;
use protocol::time::{MINUTE, Time};
use protocol::upstream::Upstream;

use crate::actions::sources::CHANGED;
use crate::actions::sources::discovery::fetch_keys;
use crate::app::App;

/// How long after one look an unknown key leads to no other.
const PAUSE: i64 = MINUTE;

/// The keys of a source as they are now.
///
/// # Errors
/// Why they could not be read, for an administrator.
pub(super) async fn fetch(app: &App, upstream: &Upstream, jwks_uri: &str, now: Time) -> Result<Arc<JwkSet>, String> {
    let id = &upstream.source.id;
    let stored = app.store.load_source(id).await.map_err(|error| error.to_string())?;
    if let Some(stored) = stored
        && let Some(read_at) = stored.keys_read_at
        && now.since(read_at) < PAUSE
        && let Some(text) = &stored.keys
    {
        // Another request, or another node, has just looked.
        return JwkSet::parse(text.as_bytes())
            .map(Arc::new)
            .map_err(|error| error.to_string());
    }
    let text = fetch_keys(app, jwks_uri).await?;
    let keys = JwkSet::parse(text.as_bytes()).map_err(|error| error.to_string())?;
    let statement = app.store.save_source_keys(id, Some(&text), now);
    if let Err(error) = app.commit_changes(vec![statement], vec![CHANGED.to_owned()]).await {
        tracing::warn!(%error, source = upstream.source.key, "the keys of a source could not be kept");
    }
    Ok(Arc::new(keys))
}
