//! The Hybrid plan: 37 different checks over its three response types.

use std::collections::BTreeSet;

use super::support::{Mode, Table, run, table};
use super::{asking, claims, objects, person, redeeming};
use crate::harness::{Harness, on_both};

/// The checks of every response type.
pub(super) const CHECKS: Table = table! {
    "server": asking::server,
    "idtoken-signature": person::idtoken_signature,
    "userinfo-get": claims::userinfo_get,
    "userinfo-post-header": claims::userinfo_post_header,
    "userinfo-post-body": claims::userinfo_post_body,
    "scope-profile": claims::scope_profile,
    "scope-email": claims::scope_email,
    "scope-address": claims::scope_address,
    "scope-phone": claims::scope_phone,
    "scope-all": claims::scope_all,
    "display-page": asking::display_page,
    "display-popup": asking::display_popup,
    "prompt-login": person::prompt_login,
    "prompt-none-not-logged-in": person::prompt_none_not_logged_in,
    "prompt-none-logged-in": person::prompt_none_logged_in,
    "max-age-1": person::max_age_1,
    "max-age-10000": person::max_age_10000,
    "ensure-request-with-unknown-parameter-succeeds": asking::unknown_parameter,
    "id-token-hint": person::id_token_hint,
    "login-hint": asking::login_hint,
    "ui-locales": asking::ui_locales,
    "claims-locales": asking::claims_locales,
    "ensure-request-with-acr-values-succeeds": person::acr_values,
    "codereuse": redeeming::codereuse,
    "codereuse-30seconds": redeeming::codereuse_30seconds,
    "ensure-registered-redirect-uri": asking::registered_redirect_uri,
    "server-client-secret-post": redeeming::client_secret_post,
    "request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": objects::request_uri_unsigned,
    "unsigned-request-object-supported-correctly-or-rejected-as-unsupported": objects::unsigned_request_object,
    "claims-essential": claims::claims_essential,
    "ensure-request-object-with-redirect-uri": objects::request_object_with_redirect_uri,
    "refresh-token": redeeming::refresh_token,
};

/// In the first pass only, that of `code id_token`.
pub(super) const FIRST_PASS: Table = table! {
    "response-type-missing": asking::response_type_missing,
    "alternate-happy-flow": asking::alternate_happy_flow,
    "ensure-request-with-valid-pkce-succeeds": asking::valid_pkce,
};

/// With an ID token from the front.
pub(super) const NONCE_NEEDED: Table = table! {
    "ensure-request-without-nonce-fails": asking::without_nonce_fails,
};

/// Without one.
pub(super) const NONCE_OPTIONAL: Table = table! {
    "ensure-request-without-nonce-succeeds-for-code-flow": asking::without_nonce_succeeds,
};

on_both!(code_id_token, code_token, code_id_token_token);

async fn code_id_token(harness: &Harness) {
    let tables = [CHECKS, FIRST_PASS, NONCE_NEEDED];
    run(harness, "hybrid", "code id_token", Mode::Default, &tables).await;
}

async fn code_token(harness: &Harness) {
    let tables = [CHECKS, NONCE_OPTIONAL];
    run(harness, "hybrid", "code token", Mode::Default, &tables).await;
}

async fn code_id_token_token(harness: &Harness) {
    let tables = [CHECKS, NONCE_NEEDED];
    run(harness, "hybrid", "code id_token token", Mode::Default, &tables).await;
}

#[test]
fn the_plan_is_whole() {
    let tables = [CHECKS, FIRST_PASS, NONCE_NEEDED, NONCE_OPTIONAL];
    let names: BTreeSet<&str> = tables.into_iter().flatten().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), 37);
}
