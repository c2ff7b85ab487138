//! Durations as people write them, and what a mistake is answered with.

use proptest::prelude::*;

use protocol::duration::{DurationError, Span};

fn micros(text: &str) -> i64 {
    text.parse::<Span>()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .as_micros()
}

#[test]
fn reads_every_unit_in_any_case_and_order() {
    assert_eq!(micros("hours=1;minutes=30"), 5_400_000_000);
    assert_eq!(micros("minutes=30;hours=1"), 5_400_000_000);
    assert_eq!(micros("HOURS=1;Minutes=30"), 5_400_000_000);
    assert_eq!(micros(" hours = 1 ; minutes = 30 ; "), 5_400_000_000);
    assert_eq!(micros("minutes=1;minutes=1"), 120_000_000);
    assert_eq!(micros("weeks=1"), micros("days=7"));
    assert_eq!(micros("milliseconds=1;microseconds=1"), 1001);
    assert_eq!(micros("seconds=0"), 0);
    assert_eq!(micros("days=036525"), Span::MAX.as_micros());
}

#[test]
fn fractions_are_exact() {
    assert_eq!(micros("hours=1.5"), 5_400_000_000);
    assert_eq!(micros("seconds=.25"), 250_000);
    assert_eq!(micros("seconds=0.1"), 100_000);
    assert_eq!(micros("microseconds=0.5"), 1);
    assert_eq!(micros("microseconds=0.49"), 0);
    assert_eq!(micros("seconds=0.0000000000000000000000000001"), 0);
}

#[test]
fn a_mistake_is_answered_with_the_right_form() {
    let answers = [
        ("", "`minutes=10`"),
        (" ; ", "`minutes=10`"),
        ("10", "`seconds=10`"),
        ("10m", "`minutes=10`"),
        ("10 minutes", "`minutes=10`"),
        ("1.5h", "`hours=1.5`"),
        ("minute=10", "`minutes=10`"),
        ("min=10", "`minutes=10`"),
        ("Hour=2", "`hours=2`"),
        ("fortnights=2", "weeks"),
        ("hours=1,minutes=30", "decimal"),
        ("hours", "`minutes=10`"),
        ("hours=", "decimal"),
        ("hours=1e3", "decimal"),
        ("hours=1.", "decimal"),
        ("hours=+1", "decimal"),
        ("hours=\u{661}", "decimal"),
        ("hours=NaN", "decimal"),
        ("hours=-1", "negative"),
        ("days=36525;microseconds=1", "hundred years"),
        ("weeks=99999999999999999999999999", "hundred years"),
    ];
    for (text, part) in answers {
        let message = text.parse::<Span>().unwrap_err().to_string();
        assert!(message.contains(part), "{text:?}: {message}");
    }
    assert_eq!("days=1;".repeat(50).parse::<Span>(), Err(DurationError::TooLong));
}

#[test]
fn canonical_form() {
    for (text, canonical) in [
        ("minutes=90", "hours=1;minutes=30"),
        ("weeks=1;hours=24", "days=8"),
        ("days=30", "days=30"),
        ("seconds=0", "seconds=0"),
        ("seconds=1.000001", "seconds=1;microseconds=1"),
    ] {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), canonical);
    }
    assert_eq!(serde_json::to_string(&Span::from_secs(600)).unwrap(), r#""minutes=10""#);
    assert_eq!(
        serde_json::from_str::<Span>(r#""minutes=10""#).unwrap(),
        Span::from_secs(600)
    );
    assert!(serde_json::from_str::<Span>("600").is_err());
    assert_eq!(Span::from_secs(u32::MAX), Span::MAX);
}

proptest! {
    #[test]
    fn written_and_read_again_it_is_the_same(value in 0..=Span::MAX.as_micros()) {
        let span = Span::from_micros(value).unwrap();
        prop_assert_eq!(span.to_string().parse::<Span>(), Ok(span));
    }

    #[test]
    fn any_text_gives_an_answer(text in "\\PC{0,60}") {
        if let Ok(span) = text.parse::<Span>() {
            prop_assert!(span <= Span::MAX);
        }
    }

    #[test]
    fn anything_like_a_pair_gives_an_answer(text in "[a-zA-Z]{0,12}=[-0-9.]{0,30}(;(hours|days)=[0-9.]{1,20})?") {
        if let Ok(span) = text.parse::<Span>() {
            prop_assert!(span <= Span::MAX);
        }
    }
}
