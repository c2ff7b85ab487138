//! How scripts call other servers with `request` (B-9.17), and redirects.

use std::collections::BTreeMap;

use script::host::HttpCall;
use serde_json::{Value, json};

use crate::profile_setting::{GZIPPED, Web, answer, fault_from, gzip, profile_from, redirect, redirecting, reply};

/// A script around a call of `request`, whose callback hands over what it got.
fn requesting(call: &str) -> String {
    format!(
        "(accessToken, context, callback) => {{ const got = (err, response, body) => callback(null, {{ err: err && err.message, code: err && err.code, status: response && response.statusCode, headers: response && response.headers, body }}); {call} }}"
    )
}

#[test]
fn b_9_17_every_shape_of_a_call() {
    for call in [
        "request.get({ url: 'https://a.example/me' }, got)",
        "request.get({ uri: 'https://a.example/me' }, got)",
        "request.get('https://a.example/me', {}, got)",
        "request.get('https://a.example/me', got)",
        "request({ url: 'https://a.example/me' }, got)",
        "request('https://a.example/me', got)",
        "request('https://a.example/me', { method: 'GET' }, got)",
        "request({ url: 'https://a.example/me', callback: got })",
        "request({ url: new URL('https://a.example/me') }, got)",
        "request({ uri: require('url').parse('https://a.example/me') }, got)",
        "request({ baseUrl: 'https://a.example/', uri: '/me' }, got)",
        "request.defaults({ baseUrl: 'https://a.example' })('me', got)",
        "require('request').get('https://a.example/me', got)",
    ] {
        let web = Web::text(200, "{\"id\":1}");
        let got = profile_from(&requesting(call), &web);
        let seen = (&got["status"], &got["body"], &got["err"]);
        assert_eq!(seen, (&json!(200), &json!("{\"id\":1}"), &Value::Null), "{call}");
        assert_eq!(got["headers"]["x-test"], "1");
        let asked = web.call();
        assert_eq!(
            (asked.method.as_str(), asked.url.as_str()),
            ("GET", "https://a.example/me"),
            "{call}"
        );
    }
}

#[test]
fn b_9_17_methods() {
    for (method, name) in [
        ("post", "POST"),
        ("put", "PUT"),
        ("patch", "PATCH"),
        ("del", "DELETE"),
        ("delete", "DELETE"),
        ("head", "HEAD"),
        ("options", "OPTIONS"),
    ] {
        let web = Web::text(204, "");
        let got = profile_from(
            &requesting(&format!("request.{method}({{ url: 'https://a.example/' }}, got)")),
            &web,
        );
        assert_eq!((web.call().method.as_str(), &got["status"]), (name, &json!(204)));
        assert_eq!(web.call().body, None);
    }
    let web = Web::text(200, "");
    profile_from(
        &requesting("request({ method: 'post', url: 'https://a.example/' }, got)"),
        &web,
    );
    assert_eq!(web.call().method, "POST");
}

/// What a call of `request` with these options sends.
fn sent(options: &str) -> HttpCall {
    let web = Web::text(200, "{}");
    let source = requesting(&format!(
        "request.post({{ url: 'https://a.example/', {options} }}, got)"
    ));
    profile_from(&source, &web);
    web.call()
}

#[test]
fn b_9_17_headers_and_auth() {
    let call = sent("headers: { Authorization: 'Bearer ' + accessToken, 'X-Many': [1, 2], 'X-None': undefined }");
    assert_eq!(call.headers["authorization"], "Bearer at-1");
    assert_eq!(call.headers["x-many"], "1, 2");
    assert!(!call.headers.contains_key("x-none"));
    assert_eq!(
        sent("auth: { user: 'u', pass: 'p' }").headers["authorization"],
        "Basic dTpw"
    );
    assert_eq!(
        sent("auth: { username: 'ü', password: '' }").headers["authorization"],
        "Basic w7w6"
    );
    assert_eq!(
        sent("auth: { bearer: accessToken }").headers["authorization"],
        "Bearer at-1"
    );
    let web = Web::text(200, "");
    profile_from(&requesting("request('https://u:p%21@a.example/', got)"), &web);
    let call = web.call();
    assert_eq!(
        (call.url.as_str(), call.headers["authorization"].as_str()),
        ("https://a.example/", "Basic dTpwIQ==")
    );
}

