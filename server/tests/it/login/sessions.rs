//! How a session lives and how it dies.

use super::*;
use crate::harness::{Engine, Harness, on_both};

on_both!(
    "[session]\nidle_lifetime = \"minutes=10\"\nlifetime = \"minutes=25\"\n":
    idle_sessions_end_and_used_ones_do_not,
    a_session_ends_however_much_it_is_used,
    a_person_who_is_switched_off_is_out_at_once,
    a_forced_sign_out_ends_every_session,
    a_session_value_from_outside_is_not_taken,
);

async fn is_signed_in(client: &mut Client) -> bool {
    client.get("/").await.status == 200
}

async fn idle_sessions_end_and_used_ones_do_not(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    for _ in 0..2 {
        harness.advance(9 * 60);
        assert!(is_signed_in(&mut client).await);
    }
    let mut idle = harness.signed_in("alice").await;
    harness.advance(10 * 60 - 1);
    assert!(is_signed_in(&mut idle.clone()).await);
    harness.advance(10 * 60);
    assert!(!is_signed_in(&mut idle).await);
}

async fn a_session_ends_however_much_it_is_used(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    for _ in 0..24 {
        harness.advance(60);
        assert!(is_signed_in(&mut client).await);
    }
    harness.advance(60);
    assert!(!is_signed_in(&mut client).await, "25 minutes are over");
}

async fn a_person_who_is_switched_off_is_out_at_once(harness: &Harness) {
    let mut alice = harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &page, "alice").await;
    harness.change_user(&mut alice, |user| user.is_active = false).await;
    let page = decide(&mut client, &consent, "allow").await;
    assert!(page.has("form#login-form") && grants(harness).await.is_empty());
    assert!(!is_signed_in(&mut client).await);
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(answer.status, 422);
    harness.change_user(&mut alice, |user| user.is_active = true).await;
    assert!(sign_in(&mut client, &page, "alice").await.has("form#consent-form"));
}

async fn a_forced_sign_out_ends_every_session(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut clients = [harness.signed_in("alice").await, harness.signed_in("alice").await];
    harness.advance(1);
    let statements = harness.app.store.sign_out_everywhere(&alice.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    for client in &mut clients {
        assert!(!is_signed_in(client).await);
    }
    assert!(is_signed_in(&mut harness.signed_in("alice").await).await);
}

/// Fixation: a value that somebody else chose is never made the name of a session.
async fn a_session_value_from_outside_is_not_taken(harness: &Harness) {
    harness.user("alice").await;
    let planted = "A".repeat(43);
    let mut victim = harness.client();
    victim.set_cookie("vestibule_session", &planted);
    let page = victim.get("/login").await;
    sign_in(&mut victim, &page, "alice").await;
    assert_ne!(victim.cookie("vestibule_session"), Some(planted.as_str()));
    let mut attacker = harness.client();
    attacker.set_cookie("vestibule_session", &planted);
    assert!(!is_signed_in(&mut attacker).await);
    for bad in ["", "short", &"x".repeat(10_000), "ses_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        attacker.set_cookie("vestibule_session", bad);
        assert!(!is_signed_in(&mut attacker).await);
    }
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_of_other_hosts() {
    for (address, prefix, secure) in [
        ("http://localhost:9000", "", false),
        ("https://id.example.com", "__Host-", true),
    ] {
        let harness = Harness::with(Engine::Sqlite, &format!("public_url = \"{address}\"\n")).await;
        harness.user("alice").await;
        let mut client = harness.client();
        let page = client.get("/login?x=1").await;
        let mut cookies: Vec<String> = page.set_cookies().iter().map(|&cookie| cookie.to_owned()).collect();
        let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
        cookies.extend(answer.set_cookies().iter().map(|&cookie| cookie.to_owned()));
        assert_eq!(
            cookies.len(),
            4,
            "the browser, which is named for longer when somebody signs in, the session, and the accounts of this browser"
        );
        for cookie in &cookies {
            assert!(cookie.starts_with(&format!("{prefix}vestibule_")), "{cookie}");
            assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
            assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        assert!(client.cookie(&format!("{prefix}vestibule_session")).is_some());
        harness.end().await;
    }
}
