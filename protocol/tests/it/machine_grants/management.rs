//! Tokens for the management interface of Auth0's dialect: who gets them, with which scopes, and the standing grant of their own.

use protocol::dialect::Dialect;
use protocol::records::KIND_MANAGEMENT;

use super::*;

const AUDIENCE: &str = "https://id.example.com/api/v2/";

fn manager() -> Client {
    let mut client = machine_client();
    client.application.management_scopes = vec!["create:connections".into(), "read:connections".into()];
    client
}

fn request<'a>(
    client: &'a Client,
    credentials: &'a Credentials,
    params: &'a protocol::params::Params,
) -> TokenRequest<'a> {
    TokenRequest {
        client,
        credentials,
        params,
        client_address: Some("192.0.2.1"),
        salt: SALT,
        audience: Some(AUDIENCE),
    }
}

fn run(client: &Client, sent: Sent<'_>, found: &Found, body: &[(&str, &str)]) -> Outcome {
    let (credentials, params) = (credentials(sent), params(body));
    let request = request(client, &credentials, &params);
    let world = World::default();
    finish(exchange(
        &world.env(NOW),
        &request,
        GrantType::ClientCredentials,
        found,
        None,
    ))
}

fn found() -> Found {
    let mut found = service();
    let grant = found.grant.as_mut().unwrap();
    grant.kind = KIND_MANAGEMENT.into();
    grant.facts.audience = Some(AUDIENCE.into());
    found
}

fn refusal(outcome: &Outcome) -> Refusal {
    outcome.reply.as_ref().unwrap_err().refusal
}

#[test]
fn a_token_carries_what_is_granted_and_is_for_the_interface_alone() {
    let client = manager();
    let outcome = run(&client, Sent::Post(SECRET), &found(), &[]);
    assert_eq!(writes(&outcome), ["CreateEvent", "CreateAccessToken"]);
    let reply = outcome.reply.unwrap();
    assert_eq!(reply.scope, "create:connections read:connections");
    assert!(reply.id_token.is_none() && reply.refresh_token.is_none());
    let named = run(&client, Sent::Post(SECRET), &found(), &[("scope", "read:connections")]);
    assert_eq!(named.reply.unwrap().scope, "read:connections");
}

#[test]
fn the_standing_grant_is_of_its_own_kind_and_audience() {
    let client = manager();
    type Row = (&'static str, fn(&mut Found), bool);
    let rows: [Row; 4] = [
        ("serves", |_| {}, false),
        ("none yet", |found| found.grant = None, true),
        ("of the application's own tokens", |found| *found = service(), true),
        (
            "of another address",
            |found| found.grant.as_mut().unwrap().facts.audience = Some("https://old.example.com/api/v2/".into()),
            true,
        ),
    ];
    for (name, change, makes) in rows {
        let mut found = found();
        change(&mut found);
        let outcome = run(&client, Sent::Post(SECRET), &found, &[]);
        let made = outcome.writes.iter().find_map(|write| match write {
            Write::CreateGrant(grant) => Some(grant.as_ref()),
            _ => None,
        });
        assert_eq!(made.is_some(), makes, "{name}");
        if let Some(made) = made {
            assert_eq!(made.standing_key().as_deref(), Some("app_1 management"), "{name}");
            assert_eq!(made.facts.audience.as_deref(), Some(AUDIENCE));
            assert_eq!(made.facts.dialect, Dialect::Auth0);
        }
    }
}

#[test]
fn it_is_no_assertion_for_another_application() {
    let token = jwt(typ::ACCESS_TOKEN);
    let mut found = by_assertion();
    found.assertion.as_mut().unwrap().grant.facts.audience = Some(AUDIENCE.into());
    let outcome = ask(&machine_client(), Sent::Id, &found, &with_assertion(&token));
    assert_eq!(refusal(&outcome), Refusal::AssertionForeign);
}

#[test]
fn nobody_else_gets_one() {
    let client = manager();
    let post = Sent::Post(SECRET);
    assert_eq!(
        refusal(&run(&client, Sent::Post("wrong"), &found(), &[])),
        Refusal::ClientSecretWrong
    );
    assert_eq!(
        refusal(&run(&client, Sent::Id, &found(), &[])),
        Refusal::ClientAuthenticationMissing
    );
    let more = [("scope", "read:connections delete:connections")];
    assert_eq!(
        refusal(&run(&client, post, &found(), &more)),
        Refusal::ManagementScopeNotGranted
    );
    let mut none = manager();
    none.application.management_scopes.clear();
    assert_eq!(
        refusal(&run(&none, Sent::Post(SECRET), &found(), &[])),
        Refusal::ManagementNotGranted
    );
    let mut off = manager();
    off.application.enabled = false;
    assert_eq!(
        refusal(&run(&off, Sent::Post(SECRET), &found(), &[])),
        Refusal::ClientDisabled
    );
    let mut public = manager();
    public.application.client_type = protocol::client::ClientType::Public;
    public.secrets.clear();
    assert_eq!(
        refusal(&run(&public, Sent::Id, &found(), &[])),
        Refusal::GrantTypeNotAllowed
    );
    let mut blocked = found();
    blocked.subject.as_mut().unwrap().user.is_active = false;
    assert_eq!(
        refusal(&run(&client, Sent::Post(SECRET), &blocked, &[])),
        Refusal::SubjectGone
    );
    // What proves an account proves no application.
    let body = [("username", "ada"), ("password", "an app password")];
    assert_eq!(
        refusal(&run(&client, Sent::Id, &found(), &body)),
        Refusal::ClientAuthenticationMissing
    );
}
