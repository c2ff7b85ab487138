//! The whole server, in this process on a database of its own: any request gets an answer, and none of them is a fault.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use protocol::recorder::Silent;
use server::actions::{api_tokens, first_administrator};
use server::app::{App, Parts};
use server::clock::Clock;
use server::config::{Config, Environment};
use server::listen::Peer;
use server::serve;
use store::secretbox::MasterKeys;
use store::{Db, Options, Store};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::{Place, place};

pub(crate) const WORDS: &[&str] = &[
    "GET ",
    "POST ",
    "PUT ",
    "PATCH ",
    "DELETE ",
    "OPTIONS ",
    "HEAD ",
    "/application/o/authorize/",
    "/application/o/token/",
    "/application/o/userinfo/",
    "/application/o/introspect/",
    "/application/o/revoke/",
    "/application/o/device/",
    "/application/o/wiki/",
    "end-session/",
    ".well-known/openid-configuration",
    "jwks/",
    "/login",
    "/logout",
    "/consent",
    "/device",
    "/first-use",
    "/denied",
    "/setup",
    "/login/oauth/authorize",
    "/login/oauth/access_token",
    "/user",
    "/user/teams",
    "/api/v3/user",
    "/api/v1/applications",
    "/api/v1/users",
    "/api/v1/groups",
    "/api/v1/keys",
    "/api/v1/policies",
    "/api/v1/scope-mappings",
    "/api/v1/policy-bindings",
    "/api/v1/entitlements",
    "/api/v1/sessions",
    "/api/v1/grants",
    "/api/v1/events",
    "/api/v1/app-passwords",
    "/api/v1/openapi.json",
    "/preview",
    "/test",
    "/rotate",
    "?page=2&page_size=1",
    "ordering=-name",
    "search=",
    "authorization: Bearer {admin}",
    "cookie: {cookie}",
    "content-type: application/json",
    "content-type: application/x-www-form-urlencoded",
    "accept-language: de",
    "origin: https://evil.example",
    "host: evil.example",
    "if-match: \"1\"",
    "client_id=wiki-client",
    "redirect_uri=",
    "response_type=code",
    "grant_type=",
    "scope=openid",
    "state=",
    "<fuzz>",
    "%3Cfuzz%3E",
    "{\"name\":\"<fuzz>\"}",
    "\"slug\":",
    "\"redirect_uris\":",
    "\"grant_types\":",
    "\"expression\":",
    "\"private_key\":",
    "\"certificate\":",
    "\"public_jwk\":",
    "null",
    "[]",
    "{}",
    "[{}]",
    "1e400",
    "-1",
];

struct Installation {
    runtime: Runtime,
    service: Router,
    admin: String,
    cookie: String,
    _folder: tempfile::TempDir,
}

/// A request: a line with method and target, header fields, an empty line, a body. `{admin}` stands for an API token,
/// `{cookie}` for the cookies of a person who is signed in. No answer has the status 500, and no page shows a tag that
/// came with the request.
pub(crate) fn requests(input: &[u8]) -> Place {
    static INSTALLATION: OnceLock<Installation> = OnceLock::new();
    let installation = INSTALLATION.get_or_init(install);
    let Some(request) = installation.read(input) else {
        return place(0);
    };
    let (status, kind, body) = installation.ask(request);
    assert_ne!(
        status,
        StatusCode::INTERNAL_SERVER_ERROR,
        "{}",
        String::from_utf8_lossy(&body)
    );
    let text = String::from_utf8_lossy(&body);
    if kind.starts_with("text/html") {
        assert!(!text.contains("<fuzz"), "a tag came through: {text}");
    }
    // The code of the refusal, wherever it stands.
    let code = ["\"code\":\"", "\"refusal\":\"", "data-code=\"", "\"error\":\""]
        .iter()
        .find_map(|before| {
            let (_, rest) = text.split_once(before)?;
            rest.split('"').next().map(str::to_owned)
        });
    place((status.as_u16(), kind, code))
}

impl Installation {
    fn read(&self, input: &[u8]) -> Option<Request<Body>> {
        let at = input.windows(2).position(|pair| pair == b"\n\n");
        let (head, body) = at.map_or((input, &b""[..]), |at| (&input[..at], &input[at + 2..]));
        let head = String::from_utf8_lossy(head);
        let head = head.replace("{admin}", &self.admin).replace("{cookie}", &self.cookie);
        let mut lines = head.lines();
        let mut words = lines.next()?.split(' ');
        let method = Method::from_bytes(words.next()?.as_bytes()).ok()?;
        // What the listener takes: a path, with a query or without.
        let target = words.next().filter(|target| target.starts_with('/'))?;
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .body(Body::from(body.to_vec()))
            .ok()?;
        for line in lines {
            let (name, value) = line.split_once(':')?;
            let name = HeaderName::from_bytes(name.trim().as_bytes()).ok()?;
            let value = HeaderValue::from_bytes(value.trim().as_bytes()).ok()?;
            request.headers_mut().try_append(name, value).ok()?;
        }
        Some(request)
    }

