//! Input that wants to be a script, another host, or another method; and what every page carries against it.

use http::header;

use super::*;
use crate::harness::{Engine, on_both};

on_both!(
    next_leads_nowhere_else,
    what_people_and_applications_write_stays_text,
    every_page_is_complete_without_scripts_and_guarded,
    unknown_addresses_and_methods_are_answered,
);

async fn next_leads_nowhere_else(harness: &Harness) {
    harness.user("alice").await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "///evil.example/",
        "/\\evil.example",
        "/%5cevil.example/..//evil.example",
        "/\t/evil.example",
        "\u{1}//evil.example",
        "/.//evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example",
        "@evil.example",
        "/\r\nLocation: https://evil.example/",
    ] {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("next", next)
            .finish();
        let mut client = harness.client();
        let page = client.get(&format!("/login?{query}")).await;
        let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
        let location = answer.location().unwrap();
        let resolved = url::Url::parse("http://localhost:9000/")
            .unwrap()
            .join(location)
            .unwrap();
        assert_eq!(
            resolved.origin().ascii_serialization(),
            "http://localhost:9000",
            "{next:?} to {location}"
        );
        let again = client.get(&format!("/login?{query}")).await;
        assert_eq!(again.location(), Some(location), "{next:?}, signed in already");
    }
    let mut client = harness.client();
    let page = client.get("/login?next=%2Faccount%3Fa%3D1").await;
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(answer.location(), Some("/account?a=1"));
}

const CORPUS: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}${7*7}<%= 7 %>",
    "\u{202e}<b>\u{0}",
];

async fn what_people_and_applications_write_stays_text(harness: &Harness) {
    for (number, words) in CORPUS.into_iter().enumerate() {
        let words = words.replace('\u{0}', "");
        let (slug, username) = (format!("app{number}"), format!("{words}{number}"));
        harness
            .application_with(&slug, |application| {
                application.name.clone_from(&words);
                application.description.clone_from(&words);
                application.icon_url = Some(words.clone());
                application.launch_url = Some("javascript:alert(1)".into());
                application.policy_uri = Some("javascript:alert(1)".into());
            })
            .await;
        harness.user_with(&username, |user| user.name.clone_from(&words)).await;
        let mut client = harness.client();
        let page = client.visit(&authorize(&slug, &[("login_hint", &words)])).await;
        let form = page.form("login-form");
        assert_eq!(form.value("username"), Some(words.as_str()), "it comes back as it went");
        let wrong = client.submit(&filled(&page, &words, "wrong password")).await;
        let consent = sign_in(&mut client, &page, &username).await;
        let (home, logout) = (client.get("/").await, client.get("/logout").await);
        let asked = client.get(&format!("/application/o/{slug}/end-session/?state=x")).await;
        let bad = form_urlencoded::byte_serialize(words.as_bytes()).collect::<String>();
        let error = client
            .get(&authorize(&slug, &[]).replace("redirect_uri=https", &format!("redirect_uri={bad}")))
            .await;
        assert!(consent.has("form#consent-form") && error.error_code().is_some());
        for page in [page, wrong, consent, home, logout, asked, error] {
            let html = page.page();
            for element in &html.elements {
                assert!(
                    !element
                        .attributes
                        .iter()
                        .any(|(name, _)| name.starts_with("on") || name == "style")
                );
                assert!(element.name != "b" && (element.name != "script" || element.attribute("src").is_some()));
                for link in ["href", "src", "action"] {
                    let safe = element
                        .attribute(link)
                        .is_none_or(|link| !link.starts_with("javascript:"));
                    assert!(safe, "{} {link}", element.name);
                }
            }
        }
    }
}

async fn every_page_is_complete_without_scripts_and_guarded(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let login = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &login, "alice").await;
    harness.advance(1);
    let choose = client.visit(&authorize("shop", &[("prompt", "select_account")])).await;
    let pages = [
        ("login", login),
        ("consent", consent),
        ("choose", choose),
        ("home", client.get("/").await),
        ("logout", client.get("/logout").await),
        ("signed out", harness.client().get("/logout").await),
        ("end session", client.get("/application/o/end-session/").await),
        ("setup", harness.client().get("/setup?token=x").await),
        ("error", client.get("/consent").await),
        (
            "nothing",
            client
                .clone()
                .with_header(header::ACCEPT, "text/html")
                .get("/nothing")
                .await,
        ),
    ];
    for (name, page) in pages {
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{name}"
        );
        assert!(!policy.contains("unsafe"), "{name}");
        for (header, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "same-origin"),
        ] {
            assert_eq!(page.header(header), Some(value), "{name} {header}");
        }
        let html = page.page();
        for element in &html.elements {
            assert!(
                element.name != "script" || element.attribute("type") == Some("module"),
                "{name}"
            );
            let hidden = element.attribute("hidden").is_some();
            let scripted = element.name == "button" && element.attribute("type") == Some("button");
            assert!(
                !scripted || hidden,
                "{name}: a button that needs a script is hidden without one"
            );
        }
    }
}

async fn unknown_addresses_and_methods_are_answered(harness: &Harness) {
    let mut browser = harness.client().with_header(header::ACCEPT, "text/html,*/*;q=0.8");
    let answer = browser.get("/no/such/page").await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (404, Some("not_found"))
    );
    assert!(answer.has("a[href=/]"));
    let mut program = harness.client();
    let answer = program.get("/no/such/page").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("content-type")),
        (404, Some("application/json"))
    );
    for path in ["/login", "/consent", "/logout", "/"] {
        let request = http::Request::builder().method("DELETE").uri(path);
        let answer = browser.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (405, Some("method_not_allowed")),
            "{path}"
        );
        assert!(
            answer.header("allow").is_some_and(|allowed| allowed.contains("GET")),
            "{path}"
        );
    }
}

/// A host that a request names never gets into a link, a cookie or an issuer.
#[tokio::test]
async fn the_host_of_a_request_is_not_believed() {
    let harness = Harness::new(Engine::Sqlite).await;
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness
        .client()
        .with_header(header::HOST, "evil.example")
        .with_header("x-forwarded-host".parse().unwrap(), "evil.example")
        .with_header(header::FORWARDED, "host=evil.example;proto=https");
    let login = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &login, "alice").await;
    let answer = decide(&mut client, &consent, "allow").await;
    code_for(&answer, &harness, "shop");
    for body in [login.body, consent.body] {
        assert!(!body.contains("evil.example"));
    }
    harness.end().await;
}
