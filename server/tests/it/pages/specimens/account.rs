//! The pages of one's own account.

use protocol::time::{DAY, HOUR, MINUTE, Time};
use vestibule::pages::{
    AccountRoom, Activity, ActivityItem, AddressItem, AddressStanding, Advice, AppPasswordItem, AppPasswords,
    ConfirmAddress, ConsentItem, Consents, CurrentProblem, Emails, Field, FieldProblem, Frame, Join, MailState, Moment,
    PasswordPage, Profile, ProfileField, Recover, RecoverNew, SessionItem, Sessions, SignUp, TOO_MANY_ADDRESSES,
    Template, activity_words, done_message, named_languages, scope_words,
};
use vestibule::strength::find_weakness;
use vestibule::user_agent::{Device, recognise};

use super::{Words, application, person};

/// 2026-11-21T00:00:00Z.
const NOW: Time = Time(1_795_219_200_000_000);

/// The surroundings of one of these pages.
pub(super) fn room(words: Words, here: &'static str) -> AccountRoom<'static> {
    AccountRoom {
        person: person(words),
        here,
        done: None,
        problem: None,
        csrf: words.or("csrf-value"),
    }
}

fn ago(frame: &Frame<'_>, passed: i64) -> Moment {
    Moment::past(frame, NOW.plus(-passed), NOW)
}

pub(super) fn account_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    profile(frame, words, pages);
    password(frame, words, pages);
    app_passwords(frame, words, pages);
    consents(frame, words, pages);
    sessions(frame, words, pages);
    activity(frame, words, pages);
    emails(frame, words, pages);
    by_mail(frame, words, pages);
}

fn profile(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let field = |claim, value, problem| ProfileField { claim, value, problem };
    let page = Profile {
        frame,
        room: AccountRoom {
            done: done_message("profile"),
            ..room(words, "/account/profile")
        },
        fields: &[
            field("name", words.or("Alice Liddell"), None),
            field("given_name", words.or("Alice"), None),
            field("family_name", words.or("Liddell"), Some(FieldProblem::TooLong(255))),
            field("website", words.or("https://wonderland.example/"), None),
            field("birthdate", words.or("1852-05-04"), None),
            field("zoneinfo", words.or("Oxford"), Some(FieldProblem::Malformed)),
            field("locale", words.or("en-GB"), None),
            field("phone_number", words.or("+14155550100"), None),
        ],
        languages: &named_languages(&["en", "de", "fr", "es"]),
    };
    pages.push(("account-profile", page.render().unwrap()));
}

fn password(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let page = |confirm, current_problem, advice| PasswordPage {
        frame,
        room: room(words, "/account/password"),
        confirm,
        has_password: true,
        end_others: true,
        current_problem,
        problem: None,
        advice,
    };
    let weak = find_weakness("password1", &[]).map(Advice);
    pages.push(("account-password", page(None, None, None).render().unwrap()));
    let wrong = page(None, Some(CurrentProblem::Wrong), weak);
    pages.push(("account-password-wrong", wrong.render().unwrap()));
    let stale = page(Some("/login?next=/account/password&prompt=login"), None, None);
    pages.push(("account-password-stale", stale.render().unwrap()));
    let first = PasswordPage {
        has_password: false,
        problem: Some(FieldProblem::TooShort(8)),
        ..page(None, Some(CurrentProblem::TooMany { minutes: 3 }), None)
    };
    pages.push(("account-password-first", first.render().unwrap()));
}

fn emails(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let item = |address, standing| AddressItem { address, standing };
    let page = Emails {
        frame,
        room: AccountRoom {
            done: done_message("address-asked"),
            ..room(words, "/account/emails")
        },
        confirm: None,
        sends: true,
        items: &[
            item(words.or("alice@wonderland.example"), AddressStanding::Primary(false)),
            item("alice@example.com", AddressStanding::Further(true)),
            item(
                "a-name-that-goes-on-and-on-until-the-end-of-the-line@northern-office.example.com",
                AddressStanding::Asked,
            ),
            item("old@example.com", AddressStanding::Further(false)),
            item(
                "liddell@example.edu",
                AddressStanding::Linked(words.or("Example University")),
            ),
        ],
        email: Field {
            value: words.or("nothing"),
            problem: Some(FieldProblem::Malformed),
        },
        wait: None,
    };
    pages.push(("account-emails", page.render().unwrap()));
    let stale = Emails {
        room: room(words, "/account/emails").with_problem(Some(TOO_MANY_ADDRESSES)),
        confirm: Some("/login?next=/account/emails&prompt=login"),
        items: &[item(words.or("alice@example.com"), AddressStanding::Primary(true))],
        ..page
    };
    pages.push(("account-emails-stale", stale.render().unwrap()));
    let none = Emails {
        room: room(words, "/account/emails"),
        confirm: None,
        sends: false,
        items: &[],
        wait: Some(3),
        ..stale
    };
    pages.push(("account-emails-none", none.render().unwrap()));
    let confirm = |done| ConfirmAddress {
        frame,
        csrf: words.or("csrf-value"),
        token: words.or("token-value"),
        username: words.or("alice"),
        address: words.or("alice@example.com"),
        done,
    };
    pages.push(("confirm-address", confirm(false).render().unwrap()));
    pages.push(("confirm-address-done", confirm(true).render().unwrap()));
}

