//! The setting of the tests: a pool over the worker of this crate, a person, and a host that remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use script::host::{CreateJwt, CreateJwtRaw, Email, Groups, HttpCall, HttpReply};
use script::inputs::{
    ApplicationObject, Context, GroupObject, HttpRequestObject, ProviderObject, RedirectUriObject, SourceObject,
    TokenObject, UserObject,
};
use script::{Expression, Host, HostFuture, Inputs, Job, Kind, Limits, Ran, RunFault, Workers, WorkersConfig};
use serde_json::{Map, Value, json};

pub(crate) const MAPPING: Kind = Kind::ScopeMapping;
pub(crate) const POLICY: Kind = Kind::Policy;

/// Limits that a busy machine does not reach by itself.
pub(crate) const PATIENT: Limits = Limits {
    run_millis: 5_000,
    wall_millis: 60_000,
    ..Limits::EXPRESSION
};

pub(crate) fn config() -> WorkersConfig {
    WorkersConfig::new(env!("CARGO_BIN_EXE_vestibule-script-worker").into(), Vec::new())
}

/// A runtime and a pool that all tests share.
fn shared() -> &'static (tokio::runtime::Runtime, Workers) {
    static SHARED: OnceLock<(tokio::runtime::Runtime, Workers)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        (runtime, Workers::new(config()))
    })
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    shared()
        .0
        .block_on(async { tokio::time::timeout(Duration::from_secs(120), work).await.unwrap() })
}

pub(crate) fn workers() -> Workers {
    shared().1.clone()
}

pub(crate) fn group(name: &str, number: i64, parents: &[&str]) -> GroupObject {
    GroupObject {
        uuid: format!("uuid-{name}"),
        number,
        name: name.to_owned(),
        attributes: Map::from_iter([("level".to_owned(), json!(number)), ("tags".to_owned(), json!([name]))]),
        is_superuser: name == "admins",
        parents: parents.iter().map(|parent| format!("uuid-{parent}")).collect(),
    }
}

pub(crate) fn alice() -> UserObject {
    let (staff, editors) = (group("staff", 2, &["everyone"]), group("app_editors", 3, &[]));
    UserObject {
        pk: 7,
        uid: "uid-7".to_owned(),
        uuid: "0b7c".to_owned(),
        username: "alice".to_owned(),
        email: "Alice.Liddell@Example.com".to_owned(),
        name: "Alice Pleasance Liddell".to_owned(),
        is_active: true,
        kind: "internal".to_owned(),
        path: "users".to_owned(),
        date_joined: 951_827_696_000_000,
        attributes: Map::from_iter([
            ("email_verified".to_owned(), json!(true)),
            ("settings".to_owned(), json!({ "locale": "en" })),
            ("tags".to_owned(), json!(["own"])),
        ]),
        all_groups: Some(vec![editors.clone(), group("everyone", 1, &[]), staff.clone()]),
        groups: Some(vec![staff, editors]),
        entitlements: Some(vec!["reports:read".to_owned(), "reports:write".to_owned()]),
        authenticators: Some(vec!["totp".to_owned()]),
        ..UserObject::default()
    }
}

pub(crate) fn inputs() -> Inputs {
    Inputs {
        user: Some(alice()),
        application: Some(ApplicationObject {
            uuid: "app-1".to_owned(),
            name: "Reports".to_owned(),
            slug: "reports".to_owned(),
            ..ApplicationObject::default()
        }),
        provider: Some(ProviderObject {
            name: "Provider for reports".to_owned(),
            client_id: "client-1".to_owned(),
            client_type: "confidential".to_owned(),
            redirect_uris: vec![RedirectUriObject {
                matching_mode: "strict".to_owned(),
                url: "https://reports.example/cb".to_owned(),
            }],
            ..ProviderObject::default()
        }),
        token: Some(TokenObject {
            scope: vec!["openid".to_owned(), "profile".to_owned()],
            auth_time: Some(1_795_824_000_000_000),
            session: Some("ses_1".to_owned()),
        }),
        context: Context {
            values: Map::from_iter([
                ("oauth_grant_type".to_owned(), json!("authorization_code")),
                ("prompt_data".to_owned(), json!({ "email": "bob@example.com" })),
                (
                    "oauth_jwt".to_owned(),
                    json!({ "iss": "https://ci.example", "sub": "repo:org/app", "claims": { "ref": "refs/heads/main" } }),
                ),
                ("is_sso".to_owned(), json!(true)),
            ]),
            sets: BTreeMap::from([("oauth_scopes".to_owned(), vec!["openid".to_owned(), "admin".to_owned()])]),
            users: BTreeMap::from([(
                "pending_user".to_owned(),
                UserObject {
                    pk: 8,
                    username: "bob".to_owned(),
                    ..UserObject::default()
                },
            )]),
            source: Some(SourceObject {
                name: "Work".to_owned(),
                slug: "work".to_owned(),
            }),
        },
        http_request: Some(HttpRequestObject {
            method: "GET".to_owned(),
            path: "/application/o/authorize/".to_owned(),
            scheme: "https".to_owned(),
            headers: BTreeMap::from([("user-agent".to_owned(), "Test/1".to_owned())]),
            query: BTreeMap::from([("client_id".to_owned(), "client-1".to_owned())]),
        }),
        client_ip: Some("10.1.2.3".to_owned()),
        variables: BTreeMap::from([(
            "info".to_owned(),
            json!({ "sub": "42", "nick": "al", "realm_access": { "roles": ["a", "b"] } }),
        )]),
    }
}

