//! Accounts that people make themselves: by self sign-up, where it is switched on, and by invitation.

use serde_json::json;

use super::sink::{Mailing, with_mail};
use super::support::{ANOTHER, is_signed_in, opens};
use crate::api::support::Api;
use crate::harness::{Answer, Client, Engine, Harness};

with_mail!("account.sign_up = true":
    an_account_is_made_after_its_address_is_shown,
    a_taken_address_gets_the_same_answer_and_a_word,
    a_sign_up_link_makes_one_account,
    what_is_wrong_is_said_and_uses_nothing_up,
    sign_ups_are_limited,
    an_invitation_goes_by_mail_and_confirms_the_address,
    an_open_invitation_is_used_once,
    an_invitation_ends_and_is_withdrawn,
    groups_that_make_administrators_need_everything,
    wrong_invitations_are_refused,
);

async fn ask(client: &mut Client, address: &str) -> Answer {
    let page = client.get("/sign-up").await;
    client.submit(&page.form("enroll-form").with("email", address)).await
}

async fn make(client: &mut Client, link: &str, username: &str) -> Answer {
    let page = client.get(link).await;
    let form = page
        .form("enroll-form")
        .with("username", username)
        .with("name", "Noor Example")
        .with("password", ANOTHER);
    client.submit(&form).await
}

async fn user(harness: &Harness, username: &str) -> protocol::user::User {
    let found = harness.app.store.load_user_by_username(username).await.unwrap();
    found.expect("a user").user
}

async fn an_account_is_made_after_its_address_is_shown(here: &Mailing) {
    let harness = &here.harness;
    assert!(harness.client().get("/login").await.has("a#sign-up"));
    let sent = ask(&mut harness.client(), "noor@example.com").await;
    assert!(sent.has("article#mail-sent"), "{}", sent.body);
    let mail = here.mail().await;
    assert_eq!(mail.to, "noor@example.com");
    let link = mail.path("/sign-up/finish");
    assert!(
        !harness.app.store.load_has_user().await.unwrap(),
        "there is no account yet"
    );
    let mut client = harness.client();
    let made = make(&mut client, &link, "noor").await;
    assert_eq!(made.location(), Some("/"), "{}", made.body);
    assert!(is_signed_in(&mut client).await);
    let noor = user(harness, "noor").await;
    assert_eq!(
        (noor.email.as_deref(), noor.email_verified, noor.is_admin),
        (Some("noor@example.com"), true, false)
    );
    assert!(opens(harness, "noor", ANOTHER).await);
    assert_eq!(harness.client().get(&link).await.status, 410, "once");
    assert_eq!(harness.events("user_created").await[0].detail["by"], "sign_up");
}

async fn a_taken_address_gets_the_same_answer_and_a_word(here: &Mailing) {
    let harness = &here.harness;
    harness.user_with("alice", |user| user.email_verified = true).await;
    let taken = ask(&mut harness.client(), "ALICE@example.com").await;
    let free = ask(&mut harness.client(), "ALICE@example.net").await;
    assert_eq!(taken.body.replace(".com", ""), free.body.replace(".net", ""));
    let mails = here.mails().await;
    let word = mails.iter().find(|mail| mail.to.ends_with(".com")).expect("a word");
    assert_eq!(word.header("Subject"), Some("You have an account already"));
    assert!(!word.data.contains("/sign-up/finish"));
}

async fn a_sign_up_link_makes_one_account(here: &Mailing) {
    let harness = &here.harness;
    ask(&mut harness.client(), "noor@example.com").await;
    let link = here.mail().await.path("/sign-up/finish");
    let node = harness.another_node().await;
    let mut forms = Vec::new();
    for at in 0..6 {
        let mut client = if at % 2 == 0 { harness.client() } else { node.client() };
        let form = client.get(&link).await.form("enroll-form");
        let form = form
            .with("username", &format!("noor{at}"))
            .with("name", "Noor")
            .with("password", ANOTHER);
        forms.push((client, form));
    }
    let tasks = forms
        .into_iter()
        .map(|(mut client, form)| tokio::spawn(async move { client.submit(&form).await }));
    let mut made = 0;
    for task in tasks.collect::<Vec<_>>() {
        let answer = task.await.expect("an answer");
        match answer.status.as_u16() {
            303 => made += 1,
            status => assert_eq!(status, 410, "{}", answer.body),
        }
    }
    assert_eq!((made, harness.events("user_created").await.len()), (1, 1));
    node.end().await;
}

