//! `vestibule serve`: puts the parts together and runs them until the program is asked to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use url::Url;

use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::health::{self, ReadyCheck};
use crate::listen::{Ended, Limits, Listener, Tls, TlsError};
use crate::master_key::{self, MasterKeyError};
use crate::metrics::Metrics;
use crate::observe::Observe;
use crate::signals;

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The address, or a signal handler.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The certificate or its settings.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The public address.
    #[error("the public address can't be formed: {0}")]
    PublicUrl(#[from] url::ParseError),
}

/// What is known once the socket is bound.
#[derive(Debug, Clone)]
pub struct Started {
    /// The address with the port that was taken.
    pub address: SocketAddr,
    /// Where browsers find it.
    pub public_url: Url,
}

/// Serves until SIGTERM or SIGINT. `started` is called when connections are accepted.
///
/// # Errors
/// When something that is needed for the start is missing or wrong.
pub async fn run(config: Config, started: impl FnOnce(&Started)) -> Result<Ended, ServeError> {
    let clock = Clock::System;
    let stop = signals::stop()?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let _master_keys = master_key::load(&config.master_key, &config.data_dir, &SystemEntropy)?;
    let host = config.public_url.as_ref().and_then(|url| url.host_str());
    let tls = Tls::load(&config.tls, host, clock.now_micros())?.map(Arc::new);
    let hangup = tokio::spawn(signals::reload_on_hangup(tls.clone())?);
    let listener = Listener::bind(config.listen).await?;
    let public_url = config.public_url_at(listener.address())?;

    let metrics = Arc::new(Metrics::default());
    let ready: ReadyCheck = Arc::new(|| Box::pin(async { Ok(()) }));
    let observe = Observe::new(
        clock,
        Arc::clone(&metrics),
        config.trusted_proxies.clone(),
        config.limits.request_timeout,
    );
    let router: Router = health::routes(ready, metrics).layer(observe).with_state(());

    started(&Started {
        address: listener.address(),
        public_url,
    });
    let ended = listener.serve(router, tls, Limits::from(&config.limits), stop).await;
    hangup.abort();
    if ended.cut > 0 {
        tracing::warn!(
            connections = ended.cut,
            "connections were still busy when the time for shutting down was over"
        );
    }
    Ok(ended)
}
