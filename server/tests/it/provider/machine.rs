//! Client credentials (RFC 6749, section 4.4; authentik sheet, section 3.4).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, header};
use protocol::client::{ClientType, GrantType};

use super::support::{SECRET, application, application_with, claims, is_active, json, refusal, text, token, userinfo};
use crate::harness::{Harness, on_both};

on_both!(
    an_application_gets_a_token_for_itself,
    both_ways_of_authenticating_work,
    only_named_scopes_are_granted,
    public_clients_get_none,
    a_grant_that_is_not_allowed_is_refused,
    one_standing_grant_carries_all_tokens,
    the_service_account_can_be_switched_off,
    the_service_account_is_made_once_and_marked,
    a_person_with_the_name_is_left_alone,
    a_forced_sign_out_ends_the_tokens_and_not_the_account,
    each_token_leaves_an_event,
);

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn an_application_gets_a_token_for_itself(harness: &Harness) {
    application(harness, "shop").await;
    let answer = token(harness, "shop", &[GRANT]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens = json(&answer);
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    let access_token = text(&tokens, "access_token");
    let access = claims(&access_token);
    assert_eq!((&access["aud"], &access["client_id"]), (&"shop".into(), &"shop".into()));
    assert!(access.get("amr").is_none() && access.get("sid").is_none() && access.get("scope").is_none());
    assert!(is_active(harness, "shop", &access_token).await);
    let account = harness
        .app
        .store
        .load_user_by_username("ak-Name of shop-client_credentials")
        .await
        .unwrap();
    assert_eq!(account.unwrap().user.kind, protocol::user::UserType::ServiceAccount);
}

async fn both_ways_of_authenticating_work(harness: &Harness) {
    application(harness, "shop").await;
    for (credentials, status) in [
        (format!("shop:{SECRET}"), 200),
        ("shop:wrong".to_owned(), 401),
        ("shop:".to_owned(), 401),
        ("nobody:secret".to_owned(), 401),
        ("shop".to_owned(), 401),
    ] {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/application/o/token/")
            .header(
                header::AUTHORIZATION,
                format!("Basic {}", STANDARD.encode(&credentials)),
            )
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = harness
            .client()
            .send(request.body(Body::from("grant_type=client_credentials")).unwrap())
            .await;
        assert_eq!(answer.status, status, "{credentials}");
        if status == 401 {
            assert_eq!(refusal(&answer).1, "invalid_client");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
        }
    }
}

async fn only_named_scopes_are_granted(harness: &Harness) {
    application(harness, "shop").await;
    let named = json(&token(harness, "shop", &[GRANT, ("scope", "openid profile offline_access")]).await);
    assert_eq!(named["scope"], "openid profile");
    assert!(named.get("id_token").is_some() && named.get("refresh_token").is_none());
    assert_eq!(
        json(&userinfo(harness, &text(&named, "access_token")).await)["name"],
        "Service account of Name of shop (client credentials)"
    );
    let foreign = token(harness, "shop", &[GRANT, ("scope", "admin")]).await;
    assert_eq!(refusal(&foreign), (400, "invalid_scope".into(), "scope_unknown".into()));
}

async fn public_clients_get_none(harness: &Harness) {
    application_with(harness, "app", |app| app.client_type = ClientType::Public).await;
    let answer = harness
        .client()
        .post("/application/o/token/", &[GRANT, ("client_id", "app")])
        .await;
    assert_eq!(refusal(&answer).1, "unauthorized_client");
}

async fn a_grant_that_is_not_allowed_is_refused(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.grant_types = vec![GrantType::AuthorizationCode];
    })
    .await;
    let answer = token(harness, "shop", &[GRANT]).await;
    assert_eq!(
        refusal(&answer),
        (400, "unauthorized_client".into(), "grant_type_not_allowed".into())
    );
}

async fn one_standing_grant_carries_all_tokens(harness: &Harness) {
    let shop = application(harness, "shop").await;
    let one = text(&json(&token(harness, "shop", &[GRANT]).await), "access_token");
    let two = text(&json(&token(harness, "shop", &[GRANT]).await), "access_token");
    let grant = harness
        .app
        .store
        .load_service_account(&shop.id)
        .await
        .unwrap()
        .unwrap()
        .grant
        .unwrap();
    let revoke = protocol::writes::Write::RevokeGrant {
        id: grant.id,
        at: harness.now(),
    };
    harness.app.store.commit(vec![revoke]).await.unwrap();
    assert!(!is_active(harness, "shop", &one).await && !is_active(harness, "shop", &two).await);
    let fresh = text(&json(&token(harness, "shop", &[GRANT]).await), "access_token");
    assert!(
        is_active(harness, "shop", &fresh).await,
        "the next request begins a new one"
    );
}

