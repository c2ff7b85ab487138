//! The start page of a person: tiles, sign-out, administration.

use protocol::client::GrantType;

use super::*;
use crate::harness::on_both;

on_both!(
    tiles_are_what_the_person_may_open,
    tiles_stand_under_their_groups,
    many_applications_can_be_searched,
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

async fn tiles_stand_under_their_groups(harness: &Harness) {
    harness.user("alice").await;
    for (slug, group) in [
        ("wiki", "writing"),
        ("shop", ""),
        ("mail", "Office"),
        ("notes", "Writing "),
    ] {
        harness
            .application_with(slug, |application| application.group = group.into())
            .await;
    }
    let home = harness.signed_in("alice").await.get("/").await;
    let places = [
        "Office<",
        "data-application=\"mail\"",
        "riting<",
        "data-application=\"wiki\"",
        "More applications",
    ]
    .map(|words| home.body.find(words).unwrap_or_else(|| panic!("{words} is not there")));
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(
        home.body.matches("class=\"tile-group\"").count(),
        3,
        "a group is one, however it is written"
    );
    assert!(!home.has("form#search-form"), "four are seen at a glance");
}

async fn many_applications_can_be_searched(harness: &Harness) {
    harness.user("alice").await;
    for number in 1..=9 {
        harness
            .application_with(&format!("shop-{number}"), |application| {
                application.name = format!("Shop {number}");
                application.description = if number > 7 {
                    "For the Büro".into()
                } else {
                    String::new()
                };
            })
            .await;
    }
    let mut client = harness.signed_in("alice").await;
    let home = client.get("/").await;
    assert!(home.has("form#search-form") && !home.has("a#show-all"));
    for (words, found) in [
        ("shop", 9),
        ("SHOP%20%209", 1),
        ("b%C3%9CRO+shop", 2),
        ("shop-4", 1),
        ("elsewhere", 0),
        ("+", 9),
    ] {
        let page = client.get(&format!("/?q={words}")).await;
        assert_eq!(page.body.matches("data-application=").count(), found, "{words}");
        assert!(page.has("input[name=q]"), "{words}");
        assert_eq!(page.has("p#none-found"), found == 0, "{words}");
    }
    assert!(client.get("/?q=shop").await.has("a#show-all"));
}

async fn administrators_find_the_administration(harness: &Harness) {
    harness.user_with("root", |user| user.is_admin = true).await;
    assert!(harness.signed_in("root").await.get("/").await.has("a#administration"));
}

async fn strangers_are_sent_to_sign_in(harness: &Harness) {
    let answer = harness.client().get("/").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/login")));
}
