//! Access tokens of one application as assertions at another (authentik sheet, section 3.5; security sheet, items 19, 22
//! and 26).

use protocol::client::{AccessTokenFormat, Application};
use serde_json::json;

use super::support::{
    browser_of, claims, code, is_active, json, machine_application, redeem, refusal, text, token, token_without_secret,
    tokens,
};
use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    the_user_is_kept_and_the_rest_is_the_receivers,
    it_may_stand_in_the_place_of_the_client_secret,
    only_a_token_of_a_listed_application_counts,
    what_no_longer_counts_is_refused,
    nothing_but_an_access_token_is_taken,
    an_opaque_token_is_refused,
    a_session_that_ends_takes_the_assertion_along,
    a_foreign_scope_is_refused,
    the_list_is_checked_when_it_is_saved,
);

const TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

/// `front` signs people in; `back` trusts its tokens.
struct Pair {
    front: Application,
    back: Application,
    browser: Client,
    access_token: String,
    id_token: String,
    refresh_token: String,
}

async fn pair(harness: &Harness) -> Pair {
    let front = machine_application(harness, "front", |_| {}).await;
    let back = machine_application(harness, "back", |back| {
        back.federated_applications = vec![front.id.clone()];
    })
    .await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let tokens = tokens(harness, &mut browser, "front").await;
    Pair {
        front,
        back,
        browser,
        access_token: text(&tokens, "access_token"),
        id_token: text(&tokens, "id_token"),
        refresh_token: text(&tokens, "refresh_token"),
    }
}

async fn assert(harness: &Harness, slug: &str, value: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        TYPE,
        ("client_assertion", value),
        ("scope", "openid profile"),
    ];
    token_without_secret(harness, slug, &fields).await
}

async fn refused(harness: &Harness, value: &str, expected: &str) {
    let answer = assert(harness, "back", value).await;
    assert_eq!(refusal(&answer), (400, "invalid_grant".into(), expected.into()));
}

async fn the_user_is_kept_and_the_rest_is_the_receivers(harness: &Harness) {
    let pair = pair(harness).await;
    for grant in ["client_credentials", "password"] {
        let fields = [
            ("grant_type", grant),
            TYPE,
            ("client_assertion", pair.access_token.as_str()),
            ("scope", "openid profile offline_access"),
        ];
        let answer = token_without_secret(harness, "back", &fields).await;
        assert_eq!(answer.status, 200, "{grant}: {}", answer.body);
        let tokens = json(&answer);
        assert!(tokens.get("refresh_token").is_none());
        for which in ["access_token", "id_token"] {
            let claims = claims(&text(&tokens, which));
            assert_eq!(claims["preferred_username"], "alice");
            assert_eq!(claims["aud"], "back");
            assert!(claims["iss"].as_str().unwrap().ends_with("/application/o/back/"));
            assert!(claims.get("sid").is_none() && claims.get("amr").is_none(), "{which}");
        }
        assert!(is_active(harness, "back", &text(&tokens, "access_token")).await);
    }
    let events = harness.events("token_issued").await;
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].detail["method"], "assertion");
    assert_eq!(events[0].detail["issued_to"], json!(pair.front.id));
    assert_eq!(events[0].actor.as_deref(), Some(pair.back.id.as_str()));
    let mut api = Api::new(harness).await;
    let grants = api.get("/grants?kind=assertion").await.found();
    assert_eq!(grants["items"].as_array().unwrap().len(), 1, "one standing grant");
}

async fn it_may_stand_in_the_place_of_the_client_secret(harness: &Harness) {
    let pair = pair(harness).await;
    let fields = [
        ("grant_type", "client_credentials"),
        TYPE,
        ("client_secret", pair.access_token.as_str()),
    ];
    assert_eq!(token_without_secret(harness, "back", &fields).await.status, 200);
    // A client secret beside it has to be right.
    let fields = [
        ("grant_type", "client_credentials"),
        TYPE,
        ("client_assertion", pair.access_token.as_str()),
    ];
    assert_eq!(token(harness, "back", &fields).await.status, 200);
    let mut wrong = fields.to_vec();
    wrong.push(("client_secret", "wrong"));
    assert_eq!(
        refusal(&token_without_secret(harness, "back", &wrong).await).1,
        "invalid_client"
    );
}

