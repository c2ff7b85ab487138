//! Scopes against grant (security sheet, item 9; CVE-2024-52287): no way gives more than the application may ask for, and
//! none gives more than what a person or an earlier request allowed.

use protocol::user::Group;
use serde_json::json;

use super::super::support::{VERIFIER, claims, code, json, text, token};
use super::ways::{WAYS, Way, issued, parameter, ready, verdict};
use crate::harness::{Answer, Harness, on_both};

on_both!(
    a_foreign_scope_gives_nothing_anywhere,
    what_was_allowed_is_never_widened,
    what_the_application_lost_falls_away,
    a_scope_beside_a_code_changes_no_claim,
);

/// The scopes of an answer, wherever they stand.
fn granted(answer: &Answer) -> Option<String> {
    match answer.location() {
        Some(_) => parameter(answer, "scope"),
        None => json(answer)["scope"].as_str().map(str::to_owned),
    }
}

const WHOLE: &str = "email offline_access openid profile";

/// `admin` is a scope of nobody; `hidden` is mapped, and not for this application.
async fn a_foreign_scope_gives_nothing_anywhere(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut api = crate::api::support::Api::new(harness).await;
    let hidden = json!({"name": "hidden", "scope": "hidden", "expression": "return {'hidden': True}"});
    api.post("/scope-mappings", &hidden).await.created();
    for foreign in ["openid admin", "openid hidden", "openid user:email"] {
        for way in WAYS {
            let before = issued(harness).await;
            let answer = ready.take(harness, way, &[("scope", foreign)]).await;
            let came = (verdict(&answer), granted(&answer).unwrap_or_default());
            let came = (came.0.as_str(), came.1.as_str());
            match way {
                // RFC 6749, section 3.3: what is unknown at the authorization endpoint is left out.
                Way::Authorize => assert_eq!(came.0, "303 ok", "{foreign}"),
                Way::Implicit | Way::Hybrid => assert_eq!(came, ("303 ok", "openid"), "{way:?} {foreign}"),
                // These name no scopes of their own: what was authorized is what there is. Each works once.
                Way::Code | Way::HybridCode | Way::Device if foreign == "openid admin" => {
                    assert_eq!(came, ("200", WHOLE), "{way:?}");
                }
                Way::GitHub if foreign == "openid admin" => assert_eq!(came, ("200", "user:email"), "{way:?}"),
                Way::Code | Way::HybridCode | Way::Device | Way::GitHub => {}
                _ => {
                    assert_eq!(came.0, "400 invalid_scope scope_unknown", "{way:?} {foreign}");
                    assert_eq!(issued(harness).await, before, "{way:?} {foreign}");
                }
            }
        }
        let code = code(&mut ready.browser, "shop", &[("scope", foreign)]).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", "https://shop.example/cb"),
            ("code_verifier", VERIFIER),
            ("scope", foreign),
        ];
        assert_eq!(
            json(&token(harness, "shop", &fields).await)["scope"],
            "openid",
            "{foreign}"
        );
        let device = super::ways::allowed_device(harness, &mut ready.browser, foreign).await;
        ready.device_code = device;
        let answer = ready.take(harness, Way::Device, &[("scope", foreign)]).await;
        assert_eq!(json(&answer)["scope"], "openid", "{foreign}");
    }
}

/// `phone` is a scope of the application that nobody was asked for.
async fn what_was_allowed_is_never_widened(harness: &Harness) {
    let mut ready = ready(harness).await;
    for (way, expected) in [
        (Way::Code, WHOLE),
        (Way::HybridCode, WHOLE),
        (Way::GitHub, "user:email"),
        (Way::Device, WHOLE),
    ] {
        let answer = ready.take(harness, way, &[("scope", "openid phone")]).await;
        assert_eq!(
            (verdict(&answer).as_str(), granted(&answer).as_deref()),
            ("200", Some(expected)),
            "{way:?}"
        );
    }
    let answer = ready.take(harness, Way::Refresh, &[("scope", "openid phone")]).await;
    assert_eq!(verdict(&answer), "400 invalid_scope scope_wider");
    // Programs name what they want among what the application may ask for.
    for way in [Way::Secret, Way::ByName, Way::Alias, Way::Base64, Way::Assertion] {
        let answer = ready.take(harness, way, &[("scope", "openid phone")]).await;
        assert_eq!(granted(&answer).as_deref(), Some("openid phone"), "{way:?}");
        let answer = ready.take(harness, way, &[]).await;
        assert_eq!(granted(&answer).as_deref(), Some(""), "{way:?}: nothing by default");
    }
}

/// A scope that is taken from the application between the first request and the last.
async fn what_the_application_lost_falls_away(harness: &Harness) {
    let mut ready = ready(harness).await;
    let snapshot = harness.app.snapshot();
    let kept = ["openid", "offline_access"].map(|name| snapshot.mapping(name).unwrap().id.clone());
    let mut shop = ready.shop.clone();
    harness
        .change_application(&mut shop, |shop| shop.scope_mappings = kept.to_vec())
        .await;
    for way in [Way::Code, Way::HybridCode, Way::Refresh, Way::Device] {
        let answer = ready.take(harness, way, &[]).await;
        assert_eq!(granted(&answer).as_deref(), Some("offline_access openid"), "{way:?}");
        let answer = json(&answer);
        assert!(claims(&text(&answer, "id_token")).get("email").is_none(), "{way:?}");
        let refreshed = [
            ("grant_type", "refresh_token"),
            ("refresh_token", &text(&answer, "refresh_token")),
        ];
        let refreshed = json(&token(harness, "shop", &refreshed).await);
        assert_eq!(refreshed["scope"], "offline_access openid", "{way:?}");
    }
}

/// What a poll or a redemption sends as `scope` means nothing: the claims are those of what was allowed.
async fn a_scope_beside_a_code_changes_no_claim(harness: &Harness) {
    let mut ready = ready(harness).await;
    let now = harness.now();
    let group = Group {
        id: harness.app.new_id("group", now),
        uuid: "uuid-of-the-group".to_owned(),
        created_at: now,
        updated_at: now,
        version: 1,
        name: "viewers".to_owned(),
        ..Group::default()
    };
    let store = &harness.app.store;
    let mut statements = store.create_group(&group);
    statements.extend(store.change_group_members(&group.id, &[], std::slice::from_ref(&ready.alice.id), now));
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    for way in [Way::Code, Way::HybridCode, Way::Device] {
        let answer = ready.take(harness, way, &[("scope", "openid")]).await;
        assert_eq!(verdict(&answer), "200");
        let id_token = claims(&text(&json(&answer), "id_token"));
        assert_eq!(id_token["groups"], json!(["viewers"]), "{way:?}");
    }
    // A refresh is narrowed by it, and what is left out stays out.
    let answer = ready.take(harness, Way::Refresh, &[("scope", "openid")]).await;
    assert!(claims(&text(&json(&answer), "id_token")).get("groups").is_none());
}
