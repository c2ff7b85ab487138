//! Second factors and passkeys. Secrets are sealed, recovery codes are hashes, and each use is a guarded update, so that of
//! two uses of one code at the same moment one holds.

use protocol::env::Entropy;
use protocol::factor::{Factor, FactorKind};
use protocol::id::SecretHash;
use protocol::time::Time;
use zeroize::Zeroizing;

use crate::external_accounts::{HOLD_OWNER, OtherWayIn};
use crate::statement::Stmt;
use crate::store::{Store, StoreError, opt_time, time};
use crate::value::{Row, Val};

macro_rules! columns {
    () => {
        "f.id, f.user_id, f.kind, f.name, f.created_at, f.last_used_at, f.sealed, f.counter, \
         (SELECT COUNT(*) FROM recovery_codes c WHERE c.factor_id = f.id AND c.used_at IS NULL)"
    };
}

crate::statements! {
    INSERT = "INSERT INTO factors (id, user_id, kind, name, credential, sealed, counter, created_at, last_used_at) \
        SELECT $1, u.id, $3, $4, $5, $6, $7, $8, $9 FROM users u WHERE u.id = $2";
    INSERT_CODE = "INSERT INTO recovery_codes (factor_id, hash) VALUES ($1, $2)";
    LOAD_OF_USER = concat!("SELECT ", columns!(), " FROM factors f WHERE f.user_id = $1 ORDER BY f.id");
    LOAD_BY_CREDENTIAL = concat!("SELECT ", columns!(), " FROM factors f WHERE f.credential = $1");
    RENAME = "UPDATE factors SET name = $3 WHERE id = $1 AND user_id = $2";
    TAKE_STEP = "UPDATE factors SET counter = $2, last_used_at = $3 WHERE id = $1 AND counter < $2";
    // A counter that stays at zero belongs to an authenticator that has none (Web Authentication Level 3, section 6.1.1).
    TAKE_SIGNATURE = "UPDATE factors SET counter = $2, sealed = $3, last_used_at = $4 WHERE id = $1 \
        AND (counter < $2 OR (counter = 0 AND $2 = 0))";
    LOAD_CODE = "SELECT 1 FROM recovery_codes WHERE factor_id = $1 AND hash = $2 AND used_at IS NULL";
    TAKE_CODE = "UPDATE recovery_codes SET used_at = $3 WHERE factor_id = $1 AND hash = $2 AND used_at IS NULL";
    TOUCH = "UPDATE factors SET last_used_at = $2 WHERE id = $1";
    DELETE = "DELETE FROM factors WHERE id = $1 AND user_id = $2";
    DELETE_BESIDE_PASSWORD = "DELETE FROM factors WHERE id = $1 AND user_id = $2 AND EXISTS (SELECT 1 FROM users u \
        WHERE u.id = $2 AND u.password_hash IS NOT NULL)";
    DELETE_BESIDE_LINK = "DELETE FROM factors WHERE id = $1 AND user_id = $2 AND EXISTS (SELECT 1 FROM external_accounts o \
        WHERE o.id = $3 AND o.user_id = $2)";
    DELETE_BESIDE_PASSKEY = "DELETE FROM factors WHERE id = $1 AND user_id = $2 AND EXISTS (SELECT 1 FROM factors o \
        WHERE o.id = $3 AND o.user_id = $2 AND o.id <> $1)";
    DELETE_CODES = "DELETE FROM factors WHERE user_id = $1 AND kind = 'recovery_codes'";
    DELETE_LONELY_CODES = "DELETE FROM factors WHERE user_id = $1 AND kind = 'recovery_codes' \
        AND NOT EXISTS (SELECT 1 FROM factors o WHERE o.user_id = $1 AND o.kind <> 'recovery_codes')";
}

const PURPOSE: &str = "factor";

/// A factor as it is stored.
#[derive(Clone, Debug)]
pub struct StoredFactor {
    /// What may be shown.
    pub factor: Factor,
    /// The last step or signature counter that was taken.
    pub counter: i64,
    sealed: Option<String>,
}

/// What a new factor needs beside what may be shown.
#[derive(Debug, Default)]
pub struct NewSecret<'a> {
    /// SHA-256 of the id of a passkey.
    pub credential: Option<SecretHash>,
    /// What is sealed.
    pub secret: Option<&'a [u8]>,
    /// The step or signature counter that was taken when it was added.
    pub counter: i64,
}

fn read(row: &Row) -> Result<StoredFactor, StoreError> {
    let kind = row.text(2)?;
    let kind =
        FactorKind::from_name(kind).ok_or_else(|| StoreError::Corrupt(format!("the kind of a factor: {kind}")))?;
    Ok(StoredFactor {
        factor: Factor {
            id: row.text(0)?.to_owned(),
            user_id: row.text(1)?.to_owned(),
            kind,
            name: row.text(3)?.to_owned(),
            created_at: Time(row.int(4)?),
            last_used_at: row.opt_int(5)?.map(Time),
            codes_left: (kind == FactorKind::RecoveryCodes).then_some(row.int(8)?),
        },
        sealed: row.opt_text(6)?.map(str::to_owned),
        counter: row.int(7)?,
    })
}

impl Store {
    /// The factors of a user, the oldest first.
    ///
    /// # Errors
    /// When the database is unavailable or a row is corrupt.
    pub async fn load_factors(&self, user_id: &str) -> Result<Vec<StoredFactor>, StoreError> {
        let rows = self.rows(&LOAD_OF_USER, &[Val::from(user_id)]).await?;
        rows.iter().map(read).collect()
    }

