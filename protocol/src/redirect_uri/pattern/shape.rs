//! The parts of a pattern: scheme, host, port, and what follows. Only the plain shape of an address is taken; what can
//! not be taken apart with certainty is refused.

use regex_syntax::hir::{Class, Dot, Hir, HirKind, Literal, Look};

use super::PatternError;
use super::confine::{Part, confine};

/// A pattern taken apart. Each part is narrowed to the characters that may stand in it.
#[derive(Debug)]
pub(super) struct Shape {
    /// `https://`, `http://` or either.
    pub(super) scheme: Hir,
    /// Whether the scheme may be `http`.
    pub(super) plain_http: bool,
    /// Whether the scheme may be `https`.
    pub(super) secure: bool,
    /// The host.
    pub(super) host: Hir,
    /// What the host ends in, letter by letter.
    pub(super) ending: Ending,
    /// The port with its colon, where the pattern has one.
    pub(super) port: Option<Hir>,
    /// Path and query.
    pub(super) rest: Hir,
}

/// The literal end of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The whole host stands there.
    Whole(String),
    /// Other labels may stand before it, with a dot between them.
    After(String),
}

/// One step of a pattern: a character, or something that may match differently.
#[derive(Clone, Debug)]
enum Item {
    Char(char),
    Node(Hir),
}

/// Takes a pattern apart.
///
/// # Errors
/// What stands where it may not.
pub(super) fn take_apart(hir: &Hir) -> Result<Shape, PatternError> {
    let mut items = flatten(hir);
    // Every pattern is matched as a whole, so the usual anchors say nothing new.
    while items.first().is_some_and(|item| is_look(item, Look::Start)) {
        items.remove(0);
    }
    while items.last().is_some_and(|item| is_look(item, Look::End)) {
        items.pop();
    }
    let (plain_http, secure, behind) = read_scheme(&items)?;
    let scheme = match (plain_http, secure) {
        (true, true) => Hir::alternation(vec![text("https://"), text("http://")]),
        (true, false) => text("http://"),
        _ => text("https://"),
    };
    let (host_items, behind) = read_host(behind)?;
    let (host, ending) = check_host(host_items)?;
    let (port, rest) = read_port(behind)?;
    if rest.iter().any(|item| matches!(item, Item::Char('#'))) {
        return Err(PatternError::Fragment);
    }
    Ok(Shape {
        scheme,
        plain_http,
        secure,
        host,
        ending,
        port,
        rest: confine(&join(rest), Part::Rest)?,
    })
}

fn text(text: &str) -> Hir {
    Hir::literal(text.as_bytes())
}

fn is_look(item: &Item, look: Look) -> bool {
    matches!(item, Item::Node(hir) if *hir.kind() == HirKind::Look(look))
}

/// The steps one after the other. Groups are seen through: they only bracket.
fn flatten(hir: &Hir) -> Vec<Item> {
    match hir.kind() {
        HirKind::Empty => Vec::new(),
        HirKind::Literal(Literal(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => text.chars().map(Item::Char).collect(),
            Err(_) => vec![Item::Node(hir.clone())],
        },
        HirKind::Capture(capture) => flatten(&capture.sub),
        HirKind::Concat(all) => all.iter().flat_map(flatten).collect(),
        _ => vec![Item::Node(hir.clone())],
    }
}

fn join(items: &[Item]) -> Hir {
    let one = |item: &Item| match item {
        Item::Char(c) => text(c.encode_utf8(&mut [0; 4])),
        Item::Node(hir) => hir.clone(),
    };
    Hir::concat(items.iter().map(one).collect())
}

/// What every match of these steps reads, where that is one text only.
fn literal(items: &[Item]) -> Option<String> {
    items
        .iter()
        .map(|item| match item {
            Item::Char(c) => Some(*c),
            Item::Node(_) => None,
        })
        .collect()
}

fn strip<'a>(items: &'a [Item], text: &str) -> Option<&'a [Item]> {
    let (start, behind) = items.split_at_checked(text.len())?;
    (literal(start).as_deref() == Some(text)).then_some(behind)
}

