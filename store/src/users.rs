//! Users: the account, its password hash, and the names of its groups.

use protocol::time::Time;
pub use protocol::user::fold;
use protocol::user::{StandardClaims, User, UserType, email_key};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::statement::{Batch, Stmt};
use crate::store::{Store, StoreError, time};
use crate::value::{Row, Val};
use crate::{challenges, grants, groups, sessions};

pub mod administrators;
pub mod around;
pub mod emails;
pub mod list;

/// The fifteen columns that [`read_user`] reads.
macro_rules! user_columns {
    () => {
        "u.id, u.number, u.uuid, u.created_at, u.updated_at, u.version, u.username, u.name, u.email, \
         u.email_verified, u.is_active, u.kind, u.is_admin, u.valid_from, u.body"
    };
}
pub(crate) use user_columns;

macro_rules! user_where {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            user_columns!(),
            ", u.password_hash FROM users u WHERE ",
            $condition
        )
    };
}

crate::statements! {
    NEXT_NUMBER = "UPDATE counters SET value = value + 1 WHERE name = 'user'";
    pub(crate) INSERT = "INSERT INTO users (id, number, uuid, created_at, updated_at, version, username, username_key, name, \
        email, email_key, email_verified, is_active, kind, is_admin, valid_from, password_hash, password_changed_at, \
        body) SELECT $1, c.value, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18 \
        FROM counters c WHERE c.name = 'user'";
    pub(crate) UPDATE = "UPDATE users SET updated_at = $3, version = version + 1, username = $4, username_key = $5, name = $6, \
        email = $7, email_key = $8, email_verified = $9, is_active = $10, kind = $11, is_admin = $12, \
        valid_from = $13, body = $14 WHERE id = $1 AND version = $2";
    pub(crate) DELETE = "DELETE FROM users WHERE id = $1";
    FORGET_CONSENTS = "DELETE FROM consents WHERE user_id = $1";
    FORGET_API_TOKENS = "DELETE FROM api_tokens WHERE user_id = $1";
    pub(crate) SET_PASSWORD = "UPDATE users SET password_hash = $2, password_changed_at = $3, valid_from = $3, updated_at = $3, \
        version = version + 1 WHERE id = $1";
    pub(crate) CHANGE_PASSWORD = "UPDATE users SET password_hash = $3, password_changed_at = $4, updated_at = $4, \
        version = version + 1 WHERE id = $1 AND version = $2";
    UPGRADE_PASSWORD = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    INVALIDATE = "UPDATE users SET valid_from = $2 WHERE id = $1";
    LOAD = user_where!("u.id = $1");
    LOAD_BY_USERNAME = user_where!("u.username_key = $1");
    LOAD_BY_NUMBER = user_where!("u.number = $1");
    LOAD_BY_UUID = user_where!("u.uuid = $1");
    LOAD_BY_EMAIL = user_where!("u.email_key = $1 ORDER BY u.id LIMIT 2");
    GROUP_NAMES = "WITH RECURSIVE above (id) AS (SELECT group_id FROM group_members WHERE user_id = $1 UNION \
        SELECT p.parent_id FROM group_parents p JOIN above a ON p.group_id = a.id) \
        SELECT g.name, g.is_admin FROM user_groups g JOIN above a ON a.id = g.id ORDER BY g.name";
    ANY = "SELECT id FROM users LIMIT 1";
}

/// The members of the JSON column.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(skip_serializing_if = "Map::is_empty")]
    attributes: Map<String, Value>,
    claims: StandardClaims,
}

/// A user from fifteen columns that begin at `at`.
pub(crate) fn read_user(row: &Row, at: usize) -> Result<User, StoreError> {
    let body: Body = serde_json::from_str(row.text(at + 14)?)?;
    Ok(User {
        id: row.text(at)?.to_owned(),
        number: row.int(at + 1)?,
        uuid: row.text(at + 2)?.to_owned(),
        created_at: Time(row.int(at + 3)?),
        updated_at: Time(row.int(at + 4)?),
        version: row.int(at + 5)?,
        username: row.text(at + 6)?.to_owned(),
        name: row.text(at + 7)?.to_owned(),
        email: row.opt_text(at + 8)?.map(str::to_owned),
        email_verified: row.bool(at + 9)?,
        is_active: row.bool(at + 10)?,
        kind: if row.text(at + 11)? == "service_account" {
            UserType::ServiceAccount
        } else {
            UserType::Person
        },
        is_admin: row.bool(at + 12)?,
        attributes: body.attributes,
        claims: body.claims,
        valid_from: Time(row.int(at + 13)?),
    })
}

