//! Redirect URIs through the management API: what is saved, what is remarked, what is refused, and from whom an
//! application without any learns.

use serde_json::{Value, json};

use super::support::Api;
use crate::harness::{Engine, Harness, on_both};

on_both!(
    patterns_are_saved_with_remarks,
    a_new_application_learns_from_administrators_for_a_day
);

fn pattern(url: &str) -> Value {
    json!([{ "matching_mode": "regex", "url": url }])
}

async fn patterns_are_saved_with_remarks(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let clean = pattern(r"https://[^/.]+\.example\.com/cb");
    let body = json!({"name": "Wiki", "redirect_uris": clean, "post_logout_redirect_uris": clean});
    let made = api.post("/applications", &body).await.created();
    assert_eq!(made["redirect_uris"], clean);
    assert_eq!(made["post_logout_redirect_uris"], clean);
    assert_eq!(made["warnings"], Value::Null);
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    for field in ["redirect_uris", "post_logout_redirect_uris"] {
        let change = json!({ field: pattern("https?://app.example.com/cb.*") });
        let saved = api.patch(&path, &change).await.found();
        let warnings: Vec<&Value> = saved["warnings"].as_array().unwrap().iter().collect();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert_eq!(
            (warnings[0]["field"].as_str(), warnings[0]["code"].as_str()),
            (Some(field), Some("unescaped_dot"))
        );
        assert_eq!(warnings[0]["suggestion"], r"https?://app\.example\.com/cb.*");
        assert_eq!(
            (warnings[1]["field"].as_str(), warnings[1]["code"].as_str()),
            (Some(field), Some("plain_http"))
        );
        assert_eq!(warnings[1]["suggestion"], "https://app.example.com/cb.*");
        api.patch(&path, &json!({ field: clean })).await.found();
    }
    // The same text once as an address and once as a pattern are two entries; repeated, one.
    let twice = json!([{"url": "https://a.example/"}, {"matching_mode": "regex", "url": "https://a.example/"},
        {"matching_mode": "strict", "url": "https://a.example/"}]);
    let saved = api.patch(&path, &json!({"redirect_uris": twice})).await.found();
    assert_eq!(saved["redirect_uris"].as_array().unwrap().len(), 2);
}

async fn a_new_application_learns_from_administrators_for_a_day(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let address = json!([{"url": "https://a.example/cb"}]);
    let made = api.post("/applications", &json!({"name": "Bare"})).await.created();
    assert_eq!(made["learn_redirect_uri"], "administrator");
    let end = made["learn_redirect_uri_until"].as_str().unwrap().to_owned();
    let day = jiff::Span::new().hours(24);
    let begun: jiff::Timestamp = made["created_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(end.parse::<jiff::Timestamp>().unwrap(), begun.checked_add(day).unwrap());
    let path = format!("/applications/{}", made["id"].as_str().unwrap());
    // Other changes leave the lesson alone; being told the address ends it.
    harness.advance(60);
    let saved = api.patch(&path, &json!({"description": "x"})).await.found();
    assert_eq!(saved["learn_redirect_uri_until"], end);
    let saved = api.patch(&path, &json!({"redirect_uris": address})).await.found();
    assert_eq!(
        (&saved["learn_redirect_uri"], &saved["learn_redirect_uri_until"]),
        (&json!("off"), &Value::Null)
    );
    // An empty list alone opens nothing; naming the field begins a new day.
    let saved = api.patch(&path, &json!({"redirect_uris": []})).await.found();
    assert_eq!(saved["learn_redirect_uri"], "off");
    let saved = api.patch(&path, &json!({"learn_redirect_uri": "anyone"})).await.found();
    assert_eq!(saved["learn_redirect_uri"], "anyone");
    assert!(saved["learn_redirect_uri_until"].as_str().unwrap() > end.as_str());
    let saved = api.patch(&path, &json!({"learn_redirect_uri": null})).await.found();
    assert_eq!(saved["learn_redirect_uri"], "administrator");
    let saved = api.patch(&path, &json!({"learn_redirect_uri": "off"})).await.found();
    assert_eq!(saved["learn_redirect_uri_until"], Value::Null);
    // Who comes with an address has nothing to learn.
    let body = json!({"name": "Told", "redirect_uris": address});
    assert_eq!(
        api.post("/applications", &body).await.created()["learn_redirect_uri"],
        "off"
    );
    for (wrong, expected) in [(json!("always"), "invalid"), (json!(true), "wrong_type")] {
        let reply = api.patch(&path, &json!({"learn_redirect_uri": wrong})).await;
        assert_eq!(reply.wrong(), [format!("learn_redirect_uri:{expected}")]);
    }
}

#[tokio::test]
async fn the_page_about_redirect_uris_says_what_works() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/how-to/redirect-uris.md");
    let page = std::fs::read_to_string(page).unwrap();
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    let mut warned = Vec::new();
    for block in page.split("```json").skip(1) {
        let body: Value = serde_json::from_str(block.split("```").next().unwrap()).unwrap();
        let made = api.post("/applications", &body).await.created();
        if let Some(warnings) = made["warnings"].as_array() {
            warned.extend(
                warnings
                    .iter()
                    .map(|warning| (made["name"].clone(), warning["code"].clone())),
            );
        }
    }
    assert_eq!(warned, [(json!("Dotted"), json!("unescaped_dot"))]);
    assert_eq!(
        api.get("/applications").await.found()["items"]
            .as_array()
            .unwrap()
            .len(),
        5
    );
    harness.end().await;
}

#[tokio::test]
async fn each_wrong_pattern_is_refused_with_its_code_and_named() {
    let harness = Harness::new(Engine::Sqlite).await;
    let mut api = Api::new(&harness).await;
    for (url, code) in [
        ("https://a\\.example\\.com/(", "pattern_syntax"),
        ("https://a\\.example\\.com/(?=x)", "pattern_syntax"),
        ("*", "pattern_syntax"),
        ("https://a\\.example\\.com/(x{200}){200}", "pattern_too_large"),
        (".*", "pattern_scheme"),
        ("com\\.example\\.app:/cb", "pattern_scheme"),
        ("https://a\\.example\\.com/|.*", "pattern_scheme"),
        ("https://.*", "pattern_domain"),
        ("https://.*\\.com/", "pattern_domain"),
        ("https://[^/]+example\\.com/", "pattern_domain"),
        ("https://example.com.*", "pattern_domain"),
        ("https://x@a\\.example\\.com/", "pattern_character"),
        ("https://a\\.example\\.com(:80)?x/", "pattern_port"),
        ("https://a\\.example\\.com/#x", "pattern_fragment"),
        ("https://a\\.example\\.com/ x", "pattern_text"),
        ("https://a\\.example\\.com/\u{e4}", "pattern_text"),
    ] {
        for field in ["redirect_uris", "post_logout_redirect_uris"] {
            let reply = api
                .post("/applications", &json!({"name": "x", field: pattern(url)}))
                .await;
            assert_eq!(reply.wrong(), [format!("{field}:{code}")], "{url}");
            let message = reply.json["errors"][0]["message"].as_str().unwrap();
            assert!(message.starts_with("Entry 1: ") && message.contains(url), "{message}");
        }
    }
    assert_eq!(api.get("/applications").await.found()["items"], json!([]));
    harness.end().await;
}
