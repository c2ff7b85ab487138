//! WebFinger (RFC 7033): which issuer speaks for a resource (OpenID Connect Discovery 1.0, section 2).
//!
//! A domain sends its questions about people here, so every `acct:` of any host gets the same answer; whether there is such a
//! person is never told. An address of our own is answered with the issuer that stands behind it.

use serde::Serialize;

/// The relation of an issuer.
pub const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";
/// The longest resource that is answered, in bytes.
const LONGEST: usize = 2048;

/// Who speaks for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker<'a> {
    /// The issuer of the installation.
    Installation,
    /// The issuer of the application with this slug.
    Application(&'a str),
}

/// Who speaks for `resource`; `None` when nobody here does. `public_url` ends in a slash.
#[must_use]
pub fn speaker<'a>(resource: &'a str, public_url: &str) -> Option<Speaker<'a>> {
    if resource.len() > LONGEST || !resource.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    // Schemes are read in any letter case (RFC 3986, section 3.1).
    let (scheme, rest) = resource.split_once(':')?;
    if ["acct", "mailto"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        let (name, host) = rest.rsplit_once('@')?;
        let whole = !name.is_empty() && !host.is_empty() && !host.contains(['/', '?', '#']);
        return whole.then_some(Speaker::Installation);
    }
    if resource == public_url.trim_end_matches('/') {
        return Some(Speaker::Installation);
    }
    let path = resource.strip_prefix(public_url)?;
    let Some(rest) = path.strip_prefix("application/o/") else {
        return Some(Speaker::Installation);
    };
    let slug = rest.split(['/', '?', '#']).next().unwrap_or_default();
    Some(Speaker::Application(slug))
}

/// The answer: a JSON Resource Descriptor (RFC 7033, section 4.4).
#[derive(Debug, Serialize)]
pub struct Descriptor<'a> {
    subject: &'a str,
    links: Vec<Link<'a>>,
}

#[derive(Debug, Serialize)]
struct Link<'a> {
    rel: &'static str,
    href: &'a str,
}

impl<'a> Descriptor<'a> {
    /// What is said of `resource`. `wanted`: the relations that were asked for; none means all (RFC 7033, section 4.3).
    #[must_use]
    pub fn new(resource: &'a str, issuer: &'a str, wanted: &[String]) -> Self {
        let asked = wanted.is_empty() || wanted.iter().any(|rel| rel == ISSUER);
        let link = asked.then_some(Link {
            rel: ISSUER,
            href: issuer,
        });
        Self {
            subject: resource,
            links: link.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Speaker, speaker};

    #[test]
    fn people_of_any_host_and_addresses_of_ours_have_a_speaker() {
        let of = |resource| speaker(resource, "https://id.example/");
        for resource in [
            "acct:ada@example.com",
            "ACCT:ada@id.example",
            "acct:ada%40home@example.com:8080",
            "mailto:ada@example.com",
            "https://id.example/",
            "https://id.example",
            "https://id.example/ada",
        ] {
            assert_eq!(of(resource), Some(Speaker::Installation), "{resource}");
        }
        for resource in [
            "https://id.example/application/o/wiki/",
            "https://id.example/application/o/wiki",
            "https://id.example/application/o/wiki/?a#b",
        ] {
            assert_eq!(of(resource), Some(Speaker::Application("wiki")), "{resource}");
        }
        let long = format!("acct:{}@example.com", "a".repeat(2048));
        for resource in [
            "",
            "ada",
            "acct:",
            "acct:ada",
            "acct:@example.com",
            "acct:ada@",
            "acct:ada@example.com/x",
            "acct:a da@example.com",
            "acct:\u{e4}@example.com",
            "https://id.example.evil.test/",
            "https://other.example/",
            "http://id.example/",
            "javascript:alert(1)@x",
            long.as_str(),
        ] {
            assert_eq!(of(resource), None, "{resource}");
        }
    }
}
