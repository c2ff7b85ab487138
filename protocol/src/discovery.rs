//! Provider metadata (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2): exactly what works, nothing else.

use serde::Serialize;

use crate::acr::ACR_VALUES;
use crate::claims;
use crate::client::{Application, Client, ClientType, GrantType, IssuerMode, TokenEndpointAuthMethod};
use crate::jose::{ContentEncryption, KeyManagement};
use crate::redirect_uri::ResponseMode;
use crate::response_type::ResponseType;
use crate::scope::ManagedScope;

/// The document.
#[derive(Debug, Serialize)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    userinfo_endpoint: String,
    end_session_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    device_authorization_endpoint: Option<String>,
    jwks_uri: String,
    response_types_supported: Vec<&'static str>,
    response_modes_supported: Vec<&'static str>,
    grant_types_supported: Vec<&'static str>,
    id_token_signing_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    id_token_encryption_alg_values_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    id_token_encryption_enc_values_supported: Vec<&'static str>,
    subject_types_supported: &'static [&'static str],
    token_endpoint_auth_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    introspection_endpoint_auth_methods_supported: Vec<&'static str>,
    revocation_endpoint_auth_methods_supported: Vec<&'static str>,
    acr_values_supported: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    claim_types_supported: &'static [&'static str],
    claims_supported: Vec<&'static str>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    code_challenge_methods_supported: &'static [&'static str],
    prompt_values_supported: &'static [&'static str],
    ui_locales_supported: &'static [&'static str],
    authorization_response_iss_parameter_supported: bool,
    backchannel_logout_supported: bool,
    backchannel_logout_session_supported: bool,
    frontchannel_logout_supported: bool,
    frontchannel_logout_session_supported: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_documentation: Option<String>,
}

const GRANT_TYPES: &[&str] = &[
    "authorization_code",
    "implicit",
    "refresh_token",
    "client_credentials",
    GrantType::DeviceCode.as_str(),
    "password",
];
const AUTH_METHODS: &[&str] = &["client_secret_basic", "client_secret_post", "none"];
const PROMPTS: &[&str] = &["none", "login", "consent", "select_account"];

/// The document of one application. `public_url` ends in a slash; `locales`: the languages of the pages.
#[must_use]
pub fn of_application(client: &Client, public_url: &str, locales: &'static [&'static str]) -> Metadata {
    let scopes: Vec<String> = client.scopes.iter().map(|mapping| mapping.scope.clone()).collect();
    let managed: Vec<ManagedScope> = client.scopes.iter().filter_map(|mapping| mapping.managed).collect();
    let root = format!("{public_url}application/o/{}/", client.application.slug);
    let challenge_methods: &[&str] = if client.application.allow_plain_pkce {
        &["S256", "plain"]
    } else {
        &["S256"]
    };
    let issuer = match client.application.issuer_mode {
        IssuerMode::PerProvider => root.clone(),
        IssuerMode::Global => public_url.to_owned(),
    };
    let metadata = assemble(
        public_url,
        issuer,
        &root,
        vec![client.signing_key.alg().as_str()],
        scopes,
        &managed,
        challenge_methods,
        grant_types_of(&client.application),
        ResponseType::ALL
            .into_iter()
            .filter(|response_type| client.application.allows(response_type.grant_type()))
            .collect(),
        auth_methods_of(client),
        locales,
    );
    Metadata {
        // Only who proves itself may ask about tokens (RFC 7662, section 2.1).
        introspection_endpoint_auth_methods_supported: if client.application.client_type == ClientType::Public {
            Vec::new()
        } else {
            metadata.introspection_endpoint_auth_methods_supported
        },
        id_token_encryption_alg_values_supported: client.encryption_key.iter().map(|key| key.alg().as_str()).collect(),
        id_token_encryption_enc_values_supported: client.encryption_key.iter().map(|key| key.enc().as_str()).collect(),
        ..metadata
    }
}

/// Under their registered names: the hybrid flow is the code and the implicit grant together (OpenID Connect Dynamic
/// Client Registration 1.0, section 2).
fn grant_types_of(application: &Application) -> Vec<&'static str> {
    let mut names = Vec::new();
    for grant in &application.grant_types {
        let of_this: &[&'static str] = match grant {
            GrantType::Hybrid => &["authorization_code", "implicit"],
            other => &[other.as_str()],
        };
        for name in of_this {
            if !names.contains(name) {
                names.push(*name);
            }
        }
    }
    names
}

