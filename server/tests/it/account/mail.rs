//! The queue of mail: sealed, sent once by one of several nodes, tried again, given up.

use store::Val;

use super::sink::{Mailing, with_mail};
use crate::harness::{Engine, Harness};

store::statements! {
    RAW = "SELECT kind, sealed, last_error, attempts FROM mails ORDER BY id";
    ADDRESSES = "SELECT address FROM mail_links";
}

with_mail!("":
    what_waits_is_sealed,
    a_mail_is_tried_again_after_a_pause,
    what_is_refused_for_good_is_given_up_with_an_event,
    what_is_over_is_given_up,
    several_nodes_send_each_once,
    hostile_words_stay_words_in_a_mail,
);

async fn ask(here: &Mailing, name: &str) {
    let mut client = here.harness.client();
    let page = client.get("/recover").await;
    let answer = client.submit(&page.form("recover-form").with("username", name)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn person(here: &Mailing, name: &str) {
    here.harness.user_with(name, |user| user.email_verified = true).await;
}

async fn rows(harness: &Harness) -> Vec<(String, String, Option<String>, i64)> {
    let rows = harness.app.store.db().read(&RAW, &[] as &[Val]).await.expect("rows");
    rows.iter()
        .map(|row| {
            let text = |at| row.text(at).expect("text").to_owned();
            let error = row.opt_text(2).expect("text").map(str::to_owned);
            (text(0), text(1), error, row.int(3).expect("a number"))
        })
        .collect()
}

async fn what_waits_is_sealed(here: &Mailing) {
    person(here, "alice").await;
    ask(here, "alice").await;
    let waiting = rows(&here.harness).await;
    assert_eq!(waiting.len(), 1);
    assert!(!waiting[0].1.contains("alice") && waiting[0].1.starts_with("v1."));
    here.sink.refuse(&["451 later"]);
    assert_eq!(here.mails().await.len(), 0);
    let waiting = rows(&here.harness).await;
    assert_eq!((waiting.len(), waiting[0].0.as_str()), (1, "message"));
    assert!(!waiting[0].1.contains("recover") && !waiting[0].1.contains("alice"));
}

async fn a_mail_is_tried_again_after_a_pause(here: &Mailing) {
    person(here, "alice").await;
    here.sink.refuse(&["451 not now", "421 not now either"]);
    ask(here, "alice").await;
    assert_eq!(here.mails().await.len(), 0);
    let waiting = rows(&here.harness).await;
    assert!(
        waiting[0].2.as_deref().is_some_and(|error| error.contains("not now")),
        "{waiting:?}"
    );
    assert_eq!(here.mails().await.len(), 0, "not before the pause is over");
    here.harness.advance(10);
    assert_eq!(here.mails().await.len(), 0, "the second answer was no better");
    here.harness.advance(30);
    assert_eq!(here.mails().await.len(), 1);
    assert!(rows(&here.harness).await.is_empty());
    assert_eq!(here.harness.app.metrics.mails_sent.get(), 1);
    assert_eq!(here.harness.app.metrics.mails_failed.get(), 2);
}

async fn what_is_refused_for_good_is_given_up_with_an_event(here: &Mailing) {
    person(here, "alice").await;
    here.sink.refuse(&["550 nobody here named <alice@example.com>"]);
    ask(here, "alice").await;
    assert_eq!(here.mails().await.len(), 0);
    assert!(rows(&here.harness).await.is_empty());
    let events = here.harness.events("mail_failed").await;
    assert_eq!(events.len(), 1);
    assert!(events[0].detail.to_string().contains("nobody here"));
    assert!(!events[0].detail.to_string().contains('@'), "no address in the log");
}

async fn what_is_over_is_given_up(here: &Mailing) {
    person(here, "alice").await;
    here.sink.refuse(&["451 not now"]);
    ask(here, "alice").await;
    here.mails().await;
    here.harness.advance(30 * 60);
    assert_eq!(here.mails().await.len(), 0, "the link would not work any more");
    assert!(rows(&here.harness).await.is_empty());
    assert_eq!(here.harness.events("mail_failed").await.len(), 1);
}

async fn several_nodes_send_each_once(here: &Mailing) {
    let node = here.harness.another_node().await;
    for at in 0..6 {
        person(here, &format!("person{at}")).await;
        ask(here, &format!("person{at}")).await;
    }
    for _ in 0..4 {
        let apps = [&here.harness.app, &node.app];
        let both = apps.map(vestibule::mail::deliver_due);
        let [one, other] = both;
        let (one, other) = tokio::join!(one, other);
        one.expect("a database");
        other.expect("a database");
    }
    let mails = here.mails().await;
    let mut to: Vec<String> = mails.into_iter().map(|mail| mail.to).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 6);
    assert_eq!(
        here.harness.app.metrics.mails_sent.get() + node.app.metrics.mails_sent.get(),
        6
    );
    let links = here
        .harness
        .app
        .store
        .db()
        .read(&ADDRESSES, &[] as &[Val])
        .await
        .expect("rows");
    assert_eq!(links.iter().count(), 6);
    node.end().await;
}

async fn hostile_words_stay_words_in_a_mail(here: &Mailing) {
    let name = "<img src=x onerror=alert(1)>{ $x }";
    here.harness
        .user_with("mallory", |user| {
            name.clone_into(&mut user.username);
            user.email_verified = true;
            user.email = Some("m@example.com".to_owned());
        })
        .await;
    ask(here, "m@example.com").await;
    let mail = here.mail().await;
    let html = mail.data.split("text/html").nth(1).expect("an HTML part");
    assert!(html.contains("&lt;") || html.contains("&#60;"), "{html}");
    assert!(!html.contains("<img"), "{html}");
    assert_eq!(mail.data.matches("Subject:").count(), 1);
}

#[tokio::test]
async fn nothing_waits_without_a_mail_server() {
    let harness = Harness::new(Engine::Sqlite).await;
    harness.user_with("alice", |user| user.email_verified = true).await;
    let mut client = harness.signed_in("alice").await;
    let form = super::support::password_form(&mut client, super::support::ANOTHER).await;
    assert_eq!(client.submit(&form).await.status, 303);
    assert!(rows(&harness).await.is_empty());
    harness.end().await;
}

#[tokio::test]
async fn an_expression_sends_mail_to_each_recipient_by_itself() {
    let here = Mailing::new(Engine::Sqlite, "").await;
    let mut api = crate::api::support::Api::new(&here.harness).await;
    let table = [
        (
            "ak_send_email(['a@example.com'], 'Hello', body='One.', bcc=['b@example.com'])",
            None,
        ),
        ("ak_send_email('nothing', 'Hello', body='x')", Some("no e-mail address")),
        ("ak_send_email([], 'Hello', body='x')", Some("recipients")),
        (
            "ak_send_email('a@example.com', 'x\\nBcc: b@example.com', body='x')",
            Some("subject"),
        ),
        (
            "ak_send_email('a@example.com', 'Hello', template='welcome')",
            Some("templates"),
        ),
    ];
    for (call, wrong) in table {
        let source = format!("return {{'sent': {call}}}");
        let answer = api
            .post("/scope-mappings/test", &serde_json::json!({ "expression": source }))
            .await
            .found();
        let message = answer["error"]["message"].as_str();
        match wrong {
            None => assert_eq!(message, None, "{answer}"),
            Some(words) => assert!(
                message.is_some_and(|message| message.contains(words)),
                "{call}: {answer}"
            ),
        }
    }
    assert!(rows(&here.harness).await.is_empty(), "a trial sends nothing");
    let app = &here.harness.app;
    let mail = script::host::Email {
        address: vec!["a@example.com".to_owned()],
        bcc: vec!["b@example.com".to_owned()],
        subject: "Hello".to_owned(),
        body: Some("One <b>line</b>.".to_owned()),
        ..script::host::Email::default()
    };
    let sent = vestibule::actions::mail::expressions::send(app, &mail, false, app.now()).await;
    assert_eq!(sent, Ok(true));
    let mails = here.mails().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert!(
            !(mail.data.contains("a@example.com") && mail.data.contains("b@example.com")),
            "{}",
            mail.data
        );
        let html = mail.data.split("text/html").nth(1).expect("an HTML part");
        assert!(!html.contains("<b>"), "{html}");
    }
    here.harness.end().await;
}

#[tokio::test]
async fn a_password_that_an_administrator_sets_is_told_without_where_they_are() {
    let here = Mailing::new(Engine::Sqlite, "").await;
    person(&here, "alice").await;
    let mut api = crate::api::support::Api::new(&here.harness).await;
    let set = api
        .post(
            "/users/alice/password",
            &serde_json::json!({ "password": super::support::ANOTHER }),
        )
        .await;
    assert_eq!(set.status(), 204);
    let mail = here.mail().await;
    assert_eq!(
        (mail.to.as_str(), mail.header("Subject")),
        ("alice@example.com", Some("Your password was changed"))
    );
    assert!(
        mail.data.contains("administrator") && !mail.data.contains("192.0.2.1"),
        "{}",
        mail.data
    );
    here.harness.end().await;
}
