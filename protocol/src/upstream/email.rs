//! E-mail addresses of strangers: what may be stored, under which text two of them are the same, and whether one is a sub-address.

use unicode_normalization::UnicodeNormalization as _;
use url::Host;

use crate::profile::check_email;
use crate::user::email_key;

/// An address of a source that can be an address here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// As it is stored with a user: the local part as the source writes it, the domain in ASCII.
    pub stored: String,
    /// The text under which it is compared; `None` when it is never compared, because its local part is not ASCII: lower case and
    /// look-alikes would make two mailboxes one.
    pub key: Option<String>,
    /// Whether the local part has a part after `+`, in whatever spelling of the plus sign.
    pub is_subaddress: bool,
}

/// Reads an address: one `@`, no quotes, no control characters, a domain that is one, no dot at its end, at most 254 bytes. White
/// space around it does not count.
#[must_use]
pub fn parse_email(text: &str) -> Option<Email> {
    let text = text.trim();
    // Look-alikes of `@` would move the place where an address is split.
    if text.nfkc().filter(|letter| *letter == '@').count() != 1 {
        return None;
    }
    let (local, domain) = text.split_once('@')?;
    // A domain is no part of an address of the web: there `%61` would be read as a letter.
    if domain.contains('%') {
        return None;
    }
    let domain = match Host::parse(domain).ok()? {
        Host::Domain(domain) => domain,
        Host::Ipv4(_) | Host::Ipv6(_) => return None,
    };
    let stored = format!("{local}@{domain}");
    check_email(&stored).ok()?;
    Some(Email {
        key: local.is_ascii().then(|| email_key(&stored)),
        is_subaddress: local.nfkc().any(|letter| letter == '+'),
        stored,
    })
}

/// The text under which an address is compared with those of users, if it may be compared at all.
#[must_use]
pub fn linkable_email_key(address: &str) -> Option<String> {
    parse_email(address)?.key
}
