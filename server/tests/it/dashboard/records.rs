//! Each resource through its pages: made, shown, changed, taken away; and what the management API says of it afterwards.

use http::StatusCode;
use serde_json::{Value, json};

use super::administrator;
use super::forms::Filled;
use crate::harness::{Answer, Client, Harness, on_both};
use crate::people::caller::Caller;

on_both!(
    every_resource_is_made_changed_and_taken_away,
    what_is_wrong_stands_beside_its_field,
    somebody_elses_change_is_not_lost,
    untouched_fields_are_not_sent,
    a_secret_is_shown_once,
    forms_of_others_are_refused,
    long_lists_of_records_keep_what_is_not_shown,
);

/// The id that the redirect after a creation leads to.
fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let location = answer.location().unwrap();
    let path = location
        .strip_suffix("?done=made")
        .unwrap_or_else(|| panic!("made, not {location}"));
    path.rsplit('/').next().unwrap().to_owned()
}

/// The form of a page.
async fn form(client: &mut Client, path: &str) -> Filled {
    let page = client.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    Filled::of(&page, "record-form")
}

/// A field and what is typed into it.
type Typed = (&'static str, &'static str);

/// What is made, by path: the fields of its form, and a change.
const CASES: &[(&str, &[Typed], Typed)] = &[
    (
        "users",
        &[("username", "ann"), ("email", "ann@example.com")],
        ("name", "Ann <b>Bee</b>"),
    ),
    (
        "groups",
        &[("name", "staff"), ("attributes", r#"{"floor": 3}"#)],
        ("name", "crew"),
    ),
    (
        "policies",
        &[("name", "everybody"), ("expression", "return True")],
        ("expression", "if True:\r\n  return False\r\nreturn True"),
    ),
    (
        "scope-mappings",
        &[
            ("name", "MinIO"),
            ("scope", "minio"),
            ("expression", "return {\"a\": 1}"),
        ],
        ("description", "Storage"),
    ),
    (
        "property-mappings",
        &[("name", "names"), ("expression", "return {}")],
        ("name", "other names"),
    ),
    (
        "webhooks",
        &[("url", "https://hooks.example.com/a")],
        ("url", "https://hooks.example.com/b"),
    ),
    (
        "keys",
        &[("name", "second"), ("use", "sig"), ("alg", "ES256"), ("state", "next")],
        ("name", "the second"),
    ),
];

async fn every_resource_is_made_changed_and_taken_away(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    for (path, fields, (name, value)) in CASES {
        let mut new = form(&mut root, &format!("/admin/{path}/new")).await;
        for (name, value) in *fields {
            new = new.with(name, value);
        }
        let answer = new.send(&mut root).await;
        let id = if answer.has("code#secret") {
            let list = api.get(&format!("/{path}")).await.json;
            list["items"][0]["id"].as_str().unwrap().to_owned()
        } else {
            made(&answer)
        };
        let there = format!("/admin/{path}/{id}");
        let list = root.get(&format!("/admin/{path}")).await;
        assert!(list.has(&format!("tr[data-id={id}]")), "{path}: the list has it");
        let changed = form(&mut root, &there).await.with(name, value).send(&mut root).await;
        assert_eq!(
            changed.location(),
            Some(format!("{there}?done=changed").as_str()),
            "{path}: {}",
            changed.body
        );
        let stored = api.get(&format!("/{path}/{id}")).await.json;
        assert_eq!(stored[*name], json!(value.replace("\r\n", "\n")), "{path}");
        let page = root.get(&format!("{there}?done=changed")).await;
        assert!(page.has("p#notice"), "{path}");
        let confirm = root.get(&format!("{there}/delete")).await;
        let gone = Filled::of(&confirm, "confirm-form").send(&mut root).await;
        assert_eq!(
            gone.location(),
            Some(format!("/admin/{path}?done=deleted").as_str()),
            "{path}: {}",
            gone.body
        );
        assert_eq!(root.get(&there).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    applications(harness, &mut root, &mut api).await;
    sources(&mut root, &mut api).await;
}

async fn applications(harness: &Harness, root: &mut Client, api: &mut Caller) {
    let new = form(root, "/admin/applications/new?form=all").await;
    let new = new.with("name", "Wiki").with(
        "redirect_uris",
        "https://wiki.example.com/cb\r\nregex https://[^.]+\\.example\\.com/cb",
    );
    let answer = new.send(root).await;
    assert!(answer.has("code#secret"), "{}", answer.body);
    let wiki = api.get("/applications/wiki").await.json;
    assert_eq!(
        wiki["redirect_uris"][1],
        json!({ "matching_mode": "regex", "url": "https://[^.]+\\.example\\.com/cb" })
    );
    let key = harness
        .app
        .snapshot()
        .active(protocol::jose::Algorithm::RS256)
        .unwrap()
        .record
        .id
        .clone();
    assert_eq!(wiki["signing_key"], json!(key), "everybody can check its tokens");
    assert_eq!(wiki["scope_mappings"], json!(["openid", "email", "profile"]));
    let id = wiki["id"].as_str().unwrap();
    let there = format!("/admin/applications/{id}");
    // Ticks of several kinds, a choice, and null for all.
    let change = form(root, &there)
        .await
        .tick("grant_types", "client_credentials")
        .tick("scope_mappings", "groups");
    let change = change
        .with("consent_mode", "skip")
        .without("sources")
        .without("include_claims_in_id_token");
    let answer = change.send(root).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let wiki = api.get("/applications/wiki").await.json;
    assert_eq!(
        wiki["grant_types"],
        json!(["authorization_code", "refresh_token", "client_credentials"])
    );
    assert_eq!(wiki["scope_mappings"], json!(["openid", "email", "profile", "groups"]));
    assert_eq!((&wiki["consent_mode"], &wiki["sources"]), (&json!("skip"), &json!([])));
    assert_eq!(wiki["include_claims_in_id_token"], json!(false));
    // What belongs to it.
    let binding = form(
        root,
        &format!("/admin/policy-bindings/new?target={id}&target_type=application"),
    )
    .await;
    assert_eq!(binding.value("target"), Some(id));
    let everybody = api.post("/groups", json!({ "name": "everybody" })).await.json;
    let binding = binding
        .with("group", everybody["id"].as_str().unwrap())
        .send(root)
        .await;
    let binding = made(&binding);
    let entitlement = form(root, &format!("/admin/entitlements/new?application={id}")).await;
    made(&entitlement.with("name", "writer").send(root).await);
    let page = root.get(&there).await;
    assert!(
        page.has(&format!("tr[data-id={binding}]")),
        "its bindings stand on its page"
    );
    assert!(page.has("table#related-entitlements"));
    // Actions.
    let setup = root.get(&format!("{there}/do/setup")).await;
    assert!(setup.body.contains("/.well-known/openid-configuration"));
    let preview = form(root, &format!("{there}/do/preview")).await;
    let user = api.get("/users/root").await.json;
    let preview = preview.with("user", user["id"].as_str().unwrap()).send(root).await;
    assert!(
        preview.has("dl#answer") && preview.body.contains("root@example.com"),
        "{}",
        preview.body
    );
    let rotated = form(root, &format!("{there}/do/rotate-secret"))
        .await
        .with("keep_old_for", "days=1");
    assert!(rotated.send(root).await.has("code#secret"));
    assert_eq!(
        api.get("/applications/wiki").await.json["client_secrets"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

async fn sources(root: &mut Client, api: &mut Caller) {
    let new = form(root, "/admin/sources/new?form=all")
        .await
        .with("name", "Company")
        .with("key", "company")
        .with("kind", "oauth2");
    let new = new.with("client_id", "us").with("client_secret", "hidden for ever");
    let new = new.with("authorization_endpoint", "https://idp.example.com/authorize");
    let new = new
        .with("token_endpoint", "https://idp.example.com/token")
        .with("userinfo_endpoint", "https://idp.example.com/me");
    let answer = new
        .with("attribute_mapping", r#"{"provider_user_id": "id"}"#)
        .send(root)
        .await;
    let id = made(&answer);
    let there = format!("/admin/sources/{id}");
    let page = root.get(&there).await;
    assert!(!page.body.contains("hidden for ever"), "a secret is never shown again");
    let change = Filled::of(&page, "record-form")
        .with("promoted", "on")
        .with("scopes", "read\r\nwrite");
    assert_eq!(change.send(root).await.status, StatusCode::SEE_OTHER);
    let source = api.get("/sources/company").await.json;
    assert_eq!(
        (&source["promoted"], &source["scopes"]),
        (&json!(true), &json!(["read", "write"]))
    );
    assert_eq!(source["has_client_secret"], json!(true), "an empty field keeps it");
    let replay = form(root, &format!("{there}/do/replay"))
        .await
        .with("userinfo", r#"{"id": 42, "email": "x@example.com"}"#);
    let replay = replay.send(root).await;
    assert!(replay.has("dl#answer") && replay.body.contains("42"), "{}", replay.body);
}

async fn what_is_wrong_stands_beside_its_field(harness: &Harness) {
    let mut root = administrator(harness).await;
    let new = form(&mut root, "/admin/users/new")
        .await
        .with("username", "root")
        .with("attributes", "{\"a\":");
    let page = new.clone().send(&mut root).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.has("p#problem-attributes"), "{}", page.body);
    let page = new
        .with("attributes", "{}")
        .with("birthdate", "yesterday")
        .send(&mut root)
        .await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.has("p#problem") && page.has("p#problem-birthdate"),
        "{}",
        page.body
    );
    let again = Filled::of(&page, "record-form");
    assert_eq!(
        (again.value("username"), again.value("birthdate")),
        (Some("root"), Some("yesterday")),
        "nothing is lost"
    );
    let page = again.with("birthdate", "").send(&mut root).await;
    assert!(page.has("p#problem-username"), "taken: {}", page.body);
    // An expression is marked where it is wrong.
    let wrong = form(&mut root, "/admin/policies/new")
        .await
        .with("name", "x")
        .with("expression", "a = 1\r\nreturn a +\r\n");
    let page = wrong.send(&mut root).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        page.has("p#problem-expression") && page.has("pre.mark-line"),
        "{}",
        page.body
    );
}

async fn somebody_elses_change_is_not_lost(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    let user = api
        .post(
            "/users",
            json!({ "username": "ann", "name": "Ann", "nickname": "A", "gender": "x" }),
        )
        .await
        .json;
    let path = format!("/users/{}", user["id"].as_str().unwrap());
    let old = form(&mut root, &format!("/admin{path}")).await;
    api.patch(&path, json!({ "name": "Annette", "nickname": "Anni" })).await;
    let page = old.with("name", "Anna").with("gender", "y").send(&mut root).await;
    assert_eq!(page.status, StatusCode::PRECONDITION_FAILED);
    assert!(
        page.has("div#theirs-name") && page.body.contains("Annette"),
        "theirs beside mine: {}",
        page.body
    );
    assert!(page.has("p#theirs-nickname"), "what only they changed is taken over");
    let again = Filled::of(&page, "record-form");
    assert_eq!(
        (again.value("name"), again.value("nickname"), again.value("gender")),
        (Some("Anna"), Some("Anni"), Some("y"))
    );
    assert_eq!(again.send(&mut root).await.status, StatusCode::SEE_OTHER);
    let stored = api.get(&path).await.json;
    assert_eq!(
        (&stored["name"], &stored["nickname"], &stored["gender"]),
        (&json!("Anna"), &json!("Anni"), &json!("y"))
    );
    // And nothing is taken away that was changed since somebody looked.
    let confirm = root.get(&format!("/admin{path}/delete")).await;
    api.patch(&path, json!({ "name": "Other" })).await;
    let page = Filled::of(&confirm, "confirm-form").send(&mut root).await;
    assert_eq!(page.status, StatusCode::PRECONDITION_FAILED);
    assert!(page.has("p#problem"));
    assert_eq!(api.get(&path).await.answer.status, StatusCode::OK);
}

async fn untouched_fields_are_not_sent(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    let user = api
        .post(
            "/users",
            json!({ "username": "ann", "name": "Ann Bee", "attributes": { "a": "x\ny" } }),
        )
        .await
        .json;
    let path = format!("/users/{}", user["id"].as_str().unwrap());
    let there = format!("/admin{path}");
    let answer = form(&mut root, &there).await.send(&mut root).await;
    assert_eq!(
        answer.location(),
        Some(format!("{there}?done=nothing").as_str()),
        "{}",
        answer.body
    );
    let answer = form(&mut root, &there)
        .await
        .with("nickname", "A")
        .send(&mut root)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let event = harness.events("user_updated").await.pop().unwrap();
    assert_eq!(event.detail["fields"], json!(["nickname"]));
}

async fn a_secret_is_shown_once(harness: &Harness) {
    let mut root = administrator(harness).await;
    let new = form(&mut root, "/admin/api-tokens/new")
        .await
        .with("name", "deployment")
        .with("permissions", "users:read");
    let page = new.send(&mut root).await;
    let html = page.page();
    let secret = html
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("secret"))
        .unwrap()
        .text
        .clone();
    assert!(secret.starts_with("vst_"), "{secret}");
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let list = root.get("/admin/api-tokens").await;
    let row = list
        .page()
        .elements
        .into_iter()
        .find(|element| element.attribute("data-id").is_some())
        .unwrap();
    let there = format!("/admin/api-tokens/{}", row.attribute("data-id").unwrap());
    for path in ["/admin/api-tokens", there.as_str()] {
        assert!(!root.get(path).await.body.contains(&secret), "{path}");
    }
    let user = harness.user("ann").await;
    let there = format!("/admin/users/{}", user.id);
    let new = form(&mut root, &format!("{there}/app-passwords/new"))
        .await
        .with("name", "backup");
    let page = new.send(&mut root).await;
    assert!(page.has("code#secret") && page.has("a#on"), "{}", page.body);
    let page = root.get(&there).await;
    assert!(page.has("table#related-app-passwords"));
    // And set a password, which is no secret of ours.
    let password = form(&mut root, &format!("{there}/do/password")).await;
    let short = password.clone().with("password", "short").send(&mut root).await;
    assert!(
        short.has("p#problem-password") && !short.body.contains("\"short\""),
        "{}",
        short.body
    );
    let answer = password
        .with("password", "a long enough password")
        .send(&mut root)
        .await;
    assert_eq!(answer.location(), Some(format!("{there}?done=done").as_str()));
}

async fn forms_of_others_are_refused(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    let new = form(&mut root, "/admin/groups/new").await.with("name", "staff");
    for wrong in [new.clone().with("csrf", "AAAA"), new.clone().without("csrf")] {
        let answer = wrong.send(&mut root).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.has("article[data-error-code=csrf_invalid]"));
    }
    // The proof of another browser of the same person is none.
    let mut other = harness.signed_in("root").await;
    assert_eq!(new.send(&mut other).await.status, StatusCode::FORBIDDEN);
    assert_eq!(api.get("/groups").await.json["items"], Value::Array(Vec::new()));
}

async fn long_lists_of_records_keep_what_is_not_shown(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Caller::all(harness).await;
    let mut ids = Vec::new();
    for number in 0..60 {
        ids.push(harness.user(&format!("user{number:02}")).await.id);
    }
    let group = api.post("/groups", json!({ "name": "many", "users": ids })).await.json;
    let there = format!("/admin/groups/{}", group["id"].as_str().unwrap());
    let page = root.get(&there).await;
    let form = Filled::of(&page, "record-form");
    let ticked = page
        .page()
        .elements
        .iter()
        .filter(|element| element.attribute("name") == Some("users"))
        .count();
    assert_eq!(ticked, 50);
    // One is found by its name and added.
    let found = form
        .clone()
        .with("find:users", "root")
        .with("find", "users")
        .send(&mut root)
        .await;
    let me = api.get("/users/root").await.json["id"].as_str().unwrap().to_owned();
    assert!(found.has(&format!("input[value={me}]")), "{}", found.body);
    let answer = Filled::of(&found, "record-form")
        .tick("users", &me)
        .with("save", "1")
        .with("find:users", "")
        .send(&mut root)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let users = api
        .get(&format!("/groups/{}", group["id"].as_str().unwrap()))
        .await
        .json["users"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(users.len(), 61);
    // All that are shown are taken out; the others stay.
    let form = Filled::of(&root.get(&there).await, "record-form");
    assert_eq!(
        form.without("users").send(&mut root).await.status,
        StatusCode::SEE_OTHER
    );
    let users = api
        .get(&format!("/groups/{}", group["id"].as_str().unwrap()))
        .await
        .json["users"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(users.len(), 11);
}
