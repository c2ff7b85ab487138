//! The start page of a person: tiles, sign-out, administration.

use protocol::client::GrantType;

use super::*;
use crate::harness::on_both;

on_both!(
    tiles_are_what_the_person_may_open,
    administrators_find_the_administration,
    strangers_are_sent_to_sign_in
);

async fn tiles_are_what_the_person_may_open(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    harness
        .application_with("mail", |application| {
            application.launch_url = Some("https://mail.example/in".into());
        })
        .await;
    harness
        .application_with("off", |application| application.enabled = false)
        .await;
    harness
        .application_with("robot", |application| {
            application.grant_types = vec![GrantType::ClientCredentials];
        })
        .await;
    for (slug, grant) in [("wall", GrantType::Implicit), ("ledger", GrantType::Hybrid)] {
        harness
            .application_with(slug, |application| application.grant_types = vec![grant])
            .await;
    }
    harness
        .application_with("bare", |application| application.redirect_uris.clear())
        .await;
    harness
        .application_with("phone", |application| {
            application.redirect_uris[0].url = "com.example.phone:/cb".into();
        })
        .await;
    let mut client = harness.signed_in("alice").await;
    let home = client.get("/").await;
    for (slug, shown) in [
        ("shop", true),
        ("mail", true),
        ("off", false),
        ("robot", false),
        ("wall", true),
        ("ledger", true),
        ("bare", false),
        ("phone", false),
    ] {
        assert_eq!(home.has(&format!("li[data-application={slug}]")), shown, "{slug}");
    }
    assert!(home.has("a[href=https://shop.example/]") && home.has("a[href=https://mail.example/in]"));
    assert!(!home.has("a#administration"));
}

async fn administrators_find_the_administration(harness: &Harness) {
    harness.user_with("root", |user| user.is_admin = true).await;
    assert!(harness.signed_in("root").await.get("/").await.has("a#administration"));
}

async fn strangers_are_sent_to_sign_in(harness: &Harness) {
    let answer = harness.client().get("/").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/login")));
}
