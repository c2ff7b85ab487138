//! What needs the attention of those who run Vestibule: looked for in the background, page by page, and kept in memory, so that
//! the first page of the dashboard costs nothing however many records there are.

use std::collections::VecDeque;

use protocol::client::Application;
use protocol::time::{DAY, Time};
use store::page::{CursorKey, ListQuery};
use store::transactions::SourceHour;
use store::{StoreError, Val};

use super::applications::remarks;
use super::keys::certificate;
use super::lists::{cursor_key, own_fault};
use super::sources::discovery::differences;
use crate::app::App;
use crate::metrics::{Times, time_of_share};

/// Findings that are kept of each kind; more are counted.
const MOST: usize = 8;
/// How long it is known how fast answers were.
const MEMORY: i64 = 7 * DAY;
/// Codes that are ranked.
const RANKED: i64 = 8;
/// Hours of a day in which there were sign-ins through sources: of eight sources all of them.
const SOURCE_HOURS: i64 = 8 * 25;
/// Records that are read at once.
const PAGE: u32 = 100;
/// What expires within this time is told.
const SOON: i64 = 14 * DAY;
/// An application that nobody has signed in to for this long after it was made is unused.
const UNUSED: i64 = 30 * DAY;

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A redirect URI that is not encrypted, or a pattern that is too wide.
    RedirectUri,
    /// An application without a sign-in.
    Unused,
    /// A certificate that expires or has expired.
    Certificate,
    /// An API token that expires.
    Token,
    /// A client secret that stops.
    Secret,
    /// A source that says otherwise than is stored.
    Source,
    /// A webhook whose deliveries fail.
    Webhook,
}

impl Kind {
    /// All kinds, the most urgent first.
    pub const ALL: [Self; 7] = [
        Self::Certificate,
        Self::Secret,
        Self::Token,
        Self::Source,
        Self::Webhook,
        Self::RedirectUri,
        Self::Unused,
    ];

    /// A short name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RedirectUri => "redirect-uri",
            Self::Unused => "unused",
            Self::Certificate => "certificate",
            Self::Token => "token",
            Self::Secret => "secret",
            Self::Source => "source",
            Self::Webhook => "webhook",
        }
    }

    /// The resource of the management API that it is about.
    #[must_use]
    pub const fn resource(self) -> &'static str {
        match self {
            Self::RedirectUri | Self::Unused | Self::Secret => "applications",
            Self::Certificate => "keys",
            Self::Token => "api-tokens",
            Self::Source => "sources",
            Self::Webhook => "webhooks",
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// Id of the record.
    pub id: String,
    /// What the record is called.
    pub name: String,
    /// More about it: an address, a time, the words of the API.
    pub detail: String,
}

/// What was found by one look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// When; `None`: nobody has looked yet.
    pub at: Option<Time>,
    /// The first of each kind.
    pub findings: Vec<Finding>,
    /// How many there are of each kind, in the order of [`Kind::ALL`].
    pub counts: [usize; 7],
    /// What was refused in the last day, by code, the most frequent ones first.
    pub refusals: Vec<(String, i64)>,
    /// Sign-ins through each source in the last day, by the source's key and hour.
    pub sources: Vec<SourceHour>,
    /// How fast this server answered between two looks, the oldest first.
    pub paces: VecDeque<Pace>,
    times: Times,
}

/// How fast answers were given for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Its end.
    pub at: Time,
    /// Microseconds within which half of the answers were given.
    pub median: u64,
    /// Microseconds within which 95 of 100 answers were given.
    pub slow: u64,
}

impl Survey {
    fn add(&mut self, kind: Kind, id: &str, name: &str, detail: String) {
        let place = Kind::ALL.iter().position(|one| *one == kind);
        let Some(count) = place.and_then(|place| self.counts.get_mut(place)) else {
            return;
        };
        *count += 1;
        if *count <= MOST {
            self.findings.push(Finding {
                kind,
                id: id.to_owned(),
                name: name.to_owned(),
                detail,
            });
        }
    }
}

/// Adds how fast answers were given since the look before.
fn on_pace(app: &App, now: Time, survey: &mut Survey) {
    let before = app.survey();
    survey.times = app.metrics.times();
    survey.paces.clone_from(&before.paces);
    let mut meanwhile = survey.times;
    for (count, earlier) in meanwhile.iter_mut().zip(&before.times) {
        *count = count.saturating_sub(*earlier);
    }
    if let (Some(median), Some(slow)) = (time_of_share(&meanwhile, 50), time_of_share(&meanwhile, 95)) {
        survey.paces.push_back(Pace { at: now, median, slow });
    }
    while survey.paces.front().is_some_and(|pace| now.since(pace.at) > MEMORY) {
        survey.paces.pop_front();
    }
}

