//! Discovery promises what works and nothing else (OpenID Connect Discovery 1.0, section 3; RFC 8414, section 2). The
//! documents of an application that may use everything, of one that may use little, and of the installation are walked
//! member by member: each value of a list is used and works, and a value outside of it is refused. A member that nobody
//! walks fails, so that none can be added without its row.

mod authentication;
mod flows;
mod keys;
mod people;

use protocol::client::{Application, GrantType};
use serde_json::Value;

use super::support::{application_with, authorize_path, browser_of, json};
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    every_member_of_an_application_that_may_everything,
    an_application_that_may_little_promises_little,
    the_installation_promises_what_its_applications_may,
);

/// Every grant.
const ALL: [GrantType; 7] = [
    GrantType::AuthorizationCode,
    GrantType::Implicit,
    GrantType::Hybrid,
    GrantType::RefreshToken,
    GrantType::ClientCredentials,
    GrantType::DeviceCode,
    GrantType::Password,
];

/// An application, its document, and the browser of a person who has a value for every claim.
struct Walk<'h> {
    harness: &'h Harness,
    slug: &'static str,
    document: Value,
    browser: Client,
}

impl<'h> Walk<'h> {
    async fn of(harness: &'h Harness, slug: &'static str, change: impl FnOnce(&mut Application)) -> Self {
        application_with(harness, slug, change).await;
        let document = document(harness, &format!("/application/o/{slug}")).await;
        let user = people::with_every_claim(harness, slug).await;
        let browser = browser_of(harness, &user).await;
        Self {
            harness,
            slug,
            document,
            browser,
        }
    }

    fn list(&self, name: &str) -> Vec<String> {
        list(&self.document, name)
    }

    /// An authorization request of the browser that is signed in.
    async fn ask(&mut self, more: &[(&str, &str)]) -> Answer {
        let path = authorize_path(self.slug, more);
        self.browser.visit(&path).await
    }

    /// What a refused authorization request tells the application.
    async fn refused(&mut self, more: &[(&str, &str)]) -> String {
        let answer = self.ask(more).await;
        let given = parameters(&answer);
        let error = given.iter().find(|(name, _)| name == "error");
        error.unwrap_or_else(|| panic!("{more:?}: {given:?}")).1.clone()
    }

    /// Uses every value of one member, and one that is not there.
    async fn member(&mut self, name: &str) {
        match name {
            "issuer" => assert_eq!(
                self.document["issuer"],
                format!("http://localhost:9000/application/o/{}/", self.slug)
            ),
            "jwks_uri" => keys::jwks(self).await,
            "authorization_endpoint" | "end_session_endpoint" | "userinfo_endpoint" => self.listens(name, "GET").await,
            "token_endpoint" | "introspection_endpoint" | "revocation_endpoint" | "device_authorization_endpoint" => {
                self.listens(name, "POST").await;
            }
            "response_types_supported" => flows::response_types(self).await,
            "response_modes_supported" => flows::response_modes(self).await,
            "grant_types_supported" => flows::grant_types(self).await,
            "code_challenge_methods_supported" => flows::challenge_methods(self).await,
            "request_parameter_supported" => flows::request_objects(self, name, "request").await,
            "request_uri_parameter_supported" => flows::request_objects(self, name, "request_uri").await,
            "authorization_response_iss_parameter_supported" => flows::issuer_in_answers(self).await,
            "id_token_signing_alg_values_supported" => keys::signing(self).await,
            "id_token_encryption_alg_values_supported" | "id_token_encryption_enc_values_supported" => {
                keys::encryption(self).await;
            }
            "token_endpoint_auth_methods_supported"
            | "introspection_endpoint_auth_methods_supported"
            | "revocation_endpoint_auth_methods_supported" => authentication::methods(self, name).await,
            "subject_types_supported" => people::subject_types(self).await,
            "acr_values_supported" => people::contexts(self).await,
            "scopes_supported" => people::scopes(self).await,
            "claims_supported" | "claim_types_supported" => people::claims(self).await,
            "claims_parameter_supported" => people::single_claims(self).await,
            "prompt_values_supported" => people::prompts(self).await,
            "ui_locales_supported" => people::languages(self).await,
            "frontchannel_logout_supported" | "frontchannel_logout_session_supported" => people::frames(self).await,
            // Both need a server of the application: `login::backchannel_logout` walks them.
            "backchannel_logout_supported" | "backchannel_logout_session_supported" => {
                assert_eq!(self.document[name], true);
            }
            other => panic!("{other} is advertised, and nothing shows that it works"),
        }
    }

