//! `/login/oauth/access_token`.

use base64::Engine as _;
use http::{Method, Request, header};
use protocol::client::MatchingMode;
use serde_json::json;

use super::support::{application, code, exchange, form, found, json_of, post_json};
use crate::harness::{Harness, on_both, secret_of};

on_both!(
    a_form_answers_a_form_and_json_those_who_ask,
    credentials_come_by_basic_form_json_or_address,
    refusals_are_github_s_with_200,
    a_code_works_once_and_reuse_revokes,
    refresh_keeps_special_scopes,
    nothing_comes_twice_and_nothing_else_is_read,
    xml_is_not_written,
);

const JSON: &str = "application/json";

async fn a_form_answers_a_form_and_json_those_who_ask(harness: &Harness) {
    application(harness, "shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let secret = secret_of("shop");
    let first = code(&mut browser, "shop", "user:email,read:org").await;
    let fields = [
        ("client_id", "shop"),
        ("client_secret", secret.as_str()),
        ("code", first.as_str()),
    ];
    let answer = exchange(harness, &fields).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let tokens = form(&answer);
    assert_eq!(tokens.get("token_type"), Some("bearer"));
    assert_eq!(tokens.get("scope"), Some("read:org,user:email"));
    assert_eq!(tokens.get("expires_in"), Some("3600"));
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    found(harness, tokens.get("access_token").unwrap(), "/user").await;

    let second = code(&mut browser, "shop", "user:email,read:org").await;
    let mut client = harness.client().with_header(header::ACCEPT, JSON);
    let fields = [
        ("client_id", "shop"),
        ("client_secret", secret.as_str()),
        ("code", second.as_str()),
        ("redirect_uri", "https://shop.example/cb"),
        ("grant_type", "authorization_code"),
    ];
    let answer = client.post("/login/oauth/access_token", &fields).await;
    assert!(answer.header("content-type").unwrap().starts_with(JSON));
    let tokens = json_of(&answer);
    assert_eq!(
        (&tokens["token_type"], &tokens["scope"]),
        (&json!("bearer"), &json!("read:org,user:email"))
    );
    found(harness, tokens["access_token"].as_str().unwrap(), "/user/teams").await;
}

async fn credentials_come_by_basic_form_json_or_address(harness: &Harness) {
    application(harness, "shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let secret = secret_of("shop");

    let by_json = code(&mut browser, "shop", "user").await;
    let body = json!({"client_id": "shop", "client_secret": secret, "code": by_json, "repository_id": null,
        "nested": {"ignored": true}});
    let answer = post_json(harness, "/login/oauth/access_token", JSON, &body).await;
    assert!(json_of(&answer)["access_token"].is_string(), "{}", answer.body);

    let by_address = code(&mut browser, "shop", "user").await;
    let path = format!("/login/oauth/access_token?client_id=shop&client_secret={secret}&code={by_address}");
    let answer = harness.client().post(&path, &[]).await;
    assert!(form(&answer).get("access_token").is_some(), "{}", answer.body);

    let by_basic = code(&mut browser, "shop", "user").await;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("shop:{secret}"));
    let mut client = harness
        .client()
        .with_header(header::AUTHORIZATION, &format!("Basic {basic}"));
    let fields = [("grant_type", "authorization_code"), ("code", by_basic.as_str())];
    let answer = client.post("/login/oauth/access_token", &fields).await;
    assert!(form(&answer).get("access_token").is_some(), "{}", answer.body);
}

async fn refusals_are_github_s_with_200(harness: &Harness) {
    application(harness, "shop").await;
    let mut two = application(harness, "two").await;
    harness
        .change_application(&mut two, |two| {
            two.redirect_uris.push(protocol::client::RedirectUri {
                matching_mode: MatchingMode::Strict,
                url: "https://two.example/second".to_owned(),
            });
        })
        .await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let secret = secret_of("shop");
    let good = code(&mut browser, "shop", "user:email").await;
    let shop = [("client_id", "shop"), ("client_secret", secret.as_str())];
    let secret_two = secret_of("two");
    let of_two = [("client_id", "two"), ("client_secret", secret_two.as_str())];
    for (client, more, error) in [
        (
            &[("client_id", "shop"), ("client_secret", "wrong")],
            ("code", good.as_str()),
            "incorrect_client_credentials",
        ),
        (
            &[("client_id", "nobody"), ("client_secret", "x")],
            ("code", good.as_str()),
            "incorrect_client_credentials",
        ),
        (
            &[("x", "y"), ("z", "w")],
            ("code", good.as_str()),
            "incorrect_client_credentials",
        ),
        (&shop, ("code", "unknown"), "bad_verification_code"),
        (&shop, ("nothing", "x"), "bad_verification_code"),
        (&of_two, ("code", good.as_str()), "redirect_uri_mismatch"),
        (&shop, ("grant_type", "magic"), "unsupported_grant_type"),
    ] {
        let mut fields = client.to_vec();
        fields.push(more);
        let answer = exchange(harness, &fields).await;
        assert_eq!(answer.status, 200, "{fields:?}");
        let refused = form(&answer);
        assert_eq!(refused.get("error"), Some(error), "{fields:?}");
        assert!(refused.get("error_description").is_some() && refused.get("error_uri").is_some());
        assert!(refused.get("access_token").is_none());
        let mut client = harness.client().with_header(header::ACCEPT, JSON);
        let answer = client.post("/login/oauth/access_token", &fields).await;
        assert_eq!(
            (answer.status.as_u16(), &json_of(&answer)["error"]),
            (200, &json!(error))
        );
    }
    // Another redirect URI than that of the authorization; and the code still works afterwards.
    let mut fields = shop.to_vec();
    fields.extend([("code", good.as_str()), ("redirect_uri", "https://shop.example/bye")]);
    assert_eq!(
        form(&exchange(harness, &fields).await).get("error"),
        Some("redirect_uri_mismatch")
    );
    fields.pop();
    assert!(form(&exchange(harness, &fields).await).get("access_token").is_some());
}

async fn a_code_works_once_and_reuse_revokes(harness: &Harness) {
    application(harness, "shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let secret = secret_of("shop");
    let code = code(&mut browser, "shop", "user:email").await;
    let fields = [
        ("client_id", "shop"),
        ("client_secret", secret.as_str()),
        ("code", code.as_str()),
    ];
    let first = form(&exchange(harness, &fields).await);
    let token = first.get("access_token").unwrap().to_owned();
    found(harness, &token, "/user").await;
    let again = form(&exchange(harness, &fields).await);
    assert_eq!(again.get("error"), Some("bad_verification_code"));
    assert_eq!(again.get("refusal"), Some("code_reused"));
    assert_eq!(
        super::support::get(harness, &token, "/user").await.status,
        401,
        "what it gave is revoked"
    );
    let events = harness.events("suspicious_request").await;
    assert_eq!(events.len(), 2, "the code, and the token that came again");
    assert!(events.iter().any(|event| event.detail["refusal"] == "code_reused"));
}

async fn refresh_keeps_special_scopes(harness: &Harness) {
    application(harness, "shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let secret = secret_of("shop");
    let code = code(&mut browser, "shop", "user:email,read:org,offline_access").await;
    let shop = [("client_id", "shop"), ("client_secret", secret.as_str())];
    let mut fields = shop.to_vec();
    fields.push(("code", &code));
    let first = form(&exchange(harness, &fields).await);
    assert_eq!(first.get("refresh_token_expires_in"), Some("2592000"));
    let refresh_token = first.get("refresh_token").unwrap().to_owned();
    let mut fields = shop.to_vec();
    fields.extend([
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ]);
    let second = form(&exchange(harness, &fields).await);
    assert_eq!(second.get("scope"), Some("offline_access,read:org,user:email"));
    found(harness, second.get("access_token").unwrap(), "/user").await;
    found(harness, second.get("access_token").unwrap(), "/user/teams").await;
    // Narrowed, with commas, and at the standard endpoint.
    let refresh_token = second.get("refresh_token").unwrap().to_owned();
    let mut fields = shop.to_vec();
    fields.extend([
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
        ("scope", "read:org,offline_access"),
    ]);
    let third = form(&exchange(harness, &fields).await);
    assert_eq!(third.get("scope"), Some("offline_access,read:org"));
    let narrowed = third.get("access_token").unwrap();
    assert_eq!(super::support::get(harness, narrowed, "/user").await.status, 403);
    found(harness, narrowed, "/user/teams").await;
    let refresh_token = third.get("refresh_token").unwrap().to_owned();
    let mut fields = shop.to_vec();
    fields.extend([
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ]);
    let standard = harness.client().post("/application/o/token/", &fields).await;
    assert_eq!(json_of(&standard)["scope"], json!("offline_access read:org user:email"));
    // An old one is refused in GitHub's words.
    assert_eq!(
        form(&exchange(harness, &fields).await).get("error"),
        Some("bad_refresh_token")
    );
}

async fn nothing_comes_twice_and_nothing_else_is_read(harness: &Harness) {
    application(harness, "shop").await;
    let cases: [(&str, &str, &str, u16); 7] = [
        (
            "?code=a",
            "application/x-www-form-urlencoded",
            "code=a&client_id=shop",
            400,
        ),
        (
            "?client_id=shop&client_id=shop",
            "application/x-www-form-urlencoded",
            "",
            400,
        ),
        (
            "",
            "application/x-www-form-urlencoded",
            "client_id=shop&client_id=shop",
            400,
        ),
        ("", "application/json", "[]", 400),
        ("", "application/json", "{\"client_id\":", 400),
        ("", "text/xml", "<client_id>shop</client_id>", 415),
        ("", "multipart/form-data; boundary=x", "--x--", 415),
    ];
    for (query, kind, body, status) in cases {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("/login/oauth/access_token{query}"))
            .header(header::CONTENT_TYPE, kind)
            .body(body.to_owned().into())
            .unwrap();
        let answer = harness.client().send(request).await;
        assert_eq!(answer.status, status, "{query} {kind} {body}");
        assert_eq!(form(&answer).get("error"), Some("invalid_request"));
    }
    let huge = "x".repeat(70_000);
    assert_eq!(exchange(harness, &[("code", &huge)]).await.status, 413);
    let get = harness
        .client()
        .get("/login/oauth/access_token?client_id=shop&code=c")
        .await;
    assert_eq!((get.status.as_u16(), get.header("allow")), (405, Some("POST")));
}

async fn xml_is_not_written(harness: &Harness) {
    application(harness, "shop").await;
    let mut client = harness.client().with_header(header::ACCEPT, "application/xml");
    let answer = client.post("/login/oauth/access_token", &[("client_id", "shop")]).await;
    assert!(form(&answer).get("error").is_some());
}