/// The pages around mail: getting back in, and making an account.
fn by_mail(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let recover = |state| Recover {
        frame,
        csrf: words.or("csrf-value"),
        username: words.or("alice@example.com"),
        state,
    };
    pages.push(("recover", recover(MailState::Asking).render().unwrap()));
    let too_many = recover(MailState::TooMany { minutes: 40 });
    pages.push(("recover-too-many", too_many.render().unwrap()));
    let sign_up = |state| SignUp {
        frame,
        csrf: words.or("csrf-value"),
        email: words.or("alice@example.com"),
        state,
    };
    let wrong = sign_up(MailState::Wrong(FieldProblem::Malformed));
    pages.push(("sign-up", wrong.render().unwrap()));
    pages.push(("sign-up-sent", sign_up(MailState::Sent).render().unwrap()));
    let new = |problem, advice| RecoverNew {
        frame,
        csrf: words.or("csrf-value"),
        token: words.or("token-value"),
        username: words.or("alice"),
        problem,
        advice,
        done: false,
    };
    pages.push(("recover-new", new(None, None).render().unwrap()));
    let weak = new(None, find_weakness("qwertyuiop", &[]).map(Advice));
    pages.push(("recover-new-weak", weak.render().unwrap()));
    let field = |value, problem| Field { value, problem };
    let join = Join {
        frame,
        action: "/sign-up/finish",
        csrf: words.or("csrf-value"),
        token: words.or("token-value"),
        address: Some(words.or("noor@example.com")),
        username: field(words.or("noor"), Some(FieldProblem::Taken)),
        name: field(words.or("Noor Example"), None),
        email: None,
        password_problem: None,
        advice: find_weakness("password1", &[]).map(Advice),
    };
    pages.push(("join", join.render().unwrap()));
    let open = Join {
        action: "/invitation",
        address: None,
        email: Some(field(words.or("noor@example.com"), Some(FieldProblem::Own))),
        password_problem: Some(FieldProblem::Missing),
        advice: None,
        ..join
    };
    pages.push(("join-open", open.render().unwrap()));
}

fn app_passwords(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let items = [
        AppPasswordItem {
            id: words.or("apw_01KAJ3"),
            name: words.or("Backup"),
            created: ago(frame, 40 * DAY),
            used: Some(ago(frame, 3 * HOUR)),
            ends: Some(Moment::day(NOW.plus(50 * DAY))),
        },
        AppPasswordItem {
            id: "apw_01KAJ4",
            name: words.or("The mail program on the old laptop in the attic of the northern office"),
            created: ago(frame, DAY),
            used: None,
            ends: None,
        },
    ];
    let page = AppPasswords {
        frame,
        room: room(words, "/account/app-passwords"),
        confirm: None,
        made: Some((
            words.or("Calendar"),
            words.or("vap_3tGzv3JOkF0XG5Qx2TlKWIA0123456789abcdefghijk"),
        )),
        name: Field {
            value: words.or(""),
            problem: None,
        },
        items: &items,
    };
    pages.push(("account-app-passwords", page.render().unwrap()));
    let none = AppPasswords {
        confirm: Some("/login?next=/account/app-passwords&prompt=login"),
        made: None,
        items: &[],
        ..page
    };
    pages.push(("account-app-passwords-none", none.render().unwrap()));
}

fn consents(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let scopes = ["openid", "profile", words.or("notes.write")].map(|scope| scope_words(frame, scope));
    let items = [ConsentItem {
        id: words.or("con_01KAJ3"),
        slug: words.or("notes"),
        application: application(words),
        scopes: &scopes,
        granted: ago(frame, 20 * MINUTE),
        ends: Some(Moment::day(NOW.plus(DAY))),
    }];
    let page = Consents {
        frame,
        room: room(words, "/account/consents"),
        items: &items,
    };
    pages.push(("account-consents", page.render().unwrap()));
    let none = Consents { items: &[], ..page };
    pages.push(("account-consents-none", none.render().unwrap()));
}

fn sessions(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let firefox = recognise(Some(
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    ));
    let item = |id, here, device| SessionItem {
        id,
        here,
        device,
        address: Some(words.or("192.0.2.17")),
        began: ago(frame, 5 * HOUR),
        seen: ago(frame, 0),
        source: Some(words.or("Example University")).filter(|_| !here),
    };
    let phone = Device {
        browser: None,
        system: Some("iPhone"),
    };
    let page = Sessions {
        frame,
        room: room(words, "/account/sessions"),
        items: &[
            item(words.or("ses_01KAJ3"), true, firefox),
            item("ses_01KAJ4", false, Device::default()),
            item("ses_01KAJ5", false, phone),
        ],
    };
    pages.push(("account-sessions", page.render().unwrap()));
}

fn activity(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let event = |action, by_others, passed| ActivityItem {
        action,
        words: activity_words(frame, action, words.or("Field Notes")).unwrap(),
        address: Some(words.or("2001:db8:1:2:ffff:ffff:ffff:17")),
        by_others,
        at: ago(frame, passed),
    };
    let page = Activity {
        frame,
        room: room(words, "/account/activity"),
        items: &[
            event("login", false, MINUTE),
            event("login_failed", false, HOUR),
            event("authorize_application", false, DAY),
            event("user_updated", true, 2 * DAY),
            event("password_changed", true, 31 * DAY),
        ],
        older: Some("/account/activity?before=evt_01KAJ3"),
    };
    pages.push(("account-activity", page.render().unwrap()));
    let none = Activity {
        items: &[],
        older: None,
        ..page
    };
    pages.push(("account-activity-none", none.render().unwrap()));
}
