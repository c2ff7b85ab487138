//! The application state: everything that a request may use, put together once at start. No process-wide statics, so
//! two servers can live in one process.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use bytes::Bytes;
use protocol::client::Client;
use protocol::discovery;
use protocol::env::Env;
use protocol::id::new_id;
use protocol::recorder::Recorder;
use protocol::time::Time;
use script::{ScriptWorkers, ScriptWorkersConfig, Workers, WorkersConfig};
use store::installation::InstallationSecrets;
use store::{Invalidation, Stmt, Store, StoreError};
use tokio::sync::Notify;
use tokio::sync::broadcast::error::RecvError;

use crate::actions::survey::Survey;
use crate::assets::Assets;
use crate::clients::{By, ClientEntry, Clients};
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::SystemEntropy;
use crate::keys::{Snapshot, ensure_first_keys};
use crate::limits::TokenRequests;
use crate::mailer::Mailer;
use crate::metrics::Metrics;
use crate::names::Names;
use crate::outgoing::Outgoing;
use crate::passkeys::Passkeys;
use crate::passwords::Passwords;
use crate::recorder::{Listening, Sink};
use crate::reported::Reported;
use crate::texts::Texts;
use crate::turns::Turns;

/// What is needed to put the state together.
#[derive(Debug)]
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The address under which browsers reach us, with a slash at its end.
    pub public_url: String,
    /// The open and migrated database with the master key.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Whether every page says that this is a demonstration.
    pub demonstration: bool,
    /// The program whose hidden subcommand `worker` runs expressions: our own.
    pub worker_program: PathBuf,
}

/// The state. Shared by all requests.
pub struct App {
    /// The configuration.
    pub config: Config,
    /// The address under which browsers reach us, with a slash at its end; also the global issuer.
    pub public_url: String,
    /// Whether we are reached by https: cookies are `Secure` and `__Host-` then.
    pub secure: bool,
    /// The records.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Random bytes.
    pub entropy: SystemEntropy,
    /// Who hears of each check.
    pub recorder: Listening,
    /// Where what was recorded goes.
    pub transactions: Arc<Sink>,
    /// Secrets of the installation.
    pub secrets: InstallationSecrets,
    /// Password hashing, with bounded concurrency.
    pub passwords: Passwords,
    /// Passkeys at our address.
    pub passkeys: Passkeys,
    /// How many token requests a client may make.
    pub token_requests: TokenRequests,
    /// One sign-in of an account at a time.
    pub sign_in_turns: Turns,
    /// One renewal of the tokens of an external account at a time.
    pub renewal_turns: Turns,
    /// Calls to other servers.
    pub outgoing: Outgoing,
    /// Runs expressions, in processes of their own.
    pub workers: Workers,
    /// Runs profile scripts, in processes of their own.
    pub scripts: ScriptWorkers,
    /// Failures of expressions that were reported a moment ago.
    pub reported: Reported,
    /// Names and addresses for expressions.
    pub names: Names,
    /// Says that applications are to hear of a sign-out.
    pub notices: Arc<Notify>,
    /// The way out for mail; `None`: there is none, and what needs mail is not offered.
    pub mailer: Option<Mailer>,
    /// Says that mail waits.
    pub mails: Arc<Notify>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// The words of the pages.
    pub texts: Texts,
    /// Stylesheet, scripts, pictures.
    pub assets: Assets,
    /// Whether every page says that this is a demonstration.
    pub demonstration: bool,
    /// The discovery document of the global issuer.
    discovery: ArcSwap<Bytes>,
    snapshot: ArcSwap<Snapshot>,
    survey: ArcSwap<Survey>,
    reloading: tokio::sync::Mutex<()>,
    clients: Clients,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// The state, as handlers receive it.
pub type AppState = Arc<App>;

/// Why the state could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store refused.
    #[error("{0}")]
    Store(StoreError),
    /// The master key is not the one that sealed the database.
    #[error(
        "the master key does not open this database: {0}. Start with the key that it was made with; nothing was changed"
    )]
    MasterKey(String),
    /// The words of the pages can not be read.
    #[error("{0}")]
    Texts(#[from] crate::texts::TextError),
    /// The way out for mail can not be set up.
    #[error("{0}")]
    Mail(String),
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(reason) => Self::MasterKey(reason),
            other => Self::Store(other),
        }
    }
}

