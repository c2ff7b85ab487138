//! PKCE against everything that may be tried to get around it (security sheet, item 5; RFC 7636; RFC 9700, section 4.8.2;
//! CVE-2023-48228, CVE-2024-23647): nine kinds of downgrade, for an application that may leave PKCE out, one that must
//! not, and a public one.

use protocol::client::{Application, ClientType, GrantType};

use super::super::support::{CHALLENGE, VERIFIER, application_with, authorize_path, browser_of, code, token};
use super::ways::{issued, verdict};
use crate::harness::{Answer, Client, Harness, on_both};

on_both!(
    what_an_authorization_request_may_not_weaken,
    what_a_token_request_may_not_weaken,
    verifiers_of_plain_challenges,
    parameters_that_stand_twice,
    a_challenge_holds_in_every_flow_with_a_code,
);

const FORTY_TWO: &str = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop";

/// `optional` may leave PKCE out, `strict` must not, `public` has no secret, `plain` may send `plain`.
async fn applications(harness: &Harness) -> Client {
    let hybrid = |application: &mut Application| application.grant_types.push(GrantType::Hybrid);
    application_with(harness, "optional", hybrid).await;
    application_with(harness, "strict", |strict| {
        strict.require_pkce = true;
        hybrid(strict);
    })
    .await;
    application_with(harness, "public", |public| {
        public.client_type = ClientType::Public;
        public.require_pkce = true;
        hybrid(public);
    })
    .await;
    application_with(harness, "plain", |plain| plain.allow_plain_pkce = true).await;
    let alice = harness.user("alice").await;
    browser_of(harness, &alice).await
}

/// The refusal that travels back, by the sentence that belongs to it.
fn told(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(answer.parameter("code"), None, "{:?}", answer.location());
    let error = answer.parameter("error").expect("an error");
    format!("{error}: {}", answer.parameter("error_description").unwrap_or_default())
}

async fn what_an_authorization_request_may_not_weaken(harness: &Harness) {
    let mut browser = applications(harness).await;
    let before = issued(harness).await;
    let padded = format!("{CHALLENGE}=");
    let long = "a".repeat(129);
    let all: &[&str] = &["optional", "strict", "public"];
    let must: &[&str] = &["strict", "public"];
    let table: [(&[&str], &str, &str, &str); 19] = [
        // The challenge is dropped.
        (must, "", "", "must use PKCE"),
        (all, "", "S256", "code_challenge is malformed"),
        (all, "", "plain", "code_challenge is malformed"),
        // The method is weakened, named or left out.
        (all, VERIFIER, "plain", "plain code_challenge_method is not allowed"),
        (all, CHALLENGE, "plain", "plain code_challenge_method is not allowed"),
        (all, VERIFIER, "", "plain code_challenge_method is not allowed"),
        (all, CHALLENGE, "", "plain code_challenge_method is not allowed"),
        // The method is none.
        (all, CHALLENGE, "s256", "code_challenge_method is not supported"),
        (all, CHALLENGE, "S512", "code_challenge_method is not supported"),
        (all, CHALLENGE, "none", "code_challenge_method is not supported"),
        (all, CHALLENGE, "S256 plain", "code_challenge_method is not supported"),
        (all, CHALLENGE, " S256", "code_challenge_method is not supported"),
        (all, VERIFIER, "PLAIN", "code_challenge_method is not supported"),
        // The challenge has not the form of its method.
        (all, &padded, "S256", "code_challenge is malformed"),
        (all, FORTY_TWO, "S256", "code_challenge is malformed"),
        (
            all,
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c+",
            "S256",
            "code_challenge is malformed",
        ),
        (
            all,
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
            "S256",
            "code_challenge is malformed",
        ),
        (all, FORTY_TWO, "plain", "code_challenge is malformed"),
        (all, &long, "plain", "code_challenge is malformed"),
    ];
    for (slugs, challenge, method, sentence) in table {
        for slug in slugs {
            let more = [("code_challenge", challenge), ("code_challenge_method", method)];
            let came = told(&browser.get(&authorize_path(slug, &more)).await);
            assert!(
                came.starts_with("invalid_request: ") && came.contains(sentence),
                "{slug} {challenge} {method}: {came}"
            );
        }
    }
    assert_eq!(issued(harness).await, before);
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    code(&mut browser, "optional", &none).await;
}

async fn redeem(harness: &Harness, slug: &str, code: &str, verifier: Option<&str>) -> String {
    let redirect = format!("https://{slug}.example/cb");
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect.as_str()),
    ];
    fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    verdict(&token(harness, slug, &fields).await)
}

const WRONG: &str = "400 invalid_grant pkce_verifier_wrong";

