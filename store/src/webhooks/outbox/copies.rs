//! Copies of records for the outbox: the statement that makes each, inside the transaction of the change, and what reads it back.
//!
//! A copy is the columns of the record, each as its length in characters, a colon and its text, or `-` for null.

use protocol::records::Session;
use protocol::upstream::ExternalAccount;
use protocol::user::User;
use protocol::webhook::EventType;

use crate::external_accounts::read_account;
use crate::sessions::read_session;
use crate::sources::StoredSource;
use crate::store::{Store, StoreError};
use crate::users::read_user;
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
                "e.last_signed_in_at",
                "e.sign_ins",
                "e.last_address"
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
                "s.user_agent",
                "s.external_account"
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
    pub(super) USER = copy_of_user!("users u WHERE u.id = $4");
    pub(super) ACCOUNT = copy_of_account!("external_accounts e WHERE e.id = $4");
    pub(super) ACCOUNTS_OF_USER = copy_of_account!("external_accounts e WHERE e.user_id = $4");
    pub(super) SESSION = copy_of_session!("browser_sessions s WHERE s.id = $4");
    pub(super) ENDED_SESSION = copy_of_session!("browser_sessions s WHERE s.id = $4 AND s.ended_at = $5");
    pub(super) ENDED_SESSIONS_OF_USER = copy_of_session!("browser_sessions s WHERE s.user_id = $4 AND s.ended_at = $5");
    pub(super) SOURCE = copy_of_source!("sources o WHERE o.id = $4");
}

/// Kinds of the columns of each copy, `i` for numbers and `t` for texts.
const USER_KINDS: &str = "titiiitttiitiit";
const ACCOUNT_KINDS: &str = "tittttttittiiiit";
const SESSION_KINDS: &str = "ttitiiiittt";
const SOURCE_KINDS: &str = "iitttiti";

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
    /// The record of a copy.
    ///
    /// # Errors
    /// When the copy is not one.
    pub(super) fn read_copy(&self, kind: EventType, copy: &str) -> Result<Record, StoreError> {
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
}
