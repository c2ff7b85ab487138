//! The end of sign-ins through connections. Applications hear of it under the names that their ID tokens had (OpenID Connect
//! Back-Channel Logout 1.0, section 2.4; Front-Channel Logout 1.0, section 3), and people are told where they are signed in still.

use http::StatusCode;
use protocol::client::LogoutMethod;
use serde_json::{Value, json};
use vestibule::deliveries;

use super::support::{Management, authorize, change, claims, fetching, leading, redeem, shop, through};
use crate::harness::{Client, Harness, on_both};
use crate::login::receiver::Receiver;
use crate::sources::support::Sample;

const PROFILE: &str = "{ user_id: bodyParsed.id, email: bodyParsed.email }";

/// `shop` with an address for sign-outs, and a browser that signed in to it through a connection: the claims of its ID token.
async fn signed_in(harness: &Harness, sample: &Sample, address: String, method: LogoutMethod) -> (Client, Value) {
    shop(harness).await;
    change(harness, "shop", |shop| {
        shop.logout_uri = Some(address);
        shop.logout_method = method;
    })
    .await;
    let mut management = Management::new(harness).await;
    management
        .make(&leading(sample, "harbor-hr", "bob", &fetching(sample, PROFILE)))
        .await;
    let mut browser = harness.client();
    let back = through(harness, &mut browser, "harbor-hr").await;
    let tokens = redeem(harness, &back).await;
    (browser, claims(&tokens["id_token"]))
}

async fn the_notice_names_issuer_and_subject_of_the_id_token(harness: &Harness) {
    let (sample, receiver) = (Sample::start(harness).await, Receiver::start().await);
    let (mut browser, known) = signed_in(harness, &sample, receiver.url(), LogoutMethod::Backchannel).await;
    assert_eq!(
        [&known["iss"], &known["sub"]],
        ["http://localhost:9000/", "oauth2|harbor-hr|42"]
    );
    harness.advance(60);
    let form = browser.get("/logout").await.form("logout-form");
    browser.submit(&form).await;
    deliveries::deliver_due(&harness.app).await.expect("a database");
    let tokens = receiver.tokens(harness);
    assert_eq!(tokens.len(), 1);
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(tokens[0][name], known[name], "{name}");
    }
}

async fn the_frame_names_the_issuer_of_the_id_token(harness: &Harness) {
    let sample = Sample::start(harness).await;
    let address = "https://shop.example/out".to_owned();
    let (mut browser, known) = signed_in(harness, &sample, address, LogoutMethod::Frontchannel).await;
    let form = browser.get("/logout").await.form("logout-form");
    let left = browser.submit(&form).await;
    let page = browser.follow(left).await.page();
    let frame = page.elements.iter().find(|element| element.name == "iframe");
    let address = frame.and_then(|frame| frame.attribute("src")).expect("a frame");
    let address: url::Url = address.parse().expect("an address");
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let expected = [
        ("iss".to_owned(), "http://localhost:9000/".to_owned()),
        ("sid".to_owned(), known["sid"].as_str().expect("a session").to_owned()),
    ];
    assert_eq!(pairs, expected);
}

async fn the_names_are_those_of_the_tokens_that_came_last(harness: &Harness) {
    let (sample, receiver) = (Sample::start(harness).await, Receiver::start().await);
    let (mut browser, first) = signed_in(harness, &sample, receiver.url(), LogoutMethod::Backchannel).await;
    // The same application in the words of the standard, in the same session.
    let standard = authorize(&[]).replacen("/authorize", "/application/o/authorize/", 1);
    let back = browser.visit(&standard).await;
    let tokens = redeem(harness, &back).await;
    let last = claims(&tokens["id_token"]);
    assert_eq!(last["iss"], "http://localhost:9000/application/o/shop/");
    assert_eq!(last["sid"], first["sid"]);
    harness.advance(60);
    let form = browser.get("/logout").await.form("logout-form");
    browser.submit(&form).await;
    deliveries::deliver_due(&harness.app).await.expect("a database");
    let tokens = receiver.tokens(harness);
    assert_eq!(tokens.len(), 1);
    for name in ["iss", "sub", "sid"] {
        assert_eq!(tokens[0][name], last[name], "{name}");
    }
}

/// Where the page after a sign-out leads, for a connection with these options.
async fn after(harness: &Harness, sample: &Sample, name: &str, options: &Value) -> Option<String> {
    let mut management = Management::new(harness).await;
    let mut body = leading(sample, name, "bob", &fetching(sample, PROFILE));
    for (member, value) in options.as_object().expect("an object") {
        match value {
            Value::Object(scripts) => body["options"][member]
                .as_object_mut()
                .expect("an object")
                .extend(scripts.clone()),
            _ => body["options"][member] = value.clone(),
        }
    }
    management.make(&body).await;
    let mut browser = harness.client();
    through(harness, &mut browser, name).await;
    let form = browser
        .get("/logout")
        .await
        .form("logout-form")
        .with("returnTo", "https://shop.example/");
    let left = browser.submit(&form).await;
    assert!(!left.body.contains("of the script"), "{}", left.body);
    if left.status == StatusCode::SEE_OTHER {
        // Nothing is left to be said: on to the page that one is signed out.
        assert_eq!(left.location(), Some("/logout"));
        return None;
    }
    let html = left.page();
    let link = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("sign-out-source"));
    link.and_then(|link| link.attribute("href"))
        .map(|href| href.replace("&amp;", "&"))
}

async fn b_2_7_a_script_makes_the_address_where_the_connection_has_none(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let script = "function getLogoutUrl(query, callback) { \
                  callback(null, 'https://hr.harbor.test/out?to=' + encodeURIComponent(query.returnTo) + '&csrf=' + query.csrf); }";
    let scripts = json!({ "scripts": { "getLogoutUrl": script } });
    assert_eq!(
        after(harness, &sample, "by-script", &scripts).await.as_deref(),
        Some("https://hr.harbor.test/out?to=https%3A%2F%2Fshop.example%2F&csrf=undefined")
    );
    let both = json!({ "scripts": { "getLogoutUrl": script }, "logoutUrl": "https://hr.harbor.test/bye" });
    let address = after(harness, &sample, "by-address", &both).await;
    assert!(
        address
            .as_deref()
            .is_some_and(|address| address.starts_with("https://hr.harbor.test/bye")),
        "{address:?}"
    );
    // Whatever a script does, the person is signed out, and no address of another kind is shown.
    for (name, script) in [
        (
            "fails",
            "function getLogoutUrl(q, done) { done(new Error('of the script')); }",
        ),
        (
            "throws",
            "function getLogoutUrl(q, done) { throw new Error('of the script'); }",
        ),
        (
            "other",
            "function getLogoutUrl(q, done) { done(null, 'javascript:of the script'); }",
        ),
        ("broken", "function getLogoutUrl(q, done) { of the script"),
        ("empty", ""),
    ] {
        let scripts = json!({ "scripts": { "getLogoutUrl": script } });
        assert_eq!(after(harness, &sample, name, &scripts).await, None, "{name}");
    }
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    the_notice_names_issuer_and_subject_of_the_id_token,
    the_frame_names_the_issuer_of_the_id_token,
    the_names_are_those_of_the_tokens_that_came_last,
    b_2_7_a_script_makes_the_address_where_the_connection_has_none,
);
