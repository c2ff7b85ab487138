//! What a pasted token is, whether it counts now, and why or why not: for whoever runs the server.
//!
//! Introspection (RFC 7662) tells a client about its own tokens and says nothing about the others; this is the opposite, every
//! check by name. It believes nothing that is pasted: what is in a token is shown as what it says, what is in our records as what
//! holds. The value itself appears nowhere in the answer.

pub mod finding;

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::bearer::FoundAccessToken;
use crate::client::Client;
use crate::decision::decide_access;
use crate::grants;
use crate::id_token::{HintError, OurKeys};
use crate::introspection::FoundRefreshToken;
use crate::jose::{self, Algorithm, JoseError, TypRule, Verification, VerifyingKey, typ};
use crate::records::Grant;
use crate::time::Time;
use crate::user::User;
pub use finding::{Finding, Severity, What};

/// How far the clocks of two servers may lie apart, in microseconds.
const SKEW: i64 = 60 * crate::time::SECOND;

/// What is known here about the pasted value.
#[derive(Debug)]
pub enum Record<'a> {
    /// Nothing.
    None,
    /// It is an access token.
    Access(&'a FoundAccessToken),
    /// It is a refresh token.
    Refresh(&'a FoundRefreshToken),
    /// It is an authorization code.
    Code(&'a grants::Found),
    /// It is an API token; when it ends.
    Api(Option<Time>),
}

/// A pasted value, taken apart and not believed.
#[derive(Debug)]
pub struct Pasted<'a> {
    /// The signed token: what was pasted, or what was inside when it was encrypted for us.
    signed: Cow<'a, str>,
    /// Whether it was encrypted.
    encrypted: bool,
    /// Header and claims.
    parts: Result<(jose::Header, Map<String, Value>), JoseError>,
}

/// What is said of a token.
#[derive(Debug)]
pub struct Inspection {
    /// `access_token`, `refresh_token`, `authorization_code`, `id_token`, `logout_token`, `api_token`, `jwt` (something
    /// signed that is none of these) or `unknown`.
    pub kind: &'static str,
    /// Whether it opens anything now. An ID token opens nothing: true while it is genuine and has not expired.
    pub active: bool,
    /// Whether it came encrypted.
    pub encrypted: bool,
    /// The header of a JWT, as it says.
    pub header: Option<Map<String, Value>>,
    /// The claims of a JWT, as it says.
    pub claims: Option<Map<String, Value>>,
    /// Every check, in order.
    pub findings: Vec<Finding>,
}

impl<'a> Pasted<'a> {
    /// Takes a value apart; spaces around it and a `Bearer` before it are what copying leaves behind.
    #[must_use]
    pub fn read(keys: &OurKeys, text: &'a str) -> Self {
        let value = trim(text);
        let (signed, encrypted, problem) = match keys.unwrap(value) {
            Ok(inner) => {
                let encrypted = matches!(inner, Cow::Owned(_));
                (inner, encrypted, None)
            }
            Err(HintError::Encrypted) => (Cow::Borrowed(value), true, Some(JoseError::Encrypted)),
            Err(HintError::Signature(error)) => (Cow::Borrowed(value), true, Some(error)),
            Err(HintError::OfAnother) => (Cow::Borrowed(value), true, Some(JoseError::DecryptionFailed)),
        };
        let parts = match problem {
            Some(error) => Err(error),
            None => jose::parse(&signed, jose::MAX_TOKEN_BYTES)
                .and_then(|parsed| Ok((parsed.header().clone(), parsed.unverified_claims()?))),
        };
        Self {
            signed,
            encrypted,
            parts,
        }
    }

    /// The client that the token speaks of, unverified: it chooses the client whose keys then verify it.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        let (_, claims) = self.parts.as_ref().ok()?;
        ["client_id", "azp", "aud"]
            .into_iter()
            .find_map(|name| claims.get(name)?.as_str())
    }

    /// The id of the key that it names.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.parts.as_ref().ok()?.0.kid.as_deref()
    }
}

/// The value itself, without what copying leaves around it.
#[must_use]
pub fn trim(text: &str) -> &str {
    let text = text.trim().trim_matches(['"', '\'', ',', ';']);
    match text.split_once(char::is_whitespace) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
        None if text.eq_ignore_ascii_case("bearer") => "",
        _ => text,
    }
}

