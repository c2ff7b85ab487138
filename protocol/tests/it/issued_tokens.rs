//! Tokens that come back: bearer use (RFC 6750), UserInfo, introspection (RFC 7662) and revocation (RFC 7009).

use protocol::bearer::{FoundAccessToken, challenge, decide_access_token, parse_bearer};
use protocol::claims::subject_identifier;
use protocol::client::Application;
use protocol::error::OAuthError;
use protocol::evaluation::Evaluated;
use protocol::id::hash_secret;
use protocol::introspection::{FoundRefreshToken, introspect_access_token, introspect_refresh_token};
use protocol::records::AccessToken;
use protocol::refusal::Refusal;
use protocol::revocation::{FoundToken, decide_revocation};
use protocol::time::{HOUR, Time};
use protocol::userinfo::mint_userinfo;
use protocol::writes::Write;
use serde_json::{Value, json};

use crate::fixtures::{
    NOW, SALT, World, client, client_with, grant, params, refresh_token, session, subject, user, words,
};

fn found(scopes: &str) -> FoundAccessToken {
    FoundAccessToken {
        token: AccessToken {
            hash: hash_secret("a"),
            grant_id: "grant_1".into(),
            session_id: Some("ses_1".into()),
            scopes: words(scopes),
            issued_at: NOW,
            expires_at: NOW.plus(HOUR),
            revoked_at: None,
        },
        grant: grant(scopes),
        subject: Some(subject()),
        session_alive: true,
    }
}

/// Every way in which an access token is dead.
const DEAD: [fn(&mut FoundAccessToken); 7] = [
    |found| found.token.expires_at = NOW,
    |found| found.token.revoked_at = Some(NOW),
    |found| found.grant.revoked_at = Some(NOW),
    |found| found.session_alive = false,
    |found| found.subject = None,
    |found| found.subject.as_mut().unwrap().user.is_active = false,
    |found| found.subject.as_mut().unwrap().user.valid_from = NOW,
];

#[test]
fn where_a_bearer_token_stands() {
    let (some, none) = (params(&[("access_token", "b")]), params(&[("access_token", "")]));
    let read = |header, body, query| parse_bearer(header, body, query).map_err(|error| error.refusal);
    for header in [
        "Bearer mF_9.B5f-4.1JqM",
        "bearer mF_9.B5f-4.1JqM",
        "BEARER  mF_9.B5f-4.1JqM ",
    ] {
        assert_eq!(read(Some(header), Some(&none), None), Ok("mF_9.B5f-4.1JqM"));
    }
    assert_eq!(
        (read(None, Some(&some), None), read(None, None, Some(&some))),
        (Ok("b"), Ok("b"))
    );
    assert_eq!(read(Some("Basic x"), Some(&some), None), Ok("b"));
    for header in [
        None,
        Some(""),
        Some("Bearer"),
        Some("Bearer "),
        Some("Basic abc"),
        Some("Bearerabc"),
    ] {
        assert_eq!(
            read(header, Some(&none), None),
            Err(Refusal::BearerMissing),
            "{header:?}"
        );
    }
    for (header, body, query) in [(Some("Bearer b"), Some(&some), None), (None, Some(&some), Some(&some))] {
        assert_eq!(read(header, body, query), Err(Refusal::BearerTwice));
    }
}

#[test]
fn challenges_follow_rfc_6750() {
    let of = |refusal: Refusal| challenge(&OAuthError::new(refusal));
    assert_eq!(of(Refusal::BearerMissing), "Bearer realm=\"vestibule\"");
    assert!(of(Refusal::BearerUnknown).starts_with("Bearer error=\"invalid_token\", error_description=\""));
    assert!(of(Refusal::BearerScope).starts_with("Bearer error=\"insufficient_scope\", "));
    assert!(of(Refusal::BearerScope).ends_with(", scope=\"openid\""));
    let statuses = [
        Refusal::BearerMissing,
        Refusal::BearerUnknown,
        Refusal::BearerScope,
        Refusal::BearerTwice,
    ]
    .map(|refusal| refusal.error_code().status());
    assert_eq!(statuses, [401, 401, 403, 400]);
}

