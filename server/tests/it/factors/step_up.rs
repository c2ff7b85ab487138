//! What an application asks of a sign-in, and what somebody who is signed in has to add (RFC 9470, section 5).

use protocol::client::{Application, ConsentMode};
use serde_json::json;

use super::*;
use crate::harness::on_both;

const MFA: &str = "https://refeds.org/profile/mfa";
const ANY: &str = "goauthentik.io/providers/oauth2/default";
const ESSENTIAL: &str = r#"{"id_token":{"acr":{"essential":true,"values":["https://refeds.org/profile/mfa"]}}}"#;
const ESSENTIAL_UNKNOWN: &str = r#"{"id_token":{"acr":{"essential":true,"value":"gold"}}}"#;
const VOLUNTARY_UNKNOWN: &str = r#"{"id_token":{"acr":{"values":["gold"]}}}"#;
const MALFORMED: &str = r#"{"id_token":{"acr":{"essential":true,"values":"gold"}}}"#;

on_both!(
    each_demand_meets_each_sign_in,
    a_code_is_added_to_a_session,
    only_a_passkey_is_resistant,
    somebody_without_a_factor_sets_one_up,
    an_application_demands_it_of_everybody,
    a_step_up_is_no_fresh_sign_in,
    a_device_waits_for_the_factor,
    refused_on_the_way,
);

async fn shop(harness: &Harness, change: impl FnOnce(&mut Application)) -> Application {
    harness
        .application_with("shop", |shop| {
            shop.consent_mode = ConsentMode::Skip;
            change(shop);
        })
        .await
}

/// Where an authorization stands: `code`, an error, or the page that is shown.
fn standing(answer: &Answer) -> String {
    for (page, name) in [
        ("form#factor-form", "factor"),
        ("article#factor-needed", "needed"),
        ("form#passkey-form", "passkey"),
        ("form#login-form", "login"),
    ] {
        if answer.has(page) && !(name == "passkey" && answer.has("form#login-form")) {
            return name.to_owned();
        }
    }
    if answer.parameter("code").is_some() {
        return "code".to_owned();
    }
    answer.parameter("error").expect("an error")
}

/// What a request says, and where it leads each of three people.
type Row<'a> = (&'a [(&'a str, &'a str)], [&'a str; 3]);

async fn each_demand_meets_each_sign_in(harness: &Harness) {
    shop(harness, |_| {}).await;
    harness.user("alice").await;
    harness.user("bob").await;
    harness.user("carol").await;
    // alice has a password alone, bob has added an app, carol a passkey; bob and carol come in with a password alone in
    // another way: before they had a factor.
    let mut alice = harness.signed_in("alice").await;
    let mut bob = harness.signed_in("bob").await;
    let mut carol = harness.signed_in("carol").await;
    add_app(harness, &mut harness.signed_in("bob").await).await;
    add_passkey(&mut harness.signed_in("carol").await, &mut Authenticator::new()).await;
    let none = ("prompt", "none");
    let table: &[Row<'_>] = &[
        (&[], ["code", "code", "code"]),
        (&[("acr_values", ANY)], ["code", "code", "code"]),
        (&[("acr_values", "gold silver")], ["code", "code", "code"]),
        (&[("claims", VOLUNTARY_UNKNOWN)], ["code", "code", "code"]),
        (
            &[("acr_values", "gold goauthentik.io/providers/oauth2/default phr")],
            ["code", "code", "code"],
        ),
        (&[("acr_values", MFA)], ["needed", "factor", "factor"]),
        (&[("acr_values", "phr")], ["needed", "needed", "passkey"]),
        (&[("claims", ESSENTIAL)], ["needed", "factor", "factor"]),
        (&[("acr_values", MFA), none], ["interaction_required"; 3]),
        (&[("claims", ESSENTIAL), none], ["interaction_required"; 3]),
        (&[("acr_values", "gold"), none], ["code", "code", "code"]),
        (
            &[("claims", ESSENTIAL_UNKNOWN)],
            ["unmet_authentication_requirements"; 3],
        ),
        (&[("claims", MALFORMED)], ["invalid_request"; 3]),
        (&[("acr_values", MFA), ("prompt", "login")], ["login", "login", "login"]),
        (&[("acr_values", MFA), ("max_age", "0")], ["login", "login", "login"]),
    ];
    for (more, expected) in table {
        for (client, expected) in [&mut alice, &mut bob, &mut carol].into_iter().zip(expected) {
            let answer = client.visit(&authorize("shop", more)).await;
            assert_eq!(standing(&answer), *expected, "{more:?}");
        }
    }
}

async fn a_code_is_added_to_a_session(harness: &Harness) {
    shop(harness, |_| {}).await;
    let alice = harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut harness.signed_in("alice").await).await;
    let before = client.cookie("vestibule_session").expect("a session").to_owned();
    let first = id_token(harness, &mut client, "shop", &[]).await;
    let page = client.visit(&authorize("shop", &[("acr_values", MFA)])).await;
    assert!(page.body.contains("Name of shop"), "it says what for");
    assert_eq!(type_code(&mut client, &page, "000000").await.status, 422);
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    let token = claims_of(harness, &answer, "shop").await;
    assert_eq!(
        (&token["acr"], &token["amr"]),
        (&json!(MFA), &json!(["pwd", "otp", "mfa"]))
    );
    assert_eq!(token["sid"], first["sid"], "the same session to the application");
    assert_eq!(token["auth_time"], first["auth_time"]);
    assert_ne!(client.cookie("vestibule_session"), Some(before.as_str()));
    let mut old = harness.client();
    old.set_cookie("vestibule_session", &before);
    assert!(!is_in(&mut old).await);
    let stepped = harness.events("step_up").await;
    assert_eq!(
        stepped.last().expect("an entry").actor.as_deref(),
        Some(alice.id.as_str())
    );
    // It is asked once.
    let token = id_token(harness, &mut client, "shop", &[("acr_values", MFA), ("prompt", "none")]).await;
    assert_eq!(token["acr"], MFA);
}

