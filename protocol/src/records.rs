//! The records behind an authorization: the grant as the head of a family, and what hangs under it.
//!
//! A *grant* is one authorization of one application by one subject. Codes, access tokens and refresh tokens belong to
//! it; revoking it revokes them all. The store keeps hashes of codes and tokens, never the values.

use serde::{Deserialize, Serialize};

use crate::claims::ClaimsRequest;
use crate::client::Application;
use crate::dialect::Dialect;
use crate::id::SecretHash;
use crate::pkce::CodeChallenge;
use crate::subject::subject_identifier;
use crate::time::Time;
use crate::user::User;

pub use crate::factor::AMR_PASSWORD;

/// What a grant keeps for the tokens that are minted under it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GrantFacts {
    /// When the person signed in; `None` for machines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Time>,
    /// How the person signed in (RFC 8176).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// To which class that sign-in belongs; `None`: [`crate::acr::ACR_DEFAULT`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// The `nonce` of the authorization request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The `claims` parameter, reduced to what the application may ask for.
    #[serde(skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
    /// The `sid` of the browser session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// In whose words it was asked: whether special scopes mean something.
    #[serde(skip_serializing_if = "Dialect::is_standard")]
    pub dialect: Dialect,
    /// The app password behind a grant of kind [`KIND_APP_PASSWORD`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_password: Option<String>,
    /// `sub`, when it is not the application's usual one: who came through a connection of Auth0's dialect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `aud` of its access tokens, when they are for an interface of ours and not for the application itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
}

impl GrantFacts {
    /// The claim `acr`.
    #[must_use]
    pub fn acr(&self) -> &str {
        self.acr.as_deref().unwrap_or(crate::acr::ACR_DEFAULT)
    }

    /// The `sub` of everything that is issued under the grant.
    #[must_use]
    pub fn sub(&self, application: &Application, user: &User, salt: &[u8]) -> String {
        let usual = || subject_identifier(application, user, salt);
        self.subject.clone().unwrap_or_else(usual)
    }
}

/// The kind of the standing grant of an application with its own service account.
pub const KIND_MACHINE: &str = "client_credentials";
/// The kind of the standing grants that app passwords carry, one for each application and app password.
pub const KIND_APP_PASSWORD: &str = "app_password";
/// The kind of the standing grants behind assertions, one for each application and user.
pub const KIND_ASSERTION: &str = "assertion";
/// The kind of the standing grant of an application with the management interface of Auth0's dialect.
pub const KIND_MANAGEMENT: &str = "management";

/// One authorization.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// `grant_` and a ULID.
    pub id: String,
    /// Whom the tokens speak of.
    pub user_id: String,
    /// Who got them.
    pub application_id: String,
    /// The browser session it came from; `None` for machines.
    pub session_id: Option<String>,
    /// The transaction it came from.
    pub transaction_id: Option<String>,
    /// How the authorization came about: `authorization_code`, [`KIND_MACHINE`], [`KIND_APP_PASSWORD`],
    /// [`KIND_ASSERTION`], [`KIND_MANAGEMENT`].
    pub kind: String,
    /// What was granted.
    pub scopes: Vec<String>,
    /// For minting.
    pub facts: GrantFacts,
    /// When it was made.
    pub issued_at: Time,
    /// When the last of its tokens expires.
    pub expires_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// What a code is bound to, beside its grant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CodeFacts {
    /// The `redirect_uri` of the authorization request.
    pub redirect_uri: String,
    /// The challenge, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
}

impl Grant {
    /// The key of a standing grant for machine tokens, at most one grant of each; `None` for an authorization by a
    /// person.
    #[must_use]
    pub fn standing_key(&self) -> Option<String> {
        match self.kind.as_str() {
            KIND_MACHINE => Some(self.application_id.clone()),
            KIND_APP_PASSWORD => self
                .facts
                .app_password
                .as_ref()
                .map(|id| format!("{} {id}", self.application_id)),
            KIND_ASSERTION => Some(Self::assertion_key(&self.application_id, &self.user_id)),
            KIND_MANAGEMENT => Some(Self::management_key(&self.application_id)),
            _ => None,
        }
    }

    /// The [`Self::standing_key`] of an application and a user who came by an assertion.
    #[must_use]
    pub fn assertion_key(application_id: &str, user_id: &str) -> String {
        format!("{application_id} {user_id}")
    }

