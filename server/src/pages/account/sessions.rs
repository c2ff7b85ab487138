//! `/account/sessions`: where a person is signed in.

use askama::Template;

use super::super::frame::Frame;
use super::moment::Moment;
use super::room::AccountRoom;
use crate::texts::Speech;
use crate::user_agent::Device;

/// Items `.session[data-session=ID]`, the one of this browser with `data-here`; each other one with a form that ends it, and
/// `#end-others`.
#[derive(Debug, Template)]
#[template(path = "account/sessions.html")]
pub struct Sessions<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// The sessions.
    pub items: &'a [SessionItem<'a>],
}

/// A session.
#[derive(Debug, Clone)]
pub struct SessionItem<'a> {
    /// Its id.
    pub id: &'a str,
    /// Whether it is the one of this browser.
    pub here: bool,
    /// With what it began.
    pub device: Device,
    /// From where it began.
    pub address: Option<&'a str>,
    /// When it began.
    pub began: Moment,
    /// When it was seen last.
    pub seen: Moment,
    /// The source that the person came from.
    pub source: Option<&'a str>,
}

/// A browser and a system, in words.
#[must_use]
pub fn device_words(speech: &Speech<'_>, device: Device) -> String {
    match (device.browser, device.system) {
        (Some(browser), Some(system)) => {
            speech.say_values("session-device", &[("browser", browser), ("system", system)])
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => speech.say("session-unknown"),
    }
}

impl Sessions<'_> {
    fn device(&self, item: &SessionItem<'_>) -> String {
        device_words(&self.frame.speech, item.device)
    }

    fn has_others(&self) -> bool {
        self.items.iter().any(|item| !item.here)
    }
}
