//! The addresses of one's own account.

use http::header;

use super::sink::{Mailing, with_mail};
use super::support::{forms, needs_proof};
use crate::harness::{Answer, Client, Engine, Harness, PASSWORD};

const PAGE: &str = "/account/emails";

with_mail!("account.sign_in_notices = false":
    an_address_is_added_by_its_link_in_another_browser,
    an_address_of_another_account_is_told_to_its_owner_only,
    two_accounts_at_once_get_one_address_once,
    the_primary_address_is_chosen_among_confirmed_ones_and_never_lost,
    an_unconfirmed_primary_address_is_confirmed,
    what_is_no_address_or_known_already_is_said,
    links_end_and_are_replaced_and_taken_back,
    it_is_limited,
    an_old_sign_in_changes_nothing,
    the_forms_need_their_proof,
);

async fn add(client: &mut Client, address: &str) -> Answer {
    let page = client.get(PAGE).await;
    client.submit(&page.form("address-form").with("email", address)).await
}

async fn confirm(client: &mut Client, link: &str) -> Answer {
    let page = client.get(link).await;
    client.submit(&page.form("confirm-form")).await
}

async fn addresses(harness: &Harness, username: &str) -> Vec<(String, bool)> {
    let found = harness
        .app
        .store
        .load_user_with_groups(username)
        .await
        .unwrap()
        .expect("a user");
    let primary = found.user.email.map(|address| (address, found.user.email_verified));
    let further = found.emails.into_iter().map(|email| (email.address, email.verified));
    primary.into_iter().chain(further).collect()
}

fn pair(address: &str, verified: bool) -> (String, bool) {
    (address.to_owned(), verified)
}

async fn verified(here: &Mailing, name: &str) -> protocol::user::User {
    here.harness.user_with(name, |user| user.email_verified = true).await
}

async fn an_address_is_added_by_its_link_in_another_browser(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let mut client = harness.signed_in("alice").await;
    let asked = add(&mut client, "alice@example.org").await;
    assert_eq!(
        asked.location(),
        Some("/account/emails?done=address-asked"),
        "{}",
        asked.body
    );
    let page = client.get(PAGE).await;
    assert!(page.has("li[data-address=alice@example.org]"), "{}", page.body);
    assert_eq!(
        addresses(harness, "alice").await,
        [pair("alice@example.com", true)],
        "not before it is confirmed"
    );
    let mail = here.mail().await;
    assert_eq!(mail.to, "alice@example.org");
    let link = mail.path("/account/emails/confirm");
    let mut other = harness.client();
    let page = other.get(&link).await;
    assert!(
        page.body.contains("alice@example.org") && page.body.contains("<bdi>alice</bdi>"),
        "{}",
        page.body
    );
    assert_eq!(addresses(harness, "alice").await.len(), 1, "looking changes nothing");
    let done = confirm(&mut other, &link).await;
    assert!(done.has("article#confirmed"), "{}", done.body);
    let both = [pair("alice@example.com", true), pair("alice@example.org", true)];
    assert_eq!(addresses(harness, "alice").await, both);
    let notice = here.mail().await;
    assert_eq!(
        (notice.to.as_str(), notice.header("Subject")),
        ("alice@example.com", Some("Your addresses were changed"))
    );
    assert_eq!(other.get(&link).await.status, 410, "once");
    assert_eq!(harness.events("email_verified").await.len(), 1);
}

async fn an_address_of_another_account_is_told_to_its_owner_only(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    verified(here, "bob").await;
    let mut client = harness.signed_in("alice").await;
    let taken = add(&mut client, "BOB@example.com").await;
    let free = add(&mut client, "free@example.com").await;
    assert_eq!(taken.location(), free.location(), "the same answer");
    let page = client.get(PAGE).await;
    for address in ["BOB@example.com", "free@example.com"] {
        assert!(
            page.has(&format!("li[data-address={address}]")),
            "the same row for {address}"
        );
    }
    let mails = here.mails().await;
    let to_bob = mails
        .iter()
        .find(|mail| mail.to.eq_ignore_ascii_case("bob@example.com"))
        .expect("bob hears");
    assert!(
        !to_bob.data.contains("/account/emails/confirm") && !to_bob.data.contains("alice"),
        "{}",
        to_bob.data
    );
    assert_eq!(addresses(harness, "alice").await, [pair("alice@example.com", true)]);
}

