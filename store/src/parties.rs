//! The applications of a browser session, and the queue of what they are to hear of its end
//! (OpenID Connect Back-Channel Logout 1.0, sections 2.3 and 2.5).
//!
//! Whoever ends a session ends it first and queues after that, in one batch; whoever records an application takes hold of
//! the session first. So either the end sees the application, or the application is not recorded and its tokens are decided
//! anew: nobody is signed in at an application that never hears of the end.

use protocol::records::sid;
use protocol::time::Time;
use protocol::webhook::EventType;

use crate::statement::{Batch, Stmt};
use crate::store::{Store, StoreError, time};
use crate::value::{Row, Val};

pub mod notices;

macro_rules! notice_columns {
    () => {
        "application_id, sid, sub, session_id, user_id, due_at, attempts, last_error, issuer"
    };
}
use notice_columns;

crate::statements! {
    HOLD_SESSION = "UPDATE browser_sessions SET ended_at = NULL WHERE id = $1 AND ended_at IS NULL";
    RECORD = "INSERT INTO session_parties (session_id, application_id, sid, sub, issuer) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (session_id, application_id, sid) DO UPDATE SET sub = excluded.sub, issuer = excluded.issuer \
        WHERE session_parties.sub <> excluded.sub OR session_parties.issuer <> excluded.issuer";
    CARRY = "UPDATE session_parties SET session_id = $2 WHERE session_id = $1";
    LOAD = "SELECT application_id, sid, issuer FROM session_parties WHERE session_id = $1 ORDER BY application_id, sid";
    QUEUE_OF_SESSION = "INSERT INTO logout_notices (application_id, sid, sub, session_id, user_id, due_at, attempts, issuer) \
        SELECT p.application_id, p.sid, p.sub, s.id, s.user_id, s.ended_at, 0, p.issuer FROM browser_sessions s \
        JOIN session_parties p ON p.session_id = s.id WHERE s.id = $1 AND s.ended_at = $2 ON CONFLICT DO NOTHING";
    QUEUE_OF_USER = "INSERT INTO logout_notices (application_id, sid, sub, session_id, user_id, due_at, attempts, issuer) \
        SELECT p.application_id, p.sid, p.sub, s.id, s.user_id, s.ended_at, 0, p.issuer FROM browser_sessions s \
        JOIN session_parties p ON p.session_id = s.id WHERE s.user_id = $1 AND s.ended_at = $2 ON CONFLICT DO NOTHING";
    EXPIRED = "SELECT s.id FROM browser_sessions s WHERE s.expires_at < $1 AND s.ended_at IS NULL \
        AND EXISTS (SELECT 1 FROM session_parties p WHERE p.session_id = s.id) ORDER BY s.expires_at LIMIT $2";
    EXPIRED_ANY = "SELECT s.id FROM browser_sessions s WHERE s.expires_at < $1 AND s.ended_at IS NULL \
        ORDER BY s.expires_at LIMIT $2";
    DUE = concat!(
        "SELECT ",
        notice_columns!(),
        " FROM logout_notices WHERE due_at <= $1 ORDER BY due_at LIMIT $2"
    );
    CLAIM = "UPDATE logout_notices SET due_at = $4, attempts = attempts + 1 \
        WHERE application_id = $1 AND sid = $2 AND due_at = $3";
    POSTPONE = "UPDATE logout_notices SET due_at = $4, last_error = $5 WHERE application_id = $1 AND sid = $2 AND due_at = $3";
    FINISH = "DELETE FROM logout_notices WHERE application_id = $1 AND sid = $2 AND due_at = $3";
}

/// Takes hold of the session while it has not ended, and notes the application under the names of the tokens that it got last.
pub(crate) fn record(session_id: &str, application_id: String, sub: String, issuer: Option<String>) -> [Stmt; 2] {
    [
        HOLD_SESSION.guarded(vec![Val::from(session_id)], 1),
        RECORD.with(vec![
            Val::from(session_id),
            Val::from(application_id),
            Val::from(sid(session_id)),
            Val::from(sub),
            Val::from(issuer.unwrap_or_default()),
        ]),
    ]
}

/// Queues what the applications of a session are to hear, when it has ended at this very moment.
pub(crate) fn queue_of_session(session_id: &str, ended_at: Time) -> Stmt {
    QUEUE_OF_SESSION.with(vec![Val::from(session_id), time(ended_at)])
}

/// The same for all sessions of a user.
pub(crate) fn queue_of_user(user_id: &str, ended_at: Time) -> Stmt {
    QUEUE_OF_USER.with(vec![Val::from(user_id), time(ended_at)])
}