/// Looks at everything and keeps what was found.
///
/// # Errors
/// When the database is unavailable; what was found before stays then.
pub async fn look(app: &App, now: Time) -> Result<(), StoreError> {
    let key = cursor_key(app)?;
    let mut survey = Survey {
        at: Some(now),
        ..Survey::default()
    };
    on_keys(app, now, &mut survey);
    on_applications(app, now, &key, &mut survey).await?;
    on_tokens(app, now, &key, &mut survey).await?;
    on_sources(app, &mut survey).await?;
    on_webhooks(app, &key, &mut survey).await?;
    survey.refusals = app.store.count_refusals(now.plus(-DAY), RANKED).await?;
    survey.sources = app.store.count_source_sign_ins(now.plus(-DAY), SOURCE_HOURS).await?;
    on_pace(app, now, &mut survey);
    app.keep_survey(survey);
    Ok(())
}

fn on_keys(app: &App, now: Time, survey: &mut Survey) {
    for key in &app.snapshot().keys {
        let record = &key.record;
        let Some(text) = &record.certificate else { continue };
        for warning in certificate::remarks(text, now) {
            survey.add(Kind::Certificate, &record.id, &record.name, warning.message);
        }
    }
}

async fn on_applications(app: &App, now: Time, key: &CursorKey, survey: &mut Survey) -> Result<(), StoreError> {
    let mut cursor: Option<String> = None;
    loop {
        let query = ListQuery {
            limit: Some(PAGE),
            cursor: cursor.as_deref(),
            ..ListQuery::default()
        };
        let found = app.store.list_applications(&query, key).await.map_err(own_fault)?;
        for application in &found.items {
            on_application(app, now, key, application, survey).await?;
        }
        match found.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
        tokio::task::yield_now().await;
    }
}

async fn on_application(
    app: &App,
    now: Time,
    key: &CursorKey,
    application: &Application,
    survey: &mut Survey,
) -> Result<(), StoreError> {
    let (id, name) = (application.id.as_str(), application.name.as_str());
    for warning in remarks(application, &app.snapshot()) {
        if warning.field == "redirect_uris" {
            survey.add(Kind::RedirectUri, id, name, warning.message);
        }
    }
    for secret in &application.client_secrets {
        if let Some(at) = secret.retires_at.filter(|at| *at > now && *at < now.plus(SOON)) {
            survey.add(Kind::Secret, id, name, super::times::rfc3339(at));
        }
    }
    if application.enabled && now.since(application.created_at) > UNUSED {
        let query = ListQuery {
            filters: vec![("application", Val::from(id))],
            limit: Some(1),
            ..ListQuery::default()
        };
        let grants = app.store.list_grants(query, None, now, key).await.map_err(own_fault)?;
        if grants.items.is_empty() {
            let since = super::times::rfc3339(application.created_at);
            survey.add(Kind::Unused, id, name, since);
        }
    }
    Ok(())
}

async fn on_tokens(app: &App, now: Time, key: &CursorKey, survey: &mut Survey) -> Result<(), StoreError> {
    let mut cursor: Option<String> = None;
    loop {
        let query = ListQuery {
            limit: Some(PAGE),
            cursor: cursor.as_deref(),
            ..ListQuery::default()
        };
        let found = app.store.list_api_tokens(&query, key).await.map_err(own_fault)?;
        for token in &found.items {
            if let Some(at) = token.expires_at.filter(|at| *at > now && *at < now.plus(SOON)) {
                survey.add(Kind::Token, &token.id, &token.name, super::times::rfc3339(at));
            }
        }
        match found.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

async fn on_sources(app: &App, survey: &mut Survey) -> Result<(), StoreError> {
    for stored in app.store.load_sources().await? {
        for difference in differences(&stored) {
            let source = &stored.source;
            let detail = format!("{}: {}", difference.member, difference.offered);
            survey.add(Kind::Source, &source.id, &source.name, detail);
        }
    }
    Ok(())
}

async fn on_webhooks(app: &App, key: &CursorKey, survey: &mut Survey) -> Result<(), StoreError> {
    for webhook in app.store.load_webhooks().await? {
        if let Some(reason) = &webhook.disabled_reason {
            survey.add(Kind::Webhook, &webhook.id, &webhook.url, reason.clone());
            continue;
        }
        let query = ListQuery {
            filters: vec![("state", Val::from("failed"))],
            limit: Some(1),
            ..ListQuery::default()
        };
        let failed = app
            .store
            .list_deliveries(&webhook.id, query, key)
            .await
            .map_err(own_fault)?;
        if let Some(delivery) = failed.items.first() {
            let detail = delivery.last_error.clone().unwrap_or_default();
            survey.add(Kind::Webhook, &webhook.id, &webhook.url, detail);
        }
    }
    Ok(())
}
