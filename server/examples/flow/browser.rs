//! A browser as far as a sign-in needs one: a connection that is kept, cookies, redirects on our own host, forms.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Failure;

/// One answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body as JSON when the status is the expected one; otherwise a failure that quotes the answer.
    pub(crate) fn json(&self, expected: u16) -> Result<serde_json::Value, Failure> {
        self.expect(expected)?;
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// Fails unless the status is the expected one.
    pub(crate) fn expect(&self, expected: u16) -> Result<(), Failure> {
        if self.status.as_u16() == expected {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&self.body);
        Err(format!(
            "{} instead of {expected}: {}",
            self.status,
            text.chars().take(500).collect::<String>()
        )
        .into())
    }
}

/// One connection and one cookie jar.
pub(crate) struct Browser {
    host: String,
    connection: SendRequest<Full<Bytes>>,
    cookies: BTreeMap<String, String>,
}

/// `host:port` of a URL such as `http://localhost:9000`.
pub(crate) fn host_of(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap_or_default()
}

impl Browser {
    /// Connects to the host of the URL.
    pub(crate) async fn open(url: &str) -> Result<Self, Failure> {
        let host = host_of(url).to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (connection, driver) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(driver);
        Ok(Self {
            host,
            connection,
            cookies: BTreeMap::new(),
        })
    }

    /// Forgets the session; the connection stays.
    pub(crate) fn forget(&mut self) {
        self.cookies.clear();
    }

    /// One request, without following redirects.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Answer, Failure> {
        let mut request = Request::builder().method(method).uri(path).header(HOST, &self.host);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(COOKIE, pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.connection.ready().await?;
        let response = self
            .connection
            .send_request(request.body(Full::new(Bytes::copy_from_slice(body.as_bytes())))?)
            .await?;
        let (head, body) = response.into_parts();
        for line in head.headers.get_all(SET_COOKIE) {
            let Some((name, rest)) = line.to_str()?.split_once('=') else {
                continue;
            };
            let value = rest.split(';').next().unwrap_or_default();
            if value.is_empty() || rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }

    /// Follows redirects on our own host. Answers the address elsewhere that it was sent to, or the last page.
    pub(crate) async fn follow(&mut self, mut answer: Answer) -> Result<Result<String, Answer>, Failure> {
        for _ in 0..10 {
            let Some(location) = answer.headers.get(LOCATION).filter(|_| answer.status.is_redirection()) else {
                return Ok(Err(answer));
            };
            let location = location.to_str()?.to_owned();
            let path = if location.starts_with('/') {
                location
            } else if location.starts_with("http://") && host_port(&location) == host_port(&self.host) {
                location["http://".len()..]
                    .find('/')
                    .map_or("/".to_owned(), |at| location["http://".len() + at..].to_owned())
            } else {
                return Ok(Ok(location));
            };
            answer = self.send("GET", &path, &[], "").await?;
        }
        Err("too many redirects".into())
    }

    /// Sends a form of the page with these values on top of its hidden ones.
    pub(crate) async fn submit(&mut self, page: &Answer, id: &str, values: &[(&str, &str)]) -> Result<Answer, Failure> {
        page.expect(200)?;
        let text = std::str::from_utf8(&page.body)?;
        let (action, hidden) = form(text, id).ok_or_else(|| format!("the page has no form #{id}"))?;
        // The serializer must not live across the wait below: it cannot be sent between threads.
        let given: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| values.iter().all(|(given, _)| given != name))
            .chain(values.iter().copied())
            .collect();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .finish();
        let origin = format!("http://{}", self.host);
        let path = action.strip_prefix(&origin).unwrap_or(&action).to_owned();
        let headers = [
            (CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"),
            (ORIGIN.as_str(), origin.as_str()),
        ];
        self.send("POST", &path, &headers, &body).await
    }
}

/// The port tells our host from others: `localhost:9000` and `127.0.0.1:9000` are one.
fn host_port(address: &str) -> Option<&str> {
    host_of(address).rsplit_once(':').map(|(_, port)| port)
}

/// The action of a form and its named inputs.
fn form(page: &str, id: &str) -> Option<(String, Vec<(String, String)>)> {
    let start = page.match_indices("<form").map(|(at, _)| &page[at..]).find(|rest| {
        rest.split('>')
            .next()
            .is_some_and(|head| attribute(head, "id").as_deref() == Some(id))
    })?;
    let inside = &start[..start.find("</form>")?];
    let action = attribute(inside.split('>').next()?, "action")?;
    let inputs = inside
        .match_indices("<input")
        .map(|(at, _)| inside[at..].split('>').next().unwrap_or_default());
    let hidden =
        inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default())));
    Some((action, hidden.collect()))
}

/// The value of a quoted attribute of a tag.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?;
    Some(
        value
            .replace("&#x2f;", "/")
            .replace("&#38;", "&")
            .replace("&quot;", "\"")
            .replace("&#34;", "\"")
            .replace("&amp;", "&"),
    )
}
