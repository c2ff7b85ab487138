//! What stands in ID tokens and access tokens (OpenID Connect Core, sections 2 and 3.1.3.6; RFC 9068, section 2).

use protocol::claims::subject_identifier;
use protocol::client::{AccessTokenFormat, Application, Client, GrantType, IssuerMode, SubMode};
use protocol::grants::{Found, TokenRequest, TokenResponse, exchange};
use protocol::id_token::{OurKeys, peek_audience, verify_hint};
use protocol::jose::{Algorithm, TypRule, Verification, typ, verify};
use serde_json::{Map, Value, json};

use crate::fixtures::{
    CALLBACK, NOW, SALT, World, client, client_with, code, credentials, grant, hs256_client, params, refresh_token,
    subject, user,
};
use crate::rfc6749_grants::finish;

const ALL: &str = "address email groups offline_access openid phone profile";

fn answer(client: &Client, kind: GrantType, edit: impl FnOnce(&mut Found)) -> TokenResponse {
    let mut found = Found {
        code: Some(code("c")),
        refresh_token: Some(refresh_token("r", ALL)),
        grant: Some(grant(ALL)),
        subject: Some(subject()),
        session_alive: true,
        ..Found::default()
    };
    edit(&mut found);
    let world = World::default();
    let request = TokenRequest {
        client,
        credentials: &credentials(),
        params: &params(&[("code", "c"), ("redirect_uri", CALLBACK), ("scope", "openid")]),
        client_address: None,
        salt: SALT,
        audience: None,
    };
    finish(exchange(&world.env(NOW), &request, kind, &found, None))
        .reply
        .unwrap()
}

fn read(client: &Client, token: &str, kind: &str) -> Map<String, Value> {
    let keys = [client.signing_key.verifying_key()];
    let algorithms = [Algorithm::EdDSA, Algorithm::HS256];
    verify(token, &Verification::new(&keys, &algorithms, TypRule::OneOf(&[kind])))
        .unwrap()
        .claims
}

fn id_token(client: &Client, reply: &TokenResponse) -> Map<String, Value> {
    read(client, reply.id_token.as_ref().unwrap(), typ::JWT)
}

#[test]
fn an_id_token_of_a_code() {
    let client = client();
    let reply = answer(&client, GrantType::AuthorizationCode, |_| {});
    let claims = id_token(&client, &reply);
    let at_hash = client.signing_key.alg().hash_half(reply.access_token.as_bytes());
    let expected = json!({
        "iss": "https://id.example.com/application/o/wiki/", "aud": "wiki-client", "azp": "wiki-client",
        "sub": subject_identifier(&Application::default(), &user(), SALT), "iat": NOW.seconds(),
        "exp": NOW.seconds() + 3600, "auth_time": NOW.seconds() - 3600, "amr": ["pwd"],
        "acr": "goauthentik.io/providers/oauth2/default", "nonce": "n-0S6_WzA2Mj", "at_hash": at_hash,
        "sid": grant(ALL).facts.sid, "email": "ada@example.com", "email_verified": true, "name": "Ada Lovelace",
        "given_name": "Ada", "family_name": "Lovelace", "nickname": "ada", "preferred_username": "ada",
        "locale": "en-GB", "birthdate": "1815-12-10", "updated_at": 1_700_000_000, "groups": ["engines", "poets"],
        "phone_number": "+441234567890", "phone_number_verified": true, "address": {"locality": "London"},
    });
    assert_eq!(Value::Object(claims), expected);
}

