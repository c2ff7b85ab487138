//! A presented address as it is read before a pattern is tried on it.
//!
//! What browsers and other programs read differently (user information, backslashes, control characters, hosts in another
//! spelling, segments of dots) is refused here, so that a pattern only ever judges an address about whose host everybody
//! agrees (RFC 3986, section 3.2; RFC 9700, section 4.1).

use url::Url;

/// No longer than what may be registered.
pub(super) const LONGEST: usize = 2048;

/// An http or https address whose parts stand exactly as a browser reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Presented<'a> {
    /// The host, in lower case.
    pub(super) host: &'a str,
}

impl<'a> Presented<'a> {
    /// Reads an address; `None` when anything about it is open to interpretation.
    pub(super) fn read(uri: &'a str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#';
        if uri.len() > LONGEST || !uri.bytes().all(plain) {
            return None;
        }
        let rest = uri.strip_prefix("https://").or_else(|| uri.strip_prefix("http://"))?;
        let (authority, path) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (host, port) = split_port(authority)?;
        let parsed = Url::parse(uri).ok()?;
        let agreed = parsed.host_str() == Some(host)
            && !host.is_empty()
            && parsed.username().is_empty()
            && parsed.password().is_none()
            && parsed.port_or_known_default() == port.or_else(|| parsed.port_or_known_default());
        (agreed && is_settled(path.split('?').next().unwrap_or_default(), parsed.path())).then_some(Self { host })
    }
}

/// Splits the port off. An address of version 6 stands in brackets; nothing else may hold a colon or an `@`.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(end);
    if host.contains('@') {
        return None;
    }
    match port.strip_prefix(':') {
        None if port.is_empty() => Some((host, None)),
        None => None,
        Some(digits) => {
            let whole = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            let port: u16 = digits.parse().ok()?;
            (whole && !digits.starts_with('0')).then_some((host, Some(port)))
        }
    }
}

/// Whether a path leads where it says: a browser changes nothing in it, and no segment climbs, however it is written
/// (`..`, `%2e%2e`, `..;x`, `..%2f`).
fn is_settled(path: &str, parsed: &str) -> bool {
    if path.is_empty() {
        return parsed == "/";
    }
    let decoded = path
        .to_ascii_lowercase()
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "/");
    path == parsed
        && !decoded.split('/').any(|segment| {
            let name = segment.split([';', '%']).next().unwrap_or_default();
            matches!(name, "." | "..")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_they_stand() {
        for (uri, host) in [
            ("https://app.example.com/cb", "app.example.com"),
            ("https://app.example.com", "app.example.com"),
            ("https://app.example.com?x=@", "app.example.com"),
            ("https://app.example.com:8443/cb?x=1", "app.example.com"),
            ("https://app.example.com:443/cb", "app.example.com"),
            ("http://[::1]:80/cb", "[::1]"),
            ("http://127.0.0.1/cb", "127.0.0.1"),
            ("https://app.example.com/a@b:c//d;e/.well-known/a..b", "app.example.com"),
        ] {
            assert_eq!(Presented::read(uri), Some(Presented { host }), "{uri}");
        }
    }

    #[test]
    fn what_is_open_to_interpretation_is_not_read() {
        for uri in [
            "",
            "https://",
            "https:///cb",
            "https://:80/cb",
            "https://APP.example.com/cb",
            "HTTPS://app.example.com/cb",
            "ftp://app.example.com/cb",
            "https:app.example.com/cb",
            "https://a@app.example.com/cb",
            "https://a:b@app.example.com/cb",
            "https://app.example.com:80@evil.example/",
            "https://app.example.com:/cb",
            "https://app.example.com:0/cb",
            "https://app.example.com:080/cb",
            "https://app.example.com:99999/cb",
            "https://app.example.com:8x/cb",
            "https://[::1]x/cb",
            "https://[::1/cb",
            "https://[0:0::1]/cb",
            "https://127.1/cb",
            "https://0x7f.1/cb",
            "https://%61pp.example.com/cb",
            "https://app.example.com/a\\b",
            "https://app.example.com/a#b",
            "https://app.example.com/a b",
            "https://app.example.com/\u{e4}",
            "https://app.example.com/../cb",
            "https://app.example.com/./cb",
            "https://app.example.com/%2e%2E/cb",
            "https://app.example.com/.%2e/cb",
            "https://app.example.com/..;x/cb",
            "https://app.example.com/..%3bx/cb",
            "https://app.example.com/a%2f..%2fcb",
            "https://app.example.com/a%5c..%5Ccb",
            "https://app.example.com/cb/..",
        ] {
            assert_eq!(Presented::read(uri), None, "{uri}");
        }
    }
}
