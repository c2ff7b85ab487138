//! Devices without a browser (RFC 8628): a device asks for codes, a person looks one up, allows it or not.
//!
//! Both sides are limited in the database, the same on all nodes. A guess is counted before it is looked at, and taken
//! back when it was right: of many guesses that arrive together no more are looked at than the limit allows.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use protocol::client::{Client, GrantType};
use protocol::client_auth::Credentials;
use protocol::decision::decide_access;
use protocol::device::{
    self, DeviceAuthorization, DeviceCode, DeviceRequest, Standing, UserCode, decide_approval,
    decide_device_authorization,
};
use protocol::error::OAuthError;
use protocol::evaluation::EvaluationRequest;
use protocol::next_step::Person;
use protocol::params::Params;
use protocol::policy::PolicyOutcome;
use protocol::recorder::{Observation, Verdict};
use protocol::time::Time;
use protocol::transaction::{Party, Step, StepKind, TransactionKind, mask};
use protocol::user::Subject;
use protocol::writes::Write;
use store::{Stmt, StoreError};

use super::authorization::Present;
use super::browser_session::micros;
use super::evaluate;
use super::sign_in::address_key;
use crate::app::App;
use crate::clients::{By, ClientEntry};
use crate::recorder;

/// How often a code is drawn again when another device has it, or a count is made again at the end of its window.
const ATTEMPTS: usize = 3;

/// What a device gets when it asks.
#[derive(Debug)]
pub enum Asked {
    /// Its codes.
    Issued(Box<DeviceAuthorization>),
    /// Nothing: there were too many requests. How long to wait.
    TooMany(Duration),
}

