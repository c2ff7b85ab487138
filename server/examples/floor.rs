//! The floor of the benchmark: what this web framework and this signature cost when nothing else is done.
//!
//! `GET /empty` answers a small JSON object; `POST /sign` reads a form, signs one JWT with ES256 and answers it like a
//! token endpoint that checks and stores nothing. Start it as `floor ADDRESS`.

use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    header: String,
}

#[tokio::main]
#[allow(
    clippy::disallowed_methods,
    reason = "a benchmark, not the server: it has no entropy to hand on"
)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).ok_or("usage: floor ADDRESS")?;
    let signer = Signer {
        key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
        random: SystemRandom::new(),
        header: URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"0123456789abcdef","typ":"at+jwt"}"#),
    };
    let router = axum::Router::new()
        .route("/empty", get(empty).post(empty))
        .route("/sign", post(sign))
        .with_state(Arc::new(signer));
    axum::serve(tokio::net::TcpListener::bind(address).await?, router).await?;
    Ok(())
}

async fn empty() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], r#"{"active":true}"#)
}

async fn sign(State(signer): State<Arc<Signer>>, form: String) -> impl IntoResponse {
    let claims = format!(
        r#"{{"iss":"http://localhost:9000/application/o/bench/","sub":"client","aud":"client","exp":1795000000,"iat":1794996400,"jti":"01K","client_id":"client","form":{}}}"#,
        form.len()
    );
    let mut token = format!("{}.{}", signer.header, URL_SAFE_NO_PAD.encode(claims));
    let Ok(signature) = signer.key.sign(&signer.random, token.as_bytes()) else {
        return (
            http::StatusCode::INTERNAL_SERVER_ERROR,
            [(CONTENT_TYPE, "application/json")],
            String::new(),
        );
    };
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
    let answer = format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600,"scope":"profile"}}"#);
    (http::StatusCode::OK, [(CONTENT_TYPE, "application/json")], answer)
}
