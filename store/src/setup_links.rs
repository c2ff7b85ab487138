//! The link that makes the first administrator: a secret value that works once.

use protocol::id::SecretHash;
use protocol::time::Time;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    INSERT = "INSERT INTO setup_links (hash, created_at, expires_at) VALUES ($1, $2, $3)";
    USE = "UPDATE setup_links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2 \
        AND NOT EXISTS (SELECT 1 FROM users WHERE is_admin = 1)";
    RETIRE = "UPDATE setup_links SET used_at = $1 WHERE used_at IS NULL";
    LOAD = "SELECT expires_at, used_at FROM setup_links WHERE hash = $1";
}

impl Store {
    /// Whether a link works now.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_setup_link(&self, hash: &SecretHash, now: Time) -> Result<bool, StoreError> {
        let works = self
            .first(&LOAD, &[Val::from(*hash)], |row| {
                Ok(now < Time(row.int(0)?) && row.opt_int(1)?.is_none())
            })
            .await?;
        Ok(works.unwrap_or(false))
    }

    /// The statement that makes a link.
    #[must_use]
    pub fn create_setup_link(&self, hash: SecretHash, now: Time, expires_at: Time) -> Stmt {
        INSERT.with(vec![Val::from(hash), time(now), time(expires_at)])
    }

    /// The statements that use a link, and with it every other one, so that of two people with two links one comes
    /// first. They hold only while the link works and there is no administrator.
    #[must_use]
    pub fn use_setup_link(&self, hash: SecretHash, now: Time) -> [Stmt; 2] {
        [
            USE.guarded(vec![Val::from(hash), time(now)], 1),
            RETIRE.with(vec![time(now)]),
        ]
    }
}
