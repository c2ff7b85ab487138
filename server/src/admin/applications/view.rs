//! How an application is shown: everything but its secret, scope mappings under their managed names.

use std::collections::HashMap;
use std::sync::Arc;

use protocol::client::{
    AccessTokenFormat, Application, ClientType, ConsentMode, GrantType, IssuerMode, LearnRedirectUri, LogoutMethod,
    RedirectUri, RefreshTokenValidity, SecretFacts, SubMode, SubjectType, TokenEndpointAuthMethod,
};
use protocol::duration::Span;
use protocol::jose::Algorithm;
use protocol::policy::PolicyEngineMode;
use protocol::time::Time;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

use crate::actions::applications::fields::{
    access_token_formats, auth_methods, client_types, consent_modes, issuer_modes, learn_modes, logout_methods,
    policy_engine_modes, signing_algorithms, sub_modes, subject_types,
};
use crate::actions::applications::remarks;
use crate::actions::outcome::Warning;
use crate::actions::times::rfc3339;
use crate::app::App;
use crate::clients::By;
use crate::keys::Snapshot;

/// A registered redirect URI.
#[derive(ToSchema)]
#[schema(as = RedirectUri)]
#[expect(dead_code, reason = "the description of a type of the core")]
pub(super) struct RedirectUriView {
    /// `strict`: byte for byte. `regex`: a pattern that matches the whole address.
    matching_mode: String,
    /// The whole address, or the pattern.
    url: String,
}

/// A client secret without its value.
#[derive(Serialize, ToSchema)]
#[schema(as = ClientSecret)]
pub(super) struct SecretView {
    #[schema(format = DateTime)]
    created_at: String,
    /// When it stops; null: when another call says so.
    #[schema(format = DateTime)]
    retires_at: Option<String>,
}

/// What is needed to show applications beside their records.
pub(super) struct Around {
    snapshot: Arc<Snapshot>,
    now: Time,
    /// Slugs by id.
    slugs: HashMap<String, String>,
}

impl Around {
    /// Reads what `applications` name.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub(super) async fn load(app: &App, applications: &[Application]) -> Result<Self, StoreError> {
        let mut slugs = HashMap::new();
        for id in applications
            .iter()
            .flat_map(|application| &application.federated_applications)
        {
            if !slugs.contains_key(id)
                && let Some(entry) = app.client(By::Id(id)).await?
            {
                slugs.insert(id.clone(), entry.client.application.slug.clone());
            }
        }
        Ok(Self {
            snapshot: app.snapshot(),
            now: app.now(),
            slugs,
        })
    }
}

