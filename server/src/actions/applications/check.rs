//! Applies the fields of a request to an application and says what is wrong with them. Nothing is loaded or stored here.

use protocol::acr::ACR_VALUES;
use protocol::client::{Application, ClientType, GrantType, RefreshTokenValidity, TokenEndpointAuthMethod};
use protocol::duration::Span;
use protocol::jose::Algorithm;
use protocol::redirect_uri::check_registration;
use secrecy::{ExposeSecret, SecretString};

use super::fields::ApplicationFields;
use super::redirect_uris::check_redirect_uris;
use super::{management, sector, signing};
use crate::actions::changes::Changes;
use crate::actions::outcome::FieldError;
use crate::keys::Snapshot;

/// Words under `/application/o/` that are paths of their own.
const RESERVED_SLUGS: [&str; 11] = [
    "authorize",
    "check-session",
    "device",
    "end-session",
    "introspect",
    "jwks",
    "par",
    "register",
    "revoke",
    "token",
    "userinfo",
];
/// Grants of the interface that this version does not have.
const ABSENT_GRANTS: [&str; 3] = [
    "urn:ietf:params:oauth:grant-type:token-exchange",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:openid:params:grant-type:ciba",
];
const LONGEST_SLUG: usize = 63;
const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 2000;
const LONGEST_CREDENTIAL: usize = 255;
pub(super) const MOST_ENTRIES: usize = 100;
/// The shortest client secret that signs nothing.
const SHORTEST_SECRET: usize = 16;

/// The defaults of an application of this type (contract, section 4).
pub(super) fn defaults(client_type: ClientType, snapshot: &Snapshot) -> Application {
    let public = client_type == ClientType::Public;
    let mapping = |name: &str| snapshot.mapping(name).map(|mapping| mapping.id.clone());
    Application {
        client_type,
        scope_mappings: ["openid", "email", "profile"].into_iter().filter_map(mapping).collect(),
        signing_key: public
            .then(|| snapshot.active(Algorithm::RS256).map(|key| key.record.id.clone()))
            .flatten(),
        require_pkce: public,
        ..Application::default()
    }
}

/// A slug made from a name.
pub(super) fn derive_slug(name: &str) -> String {
    let dashed: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    let mut slug: String = words.join("-").chars().take(LONGEST_SLUG - 10).collect();
    slug.truncate(slug.trim_end_matches('-').len());
    match slug.as_str() {
        "" => "application".to_owned(),
        reserved if RESERVED_SLUGS.contains(&reserved) => format!("{reserved}-app"),
        _ => slug,
    }
}

/// Puts the fields of a request onto `application`; `defaults` stand in for what is reset.
pub(super) fn apply(
    changes: &Changes<ApplicationFields>,
    application: &mut Application,
    defaults: &Application,
    snapshot: &Snapshot,
) -> Vec<FieldError> {
    let fields = &changes.fields;
    let mut errors = Vec::new();
    macro_rules! plain {
        ($($field:ident),*) => {$(
            if let Some(value) = &fields.$field {
                application.$field.clone_from(value);
            } else if changes.resets(stringify!($field)) {
                application.$field.clone_from(&defaults.$field);
            }
        )*};
    }
    macro_rules! optional {
        ($($field:ident),*) => {$(
            if fields.$field.is_some() || changes.resets(stringify!($field)) {
                application.$field.clone_from(&fields.$field);
            }
        )*};
    }
    macro_rules! checked {
        ($($field:ident: $check:expr),*) => {$(
            if let Some(value) = &fields.$field {
                match $check(stringify!($field), value) {
                    Ok(value) => application.$field = value,
                    Err(error) => errors.push(error),
                }
            } else if changes.resets(stringify!($field)) {
                application.$field.clone_from(&defaults.$field);
            }
        )*};
    }
    plain!(
        slug,
        name,
        description,
        group,
        enabled,
        client_id,
        client_type,
        access_code_validity
    );
    plain!(
        access_token_format,
        access_token_validity,
        refresh_token_validity,
        refresh_token_threshold
    );
    plain!(
        sub_mode,
        subject_type,
        issuer_mode,
        include_claims_in_id_token,
        policy_engine_mode,
        policies_on_refresh,
        consent_mode,
        logout_method,
        learn_redirect_uri,
        require_pkce,
        allow_plain_pkce,
        contacts,
        default_acr_values
    );
    optional!(
        icon_url,
        launch_url,
        token_endpoint_auth_method,
        consent_expires_in,
        sector_identifier_uri,
        device_code_validity,
        policy_uri,
        tos_uri,
        logo_uri
    );
    errors.extend(signing::apply(changes, application, snapshot));
    checked!(
        redirect_uris: check_redirect_uris,
        post_logout_redirect_uris: check_redirect_uris,
        logout_uri: check_logout_uri,
        grant_types: check_grant_types,
        management_scopes: management::check_scopes,
        scope_mappings: |field: &str, names: &Vec<String>| check_scope_mappings(field, names, snapshot)
    );
    application.name = application.name.trim().to_owned();
    errors
}

