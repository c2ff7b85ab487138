//! What a person answers to the questions of a recipe. Answers stand in configuration files of others, so they hold nothing that could
//! end a value there.

use std::collections::BTreeMap;

use super::catalogue::{Question, QuestionKind, Recipe};
use crate::actions::outcome::FieldError;

/// The longest answer.
const LONGEST: usize = 500;

/// Answers by the name of the question.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Answers(pub(super) BTreeMap<String, String>);

impl Answers {
    /// Checks answers to all questions of `recipe`.
    ///
    /// # Errors
    /// One entry for each answer that is missing, wrong or not asked for; the field is the name of the question.
    pub fn complete(recipe: &Recipe, given: &BTreeMap<String, String>) -> Result<Self, Vec<FieldError>> {
        Self::check(recipe, given, true)
    }

    /// Checks those answers that were given.
    ///
    /// # Errors
    /// See [`Answers::complete`].
    pub fn partial(recipe: &Recipe, given: &BTreeMap<String, String>) -> Result<Self, Vec<FieldError>> {
        Self::check(recipe, given, false)
    }

    /// The examples of `recipe`.
    #[must_use]
    pub fn examples(recipe: &Recipe) -> Self {
        let questions = recipe.questions.iter();
        Self(
            questions
                .map(|question| (question.name.clone(), question.example.clone()))
                .collect(),
        )
    }

    /// Whether nothing was answered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn check(recipe: &Recipe, given: &BTreeMap<String, String>, all: bool) -> Result<Self, Vec<FieldError>> {
        let mut answers = BTreeMap::new();
        let mut errors = Vec::new();
        for question in &recipe.questions {
            let answer = given.get(&question.name).map(|answer| answer.trim());
            match answer.filter(|answer| !answer.is_empty()) {
                None if all => errors.push(FieldError::required(&question.name)),
                None => {}
                Some(answer) => match read(question, answer) {
                    Ok(answer) => {
                        answers.insert(question.name.clone(), answer);
                    }
                    Err(error) => errors.push(error),
                },
            }
        }
        for name in given.keys() {
            if !recipe.questions.iter().any(|question| question.name == *name) {
                let shown: String = name.chars().take(64).collect();
                errors.push(FieldError::new(
                    &shown,
                    "unknown_field",
                    "This recipe does not ask for this.",
                ));
            }
        }
        if errors.is_empty() {
            Ok(Self(answers))
        } else {
            Err(errors)
        }
    }
}

fn read(question: &Question, answer: &str) -> Result<String, FieldError> {
    if answer.len() > LONGEST {
        return Err(FieldError::new(
            &question.name,
            "too_long",
            "An answer may have at most 500 characters.",
        ));
    }
    match question.kind {
        QuestionKind::Address => address(answer).ok_or_else(|| {
            let message = format!("Write an http or https address, for instance `{}`.", question.example);
            FieldError::invalid(&question.name, message)
        }),
        QuestionKind::Word if answer.bytes().all(is_plain) => Ok(answer.to_owned()),
        QuestionKind::Word => {
            let message = format!(
                "Use letters, digits, `.`, `-`, `_`, `:` and `/`, for instance `{}`.",
                question.example
            );
            Err(FieldError::invalid(&question.name, message))
        }
    }
}

fn address(answer: &str) -> Option<String> {
    let url = url::Url::parse(answer).ok()?;
    let fits = matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    // As it was typed, because redirect URIs are compared byte for byte; only the end is ours.
    let typed = answer.trim_end_matches('/');
    (fits
        && typed
            .bytes()
            .all(|byte| is_plain(byte) || matches!(byte, b'[' | b']' | b'~' | b'%')))
    .then(|| typed.to_owned())
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'/')
}
