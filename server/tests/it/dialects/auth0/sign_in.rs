//! Sign-in in Auth0's words, from `/authorize` through a connection to `/oauth/token` (sections 7, 8 and 13; B-11.12).

use http::{StatusCode, header};
use serde_json::{Value, json};
use url::Url;

use super::support::{
    Management, authorize, change, claims, exchange, fetching, json_of, leading, path, plain, redeem, shop, through,
};
use crate::api::support::Api;
use crate::dialects::authn_sh::support::{Pretend, callback};
use crate::harness::{Answer, Harness, on_both};
use crate::sources::support::{Sample, accounts, signed_in_as};

const PROFILE: &str = "{ user_id: bodyParsed.id, email: bodyParsed.email, desk: 'B7' }";

/// The address of the provider that a request with these parameters leads to.
async fn leaves(harness: &Harness, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let left = harness.client().get(&authorize(more)).await;
    assert_eq!(left.status, 302, "{}", left.body);
    let address: Url = left.location().expect("a redirect").parse().expect("an address");
    assert_eq!(address.host_str(), Some("hr.harbor.test"), "{address}");
    address.query_pairs().into_owned().collect()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut found = pairs
        .iter()
        .filter(|(of, _)| of == name)
        .map(|(_, value)| value.as_str());
    let first = found.next();
    assert_eq!(found.next(), None, "{name} stands twice");
    first
}

async fn a_whole_sign_in(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let mut management = Management::new(harness).await;
    management
        .make(&leading(&sample, "harbor-hr", "bob", &fetching(&sample, PROFILE)))
        .await;
    let mut browser = harness.client();
    let back = through(harness, &mut browser, "harbor-hr").await;
    assert_eq!(back.status, 303);
    assert_eq!(back.parameter("iss").as_deref(), Some("http://localhost:9000/"));
    assert!(
        signed_in_as(harness, &browser)
            .await
            .expect("somebody")
            .starts_with("harbor-hr-")
    );
    let tokens = redeem(harness, &back).await;
    // B-11.1, B-11.12
    let id_token = claims(&tokens["id_token"]);
    assert_eq!(
        [&id_token["iss"], &id_token["sub"]],
        ["http://localhost:9000/", "oauth2|harbor-hr|42"]
    );
    assert_eq!(id_token["aud"], "shop");
    let access_token = claims(&tokens["access_token"]);
    assert_eq!(
        [&access_token["iss"], &access_token["sub"]],
        [&id_token["iss"], &id_token["sub"]]
    );
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let mut program = harness.client().with_header(header::AUTHORIZATION, &bearer);
    let told = json_of(&program.get("/userinfo").await);
    let expected = json!({
        "sub": "oauth2|harbor-hr|42", "name": "bob@upstream.example", "nickname": "bob",
        "email": "bob@upstream.example", "email_verified": false,
        "picture": "https://s.gravatar.com/avatar/0fe8ab4ab7fc78f1a5a5c7ea1c5b9d88?s=480&r=pg&d=identicon",
    });
    for name in ["sub", "name", "nickname", "email", "email_verified"] {
        assert_eq!(told[name], expected[name], "{name}");
    }
    let picture = told["picture"].as_str().expect("a picture");
    assert!(
        picture.starts_with("https://s.gravatar.com/avatar/") && picture.ends_with("?s=480&r=pg&d=identicon"),
        "{picture}"
    );
    assert!(told["updated_at"].is_number());
    // Refreshed tokens speak of the same person in the same name.
    let refreshed = exchange(
        harness,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ],
    )
    .await;
    let again = claims(&json_of(&refreshed)["id_token"]);
    assert_eq!([&again["iss"], &again["sub"]], [&id_token["iss"], &id_token["sub"]]);
    // The ID token comes back as a hint.
    let hint = tokens["id_token"].as_str().unwrap();
    let silent = browser
        .get(&authorize(&[("prompt", "none"), ("id_token_hint", hint)]))
        .await;
    assert!(silent.parameter("code").is_some(), "{:?}", silent.location());
    // Whoever is signed in by that connection goes on without being asked.
    let second = browser.get(&authorize(&[("connection", "harbor-hr")])).await;
    assert!(second.parameter("code").is_some(), "{:?}", second.location());
    assert_eq!(second.status, 302);
}

