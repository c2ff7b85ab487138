//! Where two values differ: the parts of an address, the members of a list, or a text as a whole.
//!
//! Addresses are compared as they stand, without any repair of a browser, because that is how they are compared when it
//! counts (RFC 3986, section 6.2.1; RFC 9700, section 4.1.3).

use serde::Serialize;

/// A part of a value, and whether it differs from the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The text. Both sides joined give the values.
    pub text: String,
    /// Whether the other side has something else here, or nothing.
    pub differs: bool,
}

/// What differs, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// `http` and `https`, for instance.
    Scheme,
    /// A user name before `@`.
    UserInformation,
    /// The host.
    Host,
    /// The port.
    Port,
    /// The path.
    Path,
    /// A slash at the end of the path.
    TrailingSlash,
    /// What stands behind `?`.
    Query,
    /// What stands behind `#`.
    Fragment,
    /// The same letters, some of them written as `%41`.
    PercentEncoding,
    /// The same letters, large and small.
    LetterCase,
    /// Something that is expected is not there.
    Missing,
    /// Something is there that is not expected.
    Extra,
    /// The text as a whole.
    Text,
    /// The registered value is a pattern, and the address does not match it.
    Pattern,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Scheme,
        Self::UserInformation,
        Self::Host,
        Self::Port,
        Self::Path,
        Self::TrailingSlash,
        Self::Query,
        Self::Fragment,
        Self::PercentEncoding,
        Self::LetterCase,
        Self::Missing,
        Self::Extra,
        Self::Text,
        Self::Pattern,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::UserInformation => "user_information",
            Self::Host => "host",
            Self::Port => "port",
            Self::Path => "path",
            Self::TrailingSlash => "trailing_slash",
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::PercentEncoding => "percent_encoding",
            Self::LetterCase => "letter_case",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Text => "text",
            Self::Pattern => "pattern",
        }
    }
}

/// What was given and what was expected, side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What was given, in pieces.
    pub given: Vec<Piece>,
    /// What was expected, in pieces: of several values the one that comes nearest.
    pub expected: Vec<Piece>,
    /// What differs.
    pub aspects: Vec<Aspect>,
    /// The other values that would have been right.
    pub others: Vec<String>,
}

fn piece(text: impl Into<String>, differs: bool) -> Piece {
    Piece {
        text: text.into(),
        differs,
    }
}

/// Compares an address with those that were expected. `None`: there is nothing to compare it with.
#[must_use]
pub fn of_address(given: &str, expected: &[&str]) -> Option<Difference> {
    let nearest = expected
        .iter()
        .enumerate()
        .map(|(at, candidate)| (distance(given, candidate), at, *candidate))
        .min()?;
    let (_, at, nearest) = nearest;
    let others = expected.iter().enumerate().filter(|(other, _)| *other != at);
    let others = others.map(|(_, text)| (*text).to_owned()).collect();
    if is_pattern(nearest) {
        return Some(Difference {
            given: vec![piece(given, true)],
            expected: vec![piece(nearest, true)],
            aspects: vec![Aspect::Pattern],
            others,
        });
    }
    let (mut left, mut right, mut aspects) = (Vec::new(), Vec::new(), Vec::new());
    for (component, (one, other)) in Component::ALL
        .into_iter()
        .zip(split(given).into_iter().zip(split(nearest)))
    {
        if one == other {
            if !one.is_empty() {
                left.push(piece(one, false));
                right.push(piece(other, false));
            }
            continue;
        }
        aspects.push(component.aspect(one, other));
        mark(one, other, &mut left, &mut right);
    }
    aspects.sort_unstable();
    aspects.dedup();
    Some(Difference {
        given: left,
        expected: right,
        aspects,
        others,
    })
}

/// Compares two lists of words, in any order. `None`: they hold the same.
#[must_use]
pub fn of_list(given: &str, expected: &str) -> Option<Difference> {
    let words = |text: &str| -> Vec<String> { text.split_ascii_whitespace().map(str::to_owned).collect() };
    let (one, other) = (words(given), words(expected));
    let pieces = |of: &[String], beside: &[String]| -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (at, word) in of.iter().enumerate() {
            if at > 0 {
                pieces.push(piece(" ", false));
            }
            pieces.push(piece(word.as_str(), !beside.contains(word)));
        }
        pieces
    };
    let (left, right) = (pieces(&one, &other), pieces(&other, &one));
    let mut aspects = Vec::new();
    if right.iter().any(|piece| piece.differs) {
        aspects.push(Aspect::Missing);
    }
    if left.iter().any(|piece| piece.differs) {
        aspects.push(Aspect::Extra);
    }
    (!aspects.is_empty()).then_some(Difference {
        given: left,
        expected: right,
        aspects,
        others: Vec::new(),
    })
}

