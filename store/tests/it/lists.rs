//! Lists: order, filters, search, pages, and cursors that somebody made up.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use store::{
    Batch, args,
    page::{Column, CursorKey, Direction, Kind, ListQuery, Listed, Listing, PageError},
};

use crate::support::{Fixture, PUT_PERSON, on_both};

on_both!(sqlite, postgres: pages_cover_every_row_once, pages_lead_back, filters_and_search_select, nothing_is_spliced_into_sql);

const PEOPLE: Listing = Listing {
    name: "person",
    fields: "id, name, slug",
    from: "person",
    condition: None,
    search_index: None,
    id: "id",
    columns: &[
        Column {
            name: "name",
            sql: "name",
            kind: Kind::Text,
            filter: true,
            sort: true,
            search: true,
        },
        Column {
            name: "slug",
            sql: "slug",
            kind: Kind::Text,
            filter: false,
            sort: true,
            search: true,
        },
        Column {
            name: "age",
            sql: "age",
            kind: Kind::Int,
            filter: true,
            sort: true,
            search: false,
        },
        Column {
            name: "realm",
            sql: "realm",
            kind: Kind::Text,
            filter: true,
            sort: false,
            search: false,
        },
    ],
    default_sort: ("name", Direction::Ascending),
};

fn key() -> CursorKey {
    CursorKey::new(&[7; 32])
}

async fn fill(fixture: &Fixture) {
    let people = (0..47_i64).map(|n| {
        let name = ["Ann", "bob", "100% sure", "under_score", "Zoë!"][usize::try_from(n).expect("small") % 5];
        PUT_PERSON.with(args![
            format!("id{n:02}"),
            name,
            format!("slug-{n}"),
            n % 7,
            if n % 2 == 0 { "even" } else { "odd" }
        ])
    });
    fixture.db.commit(Batch::new(people.collect())).await.expect("stored");
}

async fn list(fixture: &Fixture, query: &ListQuery<'_>) -> Result<Listed, PageError> {
    let page = PEOPLE.build(query, &key(), false)?;
    let rows = fixture.db.read_dynamic(page.sql.clone()).await.expect("it reads");
    Ok(page.finish(rows, &key()).expect("rows of the listing"))
}

async fn all(fixture: &Fixture, query: ListQuery<'_>) -> Vec<String> {
    let (mut ids, mut next) = (Vec::new(), None::<String>);
    loop {
        let page = list(
            fixture,
            &ListQuery {
                cursor: next.as_deref(),
                ..query.clone()
            },
        )
        .await
        .expect("a page");
        ids.extend(page.rows.iter().map(|row| row.text(0).expect("an id").to_owned()));
        next = page.next;
        if next.is_none() {
            return ids;
        }
    }
}

async fn pages_cover_every_row_once(fixture: &Fixture) {
    fill(fixture).await;
    for sort in ["name", "slug", "age"] {
        for direction in [Direction::Ascending, Direction::Descending] {
            for limit in [1, 7, 47, 200] {
                let query = ListQuery {
                    sort: Some((sort, direction)),
                    limit: Some(limit),
                    ..ListQuery::default()
                };
                let mut ids = all(fixture, query.clone()).await;
                let whole = all(
                    fixture,
                    ListQuery {
                        limit: Some(200),
                        ..query
                    },
                )
                .await;
                assert_eq!(ids, whole, "{sort} {direction:?} {limit}");
                ids.sort();
                ids.dedup();
                assert_eq!(ids.len(), 47, "{sort} {direction:?} {limit}");
            }
        }
    }
}

fn ids(page: &Listed) -> Vec<String> {
    page.rows
        .iter()
        .map(|row| row.text(0).expect("an id").to_owned())
        .collect()
}

/// On to the end and back to the beginning: the same pages in the other order.
async fn pages_lead_back(fixture: &Fixture) {
    fill(fixture).await;
    for sort in ["name", "slug", "age"] {
        for direction in [Direction::Ascending, Direction::Descending] {
            let query = ListQuery {
                sort: Some((sort, direction)),
                limit: Some(7),
                ..ListQuery::default()
            };
            let mut pages = vec![list(fixture, &query).await.expect("the first page")];
            assert_eq!(pages[0].previous, None);
            while let Some(next) = pages.last().and_then(|page| page.next.clone()) {
                let cursor = Some(next.as_str());
                pages.push(
                    list(
                        fixture,
                        &ListQuery {
                            cursor,
                            ..query.clone()
                        },
                    )
                    .await
                    .expect("a page"),
                );
            }
            assert_eq!(pages.len(), 7, "{sort} {direction:?}");
            let mut back = pages.last().and_then(|page| page.previous.clone());
            for page in pages.iter().rev().skip(1) {
                let cursor = back.as_deref();
                let found = list(
                    fixture,
                    &ListQuery {
                        cursor,
                        ..query.clone()
                    },
                )
                .await
                .expect("a page");
                assert_eq!(ids(&found), ids(page), "{sort} {direction:?}");
                assert!(found.next.is_some());
                back = found.previous;
            }
            assert_eq!(back, None, "before the first page there is none");
        }
    }
    // A cursor that leads back is bound to its list like any other.
    let query = ListQuery {
        limit: Some(7),
        ..ListQuery::default()
    };
    let first = list(fixture, &query).await.expect("a page");
    let second = list(
        fixture,
        &ListQuery {
            cursor: first.next.as_deref(),
            ..query.clone()
        },
    )
    .await
    .expect("a page");
    let elsewhere = ListQuery {
        cursor: second.previous.as_deref(),
        q: Some("ann"),
        ..query
    };
    assert!(matches!(list(fixture, &elsewhere).await, Err(PageError::Cursor)));
}