/// Says what a token is. `client`: the application of its record, or the one that it names itself.
#[must_use]
pub fn inspect(
    now: Time,
    public_url: &str,
    keys: &OurKeys,
    pasted: &Pasted<'_>,
    record: &Record<'_>,
    client: Option<&Client>,
) -> Inspection {
    let mut findings = Vec::new();
    let kind = kind_of(pasted, record);
    let genuine = match &pasted.parts {
        Ok((_, claims)) => {
            let genuine = check_signature(keys, pasted, client, &mut findings);
            check_issuer(public_url, claims, client, &mut findings);
            if matches!(record, Record::None) {
                check_times(now, claims, &mut findings);
            }
            genuine
        }
        Err(error) => {
            // What is not a JWT at all may be one of our opaque values; only a record can tell.
            if *error != JoseError::NotThreeParts || matches!(record, Record::None) {
                findings.push(Finding::new(What::Unreadable).value(error.public()));
            }
            false
        }
    };
    check_record(now, record, client, kind, &mut findings);
    let harmless = findings
        .iter()
        .all(|finding| finding.what.severity() != Severity::Problem);
    let known = !matches!(record, Record::None);
    let (header, claims) = match &pasted.parts {
        Ok((header, claims)) => (Some(header.members.clone()), Some(claims.clone())),
        Err(_) => (None, None),
    };
    Inspection {
        kind,
        active: harmless && (known || (genuine && matches!(kind, "id_token" | "logout_token"))),
        encrypted: pasted.encrypted,
        header,
        claims,
        findings,
    }
}

fn kind_of(pasted: &Pasted<'_>, record: &Record<'_>) -> &'static str {
    match record {
        Record::Access(_) => "access_token",
        Record::Refresh(_) => "refresh_token",
        Record::Code(_) => "authorization_code",
        Record::Api(_) => "api_token",
        Record::None => match &pasted.parts {
            Err(_) => "unknown",
            Ok((header, claims)) => {
                let is = |name: &str| header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case(name));
                if is(typ::ACCESS_TOKEN) {
                    "access_token"
                } else if is(typ::LOGOUT_TOKEN) || claims.contains_key("events") {
                    "logout_token"
                } else if claims.contains_key("aud") && claims.contains_key("sub") {
                    "id_token"
                } else {
                    "jwt"
                }
            }
        },
    }
}

/// Whether one of our keys, or a secret of the client, made the signature.
fn check_signature(keys: &OurKeys, pasted: &Pasted<'_>, client: Option<&Client>, findings: &mut Vec<Finding>) -> bool {
    let own = client.map(|client| client.signing_key.verifying_key());
    let former = client.map_or(&[][..], |client| &client.former_secrets);
    let candidates: Vec<VerifyingKey> = own
        .into_iter()
        .chain(former.iter().cloned())
        .chain(keys.verifying.iter().cloned())
        .collect();
    let rules = Verification::new(&candidates, &Algorithm::ALL, TypRule::Any);
    let parsed = jose::parse(&pasted.signed, jose::MAX_TOKEN_BYTES);
    let outcome = parsed.and_then(|parsed| parsed.check(&rules));
    let by_key = |index: usize| candidates.get(index).and_then(VerifyingKey::kid).map(str::to_owned);
    findings.push(match outcome {
        Ok(index) => match by_key(index) {
            Some(kid) => Finding::new(What::SignatureOfKey).value(&kid),
            None => Finding::new(What::SignatureOfSecret),
        },
        Err(JoseError::UnknownKey) => Finding::new(What::SignatureOfUnknownKey).value(pasted.kid().unwrap_or_default()),
        Err(error) => Finding::new(What::SignatureWrong).value(error.public()),
    });
    outcome.is_ok()
}

fn check_issuer(public_url: &str, claims: &Map<String, Value>, client: Option<&Client>, findings: &mut Vec<Finding>) {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    match text("iss") {
        None => findings.push(Finding::new(What::IssuerMissing)),
        Some(issuer) if issuer == public_url || client.is_some_and(|client| client.issuer == issuer) => {
            findings.push(Finding::new(What::IssuerOurs).value(issuer));
        }
        Some(issuer) if issuer.starts_with(public_url) => {
            findings.push(Finding::new(What::IssuerOfNoApplication).value(issuer));
        }
        Some(issuer) => findings.push(Finding::new(What::IssuerForeign).value(issuer)),
    }
    findings.push(match client {
        Some(client) => Finding::new(What::ClientKnown).value(&client.application.slug),
        None => Finding::new(What::ClientUnknown).value(text("aud").unwrap_or_default()),
    });
}

