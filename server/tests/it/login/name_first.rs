//! Where a source has mail domains the page asks for the name first: an address of such a domain goes on to its source, every
//! other name to the password, in the same way whether anybody has it or not.

use serde_json::json;

use super::*;
use crate::api::support::Api;
use crate::harness::on_both;

on_both!(
    an_address_of_the_domain_goes_to_its_source,
    every_other_name_goes_to_the_password,
    a_password_that_came_along_is_taken,
    the_hint_of_the_application_skips_or_fills_the_first_step,
    only_sources_that_the_page_offers_count,
    tabs_and_the_way_back_do_not_disturb_each_other,
    without_domains_nothing_changes,
    domains_are_checked_and_belong_to_one_source,
);

/// What a source at which nobody answers is made from.
fn source(key: &str, kind: &str, domains: &[&str]) -> Value {
    json!({
        "key": key, "name": format!("Source {key}"), "kind": kind, "client_id": "vestibule", "client_secret": "a secret",
        "issuer": format!("https://{key}.example"),
        "authorization_endpoint": format!("https://{key}.example/authorize"),
        "token_endpoint": format!("https://{key}.example/token"),
        "userinfo_endpoint": format!("https://{key}.example/userinfo"),
        "jwks": { "keys": [] },
        "domains": domains,
    })
}

async fn make(api: &mut Api, source: &Value) -> Value {
    api.post("/sources", source).await.created()
}

/// The name alone, as a browser sends the first step: the field of the password is there and empty.
fn named(page: &Answer, name: &str) -> Form {
    let form = page.form("login-form").with("username", name);
    assert_eq!((form.value("password"), form.value("step")), (Some(""), None));
    assert!(page.has("input[tabindex=-1]"), "the password is out of sight");
    form
}

async fn an_address_of_the_domain_goes_to_its_source(harness: &Harness) {
    let mut api = Api::new(harness).await;
    make(&mut api, &source("corp", "oidc", &["Corp.example", "bücher.example"])).await;
    make(&mut api, &source("plain", "oauth2", &["plain.example"])).await;
    harness.application("shop").await;
    for (typed, key, hint) in [
        ("ada@corp.example", "corp", Some("ada@corp.example")),
        (" Ada+tag@CORP.example ", "corp", Some("Ada+tag@CORP.example")),
        ("ada@xn--bcher-kva.example", "corp", Some("ada@xn--bcher-kva.example")),
        // The word belongs to OpenID Connect.
        ("ada@plain.example", "plain", None),
    ] {
        for path in [authorize("shop", &[]), "/login?next=/account".to_owned()] {
            let mut client = harness.client();
            let page = client.visit(&path).await;
            let answer = client.submit(&named(&page, typed)).await;
            assert_eq!(answer.status, 303, "{typed}: {}", answer.body);
            let left = client.follow(answer).await;
            let location = left.location().unwrap();
            assert!(
                location.starts_with(&format!("https://{key}.example/authorize?")),
                "{location}"
            );
            assert_eq!(left.parameter("login_hint").as_deref(), hint, "{typed}");
        }
    }
    assert!(
        events(harness, "login_failed").await.is_empty(),
        "no password was looked at"
    );
}

async fn every_other_name_goes_to_the_password(harness: &Harness) {
    harness.user("alice").await;
    make(&mut Api::new(harness).await, &source("corp", "oidc", &["corp.example"])).await;
    let mut shown = Vec::new();
    for name in [
        "alice",
        "nobody",
        "nobody@sub.corp.example",
        "x@corp.example@elsewhere.example",
    ] {
        let mut client = harness.client();
        let page = client.get("/login").await;
        let page = client.submit(&named(&page, name)).await;
        let form = page.form("login-form");
        assert_eq!((page.status.as_u16(), form.value("username")), (200, Some(name)));
        assert_eq!(form.value("step"), Some("password"));
        let csrf = form.value("csrf").unwrap().to_owned();
        shown.push(page.body.replace(&csrf, "").replace(name, ""));
        let answer = client.submit(&form.with("password", "wrong password")).await;
        assert_eq!(answer.status, 422);
        assert_eq!(
            answer.form("login-form").value("step"),
            Some("password"),
            "no way back to the first step"
        );
    }
    assert!(
        shown.windows(2).all(|pair| pair[0] == pair[1]),
        "the page does not tell who has an account"
    );
    // The name can be changed in the second step, also to an address of the domain with a password of ours.
    harness.user("break-glass").await;
    let mut client = harness.client();
    let page = client.get("/login").await;
    let page = client.submit(&named(&page, "somebody")).await;
    let form = page
        .form("login-form")
        .with("username", "break-glass")
        .with("password", PASSWORD);
    assert_eq!(client.submit(&form).await.location(), Some("/"));
}

async fn a_password_that_came_along_is_taken(harness: &Harness) {
    harness.user("alice").await;
    make(&mut Api::new(harness).await, &source("corp", "oidc", &["corp.example"])).await;
    let mut client = harness.client();
    let page = client.get("/login").await;
    let answer = client.submit(&named(&page, "alice").with("password", PASSWORD)).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/")));
    let mut client = harness.client();
    let page = client.get("/login").await;
    // What a password manager had for another account goes nowhere.
    let answer = client
        .submit(&named(&page, "ada@corp.example").with("password", PASSWORD))
        .await;
    assert!(answer.location().unwrap().starts_with("/source/oauth/login/corp/?"));
    let empty = client.submit(&named(&page, "")).await;
    assert!(empty.status == 200 && empty.form("login-form").value("step").is_none());
    let forged = client.submit(&named(&page, "ada@corp.example").with("csrf", "x")).await;
    assert_eq!(forged.status, 403);
}