async fn filters_and_search_select(fixture: &Fixture) {
    fill(fixture).await;
    let even = ListQuery {
        filters: vec![("realm", "even".into()), ("age", 3_i64.into())],
        limit: Some(2),
        ..ListQuery::default()
    };
    assert_eq!(
        all(fixture, even).await.len(),
        (0..47).filter(|n| n % 2 == 0 && n % 7 == 3).count()
    );
    for (q, prefix, found) in [
        ("ANN", false, 10),
        ("nn", true, 0),
        ("AN", true, 10),
        ("100% S", true, 9),
        ("%", false, 9),
        ("_", false, 9),
        ("!", false, 9),
        ("SLUG-46", false, 1),
        ("zoë", true, 9),
    ] {
        let query = ListQuery {
            q: Some(q),
            prefix,
            limit: Some(4),
            ..ListQuery::default()
        };
        assert_eq!(all(fixture, query).await.len(), found, "{q} prefix {prefix}");
    }
}

async fn nothing_is_spliced_into_sql(fixture: &Fixture) {
    fill(fixture).await;
    let hostile = "x' OR '1'='1'; DROP TABLE person; --";
    assert!(
        all(
            fixture,
            ListQuery {
                q: Some(hostile),
                ..ListQuery::default()
            }
        )
        .await
        .is_empty()
    );
    let filtered = ListQuery {
        filters: vec![("realm", hostile.into())],
        ..ListQuery::default()
    };
    assert!(all(fixture, filtered).await.is_empty());
    for query in [
        ListQuery {
            filters: vec![(hostile, "x".into())],
            ..ListQuery::default()
        },
        ListQuery {
            filters: vec![("slug", "x".into())],
            ..ListQuery::default()
        },
        ListQuery {
            sort: Some((hostile, Direction::Ascending)),
            ..ListQuery::default()
        },
        ListQuery {
            sort: Some(("realm", Direction::Ascending)),
            ..ListQuery::default()
        },
    ] {
        assert!(matches!(list(fixture, &query).await, Err(PageError::Column { .. })));
    }
    let kind = ListQuery {
        filters: vec![("age", "1".into())],
        ..ListQuery::default()
    };
    assert_eq!(list(fixture, &kind).await.err(), Some(PageError::Value { name: "age" }));
    assert_eq!(all(fixture, ListQuery::default()).await.len(), 47);
}

#[tokio::test]
async fn forged_cursors_are_refused() {
    let fixture = Fixture::sqlite().await;
    fill(&fixture).await;
    let query = ListQuery {
        limit: Some(5),
        ..ListQuery::default()
    };
    let cursor = list(&fixture, &query)
        .await
        .expect("a page")
        .next
        .expect("there is more");
    let bytes = URL_SAFE_NO_PAD.decode(&cursor).expect("base64url");
    let mut forged: Vec<String> = (0..bytes.len())
        .map(|place| {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            URL_SAFE_NO_PAD.encode(changed)
        })
        .collect();
    forged.extend((0..bytes.len()).map(|length| URL_SAFE_NO_PAD.encode(&bytes[..length])));
    forged.extend(["", "!", "' OR 1=1", &"A".repeat(100_000)].map(str::to_owned));
    // Signed by another key.
    let page = PEOPLE
        .build(&query, &CursorKey::new(&[8; 32]), false)
        .expect("it builds");
    let rows = fixture.db.read_dynamic(page.sql.clone()).await.expect("it reads");
    forged.extend(page.finish(rows, &CursorKey::new(&[8; 32])).expect("rows").next);
    for text in &forged {
        let answer = PEOPLE.build(
            &ListQuery {
                cursor: Some(text),
                ..query.clone()
            },
            &key(),
            false,
        );
        assert_eq!(answer.err(), Some(PageError::Cursor), "{text}");
    }
    // Ours, but of another order or selection.
    for other in [
        ListQuery {
            sort: Some(("slug", Direction::Ascending)),
            ..ListQuery::default()
        },
        ListQuery {
            sort: Some(("name", Direction::Descending)),
            ..ListQuery::default()
        },
        ListQuery {
            filters: vec![("realm", "odd".into())],
            ..ListQuery::default()
        },
        ListQuery {
            q: Some("a"),
            ..ListQuery::default()
        },
    ] {
        let answer = PEOPLE.build(
            &ListQuery {
                cursor: Some(&cursor),
                ..other
            },
            &key(),
            false,
        );
        assert_eq!(answer.err(), Some(PageError::Cursor));
    }
    let other_list = Listing {
        name: "people",
        ..PEOPLE
    };
    assert!(
        other_list
            .build(
                &ListQuery {
                    cursor: Some(&cursor),
                    ..query.clone()
                },
                &key(),
                false
            )
            .is_err()
    );
    assert!(
        PEOPLE
            .build(
                &ListQuery {
                    cursor: Some(&cursor),
                    ..query
                },
                &key(),
                false
            )
            .is_ok()
    );
}

#[test]
fn limits_hold() {
    for (limit, fits) in [(0, false), (1, true), (200, true), (201, false), (u32::MAX, false)] {
        let query = ListQuery {
            limit: Some(limit),
            ..ListQuery::default()
        };
        assert_eq!(PEOPLE.build(&query, &key(), false).is_ok(), fits, "{limit}");
    }
    for q in ["", "a\0b", &"x".repeat(201)] {
        let query = ListQuery {
            q: Some(q),
            ..ListQuery::default()
        };
        assert_eq!(PEOPLE.build(&query, &key(), false).err(), Some(PageError::Search));
    }
}
