//! Bodies that are not what they should be, and fields that nobody may write.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::Api;
use crate::harness::{Engine, Harness};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn malformed_bodies_get_a_clear_answer_and_store_nothing() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(30_000), "]".repeat(30_000));
    let malformed: [&[u8]; 12] = [
        b"",
        b"{",
        b"{\"name\":\"a\"",
        b"{\"name\":\"a\"} x",
        b"{'name':'a'}",
        b"{\"name\":1e999}",
        b"{\"name\":\"\xff\"}",
        b"{\"name\":\"a\",\"name\":\"b\"}",
        b"{\"name\":\"a\",\"redirect_uris\":[{\"url\":\"https://a.example/\",\"url\":\"https://b.example/\"}]}",
        b"[]",
        b"\"name\"",
        deep.as_bytes(),
    ];
    for body in malformed {
        let reply = api.raw(Method::POST, "/applications", &[JSON], body).await;
        reply.problem(StatusCode::BAD_REQUEST);
    }
    let other_types = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/merge-patch+json",
        "",
    ];
    for content_type in other_types {
        let headers = [("content-type", content_type)];
        let reply = api
            .raw(Method::POST, "/applications", &headers, b"{\"name\":\"a\"}")
            .await;
        reply.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let large = json!({"name": "a".repeat(64 * 1024)}).to_string();
    let reply = api.raw(Method::POST, "/applications", &[JSON], large.as_bytes()).await;
    reply.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(api.get("/applications").await.found()["items"], json!([]));
    harness.end().await;
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let body = json!({
        "name": 7, "enabled": "yes", "nmae": "x", "access_token_validity": "1h", "sub_mode": "nobody",
        "redirect_uris": [{"url": "https://a.example/", "extra": 1}], "description": "a\u{0}b",
        "profile": "fapi2",
    });
    let mut wrong = api.post("/applications", &body).await.wrong();
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            "access_token_validity:invalid",
            "description:invalid",
            "enabled:wrong_type",
            "name:wrong_type",
            "nmae:unknown_field",
            "profile:not_supported",
            "redirect_uris:invalid",
            "sub_mode:invalid",
        ]
    );
    harness.end().await;
}

/// Mass assignment: members of the object that only we set, and columns of the table.
#[tokio::test]
async fn what_only_we_set_can_not_be_written() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let made = api.application("Wiki").await;
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    let fields = [
        "id",
        "created_at",
        "updated_at",
        "version",
        "secrets",
        "body",
        "warnings",
        "__proto__",
        "issuer",
    ];
    for field in fields {
        for value in [json!("x"), Value::Null, json!(9)] {
            let body = json!({"name": "x", field: value});
            for reply in [api.post("/applications", &body).await, api.patch(&path, &body).await] {
                let code = if ["id", "created_at", "updated_at"].contains(&field) {
                    "read_only"
                } else {
                    "unknown_field"
                };
                assert_eq!(reply.wrong(), [format!("{field}:{code}")]);
            }
        }
    }
    assert_eq!(api.get(&path).await.found()["name"], "Wiki");
    harness.end().await;
}

#[tokio::test]
async fn a_field_without_its_feature_is_refused_unless_it_asks_for_nothing() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let refused = [
        ("require_par", json!(true), json!(false)),
        ("dpop_bound", json!(true), json!(false)),
        ("profile", json!("fapi2"), json!("standard")),
        ("jwks", json!({"keys": []}), Value::Null),
        ("jwks_uri", json!("https://a.example/"), Value::Null),
        ("userinfo_signed_response_alg", json!("RS256"), Value::Null),
        ("initiate_login_uri", json!("https://a.example/"), Value::Null),
    ];
    for (field, asks, idle) in refused {
        let reply = api.post("/applications", &json!({"name": "x", field: asks})).await;
        assert_eq!(reply.wrong(), [format!("{field}:not_supported")]);
        api.post("/applications", &json!({"name": "x", field: idle}))
            .await
            .created();
    }
    for grant in [
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let reply = api
            .post("/applications", &json!({"name": "x", "grant_types": [grant]}))
            .await;
        assert_eq!(reply.wrong(), ["grant_types:not_supported"]);
    }
    harness.end().await;
}
