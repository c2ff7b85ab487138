//! Lists: the one builder of statements that are made while the program runs.
//!
//! Everything that becomes SQL text is a constant of the program (a [`Listing`]); what a caller says picks among allowed columns or becomes an
//! argument. A list goes on by a cursor: the last row's place in a stable order, signed, bound to the same filters, and checked as data again.

mod cursor;
pub(crate) mod search;

use crate::{
    statement::DynamicSql,
    value::{Row, RowError, Rows, Val},
};

pub use self::cursor::CursorKey;

/// Rows per page when the caller does not say, and at most.
pub const LIMIT: (u32, u32) = (50, 200);

/// The kind of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// TEXT.
    Text,
    /// BIGINT: numbers, booleans, times.
    Int,
}

/// What callers may do with a column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The name that callers use.
    pub name: &'static str,
    /// The column or expression. Must not be null where `sort` is set. One that is only filtered by may be a whole condition, with
    /// `$$` where the value goes.
    pub sql: &'static str,
    /// Kind of its values.
    pub kind: Kind,
    /// May be filtered by equality.
    pub filter: bool,
    /// May decide the order.
    pub sort: bool,
    /// Is looked at by `q` (text only).
    pub search: bool,
}

impl Column {
    /// A column that callers may filter by.
    #[must_use]
    pub const fn filtered(name: &'static str, sql: &'static str, kind: Kind) -> Self {
        Self {
            name,
            sql,
            kind,
            filter: true,
            sort: false,
            search: false,
        }
    }

    /// A text column that `q` looks at.
    #[must_use]
    pub const fn searched(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sql,
            kind: Kind::Text,
            filter: false,
            sort: false,
            search: true,
        }
    }

    /// The id: the order of making, which the primary key serves.
    #[must_use]
    pub const fn id(sql: &'static str) -> Self {
        Self {
            name: "id",
            sql,
            kind: Kind::Text,
            filter: false,
            sort: true,
            search: false,
        }
    }
}

/// One kind of list.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    /// Name of the list; a cursor of one list is refused by another.
    pub name: &'static str,
    /// What is selected: `id, slug, name`.
    pub fields: &'static str,
    /// The table, or a join: `application`.
    pub from: &'static str,
    /// A condition that always holds, or `None`. Has no parameters.
    pub condition: Option<&'static str>,
    /// The index of the searched columns (`migrations/0022_*`), where there is one: on SQLite a table of this name, and one with
    /// `_rows` behind it. PostgreSQL finds its own by itself.
    pub search_index: Option<&'static str>,
    /// A unique text column that makes the order stable.
    pub id: &'static str,
    /// What callers may name.
    pub columns: &'static [Column],
    /// Name of the column that decides the order when the caller does not say; may be descending.
    pub default_sort: (&'static str, Direction),
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Small values first.
    Ascending,
    /// Large values first.
    Descending,
}

/// What one caller asks for.
#[derive(Debug, Clone, Default)]
pub struct ListQuery<'a> {
    /// Column names and the values that they must have.
    pub filters: Vec<(&'a str, Val)>,
    /// Conditions of the program with one argument each, which stands as `$$`. The text belongs to the cursor, the argument
    /// does not: it may be the time now, which is another one for each page.
    pub conditions: Vec<(&'static str, Val)>,
    /// Text to look for in the searchable columns; upper and lower case do not matter (ASCII letters; others where the engine knows them).
    pub q: Option<&'a str>,
    /// Only at the beginning of the columns, which an index can serve.
    pub prefix: bool,
    /// Column and direction.
    pub sort: Option<(&'a str, Direction)>,
    /// 1 to 200.
    pub limit: Option<u32>,
    /// What the page before returned.
    pub cursor: Option<&'a str>,
}

/// What is wrong with a request for a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// No column of this name may be used so.
    #[error("\"{name}\" cannot be used to {usage} this list")]
    Column {
        /// What the caller said, cut to 64 characters.
        name: String,
        /// `filter` or `sort`.
        usage: &'static str,
    },
    /// A filter's value is of the wrong kind.
    #[error("the value of filter \"{name}\" is of the wrong kind")]
    Value {
        /// Name of the column.
        name: &'static str,
    },
    /// Outside 1 to 200.
    #[error("limit must be between 1 and 200")]
    Limit,
    /// Nothing can be searched here, or the text is too long or empty.
    #[error("q must be 1 to 200 bytes of text without control characters, on a list that can be searched")]
    Search,
    /// Not a cursor of ours, or of another list or other filters.
    #[error("the cursor does not belong to this list; start from the first page")]
    Cursor,
}

/// A statement that was built, and what is needed to make the next cursor.
#[derive(Debug)]
pub struct Page {
    /// For [`Db::read_dynamic`](crate::Db::read_dynamic).
    pub sql: DynamicSql,
    limit: usize,
    binding: Binding,
    /// Whether it was asked for by a cursor.
    is_later: bool,
    /// Whether that cursor leads back.
    is_back: bool,
}

/// What cursors of a list are bound to: those that lead on, and those that lead back.
#[derive(Debug)]
struct Binding {
    on: Vec<u8>,
    back: Vec<u8>,
}

/// One page of a list. Two columns beyond the listing's fields (order and id) stand at the end of each row.
#[derive(Debug)]
pub struct Listed {
    /// The rows.
    pub rows: Rows,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
    /// Where the page before ends; `None` on the first one.
    pub previous: Option<String>,
}

/// One page of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListOf<T> {
    /// The records.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
    /// Where the page before ends; `None` on the first one.
    pub previous: Option<String>,
}

