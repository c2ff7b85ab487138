//! What is told by mail when somebody's factors change, so that a change that was not theirs is noticed.

use super::*;
use crate::account::sink::{Mailing, with_mail};
use crate::api::support::Api;

with_mail!("account.sign_in_notices = false":
    each_change_is_told,
    recovery_codes_that_go_or_are_renewed_are_told,
    what_an_administrator_takes_away_is_told,
    a_change_that_did_not_happen_is_not_told,
    an_address_that_nobody_confirmed_is_not_told,
);

/// The one mail since the last, which is about one's factors, has to say this.
async fn told(here: &Mailing, sentence: &str) -> String {
    let mail = here.mail().await;
    assert_eq!(mail.to, "alice@example.com");
    assert_eq!(mail.header("Subject"), Some("How you sign in was changed"));
    let text = mail.data.replace("=\r\n", "");
    assert!(text.contains(sentence), "{sentence}: {text}");
    text
}

async fn person(here: &Mailing, verified: bool) -> Client {
    here.harness
        .user_with("alice", |user| user.email_verified = verified)
        .await;
    here.harness.signed_in("alice").await
}

/// Takes away the factor of an item on the page.
async fn remove(client: &mut Client, item: &str) -> Answer {
    let page = client.get("/account/factors").await;
    let html = page.page();
    let found = html
        .elements
        .iter()
        .filter(|element| element.attribute("class") == Some(item))
        .find_map(|element| element.attribute("data-factor"));
    let id = found.expect("a factor").to_owned();
    let form = page.form("authenticator-start");
    let csrf = form.value("csrf").expect("a proof");
    client
        .post("/account/factors/remove", &[("csrf", csrf), ("factor", &id)])
        .await
}

async fn each_change_is_told(here: &Mailing) {
    let harness = &here.harness;
    let mut client = person(here, true).await;
    add_app(harness, &mut client).await;
    told(here, "An app that shows codes was added to the account alice.").await;
    assert_eq!(add_passkey(&mut client, &mut Authenticator::new()).await.status, 303);
    told(here, "A passkey was added to the account alice.").await;
    let page = client.get("/account/factors").await;
    let codes = codes_of(&client.submit(&page.form("recovery-form")).await);
    told(here, "New recovery codes were made for the account alice.").await;

    let mut other = harness.client();
    let answer = type_password(&mut other, "/login", "alice").await;
    let page = other.follow(answer).await;
    assert_eq!(type_code(&mut other, &page, &codes[0]).await.status, 303);
    told(here, "A recovery code was used to sign in to the account alice.").await;

    assert_eq!(remove(&mut client, "authenticator").await.status, 303);
    told(here, "An app that shows codes was removed from the account alice.").await;
    assert_eq!(remove(&mut client, "passkey").await.status, 303);
    told(here, "A passkey was removed from the account alice.").await;
}

/// The id of a factor of this kind.
async fn id_of(api: &mut Api, kind: &str) -> String {
    let listed = api.get("/users/alice/factors").await.found();
    let items = listed["items"].as_array().expect("a list");
    let found = items.iter().find(|item| item["kind"] == kind).expect("a factor");
    found["id"].as_str().expect("an id").to_owned()
}

async fn recovery_codes_that_go_or_are_renewed_are_told(here: &Mailing) {
    let mut client = person(here, true).await;
    add_app(&here.harness, &mut client).await;
    here.mails().await;
    let mut api = Api::new(&here.harness).await;
    // No page has a button for it; the address takes every factor.
    let codes = id_of(&mut api, "recovery_codes").await;
    let page = client.get("/account/factors").await;
    let csrf = page.form("recovery-form").value("csrf").expect("a proof").to_owned();
    let fields = [("csrf", csrf.as_str()), ("factor", codes.as_str())];
    assert_eq!(client.post("/account/factors/remove", &fields).await.status, 303);
    let text = told(here, "The recovery codes of the account alice were removed.").await;
    assert!(
        text.contains("192.0.2.1") && text.contains("If it was not you"),
        "{text}"
    );
    for _ in 0..2 {
        let page = client.get("/account/factors").await;
        codes_of(&client.submit(&page.form("recovery-form")).await);
        told(here, "New recovery codes were made for the account alice.").await;
    }
}

async fn what_an_administrator_takes_away_is_told(here: &Mailing) {
    const BY: &str = "An administrator did this.";
    let harness = &here.harness;
    let mut client = person(here, true).await;
    add_app(harness, &mut client).await;
    add_passkey(&mut client, &mut Authenticator::new()).await;
    here.mails().await;
    let mut api = Api::new(harness).await;
    for (kind, sentence) in [
        (
            "recovery_codes",
            "The recovery codes of the account alice were removed.",
        ),
        ("totp", "An app that shows codes was removed from the account alice."),
    ] {
        let path = format!("/users/alice/factors/{}", id_of(&mut api, kind).await);
        assert_eq!(api.delete(&path).await.status(), 204);
        let text = told(here, sentence).await;
        assert!(text.contains(BY) && !text.contains("192.0.2.1"), "{text}");
        assert_eq!(api.delete(&path).await.status(), 404);
        assert!(here.mails().await.is_empty(), "it was gone already");
    }
    let (passkey, alice) = (
        id_of(&mut api, "passkey").await,
        api.get("/users/alice").await.found()["id"].clone(),
    );
    harness.user_with("root", |user| user.is_admin = true).await;
    let mut root = harness.signed_in("root").await;
    let alice = alice.as_str().expect("an id");
    let page = root
        .get(&format!("/admin/users/{alice}/factors/{passkey}/delete"))
        .await;
    assert_eq!(root.submit(&page.form("confirm-form")).await.status, 303);
    let text = told(here, "A passkey was removed from the account alice.").await;
    assert!(text.contains(BY), "{text}");
}

async fn a_change_that_did_not_happen_is_not_told(here: &Mailing) {
    let harness = &here.harness;
    let mut client = person(here, true).await;
    let kept = add_app(harness, &mut client).await;
    told(here, "An app that shows codes was added to the account alice.").await;
    let mut other = harness.client();
    let answer = type_password(&mut other, "/login", "alice").await;
    let page = other.follow(answer).await;
    assert_eq!(type_code(&mut other, &page, "0000-0000-0000-0000").await.status, 422);
    assert_eq!(type_code(&mut other, &page, &kept.codes[0]).await.status, 303);
    told(here, "A recovery code was used to sign in to the account alice.").await;
    // A code that is used up, and a removal of what is not there.
    let mut third = harness.client();
    let answer = type_password(&mut third, "/login", "alice").await;
    let page = third.follow(answer).await;
    assert_eq!(type_code(&mut third, &page, &kept.codes[0]).await.status, 422);
    let page = client.get("/account/factors").await.form("authenticator-start");
    let csrf = page.value("csrf").expect("a proof");
    let fields = [("csrf", csrf), ("factor", "fac_nothing")];
    assert_eq!(client.post("/account/factors/remove", &fields).await.status, 404);
    assert!(here.mails().await.is_empty());
}

async fn an_address_that_nobody_confirmed_is_not_told(here: &Mailing) {
    let mut client = person(here, false).await;
    add_app(&here.harness, &mut client).await;
    assert!(here.mails().await.is_empty());
}
