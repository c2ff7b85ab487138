//! Token revocation (RFC 7009). A client revokes its own tokens only; a token that is not known, or not its own, is
//! answered in the same way as one that was revoked.

use crate::client::Client;
use crate::env::Env;
use crate::id::SecretHash;
use crate::records::Grant;
use crate::writes::Write;

/// What was found under the hash of the presented token.
#[derive(Debug)]
pub enum FoundToken {
    /// An access token and its family.
    Access(SecretHash, Grant),
    /// A refresh token and its family.
    Refresh(SecretHash, Grant),
}

/// What revoking writes. An access token goes alone; with a refresh token the whole authorization goes
/// (RFC 7009, section 2.1).
#[must_use]
pub fn decide_revocation(env: &Env<'_>, client: &Client, found: Option<&FoundToken>) -> Vec<Write> {
    match found {
        Some(FoundToken::Access(hash, grant)) if grant.application_id == client.application.id => {
            vec![Write::RevokeAccessToken {
                hash: *hash,
                at: env.now,
            }]
        }
        Some(FoundToken::Refresh(_, grant)) if grant.application_id == client.application.id => {
            vec![Write::RevokeGrant {
                id: grant.id.clone(),
                at: env.now,
            }]
        }
        _ => Vec::new(),
    }
}
