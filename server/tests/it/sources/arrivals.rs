//! Who came: sign-up, sign-in again, linking by a verified address and by nothing less, and what is written.

use serde_json::json;

use super::support::{Sample, accounts, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};
use crate::login::{authorize, code_for};

async fn a_first_visit_makes_an_account_and_the_second_finds_it(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(
        (answer.status.as_u16(), answer.location()),
        (303, Some("/")),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
    let user = api.get("/users/bob").await.found();
    assert_eq!(user["name"], "Bob Builder");
    assert_eq!(user["email"], "bob@upstream.example");
    assert_eq!(user["email_verified"], true);
    assert_eq!(user["given_name"], "Bob");
    let linked = accounts(&mut api, "sample").await;
    assert_eq!(linked.len(), 1);
    assert_eq!(linked[0]["provider_user_id"], "upstream-bob");
    assert_eq!(linked[0]["verified"], true);
    assert_eq!(linked[0]["last_signed_in_at"], json!(null));
    assert_eq!(linked[0]["public_metadata"]["desk"], "B7");
    harness.advance(60);
    let mut another = harness.client();
    through(harness, &mut another, "sample").await;
    assert_eq!(signed_in_as(harness, &another).await.as_deref(), Some("bob"));
    let again = accounts(&mut api, "sample").await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0]["id"], linked[0]["id"]);
    assert_ne!(again[0]["last_signed_in_at"], json!(null));
    assert_eq!(harness.events("source_linked").await.len(), 1);
    assert_eq!(harness.events("source_login").await.len(), 2);
}

async fn an_application_that_waits_gets_its_code(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    harness
        .application_with("wiki", |wiki| wiki.consent_mode = protocol::client::ConsentMode::Skip)
        .await;
    let mut client = harness.client();
    let page = client.visit(&authorize("wiki", &[])).await;
    let buttons = page.page();
    let button = buttons
        .elements
        .iter()
        .find(|element| element.attribute("data-source") == Some("sample"))
        .expect("a button");
    let left = client.get(button.attribute("href").expect("an address")).await;
    let callback = super::support::away(harness, &left).await;
    let answer = client.get(&callback).await;
    code_for(&answer, harness, "wiki");
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}

async fn an_address_with_a_look_alike_of_a_letter_is_of_another(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    // U+212A, the sign of the unit Kelvin: its lower case is the letter k.
    let look_alike = json!({ "username": "kelvin", "emails": [
        { "address": "\u{212a}im@harbor.test", "verified": true, "primary": true },
    ] });
    api.post("/users", &look_alike).await.created();
    let kim =
        json!({ "name": "kim", "expression": "return {\"email\": \"kim@harbor.test\", \"email_verified\": True}" });
    let kim = api.post("/property-mappings", &kim).await.created();
    let source = json!({ "user_matching_mode": "email_link", "property_mappings": [kim["id"]] });
    make(
        &mut api,
        &with(with(sample.oidc("sample"), &choosing("bob", "none")), &source),
    )
    .await;
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
    assert_eq!(
        accounts(&mut api, "sample").await[0]["email_address"],
        "kim@harbor.test"
    );
}

async fn whoever_signs_out_is_told_that_the_source_knows_them_still(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let ending = json!({ "end_session_endpoint": "https://login.example/out?a=b" });
    make(
        &mut api,
        &with(with(sample.oidc("sample"), &ending), &choosing("bob", "none")),
    )
    .await;
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    let sessions = api.get("/sessions").await.found();
    assert_eq!(sessions["items"][0]["source"], "sample");
    let page = client.get("/logout").await;
    let left = client.submit(&page.form("logout-form")).await;
    let html = left.page();
    let link = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("sign-out-source"))
        .expect("a link");
    assert_eq!(
        link.attribute("href"),
        Some("https://login.example/out?a=b&client_id=vestibule")
    );
    assert!(left.has("article#signed-out") && signed_in_as(harness, &client).await.is_none());
    // Somebody who signed in here has nobody else to sign out at.
    harness.user("liddell").await;
    let mut client = harness.signed_in("liddell").await;
    let page = client.get("/logout").await;
    let left = client.submit(&page.form("logout-form")).await;
    assert_eq!(left.location(), Some("/logout"));
}

