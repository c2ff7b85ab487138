//! The log of the program: text for people or one JSON object per line, to the standard error stream.
//!
//! The subscriber belongs to the process, as `tracing` has it: the command line installs it once. The library only emits events.

use std::io::{self, IsTerminal};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

use crate::config::{Log, LogFormat, LogLevel};

/// Our own crates; only they log below `warn`, because drivers and protocol libraries show parameters and headers there.
const OURS: [&str; 4] = ["vestibule", "protocol", "store", "script"];

/// A subscriber that writes to `writer`.
pub fn subscriber<W>(log: Log, colours: bool, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let level = level(log.level);
    let others = level.min(LevelFilter::WARN);
    let filter = OURS.iter().fold(Targets::new().with_default(others), |filter, name| {
        filter.with_target(*name, level)
    });
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(writer).with_target(false);
    match log.format {
        LogFormat::Text => Box::new(registry.with(lines.with_ansi(colours))),
        LogFormat::Json => Box::new(registry.with(lines.json().flatten_event(true).with_span_list(false))),
    }
}

/// Makes this the log of the process, and logs where a panic happened but not what it says.
///
/// # Errors
/// When the process has a log already.
pub fn install(log: Log) -> Result<(), tracing::subscriber::SetGlobalDefaultError> {
    tracing::subscriber::set_global_default(subscriber(log, io::stderr().is_terminal(), io::stderr))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic");
    }));
    Ok(())
}

fn level(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}
