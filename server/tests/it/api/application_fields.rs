//! Every field of an application that is refused, with its name and code.

use serde_json::{Value, json};

use super::support::Api;
use crate::harness::{Engine, Harness};

/// A change of an otherwise good application, and what is wrong with it.
fn refused() -> Vec<(Value, &'static str)> {
    let long = "x".repeat(300);
    let secret = "s".repeat(31);
    vec![
        (json!({"name": ""}), "name:required"),
        (json!({"name": "   "}), "name:required"),
        (json!({"name": long}), "name:too_long"),
        (json!({"name": "a\u{7}b"}), "name:invalid"),
        (json!({"group": long}), "group:too_long"),
        (json!({"description": "x".repeat(2001)}), "description:too_long"),
        (json!({"slug": ""}), "slug:invalid"),
        (json!({"slug": "-a"}), "slug:invalid"),
        (json!({"slug": "A"}), "slug:invalid"),
        (json!({"slug": "a/b"}), "slug:invalid"),
        (json!({"slug": "a_b"}), "slug:invalid"),
        (json!({"slug": "../a"}), "slug:invalid"),
        (json!({"slug": "ä"}), "slug:invalid"),
        (json!({"slug": "a".repeat(64)}), "slug:invalid"),
        (json!({"slug": "authorize"}), "slug:taken"),
        (json!({"slug": "jwks"}), "slug:taken"),
        (json!({"slug": "check-session"}), "slug:taken"),
        (json!({"client_id": ""}), "client_id:invalid"),
        (json!({"client_id": "a b"}), "client_id:invalid"),
        (json!({"client_id": "é"}), "client_id:invalid"),
        (json!({"client_id": long}), "client_id:invalid"),
        (json!({"client_secret": secret}), "client_secret:invalid"),
        (json!({"client_secret": "short"}), "client_secret:invalid"),
        (json!({"client_secret": format!("{secret} x")}), "client_secret:invalid"),
        (json!({"client_secret": format!("{secret}é")}), "client_secret:invalid"),
        (json!({"client_secret": long}), "client_secret:invalid"),
        (json!({"client_secret": 5}), "client_secret:wrong_type"),
        (json!({"client_type": "secret"}), "client_type:invalid"),
        (json!({"enabled": 1}), "enabled:wrong_type"),
        (json!({"icon_url": "javascript:alert(1)"}), "icon_url:invalid"),
        (json!({"icon_url": "data:image/png;base64,AA=="}), "icon_url:invalid"),
        (json!({"launch_url": "/relative"}), "launch_url:invalid"),
        (json!({"launch_url": "ftp://a.example/"}), "launch_url:invalid"),
        (
            json!({"launch_url": "https://user:pass@a.example/"}),
            "launch_url:invalid",
        ),
        (json!({"policy_uri": "javascript:alert(1)"}), "policy_uri:invalid"),
        (json!({"tos_uri": "vbscript:x"}), "tos_uri:invalid"),
        (json!({"logo_uri": "nonsense"}), "logo_uri:invalid"),
        (
            json!({"token_endpoint_auth_method": "none"}),
            "token_endpoint_auth_method:invalid",
        ),
        (
            json!({"token_endpoint_auth_method": "tls"}),
            "token_endpoint_auth_method:invalid",
        ),
        (
            json!({"redirect_uris": "https://a.example/"}),
            "redirect_uris:wrong_type",
        ),
        (json!({"redirect_uris": [{}]}), "redirect_uris:invalid"),
        (json!({"redirect_uris": [{"url": "/cb"}]}), "redirect_uris:invalid"),
        (
            json!({"redirect_uris": [{"url": "https://a.example/#x"}]}),
            "redirect_uris:invalid",
        ),
        (
            json!({"redirect_uris": [{"url": "javascript:alert(1)"}]}),
            "redirect_uris:invalid",
        ),
        (
            json!({"redirect_uris": [{"url": "JavaScript:alert(1)"}]}),
            "redirect_uris:invalid",
        ),
        (
            json!({"redirect_uris": [{"url": "https://a@b.example/"}]}),
            "redirect_uris:invalid",
        ),
        (
            json!({"redirect_uris": [{"url": "https://a.example/ b"}]}),
            "redirect_uris:invalid",
        ),
        (
            json!({"redirect_uris": [{"url": "https://a.example/", "matching_mode": "glob"}]}),
            "redirect_uris:invalid",
        ),
        (
            json!({"redirect_uris": vec![json!({"url": "https://a.example/"}); 101]}),
            "redirect_uris:too_long",
        ),
        (
            json!({"post_logout_redirect_uris": [{"url": "x"}]}),
            "post_logout_redirect_uris:invalid",
        ),
        (json!({"logout_uri": "intranet/out"}), "logout_uri:invalid"),
        (json!({"logout_uri": "com.example.app:/out"}), "logout_uri:invalid"),
        (json!({"logout_uri": "ftp://a.example/out"}), "logout_uri:invalid"),
        (json!({"logout_uri": "javascript:alert(1)"}), "logout_uri:invalid"),
        (json!({"logout_uri": "https://a.example/out#x"}), "logout_uri:invalid"),
        (json!({"logout_uri": "https://a@a.example/out"}), "logout_uri:invalid"),
        (json!({"logout_uri": "https:///out"}), "logout_uri:invalid"),
        (json!({"logout_uri": ["https://a.example/"]}), "logout_uri:wrong_type"),
        (json!({"logout_method": "saml"}), "logout_method:invalid"),
        (json!({"logout_method": true}), "logout_method:wrong_type"),
        (json!({"grant_types": ["magic"]}), "grant_types:invalid"),
        (json!({"grant_types": "authorization_code"}), "grant_types:wrong_type"),
        (json!({"scope_mappings": ["nothing"]}), "scope_mappings:not_found"),
        (json!({"scope_mappings": [1]}), "scope_mappings:wrong_type"),
        (json!({"signing_key": "key_none"}), "signing_key:not_found"),
        (
            json!({"access_code_validity": "seconds=0"}),
            "access_code_validity:invalid",
        ),
        (json!({"access_code_validity": "10"}), "access_code_validity:invalid"),
        (
            json!({"device_code_validity": "seconds=0"}),
            "device_code_validity:invalid",
        ),
        (json!({"device_code_validity": 600}), "device_code_validity:wrong_type"),
        (
            json!({"access_token_validity": "hours=-1"}),
            "access_token_validity:invalid",
        ),
        (
            json!({"access_token_validity": "never"}),
            "access_token_validity:invalid",
        ),
        (
            json!({"access_token_validity": 3600}),
            "access_token_validity:wrong_type",
        ),
        (
            json!({"refresh_token_validity": "seconds=0"}),
            "refresh_token_validity:invalid",
        ),
        (
            json!({"refresh_token_validity": "Never"}),
            "refresh_token_validity:invalid",
        ),
        (
            json!({"refresh_token_threshold": "fortnights=1"}),
            "refresh_token_threshold:invalid",
        ),
        (
            json!({"consent_expires_in": "microseconds=1"}),
            "consent_expires_in:invalid",
        ),
        (json!({"access_token_format": "saml"}), "access_token_format:invalid"),
        (json!({"sub_mode": "email"}), "sub_mode:invalid"),
        (json!({"issuer_mode": "both"}), "issuer_mode:invalid"),
        (json!({"consent_mode": true}), "consent_mode:wrong_type"),
        (json!({"require_pkce": "true"}), "require_pkce:wrong_type"),
        (json!({"contacts": [long.repeat(2)]}), "contacts:too_long"),
    ]
}

