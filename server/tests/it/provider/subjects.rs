//! Subjects: every `sub_mode`, and pairwise subjects with their sector (OpenID Connect Core, sections 8 and 8.1). One
//! function makes them: the tokens, userinfo, introspection and the comparison with a hint agree.

use http::StatusCode;
use protocol::client::{MatchingMode, RedirectUri, SubMode, SubjectType};
use serde_json::json;

use super::support::{
    SECRET, application, application_with, authorize_path, browser_of, claims, json, refresh, text, tokens, userinfo,
};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

on_both!(
    every_mode_is_the_same_in_tokens_userinfo_and_introspection,
    modes_without_a_value_fall_back_to_the_hash,
    pairwise_subjects_differ_between_sectors_only,
    a_hint_is_compared_with_the_pairwise_subject,
    discovery_names_both_types,
    pairwise_needs_one_sector,
);

/// The `sub` that every endpoint says for the person in `browser`.
async fn sub(harness: &Harness, browser: &mut Client, slug: &str) -> String {
    let first = tokens(harness, browser, slug).await;
    let sub = text(&claims(&text(&first, "id_token")), "sub");
    let access_token = text(&first, "access_token");
    assert_eq!(text(&claims(&access_token), "sub"), sub, "access token");
    assert_eq!(
        text(&json(&userinfo(harness, &access_token).await), "sub"),
        sub,
        "userinfo"
    );
    let refresh_token = text(&first, "refresh_token");
    for token in [&access_token, &refresh_token] {
        let fields = [
            ("client_id", slug),
            ("client_secret", SECRET),
            ("token", token.as_str()),
        ];
        let answer = harness.client().post("/application/o/introspect/", &fields).await;
        assert_eq!(text(&json(&answer), "sub"), sub, "introspection");
    }
    let renewed = json(&refresh(harness, slug, &refresh_token).await);
    assert_eq!(text(&claims(&text(&renewed, "id_token")), "sub"), sub, "refreshed");
    // Silent sign-in with the ID token as hint: the same person.
    let hint = text(&first, "id_token");
    let silent = browser
        .get(&authorize_path(slug, &[("prompt", "none"), ("id_token_hint", &hint)]))
        .await;
    assert!(silent.parameter("code").is_some(), "{:?}", silent.location());
    sub
}

async fn every_mode_is_the_same_in_tokens_userinfo_and_introspection(harness: &Harness) {
    let user = harness
        .user_with("alice", |user| {
            user.attributes.insert("upn".to_owned(), "alice@corp".into());
        })
        .await;
    let stored = harness.app.store.load_user(&user.id).await.unwrap().unwrap().user;
    let mut browser = browser_of(harness, &user).await;
    let modes = [
        (SubMode::HashedUserId, None),
        (SubMode::UserId, Some(stored.number.to_string())),
        (SubMode::UserUuid, Some(stored.uuid.clone())),
        (SubMode::UserUsername, Some("alice".to_owned())),
        (SubMode::UserEmail, Some("alice@example.com".to_owned())),
        (SubMode::UserUpn, Some("alice@corp".to_owned())),
    ];
    for (at, (mode, expected)) in modes.into_iter().enumerate() {
        let slug = format!("shop{at}");
        application_with(harness, &slug, |shop| shop.sub_mode = mode).await;
        let found = sub(harness, &mut browser, &slug).await;
        match expected {
            Some(expected) => assert_eq!(found, expected),
            None => assert!(found.len() == 64 && found.bytes().all(|byte| byte.is_ascii_hexdigit())),
        }
    }
}

async fn modes_without_a_value_fall_back_to_the_hash(harness: &Harness) {
    let bare = harness.user_with("bare", |user| user.email = None).await;
    let odd = harness
        .user_with("odd", |user| {
            user.email = None;
            user.attributes.insert("upn".to_owned(), json!(["a list"]));
        })
        .await;
    for user in [&bare, &odd] {
        let mut browser = browser_of(harness, user).await;
        let mut subs = Vec::new();
        for (name, mode) in [
            ("hashed", SubMode::HashedUserId),
            ("email", SubMode::UserEmail),
            ("upn", SubMode::UserUpn),
        ] {
            let slug = format!("{name}-{}", user.username);
            application_with(harness, &slug, |shop| shop.sub_mode = mode).await;
            subs.push(sub(harness, &mut browser, &slug).await);
        }
        assert!(subs.iter().all(|sub| *sub == subs[0] && sub.len() == 64), "{subs:?}");
    }
}

async fn pairwise(harness: &Harness, slug: &str, host: &str) {
    application_with(harness, slug, |application| {
        application.subject_type = SubjectType::Pairwise;
        // The address that the tests return to, and the sector by a list at another host.
        application.sector_identifier_uri = Some(format!("https://{host}/list.json"));
    })
    .await;
}

