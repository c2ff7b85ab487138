//! From what a source said to a person: identifiers, addresses, names, scripts.

use protocol::refusal::Refusal;
use protocol::upstream::{
    Document, Made, Profile, Source, SourceKind, Told, UpstreamFailure, info, linkable_email_key, parse_email,
    read_profile,
};
use protocol::user::{email_key, is_same_email};
use serde_json::{Value, json};

use crate::upstream_mapping::{mapping, told};
use crate::upstream_support::{oauth2, oidc};

fn read(source: &Source, profile: &Value) -> Result<Profile, UpstreamFailure> {
    read_profile(source, &told(&profile.to_string()))
}

fn script(profile: &Value) -> Result<Profile, UpstreamFailure> {
    let source = Source {
        made: Made::Auth0,
        profile_script: Some("f".into()),
        ..oauth2()
    };
    let told = Told {
        script: Some(Document::parse(profile.to_string().as_bytes()).unwrap()),
        ..Told::default()
    };
    read_profile(&source, &told)
}

/// What tells nobody from anybody.
fn no_ids() -> Vec<Value> {
    vec![
        json!(null),
        json!(""),
        json!("   "),
        json!(0),
        json!({"a": 1}),
        json!([]),
        json!(["x"]),
        json!(true),
        json!(false),
        json!("null"),
        json!("undefined"),
        json!("NaN"),
        json!("[object Object]"),
    ]
}

#[test]
fn item_29_what_is_no_identifier_is_refused() {
    let mapped = Source {
        attribute_mapping: mapping(&[("provider_user_id", "uid")]),
        ..oidc()
    };
    let oauth1 = Source {
        kind: SourceKind::Oauth1,
        ..oauth2()
    };
    for id in no_ids() {
        for outcome in [
            read(&oauth2(), &json!({"id": id})),
            read(&oidc(), &json!({"sub": id})),
            read(&mapped, &json!({"sub": "1", "uid": id})),
            read(&oauth1, &json!({"id": id})),
            script(&json!({"user_id": id})),
        ] {
            assert_eq!(outcome.unwrap_err().refusal(), Refusal::UpstreamUserIdMissing, "{id}");
        }
    }
    assert_eq!(script(&json!({})).unwrap_err().authn_sh_code(), "oauth_userinfo_failed");
}

#[test]
fn plain_oauth_with_a_mapping_signs_in_without_an_identifier() {
    let source = Source {
        attribute_mapping: mapping(&[("provider_user_id", "uid"), ("email_address", "email")]),
        ..oauth2()
    };
    for id in no_ids() {
        let profile = read(&source, &json!({"uid": id, "id": 7})).unwrap();
        assert_eq!(profile.provider_user_id, "", "{id}");
    }
    assert_eq!(read(&source, &json!({"id": 7})).unwrap().provider_user_id, "");
    let without = Source {
        attribute_mapping: mapping(&[("email_address", "email")]),
        ..oauth2()
    };
    assert_eq!(read(&without, &json!({"id": 7})).unwrap().provider_user_id, "");
}

#[test]
fn an_identifier_has_at_most_255_characters_and_no_control_characters() {
    let mapped = Source {
        attribute_mapping: mapping(&[("provider_user_id", "id")]),
        ..oauth2()
    };
    for source in [oauth2(), mapped] {
        let longest = "é".repeat(255);
        assert_eq!(
            read(&source, &json!({"id": longest})).unwrap().provider_user_id,
            longest
        );
        let failure = read(&source, &json!({"id": "x".repeat(256)})).unwrap_err();
        assert_eq!(failure.refusal(), Refusal::UpstreamUserIdTooLong);
        let failure = read(&source, &json!({"id": "a\u{0}b"})).unwrap_err();
        assert_eq!(failure.refusal(), Refusal::UpstreamUserIdMissing);
    }
}

#[test]
fn rule_7_4_8_plain_oauth_takes_sub_and_then_id_as_text() {
    assert_eq!(
        read(&oauth2(), &json!({"sub": "s", "id": 7})).unwrap().provider_user_id,
        "s"
    );
    assert_eq!(read(&oauth2(), &json!({"id": 7})).unwrap().provider_user_id, "7");
    assert_eq!(
        read(&oauth2(), &json!({"sub": null, "id": "x"}))
            .unwrap()
            .provider_user_id,
        "x"
    );
    let failure = read(&oauth2(), &json!({"uid": 7, "name": "N"})).unwrap_err();
    assert_eq!(failure.error.given.as_deref(), Some("members: name uid"));
    assert_eq!(failure.error.expected.as_deref(), Some("sub or id"));
}

