//! The pages of second factors and passkeys.

use protocol::time::{DAY, HOUR, Time};
use vestibule::pages::{
    AuthenticatorProblem, FactorItem, FactorNeeded, FactorProblem, Factors, FactorsProblem, Frame, Moment,
    NewAuthenticator, PasskeyProblem, RecoveryCodes, SecondFactor, Template,
};
use vestibule::totp;

use super::account::room;
use super::{Words, application, person};

/// 2026-11-21T00:00:00Z.
const NOW: Time = Time(1_795_219_200_000_000);

pub(super) fn factor_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let mut add = |name, html: Result<String, _>| pages.push((name, html.unwrap()));
    let csrf = words.or("csrf-value");
    let hidden = [("transaction", words.or("txn_01KAJ3"))];
    let asks = |code, passkey, problem| SecondFactor {
        frame,
        person: person(words),
        application: Some(application(words)),
        csrf,
        hidden: &hidden,
        code,
        passkey,
        problem,
    };
    add("factor", asks(true, true, None).render());
    add(
        "factor-wrong",
        asks(true, false, Some(FactorProblem::WrongCode)).render(),
    );
    let wait = Some(FactorProblem::TooManyAttempts { minutes: 5 });
    add("factor-too-many", asks(true, false, wait).render());
    let elsewhere = PasskeyProblem::Elsewhere("https://id.example.com/");
    add(
        "factor-passkey",
        asks(false, true, Some(FactorProblem::Passkey(elsewhere))).render(),
    );
    let needed = FactorNeeded {
        frame,
        person: person(words),
        application: Some(application(words)),
        csrf,
        hidden: &hidden,
        set_up: "/account/factors?next=/factor",
        passkey: false,
        back: true,
    };
    add("factor-needed", needed.render());
    let item = |id, name| FactorItem {
        id,
        name,
        added: Moment::past(frame, NOW.plus(-3 * DAY), NOW),
        used: Some(Moment::past(frame, NOW.plus(-HOUR), NOW)),
    };
    let passkeys = [
        item(words.or("fac_01KAJ3"), words.or("My telephone")),
        FactorItem {
            used: None,
            ..item("fac_01KAJ4", "")
        },
    ];
    let authenticators = [item("fac_01KAJ5", words.or("An app with a name that is rather long"))];
    let list = |passkeys: &[FactorItem<'_>], authenticators: &[FactorItem<'_>], codes_left, problem| {
        Factors {
            frame,
            room: room(words, "/account/factors"),
            next: Some("/factor?transaction=txn_01KAJ3"),
            done: false,
            passkeys_possible: true,
            passkeys,
            authenticators,
            codes_left,
            problem,
        }
        .render()
    };
    add("factors", list(&passkeys, &authenticators, Some(9), None));
    add("factors-none", list(&[], &[], None, None));
    let last = Some(FactorsProblem::LastWayIn);
    add("factors-last", list(&passkeys, &[], Some(2), last));
    let secret = b"12345678901234567890";
    let uri = totp::otpauth_uri(secret, "id.example.com", "alice");
    let picture = totp::qr_picture(&uri).unwrap();
    let app = |problem| {
        NewAuthenticator {
            frame,
            person: person(words),
            csrf,
            enrolment: words.or("chl_01KAJ3"),
            next: None,
            secret: &totp::secret_text(secret),
            uri: &uri,
            size: picture.size,
            path: &picture.path,
            name: words.or("phone"),
            problem,
        }
        .render()
    };
    add("authenticator", app(None));
    add("authenticator-wrong", app(Some(AuthenticatorProblem::WrongCode)));
    let codes = ["7Q2M-9VXK-4DTR-1HBN", "P0ZC-W8FJ-63SA-YE5G"];
    let shown = RecoveryCodes {
        frame,
        person: person(words),
        codes: &codes,
        all: &codes.join("\n"),
        onward: "/account/factors",
    };
    add("recovery-codes", shown.render());
}
