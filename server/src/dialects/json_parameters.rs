//! Parameters of a token request that come as a JSON object, which dialects allow beside the form of the standard.

use bytes::Bytes;
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::refusal::Refusal;
use serde_json::Value;

use crate::web::json;

/// The members of a JSON object whose values are texts or numbers; null counts as absent, and so does what is nested. No
/// member stands twice, as no parameter does (RFC 6749, section 3.2).
///
/// # Errors
/// [`Refusal::ParametersMalformed`].
pub(super) fn read(body: &Bytes) -> Result<Params, OAuthError> {
    let malformed = |detail: String| OAuthError::new(Refusal::ParametersMalformed).detail(detail);
    let members = match json::parse(body).map_err(malformed)? {
        Value::Object(members) => members,
        _ => return Err(malformed("the body is no JSON object".to_owned())),
    };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Ok(members
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .collect())
}
