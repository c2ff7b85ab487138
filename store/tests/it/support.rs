//! A database of its own for each test, the schema of the suite, and its statements.

use std::hash::{BuildHasher as _, Hasher as _};

use store::{
    Db, Options,
    migrate::{Migration, Series},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_suite",
    sql: "CREATE TABLE code (id TEXT NOT NULL PRIMARY KEY, used_at BIGINT);
          CREATE TABLE token (id TEXT NOT NULL PRIMARY KEY, code_id TEXT NOT NULL REFERENCES code (id), n BIGINT NOT NULL);
          CREATE TABLE kinds (id TEXT NOT NULL PRIMARY KEY, i BIGINT, t TEXT, b BYTEA);
          CREATE TABLE person (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE,
                               age BIGINT NOT NULL, realm TEXT NOT NULL);
          CREATE TABLE nick (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL);
          CREATE UNIQUE INDEX nick_name_key ON nick (lower(name));",
    oldest_program: "0.1.0",
    by_engine: None,
}];

pub(crate) const SERIES: Series<'static> = Series {
    program: "0.1.0",
    migrations: MIGRATIONS,
};

store::statements! {
    pub(crate) PUT_CODE = "INSERT INTO code (id, used_at) VALUES ($1, NULL)";
    pub(crate) USE_CODE = "UPDATE code SET used_at = $2 WHERE id = $1 AND used_at IS NULL";
    pub(crate) GET_CODE = "SELECT used_at FROM code WHERE id = $1";
    pub(crate) PUT_TOKEN = "INSERT INTO token (id, code_id, n) VALUES ($1, $2, $3)";
    pub(crate) PUT_TOKEN_ONCE = "INSERT INTO token (id, code_id, n) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING id";
    pub(crate) GET_TOKEN = "SELECT n FROM token WHERE id = $1";
    pub(crate) SET_ALL_TOKENS = "UPDATE token SET n = $1";
    pub(crate) SET_TOKEN = "UPDATE token SET n = $2 WHERE id = $1";
    pub(crate) COUNT_TOKENS = "SELECT count(*) FROM token";
    pub(crate) PUT_KINDS = "INSERT INTO kinds (id, i, t, b) VALUES ($4, $3, $2, $1)";
    pub(crate) GET_KINDS = "SELECT i, t, b FROM kinds WHERE id = $1";
    pub(crate) PUT_PERSON = "INSERT INTO person (id, name, slug, age, realm) VALUES ($1, $2, $3, $4, $5)";
    pub(crate) PUT_NICK = "INSERT INTO nick (id, name) VALUES ($1, $2)";
}

/// A text that no engine accepts, kept out of the list that is prepared.
pub(crate) mod wrong {
    store::statements! {
        pub(crate) NONSENSE = "UPDATE no_such_table SET a = $1";
    }
}

pub(crate) struct Fixture {
    pub(crate) db: Db,
    pub(crate) url: String,
    folder: Option<tempfile::TempDir>,
    server: Option<String>,
}

/// A name that no other test has.
pub(crate) fn unique_name() -> String {
    let number = std::collections::hash_map::RandomState::new().build_hasher().finish();
    format!("suite_{number:016x}")
}

pub(crate) fn postgres_server() -> String {
    std::env::var("VESTIBULE_TEST_POSTGRES").expect(
        "VESTIBULE_TEST_POSTGRES is not set: these tests need a PostgreSQL server; ./test starts one and sets it",
    )
}

/// The same server, another database.
pub(crate) fn with_database(url: &str, name: &str) -> String {
    let (address, query) = url
        .split_once('?')
        .map_or((url, None), |(address, query)| (address, Some(query)));
    let authority = address.find("://").map_or(0, |at| at + 3);
    let end = address[authority..]
        .find('/')
        .map_or(address.len(), |at| authority + at);
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    format!("{}/{name}{query}", &address[..end])
}

pub(crate) async fn administer(server: &str, command: &str) {
    let (client, driver) = tokio_postgres::connect(server, tokio_postgres::NoTls)
        .await
        .expect("the server answers");
    let driver = tokio::spawn(driver);
    client.batch_execute(command).await.expect("the server obeys");
    drop(client);
    let _ = driver.await;
}

impl Fixture {
    /// Without a schema.
    pub(crate) async fn empty_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        let db = Db::open(&url, &Options::default()).await.expect("it opens");
        Self {
            db,
            url,
            folder: Some(folder),
            server: None,
        }
    }

    /// Without a schema.
    pub(crate) async fn empty_postgres() -> Self {
        let server = postgres_server();
        let name = unique_name();
        administer(&server, &format!("CREATE DATABASE {name}")).await;
        let url = with_database(&server, &name);
        let db = Db::open(&url, &Options::default()).await.expect("it opens");
        Self {
            db,
            url,
            folder: None,
            server: Some(server),
        }
    }

    pub(crate) async fn sqlite() -> Self {
        let fixture = Self::empty_sqlite().await;
        fixture.db.migrate(&SERIES).await.expect("it migrates");
        fixture
    }

    pub(crate) async fn postgres() -> Self {
        let fixture = Self::empty_postgres().await;
        fixture.db.migrate(&SERIES).await.expect("it migrates");
        fixture
    }

    /// A second node on the same database.
    pub(crate) async fn node(&self) -> Db {
        Db::open(&self.url, &Options::default()).await.expect("it opens")
    }

    pub(crate) async fn end(self) {
        let Self {
            db,
            url,
            folder,
            server,
        } = self;
        drop(db);
        drop(folder);
        if let Some(server) = server {
            let name = url
                .rsplit('/')
                .next()
                .unwrap_or_default()
                .split('?')
                .next()
                .unwrap_or_default()
                .to_owned();
            administer(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// Runs each function on both engines.
macro_rules! on_both {
    ($make_sqlite:ident, $make_postgres:ident: $($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let fixture = $crate::support::Fixture::$make_sqlite().await;
                super::$name(&fixture).await;
                fixture.end().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let fixture = $crate::support::Fixture::$make_postgres().await;
                super::$name(&fixture).await;
                fixture.end().await;
            })*
        }
    };
}
pub(crate) use on_both;
