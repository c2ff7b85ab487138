//! Checks of the token endpoint: reuse of codes, the two ways to authenticate, refresh tokens.

use http::Method;
use serde_json::Value;

use super::support::{Party, redemption};

async fn fresh_code(party: &mut Party<'_>) -> String {
    let reply = party.ask(&[]).await;
    reply.get("code").expect("a code").to_owned()
}

async fn reuse_after(party: &mut Party<'_>, seconds: u64) {
    let reply = party.ask(&[]).await;
    let code = reply.get("code").expect("a code");
    let first = party.redeem(code, &[]).await;
    party.harness.advance(seconds);
    let again = party.token_request(&redemption(code, None), true, "rp").await;
    assert_eq!(again.status, 400);
    let body: Value = serde_json::from_str(&again.body).expect("JSON");
    assert_eq!(body["error"], "invalid_grant");
    // Everything that the code gave is dead, and so is what came beside it.
    let mut tokens = vec![first["access_token"].as_str().expect("a token")];
    tokens.extend(reply.get("access_token"));
    for token in tokens {
        assert_eq!(party.userinfo(Method::GET, "Bearer", token).await.status, 401);
    }
}

pub(super) async fn codereuse(party: &mut Party<'_>) {
    reuse_after(party, 0).await;
}

pub(super) async fn codereuse_30seconds(party: &mut Party<'_>) {
    reuse_after(party, 30).await;
}

pub(super) async fn client_secret_post(party: &mut Party<'_>) {
    let code = fresh_code(party).await;
    let answer = party.token_request(&redemption(&code, None), false, "rp").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

pub(super) async fn refresh_token(party: &mut Party<'_>) {
    let more = [("scope", "openid offline_access"), ("prompt", "consent")];
    let mut page = party.open(&more).await;
    if page.has("form#login-form") {
        page = party.enter(&page).await;
    }
    let form = page.form("consent-form").with("decision", "allow");
    let answer = party.browser.submit(&form).await;
    let answer = party.browser.follow(answer).await;
    let reply = party.read(&answer, &more);
    let tokens = party.tokens(&reply, &more).await;
    let refresh = tokens.refresh_token.expect("a refresh token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    let foreign = party.token_request(&fields, true, "rp2").await;
    let body: Value = serde_json::from_str(&foreign.body).expect("JSON");
    assert_eq!(
        (foreign.status.as_u16(), &body["error"]),
        (400, &"invalid_grant".into())
    );

    party.harness.advance(1);
    let renewed = party.token_request(&fields, true, "rp").await;
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    let body: Value = serde_json::from_str(&renewed.body).expect("JSON");
    let id_token = party.verify(body["id_token"].as_str().expect("an ID token"), "").await;
    for name in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(id_token[name], tokens.claims[name], "{name}");
    }
    assert!(id_token["iat"].as_i64() > tokens.claims["iat"].as_i64());
    let access = body["access_token"].as_str().expect("a token");
    assert_eq!(party.userinfo(Method::GET, "Bearer", access).await.status, 200);
}
