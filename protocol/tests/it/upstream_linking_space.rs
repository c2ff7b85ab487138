//! The whole space of linking situations: whatever comes together, some things never happen.

use protocol::upstream::{
    AccountWrite, Entered, Holder, LinkPurpose, Linked, LinkingDecision, LinkingOutcome, LinkingRow, LinkingSituation,
    Made, Person, Profile, Source, UpdateProfile, UserMatchingMode, decide_linking,
};

use crate::upstream_linking::{ALL_MODES, NOOR};
use crate::upstream_support::oauth2;

const BOTH: [bool; 2] = [false, true];
const OWNER: Person<'static> = Person {
    id: "user_owner",
    username: "owner",
    is_active: true,
};
const SELF: Person<'static> = Person {
    id: "user_self",
    username: "self",
    is_active: true,
};

/// Calls `see` with every source that differs in what the decision looks at.
fn each_source(mut see: impl FnMut(&Source)) {
    for mode in ALL_MODES {
        for update_profile in [UpdateProfile::OnEachLogin, UpdateProfile::NeverOnLogin] {
            for made in [Made::Native, Made::AuthnSh] {
                for flags in 0..16_u8 {
                    see(&Source {
                        user_matching_mode: mode,
                        update_profile,
                        made,
                        enabled: flags & 1 != 0,
                        allow_sign_in: flags & 2 != 0,
                        allow_sign_up: flags & 4 != 0,
                        block_email_subaddresses: flags & 8 != 0,
                        ..oauth2()
                    });
                }
            }
        }
    }
}

fn profiles() -> Vec<Profile> {
    let mut profiles = Vec::new();
    for id in ["", "42"] {
        for email in [None, Some("noor@harbor.test"), Some("noor+x@harbor.test")] {
            for verified in BOTH {
                if verified && email.is_none() {
                    continue;
                }
                for username in [None, Some("noor"), Some("NOOR")] {
                    profiles.push(Profile {
                        provider_user_id: id.into(),
                        email_address: email.map(str::to_owned),
                        verified,
                        username: username.map(str::to_owned),
                        ..Profile::default()
                    });
                }
            }
        }
    }
    profiles
}

fn holders() -> Vec<Vec<Holder<'static>>> {
    let mut all = vec![Vec::new()];
    for is_active in BOTH {
        for verified in BOTH {
            let person = Person { is_active, ..NOOR };
            all.push(vec![Holder { person, verified }]);
        }
    }
    all.push(vec![
        Holder {
            person: NOOR,
            verified: true,
        },
        Holder {
            person: SELF,
            verified: true,
        },
    ]);
    all
}

fn purposes() -> Vec<LinkPurpose<'static>> {
    let mut all = vec![LinkPurpose::SignIn];
    for is_active in BOTH {
        for fresh in BOTH {
            all.push(LinkPurpose::Link {
                user: Person { is_active, ..SELF },
                fresh,
            });
        }
    }
    all
}

fn links() -> Vec<Option<Linked<'static>>> {
    let linked = |owner| {
        Some(Linked {
            account_id: "ext_1",
            owner,
        })
    };
    vec![
        None,
        linked(OWNER),
        linked(SELF),
        linked(Person {
            is_active: false,
            ..OWNER
        }),
    ]
}

