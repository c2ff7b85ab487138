//! Calls to a source, through the guarded client.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use protocol::upstream::{Call, CallMethod, Reply};

use crate::app::App;
use crate::outgoing::{self, Limits};

/// Sends a call and takes whatever comes back. Every failure is an answer too: the core says what it means.
pub(super) async fn send(app: &App, call: &Call) -> Reply {
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
