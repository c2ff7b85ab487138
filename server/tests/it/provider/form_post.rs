//! `response_mode=form_post` over the whole server: what the page is, where its form may go, errors by the same way, and
//! hostile values in every field (CVE-2026-42849, CVE-2026-29191).

use std::collections::BTreeSet;

use protocol::client::{Application, ConsentMode, GrantType, MatchingMode, RedirectUri};

use super::support::{application_with, authorize_path, browser_of, json, redeem, text};
use crate::harness::{Answer, Client, Harness, PASSWORD, on_both};

on_both!(
    a_code_travels_in_a_form_with_exactly_its_fields,
    a_form_follows_the_sign_in_and_the_consent_page,
    errors_travel_in_a_form_as_well,
    the_form_may_go_to_its_application_and_nowhere_else,
    hostile_values_stay_values,
    a_form_is_answered_once,
);

const FORM: (&str, &str) = ("response_mode", "form_post");

fn all_flows(application: &mut Application) {
    application.grant_types = vec![
        GrantType::AuthorizationCode,
        GrantType::Implicit,
        GrantType::Hybrid,
        GrantType::RefreshToken,
    ];
}

async fn signed_in(harness: &Harness) -> Client {
    let user = harness.user("ada").await;
    browser_of(harness, &user).await
}

fn names(answer: &Answer) -> Vec<String> {
    let fields = answer.form("form-post").fields;
    fields.into_iter().map(|(name, _)| name).collect()
}

fn policy(answer: &Answer) -> &str {
    answer.header("content-security-policy").expect("a policy")
}

/// Row 16 of the sheet, with the issuer of RFC 9207 beside it.
async fn a_code_travels_in_a_form_with_exactly_its_fields(harness: &Harness) {
    application_with(harness, "shop", all_flows).await;
    let mut browser = signed_in(harness).await;
    let answer = browser.get(&authorize_path("shop", &[FORM])).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (200, None));
    assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let form = answer.form("form-post");
    assert_eq!(form.action, "https://shop.example/cb");
    assert_eq!(names(&answer), ["code", "state", "iss"]);
    assert_eq!(form.value("state"), Some("the state & more"));
    assert_eq!(form.value("iss"), Some("http://localhost:9000/application/o/shop/"));

    let page = answer.page();
    assert!(page.has("button#continue"), "for those without scripts");
    let scripts: Vec<&str> = page
        .elements
        .iter()
        .filter(|element| element.name == "script")
        .filter_map(|script| script.attribute("src"))
        .collect();
    assert!(
        scripts.len() == 1 && scripts[0].starts_with("/assets/form_post-"),
        "{scripts:?}"
    );
    assert_eq!(
        browser.get(scripts[0]).await.header("content-type"),
        Some("text/javascript; charset=utf-8")
    );
    assert!(policy(&answer).contains("script-src 'self';") && !policy(&answer).contains("unsafe"));
    assert!(answer.body.contains("Name of shop"), "the page says where it leads");

    let redeemed = redeem(harness, "shop", form.value("code").expect("a code")).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);

    for (response_type, expected) in [
        ("id_token", "id_token token_type expires_in state iss"),
        (
            "id_token token",
            "access_token id_token token_type expires_in scope state iss",
        ),
        ("code token", "access_token code token_type expires_in scope state iss"),
        ("code id_token", "id_token code token_type expires_in state iss"),
        (
            "code id_token token",
            "access_token id_token code token_type expires_in scope state iss",
        ),
    ] {
        let more = [FORM, ("response_type", response_type), ("state", "s")];
        let answer = browser.get(&authorize_path("shop", &more)).await;
        assert_eq!(names(&answer).join(" "), expected, "{response_type}");
        let form = answer.form("form-post");
        assert_eq!(form.value("expires_in"), Some("3600"), "every value is a text");
    }
    let answer = browser.get(&authorize_path("shop", &[FORM, ("state", "")])).await;
    assert_eq!(
        names(&answer),
        ["code", "iss"],
        "a state that did not come is not made up"
    );
}

