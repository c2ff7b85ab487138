//! Why a token, a key or a set of keys was refused: one variant per cause.

use std::fmt;

/// A refusal. [`JoseError::code`] is stable and goes to logs and error pages; [`JoseError::public`] is a sentence for people. Neither
/// ever holds a part of the token or of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JoseError {
    /// Longer than the limit for its kind.
    TooLarge,
    /// Not three parts separated by dots.
    NotThreeParts,
    /// Five parts: an encrypted token where a signed one is expected.
    Encrypted,
    /// Not five parts separated by dots where an encrypted message is expected.
    NotFiveParts,
    /// The content is compressed.
    Compressed,
    /// The message can not be opened: key, tag or content do not fit together.
    DecryptionFailed,
    /// The library failed to encrypt.
    EncryptionFailed,
    /// A part is not canonical base64url without padding.
    BadBase64,
    /// Not JSON, or not an object where one is needed.
    BadJson,
    /// A member name appears twice in one object.
    DuplicateMember,
    /// Objects or lists are nested too deeply.
    TooDeep,
    /// `alg` is missing, or a registered header member has the wrong type.
    BadHeader,
    /// `alg` is `none` in some spelling.
    Unsecured,
    /// `alg` names an algorithm that this server does not have.
    UnknownAlgorithm,
    /// The algorithm is known but not accepted here.
    AlgorithmNotAllowed,
    /// `crit` names something that must be understood, or is malformed.
    CriticalHeader,
    /// `typ` says that this is another kind of token.
    WrongTyp,
    /// No key fits the algorithm and the `kid`.
    UnknownKey,
    /// The signature does not fit.
    BadSignature,
    /// A key is malformed or its numbers are not on its curve.
    BadKey,
    /// A key is shorter than its algorithm demands (RFC 7518 sections 3.2 and 3.3).
    WeakKey,
    /// Key type or curve does not belong to the algorithm, or is not supported.
    UnsupportedKey,
    /// A key carries private members where a public key is expected.
    PrivateKey,
    /// More keys than a set may have.
    TooManyKeys,
    /// `exp` has passed.
    Expired,
    /// `nbf` lies ahead.
    NotYetValid,
    /// `iat` lies ahead.
    IssuedInFuture,
    /// `exp`, `nbf` or `iat` is not a number of seconds.
    BadTime,
    /// The claims could not be written as JSON, or signing failed.
    SigningFailed,
}

impl JoseError {
    /// The stable code of this cause.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "jose_too_large",
            Self::NotThreeParts => "jose_not_three_parts",
            Self::Encrypted => "jose_encrypted",
            Self::NotFiveParts => "jose_not_five_parts",
            Self::Compressed => "jose_compressed",
            Self::DecryptionFailed => "jose_decryption_failed",
            Self::EncryptionFailed => "jose_encryption_failed",
            Self::BadBase64 => "jose_bad_base64",
            Self::BadJson => "jose_bad_json",
            Self::DuplicateMember => "jose_duplicate_member",
            Self::TooDeep => "jose_too_deep",
            Self::BadHeader => "jose_bad_header",
            Self::Unsecured => "jose_unsecured",
            Self::UnknownAlgorithm => "jose_unknown_algorithm",
            Self::AlgorithmNotAllowed => "jose_algorithm_not_allowed",
            Self::CriticalHeader => "jose_critical_header",
            Self::WrongTyp => "jose_wrong_typ",
            Self::UnknownKey => "jose_unknown_key",
            Self::BadSignature => "jose_bad_signature",
            Self::BadKey => "jose_bad_key",
            Self::WeakKey => "jose_weak_key",
            Self::UnsupportedKey => "jose_unsupported_key",
            Self::PrivateKey => "jose_private_key",
            Self::TooManyKeys => "jose_too_many_keys",
            Self::Expired => "jose_expired",
            Self::NotYetValid => "jose_not_yet_valid",
            Self::IssuedInFuture => "jose_issued_in_future",
            Self::BadTime => "jose_bad_time",
            Self::SigningFailed => "jose_signing_failed",
        }
    }

    /// A short sentence that may be shown to anyone.
    pub const fn public(self) -> &'static str {
        match self {
            Self::TooLarge => "The token or key set is too large.",
            Self::NotThreeParts => "A signed token has three parts separated by dots.",
            Self::Encrypted => "The token is encrypted; a signed one is expected here.",
            Self::NotFiveParts => "An encrypted token has five parts separated by dots.",
            Self::Compressed => "Compressed tokens are not accepted.",
            Self::DecryptionFailed => "The token can not be decrypted.",
            Self::EncryptionFailed => "The token could not be encrypted.",
            Self::BadBase64 => "A part of the token or key is not base64url without padding.",
            Self::BadJson => "A part of the token or key is not a JSON object.",
            Self::DuplicateMember => "A member name appears twice in one JSON object.",
            Self::TooDeep => "The JSON is nested too deeply.",
            Self::BadHeader => "The token's header is missing alg or has a member of the wrong type.",
            Self::Unsecured => "Tokens without a signature are not accepted.",
            Self::UnknownAlgorithm => "The token names an algorithm that is not known here.",
            Self::AlgorithmNotAllowed => "The token's algorithm is not accepted here.",
            Self::CriticalHeader => "The token demands a header extension that is not supported.",
            Self::WrongTyp => "This is another kind of token than the one expected here.",
            Self::UnknownKey => "No known key fits this token.",
            Self::BadSignature => "The token's signature is not valid.",
            Self::BadKey => "The key is malformed.",
            Self::WeakKey => "The key is too short for its algorithm.",
            Self::UnsupportedKey => "The key's type does not fit the algorithm or is not supported.",
            Self::PrivateKey => "The key holds private members; send the public key only.",
            Self::TooManyKeys => "The key set holds too many keys.",
            Self::Expired => "The token has expired.",
            Self::NotYetValid => "The token is not valid yet.",
            Self::IssuedInFuture => "The token was issued in the future; check the clocks.",
            Self::BadTime => "exp, nbf and iat are numbers of seconds.",
            Self::SigningFailed => "The token could not be signed.",
        }
    }
}

impl fmt::Display for JoseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.public())
    }
}

impl std::error::Error for JoseError {}
