//! What goes in comes out, and every statement is understood by both engines.

use store::{Batch, DbError, Val, args};

use crate::support::{ALL, Fixture, GET_KINDS, PUT_KINDS, on_both, wrong};

on_both!(sqlite, postgres: all_kinds_come_back, every_statement_prepares, a_wrong_statement_is_an_error, wrong_getters_are_errors);

async fn all_kinds_come_back(fixture: &Fixture) {
    let rows: [(&str, Val, Val, Val); 4] = [
        ("null", Val::Null, Val::Null, Val::Null),
        ("empty", 0_i64.into(), "".into(), Vec::<u8>::new().into()),
        (
            "low",
            i64::MIN.into(),
            "ä\u{1F511} 'quoted' $1 ?1 %_".into(),
            [0_u8, 255, 39, 0].into(),
        ),
        (
            "high",
            i64::MAX.into(),
            "x".repeat(100_000).into(),
            vec![7_u8; 100_000].into(),
        ),
    ];
    for (id, int, text, blob) in &rows {
        let statement = PUT_KINDS.guarded(args![blob.clone(), text.clone(), int.clone(), *id], 1);
        fixture.db.commit(statement.into()).await.expect("it is stored");
    }
    for (id, int, text, blob) in &rows {
        let found = fixture.db.read(&GET_KINDS, &args![*id]).await.expect("it is read");
        let row = found.first().expect("a row");
        assert_eq!(
            [row.val(0), row.val(1), row.val(2)],
            [Ok(int), Ok(text), Ok(blob)],
            "{id}"
        );
    }
}

async fn every_statement_prepares(fixture: &Fixture) {
    assert!(ALL.len() > 10);
    for sql in ALL {
        fixture
            .db
            .prepare(sql)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", sql.name()));
    }
    assert!(
        fixture.db.prepare(&wrong::NONSENSE).await.is_err(),
        "preparing notices a wrong text"
    );
}

async fn a_wrong_statement_is_an_error(fixture: &Fixture) {
    let read = fixture.db.read(&wrong::NONSENSE, &args![1_i64]).await;
    assert!(matches!(read, Err(DbError::Internal(_))), "{read:?}");
    let few = fixture.db.read(&GET_KINDS, &[]).await;
    assert!(matches!(few, Err(DbError::Internal(_))), "{few:?}");
    let commit = fixture.db.commit(Batch::from(wrong::NONSENSE.with(args![1_i64]))).await;
    assert!(matches!(commit, Err(store::CommitError::Internal(_))), "{commit:?}");
    fixture.db.ping().await.expect("nothing is broken by it");
}

async fn wrong_getters_are_errors(fixture: &Fixture) {
    let statement = PUT_KINDS.with(args![[1_u8; 32], "text", 2_i64, "a"]);
    fixture.db.commit(statement.into()).await.expect("it is stored");
    let found = fixture.db.read(&GET_KINDS, &args!["a"]).await.expect("it is read");
    let row = found.first().expect("a row");
    assert_eq!(
        (row.int(0), row.text(1), row.array::<32>(2)),
        (Ok(2), Ok("text"), Ok([1; 32]))
    );
    assert!(row.text(0).is_err() && row.int(1).is_err() && row.blob(1).is_err() && row.opt_blob(0).is_err());
    assert!(row.bool(0).is_err(), "2 is no boolean");
    assert!(row.array::<31>(2).is_err() && row.int(3).is_err());
}
