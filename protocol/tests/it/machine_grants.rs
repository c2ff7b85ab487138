//! Grants of machines: who a program says it acts for, in which order that is read, each refusal, and exactly what is
//! written (RFC 6749, section 4.4; RFC 7521, section 4.2; authentik sheet, sections 3.4 and 3.5).

mod app_passwords;
mod assertions;
mod management;
mod standing;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use protocol::client::{Application, Client, GrantType, TokenEndpointAuthMethod};
use protocol::client_auth::{Credentials, parse_credentials};
use protocol::error::OAuthError;
use protocol::evaluation::Evaluated;
use protocol::grants::assertion::{FoundAssertion, JWT_BEARER};
use protocol::grants::{Found, Lookup, Outcome, Step, TokenRequest, exchange, lookup};
use protocol::id::hash_secret;
use protocol::jose::{Algorithm, SigningKey, typ};
use protocol::policy::{Binding, Bound, PolicyOutcome};
use protocol::records::{AccessToken, AppPassword, Event, Grant, KIND_APP_PASSWORD, KIND_ASSERTION, KIND_MACHINE};
use protocol::refusal::Refusal;
use protocol::time::{DAY, HOUR, SECOND, Time};
use protocol::user::Subject;
use protocol::writes::Write;
use serde_json::json;

use crate::fixtures::{NOW, SALT, SECRET, World, client_with, grant, params, public_client, subject};
use crate::rfc6749_grants::{finish, refusal};
use crate::support::RFC_8037_SEED;

const VALUE: &str = "vap_the-value-of-an-app-password";
const BOTH: [GrantType; 2] = [GrantType::ClientCredentials, GrantType::Password];

/// An application with both names of the grant.
fn machine_client() -> Client {
    client_with(allow)
}

fn allow(application: &mut Application) {
    application.grant_types = BOTH.to_vec();
    application.federated_applications = vec!["app_2".into()];
}

fn public_machine() -> Client {
    let mut client = public_client();
    allow(&mut client.application);
    client
}

