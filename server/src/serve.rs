//! `vestibule serve`: puts the parts together and runs them until the program is asked to stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use protocol::recorder::Recorder;
use secrecy::ExposeSecret;
use store::migrate::MigrateError;
use store::secretbox::{MasterKeys, SecretError};
use store::{Db, DbError, Options, Store};
use url::Url;

use crate::actions::{api_tokens, first_administrator};
use crate::app::{App, AppState, Parts, StartError};
use crate::clock::Clock;
use crate::config::{Config, Database};
use crate::entropy::SystemEntropy;
use crate::health::{self, ReadyCheck};
use crate::listen::{Ended, Limits, Listener, Tls, TlsError};
use crate::master_key::{self, MasterKeyError};
use crate::observe::Observe;
use crate::recorder::LogRecorder;
use crate::{deliveries, jobs, mail, router, signals, webhooks};

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
    /// The master key can not be read.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The master key is not one.
    #[error("the master key can not be used: {0}")]
    Secret(#[from] SecretError),
    /// The database can not be opened.
    #[error("the database can not be opened: {0}")]
    Database(#[from] DbError),
    /// The schema can not be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The state can not be put together.
    #[error(transparent)]
    Start(#[from] StartError),
    /// What an empty database starts with can not be made.
    #[error("bootstrap: {0}")]
    Bootstrap(String),
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
    /// The link that makes the first administrator, while there is none.
    pub setup_link: Option<String>,
}

/// Opens the configured database with the configured master key, and brings its schema up to date. A database that was
/// sealed by another key is refused before anything of it is changed.
///
/// # Errors
/// See [`ServeError`].
pub async fn open_store(config: &Config) -> Result<Store, ServeError> {
    let keys = master_key::load(&config.master_key, &config.data_dir, &SystemEntropy)?;
    let keys = MasterKeys::parse(keys.iter().map(ExposeSecret::expose_secret))?;
    let url = match &config.database {
        Database::Sqlite(path) => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder)?;
            }
            format!("sqlite://{}", path.display())
        }
        Database::Postgres(url) => url.expose_secret().to_owned(),
    };
    let db = Db::open(&url, &Options::default()).await?;
    let store = Store::new(db, keys);
    store.refuse_foreign_master_key().await.map_err(StartError::from)?;
    store.db().migrate(&store::schema::series()).await?;
    Ok(store)
}

/// A server that is bound to its address and ready to serve.
#[derive(Debug)]
pub struct Prepared {
    /// The state.
    pub app: AppState,
    listener: Listener,
    tls: Option<Arc<Tls>>,
    public_url: Url,
}

/// This program, which also runs as the worker of expressions.
///
/// # Errors
/// When the system does not say where it is.
pub fn worker_program() -> io::Result<PathBuf> {
    // A program that is replaced while it runs keeps its own file open under this name.
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() { Ok(own) } else { std::env::current_exe() }
}

/// Binds the address and puts the state together.
///
/// # Errors
/// See [`ServeError`].
pub async fn prepare(config: Config, clock: Clock, demonstration: bool) -> Result<Prepared, ServeError> {
    let host = config.public_url.as_ref().and_then(|url| url.host_str());
    let tls = Tls::load(&config.tls, host, clock.now_micros())?.map(Arc::new);
    let store = open_store(&config).await?;
    let listener = Listener::bind(config.listen).await?;
    let public_url = config.public_url_at(listener.address())?;
    let parts = Parts {
        config,
        public_url: public_url.to_string(),
        store,
        clock,
        demonstration,
        worker_program: worker_program()?,
    };
    let recorder: Arc<dyn Recorder> = Arc::new(LogRecorder);
    let app = App::start(parts, recorder).await?;
    if let Some(token) = &app.config.bootstrap.token {
        api_tokens::ensure_bootstrap(&app, token)
            .await
            .map_err(|error| ServeError::Bootstrap(error.to_string()))?;
    }
    first_administrator::ensure_bootstrap(&app)
        .await
        .map_err(|error| ServeError::Bootstrap(error.to_string()))?;
    Ok(Prepared {
        app,
        listener,
        tls,
        public_url,
    })
}

/// How long the end of the program waits for what was recorded last.
const LAST_RECORDS: std::time::Duration = std::time::Duration::from_secs(2);

impl Prepared {
    /// The address with the port that was taken.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Where browsers find it.
    #[must_use]
    pub fn public_url(&self) -> &Url {
        &self.public_url
    }

    /// Serves until `stop` is done, then finishes what is in flight.
    ///
    /// # Errors
    /// When the signal for reading the certificate again can not be followed.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<Ended, ServeError> {
        let reload = signals::reload_on_hangup(self.tls.clone())?;
        Ok(self.serve_and(reload, stop).await)
    }

    /// The same, with what follows SIGHUP.
    async fn serve_and(
        self,
        reload: impl Future<Output = ()> + Send + 'static,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Ended {
        let Self { app, listener, tls, .. } = self;
        let hangup = tokio::spawn(reload);
        let sweeper = tokio::spawn(jobs::run(Arc::downgrade(&app)));
        let teller = tokio::spawn(deliveries::run(Arc::downgrade(&app), Arc::clone(&app.notices)));
        let caller = tokio::spawn(webhooks::run(Arc::downgrade(&app)));
        let postman = tokio::spawn(mail::run(Arc::downgrade(&app)));
        let limits = Limits::from(&app.config.limits);
        let records = Arc::clone(&app.transactions);
        let ended = listener.serve(service(app), tls, limits, stop).await;
        // What was recorded last is written as long as that goes quickly.
        let _ = tokio::time::timeout(LAST_RECORDS, records.settle()).await;
        hangup.abort();
        sweeper.abort();
        teller.abort();
        caller.abort();
        postman.abort();
        if ended.cut > 0 {
            tracing::warn!(
                connections = ended.cut,
                "connections were still busy when the time for shutting down was over"
            );
        }
        ended
    }
}

/// All routes with the layer that observes every request.
pub fn service(app: AppState) -> Router {
    let observe = Observe::new(
        app.clock.clone(),
        Arc::clone(&app.metrics),
        app.config.trusted_proxies.clone(),
        app.config.limits.request_timeout,
    )
    .recording(app.config.recorder.enabled.then(|| Arc::clone(&app.transactions)));
    let weak = Arc::downgrade(&app);
    let ready: ReadyCheck = Arc::new(move || {
        let app = weak.upgrade();
        Box::pin(async move {
            let app = app.ok_or_else(|| "the server is shutting down".to_owned())?;
            app.store.db().ping().await.map_err(|error| error.to_string())
        })
    });
    let metrics = Arc::clone(&app.metrics);
    router::router(app)
        .merge(health::routes(ready, metrics).with_state(()))
        .layer(observe)
}

/// Serves until SIGTERM or SIGINT. `started` is called when connections are accepted.
///
/// # Errors
/// When something that is needed for the start is missing or wrong.
pub async fn run(config: Config, started: impl FnOnce(&Started)) -> Result<Ended, ServeError> {
    let stop = signals::stop()?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let prepared = prepare(config, Clock::System, false).await?;
    let setup_link = first_administrator::ensure_link(&prepared.app)
        .await
        .map_err(StartError::from)?;
    // Before anybody hears that it has started: from then on a SIGHUP must not end it.
    let reload = signals::reload_on_hangup(prepared.tls.clone())?;
    started(&Started {
        address: prepared.address(),
        public_url: prepared.public_url().clone(),
        setup_link,
    });
    Ok(prepared.serve_and(reload, stop).await)
}
