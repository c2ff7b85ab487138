//! `/login/oauth/authorize`.

use protocol::client::{MatchingMode, RedirectUri};
use serde_json::Value;

use super::support::{application, authorize_path, code, found, redeem, token};
use crate::harness::{Harness, on_both, secret_of};

on_both!(
    a_bare_request_signs_in_and_opens_nothing,
    special_scopes_stand_only_on_this_way_in,
    the_consent_page_says_what_each_scope_opens_in_both_languages,
    consent_is_asked_again_when_a_special_scope_is_added,
    redirect_uris_are_exact_and_may_be_left_out,
    a_person_who_says_no_is_reported,
    pkce_works_here_too,
    a_mapping_of_the_same_name_opens_nothing,
);

async fn a_bare_request_signs_in_and_opens_nothing(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let mut browser = harness.client();
    // Nobody is signed in: the page asks, and the way goes on.
    let page = browser.visit(&authorize_path("shop", &[("login", "alice")])).await;
    let form = page.form("login-form");
    assert_eq!(form.value("username"), Some("alice"), "`login` fills in the name");
    let answer = browser.submit(&form.with("password", crate::harness::PASSWORD)).await;
    let answer = browser.follow(answer).await;
    assert!(answer.location().unwrap().starts_with("https://shop.example/cb?"));
    let tokens = redeem(harness, "shop", &answer.parameter("code").unwrap()).await;
    let scope = tokens.get("scope").unwrap().to_owned();
    assert!(scope.split(',').any(|scope| scope == "openid"), "{scope}");
    for special in ["user:email", "read:org", "user", "read:user", "goauthentik.io/api"] {
        assert!(!scope.split(',').any(|scope| scope == special), "{special} in {scope}");
    }
    let refused = super::support::get(harness, tokens.get("access_token").unwrap(), "/user").await;
    assert_eq!(refused.status, 403);
    assert!(refused.body.contains("user:email"), "{}", refused.body);
    assert!(
        refused
            .header("www-authenticate")
            .unwrap()
            .contains("scope=\"user:email\"")
    );
    drop(alice);
}

async fn special_scopes_stand_only_on_this_way_in(harness: &Harness) {
    application(harness, "shop").await;
    let alice = harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let both = code(&mut browser, "shop", "openid,user:email read:org repo").await;
    let tokens = redeem(harness, "shop", &both).await;
    assert_eq!(tokens.get("scope"), Some("openid,read:org,user:email"));
    found(harness, tokens.get("access_token").unwrap(), "/user").await;
    // The standard way in drops them like anything unknown.
    let path = "/application/o/authorize/?client_id=shop&response_type=code&scope=openid+user:email+read:org\
                &redirect_uri=https%3A%2F%2Fshop.example%2Fcb";
    let standard = browser.get(path).await.parameter("code").expect("a code");
    let tokens = redeem(harness, "shop", &standard).await;
    assert_eq!(tokens.get("scope"), Some("openid"));
    let refused = super::support::get(harness, tokens.get("access_token").unwrap(), "/user").await;
    assert_eq!(refused.status, 403);
    drop(alice);
}

