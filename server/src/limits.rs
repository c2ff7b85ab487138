//! Limits on the rate of requests: how many token requests one client may make in a minute.
//!
//! Each node counts for itself. Only clients that exist are counted, so strangers can not fill the memory.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Token requests per client.
pub struct TokenRequests {
    limiter: Option<DefaultKeyedRateLimiter<String>>,
}

impl std::fmt::Debug for TokenRequests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRequests")
            .field("limited", &self.limiter.is_some())
            .finish()
    }
}

impl TokenRequests {
    /// At most `per_minute` requests of one client in a minute; zero: no limit.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        let limiter = NonZeroU32::new(per_minute).map(|count| RateLimiter::keyed(Quota::per_minute(count)));
        Self { limiter }
    }

    /// Counts one request of a client.
    ///
    /// # Errors
    /// How long the client has to wait.
    pub fn check(&self, client_id: &str) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter
            .check_key(&client_id.to_owned())
            .map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_its_own_count() {
        let requests = TokenRequests::new(2);
        assert_eq!((requests.check("one"), requests.check("one")), (Ok(()), Ok(())));
        let wait = requests.check("one").unwrap_err();
        assert!(wait <= Duration::from_secs(60) && wait > Duration::ZERO);
        assert_eq!(requests.check("two"), Ok(()));
    }

    #[test]
    fn zero_means_no_limit() {
        let requests = TokenRequests::new(0);
        assert!((0..1000).all(|_| requests.check("one").is_ok()));
    }
}
