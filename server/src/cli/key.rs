//! `vestibule key`: the keys that sign tokens and those that encrypt them.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::{Failure, Session};

const COLUMNS: [Column; 6] = [
    ("name", "NAME"),
    ("use", "USE"),
    ("alg", "ALGORITHM"),
    ("state", "STATE"),
    ("kid", "KID"),
    ("id", "ID"),
];

/// The keys that sign tokens, and those that encrypt them.
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
    /// Make or import one.
    #[command(
        after_help = "Example:\n  vestibule key create --alg ES256 --name \"For the shop\"\n  \
            vestibule key create --private-key key.pem --certificate chain.pem\n  \
            vestibule key create --use enc --certificate of-the-application.pem"
    )]
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
        /// Only the key of this id.
        #[arg(long, value_name = "ID")]
        key: Option<String>,
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
    /// The algorithm: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA to sign; RSA-OAEP-256, ECDH-ES,
    /// ECDH-ES+A128KW or ECDH-ES+A256KW to encrypt. An imported key has a usual one.
    #[arg(long, value_name = "ALGORITHM", required_unless_present_any = ["private_key", "certificate"])]
    alg: Option<String>,
    /// sig or enc.
    #[arg(long = "use", value_name = "USE")]
    key_use: Option<String>,
    /// A file with a private key in PEM, to import it.
    #[arg(long, value_name = "FILE")]
    private_key: Option<PathBuf>,
    /// A file with the certificate of the key in PEM, and its chain behind it.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
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
                .with("alg", create.alg.as_deref())
                .with("use", create.key_use.as_deref())
                .with("name", create.name.as_deref())
                .with("private_key", read(create.private_key.as_deref())?)
                .with("certificate", read(create.certificate.as_deref())?)
                .with_fields(&create.fields)?;
            let made = api.call(Method::POST, "/keys", Some(&body)).await?;
            api.show(&made, note(&made));
        }
        Command::Update(update) => {
            let body = Body::default()
                .with("name", update.name.as_deref())
                .with_fields(&update.fields)?;
            api.show(&api.call(Method::PATCH, &of(&update.id), Some(&body)).await?, "");
        }
        Command::Rotate { alg, key } => {
            let body = json!({ "alg": alg, "key": key });
            let made = api.call(Method::POST, "/keys/rotate", Some(&body)).await?;
            api.show(&made, note(&made));
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

/// The text of a file that an option names.
fn read(path: Option<&Path>) -> Result<Option<String>, Failure> {
    path.map(|path| {
        std::fs::read_to_string(path).map_err(|error| Failure::wrong_use(format!("{}: {error}", path.display())))
    })
    .transpose()
}

/// What is said below a key whose private half is shown.
fn note(made: &Value) -> &'static str {
    if made["private_key"].is_null() {
        ""
    } else {
        "Give the private key to the application now; it is not shown again."
    }
}
