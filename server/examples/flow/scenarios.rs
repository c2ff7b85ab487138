//! The flows. Each checks every answer, so that a failing server cannot look fast.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::Failure;
use crate::browser::{Answer, Browser};
use crate::measure::{self, Tally};

pub(crate) const REDIRECT_URI: &str = "https://bench.example.com/callback";
pub(crate) const USERNAME: &str = "bench";

/// The client and the person of the benchmark.
pub(crate) struct Client {
    id: String,
    basic: String,
    password: String,
}

impl Client {
    pub(crate) fn new(id: String, secret: &str, password: String) -> Self {
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        Self { id, basic, password }
    }

    fn from_environment() -> Result<Self, Failure> {
        Ok(Self::new(
            std::env::var("CLIENT_ID")?,
            &std::env::var("CLIENT_SECRET")?,
            std::env::var("PASSWORD")?,
        ))
    }

    async fn token(&self, browser: &mut Browser, form: &[(&str, &str)]) -> Result<Value, Failure> {
        let headers = [
            (AUTHORIZATION.as_str(), self.basic.as_str()),
            (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
        ];
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        browser
            .send("POST", "/application/o/token/", &headers, &body)
            .await?
            .json(200)
    }
}

/// Which flow a worker repeats.
#[derive(Clone, Copy)]
enum Scenario {
    SignIn,
    Sso,
    Refresh,
    Source,
}

/// Runs one flow on so many workers for so many seconds and prints rate and latency.
pub(crate) async fn run(scenario: &str, url: &str, workers: usize, seconds: u64) -> Result<String, Failure> {
    let kind = match scenario {
        "sign-in" => Scenario::SignIn,
        "sso" => Scenario::Sso,
        "refresh" => Scenario::Refresh,
        "source" => Scenario::Source,
        other => return Err(format!("no scenario {other}").into()),
    };
    let client = Arc::new(Client::from_environment()?);
    let mut prepared = Vec::new();
    for _ in 0..workers {
        let mut browser = Browser::open(url).await?;
        let refresh_token = match kind {
            Scenario::SignIn | Scenario::Source => String::new(),
            Scenario::Sso | Scenario::Refresh => refresh_token(&sign_in(&mut browser, &client, 0).await?)?,
        };
        prepared.push((browser, refresh_token));
    }
    let clock = measure::Clock::start(seconds);
    let mut tasks = Vec::new();
    for (mut browser, mut token) in prepared {
        let (client, clock) = (Arc::clone(&client), clock);
        tasks.push(tokio::spawn(async move {
            let mut tally = Tally::default();
            let mut turn = 0;
            while !clock.is_over() {
                turn += 1;
                let began = clock.reading();
                let outcome = once(kind, &mut browser, &client, &mut token, turn).await;
                tally.add(
                    clock.reading() - began,
                    outcome.err().map(|failure| failure.to_string()),
                );
            }
            tally
        }));
    }
    let mut all = Tally::default();
    for task in tasks {
        all.merge(task.await?);
    }
    all.report(scenario, clock.reading())
}

async fn once(
    kind: Scenario,
    browser: &mut Browser,
    client: &Client,
    token: &mut String,
    turn: u64,
) -> Result<(), Failure> {
    match kind {
        Scenario::SignIn => {
            browser.forget();
            sign_in(browser, client, turn).await?;
        }
        Scenario::Sso => {
            sign_in(browser, client, turn).await?;
        }
        Scenario::Source => {
            browser.forget();
            through_source(browser).await?;
        }
        Scenario::Refresh => {
            let answer = client
                .token(
                    browser,
                    &[("grant_type", "refresh_token"), ("refresh_token", token.as_str())],
                )
                .await?;
            let next = refresh_token(&answer)?;
            if next == *token {
                return Err("the refresh token was not rotated".into());
            }
            *token = next;
        }
    }
    Ok(())
}

/// Out through the source, to the upstream, and back with its answer.
async fn through_source(browser: &mut Browser) -> Result<(), Failure> {
    let left = browser.send("GET", "/source/oauth/login/bench/", &[], "").await?;
    let away = location(&left)?;
    let mut upstream = Browser::open(&away).await?;
    let path = url::Url::parse(&away)?;
    let query = path.query().unwrap_or_default();
    let answer = upstream
        .send("GET", &format!("{}?{query}", path.path()), &[], "")
        .await?;
    let back = url::Url::parse(&location(&answer)?)?;
    let query = back.query().unwrap_or_default();
    let answer = browser
        .send("GET", &format!("{}?{query}", back.path()), &[], "")
        .await?;
    match location(&answer)?.as_str() {
        "/" => Ok(()),
        other => Err(format!("came back to {other}").into()),
    }
}

fn location(answer: &Answer) -> Result<String, Failure> {
    answer.expect(303)?;
    let location = answer.headers.get(LOCATION).ok_or("no location")?;
    Ok(location.to_str()?.to_owned())
}

fn refresh_token(answer: &Value) -> Result<String, Failure> {
    answer["refresh_token"]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| "no refresh token".into())
}

/// Authorization code with PKCE; the password only when the session asks for it. Answers the token response.
pub(crate) async fn sign_in(browser: &mut Browser, client: &Client, turn: u64) -> Result<Value, Failure> {
    let verifier = format!("{turn:064}");
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    let query = Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", client.id.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid email profile offline_access"),
            ("state", "state-of-the-client"),
            ("nonce", "nonce-of-the-client"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ])
        .finish();
    let answer = browser
        .send("GET", &format!("/application/o/authorize/?{query}"), &[], "")
        .await?;
    let callback = match browser.follow(answer).await? {
        Ok(callback) => callback,
        Err(page) => {
            let values = [("username", USERNAME), ("password", client.password.as_str())];
            let answer = browser.submit(&page, "login-form", &values).await?;
            browser
                .follow(answer)
                .await?
                .map_err(|page| format!("stopped at a page after the password: {}", page.status))?
        }
    };
    let callback = url::Url::parse(&callback)?;
    let code = callback
        .query_pairs()
        .find(|(name, _)| name == "code")
        .map(|(_, value)| value.into_owned());
    let code = code.ok_or_else(|| format!("no code came back: {callback}"))?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", verifier.as_str()),
    ];
    let tokens = client.token(browser, &form).await?;
    if tokens["id_token"].as_str().is_none_or(str::is_empty) {
        Err("no id token".into())
    } else {
        Ok(tokens)
    }
}
