//! Puts the fields of a request onto a source. Nothing is fetched here; what names a record of ours is looked up.

use protocol::upstream::{SignatureMethod, Source, SourceKind, vendors};
use secrecy::{ExposeSecret, SecretString};
use store::StoreError;
use store::sources::StoredSource;

use super::domains;
use super::fields::SourceFields;
use crate::actions::changes::Changes;
use crate::actions::outcome::FieldError;
use crate::app::App;

/// What stands for the value of a header field that is kept and not shown.
pub const MASKED: &str = "***";
/// The most applications that one source may name.
const MOST_APPLICATIONS: usize = 10_000;

/// The defaults of a source of this kind and vendor.
pub(super) fn defaults(kind: SourceKind, preset: Option<&str>) -> Source {
    let mut source = Source {
        kind,
        ..Source::default()
    };
    if let Some(vendor) = preset.and_then(vendors::find) {
        vendor.fill(&mut source, &|field| field == "kind");
    }
    if kind == SourceKind::Oidc && source.scopes.is_empty() {
        source.scopes = ["openid", "email", "profile"].map(str::to_owned).to_vec();
    }
    source
}

/// Puts the fields of a request onto a stored source and says what is wrong with them.
pub(super) async fn apply(
    app: &App,
    changes: &Changes<SourceFields>,
    stored: &mut StoredSource,
) -> Result<Vec<FieldError>, StoreError> {
    let fields = &changes.fields;
    let mut errors = Vec::new();
    let kind = fields.kind.unwrap_or(stored.source.kind);
    let preset = match &fields.preset {
        Some(preset) => Some(preset.clone()),
        None if changes.resets("preset") => None,
        None => stored.source.preset.clone(),
    };
    let defaults = defaults(kind, preset.as_deref());
    let source = &mut stored.source;
    macro_rules! plain {
        ($($field:ident),*) => {$(
            if let Some(value) = &fields.$field {
                source.$field.clone_from(value);
            } else if changes.resets(stringify!($field)) {
                source.$field.clone_from(&defaults.$field);
            }
        )*};
    }
    macro_rules! optional {
        ($($field:ident),*) => {$(
            if let Some(value) = &fields.$field {
                source.$field = Some(value.clone());
            } else if changes.resets(stringify!($field)) {
                source.$field.clone_from(&defaults.$field);
            }
        )*};
    }
    plain!(
        key,
        name,
        kind,
        enabled,
        promoted,
        domains,
        client_id,
        id_token_signing_algs,
        scopes,
        token_endpoint_auth_method,
        pkce
    );
    plain!(
        userinfo_method,
        userinfo_auth,
        authorization_params,
        authorization_params_map,
        forward_query_parameters,
        attribute_mapping,
        property_mappings,
        group_property_mappings
    );
    plain!(
        user_matching_mode,
        group_matching_mode,
        allow_sign_in,
        allow_sign_up,
        block_email_subaddresses,
        update_profile,
        policy_engine_mode
    );
    optional!(
        preset,
        icon_url,
        issuer,
        discovery_url,
        request_token_endpoint,
        authorization_endpoint,
        token_endpoint,
        userinfo_endpoint,
        jwks_uri
    );
    optional!(
        jwks,
        revocation_endpoint,
        end_session_endpoint,
        assertion_key,
        profile_script,
        groups_claim,
        assertion_audiences
    );
    if changes.resets("discovery_url") {
        // Not that of the vendor: whoever says null wants no document to be read.
        source.discovery_url = None;
    }
    if let Some(name) = &fields.oauth1_signature_method {
        match signature_method(name) {
            Ok(method) => source.oauth1_signature_method = method,
            Err(error) => errors.push(error),
        }
    } else if changes.resets("oauth1_signature_method") {
        source.oauth1_signature_method = SignatureMethod::default();
    }
    source.name = source.name.trim().to_owned();
    domains::normalize(source);
    for text in [
        &mut source.issuer,
        &mut source.discovery_url,
        &mut source.request_token_endpoint,
        &mut source.authorization_endpoint,
        &mut source.token_endpoint,
        &mut source.userinfo_endpoint,
        &mut source.jwks_uri,
        &mut source.revocation_endpoint,
        &mut source.end_session_endpoint,
        &mut source.icon_url,
        &mut source.groups_claim,
    ] {
        // An empty field of a form means that there is none.
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            *text = None;
        }
    }
    errors.extend(apply_applications(app, changes, source).await?);
    apply_secrets(changes, stored);
    Ok(errors)
}

/// How requests of OAuth 1.0a are signed.
fn signature_method(name: &str) -> Result<SignatureMethod, FieldError> {
    const FIELD: &str = "oauth1_signature_method";
    match name {
        "HMAC-SHA1" => Ok(SignatureMethod::HmacSha1),
        "PLAINTEXT" => Ok(SignatureMethod::Plaintext),
        "RSA-SHA1" => Err(FieldError::new(
            FIELD,
            "not_supported",
            "RSA-SHA1 is not supported: it signs with SHA-1 under a long-lived key of ours. Providers that offer it take HMAC-SHA1 too.",
        )),
        _ => Err(FieldError::invalid(FIELD, "Write `HMAC-SHA1` or `PLAINTEXT`.")),
    }
}

/// Applications are named by slug or id and kept by id.
async fn apply_applications(
    app: &App,
    changes: &Changes<SourceFields>,
    source: &mut Source,
) -> Result<Option<FieldError>, StoreError> {
    const FIELD: &str = "applications";
    let Some(names) = &changes.fields.applications else {
        if changes.resets(FIELD) {
            source.applications = None;
        }
        return Ok(None);
    };
    if names.len() > MOST_APPLICATIONS {
        return Ok(Some(FieldError::new(
            FIELD,
            "too_long",
            "Give at most 10000 applications.",
        )));
    }
    let mut ids: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let found = if name.starts_with("app_") {
            app.store.load_application(name).await?
        } else {
            app.store.load_application_by_slug(name).await?
        };
        match found {
            Some(found) if ids.contains(&found.application.id) => {}
            Some(found) => ids.push(found.application.id),
            None => {
                let shown: String = name.chars().take(64).collect();
                let message = format!("There is no application `{shown}`.");
                return Ok(Some(FieldError::not_found(FIELD, message)));
            }
        }
    }
    source.applications = Some(ids);
    Ok(None)
}

/// The client secret and the values of header fields. An empty secret and a masked value keep what is stored.
fn apply_secrets(changes: &Changes<SourceFields>, stored: &mut StoredSource) {
    let (fields, secrets) = (&changes.fields, &mut stored.secrets);
    if changes.resets("client_secret") {
        secrets.client_secret = None;
    } else if let Some(secret) = &fields.client_secret
        && !secret.expose_secret().is_empty()
    {
        secrets.client_secret = Some(secret.clone());
    }
    if changes.resets("token_request_headers") {
        secrets.token_request_headers.clear();
    } else if let Some(headers) = &fields.token_request_headers {
        let kept = std::mem::take(&mut secrets.token_request_headers);
        let value_of = |name: &str, given: &SecretString| {
            if given.expose_secret() != MASKED {
                return given.clone();
            }
            let before = kept.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
            before.map_or_else(|| given.clone(), |(_, value)| value.clone())
        };
        secrets.token_request_headers = headers
            .iter()
            .map(|(name, given)| (name.clone(), value_of(name, given)))
            .collect();
    }
    let source = &mut stored.source;
    source.has_client_secret = secrets.client_secret.is_some();
    source.token_request_headers = secrets
        .token_request_headers
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
}
