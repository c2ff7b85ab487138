//! Somebody does not come in through a source: a page that says which check failed and leads back, or, for sources of
//! Auth0's dialect, the answer that its applications know.

use std::sync::Arc;

use axum::response::Response;
use protocol::refusal::Refusal;
use protocol::transaction::{Party, Step, StepKind, StepOutcome};
use protocol::upstream::{Made, Source, Upstream, UpstreamFailure};
use url::form_urlencoded::byte_serialize;

use crate::actions::authorization::refuse_arrival;
use crate::actions::source_sign_in::{Errand, NotIn, note_refusal};
use crate::recorder;
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
    note(visit, way, &failure);
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

/// Notes why nobody comes in, with what the source said of it.
fn note(visit: &Visit<'_>, way: Way<'_>, failure: &UpstreamFailure) {
    recorder::belongs_to(way.errand.transaction.as_deref().unwrap_or(visit.id()));
    if let Some(upstream) = way.upstream {
        recorder::of_source(&upstream.source.key);
    }
    if let Some(said) = &failure.description {
        recorder::note(|| {
            let code = failure.upstream_error.as_deref().unwrap_or_default();
            let step = Step::new(StepKind::Answer, Party::Source, Party::Vestibule, "error");
            step.ended(StepOutcome::Refused).given(code).detail(said.as_str())
        });
    }
    recorder::refused("source", &failure.error);
    recorder::refused_answer(Party::Browser, "page");
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
    let again = way.upstream.and_then(|upstream| again(way.errand, &upstream.source));
    let problem = SourceProblem {
        failure,
        source: way.upstream.map(|upstream| &upstream.source),
        back: &back,
        again: again.as_deref(),
        transaction: way.errand.transaction.as_deref().unwrap_or(visit.id()),
    };
    source_problem_page(visit.app, visit.headers, &problem)
}

/// Where the same attempt begins anew. Somebody who connects an account begins in their own pages.
fn again(errand: &Errand, source: &Source) -> Option<String> {
    let key = &source.key;
    match (&errand.transaction, &errand.next, &errand.link) {
        (_, _, Some(_)) => None,
        (Some(transaction), ..) => Some(format!("/source/oauth/login/{key}/?transaction={transaction}")),
        (None, Some(next), _) => {
            let next: String = byte_serialize(next.as_bytes()).collect();
            Some(format!("/source/oauth/login/{key}/?next={next}"))
        }
        (None, None, None) => Some(format!("/source/oauth/login/{key}/")),
    }
}
