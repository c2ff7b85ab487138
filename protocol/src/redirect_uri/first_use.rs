//! Learning a redirect URI on first use: an application without any takes the one that it presents first, once a person
//! who may teach it has seen the whole address and said yes.
//!
//! Until then the address is only text: no [`super::ValidatedRedirect`] exists for it, so nothing can be sent there, not
//! even an error.

use super::{Remark, check_registration, is_forbidden};
use crate::client::{Application, LearnRedirectUri, MatchingMode, RedirectUri};
use crate::error::OAuthError;
use crate::refusal::Refusal;
use crate::time::Time;

/// Whether `application` would learn an address now, and from whom; `None`: it learns nothing.
#[must_use]
pub fn may_learn(application: &Application, now: Time) -> Option<LearnRedirectUri> {
    let open = application.redirect_uris.is_empty() && application.learn_until.is_some_and(|end| now < end);
    match application.learn_redirect_uri {
        LearnRedirectUri::Off => None,
        mode if open => Some(mode),
        _ => None,
    }
}

/// Whether `presented` is an address that could be learned, and what to remark on it.
///
/// # Errors
/// [`Refusal::RedirectUriForbidden`] or [`Refusal::FirstUseMalformed`] with the reason.
pub fn check_first_use(presented: &str) -> Result<Option<Remark>, OAuthError> {
    if is_forbidden(presented) {
        return Err(OAuthError::new(Refusal::RedirectUriForbidden).given(presented));
    }
    check_registration(presented).map_err(|reason| {
        OAuthError::new(Refusal::FirstUseMalformed)
            .given(presented)
            .detail(reason)
    })
}

/// The application with the address that it has learned, as a strict entry. `teacher_is_admin`: of the person who
/// confirmed.
///
/// # Errors
/// [`Refusal::RedirectUriUnregistered`] when it does not learn (any more), [`Refusal::FirstUseNotAllowed`] when not from
/// this person, or what is wrong with the address.
pub fn learn(
    application: &Application,
    presented: &str,
    teacher_is_admin: bool,
    now: Time,
) -> Result<Application, OAuthError> {
    check_first_use(presented)?;
    let mode = may_learn(application, now)
        .ok_or_else(|| OAuthError::new(Refusal::RedirectUriUnregistered).given(presented))?;
    if mode == LearnRedirectUri::Administrator && !teacher_is_admin {
        return Err(OAuthError::new(Refusal::FirstUseNotAllowed).given(presented));
    }
    let learned = RedirectUri {
        matching_mode: MatchingMode::Strict,
        url: presented.to_owned(),
    };
    Ok(Application {
        redirect_uris: vec![learned],
        learn_redirect_uri: LearnRedirectUri::Off,
        learn_until: None,
        updated_at: now,
        ..application.clone()
    })
}
