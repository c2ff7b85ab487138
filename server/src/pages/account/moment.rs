//! Points in time as a person reads them: how long ago, and beyond a month the day.

use protocol::time::{DAY, HOUR, MINUTE, Time};

use super::super::frame::Frame;

/// Beyond this many days a date says more than a number.
const MOST_DAYS: i64 = 30;

/// A point in time on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// For programs: RFC 3339 in UTC.
    pub machine: String,
    /// For people.
    pub words: String,
}

impl Moment {
    /// How long before `now` it was.
    #[must_use]
    pub fn past(frame: &Frame<'_>, at: Time, now: Time) -> Self {
        let passed = now.since(at).max(0);
        let count = |unit: i64| u32::try_from(passed / unit).unwrap_or(u32::MAX);
        let words = match passed {
            0..MINUTE => frame.say("moment-now"),
            MINUTE..HOUR => frame.say_count("moment-minutes", "minutes", count(MINUTE)),
            HOUR..DAY => frame.say_count("moment-hours", "hours", count(HOUR)),
            _ if passed <= MOST_DAYS * DAY => frame.say_count("moment-days", "days", count(DAY)),
            _ => day(at),
        };
        Self {
            machine: machine(at),
            words,
        }
    }

    /// The day of it.
    #[must_use]
    pub fn day(at: Time) -> Self {
        Self {
            machine: machine(at),
            words: day(at),
        }
    }
}

fn machine(at: Time) -> String {
    jiff::Timestamp::from_microsecond(at.0).map_or_else(|_| String::new(), |moment| moment.to_string())
}

fn day(at: Time) -> String {
    machine(at).chars().take_while(|letter| *letter != 'T').collect()
}
