//! The list of connections in its three shapes (B-5.12 to B-5.14, B-6.8 to B-6.10, B-6.16 to B-6.19).

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Management, plain};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

fn names(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter().map(|one| one["name"].as_str().expect("a name")).collect()
}

async fn five(harness: &Harness) -> Management {
    let mut management = Management::new(harness).await;
    for name in ["a", "b", "c", "d", "e"] {
        management.make(&plain(name)).await;
        harness.advance(1);
    }
    management
}

async fn a_bare_list_and_one_with_totals(harness: &Harness) {
    let mut management = five(harness).await;
    let bare = management.get("/connections").await.is(StatusCode::OK);
    assert_eq!(names(&bare), ["a", "b", "c", "d", "e"]);
    let page = management
        .get("/connections?page=1&per_page=2")
        .await
        .is(StatusCode::OK);
    assert_eq!(names(&page), ["c", "d"]);
    let totals = management
        .get("/connections?page=1&per_page=2&include_totals=true&fields=name")
        .await;
    let expected = json!({ "connections": [{ "name": "c" }, { "name": "d" }], "start": 2, "limit": 2, "total": 5 });
    assert_eq!(totals.is(StatusCode::OK), expected);
    let beyond = management
        .get("/connections?page=9&per_page=50")
        .await
        .is(StatusCode::OK);
    assert_eq!(beyond, json!([]));
    for query in [
        "per_page=101",
        "per_page=x",
        "page=-1",
        "page=20&per_page=100",
        "include_totals=1",
        "take=0",
        "take=101",
        "from=%2A%2A",
        "from=c3Jj",
        "sort=name",
        "name=a&name=b",
    ] {
        let reply = management.get(&format!("/connections?{query}")).await;
        reply.refused(StatusCode::BAD_REQUEST, "invalid_query_string");
    }
}

async fn checkpoints_lead_through_all(harness: &Harness) {
    let mut management = five(harness).await;
    // B-5.13, B-6.8: totals are no part of this shape.
    let first = management
        .get("/connections?include_totals=true&take=2&fields=name")
        .await
        .is(StatusCode::OK);
    let next = first["next"].as_str().expect("a cursor").to_owned();
    assert_eq!(
        first,
        json!({ "connections": [{ "name": "a" }, { "name": "b" }], "next": next })
    );
    let second = management
        .get(&format!("/connections?include_totals=true&take=2&from={next}"))
        .await
        .is(StatusCode::OK);
    assert_eq!(names(&second["connections"]), ["c", "d"]);
    let next = second["next"].as_str().expect("a cursor").to_owned();
    // B-6.19: the last page names no next one.
    let last = management
        .get(&format!("/connections?from={next}&fields=name"))
        .await
        .is(StatusCode::OK);
    assert_eq!(last, json!({ "connections": [{ "name": "e" }] }));
    let all = management.get("/connections?take=50").await.is(StatusCode::OK);
    assert_eq!(names(&all["connections"]).len(), 5);
    assert_eq!(all.get("next"), None);
}

async fn filters_by_name_and_strategy(harness: &Harness) {
    let mut management = five(harness).await;
    let mut list = async |query: &str| {
        management
            .get(&format!("/connections?{query}"))
            .await
            .is(StatusCode::OK)
    };
    assert_eq!(names(&list("name=c").await), ["c"]);
    assert_eq!(list("name=C").await, json!([]), "exact");
    assert_eq!(names(&list("strategy=oauth2&strategy=google-oauth2").await).len(), 5);
    assert_eq!(list("strategy=google-oauth2").await, json!([]));
    // B-6.10
    let chosen = list("strategy=oauth2&fields=name%2Cstrategy&include_fields=true&take=1").await;
    assert_eq!(chosen["connections"], json!([{ "name": "a", "strategy": "oauth2" }]));
}

async fn sources_of_other_words_are_seen_when_they_fit(harness: &Harness) {
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    let native = |key: &str, kind: &str| {
        json!({
            "key": key, "name": "Legacy", "kind": kind, "client_id": "vestibule", "client_secret": "a secret of it",
            "issuer": "https://idp.legacy.example", "id_token_signing_algs": ["HS256"],
            "authorization_endpoint": "https://idp.legacy.example/authorize",
            "token_endpoint": "https://idp.legacy.example/token", "userinfo_endpoint": "https://idp.legacy.example/me",
            "scopes": ["one", "two"], "pkce": "S256", "authorization_params": { "prompt": "login" },
            "attribute_mapping": if kind == "oauth2" { json!({ "provider_user_id": "id" }) } else { json!({}) },
        })
    };
    let source = api.post("/sources", &native("legacy", "oauth2")).await.created();
    api.post("/sources", &native("leg_acy", "oauth2")).await.created();
    let mut oidc = native("company", "oidc");
    oidc.as_object_mut().unwrap().remove("attribute_mapping");
    api.post("/sources", &oidc).await.created();
    let id = format!("con_{}", &source["id"].as_str().unwrap()[14..]);
    let expected = json!({
        "id": id, "name": "legacy", "display_name": "Legacy", "strategy": "oauth2", "realms": ["legacy"],
        "enabled_clients": [], "is_domain_connection": false,
        "options": {
            "client_id": "vestibule", "client_secret": "a secret of it", "scope": "one two", "pkce_enabled": true,
            "authorizationURL": "https://idp.legacy.example/authorize", "tokenURL": "https://idp.legacy.example/token",
            "authParams": { "prompt": "login" },
        },
    });
    assert_eq!(
        management.get("/connections").await.is(StatusCode::OK),
        json!([expected])
    );
    // What was made here and changed natively reads back as it is now.
    let made = management.make(&plain("harbor")).await;
    let change = json!({ "client_id": "changed", "scopes": ["x"], "icon_url": "https://hr.harbor.test/i.png" });
    api.patch("/sources/harbor", &change).await.found();
    let read = management.get("/connections?name=harbor").await.is(StatusCode::OK);
    let mut options = made["options"].clone();
    options["client_id"] = json!("changed");
    options["scope"] = json!("x");
    options["icon_url"] = json!("https://hr.harbor.test/i.png");
    assert_eq!(read[0]["options"], options);
}

on_both!(
    a_bare_list_and_one_with_totals,
    checkpoints_lead_through_all,
    filters_by_name_and_strategy,
    sources_of_other_words_are_seen_when_they_fit,
);
