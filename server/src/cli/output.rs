//! How the command line prints: text for people, or JSON.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what this module is for"
)]

use std::process::ExitCode;

use clap::error::ErrorKind;
use serde_json::{Value, json};

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
