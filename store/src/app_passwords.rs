//! App passwords: long random values that open an account to programs. Only the hash of a value is kept.

use protocol::id::SecretHash;
use protocol::records::{AppPassword, KIND_APP_PASSWORD};
use protocol::time::Time;

use crate::page::{Column, CursorKey, Direction, Kind, ListOf, ListQuery, Listing};
use crate::statement::Stmt;
use crate::store::{ListError, Store, StoreError, opt_time, time};
use crate::value::{Row, Val};

/// The columns that [`read_app_password`] reads.
macro_rules! app_password_columns {
    () => {
        "p.id, p.user_id, p.created_at, p.name, p.expires_at, p.last_used_at"
    };
}
pub(crate) use app_password_columns;

const APP_PASSWORDS: Listing = Listing {
    name: "app_passwords",
    fields: app_password_columns!(),
    from: "app_passwords p",
    condition: None,
    search_index: None,
    id: "p.id",
    columns: &[
        Column::id("p.id"),
        Column::filtered("user", "p.user_id", Kind::Text),
        Column::searched("name", "p.name"),
    ],
    default_sort: ("id", Direction::Ascending),
};

crate::statements! {
    INSERT = "INSERT INTO app_passwords (id, hash, user_id, created_at, name, expires_at) \
        SELECT $1, $2, u.id, $4, $5, $6 FROM users u WHERE u.id = $3";
    LOAD = concat!("SELECT ", app_password_columns!(), " FROM app_passwords p WHERE p.id = $1 AND p.user_id = $2");
    TOUCH = "UPDATE app_passwords SET last_used_at = $2 WHERE id = $1";
    DELETE = "DELETE FROM app_passwords WHERE id = $1 AND user_id = $2";
    // The key of such a grant ends with the id of the app password.
    REVOKE_GRANTS = "UPDATE grants SET revoked_at = $3, machine_of = NULL \
        WHERE user_id = $2 AND kind = $4 AND revoked_at IS NULL AND machine_of LIKE '% ' || $1";
}

pub(crate) fn read_app_password(row: &Row, at: usize) -> Result<AppPassword, StoreError> {
    Ok(AppPassword {
        id: row.text(at)?.to_owned(),
        user_id: row.text(at + 1)?.to_owned(),
        created_at: Time(row.int(at + 2)?),
        name: row.text(at + 3)?.to_owned(),
        expires_at: row.opt_int(at + 4)?.map(Time),
        last_used_at: row.opt_int(at + 5)?.map(Time),
    })
}

pub(crate) fn touch(id: String, at: Time) -> Stmt {
    TOUCH.guarded(vec![Val::from(id), time(at)], 1)
}

impl Store {
    /// The app password of an id, when it is one of this user.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_app_password(&self, user_id: &str, id: &str) -> Result<Option<AppPassword>, StoreError> {
        self.first(&LOAD, &[Val::from(id), Val::from(user_id)], |row| {
            read_app_password(row, 0)
        })
        .await
    }

    /// One page of app passwords. Filter: `user`.
    ///
    /// # Errors
    /// [`ListError::Query`] for a filter, limit or cursor that can not be used.
    pub async fn list_app_passwords(
        &self,
        query: ListQuery<'_>,
        key: &CursorKey,
    ) -> Result<ListOf<AppPassword>, ListError> {
        self.list(&APP_PASSWORDS, &query, key, |row| read_app_password(row, 0))
            .await
    }

    /// The statement that makes an app password. Holds only while the user exists.
    #[must_use]
    pub fn create_app_password(&self, made: &AppPassword, hash: &SecretHash) -> Stmt {
        INSERT.guarded(
            vec![
                Val::from(made.id.as_str()),
                Val::from(*hash),
                Val::from(made.user_id.as_str()),
                time(made.created_at),
                Val::from(made.name.as_str()),
                opt_time(made.expires_at),
            ],
            1,
        )
    }

    /// The statements that delete an app password and revoke what was granted to it. Hold only while it exists.
    #[must_use]
    pub fn delete_app_password(&self, user_id: &str, id: &str, at: Time) -> Vec<Stmt> {
        let (id, user_id) = (Val::from(id), Val::from(user_id));
        vec![
            DELETE.guarded(vec![id.clone(), user_id.clone()], 1),
            REVOKE_GRANTS.with(vec![id, user_id, time(at), Val::from(KIND_APP_PASSWORD)]),
        ]
    }
}
