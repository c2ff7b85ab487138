//! Atomic batches, guards, races, and what other nodes hear of a commit.

use std::time::Duration;

use store::{Batch, CommitError, Invalidation, args};
use tokio::task::JoinSet;

use crate::support::{
    COUNT_TOKENS, Fixture, GET_CODE, GET_TOKEN, PUT_CODE, PUT_NICK, PUT_PERSON, PUT_TOKEN, PUT_TOKEN_ONCE,
    SET_ALL_TOKENS, SET_TOKEN, USE_CODE, on_both, wrong,
};

on_both!(sqlite, postgres:
    a_guard_decides,
    one_of_a_hundred_redeems_a_code,
    a_failed_batch_leaves_its_neighbours_alone,
    a_batch_is_applied_as_a_whole,
    a_taken_name_is_recognised,
    a_missing_reference_is_a_conflict,
    writes_of_one_caller_keep_their_order,
    hot_rows_in_opposite_order_all_commit,
    an_insert_that_does_nothing_misses_its_guard,
    caches_hear_of_commits_only,
);

async fn count(fixture: &Fixture) -> i64 {
    let rows = fixture.db.read(&COUNT_TOKENS, &[]).await.expect("it counts");
    rows.first().expect("a row").int(0).expect("a number")
}

fn redeem(code: &str, token: &str) -> Batch {
    Batch::new(vec![
        USE_CODE.guarded(args![code, 1_i64], 1),
        PUT_TOKEN.guarded(args![format!("{token}-a"), code, 0_i64], 1),
        PUT_TOKEN.guarded(args![format!("{token}-b"), code, 0_i64], 1),
    ])
}

async fn a_guard_decides(fixture: &Fixture) {
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    fixture
        .db
        .commit(USE_CODE.guarded(args!["c", 5_i64], 1).into())
        .await
        .expect("the guard holds");
    let again = fixture.db.commit(USE_CODE.guarded(args!["c", 6_i64], 1).into()).await;
    assert_eq!(again, Err(CommitError::Conflict { statement: 0 }));
    let used = fixture.db.read(&GET_CODE, &args!["c"]).await.expect("read");
    assert_eq!(used.first().expect("a row").int(0), Ok(5));
    // Touching more rows than the guard says is a miss as well, and is undone.
    for token in ["a", "b"] {
        fixture
            .db
            .commit(PUT_TOKEN.with(args![token, "c", 0_i64]).into())
            .await
            .expect("stored");
    }
    let many = fixture.db.commit(SET_ALL_TOKENS.guarded(args![9_i64], 1).into()).await;
    assert_eq!(many, Err(CommitError::Conflict { statement: 0 }));
    let kept = fixture.db.read(&GET_TOKEN, &args!["a"]).await.expect("read");
    assert_eq!(kept.first().expect("a row").int(0), Ok(0));
}

async fn one_of_a_hundred_redeems_a_code(fixture: &Fixture) {
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    let mut callers = JoinSet::new();
    for caller in 0..100 {
        let db = fixture.db.clone();
        callers.spawn(async move { db.commit(redeem("c", &caller.to_string())).await });
    }
    let results = callers.join_all().await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let conflict = Err(CommitError::Conflict { statement: 0 });
    assert_eq!(results.iter().filter(|result| **result == conflict).count(), 99);
    assert_eq!(count(fixture).await, 2);
}

async fn a_failed_batch_leaves_its_neighbours_alone(fixture: &Fixture) {
    for code in 0..60 {
        fixture
            .db
            .commit(PUT_CODE.with(args![format!("c{code}")]).into())
            .await
            .expect("stored");
    }
    let mut callers = JoinSet::new();
    for caller in 0..60 {
        let db = fixture.db.clone();
        callers.spawn(async move {
            let mut batch = redeem(&format!("c{caller}"), &format!("t{caller}"));
            match caller % 6 {
                1 => batch.push(USE_CODE.guarded(args!["nothing", 1_i64], 1)),
                3 => batch.push(PUT_CODE.with(args!["c0"])),
                5 => batch.push(wrong::NONSENSE.with(args![1_i64])),
                _ => {}
            }
            (caller, db.commit(batch).await)
        });
    }
    for (caller, result) in callers.join_all().await {
        match caller % 6 {
            1 => assert_eq!(result, Err(CommitError::Conflict { statement: 3 })),
            3 => assert!(
                matches!(result, Err(CommitError::Unique { statement: 3, .. })),
                "{result:?}"
            ),
            5 => assert!(matches!(result, Err(CommitError::Internal(_))), "{result:?}"),
            _ => assert_eq!(result, Ok(())),
        }
        let used = fixture
            .db
            .read(&GET_CODE, &args![format!("c{caller}")])
            .await
            .expect("read");
        let used = used.first().expect("a row").opt_int(0).expect("a number");
        assert_eq!(used.is_some(), caller % 2 == 0, "caller {caller}");
    }
    assert_eq!(count(fixture).await, 60);
}

