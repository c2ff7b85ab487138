//! The applications that got tokens in a session, as long as it lives.

use protocol::time::{DAY, HOUR};
use store::StoreError;
use store::parties::Party;
use vestibule::jobs;

use crate::harness::{Harness, on_both};
use crate::people::caller::Caller;

on_both!(what_has_ended_takes_no_application_any_more);

/// A session that ends between the reading and the writing of a token request takes no application any more: the request is
/// decided anew.
async fn what_has_ended_takes_no_application_any_more(harness: &Harness) {
    let alice = harness.user("alice").await;
    harness.signed_in("alice").await;
    let mut caller = Caller::all(harness).await;
    let id = caller.items(&format!("/sessions?user={}", alice.id)).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let record = || protocol::writes::Write::RecordParty {
        session_id: id.clone(),
        application_id: "app_1".to_owned(),
        sub: "s".to_owned(),
        issuer: None,
    };
    let store = &harness.app.store;
    store.commit(vec![record(), record()]).await.unwrap();
    assert_eq!(
        store.load_parties(&id).await.unwrap(),
        [Party {
            application_id: "app_1".to_owned(),
            sid: protocol::records::sid(&id),
            issuer: None,
        }]
    );
    store
        .commit_statements(store.end_session(&id, harness.now()), Vec::new())
        .await
        .unwrap();
    assert!(matches!(store.commit(vec![record()]).await, Err(StoreError::Conflict)));
    let found = store.load_session_by_id(&id).await.unwrap().unwrap();
    assert!(found.session.ended_at.is_some(), "and it stays ended");
    harness.advance(u64::try_from((DAY + HOUR) / 1_000_000).unwrap());
    jobs::tidy(&harness.app).await.unwrap();
    assert!(
        store.load_parties(&id).await.unwrap().is_empty(),
        "swept with the session"
    );
}
