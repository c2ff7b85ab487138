//! Client secrets at rest: sealed, the oldest first. At most two live at a time, while one takes the place of the other.
//!
//! A secret that was replaced in order is remembered for a while after it retired: it lets nobody in, but what it signed
//! (HS256) is still recognised when it comes back as a hint.

use protocol::client::SecretFacts;
use protocol::env::Entropy;
use protocol::time::{DAY, Time};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::statement::Stmt;
use crate::store::{Store, StoreError, opt_time, time};
use crate::value::Val;

/// What sealed client secrets are bound to.
const PURPOSE: &str = "client_secret";
/// How long a retired secret is remembered: as long as a retired key is published.
const MEMORY: i64 = 30 * DAY;

crate::statements! {
    SET = "UPDATE applications SET updated_at = $3, version = version + 1, secrets = $4, secret_due_at = $5 \
        WHERE id = $1 AND version = $2";
    LOAD_DUE = "SELECT id FROM applications WHERE secret_due_at <= $1 ORDER BY secret_due_at LIMIT $2";
}

/// An opened client secret.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// The value.
    pub value: SecretString,
    /// When it was made.
    pub created_at: Time,
    /// When it stops; `None`: when somebody says so.
    pub retires_at: Option<Time>,
    /// Whether its retirement has been noted.
    pub retired: bool,
}

impl ClientSecret {
    /// A secret without an end.
    #[must_use]
    pub fn new(value: SecretString, created_at: Time) -> Self {
        Self {
            value,
            created_at,
            retires_at: None,
            retired: false,
        }
    }

    /// Whether it lets anybody in at `now`.
    #[must_use]
    pub fn lives(&self, now: Time) -> bool {
        self.retires_at.is_none_or(|retires_at| now < retires_at)
    }

    /// Whether what it signed is still recognised at `now`.
    #[must_use]
    pub fn is_remembered(&self, now: Time) -> bool {
        self.retires_at.is_none_or(|retires_at| now < retires_at.plus(MEMORY))
    }

    /// When something has to be done about it next.
    fn due_at(&self) -> Option<Time> {
        self.retires_at.map(|retires_at| {
            if self.retired {
                retires_at.plus(MEMORY)
            } else {
                retires_at
            }
        })
    }
}

/// One sealed client secret.
#[derive(Serialize, Deserialize)]
struct SealedSecret {
    sealed: String,
    created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retires_at: Option<Time>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    retired: bool,
}

/// What may be shown of the secrets in a column.
pub(super) fn facts(column: &str) -> Result<Vec<SecretFacts>, StoreError> {
    let sealed: Vec<SealedSecret> = serde_json::from_str(column)?;
    Ok(sealed
        .into_iter()
        .map(|secret| SecretFacts {
            created_at: secret.created_at,
            retires_at: secret.retires_at,
        })
        .collect())
}

impl Store {
    pub(super) fn open_secrets(&self, column: &str) -> Result<Vec<ClientSecret>, StoreError> {
        let sealed: Vec<SealedSecret> = serde_json::from_str(column)?;
        let open = |secret: &SealedSecret| {
            Ok(ClientSecret {
                value: self.open_text(PURPOSE, &secret.sealed)?,
                created_at: secret.created_at,
                retires_at: secret.retires_at,
                retired: secret.retired,
            })
        };
        sealed.iter().map(open).collect()
    }

    pub(super) fn seal_secrets(&self, secrets: &[ClientSecret], random: &dyn Entropy) -> Result<Val, StoreError> {
        let seal = |secret: &ClientSecret| {
            Ok(SealedSecret {
                sealed: self.seal_bytes(PURPOSE, secret.value.expose_secret().as_bytes(), random)?,
                created_at: secret.created_at,
                retires_at: secret.retires_at,
                retired: secret.retired,
            })
        };
        let sealed = secrets.iter().map(seal).collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Val::from(serde_json::to_string(&sealed)?))
    }

    /// The statement that replaces all client secrets by these, which have no end. Holds only while the application has
    /// `version`. `random`: 12 fresh random bytes for each secret.
    ///
    /// # Errors
    /// When a secret can not be sealed.
    pub fn set_application_secrets(
        &self,
        id: &str,
        version: i64,
        secrets: &[SecretString],
        at: Time,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let secrets: Vec<_> = secrets
            .iter()
            .map(|secret| ClientSecret::new(secret.clone(), at))
            .collect();
        self.change_application_secrets(id, version, &secrets, at, random)
    }

    /// The statement that puts these client secrets, the oldest first, in the place of those before. Holds only while the
    /// application has `version`.
    ///
    /// # Errors
    /// When a secret can not be sealed.
    pub fn change_application_secrets(
        &self,
        id: &str,
        version: i64,
        secrets: &[ClientSecret],
        at: Time,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let due = secrets.iter().filter_map(ClientSecret::due_at).min();
        let sealed = self.seal_secrets(secrets, random)?;
        Ok(SET.guarded(
            vec![Val::from(id), Val::from(version), time(at), sealed, opt_time(due)],
            1,
        ))
    }

    /// Ids of at most `limit` applications of which a client secret has to retire or to be forgotten.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_due_secrets(&self, now: Time, limit: i64) -> Result<Vec<String>, StoreError> {
        let rows = self.rows(&LOAD_DUE, &[time(now), Val::from(limit)]).await?;
        rows.iter().map(|row| Ok(row.text(0)?.to_owned())).collect()
    }
}
