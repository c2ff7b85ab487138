//! Kill -9 in the middle of commits: nothing that was acknowledged is lost, and no batch is half there. Beside it the orderly end.
//!
//! The child is this test program again, told by an environment variable to run only [`child`].

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use store::{Batch, Db, Options, args};

use crate::{
    own_server::OwnServer,
    support::{Fixture, GET_CODE, GET_TOKEN, PUT_CODE, PUT_TOKEN, SERIES},
};

const URL: &str = "VESTIBULE_TEST_CRASH_URL";

/// Batches that must have been acknowledged before the end.
const ACKNOWLEDGED: usize = 300;

/// Commits until it is killed and says so after each commit. Does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let db = Db::open(&url, &Options::default()).await.expect("it opens");
    let callers = (0..8).map(|caller| {
        let db = db.clone();
        tokio::spawn(async move {
            for n in 0..1_000_000 {
                let id = format!("{caller}-{n}");
                let batch = Batch::new(vec![
                    PUT_CODE.guarded(args![id.as_str()], 1),
                    PUT_TOKEN.guarded(args![id.as_str(), id.as_str(), 0_i64], 1),
                ]);
                if db.commit(batch).await.is_err() {
                    return;
                }
                // A line in one write, so that lines of several callers do not mix.
                let written = std::io::stdout().lock().write_all(format!("\nack {id}\n").as_bytes());
                if written.is_err() {
                    return;
                }
            }
        })
    });
    futures_util::future::join_all(callers).await;
}

/// Starts the child, reads what it acknowledges, and calls `end` in the middle of it.
fn acknowledged(url: &str, end: impl FnOnce()) -> Vec<String> {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["--exact", "crash::child", "--nocapture", "--test-threads=1"])
        .env(URL, url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"))
        .lines()
        .map_while(Result::ok);
    let mut ids: Vec<String> = Vec::new();
    let mut next = || lines.find_map(|line| line.strip_prefix("ack ").map(str::to_owned));
    while ids.len() < ACKNOWLEDGED {
        ids.push(next().expect("the child commits"));
    }
    end();
    // SIGKILL.
    child.kill().expect("killed");
    // What it had said before it died counts as well.
    while let Some(id) = next() {
        ids.push(id);
    }
    child.wait().expect("it ended");
    ids
}

async fn check(db: &Db, ids: &[String]) {
    for id in ids {
        let code = db.read(&GET_CODE, &args![id.as_str()]).await.expect("read");
        let token = db.read(&GET_TOKEN, &args![id.as_str()]).await.expect("read");
        assert_eq!((code.len(), token.len()), (1, 1), "{id} was acknowledged");
    }
    // Of batches that were not acknowledged, all or nothing.
    for caller in 0..8 {
        for n in 0..ids.len() {
            let id = format!("{caller}-{n}");
            let code = db.read(&GET_CODE, &args![id.as_str()]).await.expect("read");
            let token = db.read(&GET_TOKEN, &args![id.as_str()]).await.expect("read");
            assert_eq!(code.len(), token.len(), "{id} is half there");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_program_on_sqlite() {
    let fixture = Fixture::sqlite().await;
    let ids = acknowledged(&fixture.url, || ());
    check(&fixture.node().await, &ids).await;
    fixture
        .db
        .commit(PUT_CODE.with(args!["after"]).into())
        .await
        .expect("it goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_program_on_postgres() {
    let fixture = Fixture::postgres().await;
    let ids = acknowledged(&fixture.url, || ());
    check(&fixture.db, &ids).await;
    fixture.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_postgres_server() {
    let server = OwnServer::start();
    let db = Db::open(&server.url(), &Options::default()).await.expect("it opens");
    db.migrate(&SERIES).await.expect("it migrates");
    drop(db);
    let ids = acknowledged(&server.url(), || server.kill());
    server.restart();
    let db = Db::open(&server.url(), &Options::default())
        .await
        .expect("it opens again");
    check(&db, &ids).await;
}

/// Whoever copies the file of a stopped server has everything.
#[tokio::test]
async fn the_file_alone_is_whole_after_an_orderly_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let db = Db::open(&url, &Options::default()).await.expect("it opens");
    db.migrate(&SERIES).await.expect("it migrates");
    for n in 0..20 {
        let id = n.to_string();
        db.commit(PUT_CODE.with(args![id.as_str()]).into())
            .await
            .expect("it is stored");
    }
    drop(db);
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left, ["test.db"]);
    let again = Db::open(&url, &Options::default()).await.expect("it opens again");
    assert_eq!(again.read(&GET_CODE, &args!["19"]).await.expect("a read").len(), 1);
}
