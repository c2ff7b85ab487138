//! The Form Post plans: the lists of Basic, Implicit and Hybrid, with every answer and every error by POST.

use super::support::{Mode, Table, run, table};
use super::{asking, basic, hybrid, implicit};
use crate::harness::{Harness, on_both};

/// Beside the lists of the plans.
const ERRORS: Table = table! {
    "errors by POST": asking::errors_travel_like_answers,
};

on_both!(
    code,
    id_token,
    id_token_token,
    code_id_token,
    code_token,
    code_id_token_token
);

async fn code(harness: &Harness) {
    run(harness, "form post", "code", Mode::FormPost, &[basic::CHECKS, ERRORS]).await;
}

async fn id_token(harness: &Harness) {
    run(
        harness,
        "form post",
        "id_token",
        Mode::FormPost,
        &[implicit::CHECKS, ERRORS],
    )
    .await;
}

async fn id_token_token(harness: &Harness) {
    let tables = [implicit::CHECKS, implicit::WITH_ACCESS_TOKEN, ERRORS];
    run(harness, "form post", "id_token token", Mode::FormPost, &tables).await;
}

async fn code_id_token(harness: &Harness) {
    let tables = [hybrid::CHECKS, hybrid::FIRST_PASS, hybrid::NONCE_NEEDED, ERRORS];
    run(harness, "form post", "code id_token", Mode::FormPost, &tables).await;
}

async fn code_token(harness: &Harness) {
    let tables = [hybrid::CHECKS, hybrid::NONCE_OPTIONAL, ERRORS];
    run(harness, "form post", "code token", Mode::FormPost, &tables).await;
}

async fn code_id_token_token(harness: &Harness) {
    let tables = [hybrid::CHECKS, hybrid::NONCE_NEEDED, ERRORS];
    run(harness, "form post", "code id_token token", Mode::FormPost, &tables).await;
}