/// What is wrong with an application as a whole. `secret`: the client secret that it will have.
pub(super) fn check(application: &Application, secret: Option<&SecretString>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if application.name.is_empty() {
        errors.push(FieldError::required("name"));
    }
    let lengths = [
        ("name", &application.name, LONGEST_NAME),
        ("group", &application.group, LONGEST_NAME),
        ("description", &application.description, LONGEST_TEXT),
    ];
    for (field, text, most) in lengths {
        if text.chars().count() > most {
            let message = format!("This may have at most {most} characters.");
            errors.push(FieldError::new(field, "too_long", message));
        }
    }
    errors.extend(check_slug(&application.slug));
    let id = &application.client_id;
    if id.is_empty() || id.len() > LONGEST_CREDENTIAL || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "Write 1 to 255 letters, digits or signs, without spaces.";
        errors.push(FieldError::invalid("client_id", message));
    }
    let addresses = [
        ("icon_url", &application.icon_url),
        ("launch_url", &application.launch_url),
        ("sector_identifier_uri", &application.sector_identifier_uri),
        ("policy_uri", &application.policy_uri),
        ("tos_uri", &application.tos_uri),
        ("logo_uri", &application.logo_uri),
    ];
    errors.extend(
        addresses
            .into_iter()
            .filter_map(|(field, address)| check_web_address(field, address.as_deref()?).err()),
    );
    errors.extend(check_acr_values(&application.default_acr_values));
    errors.extend(sector::check(application));
    errors.extend(check_lives(application));
    errors.extend(check_client(application, secret));
    if application.contacts.len() > MOST_ENTRIES || application.contacts.iter().any(|contact| contact.len() > 320) {
        let message = "Give at most 100 contacts of at most 320 characters.";
        errors.push(FieldError::new("contacts", "too_long", message));
    }
    errors
}

fn check_slug(slug: &str) -> Option<FieldError> {
    let mut bytes = slug.bytes();
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !bytes.next().is_some_and(word) || !bytes.all(|byte| word(byte) || byte == b'-') || slug.len() > LONGEST_SLUG {
        let message = "Write up to 63 lower-case letters, digits and `-`, beginning with a letter or digit.";
        return Some(FieldError::invalid("slug", message));
    }
    RESERVED_SLUGS
        .contains(&slug)
        .then(|| FieldError::new("slug", "taken", "This word is an address of ours; choose another."))
}

fn check_web_address(field: &str, address: &str) -> Result<(), FieldError> {
    let fits = address.len() <= 2048
        && url::Url::parse(address).is_ok_and(|url| {
            matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none()
        });
    if fits {
        Ok(())
    } else {
        Err(FieldError::invalid(
            field,
            "Write a whole https or http address, without a user name or password.",
        ))
    }
}

fn check_acr_values(values: &[String]) -> Option<FieldError> {
    let unknown = values.iter().find(|value| !ACR_VALUES.contains(&value.as_str()))?;
    let shown: String = unknown.chars().take(64).collect();
    let message = format!("There is no class `{shown}`; use {}.", ACR_VALUES.join(", "));
    Some(FieldError::not_found("default_acr_values", message))
}

