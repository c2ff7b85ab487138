//! Agreement: asked, remembered, refused, asked again, and never given by one person for another.

use protocol::client::ConsentMode;
use protocol::duration::Span;

use super::*;
use crate::harness::on_both;

on_both!(
    an_agreement_is_remembered_until_more_is_asked,
    an_agreement_ends,
    a_refusal_is_told_and_not_remembered,
    always_and_skip_do_as_they_say,
    an_answer_without_a_decision_changes_nothing,
    nobody_agrees_for_another,
    another_account_can_be_chosen_instead,
    the_page_shows_every_scope_and_claim,
    without_scope_it_shows_and_gives_all_of_the_application,
    signed_out_meanwhile_the_person_signs_in_first,
    an_application_that_changes_meanwhile_gets_nothing,
);

async fn an_agreement_is_remembered_until_more_is_asked(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    whole_way(harness, &mut client, "shop", "alice").await;
    let answer = client.visit(&authorize("shop", &[])).await;
    code_for(&answer, harness, "shop");
    let wider = authorize("shop", &[]).replace("scope=openid", "scope=openid+email");
    let page = client.visit(&wider).await;
    assert!(page.has("li[data-scope=email]"));
    let answer = decide(&mut client, &page, "allow").await;
    code_for(&answer, harness, "shop");
    let answer = client.visit(&wider).await;
    code_for(&answer, harness, "shop");
    let page = client.visit(&authorize("shop", &[("prompt", "consent")])).await;
    assert!(page.has("form#consent-form"), "prompt=consent asks again");
    let mut client = harness.signed_in("alice").await;
    let answer = client.visit(&wider).await;
    code_for(&answer, harness, "shop");
}

async fn an_agreement_ends(harness: &Harness) {
    harness.user("alice").await;
    let for_a_minute = |application: &mut protocol::client::Application| {
        application.consent_expires_in = Some(Span::from_secs(60));
    };
    harness.application_with("shop", for_a_minute).await;
    let mut client = harness.client();
    whole_way(harness, &mut client, "shop", "alice").await;
    harness.advance(59);
    let answer = client.visit(&authorize("shop", &[])).await;
    code_for(&answer, harness, "shop");
    harness.advance(1);
    assert!(client.visit(&authorize("shop", &[])).await.has("form#consent-form"));
}

async fn a_refusal_is_told_and_not_remembered(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let page = sign_in(&mut client, &page, "alice").await;
    let answer = decide(&mut client, &page, "deny").await;
    assert_eq!(error_for(&answer, "shop"), "access_denied");
    assert_eq!(answer.parameter("state").as_deref(), Some("the state"));
    assert!(grants(harness).await.is_empty());
    let answer = decide(&mut client, &page, "allow").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("transaction_unknown"),
        "it was answered"
    );
    assert!(client.visit(&authorize("shop", &[])).await.has("form#consent-form"));
}

async fn always_and_skip_do_as_they_say(harness: &Harness) {
    harness.user("alice").await;
    harness
        .application_with("always", |application| application.consent_mode = ConsentMode::Always)
        .await;
    harness
        .application_with("skip", |application| application.consent_mode = ConsentMode::Skip)
        .await;
    let mut client = harness.signed_in("alice").await;
    whole_way(harness, &mut client, "always", "alice").await;
    assert!(client.visit(&authorize("always", &[])).await.has("form#consent-form"));
    let answer = client.visit(&authorize("skip", &[])).await;
    code_for(&answer, harness, "skip");
    let answer = client.visit(&authorize("skip", &[("prompt", "none")])).await;
    code_for(&answer, harness, "skip");
    let answer = client.visit(&authorize("always", &[("prompt", "none")])).await;
    assert_eq!(error_for(&answer, "always"), "consent_required");
}

async fn an_answer_without_a_decision_changes_nothing(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let page = sign_in(&mut client, &page, "alice").await;
    let form = page.form("consent-form");
    for bad in [
        form.clone(),
        form.clone().with("decision", ""),
        form.clone().with("decision", "ALLOW"),
    ] {
        let answer = client.submit(&bad).await;
        assert_eq!(answer.error_code().as_deref(), Some("parameters_malformed"));
    }
    let answer = decide(&mut client, &page, "allow").await;
    code_for(&answer, harness, "shop");
}

