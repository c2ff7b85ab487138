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
pub async fn fetch(app: &App, upstream: &Upstream, jwks_uri: &str, now: Time) -> Result<Arc<JwkSet>, String> {
    let id = &upstream.source.id;
    // Whoever comes while another request looks waits for what it finds.
    let _turn = app.renewal_turns.of(id).await;
    let stored = app.store.load_source(id).await.map_err(|error| error.to_string())?;
    let stored = stored.ok_or("the source is gone")?;
    let known = stored.keys.as_deref();
    if stored
        .keys_read_at
        .is_some_and(|looked_at| now.since(looked_at) < PAUSE)
    {
        let known = known.ok_or("its keys could not be read a moment ago; the next look is a minute later")?;
        return parse(known);
    }
    let fetched = match fetch_keys(app, jwks_uri).await {
        Ok(text) => parse(&text).map(|keys| (text, keys)),
        Err(reason) => Err(reason),
    };
    let (statement, changed) = match &fetched {
        Ok((text, _)) if known == Some(text.as_str()) => (app.store.note_keys_look(id, now), Vec::new()),
        Ok((text, _)) => {
            let statement = app.store.reread_source_keys(id, stored.source.version, text, now);
            (statement, vec![CHANGED.to_owned()])
        }
        // A look that failed counts as well: otherwise each made-up token would lead to another one.
        Err(_) => (app.store.note_keys_look(id, now), Vec::new()),
    };
    if let Err(error) = app.commit_changes(vec![statement], changed).await {
        tracing::warn!(%error, source = upstream.source.key, "the keys of a source could not be kept");
    }
    fetched.map(|(_, keys)| keys)
}

fn parse(text: &str) -> Result<Arc<JwkSet>, String> {
    JwkSet::parse(text.as_bytes())
        .map(Arc::new)
        .map_err(|error| error.to_string())
}
