//! What can go wrong at a source.

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misbehaviour {
    None,
    Refused,
    NoAddress,
    UnverifiedAddress,
    NumericId,
    EmptyId,
    Wrapped,
    Slow,
    WrongIssuer,
    WrongAudience,
    WrongNonce,
    Expired,
    WrongKey,
    RotatedKeys,
    NoIdToken,
    OtherSubject,
    WrongAtHash,
    TokenRefused,
    UserinfoBroken,
    NotJson,
    FormAnswer,
}

impl Misbehaviour {
    /// Everything, in the order of the page: the name in requests, and what it means.
    pub(super) const ALL: [(Self, &'static str, &'static str); 21] = [
        (Self::None, "none", "Everything is as it should be"),
        (Self::Refused, "refused", "The person says no"),
        (Self::NoAddress, "no_address", "It tells no address"),
        (
            Self::UnverifiedAddress,
            "unverified_address",
            "The address is not verified",
        ),
        (Self::NumericId, "numeric_id", "The identifier is a number beyond 2^53"),
        (Self::EmptyId, "empty_id", "The identifier is empty"),
        (Self::Wrapped, "wrapped", "The profile is wrapped into a list"),
        (Self::Slow, "slow", "The token takes three seconds"),
        (Self::WrongIssuer, "wrong_issuer", "The ID token names another issuer"),
        (
            Self::WrongAudience,
            "wrong_audience",
            "The ID token is for another client",
        ),
        (Self::WrongNonce, "wrong_nonce", "The ID token has another nonce"),
        (Self::Expired, "expired", "The ID token has expired"),
        (
            Self::WrongKey,
            "wrong_key",
            "The ID token is signed with a key that nobody knows",
        ),
        (Self::RotatedKeys, "rotated_keys", "The keys were rotated a moment ago"),
        (Self::NoIdToken, "no_id_token", "There is no ID token"),
        (
            Self::OtherSubject,
            "other_subject",
            "The profile is of somebody else than the ID token",
        ),
        (
            Self::WrongAtHash,
            "wrong_at_hash",
            "The ID token belongs to another access token",
        ),
        (Self::TokenRefused, "token_refused", "The code is refused"),
        (Self::UserinfoBroken, "userinfo_broken", "The profile answers 500"),
        (Self::NotJson, "not_json", "The profile is a page"),
        (Self::FormAnswer, "form_answer", "The token answer is a form"),
    ];

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        found.map(|(misbehaviour, ..)| misbehaviour)
    }
}
