//! `/api/v1/groups`: fields, cycles, members; who may make administrators, and that one stays.

use serde_json::{Value, json};

use super::caller::{Caller, ids};
use crate::harness::{Harness, on_both};

on_both!(
    a_group_goes_round,
    no_group_stands_above_itself,
    groups_are_inherited,
    nobody_gives_more_than_they_hold,
    the_last_administrator_stays,
    two_administrators_can_not_demote_each_other_at_once,
);

async fn a_group_goes_round(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let alice = caller.user("alice").await;
    harness.advance(1);
    let bob = caller.user("bob").await;
    let all = caller.group(json!({"name": "everyone"})).await;
    let fields = json!({"name": "staff", "parents": [all, all], "attributes": {"floor": 3}, "users": [bob, alice]});
    let made = caller.post("/groups", fields).await;
    let group = made.expect(201).clone();
    let id = group["id"].as_str().expect("an id").to_owned();
    assert_eq!(group["parents"], json!([all]), "each once");
    assert_eq!(group["users"], json!([alice, bob]));
    assert_eq!(group["attributes"], json!({"floor": 3}));
    assert_eq!(group["is_admin"], false);
    assert_eq!(group["uuid"].as_str().map(str::len), Some(36));
    assert_eq!(caller.get(&format!("/groups/{id}")).await.json, group);
    assert_eq!(ids(&caller.items("/groups?q=STAF").await), std::slice::from_ref(&id));
    assert_eq!(caller.items("/groups?name=everyone").await.len(), 1);
    assert_eq!(caller.get("/users/alice").await.json["groups"], json!([id]));

    let changed = caller
        .patch(
            &format!("/groups/{id}"),
            json!({"users": [bob], "attributes": {"floor": null}}),
        )
        .await;
    assert_eq!(changed.expect(200)["users"], json!([bob]));
    assert_eq!(changed.json["attributes"], json!({}));
    assert_eq!(changed.json["parents"], json!([all]));
    let event = caller.events("group_updated", &id).await.remove(0);
    assert_eq!(event["detail"], json!({"fields": ["attributes", "users"]}));

    let wrong = [
        (json!({"name": ""}), "name", "required"),
        (json!({"name": " x"}), "name", "surrounding_space"),
        (json!({"name": "everyone"}), "name", "taken"),
        (json!({"parents": ["group_none"]}), "parents", "not_found"),
        (json!({"users": [alice, "user_none"]}), "users", "not_found"),
        (json!({"users": null, "members": []}), "members", "unknown_field"),
        (json!({"number": 4}), "number", "read_only"),
    ];
    for (patch, field, code) in wrong {
        let refused = caller.patch(&format!("/groups/{id}"), patch.clone()).await;
        assert_eq!(refused.errors(), [(field.to_owned(), code.to_owned())], "{patch}");
    }
    caller.delete(&format!("/groups/{all}")).await.expect(204);
    assert_eq!(caller.get(&format!("/groups/{id}")).await.json["parents"], json!([]));
    caller.delete(&format!("/groups/{id}")).await.expect(204);
    assert_eq!(caller.get("/users/bob").await.json["groups"], json!([]));
    assert_eq!(caller.delete(&format!("/groups/{id}")).await.problem(), "not-found");
}

async fn no_group_stands_above_itself(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let top = caller.group(json!({"name": "top"})).await;
    let middle = caller.group(json!({"name": "middle", "parents": [top]})).await;
    let low = caller.group(json!({"name": "low", "parents": [middle]})).await;
    let cycle = [("parents".to_owned(), "cycle".to_owned())];
    for (id, parents) in [
        (&top, json!([low])),
        (&top, json!([middle])),
        (&middle, json!([low])),
        (&top, json!([top])),
    ] {
        let refused = caller
            .patch(&format!("/groups/{id}"), json!({"parents": parents}))
            .await;
        assert!(refused.errors().contains(&cycle[0]), "{:?}", refused.json);
    }
    // Two changes that are each fine alone: at most one of them is kept.
    let (one, two) = (
        caller.group(json!({"name": "one"})).await,
        caller.group(json!({"name": "two"})).await,
    );
    let mut other = Caller::all(harness).await;
    let (paths, under_two, under_one) = (
        (format!("/groups/{one}"), format!("/groups/{two}")),
        json!({"parents": [two]}),
        json!({"parents": [one]}),
    );
    let (first, second) = tokio::join!(caller.patch(&paths.0, under_two), other.patch(&paths.1, under_one));
    let statuses = [first.answer.status.as_u16(), second.answer.status.as_u16()];
    assert!(
        statuses == [200, 422] || statuses == [422, 200],
        "{statuses:?}: one is kept, the other is refused"
    );
}