async fn the_consent_page_says_what_each_scope_opens_in_both_languages(harness: &Harness) {
    harness.application("shop").await;
    harness.user("alice").await;
    let scope = "user,read:user,user:email,read:org,openid";
    for (language, words) in [
        (
            "en",
            ["see your profile", "see your email address, your user name", "as teams"],
        ),
        (
            "de",
            [
                "Ihr Profil sehen",
                "Ihre E-Mail-Adresse, Ihren Benutzernamen",
                "als Teams",
            ],
        ),
    ] {
        let mut browser = harness
            .signed_in("alice")
            .await
            .with_header(http::header::ACCEPT_LANGUAGE, language);
        let page = browser.visit(&authorize_path("shop", &[("scope", scope)])).await;
        for scope in scope.split(',') {
            assert!(page.has(&format!("li[data-scope={scope}]")), "{scope}: {}", page.body);
        }
        for words in words {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
    }
}

async fn consent_is_asked_again_when_a_special_scope_is_added(harness: &Harness) {
    harness.application("shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    for (scope, asks) in [
        ("user:email", true),
        ("user:email", false),
        ("user:email,read:org", true),
        ("read:org", false),
    ] {
        let mut answer = browser.visit(&authorize_path("shop", &[("scope", scope)])).await;
        assert_eq!(answer.has("form#consent-form"), asks, "{scope}");
        if asks {
            let form = answer.form("consent-form").with("decision", "allow");
            answer = browser.submit(&form).await;
            answer = browser.follow(answer).await;
        }
        assert!(answer.parameter("code").is_some(), "{scope}: {:?}", answer.location());
    }
}

async fn redirect_uris_are_exact_and_may_be_left_out(harness: &Harness) {
    let mut shop = application(harness, "shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let exact = [("redirect_uri", "https://shop.example/cb")];
    assert!(
        browser
            .get(&authorize_path("shop", &exact))
            .await
            .parameter("code")
            .is_some()
    );
    for other in [
        "https://shop.example/cb/",
        "https://shop.example/cb/deeper",
        "https://shop.example/cb?x=1",
        "https://shop.example/",
        "https://evil.example/cb",
        "https://shop.example.evil.example/cb",
        "javascript:alert(1)",
    ] {
        let answer = browser.get(&authorize_path("shop", &[("redirect_uri", other)])).await;
        assert_eq!(answer.status, 400, "{other}");
        assert!(answer.location().is_none() && answer.error_code().is_some(), "{other}");
    }
    // With two it must be said which one.
    harness
        .change_application(&mut shop, |shop| {
            shop.redirect_uris.push(RedirectUri {
                matching_mode: MatchingMode::Strict,
                url: "https://shop.example/two".to_owned(),
            });
        })
        .await;
    let answer = browser.get(&authorize_path("shop", &[])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error_code().as_deref()),
        (400, Some("redirect_uri_missing"))
    );
    for client in ["", "nobody"] {
        let answer = browser.get(&format!("/login/oauth/authorize?client_id={client}")).await;
        assert_eq!(answer.status, 400);
        assert!(answer.error_code().is_some());
    }
    assert_eq!(browser.get("/login/oauth/authorize").await.status, 400);
}

async fn a_person_who_says_no_is_reported(harness: &Harness) {
    harness.application("shop").await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let page = browser
        .visit(&authorize_path("shop", &[("scope", "user:email"), ("state", "a b")]))
        .await;
    let answer = browser
        .submit(&page.form("consent-form").with("decision", "deny"))
        .await;
    assert_eq!(answer.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(answer.parameter("state").as_deref(), Some("a b"));
    let other = browser
        .get(&authorize_path(
            "shop",
            &[("response_type", "id_token"), ("scope", "openid")],
        ))
        .await;
    assert!(
        other.parameter("error").is_some() || other.location().unwrap().contains("error="),
        "{other:?}"
    );
}

async fn pkce_works_here_too(harness: &Harness) {
    harness
        .application_with("shop", |shop| {
            shop.consent_mode = protocol::client::ConsentMode::Skip;
            shop.require_pkce = true;
        })
        .await;
    harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let without = browser.get(&authorize_path("shop", &[("scope", "user:email")])).await;
    assert_eq!(without.parameter("error").as_deref(), Some("invalid_request"));
    // RFC 7636, appendix B.
    let challenge = [
        ("scope", "user:email"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
        ("code_challenge_method", "S256"),
    ];
    for (verifier, works) in [
        (None, false),
        (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx"), false),
        (Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), true),
    ] {
        let code = browser
            .get(&authorize_path("shop", &challenge))
            .await
            .parameter("code")
            .expect("a code");
        let secret = secret_of("shop");
        let mut fields = vec![
            ("client_id", "shop"),
            ("client_secret", secret.as_str()),
            ("code", code.as_str()),
        ];
        fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answer = super::support::form(&super::support::exchange(harness, &fields).await);
        assert_eq!(answer.get("access_token").is_some(), works, "{verifier:?}");
        assert_eq!(answer.get("error"), (!works).then_some("bad_verification_code"));
    }
}

async fn a_mapping_of_the_same_name_opens_nothing(harness: &Harness) {
    // An installation may have a mapping of its own that is called like a special scope.
    let now = harness.now();
    let insert = INSERT_MAPPING.with(vec!["map_own".into(), store::Val::from(now.0), "user:email".into()]);
    harness
        .app
        .commit_changes(vec![insert], vec!["scopes".to_owned()])
        .await
        .unwrap();
    let shop = application(harness, "shop").await;
    assert!(shop.scope_mappings.iter().any(|id| id == "map_own"));
    let alice = harness.user("alice").await;
    let mut browser = harness.signed_in("alice").await;
    let path = "/application/o/authorize/?client_id=shop&response_type=code&scope=user:email\
                &redirect_uri=https%3A%2F%2Fshop.example%2Fcb";
    let standard = browser.get(path).await.parameter("code").expect("a code");
    let tokens = redeem(harness, "shop", &standard).await;
    assert_eq!(
        tokens.get("scope"),
        Some("user:email"),
        "it is the application's own scope"
    );
    let refused = super::support::get(harness, tokens.get("access_token").unwrap(), "/user").await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    // On GitHub's way in it is GitHub's.
    let github = token(harness, &alice, "shop", "user:email").await;
    let user: Value = found(harness, &github, "/user").await;
    assert_eq!(user["login"], "alice");
}

store::statements! {
    INSERT_MAPPING = "INSERT INTO scope_mappings (id, created_at, updated_at, version, name, scope, description, \
        managed) VALUES ($1, $2, $2, 1, $3, $3, 'of our own', NULL)";
}
