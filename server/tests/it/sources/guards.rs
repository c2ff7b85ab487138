//! What a source must not become: a way to more rights, to the address of another, out of one's own account, or to noise.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Sample, accounts, away, choosing, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

const WRITES: [&str; 4] = [
    "sources:read",
    "sources:write",
    "property-mappings:read",
    "property-mappings:write",
];

async fn who_may_not_everything_leaves_sources_that_decide_about_administrators_alone(harness: &Harness) {
    let (sample, mut all) = (Sample::start(harness).await, Api::new(harness).await);
    let mut some = Api::with_permissions(harness, &WRITES).await;
    let plain = with(sample.oidc("plain"), &choosing("bob", "none"));
    make(&mut some, &plain).await;
    let table = [
        json!({ "user_matching_mode": "verified_email_link" }),
        json!({ "user_matching_mode": "email_link" }),
        json!({ "user_matching_mode": "username_link" }),
        json!({ "group_matching_mode": "name_link" }),
    ];
    for modes in &table {
        let other = with(sample.oidc("other"), modes);
        some.post("/sources", &other).await.problem(StatusCode::FORBIDDEN);
        some.patch("/sources/plain", modes).await.problem(StatusCode::FORBIDDEN);
    }
    // Somebody comes in by it, and is nobody special: it may still be changed.
    through(harness, &mut harness.client(), "plain").await;
    some.patch("/sources/plain", &json!({ "name": "Renamed" }))
        .await
        .found();
    let mapping = json!({ "name": "all", "expression": "return {}", "all_sources": true });
    let mapping = some.post("/property-mappings", &mapping).await.created();
    let mapping = format!("/property-mappings/{}", mapping["id"].as_str().expect("an id"));
    all.patch("/users/bob", &json!({ "is_admin": true })).await.found();
    let name = json!({ "name": "Again" });
    some.patch("/sources/plain", &name).await.problem(StatusCode::FORBIDDEN);
    some.post("/sources/plain/refresh", &json!({}))
        .await
        .problem(StatusCode::FORBIDDEN);
    some.patch(&mapping, &json!({ "expression": "return {\"username\": \"root\"}" }))
        .await
        .problem(StatusCode::FORBIDDEN);
    let another = json!({ "name": "another", "expression": "return {}", "all_sources": true });
    some.post("/property-mappings", &another)
        .await
        .problem(StatusCode::FORBIDDEN);
    some.delete(&mapping).await.problem(StatusCode::FORBIDDEN);
    // One that no source runs decides nothing.
    let idle = json!({ "name": "idle", "expression": "return {}" });
    some.post("/property-mappings", &idle).await.created();
    all.patch("/sources/plain", &name).await.found();
    // Taking it away lets nobody in.
    assert_eq!(some.delete("/sources/plain").await.status(), StatusCode::NO_CONTENT);
}

