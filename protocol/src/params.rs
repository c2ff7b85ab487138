//! Parameters of a request, from a query string or a form body (application/x-www-form-urlencoded).
//!
//! RFC 6749, section 3.1: a parameter without a value counts as absent, an unknown one is ignored, and none may stand
//! twice. Limits keep hostile input small.

use crate::error::OAuthError;
use crate::refusal::Refusal;

/// More parameters than any request of ours needs.
const MOST_PARAMETERS: usize = 100;
/// Longer than any value of ours, in bytes; it holds an `id_token_hint`.
const LONGEST_VALUE: usize = 16 * 1024;

/// Decoded parameters in the order they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Decodes a query string or form body.
    ///
    /// # Errors
    /// [`Refusal::ParametersMalformed`] for what is not UTF-8 after decoding, [`Refusal::ParametersTooMany`] beyond the
    /// limits, [`Refusal::ParameterRepeated`] for a name that stands twice.
    pub fn parse(encoded: &[u8]) -> Result<Self, OAuthError> {
        let mut pairs: Vec<(String, String)> = Vec::with_capacity(8);
        for part in encoded.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
            if pairs.len() == MOST_PARAMETERS {
                return Err(Refusal::ParametersTooMany.into());
            }
            let split = part.iter().position(|byte| *byte == b'=');
            let (name, value) = split.map_or((part, &b""[..]), |at| (&part[..at], &part[at + 1..]));
            if value.len() > LONGEST_VALUE || name.len() > 256 {
                return Err(Refusal::ParametersTooMany.into());
            }
            let (name, value) = (decode(name)?, decode(value)?);
            // RFC 8707, section 2: a request may name several resources.
            let may_repeat = matches!(name.as_str(), "resource" | "audience");
            if !may_repeat && pairs.iter().any(|(earlier, _)| *earlier == name) {
                return Err(OAuthError::new(Refusal::ParameterRepeated).given(name));
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// The value of `name`; `None` when it is absent or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Whether `name` came at all, even empty.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// These, and those of `others` whose names are not among them.
    #[must_use]
    pub fn with_missing_of(mut self, others: &Self) -> Self {
        for (name, value) in &others.pairs {
            if !self.contains(name) {
                self.pairs.push((name.clone(), value.clone()));
            }
        }
        self
    }

    /// All pairs in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::fmt::Debug for Params {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Params {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self {
            pairs: pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        }
    }
}

fn decode(encoded: &[u8]) -> Result<String, OAuthError> {
    // Most values, tokens above all, have nothing to decode.
    if !encoded.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return String::from_utf8(encoded.to_vec()).map_err(|_| Refusal::ParametersMalformed.into());
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match (hex_digit(rest.first()), hex_digit(rest.get(1))) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = &rest[2..];
                }
                _ => return Err(Refusal::ParametersMalformed.into()),
            },
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| Refusal::ParametersMalformed.into())
}

fn hex_digit(byte: Option<&u8>) -> Option<u8> {
    byte.and_then(|byte| char::from(*byte).to_digit(16))
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(encoded: &str) -> Option<Refusal> {
        Params::parse(encoded.as_bytes()).err().map(|error| error.refusal)
    }

    #[test]
    fn decodes_names_and_values() {
        let params = Params::parse(b"a=1+2&b=%C3%BC&c=&d&&e=x%3Dy").expect("well formed");
        assert_eq!(params.get("a"), Some("1 2"));
        assert_eq!(params.get("b"), Some("ü"));
        assert_eq!((params.get("c"), params.contains("c")), (None, true));
        assert_eq!((params.get("d"), params.contains("d")), (None, true));
        assert_eq!(params.get("e"), Some("x=y"));
        assert!(Params::parse(b"").expect("nothing").is_empty());
    }

    #[test]
    fn refuses_what_it_can_not_read() {
        for encoded in ["a=%", "a=%1", "a=%zz", "a=%+1", "a=%ff", "%c3=1"] {
            assert_eq!(refusal(encoded), Some(Refusal::ParametersMalformed), "{encoded}");
        }
    }

    #[test]
    fn refuses_repetition_also_in_another_spelling() {
        assert_eq!(refusal("state=1&state=2"), Some(Refusal::ParameterRepeated));
        assert_eq!(refusal("state=1&st%61te=1"), Some(Refusal::ParameterRepeated));
        assert_eq!(refusal("state=&state="), Some(Refusal::ParameterRepeated));
        assert_eq!(refusal("resource=a&resource=b"), None);
    }

    #[test]
    fn has_limits() {
        let many: String = (0..=MOST_PARAMETERS).map(|at| format!("p{at}=1&")).collect();
        assert_eq!(refusal(&many), Some(Refusal::ParametersTooMany));
        assert_eq!(
            refusal(&format!("a={}", "x".repeat(LONGEST_VALUE + 1))),
            Some(Refusal::ParametersTooMany)
        );
    }

    #[test]
    fn debug_output_shows_no_values() {
        let params = Params::parse(b"client_secret=hidden").expect("well formed");
        assert!(!format!("{params:?}").contains("hidden"));
    }
}
