//! `/v1/oauth-providers` (authn.sh sheet, sections 3 to 6).

use axum::extract::RawQuery;
use axum::response::Response;
use http::StatusCode;
use protocol::upstream::probe::USERINFO_UNREACHABLE;
use protocol::upstream::{Made, Source};
use serde::Serialize;
use store::Stmt;
use store::sources::StoredSource;

use super::call::{Call, Id, Members, ReadProviders, WriteProviders};
use super::change::{self, Wish};
use super::failure::{Entry, Fault};
use super::idempotency::Once;
use super::ids::source_id;
use super::list::{self, Paging};
use crate::actions::changes::Expected;
use crate::actions::oauth_provider::{ProviderKind, ProviderView, kind_of};
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::sources::probe::{self, ProbeError};
use crate::actions::sources::{self, Manner};
use crate::app::App;
use crate::web::reply;

/// All of them, switched on or off, in the order of their making.
pub(super) async fn list(call: Call<ReadProviders>, RawQuery(query): RawQuery) -> Result<Response, Fault> {
    let paging = Paging::read(query.as_deref(), &[])?;
    let mut stored = call.app.store.load_sources().await?;
    stored.retain(|stored| kind_of(&stored.source).is_some());
    stored.sort_by(|one, other| {
        let place = |stored: &StoredSource| (stored.source.created_at, stored.source.id.clone());
        place(one).cmp(&place(other))
    });
    let total = i64::try_from(stored.len()).unwrap_or(i64::MAX);
    let views = paging.cut(stored);
    let views = views
        .iter()
        .filter_map(|stored| ProviderView::of(&stored.source, &call.app.public_url));
    Ok(list::page(views.collect(), total))
}

/// Makes one.
pub(super) async fn create(call: Call<WriteProviders>, Members(members): Members) -> Result<Response, Fault> {
    let app = &*call.app;
    let once = Once::of(&call, "POST /v1/oauth-providers", &members)?;
    if let Some(answer) = answered(app, once.as_ref()).await? {
        return Ok(answer);
    }
    let wish = change::create(members)?;
    let (reads, discovers) = (wish.reads, wish.discovers);
    let checks = checks(&wish);
    let beside = |stored: &StoredSource| seal(app, stored, checks, once.as_ref(), StatusCode::CREATED);
    let manner = Manner {
        made: Made::AuthnSh,
        reads,
        beside: Some(&beside),
        members: None,
    };
    match sources::create_as(app, call.caller.authority(), wish.changes, manner).await {
        Ok(stored) => show(app, StatusCode::CREATED, &stored.source),
        Err(error) => match answered(app, once.as_ref()).await? {
            // The same request was faster.
            Some(answer) => Ok(answer),
            None => Err(change::refused(error, discovers)),
        },
    }
}

/// Reads one.
pub(super) async fn read(call: Call<ReadProviders>, Id(id): Id) -> Result<Response, Fault> {
    let (stored, _) = find(&call.app, &id).await?;
    show(&call.app, StatusCode::OK, &stored.source)
}

/// Changes one.
pub(super) async fn update(
    call: Call<WriteProviders>,
    Id(id): Id,
    Members(members): Members,
) -> Result<Response, Fault> {
    let app = &*call.app;
    let (stored, kind) = find(app, &id).await?;
    let once = Once::of(&call, &format!("PATCH /v1/oauth-providers/{id}"), &members)?;
    if let Some(answer) = answered(app, once.as_ref()).await? {
        return Ok(answer);
    }
    let wish = change::update(members, &stored.source, kind)?;
    let (reads, discovers) = (wish.reads, wish.discovers);
    let checks = checks(&wish);
    let beside = |stored: &StoredSource| seal(app, stored, checks, once.as_ref(), StatusCode::OK);
    let manner = Manner {
        reads,
        beside: Some(&beside),
        ..Manner::default()
    };
    let (by, source_id) = (call.caller.authority(), &stored.source.id);
    match sources::update_as(app, by, source_id, &Expected::Any, wish.changes, manner).await {
        Ok(stored) => show(app, StatusCode::OK, &stored.source),
        Err(ActionError::NotFound) => Err(Fault::no_provider()),
        Err(error) => match answered(app, once.as_ref()).await? {
            Some(answer) => Ok(answer),
            None => Err(change::refused(error, discovers)),
        },
    }
}

