//! The Implicit plan: 27 checks with each of its two response types, and four more where there is an access token.

use super::support::{Mode, Table, run, table};
use super::{asking, claims, objects, person};
use crate::harness::{Harness, on_both};

/// The checks of both response types.
pub(super) const CHECKS: Table = table! {
    "server": asking::server,
    "idtoken-signature": person::idtoken_signature,
    "ensure-request-without-nonce-fails": asking::without_nonce_fails,
    "scope-profile": claims::scope_profile,
    "scope-email": claims::scope_email,
    "scope-address": claims::scope_address,
    "scope-phone": claims::scope_phone,
    "scope-all": claims::scope_all,
    "alternate-happy-flow": asking::alternate_happy_flow,
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
    "ensure-registered-redirect-uri": asking::registered_redirect_uri,
    "request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": objects::request_uri_unsigned,
    "unsigned-request-object-supported-correctly-or-rejected-as-unsupported": objects::unsigned_request_object,
    "ensure-request-object-with-redirect-uri": objects::request_object_with_redirect_uri,
    "claims-essential": claims::claims_essential,
};

/// Once more with `id_token token`.
pub(super) const WITH_ACCESS_TOKEN: Table = table! {
    "userinfo-get": claims::userinfo_get,
    "userinfo-post-header": claims::userinfo_post_header,
    "userinfo-post-body": claims::userinfo_post_body,
    "response-type-missing": asking::response_type_missing,
};

on_both!(id_token, id_token_token);

async fn id_token(harness: &Harness) {
    run(harness, "implicit", "id_token", Mode::Default, &[CHECKS]).await;
}

async fn id_token_token(harness: &Harness) {
    let tables = [CHECKS, WITH_ACCESS_TOKEN];
    run(harness, "implicit", "id_token token", Mode::Default, &tables).await;
}

#[test]
fn the_plan_is_whole() {
    assert_eq!((CHECKS.len(), WITH_ACCESS_TOKEN.len()), (27, 4));
}
