//! The program's own schema and every statement of every record, on both engines.

use std::collections::HashSet;

use store::{
    Val, args,
    migrate::{Migrated, Series},
    schema::{MIGRATIONS, series, statements},
    statement::Batch,
};

use crate::support::{Fixture, on_both};

on_both!(empty_sqlite, empty_postgres: every_statement_of_the_program_prepares,
    addresses_of_earlier_programs_get_the_keys_of_this_one);

store::statements! {
    PUT_USER = "INSERT INTO users (id, number, uuid, created_at, updated_at, version, username, username_key, name, email, email_key, \
        email_verified, is_active, kind, is_admin, valid_from, body) VALUES ($1, $2, $1, 0, 0, 1, $1, $1, '', $3, $4, 1, 1, 'person', \
        0, 0, '{}')";
    PUT_EMAIL = "INSERT INTO user_emails (user_id, email_key, address, verified) VALUES ($1, $2, $3, 1)";
    KEYS = "SELECT u.email_key FROM users u WHERE u.email_key IS NOT NULL UNION ALL SELECT e.email_key FROM user_emails e ORDER BY 1";
}

async fn addresses_of_earlier_programs_get_the_keys_of_this_one(fixture: &Fixture) {
    let at = MIGRATIONS.iter().position(|migration| migration.name == "names");
    let before = Series {
        program: series().program,
        migrations: &MIGRATIONS[..at.expect("the migration")],
    };
    fixture.db.migrate(&before).await.expect("it migrates");
    let statements = vec![
        PUT_USER.with(args!["user_1", 1, "\u{212a}im@HARBOR.test", "kim@harbor.test"]),
        PUT_USER.with(args!["user_2", 2, "Zoe.AZ@harbor.test", "zoe.az@harbor.test"]),
        PUT_USER.with(args!["user_3", 3, Val::Null, Val::Null]),
        PUT_EMAIL.with(args!["user_3", "kim@harbor.test", "\u{212a}IM@harbor.test"]),
    ];
    fixture.db.commit(Batch::new(statements)).await.expect("rows");
    fixture.db.migrate(&series()).await.expect("it migrates");
    let rows = fixture.db.read(&KEYS, &[]).await.expect("rows");
    let mut keys: Vec<&str> = rows.iter().map(|row| row.text(0).expect("a text")).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        ["zoe.az@harbor.test", "\u{212a}im@harbor.test", "\u{212a}im@harbor.test"]
    );
}

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
