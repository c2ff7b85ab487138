//! App passwords: which are refused, when their use is noted, and the standing grant that their tokens hang under.

use super::*;

#[test]
fn the_standing_grant_is_used_while_it_serves_and_replaced_otherwise() {
    let client = machine_client();
    let changed = |change: fn(&mut Found)| {
        let mut found = by_app_password();
        change(&mut found);
        ask(&client, Sent::Id, &found, &WITH_APP_PASSWORD)
    };
    const FRESH: &[&str] = &["TouchAppPassword", "CreateGrant", "CreateEvent", "CreateAccessToken"];
    const REPLACED: &[&str] = &[
        "RevokeGrant",
        "TouchAppPassword",
        "CreateGrant",
        "CreateEvent",
        "CreateAccessToken",
    ];
    type Row = (&'static str, fn(&mut Found), &'static [&'static str]);
    let rows: [Row; 6] = [
        ("none yet", |found| found.grant = None, FRESH),
        (
            "revoked",
            |found| found.grant.as_mut().unwrap().revoked_at = Some(NOW),
            FRESH,
        ),
        (
            "from before a forced sign-out",
            |found| found.subject.as_mut().unwrap().user.valid_from = NOW.plus(-SECOND),
            REPLACED,
        ),
        (
            "of another application",
            |found| found.grant.as_mut().unwrap().application_id = "app_9".into(),
            REPLACED,
        ),
        (
            "of another user",
            |found| found.grant.as_mut().unwrap().user_id = "user_9".into(),
            REPLACED,
        ),
        (
            "of another kind",
            |found| found.grant.as_mut().unwrap().kind = "authorization_code".into(),
            REPLACED,
        ),
    ];
    for (name, change, expected) in rows {
        let outcome = changed(change);
        assert_eq!(writes(&outcome), expected, "{name}");
        let made = outcome.writes.iter().find_map(|write| match write {
            Write::CreateGrant(grant) => Some(grant.as_ref()),
            _ => None,
        });
        let made = made.unwrap();
        assert_eq!(made.standing_key().as_deref(), Some("app_1 apw_1"), "{name}");
        assert_eq!((made.issued_at, made.expires_at), (NOW, Time::NEVER));
        let token = outcome.writes.iter().find_map(|write| match write {
            Write::CreateAccessToken(token) => Some(token.grant_id.as_str()),
            _ => None,
        });
        assert_eq!(
            token,
            Some(made.id.as_str()),
            "{name}: the token hangs under the new one"
        );
    }
}

#[test]
fn keys_of_standing_grants_differ() {
    let key = |kind: &str| standing(kind).standing_key();
    assert_eq!(key(KIND_MACHINE).as_deref(), Some("app_1"));
    assert_eq!(key(KIND_APP_PASSWORD).as_deref(), Some("app_1 apw_1"));
    assert_eq!(key(KIND_ASSERTION).as_deref(), Some("app_1 user_1"));
    assert_eq!(key("authorization_code"), None);
}

#[test]
fn the_use_of_an_app_password_is_noted_to_the_minute() {
    for (last, noted) in [
        (None, true),
        (Some(NOW.plus(-60 * SECOND)), true),
        (Some(NOW.plus(-59 * SECOND)), false),
    ] {
        let mut found = by_app_password();
        found.app_password.as_mut().unwrap().last_used_at = last;
        let outcome = ask(&machine_client(), Sent::Id, &found, &WITH_APP_PASSWORD);
        assert_eq!(writes(&outcome).contains(&"TouchAppPassword"), noted, "{last:?}");
    }
}

#[test]
fn app_passwords_that_are_refused() {
    type Change = fn(&mut Found);
    let rows: [(&str, Change, Refusal); 5] = [
        ("unknown", |found| *found = Found::default(), Refusal::AppPasswordWrong),
        (
            "of another account",
            |found| found.subject.as_mut().unwrap().user.username = "grace".into(),
            Refusal::AppPasswordWrong,
        ),
        (
            "of another id",
            |found| found.app_password.as_mut().unwrap().user_id = "user_9".into(),
            Refusal::AppPasswordWrong,
        ),
        (
            "expired",
            |found| found.app_password.as_mut().unwrap().expires_at = Some(NOW),
            Refusal::AppPasswordExpired,
        ),
        (
            "of an account that is switched off",
            |found| found.subject.as_mut().unwrap().user.is_active = false,
            Refusal::SubjectGone,
        ),
    ];
    let base64 = encoded(&format!("ada:{VALUE}"));
    for (name, change, expected) in rows {
        let mut found = by_app_password();
        change(&mut found);
        for client in [machine_client(), public_machine()] {
            for (sent, body) in [(Sent::Id, &WITH_APP_PASSWORD[..]), (Sent::Post(&base64), &[][..])] {
                let outcome = ask(&client, sent, &found, body);
                assert_eq!(refusal(&outcome), Some(expected), "{name}");
                assert_eq!(outcome.reply.unwrap_err().code().as_str(), "invalid_grant", "{name}");
                assert!(outcome.writes.is_empty(), "{name}");
            }
        }
        if expected == Refusal::AppPasswordWrong {
            let header = ask(&machine_client(), Sent::Basic(&base64), &found, &[]);
            assert_eq!(
                refusal(&header),
                Some(Refusal::ClientSecretWrong),
                "{name}: a challenge in the header"
            );
        }
    }
}
