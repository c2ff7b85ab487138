//! Durations as people write them in settings: `hours=1;minutes=30`.
//!
//! Pairs of `unit=value` joined by `;`. Units are microseconds, milliseconds, seconds, minutes, hours, days and weeks, in any letter case;
//! values are decimal and may have a fraction; pairs add up and their order does not matter.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A hundred years of 365.25 days, the longest duration.
const MAX_MICROS: i64 = 36_525 * 86_400 * 1_000_000;
/// More characters than any duration needs.
const MAX_CHARACTERS: usize = 200;

/// Units by falling size with their microseconds.
const UNITS: [(&str, i64); 7] = [
    ("weeks", 7 * 86_400_000_000),
    ("days", 86_400_000_000),
    ("hours", 3_600_000_000),
    ("minutes", 60_000_000),
    ("seconds", 1_000_000),
    ("milliseconds", 1_000),
    ("microseconds", 1),
];

/// Short forms that people try; each is answered with the right unit.
const SHORT_FORMS: [(&str, &str); 13] = [
    ("w", "weeks"),
    ("wk", "weeks"),
    ("d", "days"),
    ("h", "hours"),
    ("hr", "hours"),
    ("hrs", "hours"),
    ("m", "minutes"),
    ("min", "minutes"),
    ("mins", "minutes"),
    ("s", "seconds"),
    ("sec", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
];

/// A length of time in microseconds: never negative, at most a hundred years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// The longest duration.
    pub const MAX: Self = Self(MAX_MICROS);

    /// A duration of whole seconds, for constants; more than [`Span::MAX`] becomes [`Span::MAX`].
    pub const fn from_secs(seconds: u32) -> Self {
        let micros = seconds as i64 * 1_000_000;
        if micros > MAX_MICROS { Self::MAX } else { Self(micros) }
    }

    /// A duration of microseconds, when it lies within the limits.
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < 0 || micros > MAX_MICROS {
            None
        } else {
            Some(Self(micros))
        }
    }

    /// In microseconds.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// In whole seconds, rounded down: the unit of `expires_in`.
    pub const fn as_secs(self) -> i64 {
        self.0 / 1_000_000
    }
}

/// What is wrong with a duration; the text says what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DurationError {
    /// Nothing in it.
    Empty,
    /// A part that is not `unit=value`, and what was probably meant.
    NotAPair(Option<String>),
    /// A unit that does not exist, and what was probably meant.
    UnknownUnit(Option<String>),
    /// A value that is not a decimal number.
    BadNumber,
    /// A value below zero.
    Negative,
    /// Over a hundred years, or an absurdly long text.
    TooLong,
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a duration is missing: write it like `minutes=10`"),
            Self::NotAPair(Some(right)) => write!(f, "a duration is made of unit=value: write `{right}`"),
            Self::NotAPair(None) => {
                f.write_str("a duration is made of unit=value pairs joined by `;`: write it like `minutes=10` or `hours=1;minutes=30`")
            }
            Self::UnknownUnit(Some(right)) => write!(f, "unknown unit: write `{right}`"),
            Self::UnknownUnit(None) => {
                f.write_str("unknown unit: use microseconds, milliseconds, seconds, minutes, hours, days or weeks, like `minutes=10`")
            }
            Self::BadNumber => f.write_str("the value is not a decimal number: write it like `minutes=10` or `hours=1.5`"),
            Self::Negative => f.write_str("a duration cannot be negative: write it like `minutes=10`"),
            Self::TooLong => f.write_str("a duration is at most a hundred years: write it like `days=365`"),
        }
    }
}

impl std::error::Error for DurationError {}

impl FromStr for Span {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        if text.len() > MAX_CHARACTERS {
            return Err(DurationError::TooLong);
        }
        let mut total: i128 = 0;
        let mut pairs = text
            .split(';')
            .map(str::trim)
            .filter(|pair| !pair.is_empty())
            .peekable();
        if pairs.peek().is_none() {
            return Err(DurationError::Empty);
        }
        for pair in pairs {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| DurationError::NotAPair(suggest(pair)))?;
            let (name, value) = (name.trim(), value.trim());
            let unit = UNITS.iter().find(|(unit, _)| unit.eq_ignore_ascii_case(name));
            let (_, micros) = unit.ok_or_else(|| {
                DurationError::UnknownUnit(
                    right_unit(name)
                        .filter(|_| is_decimal(value))
                        .map(|unit| format!("{unit}={value}")),
                )
            })?;
            total += parse_value(value, *micros)?;
        }
        i64::try_from(total)
            .ok()
            .and_then(Self::from_micros)
            .ok_or(DurationError::TooLong)
    }
}

/// A decimal number times the unit in microseconds, rounded to the nearest.
fn parse_value(value: &str, unit: i64) -> Result<i128, DurationError> {
    if value.strip_prefix('-').is_some_and(is_decimal) {
        return Err(DurationError::Negative);
    }
    if !is_decimal(value) {
        return Err(DurationError::BadNumber);
    }
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let unit = i128::from(unit);
    let whole = whole.trim_start_matches('0');
    // 16 digits of microseconds are over three hundred years already; 18 of a fraction are finer than any unit needs.
    if whole.len() > 16 {
        return Err(DurationError::TooLong);
    }
    let fraction = fraction.get(..18).unwrap_or(fraction);
    let number = |digits: &str| {
        digits
            .bytes()
            .fold(0_i128, |sum, digit| sum * 10 + i128::from(digit - b'0'))
    };
    let scale = fraction.bytes().fold(1_i128, |scale, _| scale * 10);
    Ok(number(whole) * unit + (number(fraction) * unit + scale / 2) / scale)
}

/// Digits with at most one point between or before digits.
fn is_decimal(value: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    match value.split_once('.') {
        None => !value.is_empty() && digits(value),
        Some((whole, fraction)) => digits(whole) && !fraction.is_empty() && digits(fraction),
    }
}

/// The unit behind a singular or a short form.
fn right_unit(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let singular = || {
        UNITS
            .iter()
            .find(|(unit, _)| unit.strip_suffix('s') == Some(name.as_str()))
            .map(|(unit, _)| *unit)
    };
    let short = SHORT_FORMS
        .iter()
        .find(|(short, _)| *short == name)
        .map(|(_, unit)| *unit);
    short
        .or_else(singular)
        .or_else(|| UNITS.iter().find(|(unit, _)| *unit == name).map(|(unit, _)| *unit))
}

/// What `10`, `10m` or `10 minutes` was meant to be.
fn suggest(text: &str) -> Option<String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (value, unit) = text.split_at(end);
    let unit = if unit.is_empty() {
        "seconds"
    } else {
        right_unit(unit.trim())?
    };
    is_decimal(value).then(|| format!("{unit}={value}"))
}

impl fmt::Display for Span {
    /// The canonical form: days down to microseconds without zeros. Weeks are written as days, as most settings are thought of in days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("seconds=0");
        }
        let mut rest = self.0;
        let mut separator = "";
        for (unit, micros) in UNITS.iter().skip(1) {
            let count = rest / micros;
            rest %= micros;
            if count > 0 {
                write!(f, "{separator}{unit}={count}")?;
                separator = ";";
            }
        }
        Ok(())
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
