//! `/admin/transactions/ID`: one transaction as a drawing and in words, why it was refused, and what repairs it.

use axum::extract::Path;
use axum::response::Response;
use http::{StatusCode, header};
use protocol::explanation::Repair;
use protocol::params::Params;
use protocol::transaction::Step;
use serde_json::json;

use super::list::item;
use super::told;
use crate::actions::times::rfc3339;
use crate::actions::transactions::{Explained, Recorded, load};
use crate::dashboard::desk::{Arrival, Desk};
use crate::pages::dashboard::transactions::{Drawing, Record, StepLine};
use crate::pages::{Explanation, FormAction, Frame, repair_text, reply};
use crate::web::reply::{add_header, json as send_json};
use crate::web::visit::{Shown, Visit};

/// Shows it, by its id or case number.
pub(in crate::dashboard) async fn get(Path(id): Path<String>, arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival, &id).await)
}

/// Gives it as a file.
pub(in crate::dashboard) async fn export(Path(id): Path<String>, arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(give(&visit, &arrival, &id).await)
}

async fn open(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    let desk = arrival.desk(visit).await?;
    let params = visit.query(arrival.incoming.query())?;
    let frame = visit.frame(&[]);
    let Recorded {
        transaction,
        steps,
        application,
        user,
        explained,
        ..
    } = load(visit.app, id).await.map_err(told)?;
    let began = steps.first().map_or(transaction.started_at, |step| step.at);
    let line = |step: &Step| {
        let after = step.at.since(began) / 1_000;
        StepLine::new(&frame, step, after, rfc3339(step.at))
    };
    let address = transaction.client_address.clone();
    let page = Record {
        shell: desk.shell(&frame),
        frame: &frame,
        drawing: Drawing::of(&steps),
        steps: steps.iter().map(line).collect(),
        address: address.as_deref(),
        done: done(&frame, &params),
        explained: explained.map(|explained| explanation(&desk, explained, &transaction.id)),
        item: item(
            transaction,
            application.map(|application| application.name),
            user.map(|user| user.username),
        ),
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

/// What was repaired a moment ago, in words.
fn done(frame: &Frame<'_>, params: &Params) -> Option<String> {
    let name = params.get("repaired")?;
    let repair = Repair::ALL.iter().find(|repair| repair.as_str() == name)?;
    Some(repair_text(frame, *repair))
}

fn explanation(desk: &Desk<'_>, explained: Explained, id: &str) -> Explanation<'static> {
    let (rule, place) = (explained.rule(), explained.place());
    let sides = Explanation::sides(
        explained.given.as_deref(),
        explained.expected.as_deref(),
        explained.difference,
    );
    Explanation {
        code: explained.refusal.code(),
        given: sides.given,
        expected: sides.expected,
        aspects: sides.aspects,
        others: sides.others,
        rule,
        place,
        offers: explained.offers,
        action: format!("/admin/transactions/{id}/repair"),
        csrf: desk.csrf.clone(),
        again: None,
        record: None,
    }
}

async fn give(visit: &Visit<'_>, arrival: &Arrival, id: &str) -> Shown {
    arrival.desk(visit).await?;
    let recorded = load(visit.app, id).await.map_err(told)?;
    let transaction = &recorded.transaction;
    let body = json!({
        "id": transaction.id, "case_number": transaction.case_number, "kind": transaction.kind,
        "state": transaction.state, "code": transaction.code, "application": transaction.application_id,
        "user": transaction.user_id, "source": transaction.source, "client_address": transaction.client_address,
        "started_at": rfc3339(transaction.started_at), "updated_at": rfc3339(transaction.updated_at),
        "steps": recorded.steps,
    });
    let mut response = send_json(StatusCode::OK, &body);
    let name = format!("attachment; filename=\"transaction-{}.json\"", transaction.case_number);
    add_header(&mut response, header::CONTENT_DISPOSITION, &name);
    Ok(response)
}
