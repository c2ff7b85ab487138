//! What an expression and a profile script cost through their pools of workers:
//! `cargo run --release -p vestibule-script --example cost`.
//!
//! The worker is this program itself. Each line is one expression or script in one request: from the call to its result, the
//! way to the worker process and back included, asked for by a task of the runtime as a request is. Other servers answer at
//! once. The order of the cases changes from round to round. Scripts are measured twice: one after the other without a pause,
//! where a worker still clears up after one while it runs the next, and with a pause between them, as logins come.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement prints what it found"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use script::host::{HttpCall, HttpReply};
use script::inputs::{
    ApplicationObject, Context, GroupObject, HttpRequestObject, ProviderObject, TokenObject, UserObject,
};
use script::{
    Expression, Host, HostFuture, Inputs, Job, Kind, NoHost, ProfileInputs, ProfileScript, ScriptLimits, ScriptWorkers,
    ScriptWorkersConfig, Workers, WorkersConfig,
};

/// The allocator of the program: server and worker use it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 40;
const RUNS: usize = 250;

fn main() -> ExitCode {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == "worker") {
        return script::worker::main();
    }
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(runtime.spawn(measure_all()))??;
    runtime.block_on(runtime.spawn(measure_scripts()))?
}

async fn measure_all() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut config = WorkersConfig::new(std::env::current_exe()?, vec!["worker".into()]);
    config.workers = 1;
    let workers = Workers::new(config);
    let mapping = "return {\n    'email': request.user.email,\n    'email_verified': bool(user.attributes.get('email_verified', False)),\n    'groups': [group.name for group in user.ak_groups.all()],\n}";
    let policy = "if 'admin' in request.context['oauth_scopes']:\n    return ak_is_group_member(request.user, name='admins')\nreturn True";
    let jobs = |kind, source: &str, count: usize| -> Vec<Job> {
        (0..count)
            .map(|_| Job::new(Expression::new(kind, source), "measured"))
            .collect()
    };
    let cases = [
        ("constant", jobs(Kind::ScopeMapping, "return {'a': 1}", 1)),
        ("mapping", jobs(Kind::ScopeMapping, mapping, 1)),
        ("policy", jobs(Kind::Policy, policy, 1)),
        ("five mappings together", jobs(Kind::ScopeMapping, mapping, 5)),
    ];
    let inputs = inputs();
    let mut times: Vec<Vec<f64>> = cases.iter().map(|_| Vec::new()).collect();
    for round in 0..ROUNDS {
        for step in 0..cases.len() {
            let case = (round + step) % cases.len();
            let Some((name, jobs)) = cases.get(case) else { continue };
            for _ in 0..RUNS {
                let started = now();
                let results = workers.run_all(jobs, &inputs, &NoHost).await;
                let spent = started.elapsed().as_secs_f64() * 1e6;
                if let Some(Err(fault)) = results.first() {
                    return Err(format!("{name}: {fault}").into());
                }
                if round > 0
                    && let Some(times) = times.get_mut(case)
                {
                    times.push(spent);
                }
            }
        }
    }
    for ((name, _), times) in cases.iter().zip(&mut times) {
        print(name, times);
    }
    Ok(())
}

/// Other servers that answer at once.
struct Answers;

impl Host for Answers {
    fn http<'a>(&'a self, call: &'a HttpCall) -> HostFuture<'a, HttpReply> {
        let reply = HttpReply {
            status: 200,
            text: r#"{"account":{"uuid":"u-1","email":"jo@id.example"}}"#.to_owned(),
            url: call.url.clone(),
            ..HttpReply::default()
        };
        Box::pin(async move { Ok(reply) })
    }
}

const SCRIPTS: [(&str, &str); 5] = [
    (
        "script without calls",
        "function fetchUserProfile(accessToken, context, callback) {\n  callback(null, { user_id: context.user_id, name: context.name || 'none' });\n}",
    ),
    (
        "script with buffer",
        "function (t, context, cb) { cb(null, JSON.parse(Buffer.from(context.payload, 'base64').toString())); }",
    ),
    (
        "script with lodash",
        "async (t, context) => _.pick({ user_id: _.get(context, 'user_id'), other: 1 }, ['user_id'])",
    ),
    ("script of the guide", include_str!("../tests/it/fetch_user_profile.js")),
    (
        "script with fetch",
        "async () => { const r = await fetch('https://id.example/me'); const { account } = await r.json(); return { user_id: account.uuid }; }",
    ),
];

