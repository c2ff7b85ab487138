//! Polling with a device code (RFC 8628, sections 3.4 and 3.5): each answer, and exactly what is written.

use protocol::client::{Client, GrantType};
use protocol::client_auth::Credentials;
use protocol::device::DeviceCode;
use protocol::grants::{Found, Lookup, Outcome, TokenRequest, exchange, lookup, parse_grant_type};
use protocol::id::hash_secret;
use protocol::refusal::Refusal;
use protocol::time::{HOUR, SECOND, Time};
use protocol::writes::Write;

use crate::fixtures::{NOW, SALT, World, credentials, grant, params, subject, words};
use crate::rfc6749_grants::{finish, refusal};
use crate::rfc8628::{bare, device_client, device_client_with, public, waiting};

fn found(device: DeviceCode) -> Found {
    Found {
        device_code: Some(device),
        ..Found::default()
    }
}

/// A device whose person has just agreed.
fn allowed() -> Found {
    let mut grant = grant("email offline_access openid");
    grant.kind = "device_code".into();
    grant.facts.nonce = None;
    Found {
        grant: Some(grant),
        subject: Some(subject()),
        session_alive: true,
        ..found(DeviceCode {
            grant_id: Some("grant_1".into()),
            ..waiting()
        })
    }
}

fn poll_with(client: &Client, credentials: &Credentials, found: &Found) -> Outcome {
    let world = World::default();
    let request = TokenRequest {
        client,
        credentials,
        params: &params(&[("device_code", "d")]),
        client_address: Some("192.0.2.7"),
        salt: SALT,
        audience: None,
    };
    finish(exchange(&world.env(NOW), &request, GrantType::DeviceCode, found, None))
}

fn poll(found: &Found) -> Outcome {
    poll_with(&device_client(), &credentials(), found)
}

/// Section 3.4: what a poll must carry, and that the client authenticates first.
#[test]
fn what_is_looked_up() {
    let (world, client) = (World::default(), device_client());
    let ask = |credentials: &Credentials, body: &[(&str, &str)]| {
        let params = params(body);
        let request = TokenRequest {
            client: &client,
            credentials,
            params: &params,
            client_address: None,
            salt: SALT,
            audience: None,
        };
        lookup(&world.env(NOW), &request, GrantType::DeviceCode).map_err(|error| error.refusal)
    };
    let body = [("device_code", "d")];
    assert_eq!(ask(&credentials(), &body), Ok(Lookup::DeviceCode(hash_secret("d"))));
    assert_eq!(ask(&credentials(), &[]), Err(Refusal::DeviceCodeMissing));
    assert_eq!(ask(&bare(), &body), Err(Refusal::ClientAuthenticationMissing));
    let name = "urn:ietf:params:oauth:grant-type:device_code";
    assert_eq!(
        parse_grant_type(&params(&[("grant_type", name)])),
        Ok(GrantType::DeviceCode)
    );
    assert_eq!(serde_json::to_value(GrantType::DeviceCode).unwrap(), name);
}

/// Section 3.5: the registered code of each answer, and what it writes.
#[test]
fn each_answer_to_a_poll() {
    let change = |edit: fn(&mut Found)| {
        let mut found = allowed();
        edit(&mut found);
        found
    };
    let device = |edit: fn(&mut DeviceCode)| {
        let mut device = waiting();
        edit(&mut device);
        found(device)
    };
    let cases: [(Found, Refusal, &str, usize); 12] = [
        (Found::default(), Refusal::DeviceCodeUnknown, "invalid_grant", 0),
        (
            device(|device| device.application_id = "app_2".into()),
            Refusal::DeviceCodeOfAnotherClient,
            "invalid_grant",
            0,
        ),
        (
            change(|found| found.device_code.as_mut().unwrap().application_id = "app_2".into()),
            Refusal::DeviceCodeOfAnotherClient,
            "invalid_grant",
            0,
        ),
        (device(|_| {}), Refusal::DeviceCodePending, "authorization_pending", 1),
        (
            device(|device| device.polled_at = Some(NOW.plus(-SECOND))),
            Refusal::DeviceSlowDown,
            "slow_down",
            1,
        ),
        (
            device(|device| device.expires_at = NOW),
            Refusal::DeviceCodeExpired,
            "expired_token",
            0,
        ),
        (
            change(|found| found.device_code.as_mut().unwrap().expires_at = NOW),
            Refusal::DeviceCodeExpired,
            "expired_token",
            0,
        ),
        (
            device(|device| device.denied_at = Some(NOW)),
            Refusal::DeviceCodeDenied,
            "access_denied",
            0,
        ),
        // Used, and whoever has it now: what it gave is revoked, and the log says why.
        (
            change(|found| found.device_code.as_mut().unwrap().used_at = Some(NOW)),
            Refusal::DeviceCodeReused,
            "invalid_grant",
            2,
        ),
        (
            change(|found| {
                found.device_code.as_mut().unwrap().used_at = Some(NOW);
                found.device_code.as_mut().unwrap().expires_at = NOW.plus(-HOUR);
                found.grant.as_mut().unwrap().revoked_at = Some(NOW);
            }),
            Refusal::DeviceCodeReused,
            "invalid_grant",
            1,
        ),
        (
            change(|found| found.grant.as_mut().unwrap().revoked_at = Some(NOW)),
            Refusal::GrantRevoked,
            "invalid_grant",
            0,
        ),
        (
            change(|found| found.grant = None),
            Refusal::GrantRevoked,
            "invalid_grant",
            0,
        ),
    ];
    for (found, expected, code, writes) in cases {
        let outcome = poll(&found);
        assert_eq!((refusal(&outcome), outcome.writes.len()), (Some(expected), writes));
        let error = outcome.reply.unwrap_err();
        assert_eq!(
            (error.code().as_str(), error.code().status() == 400),
            (code, code != "access_denied")
        );
    }
}

