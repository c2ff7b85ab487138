//! Keys of the recorder: what is kept of each sign-in.

use super::super::value::Kind;
use super::{Key, WEEK};

/// The keys, in the order of the reference.
pub(super) const KEYS: &[Key] = &[
    Key {
        path: "recorder.enabled",
        kind: Kind::Switch(|config, value| config.recorder.enabled = value),
        default: Some("true"),
        default_in_words: "",
        meaning: "Whether sign-ins are recorded step by step, without secrets, so that a refusal can be explained and repaired.",
        example: "false",
    },
    Key {
        path: "recorder.keep",
        kind: Kind::Span {
            least: 60,
            most: 52 * WEEK,
            set: |config, value| config.recorder.keep = value,
        },
        default: Some("days=7"),
        default_in_words: "",
        meaning: "Age at which the record of a sign-in is removed.",
        example: "\"days=30\"",
    },
    Key {
        path: "recorder.limit",
        kind: Kind::Count {
            least: 100,
            most: 10_000_000,
            set: |config, value| config.recorder.limit = value,
        },
        default: Some("20000"),
        default_in_words: "",
        meaning: "Records of sign-ins that are kept at most; the oldest ones go first.",
        example: "100000",
    },
];
