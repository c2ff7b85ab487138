//! A source in a test: its record, its keys, and the driver that brings replies to the steps.

use std::sync::Arc;

use protocol::jose::{Algorithm, JwkSet, SigningKey};
use protocol::params::Params;
use protocol::refusal::Refusal;
use protocol::upstream::{
    Answer, Begun, Call, Exchange, Made, Redirect, Reply, Resumed, ScriptFailure, Secrets, Source, SourceKind, Start,
    Step, Upstream, UpstreamFailure, begin,
};
use serde_json::{Value, json};

use crate::fixtures::{NOW, World};
use crate::support::signing_key;

pub(crate) const ISSUER: &str = "https://login.example.net";
pub(crate) const REDIRECT_URI: &str = "https://id.example.com/source/oauth/callback/harbor/";
pub(crate) const CLIENT_ID: &str = "hh-web";
pub(crate) const CLIENT_SECRET: &str =
    "a secret: of ours/with+signs, long enough for HS512 and for everything else here";
pub(crate) const ACCESS_TOKEN: &str = "at/+= of~harbor";

/// A source of plain OAuth 2.0 as the sheet of authn.sh has it.
pub(crate) fn oauth2() -> Source {
    Source {
        id: "src_1".into(),
        key: "harbor".into(),
        name: "Harbor HR".into(),
        kind: SourceKind::Oauth2,
        made: Made::Native,
        client_id: CLIENT_ID.into(),
        authorization_endpoint: Some("https://hr.harbor.test/o/authorize".into()),
        token_endpoint: Some("https://hr.harbor.test/o/token".into()),
        userinfo_endpoint: Some("https://hr.harbor.test/v2/self".into()),
        scopes: vec!["me.read".into(), "me.mail".into()],
        ..Source::default()
    }
}

/// The same person's source when it speaks OpenID Connect.
pub(crate) fn oidc() -> Source {
    Source {
        kind: SourceKind::Oidc,
        issuer: Some(ISSUER.into()),
        jwks_uri: Some(format!("{ISSUER}/keys")),
        scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
        ..oauth2()
    }
}

/// A source with its secret and the keys that it publishes.
pub(crate) fn upstream(source: Source) -> Upstream {
    upstream_with(source, Some(CLIENT_SECRET), &[&key()])
}

pub(crate) fn upstream_with(source: Source, secret: Option<&str>, keys: &[&SigningKey]) -> Upstream {
    let keys = keys.iter().filter_map(|key| key.public_jwk().cloned()).collect();
    Upstream {
        source,
        client_secret: secret.map(Into::into),
        token_request_headers: Vec::new(),
        keys: Arc::new(JwkSet::new(keys)),
        bindings: Vec::new(),
    }
}

/// The key that the source signs with.
pub(crate) fn key() -> SigningKey {
    signing_key("harbor-1", Algorithm::RS256)
}

pub(crate) fn start<'a>(nothing: &'a Params) -> Start<'a> {
    Start {
        redirect_uri: REDIRECT_URI,
        state: "st4te",
        query: nothing,
        request: nothing,
        login_hint: None,
        connection_scope: &[],
        scope_separator: ',',
    }
}

/// Leaves for a source that needs no call before.
pub(crate) fn leave(upstream: &Upstream) -> Redirect {
    let nothing = Params::default();
    match begin(&World::default().env(NOW), upstream, &start(&nothing)) {
        Ok(Begun::Redirect(redirect)) => redirect,
        other => panic!("{other:?}"),
    }
}

/// The parameters of an address, in order.
pub(crate) fn query_of(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The nonce that a source was asked to repeat.
pub(crate) fn nonce_of(redirect: &Redirect) -> String {
    let pairs = query_of(&redirect.url);
    pairs
        .into_iter()
        .find(|(name, _)| name == "nonce")
        .map(|(_, value)| value)
        .unwrap_or_default()
}

/// Drives an exchange with replies in order; keys and scripts are answered by `others`.
pub(crate) struct Drive {
    pub(crate) world: World,
    pub(crate) exchange: Exchange,
    pub(crate) calls: Vec<Call>,
}

impl Drive {
    pub(crate) fn new(upstream: Upstream, secrets: Secrets) -> Self {
        Self {
            world: World::default(),
            exchange: Exchange::new(Arc::new(upstream), secrets, None),
            calls: Vec::new(),
        }
    }

    pub(crate) fn callback(&mut self, query: &str) -> Step {
        let params = Params::parse(query.as_bytes()).unwrap();
        let step = self.exchange.callback(&self.world.env(NOW), &params);
        self.note(step)
    }

    pub(crate) fn reply(&mut self, reply: Reply) -> Step {
        let step = self.exchange.step(&self.world.env(NOW), Resumed::Reply(reply));
        self.note(step)
    }

    pub(crate) fn keys(&mut self, keys: Result<&[&SigningKey], &str>) -> Step {
        let keys = keys.map(|keys| {
            Arc::new(JwkSet::new(
                keys.iter().filter_map(|key| key.public_jwk().cloned()).collect(),
            ))
        });
        let resumed = Resumed::Keys(keys.map_err(str::to_owned));
        let step = self.exchange.step(&self.world.env(NOW), resumed);
        self.note(step)
    }

    pub(crate) fn script(&mut self, made: Result<&str, &str>) -> Step {
        let made = made.map(|text| text.as_bytes().to_vec());
        self.script_ended(made.map_err(|message| ScriptFailure::Failed(message.to_owned())))
    }

    pub(crate) fn script_ended(&mut self, made: Result<Vec<u8>, ScriptFailure>) -> Step {
        let step = self.exchange.step(&self.world.env(NOW), Resumed::Script(made));
        self.note(step)
    }

    fn note(&mut self, step: Step) -> Step {
        if let Step::Call(call) = &step {
            self.calls.push(call.clone());
        }
        step
    }
}

pub(crate) fn json_reply(value: &Value) -> Reply {
    Reply::answer(200, Some("application/json"), value.to_string())
}

pub(crate) fn failed(step: Step) -> UpstreamFailure {
    match step {
        Step::Failed(failure) => *failure,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refusal(step: Step) -> Refusal {
    failed(step).refusal()
}

pub(crate) fn done(step: Step) -> Answer {
    match step {
        Step::Done(answer) => *answer,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn call(step: Step) -> Call {
    match step {
        Step::Call(call) => call,
        other => panic!("{other:?}"),
    }
}

/// The answer of a token endpoint with this ID token.
pub(crate) fn token_answer(id_token: Option<&str>) -> Value {
    let mut answer = json!({"access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3600});
    if let Some(id_token) = id_token {
        answer["id_token"] = id_token.into();
    }
    answer
}

/// The form of a call as pairs.
pub(crate) fn form_of(call: &Call) -> Vec<(String, String)> {
    let body = call.body.clone().unwrap_or_default();
    url::form_urlencoded::parse(body.as_bytes()).into_owned().collect()
}

pub(crate) fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
