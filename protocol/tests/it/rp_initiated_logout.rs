//! RP-initiated sign-out: the cases of the conformance plan (OpenID Connect RP-Initiated Logout 1.0), and the metadata.

use protocol::client::{Client, ClientType, GrantType, IssuerMode, TokenEndpointAuthMethod};
use protocol::discovery::{of_application, of_installation};
use protocol::id_token::OurKeys;
use protocol::jose::{Algorithm, SigningKey, typ};
use protocol::logout::{LogoutRequest, check_logout, needs_confirmation};
use protocol::refusal::Refusal;
use serde_json::{Value, json};

use crate::fixtures::{NOW, PUBLIC_URL, World, client, client_with, params};

const BYE: &str = "https://app.example.com/bye";

fn hint(client: &Client, change: &[(&str, Value)]) -> String {
    let mut claims = json!({ "iss": client.issuer, "aud": "wiki-client", "sub": "s", "sid": "this", "exp": 1 });
    for (name, value) in change {
        claims[*name] = value.clone();
    }
    client.signing_key.sign(Some(typ::JWT), &claims).unwrap()
}

fn ask(client: Option<&Client>, pairs: &[(&str, &str)]) -> Result<LogoutRequest, Refusal> {
    check_logout(&World::default().env(NOW), client, &OurKeys::default(), &params(pairs)).map_err(|error| error.refusal)
}

fn address(request: &LogoutRequest) -> Option<String> {
    request.return_to.as_ref().map(protocol::logout::ReturnTo::address)
}

#[test]
fn good_requests() {
    let client = client();
    let hint = hint(&client, &[]);
    let all = ask(
        Some(&client),
        &[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", BYE),
            ("state", "a&b"),
        ],
    )
    .unwrap();
    assert_eq!(
        address(&all).as_deref(),
        Some("https://app.example.com/bye?state=a%26b")
    );
    assert!(
        !needs_confirmation(&all, Some("this")),
        "the same session, long expired token"
    );
    assert!(needs_confirmation(&all, Some("other")) && !needs_confirmation(&all, None));

    let no_state = ask(
        Some(&client),
        &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)],
    )
    .unwrap();
    assert_eq!(address(&no_state).as_deref(), Some(BYE));
    let no_redirect = ask(Some(&client), &[("id_token_hint", &hint), ("state", "s")]).unwrap();
    assert_eq!(address(&no_redirect), None);
    for bare in [&[][..], &[("state", "s")], &[("client_id", "wiki-client")]] {
        let request = ask(Some(&client), bare).unwrap();
        assert!(address(&request).is_none() && request.hint.is_none() && needs_confirmation(&request, Some("this")));
    }
    let unregistered = client_with(|application| application.post_logout_redirect_uris.clear());
    assert_eq!(
        address(
            &ask(
                Some(&unregistered),
                &[("post_logout_redirect_uri", "https://evil.example/")]
            )
            .unwrap()
        ),
        None
    );
}

#[test]
fn nobody_is_sent_elsewhere() {
    let client = client();
    let good = hint(&client, &[]);
    let to = |uri| {
        ask(
            Some(&client),
            &[("id_token_hint", &good), ("post_logout_redirect_uri", uri)],
        )
        .unwrap_err()
    };
    for uri in [
        "https://app.example.com/bye?x=1",
        "https://app.example.com/bye/",
        "https://app.example.com/cb",
        "https://evil.example/",
    ] {
        assert_eq!(to(uri), Refusal::LogoutRedirectMismatch, "{uri}");
    }
    assert_eq!(to("javascript:alert(1)"), Refusal::RedirectUriForbidden);
    assert_eq!(
        ask(Some(&client), &[("post_logout_redirect_uri", BYE)]).unwrap_err(),
        Refusal::LogoutHintMissing
    );
    assert_eq!(
        ask(None, &[("post_logout_redirect_uri", BYE)]).unwrap_err(),
        Refusal::LogoutRedirectMismatch
    );
}

#[test]
fn bad_hints_end_the_request() {
    let client = client();
    let good = hint(&client, &[]);
    let (head, signature) = good.rsplit_once('.').unwrap();
    let mut other = crate::fixtures::client();
    other.signing_key = SigningKey::from_pkcs8(
        Some("k1"),
        Algorithm::ES256,
        &SigningKey::generate(Algorithm::ES256).unwrap(),
    )
    .unwrap();
    let access = client.signing_key.sign(
        Some(typ::ACCESS_TOKEN),
        &json!({ "iss": client.issuer, "aud": "wiki-client", "sub": "s" }),
    );
    let flipped: String = signature.chars().rev().collect();
    let bad = [
        format!("{head}.{flipped}"),
        format!("{head}."),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzIn0.".to_owned(),
        "nonsense".to_owned(),
        hint(&other, &[]),
        hint(&client, &[("aud", json!("another"))]),
        hint(&client, &[("aud", json!(["wiki-client"]))]),
        hint(&client, &[("iss", json!("https://id.example.com/"))]),
        hint(&client, &[("sub", json!(1))]),
        access.unwrap(),
    ];
    for hint in bad {
        let asked = ask(
            Some(&client),
            &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)],
        );
        assert_eq!(asked.unwrap_err(), Refusal::LogoutHintInvalid, "{hint}");
    }
    assert_eq!(
        ask(None, &[("id_token_hint", &good)]).unwrap_err(),
        Refusal::LogoutHintInvalid
    );
    let named = [("id_token_hint", good.as_str()), ("client_id", "another")];
    assert_eq!(ask(Some(&client), &named).unwrap_err(), Refusal::LogoutHintInvalid);
}

