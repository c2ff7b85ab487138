//! A million expired rows are swept in small batches while others commit and read, and nobody waits for it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "what is measured is time, and the output shows it"
)]

use std::time::{Duration, Instant};

use protocol::id::hash_secret;
use protocol::records::{AccessToken, Grant, GrantFacts};
use protocol::time::{DAY, HOUR, MINUTE, Time};
use protocol::writes::Write;
use store::{Batch, Store, args, schema::series, secretbox::MasterKeys};

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres: a_million_expired_rows_are_swept_beside_the_traffic);

/// Rows that have expired.
const EXPIRED: i64 = 1_000_000;
/// Rows that one batch of the sweep deletes at most, as the server has it.
const BATCH: i64 = 100;
/// Fresh tokens that are issued and read one after the other, for each measurement.
const ROUNDS: u32 = 500;
/// What a commit may take beside the sweep, at the 99th percentile and at most, wherever the test runs. A sweep that
/// deletes everything at once keeps others waiting for many seconds.
const BOUNDS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(2));

const NOW: Time = Time(1_795_219_200_000_000);

store::statements! {
    // Sixteen bytes and a number of sixteen digits stand in the place of a hash: as long as one, unique, in no order.
    FILL = "INSERT INTO access_tokens (hash, grant_id, scopes, issued_at, expires_at) \
        WITH RECURSIVE numbers (n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < $2) \
        SELECT $4 || CAST(CAST(1000000000000000 + (n * 7919) % 1000003 * 1000003 + n AS TEXT) AS BYTEA), 'grant_old', \
        'openid', n, $3 + n FROM numbers";
    COUNT = "SELECT COUNT(*) FROM access_tokens WHERE expires_at < $1";
}

fn master_keys() -> MasterKeys {
    MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a master key")
}

async fn count(store: &Store, before: Time) -> i64 {
    let rows = store.db().read(&COUNT, &args![before.0]).await.expect("a read");
    rows.first().expect("a row").int(0).expect("a number")
}

/// The times that issuing a token takes, one after the other, each read back.
async fn traffic(store: &Store, name: &str, mut go_on: impl FnMut(u32) -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut round = 0;
    while go_on(round) {
        let hash = hash_secret(&format!("{name} {round}"));
        let token = AccessToken {
            hash,
            grant_id: "grant_new".to_owned(),
            session_id: None,
            scopes: vec!["openid".to_owned()],
            issued_at: NOW,
            expires_at: NOW.plus(HOUR),
            revoked_at: None,
        };
        let began = Instant::now();
        let write = Write::CreateAccessToken(Box::new(token));
        store.commit(vec![write]).await.expect("a commit");
        times.push(began.elapsed());
        let found = store.load_access_token(&hash, NOW).await.expect("a read");
        assert!(found.is_some(), "a token that was issued is there");
        round += 1;
    }
    times
}

fn percentile(times: &mut [Duration], hundredths: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() - 1) * hundredths / 100]
}

async fn a_million_expired_rows_are_swept_beside_the_traffic(fixture: &Fixture) {
    fixture.db.migrate(&series()).await.expect("it migrates");
    let store = Store::new(fixture.db.clone(), master_keys());
    let grant = Grant {
        id: "grant_new".to_owned(),
        user_id: "user_1".to_owned(),
        application_id: "app_1".to_owned(),
        session_id: None,
        transaction_id: None,
        kind: "authorization_code".to_owned(),
        scopes: Vec::new(),
        facts: GrantFacts::default(),
        issued_at: NOW,
        expires_at: NOW.plus(DAY),
        revoked_at: None,
    };
    store
        .commit(vec![Write::CreateGrant(Box::new(grant))])
        .await
        .expect("a commit");
    for part in 0..10 {
        let (first, last) = (part * EXPIRED / 10, (part + 1) * EXPIRED / 10 - 1);
        let fill = FILL.guarded(
            args![first, last, NOW.0 - EXPIRED - MINUTE, b"sixteen bytes of"],
            (last - first + 1).unsigned_abs(),
        );
        fixture.db.commit(Batch::from(fill)).await.expect("a commit");
    }
    assert_eq!(count(&store, NOW).await, EXPIRED);

    let mut idle = traffic(&store, "idle", |round| round < ROUNDS).await;

    let began = Instant::now();
    let sweeping = tokio::spawn({
        let store = store.clone();
        async move {
            let (mut swept, mut slowest) = (0, Duration::ZERO);
            loop {
                let batch = Instant::now();
                let gone = store.sweep(NOW, 30 * DAY, BATCH).await.expect("a sweep");
                slowest = slowest.max(batch.elapsed());
                if gone == 0 {
                    return (swept, slowest);
                }
                assert!(gone <= BATCH, "batches are small");
                swept += gone;
            }
        }
    });
    let mut busy = traffic(&store, "busy", |_| !sweeping.is_finished()).await;
    let (swept, slowest) = sweeping.await.expect("the sweep ends");
    let took = began.elapsed();

    assert_eq!(swept, EXPIRED);
    assert_eq!(count(&store, NOW).await, 0, "all that has expired is gone");
    let kept = i64::from(ROUNDS) + i64::try_from(busy.len()).expect("few");
    assert_eq!(count(&store, Time::NEVER).await, kept, "all that is fresh is kept");

    let (idle_50, idle_99) = (percentile(&mut idle, 50), percentile(&mut idle, 99));
    let (busy_50, busy_99) = (percentile(&mut busy, 50), percentile(&mut busy, 99));
    let worst = percentile(&mut busy, 100);
    println!(
        "{EXPIRED} rows swept in {took:.1?} in batches of {BATCH} (slowest {slowest:.1?}) beside {} commits: \
         p50 {busy_50:.2?}, p99 {busy_99:.2?}, slowest {worst:.2?}; idle p50 {idle_50:.2?}, p99 {idle_99:.2?}",
        busy.len()
    );
    assert!(busy.len() >= 100, "there was traffic: {} commits", busy.len());
    let bound = BOUNDS.0.max(idle_99 * 10);
    assert!(
        busy_99 <= bound,
        "the 99th percentile of a commit beside the sweep is {busy_99:?}"
    );
    assert!(worst <= BOUNDS.1, "the slowest commit beside the sweep took {worst:?}");
}