async fn a_source_that_fills_a_group_of_administrators_decides_about_them(harness: &Harness) {
    let (sample, mut all) = (Sample::start(harness).await, Api::new(harness).await);
    let mut some = Api::with_permissions(harness, &WRITES).await;
    make(&mut all, &with(sample.oidc("plain"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "plain").await;
    let bob = all.get("/users/bob").await.found();
    some.patch("/sources/plain", &json!({ "name": "Renamed" }))
        .await
        .found();
    let group = format!("/groups/{}", bob["groups"][0].as_str().expect("an id"));
    harness.user_with("root", |user| user.is_admin = true).await;
    all.patch(&group, &json!({ "is_admin": true })).await.found();
    all.patch("/users/bob", &json!({ "groups": [] })).await.found();
    // Nobody who is linked is an administrator now, and the next one whom the source puts into that group would be.
    some.patch("/sources/plain", &json!({ "name": "Again" }))
        .await
        .problem(StatusCode::FORBIDDEN);
}

async fn a_document_that_names_another_server_does_not_get_the_secret(harness: &Harness) {
    let (sample, other) = (Sample::start(harness).await, Sample::start(harness).await);
    let mut api = Api::new(harness).await;
    make(&mut api, &sample.oidc("sample")).await;
    let moved = json!({
        "discovery_url": format!("{}/.well-known/openid-configuration", other.base),
        "token_endpoint": format!("{}/token", sample.base),
    });
    api.patch("/sources/sample", &moved).await.found();
    let refused = api.post("/sources/sample/refresh", &json!({})).await;
    assert_eq!(refused.wrong(), ["client_secret:required"]);
    let kept = api.get("/sources/sample").await.found();
    assert_eq!(kept["token_endpoint"], json!(format!("{}/token", sample.base)));
}

async fn a_source_of_some_applications_starts_only_for_them(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    harness.application("wiki").await;
    let limited = with(sample.oidc("sample"), &json!({ "applications": ["wiki"] }));
    make(&mut api, &with(limited, &choosing("bob", "none"))).await;
    let mut client = harness.client();
    let refused = client.get("/source/oauth/login/sample/").await;
    assert_eq!(refused.status, 404, "{}", refused.body);
    let page = client
        .visit(&crate::login::authorize("wiki", &[("connection", "sample")]))
        .await;
    assert!(
        page.location().is_some_and(|address| address.starts_with(&sample.base)),
        "{page:?}"
    );
}

async fn a_person_who_is_known_takes_over_no_address_of_another(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let mode = json!({ "user_matching_mode": "verified_email_link" });
    make(
        &mut api,
        &with(with(sample.oidc("sample"), &choosing("bob", "no_address")), &mode),
    )
    .await;
    through(harness, &mut harness.client(), "sample").await;
    harness
        .user_with("liddell", |user| {
            user.email = Some("bob@upstream.example".to_owned());
            user.email_verified = true;
        })
        .await;
    // Now the source says an address for bob, and it is that of somebody else here.
    api.patch("/sources/sample", &choosing("bob", "none")).await.found();
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
    let bob = api.get("/users/bob").await.found();
    assert_eq!((&bob["email"], &bob["email_verified"]), (&Value::Null, &json!(false)));
    assert_eq!(accounts(&mut api, "sample").await[0]["verified"], true);
}

/// The page's forms that take a link away, all sent at once.
async fn take_all_away(client: &Client) -> Vec<u16> {
    let page = client.clone().get("/account").await;
    let html = page.page();
    let ids: Vec<String> = html
        .elements
        .iter()
        .filter(|element| element.attribute("name") == Some("external_account"))
        .filter_map(|element| element.attribute("value").map(str::to_owned))
        .collect();
    let csrf = html
        .elements
        .iter()
        .find(|element| element.attribute("name") == Some("csrf"))
        .and_then(|element| element.attribute("value"))
        .expect("a proof");
    let sent = ids.iter().map(|id| {
        let mut one = client.clone();
        async move {
            let fields = [("csrf", csrf), ("external_account", id.as_str())];
            one.post("/account/unlink", &fields).await.status.as_u16()
        }
    });
    futures_util::future::join_all(sent).await
}

async fn of_two_links_that_go_at_once_one_stays(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("one"), &choosing("bob", "none"))).await;
    make(&mut api, &with(sample.oidc("two"), &choosing("carol", "none"))).await;
    for _ in 0..4 {
        let mut client = harness.client();
        through(harness, &mut client, "one").await;
        let page = client.get("/account").await;
        let form = super::account::form(&page, "/account/link").with("source", "two");
        let left = client.submit(&form).await;
        let callback = away(harness, &left).await;
        client.get(&callback).await;
        let mut statuses = take_all_away(&client).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        let left = [accounts(&mut api, "one").await, accounts(&mut api, "two").await].concat();
        assert_eq!(left.len(), 1, "{left:?}");
        let user = left[0]["user"].as_str().expect("an id");
        assert_eq!(
            api.delete(&format!("/users/{user}")).await.status(),
            StatusCode::NO_CONTENT
        );
    }
}

async fn an_identity_without_an_identifier_is_linked_to_nobody(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy"), &choosing("bob", "empty_id"))).await;
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    let page = client.get("/account").await;
    let left = client.submit(&super::account::form(&page, "/account/link")).await;
    let callback = away(harness, &left).await;
    let refused = client.get(&callback).await;
    assert_eq!(refused.error_code().as_deref(), Some("upstream_user_id_missing"));
    assert_eq!(accounts(&mut api, "legacy").await.len(), 0);
}