impl App {
    /// Puts the state together: checks the master key before anything else is touched, makes what a first start needs,
    /// and reads the snapshot.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(parts: Parts, recorder: Arc<dyn Recorder>) -> Result<AppState, StartError> {
        let Parts {
            config,
            public_url,
            store,
            clock,
            demonstration,
            worker_program,
        } = parts;
        let (now, entropy) = (Time(clock.now_micros()), SystemEntropy);
        store
            .verify_master_key(now, &entropy)
            .await
            .map_err(|error| match error {
                StoreError::Corrupt(reason) => StartError::MasterKey(reason),
                other => StartError::Store(other),
            })?;
        let secrets = store.ensure_installation_secrets(now, &entropy).await?;
        store.ensure_managed_scopes(now, &entropy).await?;
        ensure_first_keys(&store, now, &entropy).await?;
        let mut snapshot = Snapshot::load(&store).await?;
        snapshot.ours.global_issuer.clone_from(&public_url);
        let metrics = Arc::new(Metrics::default());
        let transactions = Sink::start(store.clone(), clock.clone(), Arc::clone(&metrics), config.recorder);
        let app = Arc::new(Self {
            secure: public_url.starts_with("https:"),
            discovery: ArcSwap::from_pointee(global_discovery(&public_url, &snapshot)?),
            snapshot: ArcSwap::from_pointee(snapshot),
            survey: ArcSwap::default(),
            reloading: tokio::sync::Mutex::new(()),
            clients: Clients::default(),
            passwords: Passwords::new(config.limits.concurrent_password_hashes, Arc::clone(&metrics)),
            passkeys: Passkeys::new(&public_url),
            token_requests: TokenRequests::new(config.limits.token_requests_per_client),
            sign_in_turns: Turns::default(),
            renewal_turns: Turns::default(),
            scripts: ScriptWorkers::new(ScriptWorkersConfig::new(worker_program.clone(), vec!["worker".into()])),
            workers: Workers::new(WorkersConfig::new(worker_program, vec!["worker".into()])),
            reported: Reported::default(),
            names: Names::default(),
            outgoing: Outgoing::new(&config.outgoing.allow),
            notices: Arc::new(Notify::new()),
            mailer: Mailer::new(&config.mail, &public_url).map_err(StartError::Mail)?,
            mails: Arc::new(Notify::new()),
            texts: Texts::load()?,
            assets: Assets::load(),
            config,
            public_url,
            store,
            clock,
            entropy,
            recorder: Listening(recorder),
            transactions,
            secrets,
            metrics,
            demonstration,
        });
        app.want_events(&app.snapshot());
        listen_for_changes(&app);
        Ok(app)
    }

    /// The time now, one reading for a request.
    #[must_use]
    pub fn now(&self) -> Time {
        Time(self.clock.now_micros())
    }

    /// The circumstances of a request that belongs to `transaction`.
    #[must_use]
    pub fn env<'a>(&'a self, now: Time, transaction: &'a str) -> Env<'a> {
        Env {
            now,
            entropy: &self.entropy,
            public_url: &self.public_url,
            recorder: &self.recorder,
            transaction,
        }
    }

    /// A new id with this prefix.
    #[must_use]
    pub fn new_id(&self, prefix: &str, now: Time) -> String {
        new_id(prefix, now, &self.entropy)
    }

    /// The secret behind hashed subjects.
    #[must_use]
    pub fn salt(&self) -> &[u8] {
        &self.secrets.subject_salt
    }

    /// Keys and scope mappings as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// What needs the attention of administrators, as it was found last.
    #[must_use]
    pub fn survey(&self) -> Arc<Survey> {
        self.survey.load_full()
    }

    /// Keeps what was found.
    pub fn keep_survey(&self, survey: Survey) {
        self.survey.store(Arc::new(survey));
    }

    /// The discovery document of the global issuer.
    #[must_use]
    pub fn discovery(&self) -> Bytes {
        self.discovery.load().as_ref().clone()
    }

    /// An application by one of its names.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn client(&self, by: By<'_>) -> Result<Option<Arc<ClientEntry>>, StoreError> {
        let now = self.now();
        if let Some(entry) = self.clients.cached(by, now) {
            return Ok(Some(entry));
        }
        // In a box: nearly every request ends above, and all of them move this future.
        Box::pin(self.load_client(by, now)).await
    }

    async fn load_client(&self, by: By<'_>, now: Time) -> Result<Option<Arc<ClientEntry>>, StoreError> {
        for _ in 0..2 {
            let found = self
                .clients
                .find(by, &self.store, &self.snapshot(), &self.public_url, now)
                .await;
            match found {
                // Its key is newer than our snapshot: another node has rotated.
                Err(StoreError::Conflict) => self.reload().await?,
                other => return other,
            }
        }
        Err(StoreError::Corrupt(format!("the signing key of {by:?} is gone")))
    }

    /// The claims of a person need groups and entitlements only for some scopes; they are read then.
    ///
    /// # Errors
    /// When the database is unavailable.
    pub async fn fill_groups(
        &self,
        client: &Client,
        scopes: &[String],
        names: &[String],
        subject: Option<&mut protocol::user::Subject>,
    ) -> Result<(), StoreError> {
        let offered = scopes.iter().filter(|scope| client.offers(scope)).map(String::as_str);
        let names = names.iter().map(String::as_str);
        let groups = protocol::claims::need_groups(offered.clone(), names.clone());
        let entitlements = protocol::claims::need_entitlements(offered, names);
        let Some(subject) = subject.filter(|_| groups || entitlements) else {
            return Ok(());
        };
        if groups {
            self.store.fill_groups(Some(&mut *subject)).await?;
        }
        if entitlements {
            let application = &client.application.id;
            subject.entitlements = self
                .store
                .load_entitlements_of_user(&subject.user.id, application)
                .await?;
        }
        Ok(())
    }

    /// Applies statements together or not at all; what they changed (`app:ID`, `keys`, `scopes`) is forgotten here before
    /// this returns, and on other nodes soon after.
    ///
    /// # Errors
    /// See [`Store::commit_statements`].
    pub async fn commit_changes(&self, statements: Vec<Stmt>, changed: Vec<String>) -> Result<(), StoreError> {
        let queued = store::parties::queues(&statements);
        let mail_waits = store::mails::queues(&statements);
        self.store.commit_statements(statements, changed.clone()).await?;
        if queued {
            self.notices.notify_one();
        }
        if mail_waits {
            self.mails.notify_one();
        }
        for what in &changed {
            self.forget(what).await?;
        }
        Ok(())
    }

    /// Forgets what stands in memory of an application, so that whoever looks next reads it anew.
    pub fn forget_application(&self, id: &str) {
        self.clients.forget(id);
    }

    async fn forget(&self, what: &str) -> Result<(), StoreError> {
        match what.strip_prefix("app:") {
            Some(id) => {
                self.clients.forget(id);
                Ok(())
            }
            None => self.reload().await,
        }
    }

    /// Has the store write the events that some webhook wants.
    fn want_events(&self, snapshot: &Snapshot) {
        self.store.want_events(snapshot.wanted_events, || {
            let clock = self.clock.clone();
            Box::new(move || {
                let now = Time(clock.now_micros());
                (new_id("evt", now, &SystemEntropy), now)
            })
        });
    }

    /// Reads keys and scope mappings anew and forgets all applications.
    ///
    /// # Errors
    /// When the database is unavailable; the old snapshot stays then.
    pub async fn reload(&self) -> Result<(), StoreError> {
        // One at a time: what was read earlier must not be put in the place of what was read later.
        let _turn = self.reloading.lock().await;
        let mut snapshot = Snapshot::load(&self.store).await?;
        snapshot.ours.global_issuer.clone_from(&self.public_url);
        self.want_events(&snapshot);
        self.discovery
            .store(Arc::new(global_discovery(&self.public_url, &snapshot)?));
        self.snapshot.store(Arc::new(snapshot));
        self.clients.forget_all();
        Ok(())
    }
}