/// A user and the hash of the password, if there is one.
#[derive(Clone, Debug)]
pub struct UserWithPassword {
    /// The user.
    pub user: User,
    /// PHC text; `None`: the account has no password.
    pub password_hash: Option<String>,
}

fn read_with_password(row: &Row) -> Result<UserWithPassword, StoreError> {
    Ok(UserWithPassword {
        user: read_user(row, 0)?,
        password_hash: row.opt_text(15)?.map(str::to_owned),
    })
}

fn body_of(user: &User) -> Result<Val, StoreError> {
    let body = Body {
        attributes: user.attributes.clone(),
        claims: user.claims.clone(),
    };
    Ok(Val::from(serde_json::to_string(&body)?))
}

/// The statements that make a user; its number is given by the database.
///
/// # Errors
/// When the attributes can not be written as JSON.
pub(crate) fn insert(user: &User, password_hash: Option<&str>) -> Result<[Stmt; 2], StoreError> {
    let email = user.email.as_deref();
    Ok([
        NEXT_NUMBER.guarded(Vec::new(), 1),
        INSERT.guarded(
            vec![
                Val::from(user.id.as_str()),
                Val::from(user.uuid.as_str()),
                time(user.created_at),
                time(user.updated_at),
                Val::from(user.version),
                Val::from(user.username.as_str()),
                Val::from(fold(&user.username)),
                Val::from(user.name.as_str()),
                Val::from(email),
                Val::from(email.map(email_key)),
                Val::from(user.email_verified),
                Val::from(user.is_active),
                Val::from(user.kind.as_str()),
                Val::from(user.is_admin),
                time(user.valid_from),
                Val::from(password_hash),
                password_hash.map_or(Val::Null, |_| time(user.created_at)),
                body_of(user)?,
            ],
            1,
        ),
    ])
}

/// Revokes what a user granted and ends every session, with the notices for the applications of each.
fn end_everything(user_id: &str, at: Time) -> Vec<Stmt> {
    let mut statements = vec![grants::revoke_all_of_user(user_id, at)];
    statements.extend(sessions::end_all_of_user(user_id, at));
    statements
}

/// Names of all groups of a user, direct and inherited.
pub(crate) async fn load_group_names(store: &Store, user_id: &str) -> Result<Vec<String>, StoreError> {
    let rows = store.rows(&GROUP_NAMES, &[Val::from(user_id)]).await?;
    rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
}

