//! What the database holds: every table is read whole after each kind of secret has been made in the way that callers make it,
//! and none of them stands there in clear.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use protocol::client::{AccessTokenFormat, ConsentMode, GrantType};
use serde_json::{Value, json};
use store::Val;
use store::page::{Column, CursorKey, Direction, Kind, ListQuery, Listing};
use store::schema::MIGRATIONS;

use crate::api::key_files::{ED25519, P256_SEC1, RSA_PKCS1};
use crate::api::support::Api;
use crate::dialects::authn_sh::support::Program;
use crate::harness::{Client, Harness, PASSWORD, on_both};
use crate::login::receiver::Receiver;
use crate::sources::support::{Sample, accounts, choosing, make, through, with};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]": no_secret_stands_in_the_database);

/// A code verifier and its challenge (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The tables that the migrations make.
fn tables() -> Vec<&'static str> {
    let texts = MIGRATIONS.iter().flat_map(|migration| migration.sql.lines());
    texts
        .filter_map(|line| line.trim().strip_prefix("CREATE TABLE "))
        .filter_map(|rest| rest.split([' ', '(']).next())
        .collect()
}

/// Every value of every table, one after the other.
async fn dump(harness: &Harness) -> Vec<u8> {
    let mut all = Vec::new();
    let order = Column {
        name: "order",
        sql: "CAST(1 AS BIGINT)",
        kind: Kind::Int,
        filter: false,
        sort: true,
        search: false,
    };
    for table in tables() {
        let listing = Listing {
            name: table,
            fields: "*",
            from: table,
            condition: None,
            search_index: None,
            id: "CAST('x' AS TEXT)",
            columns: Box::leak(Box::new([order])),
            default_sort: ("order", Direction::Ascending),
        };
        let query = ListQuery {
            limit: Some(200),
            ..ListQuery::default()
        };
        let page = listing.build(&query, &CursorKey::new(&[0; 32]), false).unwrap();
        let rows = harness.app.store.db().read_dynamic(page.sql).await;
        let rows = rows.unwrap_or_else(|error| panic!("{table}: {error}"));
        assert!(rows.len() <= 200, "{table} is read whole");
        for row in rows.iter() {
            for column in 0..row.width() {
                match row.val(column).unwrap() {
                    Val::Text(text) => all.extend_from_slice(text.as_bytes()),
                    Val::Blob(bytes) => all.extend_from_slice(bytes),
                    Val::Int(_) | Val::Null => {}
                }
                all.push(0);
            }
        }
    }
    all
}

/// What was given to somebody, with what it is.
#[derive(Default)]
struct Given(Vec<(String, Vec<u8>)>);

impl Given {
    fn text(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 8, "{what}: too short to be found");
        self.0.push((what.to_owned(), secret.as_bytes().to_vec()));
    }

    /// The member of an answer.
    fn member(&mut self, answer: &Value, name: &str) -> String {
        let secret = answer[name].as_str().unwrap_or_else(|| panic!("no {name} in {answer}"));
        self.text(name, secret);
        secret.to_owned()
    }

    /// Bytes, and the usual ways to write them.
    fn bytes(&mut self, what: &str, secret: &[u8]) {
        self.0.push((what.to_owned(), secret.to_vec()));
        for text in [
            STANDARD.encode(secret),
            URL_SAFE_NO_PAD.encode(secret),
            protocol::id::hex(secret),
        ] {
            self.0.push((what.to_owned(), text.into_bytes()));
        }
    }

    /// A private key in PEM: its whole text, and the private number that begins at the byte `from` of what it stands for. (The
    /// public half is in it as well, and is no secret.)
    fn pem(&mut self, what: &str, pem: &str, from: usize) {
        let body: String = pem.lines().filter(|line| !line.starts_with("---")).collect();
        self.text(what, pem);
        self.text(what, &body);
        let der = STANDARD.decode(body).unwrap();
        self.bytes(what, &der[from..from + 32]);
    }
}

fn json_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

