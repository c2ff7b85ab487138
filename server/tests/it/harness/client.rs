//! A browser without a screen: a cookie jar, requests straight into the routes, and forms as pages have them.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use url::form_urlencoded;
use vestibule::listen::Peer;

use crate::pages::html::{Element, Html};

/// Redirects that are followed before the test is given up.
const MOST_REDIRECTS: usize = 10;

/// A browser, or a program without cookies.
#[derive(Clone)]
pub(crate) struct Client {
    service: Router,
    public_url: String,
    cookies: BTreeMap<String, String>,
    address: IpAddr,
    headers: HeaderMap,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A form of a page, with its hidden and filled-in fields.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Client {
    pub(super) fn new(service: Router, public_url: &str) -> Self {
        Self {
            service,
            public_url: public_url.to_owned(),
            cookies: BTreeMap::new(),
            address: IpAddr::from([192, 0, 2, 1]),
            headers: HeaderMap::new(),
        }
    }

    /// The same browser, now at another address.
    pub(crate) fn at_address(mut self, address: &str) -> Self {
        self.address = address.parse().expect("an IP address");
        self
    }

    /// Sends this header with every request.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.insert(name, value.parse().expect("a header"));
        self
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Puts a cookie into the jar.
    pub(crate) fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Takes a cookie out of the jar.
    pub(crate) fn forget_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    /// The same browser talking to another node.
    pub(crate) fn at(mut self, other: &Client) -> Self {
        self.service = other.service.clone();
        self
    }

    /// GET of a path of ours, or of an address under our public one.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = Request::builder().method(Method::GET).uri(self.path(path));
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// GET, and on through every redirect that stays with us. The last answer is a page, or a redirect that leaves.
    pub(crate) async fn visit(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Follows redirects as long as they stay with us.
    pub(crate) async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..MOST_REDIRECTS {
            let Some(location) = answer.location().filter(|location| self.is_ours(location)) else {
                return answer;
            };
            let location = location.to_owned();
            answer = self.get(&location).await;
        }
        panic!("more than {MOST_REDIRECTS} redirects, the last answer was {answer:?}");
    }

    /// POST of a form body.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.path(path))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends a form back as it is. Redirects are not followed.
    pub(crate) async fn submit(&mut self, form: &Form) -> Answer {
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(&form.action, &fields).await
    }

    /// Any request; cookies, further headers and the peer are added, and what the answer sets is kept.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        for (name, value) in &self.headers {
            request.headers_mut().entry(name).or_insert(value.clone());
        }
        if !self.cookies.is_empty() {
            let jar: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request
                .headers_mut()
                .insert(header::COOKIE, jar.join("; ").parse().expect("cookies"));
        }
        request.extensions_mut().insert(Peer {
            address: SocketAddr::new(self.address, 40_000),
            tls: false,
            client_certificates: None,
        });
        let response = self.service.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        for value in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(value.to_str().expect("a cookie of text"));
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("a body of text"),
        }
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').expect("a cookie has a name");
        if value.is_empty() || attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.set_cookie(name, value);
        }
    }

    fn is_ours(&self, location: &str) -> bool {
        location.starts_with('/') || location.starts_with(&self.public_url)
    }

    fn path(&self, address: &str) -> String {
        match address.strip_prefix(&self.public_url) {
            Some(rest) => format!("/{rest}"),
            None => address.to_owned(),
        }
    }
}

impl Answer {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> Option<&str> {
        self.header("location")
    }

    /// A header that stands once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} stands twice");
        Some(value.to_str().expect("a header of text"))
    }

    /// Every `Set-Cookie` value.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        let values = self.headers.get_all(header::SET_COOKIE).iter();
        values.map(|value| value.to_str().expect("a cookie of text")).collect()
    }

    /// The page, read strictly.
    pub(crate) fn page(&self) -> Html {
        Html::read(&self.body).unwrap_or_else(|error| panic!("{error} in\n{}", self.body))
    }

    /// Whether the page has an element like `form#id`, `p.class` or `li[name=value]`.
    pub(crate) fn has(&self, selector: &str) -> bool {
        self.body.starts_with("<!DOCTYPE html>") && self.page().has(selector)
    }

    /// The code of an error page.
    pub(crate) fn error_code(&self) -> Option<String> {
        if !self.body.starts_with("<!DOCTYPE html>") {
            return None;
        }
        let page = self.page();
        let error = page
            .elements
            .iter()
            .find(|element| element.attribute("id") == Some("error"))?;
        error.attribute("data-error-code").map(str::to_owned)
    }

    /// The form of an id, with what its fields hold.
    pub(crate) fn form(&self, id: &str) -> Form {
        self.find_form(id).unwrap_or_else(|| {
            panic!(
                "no form #{id}, status {} {:?}:\n{}",
                self.status,
                self.location(),
                self.body
            )
        })
    }

    fn find_form(&self, id: &str) -> Option<Form> {
        if !self.body.starts_with("<!DOCTYPE html>") {
            return None;
        }
        // The reader keeps elements in order; a form's fields are those before the next form.
        let page = self.page();
        let mut elements = page
            .elements
            .iter()
            .skip_while(|element| element.attribute("id") != Some(id));
        let form = elements.next().filter(|element| element.name == "form")?;
        assert_eq!(form.attribute("method"), Some("post"), "#{id} is sent by POST");
        let fields = elements
            .take_while(|element| element.name != "form")
            .filter(|element| element.name == "input")
            .filter_map(|input: &Element| {
                let name = input.attribute("name")?;
                Some((name.to_owned(), input.attribute("value").unwrap_or_default().to_owned()))
            });
        Some(Form {
            action: form.attribute("action").expect("a form has an address").to_owned(),
            fields: fields.collect(),
        })
    }

    /// A parameter of the address that a redirect leads to.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let base: url::Url = "http://localhost/".parse().expect("an address");
        let address = base.join(self.location()?).expect("a redirect leads to an address");
        let found = address.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned())
    }
}

impl Form {
    /// The form with a field filled in, or a button pressed.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The form without a field.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self
    }

    /// What a field holds.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}
