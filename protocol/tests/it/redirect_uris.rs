//! Redirect URIs: near misses, how an answer is written onto one, and what may be registered
//! (RFC 9700, section 2.1; RFC 6749, section 3.1.2; RFC 3986, section 2).

use proptest::prelude::*;
use protocol::redirect_uri::{
    Remark, ResponseMode, check_post_logout_redirect_uri, check_redirect_uri, check_registration, is_origin_of,
};
use protocol::refusal::Refusal;

use crate::fixtures::{CALLBACK, client, client_with, strict};

#[test]
fn near_misses_are_refused() {
    let client = client_with(|application| {
        application.redirect_uris = vec![
            strict(CALLBACK),
            strict("http://127.0.0.1:8080/cb"),
            strict("com.example.app:/cb"),
            strict("https://app.example.com/q?a=1"),
        ];
    });
    let near_misses = [
        "https://app.example.com/cb/",
        "https://app.example.com/CB",
        "https://app.example.com/Cb",
        "https://APP.example.com/cb",
        "HTTPS://app.example.com/cb",
        "https://app.example.com./cb",
        "https://app.example.com:443/cb",
        "https://app.example.com:8443/cb",
        "https://app.example.com:/cb",
        "http://app.example.com/cb",
        "https:/app.example.com/cb",
        "https:app.example.com/cb",
        "https:///app.example.com/cb",
        "//app.example.com/cb",
        "/cb",
        "cb",
        "app.example.com/cb",
        "https://app.example.com//cb",
        "https://app.example.com/./cb",
        "https://app.example.com/x/../cb",
        "https://app.example.com/%63b",
        "https://app.example.com/%2e/cb",
        "https://app.example.com/cb%2f",
        "https://app.example.com/cb%00",
        "https://app.example.com/cb%20",
        "https://app.example.com/..;/cb",
        "https://app.example.com/cb;x",
        "https://app.example.com/cb/..",
        "https://app.example.com/cb/../../evil",
        "https://user@app.example.com/cb",
        "https://app.example.com@evil.example/cb",
        "https://app.example.com:80@evil.example/cb",
        "https://evil.example\\@app.example.com/cb",
        "https://app.example.com\\.evil.example/cb",
        "https:\\\\app.example.com\\cb",
        "https://app.example.com/cb\\",
        "https://app.example.com/cb#",
        "https://app.example.com/cb#x",
        "https://app.example.com/cb?",
        "https://app.example.com/cb?x=1",
        "https://app.example.com/cb&x=1",
        "https://app.example.com/q",
        "https://app.example.com/q?a=1&b=2",
        "https://app.example.com/q?a=2",
        "https://app.example.com/q?A=1",
        "https://app.example.com.evil.example/cb",
        "https://evil.example/app.example.com/cb",
        "https://sub.app.example.com/cb",
        "https://example.com/cb",
        "https://app-example.com/cb",
        "https://appXexample.com/cb",
        "https://\u{430}pp.example.com/cb",
        "https://app.ex\u{430}mple.com/cb",
        "https://app\u{3002}example.com/cb",
        "https://app.example.com/c\u{200b}b",
        "http://127.0.0.1:8081/cb",
        "http://127.0.0.1/cb",
        "http://localhost:8080/cb",
        "http://[::1]:8080/cb",
        "http://127.1:8080/cb",
        "http://2130706433:8080/cb",
        "com.example.app:/CB",
        "com.example.app://cb",
        "com.example.app:cb",
        "com.example.App:/cb",
        "*",
        "https://*",
        ".*",
        "https://app.example.com/cb*",
    ];
    assert!(near_misses.len() >= 60);
    for presented in near_misses {
        let error = check_redirect_uri(&client, Some(presented)).unwrap_err();
        assert_eq!(error.refusal, Refusal::RedirectUriMismatch, "{presented}");
        assert_eq!(error.given.as_deref(), Some(presented));
    }
    for presented in [
        " https://app.example.com/cb",
        "https://app.example.com/cb ",
        "https://app.example.com/c\tb",
        "https://app.example.com/cb\n",
        "https://app.example.com/cb\r\nSet-Cookie:a=b",
        "ht\ntps://app.example.com/cb",
        "https://app.example.com/cb\0",
        "\u{1}https://app.example.com/cb",
        "https://app.example.com/cb\u{7f}",
    ] {
        let error = check_redirect_uri(&client, Some(presented)).unwrap_err();
        assert_eq!(error.refusal, Refusal::RedirectUriForbidden, "{presented:?}");
    }
    for entry in &client.application.redirect_uris {
        assert_eq!(
            check_redirect_uri(&client, Some(&entry.url)).unwrap().as_str(),
            entry.url
        );
    }
}