async fn whoever_came_another_way_has_the_usual_subject(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    harness.user("liddell").await;
    let mut management = Management::new(harness).await;
    management
        .make(&leading(&sample, "harbor-hr", "bob", &fetching(&sample, PROFILE)))
        .await;
    let mut browser = harness.signed_in("liddell").await;
    let back = browser.get(&authorize(&[])).await;
    let tokens = redeem(harness, &back).await;
    let said = claims(&tokens["id_token"]);
    assert_eq!(said["iss"], "http://localhost:9000/");
    assert_eq!(said["sub"].as_str().unwrap().len(), 64, "{said}");
    // A connection that is named is where they have to come from, whoever is signed in.
    let back = through(harness, &mut browser, "harbor-hr").await;
    let tokens = redeem(harness, &back).await;
    assert_eq!(claims(&tokens["id_token"])["sub"], "oauth2|harbor-hr|42");
    assert!(signed_in_as(harness, &browser).await.unwrap().starts_with("harbor-hr-"));
    let mut browser = harness.signed_in("liddell").await;
    let silent = browser
        .get(&authorize(&[("connection", "harbor-hr"), ("prompt", "none")]))
        .await;
    assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
    // The same person at the address of the standard has the standard's names.
    let mut browser = harness.client();
    through(harness, &mut browser, "harbor-hr").await;
    let native = browser
        .get(&authorize(&[]).replace("/authorize?", "/application/o/authorize/?"))
        .await;
    let tokens = redeem(harness, &native).await;
    let said = claims(&tokens["id_token"]);
    assert_eq!(said["iss"], "http://localhost:9000/application/o/shop/");
    assert_eq!(said["sub"].as_str().unwrap().len(), 64);
}

async fn the_address_of_the_provider(harness: &Harness) {
    shop(harness).await;
    let mut management = Management::new(harness).await;
    let mut body = plain("harbor");
    body["enabled_clients"] = json!(["shop"]);
    body["options"]["authorizationURL"] = json!("https://hr.harbor.test/o/authorize?tenant=a");
    body["options"]["authParams"] = json!({ "access_type": "online", "fixed": "one", "locale": "en" });
    body["options"]["authParamsMap"] =
        json!({ "access_type": "access_type", "hint": "of_the_shop", "absent": "owner" });
    body["options"]["upstream_params"] = json!({ "screen": { "value": "signup" }, "locale": { "alias": "ui_locales" }, "who": { "alias": "login_hint" } });
    let made = management.make(&body).await;
    // B-7.5, B-7.7, B-7.9, B-7.13, B-7.14
    let pairs = leaves(harness, &[("connection", "harbor"), ("unmapped", "x"), ("ext", "y")]).await;
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "tenant",
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "access_type",
            "fixed",
            "locale",
            "screen"
        ]
    );
    for (name, expected) in [
        ("tenant", "a"),
        ("response_type", "code"),
        ("client_id", "hh-web"),
        ("redirect_uri", "http://localhost:9000/login/callback"),
        ("scope", "me.read"),
        ("access_type", "online"),
        ("fixed", "one"),
        ("locale", "en"),
        ("screen", "signup"),
    ] {
        assert_eq!(value(&pairs, name), Some(expected), "{name}");
    }
    // B-7.6
    assert_ne!(value(&pairs, "state"), Some("of the shop"));
    // B-7.8, B-7.10, B-7.11: what is mapped wins over what is fixed.
    let pairs = leaves(
        harness,
        &[
            ("connection", "harbor"),
            ("access_type", "offline"),
            ("of_the_shop", "h"),
            ("ui_locales", "nl"),
            ("login_hint", "noor"),
            ("connection_scope", "mail, me.read,calendar"),
        ],
    )
    .await;
    assert_eq!(value(&pairs, "access_type"), Some("offline"));
    assert_eq!(value(&pairs, "hint"), Some("h"));
    assert_eq!(value(&pairs, "absent"), None);
    assert_eq!(value(&pairs, "locale"), Some("nl"));
    assert_eq!(value(&pairs, "who"), Some("noor"));
    assert_eq!(value(&pairs, "scope"), Some("me.read,mail,calendar"));
    // One text: the scopes are separated by spaces there as well.
    body["options"]["scope"] = json!("me.read desk");
    let change = json!({ "options": body["options"] });
    management.patch(&path(&made), &change).await.is(StatusCode::OK);
    let pairs = leaves(harness, &[("connection", "harbor")]).await;
    assert_eq!(value(&pairs, "scope"), Some("me.read desk"));
    body["options"]["useOauthSpecScope"] = json!(true);
    body["options"]["scope"] = json!(["me.read", "desk"]);
    body["options"]["pkce_enabled"] = json!(true);
    let change = json!({ "options": body["options"] });
    management.patch(&path(&made), &change).await.is(StatusCode::OK);
    let pairs = leaves(harness, &[("connection", "harbor"), ("connection_scope", "mail")]).await;
    assert_eq!(value(&pairs, "scope"), Some("me.read desk mail"));
    assert_eq!(value(&pairs, "code_challenge_method"), Some("S256"));
    assert_eq!(value(&pairs, "code_challenge").map(str::len), Some(43));
    body["options"]["scope"] = json!("");
    management
        .patch(&path(&made), &json!({ "options": body["options"] }))
        .await
        .is(StatusCode::OK);
    let pairs = leaves(harness, &[("connection", "harbor")]).await;
    assert_eq!(value(&pairs, "scope"), None);
}

