//! Grants and what hangs under them: codes, access tokens, refresh tokens. Values are never stored, only their hashes.

use protocol::bearer::FoundAccessToken;
use protocol::grants::Found;
use protocol::id::SecretHash;
use protocol::introspection::FoundRefreshToken;
use protocol::records::{AccessToken, Code, Grant, RefreshToken};
use protocol::time::Time;
use protocol::user::Subject;

use crate::statement::Stmt;
use crate::store::{Store, StoreError, join, opt_time, split, time};
use crate::users::{self, read_user};
use crate::value::{Row, Val};

pub mod list;
pub mod machine;

/// How many columns the grant and the state of its browser session take in a row.
const FAMILY_WIDTH: usize = 13;

macro_rules! family {
    ($own:literal, $from:literal, $session:literal) => {
        concat!(
            "SELECT ",
            $own,
            ", g.id, g.user_id, g.application_id, g.session_id, g.transaction_id, g.kind, g.scopes, g.body, ",
            "g.issued_at, g.expires_at, g.revoked_at, s.ended_at, s.expires_at, ",
            "u.id, u.number, u.uuid, u.created_at, u.updated_at, u.version, u.username, u.name, u.email, ",
            "u.email_verified, u.is_active, u.kind, u.is_admin, u.valid_from, u.body ",
            "FROM ",
            $from,
            " JOIN grants g ON g.id = t.grant_id LEFT JOIN browser_sessions s ON s.id = ",
            $session,
            " LEFT JOIN users u ON u.id = g.user_id WHERE t.hash = $1"
        )
    };
}

crate::statements! {
    INSERT_GRANT = "INSERT INTO grants (id, user_id, application_id, session_id, transaction_id, kind, machine_of, \
        scopes, body, issued_at, expires_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    EXTEND_GRANT = "UPDATE grants SET expires_at = CASE WHEN expires_at < $2 THEN $2 ELSE expires_at END \
        WHERE id = $1 AND revoked_at IS NULL";
    REVOKE_GRANT = "UPDATE grants SET revoked_at = $2, machine_of = NULL WHERE id = $1 AND revoked_at IS NULL";
    REVOKE_GRANTS_OF_USER = "UPDATE grants SET revoked_at = $2, machine_of = NULL \
        WHERE user_id = $1 AND revoked_at IS NULL";
    INSERT_CODE = "INSERT INTO codes (hash, grant_id, body, expires_at) VALUES ($1, $2, $3, $4)";
    USE_CODE = "UPDATE codes SET used_at = $2 WHERE hash = $1 AND used_at IS NULL";
    INSERT_ACCESS_TOKEN = "INSERT INTO access_tokens (hash, grant_id, session_id, scopes, issued_at, expires_at) \
        SELECT $1, g.id, $3, $4, $5, $6 FROM grants g WHERE g.id = $2 AND g.revoked_at IS NULL";
    REVOKE_ACCESS_TOKEN = "UPDATE access_tokens SET revoked_at = $2 WHERE hash = $1 AND revoked_at IS NULL";
    INSERT_REFRESH_TOKEN = "INSERT INTO refresh_tokens (hash, grant_id, scopes, issued_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5)";
    USE_REFRESH_TOKEN = "UPDATE refresh_tokens SET used_at = $2 \
        WHERE hash = $1 AND used_at IS NULL AND revoked_at IS NULL";
    LOAD_CODE = family!("t.hash, t.grant_id, t.body, t.expires_at, t.used_at", "codes t", "g.session_id");
    LOAD_ACCESS_TOKEN = family!(
        "t.hash, t.grant_id, t.session_id, t.scopes, t.issued_at, t.expires_at, t.revoked_at",
        "access_tokens t",
        "t.session_id"
    );
    LOAD_REFRESH_TOKEN = family!(
        "t.hash, t.grant_id, t.scopes, t.issued_at, t.expires_at, t.used_at, t.revoked_at",
        "refresh_tokens t",
        "g.session_id"
    );
}

