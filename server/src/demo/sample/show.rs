//! What the sample application shows: its start page, and the page of a person who is signed in.

use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::channel::Exchange;
use super::relying_party::SignedIn;
use super::{Application, Problem};
use crate::pages::{self, FormAction, Frame, SampleRequest, SampleResult, SampleScope, SampleStart, Token};
use crate::texts::parse_accept_language;
use crate::web::extract::header_text;

/// The scopes that the start page offers beside `openid`, which is always asked for.
pub(super) const SCOPES: [SampleScope<'static>; 6] = [
    scope("profile", "name, picture, language and more", true),
    scope("email", "the address for mail", true),
    scope("address", "the postal address", false),
    scope("phone", "the phone number", false),
    scope("groups", "the groups that the person belongs to", false),
    scope("offline_access", "a refresh token, to stay connected", true),
];

const fn scope(name: &'static str, what: &'static str, checked: bool) -> SampleScope<'static> {
    SampleScope { name, what, checked }
}

impl Application {
    fn frame(&self, headers: &HeaderMap) -> Frame<'_> {
        let accepted = header_text(headers, header::ACCEPT_LANGUAGE).map(parse_accept_language);
        Frame {
            speech: self.texts.choose(accepted.unwrap_or_default()),
            assets: &self.assets,
            demonstration: true,
        }
    }

    pub(super) fn start_page(&self, headers: &HeaderMap, problem: Option<&Problem>) -> Response {
        let page = SampleStart {
            frame: &self.frame(headers),
            name: &self.settings.name,
            action: "/sign-in",
            scopes: &SCOPES,
            credentials: Some(self.settings.credentials),
            problem: problem.map(|problem| (problem.code.as_str(), problem.description.as_str())),
        };
        pages::reply(StatusCode::OK, &page, &self.form_action())
    }

    pub(super) fn result_page(
        &self,
        headers: &HeaderMap,
        csrf: &str,
        signed_in: &SignedIn,
        problem: Option<&Problem>,
    ) -> Response {
        // Userinfo is the fresher of the two, and the only one with claims when the ID token is kept small.
        let claim = |name: &str| {
            let fresh = signed_in.userinfo.as_ref().and_then(|userinfo| userinfo.get(name));
            fresh.or_else(|| signed_in.id.claims.get(name)).and_then(Value::as_str)
        };
        let (header, claims) = (
            Value::Object(signed_in.id.header.clone()),
            Value::Object(signed_in.id.claims.clone()),
        );
        let parameters: Vec<Vec<(&str, &str)>> = signed_in.log.iter().map(parameters).collect();
        let requests: Vec<SampleRequest<'_>> = signed_in
            .log
            .iter()
            .zip(&parameters)
            .map(|(exchange, parameters)| SampleRequest {
                title: exchange.title,
                method: exchange.method,
                url: &exchange.url,
                parameters,
                status: exchange.status,
                answer: exchange.answer.as_ref(),
            })
            .collect();
        let subject = signed_in.id.subject();
        let page = SampleResult {
            frame: &self.frame(headers),
            name: &self.settings.name,
            person: claim("name").or_else(|| claim("preferred_username")).unwrap_or(subject),
            subject,
            detail: claim("email").unwrap_or_default(),
            picture: claim("picture"),
            id_token: Token {
                encoded: Some(signed_in.id_token.expose_secret()),
                header: Some(&header),
                claims: Some(&claims),
            },
            access_token: Token {
                encoded: None,
                header: signed_in.access_parts.as_ref().map(|(header, _)| header),
                claims: signed_in.access_parts.as_ref().map(|(_, claims)| claims),
            },
            can_refresh: signed_in.refresh_token.is_some(),
            userinfo: signed_in.userinfo.as_ref(),
            requests: &requests,
            problem: problem.map(|problem| (problem.code.as_str(), problem.description.as_str())),
            action: "/action",
            csrf,
        };
        pages::reply(StatusCode::OK, &page, &self.form_action())
    }

    /// Both forms lead to the provider.
    fn form_action(&self) -> FormAction {
        FormAction::towards(self.settings.provider.as_str())
    }
}

fn parameters(exchange: &Exchange) -> Vec<(&str, &str)> {
    exchange
        .parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}
