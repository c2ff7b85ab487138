//! The kinds of values: how each is read, what is said when it is wrong, and how it is described.
//!
//! A problem is the end of a sentence that begins with the key, such as ``is a number; write a text, like `...` ``.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipnet::IpNet;
use lettre::message::Mailbox;
use protocol::duration::Span;
use secrecy::SecretString;
use url::Url;

use super::{Config, Database};

/// A value as the file or a variable gave it.
#[derive(Clone)]
pub(super) enum Raw {
    Text(String),
    Integer(String),
    Boolean(bool),
    List(Vec<Raw>),
    /// Something that no key takes; the word says what.
    Other(&'static str),
    /// From a variable, or a default of the table: a text that may stand for a number, a boolean or a list.
    Variable(String),
}

impl Raw {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Variable(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::List(_) => "a list",
            Self::Other(name) => name,
        }
    }
}

/// One kind of value, with the function that puts it in its place.
pub(super) enum Kind {
    /// IP address and port.
    Address(fn(&mut Config, SocketAddr)),
    /// An origin: scheme, host and port.
    Origin(fn(&mut Config, Url)),
    /// A path in the file system.
    Path(fn(&mut Config, PathBuf)),
    /// Where the database is.
    Database(fn(&mut Config, Database)),
    /// A text of one line.
    Text(fn(&mut Config, String)),
    /// An e-mail address, perhaps with a name before it.
    Mailbox(fn(&mut Config, Mailbox)),
    /// A text that is never shown.
    Secret(fn(&mut Config, SecretString)),
    /// Base64 of 32 bytes, one or more.
    SealingKeys(fn(&mut Config, Vec<SecretString>)),
    /// Network ranges.
    Networks(fn(&mut Config, Vec<IpNet>)),
    /// Yes or no.
    Switch(fn(&mut Config, bool)),
    /// A whole number within bounds.
    Count {
        least: u32,
        most: u32,
        set: fn(&mut Config, u32),
    },
    /// A length of time within bounds, in seconds.
    Span {
        least: u64,
        most: u64,
        set: fn(&mut Config, Duration),
    },
    /// A length of time within bounds, in seconds, or the word `never`.
    SpanOrNever {
        least: u64,
        most: u64,
        set: fn(&mut Config, Option<Duration>),
    },
    /// Any of a few words, each once.
    Words {
        words: &'static [&'static str],
        set: fn(&mut Config, Vec<&'static str>),
    },
    /// One of a few words; the function gets the position of the word.
    Choice {
        words: &'static [&'static str],
        set: fn(&mut Config, usize),
    },
}

impl Kind {
    /// Reads `raw` and puts it into the configuration; or says what is wrong with it.
    pub(super) fn apply(&self, config: &mut Config, raw: &Raw) -> Result<(), String> {
        match self {
            Self::Address(set) => set(config, address(&text(raw, self)?)?),
            Self::Origin(set) => set(config, origin(&text(raw, self)?)?),
            Self::Path(set) => match text(raw, self)? {
                path if path.is_empty() => return Err(format!("is empty; write {}", self.form())),
                path => set(config, PathBuf::from(path)),
            },
            Self::Database(set) => set(config, database(&text(raw, self)?)?),
            Self::Text(set) => set(config, line(text(raw, self)?)?),
            Self::Mailbox(set) => set(config, mailbox(&text(raw, self)?)?),
            Self::Secret(set) => set(config, secret(text(raw, self)?)?),
            Self::SealingKeys(set) => set(
                config,
                items(raw, self)?
                    .into_iter()
                    .map(sealing_key)
                    .collect::<Result<_, _>>()?,
            ),
            Self::Networks(set) => {
                set(
                    config,
                    items(raw, self)?
                        .iter()
                        .map(|item| network(item))
                        .collect::<Result<_, _>>()?,
                );
            }
            Self::Switch(set) => set(config, switch(raw)?),
            Self::Count { least, most, set } => set(config, count(raw, self, *least, *most)?),
            Self::Span { least, most, set } => set(config, span(raw, *least, *most)?),
            Self::SpanOrNever { least, most, set } => match raw {
                Raw::Text(text) | Raw::Variable(text) if text == "never" => set(config, None),
                _ => set(
                    config,
                    Some(span(raw, *least, *most).map_err(|problem| format!("{problem}, or `never`"))?),
                ),
            },
            Self::Words { words, set } => set(config, some_of(words, &items(raw, self)?)?),
            Self::Choice { words, set } => {
                let found = text(raw, self)?;
                match words.iter().position(|word| *word == found) {
                    Some(position) => set(config, position),
                    None => return Err(format!("is {found:?}; write {}", self.form())),
                }
            }
        }
        Ok(())
    }

