//! The redirect URIs of an application: what may be saved, what is remarked, and how long an application without any
//! learns its first.

use protocol::client::{Application, LearnRedirectUri, MatchingMode, RedirectUri};
use protocol::redirect_uri::{Pattern, Remark, check_registration};
use protocol::time::{DAY, Time};

use super::check::MOST_ENTRIES;
use super::fields::{ApplicationFields, RedirectUriFields};
use crate::actions::changes::Changes;
use crate::actions::outcome::{FieldError, Warning};

/// How long an application learns its first redirect URI.
const LESSON: i64 = DAY;

/// The entries of a request as they are kept: in their order, without repeats.
pub(super) fn check_redirect_uris(field: &str, entries: &[RedirectUriFields]) -> Result<Vec<RedirectUri>, FieldError> {
    if entries.len() > MOST_ENTRIES {
        return Err(FieldError::new(field, "too_long", "Give at most 100 addresses."));
    }
    let mut checked: Vec<RedirectUri> = Vec::with_capacity(entries.len());
    for (position, entry) in entries.iter().enumerate() {
        let place = position + 1;
        let url = &entry.url;
        let matching_mode = match entry.matching_mode.as_deref() {
            None | Some("strict") => {
                check_registration(url)
                    .map_err(|reason| FieldError::invalid(field, format!("Entry {place}: {reason}")))?;
                MatchingMode::Strict
            }
            Some("regex") => {
                Pattern::compile(url).map_err(|error| {
                    let shown: String = url.chars().take(200).collect();
                    let message = format!("Entry {place}: the pattern `{shown}` can not be saved: {error}.");
                    FieldError::new(field, error.code(), message)
                })?;
                MatchingMode::Regex
            }
            Some(_) => {
                let message = format!("Entry {place}: `matching_mode` must be `strict` or `regex`.");
                return Err(FieldError::invalid(field, message));
            }
        };
        let entry = RedirectUri {
            matching_mode,
            url: url.clone(),
        };
        if !checked.contains(&entry) {
            checked.push(entry);
        }
    }
    Ok(checked)
}

/// What is allowed but not good about the addresses.
pub(super) fn remarks(application: &Application) -> Vec<Warning> {
    let lists = [
        ("redirect_uris", &application.redirect_uris),
        ("post_logout_redirect_uris", &application.post_logout_redirect_uris),
    ];
    lists
        .into_iter()
        .flat_map(|(field, list)| list.iter().flat_map(move |entry| remarks_on(field, entry)))
        .collect()
}

fn remarks_on(field: &str, entry: &RedirectUri) -> Vec<Warning> {
    let url = entry.url.as_str();
    let plain_http = |suggestion: Option<String>| Warning {
        field: field.to_owned(),
        code: "plain_http",
        message: format!("{url} is not encrypted: others on the way can read what is sent there."),
        suggestion,
    };
    match entry.matching_mode {
        MatchingMode::Strict if check_registration(url) == Ok(Some(Remark::PlainHttp)) => {
            vec![plain_http(
                url.strip_prefix("http:").map(|rest| format!("https:{rest}")),
            )]
        }
        MatchingMode::Strict => Vec::new(),
        MatchingMode::Regex => {
            let Ok(pattern) = Pattern::compile(url) else {
                return Vec::new();
            };
            let mut warnings = Vec::new();
            if let Some(escaped) = pattern.with_dots_escaped() {
                warnings.push(Warning {
                    field: field.to_owned(),
                    code: "unescaped_dot",
                    message: format!(
                        "In a pattern a dot stands for any character; where a dot is meant in {url}, write it with a \
                         backslash before it."
                    ),
                    suggestion: Some(escaped.to_owned()),
                });
            }
            if pattern.allows_plain_http() {
                let rest = url.trim_start_matches('^');
                let secure = ["http:", "https?:", "(http|https):", "(https|http):"]
                    .iter()
                    .find_map(|scheme| rest.strip_prefix(scheme));
                warnings.push(plain_http(secure.map(|rest| format!("https:{rest}"))));
            }
            warnings
        }
    }
}

/// Says from whom a new application learns, and until when: an administrator, for one day, when it has no address.
pub(super) fn begin_lesson(application: &mut Application, changes: &Changes<ApplicationFields>, now: Time) {
    if changes.fields.learn_redirect_uri.is_none() {
        application.learn_redirect_uri = default_lesson(application);
    }
    application.learn_until = end_of_lesson(application, now);
}

/// Says from whom a changed application learns, and until when. Naming the field begins a new day; an application that
/// is given its addresses has nothing more to learn.
pub(super) fn continue_lesson(application: &mut Application, changes: &Changes<ApplicationFields>, now: Time) {
    if changes.resets("learn_redirect_uri") {
        application.learn_redirect_uri = default_lesson(application);
    } else if changes.fields.learn_redirect_uri.is_none() {
        if !application.redirect_uris.is_empty() && changes.fields.redirect_uris.is_some() {
            application.learn_redirect_uri = LearnRedirectUri::Off;
            application.learn_until = None;
        }
        return;
    }
    application.learn_until = end_of_lesson(application, now);
}

fn default_lesson(application: &Application) -> LearnRedirectUri {
    if application.redirect_uris.is_empty() {
        LearnRedirectUri::Administrator
    } else {
        LearnRedirectUri::Off
    }
}

fn end_of_lesson(application: &Application, now: Time) -> Option<Time> {
    (application.learn_redirect_uri != LearnRedirectUri::Off).then(|| now.plus(LESSON))
}