async fn the_last_administrator_stays_in_the_group_that_makes_one(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    let bob = api.get("/users/bob").await.found();
    let group = format!("/groups/{}", bob["groups"][0].as_str().expect("an id"));
    api.patch(&group, &json!({ "is_admin": true })).await.found();
    let nameless = json!({ "name": "none", "expression": "return {\"name\": \"\"}" });
    let nameless = api.post("/property-mappings", &nameless).await.created();
    let none = json!({ "group_property_mappings": [nameless["id"]] });
    api.patch("/sources/sample", &none).await.found();
    let answer = through(harness, &mut harness.client(), "sample").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(api.get("/users/bob").await.found()["groups"], bob["groups"]);
    let events = harness.events("configuration_error").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].detail["groups"], bob["groups"]);
    // With another one left, the source is obeyed, and the audit log says so.
    harness.user_with("root", |user| user.is_admin = true).await;
    harness.advance(1);
    through(harness, &mut harness.client(), "sample").await;
    let after = api.get("/users/bob").await.found();
    assert_eq!(after["groups"], json!([]));
    let events = harness.events("user_updated").await;
    let last = events.last().expect("an event");
    assert_eq!(
        last.detail,
        json!({ "by": "source", "source": "sample", "fields": ["groups"] })
    );
    assert_eq!(harness.events("group_created").await.len(), 1);
}

async fn whoever_is_turned_away_is_in_the_audit_log(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "wrong_nonce"))).await;
    through(harness, &mut harness.client(), "sample").await;
    let closed = with(choosing("bob", "none"), &json!({ "allow_sign_up": false }));
    api.patch("/sources/sample", &closed).await.found();
    harness.advance(1);
    through(harness, &mut harness.client(), "sample").await;
    let events = harness.events("login_failed").await;
    let told: Vec<[&Value; 3]> = events
        .iter()
        .map(|event| {
            [
                &event.detail["source"],
                &event.detail["reason"],
                &event.detail["provider_user_id"],
            ]
        })
        .collect();
    assert_eq!(
        told,
        [
            [&json!("sample"), &json!("upstream_nonce_wrong"), &Value::Null],
            [
                &json!("sample"),
                &json!("upstream_account_unknown"),
                &json!("upstream-bob")
            ],
        ]
    );
    // A state that was never given is nobody's sign-in, and anybody can make up as many as they like.
    harness
        .client()
        .get("/source/oauth/callback/sample/?state=made-up&code=x")
        .await;
    assert_eq!(harness.events("login_failed").await.len(), 2);
}

async fn a_replay_of_a_mapping_that_fails_writes_nothing(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let broken = json!({ "name": "broken", "expression": "return info[\"nothing\"]", "all_sources": true });
    api.post("/property-mappings", &broken).await.created();
    make(&mut api, &sample.oidc("sample")).await;
    let said = json!({ "userinfo": { "sub": "x" }, "id_token_claims": { "sub": "x" } });
    let replayed = api.post("/sources/sample/replay", &said).await.found();
    assert_eq!(replayed["error"]["code"], "upstream_mapping_failed");
    assert_eq!(harness.events("configuration_error").await.len(), 0);
}

async fn keys_that_can_not_be_read_are_not_asked_for_at_once_again(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "rotated_keys"))).await;
    harness.advance(120);
    let gone = json!({ "jwks_uri": format!("{}/nothing-here", sample.base) });
    let mut stored = harness
        .app
        .store
        .load_source_by_key("sample")
        .await
        .expect("a database")
        .expect("a source");
    // The address goes bad after the source was saved.
    stored.source.jwks_uri = Some(gone["jwks_uri"].as_str().expect("text").to_owned());
    let change = harness
        .app
        .store
        .update_source(
            &stored.source,
            &stored.secrets,
            stored.source.version,
            &harness.app.entropy,
        )
        .expect("a statement");
    let changed = vec![vestibule::actions::sources::CHANGED.to_owned()];
    harness
        .app
        .commit_changes(vec![change], changed)
        .await
        .expect("a commit");
    // The first one looks; for a minute the others go by what is known.
    for code in [
        "upstream_keys_unreachable",
        "upstream_key_unknown",
        "upstream_key_unknown",
    ] {
        let refused = through(harness, &mut harness.client(), "sample").await;
        assert_eq!(refused.error_code().as_deref(), Some(code));
    }
    harness.advance(61);
    let refused = through(harness, &mut harness.client(), "sample").await;
    assert_eq!(refused.error_code().as_deref(), Some("upstream_keys_unreachable"));
}