async fn only_a_token_of_a_listed_application_counts(harness: &Harness) {
    let mut pair = pair(harness).await;
    machine_application(harness, "third", |_| {}).await;
    let foreign = text(&tokens(harness, &mut pair.browser, "third").await, "access_token");
    refused(harness, &foreign, "assertion_foreign").await;
    let own = text(&tokens(harness, &mut pair.browser, "back").await, "access_token");
    refused(harness, &own, "assertion_foreign").await;
    let answer = assert(harness, "front", &pair.access_token).await;
    assert_eq!(refusal(&answer).2, "assertion_foreign", "trust goes one way");
    let mut back = pair.back.clone();
    harness
        .change_application(&mut back, |back| back.federated_applications.clear())
        .await;
    refused(harness, &pair.access_token, "assertion_foreign").await;
}

async fn what_no_longer_counts_is_refused(harness: &Harness) {
    let mut pair = pair(harness).await;
    // Revoked alone.
    let fields = [
        ("client_id", "front"),
        ("client_secret", super::support::SECRET),
        ("token", pair.access_token.as_str()),
    ];
    assert_eq!(
        harness.client().post("/application/o/revoke/", &fields).await.status,
        200
    );
    refused(harness, &pair.access_token, "assertion_dead").await;
    // Expired.
    let old = text(&tokens(harness, &mut pair.browser, "front").await, "access_token");
    assert_eq!(assert(harness, "back", &old).await.status, 200);
    harness.advance(3600);
    refused(harness, &old, "assertion_expired").await;
    // Its application switched off, and on again.
    pair.browser = harness.signed_in("alice").await;
    let token = text(&tokens(harness, &mut pair.browser, "front").await, "access_token");
    harness
        .change_application(&mut pair.front, |front| front.enabled = false)
        .await;
    refused(harness, &token, "assertion_dead").await;
    harness
        .change_application(&mut pair.front, |front| front.enabled = true)
        .await;
    assert_eq!(assert(harness, "back", &token).await.status, 200);
    // Its user switched off.
    let mut api = Api::new(harness).await;
    let given = text(&json(&assert(harness, "back", &token).await), "access_token");
    api.patch("/users/alice", &json!({"is_active": false})).await.found();
    refused(harness, &token, "assertion_dead").await;
    assert!(!is_active(harness, "back", &given).await, "and what it gave");
    // Its application deleted.
    assert_eq!(api.delete("/applications/front").await.status(), 204);
    refused(harness, &token, "assertion_dead").await;
}

/// Security sheet, item 19: no other value of ours passes for an access token.
async fn nothing_but_an_access_token_is_taken(harness: &Harness) {
    let mut pair = pair(harness).await;
    refused(harness, &pair.id_token, "assertion_unknown").await;
    refused(harness, &pair.refresh_token, "assertion_malformed").await;
    let code = code(&mut pair.browser, "front", &[]).await;
    refused(harness, &code, "assertion_malformed").await;
    assert_eq!(
        redeem(harness, "front", &code).await.status,
        200,
        "and the code is not used up"
    );
    refused(harness, "vap_not-a-token", "assertion_malformed").await;
    let (head, signature) = pair.access_token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    refused(
        harness,
        &format!("{head}.{first}{}", &signature[1..]),
        "assertion_unknown",
    )
    .await;
    refused(harness, &format!("{head}."), "assertion_unknown").await;
    // What another issuer signed is not known here.
    let stranger = protocol::jose::SigningKey::from_ed25519_seed(Some("k"), &[7; 32]).unwrap();
    let claims = json!({"sub": "alice", "exp": harness.now().seconds() + 600, "iss": "https://ci.example"});
    let foreign = stranger.sign(Some("at+jwt"), &claims).unwrap();
    refused(harness, &foreign, "assertion_unknown").await;
}

