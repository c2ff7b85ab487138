//! The application, or *client*: the record of it, and what a request needs beside the record.
//!
//! Fields have the names of the management API. This file owns the shape and the defaults, `client/settings.rs` what single fields
//! choose from; neither decides anything.

mod settings;

use std::sync::Arc;

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::duration::Span;
use crate::env::Entropy;
use crate::jose::{Algorithm, EncryptionKey, JoseError, SigningKey, VerifyingKey};
use crate::policy::{Binding, PolicyEngineMode};
use crate::redirect_uri::Registered;
use crate::scope::ScopeMapping;
use crate::time::Time;

pub use self::settings::{
    AccessTokenFormat, ClientType, ConsentMode, GrantType, IssuerMode, LearnRedirectUri, LogoutMethod, MatchingMode,
    RedirectUri, RefreshTokenValidity, SubMode, SubjectType, TokenEndpointAuthMethod,
};

/// A client secret without its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretFacts {
    /// When it was made.
    pub created_at: Time,
    /// When it stops; `None`: when somebody says so.
    pub retires_at: Option<Time>,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Application {
    /// `app_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// `^[a-z0-9][a-z0-9-]*$`; part of addresses.
    pub slug: String,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Shown beside the name.
    pub icon_url: Option<String>,
    /// Where its tile leads.
    pub launch_url: Option<String>,
    /// Groups tiles.
    pub group: String,
    /// Switched off, it gets nothing.
    pub enabled: bool,
    /// Public identifier.
    pub client_id: String,
    /// What may be shown of its client secrets, the oldest first, those included that have retired. Filled in where the
    /// record is read; it is no part of the record's text.
    #[serde(skip)]
    pub client_secrets: Vec<SecretFacts>,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// `None`: Basic or body.
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// Where authorization answers may go.
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a browser may go after sign-out.
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// Where it hears of a sign-out.
    pub logout_uri: Option<String>,
    /// How it hears of a sign-out.
    pub logout_method: LogoutMethod,
    /// From whom it learns its first redirect URI, while it has none.
    pub learn_redirect_uri: LearnRedirectUri,
    /// Until when it learns.
    pub learn_until: Option<Time>,
    /// What it may ask the token endpoint for.
    pub grant_types: Vec<GrantType>,
    /// Ids of scope mappings.
    pub scope_mappings: Vec<String>,
    /// Ids of the applications whose access tokens it takes as assertions.
    pub federated_applications: Vec<String>,
    /// Ids of the sources whose tokens it takes as assertions.
    pub federated_sources: Vec<String>,
    /// Ids of the sources that its sign-in page offers; `None`: all that offer themselves to it.
    pub sources: Option<Vec<String>>,
    /// What its tokens for the management interface of Auth0's dialect may carry.
    pub management_scopes: Vec<String>,
    /// Id of a key; `None`: the client secret signs.
    pub signing_key: Option<String>,
    /// The algorithm that was asked for by name; `None`: that of the key, or HS256 with the client secret.
    pub id_token_signed_response_alg: Option<Algorithm>,
    /// Id of a key that its tokens are encrypted with; `None`: they are signed only.
    pub encryption_key: Option<String>,
    /// Life of a code.
    pub access_code_validity: Span,
    /// Life of a device code; `None`: ten minutes.
    pub device_code_validity: Option<Span>,
    /// Form of access tokens.
    pub access_token_format: AccessTokenFormat,
    /// Life of an access token.
    pub access_token_validity: Span,
    /// Life of a refresh token.
    pub refresh_token_validity: RefreshTokenValidity,
    /// A refresh token is renewed only when less than this remains; zero renews always.
    pub refresh_token_threshold: Span,
    /// What `sub` is.
    pub sub_mode: SubMode,
    /// Whether `sub` is the same everywhere or another one for each sector.
    pub subject_type: SubjectType,
    /// Where the list stands that binds redirect URIs of several hosts to one sector.
    pub sector_identifier_uri: Option<String>,
    /// Who `iss` is.
    pub issuer_mode: IssuerMode,
    /// Whether the claims of the scopes stand in ID tokens and access tokens too, not at userinfo only.
    pub include_claims_in_id_token: bool,
    /// How the results of its policy bindings become one.
    pub policy_engine_mode: PolicyEngineMode,
    /// Whether its policies are asked again when a token is refreshed.
    pub policies_on_refresh: bool,
    /// Whether people are asked.
    pub consent_mode: ConsentMode,
    /// How long an agreement is remembered; `None`: without end.
    pub consent_expires_in: Option<Span>,
    /// RFC 7591: one of these classes every sign-in to it has to belong to; empty: any will do.
    pub default_acr_values: Vec<String>,
    /// Whether `code_challenge` must be sent.
    pub require_pkce: bool,
    /// Whether `code_challenge_method=plain` is accepted.
    pub allow_plain_pkce: bool,
    /// RFC 7591.
    pub contacts: Vec<String>,
    /// RFC 7591; shown at consent.
    pub policy_uri: Option<String>,
    /// RFC 7591; shown at consent.
    pub tos_uri: Option<String>,
    /// RFC 7591; shown where no `icon_url` is set.
    pub logo_uri: Option<String>,
}

