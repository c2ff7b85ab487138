//! Whatever is given stands nowhere but in its answer (security sheet, items 21 and 24): not in the log, however much is
//! logged, and not in the database.

use super::super::support::{SECRET, json};
use super::ways::{WAYS, ready};
use crate::harness::{Answer, Engine, Harness, PASSWORD};
use crate::logging::{Kept, log};

/// Names under which an answer carries something that opens a door.
const CARRIERS: [&str; 4] = ["access_token", "refresh_token", "id_token", "code"];

fn collect(answer: &Answer, values: &mut Vec<String>) {
    for name in CARRIERS {
        let value = match answer.location() {
            Some(_) => super::ways::parameter(answer, name),
            None => json(answer)[name].as_str().map(str::to_owned),
        };
        values.extend(value);
    }
}

/// Goes every way, twice, so that each is also refused; gives everything that opened or would have opened a door.
async fn walk(harness: &Harness) -> Vec<String> {
    let mut ready = ready(harness).await;
    let mut values = vec![SECRET.to_owned(), PASSWORD.to_owned(), ready.app_password.clone()];
    values.extend(ready.browser.cookie("vestibule_session").map(str::to_owned));
    values.extend([&ready.access_token, &ready.refresh_token, &ready.assertion].map(Clone::clone));
    values.extend([&ready.code, &ready.device_code].map(Clone::clone));
    for _ in 0..2 {
        for way in WAYS {
            let answer = ready.take(harness, way, &[]).await;
            if answer.status == 200 || answer.location().is_some() {
                collect(&answer, &mut values);
            }
        }
    }
    for way in WAYS {
        let answer = ready.take(harness, way, &[("scope", "nobody knows this")]).await;
        assert!(
            values
                .iter()
                .all(|value| !answer.body.contains(value) || answer.status == 200),
            "{way:?}"
        );
    }
    // A signature alone shows a token as well.
    let signatures: Vec<String> = values
        .iter()
        .filter_map(|value| value.rsplit_once('.'))
        .map(|(_, last)| last.to_owned())
        .collect();
    values.extend(signatures);
    values.sort();
    values.dedup();
    assert!(
        values.len() > 30 && values.iter().all(|value| value.len() >= 16),
        "{values:?}"
    );
    values
}

async fn no_log_line_carries_a_secret(engine: Engine) {
    let harness = Harness::new(engine).await;
    let kept = Kept::default();
    let subscriber = vestibule::logging::subscriber(log("json", "trace"), false, kept.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let values = walk(&harness).await;
    drop(guard);
    let written = kept.text();
    assert!(
        written.lines().count() > 30 && written.contains("/application/o/token/"),
        "{written}"
    );
    for value in &values {
        assert!(!written.contains(value.as_str()), "{value} stands in the log");
    }
    harness.end().await;
}

store::statements! {
    EVERYTHING = "SELECT CAST(schema_to_xml('public', true, false, '') AS TEXT)";
}

async fn no_table_carries_a_secret(engine: Engine) {
    let harness = Harness::new(engine).await;
    let values = walk(&harness).await;
    let mut stored = Vec::new();
    match engine {
        // The files as they are, with what was written last beside them.
        Engine::Sqlite => {
            for file in std::fs::read_dir(&harness.app.config.data_dir).unwrap().flatten() {
                stored.extend(std::fs::read(file.path()).unwrap_or_default());
            }
        }
        Engine::Postgres => {
            let rows = harness.app.store.db().read(&EVERYTHING, &[]).await.unwrap();
            stored.extend(rows.first().unwrap().text(0).unwrap().bytes());
        }
    }
    let stored = String::from_utf8_lossy(&stored);
    let holds = |text: &str| stored.contains(text);
    assert!(
        holds("alice@example.com") && holds("https://shop.example/cb"),
        "this reads what is stored"
    );
    for value in &values {
        assert!(!holds(value), "{value} is stored as it is");
    }
    harness.end().await;
}

#[tokio::test]
async fn no_log_line_carries_a_secret_on_sqlite() {
    no_log_line_carries_a_secret(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_log_line_carries_a_secret_on_postgres() {
    no_log_line_carries_a_secret(Engine::Postgres).await;
}

#[tokio::test]
async fn no_table_carries_a_secret_on_sqlite() {
    no_table_carries_a_secret(Engine::Sqlite).await;
}

#[tokio::test]
async fn no_table_carries_a_secret_on_postgres() {
    no_table_carries_a_secret(Engine::Postgres).await;
}
