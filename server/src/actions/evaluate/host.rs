//! What an expression may ask the server for, under the rules of the server.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use protocol::records::Event;
use protocol::writes::Write;
use script::host::{CreateJwt, CreateJwtRaw, Email, Groups, HttpCall, HttpReply};
use script::inputs::UserObject;
use script::{Expression, Host, HostFuture};
use serde_json::{Map, Value};
use store::users::UserWithPassword;

use super::Around;
use super::inputs::{groups_of, user_object};
use crate::actions::{expression_tokens, mail};
use crate::app::App;
use crate::clients::By;
use crate::outgoing::{Call, Limits};

/// The longest that one call of an expression to another server may take, and how much it may return.
const CALL: Limits = Limits {
    time: Duration::from_secs(5),
    bytes: 256 * 1024,
};
/// The same for a profile script, which fetches a whole profile.
const SCRIPT_CALL: Limits = Limits {
    time: Duration::from_secs(10),
    bytes: 1024 * 1024,
};
/// The most header fields of one call. A map of them panics beyond some ten thousand.
const MOST_FIELDS: usize = 100;
/// The largest detail of an event that an expression writes, in bytes.
const LARGEST_DETAIL: usize = 4 * 1024;

/// The server, for the expressions of one request.
pub(super) struct ServerHost<'a> {
    app: &'a App,
    /// The application or source that the expressions belong to.
    actor: &'a str,
    around: Around<'a>,
    /// A trial writes and issues nothing.
    trial: bool,
}

impl<'a> ServerHost<'a> {
    pub(super) fn new(app: &'a App, actor: &'a str, around: Around<'a>) -> Self {
        Self {
            app,
            actor,
            around,
            trial: false,
        }
    }

    /// For an expression that an administrator tries: it may read, and nothing else.
    pub(super) fn for_trial(app: &'a App, actor: &'a str, around: Around<'a>) -> Self {
        Self {
            trial: true,
            ..Self::new(app, actor, around)
        }
    }

    async fn user_of(&self, number: i64) -> Result<UserWithPassword, String> {
        let found = self.app.store.load_user_by_number(number).await.map_err(fault)?;
        found.ok_or_else(|| "there is no such user".to_owned())
    }
}

/// A fault of ours, in words that an expression may see; the log has the rest.
#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn fault(error: store::StoreError) -> String {
    tracing::warn!(%error, "an expression asked for what the store could not give");
    "the server can not answer now".to_owned()
}

