//! `vestibule token`: API tokens, with which programs call the management API.

use clap::{Args, Subcommand};
use http::Method;

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::{Failure, Session};

const COLUMNS: [Column; 5] = [
    ("name", "NAME"),
    ("permissions", "PERMISSIONS"),
    ("expires_at", "EXPIRES"),
    ("last_used_at", "LAST USED"),
    ("id", "ID"),
];

/// API tokens, with which programs call the management API.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vestibule token create deployment --permission applications:read --permission applications:write"
)]
pub(super) struct Token {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List API tokens.
    #[command(after_help = "Example:\n  vestibule token list")]
    List(ListOptions),
    /// Make one. Its value is shown this once.
    #[command(
        after_help = "Example:\n  vestibule token create deployment --permission applications:write --expires-at 2030-01-31T00:00:00Z"
    )]
    Create(Create),
    /// Withdraw one; it is refused from the next request on.
    #[command(after_help = "Example:\n  vestibule token delete tok_01J0000000000000000000000")]
    Delete { id: String },
}

#[derive(Debug, Args)]
struct Create {
    /// What administrators know it by.
    name: String,
    /// `*`, `<resource>:read` or `<resource>:write`. Repeatable.
    #[arg(long = "permission", value_name = "PERMISSION", required = true)]
    permissions: Vec<String>,
    /// When it dies by itself, like 2030-01-31T00:00:00Z; without it, never.
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
    /// Id of the user as whom it acts.
    #[arg(long, value_name = "ID")]
    user: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

pub(super) async fn run(arguments: &Token, session: &Session) -> Result<(), Failure> {
    let make = matches!(arguments.command, Command::Create(_));
    let api = Api::open(session, if make { Missing::Make } else { Missing::Refuse }).await?;
    match &arguments.command {
        Command::List(options) => api.list("/api-tokens", options, &COLUMNS).await?,
        Command::Create(create) => {
            let body = Body::default()
                .with("name", Some(create.name.as_str()))
                .with_list("permissions", &create.permissions)
                .with("expires_at", create.expires_at.as_deref())
                .with("user", create.user.as_deref())
                .with_fields(&create.fields)?;
            let made = api.call(Method::POST, "/api-tokens", Some(&body)).await?;
            api.show(&made, "Keep the value now: it is not shown again.");
        }
        Command::Delete { id } => {
            api.call(Method::DELETE, &path("api-tokens", id), None).await?;
            api.done(&format!("{id} is withdrawn."), "deleted", id);
        }
    }
    Ok(())
}
