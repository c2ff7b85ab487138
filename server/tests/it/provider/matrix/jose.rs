//! Hostile JOSE at every place that takes a JWT (security sheet, items 16, 18 and 19; RFC 8725; RFC 7515, section 4.1.11):
//! hints at authorization and at both sign-out addresses, bearer tokens, introspection, assertions, and the place where
//! other servers take client assertions. The header decides nothing and nothing that it names is fetched.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::client::Application;
use protocol::jose::{Algorithm, SigningKey};
use serde_json::{Map, Value, json};

use super::super::support::{
    SECRET, application_with, authorize_path, browser_of, claims, is_active, json, machine_application, text, token,
    token_without_secret, tokens, userinfo,
};
use super::ways::{DEVICE, JWT_BEARER, verdict};
use crate::api::support::Api;
use crate::harness::{Client, Harness, on_both};

on_both!(
    hints_that_are_hostile,
    access_tokens_that_are_hostile,
    encrypted_hints_that_are_hostile,
    an_assertion_is_no_client_authentication,
);

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn header(members: &Value) -> Map<String, Value> {
    members.as_object().cloned().unwrap_or_default()
}

/// Our own key of `shop`: what it signs has the right signature.
fn ours(harness: &Harness) -> SigningKey {
    harness
        .app
        .snapshot()
        .active(Algorithm::ES256)
        .expect("a key")
        .key
        .clone()
}

/// A key of somebody else under the name of ours.
fn stranger(alg: Algorithm, kid: Option<&str>) -> SigningKey {
    SigningKey::from_pkcs8(kid, alg, &SigningKey::generate(alg).unwrap()).unwrap()
}

