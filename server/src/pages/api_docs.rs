//! The readable form of the management API's description: one page, made by the server, no foreign scripts.

pub(crate) mod document;
mod schema;

use askama::Template;

use super::frame::Frame;
use document::ApiDocument;

/// `/api/v1/docs`: one section per resource, one `details.operation` per operation, with a curl example each.
#[derive(Debug, Template)]
#[template(path = "api_docs.html")]
pub struct ApiDocs<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The description, taken apart.
    pub document: &'a ApiDocument,
    /// Where the JSON document is.
    pub json_url: &'a str,
}
