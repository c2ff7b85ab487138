//! Reading and verifying a token in compact form (RFC 7515 section 5.2) with the precautions of RFC 8725.
//!
//! The caller says which keys, algorithms and `typ` values it accepts; the token only chooses among them. `kid` is a hint, compared and
//! nothing else. `jku`, `jwk`, `x5u` and `x5c` in a header are never followed.

use serde_json::{Map, Value};

use super::{Algorithm, JoseError, VerifyingKey, base64url, json};

/// The longest token that is looked at unless the caller says otherwise.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// The longest header, in characters: room for a certificate chain, which is not looked at.
pub(super) const MAX_HEADER_BYTES: usize = 8 * 1024;
/// A header is an object with at most a key and its lists inside.
pub(super) const MAX_HEADER_DEPTH: usize = 4;
/// Claims may nest, but within reason.
const MAX_CLAIMS_DEPTH: usize = 32;

/// What a caller accepts.
#[derive(Debug, Clone, Copy)]
pub struct Verification<'a> {
    /// The keys of the expected issuer.
    pub keys: &'a [VerifyingKey],
    /// The algorithms that are accepted from it.
    pub algorithms: &'a [Algorithm],
    /// The kinds of token that are accepted.
    pub typ: TypRule<'a>,
    /// The longest token, in bytes.
    pub max_bytes: usize,
}

/// Which values of the `typ` header are accepted; compared without case and without an `application/` prefix (RFC 7515 section 4.1.9).
#[derive(Debug, Clone, Copy)]
pub enum TypRule<'a> {
    /// Any value, or none.
    Any,
    /// One of these; a token without `typ` is refused.
    OneOf(&'a [&'a str]),
    /// One of these, or no `typ` at all, for issuers that do not set it.
    OneOfOrAbsent(&'a [&'a str]),
}

/// The members of a header that have a meaning here, and all members as they came.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The algorithm.
    pub alg: Algorithm,
    /// Key id: data to compare, never a path or a query.
    pub kid: Option<String>,
    /// Kind of token.
    pub typ: Option<String>,
    /// Everything in the header.
    pub members: Map<String, Value>,
}

/// A token in parts, not verified yet.
#[derive(Debug, Clone)]
pub struct Parsed<'a> {
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signed: &'a str,
}

/// A token whose signature fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// Its header.
    pub header: Header,
    /// Its claims. Nothing in them has been checked.
    pub claims: Map<String, Value>,
    /// The position in [`Verification::keys`] of the key that fits.
    pub key_index: usize,
}

impl<'a> Verification<'a> {
    /// Accepts tokens by `keys` with `algorithms`, of the kinds in `typ`, up to [`MAX_TOKEN_BYTES`].
    pub fn new(keys: &'a [VerifyingKey], algorithms: &'a [Algorithm], typ: TypRule<'a>) -> Self {
        Self {
            keys,
            algorithms,
            typ,
            max_bytes: MAX_TOKEN_BYTES,
        }
    }
}

/// Verifies a token and returns its claims. Times are left to [`super::check_times`], and who issued it for whom to the caller.
///
/// # Errors
/// One [`JoseError`] per cause; the form is judged before the signature, the claims are read after it.
pub fn verify(token: &str, rules: &Verification<'_>) -> Result<Verified, JoseError> {
    let parsed = parse(token, rules.max_bytes)?;
    let key_index = parsed.check(rules)?;
    let claims = parsed.unverified_claims()?;
    Ok(Verified {
        header: parsed.header,
        claims,
        key_index,
    })
}

