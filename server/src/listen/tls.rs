//! TLS of a listener: its settings, its certificate, and how the certificate is replaced while the program runs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use rcgen::{CertificateParams, DnType, KeyPair};
use rustls::crypto::CryptoProvider;
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::config;

/// Why TLS can't be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file can't be read.
    #[error("`{key}`: {} can't be read: {error}", path.display())]
    Unreadable {
        /// The key of the configuration.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file does not hold what it should.
    #[error("`{key}`: {} holds no {expected} in PEM form", path.display())]
    NotPem {
        /// The key of the configuration.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What was looked for.
        expected: &'static str,
    },
    /// Certificate and key can't be used together.
    #[error("`tls.certificate` and `tls.key` can't be used: {0}")]
    Pair(rustls::Error),
    /// The authorities of `tls.client_ca` can't be used.
    #[error("`tls.client_ca` can't be used: {0}")]
    ClientCa(String),
    /// The development certificate can't be made.
    #[error("the self-signed certificate can't be made: {0}")]
    SelfSigned(rcgen::Error),
    /// The settings are refused by the TLS library.
    #[error("TLS can't be set up: {0}")]
    Settings(rustls::Error),
}

/// TLS settings with a certificate that can be replaced.
#[derive(Debug)]
pub struct Tls {
    settings: Arc<ServerConfig>,
    current: Arc<Current>,
    provider: Arc<CryptoProvider>,
    files: Option<(PathBuf, PathBuf)>,
}

/// The certificate that new handshakes get.
#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Tls {
    /// Settings for TLS 1.2 and 1.3 as configured, or `None` when TLS is off. `host` is a further name of a self-signed certificate and
    /// `now_micros` the moment from which it is valid.
    ///
    /// # Errors
    /// When a file can't be read or used.
    pub fn load(tls: &config::Tls, host: Option<&str>, now_micros: i64) -> Result<Option<Self>, TlsError> {
        if !tls.is_on() {
            return Ok(None);
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let files = tls.certificate.clone().zip(tls.key.clone());
        let pair = match &files {
            Some((certificate, key)) => read_pair(certificate, key, &provider)?,
            None => self_signed(host, now_micros, &provider)?,
        };
        let current = Arc::new(Current(ArcSwap::from_pointee(pair)));
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(TlsError::Settings)?;
        let builder = match &tls.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(authorities(path)?), Arc::clone(&provider))
                        .allow_unauthenticated()
                        .build()
                        .map_err(|error| TlsError::ClientCa(error.to_string()))?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut settings = builder.with_cert_resolver(Arc::clone(&current) as Arc<dyn ResolvesServerCert>);
        settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Some(Self {
            settings: Arc::new(settings),
            current,
            provider,
            files,
        }))
    }

    /// Reads the certificate and its key again; handshakes from now on get it. Connections that stand are not touched, and on an error
    /// the certificate in use stays. A self-signed certificate stays too.
    ///
    /// # Errors
    /// When a file can't be read or used.
    pub fn reload(&self) -> Result<(), TlsError> {
        if let Some((certificate, key)) = &self.files {
            self.current
                .0
                .store(Arc::new(read_pair(certificate, key, &self.provider)?));
        }
        Ok(())
    }

    /// The certificate in use, the leaf first.
    pub fn certificates(&self) -> Vec<CertificateDer<'static>> {
        self.current.0.load().cert.clone()
    }

    pub(super) fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.settings)
    }
}

fn read_pair(certificate: &Path, key: &Path, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain = read_certificates("tls.certificate", certificate)?;
    let pem = zeroize::Zeroizing::new(read("tls.key", key)?);
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|_| TlsError::NotPem {
        key: "tls.key",
        path: key.to_path_buf(),
        expected: "private key",
    })?;
    CertifiedKey::from_der(chain, key, provider).map_err(TlsError::Pair)
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates("tls.client_ca", path)? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::ClientCa(error.to_string()))?;
    }
    Ok(roots)
}

fn read_certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let wrong = || TlsError::NotPem {
        key,
        path: path.to_path_buf(),
        expected: "certificate",
    };
    let pem = read(key, path)?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| wrong())?;
    if certificates.is_empty() {
        Err(wrong())
    } else {
        Ok(certificates)
    }
}

fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable {
        key,
        path: path.to_path_buf(),
        error,
    })
}

/// A certificate for `localhost`, the loopback addresses and `host`, valid for ninety days.
fn self_signed(host: Option<&str>, now_micros: i64, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    const DAY: i64 = 86_400_000_000;
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    if let Some(host) = host
        .map(|host| host.trim_matches(['[', ']']))
        .filter(|host| !names.iter().any(|name| name == host))
    {
        names.push(host.to_owned());
    }
    let mut params = CertificateParams::new(names).map_err(TlsError::SelfSigned)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Vestibule development certificate");
    let midnight = |micros| {
        let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = jiff::tz::Offset::UTC.to_datetime(moment);
        rcgen::date_time_ymd(
            i32::from(date.year()),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    };
    params.not_before = midnight(now_micros.saturating_sub(DAY));
    params.not_after = midnight(now_micros.saturating_add(90 * DAY));
    let key = KeyPair::generate().map_err(TlsError::SelfSigned)?;
    let certificate = params.self_signed(&key).map_err(TlsError::SelfSigned)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    CertifiedKey::from_der(vec![certificate.der().clone()], key, provider).map_err(TlsError::Pair)
}
