//! Teams, the organization and memberships.

use serde_json::{Value, json};

use super::support::{application, found, get, group, json_of, token};
use crate::harness::{Harness, on_both};

on_both!(
    groups_are_teams_of_the_one_organization,
    pages_are_cut_and_linked,
    memberships_are_as_github_has_them,
    people_of_a_team_are_seen_by_its_members_only,
    the_organization_is_found_by_its_login_only,
);

async fn groups_are_teams_of_the_one_organization(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let ops = group(harness, "Site Reliability", &[&alice]).await;
    let odd = group(harness, "Müller & Söhne", &[&alice]).await;
    group(harness, "東京", &[&alice]).await;
    group(harness, "not hers", &[]).await;
    let token = token(harness, &alice, "shop", "read:org").await;
    let teams = found(harness, &token, "/user/teams").await;
    for path in ["/api/v3/user/teams", "/api/v3/orgs/vestibule/teams"] {
        assert_eq!(found(harness, &token, path).await, teams);
    }
    let slugs: Vec<&str> = teams
        .as_array()
        .unwrap()
        .iter()
        .map(|team| team["slug"].as_str().unwrap())
        .collect();
    let number = |team: &Value| team["id"].as_i64().unwrap();
    let third = format!("team-{}", number(&teams[2]));
    assert_eq!(slugs, ["site-reliability", "muller-sohne", third.as_str()]);
    assert_eq!((&teams[0]["id"], &teams[1]["id"]), (&ops["number"], &odd["number"]));
    assert!(teams.as_array().unwrap().iter().all(|team| number(team) < 1 << 53));
    let expected = json!({"name": "Site Reliability", "parent": null, "description": "", "privacy": "",
        "permission": "", "members_count": 0, "repos_count": 0, "created_at": "2026-11-21T00:00:00Z"});
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&teams[0][member], value, "{member}");
    }
    let organization = json!({"login": "vestibule", "id": 1, "name": "Vestibule", "type": "Organization",
        "is_verified": true, "public_repos": 0, "description": "", "url": ""});
    for (member, value) in organization.as_object().unwrap() {
        assert_eq!(&teams[0]["organization"][member], value, "{member}");
    }
    let orgs = found(harness, &token, "/user/orgs").await;
    assert_eq!(orgs, json!([teams[0]["organization"]]));
    assert_eq!(found(harness, &token, "/api/v3/orgs/Vestibule").await, orgs[0]);
    for (path, team) in [
        ("/api/v3/orgs/vestibule/teams/site-reliability".to_owned(), 0),
        (format!("/api/v3/teams/{}", number(&teams[1])), 1),
        (format!("/api/v3/orgs/vestibule/teams/{third}"), 2),
    ] {
        assert_eq!(found(harness, &token, &path).await, teams[team], "{path}");
    }
}

async fn pages_are_cut_and_linked(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    for number in 0..5 {
        group(harness, &format!("g{number}"), &[&alice]).await;
    }
    let token = token(harness, &alice, "shop", "read:org").await;
    let page = async |query: &str| {
        let answer = get(harness, &token, &format!("/api/v3/user/teams{query}")).await;
        let names: Vec<String> = json_of(&answer)
            .as_array()
            .unwrap()
            .iter()
            .map(|team| team["name"].as_str().unwrap().to_owned())
            .collect();
        (names.join(" "), answer.header("link").unwrap_or_default().to_owned())
    };
    let (names, link) = page("?per_page=2").await;
    assert_eq!(names, "g0 g1");
    assert!(
        link.contains("<http://localhost:9000/api/v3/user/teams?per_page=2&page=2>; rel=\"next\""),
        "{link}"
    );
    assert!(
        link.contains("page=3>; rel=\"last\"") && !link.contains("prev"),
        "{link}"
    );
    assert_eq!(page("?per_page=2&page=2").await.0, "g2 g3");
    let (names, link) = page("?per_page=2&page=3").await;
    assert_eq!(names, "g4");
    assert!(
        link.contains("page=2>; rel=\"prev\"") && !link.contains("next"),
        "{link}"
    );
    assert_eq!(page("?per_page=2&page=4").await.0, "");
    assert_eq!(
        page("?per_page=100&page=1").await,
        ("g0 g1 g2 g3 g4".to_owned(), String::new())
    );
    assert_eq!(page("?per_page=x&page=-1").await.0, "g0 g1 g2 g3 g4");
    // A list that ends at its first page, as clients that count pages expect.
    assert_eq!(
        found(harness, &token, "/user/orgs?per_page=100&page=2").await,
        json!([])
    );
}

