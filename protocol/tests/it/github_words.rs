//! GitHub's words in the words of the standard, and back (GitHub documentation, "Authorizing OAuth apps").

use protocol::authorize::{AuthorizationRequest, Facts, Refused};
use protocol::client::{Application, Client, RefreshTokenValidity};
use protocol::dialect::Dialect;
use protocol::error::OAuthError;
use protocol::github::{
    TokenError, TokenReply, as_form, authorization_parameters, check_authorization, parse_authorization,
    token_parameters, wants_json,
};
use protocol::grants::TokenResponse;
use protocol::id_token::OurKeys;
use protocol::params::Params;
use protocol::refusal::Refusal;

use crate::fixtures::{CALLBACK, NOW, World, client, client_with, mapping, strict};

fn params(query: &str) -> Params {
    Params::parse(query.as_bytes()).unwrap()
}

fn check(client: &Client, query: &str) -> Result<AuthorizationRequest, Box<Refused>> {
    let world = World::default();
    let translated = authorization_parameters(Some(client), &params(query));
    let facts = Facts {
        client: Some(client),
        keys: &OurKeys::default(),
        params: &translated,
    };
    check_authorization(&world.env(NOW), &facts)
}

fn scopes(client: &Client, query: &str) -> String {
    check(client, query).unwrap().scopes.join(" ")
}

#[test]
fn scopes_are_joined_by_commas_or_blanks_and_special_ones_stay_beside_others() {
    let client = client();
    for (asked, granted) in [
        ("user:email", "user:email"),
        ("user%2Cread:org", "read:org user"),
        ("user:email%2C+read:org", "read:org user:email"),
        ("user:email+read:org", "read:org user:email"),
        ("%2C%2Cread:user%2C", "read:user"),
        // Beside what is offered, and beside what is neither special nor offered.
        ("user:email+openid", "openid user:email"),
        ("user:email%2Crepo%2Cgist%2Cadmin:org", "user:email"),
        ("repo", ""),
    ] {
        let query = format!("client_id=wiki-client&scope={asked}");
        assert_eq!(scopes(&client, &query), granted, "{asked}");
    }
}

#[test]
fn without_scope_there_are_no_special_ones_even_when_mapped() {
    let mut client = client();
    client.scopes.push(mapping("user:email", None));
    client.scopes.push(mapping("read:org", None));
    for query in [
        "client_id=wiki-client",
        "client_id=wiki-client&scope=",
        "client_id=wiki-client&scope=%2C",
    ] {
        let granted = scopes(&client, query);
        assert!(granted.contains("openid") && granted.contains("email"), "{granted}");
        assert!(!granted.contains("user:") && !granted.contains("read:") && !granted.contains("goauthentik"));
    }
}

#[test]
fn the_redirect_uri_may_be_left_out_when_there_is_one_whole_address() {
    let uri = |client: &Client, query: &str| check(client, query).map(|request| request.redirect_uri);
    assert_eq!(uri(&client(), "client_id=wiki-client").unwrap(), CALLBACK);
    assert_eq!(uri(&client(), "client_id=wiki-client&redirect_uri=").unwrap(), CALLBACK);
    let two = client_with(|application| application.redirect_uris.push(strict("https://app.example.com/two")));
    let none = client_with(|application| application.redirect_uris.clear());
    for client in [&two, &none] {
        let refused = uri(client, "client_id=wiki-client").unwrap_err();
        assert_eq!(refused.error.refusal, Refusal::RedirectUriMissing);
        assert!(refused.delivery.is_none());
    }
    // GitHub takes paths below the registered one; we do not.
    for other in [
        "https%3A%2F%2Fapp.example.com%2Fcb%2Fdeeper",
        "https%3A%2F%2Fapp.example.com%2Fcb%3Fx%3D1",
    ] {
        let refused = uri(&client(), &format!("client_id=wiki-client&redirect_uri={other}")).unwrap_err();
        assert_eq!(refused.error.refusal, Refusal::RedirectUriMismatch);
        assert!(refused.delivery.is_none());
    }
}

#[test]
fn it_is_always_a_code() {
    let request = check(&client(), "client_id=wiki-client&login=ada&state=s").unwrap();
    assert_eq!(request.dialect, Dialect::GitHub);
    assert_eq!(request.login_hint.as_deref(), Some("ada"));
    assert_eq!(request.state.as_deref(), Some("s"));
    check(&client(), "client_id=wiki-client&response_type=code").unwrap();
    let refused = check(&client(), "client_id=wiki-client&response_type=device").unwrap_err();
    assert_eq!(refused.error.refusal, Refusal::ResponseTypeUnsupported);
    assert!(refused.delivery.is_some(), "the application hears of it");
    // What waits in the database keeps the dialect, and older rows have none.
    let stored = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<AuthorizationRequest>(&stored).unwrap(), request);
    assert_eq!(
        serde_json::from_str::<AuthorizationRequest>("{}").unwrap().dialect,
        Dialect::Standard
    );
}

#[test]
fn the_standard_way_in_knows_no_special_scopes() {
    assert!(!Dialect::Standard.knows("user:email") && !Dialect::GitHub.knows("openid"));
    let asked = Some(vec![
        "openid".to_owned(),
        "read:org".to_owned(),
        "user:email".to_owned(),
    ]);
    assert_eq!(protocol::scope::decide_authorized_scopes(&client(), asked), ["openid"]);
}

