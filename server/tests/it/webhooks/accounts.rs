//! What is told of external accounts: the link and nothing else, and each way in which it goes.

use serde_json::{Value, json};

use super::{Receiver, arrived, hook, types};
use crate::api::support::Api;
use crate::harness::{Harness, on_both};
use crate::people::caller::Caller;
use crate::sources::support::{Sample, accounts, choosing, make, through, with};

on_both!("outgoing.allow = [\"127.0.0.0/8\"]":
    a_link_is_told_once_with_the_user_and_the_session,
    every_way_in_which_a_link_goes_is_told,
);

async fn a_link_is_told_once_with_the_user_and_the_session(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let made = hook(&mut caller, &receiver, &["*"]).await;
    through(harness, &mut harness.client(), "sample").await;
    let events = arrived(harness, &receiver, &made).await;
    assert_eq!(
        types(&events),
        ["externalAccount.connected", "session.created", "user.created"]
    );
    let (account, session, user) = (&events[0]["data"], &events[1]["data"], &events[2]["data"]);
    let row = accounts(&mut api, "sample").await.remove(0);
    let at = harness.now().0 / 1000;
    // The members of, with the strategy and the user beside them.
    assert_eq!(
        account,
        &json!({
            "id": row["id"], "object": "external_account", "type": "oauth_sample", "user_id": user["id"],
            "provider": "Sample", "provider_key": "sample", "provider_user_id": row["provider_user_id"],
            "email_address": row["email_address"], "scopes": row["scopes"], "public_metadata": row["public_metadata"],
            "verified": row["verified"], "linked_at": at, "last_signed_in_at": null, "created_at": at, "updated_at": at,
        })
    );
    assert_eq!((&row["user"], &session["user"]), (&user["id"], &user["id"]));
    harness.advance(60);
    through(harness, &mut harness.client(), "sample").await;
    let again = arrived(harness, &receiver, &made).await;
    assert!(!types(&again).contains(&"externalAccount.connected"), "{again:?}");
    assert!(types(&again).contains(&"session.created"));
}

async fn every_way_in_which_a_link_goes_is_told(harness: &Harness) {
    let (sample, mut api) = (Sample::start(harness).await, Api::new(harness).await);
    let (receiver, mut caller) = (Receiver::start().await, Caller::all(harness).await);
    make(&mut api, &with(sample.oidc("sample"), &choosing("bob", "none"))).await;
    let made = hook(
        &mut caller,
        &receiver,
        &["externalAccount.connected", "externalAccount.unlinked"],
    )
    .await;
    for way in ["administrator", "owner", "deleted"] {
        let mut client = harness.client();
        through(harness, &mut client, "sample").await;
        let linked = arrived(harness, &receiver, &made).await;
        assert_eq!(types(&linked), ["externalAccount.connected"], "{way}");
        let account: Value = linked[0]["data"].clone();
        let user = account["user_id"].as_str().unwrap();
        match way {
            "administrator" => {
                let path = format!("/external-accounts/{}", account["id"].as_str().unwrap());
                caller.delete(&path).await.expect(204);
                caller.delete(&format!("/users/{user}")).await.expect(204);
            }
            "owner" => {
                // A password is another way in.
                let body = json!({"password": crate::harness::PASSWORD});
                caller.post(&format!("/users/{user}/password"), body).await.expect(204);
                through(harness, &mut client, "sample").await;
                let page = client.get("/account").await;
                let form = crate::sources::account::form(&page, "/account/unlink");
                assert_eq!(client.submit(&form).await.status, 303);
                caller.delete(&format!("/users/{user}")).await.expect(204);
            }
            _ => {
                caller.delete(&format!("/users/{user}")).await.expect(204);
            }
        }
        let gone = arrived(harness, &receiver, &made).await;
        assert_eq!(types(&gone), ["externalAccount.unlinked"], "{way}");
        let (mut before, after) = (account.clone(), &gone[0]["data"]);
        for name in ["last_signed_in_at", "updated_at"] {
            before[name] = after[name].clone();
        }
        assert_eq!(after, &before, "{way}");
        harness.advance(1);
    }
}
