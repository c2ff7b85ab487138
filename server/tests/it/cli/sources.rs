//! `vestibule source`, against the program.

use serde_json::json;

use super::{run, run_with};

#[test]
fn a_source_is_made_tested_changed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let make = [
        "source",
        "create",
        "legacy",
        "--kind",
        "oauth2",
        "--client-id",
        "vestibule",
        "--client-secret",
        "--set",
        "authorization_endpoint=https://legacy.example/authorize",
        "--set",
        "token_endpoint=https://legacy.example/token",
        "--set",
        "userinfo_endpoint=https://legacy.example/me",
        "--json",
    ];
    run_with(folder, &make, "").fails_with(2, "the standard input holds no client secret");
    let made = run_with(folder, &make, "a secret from a pipe\n").json();
    assert_eq!(
        (&made["key"], &made["name"], &made["kind"], &made["has_client_secret"]),
        (&json!("legacy"), &json!("legacy"), &json!("oauth2"), &json!(true))
    );
    assert!(!made.to_string().contains("a secret from a pipe"));
    let preset = ["source", "create", "github", "--preset", "github", "--client-id", "abc"];
    let made = run(folder, &preset).ok();
    assert!(made.contains("Register its redirect_uri"), "{made}");
    let changed = [
        "source",
        "update",
        "legacy",
        "--name",
        "Legacy",
        "--set",
        "promoted=true",
        "--json",
    ];
    let changed = run(folder, &changed).json();
    assert_eq!(
        (&changed["name"], &changed["promoted"]),
        (&json!("Legacy"), &json!(true))
    );
    let tested = run(folder, &["source", "test", "legacy", "--json"]).json();
    let address = tested["authorize_url"].as_str().expect("an address");
    assert!(address.starts_with("https://legacy.example/authorize?"), "{tested}");
    run(folder, &["source", "create", "no spaces"]).fails_with(2, "key");
    run(folder, &["source", "refresh", "nobody"]).fails_with(1, "");
    let listed = run(folder, &["source", "list"]).ok();
    assert!(listed.contains("legacy") && listed.contains("github"), "{listed}");
    run(folder, &["source", "delete", "legacy"]).ok();
    let left = run(folder, &["source", "list", "--json"]).json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
}
