//! Measures the engine: `cargo run --release -p vestibule-store --example rates -- URL [SECONDS]`.
//!
//! One operation redeems a code (one guarded update and two inserts) and waits for the durable commit. The database must be empty.

// A measurement reads the clock, fails loudly and prints.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use store::{
    Batch, Db, Options, args,
    migrate::{Migration, Series},
};

store::statements! {
    PUT_CODE = "INSERT INTO code (id, used_at) VALUES ($1, NULL)";
    USE_CODE = "UPDATE code SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    PUT_TOKEN = "INSERT INTO token (id, code_id, body) VALUES ($1, $2, $3)";
    GET_TOKEN = "SELECT code_id, body FROM token WHERE id = $1";
}

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_rates",
    sql: "CREATE TABLE code (id TEXT NOT NULL PRIMARY KEY, used_at BIGINT);
          CREATE TABLE token (id TEXT NOT NULL PRIMARY KEY, code_id TEXT NOT NULL, body TEXT NOT NULL);",
    oldest_program: "0.1.0",
    by_engine: None,
}];

async fn redeem(db: &Db, callers: usize, duration: Duration, round: &str) {
    let per_caller = 160_000 / callers.max(4);
    for caller in 0..callers {
        for part in 0..per_caller / 500 {
            let codes = (0..500).map(|n| PUT_CODE.with(args![format!("{round}-{caller}-{}", part * 500 + n)]));
            db.commit(Batch::new(codes.collect())).await.expect("codes");
        }
    }
    let (done, slowest) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let begin = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (db, done, slowest, round) = (db.clone(), Arc::clone(&done), Arc::clone(&slowest), round.to_owned());
            tokio::spawn(async move {
                for n in 0..per_caller {
                    let id = format!("{round}-{caller}-{n}");
                    let batch = Batch::new(vec![
                        USE_CODE.guarded(args![id.as_str(), 1_i64], 1),
                        PUT_TOKEN.guarded(args![format!("{id}-a"), id.as_str(), "x".repeat(200)], 1),
                        PUT_TOKEN.guarded(args![format!("{id}-r"), id.as_str(), "x".repeat(200)], 1),
                    ]);
                    let sent = Instant::now();
                    db.commit(batch).await.expect("redeemed");
                    slowest.fetch_max(
                        u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX),
                        Ordering::Relaxed,
                    );
                    done.fetch_add(1, Ordering::Relaxed);
                    if begin.elapsed() > duration {
                        return;
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a caller");
    }
    let rate = done.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64();
    println!(
        "{callers} callers: {rate:.0} redemptions/s, slowest {} us",
        slowest.load(Ordering::Relaxed)
    );
}

async fn read(db: &Db, callers: usize, each: u32) {
    let begin = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let db = db.clone();
            tokio::spawn(async move {
                for n in 0..each {
                    let id = format!("one-0-{}-a", (n + u32::try_from(caller).unwrap_or(0)) % 500);
                    let rows = db.read(&GET_TOKEN, &args![id]).await.expect("read");
                    assert_eq!(rows.len(), 1);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a caller");
    }
    let all = f64::from(each) * callers as f64;
    let seconds = begin.elapsed().as_secs_f64();
    println!(
        "{callers} callers: {:.0} point reads/s, {:.1} us each",
        all / seconds,
        seconds / all * 1e6
    );
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("URL of an empty database");
    let seconds = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(4);
    let db = Db::open(&url, &Options::default()).await.expect("it opens");
    db.migrate(&Series {
        program: "0.1.0",
        migrations: MIGRATIONS,
    })
    .await
    .expect("it migrates");
    redeem(&db, 1, Duration::from_secs(seconds), "one").await;
    redeem(&db, 64, Duration::from_secs(seconds), "many").await;
    read(&db, 1, 20_000).await;
    read(&db, 64, 2_000).await;
}
