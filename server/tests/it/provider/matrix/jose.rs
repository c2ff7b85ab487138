//! Hostile JOSE at every place that takes a JWT (security sheet, items 16, 18 and 19; RFC 8725; RFC 7515, section 4.1.11):
//! hints at authorization and at both sign-out addresses, bearer tokens, introspection, assertions, and the place where
//! other servers take client assertions. The header decides nothing and nothing that it names is fetched.

use protocol::jose::Algorithm;
use serde_json::{Value, json};

use super::super::support::{
    SECRET, application_with, authorize_path, browser_of, claims, is_active, json, machine_application, text, token,
    token_without_secret, tokens, userinfo,
};
use super::corpus::{header, hostile, ours, stranger};
use super::ways::{DEVICE, JWT_BEARER, verdict};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

on_both!(
    hints_that_are_hostile,
    access_tokens_that_are_hostile,
    an_assertion_is_no_client_authentication,
);

/// Every place that takes an ID token as a hint: what it says to this one.
async fn at_hints(harness: &Harness, browser: &mut Client, hint: &str) -> [String; 3] {
    let more = [("id_token_hint", hint), ("prompt", "none")];
    let asked = verdict(&browser.get(&authorize_path("shop", &more)).await);
    let mut nobody = harness.client();
    let fields = [("id_token_hint", hint)];
    let own = nobody.post("/application/o/shop/end-session/", &fields).await;
    let global = nobody.post("/application/o/end-session/", &fields).await;
    [asked, verdict(&own), verdict(&global)]
}

const REFUSED: [&str; 3] = [
    "303 invalid_request",
    "page 400 logout_hint_invalid",
    "page 400 logout_hint_invalid",
];

async fn hints_that_are_hostile(harness: &Harness) {
    application_with(harness, "shop", |_| {}).await;
    application_with(harness, "mail", |_| {}).await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let good = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    let of_mail = text(&tokens(harness, &mut browser, "mail").await, "id_token");
    let mut all = hostile(harness, &good, "JWT");
    let key = ours(harness);
    let with = |name: &str, value: Value| {
        let mut body = claims(&good);
        body[name] = value;
        (format!("{name} is another"), key.sign(Some("JWT"), &body).unwrap())
    };
    all.extend([
        with("iss", json!("https://evil.example/")),
        with("iss", Value::Null),
        with("sub", Value::Null),
        with("sub", json!(7)),
        with("sub", json!(["x"])),
    ]);
    let (_, mut other) = with("aud", json!("mail"));
    let mut body = claims(&other);
    body["azp"] = json!("mail");
    other = key.sign(Some("JWT"), &body).unwrap();
    all.push(("of mail, with the issuer of shop".to_owned(), other));
    for (name, token) in &all {
        let came = at_hints(harness, &mut browser, token).await;
        assert_eq!(came, REFUSED, "{name}: {token}");
    }
    // The hint of another application means that one, where nothing else names one.
    let came = at_hints(harness, &mut browser, &of_mail).await;
    assert_eq!(came, [REFUSED[0], REFUSED[1], "303 ok"]);
    // Members that nobody has to understand change nothing: nobody follows them, and the body is read as it is written.
    let body = serde_json::to_vec(&claims(&good)).unwrap();
    for members in [
        json!({"typ": "JWT", "jku": "http://127.0.0.1:1/keys", "x5u": "file:///etc/passwd"}),
        json!({"typ": "JWT", "jwk": {"kty": "oct", "k": "AAAA"}, "x5c": ["AAAA"]}),
        json!({"typ": "JWT", "zip": "DEF", "b64": false}),
        json!({"typ": "jwt", "cty": "JWT"}),
    ] {
        let token = key.sign_with_header(&header(&members), &body).unwrap();
        let came = at_hints(harness, &mut browser, &token).await;
        assert_eq!(came, ["303 ok", "303 ok", "303 ok"], "{members}");
    }
    // A hint says who, not that they are here: its age does not matter.
    for (name, seconds) in [("exp", -10), ("nbf", 1_000_000), ("iat", 1_000_000)] {
        let (_, token) = with(name, json!(harness.now().seconds() + seconds));
        let came = at_hints(harness, &mut browser, &token).await;
        assert_eq!(came, ["303 ok", "303 ok", "303 ok"], "{name}");
    }
    // Too long to be looked at.
    let long = format!("{good}{}", "A".repeat(16 * 1024));
    let path = authorize_path("shop", &[("id_token_hint", &long)]);
    assert_eq!(verdict(&browser.get(&path).await), "page 400 parameters_too_many");
    assert_eq!(browser.get("/").await.status, 200, "nobody was signed out");
}

