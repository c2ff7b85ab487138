//! Short texts that people and administrators write.

use protocol::device::UserCode;
use protocol::duration::Span;
use protocol::github::slug::slugify;
use protocol::profile::{
    check_birthdate, check_email, check_group_name, check_locale, check_phone_number, check_text, check_url,
    check_username, check_zoneinfo,
};
use protocol::user::fold;

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "ada@example.com",
    "+441234567890",
    "1815-12-10",
    "0000-12-10",
    "Europe/Berlin",
    "de-DE",
    "en-GB-oed",
    "https://example.com/a",
    "hours=1;minutes=30",
    "days=",
    "weeks=",
    "seconds=",
    "never",
    "1h",
    "BCDF-GHJK",
    "BCDFGHJK",
];

/// A text as each of the things that it can be.
pub(crate) fn profile(input: &[u8]) -> Place {
    let Ok(text) = std::str::from_utf8(input) else {
        return place(0);
    };
    let span = text.parse::<Span>();
    if let Ok(span) = span {
        assert!(span.as_micros() >= 0 && span <= Span::MAX);
    }
    let code = UserCode::parse(text);
    if let Some(code) = &code {
        let shown = code.to_string();
        assert!(shown.len() == 9 && UserCode::parse(&shown).as_ref() == Some(code));
    }
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "folded twice it is another");
    let slug = slugify(text);
    assert!(
        slug.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            || !text.is_ascii()
    );
    place((
        span.is_ok(),
        code.is_some(),
        check_username(text).is_ok(),
        check_group_name(text).is_ok(),
        check_text(text).is_ok(),
        check_email(text).is_ok(),
        check_phone_number(text).is_ok(),
        check_birthdate(text).is_ok(),
        check_zoneinfo(text).is_ok(),
        check_locale(text).is_ok(),
        check_url(text).is_ok(),
        slug.is_empty(),
    ))
}
