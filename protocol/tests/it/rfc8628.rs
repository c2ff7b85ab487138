//! The device authorization grant (RFC 8628): what a device gets when it asks, and what an answer writes. Polls are in
//! `rfc8628_polls.rs`.

use protocol::client::{Application, Client, ClientType, GrantType};
use protocol::client_auth::{Credentials, parse_credentials};
use protocol::device::{
    DeviceAuthorization, DeviceCode, DeviceRequest, Standing, UserCode, approve, decide_approval,
    decide_device_authorization, deny, policy_context,
};
use protocol::discovery::of_application;
use protocol::duration::Span;
use protocol::error::OAuthError;
use protocol::id::hash_secret;
use protocol::next_step::Person;
use protocol::policy::{Binding, Bound, PolicyOutcome};
use protocol::refusal::Refusal;
use protocol::scope::ManagedScope;
use protocol::time::{HOUR, MINUTE, SECOND};
use protocol::writes::Write;

use crate::fixtures::{
    NOW, PUBLIC_URL, SECRET, World, client_with, credentials, mapping, params, session, user, words,
};

const KEY: &[u8] = b"the key behind user codes";

pub(crate) fn device_client() -> Client {
    device_client_with(|_| {})
}

pub(crate) fn device_client_with(change: impl FnOnce(&mut Application)) -> Client {
    client_with(|application| {
        application.grant_types.push(GrantType::DeviceCode);
        change(application);
    })
}

pub(crate) fn public() -> Client {
    let mut client = device_client_with(|application| application.client_type = ClientType::Public);
    client.secrets.clear();
    client
}

/// Only `client_id`, as a public client sends it.
pub(crate) fn bare() -> Credentials {
    parse_credentials(None, &params(&[("client_id", "wiki-client")])).unwrap()
}

fn ask(
    client: &Client,
    credentials: &Credentials,
    body: &[(&str, &str)],
) -> Result<(DeviceAuthorization, DeviceCode), OAuthError> {
    let world = World::default();
    let request = DeviceRequest {
        client,
        credentials,
        params: &params(body),
        client_address: Some("192.0.2.7"),
        key: KEY,
    };
    let answer = decide_device_authorization(&world.env(NOW), &request);
    let observed = match &answer {
        Ok(_) => "device_authorization".to_owned(),
        Err(error) => format!("device_authorization!{}", error.refusal.code()),
    };
    assert_eq!(world.observed(), [observed]);
    answer
}

/// Section 3.2.
#[test]
fn a_device_gets_two_codes_of_which_only_hashes_are_kept() {
    let (answer, record) = ask(&device_client(), &credentials(), &[("scope", "openid email")]).unwrap();
    assert_eq!(answer.verification_uri, "https://id.example.com/device");
    assert_eq!(
        answer.verification_uri_complete,
        format!("https://id.example.com/device?code={}", answer.user_code)
    );
    assert_eq!((answer.expires_in, answer.interval), (600, 5));
    assert_eq!((answer.device_code.len(), answer.user_code.len()), (43, 9));
    let code = UserCode::parse(&answer.user_code.to_lowercase().replace('-', " ")).unwrap();
    let expected = DeviceCode {
        hash: hash_secret(&answer.device_code),
        user_code: code.hash(KEY),
        transaction_id: "txn_1".into(),
        application_id: "app_1".into(),
        scopes: words("email openid"),
        client_address: Some("192.0.2.7".into()),
        created_at: NOW,
        expires_at: NOW.plus(10 * MINUTE),
        interval: 5,
        polled_at: None,
        grant_id: None,
        denied_at: None,
        used_at: None,
    };
    assert_eq!(record, expected);
    let members = serde_json::to_value(&answer).unwrap();
    let names: Vec<&String> = members.as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 6, "{names:?}");
}

#[test]
fn the_application_says_how_long_a_code_waits() {
    let client = device_client_with(|application| application.device_code_validity = Some(Span::from_secs(90)));
    let (answer, record) = ask(&client, &credentials(), &[]).unwrap();
    assert_eq!((answer.expires_in, record.expires_at), (90, NOW.plus(90 * SECOND)));
}

