//! What a person sees of their own accounts, in a browser and through an application.

use http::{Method, StatusCode};
use protocol::client::ConsentMode;
use serde_json::{Value, json};

use super::support::{Pretend, Program, Reply, alice, path_of, signs_in, with};
use crate::harness::{Client, Harness, on_both, secret_of};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_18_1_a_person_sees_their_own_and_no_other,
    a_18_2_the_last_way_in_stays,
    a_18_3_unlinking_answers_with_the_envelope,
    a_session_counts_for_pages_of_ours_alone,
    an_application_acts_for_its_person_with_the_scope_of_interfaces,
    a_18_1_nobody_makes_one_here,
);

async fn call(client: &mut Client, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = http::Request::builder().method(method).uri(format!("/v1/me{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = client
        .send(request.body(axum::body::Body::empty()).expect("a request"))
        .await;
    let json = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
    Reply { answer, json }
}

type Headers = &'static [(&'static str, &'static str)];

const OURS: (&str, &str) = ("origin", "http://localhost:9000");

/// Two people at two providers, each with one link at each.
async fn two_people(harness: &Harness, pretend: &Pretend, program: &mut Program) -> [(Client, Vec<Value>); 2] {
    for key in ["one", "two"] {
        let more = json!({ "provider_key": key, "attribute_mapping": {
            "provider_user_id": "id", "email_address": "email", "_verified": "verified",
        }});
        program.make(&with(pretend.wizard(), &more)).await;
    }
    let mut people = Vec::new();
    for number in 1..=2 {
        let person = json!({ "id": number, "email": format!("p{number}@acme.example"), "verified": true });
        pretend.says("/api/me", 200, &with(alice(), &person));
        signs_in(harness, "one").await;
        let client = signs_in(harness, "two").await;
        people.push(client);
    }
    let all = program.accounts("").await;
    let of = |email: &str| -> Vec<Value> {
        all.iter()
            .filter(|account| account["email_address"] == email)
            .cloned()
            .collect()
    };
    let second = people.pop().expect("two people");
    let first = people.pop().expect("two people");
    [(first, of("p1@acme.example")), (second, of("p2@acme.example"))]
}

async fn a_18_1_a_person_sees_their_own_and_no_other(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let [(mut first, own), (_, others)] = two_people(harness, &pretend, &mut program).await;
    assert_eq!((own.len(), others.len()), (2, 2));
    let list = call(&mut first, Method::GET, "/external-accounts", &[])
        .await
        .object(StatusCode::OK);
    assert_eq!(list, json!({ "data": own, "total_count": 2 }));
    let cut = call(&mut first, Method::GET, "/external-accounts?limit=1&offset=1", &[]).await;
    assert_eq!(
        cut.object(StatusCode::OK),
        json!({ "data": [own[1]], "total_count": 2 })
    );
    let one = call(&mut first, Method::GET, &path_of(&own[0]), &[]).await;
    assert_eq!(one.object(StatusCode::OK), own[0]);
    for id in [path_of(&others[0]), "/external-accounts/ext_1".to_owned()] {
        for method in [Method::GET, Method::DELETE] {
            let refused = call(&mut first, method, &id, &[OURS]).await;
            assert_eq!(refused.refused(StatusCode::NOT_FOUND), ["external_account_not_found"]);
        }
    }
    let filter = call(&mut first, Method::GET, "/external-accounts?user_id=x", &[]).await;
    assert_eq!(filter.wrong(), ["user_id:form_param_unknown"]);
    assert_eq!(program.accounts("").await.len(), 4);
    let stranger = call(&mut harness.client(), Method::GET, "/external-accounts", &[]).await;
    assert_eq!(stranger.refused(StatusCode::UNAUTHORIZED), ["authentication_invalid"]);
}

async fn a_18_2_the_last_way_in_stays(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let [(mut first, own), _] = two_people(harness, &pretend, &mut program).await;
    let gone = call(&mut first, Method::DELETE, &path_of(&own[0]), &[OURS]).await;
    assert_eq!(gone.answer.status, StatusCode::OK, "{}", gone.answer.body);
    let last = call(&mut first, Method::DELETE, &path_of(&own[1]), &[OURS]).await;
    assert_eq!(last.wrong(), ["last_sign_in_method"]);
    assert_eq!(program.accounts("").await.len(), 3);
    // An administrator may take the last one.
    assert_eq!(
        program.delete(&path_of(&own[1])).await.answer.status,
        StatusCode::NO_CONTENT
    );
}

async fn a_18_3_unlinking_answers_with_the_envelope(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let [(mut first, own), _] = two_people(harness, &pretend, &mut program).await;
    let gone = call(&mut first, Method::DELETE, &path_of(&own[0]), &[OURS]).await;
    let expected = json!({
        "response": { "object": "external_account", "id": own[0]["id"], "deleted": true }, "client": null,
    });
    assert_eq!(gone.object(StatusCode::OK), expected);
    let again = call(&mut first, Method::DELETE, &path_of(&own[0]), &[OURS]).await;
    assert_eq!(again.refused(StatusCode::NOT_FOUND), ["external_account_not_found"]);
    let events = harness.events("source_unlinked").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].actor, events[0].target, "the person alone did it");
    assert_eq!(events[0].detail["external_account"], own[0]["id"]);
}

