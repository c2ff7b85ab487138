//! Redirect URIs as regular expressions: what may be registered, and how it is matched.
//!
//! A pattern is matched against the whole address, in linear time, and must end its host in a literal registrable domain
//! (`https://[^/.]+\.example\.com/cb`): whoever may be reached through it is then known when it is saved. Three things
//! hold that promise, each by itself enough to keep strangers out:
//!
//! * the pattern is taken apart, and what can not be taken apart is refused (`shape.rs`);
//! * each part only matches the characters of that part, so that no wildcard leaves the host (`confine.rs`);
//! * the presented address is read as a browser reads it, and its host and registrable domain are compared with those of
//!   the pattern, whatever the expression says (`presented.rs`).

mod confine;
mod dots;
mod shape;

use regex::{Regex, RegexBuilder};
use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::hir::translate::TranslatorBuilder;
use regex_syntax::hir::{Hir, Look};
use url::Host;

use self::shape::{Ending, Shape, take_apart};
use super::presented::{LONGEST, Presented};

/// Groups within groups.
const DEEPEST: u32 = 64;
/// Memory of a compiled pattern, in bytes: bounds the time of a match as well.
const LARGEST: usize = 64 * 1024;
/// Memory that a match may use to be fast, in bytes.
const CACHE: usize = 512 * 1024;

/// Why a pattern may not be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// More than 2,048 bytes, or not printable ASCII.
    Text,
    /// It does not compile; where and why.
    Syntax(String),
    /// Compiled, it is too large.
    TooLarge,
    /// It does not begin with `https://`, `http://` or `https?://`.
    Scheme,
    /// User information stands before the host.
    UserInformation,
    /// A character that never stands in this part of an address.
    Character(char, &'static str),
    /// A class without a single character that may stand in this part of an address.
    Class(&'static str),
    /// An assertion (`^`, `$`, `\b`) within the host or the port.
    Assertion,
    /// What stands behind the host is neither a port nor a path.
    Port,
    /// A fragment (RFC 6749, section 3.1.2).
    Fragment,
    /// The host does not end in a literal registrable domain.
    Domain,
}

impl PatternError {
    /// The stable code for a form or an API.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Text => "pattern_text",
            Self::Syntax(_) => "pattern_syntax",
            Self::TooLarge => "pattern_too_large",
            Self::Scheme => "pattern_scheme",
            Self::UserInformation | Self::Character(..) | Self::Class(_) | Self::Assertion => "pattern_character",
            Self::Port => "pattern_port",
            Self::Fragment => "pattern_fragment",
            Self::Domain => "pattern_domain",
        }
    }
}

impl std::fmt::Display for PatternError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text => f.write_str("it may have at most 2048 characters, all of them printable ASCII without spaces"),
            Self::Syntax(reason) => write!(f, "it does not compile: {reason}"),
            Self::TooLarge => f.write_str("it is too large; repeat less, or write several entries"),
            Self::Scheme => f.write_str(
                "it must begin with `https://` (or `http://`, `https?://`), written out and in lower case; write one entry \
                 for each alternative",
            ),
            Self::UserInformation => f.write_str("an address may not contain a user name or password: leave out the `@`"),
            Self::Character(c, "host") if c.is_ascii_uppercase() => f.write_str("write the host in lower case"),
            Self::Character(c, part) => write!(f, "`{}` never stands in the {part} of an address", c.escape_default()),
            Self::Class(part) => write!(f, "a class of it holds no character that may stand in the {part} of an address"),
            Self::Assertion => f.write_str("no assertion may stand before the path; the whole address is always matched"),
            Self::Port => f.write_str(
                "behind the host only a port such as `:8443` or `(:[0-9]+)?` and then the path may follow, beginning \
                 with `/`",
            ),
            Self::Fragment => f.write_str("an address may not have a fragment: leave out the `#`"),
            Self::Domain => f.write_str(
                "its host must end in a domain of yours, written out in lower case, with a dot before it and wildcards \
                 only in the labels before that, such as `https://[^/.]+\\.example\\.com/cb`",
            ),
        }
    }
}

