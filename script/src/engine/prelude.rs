//! What stands before an expression: the variables and functions that it mentions, and the few that are written in Python.
//!
//! A piece is added only when its word occurs, so that the common expression starts with nothing but its inputs.

use std::collections::HashSet;
use std::fmt::Write;

use crate::expression::Kind;

/// The name under which the context is an input. An administrator does not use it.
pub(super) const CONTEXT: &str = "__context";

/// Variables that are host objects or values.
const VARIABLES: &[&str] = &["user", "request", "provider", "token", "ak_logger"];

/// Variables that only policies have.
const POLICY_VARIABLES: &[&str] = &["http_request", "ak_is_sso_flow", "geoip", "asn"];

/// Functions that the worker answers itself or hands to the server.
const FUNCTIONS: &[&str] = &[
    "regex_match",
    "regex_replace",
    "list_flatten",
    "ak_is_group_member",
    "ak_user_by",
    "ak_user_has_authenticator",
    "ak_create_event",
    "ak_create_jwt",
    "ak_create_jwt_raw",
    "ak_send_email",
    "resolve_dns",
    "reverse_dns",
];

const ADDRESSES: &str = r#"class __Address:
    def __init__(self, a):
        self._text = a[0]
        self._key = a[1]
        self.version = a[2]
        self.is_private = a[3]
        self.is_global = a[4]
        self.is_loopback = a[5]
        self.is_link_local = a[6]
        self.is_multicast = a[7]
        self.is_unspecified = a[8]
        self.is_reserved = a[9]
        self.compressed = a[0]
        self.exploded = a[10]
        self.max_prefixlen = 32 if a[2] == 4 else 128
    def __str__(self):
        return self._text
    def __repr__(self):
        return f"IPv{self.version}Address('{self._text}')"
    def __eq__(self, other):
        return isinstance(other, __Address) and other._key == self._key and other.version == self.version
    def __hash__(self):
        return hash(self._key)
class __Network:
    def __init__(self, n):
        self._text = n[0]
        self.network_address = __Address(n[1])
        self.broadcast_address = __Address(n[2])
        self.prefixlen = n[3]
        self.version = n[1][2]
        self.num_addresses = 2 ** ((32 if n[1][2] == 4 else 128) - n[3])
        self.is_private = n[1][3] and n[2][3]
        self.with_prefixlen = n[0]
        self.compressed = n[0]
    def __contains__(self, other):
        if not isinstance(other, __Address):
            return False
        return other.version == self.version and self.network_address._key <= other._key and other._key <= self.broadcast_address._key
    def subnet_of(self, other):
        return self.network_address in other and self.broadcast_address in other
    def supernet_of(self, other):
        return other.subnet_of(self)
    def overlaps(self, other):
        return self.network_address in other or other.network_address in self
    def __str__(self):
        return self._text
    def __repr__(self):
        return f"IPv{self.version}Network('{self._text}')"
    def __eq__(self, other):
        return isinstance(other, __Network) and other._text == self._text
    def __hash__(self):
        return hash(self._text)
def ip_address(address):
    return address if isinstance(address, __Address) else __Address(__ip_address(str(address)))
def ip_network(address, strict=True):
    return address if isinstance(address, __Network) else __Network(__ip_network(str(address), strict))
"#;

const REQUESTS: &str = r#"class __Session:
    def __init__(self):
        self.headers = {}
        self.params = {}
        self.auth = None
        self.Session = __Session
        self.session = __Session
    def request(self, method, url, **kw):
        return __http(str(method), str(url), self.headers, self.params, self.auth, kw)
    def get(self, url, params=None, **kw):
        return __http('GET', str(url), self.headers, self.params, self.auth, dict(kw, params=params))
    def head(self, url, **kw):
        return __http('HEAD', str(url), self.headers, self.params, self.auth, kw)
    def options(self, url, **kw):
        return __http('OPTIONS', str(url), self.headers, self.params, self.auth, kw)
    def delete(self, url, **kw):
        return __http('DELETE', str(url), self.headers, self.params, self.auth, kw)
    def post(self, url, data=None, json=None, **kw):
        return __http('POST', str(url), self.headers, self.params, self.auth, dict(kw, data=data, json=json))
    def put(self, url, data=None, **kw):
        return __http('PUT', str(url), self.headers, self.params, self.auth, dict(kw, data=data))
    def patch(self, url, data=None, **kw):
        return __http('PATCH', str(url), self.headers, self.params, self.auth, dict(kw, data=data))
    def close(self):
        return None
