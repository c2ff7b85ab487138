//! Mail domains whose people sign in at a source: how one is written, and which one a typed name belongs to.

use url::Host;

use super::email::parse_email;

/// The longest name of a domain (RFC 1035, section 2.3.4, without the dot at its end).
const LONGEST: usize = 253;

/// A mail domain as it is stored: lower case, in ASCII. It has a dot and none at its end, and is no address of a machine.
#[must_use]
pub fn parse_domain(text: &str) -> Option<String> {
    let text = text.trim();
    // `%61` is a letter in an address of the web and nowhere else.
    if text.contains('%') {
        return None;
    }
    let Ok(Host::Domain(domain)) = Host::parse(text) else {
        return None;
    };
    let labels_fit = domain
        .split('.')
        .all(|label| (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-'));
    let is_plain = domain
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    (domain.contains('.') && domain.len() <= LONGEST && labels_fit && is_plain).then_some(domain)
}

/// The domain of a name that is an e-mail address.
#[must_use]
pub fn domain_of(name: &str) -> Option<String> {
    let address = parse_email(name)?.stored;
    address.rsplit_once('@').map(|(_, domain)| domain.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_spelling() {
        for (written, stored) in [
            ("corp.example", "corp.example"),
            (" Corp.EXAMPLE ", "corp.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("a.b.c.example", "a.b.c.example"),
        ] {
            assert_eq!(parse_domain(written).as_deref(), Some(stored), "{written}");
        }
        for wrong in [
            "",
            "example",
            "corp.example.",
            ".example",
            "a..example",
            "@corp.example",
            "a@corp.example",
            "*.example",
            "corp.example/x",
            "corp.example:25",
            "192.0.2.1",
            "[::1]",
            "corp%2eexample",
            "-a.example",
            "a-.example",
            "corp example",
            "corp_x.example",
        ] {
            assert_eq!(parse_domain(wrong), None, "{wrong}");
        }
        assert_eq!(parse_domain(&format!("{}.example", "a".repeat(64))), None);
        assert_eq!(parse_domain(&vec!["abcdefghi"; 30].join(".")), None);
    }

    #[test]
    fn only_an_address_has_a_domain() {
        for (name, domain) in [
            ("ada@corp.example", Some("corp.example")),
            (" Ada@CORP.example ", Some("corp.example")),
            ("ada@bücher.example", Some("xn--bcher-kva.example")),
            ("ada", None),
            ("@corp.example", None),
            ("ada@", None),
            ("ada@evil.example@corp.example", None),
            ("ada＠evil.example@corp.example", None),
            ("corp.example", None),
        ] {
            assert_eq!(domain_of(name).as_deref(), domain, "{name}");
        }
    }
}
