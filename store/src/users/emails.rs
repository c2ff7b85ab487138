//! Further e-mail addresses of users. The primary one stands in the record itself and before any that is here too.

use protocol::user::{User, email_key};

use super::{read_user, user_columns};
use crate::statement::Stmt;
use crate::store::{Store, StoreError};
use crate::value::Val;

/// How many columns a user takes in a row.
const USER_WIDTH: usize = 15;

crate::statements! {
    HOLDERS = concat!("SELECT ", user_columns!(), ", CASE WHEN u.email_key = $1 THEN u.email_verified ELSE e.verified END \
        FROM users u LEFT JOIN user_emails e ON e.user_id = u.id AND e.email_key = $1 WHERE u.id IN (\
        SELECT p.id FROM users p WHERE p.email_key = $1 UNION SELECT f.user_id FROM user_emails f WHERE f.email_key = $1) \
        ORDER BY 16 DESC, u.id LIMIT 2");
    OF_USER = "SELECT address, verified FROM user_emails WHERE user_id = $1 ORDER BY email_key";
    ATTACH = "INSERT INTO user_emails (user_id, email_key, address, verified) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (user_id, email_key) DO UPDATE SET address = excluded.address, verified = excluded.verified";
    // Who comes second waits here, and sees then what the first one did.
    LOCK = "UPDATE counters SET value = value WHERE name = 'user'";
    FREE = "UPDATE counters SET value = value WHERE name = 'user' \
        AND NOT EXISTS (SELECT 1 FROM users u WHERE u.email_key = $1 AND u.email_verified = 1 AND u.id <> $2) \
        AND NOT EXISTS (SELECT 1 FROM user_emails e WHERE e.email_key = $1 AND e.verified = 1 AND e.user_id <> $2)";
    DETACH_ALL = "DELETE FROM user_emails WHERE user_id = $1";
}

/// A further address of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserEmail {
    /// As it was written.
    pub address: String,
    /// Whether it is known to be the person's.
    pub verified: bool,
}

impl Store {
    /// At most two users who have an address, those whose it is known to be before the others, each with whether it is.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_users_of_address(&self, address: &str) -> Result<Vec<(User, bool)>, StoreError> {
        let rows = self.rows(&HOLDERS, &[Val::from(email_key(address))]).await?;
        rows.iter()
            .map(|row| Ok((read_user(row, 0)?, row.bool(USER_WIDTH)?)))
            .collect()
    }

    /// The further addresses of a user.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user_emails(&self, user_id: &str) -> Result<Vec<UserEmail>, StoreError> {
        let rows = self.rows(&OF_USER, &[Val::from(user_id)]).await?;
        rows.iter()
            .map(|row| {
                Ok(UserEmail {
                    address: row.text(0)?.to_owned(),
                    verified: row.bool(1)?,
                })
            })
            .collect()
    }

    /// The statement that gives a user a further address, or changes what is known of one.
    #[must_use]
    pub fn attach_user_email(&self, user_id: &str, email: &UserEmail) -> Stmt {
        ATTACH.with(vec![
            Val::from(user_id),
            Val::from(email_key(&email.address)),
            Val::from(email.address.as_str()),
            Val::from(email.verified),
        ])
    }

    /// The statements that hold only while no other user than this one is known to have an address. Of two users who get it at
    /// the same moment, the second is a conflict.
    #[must_use]
    pub fn keep_address_free(&self, user_id: &str, address: &str) -> [Stmt; 2] {
        [
            LOCK.guarded(Vec::new(), 1),
            FREE.guarded(vec![Val::from(email_key(address)), Val::from(user_id)], 1),
        ]
    }

    /// The statements that make `emails` the further addresses of a user.
    #[must_use]
    pub fn set_user_emails(&self, user_id: &str, emails: &[UserEmail]) -> Vec<Stmt> {
        let attach = emails.iter().map(|email| self.attach_user_email(user_id, email));
        std::iter::once(DETACH_ALL.with(vec![Val::from(user_id)]))
            .chain(attach)
            .collect()
    }
}
