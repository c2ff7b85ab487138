//! The authorization request to a source (RFC 6749, section 4.1.1; OpenID Connect Core, section 3.1.2.1).
//!
//! The order is `response_type`, `client_id`, `redirect_uri`, `scope`, `state`, then `nonce` and the code challenge, then
//! everything that the vendor, the administrator and the request add. What is added never takes the place of a standard
//! parameter.

use super::call::append_query;
use super::flow::{Secrets, Start, challenge};
use super::source::{Pkce, Source};
use super::vendors::{self, Vendor};

/// Parameters that belong to the protocol: no setting and no request sets them.
const PROTECTED: [&str; 13] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "client_secret",
    "code_verifier",
    // A request object would set all of them (RFC 9101, section 6.3).
    "request",
    "request_uri",
    "registration",
];

/// Parameters of an application's request that are never handed on: they are secrets, or bind that request.
const NEVER_SOURCES: [&str; 5] = [
    "state",
    "redirect_uri",
    "code_challenge",
    "client_secret",
    "client_assertion",
];

/// The whole address.
pub(super) fn build(
    source: &Source,
    vendor: Option<&Vendor>,
    endpoint: &str,
    start: &Start<'_>,
    secrets: &Secrets,
    method: Pkce,
) -> String {
    let names = vendor.map(|vendor| vendor.parameters).unwrap_or_default();
    let mut pairs: Vec<(String, String)> = Vec::with_capacity(12);
    let mut add = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    add("response_type", "code");
    add(names.client_id, vendors::client_id(source));
    add("redirect_uri", start.redirect_uri);
    let separator = if start.connection_scope.is_empty() {
        ' '
    } else {
        start.scope_separator
    };
    let scope = secrets.scopes.join(&separator.to_string());
    if !scope.is_empty() {
        add(names.scope, &scope);
    }
    add("state", start.state);
    if let Some(nonce) = &secrets.nonce {
        add("nonce", nonce);
    }
    let verifier = secrets.code_verifier.as_deref().unwrap_or_default();
    if let Some((challenge, name)) = challenge(method, verifier).filter(|_| !verifier.is_empty()) {
        add("code_challenge", &challenge);
        add("code_challenge_method", name);
    }
    pairs.extend(extras(source, vendor, start));
    let mut url = append_query(&vendors::address(source, endpoint), &pairs);
    if let Some(fragment) = names.fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}

/// What is added to the standard parameters, each name once; what is said later wins.
pub(super) fn extras(source: &Source, vendor: Option<&Vendor>, start: &Start<'_>) -> Vec<(String, String)> {
    let mut extras: Vec<(String, String)> = Vec::new();
    let mut set = |name: &str, value: &str| {
        let is_protected = vendor.is_some_and(|vendor| {
            let names = vendor.parameters;
            name == names.client_id || name == names.scope
        });
        if is_protected || PROTECTED.contains(&name) || name.is_empty() {
            return;
        }
        match extras.iter_mut().find(|(of, _)| of == name) {
            Some((_, standing)) => value.clone_into(standing),
            None => extras.push((name.to_owned(), value.to_owned())),
        }
    };
    for (name, value) in vendor.map_or(&[][..], |vendor| vendor.authorization_params) {
        set(name, value);
    }
    if let Some(hint) = start.login_hint.filter(|hint| !hint.is_empty()) {
        set("login_hint", hint);
    }
    // A visitor chooses these values, so an administrator's own stand above them.
    for name in &source.forward_query_parameters {
        if let Some(value) = start.query.get(name) {
            set(name, value);
        }
    }
    for (name, value) in &source.authorization_params {
        set(name, value);
    }
    for (name, from) in &source.authorization_params_map {
        let value = start
            .request
            .get(from)
            .filter(|_| !NEVER_SOURCES.contains(&from.as_str()));
        if let Some(value) = value {
            set(name, value);
        }
    }
    extras
}
