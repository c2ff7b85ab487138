//! Checks of when the person is asked: `prompt`, `max_age`, hints, and what the tokens say of it.

use serde_json::Value;

use super::support::Party;

fn auth_time(tokens: &super::support::Tokens) -> i64 {
    tokens.claims["auth_time"].as_i64().expect("auth_time")
}

pub(super) async fn prompt_login(party: &mut Party<'_>) {
    let first = party.sign_in(&[]).await;
    party.harness.advance(2);
    let more = [("prompt", "login")];
    let page = party.open(&more).await;
    assert!(page.has("form#login-form"), "asked although there is a session");
    let reply = party.finish(page, &more).await;
    let second = party.tokens(&reply, &more).await;
    assert!(auth_time(&second) > auth_time(&first), "a new sign-in");
    assert_eq!(second.claims["sub"], first.claims["sub"]);
}

pub(super) async fn prompt_none_not_logged_in(party: &mut Party<'_>) {
    party.browser = party.fresh_browser();
    let reply = party.ask(&[("prompt", "none")]).await;
    assert_eq!(reply.error(), "login_required");
}

pub(super) async fn prompt_none_logged_in(party: &mut Party<'_>) {
    let first = party.sign_in(&[]).await;
    let more = [("prompt", "none")];
    let answer = party.open(&more).await;
    assert!(!answer.has("form#login-form"));
    let reply = party.read(&answer, &more);
    let second = party.tokens(&reply, &more).await;
    assert_eq!(
        (&first.claims["sub"], auth_time(&first)),
        (&second.claims["sub"], auth_time(&second))
    );
}

pub(super) async fn max_age_1(party: &mut Party<'_>) {
    let first = party.sign_in(&[]).await;
    party.harness.advance(2);
    let more = [("max_age", "1")];
    let page = party.open(&more).await;
    assert!(page.has("form#login-form"), "the sign-in is too old");
    let reply = party.finish(page, &more).await;
    let second = party.tokens(&reply, &more).await;
    assert!(auth_time(&second) > auth_time(&first));
    assert!(party.harness.now().seconds() - auth_time(&second) <= 1);
}

pub(super) async fn max_age_10000(party: &mut Party<'_>) {
    let first = party.sign_in(&[]).await;
    party.harness.advance(1);
    let more = [("max_age", "10000")];
    let answer = party.open(&more).await;
    let reply = party.read(&answer, &more);
    let second = party.tokens(&reply, &more).await;
    assert_eq!(auth_time(&first), auth_time(&second), "nobody was asked");
}

pub(super) async fn id_token_hint(party: &mut Party<'_>) {
    let first = party.sign_in(&[]).await;
    let more = [("prompt", "none"), ("id_token_hint", first.id_token.as_str())];
    let answer = party.open(&more).await;
    let reply = party.read(&answer, &more);
    let second = party.tokens(&reply, &more).await;
    assert_eq!(first.claims["sub"], second.claims["sub"]);
}

pub(super) async fn acr_values(party: &mut Party<'_>) {
    let tokens = party.sign_in(&[("acr_values", "1 2")]).await;
    assert!(tokens.claims["acr"].as_str().is_some_and(|acr| !acr.is_empty()));
}

/// What is signed is signed by RS256 with a published key, and nothing says `none`.
pub(super) async fn idtoken_signature(party: &mut Party<'_>) {
    let tokens = party.sign_in(&[]).await;
    let header = header_of(&tokens.id_token);
    assert_eq!(header["alg"], "RS256");
    let keys = party.harness.client().get("/application/o/rp/jwks/").await;
    let keys: Value = serde_json::from_str(&keys.body).expect("JSON");
    let kids: Vec<&Value> = keys["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| &key["kid"])
        .collect();
    assert!(kids.contains(&&header["kid"]), "{header} in {kids:?}");
}

/// `none` is not advertised, so the check of the suite skips itself; we show that it is not given either.
pub(super) async fn idtoken_unsigned(party: &mut Party<'_>) {
    let path = "/application/o/rp/.well-known/openid-configuration";
    let document: Value = serde_json::from_str(&party.harness.client().get(path).await.body).expect("JSON");
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        serde_json::json!(["RS256"])
    );
    let more = [("id_token_signed_response_alg", "none")];
    let tokens = party.sign_in(&more).await;
    assert_eq!(header_of(&tokens.id_token)["alg"], "RS256");
}

fn header_of(token: &str) -> Value {
    use base64::Engine as _;
    let first = token.split('.').next().expect("a header");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(first)
        .expect("base64url");
    serde_json::from_slice(&bytes).expect("JSON")
}