    /// The [`Self::standing_key`] of an application and the management interface.
    #[must_use]
    pub fn management_key(application_id: &str) -> String {
        format!("{application_id} {KIND_MANAGEMENT}")
    }
}

/// A password of one program for one account, without its value, which nobody has but its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppPassword {
    /// `apw_` and a ULID.
    pub id: String,
    /// Whose account it opens.
    pub user_id: String,
    /// When it was made.
    pub created_at: Time,
    /// For people.
    pub name: String,
    /// When it dies by itself.
    pub expires_at: Option<Time>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<Time>,
}

/// An authorization code.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    /// SHA-256 of the code.
    pub hash: SecretHash,
    /// Its family.
    pub grant_id: String,
    /// What it is bound to.
    pub facts: CodeFacts,
    /// When it expires.
    pub expires_at: Time,
    /// When it was redeemed.
    pub used_at: Option<Time>,
}

/// An access token.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessToken {
    /// SHA-256 of the whole token.
    pub hash: SecretHash,
    /// Its family.
    pub grant_id: String,
    /// The browser session that it dies with; `None` when it outlives the browser.
    pub session_id: Option<String>,
    /// What it may be used for.
    pub scopes: Vec<String>,
    /// When it was issued.
    pub issued_at: Time,
    /// When it expires.
    pub expires_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// A refresh token.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshToken {
    /// SHA-256 of the token.
    pub hash: SecretHash,
    /// Its family.
    pub grant_id: String,
    /// What it can give.
    pub scopes: Vec<String>,
    /// When it was issued.
    pub issued_at: Time,
    /// When it expires.
    pub expires_at: Time,
    /// When it was replaced by its successor.
    pub used_at: Option<Time>,
    /// When it was revoked alone.
    pub revoked_at: Option<Time>,
}

/// A browser session.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// `ses_` and a ULID.
    pub id: String,
    /// SHA-256 of the cookie's value.
    pub hash: SecretHash,
    /// Who is signed in.
    pub user_id: String,
    /// When the person proved who they are.
    pub auth_time: Time,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// When it began.
    pub created_at: Time,
    /// When it was seen last, to the minute.
    pub last_seen_at: Time,
    /// When it ends at the latest.
    pub expires_at: Time,
    /// When it was ended.
    pub ended_at: Option<Time>,
    /// From where it began.
    pub client_address: Option<String>,
    /// With what it began.
    pub user_agent: Option<String>,
    /// The external account that the person came in through; `None`: they came in another way.
    pub external_account: Option<String>,
}

impl Session {
    /// The public session identifier `sid`.
    #[must_use]
    pub fn sid(&self) -> String {
        sid(&self.id)
    }
}

/// The public identifier `sid` of the session with this id: SHA-256 of the id in hexadecimal.
#[must_use]
pub fn sid(session_id: &str) -> String {
    crate::id::hex(&crate::id::hash_secret(session_id))
}

/// A remembered agreement of one person with one application.
#[derive(Clone, Debug, PartialEq)]
pub struct Consent {
    /// `con_` and a ULID.
    pub id: String,
    /// Who agreed.
    pub user_id: String,
    /// With what application.
    pub application_id: String,
    /// To which scopes.
    pub scopes: Vec<String>,
    /// To which single claims of the `claims` parameter.
    pub claims: Vec<String>,
    /// When.
    pub granted_at: Time,
    /// Until when; `None`: without end.
    pub expires_at: Option<Time>,
}

/// An authorization request that waits for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingRequest {
    /// The transaction: `txn_` and a ULID.
    pub id: String,
    /// SHA-256 of the browser's cookie: only this browser may go on.
    pub browser: SecretHash,
    /// The application that asked.
    pub application_id: String,
    /// What it asked for, and how far the person has come.
    pub state: crate::authorize::Pending,
    /// When it began.
    pub created_at: Time,
    /// Until when it waits.
    pub expires_at: Time,
}

/// An entry of the audit log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `evt_` and a ULID.
    pub id: String,
    /// What happened: one of the names of the contract (`login`, `token_issued`, `user_created`, ...).
    pub action: String,
    /// Who did it: the id of a user, an API token or an application, or `system`.
    pub actor: Option<String>,
    /// To what it was done: an id.
    pub target: Option<String>,
    /// From where.
    pub client_address: Option<String>,
    /// More, without secrets.
    pub detail: serde_json::Value,
    /// When.
    pub at: Time,
}
