//! One connection: TLS handshake, then HTTP/1.1 or HTTP/2 with limits on time and size.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::{Limits, Peer, Tls};

/// Most bytes of the header of one request: room for a signed request object in a query.
const HEADER_BYTES: u32 = 32 * 1024;

/// Most requests at the same moment on one HTTP/2 connection.
const CONCURRENT_STREAMS: u32 = 128;

/// What connections are asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Go on.
    Serving,
    /// Finish the request in flight and close.
    Draining,
    /// Close now.
    Over,
}

/// What the connections of one listener have in common.
pub(super) struct Connections<S> {
    service: S,
    tls: Option<(TlsAcceptor, Arc<Tls>)>,
    limits: Limits,
    http: Builder<TokioExecutor>,
}

impl<S> Connections<S>
where
    S: tower::Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    pub(super) fn new(service: S, tls: Option<Arc<Tls>>, limits: Limits) -> Self {
        let mut http = Builder::new(TokioExecutor::new());
        http.http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_read_timeout)
            .max_buf_size(HEADER_BYTES as usize);
        http.http2()
            .timer(TokioTimer::new())
            .max_header_list_size(HEADER_BYTES)
            .max_concurrent_streams(CONCURRENT_STREAMS)
            .keep_alive_interval(limits.header_read_timeout)
            .keep_alive_timeout(limits.header_read_timeout);
        let tls = tls.map(|tls| (TlsAcceptor::from(tls.server_config()), tls));
        Self {
            service,
            tls,
            limits,
            http,
        }
    }

    /// Serves one connection to its end.
    pub(super) async fn run(&self, stream: TcpStream, address: SocketAddr, phase: watch::Receiver<Phase>) {
        // Small answers must not wait for the acknowledgement of earlier ones.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let mut peer = Peer {
            address,
            tls: false,
            client_certificates: None,
        };
        let Some((acceptor, _)) = &self.tls else {
            return self.drive(stream, peer, phase).await;
        };
        match tokio::time::timeout(self.limits.header_read_timeout, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                peer.tls = true;
                peer.client_certificates = stream
                    .get_ref()
                    .1
                    .peer_certificates()
                    .filter(|chain| !chain.is_empty())
                    .map(Arc::from);
                Box::pin(self.drive(stream, peer, phase)).await;
            }
            Ok(Err(error)) => tracing::debug!(%address, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(%address, "a TLS handshake took too long"),
        }
    }

    async fn drive(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        peer: Peer,
        mut phase: watch::Receiver<Phase>,
    ) {
        let address = peer.address;
        let spoke = AtomicBool::new(false);
        let service = service_fn(|mut request: Request<Incoming>| {
            spoke.store(true, Ordering::Relaxed);
            request.extensions_mut().insert(peer.clone());
            self.service.clone().oneshot(request)
        });
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), service));
        // The library's own limit begins with the first bytes of a known protocol; this one also ends a connection that stays silent
        // or stops inside the first line.
        let mut silence = pin!(tokio::time::sleep(self.limits.header_read_timeout));
        let mut silent = true;
        loop {
            tokio::select! {
                biased;
                result = connection.as_mut() => {
                    if let Err(error) = result {
                        tracing::debug!(%address, %error, "a connection ended with an error");
                    }
                    return;
                }
                changed = phase.changed() => {
                    if changed.is_err() || *phase.borrow_and_update() == Phase::Over {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                }
                () = silence.as_mut(), if silent => {
                    silent = false;
                    if !spoke.load(Ordering::Relaxed) {
                        tracing::debug!(%address, "a connection stayed silent");
                        return;
                    }
                }
            }
        }
    }
}
