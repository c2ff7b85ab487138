//! Microsoft Entra ID: with the scope to read memberships, groups come from Microsoft Graph, by id and with their names.

use serde_json::Value;
use url::Url;

use super::super::call::Reply;
use super::super::document::Document;
use crate::error::OAuthError;
use crate::refusal::Refusal;

/// The scope that opens the list, in its short and its long form.
const GROUP_SCOPES: [&str; 2] = [
    "GroupMember.Read.All",
    "https://graph.microsoft.com/GroupMember.Read.All",
];

/// Where the groups are, when they may be read.
pub(in crate::upstream) fn groups_url(userinfo_endpoint: &str, scopes: &[String]) -> Option<String> {
    let may = scopes.iter().any(|scope| GROUP_SCOPES.contains(&scope.as_str()));
    may.then(|| format!("{}/memberOf", userinfo_endpoint.trim_end_matches('/')))
}

/// Adds the groups of one page to `groups`: objects with `id` and `displayName`. Answers where the next page is.
///
/// # Errors
/// [`Refusal::UpstreamUserinfoRefused`] when the list can not be read as a whole: half of it would take memberships away.
pub(in crate::upstream) fn take_groups(
    groups: &mut Vec<Value>,
    userinfo_endpoint: &str,
    reply: &Reply,
) -> Result<Option<String>, OAuthError> {
    let refused = |why: &str| OAuthError::new(Refusal::UpstreamUserinfoRefused).detail(format!("memberOf: {why}"));
    let body = match reply {
        Reply::Answer { status: 200, body, .. } => body,
        Reply::Answer { status, .. } => return Err(refused(&format!("it answered {status}"))),
        Reply::Failed(why) => return Err(refused(why)),
    };
    let answer = Document::parse(body).map_err(|error| refused(error.code()))?;
    let Some(Value::Array(entries)) = answer.get("value") else {
        return Err(refused("no list of groups"));
    };
    let page = entries.iter().filter(|entry| {
        let kind = entry.get("@odata.type").and_then(Value::as_str);
        kind.is_none_or(|kind| kind == "#microsoft.graph.group")
    });
    groups.extend(page.cloned());
    match answer.text("@odata.nextLink") {
        None => Ok(None),
        // The token goes along, so only to the server that has just been asked.
        Some(next) if origin(next).is_some() && origin(next) == origin(userinfo_endpoint) => Ok(Some(next.to_owned())),
        Some(_) => Err(refused("the next page is elsewhere")),
    }
}

fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(url.origin().ascii_serialization())
}
