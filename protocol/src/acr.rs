//! How well a person has to have proved who they are: authentication context classes (`acr`, OpenID Connect Core,
//! sections 2, 3.1.2.1 and 5.5.1.1) and what they ask of the methods of a sign-in (`amr`, RFC 8176).
//!
//! A class that we do not know asks for nothing, unless it is essential. One that we know is met or the request fails
//! (RFC 9470, section 5), so that an application can rely on what it asked for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Application;
use crate::error::OAuthError;
use crate::factor::{AMR_HARDWARE_KEY, AMR_KEY, AMR_MULTIPLE, AMR_SOFTWARE_KEY};
use crate::params::Params;
use crate::refusal::Refusal;

/// Any sign-in. It stands in every token whose application asked for no other class.
pub const ACR_DEFAULT: &str = "goauthentik.io/providers/oauth2/default";
/// More than one factor (REFEDS MFA profile).
pub const ACR_MULTIPLE: &str = "https://refeds.org/profile/mfa";
/// A factor that nobody can be tricked out of: a passkey (OpenID Connect Extended Authentication Profile 1.0, section 2).
pub const ACR_PHISHING_RESISTANT: &str = "phr";
/// The classes that we know, from the weakest to the strongest.
pub const ACR_VALUES: &[&str] = &[ACR_DEFAULT, ACR_MULTIPLE, ACR_PHISHING_RESISTANT];

/// The classes that a request asks for, as far as we know them, the preferred one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AcrRequest {
    /// From `acr_values`, or from a voluntary claim `acr`: one of them is to be met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// From an essential claim `acr`: one of them is to be met as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub essential: Vec<String>,
}

impl AcrRequest {
    /// Whether it asks for nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty() && self.essential.is_empty()
    }
}

fn known<'a>(values: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values.filter(|value| ACR_VALUES.contains(value)) {
        if !found.iter().any(|other| other == value) {
            found.push(value.to_owned());
        }
    }
    found
}

/// Reads `acr_values` and the claim `acr` of the `claims` parameter.
///
/// # Errors
/// [`Refusal::ClaimsMalformed`], or [`Refusal::AcrUnmet`] when no essential class is one that we know.
pub fn parse_acr_request(params: &Params) -> Result<AcrRequest, OAuthError> {
    let asked = params.get("acr_values");
    let mut request = AcrRequest {
        values: known(asked.unwrap_or_default().split_ascii_whitespace()),
        essential: Vec::new(),
    };
    let claims: Value = match params.get("claims").map(serde_json::from_str) {
        None => return Ok(request),
        Some(Ok(claims)) => claims,
        Some(Err(_)) => return Err(Refusal::ClaimsMalformed.into()),
    };
    let Some(claim) = claims.get("id_token").and_then(|claims| claims.get("acr")) else {
        return Ok(request);
    };
    let malformed = || OAuthError::new(Refusal::ClaimsMalformed).detail("acr takes `value` or `values`, of text");
    let values: Vec<&str> = match (claim.get("value"), claim.get("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value.as_str().ok_or_else(malformed)?],
        (None, Some(Value::Array(values))) => values
            .iter()
            .map(|value| value.as_str().ok_or_else(malformed))
            .collect::<Result<_, _>>()?,
        _ => return Err(malformed()),
    };
    let ours = known(values.iter().copied());
    if claim.get("essential") == Some(&Value::Bool(true)) {
        if ours.is_empty() && !values.is_empty() {
            return Err(OAuthError::new(Refusal::AcrUnmet)
                .given(values.join(" "))
                .expected(ACR_VALUES.join(" ")));
        }
        request.essential = ours;
    } else if asked.is_none() {
        request.values = ours;
    }
    Ok(request)
}

/// Whether a sign-in by these methods belongs to the class.
#[must_use]
pub fn satisfies(acr: &str, amr: &[String]) -> bool {
    let has = |method: &str| amr.iter().any(|one| one == method);
    match acr {
        ACR_DEFAULT => true,
        ACR_MULTIPLE => has(AMR_MULTIPLE),
        ACR_PHISHING_RESISTANT => has(AMR_KEY) || has(AMR_SOFTWARE_KEY) || has(AMR_HARDWARE_KEY),
        _ => false,
    }
}

/// Whether a sign-in by these methods meets what the application and its request ask for: one class of each list. What
/// the application has registered holds whatever a request says, because a person can change the request.
#[must_use]
pub fn is_met(application: &Application, request: &AcrRequest, amr: &[String]) -> bool {
    [&application.default_acr_values, &request.values, &request.essential]
        .into_iter()
        .all(|list| list.is_empty() || list.iter().any(|acr| satisfies(acr, amr)))
}

/// The class that stands in the tokens: the first one asked for that the sign-in belongs to. `None`: [`ACR_DEFAULT`].
#[must_use]
pub fn class_of(application: &Application, request: &AcrRequest, amr: &[String]) -> Option<String> {
    [&request.essential, &request.values, &application.default_acr_values]
        .into_iter()
        .flatten()
        .find(|acr| satisfies(acr, amr))
        .filter(|acr| *acr != ACR_DEFAULT)
        .cloned()
}
