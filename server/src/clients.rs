//! Applications in memory: a bounded cache by id, with the ways to it by `client_id` and by slug.
//!
//! What is absent is remembered briefly, so that a flood of unknown names does not reach the database. An entry is
//! thrown away when its application, a key or a scope mapping changes, here or on another node.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use moka::sync::Cache;
use protocol::client::Client;
use protocol::jose::{Algorithm, SigningKey, VerifyingKey};
use protocol::policy::{Binding, Bound, Policy, in_order};
use protocol::redirect_uri::Registered;
use protocol::scope::ScopeMapping;
use protocol::time::Time;
use secrecy::{ExposeSecret, SecretString};
use store::applications::StoredApplication;
use store::policy_bindings::StoredBinding;
use store::{Store, StoreError};

use crate::keys::Snapshot;

/// Applications that are kept in memory.
const MOST: u64 = 10_000;
/// A safety net below the notifications between nodes.
const LIFE: Duration = Duration::from_secs(300);
/// How long an absent name is remembered.
const ABSENCE: Duration = Duration::from_secs(5);

/// An application in memory with the documents that are served for it.
#[derive(Debug)]
pub struct ClientEntry {
    /// The application, opened and parsed.
    pub client: Client,
    /// Its discovery document.
    pub discovery: Bytes,
    /// Its JWKS.
    pub jwks: Bytes,
    /// When one of its client secrets retires: it is opened anew then.
    until: Option<Time>,
}

/// By what an application is looked up.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// `app_...`
    Id(&'a str),
    /// `client_id`
    ClientId(&'a str),
    /// The slug.
    Slug(&'a str),
}

impl By<'_> {
    fn key(self) -> String {
        match self {
            By::Id(id) => format!("i{id}"),
            By::ClientId(id) => format!("c{id}"),
            By::Slug(slug) => format!("s{slug}"),
        }
    }

    fn names(self, client: &Client) -> bool {
        match self {
            By::Id(id) => client.application.id == id,
            By::ClientId(id) => client.application.client_id == id,
            By::Slug(slug) => client.application.slug == slug,
        }
    }
}

/// The cache.
#[derive(Debug)]
pub struct Clients {
    entries: Cache<String, Arc<ClientEntry>>,
    ids: Cache<String, String>,
    absent: Cache<String, ()>,
    generation: AtomicU64,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            entries: Cache::builder().max_capacity(MOST).time_to_live(LIFE).build(),
            ids: Cache::builder().max_capacity(2 * MOST).time_to_live(LIFE).build(),
            absent: Cache::builder().max_capacity(MOST).time_to_live(ABSENCE).build(),
            generation: AtomicU64::new(0),
        }
    }
}

impl Clients {
    /// An application that is in memory.
    pub fn cached(&self, by: By<'_>, now: Time) -> Option<Arc<ClientEntry>> {
        let entry = match by {
            By::Id(id) => self.entries.get(id),
            By::ClientId(_) | By::Slug(_) => self.ids.get(&by.key()).and_then(|id| self.entries.get(&id)),
        };
        // Names change, and client secrets retire.
        entry.filter(|entry| by.names(&entry.client) && entry.until.is_none_or(|until| now < until))
    }

    /// Finds an application; `None` when there is none of this name.
    ///
    /// # Errors
    /// When the database is unavailable or the record is corrupt; [`StoreError::Conflict`] when its key is not in the
    /// snapshot.
    pub async fn find(
        &self,
        by: By<'_>,
        store: &Store,
        snapshot: &Snapshot,
        public_url: &str,
        now: Time,
    ) -> Result<Option<Arc<ClientEntry>>, StoreError> {
        if let Some(entry) = self.cached(by, now) {
            return Ok(Some(entry));
        }
        let key = by.key();
        if self.absent.contains_key(&key) {
            return Ok(None);
        }
        // A change that comes in while we read must not be overwritten by what we read before it.
        let generation = self.generation.load(Ordering::SeqCst);
        let stored = match by {
            By::Id(id) => store.load_application(id).await?,
            By::ClientId(id) => store.load_application_by_client_id(id).await?,
            By::Slug(slug) => store.load_application_by_slug(slug).await?,
        };
        let Some(stored) = stored else {
            self.absent.insert(key, ());
            return Ok(None);
        };
        let bindings = store.load_bindings_of("application", &stored.application.id).await?;
        let entry = Arc::new(open(stored, bindings, snapshot, public_url, now)?);
        if self.generation.load(Ordering::SeqCst) == generation {
            let application = &entry.client.application;
            self.ids
                .insert(By::ClientId(&application.client_id).key(), application.id.clone());
            self.ids
                .insert(By::Slug(&application.slug).key(), application.id.clone());
            self.entries.insert(application.id.clone(), Arc::clone(&entry));
            // A change that came in between the question and the insertion has found nothing to forget.
            if self.generation.load(Ordering::SeqCst) != generation {
                self.entries.invalidate(&application.id);
            }
        }
        Ok(Some(entry))
    }

    /// Forgets one application.
    pub fn forget(&self, id: &str) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.entries.invalidate(id);
        self.absent.invalidate_all();
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.entries.invalidate_all();
        self.ids.invalidate_all();
        self.absent.invalidate_all();
    }
}