impl std::error::Error for PatternError {}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    whole: Regex,
    origin: Regex,
    ending: Ending,
    plain_http: bool,
    secure: bool,
    has_port: bool,
    escaped: Option<String>,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// See [`PatternError`].
    pub fn compile(pattern: &str) -> Result<Self, PatternError> {
        if pattern.len() > LONGEST || !pattern.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(PatternError::Text);
        }
        let syntax = |kind: &dyn std::fmt::Display, span: &regex_syntax::ast::Span| {
            PatternError::Syntax(format!("{kind}, at character {}", span.start.offset + 1))
        };
        let ast = ParserBuilder::new()
            .nest_limit(DEEPEST)
            .build()
            .parse(pattern)
            .map_err(|error| syntax(error.kind(), error.span()))?;
        let hir = TranslatorBuilder::new()
            .build()
            .translate(pattern, &ast)
            .map_err(|error| syntax(error.kind(), error.span()))?;
        let Shape {
            scheme,
            plain_http,
            secure,
            host,
            ending,
            port,
            rest,
        } = take_apart(&hir)?;
        if !is_known_to_whom(&ending) {
            return Err(PatternError::Domain);
        }
        let has_port = port.is_some();
        let mut origin = vec![Hir::look(Look::Start), scheme, host];
        origin.extend(port);
        let mut whole = origin.clone();
        origin.push(Hir::look(Look::End));
        whole.extend([rest, Hir::look(Look::End)]);
        Ok(Self {
            whole: build(&Hir::concat(whole))?,
            origin: build(&Hir::concat(origin))?,
            ending,
            plain_http,
            secure,
            has_port,
            // Only a form that can be saved is offered in its place.
            escaped: dots::escaped(pattern, &ast).filter(|better| Self::compile(better).is_ok()),
        })
    }

    /// Whether a presented address is one of this pattern's.
    #[must_use]
    pub fn is_match(&self, presented: &str) -> bool {
        Presented::read(presented).is_some_and(|parts| self.holds_host(parts.host)) && self.whole.is_match(presented)
    }

    /// Whether pages of this origin (`https://app.example.com`, as browsers write it) may be those of an address of this
    /// pattern: scheme, host and port match those parts of the pattern.
    #[must_use]
    pub fn is_origin(&self, origin: &str) -> bool {
        Presented::read(origin).is_some_and(|parts| self.holds_host(parts.host)) && self.origin.is_match(origin)
    }

    /// Whether it allows plain http to another machine.
    #[must_use]
    pub fn allows_plain_http(&self) -> bool {
        let (Ending::Whole(host) | Ending::After(host)) = &self.ending;
        self.plain_http && !is_loopback(host)
    }

    /// The pattern with the dots escaped that stand alone and unescaped in it; `None` when there are none.
    #[must_use]
    pub fn with_dots_escaped(&self) -> Option<&str> {
        self.escaped.as_deref()
    }

    /// The site, where the pattern has one only: `https://app.example.com/`.
    #[must_use]
    pub fn site(&self) -> Option<String> {
        match &self.ending {
            Ending::Whole(host) if self.secure && !self.has_port => Some(format!("https://{host}/")),
            Ending::Whole(host) if !self.has_port => Some(format!("http://{host}/")),
            _ => None,
        }
    }

    fn holds_host(&self, host: &str) -> bool {
        match &self.ending {
            Ending::Whole(whole) => host == whole,
            Ending::After(domain) => {
                let before = host.strip_suffix(domain.as_str());
                // A domain under which others register their own (`s3.amazonaws.com` under `amazonaws.com`) makes hosts
                // of other people.
                before.is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
                    && psl::domain_str(host) == psl::domain_str(domain)
            }
        }
    }
}

fn build(hir: &Hir) -> Result<Regex, PatternError> {
    RegexBuilder::new(&hir.to_string())
        .nest_limit(4 * DEEPEST)
        .size_limit(LARGEST)
        .dfa_size_limit(CACHE)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
            other => PatternError::Syntax(other.to_string()),
        })
}

/// Whether the end of a host says whose it is: a registrable domain or names below one, or this machine.
fn is_known_to_whom(ending: &Ending) -> bool {
    let (Ending::Whole(host) | Ending::After(host)) = ending;
    if matches!(ending, Ending::Whole(_)) && is_loopback(host) {
        return true;
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let label = |label: &str| {
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(word)
    };
    // A last label that begins with a digit is one of an address (RFC 3986, section 3.2.2).
    host.len() <= 253
        && !last.starts_with(|c: char| c.is_ascii_digit())
        && host.split('.').all(label)
        && psl::domain_str(host).is_some()
        && matches!(Host::parse(host), Ok(Host::Domain(parsed)) if parsed == *host)
}

fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost" && host == name,
        Ok(Host::Ipv4(address)) => address.is_loopback() && address.to_string() == host,
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}
