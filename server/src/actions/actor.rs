//! Who does something, and the entry of the audit log that says so.

use protocol::records::Event;
use protocol::time::Time;
use serde_json::{Map, Value};
use store::Stmt;

use crate::app::App;

/// Marks a call that the program makes for whoever runs it. It is an extension of the request, which nothing can send over
/// a socket.
#[derive(Clone, Copy, Debug)]
pub struct Operator;

/// Who does something: a person, an API token, or the program itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// Id of the API token or user; `None`: the program itself, from its command line.
    pub id: Option<String>,
    /// The user on whose behalf an API token or an application acts.
    pub user: Option<String>,
    /// The application that acts with an access token.
    pub application: Option<String>,
    /// From where.
    pub client_address: Option<String>,
}

impl Actor {
    /// The program itself: its command line, its first start.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The statement that appends an event to the audit log: `action` was done to the record `target`. `detail` holds
    /// names of fields and other public words, never values that may be secret.
    #[must_use]
    pub fn event(&self, app: &App, now: Time, action: &str, target: &str, mut detail: Map<String, Value>) -> Stmt {
        if let Some(user) = &self.user {
            detail.insert("user".to_owned(), Value::from(user.as_str()));
        }
        if let Some(application) = &self.application {
            detail.insert("application".to_owned(), Value::from(application.as_str()));
        }
        store::events::insert(Event {
            id: app.new_id("evt", now),
            action: action.to_owned(),
            actor: Some(self.id.clone().unwrap_or_else(|| "system".to_owned())),
            target: Some(target.to_owned()),
            client_address: self.client_address.clone(),
            detail: Value::Object(detail),
            at: now,
        })
    }

    /// The statement that notes which fields of a record were changed.
    #[must_use]
    pub fn changed(&self, app: &App, now: Time, action: &str, target: &str, fields: &[&str]) -> Stmt {
        let mut detail = Map::new();
        detail.insert("fields".to_owned(), Value::from(fields.to_vec()));
        self.event(app, now, action, target, detail)
    }
}
