//! The fields of keys that callers write, under the names of the management API.

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::actions::changes::Fields;

/// The fields of a new key. It is made here by `alg`, or imported by `private_key`; a key of an application's own, to
/// encrypt for it, is given by `certificate` or `public_jwk` alone.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKey)]
pub struct NewKeyFields {
    /// For administrators. Made from the algorithm when it is not given.
    pub name: Option<String>,
    /// `sig` or `enc`. When it is not given, it follows from `alg`, or from what is imported.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub key_use: Option<String>,
    /// For `sig`: `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, `ES256`, `ES384`, `ES512` or `EdDSA`. For `enc`:
    /// `RSA-OAEP-256`, `ECDH-ES`, `ECDH-ES+A128KW` or `ECDH-ES+A256KW`. Required when the key is made here; an imported
    /// key has a usual one.
    #[schema(example = "ES256")]
    pub alg: Option<String>,
    /// For `enc`: how tokens are encrypted: `A256CBC-HS512` (default), `A128CBC-HS256`, `A256GCM` or `A128GCM`.
    #[schema(example = "A256CBC-HS512")]
    pub enc: Option<String>,
    /// Its id in the header of tokens and in the JWKS. Default: that of `public_jwk`, otherwise the thumbprint of RFC 7638.
    pub kid: Option<String>,
    /// `active` (default), or `next`: published, but not signing.
    #[schema(example = "active")]
    pub state: Option<String>,
    /// A private key in PEM (`PRIVATE KEY`, `RSA PRIVATE KEY` or `EC PRIVATE KEY`), without a password.
    #[schema(value_type = Option<String>, write_only)]
    pub private_key: Option<SecretString>,
    /// The certificate of the key in PEM, with its chain behind it. A key that has one is not rotated by schedule.
    pub certificate: Option<String>,
    /// A public key as JWK, to encrypt for whoever has the private half.
    #[schema(value_type = Option<Object>)]
    pub public_jwk: Option<Map<String, Value>>,
}

impl Fields for NewKeyFields {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "created_at",
        "updated_at",
        "activated_at",
        "retired_at",
        "rotates_at",
        "origin",
        "successor",
    ];
}

/// The fields of a key that change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyFields)]
pub struct KeyFields {
    /// For administrators.
    pub name: Option<String>,
    /// `next` becomes `active` or `retired`, `active` becomes `retired`; there is no way back.
    #[schema(example = "retired")]
    pub state: Option<String>,
}

impl Fields for KeyFields {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "created_at",
        "updated_at",
        "use",
        "alg",
        "enc",
        "kid",
        "activated_at",
        "retired_at",
        "rotates_at",
        "origin",
        "successor",
        "public_jwk",
        "certificate",
        "private_key",
    ];
}

/// What is rotated.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyRotation)]
pub struct RotateFields {
    /// `sig` (default) or `enc`.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    pub key_use: Option<String>,
    /// The algorithm whose active keys get a successor. Required.
    #[schema(example = "RS256", required)]
    pub alg: Option<String>,
    /// The id of one active key of this algorithm: only this one is rotated. Needed for `enc` when there are several,
    /// because applications do not share the private half.
    pub key: Option<String>,
}

impl Fields for RotateFields {
    const READ_ONLY: &'static [&'static str] = &[];
}
