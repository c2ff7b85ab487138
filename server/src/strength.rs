//! How hard a new password is to guess, and what would make it harder.
//!
//! No rule about kinds of characters and no list of forbidden words beside it (NIST SP 800-63B-4, section 3.1.1.2): the guesses
//! that an attacker with common passwords, names, dates and patterns needs are counted.

pub use zxcvbn::feedback::{Suggestion, Warning};
use zxcvbn::{Score, zxcvbn};

/// What is looked at of a long password, in characters: the time to judge grows faster than its length.
const LOOKED_AT: usize = 80;

/// Why a password is too easy to guess, and what helps.
#[derive(Clone, Debug, PartialEq)]
pub struct Weakness {
    /// What is wrong with it.
    pub warning: Option<Warning>,
    /// What helps.
    pub suggestions: Vec<Suggestion>,
}

/// Why `password` is too easy to guess; `None`: it is not. `known`: what an attacker knows of the person, such as names and
/// addresses.
#[must_use]
pub fn find_weakness(password: &str, known: &[&str]) -> Option<Weakness> {
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let judged = zxcvbn(&looked_at, known);
    // Below ten million guesses: an attacker needs no copy of the database.
    (judged.score() < Score::Two).then(|| Weakness {
        warning: judged.feedback().and_then(zxcvbn::feedback::Feedback::warning),
        suggestions: judged
            .feedback()
            .map(|feedback| feedback.suggestions().to_vec())
            .unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_common_or_known_is_weak() {
        for weak in ["password1", "qwertzuiop", "abcabcabc", "aaaaaaaaaaaa", "12345678"] {
            assert!(find_weakness(weak, &[]).is_some(), "{weak}");
        }
        assert!(find_weakness("mirabilis.vanderbeek", &[]).is_none());
        assert!(find_weakness("mirabilis", &["mirabilis"]).is_some());
    }

    #[test]
    fn a_sentence_is_strong() {
        assert_eq!(find_weakness("correct horse battery", &["alice"]), None);
        assert_eq!(find_weakness(&"lantern over the quiet harbour ".repeat(16), &[]), None);
    }
}