    /// The address is ours and takes this method.
    async fn listens(&mut self, name: &str, method: &str) {
        let address = self.document[name].as_str().expect("an address");
        let path = address.strip_prefix("http://localhost:9000").expect("ours");
        let answer = match method {
            "GET" => self.harness.client().get(path).await,
            _ => self.harness.client().post(path, &[]).await,
        };
        // The authorization endpoint says on a page that nobody asks.
        let listens = matches!(answer.status.as_u16(), 200 | 303 | 400 | 401) || answer.error_code().is_some();
        assert!(listens, "{name}: {} {}", answer.status, answer.body);
    }
}

async fn document(harness: &Harness, path: &str) -> Value {
    let path = format!("{path}/.well-known/openid-configuration");
    json(&harness.client().get(&path).await)
}

fn list(document: &Value, name: &str) -> Vec<String> {
    let words = document[name].as_array().unwrap_or_else(|| panic!("{name} is no list"));
    let words: Vec<String> = words
        .iter()
        .map(|word| word.as_str().expect("a text").to_owned())
        .collect();
    let mut once = words.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), words.len(), "{name} names something twice");
    words
}

/// The list in the order of the alphabet.
fn sorted(document: &Value, name: &str) -> Vec<String> {
    let mut words = list(document, name);
    words.sort();
    words
}

/// The parameters of an answer, in the query, the fragment or a form.
fn parameters(answer: &Answer) -> Vec<(String, String)> {
    if answer.has("form#form-post") {
        return answer.form("form-post").fields;
    }
    let location = answer.location();
    let location = location.unwrap_or_else(|| panic!("no answer: {} {}", answer.status, answer.body));
    let behind = location.split_once(['?', '#']).map_or("", |(_, behind)| behind);
    url::form_urlencoded::parse(behind.as_bytes()).into_owned().collect()
}

fn members(document: &Value) -> Vec<String> {
    document.as_object().expect("an object").keys().cloned().collect()
}

async fn every_member_of_an_application_that_may_everything(harness: &Harness) {
    let mut walk = Walk::of(harness, "all", |all| {
        all.grant_types = ALL.to_vec();
        all.allow_plain_pkce = true;
    })
    .await;
    for name in members(&walk.document) {
        walk.member(&name).await;
    }
}

/// What a narrow document leaves out is refused, though the server has it.
async fn an_application_that_may_little_promises_little(harness: &Harness) {
    let snapshot = harness.app.snapshot();
    let openid = snapshot.mapping("openid").expect("a managed mapping").id.clone();
    let mut walk = Walk::of(harness, "little", |little| {
        little.grant_types = vec![GrantType::AuthorizationCode];
        little.scope_mappings = vec![openid];
    })
    .await;
    assert_eq!(walk.list("response_types_supported"), ["code"]);
    assert_eq!(walk.list("grant_types_supported"), ["authorization_code"]);
    assert_eq!(walk.list("scopes_supported"), ["openid"]);
    assert_eq!(walk.list("code_challenge_methods_supported"), ["S256"]);
    let all = members(&document(harness, "").await);
    for name in members(&walk.document) {
        assert!(all.contains(&name), "{name}");
        walk.member(&name).await;
    }
    flows::grants_of_others_are_refused(&mut walk).await;
    // Without a mapping there is no scope, and no list of them (RFC 8414, section 3.2).
    application_with(harness, "none", |none| none.scope_mappings.clear()).await;
    assert_eq!(
        document(harness, "/application/o/none").await.get("scopes_supported"),
        None
    );
}

/// The document without an application: the same members, and in its lists what some application may use.
async fn the_installation_promises_what_its_applications_may(harness: &Harness) {
    let mut walk = Walk::of(harness, "all", |all| all.grant_types = ALL.to_vec()).await;
    let global = document(harness, "").await;
    let own = walk.document.clone();
    for name in [
        "response_types_supported",
        "response_modes_supported",
        "grant_types_supported",
        "code_challenge_methods_supported",
        "subject_types_supported",
        "acr_values_supported",
        "scopes_supported",
        "claims_supported",
        "claim_types_supported",
        "prompt_values_supported",
        "ui_locales_supported",
    ] {
        assert_eq!(sorted(&global, name), sorted(&own, name), "{name}");
    }
    for (name, value) in own.as_object().expect("an object") {
        if value.is_boolean() {
            assert_eq!(global[name], *value, "{name}");
        }
    }
    walk.document = global;
    keys::signing(&mut walk).await;
    keys::encryption(&mut walk).await;
    authentication::every_method_of_the_installation(&mut walk).await;
    for name in members(&walk.document) {
        if name.ends_with("_endpoint") {
            walk.member(&name).await;
        }
    }
}
