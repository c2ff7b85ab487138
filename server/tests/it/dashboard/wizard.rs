//! The wizards: from a recipe to an application and the card that waits for its first sign-in, and from a form to a source.

use http::StatusCode;
use serde_json::json;

use super::administrator;
use super::forms::Filled;
use crate::api::support::Api;
use crate::harness::{Harness, on_both};
use crate::sources::support::Sample;

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    recipes_come_first_and_are_found,
    a_recipe_asks_shows_and_makes,
    the_secret_is_shown_once_and_the_page_comes_back_without_it,
    the_card_follows_the_first_sign_in,
    other_applications_are_made_by_their_kind,
    a_preset_and_a_custom_provider_are_made,
    a_provider_by_hand_names_each_address,
    a_provider_is_read_from_its_document,
    a_provider_of_oauth1_has_four_addresses,
    applications_are_switched_on_and_off_for_a_source,
    a_policy_is_bound_to_a_source,
    hostile_names_are_shown_as_text,
);

const GRAFANA: &str = "/admin/applications/new/grafana";

async fn recipes_come_first_and_are_found(harness: &Harness) {
    let mut root = administrator(harness).await;
    let page = root.get("/admin/applications/new").await;
    for choice in ["grafana", "kubernetes", "web", "browser", "machine", "all"] {
        assert!(page.has(&format!("a[data-choice={choice}]")), "{choice}");
    }
    let found = root.get("/admin/applications/new?q=grafana").await;
    assert!(found.has("a[data-choice=grafana]") && !found.has("a[data-choice=zulip]"));
    let nothing = root.get("/admin/applications/new?q=zzz").await;
    assert!(nothing.has("p#empty") && nothing.has("a[data-choice=web]"));
    assert!(
        root.get("/admin/applications/new?form=all")
            .await
            .has("form#record-form")
    );
    let missing = root.get("/admin/applications/new/nothing").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(
        root.get("/admin/sources/new/nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn a_recipe_asks_shows_and_makes(harness: &Harness) {
    let mut root = administrator(harness).await;
    let page = root.get(GRAFANA).await;
    assert!(page.has("form#questions") && !page.has("section#summary"));
    let wrong = root.get(&format!("{GRAFANA}?base=grafana&look=1")).await;
    assert!(
        wrong.has("p#problem-base") && !wrong.has("section#summary"),
        "{}",
        wrong.body
    );
    let missing = root.get(&format!("{GRAFANA}?base=&look=1")).await;
    assert!(missing.has("p#problem-base"));
    let summary = root
        .get(&format!("{GRAFANA}?base=https%3A%2F%2Fg.example%2F&slug=graphs&look=1"))
        .await;
    assert!(summary.has("section#summary"), "{}", summary.body);
    assert!(summary.body.contains("https://g.example/login/generic_oauth"));
    let made = Filled::of(&summary, "make-form").send(&mut root).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert!(made.has("code#secret") && made.has("section[data-state=waiting]"));
    let mut api = Api::new(harness).await;
    let graphs = api.get("/applications/graphs").await.found();
    assert_eq!(graphs["require_pkce"], true);
    assert_eq!(
        graphs["redirect_uris"][0]["url"],
        "https://g.example/login/generic_oauth"
    );
    // The same again: the name is taken, and says so beside its field.
    let taken = Filled::of(&summary, "make-form").send(&mut root).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.has("p#problem-slug"), "{}", taken.body);
    let forged = Filled::of(&summary, "make-form")
        .with("csrf", "x")
        .send(&mut root)
        .await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
}

async fn the_secret_is_shown_once_and_the_page_comes_back_without_it(harness: &Harness) {
    let mut root = administrator(harness).await;
    let summary = root.get(&format!("{GRAFANA}?base=https://g.example&look=1")).await;
    let made = Filled::of(&summary, "make-form").send(&mut root).await;
    let page = made.page();
    let secret = page
        .elements
        .iter()
        .find(|element| element.attribute("id") == Some("secret"))
        .expect("a secret")
        .text
        .clone();
    assert_eq!(secret.len(), 128);
    assert!(
        made.body.contains(&format!("client_secret = {secret}")),
        "it stands in the text"
    );
    let id = Api::new(harness).await.get("/applications/grafana").await.found()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let again = root
        .get(&format!(
            "/admin/applications/{id}/start?recipe=grafana&base=https://g.example"
        ))
        .await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert!(again.body.contains("client_secret = CLIENT-SECRET") && !again.body.contains(&secret));
    // Without its recipe it lists the addresses.
    let plain = root.get(&format!("/admin/applications/{id}/start")).await;
    assert!(
        plain
            .body
            .contains("/application/o/grafana/.well-known/openid-configuration")
    );
    assert!(root.get("/admin/applications/app_none/start").await.status == StatusCode::NOT_FOUND);
}

async fn the_card_follows_the_first_sign_in(harness: &Harness) {
    harness.user("alice").await;
    let shop = crate::harness::secret_of("shop");
    let application = harness.application("shop").await;
    let mut root = administrator(harness).await;
    let card = format!("/admin/applications/{}/start/card", application.id);
    let first = root.get(&card).await;
    assert!(first.has("section[data-state=waiting]"), "{}", first.body);
    let mut alice = harness.signed_in("alice").await;
    let query = "client_id=shop&redirect_uri=https%3A%2F%2Fshop.example%2Fcb&response_type=code&scope=openid";
    let page = alice.visit(&format!("/application/o/authorize/?{query}")).await;
    let answer = alice.submit(&page.form("consent-form").with("decision", "allow")).await;
    let code = alice.follow(answer).await.parameter("code").expect("a code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://shop.example/cb"),
        ("client_id", "shop"),
        ("client_secret", shop.as_str()),
    ];
    let tokens = harness.client().post("/application/o/token/", &fields).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.body);
    // What is recorded is written behind the answers.
    let mut last = String::new();
    for _ in 0..100 {
        let now = root.get(&card).await;
        if now.has("section[data-state=done]") {
            assert!(now.has("li[data-step=redeemed]"));
            return;
        }
        last = now.body;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the card has not followed: {last}");
}

