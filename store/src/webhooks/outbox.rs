//! What has happened and is to be told of, written in the very commit that makes it happen.
//!
//! Every write of the program passes here, and [`TELLS`] says which statements are news. For each of them a further statement
//! joins the same batch and copies the record as it is at that point of the transaction: after a change, and before a
//! deletion with what it takes along. So nothing is told of that did not happen, and nothing that happened is forgotten,
//! whichever part of the program did it. While no webhook wants a kind of event, nothing is added for it.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};

use protocol::time::Time;
use protocol::webhook::{EventType, EventTypes};
use tokio::sync::Notify;

use self::copies::{ACCOUNT, ACCOUNTS_OF_USER, ENDED_SESSION, ENDED_SESSIONS_OF_USER, SESSION, SOURCE, USER};
use crate::statement::{Sql, Stmt};
use crate::store::{Store, StoreError, time};
use crate::value::Val;
use crate::{external_accounts, sessions, sources, users};

pub use self::copies::Record;

pub mod copies;

crate::statements! {
    LOAD = "SELECT id, subject, type, at, record FROM webhook_outbox ORDER BY id, subject LIMIT $1";
    FORGET = "DELETE FROM webhook_outbox WHERE id = $1 AND subject = $2";
}

/// Where the copy stands in the batch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the statement: it deletes what is copied.
    Before,
    /// After the whole batch.
    After,
}

/// A statement that is news: what it tells, how the record is copied, and how many of its arguments name the record.
struct Tells(&'static Sql, EventType, &'static Sql, Place, usize);

static TELLS: [Tells; 19] = [
    Tells(
        &sources::INSERT,
        EventType::OauthProviderCreated,
        &SOURCE,
        Place::After,
        1,
    ),
    Tells(
        &sources::UPDATE,
        EventType::OauthProviderUpdated,
        &SOURCE,
        Place::After,
        1,
    ),
    Tells(
        &sources::DELETE,
        EventType::OauthProviderDeleted,
        &SOURCE,
        Place::Before,
        1,
    ),
    Tells(
        &sources::DELETE_UNUSED,
        EventType::OauthProviderDeleted,
        &SOURCE,
        Place::Before,
        1,
    ),
    Tells(
        &external_accounts::INSERT,
        EventType::ExternalAccountConnected,
        &ACCOUNT,
        Place::After,
        1,
    ),
    Tells(
        &external_accounts::DELETE,
        EventType::ExternalAccountUnlinked,
        &ACCOUNT,
        Place::Before,
        1,
    ),
    Tells(
        &external_accounts::DELETE_BESIDE_PASSWORD,
        EventType::ExternalAccountUnlinked,
        &ACCOUNT,
        Place::Before,
        1,
    ),
    Tells(
        &external_accounts::DELETE_BESIDE_LINK,
        EventType::ExternalAccountUnlinked,
        &ACCOUNT,
        Place::Before,
        1,
    ),
    Tells(
        &external_accounts::DELETE_BESIDE_PASSKEY,
        EventType::ExternalAccountUnlinked,
        &ACCOUNT,
        Place::Before,
        1,
    ),
    Tells(
        &users::DELETE,
        EventType::ExternalAccountUnlinked,
        &ACCOUNTS_OF_USER,
        Place::Before,
        1,
    ),
    Tells(&users::INSERT, EventType::UserCreated, &USER, Place::After, 1),
    Tells(&users::UPDATE, EventType::UserUpdated, &USER, Place::After, 1),
    Tells(&users::SET_PASSWORD, EventType::UserUpdated, &USER, Place::After, 1),
    Tells(&users::CHANGE_PASSWORD, EventType::UserUpdated, &USER, Place::After, 1),
    Tells(&users::DELETE, EventType::UserDeleted, &USER, Place::Before, 1),
    Tells(&sessions::INSERT, EventType::SessionCreated, &SESSION, Place::After, 1),
    Tells(&sessions::END, EventType::SessionEnded, &ENDED_SESSION, Place::After, 2),
    Tells(
        &sessions::END_OTHERS,
        EventType::SessionEnded,
        &ENDED_SESSIONS_OF_USER,
        Place::After,
        2,
    ),
    Tells(
        &sessions::END_ALL,
        EventType::SessionEnded,
        &ENDED_SESSIONS_OF_USER,
        Place::After,
        2,
    ),
];

/// The statements that write users, sessions, external accounts or sources and are news.
#[must_use]
pub fn telling() -> Vec<&'static Sql> {
    TELLS.iter().map(|tells| tells.0).collect()
}

