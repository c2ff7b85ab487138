//! Just enough DER to take modulus and exponent out of the `RSAPublicKey` (RFC 8017 appendix A.1.1) that aws-lc-rs hands out.

/// The big-endian modulus and exponent without leading zeros, or nothing when the bytes are not exactly one `RSAPublicKey`.
pub(super) fn parse_rsa_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (body, rest) = take(der, 0x30)?;
    let (n, body) = take(body, 0x02)?;
    let (e, body) = take(body, 0x02)?;
    (rest.is_empty() && body.is_empty()).then(|| (strip_zeros(n), strip_zeros(e)))
}

/// Big-endian number without leading zero bytes.
pub(super) fn strip_zeros(bytes: &[u8]) -> &[u8] {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    bytes.get(first..).unwrap_or_default()
}

/// Splits one element with this tag off the front: its content and what follows.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, der) = der.split_first()?;
    let (first, der) = der.split_first()?;
    if *found != tag {
        return None;
    }
    let (len, der) = match first {
        0..=0x7f => (usize::from(*first), der),
        0x81 | 0x82 => {
            let (bytes, der) = der.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |len, byte| len << 8 | usize::from(*byte)), der)
        }
        _ => return None,
    };
    der.split_at_checked(len)
}

#[cfg(test)]
mod tests {
    use super::parse_rsa_public_key;

    #[test]
    fn reads_two_integers_and_nothing_else() {
        let der = [0x30, 0x07, 0x02, 0x02, 0x00, 0x80, 0x02, 0x01, 0x03];
        assert_eq!(parse_rsa_public_key(&der), Some((&[0x80][..], &[0x03][..])));
        let long = [&[0x30, 0x81, 0x07][..], &der[2..]].concat();
        assert_eq!(parse_rsa_public_key(&long), Some((&[0x80][..], &[0x03][..])));
        for cut in 0..der.len() {
            assert_eq!(parse_rsa_public_key(&der[..cut]), None);
        }
        assert_eq!(parse_rsa_public_key(&[&der[..], &[0]].concat()), None);
        assert_eq!(parse_rsa_public_key(&[0x30, 0x03, 0x02, 0x01, 0x03]), None);
        assert_eq!(parse_rsa_public_key(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