#[test]
fn an_access_token_is_of_its_own_kind() {
    let client = client();
    let reply = answer(&client, GrantType::AuthorizationCode, |_| {});
    let claims = read(&client, &reply.access_token, typ::ACCESS_TOKEN);
    for (name, expected) in [
        ("aud", json!("wiki-client")),
        ("client_id", json!("wiki-client")),
        ("scope", json!(ALL)),
        ("exp", json!(NOW.seconds() + 3600)),
        ("email", json!("ada@example.com")),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert!(claims["jti"].as_str().unwrap().len() >= 43);
    assert!(!claims.contains_key("nonce") && !claims.contains_key("at_hash"));
    // Neither may stand in for the other (security expectation 19).
    assert!(verify_hint(&client, &OurKeys::default(), &reply.access_token).is_err());
    let hint = verify_hint(&client, &OurKeys::default(), reply.id_token.as_ref().unwrap()).unwrap();
    assert_eq!(hint.sid, grant(ALL).facts.sid);
    assert_eq!(
        peek_audience(&OurKeys::default(), reply.id_token.as_ref().unwrap()).as_deref(),
        Some("wiki-client")
    );
    assert_eq!(peek_audience(&OurKeys::default(), "a.b.c"), None);
}

#[test]
fn nonce_session_and_claims_stand_only_where_they_belong() {
    let client = client();
    let refreshed = id_token(&client, &answer(&client, GrantType::RefreshToken, |_| {}));
    assert!(!refreshed.contains_key("nonce") && refreshed.contains_key("sid"));
    assert_eq!(refreshed["auth_time"], json!(NOW.seconds() - 3600));
    assert!(!refreshed.contains_key("email"), "the request was narrowed to openid");
    let ended = answer(&client, GrantType::RefreshToken, |found| {
        found.session_alive = false;
    });
    assert!(!id_token(&client, &ended).contains_key("sid"));
    assert!(!read(&client, &ended.access_token, typ::ACCESS_TOKEN).contains_key("sid"));
    let machine = answer(&client, GrantType::ClientCredentials, |found| {
        let grant = found.grant.as_mut().unwrap();
        (grant.facts, grant.session_id) = (Default::default(), None);
    });
    let machine = id_token(&client, &machine);
    assert_eq!(machine["auth_time"], json!(NOW.seconds()));
    assert!(!machine.contains_key("sid") && !machine.contains_key("amr") && !machine.contains_key("nonce"));

    let bare = client_with(|application| application.include_claims_in_id_token = false);
    let reply = answer(&bare, GrantType::AuthorizationCode, |found| {
        found.grant.as_mut().unwrap().facts.claims.id_token = vec!["email".into(), "name".into()];
    });
    let (id, access) = (
        id_token(&bare, &reply),
        read(&bare, &reply.access_token, typ::ACCESS_TOKEN),
    );
    assert_eq!(
        (&id["email"], id.contains_key("groups"), access.contains_key("email")),
        (&json!("ada@example.com"), false, false)
    );
    let mut less = client_with(|application| application.include_claims_in_id_token = false);
    less.scopes.retain(|mapping| mapping.scope != "email");
    let reply = answer(&less, GrantType::AuthorizationCode, |found| {
        found.grant.as_mut().unwrap().facts.claims.id_token = vec!["email".into()];
    });
    assert!(
        !id_token(&less, &reply).contains_key("email"),
        "no mapping gives it any more"
    );
}

fn sub_mode(sub_mode: SubMode) -> Application {
    Application {
        sub_mode,
        ..Application::default()
    }
}

#[test]
fn every_subject_and_issuer_mode() {
    let hashed = subject_identifier(&Application::default(), &user(), SALT);
    assert!(hashed.len() == 64 && hashed != subject_identifier(&Application::default(), &user(), b"other"));
    for (mode, expected) in [
        (SubMode::HashedUserId, hashed.as_str()),
        (SubMode::UserId, "7"),
        (SubMode::UserUuid, "5b9d4ef2-0c0f-4f1e-9a3a-3a2a52a2a001"),
        (SubMode::UserUsername, "ada"),
        (SubMode::UserEmail, "ada@example.com"),
        (SubMode::UserUpn, &hashed),
    ] {
        let client = client_with(|application| application.sub_mode = mode);
        let reply = answer(&client, GrantType::AuthorizationCode, |_| {});
        assert_eq!(id_token(&client, &reply)["sub"], json!(expected), "{mode:?}");
        assert_eq!(
            read(&client, &reply.access_token, typ::ACCESS_TOKEN)["sub"],
            json!(expected),
            "{mode:?}"
        );
    }
    let mut odd = user();
    odd.email = Some(String::new());
    odd.attributes.insert("upn".into(), json!(""));
    assert_eq!(
        subject_identifier(&sub_mode(SubMode::UserEmail), &odd, SALT),
        hashed,
        "never empty"
    );
    assert_eq!(
        subject_identifier(&sub_mode(SubMode::UserUpn), &odd, SALT),
        hashed,
        "never empty"
    );
    odd.attributes.insert("upn".into(), json!("ada@corp"));
    assert_eq!(subject_identifier(&sub_mode(SubMode::UserUpn), &odd, SALT), "ada@corp");
    let global = client_with(|application| application.issuer_mode = IssuerMode::Global);
    let reply = answer(&global, GrantType::AuthorizationCode, |_| {});
    assert_eq!(id_token(&global, &reply)["iss"], json!("https://id.example.com/"));
}

#[test]
fn without_a_key_the_secret_signs_and_opaque_is_random() {
    let client = hs256_client();
    let reply = answer(&client, GrantType::AuthorizationCode, |_| {});
    let claims = id_token(&client, &reply);
    assert_eq!(
        claims["at_hash"],
        json!(Algorithm::HS256.hash_half(reply.access_token.as_bytes()))
    );
    let opaque = |application: &mut Application| application.access_token_format = AccessTokenFormat::Opaque;
    let reply = answer(&client_with(opaque), GrantType::AuthorizationCode, |_| {});
    assert!(reply.access_token.len() == 43 && !reply.access_token.contains('.'));
    assert_ne!(Some(&reply.access_token), reply.refresh_token.as_ref());
}
