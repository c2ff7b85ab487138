//! What is wrong with a source: field by field, and as a whole.

use http::{HeaderName, HeaderValue};
use protocol::jose::{Algorithm, JwkSet};
use protocol::upstream::{ATTRIBUTE_MAPPING_KEYS, Made, Source, SourceAuthMethod, SourceKind, vendors};
use script::ScriptFault;
use secrecy::ExposeSecret;
use store::StoreError;
use store::sources::StoredSource;

use super::domains;
use super::fields::SourceFields;
use crate::actions::changes::Changes;
use crate::actions::outcome::FieldError;
use crate::app::App;

const LONGEST_KEY: usize = 128;
const LONGEST_CLIENT_ID: usize = 255;
const LONGEST_SECRET: usize = 1024;
const LONGEST_ADDRESS: usize = 2048;
/// The longest profile script, in characters.
const LONGEST_SCRIPT: usize = 51_200;
const MOST_PARAMETERS: usize = 30;
const LONGEST_PARAMETER: usize = 1024;
const MOST_SCOPES: usize = 100;
const MOST_MAPPINGS: usize = 100;
const MOST_AUDIENCES: usize = 100;

/// What no further parameter of the authorization request may be: the sign-in hangs on these.
const STANDARD_PARAMETERS: [&str; 11] = [
    "client_id",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_type",
    "scope",
    "state",
];

/// Header fields of the token request that the exchange itself needs.
const OUR_HEADERS: [&str; 6] = [
    "accept",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
];

/// What is wrong with each field by itself.
pub(super) async fn fields(app: &App, source: &Source) -> Result<Vec<FieldError>, StoreError> {
    let mut errors = Vec::new();
    let key_fits = (1..=LONGEST_KEY).contains(&source.key.len())
        && source
            .key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if source.key.is_empty() {
        errors.push(FieldError::required("key"));
    } else if !key_fits || source.key.starts_with("src_") {
        let message = "Write 1 to 128 letters, digits, `-` and `_`, not beginning with `src_`.";
        errors.push(FieldError::invalid("key", message));
    }
    errors.extend(FieldError::of_name(&source.name));
    let id = &source.client_id;
    if id.chars().count() > LONGEST_CLIENT_ID || id.chars().any(char::is_control) {
        errors.push(FieldError::invalid("client_id", "Write at most 255 characters."));
    }
    if source
        .preset
        .as_deref()
        .is_some_and(|preset| vendors::find(preset).is_none())
    {
        let known: Vec<&str> = vendors::all().iter().map(|vendor| vendor.key).collect();
        let message = format!("There is no such vendor; known are {}.", known.join(", "));
        errors.push(FieldError::not_found("preset", message));
    }
    errors.extend(addresses(app, source));
    errors.extend(parameters(source));
    errors.extend(words(source));
    errors.extend(records(app, source).await?);
    errors.extend(domains::check(app, source).await?);
    errors.extend(script(app, source).await?);
    Ok(errors)
}

/// Addresses that the browser opens may be any of the web; those that we call must be ones that we may reach.
pub(super) fn addresses(app: &App, source: &Source) -> Vec<FieldError> {
    let opened = [
        ("icon_url", &source.icon_url),
        ("authorization_endpoint", &source.authorization_endpoint),
        ("end_session_endpoint", &source.end_session_endpoint),
    ];
    let called = [
        ("discovery_url", &source.discovery_url),
        ("request_token_endpoint", &source.request_token_endpoint),
        ("token_endpoint", &source.token_endpoint),
        ("userinfo_endpoint", &source.userinfo_endpoint),
        ("jwks_uri", &source.jwks_uri),
        ("revocation_endpoint", &source.revocation_endpoint),
    ];
    let is_web = |address: &str| {
        address.len() <= LONGEST_ADDRESS
            && url::Url::parse(address).is_ok_and(|url| {
                matches!(url.scheme(), "https" | "http")
                    && url.username().is_empty()
                    && url.password().is_none()
                    && url.fragment().is_none()
            })
    };
    let message = "Write a whole https address, without a user name, password or fragment.";
    let mut errors = Vec::new();
    for (field, address) in opened.into_iter().chain(called) {
        if address.as_deref().is_some_and(|address| !is_web(address)) {
            errors.push(FieldError::invalid(field, message));
        }
    }
    errors.extend(response_mode(source.authorization_endpoint.as_deref()));
    if errors.is_empty() {
        let refused = called.into_iter().filter_map(|(field, address)| {
            let error = app.outgoing.check(address.as_deref()?).err()?;
            Some(FieldError::new(field, "address_refused", format!("{error}.")))
        });
        errors.extend(refused);
    }
    errors
}

