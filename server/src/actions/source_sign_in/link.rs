//! The link between an identity at a source and a user: made, or brought up to date.

use protocol::upstream::{AccountWrite, ExternalAccount, Upstream};
use protocol::user::User;
use store::Stmt;

use super::NotIn;
use super::arrival::Arrival;
use super::arrive::{Found, Here};
use crate::actions::browser_session::event;
use crate::actions::external_accounts::about;
use crate::app::App;

/// The statements that make the link or bring it up to date, and its id.
pub(super) fn link(
    app: &App,
    upstream: &Upstream,
    arrival: &Arrival,
    found: &Found,
    user: &User,
    account: &AccountWrite,
    here: Here<'_>,
) -> Result<(String, Vec<Stmt>), NotIn> {
    let (now, source, profile) = (here.origin.now, &upstream.source, &arrival.profile);
    let tokens = arrival.tokens.sealed()?;
    if let (AccountWrite::Existing(_), Some(linked)) = (account, &found.linked) {
        let mut account = linked.account.clone();
        account.describe(profile, arrival.tokens.scopes().to_vec(), now);
        let keep = app
            .store
            .save_source_tokens(&account.id, &tokens, arrival.tokens.expires_at(), &app.entropy)?;
        let update = if here.links_to.is_none() && account.says_the_same_as(&linked.account) {
            let address = here.origin.client_address.to_string();
            app.store.count_sign_in(&account, &address, now)
        } else {
            if here.links_to.is_none() {
                account.last_signed_in_at = Some(now);
                count(&mut account, here);
            }
            app.store.update_external_account(&account, account.version)
        };
        return Ok((account.id, vec![update, keep]));
    }
    let scopes = arrival.tokens.scopes().to_vec();
    let mut account = ExternalAccount::new(app.new_id("ext", now), source, &user.id, profile, scopes, now);
    if here.links_to.is_none() {
        count(&mut account, here);
    }
    let create =
        app.store
            .create_external_account(&account, Some((&tokens, arrival.tokens.expires_at())), &app.entropy)?;
    let mut linked = event(app, here.origin, "source_linked", Some(&user.id), Some(&user.id), &[]);
    linked.detail = serde_json::Value::Object(about(&account));
    Ok((account.id, vec![create, store::events::insert(linked)]))
}

/// Counts a sign-in.
fn count(account: &mut ExternalAccount, here: Here<'_>) {
    account.sign_ins += 1;
    account.last_address = Some(here.origin.client_address.to_string());
}
