//! The pages as a browser gets them: the names of the contract, safe whatever people write, readable in each language.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test may end the test")]

mod assets;
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

/// What each page must have, from the contract.
const IDS: &[(&str, &[&str])] = &[
    (
        "sign-in",
        &[
            "form#login-form",
            "input[name=username]",
            "input[name=password]",
            "input[name=csrf]",
            "input[name=transaction]",
            "button#submit",
        ],
    ),
    (
        "sign-in-wrong",
        &[
            "form#login-form",
            "p#problem",
            "a[data-source=github]",
            "a[data-source=example]",
            "a#recover",
        ],
    ),
    (
        "sign-in-own",
        &[
            "form#login-form",
            "input[name=username]",
            "input[name=password]",
            "button#submit",
        ],
    ),
    (
        "consent",
        &[
            "form#consent-form",
            "button#allow",
            "button#deny",
            "button#another",
            "li[data-scope=openid]",
            "li[data-scope=email]",
            "li[data-claim=birthdate]",
        ],
    ),
    (
        "first-use",
        &[
            "form#first-use-form",
            "button#allow",
            "button#deny",
            "button#another",
            "code#address",
            "p#plain-http",
        ],
    ),
    (
        "choose-account",
        &[
            "form#account-form",
            "button[value=present]",
            "button[value=another]",
            "button[name=forget]",
        ],
    ),
    (
        "sign-in-name",
        &[
            "form#login-form",
            "input[name=username]",
            "input[name=password]",
            "button#submit",
            "a#accounts",
        ],
    ),
    (
        "sign-in-password",
        &[
            "form#login-form",
            "input[name=step]",
            "input[name=username]",
            "input[name=password]",
            "button#submit",
        ],
    ),
    (
        "error",
        &[
            "article#error",
            "article[data-error-code=redirect_uri_mismatch]",
            "article[data-transaction=txn_01KAJ3]",
            "button[data-copied=*]",
        ],
    ),
    (
        "error-explained",
        &[
            "article#error",
            "section#explanation",
            "dd#given",
            "dd#expected",
            "li[data-aspect=trailing_slash]",
            "p[data-rule=address_exact]",
            "form#repair-1",
            "button[data-repair=add_redirect_uri]",
            "input[name=csrf]",
            "input[name=again]",
            "input#confirmed-2",
            "a#record",
        ],
    ),
    (
        "confirm-sign-out",
        &["form#logout-form", "button#submit", "input[name=state]", "a#stay"],
    ),
    (
        "form-post",
        &[
            "form#form-post",
            "input[name=code]",
            "input[name=state]",
            "input[name=iss]",
            "button#continue",
        ],
    ),
    ("signed-out", &["article#signed-out", "a#back"]),
    (
        "home",
        &["li[data-application=notes]", "button#sign-out", "form#sign-out-form"],
    ),
    (
        "enroll",
        &[
            "form#enroll-form",
            "input[name=username]",
            "input[name=email]",
            "p#username-problem",
            "button#submit",
        ],
    ),
    (
        "account",
        &[
            "li[data-source=github]",
            "input[name=external_account]",
            "button[data-source=github]",
            "p#problem",
        ],
    ),
    (
        "account-profile",
        &[
            "form#profile-form",
            "input[name=given_name]",
            "select[name=locale]",
            "p#zoneinfo-problem",
        ],
    ),
    (
        "account-password",
        &[
            "form#password-form",
            "input[name=current]",
            "input[name=password]",
            "input[name=end_others]",
        ],
    ),
    ("account-password-stale", &["div#confirm"]),
    (
        "account-app-passwords",
        &[
            "form#app-password-form",
            "code#app-password-value",
            "li[data-id=apw_01KAJ3]",
            "select[name=days]",
        ],
    ),
    ("account-consents", &["li[data-application=notes]", "input[name=id]"]),
    (
        "account-sessions",
        &["li[data-here=true]", "li[data-session=ses_01KAJ4]", "button#end-others"],
    ),
    (
        "account-emails",
        &[
            "form#address-form",
            "input[name=email]",
            "li[data-address=alice@example.com]",
            "p#email-problem",
        ],
    ),
    ("account-emails-none", &["p.empty"]),
    (
        "confirm-address",
        &["form#confirm-form", "input[name=token]", "button#submit"],
    ),
    (
        "recover",
        &["form#recover-form", "input[name=username]", "button#submit"],
    ),
    (
        "recover-new",
        &["form#recovery-form", "input[name=password]", "input[name=token]"],
    ),
    ("sign-up", &["form#enroll-form", "input[name=email]"]),
    ("sign-up-sent", &["article#mail-sent"]),
    (
        "join",
        &[
            "form#enroll-form",
            "input[name=username]",
            "input[name=name]",
            "input[name=password]",
        ],
    ),
    ("account-activity", &["li[data-action=login]", "a#older"]),
    (
        "first-administrator",
        &[
            "form#setup-form",
            "input[name=username]",
            "input[name=name]",
            "input[name=email]",
            "input[name=password]",
            "input[name=token]",
        ],
    ),
    (
        "api-docs",
        &["section#users", "details#post-api-v1-users", "details#get-api-v1-users"],
    ),
    (
        "sample-start",
        &[
            "form#sample-form",
            "button#sign-in",
            "input[name=scope]",
            "select[name=prompt]",
        ],
    ),
    (
        "sample-result",
        &[
            "section#person",
            "section#id-token",
            "section#access-token",
            "section#userinfo",
            "section#requests",
            "button#refresh",
            "button#call-userinfo",
            "button#sign-out",
        ],
    ),
    ("home-empty", &["p.empty"]),
    (
        "device",
        &[
            "form#device-form",
            "input[name=code]",
            "input[name=csrf]",
            "button#submit",
        ],
    ),
    (
        "device-wrong",
        &["form#device-form", "p#problem", "input[aria-invalid=true]"],
    ),
    (
        "device-question",
        &[
            "form#consent-form",
            "input[name=code]",
            "p#user-code",
            "p#warning",
            "p#asked",
            "time[datetime=2026-11-21T00:00:00Z]",
            "button#allow",
            "button#deny",
            "button#another",
            "li[data-scope=openid]",
        ],
    ),
    (
        "device-allowed",
        &["article#device-answered", "article[data-decision=allow]"],
    ),
];

#[test]
fn pages_have_the_elements_of_the_contract() {
    let pages = every_page(Words::Plain);
    for (name, selectors) in IDS.iter().copied() {
        let of_this_name = pages.iter().filter(|(full, _)| {
            LANGUAGES
                .iter()
                .flat_map(|tag| [format!("{name}-{tag}"), format!("{name}-{tag}-demonstration")])
                .any(|wanted| *full == wanted)
        });
        let mut seen = 0;
        for (full, page) in of_this_name {
            seen += 1;
            let html = Html::read(page).unwrap_or_else(|problem| panic!("{full}: {problem}"));
            for selector in selectors {
                assert!(html.has(selector), "{full} lacks {selector}");
            }
            assert_eq!(
                html.has("p#demonstration"),
                full.ends_with("-demonstration"),
                "{full}: the banner"
            );
        }
        assert_eq!(
            seen,
            2 * LANGUAGES.len(),
            "{name} is rendered in each language, with and without the banner"
        );
    }
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
    for name in ["style.css", "sample.css", "copy.js", "reveal.js", "favicon.svg"] {
        let file = assets.url(name).trim_start_matches('/').to_owned();
        assert!(!file.is_empty(), "there is {name}");
        std::fs::write(folder.join(file), assets.content(name).unwrap()).unwrap();
    }
    for (name, page) in every_page(Words::Plain) {
        std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}
