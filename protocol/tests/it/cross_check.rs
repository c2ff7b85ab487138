//! Tokens made by another implementation (jwcrypto 1.6.1 over OpenSSL). We verify all of them, and where the algorithm leaves no choice
//! we make the same bytes, which is the same as being verified there.

use protocol::jose::{Algorithm, SigningKey, TypRule, Verification, VerifyingKey, typ, verify};

use crate::support::{RFC_7520_RSA, RFC_8037_SEED, base64url, public_key};

const PAYLOAD: &str = "{\"iss\":\"https://other.example\",\"sub\":\"\u{e9}\",\"n\":1.5}";
/// Stands for the shared secret, the bytes 0 to 63.
const SHARED: &str = "";
const RSA: &str = r#"{"e":"AQAB","kty":"RSA","n":"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","use":"sig"}"#;
const OKP: &str = r#"{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ES256_KEY: &str = r#"{"crv":"P-256","kty":"EC","x":"QYGLVWeGemuNA6fhFHIQksI6P0ijjlenGVs5G_8UMUU","y":"UPnJ6fYYIWD_Mo88oSl-6hv5x1un27XnM-9ic-2kYxY"}"#;
const ES384_KEY: &str = r#"{"crv":"P-384","kty":"EC","x":"LLeyc7pXsyAXRixPJ0jtlSR5zXDqycnGmTJFSwLi0yGZ_HPw3_r_4N-qc6OPMJHd","y":"fRtNR0XHoeJzgED_Ix8DuGAFsQ2hWRXzS3QfHfCVm7D_2dR3Deit0oNZ9qYWzjz8"}"#;
const ES512_KEY: &str = r#"{"crv":"P-521","kty":"EC","x":"AEICQNI9H0n54d1W1U_Xq3Ryo8pXFHN1caCfqvSTDolWF20guwPxV6kmMq3RyXEbYgBpeLJcBXz6ImtSqwTKBhgE","y":"ALWA9Y8NrPkwh7TsG5mEOzRG5Z6yCP7hebl6s-E1fjfhRwqUUIh6uUlmivbEcLsgMhYdNmIMDAKp3UcFnQy1C_Bk"}"#;

