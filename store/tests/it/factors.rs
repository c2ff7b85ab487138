//! Factors and challenges on both engines: each use holds once, the last way in stays, and everything goes with its user.

use std::sync::atomic::{AtomicU64, Ordering};

use protocol::env::Entropy;
use protocol::factor::{Factor, FactorKind};
use protocol::id::hash_secret;
use protocol::time::{MINUTE, Time};
use protocol::user::User;
use store::challenges::Challenge;
use store::external_accounts::OtherWayIn;
use store::factors::NewSecret;
use store::{Stmt, Store, StoreError, args, schema::series, secretbox::MasterKeys};
use zeroize::Zeroizing;

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres:
    a_factor_is_kept_sealed_and_read_back,
    a_step_a_signature_and_a_code_are_taken_once,
    a_passkey_belongs_to_one_account,
    the_last_way_in_is_not_taken_away,
    recovery_codes_go_with_the_last_factor,
    a_challenge_is_of_one_browser_and_taken_once,
    everything_goes_with_its_user,
);

const NOW: Time = Time(1_795_219_200_000_000);

store::statements! {
    SEALED = "SELECT sealed FROM factors";
    CODES = "SELECT hash FROM recovery_codes";
    CHALLENGES = "SELECT sealed FROM challenges";
}

#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        for (byte, value) in out.iter_mut().zip(number.to_be_bytes().iter().rev().cycle()) {
            *byte = *value;
        }
    }
}

static RANDOM: Counting = Counting(AtomicU64::new(0));

async fn opened(fixture: &Fixture) -> Store {
    fixture.db.migrate(&series()).await.expect("it migrates");
    let keys = MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a master key");
    Store::new(fixture.db.clone(), keys)
}

async fn commit(store: &Store, statements: Vec<Stmt>) -> Result<(), StoreError> {
    store.commit_statements(statements, Vec::new()).await
}

async fn user(store: &Store, id: &str, password: Option<&str>) {
    let user = User {
        id: id.to_owned(),
        uuid: format!("uuid of {id}"),
        username: id.to_owned(),
        is_active: true,
        ..User::default()
    };
    let statements = store.create_user(&user, password).expect("statements");
    commit(store, statements).await.expect("a user");
}

fn factor(id: &str, user_id: &str, kind: FactorKind) -> Factor {
    Factor {
        id: id.to_owned(),
        user_id: user_id.to_owned(),
        kind,
        name: format!("name of {id}"),
        created_at: NOW,
        last_used_at: None,
        codes_left: None,
    }
}

async fn add(store: &Store, factor: &Factor, credential: Option<&str>) -> Result<(), StoreError> {
    let new = NewSecret {
        credential: credential.map(hash_secret),
        secret: Some(b"the secret"),
        counter: 7,
    };
    let statement = store.create_factor(factor, &new, &RANDOM).expect("a statement");
    commit(store, vec![statement]).await
}

async fn a_factor_is_kept_sealed_and_read_back(fixture: &Fixture) {
    let store = opened(fixture).await;
    user(&store, "alice", None).await;
    let made = factor("fac_1", "alice", FactorKind::Passkey);
    add(&store, &made, Some("credential")).await.expect("it is added");
    let found = store.load_factors("alice").await.expect("rows");
    assert_eq!((found.len(), &found[0].factor, found[0].counter), (1, &made, 7));
    assert_eq!(
        store.open_factor(&found[0]).expect("it opens").as_slice(),
        b"the secret"
    );
    let by_credential = store.load_passkey(&hash_secret("credential")).await.expect("a read");
    assert_eq!(by_credential.expect("it is there").factor, made);
    assert!(
        store
            .load_passkey(&hash_secret("another"))
            .await
            .expect("a read")
            .is_none()
    );
    let rows = fixture.db.read(&SEALED, &[]).await.expect("rows");
    let sealed = rows.first().expect("a row").text(0).expect("text").to_owned();
    assert!(!sealed.contains("secret"), "{sealed}");
    let orphan = add(&store, &factor("fac_2", "nobody", FactorKind::Totp), None).await;
    assert!(matches!(orphan, Err(StoreError::Conflict)), "{orphan:?}");
}

