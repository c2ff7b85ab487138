//! The form behind a link that makes an account: of a self sign-up, or of an invitation.

use axum::response::Response;
use http::StatusCode;
use protocol::params::Params;
use secrecy::SecretString;

use crate::actions::browser_session::NewSession;
use crate::actions::join::{Candidate, NotJoined};
use crate::pages::{Advice, Field, FieldProblem, FormAction, Join, reply};
use crate::web::fields;
use crate::web::reply::see_other;
use crate::web::visit::{SHOWN_AGAIN, Shown, Visit};
use protocol::refusal::Refusal;

/// A link and where its form goes.
pub(super) struct Door<'a> {
    pub(super) action: &'a str,
    pub(super) token: &'a str,
    /// The address that the link went to; `None`: the form asks for one.
    pub(super) address: Option<&'a str>,
}

impl Door<'_> {
    /// What the form is bound to, beside the browser.
    pub(super) fn purpose(&self) -> String {
        format!("join|{}", self.token)
    }
}

/// What is wrong with the fields.
#[derive(Default)]
pub(super) struct Problems {
    username: Option<FieldProblem>,
    name: Option<FieldProblem>,
    email: Option<FieldProblem>,
    password: Option<FieldProblem>,
    advice: Option<Advice>,
}

/// What was typed, when nothing is wrong with it.
pub(super) fn read(door: &Door<'_>, form: &Params, groups: Vec<String>, verified: bool) -> Result<Candidate, Problems> {
    let problems = Problems {
        username: fields::USERNAME.check(form),
        name: fields::NAME.check(form),
        email: match door.address {
            Some(_) => None,
            None => fields::EMAIL.check(form),
        },
        password: fields::check_password(form),
        advice: None,
    };
    if [problems.username, problems.name, problems.email, problems.password]
        .iter()
        .any(Option::is_some)
    {
        return Err(problems);
    }
    let text = |name: &str| form.get(name).unwrap_or_default().trim().to_owned();
    let typed = || Some((text("email"), false)).filter(|(address, _)| !address.is_empty());
    Ok(Candidate {
        username: text("username"),
        name: text("name"),
        email: door
            .address
            .map(|address| (address.to_owned(), verified))
            .or_else(typed),
        password: SecretString::from(form.get("password").unwrap_or_default()),
        groups,
    })
}

/// The answer to a form: on to the start page as the new person, or the form again.
pub(super) fn finish(
    visit: &Visit<'_>,
    door: &Door<'_>,
    form: &Params,
    outcome: Result<NewSession, NotJoined>,
) -> Shown {
    let mut problems = Problems::default();
    match outcome {
        Ok(new) => {
            let mut response = see_other("/");
            visit.enter(&mut response, &new, None);
            return Ok(response);
        }
        Err(NotJoined::LinkInvalid) => return Err(Refusal::MailLinkInvalid.into()),
        Err(NotJoined::Store(error)) => return Err(error.into()),
        Err(NotJoined::UsernameTaken) => problems.username = Some(FieldProblem::Taken),
        Err(NotJoined::Password(error)) => problems.password = Some(error.into()),
        Err(NotJoined::Weak(weakness)) => problems.advice = Some(Advice(weakness)),
    }
    Ok(show(visit, door, form, problems, SHOWN_AGAIN))
}

/// The form.
pub(super) fn show(
    visit: &Visit<'_>,
    door: &Door<'_>,
    typed: &Params,
    problems: Problems,
    status: StatusCode,
) -> Response {
    let field = |name: &str, problem| Field {
        value: typed.get(name).unwrap_or_default(),
        problem,
    };
    let page = Join {
        frame: &visit.frame(&[]),
        action: door.action,
        csrf: &visit.browser.csrf(visit.app, &door.purpose()),
        token: door.token,
        address: door.address,
        username: field("username", problems.username),
        name: field("name", problems.name),
        email: door.address.is_none().then(|| field("email", problems.email)),
        password_problem: problems.password,
        advice: problems.advice,
    };
    reply(status, &page, &FormAction::Here)
}
