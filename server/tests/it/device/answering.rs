//! The page where a person answers (RFC 8628, section 3.3 and 5.4).

use protocol::client::ConsentMode;

use super::*;
use crate::harness::{PASSWORD, on_both};

on_both!(
    a_person_signs_in_types_the_code_and_allows_it,
    a_link_with_the_code_leads_to_the_question,
    the_question_says_who_asks_for_what_from_where,
    a_link_never_allows_by_itself,
    a_code_is_read_in_any_spelling,
    a_wrong_code_is_told_in_the_form,
    an_expired_code_is_told_in_the_form,
    a_code_is_answered_once,
    a_no_is_told_to_the_device,
    nobody_answers_what_was_not_shown,
    another_account_can_be_chosen,
    whoever_gets_nothing_lets_nothing_in,
    an_application_that_changes_meanwhile_gets_nothing,
);

/// Signs in on a sign-in page and follows our redirects.
async fn sign_in(browser: &mut Client, page: &Answer, username: &str) -> Answer {
    let form = page
        .form("login-form")
        .with("username", username)
        .with("password", PASSWORD);
    let answer = browser.submit(&form).await;
    browser.follow(answer).await
}

async fn a_person_signs_in_types_the_code_and_allows_it(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid email").await;
    let device_code = text(&asked, "device_code");
    assert_eq!(error(harness, "tv", device_code).await, "authorization_pending");
    let mut browser = harness.client();
    let page = browser.visit("/device").await;
    let page = sign_in(&mut browser, &page, "alice").await;
    assert!(
        page.has("form#device-form") && problem(&page).is_empty(),
        "back at the form"
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .ends_with("form-action 'self'")
    );
    let form = page.form("device-form").with("code", text(&asked, "user_code"));
    let question = browser.submit(&form).await;
    assert_eq!(question.status, 200, "{}", question.body);
    harness.advance(5);
    assert_eq!(
        error(harness, "tv", device_code).await,
        "authorization_pending",
        "looking is not allowing"
    );
    let done = press(&mut browser, &question, "allow").await;
    assert!(done.has("article#device-answered") && done.has("article[data-decision=allow]"));
    assert_eq!(poll(harness, "tv", device_code).await.status, 200);
    let events = harness.events("authorize_application").await;
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0].detail["kind"], &events[0].detail["scopes"][0]),
        (&"device_code".into(), &"email".into())
    );
}

async fn a_link_with_the_code_leads_to_the_question(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.client();
    let page = browser.visit(text(&asked, "verification_uri_complete")).await;
    let question = sign_in(&mut browser, &page, "alice").await;
    assert!(
        question.has("form#consent-form") && question.has("p#user-code"),
        "{}",
        question.body
    );
    press(&mut browser, &question, "allow").await;
    assert_eq!(poll(harness, "tv", text(&asked, "device_code")).await.status, 200);
}

async fn the_question_says_who_asks_for_what_from_where(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let fields = [("client_id", "tv"), ("scope", "openid email admin")];
    let answer = harness
        .client()
        .at_address("203.0.113.9")
        .post("/application/o/device/", &fields)
        .await;
    let asked = json(&answer);
    harness.advance(180);
    let mut browser = harness.signed_in("alice").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    for part in [
        "li[data-scope=openid]",
        "li[data-scope=email]",
        "button#allow",
        "button#deny",
        "p#warning",
    ] {
        assert!(question.has(part), "{part}: {}", question.body);
    }
    assert!(!question.has("li[data-scope=admin]") && !question.has("li[data-scope=profile]"));
    assert!(question.has("time[datetime=2026-11-21T00:00:00Z]"));
    for part in [
        "Name of tv",
        "203.0.113.9",
        "3 minutes ago",
        "2026-11-21 00:00 UTC",
        text(&asked, "user_code"),
        "Name of alice",
    ] {
        assert!(question.body.contains(part), "{part}: {}", question.body);
    }
    let mut german = browser.with_header(http::header::ACCEPT_LANGUAGE, "de");
    let question = enter(&mut german, text(&asked, "user_code")).await;
    assert!(question.body.contains("vor 3 Minuten"), "{}", question.body);
}

