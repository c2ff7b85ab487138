//! An application without any redirect URI learns its first: from whom, when, how often, and that nothing is sent there
//! before a person has said yes.

use protocol::client::{Application, LearnRedirectUri, MatchingMode};
use protocol::time::DAY;

use super::*;
use crate::harness::on_both;

on_both!("outgoing.allow = ['127.0.0.0/8']":
    an_administrator_confirms_and_the_sign_in_goes_on,
    a_stranger_teaches_nothing,
    anyone_may_teach_when_the_application_says_so,
    who_says_no_teaches_nothing,
    two_browsers_at_once_teach_exactly_one,
    it_learns_for_one_day,
    what_can_not_be_an_address_is_not_asked_about,
    before_it_is_confirmed_nothing_is_sent_there,
    the_form_belongs_to_this_browser_and_person,
    the_page_says_where_it_leads,
    another_account_can_confirm_instead,
    with_a_list_of_its_sector_it_learns_only_what_stands_there,
);

const ADDRESS: &str = "https://new.example/cb";

async fn learner(harness: &Harness, mode: LearnRedirectUri) -> Application {
    let end = harness.now().plus(DAY);
    harness
        .application_with("new", |application| {
            application.redirect_uris.clear();
            application.learn_redirect_uri = mode;
            application.learn_until = Some(end);
        })
        .await
}

async fn stored(harness: &Harness) -> Application {
    let found = harness
        .app
        .store
        .load_application_by_slug("new")
        .await
        .expect("a database");
    found.expect("the application").application
}

/// Nothing was learned, and nobody was sent anywhere.
async fn knows_nothing(harness: &Harness) {
    assert!(stored(harness).await.redirect_uris.is_empty());
    assert!(events(harness, "redirect_uri_learned").await.is_empty());
    assert!(grants(harness).await.is_empty());
}

async fn administrator(harness: &Harness) -> Client {
    harness.user_with("root", |user| user.is_admin = true).await;
    harness.signed_in("root").await
}

async fn confirm(client: &mut Client, page: &Answer, decision: &str) -> Answer {
    let form = page.form("first-use-form").with("decision", decision);
    let answer = client.submit(&form).await;
    client.follow(answer).await
}

async fn an_administrator_confirms_and_the_sign_in_goes_on(harness: &Harness) {
    let application = learner(harness, LearnRedirectUri::Administrator).await;
    let root = harness.user_with("root", |user| user.is_admin = true).await;
    let mut client = harness.client();
    let page = client.visit(&authorize("new", &[])).await;
    let page = sign_in(&mut client, &page, "root").await;
    assert!(page.has("form#first-use-form") && page.has("button#allow") && page.has("button#deny"));
    assert!(page.body.contains(&format!("<code id=\"address\">{ADDRESS}</code>")));
    assert!(!page.has("p#plain-http"));
    knows_nothing(harness).await;
    let page = confirm(&mut client, &page, "allow").await;
    let answer = decide(&mut client, &page, "allow").await;
    code_for(&answer, harness, "new");

    let after = stored(harness).await;
    assert_eq!(
        (after.redirect_uris.len(), after.redirect_uris[0].url.as_str()),
        (1, ADDRESS)
    );
    assert_eq!(after.redirect_uris[0].matching_mode, MatchingMode::Strict);
    assert_eq!(
        (after.learn_redirect_uri, after.learn_until),
        (LearnRedirectUri::Off, None)
    );
    assert!(after.version > application.version);
    let learned = events(harness, "redirect_uri_learned").await;
    assert_eq!(learned.len(), 1);
    assert_eq!(learned[0].actor.as_deref(), Some(root.id.as_str()));
    assert_eq!(learned[0].target.as_deref(), Some(application.id.as_str()));
    assert_eq!(learned[0].client_address.as_deref(), Some("192.0.2.1"));
    assert_eq!(learned[0].detail["redirect_uri"], ADDRESS);
    assert_eq!(learned[0].detail["learn_redirect_uri"], "administrator");

    // What was learned is compared byte for byte, and it was the last lesson.
    for (uri, expected) in [
        (ADDRESS, None),
        ("https://new.example/cb/", Some("redirect_uri_mismatch")),
    ] {
        let answer = client
            .visit(&authorize("new", &[("redirect_uri", uri)]).replacen("redirect_uri", "x", 1))
            .await;
        assert_eq!(answer.error_code().as_deref(), expected, "{uri}");
    }
}