#[test]
fn openid_connect_reads_the_standard_claims() {
    let profile = read(
        &oidc(),
        &json!({
            "sub": "42", "email": "Noor@Harbor.test", "email_verified": true, "name": "Noor Haddad", "given_name": "Noor",
            "family_name": "Haddad", "picture": "https://harbor.test/42.png", "preferred_username": "noor", "locale": "nl-NL",
            "zoneinfo": "Europe/Amsterdam", "phone_number": "+31200000000", "tid": "t", "groups": ["staff"],
        }),
    )
    .unwrap();
    assert_eq!(
        (
            profile.provider_user_id.as_str(),
            profile.email_address.as_deref(),
            profile.verified
        ),
        ("42", Some("Noor@Harbor.test"), true)
    );
    assert_eq!(profile.username.as_deref(), Some("noor"));
    assert_eq!(profile.name.as_deref(), Some("Noor Haddad"));
    assert_eq!(profile.given_name.as_deref(), Some("Noor"));
    assert_eq!(profile.family_name.as_deref(), Some("Haddad"));
    assert_eq!(profile.picture.as_deref(), Some("https://harbor.test/42.png"));
    assert_eq!(profile.locale.as_deref(), Some("nl-NL"));
    assert_eq!(profile.zoneinfo.as_deref(), Some("Europe/Amsterdam"));
    assert_eq!(profile.phone_number.as_deref(), Some("+31200000000"));
    assert_eq!(profile.groups[0].id, "staff");
    assert_eq!(Value::Object(profile.public_metadata), json!({"tid": "t"}));
}

#[test]
fn a_7_7_the_id_token_fills_in_what_the_profile_does_not_say_and_keeps_its_own_affairs() {
    let claims = json!({
        "iss": "i", "aud": "a", "exp": 1, "iat": 1, "nonce": "n", "at_hash": "h", "sub": "42", "tid": "tenant",
        "email": "old@harbor.test", "email_verified": true, "name": "Old",
    });
    let told = |userinfo: Value| Told {
        id_token: Some(Document::parse(claims.to_string().as_bytes()).unwrap()),
        userinfo: Some(Document::parse(userinfo.to_string().as_bytes()).unwrap()),
        script: None,
    };
    let seen = info(&told(json!({"sub": "42", "name": "New"})));
    assert_eq!(
        Value::Object(seen.members().clone()),
        json!({"sub": "42", "tid": "tenant", "email": "old@harbor.test", "email_verified": true, "name": "New"})
    );
    let profile = read_profile(&oidc(), &told(json!({"sub": "42", "name": "New"}))).unwrap();
    assert_eq!((profile.name.as_deref(), profile.verified), (Some("New"), true));
    assert_eq!(Value::Object(profile.public_metadata), json!({"tid": "tenant"}));
    // Whether an address is verified is said of the one beside it.
    let profile = read_profile(&oidc(), &told(json!({"sub": "42", "email": "boss@harbor.test"}))).unwrap();
    assert_eq!(
        (profile.email_address.as_deref(), profile.verified),
        (Some("boss@harbor.test"), false)
    );
}

#[test]
fn what_does_not_fit_is_dropped_with_its_reason() {
    let profile = read(
        &oidc(),
        &json!({
            "sub": "1", "email": "no address", "email_verified": true, "name": "x".repeat(300), "picture": "javascript:alert(1)",
            "preferred_username": " a\u{202e}b", "phone_number": "020", "locale": "!!", "zoneinfo": "../../etc/passwd",
            "given_name": {"a": 1}, "family_name": 7,
        }),
    )
    .unwrap();
    assert_eq!(
        Profile {
            dropped: Vec::new(),
            ..profile.clone()
        },
        Profile {
            provider_user_id: "1".into(),
            family_name: Some("7".into()),
            name: Some("7".into()),
            ..Profile::default()
        }
    );
    let mut dropped: Vec<&str> = profile.dropped.iter().map(|dropped| dropped.key.as_str()).collect();
    dropped.sort_unstable();
    assert_eq!(
        dropped,
        [
            "email",
            "locale",
            "name",
            "phone_number",
            "picture",
            "preferred_username",
            "zoneinfo"
        ]
    );
}

