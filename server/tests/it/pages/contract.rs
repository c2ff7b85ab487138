//! The ids and names on which outsiders rely, on every page that has them.

use vestibule::texts::LANGUAGES;

use super::every_page;
use super::html::Html;
use super::specimens::Words;

/// What each page must have, from the contract.
const IDS: &[(&str, &[&str])] = &[
    (
        "sign-in",
        &[
            "form#login-form",
            "input[name=username]",
            "input[name=password]",
            "input[name=csrf]",
            "input[name=transaction]",
            "button#submit",
        ],
    ),
    (
        "sign-in-wrong",
        &[
            "form#login-form",
            "p#problem",
            "a[data-source=github]",
            "a[data-source=example]",
            "a#recover",
        ],
    ),
    (
        "sign-in-own",
        &[
            "form#login-form",
            "input[name=username]",
            "input[name=password]",
            "button#submit",
        ],
    ),
    (
        "consent",
        &[
            "form#consent-form",
            "button#allow",
            "button#deny",
            "button#another",
            "li[data-scope=openid]",
            "li[data-scope=email]",
            "li[data-claim=birthdate]",
        ],
    ),
    (
        "first-use",
        &[
            "form#first-use-form",
            "button#allow",
            "button#deny",
            "button#another",
            "code#address",
            "p#plain-http",
        ],
    ),
    (
        "choose-account",
        &[
            "form#account-form",
            "button[value=present]",
            "button[value=another]",
            "button[name=forget]",
        ],
    ),
    (
        "sign-in-name",
        &[
            "form#login-form",
            "input[name=username]",
            "input[name=password]",
            "button#submit",
            "a#accounts",
        ],
    ),
    (
        "sign-in-password",
        &[
            "form#login-form",
            "input[name=step]",
            "input[name=username]",
            "input[name=password]",
            "button#submit",
        ],
    ),
    (
        "error",
        &[
            "article#error",
            "article[data-error-code=redirect_uri_mismatch]",
            "article[data-transaction=txn_01KAJ3]",
            "button[data-copied=*]",
        ],
    ),
    (
        "error-explained",
        &[
            "article#error",
            "section#explanation",
            "dd#given",
            "dd#expected",
            "li[data-aspect=trailing_slash]",
            "p[data-rule=address_exact]",
            "form#repair-1",
            "button[data-repair=add_redirect_uri]",
            "input[name=csrf]",
            "input[name=again]",
            "input#confirmed-2",
            "a#record",
        ],
    ),
    (
        "confirm-sign-out",
        &["form#logout-form", "button#submit", "input[name=state]", "a#stay"],
    ),
    (
        "form-post",
        &[
            "form#form-post",
            "input[name=code]",
            "input[name=state]",
            "input[name=iss]",
            "button#continue",
        ],
    ),
    ("signed-out", &["article#signed-out", "a#back"]),
    (
        "home",
        &[
            "li[data-application=notes]",
            "button#sign-out",
            "form#sign-out-form",
            "form#search-form",
            "input[name=q]",
        ],
    ),
    (
        "enroll",
        &[
            "form#enroll-form",
            "input[name=username]",
            "input[name=email]",
            "p#username-problem",
            "button#submit",
        ],
    ),
    (
        "account",
        &[
            "li[data-source=github]",
            "input[name=external_account]",
            "button[data-source=github]",
            "p#problem",
        ],
    ),
    (
        "account-profile",
        &[
            "form#profile-form",
            "input[name=given_name]",
            "select[name=locale]",
            "p#zoneinfo-problem",
        ],
    ),
    (
        "account-password",
        &[
            "form#password-form",
            "input[name=current]",
            "input[name=password]",
            "input[name=end_others]",
        ],
    ),
    ("account-password-stale", &["div#confirm"]),
    (
        "account-app-passwords",
        &[
            "form#app-password-form",
            "code#app-password-value",
            "li[data-id=apw_01KAJ3]",
            "select[name=days]",
        ],
    ),
    ("account-consents", &["li[data-application=notes]", "input[name=id]"]),
    (
        "account-sessions",
        &["li[data-here=true]", "li[data-session=ses_01KAJ4]", "button#end-others"],
    ),
    (
        "account-emails",
        &[
            "form#address-form",
            "input[name=email]",
            "li[data-address=alice@example.com]",
            "p#email-problem",
        ],
    ),
    ("account-emails-none", &["p.empty"]),
    (
        "confirm-address",
        &["form#confirm-form", "input[name=token]", "button#submit"],
    ),
    (
        "recover",
        &["form#recover-form", "input[name=username]", "button#submit"],
    ),
    (
        "recover-new",
        &["form#recovery-form", "input[name=password]", "input[name=token]"],
    ),
    ("sign-up", &["form#enroll-form", "input[name=email]"]),
    ("sign-up-sent", &["article#mail-sent"]),
    (
        "join",
        &[
            "form#enroll-form",
            "input[name=username]",
            "input[name=name]",
            "input[name=password]",
        ],
    ),
    ("account-activity", &["li[data-action=login]", "a#older"]),
    (
        "first-administrator",
        &[
            "form#setup-form",
            "input[name=username]",
            "input[name=name]",
            "input[name=email]",
            "input[name=password]",
            "input[name=token]",
        ],
    ),
    (
        "api-docs",
        &["section#users", "li#post-api-v1-users", "li#get-api-v1-users"],
    ),
    ("api-operation", &["main#post-api-v1-users", "a#contents"]),
    (
        "sample-start",
        &[
            "form#sample-form",
            "button#sign-in",
            "input[name=scope]",
            "select[name=prompt]",
        ],
    ),
    (
        "sample-result",
        &[
            "section#person",
            "section#id-token",
            "section#access-token",
            "section#userinfo",
            "section#requests",
            "button#refresh",
            "button#call-userinfo",
            "button#sign-out",
        ],
    ),
    ("home-empty", &["p.empty"]),
    ("home-none-found", &["p#none-found", "input[name=q]", "a#show-all"]),
    (
        "device",
        &[
            "form#device-form",
            "input[name=code]",
            "input[name=csrf]",
            "button#submit",
        ],
    ),
    (
        "device-wrong",
        &["form#device-form", "p#problem", "input[aria-invalid=true]"],
    ),
    (
        "device-question",
        &[
            "form#consent-form",
            "input[name=code]",
            "p#user-code",
            "p#warning",
            "p#asked",
            "time[datetime=2026-11-21T00:00:00Z]",
            "button#allow",
            "button#deny",
            "button#another",
            "li[data-scope=openid]",
        ],
    ),
    (
        "factor",
        &[
            "form#factor-form",
            "input[name=code]",
            "input[name=transaction]",
            "form#passkey-form",
            "button#passkey-sign-in",
        ],
    ),
    (
        "factor-wrong",
        &["form#factor-form", "p#problem", "input[aria-invalid=true]"],
    ),
    ("factor-needed", &["article#factor-needed", "a#set-up", "button#back"]),
    (
        "factors",
        &[
            "li.passkey",
            "li.authenticator",
            "button#passkey-add",
            "button#authenticator-add",
            "p[data-left=9]",
        ],
    ),
    ("factors-last", &["li.passkey", "p#problem"]),
    (
        "authenticator",
        &[
            "form#authenticator-form",
            "input[name=code]",
            "svg[role=img]",
            "p#secret",
        ],
    ),
    ("recovery-codes", &["article#recovery-codes", "ol#codes", "a#onward"]),
    (
        "device-allowed",
        &["article#device-answered", "article[data-decision=allow]"],
    ),
];

#[test]
fn pages_have_the_elements_of_the_contract() {
    let pages = every_page(Words::Plain);
    for (name, selectors) in IDS.iter().copied() {
        let of_this_name = pages.iter().filter(|(full, _)| {
            LANGUAGES
                .iter()
                .flat_map(|tag| [format!("{name}-{tag}"), format!("{name}-{tag}-demonstration")])
                .any(|wanted| *full == wanted)
        });
        let mut seen = 0;
        for (full, page) in of_this_name {
            seen += 1;
            let html = Html::read(page).unwrap_or_else(|problem| panic!("{full}: {problem}"));
            for selector in selectors {
                assert!(html.has(selector), "{full} lacks {selector}");
            }
            assert_eq!(
                html.has("p#demonstration"),
                full.ends_with("-demonstration"),
                "{full}: the banner"
            );
        }
        assert_eq!(
            seen,
            2 * LANGUAGES.len(),
            "{name} is rendered in each language, with and without the banner"
        );
    }
}
