//! Tokens that are hostile, each made from a good one (RFC 8725; RFC 7515, section 4.1.11; security sheet, item 18).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::jose::{Algorithm, SigningKey};
use serde_json::{Map, Value, json};

use super::super::support::{SECRET, claims, text};
use crate::harness::Harness;

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn header(members: &Value) -> Map<String, Value> {
    members.as_object().cloned().unwrap_or_default()
}

/// Our own key of `shop`: what it signs has the right signature.
pub(super) fn ours(harness: &Harness) -> SigningKey {
    harness
        .app
        .snapshot()
        .active(Algorithm::ES256)
        .expect("a key")
        .key
        .clone()
}

/// A key of somebody else under the name of ours.
pub(super) fn stranger(alg: Algorithm, kid: Option<&str>) -> SigningKey {
    SigningKey::from_pkcs8(kid, alg, &SigningKey::generate(alg).unwrap()).unwrap()
}

/// `good` with parts that are other than they should be; all of them must be refused. `typ` is the type of the good one.
pub(super) fn hostile(harness: &Harness, good: &str, typ: &str) -> Vec<(String, String)> {
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
