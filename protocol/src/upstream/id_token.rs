//! The checks of an ID token (OpenID Connect Core, section 3.1.3.7) and of a signed profile (section 5.3.2), from the side of
//! the relying party. Each defect has a refusal of its own.

use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::document::Document;
use super::source::{Source, Upstream};
use super::vendors::{self, Habit};
use crate::duration::Span;
use crate::env::Env;
use crate::error::OAuthError;
use crate::jose::{self, Algorithm, JoseError, JwkSet, TypRule, Verification, VerifyingKey};
use crate::refusal::Refusal;
use crate::time::{HOUR, Time};

/// How far the clocks of both sides may differ.
const LEEWAY: Span = Span::from_secs(60);
/// How old an ID token may be that answers a code redeemed just now.
const MOST_AGE: i64 = HOUR;
/// The longest token; groups in it make one long.
const MOST_BYTES: usize = 128 * 1024;
/// The longest subject (OpenID Connect Core, section 2).
const LONGEST_SUBJECT: usize = 255;
/// What stands for the tenant in the issuer of a multi-tenant vendor.
const TENANT: &str = "{tenantid}";
/// The kinds of token that say they are something else than an ID token (RFC 8725, section 3.11).
const OTHER_KINDS: [&str; 5] = [
    "at+jwt",
    "logout+jwt",
    "dpop+jwt",
    "secevent+jwt",
    "token-introspection+jwt",
];

/// Why a token does not count.
#[derive(Debug)]
pub(super) enum TokenFault {
    /// No key fits: the keys of the source may have changed.
    KeyUnknown(Box<OAuthError>),
    /// A defect.
    Refused(Box<OAuthError>),
}

impl From<OAuthError> for TokenFault {
    fn from(error: OAuthError) -> Self {
        Self::Refused(Box::new(error))
    }
}

/// What an ID token is compared with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    /// Of the authorization request; `None`: an ID token that came with a refreshed access token.
    pub(super) nonce: Option<&'a str>,
    /// The access token that came with it.
    pub(super) access_token: &'a str,
}

/// Checks an ID token in full and gives its claims.
///
/// # Errors
/// One refusal per defect; [`TokenFault::KeyUnknown`] when it is worth reading the keys of the source again.
pub(super) fn check_id_token(
    env: &Env<'_>,
    upstream: &Upstream,
    keys: &JwkSet,
    token: &str,
    expected: Expected<'_>,
) -> Result<Document, TokenFault> {
    let (claims, alg) = verified(upstream, keys, token)?;
    let source = &upstream.source;
    check_issuer(source, &claims)?;
    check_audience(vendors::client_id(source), &claims)?;
    check_times(env.now, &claims)?;
    if let Some(nonce) = expected.nonce
        && claims.text("nonce") != Some(nonce)
    {
        let given = if claims.get("nonce").is_some() {
            "another nonce"
        } else {
            "no nonce"
        };
        return Err(OAuthError::new(Refusal::UpstreamNonceWrong).given(given).into());
    }
    if let Some(given) = claims.get("at_hash").filter(|value| !value.is_null()) {
        let computed = alg.hash_half(expected.access_token.as_bytes());
        if given.as_str() != Some(computed.as_str()) {
            return Err(OAuthError::new(Refusal::UpstreamAtHashWrong)
                .given(shown(given))
                .expected(format!("left half of the hash of the access token, as {alg} hashes"))
                .into());
        }
    }
    check_subject(&claims)?;
    Ok(claims)
}

/// Checks a profile that came as a signed JWT (OpenID Connect Core, section 5.3.2): the signature, and `iss` and `aud` as far as
/// they are there.
///
/// # Errors
/// As [`check_id_token`].
pub(super) fn check_signed_profile(upstream: &Upstream, keys: &JwkSet, token: &str) -> Result<Document, TokenFault> {
    let (claims, _) = verified(upstream, keys, token)?;
    if claims.get("iss").is_some() {
        check_issuer(&upstream.source, &claims)?;
    }
    if claims.get("aud").is_some() {
        check_audience(vendors::client_id(&upstream.source), &claims)?;
    }
    Ok(claims)
}