fn check_lives(application: &Application) -> Vec<FieldError> {
    let refresh = match application.refresh_token_validity {
        RefreshTokenValidity::Never => None,
        RefreshTokenValidity::After(span) => Some(span),
    };
    let lives = [
        ("access_code_validity", Some(application.access_code_validity)),
        ("device_code_validity", application.device_code_validity),
        ("access_token_validity", Some(application.access_token_validity)),
        ("refresh_token_validity", refresh),
        ("consent_expires_in", application.consent_expires_in),
    ];
    let second = Span::from_secs(1);
    lives
        .into_iter()
        .filter(|(_, life)| life.is_some_and(|life| life < second))
        .map(|(field, _)| FieldError::invalid(field, "This must be at least `seconds=1`."))
        .collect()
}

fn check_client(application: &Application, secret: Option<&SecretString>) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let public = application.client_type == ClientType::Public;
    let method = application.token_endpoint_auth_method;
    if public {
        if method.is_some_and(|method| method != TokenEndpointAuthMethod::None) {
            let message = "A public application does not authenticate: use `none` or null.";
            errors.push(FieldError::invalid("token_endpoint_auth_method", message));
        }
        if application.signing_key.is_none() {
            let message = "A public application has no secret to sign with: name a key.";
            errors.push(FieldError::invalid("signing_key", message));
        }
        return errors;
    }
    if method == Some(TokenEndpointAuthMethod::None) {
        let message = "A confidential application authenticates; `none` is for public ones.";
        errors.push(FieldError::invalid("token_endpoint_auth_method", message));
    }
    let Some(secret) = secret.map(SecretString::expose_secret) else {
        return errors;
    };
    errors.extend(signing::check_secret(application, secret));
    errors
}

/// Whether a secret that is given now may be one. One that stands was taken by the rules of its time; a change that does not
/// name it leaves it alone.
pub(super) fn check_new_secret(secret: &SecretString) -> Option<FieldError> {
    let secret = secret.expose_secret();
    let message = if secret.len() > LONGEST_CREDENTIAL || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
        "Use at most 255 letters, digits or signs, without spaces."
    } else if secret.len() < SHORTEST_SECRET {
        "A client secret needs at least 16 characters."
    } else {
        return None;
    };
    Some(FieldError::invalid("client_secret", message))
}

/// Section 2.2 of Back-Channel Logout 1.0, section 2 of Front-Channel Logout 1.0: absolute, http or https, no fragment. A
/// host needs no dot: it may be a name of the network that both stand in.
fn check_logout_uri(field: &str, uri: &str) -> Result<Option<String>, FieldError> {
    if uri.is_empty() {
        return Ok(None);
    }
    check_registration(uri).map_err(|reason| FieldError::invalid(field, reason))?;
    let scheme = uri.split(':').next().unwrap_or_default();
    if !["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web)) {
        let message = "Write an http or https address, for instance https://app.example.com/signed-out.";
        return Err(FieldError::invalid(field, message));
    }
    Ok(Some(uri.to_owned()))
}

fn check_grant_types(field: &str, names: &Vec<String>) -> Result<Vec<GrantType>, FieldError> {
    let known = [
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::Hybrid,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
        GrantType::DeviceCode,
        GrantType::Password,
    ];
    let mut grants = Vec::new();
    for name in names {
        match known.into_iter().find(|grant| grant.as_str() == name) {
            Some(grant) if grants.contains(&grant) => {}
            Some(grant) => grants.push(grant),
            None if ABSENT_GRANTS.contains(&name.as_str()) => {
                let message = format!("This version does not support `{name}`; nothing was saved.");
                return Err(FieldError::new(field, "not_supported", message));
            }
            None => {
                let names: Vec<String> = known.iter().map(|grant| format!("`{}`", grant.as_str())).collect();
                return Err(FieldError::invalid(field, format!("Use {}.", names.join(", "))));
            }
        }
    }
    Ok(grants)
}

fn check_scope_mappings(field: &str, names: &[String], snapshot: &Snapshot) -> Result<Vec<String>, FieldError> {
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let shown: String = name.chars().take(64).collect();
        match snapshot.mapping(name) {
            Some(mapping) if ids.contains(&mapping.id) => {}
            Some(mapping) => ids.push(mapping.id.clone()),
            None => {
                let message = format!("There is no scope mapping `{shown}`.");
                return Err(FieldError::not_found(field, message));
            }
        }
    }
    Ok(ids)
}