/// How a request carries the client's credentials.
#[derive(Clone, Copy, Debug)]
enum Sent<'a> {
    /// Only `client_id`.
    Id,
    /// `client_secret` in the body.
    Post(&'a str),
    /// HTTP Basic.
    Basic(&'a str),
}

fn credentials(sent: Sent<'_>) -> Credentials {
    match sent {
        Sent::Id => parse_credentials(None, &params(&[("client_id", "wiki-client")])),
        Sent::Post(secret) => parse_credentials(
            None,
            &params(&[("client_id", "wiki-client"), ("client_secret", secret)]),
        ),
        Sent::Basic(secret) => {
            let header = format!("Basic {}", STANDARD.encode(format!("wiki-client:{secret}")));
            parse_credentials(Some(&header), &params(&[]))
        }
    }
    .unwrap()
}

fn look(client: &Client, sent: Sent<'_>, kind: GrantType, body: &[(&str, &str)]) -> Result<Lookup, OAuthError> {
    let (credentials, params) = (credentials(sent), params(body));
    let request = TokenRequest {
        client,
        credentials: &credentials,
        params: &params,
        client_address: Some("192.0.2.1"),
        salt: SALT,
        audience: None,
    };
    lookup(&World::default().env(NOW), &request, kind)
}

fn step(
    client: &Client,
    sent: Sent<'_>,
    kind: GrantType,
    found: &Found,
    body: &[(&str, &str)],
    evaluated: Option<&Evaluated>,
) -> Step {
    let (credentials, params) = (credentials(sent), params(body));
    let request = TokenRequest {
        client,
        credentials: &credentials,
        params: &params,
        client_address: Some("192.0.2.1"),
        salt: SALT,
        audience: None,
    };
    exchange(&World::default().env(NOW), &request, kind, found, evaluated)
}

fn ask(client: &Client, sent: Sent<'_>, found: &Found, body: &[(&str, &str)]) -> Outcome {
    finish(step(client, sent, GrantType::ClientCredentials, found, body, None))
}

fn encoded(text: &str) -> String {
    STANDARD.encode(text)
}

fn app_password_lookup(username: &str, value: &str) -> Lookup {
    Lookup::AppPassword {
        hash: hash_secret(value),
        username: username.into(),
    }
}

/// A standing grant of this kind, as old as an hour.
fn standing(kind: &str) -> Grant {
    let mut grant = grant("");
    (grant.kind, grant.session_id, grant.facts) = (kind.into(), None, Default::default());
    (grant.issued_at, grant.expires_at) = (NOW.plus(-HOUR), Time::NEVER);
    if kind == KIND_APP_PASSWORD {
        grant.facts.app_password = Some("apw_1".into());
    }
    grant
}

fn service() -> Found {
    Found {
        subject: Some(subject()),
        grant: Some(standing(KIND_MACHINE)),
        ..Found::default()
    }
}

fn app_password() -> AppPassword {
    AppPassword {
        id: "apw_1".into(),
        user_id: "user_1".into(),
        created_at: NOW.plus(-DAY),
        name: "backup".into(),
        expires_at: None,
        last_used_at: Some(NOW.plus(-SECOND)),
    }
}

fn by_app_password() -> Found {
    Found {
        subject: Some(subject()),
        app_password: Some(app_password()),
        grant: Some(standing(KIND_APP_PASSWORD)),
        ..Found::default()
    }
}

const WITH_APP_PASSWORD: [(&str, &str); 2] = [("username", "ada"), ("password", VALUE)];

/// An access token of the application `app_2`, signed with the key of RFC 8037.
fn jwt(typ: &str) -> String {
    let key = SigningKey::from_ed25519_seed(Some("k2"), &RFC_8037_SEED).unwrap();
    key.sign(
        Some(typ),
        &json!({"iss": "https://other", "sub": "ada-there", "repository": "ada/engine"}),
    )
    .unwrap()
}

fn by_assertion() -> Found {
    let issued_to = client_with(|application| {
        (application.id, application.client_id) = ("app_2".into(), "other".into());
    });
    let key = SigningKey::from_ed25519_seed(Some("k2"), &RFC_8037_SEED).unwrap();
    let mut grant = grant("openid");
    grant.application_id = "app_2".into();
    Found {
        subject: Some(subject()),
        assertion: Some(FoundAssertion {
            token: AccessToken {
                hash: hash_secret(&jwt(typ::ACCESS_TOKEN)),
                grant_id: grant.id.clone(),
                session_id: None,
                scopes: vec!["openid".into()],
                issued_at: NOW.plus(-SECOND),
                expires_at: NOW.plus(SECOND),
                revoked_at: None,
            },
            grant,
            session_alive: true,
            application: Some(issued_to.application),
            keys: vec![key.verifying_key()],
        }),
        grant: Some(standing(KIND_ASSERTION)),
        ..Found::default()
    }
}

fn with_assertion(token: &str) -> [(&str, &str); 2] {
    [("client_assertion_type", JWT_BEARER), ("client_assertion", token)]
}

fn event(outcome: &Outcome) -> Event {
    let mut events = outcome.writes.iter().filter_map(|write| match write {
        Write::CreateEvent(event) => Some(event.as_ref().clone()),
        _ => None,
    });
    events.next_back().unwrap()
}

fn writes(outcome: &Outcome) -> Vec<&'static str> {
    let name = |write: &Write| match write {
        Write::CreateAccessToken(_) => "CreateAccessToken",
        Write::CreateGrant(_) => "CreateGrant",
        Write::RevokeGrant { .. } => "RevokeGrant",
        Write::TouchAppPassword { .. } => "TouchAppPassword",
        Write::CreateEvent(_) => "CreateEvent",
        _ => "other",
    };
    outcome.writes.iter().map(name).collect()
}

