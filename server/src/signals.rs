//! Signals of the system: SIGTERM and SIGINT ask to stop, SIGHUP asks to read the certificate again.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

use crate::listen::Tls;

/// Resolves at the first SIGTERM or SIGINT. The handlers stand when this returns, so that no early signal is missed.
///
/// # Errors
/// When the handlers can't be registered.
pub fn stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
            _ = interrupt.recv() => tracing::info!("SIGINT: stopping"),
        }
    })
}

/// Reads the certificate again at each SIGHUP. Without TLS a SIGHUP does nothing; it never ends the program.
///
/// # Errors
/// When the handler can't be registered.
pub fn reload_on_hangup(tls: Option<Arc<Tls>>) -> io::Result<impl Future<Output = ()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            match tls.as_ref().map(|tls| tls.reload()) {
                Some(Ok(())) => tracing::info!("SIGHUP: the certificate was read again"),
                Some(Err(error)) => tracing::error!(%error, "SIGHUP: the certificate in use stays"),
                None => tracing::info!("SIGHUP: there is no certificate to read"),
            }
        }
    })
}
