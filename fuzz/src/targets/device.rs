//! The decision about a device that asks.

use protocol::client::GrantType;
use protocol::client_auth::parse_credentials;
use protocol::device::{DeviceRequest, UserCode, decide_device_authorization};
use protocol::params::Params;

use crate::world::{Counting, client, env, split};
use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "public",
    "disabled_client",
    "code_only",
    "few_scopes",
    "client_id",
    "wiki-client",
    "client_secret",
    "gX1fBat3bV-of-an-application-that-is-tried-out",
    "scope",
    "openid",
    "offline_access",
    "goauthentik.io%2Fapi",
];

/// A line of words for the application, then the body. What is answered is what is stored.
pub(crate) fn device(input: &[u8]) -> Place {
    let (words, body) = split(input);
    let Ok(params) = Params::parse(body) else {
        return place(0);
    };
    let Ok(credentials) = parse_credentials(None, &params) else {
        return place(1);
    };
    let client = client(&words);
    let entropy = Counting::default();
    let request = DeviceRequest {
        client: &client,
        credentials: &credentials,
        params: &params,
        client_address: None,
        key: b"key",
    };
    match decide_device_authorization(&env(&entropy), &request) {
        Ok((answer, record)) => {
            assert!(client.application.enabled && client.application.allows(GrantType::DeviceCode));
            let code = UserCode::parse(&answer.user_code).expect("the code is one");
            assert_eq!(code.hash(b"key"), record.user_code);
            assert!(answer.verification_uri_complete.ends_with(&answer.user_code));
            assert!(
                record.scopes.iter().all(|scope| client.offers(scope)),
                "{:?}",
                record.scopes
            );
            place(record.scopes)
        }
        Err(error) => place(error.refusal.code()),
    }
}
