//! `/admin/transactions`: the list, and the search in it.

use std::collections::BTreeMap;

use axum::response::Response;
use http::StatusCode;
use protocol::refusal::Refusal;
use protocol::transaction::{TransactionState, parse_case_number};
use store::page::{CursorKey, ListQuery};
use store::transactions::Transaction;
use store::{ListError, Store, StoreError, Val};
use url::form_urlencoded::Serializer;

use crate::actions::outcome::ActionError;
use crate::actions::times::rfc3339;
use crate::actions::transactions::find;
use crate::app::App;
use crate::clients::By;
use crate::dashboard::cells::moment;
use crate::dashboard::desk::Arrival;
use crate::pages::dashboard::table::OptionView;
use crate::pages::dashboard::transactions::{RecordItem, RecordList};
use crate::pages::{FormAction, reply};
use crate::web::reply::see_other;
use crate::web::visit::{Halt, Shown, Visit};

/// Transactions on one page.
const PAGE: u32 = 25;

/// Shows one page of what is found.
pub(in crate::dashboard) async fn get(arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival).await)
}

async fn open(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let params = visit.query(arrival.incoming.query())?;
    let app = visit.app;
    let q = params.get("q").unwrap_or_default().trim();
    if let Some(id) = named(app, q).await? {
        return Ok(see_other(&format!("/admin/transactions/{id}")));
    }
    app.transactions.settle().await;
    let state = params.get("state").and_then(TransactionState::parse);
    let (found, next) = match meant(app, q).await? {
        Some(mut filters) => {
            filters.extend(state.map(|state| ("state", Val::from(state.as_str()))));
            page(&app.store, filters, params.get("cursor"), &cursor_key(app)?).await?
        }
        // Nothing of what there is has this name.
        None => (Vec::new(), None),
    };
    let items = items(app, found).await?;
    let address = |cursor: Option<&str>| {
        let mut query = Serializer::new(String::new());
        for (name, value) in [
            ("q", Some(q)),
            ("state", state.map(TransactionState::as_str)),
            ("cursor", cursor),
        ] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        format!("/admin/transactions?{}", query.finish())
    };
    let frame = visit.frame(&[]);
    let page = RecordList {
        shell: desk.shell(&frame),
        frame: &frame,
        q,
        states: TransactionState::ALL
            .iter()
            .map(|each| OptionView {
                value: each.as_str().to_owned(),
                text: frame.say(&format!("transaction-state-{}", each.as_str())),
                chosen: state == Some(*each),
            })
            .collect(),
        items: &items,
        older: next.as_deref().map(|cursor| address(Some(cursor))),
        newer: params.contains("cursor").then(|| address(None)),
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

/// The transaction that is looked for by its number or id.
async fn named(app: &App, q: &str) -> Result<Option<String>, Halt> {
    if parse_case_number(q).is_none() && !q.starts_with("txn_") {
        return Ok(None);
    }
    match find(app, q).await {
        Ok(found) => Ok(Some(found.id)),
        Err(ActionError::Store(error)) => Err(Halt::Store(error)),
        Err(_) => Ok(None),
    }
}

type Filters = Vec<(&'static str, Val)>;

/// What a text means: a code, an application, a person or a source. `None`: nothing has this name.
async fn meant(app: &App, q: &str) -> Result<Option<Filters>, StoreError> {
    if q.is_empty() {
        return Ok(Some(Vec::new()));
    }
    if Refusal::of_code(q).is_some() {
        return Ok(Some(vec![("code", Val::from(q))]));
    }
    for by in [By::Slug(q), By::ClientId(q), By::Id(q)] {
        if let Some(entry) = app.client(by).await? {
            let id = entry.client.application.id.as_str();
            return Ok(Some(vec![("application", Val::from(id))]));
        }
    }
    let store = &app.store;
    let mut person = store.load_user_by_username(q).await?;
    if person.is_none() {
        person = store.load_user_by_email(q).await?;
    }
    if person.is_none() {
        person = store.load_user(q).await?;
    }
    if let Some(found) = person {
        return Ok(Some(vec![("user", Val::from(found.user.id))]));
    }
    let is_source = app.snapshot().sources.of_key(q).is_some();
    Ok(is_source.then(|| vec![("source", Val::from(q))]))
}

async fn page(
    store: &Store,
    filters: Filters,
    cursor: Option<&str>,
    key: &CursorKey,
) -> Result<(Vec<Transaction>, Option<String>), Halt> {
    let query = ListQuery {
        filters,
        limit: Some(PAGE),
        cursor,
        ..ListQuery::default()
    };
    match store.list_transactions(query, key).await {
        Ok(found) => Ok((found.items, found.next)),
        Err(ListError::Store(error)) => Err(Halt::Store(error)),
        // A cursor that somebody changed.
        Err(ListError::Query(_)) => Err(Refusal::NotFound.into()),
    }
}

fn cursor_key(app: &App) -> Result<CursorKey, StoreError> {
    let key: &[u8; 32] = app
        .secrets
        .cursor_key
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Corrupt("cursor key".to_owned()))?;
    Ok(CursorKey::new(key))
}

/// What is found, with the names of what it is about. Each name is looked up once.
async fn items(app: &App, found: Vec<Transaction>) -> Result<Vec<RecordItem>, StoreError> {
    let mut people: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut items = Vec::with_capacity(found.len());
    for transaction in found {
        let application = match &transaction.application_id {
            Some(id) => app
                .client(By::Id(id))
                .await?
                .map(|entry| entry.client.application.name.clone()),
            None => None,
        };
        let mut person = None;
        if let Some(id) = &transaction.user_id {
            person = match people.get(id).cloned() {
                Some(known) => known,
                None => {
                    let name = app.store.load_user(id).await?.map(|found| found.user.username);
                    people.insert(id.clone(), name.clone());
                    name
                }
            };
        }
        items.push(item(transaction, application, person));
    }
    Ok(items)
}

/// A transaction as it is listed, with the names of what it is about where they are known.
pub(super) fn item(transaction: Transaction, application: Option<String>, person: Option<String>) -> RecordItem {
    RecordItem {
        application: application.or(transaction.application_id),
        person: person.or(transaction.user_id),
        case: transaction.case_number,
        kind: transaction.kind,
        state: transaction.state,
        code: transaction.code,
        source: transaction.source,
        at_text: moment(&rfc3339(transaction.started_at)),
        at: rfc3339(transaction.started_at),
    }
}