async fn pairwise_subjects_differ_between_sectors_only(harness: &Harness) {
    for (slug, host) in [("one", "a.example"), ("two", "a.example"), ("three", "b.example")] {
        pairwise(harness, slug, host).await;
    }
    application(harness, "public").await;
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    let mut seen = Vec::new();
    for user in [&alice, &bob] {
        let mut browser = browser_of(harness, user).await;
        let one = sub(harness, &mut browser, "one").await;
        let two = sub(harness, &mut browser, "two").await;
        let three = sub(harness, &mut browser, "three").await;
        let public = sub(harness, &mut browser, "public").await;
        assert_eq!(one, two, "one sector");
        seen.extend([one, three, public]);
    }
    let all: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(all.len(), 6, "no two are the same: {seen:?}");
}

async fn a_hint_is_compared_with_the_pairwise_subject(harness: &Harness) {
    application_with(harness, "shop", |application| {
        application.subject_type = SubjectType::Pairwise;
        application.redirect_uris.push(RedirectUri {
            matching_mode: MatchingMode::Strict,
            url: "https://shop.example/second".to_owned(),
        });
    })
    .await;
    let (alice, bob) = (harness.user("alice").await, harness.user("bob").await);
    let (mut of_alice, mut of_bob) = (browser_of(harness, &alice).await, browser_of(harness, &bob).await);
    let hint = text(&tokens(harness, &mut of_alice, "shop").await, "id_token");
    let path = authorize_path("shop", &[("prompt", "none"), ("id_token_hint", &hint)]);
    assert!(of_alice.get(&path).await.parameter("code").is_some());
    assert_eq!(
        of_bob.get(&path).await.parameter("error").as_deref(),
        Some("login_required")
    );
    // The `claims` parameter names the subject as well.
    let named = json!({"id_token": {"sub": {"value": text(&claims(&hint), "sub")}}}).to_string();
    let path = authorize_path("shop", &[("prompt", "none"), ("claims", &named)]);
    assert!(of_alice.get(&path).await.parameter("code").is_some());
    assert_eq!(
        of_bob.get(&path).await.parameter("error").as_deref(),
        Some("login_required")
    );
}

async fn discovery_names_both_types(harness: &Harness) {
    application(harness, "shop").await;
    for path in [
        "/.well-known/openid-configuration",
        "/application/o/shop/.well-known/openid-configuration",
    ] {
        let document = json(&harness.client().get(path).await);
        assert_eq!(document["subject_types_supported"], json!(["public", "pairwise"]));
    }
}

async fn pairwise_needs_one_sector(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let uris = |hosts: &[&str]| -> Vec<serde_json::Value> {
        hosts
            .iter()
            .map(|host| json!({"url": format!("https://{host}/cb")}))
            .collect()
    };
    let good = json!({"name": "x", "slug": "x", "subject_type": "pairwise", "redirect_uris": uris(&["a.example"])});
    let made = api.post("/applications", &good).await.created();
    assert_eq!(made["subject_type"], "pairwise");
    assert_eq!(made["sector_identifier_uri"], serde_json::Value::Null);
    for (change, expected) in [
        (
            json!({"redirect_uris": uris(&["a.example", "b.example"])}),
            "sector_identifier_uri:required",
        ),
        (
            json!({"redirect_uris": [{"url": "com.example.app:/cb"}]}),
            "sector_identifier_uri:required",
        ),
        (json!({"redirect_uris": []}), "sector_identifier_uri:required"),
        (json!({"sub_mode": "user_email"}), "sub_mode:invalid"),
        (
            json!({"sector_identifier_uri": "nonsense"}),
            "sector_identifier_uri:invalid",
        ),
        (
            json!({"sector_identifier_uri": "ftp://a.example/"}),
            "sector_identifier_uri:invalid",
        ),
        (json!({"subject_type": "private"}), "subject_type:invalid"),
    ] {
        let mut body = good.clone();
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        body.as_object_mut().unwrap().remove("slug");
        let reply = api.post("/applications", &body).await;
        reply.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            reply.wrong().contains(&expected.to_owned()),
            "{change}: {:?}",
            reply.wrong()
        );
        let reply = api.patch("/applications/x", &change).await;
        assert!(
            reply.wrong().contains(&expected.to_owned()),
            "{change}: {:?}",
            reply.wrong()
        );
    }
    // Public again, several hosts need no list.
    let body = json!({"subject_type": "public", "redirect_uris": uris(&["a.example", "b.example"])});
    api.patch("/applications/x", &body).await.found();
    api.patch("/applications/x", &json!({"subject_type": "pairwise"}))
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY);
}
