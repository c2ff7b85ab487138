//! From the request of an application through name and password to the code, and what does not lead there.

use protocol::user::UserType;
use store::Val;

use super::*;
use crate::harness::{cheap_hash, on_both};

on_both!(
    a_person_signs_in_agrees_and_comes_back_with_a_code,
    a_person_signs_in_to_vestibule_itself,
    a_person_signs_in_by_an_address_that_nobody_else_has,
    every_wrong_attempt_gets_the_same_page,
    a_hash_with_weak_parameters_is_replaced,
    a_sign_in_ends_the_session_before_it,
    an_expired_request_and_an_unknown_one_are_explained,
    names_are_found_in_any_case,
    steps_may_be_answered_by_different_nodes,
);

async fn a_person_signs_in_agrees_and_comes_back_with_a_code(harness: &Harness) {
    let user = harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let answer = client.get(&authorize("shop", &[("login_hint", "alice")])).await;
    assert_eq!(answer.status, 303);
    assert!(answer.location().unwrap().starts_with("/login?transaction=txn_"));
    let page = client.follow(answer).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Name of shop"));
    assert_eq!(page.form("login-form").value("username"), Some("alice"));
    assert!(!page.header("content-security-policy").unwrap().contains("form-action"));
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(answer.status, 303, "never 307 or 308 after a form with a password");
    let page = client.follow(answer).await;
    assert!(page.has("li[data-scope=openid]") && page.has("button#allow") && page.has("button#deny"));
    assert!(page.body.contains("shop.example"), "it says where the answer goes");
    let answer = decide(&mut client, &page, "allow").await;
    let code = code_for(&answer, harness, "shop");
    let tokens = tokens(harness, "shop", &code).await;
    assert!(tokens["id_token"].is_string() && tokens["access_token"].is_string());
    assert_eq!(grants(harness).await, std::slice::from_ref(&user.id));
    let logins = events(harness, "login").await;
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].actor.as_deref(), Some(user.id.as_str()));
    assert_eq!(logins[0].client_address.as_deref(), Some("192.0.2.1"));
    assert!(events(harness, "login_failed").await.is_empty());
}

async fn a_person_signs_in_to_vestibule_itself(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.client();
    let page = client.visit("/").await;
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(policy.split("; ").any(|part| part == "form-action 'self'"), "{policy}");
    let home = sign_in(&mut client, &page, "alice").await;
    assert!(home.has("form#sign-out-form") && home.body.contains("Name of alice"));
    let again = client.get("/login?next=/logout").await;
    assert_eq!((again.status.as_u16(), again.location()), (303, Some("/logout")));
}

async fn a_person_signs_in_by_an_address_that_nobody_else_has(harness: &Harness) {
    harness.user("alice").await;
    harness
        .user_with("twin", |user| user.email = Some("shared@example.com".into()))
        .await;
    harness
        .user_with("other", |user| user.email = Some("shared@example.com".into()))
        .await;
    let mut client = harness.client();
    let page = client.get("/login").await;
    let shared = client.submit(&filled(&page, "shared@example.com", PASSWORD)).await;
    assert_eq!(shared.status, 422, "an address of two people is nobody's name");
    let home = sign_in(&mut client, &page, "Alice@Example.com").await;
    assert!(home.body.contains("Name of alice"));
}

