//! Every row of the linking table, and what a sign-in writes to the account.

use std::collections::BTreeSet;

use protocol::refusal::Refusal;
use protocol::upstream::{
    AccountWrite, Holder, LinkPurpose, Linked, LinkingDecision, LinkingOutcome, LinkingRow, LinkingSituation, NewUser,
    Person, Profile, Source, UserMatchingMode, authn_sh_code, decide_linking,
};

use crate::upstream_support::oauth2;

pub(crate) const NOOR: Person<'static> = Person {
    id: "user_noor",
    username: "noor",
    is_active: true,
};
const OTHER: Person<'static> = Person {
    id: "user_other",
    username: "other",
    is_active: true,
};
const OFF: Person<'static> = Person {
    is_active: false,
    ..NOOR
};

pub(crate) fn source(mode: UserMatchingMode) -> Source {
    Source {
        user_matching_mode: mode,
        ..oauth2()
    }
}

/// Somebody with everything that a new account needs.
pub(crate) fn profile() -> Profile {
    Profile {
        provider_user_id: "42".into(),
        email_address: Some("Noor@harbor.test".into()),
        verified: true,
        username: Some("noor".into()),
        name: Some("Noor Haddad".into()),
        ..Profile::default()
    }
}

pub(crate) fn situation<'a>(source: &'a Source, profile: &'a Profile) -> LinkingSituation<'a> {
    LinkingSituation {
        source,
        profile,
        purpose: LinkPurpose::SignIn,
        linked: None,
        by_email: &[],
        by_username: None,
        entered: None,
        username_taken: false,
        email_required: false,
    }
}

pub(crate) const LINKED: Linked<'static> = Linked {
    account_id: "ext_1",
    owner: NOOR,
};

pub(crate) fn row(situation: &LinkingSituation<'_>) -> LinkingRow {
    decide_linking(situation).row
}

