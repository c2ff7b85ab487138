//! The setting of the tests of profile scripts: a pool over the worker of this crate, and other servers that answer as told.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use script::host::{HttpCall, HttpReply};
use script::{
    Host, HostFuture, ProfileInputs, ProfileScript, ScriptFault, ScriptLimits, ScriptTrial, ScriptWorkers,
    ScriptWorkersConfig,
};
use serde_json::{Map, Value, json};

/// Limits that a busy machine does not reach by itself.
pub(crate) const PATIENT: ScriptLimits = ScriptLimits {
    cpu_millis: 20_000,
    wall_millis: 60_000,
    call_millis: 60_000,
    ..ScriptLimits::LOGIN
};

pub(crate) fn config() -> ScriptWorkersConfig {
    ScriptWorkersConfig::new(env!("CARGO_BIN_EXE_vestibule-script-worker").into(), Vec::new())
}

/// A runtime and a pool that all tests share.
fn shared() -> &'static (tokio::runtime::Runtime, ScriptWorkers) {
    static SHARED: OnceLock<(tokio::runtime::Runtime, ScriptWorkers)> = OnceLock::new();
    SHARED.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        (runtime, ScriptWorkers::new(config()))
    })
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    shared()
        .0
        .block_on(async { tokio::time::timeout(Duration::from_secs(120), work).await.unwrap() })
}

pub(crate) fn workers() -> ScriptWorkers {
    shared().1.clone()
}

pub(crate) fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("no object: {other}"),
    }
}

/// What the scripts of the tests are called with.
pub(crate) fn inputs() -> ProfileInputs {
    ProfileInputs {
        access_token: "at-1".to_owned(),
        context: members(json!({
                "access_token": "at-1", "token_type": "Bearer", "scope": "me.read", "expires_in": 3600,
                "id_token": ID_TOKEN, "refresh_token": "rt-1", "user_id": 4711, "flags": { "beta": true }, "list": [1, "two", null],
        })),
        configuration: members(json!({ "API_ROOT": "https://api.example", "level": 3 })),
        options: members(json!({ "client_id": "client-1", "tokenURL": "https://id.example/token" })),
        query: None,
    }
}

/// `{"alg":"RS256","kid":"k1"}`, `{"sub":"s-1","email":"jo@id.example","name":"Jö","custom":{"a":[1,2]}}`, and a signature.
pub(crate) const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiJzLTEiLCJlbWFpbCI6ImpvQGlkLmV4YW1wbGUiLCJuYW1lIjoiSsO2IiwiY3VzdG9tIjp7ImEiOlsxLDJdfX0.c2ln";

/// What another server answers to a call.
type Answers = Box<dyn Fn(&HttpCall) -> Result<HttpReply, String> + Send + Sync>;

/// Other servers, and what they were asked.
pub(crate) struct Web {
    answers: Answers,
    asked: Mutex<Vec<HttpCall>>,
    slow: Duration,
}

impl Web {
    pub(crate) fn new(answers: impl Fn(&HttpCall) -> Result<HttpReply, String> + Send + Sync + 'static) -> Self {
        Self {
            answers: Box::new(answers),
            asked: Mutex::default(),
            slow: Duration::ZERO,
        }
    }

    /// Every call gets this JSON.
    pub(crate) fn json(value: Value) -> Self {
        Self::new(move |_| Ok(answer(200, &value)))
    }

    /// Every call gets this status and body.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        let body = body.to_owned();
        Self::new(move |_| Ok(reply(status, &body)))
    }

    pub(crate) fn slow(self, slow: Duration) -> Self {
        Self { slow, ..self }
    }

    pub(crate) fn asked(&self) -> Vec<HttpCall> {
        self.asked.lock().unwrap().clone()
    }

    /// The only call that was made.
    pub(crate) fn call(&self) -> HttpCall {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked.into_iter().next().unwrap()
    }
}

