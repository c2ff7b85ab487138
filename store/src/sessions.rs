//! Browser sessions. The cookie's value is never stored, only its hash.

use protocol::id::SecretHash;
use protocol::records::Session;
use protocol::time::Time;
use protocol::user::User;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::parties;
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, split, time};
use crate::users::read_user;
use crate::value::{Row, Val};

macro_rules! session_columns {
    () => {
        "s.id, s.user_id, s.auth_time, s.amr, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, s.client_address, \
         s.user_agent, s.external_account, s.hash"
    };
}

macro_rules! listed_columns {
    () => {
        concat!(
            session_columns!(),
            ", (SELECT f.source_key FROM external_accounts f WHERE f.id = s.external_account)"
        )
    };
}

const SESSIONS: Listing = Listing {
    name: "sessions",
    fields: listed_columns!(),
    from: "browser_sessions s",
    condition: Some("s.ended_at IS NULL"),
    search_index: None,
    id: "s.id",
    columns: &[Column::id("s.id"), Column::filtered("user", "s.user_id", Kind::Text)],
    default_sort: ("id", Direction::Descending),
};

crate::statements! {
    pub(crate) INSERT = "INSERT INTO browser_sessions (id, hash, user_id, auth_time, amr, created_at, last_seen_at, expires_at, \
        client_address, user_agent, external_account) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    TOUCH = "UPDATE browser_sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2";
    STEP_UP = "UPDATE browser_sessions SET hash = $3, amr = $4 WHERE id = $1 AND hash = $2 AND ended_at IS NULL";
    pub(crate) END = "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
    pub(crate) END_ALL = "UPDATE browser_sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
    pub(crate) END_OTHERS = "UPDATE browser_sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL AND id <> $3";
    LOAD = concat!("SELECT ", listed_columns!(), " FROM browser_sessions s WHERE s.id = $1");
    LOAD_BY_HASH = "SELECT u.id, u.number, u.uuid, u.created_at, u.updated_at, u.version, u.username, u.name, \
        u.email, u.email_verified, u.is_active, u.kind, u.is_admin, u.valid_from, u.body, s.id, s.user_id, \
        s.auth_time, s.amr, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, s.client_address, s.user_agent, \
        s.external_account FROM browser_sessions s JOIN users u ON u.id = s.user_id WHERE s.hash = $1";
}

pub(crate) fn insert(session: Session) -> Stmt {
    INSERT.with(vec![
        Val::from(session.id),
        Val::from(session.hash),
        Val::from(session.user_id),
        time(session.auth_time),
        Val::from(session.amr.join(" ")),
        time(session.created_at),
        time(session.last_seen_at),
        time(session.expires_at),
        Val::from(session.client_address),
        Val::from(session.user_agent),
        Val::from(session.external_account),
    ])
}

pub(crate) fn touch(id: String, at: Time) -> Stmt {
    TOUCH.with(vec![Val::from(id), time(at)])
}

/// Ends a session, then queues what its applications are to hear.
pub(crate) fn end(id: &str, at: Time) -> [Stmt; 2] {
    [
        END.with(vec![Val::from(id), time(at)]),
        parties::queue_of_session(id, at),
    ]
}

/// The same for every session of a user.
pub(crate) fn end_all_of_user(user_id: &str, at: Time) -> [Stmt; 2] {
    [
        END_ALL.with(vec![Val::from(user_id), time(at)]),
        parties::queue_of_user(user_id, at),
    ]
}

/// A session from eleven columns that begin at `at`.
pub(crate) fn read_session(row: &Row, at: usize, hash: SecretHash) -> Result<Session, StoreError> {
    Ok(Session {
        id: row.text(at)?.to_owned(),
        hash,
        user_id: row.text(at + 1)?.to_owned(),
        auth_time: Time(row.int(at + 2)?),
        amr: split(row.text(at + 3)?),
        created_at: Time(row.int(at + 4)?),
        last_seen_at: Time(row.int(at + 5)?),
        expires_at: Time(row.int(at + 6)?),
        ended_at: row.opt_int(at + 7)?.map(Time),
        client_address: row.opt_text(at + 8)?.map(str::to_owned),
        user_agent: row.opt_text(at + 9)?.map(str::to_owned),
        external_account: row.opt_text(at + 10)?.map(str::to_owned),
    })
}

/// A session as it is listed.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedSession {
    /// The session.
    pub session: Session,
    /// Key of the source that the person came from; `None`: they signed in here.
    pub source: Option<String>,
}

fn read_listed(row: &Row) -> Result<ListedSession, StoreError> {
    Ok(ListedSession {
        session: read_session(row, 0, row.array(11)?)?,
        source: row.opt_text(12)?.map(str::to_owned),
    })
}

impl Store {
    /// The session of a cookie's hash and its user, whether it still lives or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_session(&self, hash: &SecretHash) -> Result<Option<(Session, User)>, StoreError> {
        self.first(&LOAD_BY_HASH, &[Val::from(*hash)], |row| {
            let user = read_user(row, 0)?;
            Ok((read_session(row, 15, *hash)?, user))
        })
        .await
    }

    /// One page of the sessions that live, the newest first: not ended, not expired at `now`, seen after `seen_since`.
    /// Filter: `user`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_sessions(
        &self,
        mut query: ListQuery<'_>,
        now: Time,
        seen_since: Time,
        key: &CursorKey,
    ) -> Result<ListOf<ListedSession>, ListError> {
        query.conditions.push(("s.expires_at > $$", time(now)));
        query.conditions.push(("s.last_seen_at > $$", time(seen_since)));
        self.list(&SESSIONS, &query, key, read_listed).await
    }

    /// The session of an id, whether it still lives or not.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_session_by_id(&self, id: &str) -> Result<Option<ListedSession>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_listed).await
    }

    /// The statements that end every session of a user but one, and queue what their applications are to hear.
    #[must_use]
    pub fn end_other_sessions(&self, user_id: &str, kept: &str, at: Time) -> [Stmt; 2] {
        [
            END_OTHERS.with(vec![Val::from(user_id), time(at), Val::from(kept)]),
            parties::queue_of_user(user_id, at),
        ]
    }

    /// The statement that gives a session its new cookie and the methods that its person has used by now. Holds only while it
    /// lives and has the old cookie.
    #[must_use]
    pub fn step_up_session(&self, session: &Session, hash: SecretHash, amr: &[String]) -> Stmt {
        let (id, old) = (Val::from(session.id.as_str()), Val::from(session.hash));
        STEP_UP.guarded(vec![id, old, Val::from(hash), Val::from(amr.join(" "))], 1)
    }

    /// The statements that end a session and queue what its applications are to hear; nothing happens when it has ended
    /// already.
    #[must_use]
    pub fn end_session(&self, id: &str, at: Time) -> Vec<Stmt> {
        end(id, at).into()
    }
}