#[test]
fn a_token_request_needs_a_code_and_little_else() {
    let client = client();
    let read = |query: &str| token_parameters(Some(&client), &params(query));
    let bare = read("client_id=wiki-client&code=c");
    assert_eq!(bare.get("grant_type"), Some("authorization_code"));
    assert_eq!(bare.get("redirect_uri"), Some(CALLBACK));
    let full = read("grant_type=refresh_token&refresh_token=r&redirect_uri=x&scope=a%2Cb");
    assert_eq!(full.get("grant_type"), Some("refresh_token"));
    assert_eq!((full.get("redirect_uri"), full.get("scope")), (Some("x"), Some("a b")));
}

#[test]
fn json_is_for_those_who_ask_for_it() {
    for accept in [
        "application/json",
        "Application/JSON; q=0.5",
        "application/json, text/plain, */*",
        "text/html, application/json;q=0.9",
        "application/vnd.github.v3+json",
        "application/vnd.github+json",
        "application/x-www-form-urlencoded;q=0.5, application/json",
    ] {
        assert!(wants_json(Some(accept)), "{accept}");
    }
    for accept in [
        "",
        "*/*",
        "application/xml",
        "text/html",
        "application/json;q=0",
        "application/json;q=x",
        "application/json;q=0.4, application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded",
        ",,;",
    ] {
        assert!(!wants_json(Some(accept)), "{accept}");
    }
    assert!(!wants_json(None));
}

#[test]
fn the_header_takes_token_and_bearer() {
    for value in ["token abc", "Token abc", "TOKEN  abc ", "bearer abc", "Bearer abc"] {
        assert_eq!(parse_authorization(Some(value)).unwrap(), "abc", "{value}");
    }
    for value in [
        None,
        Some(""),
        Some("token"),
        Some("token "),
        Some("abc"),
        Some("Basic YTpi"),
        Some("tokens abc"),
    ] {
        assert_eq!(
            parse_authorization(value).unwrap_err().refusal,
            Refusal::BearerMissing,
            "{value:?}"
        );
    }
}

fn tokens() -> TokenResponse {
    TokenResponse {
        access_token: "a+b/c".into(),
        token_type: "Bearer",
        expires_in: 3600,
        scope: "read:org user:email".into(),
        id_token: None,
        refresh_token: Some("r".into()),
    }
}

#[test]
fn answers_are_forms_with_scopes_joined_by_commas() {
    let reply = TokenReply::new(tokens(), &Application::default());
    let form = params(&as_form(&reply));
    assert_eq!(form.get("access_token"), Some("a+b/c"));
    assert_eq!(form.get("scope"), Some("read:org,user:email"));
    assert_eq!(form.get("token_type"), Some("bearer"));
    assert_eq!(
        (form.get("expires_in"), form.get("refresh_token_expires_in")),
        (Some("3600"), Some("2592000"))
    );
    assert!(!form.contains("id_token"));
    let endless = Application {
        refresh_token_validity: RefreshTokenValidity::Never,
        ..Application::default()
    };
    let endless = params(&as_form(&TokenReply::new(tokens(), &endless)));
    assert_eq!(endless.get("refresh_token_expires_in"), Some("315360000"), "ten years");
    let once = TokenResponse {
        refresh_token: None,
        ..tokens()
    };
    let once = params(&as_form(&TokenReply::new(once, &Application::default())));
    assert!(!once.contains("refresh_token") && !once.contains("refresh_token_expires_in"));
}

#[test]
fn refusals_have_github_s_codes_where_it_has_one() {
    for (refusal, grant_type, code) in [
        (Refusal::ClientMissing, "", "incorrect_client_credentials"),
        (Refusal::ClientUnknown, "", "incorrect_client_credentials"),
        (
            Refusal::ClientSecretWrong,
            "authorization_code",
            "incorrect_client_credentials",
        ),
        (
            Refusal::ClientAuthenticationMissing,
            "authorization_code",
            "incorrect_client_credentials",
        ),
        (
            Refusal::ClientDisabled,
            "authorization_code",
            "incorrect_client_credentials",
        ),
        (
            Refusal::CodeRedirectUriMissing,
            "authorization_code",
            "redirect_uri_mismatch",
        ),
        (
            Refusal::CodeRedirectUriMismatch,
            "authorization_code",
            "redirect_uri_mismatch",
        ),
        (Refusal::CodeMissing, "authorization_code", "bad_verification_code"),
        (Refusal::CodeUnknown, "authorization_code", "bad_verification_code"),
        (Refusal::CodeReused, "authorization_code", "bad_verification_code"),
        (
            Refusal::PkceVerifierWrong,
            "authorization_code",
            "bad_verification_code",
        ),
        (Refusal::RefreshTokenReused, "refresh_token", "bad_refresh_token"),
        (Refusal::GrantTypeUnsupported, "x", "unsupported_grant_type"),
        (Refusal::GrantTypeNotAllowed, "refresh_token", "unsupported_grant_type"),
        (Refusal::ScopeWider, "refresh_token", "invalid_scope"),
        (Refusal::ParameterRepeated, "", "invalid_request"),
    ] {
        let error = OAuthError::new(refusal);
        assert_eq!(TokenError::status(&error), 200, "{refusal:?}");
        let form = params(&as_form(&TokenError::new(&error, grant_type)));
        assert_eq!(form.get("error"), Some(code), "{refusal:?}");
        assert_eq!(form.get("error_description"), Some(refusal.sentence()));
        assert_eq!(form.get("refusal"), Some(refusal.code()));
        assert!(
            form.get("error_uri")
                .unwrap()
                .ends_with(&format!("#{}", code.replace('_', "-")))
        );
    }
    for (refusal, status) in [(Refusal::StorageUnavailable, 503), (Refusal::Internal, 500)] {
        assert_eq!(TokenError::status(&refusal.into()), status);
    }
}
