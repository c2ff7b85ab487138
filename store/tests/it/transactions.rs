//! Records of transactions on both engines: segments of several requests become one record, lists find it, and the sweep keeps
//! its bounds.

use protocol::time::{DAY, HOUR, Time};
use protocol::transaction::{Party, Step, StepKind, TransactionKind, TransactionState, case_number};
use store::page::{CursorKey, ListQuery};
use store::transactions::{Segment, Transaction};
use store::{Store, Val, schema::series, secretbox::MasterKeys};

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres:
    segments_written_as_one_are_what_they_are_one_by_one,
    segments_of_several_requests_are_one_record,
    a_record_is_found_by_what_is_known_of_it,
    old_records_and_those_beyond_the_limit_go,
);

const NOW: Time = Time(1_795_219_200_000_000);

async fn open(fixture: &Fixture) -> Store {
    fixture.db.migrate(&series()).await.expect("it migrates");
    let keys = MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a master key");
    Store::new(fixture.db.clone(), keys)
}

fn key() -> CursorKey {
    CursorKey::new(&[7; 32])
}

/// A segment of the transaction `number` with one step.
fn segment(number: u32, place: i64, name: &'static str) -> Segment {
    let id = format!("txn_01KAJ3V8A0{number:016}");
    Segment {
        transaction: Transaction {
            case_number: case_number(&id),
            id,
            kind: TransactionKind::Authorization,
            started_at: NOW.plus(place),
            updated_at: NOW.plus(place),
            ..Transaction::default()
        },
        id: format!("stp_{number}_{place}"),
        place,
        steps: vec![Step::new(StepKind::Check, Party::Vestibule, Party::Vestibule, name)],
    }
}

async fn segments_written_as_one_are_what_they_are_one_by_one(fixture: &Fixture) {
    let store = open(fixture).await;
    let states = [
        TransactionState::Open,
        TransactionState::Refused,
        TransactionState::Done,
    ];
    let some = |value: &str, given: bool| given.then(|| value.to_owned());
    let mut number = 0;
    for (one, other) in states.into_iter().flat_map(|one| states.map(|other| (one, other))) {
        for given in 0..16_u8 {
            number += 2;
            let made = |number: u32| {
                let mut first = segment(number, 1, "redirect_uri");
                first.transaction.state = one;
                first.transaction.code = some("pkce_missing", given & 1 > 0);
                first.transaction.application_id = some("app_1", given & 2 > 0);
                first.transaction.user_id = some("user_1", given & 1 > 0);
                first.transaction.source = some("corp", given & 2 > 0);
                let mut second = segment(number, 2, "scope");
                second.transaction.state = other;
                second.transaction.code = some("scope_not_allowed", given & 4 > 0);
                second.transaction.application_id = some("app_2", given & 8 > 0);
                second.transaction.user_id = some("user_2", given & 8 > 0);
                second.transaction.source = some("other", given & 4 > 0);
                (first, second)
            };
            let (first, second) = made(number);
            store.save_segments(&[first, second]).await.expect("a commit");
            let (mut both, second) = made(number + 1);
            both.absorb(second);
            let (id, apart) = (both.transaction.id.clone(), segment(number, 1, "").transaction.id);
            store.save_segments(&[both]).await.expect("a commit");
            let load = async |id: &str| {
                store
                    .load_transaction(id)
                    .await
                    .expect("it reads")
                    .expect("it is there")
            };
            let (mut together, apart_record) = (load(&id).await, load(&apart).await);
            together.id.clone_from(&apart_record.id);
            together.case_number.clone_from(&apart_record.case_number);
            assert_eq!(together, apart_record, "{one:?} {other:?} {given}");
            let steps = async |id: &str| store.load_transaction_steps(id).await.expect("it reads");
            assert_eq!(steps(&id).await, steps(&apart).await);
        }
    }
}

