//! `at_hash` and `c_hash`: the examples of OpenID Connect Core appendix A.3 and A.4, and the definition for other algorithms.

use aws_lc_rs::digest;
use protocol::jose::Algorithm;

use crate::support::to_base64url;

#[test]
fn examples_of_core_appendix_a() {
    let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    let code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
    assert_eq!(
        Algorithm::RS256.hash_half(access_token.as_bytes()),
        "77QmUPtjPfzWtF2AnpK9RQ"
    );
    assert_eq!(Algorithm::RS256.hash_half(code.as_bytes()), "LDktKdoQak3Pk0cnXxCltA");
}

#[test]
fn each_algorithm_uses_its_own_hash() {
    let value = b"dNZX1hEZ9wBCzNL40Upu646bdzQA";
    for alg in Algorithm::ALL {
        let hash = match alg.as_str() {
            "RS256" | "PS256" | "ES256" | "HS256" => &digest::SHA256,
            "RS384" | "PS384" | "ES384" | "HS384" => &digest::SHA384,
            _ => &digest::SHA512,
        };
        let whole = digest::digest(hash, value);
        assert_eq!(
            alg.hash_half(value),
            to_base64url(&whole.as_ref()[..whole.as_ref().len() / 2]),
            "{alg}"
        );
    }
    assert_eq!(Algorithm::EdDSA.hash_half(value).len(), 43);
}
