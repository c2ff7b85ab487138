//! Making an account oneself, where the configuration allows it: an address is shown to be one's own before there is an account.
//!
//! The request answers everybody alike; an address that has an account gets a mail that says so.

use protocol::id::{hash_secret, new_secret};
use protocol::time::{HOUR, Time};
use store::mail_links::{LinkPurpose, MailLink};
use store::mails::Mail;
use store::{Stmt, StoreError};

use super::browser_session::{NewSession, Origin, micros};
use super::join::{Candidate, NotJoined, join};
use super::mail::{PATIENCE, SignUpWish, is_offered, kinds, queue, queue_letter, speech_of};
use super::recovery::Asked;
use super::sign_in::{account_key, address_key};
use crate::app::App;
use crate::pages::Letter;

/// How long a link works.
const LINK_LIFETIME: i64 = 2 * HOUR;

/// Whether people may make accounts themselves.
#[must_use]
pub const fn is_open(app: &App) -> bool {
    app.config.account.sign_up && is_offered(app)
}

/// Takes the wish of somebody who wants an account.
///
/// # Errors
/// When the database is unavailable.
pub async fn ask(app: &App, address: &str, language: &str, origin: Origin<'_>) -> Result<Asked, StoreError> {
    let now = origin.now;
    let wish = SignUpWish {
        address: address.to_owned(),
        language: language.to_owned(),
    };
    let limits = &app.config.limits;
    let until = now.plus(micros(limits.mail_window));
    let by_account = format!("sign-up-{}", account_key(address));
    let by_address = format!("sign-up-{}", address_key(origin.client_address));
    let statements: Vec<Stmt> = vec![
        app.store
            .count_within(&by_account, limits.mails_per_account, now, until),
        app.store
            .count_within(&by_address, limits.mails_per_address, now, until),
        queue(app, kinds::SIGN_UP, None, &wish, now, now.plus(LINK_LIFETIME))?,
    ];
    match app.commit_changes(statements, Vec::new()).await {
        Err(StoreError::Conflict) => Ok(Asked::Blocked { until }),
        other => other.map(|()| Asked::Taken),
    }
}

/// Makes a mail of a wish: the link, or the word that there is an account already.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else has taken the wish, or when the database is unavailable.
pub async fn answer(app: &App, mail: &Mail, wish: &SignUpWish) -> Result<(), StoreError> {
    let now = app.now();
    let mut statements = vec![app.store.finish_mail(mail)];
    let holders = app.store.load_users_of_address(&wish.address).await?;
    if let Some((owner, _)) = holders.iter().find(|(_, verified)| *verified) {
        let speech = speech_of(app, Some(owner), &wish.language);
        let href = format!("{}login", app.public_url);
        let letter = Letter::account_exists(speech, &app.public_url, &owner.username, &href);
        let until = now.plus(PATIENCE);
        statements.push(queue_letter(app, Some(&owner.id), &wish.address, &letter, now, until)?);
    } else {
        let token = new_secret(&app.entropy);
        let link = MailLink {
            user_id: None,
            address: wish.address.clone(),
            created_at: now,
            expires_at: now.plus(LINK_LIFETIME),
            used_at: None,
        };
        statements.extend(
            app.store
                .create_mail_link(hash_secret(&token), LinkPurpose::SignUp, &link),
        );
        let speech = speech_of(app, None, &wish.language);
        let href = format!("{}sign-up/finish?token={token}", app.public_url);
        let letter = Letter::sign_up(speech, &app.public_url, &href);
        statements.push(queue_letter(app, None, &wish.address, &letter, now, link.expires_at)?);
    }
    app.commit_changes(statements, Vec::new()).await
}

/// The address of a link, while it works.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_address(app: &App, token: &str, now: Time) -> Result<Option<String>, StoreError> {
    let link = app
        .store
        .load_mail_link(&hash_secret(token), LinkPurpose::SignUp)
        .await?;
    let works = link.filter(|link| link.used_at.is_none() && now < link.expires_at);
    Ok(works.map(|link| link.address))
}

/// Makes the account of a link. `candidate`: with the address of the link.
///
/// # Errors
/// See [`NotJoined`].
pub async fn finish(app: &App, token: &str, candidate: Candidate, origin: Origin<'_>) -> Result<NewSession, NotJoined> {
    let proof = |_: &str| {
        vec![
            app.store
                .use_mail_link(hash_secret(token), LinkPurpose::SignUp, origin.now),
        ]
    };
    join(app, candidate, proof, "sign_up", origin).await
}