/// Times of a token that has no record, as it says them.
fn check_times(now: Time, claims: &Map<String, Value>, findings: &mut Vec<Finding>) {
    let time = |name: &str| {
        let seconds = claims.get(name)?.as_f64()?;
        // Beyond this no calendar has a date.
        (seconds.abs() < 1e11).then_some(Time((seconds * 1e6) as i64))
    };
    match time("exp") {
        None => findings.push(Finding::new(What::NeverExpires)),
        Some(at) if now.0 > at.0.saturating_add(SKEW) => findings.push(Finding::new(What::Expired).at(at)),
        Some(at) => findings.push(Finding::new(What::Lives).at(at)),
    }
    if let Some(at) = time("nbf").or_else(|| time("iat"))
        && at.0 > now.0.saturating_add(SKEW)
    {
        findings.push(Finding::new(What::NotYetValid).at(at));
    }
}

fn check_record(now: Time, record: &Record<'_>, client: Option<&Client>, kind: &str, findings: &mut Vec<Finding>) {
    match record {
        Record::None => findings.push(Finding::new(match kind {
            "id_token" | "logout_token" => What::NotTracked,
            _ => What::NotRecorded,
        })),
        Record::Api(expires_at) => {
            findings.push(Finding::new(What::Recorded));
            check_end(now, *expires_at, findings);
        }
        Record::Access(found) => {
            findings.push(Finding::new(What::Recorded).at(found.token.issued_at));
            check_end(now, Some(found.token.expires_at), findings);
            if let Some(at) = found.token.revoked_at {
                findings.push(Finding::new(What::Revoked).at(at));
            }
            // Codes and refresh tokens outlive the browser session, what they give then hangs on none.
            if !found.session_alive {
                findings.push(Finding::new(What::SessionEnded));
            }
            let user = found.subject.as_ref().map(|subject| &subject.user);
            check_family(&found.grant, user, client, findings);
        }
        Record::Refresh(found) => {
            findings.push(Finding::new(What::Recorded).at(found.token.issued_at));
            check_end(now, Some(found.token.expires_at), findings);
            if let Some(at) = found.token.used_at {
                findings.push(Finding::new(What::Replaced).at(at));
            }
            if let Some(at) = found.token.revoked_at {
                findings.push(Finding::new(What::Revoked).at(at));
            }
            let user = found.subject.as_ref().map(|subject| &subject.user);
            check_family(&found.grant, user, client, findings);
        }
        Record::Code(found) => {
            if let Some(code) = &found.code {
                findings.push(Finding::new(What::Recorded));
                check_end(now, Some(code.expires_at), findings);
                if let Some(at) = code.used_at {
                    findings.push(Finding::new(What::Redeemed).at(at));
                }
            }
            if let Some(grant) = &found.grant {
                let user = found.subject.as_ref().map(|subject| &subject.user);
                check_family(grant, user, client, findings);
            }
        }
    }
}

fn check_end(now: Time, end: Option<Time>, findings: &mut Vec<Finding>) {
    findings.push(match end {
        None | Some(Time::NEVER) => Finding::new(What::NeverExpires),
        Some(at) if now >= at => Finding::new(What::Expired).at(at),
        Some(at) => Finding::new(What::Lives).at(at),
    });
}

fn check_family(grant: &Grant, user: Option<&User>, client: Option<&Client>, findings: &mut Vec<Finding>) {
    if let Some(at) = grant.revoked_at {
        findings.push(Finding::new(What::FamilyRevoked).at(at));
    }
    match client {
        None => findings.push(Finding::new(What::ApplicationDeleted)),
        Some(client) if !client.application.enabled => findings.push(Finding::new(What::ApplicationDisabled)),
        Some(_) => {}
    }
    let Some(user) = user else {
        findings.push(Finding::new(What::SubjectDeleted));
        return;
    };
    findings.push(match decide_access(None, Some(user), grant.issued_at) {
        Ok(_) => Finding::new(What::SubjectStanding).value(&user.username),
        Err(_) if !user.is_active => Finding::new(What::SubjectDisabled).value(&user.username),
        Err(_) => Finding::new(What::SignedOutEverywhere).at(user.valid_from),
    });
}
