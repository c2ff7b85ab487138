//! Texts that no engine, header or page takes kindly, as every parameter of every endpoint and wherever else a text comes
//! in: each request is answered by a refusal of ours or as one that works, never by a fault, and alike on both engines
//! (security sheet, pattern 9; Rauthy 0.36.2).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, header};
use serde_json::json;

use super::super::support::SECRET;
use super::ways::{DEVICE, JWT_BEARER, ready};
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    "[limits]\nsign_in_failures_per_account = 100000\nsign_in_failures_per_address = 100000\nuser_code_failures_per_account = 100000\nuser_code_failures_per_address = 100000\ndevice_codes_per_address = 100000\n":
    every_parameter_of_every_endpoint,
    texts_in_headers,
    texts_in_json,
);

/// What is put behind a good value, before it, and in its place.
const TEXTS: [&str; 14] = [
    "\0",
    "\u{1}",
    "\u{7f}",
    "\r\nSet-Cookie: a=b",
    "\u{85}\u{2028}",
    "\u{202e}",
    "\u{fffd}",
    "\u{10ffff}",
    "\u{1f4a9}",
    "' OR '1'='1' --",
    "\"><script>alert(1)</script>",
    "%00%0d%0a",
    "${7*7}{{7*7}}",
    "-1e309",
];

fn is_answered(answer: &Answer, what: &str) {
    assert!(
        answer.status.as_u16() < 500,
        "{what:?}: {} {}",
        answer.status,
        answer.body
    );
    assert!(!answer.body.contains("<script>alert"), "{what:?}: {}", answer.body);
    let names: Vec<&str> = answer.set_cookies();
    assert!(
        names.iter().all(|cookie| !cookie.starts_with("a=")),
        "{what:?}: {names:?}"
    );
}

