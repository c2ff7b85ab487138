//! A provider that answers as a test tells it to and remembers what it was asked, a caller of the interface, and a browser that
//! goes there and comes back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness};

/// A request that the provider got.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    /// A parameter of the form.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

#[derive(Default)]
struct Script {
    answers: HashMap<String, (u16, String)>,
    seen: Vec<Seen>,
}

/// The provider: the in-house one of the document's example.
pub(crate) struct Pretend {
    /// Its address, without a slash at its end.
    pub(crate) base: String,
    script: Arc<Mutex<Script>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Pretend {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let path = parts.uri.path().to_owned();
    let mut script = script.lock().expect("nobody panicked");
    let (status, text) = script.answers.get(&path).cloned().unwrap_or((404, String::new()));
    script.seen.push(Seen {
        method: parts.method,
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("a body of text"),
    });
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(text))
        .expect("an answer")
}

impl Pretend {
    /// One that gives a token to everybody and tells the profile of the document's example.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(Script::default()));
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let task = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        let pretend = Self { base, script, task };
        let tokens = json!({
            "access_token": "the access token", "token_type": "Bearer", "refresh_token": "the refresh token",
        });
        pretend.says("/oauth/token", 200, &tokens);
        pretend.says("/api/me", 200, &alice());
        pretend
    }

    /// From now on `path` is answered like this.
    pub(crate) fn says(&self, path: &str, status: u16, body: &Value) {
        let text = match body {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        let mut script = self.script.lock().expect("nobody panicked");
        script.answers.insert(path.to_owned(), (status, text));
    }

    /// What it was asked at `path`, the oldest first.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        let script = self.script.lock().expect("nobody panicked");
        script.seen.iter().filter(|seen| seen.path == path).cloned().collect()
    }

    /// How much it was asked altogether.
    pub(super) fn count(&self) -> usize {
        self.script.lock().expect("nobody panicked").seen.len()
    }

    /// The form of the document's wizard, filled in.
    pub(super) fn wizard(&self) -> Value {
        let base = &self.base;
        json!({
            "provider_kind": "custom_oauth2", "provider_key": "legacy_idp", "name": "Legacy IdP",
            "authorization_endpoint": format!("{base}/oauth/authorize"), "token_endpoint": format!("{base}/oauth/token"),
            "userinfo_endpoint": format!("{base}/api/me"), "userinfo_method": "GET", "userinfo_auth": "bearer",
            "client_id": "vestibule", "client_secret": "the secret at the provider",
            "scopes": ["read_profile", "read_email"],
        })
    }

    /// The wizard with the mapping of the document.
    pub(super) fn mapped(&self) -> Value {
        with(
            self.wizard(),
            &json!({ "attribute_mapping": {
                "email_address": "email", "provider_user_id": "id", "first_name": "name", "profile_image_url": "avatar_url",
            }}),
        )
    }

    /// Publishes a discovery document, changed, and keys. What is changed to null is left out.
    pub(super) fn publishes(&self, more: &Value) {
        let base = &self.base;
        let mut document = with(
            json!({
                "issuer": base, "authorization_endpoint": format!("{base}/oauth/authorize"),
                "token_endpoint": format!("{base}/oauth/token"), "userinfo_endpoint": format!("{base}/api/me"),
                "jwks_uri": format!("{base}/jwks"), "id_token_signing_alg_values_supported": ["RS256", "HS256"],
            }),
            more,
        );
        let members = document.as_object_mut().expect("an object");
        members.retain(|_, value| !value.is_null());
        self.says("/.well-known/openid-configuration", 200, &document);
        self.says("/jwks", 200, &json!({ "keys": [] }));
    }

    /// A provider of OpenID Connect by its issuer.
    pub(super) fn oidc(&self) -> Value {
        json!({
            "provider_kind": "custom_oidc", "provider_key": "workforce_v1", "name": "Workforce", "issuer": self.base,
            "client_id": "vestibule", "client_secret": "the secret at the provider",
        })
    }
}

/// The profile of the document's example.
pub(super) fn alice() -> Value {
    json!({
        "id": 42, "email": "alice@acme.example", "name": "Alice Smith",
        "avatar_url": "https://idp.legacy.example/avatars/42.png",
    })
}

/// `base` with the members of `more` over it.
pub(super) fn with(mut base: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        base[name] = value.clone();
    }
    base
}

/// `base` without a member.
pub(super) fn without(mut base: Value, name: &str) -> Value {
    base.as_object_mut().expect("an object").remove(name);
    base
}

/// A program that calls the interface.
pub(crate) struct Program {
    client: Client,
    token: String,
}

/// What it was answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) answer: Answer,
    pub(super) json: Value,
}

impl Program {
    /// One that may everything.
    pub(crate) async fn new(harness: &Harness) -> Self {
        Self::with_permissions(harness, &["*"]).await
    }

