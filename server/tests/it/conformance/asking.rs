//! Checks of what a request may say: types, nonce, display, languages, PKCE, and where an answer may go.

use axum::body::Body;
use http::{Method, Request, header};

use super::support::{Mode, Party};

/// A code verifier and its S256 challenge (RFC 7636, appendix B).
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A whole sign-in; everything that comes back is verified on the way.
pub(super) async fn server(party: &mut Party<'_>) {
    party.browser = party.fresh_browser();
    let tokens = party.sign_in(&[]).await;
    assert_eq!(tokens.from_front, party.has("id_token"));
}

pub(super) async fn response_type_missing(party: &mut Party<'_>) {
    let more = [("response_type", "")];
    let reply = party.ask(&more).await;
    assert_eq!(reply.error(), "invalid_request");
}

pub(super) async fn without_nonce_succeeds(party: &mut Party<'_>) {
    let tokens = party.sign_in(&[("nonce", "")]).await;
    assert!(!tokens.claims.contains_key("nonce"));
}

pub(super) async fn without_nonce_fails(party: &mut Party<'_>) {
    let reply = party.ask(&[("nonce", "")]).await;
    assert_eq!(reply.error(), "invalid_request");
    assert!(reply.get("id_token").is_none() && reply.get("access_token").is_none());
}

/// Scopes and parameters in another order, and the scheme of the bearer token in lower case.
pub(super) async fn alternate_happy_flow(party: &mut Party<'_>) {
    let mut pairs: Vec<(String, String)> = party
        .parameters(&[("scope", "email openid")])
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    pairs.reverse();
    let turned: Vec<&str> = party.response_type.rsplit(' ').collect();
    let turned = turned.join(" ");
    for (name, value) in &mut pairs {
        if name == "response_type" {
            value.clone_from(&turned);
        }
    }
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = party.browser.visit(&super::support::address_of(&pairs)).await;
    let reply = party.finish(answer, &[]).await;
    let tokens = party.tokens(&reply, &[]).await;
    if let Some(token) = &tokens.access_token {
        assert_eq!(party.userinfo(Method::GET, "bearer", token).await.status, 200);
    }
}

pub(super) async fn display_page(party: &mut Party<'_>) {
    party.browser = party.fresh_browser();
    party.sign_in(&[("display", "page")]).await;
}

pub(super) async fn display_popup(party: &mut Party<'_>) {
    party.browser = party.fresh_browser();
    party.sign_in(&[("display", "popup")]).await;
}

pub(super) async fn unknown_parameter(party: &mut Party<'_>) {
    party.sign_in(&[("extra", "foobar"), ("another[]", "")]).await;
}

pub(super) async fn login_hint(party: &mut Party<'_>) {
    party.browser = party.fresh_browser();
    let more = [("login_hint", "ada@example.com")];
    let page = party.open(&more).await;
    assert_eq!(page.form("login-form").value("username"), Some("ada@example.com"));
    let reply = party.finish(page, &more).await;
    party.tokens(&reply, &more).await;
}

pub(super) async fn ui_locales(party: &mut Party<'_>) {
    for (wished, spoken) in [("se", "lang=\"en\""), ("de-CH se", "lang=\"de\"")] {
        party.browser = party.fresh_browser();
        let more = [("ui_locales", wished)];
        let page = party.open(&more).await;
        assert!(page.body.contains(spoken), "{wished}");
        let reply = party.finish(page, &more).await;
        party.tokens(&reply, &more).await;
    }
}

pub(super) async fn claims_locales(party: &mut Party<'_>) {
    party.sign_in(&[("claims_locales", "se")]).await;
}

/// An address that is not registered: a page, and nothing leaves.
pub(super) async fn registered_redirect_uri(party: &mut Party<'_>) {
    let answer = party.open(&[("redirect_uri", "https://rp.example/cb/other")]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
    assert_eq!(answer.error_code().as_deref(), Some("redirect_uri_mismatch"));
    assert!(!answer.has("form#form-post"));
}

pub(super) async fn post_request(party: &mut Party<'_>) {
    let pairs = party.parameters(&[]);
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let request = Request::builder()
        .method(Method::POST)
        .uri("/application/o/authorize/")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body))
        .expect("a request");
    let answer = party.browser.send(request).await;
    let answer = party.browser.follow(answer).await;
    let reply = party.finish(answer, &[]).await;
    party.tokens(&reply, &[]).await;
}

pub(super) async fn valid_pkce(party: &mut Party<'_>) {
    let more = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    party.sign_in(&more).await;
    // It is looked at: without the verifier the next code is worth nothing.
    let reply = party.ask(&more).await;
    let code = reply.get("code").expect("a code").to_owned();
    let answer = party
        .token_request(&super::support::redemption(&code, None), true, "rp")
        .await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("invalid_grant"), "{}", answer.body);
}

/// A refusal by a form comes as one, too.
pub(super) async fn errors_travel_like_answers(party: &mut Party<'_>) {
    assert_eq!(party.mode, Mode::FormPost);
    let reply = party.ask(&[("max_age", "soon")]).await;
    assert_eq!(reply.error(), "invalid_request");
    assert!(reply.get("error_description").is_some());
}
