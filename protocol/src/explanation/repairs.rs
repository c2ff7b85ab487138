//! What would repair a refusal: changes of a record, small enough to be one button. Each is offered only where it changes
//! something, and is carried out by the same use cases as any other change, with their checks.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::repair::{Repair, Target, needs_new_look};
use crate::client::{Application, MatchingMode, RedirectUri};
use crate::duration::Span;
use crate::jose::Algorithm;
use crate::redirect_uri::check_registration;
use crate::refusal::Refusal;
use crate::response_type::ResponseType;
use crate::scope::ScopeMapping;
use crate::upstream::{GroupMatchingMode, Source, SourceAuthMethod, UpdateProfile, UserMatchingMode};
use crate::user::User;

/// A repair that would change something now.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Which one.
    pub repair: Repair,
    /// What it changes.
    pub target: Target,
    /// The id of the record.
    pub id: String,
    /// The version of the record that the change was made from.
    pub version: i64,
    /// The name of the record, for people.
    pub name: String,
    /// What is added or set, for people; empty where the repair says it all.
    pub value: String,
    /// The change (RFC 7396).
    pub changes: Map<String, Value>,
    /// Whether somebody has to think first: it makes something less safe, or lets codes go to a host that is new here.
    pub caution: bool,
}

/// What was refused, as it was recorded.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// Why.
    pub refusal: Refusal,
    /// What came.
    pub given: Option<&'a str>,
    /// What would have been right.
    pub expected: Option<&'a str>,
    /// More about it.
    pub detail: Option<&'a str>,
}

/// The records as they are now.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// The application.
    pub application: Option<&'a Application>,
    /// The source.
    pub source: Option<&'a Source>,
    /// The person.
    pub user: Option<&'a User>,
    /// All scope mappings.
    pub mappings: &'a [Arc<ScopeMapping>],
}

/// Every repair that fits a refusal and would change something now, the best first.
#[must_use]
pub fn repairs(refused: &Refused<'_>, facts: &Facts<'_>) -> Vec<Offer> {
    let mut offers = Vec::new();
    if let Some(application) = facts.application {
        of_application(refused, application, facts, &mut offers);
    }
    if let Some(source) = facts.source {
        of_source(refused, source, facts.application, &mut offers);
    }
    if let Some(user) = facts.user
        && matches!(refused.refusal, Refusal::SubjectDisabled | Refusal::SubjectGone)
        && !user.is_active
    {
        offers.push(Offer {
            repair: Repair::ActivateUser,
            target: Target::User,
            id: user.id.clone(),
            version: user.version,
            name: user.username.clone(),
            value: String::new(),
            changes: patch("is_active", Value::Bool(true)),
            caution: false,
        });
    }
    offers
}

fn patch(field: &str, value: Value) -> Map<String, Value> {
    let mut changes = Map::new();
    changes.insert(field.to_owned(), value);
    changes
}

