//! Globals and modules (B-9.19 to B-9.27): what they give, against what Node gives.

use serde_json::{Value, json};

use crate::profile_setting::{ID_TOKEN, expect, profile, thrown};

#[test]
fn b_9_19_buffer() {
    expect(&[
        ("Buffer.from('aGk=', 'base64').toString()", json!("hi")),
        ("new Buffer('aGk=', 'base64').toString('utf8')", json!("hi")),
        ("new Buffer('a:b').toString('base64')", json!("YTpi")),
        ("Buffer('ä').length", json!(2)),
        ("Buffer.from('ä').toString('hex')", json!("c3a4")),
        ("Buffer.from('c3a4', 'hex').toString()", json!("ä")),
        ("Buffer.from('ä', 'latin1').toString('hex')", json!("e4")),
        ("Buffer.from([1, 2, 255]).toString('base64url')", json!("AQL_")),
        ("Buffer.from('_-8', 'base64url').toString('hex')", json!("ffef")),
        ("Buffer.alloc(3, 'ab').toString()", json!("aba")),
        (
            "Buffer.concat([Buffer.from('a'), Buffer.from('bc')]).toString()",
            json!("abc"),
        ),
        ("Buffer.concat([Buffer.from('abc')], 2).toString()", json!("ab")),
        (
            "Buffer.isBuffer(Buffer.from('x')) && !Buffer.isBuffer(new Uint8Array(1))",
            json!(true),
        ),
        ("Buffer.byteLength('ä')", json!(2)),
        ("Buffer.from('abcd').slice(1, 3).toString()", json!("bc")),
        ("Buffer.from('abcd').toString('utf8', 1, 3)", json!("bc")),
        ("`${Buffer.from('text')}`", json!("text")),
        ("Buffer.from('a').equals(Buffer.from('a'))", json!(true)),
        (
            "JSON.stringify(Buffer.from('a'))",
            json!("{\"type\":\"Buffer\",\"data\":[97]}"),
        ),
        (
            "Buffer.from(JSON.parse(JSON.stringify(Buffer.from('a')))).toString()",
            json!("a"),
        ),
        ("Buffer.from('abc').indexOf('c')", json!(2)),
        ("Buffer.from([1, 0, 0, 0]).readUInt32LE(0)", json!(1)),
        ("Buffer.from([0, 1]).readUInt16BE()", json!(1)),
        ("require('buffer').Buffer === Buffer", json!(true)),
        ("Buffer.from(Buffer.from('z')).toString()", json!("z")),
        ("[...Buffer.from('ab')]", json!([97, 98])),
        (
            "JSON.parse(Buffer.from(context.id_token.split('.')[1], 'base64').toString()).sub",
            json!("s-1"),
        ),
    ]);
    assert!(thrown("() => Buffer.from(7)").contains("must be of type string"));
    assert!(thrown("() => Buffer.from('x', 'nonsense')").contains("Unknown encoding"));
}

#[test]
fn b_9_20_the_language_and_its_globals() {
    expect(&[
        ("((a) => a?.b?.c ?? 'none')({})", json!("none")),
        (
            "(({ a, ...rest }) => [a, rest])({ a: 1, b: 2 })",
            json!([1, { "b": 2 }]),
        ),
        ("`${[1, 2].map((x) => x * 2)}`", json!("2,4")),
        ("'a-b'.replace(/(?<x>a)-(b)/, '$2-$<x>')", json!("b-a")),
        ("new Date(0).toISOString()", json!("1970-01-01T00:00:00.000Z")),
        ("typeof Date.now()", json!("number")),
        ("new Date(Date.UTC(2020, 1, 29)).getUTCDate()", json!(29)),
        ("[...new Set([1, 1, 2])].length", json!(2)),
        ("Object.fromEntries([['a', 1]])", json!({ "a": 1 })),
        (
            "await Promise.allSettled([Promise.resolve(1), Promise.reject(2)]).then((all) => all.map((one) => one.status))",
            json!(["fulfilled", "rejected"]),
        ),
        (
            "'x'.padStart(3, '0') + 'aa'.replaceAll('a', 'b') + [1, [2]].flat().at(-1)",
            json!("00xbb2"),
        ),
        (
            "encodeURIComponent('a b&ä') + decodeURIComponent('%C3%A4') + escape('ä') + unescape('%E4')",
            json!("a%20b%26%C3%A4ä%E4ä"),
        ),
        ("parseInt('12px', 10) + parseFloat('1.5')", json!(13.5)),
        (
            "await new Promise((done) => setTimeout(done, 2, 'waited'))",
            json!("waited"),
        ),
        ("await new Promise((done) => setImmediate(done, 'soon'))", json!("soon")),
        (
            "await new Promise((done) => { clearTimeout(setTimeout(() => done('no'), 1)); setTimeout(() => done('yes'), 5); })",
            json!("yes"),
        ),
        (
            "await new Promise((done) => { let n = 0; const t = setInterval(() => { n += 1; if (n === 3) { clearInterval(t); done(n); } }, 1); })",
            json!(3),
        ),
        ("global === globalThis && typeof console.log", json!("function")),
        ("atob('aGk=') + btoa('hi')", json!("hiaGk=")),
        ("new TextDecoder().decode(new TextEncoder().encode('ä'))", json!("ä")),
        ("structuredClone({ a: [1, new Date(0)] }).a[1].getTime()", json!(0)),
        ("'Ä'.localeCompare('B') !== 0 && (1234.5).toFixed(2)", json!("1234.50")),
    ]);
}

