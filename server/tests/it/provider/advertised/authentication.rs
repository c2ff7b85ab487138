//! How applications prove themselves at the three endpoints that ask for it (RFC 6749, section 2.3).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, header};
use protocol::client::{ClientType, TokenEndpointAuthMethod};
use serde_json::Value;

use super::super::support::{SECRET, VERIFIER, application_with, code, redeem, text};
use super::{Walk, document, list};
use crate::harness::{Answer, Harness};

/// Every way that some server knows.
const WAYS: [&str; 5] = [
    "client_secret_basic",
    "client_secret_post",
    "none",
    "client_secret_jwt",
    "private_key_jwt",
];

async fn send(harness: &Harness, slug: &str, way: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut all = fields.to_vec();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    match way {
        "client_secret_basic" => {
            let pair = STANDARD.encode(format!("{slug}:{SECRET}"));
            request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
        }
        "client_secret_post" => all.extend([("client_id", slug), ("client_secret", SECRET)]),
        "none" => all.push(("client_id", slug)),
        _ => all.extend([
            ("client_id", slug),
            ("client_assertion", "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
        ]),
    }
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(all)
        .finish();
    harness
        .client()
        .send(request.body(Body::from(body)).expect("a request"))
        .await
}

/// Whether an application gets what it asks for in this way.
async fn works(walk: &mut Walk<'_>, slug: &str, member: &str, way: &str) -> bool {
    let harness = walk.harness;
    let code = code(&mut walk.browser, slug, &[]).await;
    let answer = if member.starts_with("token_") {
        let redirect = format!("https://{slug}.example/cb");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &redirect),
            ("code_verifier", VERIFIER),
        ];
        send(harness, slug, way, "/application/o/token/", &fields).await
    } else {
        let redeemed = redeem(harness, slug, &code).await;
        let redeemed = if redeemed.status == 200 {
            redeemed
        } else {
            // Not by a secret in the body, then.
            let code = super::super::support::code(&mut walk.browser, slug, &[]).await;
            let redirect = format!("https://{slug}.example/cb");
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", &redirect),
                ("code_verifier", VERIFIER),
            ];
            send(harness, slug, "client_secret_basic", "/application/o/token/", &fields).await
        };
        let value = text(&super::super::support::json(&redeemed), "access_token");
        let path = if member.starts_with("introspection_") {
            "introspect"
        } else {
            "revoke"
        };
        send(
            harness,
            slug,
            way,
            &format!("/application/o/{path}/"),
            &[("token", &value)],
        )
        .await
    };
    match answer.status.as_u16() {
        200 => true,
        400 | 401 => {
            assert!(
                answer.body.contains("invalid_client"),
                "{way} at {member}: {}",
                answer.body
            );
            false
        }
        other => panic!("{way} at {member}: {other} {}", answer.body),
    }
}

/// The named ways work, and every other one does not.
pub(super) async fn methods(walk: &mut Walk<'_>, member: &str) {
    let slug = walk.slug;
    check(walk, slug, member).await;
}

/// The list of one member; a public application may not introspect, and has no list of ways to do so.
fn named(document: &Value, member: &str) -> Vec<String> {
    match document.get(member) {
        Some(_) => list(document, member),
        None => Vec::new(),
    }
}

async fn check(walk: &mut Walk<'_>, slug: &str, member: &str) {
    let own = document(walk.harness, &format!("/application/o/{slug}")).await;
    let supported = named(&own, member);
    let public = named(&own, "token_endpoint_auth_methods_supported")
        .iter()
        .any(|one| one == "none");
    for way in WAYS {
        // Who needs no secret is not asked for an assertion either.
        if public && way.ends_with("_jwt") {
            continue;
        }
        let promised = supported.iter().any(|one| one == way);
        assert_eq!(
            works(walk, slug, member, way).await,
            promised,
            "{slug}: {way} at {member}"
        );
    }
}

/// Applications of every kind, whose documents together name what the installation does.
pub(super) async fn every_method_of_the_installation(walk: &mut Walk<'_>) {
    let kinds = ["either", "basic", "post", "public"];
    for slug in kinds {
        application_with(walk.harness, slug, |one| match slug {
            "basic" => one.token_endpoint_auth_method = Some(TokenEndpointAuthMethod::ClientSecretBasic),
            "post" => one.token_endpoint_auth_method = Some(TokenEndpointAuthMethod::ClientSecretPost),
            "public" => one.client_type = ClientType::Public,
            _ => {}
        })
        .await;
    }
    for endpoint in ["token", "introspection", "revocation"] {
        let member = format!("{endpoint}_endpoint_auth_methods_supported");
        let mut together = Vec::new();
        for slug in kinds {
            check(walk, slug, &member).await;
            together.extend(named(
                &document(walk.harness, &format!("/application/o/{slug}")).await,
                &member,
            ));
        }
        together.sort();
        together.dedup();
        assert_eq!(together, super::sorted(&walk.document, &member), "{member}");
    }
}
