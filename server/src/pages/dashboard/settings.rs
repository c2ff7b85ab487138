//! The page of the settings.

use askama::Template;

use super::Shell;
use crate::pages::frame::Frame;

/// `/admin/settings`: `#settings tr[data-key=KEY]`.
#[derive(Debug, Template)]
#[template(path = "dashboard/settings.html")]
pub struct Settings<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The navigation.
    pub shell: Shell<'a>,
    /// Every setting.
    pub lines: Vec<SettingLine>,
}

/// A setting.
#[derive(Debug)]
pub struct SettingLine {
    /// Its key in the file.
    pub key: String,
    /// Its value; none: it is secret, or has no fixed one.
    pub value: Option<String>,
    /// Whether it is set and kept from everybody.
    pub is_secret: bool,
    /// Whether somebody set it.
    pub is_set: bool,
    /// Where.
    pub place: String,
    /// The variable that overrides the file.
    pub variable: String,
    /// What holds when nobody sets it, in English.
    pub default: String,
    /// What it does, in English.
    pub meaning: String,
}
