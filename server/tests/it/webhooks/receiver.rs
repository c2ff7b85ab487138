//! The receiver of a webhook: an HTTP server on loopback that keeps what it is sent, answers as the test wants, and checks
//! signatures by a computation of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(super) struct Receiver {
    port: u16,
    status: Arc<AtomicU16>,
    silent: Arc<AtomicBool>,
    header: Arc<Mutex<String>>,
    requests: Arc<Mutex<Vec<Received>>>,
    task: tokio::task::JoinHandle<()>,
}

/// One request.
#[derive(Clone, Debug)]
pub(super) struct Received {
    pub(super) first_line: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (status, silent) = (Arc::new(AtomicU16::new(204)), Arc::new(AtomicBool::new(false)));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let header = Arc::new(Mutex::new(String::new()));
        let also = Arc::clone(&header);
        let (answer, quiet, kept) = (Arc::clone(&status), Arc::clone(&silent), Arc::clone(&requests));
        let task = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (answer, quiet, kept) = (Arc::clone(&answer), Arc::clone(&quiet), Arc::clone(&kept));
                let also = Arc::clone(&also);
                tokio::spawn(async move {
                    let Some(request) = read(&mut stream).await else { return };
                    kept.lock().unwrap().push(request);
                    if quiet.load(Ordering::SeqCst) {
                        std::future::pending::<()>().await;
                    }
                    let status = answer.load(Ordering::SeqCst);
                    let location = "location: http://127.0.0.1:9/elsewhere\r\n";
                    let also = also.lock().unwrap().clone();
                    let text = format!(
                        "HTTP/1.1 {status} x\r\n{location}{also}connection: close\r\ncontent-length: 0\r\n\r\n"
                    );
                    let _ = stream.write_all(text.as_bytes()).await;
                });
            }
        });
        Self {
            port,
            status,
            silent,
            header,
            requests,
            task,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events?of=vestibule", self.port)
    }

    /// Answers with this status from now on.
    pub(super) fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// Answers with this status from now on, and asks not to be called before.
    pub(super) fn answer_later(&self, status: u16, retry_after: &str) {
        self.answer(status);
        *self.header.lock().unwrap() = format!("retry-after: {retry_after}\r\n");
    }

    /// Takes requests and never answers, from now on.
    pub(super) fn say_nothing(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }

    /// What was sent here since the last time that this was asked.
    pub(super) fn requests(&self) -> Vec<Received> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// How many requests are kept.
    pub(super) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// The event, when the request is signed with each of these secrets in this order at `now`, under both families of names.
    pub(super) fn verified(&self, secrets: &[&str], now: i64) -> Value {
        assert_eq!(self.first_line, "POST /events?of=vestibule HTTP/1.1");
        assert_eq!(self.header("content-type"), "application/json");
        for name in ["id", "timestamp", "signature"] {
            let (standard, svix) = (format!("webhook-{name}"), format!("svix-{name}"));
            assert_eq!(self.header(&standard), self.header(&svix));
        }
        assert_eq!(self.header("webhook-timestamp"), now.to_string());
        let id = self.header("webhook-id");
        assert!(id.starts_with("whd_") && id.len() == 30, "{id}");
        let mut content = format!("{id}.{now}.").into_bytes();
        content.extend_from_slice(&self.body);
        let signatures: Vec<String> = secrets
            .iter()
            .map(|secret| {
                let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
                assert!((24..=64).contains(&key.len()));
                format!("v1,{}", STANDARD.encode(hmac_sha256(&key, &content)))
            })
            .collect();
        assert_eq!(self.header("webhook-signature"), signatures.join(" "));
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// HMAC from its definition (RFC 2104, section 2), for keys of at most one block.
fn hmac_sha256(key: &[u8], content: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = digest(&SHA256, &[pad(0x36).as_slice(), content].concat());
    digest(&SHA256, &[pad(0x5c).as_slice(), inner.as_ref()].concat())
        .as_ref()
        .to_vec()
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let (mut bytes, mut buffer) = (Vec::new(), [0_u8; 4096]);
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let first_line = lines.next().unwrap().to_owned();
        let headers: BTreeMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let body = &bytes[end + 4..];
        if body.len() >= headers["content-length"].parse::<usize>().unwrap() {
            let body = body.to_vec();
            return Some(Received {
                first_line,
                headers,
                body,
            });
        }
    }
}