async fn two_accounts_at_once_get_one_address_once(here: &Mailing) {
    let harness = &here.harness;
    let node = harness.another_node().await;
    let mut waiting = Vec::new();
    for name in ["one", "other"] {
        verified(here, name).await;
        let mut client = harness.signed_in(name).await;
        add(&mut client, "both@example.com").await;
        let link = here.mail().await.path("/account/emails/confirm");
        let mut reader = if name == "one" { harness.client() } else { node.client() };
        let form = reader.get(&link).await.form("confirm-form");
        waiting.push((reader, form));
    }
    let tasks = waiting
        .into_iter()
        .map(|(mut client, form)| tokio::spawn(async move { client.submit(&form).await }));
    let mut codes = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        codes.push(task.await.expect("an answer").status.as_u16());
    }
    codes.sort_unstable();
    assert_eq!(codes, [200, 410]);
    let holders = harness
        .app
        .store
        .load_users_of_address("both@example.com")
        .await
        .unwrap();
    assert_eq!(holders.iter().filter(|(_, verified)| *verified).count(), 1);
    node.end().await;
}

async fn the_primary_address_is_chosen_among_confirmed_ones_and_never_lost(here: &Mailing) {
    let harness = &here.harness;
    let alice = verified(here, "alice").await;
    for (address, verified) in [("second@example.com", true), ("third@example.com", false)] {
        let further = store::users::emails::UserEmail {
            address: address.to_owned(),
            verified,
        };
        let attach = harness.app.store.attach_user_email(&alice.id, &further);
        harness
            .app
            .commit_changes(vec![attach], Vec::new())
            .await
            .expect("stored");
    }
    let mut client = harness.signed_in("alice").await;
    let page = client.get(PAGE).await;
    let choices = forms(&page, "/account/emails/primary");
    assert_eq!(choices.len(), 1, "only the confirmed one");
    for (address, status) in [("third@example.com", 404), ("nobody@example.com", 404), ("", 404)] {
        let answer = client.submit(&choices[0].clone().with("email", address)).await;
        assert_eq!(answer.status, status, "{address}");
    }
    let chosen = client.submit(&choices[0]).await;
    assert_eq!(
        chosen.location(),
        Some("/account/emails?done=address-primary"),
        "{}",
        chosen.body
    );
    let now = addresses(harness, "alice").await;
    assert_eq!(now[0], pair("second@example.com", true));
    assert!(now.contains(&pair("alice@example.com", true)) && now.len() == 3);
    let mut told: Vec<String> = here.mails().await.into_iter().map(|mail| mail.to).collect();
    told.sort();
    assert_eq!(
        told,
        ["alice@example.com", "second@example.com"],
        "the old one hears too"
    );
    let page = client.get(PAGE).await;
    let remove = forms(&page, "/account/emails/remove");
    assert_eq!(remove.len(), 2, "not the primary one");
    let kept = client
        .submit(&remove[0].clone().with("email", "second@example.com"))
        .await;
    assert_eq!(kept.status, 404);
    for form in &remove {
        let removed = client.submit(form).await;
        assert_eq!(
            removed.location(),
            Some("/account/emails?done=address-removed"),
            "{}",
            removed.body
        );
    }
    assert_eq!(addresses(harness, "alice").await, [pair("second@example.com", true)]);
    assert!(forms(&client.get(PAGE).await, "/account/emails/remove").is_empty());
}

async fn an_unconfirmed_primary_address_is_confirmed(here: &Mailing) {
    let harness = &here.harness;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get(PAGE).await;
    client.submit(&forms(&page, PAGE)[0]).await;
    let mail = here.mail().await;
    assert_eq!(mail.to, "alice@example.com");
    assert!(
        confirm(&mut harness.client(), &mail.path("/account/emails/confirm"))
            .await
            .has("article#confirmed")
    );
    assert_eq!(addresses(harness, "alice").await, [pair("alice@example.com", true)]);
}

async fn what_is_no_address_or_known_already_is_said(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let mut client = harness.signed_in("alice").await;
    let long = format!("{}@example.com", "a".repeat(260));
    let bad = [
        "",
        "nothing",
        "a@b@c",
        "a b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "<a@example.com>",
        "a@-x",
        long.as_str(),
        "ALICE@example.com",
    ];
    for address in bad {
        let answer = add(&mut client, address).await;
        assert_eq!(answer.status, 422, "{address:?}");
        assert!(answer.has("p#email-problem"), "{address:?}: {}", answer.body);
    }
    assert_eq!(here.mails().await.len(), 0);
}

