//! Saved samples: kept with what comes of them, and checked before anything that maps them changes.

use http::StatusCode;
use serde_json::{Value, json};

use super::support::{make, with};
use crate::api::support::{Api, Reply};
use crate::harness::{Engine, Harness, on_both};

store::statements! {
    SEALED = "SELECT sealed FROM source_samples";
}

const SAMPLES: &str = "/sources/company/samples";

/// A plain OAuth 2.0 source that nobody ever asks.
fn source(key: &str) -> Value {
    json!({
        "key": key, "name": "Company", "kind": "oauth2", "client_id": "us",
        "authorization_endpoint": "https://idp.example.com/a", "token_endpoint": "https://idp.example.com/t",
        "userinfo_endpoint": "https://idp.example.com/me",
        "attribute_mapping": {"provider_user_id": "id", "email_address": "mail", "first_name": "given"},
    })
}

fn ada() -> Value {
    json!({
        "name": "Ada",
        "userinfo": {"id": 7, "mail": "ada@example.com", "work": "ada@work.example", "given": "Ada"},
    })
}

/// Saves a sample; the next one is younger.
async fn save(harness: &Harness, api: &mut Api, sample: &Value) -> Value {
    harness.advance(1);
    api.post(SAMPLES, sample).await.created()
}

/// The messages of a refusal that is about samples alone.
fn changed(reply: &Reply) -> Vec<String> {
    assert!(
        reply.wrong().iter().all(|error| error == "samples:changed"),
        "{}",
        reply.answer.body
    );
    let errors = reply.json["errors"].as_array().expect("errors");
    errors
        .iter()
        .map(|error| error["message"].as_str().expect("a message").to_owned())
        .collect()
}

async fn a_sample_is_kept_with_what_comes_of_it(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let company = make(&mut api, &source("company")).await;
    let made = save(harness, &mut api, &ada()).await;
    let id = made["id"].as_str().expect("an id");
    assert!(id.starts_with("smp_"), "{id}");
    assert_eq!(
        (&made["name"], &made["source"], &made["userinfo"]),
        (&json!("Ada"), &company["id"], &ada()["userinfo"])
    );
    assert_eq!(made["outcome"]["profile"]["email_address"], "ada@example.com");
    assert_eq!(made["outcome"]["error"], Value::Null);
    // What comes of it may be that nobody gets in.
    let nobody = json!({"name": "nobody", "userinfo": {"id": "x".repeat(300)}});
    let nobody = save(harness, &mut api, &nobody).await;
    assert_eq!(nobody["outcome"]["profile"], Value::Null);
    assert_eq!(nobody["outcome"]["error"], "upstream_user_id_too_long");
    let list = api.get(SAMPLES).await.found();
    assert_eq!(list, json!({ "items": [made, nobody], "next_cursor": null }));
    let path = format!("{SAMPLES}/{id}");
    assert_eq!(api.get(&path).await.found(), made);
    let rows = harness.app.store.db().read(&SEALED, &[]).await.expect("rows");
    for row in rows.iter() {
        assert!(!row.text(0).expect("text").contains("ada"));
    }
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
    api.get(&path).await.problem(StatusCode::NOT_FOUND);
    api.delete(&path).await.problem(StatusCode::NOT_FOUND);
    assert_eq!(api.get(SAMPLES).await.found()["items"], json!([nobody]));
    for (action, count) in [("source_sample_created", 2), ("source_sample_deleted", 1)] {
        let events = harness.events(action).await;
        assert_eq!(events.len(), count, "{action}");
        let of_ada = events.iter().find(|event| event.target.as_deref() == Some(id));
        let detail = &of_ada.expect("an event").detail;
        assert_eq!(detail["of"], company["id"]);
        assert!(!detail.to_string().contains("ada@"), "{action}");
    }
}

