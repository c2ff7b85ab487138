//! The snapshot of what every request may need and that rarely changes: keys and scope mappings, parsed and in memory.
//!
//! It is immutable and swapped as a whole when something changes. Keys are made on first start here, and rotated by a
//! use case.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use protocol::env::Entropy;
use protocol::id::new_id;
use protocol::jose::{Algorithm, JwkSet, SigningKey, VerifyingKey};
use protocol::policy::Policy;
use protocol::scope::ScopeMapping;
use protocol::time::Time;
use script::{Expression, Kind};
use store::signing_keys::{KeyRecord, KeyState, StoredKey};
use store::{Store, StoreError};

/// A key with its private half parsed.
#[derive(Clone, Debug)]
pub struct Key {
    /// The record.
    pub record: KeyRecord,
    /// The parsed key.
    pub key: SigningKey,
}

/// Keys and scope mappings at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// All keys: next, active and retired ones, the oldest first.
    pub keys: Vec<Key>,
    /// The public halves of all of them, for recognising our own tokens.
    pub verifying: Vec<VerifyingKey>,
    /// The JWKS of the global issuer.
    pub jwks: Bytes,
    /// All scope mappings, sorted by scope.
    pub mappings: Vec<Arc<ScopeMapping>>,
    /// All policies.
    pub policies: Vec<Arc<Policy>>,
    /// The expressions of mappings and policies, by the id of either.
    expressions: HashMap<String, Expression>,
}

impl Snapshot {
    /// Reads everything anew.
    ///
    /// # Errors
    /// When the database is unavailable or a key can not be parsed.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let mut keys = Vec::new();
        for stored in store.load_keys().await? {
            keys.push(parse(stored)?);
        }
        let mappings: Vec<Arc<ScopeMapping>> = store.load_scope_mappings().await?.into_iter().map(Arc::new).collect();
        let policies = store.load_policies().await?;
        let of_mappings = mappings.iter().filter_map(|mapping| {
            let source = mapping.expression.as_deref()?;
            Some((mapping.id.clone(), Expression::new(Kind::ScopeMapping, source)))
        });
        let of_policies = policies.iter().map(|policy| {
            (
                policy.id.clone(),
                Expression::new(Kind::Policy, policy.expression.as_str()),
            )
        });
        let expressions = of_mappings.chain(of_policies).collect();
        let verifying = keys.iter().map(|key| key.key.verifying_key()).collect();
        let jwks = jwks(keys.iter())?;
        Ok(Self {
            keys,
            verifying,
            jwks,
            mappings,
            policies,
            expressions,
        })
    }

    /// The key of an id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.record.id == id)
    }

    /// The active key of an algorithm; the newest, should there be several.
    #[must_use]
    pub fn active(&self, alg: Algorithm) -> Option<&Key> {
        self.keys
            .iter()
            .rev()
            .find(|key| key.record.state == KeyState::Active && key.key.alg() == alg)
    }

    /// The JWKS for an application that signs with the key of `id`: this key, and every key of the same algorithm that
    /// verifies older or coming tokens. Without a key there is an empty list: HS256 has nothing to publish.
    ///
    /// # Errors
    /// When it can not be written as JSON.
    pub fn jwks_of(&self, id: Option<&str>) -> Result<Bytes, StoreError> {
        let Some(own) = id.and_then(|id| self.key(id)) else {
            return jwks(std::iter::empty());
        };
        let alg = own.key.alg();
        let others = self.keys.iter().filter(|key| {
            key.record.id != own.record.id && key.key.alg() == alg && key.record.state != KeyState::Active
        });
        jwks(std::iter::once(own).chain(others))
    }

    /// The expression of the mapping or policy of an id.
    #[must_use]
    pub fn expression(&self, id: &str) -> Option<&Expression> {
        self.expressions.get(id)
    }

    /// A policy by its id.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&Arc<Policy>> {
        self.policies.iter().find(|policy| policy.id == id)
    }

    /// A policy by its name.
    #[must_use]
    pub fn policy_named(&self, name: &str) -> Option<&Arc<Policy>> {
        self.policies.iter().find(|policy| policy.name == name)
    }

    /// A mapping by its id, its managed name, or authentik's alias of that.
    #[must_use]
    pub fn mapping(&self, reference: &str) -> Option<&Arc<ScopeMapping>> {
        let managed = protocol::scope::ManagedScope::from_name(reference);
        self.mappings
            .iter()
            .find(|mapping| mapping.id == reference || (managed.is_some() && mapping.managed == managed))
    }
}

fn parse(stored: StoredKey) -> Result<Key, StoreError> {
    let alg: Algorithm = stored
        .record
        .alg
        .parse()
        .map_err(|_| StoreError::Corrupt("alg of a key".to_owned()))?;
    let key = SigningKey::from_pkcs8(Some(&stored.record.kid), alg, &stored.private)
        .map_err(|error| StoreError::Corrupt(format!("key {}: {error}", stored.record.id)))?;
    Ok(Key {
        record: stored.record,
        key,
    })
}

fn jwks<'a>(keys: impl Iterator<Item = &'a Key>) -> Result<Bytes, StoreError> {
    let set = JwkSet::new(keys.filter_map(|key| key.key.public_jwk().cloned()).collect());
    Ok(Bytes::from(serde_json::to_vec(&set)?))
}

/// A new key, not yet stored.
///
/// # Errors
/// When the algorithm has no key of its own (HS256) or the library fails.
pub fn generate(
    alg: Algorithm,
    name: &str,
    state: KeyState,
    now: Time,
    entropy: &dyn Entropy,
) -> Result<StoredKey, StoreError> {
    let failed = |error: protocol::jose::JoseError| StoreError::Internal(error.to_string());
    let private = SigningKey::generate(alg).map_err(failed)?;
    let key = SigningKey::from_pkcs8(None, alg, &private).map_err(failed)?;
    let record = KeyRecord {
        id: new_id("key", now, entropy),
        created_at: now,
        updated_at: now,
        version: 1,
        name: name.to_owned(),
        key_use: "sig".to_owned(),
        alg: alg.as_str().to_owned(),
        kid: key.kid().unwrap_or_default().to_owned(),
        state,
        public_jwk: serde_json::to_value(key.public_jwk())?,
        retired_at: None,
    };
    Ok(StoredKey { record, private })
}

/// Makes the first keys, one for RS256 and one for ES256, where there is none of the algorithm.
///
/// # Errors
/// When the database is unavailable.
pub async fn ensure_first_keys(store: &Store, now: Time, entropy: &dyn Entropy) -> Result<(), StoreError> {
    let existing = store.load_keys().await?;
    let mut statements = Vec::new();
    for (alg, name) in [(Algorithm::RS256, "First RSA key"), (Algorithm::ES256, "First EC key")] {
        if !existing.iter().any(|key| key.record.alg == alg.as_str()) {
            let key = generate(alg, name, KeyState::Active, now, entropy)?;
            statements.push(store.create_key(&key, entropy)?);
        }
    }
    if statements.is_empty() {
        return Ok(());
    }
    store.commit_statements(statements, vec!["keys".to_owned()]).await
}
