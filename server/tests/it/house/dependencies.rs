//! Licences, bans and sources of the dependencies, as `deny.toml` has them. Licences and bans hold for what is really
//! built for this machine (with its tests); sources hold for the whole lock file.

mod graph;
mod licence;

use super::files;

fn rules() -> toml::Table {
    let text = std::fs::read_to_string(files::root().join("deny.toml")).expect("deny.toml exists");
    text.parse().expect("deny.toml is TOML")
}

/// Strings of an array in the rules.
fn strings(value: &toml::Value) -> Vec<String> {
    let array = value.as_array().expect("an array in deny.toml");
    array
        .iter()
        .map(|item| item.as_str().expect("a string in deny.toml").to_owned())
        .collect()
}

#[test]
fn licences_of_all_dependencies_are_allowed() {
    let allowed = strings(&rules()["licenses"]["allow"]);
    let graph = graph::load();
    let foreign = graph.packages().filter(|package| package.source.is_some());
    let mut refused = Vec::new();
    let mut checked = 0;
    for package in foreign {
        checked += 1;
        let licence = package.licence.as_deref().unwrap_or_default();
        match licence::is_allowed(licence, &allowed) {
            Ok(true) => {}
            Ok(false) => refused.push(format!("{} {}: {licence}", package.name, package.version)),
            Err(reason) => refused.push(format!("{} {}: {licence:?} {reason}", package.name, package.version)),
        }
    }
    assert!(checked > 100, "the dependencies were not found: {checked}");
    files::assert_none("licences that deny.toml does not allow:", &refused);
}

#[test]
fn banned_crates_are_not_built() {
    let rules = rules();
    let bans = rules["bans"]["deny"].as_array().expect("a list of bans");
    let graph = graph::load();
    let mut found = Vec::new();
    for ban in bans {
        let name = ban["crate"].as_str().expect("a ban names a crate");
        let wrappers = ban.get("wrappers").map(strings).unwrap_or_default();
        for parent in graph.parents_of(name) {
            if !wrappers.contains(&parent) {
                found.push(format!(
                    "{name}, through {parent}: {}",
                    ban["reason"].as_str().unwrap_or_default()
                ));
            }
        }
    }
    files::assert_none("banned crates:", &found);
}

#[test]
fn dependencies_come_from_the_public_registry() {
    let allowed = strings(&rules()["sources"]["allow-registry"]);
    let lock = std::fs::read_to_string(files::root().join("Cargo.lock")).expect("Cargo.lock exists");
    let lock: toml::Table = lock.parse().expect("Cargo.lock is TOML");
    let mut foreign = Vec::new();
    for package in lock["package"].as_array().expect("packages") {
        let Some(source) = package.get("source").and_then(toml::Value::as_str) else {
            continue;
        };
        if !allowed.iter().any(|registry| source == format!("registry+{registry}")) {
            foreign.push(format!("{:?} from {source}", package["name"]));
        }
    }
    files::assert_none("foreign sources:", &foreign);
}

#[test]
fn the_graph_is_the_one_that_is_built() {
    let graph = graph::load();
    assert!(graph.parents_of("aws-lc-sys").contains(&"aws-lc-rs".to_owned()));
    assert!(
        graph.parents_of("store").is_empty(),
        "packages are known by their own name"
    );
    assert!(
        graph
            .parents_of("vestibule-store")
            .contains(&"vestibule-server".to_owned())
    );
}
