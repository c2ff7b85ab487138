//! Provider metadata of a source (OpenID Connect Discovery 1.0, section 4): reading it, filling a record from it, and saying what
//! has changed there since.

use std::fmt;

use serde_json::Value;
use url::Url;

use super::document::Document;
use super::source::Source;
use super::vendors::{self, Habit};
use crate::jose::Algorithm;

/// How every address of provider metadata ends.
pub const WELL_KNOWN: &str = ".well-known/openid-configuration";
/// What stands for the tenant in the issuer of a multi-tenant vendor.
const TENANT: &str = "{tenantid}";
/// The names of all tenants in the addresses of that vendor.
const ALL_TENANTS: [&str; 3] = ["common", "organizations", "consumers"];

/// What provider metadata says, as far as a source has a use for it. Addresses are whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovered {
    /// `issuer`.
    pub issuer: String,
    /// `authorization_endpoint`.
    pub authorization_endpoint: Option<String>,
    /// `token_endpoint`.
    pub token_endpoint: Option<String>,
    /// `userinfo_endpoint`.
    pub userinfo_endpoint: Option<String>,
    /// `jwks_uri`.
    pub jwks_uri: Option<String>,
    /// `revocation_endpoint`.
    pub revocation_endpoint: Option<String>,
    /// `end_session_endpoint`.
    pub end_session_endpoint: Option<String>,
    /// `id_token_signing_alg_values_supported`, without those of a shared secret, which an administrator has to name, and without
    /// those that we do not have.
    pub id_token_signing_algs: Vec<String>,
    /// `authorization_response_iss_parameter_supported` (RFC 9207, section 3).
    pub response_iss: bool,
}

/// Why provider metadata is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiscoveryFault {
    /// The answer is no JSON object.
    NotAnObject,
    /// A member that has to be there is missing.
    Missing(&'static str),
    /// A member is no web address.
    NotAnAddress(&'static str),
    /// The issuer is not the one at whose address it was read (section 4.3).
    IssuerMismatch {
        /// What it says.
        given: String,
        /// What the address says.
        expected: String,
    },
}

impl DiscoveryFault {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnObject => "discovery_malformed",
            Self::Missing(_) => "discovery_incomplete",
            Self::NotAnAddress(_) => "discovery_address_malformed",
            Self::IssuerMismatch { .. } => "discovery_issuer_mismatch",
        }
    }
}

impl fmt::Display for DiscoveryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => f.write_str("The provider metadata is not a JSON object."),
            Self::Missing(member) => write!(f, "The provider metadata has no {member}."),
            Self::NotAnAddress(member) => write!(f, "{member} of the provider metadata is not a web address."),
            Self::IssuerMismatch { given, expected } => write!(
                f,
                "The provider metadata is that of {}, and was read at the address of {expected}.",
                super::failure::clean(given, &[])
            ),
        }
    }
}

impl std::error::Error for DiscoveryFault {}

/// Checks the form of `discovery_url`.
///
/// # Errors
/// The completed form, to be offered.
pub fn check_discovery_url(url: &str) -> Result<(), String> {
    let bare = url.split(['?', '#']).next().unwrap_or_default();
    if bare == url && bare.ends_with(&format!("/{WELL_KNOWN}")) {
        return Ok(());
    }
    let bare = bare.trim_end_matches('/').trim_end_matches("/.well-known");
    let bare = bare.strip_suffix(&format!("/{WELL_KNOWN}")).unwrap_or(bare);
    Err(format!("{bare}/{WELL_KNOWN}"))
}

/// The address of the metadata of an issuer (section 4).
#[must_use]
pub fn discovery_url_of(issuer: &str) -> String {
    format!("{}/{WELL_KNOWN}", issuer.trim_end_matches('/'))
}

/// Reads provider metadata that was fetched at `discovery_url` for a source with this preset.
///
/// Only the issuer has to be there: an issuer that is trusted for its keys alone publishes no more. [`Discovered::lacks`] says
/// whether people can sign in with it.
///
/// # Errors
/// [`DiscoveryFault`].
pub fn parse_discovery(discovery_url: &str, preset: Option<&str>, body: &[u8]) -> Result<Discovered, DiscoveryFault> {
    let document = Document::parse(body).map_err(|_| DiscoveryFault::NotAnObject)?;
    let issuer = document.text("issuer").ok_or(DiscoveryFault::Missing("issuer"))?;
    check_issuer(discovery_url, preset, issuer)?;
    let address = |member: &'static str| match document.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if is_address(text) => Ok(Some(text.clone())),
        Some(_) => Err(DiscoveryFault::NotAnAddress(member)),
    };
    let algs = document
        .get("id_token_signing_alg_values_supported")
        .and_then(Value::as_array);
    let algs = algs.into_iter().flatten().filter_map(Value::as_str);
    let is_ours = |name: &&str| name.parse::<Algorithm>().is_ok_and(|alg| !alg.is_symmetric());
    Ok(Discovered {
        issuer: issuer.to_owned(),
        authorization_endpoint: address("authorization_endpoint")?,
        token_endpoint: address("token_endpoint")?,
        userinfo_endpoint: address("userinfo_endpoint")?,
        jwks_uri: address("jwks_uri")?,
        revocation_endpoint: address("revocation_endpoint")?,
        end_session_endpoint: address("end_session_endpoint")?,
        id_token_signing_algs: algs.filter(is_ours).map(str::to_owned).collect(),
        response_iss: document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
    })
}

