//! The code and what is written with it (RFC 6749, section 4.1.2; RFC 9207).

use protocol::authorization_response::{IssuedCode, mint_code};
use protocol::authorize::AuthorizationRequest;
use protocol::client::ConsentMode;
use protocol::decision::decide_access;
use protocol::duration::Span;
use protocol::id::hash_secret;
use protocol::next_step::Person;
use protocol::time::{HOUR, MINUTE};
use protocol::writes::Write;

use crate::fixtures::{CALLBACK, NOW, World, client_with, session, user, words};

fn issue(mode: ConsentMode, agreed: bool) -> IssuedCode {
    let client = client_with(|application| {
        application.consent_mode = mode;
        application.consent_expires_in = Some(Span::from_secs(3600));
    });
    let (user, session) = (user(), session(NOW.plus(-MINUTE)));
    let request = AuthorizationRequest {
        redirect_uri: CALLBACK.into(),
        scopes: words("email openid"),
        nonce: Some("n".into()),
        ..AuthorizationRequest::default()
    };
    let permit = decide_access(Some(&client.application), Some(&user), session.auth_time).unwrap();
    let person = Person {
        session: &session,
        user: &user,
    };
    mint_code(
        &World::default().env(NOW),
        &client,
        &request,
        person,
        permit,
        agreed,
        Some("192.0.2.1"),
    )
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
    assert_eq!((code.hash, code.used_at), (hash_secret(&issued.code), None));
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
        !format!("{:?}", issued.writes).contains(&issued.code),
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
