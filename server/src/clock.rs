//! The one place that reads the clock. Everything else takes the time as an argument, or a [`Clock`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// A source of time. Clones of a settable clock show the same time.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The clock of the machine.
    #[default]
    System,
    /// A clock that stands still until it is set, for tests.
    Settable(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that shows `micros` until it is set or advanced.
    pub fn settable(micros: i64) -> Self {
        Self::Settable(Arc::new(AtomicI64::new(micros)))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub fn now_micros(&self) -> i64 {
        match self {
            Self::System => wall_micros(),
            Self::Settable(micros) => micros.load(Ordering::SeqCst),
        }
    }

    /// A reading for measurements: it never goes back and says nothing of the date. It is real on a settable clock too.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn reading(&self) -> Instant {
        Instant::now()
    }

    /// Moves a settable clock forward. The clock of the machine stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Settable(micros) = self {
            micros.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }

    /// Sets a settable clock. The clock of the machine stays as it is.
    pub fn set_micros(&self, now: i64) {
        if let Self::Settable(micros) = self {
            micros.store(now, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn wall_micros() -> i64 {
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use std::time::Duration;

    #[test]
    fn a_settable_clock_moves_only_when_told() {
        let clock = Clock::settable(5_000_000);
        let shared = clock.clone();
        assert_eq!(clock.now_micros(), 5_000_000);
        shared.advance(Duration::from_secs(2));
        assert_eq!(clock.now_micros(), 7_000_000);
        shared.set_micros(1);
        assert_eq!(clock.now_micros(), 1);
    }

    #[test]
    fn the_clock_of_the_machine_is_past_2026_and_can_not_be_set() {
        let clock = Clock::System;
        clock.set_micros(0);
        assert!(clock.now_micros() > 1_767_225_600_000_000);
        assert!(clock.reading() <= clock.reading());
    }
}