#[test]
fn timers_keep_their_order() {
    let source = "(t, c, cb) => { const seen = []; const see = (name) => () => seen.push(name); setTimeout(see('late'), 30); setTimeout(see('zero')); Promise.resolve().then(see('promise')); setTimeout(see('early'), 5); seen.push('now'); setTimeout(() => cb(null, { seen }), 60); }";
    assert_eq!(
        profile(source)["seen"],
        json!(["now", "promise", "zero", "early", "late"])
    );
}

#[test]
fn b_9_20_url_and_its_parameters() {
    expect(&[
        (
            "new URL('https://u:p@a.example:8443/x/../y?q=1#h').href",
            json!("https://u:p@a.example:8443/y?q=1#h"),
        ),
        (
            "(({ protocol, host, hostname, port, pathname, search, hash, origin, username }) => [protocol, host, hostname, port, pathname, search, hash, origin, username])(new URL('https://u@a.example:8443/y?q=1#h'))",
            json!([
                "https:",
                "a.example:8443",
                "a.example",
                "8443",
                "/y",
                "?q=1",
                "#h",
                "https://a.example:8443",
                "u"
            ]),
        ),
        (
            "new URL('../c', 'https://a.example/x/y/').href",
            json!("https://a.example/x/c"),
        ),
        (
            "(() => { const u = new URL('https://a.example/'); u.searchParams.append('a', 'x y'); u.searchParams.set('b', 'ä'); u.pathname = '/p'; u.hash = 'h'; return String(u); })()",
            json!("https://a.example/p?a=x+y&b=%C3%A4#h"),
        ),
        (
            "(() => { const u = new URL('https://a.example/?a=1'); const p = u.searchParams; u.search = '?b=2'; return [p.get('a'), p.get('b')]; })()",
            json!([null, "2"]),
        ),
        ("new URLSearchParams('?a=1&b=x+y&a=%32').getAll('a')", json!(["1", "2"])),
        (
            "[...new URLSearchParams({ a: 1, b: 'ä b' })]",
            json!([["a", "1"], ["b", "ä b"]]),
        ),
        (
            "new URLSearchParams([['a', '1'], ['b', '*~']]).toString()",
            json!("a=1&b=*%7E"),
        ),
        (
            "(() => { const p = new URLSearchParams('b=2&a=1'); p.sort(); p.delete('b'); return [p.has('a'), p.has('b'), p.size, `${p}`]; })()",
            json!([true, false, 1, "a=1"]),
        ),
        (
            "JSON.stringify({ u: new URL('https://a.example') })",
            json!("{\"u\":\"https://a.example/\"}"),
        ),
        ("URL.canParse('no url')", json!(false)),
        (
            "(({ protocol, host, port, pathname, query, search, auth }) => [protocol, host, port, pathname, query, search, auth])(require('url').parse('https://u:p@a.example:8443/x?q=1&r=2#h'))",
            json!(["https:", "a.example:8443", "8443", "/x", "q=1&r=2", "?q=1&r=2", "u:p"]),
        ),
        ("require('url').parse('/x?q=1', true).query.q", json!("1")),
        (
            "require('url').format({ protocol: 'https', hostname: 'a.example', pathname: 'x', query: { q: 'y z' } })",
            json!("https://a.example/x?q=y%20z"),
        ),
        (
            "require('url').resolve('https://a.example/x/y', '../z')",
            json!("https://a.example/z"),
        ),
        ("new (require('url').URL)('https://a.example').host", json!("a.example")),
    ]);
    assert_eq!(thrown("() => new URL('no url')"), "Invalid URL");
}

#[test]
fn b_9_22_jsonwebtoken() {
    let decoded = json!({ "sub": "s-1", "email": "jo@id.example", "name": "Jö", "custom": { "a": [1, 2] } });
    expect(&[
        ("require('jsonwebtoken').decode(context.id_token)", decoded.clone()),
        (
            "require('jsonwebtoken@7.1.9').decode(context.id_token)",
            decoded.clone(),
        ),
        (
            "require('jsonwebtoken').decode(context.id_token, { complete: true })",
            json!({ "header": { "alg": "RS256", "kid": "k1" }, "payload": decoded, "signature": "c2ln" }),
        ),
        ("require('jsonwebtoken').decode('no token')", Value::Null),
        ("require('jsonwebtoken').decode(undefined)", Value::Null),
    ]);
    assert!(thrown("() => require('jsonwebtoken').verify('x', 'y')").contains("jsonwebtoken.decode"));
}

