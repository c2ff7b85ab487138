//! Keys that several modules use, and short ways to read them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::jose::{Algorithm, Jwk, SigningKey, VerifyingKey};

/// The private RSA key of RFC 7520 section 3.4 as PKCS#8.
pub(crate) const RFC_7520_RSA: &str = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCfgQ-0A4Jz0CWR5Ac_MdK2ABuCzttNkvBQFl1Hz8q4o8Qct3isdVN5P475dXaNGiN02HElZMO813uepDRUSJlAfP8AmZIKkxokxEFIUqspvbCpXAZT82xg5gv5C2JY3aVvNwR7pcLR0CmvnJ1AuseqQceKDdEGit1pnoCP6gEeoUQdik97tOl7459V8d3UTpxLozUVlwPU00tgPmUUek8j1tPAmWx17e6EaoLRkK4QeDyWHPA4eu0hBtLQVVtv2Tf61VNTh-D_cv--eJQUArC4IuoqdLYFjB2r-bNKdstjuH-qLGhHuOKDf_-RGG5rHBSRHPmJqJCSqBzmAd2s0_nPAgMBAAECggEAbWUC9B-EFRIo8kpGfh0ZuyGPvMNKvYWNtB_ikiH9k20eT-O1q_I78eiZkpXxXQ0UTEs2LsNRS-8uJbvQ-A1irkwMSMkK1J3XTGgdrhCku9gRldY7sNA_AKZGh-Q661_42rINLRCe8W-nZ34ui_qOfkLnK9QWDDqpaIsA-bMwWWSDFu2MUBYwkHTMEzLYGqOe04noqeq1hExBTHBOBdkMXiuFhUq1BU6l-DqEiWxqg82sXt2h-LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5Plyl21hsFf4L_mHCuoFau7gdsPfHPxxjVOcOpBrQzwQKBgQDdKXGD8PBNclxvrT3lGhfKBAIBnlGcC9mWejXKEe2dR7H9-nsBn_2dFo7sdf_5IV8ZB661qjZMOMMBZThW6mTyvD0lHQDNnQ3Z--4gCav9YKyYal42pCd6_VPsjISyeHxQy36fkJp-GSKTOESyuad0fovE6u9EmWw-npm_xtSrSQKBgQC4oTZ2H5xN_oREXiTh7-PLvwZ89hQhpTKhJIm4HOncK5uTc4KqzqCtPxtH9y7QObUxnBaa12oPIj3ketR6rcw_Xm8ww43yUdN5m7aWYq_CpbtqdXlTOEzWJnvPjIyS5TAVagG_Jjz3wRe9EP6F2pHEeVKoBnX3bMHelUUnSzukVwKBgAfD1b15Lya49i_hmEO798va-isOYPUmoVwcLFlM6dfU1ZYCPmFfOatTSG9a8ULQ_iLF10d_k2p3r7kT0beTgTnYjBkKfKW7duoJY2HylPxPcZ_kVCx89PnnfRPYFyyg-FRp4Kc_j30P6tvaZOcVh6CadNPUH9R7woYsUV-fXoYpAoGACLDmDGduhylc9o7r84rEUVn7pzQ6PF83Y-iBZx5NT-TpnOZKF1pErAMVeKzFEl41DlHHqqBLSM0W1sOFbwTxYWZDm6sI6og5iTbwQGIC3gnJKbi_7k_vJgGHwHxgPaX2PnvP-zyEkDERuf-ry4c_Z11Cq9AqC2yeL6kdKT1cYF8CgYEA3PiqvXQN0zwMeE-sBvZgi289XP9XCQF3VWqPzMKnIgQp7_Tugo6-NZBKCQsMf3HaEGBjTVJs_jcK8-TRXvaKe-7ZMaQj8VfBdYkssbu0NKDDhjJ-GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h6ZEpMF6xmujs4qMpPz8aaI4";

/// The private key of RFC 8037 appendix A.1.
pub(crate) const RFC_8037_SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5,
    0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x3, 0x1c, 0xae, 0x7f, 0x60,
];

/// Decodes.
pub(crate) fn base64url(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Encodes.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a public JWK.
pub(crate) fn public_key(jwk: &str) -> VerifyingKey {
    VerifyingKey::from_jwk(&Jwk::parse(jwk.as_bytes()).unwrap()).unwrap()
}

/// A signing key for any algorithm; RSA takes the printed key, because a new one is slow.
pub(crate) fn signing_key(kid: &str, alg: Algorithm) -> SigningKey {
    match alg {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => SigningKey::hmac(&[7; 64], alg).unwrap(),
        Algorithm::ES256 | Algorithm::ES384 | Algorithm::ES512 | Algorithm::EdDSA => {
            SigningKey::from_pkcs8(Some(kid), alg, &SigningKey::generate(alg).unwrap()).unwrap()
        }
        _ => SigningKey::from_pkcs8(Some(kid), alg, &base64url(RFC_7520_RSA)).unwrap(),
    }
}
