//! Ids of this interface: a prefix and the ULID of the record behind it (authn.sh sheet, A-1.3).

pub(super) use crate::actions::oauth_provider::milliseconds;

const PROVIDER: &str = "oauthp_";
const SOURCE: &str = "src_";

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

#[cfg(test)]
mod tests {
    use protocol::time::Time;

    use super::*;
    use crate::actions::oauth_provider::provider_id;

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
