//! Discovery and JWKS, per application and for the global issuer.

use protocol::client::IssuerMode;

use super::support::{application, application_with, json};
use crate::harness::{Harness, on_both};

on_both!(
    the_document_of_an_application_is_consistent,
    the_global_issuer_has_its_own,
    an_unknown_slug_is_not_found,
    the_issuer_leads_to_its_document,
    keys_are_public_and_fit_the_application,
    webfinger_names_the_issuer_and_nobody,
);

async fn the_document_of_an_application_is_consistent(harness: &Harness) {
    application(harness, "shop").await;
    let root = "http://localhost:9000/application/o/shop/";
    let answer = harness
        .client()
        .get("/application/o/shop/.well-known/openid-configuration")
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (200, Some("application/json"))
    );
    assert!(answer.body.starts_with("{\n  "), "it is printed for people too");
    let document = json(&answer);
    assert_eq!(document["issuer"], root);
    assert_eq!(document["jwks_uri"], format!("{root}jwks/"));
    assert_eq!(document["end_session_endpoint"], format!("{root}end-session/"));
    assert_eq!(
        document["id_token_signing_alg_values_supported"],
        serde_json::json!(["ES256"])
    );
    assert_eq!(
        document["code_challenge_methods_supported"],
        serde_json::json!(["S256"])
    );
    for (name, path) in [
        ("authorization_endpoint", "authorize/"),
        ("token_endpoint", "token/"),
        ("userinfo_endpoint", "userinfo/"),
        ("introspection_endpoint", "introspect/"),
        ("revocation_endpoint", "revoke/"),
        ("end_session_endpoint", "shop/end-session/"),
        ("jwks_uri", "shop/jwks/"),
    ] {
        assert_eq!(
            document[name],
            format!("http://localhost:9000/application/o/{path}"),
            "{name}"
        );
    }
    for name in ["authorization", "token", "userinfo", "introspection", "revocation"] {
        let endpoint = document[format!("{name}_endpoint")].as_str().expect(name);
        let path = endpoint.strip_prefix("http://localhost:9000").expect("ours");
        assert_ne!(
            harness.client().get(path).await.status,
            404 - u16::from(name == "authorization"),
            "{endpoint}"
        );
    }
    let scopes = document["scopes_supported"].as_array().unwrap();
    assert!(scopes.contains(&"openid".into()) && scopes.contains(&"offline_access".into()));
    for flag in ["request_parameter_supported", "request_uri_parameter_supported"] {
        assert_eq!(document[flag], false, "{flag}");
    }
    for path in [
        "/application/o/shop/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/application/o/shop/",
        "/.well-known/oauth-authorization-server/application/o/shop",
    ] {
        assert_eq!(json(&harness.client().get(path).await), document, "{path}");
    }
}

async fn the_global_issuer_has_its_own(harness: &Harness) {
    application_with(harness, "shop", |shop| shop.issuer_mode = IssuerMode::Global).await;
    let global = json(&harness.client().get("/.well-known/openid-configuration").await);
    assert_eq!(global["issuer"], "http://localhost:9000/");
    assert_eq!(global["jwks_uri"], "http://localhost:9000/application/o/jwks/");
    assert_eq!(
        json(&harness.client().get("/.well-known/oauth-authorization-server").await),
        global
    );
    let own = json(
        &harness
            .client()
            .get("/application/o/shop/.well-known/openid-configuration")
            .await,
    );
    assert_eq!(own["issuer"], global["issuer"]);
}

async fn an_unknown_slug_is_not_found(harness: &Harness) {
    for path in [
        "/application/o/nobody/.well-known/openid-configuration",
        "/application/o/nobody/jwks/",
        "/application/o/nobody/",
    ] {
        assert_eq!(harness.client().get(path).await.status, 404, "{path}");
    }
}

async fn the_issuer_leads_to_its_document(harness: &Harness) {
    application(harness, "shop").await;
    let answer = harness.client().get("/application/o/shop/").await;
    assert_eq!(answer.status, 302);
    let location = answer.location().unwrap();
    assert_eq!(
        location,
        "http://localhost:9000/application/o/shop/.well-known/openid-configuration"
    );
}

async fn keys_are_public_and_fit_the_application(harness: &Harness) {
    application(harness, "shop").await;
    application_with(harness, "shared", |shared| shared.signing_key = None).await;
    let global = json(&harness.client().get("/application/o/jwks/").await);
    let keys = global["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "RS256 and ES256 are made on first start");
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k", "oth"] {
            assert!(key.get(private).is_none());
        }
        assert!(key["kid"].is_string() && key["alg"].is_string() && key["use"] == "sig");
    }
    let own = json(&harness.client().get("/application/o/shop/jwks/").await);
    assert_eq!(own["keys"].as_array().unwrap().len(), 1);
    assert_eq!(own["keys"][0]["alg"], "ES256");
    let shared = json(&harness.client().get("/application/o/shared/jwks/").await);
    assert_eq!(shared["keys"], serde_json::json!([]));
}

/// RFC 7033; OpenID Connect Discovery 1.0, section 2.
async fn webfinger_names_the_issuer_and_nobody(harness: &Harness) {
    let shop = application(harness, "shop").await;
    application_with(harness, "global", |global| global.issuer_mode = IssuerMode::Global).await;
    harness.user("ada").await;
    const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";
    let ask = async |resource: &str, more: &str| {
        let resource: String = url::form_urlencoded::byte_serialize(resource.as_bytes()).collect();
        let path = format!("/.well-known/webfinger?resource={resource}{more}");
        harness.client().get(&path).await
    };
    let root = "http://localhost:9000/";
    for (resource, issuer) in [
        ("acct:ada@example.com".to_owned(), root.to_owned()),
        ("acct:nobody@localhost".to_owned(), root.to_owned()),
        (root.to_owned(), root.to_owned()),
        (shop.issuer(root), shop.issuer(root)),
        (format!("{root}application/o/global/"), root.to_owned()),
    ] {
        let answer = ask(&resource, "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, Some("application/jrd+json"))
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        let document = json(&answer);
        assert_eq!(document["subject"], resource);
        assert_eq!(document["links"], serde_json::json!([{"rel": ISSUER, "href": issuer}]));
        // The link leads to a document of this issuer.
        let path = format!("{issuer}.well-known/openid-configuration");
        let discovery = harness
            .client()
            .get(path.strip_prefix("http://localhost:9000").unwrap())
            .await;
        assert_eq!(json(&discovery)["issuer"], issuer);
    }
    let links = async |more: &str| json(&ask("acct:ada@example.com", more).await)["links"].clone();
    let issuer: String = url::form_urlencoded::byte_serialize(ISSUER.as_bytes()).collect();
    assert_eq!(links("&rel=avatar").await, serde_json::json!([]));
    assert_eq!(
        links(&format!("&rel=avatar&rel={issuer}"))
            .await
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for resource in [
        "https://other.example/",
        "ada",
        "",
        "http://localhost:9000/application/o/none/",
    ] {
        assert_eq!(ask(resource, "").await.status, 404, "{resource}");
    }
    assert_eq!(
        ask("acct:ada@example.com", "&resource=acct:bob@example.com")
            .await
            .status,
        400
    );
    assert_eq!(harness.client().get("/.well-known/webfinger").await.status, 400);
}
