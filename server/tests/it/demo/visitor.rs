//! A plain visitor: follows redirects, keeps cookies, reads forms and sends them back. No scripts, no knowledge of either side.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::{Url, form_urlencoded};

use crate::pages::html::Html;

/// Somebody with a browser. Cookies are kept per host, as browsers do: ports share them.
#[derive(Default)]
pub(crate) struct Visitor {
    cookies: BTreeMap<String, String>,
}

/// A page where the visitor has arrived.
pub(crate) struct Page {
    pub(crate) url: Url,
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl Visitor {
    /// Opens an address and follows where it leads.
    pub(crate) async fn open(&mut self, url: &str) -> Page {
        self.follow(Url::parse(url).unwrap(), None).await
    }

    /// Sends the form of this id with its hidden fields, these fields, and nothing else.
    pub(crate) async fn send(&mut self, page: &Page, form: &str, fields: &[(&str, &str)]) -> Page {
        let (method, action, mut pairs) = page.form(form);
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let encoded = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&pairs)
            .finish();
        let mut url = page.url.join(&action).unwrap();
        if method == "get" {
            url.set_query(Some(&encoded));
            return self.follow(url, None).await;
        }
        self.follow(url, Some((page.url.origin().ascii_serialization(), encoded)))
            .await
    }

    async fn follow(&mut self, mut url: Url, mut form: Option<(String, String)>) -> Page {
        for _ in 0..12 {
            let response = self.request(&url, form.take()).await;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            match parts.headers.get(header::LOCATION) {
                Some(location) => {
                    assert_eq!(parts.status, 303, "a redirect of {url}");
                    url = url.join(location.to_str().unwrap()).unwrap();
                }
                None => {
                    return Page {
                        url,
                        status: parts.status.as_u16(),
                        text: String::from_utf8(body.to_vec()).unwrap(),
                    };
                }
            }
        }
        panic!("redirects without end, at {url}");
    }

    async fn request(&mut self, url: &Url, form: Option<(String, String)>) -> Response<hyper::body::Incoming> {
        let authority = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let stream = TcpStream::connect(&authority).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let mut request = Request::builder().uri(target).header(header::HOST, authority);
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = match form {
            None => request.method("GET").body(Full::<Bytes>::default()),
            Some((origin, encoded)) => request
                .method("POST")
                .header(header::ORIGIN, origin)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Full::from(Bytes::from(encoded))),
        };
        let response = sender.send_request(request.unwrap()).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        response
    }

    /// The names of the cookies that are kept.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }
}

impl Page {
    /// Whether an element of this id is there.
    pub(crate) fn has(&self, id: &str) -> bool {
        let page = Html::read(&self.text).unwrap();
        page.elements.iter().any(|element| element.attribute("id") == Some(id))
    }

    /// The text of everything in the element of this id, up to the next element with an id of the same kind.
    pub(crate) fn text_of(&self, id: &str) -> String {
        let page = Html::read(&self.text).unwrap();
        let at = page
            .elements
            .iter()
            .position(|element| element.attribute("id") == Some(id));
        let at = at.unwrap_or_else(|| panic!("no #{id} at {}:\n{}", self.url, self.text));
        let kind = &page.elements[at].name;
        let rest = page.elements[at + 1..]
            .iter()
            .take_while(|element| element.name != *kind);
        let texts: Vec<&str> = std::iter::once(&page.elements[at])
            .chain(rest)
            .map(|element| element.text.as_str())
            .collect();
        texts.join(" ")
    }

    fn form(&self, id: &str) -> (String, String, Vec<(String, String)>) {
        let page = Html::read(&self.text).unwrap();
        let at = page
            .elements
            .iter()
            .position(|element| element.attribute("id") == Some(id));
        let at = at.unwrap_or_else(|| panic!("no #{id} at {} ({}):\n{}", self.url, self.status, self.text));
        let form = &page.elements[at];
        let hidden = page.elements[at + 1..]
            .iter()
            .take_while(|element| element.name != "form")
            .filter(|element| element.attribute("type") == Some("hidden"))
            .map(|element| {
                let text = |name| element.attribute(name).unwrap_or_default().to_owned();
                (text("name"), text("value"))
            });
        (
            form.attribute("method").unwrap_or("get").to_owned(),
            form.attribute("action").unwrap_or_default().to_owned(),
            hidden.collect(),
        )
    }
}