async fn the_hint_of_the_application_skips_or_fills_the_first_step(harness: &Harness) {
    make(&mut Api::new(harness).await, &source("corp", "oidc", &["corp.example"])).await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client
        .visit(&authorize("shop", &[("login_hint", "alice@elsewhere.example")]))
        .await;
    let form = page.form("login-form");
    assert_eq!(
        (form.value("step"), form.value("username")),
        (Some("password"), Some("alice@elsewhere.example"))
    );
    let page = client
        .visit(&authorize("shop", &[("login_hint", "ada@corp.example")]))
        .await;
    let form = page.form("login-form");
    assert_eq!(
        (form.value("step"), form.value("username")),
        (None, Some("ada@corp.example"))
    );
    let answer = client.submit(&form).await;
    assert!(answer.location().unwrap().starts_with("/source/oauth/login/corp/?"));
}

async fn only_sources_that_the_page_offers_count(harness: &Harness) {
    let mut api = Api::new(harness).await;
    harness.application("shop").await;
    harness.application("mail").await;
    let mut corp = source("corp", "oidc", &["corp.example"]);
    corp["applications"] = json!(["shop"]);
    let made = make(&mut api, &corp).await;
    let step = async |path: &str| {
        let page = harness.client().visit(path).await;
        page.has("input[tabindex=-1]")
    };
    assert!(step(&authorize("shop", &[])).await);
    assert!(!step(&authorize("mail", &[])).await && !step("/login").await);
    let path = format!("/sources/{}", made["id"].as_str().unwrap());
    for off in [json!({ "enabled": false }), json!({ "enabled": true, "domains": [] })] {
        api.patch(&path, &off).await.found();
        assert!(!step(&authorize("shop", &[])).await, "{off}");
    }
}

async fn tabs_and_the_way_back_do_not_disturb_each_other(harness: &Harness) {
    harness.user("alice").await;
    make(&mut Api::new(harness).await, &source("corp", "oidc", &["corp.example"])).await;
    harness.application("shop").await;
    harness.application("mail").await;
    let mut client = harness.client();
    let shop = client.visit(&authorize("shop", &[])).await;
    let mail = client.visit(&authorize("mail", &[])).await;
    let shop_password = client.submit(&named(&shop, "alice")).await;
    let gone = client.submit(&named(&mail, "ada@corp.example")).await;
    assert_eq!(gone.status, 303);
    // Back in the second tab, and the name is another one now.
    let mail_password = client.submit(&named(&mail, "alice")).await;
    let answer = client
        .submit(&shop_password.form("login-form").with("password", PASSWORD))
        .await;
    let consent = client.follow(answer).await;
    assert!(consent.body.contains("Name of shop"));
    let answer = client
        .submit(&mail_password.form("login-form").with("password", PASSWORD))
        .await;
    let consent = client.follow(answer).await;
    assert!(consent.body.contains("Name of mail"));
}

async fn without_domains_nothing_changes(harness: &Harness) {
    make(&mut Api::new(harness).await, &source("corp", "oidc", &[])).await;
    let mut client = harness.client();
    let page = client.get("/login").await;
    assert!(!page.has("input[tabindex=-1]") && page.form("login-form").value("step").is_none());
    let answer = client
        .submit(&page.form("login-form").with("username", "ada@corp.example"))
        .await;
    assert_eq!(answer.status, 422);
}

async fn domains_are_checked_and_belong_to_one_source(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = make(
        &mut api,
        &source("corp", "oidc", &["Corp.example ", "corp.example", "bücher.example"]),
    )
    .await;
    assert_eq!(made["domains"], json!(["corp.example", "xn--bcher-kva.example"]));
    let second = make(&mut api, &source("other", "oidc", &[])).await;
    assert_eq!(second["domains"], json!([]));
    let path = format!("/sources/{}", second["id"].as_str().unwrap());
    for (domains, code, says) in [
        (
            json!(["CORP.example"]),
            "taken",
            "`corp.example` belongs to the source `corp` already",
        ),
        (json!(["@corp.example"]), "invalid", "`@corp.example` is no mail domain"),
        (json!(["localhost"]), "invalid", "`localhost` is no mail domain"),
        (json!(["*.example"]), "invalid", "no mail domain"),
        (
            json!(
                vec!["a.example"; 1]
                    .into_iter()
                    .chain((0..101).map(|_| "b"))
                    .collect::<Vec<_>>()
            ),
            "invalid",
            "no mail domain",
        ),
        (
            json!((0..101).map(|n| format!("d{n}.example")).collect::<Vec<_>>()),
            "too_long",
            "at most 100",
        ),
    ] {
        let reply = api.patch(&path, &json!({ "domains": domains })).await;
        assert_eq!(reply.status(), 422, "{domains}");
        let error = &reply.json["errors"][0];
        assert_eq!(
            (error["field"].as_str(), error["code"].as_str()),
            (Some("domains"), Some(code)),
            "{error}"
        );
        assert!(error["message"].as_str().unwrap().contains(says), "{error}");
    }
    // A source keeps its own, and what it gives up is free.
    let first = format!("/sources/{}", made["id"].as_str().unwrap());
    api.patch(&first, &json!({ "name": "Renamed" })).await.found();
    api.patch(&first, &json!({ "domains": ["corp2.example"] }))
        .await
        .found();
    let moved = api.patch(&path, &json!({ "domains": ["corp.example"] })).await.found();
    assert_eq!(moved["domains"], json!(["corp.example"]));
    assert_eq!(
        api.patch(&path, &json!({ "domains": null })).await.found()["domains"],
        json!([])
    );
}
