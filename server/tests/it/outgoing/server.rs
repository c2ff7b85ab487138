//! A small HTTP server on loopback that answers well or badly, by path.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(super) struct Server {
    pub(super) port: u16,
    requests: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let counter = Arc::clone(&counter);
                tokio::spawn(async move { answer(stream, &counter).await });
            }
        });
        Self { port, requests, task }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// How many requests came.
    pub(super) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

/// The whole request: header and as many bytes as `content-length` says.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        let Some((header, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = header
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            return Some(text);
        }
    }
}

async fn answer(mut stream: TcpStream, requests: &AtomicUsize) {
    let Some(request) = read(&mut stream).await else { return };
    requests.fetch_add(1, Ordering::SeqCst);
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let number = |prefix: &str| path.strip_prefix(prefix).and_then(|rest| rest.parse::<usize>().ok());
    let head = |extra: &str| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{extra}\r\n");
    let sized = |body: &str| format!("{}{body}", head(&format!("content-length: {}\r\n", body.len())));
    let text = if path.starts_with("/hang-up") {
        return;
    } else if path == "/redirect" {
        "HTTP/1.1 302 Found\r\nconnection: close\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n"
            .to_owned()
    } else if let Some(length) = number("/length/") {
        sized(&"x".repeat(length))
    } else if let Some(length) = number("/chunks/") {
        format!(
            "{}1\r\nx\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            head("transfer-encoding: chunked\r\n"),
            length - 1,
            "x".repeat(length - 1)
        )
    } else if path == "/silence" {
        tokio::time::sleep(Duration::from_secs(30)).await;
        return;
    } else if path == "/drip" {
        let _ = stream
            .write_all(head("transfer-encoding: chunked\r\n").as_bytes())
            .await;
        while stream.write_all(b"1\r\nx\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        return;
    } else {
        sized(&request)
    };
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
}
