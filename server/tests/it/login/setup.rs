//! The first administrator: the link that works once, and the password of the configuration.

use vestibule::actions::first_administrator::{ensure_bootstrap, ensure_link};

use super::*;
use crate::harness::{Engine, on_both};

on_both!(
    the_link_makes_one_administrator_and_signs_in,
    the_link_expires_and_is_void_once_there_is_an_administrator,
    of_two_people_with_two_links_one_comes_first,
    what_is_wrong_stands_at_its_field,
    a_forged_link_or_form_makes_nobody,
    without_a_password_in_the_configuration_nobody_is_made,
);

async fn link(harness: &Harness) -> String {
    ensure_link(&harness.app).await.unwrap().expect("a link")
}

fn filled_in(page: &Answer, username: &str) -> Form {
    page.form("setup-form")
        .with("username", username)
        .with("name", "The First")
        .with("email", "first@example.com")
        .with("password", PASSWORD)
}

async fn the_link_makes_one_administrator_and_signs_in(harness: &Harness) {
    let link = link(harness).await;
    assert!(link.starts_with("http://localhost:9000/setup?token="));
    let mut client = harness.client();
    let page = client.get(&link).await;
    assert!(
        page.body.contains("http://localhost:9000/"),
        "it says which address it takes for its own"
    );
    let answer = client.submit(&filled_in(&page, " root ")).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/")));
    let home = client.follow(answer).await;
    assert!(home.body.contains("The First") && home.has("a#administration"));
    let stored = harness.app.store.load_user_by_username("root").await.unwrap().unwrap();
    assert!(stored.user.is_admin && stored.user.is_active && stored.user.username == "root");
    assert_eq!(events(harness, "user_created").await.len(), 1);
    for answer in [
        client.get(&link).await,
        client.submit(&filled_in(&page, "second")).await,
    ] {
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (410, Some("setup_link_invalid"))
        );
    }
    assert!(ensure_link(&harness.app).await.unwrap().is_none());
    assert_eq!(
        harness.signed_in("root").await.get("/").await.status,
        200,
        "the password is the one that was typed"
    );
}

async fn the_link_expires_and_is_void_once_there_is_an_administrator(harness: &Harness) {
    let (early, late) = (link(harness).await, link(harness).await);
    let mut client = harness.client();
    let page = client.get(&early).await;
    harness.advance(24 * 60 * 60 - 1);
    assert_eq!(client.get(&early).await.status, 200);
    harness.advance(1);
    assert_eq!(client.get(&early).await.status, 410);
    assert_eq!(
        client.submit(&filled_in(&page, "root")).await.status,
        410,
        "to the second"
    );
    assert_eq!(client.get(&late).await.status, 410);
    let fresh = link(harness).await;
    let page = client.get(&fresh).await;
    harness.user_with("made", |user| user.is_admin = true).await;
    assert_eq!(client.submit(&filled_in(&page, "root")).await.status, 410);
    assert!(harness.app.store.load_user_by_username("root").await.unwrap().is_none());
}

async fn of_two_people_with_two_links_one_comes_first(harness: &Harness) {
    let mut race = tokio::task::JoinSet::new();
    for number in 0..4 {
        let link = link(harness).await;
        let mut client = harness.client();
        let page = client.get(&link).await;
        let form = filled_in(&page, &format!("root{number}"));
        race.spawn(async move { client.submit(&form).await.status.as_u16() });
    }
    let mut answers = race.join_all().await;
    answers.sort_unstable();
    assert_eq!(answers, [303, 410, 410, 410]);
}

async fn what_is_wrong_stands_at_its_field(harness: &Harness) {
    harness.user("taken").await;
    let link = link(harness).await;
    let mut client = harness.client();
    let page = client.get(&link).await;
    let form = filled_in(&page, "root");
    let long = "x".repeat(256);
    for (field, value) in [
        ("username", ""),
        ("username", "   "),
        ("username", long.as_str()),
        ("username", "a\u{7}b"),
        ("username", "Taken"),
        ("name", ""),
        ("name", long.as_str()),
        ("email", ""),
        ("email", "not an address"),
        ("email", "a@b@c"),
        ("email", format!("{}@example.com", "x".repeat(250)).as_str()),
        ("password", ""),
        ("password", "1234567"),
        ("password", "x".repeat(513).as_str()),
    ] {
        let answer = client.submit(&form.clone().with(field, value)).await;
        assert_eq!(answer.status, 422, "{field} {value:?}");
        assert!(answer.has(&format!("p#{field}-problem")), "{field} {value:?}");
        assert_eq!(
            answer.form("setup-form").value("password"),
            Some(""),
            "a password is never sent back"
        );
    }
    assert!(!harness.app.store.load_has_admin().await.unwrap());
    assert_eq!(client.submit(&form.with("password", "12345678")).await.status, 303);
}

async fn a_forged_link_or_form_makes_nobody(harness: &Harness) {
    let link = link(harness).await;
    let mut client = harness.client();
    for bad in [
        "/setup",
        "/setup?token=",
        "/setup?token=guess",
        &format!("{link}x"),
        &link[..link.len() - 1],
    ] {
        assert_eq!(
            client.get(bad).await.error_code().as_deref(),
            Some("setup_link_invalid"),
            "{bad}"
        );
    }
    let page = client.get(&link).await;
    let form = filled_in(&page, "root");
    let answer = client.submit(&form.clone().without("csrf")).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    assert_eq!(
        harness.client().submit(&form).await.error_code().as_deref(),
        Some("cookie_missing")
    );
    assert!(!harness.app.store.load_has_user().await.unwrap());
}

async fn without_a_password_in_the_configuration_nobody_is_made(harness: &Harness) {
    assert!(!ensure_bootstrap(&harness.app).await.unwrap());
    assert!(!harness.app.store.load_has_user().await.unwrap());
}

#[tokio::test]
async fn the_password_of_the_configuration_makes_admin_on_an_empty_database() {
    let configuration = format!("[bootstrap]\nadmin_password = \"{PASSWORD}\"\n");
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let harness = Harness::with(engine, &configuration).await;
        assert!(ensure_bootstrap(&harness.app).await.unwrap());
        assert!(!ensure_bootstrap(&harness.app).await.unwrap(), "once");
        assert!(ensure_link(&harness.app).await.unwrap().is_none());
        assert!(harness.signed_in("admin").await.get("/").await.has("a#administration"));
        harness.end().await;
        let harness = Harness::with(engine, &configuration).await;
        harness.user("somebody").await;
        assert!(
            !ensure_bootstrap(&harness.app).await.unwrap(),
            "the database is not empty"
        );
        harness.end().await;
    }
    let harness = Harness::with(Engine::Sqlite, "[bootstrap]\nadmin_password = \"short\"\n").await;
    assert!(ensure_bootstrap(&harness.app).await.is_err());
    harness.end().await;
}
