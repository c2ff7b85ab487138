//! What works once works once, however many ask at the same moment.

use std::sync::Arc;

use super::support::{application, browser_of, code, json, redeem, refresh, refusal, text, tokens};
use crate::harness::{Engine, Harness};

async fn one_of_a_hundred_redeems_a_code(engine: Engine) {
    let harness = Arc::new(Harness::new(engine).await);
    application(&harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(&harness, &user).await;
    let code = code(&mut browser, "shop", &[]).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (harness, code) = (Arc::clone(&harness), code.clone());
        tasks.spawn(async move { redeem(&harness, "shop", &code).await });
    }
    let answers = tasks.join_all().await;
    let successes = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(successes, 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refusal(answer).1, "invalid_grant");
    }
    end(harness).await;
}

async fn one_of_a_hundred_uses_a_refresh_token(engine: Engine) {
    let harness = Arc::new(Harness::new(engine).await);
    application(&harness, "shop").await;
    let user = harness.user("alice").await;
    let mut browser = browser_of(&harness, &user).await;
    let first = text(&tokens(&harness, &mut browser, "shop").await, "refresh_token");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (harness, first) = (Arc::clone(&harness), first.clone());
        tasks.spawn(async move { refresh(&harness, "shop", &first).await });
    }
    let answers = tasks.join_all().await;
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(winners.len(), 1);
    let second = text(&json(winners[0]), "refresh_token");
    assert_eq!(
        refresh(&harness, "shop", &second).await.status,
        400,
        "the reuse has revoked the family"
    );
    end(harness).await;
}

async fn the_first_machine_tokens_share_one_grant(engine: Engine) {
    let harness = Arc::new(Harness::new(engine).await);
    application(&harness, "shop").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let harness = Arc::clone(&harness);
        let fields = [("grant_type", "client_credentials")];
        tasks.spawn(async move { super::support::token(&harness, "shop", &fields).await });
    }
    for answer in tasks.join_all().await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    end(harness).await;
}

async fn end(harness: Arc<Harness>) {
    Arc::into_inner(harness).expect("every task has ended").end().await;
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
    one_of_a_hundred_redeems_a_code,
    one_of_a_hundred_uses_a_refresh_token,
    the_first_machine_tokens_share_one_grant
);
