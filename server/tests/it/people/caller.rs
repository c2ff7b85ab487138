//! A program that calls the management API with a token of its own.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use vestibule::actions::actor::Actor;
use vestibule::actions::api_tokens::{self, ApiTokenFields};
use vestibule::actions::changes::Changes;
use vestibule::actions::permissions::Permissions;

use crate::harness::{Answer, Client, Harness};

/// A caller.
pub(crate) struct Caller {
    client: Client,
    if_match: Option<String>,
    /// Id of its token.
    pub(crate) token: String,
}

/// An answer, its body read as JSON.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) json: Value,
}

impl Caller {
    /// A caller who may everything.
    pub(crate) async fn all(harness: &Harness) -> Self {
        Self::with(harness, &["*"]).await
    }

    /// A caller with these permissions.
    pub(crate) async fn with(harness: &Harness, permissions: &[&str]) -> Self {
        let fields = ApiTokenFields {
            name: Some("test".to_owned()),
            permissions: Some(permissions.iter().map(|name| (*name).to_owned()).collect()),
            ..ApiTokenFields::default()
        };
        let (actor, holds) = (Actor::system(), Permissions::all());
        let made = api_tokens::create(&harness.app, &actor, &holds, Changes::of(fields))
            .await
            .expect("a token");
        let value = format!("Bearer {}", made.value.expose_secret());
        Self {
            client: harness.client().with_header(header::AUTHORIZATION, &value),
            if_match: None,
            token: made.token.id,
        }
    }

    /// Sends this `If-Match` with the next request.
    pub(crate) fn if_match(&mut self, etag: &str) -> &mut Self {
        self.if_match = Some(etag.to_owned());
        self
    }

    /// Any request below `/api/v1`.
    pub(crate) async fn call(&mut self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some(etag) = self.if_match.take() {
            request = request.header(header::IF_MATCH, etag);
        }
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        let answer = self.client.send(request.expect("a request")).await;
        let json = if answer.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&answer.body).expect("a body of JSON")
        };
        Reply { answer, json }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.call(Method::GET, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: Value) -> Reply {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Reply {
        self.call(Method::DELETE, path, None).await
    }

    /// Makes a user and answers its id.
    pub(crate) async fn user(&mut self, username: &str) -> String {
        let made = self.post("/users", json!({"username": username})).await;
        made.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a group and answers its id.
    pub(crate) async fn group(&mut self, fields: Value) -> String {
        let made = self.post("/groups", fields).await;
        made.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    /// Every item of a list, page by page.
    pub(crate) async fn items(&mut self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = String::new();
        for _ in 0..1000 {
            let page = self.get(&format!("{path}{next}")).await;
            let page = page.expect(200);
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(cursor) => {
                    let separator = if path.contains('?') { '&' } else { '?' };
                    next = format!("{separator}cursor={cursor}");
                }
                None => return items,
            }
        }
        panic!("the list has no end");
    }

    /// The events of an action on a target, the newest first.
    pub(crate) async fn events(&mut self, action: &str, target: &str) -> Vec<Value> {
        self.items(&format!("/events?action={action}&target={target}")).await
    }
}

impl Reply {
    /// The body, when the answer has this status.
    pub(crate) fn expect(&self, status: u16) -> &Value {
        assert_eq!(
            self.answer.status,
            StatusCode::from_u16(status).expect("a status"),
            "{}",
            self.answer.body
        );
        &self.json
    }

    /// Field and code of each error of a 422.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let errors = self.expect(422)["errors"].as_array().expect("errors").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        errors
            .map(|error| (text(&error["field"]), text(&error["code"])))
            .collect()
    }

    /// The kind of the problem.
    pub(crate) fn problem(&self) -> &str {
        let kind = self.json["type"].as_str().expect("a problem");
        kind.rsplit(':').next().unwrap_or_default()
    }

    /// The `ETag`.
    pub(crate) fn etag(&self) -> String {
        self.answer.header("etag").expect("an ETag").to_owned()
    }
}

/// Ids of the items of a list.
pub(crate) fn ids(items: &[Value]) -> Vec<String> {
    items
        .iter()
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect()
}
