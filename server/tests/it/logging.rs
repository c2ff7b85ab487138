//! The log: its two forms, its levels, and what it never shows.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;
use vestibule::config::{Config, Environment};

/// Keeps what is written.
#[derive(Clone, Default)]
pub(crate) struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Kept {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

pub(crate) fn log(format: &str, level: &str) -> vestibule::config::Log {
    let text = format!("log.format = \"{format}\"\nlog.level = \"{level}\"");
    Config::parse(std::path::Path::new("t"), &text, &Environment::new())
        .unwrap()
        .log
}

#[test]
fn json_is_one_object_per_line_with_the_request_id() {
    let kept = Kept::default();
    tracing::subscriber::with_default(
        vestibule::logging::subscriber(log("json", "info"), false, kept.clone()),
        || {
            let _entered = tracing::error_span!(target: "vestibule", "request", request_id = "01TEST").entered();
            tracing::warn!(target: "vestibule::somewhere", count = 3, "two\nlines");
        },
    );
    let text = kept.text();
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (line["level"].as_str(), line["message"].as_str()),
        (Some("WARN"), Some("two\nlines"))
    );
    assert_eq!(
        (line["count"].as_i64(), line["span"]["request_id"].as_str()),
        (Some(3), Some("01TEST"))
    );
    assert!(line["timestamp"].is_string());
}

#[test]
fn libraries_never_log_below_warn() {
    let kept = Kept::default();
    tracing::subscriber::with_default(
        vestibule::logging::subscriber(log("text", "trace"), false, kept.clone()),
        || {
            tracing::debug!(target: "tokio_postgres::query", "parameters: hush-hush");
            tracing::info!(target: "hyper", "hush-hush");
            tracing::warn!(target: "hyper", "a warning of a library");
            tracing::trace!(target: "store::sqlite", "ours");
        },
    );
    let text = kept.text();
    assert!(!text.contains("hush-hush"), "{text}");
    assert!(
        text.contains("a warning of a library") && text.contains("ours"),
        "{text}"
    );
}

#[test]
fn a_quieter_level_drops_what_is_below() {
    let kept = Kept::default();
    tracing::subscriber::with_default(
        vestibule::logging::subscriber(log("text", "error"), false, kept.clone()),
        || {
            tracing::warn!(target: "vestibule", "below");
            tracing::warn!(target: "hyper", "below");
            tracing::error!(target: "vestibule", "above");
        },
    );
    assert!(kept.text().contains("above") && !kept.text().contains("below"));
}
