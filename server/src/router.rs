//! All routes of the server, put together from the wings.

use axum::Router;
use axum::extract::{Path, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderMap, header};

use crate::app::AppState;
use crate::web::explained::explain;
use crate::web::extract::header_text;
use crate::{account, admin, dashboard, dialects, login, oauth, upstream};

/// The routes of all wings. The layer that observes requests is put around it by whoever serves it.
pub fn router(app: AppState) -> Router {
    let pages = Router::new()
        .merge(oauth::pages())
        .merge(login::routes())
        .merge(account::routes())
        .merge(dashboard::routes(admin::routes(&app).with_state(AppState::clone(&app))))
        .merge(dialects::routes())
        .merge(upstream::routes())
        .layer(from_fn_with_state(AppState::clone(&app), explain));
    Router::new()
        .merge(oauth::routes())
        .merge(pages)
        .merge(admin::routes(&app))
        .route("/assets/{file}", get(asset))
        .method_not_allowed_fallback(login::method_not_allowed)
        .fallback(login::not_found)
        .with_state(app)
}

async fn asset(State(app): State<AppState>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    app.assets.reply(&file, header_text(&headers, header::IF_NONE_MATCH))
}