async fn links_end_and_are_replaced_and_taken_back(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let mut client = harness.signed_in("alice").await;
    add(&mut client, "new@example.com").await;
    let older = here.mail().await.path("/account/emails/confirm");
    add(&mut client, "NEW@example.com").await;
    let newer = here.mail().await.path("/account/emails/confirm");
    assert_eq!(harness.client().get(&older).await.status, 410, "replaced");
    let page = client.get(PAGE).await;
    let taken_back = client.submit(&forms(&page, "/account/emails/remove")[0]).await;
    assert_eq!(taken_back.status, 303, "{}", taken_back.body);
    assert_eq!(harness.client().get(&newer).await.status, 410, "taken back");
    add(&mut client, "new@example.com").await;
    let last = here.mail().await.path("/account/emails/confirm");
    let form = harness.client().get(&last).await.form("confirm-form");
    harness.advance(60 * 60);
    assert_eq!(harness.client().get(&last).await.status, 410, "over");
    assert_eq!(harness.client().submit(&form).await.status, 410);
    assert_eq!(addresses(harness, "alice").await.len(), 1);
}

async fn it_is_limited(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let mut client = harness.signed_in("alice").await;
    let most = harness.app.config.limits.mails_per_account;
    for at in 0..most {
        assert_eq!(add(&mut client, &format!("a{at}@example.com")).await.status, 303);
    }
    assert_eq!(add(&mut client, "more@example.com").await.status, 429);
    assert_eq!(here.mails().await.len(), most as usize);
}

async fn an_old_sign_in_changes_nothing(here: &Mailing) {
    let harness = &here.harness;
    verified(here, "alice").await;
    let mut client = harness.signed_in("alice").await;
    let form = client
        .get(PAGE)
        .await
        .form("address-form")
        .with("email", "new@example.com");
    harness.advance(10 * 60);
    let confirm = "/login?next=/account/emails&prompt=login";
    for action in [PAGE, "/account/emails/primary", "/account/emails/remove"] {
        let mut form = form.clone();
        action.clone_into(&mut form.action);
        assert_eq!(client.submit(&form).await.location(), Some(confirm), "{action}");
    }
    let page = client.get(PAGE).await;
    assert!(page.has("div#confirm") && !page.has("form#address-form"));
    assert_eq!(here.mails().await.len(), 0);
    let page = client.get(confirm).await;
    let back = client
        .submit(
            &page
                .form("login-form")
                .with("username", "alice")
                .with("password", PASSWORD),
        )
        .await;
    assert_eq!(back.location(), Some(PAGE));
}

async fn the_forms_need_their_proof(here: &Mailing) {
    verified(here, "alice").await;
    let actions = [PAGE, "/account/emails/primary", "/account/emails/remove"];
    needs_proof(&here.harness, "alice", PAGE, &actions).await;
    let mut client = here.harness.signed_in("alice").await;
    add(&mut client, "new@example.com").await;
    let link = here.mail().await.path("/account/emails/confirm");
    let token = link.split('=').next_back().expect("a value");
    let answer = client
        .post("/account/emails/confirm", &[("token", token), ("csrf", "x")])
        .await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
}

#[tokio::test]
async fn without_a_mail_server_no_address_is_added_and_german_people_get_german_mail() {
    let harness = Harness::new(Engine::Sqlite).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get(PAGE).await;
    assert!(page.has("li[data-address=alice@example.com]") && !page.has("form#address-form"));
    harness.end().await;

    let here = Mailing::new(Engine::Sqlite, "").await;
    here.harness
        .user_with("greta", |user| {
            user.email_verified = true;
            user.claims.locale = Some("de-AT".to_owned());
        })
        .await;
    verified(&here, "alice").await;
    for (name, language, subject) in [
        ("greta", "en", "Neues Passwort setzen"),
        ("alice", "de", "Neues Passwort setzen"),
        ("alice", "en", "Set a new password"),
    ] {
        let mut client = here.harness.client().with_header(header::ACCEPT_LANGUAGE, language);
        let page = client.get("/recover").await;
        client.submit(&page.form("recover-form").with("username", name)).await;
        assert_eq!(here.mail().await.header("Subject"), Some(subject), "{name} {language}");
    }
    here.harness.end().await;
}