/// Section 4.3: the issuer has to be the one whose address was asked. One slash at its end does not show in the address.
fn check_issuer(discovery_url: &str, preset: Option<&str>, given: &str) -> Result<(), DiscoveryFault> {
    let expected = discovery_url
        .strip_suffix(&format!("/{WELL_KNOWN}"))
        .unwrap_or(discovery_url);
    let bare = given.strip_suffix('/').unwrap_or(given);
    if bare == expected {
        return Ok(());
    }
    let habit = preset.and_then(vendors::find).map(|vendor| vendor.habit);
    if matches!(habit, Some(Habit::Microsoft | Habit::Entra)) && given.contains(TENANT) {
        let is_template = ALL_TENANTS
            .iter()
            .any(|all| expected.replacen(&format!("/{all}"), &format!("/{TENANT}"), 1) == bare);
        // The older edition of its metadata names this host.
        if is_template || given == "https://sts.windows.net/{tenantid}/" {
            return Ok(());
        }
    }
    Err(DiscoveryFault::IssuerMismatch {
        given: given.to_owned(),
        expected: expected.to_owned(),
    })
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.fragment().is_none())
}

/// An address that the source has and that its metadata gives in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field of the source.
    pub member: &'static str,
    /// What is stored.
    pub stored: Option<String>,
    /// What the metadata says.
    pub offered: String,
}

impl Discovered {
    /// Which of `members` the metadata does not have.
    #[must_use]
    pub fn lacks(&self, members: &[&'static str]) -> Vec<&'static str> {
        let missing = |member: &&str| {
            self.members()
                .into_iter()
                .any(|(of, offered)| of == *member && offered.is_none())
        };
        members.iter().copied().filter(|member| missing(member)).collect()
    }

    fn members(&self) -> [(&'static str, Option<&str>); 7] {
        [
            ("issuer", Some(self.issuer.as_str())),
            ("authorization_endpoint", self.authorization_endpoint.as_deref()),
            ("token_endpoint", self.token_endpoint.as_deref()),
            ("userinfo_endpoint", self.userinfo_endpoint.as_deref()),
            ("jwks_uri", self.jwks_uri.as_deref()),
            ("revocation_endpoint", self.revocation_endpoint.as_deref()),
            ("end_session_endpoint", self.end_session_endpoint.as_deref()),
        ]
    }

    /// Fills a source on save: each field that the metadata has and that this same request does not carry (`explicit`). What a
    /// preset says of its vendor stays.
    pub fn fill(&self, source: &mut Source, explicit: &dyn Fn(&str) -> bool) {
        for (member, offered) in self.members() {
            if let Some(offered) = offered
                && !explicit(member)
                && !is_of_preset(source, member)
                && let Some(field) = field(source, member)
            {
                *field = Some(offered.to_owned());
            }
        }
        source.response_iss = self.response_iss;
        if source.id_token_signing_algs.is_empty() && !explicit("id_token_signing_algs") {
            source.id_token_signing_algs.clone_from(&self.id_token_signing_algs);
        }
    }

    /// What the metadata gives in another form than the source has it. Nothing changes by this alone.
    #[must_use]
    pub fn differences(&self, source: &Source) -> Vec<Difference> {
        let mut source = source.clone();
        let mut found = Vec::new();
        for (member, offered) in self.members() {
            if is_of_preset(&source, member) {
                continue;
            }
            if let (Some(offered), Some(stored)) = (offered, field(&mut source, member))
                && stored.as_deref() != Some(offered)
            {
                found.push(Difference {
                    member,
                    stored: stored.clone(),
                    offered: offered.to_owned(),
                });
            }
        }
        found
    }

    /// Takes over what differs, as an administrator has asked.
    pub fn take_over(&self, source: &mut Source) {
        source.response_iss = self.response_iss;
        for difference in self.differences(source) {
            if let Some(field) = field(source, difference.member) {
                *field = Some(difference.offered);
            }
        }
    }
}

/// Whether a field has the value that its preset gives it.
fn is_of_preset(source: &Source, member: &str) -> bool {
    let Some(vendor) = vendors::of(source) else {
        return false;
    };
    let (default, stored) = match member {
        "issuer" => (vendor.issuer, &source.issuer),
        "authorization_endpoint" => (vendor.authorization_endpoint, &source.authorization_endpoint),
        "token_endpoint" => (vendor.token_endpoint, &source.token_endpoint),
        "userinfo_endpoint" => (vendor.userinfo_endpoint, &source.userinfo_endpoint),
        "jwks_uri" => (vendor.jwks_uri, &source.jwks_uri),
        _ => return false,
    };
    default.is_some() && default == stored.as_deref()
}

fn field<'a>(source: &'a mut Source, member: &str) -> Option<&'a mut Option<String>> {
    match member {
        "issuer" => Some(&mut source.issuer),
        "authorization_endpoint" => Some(&mut source.authorization_endpoint),
        "token_endpoint" => Some(&mut source.token_endpoint),
        "userinfo_endpoint" => Some(&mut source.userinfo_endpoint),
        "jwks_uri" => Some(&mut source.jwks_uri),
        "revocation_endpoint" => Some(&mut source.revocation_endpoint),
        "end_session_endpoint" => Some(&mut source.end_session_endpoint),
        _ => None,
    }
}