impl Host for Web {
    fn http<'a>(&'a self, call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        self.asked.lock().unwrap().push(call.clone());
        let reply = (self.answers)(call);
        Box::pin(async move {
            tokio::time::sleep(self.slow).await;
            reply
        })
    }
}

pub(crate) fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply {
        status,
        reason: if status == 200 { "OK" } else { "as told" }.to_owned(),
        headers: BTreeMap::from([("x-test".to_owned(), "1".to_owned())]),
        text: body.to_owned(),
        ..HttpReply::default()
    }
}

/// An answer in JSON.
pub(crate) fn answer(status: u16, value: &Value) -> HttpReply {
    let mut reply = reply(status, &value.to_string());
    reply
        .headers
        .insert("content-type".to_owned(), "application/json".to_owned());
    reply
}

pub(crate) fn redirect(status: u16, to: &str) -> HttpReply {
    let mut reply = reply(status, "");
    reply.headers.insert("location".to_owned(), to.to_owned());
    reply
}

/// Runs a script and says everything about it.
pub(crate) fn trial(source: &str, limits: ScriptLimits, web: &Web) -> ScriptTrial {
    let script = ProfileScript::new(source);
    block_on(workers().try_out(&script, &inputs(), limits, web))
}

/// The profile that a script makes without other servers.
pub(crate) fn profile(source: &str) -> Value {
    profile_from(source, &Web::text(599, "nobody"))
}

/// The profile that a script makes with other servers.
pub(crate) fn profile_from(source: &str, web: &Web) -> Value {
    match trial(source, PATIENT, web).result {
        Ok(profile) => Value::Object(profile),
        Err(fault) => panic!("{source}\nfailed: {fault:?}"),
    }
}

/// Why a script makes none.
pub(crate) fn fault(source: &str) -> ScriptFault {
    fault_from(source, &Web::text(599, "nobody"))
}

pub(crate) fn fault_from(source: &str, web: &Web) -> ScriptFault {
    match trial(source, PATIENT, web).result {
        Ok(profile) => panic!("{source}\nmade {profile:?}"),
        Err(fault) => fault,
    }
}

/// The message of the exception that a script ends with.
pub(crate) fn thrown(source: &str) -> String {
    match fault(source) {
        ScriptFault::Thrown { message, .. } => message,
        other => panic!("{source}\nended with {other:?}"),
    }
}

/// The values of expressions of JavaScript.
pub(crate) fn values(expressions: &[&str]) -> Vec<Value> {
    let list = expressions.join(",\n");
    let source = format!("async function f(accessToken, context) {{ return {{ values: [{list}] }}; }}");
    match profile(&source) {
        Value::Object(mut members) => match members.remove("values") {
            Some(Value::Array(values)) => values,
            other => panic!("{other:?}"),
        },
        other => panic!("{other}"),
    }
}

/// Compares expressions of JavaScript with what they are to be.
pub(crate) fn expect(pairs: &[(&str, Value)]) {
    let expressions: Vec<_> = pairs.iter().map(|(expression, _)| *expression).collect();
    for ((expression, expected), value) in pairs.iter().zip(values(&expressions)) {
        assert_eq!(value, *expected, "{expression}");
    }
}

/// `{"id":5}`, packed.
pub(crate) const GZIPPED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 202, 76, 81, 178, 50, 173, 5, 0, 193, 61, 49, 32, 8, 0, 0, 0,
];

/// An answer that says it is packed.
pub(crate) fn gzip(bytes: &[u8]) -> HttpReply {
    let mut reply = reply(200, "");
    reply.headers.insert("content-encoding".to_owned(), "gzip".to_owned());
    reply.bytes = Some(bytes.to_vec());
    reply
}

/// Sends a call on to `/1`, `/2`, ... so many times.
pub(crate) fn redirecting(status: u16, times: usize) -> Web {
    Web::new(move |call| {
        let at: usize = call.url.rsplit('/').next().and_then(|at| at.parse().ok()).unwrap_or(0);
        Ok(if at < times {
            redirect(status, &format!("/{}", at + 1))
        } else {
            reply(200, "there")
        })
    })
}
