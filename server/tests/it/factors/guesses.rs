//! Guesses at second factors are counted for the account, wherever they come from.

use super::*;
use crate::harness::on_both;

on_both!("limits.sign_in_failures_per_account = 3":
    wrong_codes_are_counted_for_the_account,
    a_right_password_forgives_no_wrong_code,
    a_right_code_forgets_the_wrong_ones,
);

async fn asked(harness: &Harness, address: &str) -> (Client, Answer) {
    let mut client = harness.client().at_address(address);
    let answer = type_password(&mut client, "/login", "alice").await;
    let page = client.follow(answer).await;
    (client, page)
}

async fn wrong_codes_are_counted_for_the_account(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    let second = harness.another_node().await;
    // Codes and recovery codes, from three browsers, addresses and nodes.
    for (at, code) in ["000000", "AAAA-BBBB-CCCC-DDDD", "nonsense"].into_iter().enumerate() {
        let node = if at == 1 { &second } else { harness };
        let (mut client, page) = asked(node, &format!("192.0.2.{}", at + 10)).await;
        assert_eq!(type_code(&mut client, &page, code).await.status, 422, "{code}");
        // An empty field is no guess.
        assert_eq!(type_code(&mut client, &page, " ").await.status, 422);
    }
    let failed = harness.events("login_failed").await;
    assert_eq!(failed.len(), 3);
    assert!(failed.iter().all(|event| event.detail["reason"] == "code"));
    for code in [kept.code(harness), kept.codes[0].clone()] {
        let (mut client, page) = asked(harness, "192.0.2.50").await;
        let blocked = type_code(&mut client, &page, &code).await;
        assert_eq!(blocked.status, 429, "a right code is not looked at either");
        assert_eq!(blocked.header("retry-after"), Some("900"));
        assert!(blocked.has("p#problem") && !is_in(&mut client).await);
    }
    harness.advance(15 * 60);
    let (mut client, page) = asked(harness, "192.0.2.50").await;
    assert_eq!(type_code(&mut client, &page, &kept.code(harness)).await.status, 303);
    second.end().await;
}

async fn a_right_password_forgives_no_wrong_code(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    for _ in 0..3 {
        let (mut client, page) = asked(harness, "192.0.2.1").await;
        assert_eq!(type_code(&mut client, &page, "000000").await.status, 422);
    }
    let (mut client, page) = asked(harness, "192.0.2.1").await;
    assert_eq!(type_code(&mut client, &page, &kept.code(harness)).await.status, 429);
    // Nor does a session of theirs that is asked for a factor.
    let answer = type_password(&mut harness.client(), "/login", "alice").await;
    assert!(
        answer.location().expect("a redirect").starts_with("/factor?"),
        "the password itself still counts"
    );
}

async fn a_right_code_forgets_the_wrong_ones(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    for _ in 0..3 {
        let (mut client, page) = asked(harness, "192.0.2.1").await;
        for _ in 0..2 {
            assert_eq!(type_code(&mut client, &page, "000000").await.status, 422);
        }
        assert_eq!(type_code(&mut client, &page, &kept.code(harness)).await.status, 303);
        harness.advance(30);
    }
}
