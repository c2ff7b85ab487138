//! The start page of a person: tiles, sign-out, administration.

use protocol::client::GrantType;
use serde_json::{Value, json};

use super::*;
use crate::api::support::Api;
use crate::harness::{Answer, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]\nexpressions.requests = true":
    tiles_are_what_the_person_may_open,
    tiles_stand_under_their_groups,
    many_applications_can_be_searched,
    more_than_fit_are_found_by_their_names,
    among_very_many_the_database_searches,
    no_search_is_too_strange,
    policies_decide_which_tiles_there_are,
    what_policies_can_not_decide_in_a_moment_is_shown,
    administrators_find_the_administration,
    strangers_are_sent_to_sign_in
);

async fn tiles_are_what_the_person_may_open(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    harness
        .application_with("mail", |application| {
            application.launch_url = Some("https://mail.example/in".into());
        })
        .await;
    harness
        .application_with("off", |application| application.enabled = false)
        .await;
    harness
        .application_with("robot", |application| {
            application.grant_types = vec![GrantType::ClientCredentials];
        })
        .await;
    for (slug, grant) in [("wall", GrantType::Implicit), ("ledger", GrantType::Hybrid)] {
        harness
            .application_with(slug, |application| application.grant_types = vec![grant])
            .await;
    }
    harness
        .application_with("bare", |application| application.redirect_uris.clear())
        .await;
    harness
        .application_with("phone", |application| {
            application.redirect_uris[0].url = "com.example.phone:/cb".into();
        })
        .await;
    let mut client = harness.signed_in("alice").await;
    let home = client.get("/").await;
    for (slug, shown) in [
        ("shop", true),
        ("mail", true),
        ("off", false),
        ("robot", false),
        ("wall", true),
        ("ledger", true),
        ("bare", false),
        ("phone", false),
    ] {
        assert_eq!(home.has(&format!("li[data-application={slug}]")), shown, "{slug}");
    }
    assert!(home.has("a[href=https://shop.example/]") && home.has("a[href=https://mail.example/in]"));
    assert!(!home.has("a#administration"));
}

async fn tiles_stand_under_their_groups(harness: &Harness) {
    harness.user("alice").await;
    for (slug, group) in [
        ("wiki", "writing"),
        ("shop", ""),
        ("mail", "Office"),
        ("notes", "Writing "),
    ] {
        harness
            .application_with(slug, |application| application.group = group.into())
            .await;
    }
    let home = harness.signed_in("alice").await.get("/").await;
    let places = [
        "Office<",
        "data-application=\"mail\"",
        "riting<",
        "data-application=\"wiki\"",
        "More applications",
    ]
    .map(|words| home.body.find(words).unwrap_or_else(|| panic!("{words} is not there")));
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(
        home.body.matches("class=\"tile-group\"").count(),
        3,
        "a group is one, however it is written"
    );
    assert!(!home.has("form#search-form"), "four are seen at a glance");
}

async fn many_applications_can_be_searched(harness: &Harness) {
    harness.user("alice").await;
    for number in 1..=9 {
        harness
            .application_with(&format!("shop-{number}"), |application| {
                application.name = format!("Shop {number}");
                application.description = if number > 7 {
                    "For the Büro".into()
                } else {
                    String::new()
                };
            })
            .await;
    }
    let mut client = harness.signed_in("alice").await;
    let home = client.get("/").await;
    assert!(home.has("form#search-form") && !home.has("a#show-all"));
    for (words, found) in [
        ("shop", 9),
        ("SHOP%20%209", 1),
        ("b%C3%9CRO+shop", 2),
        ("shop-4", 1),
        ("elsewhere", 0),
        ("+", 9),
    ] {
        let page = client.get(&format!("/?q={words}")).await;
        assert_eq!(page.body.matches("data-application=").count(), found, "{words}");
        assert!(page.has("input[name=q]"), "{words}");
        assert_eq!(page.has("p#none-found"), found == 0, "{words}");
    }
    assert!(client.get("/?q=shop").await.has("a#show-all"));
}

