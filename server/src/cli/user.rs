//! `vestibule user`: people and service accounts.

use clap::{Args, Subcommand};
use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::{Failure, Session, password};

const COLUMNS: [Column; 5] = [
    ("username", "USER NAME"),
    ("name", "NAME"),
    ("email", "EMAIL"),
    ("is_active", "ACTIVE"),
    ("id", "ID"),
];

const APP_PASSWORD_COLUMNS: [Column; 4] = [
    ("name", "NAME"),
    ("last_used_at", "LAST USED"),
    ("expires_at", "EXPIRES"),
    ("id", "ID"),
];

/// People and service accounts. WHO is an id or a user name.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vestibule user create alice --name \"Alice Liddell\" --email alice@example.com\n  vestibule user set-password alice"
)]
pub(super) struct User {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List people and service accounts.
    #[command(after_help = "Example:\n  vestibule user list --search alice")]
    List(ListOptions),
    /// Show one.
    #[command(after_help = "Example:\n  vestibule user show alice --json")]
    Show { who: String },
    /// Make one; it has no password until `set-password`.
    #[command(
        after_help = "Example:\n  vestibule user create alice --name \"Alice Liddell\" --email alice@example.com --set locale=en-GB"
    )]
    Create(Create),
    /// Change one.
    #[command(after_help = "Example:\n  vestibule user update alice --email alice@example.org --set is_active=false")]
    Update(Update),
    /// Delete one, with its sessions and tokens.
    #[command(after_help = "Example:\n  vestibule user delete alice")]
    Delete { who: String },
    /// Set a password: asked for on a terminal, otherwise the first line of the standard input. Ends every session.
    #[command(after_help = "Example:\n  vestibule user set-password alice < password.txt")]
    SetPassword { who: String },
    /// List its app passwords: what programs use to get tokens for it.
    #[command(after_help = "Example:\n  vestibule user app-passwords backup")]
    AppPasswords {
        who: String,
        #[command(flatten)]
        options: ListOptions,
    },
    /// Make an app password, which is shown this once.
    #[command(
        after_help = "Example:\n  vestibule user create-app-password backup --name nightly --expires-at 2030-01-31T12:00:00Z"
    )]
    CreateAppPassword(CreateAppPassword),
    /// Withdraw an app password, and the tokens that it gave.
    #[command(after_help = "Example:\n  vestibule user delete-app-password backup apw_01KAJ8Y3R6T5W2X1V0Z9QPNMHB")]
    DeleteAppPassword { who: String, id: String },
    /// End every session and revoke every token.
    #[command(after_help = "Example:\n  vestibule user sign-out alice")]
    SignOut { who: String },
}

#[derive(Debug, Args)]
struct Create {
    /// What the person types to sign in.
    username: String,
    #[command(flatten)]
    common: Common,
    /// Make a service account, which can not sign in at a page.
    #[arg(long)]
    service_account: bool,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct Update {
    who: String,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct CreateAppPassword {
    who: String,
    /// Which program uses it.
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// When it dies by itself.
    #[arg(long, value_name = "TIME")]
    expires_at: Option<String>,
}

#[derive(Debug, Args)]
struct Common {
    /// Full name.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Address for mail.
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Whether the address is known to be the person's.
    #[arg(long, value_name = "true|false")]
    email_verified: Option<bool>,
    /// Whether it may everything here.
    #[arg(long, value_name = "true|false", num_args = 0..=1, default_missing_value = "true")]
    admin: Option<bool>,
    /// Id of a group; repeat it for several. They take the place of those before.
    #[arg(long = "group", value_name = "ID")]
    groups: Vec<String>,
}

impl Common {
    fn body(&self) -> Body {
        Body::default()
            .with("name", self.name.as_deref())
            .with("email", self.email.as_deref())
            .with("email_verified", self.email_verified)
            .with("is_admin", self.admin)
            .with_list("groups", &self.groups)
    }
}

pub(super) async fn run(arguments: &User, session: &Session) -> Result<(), Failure> {
    let make = matches!(arguments.command, Command::Create(_));
    let api = Api::open(session, if make { Missing::Make } else { Missing::Refuse }).await?;
    let of = |who: &str| path("users", who);
    let app_passwords = |who: &str| format!("{}/app-passwords", of(who));
    match &arguments.command {
        Command::List(options) => api.list("/users", options, &COLUMNS).await?,
        Command::Show { who } => api.show(&api.call(Method::GET, &of(who), None).await?, ""),
        Command::Create(create) => {
            let body = create
                .common
                .body()
                .with("username", Some(create.username.as_str()))
                .with("type", create.service_account.then_some("service_account"))
                .with_fields(&create.fields)?;
            let made = api.call(Method::POST, "/users", Some(&body)).await?;
            api.show(&made, "");
        }
        Command::Update(update) => {
            let body = update.common.body().with_fields(&update.fields)?;
            api.show(&api.call(Method::PATCH, &of(&update.who), Some(&body)).await?, "");
        }
        Command::Delete { who } => {
            api.call(Method::DELETE, &of(who), None).await?;
            api.done(&format!("{who} is deleted."), "deleted", who);
        }
        Command::SetPassword { who } => {
            // Somebody who does not exist is named before anything is typed.
            api.call(Method::GET, &of(who), None).await?;
            let password = password::read("password").await?;
            let body = json!({ "password": password.expose_secret() });
            api.call(Method::POST, &format!("{}/password", of(who)), Some(&body))
                .await?;
            api.done(&format!("The password of {who} is set."), "password_set", who);
        }
        Command::AppPasswords { who, options } => {
            api.list(&app_passwords(who), options, &APP_PASSWORD_COLUMNS).await?;
        }
        Command::CreateAppPassword(create) => {
            let body = json!({ "name": create.name, "expires_at": create.expires_at });
            let made = api.call(Method::POST, &app_passwords(&create.who), Some(&body)).await?;
            api.show(
                &made,
                "The value is shown this once; the program sends it with the user name.",
            );
        }
        Command::DeleteAppPassword { who, id } => {
            let one = format!("{}{}", of(who), path("app-passwords", id));
            api.call(Method::DELETE, &one, None).await?;
            api.done(&format!("{id} of {who} is withdrawn."), "deleted", id);
        }
        Command::SignOut { who } => {
            api.call(Method::POST, &format!("{}/sign-out", of(who)), None::<&Value>)
                .await?;
            api.done(&format!("{who} is signed out everywhere."), "signed_out", who);
        }
    }
    Ok(())
}
