//! Encrypted tokens (RFC 7516; authentik sheet, sections 4.2.4 and 4.2.5): the application opens them with its private half and
//! finds the signed token inside; our endpoints take them as they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::client::AccessTokenFormat;
use protocol::jose::{Algorithm, DecryptionKey, JwkSet, KeyManagement, TypRule, Verification, decrypt, typ, verify};
use serde_json::{Map, Value, json};

use super::support::{
    SECRET, application_with, authorize_path, browser_of, is_active, json, refresh, refusal, text, tokens, userinfo,
};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

on_both!(
    every_algorithm_wraps_the_signed_tokens,
    our_endpoints_take_encrypted_tokens,
    an_opaque_token_stays_opaque,
    discovery_and_jwks_say_how,
    a_hint_is_taken_encrypted_when_we_can_open_it,
    a_rotated_pair_still_opens_older_hints,
);

/// The private half that the API showed.
pub(super) fn private(pem: &Value, kid: &Value, alg: KeyManagement) -> DecryptionKey {
    let body: String = pem
        .as_str()
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    DecryptionKey::from_pkcs8(kid.as_str(), alg, &STANDARD.decode(body).unwrap()).unwrap()
}

/// An application whose tokens are encrypted by a new pair, and the private half.
pub(super) async fn encrypted(
    api: &mut Api,
    harness: &Harness,
    slug: &str,
    alg: KeyManagement,
    enc: &str,
) -> DecryptionKey {
    let pair = api
        .post("/keys", &json!({"alg": alg.as_str(), "enc": enc}))
        .await
        .created();
    let id = pair["id"].as_str().unwrap().to_owned();
    application_with(harness, slug, |shop| shop.encryption_key = Some(id)).await;
    private(&pair["private_key"], &pair["kid"], alg)
}

/// Opens a token, and checks the signed one inside by the published keys.
pub(super) async fn open(
    harness: &Harness,
    slug: &str,
    token: &str,
    key: &DecryptionKey,
    typ: &str,
) -> Map<String, Value> {
    let opened = decrypt(token, std::slice::from_ref(key)).unwrap();
    assert_eq!(opened.cty.as_deref(), Some("JWT"));
    let inner = std::str::from_utf8(&opened.plaintext).unwrap();
    let jwks = harness.client().get(&format!("/application/o/{slug}/jwks/")).await;
    let keys = JwkSet::parse(jwks.body.as_bytes()).unwrap().verifying_keys();
    let types = [typ];
    let rules = Verification::new(&keys, &Algorithm::ASYMMETRIC, TypRule::OneOf(&types));
    verify(inner, &rules).unwrap().claims
}

async fn every_algorithm_wraps_the_signed_tokens(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    for (at, (alg, enc)) in [
        (KeyManagement::RsaOaep256, "A256CBC-HS512"),
        (KeyManagement::RsaOaep256, "A256GCM"),
        (KeyManagement::EcdhEs, "A256CBC-HS512"),
        (KeyManagement::EcdhEsA128Kw, "A128CBC-HS256"),
        (KeyManagement::EcdhEsA256Kw, "A128GCM"),
    ]
    .into_iter()
    .enumerate()
    {
        let slug = format!("shop{at}");
        let key = encrypted(&mut api, harness, &slug, alg, enc).await;
        let answer = tokens(harness, &mut browser, &slug).await;
        let (id_token, access_token) = (text(&answer, "id_token"), text(&answer, "access_token"));
        let claims = open(harness, &slug, &id_token, &key, typ::JWT).await;
        assert_eq!((&claims["aud"], &claims["nonce"]), (&json!(slug), &json!("the-nonce")));
        // The hash is that of the string that was handed out.
        assert_eq!(claims["at_hash"], Algorithm::ES256.hash_half(access_token.as_bytes()));
        let access = open(harness, &slug, &access_token, &key, typ::ACCESS_TOKEN).await;
        assert_eq!(access["sub"], claims["sub"]);
        for token in [&id_token, &access_token] {
            let header = token.split('.').next().unwrap();
            let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert_eq!(
                (&header["alg"], &header["enc"], &header["typ"], &header["kid"]),
                (&json!(alg.as_str()), &json!(enc), &json!("JWE"), &json!(key.kid()))
            );
        }
    }
}

async fn our_endpoints_take_encrypted_tokens(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let key = encrypted(&mut api, harness, "shop", KeyManagement::RsaOaep256, "A256CBC-HS512").await;
    let first = tokens(harness, &mut browser, "shop").await;
    let access_token = text(&first, "access_token");
    let about = json(&userinfo(harness, &access_token).await);
    assert_eq!(about["preferred_username"], "alice");
    assert!(is_active(harness, "shop", &access_token).await);
    // What is inside is not the token: only the whole string that was handed out counts.
    let opened = decrypt(&access_token, std::slice::from_ref(&key)).unwrap();
    let inner = std::str::from_utf8(&opened.plaintext).unwrap();
    assert_eq!(userinfo(harness, inner).await.status, 401);
    assert!(!is_active(harness, "shop", inner).await);
    let again = refresh(harness, "shop", &text(&first, "refresh_token")).await;
    let again = json(&again);
    open(harness, "shop", &text(&again, "id_token"), &key, typ::JWT).await;
    let fields = [
        ("client_id", "shop"),
        ("client_secret", SECRET),
        ("token", access_token.as_str()),
    ];
    let answer = harness.client().post("/application/o/revoke/", &fields).await;
    assert_eq!(answer.status, 200);
    assert!(!is_active(harness, "shop", &access_token).await);
    assert_eq!(userinfo(harness, &access_token).await.status, 401);
}