async fn access_tokens_that_are_hostile(harness: &Harness) {
    let shop = application_with(harness, "shop", |_| {}).await;
    machine_application(harness, "back", |back| {
        back.federated_applications = vec![shop.id.clone()];
    })
    .await;
    let alice = harness.user_with("alice", |alice| alice.is_admin = true).await;
    let mut browser = browser_of(harness, &alice).await;
    let good = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    let mut all = hostile(harness, &good, "at+jwt");
    let key = ours(harness);
    for (name, value) in [
        ("scope", json!("openid goauthentik.io/api")),
        ("exp", json!(harness.now().seconds() + 1_000_000)),
        ("nbf", json!(harness.now().seconds() + 1_000_000)),
        ("sub", json!("mallory")),
        ("aud", json!("back")),
        ("jti", json!("another")),
    ] {
        let mut body = claims(&good);
        body[name] = value;
        let forged = key.sign(Some("at+jwt"), &body).unwrap();
        all.push((
            format!("{name} is another, signed by our own key and never issued"),
            forged,
        ));
    }
    for (name, token) in all {
        // What surrounds a header value is no part of it, and a line end can not stand in one at all.
        let in_header = token.bytes().all(|byte| (0x21..0x7f).contains(&byte)) && !token.is_empty();
        if in_header {
            assert_eq!(userinfo(harness, &token).await.status, 401, "{name}");
            let reply = Api::with_token(harness, &token).get("/users").await;
            reply.problem(http::StatusCode::UNAUTHORIZED);
        }
        assert!(!is_active(harness, "shop", &token).await, "{name}");
        for field in ["client_assertion", "client_secret"] {
            let fields = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", JWT_BEARER),
                (field, token.as_str()),
            ];
            let came = verdict(&token_without_secret(harness, "back", &fields).await);
            assert!(
                came.starts_with("400 invalid_grant assertion_"),
                "{name} {field}: {came}"
            );
        }
        let fields = [
            ("client_id", "shop"),
            ("client_secret", SECRET),
            ("token", token.as_str()),
        ];
        let answer = harness.client().post("/application/o/revoke/", &fields).await;
        assert_eq!(answer.status, 200, "{name}");
    }
    assert_eq!(
        userinfo(harness, &good).await.status,
        200,
        "nothing of it revoked the good one"
    );
    assert!(harness.events("token_issued").await.is_empty());
    for kind in [
        "",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "JWT-BEARER",
    ] {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", good.as_str()),
        ];
        let came = verdict(&token_without_secret(harness, "back", &fields).await);
        assert_ne!(came, "200", "{kind}");
    }
}

/// There is no `private_key_jwt` here yet: an assertion opens only the machine grants, for the user that it names.
async fn an_assertion_is_no_client_authentication(harness: &Harness) {
    let shop = application_with(harness, "shop", |shop| {
        shop.grant_types.push(protocol::client::GrantType::DeviceCode);
    })
    .await;
    machine_application(harness, "back", |back| {
        back.federated_applications = vec![shop.id.clone()];
    })
    .await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let given = tokens(harness, &mut browser, "shop").await;
    let refresh = text(&given, "refresh_token");
    let key = stranger(Algorithm::ES256, None);
    let now = harness.now().seconds();
    let own = json!({"iss": "shop", "sub": "shop", "aud": "http://localhost:9000/application/o/token/", "jti": "1",
        "iat": now, "exp": now + 60});
    let own = key.sign(Some("client-authentication+jwt"), &own).unwrap();
    let code = super::super::support::code(&mut browser, "shop", &[]).await;
    for assertion in [own.as_str(), &text(&given, "access_token"), &text(&given, "id_token")] {
        let with = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        let by_code = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", "https://shop.example/cb"),
            ("code_verifier", super::super::support::VERIFIER),
        ];
        let by_refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let by_device = [("grant_type", DEVICE), ("device_code", "x")];
        for grant in [&by_code[..], &by_refresh[..], &by_device[..]] {
            let fields = [grant, &with[..]].concat();
            let came = verdict(&token_without_secret(harness, "shop", &fields).await);
            assert!(came.starts_with("401 invalid_client "), "{grant:?} {came}");
        }
        for path in ["/application/o/introspect/", "/application/o/revoke/"] {
            let mut fields = vec![("client_id", "shop"), ("token", refresh.as_str())];
            fields.extend(with);
            let came = verdict(&harness.client().post(path, &fields).await);
            assert!(came.starts_with("401 invalid_client "), "{path} {came}");
        }
        let fields = [&[("grant_type", "client_credentials")][..], &with[..]].concat();
        let came = verdict(&token_without_secret(harness, "shop", &fields).await);
        assert!(
            came.starts_with("400 invalid_grant assertion_"),
            "shop trusts nobody: {came}"
        );
    }
    let answer = token(
        harness,
        "shop",
        &[("grant_type", "refresh_token"), ("refresh_token", &refresh)],
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(json(&answer)["token_type"], "Bearer");
}
