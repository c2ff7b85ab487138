//! Addresses that are nearly registered, at the endpoints: a page and never a redirect, for authorization and for
//! sign-out, for entries that are compared byte for byte and for patterns (RFC 9700, section 2.1; RFC 8252, section 7.3).

use protocol::client::{ClientType, MatchingMode, RedirectUri};

use super::support::*;
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    near_misses_never_redirect,
    patterns_answer_where_they_match,
    native_applications_choose_their_port,
    near_misses_of_a_loopback_address_never_redirect,
    origins_of_patterns_may_read_answers,
);

fn entry(matching_mode: MatchingMode, url: &str) -> RedirectUri {
    RedirectUri {
        matching_mode,
        url: url.to_owned(),
    }
}

/// An application with an address and a pattern in both lists.
async fn shop(harness: &Harness) {
    application_with(harness, "shop", |application| {
        application.redirect_uris = vec![
            entry(MatchingMode::Strict, "https://shop.example/cb"),
            entry(MatchingMode::Regex, r"https://[^/.]+\.wild\.example/cb"),
        ];
        application.post_logout_redirect_uris = application.redirect_uris.clone();
    })
    .await;
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn asked(browser: &mut Client, uri: &str) -> Answer {
    let pairs = [
        ("client_id", "shop"),
        ("redirect_uri", uri),
        ("response_type", "code"),
        ("scope", "openid"),
    ];
    browser
        .get(&format!("/application/o/authorize/?{}", query(&pairs)))
        .await
}

async fn left(browser: &mut Client, hint: &str, uri: &str) -> Answer {
    let pairs = [("id_token_hint", hint), ("post_logout_redirect_uri", uri)];
    browser
        .get(&format!("/application/o/shop/end-session/?{}", query(&pairs)))
        .await
}

/// Addresses that differ a little from `https://HOST/cb`.
const NEAR_MISSES: [&str; 84] = [
    "https://HOST/cb/",
    "https://HOST/CB",
    "https://HOST/Cb",
    "HTTPS://HOST/cb",
    "Https://HOST/cb",
    "http://HOST/cb",
    "ftp://HOST/cb",
    "https:/HOST/cb",
    "https:HOST/cb",
    "https:///HOST/cb",
    "https:////HOST/cb",
    "//HOST/cb",
    "/cb",
    "cb",
    "HOST/cb",
    "https://HOST",
    "https://HOST/",
    "https://HOST./cb",
    "https://HOST../cb",
    "https://.HOST/cb",
    "https://HOST:443/cb",
    "https://HOST:8443/cb",
    "https://HOST:/cb",
    "https://HOST:0/cb",
    "https://HOST//cb",
    "https://HOST/./cb",
    "https://HOST/x/../cb",
    "https://HOST/../cb",
    "https://HOST/%2e/cb",
    "https://HOST/%2e%2e/cb",
    "https://HOST/x/%2E%2E/cb",
    "https://HOST/..;/cb",
    "https://HOST/cb/..",
    "https://HOST/cb/../../evil",
    "https://HOST/cb/%2e%2e/evil",
    "https://HOST/%63b",
    "https://HOST/c%62",
    "https://HOST/cb%2f",
    "https://HOST/cb%00",
    "https://HOST/cb%20",
    "https://HOST/cb%0d%0aLocation:x",
    "https://HOST/cb;x",
    "https://HOST/cb,",
    "https://HOST/cb.",
    "https://HOST/cb?",
    "https://HOST/cb?x=1",
    "https://HOST/cb&x=1",
    "https://HOST/cb#",
    "https://HOST/cb#x",
    "https://HOST/cb%23x",
    "https://user@HOST/cb",
    "https://user:pass@HOST/cb",
    "https://@HOST/cb",
    "https://HOST@evil.example/cb",
    "https://HOST:80@evil.example/cb",
    "https://HOST%40evil.example/cb",
    "https://evil.example@HOST/cb",
    "https://evil.example/@HOST/cb",
    "https://evil.example\\@HOST/cb",
    "https://evil.example#@HOST/cb",
    "https://evil.example?@HOST/cb",
    "https://HOST\\.evil.example/cb",
    "https:\\\\HOST\\cb",
    "https://HOST\\cb",
    "https://HOST/cb\\",
    "https://HOST.evil.example/cb",
    "https://evil.example/HOST/cb",
    "https://evilHOST.example/cb",
    "https://x.y.HOST/cb",
    "https://HOST\u{3002}/cb",
    "https://\u{430}HOST/cb",
    "https://HOST/c\u{200b}b",
    "https://HOST/\u{ff43}b",
    "https://xn--80a.HOST.xn--p1ai/cb",
    " https://HOST/cb",
    "https://HOST/cb ",
    "https://HOST/c\tb",
    "https://HOST/cb\n",
    "ht\ntps://HOST/cb",
    "https://HOST/cb\r\nSet-Cookie:a=b",
    "https://HOST/cb\0",
    "\u{1}https://HOST/cb",
    "https://HOST/cb\u{7f}",
    "https://HOST/cb*",
];

async fn near_misses_never_redirect(harness: &Harness) {
    shop(harness).await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let hint = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    for host in ["shop.example", "a.wild.example"] {
        let good = format!("https://{host}/cb");
        assert!(asked(&mut browser, &good).await.parameter("code").is_some(), "{good}");
        assert_eq!(
            left(&mut harness.client(), &hint, &good).await.location(),
            Some(good.as_str())
        );
        let capital = format!("https://{}/cb", host.to_ascii_uppercase());
        let cross = format!("https://{}/cb", host.replace(".example", "xexample"));
        let alike = format!("https://{}/cb", host.replace(".example", "-.example"));
        let near = NEAR_MISSES.iter().map(|near| near.replace("HOST", host));
        for uri in near.chain([capital, cross, alike]) {
            let answer = asked(&mut browser, &uri).await;
            let code = answer.error_code();
            assert!(
                matches!(
                    code.as_deref(),
                    Some("redirect_uri_mismatch" | "redirect_uri_forbidden")
                ),
                "{uri:?} {code:?}"
            );
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{uri:?}");
            let answer = left(&mut browser, &hint, &uri).await;
            let code = answer.error_code();
            assert!(
                matches!(
                    code.as_deref(),
                    Some("logout_redirect_mismatch" | "redirect_uri_forbidden")
                ),
                "{uri:?} {code:?}"
            );
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{uri:?}");
        }
    }
    assert_eq!(browser.get("/").await.status, 200, "nobody was signed out");
}

async fn patterns_answer_where_they_match(harness: &Harness) {
    shop(harness).await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let uri = "https://b2.wild.example/cb";
    let code = code(&mut browser, "shop", &[("redirect_uri", uri)]).await;
    // A code is redeemed with the address that it went to, not with another one that matches too.
    for (given, status) in [("https://b3.wild.example/cb", 400), (uri, 200)] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", given),
            ("code_verifier", VERIFIER),
        ];
        let answer = token(harness, "shop", &fields).await;
        assert_eq!(answer.status, status, "{given} {}", answer.body);
    }
}

