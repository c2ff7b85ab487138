//! The addresses of one's own account: adding one by a link that is sent there, choosing the primary one, taking one off.
//!
//! Whether an address belongs to another account is never told to who asks: the page says the same, and the owner hears by mail.

use protocol::id::{hash_secret, new_secret};
use protocol::profile::check_email;
use protocol::time::{HOUR, Time};
use protocol::user::{User, fold};
use serde_json::Map;
use store::mail_links::{LinkPurpose, MailLink};
use store::mails::Mail;
use store::users::emails::UserEmail;
use store::users::list::UserWithGroups;
use store::{Stmt, StoreError};

use super::actor::Actor;
use super::browser_session::{Origin, micros};
use super::changes::ATTEMPTS;
use super::mail::{PATIENCE, VerificationWish, kinds, notices, queue, queue_letter, speech_of};
use super::sign_in::address_key;
use crate::app::App;
use crate::pages::{AddressChange, Letter};

/// How long a link works.
const LINK_LIFETIME: i64 = HOUR;
/// The most addresses of one account.
const MOST: usize = 20;

/// Why an address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum NotChanged {
    /// It is no address.
    #[error("this is no e-mail address")]
    Malformed,
    /// It is one of the account already, and known to be.
    #[error("the account has this address")]
    Own,
    /// The account has too many.
    #[error("the account has too many addresses")]
    TooMany,
    /// It was asked too often.
    #[error("too many links were asked for")]
    Blocked(Time),
    /// The account has no such address, or it can not be what is wished.
    #[error("there is no such address")]
    NotFound,
    /// It is the primary one, without which the account would have none.
    #[error("the primary address stays")]
    Primary,
    /// The link was used, has expired, was replaced by a newer one, or the address is another account's by now.
    #[error("the link does not work any more")]
    LinkInvalid,
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Whether the account has the address and it is known to be the person's.
fn has_verified(found: &UserWithGroups, address: &str) -> bool {
    let key = fold(address);
    let primary = found.user.email.as_deref().is_some_and(|email| fold(email) == key);
    (primary && found.user.email_verified)
        || found
            .emails
            .iter()
            .any(|email| email.verified && fold(&email.address) == key)
}

async fn load(app: &App, user_id: &str) -> Result<UserWithGroups, StoreError> {
    app.store
        .load_user_with_groups(user_id)
        .await?
        .ok_or(StoreError::Conflict)
}

/// Sends a link to an address that is to be added, or of which it is not known yet that it is the person's.
///
/// # Errors
/// See [`NotChanged`].
pub async fn ask(app: &App, user: &User, address: &str, language: &str, origin: Origin<'_>) -> Result<(), NotChanged> {
    let now = origin.now;
    check_email(address).map_err(|_| NotChanged::Malformed)?;
    let found = load(app, &user.id).await?;
    if has_verified(&found, address) {
        return Err(NotChanged::Own);
    }
    let open = app
        .store
        .load_open_mail_links(&user.id, LinkPurpose::VerifyEmail, now)
        .await?;
    if found.emails.len() + open.len() + 1 >= MOST {
        return Err(NotChanged::TooMany);
    }
    let token = new_secret(&app.entropy);
    let link = MailLink {
        user_id: Some(user.id.clone()),
        address: address.to_owned(),
        created_at: now,
        expires_at: now.plus(LINK_LIFETIME),
        used_at: None,
    };
    let wish = VerificationWish {
        user_id: user.id.clone(),
        address: address.to_owned(),
        token: token.clone(),
        language: language.to_owned(),
    };
    let limits = &app.config.limits;
    let until = now.plus(micros(limits.mail_window));
    let by_user = format!("verification-account:{}", user.id);
    let by_address = format!("verification-{}", address_key(origin.client_address));
    let mut statements = vec![
        app.store.count_within(&by_user, limits.mails_per_account, now, until),
        app.store
            .count_within(&by_address, limits.mails_per_address, now, until),
    ];
    statements.extend(
        app.store
            .create_mail_link(hash_secret(&token), LinkPurpose::VerifyEmail, &link),
    );
    statements.push(queue(
        app,
        kinds::VERIFICATION,
        Some(&user.id),
        &wish,
        now,
        link.expires_at,
    )?);
    match app.commit_changes(statements, Vec::new()).await {
        Err(StoreError::Conflict) => Err(NotChanged::Blocked(until)),
        other => Ok(other?),
    }
}

