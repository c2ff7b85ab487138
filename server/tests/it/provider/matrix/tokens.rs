//! Token types against places (security sheet, item 19): whatever this server gives, presented at every place that takes
//! something else. Only the right one passes; a wrong one is refused with the word of the place and is not used up.

use axum::body::Body;
use http::{Request, header};
use protocol::client::{Application, GrantType};
use serde_json::{Value, json};
use vestibule::clients::By;

use super::super::support::{
    SECRET, VERIFIER, app_password, application_with, authorize_path, browser_of, claims, code, json,
    machine_application, text, token, token_without_secret, tokens, userinfo,
};
use super::ways::{DEVICE, JWT_BEARER, issued, verdict};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

on_both!(
    "[limits]\nsign_in_failures_per_account = 100\nsign_in_failures_per_address = 1000\nuser_code_failures_per_account = 100\nuser_code_failures_per_address = 1000\n":
    every_value_at_every_place,
);

/// What this server gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AccessToken,
    RefreshToken,
    IdToken,
    Code,
    DeviceCode,
    UserCode,
    AppPassword,
    ApiToken,
    LogoutToken,
    ClientSecret,
    SessionCookie,
}

/// Where something is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Userinfo,
    GitHubApi,
    ManagementApi,
    Introspection,
    CodeParameter,
    RefreshTokenParameter,
    DeviceCodeParameter,
    UserCodeForm,
    ClientAssertion,
    AssertionInSecret,
    PasswordParameter,
    ClientSecretParameter,
    HintAtAuthorize,
    HintAtSignOut,
    Cookie,
}

/// For each place: the kinds that pass, and what the others are told. A JWT that is no access token is another answer
/// than what is no JWT at all.
pub(super) const PLACES: [(Place, &[Kind], &str); 15] = [
    (
        Place::Userinfo,
        &[Kind::AccessToken],
        "401 invalid_token bearer_unknown",
    ),
    // It needs a scope besides, which this access token lacks.
    (Place::GitHubApi, &[], "401"),
    (Place::ManagementApi, &[Kind::ApiToken], "401"),
    (
        Place::Introspection,
        &[Kind::AccessToken, Kind::RefreshToken],
        "inactive",
    ),
    (Place::CodeParameter, &[Kind::Code], "400 invalid_grant code_unknown"),
    (
        Place::RefreshTokenParameter,
        &[Kind::RefreshToken],
        "400 invalid_grant refresh_token_unknown",
    ),
    (
        Place::DeviceCodeParameter,
        &[Kind::DeviceCode],
        "400 invalid_grant device_code_unknown",
    ),
    (Place::UserCodeForm, &[Kind::UserCode], "the form again"),
    (
        Place::ClientAssertion,
        &[Kind::AccessToken],
        "400 invalid_grant assertion_malformed",
    ),
    (
        Place::AssertionInSecret,
        &[Kind::AccessToken],
        "400 invalid_grant assertion_malformed",
    ),
    (
        Place::PasswordParameter,
        &[Kind::AppPassword],
        "400 invalid_grant app_password_wrong",
    ),
    (
        Place::ClientSecretParameter,
        &[Kind::ClientSecret],
        "401 invalid_client client_secret_wrong",
    ),
    (Place::HintAtAuthorize, &[Kind::IdToken], "303 invalid_request"),
    (Place::HintAtSignOut, &[Kind::IdToken], "page 400 logout_hint_invalid"),
    (Place::Cookie, &[Kind::SessionCookie], "not signed in"),
];

fn refused(place: Place, kind: Kind, usual: &str) -> String {
    let signed = matches!(kind, Kind::IdToken | Kind::LogoutToken);
    match place {
        Place::ClientAssertion | Place::AssertionInSecret if signed => "400 invalid_grant assertion_unknown".to_owned(),
        Place::GitHubApi if kind == Kind::AccessToken => "403".to_owned(),
        Place::ManagementApi if kind == Kind::AccessToken => "403".to_owned(),
        _ => usual.to_owned(),
    }
}

/// Alice, signed in, with one of each.
pub(super) struct World {
    pub(super) browser: Client,
    values: Vec<(Kind, String)>,
}

