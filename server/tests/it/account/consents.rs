//! Taking back what one agreed to.

use protocol::records::Consent;
use protocol::writes::Write;

use super::support::{forms, needs_proof};
use crate::harness::{Harness, on_both};

const PAGE: &str = "/account/consents";

on_both!(
    a_consent_is_listed_and_withdrawn,
    what_belongs_to_another_is_not_there,
    the_form_needs_its_proof,
);

async fn agreed(harness: &Harness, username: &str, slug: &str) -> Consent {
    let user = harness
        .app
        .store
        .load_user_by_username(username)
        .await
        .unwrap()
        .expect("a user")
        .user;
    let application = harness.application(slug).await;
    let consent = Consent {
        id: harness.app.new_id("con", harness.now()),
        user_id: user.id,
        application_id: application.id,
        scopes: vec!["openid".to_owned(), "notes.write".to_owned()],
        claims: Vec::new(),
        granted_at: harness.now(),
        expires_at: None,
    };
    let write = Write::SaveConsent(Box::new(consent.clone()));
    harness.app.store.commit(vec![write]).await.expect("it is stored");
    consent
}

async fn a_consent_is_listed_and_withdrawn(harness: &Harness) {
    let alice = harness.user("alice").await;
    let consent = agreed(harness, "alice", "shop").await;
    let mut client = harness.signed_in("alice").await;
    let page = client.get(PAGE).await;
    assert!(page.has("li[data-application=shop]"), "{}", page.body);
    assert!(page.body.contains("know that it is you") && page.body.contains("notes.write"));
    let withdrawn = client.submit(&forms(&page, PAGE)[0]).await;
    assert_eq!(
        withdrawn.location(),
        Some("/account/consents?done=consent"),
        "{}",
        withdrawn.body
    );
    assert!(
        harness
            .app
            .store
            .load_consent_by_id(&consent.id)
            .await
            .unwrap()
            .is_none()
    );
    let events = harness.events("consent_deleted").await;
    assert_eq!(events[0].actor.as_deref(), Some(alice.id.as_str()));
    assert!(client.get(PAGE).await.has("p.empty"));
}

async fn what_belongs_to_another_is_not_there(harness: &Harness) {
    harness.user("alice").await;
    harness.user("bob").await;
    let hers = agreed(harness, "alice", "shop").await;
    agreed(harness, "bob", "wiki").await;
    let mut bob = harness.signed_in("bob").await;
    let page = bob.get(PAGE).await;
    assert!(!page.has("li[data-application=shop]"));
    let form = forms(&page, PAGE)[0].clone().with("id", &hers.id);
    assert_eq!(bob.submit(&form).await.status, 404);
    assert!(harness.app.store.load_consent_by_id(&hers.id).await.unwrap().is_some());
}

async fn the_form_needs_its_proof(harness: &Harness) {
    harness.user("alice").await;
    needs_proof(harness, "alice", PAGE, &[PAGE]).await;
}