async fn native_applications_choose_their_port(harness: &Harness) {
    let registered = "http://127.0.0.1/cb";
    application_with(harness, "shop", |application| {
        application.client_type = ClientType::Public;
        application.require_pkce = false;
        application.redirect_uris = vec![
            entry(MatchingMode::Strict, registered),
            entry(MatchingMode::Strict, "http://[::1]/cb"),
            entry(MatchingMode::Strict, "http://localhost:8080/cb"),
        ];
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    for uri in [
        "http://127.0.0.1:49152/cb",
        "http://[::1]:49153/cb",
        registered,
        "http://localhost:8080/cb",
    ] {
        let answer = asked(&mut browser, uri).await;
        assert!(
            answer
                .location()
                .is_some_and(|location| location.starts_with(&format!("{uri}?code="))),
            "{uri}"
        );
    }
    for uri in [
        "http://localhost:49152/cb",
        "http://localhost:80@evil.example/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1:49152/cb2",
        "https://127.0.0.1:49152/cb",
    ] {
        let answer = asked(&mut browser, uri).await;
        assert_eq!(answer.error_code().as_deref(), Some("redirect_uri_mismatch"), "{uri}");
        assert_eq!(answer.location(), None);
    }
}

/// The same corpus at a loopback address, where any port is registered: only a port may differ, and only as a number.
async fn near_misses_of_a_loopback_address_never_redirect(harness: &Harness) {
    application_with(harness, "shop", |application| {
        application.client_type = ClientType::Public;
        application.require_pkce = false;
        application.redirect_uris = vec![
            entry(MatchingMode::Strict, "http://127.0.0.1/cb"),
            entry(MatchingMode::Strict, "http://[::1]/cb"),
        ];
    })
    .await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(harness, &user).await;
    let same = ["http://HOST/cb", "http://HOST:443/cb", "http://HOST:8443/cb"];
    let plain = NEAR_MISSES.map(|near| near.replacen("https:", "http:", 1));
    let mut near: Vec<String> = plain
        .into_iter()
        .filter(|near| !same.contains(&near.as_str()))
        .collect();
    assert_eq!(near.len() + same.len(), NEAR_MISSES.len());
    near.extend(
        [
            "https://HOST/cb",
            "https://HOST:8443/cb",
            "http://HOST:65536/cb",
            "http://HOST:080/cb",
            "http://HOST:+80/cb",
            "http://HOST:-1/cb",
            "http://HOST:8e1/cb",
            "http://HOST:0x50/cb",
            "http://HOST:80 /cb",
            "http://HOST: 80/cb",
            "http://HOST:\u{ff18}0/cb",
            "http://HOST:80:80/cb",
            "http://HOST:80@HOST/cb",
            "http://HOST:80\\@evil.example/cb",
            "http://HOST:80#@evil.example/cb",
            "http://HOST:80.evil.example/cb",
            "http://HOST:8080/cb/",
            "http://HOST:8080/CB",
            "http://HOST:8080/cb?x=1",
            "http://HOST:8080//cb",
        ]
        .map(str::to_owned),
    );
    for host in ["127.0.0.1", "[::1]"] {
        for good in same {
            let uri = good.replace("HOST", host);
            assert!(asked(&mut browser, &uri).await.parameter("code").is_some(), "{uri}");
        }
        let others = [
            "localhost",
            "127.0.0.2",
            "127.1",
            "127.0.1",
            "0",
            "0.0.0.0",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "017700000001",
            "127.0.0.01",
            "127.0.0.1.",
            "127.0.0.1.evil.example",
            "\u{ff11}27.0.0.1",
            "[::ffff:127.0.0.1]",
            "[::127.0.0.1]",
            "[0:0:0:0:0:0:0:1]",
            "[::01]",
            "[::1%25lo]",
            "::1",
            "[::1",
            "[::2]",
            "[::]",
        ];
        let others = others.map(|other| format!("http://{other}:8080/cb"));
        let near = near.iter().map(|near| near.replace("HOST", host));
        for uri in near.chain(others) {
            let answer = asked(&mut browser, &uri).await;
            let code = answer.error_code();
            assert!(
                matches!(
                    code.as_deref(),
                    Some("redirect_uri_mismatch" | "redirect_uri_forbidden")
                ),
                "{uri:?} {code:?}"
            );
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{uri:?}");
        }
    }
}

async fn origins_of_patterns_may_read_answers(harness: &Harness) {
    shop(harness).await;
    for (origin, allowed) in [
        ("https://a.wild.example", true),
        ("https://shop.example", true),
        ("https://wild.example", false),
        ("https://a.b.wild.example", false),
        ("https://a.wild.example:8443", false),
        ("https://a.wild.example.evil.example", false),
        ("http://a.wild.example", false),
    ] {
        let request = http::Request::builder()
            .uri("/application/o/shop/.well-known/openid-configuration")
            .header(http::header::ORIGIN, origin);
        let answer = harness
            .client()
            .send(request.body(axum::body::Body::empty()).expect("a request"))
            .await;
        let header = answer.header("access-control-allow-origin");
        assert_eq!(header.is_some_and(|value| value == origin), allowed, "{origin}");
    }
}
