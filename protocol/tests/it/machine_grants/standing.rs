//! What all branches have in common: the audit log, bad standing, policies, and what the tokens say.

use super::*;

#[test]
fn the_audit_log_says_by_what() {
    let client = machine_client();
    let token = jwt(typ::ACCESS_TOKEN);
    let service = event(&ask(&client, Sent::Post(SECRET), &service(), &[("scope", "email")]));
    assert_eq!(
        service.detail,
        json!({"method": "client_secret", "grant_type": "client_credentials", "scopes": ["email"]})
    );
    assert_eq!(service.action, "token_issued");
    assert_eq!(
        (service.actor.as_deref(), service.target.as_deref()),
        (Some("app_1"), Some("user_1"))
    );
    let password = step(
        &client,
        Sent::Id,
        GrantType::Password,
        &by_app_password(),
        &WITH_APP_PASSWORD,
        None,
    );
    assert_eq!(
        event(&finish(password)).detail,
        json!({"method": "app_password", "app_password": "apw_1", "grant_type": "password", "scopes": []})
    );
    let assertion = event(&ask(&client, Sent::Id, &by_assertion(), &with_assertion(&token)));
    assert_eq!(
        assertion.detail,
        json!({"method": "assertion", "issued_to": "app_2", "grant_type": "client_credentials", "scopes": []})
    );
    assert!(!assertion.detail.to_string().contains(&token));
}

/// Security expectation 22: every state of subject and client, against every branch.
#[test]
fn nobody_in_bad_standing_gets_anything_by_a_machine() {
    let token = jwt(typ::ACCESS_TOKEN);
    let assertion = with_assertion(&token);
    type Branch<'a> = (Sent<'a>, fn() -> Found, &'a [(&'a str, &'a str)]);
    let branches: [Branch<'_>; 3] = [
        (Sent::Post(SECRET), service, &[]),
        (Sent::Id, by_app_password, &WITH_APP_PASSWORD),
        (Sent::Id, by_assertion, &assertion),
    ];
    for (sent, found, body) in branches {
        assert!(ask(&machine_client(), sent, &found(), body).reply.is_ok());
        let mut disabled = found();
        disabled.subject.as_mut().unwrap().user.is_active = false;
        let deleted = Found {
            subject: None,
            ..found()
        };
        for found in [disabled, deleted] {
            let outcome = ask(&machine_client(), sent, &found, body);
            assert_eq!(outcome.reply.as_ref().unwrap_err().code().as_str(), "invalid_grant");
            assert!(outcome.writes.is_empty());
        }
        let switched_off = client_with(|application| {
            allow(application);
            application.enabled = false;
        });
        let outcome = ask(&switched_off, sent, &found(), body);
        assert_eq!(
            (refusal(&outcome), outcome.writes.len()),
            (Some(Refusal::ClientDisabled), 0)
        );
    }
}

/// Sheet sections 3.4.8 and 6.12: the bindings of the application are asked for the account, each time.
#[test]
fn policies_are_asked_in_every_branch() {
    let mut client = machine_client();
    client.bindings = vec![Binding {
        id: "bind_1".into(),
        bound: Bound::Group {
            id: "group_1".into(),
            name: "machines".into(),
        },
        order: 0,
        enabled: true,
        negate: false,
        timeout_seconds: 30,
        failure_result: false,
        dry_run: false,
    }];
    let token = jwt(typ::ACCESS_TOKEN);
    let assertion = with_assertion(&token);
    type Branch<'a> = (Sent<'a>, Found, &'a [(&'a str, &'a str)]);
    let branches: [Branch<'_>; 3] = [
        (Sent::Post(SECRET), service(), &[]),
        (Sent::Id, by_app_password(), &WITH_APP_PASSWORD),
        (Sent::Id, by_assertion(), &assertion),
    ];
    for (at, (sent, found, body)) in branches.iter().enumerate() {
        for kind in BOTH {
            let Step::Evaluate(wanted) = step(&client, *sent, kind, found, body, None) else {
                panic!("nothing is asked");
            };
            let context = wanted.policies.unwrap();
            assert_eq!(context["oauth_grant_type"], kind.as_str());
            match at {
                2 => assert_eq!(context["oauth_jwt"]["repository"], "ada/engine"),
                _ => assert!(!context.contains_key("oauth_jwt")),
            }
            for (passing, expected) in [(true, None), (false, Some(Refusal::PolicyDeniedGrant))] {
                let evaluated = Evaluated {
                    access: Some(PolicyOutcome {
                        passing,
                        ..PolicyOutcome::default()
                    }),
                    ..Evaluated::default()
                };
                let outcome = finish(step(&client, *sent, kind, found, body, Some(&evaluated)));
                assert_eq!(refusal(&outcome), expected);
                if expected.is_some() {
                    assert_eq!(outcome.reply.unwrap_err().code().as_str(), "invalid_grant");
                    assert!(outcome.writes.is_empty());
                }
            }
        }
    }
}

#[test]
fn the_token_speaks_of_the_account_and_of_nobody_who_signed_in() {
    let client = machine_client();
    let mut body = WITH_APP_PASSWORD.to_vec();
    body.push(("scope", "openid profile"));
    let reply = ask(&client, Sent::Id, &by_app_password(), &body).reply.unwrap();
    let claims = |token: &str| {
        let parsed = protocol::jose::parse(token, 16 * 1024).unwrap();
        parsed.unverified_claims().unwrap()
    };
    let (access, id) = (claims(&reply.access_token), claims(reply.id_token.as_deref().unwrap()));
    let Subject { user, .. } = subject();
    for token in [&access, &id] {
        assert_eq!(token["preferred_username"], user.username);
        assert!(!token.contains_key("sid") && !token.contains_key("amr") && !token.contains_key("nonce"));
    }
    assert_eq!(id["auth_time"], NOW.seconds());
    assert!(client.issuer == id["iss"] && client.application.client_id == id["aud"]);
}