/// `http`, `https`, `https?` or `(http|https)`, and `://`: whether it may be http, whether https, and what follows.
fn read_scheme(items: &[Item]) -> Result<(bool, bool, &[Item]), PatternError> {
    let words = |hir: &Hir| -> Option<(bool, bool)> {
        let HirKind::Alternation(either) = hir.kind() else {
            return None;
        };
        let words: Vec<String> = either.iter().map(|hir| literal(&flatten(hir))).collect::<Option<_>>()?;
        let known = words.iter().all(|word| matches!(word.as_str(), "http" | "https"));
        known.then(|| {
            (
                words.iter().any(|word| word == "http"),
                words.iter().any(|word| word == "https"),
            )
        })
    };
    let optional_s = |hir: &Hir| match hir.kind() {
        HirKind::Repetition(repetition) => {
            (repetition.min, repetition.max) == (0, Some(1))
                && literal(&flatten(&repetition.sub)).as_deref() == Some("s")
        }
        _ => false,
    };
    let (plain, secure, behind) = if let Some(behind) = strip(items, "https") {
        (false, true, behind)
    } else if let Some(behind) = strip(items, "http") {
        match behind.split_first() {
            Some((Item::Node(hir), behind)) if optional_s(hir) => (true, true, behind),
            _ => (true, false, behind),
        }
    } else {
        match items.split_first() {
            Some((Item::Node(hir), behind)) => {
                let (plain, secure) = words(hir).ok_or(PatternError::Scheme)?;
                (plain, secure, behind)
            }
            _ => return Err(PatternError::Scheme),
        }
    };
    let behind = strip(behind, "://").ok_or(PatternError::Scheme)?;
    Ok((plain, secure, behind))
}

/// The steps of the host, and what follows them.
fn read_host(items: &[Item]) -> Result<(&[Item], &[Item]), PatternError> {
    const LOOPBACK: &str = "[::1]";
    if strip(items, LOOPBACK).is_some() {
        return Ok(items.split_at(LOOPBACK.len()));
    }
    let end = (0..items.len())
        .find(|at| is_port(&items[*at]) || begins_rest(&items[*at..]))
        .unwrap_or(items.len());
    let (host, behind) = items.split_at(end);
    if host.iter().any(|item| matches!(item, Item::Char('@'))) || has_at_before_path(behind) {
        return Err(PatternError::UserInformation);
    }
    Ok((host, behind))
}

/// `https://name:password@host/`: what looks like a port is none.
fn has_at_before_path(items: &[Item]) -> bool {
    let end = (0..items.len())
        .find(|at| begins_rest(&items[*at..]))
        .unwrap_or(items.len());
    items[..end].iter().any(|item| matches!(item, Item::Char('@')))
}

/// Whether every match of these steps begins with a slash or a question mark, or is empty.
fn begins_rest(items: &[Item]) -> bool {
    let Some((first, behind)) = items.split_first() else {
        return true;
    };
    match first {
        Item::Char(c) => matches!(c, '/' | '?'),
        Item::Node(hir) => match hir.kind() {
            HirKind::Class(Class::Unicode(class)) => class
                .iter()
                .all(|range| range.start() == range.end() && matches!(range.start(), '/' | '?')),
            HirKind::Repetition(repetition) => {
                let sub = flatten(&repetition.sub);
                !sub.is_empty() && begins_rest(&sub) && (repetition.min > 0 || begins_rest(behind))
            }
            HirKind::Alternation(either) => either.iter().all(|hir| {
                let sub = flatten(hir);
                if sub.is_empty() {
                    begins_rest(behind)
                } else {
                    begins_rest(&sub)
                }
            }),
            HirKind::Look(Look::End) => true,
            _ => false,
        },
    }
}

fn is_port(item: &Item) -> bool {
    match item {
        Item::Char(c) => *c == ':',
        Item::Node(hir) => optional_port(hir).is_some(),
    }
}

