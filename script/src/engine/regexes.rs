//! `regex_match` and `regex_replace`: patterns that run in linear time, so that no input makes them slow.

use std::collections::HashMap;

use monty_types::{ExcType, MontyException};
use regex::{Captures, Regex, RegexBuilder};

use super::arguments::Stop;

/// How many compiled patterns a worker keeps.
const KEPT: usize = 128;
/// The largest compiled pattern, in bytes.
const MOST: usize = 1 << 20;

/// Compiled patterns by their text.
#[derive(Debug, Default)]
pub(super) struct Regexes(HashMap<String, Regex>);

impl Regexes {
    /// Whether a pattern is found anywhere.
    pub(super) fn find(&mut self, text: &str, pattern: &str) -> Result<bool, Stop> {
        Ok(self.get(pattern)?.is_match(text))
    }

    /// Replaces every match. The result has at most `most` bytes.
    pub(super) fn replace(&mut self, text: &str, pattern: &str, with: &str, most: usize) -> Result<String, Stop> {
        let regex = self.get(pattern)?;
        let pieces = pieces(with)?;
        for piece in &pieces {
            let known = match piece {
                Piece::Text(_) => true,
                Piece::Number(number) => *number < regex.captures_len(),
                Piece::Name(name) => regex.capture_names().any(|other| other == Some(name)),
            };
            if !known {
                return Err(wrong("the replacement names a group that the pattern does not have"));
            }
        }
        let mut result = String::with_capacity(text.len());
        let mut at = 0;
        for found in regex.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            result.push_str(text.get(at..whole.start()).unwrap_or_default());
            at = whole.end();
            for piece in &pieces {
                result.push_str(piece.text(&found));
            }
            if result.len() > most {
                return Err(wrong("the result of regex_replace is too large"));
            }
        }
        result.push_str(text.get(at..).unwrap_or_default());
        Ok(result)
    }

    fn get(&mut self, pattern: &str) -> Result<&Regex, Stop> {
        if !self.0.contains_key(pattern) {
            let translated = pattern.replace("\\Z", "\\z");
            let regex = RegexBuilder::new(&translated)
                .size_limit(MOST)
                .dfa_size_limit(MOST)
                .nest_limit(100)
                .build()
                .map_err(|error| wrong(&explain(pattern, &error)))?;
            if self.0.len() >= KEPT {
                self.0.clear();
            }
            self.0.insert(pattern.to_owned(), regex);
        }
        self.0.get(pattern).ok_or_else(|| wrong("the pattern was lost"))
    }
}

fn wrong(message: &str) -> Stop {
    Stop::Raise(MontyException::new(ExcType::ValueError, Some(message.to_owned())))
}

fn explain(pattern: &str, error: &regex::Error) -> String {
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look)) {
        return "patterns have no look-ahead and look-behind; test twice, or use startswith and endswith".to_owned();
    }
    match error {
        regex::Error::CompiledTooBig(_) => "the pattern is too large".to_owned(),
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("the pattern is not valid: {}", last.trim_start_matches("error: "))
        }
    }
}

/// A part of a replacement.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Number(usize),
    Name(String),
}

impl Piece {
    fn text<'t>(&'t self, found: &'t Captures<'_>) -> &'t str {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => found.get(*number).map_or("", |group| group.as_str()),
            Self::Name(name) => found.name(name).map_or("", |group| group.as_str()),
        }
    }
}

/// Reads a replacement as Python writes it: `\1`, `\g<1>`, `\g<name>`, `\n`, `\\`.
fn pieces(with: &str) -> Result<Vec<Piece>, Stop> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut letters = with.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        let group = match letters.next() {
            Some('n') => {
                text.push('\n');
                continue;
            }
            Some('t') => {
                text.push('\t');
                continue;
            }
            Some('g') => {
                let rest: String = letters.by_ref().take_while(|letter| *letter != '>').collect();
                let name = rest.strip_prefix('<').unwrap_or_default().to_owned();
                if name.is_empty() {
                    return Err(wrong("the replacement has \\g without <a name>"));
                }
                name.parse().map_or(Piece::Name(name), Piece::Number)
            }
            Some(digit) if digit.is_ascii_digit() => {
                let mut number = digit.to_string();
                if let Some(second) = letters.next_if(char::is_ascii_digit) {
                    number.push(second);
                }
                Piece::Number(number.parse().unwrap_or(usize::MAX))
            }
            Some(other) if !other.is_ascii_alphabetic() => {
                text.push(other);
                continue;
            }
            _ => return Err(wrong("the replacement has an unknown escape")),
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(group);
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_are_those_of_python() {
        let mut regexes = Regexes::default();
        let mut replace = |text: &str, pattern: &str, with: &str| regexes.replace(text, pattern, with, 1_000).unwrap();
        assert_eq!(replace("a@b", "(.*)@(.*)", "\\2 at \\g<1>"), "b at a");
        assert_eq!(replace("aXbX", "X", ""), "ab");
        assert_eq!(replace("cost", "(?P<x>c)", "$1\\g<x>"), "$1cost");
        assert_eq!(replace("abc", "", "-"), "-a-b-c-");
    }

    #[test]
    fn what_linear_patterns_can_not_do_is_explained() {
        let mut regexes = Regexes::default();
        let message = |stop| match stop {
            Stop::Raise(exception) => exception.message().unwrap_or_default().to_owned(),
            Stop::Fault(_) => String::new(),
        };
        assert!(message(regexes.find("a", "(?=a)").unwrap_err()).contains("look-ahead"));
        assert!(message(regexes.find("a", "(a{1000}){1000}").unwrap_err()).contains("too large"));
        assert!(message(regexes.find("a", "(").unwrap_err()).contains("not valid"));
        assert!(message(regexes.replace("a", "a", "\\7", 9).unwrap_err()).contains("group"));
        assert!(message(regexes.replace("aaa", "a", "bbbb", 9).unwrap_err()).contains("too large"));
    }
}
