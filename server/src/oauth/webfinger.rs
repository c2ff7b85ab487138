//! `/.well-known/webfinger` (RFC 7033; OpenID Connect Discovery 1.0, section 2).

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use protocol::refusal::Refusal;
use protocol::webfinger::{Descriptor, Speaker, speaker};
use url::form_urlencoded;

use super::cors;
use crate::app::{App, AppState};
use crate::clients::By;
use crate::web::reply;

/// Answers who speaks for the `resource`. It must be named once; `rel` may stand more often (RFC 7033, section 4.1).
pub(super) async fn get(State(app): State<AppState>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let values = |wanted: &str| -> Vec<String> {
        form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned())
            .collect()
    };
    let resources = values("resource");
    let answer = match resources.as_slice() {
        [resource] => answer(&app, resource, &values("rel")).await,
        [] => reply::oauth_error(&Refusal::ParametersMalformed.into()),
        _ => reply::oauth_error(&Refusal::ParameterRepeated.into()),
    };
    cors::allow_all(answer)
}

async fn answer(app: &App, resource: &str, wanted: &[String]) -> Response {
    match speaker(resource, &app.public_url) {
        None => reply::empty(StatusCode::NOT_FOUND),
        Some(Speaker::Installation) => write(&Descriptor::new(resource, &app.public_url, wanted)),
        Some(Speaker::Application(slug)) => match app.client(By::Slug(slug)).await {
            Ok(Some(entry)) => write(&Descriptor::new(resource, &entry.client.issuer, wanted)),
            Ok(None) => reply::empty(StatusCode::NOT_FOUND),
            Err(error) => reply::oauth_error(&reply::store_fault(&error)),
        },
    }
}

fn write(descriptor: &Descriptor<'_>) -> Response {
    let mut response = reply::json(StatusCode::OK, descriptor);
    let jrd = HeaderValue::from_static("application/jrd+json");
    response.headers_mut().insert(header::CONTENT_TYPE, jrd);
    response
}
