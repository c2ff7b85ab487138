//! The listener: both protocols, two in one process, and how it ends. Helpers for its other tests stand here too.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Extension;
use axum::routing::{get, post};
use http::{Request, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vestibule::listen::{Ended, Limits, Listener, Peer, Tls};

pub(crate) const LIMITS: Limits = Limits {
    connections: 100,
    header_read_timeout: Duration::from_secs(30),
    shutdown_timeout: Duration::from_secs(10),
};

/// A server that runs until it is dropped or stopped.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) ended: JoinHandle<Ended>,
}

impl Running {
    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }
}

pub(crate) async fn start(limits: Limits, tls: Option<Arc<Tls>>) -> Running {
    let router: Router = Router::new()
        .route(
            "/",
            get(|Extension(peer): Extension<Peer>| async move {
                let certificates = peer.client_certificates.map_or(0, |chain| chain.len());
                format!("{} tls={} certificates={certificates}", peer.address, peer.tls)
            }),
        )
        .route(
            "/slow",
            get(|| async { tokio::time::sleep(Duration::from_millis(400)).await }),
        )
        .route(
            "/endless",
            get(|| async { tokio::time::sleep(Duration::from_secs(600)).await }),
        )
        .route("/echo", post(|body: Bytes| async { body }));
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let address = listener.address();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(listener.serve(router, tls, limits, async {
        let _ = stopped.await;
    }));
    Running {
        address,
        stop: Some(stop),
        ended,
    }
}

/// Sends bytes and reads until the other end closes.
pub(crate) async fn exchange(mut stream: impl AsyncRead + AsyncWrite + Unpin, bytes: &[u8]) -> String {
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    assert!(
        read.is_ok(),
        "the connection stays open; so far: {}",
        String::from_utf8_lossy(&answer)
    );
    String::from_utf8_lossy(&answer).into_owned()
}

/// One request over HTTP/2 on a connection that stands.
pub(crate) async fn http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Empty<Bytes>>,
) -> (StatusCode, String) {
    let (mut sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_2);
    let status = response.status();
    (
        status,
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap(),
    )
}

pub(crate) const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn http1_and_http2_are_answered_on_one_port() {
    let server = start(LIMITS, None).await;
    let stream = server.connect().await;
    let own = stream.local_addr().unwrap();
    let answer = exchange(stream, GET).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(&format!("{own} tls=false certificates=0")),
        "{answer}"
    );
    let request = Request::get("http://localhost/").body(Empty::new()).unwrap();
    let (status, body) = http2(server.connect().await, request).await;
    assert!(
        status == StatusCode::OK && body.contains("tls=false"),
        "{status} {body}"
    );
}

#[tokio::test]
async fn two_listeners_live_in_one_process() {
    let (one, two) = (start(LIMITS, None).await, start(LIMITS, None).await);
    assert_ne!(one.address.port(), 0);
    assert_ne!(one.address, two.address);
    drop(one.stop);
    one.ended.await.unwrap();
    assert!(
        exchange(TcpStream::connect(two.address).await.unwrap(), GET)
            .await
            .contains("200 OK")
    );
}

#[tokio::test]
async fn a_taken_address_is_named() {
    let server = start(LIMITS, None).await;
    let error = Listener::bind(server.address).await.unwrap_err().to_string();
    assert!(
        error.contains(&format!("can't listen on {}", server.address)),
        "{error}"
    );
}

#[tokio::test]
async fn a_request_in_flight_is_finished_and_idle_connections_are_closed() {
    let mut server = start(LIMITS, None).await;
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut part = [0; 16];
    idle.read_exact(&mut part).await.unwrap();
    let never_spoke = server.connect().await;
    let slow = tokio::spawn(exchange(
        server.connect().await,
        b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ));
    let http2_slow = tokio::spawn(http2(
        server.connect().await,
        Request::get("http://localhost/slow").body(Empty::new()).unwrap(),
    ));
    tokio::time::sleep(Duration::from_millis(150)).await;
    server.stop();
    let answer = slow.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(http2_slow.await.unwrap().0, StatusCode::OK);
    exchange(idle, b"").await;
    exchange(never_spoke, b"").await;
    assert_eq!(server.ended.await.unwrap(), Ended { cut: 0 });
    assert!(TcpStream::connect(server.address).await.is_err(), "the port is free");
}

#[tokio::test]
async fn what_is_busy_after_the_time_for_shutting_down_is_cut() {
    let limits = Limits {
        shutdown_timeout: Duration::from_millis(200),
        ..LIMITS
    };
    let mut server = start(limits, None).await;
    let endless = tokio::spawn(exchange(
        server.connect().await,
        b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ));
    tokio::time::sleep(Duration::from_millis(150)).await;
    server.stop();
    let ended = tokio::time::timeout(Duration::from_secs(5), server.ended)
        .await
        .expect("it ends");
    assert_eq!(ended.unwrap(), Ended { cut: 1 });
    assert_eq!(endless.await.unwrap(), "");
}

#[tokio::test]
async fn a_body_arrives_whole() {
    let server = start(LIMITS, None).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n")
        .await
        .unwrap();
    let (mut read, mut write) = stream.into_split();
    let writing = tokio::spawn(async move { write.write_all(&[b'x'; 200_000]).await.map(|()| write) });
    let mut answer = Vec::new();
    read.read_to_end(&mut answer).await.unwrap();
    writing.await.unwrap().unwrap();
    assert_eq!(answer.iter().filter(|byte| **byte == b'x').count(), 200_000);
}
