//! Redirect URIs as patterns: what may be registered, what matches, and that no pattern reaches a stranger
//! (our answer to RFC 9700, section 2.1, for the regular expressions of authentik's document).

use protocol::client::{Client, MatchingMode, RedirectUri};
use protocol::redirect_uri::{
    Pattern, check_post_logout_redirect_uri, check_redirect_uri, guess_launch_url, is_origin_of,
};
use protocol::refusal::Refusal;

use crate::fixtures::{client_with, strict};

pub(crate) fn regex(pattern: &str) -> RedirectUri {
    RedirectUri {
        matching_mode: MatchingMode::Regex,
        url: pattern.to_owned(),
    }
}

fn client_of(pattern: &str) -> Client {
    client_with(|application| {
        application.redirect_uris = vec![regex(pattern)];
        application.post_logout_redirect_uris = vec![regex(pattern)];
    })
}

/// Whether both lists take it.
fn takes(client: &Client, presented: &str) -> bool {
    let one = check_redirect_uri(client, Some(presented)).map(|valid| assert_eq!(valid.as_str(), presented));
    let other = check_post_logout_redirect_uri(client, presented);
    assert_eq!(one.is_ok(), other.is_ok(), "{presented}");
    one.is_ok()
}

fn code(pattern: &str) -> &'static str {
    match Pattern::compile(pattern) {
        Ok(_) => "taken",
        Err(error) => {
            assert!(!error.to_string().is_empty());
            error.code()
        }
    }
}

/// A pattern, what it matches, and what it does not.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

#[test]
fn patterns_match_the_whole_address() {
    let cases: &[Case] = &[
        (
            r"https://[^/.]+\.example\.com/cb",
            &["https://a.example.com/cb", "https://app-2.example.com/cb"],
            &[
                "https://.example.com/cb",
                "https://example.com/cb",
                "https://a.b.example.com/cb",
                "https://a.example.com/cb/",
                "https://a.example.com/cbx",
                "xhttps://a.example.com/cb",
                "https://a.example.com:8443/cb",
                "http://a.example.com/cb",
            ],
        ),
        (
            r"^https:\/\/app\.example\.com\/cb$",
            &["https://app.example.com/cb"],
            &[
                "https://app.example.com/cb\n",
                "https://app.example.com/cb$",
                "^https://app.example.com/cb",
            ],
        ),
        (
            r"https://app\x2eexample\.com/(cb|done)(\?x=[0-9]+)?",
            &["https://app.example.com/cb", "https://app.example.com/done?x=12"],
            &[
                "https://app.example.com/cb?x=",
                "https://app.example.com/other",
                "https://appXexample.com/cb",
            ],
        ),
        (
            r"https?://(www\.)?example\.co\.uk(:[0-9]+)?(/.*)?",
            &[
                "https://example.co.uk",
                "http://www.example.co.uk:8080/a/b?c=d",
                "https://www.example.co.uk/",
            ],
            &[
                "https://example.co.uk:x/",
                "https://wwwexample.co.uk/",
                "https://evil.co.uk/",
                "https://example.co.uk.evil.example/",
            ],
        ),
        (
            r"(http|https)://app\.example\.com:(8080|8443)/",
            &["http://app.example.com:8080/", "https://app.example.com:8443/"],
            &["https://app.example.com/", "https://app.example.com:80/"],
        ),
        (
            r"http://localhost(:\d+)?/cb",
            &["http://localhost/cb", "http://localhost:49152/cb"],
            &[
                "http://localhost.evil.example/cb",
                "http://localhost:80@evil.example/cb",
                "http://localhosts/cb",
                "https://localhost/cb",
            ],
        ),
        (
            r"http://\[::1\]:\d+/cb",
            &["http://[::1]:9/cb"],
            &["http://[::1]/cb", "http://[::2]:9/cb", "http://127.0.0.1:9/cb"],
        ),
        (
            r"http://127\.0\.0\.1:[0-9]{2,5}/cb",
            &["http://127.0.0.1:8080/cb"],
            &[
                "http://127.0.0.1:1/cb",
                "http://127.1:8080/cb",
                "http://2130706433:8080/cb",
            ],
        ),
        (
            r"https://((www|m)\.)?(cdn\.)*example\.com/",
            &[
                "https://example.com/",
                "https://m.example.com/",
                "https://www.cdn.cdn.example.com/",
            ],
            &[
                "https://.example.com/",
                "https://mexample.com/",
                "https://x.example.com/",
                "https://cdnexample.com/",
            ],
        ),
        // Wildcards stay within the part where they stand, whatever they say.
        (
            r"https://a\.example\.com:.*",
            &["https://a.example.com:8443"],
            &[
                "https://a.example.com:80/",
                "https://a.example.com:80@evil.example",
                "https://a.example.com:",
                "https://a.example.com",
            ],
        ),
        (
            r"https://.*\.example\.com/cb",
            &["https://a.example.com/cb", "https://a.b.example.com/cb"],
            &[
                "https://evil.example/.example.com/cb",
                "https://evil.example/x.example.com/cb",
                "https://evil.example?x.example.com/cb",
                "https://a.example.com/x.example.com/cb",
                "https://user@a.example.com/cb",
                "https://evil.example:80/.example.com/cb",
                "https://evil.example#.example.com/cb",
                "https://evil.example\\.example.com/cb",
                "https://a.example.com:80/cb",
            ],
        ),
        (
            r"https://[^/]+\.example\.com/.*",
            &["https://a.example.com/x/y?z=1"],
            &[
                "https://evil.example?.example.com/",
                "https://evil@a.example.com/",
                "https://a.example.com/x/../y",
                "https://a.example.com/%2e%2e/y",
                "https://a.example.com/..;/y",
                "https://a.example.com/x#y",
            ],
        ),
        // A host under which strangers register their own names.
        (
            r"https://[a-z0-9.]+\.amazonaws\.com/",
            &["https://x.amazonaws.com/"],
            &["https://evil.s3.amazonaws.com/"],
        ),
        (
            r"https://(?-u:\w)+\.example\.com/(?i)cb",
            &["https://a.example.com/CB"],
            &["https://A.example.com/cb"],
        ),
    ];
    for (pattern, good, bad) in cases {
        assert_eq!(
            code(pattern),
            "taken",
            "{pattern}: {:?}",
            Pattern::compile(pattern).err()
        );
        let client = client_of(pattern);
        for uri in *good {
            assert!(takes(&client, uri), "{pattern} {uri}");
        }
        for uri in *bad {
            assert!(!takes(&client, uri), "{pattern} {uri}");
        }
    }
}