/// Makes a mail of a wish: the link to the address, or to its owner that somebody asked.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else has taken the wish, or when the database is unavailable.
pub async fn answer(app: &App, mail: &Mail, wish: &VerificationWish) -> Result<(), StoreError> {
    let now = app.now();
    let mut statements = vec![app.store.finish_mail(mail)];
    let holders = app.store.load_users_of_address(&wish.address).await?;
    let owner = holders
        .iter()
        .find(|(user, verified)| *verified && user.id != wish.user_id);
    if let Some((owner, _)) = owner {
        let speech = speech_of(app, Some(owner), &wish.language);
        let letter = Letter::address_in_use(speech, &app.public_url, &owner.username, &wish.address);
        let until = now.plus(PATIENCE);
        statements.push(queue_letter(app, Some(&owner.id), &wish.address, &letter, now, until)?);
    } else if let Some(found) = app.store.load_user(&wish.user_id).await? {
        let user = &found.user;
        let speech = speech_of(app, Some(user), &wish.language);
        let href = format!("{}account/emails/confirm?token={}", app.public_url, wish.token);
        let letter = Letter::verification(speech, &app.public_url, &user.username, &wish.address, &href);
        statements.push(queue_letter(
            app,
            Some(&user.id),
            &wish.address,
            &letter,
            now,
            mail.expires_at,
        )?);
    }
    app.commit_changes(statements, Vec::new()).await
}

/// Whose account a link adds which address to, while it works.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_link(app: &App, token: &str, now: Time) -> Result<Option<(User, String)>, StoreError> {
    let link = app
        .store
        .load_mail_link(&hash_secret(token), LinkPurpose::VerifyEmail)
        .await?;
    let works = link.filter(|link| link.used_at.is_none() && now < link.expires_at);
    let Some((user_id, address)) = works.and_then(|link| Some((link.user_id?, link.address))) else {
        return Ok(None);
    };
    let found = app.store.load_user(&user_id).await?;
    Ok(found
        .filter(|found| found.user.is_active)
        .map(|found| (found.user, address)))
}

/// Adds the address of a link to its account, whoever is signed in: the link went to the address, and the page has said whose
/// account it is.
///
/// # Errors
/// See [`NotChanged`].
pub async fn confirm(app: &App, token: &str, language: &str, origin: Origin<'_>) -> Result<User, NotChanged> {
    let now = origin.now;
    for _ in 0..ATTEMPTS {
        let link = load_link(app, token, now).await?;
        let (user, address) = link.ok_or(NotChanged::LinkInvalid)?;
        let before = load(app, &user.id).await?;
        let holders = app.store.load_users_of_address(&address).await?;
        if holders
            .iter()
            .any(|(holder, verified)| *verified && holder.id != user.id)
        {
            return Err(NotChanged::LinkInvalid);
        }
        let mut after = before.clone();
        note_verified(&mut after, &address);
        let mut statements = vec![
            app.store
                .use_mail_link(hash_secret(token), LinkPurpose::VerifyEmail, now),
        ];
        statements.extend(app.store.keep_address_free(&user.id, &address));
        let what = AddressChange::Added;
        statements.extend(write(
            app,
            &before,
            after,
            "email_verified",
            (address.as_str(), what),
            language,
            origin,
        )?);
        match app.commit_changes(statements, Vec::new()).await {
            // The account, or who has the address, was changed at this moment: look again.
            Err(StoreError::Conflict) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => return Ok(before.user),
        }
    }
    Err(StoreError::Conflict.into())
}

