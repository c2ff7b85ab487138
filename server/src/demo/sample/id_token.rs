//! What a relying party checks before it believes an ID token (OpenID Connect Core, section 3.1.3.7).

use protocol::duration::Span;
use protocol::jose::{self, Algorithm, TypRule, Verification, VerifyingKey, typ};
use protocol::time::Time;
use serde_json::{Map, Value};

use super::Problem;

/// How far the clocks of the two may differ.
const LEEWAY: Span = Span::from_secs(10);

/// What the application expects of the token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// The issuer that the sign-in began with.
    pub(super) issuer: &'a str,
    /// The application itself.
    pub(super) client_id: &'a str,
    /// What was sent as `nonce`; none when the token comes from a refresh (section 12.2).
    pub(super) nonce: Option<&'a str>,
    /// The person of the tokens that are replaced, at a refresh.
    pub(super) subject: Option<&'a str>,
    /// The access token that came along, for `at_hash`.
    pub(super) access_token: &'a str,
}

/// A token that passed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct IdToken {
    /// Its JOSE header.
    pub(super) header: Map<String, Value>,
    /// Its claims.
    pub(super) claims: Map<String, Value>,
}

impl IdToken {
    /// The person; never empty.
    pub(super) fn subject(&self) -> &str {
        self.claims.get("sub").and_then(Value::as_str).unwrap_or_default()
    }
}

/// Checks signature, issuer, audience, times, nonce, subject and `at_hash`.
///
/// # Errors
/// The first thing that is wrong, as a sentence.
pub(super) fn check_id_token(
    token: &str,
    keys: &[VerifyingKey],
    expected: Expected<'_>,
    now: Time,
) -> Result<IdToken, Problem> {
    // The application is registered with an RSA key; a token may not choose another algorithm (RFC 8725, section 3.1).
    let rules = Verification::new(keys, &[Algorithm::RS256], TypRule::OneOfOrAbsent(&[typ::JWT]));
    let verified = jose::verify(token, &rules).map_err(|error| refused(&error.to_string()))?;
    let claims = &verified.claims;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(refused("its issuer is another one"));
    }
    check_audience(claims, expected.client_id)?;
    let times = jose::check_times(claims, now, LEEWAY).map_err(|error| refused(&error.to_string()))?;
    if times.exp.is_none() || times.iat.is_none() {
        return Err(refused("it has no exp or no iat"));
    }
    if expected.nonce.is_some() && text("nonce") != expected.nonce {
        return Err(refused("its nonce belongs to another sign-in"));
    }
    let subject = text("sub").filter(|sub| !sub.is_empty());
    if subject.is_none() || (expected.subject.is_some() && subject != expected.subject) {
        return Err(refused("it names nobody, or somebody else"));
    }
    let at_hash = verified.header.alg.hash_half(expected.access_token.as_bytes());
    if text("at_hash").is_some_and(|given| given != at_hash) {
        return Err(refused("its at_hash does not fit the access token"));
    }
    Ok(IdToken {
        header: verified.header.members,
        claims: verified.claims,
    })
}

fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), Problem> {
    let own = Value::from(client_id);
    let fits = match claims.get("aud") {
        Some(Value::Array(audiences)) => {
            audiences.contains(&own) && (audiences.len() == 1 || claims.get("azp") == Some(&own))
        }
        Some(audience) => *audience == own,
        None => false,
    };
    if fits && claims.get("azp").is_none_or(|azp| *azp == own) {
        Ok(())
    } else {
        Err(refused("it is for another application"))
    }
}

fn refused(reason: &str) -> Problem {
    Problem::new(
        "id_token_refused",
        format!("The application does not accept the ID token: {reason}."),
    )
}

#[cfg(test)]
mod tests {
    use protocol::jose::SigningKey;
    use serde_json::json;

    use super::*;

    const NOW: Time = Time::from_seconds(1_800_000_000);

    fn key() -> SigningKey {
        let private = SigningKey::generate(Algorithm::RS256).unwrap();
        SigningKey::from_pkcs8(Some("k1"), Algorithm::RS256, &private).unwrap()
    }

    fn claims() -> Value {
        json!({
            "iss": "http://localhost:9000/application/o/sample/", "sub": "a1", "aud": "sample", "nonce": "n1",
            "iat": 1_799_999_999, "exp": 1_800_000_060, "at_hash": Algorithm::RS256.hash_half(b"token"),
        })
    }

    fn check(key: &SigningKey, claims: &Value) -> Result<IdToken, Problem> {
        let token = key.sign(Some(typ::JWT), claims).unwrap();
        check_id_token(
            &token,
            &[key.verifying_key()],
            Expected {
                issuer: "http://localhost:9000/application/o/sample/",
                client_id: "sample",
                nonce: Some("n1"),
                subject: None,
                access_token: "token",
            },
            NOW,
        )
    }

    #[test]
    fn accepts_what_fits_and_refuses_each_thing_that_does_not() {
        let key = key();
        assert_eq!(check(&key, &claims()).unwrap().subject(), "a1");
        let wrong = [
            ("iss", json!("http://localhost:9000/")),
            ("iss", Value::Null),
            ("sub", json!("")),
            ("sub", Value::Null),
            ("aud", json!("other")),
            ("aud", json!(["sample", "other"])),
            ("aud", json!([])),
            ("azp", json!("other")),
            ("nonce", json!("n2")),
            ("nonce", Value::Null),
            ("exp", json!(1_799_999_000)),
            ("exp", Value::Null),
            ("iat", json!(1_800_001_000)),
            ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ];
        for (name, value) in wrong {
            let mut claims = claims();
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
            let refused = check(&key, &claims).expect_err(&format!("{name} = {value}"));
            assert_eq!(refused.code, "id_token_refused");
        }
        let mut several = claims();
        several["aud"] = json!(["other", "sample"]);
        several["azp"] = json!("sample");
        assert!(check(&key, &several).is_ok());
    }

    #[test]
    fn refuses_the_signature_of_another_key() {
        let (own, other) = (key(), key());
        let token = other.sign(Some(typ::JWT), &claims()).unwrap();
        let expected = Expected {
            issuer: "http://localhost:9000/application/o/sample/",
            client_id: "sample",
            nonce: Some("n1"),
            subject: Some("a1"),
            access_token: "token",
        };
        assert!(check_id_token(&token, &[own.verifying_key()], expected, NOW).is_err());
        assert!(check_id_token(&token, &[other.verifying_key()], expected, NOW).is_ok());
        let somebody_else = Expected {
            subject: Some("b2"),
            ..expected
        };
        assert!(check_id_token(&token, &[other.verifying_key()], somebody_else, NOW).is_err());
    }
}