async fn token(harness: &Harness, fields: &[(&str, &str)]) -> Value {
    let answer = harness.client().post("/application/o/token/", fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    json_of(&answer.body)
}

/// Signs alice in at `slug`: the tokens, and everything on the way to them.
async fn sign_in(harness: &Harness, browser: &mut Client, slug: &str, secret: &str, given: &mut Given) -> Value {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("client_id", slug),
            ("redirect_uri", &format!("https://{slug}.example/cb")),
            ("response_type", "code"),
            ("scope", "openid offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ])
        .finish();
    let answer = browser.get(&format!("/application/o/authorize/?{query}")).await;
    let code = answer.parameter("code").unwrap_or_else(|| panic!("{}", answer.body));
    given.text("code", &code);
    given.text("code_verifier", VERIFIER);
    let redirect = format!("https://{slug}.example/cb");
    let fields = [
        ("client_id", slug),
        ("client_secret", secret),
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &redirect),
        ("code_verifier", VERIFIER),
    ];
    let tokens = token(harness, &fields).await;
    for name in ["access_token", "refresh_token", "id_token"] {
        given.member(&tokens, name);
    }
    tokens
}

/// The secret of a webhook as it is shown, and its bytes.
fn given_webhook_secret(given: &mut Given, answer: &Value) {
    let secret = given.member(answer, "secret");
    let encoded = secret.strip_prefix("whsec_").expect("a secret of a webhook");
    given.bytes("secret of a webhook", &STANDARD.decode(encoded).expect("base64"));
}

async fn no_secret_stands_in_the_database(harness: &Harness) {
    let mut given = Given::default();
    let mut api = Api::new(harness).await;
    given.text("API token", &api.token);
    let receiver = Receiver::start().await;

    // Two client secrets at once, made by us, and one that was written.
    harness
        .application_with("shop", |shop| {
            shop.consent_mode = ConsentMode::Skip;
            shop.logout_uri = Some(receiver.url());
            shop.grant_types = vec![
                GrantType::AuthorizationCode,
                GrantType::RefreshToken,
                GrantType::ClientCredentials,
                GrantType::DeviceCode,
            ];
        })
        .await;
    let made = api
        .patch("/applications/shop", &json!({"client_secret": null}))
        .await
        .found();
    let first = given.member(&made, "client_secret");
    let rotation = json!({"keep_old_for": "days=7"});
    let made = api.post("/applications/shop/rotate-secret", &rotation).await.found();
    let second = given.member(&made, "client_secret");
    let written = "written-by-hand-and-long-enough-to-sign";
    let body = json!({"name": "Written", "slug": "written", "client_secret": written});
    api.post("/applications", &body).await.created();
    given.text("a written client secret", written);

    // A webhook that is told of everything below and takes nothing, with two secrets that sign.
    let webhook = json!({"url": receiver.url(), "events": ["*"]});
    let made = api.post("/webhooks", &webhook).await.created();
    given_webhook_secret(&mut given, &made);
    let rotate = format!("/webhooks/{}/rotate-secret", made["id"].as_str().expect("an id"));
    given_webhook_secret(&mut given, &api.post(&rotate, &json!({})).await.found());
    let source = json!({
        "key": "upstream", "name": "Upstream", "kind": "oauth2", "client_id": "us",
        "client_secret": "the secret at the upstream", "authorization_endpoint": "https://there.example/a",
        "token_endpoint": "https://there.example/t", "userinfo_endpoint": "https://there.example/u",
        "token_request_headers": { "X-Api-Key": "a header that is secret" }, "pkce": "S256",
    });
    api.post("/sources", &source).await.created();
    given.text("secret at a source", "the secret at the upstream");
    given.text("header of a token request", "a header that is secret");
    // A sign-in through a source that is over, with the tokens that came, and one that is under way.
    let sample = Sample::start(harness).await;
    make(&mut api, &with(sample.oauth2("sample"), &choosing("bob", "none"))).await;
    through(harness, &mut harness.client(), "sample").await;
    let account = accounts(&mut api, "sample").await.remove(0);
    let fresh = format!("/external-accounts/{}/token", account["id"].as_str().expect("an id"));
    given.member(&api.post(&fresh, &json!({})).await.found(), "access_token");
    let left = harness.client().get("/source/oauth/login/upstream/").await;
    given.text("state at a source", &left.parameter("state").expect("a state"));
    // What programs send in the words of others, also with a key by which a repetition is known.
    let mut program = Program::new(harness).await;
    let body = json!({
        "provider_kind": "custom_oauth2", "provider_key": "legacy", "name": "Legacy", "client_id": "us",
        "client_secret": "written in the words of authn.sh", "authorization_endpoint": "https://there.example/a",
        "token_endpoint": "https://there.example/t", "userinfo_endpoint": "https://there.example/u",
        "userinfo_method": "GET", "userinfo_auth": "bearer",
    })
    .to_string();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "the-first-one"),
    ];
    let made = program.send(http::Method::POST, "/oauth-providers", &headers, body.as_bytes());
    made.await.object(http::StatusCode::CREATED);
    given.text("secret at /v1", "written in the words of authn.sh");

    // Keys: imported in each form, and a pair whose private half is handed out.
    for (what, pem, from) in [
        ("RSA", RSA_PKCS1, 300),
        ("P-256", P256_SEC1, 7),
        ("Ed25519", ED25519, 16),
    ] {
        api.post("/keys", &json!({"private_key": pem})).await.created();
        given.pem(what, pem, from);
    }
    let pair = api
        .post("/keys", &json!({"use": "enc", "alg": "RSA-OAEP-256"}))
        .await
        .created();
    given.pem(
        "encryption key",
        pair["private_key"].as_str().expect("the private half"),
        340,
    );

    // A person, with a password of their own and app passwords; a session; tokens of every form.
    let alice = harness.user("alice").await;
    let path = format!("/users/{}", alice.id);
    let password = "a new password that nobody guesses";
    let set = api
        .post(&format!("{path}/password"), &json!({"password": password}))
        .await;
    assert_eq!(set.status(), 204);
    given.text("password", password);
    given.text("password", PASSWORD);
    let app_password = json!({"name": "robot"});
    let made = api
        .post(&format!("{path}/app-passwords"), &app_password)
        .await
        .created();
    let app_password = given.member(&made, "value");
    let mut browser = harness.client();
    let page = browser.get("/login").await;
    let form = page.form("login-form");
    given.text("csrf", form.value("csrf").expect("a proof"));
    let form = form.with("username", "alice").with("password", password);
    let answer = browser.submit(&form).await;
    for cookie in answer.set_cookies() {
        let value = cookie.split(['=', ';']).nth(1).unwrap_or_default();
        if value.len() >= 16 {
            given.text("cookie", value);
        }
    }
    assert!(
        given.0.iter().any(|(what, _)| what == "cookie"),
        "a session has its cookie"
    );
    let tokens = sign_in(harness, &mut browser, "shop", &first, &mut given).await;
    let fields = [
        ("client_id", "shop"),
        ("client_secret", second.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let refreshed = token(harness, &fields).await;
    given.member(&refreshed, "access_token");
    given.member(&refreshed, "refresh_token");
    harness
        .application_with("opaque", |opaque| {
            opaque.consent_mode = ConsentMode::Skip;
            opaque.access_token_format = AccessTokenFormat::Opaque;
        })
        .await;
    let secret = crate::harness::secret_of("opaque");
    given.text("client secret", &secret);
    sign_in(harness, &mut browser, "opaque", &secret, &mut given).await;

    // Programs.
    let own = [
        ("client_id", "shop"),
        ("client_secret", first.as_str()),
        ("grant_type", "client_credentials"),
        ("scope", "openid"),
    ];
    given.member(&token(harness, &own).await, "access_token");
    let as_alice = [
        ("client_id", "shop"),
        ("grant_type", "client_credentials"),
        ("username", "alice"),
        ("password", app_password.as_str()),
        ("scope", "openid"),
    ];
    given.member(&token(harness, &as_alice).await, "access_token");

    // A device.
    let asked = [
        ("client_id", "shop"),
        ("client_secret", first.as_str()),
        ("scope", "openid"),
    ];
    let asked = harness.client().post("/application/o/device/", &asked).await;
    let asked = json_of(&asked.body);
    let device_code = given.member(&asked, "device_code");
    let user_code = given.member(&asked, "user_code");
    given.text("user_code", &user_code.replace('-', ""));
    let poll = [
        ("client_id", "shop"),
        ("client_secret", first.as_str()),
        ("grant_type", DEVICE),
        ("device_code", device_code.as_str()),
    ];
    let waiting = harness.client().post("/application/o/token/", &poll).await;
    assert_eq!(json_of(&waiting.body)["error"], "authorization_pending");

    // A sign-out that is told, and one that waits because it was not taken.
    receiver.answer(503);
    let form = browser.get("/logout").await.form("logout-form");
    browser.submit(&form).await;
    assert_eq!(vestibule::deliveries::deliver_due(&harness.app).await.unwrap(), 1);
    let told = receiver.requests();
    let sent = told.last().expect("a call");
    let (_, logout_token) = sent.split_once("logout_token=").expect("a logout token");
    given.text(
        "logout_token",
        logout_token.split('&').next().unwrap_or_default().trim(),
    );

    // The events stand in the outbox; handed out, they wait as deliveries.
    let outbox = dump(harness).await;
    assert!(
        outbox.windows(12).any(|part| part == b"user.created"),
        "there are events"
    );
    vestibule::webhooks::deliver_due(&harness.app).await.unwrap();
    receiver.requests();

    // What only the installation knows.
    let secrets = &harness.app.secrets;
    for (what, key) in [
        ("salt of subjects", &secrets.subject_salt),
        ("key of forms", &secrets.form_key),
        ("key of cursors", &secrets.cursor_key),
    ] {
        given.bytes(what, key);
    }

    let database = [outbox, dump(harness).await].concat();
    let holds = |secret: &[u8]| database.windows(secret.len()).any(|part| part == secret);
    for known in [
        "alice",
        "shop",
        &alice.id,
        "logout_uri",
        "it answered 503",
        "\"type\":\"user.created\"",
    ] {
        assert!(
            holds(known.as_bytes()),
            "{known} is in the database, so the look is a real one"
        );
    }
    assert!(given.0.len() > 60, "{}", given.0.len());
    for (what, secret) in &given.0 {
        assert!(!holds(secret), "{what} stands in the database in clear");
    }
}
