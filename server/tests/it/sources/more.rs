//! A property mapping that asks the source for more than the profile says, with the access token of the sign-in (authentik sheet,
//! section 7.7.2).

use serde_json::json;

use super::support::{Sample, choosing, make, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn a_property_mapping_asks_the_source_for_more(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let expression = format!(
        "more = requests.get(\"{}/api/me\", headers={{\"Authorization\": token[\"token_type\"] + \" \" + token[\"access_token\"]}}).json()\n\
         return {{\"attributes\": {{\"number\": more[\"id\"], \"nobody\": user is None, \"asked\": token[\"scope\"], \
         \"keys\": sorted(token.keys())}}}}",
        sample.base
    );
    let asking = json!({ "name": "asking", "expression": expression, "all_sources": true });
    api.post("/property-mappings", &asking).await.created();
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let answer = through(harness, &mut harness.client(), "sample").await;
    let failed = harness.events("configuration_error").await;
    assert_eq!(answer.status, 303, "{failed:?}");
    let user = api.get("/users/bob").await.found();
    assert_eq!(
        user["attributes"],
        json!({
            "number": 42, "nobody": true, "asked": "openid email profile",
            "keys": ["access_token", "expires_in", "id_token", "scope", "token_type"],
        })
    );
    let logged = api.get("/events?limit=200").await;
    assert!(!logged.answer.body.contains("Bearer"), "no token in the audit log");
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]\nexpressions.requests = true":
    a_property_mapping_asks_the_source_for_more,
);
