//! GitHub: the profile shows an address only when the person made it public; the others are a list of their own
//! (`GET /user/emails`), of which the one that is primary and verified counts.

use serde_json::Value;

use super::super::call::Reply;
use super::super::document::Document;

/// Where the list is, beside the profile: `https://api.github.com/user/emails`, or the same of an installation of one's own.
pub(in crate::upstream) fn emails_url(userinfo_endpoint: &str) -> String {
    format!("{}/emails", userinfo_endpoint.trim_end_matches('/'))
}

/// Whether the list has to be asked for.
pub(in crate::upstream) fn lacks_email(profile: &Document) -> bool {
    profile.text("email").is_none()
}

/// Makes the profile say of its address only what we know: a member of that name would not be GitHub's.
pub(in crate::upstream) fn tidy(profile: &mut Document) {
    profile.remove("email_verified");
}

/// Takes the address from the list. An answer that is no list is as an empty one: the application may not have the scope
/// `user:email`, and a person without an address is still a person.
pub(in crate::upstream) fn take_email(profile: &mut Document, reply: &Reply) {
    let Reply::Answer { status: 200, body, .. } = reply else {
        return;
    };
    let Ok(list) = Document::parse(&[b"{\"emails\":", body.as_slice(), b"}"].concat()) else {
        return;
    };
    let entries = list
        .get("emails")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let is = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_bool) == Some(true);
    let primary = entries
        .iter()
        .find(|entry| is(entry, "primary") && is(entry, "verified"));
    if let Some(address) = primary.and_then(|entry| entry.get("email")).and_then(Value::as_str) {
        profile.set("email", address.into());
        profile.set("email_verified", true.into());
    }
}