async fn an_opaque_token_is_refused(harness: &Harness) {
    let mut pair = pair(harness).await;
    let mut front = pair.front.clone();
    harness
        .change_application(&mut front, |front| {
            front.access_token_format = AccessTokenFormat::Opaque;
        })
        .await;
    let opaque = text(&tokens(harness, &mut pair.browser, "front").await, "access_token");
    refused(harness, &opaque, "assertion_malformed").await;
}

async fn a_session_that_ends_takes_the_assertion_along(harness: &Harness) {
    let pair = pair(harness).await;
    assert_eq!(assert(harness, "back", &pair.access_token).await.status, 200);
    let mut api = Api::new(harness).await;
    let sessions = api.get("/sessions").await.found();
    let session = text(&sessions["items"][0], "id");
    assert_eq!(api.delete(&format!("/sessions/{session}")).await.status(), 204);
    refused(harness, &pair.access_token, "assertion_dead").await;
}

async fn a_foreign_scope_is_refused(harness: &Harness) {
    let pair = pair(harness).await;
    let mut back = pair.back.clone();
    let snapshot = harness.app.snapshot();
    let openid = snapshot.mapping("openid").unwrap().id.clone();
    harness
        .change_application(&mut back, |back| back.scope_mappings = vec![openid])
        .await;
    let ask = |scope: &'static str| {
        let token = pair.access_token.clone();
        async move {
            let fields = [
                ("grant_type", "client_credentials"),
                TYPE,
                ("client_assertion", token.as_str()),
                ("scope", scope),
            ];
            token_without_secret(harness, "back", &fields).await
        }
    };
    assert_eq!(ask("openid").await.status, 200);
    // What the assertion was granted does not matter; what the receiver may ask for does.
    for scope in ["openid email", "admin"] {
        assert_eq!(
            refusal(&ask(scope).await),
            (400, "invalid_scope".into(), "scope_unknown".into())
        );
    }
}

async fn the_list_is_checked_when_it_is_saved(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let secret = api.application("Secret").await;
    let public = api
        .post("/applications", &json!({"name": "Public", "client_type": "public"}))
        .await
        .created();
    let back = api.application("Back").await;
    assert_eq!(back["federated_applications"], json!([]));
    let path = format!("/applications/{}", text(&back, "id"));
    for (value, expected) in [
        (json!(["nobody"]), "federated_applications:not_found"),
        (
            json!(["app_01KAJ8Y3R6T5W2X1V0Z9QPNMHB"]),
            "federated_applications:not_found",
        ),
        (json!(["back"]), "federated_applications:invalid"),
        (json!(["secret"]), "federated_applications:invalid"),
        (json!("public"), "federated_applications:wrong_type"),
        (json!(vec!["public"; 101]), "federated_applications:too_long"),
    ] {
        let reply = api.patch(&path, &json!({ "federated_applications": value })).await;
        assert_eq!(reply.wrong(), [expected], "{value}");
    }
    assert_eq!(text(&secret, "slug"), "secret");
    let saved = api
        .patch(
            &path,
            &json!({"federated_applications": ["public", text(&public, "id")]}),
        )
        .await
        .found();
    assert_eq!(saved["federated_applications"], json!(["public"]));
    let renamed = format!("/applications/{}", text(&public, "id"));
    api.patch(&renamed, &json!({"slug": "renamed"})).await.found();
    assert_eq!(
        api.get(&path).await.found()["federated_applications"],
        json!(["renamed"])
    );
    let list = api.get("/applications?slug=back").await.found();
    assert_eq!(list["items"][0]["federated_applications"], json!(["renamed"]));
    let reset = api.patch(&path, &json!({"federated_applications": null})).await.found();
    assert_eq!(reset["federated_applications"], json!([]));
}
