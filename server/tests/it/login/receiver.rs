//! The logout endpoint of an application: an HTTP server on loopback that keeps what it is told and answers as the test wants.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use protocol::jose::{Algorithm, TypRule, Verification, verify};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use url::form_urlencoded;

use crate::harness::Harness;

pub(crate) struct Receiver {
    port: u16,
    status: Arc<AtomicU16>,
    requests: Arc<Mutex<Vec<String>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (status, requests) = (Arc::new(AtomicU16::new(200)), Arc::new(Mutex::new(Vec::new())));
        let (answer, kept) = (Arc::clone(&status), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (answer, kept) = (Arc::clone(&answer), Arc::clone(&kept));
                tokio::spawn(async move {
                    if let Some(request) = read(&mut stream).await {
                        kept.lock().unwrap().push(request);
                        let status = answer.load(Ordering::SeqCst);
                        let text = format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
                        let _ = stream.write_all(text.as_bytes()).await;
                    }
                });
            }
        });
        Self {
            port,
            status,
            requests,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/signed-out?from=vestibule", self.port)
    }

    /// Answers with this status from now on.
    pub(crate) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What was sent here since the last time that this was asked.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// The claims of the logout tokens that were sent since the last time, each verified as section 2.6 demands.
    pub(crate) fn tokens(&self, harness: &Harness) -> Vec<Map<String, Value>> {
        self.tokens_inside(harness, str::to_owned)
    }

    /// The same where `open` has to take the signed token out of what was sent.
    pub(crate) fn tokens_inside(&self, harness: &Harness, open: impl Fn(&str) -> String) -> Vec<Map<String, Value>> {
        let keys = harness.app.snapshot().ours.verifying.clone();
        let rules = Verification::new(&keys, &[Algorithm::ES256], TypRule::OneOf(&["logout+jwt"]));
        self.requests()
            .iter()
            .map(|request| {
                assert!(
                    request.starts_with("POST /signed-out?from=vestibule HTTP/1.1\r\n"),
                    "{request}"
                );
                assert!(
                    request.contains("content-type: application/x-www-form-urlencoded\r\n"),
                    "{request}"
                );
                let body = request.split_once("\r\n\r\n").unwrap().1;
                let fields: Vec<_> = form_urlencoded::parse(body.as_bytes()).collect();
                assert_eq!(fields.len(), 1, "{body}");
                assert_eq!(fields[0].0, "logout_token");
                let claims = verify(&open(&fields[0].1), &rules).unwrap().claims;
                assert!(!claims.contains_key("nonce"));
                assert!(claims["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
                claims
            })
            .collect()
    }
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        let Some((header, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = header.lines().find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some(text);
        }
    }
}
