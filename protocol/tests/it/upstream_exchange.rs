//! The steps of a sign-in through a source: what the callback may say, scripts, vendors that need a further call.

use protocol::auth0::words_of_failure;
use protocol::refusal::Refusal;
use protocol::upstream::{Made, Reply, Resumed, ScriptFailure, Source, Step, UpstreamFailure, authn_sh_code};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::fixtures::NOW;
use crate::upstream_support::{
    ACCESS_TOKEN, CLIENT_SECRET, Drive, ISSUER, REDIRECT_URI, call, done, failed, form_of, json_reply, leave, oauth2,
    oidc, refusal, token_answer, upstream,
};

fn back(source: Source, query: &str) -> Step {
    let upstream = upstream(source);
    let redirect = leave(&upstream);
    Drive::new(upstream, redirect.secrets).callback(query)
}

fn refused(query: &str) -> UpstreamFailure {
    failed(back(oauth2(), query))
}

#[test]
fn a_10_7_and_b_8_3_an_error_of_the_source_keeps_its_code_and_description() {
    let failure = refused("error=access_denied&error_description=The+person+said+no&state=s");
    assert_eq!(failure.refusal(), Refusal::UpstreamAccessDenied);
    assert_eq!(failure.error.code().as_str(), "access_denied");
    assert_eq!(failure.description.as_deref(), Some("The person said no"));
    assert_eq!(failure.authn_sh_code(), "oauth_user_cancelled");
    let failure = refused("error=temporarily_unavailable&error_description=%3Cb%3E%0Atomorrow");
    assert_eq!(failure.refusal(), Refusal::UpstreamError);
    assert_eq!(failure.error.code().as_str(), "invalid_request");
    assert_eq!(failure.upstream_error.as_deref(), Some("temporarily_unavailable"));
    assert_eq!(failure.description.as_deref(), Some("<b>"));
    assert_eq!(failure.authn_sh_code(), "temporarily_unavailable");
    // What is no code is not passed on.
    let failure = refused("error=%3Cscript%3E");
    assert_eq!(
        (failure.refusal(), failure.upstream_error.as_deref()),
        (Refusal::UpstreamError, None)
    );
    assert_eq!(failure.authn_sh_code(), "upstream_error");
}

#[test]
fn an_error_stands_above_a_code() {
    assert_eq!(
        refused("code=c&error=access_denied").refusal(),
        Refusal::UpstreamAccessDenied
    );
    assert_eq!(refused("code=c&error=").refusal(), Refusal::UpstreamError);
}

#[test]
fn a_10_3_neither_code_nor_error_is_a_failure() {
    for query in ["", "state=s", "code=", "code=&state=s", "token=x"] {
        let failure = refused(query);
        assert_eq!(failure.refusal(), Refusal::UpstreamCodeMissing, "{query}");
        assert_eq!(failure.authn_sh_code(), "oauth_code_missing");
    }
}

#[test]
fn rfc_9207_an_answer_of_another_issuer_is_refused_whatever_it_says() {
    for query in [
        "code=c&iss=https%3A%2F%2Fevil.example.net",
        "error=access_denied&iss=https%3A%2F%2Fevil.example.net",
        "code=c&iss=https%3A%2F%2Flogin.example.net%2F",
    ] {
        let failure = failed(back(oidc(), query));
        assert_eq!(failure.refusal(), Refusal::UpstreamResponseIssuer, "{query}");
        assert_eq!(failure.error.expected.as_deref(), Some(ISSUER));
    }
    call(back(oidc(), "code=c&iss=https%3A%2F%2Flogin.example.net"));
    call(back(oidc(), "code=c"));
    call(back(oauth2(), "code=c&iss=https%3A%2F%2Fanything.test"));
    // Section 2.4: who says that its answers name their issuer is not believed without it.
    let promised = Source {
        response_iss: true,
        ..oidc()
    };
    let failure = failed(back(promised.clone(), "code=c"));
    assert_eq!(failure.refusal(), Refusal::UpstreamResponseIssuer);
    assert_eq!(failure.error.given.as_deref(), Some("no iss"));
    call(back(promised, "code=c&iss=https%3A%2F%2Flogin.example.net"));
}

#[test]
fn a_source_that_was_switched_off_meanwhile_ends_the_sign_in() {
    let mut upstream = upstream(oauth2());
    let redirect = leave(&upstream);
    upstream.source.enabled = false;
    let step = Drive::new(upstream, redirect.secrets).callback("code=c");
    assert_eq!(refusal(step), Refusal::UpstreamSourceDisabled);
}

#[test]
fn a_11_2_the_redirect_uri_is_that_of_the_authorization_request_byte_for_byte() {
    let call = call(back(oauth2(), "code=c"));
    let form = form_of(&call);
    assert!(form.contains(&("redirect_uri".to_owned(), REDIRECT_URI.to_owned())));
}

#[test]
fn each_check_reaches_the_recorder() {
    let upstream = upstream(oauth2());
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    call(drive.reply(json_reply(&token_answer(None))));
    failed(drive.reply(Reply::answer(404, None, "")));
    assert_eq!(
        drive.world.observed(),
        [
            "upstream_callback",
            "upstream_token",
            "upstream_userinfo!upstream_userinfo_refused"
        ]
    );
}

fn scripted() -> Source {
    Source {
        made: Made::Auth0,
        userinfo_endpoint: None,
        profile_script: Some("function (token, context, callback) {}".into()),
        ..oauth2()
    }
}

