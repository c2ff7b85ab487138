//! Back-channel sign-out: the two checks of the conformance plan, every way in which a session ends, and the queue.

use protocol::client::LogoutMethod;
use protocol::id_token::peek_audience;
use protocol::jose::{DecryptionKey, KeyManagement, decrypt};
use serde_json::{Value, json};
use vestibule::{deliveries, jobs};

use super::receiver::Receiver;
use super::*;
use crate::harness::on_both;
use crate::people::caller::Caller;

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    backchannel_logout_discovery_endpoint_verification,
    backchannel_rp_initiated_logout,
    with_an_encryption_key_the_token_is_encrypted,
    every_way_in_which_a_session_ends_is_told,
    expired_tokens_are_no_reason_for_silence,
    who_did_not_ask_hears_nothing,
    tokens_from_the_front_count_too,
    proving_anew_who_one_is_signs_nobody_out,
    failures_are_tried_again_and_given_up_at_last,
    each_notice_is_tried_by_one_node,
    a_node_that_stops_leaves_the_notice_to_others,
    an_application_that_is_gone_is_forgotten,
    the_queue_is_seen_hurried_and_cut_short,
);

mod closed {
    use super::*;
    on_both!(an_address_inside_is_not_called_without_permission);
}

/// alice, and an application `shop` that hears by `receiver`.
async fn world(harness: &Harness, receiver: &Receiver) -> protocol::user::User {
    harness
        .application_with("shop", |application| application.logout_uri = Some(receiver.url()))
        .await;
    harness.user("alice").await
}

/// Signs alice in to `shop` in a new browser: the browser, and the claims of the ID token.
async fn sign_in_to_shop(harness: &Harness) -> (Client, Value) {
    let mut client = harness.client();
    let token = id_token(harness, &mut client, "shop", "alice").await;
    (client, claims_of(&token))
}

fn claims_of(token: &str) -> Value {
    use base64::Engine as _;
    let body = token.split('.').nth(1).unwrap();
    let body = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(body).unwrap();
    serde_json::from_slice(&body).unwrap()
}

async fn sign_out(client: &mut Client) {
    let form = client.get("/logout").await.form("logout-form");
    assert_eq!(client.submit(&form).await.status, 303);
}

async fn deliver(harness: &Harness) -> usize {
    deliveries::deliver_due(&harness.app).await.unwrap()
}

async fn backchannel_logout_discovery_endpoint_verification(harness: &Harness) {
    harness.application("shop").await;
    for path in ["/application/o/shop", ""] {
        let answer = harness
            .client()
            .get(&format!("{path}/.well-known/openid-configuration"))
            .await;
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        for name in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
            assert_eq!(document[name], json!(true), "{path} {name}");
        }
    }
}

async fn backchannel_rp_initiated_logout(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    let mut client = harness.client();
    let hint = id_token(harness, &mut client, "shop", "alice").await;
    let known = claims_of(&hint);
    assert_eq!(
        peek_audience(&protocol::id_token::OurKeys::default(), &hint).as_deref(),
        Some("shop")
    );
    assert!(known["sid"].is_string(), "session support");
    harness.advance(60);
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("id_token_hint", hint.as_str()),
            ("post_logout_redirect_uri", "https://shop.example/bye"),
        ])
        .finish();
    let answer = client.get(&format!("/application/o/shop/end-session/?{query}")).await;
    assert_eq!(answer.location(), Some("https://shop.example/bye"));
    assert_eq!(deliver(harness).await, 1);
    let tokens = receiver.tokens(harness);
    let [token] = tokens.as_slice() else {
        panic!("{tokens:?}")
    };
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(token[name], known[name], "{name}");
    }
    let now = harness.now().seconds();
    assert_eq!((&token["iat"], &token["exp"]), (&json!(now), &json!(now + 120)));
    assert_eq!(deliver(harness).await, 0, "told once");
}