/// Takes a token apart without verifying it, for callers that must read the issuer before they know the keys.
///
/// # Errors
/// `TooLarge`, `NotThreeParts`, `Encrypted`, `BadBase64`, `BadJson`, `DuplicateMember`, `TooDeep`, `BadHeader`, `Unsecured`,
/// `UnknownAlgorithm`, `CriticalHeader`.
pub fn parse(token: &str, max_bytes: usize) -> Result<Parsed<'_>, JoseError> {
    if token.len() > max_bytes {
        return Err(JoseError::TooLarge);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(JoseError::NotThreeParts);
    };
    match parts.count() {
        0 => {}
        2 => return Err(JoseError::Encrypted),
        _ => return Err(JoseError::NotThreeParts),
    }
    if header.len() > MAX_HEADER_BYTES {
        return Err(JoseError::TooLarge);
    }
    let signed = token
        .get(..header.len() + 1 + payload.len())
        .ok_or(JoseError::NotThreeParts)?;
    Ok(Parsed {
        header: parse_header(&base64url::decode(header)?)?,
        payload: base64url::decode(payload)?,
        signature: base64url::decode(signature)?,
        signed,
    })
}

fn parse_header(text: &[u8]) -> Result<Header, JoseError> {
    let members = json::parse_object(text, MAX_HEADER_DEPTH)?;
    let member = |name: &str| match members.get(name) {
        None => Ok(None),
        Some(Value::String(value)) => Ok(Some(value.as_str())),
        Some(_) => Err(JoseError::BadHeader),
    };
    let alg = member("alg")?.ok_or(JoseError::BadHeader)?.parse()?;
    let kid = member("kid")?.map(str::to_owned);
    let typ = member("typ")?.map(str::to_owned);
    // No extension is understood here, and an empty list is malformed (RFC 7515 section 4.1.11). That covers `b64` of RFC 7797, too.
    if members.contains_key("crit") {
        return Err(JoseError::CriticalHeader);
    }
    Ok(Header { alg, kid, typ, members })
}

impl Parsed<'_> {
    /// The header. Not verified.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The payload. Not verified.
    pub fn unverified_payload(&self) -> &[u8] {
        &self.payload
    }

    /// The claims. Not verified: good for choosing keys, for nothing else.
    ///
    /// # Errors
    /// `BadJson`, `DuplicateMember`, `TooDeep`.
    pub fn unverified_claims(&self) -> Result<Map<String, Value>, JoseError> {
        json::parse_object(&self.payload, MAX_CLAIMS_DEPTH)
    }

    /// Checks algorithm, kind and signature; returns the position of the key that fits.
    ///
    /// A key with the token's `kid` is used when there is one, otherwise those without any `kid`; a token without `kid` tries every key
    /// that fits its algorithm (OpenID Connect Core section 10.1).
    ///
    /// # Errors
    /// `AlgorithmNotAllowed`, `WrongTyp`, `UnknownKey` (worth reading the issuer's keys again), `BadSignature`.
    pub fn check(&self, rules: &Verification<'_>) -> Result<usize, JoseError> {
        let alg = self.header.alg;
        if !rules.algorithms.contains(&alg) {
            return Err(JoseError::AlgorithmNotAllowed);
        }
        check_typ(self.header.typ.as_deref(), rules.typ)?;
        let kid = self.header.kid.as_deref();
        let named = kid.is_some() && rules.keys.iter().any(|key| key.kid() == kid && key.supports(alg));
        let candidates = rules.keys.iter().enumerate().filter(|(_, key)| {
            key.supports(alg)
                && match (kid, named) {
                    (None, _) => true,
                    (Some(_), true) => key.kid() == kid,
                    (Some(_), false) => key.kid().is_none(),
                }
        });
        let mut outcome = Err(JoseError::UnknownKey);
        for (index, key) in candidates {
            outcome = key
                .check_signature(alg, self.signed.as_bytes(), &self.signature)
                .map(|()| index);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }
}

fn check_typ(typ: Option<&str>, rule: TypRule<'_>) -> Result<(), JoseError> {
    let (accepted, absent) = match rule {
        TypRule::Any => return Ok(()),
        TypRule::OneOf(accepted) => (accepted, false),
        TypRule::OneOfOrAbsent(accepted) => (accepted, true),
    };
    let fits = typ.map_or(absent, |typ| {
        accepted
            .iter()
            .any(|name| short_typ(name).eq_ignore_ascii_case(short_typ(typ)))
    });
    if fits { Ok(()) } else { Err(JoseError::WrongTyp) }
}

/// The media type without `application/`, which may be left out when no other slash follows.
fn short_typ(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}
