//! Where somebody goes on to who has just proved who they are, on whatever page.

use axum::response::Response;

use crate::actions::authorization::advance;
use crate::actions::browser_session::NewSession;
use crate::actions::factors::half::Onward;
use crate::web::browser::SignedIn;
use crate::web::reply::see_other;
use crate::web::visit::{Shown, Visit};

/// Sends the browser on with its new session.
pub(super) async fn go_in(visit: &Visit<'_>, onward: &Onward, user: protocol::user::User, new: NewSession) -> Response {
    let entered = SignedIn {
        session: new.session.clone(),
        user,
    };
    let mut response = match onward {
        Onward::Path(path) => see_other(path),
        // The person is signed in, whatever has become of the request: the cookie goes along with a refusal too.
        Onward::Transaction(transaction) => visit.answer(go_on(visit, transaction, &entered).await),
    };
    visit.enter(&mut response, &new, None);
    response
}

async fn go_on(visit: &Visit<'_>, transaction: &str, entered: &SignedIn) -> Shown {
    let mut request = visit.load_waiting(Some(transaction)).await?.request;
    // Whoever agreed before may have been somebody else.
    request.state.consent_given = false;
    visit.advanced(advance(visit.app, request, visit.step(Some(entered))).await?)
}
