//! The pages of a device: its code, the question, the answer.

use vestibule::pages::{DeviceAnswered, DeviceEntry, DeviceProblem, DeviceQuestion, Frame, ScopeItem, Template};

use super::{Words, application, person};

pub(super) fn device_pages(frame: &Frame<'_>, words: Words, pages: &mut Vec<(&'static str, String)>) {
    let mut add = |name, html: Result<String, _>| pages.push((name, html.unwrap()));
    let entry = |code, problem| DeviceEntry {
        frame,
        person: person(words),
        action: "/device",
        csrf: words.or("csrf-value"),
        code,
        problem,
    };
    add("device", entry(words.or(""), None).render());
    let typed = words.or("wdjb mjht");
    add("device-wrong", entry(typed, Some(DeviceProblem::Unknown)).render());
    let wait = Some(DeviceProblem::TooManyAttempts { minutes: 1 });
    add("device-too-many", entry(typed, wait).render());
    let scope = |name, description, managed| ScopeItem {
        name,
        description,
        managed,
    };
    let scopes = [
        scope("openid", None, true),
        scope("offline_access", None, true),
        scope(
            words.or("notes:write"),
            Some(words.or("add pages to your notebooks")),
            false,
        ),
    ];
    let question = DeviceQuestion {
        frame,
        application: application(words),
        person: person(words),
        scopes: &scopes,
        code: "WDJB-MJHT",
        asked_from: Some(words.or("192.0.2.7")),
        asked_at: "2026-11-21T00:00:00Z",
        minutes_ago: 3,
        action: "/device",
        csrf: words.or("csrf-value"),
    };
    add("device-question", question.render());
    for (name, allowed) in [("device-allowed", true), ("device-denied", false)] {
        let answered = DeviceAnswered {
            frame,
            application: application(words),
            allowed,
        };
        add(name, answered.render());
    }
}
