//! The browser behind a request: its cookie, who is signed in in it, and the proof that a form of ours came back.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use protocol::decision::decide_access;
use protocol::id::{SecretHash, hash_secret, new_secret};
use protocol::records::Session;
use protocol::time::{MINUTE, SECOND, Time};
use protocol::user::User;
use protocol::writes::Write;
use store::StoreError;

use super::cookies::Cookie;
use crate::app::App;

pub use crate::actions::browser_session::micros;

/// What the proof in a form says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The form was given to this browser for this purpose.
    Own,
    /// The browser has not sent our cookie, so nothing can be proved.
    NoCookie,
    /// The form was given to another browser session.
    OfAnotherBrowser,
    /// It is missing, malformed, or was made for something else.
    Wrong,
}

/// The browser of a request.
#[derive(Debug)]
pub struct Browser {
    secret: String,
    is_new: bool,
}

impl Browser {
    /// The browser that sent `headers`; a new one gets a secret of its own.
    #[must_use]
    pub fn of(app: &App, headers: &HeaderMap) -> Self {
        match Cookie::Browser
            .read(headers, app.secure)
            .filter(|value| value.len() == 43)
        {
            Some(value) => Self {
                secret: value.to_owned(),
                is_new: false,
            },
            None => Self {
                secret: new_secret(&app.entropy),
                is_new: true,
            },
        }
    }

    /// Whether it has come without a cookie of ours.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.is_new
    }

    /// What waiting requests of this browser are bound to.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        hash_secret(&self.secret)
    }

    /// The `Set-Cookie` value, when the browser does not have the cookie yet.
    #[must_use]
    pub fn set_cookie(&self, app: &App) -> Option<String> {
        self.is_new.then(|| self.cookie(app))
    }

    /// The `Set-Cookie` value that lets a browser keep the cookie that it has for as long again.
    #[must_use]
    pub fn renewed_cookie(&self, app: &App) -> Option<String> {
        (!self.is_new).then(|| self.cookie(app))
    }

    fn cookie(&self, app: &App) -> String {
        Cookie::Browser.write(&self.secret, Some(400 * 24 * 60 * 60), app.secure)
    }

    /// The proof that a form for `purpose` was given to this browser (`login`, `consent`, ... and the transaction), and a mark of
    /// the browser.
    #[must_use]
    pub fn csrf(&self, app: &App, purpose: &str) -> String {
        let proof = hmac::sign(&form_key(app), self.message(purpose).as_bytes());
        format!("{}.{}", URL_SAFE_NO_PAD.encode(proof.as_ref()), self.mark(app))
    }

    /// What `presented` proves for `purpose`; compared in constant time.
    #[must_use]
    pub fn examine(&self, app: &App, purpose: &str, presented: Option<&str>) -> Proof {
        if self.is_new {
            return Proof::NoCookie;
        }
        let Some((proof, mark)) = presented.and_then(|text| text.split_once('.')) else {
            return Proof::Wrong;
        };
        if mark != self.mark(app) {
            return Proof::OfAnotherBrowser;
        }
        let tag = URL_SAFE_NO_PAD.decode(proof).unwrap_or_default();
        match hmac::verify(&form_key(app), self.message(purpose).as_bytes(), &tag) {
            Ok(()) => Proof::Own,
            Err(_) => Proof::Wrong,
        }
    }

    /// Whether `presented` is the proof for `purpose`. A page that refuses says why with `Visit::check_form`.
    #[must_use]
    pub fn is_own_form(&self, app: &App, purpose: &str, presented: Option<&str>) -> bool {
        self.examine(app, purpose, presented) == Proof::Own
    }

    /// Tells one browser from another in a form that comes back. It proves nothing, and nothing follows from it.
    fn mark(&self, app: &App) -> String {
        let tag = hmac::sign(&form_key(app), self.message("mark").as_bytes());
        let mut text = URL_SAFE_NO_PAD.encode(tag.as_ref());
        text.truncate(8);
        text
    }

    fn message(&self, purpose: &str) -> String {
        format!("{}|{purpose}", self.secret)
    }
}

/// The purpose of the proofs that pages for administrators give out, in their forms and for calls of the management API.
#[must_use]
pub fn administration(session: &Session) -> String {
    format!("administration|{}", session.id)
}

fn form_key(app: &App) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &app.secrets.form_key)
}

/// Who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The live session.
    pub session: Session,
    /// Whose it is.
    pub user: User,
}

/// Who is signed in in the browser that sent `headers`; `None`: nobody, or a session that has ended, expired, been idle
/// for too long, or whose account gets nothing any more.
///
/// # Errors
/// When the database is unavailable.
pub async fn load_signed_in(app: &App, headers: &HeaderMap, now: Time) -> Result<Option<SignedIn>, StoreError> {
    let Some(value) = Cookie::Session
        .read(headers, app.secure)
        .filter(|value| value.len() == 43)
    else {
        return Ok(None);
    };
    let Some((session, user)) = app.store.load_session(&hash_secret(value)).await? else {
        return Ok(None);
    };
    let idle = micros(app.config.session.idle_lifetime);
    let alive = session.ended_at.is_none() && now < session.expires_at && now.since(session.last_seen_at) < idle;
    if !alive || decide_access(None, Some(&user), session.auth_time).is_err() {
        return Ok(None);
    }
    if now.since(session.last_seen_at) > MINUTE {
        app.store
            .commit(vec![Write::TouchSession {
                id: session.id.clone(),
                at: now,
            }])
            .await?;
    }
    Ok(Some(SignedIn { session, user }))
}

/// The `Set-Cookie` value that carries a new session.
#[must_use]
pub fn session_cookie(app: &App, value: &str) -> String {
    let lifetime = micros(app.config.session.lifetime);
    Cookie::Session.write(value, Some(lifetime / SECOND), app.secure)
}
