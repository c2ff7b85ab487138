//! The provider's endpoints as the sample application calls them: discovery, token, and the keys behind an ID token.

use protocol::jose::{JwkSet, VerifyingKey};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::Problem;
use super::channel::{Authorization, Call, Exchange};
use super::relying_party::RelyingParty;

/// The provider's own description (OpenID Connect Discovery, section 3), as far as it is used here.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) userinfo_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) end_session_endpoint: String,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

/// The answer of the token endpoint (RFC 6749, section 5.1).
#[derive(Deserialize)]
pub(super) struct TokenResponse {
    pub(super) access_token: SecretString,
    pub(super) token_type: String,
    pub(super) id_token: Option<SecretString>,
    pub(super) refresh_token: Option<SecretString>,
}

impl RelyingParty {
    pub(super) async fn fetch_metadata(&self, log: &mut Vec<Exchange>) -> Result<Metadata, Problem> {
        let issuer = &self.registration.issuer;
        let call = Call {
            title: "The application learns where everything is",
            url: &format!("{issuer}.well-known/openid-configuration"),
            form: None,
            authorization: Authorization::None,
        };
        let document = self.channel.fetch(call, log).await?.success()?;
        let metadata: Metadata = serde_json::from_value(document).map_err(|error| {
            Problem::new(
                "invalid_metadata",
                format!("The discovery document is incomplete: {error}."),
            )
        })?;
        if metadata.issuer == *issuer {
            Ok(metadata)
        } else {
            Err(Problem::new(
                "issuer_mismatch",
                "The discovery document names another issuer.",
            ))
        }
    }

    pub(super) async fn fetch_tokens(
        &self,
        title: &'static str,
        metadata: &Metadata,
        form: &[(&str, &str)],
        log: &mut Vec<Exchange>,
    ) -> Result<TokenResponse, Problem> {
        let call = Call {
            title,
            url: &metadata.token_endpoint,
            form: Some(form),
            authorization: Authorization::Basic(
                &self.registration.client_id,
                self.registration.client_secret.expose_secret(),
            ),
        };
        let answer = self.channel.fetch(call, log).await?.success()?;
        let tokens: TokenResponse = serde_json::from_value(answer)
            .map_err(|_| Problem::new("invalid_response", "The token answer is incomplete."))?;
        if tokens.token_type.eq_ignore_ascii_case("bearer") {
            Ok(tokens)
        } else {
            Err(Problem::new(
                "invalid_response",
                "The tokens are of a kind that this application does not know.",
            ))
        }
    }

    /// The keys that sign ID tokens, read anew each time: whichever signs now is among them.
    pub(super) async fn fetch_keys(
        &self,
        metadata: &Metadata,
        log: &mut Vec<Exchange>,
    ) -> Result<Vec<VerifyingKey>, Problem> {
        let call = Call {
            title: "The keys are read that sign ID tokens",
            url: &metadata.jwks_uri,
            form: None,
            authorization: Authorization::None,
        };
        let answer = self.channel.fetch(call, log).await?;
        answer.success()?;
        let set = JwkSet::parse(&answer.body)
            .map_err(|error| Problem::new("invalid_metadata", format!("The keys can't be read: {error}.")))?;
        Ok(set.verifying_keys())
    }
}
