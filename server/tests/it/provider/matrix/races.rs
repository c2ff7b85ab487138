//! What works once works once, also over two nodes and after a restart (security sheet, items 13, 14 and 25;
//! CVE-2026-1035, CVE-2026-9802), and what works twice works while it changes.

use std::sync::Arc;

use serde_json::json;

use super::super::support::{
    SECRET, application, browser_of, code, is_active, json, redeem, refresh, refusal, text, token, tokens, userinfo,
};
use super::ways::{Way, ready, verdict};
use crate::api::support::Api;
use crate::harness::{Engine, Harness};

/// Two nodes on one database.
async fn nodes(engine: Engine) -> [Arc<Harness>; 2] {
    let first = Harness::new(engine).await;
    let second = first.another_node().await;
    [Arc::new(first), Arc::new(second)]
}

async fn end(nodes: [Arc<Harness>; 2]) {
    let [first, second] = nodes;
    Arc::into_inner(second).expect("every task has ended").end().await;
    Arc::into_inner(first).expect("every task has ended").end().await;
}

async fn one_of_a_hundred_redeems_a_code_over_two_nodes(engine: Engine) {
    let nodes = nodes(engine).await;
    application(&nodes[0], "shop").await;
    let alice = nodes[0].user("alice").await;
    let mut browser = browser_of(&nodes[0], &alice).await;
    let code = code(&mut browser, "shop", &[]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let (node, code) = (Arc::clone(&nodes[number % 2]), code.clone());
        tasks.spawn(async move { redeem(&node, "shop", &code).await });
    }
    let answers = tasks.join_all().await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        let (status, error, refusal) = refusal(answer);
        assert_eq!(
            (status, error.as_str(), refusal.as_str()),
            (400, "invalid_grant", "code_reused")
        );
    }
    let access = text(&json(won[0]), "access_token");
    assert_eq!(
        userinfo(&nodes[1], &access).await.status,
        401,
        "the reuse has revoked the family"
    );
    assert!(!nodes[0].events("suspicious_request").await.is_empty());
    end(nodes).await;
}

async fn one_of_a_hundred_uses_a_refresh_token_over_two_nodes(engine: Engine) {
    let nodes = nodes(engine).await;
    application(&nodes[0], "shop").await;
    let alice = nodes[0].user("alice").await;
    let mut browser = browser_of(&nodes[0], &alice).await;
    let first = text(&tokens(&nodes[0], &mut browser, "shop").await, "refresh_token");
    let other = tokens(&nodes[0], &mut browser, "shop").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let (node, first) = (Arc::clone(&nodes[number % 2]), first.clone());
        tasks.spawn(async move { refresh(&node, "shop", &first).await });
    }
    let answers = tasks.join_all().await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refusal(answer).1, "invalid_grant");
    }
    let second = json(won[0]);
    let came = verdict(&refresh(&nodes[1], "shop", &text(&second, "refresh_token")).await);
    assert_eq!(
        came, "400 invalid_grant grant_revoked",
        "the reuse has revoked the family"
    );
    assert_eq!(userinfo(&nodes[0], &text(&second, "access_token")).await.status, 401);
    assert!(!nodes[0].events("suspicious_request").await.is_empty());
    // Another sign-in of the same person is another family.
    let came = verdict(&refresh(&nodes[0], "shop", &text(&other, "refresh_token")).await);
    assert_eq!(came, "200");
    end(nodes).await;
}

/// A node that starts later knows what was used, revoked and rotated before.
async fn nothing_lives_again_after_a_restart(engine: Engine) {
    let first = Harness::new(engine).await;
    let mut ready = ready(&first).await;
    let used = [Way::Code, Way::HybridCode, Way::Device, Way::Refresh];
    for way in used {
        assert_eq!(verdict(&ready.take(&first, way, &[]).await), "200", "{way:?}");
    }
    let fields = [
        ("client_id", "shop"),
        ("client_secret", SECRET),
        ("token", ready.access_token.as_str()),
    ];
    assert_eq!(first.client().post("/application/o/revoke/", &fields).await.status, 200);
    let later = first.another_node().await;
    assert_eq!(userinfo(&later, &ready.access_token).await.status, 401);
    assert!(!is_active(&later, "shop", &ready.refresh_token).await);
    for way in used {
        let came = verdict(&ready.take(&later, way, &[]).await);
        assert!(
            came.starts_with("400 invalid_grant ") && came.ends_with("_reused"),
            "{way:?} {came}"
        );
    }
    later.end().await;
    first.end().await;
}