async fn other_applications_are_made_by_their_kind(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Api::new(harness).await;
    let form = |page| Filled::of(&page, "make-form");
    let web = form(root.get("/admin/applications/other/web").await);
    let empty = web.clone().send(&mut root).await;
    assert!(empty.has("p#problem-name") && empty.has("p#problem-redirect_uris"));
    let wrong = web
        .clone()
        .with("name", "Wiki")
        .with("redirect_uris", "wiki/cb")
        .send(&mut root)
        .await;
    assert!(wrong.has("p#problem-redirect_uris"), "{}", wrong.body);
    let lines = "https://wiki.example.com/cb\r\n\r\n https://wiki.example.com/cb2 ";
    let made = web
        .with("name", "Wiki")
        .with("redirect_uris", lines)
        .send(&mut root)
        .await;
    assert!(made.has("code#secret"), "{}", made.body);
    let wiki = api.get("/applications/wiki").await.found();
    assert_eq!(wiki["redirect_uris"].as_array().map(Vec::len), Some(2));
    assert_eq!(wiki["id_token_signed_response_alg"], "RS256");
    let browser = form(root.get("/admin/applications/other/browser").await);
    let made = browser
        .with("name", "Board")
        .with("redirect_uris", "https://board.example.com/cb")
        .send(&mut root)
        .await;
    assert!(!made.has("code#secret") && made.has("section#live"));
    assert_eq!(api.get("/applications/board").await.found()["client_type"], "public");
    let machine = form(root.get("/admin/applications/other/machine").await);
    let made = machine.with("name", "Job").send(&mut root).await;
    assert!(made.has("code#secret") && made.has("li[data-step=token]"));
    assert_eq!(
        api.get("/applications/job").await.found()["grant_types"],
        json!(["client_credentials"])
    );
    assert_eq!(
        root.get("/admin/applications/other/else").await.status,
        StatusCode::NOT_FOUND
    );
}

