//! Vendors whose behaviour is more than data, with answers composed after their published shapes.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use protocol::jose::{Algorithm, SigningKey, TypRule, Verification, verify};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::upstream::{Begun, CallMethod, Reply, Source, Step, Upstream, begin, read_profile};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::fixtures::{NOW, World};
use crate::support::signing_key;
use crate::upstream_support::{
    Drive, call, done, form_of, json_reply, leave, nonce_of, query_of, refusal, start, upstream, upstream_with,
};
use crate::upstream_vendors::{preset, sign_in, told};

#[test]
fn a_7_2_github_asks_for_the_addresses_when_the_profile_shows_none() {
    let emails = json!([
        {"email": "old@github.test", "primary": false, "verified": true},
        {"email": "noor@github.test", "primary": true, "verified": true, "visibility": "private"},
    ]);
    let source = preset("github");
    let upstream_source = upstream(source.clone());
    let redirect = leave(&upstream_source);
    let mut drive = Drive::new(upstream_source, redirect.secrets);
    call(drive.callback("code=c"));
    // Its answer is a form unless JSON is asked for, and some proxies forget to.
    let step = drive.reply(Reply::answer(
        200,
        None,
        "access_token=gho_1&scope=read%3Auser%2Cuser%3Aemail&token_type=bearer",
    ));
    assert_eq!(call(step).url, "https://api.github.com/user");
    let profile = json!({"id": 583231, "login": "octocat", "name": "Octo Cat", "email": null, "email_verified": true});
    let extra = call(drive.reply(json_reply(&profile)));
    assert_eq!(
        (extra.method, extra.url.as_str()),
        (CallMethod::Get, "https://api.github.com/user/emails")
    );
    assert_eq!(extra.header("authorization"), Some("Bearer gho_1"));
    let answer = done(drive.reply(json_reply(&emails)));
    assert_eq!(answer.tokens.scopes, ["read:user", "user:email"]);
    let person = read_profile(&source, &answer.told).unwrap();
    assert_eq!(
        told(&person),
        ("583231", Some("octocat"), Some("noor@github.test"), Some("Octo Cat"))
    );
    assert!(person.verified);
}

#[test]
fn githubs_list_counts_only_what_is_primary_and_verified() {
    let profile = json!({"id": 1, "login": "octocat", "email": ""});
    for emails in [
        json!([{"email": "a@b.test", "primary": true, "verified": false}, {"email": "c@d.test", "primary": false, "verified": true}]),
        json!([]),
        json!({"message": "Not Found"}),
        json!([{"email": 7, "primary": true, "verified": true}]),
    ] {
        let source = preset("github");
        let (_, answer) = sign_in(
            source.clone(),
            &json!({"access_token": "a"}),
            &[profile.clone(), emails],
        );
        let person = read_profile(&source, &answer.told).unwrap();
        assert_eq!((person.email_address, person.verified), (None, false));
    }
    // A public address needs no list, and nothing says that it is verified.
    let public = json!({"id": 1, "login": "octocat", "email": "a@b.test", "email_verified": true});
    let source = preset("github");
    let (drive, answer) = sign_in(source.clone(), &json!({"access_token": "a"}), &[public]);
    assert_eq!(drive.calls.len(), 2);
    let person = read_profile(&source, &answer.told).unwrap();
    assert_eq!(
        (person.email_address.as_deref(), person.verified),
        (Some("a@b.test"), false)
    );
}

