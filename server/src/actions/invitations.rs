//! Invitations: a link by which one person makes one account, with the groups that the inviter chose.
//!
//! An invitation to an address goes there by mail when there is a mail server, and the link is shown to nobody else: whoever uses
//! it has shown that the address is theirs. Otherwise the link is in the answer, once.

use protocol::id::{hash_secret, new_secret};
use protocol::profile::check_email;
use protocol::time::{DAY, Time};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Map;
use store::StoreError;
use store::invitations::Invitation;
use utoipa::ToSchema;

use super::administrators::Authority;
use super::browser_session::{NewSession, Origin};
use super::changes::{Changes, Expected, Fields};
use super::join::{Candidate, NotJoined, join};
use super::mail::{is_offered, queue_letter, speech_of};
use super::merge::normal_ids;
use super::outcome::{ActionError, FieldError};
use super::times::parse_rfc3339;
use crate::app::App;
use crate::pages::Letter;

/// How long an invitation works when nobody says.
const LIFETIME: i64 = 7 * DAY;
/// How long it may work at most.
const LONGEST: i64 = 90 * DAY;

/// The fields of a new invitation. It is never changed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = NewInvitation)]
pub struct InvitationFields {
    /// The address that it is sent to, when there is a mail server; null: whoever holds the link may use it.
    #[schema(example = "noor@example.com")]
    pub email: Option<String>,
    /// Ids of the groups that the account will belong to.
    pub groups: Option<Vec<String>>,
    /// When it stops to work: in 90 days at the latest. Default: in seven days.
    #[schema(format = DateTime)]
    pub expires_at: Option<String>,
    /// The language of the mail. Default: English.
    #[schema(example = "de")]
    pub language: Option<String>,
}

impl Fields for InvitationFields {
    const READ_ONLY: &'static [&'static str] = &["id", "created_at", "updated_at", "used_at", "user", "link"];
}

/// A new invitation.
#[derive(Debug)]
pub struct Made {
    /// The record.
    pub invitation: Invitation,
    /// The link; `None`: it was sent by mail.
    pub link: Option<SecretString>,
}

/// Makes an invitation.
///
/// # Errors
/// [`ActionError::Invalid`], [`ActionError::Forbidden`] for a group that makes administrators, or the store's.
pub async fn create(app: &App, by: Authority<'_>, changes: Changes<InvitationFields>) -> Result<Made, ActionError> {
    let now = app.now();
    let InvitationFields {
        email,
        groups,
        expires_at,
        language,
    } = changes.fields;
    let mut errors = Vec::new();
    if email.as_deref().is_some_and(|email| check_email(email).is_err()) {
        errors.push(FieldError::invalid("email", "This is no e-mail address."));
    }
    let groups = normal_ids(groups.unwrap_or_default());
    let known = app.store.load_known_groups(&groups).await?;
    if groups.iter().any(|group| !known.contains(group)) {
        errors.push(FieldError::not_found(
            "groups",
            "One of these is not the id of a group.",
        ));
    }
    let ends = match expires_at.map(|text| parse_rfc3339("expires_at", &text)) {
        None => now.plus(LIFETIME),
        Some(Ok(at)) if at <= now => {
            errors.push(FieldError::invalid("expires_at", "This moment has passed."));
            at
        }
        Some(Ok(at)) if at > now.plus(LONGEST) => {
            errors.push(FieldError::invalid(
                "expires_at",
                "An invitation works for 90 days at most.",
            ));
            at
        }
        Some(Ok(at)) => at,
        Some(Err(error)) => {
            errors.push(error);
            now
        }
    };
    if !errors.is_empty() {
        return Err(ActionError::Invalid(errors));
    }
    let admin_groups = app.store.load_admin_groups().await?;
    by.check_administrators(groups.iter().any(|group| admin_groups.contains(group)))?;
    let token = new_secret(&app.entropy);
    let invitation = Invitation {
        id: app.new_id("inv", now),
        created_at: now,
        updated_at: now,
        version: 1,
        mailed: email.is_some() && is_offered(app),
        email,
        groups,
        expires_at: ends,
        used_at: None,
        user_id: None,
    };
    let href = format!("{}invitation?token={token}", app.public_url);
    let mut statements = vec![
        app.store.create_invitation(&invitation, hash_secret(&token)),
        by.actor
            .event(app, now, "invitation_created", &invitation.id, Map::new()),
    ];
    let mut link = Some(SecretString::from(href.as_str()));
    if let Some(address) = invitation.email.as_deref().filter(|_| invitation.mailed) {
        let speech = speech_of(app, None, language.as_deref().unwrap_or("en"));
        let letter = Letter::invitation(speech, &app.public_url, &href);
        statements.push(queue_letter(app, None, address, &letter, now, ends)?);
        link = None;
    }
    app.commit_changes(statements, Vec::new()).await?;
    Ok(Made { invitation, link })
}

/// The invitation of an id.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, id: &str) -> Result<Invitation, ActionError> {
    app.store.load_invitation(id).await?.ok_or(ActionError::NotFound)
}

/// Withdraws an invitation: its link stops to work. An account that was made by it stays.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Stale`] or the store's.
pub async fn delete(app: &App, by: Authority<'_>, id: &str, expected: &Expected) -> Result<(), ActionError> {
    let found = load(app, id).await?;
    expected.check(found.version)?;
    let statements = vec![
        app.store.delete_invitation(&found.id),
        by.actor
            .event(app, app.now(), "invitation_deleted", &found.id, Map::new()),
    ];
    match app.commit_changes(statements, Vec::new()).await {
        // Somebody else was faster.
        Err(StoreError::Conflict) => Err(ActionError::NotFound),
        other => Ok(other?),
    }
}

/// The invitation of a link, while it works.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_open(app: &App, token: &str, now: Time) -> Result<Option<Invitation>, StoreError> {
    let found = app.store.load_invitation_by_hash(&hash_secret(token)).await?;
    Ok(found.filter(|invitation| invitation.works(now)))
}

/// Makes the account of an invitation. Groups that have gone since are left out.
///
/// # Errors
/// See [`NotJoined`].
pub async fn accept(
    app: &App,
    token: &str,
    mut candidate: Candidate,
    origin: Origin<'_>,
) -> Result<NewSession, NotJoined> {
    candidate.groups = app.store.load_known_groups(&candidate.groups).await?;
    let proof = |user: &str| vec![app.store.use_invitation(hash_secret(token), user, origin.now)];
    join(app, candidate, proof, "invitation", origin).await
}
