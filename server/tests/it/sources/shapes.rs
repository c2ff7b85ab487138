//! The walkthrough of a plain OAuth 2.0 source (authn.sh): the six shapes of the profile request, the mapping, what is left over,
//! the verified signal, and its table of troubles.

use serde_json::{Value, json};

use super::support::{Sample, accounts, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::dialects::authn_sh::support::Pretend;
use crate::harness::{Harness, on_both};

async fn each_of_the_six_shapes_gets_the_profile(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    for method in ["GET", "POST"] {
        for auth in ["bearer", "basic", "query"] {
            let key = format!("{method}-{auth}");
            let shape = json!({ "userinfo_method": method, "userinfo_auth": auth });
            make(
                &mut api,
                &with(with(sample.oauth2(&key), &choosing("bob", "none")), &shape),
            )
            .await;
            let answer = through(harness, &mut harness.client(), &key).await;
            assert_eq!(answer.status, 303, "{key}: {}", answer.body);
            assert_eq!(accounts(&mut api, &key).await[0]["provider_user_id"], "42", "{key}");
        }
    }
}

async fn the_worked_example_of_the_walkthrough(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy_idp"), &choosing("bob", "none"))).await;
    let mut client = harness.client();
    through(harness, &mut client, "legacy_idp").await;
    let account = accounts(&mut api, "legacy_idp").await.remove(0);
    assert_eq!(account["provider_user_id"], "42", "a number is kept as text");
    assert_eq!(account["email_address"], "bob@upstream.example");
    assert_eq!(account["verified"], false, "nothing says that it is verified");
    assert_eq!(account["scopes"], json!(["read_profile", "read_email"]));
    assert_eq!(
        account["public_metadata"]["team_slug"], "builders",
        "what is not mapped is kept here"
    );
    for consumed in ["id", "email", "name", "avatar_url"] {
        assert!(account["public_metadata"].get(consumed).is_none(), "{consumed}");
    }
    let user = api
        .get(&format!("/users/{}", account["user"].as_str().expect("an id")))
        .await
        .found();
    assert_eq!(user["given_name"], "Bob Builder");
    assert_eq!(user["picture"], "https://idp.legacy.example/avatars/42.png");
}

async fn a_mapped_signal_verifies_the_address(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let mapping = json!({ "attribute_mapping": {
        "email_address": "email", "_verified": "email_confirmed_at", "provider_user_id": "id",
    }});
    for (key, person, verified) in [("yes", "bob", true), ("no", "dave", false)] {
        make(
            &mut api,
            &with(with(sample.oauth2(key), &choosing(person, "none")), &mapping),
        )
        .await;
        through(harness, &mut harness.client(), key).await;
        let account = accounts(&mut api, key).await.remove(0);
        assert_eq!(account["verified"], verified, "{person}");
        let user = api
            .get(&format!("/users/{}", account["user"].as_str().expect("an id")))
            .await
            .found();
        if verified {
            assert_eq!(
                (&user["email"], &user["email_verified"]),
                (&json!("bob@upstream.example"), &json!(true))
            );
        }
    }
}

async fn a_number_beyond_2_53_keeps_its_digits(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy"), &choosing("bob", "numeric_id"))).await;
    through(harness, &mut harness.client(), "legacy").await;
    assert_eq!(
        accounts(&mut api, "legacy").await[0]["provider_user_id"],
        "9007199254740993"
    );
}

/// Its table of troubles, rows one and two.
async fn trouble_an_identifier_that_leads_nowhere(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let wrong = json!({ "attribute_mapping": { "provider_user_id": "uid", "email_address": "email" } });
    let source = make(
        &mut api,
        &with(with(sample.oauth2("legacy"), &choosing("bob", "none")), &wrong),
    )
    .await;
    for visit in 1..=3 {
        let mut client = harness.client();
        let answer = through(harness, &mut client, "legacy").await;
        assert_eq!(answer.status, 303, "the sign-in completes: {}", answer.body);
        assert!(signed_in_as(harness, &client).await.is_some());
        let rows = accounts(&mut api, "legacy").await;
        assert_eq!(rows.len(), visit, "each visit adds a row");
        assert!(rows.iter().all(|row| row["provider_user_id"] == ""));
        assert_eq!(rows[0]["public_metadata"]["id"], 42, "what came can be read");
    }
    let right = json!({ "attribute_mapping": { "provider_user_id": "id", "email_address": "email" } });
    let path = format!("/sources/{}", source["id"].as_str().expect("an id"));
    api.patch(&path, &right).await.found();
    for _ in 0..2 {
        through(harness, &mut harness.client(), "legacy").await;
        assert_eq!(
            accounts(&mut api, "legacy").await.len(),
            4,
            "one row more, and the three stay"
        );
    }
}

/// Its table of troubles, row three.
async fn trouble_the_code_is_refused(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(
        &mut api,
        &with(sample.oauth2("legacy"), &choosing("bob", "token_refused")),
    )
    .await;
    let answer = through(harness, &mut harness.client(), "legacy").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_token_refused"),
        "{}",
        answer.body
    );
    assert_eq!(count_users(&mut api).await, 0);
}

