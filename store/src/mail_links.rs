//! Links that travel by mail. Each works once, until it expires, for one purpose, one account and one address; a newer one takes
//! the place of those before. Only the hash of its value is kept.

use protocol::id::SecretHash;
use protocol::time::Time;
use protocol::user::email_key;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, time};
use crate::value::{Row, Val};

crate::statements! {
    INSERT = "INSERT INTO mail_links (hash, purpose, user_id, address, address_key, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    REPLACE_OF_USER = "DELETE FROM mail_links WHERE user_id = $1 AND purpose = $2";
    REPLACE_OF_ADDRESS_OF_USER = "DELETE FROM mail_links WHERE user_id = $1 AND purpose = $2 AND address_key = $3";
    REPLACE_OF_ADDRESS = "DELETE FROM mail_links WHERE address_key = $1 AND purpose = $2 AND user_id IS NULL";
    USE = "UPDATE mail_links SET used_at = $3 WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
    LOAD = "SELECT user_id, address, created_at, expires_at, used_at FROM mail_links WHERE hash = $1 AND purpose = $2";
    OPEN_OF_USER = "SELECT user_id, address, created_at, expires_at, used_at FROM mail_links WHERE user_id = $1 AND purpose = $2 \
        AND used_at IS NULL AND expires_at > $3 ORDER BY address_key";
}

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Setting a new password.
    Recovery,
    /// Showing that an address is one's own.
    VerifyEmail,
    /// Making an account.
    SignUp,
}

impl LinkPurpose {
    /// The name in the column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::VerifyEmail => "verify_email",
            Self::SignUp => "sign_up",
        }
    }
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLink {
    /// The account; `None`: it is still to be made.
    pub user_id: Option<String>,
    /// The address that it was sent to.
    pub address: String,
    /// When it was made.
    pub created_at: Time,
    /// When it stops to work.
    pub expires_at: Time,
    /// When it was used.
    pub used_at: Option<Time>,
}

fn read_link(row: &Row) -> Result<MailLink, StoreError> {
    Ok(MailLink {
        user_id: row.opt_text(0)?.map(str::to_owned),
        address: row.text(1)?.to_owned(),
        created_at: Time(row.int(2)?),
        expires_at: Time(row.int(3)?),
        used_at: row.opt_int(4)?.map(Time),
    })
}

impl Store {
    /// The statements that make a link, in the place of those before it: of a recovery all of the account, otherwise those of
    /// the same address.
    #[must_use]
    pub fn create_mail_link(&self, hash: SecretHash, purpose: LinkPurpose, link: &MailLink) -> [Stmt; 2] {
        let name = Val::from(purpose.as_str());
        let key = Val::from(email_key(&link.address));
        let replace = match (&link.user_id, purpose) {
            (Some(user), LinkPurpose::Recovery) => REPLACE_OF_USER.with(vec![Val::from(user.as_str()), name.clone()]),
            (Some(user), _) => {
                REPLACE_OF_ADDRESS_OF_USER.with(vec![Val::from(user.as_str()), name.clone(), key.clone()])
            }
            (None, _) => REPLACE_OF_ADDRESS.with(vec![key.clone(), name.clone()]),
        };
        let insert = INSERT.with(vec![
            Val::from(hash),
            name,
            Val::from(link.user_id.as_deref()),
            Val::from(link.address.as_str()),
            key,
            time(link.created_at),
            time(link.expires_at),
        ]);
        [replace, insert]
    }

    /// The link of a hash for this purpose, whether it still works or not.
    ///
    /// # Errors
    /// When the database is unavailable or the row is corrupt.
    pub async fn load_mail_link(
        &self,
        hash: &SecretHash,
        purpose: LinkPurpose,
    ) -> Result<Option<MailLink>, StoreError> {
        let args = [Val::from(*hash), Val::from(purpose.as_str())];
        self.first(&LOAD, &args, read_link).await
    }

    /// The links of a user for this purpose that still work.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_open_mail_links(
        &self,
        user_id: &str,
        purpose: LinkPurpose,
        now: Time,
    ) -> Result<Vec<MailLink>, StoreError> {
        let args = [Val::from(user_id), Val::from(purpose.as_str()), time(now)];
        self.rows(&OPEN_OF_USER, &args).await?.iter().map(read_link).collect()
    }

    /// The statement that uses a link up. Holds only while it works.
    #[must_use]
    pub fn use_mail_link(&self, hash: SecretHash, purpose: LinkPurpose, now: Time) -> Stmt {
        USE.guarded(vec![Val::from(hash), Val::from(purpose.as_str()), time(now)], 1)
    }

    /// The statement that takes back the links of a user for this purpose, of one address or of all.
    #[must_use]
    pub fn forget_mail_links(&self, user_id: &str, purpose: LinkPurpose, address: Option<&str>) -> Stmt {
        let mut args = vec![Val::from(user_id), Val::from(purpose.as_str())];
        match address {
            None => REPLACE_OF_USER.with(args),
            Some(address) => {
                args.push(Val::from(email_key(address)));
                REPLACE_OF_ADDRESS_OF_USER.with(args)
            }
        }
    }
}