#[tokio::test]
async fn each_wrong_value_is_refused_when_made_and_when_changed() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let made = api.application("Wiki").await;
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    let tag = api.get(&path).await.etag();
    for (change, expected) in refused() {
        let mut body = json!({"name": "New"});
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        assert_eq!(api.post("/applications", &body).await.wrong(), [expected], "{change}");
        assert_eq!(api.patch(&path, &change).await.wrong(), [expected], "{change}");
    }
    assert_eq!(api.get(&path).await.etag(), tag, "nothing was changed");
    assert_eq!(
        api.get("/applications").await.found()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    harness.end().await;
}

#[tokio::test]
async fn fields_that_contradict_one_another_are_refused() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let next = api
        .post("/keys", &json!({"alg": "ES256", "state": "next"}))
        .await
        .created();
    let cases = [
        (
            json!({"client_type": "public", "client_secret": "s".repeat(40)}),
            "client_secret:invalid",
        ),
        (
            json!({"client_type": "public", "token_endpoint_auth_method": "client_secret_post"}),
            "token_endpoint_auth_method:invalid",
        ),
        (json!({"signing_key": next["id"]}), "signing_key:invalid"),
    ];
    for (mut body, expected) in cases {
        body["name"] = json!("x");
        assert_eq!(api.post("/applications", &body).await.wrong(), [expected]);
    }
    // A secret that is long enough beside a key is too short for HS256.
    let key = api.get("/keys?alg=ES256&state=active").await.found()["items"][0]["id"].clone();
    let body = json!({"name": "x", "slug": "short", "client_secret": "s".repeat(16), "signing_key": key});
    api.post("/applications", &body).await.created();
    let reply = api.patch("/applications/short", &json!({"signing_key": null})).await;
    assert_eq!(reply.wrong(), ["client_secret:invalid"]);
    let body = json!({"signing_key": null, "client_secret": "s".repeat(32)});
    api.patch("/applications/short", &body).await.found();
    // A public application can not lose its key.
    let body = json!({"name": "p", "slug": "phone", "client_type": "public"});
    api.post("/applications", &body).await.created();
    let reply = api.patch("/applications/phone", &json!({"signing_key": null})).await;
    assert_eq!(reply.wrong(), ["signing_key:invalid"]);
    harness.end().await;
}

