//! Replaying what a source said, tokens of a source for programs, and giving them back (RFC 7009, section 2.1).

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{Sample, accounts, choosing, count_users, make, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn a_replay_goes_the_way_of_a_sign_in_and_writes_nothing(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let mode = json!({ "user_matching_mode": "verified_email_link" });
    make(&mut api, &with(sample.oidc("sample"), &mode)).await;
    let liddell = harness
        .user_with("liddell", |user| {
            user.email = Some("alice@wonderland.example".to_owned());
            user.email_verified = true;
        })
        .await;
    let said = |sub: Value, verified: bool| {
        json!({ "userinfo": {
            "sub": sub, "email": "alice@wonderland.example", "email_verified": verified, "name": "Alice",
            "preferred_username": "alice", "picture": 7,
        }})
    };
    let table = [
        (
            said(json!("1"), true),
            "email_linked",
            "sign_in",
            Some(liddell.id.as_str()),
        ),
        (said(json!("1"), false), "sign_up_unverified", "sign_up", None),
    ];
    for (fields, row, outcome, user) in table {
        let replayed = api.post("/sources/sample/replay", &fields).await.found();
        assert_eq!(replayed["decision"]["row"], row, "{replayed}");
        assert_eq!(replayed["decision"]["outcome"], outcome);
        assert_eq!(replayed["decision"]["user"].as_str(), user);
        assert_eq!(replayed["profile"]["provider_user_id"], "1");
        assert_eq!(replayed["error"], Value::Null);
    }
    for subject in [json!(null), json!(""), json!([1]), json!({ "a": 1 }), json!(true)] {
        let replayed = api
            .post("/sources/sample/replay", &said(subject.clone(), true))
            .await
            .found();
        assert_eq!(replayed["error"]["code"], "upstream_user_id_missing", "{subject}");
        assert_eq!(replayed["decision"], Value::Null);
    }
    assert_eq!(
        api.post("/sources/sample/replay", &json!({})).await.wrong(),
        ["userinfo:required"]
    );
    assert_eq!(count_users(&mut api).await, 1);
    assert_eq!(accounts(&mut api, "sample").await.len(), 0);
}

async fn a_program_gets_a_fresh_token_of_the_source(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "legacy").await;
    let row = accounts(&mut api, "legacy").await.remove(0);
    let path = format!("/external-accounts/{}/token", row["id"].as_str().expect("an id"));
    let mut writer = Api::with_permissions(harness, &["external-accounts:read", "external-accounts:write"]).await;
    writer.post(&path, &json!({})).await.problem(StatusCode::FORBIDDEN);
    let mut program = Api::with_permissions(harness, &["external-accounts:token"]).await;
    let first = program.post(&path, &json!({})).await;
    assert_eq!(first.answer.header("cache-control"), Some("no-store"));
    let first = first.found();
    assert_eq!(first["scopes"], json!(["read_profile", "read_email"]));
    // While it lives it is the same; when it is over the source is asked for the next one.
    assert_eq!(program.post(&path, &json!({})).await.found(), first);
    harness.advance(5 * 60);
    let second = program.post(&path, &json!({})).await.found();
    assert_ne!(second["access_token"], first["access_token"]);
    harness.advance(5 * 60);
    let third = program.post(&path, &json!({})).await.found();
    assert_ne!(
        third["access_token"], second["access_token"],
        "the refresh token was rotated too"
    );
    let url = format!(
        "{}/api/me?access_token={}",
        sample.base,
        third["access_token"].as_str().expect("a token")
    );
    let answer = harness
        .app
        .outgoing
        .get(&url, vestibule::outgoing::Limits::default())
        .await
        .expect("the upstream answers");
    assert_eq!(answer.status, StatusCode::OK, "it is a token of the source");
    assert_eq!(harness.events("external_account_token_read").await.len(), 4);
    drop(sample);
    harness.advance(5 * 60);
    program.post(&path, &json!({})).await.problem(StatusCode::CONFLICT);
}

async fn a_link_that_is_taken_away_gives_its_tokens_back(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let revoking = json!({ "revocation_endpoint": format!("{}/revoke", sample.base) });
    make(
        &mut api,
        &with(with(sample.oidc("sample"), &revoking), &choosing("bob", "none")),
    )
    .await;
    for endpoint in ["revoke", "nothing-here"] {
        through(harness, &mut harness.client(), "sample").await;
        let row = accounts(&mut api, "sample").await.remove(0);
        let stored = harness.app.store.load_source_tokens(row["id"].as_str().expect("an id"));
        let (stored, _) = stored.await.expect("a database").expect("tokens");
        let stored: Value = serde_json::from_slice(&stored).expect("JSON");
        let path = format!("/external-accounts/{}", row["id"].as_str().expect("an id"));
        // A source that does not take them back keeps nobody from going.
        assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
        assert_eq!(accounts(&mut api, "sample").await.len(), 0);
        let user = format!("/users/{}", row["user"].as_str().expect("an id"));
        assert_eq!(api.delete(&user).await.status(), StatusCode::NO_CONTENT);
        let body = [
            ("grant_type", "refresh_token"),
            ("refresh_token", stored["refresh_token"].as_str().expect("a token")),
            ("client_id", "vestibule"),
            ("client_secret", "the secret at the upstream"),
        ];
        let limits = vestibule::outgoing::Limits::default();
        let answer = harness
            .app
            .outgoing
            .post_form(&format!("{}/token", sample.base), &body, limits)
            .await
            .expect("the upstream answers");
        assert_eq!(answer.status == StatusCode::OK, endpoint != "revoke", "{endpoint}");
        let gone = json!({ "revocation_endpoint": format!("{}/nothing-here", sample.base) });
        api.patch("/sources/sample", &gone).await.found();
    }
}

store::statements! {
    SEALED = "SELECT tokens FROM external_accounts";
}

async fn no_token_of_a_source_stands_in_the_open(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "legacy").await;
    let row = accounts(&mut api, "legacy").await.remove(0);
    let path = format!("/external-accounts/{}/token", row["id"].as_str().expect("an id"));
    let token = api.post(&path, &json!({})).await.found()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    assert!(token.len() >= 32);
    for shown in ["/external-accounts", "/users", "/events?limit=200", "/sources"] {
        let answer = api.get(shown).await;
        assert!(!answer.answer.body.contains(&token), "{shown}");
    }
    let rows = harness.app.store.db().read(&SEALED, &[]).await.expect("a database");
    let sealed = rows.iter().next().expect("a row").text(0).expect("text");
    assert!(
        sealed.len() > token.len() && !sealed.contains(&token),
        "sealed in the row"
    );
    let loaded = harness
        .app
        .store
        .load_source_tokens(row["id"].as_str().expect("an id"))
        .await
        .expect("a database")
        .expect("tokens");
    assert!(
        String::from_utf8_lossy(&loaded.0).contains(&token),
        "only opened with the master key"
    );
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_replay_goes_the_way_of_a_sign_in_and_writes_nothing,
    a_program_gets_a_fresh_token_of_the_source,
    a_link_that_is_taken_away_gives_its_tokens_back,
    no_token_of_a_source_stands_in_the_open,
);
