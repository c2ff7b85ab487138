//! Response types and modes in the authorization request: what goes together, who may ask, and where a refusal goes
//! (OAuth 2.0 Multiple Response Type Encoding Practices; OAuth 2.0 Form Post Response Mode; OpenID Connect Core,
//! sections 3.2.2.1, 3.2.2.6 and 3.3.2.6).

use protocol::authorize::delivery_of;
use protocol::client::GrantType;
use protocol::delivery::Answer;
use protocol::discovery::{of_application, of_installation};
use protocol::redirect_uri::ResponseMode;
use protocol::refusal::Refusal;
use protocol::response_type::ResponseType;
use serde_json::json;

use crate::authorize_checks::{address, refusal, run};
use crate::fixtures::{CALLBACK, client, client_with, public_client, words};

const NONCE: (&str, &str) = ("nonce", "n");
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[test]
fn every_type_passes_in_any_order_and_is_kept_in_its_registered_one() {
    for (asked, expected) in [
        ("code", ResponseType::Code),
        ("id_token", ResponseType::IdToken),
        ("id_token token", ResponseType::IdTokenToken),
        ("token id_token", ResponseType::IdTokenToken),
        ("code token", ResponseType::CodeToken),
        ("token code", ResponseType::CodeToken),
        ("code id_token", ResponseType::CodeIdToken),
        ("id_token code", ResponseType::CodeIdToken),
        ("code id_token token", ResponseType::CodeIdTokenToken),
        ("token code id_token", ResponseType::CodeIdTokenToken),
    ] {
        let request = run(Some(&client()), &[("response_type", asked), NONCE]).unwrap();
        assert_eq!(request.response_type, expected, "{asked}");
        assert_eq!(request.mode(), expected.default_mode(), "{asked}");
        let stored = serde_json::to_value(&request).unwrap();
        assert_eq!(stored["response_type"], json!(expected.as_str()));
        assert_eq!(
            serde_json::from_value::<protocol::authorize::AuthorizationRequest>(stored).unwrap(),
            request
        );
    }
}

#[test]
fn a_waiting_request_from_before_these_types_is_one_for_a_code() {
    let stored = json!({ "redirect_uri": CALLBACK, "scopes": ["openid"] });
    let request: protocol::authorize::AuthorizationRequest = serde_json::from_value(stored).unwrap();
    assert_eq!(
        (request.response_type, request.mode()),
        (ResponseType::Code, ResponseMode::Query)
    );
}

#[test]
fn token_alone_and_unknown_words_are_unsupported() {
    for (asked, mode) in [
        ("token", "#"),
        ("id_token token code none", "#"),
        ("none", "?"),
        ("code code", "?"),
        ("CODE", "?"),
        ("device", "?"),
    ] {
        let refused = run(Some(&client()), &[("response_type", asked), NONCE]).unwrap_err();
        assert_eq!(refused.error.refusal, Refusal::ResponseTypeUnsupported, "{asked}");
        assert_eq!(refused.error.code().as_str(), "unsupported_response_type");
        let address = address(refused.delivery.unwrap().error(&refused.error, "https://i/"));
        assert!(address.starts_with(&format!("{CALLBACK}{mode}error=")), "{address}");
    }
}

#[test]
fn each_pair_of_flow_and_allow_list() {
    let flows = [
        ("code", GrantType::AuthorizationCode),
        ("id_token", GrantType::Implicit),
        ("id_token token", GrantType::Implicit),
        ("code token", GrantType::Hybrid),
        ("code id_token", GrantType::Hybrid),
        ("code id_token token", GrantType::Hybrid),
    ];
    for allowed in [GrantType::AuthorizationCode, GrantType::Implicit, GrantType::Hybrid] {
        let client = client_with(|application| application.grant_types = vec![allowed, GrantType::RefreshToken]);
        for (asked, needed) in flows {
            let got = run(Some(&client), &[("response_type", asked), NONCE]);
            if needed == allowed {
                got.unwrap();
                continue;
            }
            let refused = got.unwrap_err();
            assert_eq!(refused.error.refusal, Refusal::ResponseTypeNotAllowed);
            assert_eq!(refused.error.code().as_str(), "unauthorized_client");
            let address = address(refused.delivery.unwrap().error(&refused.error, "https://i/"));
            let sign = if asked == "code" { '?' } else { '#' };
            assert!(address.starts_with(&format!("{CALLBACK}{sign}error=unauthorized_client&")));
            assert!(address.ends_with("&state=af0ifjsldkj&iss=https%3A%2F%2Fi%2F"));
        }
    }
}

