//! The list of a sector: fetched when an application is saved, and held against its redirect URIs (OpenID Connect Core,
//! section 8.1; Dynamic Client Registration, section 5).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use http::StatusCode;
use serde_json::{Value, json};

use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = ['127.0.0.0/8']":
    a_list_binds_several_hosts_together,
    a_list_that_is_not_right_refuses_the_application,
    the_list_is_fetched_only_when_it_matters,
);

/// Serves lists on loopback.
struct Lists {
    url: String,
    fetched: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Lists {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Lists {
    async fn start() -> Self {
        let fetched = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&fetched);
        let list = r#"["https://a.example/cb", "https://b.example/cb", "https://c.example/unused"]"#;
        let routes = Router::new()
            .route(
                "/list.json",
                get(move || {
                    counter.fetch_add(1, Ordering::SeqCst);
                    async move { list }
                }),
            )
            .route("/object.json", get(|| async { r#"{"redirect_uris": []}"# }))
            .route("/mixed.json", get(|| async { r#"["https://a.example/cb", 1]"# }))
            .route("/html", get(|| async { "<!DOCTYPE html>" }))
            .route("/gone", get(move || async move { (StatusCode::GONE, list) }))
            .route(
                "/moved",
                get(|| async { (StatusCode::FOUND, [("location", "/list.json")]) }),
            )
            .route("/huge", get(|| async { "x".repeat(2 * 1024 * 1024) }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { url, fetched, task }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

fn uris(hosts: &[&str]) -> Value {
    hosts
        .iter()
        .map(|host| json!({"url": format!("https://{host}/cb")}))
        .collect()
}

fn application(list: &str, hosts: &[&str]) -> Value {
    json!({"name": "x", "subject_type": "pairwise", "sector_identifier_uri": list, "redirect_uris": uris(hosts)})
}

async fn a_list_binds_several_hosts_together(harness: &Harness) {
    let lists = Lists::start().await;
    let mut api = Api::new(harness).await;
    let body = application(&lists.at("/list.json"), &["a.example", "b.example"]);
    let made = api.post("/applications", &body).await.created();
    assert_eq!(made["sector_identifier_uri"], json!(lists.at("/list.json")));
    assert_eq!(made["subject_type"], "pairwise");
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    // Without the list there are two sectors.
    let reply = api.patch(&path, &json!({"sector_identifier_uri": null})).await;
    assert_eq!(reply.wrong(), ["sector_identifier_uri:required"]);
    // What is added must stand in the list.
    let reply = api
        .patch(&path, &json!({"redirect_uris": uris(&["a.example", "d.example"])}))
        .await;
    assert_eq!(reply.wrong(), ["sector_identifier_uri:invalid"]);
    assert!(reply.answer.body.contains("https://d.example/cb"), "it says which one");
    // One host again: the list may go.
    let body = json!({"sector_identifier_uri": null, "redirect_uris": uris(&["a.example"])});
    let changed = api.patch(&path, &body).await.found();
    assert_eq!(changed["sector_identifier_uri"], Value::Null);
}

async fn a_list_that_is_not_right_refuses_the_application(harness: &Harness) {
    let lists = Lists::start().await;
    let mut api = Api::new(harness).await;
    for path in [
        "/object.json",
        "/mixed.json",
        "/html",
        "/gone",
        "/moved",
        "/huge",
        "/nothing",
    ] {
        let body = application(&lists.at(path), &["a.example"]);
        let reply = api.post("/applications", &body).await;
        assert_eq!(reply.wrong(), ["sector_identifier_uri:invalid"], "{path}");
    }
    // Also for public subjects: the list is held against the addresses whenever there is one.
    let mut body = application(&lists.at("/list.json"), &["d.example"]);
    body["subject_type"] = json!("public");
    assert_eq!(
        api.post("/applications", &body).await.wrong(),
        ["sector_identifier_uri:invalid"]
    );
    // Nothing inside is reached but what was allowed, and nobody listens on the last.
    for address in [
        "http://169.254.169.254/latest",
        "https://[::1]/list",
        "https://10.0.0.1/list",
        "http://sector.example/list",
        "https://127.0.0.1:1/list",
    ] {
        let reply = api.post("/applications", &application(address, &["a.example"])).await;
        assert_eq!(reply.wrong(), ["sector_identifier_uri:invalid"], "{address}");
    }
    assert!(
        api.get("/applications").await.found()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

async fn the_list_is_fetched_only_when_it_matters(harness: &Harness) {
    let lists = Lists::start().await;
    let mut api = Api::new(harness).await;
    let fetched = || lists.fetched.load(Ordering::SeqCst);
    // Other fields are wrong: nobody is asked.
    let mut body = application(&lists.at("/list.json"), &["a.example"]);
    body["slug"] = json!("NOT A SLUG");
    api.post("/applications", &body)
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fetched(), 0);
    body["slug"] = json!("x");
    api.post("/applications", &body).await.created();
    assert_eq!(fetched(), 1);
    api.patch("/applications/x", &json!({"name": "other"})).await.found();
    assert_eq!(fetched(), 1);
    for change in [
        json!({"redirect_uris": uris(&["a.example", "b.example"])}),
        json!({"sector_identifier_uri": lists.at("/list.json")}),
        json!({"subject_type": "pairwise"}),
    ] {
        let before = fetched();
        api.patch("/applications/x", &change).await.found();
        assert_eq!(fetched(), before + 1, "{change}");
    }
}