fn at_script(source: Source) -> (Drive, Step) {
    let upstream = upstream(source);
    let redirect = leave(&upstream);
    let mut drive = Drive::new(upstream, redirect.secrets);
    call(drive.callback("code=c"));
    let answer = json!({"access_token": ACCESS_TOKEN, "team_id": 7, "extra": {"a": [1]}, "id_token": "a.b.c"});
    let step = drive.reply(json_reply(&answer));
    (drive, step)
}

#[test]
fn b_9_1_and_b_9_5_a_script_gets_the_token_and_the_whole_answer() {
    let (mut drive, step) = at_script(scripted());
    let Step::Script { access_token, context } = step else {
        panic!("{step:?}");
    };
    assert_eq!(access_token.expose_secret(), ACCESS_TOKEN);
    let shown = format!(
        "{:?}",
        Step::Script {
            access_token: access_token.clone(),
            context: context.clone()
        }
    );
    assert!(
        shown.contains("team_id") && !shown.contains("a.b.c") && !shown.contains(ACCESS_TOKEN),
        "{shown}"
    );
    assert_eq!(context["team_id"], json!(7));
    assert_eq!(context["extra"], json!({"a": [1]}));
    assert_eq!(context["id_token"], json!("a.b.c"));
    assert!(!context.contains_key("userinfo"));
    let answer = done(drive.script(Ok("{\"user_id\":12345678901234567890123}")));
    assert_eq!(answer.told.script.unwrap().scalar("user_id"), "12345678901234567890123");
}

#[test]
fn a_script_may_reshape_what_the_profile_address_said() {
    let source = Source {
        userinfo_endpoint: oauth2().userinfo_endpoint,
        ..scripted()
    };
    let (mut drive, step) = at_script(source);
    call(step);
    let step = drive.reply(json_reply(&json!({"uid": 42})));
    let Step::Script { context, .. } = step else {
        panic!("{step:?}");
    };
    assert_eq!(context["userinfo"], json!({"uid": 42}));
}

#[test]
fn b_12_1_to_b_12_6_a_script_that_fails_tells_why_without_secrets() {
    let message = format!("Error: {CLIENT_SECRET} and {ACCESS_TOKEN}\n    at fetchUserProfile (script.js:1:2)");
    let (mut drive, _) = at_script(scripted());
    let failure = failed(drive.script(Err(&message)));
    assert_eq!(failure.refusal(), Refusal::UpstreamScriptFailed);
    assert_eq!(failure.error.code().as_str(), "invalid_request");
    assert_eq!(failure.description.as_deref(), Some("Error: ... and ..."));
    for made in ["", "null", "[]", "\"x\"", "{\"a\":1,\"a\":2}"] {
        let (mut drive, _) = at_script(scripted());
        let failure = failed(drive.script(Ok(made)));
        assert_eq!(failure.refusal(), Refusal::UpstreamScriptFailed, "{made}");
        assert_eq!(failure.description.as_deref(), Some("the script gave no profile"));
    }
}

#[test]
fn a_script_that_could_not_be_run_is_not_said_to_have_failed() {
    let (mut drive, _) = at_script(scripted());
    let failure = failed(drive.script_ended(Err(ScriptFailure::NotNow("the worker ended".to_owned()))));
    assert_eq!(failure.refusal(), Refusal::UpstreamScriptUnavailable);
    assert_eq!(failure.error.code().status(), 503);
    assert_eq!(failure.error.detail.as_deref(), Some("the worker ended"));
    assert_eq!(
        failure.description, None,
        "what is ours to repair is not shown to the person"
    );
    assert_eq!(words_of_failure(&failure).code, "temporarily_unavailable");
}

#[test]
fn a_step_that_was_not_asked_for_ends_the_exchange() {
    let (mut drive, _) = at_script(scripted());
    assert_eq!(refusal(drive.reply(Reply::answer(200, None, "{}"))), Refusal::Internal);
    let (mut drive, _) = at_script(scripted());
    done(drive.script(Ok("{\"id\":1}")));
    let step = drive
        .exchange
        .step(&drive.world.env(NOW), Resumed::Script(Ok(b"{}".to_vec())));
    assert_eq!(refusal(step), Refusal::Internal);
}

#[test]
fn every_refusal_has_its_word_in_authn_sh() {
    let known = [
        "oauth_state_invalid",
        "oauth_user_cancelled",
        "oauth_code_missing",
        "oauth_provider_not_found",
        "oauth_token_exchange_failed",
        "oauth_userinfo_failed",
        "oauth_account_does_not_exist",
        "oauth_no_email_returned",
        "email_subaddress_blocked",
        "sign_in_disabled",
    ];
    // What its words do not know: a configuration that can not be saved there, its other error of a source, modes and links that
    // it does not have.
    let without = [
        Refusal::UpstreamNotConfigured,
        Refusal::UpstreamError,
        Refusal::UpstreamPolicyDenied,
        Refusal::UpstreamEmailTaken,
        Refusal::UpstreamEmailUnverified,
        Refusal::UpstreamEmailAmbiguous,
        Refusal::UpstreamUsernameTaken,
        Refusal::UpstreamUsernameMissing,
        Refusal::UpstreamLinkedToAnother,
        Refusal::UpstreamLinkNeedsLogin,
        Refusal::UpstreamGroupDenied,
    ];
    let of_sources = Refusal::ALL
        .iter()
        .filter(|refusal| refusal.code().starts_with("upstream_"));
    for refusal in of_sources {
        let word = authn_sh_code(*refusal);
        assert_eq!(known.contains(&word), !without.contains(refusal), "{}", refusal.code());
    }
}
