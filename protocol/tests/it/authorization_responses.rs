//! The answer of each response type and what is written with it (RFC 6749, section 4.1.2; OpenID Connect Core, sections
//! 3.2.2.5 and 3.3.2.5; RFC 9207).

use protocol::authorization_response::{Authorization, Issued, claims_wanted, mint_authorization, wanted};
use protocol::authorize::AuthorizationRequest;
use protocol::client::{AccessTokenFormat, Application, Client, ConsentMode};
use protocol::decision::decide_access;
use protocol::duration::Span;
use protocol::evaluation::Evaluated;
use protocol::id::hash_secret;
use protocol::jose::{Algorithm, TypRule, Verification, typ, verify};
use protocol::records::{AccessToken, Code, Grant};
use protocol::response_type::ResponseType;
use protocol::time::{HOUR, MINUTE};
use protocol::writes::Write;
use serde_json::{Map, Value, json};

use crate::fixtures::{CALLBACK, NOW, SALT, World, client, client_with, session, subject, words};
use crate::support::signing_key;

fn request(response_type: ResponseType, scopes: &str) -> AuthorizationRequest {
    AuthorizationRequest {
        redirect_uri: CALLBACK.into(),
        response_type,
        scopes: words(scopes),
        nonce: Some("n".into()),
        ..AuthorizationRequest::default()
    }
}

fn answer(client: &Client, request: &AuthorizationRequest, agreed: bool) -> Issued {
    let (subject, session) = (subject(), session(NOW.plus(-MINUTE)));
    let permit = decide_access(Some(&client.application), Some(&subject.user), session.auth_time).unwrap();
    let authorization = Authorization {
        client,
        request,
        session: &session,
        subject: &subject,
        evaluated: &Evaluated::default(),
        salt: SALT,
        known_as: None,
        agreed,
        client_address: Some("192.0.2.1"),
    };
    mint_authorization(&World::default().env(NOW), &authorization, permit).unwrap()
}

fn issue(mode: ConsentMode, agreed: bool) -> Issued {
    let client = client_with(|application| {
        application.consent_mode = mode;
        application.consent_expires_in = Some(Span::from_secs(3600));
    });
    answer(&client, &request(ResponseType::Code, "email openid"), agreed)
}

fn value<'a>(issued: &'a Issued, name: &str) -> Option<&'a str> {
    let found = issued.parameters.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.as_str())
}

fn names(issued: &Issued) -> Vec<&'static str> {
    issued.parameters.iter().map(|(name, _)| *name).collect()
}

/// What was written: the grant, the code, the access token.
fn written(issued: &Issued) -> (Grant, Option<Code>, Option<AccessToken>) {
    let (mut grant, mut code, mut token) = (None, None, None);
    for write in &issued.writes {
        match write {
            Write::CreateGrant(one) => grant = Some(Grant::clone(one)),
            Write::CreateCode(one) => code = Some(Code::clone(one)),
            Write::CreateAccessToken(one) => token = Some(AccessToken::clone(one)),
            Write::CreateEvent(_) => {}
            other => panic!("{other:?}"),
        }
    }
    (grant.unwrap(), code, token)
}

fn claims(client: &Client, token: &str, kind: &str) -> Map<String, Value> {
    let keys = [client.signing_key.verifying_key()];
    let algorithms = [client.signing_key.alg()];
    verify(token, &Verification::new(&keys, &algorithms, TypRule::OneOf(&[kind])))
        .unwrap()
        .claims
}

#[test]
fn a_code_is_written_as_its_hash_under_one_grant() {
    let issued = issue(ConsentMode::Remember, false);
    let [
        Write::CreateGrant(grant),
        Write::CreateCode(code),
        Write::CreateEvent(event),
    ] = &issued.writes[..]
    else {
        panic!("{:?}", issued.writes)
    };
    let value = value(&issued, "code").unwrap();
    assert_eq!(names(&issued), ["code"]);
    assert_eq!((code.hash, code.used_at), (hash_secret(value), None));
    assert_eq!(
        (&code.grant_id, code.expires_at, grant.expires_at),
        (&grant.id, NOW.plus(MINUTE), NOW.plus(MINUTE))
    );
    assert_eq!(code.facts.redirect_uri, CALLBACK);
    assert_eq!(
        (grant.session_id.as_deref(), grant.facts.nonce.as_deref()),
        (Some("ses_1"), Some("n"))
    );
    assert_eq!((grant.facts.auth_time, grant.issued_at), (Some(NOW.plus(-MINUTE)), NOW));
    assert_eq!(
        (event.action.as_str(), event.actor.as_deref()),
        ("authorize_application", Some("user_1"))
    );
    assert!(
        !format!("{issued:?}").contains(value),
        "the code itself is never written"
    );
}