impl Listing {
    fn column(
        &self,
        name: &str,
        usage: &'static str,
        allowed: fn(&Column) -> bool,
    ) -> Result<&'static Column, PageError> {
        let found = self
            .columns
            .iter()
            .find(|column| column.name == name && allowed(column));
        found.ok_or_else(|| PageError::Column {
            name: name.chars().take(64).collect(),
            usage,
        })
    }

    /// Builds the statement of one page. `by_index`: what SQLite's index finds is few ([`Listing::count_by_index`]), so it is asked.
    /// Otherwise the list is read in its order, in which what is frequent is soon found.
    pub fn build(&self, query: &ListQuery<'_>, key: &CursorKey, by_index: bool) -> Result<Page, PageError> {
        let limit = query.limit.unwrap_or(LIMIT.0);
        if !(1..=LIMIT.1).contains(&limit) {
            return Err(PageError::Limit);
        }
        let (sort, direction) = query.sort.unwrap_or(self.default_sort);
        let sort = self.column(sort, "sort", |column| column.sort)?;
        let mut args: Vec<Val> = Vec::new();
        let mut conditions: Vec<String> = self
            .condition
            .iter()
            .map(|condition| format!("({condition})"))
            .collect();
        for (name, value) in &query.filters {
            let column = self.column(name, "filter", |column| column.filter)?;
            check_kind(column, value)?;
            args.push(value.clone());
            let value = format!("${}", args.len());
            conditions.push(if column.sql.contains("$$") {
                column.sql.replace("$$", &value)
            } else {
                format!("{} = {value}", column.sql)
            });
        }
        if let Some(q) = query.q {
            conditions.push(self.search(q, query.prefix, &mut args)?);
        }
        // The cursor belongs to exactly this list, order and selection.
        let (order_name, prefix) = (format!("{direction:?}"), query.prefix.to_string());
        let mut names = vec![self.name, sort.name, &order_name, &prefix];
        names.extend(query.filters.iter().map(|(name, _)| *name));
        names.extend(query.conditions.iter().map(|(text, _)| *text));
        let on = cursor::binding(&names, &args);
        names.push("back");
        let binding = Binding {
            on,
            back: cursor::binding(&names, &args),
        };
        for (text, value) in &query.conditions {
            args.push(value.clone());
            conditions.push(format!("({})", text.replace("$$", &format!("${}", args.len()))));
        }
        if by_index {
            conditions.extend(self.found_by_index(query, &mut args));
        }
        let mut is_back = false;
        let place = match query.cursor {
            None => None,
            Some(text) => Some(match key.open(text, &binding.on, sort.kind) {
                Some(place) => place,
                None => {
                    is_back = true;
                    key.open(text, &binding.back, sort.kind).ok_or(PageError::Cursor)?
                }
            }),
        };
        // A page before is read from its end.
        let (compare, order) = match (direction, is_back) {
            (Direction::Ascending, false) | (Direction::Descending, true) => (">", "ASC"),
            (Direction::Descending, false) | (Direction::Ascending, true) => ("<", "DESC"),
        };
        if let Some((value, id)) = place {
            args.extend([value, id]);
            let (value, id) = (args.len() - 1, args.len());
            conditions.push(format!("({}, {}) {compare} (${value}, ${id})", sort.sql, self.id));
        }
        args.push(Val::Int(i64::from(limit) + 1));
        let all = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        let text = format!(
            "SELECT {fields}, {sort}, {id} FROM {from}{all} ORDER BY {sort} {order}, {id} {order} LIMIT ${limit}",
            fields = self.fields,
            sort = sort.sql,
            id = self.id,
            from = self.from,
            limit = args.len(),
        );
        Ok(Page {
            sql: DynamicSql::new(text, args),
            limit: limit as usize,
            binding,
            is_later: query.cursor.is_some(),
            is_back,
        })
    }
}

impl Page {
    /// Takes what the statement returned: cuts the row that only shows that there is more, and makes the cursors of the
    /// next page and of the one before.
    pub fn finish(&self, mut rows: Rows, key: &CursorKey) -> Result<Listed, RowError> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        if self.is_back {
            rows.reverse();
        }
        let seal = |row: &Row, binding: &[u8]| -> Result<String, RowError> {
            let end = row.width().saturating_sub(2);
            Ok(key.seal(row.val(end)?, row.text(end + 1)?, binding))
        };
        // Behind a page that was reached backwards is the one that it was reached from.
        let (before, behind) = if self.is_back {
            (more, true)
        } else {
            (self.is_later, more)
        };
        let last = rows.iter().last().filter(|_| behind);
        let first = rows.first().filter(|_| before);
        Ok(Listed {
            next: last.map(|row| seal(row, &self.binding.on)).transpose()?,
            previous: first.map(|row| seal(row, &self.binding.back)).transpose()?,
            rows,
        })
    }
}

fn check_kind(column: &Column, value: &Val) -> Result<(), PageError> {
    match (column.kind, value) {
        (Kind::Text, Val::Text(_)) | (Kind::Int, Val::Int(_)) => Ok(()),
        _ => Err(PageError::Value { name: column.name }),
    }
}