/// The digits of `(:8080)?` or `(:[0-9]+)?`.
fn optional_port(hir: &Hir) -> Option<Vec<Item>> {
    let HirKind::Repetition(repetition) = hir.kind() else {
        return None;
    };
    let sub = flatten(&repetition.sub);
    match sub.split_first() {
        Some((Item::Char(':'), digits)) if repetition.max == Some(1) => Some(digits.to_vec()),
        _ => None,
    }
}

/// The port, and what follows it.
fn read_port(items: &[Item]) -> Result<(Option<Hir>, &[Item]), PatternError> {
    let with_colon = |digits: &[Item]| -> Result<Hir, PatternError> {
        let digits = confine(&join(digits), Part::Port)?;
        Ok(Hir::concat(vec![text(":"), digits]))
    };
    let (port, behind) = match items.split_first() {
        Some((Item::Char(':'), behind)) => {
            let end = (0..behind.len())
                .find(|at| begins_rest(&behind[*at..]))
                .unwrap_or(behind.len());
            let (digits, behind) = behind.split_at(end);
            (Some(with_colon(digits)?), behind)
        }
        Some((Item::Node(hir), behind)) => match (optional_port(hir), hir.kind()) {
            (Some(digits), HirKind::Repetition(repetition)) => {
                let port = Hir::repetition(regex_syntax::hir::Repetition {
                    sub: Box::new(with_colon(&digits)?),
                    ..repetition.clone()
                });
                (Some(port), behind)
            }
            _ => (None, items),
        },
        _ => (None, items),
    };
    if begins_rest(behind) {
        Ok((port, behind))
    } else {
        Err(PatternError::Port)
    }
}

/// Narrows the host and finds its literal end. A lone dot between labels is taken as the dot that was meant.
fn check_host(items: &[Item]) -> Result<(Hir, Ending), PatternError> {
    if literal(items).as_deref() == Some("[::1]") {
        return Ok((join(items), Ending::Whole("[::1]".to_owned())));
    }
    let dot = |item: Option<&Item>| matches!(item, Some(Item::Char('.'))) || item.is_some_and(is_any);
    let meant: Vec<Item> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let before = at.checked_sub(1).and_then(|at| items.get(at));
            let after = items.get(at + 1);
            let separates = before.is_some() && !dot(before) && matches!(after, Some(Item::Char(c)) if *c != '.');
            if is_any(item) && separates {
                Item::Char('.')
            } else {
                item.clone()
            }
        })
        .collect();
    let host = confine(&join(&meant), Part::Host)?;
    let behind = meant
        .iter()
        .rposition(|item| matches!(item, Item::Node(_)))
        .map_or(0, |at| at + 1);
    let end = literal(&meant[behind..]).unwrap_or_default();
    let ending = if behind == 0 {
        Ending::Whole(end)
    } else {
        let labels = match ends_a_label(&meant[..behind], true) {
            true => Some(end.as_str()),
            // A label that a wildcard has a part in is no literal one.
            false => end.split_once('.').map(|(_, labels)| labels),
        };
        Ending::After(labels.unwrap_or_default().to_owned())
    };
    Ok((host, ending))
}

/// Whether every match of these steps ends with a dot, or is empty where nothing stands before or what stands there ends
/// with a dot (`before`): `(www\.)?`.
fn ends_a_label(items: &[Item], before: bool) -> bool {
    let Some((last, earlier)) = items.split_last() else {
        return before;
    };
    let Item::Node(hir) = last else {
        return matches!(last, Item::Char('.'));
    };
    match hir.kind() {
        HirKind::Repetition(repetition) => {
            let between = ends_a_label(earlier, before);
            ends_a_label(&flatten(&repetition.sub), false) && (repetition.min > 0 || between)
        }
        HirKind::Alternation(either) => {
            let between = ends_a_label(earlier, before);
            either.iter().all(|hir| ends_a_label(&flatten(hir), between))
        }
        _ => false,
    }
}

fn is_any(item: &Item) -> bool {
    matches!(item, Item::Node(hir) if *hir == Hir::dot(Dot::AnyCharExceptLF) || *hir == Hir::dot(Dot::AnyChar))
}
