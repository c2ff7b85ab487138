//! Two live client secrets during a rotation: both let the application in, HS256 signs with the older until it retires, and
//! what it signed is recognised for a month more.

use protocol::id_token::verify_hint;
use protocol::jose::{Algorithm, TypRule, Verification, VerifyingKey, verify};
use serde_json::{Value, json};
use vestibule::clients::By;

use super::support::{json, refusal, text};
use crate::api::support::Api;
use crate::harness::{Answer, Harness, on_both};

on_both!(
    without_a_wish_the_old_one_stops_at_once,
    both_work_until_the_moment_and_then_the_new_one,
    the_older_signs_until_it_retires,
    the_older_may_wait_for_a_call,
    what_the_older_signed_stays_a_hint_for_a_month,
    there_is_no_third,
    the_job_notes_and_forgets,
    every_node_keeps_the_moment,
    a_secret_that_is_given_replaces_both,
    wishes_that_are_refused,
);

const DAY: u64 = 24 * 60 * 60;

struct Shop {
    api: Api,
    path: String,
    client_id: String,
    first: String,
}

/// An application that signs with its secret (HS256).
async fn shop(harness: &Harness) -> Shop {
    let mut api = Api::new(harness).await;
    let fields = json!({"name": "Shop", "grant_types": ["client_credentials"]});
    let made = api.post("/applications", &fields).await.created();
    Shop {
        path: format!("/applications/{}", text(&made, "id")),
        client_id: text(&made, "client_id"),
        first: text(&made, "client_secret"),
        api,
    }
}

impl Shop {
    async fn rotate(&mut self, wish: &Value) -> Value {
        self.api
            .post(&format!("{}/rotate-secret", self.path), wish)
            .await
            .found()
    }

    async fn ask(&self, harness: &Harness, secret: &str) -> Answer {
        let fields = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", secret),
            ("grant_type", "client_credentials"),
            ("scope", "openid"),
        ];
        harness.client().post("/application/o/token/", &fields).await
    }

    async fn works(&self, harness: &Harness, secret: &str) -> bool {
        let answer = self.ask(harness, secret).await;
        if answer.status != 200 {
            assert_eq!(refusal(&answer).1, "invalid_grant");
        }
        answer.status == 200
    }

    /// The secrets that the record shows, by their end.
    async fn shown(&mut self) -> Vec<Value> {
        let found = self.api.get(&self.path).await.found();
        assert!(found.get("client_secret").is_none());
        let secrets = found["client_secrets"].as_array().unwrap();
        secrets.iter().map(|secret| secret["retires_at"].clone()).collect()
    }
}

fn is_signed_with(token: &str, secret: &str) -> bool {
    let keys = [VerifyingKey::hmac(secret.as_bytes(), Algorithm::HS256).unwrap()];
    verify(token, &Verification::new(&keys, &[Algorithm::HS256], TypRule::Any)).is_ok()
}

async fn is_hint(harness: &Harness, shop: &Shop, token: &str) -> bool {
    let entry = harness
        .app
        .client(By::ClientId(&shop.client_id))
        .await
        .unwrap()
        .unwrap();
    verify_hint(&entry.client, &harness.app.snapshot().ours, token).is_ok()
}

async fn without_a_wish_the_old_one_stops_at_once(harness: &Harness) {
    let mut shop = shop(harness).await;
    let token = text(&json(&shop.ask(harness, &shop.first).await), "id_token");
    for wish in [json!({}), json!({"keep_old_for": null}), json!({"retire_old": false})] {
        let old = shop.first.clone();
        let new = text(&shop.rotate(&wish).await, "client_secret");
        assert!(!shop.works(harness, &old).await && shop.works(harness, &new).await);
        assert_eq!(shop.shown().await, [Value::Null]);
        shop.first = new;
    }
    let path = format!("{}/rotate-secret", shop.path);
    let bare = shop.api.raw(http::Method::POST, &path, &[], b"").await.found();
    assert!(shop.works(harness, &text(&bare, "client_secret")).await);
    assert!(!is_hint(harness, &shop, &token).await, "nothing of it is kept");
}

