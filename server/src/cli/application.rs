//! `vestibule application`: the applications that people sign in to.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::api::{Api, Body, Column, Fields, ListOptions, Missing, path};
use super::output::{members, table};
use super::{Failure, Session};

const COLUMNS: [Column; 5] = [
    ("slug", "SLUG"),
    ("name", "NAME"),
    ("client_id", "CLIENT ID"),
    ("enabled", "ENABLED"),
    ("id", "ID"),
];

const RECIPE_COLUMNS: [Column; 3] = [("name", "NAME"), ("title", "APPLICATION"), ("group", "KIND")];

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
        after_help = "Example:\n  vestibule application create wiki --name Wiki --redirect-uri https://wiki.example.com/callback --sign-with RS256\n  vestibule application create grafana --recipe grafana --answer base=https://grafana.example.com"
    )]
    Create(Create),
    /// List the well-known applications that there is a recipe for, or show one.
    #[command(after_help = "Example:\n  vestibule application recipes\n  vestibule application recipes grafana --json")]
    Recipes {
        /// The name of one.
        name: Option<String>,
    },
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
    #[arg(long, conflicts_with = "recipe")]
    public: bool,
    /// Makes it as this well-known application needs it, and shows what to enter there. `recipes` lists them.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["redirect_uris", "redirect_uri_patterns", "post_logout_redirect_uris", "sign_with", "set"])]
    recipe: Option<String>,
    /// Answers a question of the recipe. Repeatable.
    #[arg(long = "answer", value_name = "QUESTION=ANSWER", requires = "recipe", value_parser = parse_answer)]
    answers: Vec<(String, String)>,
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
        Command::Recipes { name: None } => {
            let page = api.call(Method::GET, "/recipes", None).await?;
            let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
            session.output.result(&table(&RECIPE_COLUMNS, items), &page);
        }
        Command::Recipes { name: Some(name) } => {
            let recipe = api.call(Method::GET, &path("recipes", name), None).await?;
            let mut text = recipe["about"].as_str().unwrap_or_default().to_owned();
            for question in recipe["questions"].as_array().into_iter().flatten() {
                let part = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
                text.push_str(&format!(
                    "\n\n--answer {}={}\n    {}",
                    part("name"),
                    part("example"),
                    part("label")
                ));
            }
            text.push_str(&pastes(&recipe));
            session.output.result(&text, &recipe);
        }
        Command::Create(create) if create.recipe.is_some() => {
            let recipe = create.recipe.as_deref().unwrap_or_default();
            let answers: Map<String, Value> = create
                .answers
                .iter()
                .map(|(name, answer)| (name.clone(), json!(answer)))
                .collect();
            let body = json!({ "answers": answers, "slug": create.slug, "name": create.common.name });
            let made = api
                .call(
                    Method::POST,
                    &format!("{}/applications", path("recipes", recipe)),
                    Some(&body),
                )
                .await?;
            let mut record = made.clone();
            record.as_object_mut().and_then(|members| members.remove("paste"));
            let text = format!("{}\n\n{}{}", members(&record), note(&made), pastes(&made));
            session.output.result(&text, &made);
        }
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

/// What goes into the configuration of the application.
fn pastes(answer: &Value) -> String {
    let mut text = String::new();
    for paste in answer["paste"].as_array().into_iter().flatten() {
        text.push_str(&format!("\n\n{}:\n", paste["title"].as_str().unwrap_or_default()));
        for line in paste["text"].as_str().unwrap_or_default().lines() {
            text.push_str(&format!("\n    {line}"));
        }
        for field in paste["fields"].as_array().into_iter().flatten() {
            let part = |at: usize| field[at].as_str().unwrap_or_default().to_owned();
            text.push_str(&format!("\n    {}: {}", part(0), part(1)));
        }
    }
    text
}

fn parse_answer(text: &str) -> Result<(String, String), String> {
    let (name, answer) = text.split_once('=').ok_or("write QUESTION=ANSWER")?;
    Ok((name.to_owned(), answer.to_owned()))
}

fn note(answer: &Value) -> &'static str {
    if answer["client_secret"].is_string() {
        SECRET_NOTE
    } else {
        ""
    }
}
