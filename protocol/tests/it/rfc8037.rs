//! The Ed25519 examples of RFC 8037 appendix A.

use protocol::jose::{Algorithm, JoseError, Jwk, PublicKey, SigningKey, TypRule, Verification, VerifyingKey, parse};

use crate::support::{RFC_8037_SEED, public_key, to_base64url};

const KEY: &str = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#[test]
fn a_1_and_a_2_the_seed_gives_the_public_key() {
    let key = SigningKey::from_ed25519_seed(None, &RFC_8037_SEED).unwrap();
    let jwk = key.public_jwk().unwrap();
    assert_eq!(jwk.key(), Jwk::parse(KEY.as_bytes()).unwrap().key());
    assert!(
        matches!(jwk.key(), PublicKey::Ed25519 { x } if to_base64url(x) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    );
}

#[test]
fn a_3_thumbprint() {
    assert_eq!(
        Jwk::parse(KEY.as_bytes()).unwrap().thumbprint(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

#[test]
fn a_5_verification() {
    let parsed = parse(TOKEN, 1024).unwrap();
    let keys = [public_key(KEY)];
    assert_eq!(
        parsed.check(&Verification::new(&keys, &[Algorithm::EdDSA], TypRule::Any)),
        Ok(0)
    );
    assert_eq!(parsed.unverified_payload(), b"Example of Ed25519 signing");
}

#[test]
fn other_okp_curves_are_not_supported_and_x25519_does_not_sign() {
    for curve in ["Ed448", "X448", "P-256", "secp256k1"] {
        let jwk = format!(r#"{{"kty":"OKP","crv":"{curve}","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}}"#);
        assert_eq!(Jwk::parse(jwk.as_bytes()).unwrap_err(), JoseError::UnsupportedKey);
    }
    // Appendix A.6: a key for agreement.
    let bob = r#"{"kty":"OKP","crv":"X25519","kid":"Bob","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#;
    let bob = Jwk::parse(bob.as_bytes()).unwrap();
    assert_eq!(VerifyingKey::from_jwk(&bob).unwrap_err(), JoseError::UnsupportedKey);
}