async fn a_step_a_signature_and_a_code_are_taken_once(fixture: &Fixture) {
    let store = opened(fixture).await;
    user(&store, "alice", None).await;
    add(&store, &factor("fac_1", "alice", FactorKind::Totp), None)
        .await
        .expect("added");
    for (step, holds) in [(7, false), (6, false), (8, true), (8, false), (10, true), (9, false)] {
        let taken = commit(&store, vec![store.take_step("fac_1", step, NOW)]).await;
        assert_eq!(taken.is_ok(), holds, "{step}");
    }
    add(&store, &factor("fac_2", "alice", FactorKind::Passkey), Some("one"))
        .await
        .expect("added");
    let sign = |counter| {
        store
            .take_signature("fac_2", counter, b"state", NOW, &RANDOM)
            .expect("a statement")
    };
    for (counter, holds) in [(7, false), (0, false), (8, true), (8, false)] {
        assert_eq!(commit(&store, vec![sign(counter)]).await.is_ok(), holds, "{counter}");
    }
    let codes = [hash_secret("one"), hash_secret("two")];
    let made = factor("fac_3", "alice", FactorKind::RecoveryCodes);
    let statements = store
        .replace_recovery_codes(&made, &codes, &RANDOM)
        .expect("statements");
    commit(&store, statements).await.expect("codes");
    assert!(store.load_recovery_code("fac_3", &codes[0]).await.expect("a read"));
    let take = || store.take_recovery_code("fac_3", codes[0], NOW).to_vec();
    let tries = (0..8).map(|_| commit(&store, take()));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        1,
        "of many at once one holds"
    );
    assert!(!store.load_recovery_code("fac_3", &codes[0]).await.expect("a read"));
    let found = store.load_factors("alice").await.expect("rows");
    let left = found.iter().find_map(|stored| stored.factor.codes_left);
    assert_eq!(left, Some(1));
    // New ones take the place of the old.
    let made = factor("fac_4", "alice", FactorKind::RecoveryCodes);
    let statements = store.replace_recovery_codes(&made, &[hash_secret("three")], &RANDOM);
    commit(&store, statements.expect("statements")).await.expect("codes");
    let rows = fixture.db.read(&CODES, &[]).await.expect("rows");
    assert_eq!(rows.len(), 1);
}

async fn a_passkey_belongs_to_one_account(fixture: &Fixture) {
    let store = opened(fixture).await;
    user(&store, "alice", None).await;
    user(&store, "bob", None).await;
    add(&store, &factor("fac_1", "alice", FactorKind::Passkey), Some("one"))
        .await
        .expect("added");
    let again = add(&store, &factor("fac_2", "bob", FactorKind::Passkey), Some("one")).await;
    assert!(
        matches!(again, Err(StoreError::Taken { column: "credential" })),
        "{again:?}"
    );
    let theirs = commit(&store, vec![store.rename_factor("bob", "fac_1", "mine")]).await;
    assert!(matches!(theirs, Err(StoreError::Conflict)));
    assert!(commit(&store, store.delete_factor("bob", "fac_1")).await.is_err());
    commit(&store, vec![store.rename_factor("alice", "fac_1", "blue")])
        .await
        .expect("renamed");
    assert_eq!(store.load_factors("alice").await.expect("rows")[0].factor.name, "blue");
}

