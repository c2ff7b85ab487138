//! Whose tokens an application takes as assertions, and through which sources its people come: named by slug or key, kept by id.

use protocol::client::Application;
use store::StoreError;

use super::fields::ApplicationFields;
use crate::actions::changes::Changes;
use crate::actions::outcome::FieldError;
use crate::app::App;

/// The most that one application may trust.
const MOST: usize = 100;
const FIELD: &str = "federated_applications";

/// Puts the fields onto `application` and says what is wrong with them.
pub(super) async fn apply(
    app: &App,
    changes: &Changes<ApplicationFields>,
    application: &mut Application,
) -> Result<Vec<FieldError>, StoreError> {
    let mut errors = apply_applications(app, changes, application).await?;
    match &changes.fields.federated_sources {
        Some(names) => match sources(app, "federated_sources", names) {
            Ok(ids) => application.federated_sources = ids,
            Err(error) => errors.push(error),
        },
        None if changes.resets("federated_sources") => application.federated_sources.clear(),
        None => {}
    }
    match &changes.fields.sources {
        Some(names) => match sources(app, "sources", names) {
            Ok(ids) => application.sources = Some(ids),
            Err(error) => errors.push(error),
        },
        None if changes.resets("sources") => application.sources = None,
        None => {}
    }
    Ok(errors)
}

/// The ids of sources that are named by key or id.
fn sources(app: &App, field: &str, names: &[String]) -> Result<Vec<String>, FieldError> {
    if names.len() > MOST {
        return Err(FieldError::new(field, "too_long", "Give at most 100 sources."));
    }
    let snapshot = app.snapshot();
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let shown: String = name.chars().take(64).collect();
        let found = snapshot.sources.of_key(name).or_else(|| snapshot.sources.of_id(name));
        let Some(found) = found else {
            return Err(FieldError::not_found(field, format!("There is no source `{shown}`.")));
        };
        if !ids.contains(&found.source.id) {
            ids.push(found.source.id.clone());
        }
    }
    Ok(ids)
}

async fn apply_applications(
    app: &App,
    changes: &Changes<ApplicationFields>,
    application: &mut Application,
) -> Result<Vec<FieldError>, StoreError> {
    let Some(names) = &changes.fields.federated_applications else {
        if changes.resets(FIELD) {
            application.federated_applications.clear();
        }
        return Ok(Vec::new());
    };
    if names.len() > MOST {
        return Ok(vec![FieldError::new(
            FIELD,
            "too_long",
            "Give at most 100 applications.",
        )]);
    }
    let mut ids: Vec<String> = Vec::new();
    for name in names {
        let shown: String = name.chars().take(64).collect();
        let found = if name.starts_with("app_") {
            app.store.load_application(name).await?
        } else {
            app.store.load_application_by_slug(name).await?
        };
        let Some(found) = found.map(|found| found.application) else {
            let message = format!("There is no application `{shown}`.");
            return Ok(vec![FieldError::not_found(FIELD, message)]);
        };
        if found.id == application.id {
            let message = "An application does not take its own tokens.";
            return Ok(vec![FieldError::invalid(FIELD, message)]);
        }
        if found.signing_key.is_none() {
            let message =
                format!("`{shown}` signs with its client secret, which nobody else can check: give it a signing_key.");
            return Ok(vec![FieldError::invalid(FIELD, message)]);
        }
        if !ids.contains(&found.id) {
            ids.push(found.id);
        }
    }
    application.federated_applications = ids;
    Ok(Vec::new())
}
