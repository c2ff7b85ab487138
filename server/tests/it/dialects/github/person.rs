//! `/user`, `/user/emails` and the index, at the root and under `/api/v3/`.

use http::header;
use serde_json::{Value, json};

use super::support::{application, found, get, json_of, token};
use crate::harness::{Harness, on_both};

on_both!(
    the_profile_has_github_s_members_and_the_person_s_values,
    addresses_say_whether_they_are_confirmed,
    each_path_needs_its_scope,
    token_and_bearer_mean_the_same,
    other_people_are_seen_only_in_a_common_group,
    the_index_tells_whether_a_token_counts,
);

async fn the_profile_has_github_s_members_and_the_person_s_values(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    harness.advance(5);
    let stored = harness.app.store.load_user(&alice.id).await.unwrap().unwrap().user;
    let token = token(harness, &alice, "shop", "user:email").await;
    let user = found(harness, &token, "/user").await;
    assert_eq!(found(harness, &token, "/api/v3/user").await, user);
    let expected = json!({
        "login": "alice", "id": stored.number, "name": "Name of alice", "email": "alice@example.com", "type": "User",
        "site_admin": false, "two_factor_authentication": true, "created_at": "2026-11-21T00:00:00Z",
        "updated_at": "2026-11-21T00:00:00Z", "hireable": false, "bio": "", "company": "", "blog": "", "location": "",
        "plan": {"name": "None", "space": 0, "collaborators": 0, "private_repos": 0},
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&user[member], value, "{member}");
    }
    for url in [
        "node_id",
        "avatar_url",
        "gravatar_id",
        "url",
        "html_url",
        "followers_url",
        "following_url",
        "gists_url",
        "starred_url",
        "subscriptions_url",
        "organizations_url",
        "repos_url",
        "events_url",
        "received_events_url",
    ] {
        assert_eq!(user[url], "", "{url}");
    }
    for counter in [
        "public_repos",
        "public_gists",
        "followers",
        "following",
        "private_gists",
        "total_private_repos",
        "owned_private_repos",
        "disk_usage",
        "collaborators",
    ] {
        assert_eq!(user[counter], 0, "{counter}");
    }
    assert!(user["id"].as_i64().unwrap() < 1 << 53);
    // Without an address there is none, and nothing else is missing.
    let bare = harness.user_with("bare", |user| user.email = None).await;
    let token = super::support::token(harness, &bare, "shop", "user:email").await;
    assert_eq!(found(harness, &token, "/user").await["email"], Value::Null);
    assert_eq!(found(harness, &token, "/user/emails").await, json!([]));
}

async fn addresses_say_whether_they_are_confirmed(harness: &Harness) {
    application(harness, "shop").await;
    for (name, verified) in [("alice", false), ("bob", true)] {
        let user = harness.user_with(name, |user| user.email_verified = verified).await;
        let token = token(harness, &user, "shop", "user:email").await;
        for path in ["/user/emails", "/api/v3/user/emails"] {
            let emails = found(harness, &token, path).await;
            let expected = json!([{"email": format!("{name}@example.com"), "primary": true, "verified": verified,
                "visibility": "private"}]);
            assert_eq!(emails, expected);
        }
    }
    let carol = harness.user("carol").await;
    let further = store::users::emails::UserEmail {
        address: "carol@home.example".to_owned(),
        verified: true,
    };
    let attach = harness.app.store.attach_user_email(&carol.id, &further);
    harness.app.commit_changes(vec![attach], Vec::new()).await.unwrap();
    let token = token(harness, &carol, "shop", "user:email").await;
    let emails = found(harness, &token, "/user/emails").await;
    let second = json!({"email": "carol@home.example", "primary": false, "verified": true, "visibility": null});
    assert_eq!((emails[0]["primary"].as_bool(), &emails[1]), (Some(true), &second));
}

