//! Polling (RFC 8628, sections 3.4 and 3.5), and what the tokens are worth.

use axum::body::Body;
use http::{Request, header};
use protocol::client::ClientType;
use protocol::time::DAY;

use super::*;
use crate::harness::on_both;

on_both!(
    the_tokens_are_those_of_the_session_that_allowed_it,
    the_refresh_token_lives_on_without_the_session,
    who_asks_too_often_is_told_to_slow_down,
    each_refusal_of_a_poll,
    a_used_code_gives_nothing_and_takes_back_what_it_gave,
    only_the_client_that_asked_gets_tokens,
    a_confidential_client_authenticates_and_a_public_one_need_not,
    an_allowed_code_is_nothing_for_who_may_have_nothing,
    an_old_code_is_swept,
);

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).expect("three parts");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload);
    serde_json::from_slice(&bytes.expect("base64url")).expect("JSON")
}

async fn userinfo(harness: &Harness, token: &str) -> Answer {
    let request = Request::builder()
        .uri("/application/o/userinfo/")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    harness.client().send(request.body(Body::empty()).unwrap()).await
}

async fn tokens(harness: &Harness, browser: &mut Client, slug: &str, scope: &str) -> Value {
    let asked = ask(harness, slug, scope).await;
    allow(browser, &asked).await;
    let answer = poll(harness, slug, text(&asked, "device_code")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    json(&answer)
}

async fn the_tokens_are_those_of_the_session_that_allowed_it(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let mut browser = harness.signed_in("alice").await;
    harness.advance(60);
    let tokens = tokens(harness, &mut browser, "tv", "openid email offline_access admin").await;
    assert_eq!(tokens["scope"], "email offline_access openid");
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"]),
        (&"Bearer".into(), &3600.into())
    );
    let id = claims(text(&tokens, "id_token"));
    assert_eq!(id.get("nonce"), None);
    assert_eq!((&id["aud"], &id["email"]), (&"tv".into(), &"alice@example.com".into()));
    assert_eq!(
        id["auth_time"],
        harness.now().seconds() - 60,
        "when the person signed in, not when the device polled"
    );
    assert_eq!(id["amr"], serde_json::json!(["pwd"]));
    assert_eq!(text(&id, "sid").len(), 64);
    let info = userinfo(harness, text(&tokens, "access_token")).await;
    assert_eq!(json(&info)["email"], "alice@example.com");
    assert_eq!(json(&info)["sub"], id["sub"]);
}

async fn the_refresh_token_lives_on_without_the_session(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let mut browser = harness.signed_in("alice").await;
    let tokens = tokens(harness, &mut browser, "tv", "openid offline_access").await;
    let page = browser.get("/logout").await;
    browser.submit(&page.form("logout-form")).await;
    assert_eq!(userinfo(harness, text(&tokens, "access_token")).await.status, 401);
    let secret = secret_of("tv");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
        ("client_id", "tv"),
        ("client_secret", &secret),
    ];
    let renewed = harness.client().post("/application/o/token/", &fields).await;
    assert_eq!(renewed.status, 200, "{}", renewed.body);
    assert_eq!(
        userinfo(harness, text(&json(&renewed), "access_token")).await.status,
        200
    );
}

async fn who_asks_too_often_is_told_to_slow_down(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let code = text(&asked, "device_code");
    let mut script = vec![];
    // Seconds since the poll before, and the answer: the interval grows with each hurry and stays.
    for (pause, expected) in [
        (0, "authorization_pending"),
        (5, "authorization_pending"),
        (4, "slow_down"),
        (9, "slow_down"),
        (15, "authorization_pending"),
        (14, "slow_down"),
        (20, "authorization_pending"),
        (0, "slow_down"),
    ] {
        harness.advance(pause);
        script.push((error(harness, "tv", code).await, expected));
    }
    assert!(script.iter().all(|(got, expected)| got == expected), "{script:?}");
    let mut browser = harness.signed_in("alice").await;
    allow(&mut browser, &asked).await;
    assert_eq!(
        poll(harness, "tv", code).await.status,
        200,
        "what is there is given at once"
    );
}

async fn each_refusal_of_a_poll(harness: &Harness) {
    application(harness, "tv").await;
    harness.application("web").await;
    let secret = secret_of("tv");
    let with = |fields: &[(&'static str, &'static str)]| {
        let mut all = vec![
            ("client_id", "tv"),
            ("client_secret", secret.as_str()),
            ("grant_type", GRANT),
        ];
        all.extend_from_slice(fields);
        let mut client = harness.client();
        async move { refusal(&client.post("/application/o/token/", &all).await) }
    };
    let is = |status: u16, error: &str, code: &str| (status, error.to_owned(), code.to_owned());
    assert_eq!(with(&[]).await, is(400, "invalid_request", "device_code_missing"));
    assert_eq!(
        with(&[("device_code", "nobody's")]).await,
        is(400, "invalid_grant", "device_code_unknown")
    );
    let asked = ask(harness, "tv", "openid").await;
    let user_code = refusal(&poll(harness, "tv", text(&asked, "user_code")).await);
    assert_eq!(
        user_code,
        is(400, "invalid_grant", "device_code_unknown"),
        "one code is not the other"
    );
    let not_allowed = refusal(&poll(harness, "web", text(&asked, "device_code")).await);
    assert_eq!(not_allowed, is(400, "unauthorized_client", "grant_type_not_allowed"));
    harness.advance(600);
    let expired = refusal(&poll(harness, "tv", text(&asked, "device_code")).await);
    assert_eq!(expired, is(400, "expired_token", "device_code_expired"));
}

