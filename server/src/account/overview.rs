//! `/account`: who the person is here, and the accounts elsewhere that are linked to theirs.

use axum::response::Response;
use http::StatusCode;

use super::links;
use crate::pages::{Account, AccountProblem, FormAction, LinkedItem, SourceItem, reply};
use crate::web::browser::SignedIn;
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit, shown_person};

/// Shows the page, or sends to the sign-in.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit).await)
}

async fn open(visit: &Visit<'_>) -> Shown {
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(see_other("/login?next=/account"));
    };
    show(visit, &here, None, StatusCode::OK).await
}

/// The page. `problem`: why something that was asked for did not happen.
pub(super) async fn show(
    visit: &Visit<'_>,
    here: &SignedIn,
    problem: Option<AccountProblem>,
    status: StatusCode,
) -> Shown {
    let linked = visit.app.store.load_external_accounts_of(&here.user.id).await?;
    let snapshot = visit.app.snapshot();
    let items: Vec<LinkedItem<'_>> = linked
        .iter()
        .map(|account| LinkedItem {
            id: &account.id,
            source: &account.source_key,
            name: &account.source_name,
            account: account.email_address.as_deref().unwrap_or(&account.provider_user_id),
        })
        .collect();
    let sources: Vec<SourceItem<'_>> = snapshot
        .sources
        .offered(None)
        .map(|upstream| SourceItem {
            key: &upstream.source.key,
            name: &upstream.source.name,
            icon: upstream.source.icon_url.as_deref(),
        })
        .collect();
    let page = Account {
        frame: &visit.frame(&[]),
        person: shown_person(here),
        email: here.user.email.as_deref(),
        problem,
        linked: &items,
        sources: &sources,
        csrf: &visit.browser.csrf(visit.app, &links::purpose(here)),
    };
    Ok(reply(status, &page, &FormAction::Anywhere))
}