async fn what_a_token_request_may_not_weaken(harness: &Harness) {
    let mut browser = applications(harness).await;
    let other = "another-verifier-another-verifier-another-verifier";
    let long = format!("{VERIFIER}{}", "a".repeat(86));
    let cut = &VERIFIER[..42];
    let table: [(Option<&str>, &str); 14] = [
        (None, "400 invalid_grant pkce_verifier_missing"),
        (Some(""), "400 invalid_grant pkce_verifier_missing"),
        (Some(other), WRONG),
        (Some(CHALLENGE), WRONG),
        (Some(cut), WRONG),
        (Some("x"), WRONG),
        (Some(&long), WRONG),
        (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk="), WRONG),
        (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK"), WRONG),
        (Some("dBjftJeZ4CVP+mB92K27uhbUJU1p1r/wW1gFWFOEjXk"), WRONG),
        (Some(" dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), WRONG),
        (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\n"), WRONG),
        (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\0"), WRONG),
        (Some("\u{fc}BjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), WRONG),
    ];
    for slug in ["optional", "strict", "public"] {
        let with = code(&mut browser, slug, &[]).await;
        let before = issued(harness).await;
        for (verifier, expected) in table {
            assert_eq!(
                redeem(harness, slug, &with, verifier).await,
                expected,
                "{slug} {verifier:?}"
            );
        }
        assert_eq!(issued(harness).await, before, "{slug}");
        assert_eq!(
            redeem(harness, slug, &with, Some(VERIFIER)).await,
            "200",
            "{slug}: no attempt used it up"
        );
    }
    // A verifier for a code that never had a challenge: somebody took the challenge out on the way.
    let none = [("code_challenge", ""), ("code_challenge_method", "")];
    let without = code(&mut browser, "optional", &none).await;
    for verifier in [VERIFIER, CHALLENGE, "x"] {
        let came = redeem(harness, "optional", &without, Some(verifier)).await;
        assert_eq!(came, "400 invalid_grant pkce_verifier_unexpected", "{verifier}");
    }
    assert_eq!(redeem(harness, "optional", &without, None).await, "200");
}

async fn verifiers_of_plain_challenges(harness: &Harness) {
    let mut browser = applications(harness).await;
    let more = [("code_challenge", VERIFIER), ("code_challenge_method", "plain")];
    let plain = code(&mut browser, "plain", &more).await;
    for (verifier, expected) in [
        (None, "400 invalid_grant pkce_verifier_missing"),
        // The hash of the challenge is no verifier of it: a method is never changed afterwards.
        (Some(CHALLENGE), WRONG),
        (Some(&VERIFIER[..42]), WRONG),
        (Some(VERIFIER), "200"),
    ] {
        assert_eq!(
            redeem(harness, "plain", &plain, verifier).await,
            expected,
            "{verifier:?}"
        );
    }
    // And a hashed challenge is never compared as it is, although this application may send `plain`.
    let hashed = code(&mut browser, "plain", &[]).await;
    assert_eq!(redeem(harness, "plain", &hashed, Some(CHALLENGE)).await, WRONG);
    assert_eq!(redeem(harness, "plain", &hashed, Some(VERIFIER)).await, "200");
}

async fn parameters_that_stand_twice(harness: &Harness) {
    let mut browser = applications(harness).await;
    for (name, value) in [("code_challenge", VERIFIER), ("code_challenge_method", "plain")] {
        for again in [value, ""] {
            let path = format!("{}&{name}={again}", authorize_path("optional", &[]));
            let page = browser.get(&path).await;
            assert_eq!(verdict(&page), "page 400 parameter_repeated", "{name}={again}");
        }
    }
    let with = code(&mut browser, "optional", &[]).await;
    let twice = [
        ("grant_type", "authorization_code"),
        ("code", with.as_str()),
        ("redirect_uri", "https://optional.example/cb"),
        ("code_verifier", VERIFIER),
        ("code_verifier", CHALLENGE),
    ];
    let came = verdict(&token(harness, "optional", &twice).await);
    assert_eq!(came, "400 invalid_request parameter_repeated");
    assert_eq!(redeem(harness, "optional", &with, Some(VERIFIER)).await, "200");
}

async fn a_challenge_holds_in_every_flow_with_a_code(harness: &Harness) {
    let mut browser = applications(harness).await;
    for response_type in ["code id_token", "code token", "code id_token token"] {
        let dropped = [
            ("response_type", response_type),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ];
        for slug in ["strict", "public"] {
            let answer = browser.get(&authorize_path(slug, &dropped)).await;
            let came = super::ways::parameter(&answer, "error").unwrap_or_default();
            assert_eq!(
                came,
                "invalid_request",
                "{slug} {response_type} {:?}",
                answer.location()
            );
        }
        let answer = browser
            .get(&authorize_path("strict", &[("response_type", response_type)]))
            .await;
        let with = super::ways::parameter(&answer, "code").expect("a code");
        let missing = redeem(harness, "strict", &with, None).await;
        assert_eq!(missing, "400 invalid_grant pkce_verifier_missing", "{response_type}");
        assert_eq!(
            redeem(harness, "strict", &with, Some(VERIFIER)).await,
            "200",
            "{response_type}"
        );
    }
    // GitHub's way in is the same decision.
    let path =
        format!("/login/oauth/authorize?client_id=optional&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let with = browser.get(&path).await.parameter("code").expect("a code");
    let fields = [
        ("client_id", "optional"),
        ("client_secret", super::super::support::SECRET),
        ("code", with.as_str()),
    ];
    let mut program = harness.client().with_header(http::header::ACCEPT, "application/json");
    let answer = program.post("/login/oauth/access_token", &fields).await;
    assert!(verdict(&answer).contains("pkce_verifier_missing"), "{}", answer.body);
    let path = "/login/oauth/authorize?client_id=strict&scope=user:email";
    assert!(told(&browser.get(path).await).contains("must use PKCE"));
}