#[test]
fn metadata_of_an_application() {
    let document = |client: &Client| serde_json::to_value(of_application(client, PUBLIC_URL, &["en"])).unwrap();
    let all = document(&client());
    for (name, expected) in [
        ("issuer", json!("https://id.example.com/application/o/wiki/")),
        (
            "authorization_endpoint",
            json!("https://id.example.com/application/o/authorize/"),
        ),
        ("token_endpoint", json!("https://id.example.com/application/o/token/")),
        (
            "userinfo_endpoint",
            json!("https://id.example.com/application/o/userinfo/"),
        ),
        (
            "introspection_endpoint",
            json!("https://id.example.com/application/o/introspect/"),
        ),
        (
            "revocation_endpoint",
            json!("https://id.example.com/application/o/revoke/"),
        ),
        (
            "end_session_endpoint",
            json!("https://id.example.com/application/o/wiki/end-session/"),
        ),
        ("jwks_uri", json!("https://id.example.com/application/o/wiki/jwks/")),
        (
            "response_types_supported",
            json!([
                "code",
                "id_token",
                "id_token token",
                "code token",
                "code id_token",
                "code id_token token"
            ]),
        ),
        ("response_modes_supported", json!(["query", "fragment", "form_post"])),
        (
            "grant_types_supported",
            json!(["authorization_code", "refresh_token", "client_credentials", "implicit"]),
        ),
        ("id_token_signing_alg_values_supported", json!(["EdDSA"])),
        ("subject_types_supported", json!(["public", "pairwise"])),
        (
            "token_endpoint_auth_methods_supported",
            json!(["client_secret_basic", "client_secret_post"]),
        ),
        (
            "scopes_supported",
            json!([
                "address",
                "email",
                "entitlements",
                "goauthentik.io/api",
                "groups",
                "offline_access",
                "openid",
                "phone",
                "profile"
            ]),
        ),
        ("claims_parameter_supported", json!(true)),
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
        ("code_challenge_methods_supported", json!(["S256"])),
        (
            "prompt_values_supported",
            json!(["none", "login", "consent", "select_account"]),
        ),
        ("authorization_response_iss_parameter_supported", json!(true)),
        ("backchannel_logout_supported", json!(true)),
        ("backchannel_logout_session_supported", json!(true)),
        ("frontchannel_logout_supported", json!(true)),
        ("frontchannel_logout_session_supported", json!(true)),
    ] {
        assert_eq!(all[name], expected, "{name}");
    }
    assert!(all.as_object().unwrap().values().all(|value| !value.is_null()));
    let narrow = document(&client_with(|application| {
        application.grant_types = vec![GrantType::AuthorizationCode];
        application.token_endpoint_auth_method = Some(TokenEndpointAuthMethod::ClientSecretPost);
        application.allow_plain_pkce = true;
        application.issuer_mode = IssuerMode::Global;
    }));
    assert_eq!(narrow["grant_types_supported"], json!(["authorization_code"]));
    assert_eq!(
        narrow["token_endpoint_auth_methods_supported"],
        json!(["client_secret_post"])
    );
    assert_eq!(narrow["code_challenge_methods_supported"], json!(["S256", "plain"]));
    assert_eq!(narrow["issuer"], json!(PUBLIC_URL));
    let public = document(&client_with(|application| application.client_type = ClientType::Public));
    let methods = |name: &str| public[name].as_array().unwrap().contains(&json!("none"));
    assert!(methods("token_endpoint_auth_methods_supported") && methods("revocation_endpoint_auth_methods_supported"));
    assert_eq!(
        public.get("introspection_endpoint_auth_methods_supported"),
        None,
        "it may not"
    );
    let global = serde_json::to_value(of_installation(PUBLIC_URL, vec!["RS256", "HS256"], &["en"])).unwrap();
    assert_eq!(
        (&global["issuer"], &global["id_token_signing_alg_values_supported"]),
        (&json!(PUBLIC_URL), &json!(["RS256", "HS256"]))
    );
}