/// Section 2.4: as ID tokens are.
async fn with_an_encryption_key_the_token_is_encrypted(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    let mut caller = Caller::all(harness).await;
    let made = caller.post("/keys", json!({"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512"}));
    let pair = made.await.expect(201).clone();
    let chosen = caller.patch("/applications/shop", json!({ "encryption_key": pair["id"] }));
    chosen.await.expect(200);
    let key = private(&pair);
    let inside = |token: &str| {
        let opened = decrypt(token, std::slice::from_ref(&key)).unwrap();
        assert_eq!(opened.cty.as_deref(), Some("JWT"));
        String::from_utf8(opened.plaintext.to_vec()).unwrap()
    };
    let mut client = harness.client();
    let known = claims_of(&inside(&id_token(harness, &mut client, "shop", "alice").await));
    sign_out(&mut client).await;
    assert_eq!(deliver(harness).await, 1);
    let tokens = receiver.tokens_inside(harness, inside);
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(tokens[0][name], known[name], "{name}");
    }
}

/// The private half of a pair that the API has made.
fn private(pair: &Value) -> DecryptionKey {
    let lines = pair["private_key"].as_str().unwrap().lines();
    let body: String = lines.filter(|line| !line.starts_with('-')).collect();
    let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
    DecryptionKey::from_pkcs8(pair["kid"].as_str(), KeyManagement::RsaOaep256, &der).unwrap()
}

async fn every_way_in_which_a_session_ends_is_told(harness: &Harness) {
    let receiver = Receiver::start().await;
    let alice = world(harness, &receiver).await;
    let mut caller = Caller::all(harness).await;
    let path = format!("/users/{}", alice.id);
    for way in [
        "person",
        "everywhere",
        "session",
        "administrator",
        "password",
        "expiry",
        "disabled",
        "deleted",
    ] {
        let (mut client, known) = sign_in_to_shop(harness).await;
        match way {
            "person" => sign_out(&mut client).await,
            "everywhere" => {
                let form = client.get("/logout?everywhere=true").await.form("logout-form");
                assert_eq!(client.submit(&form).await.status, 303);
            }
            "session" => {
                let sessions = caller.items(&format!("/sessions?user={}", alice.id)).await;
                let id = sessions[0]["id"].as_str().unwrap();
                caller.delete(&format!("/sessions/{id}")).await.expect(204);
            }
            "administrator" => {
                caller.post(&format!("{path}/sign-out"), json!({})).await.expect(204);
            }
            "password" => {
                let body = json!({ "password": PASSWORD });
                caller.post(&format!("{path}/password"), body).await.expect(204);
            }
            "expiry" => {
                harness.advance(24 * 60 * 60 + 1);
                jobs::tidy(&harness.app).await.unwrap();
            }
            "disabled" => {
                caller.patch(&path, json!({ "is_active": false })).await.expect(200);
            }
            _ => {
                caller.delete(&path).await.expect(204);
            }
        }
        assert_eq!(deliver(harness).await, 1, "{way}");
        let tokens = receiver.tokens(harness);
        assert_eq!(
            (&tokens[0]["sid"], &tokens[0]["sub"]),
            (&known["sid"], &known["sub"]),
            "{way}"
        );
        if way == "disabled" {
            caller.patch(&path, json!({ "is_active": true })).await.expect(200);
        }
        harness.advance(1);
    }
}

/// The record of the applications does not hang on tokens: those may have expired and been swept long before.
async fn expired_tokens_are_no_reason_for_silence(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    let (mut client, known) = sign_in_to_shop(harness).await;
    for _ in 0..5 {
        harness.advance(50 * 60);
        assert_eq!(client.get("/").await.status, 200);
    }
    jobs::tidy(&harness.app).await.unwrap();
    sign_out(&mut client).await;
    assert_eq!(deliver(harness).await, 1);
    assert_eq!(receiver.tokens(harness)[0]["sid"], known["sid"]);
}