#[test]
fn b_9_23_jwt_decode() {
    expect(&[
        ("require('jwt-decode')(context.id_token).name", json!("Jö")),
        ("require('jwt-decode').jwtDecode(context.id_token).sub", json!("s-1")),
        (
            "require('jwt-decode').default(context.id_token, { header: true }).kid",
            json!("k1"),
        ),
        ("require('jwt-decode@2.2.0')(context.id_token).sub", json!("s-1")),
    ]);
    assert!(ID_TOKEN.contains('.'));
    assert!(thrown("() => require('jwt-decode')('opaque')").starts_with("Invalid token specified"));
    assert!(thrown("() => require('jwt-decode')()").starts_with("Invalid token specified"));
}

#[test]
fn b_9_24_querystring_and_crypto() {
    expect(&[
        (
            "require('querystring').stringify({ a: 'x y', b: [1, 2], c: null, d: true })",
            json!("a=x%20y&b=1&b=2&c=&d=true"),
        ),
        (
            "require('querystring').parse('a=x+y&b=1&b=2&c')",
            json!({ "a": "x y", "b": ["1", "2"], "c": "" }),
        ),
        (
            "require('querystring').escape('ä&') + require('querystring').unescape('%C3%A4')",
            json!("%C3%A4%26ä"),
        ),
        (
            "require('crypto').createHash('sha256').update('a').update(Buffer.from('bc')).digest('hex').slice(0, 16)",
            json!("ba7816bf8f01cfea"),
        ),
        (
            "require('crypto').createHash('md5').update('jo@id.example').digest('hex').length",
            json!(32),
        ),
        (
            "require('crypto').createHash('SHA-1').update('abc').digest('base64')",
            json!("qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
        ),
        (
            "require('crypto').createHmac('sha256', 'key').update('The quick brown fox jumps over the lazy dog').digest('hex').slice(0, 16)",
            json!("f7bc83f430538424"),
        ),
        (
            "require('crypto').createHash('sha512').update('').digest().length",
            json!(64),
        ),
        ("require('crypto').randomBytes(8).toString('hex').length", json!(16)),
        (
            "/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(require('crypto').randomUUID())",
            json!(true),
        ),
        (
            "require('crypto').timingSafeEqual(Buffer.from('a'), Buffer.from('b'))",
            json!(false),
        ),
    ]);
    assert_eq!(
        thrown("() => require('crypto').createHash('whirlpool')"),
        "Digest method not supported: whirlpool"
    );
}

#[test]
fn b_9_24_zlib_util_and_events() {
    expect(&[
        (
            "require('zlib').gunzipSync(require('zlib').gzipSync('text ä')).toString()",
            json!("text ä"),
        ),
        (
            "require('zlib').inflateSync(require('zlib').deflateSync('x')).toString()",
            json!("x"),
        ),
        (
            "require('zlib').unzipSync(require('zlib').gzipSync('y')).toString()",
            json!("y"),
        ),
        (
            "await require('util').promisify(require('zlib').gunzip)(require('zlib').gzipSync('z')).then(String)",
            json!("z"),
        ),
        (
            "await require('util').promisify((a, done) => done(null, a + 1))(1)",
            json!(2),
        ),
        (
            "await require('util').promisify((done) => done(new Error('no')))().catch((e) => e.message)",
            json!("no"),
        ),
        (
            "require('util').format('%s=%d', 'a', 1, { b: [1] })",
            json!("a=1 { b: [ 1 ] }"),
        ),
        (
            "require('util').inspect({ a: 'x', f() {}, n: null })",
            json!("{ a: 'x', f: [Function: f], n: null }"),
        ),
        (
            "(() => { const e = new (require('events'))(); const seen = []; e.once('x', (a) => seen.push(a)); e.emit('x', 1); e.emit('x', 2); return seen; })()",
            json!([1]),
        ),
        (
            "(() => { try { require('assert').strictEqual(1, 2, 'differ'); } catch (e) { return e.message; } })()",
            json!("differ"),
        ),
        ("require('uuid').v4().length", json!(36)),
    ]);
}

#[test]
fn b_9_26_configuration() {
    expect(&[(
        "configuration.API_ROOT + configuration.level",
        json!("https://api.example3"),
    )]);
    let source = "(t, c, cb) => { try { 'use strict'; configuration.level = 9; } catch (e) {} cb(null, { level: configuration.level, frozen: Object.isFrozen(configuration) }); }";
    assert_eq!(profile(source), json!({ "level": 3, "frozen": true }));
}

#[test]
fn b_9_27_an_unknown_module() {
    assert_eq!(thrown("() => require('left-pad')"), "Cannot find module 'left-pad'");
    assert_eq!(
        thrown("() => require('left-pad@1.0.0')"),
        "Cannot find module 'left-pad@1.0.0'"
    );
    assert_eq!(thrown("() => require('./local')"), "Cannot find module './local'");
    assert_eq!(
        thrown("() => require('constructor')"),
        "Cannot find module 'constructor'"
    );
    expect(&[(
        "(() => { try { require('x'); } catch (e) { return e.code; } })()",
        json!("MODULE_NOT_FOUND"),
    )]);
}