/// The answer of a source comes back in the query, whatever stands in its address: another mode is a parameter, where a source needs one.
fn response_mode(address: Option<&str>) -> Option<FieldError> {
    let address = url::Url::parse(address?).ok()?;
    let is_set = address.query_pairs().any(|(name, _)| name == "response_mode");
    is_set.then(|| {
        let message =
            "`response_mode` can not be set in this address: leave it out, or make it a parameter (`authorization_params`).";
        FieldError::invalid("authorization_endpoint", message)
    })
}

fn parameters(source: &Source) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let named = [
        ("authorization_params", &source.authorization_params),
        ("authorization_params_map", &source.authorization_params_map),
    ];
    for (field, map) in named {
        if map.len() > MOST_PARAMETERS {
            errors.push(FieldError::new(field, "too_long", "Give at most 30 parameters."));
        }
        for (name, value) in map {
            if STANDARD_PARAMETERS.contains(&name.as_str()) {
                let message = format!("`{name}` is set by the sign-in itself and can not be given here.");
                errors.push(FieldError::new(field, "reserved", message));
            } else if name.is_empty() || name.len() > 128 || value.len() > LONGEST_PARAMETER {
                let message = "A name may have 1 to 128 bytes, a value at most 1024.";
                errors.push(FieldError::invalid(field, message));
            }
        }
    }
    let secret_names = ["state", "redirect_uri", "code_challenge", "client_secret"];
    let sources = source.authorization_params_map.values().map(String::as_str);
    for name in sources.chain(source.forward_query_parameters.iter().map(String::as_str)) {
        if secret_names.contains(&name) || name.is_empty() {
            let message = format!("`{name}` is never passed on.");
            errors.push(FieldError::new("authorization_params_map", "reserved", message));
        }
    }
    for name in &source.forward_query_parameters {
        if STANDARD_PARAMETERS.contains(&name.as_str()) {
            let message = format!("`{name}` is set by the sign-in itself and can not be passed on.");
            errors.push(FieldError::new("forward_query_parameters", "reserved", message));
        }
    }
    errors
}

fn words(source: &Source) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let scope_fits = |scope: &String| {
        !scope.is_empty()
            && scope.len() <= 255
            && scope
                .bytes()
                .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    if source.scopes.len() > MOST_SCOPES || !source.scopes.iter().all(scope_fits) {
        let message = "Give at most 100 scopes, each without blanks, quotes and backslashes (RFC 6749, section 3.3).";
        errors.push(FieldError::invalid("scopes", message));
    }
    if let Some(audiences) = &source.assertion_audiences {
        let fits = |text: &String| (1..=1024).contains(&text.len()) && !text.chars().any(char::is_control);
        if !(1..=MOST_AUDIENCES).contains(&audiences.len()) || !audiences.iter().all(fits) {
            let message = "Give 1 to 100 audiences of at most 1024 characters, or null to check none.";
            errors.push(FieldError::invalid("assertion_audiences", message));
        }
    }
    for (key, path) in &source.attribute_mapping {
        if !ATTRIBUTE_MAPPING_KEYS.contains(&key.as_str()) {
            let message = format!(
                "`{key}` can not be filled; known are {}.",
                ATTRIBUTE_MAPPING_KEYS.join(", ")
            );
            errors.push(FieldError::invalid("attribute_mapping", message));
        } else if path.is_empty() || path.len() > 255 || path.split('.').any(str::is_empty) {
            let message = format!("The path of `{key}` has an empty part; write for instance `name.first`.");
            errors.push(FieldError::invalid("attribute_mapping", message));
        }
    }
    if source.kind == SourceKind::Oauth2
        && !source.attribute_mapping.is_empty()
        && !source.attribute_mapping.contains_key("provider_user_id")
        && source.profile_script.is_none()
    {
        let message = "A mapping of a plain OAuth 2.0 source must say where `provider_user_id` is.";
        errors.push(FieldError::invalid("attribute_mapping", message));
    }
    for name in &source.id_token_signing_algs {
        if name.parse::<Algorithm>().is_err() {
            let known: Vec<&str> = Algorithm::ALL.map(Algorithm::as_str).to_vec();
            let message = format!("Known algorithms are {}.", known.join(", "));
            errors.push(FieldError::invalid("id_token_signing_algs", message));
        }
    }
    if let Some(jwks) = &source.jwks
        && let Err(error) = JwkSet::parse(jwks.to_string().as_bytes())
    {
        errors.push(FieldError::invalid("jwks", format!("This is no set of keys: {error}.")));
    }
    errors
}

