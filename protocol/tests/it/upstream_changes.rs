//! What a sign-in through a source writes to the account.

use protocol::upstream::{
    ExternalAccount, Made, Profile, Source, UpdateProfile, UserChanges, UserMatchingMode, profile_changes,
};
use protocol::user::{StandardClaims, User};
use serde_json::json;

use crate::fixtures::NOW;
use crate::upstream_linking::{profile, source};

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
    assert_eq!(
        changes(UpdateProfile::OnFirstLogin, Made::Native, false),
        UserChanges::default()
    );
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
        (Identifier, true, None, true, None),
        (Identifier, true, None, false, attached(true)),
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

#[test]
fn a_16_2_to_a_16_5_what_stands_on_the_link() {
    let mut source = source(UserMatchingMode::VerifiedEmailLink);
    let first = Profile {
        public_metadata: json!({"desk": "B7"}).as_object().unwrap().clone(),
        ..profile()
    };
    let mut account = ExternalAccount::new(
        "ext_1".into(),
        &source,
        "user_noor",
        &first,
        vec!["me.read".into()],
        NOW,
    );
    assert_eq!(
        (account.source_key.as_str(), account.source_name.as_str()),
        ("harbor", "Harbor HR")
    );
    assert_eq!(account.email_address.as_deref(), Some("Noor@harbor.test"));
    assert!(account.verified && account.last_signed_in_at.is_none());
    assert_eq!((account.linked_at, account.updated_at), (NOW, NOW));
    // Later the source has another name, says less, and grants more.
    source.name = "Renamed".into();
    let later = Profile {
        email_address: None,
        verified: false,
        ..profile()
    };
    account.describe(&later, vec!["me.read".into(), "me.desk".into()], NOW.plus(1));
    assert_eq!(account.source_name, "Harbor HR");
    assert_eq!(
        (account.email_address.as_deref(), account.verified),
        (Some("Noor@harbor.test"), true)
    );
    assert_eq!(account.scopes.len(), 2);
    assert!(account.public_metadata.is_empty());
    assert_eq!((account.linked_at, account.updated_at), (NOW, NOW.plus(1)));
    // An address that it no longer calls verified is not.
    let doubtful = Profile {
        verified: false,
        ..profile()
    };
    account.describe(&doubtful, Vec::new(), NOW);
    assert!(!account.verified);
}
