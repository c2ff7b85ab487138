//! The schema is made once, whoever comes first, and a schema from the future is opened or refused as it asks.

use store::{
    args,
    migrate::{MigrateError, Migrated, Migration, Series},
};

use crate::support::{Fixture, MIGRATIONS, PUT_CODE, SERIES, on_both};

on_both!(empty_sqlite, empty_postgres: twice_is_once, nodes_that_start_together_migrate_once, a_failed_step_changes_nothing,
    a_newer_schema_opens_if_it_says_so);

const ADDITIVE: Migration = Migration {
    name: "0002_more",
    sql: "ALTER TABLE code ADD COLUMN note TEXT; CREATE TABLE more (id BIGINT)",
    oldest_program: "0.1.0",
    by_engine: None,
};
const BREAKING: Migration = Migration {
    name: "0003_break",
    sql: "CREATE TABLE other (id BIGINT)",
    oldest_program: "0.2.0",
    by_engine: None,
};

async fn twice_is_once(fixture: &Fixture) {
    assert_eq!(
        fixture.db.migrate(&SERIES).await.expect("it migrates"),
        Migrated { from: 0, to: 1 }
    );
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("stored");
    assert_eq!(
        fixture.db.migrate(&SERIES).await.expect("nothing to do"),
        Migrated { from: 1, to: 1 }
    );
    let longer = [MIGRATIONS[0], ADDITIVE];
    let series = Series {
        program: "0.1.0",
        migrations: &longer,
    };
    assert_eq!(
        fixture.db.migrate(&series).await.expect("one more"),
        Migrated { from: 1, to: 2 }
    );
}

async fn nodes_that_start_together_migrate_once(fixture: &Fixture) {
    let mut nodes = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let url = fixture.url.clone();
        nodes.spawn(async move {
            let db = store::Db::open(&url, &store::Options::default())
                .await
                .expect("it opens");
            db.migrate(&SERIES).await.expect("it migrates")
        });
    }
    let done = nodes.join_all().await;
    assert_eq!(done.iter().filter(|migrated| migrated.from == 0).count(), 1, "{done:?}");
    assert!(done.iter().all(|migrated| migrated.to == 1));
}

async fn a_failed_step_changes_nothing(fixture: &Fixture) {
    let broken = [
        MIGRATIONS[0],
        Migration {
            name: "0002_wrong",
            sql: "CREATE TABLE a (id BIGINT); CREATE NONSENSE",
            oldest_program: "0.1.0",
            by_engine: None,
        },
    ];
    let failed = fixture
        .db
        .migrate(&Series {
            program: "0.1.0",
            migrations: &broken,
        })
        .await;
    assert!(
        matches!(failed, Err(MigrateError::Step { name: "0002_wrong", .. })),
        "{failed:?}"
    );
    assert_eq!(
        fixture.db.migrate(&SERIES).await.expect("it migrates"),
        Migrated { from: 0, to: 1 }
    );
}

async fn a_newer_schema_opens_if_it_says_so(fixture: &Fixture) {
    let newer = [MIGRATIONS[0], ADDITIVE];
    fixture
        .db
        .migrate(&Series {
            program: "0.1.5",
            migrations: &newer,
        })
        .await
        .expect("it migrates");
    assert_eq!(
        fixture.db.migrate(&SERIES).await.expect("additions do not matter"),
        Migrated { from: 2, to: 2 }
    );
    fixture
        .db
        .commit(PUT_CODE.with(args!["c"]).into())
        .await
        .expect("an older program works on it");
    let newest = [MIGRATIONS[0], ADDITIVE, BREAKING];
    fixture
        .db
        .migrate(&Series {
            program: "0.2.0",
            migrations: &newest,
        })
        .await
        .expect("it migrates");
    let refused = fixture.db.migrate(&SERIES).await.expect_err("it is refused");
    let text = refused.to_string();
    assert!(matches!(refused, MigrateError::TooOld { schema: 3, .. }), "{text}");
    assert!(text.contains("0.2.0") && text.contains("0.1.0"), "{text}");
    fixture
        .db
        .migrate(&Series {
            program: "0.10.0",
            migrations: &newest,
        })
        .await
        .expect("versions compare as numbers");
}
