//! What surrounds each request: its id, the client's address, a time limit, one log line, the counters, and an answer when a handler
//! panics. Applied with `Router::layer`, so that the pattern of the route is known.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr};
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::MatchedPath;
use futures_util::FutureExt;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use ipnet::IpNet;
use tracing::Instrument;

use crate::client_address::client_address;
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::listen::Peer;
use crate::metrics::{Counter, Metrics};
use crate::recorder::{Sink, record};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request: a ULID (time and random bytes), never taken from the client.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId([u8; ulid::ULID_LEN]);

impl RequestId {
    fn new(now_micros: i64, entropy: &SystemEntropy) -> Self {
        let mut random = [0u8; 16];
        entropy.fill(&mut random[..10]);
        random.rotate_right(6);
        let millis = u64::try_from(now_micros / 1_000).unwrap_or(0);
        let mut text = [0u8; ulid::ULID_LEN];
        ulid::Ulid::from_parts(millis, u128::from_be_bytes(random)).array_to_str(&mut text);
        Self(text)
    }

    /// 26 letters and digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of each request before its handler starts; an extension of the request.
#[derive(Debug, Clone, Copy)]
pub struct RequestFacts {
    /// Its id, for the log and for error pages.
    pub id: RequestId,
    /// Address of the client; see [`client_address`].
    pub client_address: IpAddr,
    /// When it arrived, in microseconds.
    pub now_micros: i64,
}

/// The layer.
#[derive(Debug, Clone)]
pub struct Observe {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    entropy: SystemEntropy,
    metrics: Arc<Metrics>,
    trusted_proxies: Vec<IpNet>,
    request_timeout: Duration,
    records: Option<Arc<Sink>>,
}

impl Observe {
    /// A layer that counts in `metrics`, believes `trusted_proxies` and answers 503 after `request_timeout`.
    pub fn new(clock: Clock, metrics: Arc<Metrics>, trusted_proxies: Vec<IpNet>, request_timeout: Duration) -> Self {
        Self {
            shared: Arc::new(Shared {
                clock,
                entropy: SystemEntropy,
                metrics,
                trusted_proxies,
                request_timeout,
                records: None,
            }),
        }
    }

    /// The same layer, recording what requests take notes of; `None`: nothing is recorded.
    #[must_use]
    pub fn recording(mut self, records: Option<Arc<Sink>>) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.shared) {
            shared.records = records;
        }
        self
    }
}

impl<S> tower::Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed {
            inner,
            shared: Arc::clone(&self.shared),
        }
    }
}

/// A service that is observed.
#[derive(Debug, Clone)]
pub struct Observed<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> tower::Service<Request<Body>> for Observed<S>
where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let facts = shared.facts(&request);
        request.extensions_mut().insert(facts);
        let route = request.extensions().get::<MatchedPath>().cloned();
        let method = request.method().clone();
        let started = shared.clock.reading();
        // At level `error`, so that whatever is logged inside carries the id, however quiet the log is.
        let span = tracing::error_span!("request", request_id = facts.id.as_str());
        let handled = record(shared.records.clone(), facts, self.inner.call(request));
        let handled = tokio::time::timeout(shared.request_timeout, handled).instrument(span);
        Box::pin(async move {
            let in_flight = shared.metrics.requests_in_flight.hold();
            let mut abandoned = Abandoned(Some(&shared.metrics.requests_abandoned));
            let outcome = AssertUnwindSafe(handled).catch_unwind().await;
            abandoned.0 = None;
            drop(in_flight);
            let mut response = match outcome {
                Ok(Ok(Ok(response))) => response,
                Ok(Err(_)) => refuse(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "This took too long. Please try again.",
                    &facts.id,
                ),
                Err(_) => {
                    // The hook of the process has logged where; what the panic says may hold a value that is secret.
                    tracing::error!(request_id = facts.id.as_str(), "a handler panicked");
                    refuse(
                        StatusCode::INTERNAL_SERVER_ERROR,
                        "Something went wrong here. It has been logged.",
                        &facts.id,
                    )
                }
            };
            if let Ok(id) = HeaderValue::from_bytes(&facts.id.0) {
                response.headers_mut().insert(X_REQUEST_ID, id);
            }
            let took = shared.clock.reading().saturating_duration_since(started);
            let route = route.as_ref().map_or("none", MatchedPath::as_str);
            shared.metrics.route(route).count(response.status().as_u16(), took);
            log(&method, route, response.status(), took, &facts);
            Ok(response)
        })
    }
}

impl Shared {
    fn facts(&self, request: &Request<Body>) -> RequestFacts {
        let now_micros = self.clock.now_micros();
        // A request without a peer did not come over a socket: a test calls the router directly.
        let peer = request
            .extensions()
            .get::<Peer>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.address.ip());
        RequestFacts {
            id: RequestId::new(now_micros, &self.entropy),
            client_address: client_address(peer, request.headers(), &self.trusted_proxies),
            now_micros,
        }
    }
}

/// One line per request: the pattern of its route and never the path or the query, which may hold codes.
fn log(method: &Method, route: &str, status: StatusCode, took: Duration, facts: &RequestFacts) {
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let (method, status, id) = (method_name(method), status.as_u16(), facts.id.as_str());
    if status >= 500 {
        tracing::warn!(method, route, status, micros, request_id = id, "request");
    } else if route.starts_with("/health/") || route == "/metrics" {
        tracing::debug!(method, route, status, micros, request_id = id, "request");
    } else {
        tracing::info!(method, route, status, micros, request_id = id, "request");
    }
}

/// A method that is not registered is whatever the client wrote, so it is not repeated.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Counts a request that is dropped before its answer.
struct Abandoned<'a>(Option<&'a Counter>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if let Some(counter) = self.0 {
            counter.increment();
        }
    }
}

fn refuse(status: StatusCode, sentence: &str, id: &RequestId) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{sentence} (request {id})\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