/// The order of sheet section 3.4: the first that fits wins, for both names of the grant.
#[test]
fn the_order_of_the_branches() {
    let (confidential, public, token) = (machine_client(), public_machine(), jwt(typ::ACCESS_TOKEN));
    let base64 = encoded(&format!("ada:{VALUE}"));
    let unpadded = STANDARD_NO_PAD.encode(format!("ada:{VALUE}"));
    let assertion = with_assertion(&token);
    let in_secret = [("client_assertion_type", JWT_BEARER)];
    let everything = [assertion[0], assertion[1], ("username", "ada"), ("password", VALUE)];
    let by_name = app_password_lookup("ada", VALUE);
    let by_token = Lookup::Assertion(hash_secret(&token));
    type Row<'a> = (&'a Client, Sent<'a>, &'a [(&'a str, &'a str)], Result<Lookup, Refusal>);
    let rows: Vec<Row<'_>> = vec![
        // An assertion comes first, whatever stands beside it.
        (&confidential, Sent::Id, &everything, Ok(by_token.clone())),
        (&confidential, Sent::Post(SECRET), &everything, Ok(by_token.clone())),
        (&confidential, Sent::Id, &assertion, Ok(by_token.clone())),
        (&public, Sent::Id, &assertion, Ok(by_token.clone())),
        // Without client_assertion it is read from the client secret.
        (&confidential, Sent::Post(&token), &in_secret, Ok(by_token.clone())),
        (&confidential, Sent::Basic(&token), &in_secret, Ok(by_token.clone())),
        // Then a user name, with or without a client secret that is right.
        (&confidential, Sent::Id, &WITH_APP_PASSWORD, Ok(by_name.clone())),
        (
            &confidential,
            Sent::Basic(SECRET),
            &WITH_APP_PASSWORD,
            Ok(by_name.clone()),
        ),
        (&public, Sent::Id, &WITH_APP_PASSWORD, Ok(by_name.clone())),
        (
            &public,
            Sent::Post("not looked at"),
            &WITH_APP_PASSWORD,
            Ok(by_name.clone()),
        ),
        (
            &confidential,
            Sent::Id,
            &[("username", " Ada "), ("password", VALUE)],
            Ok(by_name.clone()),
        ),
        // Then the client secret.
        (&confidential, Sent::Post(SECRET), &[], Ok(Lookup::Machine)),
        (&confidential, Sent::Basic(SECRET), &[], Ok(Lookup::Machine)),
        (
            &confidential,
            Sent::Post(SECRET),
            &[("username", "")],
            Ok(Lookup::Machine),
        ),
        // Then an account inside the client secret.
        (&confidential, Sent::Post(&base64), &[], Ok(by_name.clone())),
        (&confidential, Sent::Post(&unpadded), &[], Ok(by_name.clone())),
        (&confidential, Sent::Basic(&base64), &[], Ok(by_name.clone())),
        (&public, Sent::Post(&base64), &[], Ok(by_name.clone())),
        // And what is none of these.
        (&confidential, Sent::Id, &[], Err(Refusal::ClientAuthenticationMissing)),
        (
            &confidential,
            Sent::Post("wrong"),
            &[],
            Err(Refusal::MachineSecretWrong),
        ),
        (
            &confidential,
            Sent::Basic("wrong"),
            &[],
            Err(Refusal::ClientSecretWrong),
        ),
        (&public, Sent::Id, &[], Err(Refusal::GrantTypeNotAllowed)),
        (&public, Sent::Post(SECRET), &[], Err(Refusal::GrantTypeNotAllowed)),
        (
            &confidential,
            Sent::Id,
            &[("username", "ada")],
            Err(Refusal::AppPasswordMissing),
        ),
        // A client secret beside an account or an assertion has to be right.
        (
            &confidential,
            Sent::Basic("wrong"),
            &WITH_APP_PASSWORD,
            Err(Refusal::ClientSecretWrong),
        ),
        (
            &confidential,
            Sent::Post("wrong"),
            &WITH_APP_PASSWORD,
            Err(Refusal::ClientSecretWrong),
        ),
        (
            &confidential,
            Sent::Post("wrong"),
            &assertion,
            Err(Refusal::ClientSecretWrong),
        ),
    ];
    for (client, sent, body, expected) in rows {
        for kind in BOTH {
            let found = look(client, sent, kind, body).map_err(|error| error.refusal);
            assert_eq!(found, expected, "{kind:?} {sent:?} {body:?}");
        }
    }
}

