//! The table of refusals, and the page that is made of it.

use crate::refusal::{Refusal, reference};

#[test]
fn codes_are_unique_and_plain() {
    let mut seen = std::collections::BTreeSet::new();
    for refusal in Refusal::ALL {
        assert!(seen.insert(refusal.code()), "{} stands twice", refusal.code());
        assert!(
            refusal
                .code()
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        );
    }
}

#[test]
fn the_reference_page_is_what_the_table_says() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reference/refusals.md");
    if std::env::var_os("VESTIBULE_TEST_WRITE").is_some() {
        std::fs::write(&path, reference()).unwrap();
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stands == reference(),
        "docs/reference/refusals.md is old; write it with VESTIBULE_TEST_WRITE=1 cargo test the_reference_page"
    );
}

#[test]
fn sentences_may_stand_in_an_error_description() {
    // RFC 6749, section 5.2: %x20-21 / %x23-5B / %x5D-7E
    for refusal in Refusal::ALL {
        for text in [refusal.sentence(), refusal.advice()] {
            assert!(
                text.bytes()
                    .all(|byte| (0x20..=0x7e).contains(&byte) && byte != b'"' && byte != b'\\'),
                "{text}"
            );
            assert!(text.ends_with('.'), "{text}");
        }
    }
}
