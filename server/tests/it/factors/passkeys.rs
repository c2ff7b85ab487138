//! Passkeys as the first factor and as the second.

use serde_json::json;

use super::*;
use crate::harness::on_both;

on_both!(
    a_passkey_is_added_and_signs_in_alone,
    a_passkey_is_a_second_factor_too,
    a_copied_key_is_told_as_one_in_software,
    an_authenticator_without_a_counter_stays_at_zero,
    an_authorization_goes_on_after_a_passkey,
    a_passkey_can_be_the_only_way_in,
);

async fn a_passkey_is_added_and_signs_in_alone(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    let page = add_passkey(&mut client, &mut key).await;
    assert_eq!(codes_of(&page).len(), 10, "the first factor brings recovery codes");
    let page = client.get("/account/factors").await;
    assert!(page.has("li.passkey") && page.body.contains("my key"));
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("connect-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );

    let mut client = harness.client();
    let answer = enter_by_passkey(&mut client, "/login?next=/account", &mut key).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, Some("/account")));
    assert!(is_in(&mut client).await);
    let logins = harness.events("login").await;
    let by_passkey = logins.iter().find(|login| login.detail["amr"] == "pop user mfa");
    let actor = by_passkey.expect("a sign-in by passkey").actor.as_deref();
    assert_eq!(actor, Some(alice.id.as_str()));
    // A passkey stands for two factors: nothing more is asked for, and the factors may be changed.
    let page = client.get("/account/factors").await;
    assert_eq!(client.submit(&page.form("authenticator-start")).await.status, 303);
}

async fn a_passkey_is_a_second_factor_too(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    add_passkey(&mut client, &mut key).await;
    let mut client = harness.client();
    let answer = type_password(&mut client, "/login", "alice").await;
    let page = client.follow(answer).await;
    let form = page.form("passkey-form");
    let (id, options) = challenge(&mut client, "/factor/options", &form).await;
    assert_eq!(options["allowCredentials"].as_array().map(Vec::len), Some(1));
    let signed = key.sign(&options);
    let answer = client
        .submit(&form.with("challenge", &id).with("answer", &signed))
        .await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert!(is_in(&mut client).await);
    let logins = harness.events("login").await;
    assert!(
        logins.iter().any(|login| login.detail["amr"] == "pwd pop user mfa"),
        "{logins:?}"
    );
}

async fn a_copied_key_is_told_as_one_in_software(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    key.synchronised = true;
    add_passkey(&mut client, &mut key).await;
    enter_by_passkey(&mut harness.client(), "/login", &mut key).await;
    let logins = harness.events("login").await;
    assert!(
        logins.iter().any(|login| login.detail["amr"] == "swk user mfa"),
        "{logins:?}"
    );
}

async fn an_authenticator_without_a_counter_stays_at_zero(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    key.counter = None;
    add_passkey(&mut client, &mut key).await;
    for _ in 0..2 {
        let answer = enter_by_passkey(&mut harness.client(), "/login", &mut key).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
}

async fn an_authorization_goes_on_after_a_passkey(harness: &Harness) {
    harness.user("alice").await;
    harness
        .application_with("shop", |shop| shop.consent_mode = protocol::client::ConsentMode::Skip)
        .await;
    let mut client = harness.signed_in("alice").await;
    let mut key = Authenticator::new();
    add_passkey(&mut client, &mut key).await;
    let mut client = harness.client();
    let more = [("acr_values", "phr"), ("max_age", "60")];
    let answer = enter_by_passkey(&mut client, &authorize("shop", &more), &mut key).await;
    let token = claims_of(harness, &answer, "shop").await;
    assert_eq!(
        (&token["acr"], &token["amr"]),
        (&json!("phr"), &json!(["pop", "user", "mfa"]))
    );
}

async fn a_passkey_can_be_the_only_way_in(harness: &Harness) {
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let (mut first, mut second) = (Authenticator::new(), Authenticator::new());
    add_passkey(&mut client, &mut first).await;
    add_passkey(&mut client, &mut second).await;
    harness.clear_password(&alice.id).await;
    enter_by_passkey(&mut client, "/login?prompt=login", &mut first).await;
    let remove = async |client: &mut Client| {
        let page = client.get("/account/factors").await;
        let factor = page
            .page()
            .elements
            .iter()
            .find_map(|element| element.attribute("data-factor").map(str::to_owned))
            .expect("a factor");
        let csrf = page
            .form("authenticator-start")
            .value("csrf")
            .expect("a proof")
            .to_owned();
        client
            .post("/account/factors/remove", &[("csrf", &csrf), ("factor", &factor)])
            .await
    };
    assert_eq!(remove(&mut client).await.status, 303, "another one is left");
    let kept = remove(&mut client).await;
    assert!(
        kept.status == 409 && kept.has("p#problem") && kept.has("li.passkey"),
        "{}",
        kept.body
    );
    assert_eq!(harness.events("factor_removed").await.len(), 1);
}
