//! Teams: the groups that a person belongs to directly. Others are not found, whether they exist or not.

use axum::extract::Path;
use axum::response::Response;
use protocol::github::READ_ORG;
use protocol::github::slug::of_team;
use protocol::user::Group;
use serde_json::Value;

use super::call::Call;
use super::failure::{Failure, fault};
use super::objects::{simple_user, team_membership};

/// `/user/teams`
pub(super) async fn own(call: Call) -> Result<Response, Failure> {
    list(&call).await
}

/// `/orgs/{org}/teams`
pub(super) async fn of_organization(call: Call, Path(org): Path<String>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.check_organization(&org)?;
    list(&call).await
}

/// `/orgs/{org}/teams/{slug}`
pub(super) async fn by_slug(call: Call, Path((org, slug)): Path<(String, String)>) -> Result<Response, Failure> {
    let group = find_by_slug(&call, &org, &slug).await?;
    Ok(call.answer(READ_ORG, &call.organization.team(&group)))
}

/// `/orgs/{org}/teams/{slug}/members`
pub(super) async fn members_by_slug(
    call: Call,
    Path((org, slug)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let group = find_by_slug(&call, &org, &slug).await?;
    members(&call, &group).await
}

/// `/orgs/{org}/teams/{slug}/memberships/{username}`
pub(super) async fn membership_by_slug(
    call: Call,
    Path((org, slug, username)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let group = find_by_slug(&call, &org, &slug).await?;
    check_member(&call, &group, &username).await?;
    Ok(call.answer(READ_ORG, &team_membership()))
}

/// `/teams/{id}`
pub(super) async fn by_id(call: Call, Path(id): Path<String>) -> Result<Response, Failure> {
    let group = find_by_id(&call, &id).await?;
    Ok(call.answer(READ_ORG, &call.organization.team(&group)))
}

/// `/teams/{id}/members`
pub(super) async fn members_by_id(call: Call, Path(id): Path<String>) -> Result<Response, Failure> {
    let group = find_by_id(&call, &id).await?;
    members(&call, &group).await
}

/// `/teams/{id}/members/{username}`: 204 or 404.
pub(super) async fn is_member_by_id(
    call: Call,
    Path((id, username)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let group = find_by_id(&call, &id).await?;
    check_member(&call, &group, &username).await?;
    Ok(call.yes(READ_ORG))
}

/// `/teams/{id}/memberships/{username}`
pub(super) async fn membership_by_id(
    call: Call,
    Path((id, username)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let group = find_by_id(&call, &id).await?;
    check_member(&call, &group, &username).await?;
    Ok(call.answer(READ_ORG, &team_membership()))
}

async fn list(call: &Call) -> Result<Response, Failure> {
    let groups = groups(call).await?;
    let teams: Vec<Value> = groups.iter().map(|group| call.organization.team(group)).collect();
    Ok(call.page_of(READ_ORG, &teams))
}

async fn groups(call: &Call) -> Result<Vec<Group>, Failure> {
    call.needs(READ_ORG)?;
    call.app.store.load_direct_groups(&call.user.id).await.map_err(fault)
}

/// The caller's team of this slug; of several, the one that was made first.
async fn find_by_slug(call: &Call, org: &str, slug: &str) -> Result<Group, Failure> {
    let groups = groups(call).await?;
    call.check_organization(org)?;
    groups
        .into_iter()
        .find(|group| of_team(&group.name, group.number) == slug)
        .ok_or_else(Failure::not_found)
}

async fn find_by_id(call: &Call, id: &str) -> Result<Group, Failure> {
    let groups = groups(call).await?;
    groups
        .into_iter()
        .find(|group| group.number.to_string() == id)
        .ok_or_else(Failure::not_found)
}

async fn members(call: &Call, group: &Group) -> Result<Response, Failure> {
    let (limit, offset) = (call.paging.per_page + 1, call.paging.offset());
    let people = call
        .app
        .store
        .load_people_of_group(&group.id, limit, offset)
        .await
        .map_err(fault)?;
    Ok(call.page_with(READ_ORG, people.iter().map(simple_user).collect()))
}

async fn check_member(call: &Call, group: &Group, username: &str) -> Result<(), Failure> {
    let user = call.find(username).await?;
    match call
        .app
        .store
        .load_is_member(&user.id, &group.id)
        .await
        .map_err(fault)?
    {
        true => Ok(()),
        false => Err(Failure::not_found()),
    }
}