    pub(super) async fn with_permissions(harness: &Harness, permissions: &[&str]) -> Self {
        let api = Api::with_permissions(harness, permissions).await;
        Self::with_token(harness, &api.token)
    }

    pub(super) fn with_token(harness: &Harness, token: &str) -> Self {
        Self {
            client: harness.client(),
            token: token.to_owned(),
        }
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = http::Request::builder().method(method).uri(format!("/v1{path}"));
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        let answer = self.client.send(request).await;
        let json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        Reply { answer, json }
    }

    pub(super) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], b"").await
    }

    pub(super) async fn delete(&mut self, path: &str) -> Reply {
        self.send(Method::DELETE, path, &[], b"").await
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Reply {
        let json = [("content-type", "application/json")];
        self.send(Method::POST, path, &json, body.to_string().as_bytes()).await
    }

    pub(super) async fn patch(&mut self, path: &str, body: &Value) -> Reply {
        let json = [("content-type", "application/json")];
        self.send(Method::PATCH, path, &json, body.to_string().as_bytes()).await
    }

    /// Makes a provider.
    pub(super) async fn make(&mut self, body: &Value) -> Value {
        self.post("/oauth-providers", body).await.object(StatusCode::CREATED)
    }

    /// The external accounts of a query, which all come at once.
    pub(super) async fn accounts(&mut self, query: &str) -> Vec<Value> {
        let found = self.get(&format!("/external-accounts?limit=500{query}")).await;
        let found = found.object(StatusCode::OK);
        let accounts = found["data"].as_array().expect("a list").clone();
        assert_eq!(found["total_count"], accounts.len());
        accounts
    }
}

impl Reply {
    /// The object of an answer with this status.
    pub(crate) fn object(self, status: StatusCode) -> Value {
        assert_eq!(self.answer.status, status, "{}", self.answer.body);
        assert!(self.json.is_object(), "{}", self.answer.body);
        self.json
    }

    /// The codes of a refusal, each with the parameter that it names.
    pub(super) fn refused(&self, status: StatusCode) -> Vec<String> {
        assert_eq!(self.answer.status, status, "{}", self.answer.body);
        assert_eq!(self.answer.header("content-type"), Some("application/json"));
        let members: Vec<&str> = self
            .json
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(members, ["errors", "trace_id"]);
        assert_eq!(
            self.json["trace_id"].as_str(),
            self.answer.header("x-request-id"),
            "the id that the log has"
        );
        let errors = self.json["errors"].as_array().expect("errors");
        assert!(!errors.is_empty());
        let codes = errors.iter().map(|error| {
            for text in ["message", "long_message"] {
                assert!(!error[text].as_str().expect("a text").is_empty());
            }
            let code = error["code"].as_str().expect("a code");
            match error["meta"]["param_name"].as_str() {
                Some(name) => format!("{name}:{code}"),
                None => code.to_owned(),
            }
        });
        codes.collect()
    }

    /// The codes of a 422.
    pub(super) fn wrong(&self) -> Vec<String> {
        self.refused(StatusCode::UNPROCESSABLE_ENTITY)
    }
}

/// The path of an object with an id.
pub(super) fn path_of(object: &Value) -> String {
    let id = object["id"].as_str().expect("an id");
    match object["object"].as_str() {
        Some("oauth_provider") => format!("/oauth-providers/{id}"),
        Some("external_account") => format!("/external-accounts/{id}"),
        other => panic!("{other:?}"),
    }
}

/// Leaves for the provider of this key.
pub(super) async fn leave(client: &mut Client, key: &str) -> Answer {
    let left = client.get(&format!("/source/oauth/login/{key}/")).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
    left
}

/// The address that the provider sends the browser back to, with these parameters and the state.
pub(crate) fn callback(left: &Answer, pairs: &[(&str, &str)]) -> String {
    let mut address: url::Url = left
        .parameter("redirect_uri")
        .expect("a redirect URI")
        .parse()
        .expect("an address");
    let state = left.parameter("state").expect("a state");
    address
        .query_pairs_mut()
        .extend_pairs(pairs)
        .append_pair("state", &state);
    address.to_string()
}

/// Through the provider and back with a code. The last answer is not followed.
pub(super) async fn sign_in(client: &mut Client, key: &str) -> Answer {
    let left = leave(client, key).await;
    client.get(&callback(&left, &[("code", "the code")])).await
}

/// The same, which completes: the browser is at the start page, signed in.
pub(super) async fn signs_in(harness: &Harness, key: &str) -> Client {
    let mut client = harness.client();
    let answer = sign_in(&mut client, key).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.location(), Some("/"), "nothing is left to say");
    assert!(client.cookie("vestibule_session").is_some());
    client
}
