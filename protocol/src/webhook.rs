//! Webhooks: which events there are, what one says, and how it is signed (Standard Webhooks 1.0.0).
//!
//! The envelope and the names of the events are authn.sh's; the signature is that of Standard Webhooks, which is the same.
//! Who is told and when stands elsewhere.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::env::Entropy;
use crate::time::Time;

/// What every secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of a secret. The specification asks for 24 to 64.
const SECRET_BYTES: usize = 32;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// A source was made.
    OauthProviderCreated,
    /// A source was changed.
    OauthProviderUpdated,
    /// A source was deleted.
    OauthProviderDeleted,
    /// An identity at a source was linked to a user; later sign-ins are no such event.
    ExternalAccountConnected,
    /// Such a link was taken away.
    ExternalAccountUnlinked,
    /// A user was made.
    UserCreated,
    /// A user was changed, or its password.
    UserUpdated,
    /// A user was deleted.
    UserDeleted,
    /// Somebody signed in.
    SessionCreated,
    /// A browser session has ended.
    SessionEnded,
    /// An administrator asked for an event to try the way.
    WebhookTest,
}

impl EventType {
    /// Everything that a webhook may ask for.
    pub const ALL: [Self; 10] = [
        Self::OauthProviderCreated,
        Self::OauthProviderUpdated,
        Self::OauthProviderDeleted,
        Self::ExternalAccountConnected,
        Self::ExternalAccountUnlinked,
        Self::UserCreated,
        Self::UserUpdated,
        Self::UserDeleted,
        Self::SessionCreated,
        Self::SessionEnded,
    ];

    /// The name in the envelope.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OauthProviderCreated => "oauthProvider.created",
            Self::OauthProviderUpdated => "oauthProvider.updated",
            Self::OauthProviderDeleted => "oauthProvider.deleted",
            Self::ExternalAccountConnected => "externalAccount.connected",
            Self::ExternalAccountUnlinked => "externalAccount.unlinked",
            Self::UserCreated => "user.created",
            Self::UserUpdated => "user.updated",
            Self::UserDeleted => "user.deleted",
            Self::SessionCreated => "session.created",
            Self::SessionEnded => "session.ended",
            Self::WebhookTest => "webhook.test",
        }
    }

    /// The event of a name that a webhook may ask for.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Which events somebody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventTypes(u16);

impl EventTypes {
    /// None.
    pub const NONE: Self = Self(0);

    /// All that `names` name; `*` names every one.
    #[must_use]
    pub fn of(names: &[String]) -> Self {
        let wanted = |kind: &EventType| names.iter().any(|name| name == "*" || name == kind.as_str());
        let bits = EventType::ALL.into_iter().filter(wanted).map(bit);
        Self(bits.fold(0, |all, bit| all | bit))
    }

    /// Whether `kind` is among them.
    #[must_use]
    pub const fn contains(self, kind: EventType) -> bool {
        self.0 & bit(kind) != 0
    }

    /// These and those of `other`.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As a number, for whoever keeps it in one.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// The inverse of [`EventTypes::bits`].
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

const fn bit(kind: EventType) -> u16 {
    1 << kind as u16
}

/// An address that is told of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// `whk_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// Where events are sent.
    pub url: String,
    /// Names of events, or `*`.
    pub events: Vec<String>,
    /// Switched off, it is told nothing.
    pub enabled: bool,
    /// Why it was switched off, when we did that.
    pub disabled_reason: Option<String>,
    /// Until when the secret before this one signs as well.
    pub previous_secret_until: Option<Time>,
}

impl Webhook {
    /// Whether it is to hear of events of this kind.
    #[must_use]
    pub fn wants(&self, kind: EventType) -> bool {
        self.enabled && EventTypes::of(&self.events).contains(kind)
    }
}

/// A new secret: `whsec_` and 32 random bytes in base64.
#[must_use]
pub fn new_secret(entropy: &dyn Entropy) -> SecretString {
    let mut bytes = zeroize::Zeroizing::new([0u8; SECRET_BYTES]);
    entropy.fill(bytes.as_mut());
    SecretString::from(format!("{PREFIX}{}", STANDARD.encode(bytes.as_ref())))
}

/// The header `webhook-signature`: one signature by each secret, separated by spaces. What is signed is the id, the time of
/// the attempt in seconds and the body, with dots between them. A secret that is not one of ours signs nothing.
#[must_use]
pub fn sign<'a>(
    secrets: impl IntoIterator<Item = &'a SecretString>,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Option<String> {
    let mut content = format!("{id}.{timestamp}.").into_bytes();
    content.extend_from_slice(body);
    let mut signatures = Vec::new();
    for secret in secrets {
        let encoded = secret.expose_secret().strip_prefix(PREFIX)?;
        let bytes = zeroize::Zeroizing::new(STANDARD.decode(encoded).ok()?);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        signatures.push(format!("v1,{}", STANDARD.encode(hmac::sign(&key, &content))));
    }
    (!signatures.is_empty()).then(|| signatures.join(" "))
}

/// What an event says of itself beside its data.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Id of the event.
    pub id: &'a str,
    /// What happened.
    pub kind: EventType,
    /// When.
    pub at: Time,
    /// Which installation says so.
    pub instance_id: &'a str,
}

impl Envelope<'_> {
    /// The event as it is sent. Times are milliseconds since 1970, as everywhere in authn.sh's objects.
    #[must_use]
    pub fn with(&self, data: &Value) -> Value {
        json!({
            "id": self.id,
            "object": "event",
            "type": self.kind.as_str(),
            "data": data,
            "timestamp": self.at.0.div_euclid(1000),
            "instance_id": self.instance_id,
            "was_test": self.kind == EventType::WebhookTest,
        })
    }
}

/// A name for the installation that says nothing about the secret it is made from.
#[must_use]
pub fn instance_id(secret: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let tag = hmac::sign(&key, b"webhook instance");
    let short: String = crate::id::hex(tag.as_ref()).chars().take(26).collect();
    format!("ins_{short}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the libraries of Standard Webhooks.
    #[test]
    fn the_signature_is_the_one_of_the_published_example() {
        let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = br#"{"test": 2432232314}"#;
        let signed = sign([&secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed.as_deref(), Some(expected));
        let two = sign([&secret, &secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(two, Some(format!("{expected} {expected}")));
        for wrong in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64", ""] {
            assert_eq!(sign([&SecretString::from(wrong)], "msg", 0, body), None, "{wrong}");
        }
        assert_eq!(sign([], "msg", 0, body), None);
    }

    #[test]
    fn an_event_is_wanted_by_its_name_or_by_the_star() {
        let of = |names: &[&str]| EventTypes::of(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        let some = of(&["user.created", "session.ended", "webhook.test", "nothing"]);
        for kind in EventType::ALL {
            assert_eq!(EventType::from_name(kind.as_str()), Some(kind));
            let named = matches!(kind, EventType::UserCreated | EventType::SessionEnded);
            assert_eq!(some.contains(kind), named, "{kind:?}");
            assert!(of(&["*"]).contains(kind));
            assert!(!EventTypes::NONE.contains(kind));
        }
        assert!(!of(&["*"]).contains(EventType::WebhookTest), "nobody asks for it");
        assert_eq!(EventType::from_name("webhook.test"), None);
        assert_eq!(EventTypes::from_bits(some.bits()), some);
    }
}