async fn who_did_not_ask_hears_nothing(harness: &Harness) {
    let receiver = Receiver::start().await;
    harness.user("alice").await;
    for (slug, method) in [("front", LogoutMethod::Frontchannel), ("none", LogoutMethod::None)] {
        harness
            .application_with(slug, |application| {
                application.logout_uri = Some(receiver.url());
                application.logout_method = method;
            })
            .await;
    }
    harness.application("silent").await;
    let mut client = harness.client();
    for slug in ["front", "none", "silent"] {
        id_token(harness, &mut client, slug, "alice").await;
    }
    // Only a redeemed code makes an application a party: this one waits at the consent page.
    harness
        .application_with("shop", |application| application.logout_uri = Some(receiver.url()))
        .await;
    assert!(client.visit(&authorize("shop", &[])).await.has("form#consent-form"));
    let form = client.get("/logout").await.form("logout-form");
    client.submit(&form).await;
    while deliver(harness).await > 0 {}
    assert!(receiver.requests().is_empty());
}

/// An ID token that the browser brings is a sign-in like any other (OpenID Connect Core, section 3.2).
async fn tokens_from_the_front_count_too(harness: &Harness) {
    let receiver = Receiver::start().await;
    harness.user("alice").await;
    harness
        .application_with("shop", |application| {
            application.logout_uri = Some(receiver.url());
            application.grant_types = vec![protocol::client::GrantType::Implicit];
        })
        .await;
    let mut client = harness.client();
    let request = authorize("shop", &[("nonce", "n")]).replace("response_type=code", "response_type=id_token");
    let page = client.visit(&request).await;
    let page = sign_in(&mut client, &page, "alice").await;
    let answer = decide(&mut client, &page, "allow").await;
    let location = answer.location().unwrap();
    let fragment = location.split_once('#').unwrap().1;
    let token = form_urlencoded::parse(fragment.as_bytes()).find(|(name, _)| name == "id_token");
    let known = claims_of(&token.unwrap().1);
    sign_out(&mut client).await;
    assert_eq!(deliver(harness).await, 1);
    let tokens = receiver.tokens(harness);
    assert_eq!((&tokens[0]["sid"], &tokens[0]["sub"]), (&known["sid"], &known["sub"]));
}

async fn proving_anew_who_one_is_signs_nobody_out(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    harness.user("bob").await;
    harness.application("strict").await;
    let (mut client, known) = sign_in_to_shop(harness).await;
    harness.advance(1);
    let again = client.visit(&authorize("strict", &[("prompt", "login")])).await;
    let page = sign_in(&mut client, &again, "alice").await;
    assert!(page.has("form#consent-form"), "{}", page.body);
    assert_eq!(deliver(harness).await, 0, "the same person is still here");
    // The new session has taken the application over, under the name that it knows.
    sign_out(&mut client).await;
    assert_eq!(deliver(harness).await, 1);
    assert_eq!(receiver.tokens(harness)[0]["sid"], known["sid"]);

    let (mut client, known) = sign_in_to_shop(harness).await;
    harness.advance(1);
    let other = client.visit(&authorize("strict", &[("prompt", "login")])).await;
    sign_in(&mut client, &other, "bob").await;
    assert_eq!(deliver(harness).await, 1, "somebody else is here");
    assert_eq!(receiver.tokens(harness)[0]["sid"], known["sid"]);
}

