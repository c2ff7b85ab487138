//! `/api/v1/transactions`: what the recorder keeps of each sign-in, why it was refused, and what repairs it.

mod view;

use axum::extract::{Path, State};
use axum::response::Response;
use protocol::transaction::parse_case_number;
use serde::Deserialize;
use store::Val;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::view::{TransactionDetail, TransactionView};
use super::call::Call;
use super::input::Input;
use super::list::{self, Filter, ListParams, Page};
use super::object;
use super::openapi::PageParams;
use super::problem::Problem;
use crate::actions::changes::Fields;
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::transactions;
use crate::app::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_transactions))
        .routes(routes!(read))
        .routes(routes!(repair))
}

/// Which repair.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RepairFields {
    /// One of the `repairs` of the transaction.
    repair: Option<String>,
}

impl Fields for RepairFields {
    const READ_ONLY: &'static [&'static str] = &[];
}

const FILTERS: [Filter; 6] = [
    Filter::Text("code"),
    Filter::Text("state"),
    Filter::Text("kind"),
    Filter::Text("application"),
    Filter::Text("user"),
    Filter::Text("source"),
];

/// List transactions
///
/// The newest first, without their steps. `q` takes a case number, in whole or in part.
#[utoipa::path(get, path = "/transactions", tag = "transactions", operation_id = "list_transactions",
    params(PageParams, ("case_number" = Option<String>, Query), ("code" = Option<String>, Query),
        ("state" = Option<String>, Query), ("kind" = Option<String>, Query), ("application" = Option<String>, Query),
        ("user" = Option<String>, Query), ("source" = Option<String>, Query)),
    responses((status = 200, description = "One page.", body = Page<TransactionView>)))]
async fn list_transactions(State(app): State<AppState>, mut params: ListParams) -> Result<Response, Problem> {
    let case = match params.take("case_number") {
        None => None,
        Some(given) => Some(parse_case_number(&given).ok_or_else(|| {
            let message = "A case number has eight letters and digits, such as 4KQ7-0XPM.";
            Problem::invalid(vec![FieldError::invalid("case_number", message)])
        })?),
    };
    let mut query = params.query(&FILTERS)?;
    if let Some(case) = case {
        query.filters.push(("case_number", Val::from(case)));
    }
    let found = app.store.list_transactions(query, &list::cursor_key(&app)?).await?;
    Ok(list::page(found, TransactionView::from))
}

/// Read a transaction
///
/// With its steps, and when it was refused with the difference, the rule and what repairs it. Nothing in it is secret.
#[utoipa::path(get, path = "/transactions/{id}", tag = "transactions", operation_id = "read_transaction",
    params(("id" = String, Path, description = "Its id or case number.")),
    responses((status = 200, description = "The transaction.", body = TransactionDetail)))]
async fn read(State(app): State<AppState>, Path(id): Path<String>) -> Result<Response, Problem> {
    let recorded = transactions::load(&app, &id).await?;
    Ok(object::untagged(&TransactionDetail::from(recorded)))
}

/// Repair what refused a transaction
///
/// The caller needs the permission to change the repaired record as well. What was refused is begun anew by the person.
/// 409: The repair is not offered, or not any more.
#[utoipa::path(post, path = "/transactions/{id}/repair", tag = "transactions", operation_id = "repair_transaction",
    params(("id" = String, Path, description = "Its id or case number.")),
    request_body = RepairFields,
    responses((status = 200, description = "Done; the transaction as it is now.", body = TransactionDetail)))]
async fn repair(
    Call { app, caller }: Call,
    Path(id): Path<String>,
    Input(changes): Input<RepairFields>,
) -> Result<Response, Problem> {
    let Some(name) = changes.fields.repair else {
        return Err(ActionError::field(FieldError::required("repair")).into());
    };
    transactions::repair(&app, caller.authority(), &id, &name).await?;
    let recorded = transactions::load(&app, &id).await?;
    Ok(object::untagged(&TransactionDetail::from(recorded)))
}
