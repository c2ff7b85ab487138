//! An authorization from its first request to its answer: check it, let it wait for a person, answer it once.
//!
//! Every page comes back here; the dispatcher of the core decides from what is stored what comes next.

use std::net::IpAddr;

use protocol::auth0::Words;
use protocol::authorization_response::{self, Authorization, mint_authorization};
use protocol::authorize::{delivery_of, policy_context};
use protocol::client::{Application, Client, ConsentMode, LearnRedirectUri};
use protocol::decision::Permit;
use protocol::delivery::{Answer, FormPost};
use protocol::error::OAuthError;
use protocol::evaluation::{Evaluated, EvaluationRequest};
use protocol::id::SecretHash;
use protocol::next_step::{NextStep, Person, Situation, decide_next_step};
use protocol::policy::PolicyOutcome;
use protocol::records::{PendingRequest, Session};
use protocol::redirect_uri::may_learn;
use protocol::refusal::Refusal;
use protocol::time::{HOUR, Time};
use protocol::transaction::{self, Party, StepKind, StepOutcome, mask};
use protocol::upstream::UpstreamFailure;
use protocol::user::{Subject, User};
use protocol::writes::Write;
use store::StoreError;

mod begin;
mod dialects;
mod page;

pub use self::begin::begin;
use self::dialects::{account_of, came_elsewhere, error_answer, known_as, words_of_failure};
pub use self::page::Page;
use super::evaluate;
use crate::app::App;
use crate::clients::By;
use crate::recorder;

/// How long a request waits for a person.
const PATIENCE: i64 = HOUR;

/// What happens next with an authorization.
#[derive(Debug)]
pub enum Advance {
    /// The browser goes to this address of the application.
    Answer(String),
    /// The browser posts a form to the application (`response_mode=form_post`).
    Post(Box<Posting>),
    /// The browser goes to a page of ours, for this transaction.
    Ask(Page, String),
    /// The refusal is shown on a page.
    Refused {
        /// Why.
        error: OAuthError,
        /// The transaction to quote.
        transaction: String,
    },
}

/// An answer that travels in a form, and what its page says.
#[derive(Debug)]
pub struct Posting {
    /// Where to, and with what.
    pub form: FormPost,
    /// The name of the application.
    pub application: String,
    /// Preferred languages of the page, best first.
    pub ui_locales: Vec<String>,
}

impl Advance {
    /// An answer on its way to `application`.
    fn leave(answer: Answer, application: &Application, ui_locales: &[String]) -> Self {
        recorder::note(|| {
            let given = match &answer {
                Answer::Redirect(address) => mask::answer(address),
                Answer::Form(form) => {
                    let names: Vec<&str> = form.fields.iter().map(|(name, _)| *name).collect();
                    format!("{}\n{}", mask::answer(form.action.as_str()), names.join(" "))
                }
            };
            let says_no = given.split_whitespace().any(|name| name == "error");
            let outcome = if says_no {
                StepOutcome::Refused
            } else {
                StepOutcome::Passed
            };
            let step = transaction::Step::new(StepKind::Redirect, Party::Vestibule, Party::Application, "answer");
            step.ended(outcome).given(given)
        });
        match answer {
            Answer::Redirect(address) => Self::Answer(address),
            Answer::Form(form) => Self::Post(Box::new(Posting {
                form,
                application: application.name.clone(),
                ui_locales: ui_locales.to_vec(),
            })),
        }
    }
}

/// Who is signed in, as the use case sees it.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    /// The live session.
    pub session: &'a Session,
    /// Whose it is.
    pub user: &'a User,
}

/// The circumstances of one step.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// When.
    pub now: Time,
    /// From where.
    pub client_address: IpAddr,
    /// What waiting requests of this browser are bound to.
    pub browser: SecretHash,
    /// Who is signed in.
    pub present: Option<Present<'a>>,
}

