//! `/api/v1/transactions`: who may read, what is found, and who may repair.

use http::StatusCode;
use serde_json::json;

use super::support::{application, authorize, code, record, records, text, token};
use crate::api::support::Api;
use crate::harness::Harness;

crate::harness::on_both!(
    lists_are_filtered_and_case_numbers_are_read_as_people_write_them,
    a_repair_needs_the_permission_of_what_it_changes,
    a_repair_is_done_once_and_stands_in_the_audit_log,
    an_address_of_another_host_is_marked,
);

async fn refused(harness: &Harness, slug: &str, redirect_uri: &str) -> String {
    let mut browser = harness.signed_in("alice").await;
    let answer = browser.get(&authorize(slug, &[("redirect_uri", redirect_uri)])).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("redirect_uri_mismatch"),
        "{}",
        answer.body
    );
    harness.app.transactions.settle().await;
    super::support::case_of(&answer).0
}

async fn lists_are_filtered_and_case_numbers_are_read_as_people_write_them(harness: &Harness) {
    let alice = harness.user("alice").await;
    let wiki = application(harness, "wiki", |_| {}).await;
    application(harness, "mail", |_| {}).await;
    let mut api = Api::new(harness).await;
    let case = refused(harness, "wiki", "https://wiki.example/cb/").await;
    let mut browser = harness.signed_in("alice").await;
    let code = code(&mut browser, "mail").await;
    token(harness, "mail", &[("code", &code)]).await;
    for (query, expected) in [
        (format!("?application={}", wiki.id), 1),
        ("?code=redirect_uri_mismatch".to_owned(), 1),
        ("?state=done".to_owned(), 1),
        (format!("?user={}", alice.id), 1),
        (
            format!("?case_number={}", case.to_ascii_lowercase().replace('-', "")),
            1,
        ),
        (format!("?q={case}"), 1),
        ("?source=corp".to_owned(), 0),
        (String::new(), 2),
    ] {
        assert_eq!(records(harness, &mut api, &query).await.len(), expected, "{query}");
    }
    for query in ["?case_number=nothing", "?nothing=1", "?sort=code"] {
        let answer = api.get(&format!("/transactions{query}")).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    for reference in ["txn_01KAJ3V8A00000000000000001", "0000-0000", "nonsense"] {
        let answer = api.get(&format!("/transactions/{reference}")).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{reference}");
    }
}

async fn a_repair_needs_the_permission_of_what_it_changes(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let case = refused(harness, "wiki", "https://wiki.example/cb/").await;
    let repair = json!({"repair": "add_redirect_uri"});
    let path = format!("/transactions/{case}/repair");
    for (permissions, expected) in [
        (vec!["transactions:read"], StatusCode::FORBIDDEN),
        (vec!["transactions:write"], StatusCode::FORBIDDEN),
        (vec!["applications:write"], StatusCode::FORBIDDEN),
        (vec!["transactions:write", "sources:write"], StatusCode::FORBIDDEN),
        (vec!["transactions:write", "applications:write"], StatusCode::OK),
    ] {
        let mut api = Api::with_permissions(harness, &permissions).await;
        let answer = api.post(&path, &repair).await;
        assert_eq!(answer.status(), expected, "{permissions:?}: {}", answer.answer.body);
    }
    let mut api = Api::new(harness).await;
    for body in [json!({}), json!({"repair": null}), json!({"nothing": 1})] {
        assert_eq!(
            api.post(&path, &body).await.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}"
        );
    }
}

async fn a_repair_is_done_once_and_stands_in_the_audit_log(harness: &Harness) {
    harness.user("alice").await;
    let wiki = application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let case = refused(harness, "wiki", "https://wiki.example/cb/").await;
    let path = format!("/transactions/{case}/repair");
    let not_offered = api.post(&path, &json!({"repair": "enable_application"})).await;
    assert_eq!(not_offered.status(), StatusCode::CONFLICT);
    let done = api.post(&path, &json!({"repair": "add_redirect_uri"})).await.found();
    assert_eq!(
        done["explanation"]["repairs"],
        json!([]),
        "there is nothing left to repair"
    );
    let again = api.post(&path, &json!({"repair": "add_redirect_uri"})).await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
    let changed = api.get(&format!("/applications/{}", wiki.id)).await.found();
    let urls: Vec<&str> = changed["redirect_uris"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| text(entry, "url"))
        .collect();
    assert_eq!(urls, ["https://wiki.example/cb", "https://wiki.example/cb/"]);
    let updated = harness.events("application_updated").await;
    assert_eq!(updated.len(), 1);
    let repaired = harness.events("transaction_repaired").await;
    assert_eq!(repaired.len(), 1);
    assert_eq!(repaired[0].detail["repair"], "add_redirect_uri");
    assert_eq!(repaired[0].detail["record"], json!(wiki.id));
    let record = record(harness, &mut api, &format!("?case_number={case}")).await;
    assert_eq!(super::support::names(&record).last(), Some(&"repair"));
}

async fn an_address_of_another_host_is_marked(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    for (given, caution, aspects) in [
        ("http://wiki.example/cb", false, json!(["scheme"])),
        ("https://wiki.example:8443/cb", false, json!(["port"])),
        ("https://wiki.example.evil.example/cb", true, json!(["host"])),
    ] {
        let case = refused(harness, "wiki", given).await;
        let record = api.get(&format!("/transactions/{case}")).await.found();
        let explanation = &record["explanation"];
        assert_eq!(explanation["difference"]["aspects"], aspects, "{given}");
        assert_eq!(explanation["repairs"][0]["caution"], json!(caution), "{given}");
        assert_eq!(explanation["repairs"][0]["value"], json!(given));
    }
}
