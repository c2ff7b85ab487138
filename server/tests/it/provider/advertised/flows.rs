//! Response types and modes, grants, PKCE, and what is said not to be supported.

use protocol::response_type::ResponseType;
use serde_json::json;

use super::super::support::{
    CHALLENGE, SECRET, VERIFIER, app_password, code, json as body, redeem, refresh, refusal, text, token, tokens,
};
use super::{ALL, Walk, parameters};
use crate::harness::Answer;

pub(super) async fn response_types(walk: &mut Walk<'_>) {
    let supported = walk.list("response_types_supported");
    for response_type in &supported {
        let answer = walk.ask(&[("response_type", response_type)]).await;
        let given = parameters(&answer);
        for (word, name) in [("code", "code"), ("id_token", "id_token"), ("token", "access_token")] {
            assert_eq!(
                given.iter().any(|(known, _)| known == name),
                response_type.split(' ').any(|one| one == word),
                "{name} of {response_type}: {given:?}"
            );
        }
    }
    for known in ResponseType::ALL.map(ResponseType::as_str) {
        if !supported.iter().any(|one| one == known) {
            assert_eq!(
                walk.refused(&[("response_type", known)]).await,
                "unauthorized_client",
                "{known}"
            );
        }
    }
    for outside in ["token", "none", "code none", "Code", "device_code"] {
        let error = walk.refused(&[("response_type", outside)]).await;
        assert_eq!(error, "unsupported_response_type", "{outside}");
    }
}

pub(super) async fn response_modes(walk: &mut Walk<'_>) {
    for mode in walk.list("response_modes_supported") {
        let answer = walk.ask(&[("response_mode", &mode)]).await;
        assert!(parameters(&answer).iter().any(|(name, _)| name == "code"), "{mode}");
        let location = answer.location();
        match mode.as_str() {
            "query" => assert!(location.is_some_and(|to| to.contains("?code="))),
            "fragment" => assert!(location.is_some_and(|to| to.contains("#code="))),
            "form_post" => assert!(answer.has("form#form-post")),
            other => panic!("{other}"),
        }
    }
    for outside in ["web_message", "jwt", "query.jwt", "Query"] {
        assert_eq!(
            walk.refused(&[("response_mode", outside)]).await,
            "invalid_request",
            "{outside}"
        );
    }
}

/// The tokens of a device that a person lets in.
async fn by_device(walk: &mut Walk<'_>, grant: &str) -> Answer {
    let fields = [("client_id", walk.slug), ("client_secret", SECRET), ("scope", "openid")];
    let asked = body(&walk.harness.client().post("/application/o/device/", &fields).await);
    let page = walk.browser.get("/device").await;
    let form = page.form("device-form").with("code", &text(&asked, "user_code"));
    let question = walk.browser.submit(&form).await;
    let form = question.form("consent-form").with("decision", "allow");
    walk.browser.submit(&form).await;
    let device_code = text(&asked, "device_code");
    token(
        walk.harness,
        walk.slug,
        &[("grant_type", grant), ("device_code", &device_code)],
    )
    .await
}

pub(super) async fn grant_types(walk: &mut Walk<'_>) {
    let harness = walk.harness;
    for grant in walk.list("grant_types_supported") {
        let answer = match grant.as_str() {
            "authorization_code" => {
                let code = code(&mut walk.browser, walk.slug, &[]).await;
                redeem(harness, walk.slug, &code).await
            }
            "implicit" => {
                let answer = walk.ask(&[("response_type", "id_token")]).await;
                assert!(parameters(&answer).iter().any(|(name, _)| name == "id_token"));
                continue;
            }
            "refresh_token" => {
                let first = tokens(harness, &mut walk.browser, walk.slug).await;
                refresh(harness, walk.slug, &text(&first, "refresh_token")).await
            }
            "client_credentials" => token(harness, walk.slug, &[("grant_type", &grant)]).await,
            "password" => {
                let user = harness.user("robot").await;
                let (_, value) = app_password(harness, &user, &json!({"name": "walk"})).await;
                let fields = [
                    ("grant_type", grant.as_str()),
                    ("username", "robot"),
                    ("password", &value),
                ];
                token(harness, walk.slug, &fields).await
            }
            "urn:ietf:params:oauth:grant-type:device_code" => by_device(walk, &grant).await,
            other => panic!("{other}"),
        };
        assert_eq!(answer.status, 200, "{grant}: {}", answer.body);
        assert_eq!(text(&body(&answer), "token_type"), "Bearer");
    }
    for outside in [
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:openid:params:grant-type:ciba",
        "hybrid",
        "implicit",
        "Password",
    ] {
        let (status, error, _) = refusal(&token(harness, walk.slug, &[("grant_type", outside)]).await);
        assert_eq!((status, error.as_str()), (400, "unsupported_grant_type"), "{outside}");
    }
}

/// Grants that the server has and this application may not use.
pub(super) async fn grants_of_others_are_refused(walk: &mut Walk<'_>) {
    let supported = walk.list("grant_types_supported");
    let at_the_token_endpoint = |name: &&str| !matches!(*name, "implicit" | "hybrid");
    for grant in ALL
        .map(|grant| grant.as_str())
        .iter()
        .filter(|name| at_the_token_endpoint(name))
    {
        if supported.iter().any(|one| one == grant) {
            continue;
        }
        let fields = [
            ("grant_type", *grant),
            ("refresh_token", "a-value"),
            ("device_code", "a-value"),
            ("username", "robot"),
            ("password", "a-value"),
        ];
        let (status, error, _) = refusal(&token(walk.harness, walk.slug, &fields).await);
        assert_eq!((status, error.as_str()), (400, "unauthorized_client"), "{grant}");
    }
}

pub(super) async fn challenge_methods(walk: &mut Walk<'_>) {
    let supported = walk.list("code_challenge_methods_supported");
    for method in &supported {
        let challenge = match method.as_str() {
            "S256" => CHALLENGE,
            "plain" => VERIFIER,
            other => panic!("{other}"),
        };
        let more = [
            ("code_challenge_method", method.as_str()),
            ("code_challenge", challenge),
        ];
        let code = code(&mut walk.browser, walk.slug, &more).await;
        let answer = redeem(walk.harness, walk.slug, &code).await;
        assert_eq!(answer.status, 200, "{method}: {}", answer.body);
    }
    for outside in ["plain", "S512", "s256", "none"] {
        if !supported.iter().any(|one| one == outside) {
            let more = [("code_challenge_method", outside), ("code_challenge", VERIFIER)];
            assert_eq!(walk.refused(&more).await, "invalid_request", "{outside}");
        }
    }
}

/// What the document says not to work is refused by its own code, never ignored (OpenID Connect Core 1.0, section 6).
pub(super) async fn request_objects(walk: &mut Walk<'_>, member: &str, parameter: &str) {
    assert_eq!(walk.document[member], false);
    let error = walk.refused(&[(parameter, "https://all.example/request.jwt")]).await;
    assert_eq!(error, format!("{parameter}_not_supported"));
}

/// RFC 9207: in what succeeds and in what fails.
pub(super) async fn issuer_in_answers(walk: &mut Walk<'_>) {
    let issuer = text(&walk.document, "issuer");
    for more in [[("state", "1")], [("response_type", "none")]] {
        let answer = walk.ask(&more).await;
        assert!(
            parameters(&answer).contains(&("iss".to_owned(), issuer.clone())),
            "{more:?}"
        );
    }
}