    /// The passkey with this id of a credential, given as its SHA-256.
    ///
    /// # Errors
    /// When the database is unavailable or the row is corrupt.
    pub async fn load_passkey(&self, credential: &SecretHash) -> Result<Option<StoredFactor>, StoreError> {
        self.first(&LOAD_BY_CREDENTIAL, &[Val::from(*credential)], read).await
    }

    /// The secret of a factor, opened; empty for one that has none.
    ///
    /// # Errors
    /// When it can not be opened.
    pub fn open_factor(&self, stored: &StoredFactor) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        match &stored.sealed {
            Some(sealed) => self.open_bytes(PURPOSE, sealed),
            None => Ok(Zeroizing::new(Vec::new())),
        }
    }

    /// The statement that adds a factor. Holds only while the user exists.
    ///
    /// # Errors
    /// When the secret can not be sealed. [`StoreError::Taken`] comes at commit, for a passkey that somebody has.
    pub fn create_factor(
        &self,
        factor: &Factor,
        new: &NewSecret<'_>,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let sealed = new
            .secret
            .map(|secret| self.seal_bytes(PURPOSE, secret, random))
            .transpose()?;
        let args = vec![
            Val::from(factor.id.as_str()),
            Val::from(factor.user_id.as_str()),
            Val::from(factor.kind.as_str()),
            Val::from(factor.name.as_str()),
            new.credential.map_or(Val::Null, Val::from),
            Val::from(sealed),
            Val::from(new.counter),
            time(factor.created_at),
            opt_time(factor.last_used_at),
        ];
        Ok(INSERT.guarded(args, 1))
    }

    /// The statements that put new recovery codes, given as hashes, in the place of those that there were.
    ///
    /// # Errors
    /// None that is not one of [`Self::create_factor`].
    pub fn replace_recovery_codes(
        &self,
        factor: &Factor,
        hashes: &[SecretHash],
        random: &dyn Entropy,
    ) -> Result<Vec<Stmt>, StoreError> {
        let mut statements = vec![
            DELETE_CODES.with(vec![Val::from(factor.user_id.as_str())]),
            self.create_factor(factor, &NewSecret::default(), random)?,
        ];
        let code = |hash: &SecretHash| INSERT_CODE.with(vec![Val::from(factor.id.as_str()), Val::from(*hash)]);
        statements.extend(hashes.iter().map(code));
        Ok(statements)
    }

    /// The statement that takes the code of a step. Holds only while no code of this step or a later one was taken.
    #[must_use]
    pub fn take_step(&self, id: &str, step: i64, at: Time) -> Stmt {
        TAKE_STEP.guarded(vec![Val::from(id), Val::from(step), time(at)], 1)
    }

    /// The statement that takes a signature of a passkey and keeps its new state. Holds only while the counter has grown, or
    /// there is none.
    ///
    /// # Errors
    /// When the state can not be sealed.
    pub fn take_signature(
        &self,
        id: &str,
        counter: i64,
        state: &[u8],
        at: Time,
        random: &dyn Entropy,
    ) -> Result<Stmt, StoreError> {
        let sealed = self.seal_bytes(PURPOSE, state, random)?;
        let args = vec![Val::from(id), Val::from(counter), Val::from(sealed), time(at)];
        Ok(TAKE_SIGNATURE.guarded(args, 1))
    }

    /// Whether a recovery code, given as its hash, is unused.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn load_recovery_code(&self, id: &str, hash: &SecretHash) -> Result<bool, StoreError> {
        let rows = self.rows(&LOAD_CODE, &[Val::from(id), Val::from(*hash)]).await?;
        Ok(!rows.is_empty())
    }

    /// The statements that use up a recovery code. They hold only while it is unused.
    #[must_use]
    pub fn take_recovery_code(&self, id: &str, hash: SecretHash, at: Time) -> [Stmt; 2] {
        [
            TAKE_CODE.guarded(vec![Val::from(id), Val::from(hash), time(at)], 1),
            TOUCH.with(vec![Val::from(id), time(at)]),
        ]
    }

    /// The statement that renames a factor of a user. Holds only while it exists.
    #[must_use]
    pub fn rename_factor(&self, user_id: &str, id: &str, name: &str) -> Stmt {
        RENAME.guarded(vec![Val::from(id), Val::from(user_id), Val::from(name)], 1)
    }

    /// The statements that take a factor away, whatever else there is, and with the last one the recovery codes. They hold
    /// only while it exists.
    #[must_use]
    pub fn delete_factor(&self, user_id: &str, id: &str) -> Vec<Stmt> {
        let delete = DELETE.guarded(vec![Val::from(id), Val::from(user_id)], 1);
        vec![delete, DELETE_LONELY_CODES.with(vec![Val::from(user_id)])]
    }

    /// The same while the user keeps another way in. The row of the user is held first, so that of two ways that are taken
    /// away at once each sees what became of the other.
    #[must_use]
    pub fn delete_factor_beside(&self, user_id: &str, id: &str, other: &OtherWayIn) -> Vec<Stmt> {
        let (user, id) = (Val::from(user_id), Val::from(id));
        let delete = match other {
            OtherWayIn::Password => DELETE_BESIDE_PASSWORD.guarded(vec![id, user.clone()], 1),
            OtherWayIn::Link(other) => DELETE_BESIDE_LINK.guarded(vec![id, user.clone(), Val::from(other.as_str())], 1),
            OtherWayIn::Passkey(other) => {
                DELETE_BESIDE_PASSKEY.guarded(vec![id, user.clone(), Val::from(other.as_str())], 1)
            }
        };
        vec![
            HOLD_OWNER.guarded(vec![user.clone()], 1),
            delete,
            DELETE_LONELY_CODES.with(vec![user]),
        ]
    }
}