/// Whether these statements queue something for applications, or make it due.
#[must_use]
pub fn queues(statements: &[Stmt]) -> bool {
    let is = |statement: &Stmt, sql| std::ptr::eq(statement.sql, sql);
    statements.iter().any(|statement| {
        is(statement, &QUEUE_OF_SESSION) || is(statement, &QUEUE_OF_USER) || notices::hurries(statement)
    })
}

/// What an application is to hear: a session in which it got tokens has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The application.
    pub application_id: String,
    /// The session as the application knows it.
    pub sid: String,
    /// The subject as the application knows it.
    pub sub: String,
    /// The issuer of its tokens, when that is not the application's own.
    pub issuer: Option<String>,
    /// The session.
    pub session_id: String,
    /// Whose session it was.
    pub user_id: String,
    /// When it is tried next; while it is being tried, when another node may.
    pub due_at: Time,
    /// How often it was tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

fn read_issuer(row: &Row, at: usize) -> Result<Option<String>, StoreError> {
    let text = row.text(at)?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn read_notice(row: &Row) -> Result<Notice, StoreError> {
    Ok(Notice {
        application_id: row.text(0)?.to_owned(),
        sid: row.text(1)?.to_owned(),
        sub: row.text(2)?.to_owned(),
        session_id: row.text(3)?.to_owned(),
        user_id: row.text(4)?.to_owned(),
        due_at: Time(row.int(5)?),
        attempts: row.int(6)?,
        last_error: row.opt_text(7)?.map(str::to_owned),
        issuer: read_issuer(row, 8)?,
    })
}

/// An application that got tokens in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The application.
    pub application_id: String,
    /// The session as the application knows it.
    pub sid: String,
    /// The issuer of its tokens, when that is not the application's own.
    pub issuer: Option<String>,
}

impl Notice {
    /// Names the row as long as it is due at the moment that this notice says: nobody else has claimed it since.
    fn key(&self) -> Vec<Val> {
        vec![
            Val::from(self.application_id.as_str()),
            Val::from(self.sid.as_str()),
            time(self.due_at),
        ]
    }
}

impl Store {
    /// The applications that got tokens in a session and want to hear of its end.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_parties(&self, session_id: &str) -> Result<Vec<Party>, StoreError> {
        let rows = self.rows(&LOAD, &[Val::from(session_id)]).await?;
        rows.iter()
            .map(|row| {
                Ok(Party {
                    application_id: row.text(0)?.to_owned(),
                    sid: row.text(1)?.to_owned(),
                    issuer: read_issuer(row, 2)?,
                })
            })
            .collect()
    }

    /// The statement that hands the applications of a session on to its successor, because the same person has only proved
    /// anew who they are: nobody is signed out by that.
    #[must_use]
    pub fn carry_parties(&self, old: &str, new: &str) -> Stmt {
        CARRY.with(vec![Val::from(old), Val::from(new)])
    }

    /// At most `limit` notices that are due, the longest waiting first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_due_notices(&self, now: Time, limit: i64) -> Result<Vec<Notice>, StoreError> {
        let rows = self.rows(&DUE, &[time(now), Val::from(limit)]).await?;
        rows.iter().map(read_notice).collect()
    }

    /// Claims a notice for one attempt until `until`; then another node may try. `None`: somebody else has it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn claim_notice(&self, notice: Notice, until: Time) -> Result<Option<Notice>, StoreError> {
        let mut args = notice.key();
        args.push(time(until));
        match self.apply(Batch::from(CLAIM.guarded(args, 1))).await {
            Ok(()) => Ok(Some(Notice {
                due_at: until,
                attempts: notice.attempts + 1,
                ..notice
            })),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The statement that lets a claimed notice wait until `due_at`, because of `error`.
    #[must_use]
    pub fn postpone_notice(&self, notice: &Notice, due_at: Time, error: &str) -> Stmt {
        let mut args = notice.key();
        args.extend([time(due_at), Val::from(error)]);
        POSTPONE.with(args)
    }

    /// The statement that takes a claimed notice off the queue: heard, or given up.
    #[must_use]
    pub fn finish_notice(&self, notice: &Notice) -> Stmt {
        FINISH.with(notice.key())
    }

    /// Ends at most `limit` sessions that have expired and whose applications have not heard of it, or all of them while a
    /// webhook wants to know. Answers how many.
    pub(crate) async fn end_expired(&self, now: Time, limit: i64) -> Result<i64, StoreError> {
        let expired = if self.outbox.wants(EventType::SessionEnded) {
            &EXPIRED_ANY
        } else {
            &EXPIRED
        };
        let rows = self.rows(expired, &[time(now), Val::from(limit)]).await?;
        let mut ended = 0;
        let mut statements = Vec::new();
        for row in rows.iter() {
            statements.extend(crate::sessions::end(row.text(0)?, now));
            ended += 1;
        }
        if ended > 0 {
            self.apply(Batch::new(statements)).await?;
        }
        Ok(ended)
    }
}
