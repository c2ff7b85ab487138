//! Tells webhooks of what has happened (Standard Webhooks 1.0.0).
//!
//! What has happened stands in the outbox since the commit that made it happen (`store/src/webhooks/outbox.rs`). Any node hands
//! it out: one delivery for each webhook that wants it, with the body as it will be signed and sent, in one commit that takes
//! it out of the outbox. A delivery is claimed by one node for one attempt. Each webhook has a few attempts at the same moment
//! and no more, so that a slow receiver holds up nobody but itself. In which order events arrive is not promised.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use protocol::time::{HOUR, MINUTE, SECOND};
use protocol::webhook::{Webhook, sign};
use serde_json::Map;
use store::StoreError;
use store::webhooks::SigningWebhook;
use store::webhooks::deliveries::{Claimed, Delivery, DeliveryState, Outcome};
use store::webhooks::outbox::News;
use tokio::sync::Notify;

use crate::actions::actor::Actor;
use crate::actions::webhooks::{CHANGED, objects};
use crate::app::{App, AppState};
use crate::outgoing::{Call, Limits, retry_after};
use crate::queue::{self, Queue};

/// Events that are handed out before deliveries are looked for again.
const BATCH: i64 = 64;
/// Attempts of one webhook that run at the same moment on one node.
const RUNNING_PER_WEBHOOK: usize = 4;
/// How long a receiver may take for its answer, and how long the answer may be.
const LIMITS: Limits = Limits {
    time: Duration::from_secs(15),
    bytes: 64 * 1024,
};
/// How long a claim holds: longer than any attempt. A node that stops in the middle leaves the delivery to the others then.
const LEASE: i64 = MINUTE;
/// What is waited after each failed attempt, as Standard Webhooks recommends; after one more it is given up.
const PAUSES: [i64; 9] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
];
/// The longest that a receiver may ask us to wait.
const LONGEST_WAIT: i64 = 24 * HOUR;
/// The two families of names under which id, time and signature are sent.
const FAMILIES: [[&str; 3]; 2] = [
    ["webhook-id", "webhook-timestamp", "webhook-signature"],
    ["svix-id", "svix-timestamp", "svix-signature"],
];

/// The queue of what webhooks are to hear, and how many attempts run for each of them here.
#[derive(Debug)]
pub struct Webhooks {
    running: Arc<Mutex<HashMap<String, usize>>>,
    wake: Arc<Notify>,
}

/// One of the attempts that a webhook may have at the same moment.
#[derive(Debug)]
pub struct Turn {
    webhook_id: String,
    running: Arc<Mutex<HashMap<String, usize>>>,
    wake: Arc<Notify>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.webhook_id) {
            *count -= 1;
            if *count == 0 {
                running.remove(&self.webhook_id);
            }
        }
        drop(running);
        // There is room for what had to wait.
        self.wake.notify_one();
    }
}

impl Webhooks {
    /// The queue of this node.
    #[must_use]
    pub fn new(app: &App) -> Arc<Self> {
        Arc::new(Self {
            running: Arc::default(),
            wake: app.store.events_written(),
        })
    }

    /// How many more attempts this webhook may have now.
    fn free(&self, webhook_id: &str) -> usize {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        RUNNING_PER_WEBHOOK.saturating_sub(running.get(webhook_id).copied().unwrap_or_default())
    }

    fn turn(&self, webhook_id: &str) -> Turn {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        *running.entry(webhook_id.to_owned()).or_default() += 1;
        Turn {
            webhook_id: webhook_id.to_owned(),
            running: Arc::clone(&self.running),
            wake: Arc::clone(&self.wake),
        }
    }
}

/// Runs until the state is gone.
pub async fn run(app: Weak<App>) {
    let Some(queue) = app.upgrade().map(|app| Webhooks::new(&app)) else {
        return;
    };
    let wake = Arc::clone(&queue.wake);
    queue::run(app, queue, wake).await;
}

/// Hands out what has happened, makes one attempt for the deliveries that are due and have room, and waits for them. Answers
/// how many.
///
/// # Errors
/// When the database is unavailable.
pub async fn deliver_due(app: &AppState) -> Result<usize, StoreError> {
    queue::attempt_due(app, &Webhooks::new(app)).await
}

