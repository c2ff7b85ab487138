//! The pages as a browser gets them: the names of the contract, safe whatever people write, readable in each language.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may end the test")]

mod assets;
mod contract;
pub(crate) mod html;
mod policy;
pub(crate) mod specimens;
mod texts;

use std::collections::BTreeSet;
use std::path::Path;

use html::Html;
use specimens::{HOSTILE, Words, render_all};
use vestibule::assets::Assets;
use vestibule::pages::Frame;
use vestibule::texts::{LANGUAGES, Texts};

fn every_page(words: Words) -> Vec<(String, String)> {
    let (texts, assets) = (Texts::load().unwrap(), Assets::load());
    let mut pages = Vec::new();
    for language in LANGUAGES {
        for demonstration in [false, true] {
            let frame = Frame {
                speech: texts.choose([*language]),
                assets: &assets,
                demonstration,
            };
            for (name, html) in render_all(&frame, words) {
                let suffix = if demonstration { "-demonstration" } else { "" };
                pages.push((format!("{name}-{language}{suffix}"), html));
            }
        }
    }
    pages
}

#[test]
fn pages_are_well_formed_and_every_field_has_a_label() {
    for (name, page) in every_page(Words::Plain) {
        let html = Html::read(&page).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let mut ids = BTreeSet::new();
        for element in &html.elements {
            if let Some(id) = element.attribute("id") {
                assert!(ids.insert(id), "{name}: the id {id} stands twice");
            }
        }
        let labelled: BTreeSet<&str> = html
            .elements
            .iter()
            .filter(|e| e.name == "label")
            .filter_map(|e| e.attribute("for"))
            .collect();
        for element in &html.elements {
            if matches!(element.name.as_str(), "input" | "select") && element.attribute("type") != Some("hidden") {
                let id = element
                    .attribute("id")
                    .unwrap_or_else(|| panic!("{name}: a field without id"));
                assert!(labelled.contains(id), "{name}: no label for {id}");
            }
            if let Some(described) = element.attribute("aria-describedby") {
                assert!(
                    ids.contains(described),
                    "{name}: {described} describes and is not there"
                );
            }
            if element.name == "img" {
                assert!(element.attribute("alt").is_some(), "{name}: a picture without alt");
            }
        }
        let root = html.elements.iter().find(|element| element.name == "html").unwrap();
        assert!(
            root.attribute("lang").is_some_and(|tag| LANGUAGES.contains(&tag)),
            "{name}: the language"
        );
        assert_eq!(root.attribute("dir"), Some("ltr"), "{name}: the direction");
    }
}

#[test]
fn no_page_has_inline_script_or_style() {
    for words in [Words::Plain, Words::Hostile(HOSTILE[0])] {
        for (name, page) in every_page(words) {
            let html = Html::read(&page).unwrap_or_else(|problem| panic!("{name}: {problem}"));
            for element in &html.elements {
                assert_ne!(element.name, "style", "{name}");
                if element.name == "script" {
                    let source = element.attribute("src").unwrap_or_default();
                    assert!(source.starts_with("/assets/"), "{name}: a script from {source:?}");
                    assert_eq!(element.text, "", "{name}: an inline script");
                }
                for (attribute, _) in &element.attributes {
                    assert!(
                        !attribute.starts_with("on") && attribute != "style",
                        "{name}: {attribute}"
                    );
                }
            }
        }
    }
}

#[test]
fn hostile_words_stay_words() {
    let shape = |html: &Html| -> BTreeSet<(String, String)> {
        html.elements
            .iter()
            .flat_map(|element| {
                let bare = (element.name.clone(), String::new());
                let named = element
                    .attributes
                    .iter()
                    .map(|(name, _)| (element.name.clone(), name.clone()));
                named.chain([bare]).collect::<Vec<_>>()
            })
            .collect()
    };
    let known: BTreeSet<(String, String)> = every_page(Words::Plain)
        .iter()
        .flat_map(|(_, page)| shape(&Html::read(page).unwrap()))
        .collect();
    for hostile in HOSTILE {
        for (name, page) in every_page(Words::Hostile(hostile)) {
            let html = Html::read(&page).unwrap_or_else(|problem| panic!("{name} with {hostile:?}: {problem}"));
            let strange: Vec<_> = shape(&html).difference(&known).cloned().collect();
            assert!(strange.is_empty(), "{name} with {hostile:?} has grown {strange:?}");
            for element in &html.elements {
                for attribute in ["href", "src", "action", "formaction"] {
                    let address = element
                        .attribute(attribute)
                        .unwrap_or_default()
                        .trim_start()
                        .to_ascii_lowercase();
                    let bad = ["javascript:", "vbscript:", "data:text", "//", "/\\"];
                    assert!(
                        !bad.iter().any(|start| address.starts_with(start)),
                        "{name}: {attribute} leads to {address}"
                    );
                }
            }
            let shown = html
                .elements
                .iter()
                .any(|element| element.text.contains(hostile) || element.attribute("value") == Some(hostile));
            assert!(
                shown || name.starts_with("sign-in-own"),
                "{name} does not show {hostile:?} as it is"
            );
        }
    }
}

#[test]
fn secrets_in_the_sample_applications_log_are_masked() {
    for (name, page) in every_page(Words::Plain)
        .iter()
        .filter(|(name, _)| name.starts_with("sample-result"))
    {
        for secret in specimens::SECRETS {
            assert!(!page.contains(secret), "{name} shows {secret}");
        }
        assert!(page.contains("authorization_code"), "what is no secret is shown");
    }
}

/// Writes each page with its assets to `test-output/pages`, where one can look at them.
#[test]
fn pages_are_written_out_to_be_looked_at() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test-output/pages");
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    let assets = Assets::load();
    for name in [
        "style.css",
        "sample.css",
        "factors.css",
        "copy.js",
        "reveal.js",
        "passkey.js",
        "favicon.svg",
    ] {
        let file = assets.url(name).trim_start_matches('/').to_owned();
        assert!(!file.is_empty(), "there is {name}");
        std::fs::write(folder.join(file), assets.content(name).unwrap()).unwrap();
    }
    for (name, page) in every_page(Words::Plain) {
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}
