//! What an administrator does to people and authorizations acts at once: each action against each way to use what was
//! given before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use protocol::client::{Application, GrantType};
use protocol::id::{hash_secret, new_secret};
use protocol::records::{
    AMR_PASSWORD, AccessToken, Code, CodeFacts, Consent, Grant, GrantFacts, RefreshToken, Session,
};
use protocol::time::{DAY, HOUR};
use protocol::writes::Write;
use serde_json::{Value, json};
use vestibule::web::browser::load_signed_in;

use super::caller::Caller;
use crate::harness::{Client, Harness, on_both, secret_of};

on_both!(every_action_acts_at_once, reactivation_brings_nothing_back);

/// What a person and an application hold after a sign-in.
pub(crate) struct Given {
    pub(crate) application: String,
    pub(crate) session: String,
    pub(crate) grant: String,
    pub(crate) consent: String,
    cookie: String,
    code: String,
    access: String,
    refresh: String,
}

/// The application of these tests, which may have refresh tokens.
pub(crate) async fn shop(harness: &Harness) -> Application {
    harness
        .application_with("shop", |shop| {
            shop.grant_types = vec![GrantType::AuthorizationCode, GrantType::RefreshToken];
        })
        .await
}

/// Gives the user everything that a sign-in to `shop` gives. The access token dies with the browser session, the refresh
/// token outlives it.
pub(crate) async fn give(harness: &Harness, user: &str) -> Given {
    let entry = harness
        .app
        .client(vestibule::clients::By::Slug("shop"))
        .await
        .expect("a read")
        .expect("the application");
    let application = entry.client.application.id.clone();
    let (now, entropy) = (harness.now(), &harness.app.entropy);
    let given = Given {
        application: application.clone(),
        session: harness.app.new_id("ses", now),
        grant: harness.app.new_id("grant", now),
        consent: harness.app.new_id("con", now),
        cookie: new_secret(entropy),
        code: new_secret(entropy),
        access: new_secret(entropy),
        refresh: new_secret(entropy),
    };
    let scopes: Vec<String> = ["openid", "email", "offline_access"].map(str::to_owned).into();
    let session = Session {
        id: given.session.clone(),
        hash: hash_secret(&given.cookie),
        user_id: user.to_owned(),
        auth_time: now,
        amr: vec![AMR_PASSWORD.to_owned()],
        created_at: now,
        last_seen_at: now,
        expires_at: now.plus(DAY),
        ended_at: None,
        client_address: Some("192.0.2.7".to_owned()),
        user_agent: Some("a browser".to_owned()),
        external_account: None,
    };
    let grant = Grant {
        id: given.grant.clone(),
        user_id: user.to_owned(),
        application_id: application.clone(),
        session_id: Some(given.session.clone()),
        transaction_id: None,
        kind: "authorization_code".to_owned(),
        scopes: scopes.clone(),
        facts: GrantFacts {
            auth_time: Some(now),
            ..GrantFacts::default()
        },
        issued_at: now,
        expires_at: now.plus(DAY),
        revoked_at: None,
    };
    let code = Code {
        hash: hash_secret(&given.code),
        grant_id: given.grant.clone(),
        facts: CodeFacts {
            redirect_uri: "https://shop.example/cb".to_owned(),
            code_challenge: None,
        },
        expires_at: now.plus(HOUR),
        used_at: None,
    };
    let access = AccessToken {
        hash: hash_secret(&given.access),
        grant_id: given.grant.clone(),
        session_id: Some(given.session.clone()),
        scopes: scopes.clone(),
        issued_at: now,
        expires_at: now.plus(HOUR),
        revoked_at: None,
    };
    let refresh = RefreshToken {
        hash: hash_secret(&given.refresh),
        grant_id: given.grant.clone(),
        scopes: scopes.clone(),
        issued_at: now,
        expires_at: now.plus(DAY),
        used_at: None,
        revoked_at: None,
    };
    let consent = Consent {
        id: given.consent.clone(),
        user_id: user.to_owned(),
        application_id: application,
        scopes,
        claims: Vec::new(),
        granted_at: now,
        expires_at: None,
    };
    let writes = vec![
        Write::CreateSession(Box::new(session)),
        Write::CreateGrant(Box::new(grant)),
        Write::CreateCode(Box::new(code)),
        Write::CreateAccessToken(Box::new(access)),
        Write::CreateRefreshToken(Box::new(refresh)),
        Write::SaveConsent(Box::new(consent)),
    ];
    harness.app.store.commit(writes).await.expect("a commit");
    given
}

