//! What a body asks for, in the fields of a source: the rules of making and changing that belong to authn.sh alone (its sheet,
//! sections 3 and 4). Everything else is checked where every source is.

use http::StatusCode;
use protocol::upstream::discovery::discovery_url_of;
use protocol::upstream::{Source, SourceKind, vendors};
use serde_json::{Map, Value};

use super::failure::{Entry, FORMAT, Fault, NIL};
use super::fields::{Given, name_of};
use crate::actions::changes::Changes;
use crate::actions::oauth_provider::{PRESETS, ProviderKind, is_key};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::sources::fields::SourceFields;

/// The longest name.
const LONGEST_NAME: usize = 100;
/// What is required of every provider.
const REQUIRED: [&str; 4] = ["provider_kind", "provider_key", "name", "client_id"];
/// What is required of plain OAuth 2.0 beside it, one by one.
const REQUIRED_OF_OAUTH2: [&str; 5] = [
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "userinfo_method",
    "userinfo_auth",
];

/// What a body asks for.
pub(super) struct Wish {
    /// The fields of the source.
    pub(super) changes: Changes<SourceFields>,
    /// Whether what the source publishes is read.
    pub(super) reads: bool,
    /// Whether endpoints come from the discovery document.
    pub(super) discovers: bool,
    /// Whether the body says where the profile is, or that it is nowhere.
    pub(super) names_userinfo: bool,
}

/// A new provider.
///
/// # Errors
/// 422 with everything that is wrong.
pub(super) fn create(members: Map<String, Value>) -> Result<Wish, Fault> {
    let given = Given::read(members).map_err(Fault::invalid)?;
    let mut errors = missing(&given, &REQUIRED);
    let kind = given.text("provider_kind").map(ProviderKind::named);
    if kind == Some(None) {
        let message = "Write `preset`, `custom_oidc` or `custom_oauth2`.";
        errors.push(Entry::of(FORMAT, "provider_kind", message));
    }
    let key = given.text("provider_key").unwrap_or_default();
    if !key.is_empty() && !is_key(key) {
        let message = "Write 1 to 64 small letters, digits and `_`, beginning with a letter.";
        errors.push(Entry::of(FORMAT, "provider_key", message));
    }
    let Some(kind) = kind.flatten() else {
        return Err(Fault::invalid(errors));
    };
    let preset = (kind == ProviderKind::Preset).then(|| vendors::find(key).filter(|_| PRESETS.contains(&key)));
    match (kind, preset) {
        (ProviderKind::CustomOidc, _) => errors.extend(missing(&given, &["issuer"])),
        (ProviderKind::CustomOauth2, _) => errors.extend(missing(&given, &REQUIRED_OF_OAUTH2)),
        (ProviderKind::Preset, Some(None)) if !key.is_empty() => {
            let message = format!("Bundled are {}.", PRESETS.join(", "));
            errors.push(Entry::of(FORMAT, "provider_key", message));
        }
        (ProviderKind::Preset, _) => {}
    }
    let source_kind = match (kind, preset.flatten()) {
        (ProviderKind::CustomOidc, _) => SourceKind::Oidc,
        (ProviderKind::CustomOauth2, _) => SourceKind::Oauth2,
        (ProviderKind::Preset, vendor) => vendor.map(|vendor| vendor.kind).unwrap_or_default(),
    };
    errors.extend(misplaced(&given, source_kind));
    errors.extend(too_long(&given));
    let mut fields = given.fields();
    // Null says here that there is none, which is what a new source begins with.
    fields.retain(|name, value| !value.is_null() || name == "userinfo_endpoint");
    fields.insert("key".to_owned(), key.into());
    fields.insert("kind".to_owned(), kind_name(source_kind).into());
    fields.insert("user_matching_mode".to_owned(), "verified_email_link".into());
    if kind == ProviderKind::Preset {
        fields.insert("preset".to_owned(), key.into());
    } else {
        fields.insert("token_endpoint_auth_method".to_owned(), "client_secret_post".into());
    }
    let mut discovers = false;
    if kind == ProviderKind::CustomOidc {
        match place_of_discovery(&given, given.text("issuer").unwrap_or_default()) {
            Ok(place) => discovers = discover_at(place, &given, &mut fields),
            Err(error) => errors.push(error),
        }
    } else if source_kind == SourceKind::Oidc {
        name_addresses(&given, &mut fields, true);
    }
    if !errors.is_empty() {
        return Err(Fault::invalid(errors));
    }
    wish(fields, &given, kind == ProviderKind::CustomOidc, discovers)
}