async fn both_work_until_the_moment_and_then_the_new_one(harness: &Harness) {
    let mut shop = shop(harness).await;
    let rotated = shop.rotate(&json!({"keep_old_for": "days=7"})).await;
    let new = text(&rotated, "client_secret");
    assert_eq!(
        rotated["client_secrets"],
        json!([
            {"created_at": "2026-11-21T00:00:00Z", "retires_at": "2026-11-28T00:00:00Z"},
            {"created_at": "2026-11-21T00:00:00Z", "retires_at": null}
        ])
    );
    assert_eq!(shop.shown().await, [json!("2026-11-28T00:00:00Z"), Value::Null]);
    let list = shop.api.get("/applications").await.found();
    assert_eq!(list["items"][0]["client_secrets"].as_array().unwrap().len(), 2);
    harness.advance(7 * DAY - 1);
    assert!(shop.works(harness, &shop.first).await && shop.works(harness, &new).await);
    harness.advance(1);
    assert!(
        !shop.works(harness, &shop.first).await,
        "to the second, whenever the job runs"
    );
    assert!(shop.works(harness, &new).await);
    assert_eq!(shop.shown().await, [Value::Null]);
}

async fn the_older_signs_until_it_retires(harness: &Harness) {
    let mut shop = shop(harness).await;
    let new = text(&shop.rotate(&json!({"keep_old_for": "hours=1"})).await, "client_secret");
    for secret in [&shop.first, &new] {
        let tokens = json(&shop.ask(harness, secret).await);
        for which in ["access_token", "id_token"] {
            assert!(is_signed_with(&text(&tokens, which), &shop.first), "{which}");
        }
    }
    harness.advance(3600);
    let tokens = json(&shop.ask(harness, &new).await);
    assert!(is_signed_with(&text(&tokens, "id_token"), &new));
}

async fn the_older_may_wait_for_a_call(harness: &Harness) {
    let mut shop = shop(harness).await;
    let new = text(
        &shop.rotate(&json!({"keep_old_for": "until_retired"})).await,
        "client_secret",
    );
    assert_eq!(shop.shown().await, [Value::Null, Value::Null]);
    harness.advance(300 * DAY);
    assert!(shop.works(harness, &shop.first).await && shop.works(harness, &new).await);
    let retired = shop.rotate(&json!({"retire_old": true})).await;
    assert!(retired.get("client_secret").is_none(), "no new one is made");
    assert_eq!(retired["client_secrets"].as_array().unwrap().len(), 1);
    assert!(!shop.works(harness, &shop.first).await && shop.works(harness, &new).await);
    let path = format!("{}/rotate-secret", shop.path);
    let again = shop.api.post(&path, &json!({"retire_old": true})).await;
    again.problem(http::StatusCode::CONFLICT);
    assert!(shop.works(harness, &new).await);
}

async fn what_the_older_signed_stays_a_hint_for_a_month(harness: &Harness) {
    let mut shop = shop(harness).await;
    let old_token = text(&json(&shop.ask(harness, &shop.first).await), "id_token");
    let new = text(&shop.rotate(&json!({"keep_old_for": "days=1"})).await, "client_secret");
    assert!(is_hint(harness, &shop, &old_token).await);
    harness.advance(DAY);
    let new_token = text(&json(&shop.ask(harness, &new).await), "id_token");
    assert!(is_signed_with(&new_token, &new));
    assert!(is_hint(harness, &shop, &old_token).await && is_hint(harness, &shop, &new_token).await);
    vestibule::jobs::tidy(&harness.app).await.unwrap();
    harness.advance(30 * DAY - 1);
    assert!(is_hint(harness, &shop, &old_token).await);
    harness.advance(1);
    vestibule::jobs::tidy(&harness.app).await.unwrap();
    assert!(!is_hint(harness, &shop, &old_token).await);
    assert!(is_hint(harness, &shop, &new_token).await);
}

async fn there_is_no_third(harness: &Harness) {
    let mut shop = shop(harness).await;
    let second = text(&shop.rotate(&json!({"keep_old_for": "days=7"})).await, "client_secret");
    let path = format!("{}/rotate-secret", shop.path);
    let third = shop.api.post(&path, &json!({"keep_old_for": "days=7"})).await;
    third.problem(http::StatusCode::CONFLICT);
    assert!(shop.works(harness, &shop.first).await && shop.works(harness, &second).await);
    // In need, one call ends both.
    let only = text(&shop.rotate(&json!({})).await, "client_secret");
    assert!(!shop.works(harness, &shop.first).await && !shop.works(harness, &second).await);
    assert!(shop.works(harness, &only).await);
    assert_eq!(shop.shown().await, [Value::Null]);
}