fn of_application(refused: &Refused<'_>, application: &Application, facts: &Facts<'_>, offers: &mut Vec<Offer>) {
    let given = refused.given.unwrap_or_default();
    // Whoever sends a link around can have any address refused; an administrator who adds it sends codes there.
    let goes_elsewhere = match refused.refusal {
        Refusal::LogoutRedirectMismatch => is_new_host(given, &application.post_logout_redirect_uris),
        Refusal::RedirectUriMismatch
        | Refusal::RedirectUriUnregistered
        | Refusal::FirstUseNotAllowed
        | Refusal::FirstUseNotListed => is_new_host(given, &application.redirect_uris),
        // Nothing else is an address, though the name of a grant type can be read as one (`urn:ietf:params:oauth:...`).
        _ => false,
    };
    let mut offer = |repair: Repair, value: &str, field: &str, change: Value| {
        offers.push(Offer {
            repair,
            target: Target::Application,
            id: application.id.clone(),
            version: application.version,
            name: application.name.clone(),
            value: value.to_owned(),
            changes: patch(field, change),
            caution: repair.warns() || (goes_elsewhere && value == given),
        });
    };
    let address = |uri: &str| json!({"matching_mode": "strict", "url": uri});
    match refused.refusal {
        Refusal::RedirectUriMismatch
        | Refusal::RedirectUriUnregistered
        | Refusal::FirstUseNotAllowed
        | Refusal::FirstUseNotListed
            if check_registration(given).is_ok() =>
        {
            let listed = &application.redirect_uris;
            if listed.iter().all(|entry| entry.url != given) {
                let mut all = json!(listed);
                push(&mut all, address(given));
                offer(Repair::AddRedirectUri, given, "redirect_uris", all);
                if refused.refusal == Refusal::RedirectUriMismatch
                    && let [only] = listed.as_slice()
                    && only.matching_mode == MatchingMode::Strict
                {
                    offer(
                        Repair::ReplaceRedirectUri,
                        given,
                        "redirect_uris",
                        json!([address(given)]),
                    );
                }
            }
        }
        Refusal::LogoutRedirectMismatch if check_registration(given).is_ok() => {
            let listed = &application.post_logout_redirect_uris;
            if listed.iter().all(|entry| entry.url != given) {
                let mut all = json!(listed);
                push(&mut all, address(given));
                offer(
                    Repair::AddPostLogoutRedirectUri,
                    given,
                    "post_logout_redirect_uris",
                    all,
                );
            }
        }
        Refusal::ResponseTypeNotAllowed => {
            if let Some(grant) = ResponseType::parse(given).map(ResponseType::grant_type)
                && !application.allows(grant)
            {
                let mut all = json!(application.grant_types);
                push(&mut all, json!(grant.as_str()));
                offer(Repair::AllowResponseType, given, "grant_types", all);
            }
        }
        Refusal::GrantTypeNotAllowed if refused.expected.is_none() => {
            let known = serde_json::from_value::<crate::client::GrantType>(json!(given)).ok();
            if known.is_some_and(|grant| !application.allows(grant)) {
                let mut all = json!(application.grant_types);
                push(&mut all, json!(given));
                offer(Repair::AllowGrantType, given, "grant_types", all);
            }
        }
        Refusal::ScopeUnknown | Refusal::ScopeOpenidMissing => {
            let wanted = given
                .split_ascii_whitespace()
                .filter(|scope| refused.refusal == Refusal::ScopeUnknown || *scope == "openid");
            for scope in wanted {
                let mapping = facts.mappings.iter().find(|mapping| mapping.scope == scope);
                if let Some(mapping) = mapping
                    && !application.scope_mappings.contains(&mapping.id)
                {
                    let mut all = json!(application.scope_mappings);
                    push(&mut all, json!(mapping.id));
                    offer(Repair::AllowScope, scope, "scope_mappings", all);
                }
            }
        }
        Refusal::ClientDisabled if !application.enabled => {
            offer(Repair::EnableApplication, "", "enabled", Value::Bool(true));
        }
        Refusal::PkceRequired if application.require_pkce => {
            offer(Repair::RequirePkceOff, "", "require_pkce", Value::Bool(false));
        }
        Refusal::PkcePlainNotAllowed if !application.allow_plain_pkce => {
            offer(Repair::AllowPlainPkce, "", "allow_plain_pkce", Value::Bool(true));
        }
        Refusal::ClientAuthenticationMethod
            if matches!(given, "client_secret_basic" | "client_secret_post") && refused.expected != Some(given) =>
        {
            offer(
                Repair::AcceptAuthenticationMethod,
                given,
                "token_endpoint_auth_method",
                json!(given),
            );
        }
        Refusal::CodeExpired if application.access_code_validity < Span::from_secs(300) => {
            offer(
                Repair::RaiseCodeValidity,
                "",
                "access_code_validity",
                json!("minutes=5"),
            );
        }
        Refusal::DeviceCodeExpired if application.device_code_life() < Span::from_secs(1800) => {
            offer(
                Repair::RaiseDeviceCodeValidity,
                "",
                "device_code_validity",
                json!("minutes=30"),
            );
        }
        Refusal::AssertionForeign => {
            if let Some(source) = facts.source
                && !application.federated_sources.contains(&source.id)
            {
                let mut all = json!(application.federated_sources);
                push(&mut all, json!(source.id));
                offer(Repair::TrustSource, &source.key, "federated_sources", all);
            }
        }
        Refusal::ConnectionNotFound => {
            if let (Some(source), Some(listed)) = (facts.source, &application.sources)
                && !listed.contains(&source.id)
            {
                let mut all = json!(listed);
                push(&mut all, json!(source.id));
                offer(Repair::AllowSourceForApplication, &source.key, "sources", all);
            }
        }
        _ => {}
    }
}

/// Whether none of the registered addresses leads to the host of this one. What is no address is no new host either.
fn is_new_host(given: &str, registered: &[RedirectUri]) -> bool {
    let host = |text: &str| {
        url::Url::parse(text)
            .ok()
            .map(|url| url.host_str().unwrap_or_default().to_owned())
    };
    let Some(wanted) = host(given) else { return false };
    let mut strict = registered
        .iter()
        .filter(|entry| entry.matching_mode == MatchingMode::Strict);
    strict.all(|entry| host(&entry.url).as_ref() != Some(&wanted))
}

fn push(list: &mut Value, entry: Value) {
    if let Value::Array(entries) = list {
        entries.push(entry);
    }
}

