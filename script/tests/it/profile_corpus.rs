//! Scripts of the kinds that are in use (B-10), each written anew, with the profile that it makes of given answers. And the
//! script of the guide that this server was built from, as it was printed.

use script::host::{HttpCall, HttpReply};
use script::{ProfileInputs, ProfileScript, ScriptFault};
use serde_json::{Map, Value, json};

use crate::profile_setting::{ID_TOKEN, PATIENT, Web, answer, block_on, members, reply, workers};

/// Runs a script with a context of its own.
fn run(source: &str, context: Value, web: &Web) -> Result<Value, ScriptFault> {
    let inputs = ProfileInputs {
        access_token: "at-1".to_owned(),
        context: members(context),
        ..ProfileInputs::default()
    };
    let ran = block_on(workers().run(&ProfileScript::new(source), &inputs, PATIENT, web));
    ran.map(|ran| Value::Object(ran.profile))
}

fn make(source: &str, web: &Web) -> Value {
    run(source, json!({}), web).unwrap()
}

fn message(result: Result<Value, ScriptFault>) -> String {
    result.unwrap_err().to_string()
}

/// One server for every address.
fn server(pages: &'static [(&'static str, &'static str)]) -> Web {
    Web::new(move |call: &HttpCall| -> Result<HttpReply, String> {
        let page = pages.iter().find(|(start, _)| call.url.starts_with(start));
        page.map(|(_, body)| reply(200, body))
            .ok_or_else(|| format!("nobody is at {}", call.url))
    })
}

/// The script of the guide, byte for byte.
const GUIDE: &str = include_str!("fetch_user_profile.js");

#[test]
fn the_script_of_the_guide() {
    let web = server(&[(
        "https://auth.example.com/userinfo",
        r#"{"account":{"uuid":"u-1","email":"jo@id.example"}}"#,
    )]);
    assert_eq!(make(GUIDE, &web), json!({ "user_id": "u-1", "email": "jo@id.example" }));
    assert_eq!(web.call().headers["authorization"], "Bearer at-1");
    assert_eq!(
        message(run(GUIDE, json!({}), &Web::text(401, "bad token"))),
        "bad token"
    );
    assert_eq!(message(run(GUIDE, json!({}), &Web::text(200, "<html>"))), "<html>");
    assert_eq!(
        message(run(GUIDE, json!({}), &Web::new(|_| Err("no route".to_owned())))),
        "no route"
    );
    assert_eq!(
        message(run(GUIDE, json!({}), &Web::json(json!({})))),
        "cannot read property 'uuid' of undefined"
    );
}

#[test]
fn b_10_1_nested_try_around_the_parser() {
    let source = "
      // Asks for the account and takes two of its members.
      function fetchUserProfile(accessToken, context, callback) {
        request.get({
          url: 'https://auth.harbor.test/v1/me',
          headers: { Authorization: 'Bearer ' + accessToken },
        }, (err, resp, body) => {
          if (err) { return callback(err); }
          try {
            let parsed;
            try { parsed = JSON.parse(body); } catch (inner) { return callback(new Error(body)); }
            callback(null, { user_id: parsed.data.person.uuid, email: parsed.data.person.mail });
          } catch (outer) { callback(outer); }
        });
      }";
    let web = server(&[(
        "https://auth.harbor.test/v1/me",
        r#"{"data":{"person":{"uuid":"p-9","mail":"a@harbor.test"}}}"#,
    )]);
    assert_eq!(
        make(source, &web),
        json!({ "user_id": "p-9", "email": "a@harbor.test" })
    );
    assert_eq!(message(run(source, json!({}), &Web::text(200, "no json"))), "no json");
}

