//! `options` of a connection, as they read back: as they were written (B-1.8), except where the source was changed natively since.

use protocol::upstream::{OPTIONS, Pkce, Source, UpdateProfile};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};
use store::sources::StoredSource;

use super::options::{self, Read};

/// The member that remembers that the client secret was written and is empty.
pub(super) const EMPTY_SECRET: &str = "empty_secret";

/// The options. `secrets`: whether the caller may see the client secret and the header fields.
pub(super) fn options_of(stored: &StoredSource, secrets: bool) -> Map<String, Value> {
    let source = &stored.source;
    let mut options = match source.dialect_members.get(OPTIONS) {
        Some(Value::Object(kept)) => kept.clone(),
        _ => Map::new(),
    };
    let written = options::read(&options).unwrap_or_default();
    let texts = [
        (
            "client_id",
            "client_id",
            Some(source.client_id.as_str()).filter(|id| !id.is_empty()),
        ),
        (
            "authorizationURL",
            "authorization_endpoint",
            source.authorization_endpoint.as_deref(),
        ),
        ("tokenURL", "token_endpoint", source.token_endpoint.as_deref()),
        (
            "logoutUrl",
            "end_session_endpoint",
            source.end_session_endpoint.as_deref(),
        ),
        ("icon_url", "icon_url", source.icon_url.as_deref()),
    ];
    for (member, field, now) in texts {
        if written.fields.get(field).and_then(Value::as_str) != now {
            put(&mut options, member, now.map(Value::from));
        }
    }
    scope(source, &written, &mut options);
    let pkce = source.pkce == Pkce::S256;
    if (written.fields.get("pkce") == Some(&json!("S256"))) != pkce {
        put(&mut options, "pkce_enabled", Some(pkce.into()));
    }
    let updates = match written.fields.get("update_profile").and_then(Value::as_str) {
        Some("on_first_login") => UpdateProfile::OnFirstLogin,
        Some("never_on_login") => UpdateProfile::NeverOnLogin,
        _ => UpdateProfile::OnEachLogin,
    };
    if updates != source.update_profile {
        put(
            &mut options,
            "set_user_root_attributes",
            Some(json!(source.update_profile)),
        );
    }
    parameters(source, &written, &mut options);
    if let Some(script) = &source.profile_script {
        let scripts = options.entry("scripts").or_insert_with(|| json!({}));
        scripts["fetchUserProfile"] = Value::from(script.as_str());
    }
    if secrets {
        show_secrets(stored, &mut options);
    }
    options
}

fn put(options: &mut Map<String, Value>, member: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            options.insert(member.to_owned(), value);
        }
        None => {
            options.remove(member);
        }
    }
}

fn scope(source: &Source, written: &Read, options: &mut Map<String, Value>) {
    let none = json!([]);
    let then = written
        .fields
        .get("scopes")
        .filter(|scopes| !scopes.is_null())
        .unwrap_or(&none);
    if *then != json!(source.scopes) {
        let joined = source.scopes.join(" ");
        put(
            options,
            "scope",
            Some(joined).filter(|scope| !scope.is_empty()).map(Value::from),
        );
    }
}

fn parameters(source: &Source, written: &Read, options: &mut Map<String, Value>) {
    let (fixed, mapped) = (
        json!(source.authorization_params),
        json!(source.authorization_params_map),
    );
    let same = |field: &str, now: &Value| written.fields.get(field) == Some(now);
    if same("authorization_params", &fixed) && same("authorization_params_map", &mapped) {
        return;
    }
    let some = |value: Value| Some(value).filter(|value| value.as_object().is_some_and(|members| !members.is_empty()));
    options.remove("upstream_params");
    put(options, "authParams", some(fixed));
    put(options, "authParamsMap", some(mapped));
}

fn show_secrets(stored: &StoredSource, options: &mut Map<String, Value>) {
    let secrets = &stored.secrets;
    let empty = stored.source.dialect_members.get(EMPTY_SECRET) == Some(&Value::Bool(true));
    match &secrets.client_secret {
        Some(secret) => put(options, "client_secret", Some(secret.expose_secret().into())),
        None if empty => put(options, "client_secret", Some("".into())),
        None => {}
    }
    if !secrets.token_request_headers.is_empty() {
        let headers = secrets.token_request_headers.iter();
        let headers: Map<String, Value> = headers
            .map(|(name, value)| (name.clone(), value.expose_secret().into()))
            .collect();
        put(options, "customHeaders", Some(headers.into()));
    }
}
