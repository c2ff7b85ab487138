//! authn.sh's interface for social providers, for operators and scripts that know that one (authn.sh sheet; contract, section 7):
//! providers, the external accounts of people, and what a person sees of their own.
//!
//! A provider is a source in other words: the same record, the same use cases, the same checks. Its id is the ULID of the source
//! behind `oauthp_`. Sources that are made elsewhere are seen here when their key and kind can be said in these words
//! ([`provider::kind_of`]). The browser interface (`/v1/client`) is not here: a sign-in starts at the source's start path.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::app::AppState;

mod call;
mod change;
mod external_accounts;
mod failure;
mod fields;
mod idempotency;
mod ids;
mod list;
mod me;
mod providers;

/// The routes of this dialect.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/v1/oauth-providers",
            get(providers::list)
                .post(providers::create)
                .fallback(failure::not_like_this),
        )
        .route(
            "/v1/oauth-providers/{id}",
            get(providers::read)
                .patch(providers::update)
                .delete(providers::delete)
                .fallback(failure::not_like_this),
        )
        .route(
            "/v1/oauth-providers/{id}/test",
            post(providers::test).fallback(failure::not_like_this),
        )
        .route(
            "/v1/external-accounts",
            get(external_accounts::list).fallback(failure::not_like_this),
        )
        .route(
            "/v1/external-accounts/{id}",
            get(external_accounts::read)
                .delete(external_accounts::delete)
                .fallback(failure::not_like_this),
        )
        .route(
            "/v1/me/external-accounts",
            get(me::list).fallback(failure::not_like_this),
        )
        .route(
            "/v1/me/external-accounts/{id}",
            get(me::read).delete(me::unlink).fallback(failure::not_like_this),
        )
        .layer(from_fn(failure::write))
}
