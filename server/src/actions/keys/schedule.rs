//! When keys are rotated by themselves: a pure rule over the records.
//!
//! Every active signing key that was made here gets a successor of its own. The successor is published first and takes the
//! place when the time has come and everyone had time to read it. A key that came from outside, with a certificate or
//! without, is left to whoever brought it.

use std::time::Duration;

use protocol::time::Time;
use store::signing_keys::{KeyOrigin, KeyRecord, KeyState};

use crate::actions::browser_session::micros;

/// How often, and how long ahead the successor is published.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    pub(super) every: Duration,
    pub(super) ahead: Duration,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Due<'a> {
    /// This key needs a successor, and this one, which waits already, belongs to nobody.
    Name(&'a KeyRecord, &'a KeyRecord),
    /// This key needs a successor that is yet to be made.
    Make(&'a KeyRecord),
    /// This key's time has come: its successor takes its place.
    Switch(&'a KeyRecord, &'a KeyRecord),
}

impl Schedule {
    /// When a key is rotated; none for one that is not rotated by itself.
    pub(super) fn rotates_at(&self, key: &KeyRecord) -> Option<Time> {
        let rotates = key.signs() && key.state == KeyState::Active && key.origin == KeyOrigin::Generated;
        rotates.then(|| key.active_since().plus(micros(self.every)))
    }

    /// The first thing that is due now.
    pub(super) fn due<'a>(&self, keys: &[&'a KeyRecord], now: Time) -> Option<Due<'a>> {
        let ahead = micros(self.ahead);
        keys.iter().find_map(|key| {
            let at = self.rotates_at(key)?;
            if now < at.plus(-ahead) {
                return None;
            }
            let waiting = |next: &KeyRecord| next.state == KeyState::Next && next.signs() && next.alg == key.alg;
            let named = key.successor.as_deref();
            let successor = keys
                .iter()
                .find(|next| named == Some(next.id.as_str()) && waiting(next));
            match successor {
                Some(next) => {
                    let ready = now >= at && now >= next.created_at.plus(ahead);
                    ready.then_some(Due::Switch(key, next))
                }
                None => {
                    let free = keys
                        .iter()
                        .find(|next| waiting(next) && next.origin == KeyOrigin::Generated && !is_named(keys, &next.id));
                    Some(free.map_or(Due::Make(key), |next| Due::Name(key, next)))
                }
            }
        })
    }
}

/// Whether an active key names this one as its successor.
fn is_named(keys: &[&KeyRecord], id: &str) -> bool {
    keys.iter()
        .any(|key| key.state == KeyState::Active && key.successor.as_deref() == Some(id))
}

#[cfg(test)]
mod tests {
    use protocol::time::DAY;

    use super::*;

    const SCHEDULE: Schedule = Schedule {
        every: Duration::from_secs(90 * 86_400),
        ahead: Duration::from_secs(86_400),
    };

    fn key(id: &str, state: KeyState, since: i64) -> KeyRecord {
        KeyRecord {
            id: id.to_owned(),
            created_at: Time(since),
            updated_at: Time(since),
            version: 1,
            name: String::new(),
            key_use: "sig".to_owned(),
            alg: "ES256".to_owned(),
            kid: id.to_owned(),
            state,
            public_jwk: serde_json::Value::Null,
            retired_at: None,
            enc: None,
            certificate: None,
            origin: KeyOrigin::Generated,
            activated_at: (state == KeyState::Active).then_some(Time(since)),
            successor: None,
        }
    }

    #[test]
    fn a_successor_is_made_ahead_and_takes_over_in_time() {
        let mut old = key("old", KeyState::Active, 0);
        assert_eq!(SCHEDULE.due(&[&old], Time(89 * DAY - 1)), None);
        assert_eq!(SCHEDULE.due(&[&old], Time(89 * DAY)), Some(Due::Make(&old)));
        let next = key("next", KeyState::Next, 89 * DAY);
        assert_eq!(
            SCHEDULE.due(&[&old, &next], Time(89 * DAY)),
            Some(Due::Name(&old, &next))
        );
        old.successor = Some("next".to_owned());
        assert_eq!(SCHEDULE.due(&[&old, &next], Time(90 * DAY - 1)), None);
        assert_eq!(
            SCHEDULE.due(&[&old, &next], Time(90 * DAY)),
            Some(Due::Switch(&old, &next))
        );
        // Who was switched off for long publishes first, and waits.
        let late = key("next", KeyState::Next, 200 * DAY);
        assert_eq!(SCHEDULE.due(&[&old, &late], Time(201 * DAY - 1)), None);
        assert_eq!(
            SCHEDULE.due(&[&old, &late], Time(201 * DAY)),
            Some(Due::Switch(&old, &late))
        );
    }

    #[test]
    fn a_key_of_the_first_version_counts_from_its_making() {
        let mut old = key("old", KeyState::Active, DAY);
        old.activated_at = None;
        assert_eq!(SCHEDULE.rotates_at(&old), Some(Time(91 * DAY)));
    }

    #[test]
    fn keys_from_outside_and_keys_that_encrypt_stay() {
        for change in [
            |key: &mut KeyRecord| key.origin = KeyOrigin::Imported,
            |key: &mut KeyRecord| key.key_use = "enc".to_owned(),
            |key: &mut KeyRecord| key.state = KeyState::Retired,
            |key: &mut KeyRecord| key.state = KeyState::Next,
        ] {
            let mut old = key("old", KeyState::Active, 0);
            change(&mut old);
            assert_eq!(SCHEDULE.rotates_at(&old), None);
            assert_eq!(SCHEDULE.due(&[&old], Time(1000 * DAY)), None);
        }
    }

    #[test]
    fn two_keys_of_an_algorithm_get_a_successor_each_and_never_the_same() {
        let (mut one, mut two) = (key("one", KeyState::Active, 0), key("two", KeyState::Active, 0));
        let next = key("next", KeyState::Next, 89 * DAY);
        one.successor = Some("next".to_owned());
        assert_eq!(
            SCHEDULE.due(&[&one, &two, &next], Time(89 * DAY)),
            Some(Due::Make(&two))
        );
        // A successor that was deleted, activated or brought from outside is none.
        two.successor = Some("gone".to_owned());
        assert_eq!(SCHEDULE.due(&[&two], Time(89 * DAY)), Some(Due::Make(&two)));
        let mut imported = key("imported", KeyState::Next, 0);
        imported.origin = KeyOrigin::Imported;
        two.successor = None;
        assert_eq!(SCHEDULE.due(&[&two, &imported], Time(89 * DAY)), Some(Due::Make(&two)));
        let mut of_another = key("rsa", KeyState::Next, 0);
        of_another.alg = "RS256".to_owned();
        assert_eq!(
            SCHEDULE.due(&[&two, &of_another], Time(89 * DAY)),
            Some(Due::Make(&two))
        );
    }
}
