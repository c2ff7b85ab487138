//! Recorded transactions: found by id or case number, explained, and repaired.
//!
//! What is offered is computed anew from the record and from what is stored now, never from what a form says; a repair goes
//! through the use case of the record that it changes, with its checks and its entry in the audit log.

use protocol::client::Application;
use protocol::error::OAuthError;
use protocol::explanation::{self, Difference, Facts, Offer, Place, Refused, Rule, Target};
use protocol::refusal::Refusal;
use protocol::transaction::{Party, Step, StepKind, mask, parse_case_number};
use protocol::upstream::Source;
use protocol::user::User;
use serde_json::{Map, Value};
use store::StoreError;
use store::transactions::Transaction;

use super::administrators::Authority;
use super::changes::{ATTEMPTS, Changes, Expected};
use super::outcome::ActionError;
use super::permissions::Access;
use super::{applications, sources, users};
use crate::app::App;
use crate::recorder::{self, Known};

/// A transaction with its steps, and why it was refused if it was.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The transaction as a whole.
    pub transaction: Transaction,
    /// Its steps, in their order.
    pub steps: Vec<Step>,
    /// The application, as it is now.
    pub application: Option<Application>,
    /// The source, as it is now.
    pub source: Option<Source>,
    /// The person, as they are now.
    pub user: Option<User>,
    /// Why it was refused last.
    pub explained: Option<Explained>,
}

/// A refusal, explained.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Why.
    pub refusal: Refusal,
    /// Which step it was, counted from the first.
    pub step: usize,
    /// What came.
    pub given: Option<String>,
    /// What would have been right.
    pub expected: Option<String>,
    /// Where the two differ.
    pub difference: Option<Difference>,
    /// What repairs it now, the best first.
    pub offers: Vec<Offer>,
}

impl Explained {
    /// The rule that refused.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        Rule::of(self.refusal)
    }

    /// Where it is corrected when no button does it.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place::of(self.refusal)
    }
}

/// The transaction of an id or a case number. What this node has recorded a moment ago is waited for.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn find(app: &App, reference: &str) -> Result<Transaction, ActionError> {
    app.transactions.settle().await;
    let found = match parse_case_number(reference) {
        Some(case) => app.store.load_transaction_of_case(&case).await?,
        None => app.store.load_transaction(reference).await?,
    };
    found.ok_or(ActionError::NotFound)
}

/// A transaction with everything that is known of it.
///
/// # Errors
/// [`ActionError::NotFound`] or the store's.
pub async fn load(app: &App, reference: &str) -> Result<Recorded, ActionError> {
    let transaction = find(app, reference).await?;
    let steps = app.store.load_transaction_steps(&transaction.id).await?;
    let last = steps.iter().rposition(|step| step.code.is_some());
    let refused = last.and_then(|at| Some((at, steps.get(at)?)));
    let refused = refused.and_then(|(at, step)| Some((at, step, Refusal::of_code(step.code.as_deref()?)?)));
    let known = Known {
        application: transaction.application_id.clone(),
        user: transaction.user_id.clone(),
        source: transaction.source.clone(),
        ..Known::default()
    };
    let records = Records::load(app, &known, refused.map(|(_, step, refusal)| (step, refusal))).await?;
    let explained = refused.map(|(at, step, refusal)| records.explain(app, at, step, refusal));
    Ok(Recorded {
        transaction,
        steps,
        application: records.application,
        source: records.source,
        user: records.user,
        explained,
    })
}

/// Explains a refusal that is being shown at this moment, before it is recorded.
///
/// # Errors
/// When the database is unavailable.
pub async fn explain_now(app: &App, error: &OAuthError, known: &Known) -> Result<Explained, StoreError> {
    let mut step = Step::new(StepKind::Check, Party::Vestibule, Party::Vestibule, "page");
    step.given = mask::given(error);
    step.expected = error.expected.as_deref().map(str::to_owned);
    step.detail = error.detail.as_deref().map(str::to_owned);
    let records = Records::load(app, known, Some((&step, error.refusal))).await?;
    Ok(records.explain(app, 0, &step, error.refusal))
}

/// The records that a refusal is about, as they are now.
struct Records {
    application: Option<Application>,
    source: Option<Source>,
    user: Option<User>,
}