async fn the_job_notes_and_forgets(harness: &Harness) {
    let mut shop = shop(harness).await;
    shop.rotate(&json!({"keep_old_for": "days=1"})).await;
    let before = harness.events("application_updated").await.len();
    vestibule::jobs::tidy(&harness.app).await.unwrap();
    assert_eq!(
        harness.events("application_updated").await.len(),
        before,
        "nothing is due"
    );
    harness.advance(DAY);
    for _ in 0..2 {
        vestibule::jobs::tidy(&harness.app).await.unwrap();
    }
    let events = harness.events("application_updated").await;
    assert_eq!(events.len(), before + 1, "it retires once");
    let last = events.last().unwrap();
    assert_eq!(
        (last.actor.as_deref(), &last.detail["fields"]),
        (Some("system"), &json!(["client_secret"]))
    );
    let kept = |found: store::applications::StoredApplication| found.secrets.len();
    let id = shop.path.rsplit('/').next().unwrap().to_owned();
    let load = || async { kept(harness.app.store.load_application(&id).await.unwrap().unwrap()) };
    assert_eq!(load().await, 2, "remembered");
    harness.advance(30 * DAY);
    for _ in 0..2 {
        vestibule::jobs::tidy(&harness.app).await.unwrap();
    }
    assert_eq!(load().await, 1, "forgotten");
}

async fn every_node_keeps_the_moment(harness: &Harness) {
    let other = harness.another_node().await;
    let mut shop = shop(harness).await;
    assert!(shop.works(&other, &shop.first).await);
    let new = text(&shop.rotate(&json!({"keep_old_for": "hours=1"})).await, "client_secret");
    // The other node hears of the change soon.
    for _ in 0..200 {
        if shop.works(&other, &new).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(shop.works(&other, &new).await && shop.works(&other, &shop.first).await);
    harness.advance(3600);
    for node in [harness, &other] {
        assert!(!shop.works(node, &shop.first).await && shop.works(node, &new).await);
    }
    other.end().await;
}

async fn a_secret_that_is_given_replaces_both(harness: &Harness) {
    let mut shop = shop(harness).await;
    let second = text(&shop.rotate(&json!({"keep_old_for": "days=7"})).await, "client_secret");
    let unrelated = shop.api.patch(&shop.path, &json!({"name": "Another"})).await.found();
    assert_eq!(
        unrelated["client_secrets"].as_array().unwrap().len(),
        2,
        "other changes leave them"
    );
    assert!(shop.works(harness, &shop.first).await && shop.works(harness, &second).await);
    let given = "a-secret-of-the-administrators-own-choice";
    let patched = shop
        .api
        .patch(&shop.path, &json!({"client_secret": given}))
        .await
        .found();
    assert_eq!(patched["client_secrets"].as_array().unwrap().len(), 1);
    assert!(shop.works(harness, given).await);
    assert!(!shop.works(harness, &shop.first).await && !shop.works(harness, &second).await);
}

async fn wishes_that_are_refused(harness: &Harness) {
    let mut shop = shop(harness).await;
    let path = format!("{}/rotate-secret", shop.path);
    for (wish, expected) in [
        (json!({"keep_old_for": "days=0"}), "keep_old_for:invalid"),
        (json!({"keep_old_for": "days=401"}), "keep_old_for:invalid"),
        (json!({"keep_old_for": "soon"}), "keep_old_for:invalid"),
        (json!({"keep_old_for": 7}), "keep_old_for:wrong_type"),
        (
            json!({"keep_old_for": "days=7", "retire_old": true}),
            "keep_old_for:invalid",
        ),
        (json!({"retire_old": "yes"}), "retire_old:wrong_type"),
        (json!({"client_secret": "mine"}), "client_secret:unknown_field"),
    ] {
        let reply = shop.api.post(&path, &wish).await;
        assert_eq!(reply.wrong(), [expected], "{wish}");
    }
    assert!(shop.works(harness, &shop.first).await, "nothing has changed");
    let stale = shop
        .api
        .json(http::Method::POST, &path, &[("if-match", "\"9\"")], &json!({}))
        .await;
    stale.problem(http::StatusCode::PRECONDITION_FAILED);
    let public = json!({"name": "Public", "client_type": "public"});
    let public = shop.api.post("/applications", &public).await.created();
    assert_eq!(public["client_secrets"], json!([]));
    let path = format!("/applications/{}/rotate-secret", text(&public, "id"));
    let refused = shop.api.post(&path, &json!({"keep_old_for": "days=7"})).await;
    refused.problem(http::StatusCode::CONFLICT);
}
