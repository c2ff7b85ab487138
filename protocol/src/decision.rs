//! The one function that decides whether a subject may get anything now.
//!
//! Every grant, every login step and every use of a token calls it. Disabled and deleted subjects, switched-off
//! applications and sign-ins from before a forced sign-out are decided here and nowhere else. Minting asks for the
//! [`Permit`] that only this function gives.

use crate::client::Application;
use crate::error::OAuthError;
use crate::refusal::Refusal;
use crate::time::Time;
use crate::user::User;

/// Proof that the decision was asked and said yes.
#[derive(Clone, Copy, Debug)]
pub struct Permit(());

/// Decides whether `user` may get anything now, and through `application` if one is named. `since` is the moment at
/// which the sign-in or grant that is relied on began.
///
/// # Errors
/// [`Refusal::ClientDisabled`] or [`Refusal::SubjectDisabled`].
pub fn decide_access(
    application: Option<&Application>,
    user: Option<&User>,
    since: Time,
) -> Result<Permit, OAuthError> {
    if let Some(application) = application
        && !application.enabled
    {
        return Err(OAuthError::new(Refusal::ClientDisabled));
    }
    match user {
        None => Err(OAuthError::new(Refusal::SubjectDisabled).detail("the account is deleted")),
        Some(user) if !user.is_active => Err(OAuthError::new(Refusal::SubjectDisabled).detail("is_active is false")),
        Some(user) if since < user.valid_from => {
            Err(OAuthError::new(Refusal::SubjectDisabled).detail("everything from before a forced sign-out is dead"))
        }
        Some(_) => Ok(Permit(())),
    }
}