#[tokio::test]
async fn what_is_allowed_but_not_good_is_remarked() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let body = json!({
        "name": "x", "client_type": "public", "require_pkce": false,
        "redirect_uris": [{"url": "http://a.example/cb"}, {"url": "http://127.0.0.1:8080/cb"},
            {"url": "http://localhost/cb"}, {"url": "https://a.example/cb"}],
    });
    let made = api.post("/applications", &body).await.created();
    let codes: Vec<&str> = made["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["plain_http", "pkce_optional"]);
    assert_eq!(made["warnings"][0]["field"], "redirect_uris");
    assert_eq!(made["warnings"][0]["suggestion"], "https://a.example/cb");
    harness.end().await;
}

#[tokio::test]
async fn the_address_that_hears_of_a_sign_out_is_kept() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let made = api.application("Wiki").await;
    assert_eq!(
        (&made["logout_uri"], &made["logout_method"]),
        (&Value::Null, &json!("backchannel"))
    );
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    for uri in [
        "https://a.example/out?x=1",
        "http://intranet/out",
        "http://app:8080/",
        "https://[2001:db8::1]/out",
    ] {
        for method in ["frontchannel", "none", "backchannel"] {
            let change = json!({"logout_uri": uri, "logout_method": method});
            let changed = api.patch(&path, &change).await.found();
            assert_eq!(
                (&changed["logout_uri"], &changed["logout_method"]),
                (&json!(uri), &json!(method))
            );
            let warned = changed["warnings"].as_array().is_some_and(|warnings| {
                warnings
                    .iter()
                    .any(|warning| warning["field"] == "logout_uri" && warning["code"] == "plain_http")
            });
            assert_eq!(warned, uri.starts_with("http:"), "{uri}");
        }
    }
    let reset = api
        .patch(&path, &json!({"logout_uri": null, "logout_method": null}))
        .await
        .found();
    assert_eq!(
        (&reset["logout_uri"], &reset["logout_method"]),
        (&Value::Null, &json!("backchannel"))
    );
    harness.end().await;
}

#[tokio::test]
async fn implicit_and_hybrid_are_allowed_by_name_and_implicit_is_remarked() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    for (slug, grants, remarks) in [
        ("hybrid", json!(["hybrid", "refresh_token"]), json!([])),
        (
            "implicit",
            json!(["implicit"]),
            json!([["grant_types", "implicit_grant", "authorization_code"]]),
        ),
    ] {
        let body = json!({"name": slug, "slug": slug, "grant_types": grants});
        let made = api.post("/applications", &body).await.created();
        assert_eq!(made["grant_types"], grants);
        let said: Vec<Value> = made["warnings"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|warning| json!([warning["field"], warning["code"], warning["suggestion"]]))
            .collect();
        assert_eq!(json!(said), remarks);
        let again = api.get(&format!("/applications/{slug}")).await.found();
        assert_eq!(again["grant_types"], grants, "as it was stored");
    }
    harness.end().await;
}
