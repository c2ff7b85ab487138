//! `/api/v1/users`: fields, bad input, lists, passwords.

use serde_json::{Value, json};

use super::caller::{Caller, ids};
use crate::harness::{Harness, on_both};

on_both!(
    a_user_goes_round,
    a_patch_is_merged,
    names_are_unique_without_regard_to_case,
    wrong_values_are_named_and_nothing_is_saved,
    lists_filter_search_and_page,
    passwords_have_bounds,
    an_if_match_of_before_is_refused,
);

async fn a_user_goes_round(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let staff = caller.group(json!({"name": "staff"})).await;
    let fields = json!({
        "username": "alice", "name": "Alice Liddell", "email": "alice@example.com", "email_verified": true,
        "is_active": true, "type": "person", "is_admin": false, "attributes": {"shoe": {"size": 38}}, "groups": [staff],
        "given_name": "Alice", "family_name": "Liddell", "middle_name": "P.", "nickname": "al",
        "profile": "https://example.com/alice", "picture": "https://example.com/alice.png",
        "website": "http://alice.example", "gender": "female", "birthdate": "1852-05-04",
        "zoneinfo": "Europe/London", "locale": "en-GB", "phone_number": "+441865271000", "phone_number_verified": true,
        "address": {"street_address": "1 St Aldate's\nOxford", "country": "GB"},
    });
    let made = caller.post("/users", fields.clone()).await;
    let user = made.expect(201).clone();
    for (name, value) in fields.as_object().expect("an object") {
        assert_eq!(&user[name], value, "{name}");
    }
    let id = user["id"].as_str().expect("an id");
    assert_eq!(made.answer.header("location"), Some(&*format!("/api/v1/users/{id}")));
    assert_eq!(
        user["emails"],
        json!([{"address": "alice@example.com", "verified": true, "primary": true, "linked_to": []}])
    );
    assert_eq!(user["uuid"].as_str().map(str::len), Some(36));
    let number = user["number"].as_i64().expect("a number");

    for path in [
        format!("/users/{id}"),
        "/users/alice".to_owned(),
        "/users/ALICE".to_owned(),
    ] {
        let read = caller.get(&path).await;
        assert_eq!(read.expect(200), &user, "{path}");
        assert_eq!(read.etag(), made.etag());
    }
    let group = caller.get(&format!("/groups/{staff}")).await;
    assert_eq!(group.expect(200)["users"], json!([id]));

    let next = caller.post("/users", json!({"username": "bob"})).await;
    let next = next.expect(201);
    assert_eq!(next["number"], json!(number + 1), "numbers are sequential");
    assert_eq!(next["is_active"], true);
    assert_eq!(next["type"], "person");
    assert_eq!(next["email"], Value::Null);
    assert_eq!(next["emails"], json!([]));

    caller.delete("/users/alice").await.expect(204);
    assert_eq!(caller.get(&format!("/users/{id}")).await.problem(), "not-found");
    assert_eq!(caller.delete("/users/alice").await.problem(), "not-found");
    let group = caller.get(&format!("/groups/{staff}")).await;
    assert_eq!(group.expect(200)["users"], json!([]));
    for action in ["user_created", "user_deleted"] {
        let events = caller.events(action, id).await;
        assert_eq!(events.len(), 1, "{action}");
        assert_eq!(events[0]["actor"], caller.token.as_str());
    }
}