#[test]
fn b_10_2_a_url_and_options_and_the_answer_as_it_is() {
    let source = "function(accessToken, ctx, cb) {\n  request.get('https://api.code.test/user', { headers: { 'Authorization': 'token ' + accessToken, 'User-Agent': 'harbor' } }, function(e, r, b) {\n    if (e) return cb(e);\n    if (r.statusCode !== 200) return cb(new Error('StatusCode: ' + r.statusCode));\n    cb(null, JSON.parse(b));\n  });\n}";
    let web = server(&[(
        "https://api.code.test/user",
        r#"{"id":583231,"login":"octo","plan":{"space":1}}"#,
    )]);
    assert_eq!(
        make(source, &web),
        json!({ "id": 583_231, "login": "octo", "plan": { "space": 1 } })
    );
    assert_eq!(web.call().headers["user-agent"], "harbor");
    assert_eq!(message(run(source, json!({}), &Web::text(502, ""))), "StatusCode: 502");
}

#[test]
fn b_10_3_the_answer_with_a_numeric_text_as_id() {
    let source = "function(accessToken, ctx, cb) { request.get('https://www.search.test/userinfo', { headers: { Authorization: 'Bearer ' + accessToken } }, function(e, r, b) { if (e) return cb(e); cb(null, JSON.parse(b)); }) }";
    let web = server(&[(
        "https://www.search.test/",
        r#"{"id":"1122334455667788990","verified_email":true}"#,
    )]);
    assert_eq!(
        make(source, &web),
        json!({ "id": "1122334455667788990", "verified_email": true })
    );
}

#[test]
fn b_10_4_one_line_with_attributes_of_its_own() {
    let source = "function(a,c,cb){request.get({url:'https://api.box.test/1/account/info',headers:{Authorization:'Bearer '+a}},function(e,r,b){if(e)return cb(e);if(r.statusCode!==200)return cb(new Error('StatusCode: '+r.statusCode));var p=JSON.parse(b);p.user_id=p.uid;p.nickname=p.display_name;p.quota_left=p.quota_info.quota-p.quota_info.normal;cb(null,p);});}";
    let web = server(&[(
        "https://api.box.test/",
        r#"{"uid":77,"display_name":"Jo","quota_info":{"quota":10,"normal":4}}"#,
    )]);
    let expected = json!({ "uid": 77, "display_name": "Jo", "quota_info": { "quota": 10, "normal": 4 }, "user_id": 77, "nickname": "Jo", "quota_left": 6 });
    assert_eq!(make(source, &web), expected);
}