/// Gives each copy an id and the time.
pub type Stamp = Box<dyn Fn() -> (String, Time) + Send + Sync>;

/// What is wanted now, and who hears that something was written.
pub(crate) struct Outbox {
    wanted: AtomicU16,
    stamp: OnceLock<Stamp>,
    written: Arc<Notify>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self {
            wanted: AtomicU16::new(0),
            stamp: OnceLock::new(),
            written: Arc::new(Notify::new()),
        }
    }
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox")
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

impl Outbox {
    pub(crate) fn wants(&self, kind: EventType) -> bool {
        EventTypes::from_bits(self.wanted.load(Ordering::Acquire)).contains(kind)
    }

    /// Adds what the statements tell. Answers whether that is anything.
    pub(crate) fn add(&self, statements: &mut Vec<Stmt>) -> bool {
        let wanted = EventTypes::from_bits(self.wanted.load(Ordering::Acquire));
        let Some(stamp) = self.stamp.get().filter(|_| wanted != EventTypes::NONE) else {
            return false;
        };
        let (mut before, mut after): (Vec<(usize, Stmt)>, Vec<Stmt>) = (Vec::new(), Vec::new());
        let mut seen: Vec<(EventType, Val)> = Vec::new();
        for (at, statement) in statements.iter().enumerate() {
            for Tells(sql, kind, copy, place, names) in &TELLS {
                if !std::ptr::eq(statement.sql, *sql) || !wanted.contains(*kind) {
                    continue;
                }
                let Some(subject) = statement.args.first() else {
                    continue;
                };
                // A record that one batch changes twice has changed once.
                if seen.contains(&(*kind, subject.clone())) {
                    continue;
                }
                seen.push((*kind, subject.clone()));
                let (id, now) = stamp();
                let mut args = vec![Val::from(id), Val::from(kind.as_str()), time(now)];
                args.extend(statement.args.iter().take(*names).cloned());
                match place {
                    Place::Before => before.push((at, copy.with(args))),
                    Place::After => after.push(copy.with(args)),
                }
            }
        }
        let any = !before.is_empty() || !after.is_empty();
        for (at, statement) in before.into_iter().rev() {
            statements.insert(at, statement);
        }
        statements.extend(after);
        any
    }

    pub(crate) fn say_written(&self) {
        self.written.notify_one();
    }
}

/// Something that happened and is not handed out yet.
#[derive(Clone, Debug)]
pub struct News {
    id: String,
    subject: String,
    /// What.
    pub kind: EventType,
    /// When.
    pub at: Time,
    /// To what.
    pub record: Record,
}

impl Store {
    /// From now on, events of these kinds are written with what they tell of. `stamp`: gives each an id and the time; the first
    /// one counts.
    pub fn want_events(&self, wanted: EventTypes, stamp: impl FnOnce() -> Stamp) {
        self.outbox.stamp.get_or_init(stamp);
        self.outbox.wanted.store(wanted.bits(), Ordering::Release);
    }

    /// Says that events were written here, or that deliveries are due.
    #[must_use]
    pub fn events_written(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox.written)
    }

    /// At most `limit` events that are not handed out yet, the oldest first. Those that a newer version wrote are left to it, and
    /// what can not be read is given up.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_news(&self, limit: i64) -> Result<Vec<News>, StoreError> {
        let rows = self.rows(&LOAD, &[Val::from(limit)]).await?;
        let mut news = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(kind) = EventType::from_name(row.text(2)?) else {
                continue;
            };
            let (id, subject) = (row.text(0)?, row.text(1)?);
            match self.read_copy(kind, row.text(4)?) {
                Ok(record) => news.push(News {
                    id: id.to_owned(),
                    subject: subject.to_owned(),
                    kind,
                    at: Time(row.int(3)?),
                    record,
                }),
                Err(error) => {
                    tracing::error!(%error, kind = kind.as_str(), subject, "an event can not be told of");
                    let forget = FORGET.with(vec![Val::from(id), Val::from(subject)]);
                    self.apply(forget.into()).await?;
                }
            }
        }
        Ok(news)
    }

    /// The statement that takes an event out of the outbox. Holds only while nobody else has handed it out.
    #[must_use]
    pub fn forget_news(&self, news: &News) -> Stmt {
        FORGET.guarded(vec![Val::from(news.id.as_str()), Val::from(news.subject.as_str())], 1)
    }
}
