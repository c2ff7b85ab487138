//! The relying party of the plans: it asks, lets the person sign in through the forms, and checks all that comes back.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use axum::body::Body;
use http::{Method, Request, header};
use protocol::client::{Application, ConsentMode, GrantType};
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, VerifyingKey, typ, verify};
use protocol::user::{Address, StandardClaims};
use serde_json::{Map, Value};

use crate::harness::{Answer, Client, Harness, PASSWORD, secret_of};

/// One check of a plan.
pub(super) type Check = for<'a, 'h> fn(&'a mut Party<'h>) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Rows of a plan: the name of the check and its function.
pub(super) type Table = &'static [(&'static str, Check)];

/// Writes the rows of a plan.
macro_rules! table {
    ($($name:literal: $check:path),* $(,)?) => {
        &[$(($name, |party| Box::pin($check(party)))),*]
    };
}
pub(super) use table;

/// The person of all plans, who has every standard claim.
pub(super) const PERSON: &str = "ada";

/// Runs the checks of a plan one after the other, all with the browser of one person as the suite does, and names those
/// that failed.
pub(super) async fn run(harness: &Harness, plan: &str, response_type: &'static str, mode: Mode, checks: &[Table]) {
    let mut browser = prepare(harness).await;
    let mut failed = Vec::new();
    for (name, check) in checks.iter().copied().flatten() {
        let mut party = Party {
            harness,
            browser,
            response_type,
            mode,
        };
        let outcome = caught(check(&mut party)).await;
        browser = party.browser;
        println!(
            "{plan}, {response_type}: {name}: {}",
            if outcome { "passed" } else { "FAILED" }
        );
        if !outcome {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "{plan}, {response_type}: {failed:?}");
}

/// Whether a check ends without a panic.
async fn caught(mut check: Pin<Box<dyn Future<Output = ()> + '_>>) -> bool {
    std::future::poll_fn(
        move |context| match catch_unwind(AssertUnwindSafe(|| check.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(true),
            Err(_) => Poll::Ready(false),
        },
    )
    .await
}

/// The person, two applications that sign by RS256 as the suite wants, and a browser in which the person is signed in.
async fn prepare(harness: &Harness) -> Client {
    let text = |value: &str| Some(value.to_owned());
    harness
        .user_with(PERSON, |user| {
            user.name = "Ada King Lovelace".into();
            user.email_verified = true;
            user.claims = StandardClaims {
                given_name: text("Ada"),
                family_name: text("Lovelace"),
                middle_name: text("King"),
                nickname: text("countess"),
                profile: text("https://ada.example/"),
                picture: text("https://ada.example/ada.png"),
                website: text("https://engine.example/"),
                gender: text("female"),
                birthdate: text("1815-12-10"),
                zoneinfo: text("Europe/London"),
                locale: text("en-GB"),
                phone_number: text("+44 20 7946 0000"),
                phone_number_verified: Some(true),
                address: Some(Address {
                    formatted: text("12 St James's Square\nLondon"),
                    street_address: text("12 St James's Square"),
                    locality: text("London"),
                    postal_code: text("SW1Y 4JH"),
                    country: text("United Kingdom"),
                    ..Address::default()
                }),
            };
        })
        .await;
    for slug in ["rp", "rp2"] {
        application(harness, slug).await;
    }
    harness.signed_in(PERSON).await
}

async fn application(harness: &Harness, slug: &str) -> Application {
    let key = harness
        .app
        .snapshot()
        .active(Algorithm::RS256)
        .map(|key| key.record.id.clone());
    harness
        .application_with(slug, |application| {
            application.signing_key = key;
            application.consent_mode = ConsentMode::Skip;
            application.grant_types = vec![
                GrantType::AuthorizationCode,
                GrantType::Implicit,
                GrantType::Hybrid,
                GrantType::RefreshToken,
            ];
        })
        .await
}

/// How the answers of a plan travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the response type says.
    Default,
    /// By `response_mode=form_post`.
    FormPost,
}

/// A relying party and the browser of the person.
pub(super) struct Party<'h> {
    pub(super) harness: &'h Harness,
    pub(super) browser: Client,
    pub(super) response_type: &'static str,
    pub(super) mode: Mode,
}

/// An answer of the authorization endpoint, as it reached the relying party.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) parameters: BTreeMap<String, String>,
}

impl Reply {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The registered code of an error.
    pub(super) fn error(&self) -> &str {
        self.get("error").unwrap_or_else(|| panic!("no error in {self:?}"))
    }
}

/// All that one sign-in gave, verified.
#[derive(Debug)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    pub(super) claims: Map<String, Value>,
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
    /// From where the ID token above came.
    pub(super) from_front: bool,
}

