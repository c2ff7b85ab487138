//! The address of a PostgreSQL server and how a connection to it is made.
//!
//! `sslmode` is `disable`, `prefer` (the default: TLS where the server offers it), `require` (TLS, certificate not checked, as libpq does),
//! or `verify-full` (TLS, certificate and name checked against `sslrootcert` or the system's certificates). `verify-ca` is taken as `verify-full`.

use std::time::Duration;

use tokio_postgres::{Client, Config, Connection, Socket, config::SslMode, tls::MakeTlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{failure, tls};
use crate::error::{DbError, Failure};

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);

/// Limits on the server's side, so that no node holds locks for long: milliseconds.
const LIMITS: &str = "SET statement_timeout = 15000; SET lock_timeout = 5000; \
    SET idle_in_transaction_session_timeout = 20000; SET client_min_messages = warning";

/// The side of a connection that does the talking; it has to be polled.
pub(super) type Driver = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

/// Where to connect and how.
pub(super) struct Target {
    config: Config,
    tls: MakeRustlsConnect,
}

/// Shows nothing: the address holds a password.
impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Target")
    }
}

impl Target {
    /// Reads a `postgres://` URL. Errors never repeat it.
    pub(super) fn parse(url: &str) -> Result<Self, DbError> {
        let wrong = |text: String| DbError::Internal(format!("database.url: {text}"));
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut rest, mut verify, mut mode, mut roots) = (Vec::new(), false, SslMode::Prefer, None);
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", "disable")) => mode = SslMode::Disable,
                Some(("sslmode", "prefer")) => mode = SslMode::Prefer,
                Some(("sslmode", "require")) => mode = SslMode::Require,
                Some(("sslmode", "verify-full" | "verify-ca")) => (mode, verify) = (SslMode::Require, true),
                Some(("sslmode", _)) => {
                    return Err(wrong("sslmode is disable, prefer, require or verify-full".to_owned()));
                }
                Some(("sslrootcert", path)) => {
                    let path = percent_decode(path);
                    roots = Some(path.ok_or_else(|| wrong("sslrootcert is no path in UTF-8".to_owned()))?);
                }
                _ => rest.push(pair),
            }
        }
        let mut config: Config = format!("{address}?{}", rest.join("&")).parse().map_err(|_| {
            wrong(
                "not understood: write postgres://USER:PASSWORD@HOST:PORT/NAME with reserved characters percent-encoded"
                    .to_owned(),
            )
        })?;
        config.ssl_mode(mode).connect_timeout(CONNECT);
        config
            .keepalives(true)
            .keepalives_idle(Duration::from_secs(15))
            .tcp_user_timeout(Duration::from_secs(15));
        if config.get_application_name().is_none() {
            config.application_name("vestibule");
        }
        let tls = if verify {
            tls::verifying(roots.as_deref())
        } else {
            tls::encrypting()
        };
        Ok(Self {
            config,
            tls: MakeRustlsConnect::new(tls.map_err(wrong)?),
        })
    }

    /// Makes a connection with our limits set.
    pub(super) async fn connect(&self) -> Result<(Client, Driver), Failure> {
        let opened = async {
            let (client, mut driver) = self.config.connect(self.tls.clone()).await?;
            tokio::select! {
                ready = client.batch_execute(LIMITS) => ready?,
                ended = &mut driver => ended?,
            }
            Ok::<_, tokio_postgres::Error>((client, driver))
        };
        let opened = tokio::time::timeout(2 * CONNECT, opened).await;
        let opened = opened.map_err(|_| Failure::Unavailable("connecting took too long".to_owned()))?;
        opened.map_err(|error| match failure(&error) {
            Failure::Internal(reason) => Failure::Unavailable(match std::error::Error::source(&error) {
                Some(source) => format!("{reason}: {source}"),
                None => reason,
            }),
            other => other,
        })
    }
}

fn percent_decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = [char::from(bytes.next()?), char::from(bytes.next()?)];
        let value = digits[0].to_digit(16)? * 16 + digits[1].to_digit(16)?;
        decoded.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(decoded).ok()
}