pub(crate) fn insert_grant(grant: &Grant) -> Result<Stmt, StoreError> {
    Ok(INSERT_GRANT.with(vec![
        Val::from(grant.id.as_str()),
        Val::from(grant.user_id.as_str()),
        Val::from(grant.application_id.as_str()),
        Val::from(grant.session_id.as_deref()),
        Val::from(grant.transaction_id.as_deref()),
        Val::from(grant.kind.as_str()),
        Val::from(grant.standing_key()),
        join(&grant.scopes),
        Val::from(serde_json::to_string(&grant.facts)?),
        time(grant.issued_at),
        time(grant.expires_at),
        opt_time(grant.revoked_at),
    ]))
}

pub(crate) fn extend(id: String, expires_at: Time) -> Stmt {
    EXTEND_GRANT.guarded(vec![Val::from(id), time(expires_at)], 1)
}

pub(crate) fn revoke(id: String, at: Time) -> Stmt {
    REVOKE_GRANT.with(vec![Val::from(id), time(at)])
}

pub(crate) fn revoke_all_of_user(user_id: &str, at: Time) -> Stmt {
    REVOKE_GRANTS_OF_USER.with(vec![Val::from(user_id), time(at)])
}

pub(crate) fn insert_code(code: &Code) -> Result<Stmt, StoreError> {
    Ok(INSERT_CODE.with(vec![
        Val::from(code.hash),
        Val::from(code.grant_id.as_str()),
        Val::from(serde_json::to_string(&code.facts)?),
        time(code.expires_at),
    ]))
}

pub(crate) fn use_code(hash: SecretHash, at: Time) -> Stmt {
    USE_CODE.guarded(vec![Val::from(hash), time(at)], 1)
}

pub(crate) fn insert_access_token(token: AccessToken) -> Stmt {
    INSERT_ACCESS_TOKEN.guarded(
        vec![
            Val::from(token.hash),
            Val::from(token.grant_id),
            Val::from(token.session_id),
            join(&token.scopes),
            time(token.issued_at),
            time(token.expires_at),
        ],
        1,
    )
}

pub(crate) fn revoke_access_token(hash: SecretHash, at: Time) -> Stmt {
    REVOKE_ACCESS_TOKEN.with(vec![Val::from(hash), time(at)])
}

pub(crate) fn insert_refresh_token(token: RefreshToken) -> Stmt {
    INSERT_REFRESH_TOKEN.with(vec![
        Val::from(token.hash),
        Val::from(token.grant_id),
        join(&token.scopes),
        time(token.issued_at),
        time(token.expires_at),
    ])
}

pub(crate) fn use_refresh_token(hash: SecretHash, at: Time) -> Stmt {
    USE_REFRESH_TOKEN.guarded(vec![Val::from(hash), time(at)], 1)
}

/// A grant, its subject without groups, and whether its browser session lives, from the columns of a family.
pub(crate) struct Family {
    pub(crate) grant: Grant,
    pub(crate) subject: Option<Subject>,
    session_ended_at: Option<Time>,
    session_expires_at: Option<Time>,
}

/// A grant from eleven columns that begin at `at`.
fn read_grant(row: &Row, at: usize) -> Result<Grant, StoreError> {
    Ok(Grant {
        id: row.text(at)?.to_owned(),
        user_id: row.text(at + 1)?.to_owned(),
        application_id: row.text(at + 2)?.to_owned(),
        session_id: row.opt_text(at + 3)?.map(str::to_owned),
        transaction_id: row.opt_text(at + 4)?.map(str::to_owned),
        kind: row.text(at + 5)?.to_owned(),
        scopes: split(row.text(at + 6)?),
        facts: serde_json::from_str(row.text(at + 7)?)?,
        issued_at: Time(row.int(at + 8)?),
        expires_at: Time(row.int(at + 9)?),
        revoked_at: row.opt_int(at + 10)?.map(Time),
    })
}

