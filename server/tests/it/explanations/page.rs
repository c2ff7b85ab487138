//! The page of a refusal: what a stranger sees, what an administrator sees, and the buttons there.

use http::StatusCode;

use super::support::{application, authorize, case_of};
use crate::api::support::Api;
use crate::harness::{Answer, Client, Form, Harness};

crate::harness::on_both!(
    a_stranger_sees_a_sentence_and_a_number_and_nothing_that_is_registered,
    an_administrator_sees_the_difference_and_repairs_it_with_a_button,
    a_member_of_a_group_of_administrators_sees_it_too,
    a_host_that_is_new_has_to_be_confirmed,
    nobody_else_presses_the_buttons,
    a_repair_that_has_become_impossible_says_why,
    a_case_is_found_drawn_and_repaired,
    records_are_for_administrators,
    the_list_is_searched_and_turned_over,
);

const SLASH: &[(&str, &str)] = &[("redirect_uri", "https://wiki.example/cb/")];

async fn administrator(harness: &Harness) -> Client {
    harness.user_with("root", |user| user.is_admin = true).await;
    harness.signed_in("root").await
}

/// The form of the button of a repair.
fn button(answer: &Answer, name: &str) -> Form {
    assert!(
        answer.has(&format!("button[data-repair={name}]")),
        "no button {name}: {}",
        answer.body
    );
    (1..10)
        .map(|number| answer.form(&format!("repair-{number}")))
        .find(|form| form.value("repair") == Some(name))
        .expect("the form of the button")
}

