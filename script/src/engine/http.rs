//! The arguments of `requests.get(...)` and its kin, as one call of the host.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use monty_types::{ExcType, MontyObject};

use super::arguments::{Arguments, Stop, as_argument, raise};
use super::convert::to_json;
use crate::host::HttpCall;

/// The largest body, in bytes.
const MOST: usize = 1 << 20;

/// Reads `(method, url, session headers, session params, session auth, keywords)`.
pub(super) fn call(mut arguments: Arguments) -> Result<HttpCall, Stop> {
    let method = arguments.text(0, "method")?.to_uppercase();
    let url = arguments.text(1, "url")?;
    let mut call = HttpCall {
        method,
        url,
        ..HttpCall::default()
    };
    let mut parameters = Vec::new();
    let mut auth = None;
    set_headers(&mut call, &arguments.need(2, "headers")?);
    append(&mut parameters, &arguments.need(3, "params")?);
    set_some(&mut auth, arguments.need(4, "auth")?);
    let MontyObject::Dict(keywords) = arguments.need(5, "keywords")? else {
        return raise(ExcType::TypeError, "the arguments of a request are named");
    };
    for (name, value) in keywords {
        let name = name.to_string();
        if matches!(value, MontyObject::None) {
            continue;
        }
        match name.as_str() {
            "headers" => set_headers(&mut call, &value),
            "params" => append(&mut parameters, &value),
            "auth" => auth = Some(value),
            "timeout" => call.timeout_millis = Some(millis(&value)?),
            "json" => {
                let body = as_argument(to_json(&value, MOST))?;
                call.body = Some(body.to_string());
                content_type(&mut call, "application/json");
            }
            "data" => match &value {
                MontyObject::Dict(_) | MontyObject::List(_) | MontyObject::Tuple(_) => {
                    let mut pairs = Vec::new();
                    append(&mut pairs, &value);
                    call.body = Some(encoded(&pairs));
                    content_type(&mut call, "application/x-www-form-urlencoded");
                }
                MontyObject::Bytes(bytes) => call.body = Some(String::from_utf8_lossy(bytes).into_owned()),
                other => call.body = Some(other.to_string()),
            },
            "allow_redirects" | "stream" => {}
            "verify" if value.is_truthy() => {}
            "verify" => {
                return raise(
                    ExcType::ValueError,
                    "requests: the certificate of the server is always verified",
                );
            }
            _ => return raise(ExcType::TypeError, format!("requests: unknown argument '{name}'")),
        }
    }
    if let Some(auth) = auth {
        call.headers.insert("authorization".to_owned(), basic(&auth)?);
    }
    if !parameters.is_empty() {
        let (url, fragment) = call.url.split_once('#').unwrap_or((&call.url, ""));
        let mark = if url.contains('?') { '&' } else { '?' };
        let mut url = format!("{url}{mark}{}", encoded(&parameters));
        if !fragment.is_empty() {
            url = format!("{url}#{fragment}");
        }
        call.url = url;
    }
    Ok(call)
}

fn set_some(place: &mut Option<MontyObject>, value: MontyObject) {
    if !matches!(value, MontyObject::None) {
        *place = Some(value);
    }
}

fn set_headers(call: &mut HttpCall, headers: &MontyObject) {
    if let MontyObject::Dict(pairs) = headers {
        for (name, value) in pairs.iter() {
            call.headers.insert(name.to_string().to_lowercase(), value.to_string());
        }
    }
}

fn content_type(call: &mut HttpCall, kind: &str) {
    call.headers
        .entry("content-type".to_owned())
        .or_insert_with(|| kind.to_owned());
}

/// Pairs of a dictionary, whose values may be lists, or of a list of pairs.
fn append(pairs: &mut Vec<(String, String)>, value: &MontyObject) {
    let mut push = |name: &MontyObject, value: &MontyObject| match value {
        MontyObject::None => {}
        MontyObject::List(many) | MontyObject::Tuple(many) => {
            pairs.extend(many.iter().map(|value| (name.to_string(), value.to_string())));
        }
        one => pairs.push((name.to_string(), one.to_string())),
    };
    match value {
        MontyObject::Dict(dict) => dict.iter().for_each(|(name, value)| push(name, value)),
        MontyObject::List(list) | MontyObject::Tuple(list) => {
            for pair in list {
                if let MontyObject::Tuple(pair) | MontyObject::List(pair) = pair
                    && let [name, value] = pair.as_slice()
                {
                    push(name, value);
                }
            }
        }
        _ => {}
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push('&');
        }
        encode(name, &mut text);
        text.push('=');
        encode(value, &mut text);
    }
    text
}

fn encode(value: &str, text: &mut String) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            b' ' => text.push('+'),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
}

/// `auth=(user, password)` as a header value.
fn basic(auth: &MontyObject) -> Result<String, Stop> {
    match auth {
        MontyObject::Tuple(pair) | MontyObject::List(pair) if pair.len() == 2 => {
            let pair: Vec<_> = pair.iter().map(ToString::to_string).collect();
            Ok(format!("Basic {}", BASE64_STANDARD.encode(pair.join(":"))))
        }
        _ => raise(ExcType::TypeError, "requests: auth is a tuple of a name and a password"),
    }
}

/// `timeout=`: seconds, or a pair of them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number is within the range just checked"
)]
fn millis(value: &MontyObject) -> Result<u64, Stop> {
    let seconds = match value {
        MontyObject::Int(seconds) => seconds.to_string().parse().unwrap_or(f64::MAX),
        MontyObject::Float(seconds) => *seconds,
        MontyObject::Tuple(pair) => {
            let mut sum = 0;
            for part in pair {
                sum += millis(part)?;
            }
            return Ok(sum);
        }
        _ => return raise(ExcType::TypeError, "requests: timeout is a number of seconds"),
    };
    if !(0.0..=3_600.0).contains(&seconds) {
        return raise(ExcType::ValueError, "requests: timeout is between 0 and 3600 seconds");
    }
    Ok((seconds * 1_000.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::super::convert::text;
    use super::*;

    fn keyword(name: &str, value: MontyObject) -> (MontyObject, MontyObject) {
        (text(name), value)
    }

    #[test]
    fn a_request_is_put_together_as_the_python_library_does() {
        let keywords = MontyObject::dict(vec![
            keyword("params", MontyObject::dict(vec![keyword("q", text("a b&ä"))])),
            keyword("json", MontyObject::dict(vec![keyword("n", MontyObject::Int(1))])),
            keyword("auth", MontyObject::Tuple(vec![text("u"), text("p")])),
            keyword("timeout", MontyObject::Float(1.5)),
        ]);
        let plain = vec![
            text("post"),
            text("https://a.example/x?y=1#z"),
            MontyObject::dict(vec![keyword("X-One", text("1"))]),
            MontyObject::dict(vec![]),
            MontyObject::None,
            keywords,
        ];
        let call = call(Arguments::new("post".to_owned(), plain, vec![])).unwrap();
        assert_eq!(call.method, "POST");
        assert_eq!(call.url, "https://a.example/x?y=1&q=a+b%26%C3%A4#z");
        assert_eq!(call.body.as_deref(), Some("{\"n\":1}"));
        assert_eq!(
            call.headers.get("authorization").map(String::as_str),
            Some("Basic dTpw")
        );
        assert_eq!(
            call.headers.get("content-type").map(String::as_str),
            Some("application/json")
        );
        assert_eq!(call.headers.get("x-one").map(String::as_str), Some("1"));
        assert_eq!(call.timeout_millis, Some(1_500));
    }
}
