//! The accounts that were signed in in this browser, the last one first: ids in a cookie that only this browser can send back
//! unchanged. Names are read anew each time, so that nobody sees one that is old, or that of an account that is gone.

use axum::response::Response;
use http::header;
use protocol::decision::decide_access;
use protocol::user::User;
use store::StoreError;

use super::browser::{SignedIn, session_cookie};
use super::cookies::Cookie;
use super::reply::add_header;
use super::visit::Visit;
use crate::actions::browser_session::{Accounts, NewSession};

/// More accounts than anybody keeps apart.
const MOST: usize = 5;

/// How long they are remembered, in seconds.
const MEMORY: i64 = 400 * 24 * 60 * 60;

/// An account that was signed in here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remembered {
    /// The user.
    pub(crate) user: String,
    /// The source that they came through; none: by a password of ours.
    pub(crate) source: Option<String>,
}

impl<'a> Visit<'a> {
    /// The answer signs somebody in: it carries the cookie of their session, and the browser remembers the account for as long again,
    /// with the secret that the list is bound to. `source`: the id of the source that they came through.
    pub(crate) fn enter(&self, response: &mut Response, new: &NewSession, source: Option<&str>) {
        add_header(response, header::SET_COOKIE, &session_cookie(self.app, &new.value));
        if let Some(cookie) = self.browser.renewed_cookie(self.app) {
            add_header(response, header::SET_COOKIE, &cookie);
        }
        let mut accounts = self.remembered();
        let user = &new.session.user_id;
        accounts.retain(|account| account.user != *user);
        accounts.insert(
            0,
            Remembered {
                user: user.clone(),
                source: source.map(str::to_owned),
            },
        );
        accounts.truncate(MOST);
        self.remember(response, &accounts);
    }

    /// The browser forgets an account.
    pub(crate) fn forget(&self, response: &mut Response, user_id: &str) {
        let mut accounts = self.remembered();
        accounts.retain(|account| account.user != user_id);
        self.remember(response, &accounts);
    }

    /// The accounts that this browser remembers.
    pub(crate) fn remembered(&self) -> Vec<Remembered> {
        let accounts = self.accounts().iter().take(MOST);
        accounts
            .map(|(user, source)| Remembered {
                user: user.to_owned(),
                source: source.map(str::to_owned),
            })
            .collect()
    }

    /// The same as the cookie lists them.
    pub(crate) fn accounts(&self) -> Accounts<'a> {
        let cookie = Cookie::Accounts.read(self.headers, self.app.secure);
        match cookie.and_then(|value| value.split_once('.')) {
            Some((list, proof)) if self.browser.is_own_form(self.app, &purpose(list), Some(proof)) => {
                Accounts::of(list)
            }
            _ => Accounts::default(),
        }
    }

    /// The same with their users, without `here` and without those who get nothing any more.
    pub(crate) async fn load_remembered(&self, here: Option<&SignedIn>) -> Result<Vec<(Remembered, User)>, StoreError> {
        let mut found = Vec::new();
        for account in self.remembered() {
            if here.is_some_and(|here| here.user.id == account.user) {
                continue;
            }
            if let Some(stored) = self.app.store.load_user(&account.user).await?
                && decide_access(None, Some(&stored.user), self.now).is_ok()
            {
                found.push((account, stored.user));
            }
        }
        Ok(found)
    }

    fn remember(&self, response: &mut Response, accounts: &[Remembered]) {
        let secure = self.app.secure;
        let entries: Vec<String> = accounts
            .iter()
            .map(|account| match &account.source {
                None => account.user.clone(),
                Some(source) => format!("{}!{source}", account.user),
            })
            .collect();
        let list = entries.join("~");
        let cookie = if list.is_empty() {
            Cookie::Accounts.clear(secure)
        } else {
            let proof = self.browser.csrf(self.app, &purpose(&list));
            Cookie::Accounts.write(&format!("{list}.{proof}"), Some(MEMORY), secure)
        };
        add_header(response, header::SET_COOKIE, &cookie);
    }
}

fn purpose(list: &str) -> String {
    format!("accounts|{list}")
}
