//! `vestibule key`: the keys that sign tokens.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::json;

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::{Failure, Session};

const COLUMNS: [Column; 5] = [
    ("name", "NAME"),
    ("alg", "ALGORITHM"),
    ("state", "STATE"),
    ("kid", "KID"),
    ("id", "ID"),
];

/// The keys that sign tokens.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vestibule key rotate --alg RS256\n  vestibule key list")]
pub(super) struct Key {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List keys.
    #[command(after_help = "Example:\n  vestibule key list --filter state=active")]
    List(ListOptions),
    /// Show one.
    #[command(after_help = "Example:\n  vestibule key show key_01J0000000000000000000000")]
    Show { id: String },
    /// Make one.
    #[command(after_help = "Example:\n  vestibule key create --alg ES256 --name \"For the shop\"")]
    Create(Create),
    /// Change name or state of one.
    #[command(after_help = "Example:\n  vestibule key update key_01J0000000000000000000000 --set state=active")]
    Update(Update),
    /// Put a new key in the place of the active one in every application; the old one stays published for tokens of its own.
    #[command(after_help = "Example:\n  vestibule key rotate --alg RS256")]
    Rotate {
        /// The algorithm.
        #[arg(long, value_name = "ALGORITHM")]
        alg: String,
    },
    /// Retire a key that no application signs with; it stays published for tokens of its own.
    #[command(after_help = "Example:\n  vestibule key retire key_01J0000000000000000000000")]
    Retire { id: String },
    /// Delete a key; tokens that it signed are refused from now on.
    #[command(after_help = "Example:\n  vestibule key delete key_01J0000000000000000000000")]
    Delete { id: String },
}

#[derive(Debug, Args)]
struct Create {
    /// The algorithm: RS256, PS256, ES256, ES384 or EdDSA.
    #[arg(long, value_name = "ALGORITHM")]
    alg: String,
    /// What administrators know it by.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct Update {
    id: String,
    /// What administrators know it by.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    #[command(flatten)]
    fields: Fields,
}

pub(super) async fn run(arguments: &Key, session: &Session) -> Result<(), Failure> {
    let make = matches!(arguments.command, Command::Create(_));
    let api = Api::open(session, if make { Missing::Make } else { Missing::Refuse }).await?;
    let of = |id: &str| path("keys", id);
    match &arguments.command {
        Command::List(options) => api.list("/keys", options, &COLUMNS).await?,
        Command::Show { id } => api.show(&api.call(Method::GET, &of(id), None).await?, ""),
        Command::Create(create) => {
            let body = Body::default()
                .with("alg", Some(create.alg.as_str()))
                .with("name", create.name.as_deref())
                .with_fields(&create.fields)?;
            api.show(&api.call(Method::POST, "/keys", Some(&body)).await?, "");
        }
        Command::Update(update) => {
            let body = Body::default()
                .with("name", update.name.as_deref())
                .with_fields(&update.fields)?;
            api.show(&api.call(Method::PATCH, &of(&update.id), Some(&body)).await?, "");
        }
        Command::Rotate { alg } => {
            let body = json!({ "use": "sig", "alg": alg });
            api.show(&api.call(Method::POST, "/keys/rotate", Some(&body)).await?, "");
        }
        Command::Retire { id } => {
            let body = json!({ "state": "retired" });
            api.show(&api.call(Method::PATCH, &of(id), Some(&body)).await?, "");
        }
        Command::Delete { id } => {
            api.call(Method::DELETE, &of(id), None).await?;
            api.done(&format!("{id} is deleted."), "deleted", id);
        }
    }
    Ok(())
}