#[test]
fn forbidden_schemes_are_refused_even_when_registered() {
    for uri in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "\tjavascript:x",
        "data:text/html,x",
        "DATA:text/html;base64,eA==",
        "vbscript:x",
        "VBScript:x",
        "about:blank",
        "blob:https://app.example.com/1",
        "file:///etc/passwd",
        "FiLe:///x",
        "filesystem:https://a/b",
        "view-source:https://a/",
    ] {
        let client = client_with(|application| {
            application.redirect_uris = vec![strict(uri)];
            application.post_logout_redirect_uris = vec![strict(uri)];
        });
        for checked in [
            check_redirect_uri(&client, Some(uri)),
            check_post_logout_redirect_uri(&client, uri),
        ] {
            assert_eq!(checked.unwrap_err().refusal, Refusal::RedirectUriForbidden, "{uri:?}");
        }
        assert!(check_registration(uri).is_err(), "{uri:?}");
    }
}

#[test]
fn rules_of_registration() {
    for good in [
        "https://app.example.com/cb",
        "https://app.example.com",
        "https://app.example.com/cb?a=1&b=%C3%BC",
        "http://localhost:8080/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:9/cb",
        "com.example.app:/cb",
        "myapp://cb",
        "https://xn--exmple-cua.com/cb",
        "https://app.example.com:8443/",
    ] {
        assert_eq!(check_registration(good), Ok(None), "{good}");
    }
    for plain in [
        "http://app.example.com/cb",
        "http://localhost.evil.example/cb",
        "http://10.0.0.1/",
    ] {
        assert_eq!(check_registration(plain), Ok(Some(Remark::PlainHttp)), "{plain}");
    }
    let long = format!("https://app.example.com/{}", "x".repeat(2048));
    for bad in [
        "",
        "/cb",
        "app.example.com/cb",
        "https://",
        "https:///cb",
        "https:/app.example.com/cb",
        "https:app.example.com/cb",
        "https://?x",
        "https://:80/cb",
        "https://app.example.com/cb#",
        "https://a/#x",
        "https://user@app.example.com/",
        "https://u:p@app.example.com/",
        "https://app.example.com\\cb",
        "https://ex\u{e4}mple.com/cb",
        "https://app.example.com/\u{fc}",
        "https://app.example.com/a b",
        "https://app.example.com/a\tb",
        "https://app.example.com:99999/",
        &long,
    ] {
        assert!(check_registration(bad).is_err(), "{bad}");
    }
}

#[test]
fn answers_join_what_stands() {
    let cases = [
        (
            "https://a.example/cb",
            ResponseMode::Query,
            "https://a.example/cb?code=a+b&state=%26%3D%23",
        ),
        (
            "https://a.example/cb?x=1",
            ResponseMode::Query,
            "https://a.example/cb?x=1&code=a+b&state=%26%3D%23",
        ),
        (
            "https://a.example/cb?",
            ResponseMode::Query,
            "https://a.example/cb?code=a+b&state=%26%3D%23",
        ),
        (
            "https://a.example/cb?x=1&",
            ResponseMode::Query,
            "https://a.example/cb?x=1&code=a+b&state=%26%3D%23",
        ),
        (
            "https://a.example/cb?x=1",
            ResponseMode::Fragment,
            "https://a.example/cb?x=1#code=a+b&state=%26%3D%23",
        ),
        (
            "com.example.app:/cb",
            ResponseMode::Query,
            "com.example.app:/cb?code=a+b&state=%26%3D%23",
        ),
    ];
    for (registered, mode, expected) in cases {
        let client = client_with(|application| application.redirect_uris = vec![strict(registered)]);
        let redirect = check_redirect_uri(&client, Some(registered)).unwrap();
        assert_eq!(redirect.with(mode, &[("code", "a b"), ("state", "&=#")]), expected);
        assert_eq!(redirect.with(mode, &[]), registered);
    }
}