async fn segments_of_several_requests_are_one_record(fixture: &Fixture) {
    let store = open(fixture).await;
    let mut first = segment(1, 1, "redirect_uri");
    first.transaction.application_id = Some("app_1".to_owned());
    let mut refused = segment(1, 3, "id_token aud");
    refused.transaction.state = TransactionState::Refused;
    refused.transaction.code = Some("upstream_audience_wrong".to_owned());
    refused.transaction.source = Some("corp".to_owned());
    let mut looked = segment(1, 2, "sign_in");
    looked.transaction.user_id = Some("user_1".to_owned());
    // They come in another order than they were made in: of several nodes one may be slower.
    store.save_segments(&[first, refused]).await.expect("a commit");
    store.save_segments(&[looked]).await.expect("a commit");

    let id = "txn_01KAJ3V8A00000000000000001";
    let found = store.load_transaction(id).await.expect("a read").expect("a record");
    assert_eq!(
        found.state,
        TransactionState::Refused,
        "whoever only looks changes nothing"
    );
    assert_eq!(found.code.as_deref(), Some("upstream_audience_wrong"));
    assert_eq!(found.application_id.as_deref(), Some("app_1"));
    assert_eq!(found.user_id.as_deref(), Some("user_1"));
    assert_eq!(found.source.as_deref(), Some("corp"));
    assert_eq!(found.started_at, NOW.plus(1), "the beginning stays");
    let steps = store.load_transaction_steps(id).await.expect("a read");
    let names: Vec<&str> = steps.iter().map(|step| step.name.as_ref()).collect();
    assert_eq!(names, ["redirect_uri", "sign_in", "id_token aud"]);

    let mut done = segment(1, 4, "token");
    done.transaction.state = TransactionState::Done;
    store.save_segments(&[done]).await.expect("a commit");
    let found = store.load_transaction(id).await.expect("a read").expect("a record");
    assert_eq!(found.state, TransactionState::Done);
    assert_eq!(
        found.code.as_deref(),
        Some("upstream_audience_wrong"),
        "what happened stays known"
    );
}

async fn a_record_is_found_by_what_is_known_of_it(fixture: &Fixture) {
    let store = open(fixture).await;
    let mut segments = Vec::new();
    for number in 0..5 {
        let mut made = segment(number, i64::from(number), "client_id");
        made.transaction.application_id = Some(format!("app_{}", number % 2));
        made.transaction.code = (number == 3).then(|| "client_disabled".to_owned());
        segments.push(made);
    }
    store.save_segments(&segments).await.expect("a commit");
    let numbers = |items: &[Transaction]| -> Vec<u32> {
        let last = |item: &Transaction| item.id.chars().last().and_then(|digit| digit.to_digit(10));
        items.iter().map(|item| last(item).expect("a digit")).collect()
    };
    for (field, value, expected) in [
        ("application", "app_0", vec![4, 2, 0]),
        ("code", "client_disabled", vec![3]),
        ("case_number", "0000-0002", vec![2]),
        ("kind", "authorization", vec![4, 3, 2, 1, 0]),
        ("state", "refused", vec![]),
    ] {
        let query = ListQuery {
            filters: vec![(field, Val::from(value))],
            ..ListQuery::default()
        };
        let page = store.list_transactions(query, &key()).await.expect("a page");
        assert_eq!(numbers(&page.items), expected, "{field}={value}");
    }
    let mut cursor: Option<String> = None;
    let mut seen = Vec::new();
    loop {
        let query = ListQuery {
            limit: Some(2),
            cursor: cursor.as_deref(),
            ..ListQuery::default()
        };
        let page = store.list_transactions(query, &key()).await.expect("a page");
        seen.extend(numbers(&page.items));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, [4, 3, 2, 1, 0], "page by page, the newest first");
    let found = store.load_transaction_of_case("0000-0003").await.expect("a read");
    assert_eq!(found.expect("a record").code.as_deref(), Some("client_disabled"));
    assert_eq!(store.load_transaction_of_case("0000-0009").await.expect("a read"), None);
}

async fn old_records_and_those_beyond_the_limit_go(fixture: &Fixture) {
    let store = open(fixture).await;
    let segments: Vec<Segment> = (0..300)
        .map(|number| segment(number, i64::from(number) * HOUR, "client_id"))
        .collect();
    store.save_segments(&segments).await.expect("a commit");
    let sweep = async |now: Time, keep: i64, most: i64| {
        let mut gone = 0;
        loop {
            let swept = store.sweep_transactions(now, keep, most, 40).await.expect("a sweep");
            assert!(swept <= 40, "batches are small");
            gone += swept;
            if swept == 0 {
                return gone;
            }
        }
    };
    let now = NOW.plus(300 * HOUR);
    assert_eq!(sweep(now, 365 * DAY, 1_000).await, 0, "nothing is too old or too many");
    assert_eq!(sweep(now, 10 * DAY, 1_000).await, 60, "ten days have 240 hours");
    assert_eq!(sweep(now, 365 * DAY, 100).await, 140, "a hundred stay");
    let gone = "txn_01KAJ3V8A00000000000000000";
    assert_eq!(store.load_transaction(gone).await.expect("a read"), None);
    assert_eq!(store.load_transaction_steps(gone).await.expect("a read"), []);
    let newest = "txn_01KAJ3V8A00000000000000299";
    assert_eq!(store.load_transaction_steps(newest).await.expect("a read").len(), 1);
}
