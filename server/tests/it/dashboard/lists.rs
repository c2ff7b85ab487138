//! Lists: search, filters, pages forward and back; and every page with hostile names, within its weight.

use std::collections::BTreeSet;

use http::StatusCode;
use serde_json::json;

use super::administrator;
use crate::harness::{Answer, Client, Harness, on_both};
use crate::pages::specimens::HOSTILE;
use crate::people::caller::Caller;

on_both!(
    a_list_goes_forward_and_back,
    a_list_is_searched_and_narrowed,
    hostile_names_stay_names_on_every_page,
    every_page_of_the_navigation_opens_and_is_light,
);

/// The most that a page may weigh with its assets, in bytes.
const HEAVIEST: usize = 100_000;

fn rows(page: &Answer) -> Vec<String> {
    let elements = page.page().elements;
    let rows = elements.iter().filter(|element| element.name == "tr");
    rows.filter_map(|row| row.attribute("data-id").map(str::to_owned))
        .collect()
}

fn link(page: &Answer, id: &str) -> Option<String> {
    let elements = page.page().elements;
    let found = elements.iter().find(|element| element.attribute("id") == Some(id))?;
    found.attribute("href").map(str::to_owned)
}

async fn a_list_goes_forward_and_back(harness: &Harness) {
    let mut root = administrator(harness).await;
    for number in 0..59 {
        harness.user(&format!("user{number:02}")).await;
    }
    let first = root.get("/admin/users").await;
    assert!(link(&first, "previous").is_none());
    let second = root.get(&link(&first, "next").unwrap()).await;
    let third = root.get(&link(&second, "next").unwrap()).await;
    assert!(link(&third, "next").is_none());
    let pages = [rows(&first), rows(&second), rows(&third)];
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 10]);
    let all: BTreeSet<&String> = pages.iter().flatten().collect();
    assert_eq!(all.len(), 60);
    let back = root.get(&link(&third, "previous").unwrap()).await;
    assert_eq!(rows(&back), pages[1]);
    assert!(link(&back, "next").is_some());
    let begin = root.get(&link(&back, "previous").unwrap()).await;
    assert_eq!(rows(&begin), pages[0]);
    assert!(
        link(&begin, "previous").is_none(),
        "before the first page there is none"
    );
    assert_eq!(rows(&root.get(&link(&begin, "next").unwrap()).await), pages[1]);
    // The newest first, too.
    let log = root.get("/admin/events").await;
    assert!(!rows(&log).is_empty());
    // A cursor that somebody made up is said to be none.
    let wrong = root.get("/admin/users?cursor=AAAA").await;
    assert_eq!(wrong.status, StatusCode::OK);
    assert!(wrong.has("p#notice") && rows(&wrong).is_empty(), "{}", wrong.body);
}

async fn a_list_is_searched_and_narrowed(harness: &Harness) {
    let mut root = administrator(harness).await;
    let ann = harness.user("ann").await;
    let off = harness.user_with("bob", |user| user.is_active = false).await;
    assert_eq!(rows(&root.get("/admin/users?q=ann").await), [ann.id.as_str()]);
    assert_eq!(rows(&root.get("/admin/users?is_active=false").await), [off.id.as_str()]);
    let none = root.get("/admin/users?q=nobody").await;
    assert!(none.has("p#empty") && none.has("input[value=nobody]"));
    harness.signed_in("ann").await;
    let sessions = root.get(&format!("/admin/sessions?user={}", ann.id)).await;
    assert_eq!(rows(&sessions).len(), 1);
    assert!(
        sessions.body.contains("<bdi>ann</bdi>"),
        "whose they are: {}",
        sessions.body
    );
    let events = root.get(&format!("/admin/events?action=login&actor={}", ann.id)).await;
    assert_eq!(rows(&events).len(), 1, "{}", events.body);
    // Parameters that no list has do nothing.
    assert_eq!(
        root.get("/admin/users?nothing=1&limit=9999").await.status,
        StatusCode::OK
    );
}

/// An address without the ids in it, so that of a hundred records one is looked at.
fn shape(path: &str) -> String {
    let is_id = |word: &&str| word.len() > 26 && word.contains('_');
    let words: Vec<&str> = path.split(['/', '=', '&', '?']).collect();
    words
        .iter()
        .map(|word| if is_id(word) { "*" } else { word })
        .collect::<Vec<_>>()
        .join("/")
}

/// Every kind of address of the dashboard that some page links to, from the first page on, within bounds.
async fn walk(client: &mut Client, most: usize) -> Vec<(String, Answer)> {
    let mut known: BTreeSet<String> = BTreeSet::from([shape("/admin/")]);
    let mut waiting = vec!["/admin/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop() {
        assert!(seen.len() < most, "more than {most} pages");
        let page = client.get(&path).await;
        if page.body.starts_with("<!DOCTYPE html>") {
            for element in page.page().elements {
                let href = element.attribute("href").unwrap_or_default();
                if href.starts_with("/admin/") && known.insert(shape(href)) {
                    waiting.push(href.to_owned());
                }
            }
        }
        seen.push((path, page));
    }
    seen
}

