//! How scripts call other servers with `fetch` (B-9.18), `axios`, `node-fetch` (B-9.25) and `https` (B-9.24).

use std::time::Duration;

use script::ScriptFault;
use serde_json::json;

use crate::profile_setting::{GZIPPED, Web, answer, fault_from, gzip, profile_from, redirecting};

#[test]
fn b_9_18_fetch() {
    let source = "async (t) => { const r = await fetch('https://a.example/me', { headers: { Authorization: `Bearer ${t}` } }); const copy = r.clone(); return { ok: r.ok, status: r.status, statusText: r.statusText, type: r.headers.get('Content-Type'), has: r.headers.has('x-none'), none: r.headers.get('x-none'), names: [...r.headers.keys()], url: r.url, redirected: r.redirected, json: await r.json(), text: await copy.text(), used: r.bodyUsed }; }";
    let web = Web::json(json!({ "id": 1 }));
    let expected = json!({
        "ok": true, "status": 200, "statusText": "OK", "type": "application/json", "has": false, "none": null,
        "names": ["content-type", "x-test"], "url": "https://a.example/me", "redirected": false,
        "json": { "id": 1 }, "text": "{\"id\":1}", "used": true
    });
    assert_eq!(profile_from(source, &web), expected);
    assert_eq!(web.call().headers["authorization"], "Bearer at-1");
    let failed = "async () => { const r = await fetch('https://a.example/'); if (!r.ok) throw new Error(`status ${r.status}: ${await r.text()}`); return {}; }";
    assert_eq!(fault_from(failed, &Web::text(403, "no")).to_string(), "status 403: no");
}

#[test]
fn b_9_18_fetch_sends_bodies_and_reads_bytes() {
    let send = |init: &str| {
        let web = Web::text(200, "{}");
        profile_from(
            &format!("async () => {{ await fetch('https://a.example/', {init}); return {{}}; }}"),
            &web,
        );
        web.call()
    };
    let call = send(
        "{ method: 'post', body: JSON.stringify({ a: 1 }), headers: new Headers({ 'Content-Type': 'application/json' }) }",
    );
    assert_eq!(
        (call.method.as_str(), call.body.as_deref()),
        ("POST", Some("{\"a\":1}"))
    );
    assert_eq!(call.headers["content-type"], "application/json");
    let call = send("{ method: 'POST', body: new URLSearchParams({ a: 'b c' }) }");
    assert_eq!(call.body.as_deref(), Some("a=b+c"));
    assert_eq!(
        call.headers["content-type"],
        "application/x-www-form-urlencoded;charset=UTF-8"
    );
    assert_eq!(
        send("{ method: 'POST', body: 'x', headers: [['X-A', '1']] }").headers["x-a"],
        "1"
    );
    let bytes = "async () => { const r = await fetch('https://a.example/'); const buffer = await r.arrayBuffer(); return { size: buffer.byteLength, first: new Uint8Array(buffer)[0] }; }";
    assert_eq!(
        profile_from(bytes, &Web::text(200, "ä")),
        json!({ "size": 2, "first": 0xc3 })
    );
    let packed = "async () => (await fetch('https://a.example/')).json()";
    assert_eq!(
        profile_from(packed, &Web::new(|_| Ok(gzip(GZIPPED)))),
        json!({ "id": 5 })
    );
    let broken = fault_from(packed, &Web::new(|_| Ok(gzip(b"no"))));
    assert!(broken.to_string().contains("incorrect header"), "{broken}");
}

#[test]
fn b_9_18_fetch_fails_as_a_promise_does() {
    let source = "async () => { try { await fetch('https://a.example/'); } catch (e) { return { name: e.name, message: e.message, cause: e.cause.message }; } }";
    let expected = json!({ "name": "TypeError", "message": "fetch failed: refused", "cause": "refused" });
    assert_eq!(profile_from(source, &Web::new(|_| Err("refused".to_owned()))), expected);
    for source in [
        "async () => fetch('/nowhere')",
        "() => { fetch('/nowhere').then(() => {}); }",
    ] {
        let fault = fault_from(source, &Web::text(200, ""));
        assert_eq!(fault.to_string(), "Failed to parse URL from /nowhere");
    }
    let given_up = "async () => { try { await fetch('https://a.example/', { signal: AbortSignal.timeout(20) }); } catch (e) { return { name: e.name }; } }";
    let slow = Web::text(200, "").slow(Duration::from_secs(5));
    assert_eq!(profile_from(given_up, &slow), json!({ "name": "TimeoutError" }));
    let json = "async () => (await fetch('https://a.example/')).json()";
    assert!(matches!(
        fault_from(json, &Web::text(200, "<html>")),
        ScriptFault::Thrown { .. }
    ));
}

