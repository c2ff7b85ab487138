//! TLS in the process, with a real client: versions, client certificates, and a new certificate while the program runs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use http_body_util::Empty;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use vestibule::config::{Config, Environment};
use vestibule::listen::{Limits, Tls};

use crate::listen::{GET, LIMITS, Running, exchange, http2, start};

const NOW: i64 = 1_790_000_000_000_000;

fn load(text: &str) -> Result<Arc<Tls>, String> {
    let config = Config::parse(Path::new("t"), text, &Environment::new()).unwrap();
    let tls = Tls::load(&config.tls, Some("id.example.com"), now()).map_err(|error| error.to_string())?;
    Ok(Arc::new(tls.expect("TLS is on")))
}

/// The real time: the client checks the validity of certificates.
fn now() -> i64 {
    vestibule::clock::Clock::System.now_micros().max(NOW)
}

fn client(
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
    own: Option<(CertificateDer<'static>, PrivateKeyDer<'static>)>,
    alpn: &[&str],
) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match own {
        Some((certificate, key)) => builder.with_client_auth_cert(vec![certificate], key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

async fn connect(server: &Running, connector: &TlsConnector, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    connector
        .connect(ServerName::try_from(name.to_owned()).unwrap(), server.connect().await)
        .await
}

/// Writes a certificate for `localhost` and its key; returns the certificate.
fn write_pair(folder: &Path) -> CertificateDer<'static> {
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.join("c.pem"), pair.cert.pem()).unwrap();
    std::fs::write(folder.join("k.pem"), pair.signing_key.serialize_pem()).unwrap();
    pair.cert.der().clone()
}

fn with_files(folder: &Path) -> String {
    format!(
        "tls.certificate = '{0}/c.pem'\ntls.key = '{0}/k.pem'\n",
        folder.display()
    )
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_and_both_protocols_in_them() {
    let tls = load("tls.self_signed = true").unwrap();
    let certificate = tls.certificates().remove(0);
    let server = start(LIMITS, Some(tls)).await;
    for (version, expected) in [
        (&rustls::version::TLS12, ProtocolVersion::TLSv1_2),
        (&rustls::version::TLS13, ProtocolVersion::TLSv1_3),
    ] {
        for name in ["localhost", "127.0.0.1", "id.example.com"] {
            let stream = connect(&server, &client(&certificate, &[version], None, &["http/1.1"]), name)
                .await
                .unwrap();
            assert_eq!(stream.get_ref().1.protocol_version(), Some(expected));
            let answer = exchange(stream, GET).await;
            assert!(
                answer.starts_with("HTTP/1.1 200 OK") && answer.contains("tls=true certificates=0"),
                "{answer}"
            );
        }
        let stream = connect(&server, &client(&certificate, &[version], None, &["h2"]), "localhost")
            .await
            .unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (_, body) = http2(stream, Request::get("https://localhost/").body(Empty::new()).unwrap()).await;
        assert!(body.contains("tls=true"), "{body}");
    }
}

#[tokio::test]
async fn a_silent_or_plain_client_does_not_hold_a_tls_connection() {
    let tls = load("tls.self_signed = true").unwrap();
    let server = start(
        Limits {
            header_read_timeout: Duration::from_millis(300),
            ..LIMITS
        },
        Some(tls),
    )
    .await;
    exchange(server.connect().await, b"").await;
    let answer = exchange(server.connect().await, GET).await;
    assert!(!answer.contains("200 OK"), "{answer}");
}

#[tokio::test]
async fn client_certificates_are_asked_for_verified_and_handed_on() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = write_pair(folder.path());
    let authority = |name: &str| {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    };
    let (ours, strange) = (authority("ours"), authority("strange"));
    std::fs::write(folder.path().join("ca.pem"), ours.pem()).unwrap();
    let leaf = |issuer: &CertifiedIssuer<'_, KeyPair>| {
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["client".to_owned()])
            .unwrap()
            .signed_by(&key, issuer)
            .unwrap();
        (
            leaf.der().clone(),
            PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
        )
    };
    let tls = load(&format!(
        "{}tls.client_ca = '{}/ca.pem'",
        with_files(folder.path()),
        folder.path().display()
    ))
    .unwrap();
    let server = start(LIMITS, Some(tls)).await;
    let both = &[&rustls::version::TLS12, &rustls::version::TLS13];

    let without = connect(&server, &client(&certificate, both, None, &[]), "localhost")
        .await
        .unwrap();
    assert!(
        exchange(without, GET).await.contains("certificates=0"),
        "a client without a certificate is served"
    );
    let with = connect(
        &server,
        &client(&certificate, both, Some(leaf(&ours)), &[]),
        "localhost",
    )
    .await
    .unwrap();
    assert!(exchange(with, GET).await.contains("certificates=1"));
    // In TLS 1.3 the refusal comes after the client's side of the handshake is done.
    if let Ok(mut refused) = connect(
        &server,
        &client(&certificate, both, Some(leaf(&strange)), &[]),
        "localhost",
    )
    .await
    {
        let _ = refused.write_all(GET).await;
        let mut answer = Vec::new();
        assert!(
            refused.read_to_end(&mut answer).await.is_err() && answer.is_empty(),
            "a strange certificate was served"
        );
    }
}

