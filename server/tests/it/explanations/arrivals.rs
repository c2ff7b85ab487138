//! Induced failures of sign-ins through a source: each has a code and an explanation of its own, and where a button repairs it, the
//! same sign-in succeeds afterwards.

use serde_json::{Value, json};

use super::support::{application, authorize, explained, names_a_place, repair};
use crate::api::support::Api;
use crate::harness::Harness;
use crate::sources::support::{Sample, choosing, make, signed_in_as, through, with};

crate::harness::on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    each_refused_arrival_is_explained_and_repaired,
    a_source_that_is_not_offered_is_offered,
    a_source_that_was_switched_off_on_the_way_is_switched_on,
);

pub(super) const CODES: [&str; 18] = [
    "upstream_access_denied",
    "upstream_issuer_wrong",
    "upstream_audience_wrong",
    "upstream_nonce_wrong",
    "upstream_token_expired",
    "upstream_key_unknown",
    "upstream_id_token_missing",
    "upstream_subject_mismatch",
    "upstream_at_hash_wrong",
    "upstream_token_refused",
    "upstream_userinfo_refused",
    "upstream_userinfo_malformed",
    "upstream_account_unknown",
    "upstream_sign_in_disabled",
    "upstream_email_taken",
    "upstream_username_taken",
    "connection_not_found",
    "upstream_source_disabled",
];

struct Case {
    code: &'static str,
    person: &'static str,
    misbehaviour: &'static str,
    /// What is wrong with the source.
    source: Value,
    repair: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    let misbehaves = |misbehaviour: &'static str, code: &'static str, repair: Option<&'static str>| Case {
        code,
        person: "bob",
        misbehaviour,
        source: json!({}),
        repair,
    };
    let set = |code: &'static str, source: Value, repair: &'static str| Case {
        code,
        person: "bob",
        misbehaviour: "none",
        source,
        repair: Some(repair),
    };
    vec![
        misbehaves("refused", "upstream_access_denied", None),
        misbehaves("wrong_issuer", "upstream_issuer_wrong", Some("take_over_issuer")),
        misbehaves("wrong_audience", "upstream_audience_wrong", None),
        misbehaves("wrong_nonce", "upstream_nonce_wrong", None),
        misbehaves("expired", "upstream_token_expired", None),
        misbehaves("wrong_key", "upstream_key_unknown", None),
        misbehaves("no_id_token", "upstream_id_token_missing", None),
        misbehaves("other_subject", "upstream_subject_mismatch", None),
        misbehaves("wrong_at_hash", "upstream_at_hash_wrong", None),
        misbehaves("token_refused", "upstream_token_refused", None),
        misbehaves("userinfo_broken", "upstream_userinfo_refused", None),
        misbehaves("not_json", "upstream_userinfo_malformed", None),
        set(
            "upstream_account_unknown",
            json!({"allow_sign_up": false}),
            "allow_sign_up",
        ),
        set(
            "upstream_account_unknown",
            json!({"update_profile": "never_on_login"}),
            "allow_sign_up",
        ),
        set(
            "upstream_email_taken",
            json!({"user_matching_mode": "email_deny"}),
            "match_by_identifier",
        ),
        set(
            "upstream_username_taken",
            json!({"user_matching_mode": "username_deny"}),
            "match_by_identifier",
        ),
    ]
}

async fn each_refused_arrival_is_explained_and_repaired(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    // Somebody here has the name and the address of the one who comes.
    harness
        .user_with("bob", |user| {
            user.email = Some("bob@upstream.example".to_owned());
            user.email_verified = true;
        })
        .await;
    for (number, case) in cases().into_iter().enumerate() {
        let code = case.code;
        let key = format!("source-{number}");
        let chosen = choosing(case.person, case.misbehaviour);
        make(&mut api, &with(with(sample.oidc(&key), &chosen), &case.source)).await;
        let mut client = harness.client();
        let answer = through(harness, &mut client, &key).await;
        assert_eq!(answer.error_code().as_deref(), Some(code), "{key}: {}", answer.body);
        let record = explained(harness, &mut api, code).await;
        assert_eq!(record["source"], json!(key));
        match case.repair {
            None => names_a_place(&record),
            Some(name) => {
                repair(&mut api, &record, name).await;
                let mut client = harness.client();
                let answer = through(harness, &mut client, &key).await;
                // The name is taken, so the person chooses another one: they are in all the same.
                let chooses = answer
                    .location()
                    .is_some_and(|location| location.starts_with("/source/oauth/finish"));
                let is_in = signed_in_as(harness, &client).await.is_some();
                assert!(
                    chooses || is_in,
                    "{code} after {name}: {} {:?}",
                    answer.body,
                    answer.location()
                );
            }
        }
        assert!(CODES.contains(&code), "{code}");
    }
    // Somebody who came before, and may not come this way any more.
    make(&mut api, &with(sample.oidc("known"), &choosing("dave", "none"))).await;
    let mut client = harness.client();
    through(harness, &mut client, "known").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("dave"));
    api.patch("/sources/known", &json!({"allow_sign_in": false}))
        .await
        .found();
    let mut client = harness.client();
    let answer = through(harness, &mut client, "known").await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_sign_in_disabled"),
        "{}",
        answer.body
    );
    let record = explained(harness, &mut api, "upstream_sign_in_disabled").await;
    repair(&mut api, &record, "allow_sign_in").await;
    through(harness, &mut client, "known").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("dave"));
}

async fn a_source_that_is_not_offered_is_offered(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let corp = make(&mut api, &with(sample.oidc("corp"), &choosing("bob", "none"))).await;
    let wiki = application(harness, "wiki", |application| application.sources = Some(Vec::new())).await;
    api.patch("/sources/corp", &json!({"enabled": false, "applications": []}))
        .await
        .found();
    let path = authorize("wiki", &[("connection", "corp")]);
    // Three things stand in the way, and each has its button.
    for name in [
        "enable_source",
        "allow_source_for_application",
        "allow_source_for_application",
    ] {
        let answer = harness.client().get(&path).await;
        assert!(
            answer.location().is_some_and(|location| location.contains("error=")),
            "{answer:?}"
        );
        let record = explained(harness, &mut api, "connection_not_found").await;
        assert_eq!(record["application"], json!(wiki.id));
        repair(&mut api, &record, name).await;
    }
    let mut client = harness.client();
    let left = client.visit(&path).await;
    assert!(
        left.location()
            .is_some_and(|location| location.starts_with(&sample.base)),
        "{left:?}"
    );
    assert_eq!(api.get("/sources/corp").await.found()["id"], corp["id"]);
}

async fn a_source_that_was_switched_off_on_the_way_is_switched_on(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    make(&mut api, &with(sample.oidc("corp"), &choosing("bob", "none"))).await;
    let mut client = harness.client();
    let left = client.get("/source/oauth/login/corp/").await;
    let callback = crate::sources::support::away(harness, &left).await;
    api.patch("/sources/corp", &json!({"enabled": false})).await.found();
    let answer = client.get(&callback).await;
    assert_eq!(
        answer.error_code().as_deref(),
        Some("upstream_source_disabled"),
        "{}",
        answer.body
    );
    let record = explained(harness, &mut api, "upstream_source_disabled").await;
    repair(&mut api, &record, "enable_source").await;
    through(harness, &mut client, "corp").await;
    assert_eq!(signed_in_as(harness, &client).await.as_deref(), Some("bob"));
}
