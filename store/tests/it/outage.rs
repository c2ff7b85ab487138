//! The database goes and comes back while the program runs.

use std::time::Duration;

use store::{Batch, CommitError, Db, DbError, Invalidation, Options, args};

use crate::{
    own_server::OwnServer,
    support::{Fixture, GET_CODE, PUT_CODE, SERIES, administer},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_gone_and_back() {
    let server = OwnServer::start();
    let db = Db::open(&server.url(), &Options::default()).await.expect("it opens");
    db.migrate(&SERIES).await.expect("it migrates");
    let mut heard = db.invalidations();
    db.commit(PUT_CODE.with(args!["before"]).into()).await.expect("stored");
    server.kill();
    for n in 0..3 {
        let gone = db.commit(PUT_CODE.with(args![format!("gone{n}")]).into());
        let gone = tokio::time::timeout(Duration::from_secs(15), gone)
            .await
            .expect("an answer in time");
        assert!(matches!(gone, Err(CommitError::Unavailable(_))), "{gone:?}");
        let read = tokio::time::timeout(Duration::from_secs(15), db.read(&GET_CODE, &args!["before"])).await;
        assert!(matches!(read, Ok(Err(DbError::Unavailable(_)))), "{read:?}");
    }
    server.restart();
    let back = async {
        while db.commit(PUT_CODE.with(args!["after"]).into()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        while db.ping().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), back)
        .await
        .expect("it is used again");
    for code in ["before", "after"] {
        assert_eq!(db.read(&GET_CODE, &args![code]).await.expect("read").len(), 1, "{code}");
    }
    // Messages may have been missed meanwhile, and new ones arrive again.
    let lost = async { while heard.recv().await != Ok(Invalidation::Lost) {} };
    tokio::time::timeout(Duration::from_secs(15), lost)
        .await
        .expect("caches are emptied");
    db.commit(Batch::default().notify("again")).await.expect("sent");
    let again = async { while heard.recv().await != Ok(Invalidation::Changed("again".into())) {} };
    tokio::time::timeout(Duration::from_secs(5), again)
        .await
        .expect("it is heard");
}

#[tokio::test]
async fn a_restart_between_two_commits_is_not_noticed() {
    let server = OwnServer::start();
    let db = Db::open(&server.url(), &Options::default()).await.expect("it opens");
    db.migrate(&SERIES).await.expect("it migrates");
    server.kill();
    server.restart();
    let stored = async {
        // The first may come while connections are being made again; it never reports what is not so.
        while db.commit(PUT_CODE.with(args!["c"]).into()).await.is_err() {}
    };
    tokio::time::timeout(Duration::from_secs(10), stored)
        .await
        .expect("it is used again");
    assert_eq!(db.read(&GET_CODE, &args!["c"]).await.expect("read").len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_noticed_at_start() {
    let opened = Db::open(
        "postgres://nobody:hidden-password@127.0.0.1:1/none",
        &Options::default(),
    )
    .await;
    let error = opened.expect_err("nobody answers");
    assert!(matches!(error, DbError::Unavailable(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("hidden-password"));
    for url in [
        "mysql://x",
        "sqlite://",
        "postgres://u:hidden-password@h:port/x",
        "postgres://h/x?sslmode=maybe",
        "",
    ] {
        let error = Db::open(url, &Options::default()).await.expect_err("refused");
        assert!(matches!(error, DbError::Internal(_)), "{url}: {error:?}");
        assert!(!error.to_string().contains("hidden-password"));
    }
}

#[tokio::test]
async fn a_locked_sqlite_file_is_unavailable_and_then_works_again() {
    let fixture = Fixture::sqlite().await;
    let path = fixture.url.strip_prefix("sqlite://").expect("a path");
    let other = rusqlite::Connection::open(path).expect("it opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let locked = fixture.db.commit(PUT_CODE.with(args!["a"]).into()).await;
    assert!(matches!(locked, Err(CommitError::Unavailable(_))), "{locked:?}");
    assert!(
        fixture
            .db
            .read(&GET_CODE, &args!["a"])
            .await
            .expect("reads go on")
            .is_empty()
    );
    other.execute_batch("ROLLBACK").expect("free");
    fixture
        .db
        .commit(PUT_CODE.with(args!["a"]).into())
        .await
        .expect("it works again");
}

#[tokio::test]
async fn a_full_queue_is_overloaded() {
    for fixture in [Fixture::sqlite().await, Fixture::postgres().await] {
        let small = Options {
            queue: 4,
            flight: 1,
            lanes: 1,
            readers: 1,
        };
        let db = Db::open(&fixture.url, &small).await.expect("it opens");
        let many = (0..200).map(|n| db.commit(PUT_CODE.with(args![format!("c{n}")]).into()));
        let results = futures_util::future::join_all(many).await;
        let stored = results.iter().filter(|result| result.is_ok()).count();
        let refused = results
            .iter()
            .filter(|result| **result == Err(CommitError::Overloaded))
            .count();
        assert!(
            refused > 0 && stored >= 4 && stored + refused == 200,
            "{stored} stored, {refused} refused"
        );
        for (n, result) in results.iter().enumerate() {
            let found = db.read(&GET_CODE, &args![format!("c{n}")]).await.expect("read");
            assert_eq!(found.len(), usize::from(result.is_ok()), "{n}");
        }
        drop(db);
        fixture.end().await;
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_unavailable() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").expect("written");
    let opened = Db::open(&format!("sqlite://{}/test.db", file.display()), &Options::default()).await;
    assert!(matches!(opened, Err(DbError::Unavailable(_))), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_in_the_middle_report_nothing_wrong() {
    let fixture = Fixture::postgres().await;
    let callers: Vec<_> = (0..16)
        .map(|caller| {
            let db = fixture.db.clone();
            tokio::spawn(async move {
                let mut stored = Vec::new();
                let mut failed = 0;
                for n in 0..150 {
                    let id = format!("{caller}-{n}");
                    match db.commit(PUT_CODE.guarded(args![id.as_str()], 1).into()).await {
                        Ok(()) => stored.push(id),
                        Err(CommitError::Unavailable(_)) => failed += 1,
                        Err(other) => panic!("{id}: {other:?}"),
                    }
                }
                (stored, failed)
            })
        })
        .collect();
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        administer(&fixture.url, others).await;
    }
    let (mut stored, mut failed) = (Vec::new(), 0);
    for caller in callers {
        let (ids, failures) = caller.await.expect("a caller");
        stored.extend(ids);
        failed += failures;
    }
    assert_eq!(stored.len() + failed, 16 * 150);
    let db = fixture.node().await;
    for id in &stored {
        assert_eq!(
            db.read(&GET_CODE, &args![id.as_str()]).await.expect("read").len(),
            1,
            "{id} was acknowledged"
        );
    }
    drop(db);
    fixture.end().await;
}
