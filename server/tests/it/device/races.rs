//! What works once works once, however many ask at the same moment.

use std::sync::Arc;

use super::*;
use crate::harness::Engine;

async fn one_of_a_hundred_polls_gets_the_tokens(engine: Engine) {
    let harness = Arc::new(Harness::new(engine).await);
    application(&harness, "tv").await;
    harness.user("alice").await;
    let asked = ask(&harness, "tv", "openid offline_access").await;
    allow(&mut harness.signed_in("alice").await, &asked).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (harness, code) = (Arc::clone(&harness), text(&asked, "device_code").to_owned());
        tasks.spawn(async move { poll(&harness, "tv", &code).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!(refusal(answer).1, "invalid_grant");
    }
    end(harness).await;
}

async fn polls_that_arrive_together_are_answered(engine: Engine) {
    let harness = Arc::new(Harness::new(engine).await);
    application(&harness, "tv").await;
    let asked = ask(&harness, "tv", "openid").await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let (harness, code) = (Arc::clone(&harness), text(&asked, "device_code").to_owned());
        tasks.spawn(async move { error(&harness, "tv", &code).await });
    }
    for error in tasks.join_all().await {
        assert!(
            ["authorization_pending", "slow_down"].contains(&error.as_str()),
            "{error}"
        );
    }
    assert_eq!(error(&harness, "tv", text(&asked, "device_code")).await, "slow_down");
    end(harness).await;
}

async fn of_many_answers_one_counts(engine: Engine) {
    let harness = Arc::new(Harness::new(engine).await);
    application(&harness, "tv").await;
    harness.user("alice").await;
    let asked = ask(&harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    let form = question.form("consent-form");
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let decision = ["allow", "deny"][number % 2];
        let (mut browser, form) = (browser.clone(), form.clone().with("decision", decision));
        tasks.spawn(async move { (decision, browser.submit(&form).await.status.as_u16()) });
    }
    let answers = tasks.join_all().await;
    let counted: Vec<&str> = answers
        .iter()
        .filter(|(_, status)| *status == 200)
        .map(|(decision, _)| *decision)
        .collect();
    assert_eq!(counted.len(), 1, "{answers:?}");
    let got = poll(&harness, "tv", text(&asked, "device_code")).await;
    assert_eq!(got.status == 200, counted == ["allow"], "{}", got.body);
    end(harness).await;
}

/// Two people who were told the same code, at two nodes: one says yes, the other no.
async fn of_two_people_one_counts(engine: Engine) {
    let first = Harness::new(engine).await;
    let nodes = [Arc::new(first.another_node().await), Arc::new(first)];
    application(&nodes[0], "tv").await;
    for name in ["alice", "bob"] {
        nodes[0].user(name).await;
    }
    let (mut alice, mut bob) = (nodes[0].signed_in("alice").await, nodes[1].signed_in("bob").await);
    for _ in 0..10 {
        let asked = ask(&nodes[0], "tv", "openid").await;
        let code = text(&asked, "user_code");
        let yes = enter(&mut alice, code)
            .await
            .form("consent-form")
            .with("decision", "allow");
        let no = enter(&mut bob, code)
            .await
            .form("consent-form")
            .with("decision", "deny");
        let (mut allowing, mut denying) = (alice.clone(), bob.clone());
        let allowed = tokio::spawn(async move { allowing.submit(&yes).await.status == 200 });
        let denied = tokio::spawn(async move { denying.submit(&no).await.status == 200 });
        let (allowed, denied) = (allowed.await.unwrap(), denied.await.unwrap());
        assert!(allowed != denied, "allowed: {allowed}, denied: {denied}");
        let got = poll(&nodes[1], "tv", text(&asked, "device_code")).await;
        assert_eq!(got.status == 200, allowed, "{}", got.body);
        if denied {
            assert_eq!(refusal(&got).1, "access_denied");
        }
    }
    for node in nodes {
        end(node).await;
    }
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
    one_of_a_hundred_polls_gets_the_tokens,
    polls_that_arrive_together_are_answered,
    of_many_answers_one_counts,
    of_two_people_one_counts
);
