//! The pages of the demonstration's sample application: an ordinary relying party that shows what it received.
//! It has a look of its own, because it is not a part of Vestibule but an example of what stands outside.

use askama::Template;
use serde_json::Value;

use super::frame::Frame;
use super::links;

/// The start page: `#sample-form` (GET) with `scope` checkboxes, `prompt`, and `#sign-in`.
#[derive(Debug, Template)]
#[template(path = "sample_start.html")]
pub struct SampleStart<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The application's name.
    pub name: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// What may be asked for.
    pub scopes: &'a [SampleScope<'a>],
    /// User name and password of the demonstration's person.
    pub credentials: Option<(&'a str, &'a str)>,
    /// Why the last sign-in failed: the registered error code and the description that came with it.
    pub problem: Option<(&'a str, &'a str)>,
}

/// The page of the sample upstream: `#upstream-form` with `misbehave` and a button `[data-person=NAME]` for each person.
#[derive(Debug, Template)]
#[template(path = "upstream_start.html")]
pub struct UpstreamStart<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The name of the provider.
    pub name: &'a str,
    /// Where the form goes.
    pub action: &'a str,
    /// The parameters of the authorization request.
    pub passed: &'a [(&'a str, &'a str)],
    /// Who one can be.
    pub people: &'a [UpstreamPerson<'a>],
    /// What can go wrong: name and meaning.
    pub misbehaviours: &'a [(&'a str, &'a str)],
}

/// Somebody whom the sample upstream knows.
#[derive(Debug, Clone)]
pub struct UpstreamPerson<'a> {
    /// User name.
    pub name: &'a str,
    /// Full name.
    pub full_name: String,
    /// What makes the person worth meeting.
    pub about: &'a str,
}

/// A scope that the sample application may ask for.
#[derive(Debug, Clone, Copy)]
pub struct SampleScope<'a> {
    /// The scope.
    pub name: &'a str,
    /// What it brings.
    pub what: &'a str,
    /// Whether it is asked for unless the person says otherwise.
    pub checked: bool,
}

/// The page after a sign-in: `#person`, `#id-token`, `#access-token`, `#userinfo`, `#requests`, and the buttons
/// `#refresh`, `#call-userinfo` and `#sign-out` of one form (`action`: `refresh`, `userinfo`, `sign_out`).
#[derive(Debug, Template)]
#[template(path = "sample_result.html")]
pub struct SampleResult<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// The application's name.
    pub name: &'a str,
    /// Name of the person, from the ID token or userinfo.
    pub person: &'a str,
    /// The `sub` claim.
    pub subject: &'a str,
    /// A line below the name, such as the address for mail.
    pub detail: &'a str,
    /// The `picture` claim.
    pub picture: Option<&'a str>,
    /// The ID token.
    pub id_token: Token<'a>,
    /// The access token; its encoded form stays with the application.
    pub access_token: Token<'a>,
    /// Whether a refresh token came.
    pub can_refresh: bool,
    /// The latest answer of the userinfo endpoint.
    pub userinfo: Option<&'a Value>,
    /// The requests that were made, oldest first.
    pub requests: &'a [SampleRequest<'a>],
    /// Why the last button did not work.
    pub problem: Option<(&'a str, &'a str)>,
    /// Where the form goes.
    pub action: &'a str,
    /// The anti-forgery value of the form.
    pub csrf: &'a str,
}

/// A token, taken apart.
#[derive(Debug, Clone, Copy)]
pub struct Token<'a> {
    /// The token as it travels, when it may be shown.
    pub encoded: Option<&'a str>,
    /// Its JOSE header; none for an opaque token.
    pub header: Option<&'a Value>,
    /// Its claims; none for an opaque token.
    pub claims: Option<&'a Value>,
}

/// One request of the sample application, and the answer.
#[derive(Debug, Clone, Copy)]
pub struct SampleRequest<'a> {
    /// What it was for.
    pub title: &'a str,
    /// HTTP method.
    pub method: &'a str,
    /// Address without parameters.
    pub url: &'a str,
    /// Parameters and headers that matter; the values of secret ones are masked here.
    pub parameters: &'a [(&'a str, &'a str)],
    /// Status of the answer.
    pub status: u16,
    /// The answer, when it is JSON; the values of secret members are masked here.
    pub answer: Option<&'a Value>,
}

impl SampleResult<'_> {
    fn initial(&self) -> String {
        links::initial(self.person)
    }

    fn portrait(&self) -> Option<&str> {
        self.picture.and_then(links::picture_link)
    }

    fn userinfo_text(&self) -> Option<String> {
        self.userinfo.map(pretty)
    }
}

impl<'a> Token<'a> {
    /// The parts of the compact form, which get a colour each.
    fn parts(&self) -> Vec<&'a str> {
        self.encoded
            .map(|encoded| encoded.split('.').collect())
            .unwrap_or_default()
    }

    fn header_text(&self) -> Option<String> {
        self.header.map(pretty)
    }

    fn claims_text(&self) -> Option<String> {
        self.claims.map(pretty)
    }
}

impl SampleRequest<'_> {
    fn shown_parameters(&self) -> impl Iterator<Item = (&str, String)> {
        self.parameters.iter().map(|(name, value)| (*name, masked(name, value)))
    }

    fn answer_text(&self) -> Option<String> {
        self.answer.map(|answer| pretty(&masked_members(answer)))
    }

    fn succeeded(&self) -> bool {
        self.status < 400
    }
}

const SECRETS: [&str; 12] = [
    "access_token",
    "assertion",
    "authorization",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "id_token",
    "id_token_hint",
    "password",
    "refresh_token",
];

/// The first characters of a long secret, so that one can tell two apart, and nothing of a short one.
fn masked(name: &str, value: &str) -> String {
    if !SECRETS.contains(&name.to_ascii_lowercase().as_str()) {
        return value.to_owned();
    }
    let shown = if value.chars().count() >= 24 { 6 } else { 0 };
    value.chars().take(shown).chain("\u{2026}".chars()).collect()
}

fn masked_members(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let masked = members.iter().map(|(name, value)| match value {
                Value::String(text) => (name.clone(), Value::String(masked(name, text))),
                other => (name.clone(), masked_members(other)),
            });
            Value::Object(masked.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(masked_members).collect()),
        other => other.clone(),
    }
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
