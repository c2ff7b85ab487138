//! The one client for calls to other servers: sign-out notices, keys, metadata, and what expressions ask for.
//!
//! It can not be talked into reaching inside: https only, no private address, no redirect, no proxy from the environment, a
//! limit on time and on bytes. `outgoing.allow` opens private networks, and plain http to them. There are two guards, because
//! a resolver is never asked for an address that is written as one: literal addresses are judged here, in every spelling that
//! the URL standard reads as an address, and names in `outgoing/resolver.rs` at the moment of dialling.
//!
//! A redirect is answered like any other status; who calls decides what it means. Nothing is built before the first call.

pub(crate) mod addresses;
mod resolver;
pub mod retry_after;

use std::net::IpAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use ipnet::IpNet;
use reqwest::Client;
use tokio::sync::OnceCell;
use url::{Host, Url, form_urlencoded};

use addresses::Guard;
pub use resolver::{Addresses, Lookup};
use resolver::{Closed, Filtering};

/// How long an idle connection is kept for the next call to the same server.
const IDLE: Duration = Duration::from_secs(30);
/// Idle connections kept for one server.
const IDLE_PER_HOST: usize = 2;

/// How long a call may take altogether, and how long its answer may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the question for the address to the last byte.
    pub time: Duration,
    /// Bytes of the body.
    pub bytes: usize,
}

impl Default for Limits {
    /// 10 s and 1 MiB.
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            bytes: 1024 * 1024,
        }
    }
}

/// One call.
#[derive(Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// Where to.
    pub url: &'a str,
    /// Further header fields.
    pub headers: HeaderMap,
    /// The body; may be empty.
    pub body: Bytes,
    /// How much it may cost.
    pub limits: Limits,
}

/// What came back, whatever its status is.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The header.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer. The texts name the host, never a path, a query or a header, which may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutgoingError {
    /// The text is not an address that can be called.
    #[error("The address can not be called: {0}")]
    Address(String),
    /// Plain http to what was not allowed.
    #[error(
        "{host} was not called, because http without TLS is only for networks in `outgoing.allow`; use https, or add the \
         network of {host} there"
    )]
    PlainHttp {
        /// The host as it was written.
        host: String,
    },
    /// A private or special address.
    #[error(
        "{host} was not called, because {address} is not a public address; when this server may reach it, add {address} or its \
         network to `outgoing.allow`"
    )]
    Closed {
        /// The host as it was written.
        host: String,
        /// Its address.
        address: IpAddr,
    },
    /// No connection: no such name, nobody listens, or a certificate that does not verify.
    #[error("{host} can not be reached: {reason}")]
    Unreachable {
        /// The host.
        host: String,
        /// What happened.
        reason: String,
    },
    /// No whole answer in time.
    #[error("{host} gave no whole answer within {} s", time.as_secs_f64())]
    TooSlow {
        /// The host.
        host: String,
        /// The limit.
        time: Duration,
    },
    /// An answer that is too long.
    #[error("{host} answered with more than {bytes} bytes")]
    TooLong {
        /// The host.
        host: String,
        /// The limit.
        bytes: usize,
    },
    /// The exchange broke off.
    #[error("the exchange with {host} failed: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// What happened.
        reason: String,
    },
}

/// The client.
pub struct Outgoing {
    guard: Guard,
    lookup: Lookup,
    https: OnceCell<Client>,
    plain: OnceCell<Client>,
}

impl std::fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outgoing")
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}

impl Outgoing {
    /// A client that may reach what is public, and `allow`.
    #[must_use]
    pub fn new(allow: &[IpNet]) -> Self {
        Self::with_lookup(allow, resolver::of_the_system())
    }

    /// Like [`Outgoing::new`], with another way to find the addresses of a name.
    #[must_use]
    pub fn with_lookup(allow: &[IpNet], lookup: Lookup) -> Self {
        Self {
            guard: Guard::new(allow),
            lookup,
            https: OnceCell::new(),
            plain: OnceCell::new(),
        }
    }

    /// GET.
    ///
    /// # Errors
    /// See [`OutgoingError`].
    pub async fn get(&self, url: &str, limits: Limits) -> Result<Answer, OutgoingError> {
        self.send(Call {
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            limits,
        })
        .await
    }

