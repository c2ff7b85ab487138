//! The keys about people: what they change of their own accounts.

use super::super::value::Kind;
use super::Key;

/// The claims that people may be allowed to change, all of them texts (OpenID Connect Core 1.0, section 5.1).
const CLAIMS: &[&str] = &[
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
];

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "account.profile_fields",
        kind: Kind::Words {
            words: CLAIMS,
            set: |config, value| config.account.profile_fields = value,
        },
        default: Some("name,given_name,family_name,nickname,website,birthdate,zoneinfo,locale,phone_number"),
        default_in_words: "",
        meaning: "Claims that people may change themselves at their account pages. Leave out what your directory decides; an empty list \
              lets them change nothing. User name and addresses have rules of their own.",
        example: "[\"name\", \"locale\"]",
    },
    Key {
        path: "account.sign_up",
        kind: Kind::Switch(|config, value| config.account.sign_up = value),
        default: Some("false"),
        default_in_words: "",
        meaning: "Whether people may make accounts themselves, at `/sign-up`, after they have shown by mail that their address is theirs. \
                  Needs a mail server.",
        example: "true",
    },
    Key {
        path: "account.sign_in_notices",
        kind: Kind::Switch(|config, value| config.account.sign_in_notices = value),
        default: Some("true"),
        default_in_words: "",
        meaning: "Whether people get a mail when somebody signs in to their account in a browser in which it was not signed in before. \
                  A browser that forgets its cookies is a new one each time: where that is the rule, switch it off.",
        example: "false",
    },
];