#[test]
fn b_9_2_to_b_9_4_and_b_11_5_the_profile_of_a_script() {
    let profile = script(&json!({
        "user_id": "auth0|61aa/x@y", "id": "other", "email": "Noor@harbor.test", "email_verified": true, "name": "Noor",
        "nickname": "N", "picture": "https://harbor.test/n.png", "phone_number": "+31200000000", "username": "noor",
        "desk": "B7", "user_metadata": {"lang": "nl"}, "app_metadata": {"plan": 1}, "logins_count": 99, "identities": [1],
    }))
    .unwrap();
    assert_eq!(profile.provider_user_id, "auth0|61aa/x@y");
    assert!(profile.verified);
    assert_eq!(profile.username.as_deref(), Some("noor"));
    assert_eq!(profile.nickname.as_deref(), Some("N"));
    assert_eq!(Value::Object(profile.user_metadata), json!({"lang": "nl"}));
    assert_eq!(Value::Object(profile.app_metadata), json!({"plan": 1}));
    assert_eq!(profile.public_metadata["desk"], json!("B7"));
    assert!(!profile.public_metadata.contains_key("logins_count"));
    assert_eq!(script(&json!({"id": 42})).unwrap().provider_user_id, "42");
    assert_eq!(
        script(&json!({"user_id": null, "id": 42})).unwrap().provider_user_id,
        "42"
    );
    // Absent is not verified; the names come from the address.
    let profile = script(&json!({"user_id": 1, "email": "Noor@harbor.test"})).unwrap();
    assert!(!profile.verified);
    assert_eq!(profile.name.as_deref(), Some("Noor@harbor.test"));
    assert_eq!(profile.nickname.as_deref(), Some("Noor"));
}

#[test]
fn item_31_addresses() {
    for (text, stored, is_subaddress) in [
        ("Noor@Harbor.TEST", "Noor@harbor.test", false),
        (" noor@harbor.test ", "noor@harbor.test", false),
        ("noor+tag@harbor.test", "noor+tag@harbor.test", true),
        ("noor\u{ff0b}tag@harbor.test", "", true),
        ("noor@b\u{fc}cher.test", "noor@xn--bcher-kva.test", false),
        ("noor@harbor\u{3002}test", "noor@harbor.test", false),
    ] {
        match parse_email(text) {
            Some(email) => assert_eq!(
                (email.stored.as_str(), email.is_subaddress),
                (stored, is_subaddress),
                "{text}"
            ),
            None => assert_eq!(stored, "", "{text}"),
        }
    }
    for text in [
        "",
        "noor",
        "@harbor.test",
        "noor@",
        "noor@@harbor.test",
        "a@b@harbor.test",
        "noor\u{ff20}evil.test@harbor.test",
        "\"noor\"@harbor.test",
        "\"a@b\"@harbor.test",
        "noor@harbor.test.",
        "noor.@harbor.test",
        ".noor@harbor.test",
        "no..or@harbor.test",
        "noor@har\u{0}bor.test",
        "noor\r\nbcc:x@harbor.test",
        "noor @harbor.test",
        "noor@[127.0.0.1]",
        "noor@127.0.0.1",
        "noor@har bor.test",
        "noor@-harbor.test",
        "(comment)noor@harbor.test",
        "Noor <noor@harbor.test>",
    ] {
        assert_eq!(parse_email(text), None, "{text:?}");
    }
    assert!(parse_email(&format!("{}@harbor.test", "x".repeat(64))).is_some());
    assert!(parse_email(&format!("{}@harbor.test", "x".repeat(65))).is_none());
    assert!(parse_email(&format!("a@{}", "x.".repeat(130))).is_none());
}

#[test]
fn addresses_are_compared_only_where_no_look_alike_can_be() {
    assert_eq!(email_key(" Noor@HARBOR.test "), "noor@harbor.test");
    assert_eq!(email_key("\u{212a}IM@harbor.test"), "\u{212a}im@harbor.test");
    assert!(is_same_email("Kim@harbor.test", "kIM@HARBOR.test"));
    assert!(!is_same_email("\u{212a}im@harbor.test", "kim@harbor.test"));
    assert_eq!(
        linkable_email_key("Noor@HARBOR.test").as_deref(),
        Some("noor@harbor.test")
    );
    // The sign of the unit Kelvin becomes a k when it is lowered, and a dotless i an I when it is raised.
    assert_eq!(linkable_email_key("\u{212a}im@harbor.test"), None);
    assert_eq!(linkable_email_key("m\u{131}ke@harbor.test"), None);
    assert_eq!(linkable_email_key("no address"), None);
}