#[test]
fn b_10_5_an_id_with_slashes() {
    let source = "function(token, ctx, cb) { request.get('https://api.video.test/me', { headers: { Authorization: 'Bearer ' + token } }, function(e, r, b) { if (e) return cb(e); var profile = JSON.parse(b); profile.user_id = profile.uri; delete profile.uri; cb(null, profile); }); }";
    let web = server(&[("https://api.video.test/me", r#"{"uri":"/users/1234","name":"Jo"}"#)]);
    assert_eq!(make(source, &web), json!({ "user_id": "/users/1234", "name": "Jo" }));
}

#[test]
fn b_10_6_what_is_wrapped() {
    for (member, body) in [
        ("data", r#"{"data":{"uid":5,"url":"jo"}}"#),
        ("account", r#"{"account":{"uid":5,"url":"jo"}}"#),
    ] {
        let source = format!(
            "function(accessToken, ctx, cb) {{ request.get('https://api.picture.test/account', {{ headers: {{ Authorization: 'Bearer ' + accessToken }} }}, function(e, r, b) {{ if (e) return cb(e); var profile = JSON.parse(b).{member}; profile.user_id = profile.uid; cb(null, profile); }}); }}"
        );
        assert_eq!(
            make(&source, &Web::text(200, body)),
            json!({ "uid": 5, "url": "jo", "user_id": 5 })
        );
    }
}

#[test]
fn b_10_7_another_scheme_and_delete() {
    let source = "function (accessToken, ctx, cb) { request.get('https://api.stream.test/kraken/user', { headers: { Authorization: 'OAuth ' + accessToken, Accept: 'application/vnd.stream.v3+json' } }, function (e, r, b) { if (e) return cb(e); if (r.statusCode !== 200) return cb(new Error('StatusCode: ' + r.statusCode)); const p = JSON.parse(b); p.id = p._id; delete p._id; delete p._links; cb(null, p); }); }";
    let web = server(&[(
        "https://api.stream.test/",
        r#"{"_id":9,"_links":{"self":"x"},"name":"jo"}"#,
    )]);
    assert_eq!(make(source, &web), json!({ "name": "jo", "id": 9 }));
    assert_eq!(
        (
            web.call().headers["authorization"].as_str(),
            web.call().headers["accept"].as_str()
        ),
        ("OAuth at-1", "application/vnd.stream.v3+json")
    );
}

#[test]
fn b_10_8_templates_and_a_log() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  request.get({ url: `https://broker.net.test/userinfo`, headers: { Authorization: `Bearer ${accessToken}` } }, (err, resp, body) => {\n    if (err) return callback(err);\n    const claims = JSON.parse(body);\n    const profile = { ...claims, user_id: claims.sub };\n    console.log(profile);\n    callback(null, profile);\n  });\n}";
    let web = server(&[(
        "https://broker.net.test/userinfo",
        r#"{"sub":"n-1","gender":"x","address":{"country":"DE"}}"#,
    )]);
    assert_eq!(
        make(source, &web),
        json!({ "sub": "n-1", "gender": "x", "address": { "country": "DE" }, "user_id": "n-1" })
    );
}

#[test]
fn b_10_9_exports_after_a_header() {
    let source = "/**\n * Profile of the model hub.\n * @param {string} accessToken\n */\nmodule.exports = function fetchUserProfile(accessToken, context, callback) {\n  request.get({ url: 'https://models.test/oauth/userinfo', headers: { Authorization: 'Bearer ' + accessToken } }, (err, resp, body) => {\n    if (err) return callback(err);\n    if (resp.statusCode >= 300) return callback(new Error(`status ${resp.statusCode}`));\n    const { sub, preferred_username: nickname, orgs, ...rest } = JSON.parse(body);\n    return callback(null, { user_id: sub, nickname, orgs: orgs.map(({ name, roles }) => [name, roles]), ...rest });\n  });\n};";
    let web = server(&[(
        "https://models.test/",
        r#"{"sub":"h1","preferred_username":"jo","orgs":[{"name":"a","roles":["r","w"]}],"isPro":false}"#,
    )]);
    assert_eq!(
        make(source, &web),
        json!({ "user_id": "h1", "nickname": "jo", "orgs": [["a", ["r", "w"]]], "isPro": false })
    );
    assert_eq!(message(run(source, json!({}), &Web::text(301, ""))), "status 301");
}

#[test]
fn b_10_10_a_parser_without_try() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  request.get({ url: 'https://phone.test/user', headers: { Authorization: 'Bearer ' + accessToken } }, function (err, resp, body) {\n    var user = JSON.parse(body);\n    callback(null, { user_id: user.number, phone_number: user.number, phone_verified: true });\n  });\n}";
    assert_eq!(
        make(source, &Web::text(200, r#"{"number":"+4930123"}"#)),
        json!({ "user_id": "+4930123", "phone_number": "+4930123", "phone_verified": true })
    );
    let failed = run(source, json!({}), &Web::text(200, "oops"));
    assert!(
        matches!(failed, Err(ScriptFault::Thrown { line: Some(3), .. })),
        "{failed:?}"
    );
}

#[test]
fn b_10_11_no_call_and_an_id_that_is_put_together() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  const id = context.workspace_id || Date.now();\n  callback(null, { user_id: `pages|${id}`, name: context.workspace_name });\n}";
    let nobody = Web::text(500, "");
    assert_eq!(
        run(source, json!({ "workspace_id": "w1", "workspace_name": "W" }), &nobody).unwrap(),
        json!({ "user_id": "pages|w1", "name": "W" })
    );
    let made = run(source, json!({}), &nobody).unwrap();
    let time: u64 = made["user_id"]
        .as_str()
        .unwrap()
        .strip_prefix("pages|")
        .unwrap()
        .parse()
        .unwrap();
    assert!(time > 1_700_000_000_000);
    assert!(nobody.asked().is_empty());
}

#[test]
fn b_10_12_members_of_the_context() {
    let source = "function fetchUserProfile(access_token, ctx, callback) {\n  var profile = { user_id: ctx.user_id, given_name: ctx.name, username: ctx.username, email: ctx.user_id + '@noreply.justice.test', _source: ctx.auth_source, _staff: ctx.is_staff, _token: access_token };\n  callback(null, profile);\n}";
    let context = json!({ "user_id": 12, "name": "Jo", "username": "JO_X", "auth_source": "nomis", "is_staff": true });
    let expected = json!({ "user_id": 12, "given_name": "Jo", "username": "JO_X", "email": "12@noreply.justice.test", "_source": "nomis", "_staff": true, "_token": "at-1" });
    assert_eq!(run(source, context, &Web::text(500, "")).unwrap(), expected);
}

#[test]
fn b_10_13_events_streams_and_a_packed_answer() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  const https = require('https');\n  const zlib = require('zlib');\n  const query = require('querystring').stringify({ site: 'overflow', access_token: accessToken, key: 'k+1' });\n  https.get({ hostname: 'api.answers.test', path: '/2.3/me?' + query, headers: { 'Accept-Encoding': 'gzip' } }, (res) => {\n    const unzip = zlib.createGunzip();\n    const chunks = [];\n    unzip.on('data', (chunk) => chunks.push(chunk));\n    unzip.on('end', () => {\n      const [item] = JSON.parse(Buffer.concat(chunks).toString('utf8')).items;\n      callback(null, { user_id: item.user_id, name: item.display_name, picture: item.profile_image });\n    });\n    unzip.on('error', callback);\n    res.pipe(unzip);\n  }).on('error', callback);\n}";
    let web = Web::new(|call: &HttpCall| {
        assert_eq!(
            call.url,
            "https://api.answers.test/2.3/me?site=overflow&access_token=at-1&key=k%2B1"
        );
        let mut packed = reply(200, "");
        packed.headers.insert("content-encoding".to_owned(), "gzip".to_owned());
        packed.bytes = Some(gzipped(
            br#"{"items":[{"user_id":22656,"display_name":"Jo","profile_image":"https://i.test/1"}]}"#,
        ));
        Ok(packed)
    });
    assert_eq!(
        make(source, &web),
        json!({ "user_id": 22656, "name": "Jo", "picture": "https://i.test/1" })
    );
}