async fn groups_are_inherited(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let alice = caller.user("alice").await;
    let top = caller.group(json!({"name": "top", "is_admin": true})).await;
    let middle = caller.group(json!({"name": "middle", "parents": [top]})).await;
    caller
        .group(json!({"name": "low", "parents": [middle, top], "users": [alice]}))
        .await;
    let user = harness
        .app
        .store
        .load_user(&alice)
        .await
        .expect("a read")
        .expect("a user")
        .user;
    assert!(harness.app.store.load_is_admin(&user).await.expect("a read"));
    let mut subject = protocol::user::Subject {
        user,
        ..protocol::user::Subject::default()
    };
    harness.app.store.fill_groups(Some(&mut subject)).await.expect("a read");
    assert_eq!(
        subject.groups,
        ["low", "middle", "top"],
        "direct and inherited, each once"
    );
    assert_eq!(
        caller.get("/users/alice").await.json["groups"].as_array().map(Vec::len),
        Some(1)
    );
}

/// A caller with write permissions on people, but not with all permissions, must not gain more by editing.
async fn nobody_gives_more_than_they_hold(harness: &Harness) {
    let mut root = Caller::all(harness).await;
    let chief = root
        .post("/users", json!({"username": "chief", "is_admin": true}))
        .await;
    let chief = chief.expect(201)["id"].as_str().expect("an id").to_owned();
    let alice = root.user("alice").await;
    let admins = root.group(json!({"name": "admins", "is_admin": true})).await;
    let below = root.group(json!({"name": "below", "parents": [admins]})).await;
    let deputy = root
        .post("/users", json!({"username": "deputy", "groups": [below]}))
        .await;
    let deputy = deputy.expect(201)["id"].as_str().expect("an id").to_owned();
    let plain = root.group(json!({"name": "plain"})).await;
    let before = root.items("/users").await;

    let permissions = ["users:read", "users:write", "groups:read", "groups:write"];
    let mut caller = Caller::with(harness, &permissions).await;
    let refused: Vec<(&str, String, Value)> = vec![
        ("POST", "/users".into(), json!({"username": "eve", "is_admin": true})),
        ("POST", "/users".into(), json!({"username": "eve", "groups": [admins]})),
        (
            "POST",
            "/users".into(),
            json!({"username": "eve", "groups": [plain, below]}),
        ),
        ("PATCH", format!("/users/{alice}"), json!({"is_admin": true})),
        ("PATCH", format!("/users/{alice}"), json!({"groups": [admins]})),
        ("PATCH", format!("/users/{alice}"), json!({"groups": [below]})),
        ("POST", "/groups".into(), json!({"name": "mine", "is_admin": true})),
        ("POST", "/groups".into(), json!({"name": "mine", "parents": [admins]})),
        (
            "POST",
            "/groups".into(),
            json!({"name": "mine", "parents": [below], "users": [alice]}),
        ),
        ("PATCH", format!("/groups/{plain}"), json!({"is_admin": true})),
        ("PATCH", format!("/groups/{plain}"), json!({"parents": [below]})),
        ("PATCH", format!("/groups/{admins}"), json!({"users": [alice]})),
        ("PATCH", format!("/groups/{below}"), json!({"users": [alice, deputy]})),
        ("PATCH", format!("/groups/{admins}"), json!({"is_admin": false})),
        ("PATCH", format!("/groups/{below}"), json!({"parents": []})),
        ("DELETE", format!("/groups/{admins}"), Value::Null),
        // Taking over the account of an administrator is the same gain.
        (
            "POST",
            format!("/users/{chief}/password"),
            json!({"password": "mine from now on"}),
        ),
        (
            "POST",
            format!("/users/{deputy}/password"),
            json!({"password": "mine from now on"}),
        ),
        (
            "POST",
            "/users/CHIEF/password".into(),
            json!({"password": "mine from now on"}),
        ),
        ("PATCH", format!("/users/{chief}"), json!({"email": "eve@example.com"})),
        ("PATCH", format!("/users/{deputy}"), json!({"groups": []})),
        ("PATCH", format!("/users/{chief}"), json!({"is_active": false})),
        ("POST", format!("/users/{chief}/sign-out"), json!({})),
        ("DELETE", format!("/users/{chief}"), Value::Null),
    ];
    for (method, path, body) in refused {
        let method = method.parse().expect("a method");
        let body = (!body.is_null()).then_some(body);
        let answer = caller.call(method, &path, body.clone()).await;
        assert_eq!(answer.answer.status, 403, "{path} {body:?}: {}", answer.answer.body);
    }
    assert_eq!(root.items("/users").await, before, "nothing was changed");

    // What gives nothing is allowed.
    caller
        .patch(&format!("/users/{alice}"), json!({"groups": [plain]}))
        .await
        .expect(200);
    caller
        .patch(&format!("/groups/{plain}"), json!({"users": []}))
        .await
        .expect(200);
    caller
        .post("/users/alice/password", json!({"password": "long enough"}))
        .await
        .expect(204);
    // Neither does a permission on one resource reach another.
    let mut reader = Caller::with(harness, &["users:read"]).await;
    reader.get("/users").await.expect(200);
    reader.get("/groups").await.expect(403);
    reader.patch("/users/alice", json!({"name": "x"})).await.expect(403);
    reader.delete("/users/alice").await.expect(403);
    let mut writer = Caller::with(harness, &["groups:write"]).await;
    writer.patch("/users/alice", json!({"name": "x"})).await.expect(403);
    // The caller who may everything, may.
    root.patch(&format!("/users/{alice}"), json!({"is_admin": true}))
        .await
        .expect(200);
}

