//! App passwords: a program acts for an account with a long random value that was made for it. The account's own password
//! is never taken here.
//!
//! The value is looked up by its hash, whatever the user name, so an unknown name costs as much as a wrong value.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::machine::Whom;
use super::{Found, Lookup};
use crate::client_auth::{Credentials, Method};
use crate::env::Env;
use crate::error::OAuthError;
use crate::id::hash_secret;
use crate::records::KIND_APP_PASSWORD;
use crate::refusal::Refusal;
use crate::time::{MINUTE, Time};
use crate::user::fold;

/// How exactly the last use is noted.
const TOUCH_EVERY: i64 = MINUTE;

/// The base64 of client secrets that hold an account: padding is as it comes.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A user name and an app password as they were sent.
pub(super) struct Presented<'a> {
    /// Whose account.
    pub username: Cow<'a, str>,
    /// The value.
    pub password: Cow<'a, str>,
    /// Whether they stood in the `Authorization` header: a refusal is one of client authentication then.
    pub in_header: bool,
}

impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented").finish_non_exhaustive()
    }
}

/// The account in a client secret of the form base64 of `username:app-password`. App passwords have no colon, so the last
/// one parts them.
pub(super) fn from_secret(credentials: &Credentials) -> Option<Presented<'static>> {
    credentials.as_sent().find_map(|secret| {
        let text = String::from_utf8(BASE64.decode(secret).ok()?).ok()?;
        let (username, password) = text.rsplit_once(':')?;
        let whole = !username.trim().is_empty() && !password.is_empty();
        whole.then(|| Presented {
            username: Cow::Owned(username.to_owned()),
            password: Cow::Owned(password.to_owned()),
            in_header: credentials.method == Method::Basic,
        })
    })
}

pub(super) fn lookup(presented: &Presented<'_>) -> Lookup {
    Lookup::AppPassword {
        hash: hash_secret(&presented.password),
        username: fold(&presented.username),
    }
}

pub(super) fn decide<'a>(env: &Env<'_>, found: &'a Found, presented: &Presented<'_>) -> Result<Whom<'a>, OAuthError> {
    let wrong = |why: &'static str| {
        // RFC 6749, section 5.2: credentials in the header are answered with a challenge.
        let refusal = if presented.in_header {
            Refusal::ClientSecretWrong
        } else {
            Refusal::AppPasswordWrong
        };
        OAuthError::new(refusal).detail(why)
    };
    let (Some(app_password), Some(subject)) = (&found.app_password, &found.subject) else {
        return Err(wrong("there is no such app password"));
    };
    if fold(&subject.user.username) != fold(&presented.username) || app_password.user_id != subject.user.id {
        return Err(wrong("it belongs to another account"));
    }
    if app_password.expires_at.is_some_and(|expires_at| env.now >= expires_at) {
        return Err(Refusal::AppPasswordExpired.into());
    }
    let mut whom = Whom::new(Some(subject), KIND_APP_PASSWORD, "app_password");
    whom.facts.app_password = Some(app_password.id.clone());
    whom.detail
        .insert("app_password".into(), app_password.id.as_str().into());
    whom.app_password = Some(&app_password.id);
    let seen_lately = |at: Time| env.now.since(at) < TOUCH_EVERY;
    whom.touch = whom
        .app_password
        .filter(|_| !app_password.last_used_at.is_some_and(seen_lately));
    Ok(whom)
}
