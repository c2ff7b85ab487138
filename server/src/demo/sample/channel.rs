//! The wire between the sample application and the provider: one HTTP/1.1 request, its answer, and the record of both.
//!
//! Calls go to the origin of the provider only, over the loopback address that it listens on, with limits on time and size.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use url::{Url, form_urlencoded};

use super::Problem;

/// The largest answer that is read, in bytes.
const MOST_ANSWER: usize = 1024 * 1024;
/// Time for one call, from the connection to the last byte.
const PATIENCE: Duration = Duration::from_secs(10);

/// One request and its answer, as the page lists them. Values are whole here; the page masks the secret ones.
#[derive(Clone)]
pub(super) struct Exchange {
    /// What it was for.
    pub(super) title: &'static str,
    /// HTTP method.
    pub(super) method: &'static str,
    /// Address without its query.
    pub(super) url: String,
    /// Parameters and the headers that matter.
    pub(super) parameters: Vec<(String, String)>,
    /// Status of the answer.
    pub(super) status: u16,
    /// The answer, when it is JSON.
    pub(super) answer: Option<Value>,
}

impl std::fmt::Debug for Exchange {
    /// Without parameters and answer, which hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.method, self.url, self.status)
    }
}

/// A call that is about to be made.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// What it is for.
    pub(super) title: &'static str,
    /// Where it goes.
    pub(super) url: &'a str,
    /// The form to post; none: GET.
    pub(super) form: Option<&'a [(&'a str, &'a str)]>,
    /// How the caller shows who it is.
    pub(super) authorization: Authorization<'a>,
}

/// The `Authorization` header of a call.
#[derive(Clone, Copy)]
pub(super) enum Authorization<'a> {
    /// None.
    None,
    /// Client id and client secret (RFC 6749, section 2.3.1).
    Basic(&'a str, &'a str),
    /// An access token (RFC 6750, section 2.1).
    Bearer(&'a str),
}

impl Authorization<'_> {
    fn header(self) -> Option<String> {
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        match self {
            Self::None => None,
            Self::Basic(id, secret) => {
                let pair = format!("{}:{}", encoded(id), encoded(secret));
                Some(format!("Basic {}", STANDARD.encode(pair)))
            }
            Self::Bearer(token) => Some(format!("Bearer {token}")),
        }
    }
}

/// The way to the provider.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    /// Where the provider listens.
    pub(super) address: SocketAddr,
    /// Its public address; every call must stay in this origin.
    pub(super) public_url: Url,
}

impl Channel {
    /// Makes a call and adds it to `log`. The answer is returned whatever its status says.
    ///
    /// # Errors
    /// When the address lies outside the provider, or no complete answer comes.
    pub(super) async fn fetch(&self, call: Call<'_>, log: &mut Vec<Exchange>) -> Result<Answer, Problem> {
        let url = Url::parse(call.url)
            .ok()
            .filter(|url| url.origin() == self.public_url.origin())
            .ok_or_else(|| {
                Problem::new(
                    "invalid_metadata",
                    format!("{} is not an address of the provider.", call.url),
                )
            })?;
        let answer = match tokio::time::timeout(PATIENCE, self.send(&url, call)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => return Err(unreachable(&error)),
            Err(_) => return Err(unreachable("it took too long")),
        };
        let mut parameters: Vec<(String, String)> = call
            .form
            .unwrap_or_default()
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        parameters.extend(
            call.authorization
                .header()
                .map(|value| ("Authorization".to_owned(), value)),
        );
        log.push(Exchange {
            title: call.title,
            method: if call.form.is_some() { "POST" } else { "GET" },
            url: call.url.to_owned(),
            parameters,
            status: answer.status,
            answer: answer.json(),
        });
        Ok(answer)
    }

    async fn send(&self, url: &Url, call: Call<'_>) -> Result<Answer, String> {
        let text = |error: &dyn std::fmt::Display| error.to_string();
        let stream = TcpStream::connect(self.address).await.map_err(|error| text(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| text(&error))?;
        // It ends by itself when `sender` is dropped.
        tokio::spawn(connection);
        let request = request(url, call).map_err(|error| text(&error))?;
        let response = sender.send_request(request).await.map_err(|error| text(&error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MOST_ANSWER)
            .collect()
            .await
            .map_err(|error| text(&error))?
            .to_bytes();
        Ok(Answer {
            status: parts.status.as_u16(),
            body,
        })
    }
}

fn request(url: &Url, call: Call<'_>) -> Result<Request<Full<Bytes>>, http::Error> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let mut builder = Request::builder()
        .uri(target)
        .header(header::HOST, host)
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "vestibule-sample-application");
    if let Some(value) = call.authorization.header() {
        builder = builder.header(header::AUTHORIZATION, value);
    }
    match call.form {
        None => builder.method(Method::GET).body(Full::default()),
        Some(pairs) => {
            let body = form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish();
            builder
                .method(Method::POST)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Full::from(body))
        }
    }
}

fn unreachable(reason: &str) -> Problem {
    Problem::new("unreachable", format!("Vestibule did not answer: {reason}."))
}

/// What the provider answered.
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// The whole body.
    pub(super) body: Bytes,
}

impl Answer {
    /// The body, when it is JSON.
    pub(super) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The body of a success.
    ///
    /// # Errors
    /// The error that the provider named (RFC 6749, section 5.2), or that the answer is not what was expected.
    pub(super) fn success(&self) -> Result<Value, Problem> {
        let value = self.json().ok_or_else(|| {
            Problem::new(
                "invalid_response",
                format!("The answer ({}) was not JSON.", self.status),
            )
        })?;
        if self.status == 200 {
            return Ok(value);
        }
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Err(Problem::new(
            text("error").unwrap_or("invalid_response"),
            text("error_description").unwrap_or("Vestibule refused the request."),
        ))
    }
}
