//! Signatures of OAuth 1.0a (RFC 5849, section 3.4): the base string, HMAC-SHA1, PLAINTEXT, and the header that carries them.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

/// How requests are signed. RSA-SHA1 is not one of them: it would need a key that only this protocol uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignatureMethod {
    /// Section 3.4.2.
    #[default]
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    /// Section 3.4.4: the secrets themselves, over TLS only.
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
}

impl SignatureMethod {
    /// `oauth_signature_method`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::Plaintext => "PLAINTEXT",
        }
    }
}

/// Who signs.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// `oauth_consumer_key`.
    pub consumer_key: &'a str,
    /// The secret of the consumer.
    pub consumer_secret: &'a str,
    /// `oauth_token` and its secret.
    pub token: Option<(&'a str, &'a str)>,
}

/// When, and something that was never used before (section 3.3).
#[derive(Clone, Copy, Debug)]
pub struct Stamp<'a> {
    /// `oauth_timestamp`, in seconds.
    pub timestamp: i64,
    /// `oauth_nonce`.
    pub nonce: &'a str,
}

/// The value of the `Authorization` header of a signed request (section 3.5.1). `further` are protocol parameters such as
/// `oauth_verifier`, `form` those of a form body. `None`: the address can not be read.
#[must_use]
pub fn authorization_header(
    signature_method: SignatureMethod,
    method: &str,
    url: &str,
    credentials: &Credentials<'_>,
    stamp: Stamp<'_>,
    further: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Option<String> {
    let timestamp = stamp.timestamp.to_string();
    let mut params = vec![
        ("oauth_consumer_key", credentials.consumer_key),
        ("oauth_signature_method", signature_method.as_str()),
    ];
    if let Some((token, _)) = credentials.token {
        params.push(("oauth_token", token));
    }
    // PLAINTEXT may do without both (section 3.1), but services that are built on `oauthlib` ask for them all the same.
    params.extend([("oauth_timestamp", timestamp.as_str()), ("oauth_nonce", stamp.nonce)]);
    params.extend(further);
    let signature = match signature_method {
        SignatureMethod::Plaintext => signing_key(credentials),
        SignatureMethod::HmacSha1 => {
            let signed: Vec<(&str, &str)> = params.iter().chain(form).copied().collect();
            sign_hmac_sha1(&base_string(method, url, &signed)?, credentials)
        }
    };
    params.push(("oauth_signature", &signature));
    let fields: Vec<String> = params
        .iter()
        .map(|(name, value)| format!("{}=\"{}\"", encode(name), encode(value)))
        .collect();
    Some(format!("OAuth {}", fields.join(", ")))
}

/// The signature base string (section 3.4.1). `params` are the protocol parameters without the signature and those of a form
/// body; those of the query are taken from `url`. `None`: the address can not be read.
#[must_use]
pub fn base_string(method: &str, url: &str, params: &[(&str, &str)]) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let query = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
    let mut pairs: Vec<(String, String)> = query.map(|(name, value)| (encode(&name), encode(&value))).collect();
    pairs.extend(params.iter().map(|(name, value)| (encode(name), encode(value))));
    // Sorted as encoded (section 3.4.1.3.2).
    pairs.sort();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Some(format!(
        "{}&{}&{}",
        encode(&method.to_ascii_uppercase()),
        encode(&base_uri(&url)?),
        encode(&pairs.join("&"))
    ))
}

/// Scheme, host, port where it is not the usual one, and path (section 3.4.1.2).
fn base_uri(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    // `Url` has no port where it is the usual one of the scheme.
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{host}{port}{}", url.scheme(), url.path()))
}

/// HMAC-SHA1 over the base string (section 3.4.2).
#[must_use]
pub fn sign_hmac_sha1(base_string: &str, credentials: &Credentials<'_>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, signing_key(credentials).as_bytes());
    STANDARD.encode(hmac::sign(&key, base_string.as_bytes()))
}

/// The secrets, encoded and joined: the key of HMAC-SHA1, and the signature of PLAINTEXT.
fn signing_key(credentials: &Credentials<'_>) -> String {
    let token_secret = credentials.token.map_or("", |(_, secret)| secret);
    format!("{}&{}", encode(credentials.consumer_secret), encode(token_secret))
}

/// Percent-encoding of everything but unreserved characters, with capital letters (section 3.6).
#[must_use]
pub fn encode(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}