/// The claims of a token whose signature fits, and its algorithm.
fn verified(upstream: &Upstream, keys: &JwkSet, token: &str) -> Result<(Document, Algorithm), TokenFault> {
    let malformed = |error: JoseError| OAuthError::new(Refusal::UpstreamIdTokenMalformed).detail(error.code());
    let allowed = allowed_algorithms(&upstream.source);
    let names = || allowed.iter().map(|alg| alg.as_str()).collect::<Vec<_>>().join(" ");
    let wrong_algorithm = |given: &str| {
        OAuthError::new(Refusal::UpstreamAlgorithmWrong)
            .given(given)
            .expected(names())
    };
    let parsed = jose::parse(token, MOST_BYTES).map_err(|error| match error {
        JoseError::Unsecured => wrong_algorithm("none"),
        JoseError::UnknownAlgorithm => wrong_algorithm("an unknown one"),
        error => malformed(error),
    })?;
    let header = parsed.header();
    let (alg, kid) = (header.alg, header.kid.clone());
    if let Some(typ) = &header.typ
        && OTHER_KINDS.iter().any(|kind| typ.to_ascii_lowercase().ends_with(kind))
    {
        return Err(OAuthError::new(Refusal::UpstreamIdTokenMalformed)
            .given(typ.clone())
            .expected("JWT")
            .into());
    }
    let keys = verifying_keys(upstream, keys, alg);
    let rules = Verification {
        max_bytes: MOST_BYTES,
        ..Verification::new(&keys, &allowed, TypRule::Any)
    };
    let fault = |error: JoseError| {
        let kid_text = kid.clone().unwrap_or_else(|| "no kid".to_owned());
        match error {
            JoseError::AlgorithmNotAllowed => wrong_algorithm(alg.as_str()).into(),
            JoseError::UnknownKey if !alg.is_symmetric() => {
                TokenFault::KeyUnknown(Box::new(OAuthError::new(Refusal::UpstreamKeyUnknown).given(kid_text)))
            }
            JoseError::UnknownKey => {
                TokenFault::from(OAuthError::new(Refusal::UpstreamNotConfigured).expected(format!(
                    "client_secret of at least {} bytes",
                    alg.shortest_secret().unwrap_or_default()
                )))
            }
            // Without a kid nothing tells a changed key from a wrong signature.
            JoseError::BadSignature if kid.is_none() && !alg.is_symmetric() => TokenFault::KeyUnknown(Box::new(
                OAuthError::new(Refusal::UpstreamSignatureWrong).given(kid_text),
            )),
            JoseError::BadSignature => OAuthError::new(Refusal::UpstreamSignatureWrong).given(kid_text).into(),
            error => malformed(error).into(),
        }
    };
    parsed.check(&rules).map_err(fault)?;
    let claims = Document::parse(parsed.unverified_payload()).map_err(malformed)?;
    Ok((claims, alg))
}

/// The algorithms that the source may sign with. Those of a shared secret count only when the source names them: with a public
/// client there would be no secret in it.
fn allowed_algorithms(source: &Source) -> Vec<Algorithm> {
    if source.id_token_signing_algs.is_empty() {
        return Algorithm::ASYMMETRIC.to_vec();
    }
    let named = source.id_token_signing_algs.iter();
    named.filter_map(|name| name.parse().ok()).collect()
}

/// The keys that may have signed: those of the source, or the client secret for the algorithms of a shared secret.
fn verifying_keys(upstream: &Upstream, keys: &JwkSet, alg: Algorithm) -> Vec<VerifyingKey> {
    if !alg.is_symmetric() {
        return keys.verifying_keys();
    }
    let secret = upstream
        .client_secret
        .as_ref()
        .map(|secret| secret.expose_secret().as_bytes());
    let key = secret.and_then(|secret| VerifyingKey::hmac(secret, alg).ok());
    key.into_iter().collect()
}

