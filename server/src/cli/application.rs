//! `vestibule application`: the applications that people sign in to.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::{Failure, Session};

const COLUMNS: [Column; 5] = [
    ("slug", "SLUG"),
    ("name", "NAME"),
    ("client_id", "CLIENT ID"),
    ("enabled", "ENABLED"),
    ("id", "ID"),
];

/// What people are told who see a client secret, which is shown once.
const SECRET_NOTE: &str = "Keep the client secret now: it is not shown again.";

/// The applications that people sign in to. WHICH is an id or a slug.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vestibule application create wiki --redirect-uri https://wiki.example.com/callback\n  vestibule application setup wiki"
)]
pub(super) struct Application {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List applications.
    #[command(after_help = "Example:\n  vestibule application list")]
    List(ListOptions),
    /// Show one.
    #[command(after_help = "Example:\n  vestibule application show wiki --json")]
    Show { which: String },
    /// Make one. Its client secret is shown this once.
    #[command(
        after_help = "Example:\n  vestibule application create wiki --name Wiki --redirect-uri https://wiki.example.com/callback --sign-with RS256"
    )]
    Create(Create),
    /// Change one.
    #[command(after_help = "Example:\n  vestibule application update wiki --set access_token_validity=minutes=10")]
    Update(Update),
    /// Delete one; its tokens die with it.
    #[command(after_help = "Example:\n  vestibule application delete wiki")]
    Delete { which: String },
    /// Give it another client secret, which is shown this once.
    #[command(
        after_help = "Example:\n  vestibule application rotate-secret wiki --keep-old-for days=7\n  vestibule application rotate-secret wiki --retire-old"
    )]
    RotateSecret(RotateSecret),
    /// Show every address that the application has to be told.
    #[command(after_help = "Example:\n  vestibule application setup wiki")]
    Setup { which: String },
}

#[derive(Debug, Args)]
struct Create {
    /// Part of its addresses: small letters, digits and hyphens.
    slug: String,
    /// It runs where others can read it (a browser, a phone): no client secret, PKCE instead.
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct RotateSecret {
    which: String,
    /// How long the old secret works beside the new one: `days=7`, or `until_retired`. It stops at once otherwise.
    #[arg(long, value_name = "DURATION")]
    keep_old_for: Option<String>,
    /// Make no new secret, and stop the older of two.
    #[arg(long, conflicts_with = "keep_old_for")]
    retire_old: bool,
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
    /// What people read.
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Where answers may go, compared byte for byte. Repeatable; together they take the place of those before.
    #[arg(long = "redirect-uri", value_name = "URL")]
    redirect_uris: Vec<String>,
    /// Where answers may go, as a pattern that matches the whole address; its host ends in a domain that is written out.
    /// Repeatable, and together with the above.
    #[arg(long = "redirect-uri-pattern", value_name = "REGEX")]
    redirect_uri_patterns: Vec<String>,
    /// Where a browser may go after sign-out. Repeatable, like the first.
    #[arg(long = "post-logout-redirect-uri", value_name = "URL")]
    post_logout_redirect_uris: Vec<String>,
    /// Signs with the active key of this algorithm, such as RS256, which every library understands.
    #[arg(long, value_name = "ALGORITHM")]
    sign_with: Option<String>,
}

impl Common {
    async fn body(&self, api: &Api<'_>) -> Result<Body, Failure> {
        let signing_key = match &self.sign_with {
            None => None,
            Some(alg) => Some(active_key(api, alg).await?),
        };
        Ok(Body::default()
            .with("name", self.name.as_deref())
            .with("redirect_uris", list(&self.redirect_uris, &self.redirect_uri_patterns))
            .with("post_logout_redirect_uris", list(&self.post_logout_redirect_uris, &[]))
            .with("signing_key", signing_key))
    }
}

/// The id of the active key of an algorithm.
async fn active_key(api: &Api<'_>, alg: &str) -> Result<String, Failure> {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("use", "sig"), ("state", "active"), ("alg", alg)])
        .finish();
    let page = api.call(Method::GET, &format!("/keys?{query}"), None).await?;
    let id = page["items"][0]["id"].as_str().map(str::to_owned);
    id.ok_or_else(|| {
        Failure::wrong_use(format!(
            "there is no active {alg} key; `vestibule key list` shows the keys"
        ))
    })
}

fn list(urls: &[String], patterns: &[String]) -> Option<Value> {
    let strict = urls.iter().map(|url| json!({ "matching_mode": "strict", "url": url }));
    let regex = patterns
        .iter()
        .map(|pattern| json!({ "matching_mode": "regex", "url": pattern }));
    let list: Vec<Value> = strict.chain(regex).collect();
    (!list.is_empty()).then_some(Value::Array(list))
}

pub(super) async fn run(arguments: &Application, session: &Session) -> Result<(), Failure> {
    let make = matches!(arguments.command, Command::Create(_));
    let api = Api::open(session, if make { Missing::Make } else { Missing::Refuse }).await?;
    let of = |which: &str| path("applications", which);
    match &arguments.command {
        Command::List(options) => api.list("/applications", options, &COLUMNS).await?,
        Command::Show { which } => api.show(&api.call(Method::GET, &of(which), None).await?, ""),
        Command::Create(create) => {
            let name = create.common.name.is_none().then_some(create.slug.as_str());
            let body = create
                .common
                .body(&api)
                .await?
                .with("name", name)
                .with("slug", Some(create.slug.as_str()))
                .with("client_type", create.public.then_some("public"))
                .with_fields(&create.fields)?;
            let made = api.call(Method::POST, "/applications", Some(&body)).await?;
            api.show(&made, note(&made));
        }
        Command::Update(update) => {
            let body = update.common.body(&api).await?.with_fields(&update.fields)?;
            api.show(&api.call(Method::PATCH, &of(&update.which), Some(&body)).await?, "");
        }
        Command::Delete { which } => {
            api.call(Method::DELETE, &of(which), None).await?;
            api.done(&format!("{which} is deleted."), "deleted", which);
        }
        Command::RotateSecret(rotate) => {
            let body = json!({ "keep_old_for": rotate.keep_old_for, "retire_old": rotate.retire_old });
            let answer = api
                .call(
                    Method::POST,
                    &format!("{}/rotate-secret", of(&rotate.which)),
                    Some(&body),
                )
                .await?;
            api.show(&answer, note(&answer));
        }
        Command::Setup { which } => {
            api.show(&api.call(Method::GET, &format!("{}/setup", of(which)), None).await?, "");
        }
    }
    Ok(())
}

fn note(answer: &Value) -> &'static str {
    if answer["client_secret"].is_string() {
        SECRET_NOTE
    } else {
        ""
    }
}