/// A device asks for its codes. The inner error is the refusal.
///
/// # Errors
/// When the database is unavailable.
pub async fn ask(
    app: &App,
    client: &Client,
    credentials: &Credentials,
    params: &Params,
    address: IpAddr,
    now: Time,
) -> Result<Result<Asked, OAuthError>, StoreError> {
    let transaction = app.new_id("txn", now);
    recorder::concerns(TransactionKind::Device);
    recorder::belongs_to(&transaction);
    recorder::of_application(&client.application);
    recorder::begins_with(|| {
        let step = Step::new(
            StepKind::Request,
            Party::Application,
            Party::Vestibule,
            "device_authorization",
        );
        step.given(mask::parameters(params))
    });
    let env = app.env(now, &transaction);
    let shown = address.to_string();
    let request = DeviceRequest {
        client,
        credentials,
        params,
        client_address: Some(&shown),
        key: &app.secrets.form_key,
    };
    let counts = request_counts(app, client, address);
    for _ in 0..ATTEMPTS {
        let (answer, record) = match decide_device_authorization(&env, &request) {
            Ok(decided) => decided,
            Err(error) => return Ok(Err(error)),
        };
        let mut statements = app
            .store
            .statements_of(vec![Write::CreateDeviceCode(Box::new(record))])?;
        statements.extend(counted(app, &counts, now, app.config.limits.device_code_window));
        match app.store.commit_statements(statements, Vec::new()).await {
            Ok(()) => return Ok(Ok(Asked::Issued(Box::new(answer)))),
            Err(StoreError::Conflict) => {
                if let Some(until) = reached(app, &counts, now).await? {
                    let wait = u64::try_from(until.since(now)).unwrap_or(0);
                    return Ok(Ok(Asked::TooMany(Duration::from_micros(wait))));
                }
            }
            // Another device waits under the same user code.
            Err(StoreError::Taken { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(StoreError::Unavailable("no user code was free".to_owned()))
}

/// A name under which something is counted, and how much of it is allowed.
type Count = (String, u32);

fn request_counts(app: &App, client: &Client, address: IpAddr) -> Vec<Count> {
    let limits = &app.config.limits;
    let mut counts = vec![(
        format!("device-codes:{}", address_key(address)),
        limits.device_codes_per_address,
    )];
    if limits.device_codes_per_client > 0 {
        let subject = format!("device-codes:{}", client.application.id);
        counts.push((subject, limits.device_codes_per_client));
    }
    counts
}

fn counted(app: &App, counts: &[Count], now: Time, window: Duration) -> Vec<Stmt> {
    let until = now.plus(micros(window));
    counts
        .iter()
        .map(|(subject, most)| app.store.count_within(subject, *most, now, until))
        .collect()
}

/// When the last of the reached limits ends; `None`: none is reached.
async fn reached(app: &App, counts: &[Count], now: Time) -> Result<Option<Time>, StoreError> {
    let mut until = None;
    for (subject, most) in counts {
        let failures = app.store.load_failures(subject, now).await?;
        until = until.max(
            failures
                .filter(|failures| failures.count >= i64::from(*most))
                .map(|failures| failures.until),
        );
    }
    Ok(until)
}

/// A device that waits for an answer, and the code that the person named it by.
#[derive(Debug)]
pub struct Waiting {
    /// What it asks for.
    pub device: DeviceCode,
    /// Its application.
    pub entry: Arc<ClientEntry>,
    /// The code as it is shown.
    pub code: UserCode,
}

/// What a code leads to.
#[derive(Debug)]
pub enum Found {
    /// A device that waits.
    Waiting(Box<Waiting>),
    /// A device that can not be answered any more.
    Gone(Standing),
    /// Nothing.
    Unknown,
    /// Nobody looked: there were too many wrong codes.
    Blocked {
        /// When codes are looked at again.
        until: Time,
    },
}

/// Looks up what a person typed, who is signed in as `user_id` at `address`.
///
/// # Errors
/// When the database is unavailable.
pub async fn find(app: &App, typed: &str, user_id: &str, address: IpAddr, now: Time) -> Result<Found, StoreError> {
    // What can not be a code is a slip, not a guess.
    let Some(code) = UserCode::parse(typed) else {
        return Ok(Found::Unknown);
    };
    let limits = &app.config.limits;
    let counts = [
        (format!("user-codes:{user_id}"), limits.user_code_failures_per_account),
        (
            format!("user-codes:{}", address_key(address)),
            limits.user_code_failures_per_address,
        ),
    ];
    if !take_a_guess(app, &counts, now).await? {
        let until = reached(app, &counts, now).await?.unwrap_or(now);
        return Ok(Found::Blocked { until });
    }
    let found = load(app, code, now).await?;
    if !matches!(found, Found::Unknown) {
        let back = counts.iter().map(|(subject, _)| app.store.take_back(subject)).collect();
        app.store.commit_statements(back, Vec::new()).await?;
    }
    Ok(found)
}

/// Counts a guess; false when a limit is reached.
async fn take_a_guess(app: &App, counts: &[Count], now: Time) -> Result<bool, StoreError> {
    let statements = counted(app, counts, now, app.config.limits.user_code_window);
    match app.store.commit_statements(statements, Vec::new()).await {
        Ok(()) => Ok(true),
        Err(StoreError::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The device of a code that was shown to this person before, so that it is no guess.
///
/// # Errors
/// When the database is unavailable.
pub async fn load(app: &App, code: UserCode, now: Time) -> Result<Found, StoreError> {
    let hash = code.hash(&app.secrets.form_key);
    let Some(device) = app.store.load_device_code_by_user_code(&hash).await? else {
        return Ok(Found::Unknown);
    };
    let standing = device.standing(now);
    if standing != Standing::Waiting {
        return Ok(Found::Gone(standing));
    }
    // An application that was deleted, or may not use devices any more, has no device that waits.
    let entry = app.client(By::Id(&device.application_id)).await?;
    Ok(
        match entry.filter(|entry| entry.client.application.allows(GrantType::DeviceCode)) {
            Some(entry) => Found::Waiting(Box::new(Waiting { device, entry, code })),
            None => Found::Gone(Standing::Expired),
        },
    )
}

/// What came of an answer.
#[derive(Debug)]
pub enum Answered {
    /// It was written.
    Done,
    /// Somebody else was first, or it was too late.
    Gone(Standing),
    /// The person may not allow it; the device is told that it was refused.
    Refused {
        /// Why.
        error: OAuthError,
        /// What the policies of the application came to, when they were asked.
        policies: Option<PolicyOutcome>,
    },
}

/// The person allows the device.
///
/// # Errors
/// When the database is unavailable.
pub async fn approve(
    app: &App,
    waiting: &Waiting,
    present: Present<'_>,
    address: IpAddr,
    now: Time,
) -> Result<Answered, StoreError> {
    let Waiting { device, entry, .. } = waiting;
    let client = &entry.client;
    recorder::concerns(TransactionKind::Device);
    recorder::of_user(&present.user.id);
    let person = Person {
        session: present.session,
        user: present.user,
    };
    let policies = ask_policies(app, waiting, present, address, now).await?;
    let permit = match decide_approval(client, person, policies.as_ref()) {
        Ok(permit) => permit,
        Err(error) => {
            observe(app, device, now, Verdict::Refused(&error));
            commit(app, device::deny(now, device), device, now).await?;
            return Ok(Answered::Refused { error, policies });
        }
    };
    observe(app, device, now, Verdict::Passed);
    let env = app.env(now, &device.transaction_id);
    let address = address.to_string();
    let writes = device::approve(&env, client, device, person, permit, Some(&address));
    commit(app, writes, device, now).await
}

/// What the policies of the application say about this person; `None`: there are none, or the person gets nothing anyway.
async fn ask_policies(
    app: &App,
    waiting: &Waiting,
    present: Present<'_>,
    address: IpAddr,
    now: Time,
) -> Result<Option<PolicyOutcome>, StoreError> {
    let Waiting { device, entry, .. } = waiting;
    let client = &entry.client;
    let (user, auth_time) = (present.user, present.session.auth_time);
    if client.bindings.is_empty() || decide_access(Some(&client.application), Some(user), auth_time).is_err() {
        return Ok(None);
    }
    let wanted = EvaluationRequest {
        scopes: device.scopes.clone(),
        mappings: Vec::new(),
        policies: Some(device::policy_context()),
        auth_time: Some(auth_time.seconds()),
    };
    let around = evaluate::Around {
        client_address: address,
        method: "POST",
        path: "/device",
        now,
        transaction: &device.transaction_id,
    };
    let subject = Subject {
        user: user.clone(),
        ..Subject::default()
    };
    let evaluated = evaluate::run(app, client, Some(&subject), &wanted, around).await?;
    Ok(evaluated.access)
}

/// The person does not allow the device.
///
/// # Errors
/// When the database is unavailable.
pub async fn deny(app: &App, waiting: &Waiting, now: Time) -> Result<Answered, StoreError> {
    let error = OAuthError::from(protocol::refusal::Refusal::ConsentDenied);
    observe(app, &waiting.device, now, Verdict::Refused(&error));
    commit(app, device::deny(now, &waiting.device), &waiting.device, now).await
}

fn observe(app: &App, device: &DeviceCode, now: Time, verdict: Verdict<'_>) {
    let check = "device_approval";
    let env = app.env(now, &device.transaction_id);
    env.recorder
        .observe(&device.transaction_id, &Observation { check, verdict });
}

async fn commit(app: &App, writes: Vec<Write>, device: &DeviceCode, now: Time) -> Result<Answered, StoreError> {
    match app.store.commit(writes).await {
        Ok(()) => Ok(Answered::Done),
        Err(StoreError::Conflict) if now >= device.expires_at => Ok(Answered::Gone(Standing::Expired)),
        Err(StoreError::Conflict) => Ok(Answered::Gone(Standing::Answered)),
        Err(error) => Err(error),
    }
}