/// What client secrets may have signed with that does not sign now, and is recognised all the same: of an application that
/// signs with its secret, those that retired not long ago, the one that comes next, and other algorithms of HMAC.
fn former_secrets(stored: &StoredApplication, now: Time) -> Vec<VerifyingKey> {
    if stored.application.signing_key.is_some() {
        return Vec::new();
    }
    let alg = stored.application.secret_algorithm();
    let live = stored.live_secrets(now).next();
    let signs = live.map(|secret| (secret.value.expose_secret(), alg));
    let remembered = stored.secrets.iter().filter(|secret| secret.is_remembered(now));
    remembered
        .map(|secret| secret.value.expose_secret())
        .flat_map(|secret| Algorithm::SYMMETRIC.map(|alg| (secret, alg)))
        .filter(|candidate| Some(*candidate) != signs)
        .filter_map(|(secret, alg)| VerifyingKey::hmac(secret.as_bytes(), alg).ok())
        .collect()
}

/// Opens a stored application: its mappings resolved, its key parsed, its documents written. `now` decides which client
/// secrets live.
fn open(
    stored: StoredApplication,
    bindings: Vec<(StoredBinding, Option<String>)>,
    snapshot: &Snapshot,
    public_url: &str,
    now: Time,
) -> Result<ClientEntry, StoreError> {
    let secrets: Vec<SecretString> = stored.live_secrets(now).map(|secret| secret.value.clone()).collect();
    let until = stored.live_secrets(now).filter_map(|secret| secret.retires_at).min();
    let former_secrets = former_secrets(&stored, now);
    let application = stored.application;
    let signing_key = match &application.signing_key {
        Some(id) => snapshot
            .key(id)
            .map(|key| key.key.clone())
            // Another node has just put it there; we have not heard of the key yet.
            .ok_or(StoreError::Conflict)?,
        None => {
            let secret = secrets
                .first()
                .map(|secret| secret.expose_secret().as_bytes())
                .unwrap_or_default();
            SigningKey::hmac(secret, application.secret_algorithm())
                .map_err(|error| StoreError::Corrupt(format!("{}: {error}", application.id)))?
        }
    };
    let encryption_key = match &application.encryption_key {
        Some(id) => Some(
            snapshot
                .encrypting_key(id)
                .map(|key| key.key.clone())
                .ok_or(StoreError::Conflict)?,
        ),
        None => None,
    };
    let mut scopes: Vec<_> = application
        .scope_mappings
        .iter()
        .filter_map(|id| snapshot.mapping(id).cloned())
        .collect();
    scopes.sort_by(|one, other| order_of(one).cmp(&order_of(other)));
    let issuer = application.issuer(public_url);
    let jwks = snapshot.jwks_of(
        application.signing_key.as_deref(),
        application.encryption_key.as_deref(),
    )?;
    let registered = Registered::of(&application);
    for broken in registered.broken() {
        tracing::warn!(
            application = application.id,
            broken,
            "a redirect pattern is not taken any more; it matches nothing"
        );
    }
    let client = Client {
        registered,
        application,
        secrets,
        former_secrets,
        scopes,
        bindings: bind(bindings, &snapshot.policies)?,
        signing_key,
        encryption_key,
        issuer,
    };
    let metadata = protocol::discovery::of_application(&client, public_url, crate::texts::LANGUAGES);
    let discovery = Bytes::from(serde_json::to_vec_pretty(&metadata)?);
    Ok(ClientEntry {
        client,
        discovery,
        jwks,
        until,
    })
}

/// Mappings run in the order of their scopes; of one scope the managed one first.
fn order_of(mapping: &ScopeMapping) -> (&str, bool, &str, &str) {
    (&mapping.scope, mapping.managed.is_none(), &mapping.name, &mapping.id)
}

/// The bindings of a target, each with what it asks, in order.
///
/// # Errors
/// [`StoreError::Conflict`] when a policy is not among `policies`: another node has just made it.
pub(crate) fn bind(
    stored: Vec<(StoredBinding, Option<String>)>,
    policies: &[Arc<Policy>],
) -> Result<Vec<Binding>, StoreError> {
    let mut bindings = Vec::with_capacity(stored.len());
    for (binding, name) in stored {
        // A group or user that is gone lets nobody in, and is shown by its id.
        let named = |id: &str| name.clone().unwrap_or_else(|| id.to_owned());
        let bound = match (binding.policy, binding.group, binding.user) {
            (Some(id), ..) => {
                let policy = policies.iter().find(|policy| policy.id == id);
                Bound::Policy(Arc::clone(policy.ok_or(StoreError::Conflict)?))
            }
            (None, Some(id), _) => Bound::Group { name: named(&id), id },
            (None, None, Some(id)) => Bound::User { name: named(&id), id },
            (None, None, None) => return Err(StoreError::Corrupt(format!("{} binds nothing", binding.id))),
        };
        bindings.push(Binding {
            id: binding.id,
            bound,
            order: binding.order,
            enabled: binding.enabled,
            negate: binding.negate,
            timeout_seconds: binding.timeout_seconds,
            failure_result: binding.failure_result,
            dry_run: binding.dry_run,
        });
    }
    in_order(&mut bindings);
    Ok(bindings)
}