async fn failures_are_tried_again_and_given_up_at_last(harness: &Harness) {
    let receiver = Receiver::start().await;
    let alice = world(harness, &receiver).await;
    let (mut client, known) = sign_in_to_shop(harness).await;
    sign_out(&mut client).await;
    // The first attempt and one after each pause. 400 is tried again as well (section 2.8: the sign-out may have failed there).
    let mut seen = Vec::new();
    for (pause, status) in [
        (0, 500),
        (5, 400),
        (30, 503),
        (120, 404),
        (600, 302),
        (3600, 500),
        (6 * 3600, 500),
    ] {
        receiver.answer(status);
        if pause > 0 {
            harness.advance(pause - 1);
            assert_eq!(deliver(harness).await, 0, "not before {pause} s");
            harness.advance(1);
        }
        assert_eq!(deliver(harness).await, 1, "after {pause} s");
        let tokens = receiver.tokens(harness);
        assert_eq!(
            (&tokens[0]["sid"], &tokens[0]["iat"]),
            (&known["sid"], &json!(harness.now().seconds()))
        );
        let jti = tokens[0]["jti"].as_str().unwrap().to_owned();
        assert!(!seen.contains(&jti), "each attempt has a token of its own");
        seen.push(jti);
    }
    harness.advance(7 * 24 * 3600);
    assert_eq!(deliver(harness).await, 0, "given up");
    let entries = events(harness, "logout_notice_failed").await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].detail["attempts"].as_i64(), &entries[0].detail["user"]),
        (Some(7), &json!(alice.id))
    );
    assert_eq!(entries[0].detail["reason"], json!("it answered 500"));

    // One that succeeds in between is done.
    let (mut client, _) = sign_in_to_shop(harness).await;
    receiver.answer(500);
    sign_out(&mut client).await;
    assert_eq!(deliver(harness).await, 1);
    receiver.answer(204);
    harness.advance(5);
    assert_eq!(deliver(harness).await, 1);
    harness.advance(24 * 3600);
    assert_eq!(deliver(harness).await, 0);
    let metrics = &harness.app.metrics;
    let counts = (
        metrics.sign_outs_told.get(),
        metrics.sign_outs_failed.get(),
        metrics.sign_outs_given_up.get(),
    );
    assert_eq!(counts, (1, 8, 1));
}

