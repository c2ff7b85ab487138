//! A form or a request comes without the cookie that it was bound to: the page says which of the reasons it was.

use http::header::{HOST, ORIGIN};

use super::*;
use crate::harness::on_both;

on_both!(
    a_browser_that_drops_cookies_hears_it_at_the_first_step,
    a_form_without_the_cookie_is_told_from_one_of_another_browser,
    whoever_came_under_another_address_sees_both,
    another_site_is_not_mistaken_for_a_lost_cookie,
    in_each_language_there_is_something_to_do,
);

/// The code of the refusal, with its status.
fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.error_code().unwrap_or_default())
}

fn lost() -> (u16, String) {
    (403, "cookie_missing".to_owned())
}

async fn a_browser_that_drops_cookies_hears_it_at_the_first_step(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let address = harness.client().get(&authorize("shop", &[])).await;
    let address = address.location().unwrap().to_owned();
    for path in [
        address.clone(),
        address.replace("/login", "/consent"),
        address.replace("/login", "/choose-account"),
    ] {
        let answer = harness.client().get(&path).await;
        assert_eq!(refusal(&answer), lost(), "{path}");
    }
    let (_, transaction) = address.split_once('=').unwrap();
    let answer = harness.client().post("/login", &[("transaction", transaction)]).await;
    assert_eq!(refusal(&answer), lost());
    assert!(answer.body.contains(&format!("data-transaction=\"{transaction}\"")));
    // What nobody waits for is told apart.
    let answer = harness.client().get("/login?transaction=txn_made_up").await;
    assert_eq!(answer.error_code().as_deref(), Some("transaction_unknown"));
}

async fn a_form_without_the_cookie_is_told_from_one_of_another_browser(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.client();
    let page = client.get("/login").await;
    let form = filled(&page, "alice", PASSWORD);
    let answer = harness.client().submit(&form).await;
    assert_eq!(refusal(&answer), lost());
    let mut other = harness.client();
    other.get("/login").await;
    let foreign = (403, "form_of_another_browser".to_owned());
    assert_eq!(refusal(&other.submit(&form).await), foreign);
    // Cookies were cleared, and another tab got a new one.
    let mut cleared = client.clone();
    cleared.forget_cookie("vestibule_browser");
    cleared.get("/login").await;
    assert_eq!(refusal(&cleared.submit(&form).await), foreign);
    // The right browser with a proof for something else: the form is old, and is shown again.
    let stale = client.get("/login?next=/account").await;
    let proof = stale.form("login-form").value("csrf").unwrap().to_owned();
    let answer = client.submit(&form.clone().with("csrf", &proof)).await;
    assert!(answer.status == 403 && answer.has("form#login-form") && answer.has("p#problem"));
    assert!(events(harness, "login").await.is_empty() && events(harness, "login_failed").await.is_empty());
    assert_eq!(client.submit(&form).await.status, 303);
}

async fn whoever_came_under_another_address_sees_both(harness: &Harness) {
    // `public_url` is http://localhost:9000/.
    for (host, origin, shown) in [
        ("127.0.0.1:9000", Some("http://127.0.0.1:9000"), "http://127.0.0.1:9000"),
        (
            "localhost:9000",
            Some("https://localhost:9000"),
            "https://localhost:9000",
        ),
        ("id.intranet", Some("http://id.intranet"), "http://id.intranet"),
        ("[::1]:9000", None, "[::1]:9000"),
    ] {
        let page = harness.client().get("/login").await;
        let mut client = harness.client().with_header(HOST, host);
        if let Some(origin) = origin {
            client = client.with_header(ORIGIN, origin);
        }
        let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
        assert_eq!(refusal(&answer), (403, "address_mismatch".to_owned()), "{host}");
        assert!(
            answer.body.contains(&format!("<code>{shown}</code>"))
                && answer.body.contains("<code>http://localhost:9000</code>"),
            "{}",
            answer.body
        );
    }
    // The right address, and no cookie: another reason.
    let page = harness.client().get("/login").await;
    let mut client = harness
        .client()
        .with_header(HOST, "localhost:9000")
        .with_header(ORIGIN, "http://localhost:9000");
    assert_eq!(refusal(&client.submit(&filled(&page, "alice", PASSWORD)).await), lost());
}

async fn another_site_is_not_mistaken_for_a_lost_cookie(harness: &Harness) {
    harness.user("alice").await;
    let page = harness.client().get("/login").await;
    for origin in ["https://elsewhere.example", "null", "http://localhost:9001"] {
        let mut client = harness
            .client()
            .with_header(HOST, "localhost:9000")
            .with_header(ORIGIN, origin);
        let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
        assert!(
            answer.status == 403 && answer.has("form#login-form"),
            "{origin}: {}",
            answer.body
        );
        assert!(!answer.body.contains("elsewhere.example"));
    }
}

async fn in_each_language_there_is_something_to_do(harness: &Harness) {
    for (tag, words) in [
        ("en", "Allow cookies"),
        ("de", "Erlauben Sie Cookies"),
        ("fr", "Autorisez les cookies"),
        ("es", "Permita las cookies"),
    ] {
        let page = harness.client().get("/login").await;
        let mut client = harness.client().with_header(http::header::ACCEPT_LANGUAGE, tag);
        let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
        assert_eq!(refusal(&answer), lost());
        assert!(answer.body.contains(words), "{}", answer.body);
    }
}
