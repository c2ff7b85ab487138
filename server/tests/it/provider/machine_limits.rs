//! Wrong app passwords count towards the limits of the sign-in page, and the other way round (security sheet, item 35).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::support::{app_password, machine_application};
use crate::harness::{Answer, Client, Harness, PASSWORD, on_both};

on_both!(
    "[limits]\nsign_in_failures_per_account = 3\nsign_in_failures_per_address = 5\nsign_in_window = \"minutes=10\"\n":
    an_account_has_to_wait_at_both_doors,
    a_name_that_nobody_has_is_limited_alike,
    an_address_has_to_wait,
    every_form_of_the_request_counts,
    a_success_does_not_hide_the_guesses_of_others,
    what_is_no_guess_does_not_count,
    guesses_that_arrive_together_are_counted_one_by_one,
);

async fn attempt(client: &mut Client, username: &str, value: &str) -> Answer {
    let fields = [
        ("client_id", "shop"),
        ("grant_type", "client_credentials"),
        ("username", username),
        ("password", value),
    ];
    client.post("/application/o/token/", &fields).await
}

async fn fail(client: &mut Client, username: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(attempt(client, username, "vap_wrong").await.status, 400);
    }
}

async fn at_the_page(client: &mut Client, password: &str) -> u16 {
    let page = client.get("/login").await;
    let form = page
        .form("login-form")
        .with("username", "alice")
        .with("password", password);
    client.submit(&form).await.status.as_u16()
}

/// The value of an app password of `alice`.
async fn alice(harness: &Harness) -> String {
    machine_application(harness, "shop", |_| {}).await;
    let alice = harness.user("alice").await;
    app_password(harness, &alice, &json!({"name": "phone"})).await.1
}

async fn an_account_has_to_wait_at_both_doors(harness: &Harness) {
    let value = alice(harness).await;
    let mut client = harness.client();
    fail(&mut client, "alice", 2).await;
    assert_eq!(at_the_page(&mut client, "wrong password").await, 422);
    harness.advance(60);
    for username in ["alice", " ALICE "] {
        let answer = attempt(&mut client, username, &value).await;
        assert_eq!(answer.status, 429, "also with the right value");
        assert_eq!(answer.header("retry-after"), Some("541"));
    }
    let mut elsewhere = harness.client().at_address("198.51.100.7");
    assert_eq!(
        attempt(&mut elsewhere, "alice", &value).await.status,
        429,
        "wherever it comes from"
    );
    assert_eq!(at_the_page(&mut elsewhere, PASSWORD).await, 429, "and at the page");
    let failed = harness.events("login_failed").await;
    assert_eq!(failed.len(), 3, "what is not looked at has not failed");
    let by = |reason: &str| failed.iter().filter(|event| event.detail["reason"] == reason).count();
    assert_eq!((by("app_password"), by("password")), (2, 1));
    assert!(failed.iter().all(|event| !event.detail.to_string().contains("vap_")));
    harness.advance(540);
    assert_eq!(
        attempt(&mut client, "alice", &value).await.status,
        200,
        "the window has passed"
    );
}

async fn a_name_that_nobody_has_is_limited_alike(harness: &Harness) {
    alice(harness).await;
    let mut client = harness.client();
    fail(&mut client, "nobody", 3).await;
    assert_eq!(attempt(&mut client, "nobody", "vap_wrong").await.status, 429);
    assert_eq!(attempt(&mut client, "somebody", "vap_wrong").await.status, 400);
}

async fn an_address_has_to_wait(harness: &Harness) {
    let value = alice(harness).await;
    let mut client = harness.client();
    for number in 0..5 {
        fail(&mut client, &format!("guess{number}"), 1).await;
    }
    assert_eq!(attempt(&mut client, "alice", &value).await.status, 429);
    assert_eq!(at_the_page(&mut client, PASSWORD).await, 429);
    let mut elsewhere = harness.client().at_address("198.51.100.7");
    assert_eq!(attempt(&mut elsewhere, "alice", &value).await.status, 200);
}

async fn every_form_of_the_request_counts(harness: &Harness) {
    let value = alice(harness).await;
    let mut client = harness.client();
    let secret = STANDARD.encode("alice:vap_wrong");
    let in_body = [
        ("client_id", "shop"),
        ("grant_type", "client_credentials"),
        ("client_secret", secret.as_str()),
    ];
    assert_eq!(client.post("/application/o/token/", &in_body).await.status, 400);
    let header = format!("Basic {}", STANDARD.encode(format!("shop:{secret}")));
    let mut in_header = harness.client().with_header(http::header::AUTHORIZATION, &header);
    let fields = [("grant_type", "client_credentials")];
    assert_eq!(in_header.post("/application/o/token/", &fields).await.status, 401);
    let alias = [
        ("client_id", "shop"),
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", PASSWORD),
    ];
    assert_eq!(client.post("/application/o/token/", &alias).await.status, 400);
    assert_eq!(attempt(&mut client, "alice", &value).await.status, 429);
}

async fn a_success_does_not_hide_the_guesses_of_others(harness: &Harness) {
    let value = alice(harness).await;
    let mut robot = harness.client().at_address("198.51.100.7");
    let mut guesser = harness.client();
    for _ in 0..3 {
        assert_eq!(at_the_page(&mut guesser, "wrong password").await, 422);
        let status = attempt(&mut robot, "alice", &value).await.status.as_u16();
        assert!(matches!(status, 200 | 429), "{status}");
    }
    assert_eq!(at_the_page(&mut guesser, "wrong password").await, 429);
}

async fn what_is_no_guess_does_not_count(harness: &Harness) {
    let value = alice(harness).await;
    let mut client = harness.client();
    for _ in 0..8 {
        assert_eq!(attempt(&mut client, "alice", &value).await.status, 200);
        assert_eq!(
            attempt(&mut client, "alice", "").await.status,
            400,
            "an empty value is not a guess"
        );
    }
    let store = &harness.app.store;
    let alice = store.load_user_by_username("alice").await.unwrap().unwrap().user;
    let fields = json!({"name": "short", "expires_at": "2026-11-21T00:00:01Z"});
    let (_, short) = app_password(harness, &alice, &fields).await;
    harness.advance(1);
    for _ in 0..8 {
        // Whoever has the right value guesses nothing: a forgotten program must not lock the person out.
        assert!(
            attempt(&mut client, "alice", &short)
                .await
                .body
                .contains("app_password_expired")
        );
    }
    assert_eq!(attempt(&mut client, "alice", &value).await.status, 200);
}

async fn guesses_that_arrive_together_are_counted_one_by_one(harness: &Harness) {
    alice(harness).await;
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..20 {
        let mut client = harness.client().at_address(&format!("198.51.100.{number}"));
        guesses.spawn(async move {
            let value = format!("vap_guess{number}");
            attempt(&mut client, "alice", &value).await.status.as_u16()
        });
    }
    let answers = guesses.join_all().await;
    let looked_at = answers.iter().filter(|status| **status == 400).count();
    assert_eq!((looked_at, answers.len()), (3, 20), "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 400 | 429)), "{answers:?}");
}