async fn what_can_not_be_kept_is_refused(harness: &Harness) {
    let mut api = Api::new(harness).await;
    api.get(SAMPLES).await.problem(StatusCode::NOT_FOUND);
    api.post(SAMPLES, &ada()).await.problem(StatusCode::NOT_FOUND);
    make(&mut api, &source("company")).await;
    make(&mut api, &source("other")).await;
    let table = [
        (json!({}), vec!["name:required", "userinfo:required"]),
        (json!({"name": " ", "profile": {}}), vec!["name:required"]),
        (
            json!({"name": "x".repeat(61), "userinfo": {"id": 1}}),
            vec!["name:too_long"],
        ),
        (json!({"name": "a\nb", "userinfo": {"id": 1}}), vec!["name:invalid"]),
        (json!({"name": "a", "userinfo": [1]}), vec!["userinfo:wrong_type"]),
        (
            json!({"name": "a", "userinfo": {"id": 1}, "outcome": {}}),
            vec!["outcome:read_only"],
        ),
    ];
    for (fields, wrong) in table {
        assert_eq!(api.post(SAMPLES, &fields).await.wrong(), wrong, "{fields}");
    }
    let long = json!({"name": "a", "userinfo": {"id": 1, "x": "y".repeat(64 * 1024)}});
    api.post(SAMPLES, &long).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    let mut reader = Api::with_permissions(harness, &["sources:read"]).await;
    reader.post(SAMPLES, &ada()).await.problem(StatusCode::FORBIDDEN);
    let made = save(harness, &mut api, &ada()).await;
    assert_eq!(
        reader.get(SAMPLES).await.found()["items"].as_array().map(Vec::len),
        Some(1)
    );
    let elsewhere = format!("/sources/other/samples/{}", made["id"].as_str().expect("an id"));
    api.delete(&elsewhere).await.problem(StatusCode::NOT_FOUND);
    for number in 1..50 {
        let sample = json!({"name": format!("sample {number}"), "userinfo": {"id": number}});
        save(harness, &mut api, &sample).await;
    }
    api.post(SAMPLES, &ada()).await.problem(StatusCode::CONFLICT);
    api.post("/sources/other/samples", &ada()).await.created();
}

async fn a_change_that_maps_a_sample_otherwise_is_refused_until_it_is_accepted(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let before = make(&mut api, &source("company")).await;
    save(harness, &mut api, &ada()).await;
    let without_work = json!({"name": "Grace", "userinfo": {"id": 8, "mail": "grace@example.com"}});
    save(harness, &mut api, &without_work).await;
    let by_work =
        json!({"attribute_mapping": {"provider_user_id": "id", "email_address": "work", "first_name": "given"}});
    let messages = changed(&api.patch("/sources/company", &by_work).await);
    assert_eq!(messages.len(), 2, "{messages:?}");
    for part in [
        "`Ada`",
        "`company`",
        "`email_address`",
        "\"ada@example.com\"",
        "\"ada@work.example\"",
    ] {
        assert!(messages[0].contains(part), "{part}: {messages:?}");
    }
    assert!(
        messages[1].contains("`Grace`") && messages[1].contains("nothing"),
        "{messages:?}"
    );
    assert_eq!(api.get("/sources/company").await.found(), before, "nothing was changed");
    // What maps nothing, or maps to the same, is nobody's concern.
    for change in [
        json!({"enabled": false, "promoted": true, "allow_sign_up": false}),
        json!({"attribute_mapping": {"provider_user_id": "id", "email_address": "mail", "first_name": "given", "last_name": "none"}}),
        json!({"groups_claim": "teams"}),
    ] {
        api.patch("/sources/company", &change).await.found();
    }
    let mut accepted = by_work.clone();
    accepted["accept_samples"] = json!(true);
    let refused = json!({"attribute_mapping": by_work["attribute_mapping"], "accept_samples": false});
    assert_eq!(changed(&api.patch("/sources/company", &refused).await).len(), 2);
    let after = api.patch("/sources/company", &accepted).await.found();
    assert_eq!(after["attribute_mapping"], by_work["attribute_mapping"]);
    assert_eq!(after.get("accept_samples"), None);
    let samples = api.get(SAMPLES).await.found();
    assert_eq!(
        samples["items"][0]["outcome"]["profile"]["email_address"],
        "ada@work.example"
    );
    assert_eq!(samples["items"][1]["outcome"]["profile"]["email_address"], Value::Null);
    // From now on this is what counts.
    api.patch("/sources/company", &by_work).await.found();
    let back = json!({"attribute_mapping": before["attribute_mapping"]});
    assert_eq!(changed(&api.patch("/sources/company", &back).await).len(), 2);
}