/// Whether the profile script is one. A script of Auth0's dialect is stored as it is: there a broken one fails at the sign-in.
async fn script(app: &App, source: &Source) -> Result<Option<FieldError>, StoreError> {
    const FIELD: &str = "profile_script";
    let Some(script) = &source.profile_script else {
        return Ok(None);
    };
    if source.made == Made::Auth0 && script.chars().count() <= LONGEST_SCRIPT {
        return Ok(None);
    }
    match app.scripts.check(script).await {
        Ok(()) => Ok(None),
        Err(ScriptFault::SourceTooLong(_)) => {
            let message = "A profile script may have at most 51200 characters.";
            Ok(Some(FieldError::new(FIELD, "too_long", message)))
        }
        Err(fault @ ScriptFault::Syntax(_)) => Ok(Some(FieldError::new(FIELD, "syntax", format!("{fault}.")))),
        Err(fault) if fault.is_ours() => Err(StoreError::Unavailable(fault.to_string())),
        Err(fault) => Ok(Some(FieldError::invalid(FIELD, format!("{fault}.")))),
    }
}

/// Keys and mappings of ours that the source names.
async fn records(app: &App, source: &Source) -> Result<Vec<FieldError>, StoreError> {
    let mut errors = Vec::new();
    if let Some(id) = &source.assertion_key
        && app.snapshot().key(id).is_none()
    {
        errors.push(FieldError::not_found(
            "assertion_key",
            "There is no signing key of this id.",
        ));
    }
    for (field, ids) in [
        ("property_mappings", &source.property_mappings),
        ("group_property_mappings", &source.group_property_mappings),
    ] {
        if ids.len() > MOST_MAPPINGS {
            errors.push(FieldError::new(field, "too_long", "Give at most 100 mappings."));
            continue;
        }
        for id in ids {
            if app.store.load_property_mapping(id).await?.is_none() {
                let shown: String = id.chars().take(64).collect();
                let message = format!("There is no property mapping `{shown}`.");
                errors.push(FieldError::not_found(field, message));
            }
        }
    }
    Ok(errors)
}

/// What is wrong with the source as a whole, after discovery has filled what it fills. `before`: what is stored.
pub(super) fn whole(
    stored: &StoredSource,
    before: Option<&StoredSource>,
    changes: &Changes<SourceFields>,
) -> Vec<FieldError> {
    let source = &stored.source;
    let mut errors = Vec::new();
    if source.made == Made::Auth0 {
        // A connection may be made in several steps there; one that lacks something fails at the sign-in.
        errors.extend(headers(stored));
        errors.extend(secret(stored, before, changes));
        return errors;
    }
    let mut need = |field: &'static str, missing: bool, message: &str| {
        if missing {
            errors.push(FieldError::new(field, "required", message));
        }
    };
    let trusts_only = source.authorization_endpoint.is_none() && (source.jwks.is_some() || source.jwks_uri.is_some());
    if !trusts_only {
        let by_discovery = source.kind == SourceKind::Oidc;
        let authorization = if by_discovery {
            "Give it, or a discovery_url that names it; with keys alone the source is only trusted as an issuer."
        } else {
            "Say where browsers are sent."
        };
        need(
            "authorization_endpoint",
            source.authorization_endpoint.is_none(),
            authorization,
        );
        need(
            "token_endpoint",
            source.token_endpoint.is_none(),
            "Say where codes are redeemed.",
        );
        need("client_id", source.client_id.is_empty(), "Say who we are there.");
    }
    match source.kind {
        SourceKind::Oidc if !trusts_only => {
            need(
                "issuer",
                source.issuer.is_none(),
                "Say which issuer ID tokens must name, or give a discovery_url.",
            );
            let no_keys = source.jwks.is_none() && source.jwks_uri.is_none();
            let by_secret = source.id_token_signing_algs.iter().any(|alg| alg.starts_with("HS"));
            need(
                "jwks_uri",
                no_keys && !by_secret,
                "Say where the keys are, or enter them in `jwks`.",
            );
        }
        SourceKind::Oauth2 if !trusts_only => {
            let message = "Say where the profile is, or write a profile_script.";
            need(
                "userinfo_endpoint",
                source.userinfo_endpoint.is_none() && source.profile_script.is_none(),
                message,
            );
        }
        SourceKind::Oauth1 => {
            need(
                "request_token_endpoint",
                source.request_token_endpoint.is_none(),
                "OAuth 1.0a begins there.",
            );
            need(
                "userinfo_endpoint",
                source.userinfo_endpoint.is_none(),
                "Say where the profile is.",
            );
            need(
                "client_secret",
                !source.has_client_secret,
                "OAuth 1.0a signs every request with it.",
            );
        }
        SourceKind::Oidc | SourceKind::Oauth2 => {}
    }
    if source.token_endpoint_auth_method == SourceAuthMethod::PrivateKeyJwt {
        need(
            "assertion_key",
            source.assertion_key.is_none(),
            "`private_key_jwt` needs a key of ours.",
        );
    }
    errors.extend(headers(stored));
    errors.extend(secret(stored, before, changes));
    errors
}