fn note_verified(found: &mut UserWithGroups, address: &str) {
    let key = fold(address);
    match &found.user.email {
        None => {
            found.user.email = Some(address.to_owned());
            found.user.email_verified = true;
        }
        Some(primary) if fold(primary) == key => found.user.email_verified = true,
        Some(_) => {
            found.emails.retain(|email| fold(&email.address) != key);
            found.emails.push(UserEmail {
                address: address.to_owned(),
                verified: true,
            });
        }
    }
}

/// Makes one of the verified addresses the one that messages go to.
///
/// # Errors
/// See [`NotChanged`].
pub async fn make_primary(
    app: &App,
    user_id: &str,
    address: &str,
    language: &str,
    origin: Origin<'_>,
) -> Result<(), NotChanged> {
    for _ in 0..ATTEMPTS {
        let before = load(app, user_id).await?;
        let key = fold(address);
        let at = before
            .emails
            .iter()
            .position(|email| email.verified && fold(&email.address) == key);
        let at = at.ok_or(NotChanged::NotFound)?;
        let mut after = before.clone();
        let chosen = after.emails.remove(at);
        if let Some(address) = before.user.email.clone() {
            let verified = before.user.email_verified;
            after.emails.push(UserEmail { address, verified });
        }
        after.user.email = Some(chosen.address.clone());
        after.user.email_verified = true;
        let what = (chosen.address.as_str(), AddressChange::Primary);
        let statements = write(app, &before, after, "email_primary", what, language, origin)?;
        match app.commit_changes(statements, Vec::new()).await {
            Err(StoreError::Conflict) => {}
            other => return Ok(other?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// Takes an address off the account, or takes back the link that was sent to it. The primary one stays.
///
/// # Errors
/// See [`NotChanged`].
pub async fn remove(
    app: &App,
    user_id: &str,
    address: &str,
    language: &str,
    origin: Origin<'_>,
) -> Result<(), NotChanged> {
    let forget = app
        .store
        .forget_mail_links(user_id, LinkPurpose::VerifyEmail, Some(address));
    for _ in 0..ATTEMPTS {
        let before = load(app, user_id).await?;
        let key = fold(address);
        if before.user.email.as_deref().is_some_and(|email| fold(email) == key) {
            return Err(NotChanged::Primary);
        }
        let mut after = before.clone();
        after.emails.retain(|email| fold(&email.address) != key);
        let mut statements = vec![forget.clone()];
        if after.emails.len() == before.emails.len() {
            let open = app
                .store
                .load_open_mail_links(user_id, LinkPurpose::VerifyEmail, origin.now)
                .await?;
            if !open.iter().any(|link| fold(&link.address) == key) {
                return Err(NotChanged::NotFound);
            }
        } else {
            let what = (address, AddressChange::Removed);
            statements.extend(write(app, &before, after, "email_removed", what, language, origin)?);
        }
        match app.commit_changes(statements, Vec::new()).await {
            Err(StoreError::Conflict) => {}
            other => return Ok(other?),
        }
    }
    Err(StoreError::Conflict.into())
}

/// The statements of a change, which hold only while the account is the one that was read.
fn write(
    app: &App,
    before: &UserWithGroups,
    mut after: UserWithGroups,
    action: &str,
    what: (&str, AddressChange),
    language: &str,
    origin: Origin<'_>,
) -> Result<Vec<Stmt>, StoreError> {
    after.user.updated_at = origin.now;
    let user = &before.user;
    let mut statements = vec![app.store.update_user(&after.user, user.version)?];
    statements.extend(app.store.set_user_emails(&user.id, &after.emails));
    // A link that went to an address from before sets no password any more.
    statements.push(app.store.forget_mail_links(&user.id, LinkPurpose::Recovery, None));
    let actor = Actor {
        id: Some(user.id.clone()),
        client_address: Some(origin.client_address.to_string()),
        ..Actor::default()
    };
    statements.push(actor.event(app, origin.now, action, &user.id, Map::new()));
    // The address that messages went to until now hears of it, and so does the new one.
    let moved = after
        .user
        .email
        .as_deref()
        .filter(|_| before.user.email != after.user.email);
    let also: Vec<&str> = moved.into_iter().collect();
    statements.extend(notices::addresses_changed(app, user, what, &also, origin, language)?);
    Ok(statements)
}
