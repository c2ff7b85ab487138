//! Authenticator apps and recovery codes: adding them and signing in with them.

use serde_json::json;

use super::*;
use crate::harness::on_both;

on_both!(
    an_app_is_added_and_asked_for_after_the_password,
    a_code_works_once,
    a_code_of_two_steps_away_is_wrong,
    a_wrong_first_code_adds_nothing,
    a_recovery_code_works_once,
    few_recovery_codes_lead_to_new_ones,
    of_many_at_once_one_code_is_taken,
    an_application_hears_how_somebody_signed_in,
);

async fn an_app_is_added_and_asked_for_after_the_password(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let before = client.cookie("vestibule_session").expect("a session").to_owned();
    let page = client.get("/account/factors").await;
    assert!(!page.has("form#recovery-form") && page.has("button#passkey-add"));
    let kept = add_app(harness, &mut client).await;
    assert_ne!(
        client.cookie("vestibule_session"),
        Some(before.as_str()),
        "a new cookie"
    );
    let mut old = harness.client();
    old.set_cookie("vestibule_session", &before);
    assert!(!is_in(&mut old).await, "the old cookie opens nothing");
    assert!(is_in(&mut client).await);
    let page = client.get("/account/factors").await;
    assert!(page.has("li.authenticator") && page.has("p[data-left=10]") && page.body.contains("my phone"));
    for code in &kept.codes {
        assert!(!page.body.contains(code), "they are shown once");
    }

    let mut client = harness.client();
    let answer = type_password(&mut client, "/login?next=/account", "alice").await;
    assert!(
        answer
            .location()
            .expect("a redirect")
            .starts_with("/factor?sign_in=chl_")
    );
    assert!(
        client.cookie("vestibule_session").is_none(),
        "half a sign-in is no session"
    );
    let page = client.follow(answer).await;
    assert!(page.has("form#factor-form") && page.has("input[autocomplete=one-time-code]"));
    assert!(!page.has("form#passkey-form"), "there is none");
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/account")));
    assert!(is_in(&mut client).await);

    let logins = harness.events("login").await;
    assert_eq!(logins.len(), 2);
    assert_eq!(logins[0].detail["amr"], "pwd");
    assert_eq!(logins[1].detail["amr"], "pwd otp mfa");
    let added = harness.events("factor_added").await;
    assert_eq!(added.len(), 2, "the app and the recovery codes");
    assert!(
        added
            .iter()
            .all(|event| event.target.as_deref() == Some(alice.id.as_str()))
    );
    let everything = serde_json::to_string(&[&added[0].detail, &added[1].detail]).expect("JSON");
    assert!(kept.codes.iter().all(|code| !everything.contains(code)));
}

async fn a_code_works_once(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    let code = kept.code(harness);
    let mut tries = Vec::new();
    for _ in 0..3 {
        let mut client = harness.client();
        let answer = type_password(&mut client, "/login", "alice").await;
        let page = client.follow(answer).await;
        tries.push(type_code(&mut client, &page, &code).await.status.as_u16());
    }
    assert_eq!(tries, [303, 422, 422], "it is used after the first");
    // The code of the step before is no better, although it lies in the window.
    let before = code_at(kept.secret, harness.now().plus(-30_000_000));
    let mut client = harness.client();
    let answer = type_password(&mut client, "/login", "alice").await;
    let page = client.follow(answer).await;
    assert_eq!(type_code(&mut client, &page, &before).await.status, 422);
    harness.advance(30);
    let (front, back) = {
        let code = kept.code(harness);
        let (front, back) = code.split_at(3);
        (front.to_owned(), back.to_owned())
    };
    let answer = type_code(&mut client, &page, &format!(" {front} {back} ")).await;
    assert_eq!(answer.status, 303, "typed as the app shows it");
}

async fn a_code_of_two_steps_away_is_wrong(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    harness.advance(600);
    for (steps, status) in [(-2, 422), (2, 422), (-1, 303), (1, 303)] {
        let mut client = harness.client();
        let answer = type_password(&mut client, "/login", "alice").await;
        let page = client.follow(answer).await;
        let code = code_at(kept.secret, harness.now().plus(steps * 30_000_000));
        assert_eq!(type_code(&mut client, &page, &code).await.status, status, "{steps}");
    }
}

async fn a_wrong_first_code_adds_nothing(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get("/account/factors").await;
    let answer = client.submit(&page.form("authenticator-start")).await;
    let page = client.follow(answer).await;
    let again = client
        .submit(&page.form("authenticator-form").with("code", "000000"))
        .await;
    assert_eq!(again.status, 422);
    assert!(again.has("p#problem") && again.has("p#secret"), "with the same secret");
    assert!(harness.events("factor_added").await.is_empty());
    // Another browser of the same person does not see the secret.
    let mut other = harness.signed_in("alice").await;
    let elsewhere = other
        .get(page.form("authenticator-form").action.trim_end_matches("/confirm"))
        .await;
    assert!(!elsewhere.has("p#secret"));
    let form = page.form("authenticator-form").with("code", "123456");
    let theirs = other.get("/account/factors").await.form("authenticator-start");
    let form = form.with("csrf", theirs.value("csrf").expect("a proof"));
    assert_eq!(other.submit(&form).await.status, 422);
    assert!(harness.events("factor_added").await.is_empty());
    harness.advance(15 * 60);
    let mut client = harness.signed_in("alice").await;
    let form = page.form("authenticator-form");
    let enrolment = form.value("enrolment").expect("an id");
    let address = format!("/account/factors/authenticator?enrolment={enrolment}");
    let late = client.get(&address).await;
    assert!(!late.has("p#secret"), "it has expired");
}

