//! Getting back into an account by mail.
//!
//! The request answers everybody alike and queues what was typed; whoever takes it off the queue finds the account and writes the
//! mail. The link works once and for thirty minutes, a newer one takes its place, and using it ends every session. It replaces
//! the password and nothing else: whoever has further factors needs them at the next sign-in.

use protocol::decision::decide_access;
use protocol::id::{hash_secret, new_secret};
use protocol::time::{MINUTE, Time};
use protocol::user::{User, UserType, email_key};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Map;
use store::mail_links::{LinkPurpose, MailLink};
use store::mails::Mail;
use store::users::UserWithPassword;
use store::{Stmt, StoreError};

use super::actor::Actor;
use super::browser_session::{Origin, micros};
use super::mail::{RecoveryWish, kinds, notices, queue, queue_letter, speech_of};
use super::sign_in::{account_key, address_key};
use super::users::own_password::known_of;
use crate::app::App;
use crate::pages::Letter;
use crate::passwords::{PasswordError, Passwords};
use crate::strength::{Weakness, find_weakness};

/// How long a link works.
pub const LINK_LIFETIME: i64 = 30 * MINUTE;

/// What came of asking.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// If there is such an account, a mail is on its way.
    Taken,
    /// It was asked too often, for this name or from this address.
    Blocked {
        /// When it may be asked again.
        until: Time,
    },
}

/// Takes the wish of somebody who forgot their password. Known and unknown names take the same way.
///
/// # Errors
/// When the database is unavailable.
pub async fn ask(app: &App, name: &str, language: &str, origin: Origin<'_>) -> Result<Asked, StoreError> {
    let now = origin.now;
    let wish = RecoveryWish {
        name: name.to_owned(),
        asked_from: origin.client_address.to_string(),
        language: language.to_owned(),
    };
    let counted = [
        (
            format!("recovery-{}", account_key(name)),
            app.config.limits.mails_per_account,
        ),
        (
            format!("recovery-{}", address_key(origin.client_address)),
            app.config.limits.mails_per_address,
        ),
    ];
    let until = now.plus(micros(app.config.limits.mail_window));
    let mut statements: Vec<Stmt> = counted
        .iter()
        .map(|(subject, most)| app.store.count_within(subject, *most, now, until))
        .collect();
    statements.push(queue(app, kinds::RECOVERY, None, &wish, now, now.plus(LINK_LIFETIME))?);
    match app.commit_changes(statements, Vec::new()).await {
        Err(StoreError::Conflict) => {
            let mut blocked = None;
            for (subject, most) in &counted {
                let found = app.store.load_failures(subject, now).await?;
                let full = found.filter(|found| found.count >= i64::from(*most));
                blocked = blocked.max(full.map(|found| found.until));
            }
            Ok(Asked::Blocked {
                until: blocked.unwrap_or(until),
            })
        }
        other => other.map(|()| Asked::Taken),
    }
}

/// Makes a mail with a link of a wish, when it names somebody who may get one.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else has taken the wish, or when the database is unavailable.
pub async fn answer(app: &App, mail: &Mail, wish: &RecoveryWish) -> Result<(), StoreError> {
    let now = app.now();
    let mut statements = vec![app.store.finish_mail(mail)];
    if let Some((user, address)) = find(app, &wish.name, now).await? {
        let token = new_secret(&app.entropy);
        let link = MailLink {
            user_id: Some(user.id.clone()),
            address: address.clone(),
            created_at: now,
            expires_at: now.plus(LINK_LIFETIME),
            used_at: None,
        };
        statements.extend(
            app.store
                .create_mail_link(hash_secret(&token), LinkPurpose::Recovery, &link),
        );
        let speech = speech_of(app, Some(&user), &wish.language);
        let href = format!("{}recover/new?token={token}", app.public_url);
        let letter = Letter::recovery(speech, &app.public_url, &user.username, &href, &wish.asked_from);
        statements.push(queue_letter(
            app,
            Some(&user.id),
            &address,
            &letter,
            now,
            link.expires_at,
        )?);
        let actor = Actor {
            client_address: Some(wish.asked_from.clone()),
            ..Actor::system()
        };
        statements.push(actor.event(app, now, "recovery_requested", &user.id, Map::new()));
    }
    app.commit_changes(statements, Vec::new()).await
}