/// Which uses work: session, userinfo, introspection of the access token, introspection of the refresh token, redemption
/// of the code, refresh. The last two are tried last, because they use up what they are given.
pub(crate) async fn uses(harness: &Harness, given: &Given) -> [bool; 6] {
    let mut headers = http::HeaderMap::new();
    let cookie = format!("vestibule_session={}", given.cookie);
    headers.insert(header::COOKIE, cookie.parse().expect("a cookie"));
    let session = load_signed_in(&harness.app, &headers, harness.now())
        .await
        .expect("a read")
        .is_some();

    let mut person = harness
        .client()
        .with_header(header::AUTHORIZATION, &format!("Bearer {}", given.access));
    let userinfo = person.get("/application/o/userinfo/").await;
    let secret: String = url::form_urlencoded::byte_serialize(secret_of("shop").as_bytes()).collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("shop:{secret}")));
    let shop = || harness.client().with_header(header::AUTHORIZATION, &basic);
    let introspected = [
        introspect(shop(), &given.access).await,
        introspect(shop(), &given.refresh).await,
    ];
    let code = [
        ("grant_type", "authorization_code"),
        ("code", &*given.code),
        ("redirect_uri", "https://shop.example/cb"),
    ];
    let redeemed = shop().post("/application/o/token/", &code).await;
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", &*given.refresh)];
    let refreshed = shop().post("/application/o/token/", &refresh).await;
    for refused in [&redeemed, &refreshed] {
        assert!(
            refused.status == 200 || refused.body.contains("invalid_grant"),
            "{}",
            refused.body
        );
    }
    assert!([200, 401].contains(&userinfo.status.as_u16()), "{}", userinfo.body);
    [
        session,
        userinfo.status == 200,
        introspected[0],
        introspected[1],
        redeemed.status == 200,
        refreshed.status == 200,
    ]
}

async fn introspect(mut client: Client, token: &str) -> bool {
    let answer = client.post("/application/o/introspect/", &[("token", token)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    if answer["active"] == false {
        assert_eq!(answer, json!({"active": false}), "nothing else is told of a dead token");
    }
    answer["active"] == true
}

const NOTHING: [bool; 6] = [false; 6];
const EVERYTHING: [bool; 6] = [true; 6];

async fn every_action_acts_at_once(harness: &Harness) {
    shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let password = json!({"password": "another password"});
    // Ending the browser session takes the code that is on its way, and leaves what outlives the browser: the refresh token.
    let without_session = [false, false, false, true, false, true];
    let table = [
        ("nothing", EVERYTHING),
        ("renamed", EVERYTHING),
        ("deactivated", NOTHING),
        ("made a program", NOTHING),
        ("deleted", NOTHING),
        ("password changed", NOTHING),
        ("signed out", NOTHING),
        ("grant revoked", [true, false, false, false, false, false]),
        ("session ended", without_session),
        ("consent forgotten", EVERYTHING),
    ];
    for (number, (action, outcome)) in table.into_iter().enumerate() {
        let name = format!("person{number}");
        let user = caller.user(&name).await;
        let given = give(harness, &user).await;
        let bystander = caller.user(&format!("bystander{number}")).await;
        let theirs = give(harness, &bystander).await;
        harness.advance(1);
        let path = format!("/users/{name}");
        let answer = match action {
            "renamed" => caller.patch(&path, json!({"username": format!("new-{name}")})).await,
            "deactivated" => caller.patch(&path, json!({"is_active": false})).await,
            "made a program" => caller.patch(&path, json!({"type": "service_account"})).await,
            "deleted" => caller.delete(&path).await,
            "password changed" => caller.post(&format!("{path}/password"), password.clone()).await,
            "signed out" => caller.post(&format!("{path}/sign-out"), json!({})).await,
            "grant revoked" => caller.delete(&format!("/grants/{}", given.grant)).await,
            "session ended" => caller.delete(&format!("/sessions/{}", given.session)).await,
            "consent forgotten" => caller.delete(&format!("/consents/{}", given.consent)).await,
            _ => caller.get(&path).await,
        };
        assert!(answer.answer.status.is_success(), "{action}: {}", answer.answer.body);
        assert_eq!(uses(harness, &given).await, outcome, "{action}");
        assert_eq!(uses(harness, &theirs).await, EVERYTHING, "{action} reaches nobody else");
    }
}

async fn reactivation_brings_nothing_back(harness: &Harness) {
    shop(harness).await;
    let mut caller = Caller::all(harness).await;
    let user = caller.user("alice").await;
    let given = give(harness, &user).await;
    harness.advance(1);
    caller
        .patch("/users/alice", json!({"is_active": false}))
        .await
        .expect(200);
    harness.advance(1);
    caller
        .patch("/users/alice", json!({"is_active": true}))
        .await
        .expect(200);
    assert_eq!(uses(harness, &given).await, NOTHING);
    let again = give(harness, &user).await;
    assert_eq!(
        uses(harness, &again).await,
        EVERYTHING,
        "what is given from now on works"
    );
    // A name that is used again is another account.
    let third = give(harness, &user).await;
    caller.delete("/users/alice").await.expect(204);
    caller.user("alice").await;
    assert_eq!(uses(harness, &third).await, NOTHING);
}
