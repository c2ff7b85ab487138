//! Every row of the linking table, and what a sign-in writes to the account.

use std::collections::BTreeSet;

use protocol::refusal::Refusal;
use protocol::upstream::{
    AccountWrite, Entered, Finish, Holder, LinkPurpose, Linked, LinkingDecision, LinkingOutcome, LinkingRow,
    LinkingSituation, Made, NewUser, Person, Profile, Source, UpdateProfile, UserChanges, UserMatchingMode,
    authn_sh_code, decide_linking, make_username, profile_changes,
};
use protocol::user::{StandardClaims, User};
use serde_json::json;

use crate::fixtures::Counting;
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

fn source(mode: UserMatchingMode) -> Source {
    Source {
        user_matching_mode: mode,
        ..oauth2()
    }
}

/// Somebody with everything that a new account needs.
fn profile() -> Profile {
    Profile {
        provider_user_id: "42".into(),
        email_address: Some("Noor@harbor.test".into()),
        verified: true,
        username: Some("noor".into()),
        name: Some("Noor Haddad".into()),
        ..Profile::default()
    }
}

fn situation<'a>(source: &'a Source, profile: &'a Profile) -> LinkingSituation<'a> {
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

const LINKED: Linked<'static> = Linked {
    account_id: "ext_1",
    owner: NOOR,
};

fn row(situation: &LinkingSituation<'_>) -> LinkingRow {
    decide_linking(situation).row
}

fn refusal(decision: LinkingDecision) -> Refusal {
    match decision.outcome {
        LinkingOutcome::Refuse(error) => error.refusal,
        other => panic!("{other:?}"),
    }
}

fn signed_in(decision: LinkingDecision) -> (String, AccountWrite) {
    match decision.outcome {
        LinkingOutcome::SignIn { user_id, account } => (user_id, account),
        other => panic!("{other:?}"),
    }
}

