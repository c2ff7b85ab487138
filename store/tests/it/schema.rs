//! The program's own schema and every statement of every record, on both engines.

use std::collections::HashSet;

use store::{
    migrate::Migrated,
    schema::{MIGRATIONS, series, statements},
};

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres: every_statement_of_the_program_prepares);

async fn every_statement_of_the_program_prepares(fixture: &Fixture) {
    let to = i64::try_from(MIGRATIONS.len()).expect("few");
    assert_eq!(
        fixture.db.migrate(&series()).await.expect("it migrates"),
        Migrated { from: 0, to }
    );
    let all = statements();
    assert!(!all.is_empty());
    let mut wrong = Vec::new();
    for sql in &all {
        if let Err(error) = fixture.db.prepare(sql).await {
            wrong.push(format!("{}: {error}", sql.name()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(
        all.iter().map(|sql| sql.name()).collect::<HashSet<_>>().len(),
        all.len(),
        "each is listed once"
    );
}
