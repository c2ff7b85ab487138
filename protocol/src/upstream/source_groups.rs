//! Groups of a source, and which groups of ours a person is in because of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::profile::Dropped;
use super::source::GroupMatchingMode;
use crate::error::OAuthError;
use crate::profile::check_group_name;
use crate::refusal::Refusal;

/// More groups than anybody is in.
const MOST_GROUPS: usize = 1000;
/// The longest identifier of a group, in characters.
const LONGEST_ID: usize = 255;

/// A group of a source.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceGroup {
    /// What tells it from the others there.
    pub id: String,
    /// For people; the id where there is nothing else.
    pub name: String,
    /// Attributes that group property mappings set.
    pub attributes: Map<String, Value>,
}

/// Reads a list of groups: texts, numbers, or objects with `id`, `value` or `sub` and `name`, `display` or `displayName`. What is
/// neither is left out.
pub(super) fn read_groups(value: Option<&Value>, key: &str, dropped: &mut Vec<Dropped>) -> Vec<SourceGroup> {
    let entries = match value {
        Some(Value::Array(entries)) => entries.as_slice(),
        Some(one @ Value::String(_)) => std::slice::from_ref(one),
        None | Some(Value::Null) => &[],
        Some(_) => {
            dropped.push(Dropped::new(key, "it is no list of groups"));
            &[]
        }
    };
    let mut groups: Vec<SourceGroup> = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, entry) in entries.iter().enumerate() {
        match read_group(entry) {
            _ if groups.len() == MOST_GROUPS => {
                dropped.push(Dropped::new(format!("{key}[{at}]"), "there are too many groups"));
                break;
            }
            Some(group) if seen.insert(group.id.clone()) => groups.push(group),
            Some(_) => {}
            None => dropped.push(Dropped::new(format!("{key}[{at}]"), "it is no group")),
        }
    }
    groups
}

fn read_group(entry: &Value) -> Option<SourceGroup> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    };
    let member = |names: [&str; 3]| {
        let found = names.into_iter().find_map(|name| text(entry.get(name)?));
        found.filter(|text| !text.is_empty())
    };
    let (id, name) = match entry {
        Value::Object(_) => {
            let name = member(["name", "display", "displayName"]);
            let id = member(["id", "value", "sub"]).or_else(|| name.clone())?;
            (id.clone(), name.unwrap_or(id))
        }
        other => {
            let id = text(other)?;
            (id.clone(), id)
        }
    };
    let fits = !id.is_empty() && id.chars().count() <= LONGEST_ID && check_group_name(&name).is_ok();
    fits.then(|| SourceGroup {
        id,
        name,
        attributes: Map::new(),
    })
}

/// What the property mappings for groups begin with: `name` and `attributes`. `group_id` of their variables is the id.
#[must_use]
pub fn base_group_properties(group: &SourceGroup) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("name".to_owned(), group.name.as_str().into());
    properties.insert("attributes".to_owned(), json!({}));
    properties
}

/// The group as property mappings left it. `None`: they took its name away, so it is left out.
#[must_use]
pub fn apply_group_properties(group: SourceGroup, properties: &Map<String, Value>) -> Option<SourceGroup> {
    let name = properties.get("name")?.as_str()?.trim().to_owned();
    check_group_name(&name).ok()?;
    let attributes = properties.get("attributes").and_then(Value::as_object).cloned();
    Some(SourceGroup {
        name,
        attributes: attributes.unwrap_or_default(),
        ..group
    })
}

/// What is known of one group of the source.
#[derive(Clone, Debug)]
pub struct GroupSituation<'a> {
    /// The group.
    pub group: &'a SourceGroup,
    /// The group of ours that it is joined with already.
    pub joined: Option<&'a str>,
    /// The group of ours that has its name.
    pub by_name: Option<&'a str>,
}

/// What becomes of one group, each case with a stable name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GroupRow {
    /// Joined already.
    Joined,
    /// Mode `name_link`, and a group has the name.
    LinkedByName,
    /// A new group.
    Created,
    /// A group of ours has the name that a new one would need, or another new one has. It is left out.
    NameTaken,
    /// Mode `name_deny`, and a group has the name.
    Denied,
}

impl GroupRow {
    /// All rows.
    pub const ALL: [Self; 5] = [
        Self::Joined,
        Self::LinkedByName,
        Self::Created,
        Self::NameTaken,
        Self::Denied,
    ];

    /// The stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Joined => "group_joined",
            Self::LinkedByName => "group_linked_by_name",
            Self::Created => "group_created",
            Self::NameTaken => "group_name_taken",
            Self::Denied => "group_denied",
        }
    }
}

/// What becomes of a person's groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupDecision {
    /// Each group of the source in order, by its id, and what becomes of it.
    pub rows: Vec<(String, GroupRow)>,
    /// Groups of ours to be joined with groups of the source: id there, id here.
    pub link: Vec<(String, String)>,
    /// New groups.
    pub create: Vec<SourceGroup>,
    /// Groups of ours that the person is in because of this source: those that exist. New ones come to these.
    pub members_of: BTreeSet<String>,
    /// Groups of ours that the person is in no longer: joined with this source, and not among those it named. Memberships that
    /// do not come from this source stay.
    pub leave: BTreeSet<String>,
}

/// Decides about the groups of a person. `joined_groups` are all groups of ours that are joined with this source, `member_of` those
/// the person is in.
///
/// # Errors
/// [`Refusal::UpstreamGroupDenied`] when one group is denied: the sign-in fails as a whole.
pub fn decide_groups(
    mode: GroupMatchingMode,
    situations: &[GroupSituation<'_>],
    joined_groups: &BTreeSet<String>,
    member_of: &BTreeSet<String>,
) -> Result<GroupDecision, OAuthError> {
    let mut decision = GroupDecision::default();
    for situation in situations {
        let is_new_twice = |row| {
            let name = &situation.group.name;
            row == GroupRow::Created && decision.create.iter().any(|group| group.name == *name)
        };
        let row = match decide_group(mode, situation) {
            row if is_new_twice(row) => GroupRow::NameTaken,
            row => row,
        };
        let id = &situation.group.id;
        decision.rows.push((id.clone(), row));
        match (row, situation.joined, situation.by_name) {
            (GroupRow::Joined, Some(ours), _) => {
                decision.members_of.insert(ours.to_owned());
            }
            (GroupRow::LinkedByName, _, Some(ours)) => {
                decision.link.push((id.clone(), ours.to_owned()));
                decision.members_of.insert(ours.to_owned());
            }
            (GroupRow::Created, ..) => decision.create.push(situation.group.clone()),
            (GroupRow::Denied, ..) => {
                return Err(OAuthError::new(Refusal::UpstreamGroupDenied).given(situation.group.name.clone()));
            }
            _ => {}
        }
    }
    let of_source = joined_groups.intersection(member_of);
    decision.leave = of_source
        .filter(|ours| !decision.members_of.contains(*ours))
        .cloned()
        .collect();
    Ok(decision)
}

fn decide_group(mode: GroupMatchingMode, situation: &GroupSituation<'_>) -> GroupRow {
    match (situation.joined, mode, situation.by_name) {
        (Some(_), ..) => GroupRow::Joined,
        (None, GroupMatchingMode::NameLink, Some(_)) => GroupRow::LinkedByName,
        (None, GroupMatchingMode::NameDeny, Some(_)) => GroupRow::Denied,
        // Names of groups are unique here, and a source must not come by rights through a name.
        (None, GroupMatchingMode::Identifier, Some(_)) => GroupRow::NameTaken,
        (None, _, None) => GroupRow::Created,
    }
}