fn gzipped(plain: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn b_10_14_a_payload_by_hand_and_three_arguments() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  const payload = JSON.parse(Buffer.from(context.id_token.split('.')[1], 'base64').toString('utf-8'));\n  const found = [{ kind: 'x' }, { kind: 'email', value: payload.email }].find((one) => one.kind === 'email');\n  callback(null, { user_id: payload.sub, email: found && found.value, custom: payload.custom }, context);\n}";
    let expected = json!({ "user_id": "s-1", "email": "jo@id.example", "custom": { "a": [1, 2] } });
    assert_eq!(
        run(source, json!({ "id_token": ID_TOKEN }), &Web::text(500, "")).unwrap(),
        expected
    );
}

#[test]
fn b_10_15_a_name_that_is_split() {
    let source = "      function fetchUserProfile(accessToken, context, callback) {\n        request.get({ url: 'https://git.test/api/v4/user', headers: { 'Authorization': 'Bearer ' + accessToken } }, function(err, resp, body) {\n          if (err) return callback(err);\n          if (resp.statusCode !== 200) return callback(new Error(body));\n          const bodyParsed = JSON.parse(body);\n          const names = bodyParsed.name.split(' ');\n          callback(null, { user_id: bodyParsed.id, name: bodyParsed.name, given_name: names[0], family_name: names[1], nickname: bodyParsed.username, email_verified: !!bodyParsed.confirmed_at });\n        });\n      }\n";
    let web = |name: &str| Web::json(json!({ "id": 3, "name": name, "username": "jo", "confirmed_at": "2020" }));
    assert_eq!(make(source, &web("Jo Doe"))["family_name"], "Doe");
    assert_eq!(
        make(source, &web("Jo")),
        json!({ "user_id": 3, "name": "Jo", "given_name": "Jo", "nickname": "jo", "email_verified": true })
    );
}