    /// POST of a form.
    ///
    /// # Errors
    /// See [`OutgoingError`].
    pub async fn post_form(&self, url: &str, form: &[(&str, &str)], limits: Limits) -> Result<Answer, OutgoingError> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut headers = HeaderMap::new();
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(header::CONTENT_TYPE, form_type);
        self.send(Call {
            method: Method::POST,
            url,
            headers,
            body: Bytes::from(body),
            limits,
        })
        .await
    }

    /// Any call.
    ///
    /// # Errors
    /// See [`OutgoingError`].
    pub async fn send(&self, call: Call<'_>) -> Result<Answer, OutgoingError> {
        let (url, host) = self.check(call.url)?;
        let Limits { time, bytes } = call.limits;
        let plain = url.scheme() == "http";
        let client = self.client(plain, &host).await?;
        let mut headers = call.headers;
        // A body that is empty is said to be, for some servers wait for one otherwise (RFC 9110, section 8.6).
        if call.body.is_empty() && matches!(call.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let request = client.request(call.method, url).headers(headers).body(call.body).send();
        let whole = async {
            let mut response = request.await.map_err(|error| self.failure(plain, &host, &error))?;
            let too_long = || OutgoingError::TooLong {
                host: host.clone(),
                bytes,
            };
            if response.content_length().is_some_and(|length| length > bytes as u64) {
                return Err(too_long());
            }
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            let mut body = BytesMut::new();
            while let Some(chunk) = response
                .chunk()
                .await
                .map_err(|error| self.failure(plain, &host, &error))?
            {
                if body.len() + chunk.len() > bytes {
                    return Err(too_long());
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer {
                status,
                headers,
                body: body.freeze(),
            })
        };
        match tokio::time::timeout(time, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(OutgoingError::TooSlow { host, time }),
        }
    }

    /// Whether an address could be called at all: its form, and the address when it is written as one. What a name leads to
    /// is only known when it is called.
    ///
    /// # Errors
    /// See [`OutgoingError`].
    pub fn check(&self, url: &str) -> Result<(Url, String), OutgoingError> {
        let url = Url::parse(url).map_err(|error| OutgoingError::Address(error.to_string()))?;
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(OutgoingError::Address("only https can be called".to_owned())),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutgoingError::Address(
                "it must not hold a user name or password".to_owned(),
            ));
        }
        let (host, literal) = match url.host() {
            None => return Err(OutgoingError::Address("it has no host".to_owned())),
            Some(Host::Domain(name)) => (name.to_owned(), None),
            Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
            Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address))),
        };
        match literal {
            Some(address) if !self.guard.permits(address, plain) => Err(self.closed(plain, host, address)),
            None if plain && !self.guard.allows_anything() => Err(OutgoingError::PlainHttp { host }),
            _ => Ok((url, host)),
        }
    }

    /// An address that the guard did not permit.
    fn closed(&self, plain: bool, host: String, address: IpAddr) -> OutgoingError {
        if plain && self.guard.permits(address, false) {
            OutgoingError::PlainHttp { host }
        } else {
            OutgoingError::Closed { host, address }
        }
    }

    /// What a failure of the client means.
    fn failure(&self, plain: bool, host: &str, error: &reqwest::Error) -> OutgoingError {
        let host = host.to_owned();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(Closed { address, .. }) = cause.downcast_ref::<Closed>() {
                return self.closed(plain, host, *address);
            }
            source = cause.source();
        }
        let reason = describe(error);
        if error.is_connect() {
            OutgoingError::Unreachable { host, reason }
        } else {
            OutgoingError::Broken { host, reason }
        }
    }

    async fn client(&self, plain: bool, host: &str) -> Result<&Client, OutgoingError> {
        let cell = if plain { &self.plain } else { &self.https };
        cell.get_or_try_init(|| async {
            let resolver = Filtering {
                lookup: self.lookup.clone(),
                guard: self.guard.clone(),
                plain,
            };
            // The certificates of the system are read from files.
            let built = tokio::task::spawn_blocking(move || build(plain, resolver)).await;
            let reason = match built {
                Ok(Ok(client)) => return Ok(client),
                Ok(Err(error)) => describe(&error),
                Err(_) => "the client could not be made".to_owned(),
            };
            Err(OutgoingError::Unreachable {
                host: host.to_owned(),
                reason,
            })
        })
        .await
    }
}

fn build(plain: bool, resolver: Filtering) -> reqwest::Result<Client> {
    let builder = Client::builder()
        .user_agent(concat!("Vestibule/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_PER_HOST)
        .dns_resolver(resolver);
    if plain {
        // It never makes a TLS connection and needs no certificates.
        builder.tls_certs_only([]).http1_only().build()
    } else {
        builder
            .https_only(true)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .build()
    }
}

/// The last cause: the outer ones repeat the address with its query.
fn describe(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    match cause.downcast_ref::<reqwest::Error>() {
        Some(_) => "the exchange was not understood".to_owned(),
        None => cause.to_string(),
    }
}
