//! What the demonstration's database starts with: a person with every standard claim, an administrator, two groups, the
//! registration of the sample application, and the sample upstream as a source.

use protocol::client::{Application, GrantType, MatchingMode, RedirectUri};
use protocol::id::{new_alphanumeric, new_id};
use protocol::jose::Algorithm;
use protocol::scope::ManagedScope;
use protocol::time::Time;
use protocol::upstream::{Pkce, Source, UserMatchingMode};
use protocol::user::{Address, Group, StandardClaims, User};
use secrecy::SecretString;
use store::sources::SourceSecrets;
use store::{Stmt, StoreError};
use url::Url;

use super::sample::Settings;
use crate::actions::machine::new_uuid;
use crate::actions::sources::CHANGED;
use crate::app::App;
use crate::passwords::PasswordError;

/// The person's user name and password. They are public: the demonstration listens on loopback only.
pub const PERSON: (&str, &str) = ("alice", "wonderland");
/// The administrator's user name.
pub const ADMINISTRATOR: &str = "admin";
/// The slug and client id of the sample application.
pub(super) const SLUG: &str = "paper-boat";
/// Who we are at the sample upstream.
pub(super) const UPSTREAM_CLIENT: &str = "vestibule";
/// The name of the sample application.
pub(super) const NAME: &str = "Paper Boat";

/// A small drawing, so that no picture has to come from elsewhere.
const PICTURE: &str = "data:image/svg+xml;utf8,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 88 88'%3E%3Crect width='88' \
                       height='88' fill='%23b9d8ee'/%3E%3Cpath d='M16 92c0-20 12-30 28-30s28 10 28 30z' fill='%233b6ea5'/%3E%3Cpath \
                       d='M22 40c0-18 10-27 22-27s22 9 22 27c0 12 3 22 5 26H17c2-4 5-14 5-26z' fill='%23e3b75f'/%3E%3Ccircle cx='44' \
                       cy='41' r='16' fill='%23f6d9c0'/%3E%3Cpath d='M26 33c9-9 27-9 36 0l-2 5c-9-7-23-7-32 0z' \
                       fill='%231f3a5f'/%3E%3C/svg%3E";

/// Why the database could not be filled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The installation has no key to sign with.
    #[error("there is no active RS256 key")]
    NoKey,
}

/// Secrets that were made on the way.
#[derive(Debug)]
pub(super) struct Seeded {
    /// Of the administrator.
    pub(super) administrator_password: SecretString,
    /// Of the sample application.
    pub(super) client_secret: SecretString,
    /// Ours at the sample upstream.
    pub(super) upstream_secret: SecretString,
}

/// Fills an empty database.
///
/// # Errors
/// See [`SeedError`].
pub(super) async fn seed(app: &App, sample: &Url, upstream: &Url) -> Result<Seeded, SeedError> {
    let now = app.now();
    let seeded = Seeded {
        administrator_password: new_alphanumeric(20, &app.entropy).into(),
        client_secret: new_alphanumeric(64, &app.entropy).into(),
        upstream_secret: new_alphanumeric(64, &app.entropy).into(),
    };
    let store = &app.store;
    let alice_hash = app.passwords.hash(PERSON.1.into(), &app.entropy).await?;
    let admin_hash = app
        .passwords
        .hash(seeded.administrator_password.clone(), &app.entropy)
        .await?;
    let (alice, admin) = (person(app, now), administrator(app, now));
    let (wonderland, tea_party) = (group(app, "Wonderland", now), group(app, "Tea party", now));
    let tea_party = Group {
        parents: vec![wonderland.id.clone()],
        ..tea_party
    };
    let application = application(app, sample, now)?;

    let mut statements: Vec<Stmt> = Vec::new();
    statements.extend(store.create_user(&alice, Some(&alice_hash))?);
    statements.extend(store.create_user(&admin, Some(&admin_hash))?);
    statements.extend(store.create_group(&wonderland));
    statements.extend(store.create_group(&tea_party));
    statements.extend(store.set_user_groups(&alice.id, std::slice::from_ref(&tea_party.id)));
    let secrets = std::slice::from_ref(&seeded.client_secret);
    statements.push(store.create_application(&application, secrets, &app.entropy)?);
    let upstream_secrets = SourceSecrets {
        client_secret: Some(seeded.upstream_secret.clone()),
        ..SourceSecrets::default()
    };
    statements.push(store.create_source(&source(app, upstream, now), &upstream_secrets, &app.entropy)?);
    let changed = vec![format!("app:{}", application.id), CHANGED.to_owned()];
    app.commit_changes(statements, changed).await?;
    Ok(seeded)
}

