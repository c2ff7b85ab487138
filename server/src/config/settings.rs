//! What the program was told, as administrators may read it: a secret is named and never shown.

use url::Url;

use super::error::Place;
use super::keys::{Key, variable};
use super::value::{Kind, Raw};

/// One key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setting {
    /// Path in the file, with dots.
    pub path: &'static str,
    /// The environment variable that overrides it.
    pub variable: String,
    /// Its value as text; none: it is secret, or nobody set it and it has no fixed default.
    pub value: Option<String>,
    /// Whether its value is kept from everybody.
    pub secret: bool,
    /// Where it was set; none: nowhere.
    pub place: Option<Place>,
    /// What holds when nobody sets it.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

impl Setting {
    /// The setting of a key, with what was given for it.
    pub(super) fn new(key: &Key, given: Option<(&Place, &Raw)>) -> Self {
        let secret = matches!(key.kind, Kind::Secret(_) | Kind::SealingKeys(_));
        let value = given.filter(|_| !secret).map(|(_, raw)| match key.kind {
            Kind::Database(_) => without_credentials(&shown(raw)),
            _ => shown(raw),
        });
        Self {
            path: key.path,
            variable: variable(key.path),
            place: given
                .map(|(place, _)| place.clone())
                .filter(|place| *place != Place::Default),
            default: key.default.unwrap_or(key.default_in_words),
            meaning: key.meaning,
            value,
            secret,
        }
    }
}

fn shown(raw: &Raw) -> String {
    match raw {
        Raw::Text(text) | Raw::Integer(text) | Raw::Variable(text) => text.clone(),
        Raw::Boolean(on) => on.to_string(),
        Raw::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(" "),
        Raw::Other(_) => String::new(),
    }
}

/// A database's address without user, password and parameters, any of which may be a secret.
fn without_credentials(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "sqlite" => text.to_owned(),
        Ok(url) => {
            let host = url.host_str().unwrap_or_default();
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("{}://{host}{port}{}", url.scheme(), url.path())
        }
        // It was checked before; what is no address is not shown.
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_of_a_database_is_shown() {
        for (text, expected) in [
            (
                "postgres://u:p@db.example:5433/v?password=x",
                "postgres://db.example:5433/v",
            ),
            ("postgres://db.example/v", "postgres://db.example/v"),
            ("sqlite:///var/lib/v.db", "sqlite:///var/lib/v.db"),
            ("nonsense", ""),
        ] {
            assert_eq!(without_credentials(text), expected, "{text}");
        }
    }
}
