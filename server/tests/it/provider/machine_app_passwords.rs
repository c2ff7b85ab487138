//! App passwords at the token endpoint (authentik sheet, section 3.4; security sheet, items 9, 19 and 22).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, header};
use protocol::client::{ClientType, GrantType};
use protocol::user::{User, UserType};
use serde_json::json;

use super::support::{
    app_password, application_with, claims, is_active, json, machine_application, refusal, text, token,
    token_without_secret, userinfo,
};
use crate::api::support::Api;
use crate::harness::{Answer, Harness, PASSWORD, on_both};

on_both!(
    a_person_and_a_service_account_are_opened_alike,
    the_password_of_the_person_is_never_taken,
    a_public_client_needs_no_secret,
    the_base64_form_works_in_body_and_header,
    what_expired_is_refused,
    what_was_withdrawn_is_refused_with_its_tokens,
    the_password_of_another_account_is_refused,
    an_account_that_is_switched_off_gets_nothing,
    a_forced_sign_out_ends_the_tokens_and_not_the_app_password,
    a_deleted_account_takes_its_app_passwords_along,
    a_foreign_scope_is_refused,
    nothing_of_it_can_be_refreshed,
    tokens_of_one_account_and_application_hang_together,
    the_use_is_noted,
    many_at_the_same_moment_make_one_standing_grant,
);

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

async fn ask(harness: &Harness, username: &str, value: &str) -> Answer {
    let fields = [
        GRANT,
        ("username", username),
        ("password", value),
        ("scope", "openid profile"),
    ];
    token_without_secret(harness, "shop", &fields).await
}

async fn shop_and_robot(harness: &Harness) -> (User, String, String) {
    machine_application(harness, "shop", |_| {}).await;
    let robot = harness
        .user_with_hash("robot", None, |user| user.kind = UserType::ServiceAccount)
        .await;
    let (id, value) = app_password(harness, &robot, &json!({"name": "backup"})).await;
    (robot, id, value)
}

async fn a_person_and_a_service_account_are_opened_alike(harness: &Harness) {
    let (_, id, value) = shop_and_robot(harness).await;
    let alice = harness.user("alice").await;
    let (of_alice, value_of_alice) = app_password(harness, &alice, &json!({"name": "phone"})).await;
    for (username, value) in [
        ("robot", &value),
        ("alice", &value_of_alice),
        (" ALICE ", &value_of_alice),
    ] {
        for grant in ["client_credentials", "password"] {
            let fields = [
                ("grant_type", grant),
                ("username", username),
                ("password", value.as_str()),
                ("scope", "openid profile"),
            ];
            let answer = token_without_secret(harness, "shop", &fields).await;
            assert_eq!(answer.status, 200, "{username} {grant}: {}", answer.body);
            let tokens = json(&answer);
            let name = username.trim().to_lowercase();
            for which in ["access_token", "id_token"] {
                let claims = claims(&text(&tokens, which));
                assert_eq!(claims["preferred_username"], name, "{which}");
                assert!(claims.get("sid").is_none() && claims.get("amr").is_none(), "{which}");
                assert_eq!(
                    (&claims["iat"], &claims["aud"]),
                    (&json!(harness.now().seconds()), &json!("shop"))
                );
            }
            assert_eq!(claims(&text(&tokens, "id_token"))["auth_time"], harness.now().seconds());
            let person = json(&userinfo(harness, &text(&tokens, "access_token")).await);
            assert_eq!(person["preferred_username"], name);
        }
    }
    let events = harness.events("token_issued").await;
    assert_eq!(events.len(), 6);
    let by = |id: &str| {
        events
            .iter()
            .filter(|event| event.detail["app_password"] == *id)
            .count()
    };
    assert_eq!((by(&id), by(&of_alice)), (2, 4));
    let written = serde_json::to_string(&events.iter().map(|event| &event.detail).collect::<Vec<_>>()).unwrap();
    assert!(!written.contains(&value) && !written.contains(&value_of_alice));
}

