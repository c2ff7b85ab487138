//! Groups of a source become groups of ours, and a person is in those that the source names: `protocol::upstream::decide_groups`
//! with what it needs read before, and the statements that follow from it.

use std::collections::BTreeSet;

use protocol::upstream::{GroupSituation, SourceGroup, Upstream, decide_groups};
use protocol::user::{Group, User};
use serde_json::json;
use store::{Stmt, StoreError};

use super::NotIn;
use crate::actions::administrators::counts;
use crate::actions::browser_session::{Origin, event};
use crate::actions::machine::new_uuid;
use crate::app::App;

/// What a sign-in changes in the groups of a person.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// The statements.
    pub(super) statements: Vec<Stmt>,
    /// Whether the person is in other groups than before.
    pub(super) changed: bool,
    /// The person is an administrator no more, so another one has to be left.
    pub(super) keeps_one: bool,
}

/// Brings the groups of a person up to date. `member_of`: the groups that the person is in directly.
///
/// # Errors
/// [`protocol::refusal::Refusal::UpstreamGroupDenied`], or when the database is unavailable.
pub(super) async fn bring(
    app: &App,
    upstream: &Upstream,
    groups: &[SourceGroup],
    user: &User,
    member_of: &[String],
    origin: Origin<'_>,
) -> Result<Brought, NotIn> {
    let now = origin.now;
    let source = &upstream.source;
    let joined = app.store.load_source_groups(&source.id).await?;
    if groups.is_empty() && joined.is_empty() {
        return Ok(Brought::default());
    }
    let names = load_names(app, groups, &joined).await?;
    let situations: Vec<GroupSituation<'_>> = groups
        .iter()
        .zip(&names)
        .map(|(group, by_name)| GroupSituation {
            group,
            joined: joined
                .iter()
                .find(|(identifier, _)| *identifier == group.id)
                .map(|(_, ours)| ours.as_str()),
            by_name: by_name.as_deref(),
        })
        .collect();
    let of_source: BTreeSet<String> = joined.iter().map(|(_, ours)| ours.clone()).collect();
    let before: BTreeSet<String> = member_of.iter().cloned().collect();
    let decision = decide_groups(source.group_matching_mode, &situations, &of_source, &before)?;
    let mut statements = Vec::new();
    let mut after: Vec<String> = before.difference(&decision.leave).cloned().collect();
    after.extend(decision.members_of.difference(&before).cloned());
    let (stays, keeps_one) = keep_administrator(app, user, member_of, &after).await?;
    if !stays.is_empty() {
        let mut entry = event(app, origin, "configuration_error", None, Some(&user.id), &[]);
        entry.detail = json!({
            "source": source.key, "groups": stays,
            "reason": "the source names these groups no longer, and without them nobody would be an administrator",
        });
        statements.push(store::events::insert(entry));
        after.extend(stays);
    }
    for (identifier, ours) in &decision.link {
        statements.push(app.store.join_source_group(&source.id, identifier, ours));
    }
    for new in &decision.create {
        let group = Group {
            id: app.new_id("group", now),
            uuid: new_uuid(app),
            created_at: now,
            updated_at: now,
            version: 1,
            name: new.name.clone(),
            attributes: new.attributes.clone(),
            ..Group::default()
        };
        statements.extend(app.store.create_group(&group));
        statements.push(app.store.join_source_group(&source.id, &new.id, &group.id));
        let by = [("by", "source"), ("source", source.key.as_str())];
        let entry = event(app, origin, "group_created", Some(&user.id), Some(&group.id), &by);
        statements.push(store::events::insert(entry));
        after.push(group.id);
    }
    statements.extend(app.store.change_user_groups(&user.id, member_of, &after, now));
    let changed = after.iter().cloned().collect::<BTreeSet<_>>() != before;
    Ok(Brought {
        statements,
        changed,
        keeps_one,
    })
}

/// The groups that a person stays in because they are the last administrator, and whether they are to be one no more.
async fn keep_administrator(
    app: &App,
    user: &User,
    before: &[String],
    after: &[String],
) -> Result<(Vec<String>, bool), StoreError> {
    if before.iter().all(|group| after.contains(group)) {
        return Ok((Vec::new(), false));
    }
    let admin_groups = app.store.load_admin_groups().await?;
    if !counts(user, before, &admin_groups) || counts(user, after, &admin_groups) {
        return Ok((Vec::new(), false));
    }
    if app
        .store
        .load_active_admins()
        .await?
        .iter()
        .any(|other| *other != user.id)
    {
        return Ok((Vec::new(), true));
    }
    let left = before.iter().filter(|group| !after.contains(group));
    Ok((
        left.filter(|group| admin_groups.contains(group)).cloned().collect(),
        false,
    ))
}

/// The group of ours that has the name of each group, where that matters.
async fn load_names(
    app: &App,
    groups: &[SourceGroup],
    joined: &[(String, String)],
) -> Result<Vec<Option<String>>, StoreError> {
    let mut names = Vec::with_capacity(groups.len());
    for group in groups {
        let known = joined.iter().any(|(identifier, _)| *identifier == group.id);
        names.push(if known {
            None
        } else {
            app.store.load_group_named(&group.name).await?
        });
    }
    Ok(names)
}
