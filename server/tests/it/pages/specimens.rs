//! One filled page of each kind, with plain words or with hostile ones in every place that others fill.

use serde_json::{Value, json};
use vestibule::pages::{
    ApiDocs, ApiDocument, Application, ChooseAccount, ClaimItem, ConfirmSignOut, Consent, ErrorPage, Field,
    FieldProblem, FirstAdministrator, Frame, Home, Person, SampleRequest, SampleResult, SampleScope, SampleStart,
    ScopeItem, SignIn, SignInProblem, SignedOut, SourceButton, Template, Tile, Token,
};

/// What stands where others write.
#[derive(Clone, Copy)]
pub(crate) enum Words {
    /// What one would expect.
    Plain,
    /// This, in every place.
    Hostile(&'static str),
}

impl Words {
    fn or(self, plain: &'static str) -> &'static str {
        match self {
            Self::Plain => plain,
            Self::Hostile(hostile) => hostile,
        }
    }
}

/// Words that would become markup, script or a link where a page is careless.
pub(crate) const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</title></style></textarea></script><svg onload=alert(1)>",
    "--><iframe srcdoc=\"<script>alert(1)</script>\">",
    "javascript:alert(1)",
    " JaVaScRiPt:alert(document.domain)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example/x",
    "/\\evil.example",
    "&lt;script&gt; &#x3c;b&#x3e; &amp;",
    "{{ 7 * 7 }} {% raw %} ${7*7} { $x }",
    "\u{202e}txt.exe \u{0} \u{fffd} \u{e000}",
];

/// What the sample application must not show.
pub(crate) const SECRETS: [&str; 4] = [
    "SplxlOBeZQQYbYS6WxSbIA0123456789",
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "tGzv3JOkF0XG5Qx2TlKWIA0123456789",
    "2YotnFZFEjr1zCsicMWpAA0123456789",
];

const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjIwMjYtMTEiLCJ0eXAiOiJKV1QifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjkwMDAvYXBwbGljYXRpb24vby9zYW1wbGUvIiwic3ViIjoiYTFiMmMzIiwiYXVkIjoic2FtcGxlIiwibmFtZSI6IkFsaWNlIExpZGRlbGwifQ.c2lnbmF0dXJlLW9mLXRoaXMtc3BlY2ltZW4taXMtb25seS1mb3ItbG9va2luZy1hdC1pdA";

/// Every page, by name.
pub(crate) fn render_all(frame: &Frame<'_>, words: Words) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    entry_pages(frame, words, &mut pages);
    consent_pages(frame, words, &mut pages);
    wide_pages(frame, words, &mut pages);
    sample_pages(frame, words, &mut pages);
    pages
}

fn application(words: Words) -> Application<'static> {
    Application {
        name: words.or("Field Notes"),
        icon_url: Some(words.or("data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA2NCA2NCI+PHJlY3Qgd2lkdGg9IjY0IiBoZWlnaHQ9IjY0IiByeD0iMTYiIGZpbGw9IiMyYjRhOGIiLz48cGF0aCBkPSJNMjAgMTZoMjRsNCA0djI4SDIweiIgZmlsbD0iI2ZmZiIvPjxwYXRoIGQ9Ik0yNiAyNmgxNk0yNiAzM2gxNk0yNiA0MGgxMCIgc3Ryb2tlPSIjMmI0YThiIiBzdHJva2Utd2lkdGg9IjMiLz48L3N2Zz4=")),
        policy_uri: Some(words.or("https://notes.example/privacy")),
        tos_uri: Some(words.or("https://notes.example/terms")),
    }
}

fn person(words: Words) -> Person<'static> {
    Person {
        name: words.or("Alice Liddell"),
        username: words.or("alice"),
    }
}

