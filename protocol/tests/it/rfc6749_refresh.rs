//! The refresh token grant (RFC 6749, section 6; RFC 9700, section 4.14): rotation, scopes, reuse.

use protocol::client::{Client, GrantType, RefreshTokenValidity};
use protocol::duration::Span;
use protocol::grants::{Found, Outcome};
use protocol::id::hash_secret;
use protocol::refusal::Refusal;
use protocol::time::{DAY, Time};
use protocol::writes::Write;

use crate::fixtures::{NOW, client, client_with, words};
use crate::rfc6749_grants::{found_refresh, names, refusal, run};

fn by_refresh(client: &Client, found: &Found, body: &[(&str, &str)]) -> Outcome {
    run(client, GrantType::RefreshToken, found, body)
}

#[test]
fn refreshing_rotates_and_narrows() {
    let all = "email offline_access openid";
    let outcome = by_refresh(&client(), &found_refresh(all), &[]);
    assert_eq!(
        names(&outcome),
        [
            "UseRefreshToken",
            "CreateAccessToken",
            "CreateRefreshToken",
            "ExtendGrant"
        ]
    );
    assert!(
        matches!(&outcome.writes[0], Write::UseRefreshToken { hash, at } if *hash == hash_secret("r") && *at == NOW)
    );

    let narrowed = by_refresh(&client(), &found_refresh(all), &[("scope", "openid")]);
    assert!(matches!(&narrowed.writes[1], Write::CreateAccessToken(token) if token.scopes == words("openid")));
    assert!(matches!(&narrowed.writes[2], Write::CreateRefreshToken(token) if token.scopes == words(all)));
    assert_eq!(narrowed.reply.unwrap().scope, "openid");
    for (wider, expected) in [
        ("openid profile", Refusal::ScopeWider),
        ("foreign", Refusal::ScopeUnknown),
    ] {
        let outcome = by_refresh(&client(), &found_refresh(all), &[("scope", wider)]);
        assert_eq!((refusal(&outcome), outcome.writes.len()), (Some(expected), 0));
    }
    let mut less = client();
    less.scopes.retain(|mapping| mapping.scope != "email");
    for body in [&[][..], &[("scope", all)]] {
        assert_eq!(
            by_refresh(&less, &found_refresh(all), body).reply.unwrap().scope,
            "offline_access openid"
        );
    }
}

#[test]
fn the_threshold_keeps_a_token_that_lives_long_enough() {
    let day = |seconds: u32| client_with(|application| application.refresh_token_threshold = Span::from_secs(seconds));
    for (seconds, renewed) in [(0, true), (86_399, false), (86_400, false), (86_401, true)] {
        let outcome = by_refresh(&day(seconds), &found_refresh("openid"), &[]);
        assert_eq!(names(&outcome).contains(&"UseRefreshToken"), renewed, "{seconds}");
        assert_eq!(outcome.reply.unwrap().refresh_token.is_some(), renewed, "{seconds}");
    }
    let never = client_with(|application| application.refresh_token_validity = RefreshTokenValidity::Never);
    let outcome = by_refresh(&never, &found_refresh("openid"), &[]);
    assert!(matches!(&outcome.writes[2], Write::CreateRefreshToken(token) if token.expires_at == Time::NEVER));
}

#[test]
fn each_refusal_of_a_refresh_token() {
    let change = |edit: fn(&mut Found)| {
        let mut found = found_refresh("openid");
        edit(&mut found);
        found
    };
    let family: &[&str] = &["RevokeGrant", "CreateEvent"];
    let cases: [(Found, Refusal, &[&str]); 7] = [
        (Found::default(), Refusal::RefreshTokenUnknown, &[]),
        (
            change(|f| f.grant.as_mut().unwrap().application_id = "a".into()),
            Refusal::RefreshTokenOfAnotherClient,
            &[],
        ),
        (
            change(|f| f.refresh_token.as_mut().unwrap().expires_at = NOW),
            Refusal::RefreshTokenExpired,
            &[],
        ),
        (
            change(|f| f.refresh_token.as_mut().unwrap().used_at = Some(NOW)),
            Refusal::RefreshTokenReused,
            family,
        ),
        (
            change(|f| f.refresh_token.as_mut().unwrap().revoked_at = Some(NOW)),
            Refusal::RefreshTokenReused,
            family,
        ),
        (
            change(|f| f.grant.as_mut().unwrap().revoked_at = Some(NOW)),
            Refusal::GrantRevoked,
            &["CreateEvent"],
        ),
        (
            change(|f| {
                f.refresh_token.as_mut().unwrap().used_at = Some(NOW);
                f.refresh_token.as_mut().unwrap().expires_at = NOW.plus(-DAY);
            }),
            Refusal::RefreshTokenReused,
            family,
        ),
    ];
    for (found, expected, written) in cases {
        let outcome = by_refresh(&client(), &found, &[]);
        assert_eq!((refusal(&outcome), &names(&outcome)[..]), (Some(expected), written));
    }
}
