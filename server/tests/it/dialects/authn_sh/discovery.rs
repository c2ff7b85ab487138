//! Providers of OpenID Connect by their issuer.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Pretend, Program, path_of, with, without};
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_3_13_the_issuer_is_enough,
    a_3_13_what_the_operator_writes_wins,
    a_3_13_a_document_that_is_of_no_use_is_refused,
    a_3_13_everything_by_hand_needs_no_document,
    a_4_6_another_issuer_is_read_anew,
    a_5_7_other_changes_read_nothing,
);

const DOCUMENT: &str = "/.well-known/openid-configuration";

async fn a_3_13_the_issuer_is_enough(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.publishes(&json!({}));
    let base = &pretend.base;
    for (key, issuer) in [("plain", base.clone()), ("slashed", format!("{base}/"))] {
        let body = with(pretend.oidc(), &json!({ "provider_key": key, "issuer": issuer }));
        let made = program.make(&body).await;
        assert_eq!(made["provider_kind"], "custom_oidc");
        assert_eq!(made["issuer"], base.as_str(), "{key}");
        for (name, path) in [
            ("discovery_endpoint", DOCUMENT),
            ("authorization_endpoint", "/oauth/authorize"),
            ("token_endpoint", "/oauth/token"),
            ("userinfo_endpoint", "/api/me"),
            ("jwks_uri", "/jwks"),
        ] {
            assert_eq!(made[name], format!("{base}{path}"), "{name}");
        }
        assert_eq!(made["id_token_signing_algs"], json!(["RS256"]));
        assert_eq!(made["scopes"], json!(["openid", "email", "profile"]), "A-3.10");
        assert_eq!(
            (&made["userinfo_method"], &made["userinfo_auth"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(made["attribute_mapping"]["provider_user_id"], "sub");
    }
    assert_eq!(pretend.seen(DOCUMENT).len(), 2, "once for each");
}

async fn a_3_13_what_the_operator_writes_wins(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.publishes(&json!({}));
    let own = json!({
        "userinfo_endpoint": format!("{}/own", pretend.base), "id_token_signing_algs": ["ES256"], "scopes": ["openid"],
    });
    let made = program.make(&with(pretend.oidc(), &own)).await;
    for name in ["userinfo_endpoint", "id_token_signing_algs", "scopes"] {
        assert_eq!(made[name], own[name], "{name}");
    }
    assert_eq!(made["token_endpoint"], format!("{}/oauth/token", pretend.base));
    let nowhere = json!({ "provider_key": "tokens_only", "userinfo_endpoint": null });
    let made = program.make(&with(pretend.oidc(), &nowhere)).await;
    assert_eq!(made["userinfo_endpoint"], Value::Null, "ID tokens say everything");
}

async fn a_3_13_a_document_that_is_of_no_use_is_refused(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let failed = ["oauth_discovery_failed"];
    // Nothing there yet: 404.
    assert_eq!(program.post("/oauth-providers", &pretend.oidc()).await.wrong(), failed);
    for (status, document) in [
        (500, json!({})),
        (200, json!([])),
        (200, json!("<html>")),
        (200, json!({})),
    ] {
        pretend.says(DOCUMENT, status, &document);
        assert_eq!(
            program.post("/oauth-providers", &pretend.oidc()).await.wrong(),
            failed,
            "{document}"
        );
    }
    for lacking in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "issuer",
    ] {
        pretend.publishes(&json!({ lacking: null }));
        assert_eq!(
            program.post("/oauth-providers", &pretend.oidc()).await.wrong(),
            failed,
            "{lacking}"
        );
    }
    pretend.publishes(&json!({ "issuer": "https://somebody.example" }));
    assert_eq!(program.post("/oauth-providers", &pretend.oidc()).await.wrong(), failed);
    pretend.publishes(&json!({}));
    pretend.says("/jwks", 500, &json!({}));
    assert_eq!(
        program.post("/oauth-providers", &pretend.oidc()).await.wrong(),
        failed,
        "no keys"
    );
    let nobody = json!({ "issuer": "http://127.0.0.1:1" });
    assert_eq!(
        program
            .post("/oauth-providers", &with(pretend.oidc(), &nobody))
            .await
            .wrong(),
        failed
    );
    let none = json!({ "issuer": "no address" });
    let refused = program.post("/oauth-providers", &with(pretend.oidc(), &none)).await;
    assert_eq!(refused.wrong(), ["issuer:form_param_format_invalid"]);
    let elsewhere = json!({ "discovery_endpoint": format!("{}/else{DOCUMENT}", pretend.base) });
    let refused = program
        .post("/oauth-providers", &with(pretend.oidc(), &elsewhere))
        .await;
    assert_eq!(refused.wrong(), ["discovery_endpoint:form_param_format_invalid"]);
    let list = program.get("/oauth-providers").await.object(StatusCode::OK);
    assert_eq!(list["total_count"], 0);
}

async fn a_3_13_everything_by_hand_needs_no_document(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let base = &pretend.base;
    pretend.says("/keys", 200, &json!({ "keys": [] }));
    let by_hand = json!({
        "authorization_endpoint": format!("{base}/a"), "token_endpoint": format!("{base}/t"),
        "userinfo_endpoint": format!("{base}/u"), "jwks_uri": format!("{base}/keys"),
    });
    let made = program.make(&with(pretend.oidc(), &by_hand)).await;
    assert_eq!(made["issuer"], base.as_str());
    assert_eq!(made["discovery_endpoint"], Value::Null);
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ] {
        assert_eq!(made[name], by_hand[name]);
    }
    assert_eq!(pretend.seen(DOCUMENT).len(), 0);
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
    ] {
        let body = with(
            without(with(pretend.oidc(), &by_hand), name),
            &json!({ "provider_key": "other" }),
        );
        let refused = program.post("/oauth-providers", &body).await;
        assert_eq!(
            refused.wrong(),
            ["oauth_discovery_failed"],
            "{name} is to be discovered"
        );
    }
}