#[test]
fn modes_and_types_that_go_together() {
    for response_type in ResponseType::ALL {
        for mode in ResponseMode::ALL {
            let asked = [
                ("response_type", response_type.as_str()),
                ("response_mode", mode.as_str()),
                NONCE,
            ];
            let got = run(Some(&client()), &asked);
            if mode == ResponseMode::Query && response_type != ResponseType::Code {
                let refused = got.unwrap_err();
                assert_eq!(refused.error.refusal, Refusal::ResponseModeQuery, "{asked:?}");
                let delivery = refused.delivery.unwrap();
                assert_eq!(delivery.mode, ResponseMode::Fragment, "in the default mode of the type");
            } else {
                assert_eq!(got.unwrap().mode(), mode, "{asked:?}");
            }
        }
        for unknown in ["web_message", "QUERY", "jwt", "query.jwt", "form post", "_"] {
            let asked = [
                ("response_type", response_type.as_str()),
                ("response_mode", unknown),
                NONCE,
            ];
            let refused = run(Some(&client()), &asked).unwrap_err();
            assert_eq!(refused.error.refusal, Refusal::ResponseModeUnsupported, "{asked:?}");
            assert_eq!(refused.delivery.unwrap().mode, response_type.default_mode());
        }
    }
}

#[test]
fn a_nonce_is_needed_where_an_id_token_comes_from_the_front() {
    for response_type in ResponseType::ALL {
        let got = refusal(&client(), &[("response_type", response_type.as_str())]);
        let expected = response_type.gives_id_token().then_some(Refusal::NonceMissing);
        assert_eq!(got, expected, "{response_type:?}");
    }
}

#[test]
fn openid_is_needed_for_every_type_but_code() {
    let mut bare = client();
    bare.scopes.retain(|mapping| mapping.scope != "openid");
    for response_type in ResponseType::ALL {
        let expected = (response_type != ResponseType::Code).then_some(Refusal::ScopeOpenidMissing);
        let asked = [("response_type", response_type.as_str()), NONCE, ("scope", "email")];
        assert_eq!(refusal(&client(), &asked), expected, "{response_type:?}");
        // An empty scope on an application without the mapping (row 17 of the sheet).
        let empty = [("response_type", response_type.as_str()), NONCE, ("scope", "")];
        assert_eq!(refusal(&bare, &empty), expected, "{response_type:?}");
        assert_eq!(refusal(&client(), &empty), None, "default scopes name openid");
    }
}

#[test]
fn offline_access_is_left_out_without_a_code() {
    for response_type in ResponseType::ALL {
        let asked = [
            ("response_type", response_type.as_str()),
            ("scope", "openid offline_access"),
            NONCE,
        ];
        let scopes = run(Some(&client()), &asked).unwrap().scopes;
        let expected = if response_type.gives_code() {
            words("offline_access openid")
        } else {
            words("openid")
        };
        assert_eq!(scopes, expected, "{response_type:?}");
    }
}

