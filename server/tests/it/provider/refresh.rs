//! Refresh tokens: rotation, reuse, narrowing, threshold (RFC 6749, section 6; RFC 9700, section 4.14).

use protocol::client::RefreshTokenValidity;
use protocol::duration::Span;
use protocol::id::hash_secret;
use protocol::writes::Write;

use super::support::{
    application, application_with, browser_of, claims, is_active, json, refresh, refusal, text, token, tokens, userinfo,
};
use crate::harness::{Client, Harness, on_both};

on_both!(
    every_use_gives_a_new_one,
    reuse_revokes_the_family,
    a_narrowed_request_gets_the_narrowed_scopes,
    a_wider_request_is_refused,
    another_client_can_not_use_it,
    it_expires,
    it_may_never_expire,
    below_the_threshold_it_is_kept,
    it_outlives_the_browser_session,
    a_scope_that_is_taken_from_the_application_falls_away,
);

async fn every_use_gives_a_new_one(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    harness.advance(100);
    let second = json(&refresh(harness, "shop", &text(&first, "refresh_token")).await);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_ne!(first["access_token"], second["access_token"]);
    let (one, two) = (claims(&text(&first, "id_token")), claims(&text(&second, "id_token")));
    assert_eq!((&one["sub"], &one["auth_time"]), (&two["sub"], &two["auth_time"]));
    assert!(two.get("nonce").is_none(), "a refreshed ID token has no nonce");
    let third = refresh(harness, "shop", &text(&second, "refresh_token")).await;
    assert_eq!(third.status, 200);
}

async fn reuse_revokes_the_family(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    let second = json(&refresh(harness, "shop", &text(&first, "refresh_token")).await);
    assert_eq!(userinfo(harness, &text(&second, "access_token")).await.status, 200);
    let reused = refresh(harness, "shop", &text(&first, "refresh_token")).await;
    assert_eq!(
        refusal(&reused),
        (400, "invalid_grant".into(), "refresh_token_reused".into())
    );
    assert_eq!(userinfo(harness, &text(&second, "access_token")).await.status, 401);
    assert!(!is_active(harness, "shop", &text(&second, "refresh_token")).await);
    let newest = refresh(harness, "shop", &text(&second, "refresh_token")).await;
    assert_eq!(refusal(&newest).1, "invalid_grant");
}

async fn a_narrowed_request_gets_the_narrowed_scopes(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    let old = text(&first, "refresh_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", old.as_str()),
        ("scope", "openid"),
    ];
    let narrowed = json(&token(harness, "shop", &fields).await);
    assert_eq!(narrowed["scope"], "openid");
    let answer = json(&userinfo(harness, &text(&narrowed, "access_token")).await);
    assert!(answer.get("email").is_none());
    let whole = json(&refresh(harness, "shop", &text(&narrowed, "refresh_token")).await);
    assert_eq!(
        whole["scope"], "email offline_access openid profile",
        "the refresh token itself keeps its scopes"
    );
}

async fn a_wider_request_is_refused(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    let old = text(&first, "refresh_token");
    for (scope, code) in [
        ("openid phone", "scope_wider"),
        ("openid goauthentik.io/api", "scope_wider"),
        ("openid nothing-of-ours", "scope_unknown"),
    ] {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", old.as_str()),
            ("scope", scope),
        ];
        let answer = token(harness, "shop", &fields).await;
        assert_eq!(refusal(&answer), (400, "invalid_scope".into(), code.into()));
    }
    assert_eq!(
        refresh(harness, "shop", &old).await.status,
        200,
        "a refused request does not use it up"
    );
}

async fn another_client_can_not_use_it(harness: &Harness) {
    application(harness, "shop").await;
    application(harness, "thief").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    let stolen = refresh(harness, "thief", &text(&first, "refresh_token")).await;
    assert_eq!(
        refusal(&stolen),
        (400, "invalid_grant".into(), "refresh_token_of_another_client".into())
    );
    assert!(!is_active(harness, "thief", &text(&first, "access_token")).await);
    assert!(is_active(harness, "shop", &text(&first, "access_token")).await);
}

async fn it_expires(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    harness.advance(30 * 24 * 60 * 60);
    let answer = refresh(harness, "shop", &text(&first, "refresh_token")).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_grant".into(), "refresh_token_expired".into())
    );
}

async fn it_may_never_expire(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.refresh_token_validity = RefreshTokenValidity::Never;
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    harness.advance(20 * 365 * 24 * 60 * 60);
    vestibule::jobs::tidy(&harness.app).await.expect("a sweep");
    assert_eq!(
        refresh(harness, "shop", &text(&first, "refresh_token")).await.status,
        200
    );
}

async fn below_the_threshold_it_is_kept(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.refresh_token_threshold = Span::from_secs(24 * 60 * 60);
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    let kept = text(&first, "refresh_token");
    for _ in 0..2 {
        let answer = json(&refresh(harness, "shop", &kept).await);
        assert!(answer.get("refresh_token").is_none());
    }
    harness.advance(29 * 24 * 60 * 60 + 60 * 60);
    let renewed = json(&refresh(harness, "shop", &kept).await);
    assert!(renewed.get("refresh_token").is_some());
}

async fn it_outlives_the_browser_session(harness: &Harness) {
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    end_session(harness, &browser).await;
    assert_eq!(
        userinfo(harness, &text(&first, "access_token")).await.status,
        401,
        "it hangs on the browser session"
    );
    let answer = refresh(harness, "shop", &text(&first, "refresh_token")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let second = json(&answer);
    assert!(claims(&text(&second, "id_token")).get("sid").is_none());
    assert_eq!(userinfo(harness, &text(&second, "access_token")).await.status, 200);
}

/// Ends the session of a browser, as signing out does.
async fn end_session(harness: &Harness, browser: &Client) {
    let cookie = browser.cookie("vestibule_session").expect("a session");
    let found = harness
        .app
        .store
        .load_session(&hash_secret(cookie))
        .await
        .expect("a database");
    let (session, _) = found.expect("a session");
    let write = Write::EndSession {
        id: session.id,
        at: harness.now(),
    };
    harness.app.store.commit(vec![write]).await.expect("an end");
}

async fn a_scope_that_is_taken_from_the_application_falls_away(harness: &Harness) {
    let mut shop = application(harness, "shop").await;
    shop.version += 1;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let first = tokens(harness, &mut browser, "shop").await;
    let email = harness
        .app
        .snapshot()
        .mapping("email")
        .expect("a managed mapping")
        .id
        .clone();
    harness
        .change_application(&mut shop, |shop| shop.scope_mappings.retain(|id| *id != email))
        .await;
    let second = json(&refresh(harness, "shop", &text(&first, "refresh_token")).await);
    assert_eq!(second["scope"], "offline_access openid profile");
}
