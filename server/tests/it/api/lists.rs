//! Lists: pages, filters, search, order, and cursors that are not ours.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    pages_show_every_record_once_while_others_come_and_go,
    filters_search_and_order,
    cursors_that_are_not_ours_are_refused,
    wrong_parameters_are_named,
);

fn names(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

async fn pages_show_every_record_once_while_others_come_and_go(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for number in 0..7 {
        harness.advance(1);
        api.application(&format!("App {number}")).await;
    }
    let mut seen = Vec::new();
    let mut path = "/applications?limit=2&sort=-id".to_owned();
    loop {
        let page = api.get(&path).await.found();
        seen.extend(names(&page));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/applications?limit=2&sort=-id&cursor={cursor}");
        // New ones come in before the first page, and one that was shown goes away.
        harness.advance(1);
        api.application("Late").await;
        if seen.len() == 4 {
            assert_eq!(api.delete("/applications/app-5").await.status(), StatusCode::NO_CONTENT);
        }
    }
    assert_eq!(seen, ["App 6", "App 5", "App 4", "App 3", "App 2", "App 1", "App 0"]);
}

async fn filters_search_and_order(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for (name, enabled) in [("Alpha", true), ("Beta", false), ("Beta two", true), ("100%", true)] {
        let body = json!({"name": name, "enabled": enabled});
        api.post("/applications", &body).await.created();
    }
    let mut ask = async |query: &str| names(&api.get(&format!("/applications?{query}")).await.found());
    assert_eq!(ask("enabled=false").await, ["Beta"]);
    assert_eq!(ask("slug=beta-two").await, ["Beta two"]);
    assert_eq!(ask("name=Alpha").await, ["Alpha"]);
    assert_eq!(ask("q=BETA&sort=name").await, ["Beta", "Beta two"]);
    assert_eq!(ask("q=BETA&enabled=true").await, ["Beta two"]);
    assert_eq!(ask("q=%25").await, ["100%"], "a percent sign is a letter");
    assert_eq!(ask("q=nothing").await, [""; 0]);
    assert_eq!(ask("sort=-name").await, ["Beta two", "Beta", "Alpha", "100%"]);
    assert_eq!(ask("name=%27%20OR%201%3D1--").await, [""; 0]);
    let mappings = api.get("/scope-mappings").await.found();
    let scopes = mappings["items"].as_array().unwrap().iter();
    let scopes: Vec<&str> = scopes.map(|mapping| mapping["scope"].as_str().unwrap()).collect();
    assert_eq!(
        scopes,
        [
            "address",
            "email",
            "entitlements",
            "goauthentik.io/api",
            "groups",
            "offline_access",
            "openid",
            "phone",
            "profile"
        ]
    );
    let by_name = api.get("/scope-mappings/openid").await.found();
    let by_id = api
        .get(&format!("/scope-mappings/{}", by_name["id"].as_str().unwrap()))
        .await
        .found();
    assert_eq!(by_id, by_name);
    let incomplete = api.post("/scope-mappings", &json!({"name": "own"})).await;
    assert_eq!(incomplete.wrong(), ["scope:required", "expression:required"]);
    api.patch("/scope-mappings/openid", &json!({"name": "own"}))
        .await
        .problem(StatusCode::CONFLICT);
    api.delete("/scope-mappings/openid").await.problem(StatusCode::CONFLICT);
}

async fn cursors_that_are_not_ours_are_refused(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for number in 0..3 {
        api.application(&format!("App {number}")).await;
    }
    let page = api.get("/applications?limit=1").await.found();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    let mut forged: Vec<String> = ["", "x", "AAAA", "../../etc/passwd", "' OR 1=1 --", &"A".repeat(5000)]
        .iter()
        .map(|text| format!("/applications?limit=1&cursor={}", text.replace(' ', "+")))
        .collect();
    // Every letter changed, cut short, and with more behind it.
    for at in 0..cursor.len() {
        let mut changed = cursor.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        forged.push(format!("/applications?limit=1&cursor={changed}"));
    }
    forged.push(format!("/applications?limit=1&cursor={}", &cursor[..cursor.len() - 4]));
    forged.push(format!("/applications?limit=1&cursor={cursor}AAAA"));
    // The right cursor with another selection, order or list.
    forged.push(format!("/applications?limit=1&enabled=true&cursor={cursor}"));
    forged.push(format!("/applications?limit=1&sort=name&cursor={cursor}"));
    forged.push(format!("/keys?limit=1&cursor={cursor}"));
    for path in forged {
        let wrong = api.get(&path).await.wrong();
        assert_eq!(wrong, ["cursor:invalid"], "{path}");
    }
    api.get(&format!("/applications?limit=1&cursor={cursor}")).await.found();
}

async fn wrong_parameters_are_named(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for (query, expected) in [
        ("limit=0", "limit:invalid"),
        ("limit=201", "limit:invalid"),
        ("limit=-1", "limit:invalid"),
        ("limit=x", "limit:invalid"),
        ("limit=99999999999999999999", "limit:invalid"),
        ("limit=1&limit=2", "query:invalid"),
        ("q=", "q:invalid"),
        ("q=%00", "q:invalid"),
        ("sort=secrets", "secrets:unknown_parameter"),
        ("sort=", ":unknown_parameter"),
        ("secrets=x", "secrets:unknown_parameter"),
        ("body=x", "body:unknown_parameter"),
        ("offset=3", "offset:unknown_parameter"),
        ("enabled=maybe", "enabled:invalid"),
        ("enabled=1", "enabled:invalid"),
        ("name=a%00b", "name:invalid"),
    ] {
        let wrong = api.get(&format!("/applications?{query}")).await.wrong();
        assert_eq!(wrong, [expected], "{query}");
    }
}
