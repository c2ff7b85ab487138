//! The sample upstream on a socket of its own, a source that leads there, and a browser that goes there and back.

use http::header;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use vestibule::demo::upstream::{Settings, routes};
use vestibule::outgoing::Limits;

use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness};

/// The sample upstream.
pub(crate) struct Sample {
    /// Its address, without a slash at its end.
    pub(crate) base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Sample {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sample {
    pub(crate) async fn start(harness: &Harness) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let settings = Settings {
            address: base.parse().expect("an address"),
            client_id: "vestibule".to_owned(),
            client_secret: "the secret at the upstream".to_owned(),
            clock: harness.clock.clone(),
        };
        let routes = routes(settings).expect("routes");
        let task = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        Self { base, task }
    }

    /// What an OpenID Connect source there is made from.
    pub(crate) fn oidc(&self, key: &str) -> Value {
        let base = &self.base;
        json!({
            "key": key, "name": "Sample", "kind": "oidc", "client_id": "vestibule",
            "client_secret": "the secret at the upstream", "issuer": base,
            "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
            "userinfo_endpoint": format!("{base}/userinfo"), "jwks_uri": format!("{base}/jwks"),
        })
    }

    /// What a plain OAuth 2.0 source there is made from: the walkthrough of authn.sh's document.
    pub(crate) fn oauth2(&self, key: &str) -> Value {
        let base = &self.base;
        json!({
            "key": key, "name": "Legacy", "kind": "oauth2", "client_id": "vestibule",
            "client_secret": "the secret at the upstream",
            "authorization_endpoint": format!("{base}/authorize"), "token_endpoint": format!("{base}/token"),
            "userinfo_endpoint": format!("{base}/api/me"), "scopes": ["read_profile", "read_email"],
            "attribute_mapping": {
                "provider_user_id": "id", "email_address": "email", "first_name": "name", "profile_image_url": "avatar_url",
            },
        })
    }
}

/// `base` with the members of `more` over it.
pub(crate) fn with(mut base: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        base[name] = value.clone();
    }
    base
}

/// What the source adds to each request, so that nobody has to choose on a page.
pub(crate) fn choosing(person: &str, misbehaviour: &str) -> Value {
    json!({ "authorization_params": { "as": person, "misbehave": misbehaviour } })
}

/// Makes a source.
pub(crate) async fn make(api: &mut Api, source: &Value) -> Value {
    api.post("/sources", source).await.created()
}

/// Goes to where a redirect of ours leads, and comes back with where that leads: the callback.
pub(crate) async fn away(harness: &Harness, left: &Answer) -> String {
    assert_eq!(left.status, 303, "{}", left.body);
    let address = left.location().expect("a redirect");
    let answer = harness
        .app
        .outgoing
        .get(address, Limits::default())
        .await
        .expect("the upstream answers");
    let location = answer.headers.get(header::LOCATION).expect("the upstream sends back");
    location.to_str().expect("text").to_owned()
}

/// Through the source of this key and back, from the sign-in page of Vestibule itself. The last answer is not followed.
pub(crate) async fn through(harness: &Harness, client: &mut Client, key: &str) -> Answer {
    let left = client.get(&format!("/source/oauth/login/{key}/")).await;
    let callback = away(harness, &left).await;
    client.get(&callback).await
}

/// The user name of whoever is signed in in this browser.
pub(crate) async fn signed_in_as(harness: &Harness, client: &Client) -> Option<String> {
    let value = client.cookie("vestibule_session")?;
    let hash = protocol::id::hash_secret(value);
    let found = harness.app.store.load_session(&hash).await.expect("a database");
    found
        .filter(|(session, _)| session.ended_at.is_none())
        .map(|(_, user)| user.username)
}

/// The external accounts of a source, the oldest first.
pub(crate) async fn accounts(api: &mut Api, key: &str) -> Vec<Value> {
    let found = api.get(&format!("/external-accounts?source={key}")).await.found();
    found["items"].as_array().expect("a list").clone()
}

/// How many users there are.
pub(crate) async fn count_users(api: &mut Api) -> usize {
    let found = api.get("/users?limit=200").await.found();
    found["items"].as_array().expect("a list").len()
}
