//! Points in time as the product stores them: whole microseconds since 1970-01-01T00:00:00Z.

use serde::{Deserialize, Serialize};

/// A point in time in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(
    /// Microseconds since the Unix epoch.
    pub i64,
);

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

impl Time {
    /// A moment that never comes; used for what does not expire.
    pub const NEVER: Time = Time(i64::MAX);

    /// From whole seconds since the epoch, the NumericDate of RFC 7519.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Time {
        Time(seconds.saturating_mul(SECOND))
    }

    /// Whole seconds since the epoch, rounded down: the NumericDate of RFC 7519.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// This moment and `micros` more; it stays at the end of the scale instead of overflowing.
    #[must_use]
    pub const fn plus(self, micros: i64) -> Time {
        Time(self.0.saturating_add(micros))
    }

    /// Microseconds from `earlier` to this moment; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Time) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_round_down_on_both_sides_of_the_epoch() {
        assert_eq!(Time(1_999_999).seconds(), 1);
        assert_eq!(Time(-1).seconds(), -1);
        assert_eq!(Time::from_seconds(5).since(Time::from_seconds(2)), 3 * SECOND);
    }

    #[test]
    fn arithmetic_stays_on_the_scale() {
        assert_eq!(Time::NEVER.plus(DAY), Time::NEVER);
        assert_eq!(Time::from_seconds(i64::MAX), Time::NEVER);
    }
}
