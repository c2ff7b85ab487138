//! Wrong codes are counted, per account and per address, in the database (RFC 8628, section 5.1).

use super::*;
use crate::harness::on_both;

on_both!(
    "[limits]\nuser_code_failures_per_account = 3\nuser_code_failures_per_address = 5\nuser_code_window = \"minutes=10\"\n":
    an_account_that_guesses_has_to_wait,
    an_address_that_guesses_has_to_wait,
    only_wrong_codes_count,
    guesses_that_arrive_together_are_counted_one_by_one,
    a_flood_does_not_find_a_code_beyond_the_limit,
);

async fn an_account_that_guesses_has_to_wait(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    assert_eq!(enter(&mut browser, "BBBB-BBBB").await.status, 422);
    assert_eq!(enter(&mut browser, "BBBB-BBBC").await.status, 422);
    assert_eq!(
        browser.get("/device?code=BBBB-BBBD").await.status,
        422,
        "a link is a guess as well"
    );
    harness.advance(60);
    for code in [text(&asked, "user_code"), "BBBB-BBBF"] {
        let answer = enter(&mut browser, code).await;
        assert_eq!(answer.status, 429, "also with a right code");
        assert_eq!(answer.header("retry-after"), Some("540"));
        assert!(problem(&answer).contains("9 minutes"), "{}", answer.body);
        assert_eq!(browser.get(&format!("/device?code={code}")).await.status, 429);
    }
    let mut anew = harness.signed_in("alice").await.at_address("198.51.100.7");
    assert_eq!(
        enter(&mut anew, text(&asked, "user_code")).await.status,
        429,
        "a new session is no new person"
    );
    assert_eq!(
        enter(&mut browser, "malformed").await.status,
        422,
        "what is no code needs no look"
    );
    harness.user("bob").await;
    let mut bob = harness.signed_in("bob").await;
    assert_eq!(enter(&mut bob, text(&asked, "user_code")).await.status, 200);
    // Nodes count together.
    let node = harness.another_node().await;
    let mut there = browser.clone().at(&node.client());
    assert_eq!(enter(&mut there, text(&asked, "user_code")).await.status, 429);
    node.end().await;
    harness.advance(480);
    assert_eq!(enter(&mut browser, text(&asked, "user_code")).await.status, 429);
    harness.advance(60);
    let answer = enter(&mut browser, text(&asked, "user_code")).await;
    assert!(
        problem(&answer).contains("expired"),
        "the window has passed, and so has the code"
    );
}

async fn an_address_that_guesses_has_to_wait(harness: &Harness) {
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    for number in 0..5 {
        let username = format!("user{number}");
        harness.user(&username).await;
        let mut browser = harness.signed_in(&username).await;
        assert_eq!(enter(&mut browser, "BBBB-BBBB").await.status, 422);
    }
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    assert_eq!(enter(&mut browser, text(&asked, "user_code")).await.status, 429);
    let mut elsewhere = browser.at_address("198.51.100.7");
    assert_eq!(enter(&mut elsewhere, text(&asked, "user_code")).await.status, 200);
}

async fn only_wrong_codes_count(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    for _ in 0..8 {
        assert_eq!(enter(&mut browser, text(&asked, "user_code")).await.status, 200);
        assert_eq!(enter(&mut browser, "not a code").await.status, 422);
        let forged = browser
            .post("/device", &[("code", "BBBB-BBBB"), ("csrf", "forged")])
            .await;
        assert_eq!(forged.status, 403);
    }
    harness.advance(600);
    for _ in 0..8 {
        assert!(problem(&enter(&mut browser, text(&asked, "user_code")).await).contains("expired"));
    }
}

async fn guesses_that_arrive_together_are_counted_one_by_one(harness: &Harness) {
    harness.user("alice").await;
    let browser = harness.signed_in("alice").await;
    let mut guesses = tokio::task::JoinSet::new();
    for number in 0..20 {
        let mut browser = browser.clone().at_address(&format!("198.51.100.{number}"));
        guesses.spawn(async move { browser.get("/device?code=BBBB-BBBB").await.status.as_u16() });
    }
    let answers = guesses.join_all().await;
    let looked_at = answers.iter().filter(|status| **status == 422).count();
    assert_eq!(looked_at, 3, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 422 | 429)), "{answers:?}");
}

/// Security expectation 25.
async fn a_flood_does_not_find_a_code_beyond_the_limit(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    let mut looked_at = 0;
    for number in 0..100u32 {
        let guess: String = (0..8)
            .map(|place| char::from(b"BCDFGHJKLMNPQRSTVWXZ"[(number as usize + place * 7) % 20]))
            .collect();
        let answer = browser.get(&format!("/device?code={guess}")).await;
        looked_at += u32::from(answer.status == 422);
    }
    assert_eq!(looked_at, 3);
    assert_eq!(enter(&mut browser, text(&asked, "user_code")).await.status, 429);
    assert_eq!(
        error(harness, "tv", text(&asked, "device_code")).await,
        "authorization_pending"
    );
}
