//! Grant types against allow-lists (security sheet, item 8): each way needs its entry in `grant_types`, none opens another,
//! and what is not allowed is answered with `unauthorized_client` and stores nothing.

use protocol::client::GrantType;

use super::ways::{WAYS, Way, issued, ready, verdict};
use crate::harness::{Harness, on_both};

on_both!(each_way_needs_its_entry, an_empty_list_gives_nothing);

/// What a way needs at its last request.
fn needs(way: Way) -> GrantType {
    match way {
        Way::Authorize | Way::Code | Way::GitHub => GrantType::AuthorizationCode,
        Way::Implicit => GrantType::Implicit,
        Way::Hybrid | Way::HybridCode => GrantType::Hybrid,
        Way::Refresh => GrantType::RefreshToken,
        Way::Device => GrantType::DeviceCode,
        Way::Secret | Way::ByName | Way::Base64 | Way::Assertion => GrantType::ClientCredentials,
        Way::Alias => GrantType::Password,
    }
}

fn is_refused(way: Way, verdict: &str) -> bool {
    match way {
        Way::Authorize | Way::Implicit | Way::Hybrid => verdict == "303 unauthorized_client",
        Way::GitHub => verdict.starts_with("200 ") && verdict.ends_with(" grant_type_not_allowed"),
        _ => verdict == "400 unauthorized_client grant_type_not_allowed",
    }
}

async fn each_way_needs_its_entry(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut shop = ready.shop.clone();
    let all = shop.grant_types.clone();
    for missing in &all {
        harness
            .change_application(&mut shop, |shop| {
                shop.grant_types = all.iter().filter(|grant| *grant != missing).copied().collect();
            })
            .await;
        for way in WAYS.into_iter().filter(|way| needs(*way) == *missing) {
            let before = issued(harness).await;
            let came = verdict(&ready.take(harness, way, &[]).await);
            assert!(is_refused(way, &came), "{way:?} without {missing:?}: {came}");
            assert_eq!(issued(harness).await, before, "{way:?}");
        }
    }
    // Each with its own entry alone; a code of a hybrid answer goes with it.
    for way in WAYS {
        let only = needs(way);
        harness
            .change_application(&mut shop, |shop| shop.grant_types = vec![only])
            .await;
        let came = verdict(&ready.take(harness, way, &[]).await);
        assert!(
            matches!(came.as_str(), "200" | "303 ok"),
            "{way:?} with {only:?}: {came}"
        );
    }
}

async fn an_empty_list_gives_nothing(harness: &Harness) {
    let mut ready = ready(harness).await;
    let mut shop = ready.shop.clone();
    harness
        .change_application(&mut shop, |shop| shop.grant_types.clear())
        .await;
    let before = issued(harness).await;
    for way in WAYS {
        let came = verdict(&ready.take(harness, way, &[]).await);
        assert!(is_refused(way, &came), "{way:?}: {came}");
    }
    assert_eq!(issued(harness).await, before);
    let fields = [("client_id", "shop"), ("scope", "openid")];
    let asked = harness.client().post("/application/o/device/", &fields).await;
    assert_eq!(verdict(&asked), "400 unauthorized_client grant_type_not_allowed");
}
