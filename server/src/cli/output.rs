//! How the command line prints: text for people, or JSON.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this module is for"
)]

use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::{Value, json};

use super::api::Column;

/// Prints results and failures in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// A result: `text` for people, `value` with `--json`.
    pub(super) fn result(self, text: &str, value: &Value) {
        if self.json {
            println!("{value}");
        } else {
            println!("{text}");
        }
    }

    /// A failure, to the standard error stream.
    pub(super) fn failure(self, message: &str) {
        if self.json {
            eprintln!("{}", json!({ "error": message }));
        } else {
            eprintln!("vestibule: {message}");
        }
    }
}

/// Help and version are printed and are no failure; anything else is wrong use.
pub(super) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    let help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if json && !help {
        let text = error.to_string();
        let sentence = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned();
        Output::new(true).failure(&sentence);
    } else if error.print().is_err() {
        return ExitCode::FAILURE;
    }
    if help { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

/// A question, beside whatever the standard output is used for.
pub(super) fn prompt(text: &str) {
    eprint!("{text}");
}

/// Records as a table; one sentence when there are none.
pub(super) fn table(columns: &[Column], items: &[Value]) -> String {
    if items.is_empty() {
        return "There are none.".to_owned();
    }
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|(_, title)| (*title).to_owned()).collect()];
    rows.extend(items.iter().map(|item| {
        let cells = columns.iter().map(|(member, _)| cell(&item[*member]));
        cells.collect()
    }));
    let width = |column: usize| {
        let widths = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells: Vec<String> = row
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell:<width$}"))
                .collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}

/// A record as one line for each member that holds something.
pub(super) fn members(record: &Value) -> String {
    let Some(members) = record.as_object() else {
        return cell(record);
    };
    let filled: Vec<(&String, String)> = members
        .iter()
        .map(|(name, value)| (name, cell(value)))
        .filter(|(_, text)| text != "-")
        .collect();
    let width = filled.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: Vec<String> = filled
        .iter()
        .map(|(name, text)| format!("{name:<width$}  {text}"))
        .collect();
    lines.join("\n")
}

/// A value on one line. Control characters could move the cursor of a terminal and are not shown.
fn cell(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(", ")
        }
        Value::Object(members) if members.is_empty() => String::new(),
        other => other.to_string(),
    };
    let text = text.replace(char::is_control, " ");
    if text.is_empty() { "-".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_keeps_its_columns_and_shows_no_control_characters() {
        let items = [
            json!({"name": "a", "list": ["x", "y"], "on": true}),
            json!({"name": "long\u{1b}[2J", "list": [], "on": null}),
        ];
        let text = table(&[("name", "NAME"), ("list", "LIST"), ("on", "ON")], &items);
        assert_eq!(text, "NAME      LIST  ON\na         x, y  yes\nlong [2J  -     -");
        assert_eq!(table(&[("name", "NAME")], &[]), "There are none.");
    }

    #[test]
    fn a_record_shows_what_it_holds() {
        let text = members(&json!({"id": "x", "empty": null, "list": [{"a": 1}], "no": {}}));
        assert_eq!(text, "id    x\nlist  [{\"a\":1}]");
    }
}
