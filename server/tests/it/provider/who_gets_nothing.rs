//! Disabled and deleted people and applications get nothing, by any way, at once (security sheet, item 22).

use protocol::client::Application;
use protocol::user::User;

use super::support::{
    application, authorize_path, browser_of, code, is_active, redeem, refresh, text, token, tokens, userinfo,
};
use crate::harness::{Client, Harness, on_both};

on_both!(
    a_disabled_user,
    a_deleted_user,
    a_changed_password,
    a_forced_sign_out,
    a_disabled_application,
    a_deleted_application
);

/// What exists before the change.
struct Before {
    browser: Client,
    user: User,
    shop: Application,
    access_token: String,
    refresh_token: String,
    code: String,
}

async fn before(harness: &Harness) -> Before {
    let mut shop = application(harness, "shop").await;
    shop.version += 1;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    let code = code(&mut browser, "shop", &[]).await;
    harness.advance(1);
    let (access_token, refresh_token) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    Before {
        browser,
        user,
        shop,
        access_token,
        refresh_token,
        code,
    }
}

/// No way of the person's leads to anything any more.
async fn person_gets_nothing(harness: &Harness, before: &mut Before) {
    assert_eq!(userinfo(harness, &before.access_token).await.status, 401);
    assert!(!is_active(harness, "shop", &before.access_token).await);
    assert!(!is_active(harness, "shop", &before.refresh_token).await);
    assert_eq!(redeem(harness, "shop", &before.code).await.status, 400);
    assert_eq!(refresh(harness, "shop", &before.refresh_token).await.status, 400);
    let silent = before.browser.get(&authorize_path("shop", &[("prompt", "none")])).await;
    assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
}

async fn a_disabled_user(harness: &Harness) {
    let mut before = before(harness).await;
    harness
        .change_user(&mut before.user, |user| user.is_active = false)
        .await;
    person_gets_nothing(harness, &mut before).await;
}

async fn a_deleted_user(harness: &Harness) {
    let mut before = before(harness).await;
    let statements = harness.app.store.delete_user(&before.user.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    person_gets_nothing(harness, &mut before).await;
}

async fn a_changed_password(harness: &Harness) {
    let mut before = before(harness).await;
    let statements = harness
        .app
        .store
        .set_password(&before.user.id, "$argon2id$other", harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    person_gets_nothing(harness, &mut before).await;
}

async fn a_forced_sign_out(harness: &Harness) {
    let mut before = before(harness).await;
    let statements = harness.app.store.sign_out_everywhere(&before.user.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    person_gets_nothing(harness, &mut before).await;
}

/// No way through the application leads to anything any more.
async fn application_gets_nothing(harness: &Harness, before: &mut Before) {
    assert_eq!(userinfo(harness, &before.access_token).await.status, 401);
    assert_ne!(redeem(harness, "shop", &before.code).await.status, 200);
    assert_ne!(refresh(harness, "shop", &before.refresh_token).await.status, 200);
    assert_ne!(
        token(harness, "shop", &[("grant_type", "client_credentials")])
            .await
            .status,
        200
    );
    let page = before.browser.get(&authorize_path("shop", &[])).await;
    assert_eq!((page.status.as_u16(), page.location()), (400, None));
}

async fn a_disabled_application(harness: &Harness) {
    let mut before = before(harness).await;
    let mut shop = before.shop.clone();
    harness.change_application(&mut shop, |shop| shop.enabled = false).await;
    application_gets_nothing(harness, &mut before).await;
}

async fn a_deleted_application(harness: &Harness) {
    let mut before = before(harness).await;
    let statement = harness
        .app
        .store
        .delete_application(&before.shop.id, before.shop.version);
    let changed = vec![format!("app:{}", before.shop.id)];
    harness.app.commit_changes(vec![statement], changed).await.unwrap();
    application_gets_nothing(harness, &mut before).await;
}