async fn administrators_find_the_administration(harness: &Harness) {
    harness.user_with("root", |user| user.is_admin = true).await;
    assert!(harness.signed_in("root").await.get("/").await.has("a#administration"));
}

async fn strangers_are_sent_to_sign_in(harness: &Harness) {
    let answer = harness.client().get("/").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/login")));
}

fn shows(home: &Answer, slug: &str) -> bool {
    home.has(&format!("li[data-application={slug}]"))
}

async fn bound(api: &mut Api, slug: &str, mode: &str, bindings: &[Value]) {
    let site = format!("https://{slug}.example/");
    let application = json!({ "slug": slug, "name": slug, "launch_url": site, "policy_engine_mode": mode });
    api.post("/applications", &application).await.created();
    for binding in bindings {
        let mut binding = binding.clone();
        binding["target"] = json!(slug);
        api.post("/policy-bindings", &binding).await.created();
    }
}

async fn policies_decide_which_tiles_there_are(harness: &Harness) {
    let alice = harness.user("alice").await;
    let bob = harness.user("bob").await;
    let mut api = Api::new(harness).await;
    let mut made = async |path: &str, body: Value| {
        let made: Value = api.post(path, &body).await.created();
        made["id"].as_str().unwrap().to_owned()
    };
    let above = made("/groups", json!({ "name": "above" })).await;
    let hers = made(
        "/groups",
        json!({ "name": "hers", "users": [alice.id], "parents": [above] }),
    )
    .await;
    let other = made("/groups", json!({ "name": "other", "users": [bob.id] })).await;
    let yes = made(
        "/policies",
        json!({ "name": "yes", "expression": "return request.user.username == 'alice'" }),
    )
    .await;
    let no = made("/policies", json!({ "name": "no", "expression": "return False" })).await;
    let broken = made("/policies", json!({ "name": "broken", "expression": "return 1 / 0" })).await;

    for (slug, shown, mode, bindings) in [
        ("free", true, "any", vec![]),
        ("group", true, "any", vec![json!({ "group": hers })]),
        ("inherited", true, "any", vec![json!({ "group": above })]),
        ("foreign", false, "any", vec![json!({ "group": other })]),
        ("person", true, "any", vec![json!({ "user": alice.id })]),
        ("other-person", false, "any", vec![json!({ "user": bob.id })]),
        (
            "not-her",
            false,
            "any",
            vec![json!({ "user": alice.id, "negate": true })],
        ),
        (
            "not-others",
            true,
            "any",
            vec![json!({ "group": other, "negate": true })],
        ),
        (
            "switched-off",
            true,
            "any",
            vec![json!({ "group": other, "enabled": false })],
        ),
        ("dry", true, "any", vec![json!({ "group": other, "dry_run": true })]),
        ("says-yes", true, "any", vec![json!({ "policy": yes })]),
        ("says-no", false, "any", vec![json!({ "policy": no })]),
        (
            "one-of",
            true,
            "any",
            vec![json!({ "policy": no }), json!({ "group": hers })],
        ),
        (
            "all-of",
            false,
            "all",
            vec![json!({ "policy": no }), json!({ "group": hers })],
        ),
        (
            "all-agree",
            true,
            "all",
            vec![json!({ "policy": yes }), json!({ "group": hers })],
        ),
        (
            "all-but",
            false,
            "all",
            vec![json!({ "policy": yes }), json!({ "group": other })],
        ),
        ("fails", false, "any", vec![json!({ "policy": broken })]),
        (
            "fails-open",
            true,
            "any",
            vec![json!({ "policy": broken, "failure_result": true })],
        ),
    ] {
        bound(&mut api, slug, mode, &bindings).await;
        let home = harness.signed_in("alice").await.get("/").await;
        assert_eq!(shows(&home, slug), shown, "{slug}");
    }
}

