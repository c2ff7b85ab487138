//! Policies that are bound to a source, and expressions over what it says.

use serde_json::json;

use super::support::{Sample, accounts, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn a_policy_is_asked_when_a_person_leaves_and_when_they_are_back(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let expression =
        "userinfo = request.context.get(\"oauth_userinfo\")\nreturn userinfo is None or userinfo[\"desk\"] == \"B8\"";
    let policy = api
        .post("/policies", &json!({ "name": "desk", "expression": expression }))
        .await
        .created();
    let binding = json!({ "target_type": "source", "target": "sample", "policy": policy["id"] });
    api.post("/policy-bindings", &binding).await.created();
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_policy_denied"),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(harness, &client).await, None);
    assert_eq!(count_users(&mut api).await, 0);
    let path = format!("/policies/{}", policy["id"].as_str().expect("an id"));
    api.patch(&path, &json!({ "expression": "return False" })).await.found();
    let refused = harness.client().get("/source/oauth/login/sample/").await;
    assert_eq!(
        refused.error_code().as_deref(),
        Some("upstream_policy_denied"),
        "nobody leaves"
    );
    api.patch(&path, &json!({ "expression": "return True" })).await.found();
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}

async fn a_policy_forbids_to_link_an_account(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    // Asked when somebody is back and known: whoever has an account here already.
    let expression = "return not request.user.is_authenticated or request.user.username != \"liddell\"";
    let policy = json!({ "name": "no links", "expression": expression });
    let policy = api.post("/policies", &policy).await.created();
    let binding = json!({ "target_type": "source", "target": "sample", "policy": policy["id"] });
    api.post("/policy-bindings", &binding).await.created();
    harness.user("liddell").await;
    harness.user("rabbit").await;
    for (username, code, links) in [("liddell", Some("upstream_policy_denied"), 0), ("rabbit", None, 1)] {
        let mut client = harness.signed_in(username).await;
        let page = client.get("/account").await;
        let left = client.submit(&super::account::form(&page, "/account/link")).await;
        let callback = super::support::away(harness, &left).await;
        let back = client.get(&callback).await;
        assert_eq!(back.error_code().as_deref(), code, "{username}: {}", back.body);
        assert_eq!(accounts(&mut api, "sample").await.len(), links, "{username}");
    }
}

async fn a_property_mapping_decides_what_becomes_of_a_profile(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let expression = "return {\"username\": info[\"email\"].split(\"@\")[0] + \"-\" + source[\"slug\"], \
                      \"attributes\": {\"desk\": info[\"desk\"]}}";
    let mapping = api
        .post(
            "/property-mappings",
            &json!({ "name": "names", "expression": expression }),
        )
        .await
        .created();
    let source = json!({ "property_mappings": [mapping["id"]] });
    make(
        &mut api,
        &with(with(sample.oidc("sample"), &choosing("bob", "none")), &source),
    )
    .await;
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob-sample"));
    let user = api.get("/users/bob-sample").await.found();
    assert_eq!(user["attributes"]["desk"], "B7");
    let used = format!("/property-mappings/{}", mapping["id"].as_str().expect("an id"));
    api.delete(&used).await.problem(http::StatusCode::CONFLICT);
}

async fn a_mapping_that_fails_ends_the_sign_in_and_is_in_the_log(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let broken = json!({ "name": "broken", "expression": "return info[\"nothing\"]", "all_sources": true });
    api.post("/property-mappings", &broken).await.created();
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let answer = through(harness, &mut harness.client(), "sample").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_mapping_failed"),
        "{}",
        answer.body
    );
    assert_eq!(accounts(&mut api, "sample").await.len(), 0);
    let events = harness.events("configuration_error").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].detail["name"], "broken");
}

async fn groups_of_the_source_become_groups_here(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    let groups = api.get("/groups?name=guests").await.found();
    let group = &groups["items"][0];
    let user = api.get("/users/bob").await.found();
    assert_eq!(user["groups"], json!([group["id"]]));
    // What was given here stays; what came from there is as it is there.
    let own = api.post("/groups", &json!({ "name": "own" })).await.created();
    let both = json!({ "groups": [own["id"], group["id"]] });
    api.patch("/users/bob", &both).await.found();
    through(harness, &mut harness.client(), "sample").await;
    let mut expected = [own["id"].clone(), group["id"].clone()];
    expected.sort_by_key(ToString::to_string);
    assert_eq!(api.get("/users/bob").await.found()["groups"], json!(expected));
}

async fn mappings_for_groups_name_them_and_leave_some_out(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let expression = "return {\"name\": properties[\"name\"] + \" of \" + source[\"slug\"], \
                      \"attributes\": {\"there\": group_id, \"desk\": info[\"desk\"]}}";
    let naming = json!({ "name": "naming", "expression": expression });
    let naming = api.post("/property-mappings", &naming).await.created();
    let source = json!({ "group_property_mappings": [naming["id"]] });
    let bob = with(sample.oidc("sample"), &choosing("bob", "none"));
    make(&mut api, &with(bob, &source)).await;
    through(harness, &mut harness.client(), "sample").await;
    let groups = api.get("/groups?name=guests%20of%20sample").await.found();
    let group = &groups["items"][0];
    assert_eq!(group["attributes"], json!({ "there": "guests", "desk": "B7" }));
    assert_eq!(api.get("/users/bob").await.found()["groups"], json!([group["id"]]));
    // A group that is left without a name is none of ours, and its members leave it.
    let none = json!({ "name": "none", "expression": "return {\"name\": \"\"}" });
    let none = api.post("/property-mappings", &none).await.created();
    let both = json!({ "group_property_mappings": [naming["id"], none["id"]] });
    api.patch("/sources/sample", &both).await.found();
    through(harness, &mut harness.client(), "sample").await;
    assert_eq!(api.get("/users/bob").await.found()["groups"], json!([]));
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_policy_forbids_to_link_an_account,
    a_policy_is_asked_when_a_person_leaves_and_when_they_are_back,
    a_property_mapping_decides_what_becomes_of_a_profile,
    a_mapping_that_fails_ends_the_sign_in_and_is_in_the_log,
    groups_of_the_source_become_groups_here,
    mappings_for_groups_name_them_and_leave_some_out,
);