/// How this client may authenticate. A public one may send a secret as well; it is not looked at.
fn auth_methods_of(client: &Client) -> Vec<&'static str> {
    let application = &client.application;
    if application.client_type == ClientType::Public {
        return AUTH_METHODS.to_vec();
    }
    match application.token_endpoint_auth_method {
        None => vec!["client_secret_basic", "client_secret_post"],
        Some(TokenEndpointAuthMethod::ClientSecretBasic) => vec!["client_secret_basic"],
        Some(TokenEndpointAuthMethod::ClientSecretPost) => vec!["client_secret_post"],
        Some(TokenEndpointAuthMethod::None) => Vec::new(),
    }
}

/// The document of the global issuer: what holds for any application. `algorithms`: those of the active keys, and of
/// client secrets.
#[must_use]
pub fn of_installation(public_url: &str, algorithms: Vec<&'static str>, locales: &'static [&'static str]) -> Metadata {
    let scopes = ManagedScope::ALL
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect();
    let root = format!("{public_url}application/o/");
    let metadata = assemble(
        public_url,
        public_url.to_owned(),
        &root,
        algorithms,
        scopes,
        &ManagedScope::ALL,
        &["S256"],
        GRANT_TYPES.to_vec(),
        ResponseType::ALL.to_vec(),
        AUTH_METHODS.to_vec(),
        locales,
    );
    Metadata {
        id_token_encryption_alg_values_supported: KeyManagement::ALL.map(KeyManagement::as_str).to_vec(),
        id_token_encryption_enc_values_supported: ContentEncryption::ALL.map(ContentEncryption::as_str).to_vec(),
        ..metadata
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one caller each for the two documents; a struct would only rename them"
)]
fn assemble(
    public_url: &str,
    issuer: String,
    root: &str,
    algorithms: Vec<&'static str>,
    mut scopes: Vec<String>,
    managed: &[ManagedScope],
    challenge_methods: &'static [&'static str],
    grant_types: Vec<&'static str>,
    response_types: Vec<ResponseType>,
    auth_methods: Vec<&'static str>,
    locales: &'static [&'static str],
) -> Metadata {
    scopes.sort_unstable();
    scopes.dedup();
    let mut claims: Vec<&'static str> = vec![
        "sub",
        "iss",
        "aud",
        "exp",
        "iat",
        "auth_time",
        "acr",
        "amr",
        "azp",
        "nonce",
        "sid",
        "at_hash",
    ];
    if response_types
        .iter()
        .any(|response_type| response_type.gives_code() && response_type.gives_id_token())
    {
        claims.push("c_hash");
    }
    for name in managed.iter().flat_map(|scope| claims::names_of(*scope)) {
        if !claims.contains(name) {
            claims.push(name);
        }
    }
    let endpoint = |path: &str| format!("{public_url}application/o/{path}/");
    Metadata {
        issuer,
        authorization_endpoint: endpoint("authorize"),
        token_endpoint: endpoint("token"),
        userinfo_endpoint: endpoint("userinfo"),
        end_session_endpoint: format!("{root}end-session/"),
        introspection_endpoint: endpoint("introspect"),
        revocation_endpoint: endpoint("revoke"),
        // RFC 8628, section 4.
        device_authorization_endpoint: grant_types
            .contains(&GrantType::DeviceCode.as_str())
            .then(|| endpoint("device")),
        jwks_uri: format!("{root}jwks/"),
        response_types_supported: response_types.into_iter().map(ResponseType::as_str).collect(),
        response_modes_supported: ResponseMode::ALL.map(ResponseMode::as_str).to_vec(),
        grant_types_supported: grant_types,
        id_token_signing_alg_values_supported: algorithms,
        id_token_encryption_alg_values_supported: Vec::new(),
        id_token_encryption_enc_values_supported: Vec::new(),
        subject_types_supported: &["public", "pairwise"],
        token_endpoint_auth_methods_supported: auth_methods.clone(),
        introspection_endpoint_auth_methods_supported: auth_methods
            .iter()
            .copied()
            .filter(|name| *name != "none")
            .collect(),
        revocation_endpoint_auth_methods_supported: auth_methods,
        acr_values_supported: ACR_VALUES,
        scopes_supported: scopes,
        claim_types_supported: &["normal"],
        claims_supported: claims,
        claims_parameter_supported: true,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        code_challenge_methods_supported: challenge_methods,
        prompt_values_supported: PROMPTS,
        ui_locales_supported: locales,
        authorization_response_iss_parameter_supported: true,
        backchannel_logout_supported: true,
        backchannel_logout_session_supported: true,
        frontchannel_logout_supported: true,
        frontchannel_logout_session_supported: true,
        service_documentation: None,
    }
}
