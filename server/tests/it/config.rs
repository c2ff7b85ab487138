//! Configuration: what is read, what overrides what, and the answer to every mistake.

mod mistakes;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mistakes::MISTAKES;
use secrecy::ExposeSecret;
use vestibule::config::{Config, Database, Environment, LogFormat, LogLevel};

fn environment(pairs: &[(&str, &str)]) -> Environment {
    pairs.iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    Config::parse(Path::new("v.toml"), text, &environment(variables)).map_err(|error| error.to_string())
}

fn good(text: &str, variables: &[(&str, &str)]) -> Config {
    parse(text, variables).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn without_configuration_the_defaults_of_the_contract_hold() {
    let config = Config::defaults().expect("defaults");
    assert_eq!(config.listen, "127.0.0.1:9000".parse::<SocketAddr>().unwrap());
    assert_eq!(config.data_dir, Path::new("./vestibule-data"));
    assert!(matches!(&config.database, Database::Sqlite(path) if path == Path::new("./vestibule-data/vestibule.db")));
    assert!(config.public_url.is_none() && config.master_key.is_empty() && config.trusted_proxies.is_empty());
    assert!(config.bootstrap.admin_password.is_none() && config.bootstrap.token.is_none() && !config.tls.is_on());
    assert!(config.limits.concurrent_password_hashes >= 1);
    assert_eq!((config.log.format, config.log.level), (LogFormat::Text, LogLevel::Info));
    assert_eq!(
        config.public_url_at("0.0.0.0:4711".parse().unwrap()).unwrap().as_str(),
        "http://localhost:4711/"
    );
    assert_eq!(config.warnings(), Vec::<String>::new());
}

#[test]
fn the_file_sets_keys_and_variables_override_them() {
    let file = r#"
        listen = "[::1]:0"
        public_url = "https://id.example.com"
        data_dir = "/srv/v"
        trusted_proxies = ["10.0.0.0/8", "::1"]
        outgoing.allow = ["10.20.0.0/16"]
        master_key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        tls = { self_signed = true }
        limits.sign_in_window = "hours=1;minutes=30"
        limits.connections = 2_000
        [bootstrap]
        admin_password = "from the file"
        [log]
        format = "json"
        level = "debug"
    "#;
    let config = good(file, &[]);
    assert_eq!(config.listen.to_string(), "[::1]:0");
    assert_eq!(
        config.public_url_at(config.listen).unwrap().as_str(),
        "https://id.example.com/"
    );
    assert!(matches!(&config.database, Database::Sqlite(path) if path == Path::new("/srv/v/vestibule.db")));
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.outgoing.allow, ["10.20.0.0/16".parse().unwrap()]);
    assert_eq!(config.master_key.len(), 1);
    assert_eq!(config.limits.sign_in_window, Duration::from_secs(5_400));
    assert_eq!(config.limits.connections, 2_000);
    assert!(config.tls.self_signed);
    assert_eq!(
        (config.log.format, config.log.level),
        (LogFormat::Json, LogLevel::Debug)
    );

    let config = good(
        file,
        &[
            ("VESTIBULE_LISTEN", "0.0.0.0:1"),
            ("VESTIBULE_DATABASE_URL", "postgres://v:pw@db/v"),
            ("VESTIBULE_BOOTSTRAP__ADMIN_PASSWORD", "from the variable"),
            ("VESTIBULE_BOOTSTRAP_TOKEN", "t"),
            ("VESTIBULE_TRUSTED_PROXIES", "192.168.0.0/16, 127.0.0.1,fd00::/8"),
            ("VESTIBULE_OUTGOING_ALLOW", "127.0.0.0/8,::1"),
            ("VESTIBULE_TLS_SELF_SIGNED", "false"),
            ("VESTIBULE_LIMITS__CONNECTIONS", "7"),
            ("VESTIBULE_LOG_LEVEL", "warn"),
            ("VESTIBULE_TEST_ANYTHING", "belongs to tests"),
            ("VESTIBULE_CONFIG", "/elsewhere"),
            ("UNRELATED", "x"),
        ],
    );
    assert_eq!(config.listen.to_string(), "0.0.0.0:1");
    assert!(matches!(&config.database, Database::Postgres(url) if url.expose_secret() == "postgres://v:pw@db/v"));
    assert_eq!(
        config.bootstrap.admin_password.unwrap().expose_secret(),
        "from the variable"
    );
    assert_eq!(config.trusted_proxies.len(), 3);
    assert_eq!(config.outgoing.allow.len(), 2);
    assert!(!config.tls.self_signed);
    assert_eq!(config.limits.connections, 7);
    assert_eq!((config.log.format, config.log.level), (LogFormat::Json, LogLevel::Warn));
    assert!(
        good("trusted_proxies = [\"::1\"]", &[("VESTIBULE_TRUSTED_PROXIES", "")])
            .trusted_proxies
            .is_empty()
    );
}

