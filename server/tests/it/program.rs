//! The program as a process: its exit status, what it prints, and its signals.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustls_pki_types::ServerName;
use vestibule::clock::Clock;

fn vestibule(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.current_dir(folder).env_clear();
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = vestibule(folder).args(arguments).output().unwrap();
    (
        status.code(),
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    )
}

fn signal(child: &Child, name: &str) {
    assert!(
        Command::new("kill")
            .args([name, &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
}

/// Waits for the end of a process; kills it when it takes too long.
fn ended(mut child: Child) -> Option<i32> {
    let began = Clock::System.reading();
    while began.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    panic!("the program does not end");
}

#[test]
fn help_is_a_success_and_shows_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let (status, out, err) = run(folder.path(), arguments);
        assert_eq!((status, err.as_str()), (Some(0), ""));
        assert!(out.contains("Example:\n  "), "{out}");
    }
    assert_eq!(run(folder.path(), &["--version"]).0, Some(0));
}

#[test]
fn wrong_use_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &[][..],
        &["serv"],
        &["serve", "--colour"],
        &["serve", "extra"],
        &["--config"],
    ] {
        let (status, out, err) = run(folder.path(), arguments);
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!err.is_empty());
    }
    let (status, out, err) = run(folder.path(), &["serv", "--json"]);
    assert_eq!((status, out.as_str()), (Some(2), ""));
    let error: serde_json::Value = serde_json::from_str(&err).unwrap();
    assert!(error["error"].as_str().unwrap().contains("serv"), "{error}");
}

#[test]
fn a_mistake_in_the_configuration_stops_the_start_and_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("v.toml"), "\nlisten = 9000\n").unwrap();
    let (status, out, err) = run(folder.path(), &["serve", "--config", "v.toml"]);
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert!(
        err.starts_with("vestibule: v.toml:2:10: `listen` is a number; write an IP address and a port"),
        "{err}"
    );
    let (_, _, err) = run(folder.path(), &["--json", "serve", "--config", "v.toml"]);
    let error: serde_json::Value = serde_json::from_str(&err).unwrap();
    assert!(error["error"].as_str().unwrap().starts_with("v.toml:2:10: "), "{error}");
    let wrong = vestibule(folder.path())
        .arg("serve")
        .env("VESTIBULE_LISTN", "x")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(!folder.path().join("vestibule-data").exists());
}

#[test]
fn a_key_file_that_others_can_read_stops_the_start() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vestibule-data/master.key");
    std::fs::create_dir(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let wrong = vestibule(folder.path())
        .arg("serve")
        .env("VESTIBULE_LISTEN", "127.0.0.1:0")
        .output()
        .unwrap();
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("chmod 600 "));
}

/// Starts `serve` on a free port; returns the process, its address and its public address.
fn serve(folder: &Path, variables: &[(&str, &str)]) -> (Child, String, String) {
    let mut child = vestibule(folder)
        .args(["serve", "--json"])
        .env("VESTIBULE_LISTEN", "127.0.0.1:0")
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let Ok(started) = serde_json::from_str::<serde_json::Value>(&line) else {
        child.kill().unwrap();
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        panic!("no start: {line} {err}");
    };
    (
        child,
        started["listen"].as_str().unwrap().to_owned(),
        started["public_url"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn it_serves_on_a_free_port_and_ends_with_0_at_sigterm_and_sigint() {
    use std::io::Write;
    for name in ["-TERM", "-INT"] {
        let folder = tempfile::tempdir().unwrap();
        let (child, address, public_url) = serve(folder.path(), &[]);
        let port = address.rsplit_once(':').unwrap().1;
        assert_eq!(public_url, format!("http://localhost:{port}/"));
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream
            .write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK") && answer.contains("x-request-id: "),
            "{answer}"
        );
        signal(&child, name);
        assert_eq!(ended(child), Some(0), "{name}");
    }
}

#[test]
fn sighup_takes_a_new_certificate_and_never_ends_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let write = || {
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(folder.path().join("c.pem"), pair.cert.pem()).unwrap();
        std::fs::write(folder.path().join("k.pem"), pair.signing_key.serialize_pem()).unwrap();
        pair.cert.der().clone()
    };
    let first = write();
    let (child, address, public_url) = serve(
        folder.path(),
        &[("VESTIBULE_TLS_CERTIFICATE", "c.pem"), ("VESTIBULE_TLS_KEY", "k.pem")],
    );
    assert!(public_url.starts_with("https://localhost:"));
    assert_eq!(shown_certificate(&address), first);
    let second = write();
    signal(&child, "-HUP");
    let began = Clock::System.reading();
    while shown_certificate(&address) != second {
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "the old certificate is still shown"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    signal(&child, "-TERM");
    assert_eq!(ended(child), Some(0));

    let (child, address, _) = serve(folder.path(), &[]);
    signal(&child, "-HUP");
    std::thread::sleep(Duration::from_millis(200));
    assert!(std::net::TcpStream::connect(address).is_ok());
    signal(&child, "-TERM");
    assert_eq!(ended(child), Some(0));
}

/// The certificate that a handshake shows; the client trusts any that verifies against the two it may meet, so it looks before trusting.
fn shown_certificate(address: &str) -> rustls_pki_types::CertificateDer<'static> {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    #[derive(Debug)]
    struct Look;
    impl ServerCertVerifier for Look {
        fn verify_server_cert(
            &self,
            _: &rustls_pki_types::CertificateDer<'_>,
            _: &[rustls_pki_types::CertificateDer<'_>],
            _: &ServerName<'_>,
            _: &[u8],
            _: rustls_pki_types::UnixTime,
        ) -> Result<ServerCertVerified, rustls::Error> {
            Ok(ServerCertVerified::assertion())
        }
        fn verify_tls12_signature(
            &self,
            _: &[u8],
            _: &rustls_pki_types::CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            Ok(HandshakeSignatureValid::assertion())
        }
        fn verify_tls13_signature(
            &self,
            _: &[u8],
            _: &rustls_pki_types::CertificateDer<'_>,
            _: &rustls::DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            Ok(HandshakeSignatureValid::assertion())
        }
        fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
            rustls::crypto::aws_lc_rs::default_provider()
                .signature_verification_algorithms
                .supported_schemes()
        }
    }
    let config =
        rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(std::sync::Arc::new(Look))
            .with_no_client_auth();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let mut connection =
        rustls::ClientConnection::new(std::sync::Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut stream).unwrap();
    }
    connection.peer_certificates().unwrap()[0].clone().into_owned()
}