#[test]
fn origins_and_destinations() {
    let client = client_with(|application| {
        application.redirect_uris = vec![strict(CALLBACK), strict("com.example.app:/cb")];
    });
    for (origin, expected) in [
        ("https://app.example.com", true),
        ("https://app.example.com:443", true),
        ("http://app.example.com", false),
        ("https://app.example.com:8443", false),
        ("https://app.example.com.evil.example", false),
        ("null", false),
        ("com.example.app:", false),
        ("com.example.app://x", false),
        ("", false),
        ("*", false),
    ] {
        assert_eq!(is_origin_of(&client, origin), expected, "{origin}");
    }
    let of = |uri: &str| check_redirect_uri(&client, Some(uri)).unwrap();
    assert_eq!(of(CALLBACK).origin().as_deref(), Some("https://app.example.com"));
    assert_eq!(of(CALLBACK).destination(), "app.example.com");
    assert_eq!(
        (
            of("com.example.app:/cb").origin(),
            of("com.example.app:/cb").destination()
        ),
        (None, "com.example.app:".into())
    );
}

proptest! {
    #[test]
    fn only_the_same_bytes_match(presented in ".{0,80}", at in 0usize..26, with in any::<char>()) {
        prop_assert!(check_redirect_uri(&client(), Some(&presented)).is_err());
        let mut near: Vec<char> = CALLBACK.chars().collect();
        near[at] = with;
        let near: String = near.into_iter().collect();
        prop_assert_eq!(check_redirect_uri(&client(), Some(&near)).is_ok(), near == CALLBACK);
    }

    #[test]
    fn values_come_back_and_the_address_stays(
        path in "[a-z0-9/._~-]{0,20}",
        query in prop::option::of("[a-z]{1,4}=[a-z0-9]{0,4}"),
        values in prop::collection::vec(".{0,30}", 1..4),
    ) {
        let registered = format!("https://a.example/{path}{}", query.as_deref().map(|q| format!("?{q}")).unwrap_or_default());
        prop_assert!(check_registration(&registered).is_ok());
        let client = client_with(|application| application.redirect_uris = vec![strict(&registered)]);
        let redirect = check_redirect_uri(&client, Some(&registered)).unwrap();
        let pairs: Vec<(&str, &str)> = values.iter().map(|value| ("p9", value.as_str())).collect();
        for mode in [ResponseMode::Query, ResponseMode::Fragment] {
            let address = redirect.with(mode, &pairs);
            prop_assert!(address.is_ascii() && address.starts_with(&registered));
            let parsed = url::Url::parse(&address).unwrap();
            prop_assert_eq!(parsed.host_str(), Some("a.example"));
            let written = match mode {
                ResponseMode::Query => parsed.query(),
                ResponseMode::Fragment => parsed.fragment(),
                ResponseMode::FormPost => None,
            };
            let read: Vec<String> = url::form_urlencoded::parse(written.unwrap().as_bytes())
                .filter(|(name, _)| name == "p9")
                .map(|(_, value)| value.into_owned())
                .collect();
            prop_assert_eq!(&read, &values);
        }
    }

    #[test]
    fn registration_never_panics(uri in "\\PC{0,60}|(https?|data|x):[/\\\\]{0,3}[@:?#a-z\\[\\]]{0,12}") {
        if check_registration(&uri).is_ok() {
            prop_assert!(uri.is_ascii() && !uri.contains(['#', '\\', ' ']));
        }
    }
}
