//! Every mistake in the file or in a variable: where it is, what is wrong, and the right form; never a secret.

use std::path::Path;

use vestibule::config::{Config, Environment};

use super::{environment, parse};

/// Each row: the file, then place and words that the single message must hold.
const MISTAKES: &[(&str, &str, &[&str])] = &[
    (
        "lisen = \"127.0.0.1:1\"",
        "v.toml:1:1:",
        &["`lisen`", "did you mean `listen`"],
    ),
    (
        "\n  public-url = \"https://a\"",
        "v.toml:2:3:",
        &["did you mean `public_url`"],
    ),
    ("datadir = \"x\"", "v.toml:1:1:", &["did you mean `data_dir`"]),
    (
        "admin_password = \"hush-hush\"",
        "v.toml:1:1:",
        &["did you mean `bootstrap.admin_password`"],
    ),
    (
        "[databse]\nurl = \"sqlite://x\"",
        "v.toml:1:2:",
        &["did you mean `database`"],
    ),
    (
        "[limits]\nsign_in_failure_per_account = 3",
        "v.toml:2:1:",
        &["did you mean `limits.sign_in_failures_per_account`"],
    ),
    (
        "[log]\nformat = \"json\"\ncolour = true",
        "v.toml:3:1:",
        &["there is no key `log.colour`", "configuration.md"],
    ),
    (
        "zzzzzzzz = 1",
        "v.toml:1:1:",
        &["there is no key `zzzzzzzz`", "configuration.md"],
    ),
    (
        "database = \"sqlite://x\"",
        "v.toml:1:1:",
        &["`database` is a group of keys, not a text", "`database.url`"],
    ),
    (
        "[listen]\nport = 1",
        "v.toml:1:1:",
        &["`listen` is a group of keys", "127.0.0.1:9000"],
    ),
    ("\"database.url\" = \"sqlite://x\"", "v.toml:1:1:", &["without quotes"]),
    (
        "listen = 9000",
        "v.toml:1:10:",
        &["is a number", "an IP address and a port"],
    ),
    ("listen = \"9000\"", "v.toml:1:10:", &["\"127.0.0.1:9000\""]),
    ("listen = \"localhost:9000\"", "v.toml:1:10:", &["\"127.0.0.1:9000\""]),
    (
        "listen = \"127.0.0.1:99999\"",
        "v.toml:1:10:",
        &["127.0.0.1:99999", "write an IP address and a port"],
    ),
    (
        "public_url = \"id.example.com\"",
        "v.toml:1:14:",
        &["is not an address", "https://id.example.com"],
    ),
    (
        "public_url = \"https://id.example.com/auth\"",
        "v.toml:1:14:",
        &["the path \"/auth\"", "write \"https://id.example.com\""],
    ),
    (
        "public_url = \"ftp://id.example.com\"",
        "v.toml:1:14:",
        &["scheme \"ftp\"", "http or https"],
    ),
    (
        "public_url = \"https://u:hush-hush@id.example.com\"",
        "v.toml:1:14:",
        &["a user name or password"],
    ),
    (
        "public_url = \"https://id.example.com/?a=b\"",
        "v.toml:1:14:",
        &["a query or a fragment"],
    ),
    ("data_dir = \"\"", "v.toml:1:12:", &["is empty", "a path"]),
    (
        "database.url = \"mysql://u:hush-hush@h/d\"",
        "v.toml:1:16:",
        &["\"mysql\"", "postgres://"],
    ),
    (
        "database.url = \"u:hush-hush@h/d\"",
        "v.toml:1:16:",
        &["no scheme", "sqlite://PATH"],
    ),
    (
        "database.url = \"sqlite://\"",
        "v.toml:1:16:",
        &["names no file", "sqlite://PATH"],
    ),
    (
        "database.url = \"postgres://u:hush-hush@[h/d\"",
        "v.toml:1:16:",
        &["not a valid address", "postgres://USER"],
    ),
    (
        "master_key = \"hush-hush\"",
        "v.toml:1:14:",
        &["not base64", "openssl rand -base64 32"],
    ),
    (
        "master_key = [\"aHVzaC1odXNo\"]",
        "v.toml:1:14:",
        &["a key of 9 bytes", "32 bytes in base64"],
    ),
    ("master_key = 5", "v.toml:1:14:", &["is a number", "32 bytes in base64"]),
    (
        "bootstrap.token = \"hush-hush\\n\"",
        "v.toml:1:19:",
        &["control character"],
    ),
    ("bootstrap.token = \"\"", "v.toml:1:19:", &["is empty"]),
    (
        "bootstrap.admin_password = 12345678",
        "v.toml:1:28:",
        &["is a number", "a text"],
    ),
    (
        "trusted_proxies = [\"10.0.0.1/8\"]",
        "v.toml:1:19:",
        &["write \"10.0.0.0/8\""],
    ),
    (
        "trusted_proxies = [\"proxy.example.com\"]",
        "v.toml:1:19:",
        &["proxy.example.com", "10.0.0.0/8"],
    ),
    (
        "trusted_proxies = [10]",
        "v.toml:1:19:",
        &["holds a number", "a list of addresses"],
    ),
    (
        "trusted_proxies = true",
        "v.toml:1:19:",
        &["is true or false", "a list of addresses"],
    ),
    ("tls.certificate = \"c.pem\"", "v.toml:1:19:", &["needs `tls.key`"]),
    ("tls.key = \"k.pem\"", "v.toml:1:11:", &["needs `tls.certificate`"]),
    (
        "tls.client_ca = \"a.pem\"",
        "v.toml:1:17:",
        &["needs TLS", "`tls.certificate`"],
    ),
    (
        "tls.self_signed = true\ntls.certificate = \"c\"\ntls.key = \"k\"",
        "v.toml:1:19:",
        &["exclude each other"],
    ),
    (
        "tls.self_signed = \"true\"",
        "v.toml:1:19:",
        &["write true without quotes"],
    ),
    ("tls.self_signed = 1", "v.toml:1:19:", &["is a number", "true or false"]),
    ("limits.connections = 0", "v.toml:1:22:", &["is 0", "from 1 to 1000000"]),
    (
        "limits.connections = -1",
        "v.toml:1:22:",
        &["is -1", "from 1 to 1000000"],
    ),
    (
        "limits.connections = 99999999999999999999",
        "v.toml:1:22:",
        &["from 1 to 1000000"],
    ),
    (
        "limits.connections = 1.5",
        "v.toml:1:22:",
        &["a number with a fraction", "a whole number"],
    ),
    (
        "limits.connections = \"50\"",
        "v.toml:1:22:",
        &["write 50 without quotes"],
    ),
    (
        "limits.sign_in_window = 600",
        "v.toml:1:25:",
        &["without a unit", "\"seconds=600\""],
    ),
    (
        "limits.sign_in_window = \"10m\"",
        "v.toml:1:25:",
        &["\"10m\" has no unit", "hours=1;minutes=30"],
    ),
    (
        "limits.sign_in_window = \"minute=10\"",
        "v.toml:1:25:",
        &["did you mean \"minutes\""],
    ),
    (
        "limits.sign_in_window = \"fortnights=1\"",
        "v.toml:1:25:",
        &["\"fortnights\" is not a unit", "weeks"],
    ),
    (
        "limits.sign_in_window = \"minutes=ten\"",
        "v.toml:1:25:",
        &["\"ten\" is not a number"],
    ),
    (
        "limits.sign_in_window = \"minutes=-1\"",
        "v.toml:1:25:",
        &["\"-1\" is not a number"],
    ),
    (
        "limits.sign_in_window = \"weeks=5\"",
        "v.toml:1:25:",
        &["from seconds=1 to days=1"],
    ),
    (
        "session.idle_lifetime = \"days=2\"",
        "v.toml:1:25:",
        &["is longer than `session.lifetime`"],
    ),
    (
        "session.lifetime = \"minutes=5\"",
        "v.toml:1:20:",
        &["is longer than `session.lifetime`"],
    ),
    (
        "log.format = \"xml\"",
        "v.toml:1:14:",
        &["is \"xml\"", "\"text\" or \"json\""],
    ),
    ("log.level = \"verbose\"", "v.toml:1:13:", &["\"debug\" or \"trace\""]),
    ("listen = 1979-05-27", "v.toml:1:10:", &["a date or time"]),
    (
        "listen: \"127.0.0.1:9000\"",
        "v.toml:1:",
        &["this is not TOML", "key = \"value\""],
    ),
    ("bootstrap.token = \"hush-hush", "v.toml:1:", &["this is not TOML"]),
    ("bootstrap.token = hush-hush", "v.toml:1:", &["this is not TOML"]),
    (
        "log.level = \"info\"\nlog.level = \"warn\"",
        "v.toml:2:",
        &["this is not TOML", "duplicate key"],
    ),
    (
        "state_lifetime = \"minutes=10\"",
        "v.toml:1:1:",
        &["there is no key `state_lifetime`"],
    ),
];