/// Section 3.5: "the interval MUST be increased by 5 seconds for this and all subsequent requests".
#[test]
fn who_asks_too_often_waits_longer_from_then_on() {
    let at = |since: i64, interval: i64| {
        let outcome = poll(&found(DeviceCode {
            interval,
            polled_at: Some(NOW.plus(-since)),
            ..waiting()
        }));
        let [Write::NoteDevicePoll { hash, at, interval }] = outcome.writes[..] else {
            panic!("{:?}", outcome.writes);
        };
        assert_eq!((hash, at), (hash_secret("d"), NOW));
        (refusal(&outcome).unwrap(), interval)
    };
    assert_eq!(at(0, 5), (Refusal::DeviceSlowDown, 10));
    assert_eq!(at(4 * SECOND, 5), (Refusal::DeviceSlowDown, 10));
    assert_eq!(at(5 * SECOND, 5), (Refusal::DeviceCodePending, 5));
    assert_eq!(
        at(5 * SECOND - SECOND / 2, 5),
        (Refusal::DeviceCodePending, 5),
        "networks do not keep time"
    );
    assert_eq!(at(5 * SECOND, 10), (Refusal::DeviceSlowDown, 15));
    assert_eq!(at(10 * SECOND, 10), (Refusal::DeviceCodePending, 10));
    assert_eq!(at(HOUR, 600), (Refusal::DeviceCodePending, 600));
    assert_eq!(at(0, i64::MAX), (Refusal::DeviceSlowDown, i64::MAX));
    let first = poll(&found(waiting()));
    assert_eq!(
        refusal(&first),
        Some(Refusal::DeviceCodePending),
        "the first poll is never too early"
    );
    let mut hurried = allowed();
    hurried.device_code.as_mut().unwrap().polled_at = Some(NOW);
    assert!(poll(&hurried).reply.is_ok(), "what is there is given at once");
}

#[test]
fn an_allowed_device_gets_its_tokens() {
    let outcome = poll(&allowed());
    let [
        Write::UseDeviceCode { hash, at },
        Write::CreateAccessToken(access),
        Write::CreateRefreshToken(refresh),
        Write::ExtendGrant { .. },
    ] = &outcome.writes[..]
    else {
        panic!("{:?}", outcome.writes);
    };
    assert_eq!((*hash, *at), (hash_secret("d"), NOW));
    assert_eq!(
        access.session_id.as_deref(),
        Some("ses_1"),
        "it dies with the session that allowed it"
    );
    assert_eq!(refresh.scopes, words("email offline_access openid"));
    let reply = outcome.reply.unwrap();
    assert_eq!(reply.scope, "email offline_access openid");
    assert!(reply.id_token.is_some() && reply.refresh_token.is_some());

    let with = |scopes: &str, client: &Client| {
        let mut found = allowed();
        found.grant.as_mut().unwrap().scopes = words(scopes);
        found.session_alive = false;
        let outcome = poll_with(client, &credentials(), &found);
        assert!(matches!(&outcome.writes[1], Write::CreateAccessToken(token) if token.session_id.is_none()));
        let reply = outcome.reply.unwrap();
        (reply.scope, reply.id_token.is_some(), reply.refresh_token.is_some())
    };
    assert_eq!(with("openid", &device_client()), ("openid".to_owned(), true, false));
    assert_eq!(
        with("offline_access", &device_client()),
        ("offline_access".to_owned(), false, true)
    );
    let no_refresh = device_client_with(|application| application.grant_types = vec![GrantType::DeviceCode]);
    assert_eq!(
        with("offline_access", &no_refresh),
        ("offline_access".to_owned(), false, false)
    );
    let mut less = device_client();
    less.scopes.retain(|mapping| mapping.scope != "offline_access");
    assert_eq!(with("offline_access openid", &less), ("openid".to_owned(), true, false));
}

/// Security expectation 22, for this grant; and the secret that a confidential client sends at the latest now.
#[test]
fn nobody_in_bad_standing_gets_tokens() {
    assert!(poll_with(&public(), &bare(), &allowed()).reply.is_ok());
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
            found.subject.as_mut().unwrap().user.valid_from = Time::NEVER;
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
        let (mut found, mut client) = (allowed(), device_client());
        let expected = state(&mut found, &mut client);
        let outcome = poll_with(&client, &credentials(), &found);
        assert_eq!((refusal(&outcome), outcome.writes.len()), (Some(expected), 0));
    }
    let outcome = poll_with(&device_client(), &bare(), &allowed());
    assert_eq!(refusal(&outcome), Some(Refusal::ClientAuthenticationMissing));
}
