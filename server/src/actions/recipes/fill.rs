//! The values that stand in the texts of a recipe: `{base}` and the other answers, and what an application has been given.

use std::collections::BTreeMap;

use protocol::client::Application;

use super::answers::Answers;
use super::catalogue::Paste;
use crate::actions::applications::setup::Setup;

/// What stands where the secret belongs once it is not shown any more.
const SECRET_PLACE: &str = "CLIENT-SECRET";

/// Values by their name.
#[derive(Clone, Debug, Default)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// The answers, and for each address `<name>_host`: its host, and its port when it has one.
    #[must_use]
    pub fn of_answers(answers: &Answers) -> Self {
        let mut values = answers.0.clone();
        for (name, answer) in &answers.0 {
            if let Some((_, rest)) = answer.split_once("://") {
                let host = rest.split('/').next().unwrap_or_default();
                values.insert(format!("{name}_host"), host.to_owned());
            }
        }
        Self(values)
    }

    /// With what `application` has been given.
    #[must_use]
    pub fn with_application(mut self, application: &Application, public_url: &str, secret: Option<&str>) -> Self {
        let setup = Setup::new(application, public_url);
        let bare = |address: &str| address.trim_end_matches('/').to_owned();
        let mut set = |name: &str, value: String| self.0.insert(name.to_owned(), value);
        set("client_secret", secret.unwrap_or(SECRET_PLACE).to_owned());
        set("slug", application.slug.clone());
        set("issuer_bare", bare(&setup.issuer));
        set("public_url", bare(public_url));
        set(
            "public_host",
            bare(public_url.split_once("://").map_or(public_url, |(_, rest)| rest)),
        );
        set("client_id", setup.client_id);
        set("issuer", setup.issuer);
        set("openid_configuration", setup.openid_configuration);
        set("authorization_endpoint", setup.authorization_endpoint);
        set("token_endpoint", setup.token_endpoint);
        set("userinfo_endpoint", setup.userinfo_endpoint);
        set("end_session_endpoint", setup.end_session_endpoint);
        set("jwks_uri", setup.jwks_uri);
        self
    }

    /// `text` with every value that is known in its place; everything else in braces stays.
    #[must_use]
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            let name = from[1..].split('}').next().unwrap_or_default();
            let whole = from.get(..name.len() + 2).filter(|whole| whole.ends_with('}'));
            if let (Some(whole), Some(value)) = (whole, self.0.get(name)) {
                filled.push_str(value);
                rest = &from[whole.len()..];
            } else {
                filled.push('{');
                rest = &from[1..];
            }
        }
        filled.push_str(rest);
        filled
    }
}

/// What goes into the configuration of an application, filled in.
#[must_use]
pub fn filled_paste(pastes: &[Paste], values: &Values) -> Vec<Paste> {
    let filled = pastes.iter().map(|paste| Paste {
        title: values.fill(&paste.title),
        text: paste.text.as_deref().map(|text| values.fill(text.trim_matches('\n'))),
        fields: paste
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), values.fill(value)))
            .collect(),
    });
    filled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_filled_in_and_other_braces_stay() {
        let values = Values(BTreeMap::from([
            ("base".to_owned(), "https://a.example".to_owned()),
            ("id".to_owned(), "{base}".to_owned()),
        ]));
        let cases = [
            ("{base}/cb", "https://a.example/cb"),
            ("x {id} y", "x {base} y"),
            ("{ \"a\": {base} }", "{ \"a\": https://a.example }"),
            ("{{base}} {unknown} {", "{https://a.example} {unknown} {"),
            ("{bäse}{base", "{bäse}{base"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(values.fill(text), expected, "{text}");
        }
    }
}
