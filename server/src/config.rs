//! Configuration: one TOML file, and an environment variable for each of its keys.
//!
//! `config/keys.rs` holds the one table of keys. Reading the file, the variables, the error messages and the reference page
//! (`docs/reference/configuration.md`) all come from it, so that none of them can say something else.
//! Nothing is accepted and ignored: a key without effect does not stand in the table, and an unknown one stops the start.

mod check;
mod environment;
mod error;
mod file;
mod keys;
mod nearest;
mod reference;
mod settings;
mod value;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use lettre::message::Mailbox;
use secrecy::SecretString;
use url::Url;

pub use error::{ConfigError, Mistake, Place};
pub use reference::reference;
pub use settings::Setting;

/// What the program was told, checked. Secrets never show in `Debug`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Base of issuers, links and cookies when it is given; see [`Config::public_url_at`].
    pub public_url: Option<Url>,
    /// Folder of the database and the master key.
    pub data_dir: PathBuf,
    /// Where records are kept.
    pub database: Database,
    /// Keys that seal secrets at rest, base64 of 32 bytes each; the first seals, all open. Empty: the key file in `data_dir`.
    pub master_key: Vec<SecretString>,
    /// What an empty database starts with.
    pub bootstrap: Bootstrap,
    /// Peers whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What calls to other servers may reach.
    pub outgoing: Outgoing,
    /// What expressions may ask for beside the database.
    pub expressions: Expressions,
    /// TLS in the process.
    pub tls: Tls,
    /// Second factors and passkeys.
    pub factors: Factors,
    /// How much of everything is allowed.
    pub limits: Limits,
    /// How long a person may take to come back from a source.
    pub state_lifetime: Duration,
    /// How long a browser session lives.
    pub session: Session,
    /// What people change of their own accounts.
    pub account: Account,
    /// The way out for mail.
    pub mail: Mail,
    /// When keys are rotated by themselves.
    pub keys: Keys,
    /// How long audit events are kept.
    pub events: Events,
    /// What is kept of each sign-in.
    pub recorder: Recorder,
    /// What is logged, and how.
    pub log: Log,
    /// Every key as it was set, for those who may read it.
    pub settings: Vec<Setting>,
}

/// Where records are kept.
#[derive(Debug, Clone)]
pub enum Database {
    /// The embedded database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL server. The URL may hold a password.
    Postgres(SecretString),
}

/// What an empty database starts with.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Bootstrap {
    /// Password of the administrator `admin`.
    pub admin_password: Option<SecretString>,
    /// Value of an API token with every permission.
    pub token: Option<SecretString>,
}

/// What calls to other servers may reach.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outgoing {
    /// Networks inside private or loopback ranges that may be reached, also by plain http.
    pub allow: Vec<IpNet>,
}

/// TLS in the process.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Tls {
    /// PEM file: the certificate and its chain.
    pub certificate: Option<PathBuf>,
    /// PEM file: the private key of the certificate.
    pub key: Option<PathBuf>,
    /// PEM file: authorities whose client certificates are asked for and accepted.
    pub client_ca: Option<PathBuf>,
    /// Make a certificate for development at each start.
    pub self_signed: bool,
}

impl Tls {
    /// Whether the listener speaks TLS.
    pub fn is_on(&self) -> bool {
        self.self_signed || self.certificate.is_some()
    }
}

/// What the expressions of administrators may ask for beside the database.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Expressions {
    /// Whether `requests` may call other servers.
    pub requests: bool,
    /// Whether `resolve_dns` and `reverse_dns` may ask.
    pub dns: bool,
}

/// Second factors and passkeys.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Factors {
    /// Whether somebody without a second factor may set one up when an application asks for it.
    pub enrol_on_demand: bool,
}

/// How much of everything is allowed.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Limits {
    /// Failed sign-ins of one account within `sign_in_window` before it has to wait.
    pub sign_in_failures_per_account: u32,
    /// Failed sign-ins from one address within `sign_in_window` before it has to wait.
    pub sign_in_failures_per_address: u32,
    /// The time in which failed sign-ins are counted.
    pub sign_in_window: Duration,
    /// Password hashes computed at the same moment; the others wait.
    pub concurrent_password_hashes: usize,
    /// Token requests of one client per minute; 0 means no limit.
    pub token_requests_per_client: u32,
    /// Device codes that one address may ask for within `device_code_window`.
    pub device_codes_per_address: u32,
    /// Device codes that one client may ask for within `device_code_window`; 0 means no limit.
    pub device_codes_per_client: u32,
    /// The time in which requests for device codes are counted.
    pub device_code_window: Duration,
    /// Wrong user codes of one account within `user_code_window` before it has to wait.
    pub user_code_failures_per_account: u32,
    /// Wrong user codes from one address within `user_code_window` before it has to wait.
    pub user_code_failures_per_address: u32,
    /// The time in which wrong user codes are counted.
    pub user_code_window: Duration,
    /// Mails with a link that may be asked for one name or account within `mail_window`.
    pub mails_per_account: u32,
    /// Mails with a link that may be asked for from one address within `mail_window`.
    pub mails_per_address: u32,
    /// The time in which mails that are asked for are counted.
    pub mail_window: Duration,
    /// Connections held open at the same moment; further ones wait to be accepted.
    pub connections: usize,
    /// Time for a TLS handshake, for the header of a request, and for an idle HTTP/1.1 connection.
    pub header_read_timeout: Duration,
    /// Time in which a request is answered.
    pub request_timeout: Duration,
    /// Time that requests in flight get when the program is asked to end.
    pub shutdown_timeout: Duration,
}

