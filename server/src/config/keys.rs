//! The table of keys: the single source for reading, overriding, messages and the reference page.
//!
//! To add a key: a field in `config.rs` and a row here; then write the reference anew (the test `config` says how).

mod mail;
mod people;
mod recorder;

use super::value::Kind;
use super::{Config, Database, LogFormat, LogLevel};

/// One key.
pub(super) struct Key {
    /// Path in the file, with dots.
    pub(super) path: &'static str,
    /// What it takes.
    pub(super) kind: Kind,
    /// The value when nobody sets it, written as in a variable.
    pub(super) default: Option<&'static str>,
    /// The default in words, where it is not a fixed value.
    pub(super) default_in_words: &'static str,
    /// What it does.
    pub(super) meaning: &'static str,
    /// A line of TOML, without the key.
    pub(super) example: &'static str,
}

const WEEK: u64 = 604_800;
const DAY: u64 = 86_400;
const YEAR: u64 = 365 * DAY;

/// All keys, in the order of the reference.
pub(super) fn all() -> impl Iterator<Item = &'static Key> + Clone {
    KEYS.iter().chain(people::KEYS).chain(mail::KEYS).chain(recorder::KEYS)
}

/// Those of the program itself.
const KEYS: &[Key] = &[
    Key {
        path: "listen",
        kind: Kind::Address(|config, value| config.listen = value),
        default: Some("127.0.0.1:9000"),
        default_in_words: "",
        meaning: "Address and port to listen on. Port 0 takes a free one and prints it.",
        example: "\"0.0.0.0:9000\"",
    },
    Key {
        path: "public_url",
        kind: Kind::Origin(|config, value| config.public_url = Some(value)),
        default: None,
        default_in_words: "`http://localhost` (`https` with TLS) and the port that is listened on",
        meaning: "The address under which browsers and applications reach Vestibule: the base of issuers, links and cookies, never taken \
                  from a request. With `https` cookies are `Secure` and carry the prefix `__Host-`.",
        example: "\"https://id.example.com\"",
    },
    Key {
        path: "data_dir",
        kind: Kind::Path(|config, value| config.data_dir = value),
        default: Some("./vestibule-data"),
        default_in_words: "",
        meaning: "Folder of the embedded database and of the master key. A relative path starts at the working directory.",
        example: "\"/var/lib/vestibule\"",
    },
    Key {
        path: "database.url",
        kind: Kind::Database(|config, value| config.database = value),
        default: None,
        default_in_words: "`sqlite://` and `vestibule.db` in `data_dir`",
        meaning: "Where records are kept: the embedded database (`sqlite://PATH`) or a PostgreSQL server (`postgres://...`), which several \
                  nodes can share.",
        example: "\"postgres://vestibule@db.example.com/vestibule\"",
    },
    Key {
        path: "master_key",
        kind: Kind::SealingKeys(|config, value| config.master_key = value),
        default: None,
        default_in_words: "the file `master.key` in `data_dir`, made at the first start with mode 0600",
        meaning: "Seals secrets at rest. 32 bytes in base64, or a list: the first seals, all open. A node that can't open what the database \
                  holds refuses to start.",
        example: "[\"(new key)\", \"(old key)\"]",
    },
    Key {
        path: "state_lifetime",
        kind: Kind::Span {
            least: 30,
            most: DAY,
            set: |config, value| config.state_lifetime = value,
        },
        default: Some("minutes=10"),
        default_in_words: "",
        meaning: "How long a person may take to come back from a source, and then to complete what it does not tell. Sources of \
                  authn.sh's interface keep their own sixty seconds for the way back.",
        example: "\"minutes=5\"",
    },
    Key {
        path: "bootstrap.admin_password",
        kind: Kind::Secret(|config, value| config.bootstrap.admin_password = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "On an empty database: creates the administrator `admin` with this password. Later it has no effect.",
        example: "\"(a long password)\"",
    },
    Key {
        path: "bootstrap.token",
        kind: Kind::Secret(|config, value| config.bootstrap.token = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "On an empty database: creates an API token with this value and every permission. Later it has no effect.",
        example: "\"(a long random text)\"",
    },
    Key {
        path: "trusted_proxies",
        kind: Kind::Networks(|config, value| config.trusted_proxies = value),
        default: None,
        default_in_words: "none",
        meaning: "Addresses of reverse proxies whose `Forwarded` or `X-Forwarded-For` header is believed when it names the address of a \
                  client. Host and scheme always come from `public_url`.",
        example: "[\"10.0.0.0/8\"]",
    },
    Key {
        path: "outgoing.allow",
        kind: Kind::Networks(|config, value| config.outgoing.allow = value),
        default: None,
        default_in_words: "none",
        meaning: "Private or loopback networks that outgoing calls (sign-out notices, keys and metadata of others) may reach, also by \
                  plain http. Everything that is not public is refused otherwise, and so is plain http.",
        example: "[\"10.20.0.0/16\"]",
    },
    Key {
        path: "expressions.requests",
        kind: Kind::Switch(|config, value| config.expressions.requests = value),
        default: Some("false"),
        default_in_words: "",
        meaning: "Whether expressions of scope mappings and policies may call other servers with `requests`. The calls obey \
                  `outgoing.allow`.",
        example: "true",
    },
    Key {
        path: "expressions.dns",
        kind: Kind::Switch(|config, value| config.expressions.dns = value),
        default: Some("false"),
        default_in_words: "",
        meaning: "Whether expressions may look up names and addresses with `resolve_dns` and `reverse_dns`.",
        example: "true",
    },
    Key {
        path: "tls.certificate",
        kind: Kind::Path(|config, value| config.tls.certificate = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "PEM file with the certificate and its chain: serve TLS 1.2 and 1.3 in the process. Read again on SIGHUP.",
        example: "\"/etc/vestibule/tls/fullchain.pem\"",
    },
    Key {
        path: "tls.key",
        kind: Kind::Path(|config, value| config.tls.key = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "PEM file with the private key of the certificate.",
        example: "\"/etc/vestibule/tls/privkey.pem\"",
    },
    Key {
        path: "tls.client_ca",
        kind: Kind::Path(|config, value| config.tls.client_ca = Some(value)),
        default: None,
        default_in_words: "none",
        meaning: "PEM file with authorities: clients are asked for a certificate of theirs. A connection without one is still served; one \
                  with a certificate that does not verify is not.",
        example: "\"/etc/vestibule/tls/clients.pem\"",
    },
    Key {
        path: "tls.self_signed",
        kind: Kind::Switch(|config, value| config.tls.self_signed = value),
        default: Some("false"),
        default_in_words: "",
        meaning: "Make a self-signed certificate at each start, for `localhost` and the host of `public_url`. For development.",
        example: "true",
    },
    Key {
        path: "factors.enrol_on_demand",
        kind: Kind::Switch(|config, value| config.factors.enrol_on_demand = value),
        default: Some("true"),
        default_in_words: "",
        meaning: "Whether somebody without a second factor may set one up when an application asks for it. If not, the application is \
                  answered `unmet_authentication_requirements`.",
        example: "false",
    },
    Key {
        path: "limits.sign_in_failures_per_account",
        kind: Kind::Count {
            least: 1,
            most: 100_000,
            set: |config, value| config.limits.sign_in_failures_per_account = value,
        },
        default: Some("10"),
        default_in_words: "",
        meaning: "Failed sign-ins of one account within `limits.sign_in_window`; then it has to wait. Only failures count.",
        example: "5",
    },
    Key {
        path: "limits.sign_in_failures_per_address",
        kind: Kind::Count {
            least: 1,
            most: 1_000_000,
            set: |config, value| config.limits.sign_in_failures_per_address = value,
        },
        default: Some("100"),
        default_in_words: "",
        meaning: "Failed sign-ins from one address within `limits.sign_in_window`; then it has to wait. Only failures count.",
        example: "50",
    },
    Key {
        path: "limits.sign_in_window",
        kind: Kind::Span {
            least: 1,
            most: DAY,
            set: |config, value| config.limits.sign_in_window = value,
        },
        default: Some("minutes=15"),
        default_in_words: "",
        meaning: "The time in which failed sign-ins are counted.",
        example: "\"minutes=30\"",
    },
    Key {
        path: "limits.concurrent_password_hashes",
        kind: Kind::Count {
            least: 1,
            most: 1_024,
            set: |config, value| config.limits.concurrent_password_hashes = value as usize,
        },
        default: None,
        default_in_words: "one per processor",
        meaning: "Password hashes computed at the same moment, each with 19 MiB of memory; further ones wait.",
        example: "2",
    },
    Key {
        path: "limits.token_requests_per_client",
        kind: Kind::Count {
            least: 0,
            most: 100_000_000,
            set: |config, value| config.limits.token_requests_per_client = value,
        },
        default: Some("0"),
        default_in_words: "",
        meaning: "Token requests of one client per minute; 0 means no limit.",
        example: "6000",
    },
    Key {
        path: "limits.device_codes_per_address",
        kind: Kind::Count {
            least: 1,
            most: 1_000_000,
            set: |config, value| config.limits.device_codes_per_address = value,
        },
        default: Some("20"),
        default_in_words: "",
        meaning: "Device codes that one address may ask for within `limits.device_code_window`.",
        example: "100",
    },
    Key {
        path: "limits.device_codes_per_client",
        kind: Kind::Count {
            least: 0,
            most: 100_000_000,
            set: |config, value| config.limits.device_codes_per_client = value,
        },
        default: Some("10000"),
        default_in_words: "",
        meaning: "Device codes that one client may ask for within `limits.device_code_window`; 0 means no limit.",
        example: "1000",
    },
    Key {
        path: "limits.device_code_window",
        kind: Kind::Span {
            least: 1,
            most: DAY,
            set: |config, value| config.limits.device_code_window = value,
        },
        default: Some("hours=1"),
        default_in_words: "",
        meaning: "The time in which requests for device codes are counted.",
        example: "\"minutes=10\"",
    },
    Key {
        path: "limits.user_code_failures_per_account",
        kind: Kind::Count {
            least: 1,
            most: 100_000,
            set: |config, value| config.limits.user_code_failures_per_account = value,
        },
        default: Some("10"),
        default_in_words: "",
        meaning: "Wrong codes that one account may type at `/device` within `limits.user_code_window`, in all its sessions together; then it \
                  has to wait. Only failures count.",
        example: "5",
    },
    Key {
        path: "limits.user_code_failures_per_address",
        kind: Kind::Count {
            least: 1,
            most: 1_000_000,
            set: |config, value| config.limits.user_code_failures_per_address = value,
        },
        default: Some("50"),
        default_in_words: "",
        meaning: "Wrong codes that may be typed at `/device` from one address within `limits.user_code_window`; then it has to wait. Only \
                  failures count.",
        example: "20",
    },
    Key {
        path: "limits.user_code_window",
        kind: Kind::Span {
            least: 1,
            most: DAY,
            set: |config, value| config.limits.user_code_window = value,
        },
        default: Some("minutes=15"),
        default_in_words: "",
        meaning: "The time in which wrong codes are counted.",
        example: "\"hours=1\"",
    },
    Key {
        path: "limits.connections",
        kind: Kind::Count {
            least: 1,
            most: 1_000_000,
            set: |config, value| config.limits.connections = value as usize,
        },
        default: Some("10000"),
        default_in_words: "",
        meaning: "Connections held open at the same moment; further ones wait until one is closed.",
        example: "2000",
    },
    Key {
        path: "limits.header_read_timeout",
        kind: Kind::Span {
            least: 1,
            most: 3_600,
            set: |config, value| config.limits.header_read_timeout = value,
        },
        default: Some("seconds=30"),
        default_in_words: "",
        meaning: "Time for a TLS handshake, for the header of a request, and for an HTTP/1.1 connection to stay idle.",
        example: "\"seconds=75\"",
    },
    Key {
        path: "limits.request_timeout",
        kind: Kind::Span {
            least: 1,
            most: 3_600,
            set: |config, value| config.limits.request_timeout = value,
        },
        default: Some("seconds=30"),
        default_in_words: "",
        meaning: "Time in which a request is received and answered; after it the answer is 503.",
        example: "\"minutes=1\"",
    },
    Key {
        path: "limits.shutdown_timeout",
        kind: Kind::Span {
            least: 0,
            most: 3_600,
            set: |config, value| config.limits.shutdown_timeout = value,
        },
        default: Some("seconds=20"),
        default_in_words: "",
        meaning: "Time that requests in flight get when the program is asked to end (SIGTERM, SIGINT).",
        example: "\"seconds=5\"",
    },
    Key {
        path: "session.idle_lifetime",
        kind: Kind::Span {
            least: 60,
            most: YEAR,
            set: |config, value| config.session.idle_lifetime = value,
        },
        default: Some("hours=1"),
        default_in_words: "",
        meaning: "Life of a browser session without a request.",
        example: "\"hours=8\"",
    },
    Key {
        path: "session.lifetime",
        kind: Kind::Span {
            least: 60,
            most: YEAR,
            set: |config, value| config.session.lifetime = value,
        },
        default: Some("hours=24"),
        default_in_words: "",
        meaning: "Life of a browser session from its sign-in on, whatever happens.",
        example: "\"days=7\"",
    },
    Key {
        path: "keys.rotate_every",
        kind: Kind::SpanOrNever {
            least: 3_600,
            most: 520 * WEEK,
            set: |config, value| config.keys.rotate_every = value,
        },
        default: Some("days=90"),
        default_in_words: "",
        meaning: "Age at which a signing key that was made here is followed by a new one in every application, or `never`. Imported keys \
                  and keys that encrypt are left to whoever brought them.",
        example: "\"days=30\"",
    },
    Key {
        path: "keys.publish_ahead",
        kind: Kind::Span {
            least: 0,
            most: 52 * WEEK,
            set: |config, value| config.keys.publish_ahead = value,
        },
        default: Some("days=1"),
        default_in_words: "",
        meaning: "How long the next signing key stands in the JWKS before it signs: longer than applications keep a JWKS. After a \
                  rotation the old key stays published for 30 days, and longer while a token lives that it signed.",
        example: "\"days=3\"",
    },
    Key {
        path: "events.retention",
        kind: Kind::Span {
            least: 3_600,
            most: 5_200 * WEEK,
            set: |config, value| config.events.retention = value,
        },
        default: Some("days=365"),
        default_in_words: "",
        meaning: "Age at which audit events are removed.",
        example: "\"days=90\"",
    },
    Key {
        path: "log.format",
        kind: Kind::Choice {
            words: &["text", "json"],
            set: |config, position| config.log.format = [LogFormat::Text, LogFormat::Json][position.min(1)],
        },
        default: Some("text"),
        default_in_words: "",
        meaning: "Lines for people, or one JSON object per line. The log goes to the standard error stream.",
        example: "\"json\"",
    },
    Key {
        path: "log.level",
        kind: Kind::Choice {
            words: &["error", "warn", "info", "debug", "trace"],
            set: |config, position| {
                const LEVELS: [LogLevel; 5] = [
                    LogLevel::Error,
                    LogLevel::Warn,
                    LogLevel::Info,
                    LogLevel::Debug,
                    LogLevel::Trace,
                ];
                config.log.level = LEVELS[position.min(4)];
            },
        },
        default: Some("info"),
        default_in_words: "",
        meaning: "The least severe level that is written. `info` writes a line per request. Libraries never write below `warn`, because \
                  some of them would show values.",
        example: "\"warn\"",
    },
];

/// The row of a path.
pub(super) fn find(path: &str) -> Option<&'static Key> {
    all().find(|key| key.path == path)
}

/// Whether keys stand below this path.
pub(super) fn is_group(path: &str) -> bool {
    all().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// `VESTIBULE_` and the path joined by `__`.
pub(super) fn variable(path: &str) -> String {
    format!("VESTIBULE_{}", path.replace('.', "__").to_ascii_uppercase())
}

/// The alias with single underscores.
pub(super) fn short_variable(path: &str) -> String {
    format!("VESTIBULE_{}", path.replace('.', "_").to_ascii_uppercase())
}

/// The database when nobody names one.
pub(super) fn default_database(config: &Config) -> Database {
    Database::Sqlite(config.data_dir.join("vestibule.db"))
}
