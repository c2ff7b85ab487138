//! Who can be met at the sample upstream, and what it says of them.

use serde_json::{Map, Value, json};

use super::misbehaviour::Misbehaviour;

/// A person of the sample upstream.
#[derive(Debug)]
pub(super) struct Person {
    /// The user name, and the value of `as`.
    pub(super) name: &'static str,
    /// The identifier in OpenID Connect.
    pub(super) subject: &'static str,
    /// The identifier in the plain profile.
    pub(super) number: i64,
    /// Full name.
    pub(super) full_name: (&'static str, &'static str),
    /// The address and whether it is verified; none: there is none.
    pub(super) email: Option<(&'static str, bool)>,
    /// What makes the person worth meeting.
    pub(super) about: &'static str,
}

/// Everybody.
pub(super) const PEOPLE: [Person; 4] = [
    Person {
        name: "bob",
        subject: "upstream-bob",
        number: 42,
        full_name: ("Bob", "Builder"),
        email: Some(("bob@upstream.example", true)),
        about: "Has everything.",
    },
    Person {
        name: "carol",
        subject: "upstream-carol",
        number: 43,
        full_name: ("Carol", "Singer"),
        email: None,
        about: "Has no address.",
    },
    Person {
        name: "dave",
        subject: "upstream-dave",
        number: 44,
        full_name: ("Dave", "Diver"),
        email: Some(("dave@upstream.example", false)),
        about: "Has an address that is not verified.",
    },
    Person {
        name: "alice",
        subject: "upstream-alice",
        number: 45,
        full_name: ("Alice", "Liddell"),
        email: Some(("alice@wonderland.example", true)),
        about: "Has the address of the person whom the demonstration knows.",
    },
];

/// A number that JavaScript and careless JSON readers can not hold.
const BEYOND: i64 = 9_007_199_254_740_993;

fn address(person: &Person, misbehaviour: Misbehaviour) -> Option<(&'static str, bool)> {
    match misbehaviour {
        Misbehaviour::NoAddress => None,
        Misbehaviour::UnverifiedAddress => person.email.map(|(email, _)| (email, false)),
        _ => person.email,
    }
}

/// The claims of OpenID Connect (Core, section 5.1).
pub(super) fn claims(person: &Person, misbehaviour: Misbehaviour) -> Value {
    let subject = match misbehaviour {
        Misbehaviour::OtherSubject => Value::from("somebody-else"),
        Misbehaviour::EmptyId => Value::from(""),
        Misbehaviour::NumericId => Value::from(BEYOND),
        _ => Value::from(person.subject),
    };
    let (given_name, family_name) = person.full_name;
    let mut claims = json!({
        "sub": subject, "preferred_username": person.name, "name": format!("{given_name} {family_name}"),
        "given_name": given_name, "family_name": family_name, "groups": ["guests"], "desk": "B7",
    });
    if let (Some((email, verified)), Some(members)) = (address(person, misbehaviour), claims.as_object_mut()) {
        members.insert("email".to_owned(), Value::from(email));
        members.insert("email_verified".to_owned(), Value::from(verified));
    }
    wrapped(claims, misbehaviour)
}

/// The profile of a plain OAuth 2.0 provider.
pub(super) fn profile(person: &Person, misbehaviour: Misbehaviour) -> Value {
    let id = match misbehaviour {
        Misbehaviour::EmptyId => Value::from(""),
        Misbehaviour::NumericId => Value::from(BEYOND),
        _ => Value::from(person.number),
    };
    let (given_name, family_name) = person.full_name;
    let mut profile: Map<String, Value> = Map::new();
    profile.insert("id".to_owned(), id);
    profile.insert("login".to_owned(), Value::from(person.name));
    profile.insert("name".to_owned(), Value::from(format!("{given_name} {family_name}")));
    profile.insert(
        "avatar_url".to_owned(),
        Value::from(format!("https://idp.legacy.example/avatars/{}.png", person.number)),
    );
    profile.insert("team_slug".to_owned(), Value::from("builders"));
    if let Some((email, verified)) = address(person, misbehaviour) {
        profile.insert("email".to_owned(), Value::from(email));
        if verified {
            profile.insert("email_confirmed_at".to_owned(), Value::from("2025-03-01T10:00:00Z"));
        }
    }
    wrapped(Value::Object(profile), misbehaviour)
}

fn wrapped(value: Value, misbehaviour: Misbehaviour) -> Value {
    if misbehaviour == Misbehaviour::Wrapped {
        json!({ "data": [value], "pagination": {} })
    } else {
        value
    }
}
