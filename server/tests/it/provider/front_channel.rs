//! Tokens from the authorization endpoint in use: they live and die like others, and hang under the grant of their
//! answer (the sheet, section 3.7; OpenID Connect Core, sections 3.2 and 3.3).

use protocol::client::{AccessTokenFormat, Application, GrantType};

use super::support::{
    SECRET, application_with, authorize_path, browser_of, claims, is_active, json, redeem, refresh, refusal, text,
    userinfo,
};
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    the_parameters_stand_in_the_fragment_in_their_order,
    an_access_token_from_the_front_works_like_any_other,
    it_dies_with_the_browser_session,
    it_dies_by_revocation_alone,
    a_reused_code_takes_it_along,
    both_id_tokens_of_a_hybrid_answer_agree,
    a_code_of_a_withdrawn_flow_is_refused,
    an_application_that_may_only_use_hybrid_redeems_its_codes,
    a_disabled_user_loses_it,
    lives_are_those_of_the_application,
    opaque_tokens_come_by_the_front_as_well,
    each_flow_needs_its_entry_in_grant_types,
    a_query_never_carries_a_token,
);

fn all_flows(application: &mut Application) {
    application.grant_types = vec![
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::Hybrid,
        GrantType::RefreshToken,
    ];
}

async fn signed_in(harness: &Harness) -> Client {
    let user = harness.user("ada").await;
    browser_of(harness, &user).await
}

/// The parameters behind `#`.
fn fragment(answer: &Answer) -> Vec<(String, String)> {
    let location = answer
        .location()
        .unwrap_or_else(|| panic!("no redirect: {}", answer.body));
    let (address, fragment) = location
        .split_once('#')
        .unwrap_or_else(|| panic!("no fragment: {location}"));
    assert!(!address.contains('?'), "{address}");
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

async fn ask(browser: &mut Client, slug: &str, response_type: &str) -> Vec<(String, String)> {
    let answer = browser
        .get(&authorize_path(slug, &[("response_type", response_type)]))
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    fragment(&answer)
}

fn value<'a>(parameters: &'a [(String, String)], name: &str) -> &'a str {
    let found = parameters.iter().find(|(known, _)| known == name);
    found.map_or_else(|| panic!("no {name} in {parameters:?}"), |(_, value)| value.as_str())
}

/// Section 2.2.10 of the sheet, with `scope` of RFC 6749 and `iss` of RFC 9207.
async fn the_parameters_stand_in_the_fragment_in_their_order(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    for (response_type, expected) in [
        ("id_token", "id_token token_type expires_in state iss"),
        (
            "id_token token",
            "access_token id_token token_type expires_in scope state iss",
        ),
        ("code token", "access_token code token_type expires_in scope state iss"),
        ("code id_token", "id_token code token_type expires_in state iss"),
        (
            "code id_token token",
            "access_token id_token code token_type expires_in scope state iss",
        ),
        (
            "token id_token",
            "access_token id_token token_type expires_in scope state iss",
        ),
    ] {
        let parameters = ask(&mut browser, "shop", response_type).await;
        let names: Vec<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.join(" "), expected, "{response_type}");
        assert_eq!(value(&parameters, "state"), "the state & more");
        assert_eq!(
            (value(&parameters, "token_type"), value(&parameters, "expires_in")),
            ("Bearer", "3600")
        );
    }
    // Row 15 of the sheet: a code goes into the fragment when that is asked.
    let more = [("response_mode", "fragment")];
    let answer = browser.get(&authorize_path("shop", &more)).await;
    let names: Vec<String> = fragment(&answer).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["code", "state", "iss"]);
}

