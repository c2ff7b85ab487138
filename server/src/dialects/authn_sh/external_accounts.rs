//! `/v1/external-accounts`: the links of people to providers, for programs (authn.sh sheet, sections 16 and 18).

use axum::extract::RawQuery;
use axum::response::Response;
use http::StatusCode;
use protocol::upstream::ExternalAccount;
use serde::Serialize;
use serde_json::{Map, Value};
use store::external_accounts::offset::OffsetQuery;

use super::call::{Call, Id, ReadAccounts, WriteAccounts};
use super::failure::{Entry, FORMAT, Fault};
use super::ids::{is_id, milliseconds, source_id};
use super::list::{self, Paging};
use crate::actions::external_accounts;
use crate::actions::outcome::ActionError;
use crate::app::App;
use crate::web::reply;

/// An external account as it is shown: these members, all of them, always, and no token of any kind.
#[derive(Debug, Serialize)]
pub(super) struct ExternalAccountView {
    id: String,
    object: &'static str,
    provider: String,
    provider_key: String,
    provider_user_id: String,
    email_address: Option<String>,
    scopes: Vec<String>,
    public_metadata: Map<String, Value>,
    verified: bool,
    linked_at: i64,
    last_signed_in_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl From<ExternalAccount> for ExternalAccountView {
    fn from(account: ExternalAccount) -> Self {
        Self {
            id: account.id,
            object: "external_account",
            provider: account.source_name,
            provider_key: account.source_key,
            provider_user_id: account.provider_user_id,
            email_address: account.email_address,
            scopes: account.scopes,
            public_metadata: account.public_metadata,
            verified: account.verified,
            linked_at: milliseconds(account.linked_at),
            last_signed_in_at: account.last_signed_in_at.map(milliseconds),
            created_at: milliseconds(account.linked_at),
            updated_at: milliseconds(account.updated_at),
        }
    }
}

/// All of them, or those of a user or a provider, in the order of their making.
pub(super) async fn list(call: Call<ReadAccounts>, RawQuery(query): RawQuery) -> Result<Response, Fault> {
    let paging = Paging::read(query.as_deref(), &["user_id", "oauth_provider_id"])?;
    let mut errors = Vec::new();
    let user_id = paging.filter("user_id");
    if user_id.is_some_and(|id| !is_id(id, "user_")) {
        errors.push(Entry::of(FORMAT, "user_id", "Write the id of a user, `user_...`."));
    }
    let provider = paging.filter("oauth_provider_id");
    let source = provider.map(source_id);
    if source == Some(None) {
        let message = "Write the id of a provider, `oauthp_...`.";
        errors.push(Entry::of(FORMAT, "oauth_provider_id", message));
    }
    if !errors.is_empty() {
        return Err(Fault::invalid(errors));
    }
    let source = source.flatten();
    let query = OffsetQuery {
        user_id,
        source_id: source.as_deref(),
        limit: paging.limit,
        offset: paging.offset,
    };
    show_list(&call.app, query).await
}

/// Reads one.
pub(super) async fn read(call: Call<ReadAccounts>, Id(id): Id) -> Result<Response, Fault> {
    let account = find(&call.app, &id).await?;
    Ok(reply::json(StatusCode::OK, &ExternalAccountView::from(account)))
}

/// Takes one away, the last way into an account too.
pub(super) async fn delete(call: Call<WriteAccounts>, Id(id): Id) -> Result<Response, Fault> {
    let account = find(&call.app, &id).await?;
    match external_accounts::unlink(&call.app, &call.caller.actor, &account).await {
        Ok(()) => Ok(reply::empty(StatusCode::NO_CONTENT)),
        Err(ActionError::NotFound) => Err(Fault::no_external_account()),
        Err(error) => Err(error.into()),
    }
}

/// The external account of an id.
pub(super) async fn find(app: &App, id: &str) -> Result<ExternalAccount, Fault> {
    if !is_id(id, "ext_") {
        return Err(Fault::no_external_account());
    }
    let found = app.store.load_external_account(id).await?;
    found.ok_or_else(Fault::no_external_account)
}

/// Answers with a part of the external accounts.
pub(super) async fn show_list(app: &App, query: OffsetQuery<'_>) -> Result<Response, Fault> {
    let (accounts, total) = app.store.load_external_accounts_at(query).await?;
    let views = accounts.into_iter().map(ExternalAccountView::from);
    Ok(list::page(views.collect(), total))
}
