//! Redirect URIs: what may be registered, and what is taken for a registered one.

use protocol::client::Client;
use protocol::redirect_uri::{
    Pattern, check_first_use, check_post_logout_redirect_uri, check_redirect_uri, check_registration,
};
use url::Url;

use crate::world::{CALLBACK, LOOPBACK, client};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "https://app.example.com/cb",
    "http://127.0.0.1/cb",
    "http://127.0.0.1:49152/cb",
    "http://[::1]:1/cb",
    "http://localhost/cb",
    "https://wiki.apps.example.com/cb",
    "https://app.example.com:443/cb",
    "https://app.example.com./cb",
    "https://app.example.com@evil.example/cb",
    "https://evil.example/app.example.com/cb",
    "javascript:",
    "data:",
    "com.example.app:/cb",
    "https:",
    "//",
    "/..",
    "%2f",
    "%2e%2e",
    "evil.example",
    ".apps.example.com",
    "?a=b",
    "#x",
];

/// An address that a client presents. Where it is accepted, a browser and we agree about the host.
pub(crate) fn redirects(input: &[u8]) -> Place {
    let Ok(text) = std::str::from_utf8(input) else {
        return place(0);
    };
    let client = client("");
    let registrable = check_registration(text);
    assert_eq!(
        registrable.is_ok(),
        check_first_use(text).is_ok(),
        "learned and registered are not the same"
    );
    if registrable.is_ok() {
        let url = Url::parse(text).expect("what may be registered is an address");
        assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
        assert!(!matches!(
            url.scheme(),
            "javascript" | "data" | "vbscript" | "file" | "blob"
        ));
        assert!(
            text.bytes().all(|byte| byte.is_ascii_graphic()),
            "it does not fit a header"
        );
    }
    let accepted = check_redirect_uri(&client, Some(text));
    if accepted.is_ok() {
        assert_accepted(&client, text);
    }
    let bye = check_post_logout_redirect_uri(&client, text);
    assert!(bye.is_err() || text == "https://app.example.com/bye");
    place((
        registrable.map(|remark| remark.is_some()),
        accepted.map(|_| ()).map_err(|error| error.refusal.code()),
        bye.is_ok(),
    ))
}

/// What an accepted address must be.
pub(crate) fn assert_accepted(client: &Client, text: &str) {
    if client.application.redirect_uris.is_empty() || text == CALLBACK {
        return;
    }
    let url = Url::parse(text).expect("an accepted address is one");
    assert!(
        url.fragment().is_none() && url.username().is_empty() && url.password().is_none(),
        "{text}"
    );
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text}");
    match url.scheme() {
        "http" => {
            let mut without_port = url.clone();
            without_port.set_port(None).expect("a port");
            assert!(
                without_port.as_str() == LOOPBACK || url.host_str() == Some("[::1]"),
                "{text}"
            );
        }
        _ => {
            assert_eq!(url.scheme(), "https", "{text}");
            let host = url.host_str().expect("a host");
            assert!(
                host.ends_with(".apps.example.com") && url.port().is_none() && url.path() == "/cb",
                "{text}"
            );
            assert!(
                url.query().is_none() && text.starts_with(&format!("https://{host}/")),
                "{text}"
            );
        }
    }
}

pub(crate) const PATTERNS: &[&str] = &[
    "https://",
    "http://",
    "https?://",
    r"[^/.]+\.example\.com",
    r"\.example\.com",
    "/cb",
    "(:[0-9]+)?",
    ".*",
    ".+",
    r"\w+",
    "(?i)",
    "[a-z]{1,20}",
    "(a|b)",
    "^",
    "$",
    r"\d",
    r"\x2e",
    r"\b",
    "(?:",
    ")",
    "co.uk",
    "example.com",
    "{2,}",
    "[[:alpha:]]",
    r"\pL",
    "https://a.example.com/cb",
    "https://example.com.evil.example/cb",
    "https://a.example.com:8443/cb",
    "localhost",
    "127\\.0\\.0\\.1",
];

/// A pattern, a new line, and an address. Whatever an administrator writes, an address that matches has one host for
/// everybody, and that host is below the pattern's own domain.
pub(crate) fn patterns(input: &[u8]) -> Place {
    let Ok(text) = std::str::from_utf8(input) else {
        return place(0);
    };
    let (pattern, presented) = text.split_once('\n').unwrap_or((text, ""));
    let compiled = match Pattern::compile(pattern) {
        Ok(compiled) => compiled,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return place(error.code());
        }
    };
    if let Some(escaped) = compiled.with_dots_escaped() {
        let escaped = Pattern::compile(escaped).expect("the escaped form compiles");
        assert!(
            !escaped.is_match(presented) || compiled.is_match(presented),
            "escaping made it wider"
        );
    }
    let matched = compiled.is_match(presented);
    if matched {
        let url = Url::parse(presented).expect("what matches is an address");
        let host = url.host_str().expect("a host");
        let (_, rest) = presented.split_once("://").expect("a scheme");
        assert!(rest.starts_with(host), "a browser goes to {host} with {presented}");
        assert!(
            matches!(rest.as_bytes().get(host.len()), None | Some(b'/' | b':' | b'?')),
            "{presented}"
        );
        assert!(
            url.username().is_empty() && url.password().is_none() && url.fragment().is_none(),
            "{presented}"
        );
    }
    place((
        matched,
        compiled.site().is_some(),
        compiled.allows_plain_http(),
        compiled.is_origin(presented),
    ))
}
