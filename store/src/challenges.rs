//! What one browser was asked and has to answer once and soon.

use protocol::env::Entropy;
use protocol::id::SecretHash;
use protocol::time::Time;
use zeroize::Zeroizing;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::Val;

crate::statements! {
    INSERT = "INSERT INTO challenges (id, browser, kind, user_id, sealed, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LOAD = "SELECT user_id, sealed, created_at, expires_at FROM challenges WHERE id = $1 AND browser = $2 AND kind = $3 \
        AND expires_at > $4";
    TAKE = "DELETE FROM challenges WHERE id = $1";
    pub(crate) FORGET_OF_USER = "DELETE FROM challenges WHERE user_id = $1";
}

const PURPOSE: &str = "challenge";

/// Something that a browser was asked.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// `chl_` and a ULID; no secret, because only `browser` may answer.
    pub id: String,
    /// SHA-256 of the browser's cookie.
    pub browser: SecretHash,
    /// What an answer is good for. One kind is never taken for another.
    pub kind: &'static str,
    /// Who was asked; `None`: nobody is known yet.
    pub user_id: Option<String>,
    /// What we need to know again when the answer comes; sealed at rest.
    pub body: Zeroizing<Vec<u8>>,
    /// When it was asked.
    pub created_at: Time,
    /// Until when it may be answered.
    pub expires_at: Time,
}

impl Store {
    /// The statement that remembers a challenge.
    ///
    /// # Errors
    /// When its body can not be sealed.
    pub fn create_challenge(&self, challenge: &Challenge, random: &dyn Entropy) -> Result<Stmt, StoreError> {
        let sealed = self.seal_bytes(PURPOSE, &challenge.body, random)?;
        Ok(INSERT.with(vec![
            Val::from(challenge.id.as_str()),
            Val::from(challenge.browser),
            Val::from(challenge.kind),
            Val::from(challenge.user_id.as_deref()),
            Val::from(sealed),
            time(challenge.created_at),
            time(challenge.expires_at),
        ]))
    }

    /// The challenge of an id, when it is of this kind, was given to this browser, and may be answered `now`.
    ///
    /// # Errors
    /// When the database is unavailable or the row can not be opened.
    pub async fn load_challenge(
        &self,
        id: &str,
        browser: &SecretHash,
        kind: &'static str,
        now: Time,
    ) -> Result<Option<Challenge>, StoreError> {
        let args = [Val::from(id), Val::from(*browser), Val::from(kind), time(now)];
        self.first(&LOAD, &args, |row| {
            Ok(Challenge {
                id: id.to_owned(),
                browser: *browser,
                kind,
                user_id: row.opt_text(0)?.map(str::to_owned),
                body: self.open_bytes(PURPOSE, row.text(1)?)?,
                created_at: Time(row.int(2)?),
                expires_at: Time(row.int(3)?),
            })
        })
        .await
    }

    /// The statement that takes a challenge for its answer. Holds once.
    #[must_use]
    pub fn take_challenge(&self, id: &str) -> Stmt {
        TAKE.guarded(vec![Val::from(id)], 1)
    }

    /// The statement that forgets what a user was asked.
    #[must_use]
    pub fn forget_challenges_of_user(&self, user_id: &str) -> Stmt {
        FORGET_OF_USER.with(vec![Val::from(user_id)])
    }
}
