//! The description of the API: committed as it is served, true of every route, and the list by which each operation is
//! asked without a token and with one that allows nothing.

use std::path::Path;

use http::{Method, StatusCode};
use serde_json::Value;
use vestibule::actions::permissions::{EXTERNAL_TOKENS, RESOURCES};

use super::support::Api;
use crate::harness::{Engine, Harness};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reference/openapi.json");

fn document() -> Value {
    serde_json::from_str(&vestibule::admin::openapi()).unwrap()
}

/// Path below `/api/v1`, method, and the operation.
fn operations(document: &Value) -> Vec<(String, Method, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase().parse().unwrap();
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            found.push((path, method, operation.clone()));
        }
    }
    found
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let served = vestibule::admin::openapi();
    if std::env::var_os("VESTIBULE_WRITE_REFERENCE").is_some() {
        std::fs::write(COMMITTED, &served).unwrap();
    }
    let committed = std::fs::read_to_string(Path::new(COMMITTED)).unwrap_or_default();
    assert!(
        committed == served,
        "docs/reference/openapi.json is not up to date: run `vestibule openapi > docs/reference/openapi.json`"
    );
}

#[test]
fn the_document_is_openapi_3_1_and_each_operation_is_described() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = Vec::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(!operation["summary"].as_str().unwrap().is_empty(), "{id}");
        assert_eq!(operation["tags"][0], path.split('/').nth(1).unwrap(), "{id}");
        for status in ["401", "403", "503"] {
            assert!(operation["responses"].get(status).is_some(), "{id} {status}");
        }
        let says = operation["description"].as_str().unwrap_or_default().contains("409");
        assert!(!says || operation["responses"].get("409").is_some(), "{id} 409");
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let takes = |name: &str| parameters.iter().any(|parameter| parameter["name"] == name);
        if takes("cursor") || !operation["requestBody"].is_null() {
            assert!(operation["responses"].get("422").is_some(), "{id} 422");
        }
        assert_eq!(
            takes("If-Match"),
            operation["responses"].get("412").is_some(),
            "{id} 412"
        );
        if method == Method::PATCH {
            assert!(
                operation["requestBody"]["content"]
                    .get("application/merge-patch+json")
                    .is_some()
            );
        }
        ids.push(id);
    }
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
    // Every reference leads somewhere.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn every_operation_refuses_strangers_and_callers_without_its_permission() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut stranger = Api::with_token(&harness, "vst_of_nobody");
    let operations = operations(&document());
    assert!(operations.len() > 10);
    for (path, method, _) in operations {
        let resource = path.split('/').nth(1).unwrap().to_owned();
        let path = path.replace("{id}", "x");
        let name = format!("{method} {path}");
        let refused = stranger.raw(method.clone(), &path, &[], b"").await;
        refused.problem(StatusCode::UNAUTHORIZED);
        let needed = match () {
            // The token of a source is more than what an administrator of links may touch.
            () if path == "/external-accounts/x/token" => EXTERNAL_TOKENS.to_owned(),
            () if method == Method::GET => format!("{resource}:read"),
            () => format!("{resource}:write"),
        };
        let others: Vec<String> = RESOURCES
            .iter()
            .flat_map(|resource| [format!("{resource}:read"), format!("{resource}:write")])
            .chain([EXTERNAL_TOKENS.to_owned()])
            .filter(|permission| *permission != needed)
            .collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        let mut all_but_this = Api::with_permissions(&harness, &others).await;
        let refused = all_but_this.raw(method.clone(), &path, &[], b"").await;
        refused.problem(StatusCode::FORBIDDEN);
        let mut only_this = Api::with_permissions(&harness, &[&needed]).await;
        let allowed = only_this.raw(method, &path, &[], b"").await.status();
        assert!(
            ![
                StatusCode::UNAUTHORIZED,
                StatusCode::FORBIDDEN,
                StatusCode::METHOD_NOT_ALLOWED
            ]
            .contains(&allowed),
            "{name}: {allowed}"
        );
    }
    harness.end().await;
}

/// The description shows the fields that work: those of the object and those that can be written are found in it.
#[tokio::test]
async fn the_description_of_an_application_names_the_fields_of_the_answer() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let made = api.application("Wiki").await;
    for alg in protocol::jose::Algorithm::ASYMMETRIC {
        let key = serde_json::json!({"alg": alg.as_str()});
        api.post("/keys", &key).await.created();
    }
    let document = document();
    let properties = &document["components"]["schemas"]["Application"]["properties"];
    for field in made.as_object().unwrap().keys() {
        assert!(properties.get(field).is_some(), "{field} is described");
    }
    let writable = document["components"]["schemas"]["ApplicationFields"]["properties"].clone();
    for (field, property) in writable.as_object().unwrap() {
        assert!(properties.get(field).is_some(), "{field} is shown");
        // Each value that is promised is taken.
        for value in property["enum"].as_array().into_iter().flatten() {
            let mut body =
                serde_json::json!({"name": "x", "redirect_uris": [{"url": "https://a.example/cb"}], field: value});
            if value == "none" || value == "public" {
                body["client_type"] = "public".into();
            }
            api.post("/applications", &body).await.created();
        }
    }
    harness.end().await;
}

#[tokio::test]
async fn document_and_page_are_open_to_all() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut client = harness.client();
    let json = client.get("/api/v1/openapi.json").await;
    assert_eq!(json.header("content-type"), Some("application/json"));
    assert_eq!(json.body, vestibule::admin::openapi());
    let page = client.get("/api/v1/docs").await;
    assert_eq!(page.status, StatusCode::OK);
    let mut operations = 0;
    for (path, item) in serde_json::from_str::<Value>(&json.body).unwrap()["paths"]
        .as_object()
        .unwrap()
    {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|method| *method != "parameters")
        {
            let words: Vec<&str> = path
                .split(|c: char| !c.is_ascii_alphanumeric())
                .filter(|word| !word.is_empty())
                .collect();
            let name = format!("{method}-{}", words.join("-"));
            assert!(page.has(&format!("li#{name}")), "{name}");
            let address = format!("/api/v1/docs/{name}");
            let one = client.get(&address).await;
            assert_eq!(one.status, StatusCode::OK, "{address}");
            assert!(
                one.has(&format!("main#{name}")) && one.body.contains("curl"),
                "{address}"
            );
            assert!(
                one.body.len() < 75_000,
                "{address} weighs {} beside the style sheet",
                one.body.len()
            );
            operations += 1;
        }
    }
    assert!(
        operations > 100 && page.body.len() < 75_000,
        "{operations}, {}",
        page.body.len()
    );
    for none in ["nothing", "post-api-v1-users%3Cb%3E", "%00", "-"] {
        let answer = client.get(&format!("/api/v1/docs/{none}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{none}");
    }
    harness.end().await;
}
