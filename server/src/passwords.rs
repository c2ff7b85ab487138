//! Passwords: argon2id on a bounded number of threads, with memory that is used again.
//!
//! An unknown user costs as much as a wrong password. A hash with weaker parameters than today's is upgraded at the next
//! sign-in. The bound keeps memory and processor time in hand under a flood: whoever comes beyond it waits.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use protocol::env::Entropy;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::metrics::Metrics;

/// The shortest password that may be set, in characters (NIST SP 800-63B-4, section 3.1.1.2, with further factors to come).
pub const SHORTEST: usize = 8;
/// The longest password that is looked at, in bytes: against floods of hashing.
pub const LONGEST: usize = 512;
/// Hashes that ask for more memory than this are not computed, in KiB.
const MOST_MEMORY: u32 = 256 * 1024;
/// Bytes of a salt.
const SALT: usize = 16;

/// What the comparison of a password says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right {
        /// A stronger hash of the same password, to be stored in place of the old one.
        upgrade: Option<String>,
    },
    /// It is not.
    Wrong,
}

/// Why a password could not be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Below [`SHORTEST`] characters.
    #[error("A password needs at least 8 characters.")]
    TooShort,
    /// Above [`LONGEST`] bytes.
    #[error("A password may have at most 512 bytes.")]
    TooLong,
    /// The hash function failed.
    #[error("The password could not be hashed.")]
    Failed,
}

/// Hashing with bounded concurrency.
#[derive(Clone)]
pub struct Passwords {
    inner: Arc<Inner>,
}

struct Inner {
    permits: Semaphore,
    memory: Mutex<Vec<Vec<Block>>>,
    params: Params,
    metrics: Arc<Metrics>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords")
            .field("free", &self.inner.permits.available_permits())
            .finish()
    }
}

impl Passwords {
    /// At most `concurrent` hashes at once; argon2id with 19 MiB, two passes, one lane (OWASP's first choice).
    #[must_use]
    pub fn new(concurrent: usize, metrics: Arc<Metrics>) -> Self {
        let inner = Inner {
            permits: Semaphore::new(concurrent.max(1)),
            memory: Mutex::new(Vec::new()),
            params: Params::default(),
            metrics,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Whether `password` may be set at all.
    ///
    /// # Errors
    /// [`PasswordError::TooShort`] or [`PasswordError::TooLong`].
    pub fn check(password: &SecretString) -> Result<(), PasswordError> {
        let password = password.expose_secret();
        if password.chars().count() < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if password.len() > LONGEST {
            return Err(PasswordError::TooLong);
        }
        Ok(())
    }

    /// The PHC text of a new password.
    ///
    /// # Errors
    /// What [`Passwords::check`] answers, or [`PasswordError::Failed`].
    pub async fn hash(&self, password: SecretString, entropy: &dyn Entropy) -> Result<String, PasswordError> {
        Self::check(&password)?;
        let salt = new_salt(entropy);
        self.run(move |inner| inner.hash(&password, &salt)).await
    }

    /// Compares a password with a stored hash. `None` (no such user, or one without a password) takes as long and is
    /// wrong.
    ///
    /// # Errors
    /// [`PasswordError::Failed`] when the stored text is not one of ours.
    pub async fn verify(
        &self,
        password: SecretString,
        stored: Option<&str>,
        entropy: &dyn Entropy,
    ) -> Result<Verdict, PasswordError> {
        if password.expose_secret().len() > LONGEST {
            return Ok(Verdict::Wrong);
        }
        let salt = new_salt(entropy);
        let stored = stored.map(str::to_owned);
        self.run(move |inner| match stored {
            None => inner.hash(&password, &salt).map(|_| Verdict::Wrong),
            Some(stored) => inner.verify(&password, &stored, &salt),
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let waiting = self.inner.metrics.password_hashes_waiting.hold();
        let permit = self.inner.permits.acquire().await.map_err(|_| PasswordError::Failed)?;
        drop(waiting);
        let inner = Arc::clone(&self.inner);
        let outcome = tokio::task::spawn_blocking(move || {
            let _running = inner.metrics.password_hashes_running.hold();
            work(&inner)
        })
        .await;
        drop(permit);
        outcome.map_err(|_| PasswordError::Failed)?
    }
}

fn new_salt(entropy: &dyn Entropy) -> [u8; SALT] {
    let mut salt = [0u8; SALT];
    entropy.fill(&mut salt);
    salt
}

impl Inner {
    fn hash(&self, password: &SecretString, salt: &[u8]) -> Result<String, PasswordError> {
        let failed = |_| PasswordError::Failed;
        let mut out = [0u8; Params::DEFAULT_OUTPUT_LEN];
        self.compute(
            Algorithm::Argon2id,
            Version::default(),
            &self.params,
            password,
            salt,
            &mut out,
        )?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::default().into()),
            params: ParamsString::try_from(&self.params).map_err(|_| PasswordError::Failed)?,
            salt: Some(Salt::new(salt).map_err(failed)?),
            hash: Some(Output::new(&out).map_err(failed)?),
        };
        Ok(hash.to_string())
    }

    fn verify(&self, password: &SecretString, stored: &str, new_salt: &[u8]) -> Result<Verdict, PasswordError> {
        let parsed = PasswordHash::new(stored).map_err(|_| PasswordError::Failed)?;
        let algorithm = Algorithm::try_from(parsed.algorithm.as_str()).map_err(|_| PasswordError::Failed)?;
        let version = parsed.version.map_or(Ok(Version::default()), Version::try_from);
        let version = version.map_err(|_| PasswordError::Failed)?;
        let params = Params::try_from(&parsed).map_err(|_| PasswordError::Failed)?;
        let (Some(salt), Some(expected)) = (parsed.salt, parsed.hash) else {
            return Err(PasswordError::Failed);
        };
        if params.m_cost() > MOST_MEMORY {
            return Err(PasswordError::Failed);
        }
        let mut out = [0u8; Output::MAX_LENGTH];
        let out = out.get_mut(..expected.len()).ok_or(PasswordError::Failed)?;
        self.compute(algorithm, version, &params, password, &salt, out)?;
        if !bool::from(out.ct_eq(expected.as_ref())) {
            return Ok(Verdict::Wrong);
        }
        let weaker = algorithm != Algorithm::Argon2id
            || params.m_cost() < self.params.m_cost()
            || params.t_cost() < self.params.t_cost();
        let upgrade = if weaker {
            Some(self.hash(password, new_salt)?)
        } else {
            None
        };
        Ok(Verdict::Right { upgrade })
    }

    /// Fresh memory for each hash costs up to half of the rate: it is kept and used again.
    fn compute(
        &self,
        algorithm: Algorithm,
        version: Version,
        params: &Params,
        password: &SecretString,
        salt: &[u8],
        out: &mut [u8],
    ) -> Result<(), PasswordError> {
        let mut blocks = self
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        if blocks.len() < params.block_count() {
            blocks.resize(params.block_count(), Block::default());
        }
        let argon2 = Argon2::new(algorithm, version, params.clone());
        let bytes = password.expose_secret().as_bytes();
        let outcome = argon2.hash_password_into_with_memory(bytes, salt, out, blocks.as_mut_slice());
        if blocks.len() <= self.params.block_count() {
            self.memory.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        }
        outcome.map_err(|_| PasswordError::Failed)
    }
}
