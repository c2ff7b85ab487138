//! Microsoft Entra ID: with the scope to read memberships, groups come from Microsoft Graph, by id and with their names.

use serde_json::Value;

use super::super::call::Reply;
use super::super::document::Document;

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

/// Puts the groups into the profile: objects with `id` and `displayName`. An answer without a list leaves it as it is.
pub(in crate::upstream) fn take_groups(profile: &mut Document, reply: &Reply) {
    let Reply::Answer { status: 200, body, .. } = reply else {
        return;
    };
    let Ok(answer) = Document::parse(body) else { return };
    if let Some(Value::Array(entries)) = answer.get("value") {
        let groups = entries.iter().filter(|entry| {
            let kind = entry.get("@odata.type").and_then(Value::as_str);
            kind.is_none_or(|kind| kind == "#microsoft.graph.group")
        });
        profile.set("groups", Value::Array(groups.cloned().collect()));
    }
}
