//! The grants of the token endpoint that a person began (RFC 6749, sections 4.1.3 and 6): each refusal, and exactly what is written.

use protocol::client::{Client, GrantType};
use protocol::grants::{Found, Lookup, Outcome, Step, TokenRequest, exchange, lookup, parse_grant_type};
use protocol::id::hash_secret;
use protocol::pkce::parse_code_challenge;
use protocol::refusal::Refusal;
use protocol::time::{DAY, HOUR, SECOND};
use protocol::writes::Write;

use crate::fixtures::{
    CALLBACK, NOW, SALT, World, client, client_with, code, credentials, grant, params, refresh_token, subject,
};

const CODE: [(&str, &str); 2] = [("code", "c"), ("redirect_uri", CALLBACK)];

pub(crate) fn run(client: &Client, kind: GrantType, found: &Found, body: &[(&str, &str)]) -> Outcome {
    let world = World::default();
    let request = TokenRequest {
        client,
        credentials: &credentials(),
        params: &params(body),
        client_address: Some("192.0.2.1"),
        salt: SALT,
        audience: None,
    };
    finish(exchange(&world.env(NOW), &request, kind, found, None))
}

/// The outcome of a request that needs no expression.
pub(crate) fn finish(step: Step) -> Outcome {
    match step {
        Step::Done(outcome) => outcome,
        Step::Evaluate(wanted) => panic!("nothing has to run, but {wanted:?}"),
    }
}

fn by_code(client: &Client, found: &Found, body: &[(&str, &str)]) -> Outcome {
    run(client, GrantType::AuthorizationCode, found, body)
}

pub(crate) fn refusal(outcome: &Outcome) -> Option<Refusal> {
    outcome.reply.as_ref().err().map(|error| error.refusal)
}

pub(crate) fn names(outcome: &Outcome) -> Vec<&'static str> {
    let name = |write: &Write| match write {
        Write::UseCode { .. } => "UseCode",
        Write::UseRefreshToken { .. } => "UseRefreshToken",
        Write::CreateAccessToken(_) => "CreateAccessToken",
        Write::CreateRefreshToken(_) => "CreateRefreshToken",
        Write::ExtendGrant { .. } => "ExtendGrant",
        Write::RevokeGrant { .. } => "RevokeGrant",
        Write::CreateEvent(_) => "CreateEvent",
        _ => "other",
    };
    outcome.writes.iter().map(name).collect()
}

pub(crate) fn found_code(scopes: &str) -> Found {
    Found {
        code: Some(code("c")),
        grant: Some(grant(scopes)),
        subject: Some(subject()),
        session_alive: true,
        ..Found::default()
    }
}

pub(crate) fn found_refresh(scopes: &str) -> Found {
    Found {
        refresh_token: Some(refresh_token("r", scopes)),
        code: None,
        ..found_code(scopes)
    }
}

#[test]
fn what_is_looked_up_and_what_is_missing() {
    let (world, client, credentials) = (World::default(), client(), credentials());
    let ask = |kind: GrantType, body: &[(&str, &str)]| {
        let params = params(body);
        let request = TokenRequest {
            client: &client,
            credentials: &credentials,
            params: &params,
            client_address: None,
            salt: SALT,
            audience: None,
        };
        lookup(&world.env(NOW), &request, kind).map_err(|error| error.refusal)
    };
    assert_eq!(
        ask(GrantType::AuthorizationCode, &CODE),
        Ok(Lookup::Code(hash_secret("c")))
    );
    assert_eq!(ask(GrantType::AuthorizationCode, &CODE[1..]), Err(Refusal::CodeMissing));
    assert_eq!(
        ask(GrantType::AuthorizationCode, &CODE[..1]),
        Err(Refusal::CodeRedirectUriMissing)
    );
    assert_eq!(
        ask(GrantType::RefreshToken, &[("refresh_token", "r")]),
        Ok(Lookup::RefreshToken(hash_secret("r")))
    );
    assert_eq!(ask(GrantType::RefreshToken, &[]), Err(Refusal::RefreshTokenMissing));
    assert_eq!(ask(GrantType::ClientCredentials, &[]), Ok(Lookup::Machine));
    assert_eq!(
        ask(GrantType::ClientCredentials, &[("scope", "foreign")]),
        Err(Refusal::ScopeUnknown)
    );
    for (value, expected) in [
        ("", Refusal::GrantTypeMissing),
        ("implicit", Refusal::GrantTypeUnsupported),
    ] {
        assert_eq!(
            parse_grant_type(&params(&[("grant_type", value)])).unwrap_err().refusal,
            expected
        );
    }
    assert_eq!(
        Refusal::GrantTypeUnsupported.error_code().as_str(),
        "unsupported_grant_type"
    );
}

