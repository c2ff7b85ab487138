//! RP-initiated logout: every case of the certification profile, at both addresses, by GET and by POST.

use super::*;
use crate::harness::on_both;

on_both!(
    a_hint_of_this_session_signs_out_at_once,
    without_a_hint_the_person_is_asked,
    wrong_hints_and_addresses_sign_nobody_out,
    the_client_may_be_named_in_three_ways,
    what_the_question_carries_can_not_be_changed,
    a_hint_of_another_session_is_asked_about,
    without_registered_addresses_the_parameter_means_nothing,
    a_form_of_an_application_arrives_without_cookies,
    nobody_is_signed_in,
);

const BYE: &str = "https://shop.example/bye";

async fn signed_in(harness: &Harness) -> (Client, String) {
    harness.user("alice").await;
    harness.application("shop").await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    (client, hint)
}

fn end_session(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/application/o/shop/end-session/?{query}")
}

async fn is_signed_in(client: &Client) -> bool {
    client.clone().get("/").await.status == 200
}

async fn a_hint_of_this_session_signs_out_at_once(harness: &Harness) {
    let (client, hint) = signed_in(harness).await;
    for (parameters, destination) in [
        (
            vec![("post_logout_redirect_uri", BYE), ("state", "a b&c")],
            "https://shop.example/bye?state=a+b%26c",
        ),
        (vec![("post_logout_redirect_uri", BYE)], BYE),
        (vec![], "/logout"),
        (vec![("state", "only")], "/logout"),
    ] {
        for by_form in [false, true] {
            let mut client = client.clone();
            if !is_signed_in(&client).await {
                client = harness.client();
                let hint = id_token(harness, &mut client, "shop", "alice").await;
                leave(&mut client, &hint, &parameters, by_form, destination).await;
            } else {
                leave(&mut client, &hint, &parameters, by_form, destination).await;
            }
        }
    }
    assert_eq!(events(harness, "logout").await.len(), 8);
}

async fn leave(client: &mut Client, hint: &str, more: &[(&str, &str)], by_form: bool, destination: &str) {
    let mut parameters = vec![("id_token_hint", hint)];
    parameters.extend(more);
    let answer = if by_form {
        client.post("/application/o/shop/end-session/", &parameters).await
    } else {
        client.get(&end_session(&parameters)).await
    };
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, Some(destination)),
        "{}",
        answer.body
    );
    assert!(!is_signed_in(client).await && client.cookie("vestibule_session").is_none());
}

async fn without_a_hint_the_person_is_asked(harness: &Harness) {
    let (client, _) = signed_in(harness).await;
    for path in [
        end_session(&[]),
        end_session(&[("state", "only")]),
        "/application/o/end-session/".into(),
    ] {
        let mut client = client.clone();
        let page = client.get(&path).await;
        assert!(page.has("form#logout-form") && page.has("button#submit"), "{path}");
        assert!(is_signed_in(&client).await, "asking changes nothing");
    }
    let mut client = client;
    let page = client.get(&end_session(&[("state", "only")])).await;
    assert!(page.body.contains("Name of shop"), "it says who asks");
    let answer = client.submit(&page.form("logout-form")).await;
    assert_eq!(answer.location(), Some("/logout"));
    assert!(client.follow(answer).await.has("article#signed-out") && !is_signed_in(&client).await);
}

async fn wrong_hints_and_addresses_sign_nobody_out(harness: &Harness) {
    let (mut client, hint) = signed_in(harness).await;
    harness.application("mail").await;
    let mut other = harness.client();
    let of_mail = id_token(harness, &mut other, "mail", "alice").await;
    let mut modified = hint.clone();
    let flipped = if modified.pop() == Some('A') { 'B' } else { 'A' };
    modified.push(flipped);
    modified.replace_range(modified.len() - 6..modified.len() - 5, "_");
    for (parameters, code) in [
        (vec![("id_token_hint", "garbage")], "logout_hint_invalid"),
        (
            vec![("id_token_hint", modified.as_str()), ("post_logout_redirect_uri", BYE)],
            "logout_hint_invalid",
        ),
        (vec![("id_token_hint", of_mail.as_str())], "logout_hint_invalid"),
        (
            vec![("id_token_hint", hint.as_str()), ("client_id", "mail")],
            "logout_hint_invalid",
        ),
        (vec![("post_logout_redirect_uri", BYE)], "logout_hint_missing"),
        (
            vec![("client_id", "shop"), ("post_logout_redirect_uri", BYE)],
            "logout_hint_missing",
        ),
        (
            vec![
                ("id_token_hint", hint.as_str()),
                ("post_logout_redirect_uri", "https://evil.example/"),
            ],
            "logout_redirect_mismatch",
        ),
        (
            vec![
                ("id_token_hint", hint.as_str()),
                ("post_logout_redirect_uri", "https://shop.example/bye?x=1"),
            ],
            "logout_redirect_mismatch",
        ),
        (
            vec![
                ("id_token_hint", hint.as_str()),
                ("post_logout_redirect_uri", "javascript:alert(1)"),
            ],
            "redirect_uri_forbidden",
        ),
    ] {
        for by_form in [false, true] {
            let answer = if by_form {
                client.post("/application/o/shop/end-session/", &parameters).await
            } else {
                client.get(&end_session(&parameters)).await
            };
            assert_eq!(answer.error_code().as_deref(), Some(code), "{parameters:?}");
            assert_eq!((answer.status.as_u16(), answer.location()), (400, None));
            assert!(is_signed_in(&client).await, "{parameters:?}");
        }
    }
    let unknown = client.get("/application/o/nobody/end-session/").await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.error_code().as_deref()),
        (404, Some("not_found"))
    );
}