/// What must hold of a decision, whatever it was made from.
fn check(situation: &LinkingSituation<'_>, decision: &LinkingDecision) {
    let LinkingSituation { source, profile, .. } = situation;
    let known = situation.linked.filter(|_| !profile.provider_user_id.is_empty());
    let told = || format!("{decision:?}\n{situation:?}");
    match &decision.outcome {
        LinkingOutcome::SignIn { user_id, account } => {
            assert!(source.enabled && source.allow_sign_in, "{}", told());
            assert!(matches!(situation.purpose, LinkPurpose::SignIn), "{}", told());
            match known {
                Some(linked) => {
                    assert_eq!(
                        (user_id.as_str(), account),
                        (linked.owner.id, &AccountWrite::Existing("ext_1".into()))
                    );
                    assert!(linked.owner.is_active, "{}", told());
                }
                None => {
                    assert_eq!(*account, AccountWrite::New, "{}", told());
                    let by_email = situation.by_email.iter().any(|holder| {
                        holder.person.id == user_id && holder.person.is_active && holder.verified && profile.verified
                    });
                    let by_username = situation.by_username.is_some_and(|person| {
                        person.id == user_id && person.is_active && Some(person.username) == profile.username.as_deref()
                    });
                    let mode = source.user_matching_mode;
                    let links = match mode {
                        UserMatchingMode::EmailLink | UserMatchingMode::VerifiedEmailLink => by_email,
                        UserMatchingMode::UsernameLink => by_username,
                        _ => false,
                    };
                    assert!(links, "{}", told());
                }
            }
        }
        LinkingOutcome::SignUp(user) => {
            assert!(
                known.is_none() && matches!(situation.purpose, LinkPurpose::SignIn),
                "{}",
                told()
            );
            assert!(source.enabled && source.allow_sign_up, "{}", told());
            assert_ne!(source.update_profile, UpdateProfile::NeverOnLogin, "{}", told());
            assert!(user.username.is_some() || source.made != Made::Native, "{}", told());
            assert!(user.username.is_none() || !situation.username_taken, "{}", told());
            let (address, verified) = user.email.clone().unwrap_or_default();
            assert!(!verified || profile.verified, "{}", told());
            assert!(
                !(source.block_email_subaddresses && address.contains('+')),
                "{}",
                told()
            );
            assert!(!situation.email_required || !address.is_empty(), "{}", told());
            if source.user_matching_mode == UserMatchingMode::VerifiedEmailLink && !profile.verified {
                assert_ne!(Some(address.as_str()), profile.email_address.as_deref(), "{}", told());
            }
            let denies = match source.user_matching_mode {
                UserMatchingMode::EmailDeny => !situation.by_email.is_empty(),
                UserMatchingMode::UsernameDeny => situation.by_username.is_some(),
                _ => false,
            };
            assert!(!denies, "{}", told());
        }
        LinkingOutcome::Finish(finish) => {
            assert!(
                !finish.missing.is_empty() && source.allow_sign_up && source.enabled,
                "{}",
                told()
            );
            assert_eq!(source.made, Made::Native, "{}", told());
        }
        LinkingOutcome::Link { user_id, account } => {
            let LinkPurpose::Link { user, fresh } = situation.purpose else {
                panic!("{}", told());
            };
            assert!(
                fresh && user.is_active && user_id == user.id && source.enabled,
                "{}",
                told()
            );
            match known {
                Some(linked) => {
                    assert_eq!(linked.owner.id, user.id, "{}", told());
                    assert_eq!(*account, AccountWrite::Existing("ext_1".into()));
                }
                None => assert_eq!(*account, AccountWrite::New, "{}", told()),
            }
        }
        LinkingOutcome::Refuse(_) => {}
    }
}

#[test]
fn whatever_comes_together_the_rules_hold_and_every_row_is_reached() {
    let (profiles, holders, purposes, links) = (profiles(), holders(), purposes(), links());
    let typed = Entered {
        username: Some("typed".into()),
        name: None,
        email: Some("typed@harbor.test".into()),
    };
    let mut rows = std::collections::BTreeSet::new();
    let mut count = 0_u32;
    each_source(|source| {
        for profile in &profiles {
            // Only the modes by user name look at its letter case.
            let by_name = [UserMatchingMode::UsernameLink, UserMatchingMode::UsernameDeny];
            if profile.username.as_deref() == Some("NOOR") && !by_name.contains(&source.user_matching_mode) {
                continue;
            }
            for by_email in &holders {
                for purpose in &purposes {
                    for linked in &links {
                        // Connecting looks at nothing of what follows; two of each show it.
                        let connects = matches!(purpose, LinkPurpose::Link { .. });
                        let of_self = linked.is_some_and(|linked| linked.owner.id == SELF.id);
                        if (connects && by_email.len() > 1) || (!connects && of_self) {
                            continue;
                        }
                        for bits in 0..if connects { 2 } else { 8_u8 } {
                            let situation = LinkingSituation {
                                source,
                                profile,
                                purpose: *purpose,
                                linked: *linked,
                                by_email,
                                by_username: (bits & 1 != 0).then_some(NOOR),
                                entered: (bits & 2 != 0).then_some(&typed),
                                username_taken: bits & 1 != 0,
                                email_required: bits & 4 != 0,
                            };
                            let decision = decide_linking(&situation);
                            check(&situation, &decision);
                            rows.insert(decision.row);
                            count += 1;
                        }
                    }
                }
            }
        }
    });
    assert!(count > 1_000_000, "{count}");
    let missed: Vec<_> = LinkingRow::ALL.iter().filter(|row| !rows.contains(row)).collect();
    assert!(missed.is_empty(), "{missed:?}");
}