async fn every_parameter_of_every_endpoint(harness: &Harness) {
    let mut ready = ready(harness).await;
    let client = [("client_id", "shop"), ("client_secret", SECRET)];
    let code = [
        ("code", "x"),
        ("redirect_uri", "https://shop.example/cb"),
        ("code_verifier", "x"),
    ];
    let assertion = [("client_assertion_type", JWT_BEARER), ("client_assertion", "a.b.c")];
    let endpoints: [(&str, Vec<(&str, &str)>); 12] = [
        (
            "/application/o/token/",
            [&[("grant_type", "authorization_code")][..], &code, &client].concat(),
        ),
        (
            "/application/o/token/",
            [
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", "x"),
                    ("scope", "openid"),
                ][..],
                &client,
            ]
            .concat(),
        ),
        (
            "/application/o/token/",
            [&[("grant_type", DEVICE), ("device_code", "x")][..], &client].concat(),
        ),
        (
            "/application/o/token/",
            vec![
                ("grant_type", "client_credentials"),
                ("client_id", "shop"),
                ("username", "alice"),
                ("password", "x"),
                ("scope", "openid"),
            ],
        ),
        (
            "/application/o/token/",
            [
                &[("grant_type", "client_credentials"), ("client_id", "shop")][..],
                &assertion,
            ]
            .concat(),
        ),
        (
            "/application/o/device/",
            vec![("client_id", "shop"), ("scope", "openid"), ("client_secret", SECRET)],
        ),
        (
            "/application/o/introspect/",
            [&[("token", "x"), ("token_type_hint", "access_token")][..], &client].concat(),
        ),
        (
            "/application/o/revoke/",
            [&[("token", "x"), ("token_type_hint", "refresh_token")][..], &client].concat(),
        ),
        ("/login/oauth/access_token", [&code[..1], &client].concat()),
        ("/application/o/userinfo/", vec![("access_token", "x")]),
        (
            "/application/o/shop/end-session/",
            vec![
                ("id_token_hint", "x"),
                ("client_id", "shop"),
                ("post_logout_redirect_uri", "https://shop.example/bye"),
                ("state", "s"),
            ],
        ),
        (
            "/application/o/end-session/",
            vec![("id_token_hint", "x"), ("client_id", "shop")],
        ),
    ];
    for (path, fields) in endpoints {
        each(&mut harness.client(), path, &fields, true).await;
    }
    let authorize = [
        ("client_id", "shop"),
        ("redirect_uri", "https://shop.example/cb"),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("scope", "openid"),
        ("state", "s"),
        ("nonce", "n"),
        ("code_challenge", super::super::support::CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
        ("max_age", "60"),
        ("display", "page"),
        ("ui_locales", "de"),
        ("login_hint", "alice"),
        ("acr_values", "x"),
        ("claims", "{}"),
        ("id_token_hint", "x"),
        ("audience", "x"),
        ("resource", "https://api.example/"),
    ];
    // With a hint that is none every request ends there; the others go on without it.
    let without: Vec<_> = authorize
        .into_iter()
        .filter(|(name, _)| *name != "id_token_hint")
        .collect();
    each(&mut ready.browser, "/application/o/authorize/", &without, false).await;
    each(&mut harness.client(), "/application/o/authorize/", &without, false).await;
    each(&mut ready.browser, "/application/o/authorize/", &authorize[..7], false).await;
    let github = [
        ("client_id", "shop"),
        ("scope", "user:email"),
        ("state", "s"),
        ("login", "alice"),
        ("allow_signup", "x"),
    ];
    each(&mut ready.browser, "/login/oauth/authorize", &github, false).await;
    for path in ["/login?next=/", "/device"] {
        let (id, names) = if path == "/device" {
            ("device-form", &["code"][..])
        } else {
            ("login-form", &["username", "password"][..])
        };
        let mut browser = if path == "/device" {
            ready.browser.clone()
        } else {
            harness.client()
        };
        for name in names {
            for text in TEXTS {
                for value in [text.to_owned(), format!("alice{text}")] {
                    let form = browser
                        .get(path)
                        .await
                        .form(id)
                        .with("username", "alice")
                        .with(name, &value);
                    is_answered(&browser.submit(&form).await, &format!("{path} {name}={value}"));
                }
            }
        }
    }
}

/// Sends each field with each text behind it, before it and instead of it.
async fn each(client: &mut Client, path: &str, fields: &[(&str, &str)], by_form: bool) {
    for (at, (name, good)) in fields.iter().enumerate() {
        for text in TEXTS {
            for value in [format!("{good}{text}"), format!("{text}{good}"), text.to_owned()] {
                let mut all = fields.to_vec();
                all[at] = (name, &value);
                let answer = if by_form {
                    client.post(path, &all).await
                } else {
                    let query = url::form_urlencoded::Serializer::new(String::new())
                        .extend_pairs(&all)
                        .finish();
                    client.get(&format!("{path}?{query}")).await
                };
                is_answered(&answer, &format!("{path} {name}={value}"));
            }
        }
        for raw in [
            "%",
            "%f",
            "%zz",
            "%ff",
            "%c0%80",
            "%ed%a0%80",
            "%f4%90%80%80",
            "+",
            "=",
            "%u0041",
        ] {
            let others: Vec<_> = fields.iter().filter(|(other, _)| other != name).collect();
            let rest = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(others.into_iter().copied())
                .finish();
            let query = format!("{rest}&{name}={raw}");
            let answer = if by_form {
                let request = Request::builder()
                    .method(Method::POST)
                    .uri(path)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                client.send(request.body(Body::from(query)).unwrap()).await
            } else {
                client.get(&format!("{path}?{query}")).await
            };
            is_answered(&answer, &format!("{path} {name}={raw}"));
        }
    }
}

