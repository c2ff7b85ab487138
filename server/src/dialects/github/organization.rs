//! The organization, which is this installation, and who belongs to it. One sees oneself and the people with whom one
//! has a direct group in common; everybody else is not found.

use axum::extract::Path;
use axum::response::Response;
use protocol::github::READ_ORG;
use protocol::user::User;
use serde_json::Value;

use super::call::Call;
use super::failure::{Failure, fault};
use super::objects::simple_user;

/// `/user/orgs`
pub(super) async fn of_person(call: Call) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    Ok(call.page_of(READ_ORG, &[call.organization.object()]))
}

/// `/users/{username}/orgs`
pub(super) async fn of_other(call: Call, Path(username): Path<String>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.find(&username).await?;
    Ok(call.page_of(READ_ORG, &[call.organization.object()]))
}

/// `/orgs/{org}`
pub(super) async fn one(call: Call, Path(org): Path<String>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.check_organization(&org)?;
    Ok(call.answer(READ_ORG, &call.organization.object()))
}

/// `/user/memberships/orgs`
pub(super) async fn memberships(call: Call) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    let own = membership_object(&call, &call.user).await?;
    Ok(call.page_of(READ_ORG, &[own]))
}

/// `/user/memberships/orgs/{org}`
pub(super) async fn membership(call: Call, Path(org): Path<String>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.check_organization(&org)?;
    Ok(call.answer(READ_ORG, &membership_object(&call, &call.user).await?))
}

/// `/orgs/{org}/memberships/{username}`
pub(super) async fn membership_of(
    call: Call,
    Path((org, username)): Path<(String, String)>,
) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.check_organization(&org)?;
    let user = call.find(&username).await?;
    Ok(call.answer(READ_ORG, &membership_object(&call, &user).await?))
}

/// `/orgs/{org}/members`
pub(super) async fn members(call: Call, Path(org): Path<String>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.check_organization(&org)?;
    let (limit, offset) = (call.paging.per_page + 1, call.paging.offset());
    let people = call
        .app
        .store
        .load_people_around(&call.user.id, limit, offset)
        .await
        .map_err(fault)?;
    Ok(call.page_with(READ_ORG, people.iter().map(simple_user).collect()))
}

/// `/orgs/{org}/members/{username}`: 204 or 404.
pub(super) async fn is_member(call: Call, Path((org, username)): Path<(String, String)>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    call.check_organization(&org)?;
    call.find(&username).await?;
    Ok(call.yes(READ_ORG))
}

async fn membership_object(call: &Call, user: &User) -> Result<Value, Failure> {
    let is_admin = call.app.store.load_is_admin(user).await.map_err(fault)?;
    Ok(call.organization.membership(user, is_admin))
}