/// Its table of troubles, row four.
async fn trouble_a_wrapped_profile_is_not_unwrapped(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oauth2("legacy"), &choosing("bob", "wrapped"))).await;
    let answer = through(harness, &mut harness.client(), "legacy").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let row = accounts(&mut api, "legacy").await.remove(0);
    assert_eq!(
        (&row["provider_user_id"], &row["email_address"]),
        (&json!(""), &Value::Null)
    );
    assert_eq!(row["public_metadata"]["data"][0]["id"], 42);
    assert_eq!(row["public_metadata"]["pagination"], json!({}));
}

async fn subaddresses_get_no_account_and_keep_one(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let blocked = json!({ "block_email_subaddresses": true });
    make(
        &mut api,
        &with(with(sample.oauth2("legacy"), &choosing("bob", "none")), &blocked),
    )
    .await;
    // The plain profile has no address with `+`: the server that answers stands in for one that has.
    let pretend = Pretend::start().await;
    let there = json!({
        "userinfo_endpoint": format!("{}/api/me", pretend.base), "client_secret": "the secret at the upstream",
    });
    let says = |email: &str| pretend.says("/api/me", 200, &json!({ "id": 42, "email": email, "name": "Bob" }));
    api.patch("/sources/legacy", &there).await.found();
    says("bob+shop@upstream.example");
    let answer = through(harness, &mut harness.client(), "legacy").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_subaddress_blocked"),
        "{}",
        answer.body
    );
    assert_eq!(count_users(&mut api).await, 0);
    says("bob@upstream.example");
    let answer = through(harness, &mut harness.client(), "legacy").await;
    assert_eq!(answer.status, 303, "an ordinary address: {}", answer.body);
    // Whoever has an account keeps it, whatever their address is by now.
    says("bob+shop@upstream.example");
    let mut client = harness.client();
    let answer = through(harness, &mut client, "legacy").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(signed_in_as(harness, &client).await.is_some());
    assert_eq!(count_users(&mut api).await, 1);
}

/// Without a mapping the names are those of OpenID Connect, and no address counts as verified.
async fn without_a_mapping_the_standard_names_are_read(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let plain = json!({ "attribute_mapping": {}, "userinfo_endpoint": format!("{}/userinfo", sample.base) });
    make(
        &mut api,
        &with(with(sample.oauth2("plain"), &choosing("bob", "none")), &plain),
    )
    .await;
    for _ in 0..2 {
        let answer = through(harness, &mut harness.client(), "plain").await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let rows = accounts(&mut api, "plain").await;
    assert_eq!(rows.len(), 1, "found by `sub`");
    assert_eq!(rows[0]["provider_user_id"], "upstream-bob");
    assert_eq!(rows[0]["email_address"], "bob@upstream.example");
    assert_eq!(rows[0]["verified"], false);
    let user = format!("/users/{}", rows[0]["user"].as_str().expect("an id"));
    let user = api.get(&user).await.found();
    assert_eq!(
        (&user["name"], &user["given_name"]),
        (&json!("Bob Builder"), &json!("Bob"))
    );
    assert_eq!(
        (&user["username"], &user["email_verified"]),
        (&json!("bob"), &json!(false))
    );
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    each_of_the_six_shapes_gets_the_profile,
    the_worked_example_of_the_walkthrough,
    a_mapped_signal_verifies_the_address,
    a_number_beyond_2_53_keeps_its_digits,
    trouble_an_identifier_that_leads_nowhere,
    trouble_the_code_is_refused,
    trouble_a_wrapped_profile_is_not_unwrapped,
    subaddresses_get_no_account_and_keep_one,
    without_a_mapping_the_standard_names_are_read,
);
