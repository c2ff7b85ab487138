//! The choice of a language at the foot of a page: kept in a cookie, without scripts, and stronger than the wish of the
//! application that waits.

use http::{Request, header};

use super::*;
use crate::harness::on_both;

on_both!(
    every_page_of_people_offers_all_languages,
    a_choice_is_kept_and_leads_back,
    a_choice_comes_before_the_wish_of_the_application_that_waits,
    nobody_else_chooses,
    the_time_to_wait_is_said_in_each_language,
);

/// Presses the link of a language on the page at `address`.
async fn choose(client: &mut Client, tag: &str, address: &str) -> Answer {
    let request = Request::get(format!("/language/{tag}"))
        .header(header::REFERER, address)
        .body(axum::body::Body::empty())
        .unwrap();
    client.send(request).await
}

fn address_of(harness: &Harness, path: &str) -> String {
    format!("{}{path}", harness.app.public_url.trim_end_matches('/'))
}

fn language_of(page: &Answer) -> String {
    let html = page.page();
    let root = html.elements.iter().find(|element| element.name == "html").unwrap();
    root.attribute("lang").unwrap().to_owned()
}

/// The tags that the foot of a page offers; the current one is no link.
fn offered(page: &Answer) -> Vec<String> {
    let html = page.page();
    let links = html.elements.iter().filter(|element| element.name == "a");
    links
        .filter_map(|link| link.attribute("href")?.strip_prefix("/language/").map(str::to_owned))
        .collect()
}

async fn every_page_of_people_offers_all_languages(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut stranger = harness.client();
    let mut client = harness.signed_in("alice").await;
    let pages = [
        stranger.get("/login").await,
        stranger.visit(&authorize("nobody", &[])).await,
        client.visit(&authorize("shop", &[])).await,
        client.visit(&authorize("shop", &[("prompt", "select_account")])).await,
        client.get("/").await,
        client.get("/account").await,
        client.get("/logout").await,
        client.get("/device").await,
    ];
    for page in pages {
        assert_eq!(offered(&page), ["de", "fr", "es"], "{}", page.body);
        assert!(page.has("span[aria-current=true]") && page.body.contains("lang=\"fr\" hreflang=\"fr\""));
    }
    let docs = client.get("/api/v1/docs").await;
    assert!(offered(&docs).is_empty(), "there is one language to read them in");
}

async fn a_choice_is_kept_and_leads_back(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.client().with_header(header::ACCEPT_LANGUAGE, "de");
    assert_eq!(language_of(&client.get("/login").await), "de");
    let path = "/login?next=%2Faccount&x=1";
    let answer = choose(&mut client, "fr", &address_of(harness, path)).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some(path)));
    let page = client.follow(answer).await;
    assert_eq!(language_of(&page), "fr");
    assert!(page.body.contains("Mot de passe"));
    client.forget_cookie("vestibule_chosen_language");
    assert_eq!(language_of(&client.visit("/").await), "fr", "also tomorrow");
    let home = sign_in(&mut client, &page, "alice").await;
    assert_eq!(language_of(&home), "fr");
}

async fn a_choice_comes_before_the_wish_of_the_application_that_waits(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let wish = [("ui_locales", "de")];
    let answer = client.get(&authorize("shop", &wish)).await;
    let address = answer.location().unwrap().to_owned();
    let page = client.get(&address).await;
    assert_eq!(language_of(&page), "de");
    let wrong = client.submit(&filled(&page, "alice", "wrong password")).await;
    assert_eq!(language_of(&wrong), "de");
    // The address of the form that is shown again is that of its page.
    assert_eq!(page.form("login-form").action, address);
    let answer = choose(&mut client, "es", &address_of(harness, &address)).await;
    assert_eq!(answer.location(), Some(address.as_str()));
    let page = client.follow(answer).await;
    assert_eq!(language_of(&page), "es");
    let wrong = client.submit(&filled(&page, "alice", "wrong password")).await;
    assert_eq!(language_of(&wrong), "es");
    let consent = sign_in(&mut client, &page, "alice").await;
    assert!(consent.has("form#consent-form"));
    assert_eq!(language_of(&consent), "es");
    client.forget_cookie("vestibule_chosen_language");
    assert_eq!(language_of(&client.visit(&authorize("shop", &wish)).await), "de");
}

async fn nobody_else_chooses(harness: &Harness) {
    let mut client = harness.client();
    for address in [
        "https://elsewhere.example/login",
        "http://localhost:9000.elsewhere.example/",
        "http://localhost:9001/login",
        "https://elsewhere.example//id.example.com/",
        "no address",
    ] {
        let answer = choose(&mut client, "fr", address).await;
        assert_eq!(
            (answer.status.as_u16(), answer.location()),
            (303, Some("/")),
            "{address}"
        );
        assert!(
            !answer.set_cookies().iter().any(|cookie| cookie.contains("language")),
            "{address}"
        );
    }
    for tag in ["tlh", "FR", "fr-CA", "%2e%2e"] {
        let request = Request::get(format!("/language/{tag}"))
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, address_of(harness, "/login"))
            .body(axum::body::Body::empty())
            .unwrap();
        let answer = client.send(request).await;
        assert_eq!(answer.status, 404, "{tag}");
    }
    let answer = choose(&mut client, "de", &address_of(harness, "//elsewhere.example/")).await;
    assert_eq!(answer.location(), Some("/"));
}

async fn the_time_to_wait_is_said_in_each_language(harness: &Harness) {
    let most = harness.app.config.limits.sign_in_failures_per_account;
    let all = [
        ("en", "minutes"),
        ("de", "Minuten"),
        ("fr", "minutes"),
        ("es", "minutos"),
    ];
    for (number, (tag, words)) in all.into_iter().enumerate() {
        let address = format!("198.51.100.{number}");
        let mut client = harness
            .client()
            .at_address(&address)
            .with_header(header::ACCEPT_LANGUAGE, tag);
        let page = client.get("/login").await;
        let name = format!("nobody-{tag}");
        for _ in 0..most {
            client.submit(&filled(&page, &name, "wrong password")).await;
        }
        let answer = client.submit(&filled(&page, &name, "wrong password")).await;
        assert_eq!((answer.status.as_u16(), language_of(&answer).as_str()), (429, tag));
        assert!(answer.header("retry-after").is_some() && answer.has("p#problem"));
        assert!(answer.body.contains(words), "{}", answer.body);
    }
}