#[test]
fn b_10_16_post_without_a_body() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  request.post({ url: 'https://badges.test/api/v0/auth/status', headers: { Authorization: 'Bearer ' + accessToken, 'x-api-key': 'k1', 'Content-Type': 'application/json' } }, (err, resp, body) => {\n    if (err) return callback(err);\n    const { address, chain } = JSON.parse(body);\n    callback(null, { id: address, chain });\n  });\n}";
    let web = Web::json(json!({ "address": "bb1", "chain": "c" }));
    assert_eq!(make(source, &web), json!({ "id": "bb1", "chain": "c" }));
    let call = web.call();
    assert_eq!(
        (call.method.as_str(), call.body, call.headers["x-api-key"].as_str()),
        ("POST", None, "k1")
    );
}

#[test]
fn b_10_17_lodash_a_timeout_and_a_shadowed_name() {
    let body = "function fetchUserProfile(accessToken, context, callback) {\n  var options = { url: 'https://music.test/v1/me', headers: { Authorization: 'Bearer ' + accessToken }, timeout: 5000 };\n  request.get(options, function (err, response, body) {\n    if (err) return callback(err);\n    var body = JSON.parse(body);\n    var profile = _.pick(body, ['id', 'email', 'country']);\n    profile.user_id = body.id;\n    profile.picture = _.get(body, 'images[0].url', null);\n    profile.app_metadata = { product: body.product };\n    callback(null, _.omit(profile, 'id'));\n  });\n}";
    let web = || {
        Web::json(
            json!({ "id": "m1", "email": "jo@m.test", "country": "SE", "product": "premium", "images": [{ "url": "https://i.test/1" }] }),
        )
    };
    let expected = json!({ "email": "jo@m.test", "country": "SE", "user_id": "m1", "picture": "https://i.test/1", "app_metadata": { "product": "premium" } });
    let asked = web();
    assert_eq!(make(body, &asked), expected);
    assert_eq!(asked.call().timeout_millis, Some(5_000));
    assert_eq!(
        make(
            &format!(
                "(function () {{\n  'use strict';\n  return {};\n}})()",
                body.replace("var body = JSON", "body = JSON")
            ),
            &web()
        ),
        expected
    );
}

#[test]
fn b_10_18_jwt_decode_of_the_access_token() {
    let source = "function(accessToken, ctx, cb) { var claims = require('jwt-decode')(accessToken); cb(null, { id: claims.sub }); }";
    let inputs = ProfileInputs {
        access_token: ID_TOKEN.to_owned(),
        ..ProfileInputs::default()
    };
    let ran = block_on(workers().run(&ProfileScript::new(source), &inputs, PATIENT, &Web::text(500, "")));
    assert_eq!(ran.unwrap().profile, Map::from_iter([("id".to_owned(), json!("s-1"))]));
    assert!(message(run(source, json!({}), &Web::text(500, ""))).contains("Invalid token"));
}

#[test]
fn b_10_19_try_that_calls_back_either_way() {
    let source = "function(accessToken, ctx, cb) {\n  request.get({ url: 'https://auth.beyond.test/userinfo', headers: { Authorization: 'Bearer ' + accessToken } }, function(err, resp, body) {\n    try {\n      const user = JSON.parse(body);\n      cb(null, { user_id: user.sub, provider: 'beyond', displayName: user.name, email: user.email });\n    } catch (error) { cb(error); }\n  });\n}";
    assert_eq!(
        make(source, &Web::json(json!({ "sub": "b1", "name": "Jo" }))),
        json!({ "user_id": "b1", "provider": "beyond", "displayName": "Jo" })
    );
    assert!(run(source, json!({}), &Web::text(200, "")).is_err());
}