fn headers(stored: &StoredSource) -> Vec<FieldError> {
    const FIELD: &str = "token_request_headers";
    let headers = &stored.secrets.token_request_headers;
    if headers.len() > MOST_PARAMETERS {
        return vec![FieldError::new(FIELD, "too_long", "Give at most 30 header fields.")];
    }
    let wrong = headers.iter().filter_map(|(name, value)| {
        let value = value.expose_secret();
        let shown: String = name.chars().take(64).collect();
        if HeaderName::try_from(name.as_str()).is_err() {
            return Some(FieldError::invalid(
                FIELD,
                format!("`{shown}` is no name of a header field."),
            ));
        }
        let name = name.to_ascii_lowercase();
        let may = stored.source.made == Made::Auth0 && name == "accept";
        if OUR_HEADERS.contains(&name.as_str()) && !may {
            let message = format!("`{shown}` is set by the exchange itself.");
            return Some(FieldError::new(FIELD, "reserved", message));
        }
        let fits = (1..=LONGEST_PARAMETER).contains(&value.len()) && HeaderValue::try_from(value).is_ok();
        (!fits).then(|| {
            FieldError::invalid(
                FIELD,
                format!("The value of `{shown}` must have 1 to 1024 plain characters."),
            )
        })
    });
    wrong.collect()
}

/// A secret goes only where it was entered for: a changed token endpoint asks for it again, and so do header fields.
fn secret(stored: &StoredSource, before: Option<&StoredSource>, changes: &Changes<SourceFields>) -> Option<FieldError> {
    let secret = stored.secrets.client_secret.as_ref();
    if secret.is_some_and(|secret| secret.expose_secret().chars().count() > LONGEST_SECRET) {
        return Some(FieldError::new(
            "client_secret",
            "too_long",
            "Use at most 1024 characters.",
        ));
    }
    let before = before?;
    let moved = before.source.token_endpoint != stored.source.token_endpoint
        || before.source.request_token_endpoint != stored.source.request_token_endpoint;
    if !moved {
        return None;
    }
    let given = changes.fields.client_secret.as_ref();
    let entered = given.is_some_and(|secret| !secret.expose_secret().is_empty()) || changes.resets("client_secret");
    if before.source.has_client_secret && !entered {
        let message =
            "The token endpoint is another one; enter the client secret again, so that it goes nowhere by accident.";
        return Some(FieldError::new("client_secret", "required", message));
    }
    let kept = |(name, value): &(String, secrecy::SecretString)| {
        let old = before.secrets.token_request_headers.iter();
        old.clone()
            .any(|(other, old)| other == name && old.expose_secret() == value.expose_secret())
    };
    let masked =
        stored.secrets.token_request_headers.iter().any(kept) && changes.fields.token_request_headers.is_none();
    masked.then(|| {
        let message =
            "The token endpoint is another one; enter the header fields again, so that they go nowhere by accident.";
        FieldError::new("token_request_headers", "required", message)
    })
}

/// A document that names a token endpoint at another server gets neither the secret nor header fields that were entered for this one.
pub(super) fn secret_elsewhere(stored: &StoredSource, before: &StoredSource) -> Option<FieldError> {
    let origin = |address: &Option<String>| {
        let url = url::Url::parse(address.as_deref()?).ok()?;
        Some(url.origin().ascii_serialization())
    };
    let (old, new) = (&before.source, &stored.source);
    let moved = origin(&old.token_endpoint) != origin(&new.token_endpoint)
        || origin(&old.request_token_endpoint) != origin(&new.request_token_endpoint);
    let holds = old.has_client_secret || !before.secrets.token_request_headers.is_empty();
    (moved && holds).then(|| {
        let message = "The document names a token endpoint at another server; change it with the client secret and the header fields, \
                       so that they go nowhere by accident.";
        FieldError::new("client_secret", "required", message)
    })
}
