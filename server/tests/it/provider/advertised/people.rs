//! Scopes, claims, subjects, questions and languages.

use protocol::client::{LogoutMethod, SubjectType};
use protocol::user::{Address, StandardClaims, User};
use serde_json::{Value, json};

use super::super::support::{
    application_with, authorize_path, browser_of, claims as claims_of, json as body, redeem, text, tokens, userinfo,
};
use super::{Walk, parameters};
use crate::api::support::Api;
use crate::harness::Harness;

/// A person with a value for every claim; in a group, and with an entitlement of the application.
pub(super) async fn with_every_claim(harness: &Harness, slug: &str) -> User {
    let some = |value: &str| Some(value.to_owned());
    let user = harness
        .user_with("ada", |user| {
            user.email_verified = true;
            user.claims = StandardClaims {
                given_name: some("Ada"),
                family_name: some("Lovelace"),
                middle_name: some("King"),
                nickname: some("countess"),
                profile: some("https://ada.example/"),
                picture: some("https://ada.example/ada.png"),
                website: some("https://engine.example/"),
                gender: some("female"),
                birthdate: some("1815-12-10"),
                zoneinfo: some("Europe/London"),
                locale: some("en-GB"),
                phone_number: some("+44 20 7946 0000"),
                phone_number_verified: Some(true),
                address: Some(Address {
                    locality: some("London"),
                    ..Address::default()
                }),
            };
        })
        .await;
    let mut api = Api::new(harness).await;
    let group = json!({ "name": "engines", "users": [user.id] });
    api.post("/groups", &group).await.created();
    let entitlement = json!({ "application": slug, "name": "compute", "users": [user.id] });
    api.post("/entitlements", &entitlement).await.created();
    user
}

/// Each scope is granted when it is asked for; an unknown one falls away in silence (authentik sheet, section 3.1).
pub(super) async fn scopes(walk: &mut Walk<'_>) {
    for scope in walk.list("scopes_supported") {
        let asked = format!("openid {scope}");
        let code = super::super::support::code(&mut walk.browser, walk.slug, &[("scope", &asked)]).await;
        let answer = body(&redeem(walk.harness, walk.slug, &code).await);
        let granted = text(&answer, "scope");
        assert!(granted.split(' ').any(|one| one == scope), "{scope}: {granted}");
        if scope == "offline_access" && walk.list("grant_types_supported").contains(&"refresh_token".to_owned()) {
            assert!(answer["refresh_token"].is_string());
        }
    }
    let code = super::super::support::code(&mut walk.browser, walk.slug, &[("scope", "openid Email nonsense")]).await;
    let answer = redeem(walk.harness, walk.slug, &code).await;
    assert_eq!(text(&body(&answer), "scope"), "openid");
}

/// Everything that the tokens and userinfo say stands in the list, and everything in the list is said.
pub(super) async fn claims(walk: &mut Walk<'_>) {
    assert_eq!(walk.list("claim_types_supported"), ["normal"]);
    let scopes = walk.list("scopes_supported").join(" ");
    let hybrid = walk
        .list("response_types_supported")
        .contains(&"code id_token token".to_owned());
    let mut said: Vec<String> = Vec::new();
    let mut hear = |claims: &Value| said.extend(claims.as_object().expect("claims").keys().cloned());
    if hybrid {
        let more = [("scope", scopes.as_str()), ("response_type", "code id_token token")];
        let given = parameters(&walk.ask(&more).await);
        let id_token = given.iter().find(|(name, _)| name == "id_token").expect("an ID token");
        hear(&claims_of(&id_token.1));
    }
    let code = super::super::support::code(&mut walk.browser, walk.slug, &[("scope", &scopes)]).await;
    let answer = body(&redeem(walk.harness, walk.slug, &code).await);
    hear(&claims_of(&text(&answer, "id_token")));
    let info = body(&userinfo(walk.harness, &text(&answer, "access_token")).await);
    assert!(info.get("_claim_names").is_none() && info.get("_claim_sources").is_none());
    hear(&info);
    said.sort();
    said.dedup();
    let mut listed = walk.list("claims_supported");
    // Who authorized is the party in `azp` only where the audience says something else.
    listed.sort();
    let missing: Vec<&String> = listed.iter().filter(|name| !said.contains(name)).collect();
    let silent: Vec<&String> = said.iter().filter(|name| !listed.contains(name)).collect();
    assert!(
        missing.is_empty() && silent.is_empty(),
        "listed and not said: {missing:?}; said and not listed: {silent:?}"
    );
}

/// A single claim is given when it is asked for by its name (OpenID Connect Core 1.0, section 5.5), an unknown one is not.
pub(super) async fn single_claims(walk: &mut Walk<'_>) {
    assert_eq!(walk.document["claims_parameter_supported"], true);
    if !walk.list("claims_supported").contains(&"nickname".to_owned()) {
        return;
    }
    let wish = json!({ "userinfo": { "nickname": null, "shoe_size": null }, "id_token": { "birthdate": { "essential": true } } });
    let more = [("scope", "openid"), ("claims", &wish.to_string())];
    let code = super::super::support::code(&mut walk.browser, walk.slug, &more).await;
    let answer = body(&redeem(walk.harness, walk.slug, &code).await);
    assert_eq!(claims_of(&text(&answer, "id_token"))["birthdate"], "1815-12-10");
    let info = body(&userinfo(walk.harness, &text(&answer, "access_token")).await);
    assert_eq!(
        (&info["nickname"], info.get("shoe_size"), info.get("birthdate")),
        (&json!("countess"), None, None)
    );
}

