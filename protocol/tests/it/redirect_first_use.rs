//! Learning a redirect URI on first use, as a decision: who may teach what and when, and that an address that is not
//! confirmed is no place to send anything to.

use protocol::authorize::{AuthorizationRequest, Facts, Pending, Prompt, check, delivery_of};
use protocol::client::{Client, LearnRedirectUri, MatchingMode};
use protocol::next_step::{NextStep, Person, Situation, decide_next_step};
use protocol::redirect_uri::{Registered, check_redirect_uri, learn, may_learn};
use protocol::refusal::Refusal;
use protocol::time::Time;

use crate::fixtures::{CALLBACK, NOW, SALT, World, client_with, params, session, strict, user, words};

fn learner(mode: LearnRedirectUri) -> Client {
    client_with(|application| {
        application.redirect_uris.clear();
        application.learn_redirect_uri = mode;
        application.learn_until = Some(NOW.plus(1));
    })
}

#[test]
fn an_application_learns_while_it_has_none_and_its_time_lasts() {
    use LearnRedirectUri::{Administrator, Anyone, Off};
    for mode in [Off, Administrator, Anyone] {
        let expected = (mode != Off).then_some(mode);
        assert_eq!(may_learn(&learner(mode).application, NOW), expected);
        assert_eq!(may_learn(&learner(mode).application, NOW.plus(1)), None, "too late");
        let told = client_with(|application| {
            application.learn_redirect_uri = mode;
            application.learn_until = Some(NOW.plus(1));
        });
        assert_eq!(may_learn(&told.application, NOW), None, "it has one");
        let endless = client_with(|application| {
            application.redirect_uris.clear();
            application.learn_redirect_uri = mode;
        });
        assert_eq!(may_learn(&endless.application, NOW), None, "no time was set");
    }
}

#[test]
fn what_is_learned_is_strict_and_the_last_lesson() {
    let application = learner(LearnRedirectUri::Administrator).application;
    let refused = |presented: &str, admin, now: Time| learn(&application, presented, admin, now).unwrap_err().refusal;
    assert_eq!(refused(CALLBACK, false, NOW), Refusal::FirstUseNotAllowed);
    assert_eq!(refused(CALLBACK, true, NOW.plus(1)), Refusal::RedirectUriUnregistered);
    assert_eq!(refused("javascript:alert(1)", true, NOW), Refusal::RedirectUriForbidden);
    assert_eq!(refused("https://a@b.example/", true, NOW), Refusal::FirstUseMalformed);
    let learned = learn(&application, "https://a.example/cb?x=.*", true, NOW).unwrap();
    assert_eq!(learned.redirect_uris, [strict("https://a.example/cb?x=.*")]);
    assert_eq!(learned.redirect_uris[0].matching_mode, MatchingMode::Strict);
    assert_eq!(
        (learned.learn_redirect_uri, learned.learn_until),
        (LearnRedirectUri::Off, None)
    );
    assert_eq!(
        learn(&learned, CALLBACK, true, NOW).unwrap_err().refusal,
        Refusal::RedirectUriUnregistered
    );
    assert!(learn(&learner(LearnRedirectUri::Anyone).application, CALLBACK, false, NOW).is_ok());
    assert!(learn(&learner(LearnRedirectUri::Off).application, CALLBACK, true, NOW).is_err());
}

#[test]
fn a_request_may_wait_but_has_no_way_back() {
    let world = World::default();
    let client = learner(LearnRedirectUri::Administrator);
    let good = [
        ("client_id", "wiki-client"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
    ];
    let all = params(&good);
    let facts = Facts {
        client: Some(&client),
        keys: &protocol::id_token::OurKeys::default(),
        params: &all,
    };
    let request = check(&world.env(NOW), &facts).unwrap();
    assert_eq!(request.redirect_uri, CALLBACK);
    assert!(delivery_of(&client, &request).is_none());
    assert!(check_redirect_uri(&client, Some(CALLBACK)).is_err());
    for (more, refusal) in [
        (("response_type", "magic"), Refusal::ResponseTypeUnsupported),
        (("max_age", "x"), Refusal::MaxAgeMalformed),
        (("scope", "a\u{1}"), Refusal::ScopeMalformed),
        (("redirect_uri", "https://a.example/#x"), Refusal::FirstUseMalformed),
        (("redirect_uri", "data:x"), Refusal::RedirectUriForbidden),
    ] {
        let mut pairs = good.to_vec();
        pairs.retain(|(name, _)| *name != more.0);
        pairs.push(more);
        let all = params(&pairs);
        let refused = check(&world.env(NOW), &Facts { params: &all, ..facts }).unwrap_err();
        assert_eq!(refused.error.refusal, refusal, "{more:?}");
        assert!(refused.delivery.is_none(), "{more:?}");
    }
    let late = check(&world.env(NOW.plus(1)), &facts).unwrap_err();
    assert_eq!(late.error.refusal, Refusal::RedirectUriUnregistered);
}

#[test]
fn who_is_asked_and_who_is_refused() {
    use LearnRedirectUri::{Administrator, Anyone, Off};
    let step = |client: &Client, admin: bool, signed_in: bool, prompt: &[Prompt]| {
        let (session, user) = (session(NOW), user());
        let pending = Pending {
            request: AuthorizationRequest {
                redirect_uri: CALLBACK.into(),
                scopes: words("openid"),
                prompt: prompt.to_vec(),
                ..AuthorizationRequest::default()
            },
            ..Pending::default()
        };
        let situation = Situation {
            client,
            pending: &pending,
            started_at: NOW,
            person: signed_in.then_some(Person {
                session: &session,
                user: &user,
            }),
            consent: None,
            policies: None,
            is_admin: admin,
            salt: SALT,
            known_as: None,
        };
        match decide_next_step(&World::default().env(NOW), &situation) {
            NextStep::SignIn => "sign in",
            NextStep::FirstUse => "first use",
            NextStep::Consent => "consent",
            NextStep::Refuse(error) => error.refusal.code(),
            _ => "other",
        }
    };
    for (mode, admin, signed_in, prompt, expected) in [
        (Administrator, true, true, &[][..], "first use"),
        (Administrator, false, true, &[], "first_use_not_allowed"),
        (Administrator, true, false, &[], "sign in"),
        (Anyone, false, true, &[], "first use"),
        (Anyone, false, false, &[], "sign in"),
        (Off, true, true, &[], "redirect_uri_unregistered"),
        (Anyone, true, true, &[Prompt::None], "redirect_uri_unregistered"),
        (Anyone, true, false, &[Prompt::None], "login_required"),
    ] {
        let found = step(&learner(mode), admin, signed_in, prompt);
        assert_eq!(found, expected, "{mode:?} {admin} {signed_in} {prompt:?}");
    }
    let mut client = learner(Anyone);
    client.application = learn(&client.application, CALLBACK, false, NOW).unwrap();
    client.registered = Registered::of(&client.application);
    assert_eq!(step(&client, false, true, &[]), "consent", "taught, it goes on");
    client.application.redirect_uris = vec![strict("https://other.example/cb")];
    client.registered = Registered::of(&client.application);
    assert_eq!(
        step(&client, true, true, &[]),
        "redirect_uri_mismatch",
        "somebody else was quicker"
    );
}