async fn the_password_of_the_person_is_never_taken(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    harness.user("alice").await;
    for grant in ["client_credentials", "password"] {
        let fields = [("grant_type", grant), ("username", "alice"), ("password", PASSWORD)];
        let answer = token(harness, "shop", &fields).await;
        assert_eq!(
            refusal(&answer),
            (400, "invalid_grant".into(), "app_password_wrong".into()),
            "{grant}"
        );
    }
    let page = harness.signed_in("alice").await.get("/").await;
    assert_eq!(page.status, 200, "the same password opens the page");
}

async fn a_public_client_needs_no_secret(harness: &Harness) {
    application_with(harness, "app", |app| {
        app.client_type = ClientType::Public;
        app.grant_types = vec![GrantType::Password];
    })
    .await;
    let alice = harness.user("alice").await;
    let (_, value) = app_password(harness, &alice, &json!({"name": "phone"})).await;
    let fields = [
        ("grant_type", "password"),
        ("username", "alice"),
        ("password", value.as_str()),
    ];
    assert_eq!(token_without_secret(harness, "app", &fields).await.status, 200);
    let secret = STANDARD.encode(format!("alice:{value}"));
    let fields = [("grant_type", "password"), ("client_secret", secret.as_str())];
    assert_eq!(token_without_secret(harness, "app", &fields).await.status, 200);
    let other = token_without_secret(harness, "app", &[("grant_type", "client_credentials")]).await;
    assert_eq!(refusal(&other).1, "unauthorized_client");
}

async fn basic(harness: &Harness, credentials: &str) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/application/o/token/")
        .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(credentials)))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let body = Body::from("grant_type=client_credentials");
    harness.client().send(request.body(body).unwrap()).await
}

async fn the_base64_form_works_in_body_and_header(harness: &Harness) {
    let (_, _, value) = shop_and_robot(harness).await;
    let right = STANDARD.encode(format!("robot:{value}"));
    let fields = [GRANT, ("client_secret", right.as_str())];
    assert_eq!(token_without_secret(harness, "shop", &fields).await.status, 200);
    assert_eq!(basic(harness, &format!("shop:{right}")).await.status, 200);
    let wrong = STANDARD.encode("robot:vap_wrong");
    let fields = [GRANT, ("client_secret", wrong.as_str())];
    let answer = token_without_secret(harness, "shop", &fields).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_grant".into(), "app_password_wrong".into())
    );
    let answer = basic(harness, &format!("shop:{wrong}")).await;
    assert_eq!(
        refusal(&answer),
        (401, "invalid_client".into(), "client_secret_wrong".into())
    );
    assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
}

async fn what_expired_is_refused(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    let alice = harness.user("alice").await;
    let fields = json!({"name": "short", "expires_at": "2026-11-21T01:00:00Z"});
    let (_, value) = app_password(harness, &alice, &fields).await;
    harness.advance(3599);
    assert_eq!(ask(harness, "alice", &value).await.status, 200);
    harness.advance(1);
    let answer = ask(harness, "alice", &value).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_grant".into(), "app_password_expired".into())
    );
    harness.advance(31 * 24 * 3600);
    vestibule::jobs::tidy(&harness.app).await.unwrap();
    let answer = ask(harness, "alice", &value).await;
    assert_eq!(
        refusal(&answer).2,
        "app_password_wrong",
        "a month later it is forgotten"
    );
}

async fn what_was_withdrawn_is_refused_with_its_tokens(harness: &Harness) {
    let (robot, id, value) = shop_and_robot(harness).await;
    let (_, other) = app_password(harness, &robot, &json!({"name": "other"})).await;
    let given = text(&json(&ask(harness, "robot", &value).await), "access_token");
    let by_other = text(&json(&ask(harness, "robot", &other).await), "access_token");
    let mut api = Api::new(harness).await;
    let gone = api.delete(&format!("/users/robot/app-passwords/{id}")).await;
    assert_eq!(gone.status(), 204);
    let answer = ask(harness, "robot", &value).await;
    assert_eq!(
        refusal(&answer),
        (400, "invalid_grant".into(), "app_password_wrong".into())
    );
    assert!(!is_active(harness, "shop", &given).await);
    assert!(is_active(harness, "shop", &by_other).await, "the other one goes on");
    assert_eq!(ask(harness, "robot", &other).await.status, 200);
}

