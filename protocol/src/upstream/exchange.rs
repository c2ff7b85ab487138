//! Coming back from a source: from the parameters of the callback to what the source says about the person.
//!
//! [`Exchange`] is a machine without sockets. Each step answers with what is needed next ([`Step`]); whoever drives it brings that
//! ([`Resumed`]) until it is done or has failed.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::call::{Call, Reply};
use super::callback::parse_callback;
use super::document::Document;
use super::failure::UpstreamFailure;
use super::flow::{Secrets, required};
use super::id_token::{Expected, TokenFault, check_id_token, check_signed_profile};
use super::oauth1;
use super::source::{Made, SourceKind, Upstream};
use super::token::{self, Tokens};
use super::userinfo::{self, ProfileAnswer};
use super::vendors::{self, Habit, apple, entra, github};
use crate::env::Env;
use crate::error::OAuthError;
use crate::jose::{JwkSet, SigningKey};
use crate::params::Params;
use crate::recorder::{Observation, Verdict};
use crate::refusal::Refusal;

/// What has to happen next. `Debug` shows no token and no value of a context.
pub enum Step {
    /// Send this and bring the reply.
    Call(Call),
    /// Read the keys of the source again, and bring them. Asked for once in an exchange at most.
    FetchKeys {
        /// Where they are.
        jwks_uri: String,
    },
    /// Run the profile script of the source, and bring what it makes.
    Script {
        /// Its first argument.
        access_token: SecretString,
        /// Its second argument: the answer of the token endpoint, and `userinfo` and `id_token_claims` where there are any.
        context: Map<String, Value>,
    },
    /// The source has said who came.
    Done(Box<Answer>),
    /// It ends here.
    Failed(Box<UpstreamFailure>),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(call) => f.debug_tuple("Call").field(call).finish(),
            Self::FetchKeys { jwks_uri } => f.debug_tuple("FetchKeys").field(jwks_uri).finish(),
            Self::Script { context, .. } => {
                let names: Vec<&String> = context.keys().collect();
                f.debug_tuple("Script").field(&names).finish()
            }
            Self::Done(answer) => f.debug_tuple("Done").field(answer).finish(),
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
        }
    }
}

/// What a step asked for. `Debug` shows no profile.
pub enum Resumed {
    /// The reply to a call.
    Reply(Reply),
    /// The keys, or why there are none.
    Keys(Result<Arc<JwkSet>, String>),
    /// The JSON text of the profile that the script made, or why there is none.
    Script(Result<Vec<u8>, ScriptFailure>),
}

/// Why a script made no profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptFailure {
    /// Its own doing: what it said, or the limit that it met.
    Failed(String),
    /// It could not be run at the moment, which says nothing about it. For the log only.
    NotNow(String),
}

impl fmt::Debug for Resumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reply(reply) => f.debug_tuple("Reply").field(reply).finish(),
            Self::Keys(keys) => f
                .debug_tuple("Keys")
                .field(&keys.as_ref().map(|keys| keys.keys.len()))
                .finish(),
            Self::Script(made) => f.debug_tuple("Script").field(&made.as_ref().map(Vec::len)).finish(),
        }
    }
}

/// What a source said about a person.
#[derive(Debug)]
pub struct Answer {
    /// What it granted.
    pub tokens: Tokens,
    /// What it told.
    pub told: Told,
}

/// The places from which a profile is read. A recorded answer is replayed from the same three.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// The answer of the profile address.
    pub userinfo: Option<Document>,
    /// The claims of the ID token.
    pub id_token: Option<Document>,
    /// What the profile script made of them.
    pub script: Option<Document>,
}

/// A sign-in through a source that came back. `Debug` shows the step it is at.
pub struct Exchange {
    upstream: Arc<Upstream>,
    secrets: Secrets,
    assertion_key: Option<SigningKey>,
    keys: Arc<JwkSet>,
    keys_are_fresh: bool,
    stage: Stage,
    /// The form field of Apple's first consent.
    name: Option<Value>,
    answer: Document,
    tokens: Option<Tokens>,
    told: Told,
    /// Groups of the pages so far.
    groups: Vec<Value>,
}

/// What was asked for last.
#[derive(Clone, PartialEq, Eq)]
enum Stage {
    Callback,
    Token,
    IdTokenKeys,
    Userinfo,
    UserinfoKeys(String),
    Supplement,
    Script,
    Over,
}

