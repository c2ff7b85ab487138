//! How a source is shown: everything but its secrets, applications under their slugs.

use std::collections::{BTreeMap, HashMap};

use protocol::policy::PolicyEngineMode;
use protocol::upstream::discovery::Difference;
use protocol::upstream::{
    GroupMatchingMode, Pkce, SignatureMethod, SourceAuthMethod, SourceKind, UpdateProfile, UserMatchingMode,
    UserinfoAuth, UserinfoMethod,
};
use serde::Serialize;
use serde_json::Value;
use store::StoreError;
use store::sources::StoredSource;
use utoipa::ToSchema;

use crate::actions::applications::fields::policy_engine_modes;
use crate::actions::outcome::Warning;
use crate::actions::sources::discovery;
use crate::actions::sources::fields::{
    auth_methods, group_matching_modes, kinds, pkce_methods, update_profiles, user_matching_modes, userinfo_auths,
    userinfo_methods,
};
use crate::actions::sources::remarks;
use crate::actions::times::rfc3339;
use crate::app::App;
use crate::clients::By;

/// What is needed to show sources beside their records.
pub(super) struct Around {
    public_url: String,
    /// Slugs by id.
    slugs: HashMap<String, String>,
}

impl Around {
    /// Reads what `sources` name.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(super) async fn load(app: &App, sources: &[StoredSource]) -> Result<Self, StoreError> {
        let mut slugs = HashMap::new();
        for id in sources
            .iter()
            .flat_map(|stored| stored.source.applications.iter().flatten())
        {
            if !slugs.contains_key(id)
                && let Some(entry) = app.client(By::Id(id)).await?
            {
                slugs.insert(id.clone(), entry.client.application.slug.clone());
            }
        }
        Ok(Self {
            public_url: app.public_url.clone(),
            slugs,
        })
    }
}

/// Something that a source says now and that is not what is stored.
#[derive(Serialize, ToSchema)]
#[schema(as = SourceDifference)]
pub(super) struct DifferenceView {
    /// The field.
    field: &'static str,
    /// What is stored.
    stored: Option<String>,
    /// What the source says.
    offered: String,
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        Self {
            field: difference.member,
            stored: difference.stored,
            offered: difference.offered,
        }
    }
}

