//! What the commands that manage records share: the call, the errors of a call, the fields from the command line, and lists.

use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::output::table;
use super::{Failure, Session};
use crate::clock::Clock;
use crate::local::Local;

/// A member of the records and what stands above its column.
pub(super) type Column = (&'static str, &'static str);

/// Fields of a record beyond those that have an option of their own.
#[derive(Debug, Args)]
pub(super) struct Fields {
    /// Sets any field of the record; VALUE is JSON, or text where it is not JSON. Repeatable. `vestibule openapi` lists the fields.
    #[arg(long = "set", value_name = "FIELD=VALUE", value_parser = parse_field)]
    set: Vec<(String, Value)>,
}

fn parse_field(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((name.to_owned(), value))
}

/// The body of a call, put together from options.
#[derive(Debug, Default)]
pub(super) struct Body(Map<String, Value>);

impl Body {
    /// With `value` as `name`, when there is one.
    pub(super) fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// With the list `values` as `name`, unless it is empty.
    pub(super) fn with_list(self, name: &str, values: &[String]) -> Self {
        self.with(name, (!values.is_empty()).then(|| values.to_vec()))
    }

    /// With the fields of `--set`; nothing may be said twice.
    ///
    /// # Errors
    /// Wrong use, naming the field.
    pub(super) fn with_fields(mut self, fields: &Fields) -> Result<Value, Failure> {
        for (name, value) in &fields.set {
            if self.0.insert(name.clone(), value.clone()).is_some() {
                return Err(Failure::wrong_use(format!("{name} is given twice")));
            }
        }
        Ok(Value::Object(self.0))
    }
}

/// Which records a list shows.
#[derive(Debug, Args)]
pub(super) struct ListOptions {
    /// Shows records that hold this text.
    #[arg(long = "search", value_name = "TEXT")]
    q: Option<String>,
    /// Shows records with this value of a field. Repeatable.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = parse_filter)]
    filter: Vec<(String, String)>,
    /// How many at most, 1 to 200.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: u32,
    /// Goes on where the list before ended.
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

fn parse_filter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write FIELD=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl ListOptions {
    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("limit", &self.limit.to_string());
        query.extend_pairs(self.cursor.iter().map(|cursor| ("cursor", cursor)));
        query.extend_pairs(self.q.iter().map(|text| ("q", text)));
        query.extend_pairs(&self.filter);
        query.finish()
    }
}

/// Whether a command makes the database where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// It is made: something is about to be written.
    Make,
    /// It is a failure: there is nothing to read or change.
    Refuse,
}

/// The management API over the configured database.
pub(super) struct Api<'a> {
    local: Local,
    session: &'a Session,
}

impl<'a> Api<'a> {
    /// Opens the database that the configuration names.
    ///
    /// # Errors
    /// A mistake in the configuration, or a database that can not be opened.
    pub(super) async fn open(session: &'a Session, missing: Missing) -> Result<Self, Failure> {
        let config = session.load_config()?;
        let local = Local::open(config, Clock::System, missing == Missing::Make)
            .await
            .map_err(Failure::failed)?;
        Ok(Self { local, session })
    }

    /// Makes a call and answers its body.
    ///
    /// # Errors
    /// What the API refused: wrong use when a value is not right, a failure otherwise.
    pub(super) async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let answer = self.local.call(&method, path, body).await.map_err(Failure::failed)?;
        if answer.status < 300 {
            return Ok(answer.body);
        }
        let problem = &answer.body;
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let errors = problem["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let lines: Vec<String> = errors
            .iter()
            .map(|error| format!("{}: {}", text(error, "field"), text(error, "message")))
            .collect();
        let message = if lines.is_empty() {
            text(problem, "detail")
        } else {
            lines.join("\n")
        };
        Err(Failure {
            message,
            wrong_use: matches!(answer.status, 400 | 422),
        })
    }

    /// Prints the list at `path`.
    ///
    /// # Errors
    /// See [`Api::call`].
    pub(super) async fn list(&self, path: &str, options: &ListOptions, columns: &[Column]) -> Result<(), Failure> {
        let page = self
            .call(Method::GET, &format!("{path}?{}", options.query()), None)
            .await?;
        let items = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut text = table(columns, items);
        if let Some(cursor) = page["next_cursor"].as_str() {
            text.push_str(&format!("\nThere are more: --cursor {cursor}"));
        }
        self.session.output.result(&text, &page);
        Ok(())
    }

    /// Prints a record, with `note` below it for people.
    pub(super) fn show(&self, record: &Value, note: &str) {
        let mut text = super::output::members(record);
        if !note.is_empty() {
            text.push_str(&format!("\n\n{note}"));
        }
        self.session.output.result(&text, record);
    }

    /// Prints that something without an answer of its own was done.
    pub(super) fn done(&self, text: &str, what: &str, id: &str) {
        self.session.output.result(text, &json!({ what: id }));
    }
}

/// `/collection/id` with the id escaped, so that no id can name another path.
pub(super) fn path(collection: &str, id: &str) -> String {
    let mut path = format!("/{collection}/");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_one_segment() {
        assert_eq!(path("users", "alice-1"), "/users/alice-1");
        assert_eq!(path("users", "../keys?x=é"), "/users/%2E%2E%2Fkeys%3Fx%3D%C3%A9");
    }

    #[test]
    fn fields_are_json_or_text() {
        assert_eq!(parse_field("a=true"), Ok(("a".into(), json!(true))));
        assert_eq!(parse_field("a=x=y"), Ok(("a".into(), json!("x=y"))));
        assert_eq!(parse_field("a=\"1990\""), Ok(("a".into(), json!("1990"))));
        assert!(parse_field("a").is_err());
    }
}
