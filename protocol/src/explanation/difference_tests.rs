//! Each part of an address, lists and texts: what is named and what is marked.

use super::{Aspect, Piece, of_address, of_list, of_text};

fn joined(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

fn marked(pieces: &[Piece]) -> Vec<&str> {
    let differing = pieces.iter().filter(|piece| piece.differs);
    differing.map(|piece| piece.text.as_str()).collect()
}

/// Given, expected, what differs, and what is marked on both sides.
type Row = (
    &'static str,
    &'static str,
    &'static [Aspect],
    &'static [&'static str],
    &'static [&'static str],
);

const TABLE: &[Row] = &[
    (
        "http://a.example/cb",
        "https://a.example/cb",
        &[Aspect::Scheme],
        &[],
        &["s"],
    ),
    (
        "https://b.example/cb",
        "https://a.example/cb",
        &[Aspect::Host],
        &["b"],
        &["a"],
    ),
    (
        "https://a.example:8443/cb",
        "https://a.example/cb",
        &[Aspect::Port],
        &[":8443"],
        &[],
    ),
    (
        "https://[::1]:80/cb",
        "https://[::1]:81/cb",
        &[Aspect::Port],
        &["0"],
        &["1"],
    ),
    (
        "https://a.example/callback",
        "https://a.example/cb",
        &[Aspect::Path],
        &["allback"],
        &["b"],
    ),
    (
        "https://a.example/cb/",
        "https://a.example/cb",
        &[Aspect::TrailingSlash],
        &["/"],
        &[],
    ),
    (
        "https://a.example",
        "https://a.example/",
        &[Aspect::TrailingSlash],
        &[],
        &["/"],
    ),
    (
        "https://a.example/cb?x=1",
        "https://a.example/cb",
        &[Aspect::Query],
        &["?x=1"],
        &[],
    ),
    (
        "https://a.example/cb#x",
        "https://a.example/cb",
        &[Aspect::Fragment],
        &["#x"],
        &[],
    ),
    (
        "https://a.example/a%2Fb",
        "https://a.example/a/b",
        &[Aspect::PercentEncoding],
        &["%2F"],
        &["/"],
    ),
    (
        "https://A.example/cb",
        "https://a.example/cb",
        &[Aspect::LetterCase],
        &["A"],
        &["a"],
    ),
    (
        "https://me@a.example/cb",
        "https://a.example/cb",
        &[Aspect::UserInformation],
        &["me@"],
        &[],
    ),
    ("com.app:/cb", "com.app:/other", &[Aspect::Path], &["cb"], &["other"]),
    (
        "/cb",
        "https://a.example/cb",
        &[Aspect::Scheme, Aspect::Host],
        &[],
        &["https://", "a.example"],
    ),
    (
        "http://a.example:80/cb/",
        "https://a.example/cb",
        &[Aspect::Scheme, Aspect::Port, Aspect::TrailingSlash],
        &[":80", "/"],
        &["s"],
    ),
];

#[test]
fn each_part_of_an_address_is_named_and_marked() {
    for (given, expected, aspects, left, right) in TABLE {
        let difference = of_address(given, &[expected]).expect("they differ");
        assert_eq!(difference.aspects, *aspects, "{given} {expected}");
        assert_eq!(joined(&difference.given), *given);
        assert_eq!(joined(&difference.expected), *expected);
        assert_eq!(marked(&difference.given), *left, "{given} {expected}");
        assert_eq!(marked(&difference.expected), *right, "{given} {expected}");
    }
}

#[test]
fn the_nearest_of_several_is_shown_and_the_others_are_named() {
    let difference = of_address(
        "https://a.example/cb/",
        &[
            "https://b.example/cb/",
            "https://a.example/cb",
            "https://a.example/other",
        ],
    )
    .expect("they differ");
    assert_eq!(joined(&difference.expected), "https://a.example/cb");
    assert_eq!(difference.others, ["https://b.example/cb/", "https://a.example/other"]);
    assert_eq!(of_address("https://a.example/", &[]), None);
}

#[test]
fn a_pattern_is_shown_as_one() {
    let difference = of_address("https://a.example/cb", &[r"https://[^/.]+\.example\.com/cb"]).expect("one");
    assert_eq!(difference.aspects, [Aspect::Pattern]);
}

#[test]
fn lists_show_what_is_missing_and_what_is_too_much() {
    let difference = of_list("openid admin", "openid profile").expect("they differ");
    assert_eq!(difference.aspects, [Aspect::Missing, Aspect::Extra]);
    assert_eq!(marked(&difference.given), ["admin"]);
    assert_eq!(marked(&difference.expected), ["profile"]);
    assert_eq!(of_list("a b", "b a"), None);
    assert_eq!(of_list("", "openid").expect("one").aspects, [Aspect::Missing]);
}

#[test]
fn texts_differ_as_a_whole_or_in_their_letters() {
    assert_eq!(of_text("plain", "S256").aspects, [Aspect::Text]);
    assert_eq!(of_text("s256", "S256").aspects, [Aspect::LetterCase]);
    assert!(of_text("", "S256").given.is_empty());
}

#[test]
fn no_text_breaks_the_comparison() {
    for given in [
        "",
        ":",
        "://",
        "a://@:/",
        "%",
        "%zz",
        "ä://ö",
        "https://[::1",
        "?#",
        "#?",
    ] {
        for expected in ["", "https://a.example/cb", "ü%C3", "://@:"] {
            let difference = of_address(given, &[expected]).expect("compared");
            assert_eq!(joined(&difference.given), given);
            assert_eq!(joined(&difference.expected), expected);
        }
    }
}
