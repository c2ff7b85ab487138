//! Clients that are slow, silent or greedy.

use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::Empty;
use tokio::io::AsyncWriteExt;
use vestibule::clock::Clock;
use vestibule::listen::Limits;

use crate::listen::{GET, LIMITS, exchange, http2, start};

fn impatient() -> Limits {
    Limits {
        header_read_timeout: Duration::from_millis(300),
        ..LIMITS
    }
}

#[tokio::test]
async fn a_connection_that_says_too_little_is_closed() {
    let server = start(impatient(), None).await;
    for said in [
        &b""[..],
        b"G",
        b"PRI",
        b"PRI * HTTP/2.0\r\n\r\nSM",
        b"GET / HTTP/1.1\r\nHost: loc",
    ] {
        let answer = exchange(server.connect().await, said).await;
        assert!(!answer.contains("200 OK"), "{said:?}: {answer}");
    }
    assert!(exchange(server.connect().await, GET).await.contains("200 OK"));
}

#[tokio::test]
async fn a_header_that_trickles_is_cut_off_although_bytes_keep_coming() {
    let server = start(impatient(), None).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let began = Clock::System.reading();
    while began.elapsed() < Duration::from_secs(10) {
        if stream.write_all(b"X-A: b\r\n").await.is_err() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "still open after {:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_time() {
    let server = start(impatient(), None).await;
    let answer = exchange(server.connect().await, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn too_many_or_too_long_headers_are_refused() {
    let server = start(LIMITS, None).await;
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X-A: b\r\n".repeat(5_000)
    );
    let long = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: {}\r\n\r\n",
        "b".repeat(100_000)
    );
    let address = format!("GET /?{} HTTP/1.1\r\nHost: localhost\r\n\r\n", "b".repeat(100_000));
    for request in [&many, &long, &address] {
        let answer = exchange(server.connect().await, request.as_bytes()).await;
        // The refusal may be lost when the rest of the flood still stands in the way of it.
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 431 ") || answer.starts_with("HTTP/1.1 414 "),
            "{answer}"
        );
    }
    let fits = format!(
        "GET /?{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "b".repeat(20_000)
    );
    assert!(
        exchange(server.connect().await, fits.as_bytes())
            .await
            .contains("200 OK")
    );
}

#[tokio::test]
async fn long_headers_are_refused_over_http2_too() {
    let server = start(LIMITS, None).await;
    let request = Request::get("http://localhost/")
        .header("x-a", "b".repeat(100_000))
        .body(Empty::new())
        .unwrap();
    assert_eq!(
        http2(server.connect().await, request).await.0,
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    );
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let server = start(LIMITS, None).await;
    for rubbish in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello"[..],
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"GET / HTTP/1.1\r\nHo st: x\r\n\r\n",
        &[0; 4096],
    ] {
        let answer = exchange(server.connect().await, rubbish).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
}

#[tokio::test]
async fn connections_above_the_limit_wait_for_a_place() {
    let server = start(
        Limits {
            connections: 2,
            ..LIMITS
        },
        None,
    )
    .await;
    let (held, other) = (server.connect().await, server.connect().await);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let waiting = tokio::spawn(exchange(server.connect().await, GET));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!waiting.is_finished(), "a third connection was served");
    drop(held);
    assert!(waiting.await.unwrap().contains("200 OK"));
    drop(other);
}
