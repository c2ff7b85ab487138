//! Sealed secrets: round trips, changed keys, changed values, and what must never be shown.

use store::secretbox::{MasterKeys, SecretError};

const OLD: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const NEW: &str = "_-_v3-_v3-_v3-_v3-_v3-_v3-_v3-_v3-_v3-_v3-8";

fn keys(list: &[&str]) -> MasterKeys {
    MasterKeys::parse(list.iter().copied()).expect("keys")
}

#[test]
fn what_is_sealed_opens_for_its_purpose_only() {
    let keys = keys(&[OLD]);
    for secret in [b"".as_slice(), b"x", &[0; 10_000]] {
        let sealed = keys.seal("source:1", secret, [1; 12]).expect("sealed");
        assert_eq!(keys.open("source:1", &sealed).expect("opened").as_slice(), secret);
        assert_eq!(keys.open("source:2", &sealed).err(), Some(SecretError::Open));
    }
}

#[test]
fn a_second_key_opens_what_the_first_no_longer_seals() {
    let sealed = keys(&[OLD]).seal("p", b"secret", [1; 12]).expect("sealed");
    let both = keys(&[NEW, OLD]);
    assert_eq!(both.open("p", &sealed).expect("opened").as_slice(), b"secret");
    assert_eq!(both.is_sealed_by_older_key(&sealed), Ok(true));
    let again = both.seal("p", b"secret", [2; 12]).expect("sealed");
    assert!(again.starts_with(&format!("v1.{}.", both.sealing_id())));
    assert!(matches!(
        keys(&[OLD]).open("p", &again),
        Err(SecretError::UnknownKey { .. })
    ));
}

#[test]
fn a_wrong_master_key_is_noticed() {
    let stored = keys(&[OLD]).check_value([3; 12]).expect("a value");
    assert_eq!(keys(&[NEW, OLD]).verify_check_value(&stored), Ok(()));
    assert!(keys(&[NEW]).verify_check_value(&stored).is_err());
}

#[test]
fn changed_values_do_not_open() {
    let keys = keys(&[OLD]);
    let sealed = keys.seal("p", b"secret", [1; 12]).expect("sealed");
    for place in 0..sealed.len() {
        let mut changed = sealed.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert!(keys.open("p", &changed).is_err(), "{place}");
        assert!(keys.open("p", &sealed[..place]).is_err(), "{place}");
    }
    for text in ["", "v1", "v1.", "v1..", "v2.a.b", "v1.é.ü"] {
        assert!(keys.open("p", text).is_err(), "{text}");
    }
}

#[test]
fn keys_are_checked_and_never_shown() {
    for list in [
        &[][..],
        &[""],
        &["AAAA"],
        &[OLD, "not base64!"],
        &[&OLD[..43], &OLD[1..]],
    ] {
        let refused = MasterKeys::parse(list.iter().copied()).expect_err("refused");
        assert!(matches!(refused, SecretError::Key { .. }));
        assert!(!refused.to_string().contains("AAEC"));
    }
    let shown = format!("{:?}", keys(&[OLD, NEW]));
    assert!(
        !shown.contains(OLD) && !shown.contains("AAEC") && !shown.contains("v3-_"),
        "{shown}"
    );
    assert!(
        MasterKeys::parse([OLD.trim_end_matches('=')]).is_ok(),
        "padding may be left out"
    );
}