async fn the_last_administrator_stays(harness: &Harness) {
    let mut caller = Caller::all(harness).await;
    let chief = caller
        .post("/users", json!({"username": "chief", "is_admin": true}))
        .await;
    let chief = chief.expect(201)["id"].as_str().expect("an id").to_owned();
    // A program and somebody who is switched off do not count.
    let robot = json!({"username": "robot", "is_admin": true, "type": "service_account"});
    caller.post("/users", robot).await.expect(201);
    let off = json!({"username": "off", "is_admin": true, "is_active": false});
    caller.post("/users", off).await.expect(201);
    for patch in [
        json!({"is_admin": false}),
        json!({"is_active": false}),
        json!({"type": "service_account"}),
    ] {
        let refused = caller.patch("/users/chief", patch.clone()).await;
        refused.expect(409);
    }
    // Also for a caller that names the version it has read.
    let etag = caller.get("/users/chief").await.etag();
    caller
        .if_match(&etag)
        .patch("/users/chief", json!({"is_admin": false}))
        .await
        .expect(409);
    caller.delete("/users/chief").await.expect(409);
    assert_eq!(caller.get("/users/chief").await.json["is_admin"], true);

    // An administrator by a group counts, and then the group is what stays.
    let top = caller.group(json!({"name": "top", "is_admin": true})).await;
    let low = caller
        .group(json!({"name": "low", "parents": [top], "users": [chief]}))
        .await;
    caller
        .patch("/users/chief", json!({"is_admin": false}))
        .await
        .expect(200);
    caller.patch("/users/chief", json!({"groups": []})).await.expect(409);
    caller
        .patch(&format!("/groups/{top}"), json!({"is_admin": false}))
        .await
        .expect(409);
    caller
        .patch(&format!("/groups/{low}"), json!({"parents": []}))
        .await
        .expect(409);
    caller
        .patch(&format!("/groups/{low}"), json!({"users": []}))
        .await
        .expect(409);
    caller.delete(&format!("/groups/{top}")).await.expect(409);
    caller.delete(&format!("/groups/{low}")).await.expect(409);
    caller
        .patch(&format!("/groups/{low}"), json!({"name": "lower"}))
        .await
        .expect(200);

    caller.patch("/users/off", json!({"is_active": true})).await.expect(200);
    caller.delete(&format!("/groups/{top}")).await.expect(204);
    caller.delete("/users/chief").await.expect(204);
    caller.delete("/users/off").await.expect(409);
}

async fn two_administrators_can_not_demote_each_other_at_once(harness: &Harness) {
    let mut one = Caller::all(harness).await;
    let mut two = Caller::all(harness).await;
    for name in ["ann", "ben"] {
        one.post("/users", json!({"username": name, "is_admin": true}))
            .await
            .expect(201);
    }
    for _ in 0..5 {
        let (first, second) = tokio::join!(
            one.patch("/users/ann", json!({"is_admin": false})),
            two.patch("/users/ben", json!({"is_active": false})),
        );
        let statuses = [first.answer.status.as_u16(), second.answer.status.as_u16()];
        assert!(statuses == [200, 409] || statuses == [409, 200], "{statuses:?}");
        one.patch("/users/ann", json!({"is_admin": true, "is_active": true}))
            .await
            .expect(200);
        one.patch("/users/ben", json!({"is_admin": true, "is_active": true}))
            .await
            .expect(200);
    }
}
