//! Single fields of a profile: found by their paths, checked as those of a user are, dropped with a reason when they do not fit.

use serde_json::Value;

use super::document::Document;
use super::profile::Dropped;
use super::vendors::Paths;
use crate::profile::{check_locale, check_phone_number, check_text, check_url, check_username, check_zoneinfo};

/// Where a profile script puts things (Auth0's root attributes).
pub(super) const SCRIPT_PATHS: Paths = Paths {
    id: &["user_id", "id"],
    username: &["username"],
    ..Paths::OPENID
};

/// A profile while its fields are taken out.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    document: &'a Document,
    /// Paths that led to something.
    pub(super) used: Vec<String>,
    /// What did not fit.
    pub(super) dropped: Vec<Dropped>,
}

impl<'a> Reading<'a> {
    pub(super) const fn new(document: &'a Document) -> Self {
        Self {
            document,
            used: Vec::new(),
            dropped: Vec::new(),
        }
    }

    pub(super) const fn document(&self) -> &'a Document {
        self.document
    }

    /// The first of `paths` that leads to a text or number. A list stands for its first text.
    pub(super) fn first(&mut self, paths: &[&str]) -> Option<String> {
        self.first_at(paths).map(|(_, text)| text)
    }

    fn first_at(&mut self, paths: &[&str]) -> Option<(String, String)> {
        for path in paths {
            let text = match self.document.at(path) {
                Some(Value::Array(list)) => list.iter().find_map(Value::as_str).unwrap_or_default().to_owned(),
                Some(Value::Bool(_)) => String::new(),
                _ => self.document.scalar(path),
            };
            if self.document.at(path).is_some() {
                self.used.push((*path).to_owned());
            }
            if !text.trim().is_empty() {
                return Some(((*path).to_owned(), text));
            }
        }
        None
    }

    /// Whether the first of `paths` that leads to something leads to `true`, or to the text of it.
    pub(super) fn is_true(&mut self, paths: &[&str]) -> bool {
        let found = paths.iter().find_map(|path| Some((path, self.document.at(path)?)));
        let Some((path, value)) = found else { return false };
        self.used.push((*path).to_owned());
        // Some servers write claims as texts (Apple among them).
        *value == Value::Bool(true) || value.as_str() == Some("true")
    }

    /// A text of one line.
    pub(super) fn text(&mut self, paths: &[&str]) -> Option<String> {
        self.checked(
            paths,
            |text| check_text(text).is_ok(),
            "it is too long, or no text of one line",
        )
    }

    /// A user name.
    pub(super) fn username(&mut self, paths: &[&str]) -> Option<String> {
        self.checked(paths, |text| check_username(text).is_ok(), "it can not be a user name")
    }

    /// A web address.
    pub(super) fn url(&mut self, paths: &[&str]) -> Option<String> {
        self.checked(paths, |text| check_url(text).is_ok(), "it is no web address")
    }

    /// A telephone number.
    pub(super) fn phone_number(&mut self, paths: &[&str]) -> Option<String> {
        self.checked(paths, |text| check_phone_number(text).is_ok(), "it is no E.164 number")
    }

    /// A language.
    pub(super) fn locale(&mut self, paths: &[&str]) -> Option<String> {
        self.checked(paths, |text| check_locale(text).is_ok(), "it is no language tag")
    }

    /// A time zone.
    pub(super) fn zoneinfo(&mut self, paths: &[&str]) -> Option<String> {
        self.checked(paths, |text| check_zoneinfo(text).is_ok(), "it is no time zone")
    }

    /// A text that a mapping has found already.
    pub(super) fn keep_text(&mut self, key: &str, text: Option<String>) -> Option<String> {
        self.keep(
            key,
            text,
            |text| check_text(text).is_ok(),
            "it is too long, or no text of one line",
        )
    }

    /// A web address that a mapping has found already.
    pub(super) fn keep_url(&mut self, key: &str, text: Option<String>) -> Option<String> {
        self.keep(key, text, |text| check_url(text).is_ok(), "it is no web address")
    }

    fn checked(&mut self, paths: &[&str], fits: fn(&str) -> bool, why: &'static str) -> Option<String> {
        let (path, text) = self.first_at(paths)?;
        self.keep(&path, Some(text), fits, why)
    }

    fn keep(&mut self, key: &str, text: Option<String>, fits: fn(&str) -> bool, why: &'static str) -> Option<String> {
        let text = text?.trim().to_owned();
        if text.is_empty() {
            return None;
        }
        if !fits(&text) {
            self.dropped.push(Dropped::new(key, why));
            return None;
        }
        Some(text)
    }
}
