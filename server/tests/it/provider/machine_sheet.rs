//! Rows 31 to 41 of section 9 of the authentik sheet, by their numbers: what its own tests assert of machine grants.
//!
//! An application is one record here, so "a provider without application" (rows 32 and 41) is one that is deleted.

use serde_json::json;

use super::support::{
    SECRET, app_password, browser_of, claims, json, machine_application, refusal, text, token, token_without_secret,
    tokens,
};
use crate::api::support::Api;
use crate::harness::{Answer, Harness, on_both};

on_both!(
    row_31_a_wrong_client_secret_is_400_invalid_grant,
    row_32_without_an_application_there_is_nothing,
    row_33_password_with_the_client_secret_is_client_credentials,
    row_34_claims_stand_in_both_tokens,
    row_35_a_wrong_user_name_is_invalid_grant,
    row_36_a_wrong_app_password_is_invalid_grant,
    row_37_user_name_and_app_password_work_with_the_grant_password,
    row_38_a_malformed_assertion_is_invalid_grant,
    row_39_a_tampered_signature_is_invalid_grant,
    row_40_an_expired_assertion_is_invalid_grant,
    row_41_an_assertion_without_its_application_is_invalid_grant,
);

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const BOTH: [&str; 2] = ["client_credentials", "password"];

fn invalid_grant(answer: &Answer) {
    let (status, error, _) = refusal(answer);
    assert_eq!((status, error.as_str()), (400, "invalid_grant"), "{}", answer.body);
}

async fn row_31_a_wrong_client_secret_is_400_invalid_grant(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    for grant in BOTH {
        for wrong in ["wrong", "d3Jvbmc=", &format!("{SECRET}x"), &"w".repeat(128)] {
            let fields = [("grant_type", grant), ("client_secret", wrong)];
            invalid_grant(&token_without_secret(harness, "shop", &fields).await);
        }
    }
}

async fn row_32_without_an_application_there_is_nothing(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    let mut api = Api::new(harness).await;
    assert_eq!(api.delete("/applications/shop").await.status(), 204);
    let answer = token(harness, "shop", &[("grant_type", "client_credentials")]).await;
    // The client is unknown, and RFC 6749 has a code of its own for that.
    assert_eq!(
        refusal(&answer),
        (401, "invalid_client".into(), "client_unknown".into())
    );
}

async fn row_33_password_with_the_client_secret_is_client_credentials(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    let mut names = Vec::new();
    for grant in BOTH {
        let answer = token(harness, "shop", &[("grant_type", grant), ("scope", "profile")]).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        names.push(claims(&text(&json(&answer), "access_token"))["preferred_username"].clone());
    }
    assert_eq!(names, ["ak-Name of shop-client_credentials"; 2]);
}

async fn row_34_claims_stand_in_both_tokens(harness: &Harness) {
    machine_application(harness, "shop", |_| {}).await;
    let fields = [("grant_type", "client_credentials"), ("scope", "openid profile")];
    let tokens = json(&token(harness, "shop", &fields).await);
    for which in ["access_token", "id_token"] {
        let claims = claims(&text(&tokens, which));
        assert_eq!(
            claims["preferred_username"], "ak-Name of shop-client_credentials",
            "{which}"
        );
    }
}

async fn by_name(harness: &Harness, grant: &str, username: &str, value: &str) -> Answer {
    let fields = [("grant_type", grant), ("username", username), ("password", value)];
    token_without_secret(harness, "shop", &fields).await
}

/// The value of an app password of `robot`.
async fn robot(harness: &Harness) -> String {
    machine_application(harness, "shop", |_| {}).await;
    let robot = harness.user("robot").await;
    app_password(harness, &robot, &json!({"name": "backup"})).await.1
}

async fn row_35_a_wrong_user_name_is_invalid_grant(harness: &Harness) {
    let value = robot(harness).await;
    for grant in BOTH {
        invalid_grant(&by_name(harness, grant, "robots", &value).await);
    }
}

async fn row_36_a_wrong_app_password_is_invalid_grant(harness: &Harness) {
    let value = robot(harness).await;
    for grant in BOTH {
        invalid_grant(&by_name(harness, grant, "robot", &format!("{value}x")).await);
    }
}

async fn row_37_user_name_and_app_password_work_with_the_grant_password(harness: &Harness) {
    let value = robot(harness).await;
    for grant in BOTH {
        let answer = by_name(harness, grant, "robot", &value).await;
        assert_eq!(answer.status, 200, "{grant}: {}", answer.body);
    }
}

async fn assert(harness: &Harness, value: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", value),
    ];
    token_without_secret(harness, "back", &fields).await
}

/// A token of `front`, which `back` trusts.
async fn assertion(harness: &Harness) -> String {
    let front = machine_application(harness, "front", |_| {}).await;
    machine_application(harness, "back", |back| back.federated_applications = vec![front.id]).await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let token = text(&tokens(harness, &mut browser, "front").await, "access_token");
    assert_eq!(assert(harness, &token).await.status, 200, "a good one works");
    token
}

async fn row_38_a_malformed_assertion_is_invalid_grant(harness: &Harness) {
    assertion(harness).await;
    for value in ["foo", "a.b.c", "e30.e30.", ""] {
        invalid_grant(&assert(harness, value).await);
    }
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "something else"),
        ("client_assertion", "foo"),
    ];
    invalid_grant(&token_without_secret(harness, "back", &fields).await);
}

async fn row_39_a_tampered_signature_is_invalid_grant(harness: &Harness) {
    let token = assertion(harness).await;
    let (head, signature) = token.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    invalid_grant(&assert(harness, &format!("{head}.{turned}")).await);
}

async fn row_40_an_expired_assertion_is_invalid_grant(harness: &Harness) {
    let token = assertion(harness).await;
    harness.advance(3600);
    invalid_grant(&assert(harness, &token).await);
}

async fn row_41_an_assertion_without_its_application_is_invalid_grant(harness: &Harness) {
    let token = assertion(harness).await;
    let mut api = Api::new(harness).await;
    assert_eq!(api.delete("/applications/front").await.status(), 204);
    invalid_grant(&assert(harness, &token).await);
}