/// The address of the picture in the button of a connection.
fn picture(page: &Answer, connection: &str) -> Option<String> {
    let html = page.page();
    let elements = html.elements.iter();
    let mut rest = elements.skip_while(|one| one.attribute("data-source") != Some(connection));
    rest.next().expect("a button");
    let picture = rest.next().filter(|one| one.name == "img")?;
    picture.attribute("src").map(str::to_owned)
}

/// The bodies of the document, one by one. Each of them replaces the options, so what has to stay is sent along.
async fn what_the_document_patches_is_what_a_request_sends_next(harness: &Harness) {
    shop(harness).await;
    let mut management = Management::new(harness).await;
    let body = plain("harbor");
    let made = management.make(&body).await;
    let patches = [
        json!({ "options": { "icon_url": "https://cdn.example.com/assets/icon.png" }, "display_name": "Connection Name" }),
        json!({ "options": { "authParams": { "custom_param": "custom.param.value" } } }),
        json!({ "options": { "authParamsMap": { "custom_param": "access_type" } } }),
    ];
    let mut sent = Vec::new();
    for patch in &patches {
        let mut change = patch.clone();
        for name in [
            "client_id",
            "client_secret",
            "authorizationURL",
            "tokenURL",
            "scope",
            "scripts",
        ] {
            change["options"][name] = body["options"][name].clone();
        }
        change["enabled_clients"] = json!(["shop"]);
        let changed = management.patch(&path(&made), &change).await.is(StatusCode::OK);
        for (name, value) in patch["options"].as_object().unwrap() {
            assert_eq!(changed["options"][name], *value, "{name}");
        }
        let asked = [("connection", "harbor"), ("access_type", "offline")];
        let pairs = leaves(harness, &asked).await;
        assert_eq!(value(&pairs, "client_id"), Some("hh-web"));
        sent.push(value(&pairs, "custom_param").map(str::to_owned));
        // A display name that is not sent is the name again (B-5.6).
        let page = harness.client().visit(&authorize(&[])).await;
        let shown = patch["display_name"].as_str().unwrap_or("harbor");
        assert!(page.body.contains(&format!("<bdi>{shown}</bdi>")), "{}", page.body);
    }
    assert_eq!(
        sent,
        [None, Some("custom.param.value".to_owned()), Some("offline".to_owned())]
    );
    // Without the parameter of ours there is none of theirs.
    let pairs = leaves(harness, &[("connection", "harbor")]).await;
    assert_eq!(value(&pairs, "custom_param"), None);
}

