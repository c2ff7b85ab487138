//! The dispatcher: from what is stored about a waiting request, what comes next for the person.
//!
//! Pages never jump to one another; each comes back here. The order of the questions is the order of this function.

use crate::acr;
use crate::authorize::{Pending, Prompt};
use crate::claims::subject_identifier;
use crate::client::{Client, ConsentMode, LearnRedirectUri};
use crate::decision::{Permit, decide_access};
use crate::env::Env;
use crate::error::OAuthError;
use crate::policy::PolicyOutcome;
use crate::recorder::{Observation, Verdict};
use crate::records::{Consent, Session};
use crate::redirect_uri::{check_redirect_uri, may_learn};
use crate::refusal::Refusal;
use crate::time::{SECOND, Time};
use crate::user::User;

/// Who is signed in in this browser.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    /// The live session.
    pub session: &'a Session,
    /// Whose it is.
    pub user: &'a User,
}

/// What the dispatcher looks at.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// What was asked and how far the person has come.
    pub pending: &'a Pending,
    /// When the request began.
    pub started_at: Time,
    /// Who is signed in; `None`: nobody.
    pub person: Option<Person<'a>>,
    /// What the policies of the application came to for this person; `None`: not asked yet.
    pub policies: Option<&'a PolicyOutcome>,
    /// What this person agreed to before with this application.
    pub consent: Option<&'a Consent>,
    /// Whether the person is an administrator. Only asked when the application learns its first redirect URI from one.
    pub is_admin: bool,
    /// The secret behind hashed subjects.
    pub salt: &'a [u8],
    /// What this person is called in what would be issued, when it is not the application's usual `sub`.
    pub known_as: Option<&'a str>,
}

/// What comes next.
#[derive(Clone, Debug)]
pub enum NextStep {
    /// Show the sign-in page.
    SignIn,
    /// Let the person choose between the account that is signed in and another.
    ChooseAccount,
    /// Ask the person who is signed in for another factor.
    StepUp,
    /// Ask the policies of the application about this person, then decide again.
    AskPolicies,
    /// Show which rule refused, and the way back.
    Denied,
    /// Ask whether the application may have the redirect URI that it presents, its first.
    FirstUse,
    /// Ask for consent.
    Consent,
    /// Answer the application with a code.
    Issue(Permit),
    /// Answer the application with an error.
    Refuse(OAuthError),
}

/// Decides what comes next.
#[must_use]
pub fn decide_next_step(env: &Env<'_>, situation: &Situation<'_>) -> NextStep {
    let step = next_step(env.now, situation);
    let verdict = match &step {
        NextStep::Refuse(error) => Verdict::Refused(error),
        _ => Verdict::Passed,
    };
    let check = match &step {
        NextStep::SignIn => "next_step_sign_in",
        NextStep::ChooseAccount => "next_step_choose_account",
        NextStep::StepUp => "next_step_step_up",
        NextStep::AskPolicies => "next_step_ask_policies",
        NextStep::Denied => "next_step_denied",
        NextStep::FirstUse => "next_step_first_use",
        NextStep::Consent => "next_step_consent",
        NextStep::Issue(_) => "next_step_issue",
        NextStep::Refuse(_) => "next_step_refuse",
    };
    env.recorder.observe(env.transaction, &Observation { check, verdict });
    step
}

