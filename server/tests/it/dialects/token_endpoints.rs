//! The token endpoints of the interfaces: one endpoint under several addresses (RFC 6749, section 3.2).

use http::{Method, Request, StatusCode, header};
use serde_json::Value;

use super::support::application;
use crate::harness::{Answer, Harness, on_both, secret_of};

const STANDARD: &str = "/application/o/token/";
const AUTH0: &str = "/oauth/token";
const GITHUB: &str = "/login/oauth/access_token";

async fn send(harness: &Harness, method: Method, path: &str, body: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::ORIGIN, "https://shop.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.to_owned().into());
    harness.client().send(request.expect("a request")).await
}

/// What has to be the same: the status, the body, and the header fields that a client acts on.
fn seen(answer: &Answer) -> (StatusCode, Value, Vec<Option<String>>) {
    let names = [
        "allow",
        "cache-control",
        "content-type",
        "www-authenticate",
        "access-control-allow-origin",
        "vary",
    ];
    let headers = names.iter().map(|name| answer.header(name).map(str::to_owned));
    (
        answer.status,
        serde_json::from_str(&answer.body).unwrap_or(Value::Null),
        headers.collect(),
    )
}

async fn the_same_request_is_refused_in_the_same_way_at_each(harness: &Harness) {
    application(harness, "shop").await;
    let secret = secret_of("shop");
    let table = [
        (Method::GET, String::new(), 405),
        (Method::PUT, String::new(), 405),
        (Method::POST, String::new(), 400),
        (Method::POST, "a=1&a=2".to_owned(), 400),
        (
            Method::POST,
            "grant_type=client_credentials&client_id=nobody".to_owned(),
            401,
        ),
        (
            Method::POST,
            "grant_type=authorization_code&code=c&client_id=shop&client_secret=wrong".to_owned(),
            401,
        ),
        (
            Method::POST,
            format!("grant_type=unheard_of&client_id=shop&client_secret={secret}"),
            400,
        ),
        (
            Method::POST,
            format!("grant_type=authorization_code&code=made-up&client_id=shop&client_secret={secret}"),
            400,
        ),
    ];
    for (method, body, status) in table {
        let standard = send(harness, method.clone(), STANDARD, &body).await;
        assert_eq!(standard.status, status, "{method} {body}: {}", standard.body);
        assert!(standard.body.contains("\"refusal\""), "{}", standard.body);
        let auth0 = send(harness, method.clone(), AUTH0, &body).await;
        assert_eq!(seen(&auth0), seen(&standard), "{method} {body}");
        let github = send(harness, method.clone(), GITHUB, &body).await;
        assert_eq!(github.header("allow"), standard.header("allow"), "{method} {body}");
    }
}

async fn a_page_of_the_application_may_read_the_answer_at_each(harness: &Harness) {
    application(harness, "shop").await;
    let body = format!(
        "grant_type=client_credentials&client_id=shop&client_secret={}",
        secret_of("shop")
    );
    for path in [STANDARD, AUTH0] {
        let answer = send(harness, Method::POST, path, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some("https://shop.example"),
            "{path}"
        );
    }
}

mod limited {
    use super::*;

    async fn one_limit_counts_for_all_of_them(harness: &Harness) {
        application(harness, "shop").await;
        let body = format!(
            "grant_type=client_credentials&client_id=shop&client_secret={}",
            secret_of("shop")
        );
        let mut statuses = Vec::new();
        for path in [STANDARD, AUTH0, GITHUB, STANDARD, AUTH0, GITHUB] {
            let answer = send(harness, Method::POST, path, &body).await;
            if answer.status == StatusCode::TOO_MANY_REQUESTS {
                assert!(answer.header("retry-after").is_some(), "{path}");
            }
            statuses.push(answer.status.as_u16());
        }
        assert_eq!(statuses, [200, 200, 200, 429, 429, 429]);
    }

    on_both!("limits.token_requests_per_client = 3": one_limit_counts_for_all_of_them);
}

on_both!(
    the_same_request_is_refused_in_the_same_way_at_each,
    a_page_of_the_application_may_read_the_answer_at_each,
);
