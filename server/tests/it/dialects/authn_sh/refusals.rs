//! What is wrong is said property by property: A-3.2 to A-3.7, A-3.14 to A-3.17, and the same when it changes.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::support::{Pretend, Program, path_of, with, without};
use crate::harness::{Harness, on_both};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_3_2_what_is_required_is_missed_one_by_one,
    a_3_5_to_a_3_17_values_have_to_fit,
    a_4_what_has_to_be_there_is_not_taken_away,
    bodies_that_are_none_are_refused,
);

type Headers = &'static [(&'static str, &'static str)];

async fn count(program: &mut Program) -> Value {
    let list = program.get("/oauth-providers").await.object(StatusCode::OK);
    list["total_count"].clone()
}

async fn a_3_2_what_is_required_is_missed_one_by_one(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let preset = json!({ "provider_kind": "preset", "provider_key": "google", "name": "G", "client_id": "c" });
    let of_oauth2 = [
        "provider_kind",
        "provider_key",
        "name",
        "client_id",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "userinfo_method",
        "userinfo_auth",
    ];
    let of_oidc = ["provider_kind", "provider_key", "name", "client_id", "issuer"];
    let table = [
        (pretend.wizard(), &of_oauth2[..]),
        (pretend.oidc(), &of_oidc[..]),
        (preset, &of_oidc[..4]),
    ];
    for (whole, required) in table {
        for name in required {
            let expected = [format!("{name}:form_param_nil")];
            let bodies = [
                without(whole.clone(), name),
                with(whole.clone(), &json!({ *name: "" })),
                with(whole.clone(), &json!({ *name: null })),
            ];
            for body in bodies {
                assert_eq!(
                    program.post("/oauth-providers", &body).await.wrong(),
                    expected,
                    "{body}"
                );
            }
        }
    }
    let nothing = program.post("/oauth-providers", &json!({})).await.wrong();
    assert_eq!(
        nothing,
        [
            "provider_kind:form_param_nil",
            "provider_key:form_param_nil",
            "name:form_param_nil",
            "client_id:form_param_nil"
        ]
    );
    assert_eq!(count(&mut program).await, 0);
    assert_eq!(pretend.count(), 0, "nobody was asked for what is incomplete");
}

async fn a_3_5_to_a_3_17_values_have_to_fit(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    let long = |length: usize| "a".repeat(length);
    let format = |name: &str| vec![format!("{name}:form_param_format_invalid")];
    let unknown = |name: &str| vec![format!("{name}:form_param_unknown")];
    let mut table = vec![
        (json!({ "provider_kind": "custom_oauth1" }), format("provider_kind")),
        (json!({ "userinfo_method": "get" }), format("userinfo_method")),
        (json!({ "userinfo_method": "PUT" }), format("userinfo_method")),
        (json!({ "userinfo_auth": "Bearer" }), format("userinfo_auth")),
        (json!({ "userinfo_auth": "cookie" }), format("userinfo_auth")),
        (json!({ "name": long(101) }), format("name")),
        (json!({ "name": 7 }), format("name")),
        (json!({ "enabled": "true" }), format("enabled")),
        (json!({ "enabled": null }), vec!["enabled:form_param_nil".to_owned()]),
        (json!({ "client_id": long(256) }), format("client_id")),
        (json!({ "client_secret": long(1025) }), format("client_secret")),
        (json!({ "client_secret": 1 }), format("client_secret")),
        (json!({ "scopes": "read" }), format("scopes")),
        (json!({ "scopes": ["with blank"] }), format("scopes")),
        (json!({ "scopes": [1] }), format("scopes")),
        (json!({ "token_endpoint": "not an address" }), format("token_endpoint")),
        (
            json!({ "token_endpoint": "http://10.0.0.1/token" }),
            format("token_endpoint"),
        ),
        (
            json!({ "userinfo_endpoint": "http://169.254.169.254/latest" }),
            format("userinfo_endpoint"),
        ),
        (
            json!({ "authorization_endpoint": "javascript:alert(1)" }),
            format("authorization_endpoint"),
        ),
        (
            json!({ "authorization_endpoint": format!("{}/oauth/authorize?response_mode=query", pretend.base) }),
            format("authorization_endpoint"),
        ),
        (
            json!({ "jwks_uri": format!("{}/jwks", pretend.base) }),
            format("jwks_uri"),
        ),
        (
            json!({ "discovery_endpoint": pretend.base }),
            format("discovery_endpoint"),
        ),
        (
            json!({ "id_token_signing_algs": ["RS256"] }),
            format("id_token_signing_algs"),
        ),
        // A-3.14, A-3.15
        (
            json!({ "attribute_mapping": { "email_address": "email" } }),
            format("attribute_mapping"),
        ),
        (
            json!({ "attribute_mapping": { "provider_user_id": "id", "email": "email" } }),
            format("attribute_mapping"),
        ),
        (
            json!({ "attribute_mapping": { "provider_user_id": 1 } }),
            format("attribute_mapping"),
        ),
        (
            json!({ "attribute_mapping": { "provider_user_id": "a..b" } }),
            format("attribute_mapping"),
        ),
        (json!({ "attribute_mapping": [] }), format("attribute_mapping")),
        // A-3.16, A-9.5
        (
            json!({ "additional_authorization_params": { "max_age": 1 } }),
            format("additional_authorization_params"),
        ),
        (
            json!({ "additional_authorization_params": [] }),
            format("additional_authorization_params"),
        ),
        // A-3.17
        (json!({ "shoe_size": 42 }), unknown("shoe_size")),
        (json!({ "id": "oauthp_1" }), unknown("id")),
        (json!({ "created_at": 1 }), unknown("created_at")),
        (
            json!({ "user_matching_mode": "email_link" }),
            unknown("user_matching_mode"),
        ),
    ];
    for key in ["Upper", "1digit", "with-hyphen", "_first", "b\u{e4}r", &long(65)] {
        table.push((json!({ "provider_key": key }), format("provider_key")));
    }
    for name in ["response_type", "client_id", "redirect_uri", "scope", "state"] {
        let more = json!({ "additional_authorization_params": { name: "x" } });
        table.push((more, format("additional_authorization_params")));
    }
    for (more, expected) in table {
        let reply = program.post("/oauth-providers", &with(pretend.wizard(), &more)).await;
        assert_eq!(reply.wrong(), expected, "{more}");
    }
    for name in ["userinfo_method", "userinfo_auth"] {
        let reply = program
            .post("/oauth-providers", &with(pretend.oidc(), &json!({ name: "GET" })))
            .await;
        assert_eq!(reply.wrong(), format(name));
    }
    assert_eq!(count(&mut program).await, 0);
    // The edges that fit (A-3.7, C22).
    for (more, at) in [
        (json!({ "provider_key": "a" }), "a"),
        (json!({ "provider_key": "acme_internal" }), "as the document has it"),
        (
            json!({ "provider_key": long(64), "name": long(100), "client_id": long(255), "client_secret": long(1024) }),
            "z",
        ),
    ] {
        let made = program.make(&with(pretend.wizard(), &more)).await;
        assert_eq!(made["provider_key"], more["provider_key"], "{at}");
    }
}