impl Stage {
    /// The name of the check that ends this stage, for the recorder.
    const fn check(&self) -> &'static str {
        match self {
            Self::Callback => "upstream_callback",
            Self::Token => "upstream_token",
            Self::IdTokenKeys => "upstream_id_token",
            Self::Userinfo | Self::UserinfoKeys(_) => "upstream_userinfo",
            Self::Supplement => "upstream_supplement",
            Self::Script => "upstream_script",
            Self::Over => "upstream_over",
        }
    }
}

type Outcome = Result<Step, UpstreamFailure>;

impl Exchange {
    /// A sign-in that came back. `assertion_key` is the key of `private_key_jwt`.
    #[must_use]
    pub fn new(upstream: Arc<Upstream>, secrets: Secrets, assertion_key: Option<SigningKey>) -> Self {
        let keys = Arc::clone(&upstream.keys);
        Self {
            upstream,
            secrets,
            assertion_key,
            keys,
            keys_are_fresh: false,
            stage: Stage::Callback,
            name: None,
            answer: Document::default(),
            tokens: None,
            told: Told::default(),
            groups: Vec::new(),
        }
    }

    /// Takes the parameters of the callback, whose `state` has been checked and used up.
    pub fn callback(&mut self, env: &Env<'_>, params: &Params) -> Step {
        let outcome = match self.stage {
            Stage::Callback => self.returned(env, params),
            _ => Err(Refusal::Internal.into()),
        };
        self.settle(env, "upstream_callback", outcome)
    }

    /// Takes what the last step asked for.
    pub fn step(&mut self, env: &Env<'_>, resumed: Resumed) -> Step {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        let check = stage.check();
        let outcome = match (stage, resumed) {
            (Stage::Token, Resumed::Reply(reply)) => self.token_came(env, &reply),
            (Stage::IdTokenKeys, Resumed::Keys(keys)) => self.keys_came(keys).and_then(|()| self.check_id_token(env)),
            (Stage::Userinfo, Resumed::Reply(reply)) => self.userinfo_came(&reply),
            (Stage::UserinfoKeys(token), Resumed::Keys(keys)) => {
                self.keys_came(keys).and_then(|()| self.check_signed_profile(token))
            }
            (Stage::Supplement, Resumed::Reply(reply)) => self.supplement_came(&reply),
            (Stage::Script, Resumed::Script(made)) => self.script_came(made),
            _ => Err(OAuthError::new(Refusal::Internal)
                .detail("another step was asked for")
                .into()),
        };
        self.settle(env, check, outcome)
    }

    fn settle(&mut self, env: &Env<'_>, check: &'static str, outcome: Outcome) -> Step {
        let verdict = match &outcome {
            Ok(_) => Verdict::Passed,
            Err(failure) => Verdict::Refused(&failure.error),
        };
        env.recorder.observe(env.transaction, &Observation { check, verdict });
        match outcome {
            Ok(step) => step,
            Err(failure) => {
                self.stage = Stage::Over;
                Step::Failed(Box::new(failure))
            }
        }
    }

    fn ask(&mut self, stage: Stage, call: Call) -> Outcome {
        self.stage = stage;
        Ok(Step::Call(call))
    }

    fn returned(&mut self, env: &Env<'_>, params: &Params) -> Outcome {
        let source = &self.upstream.source;
        if !source.enabled {
            return Err(Refusal::UpstreamSourceDisabled.into());
        }
        if source.kind == SourceKind::Oauth1 {
            let call = oauth1::token_call(env, &self.upstream, &self.secrets, params)?;
            return self.ask(Stage::Token, call);
        }
        let code = parse_callback(source, params)?;
        if vendors::habit(source) == Habit::Apple {
            self.name = params.get("user").and_then(apple::name_in_user);
        }
        let call = token::code_call(
            env,
            &self.upstream,
            self.assertion_key.as_ref(),
            code,
            &self.secrets.redirect_uri,
            self.secrets.code_verifier.as_deref(),
        )?;
        self.ask(Stage::Token, call)
    }

