//! Programs that come with a token of a trusted source: the token is checked with the keys of the sources that the application
//! trusts, and its subject gets a service account of its own, which is kept as long as such tokens come.

use std::net::IpAddr;
use std::sync::Arc;

use protocol::client::{Application, Client};
use protocol::error::OAuthError;
use protocol::grants::Found;
use protocol::id::SecretHash;
use protocol::jose::JwkSet;
use protocol::records::{Event, Grant};
use protocol::time::{DAY, HOUR, Time};
use protocol::upstream::{Document, Profile, Told, TrustFault, Trusted, Upstream, check_trusted};
use protocol::user::{Subject, User, UserType, fold};
use serde_json::{Map, Value, json};
use store::source_subjects::SourceSubject;
use store::{Stmt, StoreError, events};

use super::evaluate;
use super::machine::{GENERATED, LONGEST_USERNAME, PATH, SERVICE_ACCOUNT, load_assertion, new_uuid};
use super::source_calls::keys;
use super::source_sign_in::NotIn;
use super::source_sign_in::profiles::{Around, map};
use crate::app::App;

/// How long an account stays after the last token that came for it.
const KEPT: i64 = 7 * DAY;
/// An account that is kept so much longer already is not written again.
const CLOSE: i64 = HOUR;
/// Expired accounts that are deleted in one go.
const BATCH: i64 = 100;

/// Somebody whose token is good and who has no account yet. Nothing of them is written.
#[derive(Debug)]
pub struct Newcomer {
    upstream: Arc<Upstream>,
    trusted: Trusted,
}

/// What an assertion is decided from, and who has to get an account before there are tokens.
///
/// # Errors
/// When the database is unavailable.
pub async fn load(
    app: &App,
    client: &Client,
    token: &str,
    hash: &SecretHash,
    now: Time,
) -> Result<(Found, Option<Box<Newcomer>>), StoreError> {
    let trusts = sources_of(app, &client.application);
    if trusts.is_empty() {
        return Ok((load_assertion(app, client, hash, now).await?, None));
    }
    let known = trusts.iter().map(|upstream| (&upstream.source, upstream.keys.as_ref()));
    let unknown = match check_trusted(now, known, token) {
        Err(fault @ (TrustFault::KeyUnknown | TrustFault::Foreign)) => fault,
        checked => return settle(app, client, &trusts, checked, now).await,
    };
    // An access token of ours names a key of ours: no reason to ask anybody for new keys.
    let own = load_assertion(app, client, hash, now).await?;
    if own.assertion.is_some() || unknown == TrustFault::Foreign {
        return Ok((own, None));
    }
    let read = read_again(app, &trusts, now).await;
    let read = read.iter().map(|(upstream, keys)| (&upstream.source, keys.as_ref()));
    match check_trusted(now, read, token) {
        Err(TrustFault::KeyUnknown | TrustFault::Foreign) => Ok((own, None)),
        checked => settle(app, client, &trusts, checked, now).await,
    }
}

/// The sources that an application trusts and that are switched on.
fn sources_of(app: &App, application: &Application) -> Vec<Arc<Upstream>> {
    if application.federated_sources.is_empty() {
        return Vec::new();
    }
    let snapshot = app.snapshot();
    let named = application.federated_sources.iter();
    named
        .filter_map(|id| {
            snapshot
                .sources
                .of_id(id)
                .filter(|upstream| upstream.source.enabled)
                .cloned()
        })
        .collect()
}

/// The keys of the sources as they are now, where they can be read.
async fn read_again(app: &App, trusts: &[Arc<Upstream>], now: Time) -> Vec<(Arc<Upstream>, Arc<JwkSet>)> {
    let mut read = Vec::new();
    for upstream in trusts {
        let Some(address) = &upstream.source.jwks_uri else {
            continue;
        };
        match keys::fetch(app, upstream, address, now).await {
            Ok(keys) => read.push((Arc::clone(upstream), keys)),
            Err(reason) => {
                tracing::warn!(source = upstream.source.key, %reason, "the keys of a trusted source could not be read");
            }
        }
    }
    read
}

/// What was checked, with the account of its subject where there is one.
async fn settle(
    app: &App,
    client: &Client,
    trusts: &[Arc<Upstream>],
    checked: Result<Trusted, TrustFault>,
    now: Time,
) -> Result<(Found, Option<Box<Newcomer>>), StoreError> {
    let trusted = match checked {
        Ok(trusted) => trusted,
        Err(TrustFault::Refused(error)) => return Ok((refused(*error), None)),
        Err(TrustFault::Foreign | TrustFault::KeyUnknown) => return Ok((Found::default(), None)),
    };
    let application = &client.application;
    let whom = SourceSubject {
        application_id: &application.id,
        source_id: trusted.source_id(),
        subject: trusted.subject(),
    };
    let mut found = Found::default();
    let mut newcomer = None;
    if let Some((subject, kept_until)) = app.store.load_source_subject(whom).await? {
        let key = Grant::assertion_key(&application.id, &subject.user.id);
        found.grant = app.store.load_standing_grant(&key).await?;
        let until = keep_until(&trusted, now);
        if until.since(kept_until) > CLOSE {
            let extend = app.store.extend_source_subject(&subject.user.id, until);
            app.store.commit_statements(vec![extend], Vec::new()).await?;
        }
        found.subject = Some(subject);
    } else if let Some(upstream) = trusts.iter().find(|upstream| upstream.source.id == trusted.source_id()) {
        // Decided as if it had the account that it will get.
        found.subject = Some(Subject {
            user: new_account(app, application, &trusted, now),
            ..Subject::default()
        });
        newcomer = Some(Box::new(Newcomer {
            upstream: Arc::clone(upstream),
            trusted: trusted.clone(),
        }));
    }
    found.trusted = Some(Box::new(Ok(trusted)));
    Ok((found, newcomer))
}

