//! What belongs to the installation itself: its secrets, made on first start, and the proof that the master key fits.

use protocol::env::Entropy;
use protocol::time::Time;
use zeroize::Zeroizing;

use crate::statement::{Batch, Stmt};
use crate::store::{Store, StoreError, time};
use crate::value::Val;

/// What sealed installation secrets are bound to.
const PURPOSE: &str = "installation_secret";
/// The row that tells a wrong master key from a right one.
const CHECK: &str = "master_key_check";
/// The secrets that every installation has.
const NAMES: [&str; 3] = ["subject_salt", "form_key", "cursor_key"];

crate::statements! {
    INSERT = "INSERT INTO installation_secrets (name, sealed, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO NOTHING";
    LOAD = "SELECT sealed FROM installation_secrets WHERE name = $1";
}

/// Secrets of the installation, 32 random bytes each.
#[derive(Clone)]
pub struct InstallationSecrets {
    /// Behind hashed subjects: it must never change.
    pub subject_salt: Zeroizing<Vec<u8>>,
    /// Authenticates the forms of our pages.
    pub form_key: Zeroizing<Vec<u8>>,
    /// Authenticates cursors of lists.
    pub cursor_key: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for InstallationSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstallationSecrets")
    }
}

impl Store {
    /// Refuses a master key that did not seal this database, before the schema is brought up to date: nothing was
    /// touched then. A database without the row, or without the table, is not sealed yet.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the key does not fit, [`StoreError::Unavailable`] when the database is away.
    pub async fn refuse_foreign_master_key(&self) -> Result<(), StoreError> {
        match self.load_sealed(CHECK).await {
            Ok(Some(stored)) => self
                .keys()
                .verify_check_value(&stored)
                .map_err(|error| StoreError::Corrupt(error.to_string())),
            Ok(None) | Err(StoreError::Internal(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes sure that the master key is the one that sealed this database; a database that was never sealed is bound
    /// to it now.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the key does not fit. Nothing was touched then.
    pub async fn verify_master_key(&self, now: Time, random: &dyn Entropy) -> Result<(), StoreError> {
        if let Some(stored) = self.load_sealed(CHECK).await? {
            return self
                .keys()
                .verify_check_value(&stored)
                .map_err(|error| StoreError::Corrupt(error.to_string()));
        }
        let mut nonce = [0u8; crate::secretbox::NONCE_LEN];
        random.fill(&mut nonce);
        let check = self
            .keys()
            .check_value(nonce)
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        self.apply(Batch::from(insert(CHECK, check, now))).await?;
        // Another node may have been first with another key.
        match self.load_sealed(CHECK).await? {
            Some(stored) => self
                .keys()
                .verify_check_value(&stored)
                .map_err(|error| StoreError::Corrupt(error.to_string())),
            None => Err(StoreError::Internal(
                "the check of the master key was not written".to_owned(),
            )),
        }
    }

    /// The secrets of the installation, made when they are missing.
    ///
    /// # Errors
    /// When the database is unavailable or a secret can not be opened.
    pub async fn ensure_installation_secrets(
        &self,
        now: Time,
        random: &dyn Entropy,
    ) -> Result<InstallationSecrets, StoreError> {
        let mut found = Vec::with_capacity(NAMES.len());
        for name in NAMES {
            if self.load_sealed(name).await?.is_none() {
                let mut secret = Zeroizing::new([0u8; 32]);
                random.fill(secret.as_mut());
                let sealed = self.seal_bytes(PURPOSE, secret.as_ref(), random)?;
                self.apply(Batch::from(insert(name, sealed, now))).await?;
            }
            // Read back: of two nodes that start together, one secret wins.
            let sealed = self
                .load_sealed(name)
                .await?
                .ok_or_else(|| StoreError::Internal(name.to_owned()))?;
            found.push(self.open_bytes(PURPOSE, &sealed)?);
        }
        let mut found = found.into_iter();
        let mut next = || {
            found
                .next()
                .ok_or_else(|| StoreError::Internal("installation secrets".to_owned()))
        };
        Ok(InstallationSecrets {
            subject_salt: next()?,
            form_key: next()?,
            cursor_key: next()?,
        })
    }

    async fn load_sealed(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.first(&LOAD, &[Val::from(name)], |row| Ok(row.text(0)?.to_owned()))
            .await
    }
}

fn insert(name: &str, sealed: String, now: Time) -> Stmt {
    INSERT.with(vec![Val::from(name), Val::from(sealed), time(now)])
}
