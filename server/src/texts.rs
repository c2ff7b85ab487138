//! The words of our pages in each language, and the choice of a language.
//!
//! Texts are Fluent files under `texts/`, a folder per language and a file per subject, compiled into the program. English is
//! complete by definition; a message that another language lacks is said in English. The English words of refusals stand in
//! `protocol::refusal`, those of other languages in a file of their own here. What an administrator wrote (names,
//! descriptions) is data and passes through as it is.

use std::borrow::Cow;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::pages::Markup;

/// The Fluent files of one language, joined. Every language has the same files, one for each subject.
macro_rules! texts {
    ($tag:literal) => {
        texts!(
            $tag,
            "account",
            "accounts",
            "dashboard",
            "dashboard_fields",
            "explanations",
            "factors",
            "languages",
            "mail",
            "pages",
            "rehearsal",
            "sign_in",
            "transactions",
            "wizard"
        )
    };
    ($tag:literal, $($file:literal),+) => {
        concat!($(include_str!(concat!("../texts/", $tag, "/", $file, ".ftl"))),+)
    };
}

/// Tag, writing direction and Fluent source of each language. The first one is the fallback.
const SPOKEN: [(&str, &str, &str); 4] = [
    ("en", "ltr", texts!("en")),
    ("de", "ltr", concat!(texts!("de"), texts!("de", "refusals"))),
    ("fr", "ltr", concat!(texts!("fr"), texts!("fr", "refusals"))),
    ("es", "ltr", concat!(texts!("es"), texts!("es", "refusals"))),
];

/// The tags of the languages, for `ui_locales_supported`.
pub const LANGUAGES: &[&str] = &["en", "de", "fr", "es"];

/// How many tags of one wish are looked at; the rest is ignored.
const MOST_TAGS: usize = 16;

/// A file of texts that can't be read: the program was built with a broken one.
#[derive(Debug, thiserror::Error)]
#[error("the texts of language `{language}` can't be read: {detail}")]
pub struct TextError {
    language: &'static str,
    detail: String,
}

/// The texts of all languages. Made once at start and shared.
pub struct Texts {
    languages: Vec<Language>,
}

struct Language {
    tag: &'static str,
    direction: &'static str,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Reads the texts that are compiled into the program.
    ///
    /// # Errors
    /// When a file has a syntax error or says a message twice.
    pub fn load() -> Result<Self, TextError> {
        let languages = SPOKEN
            .into_iter()
            .map(|(tag, direction, source)| Language::load(tag, direction, source))
            .collect::<Result<_, _>>()?;
        Ok(Self { languages })
    }

    /// The first language of the wish list that we speak, or English. Tags are compared by their primary subtag
    /// (`de-AT` is answered in `de`); see [`wished_languages`].
    pub fn choose<'t, T: AsRef<str>>(&'t self, tags: impl IntoIterator<Item = T>) -> Speech<'t> {
        let chosen = tags.into_iter().find_map(|tag| {
            let primary = tag
                .as_ref()
                .split(['-', '_'])
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase();
            self.languages.iter().find(|language| language.tag == primary)
        });
        Speech {
            languages: &self.languages,
            chosen: chosen.or(self.languages.first()),
        }
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.languages.iter().map(|language| language.tag))
            .finish()
    }
}

impl Language {
    fn load(tag: &'static str, direction: &'static str, source: &str) -> Result<Self, TextError> {
        let broken = |detail: String| TextError { language: tag, detail };
        let id: LanguageIdentifier = tag.parse().map_err(|error| broken(format!("{error:?}")))?;
        let resource =
            FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| broken(format!("{errors:?}")))?;
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Values are isolated in the markup (`<bdi>`), so that plain text stays searchable.
        bundle.set_use_isolating(false);
        bundle
            .add_resource(resource)
            .map_err(|errors| broken(format!("{errors:?}")))?;
        Ok(Self { tag, direction, bundle })
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        Some(self.bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
    }
}

/// The texts in the language of one request.
#[derive(Clone, Copy)]
pub struct Speech<'t> {
    languages: &'t [Language],
    chosen: Option<&'t Language>,
}