impl Queue for Webhooks {
    type Claimed = (Claimed, Turn);
    const NAME: &'static str = "deliveries of webhooks";
    // Each webhook has its own bound, and there are few webhooks.
    const MOST_RUNNING: usize = usize::MAX;

    async fn claim_due(&self, app: &App) -> Result<Vec<Self::Claimed>, StoreError> {
        while hand_out(app).await? == usize::try_from(BATCH).unwrap_or_default() {}
        let mut claimed = Vec::new();
        for id in app.store.load_due_webhooks(app.now()).await? {
            let Some(free) = i64::try_from(self.free(&id)).ok().filter(|free| *free > 0) else {
                continue;
            };
            let now = app.now();
            for due in app.store.load_due_deliveries(&id, now, free).await? {
                let one = app.store.claim_delivery(due, now, now.plus(LEASE)).await?;
                claimed.extend(one.map(|one| (one, self.turn(&id))));
            }
        }
        Ok(claimed)
    }

    async fn attempt(&self, app: &App, (claimed, _turn): Self::Claimed) {
        let delivery = &claimed.delivery;
        if let Err(error) = try_once(app, &claimed).await {
            // The claim runs out, and then the delivery is due again.
            tracing::warn!(%error, webhook = delivery.webhook_id, delivery = delivery.id, "a delivery was not finished");
        }
    }
}

/// Makes a delivery of each event for each webhook that wants it. Answers how many events are out of the outbox by that.
async fn hand_out(app: &App) -> Result<usize, StoreError> {
    let news = app.store.load_news(BATCH).await?;
    if news.is_empty() {
        return Ok(0);
    }
    // From the database: what stands in memory may be older than the event.
    let webhooks = app.store.load_webhooks().await?;
    let mut out = 0;
    for one in &news {
        match hand_out_one(app, one, &webhooks).await {
            // Another node was faster.
            Ok(()) | Err(StoreError::Conflict) => out += 1,
            Err(error @ StoreError::Unavailable(_)) => return Err(error),
            // It stays, and holds up no other.
            Err(error) => tracing::error!(%error, kind = one.kind.as_str(), "an event can not be handed out"),
        }
    }
    Ok(out)
}

async fn hand_out_one(app: &App, news: &News, webhooks: &[Webhook]) -> Result<(), StoreError> {
    let now = app.now();
    let data = objects::data_of(app, &news.record).await?;
    let (event_id, body) = objects::event(app, news.kind, news.at, &data);
    let mut statements = vec![app.store.forget_news(news)];
    for webhook in webhooks.iter().filter(|webhook| webhook.wants(news.kind)) {
        let id = app.new_id("whd", now);
        let event = (event_id.as_str(), news.kind);
        statements.push(app.store.queue_delivery(&id, &webhook.id, event, &body, now));
    }
    app.commit_changes(statements, Vec::new()).await
}

/// What an attempt ended with.
enum Ended {
    /// The receiver has taken it.
    Taken(StatusCode),
    /// It has not.
    Refused(NotTaken),
}

/// Why a receiver has not taken an event.
struct NotTaken {
    /// What it answered.
    status: Option<StatusCode>,
    /// In words.
    reason: String,
    /// How long it wants to be left alone, in microseconds.
    wait: Option<i64>,
}

impl NotTaken {
    /// Without an answer.
    fn because(reason: impl Into<String>) -> Ended {
        Ended::Refused(Self {
            status: None,
            reason: reason.into(),
            wait: None,
        })
    }
}

async fn try_once(app: &App, claimed: &Claimed) -> Result<(), StoreError> {
    let delivery = &claimed.delivery;
    let Some(found) = app.store.load_signing_webhook(&delivery.webhook_id).await? else {
        return Ok(());
    };
    if !found.webhook.enabled {
        // It waits until the webhook is switched on again.
        let outcome = Outcome {
            status: delivery.last_status,
            error: delivery.last_error.as_deref(),
        };
        let waits = app.store.postpone_delivery(delivery, app.now(), &outcome);
        return app.commit_changes(vec![waits], Vec::new()).await;
    }
    match send(app, &found, claimed).await {
        Ended::Taken(status) => {
            app.metrics.webhooks_delivered.increment();
            let outcome = Outcome {
                status: Some(i64::from(status.as_u16())),
                error: None,
            };
            let done = app.store.finish_delivery(delivery, DeliveryState::Delivered, &outcome);
            app.commit_changes(vec![done], Vec::new()).await
        }
        Ended::Refused(why) => {
            app.metrics.webhooks_failed.increment();
            let (webhook, attempt) = (&delivery.webhook_id, delivery.attempts);
            tracing::warn!(webhook, attempt, reason = %why.reason, "a webhook did not take an event");
            refused(app, delivery, &why).await
        }
    }
}

