//! Passkeys (Web Authentication Level 3) at this server's address: challenges, and the checks of what comes back.
//!
//! This file speaks with the library that verifies and knows nothing of storage. What it needs between a challenge and its
//! answer leaves it as text, which the caller keeps where only the same browser's answer finds it.

use protocol::id::{SecretHash, hash_secret};
use protocol::user::User;
use serde_json::Value;
use url::Url;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

/// How long a person may take to unlock a passkey.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5 * 60);

/// Why a passkey was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// The address of this server can not have passkeys: it names no host.
    #[error("passkeys need an address with a host name")]
    Unavailable,
    /// What came is no answer of an authenticator.
    #[error("the answer could not be read")]
    Unreadable,
    /// The page was opened at another address than `public_url`.
    #[error("the answer is for another address")]
    Origin,
    /// The answer is to another challenge.
    #[error("the answer is to another challenge")]
    Challenge,
    /// The authenticator did not check that it is the person.
    #[error("the person was not verified")]
    NotVerified,
    /// The signature counter went back: there may be a copy of the key.
    #[error("the signature counter went back")]
    Counter,
    /// No passkey of this account, or of anybody, fits.
    #[error("the passkey is not known")]
    Unknown,
    /// Any other check of the answer failed.
    #[error("the answer is not valid")]
    Invalid,
}

impl PasskeyError {
    /// For the audit log.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unavailable => "passkeys_unavailable",
            Self::Unreadable => "passkey_unreadable",
            Self::Origin => "passkey_origin",
            Self::Challenge => "passkey_challenge",
            Self::NotVerified => "passkey_not_verified",
            Self::Counter => "passkey_counter",
            Self::Unknown => "passkey_unknown",
            Self::Invalid => "passkey_invalid",
        }
    }
}

impl From<WebauthnError> for PasskeyError {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::InvalidRPOrigin | WebauthnError::InvalidRPIDHash => Self::Origin,
            WebauthnError::MismatchedChallenge => Self::Challenge,
            WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::Counter,
            WebauthnError::CredentialNotFound => Self::Unknown,
            other => {
                tracing::info!(error = %other, "a passkey was not taken");
                Self::Invalid
            }
        }
    }
}

/// A challenge for the browser, and what is needed again when its answer comes.
#[derive(Debug)]
pub struct Asked {
    /// What the browser gets: the options of `navigator.credentials`, binary values in base64url.
    pub options: Value,
    /// To be kept here.
    pub state: String,
}

/// A passkey that was made just now.
#[derive(Debug)]
pub struct Made {
    /// SHA-256 of the id of its credential.
    pub credential: SecretHash,
    /// To be kept.
    pub state: String,
    /// Whether it is copied between devices.
    pub synchronised: bool,
}

/// A signature that was checked.
#[derive(Debug)]
pub struct Signed {
    /// The new signature counter; zero: the authenticator has none.
    pub counter: i64,
    /// What is to be kept of the passkey from now on.
    pub state: String,
    /// Whether it is copied between devices.
    pub synchronised: bool,
}

/// The passkeys of this server.
pub struct Passkeys {
    webauthn: Option<Webauthn>,
    address: String,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passkeys")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// The handle under which an authenticator keeps a passkey of this user: nothing about the person, and the same each time.
fn handle_of(user: &User) -> Uuid {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, ..] = hash_secret(&user.id);
    Uuid::from_bytes([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p])
}

fn parse_kept(states: &[String]) -> Result<Vec<Passkey>, PasskeyError> {
    let read = |state: &String| serde_json::from_str(state).map_err(|_| PasskeyError::Invalid);
    states.iter().map(read).collect()
}

fn to_state(value: &impl serde::Serialize) -> Result<String, PasskeyError> {
    serde_json::to_string(value).map_err(|_| PasskeyError::Invalid)
}

fn credential_hash(id: &[u8]) -> SecretHash {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, id);
    let mut hash = SecretHash::default();
    hash.copy_from_slice(digest.as_ref());
    hash
}