fn check_issuer(source: &Source, claims: &Document) -> Result<(), OAuthError> {
    let expected = source.issuer.as_deref().unwrap_or_default();
    let given = claims.get("iss").and_then(Value::as_str);
    let tenant = claims.text("tid");
    if !expected.is_empty() && given.is_some_and(|given| is_issuer(source, given, tenant)) {
        return Ok(());
    }
    Err(OAuthError::new(Refusal::UpstreamIssuerWrong)
        .given(given.unwrap_or("no iss"))
        .expected(expected))
}

/// Whether `given` is the issuer of the source, character by character. Microsoft's issuer for all tenants holds a place for the
/// tenant: there the claim `tid` says which, and it has to be a GUID, so that nothing else can stand in that place.
pub(super) fn is_issuer(source: &Source, given: &str, tenant: Option<&str>) -> bool {
    let Some(expected) = source.issuer.as_deref() else {
        return false;
    };
    match expected.split_once(TENANT) {
        Some((before, after)) if matches!(vendors::habit(source), Habit::Microsoft | Habit::Entra) => {
            let named = given.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            // One tenant that is named for the authorization is the only one that may answer.
            let asked = source.authorization_params.get("tenant").filter(|asked| is_guid(asked));
            let fits =
                |named: &str| asked.is_none_or(|asked| asked == named) && tenant.is_none_or(|tenant| tenant == named);
            named.is_some_and(|named| is_guid(named) && fits(named))
        }
        _ => given == expected,
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// `aud` holds our client id; with other audiences beside it, or when it is there at all, `azp` is our client id.
fn check_audience(client_id: &str, claims: &Document) -> Result<(), OAuthError> {
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect()
        }
        _ => Vec::new(),
    };
    if !audiences.contains(&client_id) {
        return Err(OAuthError::new(Refusal::UpstreamAudienceWrong)
            .given(audiences.join(" "))
            .expected(client_id));
    }
    let wrong = |given: String| {
        Err(OAuthError::new(Refusal::UpstreamAuthorizedPartyWrong)
            .given(given)
            .expected(client_id))
    };
    match claims.get("azp") {
        Some(Value::String(azp)) if azp == client_id => Ok(()),
        Some(other) => wrong(shown(other)),
        None if audiences.iter().any(|audience| *audience != client_id) => {
            wrong(format!("no azp, and aud is {}", audiences.join(" ")))
        }
        None => Ok(()),
    }
}

fn check_times(now: Time, claims: &Document) -> Result<(), OAuthError> {
    let given = |name: &str| {
        claims
            .get(name)
            .map_or_else(|| format!("no {name}"), |value| format!("{name} {value}"))
    };
    let refuse = |refusal, name: &str| {
        Err(OAuthError::new(refusal)
            .given(given(name))
            .expected(format!("now {}", now.seconds())))
    };
    let times = match jose::check_times(claims.members(), now, LEEWAY) {
        Ok(times) => times,
        Err(JoseError::Expired) => return refuse(Refusal::UpstreamTokenExpired, "exp"),
        Err(JoseError::NotYetValid) => return refuse(Refusal::UpstreamTokenNotYetValid, "nbf"),
        Err(JoseError::IssuedInFuture) => return refuse(Refusal::UpstreamTokenNotYetValid, "iat"),
        Err(_) => return refuse(Refusal::UpstreamTimesMalformed, "exp"),
    };
    match (times.exp, times.iat) {
        (None, _) => refuse(Refusal::UpstreamTimesMalformed, "exp"),
        (_, None) => refuse(Refusal::UpstreamTimesMalformed, "iat"),
        (_, Some(iat)) if now.since(iat) > MOST_AGE => refuse(Refusal::UpstreamTokenTooOld, "iat"),
        _ => Ok(()),
    }
}

fn check_subject(claims: &Document) -> Result<(), OAuthError> {
    let sub = claims.get("sub");
    let fits = sub.and_then(Value::as_str).is_some_and(|sub| {
        !sub.trim().is_empty() && sub.chars().count() <= LONGEST_SUBJECT && !sub.chars().any(char::is_control)
    });
    if fits {
        return Ok(());
    }
    let given = sub.map_or_else(|| "no sub".to_owned(), shown);
    Err(OAuthError::new(Refusal::UpstreamSubjectMalformed).given(given))
}

/// A value for administrators: a text as it is, everything else as JSON.
fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
