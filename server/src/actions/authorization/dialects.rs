//! What the words of an authorization request change about its answer: the issuer, how a refusal is said, and what a person is
//! called who came through a connection of Auth0's dialect (contract, section 7).

use protocol::auth0::{self, Words};
use protocol::authorize::AuthorizationRequest;
use protocol::client::{Client, SubjectType};
use protocol::delivery::{Answer, Delivery};
use protocol::dialect::Dialect;
use protocol::error::OAuthError;
use protocol::records::Session;
use protocol::upstream::{ExternalAccount, Made, UpstreamFailure};
use store::StoreError;

use crate::app::App;

/// The answer with an error, in the words of the request. `words`: what is said instead of the refusal's own sentence.
pub(super) fn error_answer(
    app: &App,
    client: &Client,
    dialect: Dialect,
    delivery: &Delivery,
    error: &OAuthError,
    words: Option<Words>,
) -> Answer {
    let issuer = dialect.issuer(client, &app.public_url);
    let words = words.or_else(|| (dialect == Dialect::Auth0).then(|| auth0::words_of(error)));
    match words {
        Some(Words { code, description }) => delivery.error_in_words(code, &description, issuer),
        None => delivery.error(error, issuer),
    }
}

/// How it is said that somebody did not come in through a source. What the source said of it goes along in every dialect; the
/// codes of Auth0 are for those who asked in its words.
pub(super) fn words_of_failure(dialect: Dialect, failure: &UpstreamFailure) -> Option<Words> {
    if dialect == Dialect::Auth0 {
        return Some(auth0::words_of_failure(failure));
    }
    Some(Words {
        code: failure.error.code().as_str(),
        description: failure.description.clone()?,
    })
}

/// The external account through which the session began, where the words of the request make a difference of it.
pub(super) async fn account_of(
    app: &App,
    request: &AuthorizationRequest,
    session: &Session,
) -> Result<Option<ExternalAccount>, StoreError> {
    match &session.external_account {
        Some(id) if request.dialect == Dialect::Auth0 => app.store.load_external_account(id).await,
        _ => Ok(None),
    }
}

/// What the person is called when they came through a connection of Auth0's dialect. An application with pairwise subjects does
/// not learn it: the identifier at the connection is the same for all.
pub(super) fn known_as(app: &App, client: &Client, account: Option<&ExternalAccount>) -> Option<String> {
    let account = account.filter(|_| client.application.subject_type == SubjectType::Public)?;
    let snapshot = app.snapshot();
    let source = &snapshot.sources.of_id(&account.source_id)?.source;
    (source.made == Made::Auth0).then(|| auth0::user_id(&source.key, &account.provider_user_id))
}

/// Whether the application has named a connection in Auth0's words and the person came another way: then they come that way
/// first, whoever is signed in.
pub(super) fn came_elsewhere(
    request: &AuthorizationRequest,
    wished: Option<&str>,
    account: Option<&ExternalAccount>,
) -> bool {
    request.dialect == Dialect::Auth0
        && wished.is_some_and(|key| account.is_none_or(|account| account.source_key != key))
}
