//! Checks of userinfo and of the claims that scopes and the `claims` parameter give.

use http::Method;
use serde_json::{Map, Value};

use super::support::Party;
use crate::harness::Answer;

async fn access_token(party: &mut Party<'_>) -> (String, Value) {
    let tokens = party.sign_in(&[]).await;
    let token = tokens.access_token.expect("an access token");
    (token, tokens.claims["sub"].clone())
}

fn is_userinfo(answer: &Answer, sub: &Value) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let claims: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(claims["sub"], *sub);
}

pub(super) async fn userinfo_get(party: &mut Party<'_>) {
    let (token, sub) = access_token(party).await;
    is_userinfo(&party.userinfo(Method::GET, "Bearer", &token).await, &sub);
}

pub(super) async fn userinfo_post_header(party: &mut Party<'_>) {
    let (token, sub) = access_token(party).await;
    is_userinfo(&party.userinfo(Method::POST, "Bearer", &token).await, &sub);
}

pub(super) async fn userinfo_post_body(party: &mut Party<'_>) {
    let (token, sub) = access_token(party).await;
    let fields = [("access_token", token.as_str())];
    let answer = party.harness.client().post("/application/o/userinfo/", &fields).await;
    is_userinfo(&answer, &sub);
}

/// The claims of a scope in their forms; a name that begins with `!` must be absent.
async fn scope(party: &mut Party<'_>, scope: &str, expected: &[&str]) {
    let tokens = party.sign_in(&[("scope", scope)]).await;
    let claims = party.profile(&tokens).await;
    for name in expected {
        match name.strip_prefix('!') {
            Some(absent) => assert!(!claims.contains_key(absent), "{absent} is not asked for"),
            None => well_formed(name, &claims),
        }
    }
}

fn well_formed(name: &str, claims: &Map<String, Value>) {
    let value = claims.get(name).unwrap_or_else(|| panic!("no {name} in {claims:?}"));
    let good = match name {
        "email_verified" | "phone_number_verified" => value.is_boolean(),
        "updated_at" => value.as_i64().is_some_and(|seconds| seconds > 0),
        "address" => value.as_object().is_some_and(|address| {
            ["formatted", "street_address", "locality", "postal_code", "country"]
                .iter()
                .all(|part| address.get(*part).is_some_and(Value::is_string))
        }),
        "profile" | "picture" | "website" => value.as_str().is_some_and(|text| text.starts_with("https://")),
        "email" => value == "ada@example.com",
        "birthdate" => value == "1815-12-10",
        "zoneinfo" => value == "Europe/London",
        "locale" => value == "en-GB",
        _ => value.as_str().is_some_and(|text| !text.is_empty()),
    };
    assert!(good, "{name} is {value}");
}

const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];

pub(super) async fn scope_profile(party: &mut Party<'_>) {
    let mut expected = PROFILE.to_vec();
    expected.extend(["!email", "!address", "!phone_number"]);
    scope(party, "openid profile", &expected).await;
}

pub(super) async fn scope_email(party: &mut Party<'_>) {
    scope(party, "openid email", &["email", "email_verified", "!name", "!address"]).await;
}

pub(super) async fn scope_address(party: &mut Party<'_>) {
    scope(party, "openid address", &["address", "!email", "!phone_number"]).await;
}

pub(super) async fn scope_phone(party: &mut Party<'_>) {
    let expected = ["phone_number", "phone_number_verified", "!email", "!address"];
    scope(party, "openid phone", &expected).await;
}

pub(super) async fn scope_all(party: &mut Party<'_>) {
    let mut expected = PROFILE.to_vec();
    expected.extend([
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
    ]);
    scope(party, "openid email phone address profile", &expected).await;
}

/// A single claim, where a relying party of this type would look for it.
pub(super) async fn claims_essential(party: &mut Party<'_>) {
    let place = if party.response_type == "id_token" {
        "id_token"
    } else {
        "userinfo"
    };
    let asked = format!("{{\"{place}\":{{\"name\":{{\"essential\":true}}}}}}");
    let tokens = party.sign_in(&[("claims", asked.as_str())]).await;
    let claims = party.profile(&tokens).await;
    assert_eq!(claims["name"], "Ada King Lovelace");
    assert!(!claims.contains_key("email"));
}
