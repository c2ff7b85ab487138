//! Second factors and passkeys over the whole server, in process and on both engines: adding them, signing in with them, and
//! every way around them that is closed.

mod api;
mod authenticator;
mod changes;
mod codes;
mod guesses;
mod half;
mod mails;
mod new_browser;
mod passkey_defects;
mod passkeys;
mod step_up;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::time::Time;
use serde_json::Value;
use totp_rs::{Builder, Secret};

use crate::harness::{Answer, Client, Harness, PASSWORD, secret_of};
use crate::login::authorize;
use authenticator::Authenticator;

/// The code of an authenticator app at this time.
fn code_at(secret: [u8; 20], time: Time) -> String {
    let totp = Builder::new()
        .with_secret(Secret::new_stack(secret))
        .build()
        .expect("a secret");
    let seconds = u64::try_from(time.seconds()).expect("after 1970");
    totp.generate(seconds).to_string()
}

/// RFC 4648, section 6.
fn from_base32(text: &str) -> [u8; 20] {
    let mut bits = String::new();
    for letter in text.chars().filter(|letter| !letter.is_whitespace()) {
        let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).expect("base32");
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).expect("bits"), 2).expect("a byte"))
        .collect();
    bytes.try_into().expect("twenty bytes")
}

/// What somebody has written down: the secret of their app, and their recovery codes.
struct Kept {
    secret: [u8; 20],
    codes: Vec<String>,
}

impl Kept {
    fn code(&self, harness: &Harness) -> String {
        code_at(self.secret, harness.now())
    }
}

/// The recovery codes of a page.
fn codes_of(page: &Answer) -> Vec<String> {
    let codes: Vec<String> = page
        .page()
        .elements
        .iter()
        .filter(|element| element.name == "code")
        .map(|element| element.text.clone())
        .collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    codes
}

/// Adds an authenticator app in a browser that is signed in.
async fn add_app(harness: &Harness, client: &mut Client) -> Kept {
    let page = client.get("/account/factors").await;
    let answer = client.submit(&page.form("authenticator-start")).await;
    let page = client.follow(answer).await;
    let secret = page
        .page()
        .elements
        .iter()
        .find(|element| element.name == "code")
        .map(|element| from_base32(&element.text))
        .expect("the secret is on the page");
    let form = page
        .form("authenticator-form")
        .with("name", "my phone")
        .with("code", &code_at(secret, harness.now()));
    let answer = client.submit(&form).await;
    let codes = if answer.status == 303 {
        Vec::new()
    } else {
        codes_of(&answer)
    };
    // The code of this moment is used.
    harness.advance(30);
    Kept { secret, codes }
}

/// Adds a passkey in a browser that is signed in, and gives the authenticator that holds it.
async fn add_passkey(client: &mut Client, authenticator: &mut Authenticator) -> Answer {
    let page = client.get("/account/factors").await;
    let form = page.form("passkey-form").with("name", "my key");
    let (challenge, options) = challenge(client, "/account/factors/passkey/options", &form).await;
    let answer = authenticator.make(&options);
    client
        .submit(&form.with("challenge", &challenge).with("answer", &answer))
        .await
}

/// What the server asks a browser.
async fn challenge(client: &mut Client, path: &str, form: &crate::harness::Form) -> (String, Value) {
    let fields: Vec<(&str, &str)> = form
        .fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = client.post(path, &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let asked: Value = serde_json::from_str(&answer.body).expect("JSON");
    let id = asked["challenge"].as_str().expect("an id").to_owned();
    (id, asked["options"]["publicKey"].clone())
}

/// Types name and password; the answer is the redirect that follows.
async fn type_password(client: &mut Client, path: &str, username: &str) -> Answer {
    let page = client.visit(path).await;
    let form = page
        .form("login-form")
        .with("username", username)
        .with("password", PASSWORD);
    client.submit(&form).await
}

/// Types a code into the page of the second factor.
async fn type_code(client: &mut Client, page: &Answer, code: &str) -> Answer {
    client.submit(&page.form("factor-form").with("code", code)).await
}

/// Whether somebody is signed in in this browser.
async fn is_in(client: &mut Client) -> bool {
    let page = client.visit("/").await;
    assert_eq!(page.status, 200);
    page.has("form#sign-out-form")
}

/// Signs in by a passkey alone.
async fn enter_by_passkey(client: &mut Client, path: &str, authenticator: &mut Authenticator) -> Answer {
    let page = client.visit(path).await;
    let form = page.form("passkey-form");
    let (challenge, options) = challenge(client, "/login/passkey/options", &form).await;
    let answer = authenticator.sign(&options);
    client
        .submit(&form.with("challenge", &challenge).with("answer", &answer))
        .await
}

/// The ID token that application `slug` gets for whoever is signed in; consent is not asked for.
async fn id_token(harness: &Harness, client: &mut Client, slug: &str, more: &[(&str, &str)]) -> Value {
    let answer = client.visit(&authorize(slug, more)).await;
    claims_of(harness, &answer, slug).await
}

/// The ID token of the code that an answer carries.
async fn claims_of(harness: &Harness, answer: &Answer, slug: &str) -> Value {
    let code = answer
        .parameter("code")
        .unwrap_or_else(|| panic!("no code: {:?} {}", answer.location(), answer.body));
    let (redirect_uri, secret) = (format!("https://{slug}.example/cb"), secret_of(slug));
    let answer = harness
        .client()
        .post(
            "/application/o/token/",
            &[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", &redirect_uri),
                ("client_id", slug),
                ("client_secret", &secret),
            ],
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let tokens: Value = serde_json::from_str(&answer.body).expect("JSON");
    let read = |name: &str| -> Value {
        let part = tokens[name]
            .as_str()
            .and_then(|token| token.split('.').nth(1))
            .expect("a JWT");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("claims")
    };
    let (id_token, access_token) = (read("id_token"), read("access_token"));
    assert_eq!(id_token["acr"], access_token["acr"], "both tokens say the same");
    assert_eq!(id_token["amr"], access_token["amr"], "both tokens say the same");
    id_token
}