async fn a_script_runs_over_a_sample(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let script = |member: &str| {
        json!({"attribute_mapping": {}, "profile_script": format!(
            "function f(token, context, cb) {{ cb(null, {{ user_id: '7', email: context.userinfo.{member} }}); }}"
        )})
    };
    make(&mut api, &with(source("company"), &script("mail"))).await;
    let ada = save(harness, &mut api, &ada()).await;
    assert_eq!(ada["outcome"]["profile"]["email_address"], "ada@example.com", "{ada}");
    let by_script = json!({"name": "by script", "profile": {"user_id": "7", "email": "ada@example.com"}});
    save(harness, &mut api, &by_script).await;
    // What a script made once stays what it made; whoever has only the answer of the source is run through it.
    let messages = changed(&api.patch("/sources/company", &script("work")).await);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].contains("`Ada`") && messages[0].contains("ada@work.example"),
        "{messages:?}"
    );
    let other_words = json!({"profile_script":
        "function f(token, { userinfo }, cb) { return cb(null, { email: userinfo.mail, user_id: `${userinfo.id}` }); }"});
    api.patch("/sources/company", &other_words).await.found();
    api.patch(
        "/sources/company",
        &with(script("work"), &json!({"accept_samples": true})),
    )
    .await
    .found();
    api.patch("/sources/company", &script("work")).await.found();
    // A rehearsal calls nobody.
    let calls = json!({"profile_script":
        "function f(token, context, cb) { request.get('https://idp.example.com/me', (err) => cb(err)); }"});
    let messages = changed(&api.patch("/sources/company", &calls).await);
    assert!(messages[0].contains("`upstream_script_failed`"), "{messages:?}");
}

async fn a_property_mapping_is_checked_wherever_it_runs(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let mapping = |value: &str| json!({"expression": format!("return {{'username': {value}}}")});
    let mut fields = mapping("info['mail'].split('@')[0]");
    fields["name"] = json!("names");
    let names = api.post("/property-mappings", &fields).await.created();
    let id = names["id"].as_str().expect("an id").to_owned();
    let path = format!("/property-mappings/{id}");
    make(&mut api, &source("company")).await;
    save(harness, &mut api, &ada()).await;
    let named = json!({"property_mappings": [id]});
    assert_eq!(changed(&api.patch("/sources/company", &named).await).len(), 1);
    let mut accepted = named.clone();
    accepted["accept_samples"] = json!(true);
    api.patch("/sources/company", &accepted).await.found();
    assert_eq!(
        api.get(SAMPLES).await.found()["items"][0]["outcome"]["profile"]["username"],
        "ada"
    );
    // Another expression that says the same, then one that does not, then one that fails.
    api.patch(&path, &mapping("'a' + 'da'")).await.found();
    let messages = changed(&api.patch(&path, &mapping("info['mail']")).await);
    assert!(
        messages[0].contains("`username`") && messages[0].contains("\"ada\""),
        "{messages:?}"
    );
    let messages = changed(&api.patch(&path, &mapping("info['none']")).await);
    assert!(messages[0].contains("`upstream_mapping_failed`"), "{messages:?}");
    let mut accepted = mapping("info['mail']");
    accepted["accept_samples"] = json!(true);
    let shown = api.patch(&path, &accepted).await.found();
    assert_eq!(shown.get("accept_samples"), None);
    assert_eq!(
        api.get(SAMPLES).await.found()["items"][0]["outcome"]["profile"]["username"],
        "ada@example.com"
    );
    // One for every source runs after the source's own.
    let for_all = json!({"name": "nick", "expression": "return {'nickname': 'nick'}", "all_sources": true});
    assert_eq!(changed(&api.post("/property-mappings", &for_all).await).len(), 1);
    let mut accepted = for_all.clone();
    accepted["accept_samples"] = json!(true);
    let nick = api.post("/property-mappings", &accepted).await.created();
    let path = format!("/property-mappings/{}", nick["id"].as_str().expect("an id"));
    api.delete(&path).await.problem(StatusCode::CONFLICT);
    let off = json!({"all_sources": false});
    assert_eq!(changed(&api.patch(&path, &off).await).len(), 1);
    let off = json!({"all_sources": false, "accept_samples": true});
    api.patch(&path, &off).await.found();
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
}

