//! The application of each recipe, made through the interface, and what it sends and reads when somebody signs in.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request, header};
use protocol::jose::{Algorithm, JwkSet, TypRule, Verification, typ, verify};
use serde_json::{Map, Value, json};
use vestibule::actions::recipes::{Authentication, Endpoints, Recipe, all};

use crate::api::support::Api;
use crate::harness::{Answer, Client, Harness, on_both};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

on_both!(every_recipe_signs_somebody_in);

async fn every_recipe_signs_somebody_in(harness: &Harness) {
    let user = harness.user("alice").await;
    harness
        .change_user(&mut user.clone(), |user| user.email_verified = true)
        .await;
    let mut api = Api::new(harness).await;
    let group = json!({ "name": "staff", "users": [user.id] });
    api.post("/groups", &group).await.created();
    let policy = json!({ "name": "minio-readwrite", "users": [user.id] });
    api.post("/groups", &policy).await.created();
    let mut browser = harness.signed_in("alice").await;
    for recipe in all() {
        let answers: Map<String, Value> = recipe
            .questions
            .iter()
            .map(|question| (question.name.clone(), json!(question.example)))
            .collect();
        let path = format!("/recipes/{}/applications", recipe.name);
        let made = api.post(&path, &json!({ "answers": answers })).await.created();
        let visitor = Visitor {
            harness,
            recipe,
            made: &made,
        };
        match recipe.request.endpoints {
            Endpoints::Openid => visitor.signs_in(&mut browser).await,
            Endpoints::Machine => visitor.gets_a_token().await,
        }
    }
}

/// An application of a recipe.
struct Visitor<'a> {
    harness: &'a Harness,
    recipe: &'a Recipe,
    made: &'a Value,
}