    fn token_came(&mut self, env: &Env<'_>, reply: &Reply) -> Outcome {
        let (tokens, answer) = match self.upstream.source.kind {
            SourceKind::Oauth1 => oauth1::read_token_answer(reply)?,
            _ => token::read_answer(&self.upstream, reply, &self.secrets.scopes)?,
        };
        self.tokens = Some(tokens);
        self.answer = answer;
        match self.upstream.source.kind {
            SourceKind::Oidc => self.check_id_token(env),
            SourceKind::Oauth2 | SourceKind::Oauth1 => self.ask_for_profile(env),
        }
    }

    /// The tokens; they are there from the answer of the token endpoint on.
    fn granted(&self) -> Result<&Tokens, UpstreamFailure> {
        self.tokens.as_ref().ok_or_else(|| Refusal::Internal.into())
    }

    fn check_id_token(&mut self, env: &Env<'_>) -> Outcome {
        let tokens = self.granted()?;
        let id_token = tokens.id_token.as_ref().ok_or(Refusal::UpstreamIdTokenMissing)?;
        let nonce = self.secrets.nonce.as_deref();
        let expected = Expected {
            // A sign-in that began without a nonce was not begun by this version of the source.
            nonce: Some(nonce.unwrap_or_default()),
            access_token: tokens.access_token.expose_secret(),
        };
        let checked = check_id_token(env, &self.upstream, &self.keys, id_token.expose_secret(), expected);
        match checked {
            Ok(mut claims) => {
                if let Some(name) = self.name.take() {
                    claims.set("name", name);
                }
                self.told.id_token = Some(claims);
                if self.upstream.source.userinfo_endpoint.is_some() {
                    self.ask_for_profile(env)
                } else {
                    self.ask_script()
                }
            }
            Err(fault) => self.fetch_keys(fault, Stage::IdTokenKeys),
        }
    }

    /// Asks for the keys once; a token that no fresh key fits is refused.
    fn fetch_keys(&mut self, fault: TokenFault, stage: Stage) -> Outcome {
        let error = match fault {
            TokenFault::Refused(error) => return Err((*error).into()),
            TokenFault::KeyUnknown(error) => error,
        };
        match &self.upstream.source.jwks_uri {
            Some(jwks_uri) if !self.keys_are_fresh => {
                let jwks_uri = jwks_uri.clone();
                self.stage = stage;
                Ok(Step::FetchKeys { jwks_uri })
            }
            _ => Err((*error).into()),
        }
    }

    fn keys_came(&mut self, keys: Result<Arc<JwkSet>, String>) -> Result<(), UpstreamFailure> {
        self.keys_are_fresh = true;
        self.keys = keys.map_err(|why| OAuthError::new(Refusal::UpstreamKeysUnreachable).detail(why))?;
        Ok(())
    }

    fn ask_for_profile(&mut self, env: &Env<'_>) -> Outcome {
        let source = &self.upstream.source;
        // A script may fetch the profile on its own.
        if source.userinfo_endpoint.is_none() && source.profile_script.is_some() {
            return self.ask_script();
        }
        // Auth0's connections without a script have an empty profile (B-2.6), which tells nobody from anybody.
        if source.userinfo_endpoint.is_none() && source.made == Made::Auth0 {
            return self.finish();
        }
        let tokens = self.granted()?;
        let call = match source.kind {
            SourceKind::Oauth1 => {
                let endpoint = required(source.userinfo_endpoint.as_deref(), "userinfo_endpoint")?;
                oauth1::profile_call(env, &self.upstream, endpoint, tokens)?
            }
            _ => userinfo::profile_call(source, tokens.access_token.expose_secret(), &self.answer)?,
        };
        self.ask(Stage::Userinfo, call)
    }

    fn userinfo_came(&mut self, reply: &Reply) -> Outcome {
        let access_token = self.granted()?.access_token.expose_secret();
        match userinfo::read_answer(&self.upstream.source, reply, access_token)? {
            ProfileAnswer::Plain(profile) => self.take_profile(profile),
            ProfileAnswer::Signed(_) if self.upstream.source.kind != SourceKind::Oidc => {
                let error = OAuthError::new(Refusal::UpstreamUserinfoMalformed);
                Err(error.given("a signed token").expected("a JSON object").into())
            }
            ProfileAnswer::Signed(token) => self.check_signed_profile(token),
        }
    }

