//! Every combination of what the dispatcher looks at, against the promises that hold for all of them
//! (OpenID Connect Core, sections 3.1.2.1 and 3.1.2.3).

use protocol::authorize::{AuthorizationRequest, Pending, Prompt};
use protocol::claims::{ClaimsRequest, subject_identifier};
use protocol::client::{Application, Client, ConsentMode};
use protocol::next_step::{NextStep, Person, Situation, decide_next_step};
use protocol::records::Consent;
use protocol::time::{HOUR, MINUTE, Time};

use crate::fixtures::{CALLBACK, NOW, SALT, World, client_with, session, user, words};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    Nobody,
    Old,
    Fresh,
    Disabled,
    SignedOutEverywhere,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Agreed {
    Never,
    Same,
    Expired,
    Less,
    NoClaims,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) who: Who,
    pub(crate) enabled: bool,
    pub(crate) prompt: &'static [Prompt],
    pub(crate) max_age: Option<i64>,
    pub(crate) expected: Option<bool>,
    pub(crate) mode: ConsentMode,
    pub(crate) agreed: Agreed,
    pub(crate) chosen: bool,
    pub(crate) again: bool,
    pub(crate) given: bool,
}

const STARTED: Time = NOW.plus(-MINUTE);

pub(crate) fn step(case: &Case) -> NextStep {
    step_with(&client_of(case.enabled, case.mode), case)
}

fn client_of(enabled: bool, mode: ConsentMode) -> Client {
    client_with(|application| {
        application.enabled = enabled;
        application.consent_mode = mode;
    })
}

fn step_with(client: &Client, case: &Case) -> NextStep {
    let mut user = user();
    user.is_active = case.who != Who::Disabled;
    let session = session(if case.who == Who::Fresh {
        STARTED
    } else {
        NOW.plus(-HOUR)
    });
    if case.who == Who::SignedOutEverywhere {
        user.valid_from = session.auth_time.plus(1);
    }
    let sub = subject_identifier(&Application::default(), &user, SALT);
    let pending = Pending {
        request: AuthorizationRequest {
            redirect_uri: CALLBACK.into(),
            scopes: words("email openid"),
            prompt: case.prompt.to_vec(),
            max_age: case.max_age,
            expected_sub: case
                .expected
                .map(|same| if same { sub.clone() } else { "somebody".into() }),
            claims: ClaimsRequest {
                userinfo: words("name"),
                ..ClaimsRequest::default()
            },
            ..AuthorizationRequest::default()
        },
        account_chosen: case.chosen,
        unwanted_session: case.again.then(|| session.id.clone()),
        consent_given: case.given,
        ..Pending::default()
    };
    let consent = Consent {
        id: "con_1".into(),
        user_id: user.id.clone(),
        application_id: "app_1".into(),
        scopes: words(if case.agreed == Agreed::Less {
            "openid"
        } else {
            "email openid profile"
        }),
        claims: words(if case.agreed == Agreed::NoClaims { "" } else { "name" }),
        granted_at: NOW.plus(-HOUR),
        expires_at: Some(if case.agreed == Agreed::Expired {
            NOW
        } else {
            NOW.plus(1)
        }),
    };
    let situation = Situation {
        policies: None,
        client,
        pending: &pending,
        started_at: STARTED,
        person: (case.who != Who::Nobody).then_some(Person {
            session: &session,
            user: &user,
        }),
        consent: (case.agreed != Agreed::Never).then_some(&consent),
        is_admin: false,
        salt: SALT,
        known_as: None,
    };
    decide_next_step(&World::default().env(NOW), &situation)
}

fn every_case(mut look: impl FnMut(&Case, &NextStep)) -> usize {
    let prompts: [&[Prompt]; 7] = [
        &[],
        &[Prompt::None],
        &[Prompt::Login],
        &[Prompt::Consent],
        &[Prompt::SelectAccount],
        &[Prompt::Login, Prompt::Consent, Prompt::SelectAccount],
        &[Prompt::None, Prompt::SelectAccount],
    ];
    let mut seen = 0;
    let modes = [ConsentMode::Skip, ConsentMode::Always, ConsentMode::Remember];
    // Keys are slow to make.
    let clients = modes.map(|mode| [true, false].map(|enabled| (mode, client_of(enabled, mode))));
    for who in [
        Who::Nobody,
        Who::Old,
        Who::Fresh,
        Who::Disabled,
        Who::SignedOutEverywhere,
    ] {
        for prompt in prompts {
            for max_age in [None, Some(0), Some(30), Some(3600), Some(i64::MAX)] {
                for expected in [None, Some(true), Some(false)] {
                    for of_mode in &clients {
                        for agreed in [
                            Agreed::Never,
                            Agreed::Same,
                            Agreed::Expired,
                            Agreed::Less,
                            Agreed::NoClaims,
                        ] {
                            for bits in 0..16u8 {
                                let (mode, client) = &of_mode[usize::from(bits & 1)];
                                let case = Case {
                                    who,
                                    enabled: bits & 1 == 0,
                                    prompt,
                                    max_age,
                                    expected,
                                    mode: *mode,
                                    agreed,
                                    chosen: bits & 2 != 0,
                                    again: bits & 4 != 0,
                                    given: bits & 8 != 0,
                                };
                                look(&case, &step_with(client, &case));
                                seen += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    seen
}

#[test]
fn promises_hold_in_every_situation() {
    let mut issued = 0;
    let seen = every_case(|case, step| {
        let silent = case.prompt.contains(&Prompt::None);
        let page = matches!(step, NextStep::SignIn | NextStep::ChooseAccount | NextStep::Consent);
        assert!(!(silent && page), "prompt=none shows a page: {case:?}");
        if let NextStep::Issue(_) = step {
            issued += 1;
            let fresh = case.who == Who::Fresh;
            assert!(
                matches!(case.who, Who::Old | Who::Fresh) && case.enabled,
                "nobody in good standing: {case:?}"
            );
            assert_ne!(case.expected, Some(false), "another person: {case:?}");
            assert!(
                fresh || !case.prompt.contains(&Prompt::Login),
                "no fresh sign-in: {case:?}"
            );
            assert!(!case.again, "the person wanted another account: {case:?}");
            assert!(fresh || case.max_age.is_none_or(|age| age >= 3600), "too old: {case:?}");
            assert!(
                fresh || case.chosen || !case.prompt.contains(&Prompt::SelectAccount),
                "no account chosen: {case:?}"
            );
            let agreed = case.given
                || !case.prompt.contains(&Prompt::Consent)
                    && match case.mode {
                        ConsentMode::Skip => true,
                        ConsentMode::Always => false,
                        ConsentMode::Remember => case.agreed == Agreed::Same,
                    };
            assert!(agreed, "no agreement: {case:?}");
        }
        if let (NextStep::Refuse(error), false) = (step, silent) {
            // Without prompt=none only what no page can mend is refused.
            let hopeless = !case.enabled || (case.who == Who::Fresh && case.expected == Some(false));
            assert!(hopeless, "{case:?} {error}");
        }
    });
    assert_eq!(seen, 5 * 7 * 5 * 3 * 3 * 5 * 16);
    assert!(issued > 1000, "{issued}");
}