    fn ask(&self, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
        self.runtime.block_on(send(&self.service, request))
    }
}

async fn send(service: &Router, mut request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
    request.extensions_mut().insert(Peer {
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 40_000),
        tls: false,
        client_certificates: None,
    });
    let response: Response<_> = service.clone().oneshot(request).await.expect("an answer");
    let kind = response
        .headers()
        .get(header::CONTENT_TYPE)
        .map(|kind| kind.as_bytes().to_vec())
        .unwrap_or_default();
    let status = response.status();
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    (status, String::from_utf8_lossy(&kind).into_owned(), body.to_vec())
}

fn install() -> Installation {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let (service, admin, cookie) = runtime.block_on(begin(folder.path()));
    Installation {
        runtime,
        service,
        admin,
        cookie,
        _folder: folder,
    }
}

/// The administrator of the installation.
const ADMINISTRATOR: (&str, &str) = ("admin", "correct horse battery");
/// An API token of the installation.
const ADMIN: &str = "fuzz-administration-token-0123456789";

async fn begin(folder: &Path) -> (Router, String, String) {
    let configuration = format!(
        "[bootstrap]\ntoken = \"{ADMIN}\"\nadmin_password = \"{}\"\n[limits]\ntoken_requests_per_client = 1000000\n",
        ADMINISTRATOR.1
    );
    let mut config =
        Config::parse(Path::new("fuzz.toml"), &configuration, &Environment::new()).expect("a configuration");
    folder.clone_into(&mut config.data_dir);
    let public_url = config.public_url_at(config.listen).expect("an address").to_string();
    let url = format!("sqlite://{}", folder.join("fuzz.db").display());
    let db = Db::open(&url, &Options::default()).await.expect("a database");
    db.migrate(&store::schema::series()).await.expect("it migrates");
    let keys = MasterKeys::parse(["dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="]).expect("a master key");
    let parts = Parts {
        config,
        public_url,
        store: Store::new(db, keys),
        clock: Clock::System,
        demonstration: false,
        worker_program: super::expressions::worker(),
    };
    let app = App::start(parts, Arc::new(Silent)).await.expect("it starts");
    api_tokens::ensure_bootstrap(&app, &ADMIN.into())
        .await
        .expect("a token");
    first_administrator::ensure_bootstrap(&app)
        .await
        .expect("an administrator");
    let service = serve::service(app);
    let application = serde_json::json!({
        "name": "Wiki", "slug": "wiki", "client_id": "wiki-client", "client_type": "public",
        "redirect_uris": [{"matching_mode": "strict", "url": "https://app.example.com/cb"}],
        "grant_types": ["authorization_code", "refresh_token", "implicit", "hybrid", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"],
    });
    let create = Request::post("/api/v1/applications")
        .header(header::AUTHORIZATION, format!("Bearer {ADMIN}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(application.to_string()))
        .expect("a request");
    let (status, _, body) = send(&service, create).await;
    assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
    let cookie = sign_in(&service).await;
    (service, ADMIN.to_owned(), cookie)
}

/// Signs the administrator in, and gives the cookies.
async fn sign_in(service: &Router) -> String {
    let page = Request::get("/login").body(Body::empty()).expect("a request");
    let (cookies, body) = with_cookies(service, page).await;
    let value = |name: &str| {
        let (_, rest) = body
            .split_once(&format!("name=\"{name}\" value=\""))
            .unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("csrf", &value("csrf"))
        .append_pair("username", ADMINISTRATOR.0)
        .append_pair("password", ADMINISTRATOR.1)
        .finish();
    let submit = Request::post("/login")
        .header(header::COOKIE, cookies.join("; "))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .expect("a request");
    let (more, body) = with_cookies(service, submit).await;
    assert!(
        more.iter().any(|cookie| cookie.contains("session")),
        "not signed in: {body}"
    );
    [cookies, more].concat().join("; ")
}

async fn with_cookies(service: &Router, mut request: Request<Body>) -> (Vec<String>, String) {
    request.extensions_mut().insert(Peer {
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000),
        tls: false,
        client_certificates: None,
    });
    let response: Response<_> = service.clone().oneshot(request).await.expect("an answer");
    let set = response.headers().get_all(header::SET_COOKIE).iter();
    let pair = |value: &HeaderValue| value.to_str().ok()?.split(';').next().map(str::to_owned);
    let cookies = set.filter_map(pair).collect();
    let body = response.into_body().collect().await.expect("a whole body").to_bytes();
    (cookies, String::from_utf8_lossy(&body).into_owned())
}
