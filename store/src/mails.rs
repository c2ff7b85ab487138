//! Mail that waits: one row for each, claimed by one node for one attempt, and gone when it was sent or given up. What is to be
//! sent is sealed, for it holds addresses and links that open accounts.

use protocol::env::Entropy;
use protocol::time::Time;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::statement::{Batch, Stmt};
use crate::store::{Store, StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
    QUEUE = "INSERT INTO mails (id, kind, user_id, sealed, created_at, expires_at, due_at, attempts) \
        VALUES ($1, $2, $3, $4, $5, $6, $5, 0)";
    DUE = "SELECT id, kind, user_id, sealed, created_at, expires_at, due_at, attempts FROM mails WHERE due_at <= $1 \
        ORDER BY due_at, id LIMIT $2";
    CLAIM = "UPDATE mails SET due_at = $3, attempts = attempts + 1 WHERE id = $1 AND due_at = $2";
    POSTPONE = "UPDATE mails SET due_at = $3, last_error = $4 WHERE id = $1 AND due_at = $2";
    FINISH = "DELETE FROM mails WHERE id = $1 AND due_at = $2";
}

/// A mail that waits.
#[derive(Clone, Debug)]
pub struct Mail {
    /// `mail_` and a ULID.
    pub id: String,
    /// What its content is: a message that is ready, or what is to become one.
    pub kind: String,
    /// Whom it is about; `None`: nobody that is known.
    pub user_id: Option<String>,
    /// When it was queued.
    pub created_at: Time,
    /// From when on it is of no use.
    pub expires_at: Time,
    /// When it is tried next; while it is being tried, when another node may.
    pub due_at: Time,
    /// How often it was tried.
    pub attempts: i64,
    sealed: String,
}

/// A mail that is to be queued.
#[derive(Debug)]
pub struct NewMail<'a, T> {
    /// `mail_` and a ULID.
    pub id: &'a str,
    /// What its content is.
    pub kind: &'a str,
    /// Whom it is about.
    pub user_id: Option<&'a str>,
    /// What is sealed.
    pub content: &'a T,
    /// Now: it is due at once.
    pub now: Time,
    /// From when on it is of no use.
    pub expires_at: Time,
}

fn purpose(id: &str) -> String {
    format!("mail:{id}")
}

fn read_mail(row: &Row) -> Result<Mail, StoreError> {
    Ok(Mail {
        id: row.text(0)?.to_owned(),
        kind: row.text(1)?.to_owned(),
        user_id: row.opt_text(2)?.map(str::to_owned),
        sealed: row.text(3)?.to_owned(),
        created_at: Time(row.int(4)?),
        expires_at: Time(row.int(5)?),
        due_at: Time(row.int(6)?),
        attempts: row.int(7)?,
    })
}

/// Whether one of these statements queues a mail.
#[must_use]
pub fn queues(statements: &[Stmt]) -> bool {
    statements.iter().any(|statement| std::ptr::eq(statement.sql, &QUEUE))
}

impl Mail {
    /// Names the row as long as it is due at the moment that this mail says: nobody else has claimed it since.
    fn key(&self) -> Vec<Val> {
        vec![Val::from(self.id.as_str()), time(self.due_at)]
    }
}

impl Store {
    /// The statement that queues a mail, due at once.
    ///
    /// # Errors
    /// When it can not be sealed.
    pub fn queue_mail<T: Serialize>(&self, mail: &NewMail<'_, T>, random: &dyn Entropy) -> Result<Stmt, StoreError> {
        let content = Zeroizing::new(serde_json::to_vec(mail.content)?);
        let sealed = self.seal_bytes(&purpose(mail.id), &content, random)?;
        Ok(QUEUE.with(vec![
            Val::from(mail.id),
            Val::from(mail.kind),
            Val::from(mail.user_id),
            Val::from(sealed),
            time(mail.now),
            time(mail.expires_at),
        ]))
    }

    /// At most `limit` mails that are due, the longest waiting first.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_due_mails(&self, now: Time, limit: i64) -> Result<Vec<Mail>, StoreError> {
        let rows = self.rows(&DUE, &[time(now), Val::from(limit)]).await?;
        rows.iter().map(read_mail).collect()
    }

    /// What is sealed in a mail.
    ///
    /// # Errors
    /// When it does not open or is not what it should be.
    pub fn open_mail<T: DeserializeOwned>(&self, mail: &Mail) -> Result<T, StoreError> {
        let opened = self.open_bytes(&purpose(&mail.id), &mail.sealed)?;
        Ok(serde_json::from_slice(&opened)?)
    }

    /// Claims a mail for one attempt until `until`; then another node may try. `None`: somebody else has it.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn claim_mail(&self, mail: Mail, until: Time) -> Result<Option<Mail>, StoreError> {
        let mut args = mail.key();
        args.push(time(until));
        match self.apply(Batch::from(CLAIM.guarded(args, 1))).await {
            Ok(()) => Ok(Some(Mail {
                due_at: until,
                attempts: mail.attempts + 1,
                ..mail
            })),
            Err(StoreError::Conflict) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The statement that lets a claimed mail wait until `due_at`, because of `error`. Nothing happens when the claim ran out.
    #[must_use]
    pub fn postpone_mail(&self, mail: &Mail, due_at: Time, error: &str) -> Stmt {
        let mut args = mail.key();
        args.extend([time(due_at), Val::from(error)]);
        POSTPONE.with(args)
    }

    /// The statement that takes a claimed mail off the queue. Holds only while the claim does.
    #[must_use]
    pub fn finish_mail(&self, mail: &Mail) -> Stmt {
        FINISH.guarded(mail.key(), 1)
    }
}
