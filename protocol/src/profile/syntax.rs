//! The forms of single values: e-mail address, telephone number, date of birth, time zone, language, web address.

use super::{CONTROL, Violation};

/// The longest e-mail address, in bytes (RFC 5321, section 4.5.3.1).
const LONGEST_EMAIL: usize = 254;
/// The longest web address, in bytes.
const LONGEST_URL: usize = 2048;

const EMAIL: Violation = Violation::new(
    "invalid_email",
    "must be an e-mail address: one @, a name before it and a domain in ASCII form after it",
);

/// Checks an e-mail address: exactly one `@`, no quotes, spaces or control characters, a domain of ASCII labels without
/// a dot at its end. Whoever looks at the domain of a stored address may split it at the `@`.
///
/// # Errors
/// What is wrong with it.
pub fn check_email(text: &str) -> Result<(), Violation> {
    if text.chars().any(char::is_control) {
        return Err(CONTROL);
    }
    if text.len() > LONGEST_EMAIL {
        return Err(Violation::new("too_long", "must have at most 254 bytes"));
    }
    let (local, domain) = text.split_once('@').ok_or(EMAIL)?;
    let is_atom = |letter: char| letter.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(letter);
    let local_is_right = local.len() <= 64
        && local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom));
    if local_is_right && is_domain(domain) {
        Ok(())
    } else {
        Err(EMAIL)
    }
}

