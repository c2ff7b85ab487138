//! When another server wants to be called again (RFC 9110, section 10.2.3).

use http::{HeaderMap, header};
use jiff::fmt::rfc2822::DateTimeParser;
use protocol::time::{SECOND, Time};

/// How long another server asks to be left alone, in microseconds from `now`: `Retry-After` as a number of seconds or as a date in
/// the form of today (section 5.6.7). `None`: it does not say, or not so that it can be read.
#[must_use]
pub fn wait(headers: &HeaderMap, now: Time) -> Option<i64> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are a long time as well.
        return Some(text.parse::<i64>().unwrap_or(i64::MAX).saturating_mul(SECOND));
    }
    let until = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Time(until.as_microsecond()).since(now).max(0))
}

#[cfg(test)]
mod tests {
    use protocol::time::MINUTE;

    use super::*;

    #[test]
    fn seconds_and_dates_are_read_and_nothing_else() {
        // Sun, 06 Nov 1994 08:49:37 GMT, the example of section 5.6.7.
        let now = Time::from_seconds(784_111_777 - 60);
        let read = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().unwrap());
            wait(&headers, now)
        };
        assert_eq!(read("120"), Some(2 * MINUTE));
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(MINUTE));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0), "that was before");
        assert_eq!(read("99999999999999999999"), Some(i64::MAX));
        for text in ["", "-1", "1.5", "soon", "1994-11-06", "Sun, 06 Nov 1994"] {
            assert_eq!(read(text), None, "{text:?}");
        }
        assert_eq!(wait(&HeaderMap::new(), now), None);
    }
}
