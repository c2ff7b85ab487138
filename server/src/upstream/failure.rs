//! Somebody does not come in through a source: a page that says which check failed and leads back, or, for sources of
//! Auth0's dialect, the answer that its applications know.

use std::sync::Arc;

use axum::response::Response;
use protocol::refusal::Refusal;
use protocol::upstream::{Made, Upstream, UpstreamFailure};

use crate::actions::authorization::refuse_arrival;
use crate::actions::source_sign_in::{Errand, NotIn, note_refusal};
use crate::web::view::{SourceProblem, source_problem_page};
use crate::web::visit::{Halt, Shown, Visit};

/// What the person was on their way to.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) errand: &'a Errand,
    pub(super) upstream: Option<&'a Arc<Upstream>>,
}

/// The answer to a refusal.
pub(super) async fn refuse(visit: &Visit<'_>, way: Way<'_>, why: NotIn) -> Shown {
    let failure = match why {
        NotIn::Store(error) => return Err(Halt::Store(error)),
        NotIn::Refused(failure) => failure,
    };
    let made = way.upstream.map(|upstream| upstream.source.made);
    if made == Some(Made::Auth0)
        && failure.error.refusal != Refusal::UpstreamStateInvalid
        && let Some(transaction) = &way.errand.transaction
        && let Ok(waiting) = visit.load_waiting(Some(transaction)).await
    {
        let answer = refuse_arrival(visit.app, waiting.request, &failure).await?;
        return visit.advanced(answer);
    }
    Ok(page(visit, way, &failure))
}

/// Somebody came back, and does not come in: the audit log says why, and then the answer.
pub(super) async fn turn_away(visit: &Visit<'_>, way: Way<'_>, who: Option<&str>, why: NotIn) -> Shown {
    if let (NotIn::Refused(failure), Some(upstream)) = (&why, way.upstream) {
        note_refusal(visit.app, upstream, failure, who, visit.origin()).await?;
    }
    refuse(visit, way, why).await
}

fn page(visit: &Visit<'_>, way: Way<'_>, failure: &UpstreamFailure) -> Response {
    let back = match (&way.errand.transaction, &way.errand.link) {
        (Some(transaction), _) => format!("/login?transaction={transaction}"),
        (None, Some(_)) => "/account".to_owned(),
        (None, None) => "/login".to_owned(),
    };
    let problem = SourceProblem {
        failure,
        source: way.upstream.map(|upstream| &upstream.source),
        back: &back,
        transaction: way.errand.transaction.as_deref().unwrap_or(visit.id()),
    };
    source_problem_page(visit.app, visit.headers, &problem)
}