async fn a_stranger_teaches_nothing(harness: &Harness) {
    learner(harness, LearnRedirectUri::Administrator).await;
    harness.user("alice").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("new", &[])).await;
    let transaction = page
        .form("login-form")
        .value("transaction")
        .expect("a transaction")
        .to_owned();
    let answer = client.visit(&format!("/first-use?transaction={transaction}")).await;
    assert!(answer.has("form#login-form"), "nobody is signed in");
    knows_nothing(harness).await;
    let answer = client.submit(&filled(&page, "alice", PASSWORD)).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.error_code().as_deref(), Some("first_use_not_allowed"));
    assert_eq!(answer.location(), None);
    let forged = [
        ("transaction", transaction.as_str()),
        ("decision", "allow"),
        ("csrf", "x"),
    ];
    assert!(client.post("/first-use", &forged).await.error_code().is_some());
    // Signed in already, it is refused at once.
    let answer = client.visit(&authorize("new", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("first_use_not_allowed"));
    knows_nothing(harness).await;
}

async fn anyone_may_teach_when_the_application_says_so(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    let mut client = harness.client();
    let page = client.visit(&authorize("new", &[])).await;
    assert!(page.has("form#login-form"), "but never a stranger");
    let page = sign_in(&mut client, &page, "alice").await;
    let page = confirm(&mut client, &page, "allow").await;
    let answer = decide(&mut client, &page, "allow").await;
    code_for(&answer, harness, "new");
    assert_eq!(stored(harness).await.redirect_uris[0].url, ADDRESS);
    assert_eq!(events(harness, "redirect_uri_learned").await.len(), 1);
}

async fn who_says_no_teaches_nothing(harness: &Harness) {
    learner(harness, LearnRedirectUri::Administrator).await;
    let mut client = administrator(harness).await;
    let page = client.visit(&authorize("new", &[])).await;
    for wrong in ["", "ALLOW", "present"] {
        let answer = client
            .submit(&page.form("first-use-form").with("decision", wrong))
            .await;
        assert_eq!(answer.error_code().as_deref(), Some("parameters_malformed"));
    }
    let answer = confirm(&mut client, &page, "deny").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (403, None));
    assert_eq!(answer.error_code().as_deref(), Some("first_use_denied"));
    let answer = confirm(&mut client, &page, "allow").await;
    assert_eq!(answer.error_code().as_deref(), Some("transaction_unknown"));
    knows_nothing(harness).await;
}

async fn two_browsers_at_once_teach_exactly_one(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    let mut ready = Vec::new();
    for number in 0..6 {
        harness.user(&format!("person{number}")).await;
        let mut client = harness.signed_in(&format!("person{number}")).await;
        let uri = format!("https://new{number}.example/cb");
        let path = authorize("new", &[]).replace("https%3A%2F%2Fnew.example%2Fcb", &uri);
        let page = client.visit(&path).await;
        ready.push((client, page));
    }
    let answers = futures_util::future::join_all(ready.iter_mut().map(|(client, page)| async {
        let form = page.form("first-use-form").with("decision", "allow");
        let answer = client.submit(&form).await;
        client.follow(answer).await
    }))
    .await;
    let mut seen: Vec<_> = answers
        .iter()
        .map(|answer| match answer.error_code() {
            Some(code) => format!("{} {code} {:?}", answer.status.as_u16(), answer.location()),
            None if answer.has("form#consent-form") => "consent".to_owned(),
            None => format!("{} {}", answer.status.as_u16(), answer.body),
        })
        .collect();
    seen.sort();
    // The others meet a list that is not theirs, on a page of ours.
    let refused = "400 redirect_uri_mismatch None";
    assert_eq!(seen, [refused, refused, refused, refused, refused, "consent"]);
    assert_eq!(stored(harness).await.redirect_uris.len(), 1);
    assert_eq!(events(harness, "redirect_uri_learned").await.len(), 1);
}

