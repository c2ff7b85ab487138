//! Property mappings: expressions that say what a source's words become of a user or a group.

use unicode_normalization::UnicodeNormalization as _;

use crate::time::Time;

/// An expression over what a source says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PropertyMapping {
    /// `pm_` and a ULID.
    pub id: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was changed last.
    pub updated_at: Time,
    /// Counts changes; part of the `ETag`.
    pub version: i64,
    /// Unique.
    pub name: String,
    /// The body of a Python-like function that returns a dictionary.
    pub expression: String,
    /// Whether it runs for every source, after the source's own.
    pub all_sources: bool,
}

impl PropertyMapping {
    /// Whether the expression names the variable `token`, and so sees tokens that a source gave for people. Letters count as what
    /// the language reads them as (NFKC), and a word in a text or a comment counts as well: an f-string is a text.
    #[must_use]
    pub fn names_token(&self) -> bool {
        let read: String = self.expression.nfkc().collect();
        let mut words = read.split(|letter: char| !(letter == '_' || letter.is_alphanumeric()));
        words.any(|word| word == "token")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_found_in_whatever_letters_it_is_written() {
        let names_token = |expression: &str| {
            PropertyMapping {
                id: String::new(),
                created_at: Time(0),
                updated_at: Time(0),
                version: 1,
                name: String::new(),
                expression: expression.to_owned(),
                all_sources: false,
            }
            .names_token()
        };
        for expression in [
            "return {'a': token['access_token']}",
            "x=token\nreturn x",
            "return {'a': f'{token}'}",
            "return {'a': \u{ff54}oken}",
            "return {'a': \u{1d42d}\u{1d428}ken}",
        ] {
            assert!(names_token(expression), "{expression}");
        }
        for expression in [
            "return {}",
            "return info['access_token']",
            "return {'tokens': my_token}",
        ] {
            assert!(!names_token(expression), "{expression}");
        }
    }
}