fn entry_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let sources = [
        SourceButton {
            key: words.or("github"),
            name: words.or("GitHub"),
            icon: application(words).icon_url,
            href: "/source/oauth/login/github/",
        },
        SourceButton {
            key: "example",
            name: words.or("Example University"),
            icon: None,
            href: "/source/oauth/login/example/",
        },
    ];
    let sign_in = |application, problem, sources, username| SignIn {
        frame,
        application,
        action: "/login",
        csrf: words.or("csrf-value"),
        transaction: Some(words.or("txn_01KAJ3")),
        username,
        again: false,
        problem,
        sources,
    };
    let mut add = |name, html: Result<String, _>| pages.push((name, html.unwrap()));
    add(
        "sign-in",
        sign_in(Some(application(words)), None, &[], words.or("")).render(),
    );
    let wrong = Some(SignInProblem::WrongNameOrPassword);
    add(
        "sign-in-wrong",
        sign_in(Some(application(words)), wrong, &sources, words.or("alice")).render(),
    );
    let wait = Some(SignInProblem::TooManyAttempts { minutes: 5 });
    let plain_icon = Application {
        icon_url: None,
        ..application(words)
    };
    add(
        "sign-in-too-many",
        sign_in(Some(plain_icon), wait, &[], words.or("alice")).render(),
    );
    let own = SignIn {
        transaction: None,
        again: true,
        ..sign_in(None, Some(SignInProblem::FormExpired), &[], "")
    };
    add("sign-in-own", own.render());
    let choose = ChooseAccount {
        frame,
        application: Some(application(words)),
        person: person(words),
        action: "/choose",
        csrf: words.or("csrf-value"),
        transaction: Some(words.or("txn_01KAJ3")),
    };
    add("choose-account", choose.render());
    let refused = ErrorPage {
        frame,
        status: 400,
        code: words.or("redirect_uri_mismatch"),
        transaction: words.or("txn_01KAJ3"),
        title: Some(words.or("This address is not registered")),
        what: words.or("Field Notes asked to send you to an address that it has not registered here."),
        given: Some(words.or("https://notes.example/callback/")),
        expected: &[
            words.or("https://notes.example/callback"),
            words.or("https://notes.example/auth/return"),
        ],
        next: Some(
            words
                .or("If you run Field Notes, register the address exactly as it came, or remove the slash at its end."),
        ),
        way_on: Some((words.or("https://notes.example/"), words.or("Back to Field Notes"))),
    };
    add("error", refused.render());
    let ours = ErrorPage {
        status: 503,
        code: "database_unavailable",
        title: None,
        what: words.or("The database does not answer."),
        given: None,
        expected: &[],
        next: None,
        way_on: None,
        ..refused
    };
    add("error-ours", ours.render());
    let confirm = ConfirmSignOut {
        frame,
        application: Some(application(words)),
        person: person(words),
        action: "/logout",
        csrf: words.or("csrf-value"),
        carried: &[("state", words.or("af0ifjsldkj"))],
        stay: "/",
    };
    add("confirm-sign-out", confirm.render());
    let back = Some((words.or("Field Notes"), words.or("https://notes.example/")));
    let signed_out = SignedOut {
        frame,
        back,
        sign_in: "/login",
    };
    // A way back that is no link is left out, and its name with it; the title of the page has no foreign words.
    if matches!(words, Words::Plain) {
        add("signed-out", signed_out.render());
    } else {
        add(
            "signed-out",
            SignedOut {
                back: back.map(|(name, _)| (name, "com.example.notes:/done")),
                ..signed_out
            }
            .render(),
        );
    }
    let setup = FirstAdministrator {
        frame,
        action: "/setup",
        csrf: words.or("csrf-value"),
        token: words.or("one-time"),
        public_url: words.or("http://localhost:9000"),
        username: Field {
            value: words.or("admin"),
            problem: None,
        },
        name: Field {
            value: words.or("Ada Lovelace"),
            problem: None,
        },
        email: Field {
            value: words.or("ada@"),
            problem: Some(FieldProblem::Malformed),
        },
        password_problem: Some(FieldProblem::TooShort(8)),
    };
    add("first-administrator", setup.render());
}

fn consent_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let scope = |name, description, managed| ScopeItem {
        name,
        description,
        managed,
    };
    let scopes = [
        scope("openid", None, true),
        scope("profile", Some("Your profile"), true),
        scope("email", None, true),
        scope("offline_access", None, true),
        scope(
            words.or("notes:write"),
            Some(words.or("add pages to your notebooks")),
            false,
        ),
        scope(words.or("notes:export"), None, false),
    ];
    let claims = [
        ClaimItem {
            name: "birthdate",
            essential: true,
        },
        ClaimItem {
            name: words.or("shoe_size"),
            essential: false,
        },
    ];
    let consent = Consent {
        frame,
        application: application(words),
        person: person(words),
        scopes: &scopes,
        claims: &claims,
        returns_to: words.or("notes.example"),
        action: "/consent",
        csrf: words.or("csrf-value"),
        transaction: words.or("txn_01KAJ3"),
    };
    pages.push(("consent", consent.render().unwrap()));
}