async fn it_learns_for_one_day(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    let mut client = harness.client();
    harness.advance(24 * 60 * 60 - 60);
    let page = client.visit(&authorize("new", &[])).await;
    let page = sign_in(&mut client, &page, "alice").await;
    assert!(page.has("form#first-use-form"));
    harness.advance(60);
    let answer = confirm(&mut client, &page, "allow").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("redirect_uri_unregistered"),
        "too late"
    );
    let answer = client.visit(&authorize("new", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("redirect_uri_unregistered"));
    assert_eq!(answer.location(), None);
    knows_nothing(harness).await;
}

async fn what_can_not_be_an_address_is_not_asked_about(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    for (uri, code) in [
        ("javascript:alert(1)", "redirect_uri_forbidden"),
        ("JavaScript:alert(1)", "redirect_uri_forbidden"),
        ("data:text/html,x", "redirect_uri_forbidden"),
        ("vbscript:x", "redirect_uri_forbidden"),
        ("https://new.example/a b", "redirect_uri_forbidden"),
        ("https://new.example/\n", "redirect_uri_forbidden"),
        ("/cb", "first_use_malformed"),
        ("new.example/cb", "first_use_malformed"),
        ("https:new.example/cb", "first_use_malformed"),
        ("https://new.example/#x", "first_use_malformed"),
        ("https://good.example@new.example/cb", "first_use_malformed"),
        ("https://new.example\\cb", "first_use_malformed"),
        ("https://n\u{e4}w.example/cb", "first_use_malformed"),
        ("", "redirect_uri_missing"),
    ] {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", "new"), ("redirect_uri", uri), ("response_type", "code")])
            .finish();
        let answer = client.get(&format!("/application/o/authorize/?{query}")).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{uri:?}");
        assert_eq!((answer.status.as_u16(), answer.location()), (400, None), "{uri:?}");
    }
    knows_nothing(harness).await;
}

