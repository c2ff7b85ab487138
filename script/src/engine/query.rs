//! The methods of a query set, over lists of objects: `filter`, `exclude`, `exists`, `first`, `order_by`, `values_list`, ...

use std::cmp::Ordering;
use std::collections::HashSet;

use monty_types::{ExcType, MontyObject};

use super::arguments::{Answer, Arguments, Stop, raise};
use super::objects::{Attribute, Objects};
use super::regexes::Regexes;

/// What a query needs beside its list.
pub(super) struct Query<'q, 'a> {
    pub(super) objects: &'q mut Objects<'a>,
    pub(super) words: &'q HashSet<String>,
    pub(super) regexes: &'q mut Regexes,
}

impl Query<'_, '_> {
    /// Runs a method over the items of a set.
    pub(super) fn run(&mut self, method: &str, items: Vec<MontyObject>, arguments: Arguments) -> Answer {
        Ok(match method {
            "all" => MontyObject::List(items),
            "filter" => MontyObject::List(self.matching(items, &arguments.rest(0)?, true)?),
            "exclude" => MontyObject::List(self.matching(items, &arguments.rest(0)?, false)?),
            "exists" => MontyObject::Bool(!items.is_empty()),
            "count" => MontyObject::Int(i64::try_from(items.len()).unwrap_or(i64::MAX)),
            "first" => items.into_iter().next().unwrap_or(MontyObject::None),
            "last" => items.into_iter().next_back().unwrap_or(MontyObject::None),
            "distinct" => MontyObject::List(distinct(items)),
            "order_by" => MontyObject::List(self.ordered(items, &arguments.plain)?),
            "values_list" => MontyObject::List(self.values(&items, arguments)?),
            _ => self.one(items, &arguments.rest(0)?)?,
        })
    }

    /// Whether any item matches all filters.
    pub(super) fn any(&mut self, items: Vec<MontyObject>, filters: &[(String, MontyObject)]) -> Result<bool, Stop> {
        Ok(!self.matching(items, filters, true)?.is_empty())
    }

    fn one(&mut self, items: Vec<MontyObject>, filters: &[(String, MontyObject)]) -> Answer {
        let mut found = self.matching(items, filters, true)?;
        match (found.pop(), found.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => raise(ExcType::LookupError, "no object matches the query"),
            (_, more) => raise(ExcType::LookupError, format!("{} objects match the query", more + 1)),
        }
    }

    fn matching(
        &mut self,
        items: Vec<MontyObject>,
        filters: &[(String, MontyObject)],
        wanted: bool,
    ) -> Result<Vec<MontyObject>, Stop> {
        let mut kept = Vec::new();
        for item in items {
            let mut all = true;
            for (lookup, value) in filters {
                if !self.matches(&item, lookup, value)? {
                    all = false;
                    break;
                }
            }
            if all == wanted {
                kept.push(item);
            }
        }
        Ok(kept)
    }

    /// Whether an item matches `field__field__comparison=value`.
    fn matches(&mut self, item: &MontyObject, lookup: &str, wanted: &MontyObject) -> Result<bool, Stop> {
        let mut current = item.clone();
        let mut parts = lookup.split("__").peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none()
                && let Some(comparison) = Comparison::of(part)
                && part != lookup
            {
                return self.compare(&current, comparison, wanted);
            }
            current = match self.read(&current, part)? {
                Some(value) => value,
                None if matches!(current, MontyObject::Dict(_)) => MontyObject::None,
                None => {
                    return raise(
                        ExcType::ValueError,
                        format!("Cannot resolve keyword '{part}' into a field"),
                    );
                }
            };
        }
        Ok(same(&current, wanted))
    }

    fn compare(&mut self, value: &MontyObject, how: Comparison, wanted: &MontyObject) -> Result<bool, Stop> {
        let (left, right) = (value.to_string(), wanted.to_string());
        let lower = || (left.to_lowercase(), right.to_lowercase());
        Ok(match how {
            Comparison::Exact => same(value, wanted),
            Comparison::IExact => lower().0 == lower().1,
            Comparison::Contains => left.contains(&right),
            Comparison::IContains => lower().0.contains(&lower().1),
            Comparison::StartsWith => left.starts_with(&right),
            Comparison::IStartsWith => lower().0.starts_with(&lower().1),
            Comparison::EndsWith => left.ends_with(&right),
            Comparison::IEndsWith => lower().0.ends_with(&lower().1),
            Comparison::In => elements(wanted).iter().any(|element| same(value, element)),
            Comparison::Gt => order(value, wanted) == Some(Ordering::Greater),
            Comparison::Gte => matches!(order(value, wanted), Some(Ordering::Greater | Ordering::Equal)),
            Comparison::Lt => order(value, wanted) == Some(Ordering::Less),
            Comparison::Lte => matches!(order(value, wanted), Some(Ordering::Less | Ordering::Equal)),
            Comparison::IsNull => matches!(value, MontyObject::None) == wanted.is_truthy(),
            Comparison::Regex => self.regexes.find(&left, &right)?,
        })
    }

    /// A field of an object or a key of a dictionary.
    fn read(&mut self, object: &MontyObject, name: &str) -> Result<Option<MontyObject>, Stop> {
        let pairs = match object {
            MontyObject::ClassInstance(instance) => &instance.attrs,
            MontyObject::Dict(pairs) => pairs,
            _ => return Ok(None),
        };
        let handed = pairs
            .iter()
            .find(|(key, _)| matches!(key, MontyObject::String(key) if key == name));
        if let Some((_, value)) = handed {
            return Ok(Some(value.clone()));
        }
        let MontyObject::ClassInstance(instance) = object else {
            return Ok(None);
        };
        Ok(match self.objects.attribute(instance.instance_id, name, self.words) {
            Attribute::Value(value) => Some(value),
            Attribute::Missing | Attribute::NeedsGroups(_) => None,
        })
    }

    fn field(&mut self, item: &MontyObject, name: &str) -> Answer {
        let mut current = item.clone();
        for part in name.split("__") {
            current = match self.read(&current, part)? {
                Some(value) => value,
                None => {
                    return raise(
                        ExcType::ValueError,
                        format!("Cannot resolve keyword '{part}' into a field"),
                    );
                }
            };
        }
        Ok(current)
    }

    fn ordered(&mut self, items: Vec<MontyObject>, fields: &[MontyObject]) -> Result<Vec<MontyObject>, Stop> {
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            let mut keys = Vec::with_capacity(fields.len());
            for field in fields {
                let field = field.to_string();
                let (name, down) = field
                    .strip_prefix('-')
                    .map_or((field.as_str(), false), |name| (name, true));
                keys.push((self.field(&item, name)?, down));
            }
            keyed.push((keys, item));
        }
        keyed.sort_by(|(left, _), (right, _)| {
            let pairs = left.iter().zip(right);
            pairs.fold(Ordering::Equal, |so_far, ((left, down), (right, _))| {
                so_far.then_with(|| {
                    let ordering = order(left, right).unwrap_or(Ordering::Equal);
                    if *down { ordering.reverse() } else { ordering }
                })
            })
        });
        Ok(keyed.into_iter().map(|(_, item)| item).collect())
    }

    fn values(&mut self, items: &[MontyObject], mut arguments: Arguments) -> Result<Vec<MontyObject>, Stop> {
        let flat = arguments.take(usize::MAX, "flat").is_some_and(|flat| flat.is_truthy());
        let fields: Vec<String> = arguments.plain.iter().map(ToString::to_string).collect();
        if fields.is_empty() || (flat && fields.len() > 1) {
            return raise(
                ExcType::TypeError,
                "values_list() takes field names; with flat=True exactly one",
            );
        }
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let mut row = Vec::with_capacity(fields.len());
            for field in &fields {
                row.push(self.field(item, field)?);
            }
            rows.push(match (flat, row.pop()) {
                (true, Some(value)) => value,
                (_, last) => MontyObject::Tuple(row.into_iter().chain(last).collect()),
            });
        }
        Ok(rows)
    }
}