fn is_domain(domain: &str) -> bool {
    domain.split('.').all(|label| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

/// Checks a telephone number: E.164 (`+` and up to 15 digits), with an extension as RFC 3966 writes it (`;ext=12`) if
/// there is one.
///
/// # Errors
/// [`Violation`] `invalid_phone_number`.
pub fn check_phone_number(text: &str) -> Result<(), Violation> {
    let (number, extension) = match text.split_once(";ext=") {
        Some((number, extension)) => (number, Some(extension)),
        None => (text, None),
    };
    let is_digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_right = number
        .strip_prefix('+')
        .is_some_and(|digits| is_digits(digits, 15) && digits.len() >= 4 && !digits.starts_with('0'))
        && extension.is_none_or(|extension| is_digits(extension, 8));
    if is_right {
        Ok(())
    } else {
        Err(Violation::new(
            "invalid_phone_number",
            "must be an E.164 number, like +14155550100, or one with an extension, like +14155550100;ext=12",
        ))
    }
}

/// Checks a date of birth: `YYYY-MM-DD`, `0000-MM-DD` where the year is not told, or `YYYY`.
///
/// # Errors
/// [`Violation`] `invalid_birthdate`.
pub fn check_birthdate(text: &str) -> Result<(), Violation> {
    let wrong = Violation::new(
        "invalid_birthdate",
        "must be a date like 1990-07-31, a date without its year like 0000-07-31, or a year like 1990",
    );
    let number = |part: &str, width: usize| -> Option<u32> {
        (part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()
    };
    let parts: Vec<&str> = text.split('-').collect();
    let is_right = match parts.as_slice() {
        [year] => number(year, 4).is_some_and(|year| year > 0),
        [year, month, day] => match (number(year, 4), number(month, 2), number(day, 2)) {
            (Some(year), Some(month), Some(day)) => (1..=days_in(year, month)).contains(&day),
            _ => false,
        },
        _ => false,
    };
    if is_right { Ok(()) } else { Err(wrong) }
}

/// Days of a month; zero for what is no month. A year that is not told counts as one with a 29th of February.
const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Checks the name of a time zone: the form of the time zone database (`Europe/Paris`, `Etc/GMT+1`, `UTC`). Whether the
/// zone exists depends on the edition of the database that each machine has, so it is not asked.
///
/// # Errors
/// [`Violation`] `invalid_zoneinfo`.
pub fn check_zoneinfo(text: &str) -> Result<(), Violation> {
    let is_part = |part: &str| {
        part.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    let is_right = text.len() <= 64 && text.split('/').count() <= 3 && text.split('/').all(is_part);
    if is_right {
        Ok(())
    } else {
        Err(Violation::new(
            "invalid_zoneinfo",
            "must be a name of the time zone database, like Europe/Paris",
        ))
    }
}

/// Checks a language tag (BCP 47, RFC 5646, section 2.1): `en`, `en-US`, `zh-Hant-TW`.
///
/// # Errors
/// [`Violation`] `invalid_locale`.
pub fn check_locale(text: &str) -> Result<(), Violation> {
    let is_tag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut tags = text.split('-');
    let language_is_right = tags.next().is_some_and(|language| {
        (2..=8).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic())
    });
    if language_is_right && text.len() <= 64 && tags.all(is_tag) {
        Ok(())
    } else {
        Err(Violation::new(
            "invalid_locale",
            "must be a language tag with hyphens, like en-US",
        ))
    }
}

/// Checks a web address: an absolute http or https URL with a host, without a name and password in it.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(text: &str) -> Result<(), Violation> {
    if text.chars().any(char::is_control) {
        return Err(CONTROL);
    }
    if text.len() > LONGEST_URL {
        return Err(Violation::new("too_long", "must have at most 2048 bytes"));
    }
    let is_right = !text.contains(char::is_whitespace)
        && url::Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
        });
    if is_right {
        Ok(())
    } else {
        Err(Violation::new("invalid_url", "must be an http or https URL"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(check: fn(&str) -> Result<(), Violation>, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert_eq!(check(text), Ok(()), "{text:?}");
        }
        for text in wrong {
            assert!(check(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn addresses_have_one_at_sign_and_an_ascii_domain() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_domain = format!("a@{}.com", "a".repeat(64));
        table(
            check_email,
            &[
                "a@example.com",
                "o'hara+tag@mail.example.co.uk",
                "jörg@example.org",
                "root@localhost",
            ],
            &[
                "",
                "a",
                "@example.com",
                "a@",
                "a@b@example.com",
                "\"a b\"@example.com",
                "\"a@evil.test\"@example.com",
                "a b@example.com",
                "a@example.com.",
                "a@.example.com",
                "a@exa..mple.com",
                "a@example。com",
                "a@ex ample.com",
                "a@-example.com",
                ".a@example.com",
                "a.@example.com",
                "a..b@example.com",
                "a@example.com\n",
                "a\u{0}@example.com",
                "a@[127.0.0.1]",
                "<a@example.com>",
                &long_local,
                &long_domain,
            ],
        );
    }

    #[test]
    fn dates_of_birth_are_days_that_exist() {
        table(
            check_birthdate,
            &["1990-07-31", "2000-02-29", "0000-02-29", "0000-12-01", "1990"],
            &[
                "",
                "1990-7-31",
                "1990-13-01",
                "1990-00-10",
                "1990-04-31",
                "1900-02-29",
                "2023-02-29",
                "0000",
                "90",
                "31.07.1990",
                "1990-07",
                "1990-07-31T00:00:00Z",
                "+990-07-31",
                "１９９０",
            ],
        );
    }

    #[test]
    fn zones_have_the_form_of_the_database() {
        table(
            check_zoneinfo,
            &[
                "Europe/Paris",
                "UTC",
                "Etc/GMT+1",
                "America/Argentina/Buenos_Aires",
                "America/Port-au-Prince",
            ],
            &[
                "",
                "Europe/",
                "/Paris",
                "Europe//Paris",
                "+01:00",
                "../etc/passwd",
                "a/b/c/d",
                "Europe/Par is",
            ],
        );
    }

    #[test]
    fn languages_are_tags_with_hyphens() {
        table(
            check_locale,
            &["en", "en-US", "zh-Hant-TW", "de-CH-1901", "es-419"],
            &[
                "",
                "e",
                "en_US",
                "en-",
                "-US",
                "en--US",
                "toolonglang",
                "en-toolongsub",
                "1n",
                "en US",
            ],
        );
    }

    #[test]
    fn telephone_numbers_are_international() {
        table(
            check_phone_number,
            &["+14155550100", "+4930123456", "+14155550100;ext=12"],
            &[
                "",
                "+",
                "14155550100",
                "+0415555",
                "+1 415 555 0100",
                "+1415555010012345",
                "+1415;ext=",
                "+1415;ext=a",
            ],
        );
    }

    #[test]
    fn addresses_of_pages_are_web_addresses() {
        table(
            check_url,
            &["https://example.com/a.png", "http://example.com"],
            &[
                "",
                "example.com",
                "javascript:alert(1)",
                "data:image/png;base64,AAAA",
                "ftp://example.com",
                "//example.com",
                "https://user:secret@example.com/",
                "https://exa mple.com/",
                "https://example.com/\u{7}",
                "file:///etc/passwd",
            ],
        );
    }
}
