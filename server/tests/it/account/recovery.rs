//! Getting back in by mail: the same answer for everybody, a link that works once, for one account, for half an hour.

use super::sink::{Mailing, with_mail};
use super::support::{ANOTHER, is_signed_in, opens};
use crate::harness::{Answer, Client, Engine, Harness, PASSWORD};

with_mail!("account.sign_in_notices = false":
    a_password_is_set_by_the_link_and_every_session_ends,
    known_and_unknown_names_get_the_same_answer,
    only_a_confirmed_address_of_an_active_person_gets_a_link,
    a_further_address_that_is_confirmed_gets_it_too,
    a_link_works_once_and_of_two_at_once_one_wins,
    a_link_ends_to_the_second,
    a_newer_link_takes_the_place_of_the_older,
    a_link_dies_with_another_password_or_address,
    a_link_is_for_its_purpose_only,
    a_link_of_somebody_who_was_switched_off_is_dead,
    short_and_weak_passwords_use_nothing_up,
    it_is_limited_for_a_name_and_for_an_address,
    the_link_never_follows_the_host_of_a_request,
    the_forms_need_their_proof,
);

async fn ask(client: &mut Client, name: &str) -> Answer {
    let page = client.get("/recover").await;
    client.submit(&page.form("recover-form").with("username", name)).await
}

async fn verified(here: &Mailing, name: &str) -> protocol::user::User {
    here.harness.user_with(name, |user| user.email_verified = true).await
}

async fn set(client: &mut Client, link: &str, password: &str) -> Answer {
    let page = client.get(link).await;
    client
        .submit(&page.form("recovery-form").with("password", password))
        .await
}

async fn a_password_is_set_by_the_link_and_every_session_ends(here: &Mailing) {
    let harness = &here.harness;
    let alice = verified(here, "alice").await;
    let mut before = harness.signed_in("alice").await;
    harness.advance(1);
    let mut client = harness.client();
    assert!(ask(&mut client, "alice").await.has("article#mail-sent"));
    let mail = here.mail().await;
    assert_eq!(mail.to, "alice@example.com");
    assert_eq!(mail.header("From"), Some("Sign-in <no-reply@example.com>"));
    assert_eq!(mail.header("Subject"), Some("Set a new password"));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert!(mail.data.contains("multipart/alternative") && mail.data.contains("192.0.2.1"));
    assert!(!mail.data.contains("<img"), "nothing tells whether it was opened");
    let link = mail.path("/recover/new");
    let page = client.get(&link).await;
    assert!(page.body.contains("alice"), "it says whose account it is");
    let done = set(&mut client, &link, ANOTHER).await;
    assert!(done.has("article#recovered"), "{}", done.body);
    assert!(
        !is_signed_in(&mut client).await,
        "it signs nobody in: other factors may be asked for"
    );
    assert!(!is_signed_in(&mut before).await);
    assert!(opens(harness, "alice", ANOTHER).await && !opens(harness, "alice", PASSWORD).await);
    let events = harness.events("password_changed").await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].target.as_deref(), Some(alice.id.as_str()));
    let notice = here.mail().await;
    assert_eq!(notice.header("Subject"), Some("Your password was changed"));
    let token = link.split('=').next_back().expect("a value");
    for event in harness.events("recovery_requested").await {
        assert!(!event.detail.to_string().contains(token));
    }
}

async fn known_and_unknown_names_get_the_same_answer(here: &Mailing) {
    verified(here, "alice").await;
    let body = |answer: &Answer| answer.body.clone();
    let mut bodies = Vec::new();
    for name in [
        "alice",
        "alice@example.com",
        "nobody",
        "nobody@example.com",
        "' OR 1=1 --",
        "<b>",
    ] {
        let answer = ask(&mut here.harness.client(), name).await;
        assert_eq!(answer.status, 200, "{name}");
        bodies.push(body(&answer));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "no difference");
    let mails = here.mails().await;
    assert!(mails.iter().all(|mail| mail.to == "alice@example.com"));
    assert_eq!(mails.len(), 2);
}

