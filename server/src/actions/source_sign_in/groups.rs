//! Groups of a source become groups of ours, and a person is in those that the source names: `protocol::upstream::decide_groups`
//! with what it needs read before, and the statements that follow from it.

use std::collections::BTreeSet;

use protocol::time::Time;
use protocol::upstream::{GroupSituation, SourceGroup, Upstream, decide_groups};
use protocol::user::Group;
use store::{Stmt, StoreError};

use super::NotIn;
use crate::actions::machine::new_uuid;
use crate::app::App;

/// The statements that bring the groups of a person up to date. `member_of`: the groups that the person is in directly.
///
/// # Errors
/// [`protocol::refusal::Refusal::UpstreamGroupDenied`], or when the database is unavailable.
pub(super) async fn bring(
    app: &App,
    upstream: &Upstream,
    groups: &[SourceGroup],
    user_id: &str,
    member_of: &[String],
    now: Time,
) -> Result<Vec<Stmt>, NotIn> {
    let source = &upstream.source;
    let joined = app.store.load_source_groups(&source.id).await?;
    if groups.is_empty() && joined.is_empty() {
        return Ok(Vec::new());
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
        after.push(group.id);
    }
    statements.extend(app.store.change_user_groups(user_id, member_of, &after, now));
    Ok(statements)
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
