//! How an application says what signs its tokens: by a key, by the name of an algorithm, or by both; and what is remarked
//! about its scopes and its sign-out.

use serde_json::{Value, json};

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    an_algorithm_chooses_the_key_or_the_client_secret,
    key_and_algorithm_must_agree,
    a_client_secret_is_as_long_as_its_hash,
    scopes_and_sign_out_addresses_are_remarked_on,
    the_audit_log_names_every_field
);

const ALG: &str = "id_token_signed_response_alg";

async fn key(api: &mut Api, alg: &str) -> String {
    let keys = api.get(&format!("/keys?alg={alg}&state=active")).await.found();
    keys["items"][0]["id"].as_str().expect("a key").to_owned()
}

async fn an_algorithm_chooses_the_key_or_the_client_secret(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let es256 = key(&mut api, "ES256").await;
    let made = api.application("Wiki").await;
    assert_eq!((&made["signing_key"], &made[ALG]), (&Value::Null, &Value::Null));
    let signs = async |api: &mut Api, change: Value| {
        let changed = api.patch("/applications/wiki", &change).await.found();
        let path = "/application/o/wiki/.well-known/openid-configuration";
        let document: Value = serde_json::from_str(&harness.client().get(path).await.body).unwrap();
        let algorithms = document["id_token_signing_alg_values_supported"].clone();
        (changed["signing_key"].clone(), changed[ALG].clone(), algorithms)
    };
    let by_secret = |alg: &str| (Value::Null, json!(alg), json!([alg]));
    assert_eq!(signs(&mut api, json!({ALG: "HS512"})).await, by_secret("HS512"));
    assert_eq!(signs(&mut api, json!({ALG: "HS384"})).await, by_secret("HS384"));
    assert_eq!(
        signs(&mut api, json!({ALG: "ES256"})).await,
        (json!(es256), json!("ES256"), json!(["ES256"]))
    );
    // Null says that the key decides; it stays.
    assert_eq!(
        signs(&mut api, json!({ALG: null})).await,
        (json!(es256), Value::Null, json!(["ES256"]))
    );
    assert_eq!(
        signs(&mut api, json!({"signing_key": null, ALG: "HS256"})).await,
        by_secret("HS256")
    );
    // A key that is there for the algorithm stays, also when there is a newer one.
    let older = api.post("/keys", &json!({"alg": "PS256"})).await.created();
    api.post("/keys", &json!({"alg": "PS256"})).await.created();
    signs(&mut api, json!({"signing_key": older["id"], ALG: null})).await;
    assert_eq!(
        signs(&mut api, json!({ALG: "PS256"})).await,
        (older["id"].clone(), json!("PS256"), json!(["PS256"]))
    );
    let public = json!({"name": "App", "client_type": "public", ALG: "ES256"});
    let made = api.post("/applications", &public).await.created();
    assert_eq!(made["signing_key"], json!(es256));
}

async fn key_and_algorithm_must_agree(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let (es256, rs256) = (key(&mut api, "ES256").await, key(&mut api, "RS256").await);
    api.application("Wiki").await;
    let path = "/applications/wiki";
    for wrong in [
        json!({"signing_key": es256, ALG: "RS256"}),
        json!({"signing_key": es256, ALG: "HS256"}),
        json!({"signing_key": null, ALG: "ES256"}),
        json!({ALG: "none"}),
        json!({ALG: "RS1"}),
    ] {
        let refused = api.patch(path, &wrong).await;
        assert_eq!(refused.wrong(), [format!("{ALG}:invalid")], "{wrong}");
    }
    // No key of the algorithm is active.
    assert_eq!(
        api.patch(path, &json!({ALG: "ES512"})).await.wrong(),
        [format!("{ALG}:not_found")]
    );
    api.patch(path, &json!({ALG: "ES256"})).await.found();
    let other = json!({ "signing_key": rs256 });
    assert_eq!(api.patch(path, &other).await.wrong(), [format!("{ALG}:invalid")]);
    let both = json!({"signing_key": rs256, ALG: "RS256"});
    assert_eq!(api.patch(path, &both).await.found()["signing_key"], json!(rs256));
    let public = json!({"name": "App", "client_type": "public", ALG: "HS256"});
    assert_eq!(
        api.post("/applications", &public).await.wrong(),
        ["signing_key:invalid"]
    );
}

async fn a_client_secret_is_as_long_as_its_hash(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for (alg, shortest) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let body = |length: usize| json!({"name": alg, ALG: alg, "client_secret": "s".repeat(length)});
        let refused = api.post("/applications", &body(shortest - 1)).await;
        assert_eq!(refused.wrong(), ["client_secret:invalid"], "{alg}");
        api.post("/applications", &body(shortest)).await.created();
    }
    // The secret that is there is too short for the longer hash; null makes one that is not.
    let longer = json!({ALG: "HS512"});
    assert_eq!(
        api.patch("/applications/hs256", &longer).await.wrong(),
        ["client_secret:invalid"]
    );
    let with_secret = json!({ALG: "HS512", "client_secret": null});
    let changed = api.patch("/applications/hs256", &with_secret).await.found();
    assert_eq!(changed["client_secret"].as_str().map(str::len), Some(128));
}

fn remarks(application: &Value) -> Vec<String> {
    let warnings = application["warnings"].as_array().into_iter().flatten();
    warnings
        .map(|warning| {
            let text = |name: &str| warning[name].as_str().unwrap_or_default();
            format!("{}:{}", text("field"), text("code"))
        })
        .collect()
}

async fn scopes_and_sign_out_addresses_are_remarked_on(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let body = json!({"name": "Wiki", "redirect_uris": [
        {"url": "https://wiki.example.com/callback"},
        {"url": r"https://[^/.]+\.example\.org/callback", "matching_mode": "regex"}
    ]});
    let made = api.post("/applications", &body).await.created();
    assert_eq!(remarks(&made), Vec::<String>::new());
    let path = "/applications/wiki";
    for (uri, remarked) in [
        ("https://wiki.example.com/bye?a=b", false),
        ("https://a.example.org/bye", false),
        ("https://wiki.example.com:8443/bye", true),
        ("https://other.example.com/bye", true),
    ] {
        let front = json!({"logout_uri": uri, "logout_method": "frontchannel"});
        let expected: &[&str] = if remarked { &["logout_uri:other_origin"] } else { &[] };
        assert_eq!(remarks(&api.patch(path, &front).await.found()), expected, "{uri}");
        // The back-channel needs no cookies.
        let back = json!({"logout_method": "backchannel"});
        assert_eq!(remarks(&api.patch(path, &back).await.found()), [""; 0], "{uri}");
    }
    let without = json!({"scope_mappings": ["email"]});
    assert_eq!(
        remarks(&api.patch(path, &without).await.found()),
        ["scope_mappings:scope_without_mapping"]
    );
    let machine = json!({"grant_types": ["client_credentials"]});
    assert_eq!(remarks(&api.patch(path, &machine).await.found()), [""; 0]);
}

async fn the_audit_log_names_every_field(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.application("Wiki").await;
    let change = json!({
        "logout_uri": "https://wiki.example.com/bye", "logout_method": "frontchannel", "device_code_validity": "minutes=5",
        "policy_engine_mode": "all", "policies_on_refresh": true, ALG: "HS512", "consent_expires_in": null
    });
    api.patch("/applications/wiki", &change).await.found();
    let id = made["id"].as_str().unwrap();
    let events = api
        .get(&format!("/events?target={id}&action=application_updated"))
        .await
        .found();
    let mut names: Vec<&str> = change.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(events["items"][0]["detail"]["fields"], json!(names));
}