async fn what_is_wrong_is_said_and_uses_nothing_up(here: &Mailing) {
    let harness = &here.harness;
    harness.user("taken").await;
    for address in ["", "nothing", "a@b@c"] {
        assert_eq!(ask(&mut harness.client(), address).await.status, 422, "{address}");
    }
    ask(&mut harness.client(), "noor@example.com").await;
    let link = here.mail().await.path("/sign-up/finish");
    let mut client = harness.client();
    let form = client.get(&link).await.form("enroll-form").with("name", "Noor");
    let table = [
        ("", ANOTHER, "username"),
        (" ", ANOTHER, "username"),
        ("a\u{202e}b", ANOTHER, "username"),
        ("Taken", ANOTHER, "username"),
        ("noor", "", "password"),
        ("noor", "short", "password"),
        ("noor", "password1", "password"),
        ("noorjahan-khan", "noorjahan-khan", "password"),
    ];
    for (username, password, field) in table {
        let answer = client
            .submit(&form.clone().with("username", username).with("password", password))
            .await;
        assert_eq!(answer.status, 422, "{username} {password}");
        assert!(
            answer.has(&format!("p#{field}-problem")),
            "{username} {password}: {}",
            answer.body
        );
    }
    let forged = form.clone().with("username", "noor").with("password", ANOTHER);
    let answer = client.submit(&forged.clone().with("csrf", "x")).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    // What the form does not ask for is not taken.
    let more = forged.with("email", "other@example.com").with("is_admin", "true");
    assert_eq!(client.submit(&more).await.status, 303);
    let noor = user(harness, "noor").await;
    assert_eq!(
        (noor.email.as_deref(), noor.is_admin),
        (Some("noor@example.com"), false)
    );
}

async fn sign_ups_are_limited(here: &Mailing) {
    let harness = &here.harness;
    let most = harness.app.config.limits.mails_per_account;
    for _ in 0..most {
        assert_eq!(ask(&mut harness.client(), "noor@example.com").await.status, 200);
    }
    assert_eq!(ask(&mut harness.client(), "NOOR@example.com").await.status, 429);
}

async fn an_invitation_goes_by_mail_and_confirms_the_address(here: &Mailing) {
    let harness = &here.harness;
    let mut api = Api::new(harness).await;
    let group = api.post("/groups", &json!({ "name": "writers" })).await.created();
    let made = api
        .post(
            "/invitations",
            &json!({ "email": "noor@example.com", "groups": [group["id"]], "language": "de" }),
        )
        .await
        .created();
    assert!(made.get("link").is_none(), "whoever uses it has read the mail");
    assert_eq!(made["mailed"], true);
    let mail = here.mail().await;
    assert_eq!(
        (mail.to.as_str(), mail.header("Subject")),
        ("noor@example.com", Some("Sie sind eingeladen"))
    );
    let link = mail.path("/invitation");
    let mut client = harness.client();
    let page = client.get(&link).await;
    assert!(page.body.contains("noor@example.com") && !page.has("input[name=email]"));
    let accepted = make(&mut client, &link, "noor").await;
    assert_eq!(accepted.location(), Some("/"), "{}", accepted.body);
    let noor = api.get("/users/noor").await.found();
    assert_eq!(
        (&noor["email_verified"], &noor["groups"]),
        (&json!(true), &json!([group["id"]]))
    );
    let id = made["id"].as_str().expect("an id");
    let used = api.get(&format!("/invitations/{id}")).await.found();
    assert_eq!(used["user"], noor["id"]);
    assert!(used["used_at"].is_string());
}

async fn an_open_invitation_is_used_once(here: &Mailing) {
    let harness = &here.harness;
    let mut api = Api::new(harness).await;
    let made = api.post("/invitations", &json!({})).await.created();
    let id = made["id"].as_str().expect("an id");
    let link = made["link"]
        .as_str()
        .expect("a link")
        .replace("http://localhost:9000", "");
    assert!(
        api.get(&format!("/invitations/{id}"))
            .await
            .found()
            .get("link")
            .is_none(),
        "once"
    );
    assert_eq!(here.mails().await.len(), 0);
    let mut client = harness.client();
    let form = client.get(&link).await.form("enroll-form");
    let form = form
        .with("name", "Noor")
        .with("password", ANOTHER)
        .with("username", "noor");
    assert_eq!(client.submit(&form).await.status, 422, "an address is asked for");
    let form = form.with("email", "noor@example.com");
    assert_eq!(client.submit(&form).await.status, 303);
    assert!(
        !user(harness, "noor").await.email_verified,
        "nobody has shown whose it is"
    );
    let again = form.with("username", "second");
    let mut other = harness.client();
    assert_eq!(other.submit(&again).await.status, 410);
}

