//! Who may import whom. Cargo enforces the direction between crates, as long as the manifests say so; the direction
//! between the parts of `server` is read from its paths.

use std::collections::BTreeSet;

use super::files::{self, SourceFile};

/// Parts of `server` that answer for one kind of visitor each and share code through `actions` only.
const WINGS: [&str; 9] = [
    "oauth",
    "login",
    "upstream",
    "account",
    "admin",
    "dashboard",
    "dialects",
    "records",
    "cli",
];

/// The only parts that may name `router`: the top of the program.
const ROUTER_USERS: [&str; 4] = ["lib", "serve", "local", "router"];

/// Crates that do I/O or wait; the pure core and its neighbours may not have them.
const MANIFEST_BANS: [(&str, &[&str]); 3] = [
    (
        "protocol",
        &[
            "store",
            "script",
            "tokio",
            "axum",
            "hyper",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "futures-util",
        ],
    ),
    (
        "store",
        &["script", "axum", "hyper", "tower", "reqwest", "vestibule-server"],
    ),
    (
        "script",
        &[
            "store",
            "axum",
            "hyper",
            "rusqlite",
            "tokio-postgres",
            "vestibule-server",
        ],
    ),
];

/// The module path of a file below `server/src`: `oauth/token.rs` is `["oauth", "token"]`.
fn module_path(file: &SourceFile) -> Option<Vec<&str>> {
    let inside = file.path.strip_prefix("server/src/")?.strip_suffix(".rs")?;
    Some(inside.split('/').collect())
}

/// The first names of every path that starts at the root of the crate: `crate::a::b`, `crate::{a, b::c}`, and as many
/// `super::` as lead to the root. Comments are not code.
fn imported(file: &SourceFile, depth: usize) -> BTreeSet<String> {
    let code: String = file
        .text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join(" ");
    let to_root = "super::".repeat(depth);
    let mut names = BTreeSet::new();
    for start in ["crate::", to_root.as_str()] {
        for (at, _) in code.match_indices(start) {
            let before = code[..at].chars().next_back().unwrap_or(' ');
            if before.is_alphanumeric() || before == '_' || before == ':' {
                continue;
            }
            names.extend(first_names(&code[at + start.len()..]));
        }
    }
    names
}

/// The identifier at the start, or those at the first level of a group in braces.
fn first_names(path: &str) -> Vec<String> {
    let identifier = |text: &str| {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![identifier(path)];
    };
    let mut names = Vec::new();
    let mut level = 0;
    let mut current = String::new();
    for c in group.chars() {
        match c {
            '}' if level == 0 => break,
            '{' => level += 1,
            '}' => level -= 1,
            ',' if level == 0 => names.push(identifier(&std::mem::take(&mut current))),
            _ if level == 0 => current.push(c),
            _ => {}
        }
    }
    names.push(identifier(&current));
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn wings_of_the_server_do_not_import_one_another() {
    let mut wrong = Vec::new();
    for file in files::rust() {
        let Some(path) = module_path(&file) else { continue };
        let names = imported(&file, path.len());
        if WINGS.contains(&path[0]) {
            let others = names
                .iter()
                .filter(|name| WINGS.contains(&name.as_str()) && name.as_str() != path[0]);
            wrong.extend(others.map(|name| format!("{} imports {name}: move what they share to actions/", file.path)));
        }
        if path[0] == "actions" {
            let outside = names
                .iter()
                .filter(|name| WINGS.contains(&name.as_str()) || ["web", "demo"].contains(&name.as_str()));
            wrong.extend(outside.map(|name| format!("{} imports {name}: a use case knows no visitor", file.path)));
        }
        if !ROUTER_USERS.contains(&path[0]) && names.contains("router") {
            wrong.push(format!(
                "{} imports router, which only the top of the program may",
                file.path
            ));
        }
    }
    files::assert_none("directions inside server:", &wrong);
}

#[test]
fn manifests_keep_the_direction_between_crates() {
    let mut wrong = Vec::new();
    for (member, banned) in MANIFEST_BANS {
        let manifest = files::all()
            .into_iter()
            .find(|file| file.path == format!("{member}/Cargo.toml"))
            .expect("a manifest");
        let manifest: toml::Table = manifest.text.parse().expect("a manifest is TOML");
        let dependencies = manifest["dependencies"].as_table().expect("dependencies are a table");
        wrong.extend(
            banned
                .iter()
                .filter(|name| dependencies.contains_key(**name))
                .map(|name| format!("{member} depends on {name}")),
        );
    }
    files::assert_none("directions between crates:", &wrong);
}

#[test]
fn imports_are_read_from_groups_and_from_super() {
    let file = |text: &str| SourceFile {
        path: "server/src/oauth/token.rs".into(),
        text: text.into(),
    };
    let names = |text: &str| imported(&file(text), 2).into_iter().collect::<Vec<_>>();
    assert_eq!(
        names("use crate::{app::App, login::{self, page}, web};"),
        ["app", "login", "web"]
    );
    assert_eq!(
        names("let x = super::super::admin::keys(); // crate::comment"),
        ["admin"]
    );
    assert_eq!(names("use super::code; pub(crate) fn f() {}"), [""; 0]);
}
