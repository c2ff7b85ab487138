//! What a record may show of a request: the values of parameters that describe it. All others are named only.
//!
//! The list names what may be seen, not what must be hidden, so that a parameter that nobody thought of stays unseen.

use crate::error::OAuthError;
use crate::params::Params;
use crate::refusal::Refusal;

/// Parameters whose values describe a request and prove nothing.
const SHOWN: &[&str] = &[
    "access_type",
    "acr_values",
    "audience",
    "claims_locales",
    "client_assertion_type",
    "client_id",
    "code_challenge_method",
    "connection",
    "display",
    "error",
    "grant_type",
    "iss",
    "max_age",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "source",
    "token_type_hint",
    "ui_locales",
];

/// What stands in the place of a value that is not shown.
pub const HIDDEN: &str = "…";

/// The longest value that is shown, in characters.
const LONGEST: usize = 512;

/// The most parameters that are shown.
const MOST: usize = 40;

/// The parameters of a request, one to a line: values of those that describe it, names of the others.
#[must_use]
pub fn parameters(params: &Params) -> String {
    let mut lines: Vec<String> = params
        .iter()
        .take(MOST)
        .map(|(name, value)| {
            let name = printable(name, 64);
            if SHOWN.contains(&name.as_str()) {
                format!("{name}={}", address(&printable(value, LONGEST)))
            } else {
                format!("{name}={HIDDEN}")
            }
        })
        .collect();
    if params.iter().count() > MOST {
        lines.push(HIDDEN.to_owned());
    }
    lines.join("\n")
}

/// An address as it may be shown: whoever stands before `@` in it stays hidden.
fn address(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else {
        return text.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{HIDDEN}@{host}{behind}"),
        None => text.to_owned(),
    }
}

/// An answer in an address: where it goes, and the names of its parameters.
#[must_use]
pub fn answer(location: &str) -> String {
    let (place, rest) = match location.find(['?', '#']) {
        Some(at) => location.split_at(at),
        None => (location, ""),
    };
    let names: Vec<&str> = rest
        .split(['?', '#', '&'])
        .filter_map(|pair| pair.split('=').next())
        .filter(|name| !name.is_empty() && name.len() <= 64)
        .take(MOST)
        .collect();
    let place = address(&printable(place, LONGEST));
    if names.is_empty() {
        place
    } else {
        format!("{place}\n{}", names.join(" "))
    }
}

/// Whether what was given with a refusal may stand in a record. `nonce` and `state` may not, nor what was sent as a secret.
#[must_use]
pub const fn may_show_given(refusal: Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::UpstreamNonceWrong
            | Refusal::UpstreamAtHashWrong
            | Refusal::StateMalformed
            | Refusal::StateTooLong
            | Refusal::NonceTooLong
            | Refusal::ClientAuthenticationMalformed
    )
}

/// What was given with a refusal, as far as a record may show it.
#[must_use]
pub fn given(error: &OAuthError) -> Option<String> {
    let given = error.given.as_deref().filter(|_| may_show_given(error.refusal))?;
    Some(address(&printable(given, LONGEST + 1)))
}

/// A text without control characters, of limited length.
#[must_use]
pub fn printable(text: &str, longest: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(longest)
        .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
        .collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_describe_the_request_are_shown() {
        let params = Params::from_iter([
            ("client_id", "grafana"),
            ("redirect_uri", "https://me:secret-1@app.example.com/cb"),
            ("state", "secret-2"),
            ("nonce", "secret-3"),
            ("code_challenge", "secret-4"),
            ("login_hint", "secret-5"),
            ("something_new", "secret-6"),
            ("client_secret", "secret-7"),
            ("scope", "openid\nprofile"),
        ]);
        let shown = parameters(&params);
        assert!(!shown.contains("secret-"), "{shown}");
        assert!(shown.contains("client_id=grafana"), "{shown}");
        assert!(shown.contains("redirect_uri=https://…@app.example.com/cb"), "{shown}");
        assert!(
            shown.contains("state=…") && shown.contains("something_new=…"),
            "{shown}"
        );
        assert!(shown.contains("scope=openid\u{fffd}profile"), "{shown}");
    }

    #[test]
    fn of_an_answer_only_the_names_are_shown() {
        assert_eq!(
            answer("https://app.example.com/cb?code=abc&state=def&iss=x"),
            "https://app.example.com/cb\ncode state iss"
        );
        assert_eq!(answer("app:/cb#id_token=abc"), "app:/cb\nid_token");
        assert_eq!(answer("/login"), "/login");
    }

    #[test]
    fn long_values_and_many_parameters_end_somewhere() {
        let long = "x".repeat(5_000);
        let many = (0..200).map(|at| (format!("p{at}"), long.clone()));
        let shown = parameters(&many.collect());
        assert!(shown.len() < 1_000, "{}", shown.len());
        assert!(
            parameters(&Params::from_iter([("scope", long.as_str())]))
                .chars()
                .count()
                < 600
        );
    }
}