async fn only_a_confirmed_address_of_an_active_person_gets_a_link(here: &Mailing) {
    let harness = &here.harness;
    harness.user("unconfirmed").await;
    harness
        .user_with("gone", |user| {
            user.email_verified = true;
            user.is_active = false;
        })
        .await;
    harness
        .user_with("robot", |user| {
            user.email_verified = true;
            user.kind = protocol::user::UserType::ServiceAccount;
        })
        .await;
    for name in ["one", "other"] {
        harness
            .user_with(name, |user| {
                user.email_verified = true;
                user.email = Some("shared@example.com".to_owned());
            })
            .await;
    }
    for name in [
        "unconfirmed",
        "unconfirmed@example.com",
        "gone",
        "robot",
        "shared@example.com",
    ] {
        assert!(ask(&mut harness.client(), name).await.has("article#mail-sent"));
        assert_eq!(here.mails().await.len(), 0, "{name}");
    }
}

async fn a_further_address_that_is_confirmed_gets_it_too(here: &Mailing) {
    let harness = &here.harness;
    let alice = harness.user("alice").await;
    let further = store::users::emails::UserEmail {
        address: "Alice@Example.org".to_owned(),
        verified: true,
    };
    let attach = harness.app.store.attach_user_email(&alice.id, &further);
    harness
        .app
        .commit_changes(vec![attach], Vec::new())
        .await
        .expect("stored");
    for name in ["alice@example.ORG", "alice"] {
        ask(&mut harness.client(), name).await;
        assert_eq!(here.mail().await.to, "Alice@Example.org", "{name}");
    }
}

async fn a_link_works_once_and_of_two_at_once_one_wins(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    let node = harness.another_node().await;
    let mut clients = Vec::new();
    for at in 0..8 {
        let mut client = if at % 2 == 0 { harness.client() } else { node.client() };
        let form = client.get(&link).await.form("recovery-form");
        clients.push((client, form.with("password", &format!("{ANOTHER} {at}"))));
    }
    let tasks = clients
        .into_iter()
        .map(|(mut client, form)| tokio::spawn(async move { client.submit(&form).await }));
    let mut won = 0;
    for task in tasks.collect::<Vec<_>>() {
        let answer = task.await.expect("an answer");
        if answer.has("article#recovered") {
            won += 1;
        } else {
            assert_eq!(
                answer.error_code().as_deref(),
                Some("mail_link_invalid"),
                "{}",
                answer.body
            );
            assert_eq!(answer.status, 410);
        }
    }
    assert_eq!(won, 1);
    assert_eq!(harness.events("password_changed").await.len(), 1);
    assert_eq!(harness.client().get(&link).await.status, 410);
    node.end().await;
}

async fn a_link_ends_to_the_second(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    let mut client = harness.client();
    let form = client.get(&link).await.form("recovery-form").with("password", ANOTHER);
    harness.advance(30 * 60 - 1);
    assert_eq!(client.get(&link).await.status, 200);
    harness.advance(1);
    assert_eq!(client.get(&link).await.status, 410);
    assert_eq!(client.submit(&form).await.status, 410);
    assert!(opens(harness, "alice", PASSWORD).await);
}

async fn a_newer_link_takes_the_place_of_the_older(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let older = here.mail().await.path("/recover/new");
    ask(&mut harness.client(), "alice@example.com").await;
    let newer = here.mail().await.path("/recover/new");
    assert_eq!(harness.client().get(&older).await.status, 410);
    assert_eq!(harness.client().get(&newer).await.status, 200);
}

async fn a_link_dies_with_another_password_or_address(here: &Mailing) {
    let harness = &here.harness;
    let alice = verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    let mut client = harness.signed_in("alice").await;
    let form = super::support::password_form(&mut client, ANOTHER).await;
    assert_eq!(client.submit(&form).await.status, 303);
    assert_eq!(harness.client().get(&link).await.status, 410);
    let further = store::users::emails::UserEmail {
        address: "second@example.com".to_owned(),
        verified: true,
    };
    let attach = harness.app.store.attach_user_email(&alice.id, &further);
    harness
        .app
        .commit_changes(vec![attach], Vec::new())
        .await
        .expect("stored");
    here.mails().await;
    ask(&mut harness.client(), "second@example.com").await;
    let link = here.mail().await.path("/recover/new");
    let page = client.get("/account/emails").await;
    let remove = super::support::forms(&page, "/account/emails/remove");
    assert_eq!(client.submit(&remove[0]).await.status, 303);
    assert_eq!(harness.client().get(&link).await.status, 410);
}