/// How long a browser session lives.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Session {
    /// Without a request of its browser.
    pub idle_lifetime: Duration,
    /// From sign-in, whatever happens.
    pub lifetime: Duration,
}

/// What people change of their own accounts.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Account {
    /// Claims that they may change.
    pub profile_fields: Vec<&'static str>,
    /// Whether they may make accounts themselves.
    pub sign_up: bool,
    /// Whether they get a mail when somebody signs in to their account in a browser that is new to it.
    pub sign_in_notices: bool,
}

/// The way out for mail.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Mail {
    /// Name or address of the SMTP server; `None`: no mail is sent.
    pub host: Option<String>,
    /// Its port; `None`: the usual one.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: MailTls,
    /// User name at the server.
    pub username: Option<String>,
    /// Password at the server.
    pub password: Option<SecretString>,
    /// From whom mail comes.
    pub from: Option<Mailbox>,
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MailTls {
    /// It begins in the clear and goes on only with TLS.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all: for a server on this machine.
    None,
}

/// When keys are rotated by themselves.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Keys {
    /// Age at which a signing key that was made here is followed by the next; none: never.
    pub rotate_every: Option<Duration>,
    /// How long the next key is published before it signs.
    pub publish_ahead: Duration,
}

/// How long audit events are kept.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Events {
    /// Age at which an event is swept.
    pub retention: Duration,
}

/// What is kept of each sign-in, so that a refusal can be explained.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Recorder {
    /// Whether anything is recorded.
    pub enabled: bool,
    /// Age at which a record is swept.
    pub keep: Duration,
    /// Records that are kept at most; the oldest go first.
    pub limit: u32,
}

/// What is logged, and how.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Log {
    /// The form of a line.
    pub format: LogFormat,
    /// The least severe level that is written.
    pub level: LogLevel,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// The least severe level that is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

/// The environment as the program found it.
pub type Environment = BTreeMap<OsString, OsString>;

impl Config {
    /// Reads the file named by `--config` or else by `VESTIBULE_CONFIG`, if any, then lets the variables override its keys.
    ///
    /// # Errors
    /// Every mistake found, each with its place and the right form.
    pub fn load(option: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let named = environment.get(&OsString::from(environment::FILE)).map(PathBuf::from);
        let path = option.map(Path::to_path_buf).or(named);
        let text = match &path {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path).map_err(|error| error::unreadable(path, &error))?,
        };
        Self::parse(path.as_deref().unwrap_or(Path::new("")), &text, environment)
    }

    /// Like [`Config::load`] for a text that was already read; `path` only names it in messages.
    ///
    /// # Errors
    /// Every mistake found, each with its place and the right form.
    pub fn parse(path: &Path, text: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        let mut given = file::read(path, text, &mut mistakes);
        environment::read(environment, &mut given, &mut mistakes);
        let mut draft = Self::unset();
        for key in keys::all() {
            let (place, raw) = match given.remove(key.path) {
                Some((place, raw)) => (place, raw),
                None => match key.default {
                    Some(default) => (Place::Default, value::Raw::Variable(default.to_owned())),
                    None => {
                        draft.value.settings.push(Setting::new(key, None));
                        continue;
                    }
                },
            };
            draft.value.settings.push(Setting::new(key, Some((&place, &raw))));
            if let Err(problem) = key.kind.apply(&mut draft.value, &raw) {
                mistakes.push(Mistake::new(place.clone(), format!("`{}` {problem}", key.path)));
            }
            draft.places.insert(key.path, place);
        }
        if mistakes.is_empty() {
            check::together(&mut draft, &mut mistakes);
        }
        if mistakes.is_empty() {
            Ok(draft.value)
        } else {
            Err(ConfigError::new(mistakes))
        }
    }

    /// The defaults, overridden by nothing.
    ///
    /// # Errors
    /// None in practice: a test reads every default of the table.
    pub fn defaults() -> Result<Self, ConfigError> {
        Self::parse(Path::new(""), "", &Environment::new())
    }

    /// The base of issuers and links, given the address that the listener is bound to: `public_url`, or else `localhost` with the
    /// bound port.
    ///
    /// # Errors
    /// None in practice: `localhost` with a port is a valid URL.
    pub fn public_url_at(&self, bound: SocketAddr) -> Result<Url, url::ParseError> {
        match &self.public_url {
            Some(url) => Ok(url.clone()),
            None => {
                let scheme = if self.tls.is_on() { "https" } else { "http" };
                Url::parse(&format!("{scheme}://localhost:{}", bound.port()))
            }
        }
    }

    /// Sentences for the log: settings that are allowed and probably not meant.
    pub fn warnings(&self) -> Vec<String> {
        check::warnings(self)
    }

    /// The starting point that the table's defaults fill. A test shows that no key with a default is left out.
    fn unset() -> Draft {
        Draft {
            value: Self {
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                public_url: None,
                data_dir: PathBuf::new(),
                database: Database::Sqlite(PathBuf::new()),
                master_key: Vec::new(),
                bootstrap: Bootstrap::default(),
                trusted_proxies: Vec::new(),
                outgoing: Outgoing::default(),
                expressions: Expressions::default(),
                tls: Tls::default(),
                factors: Factors::default(),
                limits: Limits::default(),
                state_lifetime: Duration::ZERO,
                session: Session::default(),
                account: Account::default(),
                mail: Mail::default(),
                keys: Keys::default(),
                events: Events::default(),
                recorder: Recorder::default(),
                log: Log::default(),
                settings: Vec::new(),
            },
            places: BTreeMap::new(),
        }
    }
}

/// A configuration being read, with the place that each key came from.
struct Draft {
    value: Config,
    places: BTreeMap<&'static str, Place>,
}