async fn only_a_passkey_is_resistant(harness: &Harness) {
    shop(harness, |_| {}).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    add_app(harness, &mut client).await;
    let mut key = Authenticator::new();
    add_passkey(&mut client, &mut key).await;
    let mut client = harness.client();
    enter_by_passkey(&mut client, "/login", &mut key).await;
    let token = id_token(harness, &mut client, "shop", &[("acr_values", "phr")]).await;
    assert_eq!(token["acr"], "phr");
    let asked = [("acr_values", "https://refeds.org/profile/mfa phr")];
    let token = id_token(harness, &mut client, "shop", &asked).await;
    assert_eq!(
        token["acr"], MFA,
        "the first that it belongs to, in the order of the application"
    );
}

async fn somebody_without_a_factor_sets_one_up(harness: &Harness) {
    shop(harness, |_| {}).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.visit(&authorize("shop", &[("acr_values", MFA)])).await;
    let link = page.page();
    let link = link
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("set-up"))
        .expect("a link");
    let page = client.get(link.attribute("href").expect("an address")).await;
    assert!(page.has("p#wanted"));
    let answer = client.submit(&page.form("authenticator-start")).await;
    let page = client.follow(answer).await;
    let html = page.page();
    let secret = html
        .elements
        .iter()
        .find(|element| element.name == "code")
        .expect("a secret");
    let code = code_at(from_base32(&secret.text), harness.now());
    let page = client
        .submit(&page.form("authenticator-form").with("code", &code))
        .await;
    let html = page.page();
    let onward = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("onward"))
        .expect("a link");
    let page = client.get(onward.attribute("href").expect("an address")).await;
    let html = page.page();
    assert!(page.has("p#onward"));
    let next = html.elements.iter().filter(|element| element.name == "a");
    let next = next
        .filter_map(|element| element.attribute("href"))
        .find(|href| href.starts_with("/factor?"));
    let answer = client.visit(next.expect("the way on")).await;
    let token = claims_of(harness, &answer, "shop").await;
    assert_eq!(
        (&token["acr"], &token["amr"]),
        (&json!(MFA), &json!(["pwd", "otp", "mfa"]))
    );
}

async fn an_application_demands_it_of_everybody(harness: &Harness) {
    shop(harness, |shop| shop.default_acr_values = vec![MFA.to_owned()]).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    for more in [&[][..], &[("acr_values", ANY)], &[("acr_values", "gold")]] {
        let answer = client.visit(&authorize("shop", more)).await;
        assert_eq!(standing(&answer), "needed", "no request takes it away: {more:?}");
    }
    let kept = add_app(harness, &mut client).await;
    let token = id_token(harness, &mut client, "shop", &[]).await;
    assert_eq!(token["acr"], MFA, "the session proved it when the app was added");
    let mut client = harness.client();
    let answer = type_password(&mut client, &authorize("shop", &[]), "alice").await;
    let page = client.follow(answer).await;
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    assert_eq!(claims_of(harness, &answer, "shop").await["acr"], MFA);
}

async fn a_step_up_is_no_fresh_sign_in(harness: &Harness) {
    shop(harness, |_| {}).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut harness.signed_in("alice").await).await;
    harness.advance(120);
    let more = [("acr_values", MFA), ("max_age", "60")];
    let page = client.visit(&authorize("shop", &more)).await;
    assert_eq!(standing(&page), "login", "first the age, then the factor");
    let page = client.visit(&authorize("shop", &[("acr_values", MFA)])).await;
    assert_eq!(type_code(&mut client, &page, &kept.code(harness)).await.status, 303);
    let page = client.visit(&authorize("shop", &more)).await;
    assert_eq!(standing(&page), "login", "a code makes no sign-in younger");
}

async fn a_device_waits_for_the_factor(harness: &Harness) {
    shop(harness, |shop| {
        shop.default_acr_values = vec![MFA.to_owned()];
        shop.grant_types.push(protocol::client::GrantType::DeviceCode);
    })
    .await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut harness.signed_in("alice").await).await;
    let secret = secret_of("shop");
    let fields = [
        ("client_id", "shop"),
        ("client_secret", secret.as_str()),
        ("scope", "openid"),
    ];
    let asked = harness.client().post("/application/o/device/", &fields).await;
    let asked: Value = serde_json::from_str(&asked.body).expect("JSON");
    let code = asked["user_code"].as_str().expect("a code");
    let page = client.visit(&format!("/device?code={code}")).await;
    assert_eq!(standing(&page), "factor", "{}", page.body);
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    let page = client.follow(answer).await;
    assert!(
        page.has("form#consent-form") && page.has("p#user-code"),
        "{}",
        page.body
    );
}

async fn refused_on_the_way(harness: &Harness) {
    shop(harness, |_| {}).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.visit(&authorize("shop", &[("acr_values", MFA)])).await;
    let form = page.form("factor-needed-form").with("decision", "back");
    let foreign = client.submit(&form.clone().without("csrf")).await;
    assert!(foreign.location().is_none(), "a form of another page answers nobody");
    let answer = client.submit(&form).await;
    assert_eq!(
        answer.parameter("error").as_deref(),
        Some("unmet_authentication_requirements")
    );
    assert_eq!(answer.parameter("state").as_deref(), Some("the state"));
}