async fn the_service_account_can_be_switched_off(harness: &Harness) {
    application(harness, "shop").await;
    let old = text(&json(&token(harness, "shop", &[GRANT]).await), "access_token");
    let found = harness
        .app
        .store
        .load_user_by_username("ak-Name of shop-client_credentials")
        .await
        .unwrap();
    let mut account = found.unwrap().user;
    harness
        .change_user(&mut account, |account| account.is_active = false)
        .await;
    assert!(!is_active(harness, "shop", &old).await);
    let answer = token(harness, "shop", &[GRANT]).await;
    assert_eq!(refusal(&answer), (400, "invalid_grant".into(), "subject_gone".into()));
}

/// Authentik sheet, section 3.4.7. Groups and policies name the account, so it stays when the application is renamed.
async fn the_service_account_is_made_once_and_marked(harness: &Harness) {
    let long = "ä".repeat(200);
    let mut shop = application_with(harness, "shop", |shop| shop.name.clone_from(&long)).await;
    shop.version += 1;
    token(harness, "shop", &[GRANT]).await;
    let account = |found: Option<protocol::grants::Found>| found.unwrap().subject.unwrap().user;
    let store = &harness.app.store;
    let first = account(store.load_service_account(&shop.id).await.unwrap());
    assert_eq!(first.username.chars().count(), 150);
    assert!(first.username.starts_with("ak-ä") && first.username.ends_with("ä-client_credentials"));
    assert!(first.name.contains(&shop.name) && first.name.contains("client credentials"));
    assert_eq!(first.attributes["goauthentik.io/user/generated"], true);
    assert_eq!(first.attributes["goauthentik.io/user/path"], "goauthentik.io/apps/shop");
    assert_eq!(first.kind, protocol::user::UserType::ServiceAccount);
    harness
        .change_application(&mut shop, |shop| shop.name = "Another name".into())
        .await;
    let statements = store.sign_out_everywhere(&first.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    assert_eq!(token(harness, "shop", &[GRANT]).await.status, 200);
    assert_eq!(
        account(store.load_service_account(&shop.id).await.unwrap()).id,
        first.id
    );
    // Deleted, it is made anew, by the name of today.
    let statements = store.delete_user(&first.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    assert_eq!(token(harness, "shop", &[GRANT]).await.status, 200);
    let second = account(store.load_service_account(&shop.id).await.unwrap());
    assert_eq!(second.username, "ak-Another name-client_credentials");
    assert_eq!(harness.events("user_created").await.len(), 2);
}

async fn a_person_with_the_name_is_left_alone(harness: &Harness) {
    let person = harness.user("ak-Name of shop-client_credentials").await;
    let shop = application(harness, "shop").await;
    let answer = json(&token(harness, "shop", &[GRANT, ("scope", "profile")]).await);
    let name = &claims(&text(&answer, "access_token"))["preferred_username"];
    assert_eq!(*name, format!("ak-{}-client_credentials", shop.id));
    assert_ne!(*name, person.username);
}

async fn a_forced_sign_out_ends_the_tokens_and_not_the_account(harness: &Harness) {
    let shop = application(harness, "shop").await;
    let old = text(&json(&token(harness, "shop", &[GRANT]).await), "access_token");
    let found = harness.app.store.load_service_account(&shop.id).await.unwrap().unwrap();
    harness.advance(1);
    let statements = harness
        .app
        .store
        .sign_out_everywhere(&found.subject.unwrap().user.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    assert!(!is_active(harness, "shop", &old).await);
    let fresh = text(&json(&token(harness, "shop", &[GRANT]).await), "access_token");
    assert!(is_active(harness, "shop", &fresh).await);
}

async fn each_token_leaves_an_event(harness: &Harness) {
    let shop = application(harness, "shop").await;
    token(harness, "shop", &[GRANT, ("scope", "email")]).await;
    let events = harness.events("token_issued").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].actor.as_deref(), Some(shop.id.as_str()));
    assert_eq!(events[0].detail["scopes"], serde_json::json!(["email"]));
    assert_eq!(events[0].detail["method"], "client_secret");
}
