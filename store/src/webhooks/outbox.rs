//! What has happened and is to be told of, written in the very commit that makes it happen.
//!
//! Every write of the program passes here, and [`TELLS`] says which statements are news. For each of them a further statement
//! joins the same batch and copies the record as it is at that point of the transaction: after a change, and before a
//! deletion with what it takes along. So nothing is told of that did not happen, and nothing that happened is forgotten,
//! whichever part of the program did it. While no webhook wants a kind of event, nothing is added for it.
//!
//! A copy is the columns of the record, each as its length in characters, a colon and its text, or `-` for null.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};

use protocol::records::Session;
use protocol::time::Time;
use protocol::upstream::ExternalAccount;
use protocol::user::User;
use protocol::webhook::{EventType, EventTypes};
use tokio::sync::Notify;

use crate::external_accounts::{self, read_account};
use crate::sessions::{self, read_session};
use crate::sources::{self, StoredSource};
use crate::statement::{Sql, Stmt};
use crate::store::{Store, StoreError, time};
use crate::users::{self, read_user};
use crate::value::{Row, Val};

/// The text of one column in a copy.
macro_rules! field {
    ($column:literal) => {
        concat!(
            "COALESCE(CAST(length(CAST(",
            $column,
            " AS TEXT)) AS TEXT) || ':' || CAST(",
            $column,
            " AS TEXT), '-')"
        )
    };
}

/// The statement that copies the columns of a record.
macro_rules! copy {
    ($subject:literal, [$first:literal $(, $column:literal)*], $from:literal) => {
        concat!(
            "INSERT INTO webhook_outbox (id, type, at, subject, record) SELECT $1, $2, $3, ", $subject, ", ",
            field!($first) $(, " || ", field!($column))*, " FROM ", $from
        )
    };
}

macro_rules! copy_of_user {
    ($from:literal) => {
        copy!(
            "u.id",
            [
                "u.id",
                "u.number",
                "u.uuid",
                "u.created_at",
                "u.updated_at",
                "u.version",
                "u.username",
                "u.name",
                "u.email",
                "u.email_verified",
                "u.is_active",
                "u.kind",
                "u.is_admin",
                "u.valid_from",
                "u.body"
            ],
            $from
        )
    };
}

macro_rules! copy_of_account {
    ($from:literal) => {
        copy!(
            "e.id",
            [
                "e.id",
                "e.version",
                "e.source_id",
                "e.source_key",
                "e.source_name",
                "e.user_id",
                "e.provider_user_id",
                "e.email_address",
                "e.verified",
                "e.scopes",
                "e.public_metadata",
                "e.linked_at",
                "e.updated_at",
                "e.last_signed_in_at"
            ],
            $from
        )
    };
}

macro_rules! copy_of_session {
    ($from:literal) => {
        copy!(
            "s.id",
            [
                "s.id",
                "s.user_id",
                "s.auth_time",
                "s.amr",
                "s.created_at",
                "s.last_seen_at",
                "s.expires_at",
                "s.ended_at",
                "s.client_address",
                "s.user_agent"
            ],
            $from
        )
    };
}

macro_rules! copy_of_source {
    ($from:literal) => {
        copy!(
            "o.id",
            [
                "o.version",
                "o.updated_at",
                "o.sealed",
                "o.body",
                "o.keys",
                "o.keys_read_at",
                "o.looked",
                "o.looked_at"
            ],
            $from
        )
    };
}

crate::statements! {
    USER = copy_of_user!("users u WHERE u.id = $4");
    ACCOUNT = copy_of_account!("external_accounts e WHERE e.id = $4");
    ACCOUNTS_OF_USER = copy_of_account!("external_accounts e WHERE e.user_id = $4");
    SESSION = copy_of_session!("browser_sessions s WHERE s.id = $4");
    ENDED_SESSION = copy_of_session!("browser_sessions s WHERE s.id = $4 AND s.ended_at = $5");
    ENDED_SESSIONS_OF_USER = copy_of_session!("browser_sessions s WHERE s.user_id = $4 AND s.ended_at = $5");
    SOURCE = copy_of_source!("sources o WHERE o.id = $4");
    LOAD = "SELECT id, subject, type, at, record FROM webhook_outbox ORDER BY at, id, subject LIMIT $1";
    FORGET = "DELETE FROM webhook_outbox WHERE id = $1 AND subject = $2";
}

