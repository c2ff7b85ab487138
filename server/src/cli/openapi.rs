//! `vestibule openapi`.

use clap::Args;

use super::{Failure, Session};
use crate::local;

/// Print the OpenAPI 3.1 document of the management API.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vestibule openapi > openapi.json")]
pub(super) struct OpenApi {}

pub(super) fn run(_: &OpenApi, session: &Session) -> Result<(), Failure> {
    let text = local::openapi();
    let value = serde_json::from_str(&text).map_err(Failure::failed)?;
    session.output.result(text.trim_end(), &value);
    Ok(())
}
