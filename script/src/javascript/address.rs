//! Addresses for `URL`, read by the crate `url` as the URL standard says.

use serde_json::json;
use url::{Url, quirks};

/// The parts of an address as JSON, or nothing when it is none.
pub(super) fn parts(text: &str, base: &str) -> String {
    let base = if base.is_empty() { None } else { Some(Url::parse(base)) };
    let read = match base {
        None => Url::parse(text),
        Some(Ok(base)) => base.join(text),
        Some(Err(_)) => return String::new(),
    };
    read.as_ref().map(written).unwrap_or_default()
}

/// The parts after one was changed. A value that does not fit changes nothing.
pub(super) fn with(address: &str, part: &str, value: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return String::new();
    };
    let set = match part {
        "href" => quirks::set_href(&mut url, value).map_err(|_| ()),
        "protocol" => quirks::set_protocol(&mut url, value),
        "username" => quirks::set_username(&mut url, value),
        "password" => quirks::set_password(&mut url, value),
        "host" => quirks::set_host(&mut url, value),
        "hostname" => quirks::set_hostname(&mut url, value),
        "port" => quirks::set_port(&mut url, value),
        "pathname" => {
            quirks::set_pathname(&mut url, value);
            Ok(())
        }
        "search" | "query" => {
            quirks::set_search(&mut url, value);
            Ok(())
        }
        "hash" => {
            quirks::set_hash(&mut url, value);
            Ok(())
        }
        _ => Err(()),
    };
    if part == "href" && set.is_err() {
        return String::new();
    }
    written(&url)
}

fn written(url: &Url) -> String {
    json!({
        "href": quirks::href(url),
        "origin": quirks::origin(url),
        "protocol": quirks::protocol(url),
        "username": quirks::username(url),
        "password": quirks::password(url),
        "host": quirks::host(url),
        "hostname": quirks::hostname(url),
        "port": quirks::port(url),
        "pathname": quirks::pathname(url),
        "search": quirks::search(url),
        "hash": quirks::hash(url),
    })
    .to_string()
}

/// Text with `%XX`, as bytes of UTF-8; what is no such thing stays.
pub(super) fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|pair| std::str::from_utf8(pair).ok());
        let escaped = digits
            .filter(|_| *first == b'%')
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_the_standard() {
        let parts = parts("HTTPS://Me:pw@Example.com:8443/a/../b?x=1#y", "");
        let parts: serde_json::Value = serde_json::from_str(&parts).unwrap();
        assert_eq!(parts["href"], "https://Me:pw@example.com:8443/b?x=1#y");
        assert_eq!(parts["port"], "8443");
        assert_eq!(super::parts("no address", ""), "");
        assert!(super::parts("/c", "https://a.example/b").contains("https://a.example/c"));
        assert!(with("https://a.example/", "search", "q=1").contains("https://a.example/?q=1"));
        assert_eq!(with("https://a.example/", "href", "::"), "");
    }

    #[test]
    fn what_is_no_escape_stays() {
        assert_eq!(unescape("a%20b%c3%a4%zz%2"), "a bä%zz%2");
        assert_eq!(unescape("%ff"), "\u{fffd}");
        assert_eq!(unescape("100%+1"), "100%+1");
    }
}
