//! `/application/o/{slug}/end-session/` and `/application/o/end-session/`: an application asks to sign the person out
//! (OpenID Connect RP-Initiated Logout 1.0).
//!
//! A request that proves by its hint that it comes from this very session is obeyed at once; every other one is asked
//! about. What the question carries is checked again when its answer comes, and bound to the form.

use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use http::{HeaderName, StatusCode};
use protocol::id::{hash_secret, hex};
use protocol::id_token::peek_audience;
use protocol::logout::{LogoutRequest, check_logout, needs_confirmation};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::transaction::{Party, Step, StepKind, TransactionKind, mask};
use url::form_urlencoded;

use super::sign_out::{gone, left};
use crate::actions::sign_out::{load_source, sign_out};
use crate::clients::{By, ClientEntry};
use crate::pages::{ConfirmSignOut, FormAction, Reach, reply};
use crate::recorder;
use crate::web::browser::SignedIn;
use crate::web::extract::header_text;
use crate::web::reply::{empty, see_other};
use crate::web::visit::{Halt, Incoming, Shown, Visit, shown_application, shown_person};

/// What a request may say; everything else is dropped.
const PARAMETERS: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

/// What kind of place a request is made for (W3C Fetch Metadata).
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The page that says it is over.
const SIGNED_OUT: &str = "/logout";

/// At the address of the global issuer.
pub(super) async fn get_global(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(by_query(&visit, None, incoming.query()).await)
}

/// At the address of an application.
pub(super) async fn get_of_slug(Path(slug): Path<String>, incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(by_query(&visit, Some(&slug), incoming.query()).await)
}

/// At the address of the global issuer, as a form.
pub(super) async fn post_global(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(by_form(&visit, None, body).await)
}

/// At the address of an application, as a form.
pub(super) async fn post_of_slug(Path(slug): Path<String>, incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(by_form(&visit, Some(&slug), body).await)
}

/// A request with its application.
struct Asked {
    entry: Option<std::sync::Arc<ClientEntry>>,
    request: LogoutRequest,
    carried: Vec<(&'static str, String)>,
    path: String,
    languages: Vec<String>,
}

impl Asked {
    /// What the question is bound to: the session that it names and every parameter that it carries.
    fn purpose(&self, here: &SignedIn) -> String {
        let carried = self.query();
        format!(
            "end-session|{}|{}|{}",
            here.session.id,
            self.path,
            hex(&hash_secret(&carried))
        )
    }

    fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.carried)
            .finish()
    }

    fn destination(&self) -> String {
        let back = self.request.return_to.as_ref();
        back.map_or_else(|| SIGNED_OUT.to_owned(), |back| back.address())
    }
}

async fn read(visit: &Visit<'_>, slug: Option<&str>, params: &Params) -> Result<Asked, Halt> {
    let hint = params.get("id_token_hint");
    let snapshot = visit.app.snapshot();
    let entry = match (slug, params.get("client_id")) {
        (Some(slug), _) => {
            let found = visit.app.client(By::Slug(slug)).await?;
            Some(found.ok_or(Refusal::NotFound)?)
        }
        (None, Some(client_id)) => visit.app.client(By::ClientId(client_id)).await?,
        (None, None) => match hint.and_then(|hint| peek_audience(&snapshot.ours, hint)) {
            Some(audience) => visit.app.client(By::ClientId(&audience)).await?,
            None => None,
        },
    };
    let transaction = visit.app.new_id("txn", visit.now);
    recorder::concerns(TransactionKind::SignOut);
    recorder::begins_with(|| {
        let step = Step::new(StepKind::Request, Party::Application, Party::Vestibule, "end_session");
        step.given(mask::parameters(params))
    });
    if let Some(entry) = &entry {
        recorder::of_application(&entry.client.application);
    }
    let env = visit.app.env(visit.now, &transaction);
    let client = entry.as_ref().map(|entry| &entry.client);
    let request = check_logout(&env, client, &snapshot.ours, params)
        .map_err(|error| Halt::Refused(error, Some(transaction.clone())))?;
    let carried = PARAMETERS
        .iter()
        .filter_map(|name| params.get(name).map(|value| (*name, value.to_owned())))
        .collect();
    let path = match slug {
        Some(slug) => format!("/application/o/{slug}/end-session/"),
        None => "/application/o/end-session/".to_owned(),
    };
    Ok(Asked {
        entry,
        request,
        carried,
        path,
        languages: words(params.get("ui_locales")),
    })
}

