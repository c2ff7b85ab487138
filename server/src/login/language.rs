//! `/language/{tag}`: the links at the foot of each page. The choice is kept in a cookie, and the person is back where they were.

use axum::extract::Path;
use axum::response::Response;
use http::header;
use protocol::refusal::Refusal;
use url::{Position, Url};

use crate::texts::LANGUAGES;
use crate::web::extract::header_text;
use crate::web::local_path::check_local_path;
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, Shown, Visit};

/// Takes the choice.
pub(super) async fn get(Path(tag): Path<String>, incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(choose(&visit, &tag))
}

fn choose(visit: &Visit<'_>, tag: &str) -> Shown {
    let language = LANGUAGES.iter().find(|language| **language == tag);
    let language = language.ok_or(Refusal::NotFound)?;
    let Some(back) = came_from(visit) else {
        // Not from a page of ours: nobody else chooses for the person.
        return Ok(see_other("/"));
    };
    let mut response = see_other(&back);
    visit.choose_language(&mut response, language);
    Ok(response)
}

/// The page on which the link was pressed, as a path of ours; none when it is of somebody else. Our pages send their address
/// along to us and to nobody else (`Referrer-Policy: same-origin`).
fn came_from(visit: &Visit<'_>) -> Option<String> {
    let referer = Url::parse(header_text(visit.headers, header::REFERER)?).ok()?;
    let host = header_text(visit.headers, header::HOST);
    let is_ours = host == Some(&referer[Position::BeforeHost..Position::AfterPort])
        || Url::parse(&visit.app.public_url).is_ok_and(|ours| ours.origin() == referer.origin());
    let path = &referer[Position::BeforePath..Position::AfterQuery];
    check_local_path(&visit.app.public_url, path).filter(|_| is_ours)
}