async fn a_stranger_sees_a_sentence_and_a_number_and_nothing_that_is_registered(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut signed_in = harness.signed_in("alice").await;
    let mut nobody = harness.client();
    for browser in [&mut signed_in, &mut nobody] {
        let answer = browser.get(&authorize("wiki", SLASH)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.error_code().as_deref(), Some("redirect_uri_mismatch"));
        let (case, _) = case_of(&answer);
        assert!(answer.body.contains(&case));
        assert!(
            !answer.body.contains("https://wiki.example/cb<"),
            "what is registered stays hidden"
        );
        assert!(
            !answer.has("section#explanation") && !answer.body.contains("data-repair"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("explanation-"), "no stylesheet of it either");
    }
}

async fn an_administrator_sees_the_difference_and_repairs_it_with_a_button(harness: &Harness) {
    application(harness, "wiki", |_| {}).await;
    let mut browser = administrator(harness).await;
    let path = authorize("wiki", SLASH);
    let answer = browser.get(&path).await;
    assert_eq!(
        answer.status,
        StatusCode::BAD_REQUEST,
        "the status is the same for everybody"
    );
    assert_eq!(answer.error_code().as_deref(), Some("redirect_uri_mismatch"));
    assert!(
        answer.body.contains("https://wiki.example/cb<mark>/</mark>"),
        "{}",
        answer.body
    );
    assert!(
        answer.has("li[data-aspect=trailing_slash]"),
        "the difference is said in words as well"
    );
    assert!(answer.has("p[data-rule=address_exact]"));
    assert!(answer.has("button[data-repair=replace_redirect_uri]"));
    let form = button(&answer, "add_redirect_uri");
    assert_eq!(form.value("again"), Some(path.as_str()));
    let repaired = browser.submit(&form).await;
    assert_eq!(
        repaired.location(),
        Some(path.as_str()),
        "the request begins anew: {}",
        repaired.body
    );
    let answer = browser.follow(repaired).await;
    assert!(
        answer
            .location()
            .is_some_and(|location| location.starts_with("https://wiki.example/cb/?code=")),
        "{answer:?}"
    );
    let repaired = harness.events("transaction_repaired").await;
    assert_eq!(repaired.len(), 1);
    let root = harness
        .app
        .store
        .load_user_by_username("root")
        .await
        .expect("a read")
        .expect("a user");
    assert_eq!(repaired[0].actor.as_deref(), Some(root.user.id.as_str()));
}

async fn a_member_of_a_group_of_administrators_sees_it_too(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let group = api
        .post("/groups", &serde_json::json!({"name": "admins", "is_admin": true}))
        .await
        .created();
    let alice = harness.user("alice").await;
    let path = format!("/users/{}", alice.id);
    api.patch(&path, &serde_json::json!({"groups": [group["id"]]}))
        .await
        .found();
    application(harness, "wiki", |application| application.enabled = false).await;
    let mut browser = harness.signed_in("alice").await;
    let answer = browser.get(&authorize("wiki", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("client_disabled"));
    let form = button(&answer, "enable_application");
    let repaired = browser.submit(&form).await;
    let answer = browser.follow(repaired).await;
    assert!(answer.parameter("code").is_some(), "{answer:?}");
}

async fn a_host_that_is_new_has_to_be_confirmed(harness: &Harness) {
    application(harness, "wiki", |_| {}).await;
    let mut browser = administrator(harness).await;
    let path = authorize("wiki", &[("redirect_uri", "https://wiki.example.evil.example/cb")]);
    let answer = browser.get(&path).await;
    assert!(answer.has("input[name=confirmed]"), "{}", answer.body);
    let form = button(&answer, "add_redirect_uri").without("confirmed");
    let refused = browser.submit(&form).await;
    assert_eq!(
        refused.error_code().as_deref(),
        Some("repair_impossible"),
        "{}",
        refused.body
    );
    assert_eq!(harness.events("application_updated").await, []);
    let repaired = browser.submit(&form.with("confirmed", "yes")).await;
    assert_eq!(repaired.location(), Some(path.as_str()), "{}", repaired.body);
    assert_eq!(harness.events("application_updated").await.len(), 1);
}

async fn nobody_else_presses_the_buttons(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut browser = administrator(harness).await;
    let answer = browser.get(&authorize("wiki", SLASH)).await;
    let form = button(&answer, "add_redirect_uri");
    let mut person = harness.signed_in("alice").await;
    let mut nobody = harness.client();
    for stranger in [&mut person, &mut nobody] {
        let answer = stranger.submit(&form).await;
        assert_eq!(
            answer.error_code().as_deref(),
            Some("administrator_only"),
            "{}",
            answer.body
        );
    }
    for wrong in [form.clone().without("csrf"), form.clone().with("csrf", "AAAA")] {
        let answer = browser.submit(&wrong).await;
        assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"), "{}", answer.body);
    }
    // Another administrator's form is another administrator's.
    harness.user_with("second", |user| user.is_admin = true).await;
    let mut second = harness.signed_in("second").await;
    let answer = second.submit(&form).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"), "{}", answer.body);
    let away = browser.submit(&form.with("again", "https://evil.example/")).await;
    let location = away.location().expect("a redirect");
    assert!(
        location.starts_with("/admin/transactions/"),
        "it begins anew with us only: {location}"
    );
    assert_eq!(harness.events("application_updated").await.len(), 1);
}

async fn a_repair_that_has_become_impossible_says_why(harness: &Harness) {
    application(harness, "wiki", |_| {}).await;
    let mut browser = administrator(harness).await;
    let answer = browser.get(&authorize("wiki", SLASH)).await;
    let form = button(&answer, "add_redirect_uri");
    browser.submit(&form).await;
    let again = browser.submit(&form).await;
    assert_eq!(
        again.error_code().as_deref(),
        Some("repair_impossible"),
        "{}",
        again.body
    );
    assert!(again.body.contains("is not offered"), "{}", again.body);
    let elsewhere = Form {
        action: "/admin/transactions/0000-0000/repair".to_owned(),
        ..form
    };
    assert_eq!(browser.submit(&elsewhere).await.status, StatusCode::NOT_FOUND);
}

async fn a_case_is_found_drawn_and_repaired(harness: &Harness) {
    application(harness, "wiki", |_| {}).await;
    let mut stranger = harness.client();
    let (case, id) = case_of(&stranger.get(&authorize("wiki", SLASH)).await);
    let mut browser = administrator(harness).await;
    let found = browser
        .get(&format!("/admin/transactions?q={}", case.to_ascii_lowercase()))
        .await;
    assert_eq!(found.location(), Some(format!("/admin/transactions/{id}").as_str()));
    let answer = browser.get(&format!("/admin/transactions/{case}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(
        answer.has("article[data-state=refused]") && answer.has("figure#drawing"),
        "{}",
        answer.body
    );
    let page = answer.page();
    let stopped = |name: &str| {
        let marked = page
            .elements
            .iter()
            .filter(|element| element.attribute("class") == Some("stopped"));
        marked.filter(|element| element.name == name).count()
    };
    assert_eq!(stopped("g"), 2, "the check and the answer are marked in the drawing");
    assert_eq!(stopped("li"), 2, "and in words");
    assert!(
        page.elements
            .iter()
            .any(|element| element.name == "text" && element.text == "redirect_uri")
    );
    let repaired = browser.submit(&button(&answer, "add_redirect_uri")).await;
    let answer = browser.follow(repaired).await;
    assert!(answer.has("p#notice"), "{}", answer.body);
    assert!(
        !answer.has("button[data-repair=add_redirect_uri]"),
        "there is nothing left to repair"
    );
    let exported = browser.get(&format!("/admin/transactions/{case}/export")).await;
    assert_eq!(
        exported.header("content-disposition"),
        Some(format!("attachment; filename=\"transaction-{case}.json\"").as_str())
    );
    let exported = super::support::json(&exported);
    assert_eq!(exported["id"], serde_json::json!(id));
    assert!(exported["steps"].as_array().is_some_and(|steps| steps.len() > 2));
}

async fn records_are_for_administrators(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut nobody = harness.client();
    let (case, _) = case_of(&nobody.get(&authorize("wiki", SLASH)).await);
    let mut person = harness.signed_in("alice").await;
    for path in [
        "/admin/transactions".to_owned(),
        format!("/admin/transactions/{case}"),
        format!("/admin/transactions/{case}/export"),
    ] {
        let sent = nobody.get(&path).await;
        assert!(
            sent.location()
                .is_some_and(|location| location.starts_with("/login?next=%2Fadmin")),
            "{sent:?}"
        );
        let refused = person.get(&path).await;
        assert_eq!(refused.error_code().as_deref(), Some("administrator_only"), "{path}");
    }
    let mut browser = administrator(harness).await;
    let gone = browser.get("/admin/transactions/0000-0000").await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}

async fn the_list_is_searched_and_turned_over(harness: &Harness) {
    application(harness, "wiki", |_| {}).await;
    let mut browser = administrator(harness).await;
    let empty = browser.get("/admin/transactions").await;
    assert!(empty.has("form#finder") && empty.has("p#empty"), "{}", empty.body);
    let mut stranger = harness.client();
    for _ in 0..30 {
        stranger.get(&authorize("wiki", SLASH)).await;
        harness.clock.advance(std::time::Duration::from_millis(1));
    }
    let count = |answer: &Answer| {
        let page = answer.page();
        page.elements
            .iter()
            .filter(|element| element.attribute("data-case").is_some())
            .count()
    };
    for q in ["", "wiki", "redirect_uri_mismatch"] {
        let first = browser.get(&format!("/admin/transactions?q={q}")).await;
        assert_eq!(count(&first), 25, "{q}: {}", first.body);
        let page = first.page();
        let older = page
            .elements
            .iter()
            .find(|element| element.attribute("id") == Some("older"));
        let older = older
            .and_then(|link| link.attribute("href"))
            .expect("there are older ones")
            .to_owned();
        let second = browser.get(&older).await;
        assert_eq!(count(&second), 5, "{q}: {}", second.body);
        assert!(second.has("a#newer"));
    }
    for q in ["root", "client_unknown", "nothing-of-this-name"] {
        let none = browser.get(&format!("/admin/transactions?q={q}")).await;
        assert_eq!(count(&none), 0, "{q}");
        assert!(none.has("p#empty"), "{q}");
    }
    let changed = browser.get("/admin/transactions?cursor=nonsense").await;
    assert_eq!(changed.status, StatusCode::NOT_FOUND);
}