/// The languages that the application wishes for, the best first (RP-Initiated Logout 1.0, section 2).
fn words(list: Option<&str>) -> Vec<String> {
    list.unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(8)
        .map(str::to_owned)
        .collect()
}

/// Whether an application asks from within a frame of a browser in which nobody is signed in any more: it was told by our
/// own page and answers by telling us. There is nothing to end, and nothing to show in a frame.
async fn is_echo(visit: &Visit<'_>) -> Result<bool, Halt> {
    let framed = header_text(visit.headers, SEC_FETCH_DEST).is_some_and(|place| matches!(place, "iframe" | "frame"));
    Ok(framed && visit.load_signed_in().await?.is_none())
}

async fn by_query(visit: &Visit<'_>, slug: Option<&str>, query: Option<&str>) -> Shown {
    if is_echo(visit).await? {
        return Ok(empty(StatusCode::OK));
    }
    let params = visit.query(query)?;
    let asked = read(visit, slug, &params).await?;
    ask_or_leave(visit, &asked).await
}

async fn by_form(visit: &Visit<'_>, slug: Option<&str>, body: Body) -> Shown {
    if is_echo(visit).await? {
        return Ok(empty(StatusCode::OK));
    }
    let params = visit.form(body).await?;
    let asked = read(visit, slug, &params).await?;
    let here = visit.load_signed_in().await?;
    if !params.contains("csrf") {
        // From the application's own page. Browsers send our cookies along with a form of another site only when it is
        // a GET, so without any we take the same request that way.
        if here.is_none() && visit.browser.is_unknown() {
            return Ok(see_other(&format!("{}?{}", asked.path, asked.query())));
        }
        return ask_or_leave(visit, &asked).await;
    }
    if let Some(here) = here {
        visit.check_form(&asked.purpose(&here), params.get("csrf"))?;
        return leave(visit, &asked, &here).await;
    }
    Ok(gone(visit, &asked.destination()))
}

async fn ask_or_leave(visit: &Visit<'_>, asked: &Asked) -> Shown {
    let Some(here) = visit.load_signed_in().await? else {
        return Ok(gone(visit, &asked.destination()));
    };
    if !needs_confirmation(&asked.request, Some(&here.session.sid())) {
        return leave(visit, asked, &here).await;
    }
    let carried: Vec<(&str, &str)> = asked
        .carried
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let page = ConfirmSignOut {
        frame: &visit.frame(&asked.languages),
        application: asked.entry.as_deref().map(shown_application),
        person: shown_person(&here),
        action: &asked.path,
        csrf: &visit.browser.csrf(visit.app, &asked.purpose(&here)),
        carried: &carried,
        stay: "/",
        reach: Reach::Here(None),
    };
    let form_action = match &asked.request.return_to {
        Some(_) => FormAction::Anywhere,
        None => FormAction::Here,
    };
    Ok(reply(StatusCode::OK, &page, &form_action))
}

async fn leave(visit: &Visit<'_>, asked: &Asked, here: &SignedIn) -> Shown {
    let application = asked.entry.as_ref().map(|entry| &entry.client.application);
    let id = application.map(|application| application.id.as_str());
    let frames = sign_out(visit.app, &here.session, id, visit.origin()).await?;
    let address = asked.request.return_to.as_ref().map(|back| back.address());
    let name = application.map_or("", |application| application.name.as_str());
    let back = address.as_deref().map(|address| (name, address));
    // Whoever goes on to an application is not asked about where they came from.
    let source = match back {
        Some(_) => None,
        None => {
            let asked = asked.carried.iter().map(|(name, value)| (*name, value.as_str()));
            load_source(visit.app, &here.session, asked, visit.id()).await?
        }
    };
    Ok(left(visit, &frames, back, source.as_ref()))
}