#[test]
fn redirects_of_fetch() {
    let source = |init: &str| {
        format!(
            "async () => {{ const r = await fetch('https://a.example/0', {init}); return {{ status: r.status, redirected: r.redirected, url: r.url }}; }}"
        )
    };
    let followed = json!({ "status": 200, "redirected": true, "url": "https://a.example/2" });
    assert_eq!(profile_from(&source("{}"), &redirecting(302, 2)), followed);
    let seen = json!({ "status": 302, "redirected": false, "url": "https://a.example/0" });
    assert_eq!(
        profile_from(&source("{ redirect: 'manual' }"), &redirecting(302, 2)),
        seen
    );
    let fault = fault_from(&source("{ redirect: 'error' }"), &redirecting(302, 2));
    assert!(fault.to_string().contains("redirect"));
    let web = redirecting(307, 1);
    profile_from(&source("{ method: 'POST', body: 'b' }"), &web);
    assert_eq!(
        (web.asked()[1].method.as_str(), web.asked()[1].body.as_deref()),
        ("POST", Some("b"))
    );
}

#[test]
fn b_9_25_axios() {
    let web = || {
        Web::new(|call| {
            let status = if call.url.contains("missing") { 404 } else { 200 };
            Ok(answer(
                status,
                &json!({ "method": call.method, "url": call.url, "body": call.body }),
            ))
        })
    };
    let got = profile_from(
        "async (t) => { const axios = require('axios'); const r = await axios.get('https://a.example/me', { params: { a: 1, b: ['x'] }, headers: { Authorization: 'Bearer ' + t } }); return { data: r.data, status: r.status, type: r.headers['content-type'] }; }",
        &web(),
    );
    assert_eq!(
        got,
        json!({ "data": { "method": "GET", "url": "https://a.example/me?a=1&b%5B%5D=x", "body": null }, "status": 200, "type": "application/json" })
    );
    let data = |call: &str| profile_from(&format!("async () => (await {call}).data"), &web());
    assert_eq!(
        data("require('axios').post('https://a.example/', { a: 1 })")["body"],
        "{\"a\":1}"
    );
    let form =
        data("require('axios')({ method: 'post', url: 'https://a.example/', data: new URLSearchParams({ a: '1' }) })");
    assert_eq!((&form["method"], &form["body"]), (&json!("POST"), &json!("a=1")));
    let made = data("require('axios').create({ baseURL: 'https://a.example/v1' }).get('/me')");
    assert_eq!(made["url"], "https://a.example/v1/me");
    let failed = "async () => { const axios = require('axios'); try { await axios.get('https://a.example/missing'); } catch (e) { return { is: axios.isAxiosError(e), message: e.message, status: e.response.status, url: e.response.data.url }; } }";
    assert_eq!(
        profile_from(failed, &web()),
        json!({ "is": true, "message": "Request failed with status code 404", "status": 404, "url": "https://a.example/missing" })
    );
    let then = "(t, c, cb) => require('axios').get('https://a.example/missing').then((r) => cb(null, r.data)).catch((e) => cb(e))";
    assert_eq!(
        fault_from(then, &web()).to_string(),
        "Request failed with status code 404"
    );
    let broken = "async () => { try { await require('axios').get('https://a.example/'); } catch (e) { return { message: e.message }; } }";
    let packed = Web::new(|_| Ok(gzip(b"no")));
    assert_eq!(
        profile_from(broken, &packed),
        json!({ "message": "incorrect header check" })
    );
}