impl Speech<'_> {
    /// The language tag, for `<html lang>` and `Content-Language`.
    pub fn tag(&self) -> &'static str {
        self.chosen.map_or("en", |language| language.tag)
    }

    /// The writing direction, for `<html dir>`.
    pub fn direction(&self) -> &'static str {
        self.chosen.map_or("ltr", |language| language.direction)
    }

    /// The message `id` in each language, with the language's tag.
    pub fn say_in_each(&self, id: &str) -> Vec<(&'static str, String)> {
        self.languages
            .iter()
            .filter_map(|language| Some((language.tag, language.format(id, None)?)))
            .collect()
    }

    /// The message `id`, or none when no language has it.
    pub fn find(&self, id: &str) -> Option<String> {
        self.format(id, None)
    }

    /// The message `id`.
    pub fn say(&self, id: &str) -> String {
        self.say_args(id, None)
    }

    /// The message `id` with one value in it.
    pub fn say_with(&self, id: &str, name: &str, value: &str) -> String {
        self.say_args(id, Some(&args(name, value.into())))
    }

    /// The message `id` with several values in it.
    pub fn say_values(&self, id: &str, values: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(values.len());
        for (name, value) in values {
            args.set(Cow::Borrowed(*name), FluentValue::from(*value));
        }
        self.say_args(id, Some(&args))
    }

    /// The message `id` with a number in it, in the right plural form.
    pub fn say_count(&self, id: &str, name: &str, count: u32) -> String {
        self.say_args(id, Some(&args(name, count.into())))
    }

    /// The message `id` with one value in it, which is set apart as a name.
    pub fn rich(&self, id: &str, name: &str, value: &str) -> Markup {
        // A private-use character holds the place, so that text and value are escaped each on its own.
        const PLACE: &str = "\u{E000}";
        let text = self.say_args(id, Some(&args(name, PLACE.into())));
        let mut markup = Markup::default();
        let mut parts = text.split(PLACE);
        markup.push_text(parts.next().unwrap_or_default());
        for part in parts {
            markup.push_name(value);
            markup.push_text(part);
        }
        markup
    }

    fn say_args(&self, id: &str, args: Option<&FluentArgs<'_>>) -> String {
        self.format(id, args).unwrap_or_else(|| id.to_owned())
    }

    fn format(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        self.chosen
            .into_iter()
            .chain(self.languages.first())
            .find_map(|language| language.format(id, args))
    }
}

impl std::fmt::Debug for Speech<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Speech").field(&self.tag()).finish()
    }
}

fn args<'a>(name: &'a str, value: FluentValue<'a>) -> FluentArgs<'a> {
    let mut args = FluentArgs::with_capacity(1);
    args.set(Cow::Borrowed(name), value);
    args
}

/// The tag of the language of ours that `tag` asks for; compared by the primary subtag.
pub fn spoken(tag: &str) -> Option<&'static str> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES
        .iter()
        .copied()
        .find(|language| language.eq_ignore_ascii_case(primary))
}

/// The wished languages, most wanted first: `ui_locales` of the authorization request (OpenID Connect Core 1.0,
/// section 3.1.2.1), then the person's earlier choice, then the browser's `Accept-Language` (RFC 9110, section 12.5.4).
pub fn wished_languages<'a>(
    ui_locales: Option<&'a str>,
    earlier_choice: Option<&'a str>,
    accept_language: Option<&'a str>,
) -> Vec<&'a str> {
    let mut tags: Vec<&str> = ui_locales
        .unwrap_or_default()
        .split_ascii_whitespace()
        .take(MOST_TAGS)
        .collect();
    tags.extend(earlier_choice);
    tags.extend(parse_accept_language(accept_language.unwrap_or_default()));
    tags
}

/// The tags of an `Accept-Language` value, by falling weight. `*`, weight 0 and what can't be read are left out.
pub fn parse_accept_language(value: &str) -> Vec<&str> {
    let mut weighted: Vec<(f32, &str)> = value
        .split(',')
        .take(MOST_TAGS)
        .filter_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let tag = parts.next().filter(|tag| !tag.is_empty() && *tag != "*")?;
            let weight = match parts.next() {
                Some(weight) => weight.strip_prefix("q=")?.parse().ok()?,
                None => 1.0,
            };
            (weight > 0.0 && weight <= 1.0).then_some((weight, tag))
        })
        .collect();
    weighted.sort_by(|a, b| b.0.total_cmp(&a.0)); // stable: equal weights keep their order
    weighted.into_iter().map(|(_, tag)| tag).collect()
}