requests = __Session()
"#;

const SLUGIFY: &str = "import unicodedata as __unicodedata
def slugify(value, allow_unicode=False):
    return __slugify(__unicodedata.normalize('NFKC' if allow_unicode else 'NFKD', str(value)), allow_unicode)
";

const CALL_POLICY: &str = "def ak_call_policy(name, **kw):
    return __call_policy(name, __context, kw)
";

const SKIP: &str = "SkipObject = KeyboardInterrupt\n";

const MESSAGE: &str = "def ak_message(message):
    __message(str(message))
";

/// What stands before and around an expression.
#[derive(Debug)]
pub(super) struct Prelude {
    /// Python lines, each ended.
    pub(super) text: String,
    /// How many lines that is.
    pub(super) lines: u32,
    /// The names that are handed in, in order.
    pub(super) inputs: Vec<&'static str>,
    /// Whether `prompt_data` goes back.
    pub(super) prompt_data: bool,
}

impl Prelude {
    /// Chooses what an expression with these words needs. `queries` are the functions that rewritten calls name.
    pub(super) fn new(kind: Kind, words: &HashSet<&str>, queries: &[&'static str]) -> Self {
        let has = |word: &str| words.contains(word);
        let policy = kind == Kind::Policy;
        let mut inputs: Vec<&'static str> = queries.to_vec();
        inputs.extend(VARIABLES.iter().chain(FUNCTIONS).filter(|name| has(name)));
        let mut text = String::new();
        if policy {
            inputs.extend(POLICY_VARIABLES.iter().filter(|name| has(name)));
        }
        let prompt_data = has("prompt_data");
        let call = has("ak_call_policy");
        if has("context") || prompt_data || call {
            inputs.push(CONTEXT);
            if has("request") {
                text.push_str("request.context = __context\n");
            }
            if policy && has("context") {
                text.push_str("context = __context\n");
            }
        }
        if has("request") && has("user") {
            text.push_str("request.user = user\n");
        }
        if has("ip_address") || has("ip_network") || (policy && has("ak_client_ip")) {
            inputs.extend(["__ip_address", "__ip_network"]);
            text.push_str(ADDRESSES);
            if policy && has("ak_client_ip") {
                inputs.push("__client_ip");
                text.push_str("ak_client_ip = ip_address(__client_ip)\n");
            }
        }
        if has("SkipObject") {
            text.push_str(SKIP);
        }
        if has("requests") {
            inputs.push("__http");
            text.push_str(REQUESTS);
        }
        if has("slugify") {
            inputs.push("__slugify");
            text.push_str(SLUGIFY);
        }
        if call {
            inputs.push("__call_policy");
            text.push_str(CALL_POLICY);
        }
        if policy && has("ak_message") {
            inputs.push("__message");
            text.push_str(MESSAGE);
        }
        if prompt_data {
            inputs.push("__return");
        }
        let lines = text.matches('\n').count();
        Self {
            lines: u32::try_from(lines).unwrap_or(u32::MAX),
            text,
            inputs,
            prompt_data,
        }
    }

    /// The module: the prelude, the body, and what is returned when nothing else is.
    pub(super) fn around(&self, body: &str) -> String {
        let mut module = String::with_capacity(self.text.len() + body.len() + 32);
        module.push_str(&self.text);
        module.push_str(body);
        let end = if self.prompt_data {
            "__return(None, __context)"
        } else {
            "None"
        };
        // Writing to a String does not fail.
        let _ = write!(module, "\n{end}");
        module
    }
}

/// Whether a word names something that only policies have.
pub(super) fn is_for_policies(word: &str) -> bool {
    POLICY_VARIABLES.contains(&word) || matches!(word, "context" | "ak_client_ip" | "ak_message")
}