const TOKENS: [(Algorithm, &str, &str); 13] = [
    (
        Algorithm::RS256,
        RSA,
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.P_7RTaivB9kXmv9aFnfom10muryyX605ag2E8Z8fO2p3sPA62oMIKK2YDtqZUK5XsqMT3qUXEh7Kf8YAvCl_fw2pzBm5JxtR2qt4UVDzNVEQJKDY5BB1RWhgxqEiKzVnGlpgTGjPyg6BiA18K68U_E0iiGQHuOnLTCaVHRGKPXvcbxNUaG5peZMUhzPwkNCSDv4zhhK5C9GJIHgqyeZxfXoCs38KfaFk5qgcey4fgH7LgsykcEmV0ODJLBOq_6k9YVh29YVWl9QtS7Yj843jdniRkVX5CAodwfSsfefRsSPfdp6UTX30Lpe3nbSsQ-arB4CIlEvd8LXL9SFfNt_2_Q",
    ),
    (
        Algorithm::RS384,
        RSA,
        "eyJhbGciOiJSUzM4NCIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.bkC8gUb5BHmhMq1DRO8j__uIB-yajfne_SRw1gZ35Td762ZLJQFf6LxowhQqFleXQLfGx42OpeuDPEXOBKwDO21KQvLAtJz2ngiEHHrLFVORGkyGV0L622kbL2mF9wcYHdU0SHcrnXqO_2pFqksOO-hCt2HkXHlOSmLxkTk4jvLryORxdHtN2FUxEzY5-TSR189iQqXTLioCbR7wpmGr9JCk6r5ymZv--o47s1Hdl-iw93LUXXoWuM555VlVFUxlv8_FI9q8-HRor7IxkdznZFWn4yUUY7eRL59LXgGKjfHkSTZwGbXTNV6zoBDEAGJnY7A0M2N_7UhJ7q6H8HZI1A",
    ),
    (
        Algorithm::RS512,
        RSA,
        "eyJhbGciOiJSUzUxMiIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.Ttd_HVmVxMrKiXdAD7ydc5OSwPsaaOtImLe6Nl8K9WcIIp5vKcUPpjhc_fitnkcCnhXfJrpxjtMI3y1z5eL5K_nySr9NSovd5GaeWm4pi0lQFhSOUJdTcPdtR8JQLzSciEmP3LcNuyuTVpLnfk7W50njraSXZ66P1R5ZlAY1NYO5zqjOgkS_tqDuvbJ4Ym-_vmCcqglzMAaMgSqqqsq6t1mMNmlnlXdM1WqsURinixIdTCLpg6ltQulQ_fva0IbYAmFJOCGcw_KjUbW_3bRP69hXp57w1a73boPBnsDRZEEcy6OcpcF_RC1VOfwVIsodVL0uScrvOpg_Vea0sc9OWg",
    ),
    (
        Algorithm::PS256,
        RSA,
        "eyJhbGciOiJQUzI1NiIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.E4MZfHM6KpRNLRpmTvQ8WU5wo6hY52fjY-Y44CUXVLpqF39AhEKAccCI_ME2KiScaE6Le-0C6tlrlk29GXQ_nLcxkXpayCGoMr-PSf67IZi-QQOe8Fr9qtn-Qndi0b5z6-4KBFy9MU0KWbKpIxOnCbyYlYHiK-IJ9RYHFnZul89QNFumefSobsawQYFOiYD9_EyEwkAiIxtNhJKgeAUeKFT9MF0-7l7AEZZLXBmgeuAqaDAWhXBziC1crRRtY14Gryf5PP9hrBTuANh4l8Zdt7MPUK3YBvLRwb8yOY6D3fMTMeJhAXwDcP4iMBIFhoJ-FBkwVybKwJC0KUDBxagA6Q",
    ),
    (
        Algorithm::PS384,
        RSA,
        "eyJhbGciOiJQUzM4NCIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.Wz3lldrbmX0dPQ0_EjlqnaboXiZxgAi_cxomVRg9XJA3udWMpyuClfAV20Z6f8d5df424frep2jTJ6XvOnvZYCc2wfVUQeoLFI9Z8IvJSdrbCs-0YnlCXv1zjPo1Bq-SxJGPmSItdmtFX99_yA-1g8K6_Xw3LKouVv_7JmA2wbZ29DyNDJzBOro5UY8aQP25QwwbxLkXF40nkg4844bvIkUXvHhRno4yyvtoImQJbaC-YAHWtFxREMxtj2qHook-pI5oThPx3P3V9YEcPlkjn7EPV1mcN0sr3R_eRfmYubpTvuXQ7ikzq7K6CQZzUlwR3OLEebdYRfpRMdrfAOxmmA",
    ),
    (
        Algorithm::PS512,
        RSA,
        "eyJhbGciOiJQUzUxMiIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.kVDr_f_IxvhYU1pGuxHPRGIGV7R_5nZxdGj9sf4_AnVsCkSwFepCMMDapfa4-il3MBQ5kANumoHzn2cUl-KENCl8z74ObOfFeBUPQ1SFuHvBzIHQaqWaJRvrmWcbDE6m5oq2lOvbOZI99YlgG2I9fkuwpaFfAmfwEF0qLm-TRTDZt90gYm2J9q-vPZgPx_uzt_fSfPZ9FwYcvgVSYF-Oem4JtF-HYmCNCoNpAmknaf-y6TN6vkAwjKiJmNzatxbW-seAsZBW3T49_pli6sYo5unp__CVrtTuuAvWUtRV4kZHaVNTD7xee7Mardshzg3-kIQ7dVT26yPGSTWL1IDqDQ",
    ),
    (
        Algorithm::ES256,
        ES256_KEY,
        "eyJhbGciOiJFUzI1NiIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.yK3tTabhewzDdyRkYKT2a445jtfrdNat9Mo-73kHsVuVrysEOr5v8u4NGNMwIf5dl2z8FOAsSesHxU3hJTYKtw",
    ),
    (
        Algorithm::ES384,
        ES384_KEY,
        "eyJhbGciOiJFUzM4NCIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.Gse4Nh0QSV8YfXeSb9JKFhwlKoA8undM08KZ_RQFZkb1JH9He5VwyLw7X9U_FEOJp5mmdETTyb8V0s61lATurkyykUyflB79EbO21K2lRkRZTOtcjJK9BKFR5fypcVzh",
    ),
    (
        Algorithm::ES512,
        ES512_KEY,
        "eyJhbGciOiJFUzUxMiIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.ANZiD1xXcsEYoVL7eXPPvbLtsLcBF3T_oUZXEkZjHWmCO1L5y0a7X4Wv_WpvZZWwb8U-USWROHAhUcDVO38KgbznAYSDsyOTH3-lhryPy6Mrzax6H8Tq7_7Uk69u1UIGnKUs-p26MomSvHm0mcjvGgHSSTYxaQfNj-myNMwdo1fqcjuj",
    ),
    (
        Algorithm::EdDSA,
        OKP,
        "eyJhbGciOiJFZERTQSIsImtpZCI6ImNyb3NzIiwidHlwIjoiSldUIn0.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.Vm9Q8PFAiD1sQpckzSLKI3AlBl6F7KmCfY_At3UyUPv9kkY5jAAIJNN6F8B1W7CPNFnKaeRt9C-bPl1iuG-vDA",
    ),
    (
        Algorithm::HS256,
        SHARED,
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.VZyGY9nUkeOxSaWbu8MNipCuqrFd2MftJM0aAP3GZXc",
    ),
    (
        Algorithm::HS384,
        SHARED,
        "eyJhbGciOiJIUzM4NCIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.64T7eVdYHngunWxr6xrlRy1GlO2MoMi673pqmONg9SBWgJaQGASPF_OqxszjXC1-",
    ),
    (
        Algorithm::HS512,
        SHARED,
        "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL290aGVyLmV4YW1wbGUiLCJzdWIiOiLDqSIsIm4iOjEuNX0.BnyoylKI16DrRkKZRejfqAfAnMUjg0v6glA4_tjqdTs2wxDw2epjUV2Mvbc3FQQtM0UcDnHWFIPG6U8uwG9EAw",
    ),
];

