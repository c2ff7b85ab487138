//! Time, rates and percentiles.
#![allow(
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock; it is not part of the server"
)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::Failure;
use crate::browser::Browser;

/// Readings since the start, and the end.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    length: Duration,
}

impl Clock {
    pub(crate) fn start(seconds: u64) -> Self {
        Self {
            began: Instant::now(),
            length: Duration::from_secs(seconds),
        }
    }

    pub(crate) fn reading(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.reading() >= self.length
    }
}

/// What the workers counted.
#[derive(Default)]
pub(crate) struct Tally {
    times: Vec<Duration>,
    failures: u64,
    first_failure: Option<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, time: Duration, failure: Option<String>) {
        match failure {
            None => self.times.push(time),
            Some(sentence) => {
                self.failures += 1;
                self.first_failure.get_or_insert(sentence);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.times.extend(other.times);
        self.failures += other.failures;
        self.first_failure = self.first_failure.take().or(other.first_failure);
    }

    /// One JSON object, or a failure when any flow failed.
    pub(crate) fn report(mut self, scenario: &str, elapsed: Duration) -> Result<String, Failure> {
        if let Some(sentence) = self.first_failure {
            return Err(format!("{scenario}: {} flows failed, the first with: {sentence}", self.failures).into());
        }
        self.times.sort_unstable();
        let percentile = |part: usize| {
            let at = (self.times.len() * part / 100).min(self.times.len().saturating_sub(1));
            self.times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        let count = u32::try_from(self.times.len())?;
        let rate = f64::from(count) / elapsed.as_secs_f64();
        Ok(
            json!({ "scenario": scenario, "rate": rate, "p50_ms": percentile(50), "p99_ms": percentile(99) })
                .to_string(),
        )
    }
}

/// Starts the program so many times, each time until it is ready, and prints the median in milliseconds.
pub(crate) async fn start_to_ready(url: &str, times: usize, program: &[&str]) -> Result<String, Failure> {
    let (name, arguments) = program.split_first().ok_or("which program?")?;
    let mut readings = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        let mut child = Command::new(name)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let reading = loop {
            if let Ok(mut browser) = Browser::open(url).await
                && let Ok(answer) = browser.send("GET", "/health/ready", &[], "").await
                && answer.status.is_success()
            {
                break began.elapsed();
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("the program ended: {status}").into());
            }
            if began.elapsed() > Duration::from_secs(30) {
                child.kill()?;
                return Err("not ready after 30 s".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        readings.push(reading.as_secs_f64() * 1000.0);
        let stop = Command::new("kill").arg(child.id().to_string()).status()?;
        if !stop.success() {
            child.kill()?;
        }
        child.wait()?;
    }
    readings.sort_by(f64::total_cmp);
    let median = readings.get(readings.len() / 2).copied().unwrap_or_default();
    Ok(json!({ "scenario": "start to ready", "median_ms": median, "worst_ms": readings.last() }).to_string())
}
