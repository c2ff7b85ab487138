//! How a browser leaves for an application: by a redirect, or by a page whose form goes there.

use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::view;
use crate::actions::authorization::Posting;
use crate::app::App;
use crate::pages::{FormAction, FormPostPage, reply};

/// The page that posts an answer to an application (OAuth 2.0 Form Post Response Mode, section 2). Its policy lets the
/// form go to the address of the application and nowhere else.
#[must_use]
pub fn form_post(app: &App, headers: &HeaderMap, posting: &Posting) -> Response {
    let action = posting.form.action.as_str();
    let page = FormPostPage {
        frame: &view::frame(app, headers, &posting.ui_locales),
        application: &posting.application,
        action,
        fields: &posting.form.fields,
    };
    reply(StatusCode::OK, &page, &FormAction::only(action))
}