async fn a_check_writes_nothing_but_what_is_accepted(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let writing = json!({
        "name": "writing", "expression": "ak_create_event('seen')\nreturn {'username': info['mail']}",
    });
    let writing = api.post("/property-mappings", &writing).await.created();
    make(&mut api, &source("company")).await;
    save(harness, &mut api, &ada()).await;
    let named = json!({"property_mappings": [writing["id"]], "accept_samples": true});
    api.patch("/sources/company", &named).await.found();
    let replayed = api
        .post("/sources/company/replay", &json!({"userinfo": ada()["userinfo"]}))
        .await
        .found();
    assert_eq!(replayed["profile"]["username"], "ada@example.com", "{replayed}");
    assert_eq!(harness.events("custom_seen").await.len(), 0);
    assert_eq!(harness.events("configuration_error").await.len(), 0);
}

async fn samples_go_with_their_source(harness: &Harness) {
    let mut api = Api::new(harness).await;
    make(&mut api, &source("company")).await;
    save(harness, &mut api, &ada()).await;
    assert_eq!(api.delete("/sources/company").await.status(), StatusCode::NO_CONTENT);
    let rows = harness.app.store.db().read(&SEALED, &[]).await.expect("rows");
    assert_eq!(rows.len(), 0);
}

/// Half of the time that a request may take is not enough for these: a script that waits for 0.7 s, three times.
async fn samples_that_take_too_long_are_given_up(engine: Engine) {
    let harness = Harness::with(engine, "limits.request_timeout = \"seconds=2\"").await;
    let mut api = Api::new(&harness).await;
    let script = |millis: u32| {
        json!({"attribute_mapping": {}, "profile_script": format!(
            "function f(token, c, cb) {{ setTimeout(() => cb(null, {{ user_id: '7' }}), {millis}); }}"
        )})
    };
    make(&mut api, &with(source("company"), &script(0))).await;
    for name in ["one", "two", "three"] {
        save(&harness, &mut api, &with(ada(), &json!({ "name": name }))).await;
    }
    for more in [json!({}), json!({"accept_samples": true})] {
        let refused = api.patch("/sources/company", &with(script(700), &more)).await;
        refused.problem(StatusCode::CONFLICT);
        let detail = refused.json["detail"].as_str().expect("words");
        assert!(detail.contains("`two`") && detail.contains("`company`"), "{detail}");
    }
    let kept = api.get("/sources/company").await.found();
    assert!(kept["profile_script"].to_string().contains("}), 0)"), "{kept}");
    api.patch("/sources/company", &script(10)).await.found();
    harness.end().await;
}

#[tokio::test]
async fn samples_that_take_too_long_are_given_up_on_sqlite() {
    samples_that_take_too_long_are_given_up(Engine::Sqlite).await;
}

#[tokio::test]
async fn samples_that_take_too_long_are_given_up_on_postgres() {
    samples_that_take_too_long_are_given_up(Engine::Postgres).await;
}

on_both!(
    a_sample_is_kept_with_what_comes_of_it,
    what_can_not_be_kept_is_refused,
    a_change_that_maps_a_sample_otherwise_is_refused_until_it_is_accepted,
    a_script_runs_over_a_sample,
    a_property_mapping_is_checked_wherever_it_runs,
    a_check_writes_nothing_but_what_is_accepted,
    samples_go_with_their_source,
);
