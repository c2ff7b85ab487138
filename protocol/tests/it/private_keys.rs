//! Private keys in the forms that other programs write (made by OpenSSL 3): each is read, and means the same in every form.

use protocol::jose::{JoseError, PrivateKey, PrivateKeyForm, PublicKey};

use crate::support::{RFC_7520_RSA, base64url};

const RSA_PKCS1: &str = "MIIEowIBAAKCAQEAn4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zwIDAQABAoIBAG1lAvQfhBUSKPJKRn4dGbshj7zDSr2FjbQf4pIh_ZNtHk_jtavyO_HomZKV8V0NFExLNi7DUUvvLiW70PgNYq5MDEjJCtSd10xoHa4QpLvYEZXWO7DQPwCmRofkOutf-NqyDS0QnvFvp2d-Lov6jn5C5yvUFgw6qWiLAPmzMFlkgxbtjFAWMJB0zBMy2BqjntOJ6KnqtYRMQUxwTgXZDF4rhYVKtQVOpfg6hIlsaoPNrF7dofizJ099OOgDmCaEYqM--bUlEHxgrIVkwZz-bg43dfJCocr9O5YX0iXaz3TOT5cpdtYbBX-C_5hwrqBWru4HbD3xz8cY1TnDqQa0M8ECgYEA3Slxg_DwTXJcb6095RoXygQCAZ5RnAvZlno1yhHtnUex_fp7AZ_9nRaO7HX_-SFfGQeutao2TDjDAWU4Vupk8rw9JR0AzZ0N2fvuIAmr_WCsmGpeNqQnev1T7IyEsnh8UMt-n5CafhkikzhEsrmndH6LxOrvRJlsPp6Zv8bUq0kCgYEAuKE2dh-cTf6ERF4k4e_jy78GfPYUIaUyoSSJuBzp3Cubk3OCqs6grT8bR_cu0Dm1MZwWmtdqDyI95HrUeq3MP15vMMON8lHTeZu2lmKvwqW7anV5UzhM1iZ7z4yMkuUwFWoBvyY898EXvRD-hdqRxHlSqAZ192zB3pVFJ0s7pFcCgYAHw9W9eS8muPYv4ZhDu_fL2vorDmD1JqFcHCxZTOnX1NWWAj5hXzmrU0hvWvFC0P4ixddHf5Nqd6-5E9G3k4E52IwZCnylu3bqCWNh8pT8T3Gf5FQsfPT5530T2BcsoPhUaeCnP499D-rb2mTnFYegmnTT1B_Ue8KGLFFfn16GKQKBgAiw5gxnbocpXPaO6_OKxFFZ-6c0OjxfN2PogWceTU_k6ZzmShdaRKwDFXisxRJeNQ5Rx6qgS0jNFtbDhW8E8WFmQ5urCOqIOYk28EBiAt4JySm4v-5P7yYBh8B8YD2l9j57z_s8hJAxEbn_q8uHP2ddQqvQKgtsni-pHSk9XGBfAoGBANz4qr10DdM8DHhPrAb2YItvPVz_VwkBd1Vqj8zCpyIEKe_07oKOvjWQSgkLDH9x2hBgY01SbP43CvPk0V72invu2TGkI_FXwXWJLLG7tDSgw4YyfhrYrHmg1Vre3XB9HH8MYBVB6UIexaAq4xSeoemRKTBesZro7OKjKT8_GmiO";
const P256_PKCS8: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYLmkN8oNRsbXa45Su3vUjbHfbh6_KtzWPLrlDfgOo1KhRANCAAQnSF03sV3RWorLpHX8u6ZAkYCu28Y1H0Bs70Mi5OclkUCLsCGwdSS8JEv1c9BDEVamCKndE37d9O8dFKuu5bvK";
const P256_SEC1: &str = "MHcCAQEEIGC5pDfKDUbG12uOUrt71I2x324evyrc1jy65Q34DqNSoAoGCCqGSM49AwEHoUQDQgAEJ0hdN7Fd0VqKy6R1_LumQJGArtvGNR9AbO9DIuTnJZFAi7AhsHUkvCRL9XPQQxFWpgip3RN-3fTvHRSrruW7yg";
const P384_PKCS8: &str = "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBbVn30IpAUODA9LWQtWXyKOhKNrK7y6LPwPzafe7rYPfvBjsmmHDtappryXGiej9yhZANiAATQ8U5qM9o9hF7d5jYPLYUBe4T2GQCHmy-q-2GtOO5znDQHd97MpXhfvvIfd4rs1HEfLMC7_zqYY_nTfTZPQgoOEUva2_kxT8mHI6gphUcBa-CwFg3duNZ1Md2DrYj0ipk";
const P384_SEC1: &str = "MIGkAgEBBDBbVn30IpAUODA9LWQtWXyKOhKNrK7y6LPwPzafe7rYPfvBjsmmHDtappryXGiej9ygBwYFK4EEACKhZANiAATQ8U5qM9o9hF7d5jYPLYUBe4T2GQCHmy-q-2GtOO5znDQHd97MpXhfvvIfd4rs1HEfLMC7_zqYY_nTfTZPQgoOEUva2_kxT8mHI6gphUcBa-CwFg3duNZ1Md2DrYj0ipk";
const P521_PKCS8: &str = "MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAVbLiCD7WzHeCyP-o0c7JguiWlhd-p7PXlwSmP3XyP2J5QO3M14sbAAQnGTP5ZS0EIvANtNHnBdsIpHLwVT8Gpj6hgYkDgYYABADF4LQxxwmH6zFxK5CLWPbi0LCtRAto_PLpFiWcK5zWScZb95c2p4sIQs500rORAwPX99MgKU_pfOxbf8D8Uptl6QB5m3bGBnNHVgc2NUOYtjUrAxu_5BYp33HWiptySscafqhKUwc-7POEF1B_0grdfL3rBOgTzraMK_axcqLvnoCp3A";
const P521_SEC1: &str = "MIHcAgEBBEIAVbLiCD7WzHeCyP-o0c7JguiWlhd-p7PXlwSmP3XyP2J5QO3M14sbAAQnGTP5ZS0EIvANtNHnBdsIpHLwVT8Gpj6gBwYFK4EEACOhgYkDgYYABADF4LQxxwmH6zFxK5CLWPbi0LCtRAto_PLpFiWcK5zWScZb95c2p4sIQs500rORAwPX99MgKU_pfOxbf8D8Uptl6QB5m3bGBnNHVgc2NUOYtjUrAxu_5BYp33HWiptySscafqhKUwc-7POEF1B_0grdfL3rBOgTzraMK_axcqLvnoCp3A";
const ED25519_PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEIGToFMtsZ6LYVNHku7sThWhvND-cKxQGOkIRA3Nittcz";
const X25519_PKCS8: &str = "MC4CAQAwBQYDK2VuBCIEIHAWgYIjz5XG0ixrmNlL0LSAAEeVyR9xgibTXOMYxmdY";
const ED448_PKCS8: &str =
    "MEcCAQAwBQYDK2VxBDsEOfmZJAfjiYsXJwac5eEGwx_5JqK2jHJqCTT-VmiY3BjjF11x_L-bAIC4U-RxYIA5aRZuSVW4acwXWg";
