//! The scope `goauthentik.io/api`: a way into the management API on behalf of a person (authentik's
//! document). It is assigned and named like any scope, never given by default, and worth what the person is.

use http::{StatusCode, header};
use protocol::user::User;
use serde_json::json;

use super::support::{application, application_with, browser_of, claims, code, json, redeem, refresh, text, token};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

on_both!(
    an_administrator_s_token_does_what_the_administrator_may,
    a_person_s_token_opens_nothing,
    it_is_never_given_by_default_nor_without_its_mapping,
    other_access_tokens_and_refresh_tokens_are_refused,
    whatever_ends_the_token_ends_the_way_in,
    a_program_acts_as_its_service_account,
    groups_and_changed_rights_count_at_once,
    only_the_header_counts,
    an_opaque_token_is_as_good,
);

const API: (&str, &str) = ("scope", "openid offline_access goauthentik.io/api");

async fn administrator(harness: &Harness) -> (User, Client) {
    let user = harness.user_with("root", |user| user.is_admin = true).await;
    let browser = browser_of(harness, &user).await;
    (user, browser)
}

async fn tokens(harness: &Harness, browser: &mut Client, slug: &str) -> serde_json::Value {
    let code = code(browser, slug, &[API]).await;
    let answer = redeem(harness, slug, &code).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    json(&answer)
}

async fn an_administrator_s_token_does_what_the_administrator_may(harness: &Harness) {
    let shop = application(harness, "shop").await;
    let (root, mut browser) = administrator(harness).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    assert_eq!(text(&tokens, "scope"), "goauthentik.io/api offline_access openid");
    let mut api = Api::with_token(harness, &text(&tokens, "access_token"));
    api.get("/applications").await.found();
    let made = api.application("Wiki").await;
    // The audit log names the person and the application in between.
    let events = harness.events("application_created").await;
    let event = events
        .iter()
        .find(|event| event.target.as_deref() == made["id"].as_str());
    let event = event.expect("an event");
    assert_eq!(event.actor.as_deref(), Some(root.id.as_str()));
    assert_eq!(event.detail["user"], json!(root.id));
    assert_eq!(event.detail["application"], json!(shop.id));
    // An API token that it makes is bound to the same person.
    let own = json!({"name": "own", "permissions": ["keys:read"]});
    assert_eq!(api.post("/api-tokens", &own).await.created()["user"], json!(root.id));
    // A renewed access token opens it as well.
    let renewed = json(&refresh(harness, "shop", &text(&tokens, "refresh_token")).await);
    Api::with_token(harness, &text(&renewed, "access_token"))
        .get("/keys")
        .await
        .found();
}

async fn a_person_s_token_opens_nothing(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    let mut api = Api::with_token(harness, &text(&tokens, "access_token"));
    for resource in vestibule::actions::permissions::RESOURCES {
        let reply = api.get(&format!("/{resource}")).await;
        reply.problem(StatusCode::FORBIDDEN);
        assert!(
            reply
                .answer
                .header("www-authenticate")
                .unwrap()
                .contains("insufficient_scope")
        );
    }
    api.post("/applications", &json!({"name": "x"}))
        .await
        .problem(StatusCode::FORBIDDEN);
    api.delete(&format!("/users/{}", alice.id))
        .await
        .problem(StatusCode::FORBIDDEN);
}

async fn it_is_never_given_by_default_nor_without_its_mapping(harness: &Harness) {
    let all = application(harness, "all").await;
    assert_eq!(
        all.scope_mappings.len(),
        harness.app.snapshot().mappings.len(),
        "it is mapped"
    );
    application_with(harness, "none", |application| {
        let snapshot = harness.app.snapshot();
        let openid = snapshot.mapping("openid").expect("managed");
        application.scope_mappings = vec![openid.id.clone()];
    })
    .await;
    let (_, mut browser) = administrator(harness).await;
    for (slug, scope) in [("all", ("scope", "")), ("none", API)] {
        let code = code(&mut browser, slug, &[scope]).await;
        let tokens = json(&redeem(harness, slug, &code).await);
        assert!(!text(&tokens, "scope").contains("goauthentik.io/api"), "{slug}");
        let mut api = Api::with_token(harness, &text(&tokens, "access_token"));
        let reply = api.get("/applications").await;
        reply.problem(StatusCode::FORBIDDEN);
        let challenge = reply.answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("scope=\"goauthentik.io/api\""), "{challenge}");
    }
    // A machine grant gets only what it names, and not what its application does not offer.
    let answer = token(harness, "all", &[("grant_type", "client_credentials")]).await;
    assert!(!json(&answer)["scope"].as_str().unwrap_or_default().contains("api"));
    let asked = [("grant_type", "client_credentials"), ("scope", "goauthentik.io/api")];
    assert_eq!(token(harness, "none", &asked).await.status, 400);
    // Both names of authentik lead to the same mapping.
    let mut api = Api::new(harness).await;
    for name in [
        "goauthentik.io/api",
        "goauthentik.io/providers/oauth2/scope-goauthentik.io/api",
        "goauthentik.io/providers/oauth2/scope-authentik_api",
    ] {
        let made = api
            .post("/applications", &json!({"name": "x", "scope_mappings": [name]}))
            .await
            .created();
        assert_eq!(made["scope_mappings"], json!(["goauthentik.io/api"]));
    }
}

