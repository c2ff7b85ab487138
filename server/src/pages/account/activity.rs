//! `/account/activity`: what happened around one's account, in words.

use askama::Template;

use super::super::frame::Frame;
use super::super::markup::Markup;
use super::moment::Moment;
use super::room::AccountRoom;

/// Items `.event[data-action=ACTION]`, and `#older` when there are more.
#[derive(Debug, Template)]
#[template(path = "account/activity.html")]
pub struct Activity<'a> {
    /// The surroundings.
    pub frame: &'a Frame<'a>,
    /// Where it is in the account.
    pub room: AccountRoom<'a>,
    /// What happened, the newest first.
    pub items: &'a [ActivityItem<'a>],
    /// Where older ones are.
    pub older: Option<&'a str>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct ActivityItem<'a> {
    /// The action of the audit log.
    pub action: &'a str,
    /// In words.
    pub words: Markup,
    /// From where.
    pub address: Option<&'a str>,
    /// Whether the person did not do it themselves.
    pub by_others: bool,
    /// When.
    pub at: Moment,
}

/// The actions that are shown, each with its message; what a message names comes from the event.
const WORDS: &[(&str, &str)] = &[
    ("login", "activity-login"),
    ("login_failed", "activity-login-failed"),
    ("logout", "activity-logout"),
    ("source_login", "activity-login"),
    ("source_linked", "activity-linked"),
    ("source_unlinked", "activity-unlinked"),
    ("authorize_application", "activity-authorized"),
    ("consent_deleted", "activity-consent-withdrawn"),
    ("password_changed", "activity-password"),
    ("user_created", "activity-created"),
    ("user_updated", "activity-updated"),
    ("app_password_created", "activity-app-password"),
    ("app_password_deleted", "activity-app-password-deleted"),
    ("recovery_requested", "activity-recovery"),
    ("email_verified", "activity-email-verified"),
    ("email_primary", "activity-email-primary"),
    ("email_removed", "activity-email-removed"),
    ("mail_failed", "activity-mail-failed"),
    ("factor_added", "activity-factor-added"),
    ("factor_removed", "activity-factor-removed"),
    ("suspicious_request", "activity-suspicious"),
];

/// What happened, in words: `name` stands where the message names an application or a source. `None`: nothing that people
/// are shown.
#[must_use]
pub fn activity_words(frame: &Frame<'_>, action: &str, name: &str) -> Option<Markup> {
    let (_, message) = WORDS.iter().find(|(known, _)| *known == action)?;
    Some(frame.rich(message, "name", name))
}