fn global_discovery(public_url: &str, snapshot: &Snapshot) -> Result<Bytes, StoreError> {
    let mut algorithms: Vec<&'static str> = snapshot
        .keys
        .iter()
        .filter(|key| key.record.state == store::signing_keys::KeyState::Active)
        .map(|key| key.key.alg().as_str())
        .collect();
    algorithms.extend(protocol::jose::Algorithm::SYMMETRIC.map(protocol::jose::Algorithm::as_str));
    algorithms.sort_unstable();
    algorithms.dedup();
    let metadata = discovery::of_installation(public_url, algorithms, crate::texts::LANGUAGES);
    Ok(Bytes::from(serde_json::to_vec_pretty(&metadata)?))
}

/// Follows what other nodes change, until the state is gone.
fn listen_for_changes(app: &AppState) {
    let mut changes = app.store.db().invalidations();
    let app = Arc::downgrade(app);
    tokio::spawn(async move {
        loop {
            let change = changes.recv().await;
            let Some(app) = app.upgrade() else { return };
            let outcome = match change {
                Ok(Invalidation::Changed(what)) => app.forget(&what).await,
                Ok(Invalidation::Lost) | Err(RecvError::Lagged(_)) => app.reload().await,
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = outcome {
                tracing::warn!(%error, "a change could not be followed");
            }
        }
    });
}
