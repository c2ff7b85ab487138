//! Searching lists: what is found is what a look at every record would find, whether many have it or one, and whatever changed
//! since.

use protocol::time::Time;
use serde_json::{Value, json};
use url::form_urlencoded::byte_serialize;

use super::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    what_is_found_is_what_a_look_at_every_record_finds,
    what_changed_is_found_as_it_is_now,
    what_many_have_is_found_page_by_page,
    every_list_with_an_index_is_searched,
);

/// People with odd names; user name, name, address.
const PEOPLE: [(&str, &str, &str); 8] = [
    ("ada", "Ada Lovelace", "ada@example.com"),
    ("GRACE", "Grace \"Amazing\" Hopper", "grace.hopper@navy.example"),
    ("o'neil", "Shaquille O'Neil", "shaq@example.com"),
    ("per_cent", "100% Percent_!", "100%@example.com"),
    ("zoë", "Zoë Ångström", "zoe@example.com"),
    ("日本", "日本語の名前", "nihon@example.com"),
    ("star*", "NEAR(a b) OR AND NOT ^x - {y}", "star@example.com"),
    ("spaces", "a  b   c", "a-b-c@example.com"),
];

async fn found(api: &mut Api, list: &str, member: &str, q: &str) -> Vec<String> {
    let q: String = byte_serialize(q.as_bytes()).collect();
    let page = api.get(&format!("/{list}?limit=200&q={q}")).await.found();
    let items = page["items"].as_array().expect("a list").iter();
    let mut names: Vec<String> = items
        .map(|item| item[member].as_str().expect("text").to_owned())
        .collect();
    names.sort();
    names
}

async fn people(harness: &Harness) {
    for (username, name, email) in PEOPLE {
        harness
            .user_with_hash(username, None, |user| {
                name.clone_into(&mut user.name);
                user.email = Some(email.to_owned());
            })
            .await;
    }
}

async fn what_is_found_is_what_a_look_at_every_record_finds(harness: &Harness) {
    let mut api = Api::new(harness).await;
    people(harness).await;
    let searches = [
        "ada",
        "ADA",
        "ove",
        "a",
        "é",
        "zo",
        "zoë",
        "Ångström",
        "本語",
        "日本語",
        "hopper@navy",
        "\"Amazing\"",
        "\"\"\"",
        "O'N",
        "100%",
        "0%@",
        "t_!",
        "%%%",
        "___",
        "!!!",
        "*",
        "NEAR(",
        "OR AND NOT",
        "a b",
        "  b  ",
        "example.com",
        ".com",
        "@",
        "nobody",
        "\\x00",
        "{y}",
        "text:ada",
        "ada\" OR \"grace",
    ];
    for q in searches {
        let folded = q.to_ascii_lowercase();
        let has = |text: &str| text.to_ascii_lowercase().contains(&folded);
        let mut expected: Vec<&str> = PEOPLE
            .iter()
            .filter(|(username, name, email)| has(username) || has(name) || has(email))
            .map(|(username, ..)| *username)
            .collect();
        expected.sort_unstable();
        assert_eq!(found(&mut api, "users", "username", q).await, expected, "{q}");
    }
}

async fn what_changed_is_found_as_it_is_now(harness: &Harness) {
    let mut api = Api::new(harness).await;
    people(harness).await;
    let ada = harness.user("countess").await;
    let path = format!("/users/{}", ada.id);
    api.patch(
        &path,
        &json!({ "name": "Augusta Byron", "email": "augusta@example.org" }),
    )
    .await
    .found();
    for (q, count) in [
        ("Name of countess", 0),
        ("Augusta", 1),
        ("augusta@example.org", 1),
        ("countess@", 0),
        ("countess", 1),
    ] {
        assert_eq!(found(&mut api, "users", "username", q).await.len(), count, "{q}");
    }
    // A change that touches none of the texts.
    api.patch(&path, &json!({ "is_active": false })).await.found();
    assert_eq!(found(&mut api, "users", "username", "Byron").await, ["countess"]);
    api.patch(&path, &json!({ "email": null })).await.found();
    assert!(found(&mut api, "users", "username", "augusta@").await.is_empty());
    assert_eq!(api.delete(&path).await.status(), 204);
    assert!(found(&mut api, "users", "username", "Byron").await.is_empty());
    // Whoever comes after one that went is not taken for them.
    harness.user("next").await;
    assert!(found(&mut api, "users", "username", "countess").await.is_empty());
    assert_eq!(found(&mut api, "users", "username", "Name of next").await, ["next"]);
}

async fn what_many_have_is_found_page_by_page(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut statements = Vec::new();
    let pattern = harness.user("pattern").await;
    for number in 0..2_100_i32 {
        let mut user = pattern.clone();
        user.id = harness
            .app
            .new_id("user", Time(harness.now().0 + i64::from(number) * 1_000));
        user.uuid = format!("uuid-of-{number}");
        user.username = format!("many-{number:04}");
        user.name = if number % 21 == 0 { "Twenty first" } else { "Another" }.to_owned();
        user.email = None;
        statements.extend(harness.app.store.create_user(&user, None).expect("statements"));
    }
    harness
        .app
        .commit_changes(statements, Vec::new())
        .await
        .expect("they are stored");
    // More than the index is asked for, about as many as fit on a page, and one.
    for (q, count) in [("many-", 2_100), ("Twenty first", 100), ("many-0042", 1)] {
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let q: String = byte_serialize(q.as_bytes()).collect();
            let page: Value = api.get(&format!("/users?limit=200&q={q}{cursor}")).await.found();
            let items = page["items"].as_array().expect("a list");
            seen.extend(
                items
                    .iter()
                    .map(|item| item["username"].as_str().expect("text").to_owned()),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), count, "{q}");
        assert!(seen.is_sorted(), "{q}: each once and in order");
    }
}

async fn every_list_with_an_index_is_searched(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let body = json!({ "name": "Harbour wiki", "client_id": "client-of-the-harbour" });
    api.post("/applications", &body).await.created();
    api.post("/applications", &json!({ "name": "Other" })).await.created();
    for name in ["Night watch", "Day watch", "Crew"] {
        api.post("/groups", &json!({ "name": name })).await.created();
    }
    for (list, q, names) in [
        ("applications", "harbour", &["Harbour wiki"][..]),
        ("applications", "client-of", &["Harbour wiki"]),
        ("applications", "r-w", &["Harbour wiki"]),
        ("applications", "nothing", &[]),
        ("groups", "WATCH", &["Day watch", "Night watch"]),
        ("groups", "crew", &["Crew"]),
    ] {
        assert_eq!(found(&mut api, list, "name", q).await, names, "{list} {q}");
    }
}