async fn an_access_token_from_the_front_works_like_any_other(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    for response_type in ["id_token token", "code token", "code id_token token"] {
        let parameters = ask(&mut browser, "shop", response_type).await;
        let token = value(&parameters, "access_token");
        let info = userinfo(harness, token).await;
        assert_eq!(info.status, 200, "{response_type}");
        assert_eq!(json(&info)["email"], "ada@example.com");
        assert_eq!(json(&info)["sub"], claims(token)["sub"]);
        let fields = [("client_id", "shop"), ("client_secret", SECRET), ("token", token)];
        let found = json(&harness.client().post("/application/o/introspect/", &fields).await);
        assert_eq!((&found["active"], &found["client_id"]), (&true.into(), &"shop".into()));
        assert_eq!(found["scope"], value(&parameters, "scope"));
        assert!(found["sid"].is_string(), "it hangs on the browser session");
    }
}

async fn it_dies_with_the_browser_session(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let implicit = ask(&mut browser, "shop", "id_token token").await;
    let hybrid = ask(&mut browser, "shop", "code id_token token").await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout-form")).await;
    for parameters in [&implicit, &hybrid] {
        let token = value(parameters, "access_token");
        assert_eq!(userinfo(harness, token).await.status, 401);
        assert!(!is_active(harness, "shop", token).await);
    }
}

async fn it_dies_by_revocation_alone(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let first = ask(&mut browser, "shop", "code token").await;
    let other = ask(&mut browser, "shop", "id_token token").await;
    let token = value(&first, "access_token");
    let fields = [("client_id", "shop"), ("client_secret", SECRET), ("token", token)];
    assert_eq!(
        harness.client().post("/application/o/revoke/", &fields).await.status,
        200
    );
    assert!(!is_active(harness, "shop", token).await);
    assert!(
        is_active(harness, "shop", value(&other, "access_token")).await,
        "another answer, another grant"
    );
}

async fn a_reused_code_takes_it_along(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let parameters = ask(&mut browser, "shop", "code id_token token").await;
    let front = value(&parameters, "access_token");
    let first = json(&redeem(harness, "shop", value(&parameters, "code")).await);
    assert!(is_active(harness, "shop", front).await);
    let again = redeem(harness, "shop", value(&parameters, "code")).await;
    assert_eq!(refusal(&again), (400, "invalid_grant".into(), "code_reused".into()));
    for token in [front.to_owned(), text(&first, "access_token")] {
        assert!(!is_active(harness, "shop", &token).await);
    }
    assert_eq!(harness.events("suspicious_request").await.len(), 1);
}

async fn both_id_tokens_of_a_hybrid_answer_agree(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    for response_type in ["code id_token", "code id_token token"] {
        let parameters = ask(&mut browser, "shop", response_type).await;
        let body = json(&redeem(harness, "shop", value(&parameters, "code")).await);
        let (front, back) = (claims(value(&parameters, "id_token")), claims(&text(&body, "id_token")));
        for name in ["iss", "sub", "aud", "nonce", "auth_time", "sid", "acr"] {
            assert_eq!(front[name], back[name], "{name}");
            assert!(!front[name].is_null(), "{name}");
        }
        assert!(front["c_hash"].is_string() && back["c_hash"].is_null() && back["at_hash"].is_string());
        let renewed = json(&refresh(harness, "shop", &text(&body, "refresh_token")).await);
        assert_eq!(claims(&text(&renewed, "id_token"))["sub"], front["sub"]);
    }
    let mut kinds: Vec<String> = harness
        .events("authorize_application")
        .await
        .iter()
        .map(|event| text(&event.detail, "response_type"))
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["code id_token", "code id_token token"]);
}

async fn a_code_of_a_withdrawn_flow_is_refused(harness: &Harness) {
    let mut shop = application_with(harness, "shop", all_flows).await;
    shop.version += 1; // Its secret was set.
    let mut browser = signed_in(harness).await;
    let parameters = ask(&mut browser, "shop", "code id_token").await;
    harness
        .change_application(&mut shop, |shop| shop.grant_types = vec![GrantType::AuthorizationCode])
        .await;
    let answer = redeem(harness, "shop", value(&parameters, "code")).await;
    assert_eq!(
        refusal(&answer),
        (400, "unauthorized_client".into(), "grant_type_not_allowed".into())
    );
}

