//! The commands that manage records, run as a person runs them: the built program in a folder of its own.

mod beside_a_server;
mod sources;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// What a command printed, and how it ended.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    /// The JSON of a success.
    fn json(&self) -> Value {
        assert_eq!(self.status, Some(0), "{}", self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    fn ok(self) -> String {
        assert_eq!(self.status, Some(0), "{}", self.err);
        self.out
    }

    #[track_caller]
    fn fails_with(&self, status: i32, words: &str) {
        assert_eq!((self.status, self.out.as_str()), (Some(status), ""), "{}", self.err);
        assert!(self.err.contains(words), "{words} in {}", self.err);
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.current_dir(folder).env_clear().args(arguments);
    command
}

fn run_with(folder: &Path, arguments: &[&str], input: &str) -> Ran {
    let mut child = command(folder, arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read what it is given.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        status: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    run_with(folder, arguments, "")
}

const COMMANDS: [&[&str]; 38] = [
    &["demo"],
    &["openapi"],
    &["user"],
    &["user", "list"],
    &["user", "show"],
    &["user", "create"],
    &["user", "update"],
    &["user", "delete"],
    &["user", "set-password"],
    &["user", "sign-out"],
    &["application"],
    &["application", "list"],
    &["application", "show"],
    &["application", "create"],
    &["application", "update"],
    &["application", "delete"],
    &["application", "rotate-secret"],
    &["application", "setup"],
    &["source"],
    &["source", "list"],
    &["source", "show"],
    &["source", "create"],
    &["source", "update"],
    &["source", "delete"],
    &["source", "test"],
    &["source", "refresh"],
    &["key"],
    &["key", "list"],
    &["key", "show"],
    &["key", "create"],
    &["key", "update"],
    &["key", "rotate"],
    &["key", "retire"],
    &["key", "delete"],
    &["token"],
    &["token", "list"],
    &["token", "create"],
    &["token", "delete"],
];

#[test]
fn every_command_explains_itself_with_an_example() {
    let folder = tempfile::tempdir().unwrap();
    for names in COMMANDS {
        let help = run(folder.path(), &[names, &["--help"]].concat()).ok();
        let example = format!("Example:\n  vestibule {}", names.join(" "));
        assert!(help.contains(&example), "{names:?}: {help}");
    }
}

#[test]
fn wrong_use_ends_with_2_and_makes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["user"][..],
        &["user", "show"],
        &["user", "create"],
        &["user", "create", "alice", "--set", "locale"],
        &["user", "set-password", "alice", "wonderland"],
        &["user", "list", "--limit", "many"],
        &["application", "create"],
        &["key", "create"],
        &["key", "rotate"],
        &["token", "create", "ci"],
        &["token", "create", "--permission", "*"],
        &["demo", "--listen", "nowhere"],
        &["demo", "--listen", "0.0.0.0:0"],
        &["openapi", "yaml"],
    ] {
        let ran = run(folder.path(), arguments);
        assert_eq!(
            (ran.status, ran.out.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            ran.err
        );
        assert!(!ran.err.is_empty());
    }
    assert!(!folder.path().join("vestibule-data").exists());
}

#[test]
fn a_database_that_is_not_there_is_not_made_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["user", "list"][..], &["key", "list"], &["token", "delete", "tok_1"]] {
        run(folder.path(), arguments).fails_with(1, "there is no database");
    }
    let error: Value = serde_json::from_str(&run(folder.path(), &["user", "list", "--json"]).err).unwrap();
    assert!(error["error"].as_str().unwrap().contains("there is no database"));
    assert!(!folder.path().join("vestibule-data").exists());
}

#[test]
fn openapi_prints_the_document_of_the_management_api() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["openapi"][..], &["openapi", "--json"]] {
        let document = run(folder.path(), arguments).json();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        for path in [
            "/api/v1/users",
            "/api/v1/applications",
            "/api/v1/keys",
            "/api/v1/api-tokens",
        ] {
            assert!(document["paths"][path].is_object(), "{path}");
        }
    }
    assert!(!folder.path().join("vestibule-data").exists());
}