#[test]
fn every_mistake_in_the_file_names_its_place_and_the_right_form() {
    for (text, place, words) in MISTAKES {
        let message = match parse(text, &[]) {
            Err(message) => message,
            Ok(_) => panic!("accepted: {text}"),
        };
        assert!(message.starts_with(place), "{text}\n  expected at {place}\n  {message}");
        for word in *words {
            assert!(message.contains(word), "{text}\n  expected {word}\n  {message}");
        }
        assert_eq!(message.lines().count(), 1, "{text}\n  one mistake, one line: {message}");
        assert!(!message.contains("hush-hush"), "a secret is shown: {message}");
    }
}

#[test]
fn every_mistake_in_a_variable_names_it() {
    for (name, value, words) in [
        ("VESTIBULE_LISTN", "127.0.0.1:1", "did you mean VESTIBULE_LISTEN"),
        (
            "VESTIBULE_DB_URL",
            "postgres://u:hush-hush@h/d",
            "no key has this variable",
        ),
        ("VESTIBULE_DATABSE_URL", "x", "did you mean VESTIBULE_DATABASE_URL"),
        (
            "VESTIBULE_BOOTSTRAP_PASSWORD",
            "hush-hush",
            "did you mean VESTIBULE_BOOTSTRAP",
        ),
        ("VESTIBULE_LISTEN", "", "an IP address and a port"),
        ("VESTIBULE_LIMITS_CONNECTIONS", "many", "a whole number from 1"),
        ("VESTIBULE_TLS__SELF_SIGNED", "yes", "write true or false"),
        ("VESTIBULE_MASTER_KEY", "hush-hush", "32 bytes in base64"),
        ("VESTIBULE_SESSION_LIFETIME", "12h", "has no unit"),
        ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/8,,::1", "no address range"),
        ("VESTIBULE_OUTGOING_ALLOW", "10.0.0.0/8", "no key has this variable"),
    ] {
        let Err(message) = parse("", &[(name, value)]) else {
            panic!("accepted: {name}={value}")
        };
        assert!(message.starts_with(&format!("{name}: ")), "{message}");
        assert!(
            message.contains(words),
            "{name}={value}\n  expected {words}\n  {message}"
        );
        assert!(!message.contains("hush-hush"), "a secret is shown: {message}");
    }
    let twice = parse(
        "",
        &[
            ("VESTIBULE_DATABASE_URL", "sqlite://a"),
            ("VESTIBULE_DATABASE__URL", "sqlite://b"),
        ],
    );
    assert!(twice.unwrap_err().contains("keep one of them"));
}

#[test]
fn a_variable_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let environment = Environment::from([(
        "VESTIBULE_LISTEN".into(),
        std::ffi::OsString::from_vec(vec![0xff, 0xfe]),
    )]);
    let error = Config::parse(Path::new(""), "", &environment).unwrap_err().to_string();
    assert_eq!(error, "VESTIBULE_LISTEN: `listen` is not UTF-8");
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = "log.level = \"loud\"\nlisten = 1\n\nnonsense_key = 2\n";
    let error = Config::parse(
        Path::new("v.toml"),
        text,
        &environment(&[("VESTIBULE_LOG_FORMAT", "x")]),
    )
    .unwrap_err();
    let places: Vec<String> = error
        .mistakes()
        .iter()
        .map(|mistake| mistake.place.to_string())
        .collect();
    assert_eq!(
        places,
        ["v.toml:1:13", "v.toml:2:10", "v.toml:4:1", "VESTIBULE_LOG_FORMAT"]
    );
}