#[test]
fn b_9_25_node_fetch_and_request_promise() {
    let web = || Web::json(json!({ "id": 1 }));
    for source in [
        "async () => (await require('node-fetch')('https://a.example/')).json()",
        "const fetch = require('node-fetch');\nmodule.exports = async () => (await fetch('https://a.example/')).json();",
        "async () => require('request-promise')({ uri: 'https://a.example/', json: true })",
    ] {
        assert_eq!(profile_from(source, &web()), json!({ "id": 1 }), "{source}");
    }
    let fault = fault_from(
        "async () => require('request-promise').get('https://a.example/')",
        &Web::text(500, "broken"),
    );
    assert_eq!(fault.to_string(), "500 - broken");
}

#[test]
fn b_9_24_https() {
    let source = "function f(t, c, cb) { const https = require('https'); https.get('https://a.example/me', { headers: { Authorization: 'Bearer ' + t } }, (res) => { let data = ''; res.on('data', (chunk) => { data += chunk; }); res.on('end', () => cb(null, { status: res.statusCode, type: res.headers['content-type'], body: JSON.parse(data) })); }).on('error', (e) => cb(e)); }";
    let web = Web::json(json!({ "name": "Jö" }));
    assert_eq!(
        profile_from(source, &web),
        json!({ "status": 200, "type": "application/json", "body": { "name": "Jö" } })
    );
    assert_eq!(web.call().headers["authorization"], "Bearer at-1");
    let source = "function f(t, c, cb) { const req = require('https').request({ hostname: 'a.example', port: 443, path: '/q?x=1', method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': 7 } }, (res) => { res.setEncoding('utf8'); const parts = []; res.on('data', (d) => parts.push(d)).on('end', () => cb(null, JSON.parse(parts.join('')))); }); req.on('error', cb); req.write('{\"a\"'); req.write(':1}'); req.end(); }";
    let web = Web::json(json!({ "id": 2 }));
    assert_eq!(profile_from(source, &web), json!({ "id": 2 }));
    let call = web.call();
    assert_eq!(
        (call.method.as_str(), call.body.as_deref()),
        ("POST", Some("{\"a\":1}"))
    );
    assert_eq!(call.url, "https://a.example/q?x=1");
    assert!(!call.headers.contains_key("content-length"));
    let failing = "function f(t, c, cb) { require('https').get('https://a.example/', () => {}).on('error', (e) => cb(null, { message: e.message })); }";
    assert_eq!(
        profile_from(failing, &Web::new(|_| Err("no".to_owned()))),
        json!({ "message": "no" })
    );
    let web = Web::text(200, "x");
    let source = "function f(t, c, cb) { require('http').get({ host: 'a.example:8080', path: '/p' }, (r) => { r.resume(); r.on('end', () => cb(null, {})); }); }";
    profile_from(source, &web);
    assert_eq!(web.call().url, "http://a.example:8080/p");
}

#[test]
fn b_9_24_streams_and_zlib() {
    let packed = || Web::new(|_| Ok(gzip(GZIPPED)));
    let source = "function f(t, c, cb) { const https = require('https'), zlib = require('zlib'); https.get('https://a.example/', (res) => { const gunzip = zlib.createGunzip(); res.pipe(gunzip); let text = ''; gunzip.on('data', (d) => { text += d.toString('utf8'); }).on('end', () => cb(null, JSON.parse(text))).on('error', cb); }); }";
    assert_eq!(profile_from(source, &packed()), json!({ "id": 5 }));
    let broken = fault_from(source, &Web::new(|_| Ok(gzip(b"no gzip"))));
    assert_eq!(broken.to_string(), "incorrect header check");
    let source = "(t, c, cb) => request({ url: 'https://a.example/', encoding: null }, (e, r, body) => require('zlib').gunzip(body, (e, plain) => cb(e, JSON.parse(plain))))";
    assert_eq!(profile_from(source, &packed()), json!({ "id": 5 }));
    let iterated = "async () => new Promise((done) => require('https').get('https://a.example/', async (res) => { let text = ''; for await (const part of res) text += part; done(JSON.parse(text)); }))";
    assert_eq!(
        profile_from(iterated, &Web::json(json!({ "id": 6 }))),
        json!({ "id": 6 })
    );
}
