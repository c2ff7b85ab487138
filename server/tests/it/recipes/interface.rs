//! `/api/v1/recipes`: lists, one with its texts filled in, and an application made from it.

use http::StatusCode;
use serde_json::{Value, json};

use crate::api::support::Api;
use crate::harness::{Harness, on_both};

on_both!(
    recipes_are_found,
    a_recipe_shows_what_would_be_made_and_what_to_paste,
    an_application_is_made_with_its_scope_mapping_once,
    a_secret_stands_in_the_texts_once,
    wrong_answers_are_named_and_nothing_is_made,
    whoever_makes_one_may_make_applications,
);

const GRAFANA: &str = "/recipes/grafana/applications";

fn base(address: &str) -> Value {
    json!({ "answers": { "base": address } })
}

async fn recipes_are_found(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let names = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items").iter();
        items
            .map(|item| item["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let all = api.get("/recipes").await.found();
    assert!(names(&all).len() >= 30);
    assert_eq!(all["next_cursor"], Value::Null);
    assert_eq!(names(&api.get("/recipes?q=GRAF").await.found()), ["grafana"]);
    assert!(names(&api.get("/recipes?q=chat").await.found()).contains(&"zulip".to_owned()));
    assert!(names(&api.get("/recipes?q=zzz").await.found()).is_empty());
    assert_eq!(api.get("/recipes?limit=2").await.wrong(), ["limit:unknown_parameter"]);
    assert_eq!(api.get("/recipes?q=a&q=b").await.wrong(), ["query:invalid"]);
    api.get("/recipes/nothing").await.problem(StatusCode::NOT_FOUND);
}

async fn a_recipe_shows_what_would_be_made_and_what_to_paste(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let plain = api.get("/recipes/grafana").await.found();
    assert_eq!(plain["questions"][0]["name"], "base");
    assert_eq!(
        plain["application"]["redirect_uris"][0]["url"],
        "{base}/login/generic_oauth"
    );
    let filled = api
        .get("/recipes/grafana?base=https%3A%2F%2Fg.example%2Fsub%2F")
        .await
        .found();
    assert_eq!(
        filled["application"]["redirect_uris"][0]["url"],
        "https://g.example/sub/login/generic_oauth"
    );
    assert!(
        filled["paste"][0]["text"]
            .as_str()
            .unwrap()
            .contains("client_id = {client_id}")
    );
    // What a recipe shows can be made as it stands.
    let made = api.post("/applications", &filled["application"]).await.created();
    let path = format!(
        "/recipes/grafana?base=https://g.example/sub&application={}",
        made["slug"].as_str().unwrap()
    );
    let text = api.get(&path).await.found()["paste"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(text.contains(made["client_id"].as_str().unwrap()), "{text}");
    assert!(text.contains("client_secret = CLIENT-SECRET"), "{text}");
    assert!(
        text.contains("token_url = http://localhost:9000/application/o/token/"),
        "{text}"
    );
    let unknown = api.get("/recipes/grafana?application=nobody").await;
    unknown.problem(StatusCode::NOT_FOUND);
}

async fn an_application_is_made_with_its_scope_mapping_once(harness: &Harness) {
    let mut api = Api::new(harness).await;
    assert_eq!(api.get("/recipes/minio").await.found()["missing_scope_mappings"], 1);
    let first = api
        .post("/recipes/minio/applications", &base("https://m.example"))
        .await
        .created();
    assert_eq!(api.get("/recipes/minio").await.found()["missing_scope_mappings"], 0);
    let second = json!({ "answers": { "base": "https://n.example" }, "name": "Other store", "slug": "store" });
    let second = api.post("/recipes/minio/applications", &second).await.created();
    assert_eq!(
        (&second["name"], &second["slug"]),
        (&json!("Other store"), &json!("store"))
    );
    assert_eq!(first["scope_mappings"], second["scope_mappings"]);
    let mappings = api.get("/scope-mappings?scope=minio").await.found();
    assert_eq!(mappings["items"].as_array().unwrap().len(), 1, "{mappings}");
    let own = mappings["items"][0]["id"].clone();
    assert!(first["scope_mappings"].as_array().unwrap().contains(&own));
    assert_eq!(harness.events("scope_mapping_created").await.len(), 1);
    assert_eq!(harness.events("application_created").await.len(), 2);
}

async fn a_secret_stands_in_the_texts_once(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let made = api.post(GRAFANA, &base("https://g.example")).await.created();
    let secret = made["client_secret"].as_str().expect("a secret");
    assert!(made["paste"][0]["text"].as_str().unwrap().contains(secret));
    let again = api
        .get(&format!(
            "/recipes/grafana?application={}",
            made["id"].as_str().unwrap()
        ))
        .await;
    assert!(!again.answer.body.contains(secret));
    let public = json!({ "answers": { "cluster": "main" } });
    let public = api.post("/recipes/kubernetes/applications", &public).await.created();
    assert_eq!(public["client_type"], "public");
    assert!(public.get("client_secret").is_none());
}

async fn wrong_answers_are_named_and_nothing_is_made(harness: &Harness) {
    let mut api = Api::new(harness).await;
    assert_eq!(api.post(GRAFANA, &json!({})).await.wrong(), ["base:required"]);
    assert_eq!(api.post(GRAFANA, &base(" ")).await.wrong(), ["base:required"]);
    let extra = json!({ "answers": { "base": "https://g.example", "colour": "red" } });
    assert_eq!(api.post(GRAFANA, &extra).await.wrong(), ["colour:unknown_field"]);
    for hostile in [
        "g.example",
        "javascript:alert(1)",
        "ftp://g.example",
        "https://g.example/?a=b",
        "https://g.example/#x",
        "https://u:p@g.example",
        "https://g.example/\"; rm",
        "https://g.example/'x",
        "https://g.example/{client_secret}",
        "https://g.example/\nroot_url = x",
        "https://g.example/$(id)",
        "https://",
    ] {
        assert_eq!(
            api.post(GRAFANA, &base(hostile)).await.wrong(),
            ["base:invalid"],
            "{hostile}"
        );
    }
    assert_eq!(
        api.post(GRAFANA, &base(&format!("https://g.example/{}", "a".repeat(500))))
            .await
            .wrong(),
        ["base:too_long"]
    );
    let word = json!({ "answers": { "base": "https://g.example", "source": "a b" } });
    assert_eq!(
        api.post("/recipes/gitea/applications", &word).await.wrong(),
        ["source:invalid"]
    );
    let slug = json!({ "answers": { "base": "https://m.example" }, "slug": "Not A Slug" });
    assert_eq!(
        api.post("/recipes/minio/applications", &slug).await.wrong(),
        ["slug:invalid"]
    );
    let unknown = json!({ "answers": { "base": "https://g.example" }, "colour": "red" });
    assert_eq!(api.post(GRAFANA, &unknown).await.wrong(), ["colour:unknown_field"]);
    assert!(
        api.get("/applications").await.found()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    api.post("/recipes/nothing/applications", &json!({}))
        .await
        .problem(StatusCode::NOT_FOUND);
}

async fn whoever_makes_one_may_make_applications(harness: &Harness) {
    let mut api = Api::with_permissions(harness, &["recipes:write"]).await;
    api.post(GRAFANA, &base("https://g.example"))
        .await
        .problem(StatusCode::FORBIDDEN);
    let mut api = Api::with_permissions(harness, &["recipes:write", "applications:write"]).await;
    api.post(GRAFANA, &base("https://g.example")).await.created();
    let minio = "/recipes/minio/applications";
    api.post(minio, &base("https://m.example"))
        .await
        .problem(StatusCode::FORBIDDEN);
    let mut api = Api::with_permissions(
        harness,
        &["recipes:write", "applications:write", "scope-mappings:write"],
    )
    .await;
    api.post(minio, &base("https://m.example")).await.created();
    let mut api = Api::with_permissions(harness, &["recipes:read"]).await;
    api.get("/recipes/grafana?application=grafana")
        .await
        .problem(StatusCode::FORBIDDEN);
}
