//! What an expression or a script may ask the server for while it runs. The worker has no file, no socket and no database; each call
//! travels back over the pipe and is answered here, under the rules of the server.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::expression::Expression;
use crate::inputs::{GroupObject, UserObject};

/// The answer to a call. `Err` becomes a Python exception with this message, which the administrator reads.
pub type HostFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>>;

/// The server, as far as an expression may reach it. What a host does not offer raises in the expression.
pub trait Host: Send + Sync {
    /// `ak_user_by(**filters)`: the first user that matches all filters. A filter that is not known yields `None`.
    fn user_by<'a>(&'a self, filters: &'a Map<String, Value>) -> HostFuture<'a, Option<UserObject>> {
        let _ = filters;
        refuse("ak_user_by")
    }

    /// The groups of a user whose groups were not sent.
    fn groups<'a>(&'a self, user: i64) -> HostFuture<'a, Groups> {
        let _ = user;
        refuse("the groups of another user")
    }

    /// `user.app_entitlements(application)`: names of the entitlements of a user in the application with this slug.
    fn entitlements<'a>(&'a self, user: i64, application: &'a str) -> HostFuture<'a, Vec<String>> {
        let _ = (user, application);
        refuse("app_entitlements")
    }

    /// `ak_user_has_authenticator` for a user whose authenticators were not sent: the kinds that the user has.
    fn authenticators<'a>(&'a self, user: i64) -> HostFuture<'a, Vec<String>> {
        let _ = user;
        refuse("ak_user_has_authenticator")
    }

    /// `ak_create_event(action, **details)`.
    fn create_event<'a>(&'a self, action: &'a str, details: &'a Map<String, Value>) -> HostFuture<'a, ()> {
        let _ = (action, details);
        refuse("ak_create_event")
    }

    /// `ak_call_policy(name)`: the policy of that name, which the worker then runs; `None` raises.
    fn policy<'a>(&'a self, name: &'a str) -> HostFuture<'a, Option<Expression>> {
        let _ = name;
        refuse("ak_call_policy")
    }

    /// `ak_create_jwt(user, provider, scopes, validity)`: a stored access token; `None` without an HTTP request.
    fn create_jwt<'a>(&'a self, wanted: &'a CreateJwt) -> HostFuture<'a, Option<String>> {
        let _ = wanted;
        refuse("ak_create_jwt")
    }

    /// `ak_create_jwt_raw(provider, validity, **claims)`: claims that are signed as they are, with `exp` and `aud` set.
    fn create_jwt_raw<'a>(&'a self, wanted: &'a CreateJwtRaw) -> HostFuture<'a, Option<String>> {
        let _ = wanted;
        refuse("ak_create_jwt_raw")
    }

    /// `ak_send_email(...)`: whether the mail was queued.
    fn send_email<'a>(&'a self, mail: &'a Email) -> HostFuture<'a, bool> {
        let _ = mail;
        refuse("ak_send_email")
    }

    /// `resolve_dns(host, ip_version)`: the addresses of a name, of both versions or of one (4 or 6).
    fn resolve_dns<'a>(&'a self, host: &'a str, ip_version: Option<u8>) -> HostFuture<'a, Vec<String>> {
        let _ = (host, ip_version);
        refuse("resolve_dns")
    }

    /// `reverse_dns(ip)`: the name of an address, or the address itself when it has none.
    fn reverse_dns<'a>(&'a self, ip: &'a str) -> HostFuture<'a, String> {
        let _ = ip;
        refuse("reverse_dns")
    }

    /// `requests.get(...)` and its kin, also through `requests.Session()`; in a profile script every call of `request`,
    /// `fetch` and their kin. It follows no redirect.
    fn http<'a>(&'a self, call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        let _ = call;
        refuse("requests")
    }
}

fn refuse<'a, T: Send + 'a>(what: &str) -> HostFuture<'a, T> {
    let message = format!("{what} is not available here");
    Box::pin(async move { Err(message) })
}

/// A host that offers nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHost;

impl Host for NoHost {}

/// The groups of a user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// Direct groups.
    pub direct: Vec<GroupObject>,
    /// Direct groups and their ancestors, each once.
    pub all: Vec<GroupObject>,
}

/// The arguments of `ak_create_jwt`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateJwt {
    /// The number of the user.
    pub user: i64,
    /// The provider: its name, or the client id of a provider object.
    pub provider: String,
    /// The scopes.
    pub scopes: Vec<String>,
    /// How long the token lives, as an administrator writes it (`seconds=60`).
    pub validity: String,
}

/// The arguments of `ak_create_jwt_raw`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CreateJwtRaw {
    /// The provider: its name, or the client id of a provider object.
    pub provider: String,
    /// How long the token lives, as an administrator writes it (`seconds=60`).
    pub validity: String,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// The arguments of `ak_send_email`. Either `body` or `template` is set, which the worker has checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Email {
    /// The recipients.
    pub address: Vec<String>,
    /// Copies.
    pub cc: Vec<String>,
    /// Blind copies.
    pub bcc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: Option<String>,
    /// The name of a template.
    pub template: Option<String>,
    /// What the template is filled with.
    pub context: Map<String, Value>,
}

/// An HTTP call of an expression or a script. The host guards where it may go, how long it may take and how much it may return.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpCall {
    /// `GET`, `POST`, ... in capitals.
    pub method: String,
    /// The address, parameters of `params=` already appended.
    pub url: String,
    /// Header fields, `auth=(user, password)` already among them.
    pub headers: BTreeMap<String, String>,
    /// The body: that of `data=` or `json=`, its `Content-Type` among the header fields.
    pub body: Option<String>,
    /// `timeout=`, in milliseconds.
    pub timeout_millis: Option<u64>,
}

/// The answer to an HTTP call, of whatever status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HttpReply {
    /// `status_code`.
    pub status: u16,
    /// `reason`.
    pub reason: String,
    /// `headers`, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// `text`.
    pub text: String,
    /// `url`.
    pub url: String,
    /// The body as it came, where it is not UTF-8 text: packed answers, pictures. Profile scripts see it, expressions do not.
    #[serde(skip)]
    pub bytes: Option<Vec<u8>>,
}
