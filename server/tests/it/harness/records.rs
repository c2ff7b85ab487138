//! Users and applications that tests start with, written straight into the store.

use argon2::{Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use protocol::client::{Application, MatchingMode, RedirectUri};
use protocol::jose::Algorithm;
use protocol::records::Event;
use protocol::user::User;
use secrecy::SecretString;

use super::Harness;

/// The password of every user that a test makes.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The hash of [`PASSWORD`] with parameters that cost nothing. A sign-in upgrades it.
pub(crate) fn cheap_hash(password: &str) -> String {
    let salt = b"salt of a test..";
    let params = Params::new(8, 1, 1, Some(32)).expect("parameters");
    let mut out = [0u8; 32];
    Argon2::new(argon2::Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut out)
        .expect("a hash");
    format!(
        "$argon2id$v=19$m=8,t=1,p=1${}${}",
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(out)
    )
}

/// The client secret of an application.
pub(crate) fn secret_of(slug: &str) -> String {
    format!("{slug}-secret")
}

fn strict(url: &str) -> RedirectUri {
    RedirectUri {
        matching_mode: MatchingMode::Strict,
        url: url.to_owned(),
    }
}

impl Harness {
    /// An active person `username` with [`PASSWORD`] and the address `username@example.com`.
    pub(crate) async fn user(&self, username: &str) -> User {
        self.user_with(username, |_| {}).await
    }

    /// A person with [`PASSWORD`], changed before it is stored.
    pub(crate) async fn user_with(&self, username: &str, change: impl FnOnce(&mut User)) -> User {
        self.user_with_hash(username, Some(&cheap_hash(PASSWORD)), change).await
    }

    /// A user with this password hash, or without a password.
    pub(crate) async fn user_with_hash(
        &self,
        username: &str,
        hash: Option<&str>,
        change: impl FnOnce(&mut User),
    ) -> User {
        let now = self.now();
        let id = self.app.new_id("user", now);
        let mut user = User {
            uuid: format!("uuid-of-{id}"),
            id,
            created_at: now,
            updated_at: now,
            version: 1,
            username: username.to_owned(),
            name: format!("Name of {username}"),
            email: Some(format!("{username}@example.com")),
            is_active: true,
            ..User::default()
        };
        change(&mut user);
        let statements = self.app.store.create_user(&user, hash).expect("statements");
        self.app
            .commit_changes(statements, Vec::new())
            .await
            .expect("the user is stored");
        user
    }

    /// Changes a stored user.
    pub(crate) async fn change_user(&self, user: &mut User, change: impl FnOnce(&mut User)) {
        let version = user.version;
        change(user);
        let statement = self.app.store.update_user(user, version).expect("a statement");
        self.app
            .commit_changes(vec![statement], Vec::new())
            .await
            .expect("the user is changed");
        user.version += 1;
    }

    /// A confidential application `slug` whose `client_id` is `slug`, whose secret is [`secret_of`], which returns to
    /// `https://slug.example/cb` and after sign-out to `https://slug.example/bye`, may ask for every managed scope, and
    /// whose tokens are signed with ES256.
    pub(crate) async fn application(&self, slug: &str) -> Application {
        self.application_with(slug, |_| {}).await
    }

    /// An application, changed before it is stored.
    pub(crate) async fn application_with(&self, slug: &str, change: impl FnOnce(&mut Application)) -> Application {
        let now = self.now();
        let snapshot = self.app.snapshot();
        let key = snapshot.active(Algorithm::ES256).expect("a key for ES256");
        let mut application = Application {
            id: self.app.new_id("app", now),
            created_at: now,
            updated_at: now,
            slug: slug.to_owned(),
            name: format!("Name of {slug}"),
            client_id: slug.to_owned(),
            redirect_uris: vec![strict(&format!("https://{slug}.example/cb"))],
            post_logout_redirect_uris: vec![strict(&format!("https://{slug}.example/bye"))],
            scope_mappings: snapshot.mappings.iter().map(|mapping| mapping.id.clone()).collect(),
            signing_key: Some(key.record.id.clone()),
            ..Application::default()
        };
        change(&mut application);
        let secret = SecretString::from(secret_of(slug));
        let statement = self
            .app
            .store
            .create_application(&application, &[secret], &self.app.entropy)
            .expect("a statement");
        self.app
            .commit_changes(vec![statement], vec![format!("app:{}", application.id)])
            .await
            .expect("the application is stored");
        application
    }

    /// Changes a stored application.
    pub(crate) async fn change_application(
        &self,
        application: &mut Application,
        change: impl FnOnce(&mut Application),
    ) {
        let version = application.version;
        change(application);
        let store = &self.app.store;
        let statement = store.update_application(application, version).expect("a statement");
        self.app
            .commit_changes(vec![statement], vec![format!("app:{}", application.id)])
            .await
            .expect("the application is changed");
        application.version += 1;
    }

    /// Signs `user` in through the sign-in page and gives the browser.
    pub(crate) async fn signed_in(&self, username: &str) -> super::Client {
        let mut client = self.client();
        let page = client.get("/login").await;
        let form = page
            .form("login-form")
            .with("username", username)
            .with("password", PASSWORD);
        let answer = client.submit(&form).await;
        assert_eq!(answer.status, 303, "signed in: {}", answer.body);
        client
    }
}

store::statements! {
    CLEAR_PASSWORD = "UPDATE users SET password_hash = NULL WHERE id = $1";
    EVENTS = "SELECT id, action, actor, target, client_address, body, at FROM events WHERE action = $1 ORDER BY id";
}

impl Harness {
    /// Takes the password of a user away, as if they had come from elsewhere.
    pub(crate) async fn clear_password(&self, user_id: &str) {
        let statement = CLEAR_PASSWORD.guarded(vec![user_id.into()], 1);
        let committed = self.app.store.commit_statements(vec![statement], Vec::new()).await;
        committed.expect("the user is there");
    }

    /// The audit events of an action, the oldest first.
    pub(crate) async fn events(&self, action: &str) -> Vec<Event> {
        let rows = self
            .app
            .store
            .db()
            .read(&EVENTS, &[action.into()])
            .await
            .expect("a database");
        let optional = |row: &store::Row, column| row.opt_text(column).expect("a text").map(str::to_owned);
        let event = |row: &store::Row| Event {
            id: row.text(0).expect("an id").to_owned(),
            action: row.text(1).expect("an action").to_owned(),
            actor: optional(row, 2),
            target: optional(row, 3),
            client_address: optional(row, 4),
            detail: serde_json::from_str(row.text(5).expect("a body")).expect("JSON"),
            at: protocol::time::Time(row.int(6).expect("a time")),
        };
        rows.iter().map(event).collect()
    }
}