#[test]
fn dead_tokens_are_dead_everywhere_and_say_nothing() {
    let (world, good) = (World::default(), client());
    let env = world.env(NOW);
    assert!(decide_access_token(&env, &found("openid"), Some(&good)).is_ok());
    let inactive = json!({ "active": false });
    for kill in DEAD {
        let mut found = found("openid");
        kill(&mut found);
        let error = decide_access_token(&env, &found, Some(&good)).unwrap_err();
        assert_eq!(error.refusal, Refusal::BearerUnknown);
        assert!(error.detail.is_some(), "the log says which it was");
        assert_eq!(
            serde_json::to_value(introspect_access_token(&env, &good, &found, SALT)).unwrap(),
            inactive
        );
    }
    let disabled = client_with(|application| application.enabled = false);
    let foreign = client_with(|application| application.id = "app_2".into());
    assert_eq!(
        decide_access_token(&env, &found("openid"), None).unwrap_err().refusal,
        Refusal::BearerUnknown
    );
    assert_eq!(
        decide_access_token(&env, &found("openid"), Some(&disabled))
            .unwrap_err()
            .refusal,
        Refusal::BearerUnknown
    );
    for client in [&disabled, &foreign] {
        let answer = introspect_access_token(&env, client, &found("openid"), SALT);
        assert_eq!(serde_json::to_value(answer).unwrap(), inactive);
    }
}

#[test]
fn userinfo_speaks_of_the_same_subject_as_the_id_token() {
    let (world, client) = (World::default(), client());
    let answer = |mut found: FoundAccessToken, named: &str| {
        found.grant.facts.claims.userinfo = words(named);
        let permit = decide_access_token(&world.env(NOW), &found, Some(&client)).unwrap();
        mint_userinfo(&found, &client, SALT, &Evaluated::default(), permit)
    };
    let sub = subject_identifier(&Application::default(), &user(), SALT);
    assert_eq!(
        Value::Object(answer(found("openid"), "").unwrap()),
        json!({ "sub": sub })
    );
    assert_eq!(
        Value::Object(answer(found("openid"), "name").unwrap()),
        json!({ "sub": sub, "name": "Ada Lovelace" })
    );
    let email = json!({ "sub": sub, "email": "ada@example.com", "email_verified": true });
    assert_eq!(Value::Object(answer(found("email openid"), "").unwrap()), email);
    let error = answer(found("email profile"), "").unwrap_err();
    assert_eq!((error.refusal, error.code().status()), (Refusal::BearerScope, 403));
}

#[test]
fn introspection_of_living_tokens() {
    let (world, client) = (World::default(), client());
    let access = introspect_access_token(&world.env(NOW), &client, &found("email openid"), SALT);
    let expected = json!({
        "active": true, "scope": "email openid", "client_id": "wiki-client", "username": "ada", "token_type": "Bearer",
        "exp": NOW.seconds() + 3600, "iat": NOW.seconds(), "aud": "wiki-client",
        "sub": subject_identifier(&Application::default(), &user(), SALT),
        "iss": "https://id.example.com/application/o/wiki/", "auth_time": NOW.seconds() - 3600,
        "sid": session(NOW).sid(),
    });
    assert_eq!(serde_json::to_value(access).unwrap(), expected);

    let refresh = || FoundRefreshToken {
        token: refresh_token("r", "openid"),
        grant: grant("openid"),
        subject: Some(subject()),
    };
    let active = |found: &FoundRefreshToken| introspect_refresh_token(&world.env(NOW), &client, found, SALT);
    assert!(active(&refresh()).active);
    let mut never = refresh();
    never.token.expires_at = Time::NEVER;
    assert_eq!((active(&never).active, active(&never).exp), (true, None));
    let dead: [fn(&mut FoundRefreshToken); 7] = [
        |found| found.token.used_at = Some(NOW),
        |found| found.token.revoked_at = Some(NOW),
        |found| found.token.expires_at = NOW,
        |found| found.grant.revoked_at = Some(NOW),
        |found| found.grant.application_id = "app_2".into(),
        |found| found.subject = None,
        |found| found.subject.as_mut().unwrap().user.is_active = false,
    ];
    for kill in dead {
        let mut found = refresh();
        kill(&mut found);
        assert_eq!(
            serde_json::to_value(active(&found)).unwrap(),
            json!({ "active": false })
        );
    }
}

#[test]
fn a_client_revokes_its_own_tokens_only() {
    let (world, own) = (World::default(), client());
    let foreign = client_with(|application| application.id = "app_2".into());
    let env = world.env(NOW);
    let hash = hash_secret("t");
    let access = FoundToken::Access(hash, grant("openid"));
    let refresh = FoundToken::Refresh(hash, grant("openid"));
    assert_eq!(
        decide_revocation(&env, &own, Some(&access)),
        [Write::RevokeAccessToken { hash, at: NOW }]
    );
    assert_eq!(
        decide_revocation(&env, &own, Some(&refresh)),
        [Write::RevokeGrant {
            id: "grant_1".into(),
            at: NOW
        }]
    );
    for found in [Some(&access), Some(&refresh), None] {
        assert!(decide_revocation(&env, &foreign, found).is_empty());
    }
    assert!(decide_revocation(&env, &own, None).is_empty());
}
