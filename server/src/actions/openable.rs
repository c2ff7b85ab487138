//! The applications that a person may open, for their start page.
//!
//! The same policies decide as at the sign-in. What they can not decide in a moment is shown: the sign-in asks again, and its
//! answer is the one that counts.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _};
use protocol::client::Application;
use protocol::evaluation::EvaluationRequest;
use protocol::redirect_uri::guess_launch_url;
use protocol::scope::decide_authorized_scopes;
use protocol::user::{Subject, User};
use store::StoreError;
use store::applications::tiles::ApplicationTile;

use super::evaluate::{self, Around};
use super::preview::policy_context;
use crate::app::App;
use crate::clients::By;

/// More than anybody reads; the others are found by their names.
pub const MOST: usize = 120;

/// How many records are read before it is said that there are more: of most installations all. Of those that have more, records are
/// searched by name in the database.
const MOST_READ: usize = 5 * MOST;

/// How long the policies of all applications together may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many applications are asked about at a time.
const AT_A_TIME: usize = 8;

/// An application, and where it opens.
#[derive(Clone, Debug)]
pub struct Openable {
    /// The record.
    pub application: Application,
    /// The address that was given, or else the site of its first redirect URI.
    pub launch_url: String,
}

/// What a person may open.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// By name, at most [`MOST`].
    pub applications: Vec<Openable>,
    /// Whether there may be more.
    pub more: bool,
}

/// The applications that `user` may open and that have each word of `search` in what their tile says; where there are more than
/// are read, in their names, in this order.
///
/// # Errors
/// When the database is unavailable.
pub async fn list(app: &App, user: &User, search: &str, around: Around<'_>) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let by_name = if app.store.has_more_applications_than(MOST_READ).await? {
        words.as_slice()
    } else {
        &[]
    };
    let (mut name, mut id) = (String::new(), String::new());
    let mut read = 0;
    loop {
        let asked = MOST + 1;
        let tiles = app.store.load_application_tiles(&user.id, by_name, (&name, &id), asked);
        let tiles = tiles.await?;
        let ended = tiles.len() < asked;
        read += tiles.len();
        if let Some(last) = tiles.last() {
            name.clone_from(&last.application.name);
            id.clone_from(&last.application.id);
        }
        let tiles: Vec<(ApplicationTile, String)> = tiles
            .into_iter()
            .filter(|tile| tile.application.signs_people_in())
            .filter(|tile| !by_name.is_empty() || fits(&tile.application, &words))
            .filter_map(|tile| launch_url(&tile.application).map(|url| (tile, url)))
            .collect();
        let refused = refused(app, user, &tiles, around).await?;
        let openable = tiles
            .into_iter()
            .filter(|(tile, _)| !refused.contains(&tile.application.id))
            .map(|(tile, launch_url)| Openable {
                application: tile.application,
                launch_url,
            });
        found.applications.extend(openable);
        if found.applications.len() > MOST || ended || read >= MOST_READ {
            found.more = found.applications.len() > MOST || !ended;
            found.applications.truncate(MOST);
            return Ok(found);
        }
    }
}

/// Whether each of these words is somewhere in what a tile says.
fn fits(application: &Application, words: &[String]) -> bool {
    let Application {
        name,
        slug,
        group,
        description,
        ..
    } = application;
    let said = format!("{name} {slug} {group} {description}").to_lowercase();
    words.iter().all(|word| said.contains(word))
}

/// Where a tile leads.
fn launch_url(application: &Application) -> Option<String> {
    application.launch_url.clone().or_else(|| guess_launch_url(application))
}

/// Ids of the applications whose policies refuse the user.
async fn refused(
    app: &App,
    user: &User,
    tiles: &[(ApplicationTile, String)],
    around: Around<'_>,
) -> Result<BTreeSet<String>, StoreError> {
    let bound = tiles.iter().filter(|(tile, _)| tile.is_bound);
    let bound: Vec<String> = bound.map(|(tile, _)| tile.application.id.clone()).collect();
    if bound.is_empty() {
        return Ok(BTreeSet::new());
    }
    let subject = Subject {
        user: user.clone(),
        ..Subject::default()
    };
    let subject = &subject;
    let asked = stream::iter(bound).map(|id| async move {
        let is_refused = is_refused(app, &id, subject, around).await?;
        Ok((id, is_refused))
    });
    let answers: Vec<Result<(String, bool), StoreError>> = asked
        .buffer_unordered(AT_A_TIME)
        .take_until(tokio::time::sleep(PATIENCE))
        .collect()
        .await;
    let mut refused = BTreeSet::new();
    for answer in answers {
        let (id, is_refused) = answer?;
        if is_refused {
            refused.insert(id);
        }
    }
    Ok(refused)
}

async fn is_refused(app: &App, id: &str, subject: &Subject, around: Around<'_>) -> Result<bool, StoreError> {
    // Deleted a moment ago.
    let Some(entry) = app.client(By::Id(id)).await? else {
        return Ok(true);
    };
    let wanted = EvaluationRequest {
        scopes: decide_authorized_scopes(&entry.client, None),
        policies: Some(policy_context()),
        auth_time: Some(around.now.seconds()),
        ..EvaluationRequest::default()
    };
    let (evaluated, _) = evaluate::explain(app, &entry.client, Some(subject), &wanted, around).await?;
    Ok(evaluated.access.is_some_and(|access| !access.passing))
}