/// Section 3.1, and CVE-2024-52287: the allow-list of scopes holds here as well.
#[test]
fn only_scopes_that_the_application_offers_are_asked_for() {
    let mut client = device_client();
    client.scopes = ["openid", "email", "goauthentik.io/api", "user:email", "read:org"]
        .into_iter()
        .map(|scope| mapping(scope, ManagedScope::from_name(scope)))
        .collect();
    let scopes = |scope: &str| ask(&client, &credentials(), &[("scope", scope)]).map(|(_, record)| record.scopes);
    assert_eq!(
        scopes(""),
        Ok(words("email openid")),
        "default scopes open no interface"
    );
    assert_eq!(
        scopes("openid profile admin"),
        Ok(words("openid")),
        "foreign ones fall away"
    );
    assert_eq!(scopes("admin"), Ok(Vec::new()));
    assert_eq!(
        scopes("openid goauthentik.io/api"),
        Ok(words("goauthentik.io/api openid")),
        "what is named is given"
    );
    assert_eq!(
        scopes("a\"b").map_err(|error| error.refusal),
        Err(Refusal::ScopeMalformed)
    );
}

#[test]
fn who_may_ask_for_codes() {
    let wrong = parse_credentials(
        None,
        &params(&[("client_id", "wiki-client"), ("client_secret", "wrong")]),
    )
    .unwrap();
    let header = |text: &str| {
        use base64::Engine as _;
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        parse_credentials(Some(&format!("Basic {encoded}")), &params(&[])).unwrap()
    };
    let disabled = device_client_with(|application| application.enabled = false);
    let not_allowed = client_with(|_| {});
    let cases = [
        (device_client(), credentials(), None),
        (device_client(), header(&format!("wiki-client:{SECRET}")), None),
        // The secret is asked for when the device polls.
        (device_client(), bare(), None),
        (device_client(), header("wiki-client:"), None),
        (device_client(), wrong, Some(Refusal::ClientSecretWrong)),
        (
            device_client(),
            header("wiki-client:wrong"),
            Some(Refusal::ClientSecretWrong),
        ),
        (public(), bare(), None),
        (public(), header("wiki-client:whatever"), None),
        (disabled, credentials(), Some(Refusal::ClientDisabled)),
        (not_allowed, credentials(), Some(Refusal::GrantTypeNotAllowed)),
    ];
    for (at, (client, credentials, expected)) in cases.into_iter().enumerate() {
        let refusal = ask(&client, &credentials, &[]).err().map(|error| error.refusal);
        assert_eq!(refusal, expected, "case {at}");
    }
}

/// A device that asked a minute ago.
pub(crate) fn waiting() -> DeviceCode {
    DeviceCode {
        hash: hash_secret("d"),
        user_code: [7; 32],
        transaction_id: "txn_1".into(),
        application_id: "app_1".into(),
        scopes: words("email offline_access openid"),
        client_address: Some("192.0.2.7".into()),
        created_at: NOW.plus(-MINUTE),
        expires_at: NOW.plus(9 * MINUTE),
        interval: 5,
        polled_at: None,
        grant_id: None,
        denied_at: None,
        used_at: None,
    }
}

#[test]
fn an_answer_is_possible_once_and_in_time() {
    let mut device = waiting();
    assert_eq!(device.standing(NOW), Standing::Waiting);
    assert_eq!(device.standing(device.expires_at.plus(-1)), Standing::Waiting);
    assert_eq!(device.standing(device.expires_at), Standing::Expired);
    device.denied_at = Some(NOW);
    assert_eq!(device.standing(device.expires_at), Standing::Answered);
    device.denied_at = None;
    device.grant_id = Some("grant_1".into());
    assert_eq!(device.standing(NOW), Standing::Answered);
}

