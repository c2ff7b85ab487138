//! Whether a webhook may be as a caller wants it: an address that can be called, events that there are, and nothing told that the
//! caller may not read.

use protocol::webhook::{EventType, EventTypes, Webhook};

use super::EVERY;
use crate::actions::administrators::Authority;
use crate::actions::outcome::{ActionError, FieldError};
use crate::actions::permissions::Access;
use crate::app::App;

/// The longest address, in bytes.
const LONGEST_URL: usize = 2048;

/// Checks a webhook, and brings the names of its events into their order, each once.
pub(super) fn fields(app: &App, webhook: &mut Webhook) -> Result<(), ActionError> {
    let mut errors = Vec::new();
    errors.extend(check_url(app, &webhook.url).err());
    match check_events(&webhook.events) {
        Ok(events) => webhook.events = events,
        Err(error) => errors.push(error),
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ActionError::Invalid(errors))
    }
}

/// Nobody has anybody told what they may not read themselves.
pub(super) fn reads(by: Authority<'_>, webhook: &Webhook) -> Result<(), ActionError> {
    let wanted = EventTypes::of(&webhook.events);
    let hidden = EventType::ALL
        .into_iter()
        .filter(|kind| wanted.contains(*kind))
        .map(resource_of)
        .find(|resource| !by.permissions.allows(resource, Access::Read));
    match hidden {
        None => Ok(()),
        Some(resource) => Err(ActionError::Forbidden(format!(
            "These events tell what only a caller with the permission `{resource}:read` may know."
        ))),
    }
}

fn check_url(app: &App, address: &str) -> Result<(), FieldError> {
    const FIELD: &str = "url";
    if address.is_empty() {
        return Err(FieldError::required(FIELD));
    }
    if address.len() > LONGEST_URL {
        return Err(FieldError::new(
            FIELD,
            "too_long",
            "An address may have at most 2048 bytes.",
        ));
    }
    match app.outgoing.check(address) {
        Err(error) => Err(FieldError::invalid(FIELD, format!("It can not be called: {error}."))),
        Ok((url, _)) if url.fragment().is_some() => {
            Err(FieldError::invalid(FIELD, "Write the address without a fragment."))
        }
        Ok(_) => Ok(()),
    }
}

fn check_events(names: &[String]) -> Result<Vec<String>, FieldError> {
    const FIELD: &str = "events";
    let known = || EventType::ALL.map(EventType::as_str).join(", ");
    if names.is_empty() {
        let message = format!("Name at least one event, or `*` for all; known are {}.", known());
        return Err(FieldError::invalid(FIELD, message));
    }
    let is_known = |name: &&String| *name == EVERY || EventType::from_name(name).is_some();
    if let Some(unknown) = names.iter().find(|name| !is_known(name)) {
        let shown: String = unknown.chars().take(64).collect();
        let message = format!("There is no event `{shown}`; known are {}, and `*` for all.", known());
        return Err(FieldError::invalid(FIELD, message));
    }
    if names.iter().any(|name| name == EVERY) {
        return Ok(vec![EVERY.to_owned()]);
    }
    let wanted = EventTypes::of(names);
    let ordered = EventType::ALL.into_iter().filter(|kind| wanted.contains(*kind));
    Ok(ordered.map(|kind| kind.as_str().to_owned()).collect())
}

/// The resource of the management API whose records an event shows.
const fn resource_of(kind: EventType) -> &'static str {
    match kind {
        EventType::OauthProviderCreated | EventType::OauthProviderUpdated | EventType::OauthProviderDeleted => {
            "sources"
        }
        EventType::ExternalAccountConnected | EventType::ExternalAccountUnlinked => "external-accounts",
        EventType::UserCreated | EventType::UserUpdated | EventType::UserDeleted => "users",
        EventType::SessionCreated | EventType::SessionEnded => "sessions",
        EventType::WebhookTest => "webhooks",
    }
}