impl Records {
    async fn load(app: &App, known: &Known, refused: Option<(&Step, Refusal)>) -> Result<Self, StoreError> {
        let application = match &known.application {
            Some(id) => app.store.load_application(id).await?.map(|found| found.application),
            None => None,
        };
        let user = match &known.user {
            Some(id) => app.store.load_user(id).await?.map(|found| found.user),
            None => None,
        };
        // A refused request may have named another source than the one that took part.
        let named = match refused {
            Some((step, Refusal::ConnectionNotFound | Refusal::AssertionForeign)) => step.given.as_deref(),
            _ => None,
        };
        let source = match named.or(known.source.as_deref()) {
            Some(key) => app.store.load_source_by_key(key).await?.map(|stored| stored.source),
            None => None,
        };
        Ok(Self {
            application,
            source,
            user,
        })
    }

    fn explain(&self, app: &App, step: usize, of: &Step, refusal: Refusal) -> Explained {
        let refused = Refused {
            refusal,
            given: of.given.as_deref(),
            expected: of.expected.as_deref(),
            detail: of.detail.as_deref(),
        };
        let snapshot = app.snapshot();
        let facts = Facts {
            application: self.application.as_ref(),
            source: self.source.as_ref(),
            user: self.user.as_ref(),
            mappings: &snapshot.mappings,
        };
        Explained {
            refusal,
            step,
            given: of.given.clone(),
            expected: of.expected.clone(),
            difference: explanation::difference(&refused),
            offers: explanation::repairs(&refused, &facts),
        }
    }
}

/// Carries out a repair that is offered for a transaction. Answers what was done.
///
/// # Errors
/// [`ActionError::NotFound`], [`ActionError::Conflict`] when it is not offered (any more), [`ActionError::Forbidden`], what
/// the use case of the record answers, or the store's.
pub async fn repair(app: &App, by: Authority<'_>, reference: &str, name: &str) -> Result<Offer, ActionError> {
    for _ in 0..ATTEMPTS {
        let recorded = load(app, reference).await?;
        let offers = recorded.explained.into_iter().flat_map(|explained| explained.offers);
        let mut fitting = offers.filter(|offer| offer.repair.as_str() == name);
        let Some(offer) = fitting.next() else {
            let shown: String = name.chars().take(64).collect();
            return Err(ActionError::Conflict(format!(
                "The repair `{shown}` is not offered: it does not fit, or it has been done already."
            )));
        };
        let resource = offer.target.resource();
        if !by.permissions.allows(resource, Access::Write) {
            return Err(ActionError::Forbidden(format!(
                "This repair needs the permission `{resource}:write` as well."
            )));
        }
        match carry_out(app, by, &offer).await {
            // Somebody else has changed the record: look again what there is to repair.
            Err(ActionError::Stale) => {}
            Err(error) => return Err(error),
            Ok(()) => {
                note(app, by, &recorded.transaction, &offer).await?;
                return Ok(offer);
            }
        }
    }
    Err(StoreError::Conflict.into())
}

async fn carry_out(app: &App, by: Authority<'_>, offer: &Offer) -> Result<(), ActionError> {
    let expected = Expected::Versions(vec![offer.version]);
    let changes = offer.changes.clone();
    match offer.target {
        Target::Application => {
            applications::update(app, by.actor, &offer.id, &expected, Changes::parse(changes)?).await?;
        }
        Target::Source => {
            sources::update(app, by, &offer.id, &expected, Changes::parse(changes)?).await?;
        }
        Target::SourceDescription => {
            sources::discovery::refresh(app, by, &offer.id, &Expected::Any).await?;
        }
        Target::User => {
            users::update(app, by, &offer.id, Changes::parse(changes)?, &expected).await?;
        }
    }
    Ok(())
}

/// The audit log says why the record was changed, and the transaction that it was repaired.
async fn note(app: &App, by: Authority<'_>, transaction: &Transaction, offer: &Offer) -> Result<(), StoreError> {
    let repair = offer.repair.as_str();
    recorder::belongs_to(&transaction.id);
    recorder::note(|| {
        let step = Step::new(StepKind::Decision, Party::Vestibule, Party::Vestibule, "repair");
        step.given(repair).detail(offer.value.as_str())
    });
    let mut detail = Map::new();
    detail.insert("repair".to_owned(), Value::from(repair));
    detail.insert("record".to_owned(), Value::from(offer.id.as_str()));
    let event = by
        .actor
        .event(app, app.now(), "transaction_repaired", &transaction.id, detail);
    app.commit_changes(vec![event], Vec::new()).await
}