#[test]
fn entra_reads_groups_when_it_may() {
    let mut source = preset("entraid");
    source
        .scopes
        .push("https://graph.microsoft.com/GroupMember.Read.All".into());
    let groups = json!({"value": [
        {"@odata.type": "#microsoft.graph.group", "id": "g-1", "displayName": "Staff"},
        {"@odata.type": "#microsoft.graph.directoryRole", "id": "r-1", "displayName": "Reader"},
    ]});
    let (drive, answer) = sign_in(
        source.clone(),
        &json!({"access_token": "a"}),
        &[json!({"id": "1"}), groups],
    );
    assert_eq!(drive.calls[2].url, "https://graph.microsoft.com/v1.0/me/memberOf");
    let person = read_profile(&source, &answer.told).unwrap();
    assert_eq!(person.groups.len(), 1);
    assert_eq!(
        (person.groups[0].id.as_str(), person.groups[0].name.as_str()),
        ("g-1", "Staff")
    );
    let (drive, _) = sign_in(preset("entraid"), &json!({"access_token": "a"}), &[json!({"id": "1"})]);
    assert_eq!(drive.calls.len(), 2);
}

#[test]
fn entras_groups_are_read_page_by_page_and_as_a_whole_or_not_at_all() {
    let mut source = preset("entraid");
    source.scopes.push("GroupMember.Read.All".into());
    let begin = || {
        let upstream = upstream(source.clone());
        let redirect = leave(&upstream);
        let mut drive = Drive::new(upstream, redirect.secrets);
        call(drive.callback("code=c"));
        call(drive.reply(json_reply(&json!({"access_token": "a"}))));
        let first = call(drive.reply(json_reply(&json!({"id": "1"}))));
        assert_eq!(first.url, "https://graph.microsoft.com/v1.0/me/memberOf");
        drive
    };
    let page = |id: &str, next: Option<&str>| json_reply(&json!({"value": [{"id": id}], "@odata.nextLink": next}));
    let next = "https://graph.microsoft.com/v1.0/me/memberOf?$skiptoken=x";
    let mut drive = begin();
    let second = call(drive.reply(page("g-1", Some(next))));
    assert_eq!(
        (second.url.as_str(), second.header("authorization")),
        (next, Some("Bearer a"))
    );
    let answer = done(drive.reply(page("g-2", None)));
    let person = read_profile(&source, &answer.told).unwrap();
    let ids: Vec<&str> = person.groups.iter().map(|group| group.id.as_str()).collect();
    assert_eq!(ids, ["g-1", "g-2"]);
    // Half a list would take memberships away, and the token goes nowhere else.
    for reply in [
        Reply::answer(429, None, "{}"),
        Reply::answer(200, None, "{}"),
        Reply::Failed("it took too long".into()),
        page("g-1", Some("https://graph.microsoft.com.evil.example/v1.0/me/memberOf")),
    ] {
        assert_eq!(refusal(begin().reply(reply)), Refusal::UpstreamUserinfoRefused);
    }
}

#[test]
fn slack_nests_the_token_and_refuses_with_status_200() {
    let source = preset("slack");
    let token = json!({
        "ok": true, "app_id": "A0", "access_token": "xoxb-application", "token_type": "bot", "scope": "chat:write",
        "authed_user": {"id": "U1", "scope": "openid,email,profile", "access_token": "xoxp-person", "token_type": "user"},
    });
    let profile = json!({"ok": true, "sub": "U1", "name": "Noor", "email": "n@s.test", "email_verified": true});
    let (drive, answer) = sign_in(source.clone(), &token, &[profile]);
    assert_eq!(answer.tokens.access_token.expose_secret(), "xoxp-person");
    assert_eq!(answer.tokens.scopes, ["openid", "email", "profile"]);
    assert_eq!(drive.calls[1].header("authorization"), Some("Bearer xoxp-person"));
    assert_eq!(read_profile(&source, &answer.told).unwrap().provider_user_id, "U1");
    let back = |token: &Value| {
        let upstream = upstream(preset("slack"));
        let redirect = leave(&upstream);
        let mut drive = Drive::new(upstream, redirect.secrets);
        call(drive.callback("code=c"));
        let step = drive.reply(json_reply(token));
        (drive, step)
    };
    assert_eq!(
        refusal(back(&json!({"ok": false, "error": "invalid_code"})).1),
        Refusal::UpstreamTokenRefused
    );
    // A nested object without a token is no reason to take that of the application.
    let step = back(&json!({"ok": true, "access_token": "xoxb", "authed_user": {"id": "U1"}})).1;
    assert_eq!(refusal(step), Refusal::UpstreamTokenMalformed);
    let (mut drive, step) = back(&token);
    call(step);
    let step = drive.reply(json_reply(&json!({"ok": false, "error": "missing_scope"})));
    assert_eq!(refusal(step), Refusal::UpstreamUserinfoRefused);
}

