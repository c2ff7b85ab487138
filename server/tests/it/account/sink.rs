//! A mail server of the test: takes what comes over SMTP and keeps it, or refuses it as it is told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{Engine, Harness};

/// A mail that arrived.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// Whom it was for.
    pub(crate) to: String,
    /// Headers and body as they came.
    pub(crate) data: String,
}

/// What is shared with the connections.
#[derive(Default)]
struct Inner {
    mails: Vec<Received>,
    /// Answers to the next recipients; then all are taken.
    refusals: Vec<&'static str>,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Sink {
    inner: Arc<Mutex<Inner>>,
}

/// A server of ours whose mail goes to a sink.
pub(crate) struct Mailing {
    pub(crate) harness: Harness,
    pub(crate) sink: Sink,
}

impl Mailing {
    pub(crate) async fn new(engine: Engine, more: &str) -> Self {
        let (sink, port) = Sink::start().await;
        let configuration = format!(
            "mail.host = \"127.0.0.1\"\nmail.port = {port}\nmail.tls = \"none\"\nmail.from = \"Sign-in <no-reply@example.com>\"\n{more}"
        );
        let harness = Harness::with(engine, &configuration).await;
        Self { harness, sink }
    }

    /// Takes everything off the queue that is due, wishes and the mails that come of them, and gives what arrived since.
    pub(crate) async fn mails(&self) -> Vec<Received> {
        for _ in 0..4 {
            if vestibule::mail::deliver_due(&self.harness.app)
                .await
                .expect("a database")
                == 0
            {
                break;
            }
        }
        std::mem::take(&mut self.sink.inner.lock().expect("a lock").mails)
    }

    /// The one mail that arrived.
    pub(crate) async fn mail(&self) -> Received {
        let mails = self.mails().await;
        let [mail] = mails.as_slice() else {
            panic!("one mail was expected: {mails:?}");
        };
        mail.clone()
    }
}

impl Received {
    /// The path of ours that the mail leads to.
    pub(crate) fn path(&self, start: &str) -> String {
        let whole = format!("http://localhost:9000{start}");
        // Lines beyond 76 characters travel as quoted-printable (RFC 2045, section 6.7).
        let data = self.data.replace("=\r\n", "").replace("=3D", "=");
        let at = data
            .find(&whole)
            .unwrap_or_else(|| panic!("no link to {start} in {data}"));
        let rest = &data[at + "http://localhost:9000".len()..];
        rest.split_whitespace().next().expect("a link").to_owned()
    }

    /// A header of one line.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let start = format!("{name}: ");
        let head = self.data.split("\r\n\r\n").next().unwrap_or_default();
        head.split("\r\n").find_map(|line| line.strip_prefix(start.as_str()))
    }
}

impl Sink {
    async fn start() -> (Self, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let sink = Self { inner: Arc::default() };
        let taking = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(taking.clone().serve(stream));
            }
        });
        (sink, port)
    }

    /// Refuses the next recipients with these answers.
    pub(crate) fn refuse(&self, answers: &[&'static str]) {
        self.inner.lock().expect("a lock").refusals.extend(answers);
    }

    async fn serve(self, stream: TcpStream) {
        let (reading, mut writing) = stream.into_split();
        let mut lines = BufReader::new(reading).lines();
        let mut to = String::new();
        writing.write_all(b"220 sink\r\n").await.expect("a peer");
        while let Ok(Some(line)) = lines.next_line().await {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" | "HELO" => "250 sink",
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let mut inner = self.inner.lock().expect("a lock");
                    if inner.refusals.is_empty() {
                        "250 ok"
                    } else {
                        inner.refusals.remove(0)
                    }
                }
                "DATA" => {
                    writing.write_all(b"354 go on\r\n").await.expect("a peer");
                    let mut data = String::new();
                    while let Ok(Some(line)) = lines.next_line().await {
                        if line == "." {
                            break;
                        }
                        data.push_str(line.strip_prefix('.').unwrap_or(&line));
                        data.push_str("\r\n");
                    }
                    let to = std::mem::take(&mut to);
                    self.inner.lock().expect("a lock").mails.push(Received { to, data });
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            if writing.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() || word == "QUIT" {
                return;
            }
        }
    }
}

/// Runs each function (`async fn name(here: &Mailing)`) on both engines, with mail: `with_mail!("more = 1": a, b)`.
macro_rules! with_mail {
    ($more:literal: $($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let here = $crate::account::sink::Mailing::new($crate::harness::Engine::Sqlite, $more).await;
                super::$name(&here).await;
                here.harness.end().await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let here = $crate::account::sink::Mailing::new($crate::harness::Engine::Postgres, $more).await;
                super::$name(&here).await;
                here.harness.end().await;
            })*
        }
    };
}
pub(crate) use with_mail;
