//! A form while it is filled in: what stands in it, what stood in it when it was given out, and what is wrong with it. Pure.
//!
//! A form remembers a digest of what it showed (`seen`). So only what somebody has touched is sent to the API, and when somebody
//! else has changed the record meanwhile, what each of the two has changed can be told apart.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::form::Form;
use super::resource::{Field, Kind, On, Resource};
use super::values::{self, Inputs, Mistyped, digest_of, named_by};

/// The most records of a field that are shown as chosen; what is beyond stays chosen.
pub(super) const MOST_CHOSEN: usize = 50;

/// What the API says is wrong about something that is no field, and the field that answers it.
const ANSWERED_BY: [(&str, &str); 1] = [("samples", "accept_samples")];

/// A form.
#[derive(Debug, Default)]
pub(super) struct Draft {
    inputs: BTreeMap<&'static str, Inputs>,
    seen: BTreeMap<&'static str, String>,
    /// Chosen records that were shown, of a field with more of them.
    shown: BTreeMap<&'static str, Vec<String>>,
    /// How many more are chosen than are shown.
    pub(super) more: BTreeMap<&'static str, usize>,
    /// What is wrong, by field.
    pub(super) problems: BTreeMap<String, String>,
    /// What somebody else has stored meanwhile where this form says otherwise.
    pub(super) theirs: BTreeMap<&'static str, Inputs>,
    /// What somebody else has changed and this form has not.
    pub(super) changed: Vec<&'static str>,
    /// What was searched for, by field.
    pub(super) searches: BTreeMap<&'static str, String>,
}

/// The fields of a new record, or of one that is there.
pub(super) fn fields_of(resource: &Resource, is_new: bool) -> Vec<&'static Field> {
    let other = if is_new { On::Stored } else { On::New };
    resource.fields().filter(|field| field.on != other).collect()
}

