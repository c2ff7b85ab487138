//! The guarded client for calls to other servers: a corpus of ways inside, names that move, limits, and what is let through.

mod server;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use server::Server;
use vestibule::outgoing::{Limits, Lookup, Outgoing, OutgoingError};

fn nets(texts: &[&str]) -> Vec<IpNet> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Answers each question with the next of these addresses, and the last for ever; counts the questions.
fn lookup(answers: &'static [&'static [&'static str]]) -> (Lookup, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let lookup: Lookup = Arc::new(move |_| {
        let turn = counter.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        Box::pin(async move {
            Ok(answers[turn]
                .iter()
                .map(|text| text.parse::<IpAddr>().unwrap())
                .collect())
        })
    });
    (lookup, asked)
}

/// Spellings of addresses inside, each as a host. None of them is ever dialled.
const INSIDE: &[&str] = &[
    // Loopback in every spelling that the URL standard reads as an address.
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0177.0.0.1",
    "017700000001",
    "127.255.255.254",
    "%31%32%37.0.0.1",
    "１２７.０.０.１",
    "127。0。0。1",
    "127.0.0.1.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::1]",
    // This host, and every interface.
    "0",
    "0.0.0.0",
    "[::]",
    // Metadata services of clouds, and link-local.
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[2002:a9fe:a9fe::1]",
    "192.0.0.192",
    "100.100.100.200",
    // Private, shared, unique local.
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "[fc00::1]",
    "[fdff::1]",
    "[::ffff:192.168.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[2002:c0a8:101::1]",
    // Multicast, broadcast, reserved, documentation, benchmarks, site-local.
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "192.88.99.1",
    "[ff02::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[fec0::1]",
    "[100::1]",
    "[4000::1]",
];

