//! What is recorded of a sign-in, what is not, and that nothing of it is secret.

use protocol::client::GrantType;
use serde_json::{Value, json};

use super::support::{
    CHALLENGE, NONCE, STATE, VERIFIER, application, authorize, case_of, code, has_in_order, names, record, records,
    text, token,
};
use crate::api::support::Api;
use crate::harness::{PASSWORD, secret_of};
use crate::sources::support::{Sample, choosing, make, through, with};

crate::harness::on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_sign_in_is_one_record_from_its_request_to_its_tokens,
    a_refused_token_request_hangs_under_its_sign_in,
    what_a_machine_gets_leaves_nothing_and_its_refusal_does,
    what_belongs_to_no_sign_in_is_kept_under_its_request,
    the_leg_through_a_source_hangs_under_the_sign_in,
    no_record_holds_a_secret,
    another_browser_changes_nothing_about_a_sign_in_that_waits,
);

async fn a_sign_in_is_one_record_from_its_request_to_its_tokens(harness: &crate::harness::Harness) {
    let user = harness.user("alice").await;
    let wiki = application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.client();
    let page = browser.visit(&authorize("wiki", &[])).await;
    let form = page
        .form("login-form")
        .with("username", "alice")
        .with("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let code = answer.parameter("code").expect("a code");
    let redeemed = token(harness, "wiki", &[("code", &code)]).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);

    let found = records(harness, &mut api, &format!("?application={}", wiki.id)).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let record = record(harness, &mut api, &format!("?user={}", user.id)).await;
    assert_eq!(record["state"], "done");
    assert_eq!(record["kind"], "authorization");
    assert_eq!((&record["code"], &record["explanation"]), (&Value::Null, &Value::Null));
    assert_eq!(record["application"], json!(wiki.id));
    let order = [
        "authorize",
        "redirect_uri",
        "scope",
        "/login",
        "answer",
        "token",
        "client_authentication",
        "token",
    ];
    assert!(has_in_order(&record, &order), "{:?}", names(&record));
    let first = &record["steps"][0];
    assert_eq!((text(first, "from"), text(first, "to")), ("application", "vestibule"));
    assert!(
        text(first, "given").contains("redirect_uri=https://wiki.example/cb"),
        "{first}"
    );
    assert!(text(first, "given").contains("state=…"), "{first}");
}

async fn a_refused_token_request_hangs_under_its_sign_in(harness: &crate::harness::Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.signed_in("alice").await;
    let code = code(&mut browser, "wiki").await;
    let other = "a".repeat(43);
    let refused = token(harness, "wiki", &[("code", &code), ("code_verifier", &other)]).await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    let record = record(harness, &mut api, "?code=pkce_verifier_wrong").await;
    assert!(text(&record, "id").starts_with("txn_"), "{record}");
    assert_eq!(record["state"], "refused");
    assert!(
        has_in_order(&record, &["authorize", "answer", "token", "pkce code_verifier"]),
        "{record}"
    );
    assert_eq!(record["explanation"]["rule"], "pkce");
}

async fn what_a_machine_gets_leaves_nothing_and_its_refusal_does(harness: &crate::harness::Harness) {
    let robot = application(harness, "robot", |application| {
        application.grant_types = vec![GrantType::ClientCredentials];
    })
    .await;
    let mut api = Api::new(harness).await;
    let granted = token(harness, "robot", &[("grant_type", "client_credentials")]).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    let query = format!("?application={}", robot.id);
    assert_eq!(records(harness, &mut api, &query).await, Vec::<Value>::new());
    let refused = token(
        harness,
        "robot",
        &[("grant_type", "client_credentials"), ("client_secret", "wrong")],
    )
    .await;
    assert_eq!(refused.status, 400, "{}", refused.body);
    let record = record(harness, &mut api, &query).await;
    assert_eq!(record["kind"], "token");
    assert_eq!(record["code"], "machine_secret_wrong");
    assert!(has_in_order(&record, &["token", "client_authentication"]), "{record}");
}

