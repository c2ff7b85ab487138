//! The Basic plan: 38 checks with `response_type=code`.

use super::support::{Mode, Table, run, table};
use super::{asking, claims, objects, person, redeeming};
use crate::harness::{Harness, on_both};

/// The checks of the plan in its order.
pub(super) const CHECKS: Table = table! {
    "server": asking::server,
    "response-type-missing": asking::response_type_missing,
    "idtoken-signature": person::idtoken_signature,
    "idtoken-unsigned": person::idtoken_unsigned,
    "userinfo-get": claims::userinfo_get,
    "userinfo-post-header": claims::userinfo_post_header,
    "userinfo-post-body": claims::userinfo_post_body,
    "ensure-request-without-nonce-succeeds-for-code-flow": asking::without_nonce_succeeds,
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
    "codereuse": redeeming::codereuse,
    "codereuse-30seconds": redeeming::codereuse_30seconds,
    "ensure-registered-redirect-uri": asking::registered_redirect_uri,
    "ensure-post-request-succeeds": asking::post_request,
    "server-client-secret-post": redeeming::client_secret_post,
    "request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": objects::request_uri_unsigned,
    "unsigned-request-object-supported-correctly-or-rejected-as-unsupported": objects::unsigned_request_object,
    "claims-essential": claims::claims_essential,
    "ensure-request-object-with-redirect-uri": objects::request_object_with_redirect_uri,
    "refresh-token": redeeming::refresh_token,
    "ensure-request-with-valid-pkce-succeeds": asking::valid_pkce,
};

on_both!(code);

async fn code(harness: &Harness) {
    run(harness, "basic", "code", Mode::Default, &[CHECKS]).await;
}

#[test]
fn the_plan_is_whole() {
    assert_eq!(CHECKS.len(), 38);
}
