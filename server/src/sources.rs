//! Sources in memory: opened once, shared, and read anew as a whole when one of them changes, here or on another node.

use std::collections::HashMap;
use std::sync::Arc;

use protocol::client::Application;
use protocol::jose::JwkSet;
use protocol::policy::Policy;
use protocol::upstream::{PropertyMapping, Upstream};
use store::StoreError;
use store::policy_bindings::StoredBinding;
use store::sources::StoredSource;

use crate::clients::bind;

/// All sources, by name.
#[derive(Debug, Default)]
pub struct Sources {
    upstreams: Vec<Arc<Upstream>>,
    /// What runs for every source, in the order of the names.
    for_all: Vec<Arc<PropertyMapping>>,
    mappings: HashMap<String, Arc<PropertyMapping>>,
}

impl Sources {
    /// Opens what is stored.
    ///
    /// # Errors
    /// When a binding names a policy that is not among `policies`.
    pub fn open(
        stored: Vec<StoredSource>,
        bindings: Vec<(StoredBinding, Option<String>)>,
        policies: &[Arc<Policy>],
        mappings: &[Arc<PropertyMapping>],
    ) -> Result<Self, StoreError> {
        let mut of_source: HashMap<String, Vec<_>> = HashMap::new();
        for binding in bindings {
            of_source.entry(binding.0.target.clone()).or_default().push(binding);
        }
        let mut upstreams = Vec::with_capacity(stored.len());
        for stored in stored {
            let bound = of_source.remove(&stored.source.id).unwrap_or_default();
            upstreams.push(Arc::new(Upstream {
                keys: Arc::new(keys_of(&stored)),
                bindings: bind(bound, policies)?,
                client_secret: stored.secrets.client_secret,
                token_request_headers: stored.secrets.token_request_headers,
                source: stored.source,
            }));
        }
        Ok(Self {
            upstreams,
            for_all: mappings.iter().filter(|mapping| mapping.all_sources).cloned().collect(),
            mappings: mappings
                .iter()
                .map(|mapping| (mapping.id.clone(), Arc::clone(mapping)))
                .collect(),
        })
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Upstream>> {
        self.upstreams.iter()
    }

    /// The source of a key.
    #[must_use]
    pub fn of_key(&self, key: &str) -> Option<&Arc<Upstream>> {
        self.upstreams.iter().find(|upstream| upstream.source.key == key)
    }

    /// The source of an id.
    #[must_use]
    pub fn of_id(&self, id: &str) -> Option<&Arc<Upstream>> {
        self.upstreams.iter().find(|upstream| upstream.source.id == id)
    }

    /// The sources that the sign-in page of an application offers, those that are promoted first; `None`: the sign-in page
    /// of Vestibule itself.
    pub fn offered<'a>(&'a self, application: Option<&'a Application>) -> impl Iterator<Item = &'a Arc<Upstream>> {
        let offers = move |upstream: &&Arc<Upstream>| {
            let source = &upstream.source;
            let serves = match application {
                Some(application) => {
                    let wants = application
                        .sources
                        .as_ref()
                        .is_none_or(|wanted| wanted.contains(&source.id));
                    wants && source.serves(&application.id)
                }
                None => source.applications.is_none(),
            };
            source.enabled && source.has_button() && source.allow_sign_in | source.allow_sign_up && serves
        };
        let promoted = self.upstreams.iter().filter(|upstream| upstream.source.promoted);
        let others = self.upstreams.iter().filter(|upstream| !upstream.source.promoted);
        promoted.chain(others).filter(offers)
    }

    /// The mappings that run over what a source says of a person: its own in their order, then those of every source.
    #[must_use]
    pub fn mappings_of(&self, upstream: &Upstream) -> Vec<Arc<PropertyMapping>> {
        let own = &upstream.source.property_mappings;
        let named = own.iter().filter_map(|id| self.mappings.get(id).cloned());
        let for_all = self
            .for_all
            .iter()
            .filter(|mapping| !own.contains(&mapping.id))
            .cloned();
        named.chain(for_all).collect()
    }

    /// The mappings that run over each group of a source.
    #[must_use]
    pub fn group_mappings_of(&self, upstream: &Upstream) -> Vec<Arc<PropertyMapping>> {
        let own = upstream.source.group_property_mappings.iter();
        own.filter_map(|id| self.mappings.get(id).cloned()).collect()
    }
}

/// Keys that were entered, then those that were read. What can not be read verifies nothing, and stops nobody else.
fn keys_of(stored: &StoredSource) -> JwkSet {
    let entered = stored.source.jwks.as_ref().map(ToString::to_string);
    let mut keys = JwkSet::default();
    for text in entered.iter().chain(&stored.keys) {
        match JwkSet::parse(text.as_bytes()) {
            Ok(set) => keys.keys.extend(set.keys),
            Err(error) => tracing::warn!(source = stored.source.key, %error, "the keys of a source can not be read"),
        }
    }
    keys
}