pub(crate) fn read_family(row: &Row, at: usize) -> Result<Family, StoreError> {
    let grant = read_grant(row, at)?;
    let user_at = at + FAMILY_WIDTH;
    let subject = match row.opt_text(user_at)? {
        Some(_) => Some(Subject {
            user: read_user(row, user_at)?,
            ..Subject::default()
        }),
        None => None,
    };
    Ok(Family {
        grant,
        subject,
        session_ended_at: row.opt_int(at + 11)?.map(Time),
        session_expires_at: row.opt_int(at + 12)?.map(Time),
    })
}

impl Family {
    /// Whether the browser session named by `session_id` lives; true when none is named.
    pub(crate) fn session_alive(&self, session_id: Option<&str>, now: Time) -> bool {
        session_id.is_none()
            || (self.session_ended_at.is_none() && self.session_expires_at.is_some_and(|expires_at| now < expires_at))
    }
}

impl Store {
    /// The code of `hash` with its family. Groups are not loaded.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_code(&self, hash: &SecretHash, now: Time) -> Result<Found, StoreError> {
        let found = self
            .first(&LOAD_CODE, &[Val::from(*hash)], |row| {
                let family = read_family(row, 5)?;
                let code = Code {
                    hash: *hash,
                    grant_id: row.text(1)?.to_owned(),
                    facts: serde_json::from_str(row.text(2)?)?,
                    expires_at: Time(row.int(3)?),
                    used_at: row.opt_int(4)?.map(Time),
                };
                let session_alive = family.session_alive(family.grant.session_id.as_deref(), now);
                Ok(Found {
                    code: Some(code),
                    grant: Some(family.grant),
                    subject: family.subject,
                    session_alive,
                    ..Found::default()
                })
            })
            .await?;
        Ok(found.unwrap_or_default())
    }

    /// The refresh token of `hash` with its family. Groups are not loaded.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_refresh_token(
        &self,
        hash: &SecretHash,
        now: Time,
    ) -> Result<Option<(FoundRefreshToken, bool)>, StoreError> {
        self.first(&LOAD_REFRESH_TOKEN, &[Val::from(*hash)], |row| {
            let family = read_family(row, 7)?;
            let token = RefreshToken {
                hash: *hash,
                grant_id: row.text(1)?.to_owned(),
                scopes: split(row.text(2)?),
                issued_at: Time(row.int(3)?),
                expires_at: Time(row.int(4)?),
                used_at: row.opt_int(5)?.map(Time),
                revoked_at: row.opt_int(6)?.map(Time),
            };
            let session_alive = family.session_alive(family.grant.session_id.as_deref(), now);
            Ok((
                FoundRefreshToken {
                    token,
                    grant: family.grant,
                    subject: family.subject,
                },
                session_alive,
            ))
        })
        .await
    }

    /// The access token of `hash` with its family. Groups are not loaded.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_access_token(
        &self,
        hash: &SecretHash,
        now: Time,
    ) -> Result<Option<FoundAccessToken>, StoreError> {
        self.first(&LOAD_ACCESS_TOKEN, &[Val::from(*hash)], |row| {
            let family = read_family(row, 7)?;
            let token = AccessToken {
                hash: *hash,
                grant_id: row.text(1)?.to_owned(),
                session_id: row.opt_text(2)?.map(str::to_owned),
                scopes: split(row.text(3)?),
                issued_at: Time(row.int(4)?),
                expires_at: Time(row.int(5)?),
                revoked_at: row.opt_int(6)?.map(Time),
            };
            let session_alive = family.session_alive(token.session_id.as_deref(), now);
            Ok(FoundAccessToken {
                token,
                grant: family.grant,
                subject: family.subject,
                session_alive,
            })
        })
        .await
    }

    /// Fills in the groups of a subject that was loaded without them.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn fill_groups(&self, subject: Option<&mut Subject>) -> Result<(), StoreError> {
        if let Some(subject) = subject {
            subject.groups = users::load_group_names(self, &subject.user.id).await?;
        }
        Ok(())
    }
}