fn refused(error: OAuthError) -> Found {
    Found {
        trusted: Some(Box::new(Err(error))),
        ..Found::default()
    }
}

fn keep_until(trusted: &Trusted, now: Time) -> Time {
    trusted.expires_at().max(now).plus(KEPT)
}

/// The account of a subject before any mapping: `<application>-<sub>`.
fn new_account(app: &App, application: &Application, trusted: &Trusted, now: Time) -> User {
    let username: String = format!("{}-{}", application.name, trusted.subject());
    User {
        id: app.new_id("user", now),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        username: username.chars().take(LONGEST_USERNAME).collect(),
        name: trusted.subject().to_owned(),
        is_active: true,
        kind: UserType::ServiceAccount,
        attributes: object(json!({
            GENERATED: true,
            SERVICE_ACCOUNT: true,
            PATH: format!("goauthentik.io/sources/{}", trusted.source_key()),
        })),
        ..User::default()
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Gives a newcomer an account. Another request may have been first: then that one is as good.
///
/// # Errors
/// What a property mapping of the source refuses, or the store's.
pub async fn admit(
    app: &App,
    client: &Client,
    newcomer: &Newcomer,
    client_address: IpAddr,
    now: Time,
    transaction: &str,
) -> Result<(), NotIn> {
    let (application, trusted) = (&client.application, &newcomer.trusted);
    let around = Around {
        client_address,
        now,
        transaction,
        rehearses: false,
        instead: None,
    };
    let mut user = new_account(app, application, trusted, now);
    describe(app, newcomer, &mut user, around).await?;
    for username in names(&user, application, trusted) {
        user.username = username;
        if app.store.load_user_by_username(&user.username).await?.is_some() {
            continue;
        }
        let statements = creation(app, application, trusted, &user, now)?;
        match app.store.commit_statements(statements, Vec::new()).await {
            Err(StoreError::Taken { .. } | StoreError::Conflict) => return Ok(()),
            other => return Ok(other?),
        }
    }
    Err(NotIn::Store(StoreError::Conflict))
}

/// The names that are tried: somebody else may have the first, and the last is nobody else's.
fn names(user: &User, application: &Application, trusted: &Trusted) -> [String; 3] {
    let plain = format!("{}-{}", application.name, trusted.subject());
    [
        user.username.clone(),
        plain.chars().take(LONGEST_USERNAME).collect(),
        fold(&user.id),
    ]
}

/// Lets the property mappings of the source set user name, name, address and attributes.
async fn describe(app: &App, newcomer: &Newcomer, user: &mut User, around: Around<'_>) -> Result<(), NotIn> {
    let upstream = &newcomer.upstream;
    let told = Told {
        userinfo: None,
        id_token: Some(Document::from_members(newcomer.trusted.claims().clone())),
        script: None,
    };
    let profile = Profile {
        provider_user_id: newcomer.trusted.subject().to_owned(),
        username: Some(user.username.clone()),
        name: Some(user.name.clone()),
        ..Profile::default()
    };
    let mut reports = Vec::new();
    let mapped = map(app, upstream, &told, json!({}), profile, around, &mut reports).await;
    let Around {
        client_address,
        now,
        transaction,
        ..
    } = around;
    evaluate::note(app, &upstream.source.id, &reports, client_address, now, transaction).await?;
    let profile = mapped?;
    if let Some(username) = profile.username {
        user.username = username;
    }
    if let Some(name) = profile.name {
        user.name = name;
    }
    user.email = profile.email_address;
    user.attributes.extend(profile.attributes);
    Ok(())
}

fn creation(
    app: &App,
    application: &Application,
    trusted: &Trusted,
    user: &User,
    now: Time,
) -> Result<Vec<Stmt>, StoreError> {
    let whom = SourceSubject {
        application_id: &application.id,
        source_id: trusted.source_id(),
        subject: trusted.subject(),
    };
    let mut statements = app.store.create_user(user, None)?;
    statements.push(
        app.store
            .create_source_subject(whom, &user.id, keep_until(trusted, now)),
    );
    let detail = json!({ "by": "source", "source": trusted.source_key(), "subject": trusted.subject() });
    statements.push(events::insert(Event {
        id: app.new_id("evt", now),
        action: "user_created".to_owned(),
        actor: Some(application.id.clone()),
        target: Some(user.id.clone()),
        client_address: None,
        detail,
        at: now,
    }));
    Ok(statements)
}

/// Deletes the accounts whose tokens have stopped coming.
///
/// # Errors
/// When the database is unavailable.
pub async fn forget_expired(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    for user_id in app.store.load_expired_source_subjects(now, BATCH).await? {
        let mut statements = app.store.delete_expired_source_subject(&user_id, now);
        statements.push(events::insert(Event {
            id: app.new_id("evt", now),
            action: "user_deleted".to_owned(),
            actor: Some("system".to_owned()),
            target: Some(user_id),
            client_address: None,
            detail: json!({ "reason": "no token of its source came for a week" }),
            at: now,
        }));
        match app.commit_changes(statements, Vec::new()).await {
            // One has come at this moment.
            Err(StoreError::Conflict) => {}
            other => other?,
        }
    }
    Ok(())
}