#[test]
fn wechat_has_names_and_ways_of_its_own() {
    let source = preset("wechat");
    let nothing = Params::default();
    let Ok(Begun::Redirect(redirect)) = begin(&World::default().env(NOW), &upstream(source.clone()), &start(&nothing))
    else {
        panic!("a redirect");
    };
    assert!(
        redirect
            .url
            .starts_with("https://open.weixin.qq.com/connect/qrconnect?response_type=code&appid=hh-web&")
    );
    assert!(
        redirect
            .url
            .ends_with("&scope=snsapi_login&state=st4te#wechat_redirect")
    );
    let mut drive = Drive::new(upstream_with(source.clone(), Some("s/1"), &[]), redirect.secrets);
    let token = call(drive.callback("code=c"));
    assert_eq!(token.method, CallMethod::Get);
    assert_eq!(
        token.url,
        "https://api.weixin.qq.com/sns/oauth2/access_token?appid=hh-web&secret=s%2F1&code=c&grant_type=authorization_code"
    );
    assert!(!format!("{token:?}").contains("s%2F1"));
    let answer =
        json!({"access_token": "wx", "expires_in": 7200, "openid": "o-1", "scope": "snsapi_login", "errcode": 0});
    let profile = call(drive.reply(json_reply(&answer)));
    assert_eq!(
        profile.url,
        "https://api.weixin.qq.com/sns/userinfo?openid=o-1&lang=en&access_token=wx"
    );
    let answer = done(drive.reply(json_reply(
        &json!({"openid": "o-1", "nickname": "Noor", "unionid": "u-1", "city": "Delft"}),
    )));
    let person = read_profile(&source, &answer.told).unwrap();
    assert_eq!(told(&person), ("u-1", Some("u-1"), None, Some("Noor")));
    assert_eq!(person.public_metadata["city"], json!("Delft"));
    let redirect = leave(&upstream(source.clone()));
    let mut drive = Drive::new(upstream(source), redirect.secrets);
    call(drive.callback("code=c"));
    let step = drive.reply(json_reply(&json!({"errcode": 40029, "errmsg": "invalid code"})));
    let failure = crate::upstream_support::failed(step);
    assert_eq!(failure.refusal(), Refusal::UpstreamTokenRefused);
    assert_eq!(failure.description.as_deref(), Some("invalid code"));
}

fn pem(pkcs8: &[u8]) -> String {
    format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        STANDARD.encode(pkcs8)
    )
}

/// An Apple source, its upstream, and the key of the developer account.
fn apple() -> (Upstream, SigningKey, SigningKey) {
    let pkcs8 = SigningKey::generate(Algorithm::ES256).unwrap();
    let ours = SigningKey::from_pkcs8(Some("KEY1"), Algorithm::ES256, &pkcs8).unwrap();
    let theirs = signing_key("apple-1", Algorithm::ES256);
    let source = Source {
        client_id: "test.harbor.web;TEAM1;KEY1".into(),
        ..preset("apple")
    };
    let upstream = upstream_with(source, Some(&pem(&pkcs8)), &[&theirs]);
    (upstream, ours, theirs)
}