async fn the_sign_in_page_offers_what_is_enabled(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let mut management = Management::new(harness).await;
    let mut body = leading(&sample, "harbor", "bob", &fetching(&sample, PROFILE));
    body["display_name"] = json!("Harbor <HR>");
    body["options"]["icon_url"] = json!("https://hr.harbor.test/icon.png");
    management.make(&body).await;
    management.make(&plain("hidden")).await;
    let mut browser = harness.client();
    // B-7.2
    let page = browser.get(&authorize(&[])).await;
    assert_eq!(page.status, 302);
    assert!(
        page.location().unwrap().starts_with("/login?transaction=txn_"),
        "{:?}",
        page.location()
    );
    let page = browser.follow(page).await;
    // B-13.1, B-13.2, B-13.3, B-13.6
    assert!(
        page.has("a[data-source=harbor]") && !page.has("a[data-source=hidden]"),
        "{}",
        page.body
    );
    assert!(
        page.body.contains("Harbor &#60;HR&#62;") || page.body.contains("Harbor &lt;HR&gt;"),
        "{}",
        page.body
    );
    assert_eq!(
        picture(&page, "harbor").as_deref(),
        Some("https://hr.harbor.test/icon.png")
    );
    let policy = page.header("content-security-policy").expect("a policy");
    assert!(
        policy.contains("img-src 'self' https:"),
        "the picture may be loaded: {policy}"
    );
    let html = page.page();
    let link = html
        .elements
        .iter()
        .find(|one| one.attribute("data-source") == Some("harbor"));
    let address = link
        .and_then(|link| link.attribute("href"))
        .expect("a link")
        .replace("&amp;", "&");
    let left = browser.get(&address).await;
    let callback = crate::sources::support::away(harness, &left).await;
    let back = browser.get(&callback).await;
    assert_eq!(
        claims(&redeem(harness, &back).await["id_token"])["sub"],
        "oauth2|harbor|42"
    );
    let connection = management.get("/connections?name=harbor").await.is(StatusCode::OK)[0].clone();
    let mut change = json!({ "options": body["options"], "display_name": "Harbor at sea" });
    change["options"]["icon_url"] = json!("https://hr.harbor.test/anchor.svg");
    management.patch(&path(&connection), &change).await.is(StatusCode::OK);
    let page = harness.client().visit(&authorize(&[])).await;
    assert!(
        page.body.contains("Harbor at sea") && !page.body.contains("HR&"),
        "{}",
        page.body
    );
    assert_eq!(
        picture(&page, "harbor").as_deref(),
        Some("https://hr.harbor.test/anchor.svg")
    );
    change["options"].as_object_mut().unwrap().remove("icon_url");
    management.patch(&path(&connection), &change).await.is(StatusCode::OK);
    let page = harness.client().visit(&authorize(&[])).await;
    assert!(page.has("a[data-source=harbor]"));
    assert_eq!(picture(&page, "harbor"), None);
    // B-13.5
    let off = json!({ "authentication": { "active": false }, "display_name": "Harbor" });
    management.patch(&path(&connection), &off).await.is(StatusCode::OK);
    let page = harness.client().visit(&authorize(&[])).await;
    assert!(
        page.has("form#login-form") && !page.has("a[data-source=harbor]"),
        "{}",
        page.body
    );
}

async fn the_token_request(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    let mut management = Management::new(harness).await;
    // B-8.4: an Authorization of the connection's own, and no secret: the sample takes Basic.
    let basic = "Basic dmVzdGlidWxlOnRoZStzZWNyZXQrYXQrdGhlK3Vwc3RyZWFt";
    let mut body = leading(&sample, "harbor", "bob", &fetching(&sample, PROFILE));
    body["options"]["customHeaders"] = json!({ "Authorization": basic });
    body["options"]["pkce_enabled"] = json!(true);
    body["options"].as_object_mut().unwrap().remove("client_secret");
    management.make(&body).await;
    let back = through(harness, &mut harness.client(), "harbor").await;
    assert_eq!(
        claims(&redeem(harness, &back).await["id_token"])["sub"],
        "oauth2|harbor|42"
    );
    // B-8.6: a provider that answers with a form.
    let mut body = leading(&sample, "forms", "bob", &fetching(&sample, PROFILE));
    body["options"]["authParams"]["misbehave"] = json!("form_answer");
    management.make(&body).await;
    let back = through(harness, &mut harness.client(), "forms").await;
    assert_eq!(
        claims(&redeem(harness, &back).await["id_token"])["sub"],
        "oauth2|forms|42"
    );
}

/// A connection to a provider that answers as a test tells it to.
fn pretending(pretend: &Pretend) -> Value {
    let mut body = plain("harbor");
    body["enabled_clients"] = json!(["shop"]);
    body["options"]["authorizationURL"] = json!(format!("{}/oauth/authorize", pretend.base));
    body["options"]["tokenURL"] = json!(format!("{}/oauth/token", pretend.base));
    body
}

