//! The connection test: section 6.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::support::{Pretend, Program, path_of, with};
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_6_2_it_shows_where_one_would_go_and_asks_without_a_token,
    a_6_5_to_a_6_7_statuses_are_judged,
    a_6_4_what_does_not_know_head_is_asked_by_get,
    a_6_8_openid_connect_reads_its_document,
    a_6_10_it_writes_nothing_and_works_on_disabled_providers,
);

async fn test(program: &mut Program, provider: &Value) -> Value {
    let path = format!("{}/test", path_of(provider));
    program.post(&path, &json!({})).await.object(StatusCode::OK)
}

async fn a_6_2_it_shows_where_one_would_go_and_asks_without_a_token(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.says("/api/me", 401, &json!({}));
    let made = program.make(&pretend.mapped()).await;
    let found = test(&mut program, &made).await;
    assert_eq!((&found["userinfo_status"], &found["errors"]), (&json!(401), &json!([])));
    assert_eq!(found.as_object().expect("an object").len(), 3);
    // byte by byte as far as it is not random.
    let address = found["authorize_url"].as_str().expect("an address");
    let begins = format!(
        "{}/oauth/authorize?response_type=code&client_id=vestibule&redirect_uri=http%3A%2F%2Flocalhost%3A9000%2Fv1\
         %2Foauth-callback%2Flegacy_idp&scope=read_profile+read_email&state=test_",
        pretend.base
    );
    assert!(address.starts_with(&begins), "{address}");
    let seen = pretend.seen("/api/me").pop().expect("a request");
    assert_eq!(
        (seen.method, seen.query.as_str(), seen.body.as_str()),
        (Method::HEAD, "", "")
    );
    assert!(!seen.headers.contains_key(header::AUTHORIZATION), "A-6.4");
    assert_eq!(
        pretend.count(),
        1,
        "A-6.8: neither a document nor the token endpoint is asked"
    );
}

async fn a_6_5_to_a_6_7_statuses_are_judged(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    for (status, healthy) in [
        (200, true),
        (204, true),
        (302, true),
        (400, true),
        (401, true),
        (403, true),
        (404, false),
        (500, false),
        (503, false),
        (599, false),
    ] {
        pretend.says("/api/me", status, &json!(""));
        let found = test(&mut program, &made).await;
        assert_eq!(found["userinfo_status"], status);
        if healthy {
            assert_eq!(found["errors"], json!([]), "{status}");
        } else {
            let error = &found["errors"][0];
            assert_eq!(error["code"], "oauth_userinfo_unreachable", "{status}");
            assert_eq!(error["message"], format!("userinfo_endpoint answered {status}"));
            assert!(!error["long_message"].as_str().expect("a text").is_empty());
        }
    }
    drop(pretend);
    let found = test(&mut program, &made).await;
    assert_eq!(found["userinfo_status"], Value::Null);
    assert_eq!(found["errors"][0]["code"], "oauth_userinfo_unreachable");
    // A name that no server has (RFC 6761, section 6.4).
    let nowhere = json!({ "userinfo_endpoint": "https://no-such-name.invalid/me" });
    program.patch(&path_of(&made), &nowhere).await.object(StatusCode::OK);
    let found = test(&mut program, &made).await;
    assert_eq!(found["userinfo_status"], Value::Null);
    let error = &found["errors"][0];
    assert_eq!(error["code"], "oauth_userinfo_unreachable");
    let said = format!("{} {}", error["message"], error["long_message"]);
    assert!(said.contains("no-such-name.invalid"), "{said}");
}

async fn a_6_4_what_does_not_know_head_is_asked_by_get(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program.make(&pretend.mapped()).await;
    for status in [405, 501] {
        pretend.says("/api/me", status, &json!(""));
        test(&mut program, &made).await;
        let methods: Vec<Method> = pretend.seen("/api/me").into_iter().map(|seen| seen.method).collect();
        assert_eq!(methods[methods.len() - 2..], [Method::HEAD, Method::GET]);
    }
}

async fn a_6_8_openid_connect_reads_its_document(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.publishes(&json!({}));
    let made = program.make(&pretend.oidc()).await;
    assert_eq!(test(&mut program, &made).await["errors"], json!([]));
    assert_eq!(pretend.seen("/.well-known/openid-configuration").len(), 2);
    let nowhere = json!({ "userinfo_endpoint": null });
    program.patch(&path_of(&made), &nowhere).await.object(StatusCode::OK);
    let found = test(&mut program, &made).await;
    assert_eq!(
        (&found["userinfo_status"], &found["errors"]),
        (&Value::Null, &json!([])),
        "A-6.9"
    );
}

async fn a_6_10_it_writes_nothing_and_works_on_disabled_providers(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let made = program
        .make(&with(pretend.mapped(), &json!({ "enabled": false })))
        .await;
    let found = test(&mut program, &made).await;
    assert_ne!(found["authorize_url"], "");
    assert_eq!(found["userinfo_status"], 200);
    assert_eq!(program.get(&path_of(&made)).await.object(StatusCode::OK), made);
    assert_eq!(harness.events("source_updated").await.len(), 0);
    assert_eq!(pretend.seen("/oauth/token").len(), 0);
}
