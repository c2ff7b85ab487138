//! The Config plan: one check, `discovery-endpoint-verification`. The issuer is https there, so the public address is.

use serde_json::Value;

use crate::harness::{Engine, Harness};

/// The members that the specifications know (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2; RFC 8628,
/// section 4; RFC 9207, section 3; the sign-out specifications; Initiating User Registration, section 4.1), and
/// `prompt_values_supported` as its draft names it.
const KNOWN: [&str; 48] = [
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
    "registration_endpoint",
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "acr_values_supported",
    "subject_types_supported",
    "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported",
    "userinfo_signing_alg_values_supported",
    "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported",
    "request_object_signing_alg_values_supported",
    "request_object_encryption_alg_values_supported",
    "request_object_encryption_enc_values_supported",
    "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported",
    "display_values_supported",
    "claim_types_supported",
    "claims_supported",
    "service_documentation",
    "claims_locales_supported",
    "ui_locales_supported",
    "claims_parameter_supported",
    "request_parameter_supported",
    "request_uri_parameter_supported",
    "require_request_uri_registration",
    "op_policy_uri",
    "op_tos_uri",
    "revocation_endpoint",
    "revocation_endpoint_auth_methods_supported",
    "introspection_endpoint",
    "introspection_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "device_authorization_endpoint",
    "authorization_response_iss_parameter_supported",
    "end_session_endpoint",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "prompt_values_supported",
];

fn words<'a>(document: &'a Value, name: &str) -> Vec<&'a str> {
    let list = document[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
    list.iter().map(|word| word.as_str().expect("a text")).collect()
}

#[tokio::test]
async fn discovery_endpoint_verification() {
    let harness = Harness::with(Engine::Sqlite, "public_url = \"https://id.example.com\"").await;
    harness
        .application_with("rp", |rp| {
            use protocol::client::GrantType::{AuthorizationCode, Hybrid, Implicit, RefreshToken};
            rp.grant_types = vec![AuthorizationCode, Implicit, Hybrid, RefreshToken];
            rp.signing_key = harness
                .app
                .snapshot()
                .active(protocol::jose::Algorithm::RS256)
                .map(|key| key.record.id.clone());
        })
        .await;
    for issuer in ["https://id.example.com/application/o/rp/", "https://id.example.com/"] {
        let path = format!(
            "{}.well-known/openid-configuration",
            &issuer["https://id.example.com".len()..]
        );
        let answer = harness.client().get(&path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, Some("application/json"))
        );
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(document["issuer"], issuer);
        for (name, value) in document.as_object().unwrap() {
            assert!(KNOWN.contains(&name.as_str()), "{name} is of no specification");
            assert!(
                !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()),
                "{name}"
            );
            if name.ends_with("_endpoint") || name.ends_with("_uri") {
                let address = value.as_str().unwrap();
                assert!(address.starts_with("https://id.example.com/"), "{name}: {address}");
            }
        }
        for needed in [
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "jwks_uri",
            "end_session_endpoint",
        ] {
            assert!(document[needed].is_string(), "{needed}");
        }
        let types = words(&document, "response_types_supported");
        for needed in [
            "code",
            "id_token",
            "id_token token",
            "code id_token",
            "code token",
            "code id_token token",
        ] {
            assert!(types.contains(&needed), "{needed}");
        }
        assert_eq!(
            words(&document, "response_modes_supported"),
            ["query", "fragment", "form_post"]
        );
        assert!(words(&document, "scopes_supported").contains(&"openid"));
        assert!(words(&document, "id_token_signing_alg_values_supported").contains(&"RS256"));
        assert!(!words(&document, "id_token_signing_alg_values_supported").contains(&"none"));
        assert!(words(&document, "subject_types_supported").contains(&"public"));
        let methods = words(&document, "token_endpoint_auth_methods_supported");
        assert!(methods.contains(&"client_secret_basic") && methods.contains(&"client_secret_post"));
        let claims = words(&document, "claims_supported");
        for needed in [
            "sub",
            "iss",
            "aud",
            "auth_time",
            "at_hash",
            "c_hash",
            "email",
            "address",
            "phone_number",
        ] {
            assert!(claims.contains(&needed), "{needed}");
        }
        assert_eq!(document["claims_parameter_supported"], true);
        assert_eq!(document["request_parameter_supported"], false);
        assert_eq!(
            document["request_uri_parameter_supported"], false,
            "the default would be true"
        );
        for tag in words(&document, "ui_locales_supported") {
            assert!(
                tag.split('-')
                    .all(|part| part.bytes().all(|byte| byte.is_ascii_alphanumeric())),
                "{tag}"
            );
            assert_eq!(
                tag.split('-').next().unwrap(),
                tag.split('-').next().unwrap().to_lowercase()
            );
        }
        let keys = harness
            .client()
            .get(&document["jwks_uri"].as_str().unwrap()["https://id.example.com".len()..])
            .await;
        let keys: Value = serde_json::from_str(&keys.body).unwrap();
        for key in keys["keys"].as_array().unwrap() {
            assert!(key["kid"].is_string() && key.get("d").is_none() && key.get("k").is_none());
        }
    }
    harness.end().await;
}