impl World {
    pub(super) async fn new(harness: &Harness) -> Self {
        let all = |application: &mut Application| {
            application.grant_types = vec![
                GrantType::AuthorizationCode,
                GrantType::RefreshToken,
                GrantType::ClientCredentials,
                GrantType::DeviceCode,
            ];
        };
        let shop = application_with(harness, "shop", all).await;
        machine_application(harness, "back", |back| {
            back.federated_applications = vec![shop.id.clone()];
        })
        .await;
        let alice = harness.user("alice").await;
        let mut browser = browser_of(harness, &alice).await;
        let given = tokens(harness, &mut browser, "shop").await;
        let id_token = text(&given, "id_token");
        let fields = [("client_id", "shop"), ("scope", "openid offline_access")];
        let asked = json(&harness.client().post("/application/o/device/", &fields).await);
        let values = vec![
            (Kind::AccessToken, text(&given, "access_token")),
            (Kind::RefreshToken, text(&given, "refresh_token")),
            (Kind::Code, code(&mut browser, "shop", &[]).await),
            (Kind::DeviceCode, text(&asked, "device_code")),
            (Kind::UserCode, text(&asked, "user_code")),
            (
                Kind::AppPassword,
                app_password(harness, &alice, &json!({"name": "phone"})).await.1,
            ),
            (Kind::ApiToken, Api::new(harness).await.token),
            (Kind::LogoutToken, logout_token(harness, &claims(&id_token)).await),
            (Kind::IdToken, id_token),
            (Kind::ClientSecret, SECRET.to_owned()),
            (
                Kind::SessionCookie,
                browser.cookie("vestibule_session").expect("a session").to_owned(),
            ),
        ];
        Self { browser, values }
    }

    pub(super) fn value(&self, kind: Kind) -> String {
        let found = self.values.iter().find(|(known, _)| *known == kind);
        found.map(|(_, value)| value.clone()).expect("every kind")
    }
}

/// What `shop` would be told at the end of alice's session.
async fn logout_token(harness: &Harness, id_token: &Value) -> String {
    let entry = harness.app.client(By::Slug("shop")).await.unwrap().unwrap();
    let env = harness.app.env(harness.now(), "txn");
    let (sub, sid) = (text(id_token, "sub"), text(id_token, "sid"));
    protocol::logout_token::mint_logout_token(&env, &entry.client, &entry.client.issuer, &sub, &sid).unwrap()
}