#[derive(Clone, Copy)]
enum Comparison {
    Exact,
    IExact,
    Contains,
    IContains,
    StartsWith,
    IStartsWith,
    EndsWith,
    IEndsWith,
    In,
    Gt,
    Gte,
    Lt,
    Lte,
    IsNull,
    Regex,
}

impl Comparison {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "exact" => Self::Exact,
            "iexact" => Self::IExact,
            "contains" => Self::Contains,
            "icontains" => Self::IContains,
            "startswith" => Self::StartsWith,
            "istartswith" => Self::IStartsWith,
            "endswith" => Self::EndsWith,
            "iendswith" => Self::IEndsWith,
            "in" => Self::In,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "isnull" => Self::IsNull,
            "regex" => Self::Regex,
            _ => return None,
        })
    }
}

fn elements(value: &MontyObject) -> &[MontyObject] {
    match value {
        MontyObject::List(items)
        | MontyObject::Tuple(items)
        | MontyObject::Set(items)
        | MontyObject::FrozenSet(items) => items,
        _ => &[],
    }
}

/// Equality as Python has it between truth values, numbers and the rest; two objects of ours are the same when their
/// key is.
fn same(left: &MontyObject, right: &MontyObject) -> bool {
    match (left, right) {
        (MontyObject::Bool(_) | MontyObject::Int(_) | MontyObject::Float(_), _) => {
            order(left, right).map_or(left == right, |ordering| ordering == Ordering::Equal)
        }
        (MontyObject::ClassInstance(one), MontyObject::ClassInstance(other)) => {
            one.class_type.id == other.class_type.id && key(one) == key(other)
        }
        _ => left == right,
    }
}

fn key(instance: &monty_types::MontyClassInstance) -> Option<&MontyObject> {
    let pairs = instance.attrs.iter();
    let mut keys = pairs.filter(|(name, _)| matches!(name, MontyObject::String(name) if name == "pk"));
    keys.next().map(|(_, value)| value)
}

#[expect(clippy::cast_precision_loss, reason = "numbers that large compare as floats do")]
fn number(value: &MontyObject) -> Option<f64> {
    match value {
        MontyObject::Bool(truth) => Some(f64::from(u8::from(*truth))),
        MontyObject::Int(number) => Some(*number as f64),
        MontyObject::Float(number) => Some(*number),
        _ => None,
    }
}

fn order(left: &MontyObject, right: &MontyObject) -> Option<Ordering> {
    match (left, right) {
        (MontyObject::String(left), MontyObject::String(right)) => Some(left.cmp(right)),
        (MontyObject::Int(left), MontyObject::Int(right)) => Some(left.cmp(right)),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

fn distinct(items: Vec<MontyObject>) -> Vec<MontyObject> {
    let mut kept: Vec<MontyObject> = Vec::new();
    for item in items {
        if !kept.iter().any(|other| same(other, &item)) {
            kept.push(item);
        }
    }
    kept
}
