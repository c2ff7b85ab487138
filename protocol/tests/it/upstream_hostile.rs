//! Hostile answers: whatever bytes a source sends, each parser gives an answer, and a sign-in ends without a word too many.

use std::sync::Arc;

use proptest::prelude::*;
use protocol::params::Params;
use protocol::upstream::discovery::{check_discovery_url, parse_discovery};
use protocol::upstream::{
    Document, Exchange, Reply, Resumed, Step, Told, parse_callback, parse_email, parse_token_answer, parse_userinfo,
    read_profile,
};
use serde_json::{Value, json};

use crate::fixtures::{NOW, World};
use crate::upstream_support::{
    ACCESS_TOKEN, CLIENT_SECRET, Drive, call, json_reply, leave, oauth2, oidc, token_answer, upstream,
};

/// Texts that are nearly what is expected: pieces of JSON, forms and tokens in any order.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(&b"{"[..]),
        Just(&b"}"[..]),
        Just(&b"["[..]),
        Just(&b"]"[..]),
        Just(&b":"[..]),
        Just(&b","[..]),
        Just(&b"\"access_token\""[..]),
        Just(&b"\"error\""[..]),
        Just(&b"\"sub\""[..]),
        Just(&b"\"issuer\""[..]),
        Just(&b"\"authed_user\""[..]),
        Just(&b"\"a\""[..]),
        Just(&b"1e400"[..]),
        Just(&b"-0"[..]),
        Just(&b"null"[..]),
        Just(&b"\\ud800"[..]),
        Just(&b"\xff\xfe"[..]),
        Just(&b"access_token=a&"[..]),
        Just(&b"%zz"[..]),
        Just(&b"e30.e30."[..]),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "[^\u{0}]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z_]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The members that a profile is looked for in, with anything in them.
fn profiles() -> impl Strategy<Value = Value> {
    let names = prop_oneof![
        Just("sub"),
        Just("id"),
        Just("email"),
        Just("email_verified"),
        Just("name"),
        Just("picture"),
        Just("groups"),
        Just("preferred_username"),
        Just("locale"),
        Just("user_metadata"),
    ];
    proptest::collection::btree_map(names, values(), 0..8)
        .prop_map(|map| Value::Object(map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
}

proptest! {
    #[test]
    fn every_parser_answers(bytes in pieces()) {
        let _ = parse_token_answer(&bytes);
        let _ = parse_userinfo(&bytes);
        let _ = parse_discovery("https://login.example.net/.well-known/openid-configuration", None, &bytes);
        if let Ok(params) = Params::parse(&bytes) {
            let _ = parse_callback(&oidc(), &params);
        }
        let text = String::from_utf8_lossy(&bytes);
        let _ = parse_email(&text);
        if let Err(offered) = check_discovery_url(&text) {
            prop_assert!(offered.ends_with("/.well-known/openid-configuration"));
        }
    }

    #[test]
    fn an_exchange_ends_whatever_it_is_fed(replies in proptest::collection::vec(pieces(), 1..5), openid in any::<bool>()) {
        let upstream = upstream(if openid { oidc() } else { oauth2() });
        let redirect = leave(&upstream);
        let world = World::default();
        let mut exchange = Exchange::new(Arc::new(upstream), redirect.secrets, None);
        let mut step = exchange.callback(&world.env(NOW), &Params::from_iter([("code", "c")]));
        for reply in replies {
            match &step {
                Step::Call(_) => {}
                Step::Failed(failure) => {
                    let shown = format!("{:?}", failure);
                    prop_assert!(!shown.contains(CLIENT_SECRET));
                    return Ok(());
                }
                _ => return Ok(()),
            }
            step = exchange.step(&world.env(NOW), Resumed::Reply(Reply::answer(200, None, reply)));
        }
    }

    #[test]
    fn any_profile_is_a_person_or_a_refusal(profile in profiles(), openid in any::<bool>(), script in any::<bool>()) {
        let document = Document::parse(profile.to_string().as_bytes()).unwrap();
        let told = if script {
            Told { script: Some(document), ..Told::default() }
        } else {
            Told { userinfo: Some(document), ..Told::default() }
        };
        let source = if openid { oidc() } else { oauth2() };
        if let Ok(person) = read_profile(&source, &told) {
            prop_assert!(!person.provider_user_id.trim().is_empty());
            prop_assert!(person.provider_user_id.chars().count() <= 255);
            prop_assert!(!person.verified || person.email_address.is_some());
            if let Some(address) = &person.email_address {
                prop_assert!(parse_email(address).is_some());
            }
        }
    }

    #[test]
    fn what_is_an_address_is_stored_as_one(text in "[a-zA-Z+.@\"ü\u{ff20}\u{3002} \u{0}]{0,24}") {
        if let Some(email) = parse_email(&text) {
            prop_assert!(protocol::profile::check_email(&email.stored).is_ok());
            prop_assert_eq!(email.stored.matches('@').count(), 1);
            let again = parse_email(&email.stored).unwrap();
            prop_assert_eq!(&again, &email);
            prop_assert_eq!(email.is_subaddress, email.stored.contains('+'));
        }
    }
}

#[test]
fn an_answer_as_large_as_the_driver_lets_through() {
    let megabyte = "x".repeat(1 << 20);
    let wide: String = (0..60_000).map(|at| format!("\"m{at}\":{at},")).collect();
    for body in [
        format!("{{\"id\":\"1\",\"text\":\"{megabyte}\"}}"),
        format!("{{{wide}\"id\":\"1\"}}"),
        format!("{{\"id\":\"1\",\"list\":[{}0]}}", "0,".repeat(400_000)),
    ] {
        let upstream = upstream(oauth2());
        let redirect = leave(&upstream);
        let mut drive = Drive::new(upstream, redirect.secrets);
        call(drive.callback("code=c"));
        call(drive.reply(json_reply(&token_answer(None))));
        let Step::Done(answer) = drive.reply(Reply::answer(200, None, body)) else {
            panic!("a profile");
        };
        assert_eq!(read_profile(&oauth2(), &answer.told).unwrap().provider_user_id, "1");
    }
}

#[test]
fn no_failure_repeats_a_token() {
    let secret_places = [
        json!({"error": ACCESS_TOKEN, "error_description": format!("{CLIENT_SECRET} is wrong")}),
        json!({"error": {"message": format!("bad {CLIENT_SECRET}")}}),
    ];
    for answer in secret_places {
        let upstream = upstream(oauth2());
        let redirect = leave(&upstream);
        let mut drive = Drive::new(upstream, redirect.secrets);
        call(drive.callback("code=c"));
        let step = drive.reply(Reply::answer(400, None, answer.to_string()));
        let shown = format!("{step:?}");
        assert!(
            !shown.contains(CLIENT_SECRET) && !shown.contains(ACCESS_TOKEN),
            "{shown}"
        );
    }
}

#[test]
fn an_address_is_not_read_as_one_of_the_web() {
    for address in ["a@ex%61mple.com", "a@example%2ecom", "a@%65xample.com"] {
        assert!(parse_email(address).is_none(), "{address}");
    }
}
