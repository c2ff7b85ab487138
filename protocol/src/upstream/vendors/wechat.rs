//! WeChat: the code is redeemed by GET with `appid` and `secret`, the profile needs `openid` of that answer, and an error is an
//! `errcode` with status 200.

use serde_json::Value;

use super::super::call::{Call, Purpose, append_query};
use super::super::document::Document;

/// The token request.
pub(in crate::upstream) fn token_call(endpoint: &str, appid: &str, secret: &str, code: &str) -> Call {
    let pairs = [
        ("appid", appid),
        ("secret", secret),
        ("code", code),
        ("grant_type", "authorization_code"),
    ];
    Call::get(Purpose::Token, append_query(endpoint, &pairs)).with("Accept", "application/json")
}

/// What the profile request says beside the token.
pub(in crate::upstream) fn profile_params(answer: &Document) -> Vec<(String, String)> {
    let openid = answer.scalar("openid");
    vec![("openid".to_owned(), openid), ("lang".to_owned(), "en".to_owned())]
}

/// The code and the text of an error; zero is none.
pub(in crate::upstream) fn refusal(answer: &Document) -> Option<(String, String)> {
    let code = answer
        .get("errcode")
        .filter(|code| code.as_i64() != Some(0) && !code.is_null())?;
    let text = answer.get("errmsg").and_then(Value::as_str).unwrap_or_default();
    Some((code.to_string(), text.to_owned()))
}
