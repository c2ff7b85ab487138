//! `attribute_mapping` and `_verified`: the statements of the authn.sh sheet, sections 13 and 14, by name.

use std::collections::BTreeMap;

use proptest::prelude::*;
use protocol::upstream::{Document, Made, Profile, Source, Told, is_truthy, leftovers, map_attributes, read_profile};
use serde_json::{Map, Value, json};

use crate::upstream_support::{oauth2, oidc};

pub(crate) fn mapping(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    crate::upstream_support::pairs(entries).into_iter().collect()
}

fn source(entries: &[(&str, &str)]) -> Source {
    Source {
        made: Made::AuthnSh,
        attribute_mapping: mapping(entries),
        ..oauth2()
    }
}

pub(crate) fn told(text: &str) -> Told {
    Told {
        userinfo: Some(Document::parse(text.as_bytes()).unwrap()),
        ..Told::default()
    }
}

fn profile(entries: &[(&str, &str)], text: &str) -> Profile {
    read_profile(&source(entries), &told(text)).unwrap()
}

fn id_at(path: &str, text: &str) -> String {
    profile(&[("provider_user_id", path)], text).provider_user_id
}

fn first_name(text: &str) -> String {
    let mapped = map_attributes(
        &Document::parse(text.as_bytes()).unwrap(),
        &mapping(&[("first_name", "v")]),
    );
    mapped.first_name.unwrap()
}

#[test]
fn the_example_of_the_walkthrough() {
    let profile = profile(
        &[
            ("email_address", "email"),
            ("provider_user_id", "id"),
            ("first_name", "name"),
            ("profile_image_url", "avatar_url"),
        ],
        r#"{"id":42,"email":"alice@acme.example","name":"Alice Smith","avatar_url":"https://idp.legacy.example/avatars/42.png"}"#,
    );
    assert_eq!(profile.provider_user_id, "42");
    assert_eq!(profile.email_address.as_deref(), Some("alice@acme.example"));
    assert_eq!(profile.given_name.as_deref(), Some("Alice Smith"));
    assert_eq!(
        profile.picture.as_deref(),
        Some("https://idp.legacy.example/avatars/42.png")
    );
    assert!(!profile.verified && profile.public_metadata.is_empty() && profile.dropped.is_empty());
}

