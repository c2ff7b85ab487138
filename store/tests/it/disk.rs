//! A disk that takes no more, and then does again, under a program that keeps running.
//!
//! The child is this test program again with a soft limit on the size of files, which fails its writes as a full disk does; the parent lifts the limit.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    time::Duration,
};

use store::{CommitError, Db, Options, args};

use crate::support::{Fixture, GET_CODE, PUT_CODE};

const URL: &str = "VESTIBULE_TEST_DISK_URL";

fn say(text: &str) {
    std::io::stdout()
        .lock()
        .write_all(format!("\nsays {text}\n").as_bytes())
        .expect("the parent listens");
}

/// Does nothing in an ordinary run.
#[tokio::test]
async fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let db = Db::open(&url, &Options::default()).await.expect("it opens");
    let id = |n: usize| format!("{n}-{}", "x".repeat(10_000));
    let mut stored = 0;
    let error = loop {
        match db.commit(PUT_CODE.with(args![id(stored)]).into()).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, CommitError::Unavailable(_)), "{error:?}");
    let still = db.commit(PUT_CODE.with(args![id(stored)]).into()).await;
    assert!(matches!(still, Err(CommitError::Unavailable(_))), "{still:?}");
    assert_eq!(db.read(&GET_CODE, &args![id(0)]).await.expect("reads go on").len(), 1);
    say("full");
    while db.commit(PUT_CODE.with(args![id(stored)]).into()).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for n in 0..=stored {
        assert_eq!(db.read(&GET_CODE, &args![id(n)]).await.expect("read").len(), 1, "{n}");
    }
    say("complete");
}

#[tokio::test]
async fn a_full_disk_is_unavailable_and_then_works_again() {
    let fixture = Fixture::sqlite().await;
    let program = std::env::current_exe().expect("this program");
    // In units of 512 bytes: one mebibyte. A process that ignores the signal gets an error from the write.
    let mut child = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -S -f 2048; exec \"$0\" --exact disk::child --nocapture",
        ])
        .arg(program)
        .env(URL, &fixture.url)
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output"))
        .lines()
        .map_while(Result::ok);
    let mut said = || lines.find_map(|line| line.strip_prefix("says ").map(str::to_owned));
    assert_eq!(said().as_deref(), Some("full"));
    let lifted = Command::new("prlimit")
        .args(["--pid", &child.id().to_string(), "--fsize=unlimited:"])
        .status();
    assert!(lifted.expect("prlimit of util-linux is installed").success());
    assert_eq!(said().as_deref(), Some("complete"));
    // Its last lines are read, so that it can end by itself.
    assert_eq!(said(), None);
    assert!(child.wait().expect("it ended").success());
}
