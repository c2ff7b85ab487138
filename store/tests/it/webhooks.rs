//! The outbox and the queue of webhooks on both engines: no write of a told record is forgotten, a copy is the record, an event
//! is there exactly when its change is, and each delivery has one taker.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use protocol::env::Entropy;
use protocol::time::Time;
use protocol::user::User;
use protocol::webhook::{EventType, EventTypes, Webhook, new_secret};
use store::webhooks::deliveries::{DeliveryState, Outcome};
use store::webhooks::outbox::{Record, telling};
use store::{Db, Options, Store, StoreError, args, schema::series, schema::statements, secretbox::MasterKeys};

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres:
    a_copy_is_the_record_whatever_it_holds,
    an_event_is_there_exactly_when_its_change_is,
    each_delivery_has_one_taker,
);

const URL: &str = "VESTIBULE_TEST_OUTBOX_URL";
const NOW: Time = Time(1_795_219_200_000_000);
/// Users that must have been acknowledged before the end.
const ACKNOWLEDGED: usize = 200;

store::statements! {
    USERS = "SELECT id FROM users ORDER BY id";
    OUTBOX = "SELECT subject, type FROM webhook_outbox ORDER BY subject, type";
}

/// Writes of told tables that tell nothing, and why.
const SILENT: [(&str, &str); 19] = [
    ("users::UPGRADE_PASSWORD", "the same password in another hash"),
    ("users::INVALIDATE", "ends sessions, which is told"),
    ("groups::TOUCH_USER", "membership is no part of the account"),
    ("groups::TOUCH_MEMBERS", "membership is no part of the account"),
    ("sessions::TOUCH", "only seen"),
    ("sessions::STEP_UP", "the same session, with another factor"),
    ("parties::HOLD_SESSION", "changes nothing"),
    ("sweep::SESSIONS", "while nobody wants to know of the end"),
    ("sweep::ENDED_SESSIONS", "their end was told"),
    ("external_accounts::UPDATE", "a later sign-in (A-18.8)"),
    ("external_accounts::COUNT", "a later sign-in (A-18.8)"),
    ("external_accounts::SAVE_TOKENS", "tokens are no part of the link"),
    ("external_accounts::RENEW_TOKENS", "tokens are no part of the link"),
    ("external_accounts::HOLD_OWNER", "changes nothing"),
    ("sources::HOLD", "changes nothing"),
    ("sources::SAVE_KEYS", "what was read there, not what was set here"),
    ("sources::REREAD_KEYS", "what was read there, not what was set here"),
    ("sources::NOTE_KEYS_LOOK", "what was read there, not what was set here"),
    ("sources::SAVE_LOOK", "what was read there, not what was set here"),
];

#[test]
fn every_write_of_a_told_record_tells_or_is_silent_on_purpose() {
    let writes = |text: &str| {
        ["users", "browser_sessions", "external_accounts", "sources"]
            .iter()
            .any(|table| {
                ["INSERT INTO", "UPDATE", "DELETE FROM"]
                    .iter()
                    .any(|verb| text.starts_with(&format!("{verb} {table} ")))
            })
    };
    let telling = telling();
    let (mut told, mut silent) = (0, 0);
    for sql in statements().into_iter().filter(|sql| writes(sql.text())) {
        let tells = telling.iter().any(|one| std::ptr::eq(*one, sql));
        let is_silent = SILENT.iter().any(|(name, _)| sql.name() == format!("store::{name}"));
        assert!(tells != is_silent, "{}: does it tell anything?", sql.name());
        told += usize::from(tells);
        silent += usize::from(is_silent);
    }
    assert_eq!((told, silent), (18, SILENT.len()), "each name is one of a statement");
}

/// Random enough for ids.
#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + u64::from(std::process::id()) * 1_000_000;
        for (byte, value) in out.iter_mut().zip(number.to_be_bytes().iter().rev().cycle()) {
            *byte = *value;
        }
    }
}

/// A store that writes these events.
fn store(db: Db, wanted: &[&str]) -> Store {
    let keys = MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a master key");
    let store = Store::new(db, keys);
    let names: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
    let entropy = Counting::default();
    store.want_events(EventTypes::of(&names), || {
        Box::new(move || (protocol::id::new_id("evt", NOW, &entropy), NOW))
    });
    store
}

fn user(name: &str) -> User {
    User {
        id: format!("user_{name}"),
        uuid: format!("uuid-{name}"),
        created_at: NOW,
        updated_at: NOW,
        version: 1,
        username: name.to_owned(),
        is_active: true,
        ..User::default()
    }
}