impl Default for Application {
    fn default() -> Self {
        Self {
            id: String::new(),
            created_at: Time::default(),
            updated_at: Time::default(),
            version: 1,
            slug: String::new(),
            name: String::new(),
            description: String::new(),
            icon_url: None,
            launch_url: None,
            group: String::new(),
            enabled: true,
            client_id: String::new(),
            client_secrets: Vec::new(),
            client_type: ClientType::Confidential,
            token_endpoint_auth_method: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            logout_uri: None,
            logout_method: LogoutMethod::Backchannel,
            learn_redirect_uri: LearnRedirectUri::Off,
            learn_until: None,
            grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            scope_mappings: Vec::new(),
            federated_applications: Vec::new(),
            federated_sources: Vec::new(),
            sources: None,
            management_scopes: Vec::new(),
            signing_key: None,
            id_token_signed_response_alg: None,
            encryption_key: None,
            access_code_validity: Span::from_secs(60),
            device_code_validity: None,
            access_token_format: AccessTokenFormat::Jwt,
            access_token_validity: Span::from_secs(60 * 60),
            refresh_token_validity: RefreshTokenValidity::After(Span::from_secs(30 * 24 * 60 * 60)),
            refresh_token_threshold: Span::ZERO,
            sub_mode: SubMode::HashedUserId,
            subject_type: SubjectType::Public,
            sector_identifier_uri: None,
            issuer_mode: IssuerMode::PerProvider,
            include_claims_in_id_token: true,
            policy_engine_mode: PolicyEngineMode::Any,
            policies_on_refresh: false,
            consent_mode: ConsentMode::Remember,
            consent_expires_in: None,
            default_acr_values: Vec::new(),
            require_pkce: false,
            allow_plain_pkce: false,
            contacts: Vec::new(),
            policy_uri: None,
            tos_uri: None,
            logo_uri: None,
        }
    }
}

impl Application {
    /// Whether the application may use `grant`.
    #[must_use]
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether people sign in to it: whether any response type is allowed.
    #[must_use]
    pub fn signs_people_in(&self) -> bool {
        [GrantType::AuthorizationCode, GrantType::Implicit, GrantType::Hybrid]
            .into_iter()
            .any(|grant| self.allows(grant))
    }

    /// Whether it may redeem codes at the token endpoint.
    #[must_use]
    pub fn redeems_codes(&self) -> bool {
        self.allows(GrantType::AuthorizationCode) || self.allows(GrantType::Hybrid)
    }

    /// The address that is told of a sign-out by `method`.
    #[must_use]
    pub fn logout_address(&self, method: LogoutMethod) -> Option<&str> {
        self.logout_uri.as_deref().filter(|_| self.logout_method == method)
    }

    /// The algorithm of the client secret, where it signs.
    #[must_use]
    pub fn secret_algorithm(&self) -> Algorithm {
        self.id_token_signed_response_alg
            .filter(|alg| alg.is_symmetric())
            .unwrap_or(Algorithm::HS256)
    }

    /// How long a device code waits for a person.
    #[must_use]
    pub fn device_code_life(&self) -> Span {
        self.device_code_validity.unwrap_or(Span::from_secs(10 * 60))
    }

    /// The issuer of its tokens, from our public address with a slash at its end.
    #[must_use]
    pub fn issuer(&self, public_url: &str) -> String {
        match self.issuer_mode {
            IssuerMode::PerProvider => format!("{public_url}application/o/{}/", self.slug),
            IssuerMode::Global => public_url.to_owned(),
        }
    }
}

/// An application with everything that a request of it needs, opened and parsed once and then kept in memory.
#[derive(Debug)]
pub struct Client {
    /// The record.
    pub application: Application,
    /// Its redirect URIs, ready to be compared.
    pub registered: Registered,
    /// Live client secrets, the oldest first; where a secret signs, it is the first.
    pub secrets: Vec<SecretString>,
    /// What client secrets signed that do not sign now: those that retired not long ago, and the successor.
    pub former_secrets: Vec<VerifyingKey>,
    /// The scope mappings that the application may ask for, sorted by scope.
    pub scopes: Vec<Arc<ScopeMapping>>,
    /// The enabled policy bindings, in their order.
    pub bindings: Vec<Binding>,
    /// Signs ID tokens and access tokens.
    pub signing_key: SigningKey,
    /// Encrypts what the other signed, where the application wants it.
    pub encryption_key: Option<EncryptionKey>,
    /// The issuer of its tokens.
    pub issuer: String,
}

impl Client {
    /// Signs a token and, where the application has an encryption key, encrypts it (RFC 7519, section 5.2; OpenID Connect Core,
    /// section 16.14). What comes out is the string that is handed out, and that `at_hash` and `c_hash` speak of.
    ///
    /// # Errors
    /// What the keys answer when they can not do it.
    pub fn seal(&self, entropy: &dyn Entropy, typ: &str, claims: &Map<String, Value>) -> Result<String, JoseError> {
        let signed = self.signing_key.sign(Some(typ), claims)?;
        match &self.encryption_key {
            Some(key) => key.encrypt(entropy, Some("JWT"), signed.as_bytes()),
            None => Ok(signed),
        }
    }

    /// Whether `scope` is one that the application may ask for.
    #[must_use]
    pub fn offers(&self, scope: &str) -> bool {
        self.scopes.iter().any(|mapping| mapping.scope == scope)
    }
}