/// The form was shown to Alice; then Bob signs in in the same browser and it is sent.
async fn nobody_agrees_for_another(harness: &Harness) {
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &page, "alice").await;
    let mut other_tab = client.visit("/logout").await;
    client.submit(&other_tab.form("logout-form")).await;
    other_tab = client.visit("/login").await;
    sign_in(&mut client, &other_tab, "bob").await;
    let answer = decide(&mut client, &consent, "allow").await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    assert!(grants(harness).await.is_empty());
    let transaction = consent.form("consent-form").value("transaction").unwrap().to_owned();
    let page = client.get(&format!("/consent?transaction={transaction}")).await;
    assert!(page.body.contains("Name of bob") && !page.body.contains("Name of alice"));
    let answer = decide(&mut client, &page, "allow").await;
    code_for(&answer, harness, "shop");
    assert_eq!(grants(harness).await, [bob.id]);
}

async fn another_account_can_be_chosen_instead(harness: &Harness) {
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[("login_hint", "alice")])).await;
    let consent = sign_in(&mut client, &page, "alice").await;
    let page = decide(&mut client, &consent, "another").await;
    assert_eq!(
        page.form("login-form").value("username"),
        Some(""),
        "the hint does not help here"
    );
    let still = client.get("/").await;
    assert!(still.body.contains("Name of alice"), "signed in until somebody else is");
    let consent = sign_in(&mut client, &page, "bob").await;
    assert!(consent.body.contains("Name of bob"));
    let answer = decide(&mut client, &consent, "allow").await;
    code_for(&answer, harness, "shop");
    assert_eq!(grants(harness).await, [bob.id]);
}

async fn the_page_shows_every_scope_and_claim(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let claims = r#"{"userinfo":{"nickname":null,"email":{"essential":true}}}"#;
    let mut client = harness.signed_in("alice").await;
    let all = authorize("shop", &[("claims", claims)]).replace("scope=openid", "scope=openid+profile+groups+unknown");
    let page = client.visit(&all).await;
    for scope in ["openid", "profile", "groups"] {
        assert!(page.has(&format!("li[data-scope={scope}]")), "{scope}");
    }
    assert!(
        !page.has("li[data-scope=unknown]") && page.has("li[data-claim=nickname]") && page.has("li[data-claim=email]")
    );
}

async fn without_scope_it_shows_and_gives_all_of_the_application(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.visit(&authorize("shop", &[]).replace("scope=openid&", "")).await;
    let snapshot = harness.app.snapshot();
    let (special, mut all): (Vec<&str>, Vec<&str>) = snapshot
        .mappings
        .iter()
        .map(|mapping| mapping.scope.as_str())
        .partition(|scope| *scope == "goauthentik.io/api");
    assert_eq!(special.len(), 1);
    all.sort_unstable();
    assert!(all.len() >= 5, "{all:?}");
    let html = page.page();
    let shown = html.elements.iter().filter(|element| element.name == "li");
    let mut shown: Vec<&str> = shown.filter_map(|element| element.attribute("data-scope")).collect();
    shown.sort_unstable();
    assert_eq!(shown, all);
    let answer = decide(&mut client, &page, "allow").await;
    let tokens = tokens(harness, "shop", &code_for(&answer, harness, "shop")).await;
    assert_eq!(tokens["scope"], all.join(" "));
}

async fn signed_out_meanwhile_the_person_signs_in_first(harness: &Harness) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &page, "alice").await;
    client.forget_cookie("vestibule_session");
    let page = decide(&mut client, &consent, "allow").await;
    assert!(page.has("form#login-form"));
    let consent = sign_in(&mut client, &page, "alice").await;
    let answer = decide(&mut client, &consent, "allow").await;
    code_for(&answer, harness, "shop");
}

async fn an_application_that_changes_meanwhile_gets_nothing(harness: &Harness) {
    harness.user("alice").await;
    let mut shop = harness.application("shop").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("shop", &[])).await;
    let consent = sign_in(&mut client, &page, "alice").await;
    let second = client.visit(&authorize("shop", &[])).await;
    harness
        .change_application(&mut shop, |shop| {
            shop.redirect_uris[0].url = "https://shop.example/new".into();
        })
        .await;
    let answer = decide(&mut client, &consent, "allow").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("redirect_uri_mismatch"),
        "not to the old address"
    );
    harness
        .change_application(&mut shop, |shop| {
            shop.redirect_uris[0].url = "https://shop.example/cb".into();
            shop.enabled = false;
        })
        .await;
    let answer = decide(&mut client, &second, "allow").await;
    assert_eq!(error_for(&answer, "shop"), "unauthorized_client");
    assert!(grants(harness).await.is_empty());
}