/// Kinds of the columns of each copy, `i` for numbers and `t` for texts.
const USER_KINDS: &str = "titiiitttiitiit";
const ACCOUNT_KINDS: &str = "tittttttittiii";
const SESSION_KINDS: &str = "ttitiiiitt";
const SOURCE_KINDS: &str = "iitttiti";

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

static TELLS: [Tells; 13] = [
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
        &users::DELETE,
        EventType::ExternalAccountUnlinked,
        &ACCOUNTS_OF_USER,
        Place::Before,
        1,
    ),
    Tells(&users::INSERT, EventType::UserCreated, &USER, Place::After, 1),
    Tells(&users::UPDATE, EventType::UserUpdated, &USER, Place::After, 1),
    Tells(&users::SET_PASSWORD, EventType::UserUpdated, &USER, Place::After, 1),
    Tells(&users::DELETE, EventType::UserDeleted, &USER, Place::Before, 1),
    Tells(&sessions::INSERT, EventType::SessionCreated, &SESSION, Place::After, 1),
    Tells(&sessions::END, EventType::SessionEnded, &ENDED_SESSION, Place::After, 2),
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

/// The record that something happened to, as it was then.
#[derive(Clone, Debug)]
pub enum Record {
    /// A source.
    Source(Box<StoredSource>),
    /// A link to an identity at a source.
    ExternalAccount(Box<ExternalAccount>),
    /// A user.
    User(Box<User>),
    /// A browser session; its hash is not there.
    Session(Box<Session>),
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

/// Reads a copy back into a row.
fn parse(copy: &str, kinds: &str) -> Result<Row, StoreError> {
    let corrupt = || StoreError::Corrupt("the copy of a record".to_owned());
    let (mut rest, mut values) = (copy, Vec::with_capacity(kinds.len()));
    for kind in kinds.chars() {
        if let Some(behind) = rest.strip_prefix('-') {
            values.push(Val::Null);
            rest = behind;
            continue;
        }
        let (length, behind) = rest.split_once(':').ok_or_else(corrupt)?;
        let length: usize = length.parse().map_err(|_| corrupt())?;
        let end = behind.char_indices().nth(length).map_or(behind.len(), |(at, _)| at);
        let (text, after) = behind.split_at(end);
        values.push(if kind == 'i' {
            Val::Int(text.parse().map_err(|_| corrupt())?)
        } else {
            Val::from(text)
        });
        rest = after;
    }
    if rest.is_empty() {
        Ok(Row::new(values))
    } else {
        Err(corrupt())
    }
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
            match self.read_record(kind, row.text(4)?) {
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

    fn read_record(&self, kind: EventType, copy: &str) -> Result<Record, StoreError> {
        Ok(match kind {
            EventType::OauthProviderCreated | EventType::OauthProviderUpdated | EventType::OauthProviderDeleted => {
                Record::Source(Box::new(self.read_source(&parse(copy, SOURCE_KINDS)?)?))
            }
            EventType::ExternalAccountConnected | EventType::ExternalAccountUnlinked => {
                Record::ExternalAccount(Box::new(read_account(&parse(copy, ACCOUNT_KINDS)?)?))
            }
            EventType::SessionCreated | EventType::SessionEnded => {
                Record::Session(Box::new(read_session(&parse(copy, SESSION_KINDS)?, 0, [0; 32])?))
            }
            EventType::UserCreated | EventType::UserUpdated | EventType::UserDeleted | EventType::WebhookTest => {
                Record::User(Box::new(read_user(&parse(copy, USER_KINDS)?, 0)?))
            }
        })
    }

    /// The statement that takes an event out of the outbox. Holds only while nobody else has handed it out.
    #[must_use]
    pub fn forget_news(&self, news: &News) -> Stmt {
        FORGET.guarded(vec![Val::from(news.id.as_str()), Val::from(news.subject.as_str())], 1)
    }
}