async fn an_invitation_ends_and_is_withdrawn(here: &Mailing) {
    let harness = &here.harness;
    let mut api = Api::new(harness).await;
    let link_of = |made: &serde_json::Value| {
        made["link"]
            .as_str()
            .expect("a link")
            .replace("http://localhost:9000", "")
    };
    let short = api
        .post("/invitations", &json!({ "expires_at": "2026-11-21T01:00:00Z" }))
        .await
        .created();
    let long = api.post("/invitations", &json!({})).await.created();
    harness.advance(60 * 60 - 1);
    assert_eq!(harness.client().get(&link_of(&short)).await.status, 200);
    harness.advance(1);
    assert_eq!(
        harness.client().get(&link_of(&short)).await.status,
        410,
        "to the second"
    );
    assert_eq!(harness.client().get(&link_of(&long)).await.status, 200);
    let path = format!("/invitations/{}", long["id"].as_str().expect("an id"));
    assert_eq!(api.delete(&path).await.status(), 204);
    assert_eq!(harness.client().get(&link_of(&long)).await.status, 410);
    assert_eq!(api.delete(&path).await.status(), 404);
    assert_eq!(
        api.get("/invitations").await.found()["items"].as_array().map(Vec::len),
        Some(1)
    );
}

async fn groups_that_make_administrators_need_everything(here: &Mailing) {
    let harness = &here.harness;
    let mut api = Api::new(harness).await;
    let admins = api
        .post("/groups", &json!({ "name": "admins", "is_admin": true }))
        .await
        .created();
    let below = api
        .post("/groups", &json!({ "name": "below", "parents": [admins["id"]] }))
        .await
        .created();
    let mut lesser = Api::with_permissions(harness, &["invitations:write"]).await;
    for group in [&admins, &below] {
        let answer = lesser.post("/invitations", &json!({ "groups": [group["id"]] })).await;
        assert_eq!(answer.status(), 403, "{answer:?}");
    }
    assert_eq!(lesser.post("/invitations", &json!({})).await.status(), 201);
    assert_eq!(lesser.get("/invitations").await.status(), 403, "writing is not reading");
    assert_eq!(
        api.post("/invitations", &json!({ "groups": [admins["id"]] }))
            .await
            .status(),
        201
    );
}

async fn wrong_invitations_are_refused(here: &Mailing) {
    let mut api = Api::new(&here.harness).await;
    let table = [
        (json!({ "email": "nothing" }), "email:invalid"),
        (json!({ "groups": ["group_nobody"] }), "groups:not_found"),
        (json!({ "expires_at": "yesterday" }), "expires_at:invalid"),
        (json!({ "expires_at": "2026-11-20T00:00:00Z" }), "expires_at:invalid"),
        (json!({ "expires_at": "2027-11-20T00:00:00Z" }), "expires_at:invalid"),
        (json!({ "link": "x" }), "link:read_only"),
        (json!({ "role": "admin" }), "role:unknown_field"),
    ];
    for (body, wrong) in table {
        assert_eq!(api.post("/invitations", &body).await.wrong(), [wrong], "{body}");
    }
    assert_eq!(api.get("/invitations").await.found()["items"], json!([]));
}

#[tokio::test]
async fn sign_up_is_off_unless_it_is_switched_on_and_mail_is_set_up() {
    let here = Mailing::new(Engine::Sqlite, "").await;
    let mut client = here.harness.client();
    assert!(!client.get("/login").await.has("a#sign-up"));
    for path in ["/sign-up", "/sign-up/finish?token=x"] {
        assert_eq!(client.get(path).await.status, 404, "{path}");
    }
    assert_eq!(client.post("/sign-up", &[("email", "a@example.com")]).await.status, 404);
    here.harness.end().await;
    let harness = Harness::with(Engine::Sqlite, "account.sign_up = false").await;
    assert_eq!(harness.client().get("/sign-up").await.status, 404);
    harness.end().await;
}
