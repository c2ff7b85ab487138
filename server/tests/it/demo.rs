//! The demonstration in process: a person signs in to the sample application, and what it does when something is wrong.

mod visitor;

use std::net::SocketAddr;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vestibule::clock::Clock;
use vestibule::config::Config;
use vestibule::demo::{self, DemoError, PERSON};

use visitor::{Page, Visitor};

/// A demonstration that runs.
struct Running {
    sample: String,
    vestibule: String,
    folder: std::path::PathBuf,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), DemoError>>,
}

impl Running {
    async fn start() -> Self {
        let demonstration = demo::prepare(config("127.0.0.1:0"), Clock::System).await.unwrap();
        let (stop, stopped) = oneshot::channel();
        Self {
            sample: demonstration.sample_application().to_string(),
            vestibule: demonstration.vestibule().to_string(),
            folder: demonstration.app().config.data_dir.clone(),
            stop,
            served: tokio::spawn(demonstration.serve(async {
                let _ = stopped.await;
            })),
        }
    }

    async fn end(self) {
        assert!(self.folder.exists());
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
        assert!(!self.folder.exists(), "the temporary folder is left behind");
    }

    /// Up to the consent page.
    async fn to_consent(&self, visitor: &mut Visitor, fields: &[(&str, &str)]) -> Page {
        let start = visitor.open(&self.sample).await;
        let login = visitor.send(&start, "sample-form", fields).await;
        assert!(login.url.as_str().starts_with(&self.vestibule), "{}", login.url);
        let person = [("username", PERSON.0), ("password", PERSON.1)];
        visitor.send(&login, "login-form", &person).await
    }
}

fn config(listen: &str) -> Config {
    let mut config = Config::defaults().unwrap();
    config.listen = listen.parse().unwrap();
    config
}

/// Every scope that the start page offers.
const ALL: [(&str, &str); 6] = [
    ("scope", "profile"),
    ("scope", "email"),
    ("scope", "address"),
    ("scope", "phone"),
    ("scope", "groups"),
    ("scope", "offline_access"),
];

/// The JSON text inside an element.
fn json_in(text: &str) -> Value {
    serde_json::from_str(&text[text.find('{').unwrap()..=text.rfind('}').unwrap()]).unwrap()
}

#[tokio::test]
async fn a_person_signs_in_sees_every_claim_refreshes_and_signs_out() {
    let demo = Running::start().await;
    let mut visitor = Visitor::default();
    let consent = demo.to_consent(&mut visitor, &ALL).await;
    let result = visitor.send(&consent, "consent-form", &[("decision", "allow")]).await;
    assert_eq!((result.url.as_str(), result.status), (demo.sample.as_str(), 200));
    assert!(result.text_of("person").contains("Alice Liddell"));
    assert!(!result.has("problem") && result.has("demonstration"));

    let userinfo = json_in(&result.text_of("userinfo"));
    for claim in [
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
        "email",
        "email_verified",
        "phone_number",
        "phone_number_verified",
        "address",
    ] {
        assert!(!userinfo[claim].is_null(), "{claim} of every standard claim");
    }
    assert_eq!(
        userinfo["groups"],
        serde_json::json!(["Tea party", "Wonderland"]),
        "direct and inherited"
    );
    let requests = result.text_of("requests");
    for step in [
        "/.well-known/openid-configuration",
        "/authorize/",
        "/callback",
        "/token/",
        "/jwks/",
        "/userinfo/",
    ] {
        assert!(requests.contains(step), "{step} in {requests}");
    }
    for secret in ["code_verifier", "refresh_token", "Authorization"] {
        assert!(requests.contains(secret), "{secret} is named");
    }
    assert!(!requests.contains("Bearer "), "and masked");

    // Twice: the second needs the refresh token that the first brought.
    let mut page = result;
    for _ in 0..2 {
        page = visitor.send(&page, "sample-actions", &[("action", "refresh")]).await;
        assert!(!page.has("problem"), "{}", page.text_of("problem"));
    }
    page = visitor.send(&page, "sample-actions", &[("action", "userinfo")]).await;
    assert!(!page.has("problem"));
    assert_eq!(page.text_of("requests").matches("grant_type refresh_token").count(), 2);

    // Consent is remembered and the session lives: the same button leads straight back.
    let start = Visitor::default().open(&demo.sample).await;
    let again = visitor.send(&start, "sample-form", &ALL).await;
    assert!(again.text_of("person").contains("Alice Liddell"));

    let mut page = visitor.send(&again, "sample-actions", &[("action", "sign_out")]).await;
    if page.has("logout-form") {
        page = visitor.send(&page, "logout-form", &[]).await;
    }
    let start = visitor.open(&demo.sample).await;
    assert!(start.has("sample-form") && page.status == 200);
    let login = visitor.send(&start, "sample-form", &ALL).await;
    assert!(login.has("login-form"), "the session at the provider is over, too");
    demo.end().await;
}

#[tokio::test]
async fn a_refusal_is_shown_at_the_start_page() {
    let demo = Running::start().await;
    let mut visitor = Visitor::default();
    let consent = demo.to_consent(&mut visitor, &[("scope", "email")]).await;
    let start = visitor.send(&consent, "consent-form", &[("decision", "deny")]).await;
    assert_eq!(start.url.as_str(), demo.sample);
    assert!(start.text_of("problem").contains("access_denied"));
    assert!(!visitor.open(&demo.sample).await.has("problem"), "it is shown once");
    let start = visitor.open(&demo.sample).await;
    let none = Visitor::default()
        .send(&start, "sample-form", &[("prompt", "none")])
        .await;
    assert!(none.has("sample-form"));
    demo.end().await;
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_is_not_taken() {
    let demo = Running::start().await;
    let mut visitor = Visitor::default();
    let start = visitor.open(&demo.sample).await;
    visitor.send(&start, "sample-form", &[]).await;
    assert!(visitor.cookies().contains(&"sample_application"));
    for query in ["", "?state=guessed&code=stolen", "?code=stolen", "?state=a&state=b"] {
        let page = visitor.open(&format!("{}callback{query}", demo.sample)).await;
        assert!(page.has("sample-form") && page.has("problem"), "{query}");
    }
    let forged = Page {
        text: "<!DOCTYPE html><form id=\"sample-actions\" method=\"post\" action=\"/action\"></form>".to_owned(),
        ..start
    };
    let page = visitor
        .send(&forged, "sample-actions", &[("action", "sign_out"), ("csrf", "")])
        .await;
    assert_eq!(page.status, 403);
    demo.end().await;
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_says_when_a_port_is_taken() {
    for elsewhere in ["0.0.0.0:0", "192.0.2.1:9000", "[::]:0"] {
        let refused = demo::prepare(config(elsewhere), Clock::System).await;
        assert!(matches!(refused, Err(DemoError::NotLoopback(_))), "{elsewhere}");
    }
    let last = demo::prepare(config("127.0.0.1:65535"), Clock::System).await;
    assert!(matches!(last, Err(DemoError::NoNextPort)));
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken: SocketAddr = other.local_addr().unwrap();
    let refused = demo::prepare(config(&taken.to_string()), Clock::System).await;
    let text = refused.err().unwrap().to_string();
    assert!(text.contains("--listen 127.0.0.1:0"), "{text}");
}