#[test]
fn a_code_gives_tokens_and_writes_them() {
    let outcome = by_code(&client(), &found_code("offline_access openid"), &CODE);
    assert_eq!(
        names(&outcome),
        ["UseCode", "CreateAccessToken", "CreateRefreshToken", "ExtendGrant"]
    );
    let reply = outcome.reply.unwrap();
    assert_eq!(
        (reply.token_type, reply.expires_in, reply.scope.as_str()),
        ("Bearer", 3600, "offline_access openid")
    );
    assert!(reply.id_token.is_some());
    let [
        Write::UseCode { hash, at },
        Write::CreateAccessToken(access),
        Write::CreateRefreshToken(refresh),
        Write::ExtendGrant { expires_at, .. },
    ] = &outcome.writes[..]
    else {
        panic!("{:?}", outcome.writes)
    };
    assert_eq!((*hash, *at), (hash_secret("c"), NOW));
    assert_eq!(access.hash, hash_secret(&reply.access_token));
    assert_eq!(
        (access.session_id.as_deref(), access.expires_at),
        (Some("ses_1"), NOW.plus(HOUR))
    );
    assert_eq!(refresh.hash, hash_secret(&reply.refresh_token.unwrap()));
    assert_eq!(
        (*expires_at, refresh.expires_at),
        (NOW.plus(30 * DAY), NOW.plus(30 * DAY))
    );

    let plain = by_code(&client(), &found_code("email"), &CODE);
    assert_eq!(names(&plain), ["UseCode", "CreateAccessToken", "ExtendGrant"]);
    let reply = plain.reply.unwrap();
    assert!(reply.id_token.is_none() && reply.refresh_token.is_none());
    let gone = by_code(
        &client(),
        &Found {
            session_alive: false,
            ..found_code("openid")
        },
        &CODE,
    );
    assert_eq!(gone.reply.unwrap_err().refusal, Refusal::CodeSessionEnded);
    assert!(gone.writes.is_empty(), "{:?}", gone.writes);
    let without = client_with(|application| application.grant_types = vec![GrantType::AuthorizationCode]);
    assert!(
        by_code(&without, &found_code("offline_access"), &CODE)
            .reply
            .unwrap()
            .refresh_token
            .is_none()
    );
}

