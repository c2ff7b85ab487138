//! The profile request of OpenID Connect (Core, section 5.3) and of plain OAuth 2.0, and the reading of its answer.
//!
//! Plain OAuth 2.0 knows six shapes. In all of them the token stands in one place and nowhere else (RFC 6750, section 2: clients
//! must not use more than one method).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::call::{Call, Purpose, Reply, append_query};
use super::document::Document;
use super::failure::{UpstreamFailure, status_and_code};
use super::flow::required;
use super::source::{Source, SourceKind, UserinfoAuth, UserinfoMethod};
use super::vendors::{self, Habit, slack, wechat};
use crate::error::OAuthError;
use crate::jose::JoseError;
use crate::refusal::Refusal;

/// The profile request. `answer` is that of the token endpoint.
///
/// # Errors
/// [`Refusal::UpstreamNotConfigured`] without `userinfo_endpoint`.
pub(super) fn profile_call(source: &Source, access_token: &str, answer: &Document) -> Result<Call, UpstreamFailure> {
    let endpoint = required(source.userinfo_endpoint.as_deref(), "userinfo_endpoint")?;
    let vendor = vendors::of(source);
    let mut params: Vec<(String, String)> = Vec::new();
    for (name, value) in vendor.map_or(&[][..], |vendor| vendor.userinfo_params) {
        params.push(((*name).to_owned(), (*value).to_owned()));
    }
    if vendors::habit(source) == Habit::WeChat {
        params.extend(wechat::profile_params(answer));
    }
    // OpenID Connect: always GET with the token in the header.
    let (method, auth) = match source.kind {
        SourceKind::Oidc => (UserinfoMethod::Get, UserinfoAuth::Bearer),
        SourceKind::Oauth2 | SourceKind::Oauth1 => (source.userinfo_method, source.userinfo_auth),
    };
    if let (UserinfoMethod::Get, UserinfoAuth::Query) = (method, auth) {
        params.push(("access_token".to_owned(), access_token.to_owned()));
    }
    let url = append_query(endpoint, &params);
    let call = match (method, auth) {
        (UserinfoMethod::Get, _) => Call::get(Purpose::Userinfo, url),
        (UserinfoMethod::Post, UserinfoAuth::Query) => {
            Call::post_form(Purpose::Userinfo, url, &[("access_token", access_token)])
        }
        (UserinfoMethod::Post, _) => Call::post_form(Purpose::Userinfo, url, &[]),
    };
    let call = call.with("Accept", "application/json");
    Ok(match auth {
        UserinfoAuth::Bearer => call.with("Authorization", format!("Bearer {access_token}")),
        // The token is the user name, and there is no password.
        UserinfoAuth::Basic => call.with(
            "Authorization",
            format!("Basic {}", STANDARD.encode(format!("{access_token}:"))),
        ),
        UserinfoAuth::Query => call,
    })
}

/// A further request with the same token, in the header.
pub(super) fn supplement_call(url: String, access_token: &str) -> Call {
    Call::get(Purpose::Supplement, url)
        .with("Accept", "application/json")
        .with("Authorization", format!("Bearer {access_token}"))
}

/// What the profile address answered.
#[derive(Debug)]
pub(super) enum ProfileAnswer {
    /// A JSON object.
    Plain(Document),
    /// A signed JWT, not verified.
    Signed(String),
}

/// Reads the answer of the profile address.
///
/// # Errors
/// [`Refusal::UpstreamUserinfoUnreachable`], [`Refusal::UpstreamUserinfoRefused`] or [`Refusal::UpstreamUserinfoMalformed`].
pub(super) fn read_answer(
    source: &Source,
    reply: &Reply,
    access_token: &str,
) -> Result<ProfileAnswer, UpstreamFailure> {
    let (status, content_type, body) = match reply {
        Reply::Answer {
            status,
            content_type,
            body,
        } => (*status, content_type.as_deref().unwrap_or_default(), body),
        Reply::Failed(why) => {
            return Err(OAuthError::new(Refusal::UpstreamUserinfoUnreachable)
                .detail(why.clone())
                .into());
        }
    };
    if !(200..300).contains(&status) {
        return Err(refused(status, body, access_token));
    }
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/jwt") {
        let token = std::str::from_utf8(body).map(|text| text.trim().to_owned());
        return token
            .map(ProfileAnswer::Signed)
            .map_err(|_| malformed(status, JoseError::BadJson, body));
    }
    let profile = parse_userinfo(body).map_err(|error| malformed(status, error, body))?;
    if vendors::habit(source) == Habit::Slack
        && let Some(code) = slack::refusal(&profile)
    {
        let error = OAuthError::new(Refusal::UpstreamUserinfoRefused).given(status_and_code(status, Some(&code)));
        return Err(UpstreamFailure::new(error).status(status).upstream_error(Some(&code)));
    }
    if vendors::habit(source) == Habit::WeChat
        && let Some((code, text)) = wechat::refusal(&profile)
    {
        let error = OAuthError::new(Refusal::UpstreamUserinfoRefused).given(status_and_code(status, Some(&code)));
        return Err(UpstreamFailure::new(error)
            .status(status)
            .describe(&text, &[access_token]));
    }
    Ok(ProfileAnswer::Plain(profile))
}

/// The body of a profile answer: one JSON object, and nothing around it.
///
/// # Errors
/// What is wrong with it.
pub fn parse_userinfo(body: &[u8]) -> Result<Document, JoseError> {
    Document::parse(body)
}

fn malformed(status: u16, error: JoseError, body: &[u8]) -> UpstreamFailure {
    // The first letter tells a page from a list from nothing at all; a profile itself belongs to a person and stays out.
    let given = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => "nothing",
        Some(b'[') => "a list",
        Some(b'<') => "a page",
        Some(b'{') => "an object that can not be read",
        Some(_) => "no JSON object",
    };
    let error = OAuthError::new(Refusal::UpstreamUserinfoMalformed)
        .given(given)
        .expected("a JSON object")
        .detail(error.code());
    UpstreamFailure::new(error).status(status)
}

fn refused(status: u16, body: &[u8], access_token: &str) -> UpstreamFailure {
    let failure = UpstreamFailure::new(OAuthError::new(Refusal::UpstreamUserinfoRefused).given(status.to_string()))
        .status(status);
    let Ok(answer) = Document::parse(body) else {
        return failure;
    };
    let text = ["error_description", "message", "error.message"]
        .into_iter()
        .find_map(|path| answer.at(path)?.as_str());
    let failure = failure.upstream_error(answer.text("error"));
    match text {
        Some(text) => failure.describe(text, &[access_token]),
        None => failure,
    }
}