/// A change of a provider: only what the body names changes.
///
/// # Errors
/// 422 with everything that is wrong.
pub(super) fn update(members: Map<String, Value>, source: &Source, kind: ProviderKind) -> Result<Wish, Fault> {
    let given = Given::read(members).map_err(Fault::invalid)?;
    let mut errors = fixed(&given, source, kind);
    let mut required: Vec<&str> = vec!["name", "client_id", "authorization_endpoint", "token_endpoint"];
    match source.kind {
        SourceKind::Oidc => required.push("issuer"),
        SourceKind::Oauth2 | SourceKind::Oauth1 => required.extend(&REQUIRED_OF_OAUTH2[2..]),
    }
    // What has to be there can be changed and not taken away. An issuer that a plain provider is sent is nobody's.
    required.retain(|name| given.names(name));
    errors.extend(missing(&given, &required));
    errors.extend(misplaced(&given, source.kind));
    errors.extend(too_long(&given));
    let mut fields = given.fields();
    if given.names("client_secret") && !given.says("client_secret") && !fields["client_secret"].is_null() {
        // An empty secret keeps what is stored.
        fields.remove("client_secret");
    }
    let mut discovers = false;
    match (source.kind, kind) {
        (SourceKind::Oidc, ProviderKind::CustomOidc) => match moved(&given, source) {
            Ok(None) => name_addresses(&given, &mut fields, false),
            Ok(Some(place)) => discovers = discover_at(place, &given, &mut fields),
            Err(error) => errors.push(error),
        },
        (SourceKind::Oidc, _) => name_addresses(&given, &mut fields, true),
        (SourceKind::Oauth2 | SourceKind::Oauth1, _) => {}
    }
    if !errors.is_empty() {
        return Err(Fault::invalid(errors));
    }
    wish(fields, &given, discovers, discovers)
}

/// Whether a change leads to another issuer or document: where that document is, or that none is needed.
fn moved(given: &Given, source: &Source) -> Result<Option<Option<String>>, Entry> {
    let asks = given.says("discovery_endpoint");
    if !asks && !given.says("issuer") {
        return Ok(None);
    }
    let issuer = given.text("issuer").or(source.issuer.as_deref()).unwrap_or_default();
    let is_same_issuer = source.issuer.as_deref().map(discovery_url_of) == Some(discovery_url_of(issuer));
    let place = place_of_discovery(given, issuer)?;
    let is_same = is_same_issuer && (!asks || place == source.discovery_url);
    Ok((!is_same).then_some(place))
}

fn wish(fields: Map<String, Value>, given: &Given, reads: bool, discovers: bool) -> Result<Wish, Fault> {
    Ok(Wish {
        changes: Changes::parse(fields).map_err(|error| refused(error, false))?,
        reads,
        discovers,
        names_userinfo: given.names("userinfo_endpoint"),
    })
}

const fn kind_name(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Oidc => "oidc",
        SourceKind::Oauth2 => "oauth2",
        SourceKind::Oauth1 => "oauth1",
    }
}

fn missing(given: &Given, names: &[&str]) -> Vec<Entry> {
    let absent = names.iter().filter(|name| !given.says(name));
    absent
        .map(|name| Entry::of(NIL, name, "This property is required."))
        .collect()
}

fn too_long(given: &Given) -> Option<Entry> {
    let name = given.text("name")?;
    (name.chars().count() > LONGEST_NAME).then(|| Entry::of(FORMAT, "name", "A name may have at most 100 characters."))
}

/// Kind and key never change; the same value again is no change.
fn fixed(given: &Given, source: &Source, kind: ProviderKind) -> Vec<Entry> {
    let mut errors = Vec::new();
    if given.names("provider_kind") && given.text("provider_kind").and_then(ProviderKind::named) != Some(kind) {
        errors.push(Entry::of(FORMAT, "provider_kind", "The kind can not be changed."));
    }
    if given.names("provider_key") && given.text("provider_key") != Some(&source.key) {
        errors.push(Entry::of(FORMAT, "provider_key", "The key can not be changed."));
    }
    errors
}