const SECP256K1_PKCS8: &str = "MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgDWsEgot66HBxRf6wXHfo68bflGOsl-_G8Jt54P8BJB-hRANCAATDpPqV9WMZOxvE104Juwl3ac4wwdbQaCem6mOisFa6B6kuf6FXd7yCM9C2e_StgRWW3PS3qlWXbL29CxYNtRGg";
const SECP256K1_SEC1: &str = "MHQCAQEEIA1rBIKLeuhwcUX-sFx36OvG35RjrJfvxvCbeeD_ASQfoAcGBSuBBAAKoUQDQgAEw6T6lfVjGTsbxNdOCbsJd2nOMMHW0GgnpupjorBWugepLn-hV3e8gjPQtnv0rYEVltz0t6pVl2y9vQsWDbURoA";
const RSA_1024_PKCS8: &str = "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBANmYtxBfX-SceHN0wREipMeqwO0SJl3dxglQBMwtKeHrFgxGpFq8PtbjUWcUXzCgnijRlUZ_BjXveiaAdETPdZt-1lUGRvjLjCnHYMmZF3-UQiuWSkSIRMKUgUCIlvNSyGdLbLuhmsjkrXXhb77nFKYnyFFkIUYSnCysFo2bWxOnAgMBAAECgYEAnuDu6bl53waQvFyHi-drwY5gB7m04dzIeIxAtIRVjGuGUbhS0R2aFHUuPsGVL4BXex5sjGi7NC6DVhF807FXALTrb0FckSR14mo3362k-7WQe7SVvNSopEmmMkbXg6xGpRO4c2lIqQ-ycXzLWV4u_75umZA11VI2yxH8waziXiECQQD93SqzcfdqHqU7Ay4_PsTVBUgYV2wSPHuLXd8SdryYibFL0PhH8eB7H8y0gpWskGL0KfhD2MSpuwMUo1ygsMgNAkEA221tRxsuhxMMJ7vcVSKdM8yDmI_H0it-5aUVFOuqPfz3Civp3BaWlFVPY1cj6dFgFUMEEfhmUWHqT0Vgj_1JgwJAcg3flWdqhR7nlS_Eo12MCTiqP2VnhHnv95lhE2aNLOsP4MQuCAS_mhGbYq4YmML18kS46aKGGMuQgsEyaG-EMQJAG4nbOh5WM4uXbfEs0N58PkD_jwkUefMNhQK3551AC3GRC4zBV-bZ1Rnz0bLhBfpKBcEYZKz5ImOYhYRefxO5wwJABJQkEm0Z1pOX3sb4uZk5sg4FQYFJxKCRC3PFXu8jWrwkXi_u6wSrqn59CmR2YAZgwu5drwENp1pTNc5nGkY_8Q";
const RSA_1024_PKCS1: &str = "MIICXAIBAAKBgQDZmLcQX1_knHhzdMERIqTHqsDtEiZd3cYJUATMLSnh6xYMRqRavD7W41FnFF8woJ4o0ZVGfwY173omgHREz3WbftZVBkb4y4wpx2DJmRd_lEIrlkpEiETClIFAiJbzUshnS2y7oZrI5K114W--5xSmJ8hRZCFGEpwsrBaNm1sTpwIDAQABAoGBAJ7g7um5ed8GkLxch4vna8GOYAe5tOHcyHiMQLSEVYxrhlG4UtEdmhR1Lj7BlS-AV3sebIxouzQug1YRfNOxVwC0629BXJEkdeJqN9-tpPu1kHu0lbzUqKRJpjJG14OsRqUTuHNpSKkPsnF8y1leLv--bpmQNdVSNssR_MGs4l4hAkEA_d0qs3H3ah6lOwMuPz7E1QVIGFdsEjx7i13fEna8mImxS9D4R_Hgex_MtIKVrJBi9Cn4Q9jEqbsDFKNcoLDIDQJBANttbUcbLocTDCe73FUinTPMg5iPx9IrfuWlFRTrqj389wor6dwWlpRVT2NXI-nRYBVDBBH4ZlFh6k9FYI_9SYMCQHIN35VnaoUe55UvxKNdjAk4qj9lZ4R57_eZYRNmjSzrD-DELggEv5oRm2KuGJjC9fJEuOmihhjLkILBMmhvhDECQBuJ2zoeVjOLl23xLNDefD5A_48JFHnzDYUCt-edQAtxkQuMwVfm2dUZ89Gy4QX6SgXBGGSs-SJjmIWEXn8TucMCQASUJBJtGdaTl97G-LmZObIOBUGBScSgkQtzxV7vI1q8JF4v7usEq6p-fQpkdmAGYMLuXa8BDadaUzXOZxpGP_E";