async fn an_application_can_name_the_source_and_skips_the_page(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let source = json!({ "authorization_params_map": { "as": "access_type" } });
    make(&mut api, &with(sample.oidc("sample"), &source)).await;
    harness
        .application_with("wiki", |wiki| wiki.consent_mode = protocol::client::ConsentMode::Skip)
        .await;
    for name in ["connection", "source"] {
        let mut client = harness.client();
        // The example of Auth0's document: `access_type` goes on under the name that the source gives it.
        let asked = client
            .get(&authorize("wiki", &[(name, "sample"), ("access_type", "bob")]))
            .await;
        assert!(
            asked
                .location()
                .expect("a redirect")
                .starts_with("/source/oauth/start?"),
            "{asked:?}"
        );
        let left = client.get(asked.location().expect("a redirect")).await;
        assert!(
            left.location().expect("a redirect").starts_with(&sample.base),
            "{left:?}"
        );
        let left_for = left.parameter("as");
        assert_eq!(left_for.as_deref(), Some("bob"));
        let callback = super::support::away(harness, &left).await;
        let answer = client.get(&callback).await;
        code_for(&answer, harness, "wiki");
    }
    let mut client = harness.client();
    let refused = client.get(&authorize("wiki", &[("connection", "nobody")])).await;
    assert_eq!(refused.parameter("error").as_deref(), Some("invalid_request"));
    assert_eq!(refused.parameter("state").as_deref(), Some("the state"));
}

async fn a_verified_address_links_in_that_mode_and_an_unverified_one_never_does(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let mode = json!({ "user_matching_mode": "verified_email_link" });
    let verified = with(with(sample.oidc("verified"), &choosing("alice", "none")), &mode);
    let unverified = with(
        with(sample.oidc("unverified"), &choosing("alice", "unverified_address")),
        &mode,
    );
    make(&mut api, &verified).await;
    make(&mut api, &unverified).await;
    harness
        .user_with("liddell", |user| {
            user.email = Some("Alice@Wonderland.example".to_owned());
            user.email_verified = true;
        })
        .await;
    let mut client = harness.client();
    through(harness, &mut client, "unverified").await;
    assert_eq!(
        signed_in_as(harness, &client).await.as_deref(),
        Some("alice"),
        "a new account, not the one with the address"
    );
    let stranger = api.get("/users/alice").await.found();
    assert_eq!(stranger["email"], json!(null));
    let mut client = harness.client();
    through(harness, &mut client, "verified").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("liddell"));
}

async fn an_address_that_is_not_verified_here_is_taken_over_by_nobody(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let mode = json!({ "user_matching_mode": "verified_email_link" });
    make(
        &mut api,
        &with(with(sample.oidc("sample"), &choosing("alice", "none")), &mode),
    )
    .await;
    // Somebody who made an account with the address of another, and waits for them (pre-hijacking).
    harness
        .user_with("hijacker", |user| {
            user.email = Some("alice@wonderland.example".to_owned());
            user.email_verified = false;
        })
        .await;
    let mut client = harness.client();
    through(harness, &mut client, "sample").await;
    assert_ne!(signed_in_as(harness, &client).await.as_deref(), Some("hijacker"));
}

async fn a_verified_address_is_attached_beside_the_one_that_is_there(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let mode = json!({ "user_matching_mode": "verified_email_link" });
    let source = |key| with(with(sample.oidc(key), &choosing("bob", "none")), &mode);
    make(&mut api, &source("sample")).await;
    through(harness, &mut harness.client(), "sample").await;
    let own = json!({ "email": "bob@home.example", "email_verified": true });
    api.patch("/users/bob", &own).await.found();
    for _ in 0..2 {
        harness.advance(1);
        through(harness, &mut harness.client(), "sample").await;
    }
    let account = accounts(&mut api, "sample").await.remove(0);
    let user = api.get("/users/bob").await.found();
    assert_eq!((&user["email"], &user["email_verified"]), (&own["email"], &json!(true)));
    let attached = json!([
        { "address": "bob@home.example", "verified": true, "primary": true, "linked_to": [] },
        { "address": "bob@upstream.example", "verified": true, "primary": false,
          "linked_to": [{ "id": account["id"], "type": "oauth_sample" }] },
    ]);
    assert_eq!(user["emails"], attached);
    let updated = harness.events("user_updated").await;
    let by_source: Vec<_> = updated.iter().filter(|event| event.detail["by"] == "source").collect();
    assert_eq!(by_source.len(), 1, "attached once: {by_source:?}");
    assert_eq!(by_source[0].detail["fields"], json!(["emails"]));
    // By that address another source knows the same person.
    make(&mut api, &source("second")).await;
    let mut client = harness.client();
    through(harness, &mut client, "second").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
    assert_eq!(count_users(&mut api).await, 1);
    // One that is not verified here is nobody's, whichever list it stands in.
    let unverified = json!({ "emails": [
        { "address": "bob@home.example", "verified": true, "primary": true },
        { "address": "bob@upstream.example", "verified": false },
    ] });
    api.patch("/users/bob", &unverified).await.found();
    make(&mut api, &source("third")).await;
    let mut client = harness.client();
    through(harness, &mut client, "third").await;
    assert_ne!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}

async fn sign_up_and_sign_in_can_be_switched_off_each(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let closed = json!({ "allow_sign_up": false });
    let source = make(
        &mut api,
        &with(with(sample.oidc("sample"), &choosing("bob", "none")), &closed),
    )
    .await;
    let path = format!("/sources/{}", source["id"].as_str().expect("an id"));
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_account_unknown"),
        "{}",
        answer.body
    );
    assert_eq!(count_users(&mut api).await, 0);
    api.patch(&path, &json!({ "allow_sign_up": true })).await.found();
    through(harness, &mut harness.client(), "sample").await;
    assert_eq!(count_users(&mut api).await, 1);
    api.patch(&path, &json!({ "allow_sign_in": false })).await.found();
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_sign_in_disabled"),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(harness, &client).await, None);
}