async fn a_batch_is_applied_as_a_whole(fixture: &Fixture) {
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    let mut batch = redeem("c", "t");
    batch.push(USE_CODE.guarded(args!["c", 2_i64], 1));
    assert_eq!(
        fixture.db.commit(batch).await,
        Err(CommitError::Conflict { statement: 3 })
    );
    assert_eq!(count(fixture).await, 0);
    let used = fixture.db.read(&GET_CODE, &args!["c"]).await.expect("read");
    assert_eq!(used.first().expect("a row").opt_int(0), Ok(None));
    fixture
        .db
        .commit(redeem("c", "t"))
        .await
        .expect("the code is still good");
}

async fn a_taken_name_is_recognised(fixture: &Fixture) {
    let person = |id: &str, slug: &str| PUT_PERSON.with(args![id, "A", slug, 1_i64, "r"]);
    fixture.db.commit(person("1", "ann").into()).await.expect("stored");
    let taken = fixture
        .db
        .commit(person("2", "ann").into())
        .await
        .expect_err("the slug is taken");
    assert!(
        taken.is_unique("person", "slug") && !taken.is_unique("person", "id"),
        "{taken:?}"
    );
    assert!(!taken.is_unique("person", "lug") && !taken.is_unique("son", "slug"));
    fixture
        .db
        .commit(PUT_NICK.with(args!["1", "Ann"]).into())
        .await
        .expect("stored");
    let nick = fixture
        .db
        .commit(Batch::new(vec![
            person("3", "c").clone(),
            PUT_NICK.with(args!["2", "ANN"]),
        ]))
        .await;
    let nick = nick.expect_err("the index on an expression holds");
    assert!(nick.is_unique("nick", "name"), "{nick:?}");
    assert!(matches!(nick, CommitError::Unique { statement: 1, .. }));
    fixture
        .db
        .commit(person("3", "c").into())
        .await
        .expect("nothing of the failed batch stayed");
}

async fn a_missing_reference_is_a_conflict(fixture: &Fixture) {
    let orphan = fixture
        .db
        .commit(PUT_TOKEN.with(args!["t", "nothing", 0_i64]).into())
        .await;
    assert_eq!(orphan, Err(CommitError::Conflict { statement: 0 }));
    assert_eq!(count(fixture).await, 0);
}

async fn writes_of_one_caller_keep_their_order(fixture: &Fixture) {
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    fixture
        .db
        .commit(PUT_TOKEN.with(args!["t", "c", 0_i64]).into())
        .await
        .expect("stored");
    for n in 1..=50_i64 {
        fixture
            .db
            .commit(SET_TOKEN.guarded(args!["t", n], 1).into())
            .await
            .expect("stored");
        let seen = fixture.db.read(&GET_TOKEN, &args!["t"]).await.expect("read");
        assert_eq!(
            seen.first().expect("a row").int(0),
            Ok(n),
            "a caller reads what it has committed"
        );
    }
    let both = Batch::new(vec![
        SET_TOKEN.with(args!["t", 100_i64]),
        SET_TOKEN.with(args!["t", 101_i64]),
    ]);
    fixture.db.commit(both).await.expect("stored");
    let seen = fixture.db.read(&GET_TOKEN, &args!["t"]).await.expect("read");
    assert_eq!(seen.first().expect("a row").int(0), Ok(101));
}

async fn hot_rows_in_opposite_order_all_commit(fixture: &Fixture) {
    let other = fixture.node().await;
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    for token in ["a", "b"] {
        fixture
            .db
            .commit(PUT_TOKEN.with(args![token, "c", 0_i64]).into())
            .await
            .expect("stored");
    }
    let mut callers = JoinSet::new();
    for caller in 0..40_i64 {
        let (db, order) = if caller % 2 == 0 {
            (fixture.db.clone(), ["a", "b"])
        } else {
            (other.clone(), ["b", "a"])
        };
        callers.spawn(async move {
            let writes = order.map(|token| SET_TOKEN.guarded(args![token, caller], 1));
            db.commit(Batch::new(writes.to_vec())).await
        });
    }
    for result in callers.join_all().await {
        assert_eq!(result, Ok(()));
    }
}

