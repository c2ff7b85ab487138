//! Lists: `?limit=&offset=` in, `{"data":[...],"total_count":N}` out (authn.sh sheet, A-1.7).

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::failure::{Entry, FORMAT, Fault, UNKNOWN};
use crate::web::extract::read_query;
use crate::web::reply;

/// How many entries come when the caller does not say.
const LIMIT: u32 = 10;
/// The most that come at once.
const MOST: u32 = 500;
/// No list is longer.
const FARTHEST: u32 = i32::MAX as u32;

/// What the query of a list asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Paging {
    pub(super) limit: u32,
    pub(super) offset: u32,
    filters: Vec<(String, String)>,
}

impl Paging {
    /// Reads a query. `filters`: the further parameters of this list.
    pub(super) fn read(query: Option<&str>, filters: &[&str]) -> Result<Self, Fault> {
        // The careful reader of the core refuses repeated parameters, broken escapes and NUL.
        let params = read_query(query)?;
        let mut paging = Self {
            limit: LIMIT,
            offset: 0,
            filters: Vec::new(),
        };
        let mut errors = Vec::new();
        for (name, value) in params.iter() {
            match name {
                "limit" => match value.parse() {
                    Ok(limit @ 1..=MOST) => paging.limit = limit,
                    _ => errors.push(Entry::of(FORMAT, name, "Write a number from 1 to 500.")),
                },
                "offset" => match value.parse() {
                    Ok(offset @ 0..=FARTHEST) => paging.offset = offset,
                    _ => errors.push(Entry::of(FORMAT, name, "Write a whole number, zero or more.")),
                },
                _ if filters.contains(&name) => paging.filters.push((name.to_owned(), value.to_owned())),
                _ => errors.push(Entry::of(UNKNOWN, name, "This list has no such parameter.")),
            }
        }
        if errors.is_empty() {
            Ok(paging)
        } else {
            Err(Fault::invalid(errors))
        }
    }

    /// The value of a filter.
    pub(super) fn filter(&self, name: &str) -> Option<&str> {
        let found = self.filters.iter().find(|(of, _)| of == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The part of a whole list that is asked for.
    pub(super) fn cut<T>(&self, all: Vec<T>) -> Vec<T> {
        let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        all.into_iter()
            .skip(count(self.offset))
            .take(count(self.limit))
            .collect()
    }
}

#[derive(Serialize)]
struct Page<T> {
    data: Vec<T>,
    total_count: i64,
}

/// Answers with a part of a list that has `total_count` entries.
pub(super) fn page<T: Serialize>(data: Vec<T>, total_count: i64) -> Response {
    reply::json(StatusCode::OK, &Page { data, total_count })
}
