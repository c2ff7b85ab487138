//! Reading the JSON of the management API, and writing addresses. Pure.

use serde_json::Value;
use url::form_urlencoded;

/// A text member of an object; empty where there is none.
pub(super) fn text<'v>(object: &'v Value, member: &str) -> &'v str {
    object.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// The members of a list; none where there is none.
pub(super) fn items<'v>(object: &'v Value, member: &str) -> &'v [Value] {
    object
        .get(member)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// `path` with these parameters.
pub(super) fn with_query<'q>(path: &str, pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// A word of an address as one segment of a path; empty when it can not be one.
pub(super) fn segment(word: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if word.bytes().all(plain) { word } else { "" }
}
