//! `/account`: who the person is here, and the accounts elsewhere that are linked to theirs.

use axum::response::Response;
use http::StatusCode;

use super::room::Room;
use crate::pages::{Account, AccountProblem, FormAction, LinkedItem, SourceItem, reply};
use crate::web::visit::{Incoming, Shown, Visit};

/// Where the page is.
pub(super) const PATH: &str = "/account";

/// Shows the page, or sends to the sign-in.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit).await)
}

async fn open(visit: &Visit<'_>) -> Shown {
    show(&Room::enter(visit, PATH).await?, None, StatusCode::OK).await
}

/// The page. `problem`: why something that was asked for did not happen.
pub(super) async fn show(room: &Room<'_>, problem: Option<AccountProblem>, status: StatusCode) -> Shown {
    let (visit, here) = (room.visit, &room.here);
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
        room: room.shown(None).with_problem(problem.map(AccountProblem::message)),
        email: here.user.email.as_deref(),
        linked: &items,
        sources: &sources,
    };
    Ok(reply(status, &page, &FormAction::Anywhere))
}