async fn a_mapping_that_sees_tokens_of_people_needs_their_permission(harness: &Harness) {
    let mut some = Api::with_permissions(harness, &WRITES).await;
    let both = [&WRITES[..], &["external-accounts:token"]].concat();
    let mut both = Api::with_permissions(harness, &both).await;
    let mut all = Api::new(harness).await;
    let mapping = |name: &str, expression: &str| json!({ "name": name, "expression": expression });
    for expression in [
        "return {\"attributes\": {\"t\": token[\"access_token\"]}}",
        "return {\"name\": f\"{token}\"}",
        "return {\"name\": \u{ff54}oken[\"access_token\"]}",
    ] {
        let refused = some.post("/property-mappings", &mapping("one", expression)).await;
        assert!(
            refused.answer.body.contains("`external-accounts:token`"),
            "{}",
            refused.answer.body
        );
        refused.problem(StatusCode::FORBIDDEN);
    }
    let seeing = "return {\"attributes\": {\"t\": token[\"token_type\"]}}";
    let made = both.post("/property-mappings", &mapping("one", seeing)).await.created();
    all.post("/property-mappings", &mapping("two", seeing)).await.created();
    let plain = some
        .post("/property-mappings", &mapping("three", "return {}"))
        .await
        .created();
    let path = |made: &Value| format!("/property-mappings/{}", made["id"].as_str().expect("an id"));
    // To change it, name and place as well, is to decide who gets what it says; to take the word out is not.
    some.patch(&path(&made), &json!({ "name": "other" }))
        .await
        .problem(StatusCode::FORBIDDEN);
    some.patch(&path(&plain), &json!({ "expression": seeing }))
        .await
        .problem(StatusCode::FORBIDDEN);
    both.patch(&path(&made), &json!({ "name": "other" })).await.found();
    some.patch(&path(&made), &json!({ "expression": "return {}" }))
        .await
        .found();
}

store::statements! {
    STUCK_SQLITE = "CREATE TRIGGER stuck BEFORE UPDATE ON external_accounts BEGIN SELECT RAISE(IGNORE); END";
    STUCK_FUNCTION = "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'";
    STUCK_POSTGRES = "CREATE TRIGGER stuck BEFORE UPDATE ON external_accounts FOR EACH ROW EXECUTE FUNCTION stuck()";
}

async fn whoever_meets_others_in_every_round_is_asked_to_try_again(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    // From now on no update of a link finds its row, as if somebody else had been faster each time.
    let store = &harness.app.store;
    let stuck = match store.db() {
        store::Db::Sqlite(_) => vec![STUCK_SQLITE.with(Vec::new())],
        store::Db::Postgres(_) => vec![STUCK_FUNCTION.with(Vec::new()), STUCK_POSTGRES.with(Vec::new())],
    };
    store.commit_statements(stuck, Vec::new()).await.expect("a database");
    harness.advance(60);
    let mut client = harness.client();
    let refused = through(harness, &mut client, "sample").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
    assert_eq!(refused.error_code().as_deref(), Some("storage_contended"));
    assert_eq!(refused.header("retry-after"), Some("2"));
    assert!(signed_in_as(harness, &client).await.is_none());
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_mapping_that_sees_tokens_of_people_needs_their_permission,
    whoever_meets_others_in_every_round_is_asked_to_try_again,
    who_may_not_everything_leaves_sources_that_decide_about_administrators_alone,
    a_source_that_fills_a_group_of_administrators_decides_about_them,
    a_document_that_names_another_server_does_not_get_the_secret,
    a_source_of_some_applications_starts_only_for_them,
    a_person_who_is_known_takes_over_no_address_of_another,
    of_two_links_that_go_at_once_one_stays,
    an_identity_without_an_identifier_is_linked_to_nobody,
    the_last_administrator_stays_in_the_group_that_makes_one,
    whoever_is_turned_away_is_in_the_audit_log,
    a_replay_of_a_mapping_that_fails_writes_nothing,
    keys_that_can_not_be_read_are_not_asked_for_at_once_again,
);