async fn a_4_6_another_issuer_is_read_anew(harness: &Harness) {
    let (pretend, other, mut program) = (
        Pretend::start().await,
        Pretend::start().await,
        Program::new(harness).await,
    );
    pretend.publishes(&json!({}));
    let made = program.make(&pretend.oidc()).await;
    let path = path_of(&made);
    let to_other = json!({ "issuer": other.base, "client_secret": "the secret there" });
    let refused = program.patch(&path, &to_other).await;
    assert_eq!(refused.wrong(), ["oauth_discovery_failed"]);
    assert_eq!(
        program.get(&path).await.object(StatusCode::OK),
        made,
        "nothing has changed"
    );
    other.publishes(&json!({}));
    let without_secret = program.patch(&path, &json!({ "issuer": other.base })).await;
    assert_eq!(without_secret.wrong(), ["client_secret:form_param_nil"]);
    let changed = program.patch(&path, &to_other).await.object(StatusCode::OK);
    for (name, rest) in [
        ("issuer", ""),
        ("discovery_endpoint", DOCUMENT),
        ("token_endpoint", "/oauth/token"),
        ("userinfo_endpoint", "/api/me"),
        ("jwks_uri", "/jwks"),
    ] {
        assert_eq!(changed[name], format!("{}{rest}", other.base), "{name}");
    }
    assert_eq!(other.seen("/jwks").len(), 1, "the old keys do not count any longer");
}

async fn a_5_7_other_changes_read_nothing(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.publishes(&json!({}));
    let made = program.make(&pretend.oidc()).await;
    let path = path_of(&made);
    let before = pretend.count();
    pretend.publishes(&json!({ "userinfo_endpoint": format!("{}/moved", pretend.base) }));
    let same = json!({ "issuer": format!("{}/", pretend.base), "discovery_endpoint": made["discovery_endpoint"] });
    for change in [
        json!({ "name": "Renamed" }),
        json!({ "scopes": ["openid"] }),
        same,
        json!({}),
    ] {
        let changed = program.patch(&path, &change).await.object(StatusCode::OK);
        assert_eq!(changed["userinfo_endpoint"], made["userinfo_endpoint"], "A-4.1");
        assert_eq!(changed["issuer"], made["issuer"]);
    }
    assert_eq!(pretend.count(), before);
    // Keys of another address are read at once.
    pretend.says("/new-keys", 200, &json!({ "keys": [] }));
    let moved = json!({ "jwks_uri": format!("{}/new-keys", pretend.base) });
    assert_eq!(
        program.patch(&path, &moved).await.object(StatusCode::OK)["jwks_uri"],
        moved["jwks_uri"]
    );
    assert_eq!(pretend.seen("/new-keys").len(), 1);
    assert_eq!(pretend.count(), before + 1);
}
