//! The wing dialects: interfaces of other products, for clients that know only those. Each has a folder of its own;
//! what they do is decided by the core like everything else.

use axum::Router;

use crate::app::AppState;

mod auth0;
mod authn_sh;
mod github;
mod json_parameters;

/// The routes of this wing.
pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(authn_sh::routes())
        .merge(auth0::routes())
        .merge(github::routes())
}
