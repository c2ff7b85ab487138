//! All addresses of a person as one list.

use serde_json::{Value, json};

use crate::api::support::Api;
use crate::harness::{Harness, on_both};

async fn addresses_are_one_list_with_one_primary(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let two = json!([
        { "address": "Noor@example.com", "verified": true, "primary": true },
        { "address": "noor@example.org" },
    ]);
    let made = api
        .post("/users", &json!({ "username": "noor", "emails": two }))
        .await
        .created();
    assert_eq!(
        (&made["email"], &made["email_verified"]),
        (&json!("Noor@example.com"), &json!(true))
    );
    let shown = json!([
        { "address": "Noor@example.com", "verified": true, "primary": true, "linked_to": [] },
        { "address": "noor@example.org", "verified": false, "primary": false, "linked_to": [] },
    ]);
    assert_eq!(made["emails"], shown);
    // What was read may be sent back as it is, and changes nothing.
    let before = api.get("/users/noor").await;
    let (etag, before) = (before.etag(), before.found());
    let same = api.patch("/users/noor", &json!({ "emails": before["emails"] })).await;
    assert_eq!((same.etag(), same.found()), (etag, before));
    // The other one becomes the primary one.
    let swapped = json!({ "emails": [
        { "address": "Noor@example.com", "verified": true },
        { "address": "noor@example.org", "verified": true, "primary": true },
    ] });
    let found = api.patch("/users/noor", &swapped).await.found();
    assert_eq!(
        (&found["email"], &found["email_verified"]),
        (&json!("noor@example.org"), &json!(true))
    );
    assert_eq!(found["emails"].as_array().expect("a list").len(), 2);
    // Written alone, the primary address leaves the others as they are; one that is there already is not shown twice.
    let found = api
        .patch("/users/noor", &json!({ "email": "NOOR@example.com" }))
        .await
        .found();
    assert_eq!(
        found["emails"],
        json!([{ "address": "NOOR@example.com", "verified": false, "primary": true, "linked_to": [] }])
    );
    let listed = api.get("/users?q=noor").await.found();
    assert_eq!(listed["items"][0]["emails"], found["emails"]);
    for gone in [json!([]), Value::Null] {
        api.patch("/users/noor", &swapped).await.found();
        let found = api.patch("/users/noor", &json!({ "emails": gone })).await.found();
        assert_eq!((&found["email"], &found["emails"]), (&Value::Null, &json!([])));
    }
    let events = harness.events("user_updated").await;
    assert!(
        events.iter().all(|event| !event.detail.to_string().contains('@')),
        "names of fields, no values"
    );
}

async fn a_look_alike_of_a_letter_is_no_such_letter(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let address = |address: &str| json!({ "emails": [{ "address": address, "verified": true, "primary": true }] });
    for (username, email) in [("one", "\u{212a}im@example.com"), ("two", "Kim@EXAMPLE.com")] {
        let mut fields = address(email);
        fields["username"] = username.into();
        api.post("/users", &fields).await.created();
    }
    // Found under exactly one of the two, whatever the case of ASCII letters.
    for (asked, found) in [
        ("kim%40example.com", "two"),
        ("KIM%40example.COM", "two"),
        ("%E2%84%AAIM%40example.com", "one"),
    ] {
        let listed = api.get(&format!("/users?email={asked}")).await.found();
        let names: Vec<&Value> = listed["items"].as_array().expect("a list").iter().collect();
        assert_eq!(names.len(), 1, "{asked}");
        assert_eq!(names[0]["username"], found, "{asked}");
    }
    // One person may have both: they are two addresses.
    let both = json!({ "emails": [
        { "address": "kim@example.org", "primary": true }, { "address": "\u{212a}im@example.org" },
    ] });
    let found = api.patch("/users/one", &both).await.found();
    assert_eq!(found["emails"].as_array().expect("a list").len(), 2);
    let twice = json!({ "emails": [
        { "address": "kim@example.org", "primary": true }, { "address": "KIM@example.org" },
    ] });
    assert_eq!(api.patch("/users/one", &twice).await.wrong(), ["emails:invalid"]);
    // Whoever signs in with an address is the one who has it.
    for (typed, who) in [("kim@example.com", Some("two")), ("\u{212a}im@example.com", None)] {
        let found = harness.app.store.load_user_by_email(typed).await.expect("a database");
        assert_eq!(found.map(|found| found.user.username).as_deref(), who, "{typed}");
    }
}