async fn a_link_never_allows_by_itself(harness: &Harness) {
    harness.user("alice").await;
    application_with(harness, "skips", |application| {
        application.consent_mode = ConsentMode::Skip;
    })
    .await;
    application(harness, "remembers").await;
    let mut browser = harness.signed_in("alice").await;
    for slug in ["skips", "remembers", "remembers"] {
        let asked = ask(harness, slug, "openid").await;
        let question = browser.visit(text(&asked, "verification_uri_complete")).await;
        assert!(question.has("form#consent-form"), "{slug}: {}", question.body);
        assert_eq!(
            error(harness, slug, text(&asked, "device_code")).await,
            "authorization_pending"
        );
        press(&mut browser, &question, "allow").await;
        assert_eq!(poll(harness, slug, text(&asked, "device_code")).await.status, 200);
    }
}

async fn a_code_is_read_in_any_spelling(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let code = text(&asked, "user_code");
    let mut browser = harness.signed_in("alice").await;
    for typed in [
        code.to_lowercase(),
        code.replace('-', ""),
        format!("  {} ", code.replace('-', " ")),
        code.replace('-', "\u{2013}"),
    ] {
        let question = enter(&mut browser, &typed).await;
        assert!(question.has("form#consent-form"), "{typed:?}: {}", question.body);
    }
}

async fn a_wrong_code_is_told_in_the_form(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let mut browser = harness.signed_in("alice").await;
    let long = "B".repeat(5_000);
    for typed in [
        "BBBB-BBBB",
        "123456789",
        "x",
        "",
        "   ",
        "\"><script>",
        "BBBB\u{0}BBBB",
        &long,
    ] {
        let answer = enter(&mut browser, typed).await;
        assert_eq!(answer.status, 422, "{typed:?}");
        assert!(
            problem(&answer).contains("No device shows this code"),
            "{typed:?}: {}",
            answer.body
        );
        assert!(answer.body.len() < 6_000, "what is shown again is short");
    }
    let answer = browser.get("/device?code=BBBB-BBBB").await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.form("device-form").value("code"), Some("BBBB-BBBB"));
    assert_eq!(browser.get("/device?code=a&code=b").await.status, 400);
    let stale = browser
        .post("/device", &[("code", "BBBB-BBBB"), ("csrf", "forged")])
        .await;
    assert_eq!(stale.status, 403);
    assert!(problem(&stale).contains("open for too long"));
}

async fn an_expired_code_is_told_in_the_form(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    harness.advance(599);
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    assert!(question.has("form#consent-form"));
    harness.advance(1);
    let late = press(&mut browser, &question, "allow").await;
    assert!(
        late.status == 422 && problem(&late).contains("expired"),
        "{}",
        late.body
    );
    let answer = enter(&mut browser, text(&asked, "user_code")).await;
    assert!(
        answer.status == 422 && problem(&answer).contains("expired"),
        "{}",
        answer.body
    );
    assert_eq!(error(harness, "tv", text(&asked, "device_code")).await, "expired_token");
}

async fn a_code_is_answered_once(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    application(harness, "tv").await;
    let (mut alice, mut bob) = (harness.signed_in("alice").await, harness.signed_in("bob").await);
    for (first, second) in [
        ("allow", "deny"),
        ("allow", "allow"),
        ("deny", "allow"),
        ("deny", "deny"),
    ] {
        let asked = ask(harness, "tv", "openid").await;
        let code = text(&asked, "user_code");
        let (hers, his) = (enter(&mut alice, code).await, enter(&mut bob, code).await);
        let answer = press(&mut alice, &hers, first).await;
        assert!(answer.has(&format!("article[data-decision={first}]")));
        for (browser, page) in [(&mut alice, &hers), (&mut bob, &his)] {
            let again = press(browser, page, second).await;
            assert!(
                again.status == 422 && problem(&again).contains("answered already"),
                "{}",
                again.body
            );
        }
        let again = enter(&mut bob, code).await;
        assert!(problem(&again).contains("answered already"), "{}", again.body);
        let got = poll(harness, "tv", text(&asked, "device_code")).await;
        assert_eq!(got.status == 200, first == "allow", "{}", got.body);
    }
}