async fn the_password_of_another_account_is_refused(harness: &Harness) {
    let (_, _, value) = shop_and_robot(harness).await;
    harness.user("alice").await;
    for username in ["alice", "nobody", "robot@example.com"] {
        let answer = ask(harness, username, &value).await;
        assert_eq!(
            refusal(&answer),
            (400, "invalid_grant".into(), "app_password_wrong".into()),
            "{username}"
        );
    }
}

/// The advisory CVE-2025-64521 of a peer: a service account that was switched off still got tokens.
async fn an_account_that_is_switched_off_gets_nothing(harness: &Harness) {
    let (_, _, value) = shop_and_robot(harness).await;
    let given = text(&json(&ask(harness, "robot", &value).await), "access_token");
    let mut api = Api::new(harness).await;
    api.patch("/users/robot", &json!({"is_active": false})).await.found();
    assert!(!is_active(harness, "shop", &given).await);
    let base64 = STANDARD.encode(format!("robot:{value}"));
    for grant in ["client_credentials", "password"] {
        let by_name = [
            ("grant_type", grant),
            ("username", "robot"),
            ("password", value.as_str()),
        ];
        let by_secret = [("grant_type", grant), ("client_secret", base64.as_str())];
        for fields in [&by_name[..], &by_secret[..]] {
            let answer = token_without_secret(harness, "shop", fields).await;
            assert_eq!(refusal(&answer), (400, "invalid_grant".into(), "subject_gone".into()));
        }
    }
    assert_eq!(basic(harness, &format!("shop:{base64}")).await.status, 400);
    api.patch("/users/robot", &json!({"is_active": true})).await.found();
    assert!(
        !is_active(harness, "shop", &given).await,
        "what was given before stays dead"
    );
    assert_eq!(ask(harness, "robot", &value).await.status, 200);
}

async fn a_forced_sign_out_ends_the_tokens_and_not_the_app_password(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    let alice = harness.user("alice").await;
    let (_, value) = app_password(harness, &alice, &json!({"name": "phone"})).await;
    let mut api = Api::new(harness).await;
    let mut given = text(&json(&ask(harness, "alice", &value).await), "access_token");
    for (path, body) in [
        ("/users/alice/sign-out", json!({})),
        ("/users/alice/password", json!({"password": "another long password"})),
    ] {
        harness.advance(1);
        assert_eq!(api.post(path, &body).await.status(), 204);
        assert!(!is_active(harness, "shop", &given).await, "{path}");
        let fresh = ask(harness, "alice", &value).await;
        assert_eq!(fresh.status, 200, "{path}: {}", fresh.body);
        given = text(&json(&fresh), "access_token");
        assert!(is_active(harness, "shop", &given).await, "{path}");
    }
}

async fn a_deleted_account_takes_its_app_passwords_along(harness: &Harness) {
    let (_, _, value) = shop_and_robot(harness).await;
    let given = text(&json(&ask(harness, "robot", &value).await), "access_token");
    let mut api = Api::new(harness).await;
    assert_eq!(api.delete("/users/robot").await.status(), 204);
    assert!(!is_active(harness, "shop", &given).await);
    assert_eq!(refusal(&ask(harness, "robot", &value).await).2, "app_password_wrong");
    // Who gets the name later gets nothing of the old one.
    harness.user("robot").await;
    assert_eq!(refusal(&ask(harness, "robot", &value).await).2, "app_password_wrong");
}

