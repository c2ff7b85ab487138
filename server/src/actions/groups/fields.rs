//! The fields of a group that callers write, and what a change of them makes of the record.

use protocol::profile::check_group;
use serde::Deserialize;
use serde_json::{Map, Value};
use store::groups::list::GroupWithMembers;
use utoipa::ToSchema;

use crate::actions::changes::{Changes, Fields};
use crate::actions::merge::{merge, normal_ids};
use crate::actions::outcome::FieldError;

/// The writable fields of a group.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = GroupFields)]
pub struct GroupFields {
    /// 1 to 255 characters, unique. Required for a new group.
    #[schema(example = "staff")]
    pub name: Option<String>,
    /// Ids of the groups directly above it. Its members belong to them too.
    pub parents: Option<Vec<String>>,
    /// Free attributes for mappings and policies.
    #[schema(value_type = Option<Object>)]
    pub attributes: Option<Map<String, Value>>,
    /// Its members, and those of the groups below it, may everything; needs the permission `*` to be given or taken.
    pub is_admin: Option<bool>,
    /// Ids of its direct members.
    pub users: Option<Vec<String>>,
}

impl Fields for GroupFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "number", "uuid"];
}

/// Applies `changes` to `found` and answers what is wrong with the outcome, as far as it can be seen from itself.
pub(super) fn apply(changes: Changes<GroupFields>, found: &mut GroupWithMembers, merged: bool) -> Vec<FieldError> {
    let resets = |field: &str| changes.reset.contains(field);
    let fields = changes.fields;
    let group = &mut found.group;
    if let Some(name) = fields.name.or_else(|| resets("name").then(String::new)) {
        group.name = name;
    }
    if let Some(parents) = fields.parents.or_else(|| resets("parents").then(Vec::new)) {
        group.parents = normal_ids(parents);
    }
    if let Some(is_admin) = fields.is_admin.or_else(|| resets("is_admin").then_some(false)) {
        group.is_admin = is_admin;
    }
    if let Some(users) = fields.users.or_else(|| resets("users").then(Vec::new)) {
        found.users = normal_ids(users);
    }
    match fields.attributes {
        Some(attributes) if merged => merge(&mut group.attributes, attributes),
        Some(attributes) => group.attributes = attributes,
        None if resets("attributes") => group.attributes = Map::new(),
        None => {}
    }
    check_group(group)
        .into_iter()
        .map(|(field, wrong)| FieldError::new(field, wrong.code, format!("This field {}.", wrong.message)))
        .collect()
}

/// Names of the fields that differ.
pub(super) fn changed(before: &GroupWithMembers, after: &GroupWithMembers) -> Vec<&'static str> {
    let (one, other) = (&before.group, &after.group);
    [
        ("name", one.name != other.name),
        ("parents", one.parents != other.parents),
        ("attributes", one.attributes != other.attributes),
        ("is_admin", one.is_admin != other.is_admin),
        ("users", before.users != after.users),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}