async fn fill(harness: &Harness, api: &mut Caller, name: &str) {
    harness
        .user_with("hostile", |user| {
            user.name = name.to_owned();
            user.claims.nickname = Some(name.to_owned());
            user.attributes.insert("a".to_owned(), json!(name));
        })
        .await;
    harness
        .application_with("shop", |shop| {
            shop.name = name.to_owned();
            shop.description = name.to_owned();
            shop.group = name.to_owned();
            shop.icon_url = Some(name.to_owned());
            shop.launch_url = Some(name.to_owned());
        })
        .await;
    let text = name.replace('\t', " ");
    api.post("/groups", json!({ "name": text, "attributes": { "a": text } }))
        .await
        .expect(201);
    api.post(
        "/policies",
        json!({ "name": text, "expression": format!("return {text:?} == 1") }),
    )
    .await
    .expect(201);
    api.post(
        "/scope-mappings",
        json!({ "name": text, "scope": "x", "description": text, "expression": "return {}" }),
    )
    .await
    .expect(201);
    api.post("/property-mappings", json!({ "name": text, "expression": "return {}" }))
        .await
        .expect(201);
    api.post("/entitlements", json!({ "name": text, "application": "shop" }))
        .await
        .expect(201);
    api.post("/webhooks", json!({ "url": "https://hooks.example.com/x" }))
        .await
        .expect(201);
    api.post("/api-tokens", json!({ "name": text, "permissions": ["users:read"] }))
        .await
        .expect(201);
    api.post(
        "/sources",
        json!({ "key": "s", "name": text, "kind": "oauth2", "client_id": "us", "authorization_endpoint": "https://a.example/a",
            "token_endpoint": "https://a.example/t", "userinfo_endpoint": "https://a.example/u" }),
    )
    .await
    .expect(201);
}

async fn hostile_names_stay_names_on_every_page(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    fill(harness, &mut api, &HOSTILE[..5].join(" ")).await;
    let mut shown = 0;
    for (path, page) in walk(&mut root, 400).await {
        assert!(page.status.as_u16() < 500, "{path}");
        if !page.body.starts_with("<!DOCTYPE html>") {
            continue;
        }
        for element in &page.page().elements {
            assert!(
                !matches!(element.name.as_str(), "img" | "iframe" | "style" | "object"),
                "{path}: {}",
                element.name
            );
            if element.name == "script" {
                assert!(
                    element
                        .attribute("src")
                        .is_some_and(|source| source.starts_with("/assets/")),
                    "{path}"
                );
                assert_eq!(element.text, "", "{path}");
            }
            for (name, value) in &element.attributes {
                assert!(!name.starts_with("on") && name != "style", "{path}: {name}");
                if matches!(name.as_str(), "href" | "src" | "action" | "formaction") {
                    // Only a link that tells nobody where it was followed leads elsewhere: to the documentation of an application.
                    let out = element.attribute("rel") == Some("noreferrer") && value.starts_with("https://");
                    assert!(
                        out || value.starts_with('/') && !value.starts_with("//") || value.starts_with('#'),
                        "{path}: {value}"
                    );
                }
            }
        }
        shown +=
            usize::from(page.body.contains("&lt;script&gt;alert(1)") || page.body.contains("&#60;script&#62;alert(1)"));
    }
    assert!(shown >= 12, "the names are shown on {shown} pages");
    // What an address says is shown as it is as well.
    for hostile in HOSTILE {
        let query: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
        for path in [
            "users?q=",
            "policy-bindings?target=",
            "events?action=",
            "groups/new?name=",
            "users?done=",
        ] {
            let page = root.get(&format!("/admin/{path}{query}")).await;
            page.page();
            assert!(page.status.as_u16() < 500, "{path}");
        }
    }
}

async fn every_page_of_the_navigation_opens_and_is_light(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    fill(harness, &mut api, "Harbour").await;
    for number in 0..30 {
        harness.user(&format!("user{number:02}")).await;
    }
    let assets = ["style.css", "dashboard.css", "copy.js", "favicon.svg"];
    let assets: usize = assets
        .iter()
        .map(|name| harness.app.assets.content(name).unwrap().len())
        .sum();
    let pages = walk(&mut root, 400).await;
    for (path, page) in &pages {
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        assert!(
            page.body.len() + assets < HEAVIEST,
            "{path} weighs {}",
            page.body.len() + assets
        );
    }
    for section in [
        "applications",
        "sources",
        "users",
        "groups",
        "policies",
        "keys",
        "webhooks",
        "api-tokens",
        "sessions",
        "events",
    ] {
        assert!(
            pages.iter().any(|(path, _)| *path == format!("/admin/{section}")),
            "{section}"
        );
        let new = format!("/admin/{section}/new");
        let has_new = pages.iter().any(|(path, _)| *path == new);
        assert_eq!(has_new, !matches!(section, "sessions" | "events"), "{new}");
    }
}