async fn a_preset_and_a_custom_provider_are_made(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Api::new(harness).await;
    let choice = root.get("/admin/sources/new").await;
    for way in ["github", "oidc", "oauth2", "oauth1", "custom", "all"] {
        assert!(choice.has(&format!("a[data-choice={way}]")), "{way}");
    }
    let page = root.get("/admin/sources/new/github").await;
    let made = Filled::of(&page, "record-form")
        .with("client_id", "us")
        .with("client_secret", "a secret of theirs")
        .send(&mut root)
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let github = api.get("/sources/github").await.found();
    let start = format!("/admin/sources/{}/start", github["id"].as_str().unwrap());
    assert_eq!(
        made.location(),
        Some(format!("{start}?done=made").as_str()),
        "{}",
        made.body
    );
    assert_eq!(
        (&github["preset"], &github["enabled"]),
        (&json!("github"), &json!(false))
    );
    let page = root.get(&start).await;
    assert!(
        page.body
            .contains("http://localhost:9000/source/oauth/callback/github/")
    );
    let switched = Filled::of(&page, "switch-form")
        .with("enabled", "true")
        .send(&mut root)
        .await;
    assert_eq!(switched.location(), Some(format!("{start}?done=changed").as_str()));
    assert_eq!(api.get("/sources/github").await.found()["enabled"], true);

    let page = root.get("/admin/sources/new/custom").await;
    let form = Filled::of(&page, "record-form")
        .with("key", "my-connection")
        .with("authorization_endpoint", "https://auth.example.com/authorize")
        .with("token_endpoint", "https://auth.example.com/token")
        .with("scopes", "one two")
        .with("client_id", "us")
        .with("client_secret", "theirs");
    let wrong = form.clone().with("key", "my-connection-").send(&mut root).await;
    assert!(wrong.has("p#problem-key"), "{}", wrong.body);
    let mode = "https://auth.example.com/authorize?response_mode=form_post";
    let wrong = form.clone().with("authorization_endpoint", mode).send(&mut root).await;
    assert!(wrong.has("p#problem-authorization_endpoint"), "{}", wrong.body);
    let wrong = form.clone().with("token_request_headers", "{").send(&mut root).await;
    assert!(wrong.has("p#problem-token_request_headers"), "{}", wrong.body);
    let dashes = form.clone().with("key", "two--dashes").send(&mut root).await;
    assert_eq!(dashes.status, StatusCode::SEE_OTHER, "{}", dashes.body);
    let made = form
        .with("token_request_headers", r#"{"X-Tenant": "a"}"#)
        .send(&mut root)
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let custom = api.get("/sources/my-connection").await.found();
    let there = format!(
        "/admin/sources/{}/applications?done=made",
        custom["id"].as_str().unwrap()
    );
    assert_eq!(made.location(), Some(there.as_str()), "{}", made.body);
    assert_eq!(custom["scopes"], json!(["one", "two"]));
    assert_eq!(custom["token_request_headers"], json!({ "X-Tenant": "***" }));
    assert_eq!(
        (&custom["applications"], &custom["name"]),
        (&json!([]), &json!("my-connection"))
    );
    assert!(custom["profile_script"].as_str().unwrap().contains("fetchUserProfile"));
}

/// *Custom OAuth2*: every address is asked for, and nothing is fetched.
async fn a_provider_by_hand_names_each_address(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Api::new(harness).await;
    let page = root.get("/admin/sources/new/oauth2").await;
    let empty = Filled::of(&page, "record-form");
    assert_eq!(empty.value("user_matching_mode"), Some("verified_email_link"));
    let required = [
        "name",
        "key",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "client_id",
    ];
    let refused = empty.clone().send(&mut root).await;
    for field in required {
        assert!(refused.has(&format!("p#problem-{field}")), "{field}: {}", refused.body);
    }
    // Nobody answers at these addresses.
    let form = empty
        .with("name", "Legacy")
        .with("key", "acme_internal")
        .with("authorization_endpoint", "https://idp.legacy.invalid/authorize")
        .with("token_endpoint", "https://idp.legacy.invalid/token")
        .with("userinfo_endpoint", "https://idp.legacy.invalid/me")
        .with("client_id", "us");
    for (field, wrong) in [
        ("key", "with blank"),
        ("token_endpoint", "idp.legacy.invalid/token"),
        ("userinfo_endpoint", "http://10.0.0.1/me"),
        ("attribute_mapping", r#"{"email_address": "email"}"#),
    ] {
        let refused = form.clone().with(field, wrong).send(&mut root).await;
        assert!(refused.has(&format!("p#problem-{field}")), "{field}: {}", refused.body);
    }
    let none = api.get("/sources").await.found();
    assert_eq!(none["items"], json!([]));
    let made = form.clone().send(&mut root).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let source = api.get("/sources/acme_internal").await.found();
    assert_eq!(source["user_matching_mode"], "verified_email_link");
    assert_eq!((&source["kind"], &source["enabled"]), (&json!("oauth2"), &json!(false)));
    form.with("key", "other")
        .with("user_matching_mode", "identifier")
        .send(&mut root)
        .await;
    assert_eq!(
        api.get("/sources/other").await.found()["user_matching_mode"],
        "identifier"
    );
}

/// *Custom OIDC*: one address.
async fn a_provider_is_read_from_its_document(harness: &Harness) {
    let sample = Sample::start(harness).await;
    let mut root = administrator(harness).await;
    let page = root.get("/admin/sources/new/oidc").await;
    let form = Filled::of(&page, "record-form")
        .with("name", "Office")
        .with("key", "office")
        .with("client_id", "vestibule")
        .with("client_secret", "the secret at the upstream");
    let document = format!("{}/.well-known/openid-configuration", sample.base);
    let wrong = form.clone().with("discovery_url", &sample.base).send(&mut root).await;
    assert!(wrong.has("p#problem-discovery_url"), "{}", wrong.body);
    let made = form.with("discovery_url", &document).send(&mut root).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let source = Api::new(harness).await.get("/sources/office").await.found();
    assert_eq!(source["token_endpoint"], json!(format!("{}/token", sample.base)));
    assert_eq!(source["issuer"], json!(sample.base));
    let start = root.get(made.location().expect("the next page")).await;
    assert!(
        start
            .body
            .contains("http://localhost:9000/source/oauth/callback/office/"),
        "{}",
        start.body
    );
}

async fn a_provider_of_oauth1_has_four_addresses(harness: &Harness) {
    let mut root = administrator(harness).await;
    let page = root.get("/admin/sources/new/oauth1").await;
    let addresses = [
        "request_token_endpoint",
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
    ];
    let empty = Filled::of(&page, "record-form");
    let refused = empty.clone().send(&mut root).await;
    let mut form = empty.with("name", "Old").with("key", "old").with("client_id", "us");
    form = form.with("client_secret", "theirs");
    for field in addresses {
        assert!(refused.has(&format!("p#problem-{field}")), "{field}: {}", refused.body);
        form = form.with(field, &format!("https://old.example.com/{field}"));
    }
    let made = form.send(&mut root).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let source = Api::new(harness).await.get("/sources/old").await.found();
    assert_eq!(source["kind"], "oauth1");
    for field in addresses {
        assert_eq!(source[field], json!(format!("https://old.example.com/{field}")));
    }
}

async fn applications_are_switched_on_and_off_for_a_source(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Api::new(harness).await;
    for slug in ["shop", "wiki"] {
        harness.application(slug).await;
    }
    let source = json!({
        "key": "company", "name": "Company", "kind": "oauth2", "client_id": "us", "applications": ["wiki"],
        "authorization_endpoint": "https://idp.example.com/a", "token_endpoint": "https://idp.example.com/t",
        "userinfo_endpoint": "https://idp.example.com/me",
    });
    let id = api.post("/sources", &source).await.created()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let there = format!("/admin/sources/{id}/applications");
    let form = Filled::of(&root.get(&there).await, "applications-form");
    form.clone().tick("application", "shop").send(&mut root).await;
    let chosen = |source: serde_json::Value| {
        let mut chosen: Vec<String> = serde_json::from_value(source["applications"].clone()).unwrap();
        chosen.sort();
        chosen
    };
    assert_eq!(chosen(api.get("/sources/company").await.found()), ["shop", "wiki"]);
    // What is not on the page stays as it was.
    let narrow = Filled::of(&root.get(&format!("{there}?q=shop")).await, "applications-form");
    narrow.send(&mut root).await;
    assert_eq!(chosen(api.get("/sources/company").await.found()), ["shop", "wiki"]);
    form.without("application").send(&mut root).await;
    assert!(chosen(api.get("/sources/company").await.found()).is_empty());
    let form = Filled::of(&root.get(&there).await, "applications-form");
    form.with("which", "all").send(&mut root).await;
    assert_eq!(
        api.get("/sources/company").await.found()["applications"],
        serde_json::Value::Null
    );
}

/// A binding whose target is a source, from the page of the source.
async fn a_policy_is_bound_to_a_source(harness: &Harness) {
    let mut root = administrator(harness).await;
    let mut api = Api::new(harness).await;
    let github = json!({ "key": "github", "name": "GitHub", "preset": "github", "client_id": "us" });
    let id = api.post("/sources", &github).await.created()["id"].clone();
    let id = id.as_str().expect("an id");
    let policy = json!({ "name": "never", "expression": "return False" });
    let policy = api.post("/policies", &policy).await.created();
    let page = root
        .get(&format!("/admin/policy-bindings/new?target={id}&target_type=source"))
        .await;
    let form = Filled::of(&page, "record-form");
    assert_eq!(
        (form.value("target"), form.value("target_type")),
        (Some(id), Some("source"))
    );
    let made = form
        .with("policy", policy["id"].as_str().expect("an id"))
        .send(&mut root)
        .await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let bindings = api.get("/policy-bindings").await.found();
    assert_eq!(bindings["items"][0]["target_type"], "source", "{bindings}");
    let refused = harness.client().get("/source/oauth/login/github/").await;
    assert_eq!(refused.error_code().as_deref(), Some("upstream_policy_denied"));
}

async fn hostile_names_are_shown_as_text(harness: &Harness) {
    let mut root = administrator(harness).await;
    let name = "<script>alert(1)</script>\"'&";
    let page = root.get("/admin/applications/other/web").await;
    let made = Filled::of(&page, "make-form")
        .with("name", name)
        .with("redirect_uris", "https://a.example/cb?x=%22%3E%3Cscript%3E")
        .send(&mut root)
        .await;
    assert!(made.has("section#live"), "{}", made.body);
    assert!(!made.body.contains("<script>alert"));
    let typed = root
        .get(&format!(
            "{GRAFANA}?base=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&look=1"
        ))
        .await;
    assert!(typed.has("p#problem-base") && !typed.body.contains("<script>alert"));
}