/// The waiting request of a transaction, for the browser it is bound to.
///
/// # Errors
/// The inner error is the refusal: unknown, expired, or of another browser.
pub async fn find(
    app: &App,
    transaction: &str,
    browser: SecretHash,
    now: Time,
) -> Result<Result<PendingRequest, OAuthError>, StoreError> {
    let found = app.store.load_pending(transaction).await?;
    Ok(match found {
        None => Err(Refusal::TransactionUnknown.into()),
        Some(waiting) if now >= waiting.expires_at => Err(Refusal::TransactionUnknown.into()),
        Some(waiting) if waiting.browser != browser => Err(Refusal::TransactionForeign.into()),
        Some(waiting) => Ok(waiting),
    })
}

/// Goes on with a waiting request after a person has done something.
///
/// # Errors
/// When the database is unavailable.
pub async fn advance(app: &App, waiting: PendingRequest, step: Step<'_>) -> Result<Advance, StoreError> {
    match app.client(By::Id(&waiting.application_id)).await? {
        Some(entry) => go_on(app, &entry.client, waiting, step, Stored::Yes).await,
        None => Ok(Advance::Refused {
            error: Refusal::ClientUnknown.into(),
            transaction: waiting.id,
        }),
    }
}

/// Looks at a waiting request again, when a page is opened that may not be its next step. As [`advance`] for a request
/// in which nothing has changed.
///
/// # Errors
/// When the database is unavailable.
pub async fn resume(app: &App, waiting: PendingRequest, step: Step<'_>) -> Result<Advance, StoreError> {
    match app.client(By::Id(&waiting.application_id)).await? {
        Some(entry) => go_on(app, &entry.client, waiting, step, Stored::Unchanged).await,
        None => Ok(Advance::Refused {
            error: Refusal::ClientUnknown.into(),
            transaction: waiting.id,
        }),
    }
}

/// The request as expressions see it.
fn around<'a>(transaction: &'a str, step: &Step<'_>) -> evaluate::Around<'a> {
    evaluate::Around {
        client_address: step.client_address,
        method: "GET",
        path: "/application/o/authorize/",
        now: step.now,
        transaction,
    }
}

/// What the policies of the application say about this person and this request.
///
/// # Errors
/// When the database is unavailable.
pub async fn ask_policies(
    app: &App,
    client: &Client,
    waiting: &PendingRequest,
    present: Present<'_>,
    step: &Step<'_>,
) -> Result<PolicyOutcome, StoreError> {
    let wanted = EvaluationRequest {
        scopes: waiting.state.request.scopes.clone(),
        mappings: Vec::new(),
        policies: Some(policy_context(&waiting.state.request)),
        auth_time: Some(present.session.auth_time.seconds()),
    };
    let subject = Subject {
        user: present.user.clone(),
        ..Subject::default()
    };
    let evaluated = evaluate::run(app, client, Some(&subject), &wanted, around(&waiting.id, step)).await?;
    Ok(evaluated.access.unwrap_or_default())
}

/// Answers a waiting request with `access_denied`: a rule of the application refused, and the person goes back.
///
/// # Errors
/// When the database is unavailable.
pub async fn go_back(app: &App, waiting: PendingRequest) -> Result<Advance, StoreError> {
    refuse_waiting(app, waiting, Refusal::PolicyDenied.into()).await
}

/// Answers a waiting request with an error: the source that the application named did not let the person in.
///
/// # Errors
/// When the database is unavailable.
pub async fn refuse_arrival(
    app: &App,
    waiting: PendingRequest,
    failure: &UpstreamFailure,
) -> Result<Advance, StoreError> {
    let words = words_of_failure(waiting.state.request.dialect, failure);
    refuse_in_words(app, waiting, failure.error.clone(), words).await
}

/// Answers a waiting request with an error.
async fn refuse_waiting(app: &App, waiting: PendingRequest, error: OAuthError) -> Result<Advance, StoreError> {
    refuse_in_words(app, waiting, error, None).await
}