fn shared() -> Vec<u8> {
    (0..64).collect()
}

#[test]
fn every_token_of_the_other_implementation_is_verified() {
    for (alg, key, token) in TOKENS {
        let key = if key == SHARED {
            VerifyingKey::hmac(&shared(), alg).unwrap()
        } else {
            public_key(key)
        };
        let verified = verify(token, &Verification::new(&[key], &[alg], TypRule::OneOf(&[typ::JWT]))).unwrap();
        assert_eq!(verified.claims["sub"], "\u{e9}", "{alg}");
        assert_eq!(verified.claims["n"], 1.5, "{alg}");
    }
}

#[test]
fn deterministic_signatures_are_the_same_bytes() {
    let mut compared = 0;
    for (alg, _, token) in TOKENS {
        let key = match alg {
            Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 => {
                SigningKey::from_pkcs8(Some("cross"), alg, &base64url(RFC_7520_RSA)).unwrap()
            }
            Algorithm::EdDSA => SigningKey::from_ed25519_seed(Some("cross"), &RFC_8037_SEED).unwrap(),
            Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => SigningKey::hmac(&shared(), alg).unwrap(),
            _ => continue,
        };
        assert_eq!(
            key.sign_bytes(Some(typ::JWT), PAYLOAD.as_bytes()).unwrap(),
            token,
            "{alg}"
        );
        compared += 1;
    }
    assert_eq!(compared, 7);
}