async fn each_notice_is_tried_by_one_node(harness: &Harness) {
    let receiver = Receiver::start().await;
    let alice = world(harness, &receiver).await;
    for _ in 0..12 {
        sign_in_to_shop(harness).await;
    }
    let statements = harness.app.store.sign_out_everywhere(&alice.id, harness.now());
    harness.app.commit_changes(statements, Vec::new()).await.unwrap();
    let other = harness.another_node().await;
    let (one, two) = tokio::join!(
        deliveries::deliver_due(&harness.app),
        deliveries::deliver_due(&other.app)
    );
    assert_eq!(one.unwrap() + two.unwrap(), 12);
    let mut sids: Vec<String> = receiver
        .tokens(harness)
        .iter()
        .map(|token| token["sid"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(sids.len(), 12);
    sids.sort_unstable();
    sids.dedup();
    assert_eq!(sids.len(), 12, "each once");
    other.end().await;
}

async fn a_node_that_stops_leaves_the_notice_to_others(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    let (mut client, _) = sign_in_to_shop(harness).await;
    sign_out(&mut client).await;
    let store = &harness.app.store;
    let due = store.load_due_notices(harness.now(), 10).await.unwrap();
    let until = harness.now().plus(30_000_000);
    let claimed = store.claim_notice(due[0].clone(), until).await.unwrap().unwrap();
    assert_eq!(
        store.claim_notice(due[0].clone(), until).await.unwrap(),
        None,
        "it is claimed"
    );
    assert_eq!(deliver(harness).await, 0);
    harness.advance(30);
    assert_eq!(deliver(harness).await, 1, "the claim has run out");
    // The node that comes back late changes nothing.
    let late = vec![store.postpone_notice(&claimed, harness.now(), "late")];
    harness.app.commit_changes(late, Vec::new()).await.unwrap();
    assert_eq!((deliver(harness).await, receiver.tokens(harness).len()), (0, 1));
}

async fn an_application_that_is_gone_is_forgotten(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    let (mut client, _) = sign_in_to_shop(harness).await;
    sign_out(&mut client).await;
    Caller::all(harness)
        .await
        .delete("/applications/shop")
        .await
        .expect(204);
    assert_eq!(deliver(harness).await, 1);
    harness.advance(3600);
    assert_eq!((deliver(harness).await, receiver.requests().len()), (0, 0));
}

async fn the_queue_is_seen_hurried_and_cut_short(harness: &Harness) {
    let receiver = Receiver::start().await;
    let alice = world(harness, &receiver).await;
    let mut caller = Caller::all(harness).await;
    receiver.answer(503);
    let mut known = Vec::new();
    for _ in 0..2 {
        let (mut client, claims) = sign_in_to_shop(harness).await;
        sign_out(&mut client).await;
        known.push(claims["sid"].clone());
        harness.advance(1);
    }
    let waiting = caller.items("/logout-notices?limit=1").await;
    assert_eq!(waiting.len(), 2, "page by page");
    let sids: Vec<&Value> = waiting.iter().map(|notice| &notice["sid"]).collect();
    assert_eq!(sids, known.iter().collect::<Vec<_>>(), "the longest waiting first");
    assert_eq!(
        (&waiting[0]["attempts"], &waiting[0]["last_error"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(deliver(harness).await, 2);
    let application = waiting[0]["application"].as_str().unwrap().to_owned();
    let mine = format!("/logout-notices?application={application}&user={}", alice.id);
    assert_eq!(caller.items(&mine).await.len(), 2);
    assert!(caller.items("/logout-notices?user=user_x").await.is_empty());
    let path = |at: usize| format!("/logout-notices/{}", waiting[at]["id"].as_str().unwrap());
    let notice = caller.get(&path(0)).await.expect(200).clone();
    assert_eq!(
        (&notice["attempts"], &notice["last_error"], &notice["user"]),
        (&json!(1), &json!("it answered 503"), &json!(alice.id))
    );
    assert_eq!(deliver(harness).await, 0, "they wait");
    receiver.answer(200);
    let hurried = caller.post(&format!("{}/retry", path(0)), json!({})).await;
    assert_eq!(hurried.expect(200)["id"], notice["id"]);
    assert_eq!(deliver(harness).await, 1, "one of them is due");
    assert_eq!(caller.get(&path(0)).await.problem(), "not-found");
    let told = events(harness, "logout_notice_delivered").await;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].target.as_deref(), &told[0].detail["attempts"]),
        (Some(application.as_str()), &json!(2))
    );
    receiver.requests();
    caller.delete(&path(1)).await.expect(204);
    assert_eq!(caller.delete(&path(1)).await.problem(), "not-found");
    let late = caller.post(&format!("{}/retry", path(1)), json!({})).await;
    assert_eq!(late.problem(), "not-found");
    harness.advance(24 * 3600);
    assert_eq!((deliver(harness).await, receiver.requests().len()), (0, 0));
    let dropped = caller.events("logout_notice_deleted", &application).await;
    assert_eq!(dropped[0]["detail"]["session"], waiting[1]["session"]);
    for nonsense in ["lon_x", "lon_", "x", "lon_a_b"] {
        let refused = caller.get(&format!("/logout-notices/{nonsense}")).await;
        assert_eq!(refused.problem(), "not-found", "{nonsense}");
    }
}

async fn an_address_inside_is_not_called_without_permission(harness: &Harness) {
    let receiver = Receiver::start().await;
    world(harness, &receiver).await;
    let (mut client, _) = sign_in_to_shop(harness).await;
    sign_out(&mut client).await;
    for pause in [0, 5, 30, 120, 600, 3600, 6 * 3600] {
        harness.advance(pause);
        assert_eq!(deliver(harness).await, 1);
    }
    assert!(receiver.requests().is_empty());
    let entries = events(harness, "logout_notice_failed").await;
    let reason = entries[0].detail["reason"].as_str().unwrap();
    assert!(
        reason.contains("127.0.0.1") && reason.contains("`outgoing.allow`"),
        "{reason}"
    );
}
