//! Signing out of Vestibule itself.

use super::*;
use crate::harness::on_both;

on_both!(
    the_person_is_asked_and_then_signed_out,
    nobody_can_be_signed_out_from_elsewhere,
    tokens_die_with_the_session
);

async fn the_person_is_asked_and_then_signed_out(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut thief = client.clone();
    let page = client.get("/logout").await;
    assert!(
        page.body.contains("Name of alice") && client.get("/").await.status == 200,
        "asking changes nothing"
    );
    let answer = client.submit(&page.form("logout-form")).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/logout")));
    assert!(client.cookie("vestibule_session").is_none());
    let page = client.follow(answer).await;
    assert!(page.has("article#signed-out"));
    assert_eq!(
        thief.get("/").await.location(),
        Some("/login"),
        "the session is dead, not only forgotten"
    );
    let entries = events(harness, "logout").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].actor.as_deref(), Some(alice.id.as_str()));
    let mut client = harness.signed_in("alice").await;
    let home = client.get("/").await;
    let answer = client.submit(&home.form("sign-out-form")).await;
    assert!(
        client.follow(answer).await.has("article#signed-out"),
        "by the button of the start page"
    );
}

async fn nobody_can_be_signed_out_from_elsewhere(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut attacker = harness.signed_in("alice").await;
    let form = attacker.get("/logout").await.form("logout-form");
    let answer = client.submit(&form).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (403, Some("csrf_invalid"))
    );
    assert_eq!(client.get("/").await.status, 200);
    let answer = harness.client().post("/logout", &[]).await;
    assert_eq!(
        answer.location(),
        Some("/logout"),
        "nobody is signed in, so nothing is to prove"
    );
}

async fn tokens_die_with_the_session(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let code = whole_way(harness, &mut client, "shop", "alice").await;
    let tokens = tokens(harness, "shop", &code).await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let mut program = harness.client().with_header(http::header::AUTHORIZATION, &bearer);
    assert_eq!(program.get("/application/o/userinfo/").await.status, 200);
    let page = client.get("/logout").await;
    client.submit(&page.form("logout-form")).await;
    assert_eq!(program.get("/application/o/userinfo/").await.status, 401);
}