/// `good` with parts that are other than they should be; all of them must be refused. `typ` is the type of the good one.
fn hostile(harness: &Harness, good: &str, typ: &str) -> Vec<(String, String)> {
    let key = ours(harness);
    let kid = key.kid();
    let parts: Vec<&str> = good.split('.').collect();
    let (head, payload, signature) = (parts[0], parts[1], parts[2]);
    let body = serde_json::to_vec(&claims(good)).unwrap();
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    for name in ["none", "None", "NONE", "nOnE", ""] {
        let header = encode(json!({"alg": name, "typ": typ}).to_string());
        add("alg none", format!("{header}.{payload}."));
        add("alg none with a signature", format!("{header}.{payload}.{signature}"));
        add("alg none in two parts", format!("{header}.{payload}"));
    }
    // HMAC with what everybody knows: the published key in several spellings, and the client secret of an application
    // that signs otherwise.
    let public = serde_json::to_value(key.public_jwk().unwrap()).unwrap();
    let point = |name: &str| URL_SAFE_NO_PAD.decode(text(&public, name)).unwrap();
    let raw = [vec![4], point("x"), point("y")].concat();
    let secrets = [
        public.to_string().into_bytes(),
        serde_json::to_vec_pretty(&public).unwrap(),
        raw.clone(),
        raw[1..].to_vec(),
        format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            encode(&raw)
        )
        .into_bytes(),
        SECRET.as_bytes().to_vec(),
        vec![0; 64],
    ];
    for secret in secrets {
        let hmac = SigningKey::hmac(&secret, Algorithm::HS256).unwrap();
        add("HMAC with what is public", hmac.sign_bytes(Some(typ), &body).unwrap());
    }
    for alg in [Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::EdDSA] {
        let other = stranger(alg, kid);
        let own = serde_json::to_value(other.public_jwk().unwrap()).unwrap();
        add("another key or curve", other.sign_bytes(Some(typ), &body).unwrap());
        for member in [
            json!({"typ": typ, "jwk": own}),
            json!({"typ": typ, "jku": "http://127.0.0.1:1/keys"}),
            json!({"typ": typ, "x5u": "file:///etc/passwd"}),
            json!({"typ": typ, "x5c": ["AAAA"]}),
        ] {
            add(
                "its own key along",
                other.sign_with_header(&header(&member), &body).unwrap(),
            );
        }
    }
    // The signature is right; the header asks for what must be understood, or is another type.
    for members in [
        json!({"typ": typ, "crit": ["b64"], "b64": false}),
        json!({"typ": typ, "crit": ["exp"], "exp": 1}),
        json!({"typ": typ, "crit": []}),
        json!({"typ": typ, "crit": null}),
        json!({"typ": "logout+jwt"}),
        json!({"typ": "oauth-authz-req+jwt"}),
        json!({"typ": 7}),
        json!({}),
        json!({"typ": typ, "long": "x".repeat(9 * 1024)}),
        json!({"typ": typ, "deep": [[[[[[[[1]]]]]]]]}),
    ] {
        let signed = key.sign_with_header(&header(&members), &body).unwrap();
        add("a header that is not taken", signed);
    }
    let twice = [
        format!(r#"{{"alg":"ES256","alg":"none","typ":"{typ}"}}"#),
        format!(r#"{{"alg":"ES256","\u0061lg":"ES256","typ":"{typ}"}}"#),
        format!(r#"[{{"alg":"ES256","typ":"{typ}"}}]"#),
        "{".to_owned(),
        String::new(),
    ];
    for text in twice {
        add(
            "a header that two would read differently",
            format!("{}.{payload}.{signature}", encode(text)),
        );
    }
    let text = std::str::from_utf8(&body).unwrap();
    let twice = format!(r#"{{"sub":"mallory",{}"#, &text[1..]);
    add(
        "a claim that stands twice",
        key.sign_bytes(Some(typ), twice.as_bytes()).unwrap(),
    );
    let deep = format!(
        "{},\"deep\":{}{}}}",
        &text[..text.len() - 1],
        "[".repeat(64),
        "]".repeat(64)
    );
    add(
        "claims that are deep",
        key.sign_bytes(Some(typ), deep.as_bytes()).unwrap(),
    );
    add("claims that are none", key.sign_bytes(Some(typ), b"[1]").unwrap());
    add("a token as claims", key.sign_bytes(Some(typ), good.as_bytes()).unwrap());
    // The same bytes in another spelling.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let at = alphabet.find(last).unwrap();
    let stray: String = alphabet.chars().nth(at ^ 1).into_iter().collect();
    let shorter = &good[..good.len() - 1];
    add("stray bits", format!("{shorter}{stray}"));
    for (name, token) in [
        ("padding", format!("{good}=")),
        ("a blank before", format!(" {good}")),
        ("a line end behind", format!("{good}\n")),
        ("a zero behind", format!("{good}\0")),
        ("a blank inside", format!("{head}. {payload}.{signature}")),
        ("one character less", shorter.to_owned()),
        ("one part more", format!("{good}.{signature}")),
        ("five parts", format!("{good}.{payload}.{signature}")),
        ("no claims", format!("{head}..{signature}")),
        ("no signature", format!("{head}.{payload}.")),
        ("no header", format!(".{payload}.{signature}")),
        ("parts turned round", format!("{payload}.{head}.{signature}")),
        (
            "JSON form",
            json!({"protected": head, "payload": payload, "signature": signature}).to_string(),
        ),
        ("a word", "garbage".to_owned()),
        ("dots", "..".to_owned()),
        ("many dots", ".".repeat(4000)),
    ] {
        add(name, token);
    }
    all
}

/// Every place that takes an ID token as a hint: what it says to this one.
async fn at_hints(harness: &Harness, browser: &mut Client, hint: &str) -> [String; 3] {
    let more = [("id_token_hint", hint), ("prompt", "none")];
    let asked = verdict(&browser.get(&authorize_path("shop", &more)).await);
    let mut nobody = harness.client();
    let fields = [("id_token_hint", hint)];
    let own = nobody.post("/application/o/shop/end-session/", &fields).await;
    let global = nobody.post("/application/o/end-session/", &fields).await;
    [asked, verdict(&own), verdict(&global)]
}

const REFUSED: [&str; 3] = [
    "303 invalid_request",
    "page 400 logout_hint_invalid",
    "page 400 logout_hint_invalid",
];

async fn hints_that_are_hostile(harness: &Harness) {
    application_with(harness, "shop", |_| {}).await;
    application_with(harness, "mail", |_| {}).await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let good = text(&tokens(harness, &mut browser, "shop").await, "id_token");
    let of_mail = text(&tokens(harness, &mut browser, "mail").await, "id_token");
    let mut all = hostile(harness, &good, "JWT");
    let key = ours(harness);
    let with = |name: &str, value: Value| {
        let mut body = claims(&good);
        body[name] = value;
        (format!("{name} is another"), key.sign(Some("JWT"), &body).unwrap())
    };
    all.extend([
        with("iss", json!("https://evil.example/")),
        with("iss", Value::Null),
        with("sub", Value::Null),
        with("sub", json!(7)),
        with("sub", json!(["x"])),
    ]);
    let (_, mut other) = with("aud", json!("mail"));
    let mut body = claims(&other);
    body["azp"] = json!("mail");
    other = key.sign(Some("JWT"), &body).unwrap();
    all.push(("of mail, with the issuer of shop".to_owned(), other));
    for (name, token) in &all {
        let came = at_hints(harness, &mut browser, token).await;
        assert_eq!(came, REFUSED, "{name}: {token}");
    }
    // The hint of another application means that one, where nothing else names one.
    let came = at_hints(harness, &mut browser, &of_mail).await;
    assert_eq!(came, [REFUSED[0], REFUSED[1], "303 ok"]);
    // Members that nobody has to understand change nothing: nobody follows them, and the body is read as it is written.
    let body = serde_json::to_vec(&claims(&good)).unwrap();
    for members in [
        json!({"typ": "JWT", "jku": "http://127.0.0.1:1/keys", "x5u": "file:///etc/passwd"}),
        json!({"typ": "JWT", "jwk": {"kty": "oct", "k": "AAAA"}, "x5c": ["AAAA"]}),
        json!({"typ": "JWT", "zip": "DEF", "b64": false}),
        json!({"typ": "jwt", "cty": "JWT"}),
    ] {
        let token = key.sign_with_header(&header(&members), &body).unwrap();
        let came = at_hints(harness, &mut browser, &token).await;
        assert_eq!(came, ["303 ok", "303 ok", "303 ok"], "{members}");
    }
    // A hint says who, not that they are here: its age does not matter.
    for (name, seconds) in [("exp", -10), ("nbf", 1_000_000), ("iat", 1_000_000)] {
        let (_, token) = with(name, json!(harness.now().seconds() + seconds));
        let came = at_hints(harness, &mut browser, &token).await;
        assert_eq!(came, ["303 ok", "303 ok", "303 ok"], "{name}");
    }
    // Too long to be looked at.
    let long = format!("{good}{}", "A".repeat(16 * 1024));
    let path = authorize_path("shop", &[("id_token_hint", &long)]);
    assert_eq!(verdict(&browser.get(&path).await), "page 400 parameters_too_many");
    assert_eq!(browser.get("/").await.status, 200, "nobody was signed out");
}

async fn access_tokens_that_are_hostile(harness: &Harness) {
    let shop = application_with(harness, "shop", |_| {}).await;
    machine_application(harness, "back", |back| {
        back.federated_applications = vec![shop.id.clone()]
    })
    .await;
    let alice = harness.user_with("alice", |alice| alice.is_admin = true).await;
    let mut browser = browser_of(harness, &alice).await;
    let good = text(&tokens(harness, &mut browser, "shop").await, "access_token");
    let mut all = hostile(harness, &good, "at+jwt");
    let key = ours(harness);
    for (name, value) in [
        ("scope", json!("openid goauthentik.io/api")),
        ("exp", json!(harness.now().seconds() + 1_000_000)),
        ("nbf", json!(harness.now().seconds() + 1_000_000)),
        ("sub", json!("mallory")),
        ("aud", json!("back")),
        ("jti", json!("another")),
    ] {
        let mut body = claims(&good);
        body[name] = value;
        let forged = key.sign(Some("at+jwt"), &body).unwrap();
        all.push((
            format!("{name} is another, signed by our own key and never issued"),
            forged,
        ));
    }
    for (name, token) in all {
        // What surrounds a header value is no part of it, and a line end can not stand in one at all.
        let in_header = token.bytes().all(|byte| (0x21..0x7f).contains(&byte)) && !token.is_empty();
        if in_header {
            assert_eq!(userinfo(harness, &token).await.status, 401, "{name}");
            let reply = Api::with_token(harness, &token).get("/users").await;
            reply.problem(http::StatusCode::UNAUTHORIZED);
        }
        assert!(!is_active(harness, "shop", &token).await, "{name}");
        for field in ["client_assertion", "client_secret"] {
            let fields = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", JWT_BEARER),
                (field, token.as_str()),
            ];
            let came = verdict(&token_without_secret(harness, "back", &fields).await);
            assert!(
                came.starts_with("400 invalid_grant assertion_"),
                "{name} {field}: {came}"
            );
        }
        let fields = [
            ("client_id", "shop"),
            ("client_secret", SECRET),
            ("token", token.as_str()),
        ];
        let answer = harness.client().post("/application/o/revoke/", &fields).await;
        assert_eq!(answer.status, 200, "{name}");
    }
    assert_eq!(
        userinfo(harness, &good).await.status,
        200,
        "nothing of it revoked the good one"
    );
    assert!(harness.events("token_issued").await.is_empty());
    for kind in [
        "",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "JWT-BEARER",
    ] {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", good.as_str()),
        ];
        let came = verdict(&token_without_secret(harness, "back", &fields).await);
        assert_ne!(came, "200", "{kind}");
    }
}

/// Everybody can encrypt to the public half: what is inside is judged as if it had come as it is.
async fn encrypted_hints_that_are_hostile(harness: &Harness) {
    let mut api = Api::new(harness).await;
    let alice = harness.user("alice").await;
    for (alg, enc) in [("RSA-OAEP-256", "A256CBC-HS512"), ("ECDH-ES", "A256GCM")] {
        let pair = api.post("/keys", &json!({"alg": alg, "enc": enc})).await.created();
        let id = text(&pair, "id");
        let slug = format!("shop-{}", alg.to_ascii_lowercase());
        application_with(harness, &slug, |shop: &mut Application| {
            shop.encryption_key = Some(id.clone())
        })
        .await;
        let mut browser = browser_of(harness, &alice).await;
        let good = text(&tokens(harness, &mut browser, &slug).await, "id_token");
        let snapshot = harness.app.snapshot();
        let public = &snapshot.encrypting_key(&id).expect("the pair").key;
        let seal = |inner: &[u8]| public.encrypt(&harness.app.entropy, Some("JWT"), inner).unwrap();
        let with = |name: &str, value: Value| {
            let (head, rest) = good.split_once('.').unwrap();
            let mut header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
            header[name] = value;
            format!("{}.{rest}", encode(header.to_string()))
        };
        let key = ours(harness);
        let mut body = json!({"iss": "x", "sub": "x", "aud": slug, "azp": slug});
        body["iss"] = json!(format!("http://localhost:9000/application/o/{slug}/"));
        let signed = key.sign(Some("JWT"), &body).unwrap();
        let parts: Vec<&str> = signed.split('.').collect();
        let none = format!("{}.{}.", encode(r#"{"alg":"none","typ":"JWT"}"#), parts[1]);
        let deflated = [0x4b_u8, 0x4c, 0x04, 0x02].repeat(1500);
        let mut flipped = good.clone();
        let cut = flipped.len() - 8;
        let other = if &flipped[cut..=cut] == "A" { "B" } else { "A" };
        flipped.replace_range(cut..=cut, other);
        for (name, hint) in [
            ("zip", with("zip", json!("DEF"))),
            ("zip of another kind", with("zip", json!("GZIP"))),
            ("crit", with("crit", json!(["exp"]))),
            ("crit b64", with("crit", json!(["b64"]))),
            ("enc is none", with("enc", json!("none"))),
            ("alg dir", with("alg", json!("dir"))),
            ("alg none", with("alg", json!("none"))),
            ("alg RSA1_5", with("alg", json!("RSA1_5"))),
            ("a number of rounds", with("p2c", json!(i64::MAX))),
            ("huge header", with("x", json!("x".repeat(8 * 1024)))),
            ("a changed tag", flipped),
            ("compressed without saying so", seal(&deflated)),
            ("unsecured inside", seal(none.as_bytes())),
            ("a stranger's signature inside", {
                seal(
                    stranger(Algorithm::ES256, key.kid())
                        .sign(Some("JWT"), &body)
                        .unwrap()
                        .as_bytes(),
                )
            }),
            (
                "an access token inside",
                seal(key.sign(Some("at+jwt"), &body).unwrap().as_bytes()),
            ),
            ("encrypted twice", seal(seal(signed.as_bytes()).as_bytes())),
            ("claims without a signature inside", seal(body.to_string().as_bytes())),
            ("nothing inside", seal(b"")),
            ("no text inside", seal(&[0xff; 40])),
        ] {
            let path = authorize_path(&slug, &[("id_token_hint", &hint), ("prompt", "none")]);
            assert_eq!(
                verdict(&browser.get(&path).await),
                "303 invalid_request",
                "{alg} {name}"
            );
            let path = format!("/application/o/{slug}/end-session/");
            let page = harness.client().post(&path, &[("id_token_hint", &hint)]).await;
            let came = verdict(&page);
            assert!(came.starts_with("page 400 "), "{alg} {name}: {came}");
        }
        for hint in [&good, &seal(signed.as_bytes())] {
            let path = format!("/application/o/{slug}/end-session/");
            let page = harness.client().post(&path, &[("id_token_hint", hint)]).await;
            assert_eq!(verdict(&page), "303 ok", "{alg}");
        }
    }
}

/// There is no `private_key_jwt` here yet: an assertion opens only the machine grants, for the user that it names.
async fn an_assertion_is_no_client_authentication(harness: &Harness) {
    let shop = application_with(harness, "shop", |shop| {
        shop.grant_types.push(protocol::client::GrantType::DeviceCode);
    })
    .await;
    machine_application(harness, "back", |back| {
        back.federated_applications = vec![shop.id.clone()]
    })
    .await;
    let alice = harness.user("alice").await;
    let mut browser = browser_of(harness, &alice).await;
    let given = tokens(harness, &mut browser, "shop").await;
    let refresh = text(&given, "refresh_token");
    let key = stranger(Algorithm::ES256, None);
    let now = harness.now().seconds();
    let own = json!({"iss": "shop", "sub": "shop", "aud": "http://localhost:9000/application/o/token/", "jti": "1",
        "iat": now, "exp": now + 60});
    let own = key.sign(Some("client-authentication+jwt"), &own).unwrap();
    let code = super::super::support::code(&mut browser, "shop", &[]).await;
    for assertion in [own.as_str(), &text(&given, "access_token"), &text(&given, "id_token")] {
        let with = [("client_assertion_type", JWT_BEARER), ("client_assertion", assertion)];
        let by_code = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", "https://shop.example/cb"),
            ("code_verifier", super::super::support::VERIFIER),
        ];
        let by_refresh = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let by_device = [("grant_type", DEVICE), ("device_code", "x")];
        for grant in [&by_code[..], &by_refresh[..], &by_device[..]] {
            let fields = [grant, &with[..]].concat();
            let came = verdict(&token_without_secret(harness, "shop", &fields).await);
            assert!(came.starts_with("401 invalid_client "), "{grant:?} {came}");
        }
        for path in ["/application/o/introspect/", "/application/o/revoke/"] {
            let mut fields = vec![("client_id", "shop"), ("token", refresh.as_str())];
            fields.extend(with);
            let came = verdict(&harness.client().post(path, &fields).await);
            assert!(came.starts_with("401 invalid_client "), "{path} {came}");
        }
        let fields = [&[("grant_type", "client_credentials")][..], &with[..]].concat();
        let came = verdict(&token_without_secret(harness, "shop", &fields).await);
        assert!(
            came.starts_with("400 invalid_grant assertion_"),
            "shop trusts nobody: {came}"
        );
    }
    let answer = token(
        harness,
        "shop",
        &[("grant_type", "refresh_token"), ("refresh_token", &refresh)],
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(json(&answer)["token_type"], "Bearer");
}
