//! What is asked of a source, and what is kept of its answers: every call through the guarded client, the keys and tokens of the
//! source, and the scripts that talk to it. Who comes from there, and what becomes of them, is a matter of `source_sign_in`.

mod kept_tokens;
pub mod keys;
pub mod revocation;
pub mod scripts;
pub mod tokens;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use protocol::jose::SigningKey;
use protocol::transaction::{Party, Step, StepKind, StepOutcome, mask};
use protocol::upstream::{Call, CallMethod, Reply, Upstream};

use crate::app::App;
use crate::keys::Snapshot;
use crate::outgoing::{self, Limits};
use crate::recorder;

pub use self::kept_tokens::KeptTokens;

/// Sends a call and takes whatever comes back. Every failure is an answer too: the core says what it means.
pub(in crate::actions) async fn send(app: &App, call: &Call) -> Reply {
    let asked = Step::new(
        StepKind::Request,
        Party::Vestibule,
        Party::Source,
        call.purpose.as_str(),
    );
    recorder::note(|| asked.at(app.now()).given(call.place()));
    let reply = exchange(app, call).await;
    recorder::note(|| answered(app, call, &reply));
    reply
}

/// What a source answered: its status, and the names of what is in it. Values of errors are for reading, all others may be secrets.
fn answered(app: &App, call: &Call, reply: &Reply) -> Step {
    let step = Step::new(StepKind::Answer, Party::Source, Party::Vestibule, call.purpose.as_str()).at(app.now());
    match reply {
        Reply::Answer {
            status,
            content_type,
            body,
        } => {
            let kind = content_type.as_deref().unwrap_or("no content type");
            let outcome = if (200..300).contains(status) {
                StepOutcome::Passed
            } else {
                StepOutcome::Refused
            };
            let names: Vec<String> = match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body) {
                Ok(members) => members.keys().take(40).map(|name| mask::printable(name, 64)).collect(),
                Err(_) => Vec::new(),
            };
            let given = format!("{status} {}", mask::printable(kind, 100));
            step.ended(outcome).given(given).detail(names.join(" "))
        }
        Reply::Failed(reason) => step.ended(StepOutcome::Failed).detail(mask::printable(reason, 300)),
    }
}

async fn exchange(app: &App, call: &Call) -> Reply {
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let (Ok(name), Ok(mut value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) else {
            return Reply::Failed(format!("the header field {name} can not be sent"));
        };
        // Credentials stay out of whatever prints the request.
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    let outgoing = outgoing::Call {
        method: match call.method {
            CallMethod::Get => Method::GET,
            CallMethod::Post => Method::POST,
        },
        url: &call.url,
        headers,
        body: Bytes::from(call.body.clone().unwrap_or_default()),
        limits: Limits::default(),
    };
    match app.outgoing.send(outgoing).await {
        Ok(answer) => {
            let content_type = answer.headers.get(header::CONTENT_TYPE);
            let content_type = content_type.and_then(|value| value.to_str().ok());
            Reply::answer(answer.status.as_u16(), content_type, answer.body.to_vec())
        }
        Err(error) => {
            tracing::info!(step = call.purpose.as_str(), place = call.place(), %error, "a source was not reached");
            Reply::Failed(error.to_string())
        }
    }
}

/// The key that our assertions at a source are signed with, where it wants any.
pub(in crate::actions) fn assertion_key(snapshot: &Snapshot, upstream: &Upstream) -> Option<SigningKey> {
    let id = upstream.source.assertion_key.as_deref()?;
    snapshot.key(id).map(|key| key.key.clone())
}