/// One call. It is signed anew each time, because the signature holds the time of the attempt.
async fn send(app: &App, found: &SigningWebhook, claimed: &Claimed) -> Ended {
    let now = app.now();
    let (id, timestamp) = (&claimed.delivery.id, now.seconds());
    let Some(signature) = sign(found.secrets(now), id, timestamp, claimed.body.as_bytes()) else {
        return NotTaken::because("its secret can not be used");
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let values = [id.clone(), timestamp.to_string(), signature];
    for (name, value) in FAMILIES.iter().flat_map(|names| names.iter().zip(&values)) {
        let Ok(value) = HeaderValue::from_str(value) else {
            return NotTaken::because("its header can not be written");
        };
        headers.insert(HeaderName::from_static(name), value);
    }
    let call = Call {
        method: Method::POST,
        url: &found.webhook.url,
        headers,
        body: Bytes::from(claimed.body.clone()),
        limits: LIMITS,
    };
    match app.outgoing.send(call).await {
        Ok(answer) if answer.status.is_success() => Ended::Taken(answer.status),
        Ok(answer) => {
            // RFC 9110, section 10.2.3, and RFC 6585, section 4: these two say when to come back.
            let says_when = matches!(
                answer.status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
            );
            Ended::Refused(NotTaken {
                status: Some(answer.status),
                reason: format!("it answered {}", answer.status.as_u16()),
                wait: retry_after::wait(&answer.headers, app.now()).filter(|_| says_when),
            })
        }
        Err(error) => NotTaken::because(error.to_string()),
    }
}

/// A receiver that is gone for good is told no more; otherwise the delivery waits for the next attempt, never less than the receiver
/// asks for, or is given up.
async fn refused(app: &App, delivery: &Delivery, why: &NotTaken) -> Result<(), StoreError> {
    let now = app.now();
    let (status, reason) = (why.status, why.reason.as_str());
    let outcome = Outcome {
        status: status.map(|status| i64::from(status.as_u16())),
        error: Some(reason),
    };
    let done = usize::try_from(delivery.attempts).unwrap_or_default();
    let pause = PAUSES.get(done.saturating_sub(1));
    if let Some(pause) = pause.filter(|_| status != Some(StatusCode::GONE)) {
        let asked = why.wait.unwrap_or_default().min(LONGEST_WAIT);
        let later = app
            .store
            .postpone_delivery(delivery, now.plus(asked.max(*pause)), &outcome);
        return app.commit_changes(vec![later], Vec::new()).await;
    }
    app.metrics.webhooks_given_up.increment();
    let mut detail = Map::new();
    detail.insert("delivery".to_owned(), delivery.id.as_str().into());
    detail.insert("type".to_owned(), delivery.kind.as_str().into());
    detail.insert("attempts".to_owned(), delivery.attempts.into());
    detail.insert("reason".to_owned(), reason.into());
    let (actor, webhook) = (Actor::system(), delivery.webhook_id.as_str());
    let given_up = vec![
        app.store.finish_delivery(delivery, DeliveryState::Failed, &outcome),
        actor.event(app, now, "webhook_delivery_failed", webhook, detail.clone()),
    ];
    if status != Some(StatusCode::GONE) {
        return app.commit_changes(given_up, Vec::new()).await;
    }
    let mut statements = given_up.clone();
    statements.push(app.store.disable_webhook(webhook, reason, now));
    statements.push(actor.event(app, now, "webhook_disabled", webhook, detail));
    match app.commit_changes(statements, vec![CHANGED.to_owned()]).await {
        // It is switched off already.
        Err(StoreError::Conflict) => app.commit_changes(given_up, Vec::new()).await,
        other => other,
    }
}
