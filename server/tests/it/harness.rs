//! The whole server in process, for tests: an application state on a database of its own, a clock that the test sets,
//! all routes behind the layer that observes them, and no socket.
//!
//! `harness/client.rs` owns browsers and requests, `harness/records.rs` users and applications that tests start with.

mod client;
mod records;

use std::hash::{BuildHasher as _, Hasher as _};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use protocol::recorder::Silent;
use protocol::time::Time;
use store::secretbox::MasterKeys;
use store::{Db, Options, Store};
use vestibule::app::{App, AppState, Parts};
use vestibule::clock::Clock;
use vestibule::config::{Config, Environment};
use vestibule::serve;

pub(crate) use client::{Answer, Client, Form};
pub(crate) use records::{PASSWORD, cheap_hash, secret_of};

/// 2026-11-21T00:00:00Z, in microseconds: where the clock of each test begins.
pub(crate) const BEGINNING: i64 = 1_795_219_200_000_000;

/// A master key for tests: 32 bytes in base64.
const MASTER_KEY: &str = "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q=";

/// The two engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// The embedded one, in a temporary folder.
    Sqlite,
    /// A new database on the server that `VESTIBULE_TEST_POSTGRES` names.
    Postgres,
}

/// A server in process.
pub(crate) struct Harness {
    /// The state.
    pub(crate) app: AppState,
    /// The clock of all nodes.
    pub(crate) clock: Clock,
    service: Router,
    place: Arc<Place>,
    configuration: String,
}

/// Where the database is, and how it goes away.
struct Place {
    url: String,
    folder: tempfile::TempDir,
    server: Option<String>,
}

/// The program of the worker processes.
const WORKER: &str = env!("CARGO_BIN_EXE_vestibule");

impl Harness {
    /// A server with default configuration at `http://localhost:9000/`.
    pub(crate) async fn new(engine: Engine) -> Self {
        Self::with(engine, "").await
    }

    /// A server with this configuration, in TOML.
    pub(crate) async fn with(engine: Engine, configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, server) = match engine {
            Engine::Sqlite => (format!("sqlite://{}", folder.path().join("test.db").display()), None),
            Engine::Postgres => {
                let server = postgres_server();
                let name = unique_name();
                administer(&server, &format!("CREATE DATABASE {name}")).await;
                (with_database(&server, &name), Some(server))
            }
        };
        let place = Arc::new(Place { url, folder, server });
        Self::node_at(place, configuration, Clock::settable(BEGINNING), WORKER).await
    }

    /// Another node on the same database with the same clock.
    pub(crate) async fn another_node(&self) -> Self {
        self.another_node_with_worker(WORKER).await
    }

    /// The same with another program for its worker processes.
    pub(crate) async fn another_node_with_worker(&self, program: &str) -> Self {
        Self::node_at(
            Arc::clone(&self.place),
            &self.configuration,
            self.clock.clone(),
            program,
        )
        .await
    }

    async fn node_at(place: Arc<Place>, configuration: &str, clock: Clock, worker: &str) -> Self {
        let mut config =
            Config::parse(Path::new("test.toml"), configuration, &Environment::new()).expect("a configuration");
        place.folder.path().clone_into(&mut config.data_dir);
        let public_url = config.public_url_at(config.listen).expect("an address").to_string();
        let options = Options {
            lanes: 1,
            readers: 2,
            ..Options::default()
        };
        let db = Db::open(&place.url, &options).await.expect("the database opens");
        db.migrate(&store::schema::series()).await.expect("it migrates");
        let store = Store::new(db, MasterKeys::parse([MASTER_KEY]).expect("a master key"));
        let parts = Parts {
            config,
            public_url,
            store,
            clock: clock.clone(),
            demonstration: false,
            worker_program: worker.into(),
        };
        let app = App::start(parts, Arc::new(Silent)).await.expect("it starts");
        Self {
            service: serve::service(Arc::clone(&app)),
            app,
            clock,
            place,
            configuration: configuration.to_owned(),
        }
    }

    /// A new browser or program that talks to this node.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.service.clone(), &self.app.public_url)
    }

    /// The time now.
    pub(crate) fn now(&self) -> Time {
        self.app.now()
    }

    /// Moves the clock forward.
    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(std::time::Duration::from_secs(seconds));
    }

    /// Ends the server and removes its database. On PostgreSQL a test that fails leaves it to the end of the server.
    pub(crate) async fn end(self) {
        let Self {
            app, service, place, ..
        } = self;
        drop(service);
        drop(app);
        let Some(place) = Arc::into_inner(place) else { return };
        if let Some(server) = place.server {
            let name = place.url.rsplit('/').next().unwrap_or_default();
            let name = name.split('?').next().unwrap_or_default();
            administer(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// The address of the PostgreSQL server of the tests.
pub(crate) fn postgres_server() -> String {
    std::env::var("VESTIBULE_TEST_POSTGRES").expect(
        "VESTIBULE_TEST_POSTGRES is not set: these tests need a PostgreSQL server; ./test starts one and sets it",
    )
}

/// A name that no other test has.
fn unique_name() -> String {
    let number = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("it_{number:016x}")
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let mut url: url::Url = url.parse().expect("VESTIBULE_TEST_POSTGRES is an address");
    url.set_path(name);
    url.to_string()
}

async fn administer(server: &str, command: &str) {
    let (client, driver) = tokio_postgres::connect(server, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    let driver = tokio::spawn(driver);
    client.batch_execute(command).await.expect("the server obeys");
    drop(client);
    driver
        .await
        .expect("the driver ends")
        .expect("the connection ends well");
}

/// Runs each function (`async fn name(harness: &Harness)`) on both engines, with default configuration or with one in
/// TOML: `on_both!(a, b)` or `on_both!("limits.x = 1": a, b)`. Stands once in a module.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        $crate::harness::on_both!("": $($name),*);
    };
    ($configuration:literal: $($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let harness = $crate::harness::Harness::with($crate::harness::Engine::Sqlite, $configuration).await;
                super::$name(&harness).await;
                harness.end().await;
            })*
        }
        mod postgres {
            $(#[tokio::test]
            async fn $name() {
                let harness = $crate::harness::Harness::with($crate::harness::Engine::Postgres, $configuration).await;
                super::$name(&harness).await;
                harness.end().await;
            })*
        }
    };
}
pub(crate) use on_both;
