//! Loopback redirection of native applications (RFC 8252, section 7.3): they take a free port when they start, so any
//! port of a registered loopback address is theirs. Scheme, host and path stay byte for byte.
//!
//! Only the two literal addresses count. `localhost` is a name that something else may answer for, and the standard does
//! not recommend it (RFC 8252, section 8.3): it is compared byte for byte, port and all.

/// The literal loopback addresses, with the scheme that such addresses have.
const LITERALS: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// Whether `presented` is `registered` at this or another port.
pub(super) fn is_same_but_port(registered: &str, presented: &str) -> bool {
    LITERALS.into_iter().any(|literal| {
        let (Some(one), Some(other)) = (rest_of(registered, literal), rest_of(presented, literal)) else {
            return false;
        };
        one == other
    })
}

/// What follows the host and the port, if the address is one of `literal`: nothing, a path or a query.
fn rest_of<'a>(uri: &'a str, literal: &str) -> Option<&'a str> {
    let behind = uri.strip_prefix(literal)?;
    let rest = match behind.strip_prefix(':') {
        None => behind,
        Some(port) => {
            let digits = port.bytes().take_while(u8::is_ascii_digit).count();
            let (port, rest) = port.split_at(digits);
            if port.starts_with('0') || !port.parse::<u16>().is_ok_and(|port| port > 0) {
                return None;
            }
            rest
        }
    };
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::is_same_but_port;

    #[test]
    fn any_port_and_nothing_else() {
        let registered = ["http://127.0.0.1/cb", "http://127.0.0.1:8080/cb"];
        for registered in registered {
            for good in [
                "http://127.0.0.1/cb",
                "http://127.0.0.1:1/cb",
                "http://127.0.0.1:65535/cb",
            ] {
                assert!(is_same_but_port(registered, good), "{registered} {good}");
            }
            for bad in [
                "http://127.0.0.1:0/cb",
                "http://127.0.0.1:080/cb",
                "http://127.0.0.1:65536/cb",
                "http://127.0.0.1:/cb",
                "http://127.0.0.1:80@evil.example/cb",
                "http://127.0.0.1:80:80/cb",
                "http://127.0.0.1.evil.example/cb",
                "http://127.0.0.1@evil.example/cb",
                "http://127.0.0.1:80/cb/",
                "http://127.0.0.1:80/CB",
                "http://127.0.0.1:80/cb?x=1",
                "http://127.0.0.1:80/cb#x",
                "http://127.0.0.1:80",
                "http://127.0.0.2:80/cb",
                "http://127.1:80/cb",
                "https://127.0.0.1:80/cb",
                "HTTP://127.0.0.1:80/cb",
                "http://localhost:80/cb",
                "http://[::1]:80/cb",
            ] {
                assert!(!is_same_but_port(registered, bad), "{registered} {bad}");
            }
        }
        assert!(is_same_but_port("http://[::1]/", "http://[::1]:9/"));
        assert!(is_same_but_port("http://127.0.0.1", "http://127.0.0.1:9"));
        for named in [
            "http://localhost/cb",
            "http://localhost:8080/cb",
            "https://app.example.com/cb",
        ] {
            assert!(!is_same_but_port(named, &named.replace("/cb", ":9/cb")));
        }
        // CVE-2024-8883: a port followed by an `@` is a password.
        assert!(!is_same_but_port(
            "http://localhost/cb",
            "http://localhost:80@evil.example/cb"
        ));
    }
}