#[test]
fn pkce_is_demanded_with_a_code_and_checked_in_form_without() {
    let client = public_client();
    for response_type in ResponseType::ALL {
        let with = |challenge: &[(&'static str, &'static str)]| {
            let mut asked = vec![("response_type", response_type.as_str()), NONCE];
            asked.extend_from_slice(challenge);
            run(Some(&client), &asked)
        };
        let code = response_type.gives_code();
        let bare = with(&[]).map_err(|refused| refused.error.refusal);
        assert_eq!(bare.err(), code.then_some(Refusal::PkceRequired), "{response_type:?}");
        let good = with(&[("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]).unwrap();
        assert_eq!(good.code_challenge.is_some(), code, "{response_type:?}");
        let plain = with(&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")]);
        let plain = plain.map_err(|refused| refused.error.refusal);
        assert_eq!(
            plain.err(),
            code.then_some(Refusal::PkcePlainNotAllowed),
            "{response_type:?}"
        );
        for (challenge, expected) in [
            (vec![("code_challenge", "short")], Refusal::PkceChallengeMalformed),
            (vec![("code_challenge_method", "S256")], Refusal::PkceChallengeMalformed),
            (
                vec![("code_challenge", CHALLENGE), ("code_challenge_method", "S512")],
                Refusal::PkceMethodUnsupported,
            ),
        ] {
            assert_eq!(
                with(&challenge).unwrap_err().error.refusal,
                expected,
                "{response_type:?}"
            );
        }
    }
}

#[test]
fn a_form_carries_answers_and_errors_with_everything_in_its_fields() {
    let client = client_with(|application| {
        application.redirect_uris = vec![crate::fixtures::strict("https://app.example.com/cb?keep=1")];
    });
    let asked = [
        ("redirect_uri", "https://app.example.com/cb?keep=1"),
        ("response_mode", "form_post"),
    ];
    let request = run(Some(&client), &asked).unwrap();
    let delivery = delivery_of(&client, &request).unwrap();
    let Answer::Form(form) = delivery.answer(vec![("code", "c".to_owned())], "https://i/") else {
        panic!("no form")
    };
    assert_eq!(form.action.as_str(), "https://app.example.com/cb?keep=1");
    let said = |name, value: &str| (name, value.to_owned());
    assert_eq!(
        form.fields,
        [
            said("code", "c"),
            said("state", "af0ifjsldkj"),
            said("iss", "https://i/")
        ]
    );
    assert!(!format!("{:?}", Answer::Form(form)).contains("af0ifjsldkj"));

    let mut wrong = asked.to_vec();
    wrong.push(("response_type", "token"));
    let refused = run(Some(&client), &wrong).unwrap_err();
    let Answer::Form(form) = refused.delivery.unwrap().error(&refused.error, "https://i/") else {
        panic!("no form")
    };
    let names: Vec<&str> = form.fields.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["error", "error_description", "state", "iss"]);
}

#[test]
fn a_state_that_a_form_would_change_is_refused_and_not_echoed() {
    for state in ["a\0b", "a\nb", "a\rb"] {
        assert!(
            run(Some(&client()), &[("state", state)]).is_ok(),
            "other modes carry it"
        );
        let refused = run(Some(&client()), &[("state", state), ("response_mode", "form_post")]).unwrap_err();
        assert_eq!(refused.error.refusal, Refusal::StateMalformed);
        let delivery = refused.delivery.unwrap();
        assert_eq!((delivery.mode, delivery.state), (ResponseMode::FormPost, None));
    }
    // Also what fails before the mode is looked at goes by the mode.
    let long = "s".repeat(64 * 1024);
    let refused = run(Some(&client()), &[("state", &long), ("response_mode", "form_post")]).unwrap_err();
    assert_eq!(refused.error.refusal, Refusal::StateTooLong);
    assert_eq!(refused.delivery.unwrap().mode, ResponseMode::FormPost);
}

#[test]
fn the_log_shows_neither_codes_nor_tokens() {
    let client = client();
    for mode in ["query", "fragment", "form_post"] {
        let request = run(Some(&client), &[("response_mode", mode)]).unwrap();
        let answer = delivery_of(&client, &request)
            .unwrap()
            .answer(vec![("code", "the-secret-code".to_owned())], "https://i/");
        assert!(!format!("{answer:?}").contains("the-secret-code"), "{answer:?}");
    }
}

#[test]
fn discovery_names_what_the_application_may_use() {
    let document = |grants: &[GrantType]| {
        let client = client_with(|application| application.grant_types = grants.to_vec());
        serde_json::to_value(of_application(&client, "https://id.example.com/", &["en"])).unwrap()
    };
    use GrantType::{AuthorizationCode, Hybrid, Implicit, RefreshToken};
    for (grants, types, names) in [
        (
            vec![AuthorizationCode, RefreshToken],
            vec!["code"],
            "authorization_code refresh_token",
        ),
        (vec![Implicit], vec!["id_token", "id_token token"], "implicit"),
        (
            vec![Hybrid, AuthorizationCode],
            vec!["code", "code token", "code id_token", "code id_token token"],
            "authorization_code implicit",
        ),
    ] {
        let said = document(&grants);
        assert_eq!(said["response_types_supported"], json!(types), "{grants:?}");
        assert_eq!(said["grant_types_supported"], json!(words(names)), "{grants:?}");
        assert_eq!(
            said["response_modes_supported"],
            json!(["query", "fragment", "form_post"])
        );
        let c_hash = said["claims_supported"].as_array().unwrap().contains(&json!("c_hash"));
        assert_eq!(c_hash, grants.contains(&Hybrid), "{grants:?}");
    }
    let global = of_installation("https://id.example.com/", vec!["RS256"], &["en"]);
    let global = serde_json::to_value(global).unwrap();
    assert_eq!(
        global["response_types_supported"],
        json!(ResponseType::ALL.map(ResponseType::as_str))
    );
}
