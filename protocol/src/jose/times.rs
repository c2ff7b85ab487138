//! The times in a set of claims (RFC 7519 sections 4.1.4 to 4.1.6), compared with a clock value that the caller gives.

use serde_json::{Map, Value};

use super::JoseError;
use crate::duration::Span;
use crate::time::Time;

/// Seconds in the year 10000: no honest time lies beyond.
const MAX_SECONDS: f64 = 253_402_300_800.0;

/// The times that were present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// `exp`: not accepted from this moment on.
    pub exp: Option<Time>,
    /// `nbf`: not accepted before.
    pub nbf: Option<Time>,
    /// `iat`: when it was issued.
    pub iat: Option<Time>,
}

/// Reads `exp`, `nbf` and `iat` without judging them. They may have a fraction (RFC 7519 section 2, NumericDate).
///
/// # Errors
/// `BadTime` when one is not a number between 1970 and the year 10000.
pub fn parse_times(claims: &Map<String, Value>) -> Result<Times, JoseError> {
    Ok(Times {
        exp: time(claims, "exp")?,
        nbf: time(claims, "nbf")?,
        iat: time(claims, "iat")?,
    })
}

/// Reads the times and compares them with `now`, with `leeway` for clocks that differ. A time that is absent is
/// not demanded here: look at what is returned.
///
/// # Errors
/// `BadTime`, `Expired`, `NotYetValid`, `IssuedInFuture`.
pub fn check_times(claims: &Map<String, Value>, now: Time, leeway: Span) -> Result<Times, JoseError> {
    let times = parse_times(claims)?;
    let (earliest, latest) = (now.plus(-leeway.as_micros()), now.plus(leeway.as_micros()));
    if times.exp.is_some_and(|exp| exp <= earliest) {
        return Err(JoseError::Expired);
    }
    if times.nbf.is_some_and(|nbf| nbf > latest) {
        return Err(JoseError::NotYetValid);
    }
    if times.iat.is_some_and(|iat| iat > latest) {
        return Err(JoseError::IssuedInFuture);
    }
    Ok(times)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the range is checked before; microseconds below 2^53 are exact enough"
)]
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Time>, JoseError> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value
        .as_f64()
        .filter(|seconds| (0.0..MAX_SECONDS).contains(seconds))
        .ok_or(JoseError::BadTime)?;
    let time = match value.as_i64() {
        Some(whole) => Time::from_seconds(whole),
        None => Time((seconds * 1e6) as i64),
    };
    Ok(Some(time))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::SECOND;

    fn check(claims: &Value, now: i64, leeway: i64) -> Result<Times, JoseError> {
        check_times(
            claims.as_object().unwrap(),
            Time(now),
            Span::from_micros(leeway).unwrap(),
        )
    }

    #[test]
    fn compares_to_the_microsecond() {
        let claims = json!({"exp": 100, "nbf": 50.5, "iat": 50});
        assert_eq!(check(&claims, 100 * SECOND - 1, 0).unwrap().nbf, Some(Time(50_500_000)));
        assert_eq!(check(&claims, 100 * SECOND, 0), Err(JoseError::Expired));
        assert_eq!(
            check(&claims, 105 * SECOND - 1, 5 * SECOND).unwrap().exp,
            Some(Time::from_seconds(100))
        );
        assert_eq!(check(&claims, 105 * SECOND, 5 * SECOND), Err(JoseError::Expired));
        assert_eq!(check(&claims, 50_499_999, 0), Err(JoseError::NotYetValid));
        assert!(check(&claims, 50_500_000, 0).is_ok());
        assert_eq!(
            check(&json!({"iat": 61}), 50 * SECOND, 10 * SECOND),
            Err(JoseError::IssuedInFuture)
        );
        assert!(check(&json!({"iat": 60}), 50 * SECOND, 10 * SECOND).is_ok());
        assert_eq!(check(&json!({}), 0, 0).unwrap(), Times::default());
    }

    #[test]
    fn refuses_what_is_not_a_time() {
        for value in [
            json!("100"),
            json!(null),
            json!(true),
            json!([1]),
            json!(-1),
            json!(1e300),
            json!(u64::MAX),
        ] {
            assert_eq!(check(&json!({"exp": value}), 0, 0), Err(JoseError::BadTime), "{value}");
        }
        assert_eq!(check(&json!({"exp": i64::MAX}), 0, 0), Err(JoseError::BadTime));
        assert!(check(&json!({"exp": 253_402_300_799_u64}), i64::MAX, 0).is_err());
    }
}
