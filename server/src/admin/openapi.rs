//! The description of the management API (OpenAPI 3.1): collected from the routes themselves, completed here with what
//! all of them share.

use std::sync::LazyLock;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::app::AppState;
use crate::pages::{ApiDocs, ApiDocument, ApiOperation, FormAction};
use crate::web::{reply, view};

/// Where the document is served.
pub(super) const JSON_PATH: &str = "/api/v1/openapi.json";

/// What is only read and ended, and so has no `ETag`.
const WITHOUT_VERSION: [&str; 5] = ["/consents/", "/grants/", "/logout-notices/", "/recipes/", "/sessions/"];

const DESCRIPTION: &str = "Everything that an administrator configures, as JSON over HTTP.\n\n\
    Send an API token: `Authorization: Bearer vst_...`. A token holds permissions: `*`, or `<resource>:read` and \
    `<resource>:write`. An access token with the scope `goauthentik.io/api` is taken as well: it acts for its user, who \
    must be an administrator.\n\n\
    Lists answer `items` and `next_cursor`; send the cursor back as `?cursor=` for the next page. `PATCH` takes a JSON \
    merge patch (RFC 7396): `null` sets a field back to its default. Objects carry an `ETag`; send it back as \
    `If-Match` to be sure that nobody else changed the object meanwhile.\n\n\
    Errors are problem details (RFC 9457). A field that does not exist, or whose feature this version does not have, \
    is refused with 422: nothing is accepted and ignored. So is a value that must be unique and is taken (code \
    `taken`).";

/// The document, with what every operation shares.
pub(super) fn document(collected: &utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    document["info"] = json!({
        "title": "Vestibule management API",
        "version": "v1",
        "description": DESCRIPTION,
        "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
    });
    document["servers"] = json!([{"url": "/"}]);
    document["security"] = json!([{"api_token": []}]);
    document["components"]["securitySchemes"] = json!({
        "api_token": {"type": "http", "scheme": "bearer", "description": "The value of an API token, or an access token with the scope `goauthentik.io/api`."}
    });
    for (path, item) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in item.as_object_mut().into_iter().flatten() {
            share(path, method, operation);
        }
    }
    document
}

/// Adds the answers that follow from path and method alone, and the header `If-Match`.
fn share(path: &str, method: &str, operation: &mut Value) {
    let mut statuses = vec![
        ("401", "No token, or one that is unknown, expired or withdrawn."),
        ("403", "The token does not allow it."),
        (
            "503",
            "The database is unavailable; `Retry-After` says when to try again.",
        ),
    ];
    let has_body = !operation["requestBody"].is_null();
    let takes = |name: &str| {
        let parameters = operation["parameters"].as_array();
        parameters.is_some_and(|all| all.iter().any(|parameter| parameter["name"] == name))
    };
    let is_list = method == "get" && takes("cursor");
    // A description says when the answer is 409.
    let description = operation["description"].as_str().unwrap_or_default().replace('\n', " ");
    let conflict = description.split_once("409: ").map(|(_, reason)| reason);
    if path.contains('{') {
        statuses.push(("404", "There is no such object."));
    }
    if has_body {
        statuses.push(("400", "The body is not one well-formed JSON object."));
        statuses.push(("413", "The body is larger than 64 KiB."));
        statuses.push(("415", "The body is not JSON."));
    }
    if method == "patch" && has_body {
        let content = operation["requestBody"]["content"].clone();
        let schema = content.as_object().and_then(|kinds| kinds.values().next()).cloned();
        operation["requestBody"]["content"] = json!({
            "application/merge-patch+json": schema.clone(), "application/json": schema
        });
    }
    if has_body || is_list {
        statuses.push(("422", "Fields or parameters are not right; `errors` names each."));
    }
    let is_versioned = !WITHOUT_VERSION.iter().any(|resource| path.contains(resource));
    if matches!(method, "patch" | "delete") && is_versioned {
        statuses.push(("412", "`If-Match` names another version."));
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let header = json!({"name": "If-Match", "in": "header", "required": false, "schema": {"type": "string"},
            "description": "The `ETag` that was read; the change is refused when the object has another one."});
        operation["parameters"] = parameters.into_iter().chain([header]).collect();
    }
    statuses.extend(conflict.map(|reason| ("409", reason)));
    let mut responses: Map<String, Value> = operation["responses"].as_object().cloned().unwrap_or_default();
    for (status, description) in statuses {
        responses.entry(status).or_insert_with(|| {
            json!({"description": description, "content": {"application/problem+json":
                {"schema": {"$ref": "#/components/schemas/Problem"}}}})
        });
    }
    let mut responses: Vec<_> = responses.into_iter().collect();
    responses.sort_by(|one, other| one.0.cmp(&other.0));
    operation["responses"] = responses.into_iter().collect();
}

/// `GET /api/v1/openapi.json`
pub(super) async fn json_document() -> Response {
    reply::document(Bytes::from(super::openapi()))
}

fn read(app: &AppState) -> ApiDocument {
    // What the program describes is the same as long as it runs.
    static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&super::openapi()).unwrap_or_default());
    ApiDocument::read(&DESCRIPTION, app.public_url.trim_end_matches('/'))
}

/// `GET /api/v1/docs`
pub(super) async fn readable(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let document = read(&app);
    let frame = view::frame(&app, &headers, &[]);
    let page = ApiDocs {
        frame: &frame,
        document: &document,
        json_url: JSON_PATH,
    };
    crate::pages::reply(StatusCode::OK, &page, &FormAction::None)
}

/// `GET /api/v1/docs/{operation}`
pub(super) async fn operation(
    State(app): State<AppState>,
    Path(operation): Path<String>,
    headers: HeaderMap,
) -> Response {
    let document = read(&app);
    let frame = view::frame(&app, &headers, &[]);
    match ApiOperation::find(&frame, &document, &operation) {
        Some(page) => crate::pages::reply(StatusCode::OK, &page, &FormAction::None),
        None => super::nothing_here().await.into_response(),
    }
}

/// What every list takes.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of parameters that `ListParams` reads")]
pub(super) struct PageParams {
    /// How many at most: 1 to 200.
    #[param(default = 50, minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before; all other parameters must be the same.
    cursor: Option<String>,
    /// Text to look for.
    q: Option<String>,
    /// A field that decides the order; `-` before it turns the order round.
    sort: Option<String>,
}
