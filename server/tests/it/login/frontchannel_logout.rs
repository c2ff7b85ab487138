//! Front-channel sign-out: the two checks of the conformance plan, and the page that opens the applications in frames.

use protocol::client::LogoutMethod;
use serde_json::{Value, json};

use super::*;
use crate::harness::on_both;

on_both!(
    frontchannel_logout_discovery_endpoint_verification,
    frontchannel_rp_initiated_logout,
    every_application_of_the_session_has_its_frame,
    the_person_alone_gets_the_frames_too,
    without_such_an_application_there_is_no_page,
);

const OUT: &str = "https://shop.example/front?x=1";

async fn front(harness: &Harness, slug: &str, uri: &str) {
    harness
        .application_with(slug, |application| {
            application.logout_uri = Some(uri.to_owned());
            application.logout_method = LogoutMethod::Frontchannel;
        })
        .await;
}

/// The addresses of the frames of a page.
fn frames(page: &Answer) -> Vec<String> {
    let page = page.page();
    let frames = page.elements.iter().filter(|element| element.name == "iframe");
    frames.map(|frame| frame.attribute("src").unwrap().to_owned()).collect()
}

async fn sid(harness: &Harness) -> String {
    let rows = harness.app.store.db().read(&SESSIONS, &[]).await.unwrap();
    protocol::records::sid(rows.first().unwrap().text(0).unwrap())
}

store::statements! {
    SESSIONS = "SELECT id FROM browser_sessions ORDER BY id DESC LIMIT 1";
}

fn query(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/application/o/shop/end-session/?{query}")
}

async fn frontchannel_logout_discovery_endpoint_verification(harness: &Harness) {
    harness.application("shop").await;
    for path in ["/application/o/shop", ""] {
        let answer = harness
            .client()
            .get(&format!("{path}/.well-known/openid-configuration"))
            .await;
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        for name in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
            assert_eq!(document[name], json!(true), "{path} {name}");
        }
    }
}

async fn frontchannel_rp_initiated_logout(harness: &Harness) {
    harness.user("alice").await;
    front(harness, "shop", OUT).await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    let sid = sid(harness).await;
    let request = query(&[
        ("id_token_hint", &hint),
        ("post_logout_redirect_uri", "https://shop.example/bye"),
        ("state", "a\"&<b"),
    ]);
    let page = client.get(&request).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, None));
    assert!(page.has("article#signed-out") && client.cookie("vestibule_session").is_none());
    let issuer = "http%3A%2F%2Flocalhost%3A9000%2Fapplication%2Fo%2Fshop%2F";
    assert_eq!(frames(&page), [format!("{OUT}&iss={issuer}&sid={sid}")]);
    // Only this origin may be framed, and then the page goes on: by the module, by itself, or by the link.
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.ends_with("; frame-src https://shop.example"), "{policy}");
    let back = "https://shop.example/bye?state=a%22%26%3Cb";
    let html = page.page();
    let refresh = html
        .elements
        .iter()
        .find(|element| element.attribute("http-equiv") == Some("refresh"));
    assert_eq!(
        refresh.unwrap().attribute("content"),
        Some(format!("5;url={back}").as_str())
    );
    let link = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("back"));
    assert_eq!(link.unwrap().attribute("href"), Some(back));
    let script = html.elements.iter().find(|element| element.name == "script").unwrap();
    assert_eq!(script.attribute("type"), Some("module"));
    let silent = client.visit(&authorize("shop", &[("prompt", "none")])).await;
    assert_eq!(error_for(&silent, "shop"), "login_required");
    // The same request once more: nobody is there, so there is nothing to open.
    assert_eq!(client.get(&request).await.location(), Some(back));
}

async fn every_application_of_the_session_has_its_frame(harness: &Harness) {
    harness.user("alice").await;
    front(harness, "shop", "https://shop.example/front").await;
    front(harness, "mail", "http://mail:8080/out?a=\"><script>").await;
    front(harness, "twin", "https://shop.example/other").await;
    harness
        .application_with("back", |application| {
            application.logout_uri = Some("https://back.example/".to_owned());
        })
        .await;
    front(harness, "later", "https://later.example/").await;
    let mut client = harness.client();
    let mut hint = String::new();
    for slug in ["mail", "twin", "back", "shop"] {
        hint = id_token(harness, &mut client, slug, "alice").await;
    }
    // Another session of the same person is not touched by this one.
    let mut elsewhere = harness.client();
    id_token(harness, &mut elsewhere, "later", "alice").await;
    let page = client.get(&query(&[("id_token_hint", &hint)])).await;
    let opened = frames(&page);
    assert_eq!(opened.len(), 3, "{opened:?}");
    assert!(
        opened
            .iter()
            .any(|address| address.starts_with("http://mail:8080/out?a=%22%3E%3Cscript%3E&iss=")),
        "{opened:?}"
    );
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.ends_with("; frame-src http://mail:8080 https://shop.example"),
        "{policy}"
    );
    assert!(
        !page.body.contains("http-equiv=\"refresh\""),
        "there is nowhere to go on to"
    );
    assert_eq!(elsewhere.get("/").await.status, 200);
}

async fn the_person_alone_gets_the_frames_too(harness: &Harness) {
    harness.user("alice").await;
    front(harness, "shop", OUT).await;
    for path in ["/logout", "/logout?everywhere=true"] {
        let mut client = harness.client();
        id_token(harness, &mut client, "shop", "alice").await;
        harness.advance(1);
        let form = client.get(path).await.form("logout-form");
        let page = client.submit(&form).await;
        assert!(page.has("article#signed-out") && frames(&page).len() == 1, "{path}");
        assert_eq!(client.get("/").await.location(), Some("/login"));
    }
}

async fn without_such_an_application_there_is_no_page(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    assert_eq!(
        client.get(&query(&[("id_token_hint", &hint)])).await.location(),
        Some("/logout")
    );
    let page = client.get("/logout").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        !policy.contains("frame-src") && policy.starts_with("default-src 'none'"),
        "{policy}"
    );
}
