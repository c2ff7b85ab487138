//! The scripts of a source, in their sandbox: the one that fetches a profile, and the one that says where a person signs out there.

use protocol::upstream::{ScriptFailure, Upstream, sign_out_address};
use script::{Host, Level, LogLine, ProfileInputs, ProfileScript, ScriptFault, ScriptLimits};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use url::Url;

use crate::actions::evaluate::{RehearsalHost, ScriptHost};
use crate::app::App;

/// The limits of a script that a person waits for who wants to leave.
const LEAVING: ScriptLimits = ScriptLimits {
    wall_millis: 5_000,
    call_millis: 4_000,
    result_bytes: 8 * 1024,
    ..ScriptLimits::LOGIN
};

/// The limits of a script in a rehearsal: it waits for nobody, and there may be many of them.
const REHEARSING: ScriptLimits = ScriptLimits {
    wall_millis: 3_000,
    ..ScriptLimits::LOGIN
};

/// Where a person signs out at a source: its address, or what the script `getLogoutUrl` of a connection makes where there is none
/// (Auth0 sheet, B-2.7). `query`: the parameters of the sign-out. A script that fails is in the log, and nobody is held up by it.
pub async fn load_sign_out_address(
    app: &App,
    upstream: &Upstream,
    query: Map<String, Value>,
    transaction: &str,
) -> Option<String> {
    if let Some(address) = sign_out_address(&upstream.source) {
        return Some(address);
    }
    let script = upstream.source.option("scripts")?.get("getLogoutUrl")?.as_str()?;
    if script.trim().is_empty() {
        return None;
    }
    let inputs = ProfileInputs {
        query: Some(query),
        ..ProfileInputs::default()
    };
    let host = ScriptHost { app };
    let made = run_script(app, upstream, script, &inputs, (LEAVING, &host), transaction).await;
    let address = made.map_err(|fault| fault.to_string()).and_then(|made| {
        let text = made.get("url").and_then(Value::as_str).unwrap_or_default();
        let address = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http"));
        address.ok_or_else(|| "it made no web address".to_owned())
    });
    match address {
        Ok(address) => Some(address.into()),
        Err(reason) => {
            let source = upstream.source.key.as_str();
            tracing::warn!(
                transaction,
                source,
                reason,
                "the script that makes the address to sign out at failed"
            );
            None
        }
    }
}

/// Runs the script that fetches a profile. Answers the profile as JSON text.
///
/// # Errors
/// What the script said, why it was stopped, or why it could not be run.
pub(in crate::actions) async fn run(
    app: &App,
    upstream: &Upstream,
    access_token: &SecretString,
    context: Map<String, Value>,
    transaction: &str,
) -> Result<Vec<u8>, ScriptFailure> {
    let source = &upstream.source;
    let inputs = ProfileInputs {
        access_token: access_token.expose_secret().to_owned(),
        context,
        options: options(upstream),
        ..ProfileInputs::default()
    };
    let script = source.profile_script.as_deref().unwrap_or_default();
    let run = (ScriptLimits::LOGIN, &ScriptHost { app } as &dyn Host);
    let made = run_script(app, upstream, script, &inputs, run, transaction).await;
    let profile = made.map_err(|fault| {
        let reason = fault.to_string();
        if !fault.is_ours() {
            return ScriptFailure::Failed(reason);
        }
        let name = source.key.as_str();
        tracing::error!(transaction, source = name, %reason, "a profile script could not be run");
        ScriptFailure::NotNow(reason)
    })?;
    serde_json::to_vec(&profile).map_err(|error| ScriptFailure::Failed(error.to_string()))
}

/// Runs the script that fetches a profile over what the source said before, without a token and without other servers.
///
/// # Errors
/// What the script said, why it was stopped, or why it could not be run.
pub(in crate::actions) async fn rehearse(
    app: &App,
    upstream: &Upstream,
    context: Map<String, Value>,
) -> Result<Map<String, Value>, ScriptFault> {
    let inputs = ProfileInputs {
        context,
        options: options(upstream),
        ..ProfileInputs::default()
    };
    let script = upstream.source.profile_script.as_deref().unwrap_or_default();
    run_script(app, upstream, script, &inputs, (REHEARSING, &RehearsalHost), "").await
}

async fn run_script(
    app: &App,
    upstream: &Upstream,
    script: &str,
    inputs: &ProfileInputs,
    (limits, host): (ScriptLimits, &dyn Host),
    transaction: &str,
) -> Result<Map<String, Value>, ScriptFault> {
    let source = &upstream.source;
    let ran = app
        .scripts
        .try_out(&ProfileScript::new(script), inputs, limits, host)
        .await;
    for LogLine { level, text } in &ran.logs {
        let name = source.key.as_str();
        match level {
            Level::Debug => tracing::debug!(transaction, source = name, "{text}"),
            Level::Info => tracing::info!(transaction, source = name, "{text}"),
            Level::Warning => tracing::warn!(transaction, source = name, "{text}"),
            Level::Error => tracing::error!(transaction, source = name, "{text}"),
        }
    }
    ran.result
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
