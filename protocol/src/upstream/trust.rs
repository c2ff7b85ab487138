//! Tokens of a trusted issuer: a program proves who it is with a JWT that a source signed for it (RFC 7521, section 4.2, and
//! RFC 7523, section 3). Kubernetes, GitHub Actions and GitLab give their programs such tokens.
//!
//! The key is found by its `kid` alone, so a token without one never matches a source. What may be checked is checked: the
//! signature by a public key, `exp` (a token that never ends proves nothing for ever), `nbf`, `iat`, the issuer of a source that has
//! one, the audience where the source names any, and `sub`.

use serde_json::{Map, Value};

use super::source::Source;
use crate::duration::Span;
use crate::error::OAuthError;
use crate::jose::{self, Algorithm, JoseError, JwkSet, TypRule, Verification};
use crate::refusal::Refusal;
use crate::time::Time;

/// How far the clocks of both sides may differ.
const LEEWAY: Span = Span::from_secs(60);
/// The longest subject (OpenID Connect Core, section 2).
const LONGEST_SUBJECT: usize = 255;
/// Tokens that say they are made for something else (RFC 8725, section 3.11).
const OTHER_KINDS: [&str; 4] = ["logout+jwt", "dpop+jwt", "secevent+jwt", "token-introspection+jwt"];

/// A token of a trusted issuer that passed every check. Only [`check_trusted`] makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Trusted {
    source_id: String,
    source_key: String,
    subject: String,
    expires_at: Time,
    claims: Map<String, Value>,
}

impl Trusted {
    /// Id of the source.
    #[must_use]
    pub fn source_id(&self) -> &str {
        &self.source_id
    }

    /// Key of the source.
    #[must_use]
    pub fn source_key(&self) -> &str {
        &self.source_key
    }

    /// `sub`.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// When the token ends.
    #[must_use]
    pub const fn expires_at(&self) -> Time {
        self.expires_at
    }

    /// All claims.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

/// Why a token is no token of a trusted issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrustFault {
    /// It can not be one: it names no key, or it is signed with a shared secret.
    Foreign,
    /// No source has the key that it names; their keys may have changed.
    KeyUnknown,
    /// A source has the key, and the token fails a check.
    Refused(Box<OAuthError>),
}

/// Checks a token against the sources that an application trusts, each with its keys.
///
/// # Errors
/// See [`TrustFault`].
pub fn check_trusted<'a>(
    now: Time,
    sources: impl IntoIterator<Item = (&'a Source, &'a JwkSet)>,
    token: &str,
) -> Result<Trusted, TrustFault> {
    let parsed = jose::parse(token, jose::MAX_TOKEN_BYTES).map_err(|_| TrustFault::Foreign)?;
    let header = parsed.header();
    let Some(kid) = header.kid.as_deref().filter(|_| !header.alg.is_symmetric()) else {
        return Err(TrustFault::Foreign);
    };
    let mut fault = TrustFault::KeyUnknown;
    for (source, keys) in sources {
        let mut named = keys.verifying_keys();
        named.retain(|key| key.kid() == Some(kid));
        if named.is_empty() {
            continue;
        }
        let rules = Verification::new(&named, &Algorithm::ASYMMETRIC, TypRule::Any);
        match parsed.check(&rules) {
            Ok(_) => {}
            // Two issuers may give their keys the same name.
            Err(error) => {
                let refused = OAuthError::new(Refusal::AssertionSignature).detail(error.to_string());
                fault = TrustFault::Refused(Box::new(refused));
                continue;
            }
        }
        let claims = parsed.unverified_claims().map_err(|error| malformed(&error))?;
        // Two sources may have the keys of one issuer, for other audiences or tenants.
        match judge(now, source, header.typ.as_deref(), claims) {
            Ok(trusted) => return Ok(trusted),
            Err(error) => fault = TrustFault::Refused(Box::new(error)),
        }
    }
    Err(fault)
}

fn malformed(error: &JoseError) -> TrustFault {
    let refused = OAuthError::new(Refusal::AssertionMalformed).detail(error.to_string());
    TrustFault::Refused(Box::new(refused))
}

/// The checks of a token whose signature fits.
fn judge(now: Time, source: &Source, typ: Option<&str>, claims: Map<String, Value>) -> Result<Trusted, OAuthError> {
    if let Some(typ) = typ
        && OTHER_KINDS.iter().any(|kind| typ.to_ascii_lowercase().ends_with(kind))
    {
        return Err(OAuthError::new(Refusal::AssertionMalformed).given(typ).expected("JWT"));
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if let Some(issuer) = &source.issuer
        && !text("iss").is_some_and(|given| super::id_token::is_issuer(source, given, text("tid")))
    {
        return Err(OAuthError::new(Refusal::AssertionIssuerWrong)
            .given(text("iss").unwrap_or("no iss"))
            .expected(issuer.clone()));
    }
    let expires_at = check_times(now, &claims)?;
    if let Some(expected) = &source.assertion_audiences {
        check_audience(expected, claims.get("aud"))?;
    }
    let subject = text("sub").filter(|sub| {
        !sub.trim().is_empty() && sub.chars().count() <= LONGEST_SUBJECT && !sub.chars().any(char::is_control)
    });
    let subject = subject.ok_or(Refusal::AssertionSubjectMissing)?.to_owned();
    Ok(Trusted {
        source_id: source.id.clone(),
        source_key: source.key.clone(),
        subject,
        expires_at,
        claims,
    })
}

fn check_times(now: Time, claims: &Map<String, Value>) -> Result<Time, OAuthError> {
    let wrong = |given: &str| {
        OAuthError::new(Refusal::AssertionTimesWrong)
            .given(given)
            .expected(format!("now {}", now.seconds()))
    };
    match jose::check_times(claims, now, LEEWAY) {
        Ok(times) => times.exp.ok_or_else(|| wrong("no exp")),
        Err(JoseError::Expired) => Err(Refusal::AssertionExpired.into()),
        Err(JoseError::NotYetValid) => Err(wrong("a later nbf")),
        Err(JoseError::IssuedInFuture) => Err(wrong("a later iat")),
        Err(_) => Err(wrong("no time")),
    }
}

fn check_audience(expected: &[String], given: Option<&Value>) -> Result<(), OAuthError> {
    let given: Vec<&str> = match given {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if given.iter().any(|one| expected.iter().any(|audience| audience == one)) {
        return Ok(());
    }
    Err(OAuthError::new(Refusal::AssertionAudienceWrong)
        .given(given.join(" "))
        .expected(expected.join(" ")))
}