impl Store {
    /// The user of `id`.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user(&self, id: &str) -> Result<Option<UserWithPassword>, StoreError> {
        self.first(&LOAD, &[Val::from(id)], read_with_password).await
    }

    /// The user of a user name, without regard to case.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user_by_username(&self, username: &str) -> Result<Option<UserWithPassword>, StoreError> {
        self.first(&LOAD_BY_USERNAME, &[Val::from(fold(username))], read_with_password)
            .await
    }

    /// The user of a number.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user_by_number(&self, number: i64) -> Result<Option<UserWithPassword>, StoreError> {
        self.first(&LOAD_BY_NUMBER, &[Val::from(number)], read_with_password)
            .await
    }

    /// The user of a UUID.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user_by_uuid(&self, uuid: &str) -> Result<Option<UserWithPassword>, StoreError> {
        self.first(&LOAD_BY_UUID, &[Val::from(uuid)], read_with_password).await
    }

    /// The one user with this e-mail address; `None` when nobody has it, or more than one.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_user_by_email(&self, email: &str) -> Result<Option<UserWithPassword>, StoreError> {
        let rows = self.rows(&LOAD_BY_EMAIL, &[Val::from(email_key(email))]).await?;
        match rows.len() {
            1 => rows.first().map(read_with_password).transpose(),
            _ => Ok(None),
        }
    }

    /// Whether the user is an administrator, by the account itself or by one of its groups.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_is_admin(&self, user: &User) -> Result<bool, StoreError> {
        if user.is_admin {
            return Ok(true);
        }
        let rows = self.rows(&GROUP_NAMES, &[Val::from(user.id.as_str())]).await?;
        Ok(rows.iter().any(|row| row.bool(1).unwrap_or(false)))
    }

    /// Whether any user exists.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_has_user(&self) -> Result<bool, StoreError> {
        Ok(!self.rows(&ANY, &[]).await?.is_empty())
    }

    /// The statements that make a user, for a batch of several records.
    ///
    /// # Errors
    /// [`StoreError::Taken`] comes at commit.
    pub fn create_user(&self, user: &User, password_hash: Option<&str>) -> Result<Vec<Stmt>, StoreError> {
        Ok(insert(user, password_hash)?.into())
    }

    /// The statement that changes a user. Holds only while the user has `version`.
    ///
    /// # Errors
    /// When the attributes can not be written as JSON.
    pub fn update_user(&self, user: &User, version: i64) -> Result<Stmt, StoreError> {
        let email = user.email.as_deref();
        Ok(UPDATE.guarded(
            vec![
                Val::from(user.id.as_str()),
                Val::from(version),
                time(user.updated_at),
                Val::from(user.username.as_str()),
                Val::from(fold(&user.username)),
                Val::from(user.name.as_str()),
                Val::from(email),
                Val::from(email.map(email_key)),
                Val::from(user.email_verified),
                Val::from(user.is_active),
                Val::from(user.kind.as_str()),
                Val::from(user.is_admin),
                time(user.valid_from),
                body_of(user)?,
            ],
            1,
        ))
    }

    /// The statements that delete a user with what it agreed to, its API tokens and its app passwords. Other tokens and sessions die with the
    /// account, because every use looks for it.
    #[must_use]
    pub fn delete_user(&self, id: &str, at: Time) -> Vec<Stmt> {
        let mut statements = vec![
            groups::touch_groups_of_user(id, at),
            DELETE.guarded(vec![Val::from(id)], 1),
            FORGET_CONSENTS.with(vec![Val::from(id)]),
            FORGET_API_TOKENS.with(vec![Val::from(id)]),
            challenges::FORGET_OF_USER.with(vec![Val::from(id)]),
        ];
        statements.extend(end_everything(id, at));
        statements
    }

    /// The statements that set a password and end every session and grant from before.
    #[must_use]
    pub fn set_password(&self, user_id: &str, password_hash: &str, at: Time) -> Vec<Stmt> {
        let set = SET_PASSWORD.guarded(vec![Val::from(user_id), Val::from(password_hash), time(at)], 1);
        std::iter::once(set).chain(end_everything(user_id, at)).collect()
    }

    /// The statement that sets another password and ends nothing. Holds only while the user has `version`.
    #[must_use]
    pub fn change_password(&self, user: &User, password_hash: &str, at: Time) -> Stmt {
        let key = [Val::from(user.id.as_str()), Val::from(user.version)];
        let values = [Val::from(password_hash), time(at)];
        CHANGE_PASSWORD.guarded(key.into_iter().chain(values).collect(), 1)
    }

    /// The statement that replaces a password hash by a stronger one of the same password; nothing happens when the
    /// password was changed meanwhile.
    #[must_use]
    pub fn upgrade_password(&self, user_id: &str, old: &str, new: &str) -> Stmt {
        UPGRADE_PASSWORD.with(vec![Val::from(user_id), Val::from(old), Val::from(new)])
    }

    /// The statements that sign a user out everywhere: sessions end, grants are revoked, nothing older counts.
    #[must_use]
    pub fn sign_out_everywhere(&self, user_id: &str, at: Time) -> Vec<Stmt> {
        let invalidate = INVALIDATE.guarded(vec![Val::from(user_id), time(at)], 1);
        std::iter::once(invalidate).chain(end_everything(user_id, at)).collect()
    }

    /// Applies statements of several records together or not at all, and tells every cache what changed (`app:ID`,
    /// `keys`, `scopes`).
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a guard is missed, [`StoreError::Taken`] when a unique value is taken.
    pub async fn commit_statements(&self, statements: Vec<Stmt>, changed: Vec<String>) -> Result<(), StoreError> {
        self.apply(Batch {
            statements,
            notify: changed,
        })
        .await
    }
}
