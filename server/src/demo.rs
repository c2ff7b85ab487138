//! `vestibule demo`: a server with an embedded database in a temporary folder, people to sign in as, a sample application, and a
//! sample upstream to sign in through.
//!
//! Owns how these are put together. All listen on loopback only, because the passwords are public; every page says that it is a
//! demonstration; and nothing is left when it ends. `demo/seed.rs` owns what the database starts with, `demo/sample.rs` the
//! application, `demo/upstream.rs` the identity provider.

mod sample;
mod seed;
pub mod upstream;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use futures_util::FutureExt as _;
use ipnet::IpNet;
use secrecy::{ExposeSecret as _, SecretString};
use tempfile::TempDir;
use url::Url;

pub use seed::{ADMINISTRATOR, PERSON, SeedError};

use crate::app::AppState;
use crate::clock::Clock;
use crate::config::{Bootstrap, Config, Database, Tls};
use crate::listen::{Limits, Listener};
use crate::metrics::Metrics;
use crate::observe::Observe;
use crate::serve::{self, Prepared, ServeError};
use crate::texts::TextError;

/// Why the demonstration could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// It would be reachable from elsewhere.
    #[error(
        "the demonstration listens on loopback only, because its passwords are public; {0} is not a loopback address"
    )]
    NotLoopback(SocketAddr),
    /// There are no two ports above for the sample application and the sample upstream.
    #[error(
        "the sample application and the sample upstream take the next two ports, and there are none after 65535; choose a lower one"
    )]
    NoNextPort,
    /// Somebody else listens there.
    #[error("{0} is in use; stop what listens there, or take free ports: vestibule demo --listen 127.0.0.1:0")]
    Taken(String),
    /// The system refused something.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The server can not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The database can not be filled.
    #[error(transparent)]
    Seed(#[from] SeedError),
    /// The texts of the pages can not be read.
    #[error(transparent)]
    Texts(#[from] TextError),
    /// The sample upstream can not be made.
    #[error(transparent)]
    Upstream(#[from] upstream::UpstreamError),
    /// An address can not be formed.
    #[error("an address can't be formed: {0}")]
    Address(#[from] url::ParseError),
}

/// A demonstration that is bound to its addresses and ready to serve.
#[derive(Debug)]
pub struct Demonstration {
    provider: Prepared,
    sample: Listener,
    sample_address: Url,
    routes: Router,
    upstream: Listener,
    upstream_address: Url,
    upstream_routes: Router,
    administrator_password: SecretString,
    /// Removed when this is dropped, which is after everything that uses it.
    folder: TempDir,
}

/// Puts the demonstration together. Of `config`, everything counts that does not say where records, keys and certificates are:
/// those are the demonstration's own.
///
/// # Errors
/// See [`DemoError`].
pub async fn prepare(mut config: Config, clock: Clock) -> Result<Demonstration, DemoError> {
    let listen = config.listen;
    if !listen.ip().is_loopback() {
        return Err(DemoError::NotLoopback(listen));
    }
    let folder = tempfile::Builder::new().prefix("vestibule-demo-").tempdir()?;
    folder.path().clone_into(&mut config.data_dir);
    config.database = Database::Sqlite(folder.path().join("vestibule.db"));
    config.public_url = None;
    config.tls = Tls::default();
    config.master_key = Vec::new();
    config.bootstrap = Bootstrap::default();

    // The sample upstream is on this machine, and so the guard of outgoing calls has to let it be reached.
    config.outgoing.allow.extend(loopback());

    let sample = bind(listen, 1).await?;
    let sample_address = config.public_url_at(sample.address())?;
    let upstream = bind(listen, 2).await?;
    let upstream_address = config.public_url_at(upstream.address())?;
    let limits = config.limits.clone();
    let provider = serve::prepare(config, clock.clone(), true)
        .await
        .map_err(|error| match error {
            ServeError::Io(error) => taken(error, listen),
            other => other.into(),
        })?;
    let seeded = seed::seed(&provider.app, &sample_address, &upstream_address).await?;
    let routes = sample::routes(sample::Settings {
        name: seed::NAME.to_owned(),
        address: sample_address.clone(),
        provider: provider.public_url().clone(),
        provider_address: provider.address(),
        issuer: format!("{}application/o/{}/", provider.public_url(), seed::SLUG),
        client_id: seed::SLUG.to_owned(),
        client_secret: seeded.client_secret,
        credentials: PERSON,
        clock: clock.clone(),
    })?;
    let upstream_routes = upstream::routes(upstream::Settings {
        address: upstream_address.clone(),
        client_id: seed::UPSTREAM_CLIENT.to_owned(),
        client_secret: seeded.upstream_secret.expose_secret().to_owned(),
        clock: clock.clone(),
    })?;
    let observe = Observe::new(clock, Arc::new(Metrics::default()), Vec::new(), limits.request_timeout);
    Ok(Demonstration {
        provider,
        sample,
        sample_address,
        routes: routes.layer(observe.clone()),
        upstream,
        upstream_address,
        upstream_routes: upstream_routes.layer(observe),
        administrator_password: seeded.administrator_password,
        folder,
    })
}

/// A listener on the port that stands `above` that of the server, or on a free one.
async fn bind(listen: SocketAddr, above: u16) -> Result<Listener, DemoError> {
    let port = match listen.port() {
        0 => 0,
        port => port.checked_add(above).ok_or(DemoError::NoNextPort)?,
    };
    let address = SocketAddr::new(listen.ip(), port);
    Listener::bind(address).await.map_err(|error| taken(error, address))
}

/// The networks of this machine alone.
fn loopback() -> impl Iterator<Item = IpNet> {
    ["127.0.0.0/8", "::1/128"]
        .into_iter()
        .filter_map(|network| network.parse().ok())
}

fn taken(error: io::Error, address: SocketAddr) -> DemoError {
    if error.kind() == io::ErrorKind::AddrInUse {
        DemoError::Taken(address.to_string())
    } else {
        error.into()
    }
}

impl Demonstration {
    /// Where browsers find the server.
    #[must_use]
    pub fn vestibule(&self) -> &Url {
        self.provider.public_url()
    }

    /// Where browsers find the sample application.
    #[must_use]
    pub fn sample_application(&self) -> &Url {
        &self.sample_address
    }

    /// Where browsers find the sample upstream.
    #[must_use]
    pub fn sample_upstream(&self) -> &Url {
        &self.upstream_address
    }

    /// The state of the server.
    #[must_use]
    pub fn app(&self) -> &AppState {
        &self.provider.app
    }

    /// The password of [`ADMINISTRATOR`], made anew for each demonstration.
    #[must_use]
    pub fn administrator_password(&self) -> &SecretString {
        &self.administrator_password
    }

    /// Serves all three until `stop` is done, finishes what is in flight and removes everything.
    ///
    /// # Errors
    /// When a handler for signals can not be registered, or the folder can not be removed.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), DemoError> {
        let stop = stop.boxed().shared();
        let limits = Limits::from(&self.provider.app.config.limits);
        let sample = self.sample.serve(self.routes, None, limits, stop.clone());
        let upstream = self.upstream.serve(self.upstream_routes, None, limits, stop.clone());
        let (served, ..) = tokio::join!(self.provider.serve(stop), sample, upstream);
        self.folder.close()?;
        served?;
        Ok(())
    }
}