    /// The right form, for messages and the reference.
    pub(super) fn form(&self) -> String {
        match self {
            Self::Address(_) => "an IP address and a port, like \"127.0.0.1:9000\"".into(),
            Self::Origin(_) => "an address of http or https without a path, like \"https://id.example.com\"".into(),
            Self::Path(_) => "a path, like \"/var/lib/vestibule\"".into(),
            Self::Database(_) => "\"sqlite://PATH\" or \"postgres://USER:PASSWORD@HOST/NAME\"".into(),
            Self::Text(_) => "a text of one line without spaces at its ends".into(),
            Self::Mailbox(_) => "an address, or a name and an address, like \"Sign-in <no-reply@example.com>\"".into(),
            Self::Secret(_) => "a text without spaces at its ends and without control characters".into(),
            Self::SealingKeys(_) => "32 bytes in base64, or a list of such texts".into(),
            Self::Networks(_) => "a list of addresses or ranges, like [\"10.0.0.0/8\", \"::1\"]".into(),
            Self::Switch(_) => "true or false".into(),
            Self::Count { least, most, .. } => format!("a whole number from {least} to {most}"),
            Self::Span { least, most, .. } => {
                format!(
                    "a duration from {} to {}, like \"hours=1;minutes=30\"",
                    show_seconds(*least),
                    show_seconds(*most)
                )
            }
            Self::SpanOrNever { least, most, .. } => {
                format!(
                    "a duration from {} to {}, like \"days=30\", or \"never\"",
                    show_seconds(*least),
                    show_seconds(*most)
                )
            }
            Self::Words { words, .. } => {
                let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("a list of some of {}", words.join(", "))
            }
            Self::Choice { words, .. } => {
                let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
                words.join(" or ")
            }
        }
    }
}

fn wrong_type(raw: &Raw, kind: &Kind) -> String {
    format!("is {}; write {}", raw.name(), kind.form())
}

fn text(raw: &Raw, kind: &Kind) -> Result<String, String> {
    match raw {
        Raw::Text(text) | Raw::Variable(text) => Ok(text.clone()),
        other => Err(wrong_type(other, kind)),
    }
}

/// The items of a list; one text stands for a list too, its items separated by commas.
fn items(raw: &Raw, kind: &Kind) -> Result<Vec<String>, String> {
    match raw {
        Raw::Text(text) | Raw::Variable(text) if text.trim().is_empty() => Ok(Vec::new()),
        Raw::Text(text) | Raw::Variable(text) => Ok(text.split(',').map(|item| item.trim().to_owned()).collect()),
        Raw::List(list) => list
            .iter()
            .map(|item| match item {
                Raw::Text(text) => Ok(text.clone()),
                other => Err(format!("holds {}; write {}", other.name(), kind.form())),
            })
            .collect(),
        other => Err(wrong_type(other, kind)),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        let hint = match text.strip_prefix("localhost:") {
            Some(port) => format!("write an IP address instead of the name, like \"127.0.0.1:{port}\""),
            None if text.parse::<u16>().is_ok() => format!("write an IP address too, like \"127.0.0.1:{text}\""),
            None => "write an IP address and a port, like \"127.0.0.1:9000\"".to_owned(),
        };
        format!("is {text:?}; {hint}")
    })
}

fn origin(text: &str) -> Result<Url, String> {
    let form = "write an address of http or https without a path, like \"https://id.example.com\"";
    let url = Url::parse(text).map_err(|error| format!("is not an address ({error}); {form}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return Err(format!("has the scheme {:?}; {form}", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("holds a user name or password; {form}"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("holds a query or a fragment; {form}"));
    }
    if url.path() != "/" {
        return Err(format!(
            "has the path {:?}; give Vestibule a host name of its own: write \"{}\"",
            url.path(),
            url.origin().ascii_serialization()
        ));
    }
    Ok(url)
}

/// Only the scheme of a wrong database URL is repeated, because the rest may hold a password.
fn database(text: &str) -> Result<Database, String> {
    let form = "write \"sqlite://PATH\" or \"postgres://USER:PASSWORD@HOST/NAME\"";
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(format!("has no scheme; {form}"));
    };
    match scheme {
        "sqlite" if rest.is_empty() => Err(format!("names no file; {form}")),
        "sqlite" => Ok(Database::Sqlite(PathBuf::from(rest))),
        "postgres" | "postgresql" => match Url::parse(text) {
            Ok(_) => Ok(Database::Postgres(SecretString::from(text))),
            Err(error) => Err(format!("is not a valid address ({error}); {form}")),
        },
        other if other.chars().all(|c| c.is_ascii_alphanumeric() || c == '+') => Err(format!(
            "has the scheme {other:?}, which is no engine that Vestibule knows; {form}"
        )),
        _ => Err(format!("has no scheme that Vestibule knows; {form}")),
    }
}

fn line(text: String) -> Result<String, String> {
    if text.is_empty() || text.trim() != text || text.chars().any(char::is_control) {
        return Err("is empty, has a space at an end or holds a control character; write a text of one line".into());
    }
    Ok(text)
}