async fn a_4_what_has_to_be_there_is_not_taken_away(harness: &Harness) {
    let (pretend, mut program) = (Pretend::start().await, Program::new(harness).await);
    pretend.publishes(&json!({}));
    let oauth2 = program.make(&pretend.mapped()).await;
    let oidc = program.make(&pretend.oidc()).await;
    let of_both = ["name", "client_id", "authorization_endpoint", "token_endpoint"];
    let of_oauth2 = ["userinfo_endpoint", "userinfo_method", "userinfo_auth"];
    let cases = of_both
        .iter()
        .flat_map(|name| [(&oauth2, *name), (&oidc, *name)])
        .chain(of_oauth2.iter().map(|name| (&oauth2, *name)))
        .chain([(&oidc, "issuer")]);
    for (provider, name) in cases {
        for nothing in [json!(null), json!("")] {
            let reply = program.patch(&path_of(provider), &json!({ name: nothing })).await;
            assert_eq!(reply.wrong(), [format!("{name}:form_param_nil")], "{provider}");
        }
    }
    for (provider, more, expected) in [
        (
            &oauth2,
            json!({ "userinfo_method": "PATCH" }),
            "userinfo_method:form_param_format_invalid",
        ),
        (
            &oauth2,
            json!({ "jwks_uri": pretend.base }),
            "jwks_uri:form_param_format_invalid",
        ),
        (
            &oidc,
            json!({ "userinfo_auth": "query" }),
            "userinfo_auth:form_param_format_invalid",
        ),
        (&oauth2, json!({ "updated_at": 1 }), "updated_at:form_param_unknown"),
    ] {
        assert_eq!(program.patch(&path_of(provider), &more).await.wrong(), [expected]);
    }
    assert_eq!(program.get(&path_of(&oauth2)).await.object(StatusCode::OK), oauth2);
    assert_eq!(program.get(&path_of(&oidc)).await.object(StatusCode::OK), oidc);
}

async fn bodies_that_are_none_are_refused(harness: &Harness) {
    let mut program = Program::new(harness).await;
    const JSON: Headers = &[("content-type", "application/json")];
    let table: [(Headers, &[u8], StatusCode, &str); 6] = [
        (&[], b"{}", StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
        (
            &[("content-type", "text/plain")],
            b"{}",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
        ),
        (JSON, b"", StatusCode::BAD_REQUEST, "request_body_invalid"),
        (JSON, b"[]", StatusCode::BAD_REQUEST, "request_body_invalid"),
        (
            JSON,
            br#"{"name":"a","name":"b"}"#,
            StatusCode::BAD_REQUEST,
            "request_body_invalid",
        ),
        (
            JSON,
            &[b' '; 70_000],
            StatusCode::PAYLOAD_TOO_LARGE,
            "request_too_large",
        ),
    ];
    for (headers, body, status, code) in table {
        let reply = program.send(Method::POST, "/oauth-providers", headers, body).await;
        assert_eq!(reply.refused(status), [code]);
    }
}
