//! The snapshot of what every request may need and that rarely changes: keys and scope mappings, parsed and in memory.
//!
//! It is immutable and swapped as a whole when something changes. Keys are made on first start here, and rotated by a
//! use case.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use protocol::env::Entropy;
use protocol::id::new_id;
use protocol::id_token::OurKeys;
use protocol::jose::{Algorithm, DecryptionKey, EncryptionKey, Jwk, JwkSet, SigningKey, VerifyingKey};
use protocol::policy::Policy;
use protocol::scope::ScopeMapping;
use protocol::time::Time;
use protocol::webhook::EventTypes;
use script::{Expression, Kind};
use store::signing_keys::{KeyOrigin, KeyRecord, KeyState, StoredKey};
use store::{Store, StoreError};

use crate::sources::Sources;

/// A key with its private half parsed.
#[derive(Clone, Debug)]
pub struct Key {
    /// The record.
    pub record: KeyRecord,
    /// The parsed key.
    pub key: SigningKey,
    /// What is published of it.
    pub jwk: Jwk,
}

/// A key that tokens are encrypted with.
#[derive(Clone, Debug)]
pub struct EncryptingKey {
    /// The record.
    pub record: KeyRecord,
    /// The public half.
    pub key: EncryptionKey,
    /// The private half, when we have it.
    pub private: Option<DecryptionKey>,
}

/// Keys and scope mappings at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// All signing keys: next, active and retired ones, the oldest first.
    pub keys: Vec<Key>,
    /// All encryption keys, the oldest first.
    pub encrypting: Vec<EncryptingKey>,
    /// For recognising our own tokens: keys of every state.
    pub ours: OurKeys,
    /// The JWKS of the global issuer.
    pub jwks: Bytes,
    /// All scope mappings, sorted by scope.
    pub mappings: Vec<Arc<ScopeMapping>>,
    /// All policies.
    pub policies: Vec<Arc<Policy>>,
    /// All sources.
    pub sources: Sources,
    /// The events that some webhook wants.
    pub wanted_events: EventTypes,
    /// The expressions of mappings of either kind and of policies, by id.
    expressions: HashMap<String, Expression>,
}

impl Snapshot {
    /// Reads everything anew.
    ///
    /// # Errors
    /// When the database is unavailable or a key can not be parsed.
    pub async fn load(store: &Store) -> Result<Self, StoreError> {
        let (mut keys, mut encrypting) = (Vec::new(), Vec::new());
        for stored in store.load_keys().await? {
            if stored.record.signs() {
                keys.push(parse(stored)?);
            } else {
                encrypting.push(parse_encrypting(stored)?);
            }
        }
        let mappings: Vec<Arc<ScopeMapping>> = store.load_scope_mappings().await?.into_iter().map(Arc::new).collect();
        // Bindings before policies: what a binding names is there then.
        let bindings = store.load_bindings_of_type("source").await?;
        let policies = store.load_policies().await?;
        let properties = store.load_property_mappings().await?;
        let sources = Sources::open(store.load_sources().await?, bindings, &policies, &properties)?;
        let wanted_events = store.load_wanted_events().await?;
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
        let of_sources = properties.iter().map(|mapping| {
            let source = mapping.expression.as_str();
            (mapping.id.clone(), Expression::new(Kind::ScopeMapping, source))
        });
        let expressions = of_mappings.chain(of_policies).chain(of_sources).collect();
        let ours = OurKeys {
            verifying: keys.iter().map(|key| key.key.verifying_key()).collect(),
            decrypting: encrypting.iter().filter_map(|key| key.private.clone()).collect(),
            global_issuer: String::new(),
        };
        let jwks = jwks(keys.iter().map(|key| &key.jwk))?;
        Ok(Self {
            keys,
            encrypting,
            ours,
            jwks,
            mappings,
            policies,
            sources,
            wanted_events,
            expressions,
        })
    }

