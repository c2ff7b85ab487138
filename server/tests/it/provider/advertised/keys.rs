//! Signatures, encryption and the keys behind them.

use protocol::jose::{Algorithm, ContentEncryption, JwkSet, KeyManagement, TypRule, Verification, typ, verify};
use serde_json::{Value, json};

use super::super::encryption::{encrypted, open};
use super::super::signatures::LONG_SECRET;
use super::super::support::{
    VERIFIER, application_with, code, json as body, set_secret, text, token_without_secret, tokens,
};
use super::Walk;
use crate::api::support::Api;

/// The header of a token.
fn header(token: &str) -> Value {
    use base64::Engine as _;
    let head = token.split('.').next().expect("a header");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(head)
        .expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Every key that is published verifies something, and none is private.
pub(super) async fn jwks(walk: &mut Walk<'_>) {
    let address = text(&walk.document, "jwks_uri");
    let path = address.strip_prefix("http://localhost:9000").expect("ours");
    let answer = walk.harness.client().get(path).await;
    let keys = JwkSet::parse(answer.body.as_bytes()).expect("keys").verifying_keys();
    let id_token = text(&tokens(walk.harness, &mut walk.browser, walk.slug).await, "id_token");
    let rules = Verification::new(&keys, &Algorithm::ASYMMETRIC, TypRule::OneOf(&[typ::JWT]));
    verify(&id_token, &rules).expect("a signature by a published key");
}

/// The ID token of an application that signs by this algorithm: with the active key, or with its client secret.
async fn signed_by(walk: &mut Walk<'_>, alg: Algorithm) -> String {
    let harness = walk.harness;
    let slug = format!("by-{}", alg.as_str().to_lowercase());
    let key = harness.app.snapshot().active(alg).map(|key| key.record.id.clone());
    assert_eq!(
        key.is_none(),
        alg.is_symmetric(),
        "{alg:?}: an active key, or the client secret"
    );
    let by_secret = key.is_none();
    let mut application = application_with(harness, &slug, |application| application.signing_key = key).await;
    if !by_secret {
        return text(&tokens(harness, &mut walk.browser, &slug).await, "id_token");
    }
    application.version += 1;
    set_secret(harness, &application, LONG_SECRET).await;
    application.version += 1;
    harness
        .change_application(&mut application, |application| {
            application.id_token_signed_response_alg = Some(alg);
        })
        .await;
    let code = code(&mut walk.browser, &slug, &[]).await;
    let redirect = format!("https://{slug}.example/cb");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &redirect),
        ("code_verifier", VERIFIER),
        ("client_secret", LONG_SECRET),
    ];
    text(&body(&token_without_secret(harness, &slug, &fields).await), "id_token")
}

/// An application signs by each algorithm that is named. The other ones can not be had.
pub(super) async fn signing(walk: &mut Walk<'_>) {
    let supported = walk.list("id_token_signing_alg_values_supported");
    let of_application = walk.document["issuer"] != "http://localhost:9000/";
    for alg in &supported {
        let id_token = if of_application {
            text(&tokens(walk.harness, &mut walk.browser, walk.slug).await, "id_token")
        } else {
            signed_by(walk, alg.parse().expect("a name")).await
        };
        assert_eq!(header(&id_token)["alg"], *alg.as_str());
    }
    if of_application {
        assert_eq!(supported.len(), 1, "it signs by one key");
    }
    let mut api = Api::new(walk.harness).await;
    for outside in ["none", "HS256", "HS512", "ES256K", "RS1", "rs256"] {
        assert_eq!(
            api.post("/keys", &json!({ "alg": outside })).await.wrong(),
            ["alg:invalid"],
            "{outside}"
        );
    }
}

/// Every way that is named encrypts tokens that the private half opens. The other ones can not be had.
pub(super) async fn encryption(walk: &mut Walk<'_>) {
    let mut api = Api::new(walk.harness).await;
    let algs = walk.list("id_token_encryption_alg_values_supported");
    let encs = walk.list("id_token_encryption_enc_values_supported");
    assert_eq!(
        (algs.len(), encs.len()),
        (KeyManagement::ALL.len(), ContentEncryption::ALL.len())
    );
    for (at, alg) in algs.iter().enumerate() {
        for (place, enc) in encs.iter().enumerate() {
            let slug = format!("encrypted-{at}-{place}");
            let way: KeyManagement = alg.parse().expect("a name");
            let key = encrypted(&mut api, walk.harness, &slug, way, enc).await;
            let tokens = tokens(walk.harness, &mut walk.browser, &slug).await;
            let id_token = text(&tokens, "id_token");
            let head = header(&id_token);
            assert_eq!((&head["alg"], &head["enc"]), (&json!(alg), &json!(enc)));
            let claims = open(walk.harness, &slug, &id_token, &key, typ::JWT).await;
            assert_eq!(claims["aud"], slug);
            let own = super::document(walk.harness, &format!("/application/o/{slug}")).await;
            assert_eq!(
                super::list(&own, "id_token_encryption_alg_values_supported"),
                [alg.as_str()]
            );
            assert_eq!(
                super::list(&own, "id_token_encryption_enc_values_supported"),
                [enc.as_str()]
            );
        }
    }
    for outside in [
        "RSA1_5",
        "RSA-OAEP",
        "dir",
        "A256KW",
        "ECDH-ES+A192KW",
        "PBES2-HS256+A128KW",
    ] {
        let wrong = api
            .post("/keys", &json!({ "use": "enc", "alg": outside }))
            .await
            .wrong();
        assert_eq!(wrong, ["alg:invalid"], "{outside}");
    }
    for outside in ["A192GCM", "A192CBC-HS384", "none", "a256gcm"] {
        let wrong = api
            .post("/keys", &json!({ "alg": "ECDH-ES", "enc": outside }))
            .await
            .wrong();
        assert_eq!(wrong, ["enc:invalid"], "{outside}");
    }
}