/// The advisory CVE-2024-52287 of a peer: scopes that the application may not ask for, in machine grants.
async fn a_foreign_scope_is_refused(harness: &Harness) {
    let (_, _, value) = shop_and_robot(harness).await;
    let base64 = STANDARD.encode(format!("robot:{value}"));
    for grant in ["client_credentials", "password"] {
        let by_name = [("username", "robot"), ("password", value.as_str())];
        let by_base64 = [("client_secret", base64.as_str())];
        let by_secret = [("client_secret", super::support::SECRET)];
        for way in [&by_name[..], &by_base64[..], &by_secret[..]] {
            for scope in ["admin", "openid admin", "goauthentik.io/api user:email"] {
                let mut fields = vec![("grant_type", grant), ("scope", scope)];
                fields.extend_from_slice(way);
                let answer = token_without_secret(harness, "shop", &fields).await;
                assert_eq!(
                    refusal(&answer),
                    (400, "invalid_scope".into(), "scope_unknown".into()),
                    "{fields:?}"
                );
            }
        }
    }
    assert!(harness.events("token_issued").await.is_empty());
}

async fn nothing_of_it_can_be_refreshed(harness: &Harness) {
    let (_, _, value) = shop_and_robot(harness).await;
    let fields = [
        GRANT,
        ("username", "robot"),
        ("password", value.as_str()),
        ("scope", "openid offline_access"),
    ];
    let tokens = json(&token_without_secret(harness, "shop", &fields).await);
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(tokens["scope"], "openid");
}

async fn tokens_of_one_account_and_application_hang_together(harness: &Harness) {
    let (robot, _, value) = shop_and_robot(harness).await;
    machine_application(harness, "wiki", |_| {}).await;
    let one = text(&json(&ask(harness, "robot", &value).await), "access_token");
    let two = text(&json(&ask(harness, "robot", &value).await), "access_token");
    let fields = [GRANT, ("username", "robot"), ("password", value.as_str())];
    let elsewhere = text(
        &json(&token_without_secret(harness, "wiki", &fields).await),
        "access_token",
    );
    let mut api = Api::new(harness).await;
    let shop = api.get("/applications/shop").await.found();
    let path = format!("/grants?user={}&kind=app_password", robot.id);
    let grants = api.get(&path).await.found();
    let grants = grants["items"].as_array().unwrap();
    assert_eq!(grants.len(), 2, "one for each application");
    let of_shop = grants.iter().find(|grant| grant["application"] == shop["id"]).unwrap();
    assert_eq!(
        api.delete(&format!("/grants/{}", text(of_shop, "id"))).await.status(),
        204
    );
    assert!(!is_active(harness, "shop", &one).await && !is_active(harness, "shop", &two).await);
    assert!(is_active(harness, "wiki", &elsewhere).await);
    let fresh = text(&json(&ask(harness, "robot", &value).await), "access_token");
    assert!(is_active(harness, "shop", &fresh).await);
}

async fn the_use_is_noted(harness: &Harness) {
    let (_, id, value) = shop_and_robot(harness).await;
    let mut api = Api::new(harness).await;
    let path = format!("/users/robot/app-passwords/{id}");
    assert!(api.get(&path).await.found()["last_used_at"].is_null());
    ask(harness, "robot", &value).await;
    assert_eq!(api.get(&path).await.found()["last_used_at"], "2026-11-21T00:00:00Z");
    harness.advance(59);
    ask(harness, "robot", &value).await;
    assert_eq!(api.get(&path).await.found()["last_used_at"], "2026-11-21T00:00:00Z");
    harness.advance(1);
    ask(harness, "robot", &value).await;
    assert_eq!(api.get(&path).await.found()["last_used_at"], "2026-11-21T00:01:00Z");
}

async fn many_at_the_same_moment_make_one_standing_grant(harness: &Harness) {
    let (robot, _, value) = shop_and_robot(harness).await;
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let mut client = harness.client();
        let value = value.clone();
        requests.spawn(async move {
            let fields = [
                ("client_id", "shop"),
                GRANT,
                ("username", "robot"),
                ("password", value.as_str()),
            ];
            client.post("/application/o/token/", &fields).await.status.as_u16()
        });
    }
    let answers = requests.join_all().await;
    assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
    let mut api = Api::new(harness).await;
    let grants = api.get(&format!("/grants?user={}", robot.id)).await.found();
    assert_eq!(grants["items"].as_array().unwrap().len(), 1);
}
