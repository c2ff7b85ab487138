//! Signing out of Vestibule itself.

use super::*;
use crate::harness::on_both;

on_both!(
    the_person_is_asked_and_then_signed_out,
    nobody_can_be_signed_out_from_elsewhere,
    tokens_die_with_the_session,
    everywhere_means_every_browser_and_everything_granted,
    everywhere_is_asked_about_and_can_not_be_forged,
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
        (403, Some("form_of_another_browser"))
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

async fn everywhere_means_every_browser_and_everything_granted(harness: &Harness) {
    let alice = harness.user("alice").await;
    harness.user("bob").await;
    harness.application("shop").await;
    let mut here = harness.client();
    let code = whole_way(harness, &mut here, "shop", "alice").await;
    let tokens = tokens(harness, "shop", &code).await;
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let mut program = harness.client().with_header(http::header::AUTHORIZATION, &bearer);
    let mut elsewhere = harness.signed_in("alice").await;
    let mut bob = harness.signed_in("bob").await;
    harness.advance(1);
    // From the start page or the sign-out page to the question, and one press.
    let link = "a#sign-out-everywhere";
    assert!(here.get("/").await.has(link) && here.get("/logout").await.has("a#everywhere"));
    let page = here.get("/logout?everywhere=true").await;
    assert!(page.body.contains("Sign out everywhere?"), "{}", page.body);
    assert_eq!(elsewhere.get("/").await.status, 200, "asking changes nothing");
    let answer = here.submit(&page.form("logout-form")).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/logout")));
    assert!(here.cookie("vestibule_session").is_none());
    assert_eq!(elsewhere.get("/").await.location(), Some("/login"));
    assert_eq!(program.get("/application/o/userinfo/").await.status, 401);
    assert_eq!(bob.get("/").await.status, 200, "nobody else is touched");
    let entries = events(harness, "logout").await;
    assert_eq!(entries.len(), 1);
    let entry = (
        entries[0].actor.as_deref(),
        entries[0].target.as_deref(),
        &entries[0].detail["everywhere"],
    );
    assert_eq!(
        entry,
        (
            Some(alice.id.as_str()),
            Some(alice.id.as_str()),
            &serde_json::json!("true")
        )
    );
    let mut again = harness.signed_in("alice").await;
    assert_eq!(again.get("/").await.status, 200, "and signing in anew works");
}

async fn everywhere_is_asked_about_and_can_not_be_forged(harness: &Harness) {
    harness.user("alice").await;
    let (mut client, mut other) = (harness.signed_in("alice").await, harness.signed_in("alice").await);
    // The proof for this browser alone is none for all of them, nor the other way round, nor of another browser.
    let one = client.get("/logout").await.form("logout-form");
    let all = client.get("/logout?everywhere=true").await.form("logout-form");
    let foreign = other.get("/logout?everywhere=true").await.form("logout-form");
    for (form, code) in [
        (one.with("everywhere", "true"), "csrf_invalid"),
        (all.without("everywhere"), "csrf_invalid"),
        (foreign, "form_of_another_browser"),
    ] {
        let answer = client.submit(&form).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (403, Some(code))
        );
    }
    assert_eq!(
        (
            client.get("/").await.status.as_u16(),
            other.get("/").await.status.as_u16()
        ),
        (200, 200)
    );
    assert_eq!(client.get("/logout?everywhere=true").await.status, 200);
    assert!(
        harness
            .client()
            .get("/logout?everywhere=true")
            .await
            .has("article#signed-out")
    );
}
