//! External accounts: who a person is at a source. Tokens of the source are sealed.

use protocol::env::Entropy;
use protocol::time::Time;
use protocol::upstream::ExternalAccount;
use protocol::user::User;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, join, opt_time, split, time};
use crate::users::{read_user, user_columns};
use crate::value::{Row, Val};

/// What sealed tokens are bound to.
const PURPOSE: &str = "external_account";

macro_rules! columns {
    () => {
        "e.id, e.version, e.source_id, e.source_key, e.source_name, e.user_id, e.provider_user_id, e.email_address, \
         e.verified, e.scopes, e.public_metadata, e.linked_at, e.updated_at, e.last_signed_in_at, e.sign_ins, \
         e.last_address"
    };
}

pub mod offset;

/// How many columns that is.
const WIDTH: usize = 16;

crate::statements! {
    pub(crate) INSERT = "INSERT INTO external_accounts (id, version, source_id, source_key, source_name, user_id, provider_user_id, \
        identity, email_address, verified, scopes, public_metadata, linked_at, updated_at, last_signed_in_at, tokens, \
        tokens_expire_at, sign_ins, last_address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
        $17, $18, $19)";
    UPDATE = "UPDATE external_accounts SET version = version + 1, email_address = $3, verified = $4, scopes = $5, \
        public_metadata = $6, updated_at = $7, last_signed_in_at = $8, sign_ins = $9, last_address = $10 WHERE id = $1 AND version = $2";
    COUNT = "UPDATE external_accounts SET version = version + 1, updated_at = $3, last_signed_in_at = $3, \
        sign_ins = sign_ins + 1, last_address = $4 WHERE id = $1 AND user_id = $2";
    SAVE_TOKENS = "UPDATE external_accounts SET tokens = $2, tokens_expire_at = $3 WHERE id = $1";
    pub(crate) RENEW_TOKENS = "UPDATE external_accounts SET version = version + 1, tokens = $3, tokens_expire_at = $4 \
        WHERE id = $1 AND version = $2";
    pub(crate) DELETE = "DELETE FROM external_accounts WHERE id = $1";
    pub(crate) HOLD_OWNER = "UPDATE users SET version = version WHERE id = $1";
    pub(crate) DELETE_BESIDE_PASSWORD = "DELETE FROM external_accounts WHERE id = $1 AND EXISTS (SELECT 1 FROM users u \
        WHERE u.id = external_accounts.user_id AND u.password_hash IS NOT NULL)";
    pub(crate) DELETE_BESIDE_LINK = "DELETE FROM external_accounts WHERE id = $1 AND EXISTS (SELECT 1 FROM external_accounts o \
        WHERE o.id = $2 AND o.user_id = external_accounts.user_id)";
    pub(crate) DELETE_BESIDE_PASSKEY = "DELETE FROM external_accounts WHERE id = $1 AND EXISTS (SELECT 1 FROM factors o \
        WHERE o.id = $2 AND o.user_id = external_accounts.user_id)";
    LOAD = concat!("SELECT ", columns!(), " FROM external_accounts e WHERE e.id = $1");
    LOAD_OF_USER = concat!("SELECT ", columns!(), " FROM external_accounts e WHERE e.user_id = $1 ORDER BY e.id");
    LOAD_BY_IDENTITY = concat!(
        "SELECT ",
        columns!(),
        ", ",
        user_columns!(),
        " FROM external_accounts e JOIN users u ON u.id = e.user_id WHERE e.identity = $1"
    );
    LOAD_TOKENS = "SELECT tokens, version FROM external_accounts WHERE id = $1";
}

const LISTING: Listing = Listing {
    name: "external_accounts",
    fields: columns!(),
    from: "external_accounts e",
    condition: None,
    search_index: Some("external_accounts_search"),
    id: "e.id",
    columns: &[
        Column::id("e.id"),
        Column::filtered("source", "e.source_key", Kind::Text),
        Column::filtered("source_id", "e.source_id", Kind::Text),
        Column::filtered("user", "e.user_id", Kind::Text),
        Column::filtered("provider_user_id", "e.provider_user_id", Kind::Text),
        Column::searched("email_address", "e.email_address"),
    ],
    default_sort: ("id", Direction::Ascending),
};