/// Name, password and reason in the audit log of attempts that fail.
async fn every_wrong_attempt_gets_the_same_page(harness: &Harness) {
    harness.user("alice").await;
    harness.user_with("off", |user| user.is_active = false).await;
    harness
        .user_with("robot", |user| user.kind = UserType::ServiceAccount)
        .await;
    harness.user_with_hash("bare", None, |_| {}).await;
    harness.user_with_hash("broken", Some("not a hash"), |_| {}).await;
    let mut pages = Vec::new();
    for (username, password) in [
        ("alice", "wrong password"),
        ("nobody", PASSWORD),
        ("off", PASSWORD),
        ("off", "wrong password"),
        ("robot", PASSWORD),
        ("bare", PASSWORD),
        ("bare", ""),
        ("broken", PASSWORD),
        ("alice", "x".repeat(5_000).as_str()),
    ] {
        // Entries of one moment have no order.
        harness.advance(1);
        let mut client = harness.client();
        let page = client.get("/login").await;
        let answer = client.submit(&filled(&page, username, password)).await;
        assert_eq!(answer.status, 422, "{username}");
        assert!(
            answer.has("p#problem") && client.cookie("vestibule_session").is_none(),
            "{username}"
        );
        assert!(
            !answer.body.contains(password) || password.is_empty(),
            "no password on a page"
        );
        let csrf = answer.form("login-form").value("csrf").unwrap().to_owned();
        pages.push(
            answer
                .body
                .replace(&csrf, "CSRF")
                .replace(&format!("value=\"{username}\""), "NAME"),
        );
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "one answer for all");
    let failed = events(harness, "login_failed").await;
    let reasons: Vec<&str> = failed
        .iter()
        .map(|entry| entry.detail["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        reasons,
        [
            "password",
            "unknown_user",
            "disabled",
            "password",
            "no_password",
            "no_password",
            "password",
            "password"
        ],
        "an empty password is not looked at"
    );
    for entry in &failed {
        assert!(entry.actor.is_none() && entry.client_address.as_deref() == Some("192.0.2.1"));
        assert_eq!(entry.target.is_some(), entry.detail.get("username").is_some());
        assert!(!entry.detail.to_string().contains("nobody") && !entry.detail.to_string().contains(PASSWORD));
    }
}

async fn a_hash_with_weak_parameters_is_replaced(harness: &Harness) {
    let user = harness.user("alice").await;
    let read = async || {
        let rows = harness
            .app
            .store
            .db()
            .read(&HASH, &[Val::from(user.id.as_str())])
            .await
            .unwrap();
        rows.first().unwrap().text(0).unwrap().to_owned()
    };
    assert_eq!(read().await, cheap_hash(PASSWORD));
    harness.signed_in("alice").await;
    let stronger = read().await;
    assert!(stronger.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stronger}");
    harness.signed_in("alice").await;
    assert_eq!(read().await, stronger, "once is enough");
}

async fn a_sign_in_ends_the_session_before_it(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    harness.application("shop").await;
    let mut client = harness.signed_in("alice").await;
    let thief = client.clone();
    let first = client.cookie("vestibule_session").unwrap().to_owned();
    harness.advance(1);
    let page = client.visit(&authorize("shop", &[("prompt", "login")])).await;
    sign_in(&mut client, &page, "bob").await;
    assert_ne!(
        client.cookie("vestibule_session").unwrap(),
        first,
        "a new value each time"
    );
    let mut thief = thief;
    assert_eq!(
        thief.get("/").await.location(),
        Some("/login"),
        "the session before is dead"
    );
    assert!(client.get("/").await.body.contains("Name of bob"));
}

async fn an_expired_request_and_an_unknown_one_are_explained(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    harness.advance(3_601);
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (400, Some("transaction_unknown"))
    );
    assert!(
        client.cookie("vestibule_session").is_none() && answer.has("a[href=/]"),
        "there is a way on"
    );
    for path in [
        "/login?transaction=txn_00000000000000000000000000",
        "/login?transaction=",
        "/consent",
        "/choose-account?transaction=txn_00000000000000000000000000",
    ] {
        let answer = client.get(path).await;
        assert_eq!(answer.error_code().as_deref(), Some("transaction_unknown"), "{path}");
    }
}

async fn names_are_found_in_any_case(harness: &Harness) {
    harness.user("Müller").await;
    let mut client = harness.client();
    let page = client.get("/login").await;
    let home = sign_in(&mut client, &page, " mÜLLER ").await;
    assert!(home.body.contains("Name of Müller"));
}

async fn steps_may_be_answered_by_different_nodes(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let other = harness.another_node().await;
    let (here, there) = (harness.client(), other.client());
    let mut client = harness.client();
    let start = client.get(&authorize("shop", &[])).await;
    client = client.at(&there);
    let page = client.follow(start).await;
    client = client.at(&here);
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    client = client.at(&there);
    let page = client.follow(answer).await;
    client = client.at(&here);
    let answer = decide(&mut client, &page, "allow").await;
    let code = code_for(&answer, harness, "shop");
    tokens(&other, "shop", &code).await;
}
