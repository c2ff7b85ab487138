//! Invitations: links by which one person makes one account. Only the hash of a link's value is kept.

use protocol::id::SecretHash;
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, join, opt_time, split, time};
use crate::value::{Row, Val};

macro_rules! invitation_columns {
    () => {
        "i.id, i.created_at, i.updated_at, i.version, i.email, i.mailed, i.group_ids, i.expires_at, i.used_at, i.user_id"
    };
}

const INVITATIONS: Listing = Listing {
    name: "invitations",
    fields: invitation_columns!(),
    from: "invitations i",
    condition: None,
    search_index: None,
    id: "i.id",
    columns: &[
        Column::id("i.id"),
        Column::filtered("email", "i.email", Kind::Text),
        Column::filtered("user", "i.user_id", Kind::Text),
        Column::searched("email", "i.email"),
    ],
    default_sort: ("id", Direction::Descending),
};

crate::statements! {
    INSERT = "INSERT INTO invitations (id, hash, created_at, updated_at, version, email, mailed, group_ids, expires_at) \
        VALUES ($1, $2, $3, $3, 1, $4, $5, $6, $7)";
    LOAD = concat!("SELECT ", invitation_columns!(), " FROM invitations i WHERE i.id = $1");
    LOAD_BY_HASH = concat!("SELECT ", invitation_columns!(), " FROM invitations i WHERE i.hash = $1");
    USE = "UPDATE invitations SET used_at = $2, user_id = $3, updated_at = $2, version = version + 1 \
        WHERE hash = $1 AND used_at IS NULL AND expires_at > $2";
    DELETE = "DELETE FROM invitations WHERE id = $1";
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// `inv_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes.
    pub version: i64,
    /// The address that it is for; `None`: whoever holds the link.
    pub email: Option<String>,
    /// Whether the link went to the address, and to nobody else.
    pub mailed: bool,
    /// Ids of the groups that the account will belong to.
    pub groups: Vec<String>,
    /// When it stops to work.
    pub expires_at: Time,
    /// When it was used.
    pub used_at: Option<Time>,
    /// The account that was made by it.
    pub user_id: Option<String>,
}

impl Invitation {
    /// Whether it opens anything now.
    #[must_use]
    pub fn works(&self, now: Time) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

fn read_invitation(row: &Row) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: row.text(0)?.to_owned(),
        created_at: Time(row.int(1)?),
        updated_at: Time(row.int(2)?),
        version: row.int(3)?,
        email: row.opt_text(4)?.map(str::to_owned),
        mailed: row.bool(5)?,
        groups: split(row.text(6)?),
        expires_at: Time(row.int(7)?),
        used_at: row.opt_int(8)?.map(Time),
        user_id: row.opt_text(9)?.map(str::to_owned),
    })
}

impl Store {
    /// One page of invitations, the newest first. Filters: `email`, `user`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_invitations(
        &self,
        query: ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<Invitation>, ListError> {
        self.list(&INVITATIONS, &query, key, read_invitation).await
    }

    /// The invitation of an id.
    ///
    /// # Errors
    /// When the database is unavailable or the row is corrupt.
    pub async fn load_invitation(&self, id: &str) -> Result<Option<Invitation>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_invitation).await
    }

    /// The invitation of a link, whether it still works or not.
    ///
    /// # Errors
    /// When the database is unavailable or the row is corrupt.
    pub async fn load_invitation_by_hash(&self, hash: &SecretHash) -> Result<Option<Invitation>, StoreError> {
        self.first(&LOAD_BY_HASH, &[Val::from(*hash)], read_invitation).await
    }

    /// The statement that makes an invitation.
    #[must_use]
    pub fn create_invitation(&self, made: &Invitation, hash: SecretHash) -> Stmt {
        INSERT.with(vec![
            Val::from(made.id.as_str()),
            Val::from(hash),
            time(made.created_at),
            Val::from(made.email.as_deref()),
            Val::from(made.mailed),
            join(&made.groups),
            opt_time(Some(made.expires_at)),
        ])
    }

    /// The statement that uses an invitation for an account. Holds only while it works.
    #[must_use]
    pub fn use_invitation(&self, hash: SecretHash, user_id: &str, now: Time) -> Stmt {
        USE.guarded(vec![Val::from(hash), time(now), Val::from(user_id)], 1)
    }

    /// The statement that deletes an invitation. Holds only while there is one.
    #[must_use]
    pub fn delete_invitation(&self, id: &str) -> Stmt {
        DELETE.guarded(vec![Val::from(id)], 1)
    }
}
