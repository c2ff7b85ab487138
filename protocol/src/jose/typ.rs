//! The values of the `typ` header for each kind of token (RFC 8725 section 3.11), so that one kind can never pass for another.
//!
//! Compare them through [`super::TypRule`], which ignores case and an `application/` prefix.

/// ID token and signed userinfo answer (OpenID Connect Core; RFC 7519 section 5.1).
pub const JWT: &str = "JWT";
/// Access token (RFC 9068 section 2.1).
pub const ACCESS_TOKEN: &str = "at+jwt";
/// Logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4).
pub const LOGOUT_TOKEN: &str = "logout+jwt";
/// Client assertion (the successor of RFC 7523); most clients still send `JWT` or nothing.
pub const CLIENT_ASSERTION: &str = "client-authentication+jwt";
/// Request object (RFC 9101 section 10.8).
pub const REQUEST_OBJECT: &str = "oauth-authz-req+jwt";
/// Proof of possession (RFC 9449 section 4.2).
pub const DPOP_PROOF: &str = "dpop+jwt";
/// Signed introspection answer (RFC 9701 section 5).
pub const INTROSPECTION: &str = "token-introspection+jwt";
/// Security event (RFC 8417 section 2.3).
pub const SECURITY_EVENT: &str = "secevent+jwt";

/// The kinds that this server signs often; a signing key prepares their headers once.
pub(super) const PREPARED: [&str; 4] = [JWT, ACCESS_TOKEN, LOGOUT_TOKEN, CLIENT_ASSERTION];