async fn what_policies_can_not_decide_in_a_moment_is_shown(harness: &Harness) {
    harness.user("alice").await;
    let mut api = Api::new(harness).await;
    // It takes connections and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let expression = format!("requests.get('http://{address}/', timeout=15)\nreturn False");
    let slow = json!({ "name": "slow", "expression": expression });
    let slow = api.post("/policies", &slow).await.created()["id"].clone();
    bound(
        &mut api,
        "slow",
        "any",
        &[json!({ "policy": slow, "timeout_seconds": 20 })],
    )
    .await;
    let no = json!({ "name": "no", "expression": "return False" });
    let no = api.post("/policies", &no).await.created()["id"].clone();
    bound(&mut api, "closed", "any", &[json!({ "policy": no })]).await;
    let patience = std::time::Duration::from_secs(12);
    let mut client = harness.signed_in("alice").await;
    let home = tokio::time::timeout(patience, client.get("/"))
        .await
        .expect("it does not wait");
    assert!(shows(&home, "slow") && !shows(&home, "closed"));
}

async fn more_than_fit_are_found_by_their_names(harness: &Harness) {
    harness.user("alice").await;
    for n in 0..125 {
        harness
            .application_with(&format!("site-{n:03}"), |application| {
                application.name = format!("Site {n:03}%");
                application.group = format!("Floor {}", n % 3);
            })
            .await;
    }
    let mut client = harness.signed_in("alice").await;
    let home = client.get("/").await;
    assert!(shows(&home, "site-000") && shows(&home, "site-119") && !shows(&home, "site-120"));
    assert!(home.has("p#cut") && home.has("form#search-form") && home.has("input[name=q]"));
    for (q, found) in [
        (
            "SITE+%2012",
            &[
                "site-012", "site-112", "site-120", "site-121", "site-122", "site-123", "site-124",
            ][..],
        ),
        ("site+124", &["site-124"]),
        ("+124%25+", &["site-124"]),
        ("_24", &[]),
    ] {
        let page = client.get(&format!("/?q={q}")).await;
        let all = (0..125).map(|n| format!("site-{n:03}"));
        let shown: Vec<String> = all.filter(|slug| shows(&page, slug)).collect();
        assert_eq!(shown, found, "{q}");
        assert!(!page.has("p#cut") && page.has("form#search-form"), "{q}");
    }
}

async fn no_search_is_too_strange(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.signed_in("alice").await;
    for (q, found) in [
        ("%00", true),
        ("%3Cscript%3E", false),
        ("%25", false),
        ("shop%0A", true),
        (&"a".repeat(5_000), false),
    ] {
        let page = client.get(&format!("/?q={q}")).await;
        assert_eq!(page.status.as_u16(), 200, "{q}");
        assert_eq!(page.has("li.tile"), found, "{q}");
        assert!(!page.body.contains("<script>"), "{q}");
    }
}

async fn among_very_many_the_database_searches(harness: &Harness) {
    harness.user("alice").await;
    let mut statements = Vec::new();
    let pattern = harness.application("pattern").await;
    for n in 0..610 {
        let mut application = pattern.clone();
        application.id = harness.app.new_id("app", harness.now());
        application.slug = format!("many-{n:03}");
        application.client_id = format!("client-{n:03}");
        application.name = format!("Many {n:03} 100%");
        application.description = "Described".to_owned();
        let made = harness
            .app
            .store
            .create_application(&application, &[], &harness.app.entropy);
        statements.push(made.expect("a statement"));
    }
    harness
        .app
        .commit_changes(statements, Vec::new())
        .await
        .expect("they are stored");
    let mut client = harness.signed_in("alice").await;
    for (q, found, cut) in [
        ("", 120, true),
        ("many", 120, true),
        ("MANY+007", 1, false),
        ("many+100%25", 120, true),
        ("00+00%25", 16, false),
        ("100%25+many", 0, false),
        ("m_ny", 0, false),
        ("described", 0, false),
    ] {
        let page = client.get(&format!("/?q={q}")).await;
        assert_eq!(page.body.matches("data-application=").count(), found, "{q}");
        assert_eq!(page.has("p#cut"), cut, "{q}");
        assert!(page.has("form#search-form"), "{q}");
    }
}
