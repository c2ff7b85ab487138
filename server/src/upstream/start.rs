//! A browser leaves for a source: because the person pressed its button, or because the application named it.

use axum::extract::Path;
use axum::response::Response;
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::writes::Write;
use store::StoreError;

use super::failure::{Way, refuse};
use crate::actions::authorization::{Advance, Page, resume};
use crate::actions::source_sign_in::{Errand, Leaving, begin};
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
    let wish = &mut waiting.request.state.wish;
    let Some(key) = wish.source.take() else {
        return Err(Refusal::TransactionUnknown.into());
    };
    // The application's wish is followed once: who comes back without having got in chooses for themselves.
    let update = Write::UpdatePending {
        id: waiting.request.id.clone(),
        state: Box::new(waiting.request.state.clone()),
    };
    match visit.app.store.commit(vec![update]).await {
        Err(StoreError::Conflict) => return Err(Refusal::TransactionUnknown.into()),
        other => other?,
    }
    depart(visit, &key, &params, Some(waiting)).await
}

async fn depart(visit: &Visit<'_>, key: &str, query: &Params, waiting: Option<Waiting>) -> Shown {
    let snapshot = visit.app.snapshot();
    let application = waiting.as_ref().map(|waiting| &waiting.entry.client.application);
    // Without an application the source must be one that Vestibule's own page offers: the session serves all of them.
    let offered = snapshot
        .sources
        .offered(application)
        .find(|found| found.source.key == key);
    let Some(upstream) = offered else {
        return Err(Halt::Refused(
            Refusal::NotFound.into(),
            waiting.map(|waiting| waiting.request.id),
        ));
    };
    let next = query
        .get("next")
        .and_then(|next| check_local_path(&visit.app.public_url, next));
    let errand = Errand {
        transaction: waiting.as_ref().map(|waiting| waiting.request.id.clone()),
        next,
        link: None,
    };
    let request = match &waiting {
        Some(waiting) => waiting.request.state.wish.parameters(),
        None => Params::default(),
    };
    let login_hint = waiting
        .as_ref()
        .and_then(|waiting| waiting.request.state.request.login_hint.as_deref());
    let leaving = Leaving {
        errand: &errand,
        browser: visit.browser.hash(),
        query,
        request: &request,
        login_hint,
        client_address: visit.origin().client_address,
        now: visit.now,
        transaction: errand.transaction.as_deref().unwrap_or(visit.id()),
    };
    match begin(visit.app, upstream, leaving).await {
        Ok(address) => Ok(see_other(&address)),
        Err(why) => {
            let way = Way {
                errand: &errand,
                upstream: Some(upstream),
            };
            refuse(visit, way, why).await
        }
    }
}
