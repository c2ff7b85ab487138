//! Every way in which this server gives tokens, each made ready up to its last request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use protocol::client::{Application, GrantType};
use protocol::user::User;
use serde_json::json;

use super::super::support::{
    SECRET, VERIFIER, app_password, application_with, authorize_path, browser_of, code, json, text, tokens,
};
use crate::harness::{Answer, Client, Harness};

/// The grant type of devices (RFC 8628, section 3.4).
pub(super) const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The one type of assertions (RFC 7523, section 2.2).
pub(super) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOKEN: &str = "/application/o/token/";
const CALLBACK: &str = "https://shop.example/cb";

/// A way to something that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A code at the authorization endpoint, in a browser that is signed in, without a page.
    Authorize,
    /// Tokens from the authorization endpoint.
    Implicit,
    /// A code and tokens from the authorization endpoint.
    Hybrid,
    /// A code is redeemed.
    Code,
    /// The code of a hybrid answer is redeemed.
    HybridCode,
    /// A code that came by GitHub's way in is redeemed there.
    GitHub,
    /// A refresh token is used.
    Refresh,
    /// A device polls after a person has allowed it.
    Device,
    /// The client secret: the application's own service account.
    Secret,
    /// `client_credentials` with a user name and an app password.
    ByName,
    /// The same by the grant type `password`.
    Alias,
    /// The same as base64 in the place of the client secret.
    Base64,
    /// An access token of another application.
    Assertion,
}

pub(super) const WAYS: [Way; 13] = [
    Way::Authorize,
    Way::Implicit,
    Way::Hybrid,
    Way::Code,
    Way::HybridCode,
    Way::GitHub,
    Way::Refresh,
    Way::Device,
    Way::Secret,
    Way::ByName,
    Way::Alias,
    Way::Base64,
    Way::Assertion,
];

/// `shop`, which may do everything, and `alice`, who has begun every way.
pub(super) struct Ready {
    pub(super) shop: Application,
    pub(super) alice: User,
    /// Who asks, and with which secret.
    pub(super) client_id: String,
    pub(super) secret: String,
    pub(super) browser: Client,
    pub(super) code: String,
    pub(super) refresh_token: String,
    pub(super) access_token: String,
    pub(super) device_code: String,
    pub(super) app_password: String,
    pub(super) assertion: String,
    hybrid_code: String,
    github_code: String,
}

/// Makes every way ready. Each of its codes and tokens is one of its own.
pub(super) async fn ready(harness: &Harness) -> Ready {
    let front = application_with(harness, "front", |_| {}).await;
    let mut shop = application_with(harness, "shop", |shop| {
        shop.grant_types = vec![
            GrantType::AuthorizationCode,
            GrantType::Implicit,
            GrantType::Hybrid,
            GrantType::RefreshToken,
            GrantType::ClientCredentials,
            GrantType::Password,
            GrantType::DeviceCode,
        ];
        shop.federated_applications = vec![front.id.clone()];
    })
    .await;
    shop.version += 1;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let (_, app_password) = app_password(harness, &alice, &json!({"name": "phone"})).await;
    let given = tokens(harness, &mut browser, "shop").await;
    let mut ready = Ready {
        code: code(&mut browser, "shop", &[]).await,
        hybrid_code: hybrid_code(&mut browser).await,
        github_code: github_code(&mut browser).await,
        assertion: text(&tokens(harness, &mut browser, "front").await, "access_token"),
        device_code: allowed_device(harness, &mut browser, "openid profile email offline_access").await,
        refresh_token: text(&given, "refresh_token"),
        access_token: text(&given, "access_token"),
        shop,
        alice,
        client_id: "shop".to_owned(),
        secret: SECRET.to_owned(),
        browser,
        app_password,
    };
    // The service account is made at its first use.
    assert_eq!(verdict(&ready.take(harness, Way::Secret, &[]).await), "200");
    ready
}

async fn hybrid_code(browser: &mut Client) -> String {
    let path = authorize_path("shop", &[("response_type", "code id_token")]);
    let answer = browser.get(&path).await;
    parameter(&answer, "code").unwrap_or_else(|| panic!("no code: {:?}", answer.location()))
}

async fn github_code(browser: &mut Client) -> String {
    let path = "/login/oauth/authorize?client_id=shop&scope=user:email&redirect_uri=https://shop.example/cb";
    let answer = browser.get(path).await;
    parameter(&answer, "code").unwrap_or_else(|| panic!("no code: {:?} {}", answer.location(), answer.body))
}

/// The device code of a device that `browser` has allowed.
pub(super) async fn allowed_device(harness: &Harness, browser: &mut Client, scope: &str) -> String {
    let fields = [("client_id", "shop"), ("scope", scope)];
    let asked = json(&harness.client().post("/application/o/device/", &fields).await);
    let page = browser.get("/device").await;
    let form = page.form("device-form").with("code", &text(&asked, "user_code"));
    let question = browser.submit(&form).await;
    let form = question.form("consent-form").with("decision", "allow");
    let answer = browser.submit(&form).await;
    assert!(answer.has("article[data-decision=allow]"), "{}", answer.body);
    text(&asked, "device_code")
}