#[test]
fn what_base64_does_not_hold_an_account() {
    let client = machine_client();
    for secret in [
        encoded("no colon"),
        encoded(":value"),
        encoded("  :value"),
        encoded("ada:"),
        STANDARD.encode([0xff, 0xfe, b':', 0xff]),
        "not base64 at all!".to_owned(),
        "ada:plain".to_owned(),
    ] {
        let refused = look(&client, Sent::Post(&secret), GrantType::ClientCredentials, &[]);
        assert_eq!(refused.unwrap_err().refusal, Refusal::MachineSecretWrong, "{secret}");
    }
    // A user name may hold a colon; an app password does not.
    let named = look(
        &client,
        Sent::Post(&encoded(&format!("urn:ada:{VALUE}"))),
        GrantType::Password,
        &[],
    );
    assert_eq!(named, Ok(app_password_lookup("urn:ada", VALUE)));
    // `+` in the header is no blank: the text is tried as it came, too.
    let plus = encoded("ada>>:>>>");
    assert!(plus.contains('+'), "{plus}");
    let found = look(&client, Sent::Basic(&plus), GrantType::ClientCredentials, &[]);
    assert_eq!(found, Ok(app_password_lookup("ada>>", ">>>")));
}

#[test]
fn each_name_of_the_grant_has_its_own_entry_in_the_allow_list() {
    for allowed in BOTH {
        let client = client_with(|application| application.grant_types = vec![allowed]);
        for kind in BOTH {
            for (sent, found, body) in [
                (Sent::Post(SECRET), service(), &[][..]),
                (Sent::Id, by_app_password(), &WITH_APP_PASSWORD[..]),
            ] {
                let outcome = finish(step(&client, sent, kind, &found, body, None));
                let expected = (kind != allowed).then_some(Refusal::GrantTypeNotAllowed);
                assert_eq!(refusal(&outcome), expected, "{allowed:?} {kind:?}");
                assert_eq!(
                    look(&client, sent, kind, body).map_err(|error| error.refusal).err(),
                    expected
                );
            }
        }
    }
}

#[test]
fn a_client_that_authenticates_in_one_way_does_so_here() {
    let client = client_with(|application| {
        allow(application);
        application.token_endpoint_auth_method = Some(TokenEndpointAuthMethod::ClientSecretBasic);
    });
    let refused = ask(&client, Sent::Post(SECRET), &service(), &[]);
    assert_eq!(refusal(&refused), Some(Refusal::ClientAuthenticationMethod));
    assert!(ask(&client, Sent::Basic(SECRET), &service(), &[]).reply.is_ok());
}

#[test]
fn machines_get_what_they_name_and_never_a_refresh_token() {
    let client = machine_client();
    for (found, sent, body) in [
        (service(), Sent::Post(SECRET), Vec::new()),
        (by_app_password(), Sent::Id, WITH_APP_PASSWORD.to_vec()),
    ] {
        let ask = |scope: &'static str| {
            let mut body = body.clone();
            body.push(("scope", scope));
            ask(&client, sent, &found, &body)
        };
        let outcome = ask("openid email offline_access");
        assert_eq!(
            writes(&outcome),
            ["CreateEvent", "CreateAccessToken"],
            "one narrow row, one event"
        );
        let reply = outcome.reply.unwrap();
        assert!(reply.scope == "email openid" && reply.id_token.is_some() && reply.refresh_token.is_none());
        let nothing = ask("").reply.unwrap();
        assert!(
            nothing.scope.is_empty() && nothing.id_token.is_none(),
            "no default scopes"
        );
        assert_eq!(refusal(&ask("openid foreign")), Some(Refusal::ScopeUnknown));
    }
}
