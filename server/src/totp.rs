//! Codes of authenticator apps (RFC 6238): six digits that change each half minute, their secret, and how an app gets it.

use protocol::env::Entropy;
use protocol::time::{SECOND, Time};
use qrcode::{EcLevel, QrCode};
use totp_rs::{Builder, Secret, Totp};
use url::form_urlencoded::byte_serialize;

/// Length of a secret in bytes, as RFC 4226 recommends.
pub const SECRET_LEN: usize = 20;
/// The length of a code.
pub const DIGITS: usize = 6;
/// Clocks may differ by one step.
const SKEW: u16 = 1;

/// A new secret.
#[must_use]
pub fn new_secret(entropy: &dyn Entropy) -> [u8; SECRET_LEN] {
    let mut secret = [0; SECRET_LEN];
    entropy.fill(&mut secret);
    secret
}

fn totp(secret: [u8; SECRET_LEN]) -> Option<Totp> {
    // Every app knows SHA-1, six digits and thirty seconds, and some know nothing else.
    Builder::new()
        .with_secret(Secret::new_stack(secret))
        .with_skew(SKEW)
        .build()
        .ok()
}

/// The step that `code` belongs to, when it is the one of now or of a neighbour. Whether it was used is for the caller.
#[must_use]
pub fn step_of(secret: &[u8], code: &str, now: Time) -> Option<i64> {
    let secret: [u8; SECRET_LEN] = secret.try_into().ok()?;
    if code.len() != DIGITS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.0 / SECOND).ok()?;
    let step = totp(secret)?.check(code, seconds)?;
    i64::try_from(step).ok()
}

/// The secret as a person types it: base32 in groups of four.
#[must_use]
pub fn secret_text(secret: &[u8]) -> String {
    let text = base32(secret);
    let mut grouped = String::with_capacity(text.len() + text.len() / 4);
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at.is_multiple_of(4) {
            grouped.push(' ');
        }
        grouped.push(letter);
    }
    grouped
}

/// RFC 4648, section 6, without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    data_encoding::BASE32_NOPAD.encode(bytes)
}

/// The address that apps read from a picture. `place`: the host of this server; `account`: the user name.
#[must_use]
pub fn otpauth_uri(secret: &[u8], place: &str, account: &str) -> String {
    // `byte_serialize` writes a space as `+`, which apps would show.
    let escape = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (place, account) = (escape(place), escape(account));
    let secret = base32(secret);
    format!("otpauth://totp/{place}:{account}?secret={secret}&issuer={place}&algorithm=SHA1&digits=6&period=30")
}

/// A QR code as the path of a picture in SVG, one unit for each module.
#[derive(Debug)]
pub struct QrPicture {
    /// Width and height, with the quiet zone of four modules around it.
    pub size: usize,
    /// The dark modules: the attribute `d` of a path.
    pub path: String,
}

/// The QR code of a text (ISO/IEC 18004); `None` when it is too long for one.
#[must_use]
pub fn qr_picture(text: &str) -> Option<QrPicture> {
    use std::fmt::Write as _;
    const QUIET: usize = 4;
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (at, colour) in code.to_colors().into_iter().enumerate() {
        if colour == qrcode::Color::Dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            // Writing to a string can not fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    Some(QrPicture {
        size: width + 2 * QUIET,
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8; 20] = b"12345678901234567890";

    /// RFC 6238, appendix B, in six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Time(seconds * SECOND);
            assert_eq!(step_of(SECRET, code, now), Some(seconds / 30), "{seconds}");
            assert!(step_of(SECRET, code, now.plus(30 * SECOND)).is_some(), "one step late");
            assert!(
                step_of(SECRET, code, now.plus(-30 * SECOND)).is_some(),
                "one step early"
            );
            assert_eq!(step_of(SECRET, code, now.plus(60 * SECOND)), None, "two steps late");
            assert_eq!(step_of(SECRET, code, now.plus(-60 * SECOND)), None, "two steps early");
        }
        for code in ["", "28708", "2870822", "28708a", "+87082", "٢٨٧٠٨٢", "287 082"] {
            assert_eq!(step_of(SECRET, code, Time(59 * SECOND)), None, "{code:?}");
        }
        assert_eq!(step_of(b"short", "287082", Time(59 * SECOND)), None);
    }

    /// RFC 4648, section 10.
    #[test]
    fn secrets_are_written_in_base32() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
        assert_eq!(secret_text(SECRET), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn an_app_reads_whose_secret_it_is() {
        let uri = otpauth_uri(SECRET, "id.example.com", "alice & bob@example.com");
        assert_eq!(
            uri,
            "otpauth://totp/id.example.com:alice%20%26%20bob%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=id.example.com&algorithm=SHA1&digits=6&period=30"
        );
        let picture = qr_picture(&uri).expect("a picture");
        assert!(picture.size > 40 && picture.path.starts_with("M4 4h1v1h-1z"));
        assert!(qr_picture(&"x".repeat(5_000)).is_none());
    }
}
