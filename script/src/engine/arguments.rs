//! The arguments of a call, by place or by name, and the exceptions that a call raises.

use monty_types::{ExcType, MontyException, MontyObject};

use super::convert::NoJson;
use crate::outcome::RunFault;

/// Why a call has no value.
#[derive(Debug)]
pub(super) enum Stop {
    /// It raises; the expression may catch it.
    Raise(MontyException),
    /// The run ends; the expression can not catch it.
    Fault(RunFault),
}

/// What a call yields.
pub(super) type Answer = Result<MontyObject, Stop>;

/// Raises an exception of Python.
pub(super) fn raise<T>(kind: ExcType, message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Raise(MontyException::new(kind, Some(message.into()))))
}

/// Raises `AttributeError`.
pub(super) fn no_attribute<T>(object: &MontyObject, name: &str) -> Result<T, Stop> {
    let class = object.type_name();
    raise(
        ExcType::AttributeError,
        format!("'{class}' object has no attribute '{name}'"),
    )
}

/// What can not be written as JSON is a `TypeError` in an argument.
pub(super) fn as_argument<T>(result: Result<T, NoJson>) -> Result<T, Stop> {
    match result {
        Ok(value) => Ok(value),
        Err(NoJson::Kind(kind)) => raise(ExcType::TypeError, format!("{kind} can not be sent")),
        Err(NoJson::TooLarge) => raise(ExcType::ValueError, "the argument is too large"),
    }
}

/// The arguments of one call.
#[derive(Debug)]
pub(super) struct Arguments {
    /// The function, for messages.
    pub(super) function: String,
    pub(super) plain: Vec<MontyObject>,
    pub(super) named: Vec<(String, MontyObject)>,
}

impl Arguments {
    pub(super) fn new(function: String, plain: Vec<MontyObject>, named: Vec<(MontyObject, MontyObject)>) -> Self {
        Self {
            function,
            plain,
            named: named
                .into_iter()
                .map(|(name, value)| (name.to_string(), value))
                .collect(),
        }
    }

    /// The argument at a place or with a name; it is taken out.
    pub(super) fn take(&mut self, place: usize, name: &str) -> Option<MontyObject> {
        if let Some(value) = self.plain.get_mut(place) {
            return Some(std::mem::replace(value, MontyObject::None));
        }
        let at = self.named.iter().position(|(other, _)| other == name)?;
        Some(self.named.remove(at).1)
    }

    /// An argument that must be there.
    pub(super) fn need(&mut self, place: usize, name: &str) -> Answer {
        match self.take(place, name) {
            Some(value) => Ok(value),
            None => {
                let function = &self.function;
                raise(
                    ExcType::TypeError,
                    format!("{function}() missing the argument '{name}'"),
                )
            }
        }
    }

    /// An argument that must be there, as text.
    pub(super) fn text(&mut self, place: usize, name: &str) -> Result<String, Stop> {
        Ok(self.need(place, name)?.to_string())
    }

    /// An argument that may be absent or `None`, as text.
    pub(super) fn maybe_text(&mut self, place: usize, name: &str) -> Option<String> {
        match self.take(place, name) {
            None | Some(MontyObject::None) => None,
            Some(value) => Some(value.to_string()),
        }
    }

    /// Nothing but named arguments is left.
    pub(super) fn rest(self, places: usize) -> Result<Vec<(String, MontyObject)>, Stop> {
        if self.plain.len() > places {
            let (function, given) = (&self.function, self.plain.len());
            return raise(
                ExcType::TypeError,
                format!("{function}() takes {places} positional arguments but {given} were given"),
            );
        }
        Ok(self.named)
    }
}

/// A list or tuple or set of texts, or a single text.
pub(super) fn text_list(value: &MontyObject) -> Vec<String> {
    match value {
        MontyObject::None => Vec::new(),
        MontyObject::List(items)
        | MontyObject::Tuple(items)
        | MontyObject::Set(items)
        | MontyObject::FrozenSet(items) => items.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    }
}