async fn an_application_that_may_only_use_hybrid_redeems_its_codes(harness: &Harness) {
    application_with(harness, "shop", |shop| shop.grant_types = vec![GrantType::Hybrid]).await;
    let mut browser = signed_in(harness).await;
    let parameters = ask(&mut browser, "shop", "code id_token").await;
    let answer = redeem(harness, "shop", value(&parameters, "code")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(
        json(&answer).get("refresh_token"),
        None,
        "refresh_token is not among its grants"
    );
    application_with(harness, "page", |page| page.grant_types = vec![GrantType::Implicit]).await;
    let answer = redeem(harness, "page", "anything").await;
    assert_eq!(refusal(&answer).2, "grant_type_not_allowed");
    for grant in ["implicit", "hybrid"] {
        let answer = super::support::token(harness, "shop", &[("grant_type", grant)]).await;
        assert_eq!(
            refusal(&answer).1,
            "unsupported_grant_type",
            "these are no grants of the token endpoint"
        );
    }
}

async fn a_disabled_user_loses_it(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut user = harness.user("ada").await;
    let mut browser = browser_of(harness, &user).await;
    let parameters = ask(&mut browser, "shop", "id_token token").await;
    harness.change_user(&mut user, |user| user.is_active = false).await;
    assert_eq!(userinfo(harness, value(&parameters, "access_token")).await.status, 401);
    let more = [("response_type", "id_token token"), ("prompt", "none")];
    let answer = browser.get(&authorize_path("shop", &more)).await;
    assert_eq!(value(&fragment(&answer), "error"), "login_required");
}

/// Rows 12 and 13 of the sheet.
async fn lives_are_those_of_the_application(harness: &Harness) {
    use protocol::duration::Span;
    application_with(harness, "shop", |shop| {
        all_flows(shop);
        shop.access_code_validity = Span::from_secs(20);
        shop.access_token_validity = Span::from_secs(90);
    })
    .await;
    let mut browser = signed_in(harness).await;
    let parameters = ask(&mut browser, "shop", "code id_token token").await;
    assert_eq!(value(&parameters, "expires_in"), "90");
    let now = harness.now().seconds();
    assert_eq!(claims(value(&parameters, "id_token"))["exp"], now + 90);
    let token = value(&parameters, "access_token");
    harness.advance(20);
    let late = redeem(harness, "shop", value(&parameters, "code")).await;
    assert_eq!(refusal(&late).2, "code_expired");
    harness.advance(69);
    assert!(is_active(harness, "shop", token).await);
    harness.advance(1);
    assert!(!is_active(harness, "shop", token).await);
}

async fn opaque_tokens_come_by_the_front_as_well(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        all_flows(shop);
        shop.access_token_format = AccessTokenFormat::Opaque;
    })
    .await;
    let mut browser = signed_in(harness).await;
    let parameters = ask(&mut browser, "shop", "id_token token").await;
    let token = value(&parameters, "access_token");
    assert!(!token.contains('.'));
    assert_eq!(userinfo(harness, token).await.status, 200);
}

async fn each_flow_needs_its_entry_in_grant_types(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.grant_types = vec![GrantType::AuthorizationCode];
    })
    .await;
    let mut browser = signed_in(harness).await;
    for response_type in [
        "id_token",
        "id_token token",
        "code token",
        "code id_token",
        "code id_token token",
    ] {
        let parameters = ask(&mut browser, "shop", response_type).await;
        assert_eq!(value(&parameters, "error"), "unauthorized_client", "{response_type}");
        assert_eq!(value(&parameters, "state"), "the state & more");
    }
}

/// Section 2.2.6 of the sheet: never in a query, and the refusal not there either.
async fn a_query_never_carries_a_token(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    for response_type in ["id_token", "id_token token", "code token", "code id_token", "token"] {
        let more = [("response_type", response_type), ("response_mode", "query")];
        let answer = browser.get(&authorize_path("shop", &more)).await;
        assert_eq!(value(&fragment(&answer), "error"), "invalid_request", "{response_type}");
    }
}
