//! Transactions as JSON.

use protocol::explanation::{Difference, Offer, Piece};
use protocol::transaction::Step;
use serde::Serialize;
use serde_json::{Map, Value};
use store::transactions::Transaction;
use utoipa::ToSchema;

use crate::actions::times::rfc3339;
use crate::actions::transactions::{Explained, Recorded};

/// A transaction without its steps.
#[derive(Serialize, ToSchema)]
#[schema(as = Transaction)]
pub(in crate::admin) struct TransactionView {
    /// `txn_` and a ULID; the id of the request for what belongs to no authorization.
    id: String,
    /// What a person is told to quote.
    case_number: String,
    /// `authorization`, `token`, `device`, `source`, `sign_out` or `page`.
    kind: &'static str,
    /// `open`, `done` or `refused`.
    state: &'static str,
    /// The code of the last refusal.
    code: Option<String>,
    /// Id of the application.
    application: Option<String>,
    /// Id of the person.
    user: Option<String>,
    /// Key of the source.
    source: Option<String>,
    /// From where it began.
    client_address: Option<String>,
    #[schema(format = DateTime)]
    started_at: String,
    /// When something was added last.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<Transaction> for TransactionView {
    fn from(transaction: Transaction) -> Self {
        Self {
            id: transaction.id,
            case_number: transaction.case_number,
            kind: transaction.kind.as_str(),
            state: transaction.state.as_str(),
            code: transaction.code,
            application: transaction.application_id,
            user: transaction.user_id,
            source: transaction.source,
            client_address: transaction.client_address,
            started_at: rfc3339(transaction.started_at),
            updated_at: rfc3339(transaction.updated_at),
        }
    }
}

/// One step of a transaction.
#[derive(Serialize, ToSchema)]
#[schema(as = TransactionStep)]
pub(in crate::admin) struct StepView {
    #[schema(format = DateTime)]
    at: String,
    /// `browser`, `application`, `vestibule` or `source`.
    from: &'static str,
    to: &'static str,
    /// `request`, `redirect`, `check`, `answer`, `policy`, `mapping` or `decision`.
    kind: &'static str,
    /// The field, endpoint or rule that it is about.
    name: String,
    /// `passed`, `refused` or `failed`.
    outcome: &'static str,
    /// The code of the refusal.
    code: Option<String>,
    given: Option<String>,
    expected: Option<String>,
    detail: Option<String>,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            at: rfc3339(step.at),
            from: step.from.as_str(),
            to: step.to.as_str(),
            kind: step.kind.as_str(),
            name: step.name.into_owned(),
            outcome: step.outcome.as_str(),
            code: step.code.map(std::borrow::Cow::into_owned),
            given: step.given,
            expected: step.expected,
            detail: step.detail,
        }
    }
}

/// A part of a value; `differs` where the other side has something else.
#[derive(Serialize, ToSchema)]
#[schema(as = TransactionDifferencePiece)]
pub(in crate::admin) struct PieceView {
    text: String,
    differs: bool,
}

impl From<Piece> for PieceView {
    fn from(piece: Piece) -> Self {
        Self {
            text: piece.text,
            differs: piece.differs,
        }
    }
}

/// Where what was given differs from what was expected.
#[derive(Serialize, ToSchema)]
#[schema(as = TransactionDifference)]
pub(in crate::admin) struct DifferenceView {
    /// The parts of what was given; joined they are the value.
    given: Vec<PieceView>,
    /// The parts of the value that comes nearest.
    expected: Vec<PieceView>,
    /// `scheme`, `host`, `port`, `path`, `trailing_slash`, `query`, `fragment`, `percent_encoding`, `letter_case`, `missing`,
    /// `extra`, `text`, `pattern`, `user_information`.
    aspects: Vec<&'static str>,
    /// Other values that would have been right.
    others: Vec<String>,
}

impl From<Difference> for DifferenceView {
    fn from(difference: Difference) -> Self {
        let pieces = |pieces: Vec<Piece>| pieces.into_iter().map(PieceView::from).collect();
        Self {
            given: pieces(difference.given),
            expected: pieces(difference.expected),
            aspects: difference.aspects.iter().map(|aspect| aspect.as_str()).collect(),
            others: difference.others,
        }
    }
}

/// A repair that would change something now.
#[derive(Serialize, ToSchema)]
#[schema(as = TransactionRepair)]
pub(in crate::admin) struct RepairView {
    /// Its name, for `POST /transactions/{id}/repair`.
    repair: &'static str,
    /// What it does.
    sentence: &'static str,
    /// The resource that it changes, and the permission that it needs with `:write`.
    resource: &'static str,
    /// The id of the record.
    id: String,
    /// The name of the record.
    name: String,
    /// What is added or set.
    value: String,
    /// Whether to think first: it makes something less safe, or lets codes go to a host that is new here.
    caution: bool,
    /// The merge patch that is applied.
    #[schema(value_type = Object)]
    changes: Map<String, Value>,
}

impl From<Offer> for RepairView {
    fn from(offer: Offer) -> Self {
        Self {
            repair: offer.repair.as_str(),
            sentence: offer.repair.sentence(),
            resource: offer.target.resource(),
            id: offer.id,
            name: offer.name,
            value: offer.value,
            caution: offer.caution,
            changes: offer.changes,
        }
    }
}

/// Why a transaction was refused last.
#[derive(Serialize, ToSchema)]
#[schema(as = TransactionExplanation)]
pub(in crate::admin) struct ExplanationView {
    /// The code of the refusal; `docs/reference/refusals` has a page for each.
    code: &'static str,
    /// What was wrong.
    sentence: &'static str,
    /// What to do.
    advice: &'static str,
    /// The name of the rule that refused.
    rule: &'static str,
    /// The rule in words.
    rule_sentence: &'static str,
    /// Likely causes.
    causes: Vec<&'static str>,
    /// Where it is corrected when no repair does it: `application`, `source`, `user`, `policies`, `sender`, `upstream`,
    /// `person` or `server`.
    place: &'static str,
    /// The step that it was, counted from zero.
    step: usize,
    given: Option<String>,
    expected: Option<String>,
    difference: Option<DifferenceView>,
    /// What repairs it now, the best first.
    repairs: Vec<RepairView>,
}

impl From<Explained> for ExplanationView {
    fn from(explained: Explained) -> Self {
        let (rule, place) = (explained.rule(), explained.place());
        Self {
            code: explained.refusal.code(),
            sentence: explained.refusal.sentence(),
            advice: explained.refusal.advice(),
            rule: rule.as_str(),
            rule_sentence: rule.sentence(),
            causes: protocol::explanation::causes_of(explained.refusal).to_vec(),
            place: place.as_str(),
            step: explained.step,
            given: explained.given,
            expected: explained.expected,
            difference: explained.difference.map(DifferenceView::from),
            repairs: explained.offers.into_iter().map(RepairView::from).collect(),
        }
    }
}

/// A transaction with its steps and its explanation.
#[derive(Serialize, ToSchema)]
pub(in crate::admin) struct TransactionDetail {
    #[serde(flatten)]
    transaction: TransactionView,
    /// The steps, in their order.
    steps: Vec<StepView>,
    /// Why it was refused last; null: it was not.
    explanation: Option<ExplanationView>,
}

impl From<Recorded> for TransactionDetail {
    fn from(recorded: Recorded) -> Self {
        Self {
            transaction: TransactionView::from(recorded.transaction),
            steps: recorded.steps.into_iter().map(StepView::from).collect(),
            explanation: recorded.explained.map(ExplanationView::from),
        }
    }
}
