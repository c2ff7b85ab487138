//! The policies that are bound to a source: asked when a person leaves for it, and again when they are back and it is known
//! what the source says of them.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::error::OAuthError;
use protocol::policy::PolicyOutcome;
use protocol::refusal::Refusal;
use protocol::time::Time;
use protocol::upstream::Upstream;
use protocol::user::User;
use serde_json::{Map, Value};
use store::StoreError;

use super::arrive::Here;
use super::{Leaving, NotIn};
use crate::actions::evaluate::{self, SourceInputs};
use crate::app::App;
use crate::recorder;

/// Whether a person may leave for the source.
pub(super) async fn check_start(app: &App, upstream: &Arc<Upstream>, leaving: &Leaving<'_>) -> Result<(), NotIn> {
    let asked = Asked {
        user: None,
        returned: false,
        context: Map::new(),
        client_address: leaving.client_address,
        now: leaving.now,
        transaction: leaving.transaction,
    };
    check(app, upstream, asked).await
}

/// Whether a person who is back may go on. `user`: who they are here, as far as that is known.
pub(super) async fn check_return(
    app: &App,
    upstream: &Arc<Upstream>,
    said: &Map<String, Value>,
    user: Option<&User>,
    here: Here<'_>,
) -> Result<(), NotIn> {
    let mut context = Map::new();
    context.insert("oauth_userinfo".to_owned(), Value::Object(said.clone()));
    context.insert("is_sso".to_owned(), Value::Bool(true));
    let asked = Asked {
        user,
        returned: true,
        context,
        client_address: here.origin.client_address,
        now: here.origin.now,
        transaction: here.transaction,
    };
    check(app, upstream, asked).await
}

struct Asked<'a> {
    user: Option<&'a User>,
    returned: bool,
    context: Map<String, Value>,
    client_address: IpAddr,
    now: Time,
    transaction: &'a str,
}

async fn check(app: &App, upstream: &Arc<Upstream>, asked: Asked<'_>) -> Result<(), NotIn> {
    if upstream.bindings.is_empty() {
        return Ok(());
    }
    let outcome = ask(app, upstream, asked).await?;
    recorder::policies(&outcome);
    if outcome.passing {
        return Ok(());
    }
    let error = OAuthError::new(Refusal::UpstreamPolicyDenied).detail(outcome.refused_by().join(", "));
    Err(NotIn::Refused(Box::new(error.into())))
}

async fn ask(app: &App, upstream: &Arc<Upstream>, asked: Asked<'_>) -> Result<PolicyOutcome, StoreError> {
    let inputs = SourceInputs {
        source: &upstream.source,
        variables: std::collections::BTreeMap::new(),
        context: asked.context,
        client_address: asked.client_address,
        now: asked.now,
        transaction: asked.transaction,
        rehearses: false,
    };
    evaluate::ask_for_source(app, upstream, asked.user, asked.returned, inputs).await
}
