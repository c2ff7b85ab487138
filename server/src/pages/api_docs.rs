//! The readable form of the management API's description: its contents, and a page for each operation, made by the server, with no
//! foreign scripts.

pub(crate) mod document;
mod schema;

use askama::Template;

use super::frame::Frame;
use document::{ApiDocument, Operation, Resource};

/// Where the contents are; an operation is below, by its anchor.
pub(crate) const CONTENTS: &str = "/api/v1/docs";

/// `/api/v1/docs`: one section per resource, one `li.operation` per operation.
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

/// `/api/v1/docs/OPERATION`: parameters, body, a curl example and answers of one operation.
#[derive(Debug, Template)]
#[template(path = "api_operation.html")]
pub struct ApiOperation<'a> {
    frame: &'a Frame<'a>,
    document: &'a ApiDocument,
    resource: &'a Resource,
    operation: &'a Operation,
    contents: &'static str,
}

impl<'a> ApiOperation<'a> {
    /// The page of the operation of this anchor, such as `post-api-v1-users`.
    #[must_use]
    pub fn find(frame: &'a Frame<'a>, document: &'a ApiDocument, anchor: &str) -> Option<Self> {
        let (resource, operation) = document.resources.iter().find_map(|resource| {
            let mut operations = resource.operations.iter();
            Some((resource, operations.find(|operation| operation.anchor == anchor)?))
        })?;
        Some(Self {
            frame,
            document,
            resource,
            operation,
            contents: CONTENTS,
        })
    }
}

impl Operation {
    /// The address of its page.
    fn address(&self) -> String {
        format!("{CONTENTS}/{}", self.anchor)
    }
}