#[test]
fn b_10_20_strict_and_tokens_of_a_version() {
    for module in ["jsonwebtoken", "jsonwebtoken@7.1.9"] {
        let source = format!(
            "function (accessToken, ctx, cb) {{\n  'use strict';\n  const jwt = require('{module}');\n  const claims = jwt.decode(ctx.id_token);\n  if (!claims) return cb('no id token');\n  cb(null, {{ user_id: claims.sub.replace(/^s-/, 'tenant|'), email: claims.email, user_metadata: {{ seen: true }}, app_metadata: {{ from: claims.custom }} }});\n}}"
        );
        let expected = json!({ "user_id": "tenant|1", "email": "jo@id.example", "user_metadata": { "seen": true }, "app_metadata": { "from": { "a": [1, 2] } } });
        assert_eq!(
            run(&source, json!({ "id_token": ID_TOKEN }), &Web::text(500, "")).unwrap(),
            expected
        );
        assert_eq!(message(run(&source, json!({}), &Web::text(500, ""))), "no id token");
    }
}

#[test]
fn b_10_21_callbacks_in_an_async_function() {
    let source = "async function(accessToken, ctx, cb) {\n  request.get({ url: 'https://keys.test/realms/r/userinfo', headers: { Authorization: `Bearer ${accessToken}` } }, (e, r, b) => {\n    if (e) return cb(e);\n    const profile = JSON.parse(b);\n    cb(null, { user_id: profile.sub, name: profile.name });\n  });\n}";
    assert_eq!(
        make(source, &Web::json(json!({ "sub": "k1", "name": "Jo" }))),
        json!({ "user_id": "k1", "name": "Jo" })
    );
}

#[test]
fn b_10_22_two_awaited_calls() {
    let source = "async function fetchUserProfile(accessToken, context, callback) {\n  const headers = { Authorization: `Bearer ${accessToken}` };\n  const infoResponse = await fetch('https://auth.school.test/userinfo', { headers });\n  if (!infoResponse.ok) return callback(new Error(`userinfo ${infoResponse.status}`));\n  const info = await infoResponse.json();\n  const more = await fetch('https://api.school.test/extended', { headers });\n  if (!more.ok) return callback(new Error(`extended ${more.status}`));\n  callback(null, { ...info, ...(await more.json()), user_id: info.sub });\n}";
    let web = server(&[
        ("https://auth.school.test/", r#"{"sub":"f1","name":"Jo"}"#),
        ("https://api.school.test/", r#"{"affiliation":["staff"]}"#),
    ]);
    assert_eq!(
        make(source, &web),
        json!({ "sub": "f1", "name": "Jo", "affiliation": ["staff"], "user_id": "f1" })
    );
    assert_eq!(message(run(source, json!({}), &Web::text(401, ""))), "userinfo 401");
}

#[test]
fn b_10_23_a_call_within_a_call() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  var options = { headers: { Authorization: 'Bearer ' + accessToken } };\n  request.get('https://auth.school.test/userinfo', options, function (err, resp, body) {\n    if (err) return callback(err);\n    if (resp.statusCode !== 200) return callback(new Error(body));\n    var info = JSON.parse(body);\n    request.get('https://groups.school.test/me/groups', options, function (err, resp, body) {\n      if (err) return callback(err);\n      info.user_id = info.sub;\n      info.groups = JSON.parse(body).map(function (group) { return group.id; });\n      callback(null, info);\n    });\n  });\n}";
    let web = server(&[
        ("https://auth.school.test/", r#"{"sub":"f2"}"#),
        ("https://groups.school.test/", r#"[{"id":"g1"},{"id":"g2"}]"#),
    ]);
    assert_eq!(
        make(source, &web),
        json!({ "sub": "f2", "user_id": "f2", "groups": ["g1", "g2"] })
    );
}

#[test]
fn b_10_24_a_request_with_event_handlers() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  const https = require('https');\n  const options = { hostname: 'www.ads.test', port: 443, path: '/oauth2/v3/userinfo', method: 'GET', headers: { Authorization: `Bearer ${accessToken}` } };\n  const req = https.request(options, (res) => {\n    let data = '';\n    res.on('data', (chunk) => { data += chunk; });\n    res.on('end', () => {\n      if (res.statusCode !== 200) return callback(new Error(data));\n      const { sub, ...profile } = JSON.parse(data);\n      callback(null, { user_id: sub, ...profile });\n    });\n  });\n  req.on('error', (error) => callback(error));\n  req.end();\n}";
    let web = Web::json(json!({ "sub": "a1", "given_name": "Jo", "email_verified": true }));
    assert_eq!(
        make(source, &web),
        json!({ "user_id": "a1", "given_name": "Jo", "email_verified": true })
    );
    assert_eq!(web.call().url, "https://www.ads.test/oauth2/v3/userinfo");
    assert_eq!(
        message(run(source, json!({}), &Web::new(|_| Err("unreachable".to_owned())))),
        "unreachable"
    );
}