impl Visitor<'_> {
    async fn signs_in(&self, browser: &mut Client) {
        let (name, request) = (&self.recipe.name, &self.recipe.request);
        let answer = browser.visit(&self.authorize()).await;
        let answer = if answer.has("form#consent-form") {
            browser
                .submit(&answer.form("consent-form").with("decision", "allow"))
                .await
        } else {
            answer
        };
        let answer = browser.follow(answer).await;
        let code = answer
            .parameter("code")
            .unwrap_or_else(|| panic!("{name}: {} {:?}\n{}", answer.status, answer.location(), answer.body));
        assert!(
            answer.location().expect("a redirect").starts_with(&self.redirect_uri()),
            "{name}"
        );
        assert_eq!(answer.parameter("state").as_deref(), Some("a state"), "{name}");
        let redirect = self.redirect_uri();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", redirect.as_str()),
        ];
        if request.pkce {
            fields.push(("code_verifier", VERIFIER));
        }
        let tokens = self.token(&fields).await;
        let access_token = tokens["access_token"].as_str().expect("an access token");
        if !request.id_token.is_empty() {
            self.reads_the_id_token(&tokens).await;
        }
        if !request.userinfo.is_empty() {
            let claims = self.userinfo(access_token).await;
            for claim in &request.userinfo {
                assert!(is_there(&claims[claim]), "{name}: userinfo has no {claim}: {claims}");
            }
        }
        if request.refresh {
            let refresh_token = tokens["refresh_token"]
                .as_str()
                .unwrap_or_else(|| panic!("{name}: {tokens}"));
            let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
            let again = self.token(&fields).await;
            assert!(again["access_token"].is_string(), "{name}: {again}");
        }
    }

    /// A program signs in by itself; who reads its token finds a key that verifies it, our issuer and the client id as audience.
    async fn gets_a_token(&self) {
        let name = &self.recipe.name;
        let mut fields = vec![("grant_type", "client_credentials")];
        if !self.recipe.request.scope.is_empty() {
            fields.push(("scope", &self.recipe.request.scope));
        }
        let tokens = self.token(&fields).await;
        let access_token = tokens["access_token"].as_str().expect("an access token");
        let claims = self.verified(access_token, typ::ACCESS_TOKEN).await;
        assert_eq!(claims["aud"], self.made["client_id"], "{name}");
        assert_eq!(claims["iss"], self.issuer(), "{name}");
    }

    async fn reads_the_id_token(&self, tokens: &Value) {
        let (name, request) = (&self.recipe.name, &self.recipe.request);
        let id_token = tokens["id_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{name}: no ID token in {tokens}"));
        let claims = self.verified(id_token, typ::JWT).await;
        assert_eq!(claims["iss"], self.issuer(), "{name}");
        assert_eq!(claims["aud"], self.made["client_id"], "{name}");
        let nonce = if request.nonce { json!("a nonce") } else { Value::Null };
        assert_eq!(claims["nonce"], nonce, "{name}");
        for claim in &request.id_token {
            assert!(
                is_there(&claims[claim]),
                "{name}: the ID token has no {claim}: {claims}"
            );
        }
    }

    /// The claims of a token that the published keys verify by the algorithm of the recipe, and by no other.
    async fn verified(&self, token: &str, typ: &'static str) -> Value {
        let name = &self.recipe.name;
        let jwks = self.harness.client().get(&format!("{}jwks/", self.path())).await;
        let keys = JwkSet::parse(jwks.body.as_bytes()).expect("keys").verifying_keys();
        let alg = Algorithm::ASYMMETRIC
            .into_iter()
            .find(|alg| alg.as_str() == self.recipe.application.algorithm())
            .expect("an algorithm that signs with a key");
        let allowed = [typ];
        let rules = Verification::new(&keys, std::slice::from_ref(&alg), TypRule::OneOf(&allowed));
        let verified = verify(token, &rules).unwrap_or_else(|error| panic!("{name}: {error}"));
        Value::Object(verified.claims)
    }

    fn authorize(&self) -> String {
        let request = &self.recipe.request;
        let redirect = self.redirect_uri();
        let mut pairs = vec![
            ("client_id", self.text("client_id")),
            ("redirect_uri", redirect.as_str()),
            ("response_type", "code"),
            ("state", "a state"),
        ];
        if !request.scope.is_empty() {
            pairs.push(("scope", &request.scope));
        }
        if request.nonce {
            pairs.push(("nonce", "a nonce"));
        }
        if request.pkce {
            pairs.extend([("code_challenge", CHALLENGE), ("code_challenge_method", "S256")]);
        }
        pairs.extend(
            request
                .parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        format!("/application/o/authorize/?{query}")
    }

    async fn token(&self, fields: &[(&str, &str)]) -> Value {
        let id = self.text("client_id");
        let mut fields = fields.to_vec();
        let mut request = Request::builder()
            .method(Method::POST)
            .uri("/application/o/token/")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match self.recipe.request.authentication {
            Authentication::Basic => {
                let pair = STANDARD.encode(format!("{id}:{}", self.text("client_secret")));
                request = request.header(header::AUTHORIZATION, format!("Basic {pair}"));
            }
            Authentication::Post => fields.extend([("client_id", id), ("client_secret", self.text("client_secret"))]),
            Authentication::None => fields.push(("client_id", id)),
        }
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = request.body(Body::from(body)).expect("a request");
        self.json(&self.harness.client().send(request).await)
    }

    async fn userinfo(&self, access_token: &str) -> Value {
        let request = Request::builder()
            .uri("/application/o/userinfo/")
            .header(header::AUTHORIZATION, format!("Bearer {access_token}"))
            .body(Body::empty())
            .expect("a request");
        self.json(&self.harness.client().send(request).await)
    }

    fn json(&self, answer: &Answer) -> Value {
        assert_eq!(answer.status, 200, "{}: {}", self.recipe.name, answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    fn redirect_uri(&self) -> String {
        self.made["redirect_uris"][0]["url"]
            .as_str()
            .expect("a redirect URI")
            .to_owned()
    }

    fn path(&self) -> String {
        format!("/application/o/{}/", self.text("slug"))
    }

    fn issuer(&self) -> String {
        format!("http://localhost:9000{}", self.path())
    }

    fn text(&self, member: &str) -> &str {
        self.made[member]
            .as_str()
            .unwrap_or_else(|| panic!("{}: no {member}", self.recipe.name))
    }
}

/// Whether a claim says something.
fn is_there(claim: &Value) -> bool {
    match claim {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}