async fn before_it_is_confirmed_nothing_is_sent_there(harness: &Harness) {
    let mut application = learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    let mut stranger = harness.client();
    let answer = stranger.get(&authorize("new", &[("prompt", "none")])).await;
    assert_eq!(answer.error_code().as_deref(), Some("login_required"));
    assert_eq!(answer.location(), None);
    let mut client = harness.signed_in("alice").await;
    harness
        .change_application(&mut application, |application| application.require_pkce = true)
        .await;
    let answer = client.get(&authorize("new", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("pkce_required"));
    assert_eq!(answer.location(), None);
    harness
        .change_application(&mut application, |application| application.require_pkce = false)
        .await;
    for (more, code) in [
        (("prompt", "none"), "redirect_uri_unregistered"),
        (("prompt", "none login"), "login_required"),
        (("max_age", "x"), "max_age_malformed"),
        (("response_mode", "carrier_pigeon"), "response_mode_unsupported"),
        (("request", "x.y.z"), "request_object_unsupported"),
        (("id_token_hint", "x"), "id_token_hint_invalid"),
        (("claims", "{"), "claims_malformed"),
    ] {
        let answer = client.get(&authorize("new", &[more])).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{more:?}");
        assert_eq!(answer.location(), None, "{more:?}");
    }
    knows_nothing(harness).await;
}

async fn the_form_belongs_to_this_browser_and_person(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    harness.user("bob").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.visit(&authorize("new", &[])).await;
    let form = page.form("first-use-form").with("decision", "allow");
    for bad in [form.clone().without("csrf"), form.clone().with("csrf", "x")] {
        let answer = client.submit(&bad).await;
        assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    }
    let answer = harness.signed_in("alice").await.submit(&form).await;
    assert_eq!(answer.error_code().as_deref(), Some("transaction_foreign"));
    // Bob signs in in the same browser: Alice's form is not his.
    let out = client.visit("/logout").await;
    client.submit(&out.form("logout-form")).await;
    let page = client.visit("/login").await;
    sign_in(&mut client, &page, "bob").await;
    let answer = client.submit(&form).await;
    assert_eq!(answer.error_code().as_deref(), Some("csrf_invalid"));
    client.forget_cookie("vestibule_session");
    let answer = client.submit(&form).await;
    assert!(
        client.follow(answer).await.has("form#login-form"),
        "signed out meanwhile"
    );
    knows_nothing(harness).await;
}

async fn the_page_says_where_it_leads(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    let mut client = harness.signed_in("alice").await;
    for (uri, destination, plain) in [
        ("https://new.example:8443/cb?x=%3Cb%3E", "new.example:8443", false),
        ("http://new.example/cb", "new.example", true),
        ("http://127.0.0.1:8080/cb", "127.0.0.1:8080", false),
        ("com.example.new:/cb", "com.example.new:", false),
    ] {
        let encoded: String = form_urlencoded::byte_serialize(uri.as_bytes()).collect();
        let path = authorize("new", &[]).replace("https%3A%2F%2Fnew.example%2Fcb", &encoded);
        let page = client.visit(&path).await;
        assert!(
            page.body.contains(&format!("<code id=\"address\">{uri}</code>")),
            "{uri}"
        );
        assert!(
            page.body
                .contains(&format!("<code id=\"destination\">{destination}</code>")),
            "{uri}"
        );
        assert_eq!(page.has("p#plain-http"), plain, "{uri}");
        let german = client
            .clone()
            .with_header(http::header::ACCEPT_LANGUAGE, "de")
            .visit(&path)
            .await;
        assert!(german.body.contains("Ist das die Adresse von"));
    }
    knows_nothing(harness).await;
}

async fn another_account_can_confirm_instead(harness: &Harness) {
    learner(harness, LearnRedirectUri::Anyone).await;
    harness.user("alice").await;
    let bob = harness.user("bob").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.visit(&authorize("new", &[])).await;
    let page = confirm(&mut client, &page, "another").await;
    knows_nothing(harness).await;
    let page = sign_in(&mut client, &page, "bob").await;
    confirm(&mut client, &page, "allow").await;
    assert_eq!(
        events(harness, "redirect_uri_learned").await[0].actor.as_deref(),
        Some(bob.id.as_str())
    );
}

/// OpenID Connect Dynamic Client Registration 1.0, section 5: every redirect URI of an application with such a list stands in it.
async fn with_a_list_of_its_sector_it_learns_only_what_stands_there(harness: &Harness) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let list = format!("http://{}/list.json", listener.local_addr().unwrap());
    let routes = axum::Router::new().route(
        "/list.json",
        axum::routing::get(|| async { r#"["https://other.example/cb"]"# }),
    );
    let server = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    let mut application = learner(harness, LearnRedirectUri::Administrator).await;
    harness
        .change_application(&mut application, |application| {
            application.subject_type = protocol::client::SubjectType::Pairwise;
            application.sector_identifier_uri = Some(list);
        })
        .await;
    let mut client = administrator(harness).await;
    let page = client.visit(&authorize("new", &[])).await;
    let answer = confirm(&mut client, &page, "allow").await;
    assert_eq!(answer.error_code().as_deref(), Some("first_use_not_listed"));
    assert_eq!(answer.location(), None);
    knows_nothing(harness).await;
    let other = authorize("new", &[]).replace("new.example", "other.example");
    let page = client.visit(&other).await;
    confirm(&mut client, &page, "allow").await;
    assert_eq!(stored(harness).await.redirect_uris[0].url, "https://other.example/cb");
    // A list that can not be read teaches nothing either.
    let mut application = stored(harness).await;
    let end = harness.now().plus(DAY);
    harness
        .change_application(&mut application, |application| {
            application.redirect_uris.clear();
            application.learn_redirect_uri = LearnRedirectUri::Administrator;
            application.learn_until = Some(end);
        })
        .await;
    server.abort();
    assert!(server.await.is_err());
    let page = client.visit(&other).await;
    let answer = confirm(&mut client, &page, "allow").await;
    assert_eq!(answer.error_code().as_deref(), Some("first_use_not_listed"));
    assert!(stored(harness).await.redirect_uris.is_empty());
}
