//! What to enter in an application: issuer and addresses.

use protocol::auth0::management_audience;
use protocol::client::{Application, GrantType};
use serde::Serialize;
use utoipa::ToSchema;

/// What to enter in an application.
#[derive(Serialize, ToSchema)]
#[schema(as = ApplicationSetup)]
pub struct Setup {
    /// The id of the application.
    pub client_id: String,
    /// The issuer of its tokens.
    pub issuer: String,
    /// The discovery document: most applications need nothing else.
    pub openid_configuration: String,
    /// Where it sends a browser.
    pub authorization_endpoint: String,
    /// Where it redeems codes.
    pub token_endpoint: String,
    /// Where it reads claims.
    pub userinfo_endpoint: String,
    /// RFC 7662.
    pub introspection_endpoint: String,
    /// RFC 7009.
    pub revocation_endpoint: String,
    /// Where a device without a browser asks for a code, when the application may use that grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_authorization_endpoint: Option<String>,
    /// Where a browser signs out.
    pub end_session_endpoint: String,
    /// The keys that verify its tokens.
    pub jwks_uri: String,
    /// For applications that know only GitHub; see the guide.
    pub github_authorization_endpoint: String,
    /// See above.
    pub github_token_endpoint: String,
    /// See above.
    pub github_user_endpoint: String,
    /// The base of the interface, as GitHub Enterprise has it.
    pub github_api_url: String,
    /// For applications that know only Auth0; see the guide.
    pub auth0_authorization_endpoint: String,
    /// See above.
    pub auth0_token_endpoint: String,
    /// See above.
    pub auth0_userinfo_endpoint: String,
    /// The audience of tokens for its management interface, which is also where that is.
    pub auth0_management_audience: String,
}

impl Setup {
    /// What `application` has to be told. `public_url` ends with a slash.
    #[must_use]
    pub fn new(application: &Application, public_url: &str) -> Self {
        let shared = format!("{public_url}application/o/");
        let own = format!("{shared}{}/", application.slug);
        Self {
            client_id: application.client_id.clone(),
            issuer: application.issuer(public_url),
            openid_configuration: format!("{own}.well-known/openid-configuration"),
            authorization_endpoint: format!("{shared}authorize/"),
            token_endpoint: format!("{shared}token/"),
            userinfo_endpoint: format!("{shared}userinfo/"),
            introspection_endpoint: format!("{shared}introspect/"),
            revocation_endpoint: format!("{shared}revoke/"),
            device_authorization_endpoint: application
                .allows(GrantType::DeviceCode)
                .then(|| format!("{shared}device/")),
            end_session_endpoint: format!("{own}end-session/"),
            jwks_uri: format!("{own}jwks/"),
            github_authorization_endpoint: format!("{public_url}login/oauth/authorize"),
            github_token_endpoint: format!("{public_url}login/oauth/access_token"),
            github_user_endpoint: format!("{public_url}user"),
            github_api_url: format!("{public_url}api/v3/"),
            auth0_authorization_endpoint: format!("{public_url}authorize"),
            auth0_token_endpoint: format!("{public_url}oauth/token"),
            auth0_userinfo_endpoint: format!("{public_url}userinfo"),
            auth0_management_audience: management_audience(public_url),
        }
    }
}