async fn measure_scripts() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut config = ScriptWorkersConfig::new(std::env::current_exe()?, vec!["worker".into()]);
    config.workers = 1;
    let workers = ScriptWorkers::new(config);
    let inputs = ProfileInputs {
        access_token: "an access token".to_owned(),
        context: serde_json::Map::from_iter([
            ("user_id".to_owned(), 7.into()),
            ("payload".to_owned(), "eyJ1c2VyX2lkIjo3fQ==".into()),
        ]),
        ..ProfileInputs::default()
    };
    for (pause, words) in [(0, "without a pause"), (2, "with a pause of 2 ms")] {
        println!("scripts {words}");
        measure_paced(&workers, &inputs, std::time::Duration::from_millis(pause)).await?;
    }
    Ok(())
}

async fn measure_paced(
    workers: &ScriptWorkers,
    inputs: &ProfileInputs,
    pause: std::time::Duration,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let scripts = SCRIPTS.map(|(name, source)| (name, ProfileScript::new(source)));
    let mut times: Vec<Vec<f64>> = scripts.iter().map(|_| Vec::new()).collect();
    for round in 0..ROUNDS / 8 {
        for step in 0..scripts.len() {
            let case = (round + step) % scripts.len();
            let Some((name, script)) = scripts.get(case) else {
                continue;
            };
            for _ in 0..RUNS {
                if !pause.is_zero() {
                    tokio::time::sleep(pause).await;
                }
                let started = now();
                let ran = workers.run(script, inputs, ScriptLimits::LOGIN, &Answers).await;
                let spent = started.elapsed().as_secs_f64() * 1e6;
                ran.map_err(|fault| format!("{name}: {fault}"))?;
                if round > 0
                    && let Some(times) = times.get_mut(case)
                {
                    times.push(spent);
                }
            }
        }
    }
    for ((name, _), times) in scripts.iter().zip(&mut times) {
        print(name, times);
    }
    Ok(())
}

fn print(name: &str, times: &mut [f64]) {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 1_000).copied().unwrap_or_default();
    println!(
        "{name:<24} p50 {:6.1} us   p90 {:6.1} us   p99 {:6.1} us",
        at(500),
        at(900),
        at(990)
    );
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn now() -> Instant {
    Instant::now()
}

fn inputs() -> Inputs {
    let group = |name: &str| GroupObject {
        uuid: format!("2c0f7a52-8a4f-4a53-9bb4-{name}"),
        name: name.to_owned(),
        ..GroupObject::default()
    };
    let groups = vec![group("staff"), group("editors"), group("app_reports")];
    Inputs {
        user: Some(UserObject {
            pk: 7,
            username: "alice".to_owned(),
            email: "alice@example.com".to_owned(),
            name: "Alice Liddell".to_owned(),
            is_active: true,
            attributes: serde_json::Map::from_iter([("email_verified".to_owned(), true.into())]),
            all_groups: Some(groups.clone()),
            groups: Some(groups),
            ..UserObject::default()
        }),
        application: Some(ApplicationObject {
            name: "Reports".to_owned(),
            slug: "reports".to_owned(),
            ..ApplicationObject::default()
        }),
        provider: Some(ProviderObject {
            name: "Reports".to_owned(),
            client_id: "client".to_owned(),
            ..ProviderObject::default()
        }),
        token: Some(TokenObject::default()),
        context: Context {
            sets: BTreeMap::from([("oauth_scopes".to_owned(), vec!["openid".to_owned(), "admin".to_owned()])]),
            ..Context::default()
        },
        http_request: Some(HttpRequestObject::default()),
        client_ip: Some("192.0.2.7".to_owned()),
        ..Inputs::default()
    }
}