async fn other_access_tokens_and_refresh_tokens_are_refused(harness: &Harness) {
    application(harness, "shop").await;
    let (_, mut browser) = administrator(harness).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    for (name, value) in [
        ("refresh_token", text(&tokens, "refresh_token")),
        ("id_token", text(&tokens, "id_token")),
        ("a changed character", format!("{}x", text(&tokens, "access_token"))),
    ] {
        let reply = Api::with_token(harness, &value).get("/users").await;
        reply.problem(StatusCode::UNAUTHORIZED);
        assert!(
            reply
                .answer
                .header("www-authenticate")
                .unwrap()
                .contains("invalid_token"),
            "{name}"
        );
        assert!(!reply.answer.body.contains(&value), "{name} is never repeated");
    }
    // The code of a sign-in is no token either.
    let code = code(&mut browser, "shop", &[API]).await;
    Api::with_token(harness, &code)
        .get("/users")
        .await
        .problem(StatusCode::UNAUTHORIZED);
}

async fn whatever_ends_the_token_ends_the_way_in(harness: &Harness) {
    for end in 0..6 {
        let slug = format!("shop{end}");
        let mut shop = application(harness, &slug).await;
        shop.version += 1;
        let mut root = harness
            .user_with(&format!("root{end}"), |user| user.is_admin = true)
            .await;
        let mut browser = browser_of(harness, &root).await;
        let access_token = text(&tokens(harness, &mut browser, &slug).await, "access_token");
        let mut api = Api::with_token(harness, &access_token);
        api.get("/users").await.found();
        match end {
            0 => harness.change_user(&mut root, |user| user.is_active = false).await,
            1 => {
                let secret = super::support::SECRET;
                let fields = [
                    ("client_id", slug.as_str()),
                    ("client_secret", secret),
                    ("token", &access_token),
                ];
                let answer = harness.client().post("/application/o/revoke/", &fields).await;
                assert_eq!(answer.status, 200);
            }
            2 => {
                let page = browser.get("/logout").await;
                let answer = browser.submit(&page.form("logout-form")).await;
                assert!(answer.status.is_success() || answer.status.is_redirection());
            }
            3 => harness.change_application(&mut shop, |shop| shop.enabled = false).await,
            4 => {
                let statements = harness.app.store.delete_user(&root.id, harness.now());
                harness.app.commit_changes(statements, Vec::new()).await.unwrap();
            }
            _ => harness.advance(3600),
        }
        let reply = api.get("/users").await;
        assert_eq!(
            reply.status(),
            StatusCode::UNAUTHORIZED,
            "end {end}: {}",
            reply.answer.body
        );
    }
}

async fn a_program_acts_as_its_service_account(harness: &Harness) {
    application(harness, "robot").await;
    let fields = [("grant_type", "client_credentials"), ("scope", "goauthentik.io/api")];
    let access_token = text(&json(&token(harness, "robot", &fields).await), "access_token");
    let mut api = Api::with_token(harness, &access_token);
    api.get("/users").await.problem(StatusCode::FORBIDDEN);
    // Made an administrator, it may everything.
    let account = harness
        .app
        .store
        .load_user_by_username("ak-Name of robot-client_credentials")
        .await
        .unwrap();
    let mut account = account.expect("made at the first use").user;
    harness.change_user(&mut account, |user| user.is_admin = true).await;
    api.get("/users").await.found();
}

async fn groups_and_changed_rights_count_at_once(harness: &Harness) {
    let mut shop = application(harness, "shop").await;
    shop.version += 1;
    // Somebody has to stay an administrator.
    harness.user_with("root", |user| user.is_admin = true).await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let access_token = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    let mut own = Api::with_token(harness, &access_token);
    own.get("/users").await.problem(StatusCode::FORBIDDEN);
    let mut all = Api::new(harness).await;
    let group = all
        .post(
            "/groups",
            &json!({"name": "admins", "is_admin": true, "users": [alice.id]}),
        )
        .await
        .created();
    own.get("/users").await.found();
    let path = format!("/groups/{}", group["id"].as_str().unwrap());
    all.patch(&path, &json!({"users": []})).await.found();
    own.get("/users").await.problem(StatusCode::FORBIDDEN);
    all.patch(&path, &json!({"users": [alice.id]})).await.found();
    own.get("/users").await.found();
    // The application loses the mapping: the scope of older tokens opens nothing any more.
    harness
        .change_application(&mut shop, |shop| shop.scope_mappings.clear())
        .await;
    own.get("/users").await.problem(StatusCode::FORBIDDEN);
}

async fn only_the_header_counts(harness: &Harness) {
    application(harness, "shop").await;
    let (_, mut browser) = administrator(harness).await;
    let access_token = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    // Neither the query nor the browser's cookies let anybody in: another page can not use them.
    let query = browser.get(&format!("/api/v1/users?access_token={access_token}")).await;
    assert_eq!(query.status, StatusCode::UNAUTHORIZED);
    let body = browser
        .post("/api/v1/users", &[("access_token", &access_token), ("username", "eve")])
        .await;
    assert_eq!(body.status, StatusCode::UNAUTHORIZED);
    for value in [format!("bearer {access_token}"), format!("BEARER   {access_token}")] {
        let mut client = harness.client().with_header(header::AUTHORIZATION, &value);
        assert_eq!(client.get("/api/v1/users").await.status, StatusCode::OK);
    }
    let mut client = harness
        .client()
        .with_header(header::AUTHORIZATION, &format!("token {access_token}"));
    assert_eq!(client.get("/api/v1/users").await.status, StatusCode::UNAUTHORIZED);
}

async fn an_opaque_token_is_as_good(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        shop.access_token_format = protocol::client::AccessTokenFormat::Opaque;
    })
    .await;
    let (_, mut browser) = administrator(harness).await;
    let tokens = tokens(harness, &mut browser, "shop").await;
    Api::with_token(harness, &text(&tokens, "access_token"))
        .get("/users")
        .await
        .found();
    assert!(claims(&text(&tokens, "id_token")).get("scope").is_none());
}