#[test]
fn a_person_is_made_read_changed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = run(
        folder,
        &[
            "user",
            "create",
            "alice",
            "--name",
            "Alice Liddell",
            "--email",
            "alice@example.com",
            "--set",
            "locale=en-GB",
            "--json",
        ],
    )
    .json();
    assert_eq!(
        (&made["username"], &made["is_active"], &made["is_admin"]),
        (&json!("alice"), &json!(true), &json!(false))
    );
    assert_eq!(made["locale"], "en-GB");
    let id = made["id"].as_str().unwrap();
    for who in ["alice", id] {
        assert_eq!(run(folder, &["user", "show", who, "--json"]).json()["id"], id);
    }
    let text = run(folder, &["user", "show", "alice"]).ok();
    assert!(text.contains("Alice Liddell") && !text.contains("null"), "{text}");

    let changed = run(
        folder,
        &["user", "update", "alice", "--admin", "--set", "locale=null", "--json"],
    )
    .json();
    assert_eq!(
        (&changed["is_admin"], &changed["name"]),
        (&json!(true), &json!("Alice Liddell"))
    );
    assert!(changed["locale"].is_null());

    run(folder, &["user", "create", "Alice"]).fails_with(2, "username");
    run(folder, &["user", "create", "bob", "--set", "colour=red"]).fails_with(2, "colour");
    run(folder, &["user", "create", "bob", "--email", "nowhere"]).fails_with(2, "email");
    run(folder, &["user", "create", "bob", "--name", "Bob", "--set", "name=Rob"]).fails_with(2, "twice");
    run(folder, &["user", "show", "bob"]).fails_with(1, "");
    run(folder, &["user", "create", "bob", "--service-account"]).ok();

    let all = run(folder, &["user", "list", "--json"]).json();
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    let first = run(folder, &["user", "list", "--limit", "1", "--json"]).json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = run(folder, &["user", "list", "--limit", "1", "--cursor", cursor, "--json"]).json();
    assert_ne!(rest["items"][0]["id"], first["items"][0]["id"]);
    assert!(rest["next_cursor"].is_null());
    let table = run(folder, &["user", "list", "--search", "bob"]).ok();
    assert!(
        table.starts_with("USER NAME") && table.contains("bob") && !table.contains("alice"),
        "{table}"
    );

    run(folder, &["user", "delete", "bob"]).ok();
    run(folder, &["user", "delete", "bob"]).fails_with(1, "");
}

#[test]
fn a_password_comes_from_the_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run(folder, &["user", "create", "alice"]).ok();
    let set = run_with(folder, &["user", "set-password", "alice"], "looking-glass\n");
    assert!(!set.out.contains("looking-glass") && !set.err.contains("looking-glass"));
    assert_eq!(set.ok(), "The password of alice is set.\n");
    run_with(folder, &["user", "set-password", "alice"], "").fails_with(2, "no password");
    run_with(folder, &["user", "set-password", "alice"], "short\n").fails_with(2, "8 characters");
    run_with(folder, &["user", "set-password", "nobody"], "looking-glass\n").fails_with(1, "");
    let signed_out = run(folder, &["user", "sign-out", "alice", "--json"]).json();
    assert_eq!(signed_out, json!({"signed_out": "alice"}));
}

#[test]
fn an_application_shows_its_secret_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = run(
        folder,
        &[
            "application",
            "create",
            "wiki",
            "--redirect-uri",
            "https://wiki.example.com/callback",
            "--json",
        ],
    )
    .json();
    let secret = made["client_secret"].as_str().unwrap();
    assert_eq!(made["redirect_uris"][0]["url"], "https://wiki.example.com/callback");
    let pattern = r"https://[^/.]+\.example\.com/callback";
    let patterned = [
        "application",
        "update",
        "wiki",
        "--redirect-uri-pattern",
        pattern,
        "--redirect-uri",
        "https://wiki.example.org/",
        "--json",
    ];
    assert_eq!(
        run(folder, &patterned).json()["redirect_uris"],
        json!([{ "matching_mode": "strict", "url": "https://wiki.example.org/" },
            { "matching_mode": "regex", "url": pattern }])
    );
    run(
        folder,
        &["application", "update", "wiki", "--redirect-uri-pattern", "https://.*"],
    )
    .fails_with(2, "domain");
    let shown = run(folder, &["application", "show", "wiki", "--json"]);
    assert!(!shown.out.contains(secret));
    assert_eq!(shown.json()["client_id"], made["client_id"]);
    let rotated = run(folder, &["application", "rotate-secret", "wiki"]).ok();
    assert!(
        rotated.contains("not shown again") && !rotated.contains(secret),
        "another secret, and a note"
    );
    let setup = run(folder, &["application", "setup", "wiki"]).ok();
    assert!(
        setup.contains("/application/o/wiki/.well-known/openid-configuration"),
        "{setup}"
    );

    assert!(
        made["signing_key"].is_null(),
        "HS256 with the client secret unless a key is chosen"
    );
    let signed = run(
        folder,
        &["application", "update", "wiki", "--sign-with", "RS256", "--json"],
    )
    .json();
    let key = run(
        folder,
        &["key", "show", signed["signing_key"].as_str().unwrap(), "--json"],
    )
    .json();
    assert_eq!((&key["alg"], &key["state"]), (&json!("RS256"), &json!("active")));
    run(folder, &["application", "update", "wiki", "--sign-with", "RS512"]).fails_with(2, "no active RS512 key");

    let public = run(folder, &["application", "create", "app", "--public", "--json"]).json();
    assert_eq!(public["client_type"], "public");
    assert!(public["client_secret"].is_null());
    let changed = run(
        folder,
        &["application", "update", "app", "--set", "enabled=false", "--json"],
    )
    .json();
    assert_eq!(changed["enabled"], false);
    run(folder, &["application", "create", "Wiki!"]).fails_with(2, "slug");
    run(folder, &["application", "create", "wiki"]).fails_with(2, "slug");
    run(folder, &["application", "delete", "app"]).ok();
    let left = run(folder, &["application", "list", "--json"]).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
}