async fn the_last_way_in_is_not_taken_away(fixture: &Fixture) {
    let store = opened(fixture).await;
    user(&store, "alice", None).await;
    user(&store, "bob", Some("a hash")).await;
    for (id, owner) in [("fac_1", "alice"), ("fac_2", "alice"), ("fac_3", "bob")] {
        add(&store, &factor(id, owner, FactorKind::Passkey), Some(id))
            .await
            .expect("added");
    }
    let beside = |owner: &str, id: &str, other: OtherWayIn| store.delete_factor_beside(owner, id, &other);
    let passkey = |id: &str| OtherWayIn::Passkey(id.to_owned());
    for statements in [
        beside("alice", "fac_1", OtherWayIn::Password),
        beside("alice", "fac_1", passkey("fac_1")),
        beside("alice", "fac_1", passkey("fac_3")),
        beside("alice", "fac_1", OtherWayIn::Link("ext_1".to_owned())),
    ] {
        assert!(matches!(commit(&store, statements).await, Err(StoreError::Conflict)));
    }
    // Two that are taken away at once, each in view of the other: one stays.
    let (one, two) = tokio::join!(
        commit(&store, beside("alice", "fac_1", passkey("fac_2"))),
        commit(&store, beside("alice", "fac_2", passkey("fac_1"))),
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(store.load_factors("alice").await.expect("rows").len(), 1);
    commit(&store, beside("bob", "fac_3", OtherWayIn::Password))
        .await
        .expect("a password stays");
}

async fn recovery_codes_go_with_the_last_factor(fixture: &Fixture) {
    let store = opened(fixture).await;
    user(&store, "alice", None).await;
    add(&store, &factor("fac_1", "alice", FactorKind::Totp), None)
        .await
        .expect("added");
    add(&store, &factor("fac_2", "alice", FactorKind::Totp), None)
        .await
        .expect("added");
    let made = factor("fac_3", "alice", FactorKind::RecoveryCodes);
    let statements = store.replace_recovery_codes(&made, &[hash_secret("one")], &RANDOM);
    commit(&store, statements.expect("statements")).await.expect("codes");
    commit(&store, store.delete_factor("alice", "fac_1"))
        .await
        .expect("gone");
    assert_eq!(store.load_factors("alice").await.expect("rows").len(), 2);
    commit(&store, store.delete_factor("alice", "fac_2"))
        .await
        .expect("gone");
    assert!(store.load_factors("alice").await.expect("rows").is_empty());
    assert_eq!(fixture.db.read(&CODES, &[]).await.expect("rows").len(), 0);
}

fn challenge(id: &str, user_id: Option<&str>) -> Challenge {
    Challenge {
        id: id.to_owned(),
        browser: hash_secret("browser"),
        kind: "one_kind",
        user_id: user_id.map(str::to_owned),
        body: Zeroizing::new(b"the state".to_vec()),
        created_at: NOW,
        expires_at: NOW.plus(5 * MINUTE),
    }
}

async fn a_challenge_is_of_one_browser_and_taken_once(fixture: &Fixture) {
    let store = opened(fixture).await;
    let asked = challenge("chl_1", None);
    let statement = store.create_challenge(&asked, &RANDOM).expect("a statement");
    commit(&store, vec![statement]).await.expect("it is kept");
    let rows = fixture.db.read(&CHALLENGES, &[]).await.expect("rows");
    assert!(!rows.first().expect("a row").text(0).expect("text").contains("state"));
    let late = NOW.plus(5 * MINUTE);
    for (id, browser, kind, now, there) in [
        ("chl_1", "browser", "one_kind", NOW, true),
        ("chl_2", "browser", "one_kind", NOW, false),
        ("chl_1", "another", "one_kind", NOW, false),
        ("chl_1", "browser", "other_kind", NOW, false),
        ("chl_1", "browser", "one_kind", late.plus(-1), true),
        ("chl_1", "browser", "one_kind", late, false),
    ] {
        let found = store
            .load_challenge(id, &hash_secret(browser), kind, now)
            .await
            .expect("a read");
        assert_eq!(found.is_some(), there, "{id} {browser} {kind}");
        assert!(found.is_none_or(|found| found.body.as_slice() == b"the state"));
    }
    let tries = (0..8).map(|_| commit(&store, vec![store.take_challenge("chl_1")]));
    let results = futures_util::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    // What nobody answers is swept.
    let statement = store.create_challenge(&asked, &RANDOM).expect("a statement");
    commit(&store, vec![statement]).await.expect("it is kept");
    assert_eq!(store.sweep(NOW, MINUTE, 100).await.expect("a sweep"), 0);
    assert_eq!(store.sweep(late.plus(1), MINUTE, 100).await.expect("a sweep"), 1);
}

async fn everything_goes_with_its_user(fixture: &Fixture) {
    let store = opened(fixture).await;
    user(&store, "alice", None).await;
    add(&store, &factor("fac_1", "alice", FactorKind::Totp), None)
        .await
        .expect("added");
    let made = factor("fac_2", "alice", FactorKind::RecoveryCodes);
    let statements = store.replace_recovery_codes(&made, &[hash_secret("one")], &RANDOM);
    commit(&store, statements.expect("statements")).await.expect("codes");
    let statement = store.create_challenge(&challenge("chl_1", Some("alice")), &RANDOM);
    commit(&store, vec![statement.expect("a statement")])
        .await
        .expect("it is kept");
    commit(&store, store.delete_user("alice", NOW)).await.expect("gone");
    for sql in [&SEALED, &CODES, &CHALLENGES] {
        assert_eq!(
            fixture.db.read(sql, &args![]).await.expect("rows").len(),
            0,
            "{}",
            sql.name()
        );
    }
}
