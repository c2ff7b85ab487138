//! Makes through the management API what the scenarios need.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Value, json};

use crate::Failure;
use crate::browser::Browser;
use crate::scenarios::{REDIRECT_URI, USERNAME, sign_in};

/// A person, a confidential client whose tokens are signed by ES256, and one access token, as lines for a shell.
pub(crate) async fn run(url: &str, token: &str) -> Result<String, Failure> {
    let mut api = Api::open(url, token).await?;
    let keys = api.call("GET", "/keys?limit=100", None, 200).await?;
    let items = keys["items"].as_array().ok_or("the list of keys has no items")?;
    let key = items
        .iter()
        .find(|key| key["alg"] == "ES256")
        .ok_or("there is no ES256 key")?;

    let password = "a long enough password";
    let user =
        json!({ "username": USERNAME, "name": "Benchmark", "email": "bench@example.com", "email_verified": true });
    let user = api.call("POST", "/users", Some(user), 201).await?;
    let path = format!("/users/{}/password", user["id"].as_str().ok_or("a user without an id")?);
    api.call("POST", &path, Some(json!({ "password": password })), 204)
        .await?;

    let application = json!({
        "slug": "bench",
        "name": "Benchmark",
        "redirect_uris": [{ "matching_mode": "strict", "url": REDIRECT_URI }],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope_mappings": ["openid", "email", "profile", "offline_access"],
        "consent_mode": "skip",
        "signing_key": key["id"],
    });
    let application = api.call("POST", "/applications", Some(application), 201).await?;
    let member = |name: &str| {
        application[name]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("an application without {name}"))
    };
    let (client_id, client_secret) = (member("client_id")?, member("client_secret")?);

    let client = crate::scenarios::Client::new(client_id.clone(), &client_secret, password.to_owned());
    let mut browser = Browser::open(url).await?;
    let tokens = sign_in(&mut browser, &client, 0).await?;
    let access_token = tokens["access_token"].as_str().ok_or("no access token")?;
    let basic = STANDARD.encode(format!("{client_id}:{client_secret}"));
    Ok(format!(
        "export CLIENT_ID='{client_id}' CLIENT_SECRET='{client_secret}' PASSWORD='{password}' \
         ACCESS_TOKEN='{access_token}' BASIC='{basic}'"
    ))
}

/// A source that leads to the sample upstream at `upstream`, `host:port`.
pub(crate) async fn source(url: &str, token: &str, upstream: &str) -> Result<String, Failure> {
    let mut api = Api::open(url, token).await?;
    let base = format!("http://{upstream}");
    let source = json!({
        "key": "bench", "name": "Benchmark", "kind": "oidc", "client_id": "bench",
        "client_secret": "the secret of the benchmark", "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/userinfo"), "jwks_uri": format!("{base}/jwks"),
        "authorization_params": { "as": "bob", "misbehave": "none" },
    });
    api.call("POST", "/sources", Some(source), 201).await?;
    Ok(String::new())
}

/// The management API, on a connection of its own.
pub(crate) struct Api {
    browser: Browser,
    bearer: String,
}

impl Api {
    pub(crate) async fn open(url: &str, token: &str) -> Result<Self, Failure> {
        Ok(Self {
            browser: Browser::open(url).await?,
            bearer: format!("Bearer {token}"),
        })
    }

    /// One call; its answer must have this status. Null for 204.
    pub(crate) async fn call(
        &mut self,
        method: &str,
        path: &str,
        body: Option<Value>,
        expected: u16,
    ) -> Result<Value, Failure> {
        let headers = [
            (AUTHORIZATION.as_str(), self.bearer.as_str()),
            (CONTENT_TYPE.as_str(), "application/json"),
        ];
        let text = body.map(|value| value.to_string()).unwrap_or_default();
        let answer = self
            .browser
            .send(method, &format!("/api/v1{path}"), &headers, &text)
            .await?;
        if expected == 204 {
            answer.expect(204)?;
            return Ok(Value::Null);
        }
        answer.json(expected)
    }
}
