//! `/logout`: the question, the end of the session or of all of them, and the page that says it is over.

use axum::body::Body;
use axum::response::Response;
use http::{StatusCode, header};

use crate::actions::sign_out::{load_source, sign_out, sign_out_everywhere};
use crate::pages::{ConfirmSignOut, FormAction, Reach, SignedOut, reply, reply_with_frames};
use crate::web::browser::SignedIn;
use crate::web::cookies::Cookie;
use crate::web::reply::{add_header, see_other};
use crate::web::visit::{Incoming, Shown, Visit, shown_person};

/// The question about all sessions of the person.
pub(super) const EVERYWHERE: &str = "/logout?everywhere=true";

/// Asks whoever is signed in; tells everybody else that nobody is.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Ends the session.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(leave(&visit, body).await)
}

/// What a form that signs out is bound to, beside the browser; the start page has one too.
pub(super) fn purpose(here: &SignedIn) -> String {
    format!("logout|{}", here.session.id)
}

/// The same for every session of the person.
fn purpose_everywhere(here: &SignedIn) -> String {
    format!("logout-everywhere|{}", here.session.id)
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let frame = visit.frame(&[]);
    let Some(here) = visit.load_signed_in().await? else {
        let page = SignedOut {
            frame: &frame,
            back: None,
            source: None,
            sign_in: "/login",
            frames: &[],
        };
        return Ok(reply(StatusCode::OK, &page, &FormAction::None));
    };
    let everywhere = visit.query(query)?.contains("everywhere");
    let (purpose, carried, reach) = if everywhere {
        let carried: &[(&str, &str)] = &[("everywhere", "true")];
        (purpose_everywhere(&here), carried, Reach::Everywhere)
    } else {
        (purpose(&here), &[] as _, Reach::Here(Some(EVERYWHERE)))
    };
    let page = ConfirmSignOut {
        frame: &frame,
        application: None,
        person: shown_person(&here),
        action: "/logout",
        csrf: &visit.browser.csrf(visit.app, &purpose),
        carried,
        stay: "/",
        reach,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

async fn leave(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(gone(visit, "/logout"));
    };
    let everywhere = form.contains("everywhere");
    let purpose = if everywhere {
        purpose_everywhere(&here)
    } else {
        purpose(&here)
    };
    visit.check_form(&purpose, form.get("csrf"))?;
    let frames = if everywhere {
        sign_out_everywhere(visit.app, &here.session, visit.origin()).await?
    } else {
        sign_out(visit.app, &here.session, None, visit.origin()).await?
    };
    let source = load_source(visit.app, &here.session, form.iter(), visit.id()).await?;
    Ok(left(visit, &frames, None, source.as_ref()))
}

/// The answer to a sign-out that was done: on to where the person goes, and before that, where applications are told by the
/// browser, the page that opens them in frames. `back`: name and checked address of the application. `source`: name and address of
/// where the person came from and is still signed in.
pub(super) fn left(
    visit: &Visit<'_>,
    frames: &[String],
    back: Option<(&str, &str)>,
    source: Option<&(String, String)>,
) -> Response {
    if frames.is_empty() && source.is_none() {
        return gone(visit, back.map_or("/logout", |(_, address)| address));
    }
    let page = SignedOut {
        frame: &visit.frame(&[]),
        back,
        source: source.map(|(name, address)| (name.as_str(), address.as_str())),
        sign_in: "/login",
        frames,
    };
    let mut response = reply_with_frames(StatusCode::OK, &page, &FormAction::None, &page.frame_sources());
    forget(visit, &mut response);
    response
}

/// Sends the browser on without its session cookie.
pub(super) fn gone(visit: &Visit<'_>, location: &str) -> Response {
    let mut response = see_other(location);
    forget(visit, &mut response);
    response
}

fn forget(visit: &Visit<'_>, response: &mut Response) {
    let cookie = Cookie::Session.clear(visit.app.secure);
    add_header(response, header::SET_COOKIE, &cookie);
}
