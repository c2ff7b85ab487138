//! The connection test of a source: where a person would be sent now, and how the profile address answers somebody without a token
//! (authn.sh sheet, section 6). Nothing is written, and the token endpoint is left alone.

use super::call::append_query;
use super::flow::{Start, redirect};
use super::source::{SourceKind, Upstream};
use crate::env::Env;
use crate::id::new_id;
use crate::params::Params;

/// The code of a profile address that does not answer as it should.
pub const USERINFO_UNREACHABLE: &str = "oauth_userinfo_unreachable";
/// The code of provider metadata that could not be read again.
pub const DISCOVERY_REFRESH_FAILED: &str = "oauth_discovery_refresh_failed";

/// The authorization request that a person would be sent with now, whose `state` begins with `test_`. Empty when the source lacks an
/// address for it. A source that is switched off has one too.
#[must_use]
pub fn preview(env: &Env<'_>, upstream: &Upstream, redirect_uri: &str) -> String {
    let state = new_id("test", env.now, env.entropy);
    if upstream.source.kind == SourceKind::Oauth1 {
        // The token of such a request comes from the source.
        let endpoint = upstream.source.authorization_endpoint.as_deref();
        return endpoint.map_or_else(String::new, |endpoint| {
            append_query(endpoint, &[("oauth_token", &state)])
        });
    }
    let nothing = Params::default();
    let start = Start {
        redirect_uri,
        state: &state,
        query: &nothing,
        request: &nothing,
        login_hint: None,
        connection_scope: &[],
        scope_separator: ' ',
    };
    redirect(env, upstream, &start).map_or_else(|_| String::new(), |redirect| redirect.url)
}

/// What came of asking the profile address by HEAD, without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probed {
    /// A status; redirects are not followed.
    Status(u16),
    /// No answer: name, connection, time.
    Failed(String),
}

/// How a probe is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProbeVerdict {
    /// The status; `None` when there was no answer.
    pub userinfo_status: Option<u16>,
    /// What is wrong, for people; its code is [`USERINFO_UNREACHABLE`].
    pub error: Option<String>,
}

/// Whether the probe is repeated once with GET: the address does not know HEAD.
#[must_use]
pub const fn wants_get(status: u16) -> bool {
    matches!(status, 405 | 501)
}

/// Judges a probe. A refusal for want of a token is what a healthy address answers; a failure, or that there is nothing, is not.
#[must_use]
pub fn judge_probe(probed: &Probed) -> ProbeVerdict {
    match probed {
        Probed::Failed(why) => ProbeVerdict {
            userinfo_status: None,
            error: Some(format!("userinfo_endpoint did not answer: {why}")),
        },
        Probed::Status(status) => ProbeVerdict {
            userinfo_status: Some(*status),
            error: matches!(status, 404 | 500..=599).then(|| format!("userinfo_endpoint answered {status}")),
        },
    }
}