#[test]
fn b_9_17_query() {
    let query = |options: &str| sent(options).url.replace("https://a.example/", "");
    assert_eq!(query("qs: { a: 1, b: 'x y&ä', c: null }"), "?a=1&b=x%20y%26%C3%A4&c=");
    assert_eq!(
        query("qs: { a: [1, 2], b: { c: 'd' } }"),
        "?a%5B0%5D=1&a%5B1%5D=2&b%5Bc%5D=d"
    );
    assert_eq!(query("qs: { a: [1, 2] }, useQuerystring: true"), "?a=1&a=2");
    assert_eq!(query("qs: {}"), "");
    let web = Web::text(200, "");
    profile_from(
        &requesting("request({ url: 'https://a.example/?x=1&a=0#h', qs: { a: 1 } }, got)"),
        &web,
    );
    assert_eq!(web.call().url, "https://a.example/?x=1&a=1#h");
}

#[test]
fn b_9_17_bodies() {
    let call = sent("form: { a: 'x y', b: [1], c: \"it's\" }");
    assert_eq!(call.body.as_deref(), Some("a=x%20y&b%5B0%5D=1&c=it%27s"));
    assert_eq!(call.headers["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(sent("form: 'a=b'").body.as_deref(), Some("a=b"));
    let call = sent("json: { a: [1, null] }");
    assert_eq!(call.body.as_deref(), Some("{\"a\":[1,null]}"));
    assert_eq!(
        (call.headers["content-type"].as_str(), call.headers["accept"].as_str()),
        ("application/json", "application/json")
    );
    let call = sent("json: true, body: { a: 1 }");
    assert_eq!(call.body.as_deref(), Some("{\"a\":1}"));
    assert_eq!(sent("body: 'plain'").body.as_deref(), Some("plain"));
    assert_eq!(sent("body: Buffer.from('bytes')").body.as_deref(), Some("bytes"));
    assert_eq!(
        sent("body: new URLSearchParams({ a: 'b' })").body.as_deref(),
        Some("a=b")
    );
    assert_eq!(sent("json: true").body, None);
    assert_eq!(sent("timeout: 1500").timeout_millis, Some(1_500));
    let web = Web::text(200, "");
    profile_from(
        &requesting("request.post('https://a.example/', got).form({ a: 1 })"),
        &web,
    );
    assert_eq!(web.call().body.as_deref(), Some("a=1"));
}

#[test]
fn b_9_17_answers() {
    let body = |options: &str, web: &Web| {
        let source = requesting(&format!("request.get({{ url: 'https://a.example/', {options} }}, got)"));
        profile_from(&source, web)["body"].clone()
    };
    let text = "{\"id\":9007199254740991,\"ä\":[1]}";
    assert_eq!(body("", &Web::text(200, text)), json!(text));
    assert_eq!(
        body("json: true", &Web::text(200, text)),
        json!({ "id": 9_007_199_254_740_991_u64, "ä": [1] })
    );
    assert_eq!(body("json: true", &Web::text(200, "no json")), json!("no json"));
    assert_eq!(
        body("encoding: null", &Web::text(200, "ä"))["data"],
        json!([0xc3, 0xa4])
    );
    assert_eq!(body("encoding: 'base64'", &Web::text(200, "hi")), json!("aGk="));
    assert_eq!(body("encoding: 'latin1'", &Web::text(200, "ä")), json!("Ã¤"));
    let packed = || Web::new(|_| Ok(gzip(GZIPPED)));
    assert_eq!(body("gzip: true, json: true", &packed()), json!({ "id": 5 }));
    assert_eq!(body("encoding: null", &packed())["data"], json!(GZIPPED));
    let web = packed();
    body("gzip: true", &web);
    assert_eq!(web.call().headers["accept-encoding"], "gzip, deflate");
    let broken = profile_from(
        &requesting("request.get({ url: 'https://a.example/', gzip: true }, got)"),
        &Web::new(|_| Ok(gzip(b"no gzip"))),
    );
    assert_eq!(
        (&broken["err"], &broken["code"]),
        (&json!("incorrect header check"), &json!("Z_DATA_ERROR"))
    );
}

#[test]
fn b_9_17_errors() {
    let refused = Web::new(|_| Err("10.0.0.1 is a private address".to_owned()));
    let got = profile_from(&requesting("request.get('https://a.example/', got)"), &refused);
    assert_eq!(
        (&got["err"], &got["code"]),
        (&json!("10.0.0.1 is a private address"), &json!("ECONNREFUSED"))
    );
    for (call, message) in [
        ("request.get({}, got)", "options.uri is a required argument"),
        ("request.get('nowhere', got)", "Invalid URI \"nowhere\""),
        (
            "request.get({ url: undefined }, got)",
            "options.uri is a required argument",
        ),
        (
            "request.post({ url: 'https://a.example/', body: { a: 1 } }, got)",
            "Argument error, options.body.",
        ),
        (
            "request.post({ url: 'https://a.example/', formData: { a: 1 } }, got)",
            "request: the option 'formData' is not available here",
        ),
    ] {
        let web = Web::text(200, "");
        assert_eq!(profile_from(&requesting(call), &web)["err"], message, "{call}");
        assert!(web.asked().is_empty());
    }
    let unheard = fault_from("(t, c, cb) => { request.get('nowhere'); }", &Web::text(200, ""));
    assert_eq!(unheard.to_string(), "Invalid URI \"nowhere\"");
}

#[test]
fn b_9_17_events_of_a_call() {
    let source = "(t, c, cb) => { const seen = []; let text = ''; request('https://a.example/').on('response', (r) => seen.push(r.statusCode)).on('data', (d) => { text += d; }).on('end', () => cb(null, { seen, text })); }";
    assert_eq!(
        profile_from(source, &Web::text(200, "body")),
        json!({ "seen": [200], "text": "body" })
    );
    let source = "(t, c, cb) => request('https://a.example/').on('error', (e) => cb(null, { message: e.message }))";
    assert_eq!(
        profile_from(source, &Web::new(|_| Err("no".to_owned()))),
        json!({ "message": "no" })
    );
}

#[test]
fn calls_run_at_once_and_one_after_the_other() {
    let web = Web::new(|call| Ok(answer(200, &json!({ "path": call.url.rsplit('/').next() }))));
    let nested = "(t, c, cb) => request.get({ url: 'https://a.example/one', json: true }, (e, r, one) => request.get({ url: 'https://a.example/' + one.path + 'two', json: true }, (e, r, two) => cb(null, { one, two })))";
    assert_eq!(
        profile_from(nested, &web),
        json!({ "one": { "path": "one" }, "two": { "path": "onetwo" } })
    );
    let together = "async () => { const [a, b] = await Promise.all(['a', 'b'].map((p) => fetch('https://a.example/' + p).then((r) => r.json()))); return { a, b }; }";
    assert_eq!(
        profile_from(together, &web),
        json!({ "a": { "path": "a" }, "b": { "path": "b" } })
    );
}

#[test]
fn redirects_of_reading_calls_are_followed_five_times() {
    let source = requesting("request.get('https://a.example/0', got)");
    for status in [301, 302, 303, 307, 308] {
        let web = redirecting(status, 5);
        assert_eq!(profile_from(&source, &web)["body"], "there", "{status}");
        assert_eq!(web.asked().last().unwrap().url, "https://a.example/5");
    }
    let got = profile_from(&source, &redirecting(302, 6));
    assert!(got["err"].as_str().unwrap().starts_with("Exceeded maxRedirects"));
    let status = |call: &str| {
        let web = redirecting(302, 1);
        let got = profile_from(&requesting(call), &web);
        (got["status"].clone(), web.asked())
    };
    assert_eq!(
        status("request.get({ url: 'https://a.example/0', followRedirect: false }, got)").0,
        302
    );
    assert_eq!(status("request.post({ url: 'https://a.example/0' }, got)").0, 302);
    let (followed, asked) =
        status("request.post({ url: 'https://a.example/0', form: { a: 1 }, followAllRedirects: true }, got)");
    assert_eq!(followed, 200);
    assert_eq!((asked[1].method.as_str(), &asked[1].body), ("GET", &None));
}

#[test]
fn a_redirect_to_another_server_loses_the_token() {
    let web = Web::new(|call| {
        Ok(if call.url.contains("a.example") {
            redirect(302, "https://b.example/")
        } else {
            reply(200, "")
        })
    });
    let call =
        "request.get({ url: 'https://a.example/', headers: { Authorization: 'Bearer x', 'X-Other': '1' } }, got)";
    profile_from(&requesting(call), &web);
    let asked = web.asked();
    assert!(asked[0].headers.contains_key("authorization"));
    assert_eq!(
        asked[1].headers,
        BTreeMap::from([("x-other".to_owned(), "1".to_owned())])
    );
}
