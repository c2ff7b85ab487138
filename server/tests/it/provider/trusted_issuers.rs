//! Programs that come with a token of a trusted source (authentik sheet, sections 3.5 and 8; RFC 7521, section 4.2; RFC 7523, section 3). The tokens are composed after what
//! Kubernetes 1.31 (projected service account tokens), GitHub Actions (2024) and GitLab 17 (`id_tokens`) publish.

mod support;

use protocol::jose::{Algorithm, SigningKey};
use serde_json::{Value, json};

use self::support::{Issuer, TYPE, actions, ask, jwks, key, signed, trusting, with};
use super::support::{claims, json, machine_application, refusal, text, token_without_secret};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn three_kinds_of_issuers_by_three_kinds_of_addresses(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let (pasted, fetched, discovered) = (key("k8s-1"), key("gha-1"), key("gitlab-1"));
    let (runner, lab) = (Issuer::start(&fetched).await, Issuer::start(&discovered).await);
    let now = harness.now().seconds();
    let table = [
        (
            json!({ "key": "cluster", "jwks": jwks(&[&pasted]), "issuer": "https://kubernetes.default.svc.cluster.local" }),
            &pasted,
            json!({
                "iss": "https://kubernetes.default.svc.cluster.local", "aud": ["https://kubernetes.default.svc.cluster.local"],
                "sub": "system:serviceaccount:build:builder", "iat": now, "nbf": now, "exp": now + 3600, "jti": "a-b-c",
                "kubernetes.io": {
                    "namespace": "build", "node": { "name": "n1", "uid": "1" }, "pod": { "name": "p1", "uid": "2" },
                    "serviceaccount": { "name": "builder", "uid": "3" },
                },
            }),
        ),
        (
            json!({ "key": "runner", "jwks_uri": format!("{}/jwks", runner.base), "issuer": "https://token.actions.example" }),
            &fetched,
            actions(harness, "https://token.actions.example"),
        ),
        (
            json!({ "key": "lab", "discovery_url": format!("{}/.well-known/openid-configuration", lab.base) }),
            &discovered,
            json!({
                "iss": lab.base, "aud": "https://vestibule.example", "sub": "project_path:my/project:ref_type:branch:ref:main",
                "namespace_path": "my", "project_path": "my/project", "user_login": "root", "pipeline_source": "push",
                "ref": "main", "ref_type": "branch", "ref_protected": "true", "jti": "x", "iat": now, "nbf": now - 5,
                "exp": now + 300,
            }),
        ),
    ];
    machine_application(harness, "ci", |_| {}).await;
    for (source, key, said) in &table {
        let base = json!({ "name": "Issuer", "kind": "oidc", "client_id": "unused" });
        let made = api.post("/sources", &with(&base, source)).await.created();
        api.patch("/applications/ci", &json!({ "federated_sources": [made["key"]] }))
            .await
            .found();
        for _ in 0..2 {
            let answer = ask(harness, "ci", &signed(key, said)).await;
            assert_eq!(answer.status, 200, "{}: {}", made["key"], answer.body);
            let tokens = json(&answer);
            assert!(tokens.get("refresh_token").is_none());
            let got = claims(&text(&tokens, "id_token"));
            let subject = said["sub"].as_str().expect("text");
            assert_eq!(got["preferred_username"], json!(format!("Name of ci-{subject}")));
            assert_eq!(got["name"], said["sub"]);
        }
    }
    let users = api.get("/users?limit=200").await.found();
    let users = users["items"].as_array().expect("a list").clone();
    assert_eq!(users.len(), 3, "{users:?}");
    for user in &users {
        assert_eq!(user["type"], "service_account");
    }
    let mut paths: Vec<&str> = users
        .iter()
        .filter_map(|user| user["attributes"]["goauthentik.io/user/path"].as_str())
        .collect();
    paths.sort_unstable();
    let expected = ["cluster", "lab", "runner"].map(|key| format!("goauthentik.io/sources/{key}"));
    assert_eq!(paths, expected);
    let issued = harness.events("token_issued").await;
    assert_eq!(issued.len(), 6);
    let last = issued
        .iter()
        .find(|event| event.detail["source"] == "lab")
        .expect("an event");
    assert_eq!(last.detail["method"], "assertion");
    assert_eq!(
        last.detail["subject"],
        "project_path:my/project:ref_type:branch:ref:main"
    );
    assert_eq!(harness.events("user_created").await.len(), 3);
    let grants = api.get("/grants?kind=assertion").await.found();
    assert_eq!(
        grants["items"].as_array().expect("a list").len(),
        3,
        "one for each account"
    );
}