impl Party<'_> {
    pub(super) fn has(&self, word: &str) -> bool {
        self.response_type.split(' ').any(|one| one == word)
    }

    /// The address that a fresh browser has not seen anything of.
    pub(super) fn fresh_browser(&self) -> Client {
        self.harness.client()
    }

    /// The parameters of a request; an empty value takes one away.
    pub(super) fn parameters<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut pairs = vec![
            ("client_id", "rp"),
            ("redirect_uri", "https://rp.example/cb"),
            ("response_type", self.response_type),
            ("scope", "openid"),
            ("state", "state-of-rp /&?%"),
            ("nonce", "nonce-of-rp"),
        ];
        if self.mode == Mode::FormPost {
            pairs.push(("response_mode", "form_post"));
        }
        for (name, value) in more {
            pairs.retain(|(known, _)| known != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        pairs
    }

    pub(super) fn address(&self, more: &[(&str, &str)]) -> String {
        address_of(&self.parameters(more))
    }

    /// Where a request leads in this browser: a page, or an answer that leaves.
    pub(super) async fn open(&mut self, more: &[(&str, &str)]) -> Answer {
        let address = self.address(more);
        self.browser.visit(&address).await
    }

    /// A whole request; the person signs in where that is asked. The answer must travel as the plan says.
    pub(super) async fn ask(&mut self, more: &[(&str, &str)]) -> Reply {
        let answer = self.open(more).await;
        self.finish(answer, more).await
    }

    /// Goes on from a page to the answer.
    pub(super) async fn finish(&mut self, mut answer: Answer, more: &[(&str, &str)]) -> Reply {
        if answer.has("form#login-form") {
            answer = self.enter(&answer).await;
        }
        self.read(&answer, more)
    }

    /// Signs in on the page that is shown.
    pub(super) async fn enter(&mut self, page: &Answer) -> Answer {
        let form = page
            .form("login-form")
            .with("username", PERSON)
            .with("password", PASSWORD);
        let answer = self.browser.submit(&form).await;
        self.browser.follow(answer).await
    }

    /// Reads an answer and checks how it travels, and `state` and `iss`.
    pub(super) fn read(&self, answer: &Answer, more: &[(&str, &str)]) -> Reply {
        let given = |name: &str| more.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let response_type = given("response_type").unwrap_or(self.response_type);
        let pairs: Vec<(String, String)> = if self.mode == Mode::FormPost {
            let form = answer.form("form-post");
            assert_eq!(form.action, "https://rp.example/cb");
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let policy = answer.header("content-security-policy").expect("a policy");
            assert!(policy.contains("form-action https://rp.example"), "{policy}");
            form.fields
        } else {
            let location = answer.location().unwrap_or_else(|| panic!("no redirect: {answer:?}"));
            let sign = if matches!(response_type, "" | "code") { '?' } else { '#' };
            let rest = location
                .strip_prefix("https://rp.example/cb")
                .and_then(|rest| rest.strip_prefix(sign))
                .unwrap_or_else(|| panic!("not behind {sign}: {location}"));
            url::form_urlencoded::parse(rest.as_bytes()).into_owned().collect()
        };
        let parameters: BTreeMap<String, String> = pairs.iter().cloned().collect();
        assert_eq!(parameters.len(), pairs.len(), "a parameter stands twice: {pairs:?}");
        let reply = Reply { parameters };
        let state = given("state").unwrap_or("state-of-rp /&?%");
        assert_eq!(
            reply.get("state").unwrap_or_default(),
            state,
            "state comes back unchanged"
        );
        assert_eq!(reply.get("iss"), Some(self.issuer().as_str()));
        reply
    }

    pub(super) fn issuer(&self) -> String {
        "http://localhost:9000/application/o/rp/".to_owned()
    }

    /// A sign-in that succeeds, with all its tokens.
    pub(super) async fn sign_in(&mut self, more: &[(&str, &str)]) -> Tokens {
        let reply = self.ask(more).await;
        self.tokens(&reply, more).await
    }

    /// Redeems and verifies everything that an answer gave.
    pub(super) async fn tokens(&mut self, reply: &Reply, more: &[(&str, &str)]) -> Tokens {
        assert_eq!(reply.get("error"), None, "{reply:?}");
        let nonce = more
            .iter()
            .find(|(name, _)| *name == "nonce")
            .map_or("nonce-of-rp", |(_, value)| value);
        for (word, parameter) in [("code", "code"), ("id_token", "id_token"), ("token", "access_token")] {
            assert_eq!(
                reply.get(parameter).is_some(),
                self.has(word),
                "{parameter} of {reply:?}"
            );
        }
        if self.has("token") {
            assert_eq!(reply.get("token_type"), Some("Bearer"));
            assert_eq!(reply.get("expires_in"), Some("3600"));
        }
        let mut found: Option<Tokens> = None;
        if let Some(id_token) = reply.get("id_token") {
            let claims = self.verify(id_token, nonce).await;
            self.check_hash(&claims, "at_hash", reply.get("access_token"), true);
            self.check_hash(&claims, "c_hash", reply.get("code"), true);
            found = Some(Tokens {
                id_token: id_token.to_owned(),
                claims,
                access_token: reply.get("access_token").map(str::to_owned),
                refresh_token: None,
                from_front: true,
            });
        }
        let Some(code) = reply.get("code") else {
            return found.expect("an ID token");
        };
        let body = self.redeem(code, more).await;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let id_token = text("id_token").expect("an ID token beside the access token");
        let claims = self.verify(&id_token, nonce).await;
        self.check_hash(&claims, "at_hash", text("access_token").as_deref(), false);
        if let Some(front) = &found {
            for name in ["iss", "sub", "aud", "auth_time"] {
                assert_eq!(front.claims[name], claims[name], "{name} of both ID tokens");
            }
        }
        let refresh_token = text("refresh_token");
        match found {
            Some(front) => Tokens {
                access_token: front.access_token.or_else(|| text("access_token")),
                refresh_token,
                ..front
            },
            None => Tokens {
                id_token,
                claims,
                access_token: text("access_token"),
                refresh_token,
                from_front: false,
            },
        }
    }

    fn check_hash(&self, claims: &Map<String, Value>, name: &str, of: Option<&str>, needed: bool) {
        let expected = of.map(|value| Value::from(Algorithm::RS256.hash_half(value.as_bytes())));
        if needed || claims.contains_key(name) {
            assert_eq!(claims.get(name), expected.as_ref(), "{name}");
        }
    }

    /// Verifies an ID token with the published keys.
    pub(super) async fn verify(&self, token: &str, nonce: &str) -> Map<String, Value> {
        let keys = self.harness.client().get("/application/o/rp/jwks/").await;
        let keys = JwkSet::parse(keys.body.as_bytes()).expect("a key set").keys;
        let keys: Vec<VerifyingKey> = keys.iter().filter_map(|key| VerifyingKey::from_jwk(key).ok()).collect();
        let verification = Verification::new(&keys, &[Algorithm::RS256], TypRule::OneOf(&[typ::JWT]));
        let claims = verify(token, &verification).expect("our signature").claims;
        let now = self.harness.now().seconds();
        assert_eq!((&claims["iss"], &claims["aud"]), (&self.issuer().into(), &"rp".into()));
        assert!(claims["iat"].as_i64().expect("iat") <= now && claims["exp"].as_i64().expect("exp") > now);
        assert_eq!(claims.get("nonce").and_then(Value::as_str).unwrap_or_default(), nonce);
        let sub = claims["sub"].as_str().expect("sub");
        assert!(!sub.is_empty() && sub.len() <= 255 && sub.is_ascii());
        claims
    }

    /// Redeems a code by Basic and checks the answer's headers.
    pub(super) async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Value {
        let verifier = more
            .iter()
            .find(|(name, _)| *name == "code_challenge")
            .map(|_| super::asking::VERIFIER);
        let answer = self.token_request(&redemption(code, verifier), true, "rp").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let body: Value = serde_json::from_str(&answer.body).expect("JSON");
        assert!(
            body["token_type"]
                .as_str()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
        );
        body
    }

    /// A token request of an application, by Basic or in the body.
    pub(super) async fn token_request(&self, fields: &[(&str, &str)], basic: bool, slug: &str) -> Answer {
        use base64::Engine as _;
        let secret = secret_of(slug);
        let mut all = fields.to_vec();
        let mut client = self.harness.client();
        if basic {
            let pair = base64::engine::general_purpose::STANDARD.encode(format!("{slug}:{secret}"));
            client = client.with_header(header::AUTHORIZATION, &format!("Basic {pair}"));
        } else {
            all.extend([("client_id", slug), ("client_secret", secret.as_str())]);
        }
        client.post("/application/o/token/", &all).await
    }

    /// Userinfo with a header of this scheme.
    pub(super) async fn userinfo(&self, method: Method, scheme: &str, token: &str) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri("/application/o/userinfo/")
            .header(header::AUTHORIZATION, format!("{scheme} {token}"));
        self.harness
            .client()
            .send(request.body(Body::empty()).expect("a request"))
            .await
    }

    /// The claims about the person, from where a relying party of this response type finds them: userinfo, or the ID
    /// token when there is no access token.
    pub(super) async fn profile(&self, tokens: &Tokens) -> Map<String, Value> {
        let Some(access_token) = &tokens.access_token else {
            return tokens.claims.clone();
        };
        let answer = self.userinfo(Method::GET, "Bearer", access_token).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let claims: Map<String, Value> = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(claims["sub"], tokens.claims["sub"], "the same person");
        claims
    }
}

/// The address of an authorization request.
pub(super) fn address_of(pairs: &[(&str, &str)]) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("/application/o/authorize/?{query}")
}

/// The fields that redeem a code.
pub(super) fn redemption<'a>(code: &'a str, verifier: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", "https://rp.example/cb"),
    ];
    fields.extend(verifier.map(|verifier| ("code_verifier", verifier)));
    fields
}