#[test]
fn what_does_not_end_in_a_literal_domain_is_refused() {
    for pattern in [
        "https://[^/]+example\\.com/",
        "https://.*\\.com/",
        "https://.*",
        "https://.+/cb",
        "https://example\\.com.*",
        "https://example.com.*",
        "https://example\\.com[^/]*/cb",
        "https://example\\.(com|org)/",
        "https://(a\\.example\\.com|b\\.example\\.org)/cb",
        "https://example\\.co[m]?/",
        "https://(?i)example\\.com/",
        "https://(www)?example\\.com/",
        "https://(www\\.|evil)example\\.com/",
        "https://(www\\.)?.?example\\.com/",
        "https://[Ee]xample\\.com/",
        "https://.*\\.co\\.uk/",
        "https://co\\.uk/",
        "https://[a-z]+\\.xn--55qx5d\\.cn/",
        "https://com/",
        "https://[^/.]+\\.github\\.io/",
        "https://intranet/",
        "https://example\\.com\\./",
        "https://\\.example\\.com/",
        "https://a\\.\\.example\\.com/",
        "https:///cb",
        "https://",
        "https://10\\.0\\.0\\.1/",
        "https://[0-9]+\\.0\\.0\\.1/",
        "https://\\d+\\.1/",
        "http://localhost\\d/",
        "http://.*\\.localhost/",
        "http://[a-z]*localhost/",
        "https://.*example.com/",
        "https://app..example\\.com/",
        "https://[^.]+.com/",
    ] {
        assert_eq!(code(pattern), "pattern_domain", "{pattern}");
    }
}

