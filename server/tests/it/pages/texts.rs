//! The languages say the same things, and everything that a page says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use protocol::refusal::Refusal;
use vestibule::texts::{LANGUAGES, Texts, parse_accept_language, wished_languages};

/// The messages of a file, each with the variables in it.
fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines() {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) {
            current = line.split_once(" =").unwrap().0.to_owned();
            assert!(
                found.insert(current.clone(), BTreeSet::new()).is_none(),
                "{current} stands twice"
            );
        }
        for variable in line.split('$').skip(1) {
            let end = variable
                .find(|c: char| !c.is_ascii_alphanumeric())
                .unwrap_or(variable.len());
            found.get_mut(&current).unwrap().insert(variable[..end].to_owned());
        }
    }
    found
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// All messages of a language but those of refusals, which English keeps elsewhere; and the names of the files.
fn language(tag: &str) -> (BTreeSet<String>, BTreeMap<String, BTreeSet<String>>) {
    let mut files = vec![];
    sources(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("texts").join(tag),
        &mut files,
    );
    files.retain(|file| !file.ends_with("refusals.ftl"));
    files.sort();
    let all: String = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let names = files
        .iter()
        .map(|file| file.file_name().unwrap().to_str().unwrap().to_owned());
    (names.collect(), messages(&all))
}

#[test]
fn all_languages_have_the_same_messages_with_the_same_variables() {
    let (files, english) = language("en");
    assert!(english.len() > 80);
    for tag in LANGUAGES {
        assert_eq!((&files, &english), (&language(tag).0, &language(tag).1), "{tag}");
    }
    let texts = Texts::load().unwrap();
    for id in english.keys() {
        assert!(
            texts.choose(["en"]).find(id).is_some(),
            "{id} is in a file that the program does not have"
        );
    }
}

#[test]
fn every_message_that_is_used_exists_and_every_one_that_exists_is_used() {
    let known = language("en").1;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![];
    sources(&root.join("templates"), &mut files);
    sources(&root.join("src/pages"), &mut files);
    sources(&root.join("src/dashboard"), &mut files);
    let all: String = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    let mut used = BTreeSet::new();
    for call in ["say(\"", "say_with(\"", "say_values(\"", "say_count(\"", "rich(\""] {
        for piece in all.split(call).skip(1) {
            used.insert(piece.split_once('"').unwrap().0.to_owned());
        }
    }
    let named: BTreeSet<String> = vestibule::dashboard::messages().into_iter().collect();
    used.extend(named.iter().cloned());
    assert!(used.len() > 50);
    for id in &used {
        assert!(known.contains_key(id), "a page says {id}, and no language knows it");
    }
    let explained =
        vestibule::pages::explanation_messages().chain(vestibule::pages::dashboard::transactions::messages());
    let explained: BTreeSet<String> = explained.collect();
    for id in &explained {
        assert!(
            known.contains_key(id),
            "an explanation says {id}, and no language knows it"
        );
    }
    for id in known.keys() {
        let by_name = id.starts_with("scope-") || id.starts_with("claim-");
        let by_name = by_name || named.contains(id) || explained.contains(id);
        assert!(by_name || all.contains(&format!("\"{id}\"")), "nothing says {id}");
    }
}

/// A person meets the refusals of the pages; those of the token endpoint and of devices are read by programs.
#[test]
fn every_refusal_of_a_page_is_said_in_each_language() {
    let languages: Vec<_> = LANGUAGES
        .iter()
        .filter(|tag| **tag != "en")
        .map(|tag| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("texts")
                .join(tag)
                .join("refusals.ftl");
            messages(&std::fs::read_to_string(file).unwrap())
        })
        .collect();
    let place = |refusal: Refusal| Refusal::ALL.iter().position(|one| *one == refusal).unwrap();
    let (pages, ways_out) = (place(Refusal::CsrfInvalid), place(Refusal::LogoutHintInvalid));
    let mut wanted = BTreeSet::new();
    for (at, refusal) in Refusal::ALL.iter().enumerate() {
        let code = refusal.code();
        if (at <= pages || at >= ways_out)
            && !code.starts_with("client_authentication")
            && code != "client_secret_wrong"
        {
            wanted.extend([format!("refusal-{code}"), format!("refusal-{code}-next")]);
        }
    }
    assert!(wanted.len() > 100);
    for language in languages {
        assert_eq!(language.into_keys().collect::<BTreeSet<_>>(), wanted);
    }
    let texts = Texts::load().unwrap();
    let said = |tag| texts.choose([tag]).find("refusal-redirect_uri_mismatch");
    assert_eq!(
        said("de").unwrap(),
        "Die Rückkehradresse gehört nicht zu den eingetragenen."
    );
    assert_eq!(said("en"), None, "English stands in the table itself");
}

#[test]
fn the_language_is_the_first_wish_that_we_speak() {
    let texts = Texts::load().unwrap();
    let tag = |ui_locales, earlier, accept| texts.choose(wished_languages(ui_locales, earlier, accept)).tag();
    assert_eq!(tag(Some("da de-AT en"), Some("en"), None), "de");
    assert_eq!(tag(Some("da"), Some("de"), Some("en")), "de");
    assert_eq!(tag(None, None, Some("en;q=0.3, de-CH;q=0.9, da")), "de");
    assert_eq!(tag(None, None, Some("DE")), "de");
    assert_eq!(tag(None, None, Some("fr-CA, es;q=0.9")), "fr");
    assert_eq!(tag(Some("es-419"), Some("fr"), None), "es");
    assert_eq!(tag(None, None, None), "en");
    assert_eq!(
        tag(Some("<script>"), Some("../../etc"), Some("*;q=1,;;;,q=de,\u{0},de;q=0")),
        "en"
    );
    assert_eq!(
        tag(Some(&"xx ".repeat(100_000)), None, Some(&"yy,".repeat(100_000))),
        "en"
    );
}

#[test]
fn accept_language_is_ordered_by_weight() {
    assert_eq!(
        parse_accept_language("da, en-gb;q=0.8, en;q=0.7"),
        ["da", "en-gb", "en"]
    );
    assert_eq!(
        parse_accept_language("en;q=0.5,de;q=1.0,fr;q=NaN,it;q=7,es;q=-1,pt;x=1"),
        ["de", "en"]
    );
}

#[test]
fn numbers_take_their_plural_and_values_are_escaped() {
    let texts = Texts::load().unwrap();
    let (english, german) = (texts.choose(["en"]), texts.choose(["de"]));
    let wait = |tag, minutes| texts.choose([tag]).say_count("sign-in-too-many", "minutes", minutes);
    for (tag, one, five) in [
        ("fr", "dans 1 minute.", "dans 5 minutes."),
        ("es", "dentro de 1 minuto.", "dentro de 5 minutos."),
    ] {
        assert!(wait(tag, 1).ends_with(one) && wait(tag, 5).ends_with(five), "{tag}");
    }
    assert!(
        english
            .say_count("sign-in-too-many", "minutes", 1)
            .ends_with("in 1 minute.")
    );
    assert!(
        english
            .say_count("sign-in-too-many", "minutes", 5)
            .ends_with("in 5 minutes.")
    );
    assert!(
        german
            .say_count("sign-in-too-many", "minutes", 5)
            .contains("in 5 Minuten")
    );
    let markup = english
        .rich("back-to", "application", "<b>{ $x } & \u{E000}")
        .to_string();
    assert_eq!(markup, "Back to <bdi>&lt;b&gt;{ $x } &amp; \u{E000}</bdi>");
    assert_eq!(german.say("no-such-message"), "no-such-message");
}
