//! Lists: `?limit=&cursor=&q=&sort=&<field>=` in, `{"items":[...],"next_cursor":...}` out.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use store::Val;
use store::page::{Direction, ListOf, ListQuery};
use utoipa::ToSchema;

use super::problem::Problem;
pub(crate) use crate::actions::lists::cursor_key;
use crate::actions::outcome::FieldError;
use crate::web::extract::read_query;
use crate::web::reply;

/// What the query string of a list asks for.
#[derive(Debug, Default)]
pub(crate) struct ListParams {
    limit: Option<u32>,
    cursor: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    filters: Vec<(String, String)>,
}

/// How the value of a filter is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Filter {
    /// As text.
    Text(&'static str),
    /// `true` or `false`.
    Bool(&'static str),
}

impl<S: Send + Sync> FromRequestParts<S> for ListParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        // The careful reader of the core refuses broken escapes, NUL and too many parameters.
        let checked = read_query(Some(query));
        if let Err(error) = checked {
            return Err(Problem::invalid(vec![FieldError::invalid("query", error.public())]));
        }
        let mut params = Self::default();
        let mut errors = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            if seen.contains(&name) {
                errors.push(FieldError::invalid(&name, "This parameter stands twice."));
                continue;
            }
            seen.push(name.clone());
            match name.as_str() {
                "limit" => match value.parse() {
                    Ok(limit) => params.limit = Some(limit),
                    Err(_) => errors.push(FieldError::invalid("limit", "limit must be between 1 and 200")),
                },
                "cursor" => params.cursor = Some(value),
                "q" => params.q = Some(value),
                "sort" => params.sort = Some(value),
                _ => params.filters.push((name, value)),
            }
        }
        if errors.is_empty() {
            Ok(params)
        } else {
            Err(Problem::invalid(errors))
        }
    }
}

impl ListParams {
    /// Takes out a parameter that is no filter on a column.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let at = self.filters.iter().position(|(given, _)| given == name)?;
        Some(self.filters.remove(at).1)
    }

    /// The query for the store. `filters`: what this list can be filtered by.
    ///
    /// # Errors
    /// 422 for a parameter that this list has not, or a value of the wrong kind.
    pub(crate) fn query(&self, filters: &[Filter]) -> Result<ListQuery<'_>, Problem> {
        let mut query = ListQuery {
            q: self.q.as_deref(),
            limit: self.limit,
            cursor: self.cursor.as_deref(),
            sort: self.sort.as_deref().map(|name| match name.strip_prefix('-') {
                Some(name) => (name, Direction::Descending),
                None => (name, Direction::Ascending),
            }),
            ..ListQuery::default()
        };
        let mut errors = Vec::new();
        for (name, value) in &self.filters {
            let filter = filters.iter().find(|filter| filter.name() == name);
            match filter.map(|filter| filter.read(value)) {
                None => {
                    let shown: String = name.chars().take(64).collect();
                    let message = "This list has no such parameter.";
                    errors.push(FieldError::new(&shown, "unknown_parameter", message));
                }
                Some(Err(message)) => errors.push(FieldError::invalid(name, message)),
                Some(Ok(value)) => query.filters.push((name, value)),
            }
        }
        if errors.is_empty() {
            Ok(query)
        } else {
            Err(Problem::invalid(errors))
        }
    }
}

impl Filter {
    const fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Bool(name) => name,
        }
    }

    fn read(self, value: &str) -> Result<Val, &'static str> {
        match self {
            Self::Text(_) if value.chars().any(char::is_control) => Err("Control characters are not allowed."),
            Self::Text(_) => Ok(Val::from(value)),
            Self::Bool(_) => match value {
                "true" => Ok(Val::from(true)),
                "false" => Ok(Val::from(false)),
                _ => Err("Write `true` or `false`."),
            },
        }
    }
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The records.
    pub(crate) items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub(crate) next_cursor: Option<String>,
    /// Where the page before is; not there on the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_cursor: Option<String>,
}

/// Answers with one page, each record shown by `show`.
pub(crate) fn page<R, T: Serialize>(found: ListOf<R>, show: impl Fn(R) -> T) -> Response {
    let page = Page {
        items: found.items.into_iter().map(show).collect(),
        next_cursor: found.next,
        previous_cursor: found.previous,
    };
    reply::json(StatusCode::OK, &page).into_response()
}