/// Compares two texts as they are.
#[must_use]
pub fn of_text(given: &str, expected: &str) -> Difference {
    let aspect = if !given.is_empty() && given.eq_ignore_ascii_case(expected) {
        Aspect::LetterCase
    } else {
        Aspect::Text
    };
    let side = |text: &str| -> Vec<Piece> {
        if text.is_empty() {
            Vec::new()
        } else {
            vec![piece(text, true)]
        }
    };
    Difference {
        given: side(given),
        expected: side(expected),
        aspects: vec![aspect],
        others: Vec::new(),
    }
}

/// Registered values that are no addresses: they hold what no address does, or begin as a pattern does.
fn is_pattern(text: &str) -> bool {
    text.starts_with('^') || text.contains(['\\', '*', '|', '^', '$']) || text.contains("[^") || text.contains(".+")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Component {
    Scheme,
    UserInformation,
    Host,
    Port,
    Path,
    Query,
    Fragment,
}

impl Component {
    const ALL: [Self; 7] = [
        Self::Scheme,
        Self::UserInformation,
        Self::Host,
        Self::Port,
        Self::Path,
        Self::Query,
        Self::Fragment,
    ];

    fn aspect(self, one: &str, other: &str) -> Aspect {
        if self == Self::Path && one.trim_end_matches('/') == other.trim_end_matches('/') {
            return Aspect::TrailingSlash;
        }
        if !one.is_empty() && decoded(one) == decoded(other) {
            return Aspect::PercentEncoding;
        }
        if !one.is_empty() && one.eq_ignore_ascii_case(other) {
            return Aspect::LetterCase;
        }
        match self {
            Self::Scheme => Aspect::Scheme,
            Self::UserInformation => Aspect::UserInformation,
            Self::Host => Aspect::Host,
            Self::Port => Aspect::Port,
            Self::Path => Aspect::Path,
            Self::Query => Aspect::Query,
            Self::Fragment => Aspect::Fragment,
        }
    }
}

/// The parts of an address, each with the sign that it begins or ends with: joined they are the address.
fn split(address: &str) -> [&str; 7] {
    let (before, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
    let (before, query) = before.split_at(before.find('?').unwrap_or(before.len()));
    let Some(colon) = before.find(':').filter(|at| !before[..*at].contains('/')) else {
        return ["", "", "", "", before, query, fragment];
    };
    let after = colon + 1;
    let Some(rest) = before[after..].strip_prefix("//") else {
        return [&before[..after], "", "", "", &before[after..], query, fragment];
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (user, place) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    // The colons of an IPv6 address stand in brackets.
    let from = place.rfind(']').unwrap_or(0);
    let port = place[from..].find(':').map_or(place.len(), |at| from + at);
    let (host, port) = place.split_at(port);
    [&before[..after + 2], user, host, port, path, query, fragment]
}

fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| behind.split_at_checked(2)).flatten();
        let escaped = escaped.and_then(|(digits, after)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = escaped.unwrap_or((*first, behind));
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// Adds two texts that differ: what they begin and end with alike is left unmarked.
fn mark(one: &str, other: &str, left: &mut Vec<Piece>, right: &mut Vec<Piece>) {
    let start: usize = one
        .chars()
        .zip(other.chars())
        .take_while(|(a, b)| a == b)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let (one_rest, other_rest) = (&one[start..], &other[start..]);
    let end: usize = one_rest
        .chars()
        .rev()
        .zip(other_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    for (text, rest, side) in [(one, one_rest, left), (other, other_rest, right)] {
        let middle = rest.len() - end;
        for (part, differs) in [
            (&text[..start], false),
            (&rest[..middle], true),
            (&rest[middle..], false),
        ] {
            if !part.is_empty() {
                side.push(piece(part, differs));
            }
        }
    }
}

/// How far two addresses are from one another: differing parts first, the parts that matter most before the others, then
/// the length of what differs.
fn distance(one: &str, other: &str) -> (usize, usize) {
    let weights = [2, 3, 5, 2, 3, 1, 1];
    let parts = split(one).into_iter().zip(split(other)).zip(weights);
    let differing = parts.filter(|((a, b), _)| a != b);
    differing.fold((0, 0), |(weight, length), ((a, b), of)| {
        (weight + of, length + a.len().abs_diff(b.len()) + 1)
    })
}