async fn a_patch_is_merged(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let fields = json!({
        "username": "alice", "email": "a@example.com", "email_verified": true, "given_name": "Alice",
        "attributes": {"a": 1, "b": {"c": 2, "d": 3}}, "address": {"country": "GB", "locality": "Oxford"},
        "phone_number": "+441865271000", "phone_number_verified": true,
    });
    let made = caller.post("/users", fields).await;
    let id = made.expect(201)["id"].as_str().expect("an id").to_owned();
    harness.advance(5);
    let patch = json!({"given_name": null, "attributes": {"a": null, "b": {"c": 9}}, "address": {"locality": null}});
    let changed = caller.patch("/users/alice", patch).await;
    let user = changed.expect(200);
    assert_eq!(user["given_name"], Value::Null);
    assert_eq!(user["attributes"], json!({"b": {"c": 9, "d": 3}}));
    assert_eq!(user["address"], json!({"country": "GB"}));
    assert_eq!(user["email"], "a@example.com");
    assert_ne!(changed.etag(), made.etag());
    assert_ne!(user["updated_at"], made.json["updated_at"]);
    assert_eq!(user["created_at"], made.json["created_at"]);

    let event = caller.events("user_updated", &id).await.remove(0);
    assert_eq!(
        event["detail"],
        json!({"fields": ["address", "attributes", "given_name"]})
    );
    assert!(!event.to_string().contains("Oxford"), "names of fields, never values");

    // What was proved of one address proves nothing of another.
    let user = caller.patch("/users/alice", json!({"email": "b@example.com"})).await;
    assert_eq!(user.expect(200)["email_verified"], false);
    let both = json!({"email": "c@example.com", "email_verified": true});
    assert_eq!(
        caller.patch("/users/alice", both).await.expect(200)["email_verified"],
        true
    );
    let user = caller
        .patch("/users/alice", json!({"phone_number": "+15551234567"}))
        .await;
    assert_eq!(user.expect(200)["phone_number_verified"], false);
    let user = caller
        .patch(
            "/users/alice",
            json!({"email": null, "address": null, "phone_number": null}),
        )
        .await;
    let user = user.expect(200);
    assert_eq!(
        (
            &user["email"],
            &user["email_verified"],
            &user["address"],
            &user["phone_number_verified"]
        ),
        (&Value::Null, &json!(false), &Value::Null, &Value::Null)
    );

    // Nothing changed: nothing is written.
    let before = caller.get("/users/alice").await;
    let same = caller.patch("/users/alice", json!({"username": "alice"})).await;
    assert_eq!(same.etag(), before.etag());
    assert_eq!(caller.events("user_updated", &id).await.len(), 5);
}

async fn names_are_unique_without_regard_to_case(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    caller.user("alice").await;
    caller.user("bob").await;
    let taken = [("username".to_owned(), "taken".to_owned())];
    assert_eq!(
        caller.post("/users", json!({"username": "Alice"})).await.errors(),
        taken
    );
    assert_eq!(
        caller.patch("/users/bob", json!({"username": "ALICE"})).await.errors(),
        taken
    );
    caller.patch("/users/bob", json!({"username": "Bob"})).await.expect(200);
}