async fn an_opaque_token_stays_opaque(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let pair = api.post("/keys", &json!({"alg": "ECDH-ES"})).await.created();
    let key = private(&pair["private_key"], &pair["kid"], KeyManagement::EcdhEs);
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    application_with(harness, "shop", |shop| {
        shop.encryption_key = Some(pair["id"].as_str().unwrap().to_owned());
        shop.access_token_format = AccessTokenFormat::Opaque;
    })
    .await;
    let answer = tokens(harness, &mut browser, "shop").await;
    let access_token = text(&answer, "access_token");
    assert!(!access_token.contains('.'));
    let claims = open(harness, "shop", &text(&answer, "id_token"), &key, typ::JWT).await;
    assert_eq!(claims["at_hash"], Algorithm::ES256.hash_half(access_token.as_bytes()));
}

async fn discovery_and_jwks_say_how(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let key = encrypted(&mut api, harness, "shop", KeyManagement::RsaOaep256, "A256CBC-HS512").await;
    let mut client = harness.client();
    let metadata = json(&client.get("/application/o/shop/.well-known/openid-configuration").await);
    assert_eq!(
        metadata["id_token_encryption_alg_values_supported"],
        json!(["RSA-OAEP-256"])
    );
    assert_eq!(
        metadata["id_token_encryption_enc_values_supported"],
        json!(["A256CBC-HS512"])
    );
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["ES256"]));
    let set = json(&client.get("/application/o/shop/jwks/").await);
    let keys = set["keys"].as_array().unwrap();
    let uses: Vec<&Value> = keys.iter().map(|key| &key["use"]).collect();
    assert_eq!(uses, [&json!("sig"), &json!("enc")], "signing keys first");
    assert_eq!(
        (&keys[1]["kid"], &keys[1]["alg"], &keys[1]["enc"]),
        (&json!(key.kid()), &json!("RSA-OAEP-256"), &json!("A256CBC-HS512"))
    );
    for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        assert!(keys.iter().all(|key| key.get(private).is_none()), "{private}");
    }
    let installation = json(&client.get("/.well-known/openid-configuration").await);
    assert_eq!(
        installation["id_token_encryption_alg_values_supported"],
        json!(["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"])
    );
}

/// An authorization request with this hint: its redirect's `error` and refusal, or its code.
async fn authorize(browser: &mut Client, slug: &str, hint: &str) -> Option<String> {
    let path = authorize_path(slug, &[("id_token_hint", hint), ("prompt", "none")]);
    let answer = browser.get(&path).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    match answer.parameter("code") {
        Some(_) => None,
        None => Some(answer.parameter("error_description").unwrap()),
    }
}

async fn a_hint_is_taken_encrypted_when_we_can_open_it(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let key = encrypted(&mut api, harness, "shop", KeyManagement::EcdhEs, "A256GCM").await;
    let id_token = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    let opened = decrypt(&id_token, std::slice::from_ref(&key)).unwrap();
    let inner = std::str::from_utf8(&opened.plaintext).unwrap();
    for hint in [id_token.as_str(), inner] {
        assert_eq!(authorize(&mut browser, "shop", hint).await, None);
        // Without any other name of the application, the audience inside tells which one it is.
        let page = browser
            .get(&format!("/application/o/end-session/?id_token_hint={hint}&state=x"))
            .await;
        assert_ne!(page.error_code().as_deref(), Some("logout_hint_invalid"));
        browser = browser_of(harness, &user).await;
        tokens(harness, &mut browser, "shop").await;
    }
    // A pair of the application's own: we have not the private half, and say so.
    let jwk = json!({"kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"});
    let own = api.post("/keys", &json!({"public_jwk": jwk})).await.created();
    let id = own["id"].as_str().unwrap().to_owned();
    application_with(harness, "mail", |mail| mail.encryption_key = Some(id)).await;
    let id_token = text(&tokens(harness, &mut browser, "mail").await, "id_token");
    let said = authorize(&mut browser, "mail", &id_token).await.unwrap();
    assert!(said.contains("encrypted with a key of the application"), "{said}");
    for path in ["/application/o/mail/end-session/", "/application/o/end-session/"] {
        let page = browser.get(&format!("{path}?id_token_hint={id_token}")).await;
        assert_eq!(page.error_code().as_deref(), Some("id_token_hint_encrypted"), "{path}");
    }
    // What only looks encrypted is refused like any other wrong hint.
    let page = browser
        .get("/application/o/mail/end-session/?id_token_hint=a.b.c.d.e")
        .await;
    assert_eq!(page.error_code().as_deref(), Some("logout_hint_invalid"));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", id_token.as_str())];
    let answer = super::support::token(harness, "mail", &fields).await;
    assert_eq!(
        refusal(&answer).1,
        "invalid_grant",
        "an encrypted ID token is no refresh token"
    );
}

async fn a_rotated_pair_still_opens_older_hints(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    encrypted(&mut api, harness, "shop", KeyManagement::RsaOaep256, "A256GCM").await;
    let old = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    let new = api.post("/keys/rotate", &json!({"alg": "RSA-OAEP-256"})).await.found();
    assert_eq!(authorize(&mut browser, "shop", &old).await, None);
    let key = private(&new["private_key"], &new["kid"], KeyManagement::RsaOaep256);
    let id_token = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    open(harness, "shop", &id_token, &key, typ::JWT).await;
    assert!(decrypt(&old, &[key]).is_err());
}