async fn a_disabled_account_does_not_come_in(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    api.patch("/users/bob", &json!({ "is_active": false })).await.found();
    let mut client = harness.client();
    let answer = through(harness, &mut client, "sample").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("subject_disabled"),
        "{}",
        answer.body
    );
    assert_eq!(signed_in_as(harness, &client).await, None);
}

async fn a_disabled_or_deleted_source_lets_nobody_in(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let source = make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let path = format!("/sources/{}", source["id"].as_str().expect("an id"));
    let mut away_now = harness.client();
    let left = away_now.get("/source/oauth/login/sample/").await;
    let callback = super::support::away(harness, &left).await;
    api.patch(&path, &json!({ "enabled": false })).await.found();
    let answer = away_now.get(&callback).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_source_disabled"),
        "{}",
        answer.body
    );
    assert_eq!(harness.client().get("/source/oauth/login/sample/").await.status, 404);
    assert!(!harness.client().get("/login").await.has("a.source"));
    api.patch(&path, &json!({ "enabled": true })).await.found();
    assert!(harness.client().get("/login").await.has("a.source"));
    assert_eq!(api.delete(&path).await.status(), 204);
    assert_eq!(harness.client().get("/source/oauth/login/sample/").await.status, 404);
    assert_eq!(count_users(&mut api).await, 0);
}

async fn the_profile_is_taken_over_as_the_source_says(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    for (key, mode, expected) in [
        ("each", "on_each_login", "Bob Builder"),
        ("first", "on_first_login", "Somebody"),
    ] {
        let more = json!({ "update_profile": mode });
        make(&mut api, &with(with(sample.oidc(key), &choosing("bob", "none")), &more)).await;
        through(harness, &mut harness.client(), key).await;
        let linked = accounts(&mut api, key).await;
        let user = format!("/users/{}", linked[0]["user"].as_str().expect("a user"));
        api.patch(&user, &json!({ "name": "Somebody" })).await.found();
        through(harness, &mut harness.client(), key).await;
        assert_eq!(api.get(&user).await.found()["name"], expected, "{mode}");
        assert_eq!(api.delete(&user).await.status(), 204);
    }
    let never = json!({ "update_profile": "never_on_login" });
    make(
        &mut api,
        &with(with(sample.oidc("never"), &choosing("bob", "none")), &never),
    )
    .await;
    let answer = through(harness, &mut harness.client(), "never").await;
    assert!(answer.error_code().is_some(), "an unknown person gets no account");
    assert_eq!(count_users(&mut api).await, 0);
}

async fn two_first_visits_at_once_make_one_account(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let visit = || async {
        let mut client = harness.client();
        through(harness, &mut client, "sample").await;
        signed_in_as(harness, &client).await
    };
    let (one, other, third) = tokio::join!(visit(), visit(), visit());
    assert_eq!([one.as_deref(), other.as_deref(), third.as_deref()], [Some("bob"); 3]);
    assert_eq!(count_users(&mut api).await, 1);
    assert_eq!(accounts(&mut api, "sample").await.len(), 1);
}

async fn many_later_visits_of_one_person_are_not_in_each_others_way(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    let visit = async || {
        let mut client = harness.client();
        let answer = through(harness, &mut client, "sample").await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        signed_in_as(harness, &client).await
    };
    let visits = futures_util::future::join_all((0..16).map(|_| visit())).await;
    assert!(visits.iter().all(|name| name.as_deref() == Some("bob")), "{visits:?}");
    let id = accounts(&mut api, "sample").await[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let account = harness.app.store.load_external_account(&id).await.expect("a database");
    assert_eq!(account.map(|account| account.sign_ins), Some(17));
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    many_later_visits_of_one_person_are_not_in_each_others_way,
    an_address_with_a_look_alike_of_a_letter_is_of_another,
    a_first_visit_makes_an_account_and_the_second_finds_it,
    an_application_that_waits_gets_its_code,
    whoever_signs_out_is_told_that_the_source_knows_them_still,
    an_application_can_name_the_source_and_skips_the_page,
    a_verified_address_links_in_that_mode_and_an_unverified_one_never_does,
    an_address_that_is_not_verified_here_is_taken_over_by_nobody,
    a_verified_address_is_attached_beside_the_one_that_is_there,
    sign_up_and_sign_in_can_be_switched_off_each,
    a_disabled_account_does_not_come_in,
    a_disabled_or_deleted_source_lets_nobody_in,
    the_profile_is_taken_over_as_the_source_says,
    two_first_visits_at_once_make_one_account,
);