#[tokio::test]
async fn a_new_certificate_is_taken_without_dropping_connections() {
    let folder = tempfile::tempdir().unwrap();
    let old = write_pair(folder.path());
    let tls = load(&with_files(folder.path())).unwrap();
    let server = start(LIMITS, Some(Arc::clone(&tls))).await;
    let versions = &[&rustls::version::TLS13];
    let mut standing = connect(&server, &client(&old, versions, None, &[]), "localhost")
        .await
        .unwrap();

    let new = write_pair(folder.path());
    assert!(
        connect(&server, &client(&new, versions, None, &[]), "localhost")
            .await
            .is_err(),
        "not before it is told"
    );
    tls.reload().unwrap();
    let fresh = connect(&server, &client(&new, versions, None, &["http/1.1"]), "localhost")
        .await
        .unwrap();
    assert_eq!(
        fresh.get_ref().1.alpn_protocol(),
        Some(&b"http/1.1"[..]),
        "the settings stay"
    );
    assert!(
        connect(&server, &client(&old, versions, None, &[]), "localhost")
            .await
            .is_err()
    );
    standing
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut part = [0; 15];
    standing.read_exact(&mut part).await.unwrap();
    assert_eq!(&part, b"HTTP/1.1 200 OK");

    // A certificate that does not fit its key: the one in use stays.
    let other = KeyPair::generate().unwrap();
    std::fs::write(folder.path().join("k.pem"), other.serialize_pem()).unwrap();
    let error = tls.reload().unwrap_err().to_string();
    assert!(
        error.contains("`tls.certificate` and `tls.key` can't be used"),
        "{error}"
    );
    assert!(
        connect(&server, &client(&new, versions, None, &[]), "localhost")
            .await
            .is_ok()
    );
}

#[test]
fn wrong_files_are_named_with_their_key() {
    let folder = tempfile::tempdir().unwrap();
    write_pair(folder.path());
    std::fs::write(folder.path().join("text.pem"), "no PEM: hush-hush").unwrap();
    let at = folder.path().display();
    for (text, words) in [
        (
            format!("tls.certificate = '{at}/none.pem'\ntls.key = '{at}/k.pem'"),
            "`tls.certificate`",
        ),
        (
            format!("tls.certificate = '{at}/text.pem'\ntls.key = '{at}/k.pem'"),
            "holds no certificate in PEM form",
        ),
        (
            format!("tls.certificate = '{at}/c.pem'\ntls.key = '{at}/text.pem'"),
            "holds no private key in PEM form",
        ),
        (
            format!("tls.certificate = '{at}/c.pem'\ntls.key = '{at}/c.pem'"),
            "holds no private key in PEM form",
        ),
        (
            format!("{}tls.client_ca = '{at}/text.pem'", with_files(folder.path())),
            "`tls.client_ca`",
        ),
    ] {
        let error = load(&text).unwrap_err();
        assert!(error.contains(words) && !error.contains("hush-hush"), "{text}\n{error}");
    }
}
