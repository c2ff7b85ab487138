//! Points in time as people and programs write them: RFC 3339 in UTC.

use protocol::time::Time;

use super::outcome::FieldError;

/// A moment in RFC 3339 with microseconds where there are any.
#[must_use]
pub fn rfc3339(time: Time) -> String {
    jiff::Timestamp::from_microsecond(time.0).map_or_else(|_| "never".to_owned(), |moment| moment.to_string())
}

/// Reads a moment.
///
/// # Errors
/// When it is not RFC 3339 with an offset.
pub fn parse_rfc3339(field: &str, text: &str) -> Result<Time, FieldError> {
    text.parse::<jiff::Timestamp>()
        .map(|moment| Time(moment.as_microsecond()))
        .map_err(|_| FieldError::invalid(field, "Write a time like 2030-01-31T12:00:00Z."))
}