#[tokio::test]
async fn no_spelling_of_an_address_inside_is_reached() {
    let (lookup, asked) = lookup(&[&["127.0.0.1"]]);
    let outgoing = Outgoing::with_lookup(&[], lookup);
    for host in INSIDE {
        for url in [format!("https://{host}/"), format!("https://{host}:8443/x?y=z")] {
            let refused = outgoing.get(&url, Limits::default()).await.unwrap_err();
            assert!(matches!(refused, OutgoingError::Closed { .. }), "{url}: {refused:?}");
            assert!(refused.to_string().contains("`outgoing.allow`"), "{refused}");
        }
        let plain = outgoing
            .get(&format!("http://{host}/"), Limits::default())
            .await
            .unwrap_err();
        assert!(matches!(plain, OutgoingError::Closed { .. }), "{host}: {plain:?}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0, "an address needs no resolver");
}

#[tokio::test]
async fn names_that_lead_inside_are_not_followed() {
    for name in [
        "localhost",
        "localhost.",
        "LOCALHOST",
        "metadata.google.internal",
        "rebind.example",
        "a.b.example",
    ] {
        for answer in [
            &[&["127.0.0.1"] as &[&str]] as &[&[&str]],
            &[&["::1", "10.0.0.1"]],
            &[&["::ffff:169.254.169.254"]],
            &[&["fe80::1", "fd00::1"]],
        ] {
            let (lookup, asked) = lookup(answer);
            let outgoing = Outgoing::with_lookup(&[], lookup);
            let refused = outgoing
                .get(&format!("https://{name}/"), Limits::default())
                .await
                .unwrap_err();
            let address: IpAddr = answer[0][0].parse().unwrap();
            assert!(
                matches!(&refused, OutgoingError::Closed { address: found, .. } if *found == address),
                "{name}: {refused:?}"
            );
            assert_eq!(asked.load(Ordering::SeqCst), 1);
        }
    }
}

#[tokio::test]
async fn what_is_no_address_for_a_call_is_refused_before_anything_happens() {
    let outgoing = Outgoing::new(&nets(&["127.0.0.0/8"]));
    for url in [
        "",
        "/relative",
        "example.com",
        "https://",
        "https:///",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "unix:///var/run/docker.sock",
        "data:text/plain,x",
        "javascript:alert(1)",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://:word@example.com/",
        "https://[fe80::1%25eth0]/",
        "https://exa mple.com/",
        "https://1.2.3.4.5/",
        "https://256.256.256.256/",
        "https://example.com:99999/",
    ] {
        let refused = outgoing.get(url, Limits::default()).await.unwrap_err();
        assert!(matches!(refused, OutgoingError::Address(_)), "{url}: {refused:?}");
    }
}

#[tokio::test]
async fn plain_http_is_only_for_what_was_allowed() {
    let (lookup, _) = lookup(&[&["93.184.216.34"]]);
    let outgoing = Outgoing::with_lookup(&nets(&["10.0.0.0/8"]), lookup);
    for url in ["http://93.184.216.34/", "http://example.com/", "http://[2606:4700::1]/"] {
        let refused = outgoing.get(url, Limits::default()).await.unwrap_err();
        assert!(matches!(refused, OutgoingError::PlainHttp { .. }), "{url}: {refused:?}");
    }
    let nothing = Outgoing::new(&[]).get("http://example.com/", Limits::default()).await;
    assert!(matches!(nothing, Err(OutgoingError::PlainHttp { .. })));
}

#[tokio::test]
async fn an_allowed_network_is_reached_by_address_and_by_name() {
    let server = Server::start().await;
    let (lookup, _) = lookup(&[&["10.0.0.1", "127.0.0.1"]]);
    let outgoing = Outgoing::with_lookup(&nets(&["127.0.0.0/8"]), lookup);
    for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "inside.example"] {
        let url = format!("http://{host}:{}/echo?a=b", server.port);
        let answer = outgoing.get(&url, Limits::default()).await.unwrap();
        assert_eq!(answer.status, 200);
        assert!(answer.body.starts_with(b"GET /echo?a=b HTTP/1.1"), "{answer:?}");
    }
    let form = [("logout_token", "a.b&c"), ("empty", "")];
    let answer = outgoing
        .post_form(&server.url("/echo"), &form, Limits::default())
        .await
        .unwrap();
    let seen = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(
        seen.starts_with("POST /echo HTTP/1.1") && seen.ends_with("logout_token=a.b%26c&empty="),
        "{seen}"
    );
    assert!(
        seen.contains("content-type: application/x-www-form-urlencoded\r\n") && seen.contains("user-agent: Vestibule/"),
        "{seen}"
    );
}

/// The name leads to an allowed server at the first question and elsewhere inside at the second: the second call must ask
/// again and refuse, or use the connection that was checked.
#[tokio::test]
async fn a_name_that_moves_gains_nothing() {
    let server = Server::start().await;
    let (lookup, asked) = lookup(&[&["127.0.0.1"], &["127.99.0.1"]]);
    let outgoing = Outgoing::with_lookup(&nets(&["127.0.0.1/32"]), lookup);
    let url = format!("http://rebind.example:{}/close", server.port);
    assert_eq!(outgoing.get(&url, Limits::default()).await.unwrap().status, 200);
    assert_eq!(
        asked.load(Ordering::SeqCst),
        1,
        "the address that was checked is the one that was dialled"
    );
    let moved = outgoing.get(&url, Limits::default()).await.unwrap_err();
    assert!(matches!(moved, OutgoingError::Closed { .. }), "{moved:?}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let server = Server::start().await;
    let outgoing = Outgoing::new(&nets(&["127.0.0.1/32"]));
    let answer = outgoing.get(&server.url("/redirect"), Limits::default()).await.unwrap();
    assert_eq!(answer.status, 302);
    assert_eq!(answer.headers["location"], "http://169.254.169.254/latest/meta-data/");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn time_and_bytes_are_limited() {
    let server = Server::start().await;
    let outgoing = Outgoing::new(&nets(&["127.0.0.1/32"]));
    let limits = Limits {
        time: Duration::from_millis(300),
        bytes: 1000,
    };
    for (path, bytes) in [
        ("/length/1000", Some(1000)),
        ("/length/1001", None),
        ("/chunks/1000", Some(1000)),
        ("/chunks/1001", None),
    ] {
        let answer = outgoing
            .get(
                &server.url(path),
                Limits {
                    time: Duration::from_secs(10),
                    ..limits
                },
            )
            .await;
        match bytes {
            Some(bytes) => assert_eq!(answer.unwrap().body.len(), bytes, "{path}"),
            None => assert_eq!(
                answer.unwrap_err(),
                OutgoingError::TooLong {
                    host: "127.0.0.1".into(),
                    bytes: 1000
                },
                "{path}"
            ),
        }
    }
    // Silence, and an answer of one byte at a time that never ends.
    for path in ["/silence", "/drip"] {
        let slow = outgoing.get(&server.url(path), limits).await.unwrap_err();
        assert_eq!(
            slow,
            OutgoingError::TooSlow {
                host: "127.0.0.1".into(),
                time: limits.time
            },
            "{path}"
        );
    }
    let broken = outgoing
        .get(&server.url("/hang-up"), Limits::default())
        .await
        .unwrap_err();
    assert!(matches!(broken, OutgoingError::Broken { .. }), "{broken:?}");
}

#[tokio::test]
async fn failures_name_the_host_and_nothing_that_may_be_secret() {
    let server = Server::start().await;
    let outgoing = Outgoing::new(&nets(&["127.0.0.1/32"]));
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for url in [
        format!("http://{free}/path-secret?token=query-secret"),
        // TLS to a server that speaks none.
        format!("https://127.0.0.1:{}/path-secret?token=query-secret", server.port),
        server.url("/hang-up?token=query-secret&at=path-secret"),
    ] {
        let failed = outgoing.get(&url, Limits::default()).await.unwrap_err();
        let text = format!("{failed} {failed:?}");
        assert!(text.contains("127.0.0.1") && !text.contains("secret"), "{text}");
    }
}
