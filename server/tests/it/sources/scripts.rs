//! Profile scripts, as Auth0's custom social connections have them, in a real sign-in.

use serde_json::json;

use super::support::{Sample, accounts, choosing, count_users, make, signed_in_as, through, with};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};

/// The script of Auth0's page with the address of the sample upstream and its members.
fn fetching(base: &str) -> String {
    format!(
        "function fetchUserProfile(accessToken, context, callback) {{
  request.get(
    {{
      url: '{base}/api/me',
      headers: {{
        'Authorization': 'Bearer ' + accessToken,
      }}
    }},
    (err, resp, body) => {{
      if (err) {{
        return callback(err);
      }}

      if (resp.statusCode !== 200) {{
        return callback(new Error(body));
      }}

      let bodyParsed;
      try {{
        bodyParsed = JSON.parse(body);
      }} catch (jsonError) {{
        return callback(new Error(body));
      }}

      const profile = {{
        user_id: bodyParsed.id,
        email: bodyParsed.email,
        nickname: bodyParsed.login
      }};

      callback(null, profile);
    }}
  );
}}"
    )
}

async fn a_script_fetches_the_profile(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let script = json!({
        "profile_script": fetching(&sample.base), "attribute_mapping": {}, "userinfo_endpoint": null,
    });
    make(
        &mut api,
        &with(with(sample.oauth2("custom"), &choosing("bob", "none")), &script),
    )
    .await;
    let mut client = harness.client();
    let answer = through(harness, &mut client, "custom").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    let account = accounts(&mut api, "custom").await;
    let page = client.follow(answer).await;
    if page.has("form#enroll-form") {
        let done = client.submit(&page.form("enroll-form").with("username", "bob")).await;
        assert_eq!(done.status, 303, "{}", done.body);
    }
    let account = if account.is_empty() {
        accounts(&mut api, "custom").await
    } else {
        account
    };
    assert_eq!(account[0]["provider_user_id"], "42");
    assert_eq!(account[0]["email_address"], "bob@upstream.example");
    assert_eq!(account[0]["verified"], false, "the script does not say that it is");
    assert!(signed_in_as(harness, &client).await.is_some());
}

async fn what_a_script_refuses_is_shown_and_nothing_is_written(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let scripts = [
        (
            "said",
            "function f(t, c, cb) { cb(new Error('no such person there')); }",
            "upstream_script_failed",
        ),
        (
            "thrown",
            "function f(t, c, cb) { nobody.knows(); }",
            "upstream_script_failed",
        ),
        (
            "empty",
            "function f(t, c, cb) { cb(null, {}); }",
            "upstream_user_id_missing",
        ),
        (
            "object",
            "function f(t, c, cb) { cb(null, {user_id: {a: 1}}); }",
            "upstream_user_id_missing",
        ),
        (
            "loop",
            "function f(t, c, cb) { while (true) {} }",
            "upstream_script_failed",
        ),
    ];
    for (key, script, code) in scripts {
        let source = json!({ "profile_script": script, "attribute_mapping": {} });
        make(
            &mut api,
            &with(with(sample.oauth2(key), &choosing("bob", "none")), &source),
        )
        .await;
        let mut client = harness.client();
        let answer = through(harness, &mut client, key).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{key}: {}", answer.body);
        assert_eq!(signed_in_as(harness, &client).await, None, "{key}");
        if key == "said" {
            assert!(answer.body.contains("no such person there"), "{}", answer.body);
        }
    }
    assert_eq!(count_users(&mut api).await, 0);
}

async fn a_script_that_could_not_be_run_is_ours_and_may_be_tried_again(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let script = json!({ "profile_script": fetching(&sample.base), "attribute_mapping": {} });
    make(
        &mut api,
        &with(with(sample.oauth2("ours"), &choosing("bob", "none")), &script),
    )
    .await;
    // A node whose workers do not start.
    let broken = harness.another_node_with_worker("/bin/false").await;
    let answer = through(&broken, &mut broken.client(), "ours").await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.error_code().as_deref(), Some("upstream_script_unavailable"));
    assert_eq!(answer.header("retry-after"), Some("2"));
    assert!(answer.body.contains("Try again in a moment."), "{}", answer.body);
    assert!(
        !answer.body.contains("worker"),
        "what is ours to repair is for the log: {}",
        answer.body
    );
    let failed = harness.events("login_failed").await;
    let detail = &failed.first().expect("an event").detail;
    assert_eq!(detail["reason"], "upstream_script_unavailable");
    assert!(
        detail["detail"]
            .as_str()
            .is_some_and(|reason| reason.contains("no worker process can be started"))
    );
    assert_eq!(detail["said"], json!(null), "the script has said nothing");
    assert_eq!(count_users(&mut api).await, 0);
    // The same script, a moment later.
    let answer = through(harness, &mut harness.client(), "ours").await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

async fn a_script_that_is_none_is_refused_when_it_is_saved(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let broken = json!({ "profile_script": "function f(t, c, cb) { cb(null, {user_id: 1 }" });
    let reply = api.post("/sources", &with(sample.oauth2("broken"), &broken)).await;
    assert_eq!(reply.wrong(), ["profile_script:syntax"]);
    assert!(reply.answer.body.contains("line 1"), "{}", reply.answer.body);
}

async fn header_fields_have_a_number(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let script = format!(
        "function f(t, c, cb) {{ const headers = {{}}; for (let i = 0; i < 40000; i++) headers['h' + i] = '1'; \
         request.get({{ url: '{}/api/me', headers }}, (error) => cb(error)); }}",
        sample.base
    );
    let source = json!({ "profile_script": script, "attribute_mapping": {} });
    make(
        &mut api,
        &with(with(sample.oauth2("fields"), &choosing("bob", "none")), &source),
    )
    .await;
    let answer = through(harness, &mut harness.client(), "fields").await;
    assert_eq!(answer.error_code().as_deref(), Some("upstream_script_failed"));
    assert!(answer.body.contains("at most 100 header fields"), "{}", answer.body);
}

async fn a_script_reaches_nothing_that_is_closed(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let script = "async function f(t, c, cb) { const r = await fetch('http://169.254.169.254/latest'); \
                  cb(null, {user_id: await r.text()}); }";
    let source = json!({ "profile_script": script, "attribute_mapping": {} });
    make(
        &mut api,
        &with(with(sample.oauth2("closed"), &choosing("bob", "none")), &source),
    )
    .await;
    let answer = through(harness, &mut harness.client(), "closed").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_script_failed"),
        "{}",
        answer.body
    );
    assert_eq!(count_users(&mut api).await, 0);
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_script_fetches_the_profile,
    what_a_script_refuses_is_shown_and_nothing_is_written,
    a_script_that_could_not_be_run_is_ours_and_may_be_tried_again,
    a_script_that_is_none_is_refused_when_it_is_saved,
    header_fields_have_a_number,
    a_script_reaches_nothing_that_is_closed,
);