/// Deletes one that no external account links to.
pub(super) async fn delete(call: Call<WriteProviders>, Id(id): Id) -> Result<Response, Fault> {
    let (stored, _) = find(&call.app, &id).await?;
    let by = call.caller.authority();
    match sources::delete_unused(&call.app, by, &stored.source.id, &Expected::Any).await {
        Ok(true) => Ok(reply::empty(StatusCode::NO_CONTENT)),
        Ok(false) => {
            let message = "External accounts link to this provider. Delete them first, or switch the provider off.";
            let entry = Entry::new("oauth_provider_in_use", "The provider is in use", message);
            Err(Fault::new(StatusCode::CONFLICT, entry))
        }
        Err(ActionError::NotFound) => Err(Fault::no_provider()),
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct Tested {
    authorize_url: String,
    userinfo_status: Option<u16>,
    errors: Vec<Entry>,
}

/// Tests one: always 200 for one that is there.
pub(super) async fn test(call: Call<WriteProviders>, Id(id): Id) -> Result<Response, Fault> {
    let (stored, _) = find(&call.app, &id).await?;
    let found = probe::probe(&call.app, &stored).await;
    let tested = Tested {
        authorize_url: found.authorize_url,
        userinfo_status: found.userinfo_status,
        errors: found.errors.iter().map(explain).collect(),
    };
    Ok(reply::json(StatusCode::OK, &tested))
}

fn explain(error: &ProbeError) -> Entry {
    let long_message = if error.code == USERINFO_UNREACHABLE {
        "The userinfo endpoint of this provider does not answer as it should. Check its address, and the provider."
    } else {
        "The discovery document of this provider can not be read now. Check its address, and the provider."
    };
    Entry::new(error.code, &error.message, long_message)
}

/// A provider by its id.
async fn find(app: &App, id: &str) -> Result<(StoredSource, ProviderKind), Fault> {
    let source_id = source_id(id).ok_or_else(Fault::no_provider)?;
    let stored = app.store.load_source(&source_id).await?;
    let stored = stored.ok_or_else(Fault::no_provider)?;
    let kind = kind_of(&stored.source).ok_or_else(Fault::no_provider)?;
    Ok((stored, kind))
}

fn show(app: &App, status: StatusCode, source: &Source) -> Result<Response, Fault> {
    let view = ProviderView::of(source, &app.public_url).ok_or_else(Fault::no_provider)?;
    Ok(reply::json(status, &view))
}

async fn answered(app: &App, once: Option<&Once>) -> Result<Option<Response>, Fault> {
    match once {
        Some(once) => once.remembered(app).await,
        None => Ok(None),
    }
}

/// What is left to check when everything was read.
#[derive(Clone, Copy)]
struct Checks {
    /// The discovery document has to say where the profile is.
    userinfo_is_discovered: bool,
}

const fn checks(wish: &Wish) -> Checks {
    Checks {
        userinfo_is_discovered: wish.discovers && !wish.names_userinfo,
    }
}

/// Looks at the source as it will be, and remembers the answer in the same commit.
fn seal(
    app: &App,
    stored: &StoredSource,
    checks: Checks,
    once: Option<&Once>,
    status: StatusCode,
) -> Result<Vec<Stmt>, ActionError> {
    if stored.source.authorization_endpoint.is_none() {
        // Natively such a source is trusted for its keys alone; here nobody could use it.
        return Err(ActionError::field(FieldError::required("authorization_endpoint")));
    }
    if checks.userinfo_is_discovered && stored.source.userinfo_endpoint.is_none() {
        let message = "The document has no userinfo_endpoint. Give it, or null where ID tokens say everything.";
        return Err(ActionError::field(FieldError::new(
            "userinfo_endpoint",
            "discovery_incomplete",
            message,
        )));
    }
    let (Some(once), Some(view)) = (once, ProviderView::of(&stored.source, &app.public_url)) else {
        return Ok(Vec::new());
    };
    Ok(vec![once.remember(app, status, &view)?])
}
