//! Sign-ins that fail: what the application hears, and that nothing is left of them (B-7.3, B-7.4, B-8.2, B-8.3, section 12).

use http::StatusCode;
use serde_json::json;

use super::support::{Management, authorize, change, fetching, leading, plain, shop, through};
use crate::api::support::Api;
use crate::harness::{Answer, Harness, on_both};
use crate::sources::support::{Sample, away, count_users, signed_in_as};

/// Checks the whole answer to the application.
fn told(back: &Answer, error: &str, description: &str) {
    let address = back.location().unwrap_or_else(|| panic!("{}", back.body));
    assert!(address.starts_with("https://shop.example/cb?"), "{address}");
    assert_eq!(back.parameter("error").as_deref(), Some(error), "{address}");
    assert_eq!(
        back.parameter("error_description").as_deref(),
        Some(description),
        "{address}"
    );
    assert_eq!(back.parameter("state").as_deref(), Some("of the shop"));
    assert_eq!(back.parameter("iss").as_deref(), Some("http://localhost:9000/"));
    assert_eq!(back.parameter("code"), None);
}

async fn a_connection_that_is_not_there(harness: &Harness) {
    shop(harness).await;
    let mut management = Management::new(harness).await;
    management.make(&plain("hidden")).await;
    let mut off = plain("off");
    off["enabled_clients"] = json!(["shop"]);
    off["authentication"] = json!({ "active": false });
    management.make(&off).await;
    let mut empty = json!({ "name": "empty", "strategy": "oauth2" });
    empty["enabled_clients"] = json!(["shop"]);
    management.make(&empty).await;
    // B-7.3, B-12.9: all look the same.
    for connection in ["nobody", "hidden", "off", "empty", "../x"] {
        let answer = harness.client().get(&authorize(&[("connection", connection)])).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        told(&answer, "invalid_request", "the connection was not found");
    }
    // B-12.13
    change(harness, "shop", |application| {
        application.grant_types = vec![protocol::client::GrantType::Implicit];
    })
    .await;
    let path = authorize(&[("connection", "nobody"), ("nonce", "n")]).replace("type=code", "type=id_token");
    let answer = harness.client().get(&path).await;
    let (_, fragment) = answer.location().unwrap().split_once('#').expect("a fragment");
    assert!(fragment.starts_with("error=invalid_request&"), "{fragment}");
}

async fn an_address_that_is_not_registered_gets_nothing(harness: &Harness) {
    shop(harness).await;
    // B-7.4
    for uri in [
        "https%3A%2F%2Fevil.example%2Fcb",
        "https%3A%2F%2Fshop.example%2Fcb%2F..",
    ] {
        let path = format!("/authorize?response_type=code&client_id=shop&redirect_uri={uri}&connection=nobody");
        let answer = harness.client().get(&path).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(
            answer.error_code().as_deref(),
            Some("redirect_uri_mismatch"),
            "{}",
            answer.body
        );
    }
    let answer = harness.client().get("/authorize?client_id=nobody&connection=x").await;
    assert_eq!(answer.location(), None);
    assert!(answer.error_code().is_some(), "{}", answer.body);
}

async fn scripts_that_fail(harness: &Harness) {
    let sample = Sample::start(harness).await;
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    shop(harness).await;
    let missing = "the profile has no user id: fetchUserProfile must return user_id";
    // B-12.1 to B-12.5, B-9.2 to B-9.3, B-9.12, B-9.13, B-10.26, B-10.27
    let cases = [
        (
            "error",
            "function f(t, c, cb) { cb(new Error('no such desk')); }",
            "no such desk",
        ),
        ("text", "function f(t, c, cb) { cb('no such desk'); }", "no such desk"),
        (
            "reject",
            "async function f(t, c, cb) { throw new Error('no such desk'); }",
            "no such desk",
        ),
        ("nothing", "function f(t, c, cb) { cb(null, {}); }", missing),
        (
            "claims",
            "function f(t, c, cb) { cb(null, {user_id: c.id_token?.sub}); }",
            missing,
        ),
        // B-12.12
        (
            "leak",
            "function f(t, c, cb) { cb(new Error('it was ' + t + '\\n    at line 7')); }",
            "it was ...",
        ),
    ];
    for (name, script, description) in cases {
        management.make(&leading(&sample, name, "bob", script)).await;
        let mut browser = harness.client();
        let back = through(harness, &mut browser, name).await;
        told(&back, "invalid_request", description);
        assert_eq!(signed_in_as(harness, &browser).await, None);
    }
    // What the engine says itself is not ours to fix word by word.
    for (name, script, part) in [
        ("throw", "function f(t, c, cb) { nobody.knows(); }", "nobody"),
        ("syntax", "function f(t, c, cb { cb(null, 1) }", "not valid JavaScript"),
        ("empty", "", ""),
        ("silent", "function f(t, c, cb) { }", ""),
    ] {
        management.make(&leading(&sample, name, "bob", script)).await;
        let back = through(harness, &mut harness.client(), name).await;
        let description = back.parameter("error_description").unwrap_or_default();
        told(&back, "invalid_request", &description);
        assert!(
            description.contains(part) && !description.is_empty(),
            "{name}: {description}"
        );
    }
    // B-2.6: without a script there is nobody to tell from anybody.
    let mut none = leading(&sample, "none", "bob", "x");
    none["options"].as_object_mut().unwrap().remove("scripts");
    management.make(&none).await;
    let back = through(harness, &mut harness.client(), "none").await;
    told(&back, "invalid_request", missing);
    // B-12.11
    assert_eq!(count_users(&mut api).await, 0);
    assert!(harness.events("source_login").await.is_empty());
    let failed = harness.events("login_failed").await;
    assert_eq!(failed.len(), 11, "one for each");
    let of = |source: &str| {
        failed
            .iter()
            .find(|event| event.detail["source"] == source)
            .expect("an event")
    };
    let text = &of("text").detail;
    assert_eq!(
        (text["reason"].as_str(), text["said"].as_str()),
        (Some("upstream_script_failed"), Some("no such desk"))
    );
    assert_eq!(of("nothing").detail["reason"], "upstream_user_id_missing");
}

