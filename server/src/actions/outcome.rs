//! What a use case answers when it can not do what was asked, field by field, and what it remarks when it can.

use serde::Serialize;
use store::StoreError;
use utoipa::ToSchema;

/// The longest name of a record, in characters.
const LONGEST_NAME: usize = 200;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Name of the field.
    pub field: String,
    /// Stable code: `required`, `unknown_field`, `wrong_type`, `invalid`, `taken`, `too_long`, `read_only`,
    /// `not_supported`, `not_found`, `changed`; for redirect patterns `pattern_text`, `pattern_syntax`, `pattern_too_large`,
    /// `pattern_scheme`, `pattern_domain`, `pattern_character`, `pattern_port`, `pattern_fragment`.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub message: String,
}

impl FieldError {
    /// An error of one field.
    #[must_use]
    pub fn new(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            code,
            message: message.into(),
        }
    }

    /// A value of the right type that does not fit.
    #[must_use]
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::new(field, "invalid", message)
    }

    /// A field that must be given.
    #[must_use]
    pub fn required(field: &str) -> Self {
        Self::new(field, "required", "This field is required.")
    }

    /// What is wrong with `name`, which must be there and has at most 200 characters.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.trim().chars().count() {
            0 => Some(Self::required("name")),
            1..=LONGEST_NAME => None,
            _ => Some(Self::new("name", "too_long", "A name may have at most 200 characters.")),
        }
    }

    /// A value that names something that is not there.
    #[must_use]
    pub fn not_found(field: &str, message: impl Into<String>) -> Self {
        Self::new(field, "not_found", message)
    }

    /// Something that this version does not do.
    #[must_use]
    pub fn not_supported(field: &str) -> Self {
        Self::new(
            field,
            "not_supported",
            "This version does not support this; nothing was saved.",
        )
    }
}

/// Something about a saved value that is allowed but not good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Warning {
    /// Name of the field.
    pub field: String,
    /// Stable code.
    pub code: &'static str,
    /// What is not good about it.
    pub message: String,
    /// What would be better.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// Why a use case did nothing.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    /// Fields are wrong; all that were found.
    #[error("{}", describe(.0))]
    Invalid(Vec<FieldError>),
    /// There is no such record.
    #[error("There is no such record.")]
    NotFound,
    /// The record is not the one that the caller has read (`If-Match`).
    #[error("The record was changed meanwhile; read it again.")]
    Stale,
    /// The state of the record does not allow it; the text says why.
    #[error("{0}")]
    Conflict(String),
    /// The caller may not do this; the text says why.
    #[error("{0}")]
    Forbidden(String),
    /// The store could not do it.
    #[error(transparent)]
    Store(StoreError),
}

impl ActionError {
    /// One field is wrong.
    #[must_use]
    pub fn field(error: FieldError) -> Self {
        Self::Invalid(vec![error])
    }
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken { column } => {
                Self::field(FieldError::new(column, "taken", "This value is taken; choose another."))
            }
            StoreError::Conflict => Self::Conflict("The record was changed meanwhile; try again.".to_owned()),
            other => Self::Store(other),
        }
    }
}

/// The errors of all fields in one line, for shells.
fn describe(errors: &[FieldError]) -> String {
    let lines: Vec<String> = errors
        .iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect();
    lines.join(" ")
}
