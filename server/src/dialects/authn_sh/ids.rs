//! Ids of this interface: a prefix and the ULID of the record behind it (authn.sh sheet, A-1.3).

use protocol::time::Time;

const PROVIDER: &str = "oauthp_";
const SOURCE: &str = "src_";

/// The id of a provider, from that of its source.
pub(super) fn provider_id(source_id: &str) -> String {
    let ulid = source_id.strip_prefix(SOURCE).unwrap_or(source_id);
    format!("{PROVIDER}{ulid}")
}

/// The id of a source, from that of its provider; `None`: no provider has such an id.
pub(super) fn source_id(provider_id: &str) -> Option<String> {
    let ulid = provider_id.strip_prefix(PROVIDER).filter(|ulid| is_ulid(ulid))?;
    Some(format!("{SOURCE}{ulid}"))
}

/// Whether a text is an id with this prefix: whatever else it is, no record has it.
pub(super) fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(is_ulid)
}

/// Crockford's alphabet, upper case.
fn is_ulid(text: &str) -> bool {
    text.len() == ulid::ULID_LEN
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !b"ILOU".contains(&byte)))
}

/// A time as this interface writes it: Unix milliseconds.
pub(super) const fn milliseconds(time: Time) -> i64 {
    time.0.div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_translations_of_one_ulid() {
        let source = "src_01JZ3M5Q8X0000000000000001";
        let provider = provider_id(source);
        assert_eq!(provider, "oauthp_01JZ3M5Q8X0000000000000001");
        assert_eq!(source_id(&provider).as_deref(), Some(source));
        for none in [
            "",
            "oauthp_",
            source,
            "oauthp_01JZ3M5Q8X000000000000000I",
            "oauthp_01jz3m5q8x0000000000000001",
            "oauthp_01JZ3M5Q8X00000000000000011",
        ] {
            assert_eq!(source_id(none), None, "{none}");
        }
    }

    #[test]
    fn times_are_whole_milliseconds() {
        assert_eq!(milliseconds(Time(1_795_219_200_000_999)), 1_795_219_200_000);
    }
}