pub(crate) fn refusal(decision: LinkingDecision) -> Refusal {
    match decision.outcome {
        LinkingOutcome::Refuse(error) => error.refusal,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn signed_in(decision: LinkingDecision) -> (String, AccountWrite) {
    match decision.outcome {
        LinkingOutcome::SignIn { user_id, account } => (user_id, account),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn signed_up(decision: LinkingDecision) -> NewUser {
    match decision.outcome {
        LinkingOutcome::SignUp(user) => user,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_names_of_the_rows_are_stable_and_stand_in_the_table() {
    let text = include_str!("../../src/upstream/linking.rs");
    let table: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split('`').next())
        .collect();
    let names: Vec<&str> = LinkingRow::ALL.iter().map(|row| row.name()).collect();
    assert_eq!(table, names);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    assert!(LinkingRow::ALL.iter().all(|row| row.sentence().ends_with('.')));
}

#[test]
fn a_source_that_is_off_lets_nobody_in() {
    let source = Source {
        enabled: false,
        ..source(UserMatchingMode::Identifier)
    };
    let profile = profile();
    for linked in [None, Some(LINKED)] {
        let decision = decide_linking(&LinkingSituation {
            linked,
            ..situation(&source, &profile)
        });
        assert_eq!(decision.row, LinkingRow::SourceDisabled);
        assert_eq!(refusal(decision), Refusal::UpstreamSourceDisabled);
    }
}

#[test]
fn a_known_identity_signs_in_in_every_mode() {
    let profile = profile();
    for mode in ALL_MODES {
        let decision = decide_linking(&LinkingSituation {
            linked: Some(LINKED),
            by_email: &[Holder {
                person: OTHER,
                verified: true,
            }],
            by_username: Some(OTHER),
            ..situation(&source(mode), &profile)
        });
        assert_eq!(decision.row, LinkingRow::Known);
        assert_eq!(
            signed_in(decision),
            ("user_noor".to_owned(), AccountWrite::Existing("ext_1".into()))
        );
    }
}

pub(crate) const ALL_MODES: [UserMatchingMode; 6] = [
    UserMatchingMode::Identifier,
    UserMatchingMode::VerifiedEmailLink,
    UserMatchingMode::EmailLink,
    UserMatchingMode::EmailDeny,
    UserMatchingMode::UsernameLink,
    UserMatchingMode::UsernameDeny,
];

#[test]
fn a_17_3_without_allow_sign_in_nobody_with_an_account_comes_in() {
    let profile = profile();
    let source = Source {
        allow_sign_in: false,
        ..source(UserMatchingMode::VerifiedEmailLink)
    };
    let known = decide_linking(&LinkingSituation {
        linked: Some(LINKED),
        ..situation(&source, &profile)
    });
    assert_eq!(known.row, LinkingRow::KnownSignInOff);
    assert_eq!(authn_sh_code(refusal(known)), "sign_in_disabled");
    let holders = [Holder {
        person: NOOR,
        verified: true,
    }];
    let matched = LinkingSituation {
        by_email: &holders,
        ..situation(&source, &profile)
    };
    assert_eq!(row(&matched), LinkingRow::MatchSignInOff);
    // Signing up may still work.
    assert_eq!(row(&situation(&source, &profile)), LinkingRow::SignUp);
}

#[test]
fn a_switched_off_account_never_comes_in() {
    let profile = profile();
    let source = source(UserMatchingMode::EmailLink);
    let known = decide_linking(&LinkingSituation {
        linked: Some(Linked { owner: OFF, ..LINKED }),
        ..situation(&source, &profile)
    });
    assert_eq!(known.row, LinkingRow::KnownUserDisabled);
    assert_eq!(refusal(known), Refusal::SubjectDisabled);
    let holders = [Holder {
        person: OFF,
        verified: true,
    }];
    let matched = LinkingSituation {
        by_email: &holders,
        ..situation(&source, &profile)
    };
    assert_eq!(row(&matched), LinkingRow::MatchUserDisabled);
}

#[test]
fn a_15_3_a_verified_address_on_both_sides_links() {
    let profile = profile();
    for mode in [UserMatchingMode::VerifiedEmailLink, UserMatchingMode::EmailLink] {
        let source = source(mode);
        let holders = [Holder {
            person: NOOR,
            verified: true,
        }];
        let decision = decide_linking(&LinkingSituation {
            by_email: &holders,
            ..situation(&source, &profile)
        });
        assert_eq!(decision.row, LinkingRow::EmailLinked);
        assert_eq!(signed_in(decision), ("user_noor".to_owned(), AccountWrite::New));
        // One user may hold the address twice; two users may not.
        let twice = [holders[0], holders[0]];
        let several = [
            holders[0],
            Holder {
                person: OTHER,
                verified: true,
            },
        ];
        let unverified_too = [
            holders[0],
            Holder {
                person: OTHER,
                verified: false,
            },
        ];
        for (by_email, expected) in [
            (&twice[..], LinkingRow::EmailLinked),
            (&several[..], LinkingRow::EmailAmbiguous),
            (&unverified_too[..], LinkingRow::EmailLinked),
        ] {
            let situation = LinkingSituation {
                by_email,
                ..situation(&source, &profile)
            };
            assert_eq!(row(&situation), expected);
        }
    }
}

#[test]
fn a_15_8_an_unverified_address_never_links() {
    let unverified = Profile {
        verified: false,
        ..profile()
    };
    let holder = |verified| [Holder { person: NOOR, verified }];
    for (profile, here) in [(&unverified, true), (&unverified, false), (&profile(), false)] {
        let holders = holder(here);
        let decide = |mode| {
            let source = source(mode);
            decide_linking(&LinkingSituation {
                by_email: &holders,
                ..situation(&source, profile)
            })
        };
        let decision = decide(UserMatchingMode::EmailLink);
        assert_eq!(decision.row, LinkingRow::EmailUnverified);
        assert_eq!(refusal(decision), Refusal::UpstreamEmailUnverified);
        let user = signed_up(decide(UserMatchingMode::VerifiedEmailLink));
        let expected = profile.verified.then(|| ("Noor@harbor.test".to_owned(), true));
        assert_eq!(user.email, expected);
    }
}

#[test]
fn modes_that_deny_and_modes_that_find_nothing_to_compare() {
    let profile = profile();
    let bare = Profile {
        email_address: None,
        username: None,
        verified: false,
        ..profile.clone()
    };
    let holders = [Holder {
        person: NOOR,
        verified: false,
    }];
    let decide = |mode, profile: &Profile| {
        let source = source(mode);
        decide_linking(&LinkingSituation {
            by_email: &holders,
            by_username: Some(NOOR),
            ..situation(&source, profile)
        })
    };
    let rows = [
        (
            UserMatchingMode::EmailDeny,
            LinkingRow::EmailDenied,
            Refusal::UpstreamEmailTaken,
        ),
        (
            UserMatchingMode::UsernameDeny,
            LinkingRow::UsernameDenied,
            Refusal::UpstreamUsernameTaken,
        ),
    ];
    for (mode, row, because) in rows {
        let decision = decide(mode, &profile);
        assert_eq!((decision.row, refusal(decision)), (row, because));
    }
    let rows = [
        (UserMatchingMode::EmailLink, Refusal::UpstreamEmailMissing),
        (UserMatchingMode::EmailDeny, Refusal::UpstreamEmailMissing),
        (UserMatchingMode::UsernameLink, Refusal::UpstreamUsernameMissing),
        (UserMatchingMode::UsernameDeny, Refusal::UpstreamUsernameMissing),
    ];
    for (mode, because) in rows {
        let decision = decide(mode, &bare);
        assert_eq!(
            (decision.row, refusal(decision)),
            (LinkingRow::MatchPropertyMissing, because),
            "{mode:?}"
        );
    }
}

#[test]
fn a_user_name_links_only_when_it_is_the_same_to_the_letter() {
    let source = source(UserMatchingMode::UsernameLink);
    let exact = profile();
    let other_case = Profile {
        username: Some("NOOR".into()),
        ..profile()
    };
    let decide = |profile: &Profile, username_taken| {
        decide_linking(&LinkingSituation {
            by_username: Some(NOOR),
            username_taken,
            ..situation(&source, profile)
        })
    };
    let decision = decide(&exact, true);
    assert_eq!(decision.row, LinkingRow::UsernameLinked);
    assert_eq!(signed_in(decision).0, "user_noor");
    assert_eq!(decide(&other_case, true).row, LinkingRow::Finish);
}

#[test]
fn a_15_10_and_a_21_2_an_empty_identifier_never_matches() {
    let empty = Profile {
        provider_user_id: String::new(),
        ..profile()
    };
    let source = source(UserMatchingMode::VerifiedEmailLink);
    let wrongly_found = LinkingSituation {
        linked: Some(LINKED),
        ..situation(&source, &empty)
    };
    assert_eq!(row(&wrongly_found), LinkingRow::SignUp);
    let holders = [Holder {
        person: NOOR,
        verified: true,
    }];
    // Each such sign-in adds an external account: to the user with the verified address, or to a new one.
    let decision = decide_linking(&LinkingSituation {
        by_email: &holders,
        ..situation(&source, &empty)
    });
    assert_eq!(signed_in(decision), ("user_noor".to_owned(), AccountWrite::New));
}

#[test]
fn a_15_14_and_item_30_connecting_from_ones_own_account() {
    let profile = profile();
    let source = source(UserMatchingMode::EmailDeny);
    let decide = |user, fresh, linked| {
        let situation = LinkingSituation {
            purpose: LinkPurpose::Link { user, fresh },
            linked,
            ..situation(&source, &profile)
        };
        decide_linking(&situation)
    };
    let of_another = Linked { owner: OTHER, ..LINKED };
    assert_eq!(decide(NOOR, false, None).row, LinkingRow::LinkNeedsLogin);
    assert_eq!(decide(OFF, true, None).row, LinkingRow::LinkUserDisabled);
    let nobody = Profile {
        provider_user_id: String::new(),
        ..profile.clone()
    };
    let decision = decide_linking(&LinkingSituation {
        purpose: LinkPurpose::Link {
            user: NOOR,
            fresh: true,
        },
        ..situation(&source, &nobody)
    });
    assert_eq!(decision.row, LinkingRow::LinkWithoutIdentifier);
    assert_eq!(refusal(decision), Refusal::UpstreamUserIdMissing);
    let decision = decide(NOOR, true, Some(of_another));
    assert_eq!(decision.row, LinkingRow::LinkOfAnother);
    assert_eq!(refusal(decision), Refusal::UpstreamLinkedToAnother);
    let rows = [
        (None, LinkingRow::LinkNew, AccountWrite::New),
        (
            Some(LINKED),
            LinkingRow::LinkAgain,
            AccountWrite::Existing("ext_1".into()),
        ),
    ];
    for (linked, row, account) in rows {
        let decision = decide(NOOR, true, linked);
        let user_id = "user_noor".to_owned();
        assert_eq!(
            (decision.row, decision.outcome),
            (row, LinkingOutcome::Link { user_id, account })
        );
    }
}
