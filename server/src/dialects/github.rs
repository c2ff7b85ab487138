//! GitHub's interface, for applications that sign people in with GitHub or GitHub Enterprise and nothing else (authentik
//! sheet, section 1.5; contract, section 3): authorization, tokens, and what the REST interface tells about a person, the
//! teams (groups) and the organization (this installation).
//!
//! The paths of the person stand at the root, as authentik has them, and under `/api/v3/`, as GitHub Enterprise has
//! them; all others under `/api/v3/` only. Nothing can be changed through them.

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use crate::app::AppState;

mod authorize;
mod call;
mod failure;
mod objects;
mod organization;
mod person;
mod teams;
mod token;

/// The routes of this dialect.
pub(super) fn routes() -> Router<AppState> {
    let own = Router::new()
        .route("/user", read(get(person::own)))
        .route("/user/emails", read(get(person::emails)))
        .route("/user/teams", read(get(teams::own)))
        .route("/user/orgs", read(get(organization::of_person)));
    let enterprise = Router::new()
        .merge(own.clone())
        .route("/", read(get(person::index)))
        .route("/users/{username}", read(get(person::other)))
        .route("/users/{username}/orgs", read(get(organization::of_other)))
        .route("/user/memberships/orgs", read(get(organization::memberships)))
        .route("/user/memberships/orgs/{org}", read(get(organization::membership)))
        .route("/orgs/{org}", read(get(organization::one)))
        .route("/orgs/{org}/members", read(get(organization::members)))
        .route("/orgs/{org}/members/{username}", read(get(organization::is_member)))
        .route(
            "/orgs/{org}/memberships/{username}",
            read(get(organization::membership_of)),
        )
        .route("/orgs/{org}/teams", read(get(teams::of_organization)))
        .route("/orgs/{org}/teams/{slug}", read(get(teams::by_slug)))
        .route("/orgs/{org}/teams/{slug}/members", read(get(teams::members_by_slug)))
        .route(
            "/orgs/{org}/teams/{slug}/memberships/{username}",
            read(get(teams::membership_by_slug)),
        )
        .route("/teams/{id}", read(get(teams::by_id)))
        .route("/teams/{id}/members", read(get(teams::members_by_id)))
        .route("/teams/{id}/members/{username}", read(get(teams::is_member_by_id)))
        .route("/teams/{id}/memberships/{username}", read(get(teams::membership_by_id)))
        .fallback(failure::nothing_here);
    Router::new()
        .route("/login/oauth/authorize", get(authorize::get))
        .route("/login/oauth/access_token", post(token::post).fallback(token::other))
        .merge(own)
        .route("/api/v3/", read(get(person::index)))
        .nest("/api/v3", enterprise)
}

/// A path that can only be read.
fn read(methods: MethodRouter<AppState>) -> MethodRouter<AppState> {
    methods.fallback(failure::not_like_this)
}
