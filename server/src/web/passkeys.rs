//! Passkeys between a page and the server: the JSON of a challenge, and the words for what went wrong.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::reply;
use crate::app::App;
use crate::pages::PasskeyProblem;
use crate::passkeys::PasskeyError;

/// Why a passkey was not taken, in the words of a page.
#[must_use]
pub(crate) fn problem_of(app: &App, error: PasskeyError) -> PasskeyProblem<'_> {
    match error {
        PasskeyError::Origin => PasskeyProblem::Elsewhere(&app.public_url),
        PasskeyError::Challenge => PasskeyProblem::Late,
        PasskeyError::NotVerified => PasskeyProblem::NotVerified,
        PasskeyError::Counter => PasskeyProblem::Copied,
        PasskeyError::Unknown => PasskeyProblem::Unknown,
        PasskeyError::Unavailable | PasskeyError::Unreadable | PasskeyError::Invalid => PasskeyProblem::Failed,
    }
}

/// The challenge for a script of ours: `challenge` (its id) and `options` (what the browser is asked), or why there is none.
#[must_use]
pub(crate) fn challenge(asked: Result<Value, PasskeyError>) -> Response {
    match asked {
        Ok(asked) => reply::json(StatusCode::OK, &asked),
        Err(error) => refused(StatusCode::CONFLICT, error.code()),
    }
}

/// The refusal of a challenge.
#[must_use]
pub(crate) fn refused(status: StatusCode, code: &str) -> Response {
    reply::json(status, &json!({ "error": code }))
}
