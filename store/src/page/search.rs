//! What `q` looks for: text that is anywhere in the searchable columns, found by reading them in the order of the list, or by SQLite's
//! index of every three letters (`migrations/0022_search_sqlite.sql`).

use super::{Kind, ListQuery, Listing, PageError};
use crate::statement::DynamicSql;
use crate::value::Val;

/// How many records a search by SQLite's index may find: it reads all of them to sort them.
pub(crate) const MOST_BY_INDEX: i64 = 2_000;

/// The longest search text, in bytes.
const SEARCH_LEN: usize = 200;

impl Listing {
    /// The statement that counts, up to [`MOST_BY_INDEX`] and one more, what SQLite's index finds; `None` when there is no index for this
    /// search. It has entries for three letters and more.
    pub(crate) fn count_by_index(&self, query: &ListQuery<'_>) -> Option<DynamicSql> {
        let (q, index) = (query.q?, self.search_index?);
        check_search(q).ok()?;
        let text = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {index} WHERE {index} MATCH $1 LIMIT {})",
            MOST_BY_INDEX + 1
        );
        (q.chars().count() >= 3).then(|| DynamicSql::new(text, vec![phrase(q).into()]))
    }

    /// The condition that asks SQLite's index.
    pub(super) fn found_by_index(&self, query: &ListQuery<'_>, args: &mut Vec<Val>) -> Option<String> {
        let (q, index) = (query.q?, self.search_index?);
        args.push(phrase(q).into());
        Some(format!(
            "{} IN (SELECT r.id FROM {index} JOIN {index}_rows r ON r.number = {index}.rowid WHERE {index} MATCH ${})",
            self.id,
            args.len()
        ))
    }

    /// The condition that reads the columns.
    pub(super) fn search(&self, q: &str, prefix: bool, args: &mut Vec<Val>) -> Result<String, PageError> {
        let columns = self
            .columns
            .iter()
            .filter(|column| column.search && column.kind == Kind::Text);
        check_search(q)?;
        args.push(folded_pattern(q, prefix).into());
        let n = args.len();
        // Both sides are folded by the engine, so that they are folded alike.
        let each: Vec<String> = columns
            .map(|column| format!("lower({}) LIKE lower(${n}) ESCAPE '!'", column.sql))
            .collect();
        if each.is_empty() {
            Err(PageError::Search)
        } else {
            Ok(format!("({})", each.join(" OR ")))
        }
    }
}

fn check_search(q: &str) -> Result<(), PageError> {
    if q.is_empty() || q.len() > SEARCH_LEN || q.chars().any(char::is_control) {
        return Err(PageError::Search);
    }
    Ok(())
}

/// The query of SQLite's index for a text: a phrase, whose quotes are doubled.
fn phrase(q: &str) -> String {
    format!("\"{}\"", q.replace('"', "\"\""))
}

/// The pattern of `lower(...) LIKE lower($n) ESCAPE '!'` that finds `q` anywhere, or at the beginning only.
pub(crate) fn folded_pattern(q: &str, prefix: bool) -> String {
    let mut pattern = String::from(if prefix { "" } else { "%" });
    for letter in q.chars() {
        if matches!(letter, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
