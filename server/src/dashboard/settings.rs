//! `/admin/settings`: what the program was told, and where.

use axum::response::Response;
use http::StatusCode;
use serde_json::Value;

use super::desk::Arrival;
use super::reading::{items, text};
use crate::pages::dashboard::settings::{SettingLine, Settings};
use crate::pages::{FormAction, Frame, reply};
use crate::web::visit::{Shown, Visit};

/// Where a setting may come from; messages `settings-from-NAME`.
const ORIGINS: [&str; 3] = ["file", "environment", "default"];

/// Every message whose id is put together from a name.
pub(super) fn messages() -> impl Iterator<Item = String> {
    ORIGINS.iter().map(|origin| format!("settings-from-{origin}"))
}

/// Shows the page.
pub(super) async fn get(arrival: Arrival) -> Response {
    let visit = arrival.visit();
    visit.answer(open(&visit, &arrival).await)
}

async fn open(visit: &Visit<'_>, arrival: &Arrival) -> Shown {
    let desk = arrival.desk(visit).await?;
    let frame = visit.frame(&[]);
    let answer = desk.read("/settings").await?;
    let page = Settings {
        shell: desk.shell(&frame),
        lines: items(&answer.body, "items")
            .iter()
            .map(|setting| line(&frame, setting))
            .collect(),
        frame: &frame,
    };
    Ok(reply(StatusCode::OK, &page, &FormAction::Here))
}

fn line(frame: &Frame<'_>, setting: &Value) -> SettingLine {
    let origin = text(setting, "origin");
    let number = setting.get("line").and_then(Value::as_u64).map(|line| line.to_string());
    let place = frame.say(&format!("settings-from-{origin}"));
    SettingLine {
        key: text(setting, "key").to_owned(),
        value: setting.get("value").and_then(Value::as_str).map(str::to_owned),
        is_secret: setting.get("secret") == Some(&Value::Bool(true)) && origin != "default",
        is_set: origin != "default",
        place: match number {
            Some(number) => frame.say_values("settings-line", &[("place", &place), ("line", &number)]),
            None => place,
        },
        variable: text(setting, "variable").to_owned(),
        default: plain(text(setting, "default")),
        meaning: plain(text(setting, "meaning")),
    }
}

/// Words without the marks of the reference page.
fn plain(words: &str) -> String {
    words.replace('`', "")
}