fn read(form: PrivateKeyForm, key: &str) -> Result<PrivateKey, JoseError> {
    PrivateKey::read(form, &base64url(key))
}

#[test]
fn the_forms_of_one_key_mean_the_same() {
    for (pkcs8, form, other) in [
        (RFC_7520_RSA, PrivateKeyForm::Pkcs1, RSA_PKCS1),
        (P256_PKCS8, PrivateKeyForm::Sec1, P256_SEC1),
        (P384_PKCS8, PrivateKeyForm::Sec1, P384_SEC1),
        (P521_PKCS8, PrivateKeyForm::Sec1, P521_SEC1),
    ] {
        let one = read(PrivateKeyForm::Pkcs8, pkcs8).unwrap();
        let other = read(form, other).unwrap();
        assert_eq!(one.public, other.public);
        // What was read is PKCS#8 and can be read again.
        let again = PrivateKey::read(PrivateKeyForm::Pkcs8, &other.pkcs8).unwrap();
        assert_eq!(again.public, one.public);
    }
    let ed25519 = read(PrivateKeyForm::Pkcs8, ED25519_PKCS8).unwrap();
    assert!(matches!(ed25519.public, PublicKey::Ed25519 { .. }));
    let x25519 = read(PrivateKeyForm::Pkcs8, X25519_PKCS8).unwrap();
    assert!(matches!(x25519.public, PublicKey::X25519 { .. }));
}

#[test]
fn keys_that_are_too_short_or_of_another_kind_are_refused() {
    for (form, key, why) in [
        (PrivateKeyForm::Pkcs8, ED448_PKCS8, JoseError::UnsupportedKey),
        (PrivateKeyForm::Pkcs8, SECP256K1_PKCS8, JoseError::UnsupportedKey),
        (PrivateKeyForm::Sec1, SECP256K1_SEC1, JoseError::BadKey),
        (PrivateKeyForm::Pkcs8, RSA_1024_PKCS8, JoseError::WeakKey),
        (PrivateKeyForm::Pkcs1, RSA_1024_PKCS1, JoseError::WeakKey),
        (PrivateKeyForm::Pkcs1, P256_SEC1, JoseError::BadKey),
        (PrivateKeyForm::Sec1, RSA_PKCS1, JoseError::BadKey),
        (PrivateKeyForm::Pkcs8, "", JoseError::UnsupportedKey),
        (PrivateKeyForm::Pkcs8, "AAAA", JoseError::UnsupportedKey),
    ] {
        assert_eq!(read(form, key).unwrap_err(), why, "{form:?} {key}");
    }
}

#[test]
fn a_key_that_is_cut_anywhere_is_refused() {
    for (form, key) in [
        (PrivateKeyForm::Pkcs1, RSA_PKCS1),
        (PrivateKeyForm::Sec1, P521_SEC1),
        (PrivateKeyForm::Pkcs8, P256_PKCS8),
        (PrivateKeyForm::Pkcs8, ED25519_PKCS8),
        (PrivateKeyForm::Pkcs8, X25519_PKCS8),
    ] {
        let der = base64url(key);
        for len in 0..der.len() {
            assert!(PrivateKey::read(form, &der[..len]).is_err(), "{form:?}: {len}");
        }
    }
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", read(PrivateKeyForm::Pkcs8, P256_PKCS8).unwrap());
    assert_eq!(shown, "PrivateKey { .. }");
}