async fn what_belongs_to_no_sign_in_is_kept_under_its_request(harness: &crate::harness::Harness) {
    let mut api = Api::new(harness).await;
    let mut stranger = harness.client();
    let answer = stranger.get(&authorize("nobody", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("client_unknown"));
    let (case, id) = case_of(&answer);
    assert!(answer.body.contains(&case), "the page shows the number to quote");
    harness.app.transactions.settle().await;
    for reference in [case.clone(), case.to_ascii_lowercase().replace('-', ""), id.clone()] {
        let found = api.get(&format!("/transactions/{reference}")).await.found();
        assert_eq!(found["id"], json!(id), "{reference}");
        assert_eq!(found["explanation"]["given"], "nobody");
    }
    let answer = token(harness, "nobody", &[("code", "x")]).await;
    assert_eq!(answer.status, 401);
    let record = record(harness, &mut api, "?code=client_unknown&kind=token").await;
    assert_eq!(Some(text(&record, "id")), answer.header("x-request-id"));
    // An address that leads nowhere is not worth a record.
    assert_eq!(stranger.get("/nowhere").await.status, 404);
    assert_eq!(records(harness, &mut api, "?code=not_found").await, Vec::<Value>::new());
}

async fn the_leg_through_a_source_hangs_under_the_sign_in(harness: &crate::harness::Harness) {
    let sample = Sample::start(harness).await;
    let mut api = Api::new(harness).await;
    make(&mut api, &with(sample.oidc("corp"), &choosing("bob", "none"))).await;
    application(harness, "wiki", |_| {}).await;
    let mut browser = harness.client();
    let page = browser.visit(&authorize("wiki", &[])).await;
    let transaction = page
        .form("login-form")
        .value("transaction")
        .expect("a transaction")
        .to_owned();
    let left = browser
        .get(&format!("/source/oauth/login/corp/?transaction={transaction}"))
        .await;
    let callback = crate::sources::support::away(harness, &left).await;
    let answer = browser.get(&callback).await;
    assert!(answer.parameter("code").is_some(), "{answer:?}");
    harness.app.transactions.settle().await;
    let record = api.get(&format!("/transactions/{transaction}")).await.found();
    assert_eq!(record["source"], "corp");
    assert_eq!(record["state"], "done");
    let order = [
        "authorize",
        "/login",
        "authorize",
        "callback",
        "upstream_callback",
        "upstream_token",
        "upstream_userinfo",
        "linking",
        "answer",
    ];
    assert!(has_in_order(&record, &order), "{:?}", names(&record));
    // Without an application there is nothing to hang it under: it is kept when it is refused.
    let mut other = harness.client();
    let carol = json!({"allow_sign_up": false, "authorization_params": {"as": "carol", "misbehave": "none"}});
    api.patch("/sources/corp", &carol).await.found();
    let refused = through(harness, &mut other, "corp").await;
    assert_eq!(
        refused.error_code().as_deref(),
        Some("upstream_account_unknown"),
        "{}",
        refused.body
    );
    let (case, _) = case_of(&refused);
    harness.app.transactions.settle().await;
    let record = api.get(&format!("/transactions/{case}")).await.found();
    assert_eq!((text(&record, "kind"), text(&record, "source")), ("source", "corp"));
    assert_eq!(record["explanation"]["repairs"][0]["repair"], "allow_sign_up");
}

store::statements! {
    EVERYTHING = "SELECT body FROM transaction_steps ORDER BY id";
    WHOLE = "SELECT id, case_number, kind, state, code, source, client_address FROM transactions ORDER BY id";
}

async fn no_record_holds_a_secret(harness: &crate::harness::Harness) {
    let sample = Sample::start(harness).await;
    let mut api = Api::new(harness).await;
    make(&mut api, &with(sample.oidc("corp"), &choosing("bob", "none"))).await;
    harness.user("alice").await;
    application(harness, "wiki", |application| {
        application.grant_types.push(GrantType::ClientCredentials);
    })
    .await;
    let mut secrets: Vec<String> = [
        STATE,
        NONCE,
        VERIFIER,
        CHALLENGE,
        PASSWORD,
        "the secret at the upstream",
    ]
    .map(str::to_owned)
    .to_vec();
    secrets.push(secret_of("wiki"));
    secrets.push(api.token.clone());
    let mut keep = |value: Option<String>| secrets.push(value.expect("a secret"));

    // A sign-in by password, its tokens, a refresh, and the code once more.
    let mut browser = harness.client();
    let page = browser.visit(&authorize("wiki", &[])).await;
    let wrong = page
        .form("login-form")
        .with("username", "alice")
        .with("password", "guessed-password");
    browser.submit(&wrong).await;
    keep(Some("guessed-password".to_owned()));
    let form = page
        .form("login-form")
        .with("username", "alice")
        .with("password", PASSWORD);
    let answer = browser.submit(&form).await;
    let code = answer.parameter("code").expect("a code");
    keep(Some(code.clone()));
    for cookie in ["vestibule_session", "vestibule_browser"] {
        keep(browser.cookie(cookie).map(str::to_owned));
    }
    let tokens = super::support::json(&token(harness, "wiki", &[("code", &code)]).await);
    for name in ["access_token", "id_token", "refresh_token"] {
        keep(tokens[name].as_str().map(str::to_owned));
    }
    let refresh = text(&tokens, "refresh_token");
    let refreshed = token(
        harness,
        "wiki",
        &[("grant_type", "refresh_token"), ("refresh_token", refresh)],
    )
    .await;
    keep(
        super::support::json(&refreshed)["refresh_token"]
            .as_str()
            .map(str::to_owned),
    );
    for fields in [
        vec![("code", code.as_str())],
        vec![("code", "made-up-code")],
        vec![("code", "x"), ("client_secret", "made-up-secret")],
        vec![("grant_type", "refresh_token"), ("refresh_token", refresh)],
        vec![("grant_type", "client_credentials"), ("client_secret", "bWFkZTp1cA==")],
        vec![
            ("grant_type", "client_credentials"),
            ("username", "alice"),
            ("password", "made-up-password"),
        ],
    ] {
        assert!(!token(harness, "wiki", &fields).await.status.is_success(), "{fields:?}");
    }
    for made_up in ["made-up-code", "made-up-secret", "bWFkZTp1cA==", "made-up-password"] {
        keep(Some(made_up.to_owned()));
    }
    // Refused requests, with secrets in every place where one can stand.
    let mut stranger = harness.client();
    for more in [
        [
            ("redirect_uri", "https://me:word-in-an-address@evil.example/cb"),
            ("x", ""),
        ],
        [("scope", "openid"), ("id_token_hint", "a-hint-that-is-secret")],
        [
            ("login_hint", "a-login-hint"),
            ("code_challenge", "too-short-challenge"),
        ],
        [("response_mode", "form_post"), ("state", "a\u{a}state-with-a-break")],
    ] {
        stranger.get(&authorize("wiki", &more)).await;
        let values = more
            .iter()
            .map(|(_, value)| *value)
            .filter(|value| value.contains("-that-") || value.contains("challenge"));
        for value in values {
            keep(Some(value.to_owned()));
        }
    }
    keep(Some("word-in-an-address".to_owned()));
    keep(Some("state-with-a-break".to_owned()));
    keep(Some("a-login-hint".to_owned()));
    // A source, and the address that it sends back to.
    let left = stranger.get("/source/oauth/login/corp/").await;
    keep(left.parameter("state"));
    keep(left.parameter("nonce"));
    let callback = crate::sources::support::away(harness, &left).await;
    let query: url::Url = format!(
        "http://localhost{}",
        callback.trim_start_matches("http://localhost:9000")
    )
    .parse()
    .expect("an address");
    for (name, value) in query.query_pairs() {
        if matches!(name.as_ref(), "code" | "state") {
            keep(Some(value.into_owned()));
        }
    }
    stranger.get(&callback).await;
    stranger.get(&callback).await;

    harness.app.transactions.settle().await;
    let mut everything = String::new();
    for (sql, columns) in [(&EVERYTHING, 1), (&WHOLE, 7)] {
        let rows = harness.app.store.db().read(sql, &[]).await.expect("a read");
        for row in rows.iter() {
            for column in 0..columns {
                everything.push_str(row.opt_text(column).expect("a text").unwrap_or_default());
                everything.push('\n');
            }
        }
    }
    let listed = records(harness, &mut api, "?limit=200").await;
    assert!(listed.len() > 8, "{} records", listed.len());
    for record in &listed {
        let exported = api.get(&format!("/transactions/{}", text(record, "id"))).await;
        everything.push_str(&exported.answer.body);
    }
    assert!(
        everything.contains("code_challenge_method=S256"),
        "something is recorded"
    );
    for secret in &secrets {
        assert!(secret.len() > 5, "{secret:?} is no secret");
        assert!(!everything.contains(secret.as_str()), "{secret:?} stands in a record");
    }
}

async fn another_browser_changes_nothing_about_a_sign_in_that_waits(harness: &crate::harness::Harness) {
    harness.user("alice").await;
    application(harness, "wiki", |_| {}).await;
    let mut api = Api::new(harness).await;
    let mut browser = harness.client();
    let page = browser.visit(&authorize("wiki", &[])).await;
    let transaction = page
        .form("login-form")
        .value("transaction")
        .expect("a transaction")
        .to_owned();
    let mut other = harness.client();
    other.get("/login").await;
    let answer = other.get(&format!("/login?transaction={transaction}")).await;
    assert_eq!(answer.error_code().as_deref(), Some("transaction_foreign"));
    harness.app.transactions.settle().await;
    let record = api.get(&format!("/transactions/{transaction}")).await.found();
    assert_eq!(record["state"], "open");
    assert_eq!(record["code"], "transaction_foreign", "it is noted all the same");
    // A transaction that somebody made up is not made real by naming it.
    let made_up = "txn_01KAJ3V8A00000000000000001";
    let answer = other.get(&format!("/login?transaction={made_up}")).await;
    assert_eq!(answer.error_code().as_deref(), Some("transaction_unknown"));
    harness.app.transactions.settle().await;
    assert_eq!(api.get(&format!("/transactions/{made_up}")).await.status(), 404);
}

#[tokio::test]
async fn nothing_is_recorded_when_it_is_switched_off() {
    let off = "recorder.enabled = false";
    let harness = crate::harness::Harness::with(crate::harness::Engine::Sqlite, off).await;
    let mut api = Api::new(&harness).await;
    let answer = harness.client().get(&authorize("nobody", &[])).await;
    assert_eq!(answer.error_code().as_deref(), Some("client_unknown"));
    assert_eq!(records(&harness, &mut api, "").await, Vec::<Value>::new());
    harness.end().await;
}

#[tokio::test]
async fn records_keep_within_their_bounds_and_are_counted() {
    let bounds = "recorder.limit = 100\nrecorder.keep = \"hours=1\"";
    let harness = crate::harness::Harness::with(crate::harness::Engine::Sqlite, bounds).await;
    let mut api = Api::new(&harness).await;
    let mut stranger = harness.client();
    for _ in 0..150 {
        stranger.get(&authorize("nobody", &[])).await;
        // Each begins at a moment of its own.
        harness.clock.advance(std::time::Duration::from_millis(1));
    }
    harness.app.transactions.settle().await;
    vestibule::jobs::tidy(&harness.app).await.expect("a sweep");
    assert_eq!(records(&harness, &mut api, "?limit=200").await.len(), 100);
    let metrics = harness.app.metrics.render();
    assert!(
        metrics.contains("vestibule_transaction_records_total{outcome=\"written\"} 150"),
        "{metrics}"
    );
    assert!(
        metrics.contains("vestibule_transaction_records_total{outcome=\"dropped\"} 0"),
        "{metrics}"
    );
    harness.advance(3_700);
    vestibule::jobs::tidy(&harness.app).await.expect("a sweep");
    assert_eq!(records(&harness, &mut api, "").await, Vec::<Value>::new());
    harness.end().await;
}
