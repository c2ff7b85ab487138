//! The configuration file.

use std::path::Path;

use server::config::{Config, Environment};

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "listen",
    "public_url",
    "data_dir",
    "database",
    "master_key",
    "trusted_proxies",
    "[limits]",
    "[tls]",
    "[session]",
    "[keys]",
    "[outgoing]",
    "[expressions]",
    "[bootstrap]",
    "[events]",
    "= true",
    "= 1",
    "= \"\"",
    "= []",
    "\"127.0.0.1:9000\"",
    "\"https://id.example.com/\"",
    "\"10.0.0.0/8\"",
    "\"1h\"",
    "\"postgres://a:b@c/d\"",
    "\"sqlite://a.db\"",
    "allow",
    "requests",
    "rotate_every",
    "publish_ahead",
    "1979-05-27T07:32:00Z",
    "0x_1",
    "'''",
    "\"\"\"",
];

/// A file. Each mistake has a place and a sentence, and the secrets that may stand in it are not repeated.
pub(crate) fn configuration(input: &[u8]) -> Place {
    let Ok(text) = std::str::from_utf8(input) else {
        return place(0);
    };
    match Config::parse(Path::new("vestibule.toml"), text, &Environment::new()) {
        Ok(config) => {
            let warnings = config.warnings();
            assert!(warnings.iter().all(|warning| !warning.is_empty()));
            place((warnings.len(), config.trusted_proxies.len()))
        }
        Err(error) => {
            let said = error.to_string();
            assert!(!said.is_empty());
            // The last sentence, without what was given and where.
            place(said.lines().last().map(sentence))
        }
    }
}

fn sentence(line: &str) -> String {
    let outside: String = line.split('`').step_by(2).collect();
    outside.chars().filter(|c| c.is_ascii_alphabetic()).take(40).collect()
}