impl Host for ServerHost<'_> {
    fn user_by<'a>(&'a self, filters: &'a Map<String, Value>) -> HostFuture<'a, Option<UserObject>> {
        Box::pin(async move {
            let store = &self.app.store;
            let text = |name: &str| filters.get(name).and_then(Value::as_str);
            let found = if let Some(username) = text("username") {
                store.load_user_by_username(username).await
            } else if let Some(email) = text("email") {
                store.load_user_by_email(email).await
            } else if let Some(uuid) = text("uuid") {
                store.load_user_by_uuid(uuid).await
            } else if let Some(number) = filters.get("pk").and_then(Value::as_i64) {
                store.load_user_by_number(number).await
            } else {
                return Ok(None);
            };
            let Some(UserWithPassword { user, .. }) = found.map_err(fault)? else {
                return Ok(None);
            };
            let matches = filters.iter().all(|(name, value)| match name.as_str() {
                "username" => value.as_str() == Some(user.username.as_str()),
                "email" => value.as_str() == user.email.as_deref(),
                "name" => value.as_str() == Some(user.name.as_str()),
                "uuid" => value.as_str() == Some(user.uuid.as_str()),
                "pk" => value.as_i64() == Some(user.number),
                "is_active" => value.as_bool() == Some(user.is_active),
                _ => false,
            });
            Ok(matches.then(|| user_object(self.app, &user)))
        })
    }

    fn groups<'a>(&'a self, user: i64) -> HostFuture<'a, Groups> {
        Box::pin(async move {
            let found = self.user_of(user).await?;
            groups_of(self.app, &found.user.id).await.map_err(fault)
        })
    }

    fn entitlements<'a>(&'a self, user: i64, application: &'a str) -> HostFuture<'a, Vec<String>> {
        Box::pin(async move {
            let found = self.user_of(user).await?;
            let Some(entry) = self.app.client(By::Slug(application)).await.map_err(fault)? else {
                return Ok(Vec::new());
            };
            let store = &self.app.store;
            store
                .load_entitlements_of_user(&found.user.id, &entry.client.application.id)
                .await
                .map_err(fault)
        })
    }

    fn authenticators<'a>(&'a self, user: i64) -> HostFuture<'a, Vec<String>> {
        // A password is the only factor that an account of this version has.
        Box::pin(async move { self.user_of(user).await.map(|_| Vec::new()) })
    }

    fn create_event<'a>(&'a self, action: &'a str, details: &'a Map<String, Value>) -> HostFuture<'a, ()> {
        Box::pin(async move {
            if self.trial {
                return Ok(());
            }
            let named = !action.is_empty()
                && action.len() <= 64
                && action.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !named {
                return Err("an action has 1 to 64 letters, digits and underscores".to_owned());
            }
            let detail = Value::Object(details.clone());
            if detail.to_string().len() > LARGEST_DETAIL {
                return Err("the details of an event may have at most 4096 bytes".to_owned());
            }
            let event = Event {
                id: self.app.new_id("evt", self.around.now),
                action: format!("custom_{action}"),
                actor: Some(self.actor.to_owned()),
                target: None,
                client_address: Some(self.around.client_address.to_string()),
                detail,
                at: self.around.now,
            };
            let write = vec![Write::CreateEvent(Box::new(event))];
            self.app.store.commit(write).await.map_err(fault)
        })
    }

    fn policy<'a>(&'a self, name: &'a str) -> HostFuture<'a, Option<Expression>> {
        Box::pin(async move {
            let snapshot = self.app.snapshot();
            let policy = snapshot.policy_named(name);
            Ok(policy.and_then(|policy| snapshot.expression(&policy.id).cloned()))
        })
    }

    fn create_jwt<'a>(&'a self, wanted: &'a CreateJwt) -> HostFuture<'a, Option<String>> {
        Box::pin(async move {
            let found = self.user_of(wanted.user).await?;
            if self.trial {
                return Ok(None);
            }
            expression_tokens::create(self.app, found.user, wanted, self.around.now).await
        })
    }

    fn create_jwt_raw<'a>(&'a self, wanted: &'a CreateJwtRaw) -> HostFuture<'a, Option<String>> {
        Box::pin(async move {
            if self.trial {
                return Ok(None);
            }
            expression_tokens::create_raw(self.app, wanted, self.around.now).await
        })
    }

    fn send_email<'a>(&'a self, email: &'a Email) -> HostFuture<'a, bool> {
        Box::pin(mail::expressions::send(self.app, email, self.trial, self.around.now))
    }

    fn resolve_dns<'a>(&'a self, host: &'a str, ip_version: Option<u8>) -> HostFuture<'a, Vec<String>> {
        Box::pin(async move {
            if !self.app.config.expressions.dns {
                return Err("resolve_dns is off; the setting `expressions.dns` turns it on".to_owned());
            }
            self.app.names.resolve(host, ip_version).await
        })
    }

    fn reverse_dns<'a>(&'a self, ip: &'a str) -> HostFuture<'a, String> {
        Box::pin(async move {
            if !self.app.config.expressions.dns {
                return Err("reverse_dns is off; the setting `expressions.dns` turns it on".to_owned());
            }
            self.app.names.reverse(ip).await
        })
    }

    fn http<'a>(&'a self, call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        Box::pin(async move {
            if !self.app.config.expressions.requests {
                return Err("requests is off; the setting `expressions.requests` turns it on".to_owned());
            }
            send(self.app, call, CALL).await
        })
    }
}

/// The server, for profile scripts: other servers, and nothing else.
#[derive(Debug)]
pub struct ScriptHost<'a> {
    /// The state.
    pub app: &'a App,
}

impl Host for ScriptHost<'_> {
    fn http<'a>(&'a self, call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        Box::pin(send(self.app, call, SCRIPT_CALL))
    }
}

/// Nothing at all, for profile scripts in a rehearsal: there is no token that another server would answer to.
#[derive(Debug)]
pub struct RehearsalHost;

impl Host for RehearsalHost {}

/// Header fields that belong to the transport.
const TRANSPORT: [HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
];

/// Sends a call of an expression or a script through the guarded client.
async fn send(app: &App, call: &HttpCall, most: Limits) -> Result<HttpReply, String> {
    let method: Method = call
        .method
        .parse()
        .map_err(|_| "this is no method of HTTP".to_owned())?;
    if call.headers.len() > MOST_FIELDS {
        return Err(format!("a call has at most {MOST_FIELDS} header fields"));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name = HeaderName::try_from(name.as_str()).map_err(|_| "this is no name of a header".to_owned())?;
        let value = HeaderValue::try_from(value.as_str()).map_err(|_| "a header has a forbidden value".to_owned())?;
        // As in a browser, those of the transport are set by who sends: the host is the one that was judged.
        if !TRANSPORT.contains(&name) {
            headers.insert(name, value);
        }
    }
    let time = call
        .timeout_millis
        .map_or(most.time, Duration::from_millis)
        .min(most.time);
    let outgoing = Call {
        method,
        url: &call.url,
        headers,
        body: Bytes::from(call.body.clone().unwrap_or_default()),
        limits: Limits { time, ..most },
    };
    let answer = app.outgoing.send(outgoing).await.map_err(|error| error.to_string())?;
    let text = std::str::from_utf8(&answer.body);
    Ok(HttpReply {
        status: answer.status.as_u16(),
        reason: answer.status.canonical_reason().unwrap_or_default().to_owned(),
        headers: answer
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect(),
        bytes: text.is_err().then(|| answer.body.to_vec()),
        text: String::from_utf8_lossy(&answer.body).into_owned(),
        url: call.url.clone(),
    })
}