async fn both_secrets_work_while_one_is_replaced(engine: Engine) {
    let nodes = nodes(engine).await;
    let harness = Arc::clone(&nodes[0]);
    application(&harness, "shop").await;
    let mut api = Api::new(&harness).await;
    let wish = json!({"keep_old_for": "days=7"});
    let ask = async |secret: &str, count: usize| {
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..count {
            let (node, secret) = (Arc::clone(&nodes[number % 2]), secret.to_owned());
            tasks.spawn(async move {
                let fields = [
                    ("client_id", "shop"),
                    ("client_secret", secret.as_str()),
                    ("grant_type", "client_credentials"),
                ];
                verdict(&node.client().post("/application/o/token/", &fields).await)
            });
        }
        tasks
    };
    // The old one works before, during and after the change.
    let during = ask(SECRET, 50).await;
    let rotated = api.post("/applications/shop/rotate-secret", &wish).await.found();
    let new = text(&rotated, "client_secret");
    for came in during.join_all().await {
        assert_eq!(came, "200");
    }
    // And both at once, on the node that made the change; the other one hears of it soon.
    for secret in [SECRET, new.as_str()] {
        assert_eq!(verdict(&token_with(&harness, secret).await), "200");
    }
    let (old, fresh) = (ask(SECRET, 50).await, ask(&new, 50).await);
    for came in old.join_all().await {
        assert_eq!(came, "200", "the old one, on both nodes");
    }
    for (number, came) in fresh.join_all().await.into_iter().enumerate() {
        assert!(
            came == "200" || came == "400 invalid_grant machine_secret_wrong",
            "{number}: {came}"
        );
    }
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let harness = Arc::clone(&harness);
        let secret = [SECRET.to_owned(), new.clone()][number % 2].clone();
        tasks.spawn(async move { verdict(&token_with(&harness, &secret).await) });
    }
    for came in tasks.join_all().await {
        assert_eq!(came, "200");
    }
    let grants = api.get("/grants?kind=client_credentials").await.found();
    assert_eq!(
        grants["items"].as_array().unwrap().len(),
        1,
        "one standing grant: {grants}"
    );
    drop(harness);
    end(nodes).await;
}

async fn token_with(harness: &Harness, secret: &str) -> crate::harness::Answer {
    let fields = [
        ("client_id", "shop"),
        ("client_secret", secret),
        ("grant_type", "client_credentials"),
    ];
    harness.client().post("/application/o/token/", &fields).await
}

/// A refresh and the revocation of its family at the same moment: whatever wins, nothing lives afterwards.
async fn a_revocation_wins_over_refreshes_at_the_same_moment(engine: Engine) {
    let nodes = nodes(engine).await;
    application(&nodes[0], "shop").await;
    let alice = nodes[0].user("alice").await;
    let mut browser = browser_of(&nodes[0], &alice).await;
    for _ in 0..10 {
        let given = tokens(&nodes[0], &mut browser, "shop").await;
        let old = text(&given, "refresh_token");
        let refreshing = {
            let (node, old) = (Arc::clone(&nodes[0]), old.clone());
            tokio::spawn(async move { refresh(&node, "shop", &old).await })
        };
        let fields = [
            ("client_id", "shop"),
            ("client_secret", SECRET),
            ("token", old.as_str()),
        ];
        let revoked = nodes[1].client().post("/application/o/revoke/", &fields).await;
        assert_eq!(revoked.status, 200);
        let answer = refreshing.await.expect("it ends");
        if answer.status == 200 {
            let new = json(&answer);
            assert_eq!(userinfo(&nodes[0], &text(&new, "access_token")).await.status, 401);
            assert_ne!(
                refresh(&nodes[0], "shop", &text(&new, "refresh_token")).await.status,
                200
            );
        }
        assert_eq!(userinfo(&nodes[0], &text(&given, "access_token")).await.status, 401);
    }
    assert_eq!(
        token(&nodes[0], "shop", &[("grant_type", "client_credentials")])
            .await
            .status,
        200
    );
    end(nodes).await;
}

macro_rules! engines {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Engine::Sqlite).await; })* }
        mod postgres { $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::Engine::Postgres).await; })* }
    };
}
engines!(
    one_of_a_hundred_redeems_a_code_over_two_nodes,
    one_of_a_hundred_uses_a_refresh_token_over_two_nodes,
    nothing_lives_again_after_a_restart,
    both_secrets_work_while_one_is_replaced,
    a_revocation_wins_over_refreshes_at_the_same_moment,
);