/// The person of a name and the address that is known to be theirs; `None`: nobody who can get in by mail.
async fn find(app: &App, name: &str, now: Time) -> Result<Option<(User, String)>, StoreError> {
    let by_name = app.store.load_user_by_username(name).await?.map(|found| found.user);
    let found = match by_name {
        Some(user) => {
            let own = user.email.clone().filter(|_| user.email_verified);
            let others = app.store.load_user_emails(&user.id).await?;
            let other = others
                .into_iter()
                .find(|email| email.verified)
                .map(|email| email.address);
            own.or(other).map(|address| (user, address))
        }
        None => {
            let holders = app.store.load_users_of_address(name).await?;
            let mut known = holders.into_iter().filter(|(_, verified)| *verified);
            match (known.next(), known.next()) {
                (Some((user, _)), None) => {
                    let address = written(app, &user, name).await?;
                    Some((user, address))
                }
                _ => None,
            }
        }
    };
    let may = |user: &User| user.kind == UserType::Person && decide_access(None, Some(user), now).is_ok();
    Ok(found.filter(|(user, _)| may(user)))
}

/// The address as the account has it, not as somebody typed it.
async fn written(app: &App, user: &User, typed: &str) -> Result<String, StoreError> {
    let primary = user.email.clone().filter(|email| email_key(email) == email_key(typed));
    if let Some(primary) = primary {
        return Ok(primary);
    }
    let others = app.store.load_user_emails(&user.id).await?;
    let other = others
        .into_iter()
        .find(|email| email_key(&email.address) == email_key(typed));
    Ok(other.map_or_else(|| typed.to_owned(), |email| email.address))
}

/// The person whose link this is, while it works.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_person(app: &App, token: &str, now: Time) -> Result<Option<UserWithPassword>, StoreError> {
    let link = app
        .store
        .load_mail_link(&hash_secret(token), LinkPurpose::Recovery)
        .await?;
    let works = link.filter(|link| link.used_at.is_none() && now < link.expires_at);
    let Some(user_id) = works.and_then(|link| link.user_id) else {
        return Ok(None);
    };
    let found = app.store.load_user(&user_id).await?;
    Ok(found.filter(|found| decide_access(None, Some(&found.user), now).is_ok()))
}

/// Why no password was set.
#[derive(Debug, thiserror::Error)]
pub enum NotRecovered {
    /// The link was used, has expired, was replaced by a newer one, or is none.
    #[error("the link does not work any more")]
    LinkInvalid,
    /// The password is too short or too long.
    #[error("{0}")]
    Password(#[from] PasswordError),
    /// The password is too easy to guess.
    #[error("the password is too easy to guess")]
    Weak(Weakness),
    /// The store refused.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Sets a new password by a link, uses the link up, and ends every session and everything that was granted.
///
/// # Errors
/// See [`NotRecovered`].
pub async fn finish(
    app: &App,
    token: &str,
    password: SecretString,
    language: &str,
    origin: Origin<'_>,
) -> Result<(), NotRecovered> {
    // Before the hash is computed, so that strangers can not let us compute any.
    let found = load_person(app, token, origin.now).await?;
    let user = found.ok_or(NotRecovered::LinkInvalid)?.user;
    Passwords::check(&password)?;
    if let Some(weakness) = find_weakness(password.expose_secret(), &known_of(&user)) {
        return Err(NotRecovered::Weak(weakness));
    }
    let hash = app.passwords.hash(password, &app.entropy).await?;
    let now = origin.now;
    let mut statements = vec![app.store.use_mail_link(hash_secret(token), LinkPurpose::Recovery, now)];
    statements.extend(app.store.set_password(&user.id, &hash, now));
    statements.extend(
        [Some(user.username.as_str()), user.email.as_deref()]
            .into_iter()
            .flatten()
            .map(|name| app.store.clear_failures(&account_key(name))),
    );
    let actor = Actor {
        id: Some(user.id.clone()),
        client_address: Some(origin.client_address.to_string()),
        ..Actor::default()
    };
    let mut detail = Map::new();
    detail.insert("by".to_owned(), "recovery".into());
    statements.push(actor.event(app, now, "password_changed", &user.id, detail));
    statements.extend(notices::password_changed(app, &user, origin, language)?);
    match app.commit_changes(statements, Vec::new()).await {
        // Somebody was faster with the same link.
        Err(StoreError::Conflict) => Err(NotRecovered::LinkInvalid),
        other => Ok(other?),
    }
}
