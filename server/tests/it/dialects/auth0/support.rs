//! What these tests have in common: a caller of `/api/v2`, connections that lead to the sample upstream, and a sign-in through
//! one.

use http::{Method, Request, StatusCode, header};
use protocol::client::Application;
use serde_json::{Value, json};

pub(super) use crate::dialects::support::application;

use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, secret_of};
use crate::sources::support::{Sample, away};

/// A caller of the management interface.
pub(super) struct Management {
    client: Client,
    token: String,
}

/// What it answered.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) answer: Answer,
    pub(super) json: Value,
}

impl Management {
    /// With an API token that holds these permissions.
    pub(super) async fn with(harness: &Harness, permissions: &[&str]) -> Self {
        let api = Api::with_permissions(harness, permissions).await;
        Self::with_token(harness, &api.token)
    }

    /// With every permission.
    pub(super) async fn new(harness: &Harness) -> Self {
        Self::with(harness, &["*"]).await
    }

    /// With this token.
    pub(super) fn with_token(harness: &Harness, token: &str) -> Self {
        Self {
            client: harness.client(),
            token: token.to_owned(),
        }
    }

    /// A request with this body, as it is.
    pub(super) async fn raw(&mut self, method: Method, path: &str, body: Vec<u8>) -> Reply {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v2{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        let answer = self.client.send(request.body(body.into()).expect("a request")).await;
        let json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        Reply { answer, json }
    }

    pub(super) async fn get(&mut self, path: &str) -> Reply {
        self.raw(Method::GET, path, Vec::new()).await
    }

    pub(super) async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.raw(Method::POST, path, body.to_string().into_bytes()).await
    }

    pub(super) async fn patch(&mut self, path: &str, body: &Value) -> Reply {
        self.raw(Method::PATCH, path, body.to_string().into_bytes()).await
    }

    pub(super) async fn delete(&mut self, path: &str) -> Reply {
        self.raw(Method::DELETE, path, Vec::new()).await
    }

    /// Makes a connection.
    pub(super) async fn make(&mut self, body: &Value) -> Value {
        self.post("/connections", body).await.is(StatusCode::CREATED)
    }
}

impl Reply {
    /// The object of an answer with this status.
    pub(super) fn is(self, status: StatusCode) -> Value {
        assert_eq!(self.answer.status, status, "{}", self.answer.body);
        self.json
    }

    /// Checks the whole envelope of a refusal (B-4.1) and gives its message.
    pub(super) fn refused(&self, status: StatusCode, code: &str) -> String {
        assert_eq!(self.answer.status, status, "{}", self.answer.body);
        assert_eq!(self.json["statusCode"], status.as_u16(), "{}", self.answer.body);
        assert_eq!(self.json["error"], status.canonical_reason().unwrap());
        assert_eq!(self.json["errorCode"], code, "{}", self.answer.body);
        assert_eq!(self.json.as_object().unwrap().len(), 4, "{}", self.answer.body);
        self.json["message"].as_str().expect("a message").to_owned()
    }
}

/// The path of a connection.
pub(super) fn path(connection: &Value) -> String {
    format!("/connections/{}", connection["id"].as_str().expect("an id"))
}

/// A connection that is stored and never used.
pub(super) fn plain(name: &str) -> Value {
    json!({
        "name": name, "strategy": "oauth2",
        "options": {
            "client_id": "hh-web", "client_secret": "hh-secret", "authorizationURL": "https://hr.harbor.test/o/authorize",
            "tokenURL": "https://hr.harbor.test/o/token", "scope": "me.read",
            "scripts": { "fetchUserProfile": "function fetchUserProfile(t, c, done) { done(null, {user_id: c.uid}); }" },
        },
    })
}

/// The script of the document, over the profile of the sample upstream.
pub(super) fn fetching(sample: &Sample, profile: &str) -> String {
    format!(
        "function fetchUserProfile(accessToken, context, callback) {{
  request.get(
    {{ url: '{}/api/me', headers: {{ 'Authorization': 'Bearer ' + accessToken }} }},
    (err, resp, body) => {{
      if (err) return callback(err);
      if (resp.statusCode !== 200) return callback(new Error(body));
      let bodyParsed;
      try {{ bodyParsed = JSON.parse(body); }} catch (jsonError) {{ return callback(new Error(body)); }}
      callback(null, {profile});
    }}
  );
}}",
        sample.base
    )
}

/// A connection to the sample upstream, where `person` comes from, with this script.
pub(super) fn leading(sample: &Sample, name: &str, person: &str, script: &str) -> Value {
    let base = &sample.base;
    json!({
        "name": name, "strategy": "oauth2", "enabled_clients": ["shop"],
        "options": {
            "client_id": "vestibule", "client_secret": "the secret at the upstream",
            "authorizationURL": format!("{base}/authorize"), "tokenURL": format!("{base}/token"), "scope": "read_profile",
            "authParams": { "as": person, "misbehave": "none" }, "scripts": { "fetchUserProfile": script },
        },
    })
}

/// The application `shop`, which asks for no consent.
pub(super) async fn shop(harness: &Harness) -> Application {
    application(harness, "shop").await
}

/// The first request of a sign-in to `shop`.
pub(super) fn authorize(more: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("client_id", "shop")
        .append_pair("redirect_uri", "https://shop.example/cb")
        .append_pair("scope", "openid profile email offline_access")
        .append_pair("state", "of the shop")
        .extend_pairs(more)
        .finish();
    format!("/authorize?{query}")
}

/// Through a connection and back: the last answer leads to the application.
pub(super) async fn through(harness: &Harness, browser: &mut Client, connection: &str) -> Answer {
    let mut left = browser.get(&authorize(&[("connection", connection)])).await;
    assert_eq!(left.status, 302, "B-7.1: {}", left.body);
    left.status = StatusCode::SEE_OTHER;
    let callback = away(harness, &left).await;
    browser.get(&callback).await
}

/// What a token request of `shop` is answered.
pub(super) async fn exchange(harness: &Harness, fields: &[(&str, &str)]) -> Answer {
    let secret = secret_of("shop");
    let mut all = vec![("client_id", "shop"), ("client_secret", secret.as_str())];
    all.extend_from_slice(fields);
    harness.client().post("/oauth/token", &all).await
}

/// The tokens of a code.
pub(super) async fn redeem(harness: &Harness, back: &Answer) -> Value {
    assert_eq!(
        back.parameter("state").as_deref(),
        Some("of the shop"),
        "{:?}",
        back.location()
    );
    let code = back
        .parameter("code")
        .unwrap_or_else(|| panic!("no code: {:?}", back.location()));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://shop.example/cb"),
    ];
    json_of(&exchange(harness, &fields).await)
}

/// The body of a 200.
pub(super) fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

/// The claims of a token, which other tests verify.
pub(super) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    let payload = token.as_str().expect("a token").split('.').nth(1).expect("a payload");
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(payload)
        .expect("base64url");
    serde_json::from_slice(&payload).expect("JSON")
}

/// Changes a stored application as it is now.
pub(super) async fn change(harness: &Harness, slug: &str, change: impl FnOnce(&mut Application)) {
    let stored = harness
        .app
        .store
        .load_application_by_slug(slug)
        .await
        .expect("a database");
    let mut application = stored.expect("the application").application;
    harness.change_application(&mut application, change).await;
}