async fn texts_in_headers(harness: &Harness) {
    ready(harness).await;
    let post = async |path: &str, credentials: &str, body: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Basic {}", STANDARD.encode(credentials)))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        harness
            .client()
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    };
    for text in TEXTS {
        let escaped: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let account = STANDARD.encode(format!("alice{text}:vap_x{text}"));
        for credentials in [
            format!("shop{text}:{SECRET}"),
            format!("{text}:{SECRET}"),
            format!("shop:{SECRET}{text}"),
            format!("shop{escaped}:{SECRET}"),
            format!("shop:{SECRET}{escaped}"),
            format!("shop:{account}"),
        ] {
            for path in [
                "/application/o/token/",
                "/application/o/introspect/",
                "/application/o/revoke/",
                "/application/o/device/",
                "/login/oauth/access_token",
            ] {
                let body = "grant_type=client_credentials&token=x&code=x";
                let answer = post(path, &credentials, body).await;
                is_answered(&answer, &format!("{path} {credentials}"));
            }
        }
        // An account in the place of the client secret.
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", "shop"),
            ("client_secret", account.as_str()),
        ];
        let answer = harness.client().post("/application/o/token/", &fields).await;
        is_answered(&answer, &format!("an account with {text}"));
    }
    for bytes in [
        &b"\xff"[..],
        b"Bearer \xff",
        b"Basic \xff",
        b"Basic ====",
        b"Bearer a b",
        b"Basic Og==",
        b"Basic",
    ] {
        for path in [
            "/application/o/userinfo/",
            "/user",
            "/api/v1/users",
            "/application/o/token/",
        ] {
            let method = if path.ends_with("token/") {
                Method::POST
            } else {
                Method::GET
            };
            let request = Request::builder()
                .method(method)
                .uri(path)
                .header(header::AUTHORIZATION, http::HeaderValue::from_bytes(bytes).unwrap())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let answer = harness.client().send(request.body(Body::empty()).unwrap()).await;
            is_answered(&answer, &format!("{path} {bytes:?}"));
        }
    }
}

/// GitHub's way in takes JSON as well.
async fn texts_in_json(harness: &Harness) {
    ready(harness).await;
    let post = async |body: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/login/oauth/access_token")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json");
        harness
            .client()
            .send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    };
    let good = [
        ("client_id", "shop"),
        ("client_secret", SECRET),
        ("code", "x"),
        ("redirect_uri", "https://shop.example/cb"),
        ("grant_type", "authorization_code"),
        ("username", "alice"),
        ("password", "x"),
        ("scope", "openid"),
    ];
    for grant in ["authorization_code", "client_credentials"] {
        for (at, (name, value)) in good.iter().enumerate() {
            for text in TEXTS {
                let mut all = good.to_vec();
                all[4].1 = grant;
                let value = format!("{value}{text}");
                all[at] = (name, &value);
                let body: serde_json::Map<_, _> = all
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), json!(value)))
                    .collect();
                let answer = post(&json!(body).to_string()).await;
                is_answered(&answer, &format!("{grant} {name}={value}"));
            }
        }
    }
    for body in [
        // RFC 6749, section 3.2: no parameter stands twice.
        format!(r#"{{"client_id":"shop","client_secret":"{SECRET}","code":"a","code":"b"}}"#),
        format!(r#"{{"client_id":"mail","client_secret":"{SECRET}","code":"a","client_id":"shop"}}"#),
        format!(r#"{{"client_id":"shop","client_secret":"{SECRET}","code":"a","c\u006fde":"b"}}"#),
        r#"{"client_id":"shop","x":"#.to_owned() + &"[".repeat(10_000) + &"]".repeat(10_000) + "}",
        r#"{"client_id":"shop"} {}"#.to_owned(),
        r#"{"client_id":"shop\ud800"}"#.to_owned(),
        r#"["client_id"]"#.to_owned(),
        "{".to_owned(),
    ] {
        let answer = post(&body).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!(
            super::ways::verdict(&answer),
            "400 invalid_request parameters_malformed",
            "{shown}"
        );
    }
}