#[test]
fn each_refusal_of_a_code() {
    let change = |edit: fn(&mut Found)| {
        let mut found = found_code("openid");
        edit(&mut found);
        found
    };
    let cases: [(Found, Refusal, &[&str]); 7] = [
        (Found::default(), Refusal::CodeUnknown, &[]),
        (
            change(|f| f.grant.as_mut().unwrap().application_id = "app_2".into()),
            Refusal::CodeOfAnotherClient,
            &[],
        ),
        (
            change(|f| f.code.as_mut().unwrap().expires_at = NOW),
            Refusal::CodeExpired,
            &[],
        ),
        (
            change(|f| f.grant.as_mut().unwrap().revoked_at = Some(NOW)),
            Refusal::GrantRevoked,
            &[],
        ),
        (
            change(|f| f.code.as_mut().unwrap().used_at = Some(NOW)),
            Refusal::CodeReused,
            &["RevokeGrant", "CreateEvent"],
        ),
        (
            change(|f| {
                f.code.as_mut().unwrap().used_at = Some(NOW.plus(-HOUR));
                f.code.as_mut().unwrap().expires_at = NOW.plus(-HOUR);
                f.grant.as_mut().unwrap().revoked_at = Some(NOW);
            }),
            Refusal::CodeReused,
            &["CreateEvent"],
        ),
        (
            change(|f| f.code.as_mut().unwrap().facts.redirect_uri.push('/')),
            Refusal::CodeRedirectUriMismatch,
            &[],
        ),
    ];
    for (found, expected, written) in cases {
        let outcome = by_code(&client(), &found, &CODE);
        assert_eq!((refusal(&outcome), &names(&outcome)[..]), (Some(expected), written));
        assert_eq!(expected.error_code().as_str(), "invalid_grant");
    }
    // Another client can not end a family by showing a used code.
    let foreign = change(|f| {
        f.code.as_mut().unwrap().used_at = Some(NOW);
        f.grant.as_mut().unwrap().application_id = "app_2".into();
    });
    assert!(by_code(&client(), &foreign, &CODE).writes.is_empty());
}

#[test]
fn the_verifier_is_required_exactly_when_a_challenge_was_sent() {
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = parse_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Some("S256")).unwrap();
    let wrong = "a".repeat(43);
    let cases = [
        (true, Some(verifier), None),
        (true, None, Some(Refusal::PkceVerifierMissing)),
        (true, Some(&*wrong), Some(Refusal::PkceVerifierWrong)),
        (true, Some("short"), Some(Refusal::PkceVerifierWrong)),
        (true, Some(challenge.value()), Some(Refusal::PkceVerifierWrong)),
        (false, None, None),
        (false, Some(verifier), Some(Refusal::PkceVerifierUnexpected)),
        (true, Some(""), Some(Refusal::PkceVerifierMissing)),
        (false, Some(""), None),
    ];
    for (sent, presented, expected) in cases {
        let mut found = found_code("openid");
        found.code.as_mut().unwrap().facts.code_challenge = sent.then(|| challenge.clone());
        let mut body = CODE.to_vec();
        body.extend(presented.map(|value| ("code_verifier", value)));
        let outcome = by_code(&client(), &found, &body);
        assert_eq!(refusal(&outcome), expected, "{sent} {presented:?}");
        assert!(expected.is_none() || outcome.writes.is_empty());
    }
}

/// Security expectation 22: every state of subject and client, against the grants that a person began;
/// `machine_grants.rs` has the others.
#[test]
fn nobody_in_bad_standing_gets_anything() {
    for kind in [GrantType::AuthorizationCode, GrantType::RefreshToken] {
        let states: [fn(&mut Found, &mut Client) -> Refusal; 6] = [
            |found, _| {
                found.subject = None;
                Refusal::SubjectGone
            },
            |found, _| {
                found.subject.as_mut().unwrap().user.is_active = false;
                Refusal::SubjectGone
            },
            |found, _| {
                found.subject.as_mut().unwrap().user.valid_from = NOW.plus(-29 * SECOND);
                Refusal::SubjectGone
            },
            |_, client| {
                client.application.enabled = false;
                Refusal::ClientDisabled
            },
            |_, client| {
                client.application.grant_types.clear();
                Refusal::GrantTypeNotAllowed
            },
            |_, client| {
                client.secrets = vec!["other".into()];
                Refusal::ClientSecretWrong
            },
        ];
        for state in states {
            let (mut found, mut client) = (found_code("openid"), client());
            found.refresh_token = Some(refresh_token("r", "openid"));
            assert!(run(&client, kind, &found, &CODE).reply.is_ok());
            let expected = state(&mut found, &mut client);
            let outcome = run(&client, kind, &found, &CODE);
            assert_eq!(
                (refusal(&outcome), outcome.writes.len()),
                (Some(expected), 0),
                "{kind:?}"
            );
        }
    }
}