async fn refuse_in_words(
    app: &App,
    waiting: PendingRequest,
    error: OAuthError,
    words: Option<Words>,
) -> Result<Advance, StoreError> {
    match app.client(By::Id(&waiting.application_id)).await? {
        Some(entry) => refuse(app, &entry.client, &waiting, error, words, Stored::Yes).await,
        None => Ok(Advance::Refused {
            error: Refusal::ClientUnknown.into(),
            transaction: waiting.id,
        }),
    }
}

/// Answers a waiting request with `access_denied`: the person said no. `refusal`: to what.
///
/// # Errors
/// When the database is unavailable.
pub async fn deny(app: &App, waiting: PendingRequest, now: Time, refusal: Refusal) -> Result<Advance, StoreError> {
    let error = OAuthError::from(refusal);
    let env = app.env(now, &waiting.id);
    let verdict = protocol::recorder::Verdict::Refused(&error);
    env.recorder.observe(
        &waiting.id,
        &protocol::recorder::Observation {
            check: "person",
            verdict,
        },
    );
    refuse_waiting(app, waiting, error).await
}

/// Whether the request stands in the database already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stored {
    No,
    Yes,
    Unchanged,
}

async fn go_on(
    app: &App,
    client: &Client,
    waiting: PendingRequest,
    step: Step<'_>,
    stored: Stored,
) -> Result<Advance, StoreError> {
    let application = &client.application;
    recorder::belongs_to(&waiting.id);
    recorder::of_application(application);
    if let Some(present) = step.present {
        recorder::of_user(&present.user.id);
    }
    let mut step = step;
    let mut account = None;
    if let Some(present) = step.present {
        let request = &waiting.state.request;
        account = account_of(app, request, present.session).await?;
        if came_elsewhere(request, waiting.state.wish.source.as_deref(), account.as_ref()) {
            step.present = None;
        }
    }
    let known_as = known_as(app, client, account.as_ref());
    let consent = match step.present {
        Some(present) if application.consent_mode == ConsentMode::Remember && !waiting.state.consent_given => {
            app.store.load_consent(&present.user.id, &application.id).await?
        }
        _ => None,
    };
    let person = step.present.map(|present| Person {
        session: present.session,
        user: present.user,
    });
    let is_admin = match step.present {
        Some(present) if may_learn(application, step.now) == Some(LearnRedirectUri::Administrator) => {
            app.store.load_is_admin(present.user).await?
        }
        _ => false,
    };
    let env = app.env(step.now, &waiting.id);
    let mut situation = Situation {
        client,
        pending: &waiting.state,
        started_at: waiting.created_at,
        person,
        policies: None,
        consent: consent.as_ref(),
        is_admin,
        salt: app.salt(),
        known_as: known_as.as_deref(),
    };
    let mut next = decide_next_step(&env, &situation);
    let asked;
    if let (NextStep::AskPolicies, Some(present)) = (&next, step.present) {
        asked = ask_policies(app, client, &waiting, present, &step).await?;
        situation.policies = Some(&asked);
        next = decide_next_step(&env, &situation);
    }
    let page = match next {
        NextStep::SignIn if waiting.state.wish.source.is_some() => Page::Source,
        NextStep::SignIn => Page::SignIn,
        NextStep::ChooseAccount => Page::ChooseAccount,
        NextStep::StepUp => Page::Factor,
        NextStep::FirstUse => Page::FirstUse,
        NextStep::Consent => Page::Consent,
        // They are asked once; a core that asks again has not said yes.
        NextStep::Denied | NextStep::AskPolicies => Page::Denied,
        NextStep::Refuse(error) => return refuse(app, client, &waiting, error, None, stored).await,
        NextStep::Issue(permit) => return issue(app, client, waiting, step, known_as, permit, stored).await,
    };
    if page == Page::Denied {
        recorder::refused("policy", &Refusal::PolicyDenied.into());
    } else {
        let shown = page.path();
        recorder::note(|| transaction::Step::new(StepKind::Redirect, Party::Vestibule, Party::Browser, shown));
    }
    let transaction = waiting.id.clone();
    let write = match stored {
        Stored::Unchanged => return Ok(Advance::Ask(page, transaction)),
        Stored::No => Write::CreatePending(Box::new(waiting)),
        Stored::Yes => Write::UpdatePending {
            id: waiting.id,
            state: Box::new(waiting.state),
        },
    };
    match app.store.commit(vec![write]).await {
        Ok(()) => Ok(Advance::Ask(page, transaction)),
        Err(StoreError::Conflict) => Ok(Advance::Refused {
            error: Refusal::TransactionUnknown.into(),
            transaction,
        }),
        Err(error) => Err(error),
    }
}

