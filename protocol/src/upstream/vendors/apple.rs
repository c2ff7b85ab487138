//! Apple: the client secret is a JWT that we sign with a key of the developer account, and the name of a person comes in the form
//! field `user` at the first consent, never again.

use serde_json::{Map, Value, json};

use super::super::document::Document;
use crate::env::Env;
use crate::jose::{Algorithm, SigningKey, typ};

/// Whom the client secret is for.
const AUDIENCE: &str = "https://appleid.apple.com";
/// How long we let one live, in seconds. Apple takes up to half a year; each sign-in makes its own.
const LIFE: i64 = 300;
/// The longest form field `user` that is looked at.
const LONGEST_USER: usize = 8 * 1024;

/// What the field `client_id` of an Apple source holds: services id, team id and key id, with semicolons between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::upstream) struct Names<'a> {
    /// Who we are there: `client_id` of all requests, and the audience of ID tokens.
    pub(in crate::upstream) services_id: &'a str,
    team_id: &'a str,
    key_id: &'a str,
}

/// Takes `services id;team id;key id` apart; `None` when it is a services id alone.
pub(in crate::upstream) fn names(client_id: &str) -> Option<Names<'_>> {
    let mut parts = client_id.split(';').map(str::trim);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(services_id), Some(team_id), Some(key_id), None) => Some(Names {
            services_id,
            team_id,
            key_id,
        }),
        _ => None,
    }
}

/// The client secret: as it is when it is a JWT already, otherwise an ES256 JWT by the key that it holds in PEM. `None`: it is
/// neither.
pub(in crate::upstream) fn client_secret(env: &Env<'_>, client_id: &str, secret: &str) -> Option<String> {
    if !secret.contains("PRIVATE KEY") {
        return Some(secret.to_owned());
    }
    let names = names(client_id)?;
    let key = SigningKey::from_pkcs8(Some(names.key_id), Algorithm::ES256, &read_pem(secret)?).ok()?;
    let now = env.now.seconds();
    let claims = json!({
        "iss": names.team_id,
        "iat": now,
        "exp": now + LIFE,
        "aud": AUDIENCE,
        "sub": names.services_id,
    });
    key.sign(Some(typ::JWT), &claims).ok()
}

/// The bytes between the lines of a PEM text (RFC 7468).
fn read_pem(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    let (_, rest) = text.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    // A text that came through a form or an environment variable may have lost its line ends.
    let compact: String = body.replace("\\n", "").split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(compact).ok()
}

/// The name in the form field `user`: `{"name":{"firstName":"...","lastName":"..."}}`. It is not signed and comes through the
/// browser, so nothing but the name is taken from it, and the address least of all.
pub(in crate::upstream) fn name_in_user(field: &str) -> Option<Value> {
    if field.len() > LONGEST_USER {
        return None;
    }
    let user = Document::parse(field.as_bytes()).ok()?;
    let name = |member: &str| {
        let text = user.at(&format!("name.{member}"))?.as_str()?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let (first, last) = (name("firstName"), name("lastName"));
    let full = [first.as_deref(), last.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    if full.is_empty() {
        return None;
    }
    let members = [("firstName", first), ("lastName", last), ("full", Some(full))];
    let named = members
        .into_iter()
        .filter_map(|(of, text)| Some((of.to_owned(), Value::from(text?))));
    Some(Value::Object(named.collect::<Map<_, _>>()))
}