async fn each_path_needs_its_scope(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let none = token(harness, &alice, "shop", "user,read:user").await;
    let email = token(harness, &alice, "shop", "user:email").await;
    let org = token(harness, &alice, "shop", "read:org").await;
    let paths = [
        ("/user", "user:email"),
        ("/user/emails", "user:email"),
        ("/user/teams", "read:org"),
        ("/user/orgs", "read:org"),
        ("/api/v3/user", "user:email"),
        ("/api/v3/user/emails", "user:email"),
        ("/api/v3/user/teams", "read:org"),
        ("/api/v3/user/orgs", "read:org"),
        ("/api/v3/users/alice", "read:org"),
        ("/api/v3/users/alice/orgs", "read:org"),
        ("/api/v3/user/memberships/orgs", "read:org"),
        ("/api/v3/user/memberships/orgs/vestibule", "read:org"),
        ("/api/v3/orgs/vestibule", "read:org"),
        ("/api/v3/orgs/vestibule/members", "read:org"),
        ("/api/v3/orgs/vestibule/members/alice", "read:org"),
        ("/api/v3/orgs/vestibule/memberships/alice", "read:org"),
        ("/api/v3/orgs/vestibule/teams", "read:org"),
    ];
    for (path, needed) in paths {
        let right = if needed == "user:email" { &email } else { &org };
        let wrong = if needed == "user:email" { &org } else { &email };
        let answer = get(harness, right, path).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        assert_eq!(answer.header("x-oauth-scopes"), Some(needed), "{path}");
        assert_eq!(answer.header("x-accepted-oauth-scopes"), Some(needed), "{path}");
        for (token, held) in [
            (&none, "read:user, user"),
            (wrong, if needed == "read:org" { "user:email" } else { "read:org" }),
        ] {
            let answer = get(harness, token, path).await;
            assert_eq!(answer.status, 403, "{path}");
            let body = json_of(&answer);
            assert!(body["message"].as_str().unwrap().contains(needed), "{path}: {body}");
            assert_eq!(body["documentation_url"], "https://docs.github.com/rest");
            assert_eq!(answer.header("x-oauth-scopes"), Some(held), "{path}");
            assert_eq!(answer.header("x-accepted-oauth-scopes"), Some(needed), "{path}");
            assert!(
                answer
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Bearer error=\"insufficient_scope\"")
            );
        }
    }
}

async fn token_and_bearer_mean_the_same(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let token = token(harness, &alice, "shop", "user:email").await;
    for scheme in ["token", "Token", "bearer", "Bearer"] {
        let value = format!("{scheme} {token}");
        let answer = harness
            .client()
            .with_header(header::AUTHORIZATION, &value)
            .get("/user")
            .await;
        assert_eq!(answer.status, 200, "{scheme}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    }
}

async fn other_people_are_seen_only_in_a_common_group(harness: &Harness) {
    application(harness, "shop").await;
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    let mut carol = harness.user("carol").await;
    super::support::group(harness, "ops", &[&alice, &carol]).await;
    carol.version = harness
        .app
        .store
        .load_user(&carol.id)
        .await
        .unwrap()
        .unwrap()
        .user
        .version;
    let token = token(harness, &alice, "shop", "read:org,user:email").await;
    let shown = found(harness, &token, "/api/v3/users/CAROL").await;
    assert_eq!(
        (&shown["login"], &shown["email"]),
        (&json!("carol"), &Value::Null),
        "never an address"
    );
    assert!(shown.get("plan").is_none());
    assert_eq!(found(harness, &token, "/api/v3/users/alice").await["login"], "alice");
    for unseen in ["bob", "nobody", "al%00ice", "%2e%2e"] {
        let answer = get(harness, &token, &format!("/api/v3/users/{unseen}")).await;
        assert_eq!(answer.status, 404, "{unseen}");
        assert_eq!(json_of(&answer)["message"], "Not Found");
    }
    harness.change_user(&mut carol, |carol| carol.is_active = false).await;
    assert_eq!(
        get(harness, &token, "/api/v3/users/carol").await.status,
        404,
        "switched off"
    );
    drop(bob);
}

async fn the_index_tells_whether_a_token_counts(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let token = token(harness, &alice, "shop", "user").await;
    for path in ["/api/v3", "/api/v3/"] {
        let index = found(harness, &token, path).await;
        assert_eq!(index["current_user_url"], "http://localhost:9000/api/v3/user");
        assert_eq!(get(harness, "unknown", path).await.status, 401);
    }
}
