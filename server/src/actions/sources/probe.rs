//! The connection test: where a person would be sent, and whether the profile address answers. No credential leaves, and nothing
//! is written.

use bytes::Bytes;
use http::{HeaderMap, Method};
use protocol::upstream::probe::{
    DISCOVERY_REFRESH_FAILED, Probed, USERINFO_UNREACHABLE, judge_probe, preview, wants_get,
};
use serde::Serialize;
use store::sources::StoredSource;
use utoipa::ToSchema;

use super::discovery::check_document;
use crate::app::App;
use crate::outgoing::{Call, Limits};

/// What a test found.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SourceTest)]
pub struct ProbeResult {
    /// Where a person would be sent now, with a `state` that begins with `test_`; empty when it can not be built.
    pub authorize_url: String,
    /// The status with which the profile address answered a request without credentials; null: it has none, or did not
    /// answer. 401 and 403 are what a healthy one answers.
    pub userinfo_status: Option<u16>,
    /// What is wrong.
    pub errors: Vec<ProbeError>,
}

/// Something that a test found wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SourceTestError)]
pub struct ProbeError {
    /// `oauth_userinfo_unreachable`, `oauth_discovery_refresh_failed`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
}

/// Tests a source, switched on or off.
pub async fn probe(app: &App, stored: &StoredSource) -> ProbeResult {
    let mut result = ProbeResult {
        authorize_url: String::new(),
        userinfo_status: None,
        errors: Vec::new(),
    };
    if let Some(upstream) = app.snapshot().sources.of_id(&stored.source.id) {
        let redirect_uri = stored.source.redirect_uri(&app.public_url);
        result.authorize_url = preview(&app.env(app.now(), ""), upstream, &redirect_uri);
    }
    if let Err(message) = check_document(app, stored).await {
        result.errors.push(ProbeError {
            code: DISCOVERY_REFRESH_FAILED,
            message,
        });
    }
    if let Some(address) = &stored.source.userinfo_endpoint {
        let mut probed = ask(app, Method::HEAD, address).await;
        if let Probed::Status(status) = probed
            && wants_get(status)
        {
            probed = ask(app, Method::GET, address).await;
        }
        let verdict = judge_probe(&probed);
        result.userinfo_status = verdict.userinfo_status;
        result.errors.extend(verdict.error.map(|message| ProbeError {
            code: USERINFO_UNREACHABLE,
            message,
        }));
    }
    result
}

async fn ask(app: &App, method: Method, url: &str) -> Probed {
    let call = Call {
        method,
        url,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        limits: Limits::default(),
    };
    match app.outgoing.send(call).await {
        Ok(answer) => Probed::Status(answer.status.as_u16()),
        Err(error) => Probed::Failed(error.to_string()),
    }
}
