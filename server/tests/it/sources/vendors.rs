//! Signing in through the presets, end to end: answers composed after the shapes that the vendors publish, behind a real socket.
//! `vendors/answers.rs` has the answers, with the version of each interface.

mod answers;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use protocol::jose::{Algorithm, SigningKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use self::answers::{Expected, Vendor, all};
use super::support::{accounts, make, signed_in_as, with};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

/// What the pretend vendor answers now, and what it was asked.
#[derive(Default)]
struct Desk {
    keys: Value,
    token: Value,
    profile: Value,
    beside: Value,
    asked: Vec<String>,
}

type Shared = Arc<Mutex<Desk>>;

async fn answer(State(desk): State<Shared>, Path(path): Path<String>, request: Request) -> Response {
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok()).unwrap_or("none");
    let scheme = authorization.split(' ').next().unwrap_or_default().to_owned();
    let mut desk = desk.lock().expect("a desk");
    desk.asked.push(format!("{} {path} {scheme}", request.method()));
    let body = match path.as_str() {
        "keys" => desk.keys.clone(),
        "token" => desk.token.clone(),
        "profile" => desk.profile.clone(),
        _ if desk.beside.is_null() => return StatusCode::NOT_FOUND.into_response(),
        _ => desk.beside.clone(),
    };
    axum::Json(body).into_response()
}

async fn serve(desk: &Shared) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let routes = Router::new()
        .route("/{*path}", axum::routing::any(answer))
        .with_state(Arc::clone(desk));
    tokio::spawn(async move {
        axum::serve(listener, routes).await.expect("it serves");
    });
    base
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let url = Url::parse(address).expect("an address");
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// There and back: the desk answers what the vendor would, for the nonce of this sign-in.
async fn sign_in(harness: &Harness, desk: &Shared, vendor: &Vendor, key: &SigningKey) -> (Client, String) {
    let mut client = harness.client();
    let left = client.get(&format!("/source/oauth/login/{}/", vendor.preset)).await;
    let address = left
        .location()
        .unwrap_or_else(|| panic!("{}: {}", vendor.preset, left.body));
    let state = parameter(address, "state").expect("a state");
    let mut token = vendor.token.clone();
    if let Some(claims) = &vendor.id_token {
        let now = harness.now().seconds();
        let more = json!({ "nonce": parameter(address, "nonce"), "iat": now, "exp": now + 600 });
        token["id_token"] = key
            .sign(Some("JWT"), &with(claims.clone(), &more))
            .expect("a token")
            .into();
    }
    {
        let mut desk = desk.lock().expect("a desk");
        desk.token = token;
        desk.profile = vendor.profile.clone();
        desk.beside = vendor.beside.clone();
        desk.asked.clear();
    }
    let callback = format!("/source/oauth/callback/{}/", vendor.preset);
    let mut back = if parameter(address, "response_mode").as_deref() == Some("form_post") {
        let mut fields = vec![("state", state.as_str()), ("code", "c")];
        fields.extend(vendor.user.map(|user| ("user", user)));
        client.post(&callback, &fields).await
    } else {
        client.get(&format!("{callback}?code=c&state={state}")).await
    };
    // Where the vendor knows no name that somebody chose, the person is asked.
    if back
        .location()
        .is_some_and(|location| location.starts_with("/source/oauth/finish?"))
    {
        let page = client.visit(back.location().expect("a redirect")).await;
        let chosen = format!("chosen-at-{}", vendor.preset);
        back = client.submit(&page.form("enroll-form").with("username", &chosen)).await;
    }
    assert_eq!(back.status, 303, "{}: {}", vendor.preset, back.body);
    let username = signed_in_as(harness, &client).await;
    (
        client,
        username.unwrap_or_else(|| panic!("{}: nobody is signed in", vendor.preset)),
    )
}

async fn everybody_comes_in_as_who_they_are(harness: &Harness) {
    let desk = Shared::default();
    let base = serve(&desk).await;
    let mut api = Api::new(harness).await;
    let make_key = |alg, kid| {
        let der = SigningKey::generate(alg).expect("a key");
        SigningKey::from_pkcs8(Some(kid), alg, &der).expect("a key")
    };
    let keys = [make_key(Algorithm::RS256, "rsa"), make_key(Algorithm::ES256, "ec")];
    let published: Vec<&protocol::jose::Jwk> = keys.iter().filter_map(SigningKey::public_jwk).collect();
    desk.lock().expect("a desk").keys = json!({ "keys": published });
    for vendor in all() {
        let source = json!({
            "key": vendor.preset, "name": vendor.preset, "preset": vendor.preset, "client_id": "client",
            "client_secret": "the secret at the vendor", "token_endpoint": format!("{base}/token"),
            "userinfo_endpoint": format!("{base}/profile"),
        });
        let source = with(source, &vendor.source);
        let source = if vendor.id_token.is_some() {
            with(source, &json!({ "jwks_uri": format!("{base}/keys") }))
        } else {
            source
        };
        make(&mut api, &source).await;
        let key = &keys[usize::from(vendor.preset == "apple")];
        let Expected {
            id,
            username,
            name,
            email,
            verified,
        } = vendor.expected;
        let expected = username.map_or_else(|| format!("chosen-at-{}", vendor.preset), str::to_owned);
        let (_, came) = sign_in(harness, &desk, &vendor, key).await;
        assert_eq!(came, expected, "{}", vendor.preset);
        let linked = accounts(&mut api, vendor.preset).await;
        let user = format!("/users/{}", linked[0]["user"].as_str().expect("an id"));
        let user = api.get(&user).await.found();
        assert_eq!((&user["username"], &user["name"]), (&json!(expected), &json!(name)));
        assert_eq!(
            (
                &linked[0]["provider_user_id"],
                &linked[0]["email_address"],
                &linked[0]["verified"]
            ),
            (&json!(id), &json!(email), &json!(verified)),
            "{}",
            vendor.preset
        );
        assert_eq!(
            desk.lock().expect("a desk").asked,
            vendor.calls,
            "{}: what it is asked, and how",
            vendor.preset
        );
        // The same person comes in again as the same account, also where a vendor says less the second time.
        let (_, again) = sign_in(harness, &desk, &vendor, key).await;
        assert_eq!(again, expected, "{}", vendor.preset);
        assert_eq!(accounts(&mut api, vendor.preset).await.len(), 1, "{}", vendor.preset);
    }
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    everybody_comes_in_as_who_they_are,
);