impl Draft {
    /// The form of something new.
    pub(super) fn blank(fields: &[&'static Field]) -> Self {
        let mut draft = Self::default();
        for field in fields {
            draft.put(field, values::initial(field));
        }
        draft
    }

    /// The form of a record.
    pub(super) fn stored(fields: &[&'static Field], record: &Value) -> Self {
        let mut draft = Self::default();
        for field in fields {
            draft.put(
                field,
                values::show(field, record.get(field.name).unwrap_or(&Value::Null)),
            );
        }
        draft
    }

    /// The form as it came back.
    pub(super) fn sent(fields: &[&'static Field], form: &Form) -> Self {
        let mut draft = Self::default();
        let seen: BTreeMap<&str, &str> = form
            .get("seen")
            .unwrap_or_default()
            .split(' ')
            .filter_map(|pair| pair.split_once(':'))
            .collect();
        for field in fields {
            let Some(digest) = seen.get(field.name) else { continue };
            let inputs = values::normalise(field, form.all(field.name).map(str::to_owned).collect());
            draft.inputs.insert(field.name, inputs);
            draft.seen.insert(field.name, (*digest).to_owned());
            if let Some(shown) = form.get(&format!("shown:{}", field.name)) {
                draft
                    .shown
                    .insert(field.name, shown.split(' ').map(str::to_owned).collect());
            }
            if let Some(search) = form.get(&format!("find:{}", field.name)) {
                draft.searches.insert(field.name, search.to_owned());
            }
        }
        draft
    }

    /// What was typed into fields whose inputs are named with a prefix; nothing is known of what stood there before.
    pub(super) fn typed(fields: &[&'static Field], form: &Form, prefix: &str) -> Self {
        let mut draft = Self::default();
        for field in fields {
            let name = format!("{prefix}{}", field.name);
            let inputs = values::normalise(field, form.all(&name).map(str::to_owned).collect());
            draft.inputs.insert(field.name, inputs);
            if let Some(search) = form.get(&format!("find:{name}")) {
                draft.searches.insert(field.name, search.to_owned());
            }
        }
        draft
    }

    fn put(&mut self, field: &'static Field, mut inputs: Inputs) {
        if is_several(field) && inputs.len() > MOST_CHOSEN {
            self.more.insert(field.name, inputs.len() - MOST_CHOSEN);
            inputs.truncate(MOST_CHOSEN);
            self.shown.insert(field.name, inputs.clone());
        }
        self.seen.insert(field.name, digest_of(field, &inputs));
        self.inputs.insert(field.name, inputs);
    }

    /// Fills in what a link to the form says, as if somebody had typed it.
    pub(super) fn prefill(&mut self, field: &'static Field, text: &str) {
        // Only what says which record is meant: no link ticks a box that gives something.
        let is_name = matches!(field.kind, Kind::Line | Kind::Code | Kind::Choice(_) | Kind::One(_));
        if self.inputs.contains_key(field.name) && is_name {
            self.inputs.insert(field.name, vec![text.to_owned()]);
        }
    }

    /// Fills in what this form begins with where nobody has typed yet. Ours, never what a link says.
    pub(super) fn suggest(&mut self, field: &'static Field, text: &str) {
        self.inputs.insert(field.name, vec![text.to_owned()]);
    }

    /// What stands in the inputs of a field.
    pub(super) fn inputs(&self, field: &Field) -> &[String] {
        self.inputs.get(field.name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the form has the field.
    pub(super) fn has(&self, field: &Field) -> bool {
        self.inputs.contains_key(field.name)
    }

    fn touched(&self, field: &Field) -> bool {
        let inputs = self.inputs.get(field.name);
        inputs.is_some_and(|inputs| self.seen.get(field.name) != Some(&digest_of(field, inputs)))
    }

    /// Inputs that nobody sees.
    pub(super) fn hidden(&self) -> Vec<(String, String)> {
        let seen: Vec<String> = self
            .seen
            .iter()
            .map(|(name, digest)| format!("{name}:{digest}"))
            .collect();
        let mut hidden = vec![("seen".to_owned(), seen.join(" "))];
        hidden.extend(
            self.shown
                .iter()
                .map(|(name, shown)| (format!("shown:{name}"), shown.join(" "))),
        );
        hidden
    }

    /// The JSON of what was touched. `stored`: the record as it is, for fields of which only a part was shown.
    pub(super) fn body(
        &mut self,
        fields: &[&'static Field],
        stored: Option<&Value>,
        say: impl Fn(&Mistyped) -> String,
    ) -> Option<Value> {
        let mut body = Map::new();
        let touched: Vec<&'static Field> = fields.iter().copied().filter(|field| self.touched(field)).collect();
        for field in touched {
            let inputs = self.inputs.get(field.name).cloned().unwrap_or_default();
            match values::read(field, &inputs) {
                Ok(value) => {
                    let value = self.whole(field, value, stored);
                    body.insert(field.name.to_owned(), value);
                }
                Err(mistyped) => {
                    self.problems.insert(field.name.to_owned(), say(&mistyped));
                }
            }
        }
        self.problems.is_empty().then_some(Value::Object(body))
    }

    /// The JSON of everything, for actions: they have no record whose fields could stay as they are.
    pub(super) fn whole_body(&mut self, fields: &[&'static Field], say: impl Fn(&Mistyped) -> String) -> Option<Value> {
        let mut body = Map::new();
        for field in fields {
            let inputs = self.inputs.get(field.name).cloned().unwrap_or_default();
            match values::read(field, &inputs) {
                Ok(Value::Null) => {}
                Ok(value) => {
                    body.insert(field.name.to_owned(), value);
                }
                Err(mistyped) => {
                    self.problems.insert(field.name.to_owned(), say(&mistyped));
                }
            }
        }
        self.problems.is_empty().then_some(Value::Object(body))
    }

    /// A list of which only the first part was shown: the rest stays.
    fn whole(&self, field: &Field, value: Value, stored: Option<&Value>) -> Value {
        let (Some(shown), Some(stored)) = (
            self.shown.get(field.name),
            stored.and_then(|record| record.get(field.name)),
        ) else {
            return value;
        };
        let chosen: Vec<&Value> = value.as_array().into_iter().flatten().collect();
        let stored: Vec<&Value> = stored.as_array().into_iter().flatten().collect();
        let was_shown = |item: &Value| item.as_str().is_some_and(|text| shown.iter().any(|one| one == text));
        let kept = stored.iter().filter(|item| !was_shown(item) || chosen.contains(item));
        let added = chosen.iter().filter(|item| !stored.contains(item));
        json!(kept.chain(added).collect::<Vec<_>>())
    }

    /// Puts the form beside the record as somebody else has left it: what only they have changed is taken over, and where both
    /// say something, theirs stands beside.
    pub(super) fn meet(&mut self, fields: &[&'static Field], record: &Value) {
        for field in fields {
            if !self.inputs.contains_key(field.name) {
                continue;
            }
            let mut now = Self::default();
            now.put(
                field,
                values::show(field, record.get(field.name).unwrap_or(&Value::Null)),
            );
            let (Some(theirs), Some(digest)) = (now.inputs.remove(field.name), now.seen.remove(field.name)) else {
                continue;
            };
            let they_did = self.seen.get(field.name) != Some(&digest);
            if they_did && !self.touched(field) {
                self.inputs.insert(field.name, theirs);
                self.changed.push(field.name);
            } else if they_did && self.inputs.get(field.name) != Some(&theirs) {
                self.theirs.insert(field.name, theirs);
            }
            self.seen.insert(field.name, digest);
            if let Some(more) = now.more.remove(field.name) {
                self.more.insert(field.name, more);
            }
            match now.shown.remove(field.name) {
                Some(shown) => self.shown.insert(field.name, shown),
                None => self.shown.remove(field.name),
            };
        }
    }

    /// Takes over what the API says is wrong; what this form has no field for is given back.
    pub(super) fn refuse(&mut self, errors: &[(String, String)]) -> Vec<String> {
        let mut others = Vec::new();
        for (field, message) in errors {
            let end = field.find(['[', '.']).unwrap_or(field.len());
            let (name, place) = field.split_at(end);
            let answer = ANSWERED_BY.iter().find(|(about, _)| *about == name);
            let name = answer.map_or(name, |(_, field)| *field);
            let message = if place.is_empty() {
                message.clone()
            } else {
                format!("{place}: {message}")
            };
            if self.inputs.contains_key(name) {
                let said = self.problems.entry(name.to_owned()).or_default();
                if !said.is_empty() {
                    said.push(' ');
                }
                said.push_str(&message);
            } else {
                others.push(if name.is_empty() {
                    message
                } else {
                    format!("{name}: {message}")
                });
            }
        }
        others
    }
}

/// Whether a field holds several records.
pub(super) const fn is_several(field: &Field) -> bool {
    matches!(field.kind, Kind::Many(_) | Kind::ManyOrAll(_))
}

/// A record among those to choose from: how the API names it, and what people call it.
pub(super) fn option(field: &Field, resource: &Resource, record: &Value) -> Option<(String, String)> {
    let (Kind::One(of) | Kind::Many(of) | Kind::ManyOrAll(of)) = field.kind else {
        return None;
    };
    Some((named_by(of, record), super::cells::called(resource, record)))
}
