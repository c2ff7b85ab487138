//! External accounts for programs: section 16, A-18.2, A-18.4, A-18.5.

use http::{StatusCode, header};
use serde_json::{Value, json};

use super::support::{Pretend, Program, alice, path_of, signs_in, with};
use crate::harness::{BEGINNING, Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_16_1_an_external_account_has_exactly_these_members,
    a_16_5_what_the_provider_says_is_taken_over_at_each_sign_in,
    a_18_4_lists_are_filtered_and_cut,
    a_18_2_tokens_go_back_to_the_provider,
    a_18_5_after_unlinking_a_fresh_account_is_made,
);

async fn a_16_1_an_external_account_has_exactly_these_members(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.says(
        "/api/me",
        200,
        &with(alice(), &json!({ "desk": "B7", "team": { "slug": "builders" } })),
    );
    program.make(&pretend.mapped()).await;
    signs_in(harness, "legacy_idp").await;
    let account = program.accounts("").await.remove(0);
    let id = account["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("ext_") && id.len() == 30, "{id}");
    let now = BEGINNING / 1000;
    let expected = json!({
        "id": id, "object": "external_account", "provider": "Legacy IdP", "provider_key": "legacy_idp",
        "provider_user_id": "42", "email_address": "alice@acme.example", "scopes": ["read_profile", "read_email"],
        "public_metadata": { "desk": "B7", "team": { "slug": "builders" } }, "verified": false, "linked_at": now,
        "last_signed_in_at": null, "created_at": now, "updated_at": now,
    });
    assert_eq!(account, expected);
    assert_eq!(program.get(&path_of(&account)).await.object(StatusCode::OK), expected);
    // set from the second sign-in on.
    harness.advance(60);
    signs_in(harness, "legacy_idp").await;
    let later = now + 60_000;
    let again = json!({ "last_signed_in_at": later, "updated_at": later });
    assert_eq!(program.accounts("").await, [with(expected, &again)]);
}

async fn a_16_5_what_the_provider_says_is_taken_over_at_each_sign_in(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let mapping = json!({ "attribute_mapping": {
        "provider_user_id": "id", "email_address": "email", "_verified": "email_confirmed_at",
    }});
    program.make(&with(pretend.wizard(), &mapping)).await;
    signs_in(harness, "legacy_idp").await;
    let account = program.accounts("").await.remove(0);
    assert_eq!(account["verified"], false);
    assert_eq!(
        user_of(harness, &account).await["emails"],
        json!([]),
        "nobody says whose it is"
    );
    // Who has another address of their own by now keeps it.
    let own = json!({ "email": "alice@home.example", "email_verified": true });
    let mut api = crate::api::support::Api::new(harness).await;
    api.patch(&user_path(harness, &account).await, &own).await.found();
    pretend.says(
        "/oauth/token",
        200,
        &json!({ "access_token": "t", "scope": "read_profile" }),
    );
    pretend.says(
        "/api/me",
        200,
        &with(
            alice(),
            &json!({ "email_confirmed_at": "2025-03-01T10:00:00Z", "desk": "C3" }),
        ),
    );
    signs_in(harness, "legacy_idp").await;
    let account = program.accounts("").await.remove(0);
    assert_eq!(account["verified"], true, "A-14.4");
    let user = user_of(harness, &account).await;
    let attached = user["emails"].as_array().expect("a list");
    let attached = attached.iter().find(|email| email["address"] == "alice@acme.example");
    let attached = attached.unwrap_or_else(|| panic!("not attached: {user}"));
    assert_eq!(attached["verified"], true);
    // The strategy of the document.
    let linked = &attached["linked_to"][0];
    assert_eq!(
        (&linked["id"], &linked["type"]),
        (&account["id"], &json!("oauth_legacy_idp"))
    );
    assert_eq!(account["scopes"], json!(["read_profile"]), "A-11.5");
    assert_eq!(account["public_metadata"]["desk"], "C3");
    assert!(
        account["public_metadata"].get("email_confirmed_at").is_none(),
        "A-13.6: it was consumed"
    );
    // an address that is not said again stays.
    pretend.says("/api/me", 200, &json!({ "id": 42 }));
    signs_in(harness, "legacy_idp").await;
    let account = program.accounts("").await.remove(0);
    assert_eq!(account["email_address"], "alice@acme.example");
    assert_eq!(account["public_metadata"], json!({}), "A-2.4");
}

/// The path of the user whom an external account belongs to, in our own interface.
async fn user_path(harness: &Harness, account: &Value) -> String {
    let id = account["id"].as_str().expect("an id");
    let found = harness.app.store.load_external_account(id).await;
    format!("/users/{}", found.expect("a database").expect("an account").user_id)
}

async fn user_of(harness: &Harness, account: &Value) -> Value {
    let path = user_path(harness, account).await;
    crate::api::support::Api::new(harness).await.get(&path).await.found()
}

async fn a_18_4_lists_are_filtered_and_cut(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let one = program
        .make(&with(pretend.mapped(), &json!({ "provider_key": "one" })))
        .await;
    let two = program
        .make(&with(pretend.mapped(), &json!({ "provider_key": "two" })))
        .await;
    for number in 1..=3 {
        let person = json!({ "id": number, "email": format!("p{number}@acme.example") });
        pretend.says("/api/me", 200, &with(alice(), &person));
        signs_in(harness, "one").await;
        harness.advance(1);
        signs_in(harness, "two").await;
        harness.advance(1);
    }
    let all = program.accounts("").await;
    assert_eq!(all.len(), 6);
    let linked: Vec<i64> = all.iter().filter_map(|account| account["linked_at"].as_i64()).collect();
    assert!(linked.is_sorted());
    let first = &harness
        .app
        .store
        .load_external_account(all[0]["id"].as_str().expect("an id"))
        .await;
    let user = first
        .as_ref()
        .expect("a database")
        .as_ref()
        .expect("an account")
        .user_id
        .clone();
    let (id_one, id_two) = (one["id"].as_str().expect("an id"), two["id"].as_str().expect("an id"));
    let pick = |places: &[usize]| -> Vec<Value> { places.iter().map(|at| all[*at].clone()).collect() };
    let table = [
        (format!("?oauth_provider_id={id_one}"), pick(&[0, 2, 4]), 3),
        (format!("?oauth_provider_id={id_two}&limit=1&offset=1"), pick(&[3]), 3),
        (format!("?user_id={user}"), pick(&[0]), 1),
        (format!("?user_id={user}&oauth_provider_id={id_one}"), pick(&[0]), 1),
        (format!("?user_id={user}&oauth_provider_id={id_two}"), pick(&[]), 0),
        ("?limit=2&offset=3".to_owned(), pick(&[3, 4]), 6),
        (
            "?oauth_provider_id=oauthp_01JZ3M5Q8X0000000000000001".to_owned(),
            pick(&[]),
            0,
        ),
    ];
    for (query, expected, total) in table {
        let found = program
            .get(&format!("/external-accounts{query}"))
            .await
            .object(StatusCode::OK);
        assert_eq!(found, json!({ "data": expected, "total_count": total }), "{query}");
    }
    for (query, expected) in [
        ("?user_id=alice", "user_id:form_param_format_invalid"),
        ("?user_id=", "user_id:form_param_format_invalid"),
        ("?oauth_provider_id=one", "oauth_provider_id:form_param_format_invalid"),
        ("?provider_key=one", "provider_key:form_param_unknown"),
    ] {
        assert_eq!(
            program.get(&format!("/external-accounts{query}")).await.wrong(),
            [expected]
        );
    }
}

async fn a_18_2_tokens_go_back_to_the_provider(harness: &Harness) {
    let (pretend, elsewhere, mut program) = (
        Pretend::start().await,
        Pretend::start().await,
        Program::new(harness).await,
    );
    let mut api = crate::api::support::Api::new(harness).await;
    program.make(&pretend.mapped()).await;
    let table = [
        // Where codes are redeemed: with our authentication, and the token that ends all of them.
        (&pretend, 200, "the refresh token", Some("the secret at the provider")),
        // What goes wrong there stops nobody.
        (&pretend, 500, "the refresh token", Some("the secret at the provider")),
        // Anywhere else: neither our secret nor a token that lasts.
        (&elsewhere, 200, "the access token", None),
    ];
    for (server, status, token, secret) in table {
        server.says("/revoke", status, &json!({}));
        let there = json!({ "revocation_endpoint": format!("{}/revoke", server.base) });
        api.patch("/sources/legacy_idp", &there).await.found();
        signs_in(harness, "legacy_idp").await;
        let account = program.accounts("").await.remove(0);
        assert_eq!(
            program.delete(&path_of(&account)).await.answer.status,
            StatusCode::NO_CONTENT
        );
        let call = server.seen("/revoke").pop().expect("a call");
        assert_eq!(call.form("token").as_deref(), Some(token));
        assert_eq!(call.form("client_id").as_deref(), Some("vestibule"));
        assert_eq!(call.form("client_secret").as_deref(), secret);
        assert!(!call.headers.contains_key(header::AUTHORIZATION));
        assert_eq!(program.accounts("").await, Vec::<Value>::new());
    }
}

async fn a_18_5_after_unlinking_a_fresh_account_is_made(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    program.make(&pretend.mapped()).await;
    signs_in(harness, "legacy_idp").await;
    let first = program.accounts("").await.remove(0);
    assert_eq!(
        program.delete(&path_of(&first)).await.answer.status,
        StatusCode::NO_CONTENT
    );
    let gone = program.delete(&path_of(&first)).await;
    assert_eq!(gone.refused(StatusCode::NOT_FOUND), ["external_account_not_found"]);
    signs_in(harness, "legacy_idp").await;
    let second = program.accounts("").await.remove(0);
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["provider_user_id"], first["provider_user_id"]);
}
