//! The subject identifier `sub`: what an application knows a person by (OpenID Connect Core, sections 8 and 8.1).
//!
//! A *public* subject is the same for every application of one `sub_mode`. A *pairwise* one is another for every
//! sector, so that applications of different owners can not put together what they know. This is the only place that
//! makes a `sub`; whoever compares one asks here as well.

use crate::client::{Application, MatchingMode, SubMode, SubjectType};
use crate::id::hex;
use crate::user::User;

/// Why an application has no sector of its own (OpenID Connect Core, section 8.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectorError {
    /// No redirect URI has a host, and no `sector_identifier_uri` is given.
    None,
    /// The redirect URIs have several hosts, and no `sector_identifier_uri` is given.
    Several,
    /// A redirect URI is a pattern: nobody can say which hosts it stands for.
    Pattern,
}

/// The sector of an application: the host of its `sector_identifier_uri`, or the one host of its redirect URIs.
///
/// # Errors
/// See [`SectorError`].
pub fn sector(application: &Application) -> Result<String, SectorError> {
    if let Some(uri) = &application.sector_identifier_uri {
        return host_of(uri).ok_or(SectorError::None);
    }
    let mut found: Option<String> = None;
    for entry in &application.redirect_uris {
        if entry.matching_mode != MatchingMode::Strict {
            return Err(SectorError::Pattern);
        }
        let host = host_of(&entry.url).ok_or(SectorError::None)?;
        if found.get_or_insert_with(|| host.clone()) != &host {
            return Err(SectorError::Several);
        }
    }
    found.ok_or(SectorError::None)
}

fn host_of(uri: &str) -> Option<String> {
    let uri = url::Url::parse(uri).ok()?;
    uri.host_str().filter(|host| !host.is_empty()).map(str::to_owned)
}

/// The `sub` of `user` for this application. `salt`: the secret of the installation behind hashed subjects. At most 255
/// ASCII characters in the default mode and for pairwise subjects.
#[must_use]
pub fn subject_identifier(application: &Application, user: &User, salt: &[u8]) -> String {
    let hashed = || hashed_user_id(user, salt);
    match (application.subject_type, application.sub_mode) {
        // An application that has lost its sector is one of its own: it never falls back to the public subject.
        (SubjectType::Pairwise, _) => {
            let sector = sector(application).unwrap_or_else(|_| application.id.clone());
            mac(salt, &[b"pairwise", sector.as_bytes(), user.id.as_bytes()])
        }
        (SubjectType::Public, SubMode::HashedUserId) => hashed(),
        (SubjectType::Public, SubMode::UserId) => user.number.to_string(),
        (SubjectType::Public, SubMode::UserUuid) => user.uuid.clone(),
        (SubjectType::Public, SubMode::UserUsername) => user.username.clone(),
        (SubjectType::Public, SubMode::UserEmail) => user
            .email
            .clone()
            .filter(|email| !email.is_empty())
            .unwrap_or_else(hashed),
        (SubjectType::Public, SubMode::UserUpn) => user
            .attributes
            .get("upn")
            .and_then(serde_json::Value::as_str)
            .filter(|upn| !upn.is_empty())
            .map_or_else(hashed, str::to_owned),
    }
}

/// The subject of the default mode; expressions know a person by it too.
#[must_use]
pub fn hashed_user_id(user: &User, salt: &[u8]) -> String {
    mac(salt, &[user.id.as_bytes()])
}

/// HMAC-SHA256 in hexadecimal; NUL, which no part contains, separates the parts.
fn mac(salt: &[u8], parts: &[&[u8]]) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, salt);
    hex(aws_lc_rs::hmac::sign(&key, &parts.join(&0)).as_ref())
}
