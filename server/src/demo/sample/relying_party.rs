//! The relying party: the authorization code flow with PKCE, refresh, userinfo and sign-out, each step checked as OpenID
//! Connect Core and RFC 9700 ask of a client.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::id::new_secret;
use protocol::jose::{self, MAX_TOKEN_BYTES};
use protocol::params::Params;
use protocol::time::Time;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::Problem;
use super::channel::{Authorization, Call, Channel, Exchange};
use super::endpoints::Metadata;
use super::id_token::{Expected, IdToken, check_id_token};
use crate::entropy::SystemEntropy;

/// What the application was registered with.
#[derive(Debug, Clone)]
pub(super) struct Registration {
    /// The issuer, which is also where discovery starts.
    pub(super) issuer: String,
    /// The client id.
    pub(super) client_id: String,
    /// The client secret.
    pub(super) client_secret: SecretString,
    /// Where the browser comes back to.
    pub(super) redirect_uri: String,
    /// Where the browser goes after sign-out.
    pub(super) post_logout_redirect_uri: String,
}

/// A sign-in that has begun in this browser.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    state: String,
    nonce: String,
    code_verifier: SecretString,
    metadata: Metadata,
    log: Vec<Exchange>,
}

impl Pending {
    /// Whether the answer with this `state` belongs to it.
    pub(super) fn has_state(&self, state: &str) -> bool {
        self.state == state
    }
}

/// A person who is signed in here, and what came for them.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub(super) id_token: SecretString,
    pub(super) id: IdToken,
    pub(super) access_token: SecretString,
    /// Header and claims of an access token that is a JWT. A real application would not look inside.
    pub(super) access_parts: Option<(Value, Value)>,
    pub(super) refresh_token: Option<SecretString>,
    pub(super) userinfo: Option<Value>,
    pub(super) log: Vec<Exchange>,
    metadata: Metadata,
}

/// The relying party.
#[derive(Debug)]
pub(super) struct RelyingParty {
    pub(super) registration: Registration,
    pub(super) channel: Channel,
    pub(super) entropy: SystemEntropy,
}

