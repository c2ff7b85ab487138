//! `POST /api/v1/grants/inspect`: every kind of value, alive and dead, genuine and not, each said by its own code.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use protocol::jose::KeyManagement;
use serde_json::{Value, json};

use super::encryption::encrypted;
use super::support::{application, application_with, browser_of, code, json, redeem, refresh, text, token, tokens};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    what_is_alive_is_said_to_be,
    each_way_to_die_has_its_own_code,
    what_is_forged_or_foreign_is_told_from_what_is_ours,
    hostile_values_are_read_by_nobody,
    nothing_is_written_or_shown_of_the_value,
);

async fn inspect(api: &mut Api, token: &str) -> Value {
    api.post("/grants/inspect", &json!({"token": token})).await.found()
}

fn codes(answer: &Value, severity: &str) -> Vec<String> {
    let findings = answer["findings"].as_array().expect("findings");
    let wanted = findings.iter().filter(|finding| finding["severity"] == severity);
    wanted.map(|finding| text(finding, "code")).collect()
}

async fn what_is_alive_is_said_to_be(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let shop = application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let all = tokens(harness, &mut browser, "shop").await;
    let fresh = code(&mut browser, "shop", &[]).await;

    for (name, kind) in [("access_token", "access_token"), ("refresh_token", "refresh_token")] {
        let answer = inspect(&mut api, &format!("  Bearer {} \n", text(&all, name))).await;
        assert_eq!(
            (&answer["kind"], &answer["active"]),
            (&json!(kind), &json!(true)),
            "{answer}"
        );
        assert_eq!(answer["application"], json!(shop.id));
        assert_eq!(answer["user"], json!(user.id));
        assert!(text(&answer, "grant").starts_with("grant_"));
        assert!(codes(&answer, "problem").is_empty(), "{answer}");
        assert_eq!(
            answer["scopes"],
            json!(["email", "offline_access", "openid", "profile"]),
            "{answer}"
        );
    }
    let access = inspect(&mut api, &text(&all, "access_token")).await;
    assert_eq!(access["claims"]["client_id"], json!("shop"));
    for code in [
        "signature_of_key",
        "issuer_ours",
        "client_known",
        "recorded",
        "lives",
        "subject_standing",
    ] {
        assert!(codes(&access, "fine").contains(&code.to_owned()), "{code}: {access}");
    }
    let id_token = inspect(&mut api, &text(&all, "id_token")).await;
    assert_eq!(
        (&id_token["kind"], &id_token["active"]),
        (&json!("id_token"), &json!(true)),
        "{id_token}"
    );
    assert!(codes(&id_token, "fine").contains(&"not_tracked".to_owned()));
    let waiting = inspect(&mut api, &fresh).await;
    assert_eq!(
        (&waiting["kind"], &waiting["active"]),
        (&json!("authorization_code"), &json!(true)),
        "{waiting}"
    );

    // Signed by the client secret, and encrypted for the application by a key that we hold.
    application_with(harness, "plain", |plain| plain.signing_key = None).await;
    let all = tokens(harness, &mut browser, "plain").await;
    let answer = inspect(&mut api, &text(&all, "id_token")).await;
    assert!(
        codes(&answer, "fine").contains(&"signature_of_secret".to_owned()),
        "{answer}"
    );
    encrypted(&mut api, harness, "sealed", KeyManagement::RsaOaep256, "A256GCM").await;
    let all = tokens(harness, &mut browser, "sealed").await;
    let answer = inspect(&mut api, &text(&all, "access_token")).await;
    assert_eq!(
        (&answer["kind"], &answer["active"]),
        (&json!("access_token"), &json!(true)),
        "{answer}"
    );

    let made = api
        .post("/api-tokens", &json!({"name": "ci", "permissions": ["users:read"]}))
        .await
        .created();
    let answer = inspect(&mut api, &text(&made, "value")).await;
    assert_eq!(
        (&answer["kind"], &answer["active"]),
        (&json!("api_token"), &json!(true)),
        "{answer}"
    );
    assert_eq!(answer["scopes"], json!(["users:read"]));
}

