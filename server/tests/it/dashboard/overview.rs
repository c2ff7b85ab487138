//! The first page: charts out of the audit log, and what needs attention.

use http::StatusCode;
use protocol::client::{MatchingMode, RedirectUri};
use protocol::time::HOUR;
use protocol::transaction::TransactionState::{Done, Open, Refused};
use store::transactions::{Segment, Transaction};
use vestibule::actions::survey;
use vestibule::jobs::count_activity;

use super::administrator;
use crate::harness::{Harness, on_both};

on_both!(
    what_happened_is_counted_once_and_drawn,
    what_needs_attention_is_found_and_led_to,
    refusals_providers_and_answer_times_are_shown,
);

async fn what_happened_is_counted_once_and_drawn(harness: &Harness) {
    let mut root = administrator(harness).await;
    harness.user("alice").await;
    for _ in 0..3 {
        harness.signed_in("alice").await;
    }
    let mut client = harness.client();
    let form = client.get("/login").await.form("login-form");
    client
        .submit(&form.with("username", "alice").with("password", "wrong"))
        .await;
    harness.advance(60);
    // Two nodes count at once, and again: nothing is counted twice.
    let other = harness.another_node().await;
    let (one, two) = tokio::join!(count_activity(&harness.app), count_activity(&other.app));
    one.unwrap();
    two.unwrap();
    count_activity(&harness.app).await.unwrap();
    let activity = harness
        .app
        .store
        .load_activity(harness.now().0 / HOUR - 1)
        .await
        .unwrap();
    let number = |action: &str| {
        activity
            .iter()
            .filter(|one| one.action == action)
            .map(|one| one.number)
            .sum::<i64>()
    };
    assert_eq!((number("login"), number("login_failed")), (4, 1));
    for path in ["/admin/", "/admin/?span=week"] {
        let page = root.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        let html = page.page();
        let totals: Vec<&str> = html
            .elements
            .iter()
            .filter(|element| element.attribute("class") == Some("chart-total"))
            .map(|element| element.text.as_str())
            .collect();
        assert_eq!(totals, ["4", "1", "0", "0", "none"], "{path}");
        let bars = html.elements.iter().filter(|element| element.name == "rect").count();
        assert_eq!(bars, 2, "{path}: one for each thing that happened");
    }
    // A week later the day is empty, and the week is not.
    harness.advance(3 * 24 * 3600);
    let mut root = harness.signed_in("root").await;
    assert!(!root.get("/admin/").await.has("rect.chart-bar"));
    assert!(root.get("/admin/?span=week").await.has("rect.chart-bar"));
    other.end().await;
}

async fn refusals_providers_and_answer_times_are_shown(harness: &Harness) {
    let mut root = administrator(harness).await;
    let page = root.get("/admin/").await;
    assert!(!page.has("ul#refusals") && !page.has("ul#providers"));
    harness.application("shop").await;
    let wrong = "client_id=shop&redirect_uri=https%3A%2F%2Felsewhere.example%2F&response_type=code";
    for query in [wrong, wrong, "client_id=nobody"] {
        harness
            .client()
            .get(&format!("/application/o/authorize/?{query}"))
            .await;
    }
    harness.app.transactions.settle().await;
    let through = |number: u32, hours: i64, state| {
        let started_at = harness.now().plus(-hours * HOUR);
        Segment {
            id: format!("stp_{number}"),
            transaction: Transaction {
                id: format!("txn_{number}"),
                state,
                source: Some("harbour".to_owned()),
                started_at,
                updated_at: started_at,
                ..Transaction::default()
            },
            ..Segment::default()
        }
    };
    let ends = [
        (0, Done),
        (0, Done),
        (3, Done),
        (3, Refused),
        (5, Refused),
        (7, Open),
        (30, Refused),
    ];
    let segments: Vec<Segment> = ends
        .into_iter()
        .zip(1..)
        .map(|((hours, state), number)| through(number, hours, state))
        .collect();
    harness.app.store.save_segments(&segments).await.unwrap();
    survey::look(&harness.app, harness.now()).await.unwrap();
    let page = root.get("/admin/").await;
    let html = page.page();
    assert!(page.has("li[data-source=harbour]") && page.body.contains("3 in, 2 refused"));
    let trend = page
        .body
        .split("class=\"trend\"")
        .nth(1)
        .and_then(|rest| rest.split("</svg>").next());
    let bars = |class: &str| trend.unwrap_or_default().matches(&format!("class=\"{class}\"")).count();
    assert_eq!((bars("chart-bar"), bars("rank-refused")), (2, 2), "{trend:?}");
    assert!(trend.is_some_and(|trend| trend.contains("1 in, 1 refused")));
    let codes: Vec<&str> = html
        .elements
        .iter()
        .filter_map(|element| element.attribute("data-code"))
        .collect();
    assert_eq!(
        codes,
        ["redirect_uri_mismatch", "client_unknown"],
        "the most frequent one first"
    );
    let link = html
        .elements
        .iter()
        .find(|element| element.text == "redirect_uri_mismatch");
    assert!(
        link.is_some()
            && root
                .get("/admin/transactions?q=redirect_uri_mismatch")
                .await
                .has("ul.cases")
    );
    let survey = harness.app.survey();
    let pace = survey.paces.back().expect("answers were given");
    assert!(pace.median > 0 && pace.median <= pace.slow, "{pace:?}");
    // Nothing was asked since: nothing is said of that time.
    survey::look(&harness.app, harness.now()).await.unwrap();
    assert_eq!(harness.app.survey().paces.len(), survey.paces.len());
    // What is older than a day is not counted any more.
    harness.advance(2 * 24 * 3600);
    survey::look(&harness.app, harness.now()).await.unwrap();
    assert!(harness.app.survey().refusals.is_empty());
}

async fn what_needs_attention_is_found_and_led_to(harness: &Harness) {
    let mut root = administrator(harness).await;
    assert!(root.get("/admin/").await.has("p#calm"), "before the first look");
    let open = harness
        .application_with("open", |open| {
            open.name = "<b>Open</b>".to_owned();
            open.redirect_uris = vec![RedirectUri {
                matching_mode: MatchingMode::Strict,
                url: "http://open.example/cb".to_owned(),
            }];
        })
        .await;
    survey::look(&harness.app, harness.now()).await.unwrap();
    let page = root.get("/admin/").await;
    assert!(page.has("li[data-kind=redirect-uri]"), "{}", page.body);
    assert!(page.has(&format!("a[href=/admin/applications/{}]", open.id)));
    assert!(!page.body.contains("<b>Open"));
    assert!(!page.has("li[data-kind=unused]"), "it is new");
    // A month later nobody has signed in to it.
    harness.advance(31 * 24 * 3600);
    survey::look(&harness.app, harness.now()).await.unwrap();
    let mut root = harness.signed_in("root").await;
    assert!(root.get("/admin/").await.has("li[data-kind=unused]"));
    // What is mended is not told any more.
    let mut mended = open;
    harness
        .change_application(&mut mended, |open| {
            open.redirect_uris[0].url = "https://open.example/cb".to_owned();
            open.enabled = false;
        })
        .await;
    survey::look(&harness.app, harness.now()).await.unwrap();
    let page = root.get("/admin/").await;
    assert!(!page.has("ul#findings") && page.has("p#calm"), "{}", page.body);
}
