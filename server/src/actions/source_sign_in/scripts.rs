//! The profile script of a source, in its sandbox.

use protocol::upstream::Upstream;
use script::{Level, LogLine, ProfileInputs, ProfileScript, ScriptLimits};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::actions::evaluate::ScriptHost;
use crate::app::App;

/// Runs the script. Answers the profile as JSON text.
///
/// # Errors
/// What the script said, or why it was stopped.
pub(super) async fn run(
    app: &App,
    upstream: &Upstream,
    access_token: &SecretString,
    context: Map<String, Value>,
    transaction: &str,
) -> Result<Vec<u8>, String> {
    let source = &upstream.source;
    let script = ProfileScript::new(source.profile_script.as_deref().unwrap_or_default());
    let inputs = ProfileInputs {
        access_token: access_token.expose_secret().to_owned(),
        context,
        options: options(upstream),
        ..ProfileInputs::default()
    };
    let host = ScriptHost { app };
    let ran = app.scripts.try_out(&script, &inputs, ScriptLimits::LOGIN, &host).await;
    for LogLine { level, text } in &ran.logs {
        let name = source.key.as_str();
        match level {
            Level::Debug => tracing::debug!(transaction, source = name, "{text}"),
            Level::Info => tracing::info!(transaction, source = name, "{text}"),
            Level::Warning => tracing::warn!(transaction, source = name, "{text}"),
            Level::Error => tracing::error!(transaction, source = name, "{text}"),
        }
    }
    let profile = ran.result.map_err(|fault| fault.to_string())?;
    serde_json::to_vec(&profile).map_err(|error| error.to_string())
}

/// The settings of the source that a script may see: none of them is a secret.
fn options(upstream: &Upstream) -> Map<String, Value> {
    let source = &upstream.source;
    let options = json!({
        "client_id": source.client_id, "authorizationURL": source.authorization_endpoint,
        "tokenURL": source.token_endpoint, "scope": source.scopes.join(" "),
    });
    match options {
        Value::Object(options) => options,
        _ => Map::new(),
    }
}