fn signed_up(decision: LinkingDecision) -> NewUser {
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
fn where_an_unverified_address_goes() {
    let unverified = Profile {
        verified: false,
        ..profile()
    };
    let sign_up = |mode| {
        let source = source(mode);
        decide_linking(&situation(&source, &unverified))
    };
    let away = sign_up(UserMatchingMode::VerifiedEmailLink);
    assert_eq!(away.row, LinkingRow::SignUpUnverified);
    assert_eq!(signed_up(away).email, None);
    for mode in ALL_MODES
        .into_iter()
        .filter(|mode| *mode != UserMatchingMode::VerifiedEmailLink)
    {
        let decision = sign_up(mode);
        assert_eq!(decision.row, LinkingRow::SignUp, "{mode:?}");
        assert_eq!(signed_up(decision).email, Some(("Noor@harbor.test".to_owned(), false)));
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
fn a_17_4_without_allow_sign_up_unknown_people_are_refused() {
    let profile = profile();
    let source = Source {
        allow_sign_up: false,
        ..source(UserMatchingMode::VerifiedEmailLink)
    };
    let decision = decide_linking(&situation(&source, &profile));
    assert_eq!(decision.row, LinkingRow::SignUpOff);
    assert_eq!(authn_sh_code(refusal(decision)), "oauth_account_does_not_exist");
    let holders = [Holder {
        person: NOOR,
        verified: true,
    }];
    let known = LinkingSituation {
        by_email: &holders,
        ..situation(&source, &profile)
    };
    assert_eq!(row(&known), LinkingRow::EmailLinked, "a match is a sign-in");
}

#[test]
fn b_11_10_never_on_login_makes_no_account() {
    let profile = profile();
    let source = Source {
        update_profile: UpdateProfile::NeverOnLogin,
        ..source(UserMatchingMode::Identifier)
    };
    assert_eq!(row(&situation(&source, &profile)), LinkingRow::SignUpNever);
    let known = LinkingSituation {
        linked: Some(LINKED),
        ..situation(&source, &profile)
    };
    assert_eq!(row(&known), LinkingRow::Known);
}

#[test]
fn a_17_6_a_subaddress_is_refused_at_sign_up_only() {
    let tagged = Profile {
        email_address: Some("noor+x@harbor.test".into()),
        ..profile()
    };
    let source = Source {
        block_email_subaddresses: true,
        ..source(UserMatchingMode::VerifiedEmailLink)
    };
    let decision = decide_linking(&situation(&source, &tagged));
    assert_eq!(decision.row, LinkingRow::SubaddressBlocked);
    assert_eq!(authn_sh_code(refusal(decision)), "email_subaddress_blocked");
    let known = LinkingSituation {
        linked: Some(LINKED),
        ..situation(&source, &tagged)
    };
    assert_eq!(row(&known), LinkingRow::Known);
    assert_eq!(row(&situation(&source, &profile())), LinkingRow::SignUp);
    // Typing one into the page does not help either.
    let entered = Entered {
        email: Some("noor+x@harbor.test".into()),
        ..Entered::default()
    };
    let bare = Profile {
        email_address: None,
        ..profile()
    };
    let typed = LinkingSituation {
        entered: Some(&entered),
        ..situation(&source, &bare)
    };
    assert_eq!(row(&typed), LinkingRow::SubaddressBlocked);
}

#[test]
fn a_7_7_9_what_is_missing_or_taken_is_asked_for() {
    let source = source(UserMatchingMode::Identifier);
    let nameless = Profile {
        username: None,
        ..profile()
    };
    let finish = |situation: &LinkingSituation<'_>| match decide_linking(situation) {
        LinkingDecision {
            row: LinkingRow::Finish,
            outcome: LinkingOutcome::Finish(finish),
        } => finish,
        other => panic!("{other:?}"),
    };
    let asked = finish(&situation(&source, &nameless));
    assert_eq!(
        asked,
        Finish {
            missing: vec!["username"],
            suggested: Entered {
                username: None,
                name: Some("Noor Haddad".into()),
                email: Some("Noor@harbor.test".into()),
            },
        }
    );
    let taken = profile();
    let asked = finish(&LinkingSituation {
        username_taken: true,
        ..situation(&source, &taken)
    });
    assert_eq!(
        (asked.missing, asked.suggested.username.as_deref()),
        (vec!["username"], Some("noor"))
    );
    // What was typed is taken, when it is free and in order.
    let entered = Entered {
        username: Some("noor2".into()),
        name: Some("N. H.".into()),
        email: Some("other@harbor.test".into()),
    };
    let answered = LinkingSituation {
        entered: Some(&entered),
        ..situation(&source, &nameless)
    };
    assert_eq!(
        signed_up(decide_linking(&answered)),
        NewUser {
            username: Some("noor2".into()),
            name: "N. H.".into(),
            email: Some(("Noor@harbor.test".into(), true)),
        }
    );
    for wrong in ["", " x", "user_01JZ3M5Q8X0000000000000001", "a\u{202e}b"] {
        let entered = Entered {
            username: Some(wrong.into()),
            ..Entered::default()
        };
        let again = LinkingSituation {
            entered: Some(&entered),
            ..situation(&source, &nameless)
        };
        assert_eq!(finish(&again).missing, ["username"], "{wrong}");
    }
}

#[test]
fn a_17_7_an_address_where_every_account_needs_one() {
    let bare = Profile {
        email_address: None,
        verified: false,
        ..profile()
    };
    let decide = |made, entered: Option<&Entered>| {
        let source = Source {
            made,
            ..source(UserMatchingMode::Identifier)
        };
        decide_linking(&LinkingSituation {
            email_required: true,
            entered,
            ..situation(&source, &bare)
        })
    };
    for made in [Made::AuthnSh, Made::Auth0] {
        let decision = decide(made, None);
        assert_eq!(decision.row, LinkingRow::EmailMissing);
        assert_eq!(authn_sh_code(refusal(decision)), "oauth_no_email_returned");
    }
    assert_eq!(decide(Made::Native, None).row, LinkingRow::Finish);
    let entered = Entered {
        email: Some("noor@harbor.test".into()),
        ..Entered::default()
    };
    let user = signed_up(decide(Made::Native, Some(&entered)));
    assert_eq!(
        user.email,
        Some(("noor@harbor.test".into(), false)),
        "what is typed is never verified"
    );
}

#[test]
fn the_dialects_never_ask_for_a_user_name() {
    let nameless = Profile {
        username: None,
        ..profile()
    };
    for (made, profile, taken, username) in [
        (Made::AuthnSh, &nameless, false, None),
        (Made::Auth0, &profile(), false, Some("noor".to_owned())),
        (Made::Auth0, &profile(), true, None),
    ] {
        let source = Source {
            made,
            ..source(UserMatchingMode::VerifiedEmailLink)
        };
        let decision = decide_linking(&LinkingSituation {
            username_taken: taken,
            ..situation(&source, profile)
        });
        assert_eq!(signed_up(decision).username, username);
    }
    let made = make_username(&oauth2(), &Counting::default());
    assert!(made.starts_with("harbor-") && made.len() == 19, "{made}");
    assert!(protocol::profile::check_username(&made).is_ok());
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

fn user() -> User {
    User {
        name: "Old Name".into(),
        claims: StandardClaims {
            given_name: Some("Old".into()),
            picture: Some("https://old.test/p.png".into()),
            ..StandardClaims::default()
        },
        ..User::default()
    }
}

fn described() -> Profile {
    Profile {
        given_name: Some("Noor".into()),
        picture: Some("https://harbor.test/n.png".into()),
        nickname: Some("N".into()),
        attributes: json!({"desk": "B7"}).as_object().unwrap().clone(),
        ..profile()
    }
}

#[test]
fn b_11_10_when_names_and_picture_are_written() {
    let changes = |update_profile, made, first| {
        let source = Source {
            update_profile,
            made,
            ..source(UserMatchingMode::Identifier)
        };
        profile_changes(&source, first, &described(), &user(), false)
    };
    for (mode, first, writes) in [
        (UpdateProfile::OnEachLogin, true, true),
        (UpdateProfile::OnEachLogin, false, true),
        (UpdateProfile::OnFirstLogin, true, true),
        (UpdateProfile::OnFirstLogin, false, false),
        (UpdateProfile::NeverOnLogin, true, false),
        (UpdateProfile::NeverOnLogin, false, false),
    ] {
        let changed = changes(mode, Made::Auth0, first);
        assert_eq!(changed.name.is_some(), writes, "{mode:?} {first}");
        assert_eq!(changed.picture.is_some(), writes);
        assert_eq!(changed.attributes.is_empty(), !writes);
    }
    assert!(changes(UpdateProfile::OnFirstLogin, Made::Native, false).is_empty());
}

#[test]
fn a_13_9_names_are_set_once_and_the_picture_each_time() {
    let source = Source {
        made: Made::AuthnSh,
        ..source(UserMatchingMode::VerifiedEmailLink)
    };
    let first = profile_changes(&source, true, &described(), &user(), false);
    assert_eq!(first.given_name.as_deref(), Some("Noor"));
    let later = profile_changes(&source, false, &described(), &user(), false);
    assert_eq!((later.given_name, later.name), (None, None));
    assert_eq!(later.picture.as_deref(), Some("https://harbor.test/n.png"));
}

#[test]
fn a_7_4_nothing_is_blanked_because_a_source_no_longer_says_it() {
    let silent = Profile {
        provider_user_id: "42".into(),
        ..Profile::default()
    };
    let mut noor = User {
        email: Some("noor@harbor.test".into()),
        email_verified: true,
        ..user()
    };
    let before = noor.clone();
    let changes = profile_changes(&source(UserMatchingMode::Identifier), false, &silent, &noor, false);
    assert_eq!(changes, UserChanges::default());
    changes.apply(&mut noor);
    assert_eq!(noor, before);
}

#[test]
fn a_15_9_which_address_is_attached() {
    let address = |mode, verified, own: Option<(&str, bool)>, of_another| {
        let profile = Profile {
            verified,
            ..described()
        };
        let user = User {
            email: own.map(|(address, _)| address.to_owned()),
            email_verified: own.is_some_and(|(_, verified)| verified),
            ..user()
        };
        profile_changes(&source(mode), false, &profile, &user, of_another).email
    };
    let attached = |verified| Some(("Noor@harbor.test".to_owned(), verified));
    use UserMatchingMode::{Identifier, VerifiedEmailLink};
    let rows = [
        (VerifiedEmailLink, true, None, false, attached(true)),
        (
            VerifiedEmailLink,
            true,
            Some(("other@x.test", true)),
            false,
            attached(true),
        ),
        (
            VerifiedEmailLink,
            true,
            Some(("noor@harbor.test", false)),
            false,
            attached(true),
        ),
        (VerifiedEmailLink, true, Some(("noor@harbor.test", true)), false, None),
        (VerifiedEmailLink, true, None, true, None),
        (VerifiedEmailLink, false, None, false, None),
        (Identifier, false, None, false, attached(false)),
        (Identifier, false, Some(("other@x.test", false)), false, None),
        (Identifier, true, None, true, attached(true)),
    ];
    for (mode, verified, own, of_another, expected) in rows {
        assert_eq!(
            address(mode, verified, own, of_another),
            expected,
            "{mode:?} {verified} {own:?} {of_another}"
        );
    }
    // In the record the primary address stays, and becomes verified when it is this one.
    let mut noor = User {
        email: Some("noor@harbor.test".into()),
        ..user()
    };
    let changes = profile_changes(&source(VerifiedEmailLink), false, &described(), &noor, false);
    changes.apply(&mut noor);
    assert_eq!(
        (noor.email.as_deref(), noor.email_verified),
        (Some("noor@harbor.test"), true)
    );
    assert_eq!(noor.attributes["desk"], json!("B7"));
}
