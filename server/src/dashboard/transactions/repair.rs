//! `/admin/transactions/ID/repair`: a button of an explained refusal was pressed. The repair is done, and the refused request begins
//! anew.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use protocol::error::OAuthError;
use protocol::refusal::Refusal;

use super::told;
use crate::actions::actor::Actor;
use crate::actions::administrators::Authority;
use crate::actions::permissions::Permissions;
use crate::actions::transactions::{load, repair};
use crate::dashboard::desk::Arrival;
use crate::pages::unconfirmed;
use crate::web::local_path::check_local_path;
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Shown, Visit};

/// Takes the form.
pub(in crate::dashboard) async fn post(Path(id): Path<String>, arrival: Arrival, body: Body) -> Response {
    let visit = arrival.visit();
    visit.answer(take(&visit, &arrival, &id, body).await)
}

async fn take(visit: &Visit<'_>, arrival: &Arrival, id: &str, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let desk = match arrival.desk(visit).await {
        // A button that was pressed is not pressed again by signing in.
        Err(Halt::Away(_)) => return Err(Refusal::AdministratorOnly.into()),
        other => other?,
    };
    desk.check_form(form.get("csrf"))?;
    let name = form.get("repair").unwrap_or_default();
    if form.get("confirmed") != Some("yes") && asks_to_confirm(visit, id, name).await? {
        let said = unconfirmed(&visit.frame(&[]));
        return Err(impossible(said));
    }
    let actor = Actor {
        id: Some(desk.here.user.id.clone()),
        user: Some(desk.here.user.id.clone()),
        client_address: Some(visit.origin().client_address.to_string()),
        ..Actor::default()
    };
    let authority = Authority {
        actor: &actor,
        permissions: &Permissions::all(),
    };
    let done = repair(visit.app, authority, id, name).await.map_err(told)?;
    let again = form.get("again");
    let again = again.and_then(|again| check_local_path(&visit.app.public_url, again));
    let own = || format!("/admin/transactions/{}?repaired={}", plain(id), done.repair.as_str());
    Ok(see_other(&again.unwrap_or_else(own)))
}

/// An id or case number as it may stand in an address.
fn plain(id: &str) -> String {
    let letters = id
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
    letters.take(64).collect()
}

/// Whether the repair is one to think about first.
async fn asks_to_confirm(visit: &Visit<'_>, id: &str, name: &str) -> Result<bool, Halt> {
    let recorded = load(visit.app, id).await.map_err(told)?;
    let mut offers = recorded.explained.into_iter().flat_map(|explained| explained.offers);
    Ok(offers.any(|offer| offer.repair.as_str() == name && offer.caution))
}

/// Nothing was repaired; why, as a page.
pub(super) fn impossible(why: String) -> Halt {
    OAuthError::new(Refusal::RepairImpossible).given(why).into()
}