async fn wrong_values_are_named_and_nothing_is_saved(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    caller.user("alice").await;
    let before = caller.get("/users/alice").await;
    let long = "a".repeat(151);
    let table = [
        (json!({"username": ""}), "username", "required"),
        (json!({"username": null}), "username", "required"),
        (json!({"username": " alice"}), "username", "surrounding_space"),
        (json!({"username": "alice\u{a0}"}), "username", "surrounding_space"),
        (json!({"username": "al\nice"}), "username", "control_characters"),
        (json!({"username": "al\u{202e}ice"}), "username", "control_characters"),
        (json!({"username": "al\u{0}ice"}), "username", "invalid"),
        (json!({"username": long}), "username", "too_long"),
        (
            json!({"username": "user_01ARZ3NDEKTSV4RRFFQ69G5FAV"}),
            "username",
            "like_an_id",
        ),
        (json!({"username": 5}), "username", "wrong_type"),
        (json!({"name": "a\tb"}), "name", "control_characters"),
        (json!({"email": "a@b@example.com"}), "email", "invalid_email"),
        (json!({"email": "a@example.com."}), "email", "invalid_email"),
        (json!({"email": ""}), "email", "invalid_email"),
        (json!({"email_verified": true}), "email_verified", "needs_email"),
        (json!({"email_verified": "yes"}), "email_verified", "wrong_type"),
        (json!({"is_active": 1}), "is_active", "wrong_type"),
        (json!({"type": "robot"}), "type", "invalid"),
        (json!({"attributes": []}), "attributes", "wrong_type"),
        (json!({"groups": ["group_none"]}), "groups", "not_found"),
        (json!({"groups": ["\u{0}"]}), "groups", "invalid"),
        (json!({"groups": "staff"}), "groups", "wrong_type"),
        (json!({"birthdate": "1990-02-30"}), "birthdate", "invalid_birthdate"),
        (json!({"zoneinfo": "+01:00"}), "zoneinfo", "invalid_zoneinfo"),
        (json!({"locale": "en_US"}), "locale", "invalid_locale"),
        (
            json!({"phone_number": "555 1234"}),
            "phone_number",
            "invalid_phone_number",
        ),
        (
            json!({"phone_number_verified": true}),
            "phone_number_verified",
            "needs_phone_number",
        ),
        (json!({"picture": "javascript:alert(1)"}), "picture", "invalid_url"),
        (json!({"website": "//example.com"}), "website", "invalid_url"),
        (
            json!({"profile": "https://me:pw@example.com"}),
            "profile",
            "invalid_url",
        ),
        (json!({"address": {"planet": "Earth"}}), "address", "invalid"),
        (json!({"address": {"country": 1}}), "address", "invalid"),
        (
            json!({"address": {"country": "G\tB"}}),
            "address.country",
            "control_characters",
        ),
        (json!({"nick_name": "al"}), "nick_name", "unknown_field"),
        (json!({"id": "user_1"}), "id", "read_only"),
        (json!({"number": 1}), "number", "read_only"),
        (json!({"uuid": "1"}), "uuid", "read_only"),
        (json!({"password": "correct horse"}), "password", "unknown_field"),
    ];
    for (patch, field, code) in table {
        let refused = caller.patch("/users/alice", patch.clone()).await;
        assert_eq!(refused.errors(), [(field.to_owned(), code.to_owned())], "{patch}");
    }
    let twice = caller
        .patch("/users/alice", json!({"email": "x", "locale": "en_US"}))
        .await;
    assert_eq!(twice.errors().len(), 2, "every wrong field is named");
    assert_eq!(
        caller.post("/users", json!({})).await.errors(),
        [("username".into(), "required".into())]
    );
    let after = caller.get("/users/alice").await;
    assert_eq!(after.json, before.json);
    assert_eq!(caller.get("/users/%00").await.problem(), "not-found");
}

async fn lists_filter_search_and_page(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let mut made = Vec::new();
    for n in 0..23 {
        let kind = if n % 5 == 0 { "service_account" } else { "person" };
        let fields = json!({"username": format!("Person{n:02}"), "email": format!("P{n}@example.com"),
            "name": "100% Alike_", "is_active": n % 2 == 0, "type": kind});
        let user = caller.post("/users", fields).await;
        made.push(user.expect(201)["id"].as_str().expect("an id").to_owned());
        harness.advance(1);
    }
    let all = caller.items("/users?limit=5").await;
    assert_eq!(ids(&all), made, "every user once, in the order of their making");
    let backwards = caller.items("/users?limit=7&sort=-id").await;
    assert_eq!(ids(&backwards), made.iter().rev().cloned().collect::<Vec<_>>());
    let table = [
        ("/users?is_active=true", 12),
        ("/users?is_active=false&type=service_account", 2),
        ("/users?username=person07", 1),
        ("/users?email=p7%40EXAMPLE.com", 1),
        ("/users?q=person1", 10),
        ("/users?q=alike_", 23),
        ("/users?q=%25", 23),
        ("/users?q=nobody", 0),
        ("/users?is_admin=true", 0),
    ];
    for (path, count) in table {
        assert_eq!(caller.items(path).await.len(), count, "{path}");
    }
    let first = caller.get("/users?limit=5").await;
    let cursor = first.expect(200)["next_cursor"].as_str().expect("a cursor").to_owned();
    let mut forged = cursor.clone().into_bytes();
    forged[0] = if forged[0] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("a text");
    let refused = [
        (format!("/users?limit=5&cursor={forged}"), "cursor", "invalid"),
        (
            format!("/users?limit=5&is_active=true&cursor={cursor}"),
            "cursor",
            "invalid",
        ),
        (format!("/groups?limit=5&cursor={cursor}"), "cursor", "invalid"),
        ("/users?cursor=%27%20OR%201%3D1".to_owned(), "cursor", "invalid"),
        ("/users?limit=0".to_owned(), "limit", "invalid"),
        ("/users?limit=201".to_owned(), "limit", "invalid"),
        ("/users?limit=x".to_owned(), "limit", "invalid"),
        ("/users?is_active=1".to_owned(), "is_active", "invalid"),
        (
            "/users?password_hash=x".to_owned(),
            "password_hash",
            "unknown_parameter",
        ),
        (
            "/users?sort=password_hash".to_owned(),
            "password_hash",
            "unknown_parameter",
        ),
        ("/users?q=".to_owned(), "q", "invalid"),
    ];
    for (path, field, code) in refused {
        let refused = caller.get(&path).await;
        assert_eq!(refused.errors(), [(field.to_owned(), code.to_owned())], "{path}");
    }
}