/// The unique text of an identity; `None` for an empty identifier, which is nobody's.
fn identity(source_id: &str, provider_user_id: &str) -> Option<String> {
    (!provider_user_id.is_empty()).then(|| format!("{source_id} {provider_user_id}"))
}

pub(crate) fn read_account(row: &Row) -> Result<ExternalAccount, StoreError> {
    Ok(ExternalAccount {
        id: row.text(0)?.to_owned(),
        version: row.int(1)?,
        source_id: row.text(2)?.to_owned(),
        source_key: row.text(3)?.to_owned(),
        source_name: row.text(4)?.to_owned(),
        user_id: row.text(5)?.to_owned(),
        provider_user_id: row.text(6)?.to_owned(),
        email_address: row.opt_text(7)?.map(str::to_owned),
        verified: row.bool(8)?,
        scopes: split(row.text(9)?),
        public_metadata: serde_json::from_str(row.text(10)?)?,
        linked_at: Time(row.int(11)?),
        updated_at: Time(row.int(12)?),
        last_signed_in_at: row.opt_int(13)?.map(Time),
        sign_ins: row.int(14)?,
        last_address: row.opt_text(15)?.map(str::to_owned),
    })
}

fn metadata(account: &ExternalAccount) -> Val {
    Val::from(serde_json::Value::Object(account.public_metadata.clone()).to_string())
}

/// An external account and whose it is.
#[derive(Clone, Debug)]
pub struct LinkedAccount {
    /// The link.
    pub account: ExternalAccount,
    /// Its user.
    pub user: User,
}

/// What lets somebody in who takes a link away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherWayIn {
    /// Their password.
    Password,
    /// The external account of this id.
    Link(String),
    /// The passkey of this id.
    Passkey(String),
}

