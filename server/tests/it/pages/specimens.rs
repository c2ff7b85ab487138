//! One filled page of each kind, with plain words or with hostile ones in every place that others fill.

mod account;
mod device;
mod factors;
mod sample;
mod sources;
mod wide;

use protocol::explanation::{Aspect, Offer, Piece, Place, Repair, Rule, Target};
use vestibule::pages::{
    AccountItem, Application, ChooseAccount, ClaimItem, ConfirmSignOut, Consent, Denied, ErrorPage, Explanation, Field,
    FieldProblem, FirstAdministrator, FirstUse, FormPostPage, Frame, MailOffers, Person, Reach, RuleItem, ScopeItem,
    SignIn, SignInProblem, SignInStep, SignedOut, SourceButton, Template,
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

/// Every page, by name.
pub(crate) fn render_all(frame: &Frame<'_>, words: Words) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    entry_pages(frame, words, &mut pages);
    consent_pages(frame, words, &mut pages);
    device::device_pages(frame, words, &mut pages);
    factors::factor_pages(frame, words, &mut pages);
    wide::wide_pages(frame, words, &mut pages);
    sources::source_pages(frame, words, &mut pages);
    account::account_pages(frame, words, &mut pages);
    sample::sample_pages(frame, words, &mut pages);
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
        step: SignInStep::Both,
        problem,
        sources,
        offers: MailOffers {
            recover: true,
            sign_up: problem.is_none(),
        },
        accounts: None,
        passkeys: true,
        next: None,
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
    let named = SignIn {
        step: SignInStep::Name,
        accounts: Some("/choose-account?transaction=txn_01KAJ3"),
        ..sign_in(Some(application(words)), None, &sources, words.or(""))
    };
    add("sign-in-name", named.render());
    let next = SignIn {
        step: SignInStep::Password,
        ..sign_in(Some(application(words)), None, &[], words.or("alice@notes.example"))
    };
    add("sign-in-password", next.render());
    let account = |value, is_present| AccountItem {
        person: person(words),
        value,
        is_present,
    };
    let accounts = [
        account("present", true),
        account(words.or("user_01KAJ3"), false),
        AccountItem {
            person: Person {
                name: "",
                username: "somebody.with.a.very.long.name@northern-harbour-administration.example",
            },
            ..account("user_01KAJ4", false)
        },
    ];
    let choose = ChooseAccount {
        frame,
        application: Some(application(words)),
        accounts: &accounts,
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
        explained: None,
    };
    add("error", refused.render());
    let explained = ErrorPage {
        explained: Some(explanation(words)),
        ..refused
    };
    add("error-explained", explained.render());
    let ours = ErrorPage {
        explained: None,
        status: 503,
        code: "database_unavailable",
        title: None,
        what: words.or("The database does not answer."),
        given: None,
        expected: &[],
        next: None,
        way_on: None,
        ..explained
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
        reach: Reach::Here(Some("/logout?everywhere=true")),
    };
    add("confirm-sign-out", confirm.render());
    let fields = [
        ("code", words.or("SplxlOBeZQQYbYS6WxSbIA").to_owned()),
        ("state", words.or("af0ifjsldkj").to_owned()),
        ("iss", "https://id.example/".to_owned()),
    ];
    let form_post = FormPostPage {
        frame,
        application: words.or("Field Notes"),
        action: "https://notes.example/callback?keep=1&more=2",
        fields: &fields,
    };
    add("form-post", form_post.render());
    let everywhere = ConfirmSignOut {
        application: None,
        carried: &[("everywhere", "true")],
        reach: Reach::Everywhere,
        ..confirm
    };
    add("confirm-sign-out-everywhere", everywhere.render());
    let back = Some((words.or("Field Notes"), words.or("https://notes.example/")));
    let signed_out = SignedOut {
        frame,
        back,
        source: Some((
            words.or("Company"),
            words.or("https://login.example/out?client_id=vestibule"),
        )),
        sign_in: "/login",
        frames: &[],
    };
    // A way back that is no link is left out, and its name with it; the title of the page has no foreign words.
    if matches!(words, Words::Plain) {
        add("signed-out", signed_out.render());
    } else {
        add(
            "signed-out",
            SignedOut {
                back: back.map(|(name, _)| (name, "com.example.notes:/done")),
                source: back.map(|(name, _)| (name, "javascript:alert(1)")),
                ..signed_out
            }
            .render(),
        );
    }
    let frames = [
        "https://notes.example/out?sid=1".to_owned(),
        "https://mail.example/out?sid=1".to_owned(),
    ];
    let telling = SignedOut {
        frame,
        back: Some((words.or("Field Notes"), "https://notes.example/")),
        source: None,
        sign_in: "/login",
        frames: &frames,
    };
    add("signed-out-telling", telling.render());
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
    let rule = |kind, name| RuleItem { kind, name };
    let denied = Denied {
        frame,
        application: application(words),
        person: person(words),
        messages: &[words.or("Field Notes is for the editors only.").to_owned()],
        rules: &[
            rule("policy", words.or("editors only")),
            rule("group", words.or("editors")),
            rule("user", words.or("alice")),
        ],
        form: Some(("/denied", words.or("csrf-value"))),
        transaction: words.or("txn_01KAJ3"),
    };
    pages.push(("denied", denied.render().unwrap()));
    let on_a_device = Denied { form: None, ..denied };
    pages.push(("denied-device", on_a_device.render().unwrap()));
    let first_use = FirstUse {
        frame,
        application: application(words),
        person: person(words),
        address: words.or("http://notes.example:8080/oauth/callback"),
        destination: words.or("notes.example:8080"),
        plain_http: true,
        action: "/first-use",
        csrf: words.or("csrf-value"),
        transaction: words.or("txn_01KAJ3"),
    };
    pages.push(("first-use", first_use.render().unwrap()));
}

/// A refusal explained, with everything that can stand in an explanation.
fn explanation(words: Words) -> Explanation<'static> {
    let piece = |text: &str, differs| Piece {
        text: text.to_owned(),
        differs,
    };
    let offer = |repair, caution| Offer {
        repair,
        target: Target::Application,
        id: "app_01KAJ3".to_owned(),
        version: 1,
        name: words.or("Field Notes").to_owned(),
        value: words.or("https://notes.example/callback/").to_owned(),
        changes: serde_json::Map::new(),
        caution,
    };
    Explanation {
        code: words.or("redirect_uri_mismatch"),
        given: vec![
            piece(words.or("https://notes.example/callback"), false),
            piece(words.or("/"), true),
        ],
        expected: vec![piece(words.or("https://notes.example/callback"), false)],
        aspects: vec![Aspect::TrailingSlash, Aspect::LetterCase],
        others: vec![words.or("https://notes.example/auth/return").to_owned()],
        rule: Rule::AddressExact,
        place: Place::Application,
        offers: vec![
            offer(Repair::AddRedirectUri, false),
            offer(Repair::ReplaceRedirectUri, true),
            offer(Repair::RequirePkceOff, true),
        ],
        action: format!("/admin/transactions/{}/repair", "txn_01KAJ3"),
        csrf: words.or("csrf-value").to_owned(),
        again: Some(words.or("/application/o/authorize/?client_id=notes").to_owned()),
        record: Some("/admin/transactions/txn_01KAJ3".to_owned()),
    }
}
