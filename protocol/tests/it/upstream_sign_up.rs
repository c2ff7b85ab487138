//! The rows of the linking table for people without an account here: who gets one, with what, and who is asked first.

use protocol::upstream::{
    Entered, Finish, Holder, LinkingDecision, LinkingOutcome, LinkingRow, LinkingSituation, Made, NewUser, Profile,
    Source, UpdateProfile, UserMatchingMode, authn_sh_code, decide_linking, make_username,
};

use crate::fixtures::Counting;
use crate::upstream_linking::{ALL_MODES, LINKED, NOOR, profile, refusal, row, signed_up, situation, source};
use crate::upstream_support::oauth2;

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
