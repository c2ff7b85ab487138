//! `Idempotency-Key` (authn.sh sheet, A-1.6; draft-ietf-httpapi-idempotency-key-header): who repeats a request under the same key
//! gets the same answer again, and nothing is done twice.
//!
//! The answer is remembered in the commit of what was done, so that it is there exactly when that is, on every node. Refusals
//! are not remembered: nothing was done, and the next attempt may succeed.

use aws_lc_rs::hmac;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, StatusCode};
use protocol::id::{SecretHash, hash_secret};
use protocol::time::{DAY, Time};
use serde::Serialize;
use serde_json::{Map, Value};
use store::idempotent_answers::IdempotentAnswer;
use store::{Stmt, StoreError};

use super::call::Call;
use super::failure::{Entry, FORMAT, Fault};
use crate::app::App;
use crate::web::extract::header_text;
use crate::web::reply;

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// How long an answer is remembered.
const MEMORY: i64 = DAY;
/// The longest key.
const LONGEST: usize = 255;

/// A request that counts once.
#[derive(Debug)]
pub(super) struct Once {
    hash: SecretHash,
    request: SecretHash,
    now: Time,
}

impl Once {
    /// The key of a call, when it carries one. `what`: method and path; `members`: the body.
    ///
    /// # Errors
    /// 422 for a key that is none.
    pub(super) fn of<N>(call: &Call<N>, what: &str, members: &Map<String, Value>) -> Result<Option<Self>, Fault> {
        let Some(key) = key_of(&call.headers)? else {
            return Ok(None);
        };
        let caller = call.caller.actor.id.as_deref().unwrap_or_default();
        // The body may hold a secret, so that its plain hash could be guessed at.
        let mac_key = hmac::Key::new(hmac::HMAC_SHA256, &call.app.secrets.form_key);
        let body = serde_json::to_vec(members).map_err(StoreError::from)?;
        let tag = hmac::sign(&mac_key, &[b"idempotent request|", body.as_slice()].concat());
        let mut request = [0u8; 32];
        request.copy_from_slice(tag.as_ref());
        Ok(Some(Self {
            hash: hash_secret(&format!("{caller}\n{what}\n{key}")),
            request,
            now: call.now,
        }))
    }

    /// The answer to the same request before.
    ///
    /// # Errors
    /// 422 when the key came with another request.
    pub(super) async fn remembered(&self, app: &App) -> Result<Option<Response>, Fault> {
        let Some(answer) = app.store.load_idempotent_answer(self.hash, self.now).await? else {
            return Ok(None);
        };
        if answer.request != self.request {
            let message = "This key came with another request before; a new request needs a new one.";
            let entry = Entry::of("idempotency_key_reused", HEADER.as_str(), message);
            return Err(Fault::invalid(vec![entry]));
        }
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
        let mut response = reply::no_store(status, "application/json", Bytes::from(answer.body));
        reply::add_header(&mut response, REPLAYED, "true");
        Ok(Some(response))
    }

    /// The statement that remembers an answer. It holds once.
    ///
    /// # Errors
    /// When the answer can not be written.
    pub(super) fn remember(&self, app: &App, status: StatusCode, view: &impl Serialize) -> Result<Stmt, StoreError> {
        let answer = IdempotentAnswer {
            request: self.request,
            status: status.as_u16(),
            body: serde_json::to_string(view)?,
        };
        Ok(app
            .store
            .remember_answer(self.hash, &answer, self.now, self.now.plus(MEMORY)))
    }
}

fn key_of(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    if !headers.contains_key(HEADER) {
        return Ok(None);
    }
    let key = header_text(headers, HEADER).unwrap_or_default();
    let fits = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(Some(key))
    } else {
        let message = "Write 1 to 255 printable characters without blanks, once.";
        Err(Fault::invalid(vec![Entry::of(FORMAT, HEADER.as_str(), message)]))
    }
}