async fn a_session_counts_for_pages_of_ours_alone(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let [(mut first, own), _] = two_people(harness, &pretend, &mut program).await;
    let path = path_of(&own[0]);
    let table: [(Headers, bool, bool); 9] = [
        (&[], true, false),
        (&[OURS], true, true),
        (&[("sec-fetch-site", "same-origin")], true, true),
        (&[("sec-fetch-site", "none")], true, false),
        (&[OURS, ("sec-fetch-site", "cross-site")], false, false),
        (&[("sec-fetch-site", "same-site")], false, false),
        (&[("origin", "https://evil.example")], false, false),
        (&[("origin", "null")], false, false),
        (
            &[("origin", "http://localhost:9001"), ("sec-fetch-site", "same-origin")],
            false,
            false,
        ),
    ];
    for (headers, reads, writes) in table {
        let read = call(&mut first, Method::GET, &path, headers).await;
        if reads {
            assert_eq!(read.object(StatusCode::OK), own[0], "{headers:?}");
        } else {
            assert_eq!(read.refused(StatusCode::FORBIDDEN), ["origin_invalid"], "{headers:?}");
        }
        if !writes {
            let write = call(&mut first, Method::DELETE, &path, headers).await;
            assert_eq!(write.refused(StatusCode::FORBIDDEN), ["origin_invalid"], "{headers:?}");
        }
    }
    assert_eq!(program.accounts("").await.len(), 4, "nothing went");
    let answer = call(&mut first, Method::GET, &path, &[("origin", "https://evil.example")])
        .await
        .answer;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

async fn an_application_acts_for_its_person_with_the_scope_of_interfaces(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let [(mut first, own), _] = two_people(harness, &pretend, &mut program).await;
    harness
        .application_with("wiki", |application| application.consent_mode = ConsentMode::Skip)
        .await;
    for (scope, opens) in [("openid profile", false), ("openid goauthentik.io/api", true)] {
        let token = access_token(harness, &mut first, scope).await;
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        // The token alone counts, wherever the call comes from.
        let mut bare = harness.client();
        let list = call(&mut bare, Method::GET, "/external-accounts", &headers).await;
        if opens {
            assert_eq!(list.object(StatusCode::OK), json!({ "data": own, "total_count": 2 }));
            let gone = call(&mut bare, Method::DELETE, &path_of(&own[0]), &headers).await;
            assert_eq!(gone.answer.status, StatusCode::OK);
            let event = harness.events("source_unlinked").await.remove(0);
            assert!(
                event.detail["application"].is_string(),
                "the audit log names the application"
            );
        } else {
            assert_eq!(list.refused(StatusCode::FORBIDDEN), ["authorization_invalid"]);
            let challenge = list.answer.header("www-authenticate").expect("a challenge");
            assert!(challenge.contains("scope=\"goauthentik.io/api\""));
        }
    }
    // A bad token is not helped by a good session.
    let refused = call(
        &mut first,
        Method::GET,
        "/external-accounts",
        &[("authorization", "Bearer x")],
    )
    .await;
    assert_eq!(refused.refused(StatusCode::UNAUTHORIZED), ["authentication_invalid"]);
    let api_token = crate::api::support::Api::new(harness).await.token;
    let bearer = format!("Bearer {api_token}");
    let refused = call(
        &mut harness.client(),
        Method::GET,
        "/external-accounts",
        &[("authorization", &bearer)],
    )
    .await;
    assert_eq!(
        refused.refused(StatusCode::UNAUTHORIZED),
        ["authentication_invalid"],
        "an API token is nobody's"
    );
}

/// An access token of whoever is signed in in `browser`, for the application `wiki`.
async fn access_token(harness: &Harness, browser: &mut Client, scope: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("client_id", "wiki"), ("redirect_uri", "https://wiki.example/cb")])
        .extend_pairs([("response_type", "code"), ("scope", scope)])
        .finish();
    let answer = browser.visit(&format!("/application/o/authorize/?{query}")).await;
    let code = answer.parameter("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://wiki.example/cb"),
        ("client_id", "wiki"),
        ("client_secret", &secret_of("wiki")),
    ];
    let answer = harness.client().post("/application/o/token/", &form).await;
    let tokens: Value = serde_json::from_str(&answer.body).expect("JSON");
    tokens["access_token"].as_str().expect("a token").to_owned()
}

async fn a_18_1_nobody_makes_one_here(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let made = call(&mut client, Method::POST, "/external-accounts", &[OURS]).await;
    assert_eq!(made.refused(StatusCode::METHOD_NOT_ALLOWED), ["method_not_allowed"]);
}
