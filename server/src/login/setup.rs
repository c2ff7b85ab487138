//! `/setup`: the first administrator, through the link that `vestibule serve` prints while there is none.

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use protocol::refusal::Refusal;
use secrecy::SecretString;
use url::form_urlencoded;

use crate::actions::first_administrator::{Candidate, CandidateError, create, load_link_works};
use crate::pages::{Field, FieldProblem, FirstAdministrator, FormAction, reply};
use crate::web::fields;
use crate::web::reply::see_other;
use crate::web::visit::{Incoming, SHOWN_AGAIN, Shown, Visit};

/// Shows the form of a link that works.
pub(super) async fn get(incoming: Incoming) -> Response {
    let visit = incoming.visit();
    visit.answer(open(&visit, incoming.query()).await)
}

/// Makes the administrator and signs the person in.
pub(super) async fn post(incoming: Incoming, body: Body) -> Response {
    let visit = incoming.visit();
    visit.answer(take(&visit, body).await)
}

/// What is wrong with the fields.
#[derive(Default)]
struct Problems {
    username: Option<FieldProblem>,
    name: Option<FieldProblem>,
    email: Option<FieldProblem>,
    password: Option<FieldProblem>,
}

impl Problems {
    fn any(&self) -> bool {
        [self.username, self.name, self.email, self.password]
            .iter()
            .any(Option::is_some)
    }
}

async fn open(visit: &Visit<'_>, query: Option<&str>) -> Shown {
    let params = visit.query(query)?;
    let token = params.get("token").unwrap_or_default();
    if !load_link_works(visit.app, token, visit.now).await? {
        return Err(Refusal::SetupLinkInvalid.into());
    }
    Ok(show(visit, &params, &Problems::default(), StatusCode::OK))
}

fn purpose(token: &str) -> String {
    format!("setup|{token}")
}

async fn take(visit: &Visit<'_>, body: Body) -> Shown {
    let form = visit.form(body).await?;
    let token = form.get("token").unwrap_or_default();
    if !load_link_works(visit.app, token, visit.now).await? {
        return Err(Refusal::SetupLinkInvalid.into());
    }
    visit.check_form(&purpose(token), form.get("csrf"))?;
    let mut problems = check(&form);
    if problems.any() {
        return Ok(show(visit, &form, &problems, SHOWN_AGAIN));
    }
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let candidate = Candidate {
        username: text("username"),
        name: text("name"),
        email: Some(text("email")),
        password: SecretString::from(form.get("password").unwrap_or_default()),
    };
    match create(visit.app, token, candidate, visit.origin()).await {
        Ok(new) => {
            let mut response = see_other("/");
            visit.enter(&mut response, &new, None);
            return Ok(response);
        }
        Err(CandidateError::LinkInvalid) => return Err(Refusal::SetupLinkInvalid.into()),
        Err(CandidateError::Store(error)) => return Err(error.into()),
        Err(CandidateError::UsernameTaken) => problems.username = Some(FieldProblem::Taken),
        Err(CandidateError::Password(error)) => problems.password = Some(error.into()),
    }
    Ok(show(visit, &form, &problems, SHOWN_AGAIN))
}

/// By the same rules as every other way in.
fn check(form: &Params) -> Problems {
    Problems {
        username: fields::USERNAME.check(form),
        name: fields::NAME.check(form),
        email: fields::EMAIL.check(form),
        password: fields::check_password(form),
    }
}

fn show(visit: &Visit<'_>, typed: &Params, problems: &Problems, status: StatusCode) -> Response {
    let field = |name: &str, problem: Option<FieldProblem>| Field {
        value: typed.get(name).unwrap_or_default(),
        problem,
    };
    let token = typed.get("token").unwrap_or_default();
    // With the token, so that the address of a form that is shown again is a page too.
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("token", token)
        .finish();
    let action = format!("/setup?{query}");
    let page = FirstAdministrator {
        frame: &visit.frame(&[]),
        action: &action,
        csrf: &visit.browser.csrf(visit.app, &purpose(token)),
        token,
        public_url: &visit.app.public_url,
        username: field("username", problems.username),
        name: field("name", problems.name),
        email: field("email", problems.email),
        password_problem: problems.password,
    };
    reply(status, &page, &FormAction::Here)
}
