//! The listener: accepts connections, with or without TLS, and serves HTTP/1.1 and HTTP/2 on them until it is told to stop.
//!
//! What is served is a tower service given by the caller. Several listeners can live in one process; nothing here is shared.

mod connection;
mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use hyper::body::Incoming;
use rustls_pki_types::CertificateDer;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub use tls::{Tls, TlsError};

use connection::{Connections, Phase};

/// Who is at the other end of a connection. Each request carries it as an extension.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Address of the other end: of a proxy, if one stands between.
    pub address: SocketAddr,
    /// Whether this connection speaks TLS with us.
    pub tls: bool,
    /// The client's certificate and its chain, verified against `tls.client_ca`, when it showed one.
    pub client_certificates: Option<Arc<[CertificateDer<'static>]>>,
}

/// What a listener allows.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections held open at the same moment.
    pub connections: usize,
    /// Time for a TLS handshake, for the header of a request, and for an idle HTTP/1.1 connection.
    pub header_read_timeout: Duration,
    /// Time that requests in flight get after the order to stop.
    pub shutdown_timeout: Duration,
}

impl From<&crate::config::Limits> for Limits {
    fn from(limits: &crate::config::Limits) -> Self {
        Self {
            connections: limits.connections,
            header_read_timeout: limits.header_read_timeout,
            shutdown_timeout: limits.shutdown_timeout,
        }
    }
}

/// A bound socket that does not serve yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Connections that were still busy when the time for shutting down was over.
    pub cut: usize,
}

impl Listener {
    /// Binds the address; port 0 takes a free one.
    ///
    /// # Errors
    /// What the system says, with the address.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("can't listen on {address}: {error}"));
        let socket = TcpListener::bind(address).await.map_err(named)?;
        let address = socket.local_addr().map_err(named)?;
        Ok(Self { socket, address })
    }

    /// The address with the port that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is ready. Then no connection is accepted any more, requests in flight get
    /// `limits.shutdown_timeout` to end, and what is busy after that is cut off.
    pub async fn serve<S>(
        self,
        service: S,
        tls: Option<Arc<Tls>>,
        limits: Limits,
        stop: impl Future<Output = ()>,
    ) -> Ended
    where
        S: tower::Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
    {
        let mut stop = pin!(stop);
        let slots = Arc::new(Semaphore::new(limits.connections));
        let (phase, watched) = watch::channel(Phase::Serving);
        let connections = Arc::new(Connections::new(service, tls, limits));
        loop {
            let slot = tokio::select! {
                () = &mut stop => break,
                slot = Arc::clone(&slots).acquire_owned() => slot,
            };
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) => {
                    let (connections, watched) = (Arc::clone(&connections), watched.clone());
                    tokio::spawn(async move {
                        connections.run(stream, address, watched).await;
                        drop(slot);
                    });
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    // Out of file descriptors, most likely: trying again at once would only burn the processor.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(self.socket);
        drop(watched);
        phase.send_replace(Phase::Draining);
        if tokio::time::timeout(limits.shutdown_timeout, phase.closed())
            .await
            .is_ok()
        {
            return Ended { cut: 0 };
        }
        let cut = phase.receiver_count();
        phase.send_replace(Phase::Over);
        phase.closed().await;
        Ended { cut }
    }
}

/// Whether only the connection that was about to be accepted is concerned.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}
