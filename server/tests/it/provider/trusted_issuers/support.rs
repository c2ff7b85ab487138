//! An issuer with keys behind an address, its tokens, and an application that trusts it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use protocol::jose::{Algorithm, SigningKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::api::support::Api;
use crate::harness::{Answer, Harness};
use crate::provider::support::{machine_application, token_without_secret};

pub(crate) const TYPE: (&str, &str) = (
    "client_assertion_type",
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
);

pub(crate) fn key(kid: &str) -> SigningKey {
    let der = SigningKey::generate(Algorithm::ES256).expect("a key");
    SigningKey::from_pkcs8(Some(kid), Algorithm::ES256, &der).expect("a key")
}

pub(crate) fn jwks(keys: &[&SigningKey]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| serde_json::to_value(key.public_jwk().expect("a public key")).expect("JSON"))
        .collect();
    json!({ "keys": keys })
}

/// An issuer with keys behind an address, and how often they were asked for.
pub(crate) struct Issuer {
    pub(crate) base: String,
    keys: Arc<Mutex<(Value, usize)>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Issuer {
    pub(crate) async fn start(first: &SigningKey) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let keys = Arc::new(Mutex::new((jwks(&[first]), 0)));
        let served = Arc::clone(&keys);
        let document = json!({
            "issuer": base, "jwks_uri": format!("{base}/jwks"), "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        });
        let routes = Router::new()
            .route(
                "/.well-known/openid-configuration",
                get(move || async move { axum::Json(document) }),
            )
            .route(
                "/jwks",
                get(move || async move {
                    let mut keys = served.lock().expect("keys");
                    keys.1 += 1;
                    axum::Json(keys.0.clone())
                }),
            );
        let task = tokio::spawn(async move {
            axum::serve(listener, routes).await.expect("it serves");
        });
        Self { base, keys, task }
    }

    pub(crate) fn asked(&self) -> usize {
        self.keys.lock().expect("keys").1
    }

    pub(crate) fn now_has(&self, key: &SigningKey) {
        self.keys.lock().expect("keys").0 = jwks(&[key]);
    }
}

pub(crate) fn signed(key: &SigningKey, claims: &Value) -> String {
    key.sign(Some("JWT"), claims).expect("a token")
}

pub(crate) async fn ask(harness: &Harness, slug: &str, assertion: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        TYPE,
        ("client_assertion", assertion),
        ("scope", "openid profile email"),
    ];
    token_without_secret(harness, slug, &fields).await
}

/// `base` with the members of `more` over it; null takes one away.
pub(crate) fn with(base: &Value, more: &Value) -> Value {
    let mut all = base.clone();
    let members = all.as_object_mut().expect("an object");
    for (name, value) in more.as_object().expect("an object") {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    all
}

/// A token of GitHub Actions.
pub(crate) fn actions(harness: &Harness, issuer: &str) -> Value {
    let now = harness.now().seconds();
    json!({
        "iss": issuer, "sub": "repo:octo-org/octo-repo:environment:prod", "aud": "https://github.com/octo-org",
        "ref": "refs/heads/main", "repository": "octo-org/octo-repo", "repository_owner": "octo-org",
        "environment": "prod", "workflow": "example-workflow", "actor": "octocat", "run_id": "7654321",
        "jti": "example-id", "iat": now, "nbf": now - 300, "exp": now + 600,
    })
}

/// The application `ci` trusts a source with this key, which is pasted.
pub(crate) async fn trusting(harness: &Harness, key: &SigningKey, more: &Value) -> Api {
    let mut api = Api::new(harness).await;
    let source = json!({
        "key": "actions", "name": "GitHub Actions", "kind": "oidc", "client_id": "unused",
        "issuer": "https://token.actions.example", "jwks": jwks(&[key]),
        "assertion_audiences": ["https://github.com/octo-org"],
    });
    api.post("/sources", &with(&source, more)).await.created();
    machine_application(harness, "ci", |_| {}).await;
    let trusts = json!({ "federated_sources": ["actions"] });
    assert_eq!(
        api.patch("/applications/ci", &trusts).await.found()["federated_sources"],
        json!(["actions"])
    );
    api
}