async fn memberships_are_as_github_has_them(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let root = harness.user_with("root", |user| user.is_admin = true).await;
    group(harness, "ops", &[&alice, &root]).await;
    let token = token(harness, &alice, "shop", "read:org").await;
    let own = found(harness, &token, "/api/v3/user/memberships/orgs").await;
    assert_eq!(own.as_array().unwrap().len(), 1);
    assert_eq!(
        (&own[0]["state"], &own[0]["role"]),
        (&json!("active"), &json!("member"))
    );
    assert_eq!(own[0]["organization"]["login"], "vestibule");
    assert_eq!(own[0]["user"]["login"], "alice");
    assert_eq!(
        found(harness, &token, "/api/v3/user/memberships/orgs/vestibule").await,
        own[0]
    );
    assert_eq!(
        found(harness, &token, "/api/v3/orgs/vestibule/memberships/alice").await,
        own[0]
    );
    let of_root = found(harness, &token, "/api/v3/orgs/vestibule/memberships/root").await;
    assert_eq!(of_root["role"], "admin");
    let member = get(harness, &token, "/api/v3/orgs/vestibule/members/root").await;
    assert_eq!((member.status.as_u16(), member.body.as_str()), (204, ""));
    let team = found(harness, &token, "/api/v3/orgs/vestibule/teams/ops/memberships/alice").await;
    assert_eq!((&team["state"], &team["role"]), (&json!("active"), &json!("member")));
}

async fn people_of_a_team_are_seen_by_its_members_only(harness: &Harness) {
    application(harness, "shop").await;
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    let carol = harness.user("carol").await;
    let mut gone = harness.user("gone").await;
    let ops = group(harness, "ops", &[&alice, &bob, &gone]).await;
    let secret = group(harness, "secret", &[&bob, &carol]).await;
    gone.version = harness
        .app
        .store
        .load_user(&gone.id)
        .await
        .unwrap()
        .unwrap()
        .user
        .version;
    harness.change_user(&mut gone, |gone| gone.is_active = false).await;
    let token = token(harness, &alice, "shop", "read:org").await;
    let (ops, secret) = (ops["number"].as_i64().unwrap(), secret["number"].as_i64().unwrap());
    let logins = async |path: &str| -> String {
        let people = found(harness, &token, path).await;
        let logins: Vec<&str> = people
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["login"].as_str().unwrap())
            .collect();
        logins.join(" ")
    };
    assert_eq!(logins("/api/v3/orgs/vestibule/teams/ops/members").await, "alice bob");
    assert_eq!(logins(&format!("/api/v3/teams/{ops}/members")).await, "alice bob");
    assert_eq!(
        logins(&format!("/api/v3/teams/{ops}/members?per_page=1&page=2")).await,
        "bob"
    );
    assert_eq!(logins("/api/v3/orgs/vestibule/members").await, "alice bob", "not carol");
    let link = get(harness, &token, &format!("/api/v3/teams/{ops}/members?per_page=1")).await;
    assert!(link.header("link").unwrap().contains("page=2>; rel=\"next\""));
    assert_eq!(
        get(harness, &token, &format!("/api/v3/teams/{ops}/members/bob"))
            .await
            .status,
        204
    );
    assert_eq!(
        found(harness, &token, &format!("/api/v3/teams/{ops}/memberships/bob")).await["state"],
        "active"
    );
    for path in [
        format!("/api/v3/teams/{secret}"),
        format!("/api/v3/teams/{secret}/members"),
        format!("/api/v3/teams/{secret}/members/bob"),
        format!("/api/v3/teams/{secret}/memberships/alice"),
        format!("/api/v3/teams/{ops}/members/carol"),
        format!("/api/v3/teams/{ops}/members/gone"),
        format!("/api/v3/teams/{ops}/memberships/nobody"),
        "/api/v3/orgs/vestibule/teams/secret".to_owned(),
        "/api/v3/orgs/vestibule/teams/secret/members".to_owned(),
        "/api/v3/orgs/vestibule/teams/secret/memberships/bob".to_owned(),
        "/api/v3/orgs/vestibule/members/carol".to_owned(),
        "/api/v3/orgs/vestibule/memberships/carol".to_owned(),
    ] {
        let answer = get(harness, &token, &path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
    }
}

async fn the_organization_is_found_by_its_login_only(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    group(harness, "ops", &[&alice]).await;
    let token = token(harness, &alice, "shop", "read:org").await;
    for path in [
        "orgs/github",
        "orgs/github/members",
        "orgs/github/members/alice",
        "orgs/github/memberships/alice",
        "orgs/github/teams",
        "orgs/github/teams/ops",
        "orgs/github/teams/ops/members",
        "orgs/github/teams/ops/memberships/alice",
        "user/memberships/orgs/github",
        "teams/0",
        "teams/99999999999999999999",
        "teams/ops",
        "orgs/vestibule/teams/nothing",
        "repos/a/b",
        "nothing",
        "",
    ]
    .into_iter()
    .filter(|path| !path.is_empty())
    {
        let answer = get(harness, &token, &format!("/api/v3/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(json_of(&answer)["message"], "Not Found", "{path}");
    }
}
