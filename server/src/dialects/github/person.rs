//! `/user`, `/user/emails`, `/users/{username}` and the index of the interface.

use axum::extract::Path;
use axum::response::Response;
use protocol::github::{READ_ORG, USER_EMAIL};
use serde_json::{Value, json};

use super::call::Call;
use super::failure::{Failure, fault};
use super::objects::{emails as emails_of, own_user, public_user};

/// Whose token it is, with the e-mail address.
pub(super) async fn own(call: Call) -> Result<Response, Failure> {
    call.needs(USER_EMAIL)?;
    Ok(call.answer(USER_EMAIL, &own_user(&call.user)))
}

/// The e-mail addresses and whether they are known to be the person's.
pub(super) async fn emails(call: Call) -> Result<Response, Failure> {
    call.needs(USER_EMAIL)?;
    let others = call.app.store.load_user_emails(&call.user.id).await.map_err(fault)?;
    Ok(call.page_of(USER_EMAIL, &emails_of(&call.user, &others)))
}

/// A person whom the caller may see.
pub(super) async fn other(call: Call, Path(username): Path<String>) -> Result<Response, Failure> {
    call.needs(READ_ORG)?;
    let user = call.find(&username).await?;
    Ok(call.answer(READ_ORG, &public_user(&user)))
}

/// Where what stands. Clients ask for it to see whether a token counts.
pub(super) async fn index(call: Call) -> Response {
    let at = |path: &str| Value::from(format!("{}api/v3/{path}", call.app.public_url));
    let index = json!({
        "current_user_url": at("user"), "emails_url": at("user/emails"), "organization_url": at("orgs/{org}"),
        "organization_teams_url": at("orgs/{org}/teams"), "user_url": at("users/{user}"),
        "user_organizations_url": at("user/orgs"),
    });
    call.answer("", &index)
}