/// An application.
#[derive(Serialize, ToSchema)]
#[schema(as = Application)]
pub(in crate::admin) struct ApplicationView {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    /// Part of addresses.
    slug: String,
    name: String,
    description: String,
    icon_url: Option<String>,
    launch_url: Option<String>,
    group: String,
    enabled: bool,
    client_id: String,
    /// In the answer of the call that makes it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// The secrets that work now, the older one first; two while one takes the place of the other.
    client_secrets: Vec<SecretView>,
    #[schema(schema_with = client_types)]
    client_type: ClientType,
    /// Null: Basic or body.
    #[schema(schema_with = auth_methods)]
    token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    #[schema(value_type = Vec<RedirectUriView>)]
    redirect_uris: Vec<RedirectUri>,
    #[schema(value_type = Vec<RedirectUriView>)]
    post_logout_redirect_uris: Vec<RedirectUri>,
    logout_uri: Option<String>,
    #[schema(schema_with = logout_methods)]
    logout_method: LogoutMethod,
    #[schema(schema_with = learn_modes)]
    learn_redirect_uri: LearnRedirectUri,
    /// Until when it learns its first redirect URI, while it has none.
    #[schema(format = DateTime)]
    learn_redirect_uri_until: Option<String>,
    #[schema(value_type = Vec<String>)]
    grant_types: Vec<GrantType>,
    /// Managed names, or ids of mappings without one.
    scope_mappings: Vec<String>,
    /// Slugs of the applications whose access tokens it takes as assertions.
    federated_applications: Vec<String>,
    /// Keys of the sources whose tokens it takes as assertions.
    federated_sources: Vec<String>,
    /// Keys of the sources that its sign-in page offers; null: all that are offered to it.
    sources: Option<Vec<String>>,
    /// What its access tokens for the management interface of Auth0's dialect may carry.
    management_scopes: Vec<String>,
    /// Id of a key; null: the client secret signs.
    signing_key: Option<String>,
    #[schema(schema_with = signing_algorithms)]
    id_token_signed_response_alg: Option<Algorithm>,
    /// Id of a key; null: tokens are signed only.
    encryption_key: Option<String>,
    #[schema(value_type = String, example = "minutes=1")]
    access_code_validity: Span,
    /// Null: `minutes=10`.
    #[schema(value_type = Option<String>)]
    device_code_validity: Option<Span>,
    #[schema(schema_with = access_token_formats)]
    access_token_format: AccessTokenFormat,
    #[schema(value_type = String, example = "hours=1")]
    access_token_validity: Span,
    /// A duration, or `never`.
    #[schema(value_type = String, example = "days=30")]
    refresh_token_validity: RefreshTokenValidity,
    #[schema(value_type = String, example = "seconds=0")]
    refresh_token_threshold: Span,
    #[schema(schema_with = sub_modes)]
    sub_mode: SubMode,
    #[schema(schema_with = subject_types)]
    subject_type: SubjectType,
    /// The list that binds redirect URIs of several hosts to one sector.
    sector_identifier_uri: Option<String>,
    #[schema(schema_with = issuer_modes)]
    issuer_mode: IssuerMode,
    include_claims_in_id_token: bool,
    #[schema(schema_with = policy_engine_modes)]
    policy_engine_mode: PolicyEngineMode,
    policies_on_refresh: bool,
    #[schema(schema_with = consent_modes)]
    consent_mode: ConsentMode,
    #[schema(value_type = Option<String>)]
    consent_expires_in: Option<Span>,
    require_pkce: bool,
    allow_plain_pkce: bool,
    contacts: Vec<String>,
    /// One of these classes every sign-in to it has to belong to.
    default_acr_values: Vec<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    logo_uri: Option<String>,
    /// What is allowed but not good.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

impl ApplicationView {
    /// Shows `application`; `secret` when this answer is the one that may.
    pub(super) fn new(application: Application, around: &Around, secret: Option<SecretString>) -> Self {
        let warnings = remarks(&application, &around.snapshot);
        let lives = |secret: &&SecretFacts| secret.retires_at.is_none_or(|retires_at| around.now < retires_at);
        let client_secrets = application.client_secrets.iter().filter(lives);
        let client_secrets = client_secrets.map(|secret| SecretView {
            created_at: rfc3339(secret.created_at),
            retires_at: secret.retires_at.map(rfc3339),
        });
        let trusted = application.federated_applications.iter();
        let federated_applications = trusted.filter_map(|id| around.slugs.get(id).cloned()).collect();
        let keys = |ids: &[String]| -> Vec<String> {
            let sources = ids.iter().filter_map(|id| around.snapshot.sources.of_id(id));
            sources.map(|upstream| upstream.source.key.clone()).collect()
        };
        let scope_mappings = application
            .scope_mappings
            .into_iter()
            .map(|id| {
                let managed = around.snapshot.mapping(&id).and_then(|mapping| mapping.managed);
                managed.map_or(id, |scope| scope.as_str().to_owned())
            })
            .collect();
        Self {
            id: application.id,
            created_at: rfc3339(application.created_at),
            updated_at: rfc3339(application.updated_at),
            slug: application.slug,
            name: application.name,
            description: application.description,
            icon_url: application.icon_url,
            launch_url: application.launch_url,
            group: application.group,
            enabled: application.enabled,
            client_id: application.client_id,
            client_secret: secret.map(|secret| secret.expose_secret().to_owned()),
            client_secrets: client_secrets.collect(),
            client_type: application.client_type,
            token_endpoint_auth_method: application.token_endpoint_auth_method,
            redirect_uris: application.redirect_uris,
            post_logout_redirect_uris: application.post_logout_redirect_uris,
            logout_uri: application.logout_uri,
            logout_method: application.logout_method,
            learn_redirect_uri: application.learn_redirect_uri,
            learn_redirect_uri_until: application.learn_until.map(rfc3339),
            grant_types: application.grant_types,
            scope_mappings,
            federated_applications,
            federated_sources: keys(&application.federated_sources),
            sources: application.sources.as_deref().map(keys),
            management_scopes: application.management_scopes,
            signing_key: application.signing_key,
            id_token_signed_response_alg: application.id_token_signed_response_alg,
            encryption_key: application.encryption_key,
            access_code_validity: application.access_code_validity,
            device_code_validity: application.device_code_validity,
            access_token_format: application.access_token_format,
            access_token_validity: application.access_token_validity,
            refresh_token_validity: application.refresh_token_validity,
            refresh_token_threshold: application.refresh_token_threshold,
            sub_mode: application.sub_mode,
            subject_type: application.subject_type,
            sector_identifier_uri: application.sector_identifier_uri,
            issuer_mode: application.issuer_mode,
            include_claims_in_id_token: application.include_claims_in_id_token,
            policy_engine_mode: application.policy_engine_mode,
            policies_on_refresh: application.policies_on_refresh,
            consent_mode: application.consent_mode,
            consent_expires_in: application.consent_expires_in,
            require_pkce: application.require_pkce,
            allow_plain_pkce: application.allow_plain_pkce,
            contacts: application.contacts,
            default_acr_values: application.default_acr_values,
            policy_uri: application.policy_uri,
            tos_uri: application.tos_uri,
            logo_uri: application.logo_uri,
            warnings,
        }
    }
}
