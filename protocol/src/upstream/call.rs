//! What is to be sent to a source, and what came back. Whoever drives a sign-in owns the socket between the two.

use std::fmt;

use url::form_urlencoded;

/// The method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallMethod {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl CallMethod {
    /// The name in a request line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// What a call is for: the log, the recorder and the words of a failure tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Temporary credentials (RFC 5849, section 2.1).
    RequestToken,
    /// A code is redeemed (RFC 6749, section 4.1.3), or a verifier (RFC 5849, section 2.3).
    Token,
    /// The profile.
    Userinfo,
    /// What the vendor keeps beside the profile.
    Supplement,
    /// Tokens are given back (RFC 7009, section 2.1).
    Revocation,
}

impl Purpose {
    /// The stable name of the step, for the recorder.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestToken => "upstream_request_token",
            Self::Token => "upstream_token",
            Self::Userinfo => "upstream_userinfo",
            Self::Supplement => "upstream_supplement",
            Self::Revocation => "upstream_revocation",
        }
    }
}

/// One request to a source. `Debug` shows where it goes and hides what it carries.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// What it is for.
    pub purpose: Purpose,
    /// Its method.
    pub method: CallMethod,
    /// The whole address. It may hold a token: log [`Call::place`] instead.
    pub url: String,
    /// Header fields in order. A body always comes with its `Content-Type`.
    pub headers: Vec<(String, String)>,
    /// The body; `None` with GET.
    pub body: Option<String>,
}

impl Call {
    /// A GET without header fields.
    pub(super) fn get(purpose: Purpose, url: impl Into<String>) -> Self {
        Self {
            purpose,
            method: CallMethod::Get,
            url: url.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// A POST with a form.
    pub(super) fn post_form(purpose: Purpose, url: impl Into<String>, form: &[(&str, &str)]) -> Self {
        Self {
            purpose,
            method: CallMethod::Post,
            url: url.into(),
            headers: vec![(
                "Content-Type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: Some(encode_form(form)),
        }
    }

    /// Adds a header field.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The address without query and fragment, for logs.
    #[must_use]
    pub fn place(&self) -> &str {
        self.url.split(['?', '#']).next().unwrap_or_default()
    }

    /// The value of a header field; names are compared without case (RFC 9110, section 5.1).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(of, _)| of.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Call")
            .field("purpose", &self.purpose)
            .field("method", &self.method)
            .field("url", &self.place())
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// What came of a call.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer, whatever its status. The driver cuts what is longer than its limit and reports that as `Failed`.
    Answer {
        /// The HTTP status.
        status: u16,
        /// `Content-Type` as it came.
        content_type: Option<String>,
        /// The body.
        body: Vec<u8>,
    },
    /// No answer: name resolution, connection, time, size, or our own guard. For administrators.
    Failed(String),
}

impl Reply {
    /// An answer.
    #[must_use]
    pub fn answer(status: u16, content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            status,
            content_type: content_type.map(str::to_owned),
            body: body.into(),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer {
                status,
                content_type,
                body,
            } => f
                .debug_struct("Answer")
                .field("status", status)
                .field("content_type", content_type)
                .field("bytes", &body.len())
                .finish(),
            Self::Failed(why) => f.debug_tuple("Failed").field(why).finish(),
        }
    }
}

/// Pairs as `application/x-www-form-urlencoded`, a space as `+`.
pub(super) fn encode_form<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs {
        form.append_pair(name.as_ref(), value.as_ref());
    }
    form.finish()
}

/// One value in the encoding of forms (RFC 6749, appendix B).
pub(super) fn encode_value(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// `address` with pairs behind whatever query it has. A fragment is dropped: it never leaves a browser, and what follows it would
/// not either.
pub(super) fn append_query<N: AsRef<str>, V: AsRef<str>>(address: &str, pairs: &[(N, V)]) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let query = encode_form(pairs);
    if query.is_empty() {
        return address.to_owned();
    }
    let between = match address.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, rest)) if rest.ends_with('&') => "",
        Some(_) => "&",
    };
    [address, between, &query].concat()
}
