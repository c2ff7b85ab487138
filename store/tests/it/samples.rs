//! Samples of sources on both engines: sealed, few, and gone with their source.

use protocol::env::Entropy;
use protocol::time::Time;
use protocol::upstream::Source;
use store::samples::{MOST_SAMPLES, StoredSample};
use store::sources::SourceSecrets;
use store::{Stmt, Store, StoreError, schema::series, secretbox::MasterKeys};
use zeroize::Zeroizing;

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres:
    a_sample_is_kept_sealed_rewritten_and_deleted,
    a_source_has_a_number_of_samples_and_no_more,
);

const NOW: Time = Time(1_795_219_200_000_000);

store::statements! {
    SEALED = "SELECT sealed FROM source_samples";
}

struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        out.fill(7);
    }
}

async fn opened(fixture: &Fixture) -> Store {
    fixture.db.migrate(&series()).await.expect("it migrates");
    let keys = MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a master key");
    let store = Store::new(fixture.db.clone(), keys);
    for id in ["src_1", "src_2"] {
        let source = Source {
            id: id.to_owned(),
            key: id.to_owned(),
            version: 1,
            ..Source::default()
        };
        let statement = store.create_source(&source, &SourceSecrets::default(), &Fixed);
        commit(&store, vec![statement.expect("a statement")])
            .await
            .expect("a source");
    }
    store
}

async fn commit(store: &Store, statements: Vec<Stmt>) -> Result<(), StoreError> {
    store.commit_statements(statements, Vec::new()).await
}

async fn add(store: &Store, source_id: &str, id: &str) -> Result<(), StoreError> {
    let sample = StoredSample {
        id: id.to_owned(),
        source_id: source_id.to_owned(),
        name: format!("name of {id}"),
        body: Zeroizing::new(b"ada@example.com".to_vec()),
        created_at: NOW,
    };
    let statement = store.create_sample(&sample, &Fixed).expect("a statement");
    commit(store, vec![statement]).await
}

async fn a_sample_is_kept_sealed_rewritten_and_deleted(fixture: &Fixture) {
    let store = opened(fixture).await;
    add(&store, "src_1", "smp_1").await.expect("it is kept");
    add(&store, "src_2", "smp_2").await.expect("it is kept");
    let nowhere = add(&store, "src_3", "smp_3").await;
    assert!(matches!(nowhere, Err(StoreError::Conflict)), "{nowhere:?}");
    let rows = fixture.db.read(&SEALED, &[]).await.expect("rows");
    assert_eq!(rows.len(), 2);
    assert!(!rows.first().expect("a row").text(0).expect("text").contains("ada"));
    let found = store.load_samples("src_1").await.expect("rows");
    assert_eq!((found.len(), found[0].name.as_str()), (1, "name of smp_1"));
    assert_eq!((found[0].created_at, found[0].source_id.as_str()), (NOW, "src_1"));
    assert_eq!(found[0].body.as_slice(), b"ada@example.com");

    let rewrite = |source: &str, id: &str| store.rewrite_sample(source, id, b"another", &Fixed);
    let foreign = commit(&store, vec![rewrite("src_1", "smp_2").expect("a statement")]).await;
    assert!(matches!(foreign, Err(StoreError::Conflict)), "{foreign:?}");
    commit(&store, vec![rewrite("src_1", "smp_1").expect("a statement")])
        .await
        .expect("it is rewritten");
    let found = store.load_samples("src_1").await.expect("rows");
    assert_eq!(found[0].body.as_slice(), b"another");

    let foreign = commit(&store, vec![store.delete_sample("src_1", "smp_2")]).await;
    assert!(matches!(foreign, Err(StoreError::Conflict)), "{foreign:?}");
    commit(&store, vec![store.delete_sample("src_1", "smp_1")])
        .await
        .expect("it is deleted");
    commit(&store, vec![store.delete_samples_of_source("src_2")])
        .await
        .expect("they are deleted");
    assert_eq!(fixture.db.read(&SEALED, &[]).await.expect("rows").len(), 0);
}

async fn a_source_has_a_number_of_samples_and_no_more(fixture: &Fixture) {
    let store = opened(fixture).await;
    for number in 0..MOST_SAMPLES {
        add(&store, "src_1", &format!("smp_{number:03}"))
            .await
            .expect("it is kept");
    }
    let more = add(&store, "src_1", "smp_999").await;
    assert!(matches!(more, Err(StoreError::Conflict)), "{more:?}");
    add(&store, "src_2", "smp_other").await.expect("another source");
    let found = store.load_samples("src_1").await.expect("rows");
    assert_eq!(i64::try_from(found.len()), Ok(MOST_SAMPLES));
}
