//! The packages that are really built, from `cargo metadata`. Its own graph also has edges to optional dependencies
//! that no enabled feature asks for (`alloc = ["ring?/alloc"]` does not build ring); those are cut here.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::super::files;

/// What the rules ask of a package.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    /// The SPDX expression of the manifest.
    pub(super) licence: Option<String>,
    /// The registry; none for the crates of this workspace.
    pub(super) source: Option<String>,
}

/// Packages by id, with the ids each of them builds upon.
pub(super) struct Graph {
    packages: BTreeMap<String, Package>,
    edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    pub(super) fn packages(&self) -> impl Iterator<Item = &Package> {
        self.packages.values()
    }

    /// Names of the packages that build upon a crate of this name.
    pub(super) fn parents_of(&self, name: &str) -> Vec<String> {
        let is = |id: &String| self.packages.get(id).is_some_and(|package| package.name == name);
        let parents = self.edges.iter().filter(|(_, children)| children.iter().any(is));
        parents.map(|(id, _)| self.packages[id].name.clone()).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn run(arguments: &[&str]) -> String {
    let cargo = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(files::root())
        .output()
        .expect("cargo runs");
    assert!(
        cargo.status.success(),
        "cargo {arguments:?}: {}",
        String::from_utf8_lossy(&cargo.stderr)
    );
    String::from_utf8(cargo.stdout).expect("cargo writes UTF-8")
}

/// The graph for the machine that runs the tests. Nothing is fetched: what was built is there.
pub(super) fn load() -> Graph {
    let version = run(&["-vV"]);
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("cargo names its host");
    let answer = run(&[
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--offline",
        "--filter-platform",
        host,
    ]);
    let metadata: Value = serde_json::from_str(&answer).expect("cargo metadata is JSON");
    let manifests: BTreeMap<String, &Value> = metadata["packages"]
        .as_array()
        .expect("packages")
        .iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes: BTreeMap<String, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .map(|node| (text(&node["id"]), node))
        .collect();

    let mut waiting: Vec<String> = metadata["workspace_members"]
        .as_array()
        .expect("members")
        .iter()
        .map(text)
        .collect();
    let mut graph = Graph {
        packages: BTreeMap::new(),
        edges: BTreeMap::new(),
    };
    while let Some(id) = waiting.pop() {
        if graph.packages.contains_key(&id) {
            continue;
        }
        let children = live_children(nodes[&id], manifests[&id]);
        let manifest = manifests[&id];
        graph.packages.insert(
            id.clone(),
            Package {
                name: text(&manifest["name"]),
                version: text(&manifest["version"]),
                licence: manifest["license"].as_str().map(str::to_owned),
                source: manifest["source"].as_str().map(str::to_owned),
            },
        );
        waiting.extend(children.iter().cloned());
        graph.edges.insert(id, children);
    }
    graph
}

/// The dependencies of a node without the optional ones that none of its enabled features switches on.
fn live_children(node: &Value, manifest: &Value) -> BTreeSet<String> {
    let features = node["features"].as_array().expect("features").iter().map(text);
    let asked: Vec<String> = features
        .flat_map(|feature| manifest["features"][feature].as_array().cloned().unwrap_or_default())
        .map(|item| text(&item))
        .collect();
    let is_live = |dependency: &Value| {
        let name = text(if dependency["rename"].is_null() {
            &dependency["name"]
        } else {
            &dependency["rename"]
        });
        !dependency["optional"].as_bool().unwrap_or_default()
            || asked.iter().any(|item| {
                *item == format!("dep:{name}") || item.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'))
            })
    };
    let declared = manifest["dependencies"].as_array().expect("dependencies");
    let live: BTreeSet<String> = declared
        .iter()
        .filter(|dependency| is_live(dependency))
        .map(|dependency| text(&dependency["name"]))
        .collect();
    let children = node["deps"]
        .as_array()
        .expect("deps")
        .iter()
        .map(|dep| text(&dep["pkg"]));
    // An id ends in `#name@version`, or in `/folder#version` for a path whose folder has the name of the crate.
    children
        .filter(|id| {
            live.iter()
                .any(|name| id.contains(&format!("#{name}@")) || !id.contains('@') || id.starts_with("path+"))
        })
        .collect()
}
