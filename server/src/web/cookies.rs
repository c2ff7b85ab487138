//! Cookies of ours: which there are, how they are read, and how they are written.
//!
//! All are `HttpOnly`, `SameSite=Lax` and for the whole host; with https they are `Secure` and carry the prefix
//! `__Host-`, so that no neighbour can set them (draft-ietf-httpbis-rfc6265bis, section 4.1.3.2).

use http::{HeaderMap, header};

/// The cookies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cookie {
    /// The browser session of a person who is signed in.
    Session,
    /// The browser itself, signed in or not; forms and waiting requests are bound to it.
    Browser,
    /// The accounts that were signed in in this browser.
    Accounts,
    /// The language of the pages.
    Language,
    /// The language that the person has just chosen on a page; for as long as what they are at it for may wait, it comes
    /// before what an application wishes for.
    ChosenLanguage,
}

impl Cookie {
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Session, true) => "__Host-vestibule_session",
            (Self::Session, false) => "vestibule_session",
            (Self::Browser, true) => "__Host-vestibule_browser",
            (Self::Browser, false) => "vestibule_browser",
            (Self::Accounts, true) => "__Host-vestibule_accounts",
            (Self::Accounts, false) => "vestibule_accounts",
            (Self::Language, true) => "__Host-vestibule_language",
            (Self::Language, false) => "vestibule_language",
            (Self::ChosenLanguage, true) => "__Host-vestibule_chosen_language",
            (Self::ChosenLanguage, false) => "vestibule_chosen_language",
        }
    }

    /// The value that the browser sent, if it has one.
    #[must_use]
    pub fn read(self, headers: &HeaderMap, secure: bool) -> Option<&str> {
        let name = self.name(secure);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// The `Set-Cookie` value. `max_age` in seconds; `None`: until the browser closes.
    #[must_use]
    pub fn write(self, value: &str, max_age: Option<i64>, secure: bool) -> String {
        let mut text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", self.name(secure));
        if secure {
            text.push_str("; Secure");
        }
        if let Some(seconds) = max_age {
            text.push_str(&format!("; Max-Age={seconds}"));
        }
        text
    }

    /// The `Set-Cookie` value that removes the cookie.
    #[must_use]
    pub fn clear(self, secure: bool) -> String {
        self.write("", Some(0), secure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_value_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            "other=1; vestibule_session=abc; x=y".parse().expect("a header"),
        );
        assert_eq!(Cookie::Session.read(&headers, false), Some("abc"));
        assert_eq!(Cookie::Session.read(&headers, true), None);
        assert_eq!(Cookie::Browser.read(&headers, false), None);
    }

    #[test]
    fn with_https_it_is_secure_and_bound_to_the_host() {
        let text = Cookie::Session.write("abc", None, true);
        assert_eq!(
            text,
            "__Host-vestibule_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
    }
}