/// A parameter of an answer that travels in the query or behind `#`.
pub(super) fn parameter(answer: &Answer, name: &str) -> Option<String> {
    let behind = answer.location()?.split_once('#').map(|(_, fragment)| fragment);
    behind.map_or_else(
        || answer.parameter(name),
        |fragment| {
            let mut pairs = url::form_urlencoded::parse(fragment.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        },
    )
}

impl Ready {
    /// Takes a way to its end, with these further or other parameters.
    pub(super) async fn take(&mut self, harness: &Harness, way: Way, more: &[(&str, &str)]) -> Answer {
        let base64 = STANDARD.encode(format!("alice:{}", self.app_password));
        let (client_id, secret) = (self.client_id.clone(), self.secret.clone());
        let client = [("client_id", client_id.as_str()), ("client_secret", secret.as_str())];
        let redeem = |code| {
            let mut fields = client.to_vec();
            fields.extend([("grant_type", "authorization_code"), ("code", code)]);
            fields.extend([("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)]);
            fields
        };
        let (path, mut fields) = match way {
            Way::Authorize => return self.ask("code", more).await,
            Way::Implicit => return self.ask("id_token token", more).await,
            Way::Hybrid => return self.ask("code id_token token", more).await,
            Way::Code => (TOKEN, redeem(self.code.as_str())),
            Way::HybridCode => (TOKEN, redeem(self.hybrid_code.as_str())),
            Way::GitHub => {
                let mut fields = client.to_vec();
                fields.push(("code", &self.github_code));
                ("/login/oauth/access_token", fields)
            }
            Way::Refresh => {
                let mut fields = client.to_vec();
                fields.extend([("grant_type", "refresh_token"), ("refresh_token", &self.refresh_token)]);
                (TOKEN, fields)
            }
            Way::Device => {
                let mut fields = client.to_vec();
                fields.extend([("grant_type", DEVICE), ("device_code", &self.device_code)]);
                (TOKEN, fields)
            }
            Way::Secret => {
                let mut fields = client.to_vec();
                fields.push(("grant_type", "client_credentials"));
                (TOKEN, fields)
            }
            Way::ByName | Way::Alias => {
                let grant = if way == Way::Alias {
                    "password"
                } else {
                    "client_credentials"
                };
                let mut fields = vec![client[0], ("grant_type", grant)];
                fields.extend([("username", "alice"), ("password", self.app_password.as_str())]);
                (TOKEN, fields)
            }
            Way::Base64 => {
                let mut fields = vec![client[0], ("client_secret", base64.as_str())];
                fields.push(("grant_type", "client_credentials"));
                (TOKEN, fields)
            }
            Way::Assertion => {
                let mut fields = vec![client[0], ("grant_type", "client_credentials")];
                fields.extend([
                    ("client_assertion_type", JWT_BEARER),
                    ("client_assertion", &self.assertion),
                ]);
                (TOKEN, fields)
            }
        };
        fields.extend_from_slice(more);
        let mut program = harness.client().with_header(header::ACCEPT, "application/json");
        program.post(path, &fields).await
    }

    async fn ask(&mut self, response_type: &str, more: &[(&str, &str)]) -> Answer {
        let mut all = vec![("response_type", response_type), ("prompt", "none")];
        all.extend_from_slice(more);
        self.browser.get(&authorize_path("shop", &all)).await
    }
}

/// What came of a request, in a few words: `200`, `400 invalid_grant subject_gone`, `303 ok`, `303 login_required`, or
/// `page 400 client_disabled`. GitHub's way in answers refusals with 200, as GitHub does.
pub(super) fn verdict(answer: &Answer) -> String {
    let status = answer.status.as_u16();
    if answer.location().is_some() {
        let error = parameter(answer, "error");
        return format!("{status} {}", error.as_deref().unwrap_or("ok"));
    }
    if let Some(code) = answer.error_code() {
        return format!("page {status} {code}");
    }
    let body = json(answer);
    match body["error"].as_str() {
        None => status.to_string(),
        Some(error) => {
            let refusal = body["refusal"].as_str().unwrap_or_default();
            format!("{status} {error} {refusal}").trim_end().to_owned()
        }
    }
}

store::statements! {
    ISSUED = "SELECT (SELECT COUNT(*) FROM grants), (SELECT COUNT(*) FROM codes), (SELECT COUNT(*) FROM access_tokens), \
        (SELECT COUNT(*) FROM refresh_tokens)";
}

/// How many grants, codes, access tokens and refresh tokens there are.
pub(super) async fn issued(harness: &Harness) -> [i64; 4] {
    let rows = harness.app.store.db().read(&ISSUED, &[]).await.expect("a database");
    let row = rows.iter().next().expect("a row");
    [0, 1, 2, 3].map(|column| row.int(column).expect("a number"))
}