#[test]
fn b_10_25_a_failure_with_status_200() {
    let source = "function(accessToken, ctx, cb) {\n  request.get({ url: 'https://chat.test/api/openid.connect.userInfo', headers: { Authorization: 'Bearer ' + accessToken }, json: true }, function(err, r, body) {\n    if (err) return cb(err);\n    if (!body.ok) return cb(new Error(body.error || 'unknown'));\n    cb(null, { user_id: body.sub, name: body.name || body.email || 'nobody', email_verified: body.email_verified || false });\n  });\n}";
    assert_eq!(
        make(
            source,
            &Web::json(json!({ "ok": true, "sub": "c1", "email": "jo@c.test" }))
        ),
        json!({ "user_id": "c1", "name": "jo@c.test", "email_verified": false })
    );
    assert_eq!(
        message(run(
            source,
            json!({}),
            &Web::json(json!({ "ok": false, "error": "invalid_auth" }))
        )),
        "invalid_auth"
    );
}

#[test]
fn b_10_26_members_that_are_missing() {
    let source = "module.exports = function fetchUserProfile(accessToken, context, callback) {\n  const team = context.team && context.team.id;\n  const user = context.authed_user && context.authed_user.id;\n  if (!team || !user) { return callback(new Error('the answer names no team or no user')); }\n  return callback(null, { team, account: user });\n};";
    let nobody = Web::text(500, "");
    assert_eq!(
        message(run(source, json!({ "team": { "id": "t" } }), &nobody)),
        "the answer names no team or no user"
    );
    let made = run(
        source,
        json!({ "team": { "id": "t" }, "authed_user": { "id": "u" } }),
        &nobody,
    )
    .unwrap();
    assert!(
        made.get("user_id").is_none() && made.get("id").is_none(),
        "so that a login without an id fails"
    );
}

#[test]
fn b_10_27_an_id_token_taken_for_an_object() {
    let source = "function fetchUserProfile(accessToken, context, callback) {\n  const claims = context.id_token;\n  callback(null, { user_id: claims?.oid, email: claims?.preferred_username, name: claims?.name });\n}";
    assert_eq!(
        run(source, json!({ "id_token": ID_TOKEN }), &Web::text(500, "")).unwrap(),
        json!({})
    );
}

#[test]
fn b_10_28_what_is_no_script() {
    let source = "function( { return callback(null) }";
    assert!(matches!(
        run(source, json!({}), &Web::text(500, "")),
        Err(ScriptFault::Syntax(_))
    ));
    assert!(
        message(run(source, json!({}), &Web::text(500, ""))).starts_with("the script is not valid JavaScript: line 1")
    );
    assert_eq!(answer(200, &json!({})).status, 200);
}
