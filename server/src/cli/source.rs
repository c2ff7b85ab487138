//! `vestibule source`: the identity providers that people sign in through.

use clap::{Args, Subcommand};
use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::password;
use super::{Failure, Session};

const COLUMNS: [Column; 5] = [
    ("key", "KEY"),
    ("name", "NAME"),
    ("kind", "KIND"),
    ("preset", "PRESET"),
    ("enabled", "ENABLED"),
];

/// What has to be done on the other side.
const REGISTER_NOTE: &str = "Register its redirect_uri at the identity provider.";

/// The identity providers that people sign in through. WHICH is an id or a key.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vestibule source create company --discovery-url https://login.company.example/.well-known/openid-configuration --client-id vestibule --client-secret < secret\n  vestibule source test company"
)]
pub(super) struct Source {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List sources.
    #[command(after_help = "Example:\n  vestibule source list")]
    List(ListOptions),
    /// Show one; secrets are never shown.
    #[command(after_help = "Example:\n  vestibule source show company --json")]
    Show { which: String },
    /// Make one.
    #[command(
        after_help = "Example:\n  vestibule source create github --preset github --client-id abc --client-secret < secret"
    )]
    Create(Create),
    /// Change one.
    #[command(after_help = "Example:\n  vestibule source update company --set user_matching_mode=verified_email_link")]
    Update(Update),
    /// Delete one; accounts that were made through it stay.
    #[command(after_help = "Example:\n  vestibule source delete company")]
    Delete { which: String },
    /// Ask it everything that can be asked without a person, and show where people would be sent.
    #[command(after_help = "Example:\n  vestibule source test company")]
    Test { which: String },
    /// Take over what its discovery document says now, and read its keys again.
    #[command(after_help = "Example:\n  vestibule source refresh company")]
    Refresh { which: String },
}

#[derive(Debug, Args)]
struct Create {
    /// Its name in addresses: letters, digits, `-` and `_`. It stays as it is.
    key: String,
    /// A vendor whose addresses and habits are known, such as google, github or entraid.
    #[arg(long, value_name = "VENDOR")]
    preset: Option<String>,
    /// What it speaks: oidc, oauth2 or oauth1. That of the vendor, else oidc.
    #[arg(long)]
    kind: Option<String>,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct Update {
    which: String,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct Common {
    /// What people read on its button.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Where it describes itself; ends in `.well-known/openid-configuration`.
    #[arg(long, value_name = "URL")]
    discovery_url: Option<String>,
    /// Who we are there.
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Reads the client secret: asked for on a terminal, otherwise one line of the standard input.
    #[arg(long)]
    client_secret: bool,
}

impl Common {
    async fn body(&self) -> Result<Body, Failure> {
        let secret = match self.client_secret {
            true => Some(password::read("client secret").await?.expose_secret().to_owned()),
            false => None,
        };
        Ok(Body::default()
            .with("name", self.name.as_deref())
            .with("discovery_url", self.discovery_url.as_deref())
            .with("client_id", self.client_id.as_deref())
            .with("client_secret", secret))
    }
}

pub(super) async fn run(arguments: &Source, session: &Session) -> Result<(), Failure> {
    let make = matches!(arguments.command, Command::Create(_));
    let api = Api::open(session, if make { Missing::Make } else { Missing::Refuse }).await?;
    let of = |which: &str| path("sources", which);
    let act = |which: &str, action: &str| format!("{}/{action}", path("sources", which));
    let nothing = Value::Object(serde_json::Map::new());
    match &arguments.command {
        Command::List(options) => api.list("/sources", options, &COLUMNS).await?,
        Command::Show { which } => api.show(&api.call(Method::GET, &of(which), None).await?, ""),
        Command::Create(create) => {
            let name = create.common.name.is_none().then_some(create.key.as_str());
            let body = create
                .common
                .body()
                .await?
                .with("key", Some(create.key.as_str()))
                .with("name", name)
                .with("preset", create.preset.as_deref())
                .with("kind", create.kind.as_deref())
                .with_fields(&create.fields)?;
            let made = api.call(Method::POST, "/sources", Some(&body)).await?;
            api.show(&made, REGISTER_NOTE);
        }
        Command::Update(update) => {
            let body = update.common.body().await?.with_fields(&update.fields)?;
            api.show(&api.call(Method::PATCH, &of(&update.which), Some(&body)).await?, "");
        }
        Command::Delete { which } => {
            api.call(Method::DELETE, &of(which), None).await?;
            api.done(&format!("{which} is deleted."), "deleted", which);
        }
        Command::Test { which } => {
            let tested = api.call(Method::POST, &act(which, "test"), Some(&nothing)).await?;
            api.show(&tested, "");
        }
        Command::Refresh { which } => {
            let read = api.call(Method::POST, &act(which, "refresh"), Some(&nothing)).await?;
            api.show(&read, "");
        }
    }
    Ok(())
}