#[test]
fn the_option_wins_over_the_variable_that_names_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one.toml"), folder.path().join("two.toml"));
    std::fs::write(&one, "listen = \"127.0.0.1:1\"").unwrap();
    std::fs::write(&two, "listen = \"127.0.0.1:2\"").unwrap();
    let named = Environment::from([("VESTIBULE_CONFIG".into(), two.clone().into_os_string())]);
    assert_eq!(Config::load(Some(&one), &named).unwrap().listen.port(), 1);
    assert_eq!(Config::load(None, &named).unwrap().listen.port(), 2);
    assert_eq!(Config::load(None, &Environment::new()).unwrap().listen.port(), 9000);
    let missing: PathBuf = folder.path().join("missing.toml");
    let error = Config::load(Some(&missing), &named).unwrap_err().to_string();
    assert!(
        error.contains("missing.toml: the configuration file can't be read"),
        "{error}"
    );
}

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
        ("VESTIBULE_SESSION_LIFETIME", "12h", "write `hours=12`"),
        ("VESTIBULE_TRUSTED_PROXIES", "10.0.0.0/8,,::1", "no address range"),
        (
            "VESTIBULE_OUTGOING_ALLOW",
            "0.0.0.0/0",
            "inside a private or loopback range",
        ),
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

#[test]
fn secrets_do_not_show_in_debug() {
    let config = good(
        "database.url = \"postgres://u:hush-hush@h/d\"\n[bootstrap]\nadmin_password = \"hush-hush\"\ntoken = \"hush-hush\"",
        &[("VESTIBULE_MASTER_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")],
    );
    let shown = format!("{config:?}");
    assert!(!shown.contains("hush-hush") && !shown.contains("MDEyMzQ1"), "{shown}");
}

#[test]
fn settings_that_are_probably_not_meant_are_warned_of() {
    for (text, words) in [
        ("listen = \"0.0.0.0:9000\"", "`public_url` is not set"),
        ("public_url = \"http://id.example.com\"", "without https"),
        ("tls.self_signed = true", "for development only"),
        (
            "tls.self_signed = true\npublic_url = \"http://localhost\"",
            "write it with https",
        ),
    ] {
        let warnings = good(text, &[]).warnings();
        assert!(
            warnings.iter().any(|warning| warning.contains(words)),
            "{text}: {warnings:?}"
        );
    }
    assert!(
        good("listen = \"0.0.0.0:1\"\npublic_url = \"https://id.example.com\"", &[])
            .warnings()
            .is_empty()
    );
    assert!(
        good("public_url = \"http://localhost:8080\"", &[])
            .warnings()
            .is_empty()
    );
}

/// With `VESTIBULE_TEST_WRITE=1` the page is written instead.
#[test]
fn the_reference_page_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/configuration.md");
    let page = vestibule::config::reference();
    if std::env::var_os("VESTIBULE_TEST_WRITE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stands == page,
        "docs/reference/configuration.md is old; write it with VESTIBULE_TEST_WRITE=1 cargo test the_reference_page"
    );
}

#[test]
fn hostile_files_are_refused_without_a_panic() {
    let deep = format!("a = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("{} = 1", "k".repeat(1_000_000));
    for text in [
        deep.as_str(),
        &long,
        "\u{feff}listen = 5",
        "\0",
        "[[limits]]\nconnections = 5",
        "a.b.c.d.e.f = 1",
    ] {
        assert!(
            parse(text, &[]).is_err(),
            "{}",
            &text.chars().take(40).collect::<String>()
        );
    }
}