async fn passwords_have_bounds(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let id = caller.user("alice").await;
    let path = "/users/alice/password";
    let table = [
        (json!({"password": "seven 7"}), "too_short"),
        (json!({"password": "p".repeat(513)}), "too_long"),
        (json!({"password": "é".repeat(257)}), "too_long"),
        (json!({"password": ""}), "too_short"),
        (json!({"password": 12_345_678}), "wrong_type"),
        (json!({"password": null}), "required"),
        (json!({}), "required"),
    ];
    for (body, code) in table {
        let refused = caller.post(path, body).await;
        assert_eq!(refused.errors(), [("password".to_owned(), code.to_owned())]);
        assert!(
            !refused.answer.body.contains("12345678"),
            "a password is never repeated"
        );
    }
    let extra = caller
        .post(path, json!({"password": "long enough", "expire": true}))
        .await;
    assert_eq!(extra.errors(), [("expire".to_owned(), "unknown_field".to_owned())]);
    for right in ["éight éé".to_owned(), "p".repeat(512), "   spaces   ".to_owned()] {
        caller.post(path, json!({"password": right})).await.expect(204);
        let stored = harness
            .app
            .store
            .load_user(&id)
            .await
            .expect("a read")
            .expect("the user");
        let verdict = harness
            .app
            .passwords
            .verify(right.into(), stored.password_hash.as_deref(), &harness.app.entropy)
            .await;
        assert_eq!(verdict, Ok(vestibule::passwords::Verdict::Right { upgrade: None }));
    }
    assert_eq!(caller.events("password_changed", &id).await.len(), 3);
    assert_eq!(
        caller
            .post("/users/nobody/password", json!({"password": "long enough"}))
            .await
            .problem(),
        "not-found"
    );
    caller
        .post("/users", json!({"username": "robot", "type": "service_account"}))
        .await
        .expect(201);
    let robot = caller
        .post("/users/robot/password", json!({"password": "long enough"}))
        .await;
    robot.expect(409);
}

async fn an_if_match_of_before_is_refused(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    caller.user("alice").await;
    let staff = caller.group(json!({"name": "staff"})).await;
    let first = caller.get("/users/alice").await.etag();
    caller
        .if_match(&first)
        .patch("/users/alice", json!({"name": "A"}))
        .await
        .expect(200);
    let stale = caller
        .if_match(&first)
        .patch("/users/alice", json!({"name": "B"}))
        .await;
    stale.expect(412);
    caller.if_match(&first).delete("/users/alice").await.expect(412);
    // Membership is part of both objects, whichever is written.
    let user = caller.get("/users/alice").await;
    let id = user.json["id"].as_str().expect("an id").to_owned();
    let group = caller.get(&format!("/groups/{staff}")).await;
    caller
        .patch(&format!("/groups/{staff}"), json!({"users": [id]}))
        .await
        .expect(200);
    assert_ne!(caller.get("/users/alice").await.etag(), user.etag());
    let with = caller.get(&format!("/groups/{staff}")).await;
    assert_ne!(with.etag(), group.etag());
    caller.patch("/users/alice", json!({"groups": []})).await.expect(200);
    assert_ne!(caller.get(&format!("/groups/{staff}")).await.etag(), with.etag());
    assert_eq!(caller.get("/users/alice").await.json["name"], "A");
}
