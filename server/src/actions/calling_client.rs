//! The client that calls an endpoint: who it says it is, found in memory.

use std::sync::Arc;

use http::{HeaderMap, header};
use protocol::client::ClientType;
use protocol::client_auth::{Credentials, Method, check_client_authentication, parse_credentials};
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::refusal::Refusal;

use super::faults::store_fault;
use crate::app::App;
use crate::clients::{By, ClientEntry};

/// A client that is known, and what it presented. Whether that is right is checked by the core.
#[derive(Debug)]
pub struct Caller {
    /// The client.
    pub entry: Arc<ClientEntry>,
    /// What it presented.
    pub credentials: Credentials,
}

/// Finds the client of a request.
///
/// # Errors
/// What the credentials lack, [`Refusal::ClientUnknown`], or the fault of the store.
pub async fn find(app: &App, headers: &HeaderMap, params: &Params) -> Result<Caller, OAuthError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let authorization = match (values.next(), values.next()) {
        (None, _) => None,
        (Some(value), None) => Some(
            value
                .to_str()
                .map_err(|_| OAuthError::from(Refusal::ClientAuthenticationMalformed))?,
        ),
        (Some(_), Some(_)) => return Err(Refusal::ClientAuthenticationTwice.into()),
    };
    let credentials = parse_credentials(authorization, params)?;
    let entry = app
        .client(By::ClientId(&credentials.client_id))
        .await
        .map_err(|error| store_fault(&error))?;
    match entry {
        Some(entry) => Ok(Caller { entry, credentials }),
        None => Err(OAuthError::new(Refusal::ClientUnknown).given(credentials.client_id)),
    }
}

impl Caller {
    /// Whether the client is who it says, for endpoints that need nothing more.
    ///
    /// # Errors
    /// What [`check_client_authentication`] answers; [`Refusal::ClientDisabled`].
    pub fn authenticate(&self) -> Result<(), OAuthError> {
        check_client_authentication(&self.entry.client, &self.credentials)?;
        if self.entry.client.application.enabled {
            Ok(())
        } else {
            Err(Refusal::ClientDisabled.into())
        }
    }

    /// Whether the client proved who it is with a secret. What a public client sends as one proves nothing: it is not
    /// looked at.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        self.credentials.method != Method::None && self.entry.client.application.client_type == ClientType::Confidential
    }
}