pub(super) async fn contexts(walk: &mut Walk<'_>) {
    let supported = walk.list("acr_values_supported");
    // Wished for without need (OpenID Connect Core 1.0, section 3.1.2.1): another one is not claimed.
    for wished in [supported[0].as_str(), "urn:example:gold"] {
        let code = super::super::support::code(&mut walk.browser, walk.slug, &[("acr_values", wished)]).await;
        let answer = body(&redeem(walk.harness, walk.slug, &code).await);
        let acr = text(&claims_of(&text(&answer, "id_token")), "acr");
        assert!(supported.contains(&acr), "{acr}");
    }
}

pub(super) async fn subject_types(walk: &mut Walk<'_>) {
    let mut subjects = Vec::new();
    for name in walk.list("subject_types_supported") {
        let kind = match name.as_str() {
            "public" => SubjectType::Public,
            "pairwise" => SubjectType::Pairwise,
            other => panic!("{other}"),
        };
        for number in 0..2 {
            let slug = format!("{name}-{number}");
            application_with(walk.harness, &slug, |application| application.subject_type = kind).await;
            let tokens = tokens(walk.harness, &mut walk.browser, &slug).await;
            subjects.push(text(&claims_of(&text(&tokens, "id_token")), "sub"));
        }
    }
    assert_eq!(subjects[0], subjects[1], "public: the same everywhere");
    assert!(
        subjects[2] != subjects[3] && !subjects[2..].contains(&subjects[0]),
        "pairwise: {subjects:?}"
    );
    let mut api = Api::new(walk.harness).await;
    let outside = json!({ "name": "x", "subject_type": "ephemeral" });
    assert_ne!(api.post("/applications", &outside).await.status(), 201);
}

pub(super) async fn prompts(walk: &mut Walk<'_>) {
    // A sign-in of this same second would count as the one that is asked for.
    walk.harness.advance(2);
    for prompt in walk.list("prompt_values_supported") {
        let answer = walk.ask(&[("prompt", &prompt)]).await;
        let page = match prompt.as_str() {
            "none" => {
                assert!(answer.parameter("code").is_some(), "{:?}", answer.location());
                continue;
            }
            "login" => "form#login-form",
            "consent" => "form#consent-form",
            "select_account" => "form#account-form",
            other => panic!("{other}"),
        };
        assert!(answer.has(page), "{prompt}: {}", answer.body);
    }
    // Other words are discarded (authentik sheet, section 2.6.1); `none` stands alone (OpenID Connect Core 1.0, section 3.1.2.1).
    for outside in ["create", "Login", "none create"] {
        let answer = walk.ask(&[("prompt", outside)]).await;
        assert!(answer.parameter("code").is_some(), "{outside}: {:?}", answer.location());
    }
    for (contradiction, error) in [
        ("none login", "login_required"),
        ("none consent", "consent_required"),
        ("none select_account", "account_selection_required"),
    ] {
        assert_eq!(
            walk.refused(&[("prompt", contradiction)]).await,
            error,
            "{contradiction}"
        );
    }
}

pub(super) async fn languages(walk: &mut Walk<'_>) {
    for (wished, shown) in walk
        .list("ui_locales_supported")
        .iter()
        .map(|tag| (tag.as_str(), tag.as_str()))
        .chain([("tlh", "en"), ("xx-YY", "en")])
    {
        let path = authorize_path(walk.slug, &[("ui_locales", wished)]);
        let page = walk.harness.client().visit(&path).await;
        assert!(page.has("form#login-form"));
        assert!(page.body.contains(&format!("<html lang=\"{shown}\"")), "{wished}");
    }
}

/// Sign-out tells an application in a frame, with its issuer and the session.
pub(super) async fn frames(walk: &mut Walk<'_>) {
    for name in ["frontchannel_logout_supported", "frontchannel_logout_session_supported"] {
        assert_eq!(walk.document[name], true);
    }
    if walk
        .harness
        .app
        .store
        .load_application_by_slug("framed")
        .await
        .expect("a database")
        .is_some()
    {
        return;
    }
    application_with(walk.harness, "framed", |framed| {
        framed.logout_uri = Some("https://framed.example/out".to_owned());
        framed.logout_method = LogoutMethod::Frontchannel;
    })
    .await;
    let user = walk.harness.user("bea").await;
    let mut browser = browser_of(walk.harness, &user).await;
    let id_token = text(&tokens(walk.harness, &mut browser, "framed").await, "id_token");
    let sid = text(&claims_of(&id_token), "sid");
    let page = browser
        .visit(&format!("/application/o/framed/end-session/?id_token_hint={id_token}"))
        .await;
    let page = page.page();
    let frame = page
        .elements
        .iter()
        .find(|element| element.name == "iframe")
        .expect("a frame");
    let address: url::Url = frame.attribute("src").expect("an address").parse().expect("a URL");
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    assert!(pairs.contains(&("sid".to_owned(), sid)), "{pairs:?}");
    let issuer = "http://localhost:9000/application/o/framed/".to_owned();
    assert!(pairs.contains(&("iss".to_owned(), issuer)), "{pairs:?}");
}
