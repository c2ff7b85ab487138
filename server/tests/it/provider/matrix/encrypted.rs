//! Hostile JOSE inside of encryption, and around it (security sheet, item 18; CVE-2026-9793): hints that are encrypted to
//! a pair whose private half we hold.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::client::Application;
use protocol::jose::{Algorithm, KeyManagement, typ};
use serde_json::{Value, json};

use super::super::encryption::{open, private};
use super::super::support::{application_with, authorize_path, browser_of, json as body_of, text, tokens};
use super::corpus::{encode, ours, stranger};
use super::ways::{WAYS, Way, parameter, ready, verdict};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(encrypted_hints_that_are_hostile, every_way_gives_encrypted_tokens);

/// Everybody can encrypt to the public half: what is inside is judged as if it had come as it is.
async fn encrypted_hints_that_are_hostile(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    for (alg, enc) in [("RSA-OAEP-256", "A256CBC-HS512"), ("ECDH-ES", "A256GCM")] {
        let pair = api.post("/keys", &json!({"alg": alg, "enc": enc})).await.created();
        let id = text(&pair, "id");
        let slug = format!("shop-{}", alg.to_ascii_lowercase());
        application_with(harness, &slug, |shop: &mut Application| {
            shop.encryption_key = Some(id.clone());
        })
        .await;
        let mut browser = browser_of(harness, &alice).await;
        let good = text(&tokens(harness, &mut browser, &slug).await, "id_token");
        let snapshot = harness.app.snapshot();
        let public = &snapshot.encrypting_key(&id).expect("the pair").key;
        let seal = |inner: &[u8]| public.encrypt(&harness.app.entropy, Some("JWT"), inner).unwrap();
        let with = |name: &str, value: Value| {
            let (head, rest) = good.split_once('.').unwrap();
            let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
            header[name] = value;
            format!("{}.{rest}", encode(header.to_string()))
        };
        let key = ours(harness);
        let mut body = json!({"iss": "x", "sub": "x", "aud": slug, "azp": slug});
        body["iss"] = json!(format!("http://localhost:9000/application/o/{slug}/"));
        let signed = key.sign(Some("JWT"), &body).unwrap();
        let parts: Vec<&str> = signed.split('.').collect();
        let none = format!("{}.{}.", encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
        let deflated = [0x4b_u8, 0x4c, 0x04, 0x02].repeat(1500);
        let mut flipped = good.clone();
        let cut = flipped.len() - 8;
        let other = if &flipped[cut..=cut] == "A" { "B" } else { "A" };
        flipped.replace_range(cut..=cut, other);
        for (name, hint) in [
            ("zip", with("zip", json!("DEF"))),
            ("zip of another kind", with("zip", json!("GZIP"))),
            ("crit", with("crit", json!(["exp"]))),
            ("crit b64", with("crit", json!(["b64"]))),
            ("enc is none", with("enc", json!("none"))),
            ("alg dir", with("alg", json!("dir"))),
            ("alg none", with("alg", json!("none"))),
            ("alg RSA1_5", with("alg", json!("RSA1_5"))),
            ("a number of rounds", with("p2c", json!(i64::MAX))),
            ("huge header", with("x", json!("x".repeat(8 * 1024)))),
            ("a changed tag", flipped),
            ("compressed without saying so", seal(&deflated)),
            ("unsecured inside", seal(none.as_bytes())),
            ("a stranger's signature inside", {
                seal(
                    stranger(Algorithm::ES256, key.kid())
                        .sign(Some("JWT"), &body)
                        .unwrap()
                        .as_bytes(),
                )
            }),
            (
                "an access token inside",
                seal(key.sign(Some("at+jwt"), &body).unwrap().as_bytes()),
            ),
            ("encrypted twice", seal(seal(signed.as_bytes()).as_bytes())),
            ("claims without a signature inside", seal(body.to_string().as_bytes())),
            ("nothing inside", seal(b"")),
            ("no text inside", seal(&[0xff; 40])),
        ] {
            let path = authorize_path(&slug, &[("id_token_hint", &hint), ("prompt", "none")]);
            assert_eq!(
                verdict(&browser.get(&path).await),
                "303 invalid_request",
                "{alg} {name}"
            );
            let path = format!("/application/o/{slug}/end-session/");
            let page = harness.client().post(&path, &[("id_token_hint", &hint)]).await;
            let came = verdict(&page);
            assert!(came.starts_with("page 400 "), "{alg} {name}: {came}");
        }
        for hint in [&good, &seal(signed.as_bytes())] {
            let path = format!("/application/o/{slug}/end-session/");
            let page = harness.client().post(&path, &[("id_token_hint", hint)]).await;
            assert_eq!(verdict(&page), "303 ok", "{alg}");
        }
    }
}

/// With an encryption key nothing that an application gets is a token that was signed only.
async fn every_way_gives_encrypted_tokens(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = Api::new(harness).await;
    let made = json!({"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512"});
    let pair = api.post("/keys", &made).await.created();
    let key = private(&pair["private_key"], &pair["kid"], KeyManagement::RsaOaep256);
    let id = text(&pair, "id");
    harness
        .change_application(&mut ready.shop, |shop| shop.encryption_key = Some(id))
        .await;
    for way in WAYS {
        let answer = ready.take(harness, way, &[]).await;
        let given = |name: &str| match answer.location() {
            Some(_) => parameter(&answer, name),
            None => body_of(&answer)[name].as_str().map(str::to_owned),
        };
        let (id_token, access_token) = (given("id_token"), given("access_token"));
        if let Some(id_token) = &id_token {
            let claims = open(harness, "shop", id_token, &key, typ::JWT).await;
            // The hashes are those of the strings that were handed out (OpenID Connect Core, section 3.3.2.11).
            for (hash, of) in [("at_hash", &access_token), ("c_hash", &given("code"))] {
                let expected = of.as_ref().map(|of| Algorithm::ES256.hash_half(of.as_bytes()));
                assert_eq!(
                    claims.get(hash).and_then(Value::as_str),
                    expected.as_deref(),
                    "{way:?} {hash}"
                );
            }
        }
        if let Some(access_token) = &access_token {
            let claims = open(harness, "shop", access_token, &key, typ::ACCESS_TOKEN).await;
            assert_eq!(claims["client_id"], "shop", "{way:?}");
        }
        let expected = match way {
            Way::Authorize => (false, false),
            Way::GitHub | Way::Secret | Way::ByName | Way::Alias | Way::Base64 | Way::Assertion => (false, true),
            _ => (true, true),
        };
        assert_eq!(
            (id_token.is_some(), access_token.is_some()),
            expected,
            "{way:?} {}",
            answer.body
        );
    }
}