#[test]
fn an_agreement_is_remembered_only_where_the_application_wants_it() {
    for (mode, agreed, saved) in [
        (ConsentMode::Remember, true, true),
        (ConsentMode::Remember, false, false),
        (ConsentMode::Always, true, false),
        (ConsentMode::Skip, true, false),
    ] {
        let writes = issue(mode, agreed).writes;
        let consent = writes.iter().find_map(|write| match write {
            Write::SaveConsent(consent) => Some(consent),
            _ => None,
        });
        assert_eq!(consent.is_some(), saved, "{mode:?} {agreed}");
        if let Some(consent) = consent {
            assert_eq!(
                (&consent.scopes, consent.expires_at),
                (&words("email openid"), Some(NOW.plus(HOUR)))
            );
        }
    }
}

#[test]
fn each_response_type_answers_with_its_parameters_in_order_under_one_grant() {
    let client = client();
    for (response_type, expected, kind) in [
        (ResponseType::Code, "code", "authorization_code"),
        (ResponseType::IdToken, "id_token token_type expires_in", "implicit"),
        (
            ResponseType::IdTokenToken,
            "access_token id_token token_type expires_in scope",
            "implicit",
        ),
        (
            ResponseType::CodeToken,
            "access_token code token_type expires_in scope",
            "hybrid",
        ),
        (
            ResponseType::CodeIdToken,
            "id_token code token_type expires_in",
            "hybrid",
        ),
        (
            ResponseType::CodeIdTokenToken,
            "access_token id_token code token_type expires_in scope",
            "hybrid",
        ),
    ] {
        let issued = answer(&client, &request(response_type, "email openid"), false);
        assert_eq!(names(&issued), words(expected), "{response_type:?}");
        let (grant, code, token) = written(&issued);
        assert_eq!((grant.kind.as_str(), &grant.scopes), (kind, &words("email openid")));
        assert_eq!(code.map(|code| code.hash), value(&issued, "code").map(hash_secret));
        let token_expected = value(&issued, "access_token").map(hash_secret);
        assert_eq!(token.as_ref().map(|token| token.hash), token_expected);
        if let Some(token) = token {
            assert_eq!(token.grant_id, grant.id);
            assert_eq!(token.session_id.as_deref(), Some("ses_1"), "it dies with the session");
            assert_eq!((token.expires_at, token.issued_at), (NOW.plus(HOUR), NOW));
            assert_eq!(grant.expires_at, NOW.plus(HOUR), "the longest life of the family");
            assert_eq!(value(&issued, "token_type"), Some("Bearer"));
            assert_eq!(value(&issued, "scope"), Some("email openid"));
        }
        assert!(
            value(&issued, "expires_in").is_none_or(|life| life == "3600"),
            "whole seconds of access_token_validity"
        );
    }
}

#[test]
fn an_id_token_from_the_front_vouches_for_what_comes_with_it_by_its_own_hash() {
    for alg in Algorithm::ALL {
        let mut client = client();
        client.signing_key = signing_key("k", alg);
        for response_type in ResponseType::ALL.into_iter().filter(|one| one.gives_id_token()) {
            let issued = answer(&client, &request(response_type, "openid"), false);
            let id_token = claims(&client, value(&issued, "id_token").unwrap(), typ::JWT);
            let half = |name: &str| value(&issued, name).map(|value| json!(alg.hash_half(value.as_bytes())));
            assert_eq!(
                id_token.get("at_hash"),
                half("access_token").as_ref(),
                "{alg} {response_type:?}"
            );
            assert_eq!(id_token.get("c_hash"), half("code").as_ref(), "{alg} {response_type:?}");
            assert_eq!(
                (&id_token["nonce"], &id_token["exp"], &id_token["auth_time"]),
                (
                    &json!("n"),
                    &json!(NOW.plus(HOUR).seconds()),
                    &json!(NOW.plus(-MINUTE).seconds())
                )
            );
            assert_eq!(
                (&id_token["aud"], &id_token["iss"], &id_token["amr"]),
                (&json!("wiki-client"), &json!(client.issuer), &json!(["pwd"]))
            );
            assert_eq!(id_token["sid"], json!(session(NOW).sid()));
        }
    }
}