async fn any_address_finds_its_person(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let emails = |addresses: &[&str]| -> Vec<Value> {
        let list = addresses.iter().enumerate();
        list.map(|(at, address)| json!({ "address": address, "primary": at == 0 }))
            .collect()
    };
    for (username, addresses) in [
        (
            "noor",
            &["noor@example.com", "Noor@example.org", "shared@example.net"][..],
        ),
        ("alice", &["alice@example.com", "shared@example.net"]),
        ("bob", &["shared@example.net"]),
    ] {
        let fields = json!({ "username": username, "emails": emails(addresses) });
        api.post("/users", &fields).await.created();
    }
    for (email, expected) in [
        ("NOOR@example.com", &["noor"][..]),
        ("noor@EXAMPLE.org", &["noor"]),
        ("shared@example.net", &["alice", "bob", "noor"]),
        ("nobody@example.net", &[]),
    ] {
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("email", email)
            .finish();
        let mut path = format!("/users?limit=1&{query}");
        let mut names = Vec::new();
        loop {
            let page = api.get(&path).await.found();
            for user in page["items"].as_array().expect("a list") {
                names.push(user["username"].as_str().expect("a name").to_owned());
            }
            let Some(cursor) = page["next_cursor"].as_str() else {
                break;
            };
            path = format!("/users?limit=1&{query}&cursor={cursor}");
        }
        // All were made at the same moment, so their order is left to chance.
        names.sort_unstable();
        assert_eq!(names, expected, "{email}");
    }
    let page = api.get("/users?limit=1&email=shared%40example.net").await.found();
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let other = api
        .get(&format!("/users?limit=1&email=noor%40example.com&cursor={cursor}"))
        .await;
    assert_eq!(other.wrong(), ["cursor:invalid"], "a place in another list");
}

async fn what_is_wrong_is_said(harness: &Harness) {
    let mut api = Api::new(harness).await;
    api.post("/users", &json!({ "username": "noor" })).await.created();
    let many: Vec<Value> = (0..21)
        .map(|at| json!({ "address": format!("a{at}@example.com"), "primary": at == 0 }))
        .collect();
    let table = [
        (json!({ "emails": [{ "address": "a@example.com" }] }), "emails:invalid"),
        (
            json!({ "emails": [{ "address": "a@example.com", "primary": true }, { "address": "b@example.com", "primary": true }] }),
            "emails:invalid",
        ),
        (
            json!({ "emails": [{ "address": "a@example.com", "primary": true }, { "address": "A@Example.com" }] }),
            "emails:invalid",
        ),
        (
            json!({ "emails": [{ "address": "nothing", "primary": true }] }),
            "emails:invalid",
        ),
        (json!({ "emails": many }), "emails:too_long"),
        (
            json!({ "email": "a@example.com", "emails": [{ "address": "a@example.com", "primary": true }] }),
            "emails:invalid",
        ),
    ];
    for (body, wrong) in table {
        assert_eq!(api.patch("/users/noor", &body).await.wrong(), [wrong], "{body}");
    }
    assert_eq!(api.get("/users/noor").await.found()["emails"], json!([]));
}

on_both!(
    addresses_are_one_list_with_one_primary,
    a_look_alike_of_a_letter_is_no_such_letter,
    any_address_finds_its_person,
    what_is_wrong_is_said,
);
