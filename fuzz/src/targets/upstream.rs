//! What other identity providers send: token answers, profiles, discovery documents, callbacks, addresses, and the way from all
//! of that to a person.

use protocol::params::Params;
use protocol::upstream::discovery::parse_discovery;
use protocol::upstream::{
    Document, Source, SourceKind, Told, linkable_email_key, parse_callback, parse_email, parse_token_answer,
    parse_userinfo, read_profile,
};

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":300}",
    "access_token=t&token_type=bearer",
    "\"id_token\":",
    "\"error\":\"invalid_grant\"",
    "{\"sub\":\"1\",\"email\":\"a@b.example\",\"email_verified\":true}",
    "\"id\":9007199254740993",
    "\"groups\":[\"a\",{\"id\":1}]",
    "{\"issuer\":\"https://a.example\",\"authorization_endpoint\":\"https://a.example/x\"",
    "\"jwks_uri\":",
    "code=c&state=s&iss=https%3A%2F%2Fa.example",
    "error=access_denied&error_description=no",
    "a+tag@b.example",
    "\"a\"@b.example",
    "1e400",
    "null",
];

/// The first byte says what the rest is.
pub(crate) fn upstream(input: &[u8]) -> Place {
    let Some((first, rest)) = input.split_first() else {
        return place(0_u8);
    };
    match first % 5 {
        0 => place((0_u8, parse_token_answer(rest).map(|answer| answer.is_empty()))),
        1 => place((1_u8, parse_userinfo(rest).map(|document| document.is_empty()).ok())),
        2 => {
            let address = "https://a.example/.well-known/openid-configuration";
            let found = parse_discovery(address, None, rest);
            let led = found.map(|found| found.lacks(&["jwks_uri", "token_endpoint"]));
            place((2_u8, led.map_err(|fault| std::mem::discriminant(&fault))))
        }
        3 => {
            let Ok(params) = Params::parse(rest) else {
                return place(3_u8);
            };
            let source = Source {
                issuer: Some("https://a.example".into()),
                ..Source::default()
            };
            let led = parse_callback(&source, &params).map(str::is_empty);
            place((3_u8, led.map_err(|failure| failure.error.refusal)))
        }
        _ => person(rest),
    }
}

/// An identifier that is refused never becomes a person, and what is verified has an address.
fn person(profile: &[u8]) -> Place {
    let Ok(document) = Document::parse(profile) else {
        return place(4_u8);
    };
    if let Some(email) = document.text("email") {
        let key = linkable_email_key(email);
        assert!(
            key.is_none() || parse_email(email).is_some(),
            "a key of what is no address"
        );
    }
    let told = Told {
        userinfo: Some(document),
        id_token: None,
        script: None,
    };
    let kinds = [SourceKind::Oidc, SourceKind::Oauth2];
    let found = kinds.map(|kind| {
        let source = Source {
            kind,
            ..Source::default()
        };
        match read_profile(&source, &told) {
            Ok(profile) => {
                assert!(!profile.provider_user_id.is_empty(), "somebody without an identifier");
                assert!(profile.provider_user_id.chars().count() <= 255);
                Ok((
                    profile.verified,
                    profile.email_address.is_some(),
                    profile.groups.len().min(4),
                ))
            }
            Err(failure) => Err(failure.error.refusal),
        }
    });
    place((4_u8, found))
}