impl Passkeys {
    /// The passkeys of the server at `public_url`: their relying party is its host, and their origin is this address alone.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        let webauthn = Url::parse(public_url).ok().and_then(|url| {
            let host = url.domain()?.to_owned();
            let builder = WebauthnBuilder::new(&host, &url).ok()?;
            builder.rp_name("Vestibule").timeout(PATIENCE).build().ok()
        });
        Self {
            webauthn,
            address: public_url.to_owned(),
        }
    }

    /// Whether there can be passkeys here.
    #[must_use]
    pub const fn are_possible(&self) -> bool {
        self.webauthn.is_some()
    }

    fn webauthn(&self) -> Result<&Webauthn, PasskeyError> {
        self.webauthn.as_ref().ok_or(PasskeyError::Unavailable)
    }

    /// Asks for a new passkey of `user`, who has those of `kept` already. It is to be discoverable, so that it can be a first
    /// factor.
    ///
    /// # Errors
    /// [`PasskeyError::Unavailable`] or what the library says.
    pub fn ask_new(&self, user: &User, kept: &[String]) -> Result<Asked, PasskeyError> {
        let existing = parse_kept(kept)?;
        let exclude = existing.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let name = if user.name.trim().is_empty() {
            &user.username
        } else {
            &user.name
        };
        let (options, state) =
            self.webauthn()?
                .start_passkey_registration(handle_of(user), &user.username, name, Some(exclude))?;
        let mut options = serde_json::to_value(options).map_err(|_| PasskeyError::Invalid)?;
        if let Some(selection) = options.pointer_mut("/publicKey/authenticatorSelection") {
            selection["residentKey"] = "required".into();
            selection["requireResidentKey"] = true.into();
        }
        Ok(Asked {
            options,
            state: to_state(&state)?,
        })
    }

    /// Checks the answer to [`Self::ask_new`].
    ///
    /// # Errors
    /// The check that failed.
    pub fn check_new(&self, state: &str, answer: &str) -> Result<Made, PasskeyError> {
        let state: PasskeyRegistration = serde_json::from_str(state).map_err(|_| PasskeyError::Challenge)?;
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
        let passkey = self.webauthn()?.finish_passkey_registration(&answer, &state)?;
        let state = to_state(&passkey)?;
        Ok(Made {
            credential: credential_hash(passkey.cred_id().as_ref()),
            synchronised: is_synchronised(&state),
            state,
        })
    }

    /// Asks for a signature of one of these passkeys.
    ///
    /// # Errors
    /// [`PasskeyError::Unavailable`] or what the library says.
    pub fn ask_one_of(&self, kept: &[String]) -> Result<Asked, PasskeyError> {
        let (options, state) = self.webauthn()?.start_passkey_authentication(&parse_kept(kept)?)?;
        Ok(Asked {
            options: serde_json::to_value(options).map_err(|_| PasskeyError::Invalid)?,
            state: to_state(&state)?,
        })
    }

    /// Checks the answer to [`Self::ask_one_of`]; `kept`: the passkey that [`Self::credential_of`] leads to.
    ///
    /// # Errors
    /// The check that failed.
    pub fn check_one_of(&self, state: &str, answer: &str, kept: &str) -> Result<Signed, PasskeyError> {
        let state: PasskeyAuthentication = serde_json::from_str(state).map_err(|_| PasskeyError::Challenge)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
        let result = self.webauthn()?.finish_passkey_authentication(&answer, &state)?;
        signed(&result, kept)
    }

    /// Asks for a signature of whatever passkey for this server the person chooses.
    ///
    /// # Errors
    /// [`PasskeyError::Unavailable`] or what the library says.
    pub fn ask_any(&self) -> Result<Asked, PasskeyError> {
        let (options, state) = self.webauthn()?.start_discoverable_authentication()?;
        Ok(Asked {
            options: serde_json::to_value(options).map_err(|_| PasskeyError::Invalid)?,
            state: to_state(&state)?,
        })
    }

    /// Checks the answer to [`Self::ask_any`] with the passkey that [`Self::credential_of`] leads to, and that the
    /// authenticator means the same user.
    ///
    /// # Errors
    /// The check that failed.
    pub fn check_any(&self, state: &str, answer: &str, kept: &str, user: &User) -> Result<Signed, PasskeyError> {
        let state: DiscoverableAuthentication = serde_json::from_str(state).map_err(|_| PasskeyError::Challenge)?;
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
        let webauthn = self.webauthn()?;
        let (handle, _) = webauthn.identify_discoverable_authentication(&answer)?;
        if handle != handle_of(user) {
            return Err(PasskeyError::Unknown);
        }
        let passkey: Passkey = serde_json::from_str(kept).map_err(|_| PasskeyError::Invalid)?;
        let result = webauthn.finish_discoverable_authentication_v2(&answer, state, &passkey)?;
        signed(&result, kept)
    }

    /// SHA-256 of the id of the credential that an answer is of, to find its passkey.
    ///
    /// # Errors
    /// [`PasskeyError::Unreadable`].
    pub fn credential_of(answer: &str) -> Result<SecretHash, PasskeyError> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).map_err(|_| PasskeyError::Unreadable)?;
        Ok(credential_hash(answer.get_credential_id()))
    }
}

fn signed(result: &AuthenticationResult, kept: &str) -> Result<Signed, PasskeyError> {
    if !result.user_verified() {
        return Err(PasskeyError::NotVerified);
    }
    let mut passkey: Passkey = serde_json::from_str(kept).map_err(|_| PasskeyError::Invalid)?;
    if passkey.update_credential(result).is_none() {
        return Err(PasskeyError::Unknown);
    }
    Ok(Signed {
        counter: i64::from(result.counter()),
        state: to_state(&passkey)?,
        synchronised: result.backup_eligible(),
    })
}

/// What the library keeps of the flag "backup eligible" (Web Authentication Level 3, section 6.1.3).
fn is_synchronised(state: &str) -> bool {
    let state: Value = serde_json::from_str(state).unwrap_or_default();
    state.pointer("/cred/backup_eligible") == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_host_name_has_passkeys() {
        for (address, possible) in [
            ("https://id.example.com/", true),
            ("http://localhost:9000/", true),
            ("https://192.0.2.1/", false),
            ("https://[2001:db8::1]/", false),
        ] {
            assert_eq!(Passkeys::new(address).are_possible(), possible, "{address}");
        }
    }

    #[test]
    fn a_new_passkey_is_discoverable_and_verifies_the_person() {
        let user = User {
            id: "user_1".to_owned(),
            username: "alice".to_owned(),
            ..User::default()
        };
        let asked = Passkeys::new("https://id.example.com/")
            .ask_new(&user, &[])
            .expect("a challenge");
        let options = &asked.options["publicKey"];
        assert_eq!(options["rp"]["id"], "id.example.com");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(
            options["user"]["displayName"], "alice",
            "who has no name is called by the user name"
        );
    }
}
