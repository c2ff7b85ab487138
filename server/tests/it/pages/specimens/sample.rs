//! The pages of the demonstration's sample application.

use serde_json::json;
use vestibule::pages::{Frame, SampleRequest, SampleResult, SampleScope, SampleStart, Template, Token};

use super::{SECRETS, Words};

const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjkwMDAvYXBwbGljYXRpb24vby9zYW1wbGUvIiwic3ViIjoiYTFiMmMzIiwiYXVkIjoic2FtcGxlIiwibmFtZSI6IkFsaWNlIExpZGRlbGwifQ.c2lnbmF0dXJlLW9mLXRoaXMtc3BlY2ltZW4taXMtb25seS1mb3ItbG9va2luZy1hdC1pdA";

pub(super) fn sample_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let scopes = [
        SampleScope {
            name: "email",
            what: words.or("the address for mail"),
            checked: true,
        },
        SampleScope {
            name: "profile",
            what: words.or("name, picture and more"),
            checked: true,
        },
        SampleScope {
            name: "offline_access",
            what: words.or("a refresh token"),
            checked: true,
        },
        SampleScope {
            name: words.or("groups"),
            what: words.or("the groups of the person"),
            checked: false,
        },
    ];
    let start = SampleStart {
        frame,
        name: words.or("Paper Boat"),
        action: "/demo/sign-in",
        scopes: &scopes,
        credentials: Some((words.or("alice"), words.or("wonderland"))),
        problem: None,
    };
    pages.push(("sample-start", start.render().unwrap()));
    let denied = Some((words.or("access_denied"), words.or("The person did not allow it.")));
    pages.push((
        "sample-start-denied",
        SampleStart {
            problem: denied,
            ..start
        }
        .render()
        .unwrap(),
    ));
    let header = json!({"alg": "RS256", "kid": "2026-11", "typ": "JWT"});
    let claims = json!({"iss": "http://localhost:9000/application/o/sample/", "sub": words.or("a1b2c3"), "aud": "sample", "exp": 1795000000, "iat": 1794996400,
        "nonce": "n-0S6_WzA2Mj", "name": words.or("Alice Liddell"), "email": words.or("alice@example.com"), "email_verified": true});
    let answer = json!({"access_token": SECRETS[3], "refresh_token": SECRETS[2], "id_token": ID_TOKEN, "token_type": "Bearer", "expires_in": 600, "scope": words.or("openid email profile")});
    let requests = [
        SampleRequest {
            title: words.or("The browser goes to Vestibule"),
            method: "GET",
            url: words.or("http://localhost:9000/application/o/authorize/"),
            status: 302,
            answer: None,
            parameters: &[
                ("response_type", "code"),
                ("client_id", "sample"),
                ("scope", "openid email profile"),
                ("code_challenge_method", "S256"),
                ("state", words.or("af0ifjsldkj")),
            ],
        },
        SampleRequest {
            title: "The code is exchanged for tokens",
            method: "POST",
            url: "http://localhost:9000/application/o/token/",
            status: 200,
            answer: Some(&answer),
            parameters: &[
                ("grant_type", "authorization_code"),
                ("code", SECRETS[0]),
                ("code_verifier", SECRETS[1]),
                ("client_id", "sample"),
            ],
        },
        SampleRequest {
            title: "Userinfo is asked",
            method: "GET",
            url: "http://localhost:9000/application/o/userinfo/",
            status: 401,
            answer: Some(&json!({"error": words.or("invalid_token")})),
            parameters: &[("Authorization", SECRETS[3])],
        },
    ];
    let userinfo = json!({"sub": "a1b2c3", "name": words.or("Alice Liddell"), "email": "alice@example.com"});
    let result = SampleResult {
        frame,
        name: words.or("Paper Boat"),
        person: words.or("Alice Liddell"),
        subject: words.or("a1b2c3d4e5f60718293a4b5c6d7e8f90"),
        detail: words.or("alice@example.com"),
        picture: Some(words.or("http://not-shown.example/alice.png")),
        id_token: Token {
            encoded: Some(ID_TOKEN),
            header: Some(&header),
            claims: Some(&claims),
        },
        access_token: Token {
            encoded: None,
            header: None,
            claims: Some(&claims),
        },
        can_refresh: true,
        userinfo: Some(&userinfo),
        requests: &requests,
        problem: None,
        action: "/demo/action",
        csrf: words.or("csrf-value"),
    };
    pages.push(("sample-result", result.render().unwrap()));
    let opaque = Token {
        encoded: None,
        header: None,
        claims: None,
    };
    let failed = Some((
        words.or("invalid_grant"),
        words.or("The refresh token was used before."),
    ));
    pages.push((
        "sample-result-failed",
        SampleResult {
            access_token: opaque,
            problem: failed,
            userinfo: None,
            can_refresh: false,
            ..result
        }
        .render()
        .unwrap(),
    ));
}