fn of_source(refused: &Refused<'_>, source: &Source, application: Option<&Application>, offers: &mut Vec<Offer>) {
    let given = refused.given.unwrap_or_default();
    let described = source.discovery_url.is_some();
    let mut offer = |repair: Repair, target: Target, value: &str, changes: Map<String, Value>| {
        offers.push(Offer {
            repair,
            target,
            id: source.id.clone(),
            version: source.version,
            name: source.name.clone(),
            value: value.to_owned(),
            changes,
            caution: repair.warns(),
        });
    };
    let set = |field: &str, value: Value| patch(field, value);
    match refused.refusal {
        Refusal::UpstreamSourceDisabled | Refusal::ConnectionNotFound => {
            if !source.enabled {
                offer(
                    Repair::EnableSource,
                    Target::Source,
                    "",
                    set("enabled", Value::Bool(true)),
                );
            }
            if let (Some(application), Some(listed)) = (application, &source.applications)
                && refused.refusal == Refusal::ConnectionNotFound
                && !listed.contains(&application.id)
            {
                let mut all = json!(listed);
                push(&mut all, json!(application.id));
                let name = application.slug.as_str();
                offer(
                    Repair::AllowSourceForApplication,
                    Target::Source,
                    name,
                    set("applications", all),
                );
            }
        }
        Refusal::UpstreamIssuerWrong => {
            if described {
                offer(Repair::TakeOverEndpoints, Target::SourceDescription, "", Map::new());
            }
            if url::Url::parse(given).is_ok_and(|url| matches!(url.scheme(), "https" | "http")) {
                offer(
                    Repair::TakeOverIssuer,
                    Target::Source,
                    given,
                    set("issuer", json!(given)),
                );
            }
        }
        refusal if described && needs_new_look(refusal) => {
            offer(Repair::TakeOverEndpoints, Target::SourceDescription, "", Map::new());
        }
        Refusal::UpstreamTokenRefused => {
            let other = match source.token_endpoint_auth_method {
                SourceAuthMethod::ClientSecretBasic => Some("client_secret_post"),
                SourceAuthMethod::ClientSecretPost => Some("client_secret_basic"),
                SourceAuthMethod::PrivateKeyJwt | SourceAuthMethod::None => None,
            };
            let about_us = given.starts_with("401") || given.contains("invalid_client");
            if let Some(other) = other.filter(|_| about_us) {
                let changes = set("token_endpoint_auth_method", json!(other));
                offer(Repair::SwitchSourceAuthentication, Target::Source, other, changes);
            }
            if described {
                offer(Repair::TakeOverEndpoints, Target::SourceDescription, "", Map::new());
            }
        }
        Refusal::UpstreamAlgorithmWrong => {
            let known = Algorithm::ASYMMETRIC.iter().any(|alg| alg.as_str() == given);
            let listed = &source.id_token_signing_algs;
            if known && !listed.is_empty() && listed.iter().all(|alg| alg != given) {
                let mut all = json!(listed);
                push(&mut all, json!(given));
                offer(
                    Repair::AllowAlgorithm,
                    Target::Source,
                    given,
                    set("id_token_signing_algs", all),
                );
            }
        }
        Refusal::UpstreamIdTokenMissing if source.scopes.iter().all(|scope| scope != "openid") => {
            let mut all = vec!["openid".to_owned()];
            all.extend(source.scopes.iter().cloned());
            offer(
                Repair::AskForOpenid,
                Target::Source,
                "openid",
                set("scopes", json!(all)),
            );
        }
        Refusal::UpstreamSignInDisabled if !source.allow_sign_in => {
            offer(
                Repair::AllowSignIn,
                Target::Source,
                "",
                set("allow_sign_in", Value::Bool(true)),
            );
        }
        Refusal::UpstreamAccountUnknown
            if !source.allow_sign_up || source.update_profile == UpdateProfile::NeverOnLogin =>
        {
            let mut changes = set("allow_sign_up", Value::Bool(true));
            if source.update_profile == UpdateProfile::NeverOnLogin {
                changes.insert("update_profile".to_owned(), json!("on_first_login"));
            }
            offer(Repair::AllowSignUp, Target::Source, "", changes);
        }
        Refusal::UpstreamEmailMissing
        | Refusal::UpstreamEmailTaken
        | Refusal::UpstreamEmailUnverified
        | Refusal::UpstreamUsernameTaken
        | Refusal::UpstreamUsernameMissing
            if source.user_matching_mode != UserMatchingMode::Identifier =>
        {
            let changes = set("user_matching_mode", json!("identifier"));
            offer(Repair::MatchByIdentifier, Target::Source, "identifier", changes);
        }
        Refusal::UpstreamSubaddress if source.block_email_subaddresses => {
            let changes = set("block_email_subaddresses", Value::Bool(false));
            offer(Repair::AllowSubaddresses, Target::Source, "", changes);
        }
        Refusal::UpstreamGroupDenied if source.group_matching_mode == GroupMatchingMode::NameDeny => {
            let changes = set("group_matching_mode", json!("name_link"));
            offer(Repair::JoinGroups, Target::Source, given, changes);
        }
        _ => {}
    }
}
