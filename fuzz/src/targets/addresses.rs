//! Where a request comes from: the peer, and what proxies say.

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, HeaderName, HeaderValue};
use server::client_address::client_address;
use server::web::cookies::Cookie;

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "cookie",
    "for=",
    "for=\"[2001:db8::1]:80\"",
    "192.0.2.1",
    "10.0.0.1",
    "unknown",
    "_hidden",
    "proto=https",
    "by=",
    ", ",
    "::ffff:10.0.0.1",
    "[::1]:443",
    "vestibule_session=",
    "__Host-",
];

/// Lines of header fields. Without a trusted peer nothing of them counts.
pub(crate) fn addresses(input: &[u8]) -> Place {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(at + 1..).unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..at]), HeaderValue::from_bytes(value)) {
            let _ = headers.try_append(name, value);
        }
    }
    let peer = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    assert_eq!(client_address(peer, &headers, &[]), peer, "a stranger is believed");
    let proxies = ["10.0.0.0/8".parse().expect("a net")];
    let found = client_address(peer, &headers, &proxies);
    let cookies = [Cookie::Session, Cookie::Browser, Cookie::Language]
        .map(|cookie| cookie.read(&headers, true).is_some() || cookie.read(&headers, false).is_some());
    place((found == peer, found.is_ipv6(), found.is_loopback(), cookies))
}