/// A source.
#[derive(Serialize, ToSchema)]
#[schema(as = Source)]
pub(super) struct SourceView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    key: String,
    name: String,
    #[schema(schema_with = kinds)]
    kind: SourceKind,
    preset: Option<String>,
    enabled: bool,
    promoted: bool,
    icon_url: Option<String>,
    domains: Vec<String>,
    client_id: String,
    /// Whether a client secret is stored.
    has_client_secret: bool,
    issuer: Option<String>,
    discovery_url: Option<String>,
    #[schema(value_type = String, example = "HMAC-SHA1")]
    oauth1_signature_method: SignatureMethod,
    request_token_endpoint: Option<String>,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    jwks_uri: Option<String>,
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    revocation_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    id_token_signing_algs: Vec<String>,
    scopes: Vec<String>,
    #[schema(schema_with = auth_methods)]
    token_endpoint_auth_method: SourceAuthMethod,
    assertion_key: Option<String>,
    #[schema(schema_with = pkce_methods)]
    pkce: Pkce,
    #[schema(schema_with = userinfo_methods)]
    userinfo_method: UserinfoMethod,
    #[schema(schema_with = userinfo_auths)]
    userinfo_auth: UserinfoAuth,
    /// Names of further header fields of the token request; each value reads `***`.
    #[schema(value_type = Object)]
    token_request_headers: BTreeMap<String, &'static str>,
    #[schema(value_type = Object)]
    authorization_params: BTreeMap<String, String>,
    #[schema(value_type = Object)]
    authorization_params_map: BTreeMap<String, String>,
    forward_query_parameters: Vec<String>,
    #[schema(value_type = Object)]
    attribute_mapping: BTreeMap<String, String>,
    profile_script: Option<String>,
    property_mappings: Vec<String>,
    group_property_mappings: Vec<String>,
    /// Slugs; null: all.
    applications: Option<Vec<String>>,
    /// Null: unchecked.
    assertion_audiences: Option<Vec<String>>,
    #[schema(schema_with = user_matching_modes)]
    user_matching_mode: UserMatchingMode,
    #[schema(schema_with = group_matching_modes)]
    group_matching_mode: GroupMatchingMode,
    groups_claim: Option<String>,
    allow_sign_in: bool,
    allow_sign_up: bool,
    block_email_subaddresses: bool,
    #[schema(schema_with = update_profiles)]
    update_profile: UpdateProfile,
    #[schema(schema_with = policy_engine_modes)]
    policy_engine_mode: PolicyEngineMode,
    /// The address to register at the source.
    redirect_uri: String,
    /// What the source says of itself now and that is not what is stored; `refresh` takes it over.
    differences: Vec<DifferenceView>,
    /// When its keys were read last.
    #[schema(format = DateTime)]
    keys_read_at: Option<String>,
    /// What is allowed but not good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl SourceView {
    pub(super) fn new(stored: StoredSource, around: &Around) -> Self {
        let differences = discovery::differences(&stored).into_iter().map(DifferenceView::from);
        let differences = differences.collect();
        let warnings = remarks(&stored.source);
        let source = stored.source;
        let slug = |id: String| around.slugs.get(&id).cloned();
        Self {
            redirect_uri: source.redirect_uri(&around.public_url),
            id: source.id,
            created_at: rfc3339(source.created_at),
            updated_at: rfc3339(source.updated_at),
            key: source.key,
            name: source.name,
            kind: source.kind,
            preset: source.preset,
            enabled: source.enabled,
            promoted: source.promoted,
            icon_url: source.icon_url,
            domains: source.domains,
            client_id: source.client_id,
            has_client_secret: source.has_client_secret,
            issuer: source.issuer,
            discovery_url: source.discovery_url,
            oauth1_signature_method: source.oauth1_signature_method,
            request_token_endpoint: source.request_token_endpoint,
            authorization_endpoint: source.authorization_endpoint,
            token_endpoint: source.token_endpoint,
            userinfo_endpoint: source.userinfo_endpoint,
            jwks_uri: source.jwks_uri,
            jwks: source.jwks,
            revocation_endpoint: source.revocation_endpoint,
            end_session_endpoint: source.end_session_endpoint,
            id_token_signing_algs: source.id_token_signing_algs,
            scopes: source.scopes,
            token_endpoint_auth_method: source.token_endpoint_auth_method,
            assertion_key: source.assertion_key,
            pkce: source.pkce,
            userinfo_method: source.userinfo_method,
            userinfo_auth: source.userinfo_auth,
            token_request_headers: source
                .token_request_headers
                .into_iter()
                .map(|name| (name, crate::actions::sources::MASKED))
                .collect(),
            authorization_params: source.authorization_params,
            authorization_params_map: source.authorization_params_map,
            forward_query_parameters: source.forward_query_parameters,
            attribute_mapping: source.attribute_mapping,
            profile_script: source.profile_script,
            property_mappings: source.property_mappings,
            group_property_mappings: source.group_property_mappings,
            applications: source
                .applications
                .map(|ids| ids.into_iter().filter_map(slug).collect()),
            assertion_audiences: source.assertion_audiences,
            user_matching_mode: source.user_matching_mode,
            group_matching_mode: source.group_matching_mode,
            groups_claim: source.groups_claim,
            allow_sign_in: source.allow_sign_in,
            allow_sign_up: source.allow_sign_up,
            block_email_subaddresses: source.block_email_subaddresses,
            update_profile: source.update_profile,
            policy_engine_mode: source.policy_engine_mode,
            differences,
            keys_read_at: stored.keys_read_at.map(rfc3339),
            warnings,
        }
    }
}