/// The sample upstream, known by its addresses: its keys are read when the first token comes.
fn source(app: &App, upstream: &Url, now: Time) -> Source {
    let at = |path: &str| Some(format!("{upstream}{path}"));
    Source {
        id: new_id("src", now, &app.entropy),
        created_at: now,
        updated_at: now,
        version: 1,
        key: "sample".to_owned(),
        name: "Sample upstream".to_owned(),
        client_id: UPSTREAM_CLIENT.to_owned(),
        issuer: Some(upstream.as_str().trim_end_matches('/').to_owned()),
        authorization_endpoint: at("authorize"),
        token_endpoint: at("token"),
        userinfo_endpoint: at("userinfo"),
        jwks_uri: at("jwks"),
        scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
        pkce: Pkce::S256,
        user_matching_mode: UserMatchingMode::VerifiedEmailLink,
        ..Source::default()
    }
}

fn person(app: &App, now: Time) -> User {
    let text = |value: &str| Some(value.to_owned());
    let claims = StandardClaims {
        given_name: text("Alice"),
        family_name: text("Liddell"),
        middle_name: text("Pleasance"),
        nickname: text("Al"),
        profile: text("https://wonderland.example/alice"),
        picture: text(PICTURE),
        website: text("https://alice.example/"),
        gender: text("female"),
        birthdate: text("1852-05-04"),
        zoneinfo: text("Europe/London"),
        locale: text("en-GB"),
        phone_number: text("+441865000000"),
        phone_number_verified: Some(true),
        address: Some(Address {
            formatted: text("1 Rabbit Hole\nOxford OX1 1DP\nUnited Kingdom"),
            street_address: text("1 Rabbit Hole"),
            locality: text("Oxford"),
            region: text("Oxfordshire"),
            postal_code: text("OX1 1DP"),
            country: text("United Kingdom"),
        }),
    };
    User {
        username: PERSON.0.to_owned(),
        name: "Alice Liddell".to_owned(),
        email: text("alice@wonderland.example"),
        email_verified: true,
        claims,
        ..account(app, now)
    }
}

fn administrator(app: &App, now: Time) -> User {
    User {
        username: ADMINISTRATOR.to_owned(),
        name: "Administrator".to_owned(),
        is_admin: true,
        ..account(app, now)
    }
}

fn account(app: &App, now: Time) -> User {
    User {
        id: new_id("user", now, &app.entropy),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        is_active: true,
        ..User::default()
    }
}

fn group(app: &App, name: &str, now: Time) -> Group {
    Group {
        id: new_id("group", now, &app.entropy),
        uuid: new_uuid(app),
        created_at: now,
        updated_at: now,
        version: 1,
        name: name.to_owned(),
        ..Group::default()
    }
}

fn application(app: &App, sample: &Url, now: Time) -> Result<Application, SeedError> {
    let snapshot = app.snapshot();
    let key = snapshot.active(Algorithm::RS256).ok_or(SeedError::NoKey)?;
    let scopes = ManagedScope::ALL
        .iter()
        .filter(|scope| **scope != ManagedScope::Api)
        .filter_map(|scope| snapshot.mapping(scope.as_str()));
    let strict = |url: String| RedirectUri {
        matching_mode: MatchingMode::Strict,
        url,
    };
    Ok(Application {
        id: new_id("app", now, &app.entropy),
        created_at: now,
        updated_at: now,
        slug: SLUG.to_owned(),
        name: NAME.to_owned(),
        description: "The sample application of the demonstration".to_owned(),
        launch_url: Some(sample.to_string()),
        client_id: SLUG.to_owned(),
        redirect_uris: vec![strict(Settings::redirect_uri(sample))],
        post_logout_redirect_uris: vec![strict(sample.to_string())],
        grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        scope_mappings: scopes.map(|mapping| mapping.id.clone()).collect(),
        signing_key: Some(key.record.id.clone()),
        require_pkce: true,
        ..Application::default()
    })
}