async fn a_form_follows_the_sign_in_and_the_consent_page(harness: &Harness) {
    application_with(harness, "shop", |shop| shop.consent_mode = ConsentMode::Always).await;
    harness.user("ada").await;
    let mut browser = harness.client();
    let page = browser
        .visit(&authorize_path("shop", &[FORM, ("ui_locales", "de")]))
        .await;
    let form = page
        .form("login-form")
        .with("username", "ada")
        .with("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let page = browser.follow(answer).await;
    let form = page.form("consent-form").with("decision", "allow");
    let answer = browser.submit(&form).await;
    assert_eq!(answer.status, 200);
    assert_eq!(names(&answer), ["code", "state", "iss"]);
    assert!(answer.body.contains("lang=\"de\"") && answer.body.contains("Zurück zu"));
    assert!(answer.body.contains(">Weiter<"));
}

async fn errors_travel_in_a_form_as_well(harness: &Harness) {
    application_with(harness, "shop", |shop| {
        all_flows(shop);
        shop.consent_mode = ConsentMode::Always;
    })
    .await;
    let mut stranger = harness.client();
    for (more, error) in [
        (vec![("prompt", "none")], "login_required"),
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_type", "id_token"), ("nonce", "")], "invalid_request"),
        (vec![("response_type", "id_token"), ("scope", "email")], "invalid_scope"),
        (vec![("request", "e30.e30.")], "request_not_supported"),
        (vec![("claims", "[")], "invalid_request"),
    ] {
        let mut all = vec![FORM];
        all.extend(more);
        let answer = stranger.get(&authorize_path("shop", &all)).await;
        assert_eq!(answer.status, 200, "{all:?}");
        let form = answer.form("form-post");
        assert_eq!(form.value("error"), Some(error), "{all:?}");
        assert_eq!(names(&answer), ["error", "error_description", "state", "iss"]);
        assert_eq!(form.value("state"), Some("the state & more"));
    }
    // The person says no.
    let mut browser = signed_in(harness).await;
    let page = browser.visit(&authorize_path("shop", &[FORM])).await;
    let form = page.form("consent-form").with("decision", "deny");
    let answer = browser.submit(&form).await;
    assert_eq!(answer.form("form-post").value("error"), Some("access_denied"));
    // Where the address is not good, nothing leaves: a page, and no form.
    let foreign = [FORM, ("redirect_uri", "https://evil.example/cb")];
    let answer = browser.get(&authorize_path("shop", &foreign)).await;
    assert_eq!(answer.status, 400);
    assert!(!answer.has("form#form-post") && answer.error_code().is_some());
}

async fn the_form_may_go_to_its_application_and_nowhere_else(harness: &Harness) {
    let addresses = [
        ("https://shop.example/cb", "https://shop.example"),
        ("https://shop.example:8443/cb?keep=1&too=2", "https://shop.example:8443"),
        ("http://127.0.0.1:7000/cb", "http://127.0.0.1:7000"),
        ("http://[::1]:7000/cb", "http:"),
        ("com.example.shop:/cb", "com.example.shop:"),
        ("com.example.shop://host/cb", "com.example.shop:"),
    ];
    application_with(harness, "shop", |shop| {
        shop.redirect_uris = addresses
            .iter()
            .map(|(url, _)| RedirectUri {
                matching_mode: MatchingMode::Strict,
                url: (*url).to_owned(),
            })
            .collect();
    })
    .await;
    let mut browser = signed_in(harness).await;
    for (address, source) in addresses {
        let answer = browser
            .get(&authorize_path("shop", &[FORM, ("redirect_uri", address)]))
            .await;
        assert_eq!(answer.form("form-post").action, address, "as it was registered");
        let directive = policy(&answer)
            .split("; ")
            .find_map(|directive| directive.strip_prefix("form-action "));
        assert_eq!(directive, Some(source), "{address}");
        assert!(policy(&answer).contains("frame-ancestors 'none'"));
    }
}

/// Whatever stands in a field or in the name of the application is text.
async fn hostile_values_stay_values(harness: &Harness) {
    let hostile = [
        "\"><script>alert(1)</script>",
        "' onfocus='alert(1)' autofocus='",
        "</form><form action=\"https://evil.example/\">",
        "--></script><svg/onload=alert(1)>",
        "&quot;&#34;&amp;lt;",
        "javascript:alert(1)//",
        "\u{202e}moc.elpmaxe\u{202c}\u{2066}\u{fffe}",
        "{{ 7 * 7 }}{% raw %}${7*7}",
        "\u{1}\u{8}\u{b}\u{1f}\u{7f}\t tab",
        "\u{1f600}ä\u{e000}",
    ];
    application_with(harness, "shop", |shop| {
        shop.name = "<img src=x onerror=alert(1)> \"'&".to_owned();
    })
    .await;
    let mut browser = signed_in(harness).await;
    let shape = |answer: &Answer| -> BTreeSet<(String, Vec<String>)> {
        let elements = answer.page().elements;
        let attributes =
            |element: &crate::pages::html::Element| element.attributes.iter().map(|(name, _)| name.clone()).collect();
        elements
            .iter()
            .map(|element| (element.name.clone(), attributes(element)))
            .collect()
    };
    let plain = browser.get(&authorize_path("shop", &[FORM])).await;
    for state in hostile {
        let answer = browser.get(&authorize_path("shop", &[FORM, ("state", state)])).await;
        assert_eq!(answer.form("form-post").value("state"), Some(state));
        assert_eq!(shape(&answer), shape(&plain), "{state:?} has grown elements");
        // The same in the error form, for somebody who is not signed in.
        let more = [FORM, ("state", state), ("prompt", "none")];
        let answer = harness.client().get(&authorize_path("shop", &more)).await;
        assert_eq!(answer.form("form-post").value("state"), Some(state));
    }
    // What a form would change on its way, or what is too long, is refused and not echoed.
    for (state, refusal) in [("a\nb", "state"), ("a\r\nb", "state"), ("a\0b", "state")] {
        let answer = browser.get(&authorize_path("shop", &[FORM, ("state", state)])).await;
        let form = answer.form("form-post");
        assert_eq!(form.value("error"), Some("invalid_request"));
        assert!(
            form.value("error_description")
                .is_some_and(|text| text.contains(refusal))
        );
        assert_eq!(form.value("state"), None);
    }
    let long = "s".repeat(10_000);
    let answer = browser.get(&authorize_path("shop", &[FORM, ("state", &long)])).await;
    let form = answer.form("form-post");
    assert_eq!(
        (form.value("error"), form.value("state")),
        (Some("invalid_request"), None)
    );
    // 64 KiB come no further than the body or the parameters are read.
    let longer = "s".repeat(64 * 1024);
    for state in [&longer, &longer[..20_000]] {
        let fields = [
            ("client_id", "shop"),
            ("redirect_uri", "https://shop.example/cb"),
            ("response_type", "code"),
            FORM,
            ("state", state),
        ];
        let answer = browser.post("/application/o/authorize/", &fields).await;
        assert!(matches!(answer.status.as_u16(), 400 | 413), "{}", answer.status);
        assert!(!answer.body.contains("sssss") && !answer.has("form#form-post"));
    }
}

/// The back button shows no second code: the request is answered.
async fn a_form_is_answered_once(harness: &Harness) {
    application_with(harness, "shop", |_| {}).await;
    harness.user("ada").await;
    let mut browser = harness.client();
    let page = browser.visit(&authorize_path("shop", &[FORM])).await;
    let form = page
        .form("login-form")
        .with("username", "ada")
        .with("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let code = answer.form("form-post").value("code").expect("a code").to_owned();
    let again = browser.submit(&form).await;
    assert_eq!(again.error_code().as_deref(), Some("transaction_unknown"));
    let body = json(&redeem(harness, "shop", &code).await);
    assert!(!text(&body, "access_token").is_empty());
}
