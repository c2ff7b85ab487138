//! What is told by mail when somebody's factors change, so that a change that was not theirs is noticed.

use super::*;
use crate::account::sink::{Mailing, with_mail};

with_mail!("account.sign_in_notices = false":
    each_change_is_told,
    a_change_that_did_not_happen_is_not_told,
    an_address_that_nobody_confirmed_is_not_told,
);

/// The one mail since the last, which is about one's factors, has to say this.
async fn told(here: &Mailing, sentence: &str) {
    let mail = here.mail().await;
    assert_eq!(mail.to, "alice@example.com");
    assert_eq!(mail.header("Subject"), Some("How you sign in was changed"));
    let text = mail.data.replace("=\r\n", "");
    assert!(text.contains(sentence), "{sentence}: {text}");
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
