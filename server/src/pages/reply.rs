//! How a page travels: its headers, among them the strict Content-Security-Policy.

use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use url::{Host, Url};

/// Where the forms of a page may lead (`form-action`). Browsers of the Chromium family hold every redirect that
/// follows a submitted form to it, so a page whose form ends in a redirect to an application can't say `'self'`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormAction {
    /// The page has no form.
    None,
    /// To us, and no further.
    Here,
    /// To us, and from there to this source (an origin, or a private-use scheme with its colon), and no further:
    /// an application that answers its callback with a redirect to another origin is stopped. See [`FormAction::towards`].
    HereAndTowards(String),
    /// To this source only: the page of an answer that travels in a form.
    Only(String),
    /// Anywhere: for sign-in and consent, where the application may redirect on as it likes.
    Anywhere,
}

impl FormAction {
    /// To us and on to the origin of `redirect_uri`, or to its scheme when it is a private-use one.
    pub fn towards(redirect_uri: &str) -> Self {
        source_of(redirect_uri).map_or(Self::Here, Self::HereAndTowards)
    }

    /// To the origin of `redirect_uri`, or to its scheme when it is a private-use one, and nowhere else.
    pub fn only(redirect_uri: &str) -> Self {
        source_of(redirect_uri).map_or(Self::None, Self::Only)
    }

    fn directive(&self) -> String {
        match self {
            Self::None => "; form-action 'none'".to_owned(),
            Self::Here => "; form-action 'self'".to_owned(),
            Self::HereAndTowards(source) => format!("; form-action 'self' {source}"),
            Self::Only(source) => format!("; form-action {source}"),
            Self::Anywhere => String::new(),
        }
    }
}

/// The source that stands for an address in a policy. An address of IPv6 has no way to be written there (Content
/// Security Policy Level 3, section 2.3.1), so its scheme stands for it.
fn source_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    match url.host() {
        Some(Host::Domain(_) | Host::Ipv4(_)) if matches!(url.scheme(), "http" | "https") => {
            Some(url.origin().ascii_serialization())
        }
        _ => Some(format!("{}:", url.scheme())),
    }
}

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' https: data:; \
                      frame-ancestors 'none'; base-uri 'none'";

const PLAIN_FAILURE: &str = "<!DOCTYPE html><html lang=\"en\"><title>Vestibule</title><p>This page can't be shown right now. Please try again.</p></html>";

/// Renders a page and adds the headers that every page of ours carries. A page that can't be rendered is a 500 with
/// one plain sentence, and the reason goes to the log.
pub fn reply(status: StatusCode, page: &impl Template, form_action: &FormAction) -> Response {
    reply_by(status, page, form_action, "")
}

/// Like [`reply`], for a page whose script asks this server, and no other, for what changes while the page is open.
pub fn reply_with_calls(status: StatusCode, page: &impl Template, form_action: &FormAction) -> Response {
    reply_by(status, page, form_action, "; connect-src 'self'")
}

/// Like [`reply`], for a page with frames from these origins and no others.
pub fn reply_with_frames(
    status: StatusCode,
    page: &impl Template,
    form_action: &FormAction,
    frame_sources: &[String],
) -> Response {
    let more = match frame_sources {
        [] => String::new(),
        sources => format!("; frame-src {}", sources.join(" ")),
    };
    reply_by(status, page, form_action, &more)
}

/// Renders it. `more`: directives besides those of every page.
fn reply_by(status: StatusCode, page: &impl Template, form_action: &FormAction, more: &str) -> Response {
    let (status, html) = match page.render() {
        Ok(html) => (status, html),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, PLAIN_FAILURE.to_owned())
        }
    };
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    add_headers(response.headers_mut(), form_action, more);
    response
}

fn add_headers(headers: &mut HeaderMap, form_action: &FormAction, more: &str) {
    let policy = format!("{POLICY}{}{more}", form_action.directive());
    // A source that is no header value can't come from a parsed address; the stricter policy stands in for it.
    let policy = HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'; style-src 'self'; frame-ancestors 'none'"));
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    let fixed = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: with it browsers send `Origin: null` on our own forms, and the check of `Origin` fails.
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        ),
        // No Cross-Origin-Opener-Policy: an application may open the sign-in in a popup and wait for it.
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