async fn the_client_may_be_named_in_three_ways(harness: &Harness) {
    let (mut client, hint) = signed_in(harness).await;
    let query = |parameters: &[(&str, &str)]| {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish()
    };
    let global = "/application/o/end-session/";
    let bad = query(&[("id_token_hint", &hint), ("client_id", "nobody")]);
    let answer = client.get(&format!("{global}?{bad}")).await;
    assert_eq!(answer.error_code().as_deref(), Some("logout_hint_invalid"));
    let by_hint = query(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)]);
    let answer = client.get(&format!("{global}?{by_hint}")).await;
    assert_eq!(answer.location(), Some(BYE));
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    let both = query(&[
        ("id_token_hint", &hint),
        ("client_id", "shop"),
        ("post_logout_redirect_uri", BYE),
    ]);
    let answer = client.get(&format!("{global}?{both}")).await;
    assert_eq!(answer.location(), Some(BYE));
}

async fn what_the_question_carries_can_not_be_changed(harness: &Harness) {
    let (_, hint) = signed_in(harness).await;
    let mut client = harness.signed_in("alice").await;
    let page = client
        .get(&end_session(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", BYE),
            ("state", "1"),
        ]))
        .await;
    let form = page.form("logout-form");
    for (name, value, code) in [
        ("state", "2", "csrf_invalid"),
        (
            "post_logout_redirect_uri",
            "https://evil.example/",
            "logout_redirect_mismatch",
        ),
        ("id_token_hint", "garbage", "logout_hint_invalid"),
        ("csrf", "forged", "csrf_invalid"),
    ] {
        let answer = client.submit(&form.clone().with(name, value)).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{name}");
    }
    assert!(is_signed_in(&client).await);
    let answer = client.submit(&form).await;
    assert_eq!(answer.location(), Some("https://shop.example/bye?state=1"));
    assert!(!is_signed_in(&client).await);
}

async fn a_hint_of_another_session_is_asked_about(harness: &Harness) {
    let (_, hint) = signed_in(harness).await;
    harness.user("bob").await;
    let mut bob = harness.signed_in("bob").await;
    let page = bob
        .get(&end_session(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", BYE),
        ]))
        .await;
    assert!(page.has("form#logout-form") && page.body.contains("Name of bob") && is_signed_in(&bob).await);
    assert!(
        !page.header("content-security-policy").unwrap().contains("form-action"),
        "it ends at the application"
    );
}

async fn without_registered_addresses_the_parameter_means_nothing(harness: &Harness) {
    harness.user("alice").await;
    harness
        .application_with("shop", |application| application.post_logout_redirect_uris.clear())
        .await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    let answer = client
        .get(&end_session(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", "https://evil.example/"),
        ]))
        .await;
    assert_eq!(answer.location(), Some("/logout"));
}

/// Browsers keep our cookies back from a form of another site; the same request as a GET gets them.
async fn a_form_of_an_application_arrives_without_cookies(harness: &Harness) {
    let (mut client, hint) = signed_in(harness).await;
    let parameters = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", "1"),
    ];
    let answer = harness
        .client()
        .post("/application/o/shop/end-session/", &parameters)
        .await;
    let location = answer.location().unwrap().to_owned();
    assert!(location.starts_with("/application/o/shop/end-session/?id_token_hint="));
    let answer = client.get(&location).await;
    assert_eq!(answer.location(), Some("https://shop.example/bye?state=1"));
    assert!(!is_signed_in(&client).await);
}

async fn nobody_is_signed_in(harness: &Harness) {
    let (_, hint) = signed_in(harness).await;
    let mut client = harness.client();
    let answer = client
        .get(&end_session(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", BYE),
            ("state", "1"),
        ]))
        .await;
    assert_eq!(answer.location(), Some("https://shop.example/bye?state=1"));
    assert!(client.visit(&end_session(&[])).await.has("article#signed-out"));
    assert!(events(harness, "logout").await.is_empty());
}