async fn providers_that_refuse(harness: &Harness) {
    let sample = Sample::start(harness).await;
    let mut management = Management::new(harness).await;
    shop(harness).await;
    let make = |name: &str, misbehaviour: &str| {
        let script = fetching(&sample, "{ user_id: bodyParsed.id }");
        let mut body = leading(&sample, name, "bob", &script);
        body["options"]["authParams"]["misbehave"] = json!(misbehaviour);
        body
    };
    // B-12.8, B-8.3
    management.make(&make("refused", "refused")).await;
    let back = through(harness, &mut harness.client(), "refused").await;
    told(&back, "access_denied", "The person said no.");
    // B-12.7
    management.make(&make("token", "token_refused")).await;
    let back = through(harness, &mut harness.client(), "token").await;
    assert_eq!(
        back.parameter("error").as_deref(),
        Some("invalid_request"),
        "{:?}",
        back.location()
    );
    // The script hears of a profile that is broken, and says so.
    management.make(&make("profile", "userinfo_broken")).await;
    let back = through(harness, &mut harness.client(), "profile").await;
    told(&back, "invalid_request", "{\"error\":\"server_error\"}");
    assert_eq!(harness.events("login_failed").await.len(), 3);
}

async fn a_state_that_is_not_ones_own(harness: &Harness) {
    let sample = Sample::start(harness).await;
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    shop(harness).await;
    let script = fetching(&sample, "{ user_id: bodyParsed.id }");
    management.make(&leading(&sample, "harbor", "bob", &script)).await;
    let mut browser = harness.client();
    let mut left = browser.get(&authorize(&[("connection", "harbor")])).await;
    left.status = StatusCode::SEE_OTHER;
    let callback = away(harness, &left).await;
    // B-8.2: foreign, then unknown, then used.
    for (path, status, code) in [
        (callback.as_str(), StatusCode::FORBIDDEN, "cookie_missing"),
        (
            "/login/callback?code=x&state=unknown",
            StatusCode::BAD_REQUEST,
            "upstream_state_invalid",
        ),
        (
            "/login/callback?code=x",
            StatusCode::BAD_REQUEST,
            "upstream_state_invalid",
        ),
    ] {
        let answer = harness.client().get(path).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{}", answer.body);
        assert_eq!((answer.status, answer.location()), (status, None));
    }
    assert_eq!(count_users(&mut api).await, 0);
    let back = browser.get(&callback).await;
    assert!(back.parameter("code").is_some(), "{}", back.body);
    let again = browser.get(&callback).await;
    assert_eq!(
        again.error_code().as_deref(),
        Some("upstream_state_invalid"),
        "{}",
        again.body
    );
}

async fn somebody_who_is_blocked(harness: &Harness) {
    let sample = Sample::start(harness).await;
    let (mut management, mut api) = (Management::new(harness).await, Api::new(harness).await);
    shop(harness).await;
    let script = fetching(&sample, "{ user_id: bodyParsed.id }");
    management.make(&leading(&sample, "harbor", "bob", &script)).await;
    through(harness, &mut harness.client(), "harbor").await;
    let users = api.get("/users").await.found();
    let id = users["items"][0]["id"].as_str().expect("an id").to_owned();
    api.patch(&format!("/users/{id}"), &json!({ "is_active": false }))
        .await
        .found();
    // B-12.10
    let mut browser = harness.client();
    let back = through(harness, &mut browser, "harbor").await;
    told(&back, "unauthorized", "user is blocked");
    assert_eq!(signed_in_as(harness, &browser).await, None);
    // At the address of the standard the codes are those of the standard.
    let path = authorize(&[("connection", "harbor")]).replace("/authorize?", "/application/o/authorize/?");
    let mut browser = harness.client();
    let left = browser.get(&path).await;
    let left = browser.get(left.location().expect("a redirect")).await;
    let callback = away(harness, &left).await;
    let back = browser.get(&callback).await;
    assert_eq!(
        back.parameter("error").as_deref(),
        Some("access_denied"),
        "{:?}",
        back.location()
    );
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_connection_that_is_not_there,
    an_address_that_is_not_registered_gets_nothing,
    scripts_that_fail,
    providers_that_refuse,
    a_state_that_is_not_ones_own,
    somebody_who_is_blocked,
);