#[test]
fn a_13_2_a_dot_descends_into_objects() {
    let profile = profile(
        &[("first_name", "contact.given"), ("email_address", "contact.mail.work")],
        r#"{"contact":{"given":"Noor","mail":{"work":"noor@harbor.test"}}}"#,
    );
    assert_eq!(profile.given_name.as_deref(), Some("Noor"));
    assert_eq!(profile.email_address.as_deref(), Some("noor@harbor.test"));
    // A name with dots in it is found where nothing is below.
    assert_eq!(
        id_at("https://harbor.test/id", r#"{"https://harbor.test/id":"7"}"#),
        "7"
    );
    assert_eq!(id_at("a.b", r#"{"a.b":"literal","a":{"b":"below"}}"#), "below");
}

#[test]
fn a_13_3_and_a_13_4_a_path_that_leads_nowhere_and_a_field_that_is_left_out() {
    let document = Document::parse(br#"{"a":{"b":1}}"#).unwrap();
    let mapped = map_attributes(&document, &mapping(&[("first_name", "a.c"), ("last_name", "a.b.c")]));
    assert_eq!(
        (mapped.first_name.as_deref(), mapped.last_name.as_deref()),
        (Some(""), Some(""))
    );
    assert_eq!((mapped.email_address, mapped.verified), (None, None));
    let profile = profile(
        &[("provider_user_id", "a.b")],
        r#"{"a":{"b":1},"given_name":"Noor","email":"a@b.test"}"#,
    );
    assert_eq!((profile.given_name, profile.email_address), (None, None));
}

#[test]
fn a_13_5_numbers_keep_their_digits_and_everything_else_becomes_text_or_nothing() {
    for (value, text) in [
        ("42", "42"),
        ("9007199254740993", "9007199254740993"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("-1", "-1"),
        ("42.0", "42"),
        ("4.2e1", "42"),
        ("1.5", "1.5"),
        ("true", "true"),
        ("false", "false"),
        ("null", ""),
        ("{}", ""),
        ("[1]", ""),
        ("\"\"", ""),
        ("\" x \"", " x "),
    ] {
        assert_eq!(first_name(&format!("{{\"v\":{value}}}")), text, "{value}");
    }
    assert_eq!(
        id_at("deep.id", r#"{"deep":{"id":98765432109876543210987}}"#),
        "98765432109876543210987"
    );
}

#[test]
fn a_13_6_what_no_path_consumed_is_left_with_its_names_and_types() {
    let profile = profile(
        &[
            ("provider_user_id", "uid"),
            ("email_address", "contact.mail"),
            ("first_name", "contact.given"),
            ("_verified", "checks.mail"),
        ],
        r#"{"uid":42,"contact":{"mail":"noor@harbor.test","given":"Noor","phone":"+31 20 000"},
            "checks":{"mail":"2025-03-01T10:00:00Z"},"desk":"B7","n":[1,2.5,null,{"x":true}],"empty":{}}"#,
    );
    assert_eq!(
        Value::Object(profile.public_metadata),
        json!({"contact":{"phone":"+31 20 000"},"desk":"B7","n":[1,2.5,null,{"x":true}],"empty":{}})
    );
    assert!(profile.verified);
}

#[test]
fn a_13_9_and_a_13_11_missing_values_are_nothing_and_no_error() {
    let profile = profile(
        &[("email_address", "nowhere"), ("profile_image_url", "nowhere")],
        r#"{"id":1}"#,
    );
    assert_eq!((profile.email_address, profile.picture), (None, None));
    assert_eq!(Value::Object(profile.public_metadata), json!({"id":1}));
}

#[test]
fn a_13_10_numbers_in_a_path_do_not_index_lists() {
    assert_eq!(id_at("ids.0", r#"{"ids":["a"]}"#), "");
    assert_eq!(id_at("ids.0", r#"{"ids":{"0":"a"}}"#), "a");
}

#[test]
fn a_14_1_to_a_14_4_what_is_truthy() {
    let rows = [
        (json!(true), true),
        (json!("x"), true),
        (json!("false"), true),
        (json!("0"), true),
        (json!("2025-03-01T10:00:00Z"), true),
        (json!(1), true),
        (json!(-0.5), true),
        (json!(false), false),
        (json!(""), false),
        (json!(0), false),
        (json!(0.0), false),
        (json!(null), false),
        (json!([]), false),
        (json!([true]), false),
        (json!({"a": true}), false),
    ];
    for (value, expected) in rows {
        assert_eq!(is_truthy(&value), expected, "{value}");
        let text = json!({"mail": "a@b.test", "v": value}).to_string();
        let profile = profile(&[("email_address", "mail"), ("_verified", "v")], &text);
        assert_eq!(profile.verified, expected, "{text}");
    }
    assert!(!profile(&[("email_address", "m"), ("_verified", "v")], r#"{"m":"a@b.test"}"#).verified);
}

#[test]
fn a_14_5_email_verified_counts_for_openid_connect_and_not_for_plain_oauth() {
    let text = r#"{"id":1,"sub":"1","email":"a@b.test","email_verified":true,"upn":"boss@b.test"}"#;
    let plain = profile(&[("provider_user_id", "id"), ("email_address", "email")], text);
    assert!(!plain.verified);
    assert_eq!(plain.public_metadata["email_verified"], json!(true));
    assert!(!read_profile(&oauth2(), &told(text)).unwrap().verified);
    let openid = |entries: &[(&str, &str)]| {
        let source = Source {
            attribute_mapping: mapping(entries),
            ..oidc()
        };
        read_profile(&source, &told(text)).unwrap()
    };
    assert!(openid(&[]).verified);
    assert!(openid(&[("email_address", "email")]).verified);
    // It speaks of `email`: an address from elsewhere is not vouched for.
    let other = openid(&[("email_address", "upn")]);
    assert_eq!(
        (other.email_address.as_deref(), other.verified),
        (Some("boss@b.test"), false)
    );
    assert!(!openid(&[("email_address", "email"), ("_verified", "absent")]).verified);
}

#[test]
fn a_14_6_verified_without_an_address_is_nothing() {
    let profile = profile(&[("email_address", "m"), ("_verified", "v")], r#"{"v":true,"m":""}"#);
    assert!(!profile.verified && profile.email_address.is_none());
}

#[test]
fn a_21_1_and_a_21_4_a_wrong_mapping_signs_in_and_shows_what_came() {
    let entries = [("provider_user_id", "id"), ("email_address", "email")];
    let profile = profile(&entries, r#"{"data":[{"email":"a@b.test"}],"pagination":{}}"#);
    assert_eq!((profile.provider_user_id.as_str(), profile.email_address), ("", None));
    assert_eq!(
        Value::Object(profile.public_metadata),
        json!({"data":[{"email":"a@b.test"}],"pagination":{}})
    );
}

#[test]
fn a_21_9_a_missing_name_is_empty() {
    let profile = profile(
        &[("provider_user_id", "id"), ("first_name", "given")],
        r#"{"id":1,"nick":"N"}"#,
    );
    assert_eq!(profile.given_name, None);
    assert_eq!(Value::Object(profile.public_metadata), json!({"nick":"N"}));
}

fn names() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-z]{1,3}", 1..5)
}

fn nested(path: &[String], value: Value) -> Value {
    path.iter().rev().fold(value, |inner, name| json!({ name: inner }))
}

proptest! {
    #[test]
    fn a_path_finds_what_was_put_there_and_leaves_nothing(path in names(), text in "[^\u{0}]{0,40}") {
        let document = Document::parse(nested(&path, json!(text)).to_string().as_bytes()).unwrap();
        let dotted = path.join(".");
        prop_assert_eq!(document.scalar(&dotted), text);
        prop_assert!(leftovers(document.members(), [dotted.as_str()]).is_empty());
        let longer = format!("{dotted}.x");
        prop_assert_eq!(document.scalar(&longer), "");
    }

    #[test]
    fn integers_of_any_length_keep_their_digits(path in names(), digits in "-?[1-9][0-9]{0,80}") {
        let text = nested(&path, Value::Null).to_string().replace("null", &digits);
        let document = Document::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(document.scalar(&path.join(".")), digits);
    }

    #[test]
    fn any_paths_and_any_object_give_an_answer(paths in proptest::collection::vec("[a-c.]{0,6}", 0..6), text in "[a-c.:{}\\[\\]\",0-9]{0,60}") {
        if let Ok(document) = Document::parse(text.as_bytes()) {
            let left = leftovers(document.members(), paths.iter().map(String::as_str));
            prop_assert!(left.len() <= document.members().len());
            for path in &paths {
                prop_assert!(document.at(path).is_some() || document.scalar(path).is_empty());
            }
        }
    }

    #[test]
    fn siblings_stay(path in names(), other in "[A-Z]{1,3}") {
        let mut object = nested(&path, json!(1));
        let mut inner = object.as_object_mut().unwrap();
        for name in &path[..path.len() - 1] {
            inner = inner.get_mut(name).unwrap().as_object_mut().unwrap();
        }
        inner.insert(other.clone(), json!("stays"));
        let left = leftovers(object.as_object().unwrap(), [path.join(".").as_str()]);
        let mut parent = path[..path.len() - 1].to_vec();
        parent.push(other);
        prop_assert_eq!(Value::Object(left), nested(&parent, json!("stays")));
    }
}

#[test]
fn paths_without_sense_do_no_harm() {
    let members: Map<String, Value> = json!({"": {"": 1}, "a": 1}).as_object().unwrap().clone();
    for path in ["", ".", "..", "a.", ".a", "a..b"] {
        let left = leftovers(&members, [path]);
        assert!(left.contains_key("a"), "{path}");
    }
}
