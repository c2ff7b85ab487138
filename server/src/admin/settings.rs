//! `/api/v1/settings`: what the program was told by its file and environment. They are changed there, and read here.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::list::Page;
use super::object;
use crate::app::AppState;
use crate::config::{Place, Setting};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list_settings))
}

/// A setting.
#[derive(Serialize, ToSchema)]
#[schema(as = Setting)]
struct SettingView {
    /// Its key in the file.
    key: &'static str,
    /// The environment variable that overrides the file.
    variable: String,
    /// Its value as text. Null: it is secret, or nobody set it and what holds then is told by `default`.
    value: Option<String>,
    /// Whether its value is kept from everybody.
    secret: bool,
    /// Where it was set: `file`, `environment` or `default`.
    origin: &'static str,
    /// The line of the file.
    line: Option<usize>,
    /// What holds when nobody sets it.
    default: &'static str,
    /// What it does.
    meaning: &'static str,
}

impl From<&Setting> for SettingView {
    fn from(setting: &Setting) -> Self {
        let (origin, line) = match &setting.place {
            Some(Place::File { line, .. }) => ("file", Some(*line)),
            Some(Place::WholeFile(_)) => ("file", None),
            Some(Place::Variable(_)) => ("environment", None),
            Some(Place::Default) | None => ("default", None),
        };
        Self {
            key: setting.path,
            variable: setting.variable.clone(),
            value: setting.value.clone(),
            secret: setting.secret,
            default: setting.default,
            meaning: setting.meaning,
            origin,
            line,
        }
    }
}

/// List settings
///
/// All of them, in the order of the reference, as this node was told them at its start. Secrets are named and not shown.
#[utoipa::path(get, path = "/settings", tag = "settings", operation_id = "list_settings",
    responses((status = 200, description = "All of them.", body = Page<SettingView>)))]
async fn list_settings(State(app): State<AppState>) -> Response {
    object::untagged(&Page {
        items: app.config.settings.iter().map(SettingView::from).collect(),
        next_cursor: None,
        previous_cursor: None,
    })
}
