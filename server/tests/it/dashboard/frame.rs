//! Who comes in: administrators only, by every address alike; and what a page of theirs may do at the management API.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use super::administrator;
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    nobody_is_sent_to_the_sign_in_and_comes_back,
    others_hear_the_same_of_every_address,
    an_administrator_sees_the_frame,
    a_session_calls_the_api_with_the_value_of_its_page_only,
);

async fn nobody_is_sent_to_the_sign_in_and_comes_back(harness: &Harness) {
    harness.user_with("root", |user| user.is_admin = true).await;
    let mut client = harness.client();
    let away = client.get("/admin/?a=b").await;
    assert_eq!(away.status, StatusCode::SEE_OTHER);
    assert_eq!(away.location(), Some("/login?next=%2Fadmin%2F%3Fa%3Db"));
    let page = client.follow(away).await;
    let form = page.form("login-form").with("username", "root");
    let back = client.submit(&form.with("password", crate::harness::PASSWORD)).await;
    assert_eq!(back.location(), Some("/admin/?a=b"));
    assert_eq!(client.get("/admin").await.location(), Some("/admin/"));
}

async fn others_hear_the_same_of_every_address(harness: &Harness) {
    harness.user("alice").await;
    let shop = harness.application("shop").await;
    let mut alice = harness.signed_in("alice").await;
    let there = format!("/admin/applications/{}", shop.id);
    for path in [
        "/admin/",
        "/admin/applications",
        there.as_str(),
        "/admin/applications/app_none",
        "/admin/x/y/z",
    ] {
        for answer in [alice.get(path).await, alice.post(path, &[("csrf", "x")]).await] {
            if path == "/admin/" && answer.status == StatusCode::METHOD_NOT_ALLOWED {
                continue;
            }
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(answer.has("article[data-error-code=administrator_only]"), "{path}");
            assert!(!answer.body.contains("shop"), "{path}");
        }
    }
    let mut nobody = harness.client();
    assert_eq!(nobody.get(&there).await.status, StatusCode::SEE_OTHER);
    assert_eq!(nobody.get("/admin/nothing").await.status, StatusCode::SEE_OTHER);
}

async fn an_administrator_sees_the_frame(harness: &Harness) {
    let mut root = administrator(harness).await;
    let page = root.get("/admin/").await;
    assert_eq!(page.status, StatusCode::OK);
    for selector in ["nav#navigation", "details#menu", "main#main", "a.skip"] {
        assert!(page.has(selector), "{selector}");
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self'"));
    assert_eq!(root.get("/admin/nothing").await.status, StatusCode::NOT_FOUND);
    // By a group as well as by the account itself, and only as long.
    let mut user = harness.user_with("eve", |user| user.is_admin = true).await;
    let mut eve = harness.signed_in("eve").await;
    assert_eq!(eve.get("/admin/").await.status, StatusCode::OK);
    harness.change_user(&mut user, |user| user.is_admin = false).await;
    assert_eq!(eve.get("/admin/").await.status, StatusCode::FORBIDDEN);
}

async fn call(client: &mut Client, method: Method, proof: Option<&str>) -> Answer {
    let mut request = Request::builder()
        .method(&method)
        .uri(if method == Method::GET {
            "/api/v1/users?limit=1"
        } else {
            "/api/v1/groups"
        })
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(proof) = proof {
        request = request.header("x-csrf-token", proof);
    }
    let body = if method == Method::GET {
        Body::empty()
    } else {
        Body::from(r#"{"name":"made by a page"}"#)
    };
    client.send(request.body(body).unwrap()).await
}

async fn a_session_calls_the_api_with_the_value_of_its_page_only(harness: &Harness) {
    let mut root = administrator(harness).await;
    let page = root.get("/admin/").await.page();
    let proof = page
        .elements
        .iter()
        .find(|element| element.attribute("name") == Some("csrf-token"));
    let proof = proof
        .and_then(|element| element.attribute("content"))
        .unwrap()
        .to_owned();
    for method in [Method::GET, Method::POST] {
        for wrong in [None, Some(""), Some("AAAA"), Some(&proof[1..])] {
            let answer = call(&mut root, method.clone(), wrong).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {wrong:?}");
        }
    }
    assert_eq!(call(&mut root, Method::GET, Some(&proof)).await.status, StatusCode::OK);
    assert_eq!(
        call(&mut root, Method::POST, Some(&proof)).await.status,
        StatusCode::CREATED
    );
    let event = harness.events("group_created").await.pop().unwrap();
    assert!(event.actor.unwrap().starts_with("user_"));
    assert_eq!(event.client_address.as_deref(), Some("192.0.2.1"));
    // The value of one browser is worth nothing in another, and an administrator's is nothing for somebody else.
    let mut other = harness.signed_in("root").await;
    assert_eq!(
        call(&mut other, Method::GET, Some(&proof)).await.status,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        call(&mut harness.client(), Method::GET, Some(&proof)).await.status,
        StatusCode::UNAUTHORIZED
    );
}