fn wide_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let tile = |slug, name, description, launch_url| Tile {
        slug,
        name,
        description,
        icon_url: None,
        launch_url,
    };
    let launch = Some(words.or("https://notes.example/"));
    let tiles = [
        Tile {
            icon_url: application(words).icon_url,
            ..tile(
                words.or("notes"),
                words.or("Field Notes"),
                words.or("Notebooks that the whole team writes in."),
                launch,
            )
        },
        tile(
            "wiki",
            words.or("Wiki"),
            words.or("What we know, and who knows more."),
            Some("https://wiki.example/"),
        ),
        tile("calendar", words.or("Calendar"), "", Some("https://calendar.example/")),
        tile(
            "payroll",
            words.or("Payroll and expenses of the northern offices"),
            words.or("Open during the last week of a month."),
            Some("https://payroll.example/"),
        ),
        tile(
            "printer",
            words.or("Printer queue"),
            words.or("Signs in through the device, so there is nothing to open."),
            None,
        ),
    ];
    let home = Home {
        frame,
        person: person(words),
        tiles: &tiles,
        sign_out_action: "/logout",
        csrf: words.or("csrf-value"),
        administration: Some("/admin/"),
    };
    pages.push(("home", home.render().unwrap()));
    pages.push((
        "home-empty",
        Home {
            tiles: &[],
            administration: None,
            ..home
        }
        .render()
        .unwrap(),
    ));
    let document = ApiDocument::read(&open_api(words), "http://localhost:9000");
    let docs = ApiDocs {
        frame,
        document: &document,
        json_url: "/api/v1/openapi.json",
    };
    pages.push(("api-docs", docs.render().unwrap()));
}

fn open_api(words: Words) -> Value {
    let user = json!({"type": "object", "required": ["username"], "properties": {
        "username": {"type": "string", "description": words.or("Name to sign in with. Unique, compared without `case`.")},
        "name": {"type": "string", "description": words.or("Full name."), "default": words.or("")},
        "type": {"type": "string", "enum": ["person", words.or("service_account")], "default": "person"},
        "groups": {"type": "array", "items": {"type": "string"}, "description": words.or("Ids of groups.")},
        "manager": {"$ref": "#/components/schemas/User"},
        "expires_at": {"type": ["string", "null"], "format": "date-time"}}});
    let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}}});
    let list = json!({"description": words.or("A page of users."), "content": {"application/json": {"schema": {"type": "object", "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/User"}}, "next_cursor": {"type": ["string", "null"]}}}}}});
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string"}, "description": words.or("Id or user name.")});
    json!({
        "openapi": "3.1.0",
        "info": {"title": words.or("Vestibule management API"), "version": words.or("1"), "description": words.or("Everything that administrators can do, for programs.\n\nSend an API token as `Authorization: Bearer`.")},
        "tags": [{"name": "users", "description": words.or("People and service accounts.")}],
        "paths": {
            "/api/v1/users": {
                "get": {"tags": ["users"], "summary": words.or("List users"), "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "default": 50}, "description": words.or("How many to answer with.")},
                    {"name": words.or("q"), "in": "query", "schema": {"type": "string"}}], "responses": {"200": list}},
                "post": {"tags": ["users"], "summary": words.or("Create a user"), "requestBody": body, "responses": {
                    "201": {"description": words.or("The new user.")}, "422": {"description": "A field is wrong; `errors` names it."}}}},
            "/api/v1/users/{id}": {
                "parameters": [id],
                "patch": {"tags": ["users"], "summary": words.or("Change a user"), "requestBody": body, "responses": {"200": {"description": words.or("The user.")}}},
                "delete": {"tags": ["users"], "summary": words.or("Delete a user"), "responses": {"204": {"description": "Gone."}}}},
            "/api/v1/keys": {"get": {"summary": words.or("List keys"), "responses": {}}}},
        "components": {"schemas": {"User": user}}
    })
}

fn sample_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
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