#[test]
fn what_is_no_plain_address_is_refused() {
    for (pattern, expected) in [
        (".*", "pattern_scheme"),
        ("*", "pattern_syntax"),
        ("", "pattern_scheme"),
        ("(https://a\\.example\\.com|.*)", "pattern_scheme"),
        ("https://a\\.example\\.com/|https://evil", "pattern_scheme"),
        ("https://a\\.example\\.com/cb|.*", "pattern_scheme"),
        ("(?i)https://a\\.example\\.com/", "pattern_scheme"),
        ("(ht|f)tps://a\\.example\\.com/", "pattern_scheme"),
        ("[a-z]+://a\\.example\\.com/", "pattern_scheme"),
        ("https*://a\\.example\\.com/", "pattern_scheme"),
        ("(http|ftp)://a\\.example\\.com/", "pattern_scheme"),
        ("//a\\.example\\.com/", "pattern_scheme"),
        ("com\\.example\\.app:/cb", "pattern_scheme"),
        ("javascript:.*", "pattern_scheme"),
        ("https:a\\.example\\.com", "pattern_scheme"),
        ("https:/+a\\.example\\.com/", "pattern_scheme"),
        ("https://Example\\.com/", "pattern_character"),
        ("https://a@b\\.example\\.com/", "pattern_character"),
        ("https://a:b@b\\.example\\.com/", "pattern_character"),
        ("https://(a@)?b\\.example\\.com/", "pattern_character"),
        ("https://([^/]+@|)b\\.example\\.com/", "pattern_character"),
        ("https://(a/|b)\\.example\\.com/", "pattern_character"),
        ("https://a\\\\b\\.example\\.com/", "pattern_character"),
        ("https://[@:/]+\\.example\\.com/", "pattern_character"),
        ("https://[A-Z]+\\.example\\.com/", "pattern_character"),
        ("https://\\x{430}pp\\.example\\.com/", "pattern_character"),
        ("https://[\\x{430}-\\x{44f}]+\\.example\\.com/", "pattern_character"),
        ("https://^a\\.example\\.com/", "pattern_character"),
        ("https://a\\b\\.example\\.com/", "pattern_character"),
        ("https://a\\.example\\.com:(80)?evil/", "pattern_character"),
        ("https://a\\.example\\.com:x/", "pattern_character"),
        ("https://a\\.example\\.com(:80)?evil/", "pattern_port"),
        ("https://a\\.example\\.com/#x", "pattern_fragment"),
        ("https://a\\.example\\.com/\\s", "pattern_character"),
        ("https://a\\.example\\.com/ x", "pattern_text"),
        ("https://a\\.example\\.com/\u{e4}", "pattern_text"),
        ("https://a\\.example\\.com/\t", "pattern_text"),
        ("https://a\\.example\\.com/(", "pattern_syntax"),
        ("https://a\\.example\\.com/[", "pattern_syntax"),
        ("https://a\\.example\\.com/(?=x)", "pattern_syntax"),
        ("https://a\\.example\\.com/(x)\\1", "pattern_syntax"),
        ("https://a\\.example\\.com/(?-u:\\xff)", "pattern_syntax"),
        ("https://a\\.example\\.com/x{3,2}", "pattern_syntax"),
        ("https://a\\.example\\.com/((a{100}){100}){100}", "pattern_too_large"),
        ("https://a\\.example\\.com/a{1000000}", "pattern_too_large"),
    ] {
        assert_eq!(code(pattern), expected, "{pattern}");
    }
    let long = format!("https://a\\.example\\.com/{}", "x".repeat(2048));
    assert_eq!(code(&long), "pattern_text");
    let deep = format!("https://a\\.example\\.com/{}{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(code(&deep), "pattern_syntax");
}

#[test]
fn a_refusal_says_where_and_how_to_write_it() {
    let says = |pattern: &str| Pattern::compile(pattern).unwrap_err().to_string();
    assert!(
        says("https://a\\.example\\.com/(").contains("at character 25"),
        "{}",
        says("https://a\\.example\\.com/(")
    );
    assert!(says("https://.*").contains(r"https://[^/.]+\.example\.com/cb"));
    assert!(says("https://a@b\\.example\\.com/").contains("user name"));
}

#[test]
fn an_unescaped_dot_is_taken_and_separates_labels() {
    let pattern = Pattern::compile("https://app.example.com/cb.php").unwrap();
    assert_eq!(pattern.with_dots_escaped(), Some(r"https://app\.example\.com/cb\.php"));
    assert!(pattern.is_match("https://app.example.com/cb.php"));
    // In the path a dot is what it is in a pattern.
    assert!(pattern.is_match("https://app.example.com/cbxphp"));
    for near in [
        "https://appXexample.com/cb.php",
        "https://app.exampleXcom/cb.php",
        "https://appxexample.com/cb.php",
        "https://app.exampleucom/cb.php",
        "https://app-example.com/cb.php",
        "https://app/example.com/cb.php",
        "https://app:example.com/cb.php",
        "https://app@example.com/cb.php",
        "https://app?example.com/cb.php",
        "https://app#example.com/cb.php",
        "https://app\\example.com/cb.php",
    ] {
        assert!(!pattern.is_match(near), "{near}");
    }
    let wild = Pattern::compile("https://[^/.]+.example\\.com/.*").unwrap();
    assert!(wild.is_match("https://a.example.com/x") && !wild.is_match("https://evilexample.com/x"));
    assert_eq!(wild.with_dots_escaped(), Some("https://[^/.]+\\.example\\.com/.*"));
    for clean in [
        "https://.*\\.example\\.com/.+",
        "https://a\\.example\\.com/[.]x",
        "https://a\\x2eexample\\.com/",
    ] {
        assert_eq!(Pattern::compile(clean).unwrap().with_dots_escaped(), None, "{clean}");
    }
}

#[test]
fn plain_http_and_the_site_are_known() {
    for (pattern, plain, site) in [
        ("https://a\\.example\\.com/.*", false, Some("https://a.example.com/")),
        ("https?://a\\.example\\.com/.*", true, Some("https://a.example.com/")),
        ("http://a\\.example\\.com/.*", true, Some("http://a.example.com/")),
        ("http://localhost/.*", false, Some("http://localhost/")),
        ("http://127\\.0\\.0\\.1/.*", false, Some("http://127.0.0.1/")),
        ("https://[a-z]+\\.example\\.com/.*", false, None),
        ("https://a\\.example\\.com:8443/.*", false, None),
    ] {
        let compiled = Pattern::compile(pattern).unwrap();
        assert_eq!(
            (compiled.allows_plain_http(), compiled.site().as_deref()),
            (plain, site),
            "{pattern}"
        );
    }
    let guess = |list: Vec<RedirectUri>| guess_launch_url(&client_with(|app| app.redirect_uris = list).application);
    let address = |text: &str| Some(text.to_owned());
    assert_eq!(
        guess(vec![strict("https://a.example:8443/cb?x")]),
        address("https://a.example:8443/")
    );
    assert_eq!(
        guess(vec![regex("https://a\\.example/cb")]),
        address("https://a.example/")
    );
    for none in [
        vec![],
        vec![regex("https://[a-z]+\\.a\\.example/cb"), strict("https://a.example/cb")],
        vec![regex("("), strict("https://a.example/cb")],
        vec![strict("com.example.app:/cb")],
    ] {
        assert_eq!(guess(none), None);
    }
}

#[test]
fn origins_of_patterns() {
    let client = client_of(r"https?://[a-z]+\.example\.com(:8443)?/cb");
    for (origin, expected) in [
        ("https://a.example.com", true),
        ("http://a.example.com", true),
        ("https://a.example.com:8443", true),
        ("https://a.example.com:9443", false),
        ("https://example.com", false),
        ("https://a1.example.com", false),
        ("https://a.example.com.evil.example", false),
        ("https://evil.example", false),
        ("ftp://a.example.com", false),
        ("https://a.example.com/", false),
        ("https://a.example.com/cb", false),
        ("https://x@a.example.com", false),
        ("null", false),
        ("", false),
    ] {
        assert_eq!(is_origin_of(&client, origin), expected, "{origin}");
    }
}

#[test]
fn the_first_entry_that_matches_wins_and_a_broken_one_matches_nothing() {
    let client = client_with(|application| {
        application.redirect_uris = vec![
            regex("("),
            regex(".*"),
            strict("https://app.example.com/.*"),
            regex(r"https://app\.example\.com/cb"),
        ];
    });
    assert_eq!(client.registered.broken().len(), 2);
    for (uri, good) in [
        ("https://app.example.com/.*", true),
        ("https://app.example.com/cb", true),
        ("https://app.example.com/x", false),
        ("(", false),
        (".*", false),
    ] {
        assert_eq!(check_redirect_uri(&client, Some(uri)).is_ok(), good, "{uri}");
    }
}

#[test]
fn native_applications_take_any_port_of_a_literal_loopback_address() {
    use protocol::client::ClientType;
    let native = client_with(|application| {
        application.client_type = ClientType::Public;
        application.redirect_uris = vec![
            strict("http://127.0.0.1/cb"),
            strict("http://[::1]:1/cb"),
            strict("http://localhost:8080/cb"),
        ];
        application.post_logout_redirect_uris = vec![strict("http://127.0.0.1/bye")];
    });
    for good in [
        "http://127.0.0.1:49152/cb",
        "http://127.0.0.1/cb",
        "http://[::1]:49152/cb",
        "http://localhost:8080/cb",
    ] {
        assert_eq!(check_redirect_uri(&native, Some(good)).unwrap().as_str(), good);
    }
    for bad in [
        "http://127.0.0.1:49152/cb/",
        "http://127.0.0.1:49152@evil.example/cb",
        "http://127.0.0.1:49152/cb?x=1",
        "https://127.0.0.1:49152/cb",
        "http://127.0.0.2:49152/cb",
        "http://localhost:49152/cb",
        "http://localhost/cb",
        // CVE-2024-8883
        "http://localhost:80@evil.example/cb",
        "http://localhost:8080@evil.example/cb",
    ] {
        let refusal = check_redirect_uri(&native, Some(bad)).unwrap_err().refusal;
        assert_eq!(refusal, Refusal::RedirectUriMismatch, "{bad}");
    }
    assert!(check_post_logout_redirect_uri(&native, "http://127.0.0.1:9/bye").is_err());
    // An application that keeps a secret runs on a server of its own and knows its port.
    let confidential = client_with(|application| application.redirect_uris = vec![strict("http://127.0.0.1/cb")]);
    assert!(check_redirect_uri(&confidential, Some("http://127.0.0.1:49152/cb")).is_err());
}