async fn ready(fixture: &Fixture, wanted: &[&str]) -> Store {
    fixture.db.migrate(&series()).await.expect("it migrates");
    store(fixture.db.clone(), wanted)
}

async fn a_copy_is_the_record_whatever_it_holds(fixture: &Fixture) {
    let store = ready(fixture, &["user.created"]).await;
    let texts = [
        "",
        "-",
        "--",
        "3:abc",
        "\u{e4}:1",
        "\u{1f600}\u{1f600}",
        "a\n\tb",
        "'\"\\$1?2",
        "0:",
        ":",
    ];
    let mut made = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let mut user = User {
            name: (*text).to_owned(),
            email: (number % 2 == 0).then(|| (*text).to_owned()),
            ..user(&format!("u{number}"))
        };
        user.attributes.insert((*text).to_owned(), serde_json::json!([text]));
        let statements = store.create_user(&user, None).expect("statements");
        store.commit_statements(statements, Vec::new()).await.expect("made");
        made.push(store.load_user(&user.id).await.expect("a read").expect("a user").user);
    }
    let mut news = store.load_news(100).await.expect("news");
    assert_eq!(news.len(), texts.len());
    made.sort_by(|one, other| one.id.cmp(&other.id));
    let user_of = |record: &Record| match record {
        Record::User(user) => User::clone(user),
        other => panic!("{other:?}"),
    };
    news.sort_by_key(|one| user_of(&one.record).id);
    for (one, user) in news.iter().zip(&made) {
        assert_eq!((one.kind, one.at), (EventType::UserCreated, NOW));
        assert_eq!(&user_of(&one.record), user);
        store
            .commit_statements(vec![store.forget_news(one)], Vec::new())
            .await
            .expect("handed out");
        let again = store.commit_statements(vec![store.forget_news(one)], Vec::new()).await;
        assert!(matches!(again, Err(StoreError::Conflict)), "once");
    }
    assert!(store.load_news(100).await.expect("news").is_empty());
}

async fn an_event_is_there_exactly_when_its_change_is(fixture: &Fixture) {
    let store = ready(fixture, &["user.created", "user.updated", "user.deleted"]).await;
    let made = |name: &str| store.create_user(&user(name), None).expect("statements");
    // Many callers want the same name; one gets it.
    let tries = (0..8).map(|_| store.commit_statements(made("alice"), Vec::new()));
    let outcomes = futures_util::future::join_all(tries).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    // A batch whose last guard misses leaves nothing, whatever stood before it.
    let mut batch = made("bob");
    batch.push(store.update_user(&user("nobody"), 1).expect("a statement"));
    assert!(store.commit_statements(batch, Vec::new()).await.is_err());
    // Twice in one batch is one change; and a record that goes is copied before it goes.
    let mut batch = vec![store.update_user(&user("alice"), 1).expect("a statement")];
    batch.extend(store.set_password("user_alice", "a hash", NOW));
    store.commit_statements(batch, Vec::new()).await.expect("changed");
    store
        .commit_statements(store.delete_user("user_alice", NOW), Vec::new())
        .await
        .expect("deleted");
    let rows = store.db().read(&OUTBOX, &[]).await.expect("a read");
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row.text(0).expect("a text"), row.text(1).expect("a text")))
        .collect();
    let alice = "user_alice";
    assert_eq!(
        found,
        [
            (alice, "user.created"),
            (alice, "user.deleted"),
            (alice, "user.updated")
        ]
    );
}