#[test]
fn keys_are_made_and_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = run(
        folder,
        &["key", "create", "--alg", "EdDSA", "--name", "spare", "--json"],
    )
    .json();
    assert_eq!(made["alg"], "EdDSA");
    assert!(made["private_key"].is_null(), "a signing key never leaves");
    run(folder, &["key", "create", "--alg", "HS512"]).fails_with(2, "alg");
    let before = run(folder, &["key", "list", "--filter", "alg=ES256", "--json"]).json();
    assert_eq!(before["items"].as_array().unwrap().len(), 1);
    run(folder, &["key", "rotate", "--alg", "ES256"]).ok();
    let after = run(folder, &["key", "list", "--filter", "alg=ES256", "--json"]).json();
    let states: Vec<&str> = after["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["state"].as_str().unwrap())
        .collect();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&"active") && states.contains(&"retired"), "{states:?}");
    let id = made["id"].as_str().unwrap();
    assert_eq!(run(folder, &["key", "show", id, "--json"]).json()["kid"], made["kid"]);
    run(folder, &["key", "update", id, "--name", "other"]).ok();
    assert_eq!(run(folder, &["key", "retire", id, "--json"]).json()["state"], "retired");
    run(folder, &["key", "update", id, "--set", "state=active"]).fails_with(2, "state");
    run(folder, &["key", "delete", id]).ok();
    run(folder, &["key", "delete", "key_of_nobody"]).fails_with(1, "");
    // From a file, with its certificate; a pair for an application shows its private half once.
    let pair = rcgen::generate_simple_self_signed(["keys.example.com".to_owned()]).unwrap();
    let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
    std::fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
    std::fs::write(&certificate, pair.cert.pem()).unwrap();
    let (key, certificate) = (key.to_str().unwrap(), certificate.to_str().unwrap());
    let import = [
        "key",
        "create",
        "--private-key",
        key,
        "--certificate",
        certificate,
        "--json",
    ];
    let made = run(folder, &import).json();
    assert_eq!((&made["alg"], &made["origin"]), (&json!("ES256"), &json!("imported")));
    run(folder, &["key", "create", "--private-key", "/nowhere"]).fails_with(2, "/nowhere");
    run(folder, &["key", "create"]).fails_with(2, "--alg");
    let own = run(
        folder,
        &["key", "create", "--use", "enc", "--certificate", certificate, "--json"],
    )
    .json();
    assert_eq!((&own["alg"], &own["origin"]), (&json!("ECDH-ES"), &json!("public")));
    let pair = run(folder, &["key", "create", "--alg", "RSA-OAEP-256", "--json"]).json();
    assert!(pair["private_key"].as_str().unwrap().contains("BEGIN PRIVATE KEY"));
    let id = pair["id"].as_str().unwrap();
    let shown = run(folder, &["key", "show", id, "--json"]).json();
    assert!(shown["private_key"].is_null());
    let next = run(
        folder,
        &["key", "rotate", "--alg", "RSA-OAEP-256", "--key", id, "--json"],
    )
    .json();
    assert!(next["private_key"].as_str().unwrap().contains("BEGIN PRIVATE KEY") && next["id"] != pair["id"]);
}

#[test]
fn an_api_token_shows_its_value_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = run(
        folder,
        &["token", "create", "ci", "--permission", "users:read", "--json"],
    )
    .json();
    let value = made["value"].as_str().unwrap();
    let list = run(folder, &["token", "list", "--json"]);
    assert!(!list.out.contains(value));
    assert_eq!(list.json()["items"][0]["permissions"], json!(["users:read"]));
    run(folder, &["token", "create", "ci", "--permission", "everything"]).fails_with(2, "permissions");
    let id = made["id"].as_str().unwrap();
    assert_eq!(
        run(folder, &["token", "delete", id, "--json"]).json(),
        json!({"deleted": id})
    );
    run(folder, &["token", "delete", id]).fails_with(1, "");
    assert_eq!(run(folder, &["token", "list"]).ok(), "There are none.\n");
}
