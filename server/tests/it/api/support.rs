//! A program that calls the management API with a token.

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
pub(crate) struct Api {
    client: Client,
    pub(crate) token: String,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(crate) json: Value,
}

impl Api {
    /// A caller that may do everything.
    pub(crate) async fn new(harness: &Harness) -> Self {
        Self::with_permissions(harness, &["*"]).await
    }

    /// A caller that may do this.
    pub(crate) async fn with_permissions(harness: &Harness, permissions: &[&str]) -> Self {
        let fields = ApiTokenFields {
            name: Some("test".to_owned()),
            permissions: Some(permissions.iter().map(|&name| name.to_owned()).collect()),
            ..ApiTokenFields::default()
        };
        let made = api_tokens::create(&harness.app, &Actor::system(), &Permissions::all(), Changes::of(fields))
            .await
            .expect("a token");
        Self::with_token(harness, made.value.expose_secret())
    }

    /// A caller with this token.
    pub(crate) fn with_token(harness: &Harness, token: &str) -> Self {
        Self {
            client: harness.client(),
            token: token.to_owned(),
        }
    }

    /// A request with this body, as it is.
    pub(crate) async fn raw(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = self
            .client
            .send(request.body(Body::from(body.to_vec())).expect("a request"))
            .await;
        let json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        Reply { answer, json }
    }

    /// GET.
    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.raw(Method::GET, path, &[], b"").await
    }

    /// POST of JSON.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.json(Method::POST, path, &[], body).await
    }

    /// PATCH with a merge patch.
    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Reply {
        self.json(Method::PATCH, path, &[], body).await
    }

    /// DELETE.
    pub(crate) async fn delete(&mut self, path: &str) -> Reply {
        self.raw(Method::DELETE, path, &[], b"").await
    }

    /// A request with JSON and further headers.
    pub(crate) async fn json(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.raw(method, path, &all, body.to_string().as_bytes()).await
    }

    /// A new application of this name.
    pub(crate) async fn application(&mut self, name: &str) -> Value {
        self.post("/applications", &json!({ "name": name })).await.created()
    }
}

impl Reply {
    pub(crate) fn status(&self) -> StatusCode {
        self.answer.status
    }

    /// The object of a 201, whose `Location` names it.
    pub(crate) fn created(self) -> Value {
        assert_eq!(self.status(), StatusCode::CREATED, "{}", self.answer.body);
        let id = self.json["id"].as_str().expect("an id");
        let location = self.answer.header("location").expect("a location");
        assert!(location.starts_with("/api/v1/") && location.ends_with(id), "{location}");
        self.etag();
        self.json
    }

    /// The object of a 200.
    pub(crate) fn found(self) -> Value {
        assert_eq!(self.status(), StatusCode::OK, "{}", self.answer.body);
        self.json
    }

    /// The strong `ETag`.
    pub(crate) fn etag(&self) -> String {
        let tag = self.answer.header("etag").expect("an ETag");
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
        tag.to_owned()
    }

    /// The `errors` of a 422 as `field:code`.
    pub(crate) fn wrong(&self) -> Vec<String> {
        self.problem(StatusCode::UNPROCESSABLE_ENTITY);
        let errors = self.json["errors"].as_array().expect("errors");
        errors
            .iter()
            .map(|error| {
                assert!(!error["message"].as_str().expect("a message").is_empty());
                format!(
                    "{}:{}",
                    error["field"].as_str().unwrap(),
                    error["code"].as_str().unwrap()
                )
            })
            .collect()
    }

    /// Checks that this is a problem of RFC 9457 with this status.
    pub(crate) fn problem(&self, status: StatusCode) {
        assert_eq!(self.status(), status, "{}", self.answer.body);
        assert_eq!(self.answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(self.json["status"], status.as_u16());
        assert!(
            self.json["type"]
                .as_str()
                .unwrap()
                .starts_with("urn:vestibule:problem:")
        );
        assert!(!self.json["title"].as_str().unwrap().is_empty());
        assert!(!self.json["detail"].as_str().unwrap().is_empty());
    }
}
