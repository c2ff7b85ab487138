//! What was reported a moment ago and need not be reported again: a broken expression on the way to every token would
//! otherwise fill the audit log.

use std::time::Duration;

use moka::sync::Cache;
use protocol::time::{MINUTE, Time};

/// How many names are remembered.
const MOST: u64 = 10_000;

/// Names with the time of their last report.
#[derive(Debug)]
pub struct Reported {
    last: Cache<String, i64>,
}

impl Default for Reported {
    fn default() -> Self {
        Self {
            last: Cache::builder()
                .max_capacity(MOST)
                .time_to_live(Duration::from_secs(120))
                .build(),
        }
    }
}

impl Reported {
    /// Whether `name` is to be reported now: not again within a minute.
    #[must_use]
    pub fn insert(&self, name: &str, now: Time) -> bool {
        let recent = self.last.get(name).is_some_and(|last| now.0 - last < MINUTE);
        if !recent {
            self.last.insert(name.to_owned(), now.0);
        }
        !recent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_is_reported_once_a_minute() {
        let reported = Reported::default();
        assert!(reported.insert("a", Time(0)));
        assert!(!reported.insert("a", Time(MINUTE - 1)));
        assert!(reported.insert("b", Time(MINUTE - 1)));
        assert!(reported.insert("a", Time(MINUTE)));
    }
}