fn next_step(now: Time, situation: &Situation<'_>) -> NextStep {
    let Situation {
        client,
        pending,
        started_at,
        ..
    } = *situation;
    let request = &pending.request;
    let silent = request.prompts(Prompt::None);
    let or_refuse = |step: NextStep, refusal: Refusal| if silent { NextStep::Refuse(refusal.into()) } else { step };

    let Some(Person { session, user }) = situation.person else {
        return or_refuse(NextStep::SignIn, Refusal::LoginRequired);
    };
    let permit = match decide_access(Some(&client.application), Some(user), session.auth_time) {
        Ok(permit) => permit,
        Err(error) if error.refusal == Refusal::ClientDisabled => return NextStep::Refuse(error),
        // The session of an account that gets nothing is as good as none.
        Err(_) => return or_refuse(NextStep::SignIn, Refusal::LoginRequired),
    };

    if pending.unwanted_session.as_deref() == Some(session.id.as_str()) {
        return or_refuse(NextStep::SignIn, Refusal::LoginRequired);
    }
    // A sign-in that happened for this request answers every demand for a fresh one, once.
    let fresh = session.auth_time >= started_at;
    if !fresh && request.prompts(Prompt::Login) {
        return or_refuse(NextStep::SignIn, Refusal::LoginRequired);
    }
    if let Some(max_age) = request.max_age
        && !fresh
        && now.since(session.auth_time) > max_age.saturating_mul(SECOND)
    {
        return or_refuse(NextStep::SignIn, Refusal::LoginTooOld);
    }
    if !fresh && request.max_age == Some(0) {
        return or_refuse(NextStep::SignIn, Refusal::LoginTooOld);
    }
    if let Some(expected) = &request.expected_sub
        && situation.known_as != Some(expected.as_str())
        && *expected != subject_identifier(&client.application, user, situation.salt)
    {
        // Asked once; a person who then signs in as somebody else is not the one the application means.
        return if fresh || silent {
            NextStep::Refuse(Refusal::LoginOfAnother.into())
        } else {
            NextStep::SignIn
        };
    }
    if request.prompts(Prompt::SelectAccount) && !fresh && !pending.account_chosen {
        return or_refuse(NextStep::ChooseAccount, Refusal::AccountSelectionRequired);
    }
    if !acr::is_met(&client.application, &request.acr, &session.amr) {
        return or_refuse(NextStep::StepUp, Refusal::StepUpRequired);
    }
    if !client.bindings.is_empty() {
        match situation.policies {
            None => return NextStep::AskPolicies,
            Some(outcome) if !outcome.passing => {
                return if silent {
                    NextStep::Refuse(OAuthError::new(Refusal::PolicyDenied).detail(outcome.refused_by().join(", ")))
                } else {
                    NextStep::Denied
                };
            }
            Some(_) => {}
        }
    }
    if let Err(error) = check_redirect_uri(client, Some(&request.redirect_uri)) {
        return first_use(now, situation, error);
    }
    if needs_consent(now, situation) {
        return or_refuse(NextStep::Consent, Refusal::ConsentRequired);
    }
    NextStep::Issue(permit)
}

/// The address is not registered: it is the first one and may be learned from this person, or that is the end. Nothing
/// is sent there either way.
fn first_use(now: Time, situation: &Situation<'_>, unregistered: OAuthError) -> NextStep {
    match may_learn(&situation.client.application, now) {
        None => NextStep::Refuse(unregistered),
        // Nobody is to be asked.
        Some(_) if situation.pending.request.prompts(Prompt::None) => NextStep::Refuse(unregistered),
        Some(LearnRedirectUri::Administrator) if !situation.is_admin => NextStep::Refuse(
            OAuthError::new(Refusal::FirstUseNotAllowed).given(situation.pending.request.redirect_uri.as_str()),
        ),
        Some(_) => NextStep::FirstUse,
    }
}

fn needs_consent(now: Time, situation: &Situation<'_>) -> bool {
    let Pending {
        request, consent_given, ..
    } = situation.pending;
    if *consent_given {
        return false;
    }
    if request.prompts(Prompt::Consent) {
        return true;
    }
    match situation.client.application.consent_mode {
        ConsentMode::Skip => false,
        ConsentMode::Always => true,
        ConsentMode::Remember => !situation.consent.is_some_and(|consent| {
            consent.expires_at.is_none_or(|expires_at| now < expires_at)
                && request.scopes.iter().all(|scope| consent.scopes.contains(scope))
                && request
                    .claims
                    .names()
                    .iter()
                    .all(|claim| consent.claims.contains(claim))
        }),
    }
}