async fn a_used_code_gives_nothing_and_takes_back_what_it_gave(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid offline_access").await;
    allow(&mut harness.signed_in("alice").await, &asked).await;
    let tokens = json(&poll(harness, "tv", text(&asked, "device_code")).await);
    assert_eq!(userinfo(harness, text(&tokens, "access_token")).await.status, 200);
    for _ in 0..2 {
        let again = refusal(&poll(harness, "tv", text(&asked, "device_code")).await);
        assert_eq!(
            again,
            (400, "invalid_grant".to_owned(), "device_code_reused".to_owned())
        );
    }
    assert_eq!(userinfo(harness, text(&tokens, "access_token")).await.status, 401);
    let events = harness.events("suspicious_request").await;
    assert!(
        events
            .iter()
            .any(|event| event.detail["refusal"] == "device_code_reused")
    );
}

async fn only_the_client_that_asked_gets_tokens(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    application(harness, "thief").await;
    let asked = ask(harness, "tv", "openid").await;
    let code = text(&asked, "device_code");
    let stolen = (
        400,
        "invalid_grant".to_owned(),
        "device_code_of_another_client".to_owned(),
    );
    assert_eq!(refusal(&poll(harness, "thief", code).await), stolen);
    allow(&mut harness.signed_in("alice").await, &asked).await;
    assert_eq!(refusal(&poll(harness, "thief", code).await), stolen);
    assert_eq!(poll(harness, "tv", code).await.status, 200);
    assert_eq!(refusal(&poll(harness, "thief", code).await), stolen);
    assert!(
        harness.events("suspicious_request").await.is_empty(),
        "a stranger revokes nothing"
    );
}

async fn a_confidential_client_authenticates_and_a_public_one_need_not(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    application_with(harness, "app", |application| {
        application.client_type = ClientType::Public;
    })
    .await;
    let mut browser = harness.signed_in("alice").await;
    for (slug, status) in [("tv", 401), ("app", 200)] {
        let asked = ask(harness, slug, "openid").await;
        allow(&mut browser, &asked).await;
        let mut fields = vec![
            ("grant_type", GRANT),
            ("device_code", text(&asked, "device_code")),
            ("client_id", slug),
        ];
        let bare = harness.client().post("/application/o/token/", &fields).await;
        assert_eq!(bare.status, status, "{slug}: {}", bare.body);
        if slug == "tv" {
            fields.push(("client_secret", "wrong"));
            let wrong = harness.client().post("/application/o/token/", &fields).await;
            assert_eq!(refusal(&wrong).1, "invalid_client");
            assert_eq!(
                poll(harness, slug, text(&asked, "device_code")).await.status,
                200,
                "nothing was used up"
            );
        }
    }
}

/// Security expectation 22: between the answer and the poll.
async fn an_allowed_code_is_nothing_for_who_may_have_nothing(harness: &Harness) {
    let mut tv = application(harness, "tv").await;
    let mut number = 0;
    for change in ["disabled", "deleted", "signed out", "password", "application"] {
        number += 1;
        let mut user = harness.user(&format!("user{number}")).await;
        let asked = ask(harness, "tv", "openid").await;
        allow(&mut harness.signed_in(&user.username).await, &asked).await;
        harness.advance(1);
        let store = &harness.app.store;
        let statements = match change {
            "deleted" => store.delete_user(&user.id, harness.now()),
            "signed out" => store.sign_out_everywhere(&user.id, harness.now()),
            "password" => store.set_password(&user.id, "$argon2id$other", harness.now()),
            "disabled" => {
                harness.change_user(&mut user, |user| user.is_active = false).await;
                Vec::new()
            }
            _ => {
                harness.change_application(&mut tv, |tv| tv.enabled = false).await;
                Vec::new()
            }
        };
        harness.app.commit_changes(statements, Vec::new()).await.unwrap();
        let (status, error, code) = refusal(&poll(harness, "tv", text(&asked, "device_code")).await);
        let expected = match change {
            "application" => (400, "unauthorized_client"),
            _ => (400, "invalid_grant"),
        };
        assert_eq!((status, error.as_str()), expected, "{change}: {code}");
    }
}

async fn an_old_code_is_swept(harness: &Harness) {
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let code = text(&asked, "device_code");
    harness.advance(600 + 23 * 3600);
    harness.app.store.sweep(harness.now(), 30 * DAY, 100).await.unwrap();
    assert_eq!(
        error(harness, "tv", code).await,
        "expired_token",
        "remembered for a day"
    );
    harness.advance(3601);
    harness.app.store.sweep(harness.now(), 30 * DAY, 100).await.unwrap();
    assert_eq!(error(harness, "tv", code).await, "invalid_grant");
}
