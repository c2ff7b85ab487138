//! Service accounts of programs that came with the token of a trusted source.

use protocol::time::Time;
use protocol::user::Subject;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::users::{read_user, user_columns};
use crate::value::Val;

/// How many columns a user takes in a row.
const USER_WIDTH: usize = 15;

crate::statements! {
    LOAD = concat!("SELECT ", user_columns!(), ", s.expires_at FROM source_subjects s JOIN users u ON u.id = s.user_id \
        WHERE s.application_id = $1 AND s.source_id = $2 AND s.subject = $3");
    INSERT = "INSERT INTO source_subjects (application_id, source_id, subject, user_id, expires_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (application_id, source_id, subject) DO NOTHING";
    EXTEND = "UPDATE source_subjects SET expires_at = $2 WHERE user_id = $1 AND expires_at < $2";
    // An account that is switched off stays: with it the subject would come back switched on.
    EXPIRED = "SELECT s.user_id FROM source_subjects s JOIN users u ON u.id = s.user_id \
        WHERE s.expires_at < $1 AND u.is_active = 1 ORDER BY s.expires_at LIMIT $2";
    FORGET = "DELETE FROM source_subjects WHERE user_id = $1 AND expires_at < $2 AND EXISTS (SELECT 1 FROM users u \
        WHERE u.id = source_subjects.user_id AND u.is_active = 1)";
}

/// Whom a token of a source is about, for one application.
#[derive(Clone, Copy, Debug)]
pub struct SourceSubject<'a> {
    /// The application.
    pub application_id: &'a str,
    /// The source.
    pub source_id: &'a str,
    /// `sub`.
    pub subject: &'a str,
}

impl Store {
    /// The account of a subject, without its groups, and until when it is kept.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_source_subject(&self, whom: SourceSubject<'_>) -> Result<Option<(Subject, Time)>, StoreError> {
        let key = [
            Val::from(whom.application_id),
            Val::from(whom.source_id),
            Val::from(whom.subject),
        ];
        self.first(&LOAD, &key, |row| {
            let subject = Subject {
                user: read_user(row, 0)?,
                ..Subject::default()
            };
            Ok((subject, Time(row.int(USER_WIDTH)?)))
        })
        .await
    }

    /// The statement that gives a subject its account. Holds only while it has none.
    #[must_use]
    pub fn create_source_subject(&self, whom: SourceSubject<'_>, user_id: &str, expires_at: Time) -> Stmt {
        let values = vec![
            Val::from(whom.application_id),
            Val::from(whom.source_id),
            Val::from(whom.subject),
            Val::from(user_id),
            time(expires_at),
        ];
        INSERT.guarded(values, 1)
    }

    /// The statement that keeps the account of a subject longer. It never shortens.
    #[must_use]
    pub fn extend_source_subject(&self, user_id: &str, expires_at: Time) -> Stmt {
        EXTEND.with(vec![Val::from(user_id), time(expires_at)])
    }

    /// Accounts whose time is over, the oldest first.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_expired_source_subjects(&self, now: Time, most: i64) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(&EXPIRED, &[time(now), Val::from(most)]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }

    /// The statements that delete such an account. They hold only while its time is still over.
    #[must_use]
    pub fn delete_expired_source_subject(&self, user_id: &str, now: Time) -> Vec<Stmt> {
        let mut statements = vec![FORGET.guarded(vec![Val::from(user_id), time(now)], 1)];
        statements.extend(self.delete_user(user_id, now));
        statements
    }
}