async fn each_delivery_has_one_taker(fixture: &Fixture) {
    let (store, entropy) = (ready(fixture, &[]).await, Counting::default());
    let webhook = Webhook {
        id: "whk_1".to_owned(),
        created_at: NOW,
        updated_at: NOW,
        version: 1,
        url: "https://shop.example/".to_owned(),
        events: vec!["*".to_owned()],
        enabled: true,
        disabled_reason: None,
        previous_secret_until: None,
    };
    let secret = new_secret(&entropy);
    let event = ("whe_1", EventType::UserCreated);
    let statements = vec![
        store.create_webhook(&webhook, &secret, &entropy).expect("sealed"),
        store.queue_delivery("whd_1", "whk_1", event, "{}", NOW),
        store.queue_delivery("whd_2", "whk_none", event, "{}", NOW),
    ];
    store.commit_statements(statements, Vec::new()).await.expect("queued");
    assert_eq!(store.load_due_webhooks(NOW).await.expect("ids"), ["whk_1"]);
    let due = store.load_due_deliveries("whk_1", NOW, 10).await.expect("deliveries");
    assert_eq!(due.len(), 1, "no delivery without a webhook");
    let other = Store::new(
        fixture.node().await,
        MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a key"),
    );
    let until = NOW.plus(60_000_000);
    let tries = (0..16).map(|number| {
        let store = if number % 2 == 0 { &store } else { &other };
        store.claim_delivery(due[0].clone(), NOW, until)
    });
    let claims = futures_util::future::join_all(tries).await;
    let claimed: Vec<_> = claims
        .into_iter()
        .filter_map(|claim| claim.expect("an answer"))
        .collect();
    assert_eq!(claimed.len(), 1, "one taker");
    let mine = &claimed[0].delivery;
    assert_eq!(
        (mine.attempts, mine.due_at, mine.state),
        (1, Some(until), DeliveryState::Waiting)
    );
    assert!(store.load_due_webhooks(NOW).await.expect("ids").is_empty());
    assert_eq!(
        store.load_due_webhooks(until).await.expect("ids"),
        ["whk_1"],
        "the claim runs out"
    );
    let outcome = Outcome {
        status: Some(204),
        error: None,
    };
    let done = vec![store.finish_delivery(mine, DeliveryState::Delivered, &outcome)];
    store.commit_statements(done, Vec::new()).await.expect("finished");
    let shown = store
        .load_delivery("whk_1", "whd_1")
        .await
        .expect("a read")
        .expect("it is kept");
    assert_eq!(
        (shown.state, shown.due_at, shown.last_status),
        (DeliveryState::Delivered, None, Some(204))
    );
    let opened = store
        .load_signing_webhook("whk_1")
        .await
        .expect("a read")
        .expect("a webhook");
    use secrecy::ExposeSecret as _;
    assert_eq!(opened.secret.expose_secret(), secret.expose_secret());
    let gone = vec![store.delete_webhook("whk_1", 1)];
    store.commit_statements(gone, Vec::new()).await.expect("deleted");
    assert!(store.load_delivery("whk_1", "whd_1").await.expect("a read").is_none());
}

/// Makes users until it is killed, and says so after each. Does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(url) = std::env::var(URL) else { return };
    let db = Db::open(&url, &Options::default()).await.expect("it opens");
    let store = store(db, &["user.created"]);
    let callers = (0..8).map(|caller| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in 0..1_000_000 {
                let name = format!("{caller}-{number}");
                let statements = store.create_user(&user(&name), None).expect("statements");
                if store.commit_statements(statements, Vec::new()).await.is_err() {
                    return;
                }
                let written = std::io::stdout().lock().write_all(format!("\nack {name}\n").as_bytes());
                if written.is_err() {
                    return;
                }
            }
        })
    });
    futures_util::future::join_all(callers).await;
}

/// Kill -9 in the middle: of each user there is an event, acknowledged or not, and of no other.
async fn killed(fixture: &Fixture) {
    fixture.db.migrate(&series()).await.expect("it migrates");
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["--exact", "webhooks::child", "--nocapture", "--test-threads=1"])
        .env(URL, &fixture.url)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("its output"))
        .lines()
        .map_while(Result::ok);
    let mut names = lines.filter_map(|line| line.strip_prefix("ack ").map(|name| format!("user_{name}")));
    let mut acknowledged: Vec<String> = names.by_ref().take(ACKNOWLEDGED).collect();
    assert_eq!(acknowledged.len(), ACKNOWLEDGED, "the child commits");
    child.kill().expect("killed");
    acknowledged.extend(names);
    child.wait().expect("it ended");
    // On PostgreSQL the server may still be finishing what the dead client has sent.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let db = fixture.node().await;
    let users = db.read(&USERS, &[]).await.expect("a read");
    let mut users: Vec<&str> = users.iter().map(|row| row.text(0).expect("an id")).collect();
    users.sort_unstable();
    let told = db.read(&OUTBOX, &args![]).await.expect("a read");
    let mut told: Vec<&str> = told.iter().map(|row| row.text(0).expect("an id")).collect();
    told.sort_unstable();
    assert_eq!(users, told);
    assert!(users.len() >= ACKNOWLEDGED);
    for name in &acknowledged {
        assert!(users.binary_search(&name.as_str()).is_ok(), "{name} was acknowledged");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_program_on_sqlite() {
    let fixture = Fixture::empty_sqlite().await;
    killed(&fixture).await;
    fixture.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_program_on_postgres() {
    let fixture = Fixture::empty_postgres().await;
    killed(&fixture).await;
    fixture.end().await;
}
