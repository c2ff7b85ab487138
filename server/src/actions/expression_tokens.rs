//! Tokens that expressions make: an access token of another application for a user, and claims that are signed as they
//! are. Both are the administrator's doing, who wrote the expression; the rules of every other token hold for them.

use protocol::access_token::{Minting, mint_access_token};
use protocol::claims::subject_identifier;
use protocol::decision::decide_access;
use protocol::duration::Span;
use protocol::evaluation::Evaluated;
use protocol::records::{Grant, GrantFacts};
use protocol::time::Time;
use protocol::user::{Subject, User};
use protocol::writes::Write;
use script::host::{CreateJwt, CreateJwtRaw};
use serde_json::{Map, Value};
use store::StoreError;

use crate::app::App;
use crate::clients::{By, ClientEntry};

/// The kind of the grants behind these tokens.
const KIND: &str = "expression";
/// Signed claims are none of the tokens that we ourselves accept, and their type says so.
const RAW: &str = "raw+jwt";

async fn provider(app: &App, name: &str) -> Result<std::sync::Arc<ClientEntry>, String> {
    for by in [By::ClientId(name), By::Slug(name)] {
        if let Some(entry) = app.client(by).await.map_err(fault)? {
            return Ok(entry);
        }
    }
    Err(format!("there is no application with the client id or slug {name:?}"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn fault(error: StoreError) -> String {
    tracing::warn!(%error, "an expression could not make a token");
    "the server can not make a token now".to_owned()
}

fn life(validity: &str) -> Result<i64, String> {
    let span: Span = validity.parse().map_err(|_| format!("{validity:?} is no validity"))?;
    Ok(span.as_micros())
}

/// `ak_create_jwt`: an access token of the application for the user, stored like every other.
///
/// # Errors
/// In words for the expression: no such application, no such scope, a user or application that gets nothing.
pub async fn create(app: &App, user: User, wanted: &CreateJwt, now: Time) -> Result<Option<String>, String> {
    let entry = provider(app, &wanted.provider).await?;
    let client = &entry.client;
    let expires_at = now.plus(life(&wanted.validity)?);
    if let Some(foreign) = wanted.scopes.iter().find(|scope| !client.offers(scope)) {
        return Err(format!("the application does not have the scope {foreign:?}"));
    }
    let permit = decide_access(Some(&client.application), Some(&user), now)
        .map_err(|_| "the user or the application is switched off".to_owned())?;
    let subject = Subject {
        user,
        ..Subject::default()
    };
    let grant = Grant {
        id: app.new_id("grant", now),
        user_id: subject.user.id.clone(),
        application_id: client.application.id.clone(),
        session_id: None,
        transaction_id: None,
        kind: KIND.to_owned(),
        scopes: wanted.scopes.clone(),
        facts: GrantFacts::default(),
        issued_at: now,
        expires_at,
        revoked_at: None,
    };
    let sub = subject_identifier(&client.application, &subject.user, app.salt());
    let minting = Minting {
        client,
        subject: &subject,
        sub: &sub,
        grant_id: &grant.id,
        facts: &grant.facts,
        scopes: &wanted.scopes,
        claims: &Map::new(),
        evaluated: &Evaluated::default(),
        session_id: None,
        sid: None,
        expires_at,
    };
    let minted = mint_access_token(&app.env(now, &grant.id), &minting, permit).map_err(|error| error.to_string())?;
    let writes = vec![
        Write::CreateGrant(Box::new(grant.clone())),
        Write::CreateAccessToken(Box::new(minted.record)),
    ];
    app.store.commit(writes).await.map_err(fault)?;
    Ok(Some(minted.token))
}

/// `ak_create_jwt_raw`: these claims, with `exp` and `aud` set, signed by the key of the application and encrypted as its other
/// tokens are.
///
/// # Errors
/// In words for the expression: no such application, no validity, a key that can not sign or encrypt.
pub async fn create_raw(app: &App, wanted: &CreateJwtRaw, now: Time) -> Result<Option<String>, String> {
    let entry = provider(app, &wanted.provider).await?;
    let client = &entry.client;
    let mut claims = wanted.claims.clone();
    let expires_at = now.plus(life(&wanted.validity)?);
    claims.insert("exp".to_owned(), Value::from(expires_at.seconds()));
    claims.insert("aud".to_owned(), Value::from(client.application.client_id.as_str()));
    client
        .seal(&app.entropy, RAW, &claims)
        .map(Some)
        .map_err(|error| error.to_string())
}
