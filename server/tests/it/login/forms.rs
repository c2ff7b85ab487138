//! Forms come back from the browser that they were given to, for the purpose that they were made for, once.

use axum::body::Body;
use http::{Method, Request, header};

use super::*;
use crate::harness::on_both;

on_both!(
    a_form_of_another_browser_is_not_taken,
    a_forged_or_missing_proof_is_not_taken,
    a_proof_for_one_purpose_is_none_for_another,
    a_request_that_waits_belongs_to_one_browser,
    a_form_that_comes_twice_is_answered_once,
    two_tabs_sign_in_side_by_side,
    bodies_have_a_type_and_a_limit,
);

async fn a_form_of_another_browser_is_not_taken(harness: &Harness) {
    harness.user("alice").await;
    let mut attacker = harness.client();
    let page = attacker.get("/login").await;
    let mut victim = harness.client();
    victim.get("/login").await;
    let answer = victim.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (403, Some("form_of_another_browser"))
    );
    assert!(victim.cookie("vestibule_session").is_none());
    let answer = harness.client().submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(answer.status, 403, "nor by a browser without cookies");
    assert!(events(harness, "login").await.is_empty() && events(harness, "login_failed").await.is_empty());
}

async fn a_forged_or_missing_proof_is_not_taken(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let form = filled(&page, "alice", PASSWORD);
    let proof = form.value("csrf").unwrap().to_owned();
    let mut changed = proof.clone().into_bytes();
    changed[0] = if changed[0] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    for bad in ["", "x", "////", changed.as_str(), &proof[1..], &format!("{proof}A")] {
        let answer = client.submit(&form.clone().with("csrf", bad)).await;
        assert_eq!(answer.status, 403, "{bad}");
    }
    assert_eq!(client.submit(&form.clone().without("csrf")).await.status, 403);
    let page = sign_in(&mut client, &page, "alice").await;
    let consent = page.form("consent-form").with("decision", "allow");
    for bad in [consent.clone().without("csrf"), consent.clone().with("csrf", &changed)] {
        let answer = client.submit(&bad).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (403, Some("csrf_invalid"))
        );
    }
    let answer = client.post("/logout", &[]).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    assert!(client.get("/").await.has("form#sign-out-form"), "still signed in");
    assert!(grants(harness).await.is_empty());
}

async fn a_proof_for_one_purpose_is_none_for_another(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let own = client.get("/login").await.form("login-form");
    let own_proof = own.value("csrf").unwrap().to_owned();
    let other_next = client.get("/login?next=/logout").await.form("login-form");
    assert_ne!(
        other_next.value("csrf"),
        Some(own_proof.as_str()),
        "bound to where it leads"
    );
    let page = client.visit(&authorize("shop", &[])).await;
    let answer = client
        .submit(&filled(&page, "alice", PASSWORD).with("csrf", &own_proof))
        .await;
    assert_eq!(answer.status, 403);
    let login_proof = page.form("login-form").value("csrf").unwrap().to_owned();
    let consent = sign_in(&mut client, &page, "alice").await.form("consent-form");
    let answer = client
        .submit(&consent.with("csrf", &login_proof).with("decision", "allow"))
        .await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
}

async fn a_request_that_waits_belongs_to_one_browser(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut attacker = harness.client();
    let start = attacker.get(&authorize("shop", &[])).await;
    let transaction = start.parameter("transaction").unwrap();
    let mut victim = harness.signed_in("alice").await;
    for path in ["/login", "/consent", "/choose-account"] {
        let answer = victim.get(&format!("{path}?transaction={transaction}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (403, Some("transaction_foreign"))
        );
        assert!(answer.body.contains(&format!("data-transaction=\"{transaction}\"")));
        let answer = victim.post(path, &[("transaction", &transaction)]).await;
        assert_eq!(answer.error_code().as_deref(), Some("transaction_foreign"), "{path}");
    }
}

async fn a_form_that_comes_twice_is_answered_once(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &page, "alice")
        .await
        .form("consent-form")
        .with("decision", "allow");
    let mut second = client.clone();
    let (one, two) = tokio::join!(client.submit(&consent), second.submit(&consent));
    let codes = [&one, &two]
        .iter()
        .filter(|answer| answer.parameter("code").is_some())
        .count();
    assert_eq!(codes, 1, "a double click gives one code");
    let late = client.submit(&consent).await;
    assert_eq!(
        late.error_code().as_deref(),
        Some("transaction_unknown"),
        "and so does the back button"
    );
    assert_eq!(grants(harness).await.len(), 1);
    let back = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(back.error_code().as_deref(), Some("transaction_unknown"));
}

async fn two_tabs_sign_in_side_by_side(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    harness.application("mail").await;
    let mut client = harness.client();
    let shop = client.visit(&authorize("shop", &[])).await;
    let mail = client.visit(&authorize("mail", &[])).await;
    let shop_consent = sign_in(&mut client, &shop, "alice").await;
    // The other tab still shows its sign-in page; both its form and a reload lead on.
    let transaction = mail.form("login-form").value("transaction").unwrap().to_owned();
    let reloaded = client.get(&format!("/login?transaction={transaction}")).await;
    assert!(reloaded.location().unwrap().starts_with("/consent?transaction="));
    let mail_consent = sign_in(&mut client, &mail, "alice").await;
    let answer = decide(&mut client, &mail_consent, "allow").await;
    code_for(&answer, harness, "mail");
    // The session was replaced by the second sign-in, and the form of the first tab was bound to it: shown again, it works.
    let stale = decide(&mut client, &shop_consent, "allow").await;
    assert_eq!(stale.error_code().as_deref(), Some("csrf_invalid"));
    let transaction = shop_consent
        .form("consent-form")
        .value("transaction")
        .unwrap()
        .to_owned();
    let fresh = client.get(&format!("/consent?transaction={transaction}")).await;
    let answer = decide(&mut client, &fresh, "allow").await;
    code_for(&answer, harness, "shop");
}

async fn bodies_have_a_type_and_a_limit(harness: &Harness) {
    let mut client = harness.client();
    for path in [
        "/login",
        "/consent",
        "/choose-account",
        "/logout",
        "/setup",
        "/application/o/end-session/",
    ] {
        let post = |content_type: &str, body: String| {
            Request::builder()
                .method(Method::POST)
                .uri(path)
                .header(header::CONTENT_TYPE, content_type)
                .body(Body::from(body))
                .unwrap()
        };
        let answer = client.send(post("application/json", "{}".into())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (415, Some("content_type_unsupported"))
        );
        let form = "application/x-www-form-urlencoded";
        let answer = client.send(post(form, "a=".to_owned() + &"x".repeat(65 * 1024))).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (413, Some("body_too_large"))
        );
        let answer = client.send(post(form, "csrf=a&csrf=b".into())).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error_code().as_deref()),
            (400, Some("parameter_repeated"))
        );
        let answer = client.send(post(form, "csrf=%ff".into())).await;
        assert_eq!(answer.error_code().as_deref(), Some("parameters_malformed"));
    }
}