impl Store {
    /// The external account of an id.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_external_account(&self, id: &str) -> Result<Option<ExternalAccount>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_account).await
    }

    /// The external accounts of a user, the oldest first.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_external_accounts_of(&self, user_id: &str) -> Result<Vec<ExternalAccount>, StoreError> {
        let rows = self.rows(&LOAD_OF_USER, &[Val::from(user_id)]).await?;
        rows.iter().map(read_account).collect()
    }

    /// The external account of an identity, with its user. An empty identifier finds nothing.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_linked_account(
        &self,
        source_id: &str,
        provider_user_id: &str,
    ) -> Result<Option<LinkedAccount>, StoreError> {
        let Some(identity) = identity(source_id, provider_user_id) else {
            return Ok(None);
        };
        self.first(&LOAD_BY_IDENTITY, &[Val::from(identity)], |row| {
            Ok(LinkedAccount {
                account: read_account(row)?,
                user: read_user(row, WIDTH)?,
            })
        })
        .await
    }

    /// One page of external accounts. Filters: `source` (key), `source_id`, `user`, `provider_user_id`.
    ///
    /// # Errors
    /// When the query is not one for this list, or the database is unavailable.
    pub async fn list_external_accounts(
        &self,
        query: &ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<ExternalAccount>, ListError> {
        self.list(&LISTING, query, key, read_account).await
    }

    /// The statement that makes an external account. `tokens`: those of the source as JSON, to be sealed.
    ///
    /// # Errors
    /// [`StoreError::Taken`] comes at commit when the identity is linked already; otherwise when sealing fails.
    pub fn create_external_account(
        &self,
        account: &ExternalAccount,
        tokens: Option<(&[u8], Option<Time>)>,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let sealed = tokens
            .map(|(text, _)| self.seal_bytes(PURPOSE, text, random))
            .transpose()?;
        Ok(INSERT.with(vec![
            Val::from(account.id.as_str()),
            Val::from(account.version),
            Val::from(account.source_id.as_str()),
            Val::from(account.source_key.as_str()),
            Val::from(account.source_name.as_str()),
            Val::from(account.user_id.as_str()),
            Val::from(account.provider_user_id.as_str()),
            Val::from(identity(&account.source_id, &account.provider_user_id)),
            Val::from(account.email_address.as_deref()),
            Val::from(account.verified),
            join(&account.scopes),
            metadata(account),
            time(account.linked_at),
            time(account.updated_at),
            opt_time(account.last_signed_in_at),
            Val::from(sealed),
            opt_time(tokens.and_then(|(_, expires)| expires)),
            Val::from(account.sign_ins),
            Val::from(account.last_address.as_deref()),
        ]))
    }

    /// The statement that changes what the source said last. Holds only while the account has `version`.
    #[must_use]
    pub fn update_external_account(&self, account: &ExternalAccount, version: i64) -> Stmt {
        UPDATE.guarded(
            vec![
                Val::from(account.id.as_str()),
                Val::from(version),
                Val::from(account.email_address.as_deref()),
                Val::from(account.verified),
                join(&account.scopes),
                metadata(account),
                time(account.updated_at),
                opt_time(account.last_signed_in_at),
                Val::from(account.sign_ins),
                Val::from(account.last_address.as_deref()),
            ],
            1,
        )
    }

    /// The statement that counts a sign-in at which the source said what it had said before. Holds while the account belongs to the
    /// user, so that several sign-ins at once are not in each other's way.
    #[must_use]
    pub fn count_sign_in(&self, account: &ExternalAccount, address: &str, now: Time) -> Stmt {
        COUNT.guarded(
            vec![
                Val::from(account.id.as_str()),
                Val::from(account.user_id.as_str()),
                time(now),
                Val::from(address),
            ],
            1,
        )
    }

    /// The statement that replaces the tokens of the source.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn save_source_tokens(
        &self,
        account_id: &str,
        tokens: &[u8],
        expires_at: Option<Time>,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let sealed = self.seal_bytes(PURPOSE, tokens, random)?;
        Ok(SAVE_TOKENS.guarded(vec![Val::from(account_id), Val::from(sealed), opt_time(expires_at)], 1))
    }

    /// The statement that puts renewed tokens in the place of those that were read. Holds only while the account has `version`.
    ///
    /// # Errors
    /// When sealing fails.
    pub fn renew_source_tokens(
        &self,
        account_id: &str,
        version: i64,
        tokens: &[u8],
        expires_at: Option<Time>,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let sealed = self.seal_bytes(PURPOSE, tokens, random)?;
        let values = vec![
            Val::from(account_id),
            Val::from(version),
            Val::from(sealed),
            opt_time(expires_at),
        ];
        Ok(RENEW_TOKENS.guarded(values, 1))
    }

    /// The tokens of the source, opened, and the version of the account that they belong to.
    ///
    /// # Errors
    /// When the database is unavailable or they can not be opened.
    pub async fn load_source_tokens(
        &self,
        account_id: &str,
    ) -> Result<Option<(zeroize::Zeroizing<Vec<u8>>, i64)>, StoreError> {
        let key = [Val::from(account_id)];
        let found = self.first(&LOAD_TOKENS, &key, |row| {
            let Some(sealed) = row.opt_text(0)? else {
                return Ok(None);
            };
            Ok(Some((self.open_bytes(PURPOSE, sealed)?, row.int(1)?)))
        });
        Ok(found.await?.flatten())
    }

    /// The statement that takes a link away.
    #[must_use]
    pub fn delete_external_account(&self, id: &str) -> Stmt {
        DELETE.guarded(vec![Val::from(id)], 1)
    }

    /// The statements that take a link away while its owner keeps another way in. They hold the row of the owner first, so that
    /// of two links that are taken away at once each sees what became of the other.
    #[must_use]
    pub fn delete_external_account_beside(&self, account: &ExternalAccount, other: &OtherWayIn) -> [Stmt; 2] {
        let id = Val::from(account.id.as_str());
        let delete = match other {
            OtherWayIn::Password => DELETE_BESIDE_PASSWORD.guarded(vec![id], 1),
            OtherWayIn::Link(other) => DELETE_BESIDE_LINK.guarded(vec![id, Val::from(other.as_str())], 1),
            OtherWayIn::Passkey(other) => DELETE_BESIDE_PASSKEY.guarded(vec![id, Val::from(other.as_str())], 1),
        };
        [HOLD_OWNER.guarded(vec![Val::from(account.user_id.as_str())], 1), delete]
    }
}
