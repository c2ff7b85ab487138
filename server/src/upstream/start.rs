//! A browser leaves for a source: because the person pressed its button, or because the application named it.

use axum::extract::Path;
use axum::response::Response;
use protocol::params::Params;
use protocol::refusal::Refusal;

use super::failure::{Way, refuse};
use crate::actions::authorization::{Advance, Page, resume};
use crate::actions::source_sign_in::depart::{Departure, NotGone, depart as go, take_wish};
use crate::web::local_path::check_local_path;
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Incoming, Shown, Visit, Waiting};

/// `/source/oauth/login/KEY/?transaction=` or `?next=`: a button was pressed.
pub(super) async fn get(Path(key): Path<String>, incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(leave(&visit, &key, incoming.query()).await)
}

/// `/source/oauth/start?transaction=`: the application has named the source in its request.
pub(super) async fn wished(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(follow(&visit, incoming.query()).await)
}

async fn leave(visit: &Visit<'_>, key: &str, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    if params.contains("transaction") {
        let waiting = visit.load_waiting(params.get("transaction")).await?;
        return depart(visit, key, &params, Some(waiting)).await;
    }
    depart(visit, key, &params, None).await
}

async fn follow(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let mut waiting = visit.load_waiting(params.get("transaction")).await?;
    let here = visit.load_signed_in().await?;
    let next = resume(visit.app, waiting.request.clone(), visit.step(here.as_ref())).await?;
    if !matches!(next, Advance::Ask(Page::Source, _)) {
        return visit.advanced(next);
    }
    let Some(key) = take_wish(visit.app, &mut waiting.request).await? else {
        return Err(Refusal::TransactionUnknown.into());
    };
    depart(visit, &key, &params, Some(waiting)).await
}

async fn depart(visit: &Visit<'_>, key: &str, query: &Params, waiting: Option<Waiting>) -> Shown {
    let next = query
        .get("next")
        .and_then(|next| check_local_path(&visit.app.public_url, next));
    let begun_at = visit.other_address();
    let departure = Departure {
        key,
        waiting: waiting
            .as_ref()
            .map(|waiting| (&waiting.request, &waiting.entry.client.application)),
        query,
        next: next.as_deref(),
        browser: visit.browser.hash(),
        begun_at: begun_at.as_deref(),
        client_address: visit.origin().client_address,
        now: visit.now,
        request: visit.id(),
    };
    match go(visit.app, departure).await {
        Ok(address) => Ok(see_other(&address)),
        Err(NotGone::Unknown) => Err(Halt::Refused(
            Refusal::NotFound.into(),
            waiting.map(|waiting| waiting.request.id),
        )),
        Err(NotGone::Failed { errand, upstream, why }) => {
            let way = Way {
                errand: &errand,
                upstream: Some(&upstream),
            };
            refuse(visit, way, why).await
        }
    }
}