    fn check_signed_profile(&mut self, token: String) -> Outcome {
        match check_signed_profile(&self.upstream, &self.keys, &token) {
            Ok(profile) => self.take_profile(profile),
            Err(fault) => self.fetch_keys(fault, Stage::UserinfoKeys(token)),
        }
    }

    fn take_profile(&mut self, mut profile: Document) -> Outcome {
        // OpenID Connect Core, section 5.3.2: both have to speak of the same person.
        if let Some(claims) = &self.told.id_token {
            let (expected, given) = (claims.text("sub"), profile.text("sub"));
            if expected.is_none() || expected != given {
                let error = OAuthError::new(Refusal::UpstreamSubjectMismatch);
                let error = error
                    .given(given.unwrap_or("no sub"))
                    .expected(expected.unwrap_or_default());
                return Err(error.into());
            }
        }
        let tokens = self.granted()?;
        let endpoint = self.upstream.source.userinfo_endpoint.as_deref().unwrap_or_default();
        let further = match vendors::habit(&self.upstream.source) {
            Habit::GitHub => {
                github::tidy(&mut profile);
                github::lacks_email(&profile).then(|| github::emails_url(endpoint))
            }
            Habit::Entra => entra::groups_url(endpoint, &self.upstream.source.scopes),
            _ => None,
        };
        let call = further.map(|url| userinfo::supplement_call(url, tokens.access_token.expose_secret()));
        self.told.userinfo = Some(profile);
        match call {
            Some(call) => self.ask(Stage::Supplement, call),
            None => self.ask_script(),
        }
    }

    fn supplement_came(&mut self, reply: &Reply) -> Outcome {
        let mut further = None;
        if let Some(profile) = &mut self.told.userinfo {
            match vendors::habit(&self.upstream.source) {
                Habit::GitHub => github::take_email(profile, reply),
                Habit::Entra => {
                    let endpoint = self.upstream.source.userinfo_endpoint.as_deref().unwrap_or_default();
                    further = entra::take_groups(&mut self.groups, endpoint, reply)?;
                    if further.is_none() {
                        profile.set("groups", Value::Array(std::mem::take(&mut self.groups)));
                    }
                }
                _ => {}
            }
        }
        match further {
            Some(url) => {
                let call = userinfo::supplement_call(url, self.granted()?.access_token.expose_secret());
                self.ask(Stage::Supplement, call)
            }
            None => self.ask_script(),
        }
    }

    fn ask_script(&mut self) -> Outcome {
        if self.upstream.source.profile_script.is_none() {
            return self.finish();
        }
        let access_token = self.granted()?.access_token.clone();
        let mut context = self.answer.members().clone();
        // The secret of a token of OAuth 1.0a would be worth as much as a password to whatever the script calls.
        context.remove("oauth_token_secret");
        let told = [
            ("userinfo", &self.told.userinfo),
            ("id_token_claims", &self.told.id_token),
        ];
        for (name, document) in told {
            if let Some(document) = document
                && !context.contains_key(name)
            {
                context.insert(name.to_owned(), Value::Object(document.members().clone()));
            }
        }
        self.stage = Stage::Script;
        Ok(Step::Script { access_token, context })
    }

    fn script_came(&mut self, made: Result<Vec<u8>, ScriptFailure>) -> Outcome {
        let secret = self
            .upstream
            .client_secret
            .as_ref()
            .map_or("", |secret| secret.expose_secret());
        let access_token = self.granted()?.access_token.expose_secret();
        let failed = |message: &str| {
            UpstreamFailure::new(Refusal::UpstreamScriptFailed).describe(message, &[access_token, secret])
        };
        let text = made.map_err(|failure| match failure {
            ScriptFailure::Failed(message) => failed(&message),
            ScriptFailure::NotNow(why) => OAuthError::new(Refusal::UpstreamScriptUnavailable).detail(why).into(),
        })?;
        let profile = Document::parse(&text).map_err(|_| failed("the script gave no profile"))?;
        self.told.script = Some(profile);
        self.finish()
    }

    fn finish(&mut self) -> Outcome {
        self.stage = Stage::Over;
        let tokens = self.tokens.take().ok_or(Refusal::Internal)?;
        Ok(Step::Done(Box::new(Answer {
            tokens,
            told: std::mem::take(&mut self.told),
        })))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("source", &self.upstream.source.key)
            .field("stage", &self.stage.check())
            .finish_non_exhaustive()
    }
}