/// Runs an expression with the usual inputs and a host of its own.
pub(crate) fn run(kind: Kind, source: &str) -> Result<Ran, RunFault> {
    run_with(kind, source, &inputs(), &FakeHost::default())
}

pub(crate) fn run_with(kind: Kind, source: &str, inputs: &Inputs, host: &FakeHost) -> Result<Ran, RunFault> {
    let mut job = Job::new(Expression::new(kind, source), "the mapping");
    job.limits = PATIENT;
    block_on(workers().run(job, inputs, host))
}

/// The value of a mapping.
pub(crate) fn value(source: &str) -> Value {
    match run(MAPPING, source) {
        Ok(ran) => ran.value,
        Err(fault) => panic!("{source}\nfailed: {fault:?}"),
    }
}

/// Whether a policy passes.
pub(crate) fn passes(source: &str) -> bool {
    match run(POLICY, source) {
        Ok(ran) => ran.truthy,
        Err(fault) => panic!("{source}\nfailed: {fault:?}"),
    }
}

/// The kind and message of the exception that an expression ends with.
pub(crate) fn exception(kind: Kind, source: &str) -> (String, String) {
    match run(kind, source) {
        Err(RunFault::Exception(exception)) => (exception.kind, exception.message),
        other => panic!("{source}\nwas to raise: {other:?}"),
    }
}

/// A host that knows Bob, two policies and one web page, and remembers what it was asked.
#[derive(Debug, Default)]
pub(crate) struct FakeHost {
    pub(crate) asked: Mutex<Vec<String>>,
    pub(crate) policies: BTreeMap<String, String>,
    pub(crate) refuses: bool,
}

impl FakeHost {
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    fn note<'a, T: Send + 'a>(&'a self, call: String, answer: T) -> HostFuture<'a, T> {
        self.asked.lock().unwrap().push(call);
        let refuses = self.refuses;
        Box::pin(async move {
            tokio::task::yield_now().await;
            if refuses {
                Err("switched off in the settings".to_owned())
            } else {
                Ok(answer)
            }
        })
    }
}

impl Host for FakeHost {
    fn user_by<'a>(&'a self, filters: &'a Map<String, Value>) -> HostFuture<'a, Option<UserObject>> {
        let bob = UserObject {
            pk: 8,
            username: "bob".to_owned(),
            email: "bob@example.com".to_owned(),
            ..UserObject::default()
        };
        let matches = filters.iter().all(|(name, value)| match name.as_str() {
            "username" => value == "bob",
            "email" => value == "bob@example.com",
            _ => false,
        });
        self.note(format!("user_by {filters:?}"), matches.then_some(bob))
    }

    fn groups<'a>(&'a self, user: i64) -> HostFuture<'a, Groups> {
        let friends = group("friends", 9, &["everyone"]);
        let groups = Groups {
            direct: vec![friends.clone()],
            all: vec![friends, group("everyone", 1, &[])],
        };
        self.note(format!("groups {user}"), groups)
    }

    fn entitlements<'a>(&'a self, user: i64, application: &'a str) -> HostFuture<'a, Vec<String>> {
        self.note(format!("entitlements {user} {application}"), vec!["asked".to_owned()])
    }

    fn authenticators<'a>(&'a self, user: i64) -> HostFuture<'a, Vec<String>> {
        self.note(format!("authenticators {user}"), vec!["webauthn".to_owned()])
    }

    fn create_event<'a>(&'a self, action: &'a str, details: &'a Map<String, Value>) -> HostFuture<'a, ()> {
        self.note(format!("event {action} {}", json!(details)), ())
    }

    fn policy<'a>(&'a self, name: &'a str) -> HostFuture<'a, Option<Expression>> {
        let found = self
            .policies
            .get(name)
            .map(|source| Expression::new(POLICY, source.as_str()));
        self.note(format!("policy {name}"), found)
    }

    fn create_jwt<'a>(&'a self, wanted: &'a CreateJwt) -> HostFuture<'a, Option<String>> {
        self.note(format!("jwt {}", json!(wanted)), Some("a.b.c".to_owned()))
    }

    fn create_jwt_raw<'a>(&'a self, wanted: &'a CreateJwtRaw) -> HostFuture<'a, Option<String>> {
        self.note(format!("raw {}", json!(wanted)), Some("d.e.f".to_owned()))
    }

    fn send_email<'a>(&'a self, mail: &'a Email) -> HostFuture<'a, bool> {
        self.note(format!("mail {}", json!(mail)), true)
    }

    fn resolve_dns<'a>(&'a self, host: &'a str, ip_version: Option<u8>) -> HostFuture<'a, Vec<String>> {
        self.note(format!("resolve {host} {ip_version:?}"), vec!["192.0.2.1".to_owned()])
    }

    fn reverse_dns<'a>(&'a self, ip: &'a str) -> HostFuture<'a, String> {
        self.note(format!("reverse {ip}"), "host.example".to_owned())
    }

    fn http<'a>(&'a self, call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        let reply = HttpReply {
            status: if call.url.ends_with("/missing") { 404 } else { 200 },
            reason: "as asked".to_owned(),
            headers: BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]),
            text: json!({ "roles": ["r1", "r2"], "method": call.method }).to_string(),
            url: call.url.clone(),
            bytes: None,
        };
        self.note(format!("http {}", json!(call)), reply)
    }
}
