//! What holds for every pattern that is taken: it reaches no stranger, it never matches more than it says, and it takes
//! its time in proportion to the address.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use protocol::redirect_uri::Pattern;

#[test]
#[expect(clippy::disallowed_methods, reason = "a test that measures")]
fn catastrophic_patterns_finish_within_five_milliseconds() {
    for (pattern, fill, last) in [
        (r"https://a\.example\.com/(a*)*b", "a", "b"),
        (r"https://a\.example\.com/(a|a)*b", "a", "b"),
        (r"https://a\.example\.com/(a|aa)+$", "a", "a"),
        (r"https://a\.example\.com/([a-zA-Z]+)*\$", "aB", "$"),
        (r"https://a\.example\.com/(.*a){12}x", "a", "x"),
        (r"https://a\.example\.com/.*.*.*=.*[0-9]", "x", "1"),
        (r"https://a\.example\.com/[ab]*a[ab]{150}x", "ab", "x"),
        (r"https://a\.example\.com/[a-b]{60}a[ab]*x", "ab", "x"),
        (r"https://a\.example\.com/(x+x+)+y", "x", "y"),
        (r"https://a\.example\.com/(a?){30}a{30}", "a", "a"),
    ] {
        let compiled = Pattern::compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        let filled = fill.repeat(2000 / fill.len());
        let (one, other) = filled.split_at(1000);
        for path in [
            format!("{filled}!"),
            format!("!{filled}{last}"),
            format!("{one}!{other}{last}"),
        ] {
            let uri = format!("https://a.example.com/{path}");
            // The quickest of several: others use the machine too.
            let quickest = (0..9)
                .map(|_| {
                    let start = Instant::now();
                    std::hint::black_box(compiled.is_match(&uri));
                    start.elapsed()
                })
                .min()
                .unwrap();
            assert!(quickest < Duration::from_millis(5), "{pattern} took {quickest:?}");
        }
    }
}

fn registrable(uri: &str) -> Option<String> {
    let url = url::Url::parse(uri).ok()?;
    psl::domain_str(url.host_str()?).map(str::to_owned)
}

/// Pieces of patterns that bite.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "evil",
        "example",
        "com",
        "\\.",
        ".",
        ".*",
        ".+",
        "[^/]+",
        "[^.]*",
        "[^/.]+",
        "(",
        ")",
        "|",
        "?",
        "*",
        "+",
        "/",
        "\\/",
        "@",
        ":",
        "(:\\d+)?",
        "(/.*)?",
        "\\\\",
        "#",
        "\\?",
        "\\x2f",
        "\\x40",
        "[@/]",
        "\\w",
        "\\W",
        "\\S",
        "$",
        "^",
        "(?i)",
        "(?s)",
        "(?x)",
        "(?i:E)",
        "{2}",
        "example\\.com",
        "evil\\.example",
        "\\.example\\.com",
        "/cb",
        "[[:ascii:]]",
    ]);
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Whatever is accepted as a pattern with this end, only hosts of this domain match.
    #[test]
    fn no_pattern_reaches_another_registrable_domain(
        before in pieces(),
        after in pieces(),
        presented in prop_oneof![
            "https://(evil|a|example)[.@:/?#\\\\%a-z]{0,12}(example\\.com|evil\\.example)[/@:?#.a-z]{0,8}",
            "https://[a-z.]{0,6}example[.a-z/@]com[.a-z/@:]{0,8}",
            "https?://[!-~]{0,30}",
        ],
    ) {
        let text = format!("https://{before}\\.example\\.com{after}");
        if let Ok(pattern) = Pattern::compile(&text)
            && pattern.is_match(&presented)
        {
            // The pattern may have found its own end elsewhere, but never a domain that is not written out in it.
            let found = registrable(&presented).unwrap();
            let written = text.replace("\\.", ".");
            prop_assert!(written.contains(&found), "{} {} {}", text, presented, found);
            if !after.contains("example") && !before.contains('/') && !before.contains("\\x2f") && !before.contains('?') {
                prop_assert_eq!(found, "example.com", "{} {}", text, presented);
            }
        }
    }

    /// What matches is matched as a whole by the expression itself too, where it is taken as written.
    #[test]
    fn narrowing_never_widens(before in pieces(), after in pieces(), presented in "https://[a-z.]{0,6}\\.?example\\.com[/a-z?=.:0-9]{0,8}") {
        let text = format!("https://{before}example\\.com{after}");
        if let Ok(pattern) = Pattern::compile(&text)
            && pattern.is_match(&presented)
        {
            let whole = regex::Regex::new(&format!("\\A(?:{text})\\z")).unwrap();
            prop_assert!(whole.is_match(&presented), "{} {}", text, presented);
        }
    }

    #[test]
    fn any_text_compiles_or_is_refused(text in "\\PC{0,40}|https://[!-~]{0,40}") {
        if let Ok(pattern) = Pattern::compile(&text) {
            let _ = pattern.is_match(&text);
            if let Some(better) = pattern.with_dots_escaped() {
                let better = Pattern::compile(better).unwrap();
                prop_assert_eq!(better.with_dots_escaped(), None);
            }
        }
    }
}