async fn each_way_to_die_has_its_own_code(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mut shop = application(harness, "shop").await;
    let mut user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;

    let used = code(&mut browser, "shop", &[]).await;
    let all = json(&redeem(harness, "shop", &used).await);
    assert_eq!(codes(&inspect(&mut api, &used).await, "problem"), ["redeemed"]);

    let first = text(&all, "refresh_token");
    let second = json(&refresh(harness, "shop", &first).await);
    let answer = inspect(&mut api, &first).await;
    assert_eq!(
        (codes(&answer, "problem"), &answer["active"]),
        (vec!["replaced".to_owned()], &json!(false))
    );

    let revoked = text(&second, "access_token");
    let form = [
        ("client_id", "shop"),
        ("client_secret", super::support::SECRET),
        ("token", revoked.as_str()),
    ];
    let answer = harness.client().post("/application/o/revoke/", &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let found = codes(&inspect(&mut api, &revoked).await, "problem");
    assert!(
        found.contains(&"revoked".to_owned()) || found.contains(&"family_revoked".to_owned()),
        "{found:?}"
    );

    let all = tokens(harness, &mut browser, "shop").await;
    let access = text(&all, "access_token");
    let grant = text(&inspect(&mut api, &access).await, "grant");
    api.delete(&format!("/grants/{grant}")).await;
    assert_eq!(codes(&inspect(&mut api, &access).await, "problem"), ["family_revoked"]);

    let all = tokens(harness, &mut browser, "shop").await;
    let access = text(&all, "access_token");
    // Its secret was written after it was made.
    shop.version += 1;
    harness.change_application(&mut shop, |shop| shop.enabled = false).await;
    assert_eq!(
        codes(&inspect(&mut api, &access).await, "problem"),
        ["application_disabled"]
    );
    harness.change_application(&mut shop, |shop| shop.enabled = true).await;

    harness.change_user(&mut user, |user| user.is_active = false).await;
    assert_eq!(
        codes(&inspect(&mut api, &access).await, "problem"),
        ["subject_disabled"]
    );
    let later = harness.now();
    harness
        .change_user(&mut user, |user| {
            user.is_active = true;
            user.valid_from = later.plus(1);
        })
        .await;
    assert_eq!(
        codes(&inspect(&mut api, &access).await, "problem"),
        ["signed_out_everywhere"]
    );

    harness.advance(3 * 60 * 60);
    let found = codes(&inspect(&mut api, &access).await, "problem");
    assert!(found.contains(&"expired".to_owned()), "{found:?}");
    let id_token = inspect(&mut api, &text(&all, "id_token")).await;
    assert_eq!(
        (codes(&id_token, "problem"), &id_token["active"]),
        (vec!["expired".to_owned()], &json!(false))
    );
}

async fn what_is_forged_or_foreign_is_told_from_what_is_ours(harness: &Harness) {
    let mut api = Api::new(harness).await;
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let all = tokens(harness, &mut browser, "shop").await;

    // Another subject under the old signature: neither the signature nor the record fits.
    let genuine = text(&all, "access_token");
    let parts: Vec<&str> = genuine.split('.').collect();
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["sub"] = json!("admin");
    let forged = format!(
        "{}.{}.{}",
        parts[0],
        URL_SAFE_NO_PAD.encode(claims.to_string()),
        parts[2]
    );
    let answer = inspect(&mut api, &forged).await;
    assert_eq!(codes(&answer, "problem"), ["signature_wrong", "not_recorded"]);
    assert_eq!(
        answer["claims"]["sub"],
        json!("admin"),
        "what it says is shown as what it says"
    );
    assert_eq!(answer["user"], Value::Null, "and nobody is named as its user");

    // A token of somebody else's server.
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"theirs","typ":"JWT"}"#);
    let body = URL_SAFE_NO_PAD.encode(r#"{"iss":"https://other.example/","aud":"x","sub":"y","exp":4102444800}"#);
    let answer = inspect(
        &mut api,
        &format!("{header}.{body}.{}", URL_SAFE_NO_PAD.encode([7; 256])),
    )
    .await;
    assert_eq!(
        codes(&answer, "problem"),
        ["signature_of_unknown_key", "issuer_foreign", "client_unknown"]
    );
    assert_eq!(answer["active"], json!(false));

    // Without any signature.
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let answer = inspect(&mut api, &format!("{header}.{body}.")).await;
    assert_eq!(
        (&answer["active"], codes(&answer, "problem").is_empty()),
        (&json!(false), false),
        "{answer}"
    );

    let unknown = inspect(&mut api, "no-such-value").await;
    assert_eq!(
        (&unknown["kind"], codes(&unknown, "problem")),
        (
            &json!("unknown"),
            vec!["unreadable".to_owned(), "not_recorded".to_owned()]
        )
    );
}

async fn hostile_values_are_read_by_nobody(harness: &Harness) {
    let mut api = Api::new(harness).await;
    for value in ["", "   ", "\"\"", "Bearer "] {
        let answer = api.post("/grants/inspect", &json!({"token": value})).await;
        assert_eq!(answer.wrong(), ["token:required"], "{value:?}");
    }
    let deep = URL_SAFE_NO_PAD.encode(format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)));
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
    let times = URL_SAFE_NO_PAD.encode(r#"{"exp":1e300,"nbf":-1e300,"iat":"soon","aud":["a",{"b":1}],"iss":{"x":[]}}"#);
    for value in [
        "....".to_owned(),
        "a.b.c".to_owned(),
        "a.b.c.d.e".to_owned(),
        format!("{header}.{deep}.AAAA"),
        format!("{header}.{times}.AAAA"),
        "\u{202e}<script>alert(1)</script>".to_owned(),
        "é".repeat(10_000),
    ] {
        let answer = inspect(&mut api, &value).await;
        assert_eq!(answer["active"], json!(false), "{value:?}");
        assert!(!codes(&answer, "problem").is_empty(), "{value:?}");
    }
    let answer = api.post("/grants/inspect", &json!({"token": "a\u{0}b"})).await;
    assert_eq!(answer.wrong(), ["token:invalid"]);
    let reader = &mut Api::with_permissions(harness, &["grants:read"]).await;
    reader
        .post("/grants/inspect", &json!({"token": "x"}))
        .await
        .problem(StatusCode::FORBIDDEN);
}

async fn nothing_is_written_or_shown_of_the_value(harness: &Harness) {
    let mut api = Api::new(harness).await;
    application(harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let all = tokens(harness, &mut browser, "shop").await;
    for name in ["access_token", "refresh_token", "id_token"] {
        let value = text(&all, name);
        let answer = inspect(&mut api, &value).await.to_string();
        let signature = value.rsplit('.').next().unwrap().to_owned();
        assert!(!answer.contains(&signature), "the answer would be as good as the token");
    }
    // A code and a refresh token that were looked at are still good.
    let waiting = code(&mut browser, "shop", &[]).await;
    inspect(&mut api, &waiting).await;
    assert_eq!(redeem(harness, "shop", &waiting).await.status, StatusCode::OK);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*text(&all, "refresh_token")),
    ];
    assert_eq!(token(harness, "shop", &fields).await.status, StatusCode::OK);
}