fn mailbox(text: &str) -> Result<Mailbox, String> {
    let form = "write an address, or a name and an address, like \"Sign-in <no-reply@example.com>\"";
    let found: Mailbox = text.parse().map_err(|_| format!("is {text:?}; {form}"))?;
    let address = found.email.to_string();
    if text.chars().any(char::is_control) || protocol::profile::check_email(&address).is_err() {
        return Err(format!("is {text:?}; {form}"));
    }
    Ok(found)
}

fn secret(text: String) -> Result<SecretString, String> {
    if text.is_empty() {
        return Err("is empty; give it a value or leave it out".into());
    }
    if text.trim() != text || text.chars().any(char::is_control) {
        return Err(
            "has a space at an end or a control character inside; a line break copied along is the usual cause".into(),
        );
    }
    Ok(SecretString::from(text))
}

fn sealing_key(text: String) -> Result<SecretString, String> {
    let text = zeroize::Zeroizing::new(text);
    let form = "write 32 bytes in base64, as `openssl rand -base64 32` prints them";
    match STANDARD.decode(text.as_bytes()).map(zeroize::Zeroizing::new) {
        Err(_) => Err(format!("holds a text that is not base64; {form}")),
        Ok(bytes) if bytes.len() != 32 => Err(format!("holds a key of {} bytes; {form}", bytes.len())),
        Ok(_) => Ok(SecretString::from(text.as_str())),
    }
}

/// The words of a list, each of which must be one of `words` and stand there once.
fn some_of(words: &'static [&'static str], found: &[String]) -> Result<Vec<&'static str>, String> {
    let mut chosen = Vec::new();
    for text in found {
        let Some(word) = words.iter().find(|word| *word == text) else {
            return Err(format!("holds {text:?}; write any of {}", words.join(", ")));
        };
        if chosen.contains(word) {
            return Err(format!("holds {text:?} twice; write it once"));
        }
        chosen.push(*word);
    }
    Ok(chosen)
}

fn network(text: &str) -> Result<IpNet, String> {
    let parsed = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    let net: IpNet = parsed.map_err(|_| {
        format!("holds {text:?}, which is no address range; write ranges like \"10.0.0.0/8\" or addresses like \"::1\"")
    })?;
    if net.addr() != net.network() {
        return Err(format!(
            "holds \"{net}\", which has bits set after its prefix; write \"{}\"",
            net.trunc()
        ));
    }
    Ok(net)
}

fn switch(raw: &Raw) -> Result<bool, String> {
    match raw {
        Raw::Boolean(value) => Ok(*value),
        Raw::Variable(text) if text == "true" => Ok(true),
        Raw::Variable(text) if text == "false" => Ok(false),
        Raw::Text(text) if text == "true" || text == "false" => {
            Err(format!("is the text {text:?}; write {text} without quotes"))
        }
        Raw::Text(text) | Raw::Variable(text) => Err(format!("is {text:?}; write true or false")),
        other => Err(format!("is {}; write true or false", other.name())),
    }
}

fn count(raw: &Raw, kind: &Kind, least: u32, most: u32) -> Result<u32, String> {
    let digits = match raw {
        Raw::Integer(digits) | Raw::Variable(digits) => digits,
        Raw::Text(text) => match text.parse::<u32>() {
            Ok(_) => return Err(format!("is the text {text:?}; write {text} without quotes")),
            Err(_) => return Err(format!("is {text:?}; write {}", kind.form())),
        },
        other => return Err(wrong_type(other, kind)),
    };
    match digits.parse::<u32>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("is {digits}; write {}", kind.form())),
    }
}

fn span(raw: &Raw, least: u64, most: u64) -> Result<Duration, String> {
    let found = match raw {
        Raw::Text(text) | Raw::Variable(text) => text,
        Raw::Integer(digits) => {
            return Err(format!(
                "is the number {digits} without a unit; write the unit too, like \"seconds={digits}\""
            ));
        }
        other => {
            return Err(format!(
                "is {}; write a duration, like \"hours=1;minutes=30\"",
                other.name()
            ));
        }
    };
    let length: Span = found.parse().map_err(|problem| format!("is {found:?}: {problem}"))?;
    let length = Duration::from_micros(length.as_micros().unsigned_abs());
    if length < Duration::from_secs(least) || length > Duration::from_secs(most) {
        return Err(format!(
            "is {found:?}; it must be from {} to {}",
            show_seconds(least),
            show_seconds(most)
        ));
    }
    Ok(length)
}

/// A number of seconds in the largest unit that divides it.
pub(super) fn show_seconds(seconds: u64) -> String {
    let units = [("weeks", 604_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60)];
    match units
        .iter()
        .find(|(_, length)| seconds >= *length && seconds.is_multiple_of(*length))
    {
        Some((unit, length)) => format!("{unit}={}", seconds / length),
        None => format!("seconds={seconds}"),
    }
}
