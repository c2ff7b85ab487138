//! The limits on failed attempts: per account and per address, for known and unknown names alike, in a running window.

use super::*;
use crate::harness::on_both;

on_both!(
    "[limits]\nsign_in_failures_per_account = 3\nsign_in_failures_per_address = 5\nsign_in_window = \"minutes=10\"\n":
    an_account_has_to_wait_and_then_may_try_again,
    a_name_that_nobody_has_is_limited_alike,
    an_address_has_to_wait,
    a_sign_in_forgets_the_failures_of_the_account,
    only_failures_count,
    guesses_that_arrive_together_are_counted_one_by_one,
    a_forged_forwarding_header_gives_no_new_address,
);

async fn attempt(client: &mut Client, username: &str, password: &str) -> Answer {
    let page = client.get("/login").await;
    client.submit(&filled(&page, username, password)).await
}

async fn fail(client: &mut Client, username: &str, times: usize) {
    for _ in 0..times {
        assert_eq!(attempt(client, username, "wrong password").await.status, 422);
    }
}

async fn an_account_has_to_wait_and_then_may_try_again(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.client();
    fail(&mut client, "alice", 3).await;
    harness.advance(60);
    for (username, password) in [("alice", PASSWORD), (" ALICE", PASSWORD), ("alice", "wrong password")] {
        let answer = attempt(&mut client, username, password).await;
        assert_eq!(answer.status, 429, "also with the right password");
        assert_eq!(answer.header("retry-after"), Some("540"));
        assert!(
            answer.body.contains("9 minutes") && answer.has("form#login-form"),
            "{}",
            answer.body
        );
    }
    let mut elsewhere = harness.client().at_address("198.51.100.7");
    assert_eq!(
        attempt(&mut elsewhere, "alice", PASSWORD).await.status,
        429,
        "wherever it comes from"
    );
    assert_eq!(
        events(harness, "login_failed").await.len(),
        3,
        "what is not looked at has not failed"
    );
    harness.advance(540);
    assert_eq!(
        attempt(&mut client, "alice", PASSWORD).await.status,
        303,
        "the window has passed"
    );
}

async fn a_name_that_nobody_has_is_limited_alike(harness: &Harness) {
    let mut client = harness.client();
    fail(&mut client, "nobody", 3).await;
    assert_eq!(attempt(&mut client, "nobody", PASSWORD).await.status, 429);
    assert_eq!(attempt(&mut client, "somebody", PASSWORD).await.status, 422);
}

async fn an_address_has_to_wait(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.client();
    for number in 0..5 {
        fail(&mut client, &format!("guess{number}"), 1).await;
    }
    assert_eq!(attempt(&mut client, "alice", PASSWORD).await.status, 429);
    let mut elsewhere = harness.client().at_address("198.51.100.7");
    assert_eq!(attempt(&mut elsewhere, "alice", PASSWORD).await.status, 303);
    let mut six = harness.client().at_address("2001:db8:1:2::1");
    for number in 0..5 {
        fail(&mut six, &format!("six{number}"), 1).await;
    }
    let mut neighbour = harness.client().at_address("2001:db8:1:2:3::4");
    assert_eq!(
        attempt(&mut neighbour, "alice", PASSWORD).await.status,
        429,
        "one network is one address"
    );
    let mut another = harness.client().at_address("2001:db8:1:3::1");
    assert_eq!(attempt(&mut another, "alice", PASSWORD).await.status, 303);
    harness.advance(600);
    assert_eq!(attempt(&mut client, "alice", PASSWORD).await.status, 303);
}

async fn a_sign_in_forgets_the_failures_of_the_account(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.client();
    fail(&mut client, "alice", 2).await;
    assert_eq!(attempt(&mut client, "alice", PASSWORD).await.status, 303);
    let mut client = harness.client();
    fail(&mut client, "alice", 2).await;
    let mut client = harness.client();
    assert_eq!(attempt(&mut client, "alice@example.com", PASSWORD).await.status, 303);
    // What was counted for the address stays: whoever has one account may not guess at others without end.
    fail(&mut harness.client(), "alice", 1).await;
    assert_eq!(
        attempt(&mut harness.client(), "alice", PASSWORD).await.status,
        429,
        "the address has five"
    );
}

async fn only_failures_count(harness: &Harness) {
    harness.user("alice").await;
    for _ in 0..8 {
        harness.signed_in("alice").await;
    }
    let mut client = harness.client();
    for _ in 0..8 {
        let page = client.get("/login").await;
        let answer = client.submit(&filled(&page, "alice", "")).await;
        assert_eq!(answer.status, 422, "an empty field is not a guess");
        let answer = client
            .submit(&filled(&page, "alice", PASSWORD).with("csrf", "forged"))
            .await;
        assert_eq!(answer.status, 403, "nor is a forged form");
    }
    harness.signed_in("alice").await;
}

async fn guesses_that_arrive_together_are_counted_one_by_one(harness: &Harness) {
    harness.user("alice").await;
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..20 {
        let mut client = harness.client().at_address(&format!("198.51.100.{number}"));
        guesses.spawn(async move { attempt(&mut client, "alice", "wrong password").await.status.as_u16() });
    }
    let answers = guesses.join_all().await;
    let looked_at = answers.iter().filter(|status| **status == 422).count();
    assert_eq!((looked_at, answers.len()), (3, 20), "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 422 | 429)), "{answers:?}");
}

async fn a_forged_forwarding_header_gives_no_new_address(harness: &Harness) {
    harness.user("alice").await;
    for number in 0..5 {
        let mut client = harness
            .client()
            .with_header(http::header::FORWARDED, &format!("for=203.0.113.{number}"))
            .with_header("x-forwarded-for".parse().unwrap(), &format!("203.0.113.{number}"));
        fail(&mut client, &format!("guess{number}"), 1).await;
    }
    assert_eq!(attempt(&mut harness.client(), "alice", PASSWORD).await.status, 429);
}
