//! What every recipe promises: it can be read, its texts hold no name that nobody fills in, and the page of the documentation is the
//! one that follows from it.

use std::collections::BTreeSet;
use std::path::Path;

use protocol::client::Application;
use vestibule::actions::recipes::{
    Answers, Authentication, Endpoints, Recipe, Values, all, filled_paste, reference, sources,
};

/// Every recipe; a file that can not be read is none.
#[test]
fn every_file_is_a_recipe() {
    for (name, text) in sources() {
        if let Err(error) = toml::from_str::<Recipe>(&text) {
            panic!("{name}: {error}");
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(name.bytes().all(plain), "{name}");
    }
    assert_eq!(all().len(), sources().len());
    assert!(all().len() >= 30, "{} recipes", all().len());
    let titles: BTreeSet<&str> = all().iter().map(|recipe| recipe.title.as_str()).collect();
    assert_eq!(titles.len(), all().len(), "titles differ");
}

#[test]
fn every_recipe_is_complete() {
    for recipe in all() {
        let name = &recipe.name;
        assert!(recipe.documentation.starts_with("https://"), "{name}");
        for sentence in recipe.notes.iter().chain([&recipe.about]) {
            assert!(sentence.ends_with('.'), "{name}: {sentence}");
        }
        assert!(!recipe.paste.is_empty(), "{name}");
        for paste in &recipe.paste {
            assert_eq!(paste.text.is_some(), paste.fields.is_empty(), "{name}: {}", paste.title);
        }
        let request = &recipe.request;
        let template = &recipe.application;
        assert_eq!(
            template.public,
            request.authentication == Authentication::None,
            "{name}"
        );
        assert!(
            !template.require_pkce || request.pkce,
            "{name} demands what it does not send"
        );
        assert!(
            !template.public || template.require_pkce,
            "{name} has neither secret nor PKCE"
        );
        if request.endpoints == Endpoints::Openid {
            assert!(!template.redirect_uris.is_empty(), "{name}");
            assert!(
                !request.id_token.is_empty() || !request.userinfo.is_empty(),
                "{name} reads nothing"
            );
        }
        for scope in request.scope.split_whitespace() {
            let own = recipe.scope_mappings.iter().any(|mapping| mapping.scope == scope);
            assert!(
                own || template.scopes.iter().any(|there| there == scope),
                "{name}: {scope}"
            );
        }
    }
}

/// The text of a recipe with its own examples, and an application that was made from it.
fn filled(recipe: &Recipe) -> Vec<String> {
    let application = Application {
        slug: "made".to_owned(),
        client_id: "the-client-id".to_owned(),
        ..Application::default()
    };
    let values = Values::of_answers(&Answers::examples(recipe)).with_application(
        &application,
        "https://id.example.org/",
        Some("the-client-secret"),
    );
    let mut texts: Vec<String> = Vec::new();
    for paste in filled_paste(&recipe.paste, &values) {
        texts.push(paste.title);
        texts.extend(paste.text);
        texts.extend(paste.fields.into_iter().map(|(_, value)| value));
    }
    texts.extend(recipe.notes.iter().map(|note| values.fill(note)));
    let template = &recipe.application;
    let addresses = template.redirect_uris.iter().chain(&template.post_logout_redirect_uris);
    texts.extend(addresses.map(|address| values.fill(address)));
    texts
}

#[test]
fn every_name_in_a_text_is_filled_in() {
    // Names in braces of applications themselves.
    let theirs = ["{token}", "{logoutRedirectURL}", "{email}", "{name}"];
    for recipe in all() {
        for text in filled(recipe) {
            for (at, _) in text.match_indices('{') {
                let inside = text[at..].find('}').map_or("", |end| &text[at..=at + end]);
                let name = inside.trim_matches(['{', '}']);
                let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
                let whole = format!("{{{name}}}");
                assert!(
                    !is_name || theirs.contains(&whole.as_str()),
                    "{}: {inside} in {text}",
                    recipe.name
                );
            }
        }
    }
}

#[test]
fn every_application_is_told_who_it_is_and_who_we_are() {
    for recipe in all() {
        let name = &recipe.name;
        let all = filled(recipe).join("\n");
        assert!(all.contains("the-client-id"), "{name}");
        assert_eq!(all.contains("the-client-secret"), !recipe.application.public, "{name}");
        assert!(all.contains("https://id.example.org"), "{name}");
    }
}

#[test]
fn the_reference_page_is_what_the_recipes_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/recipes.md");
    let page = reference::page();
    if std::env::var_os("VESTIBULE_TEST_WRITE").is_some() {
        std::fs::write(&path, &page).expect("the page is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, page,
        "docs/reference/recipes.md is old; VESTIBULE_TEST_WRITE=1 writes it"
    );
}