/// B-9.5: what the token endpoint answered is there for the script, the ID token as well.
async fn a_script_reads_the_id_token(harness: &Harness) {
    let pretend = Pretend::start().await;
    shop(harness).await;
    // {"alg":"none"}, and {"sub":"of the token","email":"noor@harbor.test"}
    let id_token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvZiB0aGUgdG9rZW4iLCJlbWFpbCI6Im5vb3JAaGFyYm9yLnRlc3QifQ.";
    let answer = json!({ "access_token": "t", "token_type": "Bearer", "id_token": id_token, "team": { "id": 7 } });
    pretend.says("/oauth/token", 200, &answer);
    let mut body = pretending(&pretend);
    body["options"]["scripts"]["fetchUserProfile"] = json!(
        "function fetchUserProfile(token, context, done) {
            const told = JSON.parse(Buffer.from(context.id_token.split('.')[1], 'base64').toString());
            done(null, { user_id: told.sub.replaceAll(' ', '-') + '-' + context.team.id, email: told.email });
        }"
    );
    Management::new(harness).await.make(&body).await;
    let mut browser = harness.client();
    let left = browser.get(&authorize(&[("connection", "harbor")])).await;
    let back = browser.get(&callback(&left, &[("code", "the code")])).await;
    let said = claims(&redeem(harness, &back).await["id_token"]);
    assert_eq!(
        [&said["sub"], &said["email"]],
        ["oauth2|harbor|of-the-token-7", "noor@harbor.test"]
    );
}

/// A header field of the connection's own goes where codes are redeemed, and to no other address of the provider.
async fn further_headers_go_to_the_token_endpoint_alone(harness: &Harness) {
    let (pretend, mut api) = (Pretend::start().await, Api::new(harness).await);
    shop(harness).await;
    let mut body = pretending(&pretend);
    let options = &mut body["options"];
    options["customHeaders"] = json!({ "X-Tenant": "a" });
    options["scripts"]["fetchUserProfile"] = json!(format!(
        "async function fetchUserProfile(token, context, done) {{
            const answer = await fetch('{}/api/me', {{ headers: {{ Authorization: 'Bearer ' + token }} }});
            done(null, {{ user_id: (await answer.json()).id }});
        }}",
        pretend.base
    ));
    Management::new(harness).await.make(&body).await;
    let mut browser = harness.client();
    let left = browser.get(&authorize(&[("connection", "harbor")])).await;
    let back = browser.get(&callback(&left, &[("code", "the code")])).await;
    assert_eq!(
        claims(&redeem(harness, &back).await["id_token"])["sub"],
        "oauth2|harbor|42"
    );
    let there = json!({ "revocation_endpoint": format!("{}/revoke", pretend.base) });
    api.patch("/sources/harbor", &there).await.found();
    let account = accounts(&mut api, "harbor").await.remove(0);
    let path = format!("/external-accounts/{}", account["id"].as_str().unwrap());
    assert_eq!(api.delete(&path).await.status(), StatusCode::NO_CONTENT);
    for (path, expected) in [("/oauth/token", Some("a")), ("/api/me", None), ("/revoke", None)] {
        let seen = pretend
            .seen(path)
            .pop()
            .unwrap_or_else(|| panic!("nobody called {path}"));
        let sent = seen.headers.get("x-tenant").map(|value| value.to_str().unwrap());
        assert_eq!(sent, expected, "{path}");
    }
}

async fn an_application_with_pairwise_subjects_keeps_them(harness: &Harness) {
    let sample = Sample::start(harness).await;
    shop(harness).await;
    change(harness, "shop", |application| {
        application.subject_type = protocol::client::SubjectType::Pairwise;
    })
    .await;
    let mut management = Management::new(harness).await;
    management
        .make(&leading(&sample, "harbor", "bob", &fetching(&sample, PROFILE)))
        .await;
    let back = through(harness, &mut harness.client(), "harbor").await;
    let said = claims(&redeem(harness, &back).await["id_token"]);
    assert_eq!(said["sub"].as_str().unwrap().len(), 64, "{said}");
    assert_eq!(said["iss"], Value::from("http://localhost:9000/"));
}

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_whole_sign_in,
    whoever_came_another_way_has_the_usual_subject,
    the_address_of_the_provider,
    what_the_document_patches_is_what_a_request_sends_next,
    the_sign_in_page_offers_what_is_enabled,
    the_token_request,
    further_headers_go_to_the_token_endpoint_alone,
    a_script_reads_the_id_token,
    an_application_with_pairwise_subjects_keeps_them,
);