/// Mints the answer of a permitted request and commits it before it leaves.
async fn issue(
    app: &App,
    client: &Client,
    waiting: PendingRequest,
    step: Step<'_>,
    known_as: Option<String>,
    permit: Permit,
    stored: Stored,
) -> Result<Advance, StoreError> {
    let request = &waiting.state.request;
    let (Some(present), Some(delivery)) = (step.present, delivery_of(client, request)) else {
        let error = Refusal::RedirectUriMismatch.into();
        return Ok(Advance::Refused {
            error,
            transaction: waiting.id,
        });
    };
    let mut subject = Subject {
        user: present.user.clone(),
        ..Subject::default()
    };
    let (scopes, names) = authorization_response::claims_wanted(client, request);
    app.fill_groups(client, scopes, names, Some(&mut subject)).await?;
    let wanted = authorization_response::wanted(client, request, present.session.auth_time);
    let evaluated = if wanted.is_empty() {
        Evaluated::default()
    } else {
        evaluate::run(app, client, Some(&subject), &wanted, around(&waiting.id, &step)).await?
    };
    let address = step.client_address.to_string();
    let authorization = Authorization {
        client,
        request,
        session: present.session,
        subject: &subject,
        evaluated: &evaluated,
        salt: app.salt(),
        known_as: known_as.as_deref(),
        agreed: waiting.state.consent_given,
        client_address: Some(&address),
    };
    let env = app.env(step.now, &waiting.id);
    let issued = match mint_authorization(&env, &authorization, permit) {
        Ok(issued) => issued,
        Err(error) => return refuse(app, client, &waiting, error, None, stored).await,
    };
    let mut writes = issued.writes;
    if stored != Stored::No {
        writes.push(Write::FinishPending { id: waiting.id.clone() });
    }
    match app.store.commit(writes).await {
        Ok(()) => {
            let issuer = request.dialect.issuer(client, &app.public_url);
            let answer = delivery.answer(issued.parameters, issuer);
            recorder::done();
            Ok(Advance::leave(answer, &client.application, &request.ui_locales))
        }
        // Somebody answered it before us: a double click, or the back button.
        Err(StoreError::Conflict) => Ok(Advance::Refused {
            error: Refusal::TransactionUnknown.into(),
            transaction: waiting.id,
        }),
        Err(error) => Err(error),
    }
}

async fn refuse(
    app: &App,
    client: &Client,
    waiting: &PendingRequest,
    error: OAuthError,
    words: Option<Words>,
    stored: Stored,
) -> Result<Advance, StoreError> {
    if stored != Stored::No {
        match app
            .store
            .commit(vec![Write::FinishPending { id: waiting.id.clone() }])
            .await
        {
            Ok(()) => {}
            Err(StoreError::Conflict) => {
                let error = Refusal::TransactionUnknown.into();
                return Ok(Advance::Refused {
                    error,
                    transaction: waiting.id.clone(),
                });
            }
            Err(error) => return Err(error),
        }
    }
    recorder::belongs_to(&waiting.id);
    recorder::of_application(&client.application);
    recorder::refused("answer", &error);
    let request = &waiting.state.request;
    Ok(match delivery_of(client, request) {
        Some(delivery) => {
            let answer = error_answer(app, client, request.dialect, &delivery, &error, words);
            Advance::leave(answer, &client.application, &request.ui_locales)
        }
        None => Advance::Refused {
            error,
            transaction: waiting.id.clone(),
        },
    })
}
