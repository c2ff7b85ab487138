//! A form that comes back: names may stand more than once, and there may be many of them.

use axum::body::Body;
use http::{StatusCode, header};
use protocol::refusal::Refusal;

use crate::web::extract::{BodyError, header_text, read_body_of};
use crate::web::visit::{Halt, Visit};

/// The largest form, in bytes: it holds scripts and certificates.
const MOST_BODY: usize = 256 * 1024;
/// More inputs than any page has.
const MOST_INPUTS: usize = 2000;

/// The inputs in the order they came.
pub(super) struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// 413, 415 or 400, as for every form.
    pub(super) async fn read(visit: &Visit<'_>, body: Body) -> Result<Self, Halt> {
        let refused = |status, refusal: Refusal| {
            Halt::Body(BodyError {
                status,
                error: refusal.into(),
            })
        };
        let bytes = read_body_of(body, MOST_BODY).await.map_err(Halt::Body)?;
        let kind = header_text(visit.headers, header::CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !bytes.is_empty() && !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Refusal::ContentTypeUnsupported,
            ));
        }
        let malformed = || refused(StatusCode::BAD_REQUEST, Refusal::ParametersMalformed);
        let form = Self::parse(&bytes).ok_or_else(malformed)?;
        if form.pairs.len() > MOST_INPUTS {
            return Err(refused(StatusCode::BAD_REQUEST, Refusal::ParametersTooMany));
        }
        Ok(form)
    }

    /// `None`: something is not UTF-8.
    fn parse(bytes: &[u8]) -> Option<Self> {
        // What can not be decoded becomes a replacement character, which nobody types.
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(bytes).into_owned().collect();
        let readable = |text: &String| !text.contains(char::REPLACEMENT_CHARACTER);
        pairs
            .iter()
            .all(|(name, value)| readable(name) && readable(value))
            .then_some(Self { pairs })
    }

    /// The first value of `name`; `None` when it is absent or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).find(|value| !value.is_empty())
    }

    /// Every value of `name`.
    pub(super) fn all<'f>(&'f self, name: &str) -> impl Iterator<Item = &'f str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every input.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
