//! Standing grants: what the tokens of machines hang under. One point read finds the grant together with its account.

use protocol::grants::Found;
use protocol::id::SecretHash;
use protocol::records::Grant;
use protocol::user::Subject;

use super::read_grant;
use crate::app_passwords::{app_password_columns, read_app_password};
use crate::statement::Stmt;
use crate::store::{Store, StoreError};
use crate::users::{read_user, user_columns};
use crate::value::{Row, Val};

macro_rules! grant_columns {
    () => {
        "g.id, g.user_id, g.application_id, g.session_id, g.transaction_id, g.kind, g.scopes, g.body, g.issued_at, \
         g.expires_at, g.revoked_at"
    };
}

/// How many columns a user takes in a row.
const USER_WIDTH: usize = 15;
/// How many columns an app password takes in a row.
const APP_PASSWORD_WIDTH: usize = 6;

crate::statements! {
    LOAD_SERVICE_ACCOUNT = concat!("SELECT ", user_columns!(), ", ", grant_columns!(),
        " FROM service_accounts a JOIN users u ON u.id = a.user_id LEFT JOIN grants g ON g.machine_of = a.application_id \
        WHERE a.application_id = $1");
    LOAD_APP_PASSWORD = concat!("SELECT ", user_columns!(), ", ", app_password_columns!(), ", ", grant_columns!(),
        " FROM app_passwords p JOIN users u ON u.id = p.user_id \
        LEFT JOIN grants g ON g.machine_of = CAST($2 AS TEXT) || ' ' || p.id WHERE p.hash = $1");
    LOAD_STANDING = concat!("SELECT ", grant_columns!(), " FROM grants g WHERE g.machine_of = $1");
    SET_SERVICE_ACCOUNT = "INSERT INTO service_accounts (application_id, user_id) \
        SELECT a.id, $2 FROM applications a WHERE a.id = $1 \
        ON CONFLICT (application_id) DO UPDATE SET user_id = excluded.user_id \
        WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = service_accounts.user_id)";
}

/// A grant that may be absent, from eleven columns that begin at `at`.
fn read_standing(row: &Row, at: usize) -> Result<Option<Grant>, StoreError> {
    row.opt_text(at)?.map(|_| read_grant(row, at)).transpose()
}

fn read_subject(row: &Row) -> Result<Subject, StoreError> {
    Ok(Subject {
        user: read_user(row, 0)?,
        ..Subject::default()
    })
}

impl Store {
    /// The service account of an application, and its standing grant if there is one; `None` when it has no account yet.
    /// Groups are not loaded.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_service_account(&self, application_id: &str) -> Result<Option<Found>, StoreError> {
        self.first(&LOAD_SERVICE_ACCOUNT, &[Val::from(application_id)], |row| {
            Ok(Found {
                subject: Some(read_subject(row)?),
                grant: read_standing(row, USER_WIDTH)?,
                ..Found::default()
            })
        })
        .await
    }

    /// The app password of `hash` with its user, and its standing grant with the application if there is one. Groups are
    /// not loaded.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_app_password_use(
        &self,
        hash: &SecretHash,
        application_id: &str,
    ) -> Result<Option<Found>, StoreError> {
        let args = [Val::from(*hash), Val::from(application_id)];
        self.first(&LOAD_APP_PASSWORD, &args, |row| {
            Ok(Found {
                subject: Some(read_subject(row)?),
                app_password: Some(read_app_password(row, USER_WIDTH)?),
                grant: read_standing(row, USER_WIDTH + APP_PASSWORD_WIDTH)?,
                ..Found::default()
            })
        })
        .await
    }

    /// The standing grant of this key.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_standing_grant(&self, key: &str) -> Result<Option<Grant>, StoreError> {
        self.first(&LOAD_STANDING, &[Val::from(key)], |row| read_grant(row, 0))
            .await
    }

    /// The statement that makes a user the service account of an application. Holds only while the application exists
    /// and has no account that exists.
    #[must_use]
    pub fn set_service_account(&self, application_id: &str, user_id: &str) -> Stmt {
        SET_SERVICE_ACCOUNT.guarded(vec![Val::from(application_id), Val::from(user_id)], 1)
    }
}