/// Properties that say something about the other protocol. An issuer is ignored for plain OAuth 2.0.
fn misplaced(given: &Given, kind: SourceKind) -> Vec<Entry> {
    let (names, message) = match kind {
        SourceKind::Oidc => (
            &["userinfo_method", "userinfo_auth"][..],
            "With OpenID Connect the profile is always fetched by GET with a bearer token; leave this out.",
        ),
        SourceKind::Oauth2 | SourceKind::Oauth1 => (
            &["discovery_endpoint", "jwks_uri", "id_token_signing_algs"][..],
            "Plain OAuth 2.0 has no such thing; leave this out.",
        ),
    };
    let said = names.iter().filter(|name| given.says(name));
    said.map(|name| Entry::of(FORMAT, name, message)).collect()
}

/// Where the discovery document of `issuer` is; `None`: every address is entered by hand, so that none is needed.
fn place_of_discovery(given: &Given, issuer: &str) -> Result<Option<String>, Entry> {
    let place = discovery_url_of(issuer);
    if let Some(endpoint) = given.text("discovery_endpoint") {
        if endpoint == place {
            return Ok(Some(place));
        }
        let message = format!("The document of this issuer is at {place}.");
        return Err(Entry::of(FORMAT, "discovery_endpoint", message));
    }
    let by_hand = ["authorization_endpoint", "token_endpoint", "jwks_uri"]
        .iter()
        .all(|name| given.says(name))
        && given.names("userinfo_endpoint");
    Ok((!by_hand).then_some(place))
}

/// Takes endpoints from the document at `place`, which names the issuer too, or from the body alone. Answers whether there is a
/// document.
fn discover_at(place: Option<String>, given: &Given, fields: &mut Map<String, Value>) -> bool {
    match place {
        Some(place) => {
            fields.insert("discovery_url".to_owned(), place.into());
            true
        }
        None => {
            fields.insert("discovery_url".to_owned(), Value::Null);
            name_addresses(given, fields, true);
            false
        }
    }
}

/// Issuer, when it is another one, and discovery document as they are written, without reading anything.
fn name_addresses(given: &Given, fields: &mut Map<String, Value>, is_other: bool) {
    if let Some(issuer) = given.text("issuer").filter(|_| is_other) {
        fields.insert("issuer".to_owned(), issuer.into());
    }
    if given.names("discovery_endpoint") {
        let place = given.text("discovery_endpoint").map_or(Value::Null, Value::from);
        fields.insert("discovery_url".to_owned(), place);
    }
}

/// A refusal of the use case in the words of this interface. `discovers`: endpoints come from a discovery document.
pub(super) fn refused(error: ActionError, discovers: bool) -> Fault {
    let ActionError::Invalid(errors) = error else {
        return error.into();
    };
    if errors.iter().any(|error| error.field == "key" && error.code == "taken") {
        let message = "Another provider has this key already.";
        let entry = Entry::new("oauth_provider_exists", "There is a provider of this key", message);
        return Fault::new(StatusCode::CONFLICT, entry);
    }
    if discovers && errors.iter().any(of_discovery) {
        let reasons: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        let message = "The discovery document of this issuer is of no use";
        let entry = Entry::new("oauth_discovery_failed", message, reasons.join(" "));
        return Fault::new(StatusCode::UNPROCESSABLE_ENTITY, entry);
    }
    let entries = errors.into_iter().map(|error| {
        let code = match error.code {
            "required" => NIL,
            _ => FORMAT,
        };
        // The address of the document is made of the issuer.
        let name = match error.field.as_str() {
            "discovery_url" if discovers => "issuer",
            field => name_of(field),
        };
        Entry::of(code, name, error.message)
    });
    Fault::invalid(entries.collect())
}

/// Whether a fault is one of the discovery document: it can not be read, or lacks something.
fn of_discovery(error: &FieldError) -> bool {
    const NAMED_BY_IT: [&str; 4] = ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"];
    (error.field == "discovery_url" && error.code != "invalid")
        || error.code == "discovery_incomplete"
        || (error.field == "jwks_uri" && error.code == "unreachable")
        || (error.code == "required" && NAMED_BY_IT.contains(&error.field.as_str()))
}