#[test]
fn an_approval_makes_the_grant_of_the_session_that_gave_it() {
    let (world, mut client, user) = (World::default(), device_client(), user());
    client.scopes.retain(|mapping| mapping.scope != "email");
    let session = session(NOW.plus(-HOUR));
    let person = Person {
        session: &session,
        user: &user,
    };
    let permit = decide_approval(&client, person, None).unwrap();
    let device = waiting();
    let writes = approve(&world.env(NOW), &client, &device, person, permit, Some("198.51.100.2"));
    let [
        Write::ApproveDeviceCode { hash, grant_id, at },
        Write::CreateGrant(grant),
        Write::CreateEvent(event),
    ] = &writes[..]
    else {
        panic!("{writes:?}");
    };
    assert_eq!((hash, grant_id, *at), (&device.hash, &grant.id, NOW));
    assert_eq!(
        (
            grant.kind.as_str(),
            grant.user_id.as_str(),
            grant.application_id.as_str()
        ),
        ("device_code", "user_1", "app_1")
    );
    assert_eq!(grant.session_id.as_deref(), Some("ses_1"));
    assert_eq!(grant.transaction_id.as_deref(), Some("txn_1"));
    assert_eq!(
        grant.scopes,
        words("offline_access openid"),
        "what it lost meanwhile is not given"
    );
    assert_eq!(grant.facts.auth_time, Some(session.auth_time));
    assert_eq!(
        (grant.facts.amr.clone(), grant.facts.sid.clone()),
        (words("pwd"), Some(session.sid()))
    );
    assert_eq!((grant.facts.nonce.clone(), grant.expires_at), (None, device.expires_at));
    assert_eq!(
        (event.action.as_str(), event.actor.as_deref()),
        ("authorize_application", Some("user_1"))
    );
    assert_eq!(event.client_address.as_deref(), Some("198.51.100.2"));
    assert_eq!(
        (&event.detail["kind"], &event.detail["device_address"]),
        (&"device_code".into(), &"192.0.2.7".into())
    );
    assert_eq!(
        deny(NOW, &device),
        [Write::DenyDeviceCode {
            hash: device.hash,
            at: NOW
        }]
    );
}

/// CVE-2024-38371: the rules of the application are those of every other way into it.
#[test]
fn who_may_let_a_device_in() {
    let (mut client, user, session) = (device_client(), user(), session(NOW.plus(-HOUR)));
    let person = Person {
        session: &session,
        user: &user,
    };
    let decide = |client: &Client, policies: Option<&PolicyOutcome>| {
        let decided = decide_approval(client, person, policies);
        decided.map(|_| ()).map_err(|error| error.refusal)
    };
    let outcome = |passing| PolicyOutcome {
        passing,
        ..PolicyOutcome::default()
    };
    assert_eq!(decide(&client, None), Ok(()), "there are no rules");
    client.bindings.push(Binding {
        id: "bind_1".into(),
        bound: Bound::Group {
            id: "group_1".into(),
            name: "editors".into(),
        },
        order: 0,
        enabled: true,
        negate: false,
        timeout_seconds: 30,
        failure_result: false,
        dry_run: false,
    });
    assert_eq!(decide(&client, Some(&outcome(true))), Ok(()));
    assert_eq!(decide(&client, Some(&outcome(false))), Err(Refusal::PolicyDenied));
    assert_eq!(
        decide(&client, None),
        Err(Refusal::PolicyDenied),
        "rules that were not asked have not said yes"
    );
    client.application.enabled = false;
    assert_eq!(decide(&client, Some(&outcome(true))), Err(Refusal::ClientDisabled));
    client.application.enabled = true;
    let gone = protocol::user::User {
        is_active: false,
        ..user.clone()
    };
    let person = Person {
        session: &session,
        user: &gone,
    };
    let decided = decide_approval(&client, person, Some(&outcome(true)));
    assert_eq!(decided.unwrap_err().refusal, Refusal::SubjectDisabled);
    assert_eq!(
        policy_context()["oauth_grant_type"],
        "urn:ietf:params:oauth:grant-type:device_code"
    );
}

/// Section 4.
#[test]
fn discovery_names_the_endpoint_where_it_works() {
    let document = |client: &Client| serde_json::to_value(of_application(client, PUBLIC_URL, &["en"])).unwrap();
    let with = document(&device_client());
    assert_eq!(
        with["device_authorization_endpoint"],
        "https://id.example.com/application/o/device/"
    );
    let grants = with["grant_types_supported"].as_array().unwrap();
    assert!(grants.contains(&"urn:ietf:params:oauth:grant-type:device_code".into()));
    let without = document(&client_with(|_| {}));
    assert_eq!(without.get("device_authorization_endpoint"), None);
}