/// Presents a value at a place: `passes`, or what was told.
pub(super) async fn present(harness: &Harness, browser: &mut Client, place: Place, value: &str) -> String {
    let by_token = [("redirect_uri", "https://shop.example/cb"), ("code_verifier", VERIFIER)];
    let with = |grant, name| {
        let mut fields = vec![("grant_type", grant), (name, value)];
        if name == "code" {
            fields.extend(by_token);
        }
        fields
    };
    let machine = [("grant_type", "client_credentials"), ("scope", "openid")];
    let answer = match place {
        Place::Userinfo => userinfo(harness, value).await,
        Place::GitHubApi => bearer(harness, "/user", value).await,
        Place::ManagementApi => bearer(harness, "/api/v1/applications", value).await,
        Place::Introspection => {
            let fields = [("client_id", "shop"), ("client_secret", SECRET), ("token", value)];
            let answer = harness.client().post("/application/o/introspect/", &fields).await;
            let body = json(&answer);
            if body == json!({"active": false}) {
                return "inactive".to_owned();
            }
            assert_eq!(body["active"], true, "{body}");
            answer
        }
        Place::CodeParameter => token(harness, "shop", &with("authorization_code", "code")).await,
        Place::RefreshTokenParameter => token(harness, "shop", &with("refresh_token", "refresh_token")).await,
        Place::DeviceCodeParameter => token(harness, "shop", &with(DEVICE, "device_code")).await,
        Place::UserCodeForm => {
            let form = browser.get("/device").await.form("device-form").with("code", value);
            let answer = browser.submit(&form).await;
            if answer.has("form#device-form") {
                return "the form again".to_owned();
            }
            assert!(answer.has("form#consent-form"), "{}", answer.body);
            let form = answer.form("consent-form").with("decision", "allow");
            assert!(browser.submit(&form).await.has("article[data-decision=allow]"));
            return "passes".to_owned();
        }
        Place::ClientAssertion | Place::AssertionInSecret => {
            let name = if place == Place::ClientAssertion {
                "client_assertion"
            } else {
                "client_secret"
            };
            let mut fields = machine.to_vec();
            fields.extend([("client_assertion_type", JWT_BEARER), (name, value)]);
            token_without_secret(harness, "back", &fields).await
        }
        Place::PasswordParameter => {
            let mut fields = machine.to_vec();
            fields.extend([("username", "alice"), ("password", value)]);
            token_without_secret(harness, "shop", &fields).await
        }
        Place::ClientSecretParameter => {
            let fields = [("client_id", "shop"), ("client_secret", value), ("token", "x")];
            harness.client().post("/application/o/introspect/", &fields).await
        }
        Place::HintAtAuthorize => {
            let more = [("id_token_hint", value), ("prompt", "none")];
            browser.get(&authorize_path("shop", &more)).await
        }
        Place::HintAtSignOut => {
            let path = "/application/o/shop/end-session/";
            harness.client().post(path, &[("id_token_hint", value)]).await
        }
        Place::Cookie => {
            let mut other = harness.client();
            other.set_cookie("vestibule_session", value);
            let answer = other.get("/").await;
            return if answer.status == 200 {
                "passes"
            } else {
                "not signed in"
            }
            .to_owned();
        }
    };
    assert!(!answer.body.contains(value), "{place:?} repeats what it was given");
    match place {
        Place::GitHubApi | Place::ManagementApi if answer.status != 200 => answer.status.as_u16().to_string(),
        Place::ManagementApi | Place::GitHubApi => "passes".to_owned(),
        _ => match verdict(&answer).as_str() {
            "200" | "303 ok" => "passes".to_owned(),
            other => other.to_owned(),
        },
    }
}

async fn bearer(harness: &Harness, path: &str, value: &str) -> crate::harness::Answer {
    let request = Request::builder()
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {value}"));
    harness.client().send(request.body(Body::empty()).unwrap()).await
}

async fn revoke(harness: &Harness, value: &str) {
    let fields = [("client_id", "shop"), ("client_secret", SECRET), ("token", value)];
    let answer = harness.client().post("/application/o/revoke/", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

async fn every_value_at_every_place(harness: &Harness) {
    let mut world = World::new(harness).await;
    let before = issued(harness).await;
    for (place, right, usual) in PLACES {
        for (kind, value) in world.values.clone() {
            if right.contains(&kind) {
                continue;
            }
            let came = present(harness, &mut world.browser, place, &value).await;
            assert_eq!(came, refused(place, kind, usual), "{kind:?} at {place:?}");
        }
    }
    // Revocation is answered alike for everything, and reaches nothing but tokens.
    for (kind, value) in &world.values {
        if !matches!(kind, Kind::AccessToken | Kind::RefreshToken) {
            revoke(harness, value).await;
        }
    }
    assert_eq!(issued(harness).await, before, "nothing was given for a wrong one");
    // And every right one still passes: nothing was used up, revoked or locked. Those that end others come last.
    let order = [
        Place::Userinfo,
        Place::ManagementApi,
        Place::Introspection,
        Place::ClientAssertion,
        Place::AssertionInSecret,
        Place::PasswordParameter,
        Place::ClientSecretParameter,
        Place::HintAtAuthorize,
        Place::Cookie,
        Place::UserCodeForm,
        Place::DeviceCodeParameter,
        Place::CodeParameter,
        Place::HintAtSignOut,
        Place::RefreshTokenParameter,
    ];
    for place in order {
        let (_, right, _) = PLACES.iter().find(|(known, ..)| *known == place).expect("a row");
        assert!(!right.is_empty());
        for kind in *right {
            let value = world.value(*kind);
            let came = present(harness, &mut world.browser, place, &value).await;
            assert_eq!(came, "passes", "{kind:?} at {place:?}");
        }
    }
    let access = world.value(Kind::AccessToken);
    revoke(harness, &access).await;
    assert_eq!(userinfo(harness, &access).await.status, 401);
}