impl RelyingParty {
    /// Begins a sign-in: the address that the browser goes to, and what has to be remembered for its return.
    ///
    /// # Errors
    /// When the provider does not answer, or describes another issuer.
    pub(super) async fn begin(&self, scope: &str, prompt: Option<&str>) -> Result<(Url, Pending), Problem> {
        let mut log = Vec::new();
        let metadata = self.fetch_metadata(&mut log).await?;
        let (state, nonce, code_verifier) = (
            new_secret(&self.entropy),
            new_secret(&self.entropy),
            new_secret(&self.entropy),
        );
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, code_verifier.as_bytes()));
        let registration = &self.registration;
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", registration.client_id.as_str()),
            ("redirect_uri", registration.redirect_uri.as_str()),
            ("scope", scope),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        parameters.extend(prompt.map(|prompt| ("prompt", prompt)));
        let mut address = Url::parse(&metadata.authorization_endpoint)
            .map_err(|_| Problem::new("invalid_metadata", "The authorization endpoint is not an address."))?;
        address.query_pairs_mut().extend_pairs(&parameters);
        log.push(browser(
            "The browser is sent to Vestibule",
            &metadata.authorization_endpoint,
            &parameters,
        ));
        let pending = Pending {
            state,
            nonce,
            code_verifier: code_verifier.into(),
            metadata,
            log,
        };
        Ok((address, pending))
    }

    /// Ends a sign-in with the parameters that the browser brought back.
    ///
    /// # Errors
    /// The error that the provider sent, or what is wrong with its answer.
    pub(super) async fn finish(&self, pending: Pending, params: &Params, now: Time) -> Result<SignedIn, Problem> {
        let Pending {
            nonce,
            code_verifier,
            metadata,
            mut log,
            ..
        } = pending;
        let parameters: Vec<(&str, &str)> = params.iter().collect();
        let redirect_uri = self.registration.redirect_uri.as_str();
        log.push(browser("The browser comes back", redirect_uri, &parameters));
        // RFC 9207, section 2.4: the answer must come from the provider that was asked.
        match params.get("iss") {
            Some(iss) if iss == metadata.issuer => {}
            None if !metadata.authorization_response_iss_parameter_supported => {}
            _ => {
                return Err(Problem::new(
                    "issuer_mismatch",
                    "The answer comes from another provider.",
                ));
            }
        }
        if let Some(error) = params.get("error") {
            let description = params.get("error_description").unwrap_or("Vestibule gave no reason.");
            return Err(Problem::new(error, description));
        }
        let code = params
            .get("code")
            .ok_or_else(|| Problem::new("invalid_response", "The answer holds no code."))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", code_verifier.expose_secret()),
        ];
        let tokens = self
            .fetch_tokens("The code is exchanged for tokens", &metadata, &form, &mut log)
            .await?;
        let id_token = tokens
            .id_token
            .ok_or_else(|| Problem::new("invalid_response", "No ID token came."))?;
        let keys = self.fetch_keys(&metadata, &mut log).await?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &self.registration.client_id,
            nonce: Some(&nonce),
            subject: None,
            access_token: tokens.access_token.expose_secret(),
        };
        let id = check_id_token(id_token.expose_secret(), &keys, expected, now)?;
        let mut signed_in = SignedIn {
            id_token,
            id,
            access_parts: parts(&tokens.access_token),
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token,
            userinfo: None,
            log,
            metadata,
        };
        self.update_userinfo(&mut signed_in).await?;
        Ok(signed_in)
    }

    /// Asks the userinfo endpoint; the answer must speak of the same person (OpenID Connect Core, section 5.3.2).
    ///
    /// # Errors
    /// What the provider answered, or that it speaks of somebody else.
    pub(super) async fn update_userinfo(&self, signed_in: &mut SignedIn) -> Result<(), Problem> {
        let call = Call {
            title: "Userinfo is asked",
            url: &signed_in.metadata.userinfo_endpoint,
            form: None,
            authorization: Authorization::Bearer(signed_in.access_token.expose_secret()),
        };
        let userinfo = self.channel.fetch(call, &mut signed_in.log).await?.success()?;
        if userinfo.get("sub").and_then(Value::as_str) != Some(signed_in.id.subject()) {
            return Err(Problem::new("userinfo_refused", "Userinfo speaks of somebody else."));
        }
        signed_in.userinfo = Some(userinfo);
        Ok(())
    }

    /// Trades the refresh token for new tokens; the one that comes back takes its place.
    ///
    /// # Errors
    /// What the provider answered. After `invalid_grant` the refresh token is gone.
    pub(super) async fn refresh(&self, signed_in: &mut SignedIn, now: Time) -> Result<(), Problem> {
        let Some(refresh_token) = signed_in.refresh_token.clone() else {
            return Err(Problem::new(
                "no_refresh_token",
                "No refresh token came: offline_access was not granted.",
            ));
        };
        let metadata = signed_in.metadata.clone();
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose_secret()),
        ];
        let title = "The refresh token is traded for new tokens";
        let tokens = match self.fetch_tokens(title, &metadata, &form, &mut signed_in.log).await {
            Ok(tokens) => tokens,
            Err(problem) => {
                if problem.code == "invalid_grant" {
                    signed_in.refresh_token = None;
                }
                return Err(problem);
            }
        };
        // Kept first: the old one is spent, whatever the checks below say.
        if let Some(successor) = tokens.refresh_token {
            signed_in.refresh_token = Some(successor);
        }
        if let Some(id_token) = tokens.id_token {
            let keys = self.fetch_keys(&metadata, &mut signed_in.log).await?;
            let expected = Expected {
                issuer: &metadata.issuer,
                client_id: &self.registration.client_id,
                nonce: None,
                subject: Some(signed_in.id.subject()),
                access_token: tokens.access_token.expose_secret(),
            };
            signed_in.id = check_id_token(id_token.expose_secret(), &keys, expected, now)?;
            signed_in.id_token = id_token;
        }
        signed_in.access_parts = parts(&tokens.access_token);
        signed_in.access_token = tokens.access_token;
        Ok(())
    }

    /// Where the browser goes to sign out at the provider (OpenID Connect RP-Initiated Logout, section 2).
    ///
    /// # Errors
    /// When the provider's metadata holds no address for it.
    pub(super) fn sign_out_address(&self, signed_in: &SignedIn) -> Result<Url, Problem> {
        let mut address = Url::parse(&signed_in.metadata.end_session_endpoint)
            .map_err(|_| Problem::new("invalid_metadata", "The end-session endpoint is not an address."))?;
        address.query_pairs_mut().extend_pairs([
            ("id_token_hint", signed_in.id_token.expose_secret()),
            ("client_id", self.registration.client_id.as_str()),
            (
                "post_logout_redirect_uri",
                self.registration.post_logout_redirect_uri.as_str(),
            ),
        ]);
        Ok(address)
    }
}

/// A step that the browser makes; a redirect of ours or towards us.
fn browser(title: &'static str, url: &str, parameters: &[(&str, &str)]) -> Exchange {
    Exchange {
        title,
        method: "GET",
        url: url.to_owned(),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        status: 303,
        answer: None,
    }
}

/// Header and claims of a token in JWT form, for the page.
fn parts(token: &SecretString) -> Option<(Value, Value)> {
    let parsed = jose::parse(token.expose_secret(), MAX_TOKEN_BYTES).ok()?;
    let claims = parsed.unverified_claims().ok()?;
    Some((Value::Object(parsed.header().members.clone()), Value::Object(claims)))
}