/// OpenID Connect Core, section 5.4.
#[test]
fn claims_stand_in_the_id_token_when_there_is_no_way_to_userinfo() {
    let few = |application: &mut Application| application.include_claims_in_id_token = false;
    for (response_type, with, without) in [
        (ResponseType::IdToken, true, true),
        (ResponseType::IdTokenToken, true, false),
        (ResponseType::CodeIdToken, true, false),
        (ResponseType::CodeIdTokenToken, true, false),
    ] {
        for (client, expected) in [(client(), with), (client_with(few), without)] {
            let request = request(response_type, "email groups openid profile");
            let issued = answer(&client, &request, false);
            let id_token = claims(&client, value(&issued, "id_token").unwrap(), typ::JWT);
            for (name, said) in [
                ("email", json!("ada@example.com")),
                ("groups", json!(["engines", "poets"])),
            ] {
                assert_eq!(
                    id_token.get(name),
                    expected.then_some(&said),
                    "{name} of {response_type:?}"
                );
            }
            let all: &[String] = if expected { &request.scopes } else { &[] };
            assert_eq!(claims_wanted(&client, &request), (all, &[][..]), "{response_type:?}");
            if let Some(token) = value(&issued, "access_token") {
                let access = claims(&client, token, typ::ACCESS_TOKEN);
                assert_eq!(access.contains_key("email"), expected, "{response_type:?}");
                assert!(!access.contains_key("nonce") && !access.contains_key("c_hash"));
            }
        }
    }
    let client = client_with(few);
    let code = request(ResponseType::Code, "groups openid");
    assert_eq!(claims_wanted(&client, &code), (&[][..], &[][..]), "a code says nothing");
    assert!(wanted(&client, &request(ResponseType::Code, "openid"), NOW).is_empty());
    let mut named = request(ResponseType::CodeIdToken, "openid");
    named.claims.id_token = words("email groups");
    assert_eq!(claims_wanted(&client, &named), (&[][..], &words("email groups")[..]));
    let issued = answer(&client, &named, false);
    let id_token = claims(&client, value(&issued, "id_token").unwrap(), typ::JWT);
    assert_eq!(
        (&id_token["email"], &id_token["groups"], id_token.get("name")),
        (&json!("ada@example.com"), &json!(["engines", "poets"]), None)
    );
}

#[test]
fn an_opaque_access_token_is_vouched_for_as_well() {
    let client = client_with(|application| application.access_token_format = AccessTokenFormat::Opaque);
    let issued = answer(&client, &request(ResponseType::IdTokenToken, "openid"), false);
    let token = value(&issued, "access_token").unwrap();
    assert_eq!(token.len(), 43);
    let id_token = claims(&client, value(&issued, "id_token").unwrap(), typ::JWT);
    let half = client.signing_key.alg().hash_half(token.as_bytes());
    assert_eq!(id_token["at_hash"], json!(half));
}

#[test]
fn lives_follow_the_application() {
    let client = client_with(|application| {
        application.access_code_validity = Span::from_secs(600);
        application.access_token_validity = Span::from_secs(90);
    });
    let issued = answer(&client, &request(ResponseType::CodeToken, "openid"), false);
    let (grant, code, token) = written(&issued);
    assert_eq!(code.unwrap().expires_at, NOW.plus(10 * MINUTE));
    assert_eq!(token.unwrap().expires_at, NOW.plus(MINUTE + MINUTE / 2));
    assert_eq!(grant.expires_at, NOW.plus(10 * MINUTE));
    assert_eq!(value(&issued, "expires_in"), Some("90"));
}