#[test]
fn apple_gets_a_client_secret_that_we_sign_and_gives_the_name_once() {
    let (upstream, ours, theirs) = apple();
    let redirect = leave(&upstream);
    let nonce = nonce_of(&redirect);
    assert!(query_of(&redirect.url).contains(&("client_id".to_owned(), "test.harbor.web".to_owned())));
    let mut drive = Drive::new(upstream.clone(), redirect.secrets);
    let user = json!({"name": {"firstName": "Noor", "lastName": "Haddad"}, "email": "evil@else.test"}).to_string();
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("state", "st4te"), ("code", "c"), ("user", &user)])
        .finish();
    let token = call(drive.callback(&form));
    let form: std::collections::BTreeMap<String, String> = form_of(&token).into_iter().collect();
    assert_eq!(form["client_id"], "test.harbor.web");
    let keys = [ours.verifying_key()];
    let rules = Verification::new(&keys, &[Algorithm::ES256], TypRule::Any);
    let secret = verify(&form["client_secret"], &rules).unwrap();
    assert_eq!(secret.header.kid.as_deref(), Some("KEY1"));
    assert_eq!(
        (
            secret.claims["iss"].as_str(),
            secret.claims["sub"].as_str(),
            secret.claims["aud"].as_str()
        ),
        (
            Some("TEAM1"),
            Some("test.harbor.web"),
            Some("https://appleid.apple.com")
        )
    );
    let now = NOW.seconds();
    let claims = json!({
        "iss": "https://appleid.apple.com", "aud": "test.harbor.web", "sub": "001.a", "iat": now, "exp": now + 600, "nonce": nonce,
        "email": "x@privaterelay.appleid.com", "email_verified": "true", "is_private_email": "true",
    });
    let id_token = theirs.sign(None, &claims).unwrap();
    let answer = done(drive.reply(json_reply(&json!({"access_token": "a", "id_token": id_token}))));
    let person = read_profile(&upstream.source, &answer.told).unwrap();
    assert_eq!(
        told(&person),
        ("001.a", None, Some("x@privaterelay.appleid.com"), Some("Noor Haddad"))
    );
    assert_eq!(
        (person.given_name.as_deref(), person.family_name.as_deref()),
        (Some("Noor"), Some("Haddad"))
    );
    assert!(person.verified);
}

#[test]
fn apples_name_is_taken_from_nothing_else_and_harms_nobody() {
    for user in [
        "",
        "null",
        "[]",
        "{\"name\":\"Noor\"}",
        "{\"name\":{\"firstName\":7}}",
        "{\"name\":{\"firstName\":\" \"}}",
        "{{",
    ] {
        let (upstream, _, _) = apple();
        let redirect = leave(&upstream);
        let form: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", "c"), ("user", user)])
            .finish();
        call(Drive::new(upstream, redirect.secrets).callback(&form));
    }
}

#[test]
fn an_apple_source_without_its_ids_or_key_is_not_complete() {
    let (upstream, _, _) = apple();
    let changes: [fn(&mut Upstream); 2] = [
        |upstream| upstream.source.client_id = "test.harbor.web".into(),
        |upstream| upstream.client_secret = Some("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".into()),
    ];
    for change in changes {
        let mut upstream = upstream.clone();
        change(&mut upstream);
        let redirect = leave(&upstream);
        let step = Drive::new(upstream, redirect.secrets).callback("code=c");
        assert_eq!(refusal(step), Refusal::UpstreamNotConfigured);
    }
    // A client secret that was made elsewhere is sent as it is.
    let mut upstream = upstream;
    upstream.client_secret = Some("e30.e30.sig".into());
    let redirect = leave(&upstream);
    let token = call(Drive::new(upstream, redirect.secrets).callback("code=c"));
    assert!(form_of(&token).contains(&("client_secret".to_owned(), "e30.e30.sig".to_owned())));
}

#[test]
fn an_exchange_may_be_kept_across_threads() {
    fn is_send<T: Send>(_: &T) {}
    let upstream = upstream(preset("github"));
    let redirect = leave(&upstream);
    let exchange = protocol::upstream::Exchange::new(Arc::new(upstream), redirect.secrets, None);
    is_send(&exchange);
    let step: Option<Step> = None;
    is_send(&step);
    assert!(format!("{exchange:?}").contains("github"));
}
