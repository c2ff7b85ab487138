//! A page that asks the person who is signed in something about a waiting authorization: what each of them begins with when
//! it is shown, and when its form comes back.

use axum::body::Body;
use protocol::error::OAuthError;
use protocol::params::Params;
use protocol::records::PendingRequest;
use protocol::refusal::Refusal;

use crate::actions::authorization::{Advance, Page, advance, resume};
use crate::web::browser::SignedIn;
use crate::web::visit::{Halt, Shown, Visit, Waiting};

/// The form of a question that has come back: it is of this browser, and the same person is signed in.
pub(super) struct Answered {
    /// Its fields.
    pub(super) form: Params,
    /// What waits.
    pub(super) request: PendingRequest,
    /// Who answers.
    pub(super) here: SignedIn,
}

impl Answered {
    /// The refusal of an answer that is none.
    pub(super) fn unreadable(&self) -> Halt {
        self.refused(Refusal::ParametersMalformed)
    }

    /// The person goes on as somebody else.
    pub(super) fn wants_another(&mut self) {
        self.request.state.unwanted_session = Some(self.here.session.id.clone());
    }

    fn refused(&self, error: impl Into<OAuthError>) -> Halt {
        Halt::Refused(error.into(), Some(self.request.id.clone()))
    }
}

impl Visit<'_> {
    /// What waits and who is asked about it. Where the dispatcher says that something else comes first, the browser goes
    /// there.
    pub(super) async fn load_question(&self, query: Option<&str>, asked: Page) -> Result<(Waiting, SignedIn), Halt> {
        let params = self.query(query)?;
        let waiting = self.load_waiting(params.get("transaction")).await?;
        let here = self.load_signed_in().await?;
        let next = resume(self.app, waiting.request.clone(), self.step(here.as_ref())).await?;
        match (next, here) {
            (Advance::Ask(page, _), Some(here)) if page == asked => Ok((waiting, here)),
            (next, _) => Err(Halt::Elsewhere(next)),
        }
    }

    /// Reads the form of a question. `purpose`: what its proof was made for. Whoever has signed out meanwhile is sent to
    /// sign in by the dispatcher.
    pub(super) async fn load_answer(
        &self,
        body: Body,
        purpose: fn(&PendingRequest, &SignedIn) -> String,
    ) -> Result<Answered, Halt> {
        let form = self.form(body).await?;
        let request = self.load_waiting(form.get("transaction")).await?.request;
        let Some(here) = self.load_signed_in().await? else {
            return Err(Halt::Elsewhere(resume(self.app, request, self.step(None)).await?));
        };
        let purpose = purpose(&request, &here);
        let answered = Answered { form, request, here };
        match self.check_form(&purpose, answered.form.get("csrf")) {
            Ok(()) => Ok(answered),
            Err(error) => Err(answered.refused(error)),
        }
    }

    /// Goes elsewhere when the question is no longer the one that the dispatcher asks.
    pub(super) async fn check_still_asked(&self, answered: &Answered, asked: Page) -> Result<(), Halt> {
        let step = self.step(Some(&answered.here));
        match resume(self.app, answered.request.clone(), step).await? {
            Advance::Ask(page, _) if page == asked => Ok(()),
            next => Err(Halt::Elsewhere(next)),
        }
    }

    /// Goes on with what was answered.
    pub(super) async fn go_on(&self, answered: Answered) -> Shown {
        let step = self.step(Some(&answered.here));
        self.advanced(advance(self.app, answered.request, step).await?)
    }
}