async fn it_may_stand_in_the_place_of_the_client_secret(harness: &Harness) {
    let known = key("gha-1");
    trusting(harness, &known, &json!({})).await;
    let token = signed(&known, &actions(harness, "https://token.actions.example"));
    let fields = [
        ("grant_type", "client_credentials"),
        TYPE,
        ("client_secret", token.as_str()),
        ("scope", "openid"),
    ];
    let answer = token_without_secret(harness, "ci", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn each_defect_has_its_name_and_writes_nothing(harness: &Harness) {
    let known = key("gha-1");
    let mut api = trusting(harness, &known, &json!({})).await;
    let good = actions(harness, "https://token.actions.example");
    let now = harness.now().seconds();
    let other = key("gha-1");
    let nameless = SigningKey::from_pkcs8(
        None,
        Algorithm::ES256,
        &SigningKey::generate(Algorithm::ES256).expect("a key"),
    )
    .expect("a key");
    let shared = SigningKey::hmac(jwks(&[&known]).to_string().as_bytes(), Algorithm::HS256).expect("a key");
    let changed = |more: Value| signed(&known, &with(&good, &more));
    let unsecured = {
        let token = signed(&known, &good);
        let payload = token.split('.').nth(1).expect("a payload").to_owned();
        format!("eyJhbGciOiJub25lIiwia2lkIjoiZ2hhLTEifQ.{payload}.")
    };
    let table = [
        (signed(&other, &good), "assertion_signature"),
        (signed(&key("unknown"), &good), "assertion_unknown"),
        (signed(&nameless, &good), "assertion_unknown"),
        (signed(&shared, &good), "assertion_unknown"),
        (unsecured, "assertion_malformed"),
        (
            known.sign(Some("logout+jwt"), &good).expect("a token"),
            "assertion_malformed",
        ),
        (
            changed(json!({ "iss": "https://token.actions.example/" })),
            "assertion_issuer_wrong",
        ),
        (changed(json!({ "iss": null })), "assertion_issuer_wrong"),
        (
            changed(json!({ "aud": "https://github.com/other" })),
            "assertion_audience_wrong",
        ),
        (changed(json!({ "aud": null })), "assertion_audience_wrong"),
        (changed(json!({ "exp": now - 61 })), "assertion_expired"),
        (changed(json!({ "exp": null })), "assertion_times_wrong"),
        (changed(json!({ "exp": "soon" })), "assertion_times_wrong"),
        (changed(json!({ "nbf": now + 120 })), "assertion_times_wrong"),
        (changed(json!({ "iat": now + 120 })), "assertion_times_wrong"),
        (changed(json!({ "sub": null })), "assertion_subject_missing"),
        (changed(json!({ "sub": " " })), "assertion_subject_missing"),
        (changed(json!({ "sub": 7 })), "assertion_subject_missing"),
        (changed(json!({ "sub": "x".repeat(256) })), "assertion_subject_missing"),
    ];
    for (token, code) in &table {
        let answer = ask(harness, "ci", token).await;
        assert_eq!(
            refusal(&answer),
            (400, "invalid_grant".into(), (*code).into()),
            "{code}"
        );
    }
    // The same token counts nowhere else, and no more when the source is off or the trust is taken back.
    let good = signed(&known, &good);
    machine_application(harness, "other", |_| {}).await;
    let elsewhere = ask(harness, "other", &good).await;
    assert_eq!(refusal(&elsewhere).2, "assertion_unknown");
    api.patch("/sources/actions", &json!({ "enabled": false }))
        .await
        .found();
    assert_eq!(refusal(&ask(harness, "ci", &good).await).2, "assertion_unknown");
    api.patch("/sources/actions", &json!({ "enabled": true })).await.found();
    api.patch("/applications/ci", &json!({ "federated_sources": [] }))
        .await
        .found();
    assert_eq!(refusal(&ask(harness, "ci", &good).await).2, "assertion_unknown");
    assert!(harness.events("user_created").await.is_empty());
    assert!(harness.events("token_issued").await.is_empty());
}

async fn a_policy_looks_at_the_claims_before_there_is_an_account(harness: &Harness) {
    let known = key("gha-1");
    let mut api = trusting(harness, &known, &json!({})).await;
    let expression = "return context[\"oauth_jwt\"][\"repository\"] == \"octo-org/octo-repo\"";
    let policy = json!({ "name": "our repository", "expression": expression });
    let policy = api.post("/policies", &policy).await.created();
    let binding = json!({ "target_type": "application", "target": "ci", "policy": policy["id"] });
    api.post("/policy-bindings", &binding).await.created();
    let good = actions(harness, "https://token.actions.example");
    let foreign = with(&good, &json!({ "repository": "octo-org/another" }));
    let denied = ask(harness, "ci", &signed(&known, &foreign)).await;
    assert_eq!(refusal(&denied).2, "policy_denied_grant");
    assert!(
        harness.events("user_created").await.is_empty(),
        "nothing of them is kept"
    );
    assert_eq!(ask(harness, "ci", &signed(&known, &good)).await.status, 200);
    assert_eq!(ask(harness, "ci", &signed(&known, &good)).await.status, 200);
    let denied = ask(harness, "ci", &signed(&known, &foreign)).await;
    assert_eq!(refusal(&denied).2, "policy_denied_grant", "an account changes nothing");
}

async fn keys_that_were_rotated_are_read_again_and_not_for_every_made_up_token(harness: &Harness) {
    let (old, new) = (key("old"), key("new"));
    let issuer = Issuer::start(&old).await;
    let address = json!({ "jwks": null, "jwks_uri": format!("{}/jwks", issuer.base) });
    trusting(harness, &old, &address).await;
    let good = actions(harness, "https://token.actions.example");
    assert_eq!(ask(harness, "ci", &signed(&old, &good)).await.status, 200);
    let first = issuer.asked();
    issuer.now_has(&new);
    harness.advance(120);
    let later = with(&good, &json!({ "exp": harness.now().seconds() + 600 }));
    assert_eq!(ask(harness, "ci", &signed(&new, &later)).await.status, 200);
    assert_eq!(issuer.asked(), first + 1);
    for at in 0..5 {
        let made_up = signed(&key(&format!("made-up-{at}")), &later);
        assert_eq!(refusal(&ask(harness, "ci", &made_up).await).2, "assertion_unknown");
    }
    assert_eq!(issuer.asked(), first + 1, "one look a minute");
    // Nor for many at once.
    harness.advance(61);
    let later = with(&good, &json!({ "exp": harness.now().seconds() + 600 }));
    let made_up: Vec<String> = (0..8)
        .map(|at| signed(&key(&format!("at-once-{at}")), &later))
        .collect();
    let asked = made_up.iter().map(|token| ask(harness, "ci", token));
    for refused in futures_util::future::join_all(asked).await {
        assert_eq!(refusal(&refused).2, "assertion_unknown");
    }
    assert_eq!(issuer.asked(), first + 2);
}

async fn property_mappings_describe_the_account_and_take_nobody_elses_name(harness: &Harness) {
    let known = key("gha-1");
    let mut api = Api::new(harness).await;
    let expression = "return {\"username\": \"ci-\" + info[\"repository_owner\"], \"name\": info[\"workflow\"], \
                      \"email\": info[\"actor\"] + \"@ci.example\", \"attributes\": {\"ref\": info[\"ref\"]}}";
    let mapping = json!({ "name": "describe", "expression": expression });
    let mapping = api.post("/property-mappings", &mapping).await.created();
    trusting(harness, &known, &json!({ "property_mappings": [mapping["id"]] })).await;
    let good = actions(harness, "https://token.actions.example");
    assert_eq!(ask(harness, "ci", &signed(&known, &good)).await.status, 200);
    let made = api.get("/users/ci-octo-org").await.found();
    assert_eq!(made["name"], "example-workflow");
    assert_eq!(made["email"], "octocat@ci.example");
    assert_eq!(made["email_verified"], false);
    assert_eq!(made["attributes"]["ref"], "refs/heads/main");
    assert_eq!(
        made["attributes"]["goauthentik.io/user/path"],
        "goauthentik.io/sources/actions"
    );
    // Another subject that would get the same name gets one of its own.
    let another = with(&good, &json!({ "sub": "repo:octo-org/octo-repo:ref:refs/heads/main" }));
    let answer = ask(harness, "ci", &signed(&known, &another)).await;
    let got = claims(&text(&json(&answer), "id_token"));
    assert_eq!(
        got["preferred_username"],
        "Name of ci-repo:octo-org/octo-repo:ref:refs/heads/main"
    );
    // A mapping that fails makes no account.
    let broken = json!({ "expression": "return info[\"nothing\"]" });
    let path = format!("/property-mappings/{}", text(&mapping, "id"));
    api.patch(&path, &broken).await.found();
    let third = with(&good, &json!({ "sub": "third" }));
    let refused = ask(harness, "ci", &signed(&known, &third)).await;
    assert_eq!(refusal(&refused).2, "upstream_mapping_failed");
    assert_eq!(harness.events("user_created").await.len(), 2);
    assert_eq!(harness.events("configuration_error").await.len(), 1);
}

async fn the_same_subject_of_two_sources_or_applications_is_not_the_same_account(harness: &Harness) {
    let (one, other) = (key("one"), key("other"));
    let mut api = trusting(harness, &one, &json!({})).await;
    let second =
        json!({ "key": "second", "name": "Second", "kind": "oidc", "client_id": "unused", "jwks": jwks(&[&other]) });
    api.post("/sources", &second).await.created();
    machine_application(harness, "deploy", |_| {}).await;
    let both = json!({ "federated_sources": ["actions", "second"] });
    for slug in ["ci", "deploy"] {
        api.patch(&format!("/applications/{slug}"), &both).await.found();
    }
    let good = actions(harness, "https://token.actions.example");
    let mut subjects = std::collections::BTreeSet::new();
    for slug in ["ci", "deploy"] {
        for key in [&one, &other, &one] {
            let answer = ask(harness, slug, &signed(key, &good)).await;
            let got = claims(&text(&json(&answer), "id_token"));
            subjects.insert((slug, got["sub"].to_string()));
        }
    }
    assert_eq!(subjects.len(), 4, "{subjects:?}");
}

async fn two_sources_may_have_the_keys_of_one_issuer(harness: &Harness) {
    let known = key("gha-1");
    let mut api = trusting(harness, &known, &json!({})).await;
    let other = json!({
        "key": "other", "name": "Other", "kind": "oidc", "client_id": "unused", "issuer": "https://token.actions.example",
        "jwks": jwks(&[&known]), "assertion_audiences": ["https://github.com/another"],
    });
    api.post("/sources", &other).await.created();
    for order in [["actions", "other"], ["other", "actions"]] {
        let both = json!({ "federated_sources": order });
        api.patch("/applications/ci", &both).await.found();
        let good = actions(harness, "https://token.actions.example");
        for audience in ["https://github.com/octo-org", "https://github.com/another"] {
            let said = with(&good, &json!({ "aud": audience }));
            assert_eq!(
                ask(harness, "ci", &signed(&known, &said)).await.status,
                200,
                "{audience}"
            );
        }
        let nobody = with(&good, &json!({ "aud": "https://github.com/nobody" }));
        let refused = ask(harness, "ci", &signed(&known, &nobody)).await;
        assert_eq!(refusal(&refused).2, "assertion_audience_wrong");
    }
}

async fn first_uses_at_once_make_one_account(harness: &Harness) {
    let known = key("gha-1");
    trusting(harness, &known, &json!({})).await;
    let token = signed(&known, &actions(harness, "https://token.actions.example"));
    let (one, two, three) = tokio::join!(
        ask(harness, "ci", &token),
        ask(harness, "ci", &token),
        ask(harness, "ci", &token)
    );
    assert_eq!([one.status, two.status, three.status], [200, 200, 200]);
    assert_eq!(harness.events("user_created").await.len(), 1);
}

async fn an_account_stays_as_long_as_tokens_come(harness: &Harness) {
    let known = key("gha-1");
    let mut api = trusting(harness, &known, &json!({})).await;
    let come = async || {
        let said = actions(harness, "https://token.actions.example");
        ask(harness, "ci", &signed(&known, &said)).await
    };
    let got = claims(&text(&json(&come().await), "id_token"));
    let name = got["preferred_username"].as_str().expect("text").to_owned();
    let account = async |api: &mut Api| {
        let users = api.get("/users?limit=200").await.found();
        let users = users["items"].as_array().expect("a list").clone();
        users.into_iter().find(|user| user["username"] == json!(name))
    };
    for _ in 0..3 {
        harness.advance(5 * 24 * 3600);
        vestibule::jobs::tidy(&harness.app).await.expect("a sweep");
        assert!(account(&mut api).await.is_some());
        assert_eq!(come().await.status, 200);
    }
    // Somebody who is switched off stays off, however long ago their last token came.
    let user = account(&mut api).await.expect("an account");
    let path = format!("/users/{}", text(&user, "id"));
    api.patch(&path, &json!({ "is_active": false })).await.found();
    harness.advance(8 * 24 * 3600);
    vestibule::jobs::tidy(&harness.app).await.expect("a sweep");
    assert_eq!(refusal(&come().await).2, "subject_gone");
    api.patch(&path, &json!({ "is_active": true })).await.found();
    harness.advance(8 * 24 * 3600);
    vestibule::jobs::tidy(&harness.app).await.expect("a sweep");
    assert!(account(&mut api).await.is_none());
    assert_eq!(harness.events("user_deleted").await.len(), 1);
    assert_eq!(come().await.status, 200, "it comes back as a new one");
}

async fn the_fields_are_checked_and_shown(harness: &Harness) {
    let known = key("gha-1");
    let mut api = trusting(harness, &known, &json!({ "assertion_audiences": null })).await;
    let shown = api.get("/applications/ci").await.found();
    assert_eq!(shown["warnings"][0]["code"], "any_audience");
    assert_eq!(shown["sources"], Value::Null);
    for field in ["federated_sources", "sources"] {
        let unknown = api.patch("/applications/ci", &json!({ field: ["nobody"] })).await;
        assert_eq!(unknown.wrong(), [format!("{field}:not_found")]);
    }
    for audiences in [json!([]), json!([""]), json!(["x".repeat(1025)])] {
        let wrong = api
            .patch("/sources/actions", &json!({ "assertion_audiences": audiences }))
            .await;
        assert_eq!(wrong.wrong(), ["assertion_audiences:invalid"]);
    }
    let audiences = json!({ "assertion_audiences": ["a", "b"] });
    let shown = api.patch("/sources/actions", &audiences).await.found();
    assert_eq!(shown["assertion_audiences"], json!(["a", "b"]));
    assert_eq!(api.get("/applications/ci").await.found().get("warnings"), None);
    // A source that is deleted is trusted by nobody.
    assert_eq!(api.delete("/sources/actions").await.status(), 204);
    assert_eq!(
        api.get("/applications/ci").await.found()["federated_sources"],
        json!([])
    );
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    three_kinds_of_issuers_by_three_kinds_of_addresses,
    it_may_stand_in_the_place_of_the_client_secret,
    each_defect_has_its_name_and_writes_nothing,
    a_policy_looks_at_the_claims_before_there_is_an_account,
    keys_that_were_rotated_are_read_again_and_not_for_every_made_up_token,
    property_mappings_describe_the_account_and_take_nobody_elses_name,
    the_same_subject_of_two_sources_or_applications_is_not_the_same_account,
    two_sources_may_have_the_keys_of_one_issuer,
    first_uses_at_once_make_one_account,
    an_account_stays_as_long_as_tokens_come,
    the_fields_are_checked_and_shown,
);
