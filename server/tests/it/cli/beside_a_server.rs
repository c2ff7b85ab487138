//! Commands while a server runs on the same embedded database: it notices what they change.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use vestibule::clock::Clock;

use super::{command, run};

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = command(folder, &["serve", "--json"])
            .env("VESTIBULE_LISTEN", "127.0.0.1:0")
            .env("VESTIBULE_LOG_LEVEL", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let started: Value = serde_json::from_str(&line).unwrap();
        let address = started["listen"].as_str().unwrap().to_owned();
        Self { child, address }
    }

    /// Status and body of a GET.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Asks until the answer is as it should be.
    #[track_caller]
    fn until(&self, path: &str, right: impl Fn(u16, &str) -> bool) {
        let began = Clock::System.reading();
        loop {
            let (status, body) = self.get(path);
            if right(status, &body) {
                return;
            }
            assert!(
                began.elapsed() < Duration::from_secs(10),
                "{path} still answers {status} {body}"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_running_server_notices_what_a_command_changes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    let discovery = "/application/o/wiki/.well-known/openid-configuration";
    assert_eq!(server.get(discovery).0, 404, "and now it is known to be absent");
    run(folder, &["application", "create", "wiki"]).ok();
    server.until(discovery, |status, _| status == 200);

    let made = run(folder, &["key", "create", "--alg", "ES384", "--json"]).json();
    let kid = made["kid"].as_str().unwrap();
    server.until("/application/o/jwks/", |_, body| body.contains(kid));

    run(folder, &["application", "delete", "wiki"]).ok();
    server.until(discovery, |status, _| status == 404);
}

#[test]
fn commands_at_the_same_moment_wait_for_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let _server = Server::start(folder);
    let names: Vec<String> = (0..8).map(|number| format!("person-{number}")).collect();
    std::thread::scope(|scope| {
        for name in &names {
            scope.spawn(move || run(folder, &["user", "create", name]).ok());
        }
    });
    let all = run(folder, &["user", "list", "--json"]).json();
    assert_eq!(all["items"].as_array().unwrap().len(), names.len());
}