async fn a_link_is_for_its_purpose_only(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    let token = link.split('=').next_back().expect("a value").to_owned();
    for path in ["/account/emails/confirm", "/sign-up/finish", "/invitation", "/setup"] {
        let answer = harness.client().get(&format!("{path}?token={token}")).await;
        assert!(matches!(answer.status.as_u16(), 404 | 410), "{path}: {}", answer.status);
    }
    for wrong in ["", "x", &token[..42], &format!("{token}A"), &token.to_uppercase()] {
        let answer = harness.client().get(&format!("/recover/new?token={wrong}")).await;
        assert_eq!(answer.status, 410, "{wrong}");
        let posted = harness
            .client()
            .post("/recover/new", &[("token", wrong), ("password", ANOTHER)])
            .await;
        assert_eq!(posted.status, 410, "{wrong}");
    }
    assert_eq!(harness.client().get(&link).await.status, 200, "it was not used up");
}

async fn a_link_of_somebody_who_was_switched_off_is_dead(here: &Mailing) {
    let harness = &here.harness;
    let mut alice = verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    harness.change_user(&mut alice, |user| user.is_active = false).await;
    assert_eq!(harness.client().get(&link).await.status, 410);
    let deleted = harness.app.store.delete_user(&alice.id, harness.now());
    harness.app.commit_changes(deleted, Vec::new()).await.expect("deleted");
    assert_eq!(harness.client().get(&link).await.status, 410);
}

async fn short_and_weak_passwords_use_nothing_up(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    let mut client = harness.client();
    for bad in ["", "short", "password1", "alice123"] {
        let answer = set(&mut client, &link, bad).await;
        assert_eq!(answer.status, 422, "{bad}");
        assert!(answer.has("p#password-problem"), "{bad}");
    }
    assert!(set(&mut client, &link, ANOTHER).await.has("article#recovered"));
}

async fn it_is_limited_for_a_name_and_for_an_address(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let limits = &harness.app.config.limits;
    for name in ["alice", "nobody"] {
        for at in 0..limits.mails_per_account {
            let mut client = harness.client().at_address(&format!("198.51.100.{at}"));
            assert_eq!(ask(&mut client, name).await.status, 200);
        }
        let blocked = ask(&mut harness.client().at_address("203.0.113.9"), name).await;
        assert_eq!(blocked.status, 429, "{name}");
        assert!(blocked.header("retry-after").is_some());
    }
    assert_eq!(here.mails().await.len(), limits.mails_per_account as usize);
    let mut client = harness.client().at_address("203.0.113.77");
    for at in 0..limits.mails_per_address {
        assert_eq!(ask(&mut client, &format!("name{at}")).await.status, 200);
    }
    assert_eq!(ask(&mut client, "yet another").await.status, 429);
    harness.advance(60 * 60);
    assert_eq!(ask(&mut client, "alice").await.status, 200);
}

async fn the_link_never_follows_the_host_of_a_request(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let mut client = harness.client();
    for (name, value) in [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
    ] {
        client = client.with_header(name.parse().expect("a name"), value);
    }
    ask(&mut client, "alice").await;
    let mail = here.mail().await;
    assert!(!mail.data.contains("evil.example"), "{}", mail.data);
    mail.path("/recover/new");
}

async fn the_forms_need_their_proof(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let answer = harness.client().post("/recover", &[("username", "alice")]).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    assert_eq!(here.mails().await.len(), 0);
    ask(&mut harness.client(), "alice").await;
    let link = here.mail().await.path("/recover/new");
    let token = link.split('=').next_back().expect("a value");
    let fields = [("token", token), ("password", ANOTHER), ("csrf", "made up")];
    let answer = harness.client().post("/recover/new", &fields).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    assert!(opens(harness, "alice", PASSWORD).await);
}

#[tokio::test]
async fn without_a_mail_server_it_is_not_offered() {
    let harness = Harness::new(Engine::Sqlite).await;
    harness.user("alice").await;
    assert_eq!(harness.client().get("/recover").await.status, 404);
    assert_eq!(
        harness.client().post("/recover", &[("username", "alice")]).await.status,
        404
    );
    assert!(!harness.client().get("/login").await.has("a#recover"));
    harness.end().await;
    let here = Mailing::new(Engine::Sqlite, "").await;
    assert!(here.harness.client().get("/login").await.has("a#recover"));
    here.harness.end().await;
}