async fn a_recovery_code_works_once(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    let code = &kept.codes[3];
    assert_eq!(code.len(), 19, "{code}");
    for (typed, status) in [
        (code.to_lowercase().replace('-', " "), 303),
        (code.clone(), 422),
        (kept.codes[4].replace('-', ""), 303),
        (code[..18].to_owned(), 422),
    ] {
        let mut client = harness.client();
        let answer = type_password(&mut client, "/login", "alice").await;
        let page = client.follow(answer).await;
        let answer = type_code(&mut client, &page, &typed).await;
        assert_eq!(answer.status, status, "{typed}");
    }
    let mut client = harness.client();
    let answer = type_password(&mut client, "/login", "alice").await;
    let page = client.follow(answer).await;
    type_code(&mut client, &page, &kept.code(harness)).await;
    let page = client.get("/account/factors").await;
    assert!(page.has("p[data-left=8]"), "{}", page.body);
    let new = codes_of(&client.submit(&page.form("recovery-form")).await);
    assert!(new.iter().all(|code| !kept.codes.contains(code)));
    let mut client = harness.client();
    let answer = type_password(&mut client, "/login", "alice").await;
    let page = client.follow(answer).await;
    let old = type_code(&mut client, &page, &kept.codes[5]).await;
    assert_eq!(old.status, 422, "new ones take the place of the old");
    assert_eq!(type_code(&mut client, &page, &new[0]).await.status, 303);
}

async fn few_recovery_codes_lead_to_new_ones(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    for (used, code) in kept.codes.iter().enumerate() {
        let mut client = harness.client();
        let answer = type_password(&mut client, "/login?next=/account", "alice").await;
        let page = client.follow(answer).await;
        let answer = type_code(&mut client, &page, code).await;
        let few = used >= 6;
        let expected = if few {
            "/account/factors?next=%2Faccount"
        } else {
            "/account"
        };
        assert_eq!(answer.location(), Some(expected), "{used}");
        let page = client.get("/account/factors").await;
        assert!(page.has(&format!("p[data-left={}]", 9 - used)));
        assert_eq!(
            page.has("p.problem#codes-left") || page.body.contains("class=\"problem\" id=\"codes-left\""),
            few
        );
    }
}

async fn of_many_at_once_one_code_is_taken(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut client).await;
    let second = harness.another_node().await;
    for code in [kept.code(harness), kept.codes[0].clone()] {
        let mut waiting = Vec::new();
        for at in 0..6 {
            let node = if at % 2 == 0 { harness } else { &second };
            // Addresses of their own, so that nobody is held up by the failures of the others.
            let mut client = node.client().at_address(&format!("192.0.2.{}", 100 + at));
            let answer = type_password(&mut client, "/login", "alice").await;
            let page = client.follow(answer).await;
            waiting.push((client, page));
        }
        let tries = waiting.into_iter().map(|(mut client, page)| {
            let code = code.clone();
            async move { type_code(&mut client, &page, &code).await.status.as_u16() }
        });
        let mut statuses = futures_util::future::join_all(tries).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422, 422, 422, 422, 422], "{code}");
        harness.advance(3_600);
    }
    second.end().await;
}

async fn an_application_hears_how_somebody_signed_in(harness: &Harness) {
    harness.user("alice").await;
    harness
        .application_with("shop", |shop| shop.consent_mode = protocol::client::ConsentMode::Skip)
        .await;
    let mut client = harness.signed_in("alice").await;
    let token = id_token(harness, &mut client, "shop", &[]).await;
    assert_eq!(token["amr"], json!(["pwd"]));
    assert_eq!(token["acr"], "goauthentik.io/providers/oauth2/default");
    let kept = add_app(harness, &mut client).await;
    let mut client = harness.client();
    let answer = type_password(&mut client, &authorize("shop", &[]), "alice").await;
    let page = client.follow(answer).await;
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    let token = claims_of(harness, &answer, "shop").await;
    assert_eq!(token["amr"], json!(["pwd", "otp", "mfa"]));
    assert_eq!(
        token["acr"], "goauthentik.io/providers/oauth2/default",
        "no class was asked for"
    );
    let asked = [("acr_values", "unknown https://refeds.org/profile/mfa")];
    let token = id_token(harness, &mut client, "shop", &asked).await;
    assert_eq!(token["acr"], "https://refeds.org/profile/mfa");
}
