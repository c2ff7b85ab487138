//! Whose address counts: spoofed headers must not change it.

use http::{HeaderMap, HeaderName, HeaderValue};
use vestibule::client_address::client_address;

/// The address found for a peer and header lines, with 10.0.0.0/8 and fd00::/8 trusted.
fn found(peer: &str, lines: &[(&str, &str)]) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            name.parse::<HeaderName>().unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
    client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
}

#[test]
fn a_stranger_cannot_forward() {
    for lines in [
        [("X-Forwarded-For", "1.1.1.1")],
        [("Forwarded", "for=1.1.1.1")],
        [("X-Real-IP", "1.1.1.1")],
    ] {
        assert_eq!(found("203.0.113.9", &lines), "203.0.113.9", "{lines:?}");
    }
}

#[test]
fn without_trusted_proxies_no_header_counts() {
    let headers = HeaderMap::from_iter([(
        HeaderName::from_static("x-forwarded-for"),
        HeaderValue::from_static("1.1.1.1"),
    )]);
    assert_eq!(
        client_address("10.0.0.1".parse().unwrap(), &headers, &[]).to_string(),
        "10.0.0.1"
    );
}

#[test]
fn the_first_hop_from_the_right_that_is_not_trusted_is_the_client() {
    for (lines, expected) in [
        (vec![("X-Forwarded-For", "198.51.100.7")], "198.51.100.7"),
        // What the client wrote itself stands further left.
        (vec![("X-Forwarded-For", "1.1.1.1, 198.51.100.7")], "198.51.100.7"),
        (
            vec![("X-Forwarded-For", "127.0.0.1, 198.51.100.7, 10.1.1.1")],
            "198.51.100.7",
        ),
        (
            vec![("X-Forwarded-For", "10.9.9.9, 198.51.100.7, 10.1.1.1")],
            "198.51.100.7",
        ),
        // A line of its own by the proxy.
        (
            vec![("X-Forwarded-For", "1.1.1.1"), ("X-Forwarded-For", "198.51.100.7")],
            "198.51.100.7",
        ),
        // Rubbish left of the deciding hop is never read.
        (vec![("X-Forwarded-For", "<script>, 198.51.100.7")], "198.51.100.7"),
        (vec![("X-Forwarded-For", "198.51.100.7:5311")], "198.51.100.7"),
        (vec![("X-Forwarded-For", "2001:db8::7")], "2001:db8::7"),
        (vec![("X-Forwarded-For", "[2001:db8::7]:443")], "2001:db8::7"),
        (vec![("X-Forwarded-For", "::ffff:198.51.100.7")], "198.51.100.7"),
        (vec![("X-Forwarded-For", "10.2.2.2, 10.1.1.1")], "10.2.2.2"),
        (
            vec![("Forwarded", "for=198.51.100.7;proto=https;by=10.0.0.1")],
            "198.51.100.7",
        ),
        (vec![("Forwarded", "For=\"[2001:db8::7]:4711\"")], "2001:db8::7"),
        (
            vec![("Forwarded", "for=1.1.1.1, for=198.51.100.7;host=evil, for=10.1.1.1")],
            "198.51.100.7",
        ),
        (
            vec![("Forwarded", "for=_secret"), ("Forwarded", "for=198.51.100.7")],
            "198.51.100.7",
        ),
        (
            vec![("Forwarded", "host=\"a,b;c\\\"d\";for=198.51.100.7")],
            "198.51.100.7",
        ),
        (
            vec![("Forwarded", "for=198.51.100.7"), ("X-Forwarded-For", "198.51.100.7")],
            "198.51.100.7",
        ),
    ] {
        assert_eq!(found("10.0.0.1", &lines), expected, "{lines:?}");
        assert_eq!(found("fd00::1", &lines), expected, "{lines:?}");
        assert_eq!(found("::ffff:10.0.0.1", &lines), expected, "{lines:?}");
    }
}

#[test]
fn what_is_malformed_or_contradicts_itself_leaves_the_peer() {
    for lines in [
        vec![],
        vec![("X-Forwarded-For", "")],
        vec![("X-Forwarded-For", "unknown")],
        vec![("X-Forwarded-For", "1.1.1.1, not-an-address")],
        vec![("X-Forwarded-For", "1.1.1.1,")],
        vec![("X-Forwarded-For", "1.1.1.1 2.2.2.2")],
        vec![("X-Forwarded-For", "010.1.1.1.1")],
        vec![("Forwarded", "for=unknown")],
        vec![("Forwarded", "for=_hidden")],
        vec![("Forwarded", "proto=https")],
        vec![("Forwarded", "for=")],
        vec![("Forwarded", "for=\"1.1.1.1")],
        vec![("Forwarded", "for=1.1.1.1;for=2.2.2.2")],
        vec![("Forwarded", "for=1.1.1.1 for=2.2.2.2")],
        // An open quote by the client must not swallow what the proxy added.
        vec![("Forwarded", "for=1.1.1.1;x=\", for=\"[2001:db8::7]:4711\"")],
        // The client wrote the header that the proxy does not know.
        vec![("Forwarded", "for=1.1.1.1"), ("X-Forwarded-For", "198.51.100.7")],
    ] {
        assert_eq!(found("10.0.0.1", &lines), "10.0.0.1", "{lines:?}");
    }
}

#[test]
fn a_line_that_is_not_text_leaves_the_peer() {
    for name in ["x-forwarded-for", "forwarded"] {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_bytes(b"for=1.1.1.1\xff").unwrap());
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        assert_eq!(
            client_address("10.0.0.1".parse().unwrap(), &headers, &trusted).to_string(),
            "10.0.0.1"
        );
    }
}

#[test]
fn a_very_long_chain_is_bounded() {
    let chain = format!("198.51.100.7{}", ", 10.1.1.1".repeat(5_000));
    assert_eq!(found("10.0.0.1", &[("X-Forwarded-For", &chain)]), "10.1.1.1");
}