    /// The signing key of an id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.record.id == id)
    }

    /// The encryption key of an id.
    #[must_use]
    pub fn encrypting_key(&self, id: &str) -> Option<&EncryptingKey> {
        self.encrypting.iter().find(|key| key.record.id == id)
    }

    /// The active key of an algorithm; the newest, should there be several.
    #[must_use]
    pub fn active(&self, alg: Algorithm) -> Option<&Key> {
        self.keys
            .iter()
            .rev()
            .find(|key| key.record.state == KeyState::Active && key.key.alg() == alg)
    }

    /// The JWKS for an application that signs with the key `signing`: this key, and every key of the same algorithm that
    /// verifies older or coming tokens; then its encryption key, when we have the private half of it. Of a key of the
    /// application's own nothing is published: it is not ours to give out. Without any of these there is an empty list:
    /// HS256 has nothing to publish.
    ///
    /// # Errors
    /// When it can not be written as JSON.
    pub fn jwks_of(&self, signing: Option<&str>, encryption: Option<&str>) -> Result<Bytes, StoreError> {
        let signing = self.published_by(signing.and_then(|id| self.key(id)));
        let encrypting = encryption
            .and_then(|id| self.encrypting_key(id))
            .filter(|key| key.private.is_some())
            .map(|key| key.key.public_jwk());
        jwks(signing.map(|key| &key.jwk).chain(encrypting))
    }

    /// The public keys of an application that signs with the key of `id`: those that stand in its JWKS.
    #[must_use]
    pub fn verifying_keys_of(&self, id: Option<&str>) -> Vec<VerifyingKey> {
        let own = id.and_then(|id| self.key(id));
        self.published_by(own).map(|key| key.key.verifying_key()).collect()
    }

    fn published_by<'a>(&'a self, own: Option<&'a Key>) -> impl Iterator<Item = &'a Key> {
        own.into_iter().chain(self.keys.iter().filter(move |key| {
            own.is_some_and(|own| {
                key.record.id != own.record.id && key.key.alg() == own.key.alg() && key.record.state != KeyState::Active
            })
        }))
    }

    /// The expression of the mapping of either kind or of the policy of an id.
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
    let StoredKey { record, private } = stored;
    let corrupt = |why: String| StoreError::Corrupt(format!("key {}: {why}", record.id));
    let alg: Algorithm = record.alg.parse().map_err(|_| corrupt("alg".to_owned()))?;
    let private = private.ok_or_else(|| corrupt("no private half".to_owned()))?;
    let key = SigningKey::from_pkcs8(Some(&record.kid), alg, &private).map_err(|error| corrupt(error.to_string()))?;
    let jwk = public_jwk(&record)?;
    Ok(Key { record, key, jwk })
}

fn parse_encrypting(stored: StoredKey) -> Result<EncryptingKey, StoreError> {
    let StoredKey { record, private } = stored;
    let corrupt = |why: &dyn std::fmt::Display| StoreError::Corrupt(format!("key {}: {why}", record.id));
    let alg = record.alg.parse().map_err(|error| corrupt(&error))?;
    let enc = record.enc.as_deref().unwrap_or_default();
    let enc = enc.parse().map_err(|error| corrupt(&error))?;
    let key = EncryptionKey::from_jwk(&public_jwk(&record)?, alg, enc).map_err(|error| corrupt(&error))?;
    let private = private
        .map(|private| DecryptionKey::from_pkcs8(Some(&record.kid), alg, &private))
        .transpose()
        .map_err(|error| corrupt(&error))?;
    Ok(EncryptingKey { record, key, private })
}

/// What is published of a key. A private member in it would be refused here.
fn public_jwk(record: &KeyRecord) -> Result<Jwk, StoreError> {
    let members = record.public_jwk.as_object();
    members
        .and_then(|members| Jwk::from_members(members).ok())
        .ok_or_else(|| StoreError::Corrupt(format!("public half of key {}", record.id)))
}

fn jwks<'a>(keys: impl Iterator<Item = &'a Jwk>) -> Result<Bytes, StoreError> {
    let set = JwkSet::new(keys.cloned().collect());
    Ok(Bytes::from(serde_json::to_vec(&set)?))
}

/// A new signing key, not yet stored.
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
        enc: None,
        certificate: None,
        origin: KeyOrigin::Generated,
        activated_at: (state == KeyState::Active).then_some(now),
        successor: None,
    };
    Ok(StoredKey {
        record,
        private: Some(private),
    })
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