async fn an_insert_that_does_nothing_misses_its_guard(fixture: &Fixture) {
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    let insert = || Batch::from(PUT_TOKEN_ONCE.guarded(args!["t", "c", 0_i64], 1));
    assert_eq!(fixture.db.commit(insert()).await, Ok(()));
    assert_eq!(
        fixture.db.commit(insert()).await,
        Err(CommitError::Conflict { statement: 0 })
    );
}

async fn caches_hear_of_commits_only(fixture: &Fixture) {
    let mut heard = fixture.db.invalidations();
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    let failing = Batch::from(USE_CODE.guarded(args!["nothing", 1_i64], 1)).notify("never");
    assert!(fixture.db.commit(failing).await.is_err());
    let working = Batch::from(USE_CODE.guarded(args!["c", 1_i64], 1)).notify("application:app_1");
    fixture.db.commit(working).await.expect("stored");
    // `Lost` is said whenever something may have been missed, as after the migration over a connection of its own.
    let named = async {
        loop {
            match heard.recv().await {
                Ok(Invalidation::Lost) => {}
                other => return other,
            }
        }
    };
    let first = tokio::time::timeout(Duration::from_secs(5), named)
        .await
        .expect("in time");
    assert_eq!(first, Ok(Invalidation::Changed("application:app_1".into())));
    fixture
        .db
        .commit(Batch::default().notify("alone"))
        .await
        .expect("a message needs no write");
    let alone = async { while heard.recv().await != Ok(Invalidation::Changed("alone".into())) {} };
    tokio::time::timeout(Duration::from_secs(5), alone)
        .await
        .expect("in time");
}

/// Two servers on one PostgreSQL, and the command line beside a server on SQLite.
mod between_processes {
    use super::{Batch, Duration, Fixture, Invalidation, PUT_CODE, args};

    #[tokio::test]
    async fn another_node_hears_what_changed() {
        let fixture = Fixture::postgres().await;
        let other = fixture.node().await;
        let mut heard = other.invalidations();
        let batch = Batch::from(PUT_CODE.with(args!["c"])).notify("user:1");
        fixture.db.commit(batch).await.expect("stored");
        let message = tokio::time::timeout(Duration::from_secs(5), heard.recv())
            .await
            .expect("in time");
        assert_eq!(message, Ok(Invalidation::Changed("user:1".into())));
        drop(other);
        fixture.end().await;
    }

    #[tokio::test]
    async fn a_write_of_another_process_empties_caches() {
        let fixture = Fixture::sqlite().await;
        let other = fixture.node().await;
        let mut heard = fixture.db.invalidations();
        other.commit(PUT_CODE.with(args!["c"]).into()).await.expect("stored");
        let message = tokio::time::timeout(Duration::from_secs(10), heard.recv())
            .await
            .expect("in time");
        assert_eq!(message, Ok(Invalidation::Lost));
    }
    #[tokio::test]
    async fn a_write_of_another_process_is_noticed_between_writes_of_ones_own() {
        let fixture = Fixture::sqlite().await;
        let other = fixture.node().await;
        // Opening and migrating went over other connections; that has been noticed when the first write is answered.
        for id in ["a", "b"] {
            fixture
                .db
                .commit(PUT_CODE.with(args![id]).into())
                .await
                .expect("stored");
        }
        let mut heard = fixture.db.invalidations();
        for n in 0..50 {
            let id = format!("own {n}");
            fixture
                .db
                .commit(PUT_CODE.with(args![id]).into())
                .await
                .expect("stored");
        }
        assert!(heard.is_empty(), "a write of one's own is no write of another process");
        other.commit(PUT_CODE.with(args!["c"]).into()).await.expect("stored");
        // The writer looks after it has answered, so that the look that belongs to one write is over with the next.
        for id in ["d", "e"] {
            fixture
                .db
                .commit(PUT_CODE.with(args![id]).into())
                .await
                .expect("stored");
        }
        assert_eq!(heard.try_recv(), Ok(Invalidation::Lost));
    }
}
