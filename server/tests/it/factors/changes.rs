//! Changing one's factors asks for a fresh sign-in, with one of them when there are any.

use super::*;
use crate::harness::on_both;

on_both!(
    an_old_sign_in_changes_nothing,
    a_sign_in_without_the_factor_changes_nothing,
    a_factor_is_renamed_and_removed,
    nobody_changes_what_is_somebody_elses,
);

async fn try_all(client: &mut Client) -> Vec<(String, Option<String>)> {
    let page = client.get("/account/factors").await;
    let csrf = page
        .form("authenticator-start")
        .value("csrf")
        .expect("a proof")
        .to_owned();
    let mut answers = Vec::new();
    for path in [
        "authenticator",
        "authenticator/confirm",
        "passkey",
        "recovery-codes",
        "rename",
        "remove",
    ] {
        let answer = client
            .post(&format!("/account/factors/{path}"), &[("csrf", &csrf)])
            .await;
        answers.push((path.to_owned(), answer.location().map(str::to_owned)));
    }
    let asked = client
        .post("/account/factors/passkey/options", &[("csrf", &csrf)])
        .await;
    assert_eq!(asked.status, 403);
    answers
}

async fn an_old_sign_in_changes_nothing(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    harness.advance(10 * 60);
    for (path, location) in try_all(&mut client).await {
        assert_eq!(
            location.as_deref(),
            Some("/login?next=%2Faccount%2Ffactors&prompt=login"),
            "{path}"
        );
    }
    let answer = type_password(&mut client, "/login?next=%2Faccount%2Ffactors&prompt=login", "alice").await;
    assert_eq!(answer.location(), Some("/account/factors"));
    let kept = add_app(harness, &mut client).await;
    assert_eq!(kept.codes.len(), 10);
}

async fn a_sign_in_without_the_factor_changes_nothing(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let kept = add_app(harness, &mut harness.signed_in("alice").await).await;
    for (path, location) in try_all(&mut client).await {
        assert_eq!(
            location.as_deref(),
            Some("/factor?next=%2Faccount%2Ffactors"),
            "{path}: the password is fresh, the factor is what is missing"
        );
    }
    let page = client.visit("/factor?next=%2Faccount%2Ffactors").await;
    let answer = type_code(&mut client, &page, &kept.code(harness)).await;
    assert_eq!(answer.location(), Some("/account/factors"));
    let page = client.get("/account/factors").await;
    assert_eq!(client.submit(&page.form("authenticator-start")).await.status, 303);
    assert_eq!(codes_of(&client.submit(&page.form("recovery-form")).await).len(), 10);
}

fn factor_of(page: &Answer) -> String {
    let html = page.page();
    let found = html
        .elements
        .iter()
        .find_map(|element| element.attribute("data-factor"));
    found.expect("a factor").to_owned()
}

async fn a_factor_is_renamed_and_removed(harness: &Harness) {
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    add_passkey(&mut client, &mut Authenticator::new()).await;
    let page = client.get("/account/factors").await;
    let (id, csrf) = (factor_of(&page), page.form("authenticator-start"));
    let csrf = csrf.value("csrf").expect("a proof").to_owned();
    let name = "<b>blue</b> \u{7}key";
    let fields = [("csrf", csrf.as_str()), ("factor", &id), ("name", name)];
    assert_eq!(client.post("/account/factors/rename", &fields).await.status, 303);
    let page = client.get("/account/factors").await;
    assert!(page.body.contains("&#60;b&#62;blue&#60;/b&#62; key") || page.body.contains("&lt;b&gt;blue&lt;/b&gt; key"));
    assert_eq!(client.post("/account/factors/remove", &fields).await.status, 303);
    let page = client.get("/account/factors").await;
    assert!(
        !page.has("li.passkey") && !page.has("p#codes-left"),
        "the codes went with the last factor"
    );
    let removed = harness.events("factor_removed").await;
    assert_eq!(
        (removed.len(), removed[0].detail["kind"].as_str()),
        (1, Some("passkey"))
    );
    let answer = type_password(&mut harness.client(), "/login", "alice").await;
    assert_eq!(answer.location(), Some("/"), "a password is enough again");
    assert_eq!(client.post("/account/factors/remove", &fields).await.status, 404);
}

async fn nobody_changes_what_is_somebody_elses(harness: &Harness) {
    harness.user("alice").await;
    harness.user("mallory").await;
    let mut alice = harness.signed_in("alice").await;
    add_passkey(&mut alice, &mut Authenticator::new()).await;
    let id = factor_of(&alice.get("/account/factors").await);
    let mut mallory = harness.signed_in("mallory").await;
    let page = mallory.get("/account/factors").await.form("authenticator-start");
    let csrf = page.value("csrf").expect("a proof");
    for path in ["/account/factors/remove", "/account/factors/rename"] {
        let fields = [("csrf", csrf), ("factor", id.as_str()), ("name", "mine")];
        assert_eq!(mallory.post(path, &fields).await.status, 404);
        assert_eq!(
            mallory.post(path, &[("factor", id.as_str())]).await.status,
            403,
            "without proof"
        );
    }
    let page = alice.get("/account/factors").await;
    assert!(page.has("li.passkey") && page.body.contains("my key"));
}