async fn a_no_is_told_to_the_device(harness: &Harness) {
    harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    let answer = press(&mut browser, &question, "deny").await;
    assert!(answer.status == 200 && answer.has("article[data-decision=deny]"));
    for _ in 0..2 {
        let got = refusal(&poll(harness, "tv", text(&asked, "device_code")).await);
        assert_eq!(got, (400, "access_denied".to_owned(), "device_code_denied".to_owned()));
    }
    assert!(harness.events("authorize_application").await.is_empty());
}

async fn nobody_answers_what_was_not_shown(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    application(harness, "tv").await;
    let (shown, other) = (ask(harness, "tv", "openid").await, ask(harness, "tv", "openid").await);
    let mut alice = harness.signed_in("alice").await;
    let question = enter(&mut alice, text(&shown, "user_code")).await;
    let form = question.form("consent-form").with("decision", "allow");
    let attempts = [
        form.clone().with("code", text(&other, "user_code")),
        form.clone().with("code", "nonsense"),
        form.clone().without("code"),
        form.clone().with("csrf", "forged"),
        form.clone().without("csrf"),
        // The proof of the form for a code is none for an answer.
        alice
            .get("/device")
            .await
            .form("device-form")
            .with("decision", "allow")
            .with("code", text(&shown, "user_code")),
    ];
    for attempt in attempts {
        let answer = alice.submit(&attempt).await;
        assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"), "{attempt:?}");
    }
    let mut bob = harness.signed_in("bob").await;
    let answer = bob.submit(&form).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("form_of_another_browser"),
        "another browser, another person"
    );
    let answer = alice.submit(&form.clone().with("decision", "Allow")).await;
    assert_eq!(answer.error_code().as_deref(), Some("parameters_malformed"));
    let mut nobody = harness.client();
    let answer = nobody.submit(&form).await;
    assert!(
        answer.location().unwrap().starts_with("/login?next="),
        "signed out, one signs in first"
    );
    for asked in [&shown, &other] {
        assert_eq!(
            error(harness, "tv", text(asked, "device_code")).await,
            "authorization_pending"
        );
    }
}

async fn another_account_can_be_chosen(harness: &Harness) {
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    let answer = press(&mut browser, &question, "another").await;
    let page = browser.follow(answer).await;
    assert!(page.has("form#login-form"), "{}", page.body);
    let question = sign_in(&mut browser, &page, "bob").await;
    assert!(question.body.contains("Name of bob"), "{}", question.body);
    press(&mut browser, &question, "allow").await;
    let events = harness.events("authorize_application").await;
    assert_eq!(events[0].actor.as_deref(), Some(bob.id.as_str()));
}

async fn whoever_gets_nothing_lets_nothing_in(harness: &Harness) {
    let mut user = harness.user("alice").await;
    application(harness, "tv").await;
    let asked = ask(harness, "tv", "openid").await;
    let mut browser = harness.signed_in("alice").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    harness.change_user(&mut user, |user| user.is_active = false).await;
    let answer = press(&mut browser, &question, "allow").await;
    assert!(
        answer.location().unwrap().starts_with("/login?next="),
        "{}",
        answer.body
    );
    assert_eq!(
        error(harness, "tv", text(&asked, "device_code")).await,
        "authorization_pending"
    );
}

async fn an_application_that_changes_meanwhile_gets_nothing(harness: &Harness) {
    harness.user("alice").await;
    let mut tv = application(harness, "tv").await;
    let mut browser = harness.signed_in("alice").await;
    let asked = ask(harness, "tv", "openid").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    harness.change_application(&mut tv, |tv| tv.enabled = false).await;
    let answer = press(&mut browser, &question, "allow").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("client_disabled"),
        "{}",
        answer.body
    );
    harness.change_application(&mut tv, |tv| tv.enabled = true).await;
    assert_eq!(
        error(harness, "tv", text(&asked, "device_code")).await,
        "access_denied",
        "it was refused for good"
    );

    let asked = ask(harness, "tv", "openid").await;
    let question = enter(&mut browser, text(&asked, "user_code")).await;
    harness.change_application(&mut tv, |tv| tv.grant_types.clear()).await;
    let answer = press(&mut browser, &question, "allow").await;
    assert!(problem(&answer).contains("expired"), "{}", answer.body);
    assert!(problem(&enter(&mut browser, text(&asked, "user_code")).await).contains("expired"));
    let got = refusal(&poll(harness, "tv", text(&asked, "device_code")).await);
    assert_eq!(got.1, "unauthorized_client");
}
